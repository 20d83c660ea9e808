/* store_table.c - the table of one shard; see store_table.h */
#include "store_table.h"
#include "memory.h"

struct table table_none = { .buckets = { { .tags = 0 } } };

struct table *table_new(const struct fg_allocator *allocator, size_t buckets_n)
{
	struct table *table;
	void *block;

	if (buckets_n > SIZE_MAX / 2 / sizeof(table->buckets[0]) || buckets_n > UINT32_MAX)
		return NULL;
	block = memory_zalloc(allocator, table_size(buckets_n));
	if (!block)
		return NULL;
	table = memory_align(block, _Alignof(struct table));
	table->block = block;
	table->buckets_n = buckets_n;
	return table;
}

void table_free(const struct fg_allocator *allocator, struct table *table)
{
	if (table != &table_none)
		memory_free(allocator, table->block);
}

static uint64_t get(const struct table_bucket *bucket)
{
	return atomic_load_explicit(&bucket->tags, memory_order_relaxed);
}

/* Returns: the first place without a tag, or TABLE_PLACES. */
static unsigned vacant(uint64_t tags)
{
	unsigned k = 0;

	while (k < TABLE_PLACES && tags >> 8 * k & 0xff)
		k++;
	return k;
}

/* The marks come last: who finds a bucket not passed looks up before this place is there. */
static size_t mark_passed(struct table *table, size_t from, size_t to)
{
	size_t passed = 0;

	for (; from != to; from = table_next(table, from)) {
		struct table_bucket *bucket = &table->buckets[from];
		uint64_t tags = get(bucket);

		passed += !(tags & TABLE_PASSED);
		atomic_store_explicit(&bucket->tags, tags | TABLE_PASSED, memory_order_release);
	}
	return passed;
}

size_t table_insert(struct table *table, uint64_t hash, uintptr_t place)
{
	size_t home = table_home(table, hash), at = home;
	struct table_bucket *bucket = &table->buckets[at];
	unsigned k;

	while ((k = vacant(get(bucket))) == TABLE_PLACES) {
		at = table_next(table, at);
		bucket = &table->buckets[at];
	}
	atomic_store_explicit(&bucket->places[k], place, memory_order_release);
	atomic_store_explicit(&bucket->tags, get(bucket) | table_tag(hash) << 8 * k, memory_order_release);
	return mark_passed(table, home, at);
}

struct table_at table_find(const struct table *table, uint64_t hash, uintptr_t place)
{
	for (size_t at = table_home(table, hash);; at = table_next(table, at)) {
		const struct table_bucket *bucket = &table->buckets[at];

		for (uint64_t found = table_matches(get(bucket), hash); found; found &= found - 1) {
			unsigned k = table_first(found);

			if (atomic_load_explicit(&bucket->places[k], memory_order_relaxed) == place)
				return (struct table_at){ at, k };
		}
	}
}

void table_remove(struct table *table, struct table_at at)
{
	struct table_bucket *bucket = &table->buckets[at.bucket];

	atomic_store_explicit(&bucket->tags, get(bucket) & ~(UINT64_C(0xff) << 8 * at.k), memory_order_release);
}

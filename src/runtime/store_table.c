/* store_table.c - the slots of one shard; see store_table.h */
#include "store_table.h"
#include "memory.h"

struct table *table_new(const struct fg_allocator *allocator, size_t slots_n)
{
	struct table *table;

	if (slots_n > (SIZE_MAX - sizeof(*table)) / sizeof(table->slots[0]) || slots_n > UINT32_MAX)
		return NULL;
	table = memory_zalloc(allocator, table_size(slots_n));
	if (table)
		table->slots_n = slots_n;
	return table;
}

static uint64_t get(const struct table *table, size_t slot)
{
	return atomic_load_explicit(&table->slots[slot].tag, memory_order_relaxed);
}

/* Stores a record in the first slot from its home on that takes one. Returns: that was an empty one. */
static bool put(struct table *table, uint64_t tag, unsigned char *record)
{
	size_t slot = table_home(table, tag);
	bool was_empty;

	while (get(table, slot) & TABLE_TAKEN)
		slot = table_next(table, slot);
	was_empty = get(table, slot) == TABLE_EMPTY;
	atomic_store_explicit(&table->slots[slot].record, record, memory_order_release);
	atomic_store_explicit(&table->slots[slot].tag, tag, memory_order_release);
	return was_empty;
}

void table_copy(struct table *to, const struct table *from)
{
	for (size_t i = 0; i < from->slots_n; i++) {
		uint64_t tag = get(from, i);

		if (tag & TABLE_TAKEN)
			put(to, tag, atomic_load_explicit(&from->slots[i].record, memory_order_relaxed));
	}
}

bool table_insert(struct table *table, uint64_t hash, unsigned char *record, uint32_t index)
{
	return put(table, (hash & ~(uint64_t)TABLE_INDEX) | TABLE_TAKEN | index, record);
}

size_t table_slot_of(const struct table *table, uint64_t hash, const unsigned char *record)
{
	size_t slot = table_home(table, hash);
	uint32_t index;

	while (table_search(table, hash, &slot, &index) != record)
		slot = table_next(table, slot);
	return slot;
}

/* A mark before an empty slot holds up no search: it and those before it become empty too. */
size_t table_remove(struct table *table, size_t slot)
{
	size_t emptied = 0;

	atomic_store_explicit(&table->slots[slot].tag, TABLE_MARK, memory_order_release);
	if (get(table, table_next(table, slot)) != TABLE_EMPTY)
		return 0;
	for (; get(table, slot) == TABLE_MARK; emptied++) {
		atomic_store_explicit(&table->slots[slot].tag, TABLE_EMPTY, memory_order_release);
		slot = slot ? slot - 1 : table->slots_n - 1;
	}
	return emptied;
}

/* test_store_table.c - the buckets of a store's table: what is compared, what is passed, what is found again */
#include "tap.h"
#include "runtime/memory.h"
#include "runtime/store_table.h"

#include <stdlib.h>

static uint64_t seed = 88172645463325252u;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* A hash whose home in a table of n buckets is `home`. */
static uint64_t hash_at(size_t home, size_t n, unsigned tag)
{
	uint64_t upper = ((uint64_t)home << 32) / n + 1;

	return upper << 24 | tag;
}

static bool is_tag(uint64_t tags, unsigned k, uint64_t tag)
{
	return (tags >> 8 * k & 0xff) == tag;
}

/* Every tag against buckets of random tags, close ones and empty places among them. */
static void test_matches(void)
{
	unsigned missed = 0, first_wrong = 0, empty = 0, passed = 0;

	for (unsigned hash = 0; hash < 256; hash++) {
		uint64_t tag = table_tag(hash);

		for (int round = 0; round < 1000; round++) {
			uint64_t tags = next_random() % 2 ? TABLE_PASSED : 0, matches;
			bool any = false;

			for (unsigned k = 0; k < TABLE_PLACES; k++) {
				uint64_t near = tag ^ next_random() % 4;

				tags |= (next_random() % 3 ? near < 2 ? 0 : near : 0) << 8 * k;
			}
			matches = table_matches(tags, hash);
			for (unsigned k = 0; k < TABLE_PLACES; k++) {
				any |= is_tag(tags, k, tag);
				missed += is_tag(tags, k, tag) && !(matches >> (8 * k + 7) & 1);
				empty += is_tag(tags, k, 0) && matches >> (8 * k + 7) & 1;
			}
			passed += matches >> 63 != 0;
			first_wrong += any ? !is_tag(tags, table_first(matches), tag) : matches != 0;
		}
	}
	tap_eq_int(missed, 0, "every place whose tag is right is among the matches");
	tap_eq_int(first_wrong, 0, "and the first is one of them; where none is, there is no match");
	tap_eq_int(empty, 0, "no empty place is");
	tap_eq_int(passed, 0, "nor the mark of a bucket that was passed");
}

/* Buckets of one home, from the last one round to the first. */
static void test_passing(void)
{
	struct table *table = table_new(NULL, 3);
	size_t passed = 0;
	struct table_at at;

	if (!tap_ok(table != NULL && (uintptr_t)table % 64 == 0, "a table of lines of its own"))
		return;
	for (unsigned i = 0; i < 2 * TABLE_PLACES + 1; i++) {
		uint64_t hash = hash_at(2, 3, i % 3);

		tap_ok(table_home(table, hash) == 2, "hash %u has its home in the last bucket", i);
		passed += table_insert(table, hash, 64 * (i + 1));
	}
	tap_eq_int((intmax_t)passed, 2, "two buckets were passed");
	for (unsigned i = 0; i < 2 * TABLE_PLACES + 1; i++) {
		at = table_find(table, hash_at(2, 3, i % 3), 64 * (i + 1));
		tap_ok(at.bucket == (2 + i / TABLE_PLACES) % 3 && at.k == i % TABLE_PLACES, "place %u is in bucket %zu", i,
		       at.bucket);
	}
	at = table_find(table, hash_at(2, 3, 0), 64);
	table_remove(table, at);
	tap_ok(table->buckets[2].tags & TABLE_PASSED, "what is removed leaves the mark");
	tap_eq_int((intmax_t)table_insert(table, hash_at(2, 3, 9), 64 * 99), 0, "and its place is taken again");
	at = table_find(table, hash_at(2, 3, 9), 64 * 99);
	tap_ok(at.bucket == 2 && at.k == 0, "by the next one");
	table_free(NULL, table);
}

static void test_sizes(void)
{
	unsigned wrong = 0;

	for (size_t count = 1; count < 100000; count += count / 50 + 1)
		wrong += table_crowded(count, 0, table_buckets_for(count)) ||
		         table_crowded(count + count / 2, 0, table_buckets_for(count));
	tap_eq_int(wrong, 0, "a table for so many keys has room for half as many again");
	tap_ok(table_crowded(1, 0, table_none.buckets_n), "the one without buckets has none");
	tap_ok(!table_new(NULL, SIZE_MAX / 8) && !table_new(NULL, (size_t)UINT32_MAX + 1), "and none is too large");
}

int main(void)
{
	test_matches();
	test_passing();
	test_sizes();
	return tap_done();
}

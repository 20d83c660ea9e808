/*
 * store_ways.h - the tables that the benchmark of stores compares
 *
 * All hold the same records and do the same: a read copies a whole record as of one moment, a merge writes bid and ask
 * of one, both to the same value. So a copy in which they differ is a mix.
 */
#ifndef BENCH_STORE_WAYS_H
#define BENCH_STORE_WAYS_H

#include <stddef.h>
#include <stdint.h>

/* An operation: the lower 20 bits choose the key, the upper 12, below `merges`, make it a merge. */
#define STORE_KEYS_MAX ((size_t)1 << 20)
#define STORE_OF 4096

/* The id of key number i; no two are equal, and none is 0. */
static inline uint64_t store_id(uint32_t i)
{
	return (i + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
}

struct store_way {
	const char *name;
	/* keys_n keys in the order of `order`. Returns: the table, or NULL. */
	void *(*open)(const uint32_t *order, size_t keys_n);
	void (*close)(void *table);
	/* In each thread, before and after it runs; NULL: nothing. */
	void (*begin)(void *table);
	void (*end)(void *table);
	/* Does n operations. Returns: how many reads found no record, another one's, or a mix. */
	uint64_t (*run)(void *table, const uint32_t *ops, size_t n, uint32_t merges);
};

extern const struct store_way store_ways[];     /* the first is fieldguard's */
extern const size_t store_ways_n;

/* Of fieldguard's table: what it takes over the records, bytes a key. */
double store_overhead(void *table);

#endif

/*
 * pool.h - a record of a pool, as pool.c and pool_check.c see it
 *
 *     plain             | [block]  | record: link while it is free |
 *     checked           | link  pool  thread  state  block | record: poison while it is free |
 *
 * `block` is what the allocator gave; a plain record has it only where its alignment is more than the allocator's.
 */
#ifndef FG_RUNTIME_POOL_H
#define FG_RUNTIME_POOL_H

#include <fieldguard/pool.h>
#include <fieldguard/shared.h>

/* Of a free record. */
struct pool_link {
	struct pool_link *next;
	struct pool_link *next_batch;         /* of the first of a batch in the depot */
};

enum pool_state { POOL_FREE = 0x46726565, POOL_OUT = 0x4f757421 };

struct pool_head {
	struct pool_link link;
	struct fg_pool *pool;
	_Atomic uint64_t thread;              /* that got or put it last */
	_Atomic uint32_t state;
	void *block;                          /* right before the record */
} __attribute__((aligned(16)));

/* Who hears of a fault, and what a record is. */
struct pool_check {
	void (*misuse)(const struct fg_pool_misuse *misuse, void *user);
	void *user;
	size_t record_size;
};

/* A fresh record becomes a free one. */
void pool_check_init(const struct pool_check *check, struct fg_pool *pool, void *record);
/* It leaves the pool. */
void pool_check_get(const struct pool_check *check, void *record);
/* It comes back. Returns: false: it can't, and must not be touched. */
bool pool_check_put(const struct pool_check *check, struct fg_pool *pool, void *record);
void pool_check_end(const struct pool_check *check, size_t records_out);

#endif

/*
 * pool.h - records that are used again, without a lock and without the allocator where it can be
 *
 * Each thread keeps a few free records for itself; what it has too many of goes in batches to a common depot, where a
 * thread that has none takes a batch. So a record may be put by another thread than the one that got it.
 *
 *     struct fg_pool *pool;
 *     fg_pool_new(sizeof(struct order), NULL, &pool);
 *
 *     struct order *order = fg_pool_get(pool);        // all zero; NULL: no memory
 *     ... order_decode(text, len, NULL, &arena, order, &present, &error) ...
 *     fg_pool_put(pool, order);
 *
 * A pool made by code compiled with -DFG_CHECKED (on by itself under ThreadSanitizer) watches each record: putting it
 * twice, putting what isn't of this pool, writing to it after it was put, and pools freed while records are out are
 * told. Other pools spend nothing on it.
 */
#ifndef FIELDGUARD_POOL_H
#define FIELDGUARD_POOL_H

#include <fieldguard/base.h>
#include <fieldguard/checked.h>

struct fg_pool;

enum fg_pool_fault {
	FG_POOL_PUT_TWICE = 1,        /* a record that is free was put; it stays free once */
	FG_POOL_HANDED_TWICE,         /* a record that is out was found among the free ones */
	FG_POOL_WRITTEN_AFTER_PUT,    /* a free record is not as the pool left it */
	FG_POOL_FOREIGN,              /* what was put is not of this pool; left alone */
	FG_POOL_STILL_OUT,            /* fg_pool_free, and not every record was put */
};

struct fg_pool_misuse {
	enum fg_pool_fault fault;
	const void *record;           /* NULL for FG_POOL_STILL_OUT */
	size_t records_out;           /* for FG_POOL_STILL_OUT: how many */
	uint64_t here;                /* the thread that calls, as gettid() gives it */
	uint64_t there;               /* the thread that got or put the record last; 0: not known */
};

struct fg_pool_options {
	size_t align;                 /* of a record: a power of two, at most 4096; 0: 16 */
	size_t max_records;           /* that exist at once, free ones included, which other threads may hold: up to
	                                 2 * thread_records each; 0: no limit */
	size_t keep_records;          /* free ones in the depot; what comes beyond goes back to the allocator;
	                                 0: 1024 */
	size_t thread_records;        /* a batch; a thread holds at most two of free ones; at most 1024; 0: as many as
	                                 make 32 KiB, from 1 to 32, and no more than 1/16 of max_records */
	bool uncleared;               /* records are handed out with whatever was in them */
	const struct fg_allocator *allocator; /* NULL: malloc; must outlive the pool; called from any thread that uses
	                                         it, from several at once */
	/* In a checked pool: called by the thread that finds a fault, which then goes on. NULL: a line on stderr, and
	 * the process ends by a trap. */
	void (*misuse)(const struct fg_pool_misuse *misuse, void *user);
	void *user;
};

FG_API int fg_pool_new_as(size_t record_size, const struct fg_pool_options *options, bool checked,
                          struct fg_pool **ret_pool);

/*
 * record_size: bytes, at least 1. options: NULL for defaults.
 * Returns: 0; -EINVAL (sizes, alignment); -ENOMEM; -EAGAIN: a process can have about 1,000 pools.
 * Owner: the caller frees with fg_pool_free.
 */
static inline int fg_pool_new(size_t record_size, const struct fg_pool_options *options, struct fg_pool **ret_pool)
{
	return fg_pool_new_as(record_size, options, FG_CHECKED, ret_pool);
}

/* Frees the pool and every free record. Records that are still out are lost: put them before. NULL is fine.
 * Threads: no other may use the pool any more, nor be ending after having used it: join them first. */
FG_API void fg_pool_free(struct fg_pool *pool);

/*
 * A record that nobody else has, all zero unless the pool is uncleared.
 * Returns: NULL where the allocator has no memory or the limit is reached.
 * Threads: any number at once; a lock once a batch. Owner: the caller, until fg_pool_put.
 */
FG_API void *fg_pool_get(struct fg_pool *pool);

/* Gives a record back. NULL is fine. Can't fail.
 * Threads: any number at once, not only the one that got it; who passes a record to another thread orders that himself
 * (a lock, a queue). A lock once a batch. A thread that ends leaves its free records to the others. */
FG_API void fg_pool_put(struct fg_pool *pool, void *record);

/* Records that exist, out or free; a moment's value. Threads: any. */
FG_API size_t fg_pool_records(struct fg_pool *pool);

#endif

/*
 * store_parts.h - what a store is made of; for store.c and store_limit.c
 *
 *     store   shard 0 | shard 1 | ... | shard 255
 *     shard   line 1: table, slabs             the table is read by every look-up and written when it grows
 *             line 2: lock, counts             inserts, removes, growth, walks
 */
#ifndef FG_RUNTIME_STORE_PARTS_H
#define FG_RUNTIME_STORE_PARTS_H

#include "slab.h"
#include "store.h"
#include "store_table.h"

#include <fieldguard/shared.h>

#define SHARDS (1u << STORE_SHARD_BITS)
#define CACHE_LINE 64

struct shard {
	_Alignas(2 * CACHE_LINE) _Atomic(struct table *) table;    /* written under lock; never NULL */
	struct slabs slabs;            /* lock; used by who makes and removes, as is what follows */
	_Alignas(CACHE_LINE) struct fg_mutex lock;
	size_t passed;                 /* lock; buckets of the table that are marked so */
	size_t hand;                   /* lock; the number that eviction looks at next */
	atomic_size_t count;           /* written under lock, read by anyone */
	atomic_size_t table_bytes;     /* likewise */
	struct fg_store *store;        /* constant */
};

struct fg_store {
	const struct fg_type *type;
	void (*read)(void *shared, void *ret_record, void *ret_present);      /* the type's; NULL: it has pointers */
	const struct fg_allocator *allocator;
	void *block;                   /* what the allocator gave; the store lies aligned inside it */
	struct slab_shape shape;
	size_t buckets_min;            /* a table doesn't become smaller */
	bool limited;
	struct fg_store_options options;
	struct fg_mutex tell_lock;     /* held while options.evict is called */
	void *told_block;              /* for one record and its mask; NULL without options.evict */
	void *told_record, *told_present;        /* tell_lock */
	_Alignas(CACHE_LINE) atomic_size_t keys_n, bytes_n;        /* limited: what counts against the limits */
	atomic_size_t users;           /* its owner, and each piece of it that is retired */
	atomic_bool closing;
	struct shard shards[SHARDS];
};

/* What a change has taken out of the shard, to be retired after its lock is given back. */
struct leftovers {
	struct table *table;
	struct slab *slab;
};

/* Lock held. Takes the record at this place, which the table has there, out of the shard. */
void shard_remove(struct shard *shard, struct table_at at, struct slab_place place, bool evicted,
                  struct leftovers *leftovers);
/* Lock not held. */
void leftovers_retire(struct fg_store *store, const struct leftovers *leftovers);

/* A snapshot of a record; what it points to is good until the section is closed. */
static inline void store_look(const struct fg_store *store, void *shared, const struct fg_read *section,
                              void *ret_record, void *ret_present)
{
	if (store->type->pointers)
		store->type->pointers->look(shared, section, ret_record, ret_present);
	else
		store->type->read(shared, ret_record, ret_present);
}

/* ---- limits: store_limit.c ---- */

/* Returns: 0, -EINVAL or -ENOMEM. */
int limit_init(struct fg_store *store);
/* What a key counts for. */
size_t limit_charge(const struct fg_store *store, size_t key_len);
/* Takes room for a key. Returns: false where there is not enough. */
bool limit_take(struct fg_store *store, size_t charge);
void limit_give(struct fg_store *store, size_t charge);
/* Lock held. Evicts one of the shard's keys. Returns: false where it has none. */
bool limit_evict(struct shard *shard, struct leftovers *leftovers);
/* No lock held. Evicts one key of any other shard. Returns: false where none was found. */
bool limit_evict_elsewhere(struct fg_store *store, const struct shard *shard);
/* Tells what was evicted of these records. Lock not held; nobody else uses the records. */
void limit_tell(struct fg_store *store, struct slab *slab, uint64_t evicted);

#endif

/*
 * store_table.h - the table of one shard: from the hash of a key to the place of its record
 *
 *     table    buckets_n | bucket 0 | bucket 1 | ...      a bucket is one line of memory
 *     bucket   7 tags, passed | place 0 | ... | place 6   a tag is a byte of the hash, 0: nothing there
 *
 * A place goes into the first bucket with room, from the home of its hash on; each full one before that is marked as
 * passed. Who looks up compares the seven tags at once, goes to the places whose tags are right, and on to the next
 * bucket only where this one was passed. So most look-ups touch one line, and their branches can be foretold: the
 * processor goes to the record, and to the next operation, before memory has answered.
 *
 * The tags of a bucket and its mark are one word, so who loads it has them as of one moment. A place never moves within
 * a table, and a mark stays: a place that is there for all of a look-up is found by it. It is stored before its tag,
 * both with release: who loads a tag gets the place that was stored with it, or one that came there since. Both are
 * whole, and the key itself tells them apart. Growing makes another table and leaves the old one as it is for those who
 * are still in it.
 *
 * Threads: looking up needs a read section, or the shard's lock; all else the lock.
 */
#ifndef FG_RUNTIME_STORE_TABLE_H
#define FG_RUNTIME_STORE_TABLE_H

#include "epoch.h"

#include <fieldguard/base.h>
#include <stdatomic.h>
#include <stddef.h>

#define TABLE_PLACES 7u

struct table_bucket {
	_Alignas(64) _Atomic uint64_t tags;  /* byte k: of place k; the uppermost: TABLE_PASSED or 0 */
	_Atomic uintptr_t places[TABLE_PLACES];      /* meaningless where the tag is 0 */
};

struct table {
	_Alignas(64) struct epoch_garbage garbage;
	void *owner;                         /* for who frees it */
	void *block;                         /* what the allocator gave */
	size_t buckets_n;                    /* at most 2^32 */
	struct table_bucket buckets[];
};

/* Of a shard without keys: no bucket counts, and one can be looked at. */
extern struct table table_none;

#define TABLE_BYTES UINT64_C(0x0101010101010101)
#define TABLE_PASSED (UINT64_C(1) << 56)

/* Another table is due: more than 5 keys a bucket, or half of them passed, as keys that are gone may have left them. */
static inline bool table_crowded(size_t count, size_t passed, size_t buckets_n)
{
	return count > 5 * buckets_n || passed > buckets_n / 2;
}

/* The size to make a table for that many keys, with room for half as many again: 20 bytes a key. */
static inline size_t table_buckets_for(size_t count)
{
	return count / 16 * 5 + count % 16 * 5 / 16 + 1;
}

static inline size_t table_size(size_t buckets_n)
{
	return sizeof(struct table) + buckets_n * sizeof(struct table_bucket) + _Alignof(struct table) - 1;
}

/* An empty one, or NULL. */
struct table *table_new(const struct fg_allocator *allocator, size_t buckets_n);
void table_free(const struct fg_allocator *allocator, struct table *table);
/* Publishes a place whose key is not there, in a table with room. Returns: how many buckets it is the first to pass. */
size_t table_insert(struct table *table, uint64_t hash, uintptr_t place);

/* One that is there. */
struct table_at {
	size_t bucket;
	unsigned k;
};

/* Where a place is that is there. */
struct table_at table_find(const struct table *table, uint64_t hash, uintptr_t place);
void table_remove(struct table *table, struct table_at at);

/* Multiplying takes the upper bits: any number of buckets will do. The uppermost 8 bits of a hash chose the shard, the
 * lowest are the tag. */
static inline size_t table_home(const struct table *table, uint64_t hash)
{
	return (size_t)((uint64_t)(uint32_t)(hash >> 24) * table->buckets_n >> 32);
}

static inline size_t table_next(const struct table *table, size_t bucket)
{
	return bucket + 1 == table->buckets_n ? 0 : bucket + 1;
}

/* Never 0, and never 1: see below. */
static inline uint64_t table_tag(uint64_t hash)
{
	uint64_t tag = hash & 0xff;

	return tag < 2 ? tag + 2 : tag;
}

/*
 * The places whose tag is that of the hash, as the uppermost bits of their bytes. Where one is, those above whose tag
 * differs by 1 may be among them (the subtraction borrows): the key tells them apart. Neither one without a tag is nor
 * the uppermost byte, for no tag is 0 or 1. (Known from H. Warren, "Hacker's Delight", 6-1.)
 */
static inline uint64_t table_matches(uint64_t tags, uint64_t hash)
{
	uint64_t other = tags ^ table_tag(hash) * TABLE_BYTES;

	return (other - TABLE_BYTES) & ~other & TABLE_BYTES << 7;
}

/* The first of the matches. */
static inline unsigned table_first(uint64_t matches)
{
	return (unsigned)__builtin_ctzll(matches) / 8;
}

#endif

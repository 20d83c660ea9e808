/*
 * store_table.h - the slots of one shard: from the hash of a key to its record
 *
 *     table   slots_n | slots {tag, record}, linear probing from the key's home
 *
 * The tag is the hash, but for its lowest bits: these hold the record's index in its slab. A slot is empty, or holds a
 * record, or is a mark where one was removed: a record never moves within a table. So one that is there for all of a
 * look-up is found by it: the slots between its home and its own are not empty at any moment in between. Growing makes
 * another table and leaves the old one as it is for those who are still in it.
 *
 * The record is stored before the tag, both with release: who loads a tag gets the record that was stored with it, or
 * that of a key which took the slot since. Both are whole, and the key itself tells them apart. So a tag and a record
 * that don't belong together do no harm.
 *
 * Threads: looking up needs a read section, or the shard's lock; all else the lock.
 */
#ifndef FG_RUNTIME_STORE_TABLE_H
#define FG_RUNTIME_STORE_TABLE_H

#include "epoch.h"

#include <fieldguard/base.h>
#include <stdatomic.h>
#include <stddef.h>

struct table_slot {
	_Atomic uint64_t tag;
	_Atomic(unsigned char *) record;     /* meaningless in an empty one and in a mark */
};

struct table {
	struct epoch_garbage garbage;
	void *owner;                         /* for who frees it */
	size_t slots_n;                      /* at most 2^32 */
	struct table_slot slots[];
};

#define TABLE_EMPTY UINT64_C(0)
#define TABLE_MARK UINT64_C(1)
#define TABLE_INDEX 63u                      /* of a tag: the index in the slab */
#define TABLE_TAKEN UINT64_C(64)             /* in every tag that is neither empty nor a mark */
/* With fewer the first growths come too often. */
#define TABLE_SLOTS_MIN 8

/* Records and marks together fill at most 7/8, so that every search ends. */
static inline bool table_crowded(size_t filled, size_t slots_n)
{
	return filled > slots_n - slots_n / 8;
}

/* The size to make a table for that many keys, with room for more: 24 bytes a key. */
static inline size_t table_slots_for(size_t count)
{
	size_t slots_n = count + count / 2;

	return slots_n < TABLE_SLOTS_MIN ? TABLE_SLOTS_MIN : slots_n;
}

static inline size_t table_size(size_t slots_n)
{
	return sizeof(struct table) + slots_n * sizeof(struct table_slot);
}

/* An empty one, or NULL. */
struct table *table_new(const struct fg_allocator *allocator, size_t slots_n);
/* Records of `from` into `to`, which has room for them; marks are left behind. */
void table_copy(struct table *to, const struct table *from);
/* Publishes a record whose key is not there. Returns: the slots that are neither empty have become one more. */
bool table_insert(struct table *table, uint64_t hash, unsigned char *record, uint32_t index);
/* The slot of a record that is there. */
size_t table_slot_of(const struct table *table, uint64_t hash, const unsigned char *record);
/* Returns: how many slots have become empty. */
size_t table_remove(struct table *table, size_t slot);

/* Of a hash or a tag. Multiplying takes the upper bits: any number of slots will do. The uppermost 8 bits of a hash
 * chose the shard, the lowest are not in a tag. */
static inline size_t table_home(const struct table *table, uint64_t hash)
{
	return (size_t)((uint64_t)(uint32_t)(hash >> 24) * table->slots_n >> 32);
}

static inline size_t table_next(const struct table *table, size_t slot)
{
	return slot + 1 == table->slots_n ? 0 : slot + 1;
}

/*
 * The next record under this hash from *slot on, and leaves *slot there. Returns: it, or NULL at an empty slot.
 * Acquire: what was written before the record was published is seen.
 */
static inline unsigned char *table_search(const struct table *table, uint64_t hash, size_t *slot, uint32_t *ret_index)
{
	uint64_t wanted = hash | TABLE_TAKEN | TABLE_INDEX;

	for (;; *slot = table_next(table, *slot)) {
		const struct table_slot *at = &table->slots[*slot];
		uint64_t tag = atomic_load_explicit(&at->tag, memory_order_acquire);

		if ((tag | TABLE_INDEX) == wanted) {
			*ret_index = (uint32_t)tag & TABLE_INDEX;
			return atomic_load_explicit(&at->record, memory_order_acquire);
		}
		if (tag == TABLE_EMPTY)
			return NULL;
	}
}

#endif

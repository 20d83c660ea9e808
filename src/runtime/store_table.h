/*
 * store_table.h - the slots of one shard: from the hash of a key to a number
 *
 *     table   slots_n | slots {hash, number + 1}, linear probing from the key's home
 *
 * A slot is empty, or holds a number, or is a mark where one was removed: a number never moves within a table. So one
 * that is there for all of a look-up is found by it: the slots between its home and its own are not empty at any moment
 * in between. Growing makes another table and leaves the old one as it is for those who are still in it.
 *
 * Threads: looking up needs a read section, or the shard's lock; all else the lock.
 */
#ifndef FG_RUNTIME_STORE_TABLE_H
#define FG_RUNTIME_STORE_TABLE_H

#include "epoch.h"

#include <fieldguard/base.h>
#include <stdatomic.h>
#include <stddef.h>

struct table {
	struct epoch_garbage garbage;
	void *owner;                         /* for who frees it */
	size_t slots_n;                      /* at most 2^32 */
	_Atomic uint64_t slots[];            /* low half of the hash; above it the number plus 1, or 0 for none */
};

#define TABLE_EMPTY UINT64_C(0)
#define TABLE_MARK UINT64_C(1)
/* With fewer the first growths come too often. */
#define TABLE_SLOTS_MIN 8

/* Numbers and marks together fill at most 7/8, so that every search ends. */
static inline bool table_crowded(size_t filled, size_t slots_n)
{
	return filled > slots_n - slots_n / 8;
}

/* The size to make a table for that many keys, with room for more: 12 bytes a key. */
static inline size_t table_slots_for(size_t count)
{
	size_t slots_n = count + count / 2;

	return slots_n < TABLE_SLOTS_MIN ? TABLE_SLOTS_MIN : slots_n;
}

static inline size_t table_size(size_t slots_n)
{
	return sizeof(struct table) + slots_n * sizeof(_Atomic uint64_t);
}

/* An empty one, or NULL. */
struct table *table_new(const struct fg_allocator *allocator, size_t slots_n);
/* Numbers of `from` into `to`, which has room for them; marks are left behind. */
void table_copy(struct table *to, const struct table *from);
/* Publishes a number that is not there. Returns: the slots that are neither empty have become one more. */
bool table_insert(struct table *table, uint64_t hash, uint32_t number);
/* The slot of a number that is there. */
size_t table_slot_of(const struct table *table, uint64_t hash, uint32_t number);
/* Returns: how many slots have become empty. */
size_t table_remove(struct table *table, size_t slot);

/* Multiplying takes the upper bits: any number of slots will do. */
static inline size_t table_home(const struct table *table, uint64_t hash)
{
	return (size_t)((uint64_t)(uint32_t)hash * table->slots_n >> 32);
}

static inline size_t table_next(const struct table *table, size_t slot)
{
	return slot + 1 == table->slots_n ? 0 : slot + 1;
}

/*
 * The next number under this hash from *slot on, and leaves *slot there. Returns: it plus 1, or 0 at an empty slot.
 * Acquire: what was written before the number was published is seen.
 */
static inline uint32_t table_search(const struct table *table, uint64_t hash, size_t *slot)
{
	for (;; *slot = table_next(table, *slot)) {
		uint64_t value = atomic_load_explicit(&table->slots[*slot], memory_order_acquire);

		if ((uint32_t)value == (uint32_t)hash && value >> 32)
			return (uint32_t)(value >> 32);
		if (value == TABLE_EMPTY)
			return 0;
	}
}

#endif

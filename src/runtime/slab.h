/*
 * slab.h - the records of one shard and their keys, each at a number that it keeps for as long as it lives
 *
 * One allocation a slab. The directory holds where its records begin; all else of record i is found from there:
 *
 *     directory   [0] [1] [2] ...                      NULL where a slab was given back
 *                      |_____________________________________
 *                                                            v
 *     struct slab | key cell n-1 | ... | key cell 1 | cell 0 | record 0 | record 1 | ...      records aligned
 *
 * A key of at most 12 bytes lies in its cell, a longer one in an allocation of its own.
 *
 * A number's life: free -> taken (slabs_add) -> removed (slabs_remove) -> retired -> free. Readers that found a record
 * before it was removed may go on using it and its key, so a number is free again only after the slab was retired with
 * it, and reclaimed. A slab is retired with all that was removed from it so far, and once more with what was removed
 * meanwhile. Without any taken number it goes back to the allocator, the directory's place is used again.
 *
 * Threads: slabs_record and slabs_key_is are a reader's, with a number that it loaded, with acquire, within its present
 * read section. For everything else the shard's lock is held.
 */
#ifndef FG_RUNTIME_SLAB_H
#define FG_RUNTIME_SLAB_H

#include "epoch.h"

#include <fieldguard/type.h>
#include <stdatomic.h>
#include <string.h>

#define SLAB_RECORDS_MAX 64
#define SLAB_KEY_INLINE 12
#define SLAB_KEY_MAX 0x7fffffffu

/* Set: looked up since the eviction's hand was here. In a store without limits always set, so that nobody writes it. */
#define SLAB_KEY_TOUCHED 0x80000000u

struct slab_key {
	_Atomic uint32_t len;                /* and SLAB_KEY_TOUCHED; all else is constant while the record lives */
	unsigned char bytes[SLAB_KEY_INLINE];        /* the key and zeros, or where it lies, if it is longer */
};

struct slab {
	struct epoch_garbage garbage;        /* epoch's while anything is retired */
	struct slabs *slabs;
	void *block;                         /* what the allocator gave */
	uint32_t number;                     /* in the directory */
	uint64_t used;                       /* bit i: number i is not free */
	uint64_t removed, retired;           /* of used, and not both */
	uint64_t evicted;                    /* of removed or retired: still to be told */
	struct slab *prev_open, *next_open;  /* slabs with a free number; meaningless in a full one */
};

/* The same for all shards of a store. */
struct slab_shape {
	const struct fg_allocator *allocator;
	size_t stride, align;                /* of a record */
	size_t header;                       /* bytes before the records: cells and struct slab */
	uint32_t slab_n;                     /* records a slab: a power of two, at most SLAB_RECORDS_MAX */
	uint32_t slab_shift;
	void (*fini)(void *record);          /* of a record that is freed; NULL: nothing to do */
	uint32_t touched;                    /* SLAB_KEY_TOUCHED where new keys begin with it, else 0 */
};

struct slab_directory {
	struct epoch_garbage garbage;
	struct slabs *slabs;                 /* whose it was; for who frees it */
	size_t room;
	_Atomic(unsigned char *) records[];  /* written under the lock, before a number is published */
};

/* Zero-initialised is empty. */
struct slabs {
	_Atomic(struct slab_directory *) directory;  /* written under the lock; read by all who look up */
	size_t directory_n;
	size_t holes;                        /* NULLs in the directory */
	struct slab *open;                   /* list of the slabs with a free number */
	atomic_size_t bytes;                 /* that the allocator gave for all of this; written under the lock */
};

void slab_shape_init(struct slab_shape *shape, size_t record_size, size_t record_align,
                     const struct fg_allocator *allocator);
void slabs_fini(const struct slab_shape *shape, struct slabs *slabs);
/* A zeroed record under a copy of key, which nobody finds yet. ret_old: a directory to be retired, or untouched.
 * Returns: 0 or -ENOMEM (nothing changed). */
int slabs_add(const struct slab_shape *shape, struct slabs *slabs, struct fg_key key, uint32_t *ret_number,
              struct slab_directory **ret_old);
/* Frees a number that nobody ever found. */
void slabs_undo(const struct slab_shape *shape, struct slabs *slabs, uint32_t number);
/* The number can't be found any more. Returns: the slab, now to be retired by the caller; NULL when it is already. */
struct slab *slabs_remove(const struct slab_shape *shape, struct slabs *slabs, uint32_t number, bool evicted);
/* What was retired is seen by nobody: frees those numbers. Returns: the slab is to be retired again. Otherwise it may
 * be gone. */
bool slabs_reclaim(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab);
/* Number n of the directory, or NULL. */
struct slab *slabs_at(const struct slab_shape *shape, const struct slabs *slabs, size_t n);
/* What removing this number will free, beside the record. */
size_t slab_key_far_bytes(const struct slab_key *cell);

/* A key in the form that it is compared in. */
struct slab_probe {
	const void *ptr;
	uint32_t len;
	uint32_t head;                       /* the 12 bytes of the cell of a short key */
	uint64_t tail;
};

static inline struct slab_probe slab_probe_of(struct fg_key key)
{
	struct slab_probe probe = { .ptr = key.ptr, .len = (uint32_t)key.len };
	unsigned char bytes[SLAB_KEY_INLINE] = { 0 };

	/* Integer keys by constant sizes: these are moves, not calls. */
	if (key.len == 8)
		memcpy(bytes, key.ptr, 8);
	else if (key.len == 4)
		memcpy(bytes, key.ptr, 4);
	else if (key.len && key.len <= SLAB_KEY_INLINE)
		memcpy(bytes, key.ptr, key.len);
	memcpy(&probe.head, bytes, sizeof(probe.head));
	memcpy(&probe.tail, bytes + sizeof(probe.head), sizeof(probe.tail));
	return probe;
}

static inline void *slab_record(const struct slab_shape *shape, unsigned char *records, uint32_t i)
{
	return records + (size_t)i * shape->stride;
}

static inline struct slab_key *slab_cell(unsigned char *records, uint32_t i)
{
	return (struct slab_key *)(void *)records - 1 - i;
}

static inline unsigned char *slab_records(const struct slab_shape *shape, struct slab *slab)
{
	return (unsigned char *)slab + shape->header;
}

static inline struct fg_key slab_key_of(const struct slab_key *cell)
{
	struct fg_key key = { cell->bytes, atomic_load_explicit(&cell->len, memory_order_relaxed) & ~SLAB_KEY_TOUCHED };

	if (key.len > SLAB_KEY_INLINE)
		memcpy(&key.ptr, cell->bytes, sizeof(key.ptr));
	return key;
}

/* The number was loaded with acquire from where it was published, so the directory has it: one that does was published
 * before the number was. */
static inline unsigned char *slabs_records(const struct slab_shape *shape, const struct slabs *slabs, uint32_t number)
{
	struct slab_directory *directory = atomic_load_explicit(&slabs->directory, memory_order_acquire);

	return atomic_load_explicit(&directory->records[number >> shape->slab_shift], memory_order_acquire);
}

static inline bool slab_key_is(const struct slab_key *cell, const struct slab_probe *probe)
{
	uint32_t len = atomic_load_explicit(&cell->len, memory_order_relaxed) & ~SLAB_KEY_TOUCHED, head;
	const void *far;
	uint64_t tail;

	if (len != probe->len)
		return false;
	if (len > SLAB_KEY_INLINE) {
		memcpy(&far, cell->bytes, sizeof(far));
		return !memcmp(far, probe->ptr, len);
	}
	memcpy(&head, cell->bytes, sizeof(head));
	memcpy(&tail, cell->bytes + sizeof(head), sizeof(tail));
	return head == probe->head && tail == probe->tail;
}

/* Writes only where the hand has cleared the mark. Both values say the same length. */
static inline void slab_key_touch(struct slab_key *cell)
{
	uint32_t len = atomic_load_explicit(&cell->len, memory_order_relaxed);

	if (!(len & SLAB_KEY_TOUCHED))
		atomic_store_explicit(&cell->len, len | SLAB_KEY_TOUCHED, memory_order_relaxed);
}

#endif

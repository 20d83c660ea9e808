/*
 * slab.h - the records of one shard and their keys, each at a place that it keeps for as long as it lives
 *
 * One allocation a slab, for up to 64 records, each on cache lines of its own. A place is a record and its index in its
 * slab; all else is found from these two, and one word holds both. Where the shared form ends with room enough behind
 * what it uses, the key cell lies there, on the line of the record's last fields; otherwise the cells lie before the
 * records:
 *
 *     struct slab | record 0, cell 0 | record 1, cell 1 | ...                      records aligned
 *     struct slab | cell n-1 | ... | cell 1 | cell 0 | record 0 | record 1 | ...
 *
 * A key of at most 12 bytes lies in its cell, a longer one in an allocation of its own.
 *
 * A place's life: free -> taken (slabs_add) -> removed (slabs_remove) -> retired -> free. Readers that found a record
 * before it was removed may go on using it and its key, so a place is free again only after the slab was retired with
 * it, and reclaimed. A slab is retired with all that was removed from it so far, and once more with what was removed
 * meanwhile. Without any taken place it goes back to the allocator, and the directory's entry is used again.
 *
 * Threads: slab_cell and slab_key_is are a reader's, with a record that it loaded, with acquire, within its present
 * read section. For everything else the shard's lock is held.
 */
#ifndef FG_RUNTIME_SLAB_H
#define FG_RUNTIME_SLAB_H

#include "epoch.h"

#include <fieldguard/shared.h>
#include <fieldguard/type.h>
#include <stdatomic.h>
#include <string.h>

#define SLAB_RECORDS_MAX 64
#define SLAB_KEY_INLINE 12
#define SLAB_KEY_MAX 0x7fffffffu

/* Of struct slab_key's rest. The tail of a key of 9 to 12 bytes lies behind its head, the length behind that. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SLAB_KEY_LEN_AT 32
#else
#define SLAB_KEY_LEN_AT 0
#endif
/* Set: looked up since the eviction's hand was here. In a store without limits always set, so that nobody writes it. */
#define SLAB_KEY_TOUCHED (UINT64_C(0x80000000) << SLAB_KEY_LEN_AT)

struct slab_key {
	uint64_t head;                       /* the first 8 bytes and zeros, or where the key lies, if it is longer */
	_Atomic uint64_t rest;               /* tail, length, SLAB_KEY_TOUCHED; all else is constant while it lives */
};

struct slab {
	struct epoch_garbage garbage;        /* epoch's while anything is retired */
	struct slabs *slabs;
	void *block;                         /* what the allocator gave */
	size_t number;                       /* in the directory */
	uint64_t used;                       /* bit i: record i is not free */
	uint64_t removed, retired;           /* of used, and not both */
	uint64_t evicted;                    /* of removed or retired: still to be told */
	struct slab *prev_open, *next_open;  /* slabs with a free place; meaningless in a full one */
};

/* The same for all shards of a store. */
struct slab_shape {
	const struct fg_allocator *allocator;
	size_t stride, align;                /* of a record */
	size_t header;                       /* bytes before the records: struct slab, and cells that lie there */
	ptrdiff_t cell_at, cell_step;        /* from record i to its cell: cell_at + i * cell_step */
	uint32_t slab_n;                     /* records a slab: a power of two, at most SLAB_RECORDS_MAX */
	const struct fg_type_pointers *pointers;     /* of the type; NULL: a record that is all zero is empty */
	uint64_t touched;                    /* SLAB_KEY_TOUCHED where new keys begin with it, else 0 */
};

struct slab_place {
	unsigned char *record;
	uint32_t i;                          /* in its slab */
};

/* Of a record's address, which the index in its slab fills. */
#define SLAB_ALIGN 64u
_Static_assert(SLAB_RECORDS_MAX <= SLAB_ALIGN, "an index fits into what an address leaves free");

/* Zero-initialised is empty. */
struct slabs {
	struct slab **directory;             /* NULL where a slab was given back */
	size_t directory_n, directory_room;
	size_t holes;                        /* NULLs in the directory */
	struct slab *open;                   /* list of the slabs with a free place */
	atomic_size_t bytes;                 /* that the allocator gave for all of this; written under the lock */
};

void slab_shape_init(struct slab_shape *shape, const struct fg_type *type, const struct fg_allocator *allocator);
void slabs_fini(const struct slab_shape *shape, struct slabs *slabs);
/* An empty record under a copy of key, which nobody finds yet. Returns: 0 or -ENOMEM (nothing changed). */
int slabs_add(const struct slab_shape *shape, struct slabs *slabs, struct fg_key key, struct slab_place *ret_place);
/* Frees a place that nobody ever found. */
void slabs_undo(const struct slab_shape *shape, struct slabs *slabs, struct slab_place place);
/* The place can't be found any more. Returns: the slab, now to be retired by the caller; NULL when it is already. */
struct slab *slabs_remove(const struct slab_shape *shape, struct slab_place place, bool evicted);
/* What was retired is seen by nobody: frees those places. Returns: the slab is to be retired again. Otherwise it may
 * be gone. */
bool slabs_reclaim(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab);

/* A key in the form that it is compared in. */
struct slab_probe {
	const void *ptr;
	uint64_t head, rest;                 /* as its cell has them, touched; a longer key: head is 0 */
	size_t len;
};

/* Up to 8 bytes as they lie in memory, and zeros. By way of registers: a load of what several stores have just written
 * would wait until all that went before them is done, loads from far memory included. */
static inline uint64_t slab_word_of(const unsigned char *bytes, size_t n)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		word |= (uint64_t)bytes[i] << 8 * i;
#else
		word |= (uint64_t)bytes[i] << (56 - 8 * i);
#endif
	return word;
}

FG_ALWAYS_INLINE struct slab_probe slab_probe_of(struct fg_key key)
{
	struct slab_probe probe = { .ptr = key.ptr, .len = key.len };
	const unsigned char *bytes = key.ptr;

	probe.rest = SLAB_KEY_TOUCHED | (uint64_t)(uint32_t)key.len << SLAB_KEY_LEN_AT;
	/* Integer keys by a constant size: this is a move, not a loop. */
	if (key.len == 8) {
		memcpy(&probe.head, bytes, 8);
	} else if (key.len && key.len <= SLAB_KEY_INLINE) {
		probe.head = slab_word_of(bytes, key.len < 8 ? key.len : 8);
		probe.rest |= key.len > 8 ? slab_word_of(bytes + 8, key.len - 8) : 0;
	}
	return probe;
}

static inline uintptr_t slab_pack(struct slab_place place)
{
	return (uintptr_t)place.record | place.i;
}

static inline struct slab_place slab_unpack(uintptr_t packed)
{
	return (struct slab_place){ (unsigned char *)(packed & ~(uintptr_t)(SLAB_ALIGN - 1)),
		                    (uint32_t)(packed & (SLAB_ALIGN - 1)) };
}

static inline struct slab_key *slab_cell(const struct slab_shape *shape, struct slab_place place)
{
	return (struct slab_key *)(void *)(place.record + shape->cell_at + (ptrdiff_t)place.i * shape->cell_step);
}

static inline struct slab *slab_of(const struct slab_shape *shape, struct slab_place place)
{
	return (struct slab *)(void *)(place.record - place.i * shape->stride - shape->header);
}

static inline struct slab_place slab_place(const struct slab_shape *shape, struct slab *slab, uint32_t i)
{
	return (struct slab_place){ (unsigned char *)slab + shape->header + i * shape->stride, i };
}

/* The records that are there, as bits. */
static inline uint64_t slab_live(const struct slab *slab)
{
	return slab->used & ~slab->removed & ~slab->retired;
}

static inline uint64_t slab_key_rest(const struct slab_key *cell)
{
	return atomic_load_explicit(&cell->rest, memory_order_relaxed);
}

static inline struct fg_key slab_key_of(const struct slab_key *cell)
{
	uint64_t rest = slab_key_rest(cell) & ~SLAB_KEY_TOUCHED;
	struct fg_key key = { cell, (uint32_t)(rest >> SLAB_KEY_LEN_AT) };

	if (key.len > SLAB_KEY_INLINE)
		key.ptr = (const void *)(uintptr_t)cell->head;
	return key;
}

/* rest: the cell's, touched. */
FG_ALWAYS_INLINE bool slab_key_is(const struct slab_key *cell, uint64_t rest, const struct slab_probe *probe)
{
	if (rest != probe->rest)
		return false;
	if (FG_UNLIKELY(probe->len > SLAB_KEY_INLINE))
		return !memcmp((const void *)(uintptr_t)cell->head, probe->ptr, probe->len);
	return cell->head == probe->head;
}

#endif

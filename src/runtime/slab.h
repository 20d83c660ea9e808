/*
 * slab.h - the records of one shard and their keys, each at a number that it keeps until it is removed
 *
 * One allocation a slab; the directory finds record i in slab i / slab_n:
 *
 *     directory   [0] [1] [2] ...                      NULL where a slab was given back
 *                      |
 *                      v
 *     struct slab | key cells, 16 bytes each | padding | records, record_stride bytes each, aligned
 *
 * A key of at most 12 bytes lies in its cell, a longer one in an allocation of its own. A record's memory is reused
 * after a remove; a slab without records goes back to the allocator.
 *
 * Threads: none of it is thread-safe: the shard's lock is held, for writing by slabs_add and slabs_remove.
 */
#ifndef FG_RUNTIME_SLAB_H
#define FG_RUNTIME_SLAB_H

#include <fieldguard/type.h>
#include <string.h>

#define SLAB_RECORDS_MAX 64
#define SLAB_KEY_INLINE 12

struct slab_key {
	uint32_t len;
	char bytes[SLAB_KEY_INLINE];         /* the key, or a pointer to it (unaligned) where it is longer */
};

struct slab {
	uint64_t used;                       /* bit i: record i lives */
	uint32_t number;                     /* in the directory */
	struct slab *prev_open, *next_open;  /* slabs with room; meaningless in a full one */
	unsigned char *records;
	struct slab_key keys[];
};

/* The same for all shards of a store. */
struct slab_shape {
	const struct fg_allocator *allocator;
	size_t stride, align;                /* of a record */
	uint32_t slab_n;                     /* records a slab: a power of two, at most SLAB_RECORDS_MAX */
	uint32_t slab_shift;
};

/* Zero-initialised is empty. */
struct slabs {
	struct slab **directory;
	size_t directory_n, directory_room;
	size_t holes;                        /* NULLs in the directory */
	struct slab *open;                   /* list of the slabs with room */
};

void slab_shape_init(struct slab_shape *shape, size_t record_size, size_t record_align,
                     const struct fg_allocator *allocator);
void slabs_fini(const struct slab_shape *shape, struct slabs *slabs);
/* A zeroed record under a copy of key. Returns: 0 or -ENOMEM (nothing changed). */
int slabs_add(const struct slab_shape *shape, struct slabs *slabs, struct fg_key key, uint32_t *ret_number);
void slabs_remove(const struct slab_shape *shape, struct slabs *slabs, uint32_t number);

static inline struct slab *slabs_of(const struct slab_shape *shape, const struct slabs *slabs, uint32_t number)
{
	return slabs->directory[number >> shape->slab_shift];
}

static inline void *slab_record(const struct slab_shape *shape, const struct slab *slab, uint32_t i)
{
	return slab->records + (size_t)i * shape->stride;
}

static inline void *slabs_record(const struct slab_shape *shape, const struct slabs *slabs, uint32_t number)
{
	return slab_record(shape, slabs_of(shape, slabs, number), number & (shape->slab_n - 1));
}

static inline char *slab_key_far(const struct slab_key *key)
{
	char *ptr;

	memcpy(&ptr, key->bytes, sizeof(ptr));
	return ptr;
}

static inline bool slabs_key_is(const struct slab_shape *shape, const struct slabs *slabs, uint32_t number,
                                struct fg_key key)
{
	const struct slab_key *cell = &slabs_of(shape, slabs, number)->keys[number & (shape->slab_n - 1)];

	if (cell->len != key.len)
		return false;
	return !key.len || !memcmp(key.len <= SLAB_KEY_INLINE ? cell->bytes : slab_key_far(cell), key.ptr, key.len);
}

#endif

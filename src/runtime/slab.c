/* slab.c - records and keys of one shard; see slab.h */
#include "slab.h"
#include "memory.h"

#include <errno.h>

/* Few enough bytes that a store with a handful of keys a shard stays small. */
#define SLAB_BYTES 8192

void slab_shape_init(struct slab_shape *shape, size_t record_size, size_t record_align,
                     const struct fg_allocator *allocator)
{
	shape->allocator = allocator;
	shape->align = record_align;
	shape->stride = (record_size + record_align - 1) & ~(record_align - 1);
	shape->slab_n = 1;
	shape->slab_shift = 0;
	while (shape->slab_n < SLAB_RECORDS_MAX && shape->slab_n * 2 * shape->stride <= SLAB_BYTES) {
		shape->slab_n *= 2;
		shape->slab_shift++;
	}
}

static uint64_t full(const struct slab_shape *shape)
{
	return shape->slab_n == 64 ? UINT64_MAX : (UINT64_C(1) << shape->slab_n) - 1;
}

static void open_insert(struct slabs *slabs, struct slab *slab)
{
	slab->prev_open = NULL;
	slab->next_open = slabs->open;
	if (slabs->open)
		slabs->open->prev_open = slab;
	slabs->open = slab;
}

static void open_remove(struct slabs *slabs, struct slab *slab)
{
	if (slab->prev_open)
		slab->prev_open->next_open = slab->next_open;
	else
		slabs->open = slab->next_open;
	if (slab->next_open)
		slab->next_open->prev_open = slab->prev_open;
}

/* Adds an empty slab with room. */
static int slab_add(const struct slab_shape *shape, struct slabs *slabs)
{
	size_t keys_size = shape->slab_n * sizeof(struct slab_key);
	size_t at = slabs->directory_n;
	struct slab *slab;

	if (slabs->holes) {
		for (at = 0; slabs->directory[at]; at++)
			;
	} else if (at >= (UINT32_MAX - 1) >> shape->slab_shift ||
	           !memory_grow(shape->allocator, (void **)&slabs->directory, &slabs->directory_room, at + 1,
	                        sizeof(*slabs->directory))) {
		return -ENOMEM;
	}
	slab = memory_alloc(shape->allocator,
	                    sizeof(*slab) + keys_size + shape->align - 1 + shape->slab_n * shape->stride);
	if (!slab)
		return -ENOMEM;
	slab->used = 0;
	slab->number = (uint32_t)at;
	slab->records = memory_align((char *)slab->keys + keys_size, shape->align);
	slabs->directory[at] = slab;
	if (at == slabs->directory_n)
		slabs->directory_n++;
	else
		slabs->holes--;
	open_insert(slabs, slab);
	return 0;
}

static void slab_give_back(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab)
{
	open_remove(slabs, slab);
	slabs->directory[slab->number] = NULL;
	slabs->holes++;
	memory_free(shape->allocator, slab);
}

static int key_set(const struct slab_shape *shape, struct slab_key *cell, struct fg_key key)
{
	char *far;

	if (key.len > UINT32_MAX)
		return -ENOMEM;
	if (key.len <= SLAB_KEY_INLINE) {
		if (key.len)
			memcpy(cell->bytes, key.ptr, key.len);
	} else {
		far = memory_alloc(shape->allocator, key.len);
		if (!far)
			return -ENOMEM;
		memcpy(far, key.ptr, key.len);
		memcpy(cell->bytes, &far, sizeof(far));
	}
	cell->len = (uint32_t)key.len;
	return 0;
}

int slabs_add(const struct slab_shape *shape, struct slabs *slabs, struct fg_key key, uint32_t *ret_number)
{
	struct slab *slab;
	uint32_t i;

	if (!slabs->open && slab_add(shape, slabs))
		return -ENOMEM;
	slab = slabs->open;
	i = (uint32_t)__builtin_ctzll(~slab->used);
	if (key_set(shape, &slab->keys[i], key)) {
		if (!slab->used)
			slab_give_back(shape, slabs, slab);
		return -ENOMEM;
	}
	memset(slab_record(shape, slab, i), 0, shape->stride);
	slab->used |= UINT64_C(1) << i;
	if (slab->used == full(shape))
		open_remove(slabs, slab);
	*ret_number = (slab->number << shape->slab_shift) + i;
	return 0;
}

void slabs_remove(const struct slab_shape *shape, struct slabs *slabs, uint32_t number)
{
	struct slab *slab = slabs_of(shape, slabs, number);
	uint32_t i = number & (shape->slab_n - 1);

	if (slab->keys[i].len > SLAB_KEY_INLINE)
		memory_free(shape->allocator, slab_key_far(&slab->keys[i]));
	if (slab->used == full(shape))
		open_insert(slabs, slab);
	slab->used &= ~(UINT64_C(1) << i);
	if (!slab->used)
		slab_give_back(shape, slabs, slab);
}

void slabs_fini(const struct slab_shape *shape, struct slabs *slabs)
{
	for (size_t n = 0; n < slabs->directory_n; n++) {
		struct slab *slab = slabs->directory[n];

		for (uint32_t i = 0; slab && i < shape->slab_n; i++) {
			if ((slab->used >> i & 1) && slab->keys[i].len > SLAB_KEY_INLINE)
				memory_free(shape->allocator, slab_key_far(&slab->keys[i]));
		}
		memory_free(shape->allocator, slab);
	}
	memory_free(shape->allocator, slabs->directory);
}

/* slab.c - records and keys of one shard; see slab.h */
#include "slab.h"
#include "memory.h"

#include <errno.h>

/* Few enough bytes that a store with a handful of keys a shard stays small. */
#define SLAB_BYTES 8192

/* A cell in the padding of the record, if there is enough of it. */
static void cell_init(struct slab_shape *shape, const struct fg_type *type)
{
	size_t at = (type->shared_used + 7) & ~(size_t)7;
	size_t stride = shape->stride;

	shape->header = sizeof(struct slab);
	if (type->shared_used && at + sizeof(struct slab_key) <= stride && !(stride % _Alignof(struct slab_key))) {
		shape->cell_at = (ptrdiff_t)at;
		shape->cell_step = 0;
		return;
	}
	/* Backwards from the first record. */
	shape->header += shape->slab_n * sizeof(struct slab_key);
	shape->cell_at = -(ptrdiff_t)sizeof(struct slab_key);
	shape->cell_step = -(ptrdiff_t)(sizeof(struct slab_key) + stride);
}

void slab_shape_init(struct slab_shape *shape, const struct fg_type *type, const struct fg_allocator *allocator)
{
	shape->allocator = allocator;
	shape->align = type->shared_align < SLAB_ALIGN ? SLAB_ALIGN : type->shared_align;
	shape->stride = (type->shared_size + shape->align - 1) & ~(shape->align - 1);
	shape->slab_n = 1;
	while (shape->slab_n < SLAB_RECORDS_MAX && shape->slab_n * 2 * shape->stride <= SLAB_BYTES)
		shape->slab_n *= 2;
	cell_init(shape, type);
	shape->pointers = type->pointers;
	shape->touched = SLAB_KEY_TOUCHED;
}

static uint64_t full(const struct slab_shape *shape)
{
	return shape->slab_n == 64 ? UINT64_MAX : (UINT64_C(1) << shape->slab_n) - 1;
}

static size_t slab_size(const struct slab_shape *shape)
{
	return shape->header + shape->align - 1 + shape->slab_n * shape->stride;
}

static void count_bytes(struct slabs *slabs, size_t more, size_t less)
{
	size_t bytes = atomic_load_explicit(&slabs->bytes, memory_order_relaxed);

	atomic_store_explicit(&slabs->bytes, bytes + more - less, memory_order_relaxed);
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

static int directory_grow(const struct slab_shape *shape, struct slabs *slabs)
{
	size_t room = slabs->directory_room ? slabs->directory_room + slabs->directory_room / 2 : 4;
	struct slab **grown = memory_alloc(shape->allocator, room * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	if (slabs->directory_n)
		memcpy(grown, slabs->directory, slabs->directory_n * sizeof(*grown));
	memory_free(shape->allocator, slabs->directory);
	count_bytes(slabs, room * sizeof(*grown), slabs->directory_room * sizeof(*grown));
	slabs->directory = grown;
	slabs->directory_room = room;
	return 0;
}

/* Adds an empty slab. */
static int slab_add(const struct slab_shape *shape, struct slabs *slabs)
{
	size_t at = slabs->directory_n;
	unsigned char *block;
	struct slab *slab;

	if (slabs->holes) {
		for (at = 0; slabs->directory[at]; at++)
			;
	} else if (at == slabs->directory_room && directory_grow(shape, slabs)) {
		return -ENOMEM;
	}
	block = memory_alloc(shape->allocator, slab_size(shape));
	if (!block)
		return -ENOMEM;
	slab = (struct slab *)((unsigned char *)memory_align(block + shape->header, shape->align) - shape->header);
	memset(slab, 0, sizeof(*slab));
	slab->slabs = slabs;
	slab->block = block;
	slab->number = at;
	slabs->directory[at] = slab;
	count_bytes(slabs, slab_size(shape), 0);
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
	count_bytes(slabs, 0, slab_size(shape));
	memory_free(shape->allocator, slab->block);
}

/* Fills a cell. */
static int key_set(const struct slab_shape *shape, struct slabs *slabs, struct slab_key *cell, struct fg_key key)
{
	struct slab_probe probe = slab_probe_of(key);
	void *far;

	if (key.len > SLAB_KEY_MAX)
		return -ENOMEM;
	if (key.len > SLAB_KEY_INLINE) {
		far = memory_alloc(shape->allocator, key.len);
		if (!far)
			return -ENOMEM;
		memcpy(far, key.ptr, key.len);
		probe.head = (uintptr_t)far;
		count_bytes(slabs, key.len, 0);
	}
	cell->head = probe.head;
	atomic_init(&cell->rest, (probe.rest & ~SLAB_KEY_TOUCHED) | shape->touched);
	return 0;
}

/* Frees what records hold, and the keys that lie outside of their cells. */
static void contents_free(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab, uint64_t bits)
{
	for (; bits; bits &= bits - 1) {
		struct slab_place place = slab_place(shape, slab, (uint32_t)__builtin_ctzll(bits));
		struct fg_key key = slab_key_of(slab_cell(shape, place));

		if (key.len > SLAB_KEY_INLINE) {
			memory_free(shape->allocator, (void *)(uintptr_t)key.ptr);
			count_bytes(slabs, 0, key.len);
		}
		if (shape->pointers)
			shape->pointers->shared_fini(place.record);
	}
}

/* Frees places of a slab, and it with its last. */
static void bits_free(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab, uint64_t bits)
{
	contents_free(shape, slabs, slab, bits);
	if (slab->used == full(shape))
		open_insert(slabs, slab);
	slab->used &= ~bits;
	if (!slab->used)
		slab_give_back(shape, slabs, slab);
}

int slabs_add(const struct slab_shape *shape, struct slabs *slabs, struct fg_key key, struct slab_place *ret_place)
{
	struct slab_place place;
	struct slab *slab;

	if (!slabs->open && slab_add(shape, slabs))
		return -ENOMEM;
	slab = slabs->open;
	place = slab_place(shape, slab, (uint32_t)__builtin_ctzll(~slab->used));
	memset(place.record, 0, shape->stride);
	/* The cell may lie in the record's padding, which this may clear: so the key comes after it. */
	if (shape->pointers)
		shape->pointers->shared_init(place.record, shape->allocator);
	if (key_set(shape, slabs, slab_cell(shape, place), key)) {
		if (shape->pointers)
			shape->pointers->shared_fini(place.record);
		if (!slab->used)
			slab_give_back(shape, slabs, slab);
		return -ENOMEM;
	}
	slab->used |= UINT64_C(1) << place.i;
	if (slab->used == full(shape))
		open_remove(slabs, slab);
	*ret_place = place;
	return 0;
}

void slabs_undo(const struct slab_shape *shape, struct slabs *slabs, struct slab_place place)
{
	bits_free(shape, slabs, slab_of(shape, place), UINT64_C(1) << place.i);
}

struct slab *slabs_remove(const struct slab_shape *shape, struct slab_place place, bool evicted)
{
	struct slab *slab = slab_of(shape, place);
	uint64_t bit = UINT64_C(1) << place.i;

	if (evicted)
		slab->evicted |= bit;
	if (slab->retired) {
		slab->removed |= bit;
		return NULL;
	}
	slab->retired = bit;
	return slab;
}

bool slabs_reclaim(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab)
{
	uint64_t freed = slab->retired;
	bool again = slab->removed != 0;

	slab->retired = slab->removed;
	slab->removed = 0;
	slab->evicted &= ~freed;
	/* What is still to be retired is still used, so the slab stays then. */
	bits_free(shape, slabs, slab, freed);
	return again;
}

void slabs_fini(const struct slab_shape *shape, struct slabs *slabs)
{
	for (size_t n = 0; n < slabs->directory_n; n++) {
		struct slab *slab = slabs->directory[n];

		if (slab) {
			contents_free(shape, slabs, slab, slab->used);
			memory_free(shape->allocator, slab->block);
		}
	}
	memory_free(shape->allocator, slabs->directory);
}

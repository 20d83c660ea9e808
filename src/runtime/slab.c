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
	shape->align = record_align < 16 ? 16 : record_align;
	shape->stride = (record_size + record_align - 1) & ~(record_align - 1);
	shape->slab_n = 1;
	shape->slab_shift = 0;
	while (shape->slab_n < SLAB_RECORDS_MAX && shape->slab_n * 2 * shape->stride <= SLAB_BYTES) {
		shape->slab_n *= 2;
		shape->slab_shift++;
	}
	shape->header = sizeof(struct slab) + shape->slab_n * sizeof(struct slab_key);
	shape->touched = SLAB_KEY_TOUCHED;
	shape->fini = NULL;
}

static uint64_t full(const struct slab_shape *shape)
{
	return shape->slab_n == 64 ? UINT64_MAX : (UINT64_C(1) << shape->slab_n) - 1;
}

static size_t slab_size(const struct slab_shape *shape)
{
	return shape->header + shape->align - 1 + shape->slab_n * shape->stride;
}

static size_t directory_size(size_t room)
{
	return sizeof(struct slab_directory) + room * sizeof(_Atomic(unsigned char *));
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

static struct slab_directory *directory_of(const struct slabs *slabs)
{
	return atomic_load_explicit(&slabs->directory, memory_order_relaxed);
}

static unsigned char *directory_get(const struct slab_directory *directory, size_t n)
{
	return atomic_load_explicit(&directory->records[n], memory_order_relaxed);
}

/* Readers may be in the old one: it is copied, and left to be retired. */
static int directory_grow(const struct slab_shape *shape, struct slabs *slabs, struct slab_directory **ret_old)
{
	struct slab_directory *old = directory_of(slabs), *grown;
	size_t room = old ? old->room + old->room / 2 : 4;

	grown = memory_zalloc(shape->allocator, directory_size(room));
	if (!grown)
		return -ENOMEM;
	grown->slabs = slabs;
	grown->room = room;
	for (size_t n = 0; n < slabs->directory_n; n++)
		atomic_init(&grown->records[n], directory_get(old, n));
	atomic_store_explicit(&slabs->directory, grown, memory_order_release);
	count_bytes(slabs, directory_size(room), old ? directory_size(old->room) : 0);
	if (old)
		*ret_old = old;
	return 0;
}

struct slab *slabs_at(const struct slab_shape *shape, const struct slabs *slabs, size_t n)
{
	unsigned char *records = directory_get(directory_of(slabs), n);

	return records ? (struct slab *)(void *)(records - shape->header) : NULL;
}

static struct slab *slab_of(const struct slab_shape *shape, const struct slabs *slabs, uint32_t number)
{
	return slabs_at(shape, slabs, number >> shape->slab_shift);
}

/* Adds an empty slab. */
static int slab_add(const struct slab_shape *shape, struct slabs *slabs, struct slab_directory **ret_old)
{
	struct slab_directory *directory = directory_of(slabs);
	size_t at = slabs->directory_n;
	unsigned char *block;
	struct slab *slab;

	if (slabs->holes) {
		for (at = 0; directory_get(directory, at); at++)
			;
	} else if (at >= (UINT32_MAX - 1) >> shape->slab_shift) {
		return -ENOMEM;
	} else if ((!directory || at == directory->room) && directory_grow(shape, slabs, ret_old)) {
		return -ENOMEM;
	}
	block = memory_alloc(shape->allocator, slab_size(shape));
	if (!block)
		return -ENOMEM;
	slab = (struct slab *)((unsigned char *)memory_align(block + shape->header, shape->align) - shape->header);
	memset(slab, 0, sizeof(*slab));
	slab->slabs = slabs;
	slab->block = block;
	slab->number = (uint32_t)at;
	atomic_store_explicit(&directory_of(slabs)->records[at], slab_records(shape, slab), memory_order_release);
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
	atomic_store_explicit(&directory_of(slabs)->records[slab->number], NULL, memory_order_relaxed);
	slabs->holes++;
	count_bytes(slabs, 0, slab_size(shape));
	memory_free(shape->allocator, slab->block);
}

size_t slab_key_far_bytes(const struct slab_key *cell)
{
	struct fg_key key = slab_key_of(cell);

	return key.len > SLAB_KEY_INLINE ? key.len : 0;
}

static int key_set(const struct slab_shape *shape, struct slabs *slabs, struct slab_key *cell, struct fg_key key)
{
	void *far;

	if (key.len > SLAB_KEY_MAX)
		return -ENOMEM;
	memset(cell->bytes, 0, sizeof(cell->bytes));
	if (key.len > SLAB_KEY_INLINE) {
		far = memory_alloc(shape->allocator, key.len);
		if (!far)
			return -ENOMEM;
		memcpy(far, key.ptr, key.len);
		memcpy(cell->bytes, &far, sizeof(far));
		count_bytes(slabs, key.len, 0);
	} else if (key.len) {
		memcpy(cell->bytes, key.ptr, key.len);
	}
	atomic_init(&cell->len, (uint32_t)key.len | shape->touched);
	return 0;
}

/* Frees what records hold, and the keys that lie outside of their cells. */
static void contents_free(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab, uint64_t bits)
{
	for (; bits; bits &= bits - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(bits);
		struct slab_key *cell = slab_cell(slab_records(shape, slab), i);
		size_t far = slab_key_far_bytes(cell);

		if (shape->fini)
			shape->fini(slab_record(shape, slab_records(shape, slab), i));
		if (!far)
			continue;
		memory_free(shape->allocator, (void *)(uintptr_t)slab_key_of(cell).ptr);
		count_bytes(slabs, 0, far);
	}
}

/* Frees numbers of a slab, and it with its last. */
static void bits_free(const struct slab_shape *shape, struct slabs *slabs, struct slab *slab, uint64_t bits)
{
	contents_free(shape, slabs, slab, bits);
	if (slab->used == full(shape))
		open_insert(slabs, slab);
	slab->used &= ~bits;
	if (!slab->used)
		slab_give_back(shape, slabs, slab);
}

int slabs_add(const struct slab_shape *shape, struct slabs *slabs, struct fg_key key, uint32_t *ret_number,
              struct slab_directory **ret_old)
{
	unsigned char *records;
	struct slab *slab;
	uint32_t i;

	if (!slabs->open && slab_add(shape, slabs, ret_old))
		return -ENOMEM;
	slab = slabs->open;
	records = slab_records(shape, slab);
	i = (uint32_t)__builtin_ctzll(~slab->used);
	if (key_set(shape, slabs, slab_cell(records, i), key)) {
		if (!slab->used)
			slab_give_back(shape, slabs, slab);
		return -ENOMEM;
	}
	memset(slab_record(shape, records, i), 0, shape->stride);
	slab->used |= UINT64_C(1) << i;
	if (slab->used == full(shape))
		open_remove(slabs, slab);
	*ret_number = (slab->number << shape->slab_shift) + i;
	return 0;
}

void slabs_undo(const struct slab_shape *shape, struct slabs *slabs, uint32_t number)
{
	bits_free(shape, slabs, slab_of(shape, slabs, number), UINT64_C(1) << (number & (shape->slab_n - 1)));
}

struct slab *slabs_remove(const struct slab_shape *shape, struct slabs *slabs, uint32_t number, bool evicted)
{
	struct slab *slab = slab_of(shape, slabs, number);
	uint64_t bit = UINT64_C(1) << (number & (shape->slab_n - 1));

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
		struct slab *slab = slabs_at(shape, slabs, n);

		if (slab) {
			contents_free(shape, slabs, slab, slab->used);
			memory_free(shape->allocator, slab->block);
		}
	}
	memory_free(shape->allocator, directory_of(slabs));
}

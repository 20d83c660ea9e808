/*
 * store.c - shared records by key
 *
 * The top 8 bits of a key's hash choose one of 256 shards. A shard is a lock on cache lines of its own, a table of
 * slots with open addressing, and slabs that hold the records:
 *
 *     shard   lock | slots {hash, number}, linear probing | slabs: key and shared record by number
 *
 * Invariant: a slot is reached from its home (hash & mask) over full slots only; a remove moves later slots back
 * instead of leaving a mark, so a table never fills with marks.
 *
 * Who merges into a record that exists, or reads it, holds the lock for reading: the record stays where it is, and
 * keeps itself consistent under its fields' policies. Who makes, removes or moves something holds it for writing. So a
 * merge runs wholly before or after any insert, growth or remove of its shard, and none is lost.
 */
#include "store.h"
#include "hash.h"
#include "memory.h"
#include "slab.h"

#include <errno.h>
#include <fieldguard/shared.h>
#include <stdatomic.h>

#define SHARDS (1u << STORE_SHARD_BITS)
#define CACHE_LINE 64
#define SLOTS_MIN 8

struct slot {
	uint32_t hash;                 /* the low 32 bits: home and growth need no others */
	uint32_t number;               /* of the record in slabs, plus 1; 0: the slot is empty */
};

struct shard {
	_Alignas(2 * CACHE_LINE) struct fg_rwlock lock;
	struct slot *slots;            /* lock; slots_n of them, a power of two, or NULL and 0 */
	size_t slots_n;                /* lock */
	struct slabs slabs;            /* lock */
	atomic_size_t count;           /* written under lock, read by anyone */
};

struct fg_store {
	const struct fg_type *type;
	const struct fg_allocator *allocator;
	void *block;                   /* what the allocator gave; the store lies aligned inside it */
	struct slab_shape shape;
	struct shard shards[SHARDS];
};

static struct shard *shard_of(struct fg_store *store, uint64_t hash)
{
	return &store->shards[hash >> (64 - STORE_SHARD_BITS)];
}

/* Full beyond 7/8: probes of absent keys grow long. */
static bool crowded(size_t count, size_t slots_n)
{
	return count > slots_n - slots_n / 8;
}

/* Returns: the slot of key, or the empty slot where a search for it ends; NULL where there are no slots yet. */
static struct slot *find(const struct fg_store *store, const struct shard *shard, struct fg_key key, uint64_t hash)
{
	size_t mask = shard->slots_n - 1;
	struct slot *slot;

	if (!shard->slots_n)
		return NULL;
	for (size_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
		slot = &shard->slots[i];
		if (!slot->number)
			return slot;
		if (slot->hash == (uint32_t)hash && slabs_key_is(&store->shape, &shard->slabs, slot->number - 1, key))
			return slot;
	}
}

static void *record_at(const struct fg_store *store, const struct shard *shard, const struct slot *slot)
{
	return slabs_record(&store->shape, &shard->slabs, slot->number - 1);
}

static int slots_resize(const struct fg_store *store, struct shard *shard, size_t slots_n)
{
	struct slot *slots;

	if (slots_n > SIZE_MAX / sizeof(*slots))
		return -ENOMEM;
	slots = memory_zalloc(store->allocator, slots_n * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t from = 0; from < shard->slots_n; from++) {
		size_t i = shard->slots[from].hash & (slots_n - 1);

		if (!shard->slots[from].number)
			continue;
		while (slots[i].number)
			i = (i + 1) & (slots_n - 1);
		slots[i] = shard->slots[from];
	}
	memory_free(store->allocator, shard->slots);
	shard->slots = slots;
	shard->slots_n = slots_n;
	return 0;
}

/* Makes the key's record; the lock is held for writing and find() did not find it. Returns: 0 or -ENOMEM. */
static int insert(struct fg_store *store, struct shard *shard, struct fg_key key, uint64_t hash, void **ret_record)
{
	size_t count = atomic_load_explicit(&shard->count, memory_order_relaxed);
	struct slot *slot;
	uint32_t number;

	if (crowded(count + 1, shard->slots_n) &&
	    slots_resize(store, shard, shard->slots_n ? shard->slots_n * 2 : SLOTS_MIN))
		return -ENOMEM;
	if (slabs_add(&store->shape, &shard->slabs, key, &number))
		return -ENOMEM;
	slot = find(store, shard, key, hash);
	slot->hash = (uint32_t)hash;
	slot->number = number + 1;
	atomic_store_explicit(&shard->count, count + 1, memory_order_relaxed);
	*ret_record = slabs_record(&store->shape, &shard->slabs, number);
	return 0;
}

/* Empties a slot and closes the gap: a later slot of the same run moves into it unless that would put it before its
 * home (Knuth, The Art of Computer Programming 3, 6.4, algorithm R). */
static void slot_empty(struct shard *shard, struct slot *slot)
{
	size_t mask = shard->slots_n - 1, gap = (size_t)(slot - shard->slots);

	for (size_t i = (gap + 1) & mask; shard->slots[i].number; i = (i + 1) & mask) {
		size_t home = shard->slots[i].hash & mask;

		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		shard->slots[gap] = shard->slots[i];
		gap = i;
	}
	shard->slots[gap].number = 0;
}

static bool type_fits(const struct fg_type *type)
{
	return type && type->abi == FG_TYPE_ABI && type->merge && type->read && type->key && type->shared_size &&
	       type->shared_align && !(type->shared_align & (type->shared_align - 1));
}

int fg_store_new(const struct fg_type *type, const struct fg_store_options *options, struct fg_store **ret_store)
{
	const struct fg_allocator *allocator = options ? options->allocator : NULL;
	size_t expected = options ? options->expected_keys : 0, slots_n = SLOTS_MIN;
	struct fg_store *store;
	void *block;

	if (!type_fits(type) || !ret_store)
		return -EINVAL;
	hash_init();
	block = memory_zalloc(allocator, sizeof(*store) + _Alignof(struct fg_store) - 1);
	if (!block)
		return -ENOMEM;
	store = memory_align(block, _Alignof(struct fg_store));
	store->type = type;
	store->allocator = allocator;
	store->block = block;
	slab_shape_init(&store->shape, type->shared_size, type->shared_align, allocator);

	/* Keys don't fall evenly: about one part in eight more than the mean is rarely passed. */
	while (expected && crowded(expected / SHARDS + expected / SHARDS / 8 + 1, slots_n))
		slots_n *= 2;
	for (size_t i = 0; expected && i < SHARDS; i++) {
		if (slots_resize(store, &store->shards[i], slots_n)) {
			fg_store_free(store);
			return -ENOMEM;
		}
	}
	*ret_store = store;
	return 0;
}

void fg_store_free(struct fg_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < SHARDS; i++) {
		slabs_fini(&store->shape, &store->shards[i].slabs);
		memory_free(store->allocator, store->shards[i].slots);
	}
	memory_free(store->allocator, store->block);
}

uint64_t store_hash(const struct fg_store *store, struct fg_key key)
{
	(void)store;
	return hash_key(key.ptr, key.len);
}

int store_merge_hashed(struct fg_store *store, struct fg_key key, uint64_t hash, const void *record,
                       const void *present, struct fg_refusal *ret_refusal)
{
	struct shard *shard = shard_of(store, hash);
	struct slot *slot;
	void *shared;
	int rc = 0;

	fg_rwlock_read_lock(&shard->lock);
	slot = find(store, shard, key, hash);
	if (slot && slot->number) {
		rc = store->type->merge(record_at(store, shard, slot), record, present, ret_refusal);
		fg_rwlock_read_unlock(&shard->lock);
		return rc;
	}
	fg_rwlock_read_unlock(&shard->lock);

	/* Between the two locks another may have made the record. */
	fg_rwlock_write_lock(&shard->lock);
	slot = find(store, shard, key, hash);
	if (slot && slot->number)
		shared = record_at(store, shard, slot);
	else
		rc = insert(store, shard, key, hash, &shared);
	if (!rc)
		rc = store->type->merge(shared, record, present, ret_refusal);
	fg_rwlock_write_unlock(&shard->lock);
	return rc;
}

int fg_store_merge_told(struct fg_store *store, const void *record, const void *present,
                        struct fg_refusal *ret_refusal)
{
	struct fg_key key;
	int rc = store->type->key(record, present, &key);

	return rc ? rc : store_merge_hashed(store, key, store_hash(store, key), record, present, ret_refusal);
}

int fg_store_merge(struct fg_store *store, const void *record, const void *present)
{
	return fg_store_merge_told(store, record, present, NULL);
}

int fg_store_read(struct fg_store *store, struct fg_key key, void *ret_record, void *ret_present)
{
	uint64_t hash = store_hash(store, key);
	struct shard *shard = shard_of(store, hash);
	struct slot *slot;
	int rc = -ENOENT;

	fg_rwlock_read_lock(&shard->lock);
	slot = find(store, shard, key, hash);
	if (slot && slot->number) {
		store->type->read(record_at(store, shard, slot), ret_record, ret_present);
		rc = 0;
	}
	fg_rwlock_read_unlock(&shard->lock);
	return rc;
}

int fg_store_remove(struct fg_store *store, struct fg_key key)
{
	uint64_t hash = store_hash(store, key);
	struct shard *shard = shard_of(store, hash);
	struct slot *slot;
	int rc = -ENOENT;

	fg_rwlock_write_lock(&shard->lock);
	slot = find(store, shard, key, hash);
	if (slot && slot->number) {
		slabs_remove(&store->shape, &shard->slabs, slot->number - 1);
		slot_empty(shard, slot);
		atomic_fetch_sub_explicit(&shard->count, 1, memory_order_relaxed);
		rc = 0;
	}
	fg_rwlock_write_unlock(&shard->lock);
	return rc;
}

/* Room for the snapshots of one slab's records. */
struct batch {
	void *block;
	char *records, *presents;
	size_t record_stride, present_stride;
};

static int batch_init(const struct fg_store *store, struct batch *batch)
{
	size_t align = store->type->record_align > 16 ? store->type->record_align : 16, n = store->shape.slab_n;

	batch->record_stride = (store->type->record_size + align - 1) & ~(align - 1);
	batch->present_stride = (store->type->present_size + 15) & ~(size_t)15;
	batch->block = memory_alloc(store->allocator, n * (batch->record_stride + batch->present_stride) + align - 1);
	if (!batch->block)
		return -ENOMEM;
	batch->records = memory_align(batch->block, align);
	batch->presents = batch->records + n * batch->record_stride;
	return 0;
}

/* Snapshots the records of slab number n. Returns: their number, or -1 after the last slab. */
static int batch_fill(struct fg_store *store, struct shard *shard, size_t n, const struct batch *batch)
{
	const struct slab *slab;
	int filled = -1;

	fg_rwlock_read_lock(&shard->lock);
	if (n < shard->slabs.directory_n) {
		filled = 0;
		slab = shard->slabs.directory[n];
		for (uint64_t used = slab ? slab->used : 0; used; used &= used - 1) {
			uint32_t i = (uint32_t)__builtin_ctzll(used);

			store->type->read(slab_record(&store->shape, slab, i),
			                  batch->records + (size_t)filled * batch->record_stride,
			                  batch->presents + (size_t)filled * batch->present_stride);
			filled++;
		}
	}
	fg_rwlock_read_unlock(&shard->lock);
	return filled;
}

/* Each slab's records are copied under the lock and visited without it: visit may be slow, and may use the store. A
 * record keeps its number until it is removed, so one that stays is seen exactly once. */
int fg_store_each(struct fg_store *store, int (*visit)(const void *record, const void *present, void *user), void *user)
{
	struct batch batch;
	int rc = batch_init(store, &batch), filled;

	if (rc)
		return rc;
	for (size_t s = 0; s < SHARDS && !rc; s++) {
		for (size_t n = 0; !rc && (filled = batch_fill(store, &store->shards[s], n, &batch)) >= 0; n++) {
			for (int i = 0; i < filled && !rc; i++)
				rc = visit(batch.records + (size_t)i * batch.record_stride,
				           batch.presents + (size_t)i * batch.present_stride, user);
		}
	}
	memory_free(store->allocator, batch.block);
	return rc;
}

size_t fg_store_count(const struct fg_store *store)
{
	size_t count = 0;

	for (size_t i = 0; i < SHARDS; i++)
		count += atomic_load_explicit(&store->shards[i].count, memory_order_relaxed);
	return count;
}

const struct fg_type *fg_store_type(const struct fg_store *store)
{
	return store->type;
}

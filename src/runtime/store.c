/*
 * store.c - shared records by key
 *
 * The top 8 bits of a key's hash choose one of 256 shards: a table, from hash to record, and slabs, which hold
 * records and keys. store_parts.h has the picture.
 *
 * Who reads a record, or merges into one that exists, looks it up within a read section (epoch.h) and takes no lock:
 * what it finds stays in memory until the section ends, and the record keeps itself consistent under its fields'
 * policies. Who makes or removes a record, or makes a table larger, holds the shard's lock, publishes by release
 * stores, and retires what readers may still be in. docs/store.md has the argument that no merge is lost.
 */
#include "store_parts.h"
#include "hash.h"
#include "memory.h"

#include <errno.h>
#include <sched.h>

static struct shard *shard_of(struct fg_store *store, uint64_t hash)
{
	return &store->shards[hash >> (64 - STORE_SHARD_BITS)];
}

struct found {
	struct slab_place place;
	struct table_at at;
};

/* The place of the first match in a bucket. Acquire: what was written before it was published is seen. */
FG_ALWAYS_INLINE struct slab_place first_place(const struct table_bucket *bucket, uint64_t matches)
{
	return slab_unpack(atomic_load_explicit(&bucket->places[table_first(matches)], memory_order_acquire));
}

/*
 * The record of a key, in a read section or under the lock, if it is the first that one looks at: in its home, with no
 * other before it that has the same tag, and looked up since the eviction's hand was there. So it is nearly always, and
 * that way is kept short: what an operation costs is how many of them the processor has under way at once while each
 * waits for memory. Returns: false where find has to say.
 */
FG_ALWAYS_INLINE bool find_at_once(const struct fg_store *store, const struct shard *shard,
                                   const struct slab_probe *key, uint64_t hash, void **ret_record)
{
	const struct table *table = atomic_load_explicit(&shard->table, memory_order_acquire);
	const struct table_bucket *bucket = &table->buckets[table_home(table, hash)];
	uint64_t matches = table_matches(atomic_load_explicit(&bucket->tags, memory_order_acquire), hash);
	struct slab_place place;
	struct slab_key *cell;

	if (FG_UNLIKELY(!matches))
		return false;
	place = first_place(bucket, matches);
	cell = slab_cell(&store->shape, place);
	*ret_record = place.record;
	return slab_key_is(cell, slab_key_rest(cell), key);
}

/* The record of a key, in a read section or under the lock. Every bucket at most once: all of them may be passed. */
static bool find(const struct fg_store *store, const struct shard *shard, const struct slab_probe *key, uint64_t hash,
                 struct found *ret_found)
{
	const struct table *table = atomic_load_explicit(&shard->table, memory_order_acquire);
	size_t at = table_home(table, hash);

	for (size_t left = table->buckets_n; left; left--, at = table_next(table, at)) {
		const struct table_bucket *bucket = &table->buckets[at];
		uint64_t tags = atomic_load_explicit(&bucket->tags, memory_order_acquire);

		for (uint64_t matches = table_matches(tags, hash); matches; matches &= matches - 1) {
			struct slab_place place = first_place(bucket, matches);
			struct slab_key *cell = slab_cell(&store->shape, place);
			uint64_t rest = slab_key_rest(cell);

			if (!slab_key_is(cell, rest | SLAB_KEY_TOUCHED, key))
				continue;
			if (!(rest & SLAB_KEY_TOUCHED))
				atomic_store_explicit(&cell->rest, rest | SLAB_KEY_TOUCHED, memory_order_relaxed);
			*ret_found = (struct found){ place, { at, table_first(matches) } };
			return true;
		}
		if (!(tags & TABLE_PASSED))
			break;
	}
	return false;
}

/* ---- what goes when nobody sees it any more ---- */

static void store_destroy(struct fg_store *store)
{
	for (size_t i = 0; i < SHARDS; i++) {
		struct slabs *slabs = &store->shards[i].slabs;

		for (size_t n = 0; n < slabs->directory_n; n++) {
			struct slab *slab = slabs->directory[n];

			if (slab)
				limit_tell(store, slab, slab->evicted);
		}
		slabs_fini(&store->shape, slabs);
		table_free(store->allocator, atomic_load_explicit(&store->shards[i].table, memory_order_relaxed));
	}
	memory_free(store->allocator, store->told_block);
	memory_free(store->allocator, store->block);
}

static void unref(struct fg_store *store)
{
	if (atomic_fetch_sub_explicit(&store->users, 1, memory_order_acq_rel) == 1)
		store_destroy(store);
}

static void table_reclaim(struct epoch_garbage *garbage)
{
	struct table *table = (struct table *)garbage;
	struct fg_store *store = table->owner;

	table_free(store->allocator, table);
	unref(store);
}

static struct shard *shard_of_slabs(struct slabs *slabs)
{
	return (struct shard *)(void *)((char *)slabs - offsetof(struct shard, slabs));
}

static void slab_reclaim(struct epoch_garbage *garbage);

static void slab_retire(const struct fg_store *store, struct slab *slab)
{
	epoch_retire(&slab->garbage, (size_t)__builtin_popcountll(slab->retired) * store->shape.stride, slab_reclaim);
}

static void slab_reclaim(struct epoch_garbage *garbage)
{
	struct slab *slab = (struct slab *)garbage;
	struct shard *shard = shard_of_slabs(slab->slabs);
	struct fg_store *store = shard->store;
	uint64_t evicted;
	bool again;

	fg_mutex_lock(&shard->lock);
	evicted = slab->evicted & slab->retired;
	fg_mutex_unlock(&shard->lock);
	limit_tell(store, slab, evicted);
	fg_mutex_lock(&shard->lock);
	again = slabs_reclaim(&store->shape, &shard->slabs, slab);
	fg_mutex_unlock(&shard->lock);
	/* A store that is being freed has no readers: the rest goes with it. */
	if (again && !atomic_load_explicit(&store->closing, memory_order_relaxed))
		slab_retire(store, slab);
	else
		unref(store);
}

void leftovers_retire(struct fg_store *store, const struct leftovers *leftovers)
{
	size_t pieces = (size_t)!!leftovers->table + !!leftovers->slab;

	if (!pieces)
		return;
	atomic_fetch_add_explicit(&store->users, pieces, memory_order_relaxed);
	if (leftovers->table)
		epoch_retire(&leftovers->table->garbage, table_size(leftovers->table->buckets_n), table_reclaim);
	if (leftovers->slab)
		slab_retire(store, leftovers->slab);
}

/* ---- changes of a shard, its lock held ---- */

/* Every record of the shard, by its key: a tag is not all of the hash. Slab by slab they lie one behind the other. */
static size_t table_fill(const struct fg_store *store, const struct shard *shard, struct table *table)
{
	size_t passed = 0;

	for (size_t n = 0; n < shard->slabs.directory_n; n++) {
		struct slab *slab = shard->slabs.directory[n];

		for (uint64_t live = slab ? slab_live(slab) : 0; live; live &= live - 1) {
			struct slab_place place = slab_place(&store->shape, slab, (uint32_t)__builtin_ctzll(live));
			struct fg_key key = slab_key_of(slab_cell(&store->shape, place));

			passed += table_insert(table, hash_key(key.ptr, key.len), slab_pack(place));
		}
	}
	return passed;
}

static int table_replace(struct fg_store *store, struct shard *shard, size_t buckets_n, struct leftovers *leftovers)
{
	struct table *old = atomic_load_explicit(&shard->table, memory_order_relaxed);
	struct table *table = table_new(store->allocator, buckets_n);

	if (!table)
		return -ENOMEM;
	table->owner = store;
	shard->passed = table_fill(store, shard, table);
	atomic_store_explicit(&shard->table_bytes, table_size(buckets_n), memory_order_relaxed);
	atomic_store_explicit(&shard->table, table, memory_order_release);
	leftovers->table = old == &table_none ? NULL : old;
	return 0;
}

/* Room for one key more. The marks of those that have passed are left behind. */
static int table_make_room(struct fg_store *store, struct shard *shard, struct leftovers *leftovers)
{
	const struct table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
	size_t count = atomic_load_explicit(&shard->count, memory_order_relaxed) + 1, buckets_n;

	if (!table_crowded(count, shard->passed, table->buckets_n))
		return 0;
	buckets_n = table_buckets_for(count);
	return table_replace(store, shard, buckets_n < store->buckets_min ? store->buckets_min : buckets_n, leftovers);
}

struct patch {
	struct fg_key key;
	uint64_t hash;
	const void *record, *present;
	struct fg_refusal *ret_refusal;
};

/* The first merge is done before anybody finds the record, so an empty one is never seen. */
static int insert(struct fg_store *store, struct shard *shard, const struct patch *patch, struct leftovers *leftovers)
{
	size_t count = atomic_load_explicit(&shard->count, memory_order_relaxed);
	struct slab_place place;
	int rc;

	if (table_make_room(store, shard, leftovers) || slabs_add(&store->shape, &shard->slabs, patch->key, &place))
		return -ENOMEM;
	/* The first one replaces nothing, so nothing is retired under the lock. */
	rc = store->type->merge(place.record, patch->record, patch->present, patch->ret_refusal);
	if (rc && rc != -EPERM) {
		slabs_undo(&store->shape, &shard->slabs, place);
		return rc;
	}
	shard->passed += table_insert(atomic_load_explicit(&shard->table, memory_order_relaxed), patch->hash,
	                              slab_pack(place));
	atomic_store_explicit(&shard->count, count + 1, memory_order_relaxed);
	return rc;
}

void shard_remove(struct shard *shard, struct table_at at, struct slab_place place, bool evicted,
                  struct leftovers *leftovers)
{
	struct fg_store *store = shard->store;
	struct slab_key *cell = slab_cell(&store->shape, place);
	size_t count = atomic_load_explicit(&shard->count, memory_order_relaxed);

	table_remove(atomic_load_explicit(&shard->table, memory_order_relaxed), at);
	atomic_store_explicit(&shard->count, count - 1, memory_order_relaxed);
	if (store->limited)
		limit_give(store, limit_charge(store, slab_key_of(cell).len));
	leftovers->slab = slabs_remove(&store->shape, place, evicted);
}

static bool type_fits(const struct fg_type *type)
{
	return type && type->abi == FG_TYPE_ABI && type->merge && (type->read || type->pointers) && type->key &&
	       type->shared_size && type->shared_align && !(type->shared_align & (type->shared_align - 1));
}

/* Tables for so many keys at once. Keys don't fall evenly: with four a bucket there is room for a quarter more than the
 * mean, which is rarely passed. */
static int expect(struct fg_store *store, size_t keys)
{
	struct leftovers none = { NULL, NULL };
	int rc = 0;

	store->buckets_min = 1;
	if (!keys)
		return 0;
	store->buckets_min = keys / SHARDS / 4 + 1;
	for (size_t i = 0; i < SHARDS && !rc; i++)
		rc = table_replace(store, &store->shards[i], store->buckets_min, &none);
	return rc;
}

int fg_store_new(const struct fg_type *type, const struct fg_store_options *options, struct fg_store **ret_store)
{
	const struct fg_allocator *allocator = options ? options->allocator : NULL;
	struct fg_store *store;
	void *block;
	int rc;

	if (!type_fits(type) || !ret_store)
		return -EINVAL;
	hash_init();
	block = memory_zalloc(allocator, sizeof(*store) + _Alignof(struct fg_store) - 1);
	if (!block)
		return -ENOMEM;
	store = memory_align(block, _Alignof(struct fg_store));
	store->type = type;
	store->read = type->pointers ? NULL : type->read;
	store->allocator = allocator;
	store->block = block;
	store->users = 1;
	if (options)
		store->options = *options;
	for (size_t i = 0; i < SHARDS; i++) {
		store->shards[i].store = store;
		atomic_init(&store->shards[i].table, &table_none);
	}
	slab_shape_init(&store->shape, type, allocator);
	rc = limit_init(store);
	if (!rc)
		rc = expect(store, store->options.expected_keys);
	if (rc) {
		fg_store_free(store);
		return rc;
	}
	*ret_store = store;
	return 0;
}

void fg_store_free(struct fg_store *store)
{
	if (!store)
		return;
	atomic_store_explicit(&store->closing, true, memory_order_relaxed);
	/* Within a section or a free function there is no waiting: the last piece takes the store with it. */
	while (atomic_load_explicit(&store->users, memory_order_acquire) > 1 && !fg_read_wait())
		;
	/* What merges have replaced is the allocator's too. */
	if (store->type->pointers)
		fg_read_wait();
	unref(store);
}

uint64_t store_hash(const struct fg_store *store, struct fg_key key)
{
	(void)store;
	return hash_key(key.ptr, key.len);
}

/* Lock held. ret_there: the record, where it is there: to be merged into without the lock, for that may free what takes
 * locks. Returns: as store_merge_hashed; -EAGAIN: room was made; -EBUSY: this shard has none to give. */
static int merge_or_insert(struct fg_store *store, struct shard *shard, const struct patch *patch,
                           struct leftovers *leftovers, void **ret_there)
{
	struct slab_probe probe = slab_probe_of(patch->key);
	size_t charge = limit_charge(store, patch->key.len);
	struct found found;
	int rc;

	/* Between the look-up and the lock another may have made the record. */
	if (find(store, shard, &probe, patch->hash, &found)) {
		*ret_there = found.place.record;
		return 0;
	}
	if (store->limited && !limit_take(store, charge)) {
		if (!store->options.evict || (store->options.max_bytes && charge > store->options.max_bytes))
			return -ENOSPC;
		return limit_evict(shard, leftovers) ? -EAGAIN : -EBUSY;
	}
	rc = insert(store, shard, patch, leftovers);
	if (rc && rc != -EPERM && store->limited)
		limit_give(store, charge);
	return rc;
}

static int merge_new(struct fg_store *store, struct shard *shard, const struct patch *patch)
{
	int rc;

	if (patch->key.len > SLAB_KEY_MAX)
		return -ENOMEM;
	do {
		struct leftovers leftovers = { NULL, NULL };
		struct fg_read read = fg_read_begin();
		void *there = NULL;

		fg_mutex_lock(&shard->lock);
		rc = merge_or_insert(store, shard, patch, &leftovers, &there);
		fg_mutex_unlock(&shard->lock);
		if (there)
			rc = store->type->merge(there, patch->record, patch->present, patch->ret_refusal);
		fg_read_end(&read);
		leftovers_retire(store, &leftovers);
		/* Nowhere a key to evict: others have taken room and are about to insert. */
		if (rc == -EBUSY && !limit_evict_elsewhere(store, shard))
			sched_yield();
	} while (rc == -EAGAIN || rc == -EBUSY);
	return rc;
}

/* What is not found at once. In the caller's section, which is closed. */
static __attribute__((noinline)) int merge_searched(struct fg_store *store, struct shard *shard,
                                                    const struct patch *patch, struct epoch_slot *section)
{
	struct slab_probe probe = slab_probe_of(patch->key);
	struct found found;
	int rc;

	if (find(store, shard, &probe, patch->hash, &found)) {
		rc = store->type->merge(found.place.record, patch->record, patch->present, patch->ret_refusal);
		epoch_leave(section);
		return rc;
	}
	epoch_leave(section);
	return merge_new(store, shard, patch);
}

/* As store_merge_hashed; compiled once for integer keys, whose length is a constant then, and once for all. */
FG_ALWAYS_INLINE int merge(struct fg_store *store, const struct patch *patch)
{
	struct slab_probe probe = slab_probe_of(patch->key);
	struct shard *shard = shard_of(store, patch->hash);
	struct epoch_slot *section = epoch_enter();
	void *there;
	int rc;

	if (FG_UNLIKELY(!find_at_once(store, shard, &probe, patch->hash, &there))) {
		/* A copy, so that the other way has all of it in registers. */
		struct patch copy = *patch;

		return merge_searched(store, shard, &copy, section);
	}
	rc = store->type->merge(there, patch->record, patch->present, patch->ret_refusal);
	epoch_leave(section);
	return rc;
}

int store_merge_hashed(struct fg_store *store, struct fg_key key, uint64_t hash, const void *record,
                       const void *present, struct fg_refusal *ret_refusal)
{
	struct patch patch = { key, hash, record, present, ret_refusal };

	return merge(store, &patch);
}

int fg_store_merge_told(struct fg_store *store, const void *record, const void *present,
                        struct fg_refusal *ret_refusal)
{
	struct patch patch = { .record = record, .present = present, .ret_refusal = ret_refusal };
	int rc = store->type->key(record, present, &patch.key);

	if (rc)
		return rc;
	if (patch.key.len == 8) {
		patch.hash = hash_key(patch.key.ptr, 8);
		return merge(store, &patch);
	}
	patch.hash = hash_key(patch.key.ptr, patch.key.len);
	return merge(store, &patch);
}

int fg_store_merge(struct fg_store *store, const void *record, const void *present)
{
	return fg_store_merge_told(store, record, present, NULL);
}

/* What is not found at once, and what has pointers. In the caller's section, which is closed. */
static __attribute__((noinline)) int read_searched(struct fg_store *store, struct fg_key key, struct fg_arena *arena,
                                                   void *ret_record, void *ret_present, struct epoch_slot *section)
{
	uint64_t hash = hash_key(key.ptr, key.len);
	struct slab_probe probe = slab_probe_of(key);
	struct found found;
	int rc = 0;

	if (!find(store, shard_of(store, hash), &probe, hash, &found))
		rc = -ENOENT;
	else if (store->type->pointers)
		rc = store->type->pointers->read(found.place.record, arena, ret_record, ret_present);
	else
		store->type->read(found.place.record, ret_record, ret_present);
	epoch_leave(section);
	return rc;
}

/* fg_store_read_into, compiled twice as merge is. */
FG_ALWAYS_INLINE int read_into(struct fg_store *store, struct fg_key key, struct fg_arena *arena, void *ret_record,
                               void *ret_present)
{
	uint64_t hash = hash_key(key.ptr, key.len);
	struct slab_probe probe = slab_probe_of(key);
	struct epoch_slot *section = epoch_enter();
	void *there;

	if (FG_UNLIKELY(!find_at_once(store, shard_of(store, hash), &probe, hash, &there) || !store->read))
		return read_searched(store, key, arena, ret_record, ret_present, section);
	store->read(there, ret_record, ret_present);
	epoch_leave(section);
	return 0;
}

static __attribute__((noinline)) int read_any(struct fg_store *store, struct fg_key key, struct fg_arena *arena,
                                              void *ret_record, void *ret_present)
{
	return read_into(store, key, arena, ret_record, ret_present);
}

int fg_store_read_into(struct fg_store *store, struct fg_key key, struct fg_arena *arena, void *ret_record,
                       void *ret_present)
{
	if (FG_LIKELY(key.len == 8))
		return read_into(store, (struct fg_key){ key.ptr, 8 }, arena, ret_record, ret_present);
	return read_any(store, key, arena, ret_record, ret_present);
}

int fg_store_read(struct fg_store *store, struct fg_key key, void *ret_record, void *ret_present)
{
	if (FG_LIKELY(key.len == 8))
		return read_into(store, (struct fg_key){ key.ptr, 8 }, NULL, ret_record, ret_present);
	return read_any(store, key, NULL, ret_record, ret_present);
}

int fg_store_remove(struct fg_store *store, struct fg_key key)
{
	uint64_t hash = store_hash(store, key);
	struct slab_probe probe = slab_probe_of(key);
	struct leftovers leftovers = { NULL, NULL };
	struct shard *shard = shard_of(store, hash);
	struct found found;
	bool there;

	fg_mutex_lock(&shard->lock);
	there = find(store, shard, &probe, hash, &found);
	if (there)
		shard_remove(shard, found.at, found.place, false, &leftovers);
	fg_mutex_unlock(&shard->lock);
	leftovers_retire(store, &leftovers);
	return there ? 0 : -ENOENT;
}

/* Room for the snapshots of one slab's records. */
struct batch {
	void *block;
	char *records, *presents;
	size_t record_stride, present_stride;
	struct fg_arena arena;         /* what they point to */
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
	fg_arena_init(&batch->arena, store->allocator, 0);
	return 0;
}

/* Lock held, in a section: the records of slab number n, with what they point to as it lies. Returns: their number, or
 * -1 after the last slab. */
static int batch_look(struct fg_store *store, struct shard *shard, size_t n, const struct batch *batch,
                      const struct fg_read *section)
{
	struct slab *slab;
	int filled = -1;

	if (n < shard->slabs.directory_n) {
		filled = 0;
		slab = shard->slabs.directory[n];
		for (uint64_t live = slab ? slab_live(slab) : 0; live; live &= live - 1) {
			uint32_t i = (uint32_t)__builtin_ctzll(live);

			store_look(store, slab_place(&store->shape, slab, i).record, section,
			           batch->records + (size_t)filled * batch->record_stride,
			           batch->presents + (size_t)filled * batch->present_stride);
			filled++;
		}
	}
	return filled;
}

/* Snapshots the records of slab number n. What they point to is copied without the lock, in the same section.
 * Returns: 0 or -ENOMEM. */
static int batch_fill(struct fg_store *store, struct shard *shard, size_t n, struct batch *batch, int *ret_filled)
{
	struct fg_read section = fg_read_begin();
	int rc = 0;

	fg_mutex_lock(&shard->lock);
	*ret_filled = batch_look(store, shard, n, batch, &section);
	fg_mutex_unlock(&shard->lock);
	fg_arena_reset(&batch->arena);
	for (int i = 0; store->type->pointers && !rc && i < *ret_filled; i++) {
		void *record = batch->records + (size_t)i * batch->record_stride;

		rc = store->type->pointers->copy(record, &batch->arena, record);
	}
	fg_read_end(&section);
	return rc;
}

/* Each slab's records are copied under the lock and visited without it: visit may be slow, and may use the store. A
 * record keeps its place until it is removed, so one that stays is seen exactly once. */
int fg_store_each(struct fg_store *store, int (*visit)(const void *record, const void *present, void *user), void *user)
{
	struct batch batch;
	int rc = batch_init(store, &batch), filled = 0;

	if (rc)
		return rc;
	for (size_t s = 0; s < SHARDS && !rc; s++) {
		filled = 0;
		for (size_t n = 0; !rc && filled >= 0; n++) {
			rc = batch_fill(store, &store->shards[s], n, &batch, &filled);
			for (int i = 0; i < filled && !rc; i++)
				rc = visit(batch.records + (size_t)i * batch.record_stride,
				           batch.presents + (size_t)i * batch.present_stride, user);
		}
	}
	fg_arena_fini(&batch.arena);
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

void fg_store_memory(const struct fg_store *store, struct fg_store_memory *ret_memory)
{
	size_t keys = fg_store_count(store), bytes = sizeof(*store) + _Alignof(struct fg_store) - 1;
	size_t records = keys * store->shape.stride;

	for (size_t i = 0; i < SHARDS; i++) {
		bytes += atomic_load_explicit(&store->shards[i].slabs.bytes, memory_order_relaxed);
		bytes += atomic_load_explicit(&store->shards[i].table_bytes, memory_order_relaxed);
	}
	ret_memory->keys = keys;
	ret_memory->bytes = bytes;
	ret_memory->record_bytes = records;
	ret_memory->overhead_per_key = keys && bytes > records ? (double)(bytes - records) / (double)keys : 0;
}

const struct fg_type *fg_store_type(const struct fg_store *store)
{
	return store->type;
}

/*
 * store_limit.c - the limits of a store: who has to go, and when that is told
 *
 * The victim is a key of the shard that needs room (any key may fall into it: the hash is random), by second chance: a
 * hand goes round the shard's records, takes the first whose key was not looked up since the hand was there last, and
 * clears the marks that it passes (F. Corbato, "A Paging Experiment with the Multics System", 1968).
 *
 * A record that was taken out may still be merged into by those who had found it before. So it is told only when its
 * place is reclaimed: then nobody can have it any more, and what is told is all that was ever merged into it.
 */
#include "hash.h"
#include "memory.h"
#include "store_parts.h"

#include <errno.h>

int limit_init(struct fg_store *store)
{
	const struct fg_type *type = store->type;
	size_t align = type->record_align > 16 ? type->record_align : 16;
	size_t record_size = (type->record_size + 15) & ~(size_t)15;

	store->limited = store->options.max_keys || store->options.max_bytes;
	if (!store->options.evict)
		return 0;
	if (!store->limited)
		return -EINVAL;
	store->shape.touched = 0;
	store->told_block = memory_alloc(store->allocator, record_size + type->present_size + align - 1);
	if (!store->told_block)
		return -ENOMEM;
	store->told_record = memory_align(store->told_block, align);
	store->told_present = (char *)store->told_record + record_size;
	return 0;
}

size_t limit_charge(const struct fg_store *store, size_t key_len)
{
	return store->shape.stride + FG_STORE_KEY_BYTES + (key_len > SLAB_KEY_INLINE ? key_len : 0);
}

/* Adds, unless that would pass the limit. */
static bool take(atomic_size_t *sum, size_t more, size_t limit)
{
	size_t before = atomic_load_explicit(sum, memory_order_relaxed);

	do {
		if (limit && (before >= limit || limit - before < more))
			return false;
	} while (!atomic_compare_exchange_weak_explicit(sum, &before, before + more, memory_order_relaxed,
	                                                memory_order_relaxed));
	return true;
}

bool limit_take(struct fg_store *store, size_t charge)
{
	if (!take(&store->keys_n, 1, store->options.max_keys))
		return false;
	if (take(&store->bytes_n, charge, store->options.max_bytes))
		return true;
	atomic_fetch_sub_explicit(&store->keys_n, 1, memory_order_relaxed);
	return false;
}

void limit_give(struct fg_store *store, size_t charge)
{
	atomic_fetch_sub_explicit(&store->keys_n, 1, memory_order_relaxed);
	atomic_fetch_sub_explicit(&store->bytes_n, charge, memory_order_relaxed);
}

/* The hand's next victim. Returns: false where the shard has no key. Twice round at the most: others may go on looking
 * up every key, then the first that the hand comes to is taken. */
static bool victim(struct shard *shard, struct slab_place *ret_place)
{
	const struct slab_shape *shape = &shard->store->shape;
	size_t places = shard->slabs.directory_n * shape->slab_n;

	if (!atomic_load_explicit(&shard->count, memory_order_relaxed))
		return false;
	for (size_t seen = 0;; seen++) {
		size_t at = shard->hand++;
		struct slab_key *cell;
		struct slab *slab;
		uint64_t rest;
		uint32_t i;

		if (at >= places) {
			shard->hand = 0;
			continue;
		}
		i = (uint32_t)(at % shape->slab_n);
		slab = shard->slabs.directory[at / shape->slab_n];
		if (!slab || !(slab_live(slab) >> i & 1))
			continue;
		*ret_place = slab_place(shape, slab, i);
		cell = slab_cell(shape, *ret_place);
		rest = slab_key_rest(cell);
		if (!(rest & SLAB_KEY_TOUCHED) || seen > 2 * places)
			return true;
		atomic_store_explicit(&cell->rest, rest & ~SLAB_KEY_TOUCHED, memory_order_relaxed);
	}
}

bool limit_evict(struct shard *shard, struct leftovers *leftovers)
{
	struct table *table = atomic_load_explicit(&shard->table, memory_order_relaxed);
	struct slab_place place;
	struct fg_key key;

	if (!victim(shard, &place))
		return false;
	key = slab_key_of(slab_cell(&shard->store->shape, place));
	shard_remove(shard, table_find(table, hash_key(key.ptr, key.len), slab_pack(place)), place, true, leftovers);
	return true;
}

bool limit_evict_elsewhere(struct fg_store *store, const struct shard *shard)
{
	size_t own = (size_t)(shard - store->shards);

	for (size_t i = 1; i < SHARDS; i++) {
		struct shard *other = &store->shards[(own + i) % SHARDS];
		struct leftovers leftovers = { NULL, NULL };
		bool evicted;

		if (!atomic_load_explicit(&other->count, memory_order_relaxed))
			continue;
		fg_mutex_lock(&other->lock);
		evicted = limit_evict(other, &leftovers);
		fg_mutex_unlock(&other->lock);
		leftovers_retire(store, &leftovers);
		if (evicted)
			return true;
	}
	return false;
}

void limit_tell(struct fg_store *store, struct slab *slab, uint64_t evicted)
{
	struct fg_read section;

	if (!evicted)
		return;
	section = fg_read_begin();
	fg_mutex_lock(&store->tell_lock);
	for (; evicted; evicted &= evicted - 1) {
		struct slab_place place = slab_place(&store->shape, slab, (uint32_t)__builtin_ctzll(evicted));

		store_look(store, place.record, &section, store->told_record, store->told_present);
		store->options.evict(store->told_record, store->told_present, store->options.user);
	}
	fg_mutex_unlock(&store->tell_lock);
	fg_read_end(&section);
}

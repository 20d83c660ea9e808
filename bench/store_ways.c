/*
 * store_ways.c - the tables: fieldguard's store; 1024 mutexes; liburcu's rculfhash and ck_ht with a lock a record
 *
 * The tables of liburcu and Concurrency Kit hold pointers and leave the records' consistency to the user: a mutex a
 * record is what makes a merge whole. Nothing is inserted while the clock runs.
 */
#include "store_ways.h"
#include "store_record.fg.h"
#include <fieldguard/once.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef BENCH_URCU
#define _LGPL_SOURCE
#include <urcu/urcu-qsbr.h>
#include <urcu/rculfhash.h>
#endif
#ifdef BENCH_CK
#include <ck_ht.h>
#endif

/* As XXH3 is for ours: hashes 8 bytes well. (The finaliser of splitmix64, by S. Vigna.) */
static inline uint64_t hash_of(uint64_t id)
{
	id = (id ^ id >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	id = (id ^ id >> 27) * UINT64_C(0x94d049bb133111eb);
	return id ^ id >> 31;
}

static inline bool wrong(const struct ticker *ticker, uint64_t id)
{
	return ticker->id != id || ticker->bid != ticker->ask;
}

static inline bool is_merge(uint32_t op, uint32_t merges)
{
	return op >> 20 < merges;
}

static inline uint64_t id_of(uint32_t op)
{
	return store_id(op & (STORE_KEYS_MAX - 1));
}

/* ---- fieldguard ---- */

static void *fg_open(const uint32_t *order, size_t keys_n)
{
	struct fg_store *store;

	if (ticker_store_new(NULL, &store))
		return NULL;
	for (size_t i = 0; i < keys_n; i++) {
		struct ticker ticker = {.id = store_id(order[i])};

		if (ticker_store_merge(store, &ticker, NULL)) {
			fg_store_free(store);
			return NULL;
		}
	}
	return store;
}

static void fg_close(void *table)
{
	fg_store_free(table);
}

static uint64_t fg_run(void *table, const uint32_t *ops, size_t n, uint32_t merges)
{
	struct ticker_present two = {0};
	uint64_t faults = 0;

	two.bits[0] = UINT64_C(1) << TICKER_FIELD_ID | UINT64_C(1) << TICKER_FIELD_BID |
	              UINT64_C(1) << TICKER_FIELD_ASK;
	for (size_t i = 0; i < n; i++) {
		uint64_t id = id_of(ops[i]);
		struct ticker ticker;

		if (is_merge(ops[i], merges)) {
			ticker.id = id;
			ticker.bid = ticker.ask = (int64_t)i;
			faults += ticker_store_merge(table, &ticker, &two) != 0;
		} else {
			faults += ticker_store_read(table, id, &ticker, NULL) || wrong(&ticker, id);
		}
	}
	return faults;
}

/* As who handles many messages at a time does: one read section around 64 operations. */
static uint64_t fg_run_sections(void *table, const uint32_t *ops, size_t n, uint32_t merges)
{
	uint64_t faults = 0;

	for (size_t i = 0; i < n; i += 64) {
		struct fg_read read = fg_read_begin();

		faults += fg_run(table, ops + i, n - i < 64 ? n - i : 64, merges);
		fg_read_end(&read);
	}
	return faults;
}

double store_overhead(void *table)
{
	struct fg_store_memory memory;

	fg_store_memory(table, &memory);
	return memory.overhead_per_key;
}

/* ---- 1024 mutexes, each with a table of its own ---- */

enum { STRIPES = 1024 };

struct stripe {
	_Alignas(64) pthread_mutex_t lock;
	struct ticker *slots; /* open addressing; id 0: empty */
	size_t mask, count;
};

static struct ticker *stripe_find(struct stripe *stripe, uint64_t id, uint64_t hash)
{
	size_t i = hash & stripe->mask;

	while (stripe->slots[i].id && stripe->slots[i].id != id)
		i = (i + 1) & stripe->mask;
	return &stripe->slots[i];
}

static void striped_close(void *table)
{
	struct stripe *stripes = table;

	for (size_t s = 0; s < STRIPES; s++) {
		pthread_mutex_destroy(&stripes[s].lock);
		free(stripes[s].slots);
	}
	free(stripes);
}

static void *striped_open(const uint32_t *order, size_t keys_n)
{
	struct stripe *stripes = aligned_alloc(64, STRIPES * sizeof(*stripes));
	size_t slots_n = 8;

	if (!stripes)
		return NULL;
	/* Some have more keys than the mean. */
	while (slots_n < keys_n / STRIPES * 4 / 3 + 32)
		slots_n *= 2;
	for (size_t s = 0; s < STRIPES; s++) {
		pthread_mutex_init(&stripes[s].lock, NULL);
		stripes[s].mask = slots_n - 1;
		stripes[s].slots = calloc(slots_n, sizeof(struct ticker));
		if (!stripes[s].slots)
			abort();
	}
	for (size_t i = 0; i < keys_n; i++) {
		uint64_t id = store_id(order[i]), hash = hash_of(id);

		stripe_find(&stripes[hash >> 54], id, hash)->id = id;
	}
	return stripes;
}

static uint64_t striped_run(void *table, const uint32_t *ops, size_t n, uint32_t merges)
{
	struct stripe *stripes = table;
	uint64_t faults = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t id = id_of(ops[i]), hash = hash_of(id);
		struct stripe *stripe = &stripes[hash >> 54];
		struct ticker *slot, ticker;

		pthread_mutex_lock(&stripe->lock);
		slot = stripe_find(stripe, id, hash);
		if (is_merge(ops[i], merges)) {
			slot->bid = slot->ask = (int64_t)i;
			pthread_mutex_unlock(&stripe->lock);
		} else {
			ticker = *slot;
			pthread_mutex_unlock(&stripe->lock);
			faults += wrong(&ticker, id);
		}
	}
	return faults;
}

/* ---- pointers to records with a lock each ---- */

#if defined(BENCH_URCU) || defined(BENCH_CK)
struct locked {
#ifdef BENCH_URCU
	struct cds_lfht_node node;
#endif
	pthread_mutex_t lock;
	struct ticker ticker;
};

static struct locked *locked_new(const uint32_t *order, size_t keys_n)
{
	struct locked *all = calloc(keys_n, sizeof(*all));

	for (size_t i = 0; all && i < keys_n; i++) {
		pthread_mutex_init(&all[i].lock, NULL);
		all[i].ticker.id = store_id(order[i]);
	}
	return all;
}

static inline bool locked_do(struct locked *record, uint64_t id, bool merge, int64_t value)
{
	struct ticker ticker;

	if (!record)
		return false;
	pthread_mutex_lock(&record->lock);
	if (merge) {
		record->ticker.bid = record->ticker.ask = value;
		pthread_mutex_unlock(&record->lock);
		return true;
	}
	ticker = record->ticker;
	pthread_mutex_unlock(&record->lock);
	return !wrong(&ticker, id);
}
#endif

#ifdef BENCH_URCU
struct lfht {
	struct cds_lfht *table;
	struct locked *records;
	size_t keys_n;
};

static int lfht_match(struct cds_lfht_node *node, const void *key)
{
	return caa_container_of(node, struct locked, node)->ticker.id == *(const uint64_t *)key;
}

static void lfht_begin(void *table)
{
	(void)table;
	urcu_qsbr_register_thread();
}

static void lfht_end(void *table)
{
	(void)table;
	urcu_qsbr_unregister_thread();
}

static void *lfht_open(const uint32_t *order, size_t keys_n)
{
	struct lfht *lfht = malloc(sizeof(*lfht));

	if (!lfht)
		return NULL;
	lfht->records = locked_new(order, keys_n);
	lfht->keys_n = keys_n;
	lfht->table = cds_lfht_new_flavor(1 << 20, 1 << 20, 1 << 20, 0, &urcu_qsbr_flavor, NULL);
	if (!lfht->records || !lfht->table)
		abort();
	urcu_qsbr_register_thread();
	urcu_qsbr_read_lock();
	for (size_t i = 0; i < keys_n; i++)
		cds_lfht_add(lfht->table, hash_of(lfht->records[i].ticker.id), &lfht->records[i].node);
	urcu_qsbr_read_unlock();
	urcu_qsbr_unregister_thread();
	return lfht;
}

static void lfht_close(void *table)
{
	struct lfht *lfht = table;

	urcu_qsbr_register_thread();
	urcu_qsbr_read_lock();
	for (size_t i = 0; i < lfht->keys_n; i++)
		cds_lfht_del(lfht->table, &lfht->records[i].node);
	urcu_qsbr_read_unlock();
	urcu_qsbr_unregister_thread();
	cds_lfht_destroy(lfht->table, NULL);
	free(lfht->records);
	free(lfht);
}

static uint64_t lfht_run(void *table, const uint32_t *ops, size_t n, uint32_t merges)
{
	struct lfht *lfht = table;
	uint64_t faults = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t id = id_of(ops[i]);
		struct cds_lfht_iter iter;
		struct cds_lfht_node *node;

		urcu_qsbr_read_lock();
		cds_lfht_lookup(lfht->table, hash_of(id), lfht_match, &id, &iter);
		node = cds_lfht_iter_get_node(&iter);
		faults += !locked_do(node ? caa_container_of(node, struct locked, node) : NULL, id,
		                     is_merge(ops[i], merges), (int64_t)i);
		urcu_qsbr_read_unlock();
		if (i % 64 == 63)
			urcu_qsbr_quiescent_state();
	}
	return faults;
}
#endif

#ifdef BENCH_CK
struct kit {
	ck_ht_t table;
	struct locked *records;
};

static void *kit_alloc(size_t size)
{
	return malloc(size);
}

static void kit_free(void *ptr, size_t size, bool defer)
{
	(void)size, (void)defer;
	free(ptr);
}

static void kit_hash(ck_ht_hash_t *ret, const void *key, size_t len, uint64_t seed)
{
	(void)len, (void)seed;
	ret->value = hash_of(*(const uintptr_t *)key);
}

static struct ck_malloc kit_malloc = {.malloc = kit_alloc, .free = kit_free};

static void *kit_open(const uint32_t *order, size_t keys_n)
{
	struct kit *kit = malloc(sizeof(*kit));

	if (!kit)
		return NULL;
	kit->records = locked_new(order, keys_n);
	if (!kit->records ||
	    !ck_ht_init(&kit->table, CK_HT_MODE_DIRECT, kit_hash, &kit_malloc, keys_n * 2, UINT64_C(1)))
		abort();
	for (size_t i = 0; i < keys_n; i++) {
		uint64_t id = kit->records[i].ticker.id;
		ck_ht_entry_t entry;
		ck_ht_hash_t hash;

		ck_ht_hash_direct(&hash, &kit->table, (uintptr_t)id);
		ck_ht_entry_set_direct(&entry, hash, (uintptr_t)id, (uintptr_t)&kit->records[i]);
		if (!ck_ht_set_spmc(&kit->table, hash, &entry))
			abort();
	}
	return kit;
}

static void kit_close(void *table)
{
	struct kit *kit = table;

	ck_ht_destroy(&kit->table);
	free(kit->records);
	free(kit);
}

static uint64_t kit_run(void *table, const uint32_t *ops, size_t n, uint32_t merges)
{
	struct kit *kit = table;
	uint64_t faults = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t id = id_of(ops[i]);
		ck_ht_entry_t entry;
		ck_ht_hash_t hash;
		struct locked *record = NULL;

		ck_ht_hash_direct(&hash, &kit->table, (uintptr_t)id);
		ck_ht_entry_key_set_direct(&entry, (uintptr_t)id);
		if (ck_ht_get_spmc(&kit->table, hash, &entry))
			record = (struct locked *)ck_ht_entry_value_direct(&entry);
		faults += !locked_do(record, id, is_merge(ops[i], merges), (int64_t)i);
	}
	return faults;
}
#endif

const struct store_way store_ways[] = {
    {"fieldguard", fg_open, fg_close, NULL, NULL, fg_run},
    {"fieldguard, sections", fg_open, fg_close, NULL, NULL, fg_run_sections},
    {"1024 mutexes", striped_open, striped_close, NULL, NULL, striped_run},
#ifdef BENCH_URCU
    {"rculfhash, qsbr", lfht_open, lfht_close, lfht_begin, lfht_end, lfht_run},
#endif
#ifdef BENCH_CK
    {"ck_ht", kit_open, kit_close, NULL, NULL, kit_run},
#endif
};
const size_t store_ways_n = sizeof(store_ways) / sizeof(store_ways[0]);

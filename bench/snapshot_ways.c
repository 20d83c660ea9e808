/*
 * snapshot_ways.c - the ways to share a record, for one size of it
 *
 * Compiled once for each size: RECORD names the struct, LAST its last field, which each write changes, SIZE its bytes.
 * What is ours is generated code. The rest are as one would write them by hand.
 */
#include "shared_records.fg.h"
#include "snapshot.h"

#include <pthread.h>
#include <stdlib.h>
#ifdef BENCH_URCU
#define _LGPL_SOURCE /* readers' side inlined, at its best */
#include <urcu/urcu-qsbr.h>
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define STRUCT struct RECORD

_Static_assert(sizeof(STRUCT) == SIZE, "the size that is announced");

enum { LINE = 64, WORDS = SIZE / 8 };

/* The copy must be made, whoever looks at it. */
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")

/* Eight buckets to each doubling. */
static inline void count(struct snapshot_times *times, uint64_t took)
{
	unsigned log = 63u - (unsigned)__builtin_clzll(took | 8);
	unsigned bucket = log * 8 + (unsigned)(took >> (log - 3) & 7);

	times->counts[bucket < SNAPSHOT_BUCKETS ? bucket : SNAPSHOT_BUCKETS - 1]++;
}

/* The loops around NAME_get(place, &record) and NAME_put(place, slot, &record), and the way made of them. The record
 * lies in as few lines as it can, so that no way is slower than another because of where the stack happens to be. */
#define LOOPS(NAME, TYPE)                                                                                              \
	static void NAME##_read(void *place, unsigned n)                                                               \
	{                                                                                                              \
		alignas(LINE) STRUCT record;                                                                           \
                                                                                                                       \
		for (; n; n--) {                                                                                       \
			NAME##_get((TYPE *)place, &record);                                                            \
			KEEP(&record);                                                                                 \
		}                                                                                                      \
	}                                                                                                              \
	static void NAME##_read_timed(void *place, unsigned n, struct snapshot_times *times)                           \
	{                                                                                                              \
		alignas(LINE) STRUCT record;                                                                           \
                                                                                                                       \
		for (; n; n--) {                                                                                       \
			uint64_t begun = snapshot_ticks();                                                             \
                                                                                                                       \
			NAME##_get((TYPE *)place, &record);                                                            \
			KEEP(&record);                                                                                 \
			count(times, snapshot_ticks() - begun);                                                        \
		}                                                                                                      \
	}                                                                                                              \
	static void NAME##_write(void *place, unsigned slot, unsigned n)                                               \
	{                                                                                                              \
		alignas(LINE) STRUCT record = {.symbol = "FGRD"};                                                      \
                                                                                                                       \
		for (; n; n--) {                                                                                       \
			record.traded++;                                                                               \
			KEEP(&record);                                                                                 \
			NAME##_put((TYPE *)place, slot, &record);                                                      \
		}                                                                                                      \
	}                                                                                                              \
	static void *NAME##_begin(void)                                                                                \
	{                                                                                                              \
		TYPE *place = aligned_alloc(alignof(TYPE), (sizeof(TYPE) + alignof(TYPE) - 1) & -alignof(TYPE));       \
                                                                                                                       \
		if (place)                                                                                             \
			memset(place, 0, sizeof(*place));                                                              \
		return place;                                                                                          \
	}

/* ---- racy memcpy: the limit, and wrong ------------------------------------------------------------------------ */

struct raw {
	alignas(LINE) STRUCT record;
};

static inline void raw_get(struct raw *place, STRUCT *ret)
{
	memcpy(ret, &place->record, sizeof(*ret));
}

static inline void raw_put(struct raw *place, unsigned slot, const STRUCT *record)
{
	(void)slot;
	memcpy(&place->record, record, sizeof(*record));
}
LOOPS(raw, struct raw)

/* ---- ours ----------------------------------------------------------------------------------------------------- */

typedef struct JOIN(RECORD, _shared) shared;
typedef struct JOIN(RECORD, _snapshot) group;

_Static_assert(sizeof(group) == sizeof(STRUCT), "all fields are of the group");

static inline void group_get(shared *place, STRUCT *ret)
{
	JOIN(RECORD, _read_snapshot)(place, (group *)(void *)ret);
}

static inline void group_put(shared *place, unsigned slot, const STRUCT *record)
{
	(void)slot;
	JOIN(RECORD, _write_snapshot)(place, (const group *)(const void *)record);
}
LOOPS(group, shared)

static inline void record_get(shared *place, STRUCT *ret)
{
	struct JOIN(RECORD, _present) present;

	JOIN(RECORD, _read)(place, ret, &present);
	KEEP(&present);
}

static inline void record_put(shared *place, unsigned slot, const STRUCT *record)
{
	(void)slot;
	JOIN(RECORD, _merge)(place, record, NULL);
}
LOOPS(record, shared)

/* ---- the plain C11 seqlock: odd while it is held -------------------------------------------------------------- */

struct plain {
	alignas(LINE) _Atomic uint64_t sequence;
	_Atomic uint64_t words[WORDS];
};

static inline void plain_get(struct plain *place, STRUCT *ret)
{
	uint64_t begun, ended;

	do {
		begun = atomic_load_explicit(&place->sequence, memory_order_acquire);
		fg_words_load(ret, place->words, WORDS);
		ended = atomic_load_explicit(&place->sequence, memory_order_relaxed);
	} while ((begun & 1) || begun != ended);
}

static inline void plain_put(struct plain *place, unsigned slot, const STRUCT *record)
{
	uint64_t sequence;

	(void)slot;
	do
		sequence = atomic_load_explicit(&place->sequence, memory_order_relaxed) & ~UINT64_C(1);
	while (!atomic_compare_exchange_weak_explicit(&place->sequence, &sequence, sequence + 1, memory_order_acquire,
	                                              memory_order_relaxed));
	fg_words_store(place->words, record, WORDS);
	atomic_store_explicit(&place->sequence, sequence + 2, memory_order_release);
}
LOOPS(plain, struct plain)

/* ---- two copies: write number v goes to copy v % 2, so readers never wait for a writer ------------------------- */

struct twice {
	alignas(LINE) _Atomic uint64_t sequence; /* bit 0: held; bit 1: being written; then the last whole write */
	_Atomic uint64_t words[2][WORDS];
};

static inline void twice_get(struct twice *place, STRUCT *ret)
{
	uint64_t begun, ended;

	/* The copy is overwritten by the write after the next one, once that has marked itself. */
	do {
		begun = atomic_load_explicit(&place->sequence, memory_order_acquire);
		fg_words_load(ret, place->words[begun >> 2 & 1], WORDS);
		ended = atomic_load_explicit(&place->sequence, memory_order_relaxed);
	} while ((ended & ~UINT64_C(1)) > (begun & ~UINT64_C(3)) + 4);
}

static inline void twice_put(struct twice *place, unsigned slot, const STRUCT *record)
{
	uint64_t sequence;

	(void)slot;
	do
		sequence = atomic_load_explicit(&place->sequence, memory_order_relaxed) & ~UINT64_C(3);
	while (!atomic_compare_exchange_weak_explicit(&place->sequence, &sequence, sequence | 1, memory_order_acquire,
	                                              memory_order_relaxed));
	atomic_store_explicit(&place->sequence, sequence | 3, memory_order_relaxed);
	fg_words_store(place->words[~sequence >> 2 & 1], record, WORDS);
	atomic_store_explicit(&place->sequence, sequence + 4, memory_order_release);
}
LOOPS(twice, struct twice)

/* ---- pthread locks -------------------------------------------------------------------------------------------- */

struct mutexed {
	alignas(LINE) pthread_mutex_t lock; /* all zero is PTHREAD_MUTEX_INITIALIZER */
	STRUCT record;
};

static inline void mutexed_get(struct mutexed *place, STRUCT *ret)
{
	pthread_mutex_lock(&place->lock);
	memcpy(ret, &place->record, sizeof(*ret));
	pthread_mutex_unlock(&place->lock);
}

static inline void mutexed_put(struct mutexed *place, unsigned slot, const STRUCT *record)
{
	(void)slot;
	pthread_mutex_lock(&place->lock);
	memcpy(&place->record, record, sizeof(*record));
	pthread_mutex_unlock(&place->lock);
}
LOOPS(mutexed, struct mutexed)

struct rwlocked {
	alignas(LINE) pthread_rwlock_t lock;
	STRUCT record;
};

static inline void rwlocked_get(struct rwlocked *place, STRUCT *ret)
{
	pthread_rwlock_rdlock(&place->lock);
	memcpy(ret, &place->record, sizeof(*ret));
	pthread_rwlock_unlock(&place->lock);
}

static inline void rwlocked_put(struct rwlocked *place, unsigned slot, const STRUCT *record)
{
	(void)slot;
	pthread_rwlock_wrlock(&place->lock);
	memcpy(&place->record, record, sizeof(*record));
	pthread_rwlock_unlock(&place->lock);
}
LOOPS(rwlocked, struct rwlocked)

/* ---- liburcu, QSBR: a pointer is published; what it replaces is taken up again a batch at a time ---------------- */

#ifdef BENCH_URCU
enum { BATCH = 1024 };

struct node {
	alignas(LINE) STRUCT record;
};

struct published {
	alignas(LINE) struct node *now;
	struct {
		alignas(LINE) struct node *free[BATCH], *retired[BATCH];
		size_t used_n; /* of free; as many are retired */
	} threads[SNAPSHOT_THREADS_MAX];
	struct node first, nodes[SNAPSHOT_THREADS_MAX][BATCH];
};

static inline void published_get(struct published *place, STRUCT *ret)
{
	urcu_qsbr_read_lock();
	memcpy(ret, &rcu_dereference(place->now)->record, sizeof(*ret));
	urcu_qsbr_read_unlock();
}

static inline void published_put(struct published *place, unsigned slot, const STRUCT *record)
{
	size_t i = place->threads[slot].used_n++;
	struct node *node = place->threads[slot].free[i];

	memcpy(&node->record, record, sizeof(*record));
	place->threads[slot].retired[i] = rcu_xchg_pointer(&place->now, node);
	if (i + 1 < BATCH)
		return;
	urcu_qsbr_synchronize_rcu();
	memcpy(place->threads[slot].free, place->threads[slot].retired, sizeof(place->threads[slot].free));
	place->threads[slot].used_n = 0;
}
LOOPS(published, struct published)

static void *published_new(void)
{
	struct published *place = published_begin();

	if (!place)
		return NULL;
	place->now = &place->first;
	for (size_t slot = 0; slot < SNAPSHOT_THREADS_MAX; slot++) {
		for (size_t i = 0; i < BATCH; i++)
			place->threads[slot].free[i] = &place->nodes[slot][i];
	}
	return place;
}

static void published_read_batch(void *place, unsigned n)
{
	published_read(place, n);
	urcu_qsbr_quiescent_state();
}

static void published_read_timed_batch(void *place, unsigned n, struct snapshot_times *times)
{
	published_read_timed(place, n, times);
	urcu_qsbr_quiescent_state();
}

static void published_write_batch(void *place, unsigned slot, unsigned n)
{
	published_write(place, slot, n);
	urcu_qsbr_quiescent_state();
}
#endif

#define WAY(NAME) NAME##_begin, free, NULL, NULL, NAME##_read, NAME##_write, NAME##_read_timed

static const struct snapshot_way ways[] = {
    [SNAPSHOT_MEMCPY] = {"memcpy, racy", WAY(raw)},
    [SNAPSHOT_GROUP] = {"fieldguard group", WAY(group)},
    [SNAPSHOT_RECORD] = {"fieldguard record", WAY(record)},
    {"plain seqlock", WAY(plain)},
    {"two copies", WAY(twice)},
    [SNAPSHOT_MUTEX] = {"pthread_mutex", WAY(mutexed)},
    {"pthread_rwlock", WAY(rwlocked)},
#ifdef BENCH_URCU
    {"liburcu qsbr", published_new, free, urcu_qsbr_register_thread, urcu_qsbr_unregister_thread, published_read_batch,
     published_write_batch, published_read_timed_batch},
#endif
    {0},
};

const struct snapshot_size JOIN(snapshot_, SIZE) = {SIZE, ways};

/*
 * torture_pool.c - many threads get, hand on and put records, against an oracle that knows who has each
 *
 *     torture_pool [--threads N] [--for SECONDS] [--naive]
 *
 * Who has a record keeps his mark in a table beside the pool, at the place that the record's first word names; a record
 * that two have at once has two marks. Each record is filled with its holder's pattern and looked at again before it is
 * put or handed on. Some threads hand what they got to others through a box, so that records are put by other threads
 * than got them; some end with free records in their caches, and new ones follow. At the end the allocator has all.
 *
 * --naive uses a free list of compare-exchange on one head, as it is often written, without a way against ABA: the
 * oracle must find records handed to two. Without --threads: 2, 8 and 64 threads, plain and checked, then naive.
 */
#include "tap.h"

#include <fieldguard/pool.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS_MAX = 64, WORDS = 12, HELD = 40, BOXES = 16, NAIVE_RECORDS = 64 };

/* Relaxed atomics: where a record is handed to two, that shall be a wrong result and not undefined. */
struct record {
	_Atomic uint64_t words[WORDS];
	_Atomic uint64_t holder;             /* not the pool's: in the allocator's padding behind what it clears */
};

static struct fg_pool *pool;
static _Atomic(struct record *) boxes[BOXES];
static atomic_ulong gets, both, dirty, spoilt, handed, deaths, faults;
static atomic_long live;
static atomic_bool stop;
static bool naive;

#define GET(word) atomic_load_explicit(&(word), memory_order_relaxed)
#define SET(word, x) atomic_store_explicit(&(word), (x), memory_order_relaxed)

/* ---- the allocator: clears what the pool never sees, and poisons what it frees -------------------------------- */

static void *heap_alloc(void *user, size_t size)
{
	void *ptr = calloc(1, size + sizeof(struct record));

	(void)user;
	live++;
	return ptr;
}

static void heap_free(void *user, void *ptr)
{
	(void)user;
	memset(ptr, 0xdb, sizeof(struct record));
	live--;
	free(ptr);
}

static const struct fg_allocator allocator = {heap_alloc, heap_free, NULL};

static void note(const struct fg_pool_misuse *misuse, void *user)
{
	(void)misuse;
	(void)user;
	faults++;
}

/* ---- the naive twin ------------------------------------------------------------------------------------------- */

static struct record naive_records[NAIVE_RECORDS];
static _Atomic uint32_t naive_next[NAIVE_RECORDS + 1], naive_head;     /* by number from 1; 0: none */

static void naive_put(struct record *record)
{
	uint32_t number = (uint32_t)(record - naive_records) + 1, head = naive_head;

	do
		SET(naive_next[number], head);
	while (!atomic_compare_exchange_weak(&naive_head, &head, number));
}

static struct record *naive_get(void)
{
	uint32_t head = naive_head, next;

	do {
		if (!head)
			return NULL;
		next = GET(naive_next[head]);
		if (next % 2 == 0)
			sched_yield();          /* where any time slice may end */
	} while (!atomic_compare_exchange_weak(&naive_head, &head, next));
	for (size_t i = 0; i < WORDS; i++)
		SET(naive_records[head - 1].words[i], 0);
	return &naive_records[head - 1];
}

/* ---- one record's way ----------------------------------------------------------------------------------------- */

static struct record *take(uint64_t who)
{
	struct record *record = naive ? naive_get() : fg_pool_get(pool);

	if (!record)
		return NULL;
	gets++;
	for (size_t i = 0; i < WORDS; i++)
		dirty += GET(record->words[i]) != 0;
	both += atomic_exchange_explicit(&record->holder, who, memory_order_relaxed) != 0;
	for (size_t i = 0; i < WORDS; i++)
		SET(record->words[i], who * 1000 + i);
	return record;
}

static void look(struct record *record, uint64_t who)
{
	for (size_t i = 0; i < WORDS; i++)
		spoilt += GET(record->words[i]) != who * 1000 + i;
	both += GET(record->holder) != who;
}

static void give(struct record *record, uint64_t who)
{
	if (!record)
		return;
	look(record, who);
	SET(record->holder, 0);
	if (naive)
		naive_put(record);
	else
		fg_pool_put(pool, record);
}

/* Into a box, whose former record comes out of it and is put by this thread. */
static void hand_on(struct record *record, uint64_t who, size_t box)
{
	struct record *other;

	look(record, who);
	SET(record->holder, UINT64_MAX);
	for (size_t i = 0; i < WORDS; i++)
		SET(record->words[i], UINT64_MAX * 1000 + i);
	other = atomic_exchange_explicit(&boxes[box], record, memory_order_acq_rel);
	handed++;
	give(other, UINT64_MAX);
}

struct worker {
	pthread_t id;
	uint64_t random, who;
};

static uint64_t draw(struct worker *worker)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return worker->random;
}

static void work(struct worker *worker, uint64_t turns)
{
	struct record *held[HELD] = {NULL};

	while (turns-- && !GET(stop)) {
		size_t i = draw(worker) % HELD;

		if (!held[i]) {
			held[i] = take(worker->who);
		} else if (draw(worker) % 4 == 0) {
			hand_on(held[i], worker->who, draw(worker) % BOXES);
			held[i] = NULL;
		} else {
			give(held[i], worker->who);
			held[i] = NULL;
		}
	}
	for (size_t i = 0; i < HELD; i++)
		give(held[i], worker->who);
}

static void *mortal(void *user)
{
	work(user, 2000);
	deaths++;
	return NULL;
}

static void *parent(void *user)
{
	struct worker child = *(struct worker *)user;

	while (!GET(stop)) {
		pthread_create(&child.id, NULL, mortal, &child);
		pthread_join(child.id, NULL);
	}
	return NULL;
}

static void *immortal(void *user)
{
	work(user, UINT64_MAX);
	return NULL;
}

static void torture(size_t threads_n, double seconds)
{
	static struct worker workers[THREADS_MAX];
	struct timespec nap = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	stop = false;
	gets = both = dirty = spoilt = handed = deaths = faults = 0;
	for (size_t i = 0; i < threads_n; i++) {
		workers[i] = (struct worker){.random = i * 77 + 1, .who = i + 1};
		pthread_create(&workers[i].id, NULL, i % 4 == 3 ? parent : immortal, &workers[i]);
	}
	nanosleep(&nap, NULL);
	stop = true;
	for (size_t i = 0; i < threads_n; i++)
		pthread_join(workers[i].id, NULL);
	for (size_t i = 0; i < BOXES; i++) {
		give(boxes[i], UINT64_MAX);
		boxes[i] = NULL;
	}
}

/* ---- judging -------------------------------------------------------------------------------------------------- */

static void run(size_t threads_n, double seconds, bool checked)
{
	struct fg_pool_options options = {.allocator = &allocator, .keep_records = 100, .misuse = note};
	const char *kind = checked ? "checked" : "plain";

	naive = false;
	fg_pool_new_as(offsetof(struct record, holder), &options, checked, &pool);
	torture(threads_n, seconds);
	fg_pool_free(pool);
	printf("# %zu threads, %s: %lu records got, %lu handed on, %lu threads died\n", threads_n, kind, gets, handed,
	       deaths);
	tap_ok(gets > 0 && handed > 0, "%zu threads, %s: got and handed on", threads_n, kind);
	tap_eq_int(both, 0, "%zu threads, %s: no record was handed to two", threads_n, kind);
	tap_eq_int(dirty, 0, "%zu threads, %s: all were clear", threads_n, kind);
	tap_eq_int(spoilt, 0, "%zu threads, %s: nobody else wrote to them", threads_n, kind);
	tap_eq_int(faults, 0, "%zu threads, %s: no fault told", threads_n, kind);
	tap_eq_int(live, 0, "%zu threads, %s: all memory is back", threads_n, kind);
}

static void run_naively(double seconds)
{
	naive = true;
	for (int tries = 0; tries < 30 && !(tries && both); tries++) {
		/* The list breaks in a try, and may then have nothing more to give. */
		naive_head = 0;
		for (size_t i = 0; i < NAIVE_RECORDS; i++)
			naive_put(&naive_records[i]);
		torture(8, seconds);
	}
	tap_ok(both > 0, "naive: records handed to two were met %lu times in %lu gets", both, gets);
}

int main(int argc, char **argv)
{
	static const struct option words[] = {
		{"threads", 1, NULL, 't'}, {"for", 1, NULL, 'f'}, {"naive", 0, NULL, 'n'}, {0}};
	const char *text = getenv("FG_TORTURE_SECONDS");
	double seconds = text ? strtod(text, NULL) : 1;
	size_t threads_n = 0;
	bool only_naive = false;

	for (int c; (c = getopt_long(argc, argv, "", words, NULL)) != -1;) {
		if (c == 't')
			threads_n = strtoul(optarg, NULL, 10);
		else if (c == 'f')
			seconds = strtod(optarg, NULL);
		else if (c == 'n')
			only_naive = true;
		else
			return 2;
	}
	if (threads_n > THREADS_MAX)
		return 2;
	for (int checked = 0; checked < 2 && !only_naive; checked++) {
		if (threads_n)
			run(threads_n, seconds / 2, checked);
		for (size_t n = 2; !threads_n && n <= 64; n = n == 2 ? 8 : n * 8)
			run(n, seconds / 6, checked);
	}
	run_naively(seconds / 2);
	return tap_done();
}

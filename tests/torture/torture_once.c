/*
 * torture_once.c - many threads run, read and replace cells, against an oracle that knows every value
 *
 *     torture_once [--threads N] [--for SECONDS] [--naive]
 *
 * once: in each round all threads run the same empty cell; of the initialisers some fail. Each that succeeded is
 * counted: one a round, and everybody must get what that one wrote.
 *
 * swap: some threads replace the values of a few cells, all read them in sections, nested now and then; some end, in
 * the middle of a section too, and new ones follow. A value carries its cell, its generation and a sum over all; its
 * free function fills it with poison and hands it to no allocator until much later, so that whoever still reads it is
 * found out at full speed; ASan and TSan see the free itself. A reader never meets poison, a mix, or a value older than
 * one that it has seen. At the end every value was freed, exactly once.
 *
 * --naive frees the old value at once, and runs "if empty, make" without the cell: the oracle must find it out. Without
 * --threads: 2, 8 and 64 threads, guarded, then naive, FG_TORTURE_SECONDS (default 1) altogether each.
 */
#include "tap.h"

#include <errno.h>
#include <fieldguard/once.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif

/* Where the sanitizer finds a late read by itself, values are not parked. */
#if defined(__SANITIZE_ADDRESS__) || defined(UNDER_TSAN)
#define PARKED 1
#else
#define PARKED 256
#endif
enum { THREADS_MAX = 64, CELLS = 4, WORDS = 12 };
#define POISON UINT64_C(0xdbdbdbdbdbdbdbdb)

/* Words are atomic and relaxed, so that the naive twin's reads of poison are wrong and not undefined. */
struct value {
	_Atomic uint64_t words[WORDS];      /* cell, generation, ... , sum */
	struct value *freed_before;         /* naive: list of what was freed */
};

static struct fg_once_swap cells[CELLS];
static _Atomic(struct value *) naive_cells[CELLS];
static _Atomic uint64_t generations[CELLS];
static atomic_ulong made, freed, poisoned, back, reads, deaths, once_wrong, rounds_n;
static atomic_bool stop;
static bool naive;
static struct value *naive_freed;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t draw(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

#define GET(word) atomic_load_explicit(&(word), memory_order_relaxed)
#define SET(word, x) atomic_store_explicit(&(word), (x), memory_order_relaxed)

/* ---- values --------------------------------------------------------------------------------------------------- */

static struct value *value_new(uint64_t cell, uint64_t generation)
{
	struct value *value = malloc(sizeof *value);
	uint64_t sum = cell * 31 + generation;

	SET(value->words[0], cell);
	SET(value->words[1], generation);
	for (uint64_t i = 2; i < WORDS - 1; i++) {
		SET(value->words[i], generation * i);
		sum += generation * i;
	}
	SET(value->words[WORDS - 1], sum);
	made++;
	return value;
}

/* Returns: its generation, or 0 where it is not whole. */
static uint64_t value_generation(struct value *value, uint64_t cell)
{
	uint64_t generation = GET(value->words[1]), sum = cell * 31 + generation;

	if (GET(value->words[0]) != cell)
		return 0;
	for (uint64_t i = 2; i < WORDS - 1; i++)
		sum += GET(value->words[i]);
	return sum == GET(value->words[WORDS - 1]) ? generation : 0;
}

/* Freed values stay poisoned for a while, so that a late read finds poison and not the next value. */
static void value_free(void *ptr, void *user)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct value *parked[PARKED];
	static size_t next;
	struct value *value = ptr, *oldest;

	(void)user;
	freed++;
	if (GET(value->words[0]) == POISON)
		poisoned++;             /* freed twice */
	for (size_t i = 0; i < WORDS; i++)
		SET(value->words[i], POISON);
	pthread_mutex_lock(&lock);
	if (naive) {
		/* Its readers must find poison, not another program's memory. */
		value->freed_before = naive_freed;
		naive_freed = value;
		oldest = NULL;
	} else {
		oldest = parked[next % PARKED];
		parked[next++ % PARKED] = value;
	}
	pthread_mutex_unlock(&lock);
	free(oldest);
}

/* ---- swap ----------------------------------------------------------------------------------------------------- */

static void swap_value(size_t cell)
{
	static pthread_mutex_t order[CELLS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
	                                       PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
	struct value *value, *old;

	/* Generations go up in the order in which values are put in place. */
	pthread_mutex_lock(&order[cell]);
	value = value_new(cell, ++generations[cell]);
	if (naive) {
		old = atomic_exchange(&naive_cells[cell], value);
		if (old)
			value_free(old, NULL);
	} else {
		fg_once_swap_replace(&cells[cell], (struct fg_once_value){value, value_free, NULL});
	}
	pthread_mutex_unlock(&order[cell]);
}

static void read_value(size_t cell, uint64_t *seen, unsigned looks)
{
	struct fg_read read = fg_read_begin();
	struct value *value = naive ? naive_cells[cell] : fg_once_swap_get(&cells[cell], &read);

	while (looks--) {
		uint64_t generation = value_generation(value, cell);

		if (!generation) {
			poisoned++;
			break;
		}
		back += generation < *seen;
		*seen = generation;
		if (looks == 0 && generation % 64 == 0)
			sched_yield();
	}
	fg_read_end(&read);
	reads++;
}

struct worker {
	pthread_t id;
	uint64_t random;
	bool writes;
};

static void work(struct worker *worker, uint64_t turns)
{
	uint64_t seen[CELLS] = {0};

	while (turns-- && !GET(stop)) {
		size_t cell = draw(&worker->random) % CELLS;

		if (worker->writes && draw(&worker->random) % 4 == 0)
			swap_value(cell);
		if (draw(&worker->random) % 16 == 0) {
			struct fg_read outer = fg_read_begin();

			read_value(cell, &seen[cell], 3);
			read_value((cell + 1) % CELLS, &seen[(cell + 1) % CELLS], 1);
			fg_read_end(&outer);
		} else {
			read_value(cell, &seen[cell], 2);
		}
	}
}

/* Lives for a while, and may die with a section open. */
static void *mortal(void *user)
{
	struct worker *worker = user;
	uint64_t seen = 0;
	struct fg_read left_open;

	work(worker, 50 + draw(&worker->random) % 500);
	left_open = fg_read_begin();
	read_value(0, &seen, 1);
	if (draw(&worker->random) % 2)
		fg_read_end(&left_open);
	deaths++;
	return NULL;
}

static void *immortal(void *user)
{
	work(user, UINT64_MAX);
	return NULL;
}

/* Gives birth to one mortal after another. */
static void *parent(void *user)
{
	struct worker child = *(struct worker *)user;

	while (!GET(stop)) {
		draw(&child.random);
		pthread_create(&child.id, NULL, mortal, &child);
		pthread_join(child.id, NULL);
	}
	return NULL;
}

static void torture_swap(size_t threads_n, double seconds)
{
	static struct worker workers[THREADS_MAX];
	struct timespec nap = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	stop = false;
	made = freed = poisoned = back = reads = deaths = 0;
	for (size_t i = 0; i < CELLS; i++) {
		generations[i] = 0;
		swap_value(i);
	}
	for (size_t i = 0; i < threads_n; i++) {
		workers[i] = (struct worker){.random = i * 77 + 1, .writes = i % 8 < 2};
		pthread_create(&workers[i].id, NULL, i % 4 == 3 ? parent : immortal, &workers[i]);
	}
	nanosleep(&nap, NULL);
	stop = true;
	for (size_t i = 0; i < threads_n; i++)
		pthread_join(workers[i].id, NULL);
	for (size_t i = 0; i < CELLS; i++)
		fg_once_swap_fini(&cells[i]);
	fg_read_wait();
}

/* ---- once ----------------------------------------------------------------------------------------------------- */

static struct round {
	struct fg_once cell;
	_Atomic(void *) naive_value;
	atomic_uint tries, made, arrived;
	uint64_t payload[2];
} *rounds;

static int make_payload(void *user, void **ret_value)
{
	struct round *round = user;
	unsigned try = ++round->tries;

	if (try <= (unsigned)(round - rounds) % 4)
		return -EAGAIN;
	round->made++;
	if (!naive) {
		round->payload[0] = try;
		round->payload[1] = ~(uint64_t)try;
	}
	*ret_value = round->payload;
	return 0;
}

static int run_naive(struct round *round, void **ret_value)
{
	void *value = round->naive_value;
	int rc = 0;

	if (!value) {
		rc = make_payload(round, &value);
		if (!rc)
			round->naive_value = value;
	}
	*ret_value = value;
	return rc;
}

static void *run_rounds(void *user)
{
	size_t threads_n = *(size_t *)user;

	for (unsigned long i = 0; i < rounds_n; i++) {
		struct round *round = &rounds[i];
		void *value = NULL;
		int rc;

		/* All at once. */
		round->arrived++;
		while (round->arrived < threads_n)
			sched_yield();
		do
			rc = naive ? run_naive(round, &value) : fg_once_run(&round->cell, make_payload, round, &value);
		while (rc == -EAGAIN);
		if (rc || value != round->payload || (!naive && round->payload[1] != ~round->payload[0]))
			once_wrong++;
	}
	return NULL;
}

static void torture_once(size_t threads_n, unsigned long n)
{
	pthread_t ids[THREADS_MAX];

	rounds = calloc(n, sizeof *rounds);
	rounds_n = n;
	once_wrong = 0;
	for (size_t i = 0; i < threads_n; i++)
		pthread_create(&ids[i], NULL, run_rounds, &threads_n);
	for (size_t i = 0; i < threads_n; i++)
		pthread_join(ids[i], NULL);
	for (unsigned long i = 0; i < n; i++)
		once_wrong += rounds[i].made != 1;
	free(rounds);
}

/* ---- judging -------------------------------------------------------------------------------------------------- */

static void run(size_t threads_n, double seconds)
{
	uint64_t start = now_ns();
	unsigned long n = 200;

	naive = false;
	do
		torture_once(threads_n, n);
	while (once_wrong == 0 && (double)(now_ns() - start) < seconds * 0.3e9);
	tap_eq_int(once_wrong, 0, "%zu threads, once: made once, and everybody got it", threads_n);
	torture_swap(threads_n, seconds * 0.7);
	printf("# %zu threads: %lu reads, %lu values, %lu threads died\n", threads_n, reads, made, deaths);
	tap_ok(reads > 0 && made > CELLS, "%zu threads, swap: read and replaced", threads_n);
	tap_eq_int(poisoned, 0, "%zu threads, swap: nobody read what was freed", threads_n);
	tap_eq_int(back, 0, "%zu threads, swap: nobody went back", threads_n);
	tap_eq_int(made - freed, 0, "%zu threads, swap: every value was freed", threads_n);
}

/* The same work unguarded: an oracle that finds nothing here finds nothing anywhere. */
static void run_naively(double seconds)
{
	uint64_t end = now_ns() + (uint64_t)(seconds * 0.3e9);

	naive = true;
	do
		torture_once(8, 200);
	while (once_wrong == 0 && now_ns() < end + 5000000000u);
	tap_ok(once_wrong > 0, "naive once: %lu rounds not made once", once_wrong);
	for (int tries = 0; tries < 10 && poisoned == 0; tries++)      /* threads may hardly meet in one try */
		torture_swap(8, seconds * 0.7);
	tap_ok(poisoned > 0, "naive swap: %lu of %lu reads met what was freed", poisoned, reads);
	for (size_t i = 0; i < CELLS; i++)
		value_free(naive_cells[i], NULL);
	for (struct value *value = naive_freed, *next; value; value = next) {
		next = value->freed_before;
		free(value);
	}
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
	if (threads_n && !only_naive)
		run(threads_n, seconds);
	for (size_t n = 2; !threads_n && !only_naive && n <= 64; n = n == 2 ? 8 : n * 8)
		run(n, seconds / 3);
	run_naively(seconds < 2 ? seconds : 2);         /* it keeps all that it frees */
	return tap_done();
}

/*
 * bench_runtime.c - cells and pools beside what libc has, in one run, in rounds
 *
 *     bench-runtime [--rounds N] [--turns N]
 *
 * A round measures each way once by one thread and by two; ratios are taken inside a round to our own way, which stands
 * first in each table. See README.md for what a turn is.
 */
#include "measure.h"

#include <fieldguard/once.h>
#include <fieldguard/pool.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <threads.h>

enum { THREADS_MAX = 2, WAYS_MAX = 8, BURST = 16 };

/* One way to do a table's job. */
struct way {
	const char *name;
	void (*turns)(size_t n);
};

struct table {
	const char *name;
	size_t record_size;          /* 0: no pool */
	struct way ways[WAYS_MAX];
};

/* The compiler may neither move the use of a value away nor know what it was. */
#define USE(value) __asm__ volatile("" : : "r"(value) : "memory")

/* ---- once ----------------------------------------------------------------------------------------------------- */

static struct fg_once once;
static struct fg_once_swap swap;
static pthread_once_t posix_once = PTHREAD_ONCE_INIT;
static once_flag c_once = ONCE_FLAG_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int made;
static int *plain_value;

static int make(void *user, void **ret_value)
{
	*ret_value = user;
	return 0;
}

static int make_swap(void *user, struct fg_once_value *ret_value)
{
	ret_value->value = user;
	return 0;
}

static void make_plain(void)
{
	plain_value = &made;
}

static void once_get(size_t n)
{
	while (n--)
		USE(fg_once_get(&once));
}

static void once_run(size_t n)
{
	void *value;

	while (n--) {
		if (fg_once_run(&once, make, &made, &value) == 0)
			USE(value);
	}
}

static void once_posix(size_t n)
{
	while (n--) {
		pthread_once(&posix_once, make_plain);
		USE(plain_value);
	}
}

static void once_c(size_t n)
{
	while (n--) {
		call_once(&c_once, make_plain);
		USE(plain_value);
	}
}

static void once_mutex(size_t n)
{
	while (n--) {
		pthread_mutex_lock(&mutex);
		if (!plain_value)
			make_plain();
		USE(plain_value);
		pthread_mutex_unlock(&mutex);
	}
}

static void once_section(size_t n)
{
	while (n--) {
		struct fg_read read = fg_read_begin();

		USE(fg_once_swap_get(&swap, &read));
		fg_read_end(&read);
	}
}

/* ---- pools ---------------------------------------------------------------------------------------------------- */

static size_t record_size;
static struct fg_pool *pool, *pool_uncleared;
static struct link {
	struct link *next;
} *links;

static void *get_ours(void)
{
	return fg_pool_get(pool);
}

static void put_ours(void *record)
{
	fg_pool_put(pool, record);
}

static void *get_uncleared(void)
{
	return fg_pool_get(pool_uncleared);
}

static void put_uncleared(void *record)
{
	fg_pool_put(pool_uncleared, record);
}

static void *get_malloc(void)
{
	return malloc(record_size);
}

static void *get_calloc(void)
{
	return calloc(1, record_size);
}

static void *get_mutex(void)
{
	struct link *link;

	pthread_mutex_lock(&mutex);
	link = links;
	if (link)
		links = link->next;
	pthread_mutex_unlock(&mutex);
	return link ? link : malloc(record_size);
}

static void put_mutex(void *record)
{
	struct link *link = record;

	pthread_mutex_lock(&mutex);
	link->next = links;
	links = link;
	pthread_mutex_unlock(&mutex);
}

static inline void write_word(void *record)
{
	if (!record)
		abort();
	*(volatile size_t *)record = 1;
}

/* Each way has the same two loops around its own get and put, which are inlined. */
#define POOL_WAY(name, get, put)                                                                                       \
	static void name(size_t n)                                                                                     \
	{                                                                                                              \
		while (n--) {                                                                                          \
			void *record = get();                                                                          \
                                                                                                                       \
			write_word(record);                                                                            \
			put(record);                                                                                   \
		}                                                                                                      \
	}                                                                                                              \
	static void name##_burst(size_t n)                                                                             \
	{                                                                                                              \
		void *records[BURST];                                                                                  \
                                                                                                                       \
		for (size_t done = 0; done < n; done += BURST) {                                                       \
			for (size_t i = 0; i < BURST; i++)                                                             \
				write_word(records[i] = get());                                                        \
			for (size_t i = 0; i < BURST; i++)                                                             \
				put(records[i]);                                                                       \
		}                                                                                                      \
	}
POOL_WAY(pool_ours, get_ours, put_ours)
POOL_WAY(pool_bare, get_uncleared, put_uncleared)
POOL_WAY(pool_malloc, get_malloc, free)
POOL_WAY(pool_calloc, get_calloc, free)
POOL_WAY(pool_mutex, get_mutex, put_mutex)

#define POOL_WAYS(suffix)                                                                                              \
	{                                                                                                              \
		{"fg_pool", pool_ours##suffix}, {"fg_pool uncleared", pool_bare##suffix},                              \
		{"malloc, free", pool_malloc##suffix}, {"calloc, free", pool_calloc##suffix},                          \
		{"mutex pool", pool_mutex##suffix}                                                                     \
	}

static const struct table tables[] = {
	{"once", 0,
	 {{"fg_once_get", once_get}, {"fg_once_run", once_run}, {"pthread_once", once_posix}, {"call_once", once_c},
	  {"mutex", once_mutex}, {"fg_once_swap section", once_section}}},
	{"pool, 64 bytes", 64, POOL_WAYS()},
	{"pool, 256 bytes", 256, POOL_WAYS()},
	{"pool, 4096 bytes", 4096, POOL_WAYS()},
	{"pool handed over, 256 bytes", 256, POOL_WAYS(_burst)},
};

/* ---- measuring ------------------------------------------------------------------------------------------------ */

struct runner {
	pthread_t id;
	pthread_barrier_t *start;
	void (*turns)(size_t n);
	size_t n;
	int cpu;
	double begin, end;
};

static void *run(void *user)
{
	struct runner *runner = user;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)runner->cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);        /* refused: the figures are noisier, no more */
	runner->turns(runner->n / 16 + 1);
	pthread_barrier_wait(runner->start);
	runner->begin = now_ns();
	runner->turns(runner->n);
	runner->end = now_ns();
	return NULL;
}

/* Returns: nanoseconds a turn, with all threads at work: their mean time by the turns of one. */
static double measure(const struct way *way, size_t threads, size_t turns)
{
	struct runner runners[THREADS_MAX];
	pthread_barrier_t start;
	double sum = 0;

	pthread_barrier_init(&start, NULL, (unsigned)threads);
	for (size_t i = 0; i < threads; i++) {
		runners[i] = (struct runner){.start = &start, .turns = way->turns, .n = turns, .cpu = (int)i};
		if (pthread_create(&runners[i].id, NULL, run, &runners[i]))
			abort();
	}
	for (size_t i = 0; i < threads; i++) {
		pthread_join(runners[i].id, NULL);
		sum += runners[i].end - runners[i].begin;
	}
	pthread_barrier_destroy(&start);
	return sum / (double)threads / (double)turns;
}

static void pools_begin(size_t size)
{
	struct fg_pool_options options = {.uncleared = true};

	record_size = size;
	if (size && (fg_pool_new(size, NULL, &pool) || fg_pool_new(size, &options, &pool_uncleared)))
		abort();
}

static void pools_end(void)
{
	fg_pool_free(pool);
	fg_pool_free(pool_uncleared);
	pool = pool_uncleared = NULL;
	while (links) {
		struct link *next = links->next;

		free(links);
		links = next;
	}
}

static void show(const struct table *table, size_t threads, unsigned rounds, size_t turns)
{
	static double ns[WAYS_MAX][ROUNDS_MAX], ratio[WAYS_MAX][ROUNDS_MAX];
	size_t ways_n = 0;

	while (ways_n < WAYS_MAX && table->ways[ways_n].name)
		ways_n++;
	pools_begin(table->record_size);
	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < ways_n; i++) {
			size_t way = (i + round) % ways_n;

			ns[way][round] = measure(&table->ways[way], threads, turns);
		}
		for (size_t i = 0; i < ways_n; i++)
			ratio[i][round] = ns[i][round] / ns[0][round];
	}
	pools_end();
	printf("\n%s, %zu thread%s\n  %-22s %9s %12s   %s\n", table->name, threads, threads > 1 ? "s" : "", "", "ns/turn",
	       "M/s together", "times ours, median (min..max)");
	for (size_t i = 0; i < ways_n; i++) {
		struct spread time = spread_of(ns[i], rounds), times = spread_of(ratio[i], rounds);

		printf("  %-22s %9.2f %12.1f   %.2f (%.2f..%.2f)\n", table->ways[i].name, time.median,
		       (double)threads * 1e3 / time.median, times.median, times.min, times.max);
	}
}

int main(int argc, char **argv)
{
	static const struct option words[] = {{"rounds", 1, NULL, 'r'}, {"turns", 1, NULL, 't'}, {0}};
	unsigned rounds = 9;
	size_t turns = 1000000;

	for (int c; (c = getopt_long(argc, argv, "", words, NULL)) != -1;) {
		if (c == 'r')
			rounds = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 't')
			turns = strtoul(optarg, NULL, 10);
		else
			rounds = 0;
	}
	if (optind != argc || rounds == 0 || rounds > ROUNDS_MAX || turns == 0) {
		fputs("usage: bench-runtime [--rounds N] [--turns N]\n", stderr);
		return 2;
	}
	if (fg_once_run(&once, make, &made, NULL) || fg_once_swap_run(&swap, make_swap, &made))
		return 1;
	make_plain();
	printf("%u rounds of %zu turns\n", rounds, turns);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		for (size_t threads = 1; threads <= THREADS_MAX; threads++)
			show(&tables[i], threads, rounds, turns);
	}
	fg_once_swap_fini(&swap);
	return 0;
}

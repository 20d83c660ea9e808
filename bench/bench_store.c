/*
 * bench_store.c - keyed tables beside each other: 1 M keys, Zipf 0.99, reads and merges, 1, 2 and 64 threads
 *
 * Every round measures every table once, one after the other and beginning with another one each time; ratios are taken
 * inside a round. The operations are drawn before the clock runs. See README.md.
 */
#include "measure.h"
#include "store_ways.h"
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 64, WAYS_MAX = 8, BATCH = 512 };

struct options {
	unsigned rounds;
	size_t keys_n, ops_n;
	double pass_ms;
	bool cpu_time;
	const char *json;
	const char *sync_map; /* program that measures Go's sync.Map; NULL: it is not here */
};

struct job {
	unsigned threads;
	uint32_t merges; /* of STORE_OF */
	const char *name;
};

/* The 64 threads last: they are held against the 2. */
static const struct job jobs[] = {
    {1, STORE_OF * 5 / 100, "1 thread, 5 % merges"},   {1, STORE_OF / 2, "1 thread, 50 % merges"},
    {2, STORE_OF * 5 / 100, "2 threads, 5 % merges"},  {2, STORE_OF / 2, "2 threads, 50 % merges"},
    {64, STORE_OF * 5 / 100, "64 threads, 5 % merges"}, {64, STORE_OF / 2, "64 threads, 50 % merges"},
};
enum { JOBS = sizeof(jobs) / sizeof(jobs[0]) };

/* Millions of operations a second, by job, way and round. */
static double rates[JOBS][WAYS_MAX][ROUNDS_MAX];

struct run {
	const struct store_way *way;
	void *table;
	const uint32_t *ops;
	size_t ops_n;
	const struct job *job;
	const cpu_set_t *cpus;
	pthread_barrier_t begin;
	atomic_bool stop;
	_Atomic uint64_t done, faults, cpu_ns;
};

struct runner {
	struct run *run;
	unsigned number;
	pthread_t thread;
};

/* 1 and 2 threads have a CPU each, the last ones; 64 share those two. */
static void stay(const struct run *run, unsigned number)
{
	cpu_set_t some;
	unsigned taken = 0;

	CPU_ZERO(&some);
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && taken < 2; cpu--) {
		if (!CPU_ISSET((size_t)cpu, run->cpus))
			continue;
		if (run->job->threads > 2 || taken == number)
			CPU_SET((size_t)cpu, &some);
		taken++;
	}
	if (CPU_COUNT(&some))
		sched_setaffinity(0, sizeof(some), &some);
}

static void *runner_main(void *arg)
{
	struct runner *runner = arg;
	struct run *run = runner->run;
	size_t at = run->ops_n / run->job->threads * runner->number;
	uint64_t done = 0, faults = 0;
	struct timespec begin, end;

	stay(run, runner->number);
	if (run->way->begin)
		run->way->begin(run->table);
	pthread_barrier_wait(&run->begin);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	while (!atomic_load_explicit(&run->stop, memory_order_relaxed)) {
		if (at + BATCH > run->ops_n)
			at = 0;
		faults += run->way->run(run->table, run->ops + at, BATCH, run->job->merges);
		at += BATCH;
		done += BATCH;
	}
	if (run->way->end)
		run->way->end(run->table);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	atomic_fetch_add(&run->cpu_ns,
	                 (uint64_t)((end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec));
	atomic_fetch_add(&run->done, done);
	atomic_fetch_add(&run->faults, faults);
	return NULL;
}

/* Returns: millions of operations a second, or less than 0 where a table answered wrongly. */
static double measure(const struct store_way *way, void *table, const uint32_t *ops, const struct options *options,
                      const struct job *job, const cpu_set_t *cpus)
{
	struct run run = {.way = way, .table = table, .ops = ops, .ops_n = options->ops_n, .job = job, .cpus = cpus};
	struct runner runners[THREADS_MAX];
	struct timespec pass = {(time_t)(options->pass_ms / 1e3), (long)(fmod(options->pass_ms, 1e3) * 1e6)};
	double begin, ns;

	pthread_barrier_init(&run.begin, NULL, job->threads + 1);
	for (unsigned n = 0; n < job->threads; n++) {
		runners[n] = (struct runner){.run = &run, .number = n};
		if (pthread_create(&runners[n].thread, NULL, runner_main, &runners[n]))
			abort();
	}
	pthread_barrier_wait(&run.begin);
	begin = now_ns();
	nanosleep(&pass, NULL);
	atomic_store(&run.stop, true);
	for (unsigned n = 0; n < job->threads; n++)
		pthread_join(runners[n].thread, NULL);
	/* The last batches are counted, so the time they took is too. */
	ns = now_ns() - begin;
	if (options->cpu_time)
		ns = (double)run.cpu_ns / (job->threads < 2 ? 1 : 2);
	pthread_barrier_destroy(&run.begin);
	if (run.faults) {
		fprintf(stderr, "bench_store: %s: %s: %llu wrong answers\n", way->name, job->name,
		        (unsigned long long)run.faults);
		return -1;
	}
	return (double)run.done * 1e3 / ns;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Key numbers in random order: how often a key is asked for says nothing about where it lies. */
static void shuffle(uint32_t *order, size_t n)
{
	uint64_t seed = 88172645463325252u;

	for (size_t i = 0; i < n; i++) {
		size_t j = next_random(&seed) % (i + 1);

		order[i] = order[j];
		order[j] = (uint32_t)i;
	}
}

/* Zipf with exponent 0.99: key number i is asked for in proportion to 1 / (i + 1)^0.99. */
static bool draw(uint32_t *ops, size_t ops_n, size_t keys_n)
{
	double *sums = malloc(keys_n * sizeof(*sums)), sum = 0;
	uint64_t seed = 0x2545f4914f6cdd1d;

	if (!sums)
		return false;
	for (size_t i = 0; i < keys_n; i++)
		sums[i] = sum += pow((double)(i + 1), -0.99);
	for (size_t n = 0; n < ops_n; n++) {
		uint64_t random = next_random(&seed);
		double wanted = (double)(random >> 12) / 0x1p52 * sum;
		size_t low = 0, high = keys_n - 1;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (sums[middle] < wanted)
				low = middle + 1;
			else
				high = middle;
		}
		ops[n] = (uint32_t)low | (uint32_t)(next_random(&seed) >> 52) << 20;
	}
	free(sums);
	return true;
}

static bool all_rounds(const struct options *options, void *const *tables, const uint32_t *ops)
{
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	for (unsigned round = 0; round < options->rounds; round++) {
		for (size_t j = 0; j < JOBS; j++) {
			for (size_t i = 0; i < store_ways_n; i++) {
				size_t w = (i + round) % store_ways_n;

				rates[j][w][round] = measure(&store_ways[w], tables[w], ops, options, &jobs[j], &cpus);
				if (rates[j][w][round] < 0)
					return false;
			}
		}
	}
	return true;
}

/* Of two rows, round by round. */
static struct spread ratio(const double *of, const double *to, unsigned rounds)
{
	double ratios[ROUNDS_MAX];

	for (unsigned round = 0; round < rounds; round++)
		ratios[round] = of[round] / to[round];
	return spread_of(ratios, rounds);
}

static void tables_print(const struct options *options)
{
	for (size_t j = 0; j < JOBS; j++) {
		printf("\n%s\n  %-22s %10s %19s   %s\n", jobs[j].name, "", "M ops/s", "(min..max)",
		       "fieldguard's rate to this one's, median (min..max)");
		for (size_t w = 0; w < store_ways_n; w++) {
			struct spread rate = spread_of(rates[j][w], options->rounds),
			              ours = ratio(rates[j][0], rates[j][w], options->rounds);

			printf("  %-22s %10.1f %9.1f..%8.1f   %6.2f (%.2f..%.2f)\n", store_ways[w].name, rate.median,
			       rate.min, rate.max, ours.median, ours.min, ours.max);
		}
	}
}

static void target(const char *what, double wanted, bool at_least, struct spread got)
{
	bool reached = at_least ? got.median >= wanted : got.median <= wanted;

	printf("  %-8s %s: %.2f (%.2f..%.2f), wanted %s %.2f\n", reached ? "reached" : "MISSED", what, got.median, got.min,
	       got.max, at_least ? "at least" : "at most", wanted);
}

/* Returns: store_ways_n where there is none. */
static size_t way_of(const char *name)
{
	size_t w = 0;

	while (w < store_ways_n && strcmp(store_ways[w].name, name))
		w++;
	return w;
}

/* Go's rates for a share of merges, from a line "5 RATE RATE ...". Returns: there was one for every round. */
static bool sync_map_read(const char *line, unsigned share, unsigned rounds, double ret[ROUNDS_MAX])
{
	char *end;

	if (strtoul(line, &end, 10) != share)
		return false;
	for (unsigned r = 0; r < rounds; r++) {
		const char *from = end;

		ret[r] = strtod(from, &end);
		if (end == from || ret[r] <= 0)
			return false;
	}
	return true;
}

static void sync_map_print(const struct options *options)
{
	char command[512], *line = NULL;
	double theirs[ROUNDS_MAX];
	size_t size = 0;
	FILE *in;

	if (!options->sync_map) {
		printf("  unknown  2 threads, times Go's sync.Map: there is no Go here\n");
		return;
	}
	snprintf(command, sizeof(command), "'%s' %zu %u %.0f", options->sync_map, options->keys_n, options->rounds,
	         options->pass_ms);
	in = popen(command, "r");
	for (int i = 0; i < 2; i++) {
		if (in && getline(&line, &size, in) > 0 && sync_map_read(line, i ? 50 : 5, options->rounds, theirs))
			target(i ? "2 threads, 50 %, times Go's sync.Map" : "2 threads, 5 %, times Go's sync.Map", 3, true,
			       ratio(rates[i ? 3 : 2][0], theirs, options->rounds));
		else
			printf("  unknown  2 threads, %d %%, times Go's sync.Map: %s said nothing\n", i ? 50 : 5,
			       options->sync_map);
	}
	free(line);
	if (in)
		pclose(in);
}

/* boost::concurrent_flat_map came with Boost 1.83; Debian 12 has 1.81. Where it was measured it did 2.05 times what
 * rculfhash with a lock a record did, at 5 % merges: so 1.2 times that is asked of us. */
static void targets_print(const struct options *options, double overhead)
{
	size_t rculfhash = way_of("rculfhash, qsbr");
	struct spread bytes = {overhead, overhead, overhead};

	printf("\ntargets\n");
	if (rculfhash < store_ways_n)
		target("2 threads, 5 %, times rculfhash (for 1.2 times boost::concurrent_flat_map)", 1.2 * 2.05, true,
		       ratio(rates[2][0], rates[2][rculfhash], options->rounds));
	else
		printf("  unknown  2 threads: neither boost::concurrent_flat_map nor liburcu is here\n");
	sync_map_print(options);
	target("64 threads, 5 %, times 2 threads", 0.7, true, ratio(rates[4][0], rates[2][0], options->rounds));
	target("64 threads, 50 %, times 2 threads", 0.7, true, ratio(rates[5][0], rates[3][0], options->rounds));
	target("bytes a key over the record", 32, false, bytes);
}

static bool json_write(const struct options *options, double overhead)
{
	FILE *out = fopen(options->json, "w");
	bool first = true;

	if (!out)
		return false;
	fprintf(out, "{\"rounds\": %u, \"keys\": %zu, \"overhead_per_key\": %.2f, \"rows\": [", options->rounds,
	        options->keys_n, overhead);
	for (size_t j = 0; j < JOBS; j++) {
		for (size_t w = 0; w < store_ways_n; w++, first = false) {
			struct spread rate = spread_of(rates[j][w], options->rounds),
			              ours = ratio(rates[j][0], rates[j][w], options->rounds);

			fprintf(out,
			        "%s\n  {\"job\": \"%s\", \"way\": \"%s\", \"mops\": {\"median\": %.3f, \"min\": %.3f, "
			        "\"max\": %.3f}, \"fieldguard_times\": {\"median\": %.3f, \"min\": %.3f, \"max\": %.3f}}",
			        first ? "" : ",", jobs[j].name, store_ways[w].name, rate.median, rate.min, rate.max,
			        ours.median, ours.min, ours.max);
		}
	}
	fprintf(out, "\n]}\n");
	return !fclose(out);
}

static bool parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
	    {"rounds", 1, NULL, 'r'}, {"keys", 1, NULL, 'k'}, {"pass-ms", 1, NULL, 'p'},
	    {"json", 1, NULL, 'j'},   {"cpu-time", 0, NULL, 'c'}, {"sync-map", 1, NULL, 's'}, {"help", 0, NULL, 'h'},
	    {0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) >= 0) {
		switch (c) {
		case 'r':
			options->rounds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'k':
			options->keys_n = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			options->pass_ms = strtod(optarg, NULL);
			break;
		case 'c':
			options->cpu_time = true;
			break;
		case 'j':
			options->json = optarg;
			break;
		case 's':
			options->sync_map = optarg;
			break;
		default:
			return false;
		}
	}
	return optind == argc && options->rounds > 0 && options->rounds <= ROUNDS_MAX && options->keys_n > 0 &&
	       options->keys_n <= STORE_KEYS_MAX;
}

/* Returns: the exit status. */
static int bench(const struct options *options)
{
	uint32_t *ops = malloc(options->ops_n * sizeof(*ops)), *order = malloc(options->keys_n * sizeof(*order));
	void *tables[WAYS_MAX];
	double overhead, load[1];

	if (!ops || !order || !draw(ops, options->ops_n, options->keys_n))
		abort();
	shuffle(order, options->keys_n);
	for (size_t w = 0; w < store_ways_n; w++) {
		tables[w] = store_ways[w].open(order, options->keys_n);
		if (!tables[w])
			abort();
	}
	overhead = store_overhead(tables[0]);
	printf("%u rounds of %.0f ms, %zu keys of 8 bytes, records of 64 bytes, Zipf 0.99", options->rounds,
	       options->pass_ms, options->keys_n);
	if (getloadavg(load, 1) == 1)
		printf("; load before: %.1f", load[0]);
	printf("%s\n", options->cpu_time ? "; by CPU time" : "");
	fflush(stdout);
	if (!all_rounds(options, tables, ops))
		return 1;
	tables_print(options);
	targets_print(options, overhead);
	if (options->json && !json_write(options, overhead)) {
		fprintf(stderr, "bench_store: %s: %s\n", options->json, strerror(errno));
		return 2;
	}
	for (size_t w = 0; w < store_ways_n; w++)
		store_ways[w].close(tables[w]);
	free(ops);
	free(order);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {.rounds = 9, .keys_n = 1000000, .pass_ms = 100, .ops_n = (size_t)1 << 22};

	if (!parse(argc, argv, &options)) {
		fputs("usage: bench_store [--rounds N] [--keys N] [--pass-ms MS] [--json FILE] [--cpu-time] [--sync-map PROGRAM]\n"
		      "Reads and merges records by key, in fieldguard's store and in other tables. --keys: at most 1048576 "
		      "(1000000);\n"
		      "--pass-ms: length of one measurement (100); --cpu-time: rates by the CPU time that the threads got, not by the "
		      "clock,\n"
		      "for a machine that others use too.\n"
		      "Exit: 0; 1 when a table answered wrongly; 2 when it could not run.\n",
		      stderr);
		return 2;
	}
	if (options.keys_n < 100000)
		options.ops_n = (size_t)1 << 17;
	return bench(&options);
}

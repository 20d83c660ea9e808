/*
 * bench_snapshot.c - reading and publishing a shared record: ours beside racy memcpy, locks and liburcu
 *
 * A round measures each way once, so that what the machine does meanwhile falls on all of them, and ratios are taken
 * inside a round. Threads are pinned. Before and after each repetition the round trip of a cache line between the two
 * CPUs is probed: where those of one repetition leave the band that most of the run lies in, it is dropped; one during
 * which another program took a CPU is made again. See README.md for how to read the table.
 */
#include "measure.h"
#include "snapshot.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { REPETITIONS_MAX = 99, WAYS_MAX = 8, BATCH = 256, PACED_BATCH = 16, AGAIN_MAX = 5 };

struct job {
	const char *name, *what;
	unsigned readers, writers;
	bool paced, timed;
};

enum { R1, R2, W1, W2, R1W1, PACED, TIMES_2, TIMES_4, JOBS };
static const struct job jobs[JOBS] = {
    [R1] = {"1R", "one reader alone", 1, 0, false, false},
    [R2] = {"2R", "two readers", 2, 0, false, false},
    [W1] = {"1W", "one writer alone", 0, 1, false, false},
    [W2] = {"2W", "two writers, never resting", 0, 2, false, false},
    [R1W1] = {"1R+1W", "a reader beside a writer that never rests", 1, 1, false, false},
    [PACED] = {"1R+1M/s", "a reader beside a million writes a second", 1, 1, true, false},
    [TIMES_2] = {"times 1R+1W", "how long reads take beside a writer that never rests", 1, 1, false, true},
    [TIMES_4] = {"times 2R+2W", "how long reads take, four threads on two CPUs, none resting", 2, 2, false, true},
};

static const struct snapshot_size *const sizes[] = {&snapshot_64, &snapshot_256, &snapshot_4096};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

struct options {
	unsigned rounds;
	double pass_ms;
	size_t bytes; /* 0: all sizes */
	bool keep_all;
	const char *filter, *library, *json;
};

struct repetition {
	double reads, writes; /* a second, all threads */
	double probes[2];     /* before, after; ns */
	bool disturbed;
};

/* One way in one job. */
struct cell {
	struct repetition repetitions[REPETITIONS_MAX];
	struct snapshot_times *times; /* one a round; NULL: not a job of times */
};

static struct cell cells[SIZES][JOBS][WAYS_MAX];
static int cpus[2];
static double ticks_per_ns;

/* ---- threads --------------------------------------------------------------------------------------------------- */

struct team {
	const struct snapshot_way *way;
	const struct job *job;
	void *place;
	double pass_ns;
	pthread_barrier_t start;
};

struct member {
	struct team *team;
	unsigned slot;
	bool writer;
	pthread_t id;
	struct snapshot_times *times;
	double rate;
	long taken_away;
};

static long switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

/* A million writes a second, as evenly as the clock's cost allows. */
static void write_paced(const struct member *member, double begun, uint64_t done)
{
	for (unsigned i = 0; i < PACED_BATCH; i++) {
		while (now_ns() < begun + (double)(done + i) * 1e3)
			;
		member->team->way->write(member->team->place, member->slot, 1);
	}
}

static void *member_run(void *arg)
{
	struct member *member = arg;
	const struct team *team = member->team;
	const struct snapshot_way *way = team->way;
	uint64_t done = 0;
	double begun, now;

	measure_pin(cpus[(member->slot + (member->writer ? team->job->readers : 0)) % 2]);
	if (way->thread_begin)
		way->thread_begin();
	pthread_barrier_wait(&member->team->start);
	member->taken_away = switches();
	begun = now_ns();
	do {
		if (member->writer && team->job->paced) {
			write_paced(member, begun, done);
			done += PACED_BATCH;
		} else {
			if (member->writer)
				way->write(team->place, member->slot, BATCH);
			else if (team->job->timed)
				way->read_timed(team->place, BATCH, member->times);
			else
				way->read(team->place, BATCH);
			done += BATCH;
		}
		now = now_ns();
	} while (now < begun + team->pass_ns);
	member->taken_away = switches() - member->taken_away;
	member->rate = (double)done * 1e9 / (now - begun);
	if (way->thread_end)
		way->thread_end();
	return NULL;
}

/* Returns: false when memory or threads are out. */
static bool team_run(struct team *team, struct repetition *ret, struct snapshot_times *times)
{
	struct member members[SNAPSHOT_THREADS_MAX] = {0};
	struct snapshot_times own[SNAPSHOT_THREADS_MAX];
	unsigned n = team->job->readers + team->job->writers;

	team->place = team->way->begin();
	if (!team->place || pthread_barrier_init(&team->start, NULL, n))
		return false;
	memset(own, 0, sizeof(own));
	for (unsigned i = 0; i < n; i++) {
		bool writer = i >= team->job->readers;

		members[i].team = team;
		members[i].writer = writer;
		members[i].slot = writer ? i - team->job->readers : i;
		members[i].times = &own[i];
		if (pthread_create(&members[i].id, NULL, member_run, &members[i]))
			return false;
	}
	for (unsigned i = 0; i < n; i++) {
		pthread_join(members[i].id, NULL);
		*(members[i].writer ? &ret->writes : &ret->reads) += members[i].rate;
		/* With more threads than CPUs they take them from each other. */
		ret->disturbed = ret->disturbed || (n <= 2 && members[i].taken_away > 0);
		for (unsigned b = 0; times && b < SNAPSHOT_BUCKETS; b++)
			times->counts[b] += own[i].counts[b];
	}
	pthread_barrier_destroy(&team->start);
	team->way->end(team->place);
	return true;
}

/* ---- the round trip of a cache line ---------------------------------------------------------------------------- */

enum { TRIPS = 64, TRIPS_N = 15 };

static struct {
	_Alignas(128) atomic_uint ball; /* even: the server's turn */
	_Alignas(128) double times[TRIPS_N];
	double end_ns;
	bool whole;
} probe_court;

static bool wait_turn(unsigned turn)
{
	for (unsigned i = 0; atomic_load_explicit(&probe_court.ball, memory_order_acquire) != turn; i++) {
		if (i % 1024 == 1023 && now_ns() > probe_court.end_ns)
			return false;
	}
	return true;
}

static void *probe_return(void *unused)
{
	(void)unused;
	measure_pin(cpus[1]);
	for (unsigned i = 0; i < TRIPS * TRIPS_N; i++) {
		if (!wait_turn(2 * i + 1))
			return NULL;
		atomic_store_explicit(&probe_court.ball, 2 * i + 2, memory_order_release);
	}
	return NULL;
}

static void *probe_serve(void *unused)
{
	(void)unused;
	measure_pin(cpus[0]);
	for (unsigned t = 0; t < TRIPS_N; t++) {
		double begun = now_ns();

		for (unsigned i = t * TRIPS; i < (t + 1) * TRIPS; i++) {
			atomic_store_explicit(&probe_court.ball, 2 * i + 1, memory_order_release);
			if (!wait_turn(2 * i + 2))
				return NULL;
		}
		probe_court.times[t] = (now_ns() - begun) / TRIPS;
	}
	probe_court.whole = true;
	return NULL;
}

/* Returns: ns, or infinity when the CPUs were not both ours for some milliseconds. */
static double probe(void)
{
	pthread_t threads[2];

	if (cpus[0] == cpus[1])
		return 0;
	atomic_store(&probe_court.ball, 0);
	probe_court.whole = false;
	probe_court.end_ns = now_ns() + 10e6;
	if (pthread_create(&threads[0], NULL, probe_return, NULL))
		return INFINITY;
	if (!pthread_create(&threads[1], NULL, probe_serve, NULL))
		pthread_join(threads[1], NULL);
	pthread_join(threads[0], NULL);
	return probe_court.whole ? spread_of(probe_court.times, TRIPS_N).median : INFINITY;
}

/* ---- rounds ---------------------------------------------------------------------------------------------------- */

static size_t ways_n(size_t size)
{
	size_t n = 0;

	while (sizes[size]->ways[n].name)
		n++;
	return n;
}

static bool wanted(const struct options *options, size_t size, size_t job, size_t way)
{
	return (!options->bytes || options->bytes == sizes[size]->bytes) &&
	       (!options->filter || strcmp(options->filter, jobs[job].name) == 0) &&
	       (!options->library || strstr(sizes[size]->ways[way].name, options->library));
}

static bool repeat(const struct options *options, size_t size, size_t job, size_t way, unsigned round)
{
	struct cell *cell = &cells[size][job][way];
	struct team team = {.way = &sizes[size]->ways[way], .job = &jobs[job], .pass_ns = options->pass_ms * 1e6};
	struct snapshot_times *times = NULL;

	if (jobs[job].timed && !cell->times)
		cell->times = calloc(REPETITIONS_MAX, sizeof(*cell->times));
	if (jobs[job].timed && !cell->times)
		return false;
	for (unsigned i = 0; i < (options->keep_all ? 1 : AGAIN_MAX); i++) {
		struct repetition *repetition = &cell->repetitions[round];

		*repetition = (struct repetition){0};
		if (jobs[job].timed) {
			times = &cell->times[round];
			memset(times, 0, sizeof(*times));
		}
		repetition->probes[0] = probe();
		if (!team_run(&team, repetition, times))
			return false;
		repetition->probes[1] = probe();
		if (!repetition->disturbed && !isinf(repetition->probes[0]) && !isinf(repetition->probes[1]))
			break;
	}
	return true;
}

static bool measure(const struct options *options)
{
	for (unsigned round = 0; round < options->rounds; round++) {
		for (size_t size = 0; size < SIZES; size++) {
			size_t n = ways_n(size);

			for (size_t job = 0; job < JOBS; job++) {
				for (size_t i = 0; i < n; i++) {
					size_t way = (i + round) % n;

					if (wanted(options, size, job, way) &&
					    !repeat(options, size, job, way, round))
						return false;
				}
			}
		}
	}
	return true;
}

/* ---- what is kept ---------------------------------------------------------------------------------------------- */

static struct {
	double low, high;
} band;

/* Half as much again around the median of all probes; ways with one thread count as much as others. */
static void band_find(const struct options *options)
{
	double medians[ROUNDS_MAX];
	size_t n = 0;

	for (unsigned round = 0; round < options->rounds; round++) {
		for (size_t size = 0; size < SIZES; size++) {
			for (size_t job = 0; job < JOBS; job++) {
				double probes[2 * WAYS_MAX];
				size_t probes_n = 0;

				for (size_t way = 0; way < ways_n(size); way++) {
					if (!wanted(options, size, job, way))
						continue;
					memcpy(probes + probes_n, cells[size][job][way].repetitions[round].probes,
					       2 * sizeof(double));
					probes_n += 2;
				}
				if (probes_n && n < ROUNDS_MAX)
					medians[n++] = spread_of(probes, probes_n).median;
			}
		}
	}
	band.high = n ? spread_of(medians, n).median * 1.5 : 0;
	band.low = band.high / 1.5 / 1.5;
}

static bool kept(const struct options *options, const struct job *job, const struct repetition *repetition)
{
	if (options->keep_all)
		return true;
	if (repetition->disturbed)
		return false;
	if (job->readers + job->writers == 1)
		return true;
	for (unsigned i = 0; i < 2; i++) {
		if (repetition->probes[i] < band.low || repetition->probes[i] > band.high)
			return false;
	}
	return true;
}

enum figure { READS, WRITES };

/* Of the kept rounds; over: divided by the other's figure in the same round (NULL: by 1). Returns: how many. */
static size_t figures(const struct options *options, size_t size, size_t job, size_t way, enum figure figure,
                      size_t over_job, size_t over_way, bool over, struct spread *ret)
{
	double values[REPETITIONS_MAX];
	size_t n = 0;

	for (unsigned round = 0; round < options->rounds; round++) {
		const struct repetition *a = &cells[size][job][way].repetitions[round];
		const struct repetition *b = &cells[size][over_job][over_way].repetitions[round];
		double value = figure == READS ? a->reads : a->writes, by = figure == READS ? b->reads : b->writes;

		if (!kept(options, &jobs[job], a) || (over && (!kept(options, &jobs[over_job], b) || by <= 0)))
			continue;
		values[n++] = over ? value / by : value;
	}
	*ret = n ? spread_of(values, n) : (struct spread){0};
	return n;
}

/* The time in ns that a share of all reads kept does not exceed. count: reads. */
static double percentile(const struct options *options, size_t size, size_t job, size_t way, double share,
                         uint64_t *ret_count)
{
	const struct cell *cell = &cells[size][job][way];
	uint64_t sum[SNAPSHOT_BUCKETS] = {0}, count = 0, below = 0;

	for (unsigned round = 0; round < options->rounds; round++) {
		if (!kept(options, &jobs[job], &cell->repetitions[round]))
			continue;
		for (unsigned b = 0; b < SNAPSHOT_BUCKETS; b++) {
			sum[b] += cell->times[round].counts[b];
			count += cell->times[round].counts[b];
		}
	}
	*ret_count = count;
	for (unsigned b = 0; b < SNAPSHOT_BUCKETS; b++) {
		below += sum[b];
		/* a bucket's upper end */
		if (count && (double)below >= (double)count * share)
			return ldexp(8 + b % 8 + 1, (int)(b / 8) - 3) / ticks_per_ns;
	}
	return 0;
}

/* ---- telling --------------------------------------------------------------------------------------------------- */

/* Returns: something was told. */
static bool row(const struct options *options, size_t size, size_t job, size_t way, FILE *json,
                bool first)
{
	bool reading = jobs[job].readers > 0;
	enum figure figure = reading ? READS : WRITES;
	struct spread rate, writes, ratio;
	size_t n = figures(options, size, job, way, figure, 0, 0, false, &rate);
	size_t ratios_n = figures(options, size, job, way, figure, job, SNAPSHOT_MEMCPY, true, &ratio);

	printf("  %-18s", sizes[size]->ways[way].name);
	if (!n) {
		printf(" no repetition in the band\n");
		return false;
	}
	printf(" %7.1f (%.1f..%.1f)", rate.median / 1e6, rate.min / 1e6, rate.max / 1e6);
	if (ratios_n)
		printf("  %5.2f (%.2f..%.2f)", ratio.median, ratio.min, ratio.max);
	if (reading && jobs[job].writers) {
		figures(options, size, job, way, WRITES, 0, 0, false, &writes);
		printf("  writes %.2f", writes.median / 1e6);
	} else {
		writes = reading ? (struct spread){0} : rate;
	}
	if (json)
		fprintf(json,
		        "%s\n  {\"bytes\": %zu, \"job\": \"%s\", \"way\": \"%s\", \"rounds\": %zu, \"reads_per_s\": %.0f, "
		        "\"writes_per_s\": %.0f, \"min\": %.0f, \"max\": %.0f, \"times_memcpy\": %.3f",
		        first ? "" : ",", sizes[size]->bytes, jobs[job].name, sizes[size]->ways[way].name, n,
		        reading ? rate.median : 0.0, writes.median, rate.min, rate.max, ratio.median);
	if (jobs[job].timed) {
		uint64_t count;
		double p50 = percentile(options, size, job, way, 0.5, &count);
		double p9999 = percentile(options, size, job, way, 0.9999, &count);
		double longest = percentile(options, size, job, way, 1, &count);

		printf("  ns: p50 %.0f, p99.99 %.0f, longest %.0f", p50, p9999, longest);
		if (json)
			fprintf(json, ", \"p50_ns\": %.0f, \"p9999_ns\": %.0f, \"longest_ns\": %.0f", p50, p9999, longest);
	}
	if (json)
		fprintf(json, "}");
	if (n < options->rounds)
		printf("  [%zu of %u rounds]", n, options->rounds);
	printf("\n");
	return true;
}

static void tables(const struct options *options, FILE *json)
{
	bool first = true;

	for (size_t size = 0; size < SIZES; size++) {
		for (size_t job = 0; job < JOBS; job++) {
			bool head = false;

			for (size_t way = 0; way < ways_n(size); way++) {
				if (!wanted(options, size, job, way))
					continue;
				if (!head)
					printf("\n%zu bytes, %s - %s: M %s a second, median (min..max); times memcpy\n",
					       sizes[size]->bytes, jobs[job].name, jobs[job].what,
					       jobs[job].readers ? "reads" : "writes");
				head = true;
				first = !row(options, size, job, way, json, first) && first;
			}
		}
	}
}

/* One line for a target; n 0: not measured. */
static void target(const char *what, size_t n, double got, double want, bool below, const char *unit)
{
	if (n)
		printf("  %-11s  %s: %.2f%s, wanted %s %.2f\n",
		       (below ? got < want : got >= want) ? "reached" : "NOT REACHED", what, got, unit,
		       below ? "below" : "at least", want);
	else
		printf("  not measured %s\n", what);
}

static void targets(const struct options *options)
{
	struct spread s;
	size_t n, mutex = 0;
	uint64_t count = 0;
	double p;

	while (sizes[0]->ways[mutex].name && strcmp(sizes[0]->ways[mutex].name, "pthread_mutex"))
		mutex++;
	printf("\nTargets, 64 bytes, group functions:\n");
	n = figures(options, 0, R1, SNAPSHOT_GROUP, READS, R1, SNAPSHOT_MEMCPY, true, &s);
	target("one reader, times racy memcpy", n, s.median, 0.8, false, "");
	n = figures(options, 0, R2, SNAPSHOT_GROUP, READS, R1, SNAPSHOT_GROUP, true, &s);
	target("two readers, times one reader", n, s.median, 1.9, false, "");
	n = figures(options, 0, R1W1, SNAPSHOT_GROUP, READS, 0, 0, false, &s);
	target("a reader beside a writer that never rests, M reads/s", n, s.median / 1e6, 20, false, "");
	if (cells[0][TIMES_2][SNAPSHOT_GROUP].times) {
		p = percentile(options, 0, TIMES_2, SNAPSHOT_GROUP, 0.9999, &count);
		target("p99.99 of its reads", count, p / 1e3, 10, true, " us");
	}
	if (cells[0][TIMES_4][SNAPSHOT_GROUP].times) {
		p = percentile(options, 0, TIMES_4, SNAPSHOT_GROUP, 0.9999, &count);
		target("p99.99 of reads, four threads on two CPUs", count, p / 1e3, 10, true, " us");
	}
	n = figures(options, 0, W2, SNAPSHOT_GROUP, WRITES, W2, mutex, true, &s);
	target("two writers, times pthread_mutex", n, s.median, 1, false, "");
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static void usage(FILE *out)
{
	fputs("usage: bench_snapshot [--rounds N] [--pass-ms MS] [--size BYTES] [--filter JOB] [--library NAME]\n"
	      "                      [--json FILE] [--keep-all]\n"
	      "Reads and publishes shared records of 64, 256 and 4096 bytes by generated code and by other means.\n"
	      "--filter: a job by its name (1R, 2R, 1W, 2W, 1R+1W, 1R+1M/s, times 1R+1W, times 2R+2W); --library: part\n"
	      "of a name; --pass-ms: length of one repetition (8); --keep-all: those outside the band\n"
	      "and those disturbed too. Exit: 0; 2 when it could not run.\n",
	      out);
}

static bool parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
	    {"rounds", 1, NULL, 'r'}, {"pass-ms", 1, NULL, 'p'}, {"size", 1, NULL, 's'}, {"filter", 1, NULL, 'f'},
	    {"library", 1, NULL, 'l'}, {"json", 1, NULL, 'j'},    {"keep-all", 0, NULL, 'k'}, {"help", 0, NULL, 'h'}, {0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) >= 0) {
		switch (c) {
		case 'r':
			options->rounds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			options->pass_ms = strtod(optarg, NULL);
			break;
		case 's':
			options->bytes = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			options->filter = optarg;
			break;
		case 'l':
			options->library = optarg;
			break;
		case 'j':
			options->json = optarg;
			break;
		case 'k':
			options->keep_all = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return false;
		}
	}
	return optind == argc && options->rounds > 0 && options->rounds <= REPETITIONS_MAX;
}

/* The last two CPUs that we may use. */
static void choose_cpus(void)
{
	cpu_set_t allowed;
	int n = 0;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && n < 2; cpu--) {
		if (CPU_ISSET((size_t)cpu, &allowed))
			cpus[n++] = cpu;
	}
	if (n == 1)
		cpus[1] = cpus[0];
}

static void calibrate(void)
{
	double begun = now_ns(), took;
	uint64_t ticks = snapshot_ticks();

	while ((took = now_ns() - begun) < 5e6)
		;
	ticks_per_ns = (double)(snapshot_ticks() - ticks) / took;
}

int main(int argc, char **argv)
{
	struct options options = {.rounds = 9, .pass_ms = 8};
	double load = 0;
	FILE *json = NULL;

	if (!parse(argc, argv, &options)) {
		usage(stderr);
		return 2;
	}
	if (options.json) {
		json = fopen(options.json, "w");
		if (!json) {
			fprintf(stderr, "bench_snapshot: %s: %s\n", options.json, strerror(errno));
			return 2;
		}
	}
	choose_cpus();
	calibrate();
	getloadavg(&load, 1);
	printf("%u rounds, CPUs %d and %d%s; load before it began: %.2f%s\n", options.rounds, cpus[0], cpus[1],
	       cpus[0] == cpus[1] ? " (ONE: what needs two says nothing)" : "", load,
	       load < 0.7 ? "" : " (other programs ran: ratios hold better than rates)");
	if (!measure(&options)) {
		fprintf(stderr, "bench_snapshot: out of memory or threads\n");
		return 2;
	}
	band_find(&options);
	printf("round trip of a cache line: repetitions between %.0f and %.0f ns are kept\n", band.low, band.high);
	if (json)
		fprintf(json, "{\"rounds\": %u, \"load\": %.2f, \"rows\": [", options.rounds, load);
	tables(&options, json);
	targets(&options);
	if (json) {
		fprintf(json, "\n]}\n");
		if (fclose(json)) {
			fprintf(stderr, "bench_snapshot: %s: %s\n", options.json, strerror(errno));
			return 2;
		}
	}
	return 0;
}

/*
 * bench_snapshot.c - reading and publishing a shared record: ours beside racy memcpy, locks and liburcu
 *
 * A round measures each way once, so that what the machine does meanwhile falls on all of them, and ratios are taken
 * inside a round. Threads are pinned. What the host makes of the CPUs is probed before and after each repetition, and
 * one that the host had a hand in is dropped; one during which another program took a CPU is made again. Rounds go on
 * for targets that have too few repetitions left, until the time is up. See README.md for how to read the table.
 */
#include "measure.h"
#include "probe.h"
#include "snapshot.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { REPETITIONS_MAX = 400, WAYS_MAX = 8, BATCH = 1024, PACED_BATCH = 16, AGAIN_MAX = 5 };
/* Rounds with a ratio that are enough, and that make a target measured. */
enum { ENOUGH = 15, MEASURED = 3 };

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

enum figure { READS, WRITES, P9999 };

/* What we want of the group functions at 64 bytes. */
static const struct target {
	const char *what, *unit;
	double want;
	bool below; /* or at least */
	unsigned job;
	enum figure figure;
	double scale;           /* of the unit; 0: it is over another's figure in the same round: */
	unsigned over_job, over_way;
} targets[] = {
    {"one reader, times racy memcpy", "", 0.8, false, R1, READS, 0, R1, SNAPSHOT_MEMCPY},
    {"two readers, times one reader", "", 1.9, false, R2, READS, 0, R1, SNAPSHOT_GROUP},
    {"a reader beside a writer that never rests", " M reads/s", 20, false, R1W1, READS, 1e6, R1W1, SNAPSHOT_GROUP},
    {"p99.99 of its reads", " us", 10, true, TIMES_2, P9999, 1e3, TIMES_2, SNAPSHOT_GROUP},
    {"p99.99 of reads, four threads on two CPUs", " us", 10, true, TIMES_4, P9999, 1e3, TIMES_4, SNAPSHOT_GROUP},
    {"two writers, times pthread_mutex", "", 1, false, W2, WRITES, 0, W2, SNAPSHOT_MUTEX},
};
enum { TARGETS = sizeof(targets) / sizeof(targets[0]) };

struct options {
	unsigned rounds;   /* of everything; then what the targets need goes on */
	double pass_ms, limit_s;
	size_t bytes; /* 0: all sizes */
	bool keep_all;
	const char *filter, *library, *json;
};

struct repetition {
	double reads, writes; /* a second, all threads */
	struct probe probes[2]; /* before, after */
	bool made, disturbed;
};

/* One way in one job. */
struct cell {
	struct repetition repetitions[REPETITIONS_MAX];
	struct snapshot_times *times; /* one a round; NULL: not a job of times */
};

static struct cell cells[SIZES][JOBS][WAYS_MAX];
static unsigned rounds_n; /* begun, of any job */
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

/* Does the line travel between CPUs? Then its round trip decides, and not how much of its core each CPU has. */
static bool travels(const struct job *job)
{
	return job->writers > 0 && job->readers + job->writers > 1;
}

/* What decides where no line travels, a neighbour on the core, comes and goes faster. */
static double pass_ns(const struct options *options, const struct job *job)
{
	return options->pass_ms * (travels(job) ? 1e6 : 0.25e6);
}

static bool repeat(const struct options *options, size_t size, size_t job, size_t way, unsigned round)
{
	struct cell *cell = &cells[size][job][way];
	struct team team = {.way = &sizes[size]->ways[way], .job = &jobs[job], .pass_ns = pass_ns(options, &jobs[job])};
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
		repetition->probes[0] = probe_take(cpus);
		if (!team_run(&team, repetition, times))
			return false;
		repetition->probes[1] = probe_take(cpus);
		repetition->made = true;
		if (!repetition->disturbed && !isinf(repetition->probes[0].trip_ns) &&
		    !isinf(repetition->probes[1].trip_ns))
			break;
	}
	return true;
}

/* Each way of a job once. */
static bool round_of(const struct options *options, size_t size, size_t job, unsigned round)
{
	size_t n = ways_n(size);

	for (size_t i = 0; i < n; i++) {
		size_t way = (i + round) % n;

		if (wanted(options, size, job, way) && !repeat(options, size, job, way, round))
			return false;
	}
	return true;
}

/* ---- what is kept ---------------------------------------------------------------------------------------------- */

static struct {
	double low, high;
} band;

static double widest; /* additions a cycle, the most that a probe saw */

static bool trips_within(const struct repetition *repetition, double low, double high)
{
	for (unsigned i = 0; i < 2; i++) {
		if (repetition->probes[i].trip_ns < low || repetition->probes[i].trip_ns > high)
			return false;
	}
	return true;
}

/* Repetitions of jobs whose line travels, or (all) of any job. ret: room for each. Returns: how many. */
static size_t collect(const struct options *options, bool all, const struct repetition **ret)
{
	size_t n = 0;

	for (size_t size = 0; size < SIZES; size++) {
		for (size_t job = 0; job < JOBS; job++) {
			for (size_t way = 0; (all || travels(&jobs[job])) && way < ways_n(size); way++) {
				if (!wanted(options, size, job, way))
					continue;
				for (unsigned round = 0; round < rounds_n; round++) {
					const struct repetition *repetition = &cells[size][job][way].repetitions[round];

					if (repetition->made)
						ret[n++] = repetition;
				}
			}
		}
	}
	return n;
}

/* The band, from one to two and a quarter times its low end, that holds the most repetitions of this run: round trips
 * come in bunches, one for each way in which the host lays the CPUs. */
static void band_find(const struct options *options)
{
	static const struct repetition *repetitions[SIZES * JOBS * WAYS_MAX * REPETITIONS_MAX];
	size_t n = collect(options, true, repetitions), most = 0;

	widest = 0;
	for (size_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < 4; k++)
			widest = fmax(widest, repetitions[i]->probes[k / 2].widths[k % 2]);
	}
	n = collect(options, false, repetitions);
	band.low = band.high = 0;
	/* Some hundred of the repetitions are tried as the low end, however many there are. */
	for (size_t i = 0; i < n; i += 1 + n / 300) {
		double low = fmin(repetitions[i]->probes[0].trip_ns, repetitions[i]->probes[1].trip_ns);
		size_t inside = 0;

		for (size_t k = 0; k < n; k++)
			inside += trips_within(repetitions[k], low, low * 2.25);
		if (inside <= most)
			continue;
		most = inside;
		band.low = low;
		band.high = low * 2.25;
	}
}

static bool cores_whole(const struct job *job, const struct repetition *repetition)
{
	for (unsigned cpu = 0; cpu < job->readers + job->writers && cpu < 2; cpu++) {
		for (unsigned i = 0; i < 2; i++) {
			if (repetition->probes[i].widths[cpu] < PROBE_WIDTH_WHOLE)
				return false;
		}
	}
	return true;
}

static bool kept(const struct options *options, const struct job *job, const struct repetition *repetition)
{
	if (!repetition->made)
		return false;
	if (options->keep_all)
		return true;
	if (repetition->disturbed)
		return false;
	return travels(job) ? trips_within(repetition, band.low, band.high) : cores_whole(job, repetition);
}

/* In how many rounds was kept what the target needs? */
static size_t target_kept(const struct options *options, const struct target *target)
{
	const struct repetition *own = cells[0][target->job][SNAPSHOT_GROUP].repetitions;
	const struct repetition *over = cells[0][target->over_job][target->over_way].repetitions;
	size_t n = 0;

	for (unsigned round = 0; round < rounds_n; round++)
		n += kept(options, &jobs[target->job], &own[round]) &&
		     kept(options, &jobs[target->over_job], &over[round]);
	return n;
}

static bool repeat_once(const struct options *options, size_t job, size_t way, unsigned round)
{
	return cells[0][job][way].repetitions[round].made || repeat(options, 0, job, way, round);
}

/* What the targets need that have not enough. Returns: false when memory or threads are out. */
static bool round_of_targets(const struct options *options, unsigned round, bool *ret_any)
{
	*ret_any = false;
	for (size_t i = 0; i < TARGETS; i++) {
		const struct target *target = &targets[i];

		if (!wanted(options, 0, target->job, SNAPSHOT_GROUP) ||
		    !wanted(options, 0, target->over_job, target->over_way) || target_kept(options, target) >= ENOUGH)
			continue;
		*ret_any = true;
		if (!repeat_once(options, target->job, SNAPSHOT_GROUP, round) ||
		    !repeat_once(options, target->over_job, target->over_way, round))
			return false;
	}
	return true;
}

static bool round_of_all(const struct options *options, unsigned round)
{
	for (size_t job = 0; job < SIZES * JOBS; job++) {
		if (!round_of(options, job / JOBS, job % JOBS, round))
			return false;
	}
	return true;
}

/* Rounds of everything, one at least, for half of the time at most; then of what the targets need, until they have
 * enough or the time is up. */
static bool measure(const struct options *options)
{
	double begun = now_ns();
	bool more = true;

	do {
		if (!round_of_all(options, rounds_n))
			return false;
		rounds_n++;
	} while (rounds_n < options->rounds && now_ns() < begun + options->limit_s / 2 * 1e9);
	while (more && !options->keep_all && rounds_n < REPETITIONS_MAX && now_ns() < begun + options->limit_s * 1e9) {
		band_find(options);
		if (!round_of_targets(options, rounds_n, &more))
			return false;
		rounds_n++;
	}
	band_find(options);
	return true;
}

/* Of the kept rounds; over: divided by the other's figure in the same round (NULL: by 1). Returns: how many. */
static size_t figures(const struct options *options, size_t size, size_t job, size_t way, enum figure figure,
                      size_t over_job, size_t over_way, bool over, struct spread *ret)
{
	double values[REPETITIONS_MAX];
	size_t n = 0;

	for (unsigned round = 0; round < rounds_n; round++) {
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

static size_t made_n(size_t size, size_t job, size_t way)
{
	size_t n = 0;

	for (unsigned round = 0; round < rounds_n; round++)
		n += cells[size][job][way].repetitions[round].made;
	return n;
}

/* The time in ns that a share of all reads kept does not exceed. count: reads. */
static double percentile(const struct options *options, size_t size, size_t job, size_t way, double share,
                         uint64_t *ret_count)
{
	const struct cell *cell = &cells[size][job][way];
	uint64_t sum[SNAPSHOT_BUCKETS] = {0}, count = 0, below = 0;

	for (unsigned round = 0; round < rounds_n; round++) {
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
		printf(" no repetition kept of %zu\n", made_n(size, job, way));
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
	if (n < made_n(size, job, way))
		printf("  [%zu of %zu rounds]", n, made_n(size, job, way));
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

/* Returns: rounds behind it. ret: the target's figure. */
static size_t target_figure(const struct options *options, const struct target *target, struct spread *ret)
{
	size_t n;

	if (target->figure == P9999) {
		uint64_t count;

		n = target_kept(options, target);
		ret->median = n ? percentile(options, 0, target->job, SNAPSHOT_GROUP, 0.9999, &count) : 0;
		ret->min = ret->max = ret->median;
	} else {
		n = figures(options, 0, target->job, SNAPSHOT_GROUP, target->figure, target->over_job, target->over_way,
		            target->scale <= 0, ret);
	}
	if (target->scale > 0)
		*ret = (struct spread){ret->median / target->scale, ret->min / target->scale, ret->max / target->scale};
	return n;
}

/* One line a target: what the rounds that were kept say, and beside it what all of them do. */
static void tell_targets(const struct options *options)
{
	struct options all_options = *options;

	all_options.keep_all = true;
	printf("\nTargets, 64 bytes, group functions:\n");
	for (size_t i = 0; i < TARGETS; i++) {
		const struct target *target = &targets[i];
		struct spread got, all;
		size_t n = target_figure(options, target, &got), all_n = target_figure(&all_options, target, &all);
		bool reached = target->below ? got.median < target->want : got.median >= target->want;

		const char *verdict = !all_n         ? "not measured"
		                      : n < MEASURED ? "not measurable"
		                      : reached      ? "reached"
		                                     : "NOT REACHED";

		printf("  %-14s  %s: ", verdict, target->what);
		if (n)
			printf("%.2f%s", got.median, target->unit);
		if (n && got.max > got.min)
			printf(" (%.2f..%.2f)", got.min, got.max);
		printf("%s%s %.2f%s wanted", n ? ", " : "", target->below ? "below" : "at least", target->want,
		       target->unit);
		if (all_n)
			printf("  [%zu of %zu rounds kept; all: %.2f%s]", n, all_n, all.median, target->unit);
		printf("\n");
	}
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static void usage(FILE *out)
{
	fputs("usage: bench_snapshot [--rounds N] [--limit S] [--pass-ms MS] [--size BYTES] [--filter JOB] [--library NAME]\n"
	      "                      [--json FILE] [--keep-all]\n"
	      "Reads and publishes shared records of 64, 256 and 4096 bytes by generated code and by other means.\n"
	      "--filter: a job by its name (1R, 2R, 1W, 2W, 1R+1W, 1R+1M/s, times 1R+1W, times 2R+2W); --library: part\n"
	      "of a name; --pass-ms: length of one repetition (2), a quarter of it where no line travels; --rounds: of\n"
	      "every job (9), then what the targets at the end need goes on until enough of it can be kept or --limit\n"
	      "seconds (60) are over; --keep-all: nothing is dropped, and there are no further rounds. Exit: 0; 2 when it\n"
	      "could not run.\n",
	      out);
}

static bool parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
	    {"rounds", 1, NULL, 'r'},  {"limit", 1, NULL, 't'}, {"pass-ms", 1, NULL, 'p'},  {"size", 1, NULL, 's'},
	    {"filter", 1, NULL, 'f'},  {"json", 1, NULL, 'j'},  {"library", 1, NULL, 'l'},  {"keep-all", 0, NULL, 'k'},
	    {"help", 0, NULL, 'h'},    {0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) >= 0) {
		switch (c) {
		case 'r':
			options->rounds = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 't':
			options->limit_s = strtod(optarg, NULL);
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
	struct options options = {.rounds = 9, .pass_ms = 2, .limit_s = 60};
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
	printf("Kept where the line travels: round trips of %.0f to %.0f ns. Kept elsewhere: cores that do %.1f additions a\n"
	       "cycle and more (the most seen: %.1f%s).\n", band.low, band.high, PROBE_WIDTH_WHOLE, widest,
	       widest < PROBE_WIDTH_WHOLE ? "; shared with other programs all the time, or narrow: see --keep-all" : "");
	if (json)
		fprintf(json, "{\"rounds\": %u, \"load\": %.2f, \"rows\": [", options.rounds, load);
	tables(&options, json);
	tell_targets(&options);
	if (json) {
		fprintf(json, "\n]}\n");
		if (fclose(json)) {
			fprintf(stderr, "bench_snapshot: %s: %s\n", options.json, strerror(errno));
			return 2;
		}
	}
	return 0;
}

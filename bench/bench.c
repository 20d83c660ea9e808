/*
 * bench.c - the same job by every library, in one run, in rounds
 *
 * A round measures each library once, so that what the machine does meanwhile falls on all of them; the ratio to our
 * own time is taken inside a round. Where each round begins in the list moves on by one. See README.md for how to read
 * the table.
 */
#include "measure.h"
#include "work.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum { PEERS_MAX = 8 };

static const struct bench_peer *const peers[] = {
    &bench_fieldguard,
#ifdef BENCH_SIMDJSON
    &bench_simdjson,   &bench_simdjson_lookup, &bench_simdjson_copy,
#endif
#ifdef BENCH_JANSSON
    &bench_jansson,
#endif
#ifdef BENCH_JSONC
    &bench_jsonc,
#endif
#ifdef BENCH_CJSON
    &bench_cjson,
#endif
};
enum { PEERS = sizeof(peers) / sizeof(peers[0]) };

struct options {
	unsigned rounds;
	size_t texts;
	double pass_ms; /* at least this long is one measurement */
	const char *filter, *library, *json, *folder;
	int cpu;
};

/* One library in one workload. */
struct column {
	const struct bench_peer *peer;
	void *state;
	size_t passes; /* in one measurement */
	enum work_verdict verdict;
	double ns[ROUNDS_MAX];    /* a message, by round */
	double ratio[ROUNDS_MAX]; /* to our own in the same round; 0: ours was not measured */
};

static bool pass(const struct work *work, struct column *column, struct fg_buffer *out, size_t passes, double *ret_ns)
{
	double begin = now_ns();

	for (size_t i = 0; i < passes; i++) {
		if (work_pass(work, column->peer, column->state, out))
			return false;
	}
	*ret_ns = now_ns() - begin;
	return true;
}

/* Opens, verifies, warms up and finds how many passes a measurement takes. */
static bool column_begin(const struct work *work, const struct options *options, const struct bench_peer *peer,
                         struct column *column, struct fg_buffer *out)
{
	size_t text = 0;
	double ns;

	column->peer = peer;
	column->state = peer->open();
	if (!column->state || work_prepare(work, peer, column->state)) {
		fprintf(stderr, "bench: %s: %s could not begin\n", work->name, peer->name);
		return false;
	}
	column->verdict = work_verify(work, peer, column->state, &text);
	if (column->verdict == WORK_WRONG) {
		fprintf(stderr, "bench: %s: %s makes something else of text %zu than fieldguard\n", work->name,
		        peer->name, text);
		return false;
	}
	for (column->passes = 1;; column->passes *= 2) {
		if (!pass(work, column, out, column->passes, &ns))
			return false;
		if (ns >= options->pass_ms * 1e6 * 2 / 3)
			return true;
	}
}

static void rounds(const struct work *work, const struct options *options, struct column *columns, size_t n,
                   struct fg_buffer *out)
{
	for (unsigned round = 0; round < options->rounds; round++) {
		double ours = 0;

		for (size_t i = 0; i < n; i++) {
			struct column *column = &columns[(i + round) % n];
			double ns;

			if (!pass(work, column, out, column->passes, &ns))
				abort(); /* the same texts passed a moment ago */
			column->ns[round] = ns / (double)column->passes / (double)work->texts.n;
			if (column->peer == &bench_fieldguard)
				ours = column->ns[round];
		}
		for (size_t i = 0; i < n; i++)
			columns[i].ratio[round] = ours > 0 ? columns[i].ns[round] / ours : 0;
	}
}

static void table(const struct work *work, const struct options *options, const struct column *columns, size_t n)
{
	double per_text = (double)work->texts.bytes / (double)work->texts.n;
	bool inexact = false;

	printf("\n%s - %s: %zu text%s of %.0f bytes\n", work->name, work->what, work->texts.n,
	       work->texts.n == 1 ? "" : "s", per_text);
	printf("  %-18s %12s %12s %8s   %s\n", "", "ns/message", "least", "MB/s", "times ours, median (min..max)");
	for (size_t i = 0; i < n; i++) {
		struct spread ns = spread_of(columns[i].ns, options->rounds),
		              ratio = spread_of(columns[i].ratio, options->rounds);

		printf("  %-17s%s %12.0f %12.0f %8.0f   %6.2f (%.2f..%.2f)\n", columns[i].peer->name,
		       columns[i].verdict == WORK_ROUNDED ? "*" : " ", ns.median, ns.min, per_text * 1e3 / ns.median,
		       ratio.median, ratio.min, ratio.max);
		inexact = inexact || columns[i].verdict == WORK_ROUNDED;
		if (i == 0 && ns.max > ns.median * 1.1)
			printf("  (noisy: our own rounds lie between %.0f and %.0f ns)\n", ns.min, ns.max);
	}
	if (inexact)
		printf("  * not the same result: integers beyond 2^53 come out rounded\n");
}

static void json(FILE *out, const struct work *work, const struct options *options, const struct column *columns,
                 size_t n, bool first)
{
	fprintf(out, "%s\n  {\"name\": \"%s\", \"texts\": %zu, \"bytes\": %zu, \"libraries\": [", first ? "" : ",",
	        work->name, work->texts.n, work->texts.bytes);
	for (size_t i = 0; i < n; i++) {
		struct spread ns = spread_of(columns[i].ns, options->rounds),
		              ratio = spread_of(columns[i].ratio, options->rounds);

		fprintf(out, "%s\n    {\"name\": \"%s\", \"exact\": %s, \"mb_per_s\": %.1f,\n", i ? "," : "",
		        columns[i].peer->name, columns[i].verdict == WORK_EXACT ? "true" : "false",
		        (double)work->texts.bytes * 1e3 / (double)work->texts.n / ns.median);
		fprintf(out, "     \"ns_per_message\": {\"median\": %.1f, \"min\": %.1f, \"max\": %.1f},\n", ns.median,
		        ns.min, ns.max);
		fprintf(out, "     \"times_fieldguard\": {\"median\": %.3f, \"min\": %.3f, \"max\": %.3f}}",
		        ratio.median, ratio.min, ratio.max);
	}
	fprintf(out, "\n  ]}");
}

/* Returns: false when a library was wrong or failed. */
static bool measure(const struct work *work, const struct options *options, FILE *json_out, bool first)
{
	static struct column columns[PEERS_MAX];
	struct fg_buffer out = {0};
	size_t n = 0;
	bool good = true;

	for (size_t i = 0; i < PEERS; i++) {
		if (!work_possible(work, peers[i]) || (options->library && !strstr(peers[i]->name, options->library)))
			continue;
		if (column_begin(work, options, peers[i], &columns[n], &out)) {
			n++;
			continue;
		}
		peers[i]->close(columns[n].state);
		good = false;
	}
	if (n) {
		rounds(work, options, columns, n, &out);
		table(work, options, columns, n);
		if (json_out)
			json(json_out, work, options, columns, n, first);
	}
	for (size_t i = 0; i < n; i++)
		columns[i].peer->close(columns[i].state);
	fg_buffer_fini(&out);
	fflush(stdout);
	return good;
}

static int all(const struct options *options, FILE *json_out)
{
	bool first = true, good = true;

	for (size_t i = 0; i < work_list_n; i++) {
		struct work *work = &work_list[i];
		int error;

		if (options->filter && !strstr(work->name, options->filter))
			continue;
		error = work_load(work, options->texts, options->folder);
		if (error && work->file) {
			printf("\n%s: skipped: %s/%s: %s\n", work->name, options->folder, work->file, strerror(-error));
			continue;
		}
		if (error) {
			fprintf(stderr, "bench: %s: can't make its texts: %s\n", work->name, strerror(-error));
			good = false;
		} else {
			good = measure(work, options, json_out, first) && good;
			first = false;
		}
		work_unload(work);
	}
	return good ? 0 : 1;
}

static void usage(FILE *out)
{
	fputs("usage: bench [--rounds N] [--filter WORKLOAD] [--library NAME] [--json FILE]\n"
	      "             [--texts N] [--pass-ms MS] [--cpu N] [--data FOLDER]\n"
	      "Decodes and encodes the same texts by fieldguard and by other libraries. --filter and --library take "
	      "part of a name;\n"
	      "--texts: number of made orders (20000); --pass-ms: length of one measurement (20); --data: folder of "
	      "the real files\n"
	      "(else $FG_DATA). Exit: 0; 1 when a library's result differs from ours; 2 when it could not run.\n",
	      out);
}

static bool parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
	    {"rounds", 1, NULL, 'r'},  {"filter", 1, NULL, 'f'},
	    {"library", 1, NULL, 'l'}, {"json", 1, NULL, 'j'},
	    {"texts", 1, NULL, 't'},   {"pass-ms", 1, NULL, 'p'},
	    {"cpu", 1, NULL, 'c'},     {"data", 1, NULL, 'd'},
	    {"help", 0, NULL, 'h'},    {0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) >= 0) {
		switch (c) {
		case 'r':
			options->rounds = (unsigned)strtoul(optarg, NULL, 10);
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
		case 't':
			options->texts = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			options->pass_ms = strtod(optarg, NULL);
			break;
		case 'c':
			options->cpu = atoi(optarg);
			break;
		case 'd':
			options->folder = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return false;
		}
	}
	return optind == argc && options->rounds > 0 && options->rounds <= ROUNDS_MAX && options->texts > 0;
}

int main(int argc, char **argv)
{
	struct options options = {.rounds = 9, .texts = 20000, .pass_ms = 20, .folder = getenv("FG_DATA"), .cpu = -1};
	static char folder[4096];
	FILE *json_out = NULL;
	int cpu, status;

	if (!parse(argc, argv, &options)) {
		usage(stderr);
		return 2;
	}
	snprintf(folder, sizeof(folder), "%s/simdjson-jsonexamples", options.folder ? options.folder : BENCH_DATA);
	options.folder = folder;
	if (options.json) {
		json_out = fopen(options.json, "w");
		if (!json_out) {
			fprintf(stderr, "bench: %s: %s\n", options.json, strerror(errno));
			return 2;
		}
		fprintf(json_out, "{\"rounds\": %u, \"workloads\": [", options.rounds);
	}
	cpu = measure_pin(options.cpu);
	printf("%u rounds%s", options.rounds, cpu < 0 ? ", not pinned to a CPU\n" : "");
	if (cpu >= 0)
		printf(", on CPU %d\n", cpu);
	status = all(&options, json_out);
	if (json_out) {
		fprintf(json_out, "\n]}\n");
		if (fclose(json_out)) {
			fprintf(stderr, "bench: %s: %s\n", options.json, strerror(errno));
			return 2;
		}
	}
	return status;
}

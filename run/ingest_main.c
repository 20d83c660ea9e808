/*
 * ingest_main.c - fills a store of shared records from a stream of messages, many workers at once
 *
 * The program around fg_ingest, for the one type that it is compiled for: options, the progress bar, bad lines told and
 * kept, Ctrl-C, final state and snapshots in files. Nothing here knows a field.
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <fieldguard/ingest.h>
#include <fieldguard/store.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

extern const struct fg_type RUN_FG_TYPE;

enum { TOLD_IN_FULL = 20, LOOK_MS = 5 };

struct driver {
	struct options options;
	struct fg_store *store;
	int rejects_fd;     /* -1: not wanted, or failed */
	bool output_failed; /* some file could not be written: exit 2 */
	uint64_t told;      /* bad lines, those told in full and the others */
	struct progress progress;
	atomic_size_t bytes_done;
	struct sampler sampler;
};

/* What a signal handler may touch. */
static atomic_bool stop_asked;
static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
	atomic_store(&stop_asked, true);
}

/* The first signal ends the ingest in order; the second one ends the program. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- what fg_ingest calls ---------------------------------------------------------------------------------------- */

static void on_progress(const struct fg_ingest_stats *stats, void *user)
{
	struct driver *driver = user;

	atomic_store(&driver->bytes_done, stats->bytes);
	progress_draw(&driver->progress, stats->bytes, stats->bytes_total, stats->lines, stats->elapsed_ns);
}

static void tell_reject(const struct driver *driver, const struct fg_reject *reject)
{
	const struct fg_error *error = reject->error;
	const char *clear = driver->progress.shown ? "\r\033[K" : "";
	const char *name = strcmp(driver->options.input, "-") == 0 ? "stdin" : driver->options.input;

	fprintf(stderr, "%s%s:%llu:%u: %s: %s%s%s (byte %zu)\n", clear, name, (unsigned long long)reject->line,
	        error->column, error->path[0] ? error->path : "$", error->text, error->value[0] ? ": " : "",
	        error->value, error->offset);
}

static int keep_reject(struct driver *driver, const struct fg_reject *reject)
{
	struct iovec parts[2] = {{(void *)(uintptr_t)reject->text, reject->text_len}, {(void *)(uintptr_t) "\n", 1}};
	ssize_t written = writev(driver->rejects_fd, parts, 2);

	/* Short on a regular file only where the disk is full: what is left then fails by itself. */
	while (written >= 0 && (size_t)written < reject->text_len + 1) {
		const char *rest = (size_t)written < reject->text_len ? reject->text + written : "\n";
		size_t rest_len = (size_t)written < reject->text_len ? reject->text_len - (size_t)written : 1;
		ssize_t more = write(driver->rejects_fd, rest, rest_len);

		written = more < 0 ? more : written + more;
	}
	return written < 0 ? -errno : 0;
}

static int on_reject(const struct fg_reject *reject, void *user)
{
	struct driver *driver = user;
	int rc;

	if (driver->told++ < TOLD_IN_FULL)
		tell_reject(driver, reject);
	if (!driver->options.rejects)
		return 0;
	if (driver->rejects_fd < 0)
		return -EIO;
	rc = keep_reject(driver, reject);
	if (rc) {
		complain("cannot write to %s: %s; rejected lines are no longer kept, the ingest goes on",
		         driver->options.rejects, strerror(-rc));
		driver->output_failed = true;
		close(driver->rejects_fd);
		driver->rejects_fd = -1;
	}
	return rc;
}

static int on_sample(struct fg_key key, void *ret_record, void *ret_present, void *user)
{
	return fg_store_read(user, key, ret_record, ret_present);
}

/* ---- outputs ----------------------------------------------------------------------------------------------------- */

static int add_to_state(const void *record, const void *present, void *user)
{
	return state_add(user, record, present);
}

static void failed_output(struct driver *driver, const char *path, int rc)
{
	complain("cannot write to %s: %s", path, strerror(-rc));
	driver->output_failed = true;
}

static void write_state(struct driver *driver)
{
	struct state state;
	int rc;

	state_init(&state, &RUN_FG_TYPE);
	rc = fg_store_each(driver->store, add_to_state, &state);
	if (!rc)
		rc = state_write(&state, driver->options.state);
	if (rc)
		failed_output(driver, driver->options.state, rc);
	state_fini(&state);
}

static void write_outputs(struct driver *driver, const struct fg_ingest_stats *ingest)
{
	const struct options *options = &driver->options;
	struct run_stats stats = {
	    .messages = ingest->lines,
	    .merged = ingest->merged,
	    .rejected = ingest->rejected,
	    .rejects_lost = ingest->rejects_lost,
	    .bytes = ingest->bytes,
	    .elapsed_ns = ingest->elapsed_ns,
	    .records = fg_store_count(driver->store),
	    .reads = driver->sampler.reads,
	    .workers = ingest->workers,
	    .stopped = ingest->stopped,
	};
	bool state_to_stdout = options->state && strcmp(options->state, "-") == 0;
	char number[28];
	int rc;

	if (driver->told > TOLD_IN_FULL)
		fprintf(stderr, "... and %s more\n", grouped(driver->told - TOLD_IN_FULL, number));
	if (options->state)
		write_state(driver);
	rc = options->json ? run_stats_write(&stats, options->json) : 0;
	if (rc)
		failed_output(driver, options->json, rc);
	run_stats_print(&stats, state_to_stdout ? stderr : stdout);
	if (fflush(stdout) != 0)
		failed_output(driver, "standard output", write_error());
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

/* Starts the thread that takes snapshots. Returns: the mapping is in use. */
static bool start_sampler(struct driver *driver, int fd)
{
	struct sampler *sampler = &driver->sampler;
	int rc = input_map(fd, &sampler->input);

	if (rc == -ESPIPE) {
		complain("--reads needs a regular file as input");
		exit(EXIT_FAILED);
	}
	sampler->type = &RUN_FG_TYPE;
	sampler->bytes_done = &driver->bytes_done;
	sampler->read = on_sample;
	sampler->user = driver->store;
	sampler->path = driver->options.reads;
	if (!rc)
		rc = sampler_start(sampler);
	if (rc)
		failed_output(driver, driver->options.reads, rc);
	return !rc;
}

static int ingest(struct driver *driver, int fd, struct fg_ingest_stats *ret_stats)
{
	struct fg_ingest_options options = {
	    .workers = driver->options.workers,
	    .reject = on_reject,
	    .progress = on_progress,
	    .progress_ms = LOOK_MS,
	    .user = driver,
	    .stop = &stop_asked,
	    .decode = {.flags = driver->options.show_values ? FG_DECODE_SHOW_VALUES : 0},
	};
	bool sampling = driver->options.reads && start_sampler(driver, fd);
	int rc;

	progress_init(&driver->progress);
	rc = fg_ingest_fd(driver->store, fd, &options, ret_stats);
	progress_end(&driver->progress);
	if (sampling) {
		int failure;

		atomic_store(&driver->bytes_done, ret_stats->bytes);
		failure = sampler_stop(&driver->sampler);

		if (failure)
			failed_output(driver, driver->options.reads, failure);
	}
	input_unmap(&driver->sampler.input);
	return rc;
}

static int run(struct driver *driver)
{
	struct options *options = &driver->options;
	struct fg_ingest_stats stats = {0};
	int fd = STDIN_FILENO, rc;

	if (strcmp(options->input, "-") != 0)
		fd = open(options->input, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", options->input, strerror(errno));
		return EXIT_FAILED;
	}
	if (options->rejects) {
		driver->rejects_fd = open(options->rejects, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (driver->rejects_fd < 0) {
			complain("%s: %s", options->rejects, strerror(errno));
			return EXIT_FAILED;
		}
	}
	rc = fg_store_new(&RUN_FG_TYPE, NULL, &driver->store);
	if (!rc)
		rc = ingest(driver, fd, &stats);
	if (rc)
		complain("%s: %s", options->input, strerror(-rc));
	if (driver->store && rc != -EISDIR)
		write_outputs(driver, &stats);
	if (driver->rejects_fd >= 0 && close(driver->rejects_fd) != 0)
		failed_output(driver, options->rejects, -errno);
	fg_store_free(driver->store);
	close(fd);
	if (stop_signal)
		return EXIT_SIGNAL + stop_signal;
	return rc || driver->output_failed ? EXIT_FAILED : stats.rejected > 0 ? EXIT_REJECTED : EXIT_MERGED;
}

/* ---- command line ------------------------------------------------------------------------------------------------ */

static const char help[] =
    "usage: ingest [options] INPUT\n"
    "\n"
    "Merges a stream of messages, one JSON object a line, into shared records by key; each\n"
    "message names some fields of one record. This program is built for struct " RUN_TYPE_NAME ".\n"
    "INPUT is a file, or - for standard input. The result does not depend on the workers.\n"
    "\n"
    "  --workers N      threads that decode and merge (one a CPU)\n"
    "  --rejects FILE   keep the lines that could not be merged, as they are\n"
    "  --state FILE     write the final records, one a line, sorted by the bytes of the key;\n"
    "                   - for standard output\n"
    "  --reads FILE     take snapshots of records while the ingest runs, and write them\n"
    "  --json FILE      write counts and rates\n"
    "  --show-values    let messages about bad lines quote them; they may hold secrets\n"
    "  --help\n"
    "\n"
    "Ctrl-C finishes what is in flight, writes all files and the summary; a second one ends\n"
    "at once. NO_COLOR takes the colour from the progress bar.\n"
    "\n"
    "Exit: 0 all lines merged, 1 some rejected, 2 could not run or write, 130 after Ctrl-C\n"
    "(128 + the signal's number).\n";

static const struct option options_taken[] = {
    {"workers", required_argument, NULL, 'w'}, {"rejects", required_argument, NULL, 'r'},
    {"state", required_argument, NULL, 's'},   {"reads", required_argument, NULL, 'R'},
    {"json", required_argument, NULL, 'j'},    {"show-values", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
	struct driver driver = {.rejects_fd = -1};

	program_name = "ingest";
	options_parse(argc, argv, options_taken, help, &driver.options);
	catch_signals();
	return run(&driver);
}

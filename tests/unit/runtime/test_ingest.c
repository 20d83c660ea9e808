/* test_ingest.c - the outcome of ingest is that of a sequential model, whatever the source and the number of workers */
#include "stream.h"
#include "tap.h"

static const unsigned workers_list[] = { 1, 2, 8 };

enum kind { MEMORY, FILE_FD, PIPE, KINDS };
static const char *const kind_names[KINDS] = { "memory", "file", "pipe" };

/* Ingests and checks against the model. Returns: the stats. */
static struct fg_ingest_stats check(struct stream stream, enum kind kind, unsigned workers, size_t max_line,
                                    const char *what)
{
	static struct outcome want, got;
	struct watcher watcher = { .outcome = &got };
	struct fg_ingest_options options = { .workers = workers, .max_line = max_line, .reject = watcher_reject,
		                             .progress = watcher_progress, .progress_ms = 1, .user = &watcher };
	struct fg_ingest_stats stats;
	struct feeder feeder;
	struct fg_store *store;
	int fd, rc;

	model_run(&want, stream.text, stream.len, max_line);
	outcome_begin(&got);
	fg_store_new(&tally_fg_type, NULL, &store);
	if (kind == MEMORY) {
		rc = fg_ingest_memory(store, stream.text, stream.len, &options, &stats);
	} else if (kind == FILE_FD) {
		fd = stream_file(stream.text, stream.len);
		rc = fg_ingest_fd(store, fd, &options, &stats);
		close(fd);
	} else {
		rc = fg_ingest_fd(store, feeder_start(&feeder, stream, 7001), &options, &stats);
		feeder_end(&feeder);
	}
	outcome_take(&got, store, &stats);
	tap_ok(!rc && outcome_equal(&got, &want), "%s: %s, %u workers: state, counts and rejects", what, kind_names[kind],
	       workers);
	tap_ok(!watcher.overlaps && stats.bytes == stream.len && stats.bytes_total == (kind == PIPE ? 0 : stream.len) &&
	       !stats.stopped && stats.workers >= 1 && stats.workers <= workers && !stats.rejects_lost,
	       "%s: callbacks one at a time and in order, stats", what);
	fg_store_free(store);
	outcome_free(&got);
	outcome_free(&want);
	return stats;
}

static void check_all(struct stream stream, size_t max_line, const char *what)
{
	for (size_t w = 0; w < sizeof(workers_list) / sizeof(*workers_list); w++) {
		for (int kind = 0; kind < KINDS; kind++)
			check(stream, (enum kind)kind, workers_list[w], max_line, what);
	}
}

static void test_random(void)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct stream stream = stream_make(60000, seed);

		check_all(stream, 0, "random stream");
		/* without its last newline, and so cut inside a line */
		stream.len -= 5;
		check(stream, FILE_FD, 2, 0, "cut off");
		check(stream, MEMORY, 2, 0, "cut off");
		free(stream.text);
	}
}

static void check_text(const char *text, size_t max_line, const char *what)
{
	struct stream stream = { (char *)(uintptr_t)text, strlen(text) };

	check_all(stream, max_line, what);
}

static void test_edges(void)
{
	struct stream nul = { (char[]){ "{\"id\":\"k1\"}\n{\"id\":\"k\0\"}\n\0\n" }, 26 };

	check_text("", 0, "empty");
	check_text("\n", 0, "one newline");
	check_text("\n \r\n\t\t\n\n   ", 0, "only blank lines");
	check_text("{\"id\":\"k1\",\"v\":1}", 0, "no newline at the end");
	check_text("x", 0, "one bad byte");
	check_text("\r\n{\"id\":\"k1\",\"v\":1}\r\n\r\n{\"id\":\"k1\",\"v\":2}\r", 0, "CRLF");
	check_text("{\"id\":\"k1\"}\n\n\nbad\n\nworse\n", 0, "line numbers count blank lines");
	check(nul, MEMORY, 1, 0, "NUL bytes");
	check(nul, PIPE, 2, 0, "NUL bytes");
}

/* Lines of the lengths around a limit and around a chunk, each followed by a good and a bad one. */
static void test_long_lines(void)
{
	static const size_t lens[] = { 999, 1000, 1001, 1002, 5000, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 700000,
		                       3000000 };
	struct stream stream;
	FILE *out = open_memstream(&stream.text, &stream.len);

	for (unsigned i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		fprintf(out, "{\"id\":\"k%u\",\"v\":1,\"pad\":\"%*s\"}\n", i, (int)lens[i] - 27, "");
		fprintf(out, "{\"id\":\"k%u\",\"v\":2}\nbad %u\n\n", i, i);
	}
	fprintf(out, "{\"pad\":\"%4000s\"}", "");
	fclose(out);
	check_all(stream, 1000, "lines over 1000 bytes");
	check_all(stream, 1001, "lines over 1001 bytes");
	check_all(stream, 600000, "lines over 600000 bytes");
	check_all(stream, 0, "long lines");
	check_all(stream, 1, "no line fits");
	free(stream.text);
}

/* Many lines a byte long: a chunk is full by their number. */
static void test_short_lines(void)
{
	struct stream stream = { malloc(100000), 100000 };

	memset(stream.text, 'x', stream.len);
	for (size_t i = 1; i < stream.len; i += 2)
		stream.text[i] = '\n';
	check_all(stream, 0, "short lines");
	free(stream.text);
}

static void test_rejects_lost(void)
{
	static struct outcome got;
	struct watcher watcher = { .outcome = &got, .fail_every = 3 };
	struct fg_ingest_options options = { .workers = 2, .reject = watcher_reject, .user = &watcher };
	struct stream stream = stream_make(20000, 7);
	struct fg_ingest_stats stats;
	struct fg_store *store;

	outcome_begin(&got);
	fg_store_new(&tally_fg_type, NULL, &store);
	tap_eq_int(fg_ingest_memory(store, stream.text, stream.len, &options, &stats), 0, "failing reject callback");
	tap_ok(stats.rejected > 300 && stats.rejected == watcher.calls && stats.rejects_lost == watcher.failed,
	       "%u rejects, %u lost", watcher.calls, watcher.failed);
	tap_eq_int(stats.merged + stats.rejected, stats.lines, "every line is one or the other");
	tap_eq_int(fg_ingest_memory(store, stream.text, stream.len, NULL, NULL), 0, "no options, no stats");
	fg_store_free(store);
	outcome_free(&got);
	free(stream.text);
}

/* A file is read from where its descriptor stands. */
static void test_offset(void)
{
	static const char text[] = "{\"id\":\"k1\",\"v\":1}\n{\"id\":\"k2\",\"v\":1}\n";
	int fd = stream_file(text, sizeof(text) - 1);
	struct fg_ingest_stats stats;
	struct fg_store *store;

	lseek(fd, 18, SEEK_SET);
	fg_store_new(&tally_fg_type, NULL, &store);
	tap_eq_int(fg_ingest_fd(store, fd, NULL, &stats), 0, "from the middle");
	tap_ok(stats.merged == 1 && stats.bytes_total == sizeof(text) - 1 - 18, "only the rest counts");
	fg_store_free(store);
	close(fd);
}

int main(void)
{
	test_edges();
	test_random();
	test_long_lines();
	test_short_lines();
	test_rejects_lost();
	test_offset();
	return tap_done();
}

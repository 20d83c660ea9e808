/* test_ingest_faults.c - ingest when reading, memory or threads fail, and when it is told to stop or to wait */
#include "stream.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

static struct fg_store *store_new(void)
{
	struct fg_store *store;

	if (fg_store_new(&tally_fg_type, NULL, &store))
		abort();
	return store;
}

static void test_bad_sources(void)
{
	struct fg_store *store = store_new();
	struct fg_ingest_stats stats = { .lines = 7 };
	int fd = open("/", O_RDONLY | O_DIRECTORY), closed = dup(0);

	tap_eq_int(fg_ingest_fd(store, fd, NULL, &stats), -EISDIR, "a directory");
	tap_eq_int(stats.lines, 0, "stats are filled");
	close(fd);
	close(closed);
	tap_eq_int(fg_ingest_fd(store, closed, NULL, NULL), -EBADF, "a closed descriptor");
	fd = open("/dev/null", O_WRONLY);
	tap_eq_int(fg_ingest_fd(store, fd, NULL, NULL), -EBADF, "a descriptor for writing");
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	tap_eq_int(fg_ingest_fd(store, fd, NULL, NULL), 0, "/dev/null is empty");
	close(fd);
	tap_eq_int(fg_ingest_fd(NULL, 0, NULL, NULL), -EINVAL, "no store");
	tap_eq_int(fg_ingest_memory(store, NULL, 1, NULL, NULL), -EINVAL, "no text");
	tap_eq_int(fg_ingest_memory(store, NULL, 0, NULL, NULL), 0, "no text, of no length");
	fg_store_free(store);
}

/* A peer that closes without having read what it was sent breaks the connection: the reader gets the bytes, then
 * ECONNRESET. */
static void test_read_error(unsigned workers)
{
	static struct outcome want, got;
	struct watcher watcher = { .outcome = &got };
	struct fg_ingest_options options = { .workers = workers, .reject = watcher_reject, .user = &watcher };
	struct stream stream = stream_make(1000, 5);
	struct fg_store *store = store_new();
	struct fg_ingest_stats stats;
	size_t whole;
	int fds[2];

	stream.len -= 3;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) ||
	    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &(int){ 8 << 20 }, sizeof(int)) ||
	    write(fds[0], "x", 1) != 1)
		abort();
	stream.len = stream.len < 100000 ? stream.len : 100000;
	for (whole = stream.len; stream.text[whole - 1] != '\n'; whole--)
		;
	if (write(fds[1], stream.text, stream.len) != (ssize_t)stream.len)
		abort();
	close(fds[1]);
	model_run(&want, stream.text, whole, 0);
	outcome_begin(&got);
	tap_eq_int(fg_ingest_fd(store, fds[0], &options, &stats), -ECONNRESET, "a reset connection, %u workers", workers);
	outcome_take(&got, store, &stats);
	tap_ok(outcome_equal(&got, &want), "every whole line before it came through");
	close(fds[0]);
	fg_store_free(store);
	outcome_free(&got);
	outcome_free(&want);
	free(stream.text);
}

/* Set in the middle: what was taken in is a whole number of lines, and all of them came through. */
static void test_stop(unsigned workers, bool memory)
{
	static struct outcome want, got;
	struct watcher watcher = { .outcome = &got, .stop_after = 100 };
	struct fg_ingest_options options = { .workers = workers, .reject = watcher_reject, .user = &watcher,
		                             .stop = &watcher.stop };
	struct stream stream = stream_make(150000, 9);
	struct fg_store *store = store_new();
	int fd = stream_file(stream.text, stream.len), rc;
	struct fg_ingest_stats stats;

	outcome_begin(&got);
	rc = memory ? fg_ingest_memory(store, stream.text, stream.len, &options, &stats) :
	              fg_ingest_fd(store, fd, &options, &stats);
	outcome_take(&got, store, &stats);
	model_run(&want, stream.text, stats.bytes, 0);
	tap_ok(!rc && stats.stopped && stats.bytes < stream.len && stats.bytes && stream.text[stats.bytes - 1] == '\n',
	       "stopped after %llu of %zu bytes, %u workers", (unsigned long long)stats.bytes, stream.len, workers);
	tap_ok(outcome_equal(&got, &want), "every line before came through, none after");

	outcome_free(&got);
	outcome_begin(&got);
	rc = fg_ingest_memory(store, stream.text, stream.len, &options, &stats);
	tap_ok(!rc && stats.stopped && !stats.lines, "stopped before the first line");
	watcher.stop = false;
	rc = fg_ingest_memory(store, "", 0, &options, &stats);
	tap_ok(!rc && !stats.stopped, "not stopped");
	close(fd);
	fg_store_free(store);
	outcome_free(&got);
	outcome_free(&want);
	free(stream.text);
}

static void *stop_soon(void *arg)
{
	nanosleep(&(struct timespec){ .tv_nsec = 600000000 }, NULL);
	atomic_store((atomic_bool *)arg, true);
	return NULL;
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Workers that wait for a silent pipe sleep, and the stop flag is seen there. */
static void test_silent_pipe(void)
{
	static struct outcome got;
	struct watcher watcher = { .outcome = &got };
	struct fg_ingest_options options = { .workers = 8, .progress = watcher_progress, .progress_ms = 10,
		                             .user = &watcher, .stop = &watcher.stop };
	struct fg_store *store = store_new();
	struct fg_ingest_stats stats;
	pthread_t thread;
	double before, waited;
	int fds[2], rc;

	if (pipe(fds) || write(fds[1], "{\"id\":\"k1\"}\n{\"id\"", 17) != 17)
		abort();
	pthread_create(&thread, NULL, stop_soon, &watcher.stop);
	before = cpu_seconds();
	rc = fg_ingest_fd(store, fds[0], &options, &stats);
	before = cpu_seconds() - before;
	pthread_join(thread, NULL);
	tap_ok(!rc && stats.stopped && stats.merged == 1, "a silent pipe is left when told to stop");
	/* Spinning would take one CPU at least, also under valgrind, where to start them takes a fifth of a second. */
	waited = (double)stats.elapsed_ns * 1e-9;
	tap_ok(waited > 0.5 && before < 0.5 * waited, "8 workers took %.4f s of CPU for %.2f s", before, waited);
	tap_ok(watcher.progress_calls >= 2, "progress goes on meanwhile");
	close(fds[0]);
	close(fds[1]);
	fg_store_free(store);
}

struct talk {
	struct fg_store *store;
	int fd;
	unsigned answered;
};

/* Writes a line only when the one before shows in the store. */
static void *talk(void *arg)
{
	struct talk *talk = arg;
	struct tally tally;
	char line[64];

	for (int i = 1; i <= 200; i++) {
		int n = snprintf(line, sizeof(line), "{\"id\":\"k1\",\"v\":%d}\n", i);

		if (write(talk->fd, line, (size_t)n) != n)
			break;
		for (int tries = 0; tries < 100000; tries++) {
			if (!fg_store_read(talk->store, (struct fg_key){ "k1", 2 }, &tally, NULL) && tally.v == i)
				break;
			nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
		}
		talk->answered += tally.v == i;
	}
	close(talk->fd);
	return NULL;
}

static void test_prompt(unsigned workers)
{
	struct fg_ingest_options options = { .workers = workers };
	struct talk t = { .store = store_new() };
	pthread_t thread;
	int fds[2];

	if (pipe(fds))
		abort();
	t.fd = fds[1];
	pthread_create(&thread, NULL, talk, &t);
	tap_eq_int(fg_ingest_fd(t.store, fds[0], &options, NULL), 0, "a slow pipe, %u workers", workers);
	pthread_join(thread, NULL);
	tap_eq_int(t.answered, 200, "each line is merged without waiting for the next");
	close(fds[0]);
	fg_store_free(t.store);
}

static void test_nonblocking(void)
{
	struct stream stream = stream_make(3000, 4);
	struct fg_store *store = store_new();
	struct fg_ingest_stats stats;
	struct feeder feeder;
	int fd = feeder_start(&feeder, stream, 3000);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	tap_eq_int(fg_ingest_fd(store, fd, NULL, &stats), 0, "a non-blocking pipe");
	tap_eq_int(stats.bytes, stream.len, "read to its end");
	feeder_end(&feeder);
	fg_store_free(store);
	free(stream.text);
}

static void test_no_threads(void)
{
	static struct outcome want, got;
	struct watcher watcher = { .outcome = &got };
	struct fg_ingest_options options = { .workers = 8, .reject = watcher_reject, .user = &watcher };
	struct stream stream = stream_make(30000, 6);
	struct fg_store *store = store_new();
	pthread_attr_t before, huge;
	struct fg_ingest_stats stats;
	int rc;

	pthread_getattr_default_np(&before);
	pthread_attr_init(&huge);
	pthread_attr_setstacksize(&huge, (size_t)1 << 46);
	pthread_setattr_default_np(&huge);
	model_run(&want, stream.text, stream.len, 0);
	outcome_begin(&got);
	rc = fg_ingest_memory(store, stream.text, stream.len, &options, &stats);
	pthread_setattr_default_np(&before);
	pthread_attr_destroy(&huge);
	pthread_attr_destroy(&before);
	outcome_take(&got, store, &stats);
	tap_ok(!rc && stats.workers == 1, "no thread can be had: the caller works alone");
	tap_ok(outcome_equal(&got, &want), "the outcome is the same");
	fg_store_free(store);
	outcome_free(&got);
	outcome_free(&want);
	free(stream.text);
}

/* ---- memory ---- */

/* Is this what the first got->lines lines of the stream make, and nothing of the rest? */
static bool is_prefix(const struct stream *stream, const struct outcome *got)
{
	static struct outcome model;
	const char *end = stream->text + stream->len, *newline;
	struct fg_arena arena;
	bool equal;

	fg_arena_init(&arena, NULL, 0);
	outcome_begin(&model);
	for (const char *p = stream->text; p < end && model.lines < got->lines; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		model_line(&model, p, (size_t)(newline - p), ++model.at, 0, &arena);
		fg_arena_reset(&arena);
	}
	outcome_end(&model);
	equal = outcome_equal(&model, got);
	fg_arena_fini(&arena);
	outcome_free(&model);
	return equal;
}

/* Allocation k of ingest fails, and all later ones (or that one alone). */
static void test_no_memory(unsigned workers, bool once)
{
	static struct outcome got;
	struct stream stream = stream_make(6000, 11);
	unsigned wrong = 0, failed = 0;
	long k = 1;

	for (bool reached = true; reached; k += k < 30 ? 1 : 3) {
		struct tally_heap heap = { .fail_at = k, .once = once };
		struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
		struct watcher watcher = { .outcome = &got };
		struct fg_ingest_options options = { .workers = workers, .allocator = &allocator,
			                             .reject = watcher_reject, .user = &watcher };
		struct fg_store *store = store_new();
		int fd = stream_file(stream.text, stream.len), rc;
		struct fg_ingest_stats stats;

		outcome_begin(&got);
		rc = fg_ingest_fd(store, fd, &options, &stats);
		outcome_take(&got, store, &stats);
		reached = heap.calls >= k;
		failed += rc != 0;
		wrong += rc != (reached ? -ENOMEM : 0) || heap.live || watcher.overlaps;
		wrong += !is_prefix(&stream, &got);
		outcome_free(&got);
		fg_store_free(store);
		close(fd);
	}
	tap_ok(failed >= 6, "%u allocations of ingest failed, %u workers", failed, workers);
	tap_eq_int(wrong, 0, "-ENOMEM, every line before came through and none after, nothing leaked");
	free(stream.text);
}

static void test_store_no_memory(unsigned workers)
{
	static struct outcome got;
	struct stream stream = stream_make(20000, 12);
	unsigned wrong = 0, failed = 0;

	for (long k = 2; k < 2000; k += 97) {
		struct tally_heap heap = { .fail_at = k };
		struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
		struct fg_store_options store_options = { .allocator = &allocator };
		struct watcher watcher = { .outcome = &got };
		struct fg_ingest_options options = { .workers = workers, .reject = watcher_reject, .user = &watcher };
		struct fg_ingest_stats stats;
		uint64_t merges = 0;
		struct fg_store *store;
		int rc;

		fg_store_new(&tally_fg_type, &store_options, &store);
		outcome_begin(&got);
		rc = fg_ingest_memory(store, stream.text, stream.len, &options, &stats);
		failed += rc != 0;
		wrong += rc != (heap.calls >= k ? -ENOMEM : 0);
		heap.fail_at = 0;
		outcome_take(&got, store, &stats);
		for (size_t i = 0; i < STREAM_KEYS; i++)
			merges += got.tallies[i].merges;
		wrong += merges != stats.merged;
		outcome_free(&got);
		fg_store_free(store);
		wrong += heap.live != 0;
	}
	tap_ok(failed >= 5, "the store had no memory %u times, %u workers", failed, workers);
	tap_eq_int(wrong, 0, "-ENOMEM, as many merges as stats say, nothing leaked");
	free(stream.text);
}

int main(void)
{
	test_bad_sources();
	test_read_error(1);
	test_read_error(4);
	for (unsigned workers = 1; workers <= 4; workers *= 4) {
		test_stop(workers, false);
		test_stop(workers, true);
		test_prompt(workers);
		test_no_memory(workers, false);
		test_no_memory(workers, true);
		test_store_no_memory(workers);
	}
	test_silent_pipe();
	test_nonblocking();
	test_no_threads();
	return tap_done();
}

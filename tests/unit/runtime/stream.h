/*
 * stream.h - streams of tally messages for tests of ingest, and what they must come to
 *
 * The model goes through the text byte by byte, one line after the other, and knows of no chunk, worker or store.
 */
#ifndef FG_TESTS_STREAM_H
#define FG_TESTS_STREAM_H

#include "tally.h"

#include <fieldguard/ingest.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define STREAM_KEYS 500

struct stream {
	char *text;
	size_t len;
};

static inline unsigned stream_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(*seed >> 33);
}

/* One line: mostly updates of some fields, half of them of one hot key; rarely something else. */
static inline void stream_line(FILE *out, uint64_t *seed, unsigned i)
{
	unsigned key = stream_random(seed) % 2 ? 0 : stream_random(seed) % STREAM_KEYS;
	unsigned kind = stream_random(seed) % 200;
	const char *end = kind & 1 ? "\n" : "\r\n";

	if (kind < 2)
		fprintf(out, " \t%s", end);
	else if (kind < 4)
		fprintf(out, "{\"id\":\"k%u\",\"v\":x%u}%s", key, i, end);
	else if (kind < 6)
		fprintf(out, "{\"v\":%u}%s", i, end);
	else if (kind < 8)
		fprintf(out, "{\"v\":%u,\"id\":\"k%u\"%s", i, key, end);
	else if (kind < 12)
		fprintf(out, "{\"pad\":\"%*u\",\"v\":%u,\"id\":\"k%u\"}%s", (int)(stream_random(seed) % 9000), i, i, key, end);
	else if (kind < 80)
		fprintf(out, "{\"id\":\"k%u\",\"w\":%u}%s", key, i, end);
	else
		fprintf(out, "{\"id\":\"k%u\",\"v\":%u}%s", key, i, end);
}

static inline struct stream stream_make(unsigned lines, uint64_t seed)
{
	struct stream stream;
	FILE *out = open_memstream(&stream.text, &stream.len);

	for (unsigned i = 0; i < lines; i++)
		stream_line(out, &seed, i);
	fclose(out);
	return stream;
}

/* What came or should come of a stream. */
struct outcome {
	struct tally tallies[STREAM_KEYS];
	uint64_t bits[STREAM_KEYS];
	uint64_t at;                   /* lines of the text so far */
	uint64_t lines, merged, rejected;
	char *rejects;                 /* one line each: number, code, text */
	size_t rejects_len;
	FILE *out;
};

static inline void outcome_begin(struct outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->out = open_memstream(&outcome->rejects, &outcome->rejects_len);
}

static inline void outcome_end(struct outcome *outcome)
{
	if (outcome->out)
		fclose(outcome->out);
	outcome->out = NULL;
}

static inline void outcome_free(struct outcome *outcome)
{
	outcome_end(outcome);
	free(outcome->rejects);
}

static inline void outcome_reject(struct outcome *outcome, uint64_t line, enum fg_code code, const char *text,
                                  size_t len)
{
	fprintf(outcome->out, "%llu %s ", (unsigned long long)line, fg_code_name(code));
	fwrite(text, 1, len, outcome->out);
	fputc('\n', outcome->out);
}

static inline void model_line(struct outcome *outcome, const char *text, size_t len, uint64_t line, size_t max_line,
                              struct fg_arena *arena)
{
	struct tally_present present;
	struct tally record, *tally;
	struct fg_error error;
	size_t blanks = 0, key;

	if (max_line && len > max_line) {
		outcome->lines++;
		outcome->rejected++;
		outcome_reject(outcome, line, FG_ERR_LIMIT, text, len < 1024 ? len : 1024);
		return;
	}
	if (len && text[len - 1] == '\r')
		len--;
	while (blanks < len && strchr(" \t\r", text[blanks]) && text[blanks])
		blanks++;
	if (blanks == len)
		return;
	outcome->lines++;
	error.code = FG_ERR_REQUIRED;
	if (tally_decode(text, len, NULL, arena, &record, &present, &error) || !(present.bits & TALLY_ID)) {
		outcome->rejected++;
		outcome_reject(outcome, line, error.code, text, len);
		return;
	}
	outcome->merged++;
	key = (size_t)atoi(record.id + 1);
	tally = &outcome->tallies[key];
	outcome->bits[key] |= present.bits;
	memcpy(tally->id, record.id, sizeof(record.id));
	tally->merges++;
	if (present.bits & TALLY_V) {
		tally->v = record.v;
		tally->chain = tally_fold(tally->chain, record.v);
	}
	if (present.bits & TALLY_W)
		tally->w = record.w;
}

static inline void model_run(struct outcome *outcome, const char *text, size_t len, size_t max_line)
{
	const char *end = text + len, *newline;
	struct fg_arena arena;
	uint64_t line = 1;

	fg_arena_init(&arena, NULL, 0);
	outcome_begin(outcome);
	for (; text < end; text = newline + 1, line++) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (!newline)
			newline = end;
		model_line(outcome, text, (size_t)(newline - text), line, max_line, &arena);
		fg_arena_reset(&arena);
	}
	fg_arena_fini(&arena);
	outcome_end(outcome);
}

/* ---- the same through ingest ---- */

struct watcher {
	struct outcome *outcome;
	atomic_int inside;             /* calls of reject now */
	atomic_int overlaps;
	atomic_int progress_inside, progress_calls;
	uint64_t last_line;
	unsigned fail_every;           /* reject answers -EIO to each n-th */
	unsigned calls, failed;
	atomic_bool stop;
	unsigned stop_after;           /* rejects */
};

static inline int watcher_reject(const struct fg_reject *reject, void *user)
{
	struct watcher *watcher = user;
	bool fails;

	if (atomic_fetch_add(&watcher->inside, 1) || reject->line <= watcher->last_line)
		watcher->overlaps++;
	watcher->last_line = reject->line;
	watcher->calls++;
	outcome_reject(watcher->outcome, reject->line, reject->error->code, reject->text, reject->text_len);
	if (watcher->stop_after && watcher->calls == watcher->stop_after)
		atomic_store(&watcher->stop, true);
	fails = watcher->fail_every && watcher->calls % watcher->fail_every == 0;
	watcher->failed += fails;
	atomic_fetch_sub(&watcher->inside, 1);
	return fails ? -EIO : 0;
}

static inline void watcher_progress(const struct fg_ingest_stats *stats, void *user)
{
	struct watcher *watcher = user;

	if (atomic_fetch_add(&watcher->progress_inside, 1) || (stats->bytes_total && stats->bytes > stats->bytes_total))
		watcher->overlaps++;
	watcher->progress_calls++;
	atomic_fetch_sub(&watcher->progress_inside, 1);
}

static inline int outcome_visit(const void *record, const void *present, void *user)
{
	size_t key = (size_t)atoi(((const struct tally *)record)->id + 1);
	struct outcome *outcome = user;

	outcome->tallies[key] = *(const struct tally *)record;
	outcome->bits[key] = ((const struct tally_present *)present)->bits;
	return 0;
}

/* Takes what the store holds, and the counts. */
static inline void outcome_take(struct outcome *outcome, struct fg_store *store, const struct fg_ingest_stats *stats)
{
	fg_store_each(store, outcome_visit, outcome);
	outcome->lines = stats->lines;
	outcome->merged = stats->merged;
	outcome->rejected = stats->rejected;
	outcome_end(outcome);
}

static inline bool outcome_equal(const struct outcome *a, const struct outcome *b)
{
	return a->lines == b->lines && a->merged == b->merged && a->rejected == b->rejected &&
	       !memcmp(a->tallies, b->tallies, sizeof(a->tallies)) && !memcmp(a->bits, b->bits, sizeof(a->bits)) &&
	       a->rejects_len == b->rejects_len && !memcmp(a->rejects, b->rejects, a->rejects_len);
}

/* A thread that writes text into a pipe in pieces of odd sizes. */
struct feeder {
	pthread_t thread;
	int fds[2];
	struct stream stream;
	unsigned piece_max;
};

static inline void *feeder_write(void *arg)
{
	struct feeder *feeder = arg;
	size_t at = 0, n;
	uint64_t seed = 1;
	ssize_t written;

	while (at < feeder->stream.len) {
		n = 1 + stream_random(&seed) % feeder->piece_max;
		if (n > feeder->stream.len - at)
			n = feeder->stream.len - at;
		written = write(feeder->fds[1], feeder->stream.text + at, n);
		if (written < 0)
			break;
		at += (size_t)written;
	}
	close(feeder->fds[1]);
	return NULL;
}

/* Returns: the end to read from. */
static inline int feeder_start(struct feeder *feeder, struct stream stream, unsigned piece_max)
{
	feeder->stream = stream;
	feeder->piece_max = piece_max;
	if (pipe(feeder->fds) || pthread_create(&feeder->thread, NULL, feeder_write, feeder))
		abort();
	return feeder->fds[0];
}

static inline void feeder_end(struct feeder *feeder)
{
	close(feeder->fds[0]);
	pthread_join(feeder->thread, NULL);
}

/* A file without a name that holds text. Returns: a descriptor at its beginning. */
static inline int stream_file(const char *text, size_t len)
{
	FILE *file = tmpfile();
	int fd = file ? dup(fileno(file)) : -1;

	if (fd < 0 || (len && pwrite(fd, text, len, 0) != (ssize_t)len))
		abort();
	fclose(file);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

#endif

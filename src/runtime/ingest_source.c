/*
 * ingest_source.c - reads a file descriptor and cuts it, or memory, into chunks of whole lines
 *
 *     buf   | cut already | line\n line\n line\n beginning of a li | free |
 *                         ^at                                      ^len   ^size
 *
 * Memory is a buffer that has been read to its end. Lines are copied out of a descriptor's buffer into the chunk: one
 * pass over bytes that are in the cache anyway, and the buffer stays one piece.
 */
#include "ingest.h"
#include "memory.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define READ_MIN ((size_t)64 << 10)
/* How soon a stop flag or a failure elsewhere is seen while a pipe is silent. */
#define WAIT_MS 50

static bool stop_asked(const struct source *source)
{
	return source->stop && atomic_load_explicit(source->stop, memory_order_relaxed);
}

static void break_off(struct source *source, int error)
{
	source->eof = true;
	source->drop_partial = true;
	source->error = error;
}

/* Moves what is left to the front of a buffer of `size` bytes, a new one where that is another size. */
static bool buffer_move(struct source *source, size_t size)
{
	size_t left = source->len - source->at;
	char *buf = size == source->size ? source->buf : memory_alloc(source->allocator, size);

	if (!buf)
		return false;
	if (left)
		memmove(buf, source->buf + source->at, left);
	if (buf != source->buf)
		memory_free(source->allocator, source->buf);
	source->buf = buf;
	source->size = size;
	source->searched -= source->at;
	source->at = 0;
	source->len = left;
	return true;
}

/* Room for READ_MIN bytes after len. */
static bool buffer_room(struct source *source, size_t max_line)
{
	size_t left = source->len - source->at, size = source->size ? source->size : 2 * CHUNK_BYTES;

	if (size > CHUNK_KEEP_BYTES && left < CHUNK_BYTES)
		size = 2 * CHUNK_BYTES;
	else if (source->size && source->size - source->len >= READ_MIN)
		return true;
	if (size - left < READ_MIN)
		size = size < max_line ? size * 2 : size + READ_MIN;
	return buffer_move(source, size);
}

/* Waits until there is something to read. Returns: false when reading shall end. */
static bool wait_readable(struct source *source, int timeout_ms)
{
	struct pollfd pollfd = { .fd = source->fd, .events = POLLIN };

	for (;;) {
		if (stop_asked(source)) {
			source->stopped = true;
			return false;
		}
		if (source->waiting(source->user))
			return false;
		if (source->regular || poll(&pollfd, 1, timeout_ms) > 0)
			return true;
	}
}

static bool readable_now(const struct source *source)
{
	struct pollfd pollfd = { .fd = source->fd, .events = POLLIN };

	return source->regular || poll(&pollfd, 1, 0) > 0;
}

/* Reads until there is enough for a chunk; or a whole line, if waiting for more would hold it up; or the beginning of a
 * line that is too long. Returns: 0 or -ENOMEM. */
static int source_fill(struct source *source, size_t max_line)
{
	/* What will be shown of the line shall be here, too. */
	size_t too_long = max_line > LONG_LINE_SHOWN ? max_line : LONG_LINE_SHOWN;

	while (!source->eof) {
		size_t left = source->len - source->at;
		ssize_t n;

		if (!source->newline_known && source->searched < source->len) {
			source->newline_known = memchr(source->buf + source->searched, '\n',
			                               source->len - source->searched);
			source->searched = source->len;
		}
		if (source->newline_known && (left >= CHUNK_BYTES || !readable_now(source)))
			return 0;
		if (!source->newline_known && (left > too_long || (source->skipping && left)))
			return 0;
		if (!wait_readable(source, WAIT_MS)) {
			break_off(source, 0);
			return 0;
		}
		if (!buffer_room(source, max_line))
			return -ENOMEM;
		n = read(source->fd, source->buf + source->len, source->size - source->len);
		if (n > 0)
			source->len += (size_t)n;
		else if (n == 0)
			source->eof = true;
		else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			break_off(source, -errno);
	}
	return 0;
}

/* The end of the line at p, after its newline; ret_len: without it. Returns: NULL where there is no whole line. */
static const char *line_end(const struct source *source, const char *p, size_t *ret_len)
{
	const char *end = source->buf + source->len;
	const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	if (!newline && (!source->eof || source->drop_partial || p == end))
		return NULL;
	*ret_len = (size_t)((newline ? newline : end) - p);
	return newline ? newline + 1 : end;
}

static void source_advance(struct source *source, size_t n)
{
	source->at += n;
	source->bytes += n;
	source->newline_known = false;
	source->searched = source->at;
}

/* Takes n bytes from `at` as the chunk's text, and goes on by `advance` bytes. */
static bool take(struct source *source, struct chunk *chunk, const struct chunk_shape *shape, size_t n, size_t advance)
{
	size_t size = n > CHUNK_BYTES ? n : CHUNK_BYTES;

	chunk->text = source->buf + source->at;
	if (source->fd >= 0) {
		if (chunk->buf_size < n || chunk->buf_size > CHUNK_KEEP_BYTES) {
			memory_free(shape->allocator, chunk->buf);
			chunk->buf = memory_alloc(shape->allocator, size);
			chunk->buf_size = chunk->buf ? size : 0;
			if (!chunk->buf)
				return false;
		}
		memcpy(chunk->buf, chunk->text, n);
		chunk->text = chunk->buf;
	}
	chunk->text_len = n;
	chunk->first_line = source->line;
	source_advance(source, advance);
	return true;
}

/* Goes to the end of the line that is being skipped. Returns: false when it isn't in the buffer yet. */
static bool skip(struct source *source)
{
	const char *p = source->buf + source->at;
	const char *newline = source->len > source->at ? memchr(p, '\n', source->len - source->at) : NULL;

	source_advance(source, newline ? (size_t)(newline + 1 - p) : source->len - source->at);
	source->skipping = !newline;
	source->line += newline != NULL;
	return newline;
}

/* A line over max_line at `at` is a chunk of its own. Returns: 1, or 0 where there is none, or -ENOMEM. */
static int cut_too_long(struct source *source, struct chunk *chunk, const struct chunk_shape *shape)
{
	const char *p = source->buf + source->at;
	size_t len = source->len - source->at;

	if (!line_end(source, p, &len) && source->drop_partial)
		return 0;
	if (len <= shape->max_line)
		return 0;
	if (!take(source, chunk, shape, len < LONG_LINE_SHOWN ? len : LONG_LINE_SHOWN, len))
		return -ENOMEM;
	chunk->too_long = true;
	source->skipping = true;
	return 1;
}

static int cut(struct source *source, struct chunk *chunk, const struct chunk_shape *shape)
{
	const char *begin, *p, *end;
	size_t lines = 0, len;

	/* Before the first bytes there is no buffer. */
	if (source->at == source->len)
		return 0;
	begin = p = source->buf + source->at;
	chunk->too_long = false;
	while (lines < shape->lines_max && (size_t)(p - begin) < CHUNK_BYTES) {
		end = line_end(source, p, &len);
		if (!end || len > shape->max_line)
			break;
		/* A chunk passes CHUNK_BYTES by one line only where it is that line. */
		if (lines && (size_t)(end - begin) > CHUNK_BYTES)
			break;
		p = end;
		lines++;
	}
	if (!lines)
		return cut_too_long(source, chunk, shape);
	if (!take(source, chunk, shape, (size_t)(p - begin), (size_t)(p - begin)))
		return -ENOMEM;
	source->line += lines;
	return 1;
}

int source_next(struct source *source, struct chunk *chunk, const struct chunk_shape *shape)
{
	for (;;) {
		int rc = 0;

		if (source->fd < 0 && source->at < source->len && stop_asked(source)) {
			source->stopped = true;
			return 0;
		}
		rc = source_fill(source, shape->max_line);
		if (rc)
			return rc;
		if (source->skipping && source->len > source->at) {
			skip(source);
			continue;
		}
		rc = cut(source, chunk, shape);
		if (rc || source->eof)
			return rc;
	}
}

void source_fini(struct source *source)
{
	if (source->fd >= 0)
		memory_free(source->allocator, source->buf);
}

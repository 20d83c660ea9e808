/* ingest_chunk.c - one chunk of lines into records, buckets and rejects */
#include "ingest.h"
#include "memory.h"
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int chunk_init(struct chunk *chunk, const struct chunk_shape *shape)
{
	size_t partitions_n = (size_t)1 << shape->partition_bits, n = shape->lines_max;
	size_t align = shape->type->record_align > 64 ? shape->type->record_align : 64;
	size_t message = shape->record_stride + shape->present_stride + sizeof(*chunk->hashes) +
	                 sizeof(*chunk->starts) + sizeof(*chunk->next) + sizeof(*chunk->lines_before);
	char *p;

	chunk->block = memory_alloc(shape->allocator, n * message + partitions_n * sizeof(*chunk->buckets) + align - 1);
	if (!chunk->block)
		return -ENOMEM;
	p = memory_align(chunk->block, align);
	chunk->records = p;
	chunk->presents = p += n * shape->record_stride;
	chunk->hashes = (uint64_t *)(p += n * shape->present_stride);
	chunk->starts = (size_t *)(p += n * sizeof(*chunk->hashes));
	chunk->next = (uint32_t *)(p += n * sizeof(*chunk->starts));
	chunk->lines_before = (uint32_t *)(p += n * sizeof(*chunk->next));
	chunk->buckets = (struct chunk_bucket *)(p + n * sizeof(*chunk->lines_before));
	fg_arena_init(&chunk->arena, shape->allocator, 0);
	chunk->ready = true;
	return 0;
}

void chunk_fini(struct chunk *chunk, const struct chunk_shape *shape)
{
	if (!chunk->ready)
		return;
	fg_arena_fini(&chunk->arena);
	memory_free(shape->allocator, chunk->buf);
	memory_free(shape->allocator, chunk->block);
	memory_free(shape->allocator, chunk->rejects);
	memory_free(shape->allocator, chunk->refusals);
	memset(chunk, 0, sizeof(*chunk));
}

static int reject(struct chunk *chunk, const struct chunk_shape *shape, uint64_t line, const char *text, size_t len,
                  const struct fg_error *error)
{
	struct chunk_reject *rejected;

	if (!memory_grow(shape->allocator, (void **)&chunk->rejects, &chunk->rejects_room, chunk->rejects_n + 1,
	                 sizeof(*chunk->rejects)))
		return -ENOMEM;
	rejected = &chunk->rejects[chunk->rejects_n++];
	rejected->line = line;
	rejected->text = text;
	rejected->text_len = len;
	rejected->error = *error;
	chunk->lines++;
	return 0;
}

/* An error of ingest's own, about the whole line. */
static void line_error(struct fg_error *error, enum fg_code code, const char *text)
{
	memset(error, 0, sizeof(*error));
	error->code = code;
	error->text = text;
	error->line = 1;
	error->column = 1;
	strcpy(error->path, "$");
}

/* Keeps the message that stands decoded behind the last one. */
static void keep(struct chunk *chunk, const struct chunk_shape *shape, uint64_t line, const char *text, uint64_t hash)
{
	uint32_t m = (uint32_t)chunk->messages_n++;
	struct chunk_bucket *bucket = &chunk->buckets[shape->partition_bits ? hash >> (64 - shape->partition_bits) : 0];

	chunk->hashes[m] = hash;
	chunk->starts[m] = (size_t)(text - chunk->text);
	chunk->lines_before[m] = (uint32_t)(line - chunk->first_line);
	chunk->next[m] = NO_MESSAGE;
	if (bucket->n++)
		chunk->next[bucket->last] = m;
	else
		bucket->first = m;
	bucket->last = m;
}

static bool blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
			return false;
	}
	return true;
}

static int decode_line(struct chunk *chunk, const struct chunk_shape *shape, uint64_t line, const char *text,
                       size_t len)
{
	void *record = chunk->records + chunk->messages_n * shape->record_stride;
	void *present = chunk->presents + chunk->messages_n * shape->present_stride;
	struct fg_error error;
	struct fg_key key;
	int rc;

	if (len && text[len - 1] == '\r')
		len--;
	if (blank(text, len))
		return 0;
	rc = shape->type->decode(text, len, shape->decode, &chunk->arena, record, present, &error);
	if (rc == -ENOMEM)
		return rc;
	if (rc)
		return reject(chunk, shape, line, text, len, &error);
	if (shape->type->key(record, present, &key)) {
		line_error(&error, FG_ERR_REQUIRED, "the key is absent");
		return reject(chunk, shape, line, text, len, &error);
	}
	keep(chunk, shape, line, text, store_hash(shape->store, key));
	chunk->lines++;
	return 0;
}

static void clear(struct chunk *chunk, const struct chunk_shape *shape)
{
	chunk->messages_n = 0;
	chunk->rejects_n = 0;
	chunk->refusals_n = 0;
	chunk->lines = 0;
	memset(chunk->buckets, 0, sizeof(*chunk->buckets) << shape->partition_bits);
	if (chunk->arena.used > CHUNK_KEEP_BYTES)
		fg_arena_fini(&chunk->arena);
	else
		fg_arena_reset(&chunk->arena);
}

int chunk_decode(struct chunk *chunk, const struct chunk_shape *shape)
{
	const char *p = chunk->text, *end = p + chunk->text_len;
	uint64_t line = chunk->first_line;
	struct fg_error error;
	int rc = 0;

	clear(chunk, shape);
	if (chunk->too_long) {
		line_error(&error, FG_ERR_LIMIT, "the line is longer than the limit");
		return reject(chunk, shape, line, p, chunk->text_len, &error);
	}
	for (; p < end && !rc; line++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;

		rc = decode_line(chunk, shape, line, p, (size_t)(stop - p));
		p = stop + 1;
	}
	return rc;
}

int chunk_refuse(struct chunk *chunk, const struct chunk_shape *shape, uint32_t m, const struct fg_refusal *why)
{
	int rc = -ENOMEM;

	fg_mutex_lock(&chunk->lock);
	if (memory_grow(shape->allocator, (void **)&chunk->refusals, &chunk->refusals_room, chunk->refusals_n + 1,
	                sizeof(*chunk->refusals))) {
		chunk->refusals[chunk->refusals_n++] = (struct chunk_refusal){ m, *why };
		rc = 0;
	}
	fg_mutex_unlock(&chunk->lock);
	return rc;
}

static int by_message(const void *a, const void *b)
{
	const struct chunk_refusal *x = a, *y = b;

	return x->message < y->message ? -1 : x->message > y->message;
}

void chunk_sort_refusals(struct chunk *chunk)
{
	if (chunk->refusals_n)
		qsort(chunk->refusals, chunk->refusals_n, sizeof(*chunk->refusals), by_message);
}

void chunk_refusal_get(const struct chunk *chunk, const struct chunk_refusal *refusal, struct fg_error *ret_error,
                       struct fg_reject *ret_reject)
{
	const char *text = chunk->text + chunk->starts[refusal->message], *end = chunk->text + chunk->text_len;
	const char *newline = memchr(text, '\n', (size_t)(end - text));
	size_t len = (size_t)((newline ? newline : end) - text);

	if (len && text[len - 1] == '\r')
		len--;
	line_error(ret_error, FG_ERR_REFUSED, refusal->why.text);
	strncpy(ret_error->path, refusal->why.path, sizeof(ret_error->path) - 1);
	ret_reject->line = chunk->first_line + chunk->lines_before[refusal->message];
	ret_reject->text = text;
	ret_reject->text_len = len;
	ret_reject->error = ret_error;
}

/*
 * ingest.h - the parts of fg_ingest: a source is cut into chunks of whole lines, a chunk is decoded by one worker, and
 * its messages are merged by partition of their keys
 *
 *     source --cut--> chunk k, k+1, ... --decode, any worker--> buckets by partition --merge, in order of k--> store
 *
 *   ingest_source.c   reads and cuts: one worker at a time
 *   ingest_chunk.c    decodes a chunk: the worker that cut it
 *   ingest.c          who does what when: the ring of chunks, the partitions, sleep and wake-up, the end
 */
#ifndef FG_RUNTIME_INGEST_H
#define FG_RUNTIME_INGEST_H

#include <fieldguard/ingest.h>
#include <fieldguard/shared.h>

/* Bytes of lines a chunk is meant to hold. Large enough that what a chunk costs by itself does not show beside decoding
 * it, small enough for a core's own cache. */
#define CHUNK_BYTES ((size_t)256 << 10)
/* What a buffer may keep from an unusually long line. */
#define CHUNK_KEEP_BYTES (4 * CHUNK_BYTES)
/* What is shown of a line over max_line. */
#define LONG_LINE_SHOWN 1024
#define NO_MESSAGE UINT32_MAX

struct chunk_reject {
	uint64_t line;
	const char *text;
	size_t text_len;
	struct fg_error error;
};

/* A message that its record's policies refused. */
struct chunk_refusal {
	uint32_t message;
	struct fg_refusal why;
};

/* The messages of one partition, in order of lines: a list through chunk.next. */
struct chunk_bucket {
	uint32_t first, last, n;
};

/* Sizes of all chunks of one ingest. */
struct chunk_shape {
	const struct fg_store *store;
	const struct fg_type *type;
	const struct fg_allocator *allocator;
	const struct fg_decode_options *decode;
	size_t record_stride, present_stride;
	size_t lines_max;              /* of one chunk */
	size_t max_line;
	unsigned partition_bits;       /* the top bits of a hash are the partition */
};

struct chunk {
	bool ready;                    /* chunk_init has been here */

	/* the lines, set by source_next */
	char *buf;                     /* copy of the lines; unused where the source is memory */
	size_t buf_size;
	const char *text;
	size_t text_len;
	uint64_t first_line;
	bool too_long;                 /* text is the beginning of a line over max_line */

	/* what came of them, set by chunk_decode */
	struct fg_arena arena;
	void *block;                   /* what records, presents, hashes, next and buckets lie in */
	char *records, *presents;
	uint64_t *hashes;
	uint32_t *next;
	size_t *starts;                /* where a message's line begins in text */
	uint32_t *lines_before;        /* it, counted from first_line */
	struct chunk_bucket *buckets;
	size_t messages_n;
	struct chunk_reject *rejects;
	size_t rejects_n, rejects_room;
	uint64_t lines;                /* that were not blank */

	/* what came of merging; lanes add to it side by side */
	struct fg_mutex lock;          /* guards the rest */
	struct chunk_refusal *refusals;
	size_t refusals_n, refusals_room;
};

/* lines_max messages at most. Returns: 0 or -ENOMEM. */
int chunk_init(struct chunk *chunk, const struct chunk_shape *shape);
/* A chunk that chunk_init never saw, but zeroed, is fine. */
void chunk_fini(struct chunk *chunk, const struct chunk_shape *shape);
/* Returns: 0; or -ENOMEM, then the chunk holds what came before the line that failed. */
int chunk_decode(struct chunk *chunk, const struct chunk_shape *shape);
/* Keeps that message m was refused. Returns: 0 or -ENOMEM. Threads: several lanes at once. */
int chunk_refuse(struct chunk *chunk, const struct chunk_shape *shape, uint32_t m, const struct fg_refusal *why);
/* Puts refusals in the order of lines. */
void chunk_sort_refusals(struct chunk *chunk);
/* The refusal as a reject is told. ret_error: filled; ret_reject points to it. */
void chunk_refusal_get(const struct chunk *chunk, const struct chunk_refusal *refusal, struct fg_error *ret_error,
                       struct fg_reject *ret_reject);

struct source {
	int fd;                        /* -1: memory */
	bool regular;                  /* a file: reading doesn't wait */
	bool eof;                      /* nothing more to read: the end, an error or the stop flag */
	bool drop_partial;             /* the last bytes without newline are not a line: reading was broken off */
	bool skipping;                 /* inside a line over max_line that has been told already */
	bool stopped;
	int error;                     /* negative errno of reading */
	char *buf;                     /* read and not cut: at..len; newline_known: one of them at least is a newline */
	size_t at, len, size;
	size_t searched;               /* at..searched holds no newline */
	bool newline_known;
	uint64_t line;                 /* number of the line at `at` */
	uint64_t bytes;                /* cut or skipped */
	const struct fg_allocator *allocator;
	const atomic_bool *stop;
	/* Called while the source keeps us waiting. Returns: true when reading shall end. */
	bool (*waiting)(void *user);
	void *user;
};

/* Fills chunk's lines. Returns: 1; 0 at the end, for which source.error may hold a reason; -ENOMEM. */
int source_next(struct source *source, struct chunk *chunk, const struct chunk_shape *shape);
void source_fini(struct source *source);

#endif

/*
 * ingest.h - many workers from one source of messages, through decode and merge, into a store
 *
 * The source is NDJSON: one JSON object a line. Whatever the number of workers, messages of one key are applied in the
 * order in which they stand in the source, so the result is the same. A bad line is counted and handed to `reject`, in
 * order; it never stops the rest.
 */
#ifndef FIELDGUARD_INGEST_H
#define FIELDGUARD_INGEST_H

#include <fieldguard/store.h>
#include <stdatomic.h>

struct fg_ingest_stats {
	uint64_t lines;            /* that were not blank */
	uint64_t merged;
	uint64_t rejected;
	uint64_t rejects_lost;     /* calls of reject that returned an error */
	uint64_t bytes;            /* read so far */
	uint64_t bytes_total;      /* 0: not known (a pipe) */
	uint64_t elapsed_ns;
	unsigned workers;
	bool stopped;              /* through options.stop, before the end of the source */
};

struct fg_reject {
	uint64_t line;             /* from 1 */
	const char *text;          /* the line without its end; valid during the call */
	size_t text_len;
	const struct fg_error *error;
};

struct fg_ingest_options {
	unsigned workers;                          /* 0: one a CPU that this process may use */
	size_t max_line;                           /* bytes; longer lines are rejected; 0: 64 MiB */
	struct fg_decode_options decode;
	const struct fg_allocator *allocator;      /* NULL: malloc */
	/* Called in order of lines, one call at a time, from any worker. Returns: 0 or a negative errno, which is
	 * counted. */
	int (*reject)(const struct fg_reject *reject, void *user);
	/* Called about every progress_ms, one call at a time, from any worker. */
	void (*progress)(const struct fg_ingest_stats *stats, void *user);
	unsigned progress_ms;                      /* 0: 200 */
	void *user;
	/* Set it (a signal handler may) to finish what is in flight and return. NULL: never. */
	const atomic_bool *stop;
};

/* Reads fd to its end (or until stop). Returns: 0 (bad lines and stop included), or a negative errno from reading
 * (-EISDIR for a directory), -ENOMEM, -EINVAL. ret_stats: filled in either case, may be NULL.
 * Threads: blocks; starts its own workers and joins them; several ingests into one store at once are safe, but then
 * order between the sources is not defined. fd stays the caller's. */
FG_API int fg_ingest_fd(struct fg_store *store, int fd, const struct fg_ingest_options *options,
                        struct fg_ingest_stats *ret_stats);
FG_API int fg_ingest_memory(struct fg_store *store, const char *text, size_t len,
                            const struct fg_ingest_options *options, struct fg_ingest_stats *ret_stats);

#endif

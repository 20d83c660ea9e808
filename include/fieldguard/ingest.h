/*
 * ingest.h - many workers from one source of messages, through decode and merge, into a store
 *
 * The source is NDJSON: one JSON object a line. Whatever the number of workers, messages of one key are applied in the
 * order in which they stand in the source, so the result is the same. A bad line is counted and handed to `reject`, in
 * order; so is one whose change a policy refuses (FG_ERR_REFUSED). Neither stops the rest. docs/ingest.md tells how,
 * what memory it takes, and what happens on each failure.
 *
 *     struct fg_ingest_options options = { .reject = tell, .stop = &interrupted };
 *     struct fg_ingest_stats stats;
 *     int rc = fg_ingest_fd(store, STDIN_FILENO, &options, &stats);
 */
#ifndef FIELDGUARD_INGEST_H
#define FIELDGUARD_INGEST_H

#include <fieldguard/store.h>
#include <stdatomic.h>

struct fg_ingest_stats {
	uint64_t lines;            /* that were not blank; at the end, without a failure: merged + rejected +
	                              refused */
	uint64_t merged;
	uint64_t rejected;         /* that could not be decoded, or lack the key */
	uint64_t refused;          /* that a policy (once, states) of the record did not allow */
	uint64_t rejects_lost;     /* calls of reject that returned an error */
	uint64_t bytes;            /* of the lines taken in so far, their ends and blank ones included */
	uint64_t bytes_total;      /* of the source; 0: not known (a pipe) */
	uint64_t elapsed_ns;
	unsigned workers;          /* that run; fewer than asked for where threads can't be had */
	bool stopped;              /* through options.stop, before the end of the source */
};

struct fg_reject {
	uint64_t line;             /* in the source, from 1; error->line counts inside the text */
	const char *text;          /* the line without its end; of one over max_line its first 1024 bytes; valid during
	                              the call */
	size_t text_len;
	const struct fg_error *error;
};

/* Zero-initialised means the defaults. */
struct fg_ingest_options {
	unsigned workers;                          /* threads, the caller's among them; 0: one a CPU that this process
	                                              may use; at most 256 */
	size_t max_line;                           /* bytes without the newline; longer lines are rejected with
	                                              FG_ERR_LIMIT; 0: 64 MiB */
	struct fg_decode_options decode;
	const struct fg_allocator *allocator;      /* NULL: malloc; called from several workers at once */
	/* Called in order of lines, one call at a time, from any worker. Returns: 0 or a negative errno, which is
	 * counted. It holds up the rest only when the ring of chunks behind it is full. */
	int (*reject)(const struct fg_reject *reject, void *user);
	/* Called about every progress_ms, one call at a time, from any worker, maybe beside a call of reject. */
	void (*progress)(const struct fg_ingest_stats *stats, void *user);
	unsigned progress_ms;                      /* 0: 200 */
	void *user;
	/* Set it (a signal handler may) to finish what is in flight and return: all lines read so far are merged in
	 * full. Seen within 50 ms while the source is silent. NULL: never. */
	const atomic_bool *stop;
};

/*
 * Reads fd to its end (or until stop).
 * store: never NULL.  fd: a file (from where it stands), pipe, socket or terminal, blocking or not; stays the caller's.
 * options: NULL for defaults.  ret_stats: filled in any case; may be NULL.
 * Returns: 0 (bad lines and stop included); a negative errno from reading, after all lines before it are merged
 * (-EISDIR for a directory, -EBADF); -ENOMEM, with what was merged so far in ret_stats; -EINVAL.
 * Threads: blocks; starts its own workers, which take no signals, and joins them. Several ingests into one store at
 * once are safe, but then order between the sources is not defined.
 */
FG_API int fg_ingest_fd(struct fg_store *store, int fd, const struct fg_ingest_options *options,
                        struct fg_ingest_stats *ret_stats);
/* The same with len bytes at text, which are not copied and must stay as they are during the call. text: NULL only with
 * len 0. */
FG_API int fg_ingest_memory(struct fg_store *store, const char *text, size_t len,
                            const struct fg_ingest_options *options, struct fg_ingest_stats *ret_stats);

#endif

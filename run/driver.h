/*
 * driver.h - what the programs that `make run` holds side by side have in common
 *
 * `ingest` (fieldguard) and `naive` (the article's way) do the same job on the same input and write the same files, so
 * that what differs is only how they fill records: decode and table are timed, state, samples and statistics are
 * written alike.
 *
 *     INPUT --workers--> records by key --> --state FILE   final records, one a line
 *               |             |
 *               |             +---reader--> --reads FILE   snapshots taken while the workers run
 *               +--> --json FILE            counts and rates
 *
 * Both are compiled for one type: -DFG_RUN_TYPE=order means struct order and its order_fg_type.
 */
#ifndef RUN_DRIVER_H
#define RUN_DRIVER_H

#include <fieldguard/type.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define RUN_CAT_(a, b) a##b
#define RUN_CAT(a, b) RUN_CAT_(a, b)
#define RUN_STR_(a) #a
#define RUN_STR(a) RUN_STR_(a)
#define RUN_TYPE_NAME RUN_STR(FG_RUN_TYPE)
#define RUN_FG_TYPE RUN_CAT(FG_RUN_TYPE, _fg_type)

enum { EXIT_MERGED = 0, EXIT_REJECTED = 1, EXIT_FAILED = 2, EXIT_SIGNAL = 128 /* plus its number */ };

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* "ingest: text" on standard error, over a progress line if there is one. Threads: any. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
/* Name of the program in messages; set first. */
extern const char *program_name;

/* What a failed write of stdio left in errno, as a negative errno, never 0. */
int write_error(void);

/* ---- options ----------------------------------------------------------------------------------------------------- */

struct option; /* <getopt.h> */

enum { WORKERS_MAX = 256 };

struct options {
	const char *input; /* "-": standard input */
	const char *rejects, *state, *reads, *json;
	unsigned workers; /* 0: one a CPU */
	bool show_values;
};

/* Reads the command line; after --help and on a wrong one it prints and exits.
 * longs: which options the program takes, with the letters that driver.c knows. help: the text of --help. */
void options_parse(int argc, char **argv, const struct option *longs, const char *help, struct options *ret_options);

/* 1234567 as "1,234,567". buf: at least 28 bytes. Returns: buf. */
char *grouped(uint64_t value, char *buf);

/* ---- progress ---------------------------------------------------------------------------------------------------- */

struct progress {
	bool shown; /* standard error is a terminal */
	bool colour;
	uint64_t drawn_ns; /* elapsed time of the last drawing */
};

void progress_init(struct progress *progress);
/* Draws a line "[====>    ] 45%  123 MB/s  456,000 messages/s  0:03 left" at most ten times a second.
 * bytes_total: 0 when not known (no bar, no time left). Threads: one at a time. */
void progress_draw(struct progress *progress, uint64_t bytes, uint64_t bytes_total, uint64_t messages,
                   uint64_t elapsed_ns);
/* Takes the line away. */
void progress_end(struct progress *progress);

/* ---- the input, mapped ------------------------------------------------------------------------------------------- */

struct input {
	const char *text; /* NULL when empty */
	size_t len;
};

/* Returns: 0, or a negative errno (-ESPIPE for what is no regular file). */
int input_map(int fd, struct input *ret_input);
void input_unmap(struct input *input);

/* ---- final state ------------------------------------------------------------------------------------------------- */

/* Records as lines, sorted by the bytes of their keys before they are written, so that equal states are equal files. */
struct state_line;
struct state {
	const struct fg_type *type;
	struct fg_buffer text;
	struct state_line *lines;
	size_t lines_n, lines_size;
};

void state_init(struct state *state, const struct fg_type *type);
/* Returns: 0 or -ENOMEM. A record that JSON can't say becomes a line that is no JSON: '!' and the key in hex. */
int state_add(struct state *state, const void *record, const void *present);
/* path: "-" is standard output. Returns: 0 or a negative errno. */
int state_write(struct state *state, const char *path);
void state_fini(struct state *state);

/* ---- snapshots while it runs ------------------------------------------------------------------------------------- */

/*
 * A thread that takes snapshots of records while others fill them. It picks lines of the part of the input that has
 * been taken in, every second time one of the newest, so that busy keys are read as often as they are written, and
 * reads the record of that line's key. After 32 reads it rests for a millisecond, so as to look on rather than to
 * compete.
 */
struct sampler {
	const struct fg_type *type;
	struct input input;
	const atomic_size_t *bytes_done;                                                 /* of the input */
	int (*read)(struct fg_key key, void *ret_record, void *ret_present, void *user); /* 0 or -ENOENT */
	void *user;
	const char *path;
	/* the sampler's own */
	FILE *out;
	uint64_t random;
	uint64_t reads;
	int error; /* of writing; read after sampler_stop */
	atomic_bool stop;
	pthread_t thread;
};

/* The first members are filled in by the caller. Returns: 0 or a negative errno, having started nothing. */
int sampler_start(struct sampler *sampler);
/* Joins the thread and closes the file. Returns: 0 or a negative errno of writing; sampler->reads is then final. */
int sampler_stop(struct sampler *sampler);

/* ---- statistics -------------------------------------------------------------------------------------------------- */

struct run_stats {
	uint64_t messages; /* lines that were not blank */
	uint64_t merged, rejected, rejects_lost;
	uint64_t bytes, elapsed_ns;
	uint64_t records; /* keys */
	uint64_t reads;   /* snapshots taken */
	unsigned workers;
	bool stopped;
};

/* Returns: 0 or a negative errno. */
int run_stats_write(const struct run_stats *stats, const char *path);
/* Three lines for people. */
void run_stats_print(const struct run_stats *stats, FILE *out);

#endif

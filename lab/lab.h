/*
 * lab.h - the frame of the lab: options, threads, rates, one table or one JSON object
 *
 * A lab is one of the article's incidents. It has variants: the naive way, the guarded one, and what is instructive
 * between them. All of them get the same messages, threads and time; what differs is only how the shared struct is
 * filled. Each variant runs for --for seconds and counts what it did, and what came out wrong.
 *
 *     main --+-- variant 1: run() -- lab_crew_run(): threads that work until the crew's time is over
 *            +-- variant 2: run() -- ...
 *            +-- table, or JSON
 *
 * Counts live in memory that a forked child shares with its parent, so they outlive a child that dies.
 */
#ifndef LAB_H
#define LAB_H

#include <fieldguard/base.h>
#include <stdalign.h>
#include <stdatomic.h>

enum { LAB_COLUMNS = 4, LAB_EXTRAS = 4, LAB_THREADS_MAX = 256 };
enum { LAB_AS_EXPECTED = 0, LAB_GUARD_FAILED = 1, LAB_COULD_NOT_RUN = 2, LAB_INCONCLUSIVE = 3 };

struct lab_options {
	unsigned threads;
	double seconds;             /* for each variant */
	bool json;
	const char *only;           /* a variant's key, or NULL: all */
};

/* ---- threads ----------------------------------------------------------------------------------------------------- */

struct lab_crew;

/* What one thread has. Only that thread writes it while the crew works. */
struct lab_worker {
	alignas(64) unsigned index;
	struct lab_crew *crew;
	uint64_t random;            /* of lab_random() */
	uint64_t operations;
	uint64_t counts[LAB_COLUMNS];
};

struct lab_crew {
	unsigned threads;
	_Atomic uint64_t ready;     /* threads that have started */
	atomic_bool go, stop;
	void (*work)(struct lab_worker *worker, void *user);
	void *user;
	struct lab_worker workers[LAB_THREADS_MAX];
};

/* threads: 1 to LAB_THREADS_MAX. Ends the process where memory is out. Owner: the caller frees with lab_crew_free. */
struct lab_crew *lab_crew_new(unsigned threads, void (*work)(struct lab_worker *worker, void *user), void *user);
void lab_crew_free(struct lab_crew *crew);
/* Starts the threads together, lets them work for so many seconds, joins them. Returns: seconds that it took. */
double lab_crew_run(struct lab_crew *crew, double seconds);
/* Shall the worker go on? One relaxed load. */
static inline bool lab_going(const struct lab_worker *worker)
{
	return !atomic_load_explicit(&worker->crew->stop, memory_order_relaxed);
}

/*
 * A meeting of all threads of a crew. It spins and yields, so that all are running when it ends: threads that were put
 * to sleep would come late to a round that takes some milliseconds, and find it over. All-zero is valid.
 */
struct lab_meeting {
	_Atomic unsigned here, times;
};
void lab_meet(struct lab_meeting *meeting, unsigned threads);

/* Seconds of a clock that only goes forward. */
double lab_now(void);
/* xorshift64 (G. Marsaglia, "Xorshift RNGs", 2003). state: not 0. */
static inline uint64_t lab_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
/* malloc'd zeroes, aligned to 64; ends the process where memory is out. */
void *lab_alloc(size_t size);

/* ---- a lab ------------------------------------------------------------------------------------------------------- */

struct lab_extra {
	const char *key;            /* a member of the variant's object in JSON */
	double value;
};

struct lab_result {
	uint64_t operations;
	double seconds;
	uint64_t counts[LAB_COLUMNS];
	struct lab_extra extras[LAB_EXTRAS];
	char told[200];             /* a line under the table, or "" */
};

/* Adds what a crew counted. */
void lab_result_add(struct lab_result *result, const struct lab_crew *crew, double seconds);

struct lab_variant {
	const char *key;            /* "naive": a member in JSON, and a word for --only */
	const char *label;
	/* Called several times: adds to result. options->seconds: of this turn. */
	void (*run)(const struct lab_variant *variant, const struct lab_options *options, struct lab_result *result);
	const void *user;           /* the lab's own */
	uint32_t wanted_zero;       /* bit of each column that has to be 0 in this variant */
};

struct lab_column {
	const char *key;            /* "went_back" */
	const char *head;           /* "went back" */
	bool anomaly;               /* part of the variant's anomalies */
};

struct lab {
	const char *title;
	const char *operation;      /* in the plural: "messages" */
	const char *const *notes;   /* what the columns mean; ends with NULL */
	struct lab_column columns[LAB_COLUMNS];
	size_t columns_n;
	const struct lab_variant *variants;
	size_t variants_n;
	/* What is measured once beside the variants: fills `told` and up to LAB_EXTRAS members. Or NULL. */
	void (*beside)(const struct lab_options *options, struct lab_result *result);
};

extern const struct lab lab_payment, lab_risk, lab_response;

/* ---- what comes out ---------------------------------------------------------------------------------------------- */

#define LAB_GROUPED 28
/* 1234567 as "1,234,567". buf: at least LAB_GROUPED bytes. Returns: buf. */
const char *lab_grouped(uint64_t value, char *buf);

uint64_t lab_anomalies(const struct lab *lab, const struct lab_result *result);
/* results: one a variant; ran: those that did. beside: NULL where nothing was measured. */
void lab_print_table(const struct lab *lab, const struct lab_options *options, const struct lab_result *results,
                     const bool *ran, const struct lab_result *beside);
void lab_print_json(unsigned number, const struct lab *lab, const struct lab_options *options,
                    const struct lab_result *results, const bool *ran, const struct lab_result *beside);

#endif

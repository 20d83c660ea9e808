/*
 * writes_check.h - what the parts of `fieldguard writes --check` share
 *
 * A tag speaks of what threads share. Where the binary holds a generated shared form of a struct, that is what they
 * share, and nobody but generated code may write it; the struct itself is then a record, which one thread owns, and any
 * store to it is right. Where there is none, the tags speak of the struct itself.
 */
#ifndef FG_CLI_WRITES_CHECK_H
#define FG_CLI_WRITES_CHECK_H

#include "cli/writes.h"
#include "scan/calls.h"

enum check_rule {
	CHECK_ATOMIC = 0,             /* a plain store to an atomic field */
	CHECK_SHARED,                 /* a store to a shared form outside generated code */
	CHECK_OWNER,                  /* writers in several threads */
	CHECK_ONCE,
	CHECK_LOCK,                   /* a store to a field of a mutex or rwmutex group, without a lock in sight */
};

struct check_finding {
	enum check_rule rule;
	uint32_t field, site;
	char *text;                   /* malloc'd; behind "warning: " */
	char *known, *guess;          /* likewise: what the binary says, what it can't say */
};

/* Why a store that looks wrong is not: counted, so that nothing is passed over in silence. */
enum check_pass {
	CHECK_PASS_NONE = 0,
	CHECK_PASS_STACK,             /* the object is on the stack */
	CHECK_PASS_GENERATED,         /* of generated code or the library */
	CHECK_PASS_RECORD,            /* the struct has generated code: this is a record */
	CHECK_PASS_GROUP,             /* of a group that generated code handed out under its lock */
	CHECK_PASS_ZEROED,            /* memset of the whole object */
	CHECK_PASS_CONSTRUCTOR,
	CHECK_PASS_SOURCE,            /* the source says atomic: a release store is an ordinary instruction */
	CHECK_PASS_UNREACHED,         /* a writer that no thread reaches by direct calls */
	CHECK_PASSES_N,
};

struct check {
	const struct writes *writes;
	const struct writes_picks *picks;   /* NULL: all fields */
	const struct scan_calls *calls;
	struct check_finding *findings;
	size_t findings_n;
	size_t held;                  /* stores to fields with a policy that were judged */
	size_t fields_n, types_n;     /* fields with a policy, and their types; shared forms count as types */
	size_t shared_n;
	size_t passes[CHECK_PASSES_N];
	bool failed;                  /* out of memory */
};

/* Takes over text, known and guess: malloc'd, or NULL when memory was out. */
void check_add(struct check *check, struct check_finding finding);
__attribute__((format(printf, 1, 2)))
char *check_text(const char *format, ...);
/* "'order.status'", malloc'd */
char *check_field_name(const struct writes *writes, uint32_t field);

/* Why the store of a site needs no look. field: that it touches. */
enum check_pass check_passes(const struct check *check, uint32_t field, const struct scan_site *site);

/* owner and once: after all sites have been told to check_writer. */
struct check_writers;
struct check_writers *check_writers_new(void);
void check_writer(struct check *check, struct check_writers *writers, uint32_t field, uint32_t site);
void check_writers_judge(struct check *check, struct check_writers *writers);
void check_writers_free(struct check_writers *writers);
/* "worker"; for the hidden function of std::thread's object, whose name nobody wrote, words. */
const char *check_entry_name(const struct check *check, const struct scan_entry *entry);
/* mutex and rwmutex: does the function call a lock function, or do all its callers? */
bool check_holds_lock(const struct check *check, const struct scan_function *function);

/* Sorts the findings and tells them. Returns: an exit status. */
int check_tell(struct check *check);

#endif

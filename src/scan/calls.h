/*
 * calls.h - which function calls which, and where threads begin
 *
 * Read from the code alone: direct calls and jumps to other functions are known; what is called through a pointer is
 * not, and who asks "can this thread get there?" has to say so. A thread's first function is known where its address
 * is in the right register at the call that starts the thread.
 */
#ifndef FG_SCAN_CALLS_H
#define FG_SCAN_CALLS_H

#include "scan/scan.h"

struct scan_calls_of {
	uint32_t *callees;            /* indexes in scan->functions, ascending, each once */
	size_t callees_n;
	uint32_t *callers;            /* likewise */
	size_t callers_n;
	const char **outside;         /* names of called functions that have no debug information: "pthread_mutex_lock" */
	size_t outside_n;
	uint32_t *addresses;          /* functions whose address its code takes, in that order, each once */
	size_t addresses_n;
	size_t indirect_n;            /* calls through a pointer */
	bool address_taken;           /* by some function's code */
};

enum scan_entry_kind {
	SCAN_ENTRY_MAIN = 0,          /* "main", Go: "main.main" */
	SCAN_ENTRY_PTHREAD,           /* pthread_create */
	SCAN_ENTRY_C11,               /* thrd_create */
	SCAN_ENTRY_CPP,               /* std::thread, std::jthread */
	SCAN_ENTRY_GO,                /* a go statement */
};

struct scan_entry {
	enum scan_entry_kind kind;
	bool guess;                   /* the starting function takes its address, but does it pass it on? */
	uint32_t function;            /* index in scan->functions: where the thread begins */
	uint64_t pc;                  /* of the call that starts it; 0: main, or not known */
};

struct scan_calls {
	struct scan_calls_of *of;     /* of scan->functions[i] */
	size_t n;
	struct scan_entry *entries;   /* each function once */
	size_t entries_n;
	size_t starts_n;              /* calls that start a thread */
	size_t starts_unknown;        /* of these: with what function, nothing says */
	size_t indirect_n;            /* calls through a pointer in all functions */
};

/* Decodes every function. threads: 0: one a CPU.
 * Returns: 0, -ENOTSUP (not x86-64) or -ENOMEM. Owner: the caller, who frees it before the scan. */
int scan_calls_find(const struct scan *scan, unsigned threads, struct scan_calls **ret_calls);
void scan_calls_free(struct scan_calls *calls);
/* Marks every function that a thread beginning at entry (an index) reaches by direct calls. ret_reached: n marks.
 * Returns: 0 or -ENOMEM. */
int scan_calls_reach(const struct scan_calls *calls, uint32_t entry, bool *ret_reached);
/* Name of the function that the instruction at pc calls or jumps to directly. Returns: NULL: none. */
const char *scan_called_name(const struct scan *scan, uint64_t pc);
/* Functions that the symbol table names and the debug information does not know: nothing is said of what they write. */
size_t scan_functions_bare(const struct scan *scan);

#endif

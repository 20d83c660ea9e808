/* source.h - lines of source files, and whether one says that it stores atomically */
#ifndef FG_SCAN_SOURCE_H
#define FG_SCAN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* The files read last are kept. Threads: one. */
struct scan_source;

/* Returns: NULL: out of memory. Owner: the caller, who calls scan_source_free. */
struct scan_source *scan_source_new(void);
void scan_source_free(struct scan_source *source);
/* Files that were changed later than this (a time of the system's clock, s; 0: whenever) count as not found from now
 * on: what a program was built from can't be told from them. */
void scan_source_trust_until(struct scan_source *source, time_t built);
/* A line, without white space at its ends. file: NULL: there is none. directory: where the compiler ran, from which a
 * file is named that has no absolute name; NULL: not known. Returns: false: the file is not found, or is shorter. */
bool scan_source_line(struct scan_source *source, const char *directory, const char *file, unsigned line, char *ret,
                      size_t size);

/* Is it a header or file of a language's library that holds atomic operations? */
bool scan_source_is_atomics(const char *path);

enum scan_source_atomic {
	SCAN_SOURCE_PLAIN = 0,
	SCAN_SOURCE_ATOMIC,           /* the statement calls an atomic store, or may: it stands in a header of such,
	                                 or is a macro that hides what it does */
	SCAN_SOURCE_UNREAD,           /* the file is not found, or is not trusted */
};
/* What the statement at a line and column (0: not known) says of how it stores: `__atomic_store_n(&x, v,
 * __ATOMIC_RELEASE)` is an ordinary mov, and so are the relaxed stores of std::atomic. */
enum scan_source_atomic scan_source_atomic(struct scan_source *source, const char *directory, const char *file,
                                           unsigned line, unsigned column);

#endif

/*
 * snapshot.h - one way to share a record between threads, as the benchmark of snapshots calls it
 *
 * A way comes once for each size of record, with loops of its own, so that what is small enough to be inlined is.
 */
#ifndef BENCH_SNAPSHOT_H
#define BENCH_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { SNAPSHOT_THREADS_MAX = 4 };

/* The cheapest clock there is. */
static inline uint64_t snapshot_ticks(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#else
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

/* How long reads took, in ticks: bucket b counts those below 2^(b/8) of them, eight to each doubling. */
enum { SNAPSHOT_BUCKETS = 40 * 8 };
struct snapshot_times {
	uint64_t counts[SNAPSHOT_BUCKETS];
};

struct snapshot_way {
	const char *name;
	void *(*begin)(void);            /* NULL: no memory */
	void (*end)(void *place);
	void (*thread_begin)(void);      /* NULL: nothing to do */
	void (*thread_end)(void);
	/* n times; slot: the thread's number, below SNAPSHOT_THREADS_MAX */
	void (*read)(void *place, unsigned n);
	void (*write)(void *place, unsigned slot, unsigned n);
	/* As read, and the time of each is counted. */
	void (*read_timed)(void *place, unsigned n, struct snapshot_times *times);
};

struct snapshot_size {
	size_t bytes;
	const struct snapshot_way *ways; /* NULL in name: the end */
};

/* Where some ways stand: racy memcpy, the generated functions of groups and of whole records, the mutex. */
enum { SNAPSHOT_MEMCPY, SNAPSHOT_GROUP, SNAPSHOT_RECORD, SNAPSHOT_MUTEX = 5 };
extern const struct snapshot_size snapshot_64, snapshot_256, snapshot_4096;

#endif

/*
 * harness.h - a case of tests/races: two or more threads that write one struct, wrongly or rightly
 *
 *     program NAME racy|right SECONDS
 *
 * A case is a pair of functions for its workers, which go round for as long as going() says; all begin at one moment.
 * Nothing is printed but how many rounds there were. Cases of C and of C++ share this and harness.c.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKERS_MAX 16
#define NOINLINE __attribute__((noinline))
#define CASE(name) static void name(struct worker *w)
#define LOCKED(lock) for (int once = (pthread_mutex_lock(lock), 1); once; once = (pthread_mutex_unlock(lock), 0))

struct worker {
	pthread_t thread;
	unsigned who;                 /* 0, 1, ... */
	unsigned rate;                /* rounds a second; 0: as many as it can */
	uint64_t end_ns, next_ns, rounds, random;
	void (*work)(struct worker *);
};

struct one_case {
	const char *name;
	void (*racy)(struct worker *);
	void (*right)(struct worker *);
	unsigned workers;             /* 0: 2 */
	unsigned rates[2];            /* of the first, and of all others */
	bool left;                    /* the racy one is only there for its twin */
};

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t next_random(struct worker *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random;
}

/*
 * A round's end: waits until the next is due, by a time that jitters by a tenth. Without a rate it looks at the clock
 * every 64 rounds.
 */
static inline bool going(struct worker *w)
{
	uint64_t now;

	w->rounds++;
	if (!w->rate && w->rounds % 64)
		return true;
	now = now_ns();
	if (w->rate) {
		uint64_t step = 1000000000u / w->rate;
		struct timespec pause = {0, 0};

		w->next_ns += step - step / 20 + next_random(w) % (step / 10 + 1);
		if (w->next_ns > now) {
			pause.tv_sec = (time_t)((w->next_ns - now) / 1000000000u);
			pause.tv_nsec = (long)((w->next_ns - now) % 1000000000u);
			nanosleep(&pause, NULL);
		} else {
			w->next_ns = now;
		}
	}
	return now < w->end_ns;
}

/* Some work between two writes, that no compiler takes out. */
static inline void think(struct worker *w, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++)
		__asm__ volatile("" : : "r"(next_random(w)) : "memory");
}

/* A value that is never negative. */
static inline int64_t some(struct worker *w)
{
	return (int64_t)(next_random(w) >> 1);
}

/* Makes the cases of one source known to main(); each source does so before main() begins. */
void add_all(const struct one_case *cases, size_t n);

/* A zeroed object on the heap, through a pointer of the same name as the case's. */
#define NEW(pointer) pointer = calloc(1, sizeof(*pointer))

#endif

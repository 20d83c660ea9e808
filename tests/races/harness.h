/*
 * harness.h - a case of tests/races: two or more threads that write one struct, wrongly or rightly
 *
 *     program NAME racy|right SECONDS
 *
 * A case is a pair of functions for its workers, which go round for as long as going() says. Nothing is printed but how
 * many rounds there were. Cases of C and of C++ share this.
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

/* A round's end: waits until the next is due, by a time that jitters by a tenth. Every 64 rounds it looks at the
 * clock. */
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

static inline void *worker_main(void *user)
{
	struct worker *w = (struct worker *)user;

	w->work(w);
	return NULL;
}

static inline int run_case(const struct one_case *one, bool racy, double seconds)
{
	static struct worker workers[WORKERS_MAX];
	unsigned n = one->workers ? one->workers : 2;
	uint64_t start = now_ns(), rounds = 0;

	for (unsigned i = 0; i < n; i++) {
		workers[i].who = i;
		workers[i].rate = one->rates[i ? 1 : 0];
		workers[i].end_ns = start + (uint64_t)(seconds * 1e9);
		workers[i].next_ns = start;
		workers[i].random = 0x9e3779b97f4a7c15u * (i + 1);
		workers[i].work = racy ? one->racy : one->right;
		if (pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) != 0)
			return 1;
	}
	for (unsigned i = 0; i < n; i++) {
		pthread_join(workers[i].thread, NULL);
		rounds += workers[i].rounds;
	}
	printf("%s %s: %llu rounds\n", one->name, racy ? "racy" : "right", (unsigned long long)rounds);
	return 0;
}

static inline bool is_of(const struct one_case *cases, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(cases[i].name, name) == 0)
			return true;
	return false;
}

static inline int run_named(const struct one_case *cases, size_t n, int argc, char **argv)
{
	for (size_t i = 0; argc == 4 && i < n; i++)
		if (strcmp(cases[i].name, argv[1]) == 0)
			return run_case(&cases[i], strcmp(argv[2], "racy") == 0, atof(argv[3]));
	fprintf(stderr, "usage: %s NAME racy|right SECONDS\n", argv[0]);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  %s\n", cases[i].name);
	return 2;
}

#endif

/*
 * steady.c - a program under watch that says ten times a second how far it is
 *
 *     steady locked|own|busy|calm|alone
 *
 * locked: two threads fill one record under a mutex, as fast as they can. own: each fills its own. busy: as own, with
 * some 0.15 microseconds of other work between: the speed of stores alone changes by the second, with nobody watching.
 * calm: as locked, with some 20 microseconds. alone: one thread, for full traces. Each line: nanoseconds of
 * CLOCK_MONOTONIC, fills so far.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { THREADS_MAX = 2, ROUNDS_BUSY = 100, ROUNDS_CALM = 8000 };

struct record {
	int64_t id, amount, version;
	int32_t status, flags;
};

static struct record shared;
static struct {
	_Alignas(128) struct record record; /* lines apart: how two threads share one is chance */
} own[THREADS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint64_t fills[THREADS_MAX][16]; /* a line each */
static const char *mode;

static __attribute__((noinline)) void fill(struct record *record, int64_t n)
{
	record->id = n;
	record->amount = n * 3;
	record->version++;
	record->status = (int32_t)(n & 7);
	/* A branch behind the stores, as most code has one. */
	if (record->flags)
		record->flags = 0;
}

static __attribute__((noinline)) void work(uint64_t *state, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		*state ^= *state << 13;
		*state ^= *state >> 7;
		*state ^= *state << 17;
	}
}

static void *run(void *user)
{
	unsigned who = (unsigned)(uintptr_t)user;
	uint64_t state = who + 1;
	int calm = strcmp(mode, "calm") == 0, busy = strcmp(mode, "busy") == 0;
	int locked = !busy && strcmp(mode, "own") != 0;

	for (int64_t n = 0;; n++) {
		if (locked)
			pthread_mutex_lock(&lock);
		fill(locked ? &shared : &own[who].record, n);
		if (locked)
			pthread_mutex_unlock(&lock);
		if (calm || busy)
			work(&state, calm ? ROUNDS_CALM : ROUNDS_BUSY);
		atomic_store_explicit(&fills[who][0], (uint64_t)n, memory_order_relaxed);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned threads = THREADS_MAX;

	if (argc != 2)
		return 2;
	mode = argv[1];
	if (strcmp(mode, "alone") == 0)
		threads = 1;
	for (unsigned i = 0; i < threads; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, run, (void *)(uintptr_t)i) != 0)
			return 1;
	}
	for (;;) {
		struct timespec now, pause = {0, 100000000};
		uint64_t sum = 0;

		for (unsigned i = 0; i < threads; i++)
			sum += atomic_load_explicit(&fills[i][0], memory_order_relaxed);
		clock_gettime(CLOCK_MONOTONIC, &now);
		printf("%lld %llu\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec, (unsigned long long)sum);
		if (fflush(stdout) != 0)
			return 0;
		nanosleep(&pause, NULL);
	}
}

/*
 * watch_line.c - two threads at one cache line: one writes, the other writes beside it, or reads
 *
 *     watch_line sharing|apart|reads|locked SECONDS
 *
 * sharing: they write neighbours. apart: fields 64 bytes from one another. reads: the second reads what the first
 * writes, without a lock. locked: with one.
 */
#define _GNU_SOURCE
#include "timed.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct counts {
	long sent;
	long received;
	char space[64];
	long far;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct counts *counts;
static const char *way;
static bool locked;
static double end;
static volatile long sink;

#define ALONE __attribute__((noinline)) static
ALONE void send(struct counts *c) { c->sent++; }
ALONE void receive(struct counts *c) { c->received++; }
ALONE void receive_far(struct counts *c) { c->far++; }
ALONE long look(const struct counts *c) { return c->sent; }

static void second(void)
{
	if (strcmp(way, "sharing") == 0)
		receive(counts);
	else if (strcmp(way, "apart") == 0)
		receive_far(counts);
	else
		sink = look(counts);
}

static void *work(void *user)
{
	struct timespec some = {.tv_nsec = 50000};

	take_processor((long)user);
	for (; now_s() < end; nanosleep(&some, NULL)) {
		for (int i = 0; i < 10; i++) {
			if (locked)
				pthread_mutex_lock(&lock);
			if (user)
				second();
			else
				send(counts);
			if (locked)
				pthread_mutex_unlock(&lock);
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	counts = aligned_alloc(64, 128);
	if (argc != 3 || !counts)
		return 2;
	memset(counts, 0, 128);
	way = argv[1];
	locked = strcmp(way, "locked") == 0;
	end = now_s() + atof(argv[2]);
	run_two(work);
	free(counts);
	return 0;
}

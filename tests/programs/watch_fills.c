/*
 * watch_fills.c - two threads fill one order, each write under the lock
 *
 *     watch_fills apart|whole SECONDS
 *
 * apart: each field has a setter that locks by itself, and fills run into one another. whole: one lock for a fill.
 */
#define _GNU_SOURCE
#include "timed.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct order {
	int64_t user, cents;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct order *order;
static bool whole;
static double end;

#define ALONE __attribute__((noinline)) static
ALONE void set_user(struct order *o, int64_t user)
{
	pthread_mutex_lock(&lock);
	o->user = user;
	pthread_mutex_unlock(&lock);
}

ALONE void set_cents(struct order *o, int64_t cents)
{
	pthread_mutex_lock(&lock);
	o->cents = cents;
	pthread_mutex_unlock(&lock);
}

ALONE void set_both(struct order *o, int64_t user, int64_t cents)
{
	pthread_mutex_lock(&lock);
	o->user = user;
	o->cents = cents;
	pthread_mutex_unlock(&lock);
}

ALONE void other_work(uint64_t *random)
{
	for (int i = 0; i < 5000; i++) {
		*random ^= *random << 13;
		*random ^= *random >> 7;
		*random ^= *random << 17;
	}
}

static void *work(void *user)
{
	uint64_t random = (uint64_t)(uintptr_t)user * 0x9e3779b9u + 1;

	take_processor((long)user);
	while (now_s() < end) {
		int64_t value = (int64_t)(random >> 16);

		if (whole) {
			set_both(order, value, value + 1);
		} else {
			set_user(order, value);
			other_work(&random);
			set_cents(order, value + 1);
		}
		other_work(&random);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	order = calloc(1, sizeof(*order));
	if (argc != 3 || !order)
		return 2;
	whole = strcmp(argv[1], "whole") == 0;
	end = now_s() + atof(argv[2]);
	run_two(work);
	free(order);
	return 0;
}

/*
 * watch_policies.c - an order with a policy on each field, that two threads write rightly or wrongly
 *
 *     watch_policies wrong|right SECONDS
 *
 * clang keeps the tags in the binary; under gcc they are told by a policy file. In the right twin each order is made
 * anew where an old one was, so that what is reused must not be taken for the same.
 */
#define _GNU_SOURCE
#include "timed.h"

#include <fieldguard/annotate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum state { STATE_CREATED, STATE_PAID, STATE_SHIPPED };

struct order {
	long id            FG(json:"id");
	enum state state   FG(json:"state,atomic" states:"created>paid>shipped");
	long seq           FG(json:"seq,owner");
	long opened        FG(json:"opened,once");
	long views         FG(json:"views,atomic");
	long amount;
};

#define ALONE __attribute__((noinline)) static

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct order *current;
static double seconds;

ALONE void set_state(struct order *o, enum state state) { __atomic_store_n(&o->state, state, __ATOMIC_RELEASE); }
ALONE void renew(struct order *o) { o->seq++; }
ALONE void reopen(struct order *o, long when) { o->opened = when; }
ALONE void view(struct order *o) { o->views++; }
ALONE void view_right(struct order *o, long n) { __atomic_store_n(&o->views, n, __ATOMIC_RELAXED); }
ALONE void pay(struct order *o) { o->amount++; }

static void pause_a_little(void)
{
	struct timespec some = {.tv_nsec = 300000};

	nanosleep(&some, NULL);
}

/* ---- wrong ----------------------------------------------------------------------------------------------------- */

static void *spoil(void *user)
{
	long number = (long)user;

	for (double end = now_s() + seconds; now_s() < end; pause_a_little()) {
		set_state(current, number ? STATE_PAID : STATE_CREATED);
		renew(current);
		reopen(current, number + 5);
		view(current);
	}
	return NULL;
}

/* ---- right ----------------------------------------------------------------------------------------------------- */

ALONE struct order *new_order(void)
{
	struct order *o = calloc(1, sizeof(*o));

	if (!o)
		exit(1);
	set_state(o, STATE_CREATED);
	reopen(o, 7);
	return o;
}

/* The first thread owns, makes and frees; both do what both may. */
static void *serve(void *user)
{
	long number = (long)user;

	for (double end = now_s() + seconds; now_s() < end; pause_a_little()) {
		pthread_mutex_lock(&lock);
		if (!number) {
			free(current);
			current = new_order();
			renew(current);
		} else if (__atomic_load_n(&current->state, __ATOMIC_ACQUIRE) == STATE_CREATED) {
			set_state(current, STATE_PAID);
			pay(current);
		}
		view_right(current, number);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	void *(*work)(void *);

	if (argc != 3)
		return 2;
	work = strcmp(argv[1], "wrong") == 0 ? spoil : serve;
	seconds = atof(argv[2]);
	current = new_order();
	run_two(work);
	free(current);
	return 0;
}

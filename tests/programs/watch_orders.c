/*
 * watch_orders.c - an order that two threads write, with a lock and without: for the tests of `fieldguard watch`
 *
 *     watch_orders race|locked|still SECONDS
 *
 * race: pay and cancel write the status of one order with no lock between them. locked: with one. still: nobody writes.
 */
#define _GNU_SOURCE
#include "timed.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum order_status { CREATED, PAID, CANCELLED };

struct order {
	long id;
	enum order_status status;
	long amount_cents;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool locked;
static double seconds;
static volatile long work;

static void pause_a_little(void)
{
	struct timespec some = {.tv_nsec = 100000};

	nanosleep(&some, NULL);
}

__attribute__((noinline)) static void count(void)
{
	work++;
}

/* They call, so that they have frames of their own where there are frame pointers. */
__attribute__((noinline)) static void set_paid(struct order *order)
{
	count();
	order->amount_cents++;
	order->status = PAID;
}

__attribute__((noinline)) static void set_cancelled(struct order *order)
{
	count();
	if (order->id > 0)
		order->status = CANCELLED;
}

static void *pay(void *user)
{
	double end = now_s() + seconds;

	take_processor(0);
	while (now_s() < end) {
		for (int i = 0; i < 20; i++) {
			if (locked)
				pthread_mutex_lock(&lock);
			set_paid(user);
			if (locked)
				pthread_mutex_unlock(&lock);
		}
		pause_a_little();
	}
	return NULL;
}

static void *cancel(void *user)
{
	double end = now_s() + seconds;

	take_processor(1);
	while (now_s() < end) {
		for (int i = 0; i < 20; i++) {
			if (locked)
				pthread_mutex_lock(&lock);
			set_cancelled(user);
			if (locked)
				pthread_mutex_unlock(&lock);
		}
		pause_a_little();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct order *order = calloc(1, sizeof(*order));
	pthread_t threads[2];
	double end;

	if (argc != 3 || !order)
		return 2;
	locked = strcmp(argv[1], "locked") == 0;
	seconds = atof(argv[2]);
	end = now_s() + seconds;
	order->id = 7;
	puts("ready");
	fflush(stdout);
	if (strcmp(argv[1], "still") == 0) {
		while (now_s() < end)
			pause_a_little();
		return 0;
	}
	pthread_create(&threads[0], NULL, pay, order);
	pthread_create(&threads[1], NULL, cancel, order);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("order %ld is %d\n", order->id, (int)order->status);
	free(order);
	return 0;
}

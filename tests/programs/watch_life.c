/*
 * watch_life.c - a program in all that may happen to one while it is watched
 *
 *     watch_life WAY SECONDS [LIBRARY]
 *
 *     steady    two threads write an object of the program each, and hold what they computed against what it must be
 *     library   by a function of LIBRARY, which is linked
 *     later     the same, from LIBRARY, which is opened after a third of the time
 *     fork      a child is made every 2 ms, which writes and must end well
 *     exec      after a third of the time it becomes "watch_life steady"
 *     churn     1,000 threads a second, each of which writes
 *     die       it kills itself
 *     first     nothing but the 100 writes before main() that all of them do
 *
 * Ends with 0, or 3 where a result was wrong; before its time on SIGTERM.
 */
#define _GNU_SOURCE
#include "timed.h"
#include "watch_life.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double begin, seconds;
static char **arguments;
static item_set *library_set;

#ifdef LINKED
item_set item_set_price;
#endif

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static bool going(void)
{
	return !stopped && now_s() < begin + seconds;
}

static void pause_us(long us)
{
	struct timespec some = {.tv_nsec = us * 1000};

	nanosleep(&some, NULL);
}

__attribute__((noinline)) static void set_price(struct item *item, long value)
{
	item->price = value;
	item->count++;
}

static struct item first;

__attribute__((constructor)) static void write_first(void)
{
	for (long i = 0; i < 100; i++)
		set_price(&first, i);
}

/* 100 writes, and what they must come to. */
__attribute__((noinline)) static bool compute(struct item *item, item_set *set)
{
	long before = item->count, sum = 0;

	for (long i = 0; i < 100; i++) {
		set(item, i);
		sum += ((volatile struct item *)item)->price;
	}
	return sum == 4950 && item->count == before + 100;
}

static void *steady(void *user)
{
	struct item *item = calloc(1, sizeof(*item));
	bool right = item != NULL;

	while (right && going()) {
		right = compute(item, user ? *(item_set **)user : set_price);
		pause_us(2000);
	}
	free(item);
	return right ? NULL : arguments;
}

static int two(item_set **set)
{
	pthread_t threads[2];
	int status = 0;
	void *wrong;

	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, steady, set);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], &wrong);
		status |= wrong ? 3 : 0;
	}
	return status;
}

static void wait_a_third(void)
{
	while (now_s() < begin + seconds / 3)
		pause_us(10000);
}

static int later(const char *path)
{
	void *library;

	wait_a_third();
	library = dlopen(path, RTLD_NOW);
	library_set = library ? (item_set *)dlsym(library, "item_set_price") : NULL;
	return library_set ? two(&library_set) : 2;
}

static int forking(void)
{
	struct item *item = calloc(1, sizeof(*item));
	int status = 0;

	while (item && !status && going()) {
		pid_t child = fork();

		if (child == 0)
			_exit(compute(item, set_price) ? 0 : 3);
		if (!compute(item, set_price) || waitpid(child, &status, 0) != child)
			status = 3;
		pause_us(2000);
	}
	free(item);
	return status ? 3 : 0;
}

static void *shortly(void *user)
{
	return compute(user, set_price) ? NULL : arguments;
}

static int churn(void)
{
	struct item *items = calloc(4, sizeof(*items));
	int status = 0;

	while (items && !status && going()) {
		pthread_t threads[4];
		void *wrong;

		for (int i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, shortly, &items[i]);
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], &wrong);
			status |= wrong ? 3 : 0;
		}
		pause_us(3500);
	}
	free(items);
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	arguments = argv;
	begin = now_s();
	seconds = atof(argv[2]);
	signal(SIGTERM, stop);
	printf("ready %d\n", (int)getpid());
	fflush(stdout);
	if (strcmp(argv[1], "first") == 0)
		return first.count == 100 ? 0 : 3;
	if (strcmp(argv[1], "die") == 0)
		return raise(SIGKILL);
	if (strcmp(argv[1], "later") == 0)
		return later(argv[3]);
	if (strcmp(argv[1], "fork") == 0)
		return forking();
	if (strcmp(argv[1], "churn") == 0)
		return churn();
	if (strcmp(argv[1], "exec") == 0) {
		wait_a_third();
		return execl(argv[0], argv[0], "steady", argv[2], (char *)NULL);
	}
#ifdef LINKED
	library_set = item_set_price;
	if (strcmp(argv[1], "library") == 0)
		return two(&library_set);
#endif
	return two(NULL);
}

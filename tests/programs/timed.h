/* timed.h - for programs that work for some seconds on processors of their own */
#ifndef FG_TESTS_TIMED_H
#define FG_TESTS_TIMED_H

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

static inline double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Each thread its own processor: on a busy machine they may share one for long. */
static inline void take_processor(long number)
{
	cpu_set_t all, one;

	if (sched_getaffinity(0, sizeof(all), &all) || CPU_COUNT(&all) < 2)
		return;
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &all) || number-- > 0)
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
}

/* Says that it is ready, and works by two threads, which are told their numbers. */
static inline void run_two(void *(*work)(void *))
{
	pthread_t threads[2];

	puts("ready");
	fflush(stdout);
	for (long i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, work, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

#endif

/*
 * points_threads.c - which threads have points: those there are, as they come and go
 *
 * Events that threads inherit would need no looking for new ones, but the kernel keeps no limit of hits for those.
 */
#include "watch/points_inside.h"

#include "watch/target_inside.h"

#include <errno.h>
#include <stdlib.h>

enum {
	CHECKED = 16,                 /* threads whose start time is compared, each time */
	TRIED_AGAIN = 16,             /* threads that were missed and are tried again, each time */
	RESTED_NS = 250000000,
};

static int by_number(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

static struct point_thread new_thread(pid_t tid)
{
	struct point_thread thread = { .tid = tid };

	for (unsigned i = 0; i < POINTS_MAX; i++)
		thread.events[i].fd = -1;
	return thread;
}

/* A number may have gone to another thread since we looked: events of the old one say nothing, without a word. */
static void drop_reused(struct points *points)
{
	struct target_stat stat;

	for (size_t n = 0; n < CHECKED && n < points->threads_n; n++) {
		struct point_thread *thread = &points->threads[points->next_check++ % points->threads_n];

		if (!thread->start_time || target_stat_read(thread->tid, &stat) ||
		    stat.start_time == thread->start_time)
			continue;
		point_thread_close(points, thread);
		*thread = new_thread(thread->tid);
	}
}

/* Merges the threads that there are with those that we know; both are in order. Returns: 0 or -ENOMEM. */
static int merge(struct points *points, const pid_t *tids, size_t n)
{
	struct point_thread *threads = calloc(n + 1, sizeof(*threads));
	size_t old = 0;

	if (!threads)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		while (old < points->threads_n && points->threads[old].tid < tids[i])
			point_thread_close(points, &points->threads[old++]);
		if (old < points->threads_n && points->threads[old].tid == tids[i])
			threads[i] = points->threads[old++];
		else
			threads[i] = new_thread(tids[i]);
	}
	while (old < points->threads_n)
		point_thread_close(points, &points->threads[old++]);
	free(points->threads);
	points->threads = threads;
	points->threads_n = n;
	return 0;
}

/* A point at rest still has a part in each switch of its threads. */
static void drop_rested(struct points *points)
{
	uint64_t now = kernel_now_ns();

	for (unsigned i = 0; i < points->n; i++) {
		struct point *point = &points->all[i];

		if (!point->rested_ns || now - point->rested_ns < RESTED_NS)
			continue;
		for (size_t k = 0; k < points->threads_n; k++)
			point_thread_drop(points, &points->threads[k], i);
		point->rested_ns = 0;
	}
}

static void give_all(struct points *points)
{
	unsigned tried_again = 0;

	for (size_t k = 0; k < points->threads_n; k++) {
		struct point_thread *thread = &points->threads[k];

		if (thread->missed && tried_again++ >= TRIED_AGAIN)
			continue;
		for (unsigned i = 0; i < points->n; i++)
			if (points->all[i].armed && thread->events[i].fd < 0)
				point_thread_give(points, thread, i);
	}
}

int points_refresh(struct points *points)
{
	pid_t *tids = NULL;
	int n = target_threads(points->target, &tids), result;

	if (n < 0 && n != -ESRCH)
		return n;
	if (n < 0)
		n = 0;
	if (n)
		qsort(tids, (size_t)n, sizeof(*tids), by_number);
	result = merge(points, tids, (size_t)n);
	free(tids);
	if (result < 0)
		return result;
	drop_reused(points);
	drop_rested(points);
	give_all(points);
	return (int)points->watched;
}

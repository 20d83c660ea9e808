/* parallel.c - the same work on many items, by several threads */
#include "scan/inside.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#define THREADS_MAX 64

struct job {
	_Atomic size_t next;
	size_t n;
	void (*work)(void *user, unsigned thread, size_t item);
	void *user;
};

struct worker {
	struct job *job;
	unsigned thread;
	pthread_t id;
};

unsigned scan_threads(unsigned wanted)
{
	cpu_set_t set;
	int n;

	if (!wanted) {
		n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
		wanted = n > 0 ? (unsigned)n : 1;
	}
	return wanted > THREADS_MAX ? THREADS_MAX : wanted;
}

static void *work_on(void *argument)
{
	struct worker *worker = argument;
	struct job *job = worker->job;
	size_t item;

	while ((item = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed)) < job->n)
		job->work(job->user, worker->thread, item);
	return NULL;
}

void scan_parallel(unsigned threads, size_t n, void (*work)(void *user, unsigned thread, size_t item), void *user)
{
	struct job job = { .n = n, .work = work, .user = user };
	struct worker workers[THREADS_MAX];
	unsigned started = 0;

	threads = threads > THREADS_MAX ? THREADS_MAX : threads;
	if (threads > n)
		threads = (unsigned)n;
	for (unsigned i = 1; i < threads; i++) {
		workers[started] = (struct worker){ .job = &job, .thread = i };
		/* With fewer threads than asked for the work is done all the same. */
		if (pthread_create(&workers[started].id, NULL, work_on, &workers[started]) == 0)
			started++;
	}
	work_on(&(struct worker){ .job = &job, .thread = 0 });
	for (unsigned i = 0; i < started; i++)
		pthread_join(workers[i].id, NULL);
}

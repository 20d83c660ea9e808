/* lab.c - threads, clock and rates of the lab; see lab.h */
#include "lab.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static void give_up(const char *what, int error)
{
	fprintf(stderr, "fieldguard lab: %s: %s\n", what, strerror(error));
	exit(LAB_COULD_NOT_RUN);
}

double lab_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void *lab_alloc(size_t size)
{
	void *memory = aligned_alloc(64, (size + 63) / 64 * 64);

	if (!memory)
		give_up("memory", ENOMEM);
	return memset(memory, 0, size);
}

struct lab_crew *lab_crew_new(unsigned threads, void (*work)(struct lab_worker *worker, void *user), void *user)
{
	struct lab_crew *crew = mmap(NULL, sizeof *crew, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (crew == MAP_FAILED)
		give_up("memory", errno);
	crew->threads = threads;
	crew->work = work;
	crew->user = user;
	for (unsigned i = 0; i < threads; i++) {
		crew->workers[i].index = i;
		crew->workers[i].crew = crew;
		crew->workers[i].random = 0x9e3779b97f4a7c15u * (i + 1);
	}
	return crew;
}

void lab_crew_free(struct lab_crew *crew)
{
	munmap(crew, sizeof *crew);
}

static void *thread_main(void *user)
{
	struct lab_worker *worker = user;
	struct lab_crew *crew = worker->crew;

	atomic_fetch_add(&crew->ready, 1);
	while (!atomic_load(&crew->go))
		sched_yield();
	crew->work(worker, crew->user);
	return NULL;
}

double lab_crew_run(struct lab_crew *crew, double seconds)
{
	pthread_t threads[LAB_THREADS_MAX];
	struct timespec rest = {.tv_sec = (time_t)seconds};
	double begin;
	int error;

	rest.tv_nsec = (long)((seconds - (double)rest.tv_sec) * 1e9);
	for (unsigned i = 0; i < crew->threads; i++) {
		error = pthread_create(&threads[i], NULL, thread_main, &crew->workers[i]);
		if (error)
			give_up("a thread", error);
	}
	while (atomic_load(&crew->ready) < crew->threads)
		sched_yield();
	begin = lab_now();
	atomic_store(&crew->go, true);
	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		;
	atomic_store(&crew->stop, true);
	for (unsigned i = 0; i < crew->threads; i++)
		pthread_join(threads[i], NULL);
	return lab_now() - begin;
}

void lab_meet(struct lab_meeting *meeting, unsigned threads)
{
	unsigned times = atomic_load(&meeting->times);

	if (atomic_fetch_add(&meeting->here, 1) + 1 == threads) {
		atomic_store(&meeting->here, 0);
		atomic_fetch_add(&meeting->times, 1);
		return;
	}
	for (unsigned spins = 1; atomic_load(&meeting->times) == times; spins++)
		if (spins % 256 == 0)
			sched_yield();
}

void lab_result_add(struct lab_result *result, const struct lab_crew *crew, double seconds)
{
	result->seconds += seconds;
	for (unsigned i = 0; i < crew->threads; i++) {
		result->operations += crew->workers[i].operations;
		for (size_t k = 0; k < LAB_COLUMNS; k++)
			result->counts[k] += crew->workers[i].counts[k];
	}
}

uint64_t lab_anomalies(const struct lab *lab, const struct lab_result *result)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < lab->columns_n; i++)
		if (lab->columns[i].anomaly)
			sum += result->counts[i];
	return sum;
}

/* probe.c - two threads, each on its CPU, hand a line to and fro; then each counts what its core does in a cycle */
#include "probe.h"

#include "measure.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { TRIPS = 64, SLICES = 15 };

static struct {
	_Alignas(128) atomic_uint ball; /* even: the server's turn */
	_Alignas(128) double trips[SLICES];
	double end_ns;
	bool whole;
	int cpus[2];
	double widths[2];
} court;

/* Keeps the compiler from adding up in advance. */
#define OPAQUE(x) __asm__ volatile("" : "+r"(x))
#define ADD(x)                                                                                                         \
	do {                                                                                                           \
		(x)++;                                                                                                 \
		OPAQUE(x);                                                                                             \
	} while (0)
#define ADD_FOUR(a, b, c, d)                                                                                           \
	do {                                                                                                           \
		ADD(a);                                                                                                \
		ADD(b);                                                                                                \
		ADD(c);                                                                                                \
		ADD(d);                                                                                                \
	} while (0)

/* ns for 16,000 additions; each waits for the one before it: one a cycle, whoever else has the core. */
static double additions_in_turn(void)
{
	unsigned long a = 0;
	double begun = now_ns();

	for (unsigned i = 0; i < 1000; i++) {
		ADD_FOUR(a, a, a, a);
		ADD_FOUR(a, a, a, a);
		ADD_FOUR(a, a, a, a);
		ADD_FOUR(a, a, a, a);
	}
	return now_ns() - begun;
}

/* The same, but four of them at a time wait for nothing. */
static double additions_at_once(void)
{
	unsigned long a = 0, b = 0, c = 0, d = 0;
	double begun = now_ns();

	for (unsigned i = 0; i < 1000; i++) {
		ADD_FOUR(a, b, c, d);
		ADD_FOUR(a, b, c, d);
		ADD_FOUR(a, b, c, d);
		ADD_FOUR(a, b, c, d);
	}
	return now_ns() - begun;
}

/* The lower quartile: who has the core's other thread may come and go. */
static double width(void)
{
	double ratios[SLICES];

	for (unsigned i = 0; i < SLICES; i++)
		ratios[i] = additions_in_turn() / additions_at_once();
	qsort(ratios, SLICES, sizeof(*ratios), measure_compare);
	return ratios[SLICES / 4];
}

static bool wait_turn(unsigned turn)
{
	for (unsigned i = 0; atomic_load_explicit(&court.ball, memory_order_acquire) != turn; i++) {
		if (i % 1024 == 1023 && now_ns() > court.end_ns)
			return false;
	}
	return true;
}

static bool give_back_all(void)
{
	for (unsigned i = 0; i < TRIPS * SLICES; i++) {
		if (!wait_turn(2 * i + 1))
			return false;
		atomic_store_explicit(&court.ball, 2 * i + 2, memory_order_release);
	}
	return true;
}

static bool serve_all(void)
{
	for (unsigned t = 0; t < SLICES; t++) {
		double begun = now_ns();

		for (unsigned i = t * TRIPS; i < (t + 1) * TRIPS; i++) {
			atomic_store_explicit(&court.ball, 2 * i + 1, memory_order_release);
			if (!wait_turn(2 * i + 2))
				return false;
		}
		court.trips[t] = (now_ns() - begun) / TRIPS;
	}
	return true;
}

static void *run_return(void *unused)
{
	(void)unused;
	measure_pin(court.cpus[1]);
	give_back_all();
	court.widths[1] = width();
	return NULL;
}

static void *run_serve(void *unused)
{
	(void)unused;
	measure_pin(court.cpus[0]);
	if (court.cpus[0] != court.cpus[1])
		court.whole = serve_all();
	court.widths[0] = width();
	return NULL;
}

struct probe probe_take(const int cpus[2])
{
	struct probe ret = {INFINITY, {0, 0}};
	pthread_t threads[2];
	bool two = cpus[0] != cpus[1];

	atomic_store(&court.ball, 0);
	court.whole = false;
	court.end_ns = now_ns() + 10e6;
	memcpy(court.cpus, cpus, sizeof(court.cpus));
	memset(court.widths, 0, sizeof(court.widths));
	if (two && pthread_create(&threads[0], NULL, run_return, NULL))
		return ret;
	if (!pthread_create(&threads[1], NULL, run_serve, NULL))
		pthread_join(threads[1], NULL);
	if (two)
		pthread_join(threads[0], NULL);
	else
		court.widths[1] = court.widths[0];
	memcpy(ret.widths, court.widths, sizeof(ret.widths));
	if (!two)
		ret.trip_ns = 0;
	else if (court.whole)
		ret.trip_ns = spread_of(court.trips, SLICES).median;
	return ret;
}

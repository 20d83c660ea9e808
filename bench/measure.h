/* measure.h - what every benchmark measures with: a clock, one CPU, the median and how far rounds lie apart */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 1000 };

struct spread {
	double median, min, max;
};

static inline double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int measure_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* n: 1 to ROUNDS_MAX. */
static inline struct spread spread_of(const double *values, size_t n)
{
	double sorted[ROUNDS_MAX];

	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), measure_compare);
	return (struct spread){n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2, sorted[0],
	                       sorted[n - 1]};
}

/* Keeps the calling thread on one CPU: the one asked for, or (-1) the last that we may use, for the first takes most of
 * the machine's interrupts. Returns: it, or -1. */
static inline int measure_pin(int wanted)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -1;
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && wanted < 0; cpu--) {
		if (CPU_ISSET((size_t)cpu, &allowed))
			wanted = cpu;
	}
	CPU_ZERO(&one);
	CPU_SET((size_t)wanted, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? -1 : wanted;
}

#endif

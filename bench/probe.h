/*
 * probe.h - what the host does to two CPUs at the moment: how far apart they are, and how much of its core each has
 *
 * A virtual CPU is a thread of some core. The host decides which, and who else has the core's other thread; both
 * change from second to second, and with them what the same program can do.
 */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

struct probe {
	double trip_ns;   /* round trip of a cache line between the two; infinity: they were not both ours */
	double widths[2]; /* additions a cycle of its own, of each CPU */
};

/* Fewer additions a cycle than this: another program has the core's other thread. Cores of today do four and more, and
 * half of that when two threads share them. */
#define PROBE_WIDTH_WHOLE 3.2

/* Takes some 0.2 ms. cpus: may be the same one twice; then the trip is 0. */
struct probe probe_take(const int cpus[2]);

#endif

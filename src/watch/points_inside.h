/* points_inside.h - what the parts of points.c share */
#ifndef FG_WATCH_POINTS_INSIDE_H
#define FG_WATCH_POINTS_INSIDE_H

#include "watch/points.h"

enum {
	POINTS_MAX = 4,               /* debug registers of an x86-64 CPU */
	POINTS_THREADS = 512,         /* so many threads are given points, others are counted as missed: each takes a
	                                 descriptor and some 10 us a point */
};

struct point {
	bool armed;
	uint64_t address;
	unsigned width, hits;
	uint32_t cookie;
	bool reads;
	uint64_t rested_ns;           /* since when it rests; 0: it is armed, or has no events */
};

/* The perf event of one point in one thread. */
struct point_event {
	int fd;                       /* -1: none */
	uint32_t cookie;              /* that it was attached with */
	unsigned limit;               /* hits that it was last given */
	uint64_t count;               /* its count then */
};

struct point_thread {
	pid_t tid;
	uint64_t start_time;          /* tells a thread from a later one of the same number; 0: not asked yet */
	bool missed;                  /* is in points->missed */
	struct point_event events[POINTS_MAX];
};

struct points {
	struct kernel *kernel;
	const struct target *target;
	unsigned n;
	struct point all[POINTS_MAX];
	struct point_thread *threads; /* by tid */
	size_t threads_n;
	size_t watched;               /* threads with an event */
	size_t next_check;            /* thread whose start time is compared next */
	unsigned missed;
};

/* Opens a perf event of type breakpoint, at rest. tid: 0: the caller. Returns: its descriptor or a negative errno. */
int point_event_open(const struct point *point, pid_t tid);
/* Gives a thread a point as it is aimed now. Returns: 0 or a negative errno: -ESRCH (the thread has ended). */
int point_thread_arm(struct points *points, struct point_thread *thread, unsigned i);
void point_thread_rest(struct point_thread *thread, unsigned i);
/* Closes its event of point i, and all its events. */
void point_thread_drop(struct points *points, struct point_thread *thread, unsigned i);
void point_thread_close(struct points *points, struct point_thread *thread);
/* Gives it point i, and counts it where that can't be. Returns: as point_thread_arm. */
int point_thread_give(struct points *points, struct point_thread *thread, unsigned i);

#endif

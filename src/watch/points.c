/* points.c - hardware watchpoints: how many there are, and what each is aimed at; see points_event.c */
#include "watch/points_inside.h"

#include "watch/target_inside.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int tell_fault(int result, struct watch_error *error)
{
	switch (result) {
	case -EACCES:
	case -EPERM:
		return target_fail(error, -EPERM, "hardware watchpoints: no right to perf events (perf_event_paranoid, or a "
				   "container's rules): run as root or with CAP_PERFMON");
	case -ENOSPC:
		return target_fail(error, result, "hardware watchpoints: a debugger holds all debug registers");
	case -EMFILE:
		return target_fail(error, result, "hardware watchpoints: too many open files; raise `ulimit -n`");
	default:
		return target_fail(error, -ENOTSUP, "hardware watchpoints: not on this machine: %s", strerror(-result));
	}
}

/* Some hypervisors take a watchpoint and never report a hit. */
static bool fires(int fd, volatile uint64_t *watched)
{
	uint64_t count = 0;

	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	*watched = 1;
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	return read(fd, &count, sizeof(count)) == sizeof(count) && count == 1;
}

/* Finds out on our own thread. Returns: how many there are, or a negative errno. */
static int count_points(struct watch_error *error)
{
	uint64_t watched = 0;
	struct point point = { .address = (uintptr_t)&watched, .width = sizeof(watched) };
	int fds[POINTS_MAX], n = 0, result;
	bool fired = false;

	while (n < POINTS_MAX) {
		result = point_event_open(&point, 0);
		if (result < 0)
			break;
		fds[n++] = result;
	}
	if (n)
		fired = fires(fds[0], &watched);
	for (int i = 0; i < n; i++)
		close(fds[i]);
	if (!n)
		return tell_fault(result, error);
	if (!fired)
		return target_fail(error, -ENOTSUP, "hardware watchpoints: they never fire on this machine (a hypervisor may be "
				   "why)");
	return n;
}

int points_open(struct kernel *kernel, const struct target *target, struct points **ret_points,
                struct watch_error *ret_error)
{
	struct points *points;
	int n = count_points(ret_error);

	if (n < 0)
		return n;
	points = calloc(1, sizeof(*points));
	if (!points)
		return target_fail(ret_error, -ENOMEM, "no memory for watchpoints");
	points->kernel = kernel;
	points->target = target;
	points->n = (unsigned)n;
	*ret_points = points;
	return 0;
}

void points_close(struct points *points)
{
	if (!points)
		return;
	for (size_t i = 0; i < points->threads_n; i++)
		point_thread_close(points, &points->threads[i]);
	free(points->threads);
	free(points);
}

unsigned points_n(const struct points *points)
{
	return points->n;
}

unsigned points_missed(const struct points *points)
{
	return points->missed;
}

/* Says what the events of a cookie are of, before any can come. Late hits on its former place are not its any more. */
static void describe(struct points *points, const struct point *point)
{
	struct wire_probe *probe = kernel_probe(points->kernel, point->cookie);

	*probe = (struct wire_probe){
		.displacement = point->address,
		.width = point->width,
		.flags = probe->flags | WIRE_AFTER | WIRE_STACK_WANTED,
		.base = WIRE_NONE,
		.index = WIRE_NONE,
		.value = WIRE_NONE,
		.length = WIRE_NONE,
		.sample = 1,
	};
}

int points_aim(struct points *points, unsigned i, uint64_t address, unsigned width, uint32_t cookie, unsigned hits,
               bool reads)
{
	struct point *point;
	size_t armed = 0;
	int result = -ESRCH;

	if (i >= points->n || !hits || hits > INT32_MAX)
		return -EINVAL;
	if (!width || width > 8 || width & (width - 1) || address & (width - 1))
		return -EINVAL;
	point = &points->all[i];
	*point = (struct point){ .address = address, .width = width, .hits = hits, .cookie = cookie, .reads = reads };
	describe(points, point);
	if (!points->threads_n)
		points_refresh(points);
	for (size_t k = 0; k < points->threads_n; k++) {
		int given = point_thread_give(points, &points->threads[k], i);

		if (!given)
			armed++;
		else if (given != -ESRCH)
			result = given;
	}
	point->armed = armed > 0;
	return armed ? 0 : result;
}

void points_rest(struct points *points, unsigned i)
{
	if (i >= points->n || !points->all[i].armed)
		return;
	points->all[i].armed = false;
	points->all[i].rested_ns = kernel_now_ns();
	for (size_t k = 0; k < points->threads_n; k++)
		point_thread_rest(&points->threads[k], i);
}

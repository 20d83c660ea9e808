/*
 * points_event.c - one watchpoint in one thread: a perf event of type breakpoint
 *
 * The limit of hits is the kernel's own (PERF_EVENT_IOC_REFRESH): an event that has used it up is switched off in the
 * very hit that did so. The kernel adds what is given to what is left, so what is left is told from the count. A
 * breakpoint that has used it up stays silent when it is enabled again (seen with 6.18): only those are opened anew.
 */
#include "watch/points_inside.h"

#include "watch/target_inside.h"

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct perf_event_attr attr_of(const struct point *point)
{
	return (struct perf_event_attr){
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(struct perf_event_attr),
		.sample_period = 1,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.bp_type = point->reads ? HW_BREAKPOINT_RW : HW_BREAKPOINT_W,
		.bp_addr = point->address,
		.bp_len = point->width,
	};
}

/* As many descriptors as we may have. Returns: false: that is so already. */
static bool raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

int point_event_open(const struct point *point, pid_t tid)
{
	struct perf_event_attr attr = attr_of(point);
	int fd;

	do
		fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	while (fd < 0 && errno == EMFILE && raise_descriptors());
	return fd < 0 ? -errno : fd;
}

static bool has_event(const struct point_thread *thread)
{
	for (unsigned i = 0; i < POINTS_MAX; i++)
		if (thread->events[i].fd >= 0)
			return true;
	return false;
}

void point_thread_drop(struct points *points, struct point_thread *thread, unsigned i)
{
	if (thread->events[i].fd < 0)
		return;
	close(thread->events[i].fd);
	thread->events[i] = (struct point_event){ .fd = -1 };
	if (!has_event(thread))
		points->watched--;
}

static int open_event(struct points *points, struct point_thread *thread, unsigned i)
{
	const struct point *point = &points->all[i];
	struct target_stat stat;
	int fd, result;

	if (!has_event(thread) && points->watched >= POINTS_THREADS)
		return -EMFILE;
	fd = point_event_open(point, thread->tid);
	if (fd < 0)
		return fd;
	result = kernel_attach_point(points->kernel, fd, point->cookie);
	if (result >= 0 && ioctl(fd, PERF_EVENT_IOC_REFRESH, (int)point->hits) < 0)
		result = -errno;
	if (result < 0) {
		close(fd);
		return result;
	}
	if (!has_event(thread))
		points->watched++;
	thread->events[i] = (struct point_event){
		.fd = fd,
		.cookie = point->cookie,
		.limit = point->hits,
	};
	if (!thread->start_time && !target_stat_read(thread->tid, &stat))
		thread->start_time = stat.start_time;
	return 0;
}

/* Hits that are left of an event's limit. *ret_count: of its hits so far. */
static unsigned left_of(const struct point_event *event, uint64_t *ret_count)
{
	if (read(event->fd, ret_count, sizeof(*ret_count)) != sizeof(*ret_count) ||
	    *ret_count - event->count >= event->limit)
		return 0;
	return event->limit - (unsigned)(*ret_count - event->count);
}

/* Aims an event, and lets it go for at most so many hits from now on. Returns: -EAGAIN: it has to be opened anew. */
static int move_event(struct point_event *event, const struct point *point)
{
	struct perf_event_attr attr = attr_of(point);
	uint64_t count;
	unsigned left;

	/* It rests until it is refreshed. */
	if (event->cookie != point->cookie || ioctl(event->fd, PERF_EVENT_IOC_MODIFY_ATTRIBUTES, &attr) < 0)
		return -EAGAIN;
	left = left_of(event, &count);
	if (!left)
		return -EAGAIN;
	if (ioctl(event->fd, PERF_EVENT_IOC_REFRESH, (int)point->hits - (int)left) < 0)
		return -errno;
	event->limit = point->hits;
	event->count = count;
	return 0;
}

int point_thread_arm(struct points *points, struct point_thread *thread, unsigned i)
{
	struct point_event *event = &thread->events[i];
	int result = -EAGAIN;

	if (event->fd >= 0)
		result = move_event(event, &points->all[i]);
	if (result == -EAGAIN) {
		point_thread_drop(points, thread, i);
		result = open_event(points, thread, i);
	}
	if (result < 0)
		point_thread_drop(points, thread, i);
	return result;
}

void point_thread_rest(struct point_thread *thread, unsigned i)
{
	if (thread->events[i].fd >= 0)
		ioctl(thread->events[i].fd, PERF_EVENT_IOC_DISABLE, 0);
}

void point_thread_close(struct points *points, struct point_thread *thread)
{
	for (unsigned i = 0; i < POINTS_MAX; i++)
		point_thread_drop(points, thread, i);
}

int point_thread_give(struct points *points, struct point_thread *thread, unsigned i)
{
	int result = point_thread_arm(points, thread, i);

	if (result < 0 && result != -ESRCH && !thread->missed) {
		thread->missed = true;
		points->missed++;
	}
	return result;
}

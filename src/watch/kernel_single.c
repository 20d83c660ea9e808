/*
 * kernel_single.c - probes one by one, each a perf event: where the kernel has no links for many
 */
#include "watch/kernel_inside.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COUNTER_SHIFT = 32 };          /* PERF_UPROBE_REF_CTR_OFFSET_SHIFT of the kernel */

int kernel_single_type(void)
{
	char text[16] = "";
	int fd = open("/sys/bus/event_source/devices/uprobe/type", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? (int)strtol(text, NULL, 10) : -ENOENT;
}

static int open_event(const struct kernel *kernel, const char *path, const struct kernel_place *place, pid_t pid)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = (uint32_t)kernel->uprobe_type,
		.config = place->semaphore << COUNTER_SHIFT,
		.config1 = (uint64_t)(uintptr_t)path,
		.config2 = place->offset,
	};
	/* With a process it is set in that alone; without one an event has to be of a CPU, and the probe is in all. */
	long fd = syscall(SYS_perf_event_open, &attr, pid > 0 ? pid : -1, pid > 0 ? -1 : 0, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static int attach_one(struct kernel *kernel, const char *path, const struct kernel_place *place, pid_t pid,
                      struct kernel_links *links)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .perf_event.bpf_cookie = place->id);
	int event = open_event(kernel, path, place, pid), link;

	if (event < 0)
		return event;
	link = bpf_link_create(kernel->hit_fd, event, BPF_PERF_EVENT, &options);
	if (link < 0) {
		close(event);
		return link;
	}
	links->fds[links->fds_n++] = link;
	links->fds[links->fds_n++] = event;
	return 0;
}

int kernel_single_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n,
                         pid_t pid, struct kernel_links *links, struct watch_error *ret_error)
{
	int error = 0;

	links->fds = calloc(2 * n, sizeof(*links->fds));
	if (!links->fds)
		return watch_fail(ret_error, -ENOMEM, "no memory");
	for (size_t i = 0; i < n && !error; i++) {
		error = attach_one(kernel, path, &places[i], pid, links);
		if (error == -ESRCH)
			watch_fail(ret_error, error, "process %d has ended", (int)pid);
		else if (error)
			watch_fail(ret_error, error, "%s: the kernel takes no probe at offset 0x%llx: %s", path,
			           (unsigned long long)places[i].offset, strerror(-error));
	}
	return error;
}

/*
 * kernel_multi.c - probes at many places of a file by one link, as kernels since 6.6 have it
 *
 * The libbpf and the kernel's headers that we build with may be older than that: the call is made by hand.
 */
#include "watch/kernel_inside.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As bpf(BPF_LINK_CREATE) takes it: its part of union bpf_attr. */
struct link_create {
	uint32_t program_fd, target_fd;
	uint32_t attach_type, flags;
	uint64_t path;
	uint64_t offsets;             /* uint64_t each */
	uint64_t ref_ctr_offsets;     /* likewise, or NULL */
	uint64_t cookies;             /* likewise, or NULL */
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t unused;
};

static int create(struct link_create *link)
{
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, link, sizeof(*link));

	return fd < 0 ? -errno : (int)fd;
}

bool kernel_multi_works(int program_fd)
{
	uint64_t offset = 0;
	/* A path that is no file: a kernel that knows the type gets as far as to say so. */
	struct link_create link = {
		.program_fd = (uint32_t)program_fd,
		.attach_type = KERNEL_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t) "/",
		.offsets = (uint64_t)(uintptr_t)&offset,
		.count = 1,
	};

	return create(&link) == -EBADF;
}

/* offsets, counters and cookies of all places, one array behind the other. */
static uint64_t *spread(const struct kernel_place *places, size_t n, bool *ret_counters)
{
	uint64_t *words = calloc(n, 3 * sizeof(*words));

	*ret_counters = false;
	for (size_t i = 0; words && i < n; i++) {
		words[i] = places[i].offset;
		words[n + i] = places[i].semaphore;
		words[2 * n + i] = places[i].id;
		*ret_counters = *ret_counters || places[i].semaphore;
	}
	return words;
}

int kernel_multi_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n, pid_t pid,
                        struct kernel_links *links, struct watch_error *ret_error)
{
	bool counters;
	uint64_t *words = spread(places, n, &counters);
	struct link_create link = {
		.program_fd = (uint32_t)kernel->hit_fd,
		.attach_type = KERNEL_UPROBE_MULTI,
		.path = (uint64_t)(uintptr_t)path,
		.count = (uint32_t)n,
		.pid = (uint32_t)pid,
	};
	int fd;

	links->fds = calloc(1, sizeof(*links->fds));
	if (!words || !links->fds) {
		free(words);
		return watch_fail(ret_error, -ENOMEM, "no memory");
	}
	link.offsets = (uint64_t)(uintptr_t)words;
	link.ref_ctr_offsets = counters ? (uint64_t)(uintptr_t)(words + n) : 0;
	link.cookies = (uint64_t)(uintptr_t)(words + 2 * n);
	fd = create(&link);
	free(words);
	if (fd == -ESRCH)
		return watch_fail(ret_error, fd, "process %d has ended", (int)pid);
	if (fd < 0)
		return watch_fail(ret_error, fd, "%s: the kernel takes no probes at %zu places of it: %s", path, n,
		                  strerror(-fd));
	links->fds[links->fds_n++] = fd;
	return 0;
}

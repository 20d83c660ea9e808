/* profile.c - a clock on each CPU that takes down where the target is; see profile.h */
#include "watch/profile.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	PAGES = 16,                   /* of a CPU's ring: some seconds */
};

struct ring {
	int fd;
	struct perf_event_mmap_page *head;
};

struct profile {
	uint32_t pid;
	size_t page, rings_n;
	struct ring *rings;
};

/* One look: what sample_type asks for, in the kernel's order. */
struct look {
	struct perf_event_header header;
	uint64_t ip;
	uint32_t pid, tid;
};

static uint64_t period_ns(unsigned hz)
{
	return 1000000000u / hz;
}

static int open_cpu(int cpu, unsigned hz)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = period_ns(hz),
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

int profile_open(pid_t pid, unsigned hz, struct profile **ret_profile)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	struct profile *profile = calloc(1, sizeof(*profile));
	int rc = 0;

	if (profile)
		profile->rings = calloc(cpus > 0 ? (size_t)cpus : 1, sizeof(*profile->rings));
	if (!profile || !profile->rings) {
		free(profile);
		return -ENOMEM;
	}
	profile->pid = (uint32_t)pid;
	profile->page = (size_t)sysconf(_SC_PAGESIZE);
	for (int cpu = 0; cpu < cpus && !rc; cpu++) {
		struct ring ring = {.fd = open_cpu(cpu, hz)};

		if (ring.fd == -ENODEV)
			continue; /* it is offline */
		if (ring.fd < 0) {
			rc = ring.fd;
			break;
		}
		ring.head = mmap(NULL, (1 + PAGES) * profile->page, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, 0);
		if (ring.head == MAP_FAILED) {
			rc = -errno;
			close(ring.fd);
			break;
		}
		profile->rings[profile->rings_n++] = ring;
	}
	if (rc) {
		profile_close(profile);
		return rc;
	}
	*ret_profile = profile;
	return 0;
}

void profile_close(struct profile *profile)
{
	if (!profile)
		return;
	for (size_t i = 0; i < profile->rings_n; i++) {
		munmap(profile->rings[i].head, (1 + PAGES) * profile->page);
		close(profile->rings[i].fd);
	}
	free(profile->rings);
	free(profile);
}

int profile_set_hz(struct profile *profile, unsigned hz)
{
	uint64_t period = period_ns(hz);
	int rc = 0;

	for (size_t i = 0; i < profile->rings_n; i++)
		if (ioctl(profile->rings[i].fd, PERF_EVENT_IOC_PERIOD, &period) != 0)
			rc = -errno;
	return rc;
}

/* A look may lie across the end of the ring. */
static void copy(const char *data, size_t size, uint64_t at, void *to, size_t n)
{
	size_t first = size - at % size < n ? size - at % size : n;

	memcpy(to, data + at % size, first);
	memcpy((char *)to + first, data, n - first);
}

static unsigned read_ring(const struct profile *profile, struct perf_event_mmap_page *head,
                          void (*tell)(void *user, uint64_t ip), void *user)
{
	const char *data = (const char *)head + profile->page;
	size_t size = PAGES * profile->page;
	uint64_t end = __atomic_load_n(&head->data_head, __ATOMIC_ACQUIRE), at = head->data_tail;
	unsigned told = 0;

	while (at < end) {
		struct look look;

		copy(data, size, at, &look.header, sizeof(look.header));
		if (look.header.type == PERF_RECORD_SAMPLE && look.header.size >= sizeof(look)) {
			copy(data, size, at, &look, sizeof(look));
			if (look.pid == profile->pid) {
				tell(user, look.ip);
				told++;
			}
		}
		at += look.header.size;
	}
	__atomic_store_n(&head->data_tail, at, __ATOMIC_RELEASE);
	return told;
}

unsigned profile_read(struct profile *profile, void (*tell)(void *user, uint64_t ip), void *user)
{
	unsigned told = 0;

	for (size_t i = 0; i < profile->rings_n; i++)
		told += read_ring(profile, profile->rings[i].head, tell, user);
	return told;
}

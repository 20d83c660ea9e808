/*
 * kernel_poll.c - events from all rings, told in the order of time
 *
 * Each ring is nearly in order by itself: a thread may be moved away between the look at its clock and its place in the
 * ring. What is taken from a ring is put in order there, the rings are merged, and what is young waits for those that
 * are late.
 */
#include "watch/kernel_inside.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STOP = -1 };

/* Makes room for one more event of n bytes. */
static bool grow(struct kernel_shard *shard, size_t n)
{
	if (shard->end == shard->events_size) {
		size_t size = shard->events_size ? shard->events_size * 2 : 4096;
		void *events = realloc(shard->events, size * sizeof(*shard->events));

		if (!events)
			return false;
		shard->events = events;
		shard->events_size = size;
	}
	if (shard->bytes_n + n > shard->bytes_size) {
		size_t size = shard->bytes_size ? shard->bytes_size * 2 : 1 << 20;
		char *bytes = realloc(shard->bytes, size);

		if (!bytes)
			return false;
		shard->bytes = bytes;
		shard->bytes_size = size;
	}
	return true;
}

/* Keeps one event, in its place by time. Ends the reading where memory ends, or events are younger than the poll. */
static int keep(void *user, void *data, size_t n)
{
	struct kernel_shard *shard = user;
	uint64_t time_ns = ((const struct wire_event *)data)->time_ns;
	size_t room = (n + 7) & ~(size_t)7, at;

	if (!grow(shard, room)) {
		shard->no_memory = true;
		return STOP;
	}
	for (at = shard->end; at > shard->first && shard->events[at - 1].time_ns > time_ns; at--)
		;
	memmove(&shard->events[at + 1], &shard->events[at], (shard->end - at) * sizeof(*shard->events));
	shard->events[at].time_ns = time_ns;
	shard->events[at].at = shard->bytes_n;
	shard->end++;
	memcpy(shard->bytes + shard->bytes_n, data, n);
	memset(shard->bytes + shard->bytes_n + n, 0, room - n);
	shard->bytes_n += room;
	return time_ns > shard->until_ns ? STOP : 0;
}

int kernel_rings_open(struct kernel *kernel, int map_fd, uint32_t bytes)
{
	int cpus = libbpf_num_possible_cpus();

	/* A ring that no CPU writes to would only take memory. */
	for (uint32_t i = 0; i < WIRE_SHARDS && (cpus <= 0 || i < (uint32_t)cpus); i++) {
		struct kernel_shard *shard = &kernel->shards[i];

		shard->ring_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "fg_ring", 0, 0, bytes, NULL);
		if (shard->ring_fd < 0)
			return -errno;
		if (bpf_map_update_elem(map_fd, &i, &shard->ring_fd, BPF_ANY) != 0)
			return -errno;
		shard->ring = ring_buffer__new(shard->ring_fd, keep, shard, NULL);
		if (!shard->ring)
			return -errno;
	}
	return 0;
}

void kernel_rings_close(struct kernel *kernel)
{
	for (unsigned i = 0; i < WIRE_SHARDS; i++) {
		struct kernel_shard *shard = &kernel->shards[i];

		ring_buffer__free(shard->ring);
		if (shard->ring_fd >= 0)
			close(shard->ring_fd);
		free(shard->events);
		free(shard->bytes);
	}
}

/* The shard whose first event is the oldest. Returns: NULL: none has one as old as until_ns. */
static struct kernel_shard *oldest(struct kernel *kernel, uint64_t until_ns)
{
	struct kernel_shard *best = NULL;

	for (unsigned i = 0; i < WIRE_SHARDS; i++) {
		struct kernel_shard *shard = &kernel->shards[i];

		if (shard->first == shard->end)
			continue;
		if (!best || shard->events[shard->first].time_ns < best->events[best->first].time_ns)
			best = shard;
	}
	return best && best->events[best->first].time_ns <= until_ns ? best : NULL;
}

/* Drops what was told. */
static void compact(struct kernel_shard *shard)
{
	size_t low = shard->bytes_n, left = shard->end - shard->first;

	if (!shard->first)
		return;
	for (size_t i = shard->first; i < shard->end; i++)
		low = shard->events[i].at < low ? shard->events[i].at : low;
	memmove(shard->events, shard->events + shard->first, left * sizeof(*shard->events));
	memmove(shard->bytes, shard->bytes + low, shard->bytes_n - low);
	shard->bytes_n -= low;
	shard->first = 0;
	shard->end = left;
	for (size_t i = 0; i < left; i++)
		shard->events[i].at -= low;
}

typedef void tell_fn(void *user, const struct wire_event *event, const struct wire_caught *caught);

/* The event whole, however short it came. */
static void tell_one(const char *bytes, tell_fn *tell, void *user)
{
	const struct wire_event *head = (const void *)bytes;
	const struct wire_caught *caught = head->kind == WIRE_EVENT_CAUGHT ? (const void *)bytes : NULL;
	struct wire_event whole;

	if (caught || head->stack_n) {
		tell(user, head, caught);
		return;
	}
	memset(&whole, 0, sizeof(whole));
	memcpy(&whole, bytes, offsetof(struct wire_event, stack));
	tell(user, &whole, NULL);
}

int kernel_poll(struct kernel *kernel, uint64_t settle_ns,
                void (*tell)(void *user, const struct wire_event *event, const struct wire_caught *caught), void *user)
{
	uint64_t now = kernel_now_ns();
	struct kernel_shard *shard;
	bool no_memory = false;
	int told = 0;

	for (unsigned i = 0; i < WIRE_SHARDS; i++) {
		kernel->shards[i].until_ns = now;
		if (kernel->shards[i].ring)
			ring_buffer__consume(kernel->shards[i].ring);
	}
	while ((shard = oldest(kernel, now > settle_ns ? now - settle_ns : 0))) {
		tell_one(shard->bytes + shard->events[shard->first++].at, tell, user);
		told++;
	}
	for (unsigned i = 0; i < WIRE_SHARDS; i++) {
		no_memory = no_memory || kernel->shards[i].no_memory;
		kernel->shards[i].no_memory = false;
		compact(&kernel->shards[i]);
	}
	return no_memory ? -ENOMEM : told;
}

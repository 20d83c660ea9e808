/*
 * kernel.h - the programs in the kernel: loaded, attached to addresses of files, heard
 *
 * All BPF is behind this header. Everything that is attached goes with the process that attached it, however that ends:
 * a small process of its own holds the probes until then, since one that is killed in the act would leave some behind.
 *
 *     kernel_open(&options, &kernel, &error)     rights, programs: what is missing is named
 *     kernel_probe_set(kernel, id, &wire_probe)  what the probe of this number sees
 *     kernel_attach(kernel, path, probes, n, pid, &set, &error)   one link for many addresses of one file
 *     kernel_poll(kernel, ...)                   events, in order of time
 *     kernel_detach(set)
 *
 * Threads: one, save where said.
 */
#ifndef FG_WATCH_KERNEL_H
#define FG_WATCH_KERNEL_H

#include "watch/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct kernel;
struct kernel_set;

struct watch_error {
	char text[512];               /* what, where, and what to do */
};

struct kernel_options {
	uint32_t probes_max;          /* highest number of probes; 0: 65,536 */
	uint32_t ring_bytes;          /* of each of WIRE_SHARDS rings; 0: 4 MiB */
	bool no_multi;                /* as if the kernel had no uprobe_multi: for tests */
};

enum kernel_way {
	KERNEL_WAY_NONE = 0,
	KERNEL_WAY_MULTI,             /* one link of type uprobe_multi for all */
	KERNEL_WAY_SINGLE,            /* a perf event each: slow to leave, so few are taken */
};

/* Loads the programs. Returns: 0 or a negative errno with ret_error: -EPERM (names the capability that is missing),
 * -ENOSYS (no BPF, no uprobes: says which), -ENOMEM. Owner: the caller, kernel_close. */
int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel, struct watch_error *ret_error);
void kernel_close(struct kernel *kernel);
enum kernel_way kernel_way(const struct kernel *kernel);
/* Are programs that may fault pages in (sleepable) in use? Without them memory that is not there counts as a fault. */
bool kernel_sleepable(const struct kernel *kernel);

/* The settings, in memory shared with the kernel: written at any time. */
struct wire_settings *kernel_settings(struct kernel *kernel);
const struct wire_totals *kernel_totals(const struct kernel *kernel);
/* Finds out what WIRE_GO_TLS needs to know of this kernel, from its BTF: settings.fsbase_offset. Takes some 50 ms.
 * Returns: 0 or a negative errno: the kernel does not tell its types. */
int kernel_find_thread_base(struct kernel *kernel);
/* A probe's description and counters, likewise. id: below probes_max. */
struct wire_probe *kernel_probe(struct kernel *kernel, uint32_t id);
const struct wire_count *kernel_counts(const struct kernel *kernel, uint32_t id); /* WIRE_SLOTS of them */
/* Their sum. */
struct wire_count kernel_count(const struct kernel *kernel, uint32_t id);

struct kernel_place {
	uint64_t offset;              /* in the file */
	uint32_t id;                  /* its probe */
	uint64_t semaphore;           /* USDT: offset in the file of its counter; 0: none */
};

/* Sets probes at all places of one file, for one process. path: as this process opens it (/proc/PID/root/...).
 * Safe only for addresses that begin an instruction of an encoding that self_test found sound: the caller's duty.
 * Returns: 0 or a negative errno; then none is set. Owner: the caller, kernel_detach. */
int kernel_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n, pid_t pid,
                  struct kernel_set **ret_set, struct watch_error *ret_error);
void kernel_detach(struct kernel_set *set); /* before kernel_close */
/* The same without waiting: they are gone some milliseconds later, and count until then. */
void kernel_let_go(struct kernel_set *set);
/* Waits until all that were let go are gone. */
void kernel_settle(struct kernel *kernel);
/* Are the threads of a process known to the programs by the numbers that /proc gives them here? Not where it lives in a
 * PID namespace below ours, unless ours is the first of the machine. */
bool kernel_knows(const struct kernel *kernel, pid_t pid);
/* CPU time that this process has taken so far, and the one that holds the probes. */
uint64_t kernel_own_cpu_ns(const struct kernel *kernel);

/* Attaches the watchpoints' program to a perf event of type breakpoint, for as long as that is open. cookie: comes
 * back as event.probe; below probes_max. Its probe has to say what is watched: no base, displacement the address
 * (equal to the event's bp_addr), width; WIRE_JUDGE where the one who arrives may be convicted, WIRE_READ where loads
 * count too, WIRE_STACK_WANTED. An event is known by its address: one that is re-aimed is only told of here again
 * (the last 16 cookies are known), and hits on an address that no probe of these says are not told.
 * Returns: 0 or a negative errno. */
int kernel_attach_point(struct kernel *kernel, int perf_fd, uint32_t cookie);

/* Takes what is in the rings, in the order of time over all rings, save that what is younger than settle_ns waits for
 * the next call. What comes later than that is told late: its time is then below that of the one before. caught: not
 * NULL for CAUGHT alone; event is then &caught->arrival, which comes beside the hit's own event WRITE, if it has one.
 * Returns: how many were told, or a negative errno. */
int kernel_poll(struct kernel *kernel, uint64_t settle_ns,
                void (*tell)(void *user, const struct wire_event *event, const struct wire_caught *caught), void *user);

/* Now, on the clock of events. */
uint64_t kernel_now_ns(void);

#endif

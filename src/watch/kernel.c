/*
 * kernel.c - the programs in the kernel, loaded; memory shared with them; probes set and taken away
 */
#include "watch/kernel_inside.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Written by bpftool, which keeps to no rules of ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "watch.skel.h"
#pragma GCC diagnostic pop

enum {
	PROBES_DEFAULT = 65536,
	PROBES_LEAST = 1024,                /* the self-test's, too */
	RING_DEFAULT = 4 << 20,
	FIRST_PID_NAMESPACE = 0xeffffffc, /* PROC_PID_INIT_INO: in every kernel */
};

int watch_fail(struct watch_error *error, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (error)
		vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return code;
}

/* libbpf would write to standard error. */
static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* ---- loading --------------------------------------------------------------------------------------------------- */

/* Threads are numbered as in the loader's PID namespace; in the first one, which is cheaper, as the kernel does. */
static void set_constants(struct watch_bpf *programs)
{
	struct stat namespace;

	programs->rodata->can_hold = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, NULL) == 1;
	if (stat("/proc/self/ns/pid", &namespace) == 0 && namespace.st_ino != FIRST_PID_NAMESPACE) {
		programs->rodata->namespace_device = namespace.st_dev;
		programs->rodata->namespace_inode = namespace.st_ino;
	}
}

/* Opens and loads with one of the two programs for probes. Returns: 0 or a negative errno. */
static int load(struct kernel *kernel, bool multi, bool sleepable)
{
	struct watch_bpf *programs = watch_bpf__open();
	struct bpf_program *hit;
	int error;

	if (!programs)
		return -errno;
	set_constants(programs);
	hit = sleepable ? programs->progs.watch_sleepable : programs->progs.watch_plain;
	bpf_program__set_autoload(programs->progs.watch_plain, !sleepable);
	bpf_program__set_autoload(programs->progs.watch_sleepable, sleepable);
	if (multi)
		bpf_program__set_expected_attach_type(hit, (enum bpf_attach_type)KERNEL_UPROBE_MULTI);
	bpf_map__set_max_entries(programs->maps.probes, kernel->probes_max);
	bpf_map__set_max_entries(programs->maps.counters, kernel->probes_max);
	error = watch_bpf__load(programs);
	if (!error && multi && !kernel_multi_works(bpf_program__fd(hit)))
		error = -EOPNOTSUPP;
	if (error) {
		watch_bpf__destroy(programs);
		return error;
	}
	kernel->programs = programs;
	kernel->hit_fd = bpf_program__fd(hit);
	kernel->point_fd = bpf_program__fd(programs->progs.watch_point);
	kernel->sleepable = sleepable;
	kernel->way = multi ? KERNEL_WAY_MULTI : KERNEL_WAY_SINGLE;
	return 0;
}

/* The best that this kernel takes. */
static int load_some(struct kernel *kernel, bool no_multi, struct watch_error *ret_error)
{
	static const struct {
		bool multi, sleepable;
	} ways[] = {{true, true}, {true, false}, {false, true}, {false, false}};
	int error = -ENOSYS;

	kernel->uprobe_type = kernel_single_type();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i].multi ? no_multi : kernel->uprobe_type < 0)
			continue;
		error = load(kernel, ways[i].multi, ways[i].sleepable);
		if (!error || error == -EPERM || error == -ENOMEM)
			break;
	}
	return error ? kernel_explain(error, "loading the programs into the kernel", ret_error) : 0;
}

/* Shares the maps' memory. */
static int map_memory(struct kernel *kernel)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int probes_fd = bpf_map__fd(kernel->programs->maps.probes);
	int counts_fd = bpf_map__fd(kernel->programs->maps.counters);
	void *at;

	kernel->probes_bytes = (kernel->probes_max * sizeof(struct wire_probe) + page - 1) / page * page;
	at = mmap(NULL, kernel->probes_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, probes_fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	kernel->probes = at;
	kernel->counts_bytes = (kernel->probes_max * sizeof(struct wire_count[WIRE_SLOTS]) + page - 1) / page * page;
	at = mmap(NULL, kernel->counts_bytes, PROT_READ, MAP_SHARED, counts_fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	kernel->counts = at;
	return 0;
}

int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel, struct watch_error *ret_error)
{
	struct kernel *kernel;
	int error = kernel_check_rights(ret_error);

	if (error)
		return error;
	libbpf_set_print(say_nothing);
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return watch_fail(ret_error, -ENOMEM, "no memory");
	for (unsigned i = 0; i < WIRE_SHARDS; i++)
		kernel->shards[i].ring_fd = -1;
	kernel->setter_fd = -1;
	kernel->probes_max = options && options->probes_max ? options->probes_max : PROBES_DEFAULT;
	if (kernel->probes_max < PROBES_LEAST)
		kernel->probes_max = PROBES_LEAST;
	error = load_some(kernel, options && options->no_multi, ret_error);
	if (!error) {
		error = map_memory(kernel);
		if (!error)
			error = kernel_rings_open(kernel, bpf_map__fd(kernel->programs->maps.rings),
			                          options && options->ring_bytes ? options->ring_bytes : RING_DEFAULT);
		if (!error)
			error = kernel_setter_start(kernel);
		if (error)
			error = kernel_explain(error, "sharing memory with the programs in the kernel", ret_error);
	}
	if (error) {
		kernel_close(kernel);
		return error;
	}
	*ret_kernel = kernel;
	return 0;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	kernel_setter_end(kernel);
	kernel_rings_close(kernel);
	if (kernel->probes)
		munmap(kernel->probes, kernel->probes_bytes);
	if (kernel->counts)
		munmap(kernel->counts, kernel->counts_bytes);
	watch_bpf__destroy(kernel->programs);
	free(kernel->sets);
	free(kernel);
}

enum kernel_way kernel_way(const struct kernel *kernel)
{
	return kernel->way;
}

bool kernel_sleepable(const struct kernel *kernel)
{
	return kernel->sleepable;
}

/* ---- shared memory --------------------------------------------------------------------------------------------- */

struct wire_settings *kernel_settings(struct kernel *kernel)
{
	return &kernel->programs->bss->settings;
}

const struct wire_totals *kernel_totals(const struct kernel *kernel)
{
	return &kernel->programs->bss->totals;
}

struct wire_probe *kernel_probe(struct kernel *kernel, uint32_t id)
{
	return &kernel->probes[id];
}

const struct wire_count *kernel_counts(const struct kernel *kernel, uint32_t id)
{
	return &kernel->counts[(size_t)id * WIRE_SLOTS];
}

struct wire_count kernel_count(const struct kernel *kernel, uint32_t id)
{
	const struct wire_count *slots = kernel_counts(kernel, id);
	struct wire_count sum = {0};

	for (unsigned i = 0; i < WIRE_SLOTS; i++) {
		sum.hits += __atomic_load_n(&slots[i].hits, __ATOMIC_RELAXED);
		sum.events += __atomic_load_n(&slots[i].events, __ATOMIC_RELAXED);
		sum.dropped += __atomic_load_n(&slots[i].dropped, __ATOMIC_RELAXED);
		sum.holds += __atomic_load_n(&slots[i].holds, __ATOMIC_RELAXED);
		sum.hold_ns += __atomic_load_n(&slots[i].hold_ns, __ATOMIC_RELAXED);
		sum.caught += __atomic_load_n(&slots[i].caught, __ATOMIC_RELAXED);
		sum.met_shared += __atomic_load_n(&slots[i].met_shared, __ATOMIC_RELAXED);
		sum.faults += __atomic_load_n(&slots[i].faults, __ATOMIC_RELAXED);
	}
	return sum;
}

void kernel_forget(struct kernel *kernel, uint32_t first, uint32_t n)
{
	static const struct wire_count none[WIRE_SLOTS];
	struct watch_bpf__bss *shared = kernel->programs->bss;

	for (uint32_t id = first; id < first + n; id++) {
		memset(&kernel->probes[id], 0, sizeof(kernel->probes[id]));
		bpf_map_update_elem(bpf_map__fd(kernel->programs->maps.counters), &id, none, BPF_ANY);
	}
	memset(&shared->totals, 0, sizeof(shared->totals));
	memset(shared->points, 0, sizeof(shared->points));
	kernel->points_n = 0;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	return clock_gettime(clock, &time) ? 0 : (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t kernel_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

bool kernel_knows(const struct kernel *kernel, pid_t pid)
{
	char path[32];
	struct stat namespace;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return !kernel->programs->rodata->namespace_inode || stat(path, &namespace) != 0 ||
	       namespace.st_ino == kernel->programs->rodata->namespace_inode;
}

uint64_t kernel_own_cpu_ns(const struct kernel *kernel)
{
	clockid_t setter;
	bool there = kernel->setter_pid > 0 && clock_getcpuclockid(kernel->setter_pid, &setter) == 0;

	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) + (there ? clock_ns(setter) : 0);
}

/* ---- probes ---------------------------------------------------------------------------------------------------- */

/* A number that no set has. Returns: UINT32_MAX: no memory. */
static uint32_t new_number(struct kernel *kernel)
{
	uint32_t word = 0, words = kernel->sets_words;
	uint64_t *sets;

	while (word < words && kernel->sets[word] == UINT64_MAX)
		word++;
	if (word == words) {
		sets = realloc(kernel->sets, (words * 2 + 1) * sizeof(*sets));
		if (!sets)
			return UINT32_MAX;
		memset(sets + words, 0, (words + 1) * sizeof(*sets));
		kernel->sets = sets;
		kernel->sets_words = words * 2 + 1;
	}
	return word * 64 + (uint32_t)__builtin_ctzll(~kernel->sets[word]);
}

int kernel_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n, pid_t pid,
                  struct kernel_set **ret_set, struct watch_error *ret_error)
{
	struct kernel_set *set;
	uint32_t number = new_number(kernel);
	int error;

	if (!n)
		return watch_fail(ret_error, -EINVAL, "%s: no place to set a probe at", path);
	set = calloc(1, sizeof(*set));
	if (!set || number == UINT32_MAX) {
		free(set);
		return watch_fail(ret_error, -ENOMEM, "no memory");
	}
	error = kernel_setter_attach(kernel, path, places, n, kernel->all_processes ? 0 : pid, number, ret_error);
	if (error) {
		free(set);
		return error;
	}
	set->kernel = kernel;
	set->number = number;
	kernel->sets[number / 64] |= 1ull << number % 64;
	*ret_set = set;
	return 0;
}

static void take_away(struct kernel_set *set, bool wait)
{
	if (!set)
		return;
	kernel_setter_detach(set->kernel, set->number, wait);
	set->kernel->sets[set->number / 64] &= ~(1ull << set->number % 64);
	free(set);
}

void kernel_detach(struct kernel_set *set)
{
	take_away(set, true);
}

void kernel_let_go(struct kernel_set *set)
{
	take_away(set, false);
}

void kernel_settle(struct kernel *kernel)
{
	kernel_setter_settle(kernel);
}

/* A perf event's program goes with the event and knows no cookie, but the address: the cookies that are in use are
 * told to it, and it finds the one whose probe is at that address. So a point may be aimed anew without an attach. */
int kernel_attach_point(struct kernel *kernel, int perf_fd, uint32_t cookie)
{
	uint32_t *points = kernel->programs->bss->points;
	bool known = false;

	if (cookie >= kernel->probes_max)
		return -EINVAL;
	if (ioctl(perf_fd, PERF_EVENT_IOC_SET_BPF, kernel->point_fd) != 0 && errno != EEXIST)
		return -errno;
	for (unsigned i = 0; i < WATCH_POINTS; i++)
		known = known || points[i] == cookie + 1;
	if (!known)
		__atomic_store_n(&points[kernel->points_n++ % WATCH_POINTS], cookie + 1, __ATOMIC_RELEASE);
	return 0;
}

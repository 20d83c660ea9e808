/*
 * self_test_hold.c - of the self-test: threads held and caught, and hardware watchpoints
 */
#include "watch/self_test_inside.h"
#include "watch/kernel_inside.h"

#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	CAUGHT_ENOUGH = 3,
	ELSEWHERE_ENOUGH = 100,       /* stores of the thread that meets nobody */
	HOLD_PATIENCE_MS = 3000,
	STEP_MS = 5,
	POINT_STORES = 40,
	PATIENCE_MS = 20000,
};

/* What is heard while this part runs. */
struct hearing {
	const struct self_test_shared *shared;
	unsigned caught, wrong;       /* HOLD: rightly, and with a side that can't be */
	unsigned points, points_wrong;
	uint32_t point_tid;
	uint32_t point_id;
	uint64_t value;
};

static bool is_of(const struct self_test_shared *shared, uint32_t tid)
{
	return tid && (tid == shared->tids[0] || tid == shared->tids[1]);
}

static void hear(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	struct hearing *hearing = user;
	const struct self_test_shared *shared = hearing->shared;
	uint64_t word = (uint64_t)(uintptr_t)&shared->word[0];

	if (caught) {
		bool right = event->address == word && caught->held.address == word && event->tid != caught->held.tid &&
		             is_of(shared, event->tid) && is_of(shared, caught->held.tid);

		hearing->caught += right;
		hearing->wrong += !right;
	} else if (event->kind == WIRE_EVENT_POINT) {
		uint64_t value = 0;

		memcpy(&value, event->new_value, sizeof(value));
		hearing->points++;
		hearing->points_wrong += event->tid != hearing->point_tid || event->probe != hearing->point_id ||
		                         event->new_n != 8 || value != ++hearing->value;
	}
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static uint32_t store_id(const struct self_test_run *run)
{
	return run->first_id + (uint32_t)run->forms.n - 1;
}

static int attach_store(struct self_test_run *run, struct kernel_set **ret_set)
{
	size_t last = run->forms.n - 1;
	struct kernel_place place = {.offset = last * FORM_SLOT + FORM_AT + FORM_STORED, .id = store_id(run)};
	struct wire_probe *probe = kernel_probe(run->kernel, place.id);

	*probe = (struct wire_probe){
		.width = 8, .flags = WIRE_AFTER | WIRE_JUDGE, .base = 5, .index = WIRE_NONE, .value = WIRE_NONE,
		.length = WIRE_NONE, .hold_every = 2,
	};
	return kernel_attach(run->kernel, run->path, &place, 1, run->child.pid, ret_set, NULL);
}

static void set_holds(struct wire_settings *settings, uint64_t permille)
{
	settings->hold_min_ns = 30000;
	settings->hold_max_ns = 100000;
	settings->hold_start_ns = kernel_now_ns();
	settings->shared_ns = 1000000000;
	settings->focus = 0;
	settings->hold_permille = permille;
}

/* Does the thread that writes elsewhere get on? */
static bool goes_on(const struct self_test_shared *shared)
{
	return __atomic_load_n(&shared->stores[2], __ATOMIC_RELAXED) >= ELSEWHERE_ENOUGH;
}

/* Lets two threads meet until enough are caught. */
static void let_meet(struct self_test_run *run, struct hearing *hearing)
{
	struct self_test_shared *shared = run->shared;

	shared->stop = 0;
	set_holds(kernel_settings(run->kernel), 800);
	if (self_test_child_tell(&run->child, SELF_TEST_WORK_THREADS) != 0)
		return;
	for (unsigned ms = 0; ms < HOLD_PATIENCE_MS; ms += STEP_MS) {
		if ((hearing->caught >= CAUGHT_ENOUGH && goes_on(shared)) || hearing->wrong)
			break;
		pause_ms(STEP_MS);
		kernel_poll(run->kernel, 0, hear, hearing);
		if (ms == HOLD_PATIENCE_MS / 4 && !kernel_count(run->kernel, store_id(run)).hits)
			break;
	}
	__atomic_store_n(&shared->stop, 1, __ATOMIC_RELEASE);
	self_test_child_wait(&run->child, PATIENCE_MS);
	kernel_settings(run->kernel)->hold_permille = 0;
	kernel_poll(run->kernel, 0, hear, hearing);
}

/* Probes at the store, and threads that meet. Returns: false: no probe could be set. */
static bool try_hold(struct self_test_run *run, struct hearing *hearing)
{
	struct kernel_set *set;

	if (attach_store(run, &set) != 0)
		return false;
	let_meet(run, hearing);
	kernel_detach(set);
	return true;
}

void self_test_hold(struct self_test_run *run)
{
	struct self_test_result *result = &run->test->of[SELF_TEST_HOLD];
	struct hearing hearing = {.shared = run->shared};
	struct wire_count count;

	if (!run->test->of[SELF_TEST_NOP].sound) {
		result->why = "no sound probe to hold at";
		return;
	}
	result->tried = try_hold(run, &hearing);
	/* Kernels from 6.6 on, until they were mended, take the process that a link is for as one thread. */
	if (result->tried && !kernel_count(run->kernel, store_id(run)).hits && !run->kernel->all_processes) {
		run->kernel->all_processes = true;
		result->tried = try_hold(run, &hearing);
	}
	if (!result->tried) {
		result->why = "no probe could be set";
		return;
	}
	result->forms = 1;
	count = kernel_count(run->kernel, store_id(run));
	result->lost = !hearing.caught;
	result->harmed = hearing.wrong > 0 || !goes_on(run->shared);
	result->sound = !result->lost && !result->harmed;
	result->why = hearing.wrong                            ? "a thread was caught at bytes that none was held at"
	              : !count.hits                            ? "probes do not fire in threads"
	              : !goes_on(run->shared)                  ? "a thread that wrote elsewhere was held up"
	              : !count.holds                           ? "no thread was held: the kernel has no bpf_loop"
	              : !hearing.caught && sysconf(_SC_NPROCESSORS_ONLN) < 2 ? "one CPU: nobody can come while one is held"
	              : !hearing.caught                        ? "of two threads that meet, none was caught"
	                                                       : NULL;
}

/* ---- watchpoints ----------------------------------------------------------------------------------------------- */

static int open_point(const struct self_test_run *run, uint64_t address)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT, .size = sizeof(attr), .sample_period = 1,
		.exclude_kernel = 1, .exclude_hv = 1,
		.bp_type = HW_BREAKPOINT_W, .bp_addr = address, .bp_len = HW_BREAKPOINT_LEN_8,
	};
	long fd = syscall(SYS_perf_event_open, &attr, run->child.pid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

/* CPU time of the child, which does nothing else. */
static uint64_t child_cpu_ns(const struct self_test_run *run)
{
	clockid_t clock;
	struct timespec now = {0};

	if (clock_getcpuclockid(run->child.pid, &clock) == 0)
		clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void judge_points(struct self_test_result *result, const struct hearing *hearing)
{
	result->tried = true;
	result->forms = 1;
	result->lost = hearing->points != POINT_STORES;
	result->harmed = hearing->points_wrong > 0;
	result->sound = !result->lost && !result->harmed;
	result->why = !hearing->points ? "a watchpoint does not fire (the hypervisor has no debug registers)"
	              : result->lost   ? "a watchpoint does not fire each time"
	              : result->harmed ? "a watchpoint tells the wrong thread or value"
	                               : NULL;
}

void self_test_point(struct self_test_run *run)
{
	struct self_test_result *result = &run->test->of[SELF_TEST_POINT];
	uint64_t address = (uint64_t)(uintptr_t)&run->shared->word[2], begin;
	struct hearing hearing = {
		.shared = run->shared, .point_tid = (uint32_t)run->child.pid, .point_id = store_id(run),
	};
	int fd;

	*kernel_probe(run->kernel, hearing.point_id) = (struct wire_probe){
		.displacement = address, .width = 8, .base = WIRE_NONE, .index = WIRE_NONE,
	};
	fd = open_point(run, address);
	if (fd < 0 || kernel_attach_point(run->kernel, fd, hearing.point_id) != 0) {
		result->why = "the kernel opens no watchpoint";
		if (fd >= 0)
			close(fd);
		return;
	}
	run->shared->runs = POINT_STORES;
	begin = child_cpu_ns(run);
	self_test_child_tell(&run->child, SELF_TEST_WORK_POINT);
	if (self_test_child_wait(&run->child, PATIENCE_MS) == 0)
		result->cost_ns = (double)(child_cpu_ns(run) - begin) / POINT_STORES;
	close(fd);
	kernel_poll(run->kernel, 0, hear, &hearing);
	judge_points(result, &hearing);
}

/*
 * self_test.c - is a probe of each kind sound on the kernel that runs now?
 *
 * A child runs every form without probes, then with a probe at each, and compares. One that dies is one more form that
 * was harmed: a new child goes on behind it.
 */
#include "watch/self_test_inside.h"
#include "watch/kernel_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	DEATHS = 16,                  /* beyond, the rest counts as harmed */
	PATIENCE_MS = 20000,
	SINGLE_FORMS = 24,            /* where each probe takes its time to leave */
	RUNS_FAST = 50, RUNS_SLOW = 12,   /* of each round: their price is the target's, where no CPU is idle */
};

static const char *const names[] = {
	[SELF_TEST_PUSH] = "push", [SELF_TEST_NOP] = "nop", [SELF_TEST_JUMP] = "jump", [SELF_TEST_CALL] = "call",
	[SELF_TEST_MOV_STORE] = "mov to memory", [SELF_TEST_ARITHMETIC_STORE] = "arithmetic on memory",
	[SELF_TEST_SSE_STORE] = "SSE store", [SELF_TEST_TEST] = "registers only", [SELF_TEST_HOLD] = "hold",
	[SELF_TEST_POINT] = "watchpoint",
};

const char *self_test_name(enum self_test_kind kind)
{
	return (unsigned)kind < SELF_TEST_KINDS ? names[kind] : "unknown";
}

/* ---- what is run ----------------------------------------------------------------------------------------------- */

/* Is this form tried? */
static bool tries(const struct self_test_run *run, size_t i)
{
	return run->forms.forms[i].kind < SELF_TEST_HOLD &&
	       (run->stride == 1 || i % run->stride == 0 || i == 0 ||
	        run->forms.forms[i].kind != run->forms.forms[i - 1].kind);
}

/* The image as a file, which no name leads to. */
static int make_file(struct self_test_run *run)
{
	size_t written = 0;

	run->image_fd = memfd_create("fieldguard-self-test", MFD_CLOEXEC | 0x10u); /* MFD_EXEC, of 6.3 and later */
	if (run->image_fd < 0 && errno == EINVAL)
		run->image_fd = memfd_create("fieldguard-self-test", MFD_CLOEXEC);
	if (run->image_fd < 0)
		return -errno;
	while (written < run->image_size) {
		ssize_t n = write(run->image_fd, run->image + written, run->image_size - written);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		written += (size_t)n;
	}
	snprintf(run->path, sizeof(run->path), "/proc/self/fd/%d", run->image_fd);
	return 0;
}

static int prepare(struct self_test_run *run)
{
	void *data;

	run->stride = run->kernel->way == KERNEL_WAY_SINGLE ? run->forms.n / SINGLE_FORMS : 1;
	run->shared_size = sizeof(*run->shared) + run->forms.n * sizeof(run->shared->outcomes[0]);
	run->shared = mmap(NULL, run->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run->shared == MAP_FAILED) {
		run->shared = NULL;
		return -errno;
	}
	/* Below 2 GiB; each child has its own copy. */
	data = mmap(NULL, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (data == MAP_FAILED)
		return -errno;
	run->shared->data = (uint64_t)(uintptr_t)data;
	run->image = self_test_image(&run->forms, run->shared->data, &run->image_size, &run->page);
	return run->image ? make_file(run) : -ENOMEM;
}

static void finish(struct self_test_run *run)
{
	self_test_child_end(&run->child);
	if (run->shared && run->shared->data)
		munmap((void *)(uintptr_t)run->shared->data, DATA_BYTES);
	if (run->shared)
		munmap(run->shared, run->shared_size);
	if (run->image_fd >= 0)
		close(run->image_fd);
	free(run->image);
	free(run->forms.forms);
}

/* A new child, whose hits are handled. */
static int start(struct self_test_run *run)
{
	int error;

	self_test_child_end(&run->child);
	error = self_test_child_start(&run->child, &run->forms, run->image_fd, run->image_size, run->page, run->shared);
	if (!error)
		kernel_settings(run->kernel)->tgid = (uint32_t)run->child.pid;
	return error;
}

static int work(struct self_test_run *run, enum self_test_work what)
{
	int error = self_test_child_tell(&run->child, what);

	return error ? error : self_test_child_wait(&run->child, PATIENCE_MS);
}

/* ---- forms ----------------------------------------------------------------------------------------------------- */

/* Counts, and nothing more. */
static const struct wire_probe counting = {
	.width = 8, .base = WIRE_NONE, .index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE,
};

static int attach_all(struct self_test_run *run, struct kernel_set **ret_set, struct watch_error *ret_error)
{
	struct kernel_place *places = calloc(run->forms.n, sizeof(*places));
	size_t n = 0;
	int error;

	if (!places)
		return watch_fail(ret_error, -ENOMEM, "no memory");
	for (size_t i = 0; i < run->forms.n; i++) {
		if (!tries(run, i))
			continue;
		*kernel_probe(run->kernel, run->first_id + (uint32_t)i) = counting;
		places[n].offset = i * FORM_SLOT + FORM_AT;
		places[n++].id = run->first_id + (uint32_t)i;
	}
	error = kernel_attach(run->kernel, run->path, places, n, run->child.pid, ret_set, ret_error);
	free(places);
	return error;
}

/* All forms under probes; a form that kills the child is left behind. */
static int compare(struct self_test_run *run, struct watch_error *ret_error)
{
	struct self_test_shared *shared = run->shared;
	struct kernel_set *set;
	int error = -ECHILD;

	shared->current = 0;
	for (unsigned deaths = 0; deaths < DEATHS && shared->current + 1 < run->forms.n; deaths++) {
		error = attach_all(run, &set, ret_error);
		if (error)
			return error;
		error = work(run, SELF_TEST_WORK_COMPARE);
		kernel_detach(set);
		if (!error)
			return 0;
		shared->outcomes[shared->current++].harmed++;
		error = start(run);
		if (error)
			return watch_fail(ret_error, error, "a child for the self-test: %s", strerror(-error));
	}
	/* Too many: what was not reached is not sound. */
	for (; shared->current + 1 < run->forms.n; shared->current++)
		shared->outcomes[shared->current].harmed++;
	return 0;
}

/* What came out, by kind. */
static void sum_up(struct self_test_run *run)
{
	for (size_t i = 0; i + 1 < run->forms.n; i++) {
		struct self_test_result *result = &run->test->of[run->forms.forms[i].kind];
		const struct self_test_outcome *outcome = &run->shared->outcomes[i];

		if (!tries(run, i))
			continue;
		result->tried = true;
		result->forms++;
		result->harmed += outcome->harmed > 0;
		result->lost += kernel_count(run->kernel, run->first_id + (uint32_t)i).hits != outcome->runs;
	}
	for (unsigned kind = 0; kind < SELF_TEST_HOLD; kind++) {
		struct self_test_result *result = &run->test->of[kind];

		result->sound = result->tried && !result->harmed && !result->lost;
		result->why = !result->tried   ? "not tried"
		              : result->harmed ? "under a probe it does not do what it does without one"
		              : result->lost   ? "a probe on it does not fire each time"
		                               : NULL;
	}
}

/* ---- cost ------------------------------------------------------------------------------------------------------ */

/* The first form of a kind. */
static size_t typical(const struct self_test_run *run, unsigned kind)
{
	size_t i = 0;

	while (run->forms.forms[i].kind != kind)
		i++;
	return i;
}

/* What one run of a kind's typical form costs now. Returns: 0: not known. */
static double cost_of(struct self_test_run *run, unsigned kind)
{
	run->shared->wanted = (uint32_t)typical(run, kind);
	run->shared->runs = kind < SELF_TEST_MOV_STORE ? RUNS_FAST : RUNS_SLOW;
	return work(run, SELF_TEST_WORK_COST) == 0 ? run->shared->cost_ns : 0;
}

/* Of all sound kinds, without and with probes. A hit as most are: judged, no event. */
static void measure(struct self_test_run *run)
{
	struct kernel_place places[SELF_TEST_HOLD];
	double bare[SELF_TEST_HOLD] = {0}, probed;
	struct kernel_set *set;
	size_t n = 0;

	for (unsigned kind = 0; kind < SELF_TEST_HOLD; kind++) {
		size_t form = typical(run, kind);
		struct wire_probe *probe = kernel_probe(run->kernel, run->first_id + (uint32_t)form);

		if (!run->test->of[kind].sound)
			continue;
		bare[kind] = cost_of(run, kind);
		*probe = counting;
		probe->flags = WIRE_AFTER | WIRE_JUDGE;
		probe->base = 7;
		places[n].offset = form * FORM_SLOT + FORM_AT;
		places[n].semaphore = 0;
		places[n++].id = run->first_id + (uint32_t)form;
	}
	if (!n || kernel_attach(run->kernel, run->path, places, n, run->child.pid, &set, NULL) != 0)
		return;
	for (unsigned kind = 0; kind < SELF_TEST_HOLD; kind++) {
		probed = bare[kind] > 0 ? cost_of(run, kind) : 0;
		if (probed > bare[kind])
			run->test->of[kind].cost_ns = probed - bare[kind];
	}
	kernel_detach(set);
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

/* All forms, without probes and then with. */
static int run_forms(struct self_test_run *run, struct watch_error *ret_error)
{
	int error = start(run);

	if (!error)
		error = work(run, SELF_TEST_WORK_REFERENCE);
	if (error)
		return watch_fail(ret_error, error, "the self-test's child does not work without probes: %s", strerror(-error));
	error = compare(run, ret_error);
	if (!error)
		sum_up(run);
	return error;
}

static void run_rest(struct self_test_run *run)
{
	measure(run);
	self_test_hold(run);
	self_test_point(run);
}

/* make: all forms, or those of the control, which has no more than forms. */
static int run_with(struct kernel *kernel, int (*make)(struct forms *forms), bool all, struct self_test *ret_test,
                    struct watch_error *ret_error)
{
	struct self_test test = {0};
	struct self_test_run run = {.kernel = kernel, .test = &test, .image_fd = -1};
	struct wire_settings *settings = kernel_settings(kernel), before = *settings;
	int error = make(&run.forms);

	if (!error)
		error = prepare(&run);
	if (error) {
		watch_fail(ret_error, error, "the self-test's code: %s", strerror(-error));
	} else {
		run.first_id = kernel->probes_max - (uint32_t)run.forms.n;
		error = run_forms(&run, ret_error);
		if (!error && all)
			run_rest(&run);
		*settings = before;
		kernel_forget(kernel, run.first_id, (uint32_t)run.forms.n);
	}
	finish(&run);
	if (!error)
		*ret_test = test;
	return error;
}

int self_test_run(struct kernel *kernel, struct self_test *ret_test, struct watch_error *ret_error)
{
	return run_with(kernel, self_test_forms, true, ret_test, ret_error);
}

int self_test_control(struct kernel *kernel, struct self_test_result *ret_result, struct watch_error *ret_error)
{
	struct self_test test;
	int error = run_with(kernel, self_test_control_forms, false, &test, ret_error);

	if (!error) {
		*ret_result = test.of[SELF_TEST_CONTROL_KIND];
		ret_result->why = !ret_result->sound ? "this kernel harms a program with probes on these: they get none"
		                                     : "this kernel bears probes on these; they get none all the same";
	}
	return error;
}

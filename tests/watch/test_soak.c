/*
 * test_soak.c - whoever watches is killed (-9) at a random moment, 200 times, and the program under watch never errs
 *
 *     test_soak [TIMES]
 *
 * The target's threads compute one and the same checksum over and over, by code with a probe at nearly every
 * instruction, emulated and stepped, with a red zone in use; they compare it with what it was before any probe. The
 * watcher loads its programs, sets all probes and a watchpoint, holds threads, sends events with stacks, and dies at a
 * moment that it does not know. No breakpoint may be left in the target's code then.
 */
#include "watch/kernel.h"
#include "../unit/watch/probe_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

struct state {
	uint64_t words[8];
};
void soak_round(struct state *state);
extern const int32_t soak_sites[], soak_sites_end[];
/* SITE: the next instruction gets a probe. */
__asm__(".macro SITE\n.pushsection .rodata.soak,\"a\"\n.long 7711f - soak_round\n.popsection\n7711:\n.endm\n"
        ".pushsection .rodata.soak,\"a\"\n.p2align 2\n.globl soak_sites\nsoak_sites:\n.popsection\n"
        ".text\n.p2align 4\n.globl soak_round\n.type soak_round,@function\nsoak_round:\n"
        "SITE\npush %rbx\n"
        "SITE\npush %r12\n"
        "mov (%rdi),%rax\nmov 8(%rdi),%rbx\n"
        "SITE\nnop\n"
        "imul $0x1e3779b1,%rax,%rax\nadd %rbx,%rax\n"
        "SITE\nmov %rax,(%rdi)\n"
        "SITE\nnop\n"
        "test $64,%al\n"
        "SITE\nje 1f\n"
        "SITE\naddq $3,8(%rdi)\n"
        "1:\n"
        "SITE\nxor %rax,16(%rdi)\n"
        "movq %rax,%xmm0\npunpcklqdq %xmm0,%xmm0\n"
        "SITE\nmovups %xmm0,24(%rdi)\n"
        "SITE\ncall 2f\n"
        "SITE\njmp 3f\n"
        "2:\n"
        "SITE\nincl 40(%rdi)\n"
        "ret\n"
        "3:\n"
        /* The red zone, and flags that live across probes. */
        "SITE\nmov %rbx,-8(%rsp)\n"
        "add %rax,%rbx\n"
        "SITE\nnop\n"
        "adc -8(%rsp),%rax\n"
        "SITE\nmov %rax,48(%rdi)\n"
        "SITE\nmovl $0x1234,56(%rdi)\n"
        "SITE\nnop\n"
        "pop %r12\npop %rbx\nret\n"
        ".size soak_round, . - soak_round\n"
        ".pushsection .rodata.soak,\"a\"\n.globl soak_sites_end\nsoak_sites_end:\n.popsection\n");

enum { THREADS = 3, ROUNDS = 200, TIMES = 200, CODE = 120 };

struct shared {
	uint64_t want;                /* checksum of a turn */
	uint32_t stop;
	uint64_t turns[THREADS], wrong[THREADS];
	uint64_t watched_word;
	uint32_t attached;            /* watchers that got as far */
	uint64_t hits;                /* as the watchers saw them */
};
static struct shared *shared;
/* Little to set up, so that many are killed behind that. */
static const struct kernel_options small = {.probes_max = 1024, .ring_bytes = 1 << 18};
static uint64_t longest_us;           /* that a watcher lives */

static uint64_t turn(void)
{
	struct state state = {{1, 2, 3, 4, 5, 6, 7, 8}};
	uint64_t sum = 0;

	for (unsigned i = 0; i < ROUNDS; i++)
		soak_round(&state);
	for (unsigned i = 0; i < 8; i++)
		sum = sum * 31 + state.words[i];
	return sum;
}

static void *compute(void *user)
{
	unsigned thread = *(unsigned *)user;

	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE)) {
		shared->wrong[thread] += turn() != shared->want;
		__atomic_fetch_add(&shared->turns[thread], 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&shared->watched_word, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static int target(void *user)
{
	pthread_t threads[THREADS];
	unsigned numbers[THREADS];

	(void)user;
	/* It takes all of the CPUs, but not from the watchers while these are being loaded. */
	if (nice(19) < 0)
		return 3;
	for (unsigned i = 0; i < THREADS; i++) {
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, compute, &numbers[i]) != 0)
			return 2;
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

/* ---- the watcher ----------------------------------------------------------------------------------------------- */

static void hear(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	(void)user;
	(void)event;
	(void)caught;
}

static size_t sites_n(void)
{
	return (size_t)(soak_sites_end - soak_sites);
}

static void aim_point(struct kernel *kernel, pid_t pid)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT, .size = sizeof(attr), .sample_period = 1, .exclude_kernel = 1,
		.bp_type = HW_BREAKPOINT_W, .bp_addr = (uintptr_t)&shared->watched_word, .bp_len = HW_BREAKPOINT_LEN_8,
	};
	long fd = syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	*kernel_probe(kernel, 500) = (struct wire_probe){
		.displacement = attr.bp_addr, .width = 8, .base = WIRE_NONE, .index = WIRE_NONE,
	};
	if (fd >= 0)
		kernel_attach_point(kernel, (int)fd, 500);
}

/* Watches until it is killed. */
__attribute__((noreturn))
static void watch(pid_t pid)
{
	struct kernel *kernel;
	struct kernel_place places[64];
	struct kernel_set *set;
	struct wire_settings *settings;
	uint64_t before = 0, hits;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (kernel_open(&small, &kernel, NULL) != 0)
		_exit(3);
	for (uint32_t i = 0; i < sites_n(); i++) {
		places[i].offset = offset_of((const char *)soak_round + soak_sites[i]);
		places[i].id = i;
		places[i].semaphore = 0;
		*kernel_probe(kernel, i) = (struct wire_probe){
			.width = 8, .flags = WIRE_AFTER | WIRE_JUDGE | (i % 3 ? 0 : WIRE_STACK_WANTED), .base = 5,
			.index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE, .sample = 1 + i % 2,
			.hold_every = 2,
		};
	}
	settings = kernel_settings(kernel);
	settings->tgid = (uint32_t)pid;
	settings->hold_min_ns = 1000;
	settings->hold_max_ns = 200000;
	settings->shared_ns = 1000000000;
	settings->hold_start_ns = kernel_now_ns();
	settings->hold_permille = 300;
	if (kernel_attach(kernel, "/proc/self/exe", places, sites_n(), pid, &set, NULL) != 0)
		_exit(4);
	aim_point(kernel, pid);
	__atomic_fetch_add(&shared->attached, 1, __ATOMIC_RELAXED);
	for (;;) {
		kernel_poll(kernel, 1000000, hear, NULL);
		hits = 0;
		for (uint32_t i = 0; i < sites_n(); i++)
			hits += kernel_count(kernel, i).hits;
		__atomic_fetch_add(&shared->hits, hits - before, __ATOMIC_RELAXED);
		before = hits;
		usleep(500);
	}
}

/* ---- the test -------------------------------------------------------------------------------------------------- */

static uint64_t turns(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < THREADS; i++)
		sum += __atomic_load_n(&shared->turns[i], __ATOMIC_RELAXED);
	return sum;
}

/* Is the target's code what it was? */
static bool is_clean(int memory)
{
	char bytes[CODE];

	return pread(memory, bytes, CODE, (off_t)(uintptr_t)soak_round) == CODE &&
	       memcmp(bytes, (const void *)(uintptr_t)soak_round, CODE) == 0;
}

/* Any time from its start on, or soon after it has begun to watch. */
static void wait_for_end(unsigned number, unsigned *random)
{
	uint32_t before = __atomic_load_n(&shared->attached, __ATOMIC_RELAXED);

	*random = *random * 1103515245 + 12345;
	if (number % 2) {
		usleep((useconds_t)((*random >> 8) % longest_us));
		return;
	}
	for (unsigned i = 0; i < 5000 && __atomic_load_n(&shared->attached, __ATOMIC_RELAXED) == before; i++)
		usleep(1000);
	usleep((*random >> 8) % 10000);
}

/* One watcher, killed. Returns: breakpoints are gone. */
static bool kill_one(pid_t pid, int memory, unsigned number, unsigned *random)
{
	pid_t watcher = fork();
	bool clean;
	int status;

	if (watcher == 0)
		watch(pid);
	wait_for_end(number, random);
	kill(watcher, SIGKILL);
	waitpid(watcher, &status, 0);
	if (WIFEXITED(status))
		tap_ok(false, "a watcher can watch (%d)", WEXITSTATUS(status));
	clean = is_clean(memory);
	for (unsigned i = 0; i < 3000 && !clean; i++) {
		usleep(1000);
		clean = is_clean(memory);
	}
	return clean;
}

int main(int argc, char **argv)
{
	unsigned times = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : TIMES, random = 12345, left = 0, stuck = 0;
	uint64_t begin = kernel_now_ns(), wrong = 0;
	struct kernel *kernel = kernel_or_skip(&small);
	struct child child;
	char path[64];
	int memory;

	if (!kernel)
		return tap_done();
	/* One half of that, about, is for being loaded. */
	longest_us = (kernel_now_ns() - begin) / 1000 * 3 / 2 + 10000;
	if (kernel_way(kernel) != KERNEL_WAY_MULTI)
		times = times < 5 ? times : 5;
	kernel_close(kernel);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->want = turn();
	child = child_start(target, NULL);
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)child.pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	child_go(&child);
	for (unsigned i = 0; i < times; i++) {
		uint64_t before = turns();

		left += !kill_one(child.pid, memory, i, &random);
		for (unsigned wait = 0; wait < 2000 && turns() == before; wait++)
			usleep(1000);
		stuck += turns() == before;
	}
	shared->stop = 1;
	tap_eq_int(child_end(&child), 0, "the target ends well after %u watchers were killed", times);
	for (unsigned i = 0; i < THREADS; i++)
		wrong += shared->wrong[i];
	tap_eq_int(wrong, 0, "its results stay right");
	tap_eq_int(left, 0, "no breakpoint is left in its code");
	tap_eq_int(stuck, 0, "it never stands still");
	printf("# %llu turns, %u watchers got as far as to watch, %llu hits\n", (unsigned long long)turns(),
	       shared->attached, (unsigned long long)shared->hits);
	tap_ok(shared->attached > times / 4 && shared->hits > times, "many were killed while they watched");
	close(memory);
	return tap_done();
}

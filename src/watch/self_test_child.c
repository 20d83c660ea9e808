/*
 * self_test_child.c - the child that runs each form: all registers loaded, the form, all registers stored
 *
 * It is forked and does no more than that: no memory is allocated, no lock is taken that the parent may hold. What
 * comes out of a form (registers, flags, vectors, stack with its red zone, memory) is kept as a hash.
 */
#include "watch/self_test_inside.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	VECTORS = 16,
	FLAGS_LOW = 0x2, FLAGS_HIGH = 0x8d7, /* carry, parity, adjust, zero, sign, overflow: none, all */
	COST_ROUNDS = 5,
	RSP = 4,
};

/* Loaded before a form and stored after it. The assembly below knows its layout. */
struct self_test_machine {
	uint64_t general[16];         /* as instructions number them */
	uint64_t flags;               /* 128 */
	uint64_t target;              /* 136: where the form is */
	uint64_t host_stack;          /* 144 */
	uint64_t has_wide;            /* 152: are vectors of 32 bytes there */
	uint8_t vectors[VECTORS][32]; /* 160 */
};
extern struct self_test_machine self_test_machine __attribute__((visibility("hidden")));
struct self_test_machine self_test_machine __attribute__((aligned(64)));

void self_test_enter(void) __attribute__((visibility("hidden")));
extern const char self_test_back[] __attribute__((visibility("hidden")));

#define G(number, name) " %" #name ", self_test_machine+8*" #number "(%rip)\n"
#define FROM(number, name) "mov self_test_machine+8*" #number "(%rip), %" #name "\n"
#define TO(number, name) "mov %" #name ", self_test_machine+8*" #number "(%rip)\n"
#define EACH(do)                                                                                                      \
	do(0, rax) do(1, rcx) do(2, rdx) do(3, rbx) do(4, rsp) do(5, rbp) do(6, rsi) do(7, rdi) do(8, r8) do(9, r9)    \
	do(10, r10) do(11, r11) do(12, r12) do(13, r13) do(14, r14) do(15, r15)
#define WIDE_FROM(number) "vmovups self_test_machine+160+32*" #number "(%rip), %ymm" #number "\n"
#define WIDE_TO(number) "vmovups %ymm" #number ", self_test_machine+160+32*" #number "(%rip)\n"
#define NARROW_FROM(number) "movups self_test_machine+160+32*" #number "(%rip), %xmm" #number "\n"
#define NARROW_TO(number) "movups %xmm" #number ", self_test_machine+160+32*" #number "(%rip)\n"
#define EACH_VECTOR(do)                                                                                               \
	do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15)

__asm__(".text\n.p2align 4\n"
        ".globl self_test_enter\n.hidden self_test_enter\n.type self_test_enter,@function\n"
        ".globl self_test_back\n.hidden self_test_back\n"
        "self_test_enter:\n"
        "push %rbx\npush %rbp\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "mov %rsp, self_test_machine+144(%rip)\n"
        "cmpq $0, self_test_machine+152(%rip)\nje 1f\n" EACH_VECTOR(WIDE_FROM) "jmp 2f\n"
        "1:\n" EACH_VECTOR(NARROW_FROM)
        "2:\npushq self_test_machine+128(%rip)\npopfq\n" EACH(FROM)
        "jmp *self_test_machine+136(%rip)\n"
        /* Everything leaves a form by a jump to here. */
        "self_test_back:\n" EACH(TO)
        "mov self_test_machine+144(%rip), %rsp\n"
        "pushfq\npopq self_test_machine+128(%rip)\n"
        "cmpq $0, self_test_machine+152(%rip)\nje 3f\n" EACH_VECTOR(WIDE_TO) "vzeroupper\njmp 4f\n"
        "3:\n" EACH_VECTOR(NARROW_TO)
        "4:\npop %r15\npop %r14\npop %r13\npop %r12\npop %rbp\npop %rbx\nret\n"
        ".size self_test_enter, . - self_test_enter\n");

struct child {
	const struct forms *forms;
	struct self_test_shared *shared;
	uint8_t *image, *page;
	uint64_t code;                /* address of the image */
};

/* ---- one form -------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i + 8 <= n; i += 8) {
		uint64_t word;

		memcpy(&word, at + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 29;
	}
	return hash;
}

static void fill(void *to, size_t n, uint64_t seed)
{
	uint8_t *at = to;

	for (size_t i = 0; i + 8 <= n; i += 8) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		memcpy(at + i, &seed, sizeof(seed));
	}
}

static void set_machine(const struct child *child, size_t i, unsigned variant)
{
	const struct form *form = &child->forms->forms[i];
	struct self_test_machine *machine = &self_test_machine;
	uint64_t data = child->shared->data;

	fill(machine->general, sizeof(machine->general), 77 + variant);
	fill(machine->vectors, sizeof(machine->vectors), 99 + variant);
	machine->general[RSP] = data + DATA_STACK;
	if (form->index >= 0)
		machine->general[form->index] = FORM_SCALED / form->scale;
	if (form->base >= 0)
		machine->general[form->base] = form->base == RSP ? data + DATA_STACK : data + DATA_AT;
	machine->flags = variant ? FLAGS_HIGH : FLAGS_LOW;
	machine->target = child->code + i * FORM_SLOT + FORM_AT;
}

/* Runs a form. Returns: a hash of all that came out. */
static uint64_t run_form(const struct child *child, size_t i, unsigned variant)
{
	struct self_test_machine *machine = &self_test_machine;
	void *data = (void *)(uintptr_t)child->shared->data;
	uint64_t hash;

	fill(data, DATA_BYTES, 55 + variant);
	fill(child->page + PAGE_SCRATCH, PAGE_USED - PAGE_SCRATCH, 33);
	memset(child->page + PAGE_MARKER, 0, 8);
	set_machine(child, i, variant);
	self_test_enter();
	hash = mix(variant + 1, machine->general, sizeof(machine->general));
	hash = mix(hash, &machine->flags, sizeof(machine->flags));
	hash = mix(hash, machine->vectors, sizeof(machine->vectors));
	hash = mix(hash, data, DATA_BYTES);
	return mix(hash, child->page, PAGE_USED);
}

static void reference(const struct child *child)
{
	for (size_t i = 0; i + 1 < child->forms->n; i++)
		for (unsigned variant = 0; variant < FORM_VARIANTS; variant++)
			child->shared->outcomes[i].hash[variant] = run_form(child, i, variant);
}

static void compare(const struct child *child)
{
	struct self_test_shared *shared = child->shared;

	for (; shared->current + 1 < child->forms->n; shared->current++) {
		struct self_test_outcome *outcome = &shared->outcomes[shared->current];

		for (unsigned turn = 0; turn < FORM_VARIANTS * FORM_REPEATS; turn++) {
			unsigned variant = turn % FORM_VARIANTS;

			outcome->runs++;
			outcome->harmed += run_form(child, shared->current, variant) != outcome->hash[variant];
		}
	}
}

/* ---- time ------------------------------------------------------------------------------------------------------ */

/* Of this thread on a CPU: what others do does not count. */
static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The least of some rounds, for one run. */
static double measure(const struct child *child, size_t form, uint32_t runs)
{
	double least = 0;

	for (unsigned round = 0; round < COST_ROUNDS; round++) {
		double begin = cpu_ns(), took;

		for (uint32_t i = 0; i < runs; i++) {
			self_test_machine.target = child->code + form * FORM_SLOT + FORM_AT;
			self_test_machine.general[RSP] = child->shared->data + DATA_STACK;
			self_test_enter();
		}
		took = (cpu_ns() - begin) / runs;
		if (!round || took < least)
			least = took;
	}
	return least;
}

static void cost(const struct child *child)
{
	struct self_test_shared *shared = child->shared;

	set_machine(child, shared->wanted, 0);
	shared->cost_ns = measure(child, shared->wanted, shared->runs);
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

typedef void store_fn(uint64_t *to, uint64_t value);

struct storing {
	const struct child *child;
	unsigned number;
	uint64_t *to;
	uint64_t times;               /* 0: until told to stop */
};

/* The last form of the image is a function: store, nop, ret. */
static store_fn *store_of(const struct child *child)
{
	return (store_fn *)(uintptr_t)(child->code + (child->forms->n - 1) * FORM_SLOT + FORM_AT);
}

/* To a CPU of its own, as far as there are any: two threads on one do not meet. */
static void pin(unsigned number)
{
	cpu_set_t allowed, own;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return;
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || number--)
			continue;
		CPU_ZERO(&own);
		CPU_SET(cpu, &own);
		sched_setaffinity(0, sizeof(own), &own);
		return;
	}
}

static void *store(void *user)
{
	const struct storing *storing = user;
	struct self_test_shared *shared = storing->child->shared;
	store_fn *call = store_of(storing->child);

	if (storing->number < 2)
		pin(storing->number);
	__atomic_store_n(&shared->tids[storing->number], (uint32_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	for (uint64_t i = 0; !storing->times || i < storing->times; i++) {
		if (!storing->times && __atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE))
			break;
		call(storing->to, i + 1);
		__atomic_fetch_add(&shared->stores[storing->number], 1, __ATOMIC_RELAXED);
		for (unsigned wait = 0; wait < 200; wait++)
			__builtin_ia32_pause();
	}
	return NULL;
}

/* Two threads store to one word, a third to another. */
static void threads(const struct child *child)
{
	struct storing storing[3];
	pthread_t started[3];
	unsigned n = 0;

	for (unsigned i = 0; i < 3; i++) {
		storing[i] = (struct storing){child, i, child->shared->word[i == 2], 0};
		if (pthread_create(&started[i], NULL, store, &storing[i]) != 0)
			break;
		n++;
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(started[i], NULL);
}

/* The thread that we were started as stores, as often as is wanted. */
static void point(const struct child *child)
{
	struct storing storing = {child, 3, child->shared->word[2], child->shared->runs};

	store(&storing);
}

/* ---- the child itself ------------------------------------------------------------------------------------------ */

static void work(const struct child *child, char what)
{
	if (what == SELF_TEST_WORK_REFERENCE)
		reference(child);
	else if (what == SELF_TEST_WORK_COMPARE)
		compare(child);
	else if (what == SELF_TEST_WORK_COST)
		cost(child);
	else if (what == SELF_TEST_WORK_THREADS)
		threads(child);
	else if (what == SELF_TEST_WORK_POINT)
		point(child);
}

__attribute__((noreturn))
static void live(struct child *child, int fd, int image_fd, size_t size, size_t page)
{
	uint64_t back = (uint64_t)(uintptr_t)self_test_back;
	sigset_t all;
	char what;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Its threads spin: at a real-time priority, inherited, they would starve who watches them. */
	sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){.sched_priority = 0});
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	self_test_machine.has_wide = __builtin_cpu_supports("avx") != 0;
	child->image = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, image_fd, 0);
	if (child->image == MAP_FAILED)
		_exit(1);
	child->page = child->image + page;
	child->code = (uint64_t)(uintptr_t)child->image;
	if (mprotect(child->page, size - page, PROT_READ | PROT_WRITE) != 0)
		_exit(1);
	memcpy(child->page + PAGE_BACK, &back, sizeof(back));
	while (read(fd, &what, 1) == 1) {
		work(child, what);
		if (write(fd, &what, 1) != 1)
			break;
	}
	_exit(0);
}

int self_test_child_start(struct self_test_child *child, const struct forms *forms, int image_fd, size_t image_size,
                          size_t page, struct self_test_shared *shared)
{
	struct child inside = {.forms = forms, .shared = shared};
	int fds[2], error = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return -errno;
	child->pid = fork();
	if (child->pid == 0) {
		close(fds[0]);
		live(&inside, fds[1], image_fd, image_size, page);
	}
	error = child->pid < 0 ? -errno : 0;
	close(fds[1]);
	child->fd = fds[0];
	if (error)
		close(fds[0]);
	return error;
}

int self_test_child_tell(struct self_test_child *child, enum self_test_work what)
{
	char byte = (char)what;

	return send(child->fd, &byte, 1, MSG_NOSIGNAL) == 1 ? 0 : -ECHILD;
}

int self_test_child_wait(struct self_test_child *child, int timeout_ms)
{
	struct pollfd ready = {.fd = child->fd, .events = POLLIN};
	char byte;
	int n;

	do
		n = poll(&ready, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	return n > 0 && read(child->fd, &byte, 1) == 1 ? 0 : -ECHILD;
}

void self_test_child_end(struct self_test_child *child)
{
	if (child->pid > 0) {
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(child->fd);
	}
	child->pid = 0;
}

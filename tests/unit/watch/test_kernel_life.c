/*
 * test_kernel_life.c - probes through the life of what they watch: drops, threads by the thousand, forks, ends, and ten
 * thousand places at once
 */
#include "probe_child.h"

#include "watch/kernel_inside.h"

#include <linux/capability.h>
#include <pthread.h>
#include <sys/syscall.h>

void victim_add(uint64_t *to);
extern const char victim_added[];
__asm__(".text\n.p2align 4\n.globl victim_add\n.type victim_add,@function\nvictim_add:\n"
        "addq $1,(%rdi)\n"
        ".globl victim_added\nvictim_added: nop\n"
        "ret\n.size victim_add, . - victim_add\n");

static const struct wire_probe after = {
	.width = 8, .flags = WIRE_AFTER, .base = 5, .index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE,
	.sample = 1,
};

enum { MANY = 20000, FORKS = 20, THREADS = 1000 };

static unsigned heard_n;
static uint64_t heard_last;
static bool heard_gap;

static void hear(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	uint64_t value;

	(void)user;
	(void)caught;
	memcpy(&value, event->new_value, sizeof(value));
	heard_gap = heard_gap || value <= heard_last;
	heard_last = value;
	heard_n++;
}

static void forget(void)
{
	heard_n = 0;
	heard_last = 0;
	heard_gap = false;
}

static int add_many(void *user)
{
	uint64_t *word = user;

	for (unsigned i = 0; i < MANY; i++)
		victim_add(word);
	return *word == MANY ? 0 : 1;
}

/* Rings far too small, and nobody who listens. */
static void test_drops(void)
{
	struct kernel *kernel = kernel_or_skip(&(struct kernel_options){.ring_bytes = 16384});
	static uint64_t word;
	struct child child;
	struct kernel_set *set;
	struct wire_count count;

	if (!kernel)
		return;
	child = child_start(add_many, &word);
	set = child_probe(kernel, &child, victim_added, 1, &after);
	forget();
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "drops: the child ends well");
	kernel_detach(set);
	kernel_poll(kernel, 0, hear, NULL);
	count = kernel_count(kernel, 1);
	tap_ok(count.dropped > 0, "drops: %llu of %u", (unsigned long long)count.dropped, MANY);
	tap_eq_int(count.events + count.dropped, count.hits, "drops: each hit is an event or counted as dropped");
	tap_eq_int(heard_n, count.events, "drops: each event is heard");
	tap_ok(!heard_gap, "drops: in order");
	kernel_close(kernel);
}

/* What is young waits. */
static void test_settle(struct kernel *kernel)
{
	static uint64_t word;
	struct child child = child_start(add_many, &word);
	struct kernel_set *set = child_probe(kernel, &child, victim_added, 2, &after);
	int first, second;

	forget();
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "settle: the child ends well");
	kernel_detach(set);
	first = kernel_poll(kernel, 600000000000, hear, NULL);
	second = kernel_poll(kernel, 0, hear, NULL);
	tap_ok(first == 0 && second == MANY && heard_n == MANY && !heard_gap, "settle: young events wait (%d, %d)", first,
	       second);
}

struct shared {
	uint64_t word, others, ready, stop;
};

/* The child's own children store too. */
static int add_and_fork(void *user)
{
	struct shared *shared = user;
	int bad = 0;

	for (unsigned i = 0; i < FORKS; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			uint64_t own = 0;

			for (unsigned turn = 0; turn < 100; turn++)
				victim_add(&own);
			_exit(own == 100 ? 0 : 1);
		}
		for (unsigned turn = 0; turn < 100; turn++)
			victim_add(&shared->word);
		waitpid(pid, &status, 0);
		bad += status != 0;
	}
	return bad;
}

static void test_forks(struct kernel *kernel)
{
	static struct shared shared;
	struct child child = child_start(add_and_fork, &shared);
	struct kernel_set *set = child_probe(kernel, &child, victim_added, 3, &after);

	child_go(&child);
	tap_eq_int(child_end(&child), 0, "fork: the results of all stay right");
	kernel_detach(set);
	tap_eq_int(kernel_count(kernel, 3).hits, FORKS * 100, "fork: hits of the process alone are counted");
}

static void *add_once(void *user)
{
	uint64_t own = 0;

	victim_add(&own);
	__atomic_fetch_add((uint64_t *)user, own, __ATOMIC_RELAXED);
	return NULL;
}

/* Short threads, four at a time. */
static int churn(void *user)
{
	struct shared *shared = user;

	for (unsigned i = 0; i < THREADS; i += 4) {
		pthread_t threads[4];

		for (unsigned t = 0; t < 4; t++)
			if (pthread_create(&threads[t], NULL, add_once, &shared->word) != 0)
				return 2;
		for (unsigned t = 0; t < 4; t++)
			pthread_join(threads[t], NULL);
	}
	return shared->word == THREADS ? 0 : 1;
}

static void test_churn(struct kernel *kernel)
{
	static struct shared shared;
	struct child child = child_start(churn, &shared);
	struct wire_probe probe = after;
	struct kernel_set *set;
	uint64_t begin = kernel_now_ns();

	probe.flags |= WIRE_JUDGE | WIRE_STACK_WANTED;
	set = child_probe(kernel, &child, victim_added, 4, &probe);
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "churn: the child ends well");
	printf("# %u threads in %.0f ms\n", THREADS, (double)(kernel_now_ns() - begin) / 1e6);
	kernel_detach(set);
	tap_eq_int(kernel_count(kernel, 4).hits, THREADS, "churn: the one hit of each short thread is counted");
	tap_eq_int(kernel_count(kernel, 4).events, THREADS, "churn: and told");
}

static int add_until_stopped(void *user)
{
	struct shared *shared = user;
	uint64_t calls = 0;

	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE)) {
		victim_add(&shared->word);
		__atomic_store_n(&shared->ready, ++calls, __ATOMIC_RELEASE);
	}
	return shared->word == calls ? 0 : 1;
}

static struct shared *new_shared(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void wait_ready(const struct shared *shared, uint64_t beyond)
{
	while (__atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE) <= beyond)
		usleep(100);
}

/* Probes come and go on code that runs. */
static void test_come_and_go(struct kernel *kernel)
{
	struct shared *shared = new_shared();
	struct child child = child_start(add_until_stopped, shared);
	unsigned silent = 0;

	child_go(&child);
	wait_ready(shared, 0);
	for (unsigned i = 0; i < 30; i++) {
		uint64_t before = kernel_count(kernel, 5).hits;
		struct kernel_set *set = child_probe(kernel, &child, victim_added, 5, &after);

		wait_ready(shared, __atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE) + 20);
		kernel_detach(set);
		silent += kernel_count(kernel, 5).hits == before;
	}
	shared->stop = 1;
	tap_eq_int(child_end(&child), 0, "come and go: the child's results stay right");
	tap_eq_int(silent, 0, "come and go: each time there were hits");
	munmap(shared, 4096);
}

/* The process is killed under probes; the next one can be watched. */
static void test_killed(struct kernel *kernel)
{
	for (unsigned i = 0; i < 3; i++) {
		struct shared *shared = new_shared();
		struct child child = child_start(add_until_stopped, shared);
		struct kernel_set *set = child_probe(kernel, &child, victim_added, 6 + i, &after);

		child_go(&child);
		wait_ready(shared, 10);
		kill(child.pid, SIGKILL);
		tap_ok(WIFSIGNALED(child_end(&child)), "killed: the child is gone");
		tap_ok(kernel_count(kernel, 6 + i).hits > 10, "killed: its hits were counted");
		kernel_detach(set);
		munmap(shared, 4096);
	}
}

/* The process that holds the probes is killed: they are gone, the target is whole, and it is told. */
static void test_setter_killed(void)
{
	struct kernel *kernel = kernel_or_skip(NULL);
	struct shared *shared = new_shared();
	struct child child = child_start(add_until_stopped, shared);
	struct kernel_place place = {.offset = offset_of(victim_added), .id = 1};
	struct kernel_set *set = child_probe(kernel, &child, victim_added, 1, &after), *second = NULL;
	struct watch_error error = {""};
	uint64_t hits;

	child_go(&child);
	wait_ready(shared, 10);
	kill(kernel->setter_pid, SIGKILL);
	tap_eq_int(kernel_attach(kernel, "/proc/self/exe", &place, 1, child.pid, &second, &error), -EPIPE, "without it: %s",
	           error.text);
	waitid(P_PID, (id_t)kernel->setter_pid, &(siginfo_t){0}, WEXITED | WNOWAIT);
	hits = kernel_count(kernel, 1).hits;
	wait_ready(shared, __atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE) + 1000);
	tap_eq_int(kernel_count(kernel, 1).hits, hits, "without it: no probe is left");
	shared->stop = 1;
	tap_eq_int(child_end(&child), 0, "without it: the child's results stay right");
	kernel_detach(set);
	kernel_close(kernel);
	munmap(shared, 4096);
}

/* One neighbour may stand for several stores, and several links may be at one place. */
static void test_same_place(struct kernel *kernel)
{
	static uint64_t word;
	struct child child = child_start(add_many, &word);
	struct kernel_place places[2] = {
		{.offset = offset_of(victim_added), .id = 30}, {.offset = offset_of(victim_added), .id = 31},
	};
	struct kernel_set *set = NULL, *third;
	struct watch_error error = {""};

	*kernel_probe(kernel, 30) = *kernel_probe(kernel, 31) = after;
	third = child_probe(kernel, &child, victim_added, 32, &after);
	tap_eq_int(kernel_attach(kernel, "/proc/self/exe", places, 2, child.pid, &set, &error), 0, "same place: %s",
	           error.text);
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "same place: the child ends well");
	kernel_detach(set);
	kernel_detach(third);
	for (uint32_t id = 30; id < 33; id++)
		tap_eq_int(kernel_count(kernel, id).hits, MANY, "same place: %u counts all", id);
}

static void test_refused(struct kernel *kernel)
{
	struct kernel_place place = {.offset = 0, .id = 9};
	struct kernel_set *set = NULL;
	struct watch_error error = {""};

	tap_ok(kernel_attach(kernel, "/nowhere/at/all", &place, 1, getpid(), &set, &error) < 0 && !set && error.text[0],
	       "refused: %s", error.text);
	error.text[0] = '\0';
	tap_ok(kernel_attach(kernel, "/proc/self/exe", &place, 1, 0x3ffffff0, &set, &error) < 0 && !set && error.text[0],
	       "refused: %s", error.text);
	error.text[0] = '\0';
	tap_ok(kernel_attach(kernel, "/proc/self/exe", &place, 0, getpid(), &set, &error) < 0 && !set && error.text[0],
	       "refused: %s", error.text);
}

/* ---- semaphores ------------------------------------------------------------------------------------------------ */

/* As a USDT probe has it: counted up while somebody attends. */
static volatile uint16_t semaphore __attribute__((section(".probes"), used));

static int see_semaphore(void *user)
{
	struct shared *shared = user;
	uint64_t word = 0;

	victim_add(&word);
	shared->ready = 1 + semaphore;
	while (!__atomic_load_n(&shared->stop, __ATOMIC_ACQUIRE))
		usleep(100);
	return semaphore;
}

static void test_semaphore(struct kernel *kernel)
{
	struct shared *shared = new_shared();
	struct child child = child_start(see_semaphore, shared);
	struct kernel_place place = {
		.offset = offset_of(victim_added), .id = 20,
		.semaphore = offset_of((const void *)(uintptr_t)&semaphore),
	};
	struct kernel_set *set = NULL;
	struct watch_error error = {""};

	*kernel_probe(kernel, 20) = after;
	kernel_settings(kernel)->tgid = (uint32_t)child.pid;
	tap_eq_int(kernel_attach(kernel, "/proc/self/exe", &place, 1, child.pid, &set, &error), 0, "semaphore: %s", error.text);
	child_go(&child);
	wait_ready(shared, 0);
	tap_eq_int(shared->ready, 2, "semaphore: counted up while a probe is there");
	kernel_detach(set);
	__atomic_store_n(&shared->stop, 1, __ATOMIC_RELEASE);
	tap_eq_int(child_end(&child), 0, "semaphore: and down again");
	tap_eq_int(kernel_count(kernel, 20).hits, 1, "semaphore: its probe fired");
	munmap(shared, 4096);
}

/* ---- rights ---------------------------------------------------------------------------------------------------- */

/* Opens with these capabilities alone. Returns: 0 where it is refused, and all of three are named that are missing. */
static int open_with(void *user)
{
	uint32_t has = *(uint32_t *)user;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	struct kernel *kernel;
	struct watch_error error = {""};

	data[CAP_BPF / 32].effective = data[CAP_BPF / 32].permitted = has;
	if (syscall(SYS_capset, &header, data) != 0)
		return 10;
	if (kernel_open(NULL, &kernel, &error) != -EPERM)
		return 11;
	return !strstr(error.text, "CAP_BPF") == !(has >> (CAP_BPF % 32) & 1) ||
	       !strstr(error.text, "CAP_PERFMON") == !(has >> (CAP_PERFMON % 32) & 1) ||
	       !strstr(error.text, "CAP_SYS_PTRACE");
}

static void test_rights(void)
{
	static const uint32_t some[] = {0, 1u << (CAP_BPF % 32), 1u << (CAP_PERFMON % 32)};

	for (unsigned i = 0; i < 3; i++) {
		uint32_t has = some[i];
		struct child child = child_start(open_with, &has);

		child_go(&child);
		tap_eq_int(child_end(&child), 0, "rights: the missing ones are named (%x)", has);
	}
}

/* ---- ten thousand places --------------------------------------------------------------------------------------- */

enum { SITES = 10000, PITCH = 16 };

struct field {
	int fd;
	uint64_t passes;
};

/* Walks over all nops. */
static int walk(void *user)
{
	const struct field *field = user;
	char *code = mmap(NULL, SITES * PITCH + 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, field->fd, 0);

	if (code == MAP_FAILED)
		return 1;
	for (uint64_t i = 0; i < field->passes; i++)
		((void (*)(void))(uintptr_t)code)();
	return 0;
}

static void test_many(struct kernel *kernel)
{
	static char image[SITES * PITCH + 4096];
	static struct kernel_place places[SITES];
	struct field field = {.fd = memfd_create("sites", MFD_CLOEXEC), .passes = 3};
	struct wire_probe probe = after;
	struct kernel_set *set = NULL;
	struct watch_error error = {""};
	struct child child;
	unsigned wrong = 0;
	char path[64];
	uint64_t begin, attached, detached;

	memset(image, 0x90, SITES * PITCH);
	image[SITES * PITCH] = (char)0xc3;
	tap_ok(write(field.fd, image, sizeof(image)) == (ssize_t)sizeof(image), "many: a file of nops");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", field.fd);
	probe.sample = 0;
	for (uint32_t i = 0; i < SITES; i++) {
		places[i] = (struct kernel_place){.offset = i * PITCH, .id = 100 + i};
		*kernel_probe(kernel, 100 + i) = probe;
	}
	child = child_start(walk, &field);
	kernel_settings(kernel)->tgid = (uint32_t)child.pid;
	begin = kernel_now_ns();
	tap_eq_int(kernel_attach(kernel, path, places, SITES, child.pid, &set, &error), 0, "many: attached %s", error.text);
	attached = kernel_now_ns();
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "many: the child ends well");
	for (uint32_t i = 0; i < SITES; i++)
		wrong += kernel_count(kernel, 100 + i).hits != field.passes;
	tap_eq_int(wrong, 0, "many: each of %u fired each time", SITES);
	detached = kernel_now_ns();
	kernel_detach(set);
	printf("# %u sites attached in %.0f ms, detached in %.0f ms\n", SITES, (double)(attached - begin) / 1e6,
	       (double)(kernel_now_ns() - detached) / 1e6);
	close(field.fd);
}

int main(void)
{
	struct kernel *kernel = kernel_or_skip(NULL);

	if (!kernel)
		return tap_done();
	test_drops();
	test_settle(kernel);
	test_forks(kernel);
	test_churn(kernel);
	test_come_and_go(kernel);
	test_killed(kernel);
	test_setter_killed();
	test_same_place(kernel);
	test_refused(kernel);
	test_semaphore(kernel);
	test_rights();
	if (kernel_way(kernel) == KERNEL_WAY_MULTI)
		test_many(kernel);
	else
		tap_skip("this kernel has no links for many probes");
	kernel_close(kernel);
	return tap_done();
}

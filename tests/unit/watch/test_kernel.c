/*
 * test_kernel.c - programs in the kernel, on a child: each hit counted, values as stored, order, drops, forks, ends
 */
#include "probe_child.h"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

/* A store with a one-byte nop before and behind it: places for probes that the kernel does not have to step over. */
void victim_store(uint64_t *to, uint64_t value);
extern const char victim_before[], victim_store_itself[], victim_after[];
__asm__(".text\n.p2align 4\n.globl victim_store\n.type victim_store,@function\nvictim_store:\n"
        ".globl victim_before\nvictim_before: nop\n"
        ".globl victim_store_itself\nvictim_store_itself: mov %rsi,(%rdi)\n"
        ".globl victim_after\nvictim_after: nop\n"
        "ret\n.size victim_store, . - victim_store\n");

/* Two frames around a store: who called shows in the stack. */
void victim_outer(uint64_t *to, uint64_t value);
extern const char victim_back[];
__asm__(".globl victim_outer\n.type victim_outer,@function\nvictim_outer:\n"
        "push %rbp\nmov %rsp,%rbp\ncall 1f\n.globl victim_back\nvictim_back: pop %rbp\nret\n"
        "1: push %rbp\nmov %rsp,%rbp\ncall victim_store\npop %rbp\nret\n.size victim_outer, . - victim_outer\n");

/* A Go program's registers and its thread's own word: g in both. */
void victim_go(uint64_t *to, uint64_t value, const void *g);
extern const char victim_go_in[];
__asm__(".globl victim_go\n.type victim_go,@function\nvictim_go:\n"
        "push %r14\nmov %rdx,%r14\nmov %fs:-8,%rax\nmov %rdx,%fs:-8\nmov %rsi,(%rdi)\n"
        ".globl victim_go_in\nvictim_go_in: nop\n"
        "mov %rax,%fs:-8\npop %r14\nret\n.size victim_go, . - victim_go\n");

enum { MANY = 1000, READING = 30, POINT = 33, PAUSING = 35 };

struct heard {
	unsigned n, caught, caught_reading, caught_by_point;
	uint64_t last_ns;
	bool out_of_order;
	struct wire_event events[MANY];
	struct wire_caught last_caught;
};
static struct heard heard;

static void hear(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	(void)user;
	heard.out_of_order = heard.out_of_order || event->time_ns < heard.last_ns;
	heard.last_ns = event->time_ns;
	if (heard.n < MANY)
		heard.events[heard.n] = *event;
	heard.n++;
	if (caught) {
		heard.caught++;
		heard.caught_reading += (caught->held.probe == READING) != (event->probe == READING);
		heard.caught_by_point += event->probe == POINT;
		heard.last_caught = *caught;
	}
}

static const struct wire_probe after = {
	.width = 8, .flags = WIRE_AFTER, .base = 5, .index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE,
	.sample = 1,
};
static const struct wire_probe before = {
	.width = 8, .base = 5, .index = WIRE_NONE, .value = 4, .length = WIRE_NONE, .sample = 1,
};

static int store_many(void *user)
{
	uint64_t *to = user;

	for (uint64_t i = 0; i < MANY; i++)
		victim_store(to, i * 3 + 1);
	return *to == (MANY - 1) * 3 + 1 ? 0 : 1;
}

static void forget(void)
{
	memset(&heard, 0, sizeof(heard));
}

/* All thousand stores, their values and addresses, by a probe that sees memory after or before. */
static void test_values(struct kernel *kernel, const void *place, uint32_t id, const struct wire_probe *probe,
                        const char *name)
{
	static uint64_t word;
	struct child child = child_start(store_many, &word);
	struct kernel_set *set = child_probe(kernel, &child, place, id, probe);
	unsigned wrong = 0;
	struct wire_count count;

	forget();
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "%s: the child's own results stay right", name);
	kernel_poll(kernel, 0, hear, NULL);
	kernel_detach(set);
	count = kernel_count(kernel, id);
	tap_eq_int(count.hits, MANY, "%s: each hit is counted", name);
	tap_eq_int(count.events, MANY, "%s: each is an event", name);
	tap_eq_int(heard.n, MANY, "%s: each event is heard", name);
	tap_ok(!heard.out_of_order, "%s: in order of time", name);
	for (unsigned i = 0; i < heard.n && i < MANY; i++) {
		const struct wire_event *event = &heard.events[i];
		uint64_t value, old;

		memcpy(&value, event->new_value, 8);
		memcpy(&old, event->old_value, 8);
		wrong += event->address != (uintptr_t)&word || event->tid != (uint32_t)child.pid || event->new_n != 8 ||
		         value != i * 3 + 1 || event->probe != id || event->kind != WIRE_EVENT_WRITE ||
		         event->ip != (uintptr_t)place;
		if (!(probe->flags & WIRE_AFTER))
			wrong += event->old_n != 8 || old != (i ? i * 3 - 2 : 0);
	}
	tap_eq_int(wrong, 0, "%s: address, values, thread and place of each", name);
}

/* ---- what a probe can say of a store --------------------------------------------------------------------------- */

struct places {
	uint64_t word[8];
	uint32_t lock;
	uint64_t g[4];
};
static struct places places;

static int store_one(void *user)
{
	(void)user;
	victim_store(&places.word[2], 0x1122334455667788);
	victim_outer(&places.word[2], 24);
	return 0;
}

static int store_go(void *user)
{
	(void)user;
	victim_go(&places.word[1], 5, places.g);
	return 0;
}

/* What one probe tells of the work's first store. */
static const struct wire_event *told_of(struct kernel *kernel, int (*work)(void *user), const void *place, uint32_t id,
                                        const struct wire_probe *probe)
{
	struct child child = child_start(work, places.word);
	struct kernel_set *set = child_probe(kernel, &child, place, id, probe);

	forget();
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "the child ends well");
	kernel_detach(set);
	kernel_poll(kernel, 0, hear, NULL);
	return &heard.events[0];
}

static void test_address_forms(struct kernel *kernel)
{
	struct wire_probe probe = before;
	const struct wire_event *event;
	uint64_t value;

	places.lock = 0xabcd;
	places.word[5] = 77;
	probe.base = WIRE_NONE;
	probe.index = 5;
	probe.scale = 1;
	probe.displacement = (uint64_t)-8;
	event = told_of(kernel, store_one, victim_before, 40, &probe);
	tap_eq_int(event->address, (uintptr_t)&places.word[1], "index and displacement make the address");
	probe = before;
	probe.displacement = 24;
	probe.flags = WIRE_HAS_IMMEDIATE | WIRE_LOCK;
	probe.immediate = 0xfedcba98;
	probe.width = 4;
	probe.lock = (int32_t)((char *)&places.lock - (char *)&places.word[5]);
	event = told_of(kernel, store_one, victim_before, 41, &probe);
	memcpy(&value, event->new_value, 8);
	tap_ok(event->new_n == 4 && (uint32_t)value == 0xfedcba98, "the value of the instruction itself");
	tap_ok(event->old_n == 4 && event->old_value[0] == 77, "the old value at another offset");
	tap_ok(event->lock_known && event->lock == 0xabcd, "the lock's word");
	probe = before;
	probe.base = WIRE_NONE;
	probe.displacement = (uintptr_t)&places.word[5];
	event = told_of(kernel, store_one, victim_before, 42, &probe);
	tap_eq_int(event->address, (uintptr_t)&places.word[5], "an absolute address");
	probe = before;
	probe.flags = WIRE_BULK;
	probe.width = 0;
	probe.length = 4;
	event = told_of(kernel, store_one, victim_before, 43, &probe);
	tap_eq_int(event->width, 0xffffffff, "a width out of a register, at most 32 bits of it");
	tap_eq_int(heard.events[1].width, 24, "and as it is");
	probe = before;
	probe.flags = WIRE_FREE;
	event = told_of(kernel, store_one, victim_before, 44, &probe);
	tap_ok(event->kind == WIRE_EVENT_FREE && event->address == (uintptr_t)&places.word[2], "the end of an object");
}

static void test_threads_own(struct kernel *kernel)
{
	struct wire_probe probe = after;
	const struct wire_event *event;

	probe.flags |= WIRE_STACK_WANTED;
	told_of(kernel, store_one, victim_after, 50, &probe);
	event = &heard.events[1];
	tap_ok(event->stack_n >= 1 && event->stack[0] == (uintptr_t)victim_back,
	       "the stack: return addresses, innermost first");
	places.g[2] = 1234;
	kernel_settings(kernel)->goid_offset = 16;
	probe.flags = WIRE_AFTER | WIRE_GO;
	tap_eq_int(told_of(kernel, store_go, victim_go_in, 51, &probe)->goroutine, 1234, "the goroutine, by register");
	tap_eq_int(kernel_find_thread_base(kernel), 0, "this kernel says where it keeps a thread's FS base");
	probe.flags = WIRE_AFTER | WIRE_GO_TLS;
	tap_eq_int(told_of(kernel, store_go, victim_go_in, 52, &probe)->goroutine, 1234, "the goroutine, by thread");
	probe.flags = WIRE_AFTER;
	tap_eq_int(told_of(kernel, store_go, victim_go_in, 53, &probe)->goroutine, 0, "none where there is none");
}

static int store_fresh(void *user)
{
	char *pages = mmap(NULL, MANY * 4096ul, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)user;
	for (unsigned i = 0; i < MANY; i++)
		victim_store((uint64_t *)(void *)(pages + i * 4096ul), i);
	return *(uint64_t *)(void *)(pages + 7 * 4096ul) == 7 ? 0 : 1;
}

static void test_absent(struct kernel *kernel)
{
	struct wire_probe probe = before;
	unsigned unknown = 0;

	told_of(kernel, store_fresh, victim_before, 60, &probe);
	for (unsigned i = 0; i < heard.n && i < MANY; i++)
		unknown += heard.events[i].old_n != 8;
	tap_eq_int(heard.n, MANY, "stores to pages that are not there yet");
	tap_eq_int(kernel_sleepable(kernel) ? unknown : 0, 0, "their old values are known all the same");
	tap_eq_int(kernel_count(kernel, 60).faults, unknown, "what is not known is counted");
	probe.displacement = 1ull << 60;
	told_of(kernel, store_many, victim_before, 61, &probe);
	tap_eq_int(kernel_count(kernel, 61).faults, MANY, "memory that is not there is counted, and harms nothing");
	tap_ok(heard.n == MANY && !heard.events[5].old_n && heard.events[5].new_n == 8, "its event says what is known");
}

static void test_sample(struct kernel *kernel)
{
	struct wire_probe probe = after;
	struct wire_count count;

	probe.sample = 10;
	told_of(kernel, store_many, victim_after, 70, &probe);
	count = kernel_count(kernel, 70);
	tap_eq_int(count.hits, MANY, "a sample: all hits are counted");
	tap_ok(count.events > MANY / 40 && count.events < MANY / 4, "one event in ten (%llu)",
	       (unsigned long long)count.events);
	tap_eq_int(heard.n, count.events, "all of them heard");
	probe.sample = 0;
	told_of(kernel, store_many, victim_after, 71, &probe);
	tap_ok(kernel_count(kernel, 71).hits == MANY && !heard.n, "or none at all");
}

/* ---- holds ----------------------------------------------------------------------------------------------------- */

struct meeting {
	uint64_t word __attribute__((aligned(64)));
	uint64_t other __attribute__((aligned(64)));
	int lock __attribute__((aligned(64)));
	bool locked, apart;
	unsigned ms;
};

struct meeting_thread {
	struct meeting *meeting;
	uint64_t *to;
	unsigned cpu;
};

static void take(struct meeting *meeting)
{
	while (meeting->locked && __atomic_exchange_n(&meeting->lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void leave(struct meeting *meeting)
{
	if (meeting->locked)
		__atomic_store_n(&meeting->lock, 0, __ATOMIC_RELEASE);
}

static void *store_for_a_while(void *user)
{
	struct meeting_thread *thread = user;
	uint64_t end = kernel_now_ns() + thread->meeting->ms * 1000000ull;
	cpu_set_t own;

	/* Two threads on one CPU do not meet. */
	CPU_ZERO(&own);
	CPU_SET(thread->cpu, &own);
	sched_setaffinity(0, sizeof(own), &own);

	for (uint64_t i = 0; kernel_now_ns() < end; i++) {
		take(thread->meeting);
		victim_store(thread->to, i);
		leave(thread->meeting);
		for (unsigned wait = 0; wait < 300; wait++)
			__asm__ volatile("pause");
	}
	return NULL;
}

static int meet(void *user)
{
	struct meeting *meeting = user;
	struct meeting_thread sides[2] = {
		{meeting, &meeting->word, 0}, {meeting, meeting->apart ? &meeting->other : &meeting->word, 1},
	};
	pthread_t threads[2];

	for (unsigned i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, store_for_a_while, &sides[i]) != 0)
			return 1;
	for (unsigned i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void set_holds(struct kernel *kernel)
{
	struct wire_settings *settings = kernel_settings(kernel);

	settings->hold_min_ns = 20000;
	settings->hold_max_ns = 100000;
	/* What was spent before is paid for: half of the time from now on. */
	settings->hold_start_ns = kernel_now_ns() - kernel_totals(kernel)->hold_spent_ns * 2;
	settings->hold_permille = 500;
	settings->shared_ns = 1000000000;
}

/* Two threads, and holds for half of the time. Returns: how many were caught. */
static uint64_t run_meeting(struct kernel *kernel, uint32_t id, struct meeting *meeting, struct wire_count *ret_count)
{
	struct wire_probe probe = after;
	struct wire_settings *settings = kernel_settings(kernel);
	struct child child = child_start(meet, meeting);
	struct kernel_set *set;

	probe.flags |= WIRE_JUDGE;
	probe.sample = 0;
	probe.hold_every = 4;
	set_holds(kernel);
	forget();
	set = child_probe(kernel, &child, victim_after, id, &probe);
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "the child ends well");
	kernel_detach(set);
	kernel_poll(kernel, 0, hear, NULL);
	*ret_count = kernel_count(kernel, id);
	printf("# %llu hits, %llu on shared bytes, %llu holds of %.1f us, %llu caught\n",
	       (unsigned long long)ret_count->hits, (unsigned long long)ret_count->met_shared,
	       (unsigned long long)ret_count->holds,
	       ret_count->holds ? (double)ret_count->hold_ns / 1e3 / (double)ret_count->holds : 0.0,
	       (unsigned long long)ret_count->caught);
	settings->hold_permille = 0;
	return ret_count->caught;
}

/* Held at a place that stores nothing: nobody is convicted, whatever is stored meanwhile. */
static void test_pauses(struct kernel *kernel)
{
	static struct meeting meeting = {.ms = 400};
	struct wire_probe pause = {.base = WIRE_NONE, .index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE,
	                           .old = WIRE_NONE, .flags = WIRE_JUDGE | WIRE_PAUSE, .hold_every = 4};
	struct wire_probe storing = after;
	struct child child = child_start(meet, &meeting);
	struct kernel_set *sets[2];
	struct wire_count count;

	storing.flags |= WIRE_JUDGE;
	storing.sample = 0;
	set_holds(kernel);
	forget();
	sets[0] = child_probe(kernel, &child, victim_before, PAUSING, &pause);
	sets[1] = child_probe(kernel, &child, victim_after, PAUSING + 1, &storing);
	child_go(&child);
	tap_eq_int(child_end(&child), 0, "pauses: the child ends well");
	for (unsigned i = 0; i < 2; i++)
		kernel_detach(sets[i]);
	kernel_poll(kernel, 0, hear, NULL);
	count = kernel_count(kernel, PAUSING);
	tap_ok(count.holds > 50 && count.hold_ns > count.holds * 20000, "threads are held before their stores (%llu)",
	       (unsigned long long)count.holds);
	tap_ok(kernel_count(kernel, PAUSING + 1).hits > count.holds, "while others store");
	tap_ok(!heard.caught && !count.events && !count.faults, "and nobody is caught at it");
	kernel_settings(kernel)->hold_permille = 0;
}

/* A read of the word before each store: those who read are caught by those who write, never by one another. */
static void test_reads(struct kernel *kernel)
{
	static struct meeting meeting = {.ms = 800};
	struct wire_probe reading = before, writing = after;
	struct child child = child_start(meet, &meeting);
	struct kernel_set *sets[2];
	uint64_t alone;

	reading.flags = WIRE_JUDGE | WIRE_READ;
	writing.flags |= WIRE_JUDGE;
	reading.sample = writing.sample = 0;
	reading.hold_every = 4;
	set_holds(kernel);
	forget();
	sets[0] = child_probe(kernel, &child, victim_before, READING, &reading);
	/* Readers alone for the first half. */
	child_go(&child);
	usleep(400000);
	alone = kernel_count(kernel, READING).caught;
	tap_ok(alone == 0 && kernel_count(kernel, READING).holds > 0, "two who read are not caught");
	sets[1] = child_probe(kernel, &child, victim_after, READING + 1, &writing);
	tap_eq_int(child_end(&child), 0, "reads: the child ends well");
	for (unsigned i = 0; i < 2; i++)
		kernel_detach(sets[i]);
	kernel_poll(kernel, 0, hear, NULL);
	tap_ok(heard.caught > 10, "one who writes is caught at what is held for reading (%u)", heard.caught);
	tap_eq_int(heard.caught, heard.caught_reading, "each with one side that reads and one that writes");
	kernel_settings(kernel)->hold_permille = 0;
}

/* ---- watchpoints ----------------------------------------------------------------------------------------------- */

static struct by_address {
	uint64_t word;
	uint32_t tid, armed;
} *by_address;

/* Stores where no probe is. */
static void *store_unseen(void *user)
{
	uint64_t end;
	cpu_set_t own;

	(void)user;
	CPU_ZERO(&own);
	CPU_SET(1, &own);
	sched_setaffinity(0, sizeof(own), &own);
	__atomic_store_n(&by_address->tid, (uint32_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	while (!__atomic_load_n(&by_address->armed, __ATOMIC_ACQUIRE))
		usleep(100);
	for (end = kernel_now_ns() + 500000000; kernel_now_ns() < end;) {
		*(volatile uint64_t *)&by_address->word = 7;
		for (unsigned wait = 0; wait < 2000; wait++)
			__asm__ volatile("pause");
	}
	return NULL;
}

static int meet_unseen(void *user)
{
	static struct meeting meeting = {.ms = 500};
	struct meeting_thread seen = {&meeting, &by_address->word, 0};
	pthread_t other;

	(void)user;
	if (pthread_create(&other, NULL, store_unseen, NULL) != 0)
		return 1;
	while (!__atomic_load_n(&by_address->armed, __ATOMIC_ACQUIRE))
		usleep(100);
	store_for_a_while(&seen);
	pthread_join(other, NULL);
	return 0;
}

static int open_point(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT, .size = sizeof(attr), .sample_period = 1, .exclude_kernel = 1,
		.bp_type = HW_BREAKPOINT_W, .bp_addr = (uintptr_t)&by_address->word, .bp_len = HW_BREAKPOINT_LEN_8,
	};

	return (int)syscall(SYS_perf_event_open, &attr, by_address->tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* One is held at its store; another comes by a store that has no probe, and a watchpoint convicts it. */
static void test_point(struct kernel *kernel)
{
	struct wire_probe probe = after;
	struct child child;
	struct kernel_set *set;
	uint64_t times = 0;
	bool fired;
	int fd;

	by_address = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child = child_start(meet_unseen, NULL);
	probe.flags |= WIRE_JUDGE;
	probe.sample = 0;
	probe.hold_every = 1;
	set_holds(kernel);
	kernel_settings(kernel)->focus = (uintptr_t)&by_address->word;
	forget();
	set = child_probe(kernel, &child, victim_after, POINT - 1, &probe);
	*kernel_probe(kernel, POINT) = (struct wire_probe){
		.displacement = (uintptr_t)&by_address->word, .width = 8, .flags = WIRE_JUDGE,
		.base = WIRE_NONE, .index = WIRE_NONE,
	};
	child_go(&child);
	while (!__atomic_load_n(&by_address->tid, __ATOMIC_ACQUIRE))
		usleep(100);
	fd = open_point();
	if (fd < 0 || !tap_eq_int(kernel_attach_point(kernel, fd, POINT), 0, "the watchpoints' program is attached"))
		tap_skip("no hardware watchpoints here");
	__atomic_store_n(&by_address->armed, 1, __ATOMIC_RELEASE);
	tap_eq_int(child_end(&child), 0, "point: the child ends well");
	kernel_detach(set);
	fired = fd >= 0 && read(fd, &times, sizeof(times)) == sizeof(times) && times > 0;
	if (fd >= 0)
		close(fd);
	kernel_poll(kernel, 0, hear, NULL);
	if (fd >= 0 && !fired)
		tap_skip("this machine has debug registers that never fire");
	else if (fd >= 0)
		tap_ok(heard.caught_by_point > 0, "one who comes by any code is caught (%u of %llu)", heard.caught_by_point,
		       (unsigned long long)kernel_count(kernel, POINT).hits);
	kernel_settings(kernel)->hold_permille = 0;
	kernel_settings(kernel)->focus = 0;
	munmap(by_address, 4096);
}

static void test_holds(struct kernel *kernel)
{
	struct meeting meeting = {.ms = 1500};
	const struct wire_caught *caught = &heard.last_caught;
	struct wire_count count;

	tap_ok(run_meeting(kernel, 20, &meeting, &count) > 50, "without a lock, many are caught");
	tap_eq_int(heard.caught, count.caught, "each that is caught is told");
	tap_ok(count.hold_ns < 1500000000 / 2 + 10000000, "holds keep to their budget");
	tap_ok(caught->arrival.kind == WIRE_EVENT_CAUGHT && caught->arrival.address == (uintptr_t)&meeting.word &&
	       caught->held.address == (uintptr_t)&meeting.word && caught->held.probe == 20 &&
	       caught->held.width == 8 &&
	       caught->arrival.tid != caught->held.tid && caught->held.tid, "with both sides");
	meeting.locked = true;
	tap_eq_int(run_meeting(kernel, 21, &meeting, &count), 0, "under a lock nobody is caught");
	tap_ok(count.holds > 100, "though many were held");
	meeting.locked = false;
	meeting.apart = true;
	tap_eq_int(run_meeting(kernel, 22, &meeting, &count), 0, "who write apart are not caught");
	tap_eq_int(count.met_shared, 0, "and share nothing");
}

int main(void)
{
	struct kernel *kernel = kernel_or_skip(NULL);

	if (!kernel)
		return tap_done();
	tap_ok(kernel_way(kernel) != KERNEL_WAY_NONE, "a way to set probes (%d, sleepable %d)", kernel_way(kernel),
	       kernel_sleepable(kernel));
	test_values(kernel, victim_after, 1, &after, "behind the store");
	test_values(kernel, victim_before, 2, &before, "before the store");
	test_values(kernel, victim_store_itself, 3, &before, "at the store");
	test_address_forms(kernel);
	test_threads_own(kernel);
	test_absent(kernel);
	test_sample(kernel);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		tap_skip("one CPU: nobody can come while one is held");
	} else {
		test_holds(kernel);
		test_reads(kernel);
		test_pauses(kernel);
		test_point(kernel);
	}
	kernel_close(kernel);
	kernel = kernel_or_skip(&(struct kernel_options){.no_multi = true});
	tap_eq_int(kernel_way(kernel), KERNEL_WAY_SINGLE, "single probes where there are no links for many");
	test_values(kernel, victim_after, 1, &after, "single, behind the store");
	test_values(kernel, victim_before, 2, &before, "single, before the store");
	kernel_close(kernel);
	return tap_done();
}

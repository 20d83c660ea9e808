/*
 * checked.c - what checked builds know: which thread fills which record, and who owns what
 *
 *     table   bucket 0   slot slot ... slot          a record's address chooses the bucket
 *             bucket 1   slot ...                     a slot: record, thread, type, function, field of one fill
 *
 * A thread that begins to fill a record takes a free slot of its bucket and then looks through the bucket. Between the
 * two stands a full fence: of two threads that come at once at least one sees the other. All else is relaxed, and
 * ThreadSanitizer doesn't model fences: so to it this table orders nothing, and it still sees every race of the
 * program. What a report says of the other thread may be a moment old, for that one goes on.
 *
 * A thread is its number since the start of the process, never used again, above the number the kernel calls it by.
 */
#include <fieldguard/checked.h>
#include <fieldguard/shared.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

enum {
	BUCKETS_BITS = 6,
	SLOTS = 16,            /* fills at once in one bucket; those beyond it are not watched */
};

struct slot {
	_Atomic uint64_t thread;              /* 0: free. Taken before, and given back after, the rest */
	_Atomic uintptr_t record;
	_Atomic(const char *) type, function, field;
};

static struct slot table[1 << BUCKETS_BITS][SLOTS];
static _Atomic uint64_t threads_n;
static _Thread_local uint64_t this_thread;
static _Thread_local struct fg_fill *innermost;

static struct {
	struct fg_mutex lock;          /* guards the rest; taken on a violation alone */
	void (*call)(const struct fg_violation *violation, void *user);
	void *user;
} handler;

#define GET(object) atomic_load_explicit(&(object), memory_order_relaxed)
#define SET(object, value) atomic_store_explicit(&(object), (value), memory_order_relaxed)

static uint32_t kernel_thread(void)
{
#if defined(__linux__)
	return (uint32_t)syscall(SYS_gettid);
#else
	return 0;
#endif
}

static uint64_t thread_number(void)
{
	if (!this_thread) {
		uint64_t number = atomic_fetch_add_explicit(&threads_n, 1, memory_order_relaxed) + 1;
		uint32_t kernel = kernel_thread();

		this_thread = number << 32 | (kernel ? kernel : (uint32_t)number);
	}
	return this_thread;
}

static uint64_t kernel_number(uint64_t thread)
{
	return (uint32_t)thread;
}

/* ---- telling ---- */

static const char *kind_text(enum fg_violation_kind kind)
{
	switch (kind) {
	case FG_VIOLATION_FILL:
		return "concurrent fill of";
	case FG_VIOLATION_OWNER:
		return "write by another thread than the owner of";
	case FG_VIOLATION_ONCE:
		return "second value for a field written once of";
	}
	return "violation of";
}

static size_t append(char *buf, size_t size, size_t len, const char *before, const struct fg_violator *who)
{
	char *at = len < size ? buf + len : NULL;
	size_t room = len < size ? size - len : 0;
	int n = 0;

	if (who->thread)
		n = snprintf(at, room, "%s thread %llu in %s (%s)", before, (unsigned long long)who->thread,
		             who->function ? who->function : "?", who->field ? who->field : "?");
	return len + (n > 0 ? (size_t)n : 0);
}

size_t fg_violation_format(const struct fg_violation *violation, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s struct %s at %p:", kind_text(violation->kind), violation->type, violation->object);
	size_t len = append(buf, size, n > 0 ? (size_t)n : 0, "", &violation->here);

	return append(buf, size, len, ",", &violation->there);
}

/* The one place where the library speaks and ends the process: only in checked builds, and only on a bug in the
 * program, never on input. */
static void report(const struct fg_violation *violation)
{
	char text[512] = "fieldguard: ";
	size_t len = 12 + fg_violation_format(violation, text + 12, sizeof text - 13);

	if (len > sizeof text - 2)
		len = sizeof text - 2;
	text[len] = '\n';
	if (write(STDERR_FILENO, text, len + 1) < 0)
		abort();        /* without the words, then */
	abort();
}

static void tell(const struct fg_violation *violation)
{
	void (*call)(const struct fg_violation *violation, void *user);
	void *user;

	fg_mutex_lock(&handler.lock);
	call = handler.call;
	user = handler.user;
	fg_mutex_unlock(&handler.lock);
	if (call)
		call(violation, user);
	else
		report(violation);
}

void fg_checked_set_handler(void (*call)(const struct fg_violation *violation, void *user), void *user)
{
	fg_mutex_lock(&handler.lock);
	handler.call = call;
	handler.user = user;
	fg_mutex_unlock(&handler.lock);
}

/* ---- fills ---- */

static struct slot *bucket_of(const void *record)
{
	/* Fibonacci hashing, D. E. Knuth, "The Art of Computer Programming", volume 3, section 6.4. */
	return table[(uint64_t)(uintptr_t)record * 0x9e3779b97f4a7c15u >> (64 - BUCKETS_BITS)];
}

static struct slot *take_slot(struct slot *bucket, const void *record, const char *type, const char *function)
{
	for (size_t i = 0; i < SLOTS; i++) {
		uint64_t nobody = 0;

		if (GET(bucket[i].thread) ||
		    !atomic_compare_exchange_strong_explicit(&bucket[i].thread, &nobody, thread_number(),
							     memory_order_relaxed, memory_order_relaxed))
			continue;
		/* With the release of who left it: what that one wrote to the slot comes before what is written now. */
		atomic_thread_fence(memory_order_acquire);
		SET(bucket[i].type, type);
		SET(bucket[i].function, function);
		SET(bucket[i].field, NULL);
		SET(bucket[i].record, (uintptr_t)record);
		return &bucket[i];
	}
	return NULL;
}

/* Another thread's fill of the same record, if there is one. */
static bool find_other(struct slot *bucket, const void *record, struct fg_violator *ret_other)
{
	for (size_t i = 0; i < SLOTS; i++) {
		uint64_t thread = GET(bucket[i].thread);

		if (GET(bucket[i].record) != (uintptr_t)record || !thread || thread == thread_number())
			continue;
		*ret_other = (struct fg_violator){kernel_number(thread), GET(bucket[i].function), GET(bucket[i].field)};
		return true;
	}
	return false;
}

void fg_fill_enter(struct fg_fill *fill, const void *record, const char *type, const char *function)
{
	struct slot *bucket = bucket_of(record);
	struct slot *slot = take_slot(bucket, record, type, function);
	struct fg_violation violation = {FG_VIOLATION_FILL, type, record, {0, function, NULL}, {0}};

	fill->slot = slot;
	fill->outer = innermost;
	innermost = fill;
	atomic_thread_fence(memory_order_seq_cst);
	if (!find_other(bucket, record, &violation.there))
		return;
	violation.here.thread = kernel_number(thread_number());
	tell(&violation);
}

void fg_fill_field(const char *field)
{
	struct slot *slot = innermost ? innermost->slot : NULL;

	if (slot)
		SET(slot->field, field);
}

void fg_fill_leave(struct fg_fill *fill)
{
	struct slot *slot = fill->slot;

	innermost = fill->outer;
	if (!slot)
		return;
	SET(slot->record, 0);
	atomic_store_explicit(&slot->thread, 0, memory_order_release);
}

/* ---- owner and once ---- */

void fg_owned_by_caller(_Atomic uint64_t *writer, const void *shared, const char *type, const char *field,
                        const char *function)
{
	uint64_t owner = 0, self = thread_number();
	struct fg_violation violation = {FG_VIOLATION_OWNER, type, shared, {kernel_number(self), function, field}, {0}};

	if (atomic_compare_exchange_strong_explicit(writer, &owner, self, memory_order_relaxed, memory_order_relaxed) ||
	    owner == self)
		return;
	violation.there.thread = kernel_number(owner);
	tell(&violation);
}

void fg_own(_Atomic uint64_t *writer)
{
	SET(*writer, thread_number());
}

void fg_once_broken(const void *shared, const char *type, const char *field, const char *function)
{
	struct fg_violation violation = {
		FG_VIOLATION_ONCE, type, shared, {kernel_number(thread_number()), function, field}, {0}};

	tell(&violation);
}

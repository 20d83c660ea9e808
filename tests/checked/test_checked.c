/*
 * test_checked.c - what a checked build reports, and what it must never report
 *
 * Compiled with FG_CHECKED, as is the generated code. A fill is held up half-way by its arena's allocator, so that the
 * second one comes in the middle of it, whatever the machine does. Then the same by chance; then twins that are right.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checked.fg.h"
#include "tap.h"

/* ---- what was told --------------------------------------------------------------------------------------------- */

static pthread_mutex_t told_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fg_violation told;
static unsigned told_n;

static void tell(const struct fg_violation *violation, void *user)
{
	(void)user;
	pthread_mutex_lock(&told_lock);
	told = *violation;
	told_n++;
	pthread_mutex_unlock(&told_lock);
}

static unsigned told_since(void)
{
	unsigned n;

	pthread_mutex_lock(&told_lock);
	n = told_n;
	told_n = 0;
	pthread_mutex_unlock(&told_lock);
	return n;
}

static void in_thread(void *(*work)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, arg))
		abort();
	pthread_join(thread, NULL);
}

/* ---- fills ----------------------------------------------------------------------------------------------------- */

static const char text[] = "{\"id\":1,\"weights\":[1,2,3,4],\"note\":\"hello\",\"last\":2}";

struct fill {
	struct parcel *record;                  /* of both */
	void *(*meanwhile)(void *);             /* what another thread does while this one is in the middle */
};

static void *patch_it(void *arg)
{
	const struct fill *fill = arg;
	struct parcel from = {.id = 9};
	struct parcel_present present = {.bits = {1}};

	parcel_patch(fill->record, NULL, &from, &present);
	return NULL;
}

static void *decode_it(void *arg)
{
	const struct fill *fill = arg;
	struct fg_arena arena;

	fg_arena_init(&arena, NULL, 0);
	parcel_decode(text, sizeof text - 1, NULL, &arena, fill->record, NULL, NULL);
	fg_arena_fini(&arena);
	return NULL;
}

static void *decode_another(void *arg)
{
	struct fill other = {.record = &(struct parcel){0}};

	(void)arg;
	return decode_it(&other);
}

static void *alloc_between(void *user, size_t size)
{
	struct fill *fill = user;
	void *(*meanwhile)(void *) = fill->meanwhile;

	fill->meanwhile = NULL;
	if (meanwhile)
		in_thread(meanwhile, fill);
	return malloc(size);
}

static void free_between(void *user, void *ptr)
{
	(void)user;
	free(ptr);
}

/* Decodes; in the middle of it another thread does something. */
static void decode_while(struct parcel *record, void *(*meanwhile)(void *))
{
	struct fill fill = {record, meanwhile};
	struct fg_allocator allocator = {alloc_between, free_between, &fill};
	struct fg_arena arena;

	fg_arena_init(&arena, &allocator, 0);
	if (parcel_decode(text, sizeof text - 1, NULL, &arena, record, NULL, NULL))
		abort();
	fg_arena_fini(&arena);
}

static void test_fills(void)
{
	struct parcel record = {0};
	char line[400];

	decode_while(&record, patch_it);
	tap_eq_int(told_since(), 1, "a patch in the middle of a decode is told");
	tap_eq_int(told.kind, FG_VIOLATION_FILL, "as a concurrent fill");
	tap_eq_str(told.type, "parcel", "of this type");
	tap_ok(told.object == &record, "at this address");
	tap_eq_str(told.here.function, "parcel_patch", "by this function");
	tap_eq_str(told.there.function, "parcel_decode", "and by that one");
	tap_eq_str(told.there.field, "parcel.note", "which is at this field");
	tap_eq_int(told.there.thread, (uint32_t)gettid(), "in this thread");
	tap_ok(told.here.thread && told.here.thread != told.there.thread, "and the other one is told too");
	fg_violation_format(&told, line, sizeof line);
	tap_ok(strstr(line, "concurrent fill of struct parcel at 0x") == line && strstr(line, "in parcel_patch (?), thread "),
	       "in words: %s", line);
	tap_eq_int(fg_violation_format(&told, line, 10), fg_violation_format(&told, NULL, 0), "a small buffer: the length");
	tap_eq_str(line, "concurren", "and what fits");

	decode_while(&record, decode_it);
	tap_eq_int(told_since(), 1, "a second decode is told");
	decode_while(&record, decode_another);
	tap_eq_int(told_since(), 0, "a decode of another record is not");
	decode_while(&record, NULL);
	patch_it(&(struct fill){.record = &record});
	in_thread(decode_it, &(struct fill){.record = &record});
	tap_eq_int(told_since(), 0, "nor are fills one after the other, by two threads");
}

/* A fill by hand, as users write it; the same thread may enter it again. */
static void fill_by_hand(struct parcel *record, void *(*meanwhile)(void *))
{
	FG_FILL(record, "parcel");
	FG_FILL_FIELD("parcel.id");
	record->id = 1;
	if (meanwhile)
		in_thread(meanwhile, &(struct fill){.record = record});
	FG_FILL_FIELD("parcel.last");
	parcel_patch(record, NULL, &(struct parcel){.last = 3}, NULL);
}

static void test_by_hand(void)
{
	struct parcel record = {0};

	fill_by_hand(&record, NULL);
	tap_eq_int(told_since(), 0, "a fill within a fill by the same thread is fine");
	fill_by_hand(&record, patch_it);
	tap_eq_int(told_since(), 1, "a fill by hand is watched");
	tap_eq_str(told.there.function, "fill_by_hand", "under its name");
	tap_eq_str(told.there.field, "parcel.id", "and its field");
}

/* More fills at once than the table has room for, in one bucket or many: not all are watched, none is told wrongly. */
static void fill_deep(struct parcel *records, size_t n)
{
	FG_FILL(&records[0], "parcel");
	if (n > 1)
		fill_deep(records + 1, n - 1);
}

static void test_full(void)
{
	static struct parcel records[3000];

	fill_deep(records, 3000);
	decode_while(&records[5], decode_another);
	tap_eq_int(told_since(), 0, "a full table tells nothing wrong");
	decode_while(&records[5], patch_it);
	tap_eq_int(told_since(), 1, "and is empty again afterwards");
}

/* ---- by chance ------------------------------------------------------------------------------------------------- */

enum { THREADS = 4, ROUNDS = 20000 };
static struct parcel common, own[THREADS];
static pthread_mutex_t common_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t start;
static _Atomic unsigned next;

/* Fills a few words by the macros alone: the record isn't touched, so nothing but the table can tell. */
static void touch(struct parcel *record)
{
	FG_FILL(record, "parcel");
	for (unsigned i = 0; i < 20; i++)
		FG_FILL_FIELD("parcel.weights");
}

static void *fill_common(void *arg)
{
	pthread_barrier_wait(&start);
	for (unsigned i = 0; i < ROUNDS; i++)
		touch(arg);
	return NULL;
}

static void *fill_rightly(void *arg)
{
	struct parcel *mine = &own[atomic_fetch_add(&next, 1)];

	pthread_barrier_wait(&start);
	for (unsigned i = 0; i < ROUNDS; i++) {
		touch(mine);
		pthread_mutex_lock(&common_lock);
		touch(arg);
		pthread_mutex_unlock(&common_lock);
	}
	return NULL;
}

static void all_at_once(void *(*work)(void *))
{
	pthread_t threads[THREADS];

	pthread_barrier_init(&start, NULL, THREADS);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, &common))
			abort();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&start);
}

static void test_by_chance(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 50 && !n; i++) {
		all_at_once(fill_common);
		n = told_since();
	}
	tap_ok(n > 0, "%d threads that fill one record without a lock are told", THREADS);
	atomic_store(&next, 0);
	all_at_once(fill_rightly);
	tap_eq_int(told_since(), 0, "%d threads that take a lock, or fill their own, are not", THREADS);
}

/* ---- owner and once -------------------------------------------------------------------------------------------- */

static struct meter_shared shared;

static void *add_count(void *arg)
{
	(void)arg;
	meter_add_count(&shared, 1);
	return NULL;
}

static void *merge_host(void *arg)
{
	struct meter record = {.host = "b"};
	struct meter_present present = {.bits = {1u << METER_FIELD_HOST}};

	(void)arg;
	meter_merge(&shared, &record, &present, NULL);
	return NULL;
}

static void *merge_level(void *arg)
{
	struct meter record = {.level = 3, .since = 5};
	struct meter_present present = {.bits = {1u << METER_FIELD_LEVEL | 1u << METER_FIELD_SINCE}};

	(void)arg;
	meter_merge(&shared, &record, &present, NULL);
	meter_read(&shared, &record, NULL);
	return NULL;
}

static void *own_and_add(void *arg)
{
	(void)arg;
	meter_own_shared(&shared);
	meter_add_count(&shared, 1);
	return NULL;
}

static void test_owner(void)
{
	struct meter_owner group = {.host = "a"};

	meter_shared_init(&shared);
	meter_add_count(&shared, 1);
	meter_write_owner(&shared, &group);
	tap_eq_int(told_since(), 0, "the first writer is the owner");
	in_thread(add_count, NULL);
	tap_eq_int(told_since(), 1, "another thread's write is told");
	tap_eq_int(told.kind, FG_VIOLATION_OWNER, "as that");
	tap_eq_str(told.here.field, "meter.count", "with the field");
	tap_eq_str(told.here.function, "meter_add_count", "and the function");
	tap_eq_int(told.there.thread, (uint32_t)gettid(), "and the owner");
	in_thread(merge_host, NULL);
	tap_eq_int(told_since(), 1, "another thread's merge of owner fields is told");
	in_thread(merge_level, NULL);
	tap_eq_int(told_since(), 0, "a merge of other fields and a read are not");
	in_thread(own_and_add, NULL);
	tap_eq_int(told_since(), 0, "nor is a write after the record was handed over");
	meter_add_count(&shared, 1);
	tap_eq_int(told_since(), 1, "the former owner's write is, then");
}

static void test_once(void)
{
	meter_shared_init(&shared);
	tap_eq_int(meter_set_since(&shared, 4), 0, "a first value");
	tap_eq_int(meter_set_since(&shared, 4), -EEXIST, "the same again");
	tap_eq_int(told_since(), 0, "is not told");
	tap_eq_int(meter_set_since(&shared, 5), -EEXIST, "another one");
	tap_eq_int(told_since(), 1, "is told");
	tap_eq_int(told.kind, FG_VIOLATION_ONCE, "as that");
	tap_eq_str(told.here.field, "meter.since", "with the field");
	merge_level(NULL);
	tap_eq_int(told_since(), 0, "a merge that is refused is not: that is input");
}

/* Without a handler: words on stderr, and abort. */
static void test_default(void)
{
	char words[400] = "";
	int ends[2], status;
	pid_t child;

	fflush(stdout);
	if (pipe(ends))
		abort();
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		fg_checked_set_handler(NULL, NULL);
		meter_set_since(&shared, 6);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], words, sizeof words - 1) < 0)
		abort();
	waitpid(child, &status, 0);
	tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "without a handler the process aborts");
	tap_ok(strstr(words, "fieldguard: second value for a field written once of struct meter at 0x") == words &&
		       strstr(words, "in meter_set_since (meter.since)\n"),
	       "with these words: %.200s", words);
	close(ends[0]);
}

int main(void)
{
	fg_checked_set_handler(tell, NULL);
	test_fills();
	test_by_hand();
	test_full();
	test_owner();
	test_once();
	test_default();
	test_by_chance();
	return tap_done();
}

/* test_verdict.c - src/watch/verdict.c: conflicts, objects, what the live view asks, candidates, cost, no memory */
#include "made_plan.h"

#include "tap.h"

#include <errno.h>
#include <math.h>
#include <time.h>

enum { A = 12, B = 13 };

static struct made made;
static unsigned told_fresh, told_again;

static void tell(void *user, const struct finding *finding, bool fresh)
{
	(void)user;
	(void)finding;
	*(fresh ? &told_fresh : &told_again) += 1;
}

static struct verdict *begin(size_t objects_max)
{
	struct verdict_options options = {.tell = tell, .thread_name = made_thread_name, .objects_max = objects_max};
	struct verdict *verdict = NULL;

	made_init(&made);
	told_fresh = told_again = 0;
	if (verdict_new(&made.plan, &options, &verdict))
		return NULL;
	return verdict;
}

static unsigned conflicts(const struct verdict *verdict)
{
	return made_findings(verdict, FINDING_CONFLICT, NULL);
}

/* ---- conflicts ------------------------------------------------------------------------------------------------- */

static void test_conflict(void)
{
	struct verdict *verdict = begin(0);
	const struct finding *one = NULL;

	made_caught(verdict, &made, (struct made_event){.field = STATUS, .tid = A, .object = 0x1000, .value = 1},
	            (struct made_event){.field = STATUS, .which = 1, .tid = B, .object = 0x1000, .value = 0});
	tap_eq_int(made_findings(verdict, FINDING_CONFLICT, &one), 1, "a thread that is held and one that arrives: a conflict");
	tap_ok(told_fresh == 1 && told_again == 0, "told at once, as a fresh one");
	if (one) {
		tap_ok(one->field == STATUS && one->field2 == UINT32_MAX && one->type_id == ORDER, "names the field, alone");
		tap_ok(one->first.object == 0x1000, "and the object");
		tap_ok(one->first.sides[0].tid == A && one->first.sides[1].tid == B, "the held one first");
		tap_eq_str(one->first.sides[0].new_text, "paid", "what the held one wrote");
		tap_eq_str(one->first.sides[1].old_text, "paid", "what the other overwrites");
		tap_eq_str(one->first.sides[1].new_text, "created", "and with what");
		tap_eq_str(one->first.sides[0].thread, "t12", "the thread's name");
		tap_ok(one->first.sides[0].stack_n == 2 && one->first.sides[0].stack[1] == 0x2222 &&
		       one->first.sides[1].stack_n == 1 && one->first.sides[1].stack[0] == 0x3333, "both stacks");
		tap_ok(!one->first.sides[0].is_read && !one->first.sides[1].is_read, "both are writes");
	}
	made_caught(verdict, &made,
	            (struct made_event){.field = STATUS, .which = 1, .tid = B, .object = 0x2000, .value = 2},
	            (struct made_event){.field = STATUS, .tid = A, .object = 0x2000, .value = 3});
	tap_eq_int(conflicts(verdict), 1, "the same two sites the other way round: the same finding");
	tap_ok(one && one->count == 2 && one->first.object == 0x1000 && one->last.object == 0x2000,
	       "counted, with first and last evidence");
	tap_eq_int(told_again, 1, "told again, not fresh");
	made_caught(verdict, &made, (struct made_event){.field = STATUS, .tid = B, .object = 0x2000, .value = 2},
	            (struct made_event){.field = STATUS, .tid = A, .object = 0x2000, .value = 3});
	tap_eq_int(conflicts(verdict), 2, "another pair of sites: another finding");
	tap_eq_int(verdict_field(verdict, STATUS).conflicts, 3, "conflicts of the field");
	verdict_free(verdict);
}

static void test_conflict_fields(void)
{
	struct verdict *verdict = begin(0);
	const struct finding *one = NULL;

	made_caught(verdict, &made, (struct made_event){.field = BIT_A, .tid = A, .object = 0x1000, .value = 1},
	            (struct made_event){.field = BIT_B, .tid = B, .object = 0x1000, .value = 2});
	made_findings(verdict, FINDING_CONFLICT, &one);
	tap_ok(one && one->field == BIT_A && one->field2 == BIT_B, "bit-fields of the same bytes: both are named");
	made_caught(verdict, &made, (struct made_event){.field = WHOLE, .tid = A, .object = 0x3000, .no_value = true},
	            (struct made_event){.field = CENTS, .tid = B, .object = 0x3000, .value = 500});
	tap_eq_int(made_findings(verdict, FINDING_CONFLICT, &one), 2, "a copy of all against a field: a conflict");
	tap_ok(one->field == CENTS && one->first.object == 0x3000, "named by the field in which they met");
	tap_ok(one->first.sides[0].site == made_site(WHOLE, 0) && one->first.sides[0].field == CENTS &&
	       one->first.sides[1].field == CENTS, "the copy's site, and what it hit");
	made_caught(verdict, &made, (struct made_event){.field = CENTS, .tid = A, .object = 0x3000, .value = 1},
	            (struct made_event){.field = WHOLE, .tid = B, .object = 0x3000, .width = 16});
	tap_eq_int(conflicts(verdict), 2, "a shorter copy that does not reach the field: nothing");
	verdict_free(verdict);
}

static void test_conflict_point(void)
{
	struct verdict *verdict = begin(0);
	const struct finding *one = NULL;
	struct wire_event event;
	struct wire_caught caught;

	event = made_event(&made, (struct made_event){.field = CENTS, .tid = B, .object = 0x1000, .value = 9});
	event.probe = 65530;
	event.kind = WIRE_EVENT_CAUGHT;
	event.stack_n = 0;
	caught = (struct wire_caught){
		.arrival = event,
		.held = {.address = 0x1010, .width = 8, .probe = made_site(CENTS, 0), .tid = A, .flags = WIRE_JUDGE},
	};
	verdict_event(verdict, &caught.arrival, &caught);
	tap_eq_int(made_findings(verdict, FINDING_CONFLICT, &one), 1, "one who is seen by address alone");
	tap_ok(one && one->field == CENTS && one->field2 == UINT32_MAX && one->first.sides[1].site == UINT32_MAX &&
	       one->first.sides[1].ip == event.ip, "the field is the held one's, the place is an address");
	made.fields[CENTS].turns = true;
	verdict_event(verdict, &caught.arrival, &caught);
	tap_ok(one && one->count == 1, "threads that may take turns by the field: seen behind the store, nothing");
	made.fields[CENTS].turns = false;
	verdict_free(verdict);
}

static void test_no_conflict(void)
{
	struct verdict *verdict = begin(0);
	struct made_event held = {.field = CENTS, .tid = A, .object = 0x1000}, arrival = held;

	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 0, "a thread and itself: nothing");
	held.goroutine = arrival.goroutine = 7;
	arrival.tid = B;
	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 0, "one goroutine on two threads: nothing");
	held = (struct made_event){.field = TOTAL, .tid = A, .object = 0x1000};
	arrival = (struct made_event){.field = TOTAL, .which = 1, .tid = B, .object = 0x1000};
	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 0, "a field that counts as atomic: nothing");
	held.field = arrival.field = CENTS;
	arrival.object = 0x1008;
	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 0, "bytes that do not overlap: nothing");
	arrival.object = 0x1000;
	made.sites[made_site(CENTS, 1)].judges = false;
	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 0, "a site that may not judge: nothing");
	made.sites[made_site(CENTS, 1)].judges = true;
	made.sites[made_site(CENTS, 0)].wire.flags |= WIRE_READ;
	made.sites[made_site(CENTS, 1)].wire.flags |= WIRE_READ;
	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 0, "two loads: nothing");
	made.sites[made_site(CENTS, 1)].wire.flags &= ~(uint32_t)WIRE_READ;
	made_caught(verdict, &made, held, arrival);
	tap_eq_int(conflicts(verdict), 1, "a load and a store: a conflict");
	tap_ok((*verdict_findings(verdict, &(size_t){0}))->first.sides[0].is_read, "which says that it was a load");
	verdict_free(verdict);
}

/* ---- the live view --------------------------------------------------------------------------------------------- */

static void test_field(void)
{
	struct verdict *verdict = begin(0);
	struct verdict_field field;

	for (uint32_t i = 0; i < 100; i++)
		made_write(verdict, &made,
		           (struct made_event){.field = CENTS, .tid = 1 + i % 5, .object = 0x1000, .value = i});
	field = verdict_field(verdict, CENTS);
	tap_eq_int(field.events, 100, "events of a field");
	tap_eq_int(field.writers, 5, "its writers");
	tap_eq_str(field.last_text, "99", "its last value");
	tap_eq_int(field.last_ns, made.now_ns, "and when");
	for (uint32_t i = 0; i < 5; i++)
		made_write(verdict, &made,
		           (struct made_event){.field = USER, .tid = 1, .goroutine = 10 + i, .object = 0x1000});
	tap_eq_int(verdict_field(verdict, USER).writers, 5, "goroutines of one thread are writers of their own");
	tap_eq_int(verdict_field(verdict, NAME).events, 0, "a field that nobody wrote");
	tap_eq_int(verdict_field(verdict, 99999).events, 0, "a field that there is not");
	verdict_free(verdict);
}

static void test_objects(void)
{
	struct verdict *verdict = begin(64);

	for (uint32_t i = 0; i < 10; i++)
		for (uint32_t k = 0; k < 3; k++)
			made_write(verdict, &made,
			           (struct made_event){.field = CENTS, .tid = i < 4 ? k : 1,
			                               .object = 0x1000 * (i + 1)});
	tap_eq_int(verdict_objects_seen(verdict), 10, "objects seen");
	tap_eq_int(verdict_objects_shared(verdict), 4, "objects that several threads wrote");
	made_free(verdict, &made, 0x1000);
	made_write(verdict, &made, (struct made_event){.field = CENTS, .tid = 77, .object = 0x1000});
	tap_ok(verdict_objects_seen(verdict) == 11 && verdict_objects_shared(verdict) == 4, "a new one where one was freed");
	for (uint32_t i = 0; i < 100000; i++)
		made_write(verdict, &made,
		           (struct made_event){.field = CENTS, .tid = 1, .object = 0x100000 + 0x40ull * i});
	tap_eq_int(verdict_objects_seen(verdict), 100011, "far more objects than are kept at once");
	verdict_free(verdict);
}

static void test_candidate(void)
{
	struct verdict *verdict = begin(0);
	uint64_t address = 0, object = 0, seen = 0;
	uint32_t field = 0;

	made_write(verdict, &made, (struct made_event){.field = CENTS, .tid = A, .object = 0x1000});
	tap_ok(!verdict_candidate(verdict, &field, &address, &object), "bytes of one thread are no candidate");
	for (unsigned i = 1; i <= 3; i++) {
		made_write(verdict, &made, (struct made_event){.field = CENTS, .tid = A, .object = 0x1000 * i});
		made_write(verdict, &made, (struct made_event){.field = CENTS, .tid = B, .object = 0x1000 * i});
		made_write(verdict, &made, (struct made_event){.field = TOTAL, .tid = A, .object = 0x1000 * i});
		made_write(verdict, &made, (struct made_event){.field = TOTAL, .tid = B, .object = 0x1000 * i});
	}
	for (unsigned i = 0; i < 3; i++) {
		bool found = verdict_candidate(verdict, &field, &address, &object);

		if (found && field == CENTS && address == object + 16)
			seen |= 1u << object / 0x1000;
	}
	tap_eq_int(seen, 0xe, "bytes that two threads wrote come up in turn, atomic ones not");
	made_free(verdict, &made, 0x2000);
	seen = 0;
	for (unsigned i = 0; i < 6; i++)
		if (verdict_candidate(verdict, &field, &address, &object))
			seen |= 1u << object / 0x1000;
	made_write(verdict, &made,
	           (struct made_event){.field = USER, .tid = A, .object = 0x9000, .pass_ns = 3000000000});
	tap_ok(!verdict_candidate(verdict, &field, &address, &object), "what was shared long ago is none");
	verdict_free(verdict);
}

static void test_point(void)
{
	struct verdict *verdict = begin(0);
	struct wire_event event = made_event(&made,
	                                     (struct made_event){.field = CENTS, .tid = A, .object = 0x1000,
	                                                         .value = 3});

	event.kind = WIRE_EVENT_POINT;
	event.probe = 65530;
	verdict_point(verdict, &event, CENTS, 0x1000);
	tap_eq_int(verdict_field(verdict, CENTS).events, 1, "a write that was seen by address is one of the field's");
	verdict_point(verdict, &event, CENTS, 0x1000);
	tap_eq_int(verdict_field(verdict, CENTS).events, 1, "a hit that changes nothing may be a load");
	verdict_point(verdict, &event, 99999, 0x1000);
	verdict_event(verdict, &event, NULL);
	tap_eq_int(verdict_field(verdict, CENTS).events, 1, "a field that there is not, and a probe without site");
	verdict_free(verdict);
}

/* The plan may move its arrays when a module is added. */
static void test_grow(void)
{
	struct verdict *verdict = begin(0);

	made.plan.sites_n = 4;
	made.plan.fields_n = 2;
	made.plan.types_n = 1;
	made_write(verdict, &made, (struct made_event){.field = USER, .tid = A, .object = 0x1000});
	made_write(verdict, &made, (struct made_event){.field = OWNED, .tid = A, .object = 0x1000});
	made.plan.sites_n = MADE_SITES;
	made.plan.fields_n = MADE_FIELDS;
	made.plan.types_n = MADE_TYPES;
	made_write(verdict, &made, (struct made_event){.field = OWNED, .tid = A, .object = 0x1000});
	tap_ok(verdict_field(verdict, USER).events == 1 && verdict_field(verdict, OWNED).events == 1, "a plan that grows");
	verdict_free(verdict);
}

static void test_names(void)
{
	tap_eq_str(finding_kind_name(FINDING_MIXED), "mixed", "name of a kind");
	tap_ok(fabs(ledger_chance(100, 0.01) - 0.6321) < 0.0001, "chance of a race: 1 - 1/e");
	tap_ok(ledger_chance(100, 0) == 0 && isnan(ledger_chance(100, (double)NAN)), "nothing held, nothing known");
}

/* ---- cost ------------------------------------------------------------------------------------------------------ */

static void test_speed(void)
{
	enum { EVENTS = 1000000, OBJECTS = 20000 };
	struct verdict *verdict = begin(0);
	struct timespec from, to;
	double seconds;
	uint32_t seed = 1;

	verdict_window_begin(verdict, ORDER, made.now_ns);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (unsigned i = 0; i < EVENTS; i++) {
		struct made_event how = {.field = i % 3, .tid = 1 + (i / 3) % 7};

		seed = seed * 1664525 + 1013904223;
		how.object = 0x100000 + 64ull * ((seed >> 8) % (i & 1 ? OBJECTS : 16));
		how.value = seed;
		made_write(verdict, &made, how);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("# %.2f M events a second of CPU time, shared objects in a window\n", EVENTS / 1e6 / seconds);
	tap_eq_int(verdict_field(verdict, USER).events + verdict_field(verdict, NAME).events +
	           verdict_field(verdict, CENTS).events, EVENTS, "all events were taken");
	verdict_free(verdict);
}

/* ---- no memory ------------------------------------------------------------------------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static long calls, fail_at;           /* 0: none fails; else this one and all later ones do */

static bool fails(void)
{
	calls++;
	return fail_at && calls >= fail_at;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

/* Returns: findings, or -1: there was no memory for the verdict itself. */
static int exercise(void)
{
	struct verdict_options options = {.objects_max = 64};
	struct verdict *verdict = NULL;
	size_t n;
	int rc;

	made_init(&made);
	made.plan.fields_n = 8;
	rc = verdict_new(&made.plan, &options, &verdict);
	if (rc)
		return rc == -ENOMEM && !verdict ? -1 : -2;
	made.plan.fields_n = MADE_FIELDS;
	verdict_window_begin(verdict, ORDER, made.now_ns);
	for (unsigned i = 0; i < 200; i++) {
		static const struct { unsigned field; uint32_t tid; } order[] = {
			{USER, A}, {USER, B}, {CENTS, B}, {CENTS, A}, {USER, B}, {CENTS, B},
		};
		unsigned at = i % 6;

		made_write(verdict, &made,
		           (struct made_event){.field = order[at].field, .tid = order[at].tid, .object = 0x1000,
			.value = (order[at].tid * 7919 * (i / 6 + 1)) % 1000});
	}
	for (unsigned i = 0; i < 100; i++)
		made_caught(verdict, &made, (struct made_event){.field = i % 4, .tid = A, .object = 0x1000},
		            (struct made_event){.field = i % 4, .which = i / 4 % 2, .tid = B, .object = 0x1000});
	verdict_window_end(verdict, ORDER, made.now_ns + 1, false);
	verdict_findings(verdict, &n);
	verdict_free(verdict);
	return (int)n;
}

static void test_no_memory(void)
{
	int all, worst = 0, least = 99;
	long needed;

	calls = fail_at = 0;
	all = exercise();
	needed = calls;
	for (long i = 1; i <= needed; i++) {
		int n;

		calls = 0;
		fail_at = i;
		n = exercise();
		fail_at = 0;
		worst = n < worst ? n : worst;
		least = n >= 0 && n < least ? n : least;
	}
	tap_ok(needed > 10 && all == 9, "with memory: all 9 findings, %ld allocations", needed);
	tap_ok(worst == -1 && least < all, "each allocation may fail, and all after it: fewer findings, no harm");
}

int main(void)
{
	test_conflict();
	test_conflict_fields();
	test_conflict_point();
	test_no_conflict();
	test_field();
	test_objects();
	test_candidate();
	test_point();
	test_grow();
	test_names();
	test_speed();
	test_no_memory();
	return tap_done();
}

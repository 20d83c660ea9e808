/* test_verdict_policy.c - src/watch/verdict_policy.c: each tag broken, and kept in all the ways that look like it */
#include "made_plan.h"

#include "tap.h"

enum { A = 12, B = 13, X = 0x10000 };

static struct made made;
static struct verdict *verdict;

/* A new verdict. The ends of lives are seen all the time. */
static void begin(void)
{
	struct verdict_options options = {.thread_name = made_thread_name};

	verdict_free(verdict);
	verdict = NULL;
	made_init(&made);
	if (verdict_new(&made.plan, &options, &verdict))
		return;
	verdict_window_begin(verdict, ACCOUNT, made.now_ns);
}

static void put(unsigned field, uint32_t tid, uint64_t object, uint64_t value)
{
	made_write(verdict, &made, (struct made_event){.field = field, .tid = tid, .object = object, .value = value});
}

static unsigned policies(const struct finding **ret_one)
{
	return made_findings(verdict, FINDING_POLICY, ret_one);
}

static void make_global(unsigned field)
{
	made.scan_sites[made_site(field, 0)].where = made.scan_sites[made_site(field, 1)].where = SCAN_WHERE_GLOBAL;
}

/* ---- owner ----------------------------------------------------------------------------------------------------- */

static void test_owner(void)
{
	const struct finding *one = NULL;

	begin();
	put(OWNED, A, X, 1);
	put(OWNED, B, X, 2);
	tap_eq_int(policies(NULL), 0, "owner: a second writer may be who it was handed to");
	put(OWNED, A, X, 3);
	tap_eq_int(policies(&one), 1, "the first is back: a finding");
	if (one) {
		tap_ok(one->rule == PLAN_RULE_OWNER && one->field == OWNED && one->field2 == UINT32_MAX &&
		       !one->states, "its key");
		tap_eq_str(one->first.text, "one thread may write it; both thread 13 and thread 12 do", "who");
		tap_ok(one->first.sides[0].tid == B && one->first.sides[1].tid == A && one->first.object == X, "both sides");
		tap_ok(strcmp(one->first.sides[0].new_text, "2") == 0 &&
		       strcmp(one->first.sides[1].new_text, "3") == 0, "values");
	}
	put(OWNED, A, X, 4);
	tap_eq_int(one->count, 1, "its next write is its own affair");
	put(OWNED, B, X, 5);
	tap_eq_int(one->count, 2, "the other's counts");
	begin();
	for (uint64_t i = 0; i < 100; i++) {
		put(OWNED, A, X + i * 64, i);
		put(OWNED, B, X + i * 64, i);
		put(OWNED, B, X + i * 64, i);
	}
	tap_eq_int(policies(NULL), 0, "objects that are handed on: nothing");
}

static void test_owner_lives(void)
{
	begin();
	for (unsigned i = 0; i < 100; i++) {
		put(OWNED, i % 2 ? A : B, X, i);
		made_free(verdict, &made, X);
	}
	tap_eq_int(policies(NULL), 0, "owner: memory that is used again: nothing");
	begin();
	for (unsigned i = 0; i < 100; i++) {
		put(OWNED, i % 2 ? A : B, X, i);
		made_free(verdict, &made, X + 0x40 - 16 * 1024);
	}
	tap_eq_int(policies(NULL), 0, "as part of a block that begins before it: nothing");
	begin();
	for (unsigned i = 0; i < 100; i++) {
		put(OWNED, i % 2 ? A : B, X + 0x80010, i);
		made_free(verdict, &made, X + 0x10);
	}
	tap_eq_int(policies(NULL), 0, "of a large block: nothing");
	begin();
	for (unsigned i = 0; i < 100; i++) {
		put(OWNED, i % 2 ? A : B, X, i);
		made_free(verdict, &made, X + 64 * (i + 1));
	}
	tap_eq_int(policies(NULL), 1, "what is freed behind it is not its own: a finding");
	begin();
	made.plan.ledger.frees = false;
	for (unsigned i = 0; i < 100; i++)
		put(OWNED, i % 2 ? A : B, X, i);
	tap_eq_int(policies(NULL), 0, "heap objects whose end can't be seen: nothing");
	begin();
	made.plan.ledger.frees = false;
	make_global(OWNED);
	for (unsigned i = 0; i < 100; i++)
		put(OWNED, i % 2 ? A : B, X, i);
	tap_eq_int(policies(NULL), 1, "but a global has one life");
	begin();
	for (unsigned i = 0; i < 100; i++) {
		put(OWNED, i % 2 ? A : B, X, i);
		verdict_lives_lost(verdict, made.now_ns);
	}
	tap_eq_int(policies(NULL), 0, "where ends of lives were not told: nothing");
}

/* ---- once ------------------------------------------------------------------------------------------------------ */

static void test_once(void)
{
	const struct finding *one = NULL;

	begin();
	put(SET_ONCE, A, X, 0);
	put(SET_ONCE, A, X, 5);
	put(OWNED, B, X, 1);
	tap_eq_int(policies(NULL), 0, "once: cleared, then set: nothing");
	put(SET_ONCE, B, X, 6);
	tap_eq_int(policies(&one), 1, "set again: a finding");
	tap_eq_str(one ? one->first.text : NULL, "it may be written once; thread 12 wrote it, then thread 13", "who");
	begin();
	put(SET_ONCE, A, X, 5);
	put(SET_ONCE, A, X, 6);
	tap_eq_int(policies(NULL), 0, "twice, in an object that one thread writes: nothing");
	begin();
	make_global(SET_ONCE);
	put(SET_ONCE, A, X, 5);
	put(SET_ONCE, A, X, 6);
	tap_eq_int(policies(NULL), 1, "twice, in a global: a finding");
	begin();
	for (unsigned i = 1; i < 50; i++) {
		put(SET_ONCE, i % 2 ? A : B, X, i);
		put(OWNED, i % 2 ? B : A, X, i);
		made_free(verdict, &made, X);
	}
	tap_eq_int(policies(NULL), 0, "once in each life: nothing");
}

/* ---- atomic ---------------------------------------------------------------------------------------------------- */

static unsigned run_atomic(enum scan_how how, bool modifies, bool type_is_atomic, unsigned writes)
{
	begin();
	made.scan_sites[made_site(ATOMIC, 0)].how = how;
	made.sites[made_site(ATOMIC, 0)].modifies = modifies;
	made.fields[ATOMIC].atomic = type_is_atomic;
	for (unsigned i = 0; i < writes; i++)
		put(ATOMIC, i % 2 ? B : A, X, i);
	return policies(NULL);
}

static void test_atomic(void)
{
	tap_eq_int(run_atomic(SCAN_HOW_PLAIN, false, false, 3), 1, "atomic: plain stores of a type that is not atomic");
	tap_eq_int(run_atomic(SCAN_HOW_PLAIN, false, false, 2), 0, "handed over: nothing");
	tap_eq_int(run_atomic(SCAN_HOW_ATOMIC, false, true, 9), 0, "stores of an atomic type: nothing");
	tap_eq_int(run_atomic(SCAN_HOW_PLAIN, false, true, 9), 0, "plain stores of what counts as atomic: nothing");
	tap_eq_int(run_atomic(SCAN_HOW_LOCKED, true, true, 9), 0, "locked instructions: nothing");
	tap_eq_int(run_atomic(SCAN_HOW_ATOMIC, true, true, 9), 1, "changed without a lock prefix");
	tap_eq_int(run_atomic(SCAN_HOW_SPLIT, false, true, 9), 1, "written in parts");
	begin();
	made.sites[made_site(ATOMIC, 0)].atomic = true;
	for (unsigned i = 0; i < 9; i++)
		put(ATOMIC, i % 2 ? B : A, X, i);
	tap_eq_int(policies(NULL), 0, "what may be an atomic store: nothing");
}

/* A record with a shared form is a value that threads hand to one another. */
static void test_record(void)
{
	static struct scan scan;
	static struct scan_generated generated;
	static struct scan_type record, form;

	generated = (struct scan_generated){.record = &record, .form = &form};
	scan = (struct scan){.generated = &generated, .generated_n = 1};
	begin();
	made.types[ACCOUNT].type = &record;
	made.sites[made_site(OWNED, 0)].scan = &scan;
	for (unsigned i = 0; i < 9; i++)
		put(OWNED, i % 2 ? B : A, X, i);
	tap_eq_int(policies(NULL), 0, "tags of a record that has a shared form speak of that");
}

/* ---- mutex ----------------------------------------------------------------------------------------------------- */

static unsigned run_mutex(bool known, uint32_t lock, bool judges, bool form, unsigned function)
{
	begin();
	made.sites[made_site(MONEY, 0)].judges = judges;
	made.types[FORM].form = form;
	made.scan_sites[made_site(MONEY, 0)].function = &made.functions[function];
	for (unsigned i = 0; i < 4; i++)
		made_write(verdict, &made, (struct made_event){
			.field = MONEY, .tid = i % 2 ? B : A, .object = X, .value = i,
			.has_lock = known, .lock = lock});
	return policies(NULL);
}

static void test_mutex(void)
{
	tap_eq_int(run_mutex(true, 0, true, true, 0), 1, "mutex: written while the lock is free");
	tap_eq_int(run_mutex(true, 1, true, true, 0), 0, "while it is held: nothing");
	tap_eq_int(run_mutex(true, 2, true, true, 0), 0, "while others wait for it: nothing");
	tap_eq_int(run_mutex(false, 0, true, true, 0), 0, "a lock that could not be read: nothing");
	tap_eq_int(run_mutex(true, 0, false, true, 0), 0, "where it may have been released since: nothing");
	tap_eq_int(run_mutex(true, 0, true, false, 0), 0, "in a type that is no shared form: nothing");
	tap_eq_int(run_mutex(true, 0, true, true, 2), 0, "in what makes the shared form: nothing");
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

enum { CREATED, PAID, SHIPPED, CANCELLED };

static void change(uint32_t tid, uint64_t from, uint64_t to)
{
	made_write(verdict, &made, (struct made_event){
		.field = STATE, .tid = tid, .object = X, .value = to, .has_old = true, .old = from});
}

static void test_states(void)
{
	const struct finding *one = NULL;

	begin();
	put(OWNED, B, X, 1);
	change(A, SHIPPED, CREATED);
	tap_eq_int(policies(NULL), 0, "states: what was in the memory before says nothing");
	change(A, CREATED, PAID);
	change(B, PAID, PAID);
	tap_eq_int(policies(NULL), 0, "changes of the list, and none at all: nothing");
	change(B, PAID, CREATED);
	tap_eq_int(policies(&one), 1, "another change: a finding");
	if (one) {
		tap_ok(one->states && one->field == STATE, "its key");
		tap_eq_str(one->first.text, "paid -> created is not in the list", "what was seen");
		tap_eq_str(one->first.sides[1].old_text, "paid", "old");
		tap_eq_str(one->first.sides[1].new_text, "created", "and new");
	}
	change(A, 77, PAID);
	tap_eq_int(one ? one->count : 0, 1, "a number that is no state: nothing");
	begin();
	change(A, CREATED, PAID);
	change(A, PAID, CREATED);
	tap_eq_int(policies(NULL), 0, "an object of one thread: nothing");
	begin();
	for (unsigned i = 0; i < 40; i++) {
		change(i % 2 ? A : B, i ? PAID : 0, CREATED);
		change(i % 2 ? B : A, CREATED, PAID);
		made_free(verdict, &made, X);
	}
	tap_eq_int(policies(NULL), 0, "memory that is used again: nothing");
}

static void test_may_fail(void)
{
	begin();
	made.sites[made_site(OWNED, 1)].probe.may_fail = true;
	for (unsigned i = 0; i < 9; i++)
		made_write(verdict, &made, (struct made_event){
			.field = OWNED, .which = i % 2, .tid = i % 2 ? B : A, .object = X, .value = i});
	tap_eq_int(policies(NULL), 0, "a compare-exchange that may have failed wrote nothing");
}

/* Lists name states as JSON does; the enumerators have C's names. */
static unsigned run_names(const char *const names[4])
{
	static struct scan_enumerator five[5];

	begin();
	for (unsigned i = 0; i < 4; i++)
		five[i] = (struct scan_enumerator){.name = names[i], .value = i};
	five[4] = strcmp(names[1], "done") == 0 ? (struct scan_enumerator){.name = "paid", .value = PAID} : five[3];
	made.status.enumerators = five;
	made.status.enumerators_n = 5;
	put(OWNED, B, X, 1);
	put(STATE, B, X, CREATED);
	change(A, CREATED, PAID);
	change(A, PAID, SHIPPED);
	if (policies(NULL))
		return 99;
	change(A, SHIPPED, PAID);
	return policies(NULL);
}

static void test_state_names(void)
{
	static const char *const upper[] = {"CREATED", "PAID", "SHIPPED", "CANCELLED"};
	static const char *const prefixed[] = {"ORDER_CREATED", "ORDER_PAID", "ORDER_SHIPPED", "ORDER_CANCELLED"};
	static const char *const alias[] = {"created", "done", "shipped", "cancelled"};
	static const char *const others[] = {"kCreated", "kPaid", "kShipped", "kCancelled"};

	tap_eq_int(run_names(upper), 1, "enumerators in capitals");
	tap_eq_int(run_names(prefixed), 1, "with a prefix");
	tap_eq_int(run_names(alias), 1, "two names of one value, of which the list has the second");
	tap_eq_int(run_names(others), 0, "names that the list does not have: nothing is known");
}

/* Old values that nobody read: what was written last. */
static unsigned run_states_after(bool all_seen, bool atomic, bool judges, bool window)
{
	begin();
	made.fields[STATE].all_seen = all_seen;
	made.fields[STATE].atomic = atomic;
	made.sites[made_site(STATE, 0)].judges = judges;
	if (!window)
		verdict_window_end(verdict, ACCOUNT, made.now_ns, false);
	put(STATE, A, X, CREATED);
	put(STATE, B, X, PAID);
	put(STATE, A, X, SHIPPED);
	if (policies(NULL))
		return 99;
	put(STATE, B, X, CREATED);
	return policies(NULL);
}

static void test_states_after(void)
{
	tap_eq_int(run_states_after(true, false, true, true), 1, "the value that was written last, where all is seen");
	tap_eq_int(run_states_after(false, false, true, true), 0, "where some stores have no probe: nothing");
	tap_eq_int(run_states_after(true, true, true, true), 0, "where locked instructions write too: nothing");
	tap_eq_int(run_states_after(true, false, false, true), 0, "where order is not exact: nothing");
	tap_eq_int(run_states_after(true, false, true, false), 0, "outside of a window: nothing");
}

int main(void)
{
	test_owner();
	test_owner_lives();
	test_once();
	test_atomic();
	test_record();
	test_mutex();
	test_states();
	test_state_names();
	test_may_fail();
	test_states_after();
	verdict_free(verdict);
	return tap_done();
}

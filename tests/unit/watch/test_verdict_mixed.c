/*
 * test_verdict_mixed.c - src/watch/verdict_mixed.c: fills that ran into one another are found, everything serial is not
 *
 * Workers each repeat a round of steps; a step is a critical section: the writes in it are not interrupted. A random
 * scheduler picks who takes the next step.
 */
#include "made_plan.h"

#include "tap.h"

enum {
	WORKERS = 8,
	STEPS = 6,
	ROUNDS = 3000,                /* steps in all */
	SEEDS = 20,
};

struct made_step {
	unsigned fields[4], n;
	unsigned which;               /* site, and so the function */
};

struct round_of {
	struct made_step steps[STEPS];
	unsigned n;
};

struct world {
	struct round_of rounds[WORKERS];
	unsigned workers;
	unsigned objects;             /* a worker takes one for each round, at random */
	bool go;                      /* goroutines on 2 threads */
	bool counts;                  /* values go on by one, from what was there */
	bool patches;                 /* of each step's fields only some are written */
	bool constant;                /* every worker writes the same values */
	bool free_between;            /* objects end after each round */
	unsigned drop_percent;        /* of events; windows are told to have lost some */
	unsigned drop_steps;          /* only in so many steps at the beginning; 0: always */
	unsigned windows;             /* a window for so many steps; 0: one for all */
	bool blind;                   /* of these windows every second one is not seen */
	bool no_window;
	unsigned steps;               /* in all; 0: ROUNDS */
	uint64_t pass_ns;             /* between two writes; 0: 1 us */
};

static struct made made;
static uint64_t random_state;
static bool blind, drops;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

static uint64_t value_of(const struct world *world, unsigned field, unsigned object, unsigned worker)
{
	static uint64_t counted[MADE_FIELDS][16];

	if (world->constant)
		return 7;
	if (world->counts)
		return ++counted[field][object];
	return random_below(1000) * 100 + worker;
}

static void take_step(const struct world *world, struct verdict *verdict, unsigned worker, unsigned step,
                      unsigned object)
{
	const struct made_step *of = &world->rounds[worker].steps[step];

	for (unsigned i = 0; i < of->n; i++) {
		struct made_event how = {
			.field = of->fields[i], .which = of->which, .tid = world->go ? 100 + worker % 2 : 100 + worker,
			.goroutine = world->go ? 500 + worker : 0, .object = 0x10000 + 0x100ull * object,
			.value = value_of(world, of->fields[i], object, worker),
		};

		if (world->patches && random_below(2))
			continue;
		how.pass_ns = world->pass_ns;
		if (blind || (drops && random_below(100) < world->drop_percent))
			made_event(&made, how);
		else
			made_write(verdict, &made, how);
	}
}

static unsigned suspects[MADE_SITES]; /* how often each site was told of, in the last run */
static unsigned suspected;            /* in all runs so far */
static unsigned no_room;              /* how often yet there is none for who is suspected */

static bool suspect(void *user, uint32_t site)
{
	(void)user;
	if (no_room) {
		no_room--;
		return false;
	}
	suspects[site]++;
	suspected++;
	return true;
}

/* Returns: mixed records told; the last in ret_one, which lives until the next call. */
static unsigned run(const struct world *world, uint64_t seed, const struct finding **ret_one)
{
	static struct verdict *verdict;
	struct verdict_options options = {.thread_name = made_thread_name, .suspect = suspect};
	unsigned at[WORKERS] = {0}, object[WORKERS] = {0}, worker = 0;

	verdict_free(verdict);
	made_init(&made);
	random_state = seed;
	memset(suspects, 0, sizeof(suspects));
	if (verdict_new(&made.plan, &options, &verdict))
		return 0;
	if (!world->no_window)
		verdict_window_begin(verdict, ORDER, made.now_ns);
	blind = false;
	drops = world->drop_percent != 0;
	for (unsigned i = 0; i < (world->steps ? world->steps : ROUNDS); i++) {
		if (random_below(3))
			worker = random_below(world->workers);
		if (!at[worker])
			object[worker] = random_below(world->objects ? world->objects : 1);
		take_step(world, verdict, worker, at[worker], object[worker]);
		at[worker] = (at[worker] + 1) % world->rounds[worker].n;
		if (world->free_between && !at[worker])
			made_free(verdict, &made, 0x10000 + 0x100ull * object[worker]);
		if (world->windows && i % world->windows == world->windows - 1) {
			verdict_window_end(verdict, ORDER, made.now_ns + 1, drops);
			verdict_window_begin(verdict, ORDER, made.now_ns + 2);
			made.now_ns += 5;
			blind = world->blind && !blind;
			drops &= !world->drop_steps || i < world->drop_steps;
		}
	}
	if (!world->no_window)
		verdict_window_end(verdict, ORDER, made.now_ns + 1, drops);
	return made_findings(verdict, FINDING_MIXED, ret_one);
}

/* Of SEEDS runs, how many told a mixed record. */
static unsigned often(const struct world *world)
{
	unsigned found = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		found += run(world, seed, NULL) != 0;
	return found;
}

/* All workers do the same: the given fields, in one critical section, or each in its own. */
static struct world all_alike(unsigned workers, const unsigned *fields, unsigned n, bool one_section)
{
	struct world world = {.workers = workers};

	for (unsigned w = 0; w < workers; w++) {
		struct round_of *round = &world.rounds[w];

		round->n = one_section ? 1 : n;
		for (unsigned i = 0; i < n; i++) {
			struct made_step *step = &round->steps[one_section ? 0 : i];

			step->fields[step->n++] = fields[i];
		}
	}
	return world;
}

static const unsigned user_name_cents[] = {USER, NAME, CENTS}, cents_user[] = {CENTS, USER}, user_cents[] = {USER,
                                                                                                             CENTS};
static const unsigned name_status[] = {NAME, STATUS};

/* ---- what is found --------------------------------------------------------------------------------------------- */

static void test_interleaved(void)
{
	struct world world = all_alike(2, user_name_cents, 3, false);
	const struct finding *one = NULL;

	tap_eq_int(run(&world, 1, &one), 1, "two fills that interleave: one finding");
	if (one) {
		tap_ok(one->type_id == ORDER && one->field != one->field2 && one->field2 != UINT32_MAX, "of the type, two fields");
		tap_ok(one->count > 3 && one->first.object == 0x10000, "counted, with its object");
		tap_ok(one->first.sides[0].tid != one->first.sides[1].tid, "two threads");
		tap_ok(one->first.sides[0].time_ns < one->first.sides[1].time_ns, "in order");
		tap_ok(strstr(one->first.text, "from thread 100") && strstr(one->first.text, "from thread 101") &&
		       strstr(one->first.text, "user") && strstr(one->first.text, "name") && strstr(one->first.text, "cents"),
		       "says whose each field is: %s", one->first.text);
	}
	tap_ok(suspects[made_site(USER, 0)] == 1 && suspects[made_site(CENTS, 0)] == 1 && !suspects[made_site(USER, 1)],
	       "its sites are suspected, once each");
	no_room = 3;
	run(&world, 1, &one);
	tap_ok(!no_room && suspects[made_site(USER, 0)] == 1 && suspects[made_site(CENTS, 0)] == 1,
	       "who found no room is told of again");
	tap_eq_int(often(&world), SEEDS, "found whatever the order of steps");
	world = all_alike(8, user_name_cents, 3, false);
	tap_eq_int(often(&world), SEEDS, "found with 8 threads");
	world.go = true;
	tap_eq_int(often(&world), SEEDS, "found with 8 goroutines on 2 threads");
	run(&world, 3, &one);
	tap_ok(one && strstr(one->last.text, "from goroutine 50"), "which are named: %s", one ? one->last.text : "");
	world = all_alike(3, user_name_cents, 3, false);
	world.objects = 4;
	tap_eq_int(often(&world), SEEDS, "found over 4 objects");
	world = all_alike(2, user_cents, 2, false);
	for (unsigned w = 0; w < 2; w++)
		world.rounds[w].steps[1].which = 1;
	tap_eq_int(often(&world), SEEDS, "found where each field has a setter of its own, each of them locked");
	world = all_alike(2, user_name_cents, 3, false);
	world.windows = 200;
	tap_eq_int(often(&world), SEEDS, "found in windows");
	world.windows = 60;
	world.blind = true;
	tap_eq_int(often(&world), SEEDS, "with gaps between them");
	world.blind = false;
	world.drop_percent = 5;
	world.drop_steps = 1500;
	tap_eq_int(often(&world), SEEDS, "after windows in which events were lost");
}

/* ---- what is not ----------------------------------------------------------------------------------------------- */

static void test_serial(void)
{
	struct world world = all_alike(2, user_name_cents, 3, true);

	suspected = 0;
	tap_eq_int(often(&world), 0, "serial fills under a lock: nothing");
	world = all_alike(8, user_name_cents, 3, true);
	tap_eq_int(often(&world), 0, "with 8 threads: nothing");
	world.windows = 37;
	tap_eq_int(often(&world), 0, "seen from the middle of a fill on, again and again: nothing");
	world.blind = true;
	tap_eq_int(often(&world), 0, "seen in pieces, with gaps: nothing");
	world.blind = false;
	world.windows = 0;
	world.objects = 5;
	world.free_between = true;
	tap_eq_int(often(&world), 0, "memory that is used again: nothing");
	world.free_between = false;
	tap_eq_int(suspected, 0, "and no site is suspected");
	world.rounds[0].steps[0] = (struct made_step){.fields = {CENTS, NAME, USER}, .n = 3};
	world.rounds[1].steps[0] = (struct made_step){.fields = {NAME, CENTS, USER}, .n = 3, .which = 1};
	tap_eq_int(often(&world), 0, "threads that fill in different order, under one lock: nothing");
	world = all_alike(4, user_name_cents, 3, true);
	world.patches = true;
	tap_eq_int(often(&world), 0, "patches that name some fields, each locked: nothing");
	world.objects = 6;
	tap_eq_int(often(&world), 0, "over several objects: nothing");
}

static void test_by_design(void)
{
	static const unsigned status_name[] = {STATUS, NAME};
	struct world world = {.workers = 2};

	world.rounds[0] = (struct round_of){.steps = {{.fields = {USER}, .n = 1}}, .n = 1};
	world.rounds[1] = (struct round_of){.steps = {{.fields = {CENTS}, .n = 1}}, .n = 1};
	tap_eq_int(often(&world), 0, "each thread has a field of its own: nothing");
	world = all_alike(2, user_cents, 2, false);
	world.counts = true;
	tap_eq_int(often(&world), 0, "counters, each under a lock of its own: nothing");
	world.counts = false;
	world = all_alike(2, name_status, 2, false);
	tap_eq_int(often(&world), SEEDS, "(values of each thread's own: found)");
	world.constant = true;
	tap_eq_int(often(&world), 0, "the same values from all: nothing");
	world = all_alike(2, status_name, 2, false);
	for (unsigned w = 0; w < 2; w++)
		world.rounds[w].steps[1].which = 1;
	tap_eq_int(often(&world), 0, "a state and a value that different functions set: nothing");
	world = all_alike(3, user_cents, 2, false);
	world.patches = true;
	tap_eq_int(often(&world), 0, "setters that are called as it comes: nothing");
	world = all_alike(3, cents_user, 2, false);
	world.rounds[2] = (struct round_of){
		.steps = {{.fields = {USER}, .n = 1}, {.fields = {USER}, .n = 1}, {.fields = {CENTS}, .n = 1}}, .n = 3};
	tap_eq_int(often(&world), 0, "one writer who does not write the two by turns: nothing");
}

/* Two threads that answer one another: A's user, B's user and cents, A's cents, without end. */
static void test_ping_pong(void)
{
	static const struct { unsigned field, who; } order[] = {{USER, 0}, {USER, 1}, {CENTS, 1}, {CENTS, 0}};
	struct verdict_options options = {0};
	struct verdict *verdict = NULL;

	made_init(&made);
	random_state = 5;
	if (verdict_new(&made.plan, &options, &verdict))
		return;
	verdict_window_begin(verdict, ORDER, made.now_ns);
	for (unsigned i = 0; i < 4000; i++)
		made_write(verdict, &made, (struct made_event){
			.field = order[i % 4].field, .tid = 1 + order[i % 4].who, .object = 0x1000,
			.value = random_below(1000)});
	verdict_window_end(verdict, ORDER, made.now_ns + 1, false);
	tap_eq_int(made_findings(verdict, FINDING_MIXED, NULL), 0, "threads that answer one another by turns: nothing");
	verdict_free(verdict);
}

static void test_not_exact(void)
{
	struct world world = all_alike(2, user_name_cents, 3, true);

	world.drop_percent = 20;
	world.windows = 300;
	tap_eq_int(often(&world), 0, "serial fills of which events were dropped: nothing");
	world = all_alike(2, user_cents, 2, false);
	world.pass_ns = 60000000;
	tap_eq_int(often(&world), 0, "writes so far apart that they are no fill: nothing");
	world = all_alike(2, user_name_cents, 3, false);
	world.no_window = true;
	tap_eq_int(often(&world), 0, "interleaved, but outside of a window: nothing");
	world.no_window = false;
	world.drop_percent = 1;
	tap_eq_int(often(&world), 0, "interleaved, but events were lost: nothing");
}

enum spoil { NO_JUDGE, MODIFIES, ATOMIC_FIELD, BITFIELD, INDEXED, SHARED_FORM, LOCKED, OVERLAPPING, MAY_FAIL,
            NEW_VALUES, CHANGES };

/* A program whose stores put in new values, or what was there before: tests/unit/scan/changed.c. */
static struct scan *code;
static struct scan_sites *code_sites;

/* The two fields' sites stand in its code. */
static bool use_code(bool changes)
{
	unsigned found = 0;

	for (size_t i = 0; code_sites && i < code_sites->n && found < 2; i++) {
		const struct scan_site *site = &code_sites->items[i];
		uint32_t id = made_site(found ? CENTS : USER, 0);
		const char *name = site->function ? site->function->name : "";

		if (strcmp(name, found ? "new_push" : changes ? "old_add" : "new_value") != 0 || !site->type ||
		    site->where == SCAN_WHERE_STACK)
			continue;
		made.scan_sites[id].pc = site->pc;
		made.scan_sites[id].function = site->function;
		made.sites[id].scan = code;
		found++;
		i = (size_t)-1;
	}
	return found == 2;
}

static unsigned run_spoiled(enum spoil how)
{
	static const unsigned fields[] = {USER, CENTS};
	struct verdict_options options = {0};
	struct verdict *verdict = NULL;
	unsigned found;

	made_init(&made);
	random_state = 9;
	for (unsigned i = 0; i < 2; i++) {
		uint32_t site = made_site(fields[i], 0);

		made.sites[site].judges = how != NO_JUDGE;
		made.sites[site].modifies = how == MODIFIES;
		made.fields[fields[i]].atomic = how == ATOMIC_FIELD;
		made.scan_sites[site].bitfield = how == BITFIELD;
		made.fields[fields[i]].indexed = how == INDEXED;
		if (how == LOCKED)
			made.scan_sites[site].how = SCAN_HOW_LOCKED;
	}
	made.types[ORDER].form = how == SHARED_FORM;
	if (how == OVERLAPPING)
		made.fields[USER].width = 24;
	if (how >= NEW_VALUES && !use_code(how == CHANGES))
		return 99;
	if (how == MAY_FAIL)
		made.sites[made_site(USER, 0)].probe.may_fail = true;
	if (verdict_new(&made.plan, &options, &verdict))
		return 0;
	verdict_window_begin(verdict, ORDER, made.now_ns);
	for (unsigned i = 0, at[2] = {0}; i < ROUNDS; i++) {
		unsigned worker = random_below(2);

		made_write(verdict, &made, (struct made_event){
			.field = fields[at[worker]++ % 2], .tid = worker + 1, .object = 0x1000,
			.value = random_below(1000)});
	}
	verdict_window_end(verdict, ORDER, made.now_ns + 1, false);
	found = made_findings(verdict, FINDING_MIXED, NULL);
	verdict_free(verdict);
	return found;
}

static void test_spoiled(void)
{
	tap_eq_int(run_spoiled((enum spoil)-1), 1, "interleaved plain stores: found");
	tap_eq_int(run_spoiled(NO_JUDGE), 0, "at sites that may not judge: nothing");
	tap_eq_int(run_spoiled(MODIFIES), 0, "read, changed and written: nothing");
	tap_eq_int(run_spoiled(ATOMIC_FIELD), 0, "atomic fields: nothing");
	tap_eq_int(run_spoiled(BITFIELD), 0, "bit-fields: nothing");
	tap_eq_int(run_spoiled(INDEXED), 0, "items of arrays: nothing");
	tap_eq_int(run_spoiled(SHARED_FORM), 0, "inside of a shared form: nothing");
	tap_eq_int(run_spoiled(LOCKED), 0, "locked instructions: nothing");
	tap_eq_int(run_spoiled(OVERLAPPING), 0, "fields that overlap: nothing");
	tap_eq_int(run_spoiled(NEW_VALUES), 1, "code that puts in values from elsewhere: found");
	tap_eq_int(run_spoiled(CHANGES), 0, "code that puts back what it read: nothing");
	tap_eq_int(run_spoiled(MAY_FAIL), 0, "stores that may not have happened: nothing");
}

/* Serial fills, of which some events are told late: their order in the ring is not that of their times. */
static void test_late(void)
{
	struct verdict_options options = {0};
	struct verdict *verdict = NULL;

	made_init(&made);
	random_state = 11;
	if (verdict_new(&made.plan, &options, &verdict))
		return;
	verdict_window_begin(verdict, ORDER, made.now_ns);
	for (unsigned i = 0; i < 4000; i++) {
		struct wire_event first[2], then[2];

		for (unsigned k = 0; k < 2; k++)
			first[k] = made_event(&made, (struct made_event){
				.field = k ? CENTS : USER, .tid = 1, .object = 0x1000,
			.value = random_below(1000)});
		for (unsigned k = 0; k < 2; k++)
			then[k] = made_event(&made, (struct made_event){
				.field = k ? CENTS : USER, .tid = 2, .object = 0x1000,
			.value = random_below(1000)});
		verdict_event(verdict, &first[0], NULL);
		/* Now and then the end of the first fill comes behind the second. */
		if (i % 5)
			verdict_event(verdict, &first[1], NULL);
		verdict_event(verdict, &then[0], NULL);
		verdict_event(verdict, &then[1], NULL);
		if (i % 5 == 0)
			verdict_event(verdict, &first[1], NULL);
	}
	verdict_window_end(verdict, ORDER, made.now_ns + 1, false);
	tap_eq_int(made_findings(verdict, FINDING_MIXED, NULL), 0, "serial fills, told out of order: nothing");
	verdict_free(verdict);
}

/* Whole copies cover all fields at one time. */
static void test_bulk(void)
{
	struct world world = {.workers = 2};

	for (unsigned w = 0; w < 2; w++)
		world.rounds[w] = (struct round_of){.steps = {{.fields = {WHOLE}, .n = 1},
		                                              {.fields = {CENTS}, .n = 1}}, .n = 2};
	tap_eq_int(often(&world), 0, "copies of all, then one field: nothing");
}

/* Returns: mixed records told, of so many events: B's fills in A's, and between A's. */
static unsigned run_few(unsigned events)
{
	static const struct { unsigned field, who; } order[] = {
		{NAME, 0}, {NAME, 1}, {STATUS, 1}, {STATUS, 0}, {NAME, 1}, {STATUS, 1},
	};
	struct verdict_options options = {0};
	struct verdict *verdict = NULL;
	unsigned found;

	made_init(&made);
	random_state = 5;
	if (verdict_new(&made.plan, &options, &verdict))
		return 99;
	verdict_window_begin(verdict, ORDER, made.now_ns);
	for (unsigned i = 0; i < events; i++)
		made_write(verdict, &made, (struct made_event){
			.field = order[i % 6].field, .tid = 1 + order[i % 6].who, .object = 0x1000,
			.value = random_below(1000000)});
	verdict_window_end(verdict, ORDER, made.now_ns + 1, false);
	found = made_findings(verdict, FINDING_MIXED, NULL);
	verdict_free(verdict);
	return found;
}

static void test_few(void)
{
	tap_eq_int(run_few(22), 0, "a few fills say nothing yet");
	tap_eq_int(run_few(60), 1, "some more do");
}

/* A resident type's window never ends: what was found must not wait for that. */
static void test_waits(void)
{
	static const struct { unsigned field, who; } order[] = {
		{USER, 0}, {USER, 1}, {CENTS, 1}, {CENTS, 0}, {USER, 1}, {CENTS, 1}, {USER, 0}, {USER, 1}, {CENTS, 0},
		{CENTS, 1},
	};
	struct verdict_options options = {0};
	struct verdict *verdict = NULL;

	made_init(&made);
	random_state = 5;
	if (verdict_new(&made.plan, &options, &verdict))
		return;
	verdict_window_begin(verdict, ORDER, made.now_ns);
	for (unsigned i = 0; i < 600; i++)
		made_write(verdict, &made, (struct made_event){
			.field = order[i % 10].field, .tid = 1 + order[i % 10].who, .object = 0x1000,
			.value = random_below(1000)});
	tap_eq_int(made_findings(verdict, FINDING_MIXED, NULL), 0, "in a window that is open: it might turn out that events are missing");
	made_write(verdict, &made,
	           (struct made_event){.field = OWNED, .tid = 1, .object = 0x9000, .pass_ns = 1500000000});
	tap_eq_int(made_findings(verdict, FINDING_MIXED, NULL), 1, "a second later it is told");
	verdict_free(verdict);
}

int main(int argc, char **argv)
{
	struct scan_error error;

	if (argc < 2 || scan_open(argv[1], &(struct scan_options){0}, &code, &error) ||
	    scan_find_sites(code, &(struct scan_site_options){0}, &code_sites, &error))
		return 2;
	test_interleaved();
	test_serial();
	test_by_design();
	test_ping_pong();
	test_not_exact();
	test_spoiled();
	test_late();
	test_bulk();
	test_few();
	test_waits();
	scan_sites_free(code_sites);
	scan_close(code);
	return tap_done();
}

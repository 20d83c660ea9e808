/*
 * test_schedule.c - when probes are attached, in a simulated process whose sites fire at known rates: the kernel, the
 * clock and the target are made here, and a minute takes some milliseconds
 */
#include "tap.h"
#include "watch/heat.h"
#include "watch/schedule.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SITES = 1200, TYPES = 40, SETS = 4096, HIT_NS = 5000, EVENT_NS = 800 };

static const uint64_t ms = 1000000, second = 1000000000;
static const uint64_t attach_ns = 12000000;   /* the kernel's grace period, before the first breakpoint is there */
static const uint64_t leave_ns = 1000000;     /* from letting go to the last hit */

struct kernel_set {
	uint32_t ids[SITES];
	size_t n;
	bool attached;
	uint64_t gone_ns;             /* let go: when the last one is gone; 0: not let go */
};

static struct {
	uint64_t now_ns;
	double rate[SITES];           /* hits a second of the target's threads, all together */
	double hits[SITES];
	double cost_ns;               /* of all hits, as it is */
	bool hot[SITES];              /* the clock says that its function is */
	bool hot_news;                /* and says so at its first look */
	uint64_t last_ns[SITES];      /* when it was attached last */
	uint32_t refused;             /* the kernel refuses this site; UINT32_MAX: none */
	double cpus;                  /* that the target keeps busy */
	double slowed;                /* CPU time that it loses to waiting, a second of attached time */
	double lost_ns;               /* that it lost so, in all */
	uint64_t cpu_ns, own_ns;
	struct kernel_set sets[SETS];
	size_t sets_n;
	bool close;                   /* the clock was told to look closely */
	bool open;                    /* order counts for type 0 */
	unsigned blind;               /* steps in which it did, and a site of it was not held */
	unsigned quiet_gone;          /* sites that never fire, of sets that were let go */
} sim;

static struct wire_probe probes[SITES];
static struct wire_settings settings;
static struct wire_totals totals;
static struct plan_site sites[SITES];
static struct scan_type scan_type = {.kind = SCAN_KIND_STRUCT, .name = "struct order"};
static struct plan_type types[TYPES];
static struct target_module module = {.open_path = (char *)"/nowhere"};
static struct target target = {.modules = &module, .modules_n = 1, .pid = 1};
static struct plan plan;

/* ---- the world ------------------------------------------------------------------------------------------------- */

static bool fires(const struct kernel_set *set)
{
	return set->attached && (!set->gone_ns || sim.now_ns < set->gone_ns);
}

/* More than the target's threads can run into does not fire. */
static double share_that_fires(void)
{
	double demand_ns = 0;

	for (size_t i = 0; i < sim.sets_n; i++)
		for (size_t k = 0; fires(&sim.sets[i]) && k < sim.sets[i].n; k++)
			demand_ns += sim.rate[sim.sets[i].ids[k]] * HIT_NS;
	return demand_ns > sim.cpus * (double)second ? sim.cpus * (double)second / demand_ns : 1;
}

static bool is_held(uint32_t id)
{
	for (size_t i = 0; i < sim.sets_n; i++)
		for (size_t k = 0; sim.sets[i].attached && !sim.sets[i].gone_ns && k < sim.sets[i].n; k++)
			if (sim.sets[i].ids[k] == id)
				return true;
	return false;
}

static void pass(uint64_t ns)
{
	double share = share_that_fires();
	bool attached = false;

	for (size_t i = 0; i < sim.sets_n; i++) {
		for (size_t k = 0; fires(&sim.sets[i]) && k < sim.sets[i].n; k++) {
			uint32_t id = sim.sets[i].ids[k];
			double hits = share * sim.rate[id] * (double)ns / (double)second;

			sim.hits[id] += hits;
			sim.cost_ns += hits * (HIT_NS + (probes[id].sample ? EVENT_NS : 0));
			sim.last_ns[id] = sim.now_ns;
			attached = attached || sim.rate[id] > 1000;
		}
	}
	for (uint32_t i = 0; sim.open && i < plan.sites_n && sites[i].type_id == 0; i++)
		sim.blind += !is_held(i);
	sim.lost_ns += attached ? (double)ns * sim.slowed : 0;
	sim.cpu_ns += (uint64_t)((double)ns * (sim.cpus - (attached ? sim.slowed : 0)));
	sim.now_ns += ns;
}

uint64_t kernel_now_ns(void)
{
	return sim.now_ns;
}

uint64_t kernel_own_cpu_ns(const struct kernel *kernel)
{
	(void)kernel;
	return sim.own_ns;
}

struct wire_probe *kernel_probe(struct kernel *kernel, uint32_t id)
{
	(void)kernel;
	return &probes[id];
}

struct wire_count kernel_count(const struct kernel *kernel, uint32_t id)
{
	(void)kernel;
	return (struct wire_count){.hits = (uint64_t)sim.hits[id]};
}

struct wire_settings *kernel_settings(struct kernel *kernel)
{
	(void)kernel;
	return &settings;
}

const struct wire_totals *kernel_totals(const struct kernel *kernel)
{
	(void)kernel;
	return &totals;
}

int kernel_attach(struct kernel *kernel, const char *path, const struct kernel_place *places, size_t n, pid_t pid,
                  struct kernel_set **ret_set, struct watch_error *ret_error)
{
	struct kernel_set *set = &sim.sets[sim.sets_n];

	(void)kernel, (void)path, (void)pid;
	for (size_t i = 0; i < n; i++) {
		if (places[i].id == sim.refused) {
			snprintf(ret_error->text, sizeof(ret_error->text), "refused");
			return -EINVAL;
		}
	}
	if (sim.sets_n == SETS)
		return -ENOMEM;
	pass(attach_ns);
	*set = (struct kernel_set){.n = n, .attached = true};
	for (size_t i = 0; i < n; i++)
		set->ids[i] = places[i].id;
	sim.sets_n++;
	*ret_set = set;
	return 0;
}

void kernel_detach(struct kernel_set *set)
{
	set->attached = false;
}

void kernel_let_go(struct kernel_set *set)
{
	set->gone_ns = sim.now_ns + leave_ns;
	for (size_t i = 0; i < set->n; i++)
		sim.quiet_gone += sim.rate[set->ids[i]] <= 0;
}

void kernel_settle(struct kernel *kernel)
{
	(void)kernel;
	pass(leave_ns);
}

uint64_t target_cpu_ns(const struct target *of)
{
	(void)of;
	return sim.cpu_ns;
}

struct heat {
	int nothing;
};

int heat_new(const struct target *of, const struct plan *with, struct heat **ret_heat)
{
	static struct heat heat;

	(void)of, (void)with;
	*ret_heat = &heat;
	return 0;
}

void heat_free(struct heat *heat)
{
	(void)heat;
}

int heat_grow(struct heat *heat)
{
	(void)heat;
	return 0;
}

void heat_look_closely(struct heat *heat, bool closely)
{
	(void)heat;
	sim.close = closely;
}

bool heat_read(struct heat *heat)
{
	bool news = sim.hot_news;

	(void)heat;
	sim.hot_news = false;
	return news;
}

bool heat_is_hot(const struct heat *heat, uint32_t site)
{
	(void)heat;
	return sim.hot[site];
}

/* ---- a watch --------------------------------------------------------------------------------------------------- */

static unsigned warned;

static void warn(void *user, const char *text)
{
	(void)user, (void)text;
	warned++;
}

/* n sites, sites_a_type of a type; none fires. */
static void make_world(size_t n, size_t sites_a_type)
{
	memset(&sim, 0, sizeof(sim));
	memset(probes, 0, sizeof(probes));
	sim.now_ns = 1000 * second;
	sim.cpus = 2;
	sim.refused = UINT32_MAX;
	settings = (struct wire_settings){0};
	warned = 0;
	for (uint32_t i = 0; i < n; i++)
		sites[i] = (struct plan_site){.id = i, .type_id = i / (uint32_t)sites_a_type, .kind = SELF_TEST_NOP};
	/* Not all in step. */
	for (uint32_t i = 0; i < n; i++)
		sim.hits[i] = fmod(i * 0.618034, 1);
	for (uint32_t i = 0; i < TYPES; i++)
		types[i] = (struct plan_type){.id = i, .type = &scan_type, .name = "struct order"};
	plan = (struct plan){.types = types, .types_n = (n + sites_a_type - 1) / sites_a_type, .sites = sites,
	                     .sites_n = n};
}

static void window(void *user, uint32_t type_id, uint64_t now_ns, bool begins, bool lost)
{
	(void)user, (void)now_ns, (void)lost;
	if (type_id == 0)
		sim.open = begins;
}

static struct schedule *begin(bool full)
{
	struct schedule_options options = {.budget = 0.02, .full = full, .warn = warn, .window = window};
	struct schedule *schedule = NULL;

	for (unsigned i = 0; i < SELF_TEST_KINDS; i++)
		options.hit_ns[i] = HIT_NS;
	if (schedule_new(NULL, &target, &plan, &options, &schedule))
		abort();
	return schedule;
}

/* Steps as watch.c does. Returns: how often. */
static unsigned run(struct schedule *schedule, double seconds)
{
	uint64_t end_ns = sim.now_ns + (uint64_t)(seconds * (double)second);
	unsigned steps = 0;

	for (; sim.now_ns < end_ns; steps++) {
		uint64_t due_ns = schedule_step(schedule, sim.now_ns);

		pass(due_ns < 40 * ms ? due_ns + 1000 : 40 * ms);
	}
	return steps;
}

static struct ledger end(struct schedule *schedule)
{
	struct ledger ledger = {0};

	schedule_stop(schedule);
	schedule_ledger(schedule, &ledger);
	schedule_free(schedule);
	return ledger;
}

/* What hits really cost, as a share of the target's time. */
static double truth(double seconds)
{
	return sim.cost_ns / (seconds * sim.cpus * (double)second);
}

static bool is_attached(uint32_t id)
{
	return sim.now_ns - sim.last_ns[id] < 100 * ms;
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */

static void test_cold(void)
{
	struct schedule *schedule;
	struct ledger ledger;
	size_t attached = 0;
	unsigned steps;

	make_world(1000, 25);
	for (size_t i = 0; i < 1000; i += 10)
		sim.rate[i] = 2;
	schedule = begin(false);
	run(schedule, 5);
	steps = run(schedule, 10);
	for (uint32_t i = 0; i < 1000; i++)
		attached += is_attached(i);
	tap_eq_int((long)attached, 1000, "cold sites stay, all of them");
	tap_ok(!sim.close, "and the clock looks loosely");
	tap_ok(steps < 10 * 40, "a quiet watch sleeps: %u steps in 10 s", steps);
	ledger = end(schedule);
	tap_eq_int((long)ledger.sites_attached, 1000, "ledger: attached");
	tap_eq_int((long)ledger.sites_hit, 100, "ledger: ran");
	tap_eq_int((long)ledger.windows, 0, "ledger: no windows");
	tap_ok(ledger.attached_share > 0.9, "ledger: attached for %.3f of the time", ledger.attached_share);
}

/* Ten hot types among cold ones. */
static void make_hot(double rate)
{
	make_world(1000, 25);
	for (uint32_t i = 0; i < 1000; i++)
		sim.rate[i] = i < 250 ? rate : 1;
}

static void test_hot(void)
{
	static const double rates[] = {2000, 50000, 2000000};

	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
		struct schedule *schedule;
		struct ledger ledger;
		uint64_t longest = 0;
		double spent, before;

		make_hot(rates[r]);
		for (uint32_t i = 0; i < 250; i++)
			sim.hot[i] = rates[r] > 10000;
		schedule = begin(false);
		run(schedule, 20);
		before = truth(1);
		run(schedule, 40);
		spent = (truth(1) - before) / 40;
		for (uint32_t i = 0; i < 250; i++)
			longest = sim.now_ns - sim.last_ns[i] > longest ? sim.now_ns - sim.last_ns[i] : longest;
		ledger = end(schedule);
		tap_ok(spent <= 0.022, "%.0f a second: %.4f spent of 0.02 once all is known", rates[r], spent);
		tap_ok(fabs(ledger.spent - truth(60)) < 0.001, "the ledger says so: %.4f and %.4f", ledger.spent,
		       truth(60));
		tap_ok(truth(60) < 0.0195, "what was lent for the start is paid back in a minute: %.4f", truth(60));
		tap_ok(ledger.windows > 0 && ledger.sites_hot >= 200, "hot ones are seen in windows: %llu of %llu",
		       (unsigned long long)ledger.windows, (unsigned long long)ledger.sites_hot);
		tap_ok(longest < 5 * second, "each of them: %.1f s ago at most", (double)longest / (double)second);
	}
}

/* Some of a batch that stayed wake up: they alone are moved to windows, whatever events add to the price of a hit. */
static void test_woken(void)
{
	struct schedule *schedule;
	struct ledger ledger;
	size_t attached = 0;

	make_world(1000, 25);
	schedule = begin(false);
	run(schedule, 5);
	for (uint32_t i = 500; i < 510; i++)
		sim.rate[i] = 5000;
	sim.quiet_gone = 0;
	run(schedule, 5);
	tap_ok(sim.quiet_gone > 0 && sim.quiet_gone <= 200, "some awake: few of the others are let go with them (%u)",
	       sim.quiet_gone);
	for (uint32_t i = 0; i < 1000; i++)
		attached += is_attached(i) && sim.rate[i] <= 0;
	ledger = end(schedule);
	tap_eq_int((long)attached, 990, "those that are still silent stay");
	tap_ok(ledger.sites_hot >= 8 && ledger.sites_hot <= 10, "those that woke are hot: %llu of 10",
	       (unsigned long long)ledger.sites_hot);
}

/* The clock keeps those that never rest out of the trials of cold ones. */
static void test_start(void)
{
	struct schedule *schedule;
	double spent;

	make_hot(100000);
	for (uint32_t i = 0; i < 250; i++)
		sim.hot[i] = true;
	schedule = begin(false);
	run(schedule, 2);
	spent = truth(1) * sim.cpus;
	tap_ok(spent < 0.15 + 2 * 0.04 + 0.05, "the first 2 s cost %.0f ms", 1000 * spent);
	end(schedule);
}

/* What the clock has not met is found out in a trial, which goes no further once it has cost enough. */
static void test_surprise(void)
{
	struct schedule *schedule;
	size_t attached = 0;
	double spent;

	make_world(1000, 25);
	for (uint32_t i = 256; i < 266; i++)
		sim.rate[i] = 1e6;
	schedule = begin(false);
	run(schedule, 1);
	spent = truth(1) * sim.cpus;
	run(schedule, 4);
	for (uint32_t i = 0; i < 1000; i++)
		attached += is_attached(i) && sim.rate[i] <= 0;
	tap_ok(spent < 0.1, "sites that surprise: the first second costs %.0f ms", 1000 * spent);
	tap_eq_int((long)attached, 990, "and all others stay");
	end(schedule);
}

/* Sites that fire without pause stand behind hundreds that the clock has not met. */
static void test_busy_first(void)
{
	struct schedule *schedule;
	uint64_t begun_ns;

	make_world(1000, 25);
	for (uint32_t i = 0; i < 1000; i++)
		sim.rate[i] = i >= 990 ? 1e6 : 1;
	for (uint32_t i = 990; i < 1000; i++)
		sim.hot[i] = true;
	sim.hot_news = true;
	begun_ns = sim.now_ns;
	schedule = begin(false);
	run(schedule, 0.35);
	tap_ok(sim.last_ns[990] > begun_ns, "busy functions are looked at first");
	tap_ok(!sim.last_ns[500], "before what comes before them");
	run(schedule, 10);
	tap_ok(is_attached(500), "whose turn comes");
	end(schedule);
}

/* Hot sites that fall silent stay; between their last window and that they are held by nobody for a while. */
static void test_calm(void)
{
	struct schedule *schedule;

	make_world(25, 25);
	for (uint32_t i = 0; i < 25; i++) {
		sim.rate[i] = 20000;
		sim.hot[i] = true;
	}
	schedule = begin(false);
	run(schedule, 3);
	for (uint32_t i = 0; i < 25; i++)
		sim.rate[i] = 1;
	run(schedule, 5);
	tap_ok(sim.open && is_held(0) && is_held(24), "calm sites stay, and their order counts");
	tap_eq_int((long)sim.blind, 0, "never while one of them is away");
	end(schedule);
}

/* A program of Go: hundreds of busy sites in its library, and one type of its own. */
static void test_library(void)
{
	static struct scan_type library = {.kind = SCAN_KIND_STRUCT, .name = "std::node"};
	uint64_t longest = 0, first_ns;
	struct schedule *schedule;

	make_world(1000, 25);
	for (uint32_t i = 0; i < 1000; i++) {
		sim.rate[i] = 20000;
		sim.hot[i] = true;
	}
	for (uint32_t i = 1; i < TYPES; i++)
		types[i].type = &library;
	first_ns = sim.now_ns;
	schedule = begin(false);
	for (unsigned i = 0; i < 40; i++) {
		run(schedule, 0.25);
		if (sim.last_ns[0])
			longest = sim.now_ns - sim.last_ns[0] > longest ? sim.now_ns - sim.last_ns[0] : longest;
		else
			longest = sim.now_ns - first_ns;
	}
	end(schedule);
	tap_ok(longest < 2 * second, "our own type is seen again and again while libraries are tried: %.1f s apart",
	       (double)longest / (double)second);
}

/* Threads that wait for one that is at a probe, and our own time where no CPU is idle, come out of the same purse. */
static void test_waiting(void)
{
	double alone, waiting, lost;
	struct ledger ledger;
	struct schedule *schedule;

	make_hot(20000);
	schedule = begin(false);
	run(schedule, 60);
	end(schedule);
	alone = truth(60);
	make_hot(20000);
	sim.slowed = 1;
	schedule = begin(false);
	run(schedule, 60);
	ledger = end(schedule);
	waiting = truth(60);
	tap_ok(waiting < 0.9 * alone, "waiting is paid for: hits cost %.4f where nobody waits, else %.4f", alone, waiting);
	tap_ok(ledger.spent <= 0.0235, "within the budget: %.4f", ledger.spent);
	lost = (sim.cost_ns + sim.lost_ns) / (60 * sim.cpus * (double)second);
	tap_ok(fabs(ledger.spent - lost) < 0.001, "the ledger knows of it: %.4f and %.4f", ledger.spent, lost);
}

static void test_full(void)
{
	struct schedule *schedule;
	struct ledger ledger;

	make_hot(20000);
	schedule = begin(true);
	schedule_step(schedule, sim.now_ns);
	tap_eq_int((long)sim.sets_n, 1, "in full: all is attached by the first step");
	run(schedule, 5);
	ledger = end(schedule);
	tap_eq_int((long)ledger.sites_attached, 1000, "every site");
	tap_ok(ledger.attached_share > 0.95, "and stays: %.3f", ledger.attached_share);
}

static void test_refused(void)
{
	struct schedule *schedule;
	struct ledger ledger;

	make_world(1000, 25);
	sim.refused = 7;
	for (uint32_t i = 0; i < 25; i++) {
		sim.rate[i] = 100;
		sim.hot[i] = true;
	}
	schedule = begin(false);
	run(schedule, 10);
	ledger = end(schedule);
	tap_eq_int((long)ledger.attach_failed, 1, "one that the kernel refuses is told");
	tap_eq_int((long)warned, 1, "once, with why");
	tap_eq_int((long)ledger.sites_attached, 999, "the others are attached");
}

int main(void)
{
	test_cold();
	test_hot();
	test_woken();
	test_start();
	test_surprise();
	test_busy_first();
	test_calm();
	test_library();
	test_waiting();
	test_full();
	test_refused();
	return tap_done();
}

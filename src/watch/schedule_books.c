/*
 * schedule_books.c - what probes cost the target, and what they may
 *
 * What hits cost is their number by the price that the self-test measured; holds tell their time themselves. Threads
 * that wait for a lock whose holder is at a probe lose time too: it shows as CPU time that the target takes while
 * nothing comes or goes, and did not take from the beginning of a window to its last hit. Where no CPU is idle
 * the time that we take ourselves is the target's. The income is the budget's share of the target's CPU time.
 */
#include "watch/schedule_inside.h"

#include <stdio.h>
#include <unistd.h>

static const uint64_t credit_max_ns = 20 * MS; /* what an idle time can save up */
static const double loan_ns = 150 * (double)MS; /* to get to know the target with, once */
static const uint64_t loan_free_ns = 10 * SECOND; /* from then on it is paid back */
static const double repaid_share = 0.20;       /* of the income */
static const uint64_t measure_ns = 200 * MS;  /* between looks at the target's CPU time */
static const uint64_t quiet_enough_ns = SECOND; /* to know what the target takes of the CPUs by itself */
static const uint64_t measure_own_ns = SECOND; /* between those at ours: the machine's idle time is dear to read */
static const double resident_share = 0.30;     /* of the budget */
static const double hold_share = 0.50;
static const double event_ns = 800;            /* what putting an event into a ring adds to a hit */

/* ---- the books ------------------------------------------------------------------------------------------------- */

double schedule_cost_of(const struct schedule *s, uint32_t id)
{
	double price = s->options.hit_ns[s->plan->sites[id].kind];

	return (price > 0 ? price : 1000) + (kernel_probe(s->kernel, id)->sample ? event_ns : 0);
}

double schedule_cost_a_second(const struct schedule *s, uint32_t id)
{
	return s->ones[id].rate * schedule_cost_of(s, id);
}

static double spent_ns(const struct schedule *s)
{
	return s->hits_cost_ns + (double)kernel_totals(s->kernel)->hold_spent_ns + (double)s->other_cost_ns +
	       (double)s->taken_ns + (s->waited_ns > 0 ? s->waited_ns : 0);
}

/* CPU time that nobody has used on this machine since it started. Returns: UINT64_MAX: not known. */
static uint64_t machine_idle_ns(void)
{
	unsigned long long idle, waiting;
	FILE *file = fopen("/proc/stat", "re");
	bool read = file && fscanf(file, "cpu %*u %*u %*u %llu %llu", &idle, &waiting) == 2;

	if (file)
		fclose(file);
	return read ? (idle + waiting) * (SECOND / (uint64_t)sysconf(_SC_CLK_TCK)) : UINT64_MAX;
}

/* What we took of the CPUs and was not idle is what others did not get: the target, most likely. */
static void measure_own(struct schedule *s, uint64_t now_ns)
{
	uint64_t own_ns, idle_ns, own, idle;

	if (now_ns - s->own_measured_ns < measure_own_ns)
		return;
	own_ns = kernel_own_cpu_ns(s->kernel);
	idle_ns = machine_idle_ns();
	own = own_ns - s->own_ns;
	idle = idle_ns - s->idle_ns;
	s->own_measured_ns = now_ns;
	if (s->own_ns && idle_ns != UINT64_MAX && own > idle)
		s->taken_ns += own - idle;
	s->own_ns = own_ns;
	s->idle_ns = idle_ns;
}

/* How many CPUs the target keeps busy: what its threads lose is a share of that. */
static void measure_target(struct schedule *s, uint64_t now_ns)
{
	uint64_t cpu_ns;

	if (now_ns - s->measured_ns < measure_ns)
		return;
	cpu_ns = target_cpu_ns(s->target);
	if (s->cpu_ns)
		s->used = cpu_ns > s->cpu_ns ? (double)(cpu_ns - s->cpu_ns) / (double)(now_ns - s->measured_ns) : 0;
	s->cpu_ns = cpu_ns;
	s->measured_ns = now_ns;
	measure_own(s, now_ns);
}

void schedule_quiet_begin(struct schedule *s)
{
	s->quiet_since_ns = kernel_now_ns();
	s->quiet_since_cpu_ns = target_cpu_ns(s->target);
}

static void quiet_end(struct schedule *s, uint64_t now_ns, uint64_t cpu_ns)
{
	if (s->quiet_since_ns && now_ns > s->quiet_since_ns && cpu_ns >= s->quiet_since_cpu_ns) {
		s->quiet_ns += (double)(now_ns - s->quiet_since_ns);
		s->quiet_cpu_ns += (double)(cpu_ns - s->quiet_since_cpu_ns);
	}
	/* What was lately counts for more. */
	if (s->quiet_ns > (double)quiet_enough_ns) {
		s->quiet_cpu_ns *= (double)quiet_enough_ns / s->quiet_ns;
		s->quiet_ns = (double)quiet_enough_ns;
	}
	s->quiet_since_ns = 0;
}

void schedule_wait_begin(struct schedule *s, struct batch *batch)
{
	batch->wait_ns = kernel_now_ns();
	batch->wait_cpu_ns = target_cpu_ns(s->target);
	quiet_end(s, batch->wait_ns, batch->wait_cpu_ns);
}

/* Chance goes both ways, and is not cut off here. */
void schedule_wait_end(struct schedule *s, const struct batch *batch, uint64_t now_ns)
{
	uint64_t cpu_ns = target_cpu_ns(s->target);

	if (now_ns > batch->wait_ns && cpu_ns && s->quiet_ns > 0)
		s->waited_ns += (double)(now_ns - batch->wait_ns) * s->quiet_cpu_ns / s->quiet_ns -
		                (double)(cpu_ns - batch->wait_cpu_ns);
}

static void earn(struct schedule *s, double ns)
{
	double repaid = s->earned_ns - s->start_ns > loan_free_ns ? repaid_share * ns : 0;

	if (repaid > loan_ns - s->repaid_ns)
		repaid = loan_ns - s->repaid_ns;
	s->repaid_ns += repaid;
	s->income_ns += ns;
}

void schedule_earn(struct schedule *s, uint64_t now_ns)
{
	double elapsed_ns;

	/* Who asks may have read the clock before a step that took its time. */
	if (now_ns <= s->earned_ns)
		return;
	elapsed_ns = (double)(now_ns - s->earned_ns);
	measure_target(s, now_ns);
	s->target_ns += elapsed_ns * schedule_busy(s);
	earn(s, elapsed_ns * schedule_busy(s) * s->options.budget);
	s->earned_ns = now_ns;
}

/* What may be spent now. Once all sites were tried, an idle time saves up no more than credit_max_ns. */
double schedule_credit(struct schedule *s)
{
	double credit = s->income_ns + loan_ns - s->repaid_ns - spent_ns(s);

	if (schedule_tried(s) && !s->warm_n && credit > (double)credit_max_ns) {
		s->income_ns -= credit - (double)credit_max_ns;
		credit = (double)credit_max_ns;
	}
	return credit;
}

uint64_t schedule_waits(struct schedule *s, uint64_t ns)
{
	double lacks_ns = (double)ns - schedule_credit(s);

	return lacks_ns > 0 ? (uint64_t)(lacks_ns / (s->options.budget * schedule_busy(s))) : 0;
}

/* Holds have a share of their own, which the kernel keeps to; it saves up as little. */
void schedule_grant_holds(struct schedule *s, uint64_t now_ns)
{
	struct wire_settings *settings = kernel_settings(s->kernel);
	double permille = s->options.budget * schedule_busy(s) * hold_share * 1000;
	uint64_t back_ns, spent = kernel_totals(s->kernel)->hold_spent_ns;

	settings->hold_permille = (uint64_t)(permille < 1 ? 1 : permille);
	back_ns = (spent + credit_max_ns) * 1000 / settings->hold_permille;
	if (now_ns - settings->hold_start_ns > back_ns)
		settings->hold_start_ns = now_ns - back_ns;
}

/* What all residents together may cost a second. */
double schedule_resident_may(const struct schedule *s)
{
	return s->options.budget * schedule_busy(s) * resident_share * (double)SECOND;
}
void schedule_spend(struct schedule *s, uint64_t ns)
{
	s->other_cost_ns += ns;
}

bool schedule_solvent(struct schedule *s, uint64_t now_ns)
{
	schedule_earn(s, now_ns);
	return s->options.full || schedule_credit(s) > 0;
}

/* ---- the ledger ------------------------------------------------------------------------------------------------ */

static double attached_seconds(const struct one *one, uint64_t now_ns)
{
	uint64_t ns = one->attached_ns + (one->attached ? now_ns - one->since_ns : 0);

	return (double)ns / (double)SECOND;
}

void schedule_ledger(const struct schedule *s, struct ledger *ledger)
{
	uint64_t now_ns = kernel_now_ns();
	double seconds = (double)(now_ns - s->start_ns) / (double)SECOND, share = 0;
	uint64_t counted = 0;

	for (uint32_t i = 0; i < s->ones_n; i++) {
		struct wire_count count = kernel_count(s->kernel, i);

		/* What is no store is no part of what is said of stores; what it costs is in `spent`. */
		if (s->plan->sites[i].pause) {
			ledger->paused += count.holds;
			ledger->paused_ns += count.hold_ns;
			continue;
		}
		ledger->sites_attached += s->ones[i].was_attached;
		ledger->sites_hit += count.hits > 0;
		ledger->sites_hot += s->ones[i].was_hot;
		ledger->hits += count.hits;
		ledger->events += count.events;
		ledger->dropped += count.dropped;
		ledger->faults += count.faults;
		ledger->holds += count.holds;
		ledger->hold_ns += count.hold_ns;
		ledger->caught += count.caught;
		ledger->overlaps_seen += count.met_shared;
		if (count.hits && seconds > 0) {
			share += attached_seconds(&s->ones[i], now_ns) / seconds;
			counted++;
		}
	}
	ledger->attached_share = counted ? share / (double)counted : 0;
	ledger->windows = s->windows;
	ledger->attach_failed = s->failed;
	ledger->budget = s->options.budget;
	ledger->seconds = seconds;
	ledger->spent = s->target_ns > 0 ? spent_ns(s) / s->target_ns : 0;
}

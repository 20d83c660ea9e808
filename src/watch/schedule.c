/*
 * schedule.c - what is attached when: trials, residents, windows; see schedule.h
 *
 * A site is NEW: how often it fires is not known; it is tried in a batch of up to some hundred, for some milliseconds, and
 * the batch goes at once when it proves dear. WARM: the same, but a clock has found its function busy (heat.h): it is
 * tried later, among few. RESIDENT: what all residents cost together is a part
 * of the budget; who grows hotter is moved out. HOT: attached for a window now and then, with all hot ones of its type.
 *
 * The books: what hits cost (number by the price that the self-test measured) and what holds took, against the budget's
 * share of the time since the start. A trial or a window begins only while the books are in credit, and ends when its own
 * allowance is used up: the debt that it may leave is bounded by the time that detaching takes.
 */
#include "watch/schedule.h"

#include "watch/heat.h"
#include "watch/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000ull
#define SECOND 1000000000ull

enum {
	BATCH_MIN = 16,               /* sites of a trial: the more, the longer it takes to let go of a dear one */
	WARM_MAX = 32,                /* of a trial of busy functions' sites */
	BATCH_MAX = 512,              /* of one that comes after cheap ones: cold code lies together */
	LOOK_MIN_MS = 20,             /* between looks at the residents' counters */
};

static const uint64_t trial_ns = 10 * MS, trial_cost_ns = 2 * MS;
static const uint64_t window_min_ns = 1 * MS, window_max_ns = 60 * MS, window_cost_ns = 2 * MS;
static const uint64_t window_idle_ns = 20 * MS; /* without a hit */
static const uint64_t credit_max_ns = 20 * MS; /* what an idle time can save up */
static const uint64_t credit_start_ns = 150 * MS; /* to get to know the target with, once */
static const uint64_t leave_ns = 40 * MS;      /* after which nothing of a batch fires any more */
static const uint64_t measure_ns = 200 * MS;  /* between looks at the target's CPU time */
static const uint64_t listen_ns = 300 * MS;    /* to the clock, before the first trial */
static const uint64_t glance_ns = 1 * MS;      /* between looks at a trial or a window */
static const double resident_share = 0.30;     /* of the budget */
static const double hold_share = 0.50;
static const double event_ns = 800;            /* what putting an event into a ring adds to a hit */

enum state { NEW = 0, WARM, TRIED, RESIDENT, HOT, FAILED };

struct one {                          /* a site */
	uint8_t state;
	bool attached, was_attached, was_hot;
	bool calm;                    /* its function is hot and it is not: seen in a window */
	bool relapsed;                /* it was called calm, and was not */
	uint64_t hits;                /* when last looked at */
	uint64_t begun_hits;          /* when it was attached last */
	double rate;                  /* hits a second while attached, the last that was measured */
	uint64_t attached_ns;         /* in all, up to since_ns */
	uint64_t since_ns;
};

struct of_type {
	uint32_t sites, attached, hot;
	uint64_t last_window_ns;
	uint64_t dropped;             /* of its sites when its window began */
	uint64_t met_shared;          /* likewise, at the last window's end */
	double weight;
	bool open, library;
};

struct batch {
	uint32_t *ids;
	size_t n;
	struct kernel_set **sets;
	size_t sets_n;
	uint64_t begun_ns, looked_ns;
	uint64_t cost_ns;             /* since it began */
	uint32_t type_id;             /* of a window */
	struct batch *next;
};

struct schedule {
	struct kernel *kernel;
	const struct target *target;
	const struct plan *plan;
	struct schedule_options options;
	struct one *ones;
	size_t ones_n;
	struct of_type *types;
	size_t types_n;
	struct batch **residents;
	size_t residents_n;
	struct heat *heat;
	struct batch *trial, *window;
	struct batch *leaving;        /* let go of, and perhaps still firing; linked by next */
	size_t trial_size;            /* of the next */
	size_t next_new;              /* sites below are no longer NEW */
	size_t warm_n;                /* sites that are WARM */
	uint64_t start_ns, look_due_ns;
	double hits_cost_ns;          /* by hits, in all */
	double income_ns;             /* the budget's share of the target's time so far */
	double target_ns;             /* its CPU time so far, one CPU's at least */
	double busy;                  /* CPUs it keeps busy, lately */
	uint64_t earned_ns, measured_ns, cpu_ns;
	uint64_t windows, failed;
	uint64_t other_cost_ns;       /* told by schedule_spend */
};

/* ---- the books ------------------------------------------------------------------------------------------------- */

static double cost_of(const struct schedule *s, uint32_t id)
{
	double price = s->options.hit_ns[s->plan->sites[id].kind];

	return (price > 0 ? price : 1000) + (kernel_probe(s->kernel, id)->sample ? event_ns : 0);
}

static double spent_ns(const struct schedule *s)
{
	return s->hits_cost_ns + (double)kernel_totals(s->kernel)->hold_spent_ns + (double)s->other_cost_ns;
}

/* How many CPUs the target keeps busy: what its threads lose is a share of that. One at least: an idle target waits for
 * its own threads, and is not to wait longer. */
static void measure_target(struct schedule *s, uint64_t now_ns)
{
	uint64_t cpu_ns;
	double busy;

	if (now_ns - s->measured_ns < measure_ns)
		return;
	cpu_ns = target_cpu_ns(s->target);
	busy = cpu_ns > s->cpu_ns ? (double)(cpu_ns - s->cpu_ns) / (double)(now_ns - s->measured_ns) : 0;
	if (s->cpu_ns)
		s->busy = busy < 1 ? 1 : busy;
	s->cpu_ns = cpu_ns;
	s->measured_ns = now_ns;
}

static void earn(struct schedule *s, uint64_t now_ns)
{
	double elapsed_ns;

	/* Who asks may have read the clock before a step that took its time. */
	if (now_ns <= s->earned_ns)
		return;
	elapsed_ns = (double)(now_ns - s->earned_ns);
	measure_target(s, now_ns);
	s->target_ns += elapsed_ns * s->busy;
	s->income_ns += elapsed_ns * s->busy * s->options.budget;
	s->earned_ns = now_ns;
}

/* What may be spent now. Once all sites were tried, an idle time saves up no more than credit_max_ns. */
static double credit_ns(struct schedule *s)
{
	double credit = s->income_ns + (double)credit_start_ns - spent_ns(s);

	if (s->next_new == s->ones_n && !s->warm_n && credit > (double)credit_max_ns) {
		s->income_ns -= credit - (double)credit_max_ns;
		credit = (double)credit_max_ns;
	}
	return credit;
}

/* Holds have a share of their own, which the kernel keeps to; it saves up as little. */
static void grant_holds(struct schedule *s, uint64_t now_ns)
{
	struct wire_settings *settings = kernel_settings(s->kernel);
	double permille = s->options.budget * s->busy * hold_share * 1000;
	uint64_t back_ns, spent = kernel_totals(s->kernel)->hold_spent_ns;

	settings->hold_permille = (uint64_t)(permille < 1 ? 1 : permille);
	back_ns = (spent + credit_max_ns) * 1000 / settings->hold_permille;
	if (now_ns - settings->hold_start_ns > back_ns)
		settings->hold_start_ns = now_ns - back_ns;
}

/* ---- windows of types ------------------------------------------------------------------------------------------ */

static uint64_t dropped_of(const struct schedule *s, uint32_t type_id)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < s->ones_n; i++)
		if (s->plan->sites[i].type_id == type_id)
			dropped += kernel_count(s->kernel, (uint32_t)i).dropped;
	return dropped;
}

static void open_or_shut(struct schedule *s, uint32_t type_id, uint64_t now_ns)
{
	struct of_type *type = &s->types[type_id];
	bool open = type->attached == type->sites && !s->trial, lost = false;

	if (open == type->open)
		return;
	type->open = open;
	if (open)
		type->dropped = dropped_of(s, type_id);
	else
		lost = dropped_of(s, type_id) != type->dropped;
	if (s->options.window)
		s->options.window(s->options.user, type_id, now_ns, open, lost);
}

static void mark(struct schedule *s, const struct batch *batch, bool attached, uint64_t now_ns)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct one *one = &s->ones[batch->ids[i]];
		struct of_type *type = &s->types[s->plan->sites[batch->ids[i]].type_id];

		if (one->attached == attached || one->state == FAILED)
			continue;
		if (one->attached && now_ns > one->since_ns)
			one->attached_ns += now_ns - one->since_ns;
		one->attached = attached;
		one->was_attached |= attached;
		one->since_ns = now_ns;
		type->attached += attached ? 1 : (uint32_t)-1;
	}
	for (size_t i = 0; i < batch->n; i++)
		if (!i || s->plan->sites[batch->ids[i]].type_id != s->plan->sites[batch->ids[i - 1]].type_id)
			open_or_shut(s, s->plan->sites[batch->ids[i]].type_id, now_ns);
}

/* ---- batches --------------------------------------------------------------------------------------------------- */

static void batch_free(struct batch *batch)
{
	if (batch) {
		free(batch->ids);
		free(batch->sets);
		free(batch);
	}
}

static struct batch *batch_new(size_t n)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (batch)
		batch->ids = calloc(n ? n : 1, sizeof(*batch->ids));
	if (batch && batch->ids)
		return batch;
	batch_free(batch);
	return NULL;
}

static void fail_site(struct schedule *s, uint32_t id, const struct watch_error *error)
{
	struct of_type *type = &s->types[s->plan->sites[id].type_id];

	if (!s->failed && s->options.warn)
		s->options.warn(s->options.user, error->text);
	if (s->ones[id].state != FAILED)
		type->sites--;
	s->ones[id].state = FAILED;
	s->failed++;
}

/* ids of one module. One that the kernel refuses makes all of them fail: it is found by halving. */
static void attach_some(struct schedule *s, struct batch *batch, const uint32_t *ids, size_t n)
{
	const struct target_module *module = &s->target->modules[s->plan->sites[ids[0]].module];
	struct kernel_place *places = calloc(n, sizeof(*places));
	struct kernel_set *set, **sets;
	struct watch_error error = {{0}};
	int rc = places ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < n; i++)
		places[i] = (struct kernel_place){.offset = s->plan->sites[ids[i]].file_offset, .id = ids[i],
		                                  .semaphore = s->plan->sites[ids[i]].semaphore};
	if (!rc)
		rc = kernel_attach(s->kernel, module->open_path, places, n, s->target->pid, &set, &error);
	free(places);
	if (!rc) {
		sets = realloc(batch->sets, (batch->sets_n + 1) * sizeof(*sets));
		if (sets) {
			batch->sets = sets;
			batch->sets[batch->sets_n++] = set;
			return;
		}
		kernel_detach(set);
		rc = -ENOMEM;
	}
	if (n > 1 && rc != -ESRCH && rc != -ENOMEM) {
		attach_some(s, batch, ids, n / 2);
		attach_some(s, batch, ids + n / 2, n - n / 2);
		return;
	}
	for (size_t i = 0; i < n; i++)
		fail_site(s, ids[i], &error);
}

static void batch_attach(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	for (size_t i = 0, end; i < batch->n; i = end) {
		uint32_t module = s->plan->sites[batch->ids[i]].module;

		for (end = i + 1; end < batch->n && s->plan->sites[batch->ids[end]].module == module;)
			end++;
		attach_some(s, batch, batch->ids + i, end - i);
	}
	batch->begun_ns = batch->looked_ns = now_ns;
	batch->cost_ns = 0;
	for (size_t i = 0; i < batch->n; i++)
		s->ones[batch->ids[i]].begun_hits = s->ones[batch->ids[i]].hits =
			kernel_count(s->kernel, batch->ids[i]).hits;
	mark(s, batch, true, kernel_now_ns());
}

/* Letting go takes milliseconds, in which nobody reads the rings: what fires meanwhile only counts. */
static void batch_detach(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	mark(s, batch, false, now_ns);
	for (size_t i = 0; i < batch->n; i++)
		kernel_probe(s->kernel, batch->ids[i])->sample = kernel_probe(s->kernel, batch->ids[i])->hold_every = 0;
	for (size_t i = 0; i < batch->sets_n; i++)
		kernel_let_go(batch->sets[i]);
	batch->sets_n = 0;
}

/* Takes down what its sites cost since the last look, and how often they fire. Returns: cost a second, ns. */
static double batch_look(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	double seconds = (double)(now_ns - batch->looked_ns) / (double)SECOND, rate_cost = 0;

	if (now_ns <= batch->looked_ns)
		return 0;
	for (size_t i = 0; i < batch->n; i++) {
		struct one *one = &s->ones[batch->ids[i]];
		uint64_t hits = kernel_count(s->kernel, batch->ids[i]).hits;
		double cost = (double)(hits - one->hits) * cost_of(s, batch->ids[i]);

		one->rate = (double)(hits - one->hits) / seconds;
		one->hits = hits;
		s->hits_cost_ns += cost;
		batch->cost_ns += (uint64_t)cost;
		rate_cost += cost / seconds;
	}
	batch->looked_ns = now_ns;
	return rate_cost;
}

/* Lets go of it; what it still costs comes into the books. */
static void leave(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	batch_detach(s, batch, now_ns);
	batch->begun_ns = now_ns;
	batch->next = s->leaving;
	s->leaving = batch;
}

static void look_at_leaving(struct schedule *s, uint64_t now_ns)
{
	struct batch **at = &s->leaving;

	while (*at) {
		struct batch *batch = *at;

		batch_look(s, batch, now_ns);
		if (now_ns < batch->begun_ns + leave_ns) {
			at = &batch->next;
			continue;
		}
		*at = batch->next;
		batch_free(batch);
	}
}

/* ---- how often a site holds ------------------------------------------------------------------------------------ */

/* About one hold in the time of two, so that a window is held for a good part of it; sites that were held in vain often
 * (their writers have a lock) leave the time to others. */
static uint32_t hold_every_of(const struct schedule *s, uint32_t id)
{
	struct wire_count count = kernel_count(s->kernel, id);
	double every = s->ones[id].rate * 1e-4;
	unsigned doublings = count.caught ? 0 : (unsigned)(count.holds / 256);

	if (every < 1)
		every = 1;
	if (every > 1000)
		every = 1000;
	return (uint32_t)every << (doublings > 6 ? 6 : doublings);
}

static void arm(struct schedule *s, const struct batch *batch, bool events)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct wire_probe *probe = kernel_probe(s->kernel, batch->ids[i]);

		probe->sample = events ? 1 : 0;
		probe->hold_every = events && s->plan->sites[batch->ids[i]].judges ? hold_every_of(s, batch->ids[i]) : 0;
	}
}

/* What all residents together may cost a second. */
static double resident_may(const struct schedule *s)
{
	return s->options.budget * s->busy * resident_share * (double)SECOND;
}

/* ---- residents ------------------------------------------------------------------------------------------------- */

static int residents_add(struct schedule *s, struct batch *batch)
{
	struct batch **more = realloc(s->residents, (s->residents_n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	s->residents = more;
	s->residents[s->residents_n++] = batch;
	return 0;
}

static void become_hot(struct schedule *s, uint32_t id)
{
	s->ones[id].state = HOT;
	s->ones[id].was_hot = true;
	s->ones[id].relapsed |= s->ones[id].calm;
	s->ones[id].calm = false;
	s->types[s->plan->sites[id].type_id].hot++;
}

/* The dearest site of a batch becomes hot. Returns: what it cost a second. */
static double heat_dearest(struct schedule *s, struct batch *batch)
{
	size_t dearest = 0;
	double most = -1;

	for (size_t i = 0; i < batch->n; i++) {
		double cost = s->ones[batch->ids[i]].rate * cost_of(s, batch->ids[i]);

		if (cost > most) {
			most = cost;
			dearest = i;
		}
	}
	become_hot(s, batch->ids[dearest]);
	memmove(batch->ids + dearest, batch->ids + dearest + 1, (batch->n - dearest - 1) * sizeof(*batch->ids));
	batch->n--;
	return most;
}

/* Moves sites out of a batch until the rest costs no more than may_cost a second. */
static void thin(struct schedule *s, struct batch *batch, double cost, double may_cost, uint64_t now_ns)
{
	batch_detach(s, batch, now_ns);
	while (batch->n && cost > may_cost)
		cost -= heat_dearest(s, batch);
	arm(s, batch, true);
	if (batch->n)
		batch_attach(s, batch, now_ns);
}

static void become_warm(struct schedule *s, uint32_t id)
{
	s->ones[id].state = WARM;
	s->warm_n++;
}

static bool is_hot(const struct schedule *s, uint32_t id)
{
	return heat_is_hot(s->heat, id) && !s->ones[id].calm;
}

/* Sites whose function the clock has found hot go out of the batch. */
static void cool(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	size_t kept = 0, n = batch->n;

	for (size_t i = 0; i < n; i++)
		kept += !is_hot(s, batch->ids[i]);
	if (kept == n)
		return;
	batch_detach(s, batch, now_ns);
	kept = 0;
	for (size_t i = 0; i < n; i++)
		if (is_hot(s, batch->ids[i]))
			become_warm(s, batch->ids[i]);
		else
			batch->ids[kept++] = batch->ids[i];
	batch->n = kept;
	arm(s, batch, true);
	if (kept)
		batch_attach(s, batch, now_ns);
}

static double residents_look(struct schedule *s, uint64_t now_ns, struct batch **ret_dearest)
{
	double total = 0, most = -1;

	*ret_dearest = NULL;
	for (size_t i = 0; i < s->residents_n; i++) {
		double cost = batch_look(s, s->residents[i], now_ns);

		arm(s, s->residents[i], true);
		total += cost;
		if (cost > most && s->residents[i]->n) {
			most = cost;
			*ret_dearest = s->residents[i];
		}
	}
	return total;
}

static void residents_keep(struct schedule *s, uint64_t now_ns)
{
	double may = resident_may(s);
	struct batch *dearest;
	double total;

	if (heat_read(s->heat) && !s->options.full)
		for (size_t i = 0; i < s->residents_n; i++)
			cool(s, s->residents[i], now_ns);
	total = residents_look(s, now_ns, &dearest);
	if (!s->options.full && dearest && total > may * 1.3) {
		double own = 0;

		for (size_t i = 0; i < dearest->n; i++)
			own += s->ones[dearest->ids[i]].rate * cost_of(s, dearest->ids[i]);
		thin(s, dearest, own, own - (total - may) > 0 ? own - (total - may) : 0, now_ns);
	}
	s->look_due_ns = now_ns + LOOK_MIN_MS * MS + s->ones_n * 2000;
}

/* Windows judge anew at their ends what order means; a type that is always attached needs ends too. */
static void residents_turn(struct schedule *s, uint64_t now_ns)
{
	for (uint32_t i = 0; i < s->types_n; i++) {
		struct of_type *type = &s->types[i];
		uint64_t dropped;

		if (!type->open || !s->options.window)
			continue;
		dropped = dropped_of(s, i);
		if (dropped == type->dropped)
			continue;
		s->options.window(s->options.user, i, now_ns, false, true);
		type->dropped = dropped;
		s->options.window(s->options.user, i, now_ns, true, false);
	}
}

/* ---- trials ---------------------------------------------------------------------------------------------------- */

static void gather_new(struct schedule *s, struct batch *batch, size_t most)
{
	for (; s->next_new < s->ones_n && batch->n < most; s->next_new++) {
		if (s->ones[s->next_new].state != NEW)
			continue;
		if (!s->options.full && heat_is_hot(s->heat, (uint32_t)s->next_new))
			become_warm(s, (uint32_t)s->next_new);
		else
			batch->ids[batch->n++] = (uint32_t)s->next_new;
	}
}

/* All of one type together, so that two writers of a field are tried at once; small types share a batch. */
static void gather_warm(struct schedule *s, struct batch *batch, bool library)
{
	for (uint32_t first = 0; first < s->ones_n && s->warm_n && batch->n < WARM_MAX / 4; first++) {
		uint32_t type_id = s->plan->sites[first].type_id;

		if (s->ones[first].state != WARM || s->types[type_id].library != library)
			continue;
		for (uint32_t i = first; i < s->ones_n && batch->n < WARM_MAX; i++)
			if (s->ones[i].state == WARM && s->plan->sites[i].type_id == type_id) {
				batch->ids[batch->n++] = i;
				s->ones[i].state = TRIED;
				s->warm_n--;
			}
	}
}

static bool trial_begin(struct schedule *s, uint64_t now_ns)
{
	size_t most = s->options.full ? s->ones_n : s->trial_size;
	struct batch *batch;

	if (s->next_new == s->ones_n && !s->warm_n)
		return false;
	batch = batch_new(most > WARM_MAX ? most : WARM_MAX);
	if (!batch)
		return false;
	gather_new(s, batch, most);
	if (!batch->n)
		gather_warm(s, batch, false);
	if (!batch->n)
		gather_warm(s, batch, true);
	if (!batch->n) {
		batch_free(batch);
		return false;
	}
	/* Among warm ones the trial is a window: there is something to be seen. */
	arm(s, batch, s->options.full || s->ones[batch->ids[0]].state == TRIED);
	s->trial = batch;
	batch_attach(s, batch, now_ns);
	return true;
}

/* Types whose bytes change hands come first in windows. */
static void weigh_tried(struct schedule *s, const struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		if (kernel_count(s->kernel, batch->ids[i]).met_shared)
			s->types[s->plan->sites[batch->ids[i]].type_id].weight = 4;
}

static void trial_end(struct schedule *s, double cost, uint64_t now_ns)
{
	double may = resident_may(s), resident = 0;
	struct batch *batch = s->trial;

	s->trial = NULL;
	weigh_tried(s, batch);
	for (size_t i = 0; i < batch->n; i++) {
		s->ones[batch->ids[i]].calm = s->ones[batch->ids[i]].state == TRIED;
		if (s->ones[batch->ids[i]].state != FAILED)
			s->ones[batch->ids[i]].state = RESIDENT;
	}
	for (size_t i = 0; i < s->residents_n; i++)
		for (size_t k = 0; k < s->residents[i]->n; k++)
			resident += s->ones[s->residents[i]->ids[k]].rate * cost_of(s, s->residents[i]->ids[k]);
	if (residents_add(s, batch)) {
		batch_detach(s, batch, now_ns);
		batch_free(batch);
		return;
	}
	s->trial_size = s->trial_size * 2 > BATCH_MAX ? BATCH_MAX : s->trial_size * 2;
	if (!s->options.full && cost > may - resident) {
		s->trial_size = BATCH_MIN;
		thin(s, batch, cost, may - resident > 0 ? may - resident : 0, now_ns);
	}
	arm(s, batch, true);
	for (size_t i = 0; i < batch->n; i++)
		open_or_shut(s, s->plan->sites[batch->ids[i]].type_id, now_ns);
}

static uint64_t trial_step(struct schedule *s, uint64_t now_ns)
{
	double seconds = (double)(now_ns - s->trial->begun_ns) / (double)SECOND;

	batch_look(s, s->trial, now_ns);
	if (now_ns - s->trial->begun_ns < trial_ns && s->trial->cost_ns < trial_cost_ns && !s->options.full)
		return glance_ns;
	/* Rates over the whole of it, not over its last look. */
	for (size_t i = 0; i < s->trial->n && seconds > 0; i++)
		s->ones[s->trial->ids[i]].rate =
			(double)(kernel_count(s->kernel, s->trial->ids[i]).hits) / seconds;
	trial_end(s, seconds > 0 ? (double)s->trial->cost_ns / seconds : 0, now_ns);
	return glance_ns;
}

/* ---- windows of hot sites -------------------------------------------------------------------------------------- */

/* The type that has waited longest, by its weight. Returns: types_n: none has a hot site. */
static size_t window_choose(const struct schedule *s, uint64_t now_ns)
{
	size_t best = s->types_n;
	double most = -1;

	for (size_t i = 0; i < s->types_n; i++) {
		double score = (double)(now_ns - s->types[i].last_window_ns) * s->types[i].weight /
		               (s->types[i].library ? 4 : 1);

		if (s->types[i].hot && score > most) {
			most = score;
			best = i;
		}
	}
	return best;
}

static bool window_begin(struct schedule *s, uint64_t now_ns)
{
	size_t type_id = window_choose(s, now_ns);
	struct batch *batch = type_id < s->types_n ? batch_new(s->types[type_id].hot) : NULL;

	if (!batch)
		return false;
	batch->type_id = (uint32_t)type_id;
	for (size_t i = 0; i < s->ones_n && batch->n < s->types[type_id].hot; i++)
		if (s->ones[i].state == HOT && s->plan->sites[i].type_id == type_id)
			batch->ids[batch->n++] = (uint32_t)i;
	arm(s, batch, true);
	s->windows++;
	s->window = batch;
	batch_attach(s, batch, now_ns);
	return true;
}

/* A type whose bytes change hands is looked at more often; one that never does, less. */
static void weigh(struct schedule *s, const struct batch *batch)
{
	struct of_type *type = &s->types[batch->type_id];
	uint64_t shared = 0, caught = 0;

	for (size_t i = 0; i < batch->n; i++) {
		struct wire_count count = kernel_count(s->kernel, batch->ids[i]);

		shared += count.met_shared;
		caught += count.caught;
	}
	type->weight = shared == type->met_shared ? type->weight / 2 : caught ? 1 : 4;
	if (type->weight < 0.25)
		type->weight = 0.25;
	type->met_shared = shared;
}

/* Sites of hot functions that hardly fire by themselves stay from now on: a rare writer meets the windows of a hot one. */
static void calm_down(struct schedule *s, struct batch *batch, double seconds, uint64_t now_ns)
{
	double may = resident_may(s) / 50;
	struct batch *calm = batch_new(batch->n);
	size_t kept = 0;

	for (size_t i = 0; calm && i < batch->n; i++) {
		struct one *one = &s->ones[batch->ids[i]];
		double rate = (double)(one->hits - one->begun_hits) / seconds;

		if (one->relapsed || rate * cost_of(s, batch->ids[i]) > may) {
			batch->ids[kept++] = batch->ids[i];
			continue;
		}
		one->state = RESIDENT;
		one->calm = true;
		s->types[batch->type_id].hot--;
		calm->ids[calm->n++] = batch->ids[i];
	}
	if (!calm || !calm->n || residents_add(s, calm)) {
		batch_free(calm);
		return;
	}
	batch->n = kept;
	batch_attach(s, calm, now_ns);
}

static uint64_t window_step(struct schedule *s, uint64_t now_ns)
{
	struct batch *batch = s->window;
	uint64_t age_ns = now_ns - batch->begun_ns;

	batch_look(s, batch, now_ns);
	if (age_ns < window_min_ns || (age_ns < window_max_ns && batch->cost_ns < window_cost_ns &&
	                               (batch->cost_ns || age_ns < window_idle_ns)))
		return glance_ns;
	weigh(s, batch);
	s->types[batch->type_id].last_window_ns = now_ns;
	s->window = NULL;
	calm_down(s, batch, (double)age_ns / (double)SECOND, now_ns);
	leave(s, batch, now_ns);
	return glance_ns;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

int schedule_grow(struct schedule *s)
{
	size_t n = s->plan->sites_n, types_n = s->plan->types_n;
	struct one *ones = realloc(s->ones, (n ? n : 1) * sizeof(*ones));
	struct of_type *types;

	if (!ones)
		return -ENOMEM;
	s->ones = ones;
	types = realloc(s->types, (types_n ? types_n : 1) * sizeof(*types));
	if (!types)
		return -ENOMEM;
	s->types = types;
	memset(ones + s->ones_n, 0, (n - s->ones_n) * sizeof(*ones));
	for (size_t i = s->types_n; i < types_n; i++)
		types[i] = (struct of_type){.weight = 1, .last_window_ns = s->start_ns,
		                            .library = origin_is_library(s->plan->types[i].type)};
	s->types_n = types_n;
	for (; s->ones_n < n; s->ones_n++)
		types[s->plan->sites[s->ones_n].type_id].sites++;
	return heat_grow(s->heat);
}

int schedule_new(struct kernel *kernel, const struct target *target, const struct plan *plan,
                 const struct schedule_options *options, struct schedule **ret_schedule)
{
	struct schedule *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->kernel = kernel;
	s->target = target;
	s->plan = plan;
	s->options = *options;
	s->start_ns = s->earned_ns = s->measured_ns = kernel_now_ns();
	s->cpu_ns = target_cpu_ns(target);
	s->busy = 1;
	s->trial_size = BATCH_MIN;
	rc = heat_new(target, plan, &s->heat);
	if (!rc)
		rc = schedule_grow(s);
	if (rc) {
		schedule_free(s);
		return rc;
	}
	*ret_schedule = s;
	return 0;
}

uint64_t schedule_step(struct schedule *s, uint64_t now_ns)
{
	earn(s, now_ns);
	grant_holds(s, now_ns);
	look_at_leaving(s, now_ns);
	if (s->trial)
		return trial_step(s, now_ns);
	if (s->window)
		return window_step(s, now_ns);
	if (now_ns >= s->look_due_ns) {
		residents_keep(s, now_ns);
		residents_turn(s, now_ns);
	}
	if (!s->options.full && now_ns - s->start_ns < listen_ns)
		return glance_ns;
	/* What leaves is not paid for yet, and its hits can't be told from those of a window that begins. */
	if (s->options.full || (!s->leaving && credit_ns(s) > (double)window_cost_ns))
		if (trial_begin(s, now_ns) || window_begin(s, now_ns))
			return glance_ns;
	return s->look_due_ns > now_ns ? s->look_due_ns - now_ns : glance_ns;
}

void schedule_spend(struct schedule *s, uint64_t ns)
{
	s->other_cost_ns += ns;
}

bool schedule_solvent(struct schedule *s, uint64_t now_ns)
{
	earn(s, now_ns);
	return s->options.full || credit_ns(s) > 0;
}

void schedule_stop(struct schedule *s)
{
	uint64_t now_ns = kernel_now_ns();

	for (size_t i = 0; i < s->residents_n; i++) {
		batch_look(s, s->residents[i], now_ns);
		batch_detach(s, s->residents[i], now_ns);
		batch_free(s->residents[i]);
	}
	free(s->residents);
	s->residents = NULL;
	s->residents_n = 0;
	for (unsigned i = 0; i < 2; i++) {
		struct batch **batch = i ? &s->trial : &s->window;

		if (*batch) {
			batch_look(s, *batch, now_ns);
			batch_detach(s, *batch, now_ns);
			batch_free(*batch);
			*batch = NULL;
		}
	}
	kernel_settle(s->kernel);
	look_at_leaving(s, kernel_now_ns() + leave_ns);
}

void schedule_free(struct schedule *s)
{
	if (!s)
		return;
	schedule_stop(s);
	heat_free(s->heat);
	free(s->ones);
	free(s->types);
	free(s);
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

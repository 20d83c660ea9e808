/*
 * schedule.c - what is attached when: trials, residents, windows; see schedule.h
 *
 * A site is NEW: how often it fires is not known; it is tried in a batch of up to some hundred, for some
 * milliseconds, and the batch goes at once when it proves dear. WARM: the same, but a clock has found its function
 * busy (heat.h): it is tried before the others, among few. RESIDENT: what all residents cost together is a part
 * of the budget; who grows hotter is moved out. HOT: attached for a window now and then, with all hot ones of its type.
 *
 * The books: what hits cost (number by the price that the self-test measured) and what holds took, against the budget's
 * share of the time since the start. A trial or a window begins only while the books are in credit, and ends when its
 * own allowance is used up: the debt that it may leave is bounded by the time that detaching takes.
 */
#include "watch/schedule_inside.h"

#include "watch/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH_MIN = 16,               /* sites of a trial: the more, the longer it takes to let go of a dear one */
	WARM_MAX = 32,                /* of a trial of busy functions' sites */
	BATCH_MAX = 128,              /* of one that comes after cheap ones: cold code lies together */
	LIBRARY_RARER = 8,            /* windows of a library's types, which few have asked about */
	LOOK_MIN_MS = 30,             /* between looks at the residents' counters */
};

static const uint64_t trial_ns = 10 * MS, trial_cost_ns = 2 * MS;
static const uint64_t window_min_ns = 1 * MS, window_max_ns = 60 * MS, window_cost_ns = 2 * MS;
static const uint64_t window_idle_ns = 20 * MS; /* without a hit */
static const uint64_t listen_ns = 300 * MS;    /* to the clock, before the first trial */
static const uint64_t glance_ns = 1 * MS;      /* between looks at a trial or a window */
static const uint64_t full_ns = 10 * MS;       /* a ring may be full in some 40 ms */

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

/* Where sites go that leave a batch of residents: the sets that one of them is in are let go, and what else was in
 * those comes back when nothing of them fires any more. To attach what is harmless while a dear site fires takes the
 * kernel long, and all the while it fires. */
struct parting {
	struct batch *gone, *back;
};

/* Returns: false: no memory. */
static bool parting_begin(struct parting *parting, const struct batch *batch)
{
	parting->gone = batch_new(batch->n);
	parting->back = batch_new(batch->n);
	if (parting->gone)
		parting->gone->sets = calloc(batch->sets_n + 1, sizeof(*batch->sets));
	if (parting->gone && parting->gone->sets && parting->back)
		return true;
	batch_free(parting->gone);
	batch_free(parting->back);
	return false;
}

/* Who left by its state is gone, with all of its set. */
static void parting_end(struct schedule *s, struct parting *parting, struct batch *batch, uint64_t now_ns)
{
	struct batch *gone = parting->gone, *back = parting->back;
	size_t kept = 0;

	batch_split(s, batch, gone);
	for (size_t i = 0; i < gone->n; i++)
		if (s->ones[gone->ids[i]].state == RESIDENT)
			back->ids[back->n++] = gone->ids[i];
	batch_leave(s, gone, now_ns);
	back->away = true;
	if (back->n && !residents_add(s, back))
		return;
	/* Without memory they are looked at in windows. */
	for (; kept < back->n; kept++)
		become_hot(s, back->ids[kept]);
	batch_free(back);
}

static void residents_return(struct schedule *s, uint64_t now_ns)
{
	for (size_t i = 0; i < s->residents_n; i++) {
		struct batch *batch = s->residents[i];

		if (!batch->away)
			continue;
		batch->away = false;
		batch_arm(s, batch, true);
		if (batch->n)
			batch_attach(s, batch, now_ns);
	}
}

/* Returns: what the dearest resident of a batch costs a second, 0: none costs anything. */
static double find_dearest(const struct schedule *s, const struct batch *batch, uint32_t *ret_id)
{
	double most = 0;

	for (size_t i = 0; i < batch->n; i++) {
		double cost = schedule_cost_a_second(s, batch->ids[i]);

		if (s->ones[batch->ids[i]].state != RESIDENT || cost <= most)
			continue;
		most = cost;
		*ret_id = batch->ids[i];
	}
	return most;
}

/* The dearest sites of a batch become hot, until that has spared as much a second. Silent ones can't spare anything,
 * whatever the sum says: a site's price is another once its batch is armed. */
static void thin(struct schedule *s, struct batch *batch, double spare, uint64_t now_ns)
{
	struct parting parting;

	if (!parting_begin(&parting, batch))
		return;
	while (spare > 0) {
		uint32_t id = 0;
		double cost = find_dearest(s, batch, &id);

		if (!(cost > 0))
			break;
		become_hot(s, id);
		spare -= cost;
	}
	parting_end(s, &parting, batch, now_ns);
}

static void become_warm(struct schedule *s, uint32_t id)
{
	s->ones[id].state = WARM;
	s->warm_n++;
}

/* Before their turn comes. */
static void warm_new(struct schedule *s)
{
	for (uint32_t i = 0; !schedule_tried(s) && i < s->ones_n; i++)
		if (s->ones[i].state == NEW && heat_is_hot(s->heat, i))
			become_warm(s, i);
}

static bool is_hot(const struct schedule *s, uint32_t id)
{
	return heat_is_hot(s->heat, id) && !s->ones[id].calm;
}

/* Sites whose function the clock has found hot go out of the batch. */
static void cool(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	struct parting parting;
	size_t hot = 0;

	for (size_t i = 0; i < batch->n; i++)
		hot += s->ones[batch->ids[i]].state == RESIDENT && is_hot(s, batch->ids[i]);
	if (!hot || !parting_begin(&parting, batch))
		return;
	for (size_t i = 0; i < batch->n; i++)
		if (s->ones[batch->ids[i]].state == RESIDENT && is_hot(s, batch->ids[i]))
			become_warm(s, batch->ids[i]);
	parting_end(s, &parting, batch, now_ns);
}

static double residents_look(struct schedule *s, uint64_t now_ns, struct batch **ret_dearest)
{
	double total = 0, most = -1;

	*ret_dearest = NULL;
	for (size_t i = 0; i < s->residents_n; i++) {
		double cost;

		if (s->residents[i]->away)
			continue;
		cost = batch_look(s, s->residents[i], now_ns);
		batch_arm(s, s->residents[i], true);
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
	double may = schedule_resident_may(s);
	struct batch *dearest;
	double total;

	if (heat_read(s->heat) && !s->options.full) {
		warm_new(s);
		for (size_t i = 0; i < s->residents_n; i++)
			cool(s, s->residents[i], now_ns);
	}
	total = residents_look(s, now_ns, &dearest);
	if (!s->options.full && dearest && total > may * 1.3)
		thin(s, dearest, total - may, now_ns);
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
		dropped = schedule_dropped_of(s, i);
		if (dropped == type->dropped)
			continue;
		s->options.window(s->options.user, i, now_ns, false, true);
		type->dropped = dropped;
		s->options.window(s->options.user, i, now_ns, true, false);
	}
}

/* Sites of busy functions that hardly fire by themselves stay from now on: a rare writer meets the windows of others.
 * Takes them out of the batch; what is left there is hot. Returns: NULL: none, or no memory. */
static struct batch *take_calm(struct schedule *s, struct batch *batch, double seconds)
{
	double may = schedule_resident_may(s) / 50;
	struct batch *calm = batch_new(batch->n);
	size_t kept = 0;

	for (size_t i = 0; i < batch->n; i++) {
		uint32_t id = batch->ids[i];
		struct one *one = &s->ones[id];
		double rate = (double)(one->hits - one->begun_hits) / seconds;

		if (one->state == FAILED)
			continue;
		if (!calm || one->relapsed || rate * schedule_cost_of(s, id) > may) {
			batch->ids[kept++] = id;
			if (one->state != HOT)
				become_hot(s, id);
			continue;
		}
		s->types[s->plan->sites[id].type_id].hot -= one->state == HOT;
		one->state = RESIDENT;
		one->calm = true;
		calm->ids[calm->n++] = id;
	}
	batch->n = kept;
	if (calm && calm->n && !residents_add(s, calm))
		return calm;
	/* Without memory they are looked at in windows. */
	for (size_t i = 0; calm && i < calm->n; i++)
		become_hot(s, calm->ids[i]);
	batch_free(calm);
	return NULL;
}

/* The hot ones leave at once, for each millisecond costs; those that may stay are attached again once they are gone. */
static void part(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	struct batch *calm = take_calm(s, batch, (double)(now_ns - batch->open_ns) / (double)SECOND);

	/* One that found nobody at work says nothing of who waits. */
	batch->waits = batch->cost_ns >= window_cost_ns;
	batch_leave(s, batch, now_ns);
	if (!calm)
		return;
	/* Let go of with the others, though they are not of that batch any more. */
	batch_detach(s, calm, now_ns);
	calm->away = true;
}

/* ---- trials ---------------------------------------------------------------------------------------------------- */

static void gather_new(struct schedule *s, struct batch *batch, size_t most, bool library)
{
	for (size_t *next = &s->next_new[library]; *next < s->ones_n && batch->n < most; ++*next) {
		uint32_t id = (uint32_t)*next;

		if (s->ones[id].state != NEW || s->types[s->plan->sites[id].type_id].library != library)
			continue;
		if (!s->options.full && heat_is_hot(s->heat, id))
			become_warm(s, id);
		else
			batch->ids[batch->n++] = id;
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

/* Of a trial that proves dear while it is attached, the rest waits for the next one. */
static void trial_attach(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	size_t n = batch->n;

	if (!batch->warm && !s->options.full)
		batch->allowed_ns = trial_cost_ns;
	batch_attach(s, batch, now_ns);
	for (size_t i = batch->n; i < n; i++) {
		size_t *next = &s->next_new[s->types[s->plan->sites[batch->ids[i]].type_id].library];

		if (*next > batch->ids[i])
			*next = batch->ids[i];
	}
	batch->allowed_ns = 0;
}

/* Returns: false: there is nothing in the batch. */
static bool trial_of(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	if (!batch->n) {
		batch_free(batch);
		return false;
	}
	/* Among warm ones the trial is a window: there is something to be seen. */
	batch->warm = s->ones[batch->ids[0]].state == TRIED;
	batch_arm(s, batch, s->options.full || batch->warm);
	s->trial = batch;
	trial_attach(s, batch, now_ns);
	return true;
}

static bool trial_begin(struct schedule *s, uint64_t now_ns)
{
	size_t most = s->options.full ? s->ones_n : s->trial_size;
	struct batch *batch;

	if (schedule_tried(s) && !s->warm_n)
		return false;
	batch = batch_new(most > WARM_MAX ? most : WARM_MAX);
	if (!batch)
		return false;
	/* What is asked for in full is attached at once. */
	gather_new(s, batch, most, false);
	if (!batch->n)
		gather_warm(s, batch, false);
	if (!batch->n || s->options.full)
		gather_new(s, batch, most, true);
	if (!batch->n)
		gather_warm(s, batch, true);
	s->tried_last = true;
	return trial_of(s, batch, now_ns);
}

/* Busy functions' sites, of types of one's own. */
static bool warm_begin(struct schedule *s, uint64_t now_ns)
{
	struct batch *batch = s->warm_n && !s->options.full ? batch_new(WARM_MAX) : NULL;

	if (!batch)
		return false;
	gather_warm(s, batch, false);
	return trial_of(s, batch, now_ns);
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
	double may = schedule_resident_may(s), resident = 0;
	struct batch *batch = s->trial;

	s->trial = NULL;
	weigh_tried(s, batch);
	if (batch->warm) {
		for (size_t i = 0; i < batch->n; i++)
			s->types[s->plan->sites[batch->ids[i]].type_id].last_window_ns = now_ns;
		part(s, batch, now_ns);
		return;
	}
	for (size_t i = 0; i < batch->n; i++)
		if (s->ones[batch->ids[i]].state != FAILED)
			s->ones[batch->ids[i]].state = RESIDENT;
	for (size_t i = 0; i < s->residents_n; i++)
		for (size_t k = 0; k < s->residents[i]->n; k++)
			resident += schedule_cost_a_second(s, s->residents[i]->ids[k]);
	if (residents_add(s, batch)) {
		batch_detach(s, batch, now_ns);
		batch_free(batch);
		return;
	}
	s->trial_size = s->trial_size * 2 > BATCH_MAX ? BATCH_MAX : s->trial_size * 2;
	if (!s->options.full && cost > may - resident) {
		s->trial_size = BATCH_MIN;
		thin(s, batch, cost - (may - resident > 0 ? may - resident : 0), now_ns);
	}
	batch_arm(s, batch, true);
	for (size_t i = 0; i < batch->n; i++)
		schedule_open_or_shut(s, s->plan->sites[batch->ids[i]].type_id, now_ns);
}

static uint64_t trial_step(struct schedule *s, uint64_t now_ns)
{
	struct batch *trial = s->trial;
	uint64_t age_ns = now_ns > trial->open_ns ? now_ns - trial->open_ns : 0;
	double cost = 0;

	batch_look(s, trial, now_ns);
	if (age_ns < window_min_ns || (age_ns < trial_ns && trial->cost_ns < trial_cost_ns && !s->options.full))
		return glance_ns;
	/* Rates over the whole of it, not over its last look. */
	for (size_t i = 0; i < trial->n; i++) {
		struct one *one = &s->ones[trial->ids[i]];

		one->rate = (double)(one->hits - one->begun_hits) * (double)SECOND / (double)age_ns;
		cost += schedule_cost_a_second(s, trial->ids[i]);
	}
	trial_end(s, cost, now_ns);
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
		               (s->types[i].library ? LIBRARY_RARER : 1);

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
	batch_arm(s, batch, true);
	s->windows++;
	s->window = batch;
	s->tried_last = false;
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

static uint64_t window_step(struct schedule *s, uint64_t now_ns)
{
	struct batch *batch = s->window;
	uint64_t age_ns = now_ns > batch->open_ns ? now_ns - batch->open_ns : 0;

	batch_look(s, batch, now_ns);
	if (age_ns < window_min_ns || (age_ns < window_max_ns && batch->cost_ns < window_cost_ns &&
	                               (batch->cost_ns || age_ns < window_idle_ns)))
		return glance_ns;
	weigh(s, batch);
	s->types[batch->type_id].last_window_ns = now_ns;
	s->window = NULL;
	part(s, batch, now_ns);
	return glance_ns;
}

/* What is most at work is most likely raced about: busy functions' sites come first, and windows of those that were
 * tried and are hot take turns with trials of the others, which may be a large program's thousands. */
static bool begin(struct schedule *s, uint64_t now_ns)
{
	if (warm_begin(s, now_ns) || (s->tried_last && window_begin(s, now_ns)))
		return true;
	return trial_begin(s, now_ns) || window_begin(s, now_ns);
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
	for (; s->ones_n < n; s->ones_n++) {
		struct of_type *type = &types[s->plan->sites[s->ones_n].type_id];

		ones[s->ones_n].next = type->first;
		type->first = (uint32_t)s->ones_n + 1;
		type->pauses += s->plan->sites[s->ones_n].pause;
		type->sites++;
	}
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
	uint64_t due_ns, wait_ns, leaves_ns;

	schedule_earn(s, now_ns);
	heat_look_closely(s->heat, !schedule_tried(s) && !s->options.full);
	schedule_grant_holds(s, now_ns);
	batches_look_at_leaving(s, now_ns);
	if (!s->leaving)
		residents_return(s, now_ns);
	if (!s->leaving && !s->trial && !s->window && !s->quiet_since_ns)
		schedule_quiet_begin(s);
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
	due_ns = s->look_due_ns > now_ns ? s->look_due_ns - now_ns : glance_ns;
	leaves_ns = batches_leave_in(s, now_ns);
	if (leaves_ns < due_ns)
		due_ns = leaves_ns;
	wait_ns = s->options.full ? 0 : schedule_waits(s, window_cost_ns);
	/* What leaves is not paid for yet, and its hits can't be told from those of a window that begins. */
	if (!wait_ns && (s->options.full || !s->leaving) && begin(s, now_ns))
		return glance_ns;
	if (s->options.full)
		return due_ns < full_ns ? due_ns : full_ns;
	return wait_ns && wait_ns < due_ns ? wait_ns : due_ns;
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
	batches_look_at_leaving(s, kernel_now_ns() + LEAVE_MS * MS);
	for (uint32_t i = 0; i < s->ones_n; i++)
		batch_charge(s, i);
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

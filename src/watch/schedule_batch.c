/* schedule_batch.c - sites that are attached together, and windows of types; see schedule.c */
#include "watch/schedule_inside.h"

#include <errno.h>
#include <stdlib.h>

enum {
	SET_LEAST = 16, SETS = 8,     /* sites of a set; sets of a batch, of one module */
	HOLDS_IN_VAIN = 32,           /* and it most likely has a lock */
	PAUSES_FIRST = 5,             /* doublings: holds at stores are so much rarer then */
};

/* ---- windows of types ------------------------------------------------------------------------------------------ */

uint64_t schedule_dropped_of(const struct schedule *s, uint32_t type_id)
{
	uint64_t dropped = 0;

	for (uint32_t next = s->types[type_id].first; next; next = s->ones[next - 1].next)
		dropped += kernel_count(s->kernel, next - 1).dropped;
	return dropped;
}

void schedule_open_or_shut(struct schedule *s, uint32_t type_id, uint64_t now_ns)
{
	struct of_type *type = &s->types[type_id];
	bool open = type->attached == type->sites && !s->trial, lost = false;

	if (open == type->open)
		return;
	type->open = open;
	if (open)
		type->dropped = schedule_dropped_of(s, type_id);
	else
		lost = schedule_dropped_of(s, type_id) != type->dropped;
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
			schedule_open_or_shut(s, s->plan->sites[batch->ids[i]].type_id, now_ns);
}

/* ---- batches --------------------------------------------------------------------------------------------------- */

void batch_free(struct batch *batch)
{
	if (batch) {
		free(batch->ids);
		free(batch->sets);
		free(batch);
	}
}

struct batch *batch_new(size_t n)
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
	struct kernel_set *set;
	struct batch_set *sets;
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
			for (size_t i = 0; i < n; i++)
				s->ones[ids[i]].set = (uint32_t)batch->sets_n;
			sets[batch->sets_n++] = (struct batch_set){.set = set};
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

double batch_charge(struct schedule *s, uint32_t id)
{
	uint64_t hits = kernel_count(s->kernel, id).hits;
	double cost = (double)(hits - s->ones[id].hits) * schedule_cost_of(s, id);

	s->ones[id].hits = hits;
	s->hits_cost_ns += cost;
	return cost;
}

/* The larger a set, the longer it takes to let go of a dear site in it; the more sets, the longer it takes to attach
 * them. What is asked for in full is not let go of, and what a window holds goes all at once. */
static size_t set_most(const struct schedule *s, const struct batch *batch)
{
	if (s->options.full || batch->warm || batch == s->window)
		return batch->n;
	return batch->n / SETS > SET_LEAST ? batch->n / SETS : SET_LEAST;
}

static double cost_so_far(const struct schedule *s, const uint32_t *ids, size_t n)
{
	double cost = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t hits = kernel_count(s->kernel, ids[i]).hits - s->ones[ids[i]].hits;

		cost += (double)hits * schedule_cost_of(s, ids[i]);
	}
	return cost;
}

void batch_attach(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	size_t most = set_most(s, batch);

	schedule_wait_begin(s, batch);
	for (size_t i = 0; i < batch->n; i++)
		batch_charge(s, batch->ids[i]);
	for (size_t i = 0, end; i < batch->n; i = end) {
		uint32_t module = s->plan->sites[batch->ids[i]].module;

		for (end = i + 1; end < batch->n && end - i < most && s->plan->sites[batch->ids[end]].module == module;)
			end++;
		attach_some(s, batch, batch->ids + i, end - i);
		if (batch->allowed_ns && cost_so_far(s, batch->ids, end) > (double)batch->allowed_ns)
			batch->n = end;
	}
	batch->looked_ns = now_ns;
	batch->cost_ns = 0;
	for (size_t i = 0; i < batch->n; i++)
		s->ones[batch->ids[i]].begun_hits = kernel_count(s->kernel, batch->ids[i]).hits;
	batch->open_ns = kernel_now_ns();
	mark(s, batch, true, batch->open_ns);
}

/* A site that failed is in no set; nor is any of a batch that waits. */
static bool leaves(const struct schedule *s, const struct batch *batch, uint32_t id)
{
	return !batch->sets_n || batch->sets[s->ones[id].set].leaves;
}

static void split_sets(struct batch *batch, struct batch *gone)
{
	size_t kept = 0;

	for (size_t k = 0; k < batch->sets_n; k++)
		if (batch->sets[k].leaves)
			gone->sets[gone->sets_n++] = batch->sets[k];
		else
			batch->sets[kept++] = batch->sets[k];
	batch->sets_n = kept;
}

void batch_split(struct schedule *s, struct batch *batch, struct batch *gone)
{
	size_t kept = 0, left = 0;

	for (size_t i = 0; i < batch->n; i++) {
		const struct one *one = &s->ones[batch->ids[i]];

		if (batch->sets_n && one->state != RESIDENT && one->state != FAILED)
			batch->sets[one->set].leaves = true;
	}
	for (size_t k = 0; k < batch->sets_n; k++) {
		batch->sets[k].left_before = (uint32_t)left;
		left += batch->sets[k].leaves;
	}
	for (size_t i = 0; i < batch->n; i++) {
		uint32_t id = batch->ids[i];

		if (s->ones[id].state == FAILED)
			continue;
		if (leaves(s, batch, id)) {
			gone->ids[gone->n++] = id;
			continue;
		}
		batch->ids[kept++] = id;
		s->ones[id].set -= batch->sets[s->ones[id].set].left_before;
	}
	batch->n = kept;
	split_sets(batch, gone);
}

/* Letting go takes milliseconds, in which nobody reads the rings: what fires then only counts, but for full traces. */
void batch_detach(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	mark(s, batch, false, now_ns);
	for (size_t i = 0; !s->options.full && i < batch->n; i++)
		kernel_probe(s->kernel, batch->ids[i])->sample = kernel_probe(s->kernel, batch->ids[i])->hold_every = 0;
	for (size_t i = 0; i < batch->sets_n; i++)
		kernel_let_go(batch->sets[i].set);
	batch->sets_n = 0;
}

/* Takes down what its sites cost since the last look, and how often they fire. Returns: cost a second, ns. */
double batch_look(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	double seconds = (double)(now_ns - batch->looked_ns) / (double)SECOND, rate_cost = 0;

	if (now_ns <= batch->looked_ns)
		return 0;
	for (size_t i = 0; i < batch->n; i++) {
		struct one *one = &s->ones[batch->ids[i]];
		uint64_t before = one->hits;
		double cost = batch_charge(s, batch->ids[i]);

		one->rate = (double)(one->hits - before) / seconds;
		batch->cost_ns += (uint64_t)cost;
		rate_cost += cost / seconds;
	}
	batch->looked_ns = now_ns;
	return rate_cost;
}

/* Lets go of it; what it still costs comes into the books. */
void batch_leave(struct schedule *s, struct batch *batch, uint64_t now_ns)
{
	batch_detach(s, batch, now_ns);
	batch->left_ns = now_ns;
	batch->next = s->leaving;
	s->leaving = batch;
}

void batches_look_at_leaving(struct schedule *s, uint64_t now_ns)
{
	struct batch **at = &s->leaving;

	while (*at) {
		struct batch *batch = *at;

		batch_look(s, batch, now_ns);
		if (now_ns < batch->left_ns + LEAVE_MS * MS) {
			at = &batch->next;
			continue;
		}
		if (batch->waits)
			schedule_wait_end(s, batch, kernel_now_ns());
		*at = batch->next;
		batch_free(batch);
	}
}

uint64_t batches_leave_in(const struct schedule *s, uint64_t now_ns)
{
	uint64_t in_ns = UINT64_MAX;

	for (const struct batch *batch = s->leaving; batch; batch = batch->next) {
		uint64_t gone_ns = batch->left_ns + LEAVE_MS * MS;
		uint64_t one_ns = gone_ns > now_ns ? gone_ns - now_ns : 0;

		in_ns = one_ns < in_ns ? one_ns : in_ns;
	}
	return in_ns;
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
	/* Stores that have their locks, as it seems, leave the time to the places before these. */
	if (s->types[s->plan->sites[id].type_id].pauses && !s->plan->sites[id].pause && !count.caught &&
	    count.holds >= HOLDS_IN_VAIN)
		doublings += PAUSES_FIRST;
	return (uint32_t)every << (doublings > 6 ? 6 : doublings);
}

void batch_arm(struct schedule *s, const struct batch *batch, bool events)
{
	for (size_t i = 0; i < batch->n; i++) {
		uint32_t id = batch->ids[i];
		struct wire_probe *probe = kernel_probe(s->kernel, id);

		probe->sample = events && !s->plan->sites[id].pause;
		probe->hold_every = events && s->plan->sites[id].judges ? hold_every_of(s, id) : 0;
	}
}

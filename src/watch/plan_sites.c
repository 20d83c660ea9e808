/* plan_sites.c - from the write sites of a module to sites with probes; see plan_inside.h */
#include "watch/plan_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A site that is asked for, before it has its probe. */
struct candidate {
	const struct scan_site *site;
	struct plan_place place;
	uint32_t field;
};

struct work {
	struct plan *plan;
	const struct target *target;
	struct plan_module *module;
	struct candidate *items;
	size_t n, size;
	struct scan_probe *probes;
	bool *seen;                   /* of each site of the module: it has a probe, or a point that tells of it */
	int added;
};

/* ---- which ----------------------------------------------------------------------------------------------------- */

static bool is_among(uint32_t field, const uint32_t *touched, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (touched[i] == field)
			return true;
	return false;
}

bool plan_site_asked(const struct plan *plan, const struct plan_module *module, const struct scan_site *site)
{
	uint32_t touched[SCAN_TOUCHED_MAX];
	size_t n;
	bool last = false;

	if (!plan->inside->options.queries_n)
		return true;
	n = scan_fields_touched(&module->fields, site, touched);
	for (size_t i = 0; i < n; i++) {
		if (module->picked[touched[i]] & PLAN_PICKED_ALONE)
			return true;
		last = last || module->picked[touched[i]] & PLAN_PICKED_LAST;
	}
	for (size_t p = 0; last && p < module->picks.n; p++) {
		const struct scan_pick *pick = &module->picks.items[p];
		bool all = true;

		for (size_t i = 0; i < pick->chain_n && all; i++)
			all = is_among(pick->chain[i], touched, n);
		if (all)
			return true;
	}
	return false;
}

static void refuse(struct plan *plan, enum plan_refusal why)
{
	plan->ledger.refused[why]++;
}

/* A global of the thread's own is shared with nobody. */
static bool is_own(const struct scan_site *site)
{
	return site->where == SCAN_WHERE_GLOBAL && site->global && site->global->thread_local;
}

/* An item stands for its array: the site as it is told is about that. */
static const struct scan_site *with_item(struct plan *plan, const struct scan_site *site,
                                         const struct plan_place *place)
{
	struct plan_copy *copy;

	if (site->type == place->type && site->offset == place->offset)
		return site;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return NULL;
	copy->site = *site;
	copy->site.type = place->type;
	copy->site.offset = place->offset;
	copy->next = plan->inside->copies;
	plan->inside->copies = copy;
	return &copy->site;
}

static void take_bits(struct work *work, const struct scan_site *site, struct plan_place *place)
{
	char line[512];

	if (site->bitfield && scan_source_line(work->plan->inside->source,
	                                       scan_function_directory(work->module->scan, site->function), site->file,
	                                       site->line, line, sizeof(line)))
		plan_place_bits(place, site->width, line);
}

static int take_candidate(struct work *work, const struct scan_site *site)
{
	struct plan *plan = work->plan;
	struct candidate *candidate;
	int64_t field;

	if (plan_grow(&work->items, &work->size, work->n, sizeof(*work->items)))
		return -ENOMEM;
	candidate = &work->items[work->n];
	*candidate = (struct candidate){.site = site};
	if (!plan_place_of(site, &candidate->place)) {
		refuse(plan, PLAN_REFUSED_UNKNOWN);
		return 0;
	}
	if (is_own(site)) {
		refuse(plan, PLAN_REFUSED_OWN);
		return 0;
	}
	if (!plan->inside->options.queries_n && plan_is_runtime(&candidate->place)) {
		refuse(plan, PLAN_REFUSED_RUNTIME);
		return 0;
	}
	take_bits(work, site, &candidate->place);
	field = plan_field_of(plan, work->module->scan, site, &candidate->place);
	if (field < 0)
		return (int)field;
	candidate->field = (uint32_t)field;
	work->n++;
	return 0;
}

static int find_candidates(struct work *work)
{
	const struct scan_sites *sites = work->module->sites;
	struct plan_ledger *ledger = &work->plan->ledger;
	int error = 0;

	for (size_t i = 0; i < sites->n && !error; i++) {
		const struct scan_site *site = &sites->items[i];

		if (site->where == SCAN_WHERE_STACK || (site->read && !work->plan->inside->options.reads))
			continue;
		ledger->bulk_found += site->how == SCAN_HOW_BULK;
		ledger->bulk_known += site->how == SCAN_HOW_BULK && site->type;
		if (!site->type) {
			ledger->sites_unknown += !site->read;
			continue;
		}
		if (!plan_site_asked(work->plan, work->module, site) || plan_usdt_tells(work->module, site))
			continue;
		ledger->sites_found++;
		error = take_candidate(work, site);
	}
	return error;
}

/* ---- probes ---------------------------------------------------------------------------------------------------- */

/* May single steps be taken for it? */
static bool steps_for(const struct work *work, const struct candidate *candidate)
{
	const struct plan_field *field = &work->plan->fields[candidate->field];

	return work->plan->inside->options.stepped || field->asked || field->states_n;
}

static struct scan_probe_wish wish_of(const struct work *work, const struct candidate *candidate)
{
	const struct plan_field *field = &work->plan->fields[candidate->field];
	struct scan_probe_wish wish = {.site = candidate->site};

	if (candidate->site->read)
		return wish;
	/* A change from one state to another needs both. */
	wish.exact = field->states_n > 0;
	wish.before = field->turns && steps_for(work, candidate);
	return wish;
}

static int plan_probes(struct work *work)
{
	struct plan_inside *inside = work->plan->inside;
	struct scan_probe_wish *wishes = calloc(work->n ? work->n : 1, sizeof(*wishes));
	int error = -ENOMEM;

	work->probes = calloc(work->n ? work->n : 1, sizeof(*work->probes));
	if (wishes && work->probes) {
		for (size_t i = 0; i < work->n; i++)
			wishes[i] = wish_of(work, &work->items[i]);
		error = scan_probe_plan_all(work->module->scan, work->module->sites, wishes, work->n,
		                            inside->options.threads, work->probes);
	}
	free(wishes);
	return error;
}

static enum plan_refusal why_refused(const struct scan_site *site)
{
	if (site->how == SCAN_HOW_LOCKED)
		return PLAN_REFUSED_LOCKED;
	return PLAN_REFUSED_ENCODING;
}

/* The reason in the words of scan; its texts are static. */
static enum plan_refusal refusal_of(const struct scan_site *site, const struct scan_probe *probe)
{
	if (strstr(probe->why, "locked"))
		return PLAN_REFUSED_LOCKED;
	if (strstr(probe->why, "VEX"))
		return PLAN_REFUSED_VEX;
	if (strstr(probe->why, "string"))
		return PLAN_REFUSED_STRING;
	if (strstr(probe->why, "thread's own"))
		return PLAN_REFUSED_OWN;
	return why_refused(site);
}

/* Bytes stored, as far as it is sure that so many are. Returns: false: not even one is. */
static bool find_width(const struct scan_site *site, const struct scan_probe *probe, struct wire_probe *wire)
{
	wire->width = site->width;
	if (site->width)
		return true;
	if (probe->count >= 0) {
		wire->length = probe->count;
		wire->flags |= WIRE_BULK;
		return true;
	}
	/* rep movsq with a count of 0 stores nothing; a function that copies a string or an object at least a byte. */
	wire->width = 1;
	return probe->call;
}

static uint32_t goroutine_flags(const struct work *work, const struct scan_site *site)
{
	if (!work->module->scan->has_go || !site->function)
		return 0;
	/* C code that Go calls is no goroutine's: while it runs the thread is its own. */
	if (site->function->language != SCAN_LANGUAGE_GO)
		return 0;
	return plan_go_registers(work->module->scan) ? WIRE_GO : WIRE_GO_TLS;
}

static void fill_wire(const struct work *work, const struct scan_site *site, const struct plan_field *field,
                      struct plan_site *planned)
{
	const struct scan_probe *probe = &planned->probe;
	struct wire_probe *wire = &planned->wire;

	wire->base = probe->base;
	wire->index = probe->index;
	wire->value = probe->after ? WIRE_NONE : probe->value;
	wire->scale = probe->scale;
	wire->displacement = (uint64_t)probe->displacement;
	/* With an index alone the rest is a part of the address, not one as linked. */
	if (probe->base < 0 && probe->index < 0)
		wire->displacement += work->target->modules[work->module->number].bias;
	if (probe->after)
		wire->flags |= WIRE_AFTER;
	if (site->read)
		wire->flags |= WIRE_READ;
	if (probe->has_immediate && !probe->after) {
		wire->flags |= WIRE_HAS_IMMEDIATE;
		wire->immediate = probe->immediate;
	}
	/* Behind an unlock the word says nothing of the store. */
	if (field->has_lock && probe->may_judge) {
		wire->flags |= WIRE_LOCK;
		wire->lock = field->lock + (int32_t)((int64_t)field->offset - (int64_t)site->offset);
	}
	if (planned->judges)
		wire->flags |= WIRE_JUDGE;
	wire->flags |= goroutine_flags(work, site);
}

/* Returns: PLAN_REFUSED_KINDS: it gets one. */
static enum plan_refusal judge_probe(const struct work *work, const struct candidate *candidate,
                                     const struct scan_probe *probe, enum self_test_kind kind)
{
	const struct plan_field *field = &work->plan->fields[candidate->field];

	if (probe->kind == SCAN_PROBE_REFUSED)
		return refusal_of(candidate->site, probe);
	/* It would be taken for a second write where it did not write at all. */
	if (probe->may_fail && (field->rule == PLAN_RULE_ONCE || field->rule == PLAN_RULE_OWNER))
		return PLAN_REFUSED_LOCKED;
	if (kind >= SELF_TEST_KINDS)
		return PLAN_REFUSED_ENCODING;
	if (!work->plan->inside->tested.of[kind].sound)
		return PLAN_REFUSED_SELF_TEST;
	if (probe->kind == SCAN_PROBE_STORE && !steps_for(work, candidate))
		return PLAN_REFUSED_STEPPED;
	return PLAN_REFUSED_KINDS;
}

static void count_way(struct plan_ledger *ledger, const struct scan_probe *probe)
{
	if (probe->call)
		ledger->sites_call++;
	else if (probe->kind == SCAN_PROBE_STORE)
		ledger->sites_stepped++;
	else
		ledger->sites_neighbour++;
}

static int add_site(struct work *work, const struct candidate *candidate, const struct scan_probe *probe)
{
	struct plan *plan = work->plan;
	const struct plan_field *field = &plan->fields[candidate->field];
	enum self_test_kind kind = probe->kind == SCAN_PROBE_REFUSED ? SELF_TEST_KINDS
	                           : self_test_kind_of(probe->code, probe->code_n);
	enum plan_refusal refusal = judge_probe(work, candidate, probe, kind);
	struct plan_site site = {.field = candidate->field, .type_id = field->type_id, .module = work->module->number,
	                         .scan = work->module->scan, .probe = *probe, .kind = kind,
	                         .covers_several = candidate->place.several, .modifies = candidate->site->modifies,
	                         .wire = {.index = WIRE_NONE, .length = WIRE_NONE}};
	uint32_t max = plan->inside->options.sites_max;

	site.file_offset = target_file_offset(&work->target->modules[site.module], probe->pc);
	if (refusal == PLAN_REFUSED_KINDS && !find_width(candidate->site, probe, &site.wire))
		refusal = PLAN_REFUSED_STRING;
	if (refusal == PLAN_REFUSED_KINDS && site.file_offset == UINT64_MAX)
		refusal = PLAN_REFUSED_ENCODING;
	if (refusal != PLAN_REFUSED_KINDS) {
		refuse(plan, refusal);
		return 0;
	}
	if (plan->sites_n >= (max ? max : PLAN_SITES_MAX)) {
		plan->ledger.sites_left_out++;
		return 0;
	}
	site.id = (uint32_t)plan->sites_n;
	site.site = with_item(plan, candidate->site, &candidate->place);
	if (!site.site || plan_grow(&plan->sites, &plan->inside->sites_size, plan->sites_n, sizeof(*plan->sites)))
		return -ENOMEM;
	site.atomic = plan_site_atomic(plan, site.scan, candidate->site, &candidate->place);
	site.judges = probe->may_judge && !probe->may_fail && !field->atomic &&
	              !(probe->after && field->turns) && !candidate->place.all_atomic;
	site.go = goroutine_flags(work, candidate->site) != 0;
	fill_wire(work, site.site, field, &site);
	plan->sites[plan->sites_n++] = site;
	work->seen[candidate->site - work->module->sites->items] = true;
	count_way(&plan->ledger, probe);
	work->added++;
	return 0;
}

/* ---- what is not seen ------------------------------------------------------------------------------------------ */

/* All that the store is a store to: what lies on its path too. */
static int remember_unseen(struct work *work, const struct scan_site *site, struct plan_place *place)
{
	struct plan_table *unseen = &work->plan->inside->unseen;
	int error = plan_members_remember(unseen, work->module, site, place, 0);

	for (place->several = false; place->steps_n > 1 && !error;) {
		place->steps_n--;
		error = plan_members_remember(unseen, work->module, site, place, 0);
	}
	return error;
}

/* Which fields are written by stores that have no probe: of this module and of those before. Points of generated code
 * come later, and do not count. */
static int find_unseen(struct work *work)
{
	struct plan *plan = work->plan;
	const struct scan_sites *sites = work->module->sites;
	const uint64_t *members = plan->inside->members;
	struct plan_place place;
	uint32_t known;
	int error = 0;

	for (size_t i = 0; i < sites->n && !error; i++) {
		const struct scan_site *site = &sites->items[i];

		if (!work->seen[i] && !site->read && site->where != SCAN_WHERE_STACK && plan_place_of(site, &place))
			error = remember_unseen(work, site, &place);
	}
	for (size_t i = 0; i < plan->fields_n && !error; i++) {
		size_t at = 0;

		plan->fields[i].all_seen = members[i] &&
		                           !plan_table_next(&plan->inside->unseen, members[i], &at, &known);
	}
	return error;
}

int plan_sites_add(struct plan *plan, const struct target *target, struct plan_module *module)
{
	struct work work = {.plan = plan, .target = target, .module = module};
	int error = 0;

	work.seen = calloc(module->sites->n + 1, sizeof(*work.seen));
	if (!work.seen)
		return -ENOMEM;
	error = find_candidates(&work);
	if (!error)
		error = plan_probes(&work);
	for (size_t i = 0; i < work.n && !error; i++)
		error = add_site(&work, &work.items[i], &work.probes[i]);
	if (!error)
		error = find_unseen(&work);
	free(work.seen);
	free(work.items);
	free(work.probes);
	return error ? error : work.added;
}

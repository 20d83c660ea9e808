/*
 * verdict.c - from events to findings: the way of an event to the judges, windows, what the live view asks for
 *
 * The judges are in files of their own: verdict_conflict.c, verdict_mixed.c, verdict_policy.c, verdict_sharing.c.
 */
#include "watch/verdict_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t lately_ns = 2 * VERDICT_SECOND;

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static bool grow_array(void *array, size_t *size, size_t n, size_t item)
{
	size_t more = n + n / 2 + 16;
	char *grown;

	if (n <= *size)
		return true;
	grown = realloc(*(void **)array, more * item);
	if (!grown)
		return false;
	memset(grown + *size * item, 0, (more - *size) * item);
	*(void **)array = grown;
	*size = more;
	return true;
}

/* The plan may have grown. Returns: false: no memory. */
static bool grow(struct verdict *verdict)
{
	const struct plan *plan = verdict->plan;

	return grow_array(&verdict->fields, &verdict->fields_size, plan->fields_n, sizeof(*verdict->fields)) &&
	       grow_array(&verdict->types, &verdict->types_size, plan->types_n, sizeof(*verdict->types)) &&
	       grow_array(&verdict->sites, &verdict->sites_size, plan->sites_n, sizeof(*verdict->sites));
}

int verdict_new(const struct plan *plan, const struct verdict_options *options, struct verdict **ret_verdict)
{
	struct verdict *verdict = calloc(1, sizeof(*verdict));

	if (!verdict)
		return -ENOMEM;
	verdict->plan = plan;
	verdict->options = *options;
	verdict->mixed = calloc(MIXED_OBJECTS, sizeof(*verdict->mixed));
	verdict->lines = calloc(LINES, sizeof(*verdict->lines));
	verdict->candidates = calloc(1, sizeof(*verdict->candidates));
	if (objects_init(&verdict->objects, options->objects_max) || !verdict->mixed || !verdict->lines ||
	    !verdict->candidates || !grow(verdict)) {
		verdict_free(verdict);
		return -ENOMEM;
	}
	*ret_verdict = verdict;
	return 0;
}

void verdict_free(struct verdict *verdict)
{
	if (!verdict)
		return;
	told_free(verdict);
	for (size_t i = 0; i < verdict->types_size; i++) {
		free(verdict->types[i].mixed);
		free(verdict->types[i].mixed_kept);
	}
	objects_fini(&verdict->objects);
	free(verdict->fields);
	free(verdict->types);
	free(verdict->sites);
	free(verdict->mixed);
	free(verdict->lines);
	free(verdict->candidates);
	free(verdict);
}

/* ---- windows --------------------------------------------------------------------------------------------------- */

/* Events come later than their time: those of a window that has ended are still to come when the next one begins. */
void verdict_window_begin(struct verdict *verdict, uint32_t type_id, uint64_t now_ns)
{
	struct of_type *type;

	if (!grow(verdict) || type_id >= verdict->types_size)
		return;
	type = &verdict->types[type_id];
	type->before = type->now;
	if (type->before.end_ns > now_ns)
		type->before.end_ns = now_ns;
	if (++verdict->windows == 0)
		verdict->windows = 1;
	type->now = (struct type_window){.begin_ns = now_ns, .end_ns = UINT64_MAX, .number = verdict->windows};
	mixed_window_begin(type);
}

void verdict_window_end(struct verdict *verdict, uint32_t type_id, uint64_t now_ns, bool lost)
{
	struct of_type *type;

	if (!grow(verdict) || type_id >= verdict->types_size || !verdict->types[type_id].now.number)
		return;
	type = &verdict->types[type_id];
	type->now.end_ns = now_ns;
	type->now.lost = lost;
	mixed_window_end(verdict, type);
}

static bool lies_in(const struct type_window *window, uint64_t time_ns)
{
	return window->number && !window->lost && window->begin_ns <= time_ns && time_ns < window->end_ns;
}

const struct type_window *window_at(const struct verdict *verdict, uint32_t type_id, uint64_t time_ns)
{
	const struct of_type *type = &verdict->types[type_id];

	if (type_id >= verdict->types_size)
		return NULL;
	return lies_in(&type->now, time_ns) ? &type->now : lies_in(&type->before, time_ns) ? &type->before : NULL;
}

void verdict_lives_lost(struct verdict *verdict, uint64_t now_ns)
{
	verdict->objects.lost_ns = now_ns;
}

bool life_is_known(struct verdict *verdict, const struct write *write)
{
	struct object *object = write->object;

	if (object->global)
		return true;
	if (write->field->indexed)
		return false;
	if (verdict->plan->ledger.frees &&
	    !objects_freed_since(&verdict->objects, object->address, object->first_ns))
		return true;
	object_restart(&verdict->objects, object, write->event->time_ns);
	return false;
}

/* ---- what is counted of fields --------------------------------------------------------------------------------- */

static void count_writer(struct of_field *of, uint64_t writer)
{
	for (uint32_t i = 0; i < of->writers_n; i++)
		if (of->writers[i] == writer)
			return;
	if (of->writers_n < WRITERS_EXACT)
		of->writers[of->writers_n++] = writer;
	else
		of->more |= 1ull << (verdict_hash(writer) >> 32 & 63);
}

static void count_event(struct of_field *of, const struct wire_event *event)
{
	of->events++;
	if (event->time_ns < of->last_ns)
		return;
	of->last_ns = event->time_ns;
	of->last_n = event->new_n < WIRE_VALUE ? event->new_n : WIRE_VALUE;
	memcpy(of->last, event->new_value, of->last_n);
}

/* ---- candidates for watchpoints -------------------------------------------------------------------------------- */

static void add_candidate(struct verdict *verdict, struct place *place)
{
	struct candidates *candidates = verdict->candidates;
	struct candidate *to = &candidates->of[candidates->next++ % CANDIDATES];

	if (to->place && to->place->life == to->life)
		to->place->candidate = false;
	*to = (struct candidate){.place = place, .life = place->life};
	place->candidate = true;
}

bool verdict_candidate(const struct verdict *verdict, uint32_t *ret_field, uint64_t *ret_address, uint64_t *ret_object)
{
	struct candidates *candidates = verdict->candidates;

	for (size_t i = 0; i < CANDIDATES; i++) {
		struct candidate *one = &candidates->of[candidates->cursor++ % CANDIDATES];

		if (!one->place || one->place->life != one->life)
			continue;
		if (one->place->changed_ns + lately_ns < verdict->now_ns) {
			one->place->candidate = false;
			one->place = NULL;
			continue;
		}
		*ret_field = one->place->field;
		*ret_address = one->place->address;
		*ret_object = one->place->object;
		return true;
	}
	return false;
}

/* ---- writes ---------------------------------------------------------------------------------------------------- */

static void take_place(struct verdict *verdict, struct write *write)
{
	struct place *place = write->place;
	uint64_t last = place->last.time_ns ? verdict_writer(place->last.goroutine, place->last.tid) : 0;

	if (!place->owner)
		place->owner = write->writer;
	else if (write->writer == place->owner)
		place->returned |= place->other != 0;
	else if (!place->other)
		place->other = write->writer;
	if (last && last != write->writer) {
		place->changed_ns = write->event->time_ns;
		if (!place->candidate && !write->field->atomic)
			add_candidate(verdict, place);
	}
	policy_judge(verdict, write);
	if (write->object->shared)
		mixed_note_step(verdict, write);
	if (write->event->time_ns >= place->last.time_ns) {
		place->last = note_of(write);
		place->window = write->window;
	}
}

static void take_field(struct verdict *verdict, struct write *write)
{
	struct object *object = write->object;

	count_writer(&verdict->fields[write->field->id], write->writer);
	count_event(&verdict->fields[write->field->id], write->event);
	write->place = NULL;
	if (write->address >= write->event->address) {
		write->place = place_at(&verdict->objects, object, write->address, write->field->id);
		/* A compare-exchange may have failed: then it wrote nothing, and what is there now is not its. */
		if (write->site->probe.may_fail)
			write->place->last.n = 0;
		else
			take_place(verdict, write);
	}
	if (object->shared && write->window)
		mixed_judge(verdict, write);
}

static void take_object(struct verdict *verdict, struct write *write)
{
	uint64_t now_ns = write->event->time_ns;
	struct object *object = object_at(&verdict->objects, write->object_address, write->site->type_id, now_ns);

	if (object->writer && object->writer != write->writer && !object->shared) {
		object->shared = true;
		verdict->objects.shared++;
	}
	object->writer = write->writer;
	if (now_ns > object->last_ns)
		object->last_ns = now_ns;
	object->global |= write->site->site->where == SCAN_WHERE_GLOBAL;
	write->object = object;
}

/* Each field that a merged or bulk store covers whole. Returns: how many there are; 0: none is known. */
static unsigned take_covered(struct verdict *verdict, struct write *write)
{
	const struct plan_type *type = &verdict->plan->types[write->site->type_id];
	uint64_t begin = write->event->address - write->object_address, end = begin + write->event->width;
	unsigned taken = 0;

	for (size_t i = 0; i < type->fields_n && taken < COVERED_MAX; i++) {
		const struct plan_field *field = &verdict->plan->fields[type->fields[i]];

		if (field->indexed || !field->value || !field->name[0] || field->offset < begin ||
		    field->offset + field->width > end)
			continue;
		write->field = field;
		write->address = write->object_address + field->offset;
		take_field(verdict, write);
		taken++;
	}
	return taken;
}

uint64_t verdict_part(const struct plan_site *site, const struct plan_field *field)
{
	uint64_t part = site->site ? site->site->offset - field->offset : 0;

	return site->site && site->site->offset >= field->offset && part < field->width && !field->indexed ? part : 0;
}

static void take_write(struct verdict *verdict, const struct wire_event *event)
{
	const struct plan *plan = verdict->plan;
	const struct plan_site *site = event->probe < plan->sites_n ? &plan->sites[event->probe] : NULL;
	const struct plan_field *field = site && site->field < plan->fields_n ? &plan->fields[site->field] : NULL;
	const struct type_window *window;
	struct write write;
	uint64_t part;

	if (!field || site->wire.flags & WIRE_READ || site->site->read || site->type_id >= plan->types_n)
		return;
	part = verdict_part(site, field);
	window = window_at(verdict, site->type_id, event->time_ns);
	write = (struct write){
		.event = event, .site = site, .field = field, .address = event->address - part,
		.writer = verdict_writer(event->goroutine, event->tid), .window = window ? window->number : 0,
		.object_address = field->indexed ? event->address : event->address - part - field->offset,
	};
	take_object(verdict, &write);
	if (!site->covers_several || field->indexed || !take_covered(verdict, &write)) {
		write.field = field;
		write.address = event->address - part;
		take_field(verdict, &write);
	}
	if (!site->covers_several)
		sharing_judge(verdict, &write);
}

void verdict_event(struct verdict *verdict, const struct wire_event *event, const struct wire_caught *caught)
{
	if (!grow(verdict))
		return;
	if (event->time_ns > verdict->now_ns)
		verdict->now_ns = event->time_ns;
	if (verdict->waiting_n)
		mixed_settle(verdict);
	if (event->kind == WIRE_EVENT_WRITE)
		take_write(verdict, event);
	else if (event->kind == WIRE_EVENT_CAUGHT && caught)
		conflict_judge(verdict, caught);
	else if (event->kind == WIRE_EVENT_FREE)
		objects_free_at(&verdict->objects, event->address, event->time_ns);
}

/* A site's store is told by its probe too, and a load may be told: only what is new of the field is taken from it. */
void verdict_point(struct verdict *verdict, const struct wire_event *event, uint32_t field, uint64_t object)
{
	struct of_field *of;

	(void)object;
	if (!grow(verdict) || field >= verdict->plan->fields_n)
		return;
	of = &verdict->fields[field];
	if (event->time_ns > verdict->now_ns)
		verdict->now_ns = event->time_ns;
	if (event->new_n && event->new_n == of->last_n && memcmp(event->new_value, of->last, of->last_n) == 0)
		return;
	count_writer(of, verdict_writer(event->goroutine, event->tid));
	count_event(of, event);
}

/* ---- what is asked --------------------------------------------------------------------------------------------- */

const struct finding *const *verdict_findings(const struct verdict *verdict, size_t *ret_n)
{
	*ret_n = verdict->shown_n;
	return verdict->shown;
}

struct verdict_field verdict_field(const struct verdict *verdict, uint32_t field)
{
	struct verdict_field ret = {0};
	const struct of_field *of;

	if (field >= verdict->fields_size || field >= verdict->plan->fields_n)
		return ret;
	of = &verdict->fields[field];
	ret.events = of->events;
	ret.writers = of->writers_n + (uint32_t)__builtin_popcountll(of->more);
	ret.conflicts = of->conflicts;
	ret.last_ns = of->last_ns;
	if (of->last_n)
		plan_value_text(&verdict->plan->fields[field], of->last, of->last_n, ret.last_text,
		                sizeof(ret.last_text));
	return ret;
}

uint64_t verdict_objects_seen(const struct verdict *verdict)
{
	return verdict->objects.seen;
}

uint64_t verdict_objects_shared(const struct verdict *verdict)
{
	return verdict->objects.shared;
}

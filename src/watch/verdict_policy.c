/*
 * verdict_policy.c - tags held against what is seen: owner, once, atomic, mutex, states
 *
 * A rule speaks of one life of one object. An object that is freed and made again, or handed from one thread to the
 * next for good, breaks none. So:
 *   - the object must have been seen to be written by two threads, globals apart for `once`;
 *   - its life must be known: it is a global, or ends of lives are seen and none was since its first write that could
 *     have been its own (life_is_known);
 *   - `owner` and `atomic` need the first writer back after a second one: what was handed over does not come back;
 *   - `once` counts stores of something, not the zeroes that memory is cleared with;
 *   - `mutex` is judged in generated shared forms, whose lock is known, at sites where nothing may have released it
 * yet;
 *     not in what makes them (TYPE_shared_init);
 *   - `states` needs an earlier write in this life, and an old value that is certain: read before the store, or seen
 *     written last in the same window where each site of the field is under a probe (plan_field.all_seen).
 * A record that has a shared form is a value, which one thread owns at a time: its tags speak of the form.
 */
#include "watch/verdict_inside.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- evidence -------------------------------------------------------------------------------------------------- */

static void tell(struct verdict *verdict, const struct write *write, enum plan_rule rule, bool states, const char *text)
{
	const struct write_note *last = &write->place->last;
	/* Who wrote before is no part of it where only a lock is missing. */
	bool both = last->time_ns && rule != PLAN_RULE_MUTEX;
	struct told_key key = {
		.kind = FINDING_POLICY, .type_id = write->field->type_id, .rule = rule, .states = states,
		.fields = {write->field->id, VERDICT_NONE}, .sites = {both ? last->site : VERDICT_NONE,
		                                                      write->site->id},
	};
	struct told *told = told_find(verdict, &key);
	struct finding_evidence *evidence;

	if (!told || !told_count(told, 1, write->event->time_ns))
		return;
	evidence = &told->finding.last;
	evidence->object = write->object_address;
	if (both)
		side_of_note(verdict, last, write->field->id, &evidence->sides[0]);
	else
		evidence->sides[0].site = evidence->sides[0].field = VERDICT_NONE;
	side_of_event(verdict, write->event, write->field->id, write->address, &evidence->sides[1]);
	snprintf(evidence->text, sizeof(evidence->text), "%s", text);
	told_say(verdict, told);
}

static const char *who(const struct write_note *note, uint64_t goroutine, uint32_t tid, char *ret, size_t size)
{
	uint64_t number = note ? note->goroutine : goroutine;

	snprintf(ret, size, "%s %llu", number ? "goroutine" : "thread",
	         (unsigned long long)(number ? number : note ? note->tid : tid));
	return ret;
}

/* ---- rules ----------------------------------------------------------------------------------------------------- */

static bool is_zero(const struct wire_event *event)
{
	static const uint8_t zeroes[WIRE_VALUE];

	return event->new_n && event->new_n <= WIRE_VALUE && memcmp(event->new_value, zeroes, event->new_n) == 0;
}

static void judge_owner(struct verdict *verdict, const struct write *write)
{
	const struct place *place = write->place;
	uint64_t last = verdict_writer(place->last.goroutine, place->last.tid);
	char text[160], a[48], b[48];

	if (!place->returned || last == write->writer || !life_is_known(verdict, write))
		return;
	snprintf(text, sizeof(text), "one thread may write it; both %s and %s do",
	         who(&place->last, 0, 0, a, sizeof(a)),
	         who(NULL, write->event->goroutine, write->event->tid, b, sizeof(b)));
	tell(verdict, write, PLAN_RULE_OWNER, false, text);
}

static void judge_once(struct verdict *verdict, const struct write *write)
{
	struct place *place = write->place;
	char text[160], a[48], b[48];

	if (write->site->covers_several || is_zero(write->event))
		return;
	if (place->set_n < UINT32_MAX)
		place->set_n++;
	if (place->set_n < 2 || (!write->object->shared && !write->object->global) || !life_is_known(verdict, write))
		return;
	snprintf(text, sizeof(text), "it may be written once; %s wrote it, then %s",
	         who(&place->last, 0, 0, a, sizeof(a)),
	         who(NULL, write->event->goroutine, write->event->tid, b, sizeof(b)));
	tell(verdict, write, PLAN_RULE_ONCE, false, text);
}

static void judge_atomic(struct verdict *verdict, const struct write *write)
{
	const struct scan_site *site = write->site->site;
	const char *text;

	if (write->site->atomic)
		return;
	if (write->site->modifies && site->how != SCAN_HOW_LOCKED)
		text = "it has to be written atomically; this reads, changes and writes it without a lock prefix";
	else if (site->how == SCAN_HOW_SPLIT)
		text = "it has to be written atomically; this writes it in parts";
	else if (site->how == SCAN_HOW_PLAIN && !write->field->atomic)
		text = "it has to be written atomically; this is a plain store, and its type is not atomic";
	else
		return;
	if (write->place->returned && life_is_known(verdict, write))
		tell(verdict, write, PLAN_RULE_ATOMIC, false, text);
}

static bool makes_form(const struct scan_site *site)
{
	const char *name = site->function ? site->function->name : NULL;
	size_t n = name ? strlen(name) : 0;

	return n >= 5 && strcmp(name + n - 5, "_init") == 0;
}

static void judge_mutex(struct verdict *verdict, const struct write *write)
{
	const struct wire_event *event = write->event;

	if (!write->field->has_lock || !verdict->plan->types[write->field->type_id].form || !event->lock_known ||
	    event->lock || !write->site->judges || !write->object->shared || makes_form(write->site->site))
		return;
	if (life_is_known(verdict, write))
		tell(verdict, write, PLAN_RULE_MUTEX, false, "its group is written while its lock is not held");
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

/* A list says `paid` for ORDER_PAID: what all enumerators begin with, up to an underscore, is no part of the name,
 * nor is the case of its letters. See model/enum.c. */
static size_t shared_prefix(const struct scan_type *type)
{
	const char *first = type->enumerators[0].name;
	size_t n = strlen(first);

	for (size_t i = 1; i < type->enumerators_n; i++) {
		size_t k = 0;

		while (k < n && type->enumerators[i].name[k] == first[k])
			k++;
		n = k;
	}
	while (n && first[n - 1] != '_')
		n--;
	return n;
}

static bool is_enumerator(const struct scan_type *type, size_t prefix, const char *state)
{
	for (size_t i = 0; i < type->enumerators_n; i++)
		if (strcasecmp(type->enumerators[i].name + prefix, state) == 0)
			return true;
	return false;
}

/* Does every name of the list stand for an enumerator? If not, the list says nothing that we understand. */
static bool know_states(struct verdict *verdict, const struct plan_field *field)
{
	const struct scan_type *type = scan_type_strip(field->value);
	struct of_field *of = &verdict->fields[field->id];
	size_t prefix;

	if (of->states)
		return of->states > 0;
	of->states = -1;
	if (!type || type->kind != SCAN_KIND_ENUM || !type->enumerators_n)
		return false;
	prefix = shared_prefix(type);
	for (size_t i = 0; i < field->states_n; i++)
		if (!is_enumerator(type, prefix, field->states[i].from) ||
		    !is_enumerator(type, prefix, field->states[i].to))
			return false;
	if (prefix > UINT8_MAX)
		return false;
	of->states_prefix = (uint8_t)prefix;
	of->states = 1;
	return true;
}

/* Does a name of the list stand for this value? Several enumerators may have one value. */
static bool stands_for(const struct scan_type *type, size_t prefix, const char *state, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < type->enumerators_n; i++)
		if (memcmp(&type->enumerators[i].value, bytes, n) == 0 &&
		    strcasecmp(type->enumerators[i].name + prefix, state) == 0)
			return true;
	return false;
}

static bool is_allowed(const struct verdict *verdict, const struct plan_field *field, const uint8_t *from,
                       const uint8_t *to, size_t n)
{
	const struct scan_type *type = scan_type_strip(field->value);
	size_t prefix = verdict->fields[field->id].states_prefix;

	for (size_t i = 0; i < field->states_n; i++)
		if (stands_for(type, prefix, field->states[i].from, from, n) &&
		    stands_for(type, prefix, field->states[i].to, to, n))
			return true;
	return false;
}

/* The value that was there before, if it is certain. Returns: NULL: it is not. */
static const uint8_t *old_value(const struct write *write)
{
	const struct wire_event *event = write->event;
	const struct write_note *last = &write->place->last;

	if (!last->time_ns || event->time_ns <= last->time_ns)
		return NULL;
	if (event->old_n == write->field->width)
		return event->old_value;
	if (write->field->all_seen && !write->field->atomic && write->site->judges && write->window &&
	    write->window == write->place->window && last->n == write->field->width && last->site != VERDICT_NONE)
		return last->bytes;
	return NULL;
}

static void judge_states(struct verdict *verdict, const struct write *write)
{
	const struct plan_field *field = write->field;
	size_t n = field->width;
	const uint8_t *old = old_value(write);
	const char *from, *to;
	char text[160];

	if (!old || n > sizeof(int64_t) || write->event->new_n != n || write->event->address != write->address ||
	    (!write->object->shared && !write->object->global) || memcmp(old, write->event->new_value, n) == 0)
		return;
	from = plan_enumerator(field->value, old, n);
	to = plan_enumerator(field->value, write->event->new_value, n);
	if (!from || !to || !know_states(verdict, field) ||
	    is_allowed(verdict, field, old, write->event->new_value, n) || !life_is_known(verdict, write))
		return;
	snprintf(text, sizeof(text), "%s -> %s is not in the list", from, to);
	tell(verdict, write, field->rule, true, text);
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

/* A record of which there is a shared form. */
static bool is_record(struct verdict *verdict, const struct write *write)
{
	uint32_t type_id = write->field->type_id;
	struct of_type *type = &verdict->types[type_id];
	const struct scan *scan = write->site->scan;

	if (type->record)
		return type->record > 0;
	type->record = -1;
	for (size_t i = 0; scan && i < scan->generated_n; i++)
		if (scan->generated[i].form && scan->generated[i].record &&
		    scan->generated[i].record == verdict->plan->types[type_id].type)
			type->record = 1;
	return type->record > 0;
}

void policy_judge(struct verdict *verdict, const struct write *write)
{
	const struct plan_field *field = write->field;

	if ((field->rule == PLAN_RULE_NONE && !field->states_n) || is_record(verdict, write))
		return;
	if (field->states_n && field->value)
		judge_states(verdict, write);
	switch (field->rule) {
	case PLAN_RULE_OWNER:
		judge_owner(verdict, write);
		break;
	case PLAN_RULE_ONCE:
		judge_once(verdict, write);
		break;
	case PLAN_RULE_ATOMIC:
		judge_atomic(verdict, write);
		break;
	case PLAN_RULE_MUTEX:
		judge_mutex(verdict, write);
		break;
	case PLAN_RULE_NONE:
	case PLAN_RULE_SNAPSHOT:
		break;
	}
}

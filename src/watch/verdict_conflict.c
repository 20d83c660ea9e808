/*
 * verdict_conflict.c - conflicts: what the kernel has caught
 *
 * One thread was held at a store, another arrived at a store to the same bytes: no lock stood between them. There is
 * nothing to guess here, only to name: the field of each side, the values, the threads.
 *
 * Left out, though the kernel has told of them: two loads; one and the same writer; fields that are written atomically;
 * sites that may not judge (a probe that sits where a lock may have been taken or released since).
 */
#include "watch/verdict_inside.h"

#include <string.h>

/* One of the two, as both kinds of description have it. */
struct party {
	const struct plan_site *site; /* NULL: by address */
	const struct plan_field *field;
	uint64_t address, end;
	bool is_read;
};

static struct party party_of(const struct verdict *verdict, uint32_t probe, uint64_t address, uint64_t width,
                             uint32_t flags)
{
	const struct plan *plan = verdict->plan;
	struct party party = {.address = address, .end = address + width};

	if (probe >= plan->sites_n)
		return party;
	party.site = &plan->sites[probe];
	party.is_read = party.site->site->read || (party.site->wire.flags | flags) & WIRE_READ;
	if (party.site->field < plan->fields_n)
		party.field = &plan->fields[party.site->field];
	return party;
}

/* A store to several fields is told by the one that the other side met it in. */
static void resolve(const struct verdict *verdict, struct party *party, uint64_t meeting)
{
	const struct plan_field *at;

	if (!party->site || !party->field || !party->site->covers_several || party->field->indexed)
		return;
	at = plan_field_at(verdict->plan, party->site->type_id, party->field->offset + (meeting - party->address));
	if (at)
		party->field = at;
}

static bool may_judge(const struct party *party)
{
	return !party->site || party->site->judges;
}

/* The address of the side's field: its bytes may begin before or behind those stored. */
static uint64_t field_address(const struct party *party)
{
	const struct plan_field *stored;

	if (!party->site || !party->site->site)
		return party->address;
	stored = party->field;
	if (!party->site->covers_several)
		return party->address - verdict_part(party->site, stored);
	return party->address + (stored->offset - party->site->site->offset);
}

static void fill_held(const struct verdict *verdict, const struct wire_party *held, const struct party *party,
                      struct finding_side *side)
{
	size_t n = held->new_n < WIRE_VALUE ? held->new_n : WIRE_VALUE;

	*side = (struct finding_side){
		.site = party->site->id, .field = party->field->id,
		.ip = 0, .address = held->address, .tid = held->tid, .goroutine = held->goroutine,
		.time_ns = held->time_ns, .is_read = party->is_read,
	};
	side->stack_n = held->stack_n < WIRE_STACK ? held->stack_n : WIRE_STACK;
	memcpy(side->stack, held->stack, side->stack_n * sizeof(side->stack[0]));
	side_value(verdict, party->field->id, field_address(party), held->address, held->new_value, n, side->new_text);
	side_thread(verdict, side);
}

/* What the one who arrives overwrites is what the held one has stored, if its store was done. */
static void fill_arrival(const struct verdict *verdict, const struct wire_caught *caught, const struct party *held,
                         const struct party *party, struct finding_side *side)
{
	side_of_event(verdict, &caught->arrival, party->field->id, field_address(party), side);
	side->is_read = party->is_read;
	if (!side->old_text[0] && caught->held.flags & WIRE_AFTER && !held->is_read &&
	    held->address <= field_address(party))
		side_value(verdict, party->field->id, field_address(party), held->address, caught->held.new_value,
		           caught->held.new_n < WIRE_VALUE ? caught->held.new_n : WIRE_VALUE, side->old_text);
}

static void tell(struct verdict *verdict, const struct wire_caught *caught, const struct party *held,
                 const struct party *arrival)
{
	struct told_key key = {
		.kind = FINDING_CONFLICT, .type_id = held->field->type_id,
		.fields = {held->field->id, arrival->field->id},
		.sites = {held->site->id, arrival->site ? arrival->site->id : VERDICT_NONE},
	};
	struct told *told = told_find(verdict, &key);
	struct finding_evidence *last;

	verdict->fields[held->field->id].conflicts++;
	if (arrival->field != held->field)
		verdict->fields[arrival->field->id].conflicts++;
	if (!told || !told_count(told, 1, caught->arrival.time_ns))
		return;
	last = &told->finding.last;
	last->object = held->field->indexed ? held->address : field_address(held) - held->field->offset;
	fill_held(verdict, &caught->held, held, &last->sides[0]);
	fill_arrival(verdict, caught, held, arrival, &last->sides[1]);
	told_say(verdict, told);
}

void conflict_judge(struct verdict *verdict, const struct wire_caught *caught)
{
	const struct wire_event *event = &caught->arrival;
	struct party held = party_of(verdict, caught->held.probe, caught->held.address, caught->held.width,
	                             caught->held.flags);
	struct party arrival = party_of(verdict, event->probe, event->address, event->width, 0);
	uint64_t meeting = held.address > arrival.address ? held.address : arrival.address;

	if (!held.field || (arrival.site && !arrival.field) || meeting >= held.end || meeting >= arrival.end)
		return;
	if (verdict_writer(caught->held.goroutine, caught->held.tid) == verdict_writer(event->goroutine, event->tid) ||
	    caught->held.tid == event->tid || (held.is_read && arrival.is_read))
		return;
	if (!may_judge(&held) || !may_judge(&arrival))
		return;
	resolve(verdict, &held, meeting);
	resolve(verdict, &arrival, meeting);
	if (!arrival.field)
		arrival.field = held.field;
	if (held.field->atomic || arrival.field->atomic)
		return;
	/* A watchpoint fires behind the store, which may be what let the other in. */
	if (!arrival.site && held.field->turns)
		return;
	tell(verdict, caught, &held, &arrival);
}

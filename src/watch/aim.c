/* aim.c - the watchpoint's turns; see aim.h */
#include "watch/aim.h"

#include "watch/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000ull

enum { HITS = 48 };                   /* of a thread, until the point rests */

static const uint64_t aimed_ns = 60 * MS, pause_ns = 60 * MS;
static const uint64_t lately_ns = 2000 * MS;   /* an address seen longer ago may be another object's */
static const double usual_hit_ns = 9000;

/* Where a field was written last. */
struct seen {
	uint64_t address, object, time_ns;
};

struct aim {
	struct kernel *kernel;
	struct points *points;
	const struct plan *plan;
	const struct verdict *verdict;
	struct schedule *schedule;
	struct aim_options options;
	struct seen *seen;            /* by field */
	size_t seen_n;
	uint32_t cursor;              /* field that had the last turn of those that one thread writes */
	bool lone;                    /* whose turn is next */
	bool on, for_window;
	uint32_t field, window_type;
	uint64_t object, until_ns, due_ns, hits, count;
};

int aim_new(struct kernel *kernel, struct points *points, const struct plan *plan, const struct verdict *verdict,
            struct schedule *schedule, const struct aim_options *options, struct aim **ret_aim)
{
	struct aim *aim = calloc(1, sizeof(*aim));

	if (!aim)
		return -ENOMEM;
	aim->kernel = kernel;
	aim->points = points;
	aim->plan = plan;
	aim->verdict = verdict;
	aim->schedule = schedule;
	aim->options = *options;
	if (!(aim->options.hit_ns > 0))
		aim->options.hit_ns = usual_hit_ns;
	*ret_aim = aim;
	return 0;
}

void aim_free(struct aim *aim)
{
	if (!aim)
		return;
	aim_rest(aim, 0);
	free(aim->seen);
	free(aim);
}

void aim_saw(struct aim *aim, const struct wire_event *event, const struct plan_site *site)
{
	const struct plan_field *field;
	struct seen *seen;

	if (site->field >= aim->plan->fields_n)
		return;
	if (site->field >= aim->seen_n) {
		seen = realloc(aim->seen, aim->plan->fields_n * sizeof(*seen));
		if (!seen)
			return;
		memset(seen + aim->seen_n, 0, (aim->plan->fields_n - aim->seen_n) * sizeof(*seen));
		aim->seen = seen;
		aim->seen_n = aim->plan->fields_n;
	}
	field = &aim->plan->fields[site->field];
	seen = &aim->seen[site->field];
	seen->address = event->address;
	seen->object = field->indexed ? 0 : event->address - field->offset;
	seen->time_ns = event->time_ns;
}

/* The widest aligned piece of a field that a debug register can watch. */
static unsigned piece_of(uint64_t address, uint64_t width)
{
	unsigned piece = 8;

	while (piece > 1 && (piece > width || address % piece))
		piece /= 2;
	return piece;
}

static bool take(struct aim *aim, uint32_t field, uint64_t address, uint64_t object, uint64_t now_ns)
{
	kernel_probe(aim->kernel, aim->options.cookie)->flags =
		WIRE_STACK_WANTED | (aim->options.holds ? WIRE_JUDGE : 0u);
	/* Stores alone: a point at both does not say which it was, and a read would be told as a write. */
	if (points_aim(aim->points, 0, address, piece_of(address, aim->plan->fields[field].width), aim->options.cookie,
	               HITS, false))
		return false;
	kernel_settings(aim->kernel)->focus = address;
	aim->field = field;
	aim->object = object;
	aim->on = true;
	aim->until_ns = now_ns + aimed_ns;
	aim->count++;
	return true;
}

/* Fields in turn, of one type or (UINT32_MAX) of all that are the program's own. */
static bool take_lone(struct aim *aim, uint32_t type_id, uint64_t now_ns)
{
	for (size_t i = 0; i < aim->seen_n; i++) {
		uint32_t id = (uint32_t)((aim->cursor + 1 + i) % aim->seen_n);
		const struct plan_field *field = &aim->plan->fields[id];
		const struct seen *seen = &aim->seen[id];

		if (!seen->time_ns || seen->time_ns + lately_ns < now_ns || field->atomic)
			continue;
		if (type_id == UINT32_MAX ? origin_is_library(aim->plan->types[field->type_id].type)
		                          : field->type_id != type_id)
			continue;
		aim->cursor = id;
		return take(aim, id, seen->address, seen->object, now_ns);
	}
	return false;
}

static bool take_shared(struct aim *aim, uint64_t now_ns)
{
	uint32_t field;
	uint64_t address, object;

	return verdict_candidate(aim->verdict, &field, &address, &object) && take(aim, field, address, object, now_ns);
}

void aim_rest(struct aim *aim, uint64_t now_ns)
{
	if (aim->on)
		points_rest(aim->points, 0);
	kernel_settings(aim->kernel)->focus = 0;
	aim->on = aim->for_window = false;
	aim->due_ns = now_ns + pause_ns;
}

void aim_window(struct aim *aim, uint32_t type_id, bool begins, uint64_t now_ns)
{
	if (begins && schedule_solvent(aim->schedule, now_ns)) {
		if (aim->on)
			aim_rest(aim, now_ns);
		aim->for_window = take_lone(aim, type_id, now_ns);
		aim->window_type = type_id;
	} else if (!begins && aim->for_window && aim->window_type == type_id) {
		aim_rest(aim, now_ns);
	}
}

void aim_step(struct aim *aim, uint64_t now_ns)
{
	uint64_t hits = kernel_totals(aim->kernel)->watchpoint_hits;

	schedule_spend(aim->schedule, (uint64_t)((double)(hits - aim->hits) * aim->options.hit_ns));
	aim->hits = hits;
	if (aim->on && now_ns >= aim->until_ns)
		aim_rest(aim, now_ns);
	if (aim->on || now_ns < aim->due_ns || !schedule_solvent(aim->schedule, now_ns))
		return;
	aim->due_ns = now_ns + pause_ns;
	aim->lone = !aim->lone;
	if (aim->lone || !take_shared(aim, now_ns))
		take_lone(aim, UINT32_MAX, now_ns);
}

uint64_t aim_due_ns(const struct aim *aim)
{
	return aim->on ? aim->until_ns : aim->due_ns;
}

uint32_t aim_field(const struct aim *aim)
{
	return aim->field;
}

uint64_t aim_object(const struct aim *aim)
{
	return aim->object;
}

uint64_t aim_count(const struct aim *aim)
{
	return aim->count;
}

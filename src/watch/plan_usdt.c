/*
 * plan_usdt.c - points of generated code, found in the note and in the debug information
 *
 *     point: name "order", field 4  ->  note: prefix "order", n: 4 is `amount`, p: `amount` lies in group_money
 *         ->  debug information: group_money.fields.amount is 136 bytes into struct order_shared
 *
 * What lies where in a place is as src/gen/shared_form.h says.
 */
#include "watch/plan_usdt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ARG_RECORD,
	ARG_FIELD,
	ARG_BEFORE,
	ARG_AFTER,
	ARGS,
};

/* ---- the form -------------------------------------------------------------------------------------------------- */

/* Goes down to a member by its name. Returns: NULL: there is none. */
static const struct scan_member *member_of(const struct scan_type *type, const char *name, size_t n)
{
	type = type ? scan_type_strip(type) : NULL;
	for (size_t i = 0; type && i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];

		if (member->name && strlen(member->name) == n && memcmp(member->name, name, n) == 0)
			return member;
	}
	return NULL;
}

/* The same along a path, "hot_views.value". Returns: its type, with *offset moved on. */
static const struct scan_type *path_of(const struct scan_type *type, const char *path, uint64_t *offset)
{
	while (type) {
		size_t n = strcspn(path, ".");
		const struct scan_member *member = member_of(type, path, n);

		type = member ? member->type : NULL;
		*offset += member ? member->offset_bits / 8 : 0;
		if (!path[n])
			return type;
		path += n + 1;
	}
	return NULL;
}

/* "snapshot.id": from the form to the place, and from there at once to the field, in the struct that has it. */
static void take_steps(struct plan_point *point, const char *place, const struct scan_type *holder)
{
	const struct scan_type *form = point->generated->form;
	const struct scan_member *first = member_of(form, place, strlen(place));
	const struct scan_member *last = member_of(holder, point->field, strlen(point->field));

	if (!first || !last)
		return;
	point->steps[0] = (struct scan_step){.holder = form, .member = first};
	point->steps[1] = (struct scan_step){.holder = scan_type_strip(holder), .member = last};
	point->steps_n = 2;
}

static const struct scan_type *struct_named(const struct scan *scan, const char *prefix, const char *suffix)
{
	char name[256];
	size_t n;
	const struct scan_type *const *types;

	snprintf(name, sizeof(name), "struct %s_%s", prefix, suffix);
	types = scan_types_named(scan, name, &n);
	return n == 1 && !types[0]->incomplete ? types[0] : NULL;
}

/* Of a field in an image: words of presence, then the group's struct. */
static bool find_in_image(const struct scan *scan, const char *place, struct plan_point *point)
{
	const struct scan_type *group = struct_named(scan, point->generated->prefix, place), *words;
	uint64_t offset = 0, in_group = 0, group_words;
	char path[256];

	snprintf(path, sizeof(path), "%s.words", place);
	words = path_of(point->generated->form, path, &offset);
	words = words ? scan_type_strip(words) : NULL;
	if (!words || words->kind != SCAN_KIND_ARRAY || !group || !path_of(group, point->field, &in_group))
		return false;
	group_words = (group->size + 7) / 8;
	if (words->count < group_words)
		return false;
	point->offset = offset + (words->count - group_words) * 8 + in_group;
	take_steps(point, place, group);
	return true;
}

/* Where "PLACE.MIDDLE" leads to in the form. */
static bool find_in_form(const char *place, const char *middle, const char *field, struct plan_point *point)
{
	char path[512];

	point->offset = 0;
	snprintf(path, sizeof(path), "%s%s%s", place, middle, field);
	return path_of(point->generated->form, path, &point->offset) != NULL;
}

static bool find_bytes(const struct scan *scan, const struct scan_shared_place *place, struct plan_point *point)
{
	if (strcmp(place->policy, "atomic") == 0)
		return find_in_form(place->place, "", "", point);
	if (find_in_form(place->place, ".fields.", point->field, point))
		return true;
	/* Published by pointer. */
	if (find_in_form(place->place, ".block", "", point)) {
		take_steps(point, place->place, point->generated->record);
		return true;
	}
	/* The owner's scalars lie beside its group. */
	return find_in_form(place->place, ".", point->field, point) || find_in_image(scan, place->place, point);
}

/* From the bytes to the word of the mutex or reader-writer lock that guards them. */
static void find_lock(const struct scan_generated *generated, const struct scan_shared_place *place,
                      struct plan_point *point)
{
	uint64_t lock = 0;
	char path[256];

	snprintf(path, sizeof(path), "%s.lock.word", place->place);
	if (!path_of(generated->form, path, &lock) || lock > INT32_MAX || point->offset > INT32_MAX)
		return;
	point->wire.lock = (int32_t)lock - (int32_t)point->offset;
	point->wire.flags |= WIRE_LOCK;
}

/* ---- one point ------------------------------------------------------------------------------------------------- */

static const struct scan_generated *generated_of(const struct scan *scan, const char *prefix)
{
	for (size_t i = 0; i < scan->generated_n; i++)
		if (scan->generated[i].form && strcmp(scan->generated[i].prefix, prefix) == 0)
			return &scan->generated[i];
	return NULL;
}

static const struct scan_shared_place *place_of(const struct scan_generated *generated, const char *field)
{
	for (size_t i = 0; i < generated->places_n; i++)
		for (size_t k = 0; k < generated->places[i].fields_n; k++)
			if (strcmp(generated->places[i].fields[k], field) == 0)
				return &generated->places[i];
	return NULL;
}

/* Registers and constants alone: that is how the header writes them. */
static bool take_values(const struct scan_usdt *point, struct wire_probe *wire)
{
	const struct scan_usdt_arg *before = &point->args[ARG_BEFORE], *after = &point->args[ARG_AFTER];

	if (point->args_n < ARGS)
		return point->args_n == ARG_BEFORE;
	if (before->shift || after->shift)
		return false;
	wire->flags |= WIRE_TOLD;
	if (before->where == SCAN_USDT_REGISTER)
		wire->old = before->base;
	if (after->where == SCAN_USDT_REGISTER) {
		wire->value = after->base;
	} else if (after->where == SCAN_USDT_CONSTANT) {
		wire->flags |= WIRE_HAS_IMMEDIATE;
		wire->immediate = (uint64_t)after->displacement;
	}
	return after->where == SCAN_USDT_REGISTER || after->where == SCAN_USDT_CONSTANT;
}

/* What its arguments say. Returns: false: it is not as the header writes it. */
static bool find_field(const struct scan *scan, const struct scan_usdt *usdt, struct plan_point *point)
{
	const struct scan_generated *generated = generated_of(scan, usdt->name);
	const struct scan_usdt_arg *field;

	if (!generated || !usdt->nop || usdt->args_n < ARG_BEFORE)
		return false;
	field = &usdt->args[ARG_FIELD];
	if (usdt->args[ARG_RECORD].where != SCAN_USDT_REGISTER || field->where != SCAN_USDT_CONSTANT ||
	    (uint64_t)field->displacement >= generated->fields_n)
		return false;
	*point = (struct plan_point){.point = usdt, .generated = generated};
	point->field = generated->fields[field->displacement];
	point->value = path_of(generated->record, point->field, &point->record_offset);
	if (!point->value)
		return false;
	point->width = usdt->args_n == ARGS ? usdt->args[ARG_AFTER].size : scan_type_strip(point->value)->size;
	return point->width > 0 && point->width <= UINT32_MAX;
}

static void describe(const struct scan *scan, struct plan_point *point)
{
	const struct wire_probe *wire = &point->wire;
	const char *policy = point->policy;
	bool words = strcmp(policy, "atomic") == 0 || strcmp(policy, "snapshot") == 0 || strcmp(policy, "owner") == 0;
	struct scan_frame frame = {0};

	scan_frames(scan, point->point->pc, &frame, 1);
	point->site = (struct scan_site){
		.pc = point->point->pc, .length = 1, .width = wire->width,
		.how = words ? SCAN_HOW_ATOMIC : SCAN_HOW_PLAIN,
		.where = SCAN_WHERE_HEAP, .confidence = SCAN_CONFIDENCE_DECLARED, .type = point->generated->form,
		.offset = point->offset, .function = scan_function_at(scan, point->point->pc), .file = frame.file,
		.line = frame.line, .column = frame.column};
	point->probe = (struct scan_probe){
		.kind = SCAN_PROBE_NEIGHBOUR, .pc = point->point->pc, .after = wire->flags & WIRE_AFTER,
		.may_judge = wire->flags & WIRE_JUDGE, .base = wire->base, .index = WIRE_NONE,
		.displacement = (int64_t)point->offset, .value = wire->value};
}

static bool make(const struct scan *scan, const struct scan_usdt *usdt, struct plan_point *point)
{
	const struct scan_shared_place *place;
	struct wire_probe *wire = &point->wire;

	if (!find_field(scan, usdt, point))
		return false;
	place = place_of(point->generated, point->field);
	if (!place || !find_bytes(scan, place, point))
		return false;
	point->policy = place->policy;
	*wire = (struct wire_probe){.base = usdt->args[ARG_RECORD].base, .index = WIRE_NONE, .value = WIRE_NONE,
	                            .length = WIRE_NONE, .old = WIRE_NONE, .displacement = point->offset,
	                            .width = (uint32_t)point->width};
	if (strcmp(place->policy, "atomic") == 0)
		wire->flags |= WIRE_AFTER;
	else if (strcmp(place->policy, "mutex") == 0 || strcmp(place->policy, "rwmutex") == 0)
		find_lock(point->generated, place, point);
	if (wire->flags & WIRE_LOCK || strcmp(place->policy, "owner") == 0)
		wire->flags |= WIRE_JUDGE;
	if (!take_values(usdt, wire))
		return false;
	describe(scan, point);
	return true;
}

int plan_points_make(const struct scan *scan, const struct scan_usdts *usdts, struct plan_points *ret_points)
{
	struct plan_points points = {.items = calloc(usdts->n + 1, sizeof(*points.items))};

	if (!points.items)
		return -ENOMEM;
	for (size_t i = 0; i < usdts->n; i++) {
		if (strcmp(usdts->items[i].provider, "fieldguard") != 0)
			continue;
		if (make(scan, &usdts->items[i], &points.items[points.n]))
			points.n++;
		else
			points.strange++;
	}
	*ret_points = points;
	return 0;
}

void plan_points_fini(struct plan_points *points)
{
	free(points->items);
	*points = (struct plan_points){0};
}

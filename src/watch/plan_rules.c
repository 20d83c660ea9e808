/*
 * plan_rules.c - what tags say of a field
 *
 * A tag speaks of what threads share. Where there is generated code of a struct they share its form, and the struct
 * itself is a record, which tags say nothing of. In a form a field's place says its policy.
 */
#include "watch/plan_inside.h"

#include <string.h>

bool plan_is_generated_file(const char *file)
{
	size_t n = file ? strlen(file) : 0;

	return n > 5 && (strcmp(file + n - 5, ".fg.h") == 0 || strcmp(file + n - 5, ".fg.c") == 0 ||
	                 strstr(file, "fieldguard/shared.h"));
}

bool plan_is_form(const struct scan *scan, const struct scan_type *type)
{
	size_t n = type->name ? strlen(type->name) : 0;

	for (size_t i = 0; i < scan->generated_n; i++)
		if (scan->generated[i].form == type)
			return true;
	return n > 7 && strcmp(type->name + n - 7, "_shared") == 0 && plan_is_generated_file(type->file);
}

/* ---- forms ----------------------------------------------------------------------------------------------------- */

static const struct scan_member *member_named(const struct scan_type *type, const char *name, size_t n)
{
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].name && strncmp(type->members[i].name, name, n) == 0 && !type->members[i].name[n])
			return &type->members[i];
	return NULL;
}

/* The member that a path of names leads to; ret_offset: in type, bytes. */
static const struct scan_member *follow(const struct scan_type *type, const char *path, uint64_t *ret_offset)
{
	const struct scan_member *member = NULL;
	uint64_t bits = 0;

	for (;;) {
		size_t n = strcspn(path, ".");

		if (type->kind != SCAN_KIND_STRUCT)
			return NULL;
		member = member_named(type, path, n);
		if (!member)
			return NULL;
		bits += member->offset_bits;
		if (!path[n])
			break;
		path += n + 1;
		type = scan_type_strip(member->type);
	}
	*ret_offset = bits / 8;
	return member;
}

static bool is_record_field(const struct scan_shared_place *place, const char *path)
{
	const char *last = strrchr(path, '.');

	last = last ? last + 1 : path;
	for (size_t i = 0; i < place->fields_n; i++)
		if (strcmp(place->fields[i], last) == 0)
			return true;
	return strstr(path, ".fields.") != NULL;
}

/* lock: the place's own; its word comes first in it. */
static void take_lock(struct plan_field *field, const struct scan_type *form, const struct scan_shared_place *place)
{
	uint64_t at;
	const struct scan_member *member = follow(form, place->place, &at);
	const struct scan_type *group = member ? scan_type_strip(member->type) : NULL;
	const struct scan_member *lock = group && group->kind == SCAN_KIND_STRUCT ? member_named(group, "lock", 4)
	                                 : NULL;

	if (!lock || scan_type_strip(lock->type)->size < 4)
		return;
	field->has_lock = true;
	field->lock = (int32_t)((int64_t)(at + lock->offset_bits / 8) - (int64_t)field->offset);
}

static void take_place(struct plan_field *field, const struct scan_type *form, const struct scan_shared_place *place)
{
	const char *policy = place->policy;

	if (!is_record_field(place, field->name))
		return;
	if (strcmp(policy, "mutex") == 0 || strcmp(policy, "rwmutex") == 0) {
		field->rule = PLAN_RULE_MUTEX;
		field->group = strncmp(place->place, "group_", 6) == 0 ? place->place + 6 : place->place;
		take_lock(field, form, place);
	} else if (strcmp(policy, "once") == 0) {
		field->rule = PLAN_RULE_ONCE;
	} else if (strcmp(policy, "owner") == 0) {
		field->rule = PLAN_RULE_OWNER;
	} else if (strcmp(policy, "atomic") == 0) {
		field->rule = PLAN_RULE_ATOMIC;
	} else if (strcmp(policy, "snapshot") == 0) {
		field->rule = PLAN_RULE_SNAPSHOT;
	}
}

static bool take_form(struct plan_field *field, const struct scan *scan, const struct scan_type *type)
{
	for (size_t g = 0; g < scan->generated_n; g++) {
		const struct scan_generated *generated = &scan->generated[g];

		if (generated->form != type)
			continue;
		for (size_t i = 0; i < generated->places_n; i++) {
			size_t n = strlen(generated->places[i].place);

			if (strncmp(field->name, generated->places[i].place, n) == 0 &&
			    (field->name[n] == '.' || !field->name[n]))
				take_place(field, type, &generated->places[i]);
		}
		return true;
	}
	return false;
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

static bool is_record(const struct scan *scan, const struct scan_type *type)
{
	for (size_t i = 0; i < scan->generated_n; i++)
		if (scan->generated[i].record == type && scan->generated[i].form)
			return true;
	return false;
}

static enum plan_rule rule_of(enum model_policy policy)
{
	switch (policy) {
	case MODEL_POLICY_SNAPSHOT: return PLAN_RULE_SNAPSHOT;
	case MODEL_POLICY_ATOMIC: return PLAN_RULE_ATOMIC;
	case MODEL_POLICY_MUTEX:
	case MODEL_POLICY_RWMUTEX: return PLAN_RULE_MUTEX;
	case MODEL_POLICY_ONCE: return PLAN_RULE_ONCE;
	case MODEL_POLICY_OWNER: return PLAN_RULE_OWNER;
	}
	return PLAN_RULE_NONE;
}

void plan_rules_take(struct plan_field *field, const struct scan *scan, const struct plan_place *place)
{
	if (place->variable || take_form(field, scan, place->type))
		return;
	/* The innermost that says something; a record has none, nor what lies in one. */
	for (size_t i = 0; i < place->steps_n; i++) {
		const struct model_tag *tag = &place->steps[i].member->tag;

		if (is_record(scan, place->steps[i].holder)) {
			field->rule = PLAN_RULE_NONE;
			field->group = NULL;
			field->states = NULL;
			field->states_n = 0;
			return;
		}
		if (!tag->present)
			continue;
		if (tag->policy_given) {
			field->rule = rule_of(tag->policy);
			field->group = tag->group;
		}
		/* What is read of a bit-field holds its neighbours too: no value to look up. */
		if (tag->states_n && !field->bitfield) {
			field->states = tag->states;
			field->states_n = tag->states_n;
			field->rule = field->rule == PLAN_RULE_NONE ? PLAN_RULE_ATOMIC : field->rule;
		}
	}
}

/*
 * plan_states.c - the changes that `states` allows, by the names that values have in the program
 *
 * A tag calls states as they are called outside: `paid` for ORDER_PAID. What a value is called here is what debug
 * information calls it. A list that can't be understood judges nothing: it would convict what is right.
 */
#include "watch/plan_inside.h"

#include <string.h>

static const char *enumerator_of(const struct scan_type *type, const struct model_enum *names, const char *state)
{
	size_t at = 0;

	while (at < names->items_n && strcmp(names->items[at].json_name, state) != 0)
		at++;
	for (size_t i = 0; at == names->items_n && i < names->items_n; i++)
		if (strcmp(names->items[i].c_name, state) == 0)
			at = i;
	/* Of several names of one value always the same one. */
	return at < names->items_n ? plan_enumerator(type, (const uint8_t *)&names->items[at].value, type->size) : NULL;
}

static const struct model_enum *outside_names(struct model *model, const struct scan_type *type)
{
	struct model_enum *names = model_alloc(model, sizeof(*names));

	names->c_name = type->name ? type->name : "";
	names->items_n = type->enumerators_n;
	names->items = model_alloc(model, (names->items_n + 1) * sizeof(*names->items));
	for (size_t i = 0; i < names->items_n; i++) {
		names->items[i].c_name = type->enumerators[i].name;
		names->items[i].value = type->enumerators[i].value;
	}
	model_enum_name(model, names);
	return names;
}

void plan_states_take(struct plan *plan, struct plan_field *field, const struct model_tag *tag)
{
	const struct scan_type *type = field->value ? scan_type_strip(field->value) : NULL;
	const struct model_enum *names;
	struct model_transition *states;

	field->states = NULL;
	field->states_n = 0;
	if (!type || type->kind != SCAN_KIND_ENUM || !type->size || type->size > 8 || field->bitfield)
		return;
	if (!plan->inside->states)
		plan->inside->states = model_new();
	names = outside_names(plan->inside->states, type);
	states = model_alloc(plan->inside->states, tag->states_n * sizeof(*states));
	for (size_t i = 0; i < tag->states_n; i++) {
		states[i].from = enumerator_of(type, names, tag->states[i].from);
		states[i].to = enumerator_of(type, names, tag->states[i].to);
		if (!states[i].from || !states[i].to)
			return;
	}
	field->states = states;
	field->states_n = tag->states_n;
}

/* shared_form.c - divides a record's fields among the places of its shared form */
#include "gen/shared_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

const struct model_field **shared_fields_alloc(size_t n)
{
	return zeroed(n, sizeof(const struct model_field *));
}

/* The field whose tag decides: a count field goes where its array goes. NULL: the shared form does not hold it. */
static const struct model_field *ruling_field(const struct model_field *field)
{
	if (gen_field_listed(field))
		return field;
	return field->counts && gen_field_listed(field->counts) ? field->counts : NULL;
}

static enum model_policy group_policy(const struct model_field *ruling)
{
	enum model_policy policy = ruling->tag.policy;

	return policy == MODEL_POLICY_ATOMIC ? MODEL_POLICY_SNAPSHOT : policy;
}

static const char *group_name(const struct model_field *ruling)
{
	switch (group_policy(ruling)) {
	case MODEL_POLICY_MUTEX:
	case MODEL_POLICY_RWMUTEX:
		return ruling->tag.group ? ruling->tag.group : ruling->name;
	case MODEL_POLICY_ONCE:
		return "once";
	case MODEL_POLICY_OWNER:
		return "owner";
	default:
		return "snapshot";
	}
}

/* One atomic store of the owner's is all that it needs. */
static bool is_owned_scalar(const struct model_field *field)
{
	return field->tag.policy == MODEL_POLICY_OWNER && field->shape == MODEL_SHAPE_ONE &&
	       (field->type.kind == MODEL_KIND_INT || field->type.kind == MODEL_KIND_BOOL ||
	        field->type.kind == MODEL_KIND_ENUM || field->type.kind == MODEL_KIND_FLOAT) &&
	       field->type.size <= 8;
}

static struct shared_group *group_of(struct shared_form *form, const struct model_field *ruling)
{
	enum model_policy policy = group_policy(ruling);
	const char *name = group_name(ruling);
	struct shared_group *group = form->groups;

	for (; group < form->groups + form->groups_n; group++)
		if (group->policy == policy && strcmp(group->name, name) == 0)
			return group;
	form->groups_n++;
	group->policy = policy;
	group->name = name;
	snprintf(group->place, sizeof group->place, "%s%s",
	         policy == MODEL_POLICY_MUTEX || policy == MODEL_POLICY_RWMUTEX ? "group_" : "", name);
	group->present_n = form->bits_n;
	group->fields = zeroed(form->record->fields_n, sizeof *group->fields);
	return group;
}

/* Appends a field to the group's struct, as the C compiler will lay it out. */
static size_t group_add(struct shared_group *group, const struct model_field *field)
{
	size_t align = field->type.align ? field->type.align : 1;
	size_t offset = (group->size + align - 1) / align * align;

	group->fields[group->fields_n++] = (struct shared_field){field, offset};
	group->size = offset + (size_t)(field->size_bits / 8);
	if (gen_field_nested(field))
		group->present_n += shared_present_words(field->type.record);
	return align;
}

void shared_form_init(struct shared_form *form, const struct model_struct *record)
{
	size_t *aligns = zeroed(record->fields_n + 1, sizeof *aligns);

	*form = (struct shared_form){.record = record, .bits_n = (gen_fields_n(record) + 63) / 64};
	form->groups = zeroed(record->fields_n, sizeof *form->groups);
	form->atomics = zeroed(record->fields_n, sizeof *form->atomics);
	form->states = zeroed(record->fields_n, sizeof *form->states);
	form->owned = zeroed(record->fields_n, sizeof *form->owned);
	/* The snapshot group stands first, wherever its first field is. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < record->fields_n; i++) {
			const struct model_field *ruling = ruling_field(&record->fields[i]);
			struct shared_group *group;
			size_t align;

			if (!ruling || (group_policy(ruling) != MODEL_POLICY_SNAPSHOT) != (pass == 1))
				continue;
			if (ruling->tag.policy == MODEL_POLICY_ATOMIC) {
				form->atomics[form->atomics_n++] = ruling;
				if (ruling->tag.states_n)
					form->states[form->states_n++] = ruling;
				continue;
			}
			if (is_owned_scalar(ruling)) {
				form->owned[form->owned_n++] = ruling;
				continue;
			}
			group = group_of(form, ruling);
			align = group_add(group, &record->fields[i]);
			if (align > aligns[group - form->groups])
				aligns[group - form->groups] = align;
		}
	}
	for (size_t i = 0; i < form->groups_n; i++)
		form->groups[i].size = (form->groups[i].size + aligns[i] - 1) / aligns[i] * aligns[i];
	if (gen_published(record) && form->groups_n && form->groups[0].policy == MODEL_POLICY_SNAPSHOT) {
		form->published = zeroed(1, sizeof *form->published);
		*form->published = form->groups[0];
		form->groups_n--;
		memmove(form->groups, form->groups + 1, form->groups_n * sizeof *form->groups);
	}
	for (size_t i = 0; i < form->groups_n; i++) {
		if (form->groups[i].policy == MODEL_POLICY_ONCE)
			form->once = &form->groups[i];
		if (form->groups[i].policy == MODEL_POLICY_OWNER)
			form->owner = &form->groups[i];
	}
	free(aligns);
}

void shared_form_fini(struct shared_form *form)
{
	for (size_t i = 0; i < form->groups_n; i++)
		free(form->groups[i].fields);
	if (form->published)
		free(form->published->fields);
	free(form->published);
	free(form->groups);
	free(form->atomics);
	free(form->states);
	free(form->owned);
}

static uint64_t bit_in(const struct shared_form *form, const struct model_field *field, size_t w)
{
	size_t index = gen_field_index(form->record, field);

	return gen_field_listed(field) && index / 64 == w ? UINT64_C(1) << index % 64 : 0;
}

uint64_t shared_mask(const struct shared_form *form, const struct shared_group *group, size_t w)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < group->fields_n; i++)
		mask |= bit_in(form, group->fields[i].field, w);
	return mask;
}

uint64_t shared_mask_of(const struct shared_form *form, const struct model_field *const *fields, size_t n, size_t w)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < n; i++)
		mask |= bit_in(form, fields[i], w);
	return mask;
}

bool shared_is_image(const struct shared_group *group)
{
	return group->policy == MODEL_POLICY_SNAPSHOT || group->policy == MODEL_POLICY_OWNER;
}

bool shared_has_owner(const struct shared_form *form)
{
	return form->owner || form->owned_n;
}

size_t shared_present_words(const struct model_struct *record)
{
	size_t n = (gen_fields_n(record) + 63) / 64;

	if (n == 0)
		n = 1;
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_nested(&record->fields[i]))
			n += shared_present_words(record->fields[i].type.record);
	return n;
}

void shared_last_place(const struct shared_form *form, char ret[160])
{
	const char *last = "snapshot";

	for (size_t i = 0; i < form->groups_n; i++)
		if (&form->groups[i] != form->once && &form->groups[i] != form->owner)
			last = form->groups[i].place;
	if (form->once)
		last = "once";
	if (shared_has_owner(form))
		last = "owner";
	if (form->atomics_n)
		last = "atomics";
	snprintf(ret, 160, "%s", last);
	for (size_t i = 0; i < form->atomics_n; i++)
		if (form->atomics[i]->tag.hot)
			snprintf(ret, 160, "hot_%s", form->atomics[i]->name);
}

void shared_atomic_place(const struct model_field *field, char ret[160])
{
	if (field->tag.hot)
		snprintf(ret, 160, "hot_%s.value", field->name);
	else
		snprintf(ret, 160, "atomics.%s", field->name);
}

bool shared_is_array(const struct model_field *field)
{
	return field->shape == MODEL_SHAPE_FIXED || field->type.kind == MODEL_KIND_CHARS;
}

bool shared_leaves_fields(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (!ruling_field(&record->fields[i]))
			return true;
	return false;
}

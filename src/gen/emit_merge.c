/* emit_merge.c - T_merge: how a patch goes into a shared form */
#include "gen/shared_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One merge of one group, while it is written. Paths end in '.', or are empty for the record itself. */
struct merge_walk {
	const struct shared_form *form;
	const struct shared_group *group;
	size_t present_at;          /* presence word of the next inline struct */
};

static void emit_copy_in(const struct merge_walk *walk, const char *path, const struct model_field *field,
                         struct gen_text *text)
{
	const char *record = walk->form->record->name;
	const char *at = field->name;

	if (shared_is_image(walk->group))
		gen_printf(text, "fg_words_put(fields, offsetof(struct %s_%s, %s%s), &record->%s%s, sizeof record->%s%s);\n", record,
			   walk->group->name, path, at, path, at, path, at);
	else if (shared_is_array(field))
		gen_printf(text, "memcpy(fields->%s%s, record->%s%s, sizeof fields->%s%s);\n", path, at, path, at, path, at);
	else
		gen_printf(text, "fields->%s%s = record->%s%s;\n", path, at, path, at);
}

static void emit_merge_field(struct merge_walk *walk, const struct model_struct *owner, const char *path,
			     const struct model_field *field, struct gen_text *text);

/* An inline struct: its mask, then those of its fields that the patch holds. */
static void emit_merge_nested(struct merge_walk *walk, const char *path, const struct model_field *field,
                              struct gen_text *text)
{
	const struct model_struct *inner = field->type.record;
	bool image = shared_is_image(walk->group);
	size_t own_n = (gen_fields_n(inner) + 63) / 64;
	char inner_path[512];

	snprintf(inner_path, sizeof inner_path, "%s%s.", path, field->name);
	if (own_n == 0)
		own_n = 1;
	gen_printf(text, "%s(shared->%s.%s + %zu, present->%sbits, %zu);\n", image ? "fg_words_or" : "fg_present_or",
		   walk->group->place, image ? "words" : "present", walk->present_at, inner_path, own_n);
	walk->present_at += own_n;
	for (size_t i = 0; i < inner->fields_n; i++)
		if (gen_field_listed(&inner->fields[i]))
			emit_merge_field(walk, inner, inner_path, &inner->fields[i], text);
}

static void emit_merge_field(struct merge_walk *walk, const struct model_struct *owner, const char *path,
			     const struct model_field *field, struct gen_text *text)
{
	bool nested = gen_field_nested(field);
	bool braces = nested || field->count;
	char constant[128], mask[600];

	gen_name_field(owner, field, constant);
	if (*path)
		snprintf(mask, sizeof mask, "&present->%.*s", (int)strlen(path) - 1, path);
	else
		snprintf(mask, sizeof mask, "present");
	gen_printf(text, "if (%s_has(%s, %s))%s\n", owner->name, mask, constant, braces ? " {" : "");
	text->depth++;
	if (nested)
		emit_merge_nested(walk, path, field, text);
	else
		emit_copy_in(walk, path, field, text);
	if (field->count)
		emit_copy_in(walk, path, field->count, text);
	text->depth--;
	if (braces)
		gen_printf(text, "}\n");
}

void shared_emit_lock(const struct shared_group *group, bool write, bool lock, struct gen_text *text)
{
	const char *verb = lock ? "lock" : "unlock";

	if (group->policy == MODEL_POLICY_SNAPSHOT)
		gen_printf(text, "fg_seq_%s(&shared->%s.sequence);\n", verb, group->place);
	else if (group->policy == MODEL_POLICY_OWNER)
		gen_printf(text, "fg_owner_%s(&shared->%s.sequence);\n", lock ? "begin" : "end", group->place);
	else if (group->policy == MODEL_POLICY_MUTEX)
		gen_printf(text, "fg_mutex_%s(&shared->%s.lock);\n", verb, group->place);
	else
		gen_printf(text, "fg_rwlock_%s_%s(&shared->%s.lock);\n", write ? "write" : "read", verb, group->place);
}

void shared_emit_group_locals(const struct shared_form *form, const struct shared_group *group, bool reading,
			      struct gen_text *text)
{
	if (!reading) {
		gen_printf(text, "const uint64_t bits[%zu] = {", form->bits_n);
		for (size_t w = 0; w < form->bits_n; w++)
			gen_printf(text, "%spresent->bits[%zu] & 0x%llxu", w ? ", " : "", w,
				   (unsigned long long)shared_mask(form, group, w));
		gen_printf(text, "};\n");
	}
	if (shared_is_image(group))
		gen_printf(text, "%s_Atomic uint64_t *fields = shared->%s.words + %zu;\n", reading ? "const " : "", group->place,
			   group->present_n);
	else
		gen_printf(text, "%sstruct %s_%s *fields = &shared->%s.fields;\n", reading ? "const " : "", form->record->name,
			   group->name, group->place);
}

void shared_emit_own_bits(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	bool image = shared_is_image(group);

	gen_printf(text, "%s(shared->%s.%s, bits, %zu);\n", image ? "fg_words_or" : "fg_present_or", group->place,
		   image ? "words" : "present", form->bits_n);
}

static void emit_merge_group(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	struct merge_walk walk = {form, group, form->bits_n};

	gen_printf(text, "static void %s_merge_%s(struct %s_shared *shared, const %s *record, const struct %s_present *present)\n{\n",
		   record->name, group->name, record->name, record->c_name, record->name);
	text->depth = 1;
	shared_emit_group_locals(form, group, false, text);
	gen_printf(text, "\nif (!%s", form->bits_n > 1 ? "(" : "");
	for (size_t w = 0; w < form->bits_n; w++)
		gen_printf(text, "%sbits[%zu]", w ? " | " : "", w);
	gen_printf(text, "%s)\n\treturn;\n", form->bits_n > 1 ? ")" : "");
	if (group == form->owner)
		shared_emit_owned(form, NULL, text);
	shared_emit_lock(group, true, true, text);
	shared_emit_probe_group(form, group, true, text);
	shared_emit_own_bits(form, group, text);
	for (size_t i = 0; i < group->fields_n; i++)
		if (gen_field_listed(group->fields[i].field))
			emit_merge_field(&walk, record, "", group->fields[i].field, text);
	shared_emit_lock(group, true, false, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* Is there anything in the atomics' place that a merge stores without asking? */
static bool any_plain_atomic(const struct shared_form *form)
{
	return form->atomics_n > form->states_n;
}

/* Marks scalars as merged, behind their values. */
static void emit_publish(const struct shared_form *form, const char *place, const struct model_field *const *fields,
                         size_t n, struct gen_text *text)
{
	for (size_t w = 0; w < form->bits_n; w++) {
		uint64_t mask = shared_mask_of(form, fields, n, w);

		if (mask)
			gen_printf(text, "fg_present_publish(&shared->%s.present[%zu], present->bits[%zu] & 0x%llxu);\n",
			           place, w, w, (unsigned long long)mask);
	}
}

/* Fields that one store each takes in: atomics without states, the owner's scalars. */
static void emit_merge_stores(const struct shared_form *form, const char *place,
                              const struct model_field *const *fields, size_t n, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	const struct model_field **stored = shared_fields_alloc(n);
	size_t stored_n = 0;
	char constant[128];

	gen_printf(text, "static void %s_merge_%s(struct %s_shared *shared, const %s *record, const struct %s_present *present)\n{\n",
		   record->name, place, record->name, record->c_name, record->name);
	text->depth = 1;
	for (size_t i = 0; i < n; i++) {
		if (fields[i]->tag.states_n)
			continue;
		stored[stored_n++] = fields[i];
		gen_name_field(record, fields[i], constant);
		gen_printf(text, "if (%s_has(present, %s))\n\t%s_store_%s(shared, record->%s);\n", record->name, constant,
		           record->name, fields[i]->name, fields[i]->name);
	}
	emit_publish(form, strcmp(place, "owned") == 0 ? "owner" : place, stored, stored_n, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
	free(stored);
}

/* The point of a state that has changed. */
static void emit_advanced(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	char before[300], after[300];

	snprintf(before, sizeof before, "%s_values_%s[from]", form->record->name, field->name);
	snprintf(after, sizeof after, "record->%s", field->name);
	gen_printf(text, "\tif (FG_WATCHED(%s) && from != to)\n", form->record->name);
	text->depth += 2;
	shared_emit_probe(form, field, before, after, text);
	text->depth -= 2;
}

/* States that the patch advances: all are looked at before the first is changed. */
static void emit_merge_states(const struct shared_form *form, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	char constant[128], place[160];

	gen_printf(text, "static int %s_merge_states(struct %s_shared *shared, const %s *record, const struct %s_present *present, "
		   "struct fg_refusal *ret_refusal)\n{\n", record->name, record->name, record->c_name, record->name);
	text->depth = 1;
	gen_printf(text, "unsigned from, to;\n\n");
	for (size_t pass = form->states_n > 1 ? 0 : 1; pass < 2; pass++) {
		for (size_t i = 0; i < form->states_n; i++) {
			const struct model_field *field = form->states[i];

			gen_name_field(record, field, constant);
			shared_atomic_place(field, place);
			gen_printf(text, "if (%s_has(present, %s)) {\n", record->name, constant);
			gen_printf(text, "\tto = %s_number_%s(record->%s);\n", record->name, field->name, field->name);
			gen_printf(text, "\tif (fg_states_%s(&shared->%s, %s_changes_%s, to, &from))\n", pass ? "advance" : "look",
			           place, record->name, field->name);
			gen_printf(text, "\t\treturn fg_refuse(ret_refusal, \"$.%s\", \"a change that states does not allow\", "
			           "%s_names_%s[from], %s_names_%s[to]);\n", field->json_name, record->name, field->name,
			           record->name, field->name);
			if (pass)
				emit_advanced(form, field, text);
			gen_printf(text, "}\n");
		}
	}
	emit_publish(form, "atomics", form->states, form->states_n, text);
	gen_printf(text, "return 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* What can be refused comes first, and with it refused nothing else is merged. */
static void emit_merge_ruled(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;
	bool states = form->states_n > 0;

	if (states)
		emit_merge_states(form, text);
	if (!form->once)
		return;
	gen_printf(text, "static int %s_merge_once(struct %s_shared *shared, const %s *record, const struct %s_present *present, "
		   "struct fg_refusal *ret_refusal)\n{\n", name, name, form->record->c_name, name);
	text->depth = 1;
	gen_printf(text, "bool written = true;\nint rc;\n\n");
	for (size_t w = 0; w < form->bits_n; w++)
		if (shared_mask(form, form->once, w))
			gen_printf(text, "written &= !(present->bits[%zu] & 0x%llxu & ~fg_once_bits(&shared->once.present[%zu]));\n", w,
			           (unsigned long long)shared_mask(form, form->once, w), w);
	gen_printf(text, "/* Nothing to write: no lock. */\nif (!written)\n\tfg_mutex_lock(&shared->once.lock);\n");
	gen_printf(text, "rc = %s_check_once(shared, record, present, ret_refusal);\n", name);
	if (states)
		gen_printf(text, "if (!rc)\n\trc = %s_merge_states(shared, record, present, ret_refusal);\n", name);
	gen_printf(text, "if (!rc && !written)\n\t%s_put_once(shared, record, present);\n", name);
	gen_printf(text, "if (!written)\n\tfg_mutex_unlock(&shared->once.lock);\nreturn rc;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_merge_all(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;
	bool refuses = gen_refuses(form->record), fails = gen_merge_fails(form->record);

	gen_printf(text, "%s %s_merge(struct %s_shared *shared, const %s *record, const struct %s_present *present%s)\n{\n",
	           fails ? "int" : "void", name, name, form->record->c_name, name,
	           refuses ? ", struct fg_refusal *ret_refusal" : "");
	text->depth = 1;
	gen_printf(text, "struct %s_present all;\n", name);
	if (form->published)
		gen_printf(text, "struct %s_block *block;\n", name);
	if (fails)
		gen_printf(text, "int rc;\n");
	gen_printf(text, "\nif (!present) {\n\t%s_present_all(&all);\n\tpresent = &all;\n}\n", name);
	if (form->published)
		gen_printf(text, "rc = %s_prepare_snapshot(shared, record, present, &block);\nif (rc)\n\treturn rc;\n", name);
	if (refuses)
		gen_printf(text, "rc = %s_merge_%s(shared, record, present, ret_refusal);\nif (rc%s)\n\t%s;\n", name,
		           form->once ? "once" : "states", form->published ? " && block" : "",
		           form->published ? "fg_publish_drop(&shared->snapshot, block)" : "return rc");
	if (refuses && form->published)
		gen_printf(text, "if (rc)\n\treturn rc;\n");
	if (form->published) {
		gen_printf(text, "if (block) {\n");
		text->depth++;
		shared_emit_probe_published(form, text);
		gen_printf(text, "fg_publish_commit(&shared->snapshot, block);\n");
		text->depth--;
		gen_printf(text, "}\n");
	}
	for (size_t i = 0; i < form->groups_n; i++)
		if (&form->groups[i] != form->once)
			gen_printf(text, "%s_merge_%s(shared, record, present);\n", name, form->groups[i].name);
	if (form->owned_n)
		gen_printf(text, "%s_merge_owned(shared, record, present);\n", name);
	if (any_plain_atomic(form))
		gen_printf(text, "%s_merge_atomics(shared, record, present);\n", name);
	if (fails)
		gen_printf(text, "return 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void shared_emit_merge(const struct shared_form *form, struct gen_text *text)
{
	for (size_t i = 0; i < form->groups_n; i++)
		if (&form->groups[i] != form->once)
			emit_merge_group(form, &form->groups[i], text);
	if (form->owned_n)
		emit_merge_stores(form, "owned", form->owned, form->owned_n, text);
	if (any_plain_atomic(form))
		emit_merge_stores(form, "atomics", form->atomics, form->atomics_n, text);
	emit_merge_ruled(form, text);
	emit_merge_all(form, text);
}

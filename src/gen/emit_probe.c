/*
 * emit_probe.c - the points at which generated code tells what it writes: <fieldguard/usdt.h>
 *
 * What only a watcher needs, the value before above all, stands behind FG_WATCHED; where both values are at hand
 * anyway, the point stands alone.
 */
#include "gen/shared_form.h"

#include <stdio.h>

/* Does a point tell its values? */
static bool is_scalar(const struct model_field *field)
{
	enum model_kind kind = field->type.kind;

	if (field->shape != MODEL_SHAPE_ONE || field->bitfield || field->type.size > 8)
		return false;
	return kind == MODEL_KIND_INT || kind == MODEL_KIND_BOOL || kind == MODEL_KIND_ENUM || kind == MODEL_KIND_FLOAT;
}

void shared_emit_probe(const struct shared_form *form, const struct model_field *field, const char *before,
                       const char *after, struct gen_text *text)
{
	const char *name = form->record->name;
	char constant[128];

	gen_name_field(form->record, field, constant);
	if (is_scalar(field))
		gen_printf(text, "FG_PROBE(%s, shared, %s, %s, %s);\n", name, constant, before, after);
	else
		gen_printf(text, "FG_PROBE_WHOLE(%s, shared, %s);\n", name, constant);
}

/* A field of a group, from where the new values are: "record->", "group->". */
static void emit_in_group(const struct shared_form *form, const struct shared_group *group,
                          const struct model_field *field, const char *from, struct gen_text *text)
{
	const char *name = form->record->name, *f = field->name;
	char before[300], after[300], constant[128];

	snprintf(before, sizeof before, "fields->%s", f);
	snprintf(after, sizeof after, "%s%s", from, f);
	if (!shared_is_image(group) || !is_scalar(field)) {
		shared_emit_probe(form, field, before, after, text);
		return;
	}
	gen_name_field(form->record, field, constant);
	gen_printf(text, "FG_PROBE_WORDS(%s, shared, %s, %s, fields, offsetof(struct %s_%s, %s), %s);\n", name, constant,
	           field->type.c_name, name, group->name, f, after);
}

void shared_emit_probe_group(const struct shared_form *form, const struct shared_group *group, bool patch,
                             struct gen_text *text)
{
	char constant[128];

	gen_printf(text, "if (FG_WATCHED(%s)) {\n", form->record->name);
	text->depth++;
	for (size_t i = 0; i < group->fields_n; i++) {
		const struct model_field *field = group->fields[i].field;

		if (!gen_field_listed(field))
			continue;
		gen_name_field(form->record, field, constant);
		if (patch)
			gen_printf(text, "if (%s_has(present, %s))\n", form->record->name, constant);
		text->depth += patch;
		emit_in_group(form, group, field, patch ? "record->" : "group->", text);
		text->depth -= patch;
	}
	text->depth--;
	gen_printf(text, "}\n");
}

void shared_emit_probe_published(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text, "if (FG_WATCHED(%s)) {\n", name);
	text->depth++;
	gen_printf(text, "const struct %s_block *was = atomic_load_explicit(&shared->snapshot.block, memory_order_relaxed);\n\n",
	           name);
	gen_printf(text, "(void)was;\n");
	for (size_t i = 0; i < form->published->fields_n; i++) {
		const struct model_field *field = form->published->fields[i].field;
		char before[700], after[300], constant[128];

		if (!gen_field_listed(field))
			continue;
		snprintf(before, sizeof before, "was ? was->record.%s : (%s)0", field->name, field->type.c_name);
		snprintf(after, sizeof after, "block->record.%s", field->name);
		gen_name_field(form->record, field, constant);
		gen_printf(text, "if (%s_has(present, %s))\n", name, constant);
		text->depth++;
		shared_emit_probe(form, field, before, after, text);
		text->depth--;
	}
	text->depth--;
	gen_printf(text, "}\n");
}

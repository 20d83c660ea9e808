/* emit_once.c - fields that are written once: their place, T_set_F and T_get_F, and how a merge is held against them
 *
 * A field's presence bit is its state: it is set behind the field, and nobody writes the field any more. */
#include "gen/shared_form.h"

#include <stdio.h>

/* A field's bit in its presence word: "present[0]", 0x4. */
static size_t word_of(const struct shared_form *form, const struct model_field *field)
{
	return gen_field_index(form->record, field) / 64;
}

static unsigned long long bit_of(const struct shared_form *form, const struct model_field *field)
{
	return 1ULL << gen_field_index(form->record, field) % 64;
}

/* Words of the masks of inline structs, all together. */
static size_t nested_words(const struct shared_form *form)
{
	return form->once->present_n - form->bits_n;
}

void shared_emit_once_place(const struct shared_form *form, unsigned line_size, struct gen_text *text)
{
	gen_printf(text, "/* written once, then constant */\nalignas(%u) struct {\n", line_size);
	text->depth = 2;
	gen_printf(text, "struct fg_mutex lock; /* keeps writers apart */\n");
	gen_printf(text, "_Atomic uint64_t present[%zu]; /* a field's bit is set behind the field, for good */\n", form->bits_n);
	if (nested_words(form))
		gen_printf(text, "uint64_t nested[%zu]; /* masks of inline structs, written with them */\n", nested_words(form));
	gen_printf(text, "struct %s_once fields;\n", form->record->name);
	text->depth = 1;
	gen_printf(text, "} once;\n");
}

/* ---- one field ----------------------------------------------------------------------------------------------- */

static void emit_set_prototype(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	const char *name = form->record->name, *type = field->type.c_name;
	bool fixed = field->shape == MODEL_SHAPE_FIXED;

	gen_printf(text, "int %s_set_%s(struct %s_shared *shared, ", name, field->name, name);
	if (field->type.kind == MODEL_KIND_CHARS && fixed)
		gen_printf(text, "char (*value)[%zu]", field->type.size);
	else if (fixed || field->type.kind == MODEL_KIND_STRUCT || field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "const %s *value", type);
	else
		gen_printf(text, "%s value", type);
	if (field->count)
		gen_printf(text, ", %s %s", field->count->type.c_name, field->count->name);
	gen_printf(text, ")");
}

static void emit_get(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	const char *name = form->record->name, *type = field->type.c_name;
	bool fixed = field->shape == MODEL_SHAPE_FIXED, chars = field->type.kind == MODEL_KIND_CHARS;

	gen_printf(text, "\n/*\n * Returns: %s, constant from then on for as long as the shared record lives; NULL: never written.\n",
	           fixed ? "the first item" : chars ? "the NUL-terminated text" : "the value");
	if (field->count)
		gen_printf(text, " * ret_%s: the number of items; not NULL; untouched with NULL.\n", field->count->name);
	gen_printf(text, " * Threads: any; never waits. Acquire.\n * Cost: one load; reading the value is a plain load.\n */\n");
	if (chars && fixed)
		gen_printf(text, "static inline const char (*%s_get_%s(const struct %s_shared *shared", name, field->name, name);
	else
		gen_printf(text, "static inline const %s *%s_get_%s(const struct %s_shared *shared", type, name, field->name, name);
	if (field->count)
		gen_printf(text, ", %s *ret_%s", field->count->type.c_name, field->count->name);
	gen_printf(text, ")");
	if (chars && fixed)
		gen_printf(text, ")[%zu]", field->type.size);
	gen_printf(text, "\n{\n");
	text->depth = 1;
	gen_printf(text, "if (!(fg_once_bits(&shared->once.present[%zu]) & 0x%llxu))\n\treturn NULL;\n", word_of(form, field),
	           bit_of(form, field));
	if (field->count)
		gen_printf(text, "*ret_%s = shared->once.fields.%s;\n", field->count->name, field->count->name);
	gen_printf(text, "return %sshared->once.fields.%s;\n", shared_is_array(field) ? "" : "&", field->name);
	text->depth = 0;
	gen_printf(text, "}\n");
}

void shared_emit_once_header(const struct shared_form *form, struct gen_text *text)
{
	gen_printf(text, "\n/* ---- what is written once, then constant ---- */\n");
	for (size_t i = 0; i < form->once->fields_n; i++) {
		const struct model_field *field = form->once->fields[i].field;
		bool chars = field->type.kind == MODEL_KIND_CHARS && field->shape == MODEL_SHAPE_ONE;

		if (!gen_field_listed(field))
			continue;
		gen_printf(text, "\n/*\n * Writes %s for good, and marks it present. Of any number of threads one gets 0.\n", field->name);
		if (chars)
			gen_printf(text, " * value: NUL-terminated.\n");
		if (field->shape == MODEL_SHAPE_FIXED)
			gen_printf(text, " * value: %s%zu items.\n", field->count ? "at most " : "", field->fixed_n);
		gen_printf(text, " * Returns: 0; -EEXIST: it was written before%s.\n",
		           chars         ? "; -EINVAL: the text is too long"
		           : field->count ? "; -EINVAL: too many items"
		                          : "");
		gen_printf(text, " * Threads: any; waits for another that writes. Release. A checked build"
			   " reports a second value that differs from the first.\n */\n");
		emit_set_prototype(form, field, text);
		gen_printf(text, ";\n");
		emit_get(form, field, text);
	}
}

/* ---- is it the same? ----------------------------------------------------------------------------------------- */

static void emit_same_items(const struct model_field *field, const char *a, const char *b, struct gen_text *text)
{
	const char *f = field->name;
	char one[600], other[600], what[16] = "";
	bool fixed = field->shape == MODEL_SHAPE_FIXED;

	if (fixed)
		snprintf(what, sizeof what, "[i]");
	snprintf(one, sizeof one, "%s%s%s", a, f, what);
	snprintf(other, sizeof other, "%s%s%s", b, f, what);
	if (field->count)
		gen_printf(text, "if (%s%s != %s%s)\n\treturn false;\n", a, field->count->name, b, field->count->name);
	if (fixed && field->count)
		gen_printf(text, "for (size_t i = 0; i < %zu && i < (size_t)%s%s; i++)\n", field->fixed_n, a, field->count->name);
	else if (fixed)
		gen_printf(text, "for (size_t i = 0; i < %zu; i++)\n", field->fixed_n);
	text->depth += fixed;
	if (field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "if (strncmp(%s, %s, %zu) != 0)\n\treturn false;\n", one, other, field->type.size);
	else if (field->type.kind == MODEL_KIND_STRUCT)
		gen_printf(text, "if (!%s_same(&%s, &%s))\n\treturn false;\n", field->type.record->name, one, other);
	else if (field->type.kind == MODEL_KIND_FLOAT)
		gen_printf(text, "if (memcmp(&%s, &%s, sizeof %s) != 0)\n\treturn false;\n", one, other, one);
	else
		gen_printf(text, "if (%s != %s)\n\treturn false;\n", one, other);
	text->depth -= fixed;
}

static bool holds(const struct model_field *field, const struct model_struct *record)
{
	if (!gen_field_listed(field) || field->type.kind != MODEL_KIND_STRUCT)
		return false;
	if (field->type.record == record)
		return true;
	for (size_t i = 0; i < field->type.record->fields_n; i++)
		if (holds(&field->type.record->fields[i], record))
			return true;
	return false;
}

/* Is a value of it compared whole? An inline struct of a record is compared field by field instead, by its mask. */
static bool compared(const struct model_field *field, const struct model_struct *record)
{
	if (!gen_field_nested(field))
		return holds(field, record);
	for (size_t i = 0; i < field->type.record->fields_n; i++)
		if (compared(&field->type.record->fields[i], record))
			return true;
	return false;
}

void shared_emit_same(const struct model *model, const struct model_struct *record, struct gen_text *text)
{
	bool needed = false;

	for (size_t i = 0; i < model->structs_n; i++) {
		const struct model_struct *user = model->structs[i];

		for (size_t k = 0; gen_public(user) && user->shareable && k < user->fields_n; k++)
			needed |= user->fields[k].tag.policy == MODEL_POLICY_ONCE && compared(&user->fields[k], record);
	}
	if (!needed)
		return;
	gen_printf(text, "/* The same in every field that takes part; floats bit by bit. */\n");
	gen_printf(text, "static bool %s_same(const %s *a, const %s *b)\n{\n", record->name, record->c_name, record->c_name);
	text->depth = 1;
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_listed(&record->fields[i]))
			emit_same_items(&record->fields[i], "a->", "b->", text);
	gen_printf(text, "return true;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* What the patch says of a field, and of the fields of an inline struct, must be what is there. Paths end in '.' or
 * are empty; nested_at counts masks as they lie in the place. */
static void emit_agrees(const char *path, const struct model_field *field, size_t *nested_at, struct gen_text *text)
{
	char a[600], b[600], constant[128];

	if (!gen_field_nested(field)) {
		snprintf(a, sizeof a, "shared->once.fields.%s", path);
		snprintf(b, sizeof b, "record->%s", path);
		emit_same_items(field, a, b, text);
		return;
	}

	const struct model_struct *inner = field->type.record;
	size_t own_n = (gen_fields_n(inner) + 63) / 64;
	char inner_path[512], mask[600];

	snprintf(inner_path, sizeof inner_path, "%s%s.", path, field->name);
	snprintf(mask, sizeof mask, "present->%s%s", path, field->name);
	for (size_t w = 0; w < own_n; w++)
		gen_printf(text, "if (%s.bits[%zu] & ~shared->once.nested[%zu])\n\treturn false;\n", mask, w, *nested_at + w);
	*nested_at += own_n ? own_n : 1;
	for (size_t i = 0; i < inner->fields_n; i++) {
		if (!gen_field_listed(&inner->fields[i]))
			continue;
		gen_name_field(inner, &inner->fields[i], constant);
		gen_printf(text, "if (%s_has(&%s, %s)) {\n", inner->name, mask, constant);
		text->depth++;
		emit_agrees(inner_path, &inner->fields[i], nested_at, text);
		text->depth--;
		gen_printf(text, "}\n");
	}
}

static void emit_agrees_functions(const struct shared_form *form, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	size_t nested_at = 0;

	for (size_t i = 0; i < form->once->fields_n; i++) {
		const struct model_field *field = form->once->fields[i].field;

		if (!gen_field_listed(field))
			continue;
		gen_printf(text, "/* Does the patch say of %s what was written? */\n", field->name);
		gen_printf(text, "static bool %s_agrees_%s(const struct %s_shared *shared, const %s *record, "
			   "const struct %s_present *present)\n{\n", record->name, field->name, record->name, record->c_name, record->name);
		text->depth = 1;
		gen_printf(text, "(void)present;\n");
		emit_agrees("", field, &nested_at, text);
		gen_printf(text, "return true;\n");
		text->depth = 0;
		gen_printf(text, "}\n\n");
	}
}

/* ---- merge and read ------------------------------------------------------------------------------------------ */

static void emit_check(const struct shared_form *form, struct gen_text *text)
{
	const struct model_struct *record = form->record;

	emit_agrees_functions(form, text);
	gen_printf(text, "/* Holds the patch against the fields that are written already. Returns: 0 or -EPERM. */\n");
	gen_printf(text, "static int %s_check_once(const struct %s_shared *shared, const %s *record, const struct %s_present *present, "
		   "struct fg_refusal *ret_refusal)\n{\n", record->name, record->name, record->c_name, record->name);
	text->depth = 1;
	for (size_t i = 0; i < form->once->fields_n; i++) {
		const struct model_field *field = form->once->fields[i].field;
		size_t w = word_of(form, field);

		if (!gen_field_listed(field))
			continue;
		gen_printf(text, "if (present->bits[%zu] & fg_once_bits(&shared->once.present[%zu]) & 0x%llxu &&\n"
			   "    !%s_agrees_%s(shared, record, present))\n", w, w, bit_of(form, field), record->name, field->name);
		gen_printf(text, "\treturn fg_refuse(ret_refusal, \"$.%s\", "
			   "\"another value than the one that was written once\", NULL, NULL);\n",
		           field->json_name);
	}
	gen_printf(text, "return 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_copy(const struct model_field *field, const char *to, const char *from, struct gen_text *text)
{
	if (shared_is_array(field))
		gen_printf(text, "memcpy(%s%s, %s%s, sizeof %s%s);\n", to, field->name, from, field->name, to, field->name);
	else
		gen_printf(text, "%s%s = %s%s;\n", to, field->name, from, field->name);
	if (field->count)
		gen_printf(text, "%s%s = %s%s;\n", to, field->count->name, from, field->count->name);
}

static void emit_put(const struct shared_form *form, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	size_t nested_at = 0;
	char before[300], after[300];

	gen_printf(text, "/* Writes what is not there yet: under the lock, behind the check. */\n");
	gen_printf(text, "static void %s_put_once(struct %s_shared *shared, const %s *record, const struct %s_present *present)\n{\n",
	           record->name, record->name, record->c_name, record->name);
	text->depth = 1;
	for (size_t i = 0; i < form->once->fields_n; i++) {
		const struct model_field *field = form->once->fields[i].field;
		size_t w = word_of(form, field);

		if (!gen_field_listed(field))
			continue;
		gen_printf(text, "if (present->bits[%zu] & ~fg_once_bits(&shared->once.present[%zu]) & 0x%llxu) {\n", w, w,
		           bit_of(form, field));
		text->depth++;
		if (gen_field_nested(field)) {
			size_t n = shared_present_words(field->type.record);

			gen_printf(text, "memcpy(shared->once.nested + %zu, &present->%s, sizeof present->%s);\n", nested_at, field->name,
			           field->name);
			nested_at += n;
		}
		snprintf(before, sizeof before, "(%s)0", field->type.c_name);
		snprintf(after, sizeof after, "record->%s", field->name);
		shared_emit_probe(form, field, before, after, text);
		emit_copy(field, "shared->once.fields.", "record->", text);
		gen_printf(text, "atomic_fetch_or_explicit(&shared->once.present[%zu], 0x%llxu, memory_order_release);\n", w,
		           bit_of(form, field));
		text->depth--;
		gen_printf(text, "}\n");
	}
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_get_all(const struct shared_form *form, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	size_t nested_at = 0;

	gen_printf(text, "static void %s_get_once(const struct %s_shared *shared, %s *ret_record, struct %s_present *ret_present)\n{\n",
	           record->name, record->name, record->c_name, record->name);
	text->depth = 1;
	gen_printf(text, "uint64_t bits[%zu];\n\n", form->bits_n);
	for (size_t w = 0; w < form->bits_n; w++)
		gen_printf(text, "bits[%zu] = fg_once_bits(&shared->once.present[%zu]);\nret_present->bits[%zu] |= bits[%zu];\n",
		           w, w, w, w);
	for (size_t i = 0; i < form->once->fields_n; i++) {
		const struct model_field *field = form->once->fields[i].field;
		const char *f = field->name;
		bool nested = gen_field_nested(field);

		if (!gen_field_listed(field))
			continue;
		gen_printf(text, "if (bits[%zu] & 0x%llxu) {\n", word_of(form, field), bit_of(form, field));
		text->depth++;
		emit_copy(field, "ret_record->", "shared->once.fields.", text);
		if (nested)
			gen_printf(text, "memcpy(&ret_present->%s, shared->once.nested + %zu, sizeof ret_present->%s);\n", f, nested_at, f);
		text->depth--;
		gen_printf(text, "} else {\n");
		text->depth++;
		gen_printf(text, "memset(&ret_record->%s, 0, sizeof ret_record->%s);\n", f, f);
		if (field->count)
			gen_printf(text, "ret_record->%s = 0;\n", field->count->name);
		if (nested)
			gen_printf(text, "memset(&ret_present->%s, 0, sizeof ret_present->%s);\n", f, f);
		text->depth--;
		gen_printf(text, "}\n");
		nested_at += nested ? shared_present_words(field->type.record) : 0;
	}
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* ---- T_set_F --------------------------------------------------------------------------------------------------- */

/* The value a setter was given, put into a record that only it sees: then a setter is a merge of one field. */
static void emit_take_value(const struct model_field *field, struct gen_text *text)
{
	const char *f = field->name;
	bool fixed = field->shape == MODEL_SHAPE_FIXED;

	if (fixed && field->count)
		gen_printf(text, "if ((size_t)%s > %zu)\n\treturn -EINVAL;\n"
			   "memcpy(record.%s, value, (size_t)%s * sizeof record.%s[0]);\nrecord.%s = %s;\n",
		           field->count->name, field->fixed_n, f, field->count->name, f, field->count->name,
		           field->count->name);
	else if (fixed)
		gen_printf(text, "memcpy(record.%s, value, sizeof record.%s);\n", f, f);
	else if (field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "if (strnlen(value, %zu) == %zu)\n\treturn -EINVAL;\nstrcpy(record.%s, value);\n", field->type.size,
		           field->type.size, f);
	else
		gen_printf(text, "record.%s = %svalue;\n", f, field->type.kind == MODEL_KIND_STRUCT ? "*" : "");
}

static void emit_set(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	const char *name = record->name;
	size_t w = word_of(form, field);
	char all[128];

	emit_set_prototype(form, field, text);
	gen_printf(text, "\n{\n");
	text->depth = 1;
	gen_printf(text, "struct %s_present present = {.bits = {[%zu] = 0x%llxu}};\n%s record = {0};\nint rc = 0;\n\n", name, w,
	           bit_of(form, field), record->c_name);
	emit_take_value(field, text);
	if (gen_field_nested(field)) {
		gen_name_present_all(field->type.record, all);
		gen_printf(text, "%s(&present.%s);\n", all, field->name);
	}
	gen_printf(text, "fg_mutex_lock(&shared->once.lock);\n");
	gen_printf(text, "if (fg_once_bits(&shared->once.present[%zu]) & 0x%llxu)\n\trc = -EEXIST;\nelse\n"
		   "\t%s_put_once(shared, &record, &present);\n", w, bit_of(form, field), name);
	gen_printf(text, "fg_mutex_unlock(&shared->once.lock);\n");
	gen_printf(text, "FG_ONCE_BROKEN(rc && !%s_agrees_%s(shared, &record, &present), shared, \"%s\", \"%s.%s\");\nreturn rc;\n",
	           name, field->name, name, name, field->name);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void shared_emit_once_source(const struct shared_form *form, struct gen_text *text)
{
	emit_check(form, text);
	emit_put(form, text);
	emit_get_all(form, text);
	for (size_t i = 0; i < form->once->fields_n; i++)
		if (gen_field_listed(form->once->fields[i].field))
			emit_set(form, form->once->fields[i].field, text);
}

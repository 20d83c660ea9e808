/*
 * emit_copy.c - T_copy: a record whose memory is all its own
 *
 * T_own replaces, in a record that was copied as it stands, each pointer by one to a copy, and makes zero what takes no
 * part in conversion. Structs that hold neither have none: there an assignment is a copy.
 */
#include "gen/codec_form.h"

#include <stdio.h>

/* Does a copy hold this field? (converted, or the count of one that is) */
static bool is_kept(const struct model_field *field)
{
	return gen_field_listed(field) || (field->counts && gen_field_listed(field->counts));
}

/* Bit-fields hold no pointer and are copied with the rest. */
static bool is_cleared(const struct model_field *field)
{
	return !is_kept(field) && !field->bitfield && field->size_bits;
}

static bool item_owns(const struct model_field *field)
{
	enum model_kind kind = field->type.kind;

	return kind == MODEL_KIND_STR || kind == MODEL_KIND_CSTR ||
	       (kind == MODEL_KIND_STRUCT && gen_owns(field->type.record));
}

static bool field_owns(const struct model_field *field)
{
	return is_cleared(field) ||
	       (gen_field_listed(field) && (field->shape == MODEL_SHAPE_POINTER || field->shape == MODEL_SHAPE_ARRAY ||
	                                    field->count || item_owns(field)));
}

bool gen_owns(const struct model_struct *record)
{
	if (record->has_pointers)
		return true;
	/* Without pointers the counts alone ask for nothing. */
	for (size_t i = 0; i < record->fields_n; i++)
		if (is_cleared(&record->fields[i]) ||
		    (gen_field_listed(&record->fields[i]) && item_owns(&record->fields[i])))
			return true;
	return false;
}

static void emit_checked(struct gen_text *text)
{
	gen_printf(text, "if (rc)\n\treturn rc;\n");
}

/* One item, at `target`. */
static void emit_own_item(const struct model_field *field, const char *target, struct gen_text *text)
{
	if (!item_owns(field))
		return;
	if (field->type.kind == MODEL_KIND_CSTR)
		gen_printf(text, "rc = fg_copy_cstr(c, %s, &string);\n", target);
	else if (field->type.kind == MODEL_KIND_STR)
		gen_printf(text, "rc = fg_copy_str(c, &%s);\n", target);
	else
		gen_printf(text, "rc = %s_own(c, &%s);\n", field->type.record->name, target);
	emit_checked(text);
	if (field->type.kind == MODEL_KIND_CSTR)
		gen_printf(text, "%s = string;\n", target);
}

static void emit_own_items(const struct model_field *field, const char *items, const char *n, struct gen_text *text)
{
	char target[200]; /* items are named in at most 159 */

	if (!item_owns(field))
		return;
	snprintf(target, sizeof target, "%s[i]", items);
	gen_printf(text, "for (size_t i = 0; i < %s; i++) {\n", n);
	text->depth++;
	emit_own_item(field, target, text);
	text->depth--;
	gen_printf(text, "}\n");
}

/* Refuses a count that the array can't hold. */
static void emit_count(const struct model_field *field, struct gen_text *text)
{
	const char *count = field->count->name;

	gen_printf(text, "n = (size_t)r->%s;\nif (", count);
	if (field->count->type.is_signed)
		gen_printf(text, "r->%s < 0 || ", count);
	if (field->shape == MODEL_SHAPE_FIXED)
		gen_printf(text, "n > %zu", field->fixed_n);
	else
		gen_printf(text, field->count->type.is_signed ? "(n > 0 && !r->%s)" : "n > 0 && !r->%s", field->name);
	gen_printf(text, ")\n\treturn -EINVAL;\n");
}

/* What the field points to, into the arena: one value, or n items. */
static void emit_own_pointer(const struct model_field *field, struct gen_text *text)
{
	bool array = field->shape == MODEL_SHAPE_ARRAY;
	char pointer[256], type[256];

	gen_pointer_to(&field->type, "to", pointer);
	gen_type_name(&field->type, type);
	gen_printf(text, "if (r->%s) {\n", field->name);
	text->depth++;
	gen_printf(text, "%s = fg_copy_items(c, r->%s, %s, sizeof *to, _Alignof(%s));\n\n", pointer, field->name,
	           array ? "n" : "1", type);
	gen_printf(text, "if (!to)\n\treturn -ENOMEM;\n");
	if (array)
		emit_own_items(field, "to", "n", text);
	else
		emit_own_item(field, "to[0]", text);
	gen_printf(text, "r->%s = to;\n", field->name);
	text->depth--;
	gen_printf(text, "}\n");
}

static void emit_own_field(const struct model_field *field, struct gen_text *text)
{
	char target[160], n[32] = "n";

	if (is_cleared(field)) {
		gen_printf(text, "memset((char *)r + %llu, 0, %llu);", (unsigned long long)field->offset_bits / 8,
		           (unsigned long long)field->size_bits / 8);
		gen_printf(text, field->name && *field->name ? " /* %s */\n" : "\n", field->name);
		return;
	}
	if (!gen_field_listed(field))
		return;
	if (field->count)
		emit_count(field, text);
	snprintf(target, sizeof target, "r->%s", field->name);
	if (field->shape == MODEL_SHAPE_POINTER || field->shape == MODEL_SHAPE_ARRAY) {
		emit_own_pointer(field, text);
	} else if (field->shape == MODEL_SHAPE_ONE) {
		emit_own_item(field, target, text);
	} else if (item_owns(field)) {
		if (!field->count)
			snprintf(n, sizeof n, "%zu", field->fixed_n);
		emit_own_items(field, target, n, text);
		if (field->count)
			gen_printf(text, "memset(r->%s + n, 0, (%zu - n) * sizeof *r->%s);\n", field->name, field->fixed_n,
			           field->name);
	}
}

/* The locals that the fields' code needs. */
static void emit_locals(const struct model_struct *record, struct gen_text *text)
{
	bool counts = false, strings = false, calls = false;

	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (!gen_field_listed(field))
			continue;
		counts |= field->count != NULL;
		strings |= field->type.kind == MODEL_KIND_CSTR;
		calls |= item_owns(field);
	}
	if (counts)
		gen_printf(text, "size_t n;\n");
	if (strings)
		gen_printf(text, "char *string;\n");
	if (calls)
		gen_printf(text, "int rc;\n");
	if (counts || strings || calls)
		gen_printf(text, "\n");
}

static void emit_own(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "/* Makes all that *r points to its own. On failure *r is to be thrown away. */\n");
	gen_printf(text, "static int %s_own(struct fg_copier *c, %s *r)\n{\n", record->name, record->c_name);
	text->depth = 1;
	emit_locals(record, text);
	gen_printf(text, "if (c->depth == 0)\n\treturn -EINVAL;\nc->depth--;\n");
	for (size_t i = 0; i < record->fields_n; i++)
		if (field_owns(&record->fields[i]))
			emit_own_field(&record->fields[i], text);
	gen_printf(text, "c->depth++;\nreturn 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void gen_emit_copy_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	(void)output;
	if (!gen_owns(record)) {
		gen_printf(text,
		           "\n/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a "
		           "*ret_record of its own. */\n");
		gen_printf(
		    text,
		    "static inline int %s_copy(const %s *from, struct fg_arena *arena, %s *ret_record)\n{\n\t(void)arena;\n"
		    "\t*ret_record = *from;\n\treturn 0;\n}\n",
		    name, record->c_name, record->c_name);
		return;
	}
	gen_printf(
	    text,
	    "\n/*\n * Copies a record and all that it points to: the copy does not need the memory that from was decoded from and "
	    "into. NULL stays NULL; what two pointers point to is "
	    "copied twice; fields that take no part in conversion become zero (bit-fields are copied).\n"
	    " * arena: gets what the copy points to, and keeps part of it on failure%s. ret_record: may be from.\n"
	    " * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than %d structs in each other: a circle). On "
	    "failure *ret_record is as it was.\n"
	    " * Threads: any number at once on one from while none writes it; each with an arena and a *ret_record of its "
	    "own.\n"
	    " * Owner: what the copy points to belongs to the arena.\n"
	    " * Cost: one pass; one piece of the arena for each string, array and value pointed to.\n */\n",
	    record->has_pointers ? "" : "; may be NULL, this type needs none", GEN_COPY_DEPTH_MAX);
	gen_printf(text, "int %s_copy(const %s *from, struct fg_arena *arena, %s *ret_record);\n", name, record->c_name,
	           record->c_name);
}

void gen_emit_copy_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	bool large = record->size > GEN_STACK_RECORD_MAX;
	const char *name = record->name;

	(void)output;
	if (!gen_owns(record))
		return;
	emit_own(record, text);
	if (!gen_public(record))
		return;
	gen_printf(text, "int %s_copy(const %s *from, struct fg_arena *arena, %s *ret_record)\n{\n", name, record->c_name,
	           record->c_name);
	text->depth = 1;
	gen_printf(text, "struct fg_copier c = {arena, FG_COPY_DEPTH_MAX};\n");
	if (large)
		gen_printf(text, "%s *record = fg_copy_items(&c, from, 1, sizeof *record, _Alignof(%s));\n", record->c_name,
		           record->c_name);
	else
		gen_printf(text, "%s record;\n", record->c_name);
	gen_printf(text, "int rc;\n\nFG_FILL(ret_record, \"%s\");\n", name);
	if (large)
		gen_printf(text, "if (!record)\n\treturn -ENOMEM;\n");
	else
		gen_printf(text, "memcpy(&record, from, sizeof record);\n");
	gen_printf(text, "rc = %s_own(&c, %srecord);\n", name, large ? "" : "&");
	emit_checked(text);
	gen_printf(text, "memcpy(ret_record, %srecord, sizeof *ret_record);\nreturn 0;\n", large ? "" : "&");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

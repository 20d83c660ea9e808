/*
 * emit_encode.c - the encoders
 *
 * Every member is written with a comma before it, in one literal with its name; the first one's comma becomes the
 * opening bracket at the end (fg_enc_close). So what is left out costs no test of "is this the first?".
 */
#include "gen/codec_form.h"

#include <stdio.h>
#include <string.h>

/* Can writing one element fail for a reason that has a place in the record? */
static bool fallible(const struct model_field *field)
{
	switch (field->type.kind) {
	case MODEL_KIND_BOOL:
	case MODEL_KIND_INT:
	case MODEL_KIND_OTHER:
		return false;
	case MODEL_KIND_ENUM:
		return !field->tag.enum_number;
	default:
		return true;
	}
}

static void emit_number(const struct model_field *field, const char *source, struct gen_text *text)
{
	if (field->type.kind == MODEL_KIND_BOOL)
		gen_printf(text, "fg_enc_bool(e, %s);\n", source);
	else if (field->type.kind == MODEL_KIND_FLOAT)
		gen_printf(text, "fg_enc_%s(e, %s);\n", field->type.size == 4 ? "float" : "double", source);
	else if (field->tag.time)
		gen_printf(text, "fg_enc_time(e, %s);\n", source);
	else if (field->tag.duration)
		gen_printf(text, "fg_enc_duration(e, %s);\n", source);
	else
		gen_printf(text, "fg_enc_%s(e, %s);\n", field->type.is_signed ? "int" : "uint", source);
}

static void emit_enum(const struct model_field *field, const char *source, struct gen_text *text)
{
	char name[128];

	gen_name_enum(field->type.enumeration, name);
	name[strlen(name) - strlen("_names")] = '\0';
	if (!field->tag.enum_number)
		gen_printf(text, "%s_encode_name(e, %s);\n", name, source);
	else if (field->type.enumeration->is_signed)
		gen_printf(text, "fg_enc_int(e, (int64_t)%s);\n", source);
	else
		gen_printf(text, "fg_enc_uint(e, (uint64_t)%s);\n", source);
}

/* One element. source: an expression of its type, in parentheses where it needs them. */
static void emit_one(const struct model_field *field, const char *source, const char *mask, struct gen_text *text)
{
	bool quoted = field->tag.quoted && !field->tag.mapkey;

	if (quoted)
		gen_printf(text, "fg_enc_text(e, \"\\\"\", 1);\n");
	switch (field->type.kind) {
	case MODEL_KIND_BOOL:
	case MODEL_KIND_INT:
	case MODEL_KIND_FLOAT:
		emit_number(field, source, text);
		break;
	case MODEL_KIND_ENUM:
		emit_enum(field, source, text);
		break;
	case MODEL_KIND_CHARS:
		gen_printf(text, "fg_enc_str(e, %s, strnlen(%s, sizeof %s));\n", source, source, source);
		break;
	case MODEL_KIND_STR:
		if (field->tag.raw)
			gen_printf(text, "fg_enc_raw(e, %s);\n", source);
		else
			gen_printf(text, "fg_enc_str(e, %s.ptr, %s.len);\n", source, source);
		break;
	case MODEL_KIND_CSTR:
		gen_printf(text, "fg_enc_str(e, %s, %s ? strlen(%s) : 0);\n", source, source, source);
		break;
	case MODEL_KIND_STRUCT:
		gen_printf(text, "%s_encode_object(e, &%s, %s);\n", field->type.record->name, source, mask);
		break;
	case MODEL_KIND_OTHER:
		break;
	}
	if (quoted)
		gen_printf(text, "fg_enc_text(e, \"\\\"\", 1);\n");
}

/* The value of a field. from: "r" or "item". fail: statements for a failure inside it. */
static void emit_value(const struct model_struct *record, const struct model_field *field, const char *from,
                       const char *mask, const char *fail, struct gen_text *text)
{
	char source[160];

	if (gen_field_array(field)) {
		gen_printf(text, "%s_encode_%s(e, %s);\n", record->name, field->name, from);
	} else if (field->shape == MODEL_SHAPE_POINTER) {
		snprintf(source, sizeof source, "(*%s->%s)", from, field->name);
		gen_printf(text, "if (!%s->%s) {\n\tfg_enc_text(e, \"null\", 4);\n} else {\n", from, field->name);
		text->depth++;
		emit_one(field, source, "NULL", text);
		text->depth--;
		gen_printf(text, "}\n");
	} else {
		snprintf(source, sizeof source, "%s->%s", from, field->name);
		emit_one(field, source, mask, text);
	}
	if (fallible(field) || gen_field_array(field))
		gen_printf(text, "if (!fg_enc_ok(e)) {\n\t%s\n\treturn;\n}\n", fail);
}

/* The condition under which `omitempty` leaves a field out. */
static void emit_empty(const struct model_field *field, struct gen_text *text)
{
	const char *name = field->name;

	if (field->count)
		gen_printf(text, "r->%s == 0", field->count->name);
	else if (field->shape == MODEL_SHAPE_POINTER)
		gen_printf(text, "!r->%s", name);
	else if (field->shape == MODEL_SHAPE_FIXED || field->type.kind == MODEL_KIND_STRUCT)
		gen_printf(text, "fg_enc_all_zero(&r->%s, sizeof r->%s)", name, name);
	else if (field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "r->%s[0] == '\\0'", name);
	else if (field->type.kind == MODEL_KIND_STR)
		gen_printf(text, "r->%s.len == 0", name);
	else if (field->type.kind == MODEL_KIND_CSTR)
		gen_printf(text, "(!r->%s || *r->%s == '\\0')", name, name);
	else if (field->type.kind == MODEL_KIND_BOOL)
		gen_printf(text, "!r->%s", name);
	else
		gen_printf(text, "r->%s == 0", name);
}

/* "if (" the field is to be written */
static void emit_condition(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	char constant[128];

	gen_name_field(record, field, constant);
	gen_printf(text, field->tag.omitempty ? "if ((!m || %s_has(m, %s)) && !(" : "if (!m || %s_has(m, %s))",
	           record->name, constant);
	if (field->tag.omitempty) {
		emit_empty(field, text);
		gen_printf(text, "))");
	}
}

/* ---- arrays ------------------------------------------------------------------------------------------------------ */

/* The number of items into n, refused where the record's arrays can't hold it. */
static void emit_items_n(const struct model_field *field, struct gen_text *text)
{
	const char *count = field->count ? field->count->name : NULL;

	if (!count) {
		gen_printf(text, "size_t n = %zu;\n\n", field->fixed_n);
		return;
	}
	gen_printf(text, "size_t n = (size_t)r->%s;\n\n", count);
	gen_printf(text, "if (");
	if (field->count->type.is_signed)
		gen_printf(text, "r->%s < 0 || ", count);
	if (field->shape == MODEL_SHAPE_FIXED)
		gen_printf(text, "n > %zu", field->fixed_n);
	else
		gen_printf(text, field->count->type.is_signed ? "(n > 0 && !r->%s)" : "n > 0 && !r->%s", field->name);
	gen_printf(text,
	           ") {\n\tfg_enc_fail(e, FG_ERR_ENCODE, \"the count is more than the array holds\");\n\treturn;\n}\n");
	if (field->shape == MODEL_SHAPE_ARRAY && field->tag.null_absent)
		gen_printf(text, "if (!r->%s) {\n\tfg_enc_text(e, \"null\", 4);\n\treturn;\n}\n", field->name);
}

/* The name of a map's member. */
static void emit_key(const struct model_field *key, struct gen_text *text)
{
	char source[160];

	snprintf(source, sizeof source, "item->%s", key->name);
	if (key->type.kind == MODEL_KIND_STR || key->type.kind == MODEL_KIND_CSTR)
		gen_printf(text, "if (!%s%s)\n\tfg_enc_fail(e, FG_ERR_ENCODE, \"a member without a name\");\n", source,
		           key->type.kind == MODEL_KIND_STR ? ".ptr" : "");
	if (key->type.kind == MODEL_KIND_INT)
		gen_printf(text, "fg_enc_text(e, \"\\\"\", 1);\n");
	emit_one(key, source, "NULL", text);
	gen_printf(text, key->type.kind == MODEL_KIND_INT ? "fg_enc_text(e, \"\\\":\", 2);\n"
	                                                  : "fg_enc_text(e, \":\", 1);\n");
	if (key->type.kind != MODEL_KIND_INT)
		gen_printf(text, "if (!fg_enc_ok(e)) {\n\tfg_enc_in_item(e, i);\n\treturn;\n}\n");
}

static void emit_item(const struct model_field *field, struct gen_text *text)
{
	const struct model_field *key = field->tag.map ? gen_map_key(field->type.record) : NULL;
	const struct model_field *value = field->tag.map ? gen_map_value(field->type.record) : NULL;

	if (key)
		emit_key(key, text);
	if (value) {
		emit_value(field->type.record, value, "item", "NULL", "fg_enc_in_item(e, i);", text);
		return;
	}
	emit_one(field, "(*item)", "NULL", text);
	if (fallible(field))
		gen_printf(text, "if (!fg_enc_ok(e)) {\n\tfg_enc_in_item(e, i);\n\treturn;\n}\n");
}

static void emit_array(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	char pointer[256];

	gen_pointer_to(&field->type, "item", pointer);
	gen_printf(text, "/* %s.%s, brackets included */\n", record->c_name, field->name);
	gen_printf(text, "static void %s_encode_%s(struct fg_enc *e, const %s *r)\n{\n\tsize_t start = e->out->len;\n",
	           record->name, field->name, record->c_name);
	text->depth = 1;
	emit_items_n(field, text);
	gen_printf(text, "for (size_t i = 0; i < n; i++) {\n");
	text->depth++;
	if (field->type.kind == MODEL_KIND_CSTR)
		gen_printf(text, "%schar *const *item = &r->%s[i];\n\n", field->type.is_const ? "const " : "",
		           field->name);
	else
		gen_printf(text, "const %s = &r->%s[i];\n\n", pointer, field->name);
	gen_printf(text, "fg_enc_text(e, \",\", 1);\n");
	emit_item(field, text);
	text->depth--;
	gen_printf(text, "}\nfg_enc_close(e, start, \"%s\");\n", field->tag.map ? "{}" : "[]");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* ---- objects and tuples ------------------------------------------------------------------------------------------ */

static void emit_member(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	struct gen_text fail = {0};
	char mask[320] = "NULL";
	size_t len;

	gen_printf(&fail, "fg_enc_in_field(e, ");
	gen_literal(&fail, field->json_name, strlen(field->json_name));
	gen_printf(&fail, ");");
	if (gen_field_nested(field))
		snprintf(mask, sizeof mask, "m ? &m->%s : NULL", field->name);
	emit_condition(record, field, text);
	gen_printf(text, " {\n");
	text->depth++;
	gen_printf(text, "fg_enc_text(e, ");
	gen_json_literal(text, ",", field->json_name, ":", &len);
	gen_printf(text, ", %zu);\n", len);
	emit_value(record, field, "r", mask, fail.data, text);
	text->depth--;
	gen_printf(text, "}\n");
	gen_text_fini(&fail);
}

/* Items have no names: all are written up to the last one that is present. */
static void emit_tuple(const struct model_struct *record, struct gen_text *text)
{
	size_t position = 0;
	char fail[64], mask[320];

	for (size_t i = 0; i < record->fields_n; i++) {
		if (!gen_field_member(record, &record->fields[i]))
			continue;
		emit_condition(record, &record->fields[i], text);
		gen_printf(text, "\n\tn = %zu;\n", ++position);
	}
	position = 0;
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (!gen_field_member(record, field))
			continue;
		snprintf(fail, sizeof fail, "fg_enc_in_item(e, %zu);", position);
		snprintf(mask, sizeof mask, gen_field_nested(field) ? "m ? &m->%s : NULL" : "NULL", field->name);
		gen_printf(text, "if (n > %zu) {\n", position++);
		text->depth++;
		gen_printf(text, "fg_enc_text(e, \",\", 1);\n");
		emit_value(record, field, "r", mask, fail, text);
		text->depth--;
		gen_printf(text, "}\n");
	}
}

static void emit_encode_object(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "/* The fields of *r that m names; NULL: all. */\n");
	gen_printf(text,
	           "static void %s_encode_object(struct fg_enc *e, const %s *r, const struct %s_present *m)\n{\n"
	           "\tsize_t start = e->out->len;\n",
	           record->name, record->c_name, record->name);
	text->depth = 1;
	if (record->tag.tuple)
		gen_printf(text, "size_t n = 0;\n");
	gen_printf(text, "\n");
	if (gen_fields_n(record) == 0)
		gen_printf(text, "(void)r;\n(void)m;\n");
	if (record->tag.tuple)
		emit_tuple(record, text);
	for (size_t i = 0; !record->tag.tuple && i < record->fields_n; i++)
		if (gen_field_member(record, &record->fields[i]))
			emit_member(record, &record->fields[i], text);
	gen_printf(text, "fg_enc_close(e, start, \"%s\");\n", record->tag.tuple ? "[]" : "{}");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void gen_emit_encode_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	unsigned uses = gen_uses(output->model, record);

	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_array_used(record, &record->fields[i], uses))
			emit_array(record, &record->fields[i], text);
	if (uses & GEN_USED_OBJECT)
		emit_encode_object(record, text);
	if (!gen_public(record))
		return;
	gen_printf(text,
	           "int %s_encode(const %s *record, const struct %s_present *present, struct fg_buffer *out, "
	           "struct fg_error *ret_error)\n{\n",
	           record->name, record->c_name, record->name);
	gen_printf(
	    text,
	    "\tstruct fg_error error;\n\tstruct fg_enc e;\n\n\tfg_enc_begin(&e, out, ret_error ? ret_error : &error);\n"
	    "\t%s_encode_object(&e, record, present);\n\treturn fg_enc_end(&e);\n}\n\n",
	    record->name);
}

/* emit_value.c - code that decodes one value of each kind, and the defaults */
#include "gen/codec_form.h"

#include <fieldguard/codec.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool gen_field_array(const struct model_field *field)
{
	return field->shape == MODEL_SHAPE_FIXED || field->shape == MODEL_SHAPE_ARRAY;
}

void gen_type_name(const struct model_type *type, char ret[256])
{
	if (type->kind == MODEL_KIND_CHARS)
		snprintf(ret, 256, "char[%zu]", type->size);
	else if (type->kind == MODEL_KIND_CSTR)
		snprintf(ret, 256, "%schar *", type->is_const ? "const " : "");
	else
		snprintf(ret, 256, "%s", type->c_name);
}

void gen_pointer_to(const struct model_type *type, const char *name, char ret[256])
{
	if (type->kind == MODEL_KIND_CHARS)
		snprintf(ret, 256, "char (*%s)[%zu]", name, type->size);
	else if (type->kind == MODEL_KIND_CSTR)
		snprintf(ret, 256, "%schar **%s", type->is_const ? "const " : "", name);
	else
		snprintf(ret, 256, "%.150s *%.100s", type->c_name, name);
}

static void emit_checked(const char *fail, struct gen_text *text)
{
	gen_printf(text, "if (!p)\n\t%s\n", fail);
}

/* The masks of fg_mold_*. */
static void mold_mask(const struct model_field *field, char ret[64])
{
	static const char *const names[] = {
	    [MODEL_MOLD_TRIM] = "FG_MOLD_TRIM",
	    [MODEL_MOLD_LOWER] = "FG_MOLD_LOWER",
	    [MODEL_MOLD_UPPER] = "FG_MOLD_UPPER",
	};
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < field->tag.molds_n; i++)
		len += (size_t)snprintf(ret + len, 64 - len, "%s%s", i ? " | " : "", names[field->tag.molds[i]]);
}

static void emit_integer(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	const struct model_type *type = &field->type;
	unsigned bits = (unsigned)type->size * 8;

	gen_printf(text, "{\n\t%s value;\n\n", type->is_signed ? "int64_t" : "uint64_t");
	text->depth++;
	if (field->tag.time)
		gen_printf(text, "p = fg_dec_time(d, p, &value);\n");
	else if (field->tag.duration)
		gen_printf(text, "p = fg_dec_duration(d, p, &value);\n");
	else if (type->is_signed)
		gen_printf(text, "p = fg_dec_int(d, p, INT%u_MIN, INT%u_MAX, \"out of range for %s\", &value);\n", bits,
		           bits, type->c_name);
	else
		gen_printf(text, "p = fg_dec_uint(d, p, UINT%u_MAX, \"out of range for %s\", &value);\n", bits,
		           type->c_name);
	emit_checked(fail, text);
	gen_printf(text, "%s = (%s)value;\n", target, type->c_name);
	text->depth--;
	gen_printf(text, "}\n");
}

static void emit_enum(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	char names[128];

	gen_name_enum(field->type.enumeration, names);
	gen_printf(text, "{\n\tint64_t value;\n\n");
	text->depth++;
	gen_printf(text, "p = fg_dec_enum(d, p, %s, sizeof %s / sizeof *%s, &value);\n", names, names, names);
	emit_checked(fail, text);
	gen_printf(text, "%s = (%s)value;\n", target, field->type.c_name);
	text->depth--;
	gen_printf(text, "}\n");
}

/* A string whose NULL is JSON null. */
static void emit_string(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	bool cstr = field->type.kind == MODEL_KIND_CSTR;
	char molds[64];

	mold_mask(field, molds);
	gen_printf(text, "if (fg_dec_is_null(d, p)) {\n\t%s = %s;\n\tp += 4;\n} else {\n", target,
	           cstr ? "NULL" : "(struct fg_str){ NULL, 0 }");
	text->depth++;
	if (molds[0])
		gen_printf(text, "const char *start = p;\n");
	if (cstr)
		gen_printf(text, "char *string = NULL;\n\np = fg_dec_cstr(d, p, &string);\n");
	else
		gen_printf(text, "%sp = fg_dec_str(d, p, &%s);\n", molds[0] ? "\n" : "", target);
	if (molds[0] && cstr)
		gen_printf(text, "if (!p || !fg_mold_cstr(d, start, &string, %s))\n\t%s\n", molds, fail);
	else if (molds[0])
		gen_printf(text, "if (!p || !fg_mold_str(d, start, &%s, %s))\n\t%s\n", target, molds, fail);
	else
		emit_checked(fail, text);
	if (cstr)
		gen_printf(text, "%s = string;\n", target);
	text->depth--;
	gen_printf(text, "}\n");
}

static void emit_chars(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	char molds[64];

	gen_printf(text, "p = fg_dec_chars(d, p, %s, sizeof %s, %s);\n", target, target,
	           field->tag.truncate ? "true" : "false");
	emit_checked(fail, text);
	mold_mask(field, molds);
	if (molds[0])
		gen_printf(text, "fg_mold_chars(%s, sizeof %s, %s);\n", target, target, molds);
}

/* One element: what an array's item, a pointer's target and a plain field have in common. */
static void emit_one(const struct model_field *field, const char *target, const char *mask, const char *fail,
                     struct gen_text *text)
{
	bool quoted = field->tag.quoted && !field->tag.mapkey;

	if (quoted) {
		gen_printf(text, "p = fg_dec_quote(d, p);\n");
		emit_checked(fail, text);
	}
	switch (field->type.kind) {
	case MODEL_KIND_BOOL:
		gen_printf(text, "p = fg_dec_bool(d, p, &%s);\n", target);
		emit_checked(fail, text);
		break;
	case MODEL_KIND_INT:
		emit_integer(field, target, fail, text);
		break;
	case MODEL_KIND_FLOAT:
		gen_printf(text, "p = fg_dec_%s(d, p, &%s);\n", field->type.size == 4 ? "float" : "double", target);
		emit_checked(fail, text);
		break;
	case MODEL_KIND_ENUM:
		emit_enum(field, target, fail, text);
		break;
	case MODEL_KIND_CHARS:
		emit_chars(field, target, fail, text);
		break;
	case MODEL_KIND_STR:
		if (!field->tag.raw) {
			emit_string(field, target, fail, text);
			break;
		}
		gen_printf(text, "p = fg_dec_raw(d, p, &%s);\n", target);
		emit_checked(fail, text);
		break;
	case MODEL_KIND_CSTR:
		emit_string(field, target, fail, text);
		break;
	case MODEL_KIND_STRUCT:
		gen_printf(text, "p = %s_decode_object(d, p, &%s, %s);\n", field->type.record->name, target, mask);
		emit_checked(fail, text);
		break;
	case MODEL_KIND_OTHER:
		break;
	}
	if (quoted) {
		gen_printf(text, "p = fg_dec_quote(d, p);\n");
		emit_checked(fail, text);
	}
}

static void emit_pointer(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	char pointer[256], type[256];

	gen_pointer_to(&field->type, "made", pointer);
	gen_type_name(&field->type, type);
	gen_printf(text, "if (fg_dec_is_null(d, p)) {\n\t%s = NULL;\n\tp += 4;\n} else {\n", target);
	text->depth++;
	gen_printf(text, "%s = fg_dec_alloc(d, p, sizeof *made, _Alignof(%s));\n\n", pointer, type);
	gen_printf(text, "if (!made)\n\t%s\n", fail);
	emit_one(field, "*made", "NULL", fail, text);
	gen_printf(text, "%s = made;\n", target);
	text->depth--;
	gen_printf(text, "}\n");
}

void gen_emit_decode_value(const struct model_struct *record, const struct model_field *field, const char *target,
                           const char *mask, const char *fail, struct gen_text *text)
{
	if (gen_field_array(field)) {
		size_t owner = strlen(target) - strlen(field->name) - 2;

		/* The target is r->FIELD or item->FIELD: the function takes the record. */
		gen_printf(text, "p = %s_decode_%s(d, p, %.*s);\n", record->name, field->name, (int)owner, target);
		emit_checked(fail, text);
	} else if (field->shape == MODEL_SHAPE_POINTER) {
		emit_pointer(field, target, fail, text);
	} else {
		emit_one(field, target, mask, fail, text);
	}
}

/* ---- one element of an array ------------------------------------------------------------------------------------- */

/* The name of a map's member, at the item's key. It is a string in any case, so it is read as one. */
static void emit_map_key(const struct model_field *key, struct gen_text *text)
{
	const char *fail = "return fg_dec_in_item(d, n);";
	char target[160];

	snprintf(target, sizeof target, "item->%s", key->name);
	if (key->type.kind == MODEL_KIND_INT) {
		gen_printf(text, "p = fg_dec_quote(d, p);\n");
		emit_checked(fail, text);
	}
	emit_one(key, target, "NULL", fail, text);
	if (key->type.kind == MODEL_KIND_INT) {
		gen_printf(text, "p = fg_dec_quote(d, p);\n");
		emit_checked(fail, text);
	}
	gen_printf(text, "p = fg_dec_colon(d, p);\n");
	emit_checked(fail, text);
}

void gen_emit_decode_item(const struct model_field *field, struct gen_text *text)
{
	const char *fail = "return fg_dec_in_item(d, n);";
	const struct model_field *key, *value;
	char target[160];

	if (!field->tag.map) {
		emit_one(field, "*item", "NULL", fail, text);
		return;
	}
	key = gen_map_key(field->type.record);
	value = gen_map_value(field->type.record);
	if (key)
		emit_map_key(key, text);
	if (!value) {
		emit_one(field, "*item", "NULL", fail, text);
		return;
	}
	snprintf(target, sizeof target, "item->%s", value->name);
	if (value->tag.null_absent && value->shape != MODEL_SHAPE_ARRAY) {
		gen_printf(text, "if (fg_dec_is_null(d, p)) {\n\tp += 4;\n");
		text->depth++;
		gen_emit_default(value, target, fail, text);
		text->depth--;
		gen_printf(text, "} else {\n");
		text->depth++;
	}
	gen_emit_decode_value(field->type.record, value, target, "NULL", fail, text);
	if (value->tag.null_absent && value->shape != MODEL_SHAPE_ARRAY) {
		text->depth--;
		gen_printf(text, "}\n");
	}
}

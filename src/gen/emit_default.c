/* emit_default.c - what absent fields are set to: defaults, written as C */
#include "gen/codec_form.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void emit_integer(const struct model_field *field, const char *target, uint64_t bits, struct gen_text *text)
{
	if (!field->type.is_signed)
		gen_printf(text, "%s = %" PRIu64 "u;\n", target, bits);
	else if (bits == (uint64_t)INT64_MIN)
		gen_printf(text, "%s = INT64_MIN;\n", target);
	else
		gen_printf(text, "%s = %" PRId64 ";\n", target, (int64_t)bits);
}

static void emit_float(const struct model_field *field, const char *target, double value, struct gen_text *text)
{
	bool narrow = field->type.size == sizeof(float);
	char number[64];

	snprintf(number, sizeof number, narrow ? "%.9g" : "%.17g", value);
	gen_printf(text, "%s = %s%s%s;\n", target, number, strpbrk(number, ".e") ? "" : ".0", narrow ? "f" : "");
}

static void emit_enum(const struct model_field *field, const char *target, uint64_t bits, struct gen_text *text)
{
	const struct model_enum *enumeration = field->type.enumeration;

	for (size_t i = 0; i < enumeration->items_n; i++) {
		if ((uint64_t)enumeration->items[i].value == bits) {
			gen_printf(text, "%s = %s;\n", target, enumeration->items[i].c_name);
			return;
		}
	}
}

/* model_check has read all defaults and refused the model where one can't hold. */
static uint64_t default_bits(const struct model_field *field)
{
	uint64_t bits = 0;
	bool holds = model_default_bits(field, &bits);

	assert(holds);
	(void)holds;
	return bits;
}

static double default_double(const struct model_field *field)
{
	double value = 0;
	bool holds = model_default_double(field, &value);

	assert(holds);
	(void)holds;
	return value;
}

static void emit_cstr(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	const char *given = field->tag.default_text;

	if (field->type.is_const) {
		gen_printf(text, "%s = ", target);
		gen_literal(text, given, strlen(given));
		gen_printf(text, ";\n");
		return;
	}
	/* The user may write to it. */
	gen_printf(text, "%s = fg_dec_alloc(d, p, %zu, 1);\nif (!%s)\n\t%s\nmemcpy(%s, ", target, strlen(given) + 1,
	           target, fail, target);
	gen_literal(text, given, strlen(given));
	gen_printf(text, ", %zu);\n", strlen(given) + 1);
}

void gen_emit_default(const struct model_field *field, const char *target, const char *fail, struct gen_text *text)
{
	const char *given = field->tag.default_text;
	const struct model_struct *record = field->type.record;
	bool exact = field->shape == MODEL_SHAPE_FIXED && !field->count;

	if (field->type.kind == MODEL_KIND_STRUCT && (field->shape == MODEL_SHAPE_ONE || exact) &&
	    gen_has_defaults(record)) {
		if (exact)
			gen_printf(text,
			           "for (size_t i = 0; i < %zu; i++)\n\tif (!%s_defaults(d, p, &%s[i]))\n\t\t%s\n",
			           field->fixed_n, record->name, target, fail);
		else
			gen_printf(text, "if (!%s_defaults(d, p, &%s))\n\t%s\n", record->name, target, fail);
		return;
	}
	if (!given || field->shape != MODEL_SHAPE_ONE)
		return;
	switch (field->type.kind) {
	case MODEL_KIND_BOOL:
		gen_printf(text, "%s = %s;\n", target, default_bits(field) ? "true" : "false");
		break;
	case MODEL_KIND_INT:
		emit_integer(field, target, default_bits(field), text);
		break;
	case MODEL_KIND_FLOAT:
		emit_float(field, target, default_double(field), text);
		break;
	case MODEL_KIND_ENUM:
		emit_enum(field, target, default_bits(field), text);
		break;
	case MODEL_KIND_CHARS:
		gen_printf(text, "memcpy(%s, ", target);
		gen_literal(text, given, strlen(given));
		gen_printf(text, ", %zu);\n", strlen(given) + 1);
		break;
	case MODEL_KIND_STR:
		gen_printf(text, "%s = (struct fg_str){ ", target);
		gen_literal(text, given, strlen(given));
		gen_printf(text, ", %zu };\n", strlen(given));
		break;
	case MODEL_KIND_CSTR:
		emit_cstr(field, target, fail, text);
		break;
	case MODEL_KIND_STRUCT:
	case MODEL_KIND_OTHER:
		break;
	}
}

bool gen_field_has_default(const struct model_field *field)
{
	bool inlined = field->shape == MODEL_SHAPE_ONE || (field->shape == MODEL_SHAPE_FIXED && !field->count);

	if (!gen_field_listed(field) || !inlined)
		return false;
	if (field->type.kind == MODEL_KIND_STRUCT)
		return gen_has_defaults(field->type.record);
	return field->tag.default_text && field->shape == MODEL_SHAPE_ONE;
}

bool gen_has_defaults(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_has_default(&record->fields[i]))
			return true;
	return false;
}

bool gen_defaults_used(const struct model *model, const struct model_struct *record)
{
	if (!gen_has_defaults(record))
		return false;
	for (size_t i = 0; i < model->structs_n; i++) {
		const struct model_struct *holder = model->structs[i];

		for (size_t k = 0; k < holder->fields_n; k++) {
			const struct model_field *field = &holder->fields[k];

			unsigned uses =
			    field->type.record == record && gen_field_has_default(field) ? gen_uses(model, holder) : 0;

			if ((uses & GEN_USED_OBJECT) ||
			    ((uses & GEN_USED_ENTRY) && field->tag.mapvalue && field->tag.null_absent))
				return true;
		}
	}
	return false;
}

void gen_emit_defaults_source(const struct model_struct *record, struct gen_text *text)
{
	char target[160];

	gen_printf(text, "/* The defaults of all fields, for a %s that stands inline in an absent field. */\n",
	           record->c_name);
	gen_printf(text, "static const char *%s_defaults(struct fg_dec *d, const char *p, %s *r)\n{\n", record->name,
	           record->c_name);
	text->depth = 1;
	gen_printf(text, "(void)d;\n");
	for (size_t i = 0; i < record->fields_n; i++) {
		if (!gen_field_listed(&record->fields[i]))
			continue;
		snprintf(target, sizeof target, "r->%s", record->fields[i].name);
		gen_emit_default(&record->fields[i], target, "return NULL;", text);
	}
	gen_printf(text, "return p;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

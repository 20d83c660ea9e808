/* emit_default.c - what absent fields are set to: a default's text is read here, by the decoder's own functions, and
 * written as C */
#include "gen/codec_form.h"

#include <fieldguard/codec.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A default's text as the one item of a JSON array, so that the decoder can be asked what it means. */
struct reader {
	struct fg_dec d;
	struct fg_error error;
	char *json;
	const char *p;
};

static bool reader_open(struct reader *reader, const char *text, bool quoted)
{
	int n = asprintf(&reader->json, quoted ? "[\"%s\"]" : "[%s]", text);

	if (n < 0)
		return false;
	reader->p = fg_dec_begin(&reader->d, reader->json, (size_t)n, NULL, NULL, &reader->error);
	if (reader->p)
		reader->p = fg_dec_array(&reader->d, reader->p);
	return reader->p != NULL;
}

static void emit_integer(const struct model_field *field, const char *target, struct gen_text *text)
{
	const char *given = field->tag.default_text;
	struct reader reader = {0};
	uint64_t magnitude = 0;
	int64_t value = 0;

	if (!reader_open(&reader, given, field->tag.time || field->tag.duration))
		;
	else if (field->tag.time)
		fg_dec_time(&reader.d, reader.p, &value);
	else if (field->tag.duration)
		fg_dec_duration(&reader.d, reader.p, &value);
	else if (field->type.is_signed)
		fg_dec_int(&reader.d, reader.p, INT64_MIN, INT64_MAX, "", &value);
	else
		fg_dec_uint(&reader.d, reader.p, UINT64_MAX, "", &magnitude);
	if (!field->type.is_signed)
		gen_printf(text, "%s = %" PRIu64 "u;\n", target, magnitude);
	else if (value == INT64_MIN)
		gen_printf(text, "%s = INT64_MIN;\n", target);
	else
		gen_printf(text, "%s = %" PRId64 ";\n", target, value);
	free(reader.json);
}

static void emit_float(const struct model_field *field, const char *target, struct gen_text *text)
{
	struct reader reader = {0};
	double value = 0;
	float narrow = 0;
	char number[64];

	if (reader_open(&reader, field->tag.default_text, false)) {
		if (field->type.size == 4)
			fg_dec_float(&reader.d, reader.p, &narrow);
		else
			fg_dec_double(&reader.d, reader.p, &value);
	}
	if (field->type.size == 4)
		snprintf(number, sizeof number, "%.9g", (double)narrow);
	else
		snprintf(number, sizeof number, "%.17g", value);
	gen_printf(text, "%s = %s%s%s;\n", target, number, strpbrk(number, ".e") ? "" : ".0",
	           field->type.size == 4 ? "f" : "");
	free(reader.json);
}

static void emit_enum(const struct model_field *field, const char *target, struct gen_text *text)
{
	const struct model_enum *enumeration = field->type.enumeration;
	const char *given = field->tag.default_text;
	char *end;
	int64_t number = strtoll(given, &end, 0);

	for (size_t i = 0; i < enumeration->items_n; i++) {
		const struct model_enumerator *item = &enumeration->items[i];

		if (strcmp(item->json_name, given) == 0 || strcmp(item->c_name, given) == 0 ||
		    (end != given && *end == '\0' && item->value == number)) {
			gen_printf(text, "%s = %s;\n", target, item->c_name);
			return;
		}
	}
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
		gen_printf(text, "%s = %s;\n", target, strcmp(given, "true") == 0 ? "true" : "false");
		break;
	case MODEL_KIND_INT:
		emit_integer(field, target, text);
		break;
	case MODEL_KIND_FLOAT:
		emit_float(field, target, text);
		break;
	case MODEL_KIND_ENUM:
		emit_enum(field, target, text);
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

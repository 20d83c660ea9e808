/*
 * emit_decode.c - the decoders
 *
 * T_decode_object is straight-line code: it expects the members in the order of the struct's fields, one comparison of
 * constant length a name. Where another name stands, the names of the fields that follow are tried (messages often lack
 * fields, but keep their order); where none of WINDOW fits, a switch over a perfect hash jumps to that field's code,
 * and from there it goes on in order. So each field's code exists once, behind a label.
 */
#include "gen/codec_form.h"

#include <stdio.h>
#include <string.h>

static size_t words_n(const struct model_struct *record)
{
	return (gen_fields_n(record) + 63) / 64;
}

/* The test of a field's bit: "seen0 & 0x4u". */
static void seen_bit(const struct model_struct *record, const struct model_field *field, const char *mask, char ret[64])
{
	size_t index = gen_field_index(record, field);

	snprintf(ret, 64, "%s%zu & 0x%llxu", mask, index / 64, 1ULL << index % 64);
}

static void add_bit(const struct model_struct *record, const struct model_field *field, const char *mask, bool set,
                    struct gen_text *text)
{
	size_t index = gen_field_index(record, field);

	gen_printf(text, set ? "%s%zu |= 0x%llxu;\n" : "%s%zu &= ~0x%llxu;\n", mask, index / 64, 1ULL << index % 64);
}

/* Is JSON null taken as absent? (An array in the arena has a null of its own.) */
static bool null_is_absent(const struct model_field *field)
{
	bool has_null = field->shape == MODEL_SHAPE_POINTER || field->shape == MODEL_SHAPE_ARRAY ||
	                (field->shape == MODEL_SHAPE_ONE && !field->tag.raw &&
	                 (field->type.kind == MODEL_KIND_STR || field->type.kind == MODEL_KIND_CSTR));

	return field->tag.null_absent && !has_null;
}

static bool any_null_absent(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_member(record, &record->fields[i]) && null_is_absent(&record->fields[i]))
			return true;
	return false;
}

/* What a first value left behind must not show through a second one, or through null. */
static void emit_reset(const struct model_field *field, struct gen_text *text)
{
	gen_printf(text, "memset(&r->%s, 0, sizeof r->%s);\n", field->name, field->name);
	if (field->count)
		gen_printf(text, "r->%s = 0;\n", field->count->name);
	if (gen_field_nested(field))
		gen_printf(text, "if (m)\n\tmemset(&m->%s, 0, sizeof m->%s);\n", field->name, field->name);
}

static void emit_duplicate(const struct model_struct *record, const struct model_field *field, const char *fail,
                           struct gen_text *text)
{
	bool reset = field->shape == MODEL_SHAPE_FIXED ||
	             (field->shape == MODEL_SHAPE_ONE && field->type.kind == MODEL_KIND_STRUCT);
	char bit[64];

	seen_bit(record, field, "seen", bit);
	if (reset) {
		gen_printf(text, "if (FG_UNLIKELY(%s)) {\n", bit);
		text->depth++;
		gen_printf(text, "if (d->flags & FG_DECODE_DUPLICATE_ERROR) {\n");
	} else {
		gen_printf(text, "if (FG_UNLIKELY(%s) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {\n", bit);
	}
	gen_printf(text, "\tfg_dec_fail(d, p, FG_ERR_DUPLICATE, \"this name stands twice in one object\");\n\t%s\n}\n",
	           fail);
	if (reset) {
		emit_reset(field, text);
		text->depth--;
		gen_printf(text, "}\n");
	}
}

/* The value of a field at p. */
static void emit_field_value(const struct model_struct *record, const struct model_field *field, const char *fail,
                             struct gen_text *text)
{
	char target[160], mask[320] = "NULL";

	snprintf(target, sizeof target, "r->%s", field->name);
	if (gen_field_nested(field))
		snprintf(mask, sizeof mask, "m ? &m->%s : NULL", field->name);
	if (!null_is_absent(field)) {
		gen_emit_decode_value(record, field, target, mask, fail, text);
		return;
	}
	gen_printf(text, "if (fg_dec_is_null(d, p)) {\n");
	text->depth++;
	emit_reset(field, text);
	add_bit(record, field, "gone", true, text);
	gen_printf(text, "p += 4;\n");
	text->depth--;
	gen_printf(text, "} else {\n");
	text->depth++;
	add_bit(record, field, "gone", false, text);
	gen_emit_decode_value(record, field, target, mask, fail, text);
	text->depth--;
	gen_printf(text, "}\n");
}

/* ---- arrays ------------------------------------------------------------------------------------------------------ */

bool gen_array_used(const struct model_struct *record, const struct model_field *field, unsigned uses)
{
	if (!gen_field_listed(field) || !gen_field_array(field))
		return false;
	return (uses & GEN_USED_OBJECT) ? gen_field_member(record, field)
	                                : (uses & GEN_USED_ENTRY) && field == gen_map_value(record);
}

/* Stores the number of items, where the count's type can hold it. */
static void emit_count(const struct model_field *field, struct gen_text *text)
{
	const struct model_type *count = field->count ? &field->count->type : NULL;
	unsigned bits;
	uint64_t max;

	if (!count)
		return;
	bits = (unsigned)count->size * 8 - count->is_signed;
	max = bits >= 63 ? INT64_MAX : (1ULL << bits) - 1;
	if (bits < 63 && (field->shape == MODEL_SHAPE_ARRAY || field->fixed_n > max))
		gen_printf(
		    text,
		    "if (n > %lluu)\n\treturn fg_dec_fail(d, p, FG_ERR_LENGTH, \"more items than %s can count\");\n",
		    (unsigned long long)max, count->c_name);
	gen_printf(text, "r->%s = (%s)n;\n", field->count->name, count->c_name);
}

static void emit_items(const struct model_field *field, struct gen_text *text)
{
	char pointer[256], type[256];
	char close = field->tag.map ? '}' : ']';
	const char *next = field->tag.map ? "member" : "item";

	gen_pointer_to(&field->type, "item", pointer);
	gen_type_name(&field->type, type);
	gen_printf(text, "while (*p != '%c') {\n", close);
	text->depth++;
	if (field->shape == MODEL_SHAPE_FIXED)
		gen_printf(text,
		           "%s = &r->%s[n];\n\nif (n == %zu)\n"
		           "\treturn fg_dec_fail(d, p, FG_ERR_LENGTH, \"more than %zu item%s\");\n",
		           pointer, field->name, field->fixed_n, field->fixed_n, field->fixed_n == 1 ? "" : "s");
	else
		gen_printf(text,
		           "%s = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(%s));\n\nif (!item)\n"
		           "\treturn NULL;\n",
		           pointer, type);
	gen_emit_decode_item(field, text);
	gen_printf(text, "n++;\np = fg_dec_%s(d, p);\nif (!p)\n\treturn NULL;\n", next);
	text->depth--;
	gen_printf(text, "}\n");
}

static void emit_array(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	bool arena = field->shape == MODEL_SHAPE_ARRAY;
	char type[256];

	gen_type_name(&field->type, type);
	gen_printf(text, "/* %s.%s: ", record->c_name, field->name);
	if (arena)
		gen_printf(text, "%s in the arena */\n", field->tag.map ? "members of an object," : "items");
	else
		gen_printf(text, "%s%zu %s */\n", field->count ? "at most " : "exactly ", field->fixed_n,
		           field->tag.map ? "members of an object" : "items");
	gen_printf(text, "static const char *%s_decode_%s(struct fg_dec *d, const char *p, %s *r)\n{\n", record->name,
	           field->name, record->c_name);
	text->depth = 1;
	if (arena)
		gen_printf(text, "void *items = NULL;\nsize_t room = 0;\n");
	gen_printf(text, "size_t n = 0;\n\n");
	if (arena && field->tag.null_absent)
		gen_printf(text, "if (fg_dec_is_null(d, p)) {\n\tr->%s = NULL;\n\tr->%s = 0;\n\treturn p + 4;\n}\n",
		           field->name, field->count->name);
	gen_printf(text, "p = fg_dec_%s(d, p);\nif (!p)\n\treturn NULL;\n", field->tag.map ? "object" : "array");
	emit_items(field, text);
	if (!arena && !field->count)
		gen_printf(text,
		           "if (n != %zu)\n\treturn fg_dec_fail(d, p, FG_ERR_LENGTH, \"fewer than %zu items\");\n",
		           field->fixed_n, field->fixed_n);
	if (arena && field->tag.null_absent)
		gen_printf(text,
		           "if (!items)\n\titems = fg_dec_alloc(d, p, 1, _Alignof(%s));\nif (!items)\n\treturn NULL;\n",
		           type);
	if (arena)
		gen_printf(text, "r->%s = items;\n", field->name);
	emit_count(field, text);
	gen_printf(text, "return fg_dec_close(d, p);\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* ---- objects and tuples ------------------------------------------------------------------------------------------ */

static void emit_declarations(const struct model_struct *record, struct gen_text *text)
{
	for (size_t i = 0; i < words_n(record); i++)
		gen_printf(text,
		           any_null_absent(record) ? "uint64_t seen%zu = 0, gone%zu = 0;\n" : "uint64_t seen%zu = 0;\n",
		           i, i);
	gen_printf(text, "\n");
}

/* The statement that leaves with a failure inside a field (of an object) or an item (of a tuple). */
static void field_fail(const struct model_struct *record, const struct model_field *field, struct gen_text *ret)
{
	size_t position = 0;

	ret->len = 0;
	for (const struct model_field *f = record->fields; f < field; f++)
		position += gen_field_member(record, f);
	if (record->tag.tuple) {
		gen_printf(ret, "return fg_dec_in_item(d, %zu);", position);
		return;
	}
	gen_printf(ret, "return fg_dec_in_field(d, ");
	gen_literal(ret, field->json_name, strlen(field->json_name));
	gen_printf(ret, ");");
}

/* Behind the last value, at the closing bracket. */
static void emit_ending(const struct model_struct *record, struct gen_text *text)
{
	struct gen_text fail = {0};
	char bit[64], target[160];

	for (size_t i = 0; any_null_absent(record) && i < words_n(record); i++)
		gen_printf(text, "seen%zu &= ~gone%zu;\n", i, i);
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (!gen_field_member(record, field) || !(field->tag.required || gen_field_has_default(field)))
			continue;
		field_fail(record, field, &fail);
		seen_bit(record, field, "seen", bit);
		gen_printf(text, field->tag.required ? "if (FG_UNLIKELY(!(%s))) {\n" : "if (!(%s)) {\n", bit);
		text->depth++;
		snprintf(target, sizeof target, "r->%s", field->name);
		if (field->tag.required)
			gen_printf(text, "fg_dec_fail(d, p, FG_ERR_REQUIRED, \"a required field is absent\");\n%s\n",
			           fail.data);
		else
			gen_emit_default(field, target, fail.data, text);
		text->depth--;
		gen_printf(text, "}\n");
	}
	if (words_n(record) > 0)
		gen_printf(text, words_n(record) > 1 ? "if (m) {\n" : "if (m)\n");
	for (size_t i = 0; i < words_n(record); i++)
		gen_printf(text, "\tm->bits[%zu] = seen%zu;\n", i, i);
	if (words_n(record) > 1)
		gen_printf(text, "}\n");
	gen_printf(text, "return fg_dec_close(d, p);\n");
	gen_text_fini(&fail);
}

/* Any other name than the expected one: to its field, or past it. */
static void emit_other(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "{\n\tconst char *start = p;\n\tstruct fg_str name;\n\n");
	text->depth++;
	gen_printf(text, "p = fg_dec_name(d, p, &name);\nif (!p)\n\treturn NULL;\n");
	gen_emit_name_switch(record, text);
	if (record->tag.unknown_error)
		gen_printf(text, "return fg_dec_fail(d, start, FG_ERR_UNKNOWN, \"no field has this name\");\n");
	else
		gen_printf(text,
		           "if (d->flags & FG_DECODE_UNKNOWN_ERROR)\n"
		           "\treturn fg_dec_fail(d, start, FG_ERR_UNKNOWN, \"no field has this name\");\n"
		           "p = fg_dec_skip(d, p);\nif (p)\n\tp = fg_dec_member(d, p);\nif (!p)\n\treturn NULL;\n");
	text->depth--;
	gen_printf(text, "}\n");
	if (!record->tag.unknown_error)
		gen_printf(text, "if (*p != '}')\n\tgoto other;\n");
}

/* Names compared one after the other before the hash is asked: with fewer fields than that, trying all that follow is
 * always faster than the hash. */
#define WINDOW 16

/* Goes on to the field's value if its name stands at p, else to the next name to try. */
static void emit_expected_name(const struct model_struct *record, const struct model_field *field,
                               struct gen_text *text)
{
	const struct model_field *next = NULL;
	size_t position = 0, len;

	for (const struct model_field *f = record->fields; f < field; f++)
		position += gen_field_member(record, f);
	for (const struct model_field *f = field + 1; !next && f < record->fields + record->fields_n; f++)
		next = gen_field_member(record, f) ? f : NULL;
	if (position % WINDOW != 0) {
		text->depth = 0;
		gen_printf(text, "name_%s:\n", field->name);
		text->depth = 1;
	}
	gen_printf(text, "if (!fg_dec_name_is(d, p, ");
	gen_json_literal(text, "", field->json_name, "", &len);
	if (next && position % WINDOW != WINDOW - 1)
		gen_printf(text, ", %zu))\n\tgoto name_%s;\n", len, next->name);
	else
		gen_printf(text, ", %zu))\n\tgoto other;\n", len);
	gen_printf(text, "p = fg_dec_colon(d, p + %zu);\nif (!p)\n\treturn NULL;\n", len);
}

static void emit_member(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	struct gen_text fail = {0};

	field_fail(record, field, &fail);
	emit_expected_name(record, field, text);
	text->depth = 0;
	gen_printf(text, "value_%s:\n", field->name);
	text->depth = 1;
	emit_duplicate(record, field, fail.data, text);
	add_bit(record, field, "seen", true, text);
	gen_printf(text, "FG_FILL_FIELD(\"%s.%s\");\n", record->name, field->name);
	emit_field_value(record, field, fail.data, text);
	gen_printf(text, "p = fg_dec_member(d, p);\nif (!p)\n\treturn NULL;\nif (*p == '}')\n\tgoto end;\n\n");
	gen_text_fini(&fail);
}

static void emit_object(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "p = fg_dec_object(d, p);\nif (!p)\n\treturn NULL;\nif (*p == '}')\n\tgoto end;\n\n");
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_member(record, &record->fields[i]))
			emit_member(record, &record->fields[i], text);
	text->depth = 0;
	gen_printf(text, "other:\n");
	text->depth = 1;
	emit_other(record, text);
	text->depth = 0;
	gen_printf(text, "end:\n");
	text->depth = 1;
	emit_ending(record, text);
}

static void emit_tuple(const struct model_struct *record, struct gen_text *text)
{
	struct gen_text fail = {0};

	gen_printf(text, "p = fg_dec_array(d, p);\nif (!p)\n\treturn NULL;\n\n");
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (!gen_field_member(record, field))
			continue;
		field_fail(record, field, &fail);
		gen_printf(text, "/* %s */\nif (*p == ']')\n\tgoto end;\n", field->name);
		add_bit(record, field, "seen", true, text);
		gen_printf(text, "FG_FILL_FIELD(\"%s.%s\");\n", record->name, field->name);
		emit_field_value(record, field, fail.data, text);
		gen_printf(text, "p = fg_dec_item(d, p);\nif (!p)\n\treturn NULL;\n\n");
	}
	gen_printf(text, "while (*p != ']') {\n");
	text->depth++;
	if (record->tag.unknown_error)
		gen_printf(text, "return fg_dec_fail(d, p, FG_ERR_UNKNOWN, \"more items than the tuple has\");\n");
	else
		gen_printf(text, "if (d->flags & FG_DECODE_UNKNOWN_ERROR)\n"
		                 "\treturn fg_dec_fail(d, p, FG_ERR_UNKNOWN, \"more items than the tuple has\");\n"
		                 "p = fg_dec_skip(d, p);\nif (p)\n\tp = fg_dec_item(d, p);\nif (!p)\n\treturn NULL;\n");
	text->depth--;
	gen_printf(text, "}\n");
	text->depth = 0;
	gen_printf(text, "end:\n");
	text->depth = 1;
	emit_ending(record, text);
	gen_text_fini(&fail);
}

static void emit_decode_object(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "/* %s at p into *r, which is all zero; m: NULL where nobody asks what was present. */\n",
	           record->c_name);
	gen_printf(
	    text,
	    "static const char *%s_decode_object(struct fg_dec *d, const char *p, %s *r, struct %s_present *m)\n{\n",
	    record->name, record->c_name, record->name);
	text->depth = 1;
	emit_declarations(record, text);
	if (record->tag.tuple)
		emit_tuple(record, text);
	else
		emit_object(record, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void gen_emit_decode_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	unsigned uses = gen_uses(output->model, record);

	if (gen_defaults_used(output->model, record))
		gen_emit_defaults_source(record, text);
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_array_used(record, &record->fields[i], uses))
			emit_array(record, &record->fields[i], text);
	if (uses & GEN_USED_OBJECT)
		emit_decode_object(record, text);
	if (gen_public(record))
		gen_emit_decode_public(record, text);
}

/* emit_present.c - the presence mask: enum T_field, struct T_present, T_has, T_present_all, T_patch */
#include "gen/gen.h"

#include <stdio.h>
#include <string.h>

/* Words of bits; one at least, so that the struct is never empty. */
static size_t words_n(const struct model_struct *record)
{
	size_t n = (gen_fields_n(record) + 63) / 64;

	return n ? n : 1;
}

static void emit_field_enum(const struct model_struct *record, struct gen_text *text)
{
	char name[128], upper[128];

	gen_name_upper(record->name, upper);
	gen_printf(text, "/* The fields of %s that take part in conversion, in their order. */\nenum %s_field {\n",
	           record->c_name, record->name);
	for (size_t i = 0; i < record->fields_n; i++) {
		if (!gen_field_listed(&record->fields[i]))
			continue;
		gen_name_field(record, &record->fields[i], name);
		gen_printf(text, "\t%s,\n", name);
	}
	gen_printf(text, "\t%s_FIELDS_N\n};\n\n", upper);
}

static void emit_present_struct(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text,
	           "/* Which fields of %s a text held: bit i %% 64 of word i / 64 is field i of enum %s_field. */\n",
	           record->c_name, record->name);
	gen_printf(text, "struct %s_present {\n\tuint64_t bits[%zu];\n", record->name, words_n(record));
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_nested(&record->fields[i]))
			gen_printf(text, "\tstruct %s_present %s;\n", record->fields[i].type.record->name,
			           record->fields[i].name);
	gen_printf(text, "};\n\n");
	gen_printf(text, "/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. "
	                 "Cost: one load. */\n");
	gen_printf(text, "static inline bool %s_has(const struct %s_present *present, enum %s_field field)\n{\n",
	           record->name, record->name, record->name);
	gen_printf(text, "\treturn present->bits[(unsigned)field / 64] >> ((unsigned)field %% 64) & 1;\n}\n");
}

void gen_emit_present_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	char upper[128];

	(void)output;
	gen_name_upper(record->name, upper);
	gen_printf(text, "\n/* ---- %s ---- */\n\n", record->c_name);
	/* The headers of two types that both hold a third one each define its mask. */
	gen_printf(text, "#ifndef FG_PRESENT_%s\n#define FG_PRESENT_%s\n", upper, upper);
	emit_field_enum(record, text);
	emit_present_struct(record, text);
	gen_printf(text, "#endif\n");
	if (!gen_public(record))
		return;
	gen_printf(text,
	           "\n/*\n * Sets the bits of all fields, those of inline structs too.\n"
	           " * ret_present: not NULL.\n * Threads: one at a time on ret_present.\n * Cost: %zu store%s a "
	           "struct.\n */\n",
	           words_n(record), words_n(record) == 1 ? "" : "s");
	gen_printf(text, "void %s_present_all(struct %s_present *ret_present);\n", record->name, record->name);
	gen_printf(
	    text,
	    "\n/*\n * Copies the fields that present names from one record to another; inline structs field by field, "
	    "an array together with its count. Pointers are copied, not what they point to.\n"
	    " * record, from: owned by the caller.\n * record_present: gains the bits of what was copied; may be NULL."
	    "\n * present: of from; NULL means all fields.\n * Threads: one at a time on record.\n"
	    " * Owner: memory behind pointers stays with the arena that from was decoded into.\n"
	    " * Cost: one test a field, one copy each that is named.\n */\n");
	gen_printf(text,
	           "void %s_patch(%s *record, struct %s_present *record_present, const %s *from, "
	           "const struct %s_present *present);\n",
	           record->name, record->c_name, record->name, record->c_name, record->name);
}

static void emit_present_all(const struct model_struct *record, struct gen_text *text)
{
	size_t n = gen_fields_n(record);
	char name[128];

	gen_name_present_all(record, name);
	gen_printf(text, "%svoid %s(struct %s_present *ret_present)\n{\n", gen_public(record) ? "" : "static ", name,
	           record->name);
	for (size_t i = 0; i < words_n(record); i++) {
		size_t left = n - i * 64;

		gen_printf(text, "\tret_present->bits[%zu] = 0x%llxu;\n", i, left >= 64 ? ~0ULL : (1ULL << left) - 1);
	}
	for (size_t i = 0; i < record->fields_n; i++) {
		if (!gen_field_nested(&record->fields[i]))
			continue;
		gen_name_present_all(record->fields[i].type.record, name);
		gen_printf(text, "\t%s(&ret_present->%s);\n", name, record->fields[i].name);
	}
	gen_printf(text, "}\n\n");
}

static void emit_patch_field(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	char constant[128], patch[128];

	gen_name_field(record, field, constant);
	gen_printf(text, "FG_FILL_FIELD(\"%s.%s\");\nif (!present || %s_has(present, %s))", record->name, field->name,
	           record->name, constant);
	if (gen_field_nested(field)) {
		gen_name_patch(field->type.record, patch);
		gen_printf(text,
		           "\n\t%s(&record->%s, record_present ? &record_present->%s : NULL, &from->%s, "
		           "present ? &present->%s : NULL);\n",
		           patch, field->name, field->name, field->name, field->name);
		return;
	}
	if (field->count)
		gen_printf(text, " {");
	if (field->shape == MODEL_SHAPE_FIXED || field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "\n\tmemcpy(record->%s, from->%s, sizeof record->%s);\n", field->name, field->name,
		           field->name);
	else
		gen_printf(text, "\n\trecord->%s = from->%s;\n", field->name, field->name);
	if (field->count)
		gen_printf(text, "\trecord->%s = from->%s;\n}\n", field->count->name, field->count->name);
}

static void emit_patch(const struct model_struct *record, struct gen_text *text)
{
	char name[128];

	gen_name_patch(record, name);
	gen_printf(text,
	           "%svoid %s(%s *record, struct %s_present *record_present, const %s *from, const struct %s_present "
	           "*present)\n"
	           "{\n",
	           gen_public(record) ? "" : "static ", name, record->c_name, record->name, record->c_name,
	           record->name);
	text->depth = 1;
	gen_printf(text, "FG_FILL(record, \"%s\");\n", record->name);
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_listed(&record->fields[i]))
			emit_patch_field(record, &record->fields[i], text);
	if (gen_fields_n(record) == 0)
		gen_printf(text, "(void)record;\n(void)from;\n");
	gen_printf(text, "if (!record_present)\n\treturn;\n");
	for (size_t i = 0; i < words_n(record); i++) {
		size_t left = gen_fields_n(record) - i * 64;

		gen_printf(text, "record_present->bits[%zu] |= present ? present->bits[%zu] : 0x%llxu;\n", i, i,
		           left >= 64 ? ~0ULL : (1ULL << left) - 1);
	}
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void gen_emit_present_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	(void)output;
	emit_present_all(record, text);
	emit_patch(record, text);
}

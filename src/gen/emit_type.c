/* emit_type.c - const struct fg_type T_fg_type, and the functions that take its place for void pointers */
#include "gen/gen.h"
#include "gen/shared_form.h"

static const struct model_field *key_field(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_listed(&record->fields[i]) && record->fields[i].tag.key)
			return &record->fields[i];
	return NULL;
}

static void emit_codec_thunks(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	gen_printf(
	    text,
	    "static int %s_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options, "
	    "struct fg_arena *arena, void *ret_record, void *ret_present, struct fg_error *ret_error)\n{\n"
	    "\treturn %s_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);\n}\n\n",
	    name, name);
	gen_printf(text, "/* The members of %s_fg_type: the typed functions behind void pointers. */\n", name);
	gen_printf(text,
	           "static int %s_type_encode(const void *record, const void *present, struct fg_buffer *out, "
	           "struct fg_error *ret_error)\n{\n\treturn %s_encode(record, present, out, ret_error);\n}\n\n",
	           name, name);
	gen_printf(
	    text,
	    "static void %s_type_patch(void *record, void *record_present, const void *from, const void *present)\n{\n"
	    "\t%s_patch(record, record_present, from, present);\n}\n\n",
	    name, name);
}

static void emit_merge_thunk(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name, *refusal = gen_refuses(record) ? ", ret_refusal" : "";

	gen_printf(text,
	           "static int %s_type_merge(void *shared, const void *record, const void *present, "
	           "struct fg_refusal *ret_refusal)\n{\n",
	           name);
	if (!gen_refuses(record))
		gen_printf(text, "\t(void)ret_refusal;\n");
	if (gen_merge_fails(record))
		gen_printf(text, "\treturn %s_merge(shared, record, present%s);\n}\n\n", name, refusal);
	else
		gen_printf(text, "\t%s_merge(shared, record, present);\n\treturn 0;\n}\n\n", name);
}

static void emit_pointer_thunks(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	gen_printf(
	    text,
	    "static void %s_type_init(void *shared, const struct fg_allocator *allocator)\n{\n\t%s_shared_init(shared, "
	    "allocator);\n}\n\n",
	    name, name);
	gen_printf(text, "static void %s_type_fini(void *shared)\n{\n\t%s_shared_fini(shared);\n}\n\n", name, name);
	gen_printf(text,
	           "static int %s_type_read(void *shared, struct fg_arena *arena, void *ret_record, void *ret_present)\n{\n"
	           "\treturn %s_read(shared, arena, ret_record, ret_present);\n}\n\n",
	           name, name);
	gen_printf(text,
	           "static void %s_type_look(void *shared, const struct fg_read *section, void *ret_record, "
	           "void *ret_present)\n{\n\t%s_look(shared, section, ret_record, ret_present);\n}\n\n",
	           name, name);
	gen_printf(text,
	           "static int %s_type_copy(const void *from, struct fg_arena *arena, void *ret_record)\n{\n"
	           "\treturn %s_copy(from, arena, ret_record);\n}\n\n",
	           name, name);
	gen_printf(text,
	           "static const struct fg_type_pointers %s_type_pointers = {%s_type_init, %s_type_fini, %s_type_read, "
	           "%s_type_look, %s_type_copy};\n\n",
	           name, name, name, name, name, name);
}

static void emit_shared_thunks(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	emit_merge_thunk(record, text);
	if (gen_published(record))
		emit_pointer_thunks(record, text);
	else
		gen_printf(text,
		           "static void %s_type_read(void *shared, void *ret_record, void *ret_present)\n{\n"
		           "\t%s_read(shared, ret_record, ret_present);\n}\n\n",
		           name, name);
}

static void emit_key_thunk(const struct model_struct *record, const struct model_field *key, struct gen_text *text)
{
	char constant[128];

	gen_name_field(record, key, constant);
	gen_printf(text, "static int %s_type_key(const void *record, const void *present, struct fg_key *ret_key)\n{\n",
	           record->name);
	text->depth = 1;
	gen_printf(text, "const %s *r = record;\n\nif (present && !%s_has(present, %s))\n\treturn -ENOENT;\n",
	           record->c_name, record->name, constant);
	if (key->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "ret_key->ptr = r->%s;\nret_key->len = strnlen(r->%s, sizeof r->%s);\n", key->name,
		           key->name, key->name);
	else
		gen_printf(text, "ret_key->ptr = &r->%s;\nret_key->len = sizeof r->%s;\n", key->name, key->name);
	gen_printf(text, "return 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* All that fg_store and fg_ingest know of the shared form. */
static void emit_shared_part(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;
	struct shared_form form;
	char last[160];

	shared_form_init(&form, record);
	shared_last_place(&form, last);
	shared_form_fini(&form);
	gen_printf(text, ".shared_size = sizeof(struct %s_shared),\n.shared_align = _Alignof(struct %s_shared),\n", name,
	           name);
	gen_printf(text,
	           ".shared_used = offsetof(struct %s_shared, %s) + sizeof(((struct %s_shared *)0)->%s),\n"
	           ".merge = %s_type_merge,\n.%s = %s%s_type_%s,\n",
	           name, last, name, last, name, gen_published(record) ? "pointers" : "read",
	           gen_published(record) ? "&" : "", name, gen_published(record) ? "pointers" : "read");
}

void gen_emit_type_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	const struct model_field *key = key_field(record);
	const char *name = record->name;

	(void)output;
	emit_codec_thunks(record, text);
	if (record->shareable)
		emit_shared_thunks(record, text);
	if (key)
		emit_key_thunk(record, key, text);
	gen_printf(text, "const struct fg_type %s_fg_type = {\n", name);
	text->depth = 1;
	gen_printf(text, ".name = \"%s\",\n.abi = FG_TYPE_ABI,\n.fields_n = %zu,\n", name, gen_fields_n(record));
	gen_printf(
	    text,
	    ".record_size = sizeof(%s),\n.record_align = _Alignof(%s),\n.present_size = sizeof(struct %s_present),\n",
	    record->c_name, record->c_name, name);
	gen_printf(text, ".decode = %s_type_decode,\n.encode = %s_type_encode,\n.patch = %s_type_patch,\n", name, name,
	           name);
	if (record->shareable)
		emit_shared_part(record, text);
	if (key)
		gen_printf(text, ".key = %s_type_key,\n", name);
	text->depth = 0;
	gen_printf(text, "};\n\n");
}

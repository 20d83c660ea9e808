/* emit_codec.c - the public functions of conversion: their docs in the header, their definitions around
 * T_decode_object */
#include "gen/codec_form.h"

#include <stdio.h>

static bool needs_memory(const struct model_struct *record)
{
	return record->has_pointers || record->size > GEN_STACK_RECORD_MAX;
}

static void emit_decode_header(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	gen_printf(text, "\n/*\n * Reads one JSON %s into a record; fields that it lacks get their default or zero.\n",
	           record->tag.tuple ? "array" : "object");
	gen_printf(text, " * json: json_len bytes, not NUL-terminated.%s options: NULL for the defaults.\n",
	           record->has_pointers ? " Strings point into it: it has to outlive the record." : "");
	if (needs_memory(record))
		gen_printf(text, " * arena: for %s; NULL: FG_ERR_MEMORY where any is needed.\n",
		           record->has_pointers ? "what the record points to" : "the record while it is incomplete");
	else
		gen_printf(text, " * arena: may be NULL, this type needs no memory.\n");
	gen_printf(
	    text,
	    " * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.\n"
	    " * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as"
	    " they were.\n"
	    " * Errors: every code of enum fg_code but FG_ERR_ENCODE.\n"
	    " * Threads: any number at once, each with a record and an arena of its own.\n"
	    " * Owner: %s.\n"
	    " * Cost: one pass over the text, fastest where members come in the order of the fields.\n */\n",
	    record->has_pointers ? "what the record points to belongs to the arena and to json"
	                         : "the caller; nothing is to be freed");
	gen_printf(
	    text,
	    "int %s_decode(const char *json, size_t json_len, const struct fg_decode_options *options, "
	    "struct fg_arena *arena, %s *ret_record, struct %s_present *ret_present, struct fg_error *ret_error);\n",
	    name, record->c_name, name);
	gen_printf(
	    text,
	    "\n/*\n * The same for a JSON array of such values.\n"
	    " * ret_items: *ret_items_n records in the arena; NULL where the array is empty.\n"
	    " * ret_presents: a mask for each; NULL: not wanted.\n"
	    " * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.\n"
	    " * Owner: records and masks belong to the arena.\n */\n");
	gen_printf(text,
	           "int %s_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options, "
	           "struct fg_arena *arena, %s **ret_items, struct %s_present **ret_presents, size_t *ret_items_n, "
	           "struct fg_error *ret_error);\n",
	           name, record->c_name, name);
}

void gen_emit_codec_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	emit_decode_header(record, text);
	gen_printf(
	    text,
	    "\n/*\n * Appends a record to out as one JSON %s without white space, fields in declared order.\n"
	    " * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.\n"
	    " * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that"
	    " is not UTF-8); -ENOMEM. On failure out is as it was.\n"
	    " * Threads: any number at once on one record while none writes it; out is one thread's.\n"
	    " * Owner: the caller frees out with fg_buffer_fini.\n"
	    " * Cost: one pass over the record.\n */\n",
	    record->tag.tuple ? "array" : "object");
	gen_printf(text,
	           "int %s_encode(const %s *record, const struct %s_present *present, struct fg_buffer *out, "
	           "struct fg_error *ret_error);\n",
	           record->name, record->c_name, record->name);
	gen_emit_copy_header(output, record, text);
	gen_printf(text, "\n/* What fg_store and fg_ingest know of %s. Constant; threads: any. */\n", record->c_name);
	gen_printf(text, "extern const struct fg_type %s_fg_type;\n", record->name);
}

static void emit_decode(const struct model_struct *record, struct gen_text *text)
{
	bool large = record->size > GEN_STACK_RECORD_MAX;
	const char *name = record->name;

	gen_printf(
	    text,
	    "int %s_decode(const char *json, size_t json_len, const struct fg_decode_options *options, "
	    "struct fg_arena *arena, %s *ret_record, struct %s_present *ret_present, struct fg_error *ret_error)\n{\n",
	    name, record->c_name, name);
	text->depth = 1;
	gen_printf(text, "struct %s_present present;\n%s %srecord;\nstruct fg_error error;\nstruct fg_dec d;\n", name,
	           record->c_name, large ? "*" : "");
	gen_printf(
	    text,
	    "const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);\n\n");
	gen_printf(text, "FG_FILL(ret_record, \"%s\");\n", name);
	gen_printf(text, "if (!p)\n\treturn fg_dec_failed(&d);\n");
	if (large)
		gen_printf(text,
		           "record = fg_dec_alloc(&d, p, sizeof *record, _Alignof(%s));\nif (!record)\n"
		           "\treturn fg_dec_failed(&d);\n",
		           record->c_name);
	else
		gen_printf(text, "memset(&record, 0, sizeof record);\n");
	gen_printf(text, "memset(&present, 0, sizeof present);\n");
	gen_printf(text, "p = %s_decode_object(&d, p, %srecord, &present);\n", name, large ? "" : "&");
	gen_printf(text, "if (p)\n\tp = fg_dec_end(&d, p);\nif (!p)\n\treturn fg_dec_failed(&d);\n");
	gen_printf(text, "memcpy(ret_record, %srecord, sizeof *ret_record);\n", large ? "" : "&");
	gen_printf(text, "if (ret_present)\n\t*ret_present = present;\nreturn 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_decode_array(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	gen_printf(text,
	           "int %s_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options, "
	           "struct fg_arena *arena, %s **ret_items, struct %s_present **ret_presents, size_t *ret_items_n, "
	           "struct fg_error *ret_error)\n{\n",
	           name, record->c_name, name);
	text->depth = 1;
	gen_printf(text, "void *items = NULL, *presents = NULL;\nsize_t items_room = 0, presents_room = 0, n = 0;\n"
	                 "struct fg_error error;\nstruct fg_dec d;\n");
	gen_printf(
	    text,
	    "const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);\n\n");
	gen_printf(text, "if (p)\n\tp = fg_dec_array(&d, p);\nwhile (p && *p != ']') {\n");
	text->depth++;
	gen_printf(text, "struct %s_present *present = NULL;\n", name);
	gen_printf(text, "%s *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item, _Alignof(%s));\n\n",
	           record->c_name, record->c_name);
	gen_printf(
	    text,
	    "if (item && ret_presents)\n\tpresent = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present, "
	    "_Alignof(struct %s_present));\n",
	    name);
	gen_printf(text, "if (!item || (ret_presents && !present))\n\treturn fg_dec_failed(&d);\n");
	gen_printf(text,
	           "p = %s_decode_object(&d, p, item, present);\nif (p)\n\tp = fg_dec_item(&d, p);\nelse\n"
	           "\tfg_dec_in_item(&d, n);\nn++;\n",
	           name);
	text->depth--;
	gen_printf(
	    text,
	    "}\nif (p)\n\tp = fg_dec_close(&d, p);\nif (p)\n\tp = fg_dec_end(&d, p);\n"
	    "if (!p)\n\treturn fg_dec_failed(&d);\n*ret_items = items;\nif (ret_presents)\n\t*ret_presents = presents;\n"
	    "*ret_items_n = n;\nreturn 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void gen_emit_decode_public(const struct model_struct *record, struct gen_text *text)
{
	emit_decode(record, text);
	emit_decode_array(record, text);
}

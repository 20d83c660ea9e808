/*
 * emit_publish.c - the snapshot group of a struct with pointers: a block that is published by pointer
 *
 * The block holds a whole record (fields of other places stay zero) and its mask, so that what is made for records,
 * T_patch, T_own, T_copy and T_encode, is made for blocks too.
 */
#include "gen/shared_form.h"

bool gen_published(const struct model_struct *record)
{
	return record->has_pointers;
}

bool gen_merge_fails(const struct model_struct *record)
{
	return gen_refuses(record) || gen_published(record);
}

void shared_emit_published_names(const struct shared_form *form, struct gen_text *text)
{
	for (size_t i = 0; i < form->published->fields_n; i++)
		gen_printf(text, "%s%s", i ? ", " : "", form->published->fields[i].field->name);
}

void shared_emit_published_place(const struct shared_form *form, unsigned line_size, struct gen_text *text)
{
	gen_printf(text, "/* points to ");
	shared_emit_published_names(form, text);
	gen_printf(text, " */\nalignas(%u) struct fg_publish snapshot;\n", line_size);
}

void shared_emit_published_header(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(
	    text,
	    "\n/* Frees what it holds; it is empty again. NULL is fine. Threads: no other may use it, nor a view of it. */\n");
	gen_printf(text, "void %s_shared_fini(struct %s_shared *shared);\n", name, name);
	gen_printf(text, "\n/*\n * Looks at the snapshot group where it lies: ");
	shared_emit_published_names(form, text);
	gen_printf(
	    text,
	    ", as of one moment. Fields of other groups are zero.\n"
	    " * read: an open section of this thread; the record and all that it points to are good until it is closed, "
	    "whatever is merged meanwhile.\n"
	    " * ret_present: gets the fields that were ever merged; may be NULL.\n"
	    " * Returns: the record, never to be written to; NULL while nothing was merged, *ret_present as it was.\n"
	    " * Threads: any; never waits, writes nothing shared. Acquire.\n"
	    " * Cost: one load.\n */\n");
	gen_printf(text,
	           "const %s *%s_view(const struct %s_shared *shared, const struct fg_read *read, struct %s_present "
	           "*ret_present);\n",
	           form->record->c_name, name, name, name);
}

/* The patch's part of the group, composed with what is there and copied whole; not seen by anybody yet. */
static void emit_prepare(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text,
	           "/* Locks the group where the patch names any of it, and makes its next block. Returns: 0, with *ret_block "
	           "NULL where it names none; -ENOMEM or -EINVAL, nothing locked. */\n");
	gen_printf(text,
	           "static int %s_prepare_snapshot(struct %s_shared *shared, const %s *record, const struct %s_present "
	           "*present, struct %s_block **ret_block)\n{\n",
	           name, name, form->record->c_name, name, name);
	text->depth = 1;
	gen_printf(text,
	           "struct fg_copier c = {NULL, FG_COPY_DEPTH_MAX};\nstruct %s_present named = *present;\n"
	           "struct %s_block *block;\nint rc;\n\n*ret_block = NULL;\n",
	           name, name);
	for (size_t w = 0; w < form->bits_n; w++)
		gen_printf(text, "named.bits[%zu] &= 0x%llxu;\n", w,
		           (unsigned long long)shared_mask(form, form->published, w));
	gen_printf(text, "if (!%s", form->bits_n > 1 ? "(" : "");
	for (size_t w = 0; w < form->bits_n; w++)
		gen_printf(text, "%snamed.bits[%zu]", w ? " | " : "", w);
	gen_printf(text, "%s)\n\treturn 0;\n", form->bits_n > 1 ? ")" : "");
	gen_printf(
	    text,
	    "block = fg_publish_begin(&shared->snapshot, sizeof *block, _Alignof(struct %s_block), &c.arena);\n"
	    "if (!block)\n\treturn -ENOMEM;\n%s_patch(&block->record, &block->present, record, &named);\n"
	    "rc = %s_own(&c, &block->record);\nif (rc) {\n\tfg_publish_drop(&shared->snapshot, block);\n\treturn rc;\n}\n"
	    "*ret_block = block;\nreturn 0;\n",
	    name, name, name);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_get(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text,
	           "static int %s_get_snapshot(struct %s_shared *shared, struct fg_arena *arena, %s *ret_record, "
	           "struct %s_present *ret_present)\n{\n",
	           name, name, form->record->c_name, name);
	text->depth = 1;
	gen_printf(text,
	           "struct fg_read read = fg_read_begin();\n"
	           "const struct %s_block *block = fg_publish_get(&shared->snapshot, &read);\nint rc = 0;\n\n"
	           "if (block)\n\trc = %s_copy(&block->record, arena, ret_record);\nelse\n"
	           "\tmemset(ret_record, 0, sizeof *ret_record);\nif (!rc && block)\n\t*ret_present = block->present;\n"
	           "else if (!rc)\n\tmemset(ret_present, 0, sizeof *ret_present);\nfg_read_end(&read);\nreturn rc;\n",
	           name, name);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_view(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text,
	           "const %s *%s_view(const struct %s_shared *shared, const struct fg_read *read, struct %s_present "
	           "*ret_present)\n{\n",
	           form->record->c_name, name, name, name);
	text->depth = 1;
	gen_printf(text,
	           "const struct %s_block *block = fg_publish_get(&shared->snapshot, read);\n\nif (!block)\n"
	           "\treturn NULL;\nif (ret_present)\n\t*ret_present = block->present;\nreturn &block->record;\n",
	           name);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void shared_emit_published_source(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text, "/* What the snapshot group points to. Fields of other groups are zero. */\n");
	gen_printf(text, "struct %s_block {\n\t%s record;\n\tstruct %s_present present;\n};\n\n", name,
	           form->record->c_name, name);
	gen_printf(text, "void %s_shared_fini(struct %s_shared *shared)\n{\n", name, name);
	gen_printf(text, "\tif (shared)\n\t\tfg_publish_fini(&shared->snapshot);\n}\n\n");
	emit_prepare(form, text);
	emit_get(form, text);
	emit_view(form, text);
}

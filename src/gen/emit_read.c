/* emit_read.c - T_read and the functions of whole groups: how records come out of a shared form */
#include "gen/shared_form.h"

#include <stdio.h>

/* ---- out ----------------------------------------------------------------------------------------------------- */

/* Neighbours in the record that are neighbours in the group too are copied as one piece, padding included. Returns:
 * the index after the run that begins at i. */
static size_t run_end(const struct shared_group *group, size_t i)
{
	const struct shared_field *first = &group->fields[i];

	for (i++; i < group->fields_n; i++) {
		const struct shared_field *next = &group->fields[i];

		if (next->field != next[-1].field + 1 ||
		    next->field->offset_bits / 8 - first->field->offset_bits / 8 != next->offset - first->offset)
			break;
	}
	return i;
}

static void emit_copy_out(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const char *name = form->record->name;

	for (size_t i = 0; i < group->fields_n;) {
		size_t end = run_end(group, i);
		const struct shared_field *first = &group->fields[i], *last = &group->fields[end - 1];
		size_t size = last->offset + (size_t)(last->field->size_bits / 8) - first->offset;

		if (end == i + 1)
			gen_printf(text, "fg_words_get(&ret_record->%s, fields, offsetof(struct %s_%s, %s), sizeof ret_record->%s);\n",
				   first->field->name, name, group->name, first->field->name, first->field->name);
		else
			gen_printf(text,
			           "/* %s to %s */\nfg_words_get((char *)ret_record + offsetof(%s, %s), fields, "
			           "offsetof(struct %s_%s, %s), %zu);\n",
			           first->field->name, last->field->name, form->record->c_name, first->field->name,
			           name, group->name, first->field->name, size);
		i = end;
	}
}

static void emit_assign_out(const struct shared_group *group, struct gen_text *text)
{
	for (size_t i = 0; i < group->fields_n; i++) {
		const struct model_field *field = group->fields[i].field;

		if (shared_is_array(field))
			gen_printf(text, "memcpy(ret_record->%s, fields->%s, sizeof fields->%s);\n", field->name, field->name,
				   field->name);
		else
			gen_printf(text, "ret_record->%s = fields->%s;\n", field->name, field->name);
	}
}

static void emit_present_out(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	bool image = shared_is_image(group);
	size_t at = form->bits_n;

	if (image)
		gen_printf(text, "fg_words_load(bits, shared->%s.words, %zu);\n", group->place, form->bits_n);
	else
		for (size_t w = 0; w < form->bits_n; w++)
			gen_printf(text, "ret_present->bits[%zu] |= shared->%s.present[%zu];\n", w, group->place, w);
	for (size_t i = 0; i < group->fields_n; i++) {
		const struct model_field *field = group->fields[i].field;

		if (!gen_field_nested(field))
			continue;
		if (image)
			gen_printf(text, "fg_words_load(&ret_present->%s, shared->%s.words + %zu, %zu);\n", field->name,
				   group->place, at, shared_present_words(field->type.record));
		else
			gen_printf(text, "memcpy(&ret_present->%s, shared->%s.present + %zu, sizeof ret_present->%s);\n", field->name,
				   group->place, at, field->name);
		at += shared_present_words(field->type.record);
	}
}

/* What comes before each further try: an owner doesn't look whether a reader holds its sequence. */
static const char *retry(const struct shared_group *group)
{
	return group->policy == MODEL_POLICY_OWNER ? "fg_owner_retry" : "fg_seq_retry";
}

/* One try at copying a group out of its image. */
static void emit_try(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const struct model_struct *record = form->record;

	gen_printf(text, "FG_ALWAYS_INLINE void %s_copy_%s(const struct %s_shared *shared, %s *ret_record, struct %s_present *ret_present,"
		   " uint64_t bits[%zu])\n{\n", record->name, group->name, record->name, record->c_name, record->name, form->bits_n);
	text->depth = 1;
	shared_emit_group_locals(form, group, true, text);
	if (group->present_n == form->bits_n)
		gen_printf(text, "\n(void)ret_present;\n");
	else
		gen_printf(text, "\n");
	emit_present_out(form, group, text);
	emit_copy_out(form, group, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_take_bits(const struct shared_form *form, struct gen_text *text)
{
	for (size_t w = 0; w < form->bits_n; w++)
		gen_printf(text, "ret_present->bits[%zu] |= bits[%zu];\n", w, w);
}

/* What a read does once its first try has failed. A function of its own: compilers prepare a loop's addresses in
 * advance, and beside the first try that would cost more than the copy. */
static void emit_retry(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	const char *name = record->name;

	gen_printf(text, "FG_NEVER_INLINE void %s_retry_%s(struct %s_shared *shared, %s *ret_record, struct %s_present *ret_present)"
		   "\n{\n", name, group->name, name, record->c_name, name);
	text->depth = 1;
	gen_printf(text, "struct fg_seq_retry retry = {0};\nuint64_t bits[%zu];\n\ndo {\n", form->bits_n);
	gen_printf(text, "\t%s(&shared->%s.sequence, &retry);\n", retry(group), group->place);
	gen_printf(text, "\t%s_copy_%s(shared, ret_record, ret_present, bits);\n", name, group->name);
	gen_printf(text, "} while (fg_seq_retry_failed(&shared->%s.sequence, &retry));\n", group->place);
	emit_take_bits(form, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_get_snapshot(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text, "uint64_t begun = fg_seq_read_begin(&shared->%s.sequence);\nuint64_t bits[%zu];\n\n", group->place,
		   form->bits_n);
	gen_printf(text, "%s_copy_%s(shared, ret_record, ret_present, bits);\n", name, group->name);
	gen_printf(text, "if (fg_seq_read_failed(&shared->%s.sequence, begun)) {\n", group->place);
	gen_printf(text, "\t%s_retry_%s(shared, ret_record, ret_present);\n\treturn;\n}\n", name, group->name);
	emit_take_bits(form, text);
}

static void emit_get_group(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const struct model_struct *record = form->record;
	bool image = shared_is_image(group);

	if (image) {
		emit_try(form, group, text);
		emit_retry(form, group, text);
	}
	gen_printf(text, "FG_ALWAYS_INLINE void %s_get_%s(struct %s_shared *shared, %s *ret_record, struct %s_present *ret_present)\n{\n",
		   record->name, group->name, record->name, record->c_name, record->name);
	text->depth = 1;
	if (image) {
		emit_get_snapshot(form, group, text);
	} else {
		shared_emit_group_locals(form, group, true, text);
		gen_printf(text, "\n");
		shared_emit_lock(group, false, true, text);
		emit_present_out(form, group, text);
		emit_assign_out(group, text);
		shared_emit_lock(group, false, false, text);
	}
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* Atomics, or the owner's scalars: in place `place`, by a function of this name. */
static void emit_get_scalars(const struct shared_form *form, const char *name, const char *place,
                             const struct model_field *const *fields, size_t n, struct gen_text *text)
{
	const struct model_struct *record = form->record;

	gen_printf(text, "static inline void %s_get_%s(const struct %s_shared *shared, %s *ret_record, struct %s_present *ret_present)"
		   "\n{\n", record->name, name, record->name, record->c_name, record->name);
	text->depth = 1;
	gen_printf(text, "/* Before the values: a bit that is seen stands for a value that is seen. */\n");
	for (size_t w = 0; w < form->bits_n; w++)
		if (shared_mask_of(form, fields, n, w))
			gen_printf(text, "ret_present->bits[%zu] |= atomic_load_explicit(&shared->%s.present[%zu], "
				   "memory_order_acquire);\n", w, place, w);
	for (size_t i = 0; i < n; i++)
		gen_printf(text, "ret_record->%s = %s_load_%s(shared);\n", fields[i]->name, record->name, fields[i]->name);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* The groups that are no pointer, onto what is in the record and the mask. */
static void emit_get_groups(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	for (size_t i = 0; i < form->groups_n; i++)
		gen_printf(text, "%s_get_%s(shared, ret_record, ret_present);\n", name, form->groups[i].name);
	if (form->owned_n)
		gen_printf(text, "%s_get_owned(shared, ret_record, ret_present);\n", name);
	if (form->atomics_n)
		gen_printf(text, "%s_get_atomics(shared, ret_record, ret_present);\n", name);
}

static void emit_read_values(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text, "void %s_read(struct %s_shared *shared, %s *ret_record, struct %s_present *ret_present)\n{\n", name, name,
		   form->record->c_name, name);
	text->depth = 1;
	gen_printf(text, "struct %s_present unused;\n\nFG_FILL(ret_record, \"%s\");\n", name, name);
	gen_printf(text, "if (!ret_present)\n\tret_present = &unused;\n");
	for (size_t w = 0; w < form->bits_n; w++)
		gen_printf(text, "ret_present->bits[%zu] = 0;\n", w);
	if (shared_leaves_fields(form->record))
		gen_printf(text, "memset(ret_record, 0, sizeof *ret_record);\n");
	emit_get_groups(form, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* With pointers: copied into an arena, or as they lie, for fg_type. */
static void emit_read_published(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text, "int %s_read(struct %s_shared *shared, struct fg_arena *arena, %s *ret_record, struct %s_present *ret_present)"
		   "\n{\n", name, name, form->record->c_name, name);
	text->depth = 1;
	gen_printf(text, "struct %s_present unused;\nint rc;\n\nFG_FILL(ret_record, \"%s\");\n", name, name);
	gen_printf(text, "if (!ret_present)\n\tret_present = &unused;\n");
	gen_printf(text, "rc = %s_get_snapshot(shared, arena, ret_record, ret_present);\nif (rc)\n\treturn rc;\n", name);
	emit_get_groups(form, text);
	gen_printf(text, "return 0;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n");

	gen_printf(text, "/* Reads without a copy: what the record points to is good until the section is closed. */\n");
	gen_printf(text, "static void %s_look(struct %s_shared *shared, const struct fg_read *section, %s *ret_record, struct %s_present "
		   "*ret_present)\n{\n", name, name, form->record->c_name, name);
	text->depth = 1;
	gen_printf(text, "const %s *view;\nstruct %s_present unused;\n\nFG_FILL(ret_record, \"%s\");\n", form->record->c_name, name,
		   name);
	gen_printf(text, "if (!ret_present)\n\tret_present = &unused;\n");
	gen_printf(text, "view = %s_view(shared, section, ret_present);\nif (view) {\n\tmemcpy(ret_record, view, sizeof *ret_record);\n"
		   "} else {\n\tmemset(ret_record, 0, sizeof *ret_record);\n\tmemset(ret_present, 0, sizeof *ret_present);\n}\n", name);
	emit_get_groups(form, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void shared_emit_read(const struct shared_form *form, struct gen_text *text)
{
	for (size_t i = 0; i < form->groups_n; i++)
		if (&form->groups[i] != form->once)
			emit_get_group(form, &form->groups[i], text);
	if (form->owned_n)
		emit_get_scalars(form, "owned", "owner", form->owned, form->owned_n, text);
	if (form->atomics_n)
		emit_get_scalars(form, "atomics", "atomics", form->atomics, form->atomics_n, text);
	if (form->published)
		emit_read_published(form, text);
	else
		emit_read_values(form, text);
}

/* ---- whole groups -------------------------------------------------------------------------------------------- */

/* The first try is inlined where it is called: for a small group the call would cost much beside the copy. */
void shared_emit_read_group_inline(const struct shared_form *form, const struct shared_group *group,
                                   struct gen_text *text)
{
	const char *name = form->record->name, *g = group->name;

	gen_printf(text, "static inline void %s_read_%s(struct %s_shared *shared, struct %s_%s *ret_group)\n{\n", name, g, name, name,
		   g);
	gen_printf(text, "\tuint64_t begun = fg_seq_read_begin(&shared->%s.sequence);\n\n", group->place);
	gen_printf(text, "\tfg_words_get(ret_group, shared->%s.words + %zu, 0, sizeof *ret_group);\n", group->place, group->present_n);
	gen_printf(text, "\tif (FG_UNLIKELY(fg_seq_read_failed(&shared->%s.sequence, begun)))\n", group->place);
	gen_printf(text, "\t\t%s_reread_%s(shared, ret_group);\n}\n", name, g);
}

static void emit_reread(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const char *name = form->record->name, *g = group->name;

	gen_printf(text, "void %s_reread_%s(struct %s_shared *shared, struct %s_%s *ret_group)\n{\n", name, g, name, name, g);
	gen_printf(text, "\tstruct fg_seq_retry retry = {0};\n\n\tdo {\n\t\t%s(&shared->%s.sequence, &retry);\n", retry(group),
		   group->place);
	gen_printf(text, "\t\tfg_words_get(ret_group, shared->%s.words + %zu, 0, sizeof *ret_group);\n", group->place,
		   group->present_n);
	gen_printf(text, "\t} while (fg_seq_retry_failed(&shared->%s.sequence, &retry));\n}\n\n", group->place);
}

static void emit_read_group(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const char *name = form->record->name;

	if (shared_is_image(group)) {
		emit_reread(form, group, text);
		return;
	}
	gen_printf(text, "void %s_read_%s(struct %s_shared *shared, struct %s_%s *ret_group)\n{\n", name, group->name, name, name,
		   group->name);
	text->depth = 1;
	shared_emit_lock(group, false, true, text);
	gen_printf(text, "*ret_group = shared->%s.fields;\n", group->place);
	shared_emit_lock(group, false, false, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

/* All bits of all inline structs of the group. */
static void emit_nested_bits(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	bool image = shared_is_image(group);
	size_t at = form->bits_n;

	for (size_t i = 0; i < group->fields_n; i++) {
		const struct model_field *field = group->fields[i].field;

		if (!gen_field_nested(field))
			continue;
		gen_printf(text, "%s(shared->%s.%s + %zu, &present->%s, %zu);\n", image ? "fg_words_or" : "fg_present_or",
			   group->place, image ? "words" : "present", at, field->name, shared_present_words(field->type.record));
		at += shared_present_words(field->type.record);
	}
}

static void emit_write_group(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(
	    text,
	    "static void %s_put_%s(struct %s_shared *shared, const struct %s_%s *group, const struct %s_present *present)\n{\n",
	    name, group->name, name, name, group->name, name);
	text->depth = 1;
	shared_emit_group_locals(form, group, false, text);
	gen_printf(text, "\n");
	if (group == form->owner)
		shared_emit_owned(form, NULL, text);
	shared_emit_lock(group, true, true, text);
	shared_emit_probe_group(form, group, false, text);
	shared_emit_own_bits(form, group, text);
	emit_nested_bits(form, group, text);
	if (shared_is_image(group))
		gen_printf(text, "fg_words_put(fields, 0, group, sizeof *group);\n");
	else
		gen_printf(text, "*fields = *group;\n");
	shared_emit_lock(group, true, false, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");

	gen_printf(text, "void %s_write_%s(struct %s_shared *shared, const struct %s_%s *group)\n{\n", name, group->name, name, name,
		   group->name);
	text->depth = 1;
	gen_printf(text, "struct %s_present all;\n\n%s_present_all(&all);\n%s_put_%s(shared, group, &all);\n", name, name, name,
		   group->name);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

static void emit_lock_pair(const struct shared_form *form, const struct shared_group *group, bool write,
                           struct gen_text *text)
{
	const char *name = form->record->name;
	const char *mode = group->policy == MODEL_POLICY_MUTEX ? "" : write ? "write_" : "read_";

	gen_printf(text, "%sstruct %s_%s *%s_%slock_%s(struct %s_shared *shared)\n{\n", write ? "" : "const ", name, group->name, name,
		   mode, group->name, name);
	text->depth = 1;
	shared_emit_lock(group, write, true, text);
	gen_printf(text, "return &shared->%s.fields;\n", group->place);
	text->depth = 0;
	gen_printf(text, "}\n\nvoid %s_%sunlock_%s(struct %s_shared *shared)\n{\n", name, mode, group->name, name);
	text->depth = 1;
	shared_emit_lock(group, write, false, text);
	text->depth = 0;
	gen_printf(text, "}\n\n");
}

void shared_emit_groups(const struct shared_form *form, struct gen_text *text)
{
	for (size_t i = 0; i < form->groups_n; i++) {
		const struct shared_group *group = &form->groups[i];

		if (group == form->once)
			continue;
		emit_read_group(form, group, text);
		emit_write_group(form, group, text);
		if (group->policy == MODEL_POLICY_RWMUTEX)
			emit_lock_pair(form, group, false, text);
		if (!shared_is_image(group))
			emit_lock_pair(form, group, true, text);
	}
}

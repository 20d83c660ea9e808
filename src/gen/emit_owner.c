/* emit_owner.c - the place of fields that one thread writes, and the accessors of its scalars */
#include "gen/shared_form.h"

#include <stdio.h>

void shared_emit_owned(const struct shared_form *form, const char *field, struct gen_text *text)
{
	gen_printf(text, "FG_OWNED(&shared->owner.writer, shared, \"%s\", \"%s.%s\");\n", form->record->name, form->record->name,
	           field ? field : "owner");
}

void shared_emit_owner_place(const struct shared_form *form, unsigned line_size, struct gen_text *text)
{
	const struct shared_group *group = form->owner;

	gen_printf(text, "/* written by one thread */\nalignas(%u) struct {\n", line_size);
	text->depth = 2;
	gen_printf(text, "_Atomic uint64_t writer; /* the owner, where a checked build knows it */\n");
	if (group) {
		gen_printf(text, "/* presence bits, then a struct %s_owner, in words; sequence guards them */\n", form->record->name);
		gen_printf(text, "struct fg_seq sequence;\n_Atomic uint64_t words[%zu];\n", group->present_n + (group->size + 7) / 8);
	}
	if (form->owned_n)
		gen_printf(text, "_Atomic uint64_t present[%zu]; /* bits of the scalars below, set after their values */\n", form->bits_n);
	for (size_t i = 0; i < form->owned_n; i++)
		gen_printf(text, "_Atomic(%s) %s;\n", form->owned[i]->type.c_name, form->owned[i]->name);
	text->depth = 1;
	gen_printf(text, "} owner;\n");
}

static void emit_scalar(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	const char *type = field->type.c_name, *name = form->record->name, *f = field->name;
	char before[300], after[300];

	gen_printf(text, "\n/* Returns: the value. Threads: any; never waits. Acquire. */\n");
	gen_printf(text, "static inline %s %s_load_%s(const struct %s_shared *shared)\n{\n", type, name, f, name);
	gen_printf(text, "\treturn atomic_load_explicit(&shared->owner.%s, memory_order_acquire);\n}\n", f);
	gen_printf(text, "\n/* Threads: the owner; never waits. Release. Only a merge marks it present. */\n");
	gen_printf(text, "static inline void %s_store_%s(struct %s_shared *shared, %s value)\n{\n", name, f, name, type);
	text->depth = 1;
	shared_emit_owned(form, f, text);
	gen_printf(text, "if (FG_WATCHED(%s))\n\t", name);
	snprintf(before, sizeof before, "%s_load_%s(shared)", name, f);
	shared_emit_probe(form, field, before, "value", text);
	gen_printf(text, "atomic_store_explicit(&shared->owner.%s, value, memory_order_release);\n", f);
	text->depth = 0;
	gen_printf(text, "}\n");
	if (field->type.kind != MODEL_KIND_INT)
		return;
	gen_printf(text, "\n/* Adds, wrapping round. Returns: the value before. Threads: the owner; never waits, and locks no line: a"
		   " load and a store do, for nobody else writes. Release. */\n");
	gen_printf(text, "static inline %s %s_add_%s(struct %s_shared *shared, %s value)\n{\n", type, name, f, name, type);
	text->depth = 1;
	gen_printf(text, "%s before = atomic_load_explicit(&shared->owner.%s, memory_order_relaxed);\n\n", type, f);
	shared_emit_owned(form, f, text);
	snprintf(after, sizeof after, "(%s)((uint64_t)before + (uint64_t)value)", type);
	gen_printf(text, "if (FG_WATCHED(%s))\n\t", name);
	shared_emit_probe(form, field, "before", after, text);
	gen_printf(text, "atomic_store_explicit(&shared->owner.%s, %s, memory_order_release);\n", f, after);
	gen_printf(text, "return before;\n");
	text->depth = 0;
	gen_printf(text, "}\n");
}

void shared_emit_owner_header(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	gen_printf(text, "\n/* ---- what one thread owns and writes ---- */\n");
	gen_printf(text, "\n/*\n * Makes the calling thread the owner, in place of the first thread that wrote. The two"
		   " have to agree on the moment: what the former owner wrote must happen before.\n"
		   " * Threads: any. Cost: none but in checked builds, which report writes of any other thread.\n */\n");
	gen_printf(text, "static inline void %s_own_shared(struct %s_shared *shared)\n{\n\t(void)shared;\n"
		   "\tFG_OWN(&shared->owner.writer);\n}\n", name, name);
	for (size_t i = 0; i < form->owned_n; i++)
		emit_scalar(form, form->owned[i], text);
}

/* emit_atomic.c - the accessors of an atomic field that has no states */
#include "gen/shared_form.h"

#include <stdio.h>

static void emit_loads(const struct model_struct *record, const struct model_field *field, const char *place,
                       struct gen_text *text)
{
	const char *type = field->type.c_name, *name = record->name;

	gen_printf(text, "\n/* ---- %s, by one instruction each; only a merge marks it present ---- */\n", field->name);
	gen_printf(
	    text,
	    "\n/* Returns: the value. Threads: any; never waits. Acquire: sees what was written before the store it reads. */\n");
	gen_printf(text, "static inline %s %s_load_%s(const struct %s_shared *shared)\n{\n", type, name, field->name, name);
	gen_printf(text, "\treturn atomic_load_explicit(&shared->%s, memory_order_acquire);\n}\n", place);
}

/* Who watches a store wants to know the value before, which an exchange tells and a load before it may not. */
static void emit_stores(const struct shared_form *form, const struct model_field *field, const char *place,
                        struct gen_text *text)
{
	const char *type = field->type.c_name, *name = form->record->name, *f = field->name;

	gen_printf(text,
	           "\n/* Replaces the value. Returns: the value before. Threads: any; never waits. Acquire and release. */\n");
	gen_printf(text, "static inline %s %s_exchange_%s(struct %s_shared *shared, %s value)\n{\n", type, name, f, name, type);
	text->depth = 1;
	gen_printf(text, "%s before = atomic_exchange_explicit(&shared->%s, value, memory_order_acq_rel);\n\n", type, place);
	shared_emit_probe(form, field, "before", "value", text);
	gen_printf(text, "return before;\n");
	text->depth = 0;
	gen_printf(text, "}\n\n/* Threads: any; never waits. Release: what was written before is seen by who loads this value. */\n");
	gen_printf(text, "static inline void %s_store_%s(struct %s_shared *shared, %s value)\n{\n", name, f, name, type);
	text->depth = 1;
	gen_printf(text, "if (FG_WATCHED(%s))\n\t(void)%s_exchange_%s(shared, value);\nelse\n", name, name, f);
	gen_printf(text, "\tatomic_store_explicit(&shared->%s, value, memory_order_release);\n", place);
	text->depth = 0;
	gen_printf(text, "}\n");
}

static void emit_compare_exchange(const struct shared_form *form, const struct model_field *field, const char *place,
                                  struct gen_text *text)
{
	const char *type = field->type.c_name, *name = form->record->name;

	gen_printf(text, "\n/*\n * Stores value if the field holds *expected, else puts what it holds there. Returns: it was stored.\n"
		   " * Threads: any; never waits. Acquire and release.\n */\n");
	gen_printf(text, "static inline bool %s_compare_exchange_%s(struct %s_shared *shared, %s *expected, %s value)\n{\n", name,
		   field->name, name, type, type);
	text->depth = 1;
	gen_printf(text, "bool stored = atomic_compare_exchange_strong_explicit(&shared->%s, expected, value, memory_order_acq_rel,"
		   " memory_order_acquire);\n\n", place);
	gen_printf(text, "if (FG_WATCHED(%s) && stored)\n\t", name);
	shared_emit_probe(form, field, "*expected", "value", text);
	gen_printf(text, "return stored;\n");
	text->depth = 0;
	gen_printf(text, "}\n");
}

/* A read-modify-write that takes a value and returns the old one. after: what it leaves, in C. Where nobody watches and
 * the old value isn't used, it is an instruction that doesn't fetch it. */
static void emit_fetch(const struct shared_form *form, const struct model_field *field, const char *place,
                       const char *verb, const char *doc, const char *after, struct gen_text *text)
{
	const char *type = field->type.c_name, *name = form->record->name;
	char cast[300];

	snprintf(cast, sizeof cast, "(%s)(%s)", type, after);
	gen_printf(text, "\n/* %s Returns: the value before. Threads: any; never waits. Acquire and release. */\n", doc);
	gen_printf(text, "static inline %s %s_%s_%s(struct %s_shared *shared, %s value)\n{\n", type, name, verb, field->name, name,
		   type);
	text->depth = 1;
	gen_printf(text, "if (FG_WATCHED(%s)) {\n", name);
	text->depth = 2;
	gen_printf(text, "%s before = atomic_fetch_%s_explicit(&shared->%s, value, memory_order_acq_rel);\n\n", type, verb,
	           place);
	shared_emit_probe(form, field, "before", cast, text);
	gen_printf(text, "return before;\n");
	text->depth = 1;
	gen_printf(text, "}\nreturn atomic_fetch_%s_explicit(&shared->%s, value, memory_order_acq_rel);\n", verb, place);
	text->depth = 0;
	gen_printf(text, "}\n");
}

void shared_emit_accessors(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	char place[160];

	shared_atomic_place(field, place);
	emit_loads(form->record, field, place, text);
	emit_stores(form, field, place, text);
	emit_compare_exchange(form, field, place, text);
	if (field->type.kind != MODEL_KIND_INT)
		return;
	emit_fetch(form, field, place, "add", "Adds, wrapping round.", "(uint64_t)before + (uint64_t)value", text);
	emit_fetch(form, field, place, "and", "Keeps the bits that value has.", "before & value", text);
	emit_fetch(form, field, place, "or", "Sets the bits that value has.", "before | value", text);
}

/* emit_states.c - a field with states: its tables, T_advance_F, and reading it with its version */
#include "gen/shared_form.h"

#include <stdio.h>
#include <string.h>

/* Is it the first enumerator of its value? Only such have a number: 1, 2, ... in declared order. */
static bool is_first(const struct model_enum *e, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (e->items[k].value == e->items[i].value)
			return false;
	return true;
}

/* Number of the state that has this outside name; the check has found it there. */
static unsigned number_of(const struct model_enum *e, const char *json_name)
{
	unsigned number = 0;
	size_t at = 0;

	while (at + 1 < e->items_n && strcmp(e->items[at].json_name, json_name) != 0)
		at++;
	for (size_t i = 0; i < e->items_n; i++) {
		number += is_first(e, i);
		if (e->items[i].value == e->items[at].value)
			return number;
	}
	return number;
}

/* The numbers that may follow this one, as bits number - 1. */
static uint64_t changes_from(const struct model_field *field, unsigned from)
{
	const struct model_enum *e = field->type.enumeration;
	uint64_t changes = 0;

	for (size_t i = 0; i < field->tag.states_n; i++)
		if (number_of(e, field->tag.states[i].from) == from)
			changes |= UINT64_C(1) << (number_of(e, field->tag.states[i].to) - 1);
	return changes;
}

static void emit_list(const struct model_field *field, struct gen_text *text)
{
	for (size_t i = 0; i < field->tag.states_n; i++)
		gen_printf(text, "%s%s>%s", i ? ", " : "", field->tag.states[i].from, field->tag.states[i].to);
}

/* Number to value, for reading: 0 (never set) is the zero value. */
static void emit_value_of(const struct model_field *field, const char *array, struct gen_text *text)
{
	const struct model_enum *e = field->type.enumeration;

	gen_printf(text, "static const %s %s[] = {(%s)0", field->type.c_name, array, field->type.c_name);
	for (size_t i = 0; i < e->items_n; i++)
		if (is_first(e, i))
			gen_printf(text, ", %s", e->items[i].c_name);
	gen_printf(text, "};\n");
}

static void emit_reads(const struct model_struct *record, const struct model_field *field, const char *place,
                       struct gen_text *text)
{
	const char *type = field->type.c_name, *name = record->name, *f = field->name;

	gen_printf(text, "\n/* Returns: the state; the zero value where it was never set. Threads: any; never waits. Acquire. */\n");
	gen_printf(text, "static inline %s %s_load_%s(const struct %s_shared *shared)\n{\n", type, name, f, name);
	text->depth = 1;
	emit_value_of(field, "states", text);
	gen_printf(text, "\nreturn states[fg_states_state(atomic_load_explicit(&shared->%s, memory_order_acquire))];\n", place);
	text->depth = 0;
	gen_printf(text, "}\n\n/* Returns: how often the state was changed, the first time included; 0: never set. Threads: any; never"
		   " waits. Acquire. */\n");
	gen_printf(text, "static inline uint64_t %s_version_%s(const struct %s_shared *shared)\n{\n", name, f, name);
	gen_printf(text, "\treturn fg_states_version(atomic_load_explicit(&shared->%s, memory_order_acquire));\n}\n", place);
	gen_printf(text, "\n/* Both, of one moment: one load. ret_version: not NULL. */\n");
	gen_printf(text, "static inline %s %s_load_versioned_%s(const struct %s_shared *shared, uint64_t *ret_version)\n{\n", type, name,
	           f, name);
	text->depth = 1;
	emit_value_of(field, "states", text);
	gen_printf(text, "uint64_t word = atomic_load_explicit(&shared->%s, memory_order_acquire);\n\n", place);
	gen_printf(text, "*ret_version = fg_states_version(word);\nreturn states[fg_states_state(word)];\n");
	text->depth = 0;
	gen_printf(text, "}\n");
}

void shared_emit_states_header(const struct shared_form *form, const struct model_field *field, struct gen_text *text)
{
	const char *name = form->record->name;
	char place[160];

	shared_atomic_place(field, place);
	gen_printf(text, "\n/* ---- %s: ", field->name);
	emit_list(field, text);
	gen_printf(text, " ---- */\n");
	gen_printf(
	    text,
	    "\n/*\n * Changes the state, and counts the version up, in one compare-exchange; only a change that is listed above. A"
	    " field that was never set takes any state. The state that it has already: nothing changes, the version neither.\n"
	    " * ret_from: the state before; with -EPERM the one that it can't be left from that way; untouched where the field was"
	    " never set, and with -EINVAL. May be NULL.\n"
	    " * Returns: 0, -EPERM (the change isn't listed), -EINVAL (to is no enumerator).\n"
	    " * Threads: any; never waits. Acquire and release. Only a merge marks the field present.\n"
	    " * Cost: one load, one compare-exchange.\n */\n");
	gen_printf(text, "int %s_advance_%s(struct %s_shared *shared, %s to, %s *ret_from);\n", name, field->name, name,
	           field->type.c_name, field->type.c_name);
	emit_reads(form->record, field, place, text);
}

static void emit_tables(const struct model_struct *record, const struct model_field *field, struct gen_text *text)
{
	const struct model_enum *e = field->type.enumeration;
	char values[300];
	unsigned number = 0;

	gen_printf(text, "/* %s: states by number, 0 where it was never set; what may follow each, as bits number - 1; values. */\n",
	           field->name);
	gen_printf(text, "static const char *const %s_names_%s[] = {\"?\"", record->name, field->name);
	for (size_t i = 0; i < e->items_n; i++)
		if (is_first(e, i))
			gen_printf(text, ", \"%s\"", e->items[i].json_name);
	gen_printf(text, "};\nstatic const uint64_t %s_changes_%s[] = {UINT64_MAX", record->name, field->name);
	for (size_t i = 0; i < e->items_n; i++)
		if (is_first(e, i))
			gen_printf(text, ", 0x%llxu", (unsigned long long)changes_from(field, ++number));
	gen_printf(text, "};\n");
	snprintf(values, sizeof values, "%s_values_%s", record->name, field->name);
	emit_value_of(field, values, text);
	gen_printf(text, "\n");
}

void shared_emit_states_source(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;
	char place[160];

	for (size_t i = 0; i < form->states_n; i++) {
		const struct model_field *field = form->states[i];
		const struct model_enum *e = field->type.enumeration;
		unsigned number = 0;
		char before[300];

		shared_atomic_place(field, place);
		emit_tables(form->record, field, text);
		gen_printf(text, "static unsigned %s_number_%s(%s value)\n{\n", name, field->name, field->type.c_name);
		gen_printf(text, "\tswitch ((int64_t)value) {\n");
		for (size_t k = 0; k < e->items_n; k++)
			if (is_first(e, k))
				gen_printf(text, "\tcase (int64_t)%s:\n\t\treturn %u;\n", e->items[k].c_name, ++number);
		gen_printf(text, "\tdefault:\n\t\treturn 0;\n\t}\n}\n\n");
		gen_printf(text, "int %s_advance_%s(struct %s_shared *shared, %s to, %s *ret_from)\n{\n", name, field->name, name,
		           field->type.c_name, field->type.c_name);
		text->depth = 1;
		gen_printf(text, "unsigned number = %s_number_%s(to), from;\nint rc;\n\n", name, field->name);
		gen_printf(text, "if (!number)\n\treturn -EINVAL;\n");
		gen_printf(text, "rc = fg_states_advance(&shared->%s, %s_changes_%s, number, &from);\n", place, name, field->name);
		gen_printf(text, "if (FG_WATCHED(%s) && !rc && from != number)\n\t", name);
		snprintf(before, sizeof before, "%s_values_%s[from]", name, field->name);
		shared_emit_probe(form, field, before, "to", text);
		gen_printf(text, "if (ret_from && from)\n\t*ret_from = %s_values_%s[from];\nreturn rc;\n", name, field->name);
		text->depth = 0;
		gen_printf(text, "}\n\n");
	}
}

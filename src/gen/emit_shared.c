/* emit_shared.c - the shared form's declarations: group structs, struct T_shared, its functions and atomic accessors */
#include "gen/codec_form.h"
#include "gen/shared_form.h"

#include <stdio.h>

/* A member as the record declares it. */
static void emit_member(const struct model_field *field, struct gen_text *text)
{
	if (field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "char %s", field->name);
	else
		gen_printf(text, "%s %s", field->type.c_name, field->name);
	if (field->shape == MODEL_SHAPE_FIXED)
		gen_printf(text, "[%zu]", field->fixed_n);
	if (field->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "[%zu]", field->type.size);
	gen_printf(text, ";\n");
}

static void emit_group_names(const struct shared_group *group, struct gen_text *text)
{
	for (size_t i = 0; i < group->fields_n; i++)
		gen_printf(text, "%s%s", i ? ", " : "", group->fields[i].field->name);
}

static const char *group_title(const struct shared_group *group)
{
	switch (group->policy) {
	case MODEL_POLICY_MUTEX:
		return "What one mutex guards";
	case MODEL_POLICY_RWMUTEX:
		return "What one reader-writer lock guards";
	case MODEL_POLICY_ONCE:
		return "What is written once, each field by itself,";
	case MODEL_POLICY_OWNER:
		return "What one thread writes";
	default:
		return "The snapshot fields";
	}
}

static void emit_group_structs(const struct shared_form *form, struct gen_text *text)
{
	for (size_t i = 0; i < form->groups_n; i++) {
		const struct shared_group *group = &form->groups[i];

		gen_printf(text, "\n/* %s of %s%s */\nstruct %s_%s {\n", group_title(group), form->record->c_name,
		           group == form->once ? "." : ": read and written whole.", form->record->name, group->name);
		text->depth = 1;
		for (size_t k = 0; k < group->fields_n; k++)
			emit_member(group->fields[k].field, text);
		text->depth = 0;
		gen_printf(text, "};\n");
	}
}

/* ---- struct T_shared ----------------------------------------------------------------------------------------- */

static void emit_place(const struct shared_form *form, const struct shared_group *group, unsigned line_size,
                       struct gen_text *text)
{
	const char *name = form->record->name;

	if (group->policy == MODEL_POLICY_SNAPSHOT) {
		gen_printf(text, "/* presence bits, then a struct %s_%s, in words; sequence guards them */\n", name, group->name);
		gen_printf(text, "alignas(%u) struct {\n\tstruct fg_seq sequence;\n", line_size);
		gen_printf(text, "\t_Atomic uint64_t words[%zu];\n} %s;\n", group->present_n + (group->size + 7) / 8, group->place);
		return;
	}
	gen_printf(text, "alignas(%u) struct {\n\t%s lock; /* guards the members below */\n", line_size,
		   group->policy == MODEL_POLICY_MUTEX ? "struct fg_mutex" : "struct fg_rwlock");
	gen_printf(text, "\tuint64_t present[%zu];\n\tstruct %s_%s fields;\n} %s;\n", group->present_n, name, group->name, group->place);
}

/* What holds an atomic field: with states, the state beside its version. */
static void emit_atomic(const struct model_field *field, const char *name, struct gen_text *text)
{
	if (field->tag.states_n)
		gen_printf(text, "_Atomic uint64_t %s; /* version, 56 bits; state, 8 bits */\n", name);
	else
		gen_printf(text, "_Atomic(%s) %s;\n", field->type.c_name, name);
}

static void emit_atomic_places(const struct shared_form *form, unsigned line_size, struct gen_text *text)
{
	if (!form->atomics_n)
		return;
	gen_printf(text, "alignas(%u) struct {\n", line_size);
	text->depth = 2;
	gen_printf(text, "_Atomic uint64_t present[%zu]; /* bits of all atomic fields, set after their values */\n", form->bits_n);
	for (size_t i = 0; i < form->atomics_n; i++)
		if (!form->atomics[i]->tag.hot)
			emit_atomic(form->atomics[i], form->atomics[i]->name, text);
	text->depth = 1;
	gen_printf(text, "} atomics;\n");
	for (size_t i = 0; i < form->atomics_n; i++) {
		if (!form->atomics[i]->tag.hot)
			continue;
		gen_printf(text, "alignas(%u) struct {\n\t", line_size);
		emit_atomic(form->atomics[i], "value", text);
		gen_printf(text, "} hot_%s;\n", form->atomics[i]->name);
	}
}

static void emit_shared_struct(const struct shared_form *form, unsigned line_size, struct gen_text *text)
{
	gen_printf(
	    text,
	    "\n/*\n * The shared form of %s: what threads share. Its members are for the functions below alone. What is written"
	    " apart lies %u bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(%u, ...).\n */\n",
	    form->record->c_name, line_size, line_size);
	gen_printf(text, "struct %s_shared {\n", form->record->name);
	text->depth = 1;
	if (form->published)
		shared_emit_published_place(form, line_size, text);
	for (size_t i = 0; i < form->groups_n; i++)
		if (&form->groups[i] != form->once && &form->groups[i] != form->owner)
			emit_place(form, &form->groups[i], line_size, text);
	if (form->once)
		shared_emit_once_place(form, line_size, text);
	if (shared_has_owner(form))
		shared_emit_owner_place(form, line_size, text);
	emit_atomic_places(form, line_size, text);
	text->depth = 0;
	gen_printf(text, "};\n");
}

/* ---- the record as a whole ----------------------------------------------------------------------------------- */

static void emit_each_moment(const struct shared_form *form, struct gen_text *text)
{
	const char *before = " * Each a moment of its own:";

	for (size_t i = 0; form->once && i < form->once->fields_n; i++) {
		gen_printf(text, "%s %s", before, form->once->fields[i].field->name);
		before = ",";
	}
	for (size_t i = 0; i < form->owned_n; i++) {
		gen_printf(text, "%s %s", before, form->owned[i]->name);
		before = ",";
	}
	for (size_t i = 0; i < form->atomics_n; i++) {
		gen_printf(text, "%s %s", before, form->atomics[i]->name);
		before = ",";
	}
	if (before[0] == ',')
		gen_printf(text, ".\n");
}

/* " * Fields of one moment: snapshot (id, note); money (amount, currency). Each a moment of its own: status, views." */
static void emit_moments(const struct shared_form *form, struct gen_text *text)
{
	const char *before = " * Fields of one moment:";

	if (form->published) {
		gen_printf(text, "%s snapshot (", before);
		shared_emit_published_names(form, text);
		gen_printf(text, ")");
		before = ";";
	}
	for (size_t i = 0; i < form->groups_n; i++) {
		if (&form->groups[i] == form->once)
			continue;
		gen_printf(text, "%s %s (", before, form->groups[i].name);
		emit_group_names(&form->groups[i], text);
		gen_printf(text, ")");
		before = ";";
	}
	if (before[0] == ';')
		gen_printf(text, ". Different groups may be of different moments.\n");
	emit_each_moment(form, text);
}

/* Which groups may make a caller wait. */
static const char *blocking(const struct shared_form *form, bool writing)
{
	for (size_t i = 0; i < form->groups_n; i++)
		if (form->groups[i].policy == MODEL_POLICY_MUTEX || form->groups[i].policy == MODEL_POLICY_RWMUTEX)
			return "waits for the locks of its groups, one at a time, never holding two";
	if (form->published)
		return writing ? "waits for another writer of the snapshot group" : "never waits";
	if (!form->groups_n || form->groups[0].policy != MODEL_POLICY_SNAPSHOT)
		return form->groups_n ? "waits for another that writes at the moment" : "never waits";
	return writing ? "waits for another writer of the snapshot group" : "never waits for longer than writers take turns";
}

static void emit_refusals(const struct shared_form *form, struct gen_text *text)
{
	gen_printf(text, " * Refused where it %s%s%s; this is looked at first, and then nothing of the patch is merged%s.\n",
	           form->once ? "gives a field that is written once another value" : "", form->once && form->states_n ? ", or " : "",
	           form->states_n ? "asks for a change that states doesn't list" : "",
	           form->states_n > 1 ? " (but where another thread changes a second state meanwhile, and that one is refused only"
	                                " then: the states before it are advanced)" : "");
	gen_printf(text, " * ret_refusal: says which field and why; untouched unless refused; may be NULL.\n");
	if (!form->published)
		gen_printf(text, " * Returns: 0 or -EPERM.\n");
}

/* How merges fail that copy. */
static void emit_failures(const struct shared_form *form, struct gen_text *text)
{
	gen_printf(text, " * What the patch points to is copied; patch and arena may go. It may come from a view of this very record.\n"
		   " * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than %d structs in each other)%s. Then nothing has"
		   " changed.\n", GEN_COPY_DEPTH_MAX, gen_refuses(form->record) ? "; -EPERM (refused)" : "");
}

static void emit_init(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	if (form->published)
		gen_printf(text, "\n/* Makes it empty. allocator: for what the record points to, called from any thread that merges or"
			   " ends a read section; NULL for malloc (all-zero says the same). It has to outlive the record"
			   " and, after that, until fg_read_wait has returned. Threads: no other may use it yet. Cost: one memset. */\n"
			   "void %s_shared_init(struct %s_shared *shared, const struct fg_allocator *allocator);\n", name, name);
	else
		gen_printf(text, "\n/* Makes it empty. Threads: no other may use it yet. Cost: one memset. */\n"
			   "void %s_shared_init(struct %s_shared *shared);\n", name, name);
}

static void emit_record_functions(const struct shared_form *form, struct gen_text *text)
{
	const char *name = form->record->name;

	emit_init(form, text);
	gen_printf(
	    text,
	    "\n/*\n * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each"
	    " whole; inline structs field by field, an array together with its count.\n");
	if (gen_refuses(form->record))
		emit_refusals(form, text);
	if (form->published)
		emit_failures(form, text);
	gen_printf(
	    text,
	    " * present: NULL means all fields.\n * Threads: %s; %s. Readers see each group before or after, never between.\n",
	    shared_has_owner(form) ? "any, but where the patch names fields of an owner that one alone" : "any",
	    blocking(form, true));
	gen_printf(
	    text,
	    " * Cost: %sfor each group that the patch touches one lock and unlock and a copy of the named fields; for each atomic"
	    " field one store.\n */\n",
	    form->published ? "for the snapshot group a copy of all its fields and of all that they point to, in new memory; " : "");
	gen_printf(text, "%s %s_merge(struct %s_shared *shared, const %s *record, const struct %s_present *present%s);\n",
		   gen_merge_fails(form->record) ? "int" : "void", name, name, form->record->c_name, name,
	           gen_refuses(form->record) ? ", struct fg_refusal *ret_refusal" : "");

	gen_printf(text, "\n/*\n * Reads all fields.\n");
	emit_moments(form, text);
	if (form->published)
		gen_printf(text, " * arena: gets what the record points to.\n");
	gen_printf(text, " * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.\n"
		   " * ret_present: gets the fields that were ever merged or written as a group; may be NULL.\n");
	if (form->published)
		gen_printf(text, " * Returns: 0, or -ENOMEM: then *ret_record and *ret_present are as they were, and the arena may"
			   " keep some.\n");
	gen_printf(text, " * Threads: any; %s.%s\n", blocking(form, false),
		   form->published || (form->groups_n && form->groups[0].policy == MODEL_POLICY_SNAPSHOT)
			   ? " The snapshot group is read without a write to shared memory." : "");
	gen_printf(
	    text,
	    " * Cost: %s for the snapshot group, a lock and a copy for each other, a load for each atomic.\n */\n",
	    form->published ? "a read section and a copy into the arena" : "two loads and a copy");
	gen_printf(text, "%s %s_read(struct %s_shared *shared, %s%s *ret_record, struct %s_present *ret_present);\n",
	           form->published ? "int" : "void", name, name, form->published ? "struct fg_arena *arena, " : "",
	           form->record->c_name, name);
	if (form->published)
		shared_emit_published_header(form, text);
}

/* ---- groups -------------------------------------------------------------------------------------------------- */

static void emit_group_functions(const struct shared_form *form, const struct shared_group *group,
                                 struct gen_text *text)
{
	const char *name = form->record->name, *g = group->name;

	bool snapshot = group->policy == MODEL_POLICY_SNAPSHOT, owner = group->policy == MODEL_POLICY_OWNER;

	if (shared_is_image(group))
		gen_printf(text, "\n/* For the next function alone, once its first try has failed. */\nvoid %s_reread_%s(struct %s_shared"
			   " *shared, struct %s_%s *ret_group);\n", name, g, name, name, g);
	gen_printf(text, "\n/*\n * Reads ");
	emit_group_names(group, text);
	gen_printf(text, " as of one moment.\n");
	if (snapshot)
		gen_printf(text, " * Threads: any; writes nothing shared, unless writers never rest: then it takes one turn among them."
			   " Acquire.\n * Cost: two loads and a copy.\n */\n");
	else if (owner)
		gen_printf(text, " * Threads: any; writes nothing shared; tries again for as long as the owner writes without a pause."
			   " Acquire.\n * Cost: two loads and a copy.\n */\n");
	else
		gen_printf(text, " * Threads: any; waits for the lock. Acquire.\n * Cost: lock, copy, unlock.\n */\n");
	if (shared_is_image(group))
		shared_emit_read_group_inline(form, group, text);
	else
		gen_printf(text, "void %s_read_%s(struct %s_shared *shared, struct %s_%s *ret_group);\n", name, g, name, name, g);
	gen_printf(text, "\n/*\n * Replaces ");
	emit_group_names(group, text);
	if (owner)
		gen_printf(text, ", and marks them present.\n * Threads: the owner; never waits. Release.\n * Cost: a copy.\n */\n");
	else
		gen_printf(text, ", and marks them present.\n * Threads: any; waits for other writers%s. Release.\n * Cost: %s\n */\n",
			   snapshot ? "" : " and readers",
			   snapshot ? "one compare-exchange and a copy." : "lock, copy, unlock.");
	gen_printf(text, "void %s_write_%s(struct %s_shared *shared, const struct %s_%s *group);\n", name, g, name, name, g);
}

static void emit_lock_functions(const struct shared_form *form, const struct shared_group *group, struct gen_text *text)
{
	const char *name = form->record->name, *g = group->name;

	if (group->policy == MODEL_POLICY_MUTEX) {
		gen_printf(
		    text,
		    "\n/*\n * Locks the group. Returns: its fields, the caller's to read and write until unlock; what is changed"
		    " here is not marked present.\n * Threads: any; waits for the holder. Not recursive: no merge, read or second"
		    " lock of this record by the holder. Acquire, and release at unlock.\n * Cost: one compare-exchange; unlock one"
		    " exchange.\n */\n");
		gen_printf(text, "struct %s_%s *%s_lock_%s(struct %s_shared *shared);\n", name, g, name, g, name);
		gen_printf(text, "void %s_unlock_%s(struct %s_shared *shared);\n", name, g, name);
		return;
	}
	gen_printf(text, "\n/*\n * Lock the group for reading, with other readers, or for writing, alone. Return: its fields, until unlock;"
		   " what is changed here is not marked present.\n * Threads: any; readers wait for a writer that holds or awaits the lock,"
		   " writers for all. Not recursive. Acquire, and release at unlock.\n * Cost: one compare-exchange; unlock one locked"
		   " instruction.\n */\n");
	gen_printf(text, "const struct %s_%s *%s_read_lock_%s(struct %s_shared *shared);\n", name, g, name, g, name);
	gen_printf(text, "void %s_read_unlock_%s(struct %s_shared *shared);\n", name, g, name);
	gen_printf(text, "struct %s_%s *%s_write_lock_%s(struct %s_shared *shared);\n", name, g, name, g, name);
	gen_printf(text, "void %s_write_unlock_%s(struct %s_shared *shared);\n", name, g, name);
}

void gen_emit_shared_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	struct shared_form form;

	shared_form_init(&form, record);
	emit_group_structs(&form, text);
	gen_printf(text, "\n/* Counts who watches what the functions below write. */\nFG_PROBE_SEMAPHORE(%s);\n", record->name);
	emit_shared_struct(&form, output->line_size, text);
	emit_record_functions(&form, text);
	for (size_t i = 0; i < form.groups_n; i++) {
		if (&form.groups[i] == form.once)
			continue;
		emit_group_functions(&form, &form.groups[i], text);
		if (!shared_is_image(&form.groups[i]))
			emit_lock_functions(&form, &form.groups[i], text);
	}
	if (form.once)
		shared_emit_once_header(&form, text);
	if (shared_has_owner(&form))
		shared_emit_owner_header(&form, text);
	for (size_t i = 0; i < form.atomics_n; i++) {
		if (form.atomics[i]->tag.states_n)
			shared_emit_states_header(&form, form.atomics[i], text);
		else
			shared_emit_accessors(&form, form.atomics[i], text);
	}
	shared_form_fini(&form);
}

/* The image's words were counted by the generator: any other layout must not compile. */
static void emit_layout_asserts(const struct shared_form *form, struct gen_text *text)
{
	for (size_t i = 0; i < form->groups_n; i++) {
		const struct shared_group *group = &form->groups[i];

		gen_printf(text, "_Static_assert(sizeof(struct %s_%s) == %zu, \"%s: generate again\");\n", form->record->name,
			   group->name, group->size, form->record->c_name);
		for (size_t k = 0; k < group->fields_n; k++)
			gen_printf(text, "_Static_assert(offsetof(struct %s_%s, %s) == %zu, \"%s: generate again\");\n",
			           form->record->name, group->name, group->fields[k].field->name,
			           group->fields[k].offset, form->record->c_name);
	}
	if (form->groups_n)
		gen_printf(text, "\n");
}

void gen_emit_shared_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	struct shared_form form;

	(void)output;
	shared_form_init(&form, record);
	gen_printf(text, "/* ---- %s_shared ---- */\n\n", record->name);
	emit_layout_asserts(&form, text);
	gen_printf(text, "void %s_shared_init(struct %s_shared *shared%s)\n{\n\tmemset(shared, 0, sizeof *shared);\n%s}\n\n",
	           record->name, record->name, form.published ? ", const struct fg_allocator *allocator" : "",
	           form.published ? "\tshared->snapshot.allocator = allocator;\n" : "");
	if (form.published)
		shared_emit_published_source(&form, text);
	shared_emit_states_source(&form, text);
	if (form.once)
		shared_emit_once_source(&form, text);
	shared_emit_merge(&form, text);
	shared_emit_read(&form, text);
	shared_emit_groups(&form, text);
	shared_form_fini(&form);
}

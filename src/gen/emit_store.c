/* emit_store.c - typed wrappers of fg_store: T_store_new, merge, read, remove, each */
#include "gen/gen.h"

static const struct model_field *key_field(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].tag.key)
			return &record->fields[i];
	return NULL;
}

static void emit_key_parameter(const struct model_field *key, struct gen_text *text)
{
	if (key->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "const char *key");
	else
		gen_printf(text, "%s key", key->type.c_name);
}

/* "order_store_read(struct fg_store *store, const char *id", left open. */
static void emit_keyed(const struct model_struct *record, const struct model_field *key, const char *verb,
                       struct gen_text *text)
{
	gen_printf(text, "int %s_store_%s(struct fg_store *store, ", record->name, verb);
	emit_key_parameter(key, text);
}

static void emit_prototype_new(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "int %s_store_new(const struct fg_store_options *options, struct fg_store **ret_store)", record->name);
}

static void emit_prototype_merge(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "int %s_store_merge(struct fg_store *store, const %s *record, const struct %s_present *present%s)", record->name,
		   record->c_name, record->name, gen_refuses(record) ? ", struct fg_refusal *ret_refusal" : "");
}

static void emit_prototype_each(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "int %s_store_each(struct fg_store *store, int (*visit)(const %s *record, const struct %s_present *present, "
		   "void *user), void *user)", record->name, record->c_name, record->name);
}

void gen_emit_store_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	const struct model_field *key = key_field(record);

	(void)output;
	gen_printf(text, "\n/* ---- stores of %s by %s: fg_store with types ---- */\n\n",
		   record->c_name, key->name);
	gen_printf(text, "/* options: NULL for defaults. Returns: 0 or -ENOMEM. Owner: the caller frees with fg_store_free. */\n");
	emit_prototype_new(record, text);
	gen_printf(text, ";\n\n/*\n * Merges a patch into the record of its own key as %s_merge does; the first merge of a key makes it.\n"
		   " * present: NULL means all fields.\n * Returns: 0, -ENOENT (the patch has no %s), -ENOMEM or -ENOSPC"
		   " (a limit of the store; nothing changed)%s%s.\n"
		   " * Threads: any number at once.\n * Cost: one look-up and one %s_merge.\n */\n", record->name, key->name,
	           gen_published(record) ? ", -EINVAL (a count over its array, nothing changed)" : "",
	           gen_refuses(record) ? ", -EPERM (refused)" : "",
	           record->name);
	emit_prototype_merge(record, text);
	gen_printf(text, ";\n\n/*\n * Reads the record of a key as %s_read does.\n%s * ret_present: may be NULL.\n"
		   "%s * Returns: 0%s or -ENOENT.\n * Threads: any number at once.\n * Cost: one look-up and one %s_read.\n */\n",
	           record->name,
		   key->type.kind == MODEL_KIND_CHARS ? " * key: NUL-terminated, of any length.\n" : "",
	           gen_published(record) ? " * arena: gets what the record points to.\n" : "",
	           gen_published(record) ? ", -ENOMEM (*ret_record is as it was)" : "", record->name);
	emit_keyed(record, key, "read", text);
	gen_printf(text, ", %s%s *ret_record, struct %s_present *ret_present);\n\n",
	           gen_published(record) ? "struct fg_arena *arena, " : "", record->c_name, record->name);
	gen_printf(text, "/* Removes the record of a key. Returns: 0 or -ENOENT. Threads: any number at once. */\n");
	emit_keyed(record, key, "remove", text);
	gen_printf(text, ");\n\n/*\n * Calls visit with each record, read as by %s_read, in no order, until it returns other than 0.\n"
		   " * record, present: valid during the call.\n * Returns: 0, what visit returned, or -ENOMEM.\n"
		   " * Threads: any number at once; fg_store_each says what is seen of others' work and what visit may do.\n */\n",
		   record->name);
	emit_prototype_each(record, text);
	gen_printf(text, ";\n");
}

/* "fg_store_read(store, key, ...": the key's bytes are those that T_fg_type's key function gives. */
static void emit_key_value(const struct model_field *key, struct gen_text *text)
{
	if (key->type.kind == MODEL_KIND_CHARS)
		gen_printf(text, "(struct fg_key){key, strlen(key)}");
	else
		gen_printf(text, "(struct fg_key){&key, sizeof key}");
}

static void emit_each(const struct model_struct *record, struct gen_text *text)
{
	const char *name = record->name;

	gen_printf(text, "struct %s_store_visitor {\n\tint (*visit)(const %s *record, const struct %s_present *present, void *user);\n"
		   "\tvoid *user;\n};\n\n", name, record->c_name, name);
	gen_printf(text, "static int %s_store_visit(const void *record, const void *present, void *user)\n{\n"
		   "\tconst struct %s_store_visitor *visitor = user;\n\n"
		   "\treturn visitor->visit(record, present, visitor->user);\n}\n\n", name, name);
	emit_prototype_each(record, text);
	gen_printf(text, "\n{\n\tstruct %s_store_visitor visitor = {visit, user};\n\n"
		   "\treturn fg_store_each(store, %s_store_visit, &visitor);\n}\n\n", name, name);
}

void gen_emit_store_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text)
{
	const struct model_field *key = key_field(record);

	(void)output;
	emit_prototype_new(record, text);
	gen_printf(text, "\n{\n\treturn fg_store_new(&%s_fg_type, options, ret_store);\n}\n\n", record->name);
	emit_prototype_merge(record, text);
	if (gen_refuses(record))
		gen_printf(text, "\n{\n\treturn fg_store_merge_told(store, record, present, ret_refusal);\n}\n\n");
	else
		gen_printf(text, "\n{\n\treturn fg_store_merge(store, record, present);\n}\n\n");
	emit_keyed(record, key, "read", text);
	gen_printf(text, ", %s%s *ret_record, struct %s_present *ret_present)\n{\n\treturn fg_store_read%s(store, ",
	           gen_published(record) ? "struct fg_arena *arena, " : "", record->c_name, record->name,
	           gen_published(record) ? "_into" : "");
	emit_key_value(key, text);
	gen_printf(text, "%s, ret_record, ret_present);\n}\n\n", gen_published(record) ? ", arena" : "");
	emit_keyed(record, key, "remove", text);
	gen_printf(text, ")\n{\n\treturn fg_store_remove(store, ");
	emit_key_value(key, text);
	gen_printf(text, ");\n}\n\n");
	emit_each(record, text);
}

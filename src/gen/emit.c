/* emit.c - the frame of NAME.fg.h and NAME.fg.c: banner, includes, layout assertions, and the parts of each struct */
#include "gen/codec_form.h"
#include "gen/shared_form.h"

#include <stdlib.h>
#include <string.h>

bool gen_public(const struct model_struct *record)
{
	return record->wanted && gen_fields_n(record) > 0;
}

const struct model_field *gen_map_key(const struct model_struct *entry)
{
	for (size_t i = 0; i < entry->fields_n; i++)
		if (gen_field_listed(&entry->fields[i]) && entry->fields[i].tag.mapkey)
			return &entry->fields[i];
	return NULL;
}

const struct model_field *gen_map_value(const struct model_struct *entry)
{
	for (size_t i = 0; i < entry->fields_n; i++)
		if (gen_field_listed(&entry->fields[i]) && entry->fields[i].tag.mapvalue)
			return &entry->fields[i];
	return NULL;
}

/* What `user`, itself used as `uses` says (or public: all), makes of the type of one of its fields. */
static unsigned field_uses(const struct model_struct *user, unsigned uses, const struct model_field *field)
{
	const struct model_struct *target = field->type.record;

	if (!uses || !gen_field_listed(field) || field->type.kind != MODEL_KIND_STRUCT)
		return 0;
	if (gen_field_nested(field) && (uses & GEN_USED_NESTED))
		return GEN_USED_OBJECT | GEN_USED_NESTED;
	/* A map's element that has a mapvalue is never decoded as an object; its value alone is. */
	if (field->tag.map)
		return gen_map_value(target) ? GEN_USED_ENTRY : GEN_USED_OBJECT;
	if (uses == GEN_USED_ENTRY && field != gen_map_value(user))
		return 0;
	return GEN_USED_OBJECT;
}

/* Adds `more` to what is known of target. Returns: something was new. */
static bool add_uses(const struct model *model, unsigned *uses, const struct model_struct *target, unsigned more)
{
	for (size_t i = 0; i < model->structs_n; i++) {
		if (model->structs[i] == target && (uses[i] | more) != uses[i]) {
			uses[i] |= more;
			return true;
		}
	}
	return false;
}

unsigned gen_uses(const struct model *model, const struct model_struct *record)
{
	unsigned *uses = calloc(model->structs_n + 1, sizeof *uses);
	unsigned found = 0;
	bool changed = uses != NULL;

	for (size_t i = 0; uses && i < model->structs_n; i++)
		if (gen_public(model->structs[i]))
			uses[i] = GEN_USED_OBJECT | GEN_USED_NESTED;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < model->structs_n; i++) {
			const struct model_struct *user = model->structs[i];

			for (size_t k = 0; k < user->fields_n; k++) {
				unsigned more = field_uses(user, uses[i], &user->fields[k]);

				changed |= more && add_uses(model, uses, user->fields[k].type.record, more);
			}
		}
	}
	for (size_t i = 0; uses && i < model->structs_n; i++)
		if (model->structs[i] == record)
			found = uses[i];
	free(uses);
	return found;
}

/* A file's name without its folders. */
static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void emit_banner(const struct gen_output *output, const char *suffix, const char *purpose, struct gen_text *text)
{
	gen_printf(text, "/*\n * %s.fg.%s - %s\n *\n", output->name, suffix, purpose);
	gen_printf(text,
	           " * Written by fieldguard " FG_VERSION
	           " from %s. Do not edit it: change the header and generate again.\n",
	           file_name(output->header));
	gen_printf(text, " */\n");
}

static bool any_shared(const struct model *model)
{
	for (size_t i = 0; i < model->structs_n; i++)
		if (gen_public(model->structs[i]) && model->structs[i]->shareable)
			return true;
	return false;
}

static bool any_published(const struct model *model)
{
	for (size_t i = 0; i < model->structs_n; i++)
		if (gen_public(model->structs[i]) && model->structs[i]->shareable && gen_published(model->structs[i]))
			return true;
	return false;
}

static bool any_store(const struct model *model)
{
	for (size_t i = 0; i < model->structs_n; i++)
		if (gen_stored(model->structs[i]))
			return true;
	return false;
}

bool gen_stored(const struct model_struct *record)
{
	if (!gen_public(record) || !record->shareable)
		return false;
	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_listed(&record->fields[i]) && record->fields[i].tag.key)
			return true;
	return false;
}

/* Says in the header why a struct has no shared form. */
static void emit_not_shared(const struct model_struct *record, struct gen_text *text)
{
	if (record->tag.local)
		gen_printf(text, "\n/* %s has no shared form: it is tagged `local`. */\n", record->c_name);
}

void gen_emit_header(const struct gen_output *output, struct gen_text *text)
{
	const struct model *model = output->model;
	char guard[128];

	gen_name_upper(output->name, guard);
	emit_banner(output, "h", "conversion of the structs below to and from JSON, and their shared forms", text);
	gen_printf(text, "#ifndef %s_FG_H\n#define %s_FG_H\n\n", guard, guard);
	gen_printf(text, "#include \"%s\"\n", output->header);
	if (any_published(model))
		gen_printf(text, "#include <fieldguard/publish.h>\n");
	if (any_shared(model))
		gen_printf(text, "#include <fieldguard/rules.h>\n");
	gen_printf(text, "#include <fieldguard/type.h>\n");
	if (any_store(model))
		gen_printf(text, "#include <fieldguard/store.h>\n");
	if (any_shared(model))
		gen_printf(text, "#include <fieldguard/usdt.h>\n");
	for (size_t i = 0; i < model->structs_n; i++) {
		const struct model_struct *record = model->structs[i];

		if (!gen_uses(model, record))
			continue;
		gen_emit_present_header(output, record, text);
		if (!gen_public(record))
			continue;
		gen_emit_codec_header(output, record, text);
		if (record->shareable)
			gen_emit_shared_header(output, record, text);
		else
			emit_not_shared(record, text);
		if (gen_stored(record))
			gen_emit_store_header(output, record, text);
	}
	gen_printf(text, "\n#endif\n");
}

/* The generated code was made for one layout: any other must not compile. */
static void emit_layout(const struct model_struct *record, struct gen_text *text)
{
	gen_printf(text, "_Static_assert(sizeof(%s) == %zu && _Alignof(%s) == %zu, \"%s: generate again\");\n",
	           record->c_name, record->size, record->c_name, record->align, record->c_name);
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (field->bitfield || !field->name || !*field->name)
			continue;
		gen_printf(text, "_Static_assert(offsetof(%s, %s) == %llu", record->c_name, field->name,
		           (unsigned long long)field->offset_bits / 8);
		if (field->size_bits)
			gen_printf(text, " && sizeof(((%s *)0)->%s) == %llu", record->c_name, field->name,
			           (unsigned long long)field->size_bits / 8);
		gen_printf(text, ", \"%s.%s: generate again\");\n", record->c_name, field->name);
	}
	gen_printf(text, "\n");
}

void gen_emit_prototypes(const struct gen_output *output, struct gen_text *text)
{
	for (size_t i = 0; i < output->model->structs_n; i++) {
		const struct model_struct *record = output->model->structs[i];
		unsigned uses = gen_uses(output->model, record);

		for (size_t k = 0; k < record->fields_n; k++) {
			const struct model_field *field = &record->fields[k];

			if (!gen_array_used(record, field, uses))
				continue;
			gen_printf(text, "static const char *%s_decode_%s(struct fg_dec *d, const char *p, %s *r);\n",
			           record->name, field->name, record->c_name);
			gen_printf(text, "static void %s_encode_%s(struct fg_enc *e, const %s *r);\n", record->name,
			           field->name, record->c_name);
		}
		if (uses && gen_owns(record))
			gen_printf(text, "static int %s_own(struct fg_copier *c, %s *r);\n", record->name,
			           record->c_name);
		if (!(uses & GEN_USED_OBJECT))
			continue;
		gen_printf(
		    text,
		    "static const char *%s_decode_object(struct fg_dec *d, const char *p, %s *r, struct %s_present *m);\n",
		    record->name, record->c_name, record->name);
		gen_printf(text,
		           "static void %s_encode_object(struct fg_enc *e, const %s *r, const struct %s_present *m);\n",
		           record->name, record->c_name, record->name);
	}
	gen_printf(text, "\n");
}

void gen_emit_source(const struct gen_output *output, struct gen_text *text)
{
	const struct model *model = output->model;

	emit_banner(output, "c", "conversion of the structs in the header of the same name", text);
	gen_printf(text,
	           "#include \"%s.fg.h\"\n#include <errno.h>\n#include <fieldguard/checked.h>\n"
	           "#include <fieldguard/codec.h>\n#include <fieldguard/copy.h>\n"
	           "#include <fieldguard/note.h>\n#include <limits.h>\n#include <stddef.h>\n#include <string.h>\n\n",
	           output->name);
	gen_printf(text,
	           "_Static_assert(FG_CODEC_ABI == 1, \"made for another version of fieldguard: generate again\");\n");
	gen_printf(text,
	           "_Static_assert(FG_COPY_ABI == 1, \"made for another version of fieldguard: generate again\");\n");
	if (any_shared(model))
		gen_printf(
		    text,
		    "_Static_assert(FG_SHARED_ABI == 1, \"made for another version of fieldguard: generate again\");\n");
	if (any_published(model))
		gen_printf(
		    text,
		    "_Static_assert(FG_PUBLISH_ABI == 1, \"made for another version of fieldguard: generate again\");\n");
	gen_printf(text,
	           "_Static_assert(FG_TYPE_ABI == 4, \"made for another version of fieldguard: generate again\");\n\n");
	for (size_t i = 0; i < model->structs_n; i++)
		if (gen_uses(model, model->structs[i]))
			emit_layout(model->structs[i], text);
	gen_emit_prototypes(output, text);
	gen_emit_enum_tables(output, text);
	for (size_t i = 0; i < model->structs_n; i++) {
		const struct model_struct *record = model->structs[i];
		unsigned uses = gen_uses(model, record);

		if (!uses)
			continue;
		shared_emit_same(model, record, text);
		if (uses & GEN_USED_NESTED)
			gen_emit_present_source(output, record, text);
		gen_emit_decode_source(output, record, text);
		gen_emit_encode_source(output, record, text);
		gen_emit_copy_source(output, record, text);
		if (!gen_public(record))
			continue;
		if (record->shareable)
			gen_emit_shared_source(output, record, text);
		if (gen_stored(record))
			gen_emit_store_source(output, record, text);
		gen_emit_type_source(output, record, text);
	}
	gen_emit_note(output, text);
}

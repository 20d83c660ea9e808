/* dump.c - the model as JSON, in the form that docs/model-json.md describes */
#include "model/model.h"

#include <inttypes.h>
#include <string.h>

struct dump {
	FILE *out;
	unsigned depth;
	bool first;                 /* of its object or array */
};

static void string(struct dump *d, const char *text)
{
	fputc('"', d->out);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(d->out, "\\%c", *p);
		else if (*p < 0x20)
			fprintf(d->out, "\\u%04x", *p);
		else
			fputc(*p, d->out);
	}
	fputc('"', d->out);
}

/* Begins a member, or (key NULL) an item. */
static void begin(struct dump *d, const char *key)
{
	fputs(d->first ? "\n" : ",\n", d->out);
	d->first = false;
	for (unsigned i = 0; i < d->depth; i++)
		fputs("  ", d->out);
	if (key) {
		string(d, key);
		fputs(": ", d->out);
	}
}

static void open(struct dump *d, const char *key, char bracket)
{
	if (d->depth || key)
		begin(d, key);
	fputc(bracket, d->out);
	d->depth++;
	d->first = true;
}

static void close(struct dump *d, char bracket)
{
	bool empty = d->first;

	d->depth--;
	if (!empty) {
		fputc('\n', d->out);
		for (unsigned i = 0; i < d->depth; i++)
			fputs("  ", d->out);
	}
	fputc(bracket, d->out);
	d->first = false;
}

static void text(struct dump *d, const char *key, const char *value)
{
	begin(d, key);
	if (value)
		string(d, value);
	else
		fputs("null", d->out);
}

static void number(struct dump *d, const char *key, uint64_t value)
{
	begin(d, key);
	fprintf(d->out, "%" PRIu64, value);
}

static void boolean(struct dump *d, const char *key, bool value)
{
	begin(d, key);
	fputs(value ? "true" : "false", d->out);
}

static void dump_enum(struct dump *d, const struct model_enum *e)
{
	open(d, NULL, '{');
	text(d, "c_name", e->c_name);
	number(d, "size", e->size);
	boolean(d, "signed", e->is_signed);
	open(d, "items", '[');
	for (size_t i = 0; i < e->items_n; i++) {
		open(d, NULL, '{');
		text(d, "c_name", e->items[i].c_name);
		text(d, "json_name", e->items[i].json_name);
		begin(d, "value");
		if (e->is_signed)
			fprintf(d->out, "%" PRId64, e->items[i].value);
		else
			fprintf(d->out, "%" PRIu64, (uint64_t)e->items[i].value);
		close(d, '}');
	}
	close(d, ']');
	close(d, '}');
}

static const char *kind_name(enum model_kind kind)
{
	static const char *const names[] = {
		[MODEL_KIND_OTHER] = "other", [MODEL_KIND_BOOL] = "bool",   [MODEL_KIND_INT] = "int",
		[MODEL_KIND_FLOAT] = "float", [MODEL_KIND_ENUM] = "enum",   [MODEL_KIND_CHARS] = "chars",
		[MODEL_KIND_STR] = "str",     [MODEL_KIND_CSTR] = "cstr",   [MODEL_KIND_STRUCT] = "struct",
	};

	return names[kind];
}

static const char *shape_name(enum model_shape shape)
{
	static const char *const names[] = {
		[MODEL_SHAPE_ONE] = "one",
		[MODEL_SHAPE_POINTER] = "pointer",
		[MODEL_SHAPE_FIXED] = "fixed",
		[MODEL_SHAPE_ARRAY] = "array",
	};

	return names[shape];
}

static void dump_words(struct dump *d, const struct model_tag *tag)
{
	static const char *const molds[] = {[MODEL_MOLD_TRIM] = "trim", [MODEL_MOLD_LOWER] = "lower",
	                                    [MODEL_MOLD_UPPER] = "upper"};

	text(d, "policy", model_policy_name(tag->policy));
	boolean(d, "policy_given", tag->policy_given);
	text(d, "group", tag->group);
	boolean(d, "hot", tag->hot);
	boolean(d, "key", tag->key);
	boolean(d, "required", tag->required);
	boolean(d, "omitempty", tag->omitempty);
	boolean(d, "null", tag->null_absent);
	boolean(d, "string", tag->quoted);
	boolean(d, "number", tag->enum_number);
	boolean(d, "time", tag->time);
	boolean(d, "duration", tag->duration);
	boolean(d, "raw", tag->raw);
	boolean(d, "truncate", tag->truncate);
	boolean(d, "map", tag->map);
	boolean(d, "mapkey", tag->mapkey);
	boolean(d, "mapvalue", tag->mapvalue);
	text(d, "default", tag->default_text);
	open(d, "aliases", '[');
	for (size_t i = 0; i < tag->aliases_n; i++)
		text(d, NULL, tag->aliases[i]);
	close(d, ']');
	open(d, "molds", '[');
	for (size_t i = 0; i < tag->molds_n; i++)
		text(d, NULL, molds[tag->molds[i]]);
	close(d, ']');
}

static void dump_field(struct dump *d, const struct model_field *field)
{
	const struct model_type *type = &field->type;

	open(d, NULL, '{');
	text(d, "name", field->name);
	boolean(d, "converted", field->converted);
	text(d, "json_name", field->converted ? field->json_name : NULL);
	text(d, "kind", kind_name(type->kind));
	text(d, "shape", shape_name(field->shape));
	text(d, "c_type", type->c_name);
	text(d, "other", type->kind == MODEL_KIND_OTHER ? type->other : NULL);
	number(d, "offset_bits", field->offset_bits);
	number(d, "size_bits", field->size_bits);
	boolean(d, "bitfield", field->bitfield);
	number(d, "type_size", type->size);
	boolean(d, "signed", type->is_signed);
	number(d, "fixed_n", field->shape == MODEL_SHAPE_FIXED ? field->fixed_n : 0);
	number(d, "chars_n", type->kind == MODEL_KIND_CHARS ? type->size : 0);
	text(d, "enum", type->enumeration ? type->enumeration->c_name : NULL);
	text(d, "struct", type->record ? type->record->name : NULL);
	text(d, "count", field->count ? field->count->name : NULL);
	text(d, "counts", field->counts ? field->counts->name : NULL);
	if (field->tag.present)
		dump_words(d, &field->tag);
	close(d, '}');
}

static void dump_struct(struct dump *d, const struct model_struct *record)
{
	const char *key = NULL;

	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].converted && record->fields[i].tag.key)
			key = record->fields[i].name;
	open(d, NULL, '{');
	text(d, "name", record->name);
	text(d, "c_name", record->c_name);
	text(d, "header", record->header);
	number(d, "line", record->place.line);
	number(d, "size", record->size);
	number(d, "align", record->align);
	boolean(d, "wanted", record->wanted);
	boolean(d, "has_pointers", record->has_pointers);
	boolean(d, "shareable", record->shareable);
	boolean(d, "tuple", record->tag.tuple);
	boolean(d, "unknown_error", record->tag.unknown_error);
	text(d, "key", key);
	open(d, "fields", '[');
	for (size_t i = 0; i < record->fields_n; i++)
		dump_field(d, &record->fields[i]);
	close(d, ']');
	close(d, '}');
}

void model_dump(const struct model *model, FILE *out)
{
	struct dump dump = {.out = out}, *d = &dump;

	open(d, NULL, '{');
	number(d, "version", 1);
	open(d, "headers", '[');
	for (size_t i = 0; i < model->headers_n; i++)
		text(d, NULL, model->headers[i]);
	close(d, ']');
	open(d, "enums", '[');
	for (size_t i = 0; i < model->enums_n; i++)
		dump_enum(d, model->enums[i]);
	close(d, ']');
	open(d, "structs", '[');
	for (size_t i = 0; i < model->structs_n; i++)
		dump_struct(d, model->structs[i]);
	close(d, ']');
	close(d, '}');
	fputc('\n', out);
}

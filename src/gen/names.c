/* names.c - how generated things are called, and which fields are numbered */
#include "gen/gen.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool gen_field_listed(const struct model_field *field)
{
	return field->converted && !field->counts;
}

size_t gen_fields_n(const struct model_struct *record)
{
	size_t n = 0;

	for (size_t i = 0; i < record->fields_n; i++)
		n += gen_field_listed(&record->fields[i]);
	return n;
}

size_t gen_field_index(const struct model_struct *record, const struct model_field *field)
{
	size_t index = 0;

	for (const struct model_field *f = record->fields; f < field; f++)
		index += gen_field_listed(f);
	return index;
}

bool gen_field_nested(const struct model_field *field)
{
	return gen_field_listed(field) && field->shape == MODEL_SHAPE_ONE && field->type.kind == MODEL_KIND_STRUCT &&
	       !field->type.record->tag.tuple;
}

bool gen_refuses(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_tag *tag = &record->fields[i].tag;

		if (gen_field_listed(&record->fields[i]) && (tag->policy == MODEL_POLICY_ONCE || tag->states_n))
			return true;
	}
	return false;
}

void gen_name_upper(const char *name, char ret[128])
{
	size_t i = 0;

	for (; name[i] && i < 127; i++)
		ret[i] = isalnum((unsigned char)name[i]) ? (char)toupper((unsigned char)name[i]) : '_';
	ret[i] = '\0';
}

/* Do two C names look alike in upper case? */
static bool same_upper(const char *a, const char *b)
{
	for (; *a && toupper((unsigned char)*a) == toupper((unsigned char)*b); a++, b++)
		;
	return *a == *b;
}

void gen_name_field(const struct model_struct *record, const struct model_field *field, char ret[128])
{
	char prefix[128], name[128];
	size_t index = gen_field_index(record, field);
	bool taken = false;

	for (const struct model_field *f = record->fields; f < field; f++)
		taken |= gen_field_listed(f) && same_upper(f->name, field->name);
	gen_name_upper(record->name, prefix);
	gen_name_upper(field->name, name);
	/* Rare, but each name has to be one of its own: too long, or told from another one by case alone. */
	if (taken || strlen(prefix) + strlen(name) + sizeof "_FIELD_" > 128)
		snprintf(ret, 128, "%.90s_FIELD_%zu", prefix, index);
	else
		stpcpy(stpcpy(stpcpy(ret, prefix), "_FIELD_"), name);
}

void gen_name_patch(const struct model_struct *record, char ret[128])
{
	snprintf(ret, 128, "%.100s_patch%s", record->name, gen_public(record) ? "" : "_fields");
}

void gen_name_present_all(const struct model_struct *record, char ret[128])
{
	snprintf(ret, 128, "%.100s_present_all%s", record->name, gen_public(record) ? "" : "_fields");
}

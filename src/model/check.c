/*
 * check.c - every tag held against its field's type, and the fields of a struct against each other
 *
 * Order matters: counts are resolved first (a pointer with a count is an array), then each field alone, then structs
 * from the inside out (has_pointers), then what follows from whole structs. Each rule is one small function that tells
 * its own error.
 */
#include "model/check.h"

#include <stdarg.h>
#include <string.h>

#define POINTER_NAME_MAX 512
#define STATES_MAX 64               /* bits of a mask: what may follow a state */

void check_fail(struct check *check, const struct model_field *field, const char *format, ...)
{
	const struct model_place *place = field->tag.present ? &field->tag.place : &field->place;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	model_error(check->diag, place, "'%s': %s", field->name, text);
}

static void fail_struct(struct check *check, const struct model_struct *record, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void fail_struct(struct check *check, const struct model_struct *record, const char *format, ...)
{
	const struct model_place *place = record->tag.present ? &record->tag.place : &record->place;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	model_error(check->diag, place, "%s: %s", record->c_name, text);
}

const char *check_type_name(const struct model_field *field, char ret[CHECK_TYPE_NAME_MAX])
{
	const struct model_type *type = &field->type;
	size_t len = strlen(type->c_name);
	const char *space = len && type->c_name[len - 1] == '*' ? "" : " ";
	char element[CHECK_TYPE_NAME_MAX - 32];

	if (type->kind == MODEL_KIND_OTHER)
		snprintf(element, sizeof(element), "%s", type->other);
	else if (type->kind == MODEL_KIND_CHARS)
		snprintf(element, sizeof(element), "char[%zu]", type->size);
	else
		snprintf(element, sizeof(element), "%s", type->c_name);
	if (type->kind == MODEL_KIND_OTHER || field->shape == MODEL_SHAPE_ONE)
		snprintf(ret, CHECK_TYPE_NAME_MAX, "%s", element);
	else if (field->shape == MODEL_SHAPE_FIXED && type->kind == MODEL_KIND_CHARS)
		snprintf(ret, CHECK_TYPE_NAME_MAX, "char[%zu][%zu]", field->fixed_n, type->size);
	else if (field->shape == MODEL_SHAPE_FIXED)
		snprintf(ret, CHECK_TYPE_NAME_MAX, "%s[%zu]", element, field->fixed_n);
	else
		snprintf(ret, CHECK_TYPE_NAME_MAX, "%s%s*%s", element, space,
		         field->shape == MODEL_SHAPE_ARRAY ? " with count" : "");
	return ret;
}

static bool is_one(const struct model_field *field, enum model_kind kind)
{
	return field->shape == MODEL_SHAPE_ONE && field->type.kind == kind;
}

static bool is_array(const struct model_field *field)
{
	return field->shape == MODEL_SHAPE_FIXED || field->shape == MODEL_SHAPE_ARRAY;
}

/* Does FG() make the field take part? A counting field has none. */
static bool takes_part(const struct model_field *field)
{
	return field->tag.present && !field->tag.skip;
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

static void resolve_count(struct check *check, struct model_struct *record, struct model_field *field)
{
	struct model_field *count = (struct model_field *)model_field_named(record, field->tag.count);
	char name[CHECK_TYPE_NAME_MAX];
	uint64_t most;

	if (field->shape != MODEL_SHAPE_FIXED && field->shape != MODEL_SHAPE_POINTER) {
		check_fail(check, field, "count needs an array, not %s", check_type_name(field, name));
	} else if (!count) {
		check_fail(check, field, "count names '%s', which is no field of %s", field->tag.count, record->c_name);
	} else if (count == field) {
		check_fail(check, field, "count names the field itself");
	} else if (count->bitfield || !is_one(count, MODEL_KIND_INT)) {
		check_fail(check, field, "count names '%s', which is %s and not an integer", count->name,
		           check_type_name(count, name));
	} else if (count->counts) {
		check_fail(check, field, "count names '%s', which counts '%s' already", count->name, count->counts->name);
	} else if (takes_part(count)) {
		check_fail(check, field, "count names '%s', which has an FG() of its own; a count belongs to its array",
		           count->name);
	} else {
		most = UINT64_MAX >> (64 - 8 * count->type.size + (count->type.is_signed ? 1 : 0));
		if (field->shape == MODEL_SHAPE_FIXED && field->fixed_n > most)
			check_fail(check, field, "count '%s' is a %s and can't hold %zu", count->name, count->type.c_name,
			           field->fixed_n);
		field->count = count;
		count->counts = field;
		if (field->shape == MODEL_SHAPE_POINTER)
			field->shape = MODEL_SHAPE_ARRAY;
	}
}

/* ---- one field ------------------------------------------------------------------------------------------------- */

static void check_convertible(struct check *check, const struct model_field *field)
{
	enum model_kind kind = field->type.kind;
	char name[CHECK_TYPE_NAME_MAX];

	if (field->shape == MODEL_SHAPE_POINTER && !field->tag.count &&
	    (kind == MODEL_KIND_STR || kind == MODEL_KIND_CSTR || kind == MODEL_KIND_CHARS))
		check_fail(check, field, "%s needs count: a pointer to one string can't be converted",
		           check_type_name(field, name));
	if (kind == MODEL_KIND_STRUCT && field->type.record) {
		for (size_t i = 0; i < field->type.record->fields_n; i++)
			if (takes_part(&field->type.record->fields[i]))
				return;
		check_fail(check, field, "%s has no field with FG()", field->type.record->c_name);
	}
	if (kind == MODEL_KIND_ENUM && field->type.enumeration) {
		const struct model_enum *e = field->type.enumeration;

		for (size_t i = 0; i < e->items_n; i++)
			for (size_t k = 0; k < i; k++)
				if (strcmp(e->items[i].json_name, e->items[k].json_name) == 0)
					check_fail(check, field, "%s and %s of %s are both '%s' outside", e->items[k].c_name,
					           e->items[i].c_name, e->c_name, e->items[i].json_name);
	}
}

static void need(struct check *check, const struct model_field *field, bool given, bool fits, const char *word,
                 const char *what)
{
	char name[CHECK_TYPE_NAME_MAX];

	if (given && !fits)
		check_fail(check, field, "%s needs %s, not %s", word, what, check_type_name(field, name));
}

static void check_policy(struct check *check, const struct model_field *field)
{
	const struct model_tag *tag = &field->tag;
	enum model_kind kind = field->type.kind;
	bool whole = field->shape == MODEL_SHAPE_POINTER || kind == MODEL_KIND_INT || kind == MODEL_KIND_BOOL ||
	             kind == MODEL_KIND_ENUM;

	if (!tag->policy_given)
		return;
	need(check, field, tag->policy == MODEL_POLICY_ATOMIC,
	     whole && !is_array(field) && field->size_bits <= 64, "atomic",
	     "an integer, bool, enum or pointer of at most 8 bytes");
}

static void check_states(struct check *check, const struct model_field *field)
{
	const struct model_enum *e = field->type.enumeration;
	size_t values_n = 0;

	if (!field->tag.states_n)
		return;
	need(check, field, true, is_one(field, MODEL_KIND_ENUM), "states", "an enum");
	if (!is_one(field, MODEL_KIND_ENUM) || !e)
		return;
	for (size_t i = 0; i < field->tag.states_n; i++) {
		const char *ends[2] = {field->tag.states[i].from, field->tag.states[i].to};

		for (size_t end = 0; end < 2; end++) {
			size_t k = 0;

			while (k < e->items_n && strcmp(e->items[k].json_name, ends[end]) != 0)
				k++;
			if (k == e->items_n)
				check_fail(check, field, "states names '%s', which is no enumerator of %s", ends[end], e->c_name);
		}
	}
	for (size_t i = 0; i < e->items_n; i++) {
		size_t k = 0;

		while (e->items[k].value != e->items[i].value)
			k++;
		values_n += k == i;
	}
	if (values_n > STATES_MAX)
		check_fail(check, field, "states needs an enum of at most %d values, and %s has %zu", STATES_MAX, e->c_name, values_n);
}

static void check_options(struct check *check, const struct model_field *field)
{
	const struct model_tag *tag = &field->tag;
	enum model_kind kind = field->type.kind;
	bool int64 = kind == MODEL_KIND_INT && field->type.is_signed && field->type.size == 8;

	need(check, field, tag->time, int64, "time", "an int64_t");
	need(check, field, tag->duration, int64, "duration", "an int64_t");
	need(check, field, tag->raw, kind == MODEL_KIND_STR, "raw", "a struct fg_str");
	need(check, field, tag->truncate, kind == MODEL_KIND_CHARS, "truncate", "a char[N]");
	need(check, field, tag->enum_number, kind == MODEL_KIND_ENUM, "number", "an enum");
	need(check, field, tag->quoted, kind == MODEL_KIND_INT || kind == MODEL_KIND_FLOAT || kind == MODEL_KIND_BOOL,
	     "string", "an integer, float, double or bool");
	need(check, field, tag->molds_n > 0,
	     kind == MODEL_KIND_CHARS || kind == MODEL_KIND_STR || kind == MODEL_KIND_CSTR, "mold", "a string");
	need(check, field, tag->map, is_array(field) && field->count && kind == MODEL_KIND_STRUCT, "map",
	     "an array of a struct, with count");
	if (tag->null_absent &&
	    (field->shape == MODEL_SHAPE_POINTER ||
	     (field->shape == MODEL_SHAPE_ONE && (kind == MODEL_KIND_STR || kind == MODEL_KIND_CSTR))))
		model_warning(check->diag, &tag->place, "'%s': null says nothing here: the field can be NULL, so null is NULL",
		              field->name);
}

static void check_key(struct check *check, const struct model_field *field)
{
	enum model_kind kind = field->type.kind;

	need(check, field, field->tag.key,
	     field->shape == MODEL_SHAPE_ONE &&
	             (kind == MODEL_KIND_INT || kind == MODEL_KIND_ENUM || kind == MODEL_KIND_CHARS),
	     "key", "an integer, enum or char[N]");
	need(check, field, field->tag.mapkey,
	     field->shape == MODEL_SHAPE_ONE && (kind == MODEL_KIND_INT || kind == MODEL_KIND_CHARS ||
	                                         kind == MODEL_KIND_STR || kind == MODEL_KIND_CSTR),
	     "mapkey", "a struct fg_str, char *, char[N] or integer");
}

static void check_field(struct check *check, const struct model_field *field)
{
	if (field->type.kind == MODEL_KIND_OTHER) {
		check_fail(check, field, "the field can't be converted: it is %s", field->type.other);
		return;
	}
	check_convertible(check, field);
	check_policy(check, field);
	check_states(check, field);
	check_options(check, field);
	check_key(check, field);
	check_default(check, field);
}

/* ---- fields against each other --------------------------------------------------------------------------------- */

/* The i-th outside name of a field: its own, then its aliases. */
static const char *outside_name(const struct model_field *field, size_t i)
{
	return i == 0 ? field->json_name : field->tag.aliases[i - 1];
}

static void check_outside_names(struct check *check, const struct model_field *field, const struct model_field *other)
{
	for (size_t i = 0; i <= field->tag.aliases_n; i++)
		for (size_t k = 0; k <= other->tag.aliases_n; k++)
			if ((field != other || k < i) && strcmp(outside_name(field, i), outside_name(other, k)) == 0) {
				check_fail(check, field, "the outside name '%s' belongs to %s'%s' already", outside_name(field, i),
				           field == other ? "this very " : "", other->name);
				return;
			}
}

static const char *group_of(const struct model_field *field)
{
	return field->tag.group ? field->tag.group : field->name;
}

static bool has_group(const struct model_field *field)
{
	return field->tag.policy_given &&
	       (field->tag.policy == MODEL_POLICY_MUTEX || field->tag.policy == MODEL_POLICY_RWMUTEX);
}

static void check_pair(struct check *check, const struct model_field *field, const struct model_field *other)
{
	check_outside_names(check, field, other);
	if (field != other && has_group(field) && has_group(other) && field->tag.policy != other->tag.policy &&
	    strcmp(group_of(field), group_of(other)) == 0)
		check_fail(check, field, "group '%s' has the policy %s in '%s' and %s here", group_of(field),
		           model_policy_name(other->tag.policy), other->name, model_policy_name(field->tag.policy));
}

/* Only one field may have the word; flag is where struct model_tag keeps it. */
static void check_only_one(struct check *check, const struct model_struct *record, size_t flag, const char *word)
{
	const struct model_field *first = NULL;

	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (!field->converted || !*(const bool *)((const char *)&field->tag + flag))
			continue;
		if (first)
			check_fail(check, field, "a struct has one %s, and '%s' is it", word, first->name);
		else
			first = field;
	}
}

static void check_pairs(struct check *check, const struct model_struct *record)
{
	check_only_one(check, record, offsetof(struct model_tag, key), "key");
	check_only_one(check, record, offsetof(struct model_tag, mapkey), "mapkey");
	check_only_one(check, record, offsetof(struct model_tag, mapvalue), "mapvalue");
	for (size_t i = 0; i < record->fields_n; i++)
		for (size_t k = 0; k <= i; k++)
			if (record->fields[i].converted && record->fields[k].converted)
				check_pair(check, &record->fields[i], &record->fields[k]);
}

/* ---- maps ------------------------------------------------------------------------------------------------------ */

static bool is_map_element(const struct model *model, const struct model_struct *record)
{
	for (size_t i = 0; i < model->structs_n; i++)
		for (size_t k = 0; k < model->structs[i]->fields_n; k++)
			if (model->structs[i]->fields[k].tag.map && model->structs[i]->fields[k].type.record == record)
				return true;
	return false;
}

static void check_map_words(struct check *check, const struct model_struct *record)
{
	const struct model_field *value = NULL;
	bool element = is_map_element(check->model, record);

	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if ((field->tag.mapkey || field->tag.mapvalue) && !element)
			check_fail(check, field, "%s says nothing: no field is a map of %s", field->tag.mapkey ? "mapkey" : "mapvalue",
			           record->c_name);
		if (field->tag.map && field->type.record) {
			const struct model_struct *of = field->type.record;
			bool has_key = false;

			for (size_t k = 0; k < of->fields_n; k++)
				has_key |= of->fields[k].tag.mapkey;
			if (!has_key)
				check_fail(check, field, "map needs a mapkey in %s", of->c_name);
		}
		if (field->tag.mapvalue)
			value = field;
	}
	for (size_t i = 0; value && i < record->fields_n; i++)
		if (record->fields[i].converted && &record->fields[i] != value && !record->fields[i].tag.mapkey)
			check_fail(check, &record->fields[i], "'%s' is the mapvalue, so only the mapkey can stand beside it",
			           value->name);
}

/* ---- structs --------------------------------------------------------------------------------------------------- */

static bool holds_pointer(const struct model_field *field)
{
	enum model_kind kind = field->type.kind;

	return field->converted &&
	       (field->shape == MODEL_SHAPE_POINTER || field->shape == MODEL_SHAPE_ARRAY || kind == MODEL_KIND_STR ||
	        kind == MODEL_KIND_CSTR ||
	        (kind == MODEL_KIND_STRUCT && field->type.record && field->type.record->has_pointers));
}

static const struct model_field *first_pointer(const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (holds_pointer(&record->fields[i]))
			return &record->fields[i];
	return NULL;
}

/* "'customer.note' (struct fg_str)": the pointer itself, however deep it lies inside. */
static const char *pointer_name(const struct model_struct *record, char ret[POINTER_NAME_MAX])
{
	const struct model_field *field = first_pointer(record);
	char type[CHECK_TYPE_NAME_MAX];
	int len = 0;

	while (field && len < POINTER_NAME_MAX) {
		len += snprintf(ret + len, (size_t)(POINTER_NAME_MAX - len), "%s%s", len ? "." : "'", field->name);
		if (field->shape == MODEL_SHAPE_POINTER || field->shape == MODEL_SHAPE_ARRAY ||
		    field->type.kind != MODEL_KIND_STRUCT)
			break;
		field = first_pointer(field->type.record);
	}
	if (field && len < POINTER_NAME_MAX)
		snprintf(ret + len, (size_t)(POINTER_NAME_MAX - len), "' (%s)", check_type_name(field, type));
	return ret;
}

/* A pointer can't change beside what it points to but by publishing both: only the snapshot group does. */
static void check_pointer_policy(struct check *check, const struct model_field *field)
{
	char name[CHECK_TYPE_NAME_MAX], pointer[POINTER_NAME_MAX];

	if (!holds_pointer(field) || field->tag.policy == MODEL_POLICY_SNAPSHOT)
		return;
	if (field->shape != MODEL_SHAPE_POINTER && field->shape != MODEL_SHAPE_ARRAY &&
	    field->type.kind == MODEL_KIND_STRUCT)
		check_fail(check, field, "a pointer can only be in the snapshot group, and not under %s: %s holds %s",
		           model_policy_name(field->tag.policy), check_type_name(field, name),
		           pointer_name(field->type.record, pointer));
	else
		check_fail(check, field, "a pointer can only be in the snapshot group, and not under %s: the field is %s",
		           model_policy_name(field->tag.policy), check_type_name(field, name));
}

/* What asks for a shared form must be able to get one. One error a struct: the others follow from it. */
static void check_shared(struct check *check, const struct model_struct *record)
{
	for (size_t i = 0; i < record->fields_n && record->tag.local; i++) {
		const struct model_field *field = &record->fields[i];
		const char *word = field->tag.key ? "key" : model_policy_name(field->tag.policy);

		if (!field->converted || !(field->tag.key || field->tag.policy_given))
			continue;
		check_fail(check, field, "%s needs a shared form, and %s is local", word, record->c_name);
		return;
	}
	for (size_t i = 0; i < record->fields_n && !record->tag.local; i++)
		if (record->fields[i].converted)
			check_pointer_policy(check, &record->fields[i]);
}

static void check_struct(struct check *check, struct model_struct *record)
{
	bool any = false, tagged = record->tag.present;

	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].tag.present && !record->fields[i].tag.skip && record->fields[i].tag.count)
			resolve_count(check, record, &record->fields[i]);
	for (size_t i = 0; i < record->fields_n; i++) {
		struct model_field *field = &record->fields[i];

		tagged |= field->tag.present;
		field->converted = takes_part(field);
		if (!field->converted)
			continue;
		any = true;
		field->json_name = field->tag.json_name ? field->tag.json_name : field->name;
		check_field(check, field);
	}
	/* A struct without any FG() is only met through fields, and told there. */
	if (!any && tagged)
		fail_struct(check, record, "no field takes part: none has an FG() other than json:\"-\"");
	check_pairs(check, record);
}

bool model_check(struct model *model, struct model_diag *diag)
{
	struct check check = {.model = model, .diag = diag};
	unsigned before = diag->errors;

	for (size_t i = 0; i < model->structs_n; i++)
		check_struct(&check, model->structs[i]);
	/* Structs stand behind those they hold inline, so what is inside is known. */
	for (size_t i = 0; i < model->structs_n; i++) {
		struct model_struct *record = model->structs[i];

		check_map_words(&check, record);
		record->has_pointers = first_pointer(record) != NULL;
		record->shareable = record->wanted && !record->tag.local;
		check_shared(&check, record);
	}
	/* What is told of names follows from other errors too often. */
	if (diag->errors == before)
		check_names(&check);
	return diag->errors == before;
}

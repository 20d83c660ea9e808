/*
 * check_names.c - would any two things that are generated have one name?
 *
 * Generated names are made of the struct's and the field's or group's, so `order_store_new` may be the store's function
 * or the one of an atomic field `new`. Every name that docs/generated-code.md lists is written down once with what it
 * is; a name that is there already is an error.
 */
#include "model/check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 127      /* the generator builds names in 128 bytes */

/* C has one space of names for struct and enum tags, and one for functions, objects and enumerators. */
enum space {
	SPACE_TAGS,
	SPACE_ORDINARY,
};

struct name {
	char text[NAME_MAX_BYTES + 1];
	enum space space;
	const struct model_struct *record;
	const struct model_field *field;    /* NULL: of the struct itself */
	size_t number;                      /* index in struct names' items */
	const struct name *taken_by;        /* NULL: it is free */
};

struct names {
	struct check *check;
	struct name *items;
	size_t n, size;
};

__attribute__((format(printf, 5, 6)))
static void add(struct names *names, enum space space, const struct model_struct *record,
                const struct model_field *field, const char *format, ...)
{
	struct name *name;
	va_list args;
	int len;

	if (names->n == names->size) {
		size_t size = names->size ? 2 * names->size : 256;
		struct name *items = model_alloc(names->check->model, size * sizeof(*items));

		if (names->n)
			memcpy(items, names->items, names->n * sizeof(*items));
		names->items = items;
		names->size = size;
	}
	name = &names->items[names->n];
	*name = (struct name){.space = space, .record = record, .field = field, .number = names->n};
	names->n++;
	va_start(args, format);
	len = vsnprintf(name->text, sizeof(name->text), format, args);
	va_end(args);
	if (len > NAME_MAX_BYTES) {
		model_error(names->check->diag, field ? &field->place : &record->place,
		            "the generated name '%s...' would be longer than %d bytes", name->text, NAME_MAX_BYTES);
		names->n--;
	}
}

static void add_struct(struct names *names, const struct model_struct *record)
{
	static const char *const functions[] = {"has", "present_all", "decode", "decode_array", "encode", "copy", "patch", "fg_type"};
	static const char *const shared[] = {"shared_init", "merge", "read"};
	static const char *const store[] = {"store_new", "store_merge", "store_read", "store_remove", "store_each"};
	bool has_key = false;

	if (strncmp(record->c_name, "struct ", 7) == 0)
		add(names, SPACE_TAGS, record, NULL, "%s", record->name);
	else
		add(names, SPACE_ORDINARY, record, NULL, "%s", record->name);
	add(names, SPACE_TAGS, record, NULL, "%s_field", record->name);
	add(names, SPACE_TAGS, record, NULL, "%s_present", record->name);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		add(names, SPACE_ORDINARY, record, NULL, "%s_%s", record->name, functions[i]);
	if (!record->shareable)
		return;
	add(names, SPACE_TAGS, record, NULL, "%s_shared", record->name);
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		add(names, SPACE_ORDINARY, record, NULL, "%s_%s", record->name, shared[i]);
	if (record->has_pointers) {
		add(names, SPACE_TAGS, record, NULL, "%s_block", record->name);
		add(names, SPACE_ORDINARY, record, NULL, "%s_shared_fini", record->name);
		add(names, SPACE_ORDINARY, record, NULL, "%s_view", record->name);
		add(names, SPACE_ORDINARY, record, NULL, "%s_look", record->name);
	}
	for (size_t i = 0; i < record->fields_n; i++)
		has_key |= record->fields[i].converted && record->fields[i].tag.key;
	for (size_t i = 0; has_key && i < sizeof(store) / sizeof(store[0]); i++)
		add(names, SPACE_ORDINARY, record, NULL, "%s_%s", record->name, store[i]);
}

static void add_group(struct names *names, const struct model_struct *record, const struct model_field *field,
                      enum model_policy policy, const char *group)
{
	static const char *const mutex[] = {"lock", "unlock", NULL};
	static const char *const rwmutex[] = {"read_lock", "read_unlock", "write_lock", "write_unlock", NULL};
	static const char *const snapshot[] = {"reread", NULL};
	const char *const *words = policy == MODEL_POLICY_MUTEX     ? mutex
	                           : policy == MODEL_POLICY_RWMUTEX ? rwmutex
	                                                            : snapshot;

	add(names, SPACE_TAGS, record, field, "%s_%s", record->name, group);
	add(names, SPACE_ORDINARY, record, field, "%s_read_%s", record->name, group);
	add(names, SPACE_ORDINARY, record, field, "%s_write_%s", record->name, group);
	for (; *words; words++)
		add(names, SPACE_ORDINARY, record, field, "%s_%s_%s", record->name, *words, group);
}

static void add_words(struct names *names, const struct model_struct *record, const struct model_field *field,
                      const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(names, SPACE_ORDINARY, record, field, "%s_%s_%s", record->name, words[i], field->name);
}

static void add_atomic(struct names *names, const struct model_struct *record, const struct model_field *field)
{
	static const char *const words[] = {"load", "store", "exchange", "compare_exchange", "add", "and", "or"};
	static const char *const states[] = {"load", "advance", "version", "load_versioned"};

	if (field->tag.states_n)
		add_words(names, record, field, states, 4);
	else
		add_words(names, record, field, words, field->type.kind == MODEL_KIND_INT ? 7 : 4);
}

/* once and owner: one place of that name, and functions a field. */
static void add_placed(struct names *names, const struct model_struct *record, const struct model_field *field,
                       bool first)
{
	static const char *const once[] = {"set", "get"};
	static const char *const owner[] = {"load", "store", "add"};
	bool is_once = field->tag.policy == MODEL_POLICY_ONCE;

	if (first) {
		add(names, SPACE_TAGS, record, field, "%s_%s", record->name, is_once ? "once" : "owner");
		if (!is_once) {
			add(names, SPACE_ORDINARY, record, field, "%s_own_shared", record->name);
			add(names, SPACE_ORDINARY, record, field, "%s_read_owner", record->name);
			add(names, SPACE_ORDINARY, record, field, "%s_reread_owner", record->name);
			add(names, SPACE_ORDINARY, record, field, "%s_write_owner", record->name);
		}
	}
	if (is_once)
		add_words(names, record, field, once, 2);
	else if (field->shape == MODEL_SHAPE_ONE)
		add_words(names, record, field, owner, field->type.kind == MODEL_KIND_INT ? 3 : 2);
}

/* Is an earlier field of the same group? */
static bool group_is_known(const struct model_struct *record, size_t index, enum model_policy policy, const char *group)
{
	for (size_t i = 0; i < index; i++) {
		const struct model_field *field = &record->fields[i];

		if (field->converted && field->tag.policy == policy &&
		    (policy == MODEL_POLICY_SNAPSHOT || policy == MODEL_POLICY_ONCE || policy == MODEL_POLICY_OWNER ||
		     strcmp(field->tag.group ? field->tag.group : field->name, group) == 0))
			return true;
	}
	return false;
}

static void add_fields(struct names *names, const struct model_struct *record)
{
	char text[4 * NAME_MAX_BYTES];      /* longer than any that is allowed: add() tells those that are not */

	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];
		enum model_policy policy = field->tag.policy;
		const char *group = policy == MODEL_POLICY_SNAPSHOT ? "snapshot"
		                    : field->tag.group              ? field->tag.group
		                                                    : field->name;

		if (!field->converted)
			continue;
		snprintf(text, sizeof(text), "%s_FIELD_%s", record->name, field->name);
		for (char *p = text; *p; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
		add(names, SPACE_ORDINARY, record, field, "%s", text);
		if (!record->shareable)
			continue;
		if (policy == MODEL_POLICY_ATOMIC)
			add_atomic(names, record, field);
		else if (policy == MODEL_POLICY_ONCE || policy == MODEL_POLICY_OWNER)
			add_placed(names, record, field, !group_is_known(record, i, policy, group));
		else if (policy == MODEL_POLICY_SNAPSHOT && record->has_pointers)
			continue; /* published by pointer: no struct, no functions of the group */
		else if (!group_is_known(record, i, policy, group))
			add_group(names, record, field, policy, group);
	}
}

static int compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	if (order)
		return order;
	if (x->space != y->space)
		return x->space < y->space ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* "struct order", "'status' of struct order" */
static void describe(const struct name *name, char *ret, size_t size)
{
	if (name->field)
		snprintf(ret, size, "'%s' of %s", name->field->name, name->record->c_name);
	else
		snprintf(ret, size, "%s itself", name->record->c_name);
}

static void tell(struct check *check, const struct name *name)
{
	char other[256];

	describe(name->taken_by, other, sizeof(other));
	if (name->field)
		check_fail(check, name->field, "the generated name '%s' is taken by %s", name->text, other);
	else
		model_error(check->diag, &name->record->place, "%s: the generated name '%s' is taken by %s",
		            name->record->c_name, name->text, other);
}

void check_names(struct check *check)
{
	struct names names = {.check = check};
	struct name *sorted;
	const struct name *told = NULL;

	for (size_t i = 0; i < check->model->structs_n; i++) {
		add_struct(&names, check->model->structs[i]);
		add_fields(&names, check->model->structs[i]);
	}
	if (!names.n)
		return;
	sorted = model_alloc(check->model, names.n * sizeof(*sorted));
	memcpy(sorted, names.items, names.n * sizeof(*sorted));
	qsort(sorted, names.n, sizeof(*sorted), compare);
	for (size_t i = 1; i < names.n; i++)
		if (strcmp(sorted[i - 1].text, sorted[i].text) == 0 && sorted[i - 1].space == sorted[i].space)
			names.items[sorted[i].number].taken_by = &names.items[sorted[i - 1].number];
	/* In the order of the source, and of each struct or field the first: it tends to collide with all its names. */
	for (size_t i = 0; i < names.n; i++) {
		const struct name *name = &names.items[i];

		if (!name->taken_by || (told && told->record == name->record && told->field == name->field))
			continue;
		tell(check, name);
		told = name;
	}
}

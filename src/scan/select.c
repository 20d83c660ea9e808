/* select.c - see select.h */
#include "scan/select.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_MAX 8              /* names told where a query fits several */

struct selection {
	const struct scan *scan;
	const struct scan_fields *fields;
	struct scan_picks *picks;
	struct scan_error *error;
};

/* Adds a line to the error. Returns: status. */
__attribute__((format(printf, 3, 4)))
static int tell(const struct selection *selection, int status, const char *format, ...)
{
	char *text = selection->error->text;
	size_t n = strlen(text), size = sizeof(selection->error->text);
	va_list args;

	if (n && n + 1 < size)
		text[n++] = '\n';
	va_start(args, format);
	vsnprintf(text + n, size - n, format, args);
	va_end(args);
	return status;
}

static int no_memory(const struct selection *selection)
{
	return tell(selection, -ENOMEM, "out of memory");
}

/* ---- names of types -------------------------------------------------------------------------------------------- */

static bool is_holder(const struct scan_type *type)
{
	return type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION;
}

const char *scan_bare_name(const char *name)
{
	static const char *const keywords[] = {"struct ", "union ", "class ", "enum "};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strncmp(name, keywords[i], strlen(keywords[i])) == 0)
			return name + strlen(keywords[i]);
	return name;
}

/* Behind the last "." or "::" that stands outside of brackets: "main.Pair" -> "Pair". */
static const char *last_part(const char *name)
{
	const char *part = scan_bare_name(name);
	int depth = 0;

	for (const char *p = part; *p; p++) {
		if (strchr("<([{", *p))
			depth++;
		else if (strchr(">)]}", *p))
			depth--;
		else if (!depth && (*p == '.' || (*p == ':' && p[1] != ':')) && p[1])
			part = p + 1;
	}
	return part;
}

struct types {
	const struct scan_type **items;
	size_t n;
};

/* Returns: false: out of memory. */
static bool add_type(struct types *types, const struct scan_type *type)
{
	const struct scan_type **grown;

	for (size_t i = 0; i < types->n; i++)
		if (types->items[i] == type)
			return true;
	grown = reallocarray(types->items, types->n + 1, sizeof(*grown));
	if (!grown)
		return false;
	types->items = grown;
	grown[types->n++] = type;
	return true;
}

static bool is_glob(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* How a query names types: each way is tried on all types before the next. */
enum way { WAY_EXACT, WAY_GLOB, WAY_LAST_PART, WAYS_N, WAY_NO_MEMORY };

static bool fits(enum way way, const char *query, const char *name)
{
	const char *bare = scan_bare_name(name);

	if (way == WAY_EXACT)
		return strcmp(name, query) == 0 || strcmp(bare, query) == 0;
	if (way == WAY_GLOB)
		return is_glob(query) && (fnmatch(query, name, 0) == 0 || fnmatch(query, bare, 0) == 0);
	return !is_glob(query) && strcmp(last_part(name), query) == 0;
}

/* The structs and unions that a query means. Returns: the way in which they were found; WAYS_N: none;
 * WAY_NO_MEMORY. */
static enum way find_types(const struct scan *scan, const char *query, struct types *ret)
{
	enum way way;

	for (way = WAY_EXACT; way < WAYS_N && !ret->n; way++) {
		for (size_t i = 0; i < scan->types_n; i++) {
			const struct scan_type *type = scan->types[i];

			if (is_holder(type) && !type->incomplete && type->name && fits(way, query, type->name) &&
			    !add_type(ret, type))
				return WAY_NO_MEMORY;
		}
		if (ret->n)
			return way;
	}
	return WAYS_N;
}

/* ---- the nearest name ------------------------------------------------------------------------------------------ */

/* How many letters have to be changed, put in or left out. Names longer than 63 letters are cut. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64], n = (unsigned)strnlen(b, 63);

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 0; a[i] && i < 63; i++) {
		unsigned corner = row[0];

		row[0] = i + 1;
		for (unsigned j = 1; j <= n; j++) {
			unsigned changed = corner + (a[i] != b[j - 1]);

			corner = row[j];
			row[j] = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
			if (changed < row[j])
				row[j] = changed;
		}
	}
	return row[n];
}

struct nearest {
	const char *query, *name;
	unsigned distance;
};

static void try_near(struct nearest *nearest, const char *compared, const char *name)
{
	unsigned far = distance(nearest->query, compared);

	if (far < nearest->distance && far <= 1 + strlen(nearest->query) / 3) {
		nearest->distance = far;
		nearest->name = name;
	}
}

/* The name of a type that is declared and nowhere defined. Returns: NULL: there is none. */
static const char *find_declared(const struct scan *scan, const char *query)
{
	for (size_t i = 0; i < scan->types_n; i++) {
		const struct scan_type *type = scan->types[i];

		if (type->name && type->incomplete && fits(WAY_EXACT, query, type->name))
			return type->name;
	}
	return NULL;
}

static int no_such_type(const struct selection *selection, const char *query)
{
	const struct scan *scan = selection->scan;
	struct nearest nearest = {.query = scan_bare_name(query), .distance = UINT32_MAX};
	const char *dot = strchr(query, '.');
	char *head = dot ? strndup(query, (size_t)(dot - query)) : NULL;
	const char *declared;
	int status;

	for (int pass = 0; pass < (head ? 2 : 1); pass++) {
		if (pass)
			nearest.query = scan_bare_name(head);
		for (size_t i = 0; i < scan->types_n; i++) {
			const char *name = scan->types[i]->name;

			if (!name || !is_holder(scan->types[i]) || scan->types[i]->incomplete)
				continue;
			try_near(&nearest, scan_bare_name(name), name);
			try_near(&nearest, last_part(name), name);
		}
	}
	declared = nearest.name ? NULL : find_declared(scan, query);
	if (declared)
		status = tell(selection, -ENOENT, "'%s' is only declared in %s, nowhere defined", declared, scan->path);
	else if (nearest.name)
		status = tell(selection, -ENOENT, "no type '%s' in %s; did you mean '%s'?", query, scan->path,
		              nearest.name);
	else
		status = tell(selection, -ENOENT,
		              "no struct or union '%s' in %s; `fieldguard writes --all %s` lists those that are "
		              "written",
		              query, scan->path, scan->path);
	free(head);
	return status;
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

/* The chain of fields that a path means. name: "customer.name". Returns: how many; 0: none. */
static size_t find_chain(const struct scan_fields *fields, const struct scan_type *type, const char *name,
                         uint32_t *ret, size_t size)
{
	const struct scan_type *inner;

	if (!size)
		return 0;
	for (uint32_t i = fields->type_first[type->id]; i < fields->type_first[type->id + 1]; i++) {
		const struct scan_field *field = &fields->items[i];
		size_t len = strlen(field->name), n;

		if (len && (strncmp(name, field->name, len) != 0 || (name[len] && name[len] != '.')))
			continue;
		ret[0] = i;
		if (len && !name[len])
			return 1;
		inner = scan_type_strip(field->member->type);
		while (inner->kind == SCAN_KIND_ARRAY)
			inner = scan_type_strip(inner->target);
		if (!is_holder(inner) || inner->id == UINT32_MAX || inner == type)
			continue;
		/* Through a base class, too, which has no name on the way. */
		n = find_chain(fields, inner, len ? name + len + 1 : name, ret + 1, size - 1);
		if (n)
			return n + 1;
	}
	return 0;
}

static int no_such_field(const struct selection *selection, const struct scan_type *type, const char *name)
{
	const struct scan_fields *fields = selection->fields;
	struct nearest nearest = {.query = name, .distance = UINT32_MAX};

	for (uint32_t i = fields->type_first[type->id]; i < fields->type_first[type->id + 1]; i++)
		if (*fields->items[i].name)
			try_near(&nearest, fields->items[i].name, fields->items[i].name);
	if (nearest.name)
		return tell(selection, -ENOENT, "'%s' has no field '%s'; did you mean '%s'?", type->name, name,
		            nearest.name);
	return tell(selection, -ENOENT, "'%s' has no field '%s'; `fieldguard writes %s '%s'` lists its fields",
	            type->name, name, selection->scan->path, type->name);
}

static int add_pick(const struct selection *selection, const struct scan_pick *pick, const char *name)
{
	struct scan_picks *picks = selection->picks;
	struct scan_pick *grown;

	for (size_t i = 0; i < picks->n; i++)
		if (picks->items[i].type == pick->type && strcmp(picks->items[i].name, name) == 0)
			return 0;
	grown = reallocarray(picks->items, picks->n + 1, sizeof(*grown));
	if (!grown)
		return no_memory(selection);
	picks->items = grown;
	grown[picks->n] = *pick;
	grown[picks->n].name = strdup(name);
	if (!grown[picks->n].name)
		return no_memory(selection);
	picks->n++;
	return 0;
}

/* The fields of one type that a name or glob means; NULL: all. Returns: how many, or a negative errno. */
static int pick_fields(const struct selection *selection, const struct scan_type *type, const char *name)
{
	const struct scan_fields *fields = selection->fields;
	struct scan_pick pick = {.type = type, .single = true};
	int found = 0, error = 0;

	if (name && !is_glob(name)) {
		pick.chain_n = find_chain(fields, type, name, pick.chain, SCAN_CHAIN_MAX);
		if (pick.chain_n)
			error = add_pick(selection, &pick, name);
		return error ? error : (int)pick.chain_n;
	}
	pick.single = false;
	pick.chain_n = 1;
	for (uint32_t i = fields->type_first[type->id]; i < fields->type_first[type->id + 1] && !error; i++) {
		const char *field = fields->items[i].name;

		if (!*field || (name && fnmatch(name, field, 0) != 0))
			continue;
		pick.chain[0] = i;
		error = add_pick(selection, &pick, field);
		found++;
	}
	return error ? error : found;
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

/* A short name that stands for several: all are told, none is taken. */
static int ambiguous(const struct selection *selection, const char *query, const struct types *types)
{
	for (size_t i = 0; i < types->n && i < TOLD_MAX; i++)
		tell(selection, 0, "'%s' could be '%s'", query, types->items[i]->name);
	if (types->n > TOLD_MAX)
		tell(selection, 0, "'%s' could be %zu more", query, types->n - TOLD_MAX);
	return tell(selection, -EINVAL, "'%s' fits several types; name one in full", query);
}

/* field: NULL: all of each type. */
static int take(const struct selection *selection, const char *query, enum way way, const struct types *types,
                const char *field)
{
	const struct scan_type *first = types->items[0], *last = types->items[types->n - 1];
	bool found = false;

	/* By name: where the first and the last have the same one, all have. */
	if (way == WAY_LAST_PART && strcmp(first->name, last->name) != 0)
		return ambiguous(selection, query, types);
	for (size_t i = 0; i < types->n; i++) {
		int n = pick_fields(selection, types->items[i], field);

		if (n < 0)
			return n;
		found = found || n;
	}
	if (found)
		return 0;
	return field ? no_such_field(selection, first, field)
	             : tell(selection, -ENOENT, "'%s' has no fields", first->name);
}

/* The name of a type may hold dots, and so may a path of fields: the longest type that there is wins. */
static int select_one(const struct selection *selection, const char *query, char *text, struct types *types)
{
	enum way way = find_types(selection->scan, text, types);
	const char *field = NULL;

	for (char *dot = strrchr(text, '.'); dot && way == WAYS_N; dot = strrchr(text, '.')) {
		*dot = '\0';
		field = query + (dot - text) + 1;
		way = find_types(selection->scan, text, types);
	}
	if (way == WAY_NO_MEMORY)
		return no_memory(selection);
	return way == WAYS_N ? no_such_type(selection, query) : take(selection, text, way, types, field);
}

int scan_select(const struct scan *scan, const struct scan_fields *fields, const char *query, struct scan_picks *picks,
                struct scan_error *ret_error)
{
	struct selection selection = {.scan = scan, .fields = fields, .picks = picks, .error = ret_error};
	struct types types = {0};
	char *text = strdup(query);
	int error;

	ret_error->text[0] = '\0';
	error = text ? select_one(&selection, query, text, &types) : no_memory(&selection);
	free(types.items);
	free(text);
	return error;
}

void scan_picks_fini(struct scan_picks *picks)
{
	for (size_t i = 0; i < picks->n; i++)
		free(picks->items[i].name);
	free(picks->items);
	*picks = (struct scan_picks){0};
}

/* writes_select.c - TYPE[.FIELD] -> the fields that are asked for: see writes.h */
#include "cli/cli.h"
#include "cli/writes.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX 16
#define TOLD_MAX 8              /* names told where a query fits several */

/* ---- names of types -------------------------------------------------------------------------------------------- */

static bool is_holder(const struct scan_type *type)
{
	return type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION;
}

const char *writes_bare_name(const char *name)
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
	const char *part = writes_bare_name(name);
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

static void add_type(struct types *types, const struct scan_type *type)
{
	const struct scan_type **grown;

	for (size_t i = 0; i < types->n; i++)
		if (types->items[i] == type)
			return;
	grown = reallocarray(types->items, types->n + 1, sizeof(*grown));
	if (!grown)
		exit(cli_fail("out of memory"));
	types->items = grown;
	grown[types->n++] = type;
}

static bool is_glob(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

/* How a query names types: each way is tried on all types before the next. */
enum way { WAY_EXACT, WAY_GLOB, WAY_LAST_PART, WAYS_N };

static bool fits(enum way way, const char *query, const char *name)
{
	const char *bare = writes_bare_name(name);

	if (way == WAY_EXACT)
		return strcmp(name, query) == 0 || strcmp(bare, query) == 0;
	if (way == WAY_GLOB)
		return is_glob(query) && (fnmatch(query, name, 0) == 0 || fnmatch(query, bare, 0) == 0);
	return !is_glob(query) && strcmp(last_part(name), query) == 0;
}

/* The structs and unions that a query means. Returns: the way in which they were found; WAYS_N: none. */
static enum way find_types(const struct scan *scan, const char *query, struct types *ret)
{
	enum way way;

	for (way = WAY_EXACT; way < WAYS_N && !ret->n; way++) {
		for (size_t i = 0; i < scan->types_n; i++) {
			const struct scan_type *type = scan->types[i];

			if (is_holder(type) && !type->incomplete && type->name && fits(way, query, type->name))
				add_type(ret, type);
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

static int no_such_type(const struct scan *scan, const char *query)
{
	struct nearest nearest = {.query = writes_bare_name(query), .distance = UINT32_MAX};
	const char *dot = strchr(query, '.');
	char *head = dot ? strndup(query, (size_t)(dot - query)) : NULL;
	const char *declared;
	int status;

	for (int pass = 0; pass < (head ? 2 : 1); pass++) {
		if (pass)
			nearest.query = writes_bare_name(head);
		for (size_t i = 0; i < scan->types_n; i++) {
			const char *name = scan->types[i]->name;

			if (!name || !is_holder(scan->types[i]) || scan->types[i]->incomplete)
				continue;
			try_near(&nearest, writes_bare_name(name), name);
			try_near(&nearest, last_part(name), name);
		}
	}
	declared = nearest.name ? NULL : find_declared(scan, query);
	if (declared)
		status = cli_fail("'%s' is only declared in %s, nowhere defined", declared, scan->path);
	else if (nearest.name)
		status = cli_fail("no type '%s' in %s; did you mean '%s'?", query, scan->path, nearest.name);
	else
		status = cli_fail("no struct or union '%s' in %s; `fieldguard writes --all %s` lists those that are written",
		                  query, scan->path, scan->path);
	free(head);
	return status;
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

/* The chain of fields that a path means. name: "customer.name". Returns: how many; 0: none. */
static size_t find_chain(const struct writes *writes, const struct scan_type *type, const char *name, uint32_t *ret,
                         size_t size)
{
	const struct scan_type *inner;

	if (!size)
		return 0;
	for (uint32_t i = writes->type_first[type->id]; i < writes->type_first[type->id + 1]; i++) {
		const struct writes_field *field = &writes->fields[i];
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
		n = find_chain(writes, inner, len ? name + len + 1 : name, ret + 1, size - 1);
		if (n)
			return n + 1;
	}
	return 0;
}

static int no_such_field(const struct writes *writes, const struct scan_type *type, const char *name)
{
	struct nearest nearest = {.query = name, .distance = UINT32_MAX};

	for (uint32_t i = writes->type_first[type->id]; i < writes->type_first[type->id + 1]; i++)
		if (*writes->fields[i].name)
			try_near(&nearest, writes->fields[i].name, writes->fields[i].name);
	if (nearest.name)
		return cli_fail("'%s' has no field '%s'; did you mean '%s'?", type->name, name, nearest.name);
	return cli_fail("'%s' has no field '%s'; `fieldguard writes %s '%s'` lists its fields", type->name, name,
	                writes->scan->path, type->name);
}

static bool holds_site(const struct writes_field *field, uint32_t site)
{
	uint32_t low = 0, high = field->sites_n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (field->sites[middle] < site)
			low = middle + 1;
		else
			high = middle;
	}
	return low < field->sites_n && field->sites[low] == site;
}

static void add_pick(const struct writes *writes, struct writes_picks *picks, const struct scan_type *type,
                     const char *name, const uint32_t *chain, size_t chain_n, bool single)
{
	const struct writes_field *last = &writes->fields[chain[chain_n - 1]];
	struct writes_pick *grown, *pick;

	for (size_t i = 0; i < picks->n; i++)
		if (picks->items[i].type == type && strcmp(picks->items[i].name, name) == 0)
			return;
	grown = reallocarray(picks->items, picks->n + 1, sizeof(*grown));
	if (!grown)
		exit(cli_fail("out of memory"));
	picks->items = grown;
	pick = &grown[picks->n++];
	*pick = (struct writes_pick){.type = type, .name = strdup(name), .single = single, .field = chain[chain_n - 1],
	                             .sites = reallocarray(NULL, last->sites_n + 1, sizeof(*pick->sites))};
	if (!pick->name || !pick->sites)
		exit(cli_fail("out of memory"));
	for (uint32_t s = 0; s < last->sites_n; s++) {
		bool all = true;

		for (size_t i = 0; i + 1 < chain_n && all; i++)
			all = holds_site(&writes->fields[chain[i]], last->sites[s]);
		if (all)
			pick->sites[pick->sites_n++] = last->sites[s];
	}
}

/* The fields of one type that a name or glob means; NULL: all. Returns: how many. */
static size_t pick_fields(const struct writes *writes, struct writes_picks *picks, const struct scan_type *type,
                          const char *name)
{
	uint32_t chain[CHAIN_MAX];
	size_t found = 0;

	if (name && !is_glob(name)) {
		found = find_chain(writes, type, name, chain, CHAIN_MAX);
		if (found)
			add_pick(writes, picks, type, name, chain, found, true);
		return found;
	}
	for (uint32_t i = writes->type_first[type->id]; i < writes->type_first[type->id + 1]; i++) {
		const char *field = writes->fields[i].name;

		if (!*field || (name && fnmatch(name, field, 0) != 0))
			continue;
		add_pick(writes, picks, type, field, &i, 1, false);
		found++;
	}
	return found;
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

/* A short name that stands for several: all are told, none is taken. */
static int ambiguous(const char *query, const struct types *types)
{
	for (size_t i = 0; i < types->n && i < TOLD_MAX; i++)
		cli_fail("'%s' could be '%s'", query, types->items[i]->name);
	if (types->n > TOLD_MAX)
		cli_fail("'%s' could be %zu more", query, types->n - TOLD_MAX);
	return cli_fail("'%s' fits several types; name one in full", query);
}

/* field: NULL: all of each type. */
static int take(const struct writes *writes, const char *query, enum way way, const struct types *types,
                const char *field, struct writes_picks *picks)
{
	const struct scan_type *first = types->items[0], *last = types->items[types->n - 1];
	size_t found = 0;

	/* By name: where the first and the last have the same one, all have. */
	if (way == WAY_LAST_PART && strcmp(first->name, last->name) != 0)
		return ambiguous(query, types);
	for (size_t i = 0; i < types->n; i++)
		found += pick_fields(writes, picks, types->items[i], field);
	if (found)
		return 0;
	return field ? no_such_field(writes, first, field)
	             : cli_fail("'%s' has no fields", first->name);
}

/* The name of a type may hold dots, and so may a path of fields: the longest type that there is wins. */
static int select_one(const struct writes *writes, const char *query, struct writes_picks *picks)
{
	struct types types = {0};
	char *text = strdup(query);
	enum way way;
	int status = -1;

	if (!text)
		exit(cli_fail("out of memory"));
	way = find_types(writes->scan, text, &types);
	if (way != WAYS_N)
		status = take(writes, text, way, &types, NULL, picks);
	for (char *dot = strrchr(text, '.'); dot && status < 0; dot = strrchr(text, '.')) {
		*dot = '\0';
		way = find_types(writes->scan, text, &types);
		if (way != WAYS_N)
			status = take(writes, text, way, &types, query + (dot - text) + 1, picks);
	}
	if (status < 0)
		status = no_such_type(writes->scan, query);
	free(types.items);
	free(text);
	return status;
}

int writes_select(const struct writes *writes, struct writes_picks *ret_picks)
{
	struct writes_picks picks = {0};
	int status = 0;

	for (size_t i = 0; i < writes->options->queries_n && !status; i++)
		status = select_one(writes, writes->options->queries[i], &picks);
	if (status)
		writes_picks_free(&picks);
	else
		*ret_picks = picks;
	return status;
}

void writes_picks_free(struct writes_picks *picks)
{
	for (size_t i = 0; i < picks->n; i++) {
		free((char *)picks->items[i].name);
		free(picks->items[i].sites);
	}
	free(picks->items);
	*picks = (struct writes_picks){0};
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint32_t *writes_union(const struct writes *writes, const struct writes_picks *picks, size_t *ret_n)
{
	size_t all = writes->sites->n, n = 0, kept = 0;
	uint32_t *sites;

	if (picks) {
		all = 0;
		for (size_t i = 0; i < picks->n; i++)
			all += picks->items[i].sites_n;
	}
	sites = reallocarray(NULL, all + 1, sizeof(*sites));
	if (!sites)
		return NULL;
	for (uint32_t i = 0; !picks && i < all; i++)
		if (writes_wanted(writes, i))
			sites[n++] = i;
	for (size_t i = 0; picks && i < picks->n; i++)
		for (uint32_t s = 0; s < picks->items[i].sites_n; s++)
			sites[n++] = picks->items[i].sites[s];
	if (picks)
		qsort(sites, n, sizeof(*sites), ascending);
	for (size_t i = 0; i < n; i++)
		if (!kept || sites[kept - 1] != sites[i])
			sites[kept++] = sites[i];
	*ret_n = kept;
	return sites;
}

/* writes_index.c - the fields of every type, and the sites that belong to each: see writes.h */
#include "cli/writes.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define TOGETHER_FAR 256        /* sites between two stores of one assignment or fill */

/* ---- fields ---------------------------------------------------------------------------------------------------- */

struct build {
	struct writes *writes;
	char *text;                   /* where the next name goes */
	uint32_t fields_n;
	const struct scan_type *owner;
};

static const struct scan_type *strip_arrays(const struct scan_type *type)
{
	const struct scan_type *plain = scan_type_strip(type);

	while (plain && plain->kind == SCAN_KIND_ARRAY)
		plain = scan_type_strip(plain->target);
	return plain;
}

static bool is_holder(const struct scan_type *plain)
{
	return plain && (plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION);
}

static bool is_listed(const struct scan_type *type)
{
	return type->id != UINT32_MAX;
}

/* A struct that nobody can name is part of the one that holds it. */
static bool is_part(const struct scan_type *plain)
{
	return is_holder(plain) && !is_listed(plain);
}

/* prefix: the name of the struct without a name of its type that holds these; "": there is none, or it has no name. */
static void add_fields(struct build *build, const struct scan_type *type, uint32_t parent, const char *prefix,
                       int depth)
{
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];
		const struct scan_type *inner = strip_arrays(member->type);
		const char *name = member->name && !member->base ? member->name : "";
		uint32_t number = build->fields_n++;
		char *full = build->text;

		build->text += sprintf(full, "%s%s%s", prefix, *prefix && *name ? "." : "", name) + 1;
		/* A way without a name of its own is asked for by what lies on it. */
		build->writes->fields[number] = (struct writes_field){
			.owner = build->owner, .member = member, .parent = parent, .name = *name ? full : ""};
		if (is_part(inner) && depth < DEPTH_MAX)
			add_fields(build, inner, number, full, depth + 1);
	}
}

/* The memory that add_fields needs. */
static void count_names(const struct scan_type *type, size_t prefix, int depth, uint32_t *fields_n, size_t *text_n)
{
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];
		const struct scan_type *inner = strip_arrays(member->type);
		size_t len = prefix + 1 + (member->name ? strlen(member->name) : 0) + 1;

		(*fields_n)++;
		*text_n += len;
		if (is_part(inner) && depth < DEPTH_MAX)
			count_names(inner, len, depth + 1, fields_n, text_n);
	}
}

static int make_fields(struct writes *writes)
{
	const struct scan *scan = writes->scan;
	struct build build = {.writes = writes};
	uint32_t fields_n = 0;
	size_t text_n = 0;

	for (size_t i = 0; i < scan->types_n; i++)
		if (is_holder(scan->types[i]))
			count_names(scan->types[i], 0, 0, &fields_n, &text_n);
	writes->fields = calloc(fields_n ? fields_n : 1, sizeof(*writes->fields));
	writes->type_first = calloc(scan->types_n + 1, sizeof(*writes->type_first));
	writes->names = build.text = malloc(text_n ? text_n : 1);
	if (!writes->fields || !writes->type_first || !writes->names)
		return -ENOMEM;
	for (size_t i = 0; i < scan->types_n; i++) {
		writes->type_first[i] = build.fields_n;
		build.owner = scan->types[i];
		if (is_holder(scan->types[i]))
			add_fields(&build, scan->types[i], WRITES_NONE, "", 0);
	}
	writes->type_first[scan->types_n] = writes->fields_n = build.fields_n;
	return 0;
}

static uint32_t find_field(const struct writes *writes, const struct scan_type *owner, uint32_t parent,
                           const struct scan_member *member)
{
	for (uint32_t i = writes->type_first[owner->id]; i < writes->type_first[owner->id + 1]; i++)
		if (writes->fields[i].member == member && writes->fields[i].parent == parent)
			return i;
	return WRITES_NONE;
}

/* ---- what a site touches --------------------------------------------------------------------------------------- */

struct touched {
	const struct writes *writes;
	uint32_t *items;
	size_t n;
};

static void touch(struct touched *touched, uint32_t field)
{
	for (size_t i = 0; i < touched->n; i++)
		if (touched->items[i] == field)
			return;
	if (field != WRITES_NONE && touched->n < WRITES_TOUCHED_MAX)
		touched->items[touched->n++] = field;
}

/* Touches every field with a bit from low to before high, counted from where the type begins. */
static void cover(struct touched *touched, const struct scan_type *type, uint64_t low, uint64_t high,
                  const struct scan_type *owner, uint32_t parent, int depth)
{
	const struct scan_type *plain = scan_type_strip(type);

	while (plain && plain->kind == SCAN_KIND_ARRAY) {
		const struct scan_type *item = scan_type_strip(plain->target);
		uint64_t bits = item ? 8 * item->size : 0;

		if (!bits)
			return;
		if (high - low >= bits || low / bits != (high - 1) / bits) {
			low = 0;
			high = bits;
		} else {
			high -= low / bits * bits;
			low %= bits;
		}
		plain = item;
	}
	if (!is_holder(plain) || depth > DEPTH_MAX)
		return;
	if (is_listed(plain)) {
		owner = plain;
		parent = WRITES_NONE;
	}
	for (size_t i = 0; owner && i < plain->members_n; i++) {
		const struct scan_member *member = &plain->members[i];
		uint64_t from = member->offset_bits, to = from + member->size_bits;
		uint32_t field;

		if (member->virtual_base || to <= low || from >= high)
			continue;
		field = find_field(touched->writes, owner, parent, member);
		touch(touched, field);
		if (!member->bitfield)
			cover(touched, member->type, low > from ? low - from : 0, (high < to ? high : to) - from,
			      owner, field, depth + 1);
	}
}

/* Does it write more than the last field of its path? */
static bool is_wide(const struct scan_site *site, const struct scan_step *last)
{
	return site->bitfield || 8 * (uint64_t)site->width > last->member->size_bits;
}

size_t writes_touched(const struct writes *writes, const struct scan_site *site, uint32_t *ret)
{
	struct touched touched = {.writes = writes, .items = ret};
	struct scan_step steps[SCAN_PATH_MAX];
	const struct scan_type *owner = NULL;
	uint32_t parent = WRITES_NONE;
	size_t n;

	if (!site->type)
		return 0;
	n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX);
	if (site->width && (!n || is_wide(site, &steps[n - 1]))) {
		cover(&touched, site->type, 8 * site->offset, 8 * (site->offset + site->width), NULL, WRITES_NONE, 0);
		return touched.n;
	}
	for (size_t i = 0; i < n; i++) {
		if (is_listed(steps[i].holder)) {
			owner = steps[i].holder;
			parent = WRITES_NONE;
		}
		if (!owner)
			continue;
		parent = find_field(writes, owner, parent, steps[i].member);
		touch(&touched, parent);
	}
	return touched.n;
}

/* ---- sites of each field --------------------------------------------------------------------------------------- */

bool writes_wanted(const struct writes *writes, uint32_t site)
{
	return !writes->wanted || writes->wanted[site];
}

static bool file_matches(const char *glob, const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	return file && (fnmatch(glob, file, 0) == 0 || (slash && fnmatch(glob, slash + 1, 0) == 0));
}

static bool lets_through(const struct writes_options *options, const struct scan_site *site)
{
	const struct scan_function *function = site->function;
	const char *glob = options->function_glob;

	if (options->file_glob && !file_matches(options->file_glob, site->file))
		return false;
	return !glob || (function && ((function->name && fnmatch(glob, function->name, 0) == 0) ||
	                              (function->linkage_name && fnmatch(glob, function->linkage_name, 0) == 0)));
}

static int filter(struct writes *writes)
{
	const struct scan_sites *sites = writes->sites;

	if (!writes->options->function_glob && !writes->options->file_glob)
		return 0;
	writes->wanted = calloc(sites->n ? sites->n : 1, sizeof(*writes->wanted));
	if (!writes->wanted)
		return -ENOMEM;
	for (size_t i = 0; i < sites->n; i++)
		writes->wanted[i] = lets_through(writes->options, &sites->items[i]);
	return 0;
}

int writes_index(struct writes *writes)
{
	uint32_t touched[WRITES_TOUCHED_MAX], *next;
	const struct scan_sites *sites = writes->sites;
	size_t all = 0;
	int error;

	error = make_fields(writes);
	if (!error)
		error = filter(writes);
	if (error)
		return error;
	for (uint32_t i = 0; i < sites->n; i++) {
		size_t n = writes_wanted(writes, i) ? writes_touched(writes, &sites->items[i], touched) : 0;

		for (size_t k = 0; k < n; k++)
			writes->fields[touched[k]].sites_n++;
		all += n;
	}
	next = writes->site_numbers = reallocarray(NULL, all ? all : 1, sizeof(*next));
	if (!next)
		return -ENOMEM;
	for (uint32_t i = 0; i < writes->fields_n; i++) {
		writes->fields[i].sites = next;
		next += writes->fields[i].sites_n;
		writes->fields[i].sites_n = 0;
	}
	for (uint32_t i = 0; i < sites->n; i++) {
		size_t n = writes_wanted(writes, i) ? writes_touched(writes, &sites->items[i], touched) : 0;

		for (size_t k = 0; k < n; k++) {
			struct writes_field *field = &writes->fields[touched[k]];

			field->sites[field->sites_n++] = i;
		}
	}
	return 0;
}

void writes_fini(struct writes *writes)
{
	free(writes->wanted);
	free(writes->fields);
	free(writes->type_first);
	free(writes->names);
	free(writes->site_numbers);
}

/* ---- questions about one site ---------------------------------------------------------------------------------- */

const char *writes_path(const struct scan_site *site, char *ret, size_t size)
{
	struct scan_step steps[SCAN_PATH_MAX];
	size_t n = 0;

	if (site->type)
		n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX);
	/* memcpy into an array begins at its first item and goes on. */
	if (n && site->how == SCAN_HOW_BULK && steps[n - 1].index_known && !steps[n - 1].index)
		steps[n - 1].indexed = false;
	return scan_path_text(steps, n, ret, size);
}

/* Does b belong to what a is one store of? */
static bool goes_with(const struct scan_site *a, const struct scan_site *b)
{
	return (a->fill_first && a->fill_first == b->fill_first) ||
	       (a->split_first && a->split_first == b->split_first);
}

size_t writes_together(const struct writes *writes, uint32_t site, uint32_t *ret, size_t size)
{
	const struct scan_site *items = writes->sites->items, *self = &items[site];
	uint32_t low = site, high = site, last = (uint32_t)writes->sites->n - 1;
	size_t n = 0;

	while (low > 0 && site - low < TOGETHER_FAR && items[low - 1].function == self->function)
		low--;
	while (high < last && high - site < TOGETHER_FAR && items[high + 1].function == self->function)
		high++;
	for (uint32_t i = low; i <= high && n < size; i++)
		if (i == site || (!items[i].read && goes_with(self, &items[i])))
			ret[n++] = i;
	return n;
}

enum writes_tears writes_tears(const struct writes *writes, const struct scan_site *site)
{
	uint32_t touched[WRITES_TOUCHED_MAX];
	size_t n;

	if (site->read)
		return WRITES_TEARS_NOT;
	if (site->can_tear)
		return WRITES_TEARS_FIELD;
	/* The order in which memcpy and its like write their bytes is theirs; within one field that is a torn field. */
	if (site->how == SCAN_HOW_BULK) {
		n = writes_touched(writes, site, touched);
		return n > 1 && site->width ? WRITES_TEARS_BETWEEN : WRITES_TEARS_FIELD;
	}
	/* No processor promises that more than 8 bytes become visible at once. */
	if (site->fill_first || (site->how == SCAN_HOW_MERGED && site->width > 8))
		return WRITES_TEARS_BETWEEN;
	return WRITES_TEARS_NOT;
}

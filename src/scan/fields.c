/* fields.c - see fields.h */
#include "scan/fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32

/* ---- fields ---------------------------------------------------------------------------------------------------- */

struct build {
	struct scan_fields *fields;
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
		build->fields->items[number] = (struct scan_field){
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

int scan_fields_init(struct scan_fields *fields, const struct scan *scan)
{
	struct build build = {.fields = fields};
	uint32_t fields_n = 0;
	size_t text_n = 0;

	for (size_t i = 0; i < scan->types_n; i++)
		if (is_holder(scan->types[i]))
			count_names(scan->types[i], 0, 0, &fields_n, &text_n);
	fields->items = calloc(fields_n ? fields_n : 1, sizeof(*fields->items));
	fields->type_first = calloc(scan->types_n + 1, sizeof(*fields->type_first));
	fields->names = build.text = malloc(text_n ? text_n : 1);
	if (!fields->items || !fields->type_first || !fields->names)
		return -ENOMEM;
	for (size_t i = 0; i < scan->types_n; i++) {
		fields->type_first[i] = build.fields_n;
		build.owner = scan->types[i];
		if (is_holder(scan->types[i]))
			add_fields(&build, scan->types[i], SCAN_FIELD_NONE, "", 0);
	}
	fields->type_first[scan->types_n] = fields->n = build.fields_n;
	return 0;
}

void scan_fields_fini(struct scan_fields *fields)
{
	free(fields->items);
	free(fields->type_first);
	free(fields->names);
	*fields = (struct scan_fields){0};
}

static uint32_t find_field(const struct scan_fields *fields, const struct scan_type *owner, uint32_t parent,
                           const struct scan_member *member)
{
	for (uint32_t i = fields->type_first[owner->id]; i < fields->type_first[owner->id + 1]; i++)
		if (fields->items[i].member == member && fields->items[i].parent == parent)
			return i;
	return SCAN_FIELD_NONE;
}

/* ---- what a site touches --------------------------------------------------------------------------------------- */

struct touched {
	const struct scan_fields *fields;
	uint32_t *items;
	size_t n;
};

static void touch(struct touched *touched, uint32_t field)
{
	for (size_t i = 0; i < touched->n; i++)
		if (touched->items[i] == field)
			return;
	if (field != SCAN_FIELD_NONE && touched->n < SCAN_TOUCHED_MAX)
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
		parent = SCAN_FIELD_NONE;
	}
	for (size_t i = 0; owner && i < plain->members_n; i++) {
		const struct scan_member *member = &plain->members[i];
		uint64_t from = member->offset_bits, to = from + member->size_bits;
		uint32_t field;

		if (member->virtual_base || to <= low || from >= high)
			continue;
		field = find_field(touched->fields, owner, parent, member);
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

size_t scan_fields_touched(const struct scan_fields *fields, const struct scan_site *site, uint32_t *ret)
{
	struct touched touched = {.fields = fields, .items = ret};
	struct scan_step steps[SCAN_PATH_MAX];
	const struct scan_type *owner = NULL;
	uint32_t parent = SCAN_FIELD_NONE;
	size_t n;

	if (!site->type)
		return 0;
	n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX);
	if (site->width && (!n || is_wide(site, &steps[n - 1]))) {
		cover(&touched, site->type, 8 * site->offset, 8 * (site->offset + site->width), NULL, SCAN_FIELD_NONE,
		      0);
		return touched.n;
	}
	for (size_t i = 0; i < n; i++) {
		if (is_listed(steps[i].holder)) {
			owner = steps[i].holder;
			parent = SCAN_FIELD_NONE;
		}
		if (!owner)
			continue;
		parent = find_field(fields, owner, parent, steps[i].member);
		touch(&touched, parent);
	}
	return touched.n;
}

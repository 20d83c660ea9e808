/* plan_places.c - where in which type a site stores; see plan_inside.h */
#include "watch/plan_inside.h"

#include <ctype.h>
#include <string.h>

static bool is_holder(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION;
}

static uint64_t item_size(const struct scan_type *array)
{
	return array->target ? scan_type_strip(array->target)->size : 0;
}

/* An item stands for a global array: its address is what counts. */
static bool strip_arrays(struct plan_place *place)
{
	while (place->type->kind == SCAN_KIND_ARRAY) {
		uint64_t item = item_size(place->type);

		if (!item)
			return false;
		place->offset %= item;
		place->type = scan_type_strip(place->type->target);
	}
	return true;
}

/* What the last step leads to, and where it begins: as scan_path goes. */
static void find_leaf(struct plan_place *place, uint64_t width)
{
	uint64_t within = place->offset;

	place->indexed = false;
	for (size_t i = 0; i < place->steps_n; i++) {
		const struct scan_member *member = place->steps[i].member;

		place->leaf = scan_type_strip(member->type);
		place->leaf_width = place->leaf->size;
		place->indexed = place->indexed || (place->steps[i].indexed && !place->steps[i].index_known);
		within -= member->offset_bits / 8;
		if (member->bitfield) {
			place->leaf_width = (member->offset_bits % 8 + member->size_bits + 7) / 8;
			break;
		}
		while (place->leaf->kind == SCAN_KIND_ARRAY && item_size(place->leaf) &&
		       width <= item_size(place->leaf)) {
			within %= item_size(place->leaf);
			place->leaf = scan_type_strip(place->leaf->target);
			place->leaf_width = place->leaf->size;
		}
	}
	/* The store may begin inside of it, or, of bit-fields, before it. */
	place->leaf_offset = place->offset - within;
}

static const struct scan_type *item_of(const struct scan_type *type)
{
	while (type->kind == SCAN_KIND_ARRAY && type->target)
		type = scan_type_strip(type->target);
	return type;
}

static void take_path(struct plan_place *place, uint64_t width, bool indexed)
{
	place->steps_n = scan_path(place->type, place->offset, width, indexed, place->steps, SCAN_PATH_MAX);
	if (place->steps_n)
		find_leaf(place, width);
}

/* Bit-fields share bytes: does the store touch others than the one that the path names? */
static bool has_neighbours(const struct plan_place *place, uint64_t width)
{
	const struct scan_step *last = &place->steps[place->steps_n - 1];
	uint64_t low = 8 * place->offset - (8 * place->leaf_offset - last->member->offset_bits / 8 * 8);
	unsigned touched = 0;

	for (size_t i = 0; i < last->holder->members_n; i++) {
		const struct scan_member *member = &last->holder->members[i];

		touched += member->name && member->offset_bits < low + 8 * width &&
		           member->offset_bits + member->size_bits > low;
	}
	return touched > 1;
}

static bool is_first_item(const struct scan_step *step)
{
	return step->indexed && step->index_known && !step->index;
}

static bool place_in_struct(const struct scan_site *site, struct plan_place *place)
{
	bool bulk = site->how == SCAN_HOW_BULK, whole = bulk && !site->width && !place->offset;

	if (!whole)
		take_path(place, site->width, site->indexed);
	/* What begins at the first item of an array goes on from there. */
	if (bulk && !site->width && place->steps_n && is_first_item(&place->steps[place->steps_n - 1]))
		take_path(place, scan_type_strip(place->steps[place->steps_n - 1].member->type)->size, site->indexed);
	if (!place->steps_n) {
		place->leaf = NULL;
		place->leaf_offset = 0;
		place->leaf_width = place->type->size;
		place->several = true;
		return !place->offset && (whole || site->width >= place->type->size);
	}
	if (place->steps[place->steps_n - 1].member->bitfield) {
		place->several = has_neighbours(place, site->width);
		return true;
	}
	place->several = is_holder(item_of(place->leaf));
	/* Of several that are written by one instruction the first one names the site. */
	if (site->how == SCAN_HOW_MERGED || (place->leaf_width && place->offset + site->width >
	                                     place->leaf_offset + place->leaf_width)) {
		place->several = true;
		take_path(place, 0, site->indexed);
	}
	return place->steps_n > 0;
}

static bool place_in_variable(const struct scan_site *site, struct plan_place *place)
{
	if (!site->global || !site->global->name)
		return false;
	place->variable = site->global;
	place->leaf = place->type;
	place->leaf_width = place->type->size ? place->type->size : site->width;
	place->indexed = scan_type_strip(site->global->type)->kind == SCAN_KIND_ARRAY;
	/* Of an array of characters any part may be written at once. */
	place->several = site->width > place->leaf_width;
	return place->leaf_width > 0;
}

bool plan_place_of(const struct scan_site *site, struct plan_place *ret)
{
	*ret = (struct plan_place){.type = site->type, .offset = site->offset};
	if (!site->type || !strip_arrays(ret))
		return false;
	/* Nobody can name such a type: its variable does. */
	ret->named = ret->type->name || !site->global ? NULL : site->global->name;
	return is_holder(ret->type) ? place_in_struct(site, ret) : place_in_variable(site, ret);
}

/* Is the name a word of the text? */
static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)) != NULL; p++) {
		bool begins = p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');

		if (begins && !(isalnum((unsigned char)p[n]) || p[n] == '_'))
			return true;
	}
	return false;
}

void plan_place_bits(struct plan_place *place, uint64_t width, const char *line)
{
	struct scan_step *last = place->steps_n ? &place->steps[place->steps_n - 1] : NULL;
	const struct scan_member *found = NULL;
	uint64_t holder, low;
	unsigned n = 0;

	if (!last || !last->member->bitfield || !place->several)
		return;
	holder = place->leaf_offset - last->member->offset_bits / 8;
	low = 8 * (place->offset - holder);
	for (size_t i = 0; i < last->holder->members_n; i++) {
		const struct scan_member *member = &last->holder->members[i];

		if (!member->name || !member->bitfield || member->offset_bits >= low + 8 * width ||
		    member->offset_bits + member->size_bits <= low || !has_word(line, member->name))
			continue;
		found = member;
		n++;
	}
	if (n != 1)
		return;
	last->member = found;
	find_leaf(place, width);
	place->several = false;
}

/* place.c - bytes to fields; see place.h */
#include "scan/place.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 24            /* types that are nested deeper are not looked into */
#define NEAR_DEPTH 4
#define NEAR_ITEMS 16           /* a constant of more items is hardly part of an index */

static bool is_holder(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION;
}

/* Size of one item; 0: not known. */
static uint64_t item_size(const struct scan_type *array)
{
	const struct scan_type *item = array->target ? scan_type_strip(array->target) : NULL;

	if (!item)
		return 0;
	if (item->kind == SCAN_KIND_ARRAY && !item->size && item->count)
		return item->count * item_size(item);
	return item->size;
}

static bool is_flexible(const struct scan_member *member)
{
	const struct scan_type *plain = member->type ? scan_type_strip(member->type) : NULL;

	return plain && plain->kind == SCAN_KIND_ARRAY && !plain->count;
}

/* A class without data: as a base it lies where the next one does, and takes up no byte. */
static bool is_empty(const struct scan_type *type, int depth)
{
	const struct scan_type *plain = scan_type_strip(type);

	if (plain->kind != SCAN_KIND_STRUCT || plain->size > 1 || depth > DEPTH_MAX)
		return false;
	for (size_t i = 0; i < plain->members_n; i++)
		if (!plain->members[i].base || !plain->members[i].type ||
		    !is_empty(plain->members[i].type, depth + 1))
			return false;
	return true;
}

/* Does the member hold the byte? Bit-fields: a bit of the bytes accessed. */
static bool covers(const struct scan_member *member, uint64_t offset, uint64_t width)
{
	uint64_t bits = offset * 8, end = member->offset_bits + member->size_bits;

	if (!member->type || member->virtual_base || (member->base && is_empty(member->type, 0)))
		return false;
	if (member->bitfield)
		return member->offset_bits < bits + 8 * (width ? width : 1) && end > bits;
	if (is_flexible(member))
		return bits >= member->offset_bits;
	return bits >= member->offset_bits && bits < end;
}

/* How well an access fits what lies there: 3 exactly, 2 part of something larger, 1 covers several, 0 padding. */
static int fit(const struct scan_type *type, uint64_t offset, uint64_t width, int depth)
{
	const struct scan_type *plain = scan_type_strip(type);
	const struct scan_member *member;
	uint64_t size;

	if (plain->kind == SCAN_KIND_ARRAY) {
		size = item_size(plain);
		return size && depth < DEPTH_MAX ? fit(plain->target, offset % size, width, depth + 1) : 1;
	}
	if (is_holder(plain)) {
		member = depth < DEPTH_MAX ? place_member(plain, offset, width) : NULL;
		if (!member)
			return 0;
		return member->bitfield ? 2 : fit(member->type, offset - member->offset_bits / 8, width, depth + 1);
	}
	if (offset == 0 && plain->size == width)
		return 3;
	return offset + width <= plain->size ? 2 : 1;
}

const struct scan_member *place_member(const struct scan_type *holder, uint64_t offset, uint64_t width)
{
	const struct scan_member *best = NULL;
	int best_fit = -1;
	bool several = holder->kind == SCAN_KIND_UNION || holder->variants_n;

	for (size_t i = 0; i < holder->members_n; i++) {
		const struct scan_member *member = &holder->members[i];
		int fits;

		if (!covers(member, offset, width))
			continue;
		if (!several && !is_flexible(member))
			return member;
		fits = !member->bitfield && width ? fit(member->type, offset - member->offset_bits / 8, width, 1) : 1;
		if (fits > best_fit) {
			best = member;
			best_fit = fits;
		}
	}
	return best;
}

/* ---- strides --------------------------------------------------------------------------------------------------- */

struct near {
	uint64_t start;               /* of the array, in the outermost type */
	uint64_t distance;
	uint64_t item;
	bool found;
};

/* The array with items of the stride's size that lies nearest to an offset that hits none. */
static void find_near(const struct scan_type *type, uint64_t start, int64_t offset, uint32_t stride, uint64_t width,
                      int depth, struct near *near)
{
	const struct scan_type *plain = scan_type_strip(type);

	if (!is_holder(plain) || depth > NEAR_DEPTH)
		return;
	for (size_t i = 0; i < plain->members_n; i++) {
		const struct scan_member *member = &plain->members[i];
		uint64_t at = start + member->offset_bits / 8, far, item;
		const struct scan_type *inner = member->type ? scan_type_strip(member->type) : NULL;

		if (!inner || member->bitfield)
			continue;
		if (inner->kind != SCAN_KIND_ARRAY) {
			find_near(inner, at, offset, stride, width, depth + 1, near);
			continue;
		}
		item = item_size(inner);
		far = offset < (int64_t)at ? at - (uint64_t)offset : (uint64_t)offset - at;
		if (!item || width > item || stride % item || far > NEAR_ITEMS * item ||
		    (near->found && near->distance <= far))
			continue;
		*near = (struct near){.start = at, .distance = far, .item = item, .found = true};
	}
}

static uint64_t wrap(int64_t offset, uint64_t size)
{
	int64_t rest = offset % (int64_t)size;

	return (uint64_t)(rest < 0 ? rest + (int64_t)size : rest);
}

/* Finds the array that the stride walks over. offset: in the type; ret: folded into its first item. */
static bool fold_stride(const struct scan_type *type, int64_t offset, uint32_t stride, uint64_t width,
                        struct place *ret)
{
	const struct scan_type *plain = scan_type_strip(type);
	uint64_t base = 0, rest = (uint64_t)offset;
	const struct scan_member *member;
	bool fits = offset >= 0;
	struct near near = {0};

	for (int depth = 0; fits && depth < DEPTH_MAX; depth++) {
		if (is_holder(plain)) {
			member = place_member(plain, rest, width);
			if (!member || member->bitfield)
				break;
			base += member->offset_bits / 8;
			rest -= member->offset_bits / 8;
			plain = scan_type_strip(member->type);
		} else if (plain->kind == SCAN_KIND_ARRAY) {
			uint64_t item = item_size(plain);

			if (!item || (stride % item && item % stride))
				break;
			ret->indexed = true;
			rest %= item;
			ret->offset = base + rest;
			if (stride % item == 0)
				return true;
			plain = scan_type_strip(plain->target);
			/* Bytes counted one by one over items as wide as the access. */
			if (!is_holder(plain) && plain->kind != SCAN_KIND_ARRAY) {
				ret->guessed = true;
				ret->offset = base;
				return plain->size == width;
			}
		} else {
			break;
		}
	}
	find_near(type, 0, offset, stride, width, 0, &near);
	if (!near.found)
		return false;
	ret->offset = near.start + wrap(offset - (int64_t)near.start, near.item);
	ret->indexed = ret->guessed = true;
	return true;
}

static bool ends_flexible(const struct scan_type *plain)
{
	return is_holder(plain) && plain->members_n && is_flexible(&plain->members[plain->members_n - 1]);
}

/* Offset and stride to an offset in one object. */
static enum value_why fold(const struct scan_type *plain, int64_t offset, uint32_t stride, uint64_t width,
                           struct place *ret)
{
	uint64_t size = plain->kind == SCAN_KIND_ARRAY && !plain->size ? plain->count * item_size(plain) : plain->size;

	ret->offset = (uint64_t)offset;
	if (plain->kind == SCAN_KIND_FUNCTION && !size)
		size = 8;
	if (plain->kind == SCAN_KIND_ARRAY && !size)
		size = item_size(plain);
	if (!size)
		return VALUE_WHY_UNTYPED;
	if (stride && stride % size == 0 && !ends_flexible(plain)) {
		ret->offset = wrap(offset, size);
		ret->indexed = true;
		return VALUE_WHY_NONE;
	}
	if (stride)
		return fold_stride(plain, offset, stride, width, ret) ? VALUE_WHY_NONE : VALUE_WHY_STRIDE;
	if (offset >= 0 && ((uint64_t)offset < size || ends_flexible(plain)))
		return VALUE_WHY_NONE;
	/* Behind a struct without an index lies more often what it is a part of than the next of an array. */
	if (is_holder(plain))
		return VALUE_WHY_OUTSIDE;
	ret->indexed = true;
	ret->offset = wrap(offset, size);
	return VALUE_WHY_NONE;
}

/* The innermost type at an offset that is at least as wide as the access. */
static bool find_leaf(struct place *place, uint64_t width)
{
	const struct scan_type *plain = scan_type_strip(place->type);
	uint64_t offset = place->offset;

	place->leaf = place->type;
	place->leaf_offset = offset;
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		const struct scan_type *inner;

		if (plain->kind == SCAN_KIND_ARRAY) {
			uint64_t item = item_size(plain);

			if (!item || width > item)
				return true;
			inner = plain->target;
			offset %= item;
		} else if (is_holder(plain)) {
			const struct scan_member *member = place_member(plain, offset, width);

			if (!member)
				return false;
			if (member->bitfield)
				return true;
			if (!is_flexible(member) &&
			    offset + width > member->offset_bits / 8 + scan_type_strip(member->type)->size)
				return true;
			inner = member->type;
			offset -= member->offset_bits / 8;
		} else {
			return true;
		}
		place->leaf = inner;
		place->leaf_offset = offset;
		plain = scan_type_strip(inner);
	}
	return true;
}

/* Of an array of structs the struct is what has fields. */
static void to_item(struct place *place, uint64_t width)
{
	const struct scan_type *plain = scan_type_strip(place->type), *item = plain;
	uint64_t size = 0;

	while (item->kind == SCAN_KIND_ARRAY && item->target && item_size(item)) {
		size = item_size(item);
		item = scan_type_strip(item->target);
	}
	if (item == plain || !is_holder(item) || width > size)
		return;
	place->offset %= size;
	place->type = item;
}

/* Of two strides one must step over whole objects: the other walks inside. */
static enum value_why fold_two(const struct scan_type *type, int64_t *offset, uint32_t *stride, uint32_t stride2,
                               struct place *ret)
{
	const struct scan_type *plain = scan_type_strip(type);
	uint64_t size = plain->size;

	while (plain->kind == SCAN_KIND_ARRAY && plain->target && item_size(plain)) {
		size = item_size(plain);
		plain = scan_type_strip(plain->target);
	}
	if (size && *stride % size == 0)
		*stride = stride2;
	else if (!size || stride2 % size)
		return VALUE_WHY_STRIDE;
	*offset = (int64_t)wrap(*offset, size);
	ret->type = plain;
	ret->indexed = true;
	return VALUE_WHY_NONE;
}

enum value_why place_find(const struct scan_type *type, int64_t offset, uint32_t stride, uint32_t stride2,
                          uint64_t width, struct place *ret)
{
	enum value_why why = VALUE_WHY_NONE;

	if (value_untyped(type))
		return VALUE_WHY_UNTYPED;
	*ret = (struct place){.type = type};
	if (stride2)
		why = fold_two(type, &offset, &stride, stride2, ret);
	if (why == VALUE_WHY_NONE)
		why = fold(scan_type_strip(ret->type), offset, stride, width, ret);
	if (why != VALUE_WHY_NONE)
		return why;
	to_item(ret, width);
	return find_leaf(ret, width) ? VALUE_WHY_NONE : VALUE_WHY_PADDING;
}

bool place_holds(const struct scan_type *outer, int64_t offset_outer, const struct scan_type *inner,
                 int64_t offset_inner)
{
	const struct scan_type *plain = scan_type_strip(outer), *wanted = scan_type_strip(inner);
	int64_t offset = offset_outer;

	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		const struct scan_member *member;

		if (plain == wanted && offset == offset_inner)
			return true;
		if (offset < 0)
			return false;
		if (plain->kind == SCAN_KIND_ARRAY && item_size(plain)) {
			offset = (int64_t)((uint64_t)offset % item_size(plain));
			plain = scan_type_strip(plain->target);
			continue;
		}
		member = is_holder(plain) ? place_member(plain, (uint64_t)offset, wanted->size) : NULL;
		if (!member || member->bitfield)
			return false;
		offset -= (int64_t)(member->offset_bits / 8);
		plain = scan_type_strip(member->type);
	}
	return false;
}

/* ---- paths ----------------------------------------------------------------------------------------------------- */

/* Is one member as large as all: of a union, or the only one of a struct? */
static bool is_whole(const struct scan_type *holder, uint64_t width)
{
	const struct scan_member *member = place_member(holder, 0, width);

	return member && width == holder->size && member->size_bits == 8 * width;
}

size_t scan_path(const struct scan_type *type, uint64_t offset, uint64_t width, bool indexed,
                 struct scan_step *ret_steps,
                 size_t size)
{
	const struct scan_type *plain = scan_type_strip(type);
	size_t n = 0;

	if (is_holder(plain) && offset == 0 && width >= plain->size && !is_whole(plain, width))
		return 0;
	while (n < size) {
		if (plain->kind == SCAN_KIND_ARRAY) {
			uint64_t item = item_size(plain);

			if (!item || (width > item && n))
				return n;
			if (n) {
				ret_steps[n - 1].indexed = true;
				ret_steps[n - 1].index_known = !indexed;
				ret_steps[n - 1].index = offset / item;
			}
			offset %= item;
			plain = scan_type_strip(plain->target);
		} else if (is_holder(plain)) {
			const struct scan_member *member = place_member(plain, offset, width);
			uint64_t end;

			if (!member)
				return n;
			end = member->offset_bits + member->size_bits;
			if (!member->bitfield && !is_flexible(member) && 8 * (offset + width) > end && n)
				return n;
			ret_steps[n++] = (struct scan_step){.holder = plain, .member = member};
			if (member->bitfield || (!is_flexible(member) && 8 * (offset + width) > end))
				return n;
			offset -= member->offset_bits / 8;
			plain = scan_type_strip(member->type);
		} else {
			return n;
		}
	}
	return n;
}

const char *scan_path_text(const struct scan_step *steps, size_t n, char *ret, size_t size)
{
	size_t at = 0;

	if (size)
		ret[0] = '\0';
	for (size_t i = 0; i < n && at < size; i++) {
		const char *name = steps[i].member->name;
		int written = 0;

		if (name && !steps[i].member->base)
			written = snprintf(ret + at, size - at, "%s%s", at ? "." : "", name);
		at += written > 0 ? (size_t)written : 0;
		if (!steps[i].indexed || at >= size)
			continue;
		written = steps[i].index_known ? snprintf(ret + at, size - at, "[%llu]",
		                                          (unsigned long long)steps[i].index)
		                               : snprintf(ret + at, size - at, "[]");
		at += written > 0 ? (size_t)written : 0;
	}
	return ret;
}

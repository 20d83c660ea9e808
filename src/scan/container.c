/* container.c - see container.h */
#include "scan/container.h"

#include "scan/build.h"

#include <errno.h>
#include <stdlib.h>

static int by_inner(const void *a, const void *b)
{
	const struct container *x = a, *y = b;

	if (x->inner != y->inner)
		return (uintptr_t)x->inner < (uintptr_t)y->inner ? -1 : 1;
	if (x->outer != y->outer)
		return x->outer->id < y->outer->id ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool is_holder(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION;
}

int containers_make(const struct scan *scan, struct containers *ret_containers)
{
	struct containers all = {0};
	size_t room = 0;

	for (size_t t = 0; t < scan->types_n; t++) {
		const struct scan_type *outer = scan_type_strip(scan->types[t]);

		for (size_t i = 0; is_holder(outer) && i < outer->members_n; i++) {
			const struct scan_member *member = &outer->members[i];

			if (!member->type || member->bitfield || member->virtual_base ||
			    !is_holder(scan_type_strip(member->type)))
				continue;
			if (!scan_grow(&all.items, &room, all.n, sizeof(*all.items))) {
				free(all.items);
				return -ENOMEM;
			}
			all.items[all.n++] = (struct container){scan_type_strip(member->type), outer,
			                                        member->offset_bits / 8};
		}
	}
	if (all.n)
		qsort(all.items, all.n, sizeof(*all.items), by_inner);
	*ret_containers = all;
	return 0;
}

/* Does an access of this width fit a field there, whole or an item of it? */
static bool fits(const struct scan_type *outer, int64_t offset, uint64_t width, struct place *ret)
{
	if (offset < 0 || (uint64_t)offset >= outer->size || place_find(outer, offset, 0, 0, width,
	                                                                ret) != VALUE_WHY_NONE)
		return false;
	return ret->leaf_offset == 0 && scan_type_strip(ret->leaf)->size == width;
}

size_t container_find(const struct containers *containers, const struct scan_type *type, int64_t offset, uint64_t width,
                    struct place *ret)
{
	const struct scan_type *inner = scan_type_strip(type);
	size_t low = 0, high = containers->n, found = 0;
	const struct container *last = NULL;
	struct place place;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)containers->items[middle].inner < (uintptr_t)inner)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < containers->n && containers->items[low].inner == inner; low++) {
		const struct container *at = &containers->items[low];

		/* The same struct listed under a second name. */
		if (last && last->outer == at->outer && last->offset == at->offset)
			continue;
		last = at;
		if (fits(at->outer, offset + (int64_t)at->offset, width, &place) && ++found == 1) {
			*ret = place;
			ret->guessed = true;
		}
	}
	return found;
}

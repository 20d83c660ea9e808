/* go.c - what Go says of its types at run time */
#include "scan/go.h"

#include "scan/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_offset(const void *a, const void *b)
{
	const struct go_type *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

int go_types_make(const struct scan *scan, struct go_types *ret_types)
{
	const struct scan_inside *inside = scan->inside;
	struct go_types types = {0};
	size_t room = 0, kept = 0;

	for (size_t u = 0; scan->has_go && u < inside->units_n; u++) {
		for (size_t i = 0; i < inside->units[u].types_n; i++) {
			const struct scan_type *type = inside->units[u].types[i];

			if (!type || !type->go_runtime_type)
				continue;
			if (!scan_grow(&types.items, &room, types.n, sizeof(*types.items))) {
				free(types.items);
				return -ENOMEM;
			}
			types.items[types.n++] = (struct go_type){type->go_runtime_type, type};
		}
	}
	if (types.n)
		qsort(types.items, types.n, sizeof(*types.items), by_offset);
	for (size_t i = 0; i < types.n; i++)
		if (!kept || types.items[kept - 1].offset != types.items[i].offset)
			types.items[kept++] = types.items[i];
	types.n = kept;
	*ret_types = types;
	return 0;
}

const struct scan_type *go_type_at(const struct go_types *types, uint64_t offset)
{
	struct go_type wanted = {.offset = offset};
	const struct go_type *found = types->n ? bsearch(&wanted, types->items, types->n, sizeof(wanted), by_offset)
	                              : NULL;

	return found ? found->type : NULL;
}

static const struct scan_type *first_named(const struct scan *scan, const char *name)
{
	size_t n;
	const struct scan_type *const *found = scan_types_named(scan, name, &n);

	return n ? found[0] : NULL;
}

struct go_hidden go_hidden_find(const struct scan *scan)
{
	struct go_hidden hidden = {0};

	if (scan->has_go)
		hidden = (struct go_hidden){first_named(scan, "runtime.g"), first_named(scan, "runtime.m"),
		                            first_named(scan, "runtime.p")};
	return hidden;
}

const struct scan_type *go_hidden_target(const struct go_hidden *hidden, const struct scan_type *type)
{
	const char *name = type ? type->name : NULL;

	if (!name || strncmp(name, "runtime.", 8) != 0)
		return NULL;
	if (strcmp(name, "runtime.guintptr") == 0)
		return hidden->g;
	if (strcmp(name, "runtime.muintptr") == 0)
		return hidden->m;
	return strcmp(name, "runtime.puintptr") == 0 ? hidden->p : NULL;
}

static const struct scan_type *member_type(const struct scan_type *holder, const char *name)
{
	for (size_t i = 0; holder->kind == SCAN_KIND_STRUCT && i < holder->members_n; i++)
		if (holder->members[i].name && strcmp(holder->members[i].name, name) == 0 && holder->members[i].type)
			return scan_type_strip(holder->members[i].type);
	return NULL;
}

static const struct scan_type *pointed(const struct scan_type *type)
{
	return type && type->kind == SCAN_KIND_POINTER && type->target ? scan_type_strip(type->target) : NULL;
}

/* map[K]V is a pointer to a header, whose buckets hold eight values each. */
const struct scan_type *go_map_element(const struct scan_type *map)
{
	const struct scan_type *header = pointed(scan_type_strip(map)), *bucket, *values;

	bucket = header ? pointed(member_type(header, "buckets")) : NULL;
	values = bucket ? member_type(bucket, "values") : NULL;
	return values && values->kind == SCAN_KIND_ARRAY ? values->target : NULL;
}

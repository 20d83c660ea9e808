/* go.c - what Go says of its types at run time */
#include "scan/inside.h"

#include <string.h>

const struct scan_type *scan_go_type(const struct scan *scan, uint64_t offset)
{
	for (size_t i = 0; offset && i < scan->types_n; i++)
		if (scan->types[i]->go_runtime_type == offset)
			return scan->types[i];
	return NULL;
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
const struct scan_type *scan_go_map_element(const struct scan_type *map)
{
	const struct scan_type *header = pointed(scan_type_strip(map)), *bucket, *values;

	bucket = header ? pointed(member_type(header, "buckets")) : NULL;
	values = bucket ? member_type(bucket, "values") : NULL;
	return values && values->kind == SCAN_KIND_ARRAY ? values->target : NULL;
}

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

const struct scan_type *scan_go_map_element(const struct scan_type *map)
{
	(void)map;
	return NULL;
}

/* plan_go.c - what the watch of a Go program needs to know of its runtime; see plan_inside.h */
#include "watch/plan_inside.h"

#include <string.h>

uint32_t plan_goid_offset(const struct scan *scan)
{
	size_t n;
	const struct scan_type *const *found = scan->has_go ? scan_types_named(scan, "runtime.g", &n) : NULL;

	for (size_t i = 0; found && i < n; i++)
		for (size_t m = 0; m < found[i]->members_n; m++)
			if (found[i]->members[m].name && strcmp(found[i]->members[m].name, "goid") == 0)
				return (uint32_t)(found[i]->members[m].offset_bits / 8);
	return 0;
}

/* Such binaries know a type for the registers that hold arguments. */
bool plan_go_registers(const struct scan *scan)
{
	size_t n;

	return scan_types_named(scan, "internal/abi.RegArgs", &n) != NULL;
}

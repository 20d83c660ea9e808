/* origin.c - whose a type is, by its name; see origin.h */
#include "watch/origin.h"

#include "scan/select.h"

#include <string.h>

/* "main.Pair", "example.org/shop/orders.Order": own. "encoding/json.scanner", "[]uint8", "string": not. */
static bool is_go_library(const char *name)
{
	size_t first = strcspn(name, "/"), package = strcspn(name, ".");

	if (strncmp(name, "main.", 5) == 0)
		return false;
	return !name[first] || package > first;
}

bool origin_is_library(const struct scan_type *type)
{
	static const char *const spaces[] = {"std::", "__gnu_cxx::", "core::", "alloc::", "hashbrown::", "_IO_", "__"};
	const char *name = type->name ? scan_bare_name(type->name) : "";

	if (type->language == SCAN_LANGUAGE_GO)
		return is_go_library(name);
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (strncmp(name, spaces[i], strlen(spaces[i])) == 0)
			return true;
	return false;
}

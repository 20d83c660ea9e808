/* go.h - what Go says of its types at run time: functions that allocate get the address of a type */
#ifndef FG_SCAN_GO_H
#define FG_SCAN_GO_H

#include "scan/inside.h"

struct go_type {
	uint64_t offset;              /* DW_AT_go_runtime_type */
	const struct scan_type *type;
};

struct go_types {
	struct go_type *items;        /* by offset */
	size_t n;
};

/* All types of the binary that have one. Returns: 0 or -ENOMEM. Owner: the caller, who frees items. */
int go_types_make(const struct scan *scan, struct go_types *ret_types);
/* The type at an offset from the symbol runtime.types. Returns: NULL: none. */
const struct scan_type *go_type_at(const struct go_types *types, uint64_t offset);
/* Integers of Go's runtime that hold pointers which the collector must not see: what they point to. */
struct go_hidden {
	const struct scan_type *g, *m, *p;
};
struct go_hidden go_hidden_find(const struct scan *scan);
/* What such an integer type points to. Returns: NULL: it is none. */
const struct scan_type *go_hidden_target(const struct go_hidden *hidden, const struct scan_type *type);

/* What the elements of a map type are. Returns: NULL: it is no map. */
const struct scan_type *go_map_element(const struct scan_type *map);

#endif

/* intern.h - what intern.c, resolve.c and types.c share */
#ifndef FG_SCAN_INTERN_H
#define FG_SCAN_INTERN_H

#include "scan/build.h"

#include <stdatomic.h>

/* Everything here is indexed by node, save first, which is by class. */
struct scan_intern {
	struct scan *scan;
	uint32_t *resolve;            /* the node that a declaration or alias stands for; itself for others */
	uint64_t *local;              /* hash of what the node says itself */
	uint64_t *hashes, *next;
	uint32_t *classes;
	uint32_t *first;              /* the first node of each class */
	size_t classes_n, first_room;
	_Atomic bool mixed;           /* some class holds nodes that differ */
};

static inline bool scan_is_record(const struct scan_node *node)
{
	return node->kind == SCAN_KIND_STRUCT || node->kind == SCAN_KIND_UNION || node->kind == SCAN_KIND_ENUM;
}

uint64_t scan_node_name_hash(const struct scan_node *node);
const struct scan_node *scan_node_at(const struct scan *scan, uint32_t index, const struct scan_unit **ret_unit);

/* Turns keys into nodes. Fills resolve for what names its definition itself. */
int scan_resolve_keys(struct scan_intern *intern);
/* Fills resolve for declarations, by name. Needs local. */
int scan_resolve_declarations(struct scan_intern *intern);
int scan_intern_nodes(struct scan_intern *intern);
/* Makes the types of all classes, and what finds them by DIE and by name. */
int scan_types_build(struct scan_intern *intern);
void scan_intern_free(struct scan_intern *intern);

#endif

/* fields.h - the fields of every type that can be named, and which of them a write site touches */
#ifndef FG_SCAN_FIELDS_H
#define FG_SCAN_FIELDS_H

#include "scan/scan.h"

#define SCAN_FIELD_NONE UINT32_MAX

/* A named member of a listed type, or of a struct without a name inside it. */
struct scan_field {
	const struct scan_type *owner;
	const struct scan_member *member;
	uint32_t parent;              /* the field that holds it, where that is a struct without a name; else
	                                 SCAN_FIELD_NONE */
	const char *name;             /* as one writes it behind the owner: "status", "position.x"; "": a member
	                                 without a name, which is only a step on the way to others */
};

struct scan_fields {
	struct scan_field *items;
	uint32_t n;
	uint32_t *type_first;         /* fields of scan->types[i] are from type_first[i] to before type_first[i + 1] */
	char *names;                  /* text of all names */
};

/* Returns: 0 or -ENOMEM. Owner: the caller, who calls scan_fields_fini, in either case. */
int scan_fields_init(struct scan_fields *fields, const struct scan *scan);
void scan_fields_fini(struct scan_fields *fields);

#define SCAN_TOUCHED_MAX 512
/* The fields that a site belongs to, the outermost first: those on its path, and all that it covers. ret: room for
 * SCAN_TOUCHED_MAX. Returns: how many. */
size_t scan_fields_touched(const struct scan_fields *fields, const struct scan_site *site, uint32_t *ret);

#endif

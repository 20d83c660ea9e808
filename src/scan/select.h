/* select.h - TYPE[.FIELD] -> the types and fields that are meant */
#ifndef FG_SCAN_SELECT_H
#define FG_SCAN_SELECT_H

#include "scan/fields.h"

#define SCAN_CHAIN_MAX 16

/* One field, or one path of fields ("customer.name"), that is asked for. */
struct scan_pick {
	const struct scan_type *type;
	char *name;                   /* of the field, or the path */
	bool single;                  /* the field was named, not fitted by a pattern or by its type alone */
	uint32_t chain[SCAN_CHAIN_MAX]; /* numbers of the fields on the way */
	size_t chain_n;               /* at least 1 */
};

struct scan_picks {
	struct scan_pick *items;      /* in the order of the queries; each once */
	size_t n;
};

/* Adds what one query means. TYPE is a name with or without its keyword, its last part alone where that is unique, or a
 * pattern; FIELD is a name, a path of names, or a pattern.
 * Returns: 0 or a negative errno, with ret_error, which may hold several lines: -ENOENT (no such type or field: the
 * nearest is named), -EINVAL (a short name fits several types), -ENOMEM. Owner: scan_picks_fini. */
int scan_select(const struct scan *scan, const struct scan_fields *fields, const char *query, struct scan_picks *picks,
                struct scan_error *ret_error);
void scan_picks_fini(struct scan_picks *picks);
/* "struct order" -> "order" */
const char *scan_bare_name(const char *name);

#endif

/* split.h - which stores belong together: those of one source assignment, and those that fill one object */
#ifndef FG_SCAN_SPLIT_H
#define FG_SCAN_SPLIT_H

#include "scan/scan.h"
#include "scan/vars.h"

struct split_site {
	struct scan_site site;
	uint32_t block;               /* of its function */
	unsigned statement;           /* column of the statement in its line */
	int8_t base;                  /* register that its address is counted from; -1: none */
};

/* Marks them among the sites of one function, which lie in the order of their addresses. vars: of that function; two
 * calls of one inlined function are two assignments though their lines are the same. */
void split_find(struct split_site *sites, size_t n, const struct vars *vars);

#endif

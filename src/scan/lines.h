/* lines.h - addresses to source lines, one compile unit at a time */
#ifndef FG_SCAN_LINES_H
#define FG_SCAN_LINES_H

#include "scan/inside.h"

struct lines {
	Dwarf_Lines *table;
	size_t n, at;                 /* at: where the last answer stood */
	Dwarf_Off unit;
	bool loaded;
};

struct lines_position {
	const char *file;             /* NULL: not said. Lives as long as the handle */
	unsigned line, column;
	unsigned statement;           /* column at which the statement begins, as far as the compiler says so */
};

/* Makes lines answer for the unit of this DIE. */
void lines_load(struct lines *lines, Dwarf_Die *die);
struct lines_position lines_at(struct lines *lines, uint64_t pc);

#endif

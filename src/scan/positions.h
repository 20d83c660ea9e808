/* positions.h - addresses to source lines, one compile unit at a time */
#ifndef FG_SCAN_POSITIONS_H
#define FG_SCAN_POSITIONS_H

#include "scan/inside.h"

struct positions {
	Dwarf_Lines *table;
	size_t n, at;                 /* at: where the last answer stood */
	Dwarf_Off unit;
	bool loaded;
};

struct position {
	const char *file;             /* NULL: not said. Lives as long as the handle */
	unsigned line, column;
	unsigned statement;           /* column at which the statement begins, as far as the compiler says so */
};

/* Makes lines answer for the unit of this DIE. */
void positions_load(struct positions *positions, Dwarf_Die *die);
struct position positions_at(struct positions *positions, uint64_t pc);

#endif

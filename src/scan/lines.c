/* lines.c - see lines.h; and the inlined calls around an address */
#include "scan/lines.h"

#include <dwarf.h>
#include <string.h>

void lines_load(struct lines *lines, Dwarf_Die *die)
{
	Dwarf_Die unit;

	if (!dwarf_diecu(die, &unit, NULL, NULL)) {
		lines->loaded = false;
		return;
	}
	if (lines->loaded && lines->unit == dwarf_dieoffset(&unit))
		return;
	lines->unit = dwarf_dieoffset(&unit);
	lines->at = 0;
	lines->loaded = dwarf_getsrclines(&unit, &lines->table, &lines->n) == 0;
	if (!lines->loaded)
		lines->n = 0;
	lines->loaded = true;
}

static uint64_t address_of(const struct lines *lines, size_t i)
{
	Dwarf_Addr address = 0;

	dwarf_lineaddr(dwarf_onesrcline(lines->table, i), &address);
	return address;
}

/* The last entry at or before pc. Returns: false: none. */
static bool find(struct lines *lines, uint64_t pc)
{
	size_t low = 0, high = lines->n;

	/* Sites are asked for in order: mostly it is the same entry or one of the next. */
	if (lines->at < lines->n && address_of(lines, lines->at) <= pc) {
		for (size_t i = lines->at, steps = 0; steps < 16; steps++, i++) {
			if (i + 1 >= lines->n || address_of(lines, i + 1) > pc) {
				lines->at = i;
				return true;
			}
		}
		low = lines->at;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address_of(lines, middle) <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	lines->at = low - 1;
	return true;
}

/* gcc gives each instruction the column of the expression it came from, and marks where statements begin. */
static unsigned statement_column(const struct lines *lines, int line, int column)
{
	for (size_t i = lines->at + 1, steps = 0; i-- > 0 && steps < 32; steps++) {
		Dwarf_Line *entry = dwarf_onesrcline(lines->table, i);
		bool begins = false;
		int other = 0;

		if (dwarf_lineno(entry, &other) != 0 || other != line)
			continue;
		if (dwarf_linebeginstatement(entry, &begins) == 0 && begins && dwarf_linecol(entry, &other) == 0 && other > 0)
			return (unsigned)other;
	}
	return column > 0 ? (unsigned)column : 0;
}

struct lines_position lines_at(struct lines *lines, uint64_t pc)
{
	struct lines_position position = {0};
	int line = 0, column = 0;
	Dwarf_Line *entry;
	bool end = false;

	if (!lines->loaded || !lines->n || !find(lines, pc))
		return position;
	entry = dwarf_onesrcline(lines->table, lines->at);
	if (!entry || (dwarf_lineendsequence(entry, &end) == 0 && end))
		return position;
	position.file = dwarf_linesrc(entry, NULL, NULL);
	if (dwarf_lineno(entry, &line) == 0 && line > 0)
		position.line = (unsigned)line;
	if (dwarf_linecol(entry, &column) == 0 && column > 0)
		position.column = (unsigned)column;
	position.statement = statement_column(lines, line, column);
	return position;
}

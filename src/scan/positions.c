/* positions.c - see positions.h; and the inlined calls around an address */
#include "scan/positions.h"

#include <dwarf.h>
#include <string.h>

void positions_load(struct positions *positions, Dwarf_Die *die)
{
	Dwarf_Die unit;

	if (!dwarf_diecu(die, &unit, NULL, NULL)) {
		positions->loaded = false;
		return;
	}
	if (positions->loaded && positions->unit == dwarf_dieoffset(&unit))
		return;
	positions->unit = dwarf_dieoffset(&unit);
	positions->at = 0;
	positions->loaded = dwarf_getsrclines(&unit, &positions->table, &positions->n) == 0;
	if (!positions->loaded)
		positions->n = 0;
	positions->loaded = true;
}

static uint64_t address_of(const struct positions *positions, size_t i)
{
	Dwarf_Addr address = 0;

	dwarf_lineaddr(dwarf_onesrcline(positions->table, i), &address);
	return address;
}

/* The last entry at or before pc. Returns: false: none. */
static bool find(struct positions *positions, uint64_t pc)
{
	size_t low = 0, high = positions->n;

	/* Sites are asked for in order: mostly it is the same entry or one of the next. */
	if (positions->at < positions->n && address_of(positions, positions->at) <= pc) {
		for (size_t i = positions->at, steps = 0; steps < 16; steps++, i++) {
			if (i + 1 >= positions->n || address_of(positions, i + 1) > pc) {
				positions->at = i;
				return true;
			}
		}
		low = positions->at;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address_of(positions, middle) <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	positions->at = low - 1;
	return true;
}

/* gcc gives each instruction the column of the expression it came from, and marks where statements begin. */
static unsigned statement_column(const struct positions *positions, int line, int column)
{
	for (size_t i = positions->at + 1, steps = 0; i-- > 0 && steps < 32; steps++) {
		Dwarf_Line *entry = dwarf_onesrcline(positions->table, i);
		bool begins = false;
		int other = 0;

		if (dwarf_lineno(entry, &other) != 0 || other != line)
			continue;
		if (dwarf_linebeginstatement(entry, &begins) == 0 && begins && dwarf_linecol(entry, &other) == 0 &&
		    other > 0)
			return (unsigned)other;
	}
	return column > 0 ? (unsigned)column : 0;
}

struct position positions_at(struct positions *positions, uint64_t pc)
{
	struct position position = {0};
	int line = 0, column = 0;
	Dwarf_Line *entry;
	bool end = false;

	if (!positions->loaded || !positions->n || !find(positions, pc))
		return position;
	entry = dwarf_onesrcline(positions->table, positions->at);
	if (!entry || (dwarf_lineendsequence(entry, &end) == 0 && end))
		return position;
	position.file = dwarf_linesrc(entry, NULL, NULL);
	if (dwarf_lineno(entry, &line) == 0 && line > 0)
		position.line = (unsigned)line;
	if (dwarf_linecol(entry, &column) == 0 && column > 0)
		position.column = (unsigned)column;
	position.statement = statement_column(positions, line, column);
	return position;
}

/* frames.c - the source position of an address, and the calls that were inlined into one another there */
#include "scan/build.h"
#include "scan/positions.h"

#include <dwarf.h>
#include <string.h>

#define DEPTH_MAX 200

/* The inlined call below a DIE whose code holds pc. Returns: false: none. */
static bool find_inlined(Dwarf_Die *parent, uint64_t pc, int depth, Dwarf_Die *ret)
{
	Dwarf_Die child;

	if (depth > DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return false;
	do {
		int tag = dwarf_tag(&child);

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block && tag != DW_TAG_try_block &&
		    tag != DW_TAG_catch_block)
			continue;
		if (tag == DW_TAG_inlined_subroutine && dwarf_haspc(&child, pc) == 1) {
			*ret = child;
			return true;
		}
		/* A block without ranges of its own reaches as far as what it stands in. */
		if (tag != DW_TAG_inlined_subroutine && dwarf_haspc(&child, pc) != 0 &&
		    find_inlined(&child, pc, depth + 1, ret))
			return true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

static unsigned number_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &value) != 0)
		return 0;
	return (unsigned)value;
}

static const char *call_file(Dwarf_Die *die)
{
	Dwarf_Die unit;
	Dwarf_Files *files;
	size_t n;

	if (!dwarf_diecu(die, &unit, NULL, NULL) || dwarf_getsrcfiles(&unit, &files, &n) != 0)
		return NULL;
	return dwarf_filesrc(files, number_of(die, DW_AT_call_file), NULL, NULL);
}

static const char *name_of(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
}

/* The chain of inlined calls, outermost first. */
static size_t inlined_chain(Dwarf_Die *function, uint64_t pc, Dwarf_Die *ret, size_t size)
{
	Dwarf_Die at = *function;
	size_t n = 0;

	while (n < size && find_inlined(&at, pc, 0, &ret[n]))
		at = ret[n++];
	return n;
}

static size_t read_frames(const struct scan *scan, struct scan_handle *handle, uint64_t pc,
                          struct scan_frame *ret_frames,
                          size_t size)
{
	const struct scan_function *function = scan_function_at(scan, pc);
	struct position position;
	struct positions positions = {0};
	Dwarf_Die die, inlined[32];
	size_t n, frames = 0;

	if (!function || !size || !dwarf_offdie(handle->dwarf, function->die, &die))
		return 0;
	positions_load(&positions, &die);
	position = positions_at(&positions, pc);
	n = inlined_chain(&die, pc, inlined, sizeof(inlined) / sizeof(inlined[0]));
	for (size_t i = n; i > 0 && frames < size; i--) {
		ret_frames[frames++] = (struct scan_frame){.function = name_of(&inlined[i - 1]), .file = position.file,
		                                           .line = position.line, .column = position.column};
		position = (struct position){.file = call_file(&inlined[i - 1]),
		                                   .line = number_of(&inlined[i - 1], DW_AT_call_line),
		                                   .column = number_of(&inlined[i - 1], DW_AT_call_column)};
	}
	if (frames < size)
		ret_frames[frames++] = (struct scan_frame){.function = function->name, .file = position.file,
		                                           .line = position.line, .column = position.column};
	return frames;
}

/* One handle serves all threads in turn: its texts have to live as long as the scan. */
size_t scan_frames(const struct scan *scan, uint64_t pc, struct scan_frame *ret_frames, size_t size)
{
	struct scan_inside *inside = scan->inside;
	size_t n = 0;

	pthread_mutex_lock(&inside->lock);
	if (!inside->frames.dwarf && scan_handle_open(scan, &inside->frames) != 0)
		inside->frames = (struct scan_handle){0};
	if (inside->frames.dwarf)
		n = read_frames(scan, &inside->frames, pc, ret_frames, size);
	pthread_mutex_unlock(&inside->lock);
	return n;
}

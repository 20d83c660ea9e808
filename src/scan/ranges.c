/* ranges.c - the addresses that a DIE covers */
#include "scan/dies.h"

#include "scan/scan.h"

#include <dwarf.h>
#include <errno.h>

struct gathered {
	struct scan_range *items;
	size_t n, size;
};

/* Linkers leave code that they dropped at 0 or at all ones. */
static void gather(struct gathered *gathered, uint64_t low, uint64_t high)
{
	if (low >= high || low == 0 || low >= UINT64_MAX - 1 || gathered->n >= gathered->size)
		return;
	gathered->items[gathered->n++] = (struct scan_range){ low, high };
}

static int old_ranges(const struct scan_unit_head *unit, struct scan_cursor *cursor, struct gathered *gathered)
{
	uint64_t base = unit->low_pc;

	for (;;) {
		uint64_t low = scan_read(cursor, 8), high = scan_read(cursor, 8);

		if (cursor->bad)
			return -EINVAL;
		if (!low && !high)
			return 0;
		if (low == UINT64_MAX)
			base = high;
		else if (low < high)
			gather(gathered, base + low, base + high);
	}
}

static int new_ranges(const struct scan_unit_head *unit, struct scan_cursor *cursor, struct gathered *gathered)
{
	uint64_t base = unit->low_pc;

	for (;;) {
		unsigned kind = (unsigned)scan_read(cursor, 1);
		uint64_t a = 0, b = 0;

		switch (kind) {
		case DW_RLE_end_of_list:
			return cursor->bad ? -EINVAL : 0;
		case DW_RLE_base_addressx:
			if (!scan_unit_address(unit, scan_read_uleb(cursor), &base))
				return -EINVAL;
			continue;
		case DW_RLE_startx_endx:
			if (!scan_unit_address(unit, scan_read_uleb(cursor), &a) ||
			    !scan_unit_address(unit, scan_read_uleb(cursor), &b))
				return -EINVAL;
			break;
		case DW_RLE_startx_length:
			if (!scan_unit_address(unit, scan_read_uleb(cursor), &a))
				return -EINVAL;
			b = a + scan_read_uleb(cursor);
			break;
		case DW_RLE_offset_pair:
			a = base + scan_read_uleb(cursor);
			b = base + scan_read_uleb(cursor);
			break;
		case DW_RLE_base_address:
			base = scan_read(cursor, 8);
			continue;
		case DW_RLE_start_end:
			a = scan_read(cursor, 8);
			b = scan_read(cursor, 8);
			break;
		case DW_RLE_start_length:
			a = scan_read(cursor, 8);
			b = a + scan_read_uleb(cursor);
			break;
		default:
			return -EINVAL;
		}
		if (cursor->bad)
			return -EINVAL;
		gather(gathered, a, b);
	}
}

int scan_die_ranges(const struct scan_unit_head *unit, const struct scan_die *die, struct scan_range *ret, size_t size)
{
	struct gathered gathered = { ret, 0, size };
	int result = 0;

	if (die->has & SCAN_HAS_RANGES) {
		const struct scan_section *section =
			&unit->debug->sections[unit->version >= 5 ? SCAN_SECTION_RNGLISTS : SCAN_SECTION_RANGES];
		struct scan_cursor cursor;

		if (!section->data || die->ranges >= section->size)
			return -EINVAL;
		cursor = (struct scan_cursor){ section->data + die->ranges, section->data + section->size, false };
		result = unit->version >= 5 ? new_ranges(unit, &cursor, &gathered)
					    : old_ranges(unit, &cursor, &gathered);
	} else if ((die->has & SCAN_HAS_LOW) && (die->has & SCAN_HAS_HIGH)) {
		gather(&gathered, die->low, die->has & SCAN_HAS_HIGH_OFFSET ? die->low + die->high : die->high);
	}
	return result < 0 ? result : (int)gathered.n;
}

/* units.c - heads of compile and type units */
#include "scan/dies.h"

#include <dwarf.h>
#include <errno.h>

static int read_kind(struct scan_unit_head *head, struct scan_cursor *cursor)
{
	bool types = head->part == SCAN_PART_TYPES;

	if (head->version >= 5) {
		head->type = (uint8_t)scan_read(cursor, 1);
		head->address_size = (uint8_t)scan_read(cursor, 1);
		head->abbrev_offset = scan_read(cursor, head->offset_size);
		if (head->type == DW_UT_skeleton || head->type == DW_UT_split_compile) {
			head->split = true;
			scan_skip(cursor, 8);
		}
	} else {
		head->type = types ? DW_UT_type : DW_UT_compile;
		head->abbrev_offset = scan_read(cursor, head->offset_size);
		head->address_size = (uint8_t)scan_read(cursor, 1);
	}
	if (head->type == DW_UT_type || head->type == DW_UT_split_type) {
		uint64_t offset;

		head->signature = scan_read(cursor, 8);
		offset = scan_read(cursor, head->offset_size);
		if (offset < head->end - head->offset)
			head->signature_type = SCAN_KEY(head->part, head->offset + offset);
	}
	return cursor->bad ? -EINVAL : 0;
}

int scan_unit_read(const struct scan_debug *debug, unsigned part, uint64_t offset, struct scan_unit_head *ret_head)
{
	const struct scan_section *section =
		&debug->sections[part == SCAN_PART_TYPES ? SCAN_SECTION_TYPES : SCAN_SECTION_INFO];
	struct scan_cursor cursor = { section->data + offset, section->data + section->size, false };
	struct scan_unit_head head = { .debug = debug, .part = part, .offset = offset, .offset_size = 4 };
	uint64_t length = scan_read(&cursor, 4);

	ret_head->end = 0;
	if (length == 0xffffffff) {
		head.offset_size = 8;
		length = scan_read(&cursor, 8);
	}
	if (cursor.bad || length > (uint64_t)(cursor.end - cursor.at))
		return -EINVAL;
	cursor.end = cursor.at + length;
	head.end = (uint64_t)(cursor.end - section->data);
	*ret_head = head;
	head.version = (uint16_t)scan_read(&cursor, 2);
	if (cursor.bad || head.version < 2 || head.version > 5)
		return -EINVAL;
	if (read_kind(&head, &cursor) < 0 || (head.address_size != 8 && head.address_size != 4))
		return -EINVAL;
	head.first_die = (uint64_t)(cursor.at - section->data);
	/* Offsets inside a unit are kept in 32 bits. */
	if (head.end - head.offset > UINT32_MAX)
		return -EINVAL;
	*ret_head = head;
	return 0;
}

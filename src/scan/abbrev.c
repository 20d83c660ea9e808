/* abbrev.c - tables of .debug_abbrev */
#include "scan/dies.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

/* Bytes of a form that has always the same in one unit; those that depend on the unit's widths are not told here, since
 * units share tables. */
static uint32_t form_size(uint16_t form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	default:
		return UINT32_MAX;
	}
}

static bool grow(void **items, size_t *room, size_t n, size_t size)
{
	size_t wanted = *room ? *room * 2 : 64;
	void *grown;

	if (n < *room)
		return true;
	grown = reallocarray(*items, wanted, size);
	if (!grown)
		return false;
	*items = grown;
	*room = wanted;
	return true;
}

static int read_specs(struct scan_abbrevs *abbrevs, size_t *room, struct scan_cursor *cursor,
                      struct scan_abbrev *abbrev)
{
	uint64_t skip = 0;

	abbrev->specs = (uint32_t)abbrevs->specs_n;
	for (;;) {
		uint64_t attribute = scan_read_uleb(cursor);
		uint64_t form = scan_read_uleb(cursor);
		int64_t implicit = form == DW_FORM_implicit_const ? scan_read_sleb(cursor) : 0;
		uint32_t size;

		if (cursor->bad || attribute > UINT16_MAX || form > UINT16_MAX || abbrevs->specs_n >= UINT32_MAX / 2)
			return -EINVAL;
		if (!attribute && !form)
			break;
		if (!grow((void **)&abbrevs->specs, room, abbrevs->specs_n, sizeof(struct scan_spec)))
			return -ENOMEM;
		abbrevs->specs[abbrevs->specs_n++] =
			(struct scan_spec){ (uint16_t)attribute, (uint16_t)form, implicit };
		size = form_size((uint16_t)form);
		skip = size == UINT32_MAX || skip == UINT32_MAX ? UINT32_MAX : skip + size;
	}
	abbrev->specs_n = (uint32_t)abbrevs->specs_n - abbrev->specs;
	abbrev->skip = skip > UINT32_MAX ? UINT32_MAX : (uint32_t)skip;
	return 0;
}

static int compare_codes(const void *left, const void *right)
{
	uint64_t a = ((const struct scan_abbrev *)left)->code, b = ((const struct scan_abbrev *)right)->code;

	return a < b ? -1 : a > b;
}

int scan_abbrevs_read(const struct scan_debug *debug, uint64_t offset, struct scan_abbrevs *ret_abbrevs)
{
	const struct scan_section *section = &debug->sections[SCAN_SECTION_ABBREV];
	struct scan_abbrevs abbrevs = { .offset = offset, .dense = true };
	struct scan_cursor cursor;
	size_t room = 0, specs_room = 0;
	int result = -EINVAL;

	if (!section->data || offset >= section->size)
		return -EINVAL;
	cursor = (struct scan_cursor){ section->data + offset, section->data + section->size, false };
	for (;;) {
		struct scan_abbrev abbrev = { .code = scan_read_uleb(&cursor) };
		uint64_t tag;

		if (cursor.bad)
			goto fail;
		if (!abbrev.code)
			break;
		tag = scan_read_uleb(&cursor);
		abbrev.tag = (uint16_t)tag;
		abbrev.children = scan_read(&cursor, 1) != 0;
		if (tag > UINT16_MAX)
			goto fail;
		result = read_specs(&abbrevs, &specs_room, &cursor, &abbrev);
		if (result < 0)
			goto fail;
		result = -ENOMEM;
		if (!grow((void **)&abbrevs.items, &room, abbrevs.n, sizeof(abbrev)))
			goto fail;
		result = -EINVAL;
		abbrevs.items[abbrevs.n++] = abbrev;
		abbrevs.dense = abbrevs.dense && abbrev.code == abbrevs.n;
	}
	if (!abbrevs.dense)
		qsort(abbrevs.items, abbrevs.n, sizeof(*abbrevs.items), compare_codes);
	*ret_abbrevs = abbrevs;
	return 0;
fail:
	scan_abbrevs_free(&abbrevs);
	return result;
}

void scan_abbrevs_free(struct scan_abbrevs *abbrevs)
{
	free(abbrevs->items);
	free(abbrevs->specs);
	abbrevs->items = NULL;
	abbrevs->specs = NULL;
}

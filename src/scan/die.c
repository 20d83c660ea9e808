/* die.c - one DIE: its attributes by their forms */
#include "scan/dies.h"

#include "scan/scan.h"

#include <dwarf.h>
#include <errno.h>
#include <string.h>

#ifndef DW_AT_go_kind
#define DW_AT_go_kind 0x2900
#endif
#define AT_GO_RUNTIME_TYPE 0x2904

enum value_class {
	VALUE_NONE = 0,
	VALUE_NUMBER,                 /* constants, flags */
	VALUE_SIGNED,
	VALUE_ADDRESS,
	VALUE_OFFSET,                 /* into another section */
	VALUE_STRING,
	VALUE_REFERENCE,
	VALUE_BYTES,                  /* blocks and expressions */
	VALUE_INDEX,                  /* rnglistx, loclistx */
};

struct value {
	enum value_class class;
	uint64_t number;
	const char *string;
	const uint8_t *bytes;
};

struct reader {
	const struct scan_unit_head *unit;
	const struct scan_signatures *signatures;
	struct scan_cursor *cursor;
};

static const char *string_at(const struct scan_section *section, uint64_t offset)
{
	/* The loader made sure that the last byte is a NUL. */
	return offset < section->size ? (const char *)section->data + offset : NULL;
}

static const char *string_of_index(const struct scan_unit_head *unit, uint64_t index)
{
	const struct scan_section *offsets = &unit->debug->sections[SCAN_SECTION_STR_OFFSETS];
	uint64_t at, offset = 0;

	if (__builtin_mul_overflow(index, unit->offset_size, &at) ||
	    __builtin_add_overflow(at, unit->str_offsets_base, &at) ||
	    at >= offsets->size || offsets->size - at < unit->offset_size)
		return NULL;
	memcpy(&offset, offsets->data + at, unit->offset_size);
	return string_at(&unit->debug->sections[SCAN_SECTION_STR], offset);
}

bool scan_unit_address(const struct scan_unit_head *unit, uint64_t index, uint64_t *ret_address)
{
	const struct scan_section *addresses = &unit->debug->sections[SCAN_SECTION_ADDR];
	uint64_t at;

	if (__builtin_mul_overflow(index, (uint64_t)8, &at) || __builtin_add_overflow(at, unit->addr_base, &at) ||
	    at >= addresses->size || addresses->size - at < 8)
		return false;
	memcpy(ret_address, addresses->data + at, 8);
	return true;
}

static void address_of_index(const struct reader *reader, uint64_t index, struct value *ret)
{
	ret->class = scan_unit_address(reader->unit, index, &ret->number) ? VALUE_ADDRESS : VALUE_NONE;
}

static void take_bytes(const struct reader *reader, uint64_t n, struct value *ret)
{
	ret->class = VALUE_BYTES;
	ret->bytes = reader->cursor->at;
	ret->number = n;
	scan_skip(reader->cursor, n);
}

static void take_string(const char *string, struct value *ret)
{
	ret->class = string ? VALUE_STRING : VALUE_NONE;
	ret->string = string;
}

static void take_reference(const struct reader *reader, uint64_t offset, struct value *ret)
{
	ret->class = VALUE_REFERENCE;
	ret->number = offset < reader->unit->end - reader->unit->offset
		      ? SCAN_KEY(reader->unit->part, reader->unit->offset + offset) : 0;
}

static void take_far(unsigned part, uint64_t offset, struct value *ret)
{
	ret->class = VALUE_REFERENCE;
	ret->number = offset >> 56 ? 0 : SCAN_KEY(part, offset);
}

static int read_value(const struct reader *reader, uint64_t form, int64_t implicit, struct value *ret);

static int read_string_value(const struct reader *reader, uint64_t form, struct value *ret)
{
	const struct scan_unit_head *unit = reader->unit;
	struct scan_cursor *cursor = reader->cursor;
	const struct scan_section *sections = unit->debug->sections;

	switch (form) {
	case DW_FORM_string:
		take_string(scan_read_string(cursor), ret);
		return 0;
	case DW_FORM_strp:
		take_string(string_at(&sections[SCAN_SECTION_STR], scan_read(cursor, unit->offset_size)), ret);
		return 0;
	case DW_FORM_line_strp:
		take_string(string_at(&sections[SCAN_SECTION_LINE_STR], scan_read(cursor, unit->offset_size)), ret);
		return 0;
	case DW_FORM_GNU_strp_alt:
	case DW_FORM_strp_sup: {
		uint64_t offset = scan_read(cursor, unit->offset_size);

		take_string(unit->debug->alt ? string_at(&unit->debug->alt->sections[SCAN_SECTION_STR], offset) : NULL,
			    ret);
		return 0;
	}
	case DW_FORM_strx:
	case DW_FORM_GNU_str_index:
		take_string(string_of_index(unit, scan_read_uleb(cursor)), ret);
		return 0;
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx3:
	case DW_FORM_strx4:
		take_string(string_of_index(unit, scan_read(cursor, (unsigned)(form - DW_FORM_strx1 + 1))), ret);
		return 0;
	default:
		return -EINVAL;
	}
}

static int read_reference_value(const struct reader *reader, uint64_t form, struct value *ret)
{
	const struct scan_unit_head *unit = reader->unit;
	struct scan_cursor *cursor = reader->cursor;
	unsigned far = unit->part == SCAN_PART_ALT ? SCAN_PART_ALT : SCAN_PART_INFO;

	switch (form) {
	case DW_FORM_ref1:
		take_reference(reader, scan_read(cursor, 1), ret);
		return 0;
	case DW_FORM_ref2:
		take_reference(reader, scan_read(cursor, 2), ret);
		return 0;
	case DW_FORM_ref4:
		take_reference(reader, scan_read(cursor, 4), ret);
		return 0;
	case DW_FORM_ref8:
		take_reference(reader, scan_read(cursor, 8), ret);
		return 0;
	case DW_FORM_ref_udata:
		take_reference(reader, scan_read_uleb(cursor), ret);
		return 0;
	case DW_FORM_ref_addr:
		take_far(far, scan_read(cursor, unit->version == 2 ? unit->address_size : unit->offset_size), ret);
		return 0;
	case DW_FORM_GNU_ref_alt:
		take_far(SCAN_PART_ALT, scan_read(cursor, unit->offset_size), ret);
		return 0;
	case DW_FORM_ref_sup4:
		take_far(SCAN_PART_ALT, scan_read(cursor, 4), ret);
		return 0;
	case DW_FORM_ref_sup8:
		take_far(SCAN_PART_ALT, scan_read(cursor, 8), ret);
		return 0;
	case DW_FORM_ref_sig8:
		ret->class = VALUE_REFERENCE;
		ret->number = scan_read(cursor, 8);
		ret->number = reader->signatures ? scan_signature_find(reader->signatures, ret->number) : 0;
		return 0;
	default:
		return read_string_value(reader, form, ret);
	}
}

static int read_other_value(const struct reader *reader, uint64_t form, struct value *ret)
{
	struct scan_cursor *cursor = reader->cursor;

	switch (form) {
	case DW_FORM_addr:
		ret->class = VALUE_ADDRESS;
		ret->number = scan_read(cursor, reader->unit->address_size);
		return 0;
	case DW_FORM_addrx:
	case DW_FORM_GNU_addr_index:
		address_of_index(reader, scan_read_uleb(cursor), ret);
		return 0;
	case DW_FORM_addrx1:
	case DW_FORM_addrx2:
	case DW_FORM_addrx3:
	case DW_FORM_addrx4:
		address_of_index(reader, scan_read(cursor, (unsigned)(form - DW_FORM_addrx1 + 1)), ret);
		return 0;
	case DW_FORM_exprloc:
	case DW_FORM_block:
		take_bytes(reader, scan_read_uleb(cursor), ret);
		return 0;
	case DW_FORM_block1:
		take_bytes(reader, scan_read(cursor, 1), ret);
		return 0;
	case DW_FORM_block2:
		take_bytes(reader, scan_read(cursor, 2), ret);
		return 0;
	case DW_FORM_block4:
		take_bytes(reader, scan_read(cursor, 4), ret);
		return 0;
	case DW_FORM_data16:
		take_bytes(reader, 16, ret);
		return 0;
	case DW_FORM_sec_offset:
		ret->class = VALUE_OFFSET;
		ret->number = scan_read(cursor, reader->unit->offset_size);
		return 0;
	case DW_FORM_rnglistx:
	case DW_FORM_loclistx:
		ret->class = VALUE_INDEX;
		ret->number = scan_read_uleb(cursor);
		return 0;
	case DW_FORM_indirect: {
		uint64_t real = scan_read_uleb(cursor);

		/* An indirect form that is indirect again would let a file take us as deep as it likes. */
		if (real == DW_FORM_indirect || real == DW_FORM_implicit_const)
			return -EINVAL;
		return read_value(reader, real, 0, ret);
	}
	default:
		return read_reference_value(reader, form, ret);
	}
}

static int read_value(const struct reader *reader, uint64_t form, int64_t implicit, struct value *ret)
{
	struct scan_cursor *cursor = reader->cursor;

	ret->class = VALUE_NUMBER;
	switch (form) {
	case DW_FORM_flag_present:
		ret->number = 1;
		return 0;
	case DW_FORM_data1:
	case DW_FORM_flag:
		ret->number = scan_read(cursor, 1);
		return 0;
	case DW_FORM_data2:
		ret->number = scan_read(cursor, 2);
		return 0;
	case DW_FORM_data4:
		ret->number = scan_read(cursor, 4);
		return 0;
	case DW_FORM_data8:
		ret->number = scan_read(cursor, 8);
		return 0;
	case DW_FORM_udata:
		ret->number = scan_read_uleb(cursor);
		return 0;
	case DW_FORM_sdata:
		ret->class = VALUE_SIGNED;
		ret->number = (uint64_t)scan_read_sleb(cursor);
		return 0;
	case DW_FORM_implicit_const:
		ret->class = VALUE_SIGNED;
		ret->number = (uint64_t)implicit;
		return 0;
	default:
		return read_other_value(reader, form, ret);
	}
}

static bool is_number(const struct value *value)
{
	return value->class == VALUE_NUMBER || value->class == VALUE_SIGNED;
}

static void take_number(const struct value *value, uint32_t has, struct scan_die *die, uint64_t *ret)
{
	if (is_number(value)) {
		*ret = value->number;
		die->has |= has;
	}
}

static void take_flag(const struct value *value, uint32_t has, struct scan_die *die)
{
	if (is_number(value) && value->number)
		die->has |= has;
}

static void take_location(const struct scan_unit_head *unit, const struct value *value, uint16_t attribute,
                          struct scan_die *die)
{
	if (value->class == VALUE_BYTES) {
		die->expression = value->bytes;
		die->expression_n = value->number;
		die->has |= SCAN_HAS_EXPRESSION;
	} else if (attribute == DW_AT_data_member_location && (is_number(value))) {
		die->location = value->number;
		die->has |= SCAN_HAS_LOCATION;
	} else if (value->class == VALUE_OFFSET || value->class == VALUE_INDEX ||
		   (unit->version < 4 && is_number(value))) {
		die->has |= SCAN_HAS_LIST;
	}
}

static void take_code(const struct scan_unit_head *unit, const struct value *value, uint16_t attribute,
                      struct scan_die *die)
{
	switch (attribute) {
	case DW_AT_low_pc:
		if (value->class == VALUE_ADDRESS) {
			die->low = value->number;
			die->has |= SCAN_HAS_LOW;
		}
		break;
	case DW_AT_high_pc:
		die->high = value->number;
		if (value->class == VALUE_ADDRESS)
			die->has |= SCAN_HAS_HIGH;
		else if (is_number(value))
			die->has |= SCAN_HAS_HIGH | SCAN_HAS_HIGH_OFFSET;
		break;
	case DW_AT_ranges:
		if (value->class == VALUE_OFFSET || (unit->version < 4 && is_number(value))) {
			die->ranges = value->number;
			die->has |= SCAN_HAS_RANGES;
		} else if (value->class == VALUE_INDEX) {
			const struct scan_section *lists = &unit->debug->sections[SCAN_SECTION_RNGLISTS];
			uint64_t at, offset = 0;

			if (__builtin_mul_overflow(value->number, unit->offset_size, &at) ||
			    __builtin_add_overflow(at, unit->rnglists_base, &at) || at >= lists->size ||
			    lists->size - at < unit->offset_size)
				break;
			memcpy(&offset, lists->data + at, unit->offset_size);
			if (!__builtin_add_overflow(offset, unit->rnglists_base, &die->ranges))
				die->has |= SCAN_HAS_RANGES;
		}
		break;
	default:
		break;
	}
}

static void take_rare(const struct value *value, uint16_t attribute, struct scan_die *die)
{
	uint64_t number = 0;

	switch (attribute) {
	case DW_AT_discr:
		if (value->class == VALUE_REFERENCE)
			die->discriminant = value->number;
		break;
	case DW_AT_discr_value:
	case DW_AT_const_value:
		if (value->class == VALUE_STRING)
			die->text = value->string;
		take_number(value, SCAN_HAS_VALUE, die, &die->value);
		break;
	case DW_AT_alignment:
		take_number(value, SCAN_HAS_ALIGN, die, &die->align);
		break;
	case DW_AT_go_kind:
		take_number(value, 0, die, &number);
		die->go_kind = (uint8_t)number;
		break;
	case AT_GO_RUNTIME_TYPE:
		if (is_number(value) || value->class == VALUE_ADDRESS)
			die->go_runtime_type = value->number;
		break;
	case DW_AT_linkage_name:
	case DW_AT_MIPS_linkage_name:
		if (value->class == VALUE_STRING)
			die->linkage_name = value->string;
		break;
	case DW_AT_comp_dir:
		if (value->class == VALUE_STRING)
			die->directory = value->string;
		break;
	case DW_AT_artificial:
		take_flag(value, SCAN_IS_ARTIFICIAL, die);
		break;
	case DW_AT_virtuality:
		take_flag(value, SCAN_IS_VIRTUAL, die);
		break;
	case DW_AT_inline:
		take_number(value, SCAN_HAS_INLINE, die, &number);
		break;
	case DW_AT_lower_bound:
		take_number(value, SCAN_HAS_LOWER, die, &die->lower);
		break;
	case DW_AT_byte_stride:
	case DW_AT_bit_stride:
		take_number(value, SCAN_HAS_STRIDE, die, &die->stride);
		break;
	default:
		break;
	}
}

static void take_attribute(const struct scan_unit_head *unit, const struct value *value, uint16_t attribute,
                           struct scan_die *die)
{
	uint64_t number = 0;

	switch (attribute) {
	case DW_AT_name:
		if (value->class == VALUE_STRING)
			die->name = value->string;
		break;
	case DW_AT_type:
		if (value->class == VALUE_REFERENCE) {
			die->type = value->number;
			die->has |= SCAN_HAS_TYPE;
		}
		break;
	case DW_AT_byte_size:
		take_number(value, SCAN_HAS_SIZE, die, &die->size);
		break;
	case DW_AT_decl_line:
		take_number(value, 0, die, &number);
		die->line = (uint32_t)number;
		break;
	case DW_AT_decl_file:
		take_number(value, 0, die, &number);
		die->file = (uint32_t)number;
		break;
	case DW_AT_encoding:
		take_number(value, 0, die, &number);
		die->encoding = (uint8_t)number;
		break;
	case DW_AT_specification:
	case DW_AT_abstract_origin:
	case DW_AT_signature:
	case DW_AT_import:
		if (value->class == VALUE_REFERENCE)
			die->origin = value->number;
		break;
	case DW_AT_declaration:
		take_flag(value, SCAN_IS_DECLARATION, die);
		break;
	case DW_AT_external:
		take_flag(value, SCAN_IS_EXTERNAL, die);
		break;
	case DW_AT_data_member_location:
	case DW_AT_location:
		take_location(unit, value, attribute, die);
		break;
	case DW_AT_bit_size:
		take_number(value, SCAN_HAS_BIT_SIZE, die, &die->bit_size);
		break;
	case DW_AT_bit_offset:
		take_number(value, SCAN_HAS_BIT_OFFSET, die, &die->bit_offset);
		break;
	case DW_AT_data_bit_offset:
		take_number(value, SCAN_HAS_DATA_BIT_OFFSET, die, &die->data_bit_offset);
		break;
	case DW_AT_upper_bound:
		take_number(value, SCAN_HAS_UPPER, die, &die->upper);
		break;
	case DW_AT_count:
		take_number(value, SCAN_HAS_COUNT, die, &die->count);
		break;
	case DW_AT_low_pc:
	case DW_AT_high_pc:
	case DW_AT_ranges:
		take_code(unit, value, attribute, die);
		break;
	default:
		take_rare(value, attribute, die);
		break;
	}
}

static const struct scan_abbrev *abbrev_of(const struct scan_abbrevs *abbrevs, uint64_t code)
{
	size_t low = 0, high = abbrevs->n;

	if (abbrevs->dense)
		return code - 1 < abbrevs->n ? &abbrevs->items[code - 1] : NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (abbrevs->items[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < abbrevs->n && abbrevs->items[low].code == code ? &abbrevs->items[low] : NULL;
}

struct scan_cursor scan_unit_cursor(const struct scan_unit_head *unit, uint64_t offset)
{
	const struct scan_section *section =
		&unit->debug->sections[unit->part == SCAN_PART_TYPES ? SCAN_SECTION_TYPES : SCAN_SECTION_INFO];

	return (struct scan_cursor){ section->data + offset, section->data + unit->end, false };
}

static uint64_t offset_of(const struct scan_unit_head *unit, const struct scan_cursor *cursor)
{
	return unit->end - (uint64_t)(cursor->end - cursor->at);
}

/* Reads attributes; unit and die may be about to learn their bases: see scan_unit_root. */
int scan_die_read(const struct scan_unit_head *unit, const struct scan_abbrevs *abbrevs,
                  const struct scan_signatures *signatures, struct scan_cursor *cursor, struct scan_die *ret_die)
{
	struct reader reader = { unit, signatures, cursor };
	const struct scan_abbrev *abbrev;
	uint64_t offset = offset_of(unit, cursor);
	uint64_t code = scan_read_uleb(cursor);

	if (cursor->bad)
		return -EINVAL;
	if (!code)
		return 0;
	abbrev = abbrev_of(abbrevs, code);
	if (!abbrev)
		return -EINVAL;
	memset(ret_die, 0, sizeof(*ret_die));
	ret_die->offset = offset;
	ret_die->tag = abbrev->tag;
	ret_die->children = abbrev->children;
	for (uint32_t i = 0; i < abbrev->specs_n; i++) {
		const struct scan_spec *spec = &abbrevs->specs[abbrev->specs + i];
		struct value value = { 0 };

		if (read_value(&reader, spec->form, spec->implicit, &value) < 0 || cursor->bad)
			return -EINVAL;
		take_attribute(unit, &value, spec->attribute, ret_die);
	}
	return 1;
}

const struct scan_abbrev *scan_die_peek(const struct scan_abbrevs *abbrevs, const struct scan_cursor *cursor,
                                        unsigned *ret_code_n)
{
	struct scan_cursor ahead = *cursor;
	uint64_t code = scan_read_uleb(&ahead);

	*ret_code_n = (unsigned)(ahead.at - cursor->at);
	return ahead.bad || !code ? NULL : abbrev_of(abbrevs, code);
}

/* The cursor stands behind the code. */
int scan_die_skip(const struct scan_unit_head *unit, const struct scan_abbrevs *abbrevs,
                  const struct scan_abbrev *abbrev, struct scan_cursor *cursor)
{
	struct reader reader = { unit, NULL, cursor };

	if (abbrev->skip != UINT32_MAX) {
		scan_skip(cursor, abbrev->skip);
		return cursor->bad ? -EINVAL : 0;
	}
	for (uint32_t i = 0; i < abbrev->specs_n; i++) {
		const struct scan_spec *spec = &abbrevs->specs[abbrev->specs + i];
		struct value value = { 0 };

		if (read_value(&reader, spec->form, spec->implicit, &value) < 0 || cursor->bad)
			return -EINVAL;
	}
	return 0;
}

/* What a unit's DIE says about the unit. The bases are needed to read its own strings and addresses, and may stand
 * behind them: it is read twice. */
int scan_unit_root(struct scan_unit_head *head, const struct scan_abbrevs *abbrevs, struct scan_die *ret_die)
{
	struct scan_cursor cursor = scan_unit_cursor(head, head->first_die);
	struct reader reader = { head, NULL, &cursor };
	const struct scan_abbrev *abbrev;
	uint64_t code = scan_read_uleb(&cursor);
	int result;

	abbrev = code ? abbrev_of(abbrevs, code) : NULL;
	if (!abbrev || cursor.bad)
		return -EINVAL;
	/* Where a base is not given, DWARF 5 means what follows the section's first header. */
	head->str_offsets_base = head->version >= 5 ? (head->offset_size == 8 ? 16 : 8) : 0;
	head->addr_base = head->version >= 5 ? (head->offset_size == 8 ? 16 : 8) : 0;
	head->rnglists_base = head->version >= 5 ? (head->offset_size == 8 ? 20 : 12) : 0;
	for (uint32_t i = 0; i < abbrev->specs_n; i++) {
		const struct scan_spec *spec = &abbrevs->specs[abbrev->specs + i];
		struct value value = { 0 };

		if (read_value(&reader, spec->form, spec->implicit, &value) < 0 || cursor.bad)
			return -EINVAL;
		if (spec->attribute == DW_AT_str_offsets_base)
			head->str_offsets_base = value.number;
		else if (spec->attribute == DW_AT_addr_base || spec->attribute == DW_AT_GNU_addr_base)
			head->addr_base = value.number;
		else if (spec->attribute == DW_AT_rnglists_base)
			head->rnglists_base = value.number;
		else if (spec->attribute == DW_AT_dwo_name || spec->attribute == DW_AT_GNU_dwo_name)
			head->split = true;
		else if (spec->attribute == DW_AT_language)
			head->language = (uint16_t)value.number;
		else if (spec->attribute == DW_AT_stmt_list)
			head->line_offset = value.number, head->has_line = true;
	}
	cursor = scan_unit_cursor(head, head->first_die);
	result = scan_die_read(head, abbrevs, NULL, &cursor, ret_die);
	if (result <= 0)
		return -EINVAL;
	head->name = ret_die->name;
	head->low_pc = ret_die->has & SCAN_HAS_LOW ? ret_die->low : 0;
	return 0;
}

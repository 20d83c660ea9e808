/*
 * dies.h - DIEs as they lie in the file: sections, units, abbreviations, attributes
 *
 * A small reader beside libdw, for the one pass over all DIEs that makes the types: each DIE is read once and in order,
 * by any number of threads, and nothing it finds in the file is believed before it was checked. What looks at a few
 * DIEs (variables' locations, inlined calls) uses libdw.
 */
#ifndef FG_SCAN_DIES_H
#define FG_SCAN_DIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scan_section_id {
	SCAN_SECTION_INFO = 0,
	SCAN_SECTION_TYPES,
	SCAN_SECTION_ABBREV,
	SCAN_SECTION_STR,
	SCAN_SECTION_LINE,
	SCAN_SECTION_LINE_STR,
	SCAN_SECTION_STR_OFFSETS,
	SCAN_SECTION_ADDR,
	SCAN_SECTION_RANGES,
	SCAN_SECTION_RNGLISTS,
	SCAN_SECTIONS,
};

struct scan_section {
	const uint8_t *data;          /* NULL: absent */
	size_t size;
};

/* The debug sections of one file; alt: those of dwz's common file, NULL: none. */
struct scan_debug {
	struct scan_section sections[SCAN_SECTIONS];
	const struct scan_debug *alt;
};

/* Where a DIE is: which section in the top byte, its offset in the others. 0: none (a header lies there). */
typedef uint64_t scan_key;
enum {
	SCAN_PART_INFO = 0,
	SCAN_PART_TYPES,
	SCAN_PART_ALT,
	SCAN_PARTS,
};
#define SCAN_KEY(part, offset) ((scan_key)(part) << 56 | (offset))
#define SCAN_KEY_PART(key) ((unsigned)((key) >> 56))
#define SCAN_KEY_OFFSET(key) ((key) & (((uint64_t)1 << 56) - 1))

/* Reads that run over the end give zeroes and set bad. */
struct scan_cursor {
	const uint8_t *at, *end;
	bool bad;
};

struct scan_spec {
	uint16_t attribute, form;
	int64_t implicit;
};

struct scan_abbrev {
	uint64_t code;                /* 0: no such abbreviation */
	uint16_t tag;
	bool children;
	uint32_t skip;                /* bytes of all attributes, where every DIE has the same; UINT32_MAX else */
	uint32_t specs, specs_n;
};

/* One table of .debug_abbrev; units share it. */
struct scan_abbrevs {
	uint64_t offset;
	struct scan_abbrev *items;    /* dense: items[code - 1]; else by code */
	size_t n;
	bool dense;
	struct scan_spec *specs;
	size_t specs_n;
};

struct scan_unit_head {
	const struct scan_debug *debug;
	unsigned part;                /* SCAN_PART_ */
	uint64_t offset, end;         /* in its section */
	uint64_t first_die;           /* offset in its section */
	uint16_t version;
	uint8_t type;                 /* DW_UT_ */
	uint8_t offset_size, address_size;
	uint64_t abbrev_offset;
	uint64_t signature;           /* type units */
	scan_key signature_type;
	/* from the unit's own DIE */
	uint64_t str_offsets_base, addr_base, rnglists_base, low_pc;
	uint64_t line_offset;
	bool has_line;
	bool split;                   /* the rest is in a .dwo file */
	uint16_t language;            /* DW_LANG_ */
	const char *name, *directory;
};

/* Which attributes a DIE has. */
enum {
	SCAN_HAS_SIZE = 1 << 0,
	SCAN_HAS_BIT_SIZE = 1 << 1,
	SCAN_HAS_BIT_OFFSET = 1 << 2,
	SCAN_HAS_DATA_BIT_OFFSET = 1 << 3,
	SCAN_HAS_LOCATION = 1 << 4,   /* of a member: a number */
	SCAN_HAS_EXPRESSION = 1 << 5, /* of a member or variable: an expression */
	SCAN_HAS_UPPER = 1 << 6,
	SCAN_HAS_COUNT = 1 << 7,
	SCAN_HAS_LOW = 1 << 8,
	SCAN_HAS_HIGH = 1 << 9,
	SCAN_HAS_HIGH_OFFSET = 1 << 10,
	SCAN_HAS_RANGES = 1 << 11,
	SCAN_HAS_VALUE = 1 << 12,
	SCAN_HAS_LOWER = 1 << 13,
	SCAN_IS_DECLARATION = 1 << 14,
	SCAN_IS_EXTERNAL = 1 << 15,
	SCAN_IS_ARTIFICIAL = 1 << 16,
	SCAN_IS_VIRTUAL = 1 << 17,
	SCAN_HAS_TYPE = 1 << 18,
	SCAN_HAS_ALIGN = 1 << 19,
	SCAN_HAS_INLINE = 1 << 20,
	SCAN_HAS_STRIDE = 1 << 21,
	SCAN_HAS_LIST = 1 << 22,      /* the location is a list */
};

/* One DIE with the attributes that anything here asks for. */
struct scan_die {
	uint64_t offset;
	uint16_t tag;
	bool children;
	uint32_t has;                 /* SCAN_HAS_, SCAN_IS_ */
	uint8_t encoding, go_kind;
	const char *name, *linkage_name, *directory;
	const char *text;             /* const_value that is a string */
	scan_key type, origin;        /* origin: specification or abstract origin, the signature's type */
	scan_key discriminant;
	uint64_t size, bit_size, bit_offset, data_bit_offset, location;
	uint64_t upper, count, lower, stride;
	uint64_t low, high, ranges;
	uint64_t value;               /* const_value, discr_value */
	uint64_t align, go_runtime_type;
	uint32_t file, line;
	const uint8_t *expression;
	size_t expression_n;
};

/* Looks a type unit's signature up. Returns: 0: unknown. */
struct scan_signatures;
scan_key scan_signature_find(const struct scan_signatures *signatures, uint64_t signature);

/* Reads the DIE at the cursor. Returns: 1 a DIE, 0 the end of a row of children, negative: broken. */
int scan_die_read(const struct scan_unit_head *unit, const struct scan_abbrevs *abbrevs,
                  const struct scan_signatures *signatures, struct scan_cursor *cursor, struct scan_die *ret_die);
/* The abbreviation of the DIE at the cursor, and its code's bytes; the cursor stays. Returns: NULL: a row's end. */
const struct scan_abbrev *scan_die_peek(const struct scan_abbrevs *abbrevs, const struct scan_cursor *cursor,
                                        unsigned *ret_code_n);
/* Passes over the attributes of a DIE; the cursor stands behind its code. */
int scan_die_skip(const struct scan_unit_head *unit, const struct scan_abbrevs *abbrevs,
                  const struct scan_abbrev *abbrev, struct scan_cursor *cursor);
struct scan_cursor scan_unit_cursor(const struct scan_unit_head *unit, uint64_t offset);

/* Reads the head that begins at offset. Returns: 0 or -EINVAL; ret_head->end is set whenever the length could be read,
 * so that the next unit is found, and 0 else. */
int scan_unit_read(const struct scan_debug *debug, unsigned part, uint64_t offset, struct scan_unit_head *ret_head);
/* Fills what the unit's own DIE says. */
int scan_unit_root(struct scan_unit_head *head, const struct scan_abbrevs *abbrevs, struct scan_die *ret_die);
int scan_abbrevs_read(const struct scan_debug *debug, uint64_t offset, struct scan_abbrevs *ret_abbrevs);
void scan_abbrevs_free(struct scan_abbrevs *abbrevs);

/* Address number index of a unit. */
bool scan_unit_address(const struct scan_unit_head *unit, uint64_t index, uint64_t *ret_address);

struct scan_range;
/* The address ranges of a DIE, at most size; those that are empty are left out. Returns: how many, negative: broken. */
int scan_die_ranges(const struct scan_unit_head *unit, const struct scan_die *die, struct scan_range *ret, size_t size);

/* ---- cursor ---------------------------------------------------------------------------------------------------- */

uint64_t scan_read(struct scan_cursor *cursor, unsigned bytes);
uint64_t scan_read_uleb_slow(struct scan_cursor *cursor);
int64_t scan_read_sleb(struct scan_cursor *cursor);
const char *scan_read_string(struct scan_cursor *cursor);
void scan_skip(struct scan_cursor *cursor, uint64_t bytes);

static inline uint64_t scan_read_uleb(struct scan_cursor *cursor)
{
	if (cursor->at < cursor->end && *cursor->at < 0x80)
		return *cursor->at++;
	return scan_read_uleb_slow(cursor);
}

#endif

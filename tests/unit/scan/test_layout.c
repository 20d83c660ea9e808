/* test_layout.c - rows, holes and totals of types made by hand */
#include "made.h"

#include "scan/layout.h"
#include "tap.h"

#include <errno.h>

static struct scan_type u8 = {.kind = SCAN_KIND_UINT, .name = "uint8_t", .size = 1, .align = 1};
static struct scan_type u64 = {.kind = SCAN_KIND_UINT, .name = "uint64_t", .size = 8, .align = 8};

/* struct { uint8_t a; uint64_t b; unsigned c:3; (hole of 13 bits) uint16 at 18; } with a hole and padding */
static void test_holes(void)
{
	struct scan_member members[] = {
		{.name = "a", .type = &u8, .offset_bits = 0, .size_bits = 8},
		{.name = "b", .type = &u64, .offset_bits = 64, .size_bits = 64},
		{.name = "c", .type = &made_i32, .offset_bits = 128, .size_bits = 3, .bitfield = true},
		{.name = "d", .type = &u8, .offset_bits = 144, .size_bits = 8},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "struct holes", .size = 24, .align = 8, .members = members,
	                         .members_n = 4};
	struct scan_layout layout = {0};

	tap_eq_int(scan_layout_read(&type, &(struct scan_layout_options){.line_size = 64}, &layout), 0, "it is read");
	tap_eq_int(layout.rows_n, 7, "four members, two holes, padding");
	tap_eq_int(layout.holes_n, 1, "one hole of bytes");
	tap_eq_int(layout.hole_bytes, 7, "behind a");
	tap_eq_int(layout.bit_holes_n, 1, "one of bits");
	tap_eq_int(layout.bit_hole_bits, 13, "behind c");
	tap_eq_int(layout.padding_bits, 40, "padding");
	tap_eq_int(layout.bitfields_n, 1, "one bit-field");
	tap_eq_int(scan_layout_lost(&layout), 7 + (13 + 40) / 8, "lost");
	tap_eq_int(layout.lines, 1, "on one line");
	tap_eq_int(layout.rows[1].kind, SCAN_ROW_HOLE, "the hole stands where it is");
	tap_eq_int(layout.rows[1].offset_bits, 8, "its offset");
	tap_eq_int(layout.rows[6].kind, SCAN_ROW_PADDING, "the padding is last");
	scan_layout_fini(&layout);
}

/* A hole that begins at a byte and does not end at one is of bits. */
static void test_hole_before_bits(void)
{
	struct scan_member members[] = {
		{.name = "a", .type = &u8, .offset_bits = 0, .size_bits = 8},
		{.name = "b", .type = &made_i32, .offset_bits = 12, .size_bits = 20, .bitfield = true},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "struct t", .size = 4, .align = 4, .members = members,
	                         .members_n = 2};
	struct scan_layout layout = {0};

	scan_layout_read(&type, &(struct scan_layout_options){0}, &layout);
	tap_eq_int(layout.bit_holes_n, 1, "a hole of bits");
	tap_eq_int(layout.bit_hole_bits, 4, "four of them");
	tap_eq_int(layout.holes_n, 0, "and none of bytes");
	scan_layout_fini(&layout);
}

static void test_nested(void)
{
	struct scan_member members[] = {
		{.name = "tag", .type = &u8, .offset_bits = 0, .size_bits = 8},
		{.name = "item", .type = &made_item, .offset_bits = 64, .size_bits = 192},
		{.name = NULL, .type = &made_either, .offset_bits = 256, .size_bits = 320},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "struct outer", .size = 72, .align = 8, .members = members,
	                         .members_n = 3};
	struct scan_layout layout = {0};

	scan_layout_read(&type, &(struct scan_layout_options){.line_size = 64}, &layout);
	tap_eq_int(layout.rows_n, 6, "what has no name is opened, what has one is not");
	tap_eq_int(layout.lines, 2, "two lines");
	tap_ok(!layout.rows[2].opened && layout.rows[3].opened, "and says so");
	scan_layout_read(&type, &(struct scan_layout_options){.line_size = 128, .nested = true}, &layout);
	tap_eq_int(layout.rows_n, 12, "nested: all are opened");
	tap_eq_int(layout.rows[3].depth, 1, "one deeper");
	tap_eq_int(layout.rows[4].offset_bits, 128, "offsets are those of the outermost");
	tap_eq_int(layout.lines, 1, "one line of 128");
	tap_eq_int(layout.holes_n, 1, "only its own holes count");
	scan_layout_fini(&layout);
}

/* A base class of 16 bytes whose last three are padding, in which the next member lies. */
static void test_base(void)
{
	struct scan_member inner[] = {
		{.name = "_vptr.Base", .type = &u64, .offset_bits = 0, .size_bits = 64, .artificial = true},
		{.name = "a", .type = &made_i32, .offset_bits = 64, .size_bits = 32},
		{.name = "t", .type = &u8, .offset_bits = 96, .size_bits = 8},
	};
	struct scan_type base = {.kind = SCAN_KIND_STRUCT, .name = "Base", .size = 16, .align = 8, .members = inner,
	                         .members_n = 3, .language = SCAN_LANGUAGE_CPP};
	struct scan_member members[] = {
		{.name = NULL, .type = &base, .offset_bits = 0, .size_bits = 128, .base = true},
		{.name = "x", .type = &u8, .offset_bits = 104, .size_bits = 8},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "Derived", .size = 16, .align = 8, .members = members,
	                         .members_n = 2, .language = SCAN_LANGUAGE_CPP};
	struct scan_layout layout = {0};

	scan_layout_read(&type, &(struct scan_layout_options){0}, &layout);
	tap_eq_int(layout.rows_n, 5, "no padding where a member lies in it");
	tap_eq_int(layout.padding_bits + layout.hole_bytes, 0, "nothing is lost twice");
	scan_layout_fini(&layout);
}

/* A Rust enum: a discriminant, and two variants over one another. */
static void test_variants(void)
{
	struct scan_member circle[] = {{.name = "r", .type = &u64, .offset_bits = 64, .size_bits = 64}};
	struct scan_type circle_type = {.kind = SCAN_KIND_STRUCT, .name = "Shape::Circle", .size = 16, .align = 8,
	                                .members = circle, .members_n = 1, .language = SCAN_LANGUAGE_RUST};
	struct scan_member members[] = {
		{.name = NULL, .type = &u8, .offset_bits = 0, .size_bits = 8, .discriminant = true},
		{.name = "Circle", .type = &circle_type, .offset_bits = 0, .size_bits = 128, .variant = 1},
		{.name = "Square", .type = &circle_type, .offset_bits = 0, .size_bits = 128, .variant = 2},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .name = "Shape", .size = 16, .align = 8, .members = members,
	                         .members_n = 3, .variants_n = 2, .language = SCAN_LANGUAGE_RUST};
	struct scan_layout layout = {0};

	scan_layout_read(&type, &(struct scan_layout_options){0}, &layout);
	tap_eq_int(layout.rows_n, 5, "the discriminant, each variant with its field");
	tap_ok(layout.rows[2].variant && layout.rows[2].depth == 1, "a variant's field is of a variant");
	tap_eq_int(layout.holes_n, 0, "the place of the discriminant is no hole in a variant");
	tap_ok(scan_layout_overlaid(&type), "its members lie over one another");
	scan_layout_fini(&layout);
}

static void test_refused(void)
{
	struct scan_type declared = {.kind = SCAN_KIND_STRUCT, .name = "struct far", .incomplete = true};
	struct scan_type empty = {.kind = SCAN_KIND_STRUCT, .name = "struct empty", .size = 0};
	struct scan_layout layout = {0};

	tap_eq_int(scan_layout_read(&made_i64, &(struct scan_layout_options){0}, &layout), -EINVAL, "an integer has no members");
	tap_eq_int(scan_layout_read(&declared, &(struct scan_layout_options){0}, &layout), -EINVAL, "nor has what is only declared");
	tap_eq_int(scan_layout_read(&empty, &(struct scan_layout_options){0}, &layout), 0, "no members are fine");
	tap_eq_int(layout.rows_n, 0, "and have no rows");
	tap_eq_int(scan_layout_align(&made_item), 8, "alignment as it is said");
	tap_eq_int(scan_layout_align(&made_items), 8, "of an array: of its items");
	scan_layout_fini(&layout);
}

int main(void)
{
	test_holes();
	test_hole_before_bits();
	test_nested();
	test_base();
	test_variants();
	test_refused();
	return tap_done();
}

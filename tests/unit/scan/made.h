/* made.h - types made by hand, as the debug information would give them */
#ifndef FG_TESTS_SCAN_MADE_H
#define FG_TESTS_SCAN_MADE_H

#include "scan/scan.h"

/* struct item { int64_t price; int32_t count; char name[12]; }                            24 bytes
 * struct order { int64_t id; struct item items[4]; char note[16]; struct item *more; unsigned a:3, b:5; }
 * union either { struct item item; char text[40]; } */
static struct scan_type made_i64 = {.kind = SCAN_KIND_INT, .name = "int64_t", .size = 8, .align = 8};
static struct scan_type made_i32 = {.kind = SCAN_KIND_INT, .name = "int", .size = 4, .align = 4};
static struct scan_type made_char = {.kind = SCAN_KIND_CHAR, .name = "char", .size = 1, .align = 1};
__attribute__((unused)) static struct scan_type made_void = {.kind = SCAN_KIND_VOID};
static struct scan_type made_char12 = {.kind = SCAN_KIND_ARRAY, .size = 12, .target = &made_char, .count = 12};
static struct scan_type made_char16 = {.kind = SCAN_KIND_ARRAY, .size = 16, .target = &made_char, .count = 16};
static struct scan_type made_char40 = {.kind = SCAN_KIND_ARRAY, .size = 40, .target = &made_char, .count = 40};

static struct scan_member made_item_members[] = {
	{.name = "price", .type = &made_i64, .offset_bits = 0, .size_bits = 64},
	{.name = "count", .type = &made_i32, .offset_bits = 64, .size_bits = 32},
	{.name = "name", .type = &made_char12, .offset_bits = 96, .size_bits = 96},
};
static struct scan_type made_item = {.kind = SCAN_KIND_STRUCT, .name = "struct item", .size = 24, .align = 8,
                                     .members = made_item_members, .members_n = 3};
__attribute__((unused)) static struct scan_type made_items = {.kind = SCAN_KIND_ARRAY, .size = 96, .target = &made_item,
                                                              .count = 4};
__attribute__((unused)) static struct scan_type made_item_pointer = {.kind = SCAN_KIND_POINTER, .size = 8,
                                                                     .target = &made_item};

static struct scan_member made_order_members[] = {
	{.name = "id", .type = &made_i64, .offset_bits = 0, .size_bits = 64},
	{.name = "items", .type = &made_items, .offset_bits = 64, .size_bits = 768},
	{.name = "note", .type = &made_char16, .offset_bits = 832, .size_bits = 128},
	{.name = "more", .type = &made_item_pointer, .offset_bits = 960, .size_bits = 64},
	{.name = "a", .type = &made_i32, .offset_bits = 1024, .size_bits = 3, .bitfield = true},
	{.name = "b", .type = &made_i32, .offset_bits = 1027, .size_bits = 5, .bitfield = true},
};
__attribute__((unused)) static struct scan_type made_order = {.kind = SCAN_KIND_STRUCT, .name = "struct order",
                                                              .size = 136, .align = 8,
                                      .members = made_order_members, .members_n = 6};

static struct scan_member made_either_members[] = {
	{.name = "item", .type = &made_item, .offset_bits = 0, .size_bits = 192},
	{.name = "text", .type = &made_char40, .offset_bits = 0, .size_bits = 320},
};
__attribute__((unused)) static struct scan_type made_either = {.kind = SCAN_KIND_UNION, .name = "union either",
                                                               .size = 40, .align = 8,
                                       .members = made_either_members, .members_n = 2};

#endif

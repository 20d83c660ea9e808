/* test_layout_order.c - orders that pack and separate */
#include "tagged.h"

#include "scan/layout.h"
#include "tap.h"

static struct scan_type u8 = {.kind = SCAN_KIND_UINT, .name = "uint8_t", .size = 1, .align = 1};

static size_t place_of(const struct scan_order *order, const char *name)
{
	for (size_t i = 0; i < order->places_n; i++)
		if (strcmp(order->places[i].member->name, name) == 0)
			return i;
	return SIZE_MAX;
}

/* { u8 a; i64 b; u8 c; i64 d; flexible e[] } -> 32 bytes to 24 */
static void test_pack(void)
{
	struct scan_type flexible = {.kind = SCAN_KIND_ARRAY, .target = &made_char};
	struct scan_member members[] = {
		{.name = "a", .type = &u8, .offset_bits = 0, .size_bits = 8},
		{.name = "b", .type = &made_i64, .offset_bits = 64, .size_bits = 64},
		{.name = "c", .type = &u8, .offset_bits = 128, .size_bits = 8},
		{.name = "d", .type = &made_i64, .offset_bits = 192, .size_bits = 64},
		{.name = "e", .type = &flexible, .offset_bits = 256, .size_bits = 0},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .language = SCAN_LANGUAGE_C, .name = "struct t", .size = 32,
	                         .align = 8, .members = members, .members_n = 5};
	struct scan_order order;

	tap_eq_int(scan_layout_order(&type, SCAN_ORDER_PACK, NULL, &order), 0, "it is looked at");
	tap_ok(order.changes && !order.why, "there is a better order");
	tap_eq_int(order.size, 24, "of 24 bytes");
	tap_eq_int(place_of(&order, "a"), 0, "near the declared one: a stays first");
	tap_eq_int(place_of(&order, "e"), 4, "what is flexible stays last");
	scan_order_fini(&order);
}

static void test_bitfields(void)
{
	struct scan_member members[] = {
		{.name = "a", .type = &u8, .offset_bits = 0, .size_bits = 8},
		{.name = "b", .type = &made_i64, .offset_bits = 64, .size_bits = 64},
		{.name = "x", .type = &made_i32, .offset_bits = 128, .size_bits = 3, .bitfield = true},
		{.name = "y", .type = &made_i32, .offset_bits = 131, .size_bits = 5, .bitfield = true},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .language = SCAN_LANGUAGE_C, .name = "struct t", .size = 24,
	                         .align = 8, .members = members, .members_n = 4};
	struct scan_order order;

	scan_layout_order(&type, SCAN_ORDER_PACK, NULL, &order);
	tap_eq_int(order.size, 16, "24 bytes to 16");
	tap_eq_int(place_of(&order, "y"), place_of(&order, "x") + 1, "bit-fields stay together");
	scan_order_fini(&order);
	/* A zero-width bit-field stood between them: then the rules don't explain what is there. */
	members[3].offset_bits = 160;
	scan_layout_order(&type, SCAN_ORDER_PACK, NULL, &order);
	tap_ok(!order.changes && order.why, "what the rules do not explain is left alone");
	scan_order_fini(&order);
}

static void test_refused(void)
{
	struct scan_member members[] = {
		{.name = "a", .type = &u8, .offset_bits = 0, .size_bits = 8},
		{.name = "b", .type = &made_i64, .offset_bits = 8, .size_bits = 64},
	};
	struct scan_type type = {.kind = SCAN_KIND_STRUCT, .language = SCAN_LANGUAGE_C, .name = "struct t", .size = 9,
	                         .align = 1, .members = members, .members_n = 2};
	struct scan_order order;

	scan_layout_order(&type, SCAN_ORDER_PACK, NULL, &order);
	tap_ok(!order.changes && order.why, "packed ones");
	scan_order_fini(&order);
	type.language = SCAN_LANGUAGE_RUST;
	scan_layout_order(&type, SCAN_ORDER_PACK, NULL, &order);
	tap_ok(order.why && strstr(order.why, "Rust"), "Rust's own");
	scan_order_fini(&order);
	scan_layout_order(&made_either, SCAN_ORDER_PACK, NULL, &order);
	tap_ok(!order.changes && order.why, "unions");
	scan_order_fini(&order);
	scan_layout_order(&made_order, SCAN_ORDER_SEPARATE, NULL, &order);
	tap_ok(order.why && strstr(order.why, "nothing is known"), "separating without tags");
	scan_order_fini(&order);
}

static void test_separate(void)
{
	struct scan_sharing sharing;
	struct scan_order order;
	size_t money, views, currency;

	scan_layout_sharing(NULL, &tagged_order, 64, NULL, 0, &sharing);
	scan_layout_order(&tagged_order, SCAN_ORDER_SEPARATE, &sharing, &order);
	tap_ok(order.changes, "there is one");
	tap_eq_int(order.shared_lines, 0, "on which nobody shares");
	tap_eq_int(order.align, 64, "it begins a line");
	tap_eq_int(order.size % 64, 0, "and ends one");
	if (order.changes) {
		money = place_of(&order, "amount");
		currency = place_of(&order, "currency");
		views = place_of(&order, "views");
		tap_eq_int(order.places[currency].offset_bits / 512, order.places[money].offset_bits / 512, "a group stays together");
		tap_ok(order.places[views].offset_bits % 512 == 0, "what is hot begins a line");
		tap_eq_int(place_of(&order, "since"), 0, "what is only read comes first");
	}
	scan_order_fini(&order);
	scan_sharing_fini(&sharing);
}

int main(void)
{
	test_pack();
	test_bitfields();
	test_refused();
	test_separate();
	return tap_done();
}

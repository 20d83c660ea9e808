/* test_place.c - bytes to fields: offsets, strides, unions, what lies outside */
#include "made.h"
#include "scan/place.h"
#include "tap.h"

static const char *path_of(const struct scan_type *type, int64_t offset, uint32_t stride, uint64_t width)
{
	static char text[128];
	struct scan_step steps[SCAN_PATH_MAX];
	struct place place;
	size_t n;

	if (place_find(type, offset, stride, 0, width, &place) != VALUE_WHY_NONE)
		return "?";
	n = scan_path(place.type, place.offset, width, place.indexed, steps, SCAN_PATH_MAX);
	return scan_path_text(steps, n, text, sizeof(text));
}

static void test_constant(void)
{
	struct place place;

	tap_eq_str(path_of(&made_order, 0, 0, 8), "id", "the first member");
	tap_eq_str(path_of(&made_order, 8, 0, 8), "items[0].price", "an item's member");
	tap_eq_str(path_of(&made_order, 8 + 24 + 8, 0, 4), "items[1].count", "the second item's");
	tap_eq_str(path_of(&made_order, 104, 0, 16), "note", "a whole array");
	tap_eq_str(path_of(&made_order, 106, 0, 1), "note[2]", "one of its items");
	tap_eq_str(path_of(&made_order, 8, 0, 16), "items[0]", "several members of one item");
	tap_eq_str(path_of(&made_order, 128, 0, 1), "a", "a bit-field");
	tap_eq_str(path_of(&made_either, 0, 0, 8), "item.price", "of a union what fits");
	tap_eq_str(path_of(&made_either, 0, 0, 1), "text[0]", "of a union what fits, a byte");
	tap_eq_int(place_find(&made_order, -8, 0, 0, 8, &place), VALUE_WHY_OUTSIDE, "before the object");
	tap_eq_int(place_find(&made_order, 132, 0, 0, 4, &place), VALUE_WHY_PADDING, "padding");
	tap_eq_int(place_find(&made_void, 0, 0, 0, 4, &place), VALUE_WHY_UNTYPED, "void");
}

static void test_strides(void)
{
	struct place place;

	tap_eq_str(path_of(&made_order, 8, 24, 8), "items[].price", "an unknown item");
	tap_eq_str(path_of(&made_order, 8 + 48 + 8, 24, 4), "items[].count", "folded into the first");
	tap_eq_str(path_of(&made_order, 104, 1, 1), "note[]", "an unknown byte");
	tap_eq_str(path_of(&made_order, 136 + 120, 136, 8), "more", "an unknown order");
	tap_eq_str(path_of(&made_item, -24 + 8, 24, 4), "count", "the item before");
	/* order->items[i - 1].price: the constant is folded into the displacement, which hits id. */
	tap_ok(place_find(&made_order, 8 - 24 + 8, 24, 0, 4, &place) == VALUE_WHY_NONE && place.guessed,
	       "a constant in the index is a guess");
	tap_eq_str(path_of(&made_order, 8 - 24 + 8, 24, 4), "items[].count", "and leads to the array");
	tap_eq_int(place_find(&made_item, 0, 7, 0, 8, &place), VALUE_WHY_STRIDE, "a stride that fits nothing");
	tap_eq_str(path_of(&made_items, 24, 0, 8), "price", "an array of structs, known index");
	tap_eq_str(path_of(&made_items, 8, 24, 4), "count", "an array of structs, unknown index");
}

static void test_holds(void)
{
	tap_ok(place_holds(&made_order, 8, &made_item, 0), "the first item of an order");
	tap_ok(place_holds(&made_order, 8 + 24 + 8, &made_item, 8), "a member of the second");
	tap_ok(!place_holds(&made_order, 0, &made_item, 0), "no item there");
}

int main(void)
{
	test_constant();
	test_strides();
	test_holds();
	return tap_done();
}

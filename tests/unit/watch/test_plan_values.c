/* test_plan_values.c - values as their types write them: types made by hand */
#include "tap.h"
#include "watch/plan.h"

#include <string.h>

#define TYPE(k, n) (&(const struct scan_type){.kind = SCAN_KIND_##k, .size = (n)})

static void value_is(const struct scan_type *type, uint64_t width, const void *bytes, size_t n, const char *want)
{
	const struct plan_field field = {.value = type, .width = width};
	char text[96];

	tap_eq_str(plan_value_text(&field, bytes, n, text, sizeof(text)), want, "%s", want);
}

#define VALUE_IS(type, c_type, value, want)                                                                            \
	do {                                                                                                           \
		c_type value_ = value;                                                                                 \
		value_is(type, sizeof(value_), &value_, sizeof(value_), want);                                         \
	} while (0)

static void test_numbers(void)
{
	VALUE_IS(TYPE(INT, 1), int8_t, -5, "-5");
	VALUE_IS(TYPE(INT, 2), int16_t, -300, "-300");
	VALUE_IS(TYPE(INT, 8), int64_t, INT64_MIN, "-9223372036854775808");
	VALUE_IS(TYPE(UINT, 4), uint32_t, UINT32_MAX, "4294967295");
	VALUE_IS(TYPE(UINT, 8), uint64_t, UINT64_MAX, "18446744073709551615");
	VALUE_IS(TYPE(BOOL, 1), uint8_t, 0, "false");
	VALUE_IS(TYPE(BOOL, 1), uint8_t, 1, "true");
	VALUE_IS(TYPE(BOOL, 1), uint8_t, 3, "3");
	VALUE_IS(TYPE(CHAR, 1), char, 'x', "'x'");
	VALUE_IS(TYPE(CHAR, 1), uint8_t, 200, "200");
	VALUE_IS(TYPE(POINTER, 8), uint64_t, 0x7fff12345678, "0x7fff12345678");
	VALUE_IS(TYPE(POINTER, 8), uint64_t, 0, "0x0");
	VALUE_IS(TYPE(FLOAT, 4), float, 0.1f, "0.1");
	VALUE_IS(TYPE(FLOAT, 8), double, 0.1, "0.1");
	VALUE_IS(TYPE(FLOAT, 8), double, 1.0 / 3, "0.3333333333333333");
	VALUE_IS(TYPE(FLOAT, 8), double, 1e300, "1e+300");
	VALUE_IS(TYPE(INT, 16), __int128, 1, "01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
}

static void test_enum(void)
{
	struct scan_enumerator items[] = {{"LOW", -1}, {"HIGH", 7}};
	const struct scan_type type = {.kind = SCAN_KIND_ENUM, .size = 4, .is_signed = true, .enumerators = items,
	                               .enumerators_n = 2};
	const struct scan_type name = {.kind = SCAN_KIND_TYPEDEF, .target = &type};
	const int32_t low = -1, high = 7, none = -9;

	VALUE_IS(&name, int32_t, -1, "LOW");
	VALUE_IS(&type, int32_t, 7, "HIGH");
	VALUE_IS(&type, int32_t, -9, "-9");
	tap_eq_str(plan_enumerator(&name, (const uint8_t *)&low, 4), "LOW", "an enumerator behind a typedef");
	tap_eq_str(plan_enumerator(&type, (const uint8_t *)&high, 4), "HIGH", "an enumerator");
	tap_eq_str(plan_enumerator(&type, (const uint8_t *)&none, 4), NULL, "none of them");
	tap_eq_str(plan_enumerator(TYPE(INT, 4), (const uint8_t *)&high, 4), NULL, "no enum");
}

static void test_chars(void)
{
	const struct scan_type item = {.kind = SCAN_KIND_CHAR, .size = 1};
	const struct scan_type type = {.kind = SCAN_KIND_ARRAY, .size = 8, .target = &item, .count = 8};

	value_is(&type, 8, "abc\0defg", 8, "\"abc\"");
	value_is(&type, 8, "abcdefgh", 8, "\"abcdefgh\"");
	value_is(&type, 8, "abc", 3, "\"abc\"...");
	value_is(&type, 8, "a\n\t\"\\\x01", 6, "\"a\\n\\t\\\"\\\\\\x01\"...");
	value_is(&type, 8, "\xc3\xa9\0", 3, "\"\xc3\xa9\"");
}

static void test_structs(void)
{
	const struct scan_type number = {.kind = SCAN_KIND_INT, .size = 8};
	struct scan_member times[] = {{.name = "tv_sec", .type = &number, .size_bits = 64},
	                              {.name = "tv_nsec", .type = &number, .offset_bits = 64, .size_bits = 64}};
	struct scan_member one[] = {{.name = "_M_i", .type = &number, .size_bits = 64}};
	const struct scan_type time = {.kind = SCAN_KIND_STRUCT, .name = "struct timespec", .size = 16,
	                               .members = times, .members_n = 2};
	const struct scan_type wrapper = {.kind = SCAN_KIND_STRUCT, .name = "std::atomic<long>", .size = 8,
	                                  .members = one, .members_n = 1};
	const struct scan_type text = {.kind = SCAN_KIND_STRUCT, .name = "string", .size = 16, .go_kind = 24};
	const struct scan_type pair = {.kind = SCAN_KIND_STRUCT, .name = "struct pair", .size = 16, .members = times,
	                               .members_n = 2};
	const int64_t two[] = {0x1234, 7};

	value_is(&time, 16, two, 16, "4660.000000007");
	VALUE_IS(&wrapper, int64_t, -3, "-3");
	value_is(&text, 16, two, 16, "string of 7 bytes at 0x1234");
	value_is(&pair, 16, two, 16, "34 12 00 00 00 00 00 00 07 00 00 00 00 00 00 00");
}

static void test_parts(void)
{
	const struct plan_field flag = {.value = TYPE(INT, 4), .width = 1, .bitfield = true, .bit_offset = 2,
	                                .bit_size = 3};
	const struct plan_field wide = {.value = TYPE(UINT, 8), .width = 9, .bitfield = true, .bit_offset = 4,
	                                .bit_size = 62};
	const uint8_t bytes[] = {0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03};
	char text[32];

	value_is(TYPE(INT, 8), 8, "\x01\xff", 2, "01 ff");
	value_is(NULL, 8, "\x01\x02\x03", 3, "01 02 03");
	tap_eq_str(plan_value_text(&flag, (const uint8_t *)"\x1c", 1, text, sizeof(text)), "-1", "a negative bit-field");
	tap_eq_str(plan_value_text(&flag, (const uint8_t *)"\x0c", 1, text, sizeof(text)), "3", "its positive value");
	tap_eq_str(plan_value_text(&wide, bytes, 9, text, sizeof(text)), "4611686018427387903", "one across nine bytes");
	value_is(TYPE(INT, 8), 8, "", 0, "");
	tap_eq_str(plan_value_text(&(struct plan_field){.value = TYPE(UINT, 8), .width = 8}, bytes, 8, text, 5), "1844",
	           "what does not fit is cut");
}

int main(void)
{
	test_numbers();
	test_enum();
	test_chars();
	test_structs();
	test_parts();
	return tap_done();
}

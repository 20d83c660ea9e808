/* test_number.c - integers of every form, at their limits, exact */
#include "dec.h"

struct integer_range {
	int64_t min, max;
	bool is_unsigned;
};

static struct integer_range range;

static const char *read_integer(struct fg_dec *d, const char *p, void *ret_value)
{
	if (range.is_unsigned)
		return fg_dec_uint(d, p, (uint64_t)range.max, "out of range for test", ret_value);
	return fg_dec_int(d, p, range.min, range.max, "out of range for test", ret_value);
}

static struct integer_range i8 = {INT8_MIN, INT8_MAX, false}, i32 = {INT32_MIN, INT32_MAX, false};
static struct integer_range i64 = {INT64_MIN, INT64_MAX, false};
static struct integer_range u8 = {0, UINT8_MAX, true}, u32 = {0, UINT32_MAX, true}, u64 = {0, -1, true};

static const struct {
	const char *json;
	struct integer_range *range;
	enum fg_code code;
	int64_t value;
} cases[] = {
    {"0", &i64, FG_OK, 0},
    {"-0", &i64, FG_OK, 0},
    {"-0", &u8, FG_OK, 0},
    {"-0.0e5", &u8, FG_OK, 0},
    {"7", &i8, FG_OK, 7},
    {"127", &i8, FG_OK, 127},
    {"128", &i8, FG_ERR_RANGE, 0},
    {"-128", &i8, FG_OK, -128},
    {"-129", &i8, FG_ERR_RANGE, 0},
    {"255", &u8, FG_OK, 255},
    {"256", &u8, FG_ERR_RANGE, 0},
    {"-1", &u8, FG_ERR_RANGE, 0},
    {"-1", &u64, FG_ERR_RANGE, 0},
    {"2147483647", &i32, FG_OK, INT32_MAX},
    {"2147483648", &i32, FG_ERR_RANGE, 0},
    {"-2147483648", &i32, FG_OK, INT32_MIN},
    {"-2147483649", &i32, FG_ERR_RANGE, 0},
    {"4294967295", &u32, FG_OK, UINT32_MAX},
    {"4294967296", &u32, FG_ERR_RANGE, 0},
    {"9223372036854775807", &i64, FG_OK, INT64_MAX},
    {"9223372036854775808", &i64, FG_ERR_RANGE, 0},
    {"-9223372036854775808", &i64, FG_OK, INT64_MIN},
    {"-9223372036854775809", &i64, FG_ERR_RANGE, 0},
    {"18446744073709551615", &u64, FG_OK, -1},
    {"18446744073709551616", &u64, FG_ERR_RANGE, 0},
    {"184467440737095516150", &u64, FG_ERR_RANGE, 0},
    {"99999999999999999999999999", &i64, FG_ERR_RANGE, 0},
    {"9007199254740993", &i64, FG_OK, 9007199254740993},
    {"1234567", &i64, FG_OK, 1234567},
    {"12345678", &i64, FG_OK, 12345678},
    {"123456789", &i64, FG_OK, 123456789},
    {"505874924095815681", &i64, FG_OK, 505874924095815681},
    /* integers in other clothes */
    {"1e3", &i64, FG_OK, 1000},
    {"1E+2", &i64, FG_OK, 100},
    {"1.0", &i64, FG_OK, 1},
    {"-1.50e1", &i64, FG_OK, -15},
    {"12300e-2", &i64, FG_OK, 123},
    {"0.001e3", &i64, FG_OK, 1},
    {"1e18", &i64, FG_OK, 1000000000000000000},
    {"1e19", &i64, FG_ERR_RANGE, 0},
    {"1e19", &u64, FG_OK, (int64_t)10000000000000000000u},
    {"1e20", &u64, FG_ERR_RANGE, 0},
    {"9223372036854775807.000", &i64, FG_OK, INT64_MAX},
    {"922337203685477580.7e1", &i64, FG_OK, INT64_MAX},
    {"92233720368547758070000e-4", &i64, FG_OK, INT64_MAX},
    {"0.0000000000000000000000000000000000000012e40", &i64, FG_OK, 12},
    {"0e99999999999999999999999", &i64, FG_OK, 0},
    {"0e-99999999999999999999999", &i64, FG_OK, 0},
    {"1e99999999999999999999999", &i64, FG_ERR_RANGE, 0},
    {"1e-99999999999999999999999", &i64, FG_ERR_RANGE, 0},
    {"1.5", &i64, FG_ERR_RANGE, 0},
    {"1e-1", &i64, FG_ERR_RANGE, 0},
    {"123e-2", &i64, FG_ERR_RANGE, 0},
    {"9223372036854775807.5", &i64, FG_ERR_RANGE, 0},
    /* no numbers */
    {"00", &i64, FG_ERR_NUMBER, 0},
    {"01", &i64, FG_ERR_NUMBER, 0},
    {"-01", &i64, FG_ERR_NUMBER, 0},
    {"-", &i64, FG_ERR_NUMBER, 0},
    {"-a", &i64, FG_ERR_NUMBER, 0},
    {"1.", &i64, FG_ERR_NUMBER, 0},
    {"1.e3", &i64, FG_ERR_NUMBER, 0},
    {"1e", &i64, FG_ERR_NUMBER, 0},
    {"1e+", &i64, FG_ERR_NUMBER, 0},
    {"1E-x", &i64, FG_ERR_NUMBER, 0},
    {"+1", &i64, FG_ERR_SYNTAX, 0},
    {".5", &i64, FG_ERR_SYNTAX, 0},
    {"0x10", &i64, FG_ERR_SYNTAX, 0},
    {"1a", &i64, FG_ERR_SYNTAX, 0},
    {"NaN", &i64, FG_ERR_SYNTAX, 0},
    {"Infinity", &i64, FG_ERR_SYNTAX, 0},
    {"-Infinity", &i64, FG_ERR_NUMBER, 0},
    /* other types */
    {"\"1\"", &i64, FG_ERR_TYPE, 0},
    {"true", &i64, FG_ERR_TYPE, 0},
    {"null", &u64, FG_ERR_TYPE, 0},
    {"{}", &i64, FG_ERR_TYPE, 0},
    {"[1]", &i64, FG_ERR_TYPE, 0},
};

static void test_cases(void)
{
	struct dec_case c = {.read = read_integer};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t value = 42;
		enum fg_code code;
		char *text;

		range = *cases[i].range;
		code = dec_value(&c, cases[i].json, strlen(cases[i].json), &value, &text);
		tap_eq_str(fg_code_name(code), fg_code_name(cases[i].code), "code of %s", cases[i].json);
		if (cases[i].code == FG_OK)
			tap_eq_int(value, cases[i].value, "value of %s", cases[i].json);
		else if (cases[i].code != FG_ERR_SYNTAX)
			tap_eq_int(value, 42, "%s leaves the result alone", cases[i].json);
		free(text);
	}
}

/* All lengths and signs, against printf. */
static void test_lengths(void)
{
	struct dec_case c = {.read = read_integer};
	unsigned wrong = 0;
	uint64_t value = 0;

	range = i64;
	for (int n = 1; n <= 18; n++) {
		value = value * 10 + (uint64_t)(n % 10);
		for (int sign = -1; sign <= 1; sign += 2) {
			int64_t want = sign * (int64_t)value, got = 0;
			char json[32], *text;

			snprintf(json, sizeof json, "%lld", (long long)want);
			wrong += dec_value(&c, json, strlen(json), &got, &text) != FG_OK || got != want;
			free(text);
		}
	}
	tap_eq_int(wrong, 0, "1 to 18 digits with both signs");
}

static void test_long(void)
{
	struct dec_case c = {.read = read_integer};
	size_t n = 10000;
	char *json = malloc(n + 8), *text;
	int64_t value = 0;

	if (!json)
		exit(1);
	range = i64;
	memset(json, '9', n);
	tap_eq_int(dec_value(&c, json, n, &value, &text), FG_ERR_RANGE, "10,000 digits");
	free(text);
	memset(json, '0', n);
	memcpy(json, "5.", 2);
	tap_eq_int(dec_value(&c, json, n, &value, &text), FG_OK, "a fraction of 9,998 zeros");
	tap_eq_int(value, 5, "its value");
	free(text);
	json[n - 1] = '1';
	tap_eq_int(dec_value(&c, json, n, &value, &text), FG_ERR_RANGE, "and with a 1 behind them");
	tap_eq_str(c.error.text, "not an integer", "its text");
	free(text);
	memset(json, '0', n);
	memcpy(json, "0.", 2);
	memcpy(json + n - 1, "7e9998", 6);
	tap_eq_int(dec_value(&c, json, n + 5, &value, &text), FG_OK, "an exponent that makes up for the zeros");
	tap_eq_int(value, 7, "its value");
	free(text);
	free(json);
}

int main(void)
{
	test_cases();
	test_lengths();
	test_long();
	return tap_done();
}

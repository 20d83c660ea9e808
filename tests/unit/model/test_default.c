/* test_default.c - texts of default, read as values; times against timegm */
#include "model/model.h"
#include "tap.h"

#include <math.h>
#include <time.h>

static struct model_field field(enum model_kind kind, size_t size, bool is_signed, const char *text)
{
	return (struct model_field){.type = {.kind = kind, .size = size, .is_signed = is_signed},
	                            .tag = {.default_text = text}};
}

static void integer(size_t size, bool is_signed, const char *text, bool fits, int64_t want)
{
	struct model_field f = field(MODEL_KIND_INT, size, is_signed, text);
	uint64_t bits = 12345;
	bool got = model_default_bits(&f, &bits);

	tap_ok(got == fits && (!fits || (int64_t)bits == want), "'%s' as %s of %zu bytes", text,
	       is_signed ? "signed" : "unsigned", size);
	if (!fits)
		tap_eq_int(bits, 12345, "nothing is returned for it");
}

static void test_integers(void)
{
	integer(1, true, "127", true, 127);
	integer(1, true, "128", false, 0);
	integer(1, true, "-128", true, -128);
	integer(1, true, "-129", false, 0);
	integer(1, false, "255", true, 255);
	integer(1, false, "256", false, 0);
	integer(1, false, "-0", true, 0);
	integer(1, false, "-1", false, 0);
	integer(4, true, "-2147483648", true, INT32_MIN);
	integer(8, true, "9223372036854775807", true, INT64_MAX);
	integer(8, true, "9223372036854775808", false, 0);
	integer(8, true, "-9223372036854775808", true, INT64_MIN);
	integer(8, false, "18446744073709551615", true, -1);
	integer(8, false, "18446744073709551616", false, 0);
	integer(8, false, "99999999999999999999999", false, 0);
	integer(4, true, "", false, 0);
	integer(4, true, "-", false, 0);
	integer(4, true, "01", false, 0);
	integer(4, true, "1 ", false, 0);
	integer(4, true, "+1", false, 0);
	integer(4, true, "1e3", true, 1000);
	integer(4, true, "1.5", false, 0);
	integer(4, true, "1,2", false, 0);
}

static void ns(bool is_time, const char *text, bool fits, int64_t want)
{
	struct model_field f = field(MODEL_KIND_INT, 8, true, text);
	uint64_t bits = 0;
	bool got;

	f.tag.time = is_time;
	f.tag.duration = !is_time;
	got = model_default_bits(&f, &bits);
	tap_ok(got == fits && (!fits || (int64_t)bits == want), "%s '%s'", is_time ? "time" : "duration", text);
}

static void test_every_month(void)
{
	unsigned wrong = 0;

	for (int year = 1700; year < 2200; year++) {
		for (int month = 1; month <= 12; month++) {
			struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 28, .tm_hour = 23};
			char text[40];
			struct model_field f = field(MODEL_KIND_INT, 8, true, text);
			uint64_t bits = 0;

			f.tag.time = true;
			snprintf(text, sizeof(text), "%04d-%02d-28T23:00:00Z", year, month);
			wrong += !model_default_bits(&f, &bits) || (int64_t)bits != timegm(&tm) * 1000000000LL;
		}
	}
	tap_eq_int(wrong, 0, "every month from 1700 to 2199 is as timegm says");
}

static void test_times(void)
{
	ns(true, "1970-01-01T00:00:00Z", true, 0);
	ns(true, "1970-01-01T00:00:00.5z", true, 500000000);
	ns(true, "1969-12-31t23:59:59.999999999Z", true, -1);
	ns(true, "1970-01-01T01:00:00+01:00", true, 0);
	ns(true, "1970-01-01 00:00:00Z", false, 0);
	ns(true, "1969-12-31T19:30:00-04:30", true, 0);
	ns(true, "2024-02-29T00:00:00Z", true, 1709164800000000000);
	ns(true, "2262-04-11T23:47:16.854775807Z", true, INT64_MAX);
	ns(true, "2262-04-11T23:47:16.854775808Z", false, 0);
	ns(true, "1677-09-21T00:12:43.145224192Z", true, INT64_MIN);
	ns(true, "1677-09-21T00:12:43.145224191Z", false, 0);
	ns(true, "2023-02-29T00:00:00Z", false, 0);
	ns(true, "2000-02-29T00:00:00Z", true, 951782400000000000);
	ns(true, "1900-02-29T00:00:00Z", false, 0);
	ns(true, "2024-13-01T00:00:00Z", false, 0);
	ns(true, "2024-01-01T24:00:00Z", false, 0);
	ns(true, "2024-01-01T00:00:60Z", false, 0);
	ns(true, "2024-01-01T00:00:00", false, 0);
	ns(true, "2024-01-01T00:00:00.Z", false, 0);
	ns(true, "2024-01-01T00:00:00.0000000001Z", false, 0);
	ns(true, "2024-01-01T00:00:00+1:00", false, 0);
	ns(true, "2024-01-01T00:00:00Zx", false, 0);
	ns(true, "2024-01-01", false, 0);
	ns(true, "", false, 0);
	test_every_month();
}

static void test_durations(void)
{
	ns(false, "0", true, 0);
	ns(false, "1h30m0.5s", true, 5400500000000);
	ns(false, "-1.5h", true, -5400000000000);
	ns(false, "+1ms", true, 1000000);
	ns(false, "1us1\u00b5s1\u03bcs1ns", true, 3001);
	ns(false, ".5s", true, 500000000);
	ns(false, "1.s", true, 1000000000);
	ns(false, "1.9ns", false, 0);
	ns(false, "0.0000000000000000h", true, 0);
	ns(false, "0.0000000000025h", true, 9);
	ns(false, "0.1234567h", true, 444444120000);
	ns(false, "0.00000000000001h", false, 0);
	ns(false, "1.0000000005s", false, 0);
	ns(false, "9223372036854775807ns", true, INT64_MAX);
	ns(false, "9223372036854775808ns", false, 0);
	ns(false, "-9223372036854775808ns", true, INT64_MIN);
	ns(false, "2562048h", false, 0);
	ns(false, "1", false, 0);
	ns(false, "", false, 0);
	ns(false, "-", false, 0);
	ns(false, "s", false, 0);
	ns(false, ".s", false, 0);
	ns(false, "1 s", false, 0);
	ns(false, "1d", false, 0);
}

static void number(size_t size, const char *text, bool fits, double want)
{
	struct model_field f = field(MODEL_KIND_FLOAT, size, false, text);
	double value = NAN;
	bool got = model_default_double(&f, &value);

	tap_ok(got == fits && (fits ? !(value < want) && !(value > want) : isnan(value)), "'%s' as %s", text,
	       size == 4 ? "float" : "double");
}

static void test_floats(void)
{
	number(8, "0.1", true, 0.1);
	number(4, "0.1", true, (double)0.1f);
	number(8, "-1.5e-3", true, -0.0015);
	number(8, "1E+2", true, 100);
	number(8, "1e308", true, 1e308);
	number(8, "1e309", false, 0);
	number(4, "3.4e38", true, (double)3.4e38f);
	number(4, "1e39", false, 0);
	number(8, "inf", false, 0);
	number(8, "nan", false, 0);
	number(8, "0x10", false, 0);
	number(8, "1.", false, 0);
	number(8, ".5", false, 0);
	number(8, "1e", false, 0);
	number(8, "", false, 0);
	number(8, "01", false, 0);
}

static void test_bools_and_enums(void)
{
	struct model_enumerator items[] = {{"STATE_ON", "on", 1}, {"STATE_OFF", "off", -2}};
	struct model_enum e = {.c_name = "enum state", .is_signed = true, .size = 4, .items = items, .items_n = 2};
	struct model_field f = field(MODEL_KIND_BOOL, 1, false, "true");
	uint64_t bits = 9;

	tap_ok(model_default_bits(&f, &bits) && bits == 1, "true");
	f.tag.default_text = "false";
	tap_ok(model_default_bits(&f, &bits) && bits == 0, "false");
	f.tag.default_text = "1";
	tap_ok(!model_default_bits(&f, &bits), "1 is no bool");
	f = field(MODEL_KIND_ENUM, 4, true, "off");
	f.type.enumeration = &e;
	tap_ok(model_default_bits(&f, &bits) && (int64_t)bits == -2, "an enumerator's outside name");
	f.tag.default_text = "STATE_ON";
	tap_ok(model_default_bits(&f, &bits) && bits == 1, "its C name");
	f.tag.default_text = "-2";
	tap_ok(model_default_bits(&f, &bits) && (int64_t)bits == -2, "its number");
	f.tag.default_text = "77";
	tap_ok(!model_default_bits(&f, &bits), "a number that no enumerator has");
	f.tag.default_text = "sideways";
	tap_ok(!model_default_bits(&f, &bits), "no enumerator");
	f = field(MODEL_KIND_STR, 16, false, "text");
	tap_ok(!model_default_bits(&f, &bits), "a string is no number");
}

int main(void)
{
	test_integers();
	test_times();
	test_durations();
	test_floats();
	test_bools_and_enums();
	return tap_done();
}

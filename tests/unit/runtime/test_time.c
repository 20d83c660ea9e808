/* test_time.c - RFC 3339 times and durations, both ways */
#include "dec.h"

static const char *read_time(struct fg_dec *d, const char *p, void *ret_value)
{
	return fg_dec_time(d, p, ret_value);
}

static const char *read_duration(struct fg_dec *d, const char *p, void *ret_value)
{
	return fg_dec_duration(d, p, ret_value);
}

/* back: how it is written again; NULL: the same. */
struct time_case {
	const char *text;
	int64_t ns;
	const char *back;
};

static const struct time_case times[] = {
    {"1970-01-01T00:00:00Z", 0, NULL},
    {"1970-01-01T00:00:01Z", 1000000000, NULL},
    {"1969-12-31T23:59:59Z", -1000000000, NULL},
    {"1969-12-31T23:59:59.999999999Z", -1, NULL},
    {"1970-01-01T00:00:00.000000001Z", 1, NULL},
    {"1970-01-01T00:00:00.5Z", 500000000, NULL},
    {"1970-01-01T00:00:00.500Z", 500000000, "1970-01-01T00:00:00.5Z"},
    {"1970-01-01T00:00:00.000Z", 0, "1970-01-01T00:00:00Z"},
    {"1970-01-01T00:00:00.12345678900000000000Z", 123456789, "1970-01-01T00:00:00.123456789Z"},
    {"2024-02-29T12:34:56Z", 1709210096000000000, NULL},
    {"2000-02-29T00:00:00Z", 951782400000000000, NULL},
    {"2023-12-31T23:59:59.123Z", 1704067199123000000, NULL},
    {"2024-01-01t00:00:00z", 1704067200000000000, "2024-01-01T00:00:00Z"},
    {"2024-01-01T02:00:00+02:00", 1704067200000000000, "2024-01-01T00:00:00Z"},
    {"2023-12-31T18:30:00-05:30", 1704067200000000000, "2024-01-01T00:00:00Z"},
    {"2023-12-31T00:01:00-23:59", 1704067200000000000, "2024-01-01T00:00:00Z"},
    {"1985-04-12T23:20:50.52Z", 482196050520000000, NULL},
    {"1996-12-19T16:39:57-08:00", 851042397000000000, "1996-12-20T00:39:57Z"},
    {"1937-01-01T12:00:27.87+00:20", -1041337172130000000, "1937-01-01T11:40:27.87Z"},
    {"1970-01-01T00:00:00-00:00", 0, "1970-01-01T00:00:00Z"},
    {"2262-04-11T23:47:16.854775807Z", INT64_MAX, NULL},
    {"1677-09-21T00:12:43.145224192Z", INT64_MIN, NULL},
    {"2262-04-12T00:47:16.854775807+01:00", INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
};

static const char *const no_times[] = {
    "",
    "1970",
    "1970-01-01",
    "1970-01-01T00:00:00",
    "1970-01-01 00:00:00Z",
    "1970-01-01T00:00Z",
    "70-01-01T00:00:00Z",
    "1970-1-01T00:00:00Z",
    "1970-13-01T00:00:00Z",
    "1970-00-01T00:00:00Z",
    "1970-01-00T00:00:00Z",
    "1970-01-32T00:00:00Z",
    "1970-04-31T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "1970-01-01T24:00:00Z",
    "1970-01-01T00:60:00Z",
    "2016-12-31T23:59:60Z",
    "1970-01-01T00:00:00.Z",
    "1970-01-01T00:00:00,5Z",
    "1970-01-01T00:00:00.1234567891Z",
    "1970-01-01T00:00:00+1:00",
    "1970-01-01T00:00:00+0100",
    "1970-01-01T00:00:00+24:00",
    "1970-01-01T00:00:00+01:60",
    "1970-01-01T00:00:00Zx",
    " 1970-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z ",
    "+1970-01-01T00:00:00Z",
    "2262-04-11T23:47:16.854775808Z",
    "1677-09-21T00:12:43.145224191Z",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00Z",
    "1970-01-01T00:00:00",
    "1970-01-01T0a:00:00Z",
    "1970-01-01T00:00:00.123456789000000000000000000000000000000000001Z",
};

#define MINUTE INT64_C(60000000000)
#define HOUR (60 * MINUTE)

static const struct time_case durations[] = {
    {"0s", 0, NULL},
    {"0", 0, "0s"},
    {"+0", 0, "0s"},
    {"-0", 0, "0s"},
    {"1ns", 1, NULL},
    {"-1ns", -1, NULL},
    {"1us", 1000, "1\xc2\xb5s"},
    {"1\xc2\xb5s", 1000, NULL},
    {"1\xce\xbcs", 1000, "1\xc2\xb5s"},
    {"1.1us", 1100, "1.1\xc2\xb5s"},
    {"2.2ms", 2200000, NULL},
    {"300ms", 300000000, NULL},
    {"999.999999ms", 999999999, NULL},
    {"1s", 1000000000, NULL},
    {"3.3s", 3300000000, NULL},
    {"1000ms", 1000000000, "1s"},
    {"1m", MINUTE, "1m0s"},
    {"1h", HOUR, "1h0m0s"},
    {"1h30m0.5s", HOUR + 30 * MINUTE + 500000000, NULL},
    {"-1.5h", -90 * MINUTE, "-1h30m0s"},
    {"+1.5h", 90 * MINUTE, "1h30m0s"},
    {".5s", 500000000, "500ms"},
    {"1.s", 1000000000, "1s"},
    {"4m5.001s", 4 * MINUTE + 5001000000, NULL},
    {"5h6m7.001s", 5 * HOUR + 6 * MINUTE + 7001000000, NULL},
    {"1h1h", 2 * HOUR, "2h0m0s"},
    {"0.100000000000000000000h", 6 * MINUTE, "6m0s"},
    {"0.0000000000025h", 9, "9ns"},
    {"9223372036854775807ns", INT64_MAX, "2562047h47m16.854775807s"},
    {"-9223372036854775808ns", INT64_MIN, "-2562047h47m16.854775808s"},
    {"2562047h47m16.854775807s", INT64_MAX, NULL},
    {"-2562047h47m16.854775808s", INT64_MIN, NULL},
    {"9223372036854775.807us", INT64_MAX, "2562047h47m16.854775807s"},
};

static const char *const no_durations[] = {
    "",
    "3",
    "-",
    "+",
    "s",
    ".",
    "-.",
    ".s",
    "+.s",
    "1d",
    "1S",
    "1 s",
    " 1s",
    "1s ",
    "3000000h",
    "9223372036854775808ns",
    "-9223372036854775809ns",
    "2562047h47m16.854775808s",
    "1.5ns",
    "0.0000000000001h",
    "1.0000000000000000001s",
    "1e3s",
    "--1s",
    "1s-1s",
    "99999999999999999999999s",
    "1\xc2s",
    "00",
    "1m2",
};

static void test_table(const struct time_case *cases, size_t n, dec_read *read, unsigned (*format)(int64_t, char *))
{
	struct dec_case c = {.read = read};

	for (size_t i = 0; i < n; i++) {
		char json[80], back[TIME_SIZE + 1], *text;
		int64_t ns = 77;
		int len = snprintf(json, sizeof json, "\"%s\"", cases[i].text);

		tap_eq_int(dec_value(&c, json, (size_t)len, &ns, &text), FG_OK, "%s", cases[i].text);
		tap_eq_int(ns, cases[i].ns, "its value");
		back[format(cases[i].ns, back)] = '\0';
		tap_eq_str(back, cases[i].back ? cases[i].back : cases[i].text, "and back");
		free(text);
	}
}

static void test_refused(const char *const *cases, size_t n, dec_read *read)
{
	struct dec_case c = {.read = read};

	for (size_t i = 0; i < n; i++) {
		char json[96], *text;
		int64_t ns = 77;
		int len = snprintf(json, sizeof json, "\"%s\"", cases[i]);
		enum fg_code code = dec_value(&c, json, (size_t)len, &ns, &text);

		tap_eq_str(fg_code_name(code), strcmp(cases[i], "1\xc2s") == 0 ? "utf8" : "time", "refused: '%s'",
		           cases[i]);
		tap_eq_int(ns, 77, "nothing written");
		free(text);
	}
}

static void test_forms(void)
{
	struct dec_case c = {.read = read_duration};
	int64_t ns = 0;
	char *text;

	tap_eq_int(dec_value(&c, "\"1\\u0073\"", 9, &ns, &text), FG_OK, "an escape");
	tap_eq_int(ns, 1000000000, "its value");
	free(text);
	tap_eq_int(dec_value(&c, "5", 1, &ns, &text), FG_ERR_TYPE, "a number");
	free(text);
}

/* Every day that int64 nanoseconds reach, and a second in each. */
static void test_days(void)
{
	int wrong = 0;

	for (int64_t day = -106751; day <= 106751; day++) {
		int64_t ns = day * 86400000000000 + (day * 7919 % 86400) * 1000000000, back;
		char text[TIME_SIZE];
		unsigned n = time_format(ns, text);

		wrong += !time_parse(text, n, &back) || back != ns;
	}
	tap_eq_int(wrong, 0, "every day, written and read");
}

/* One byte of a time at a time made any other: only a digit for a digit may pass. Returns: how many came out wrong. */
static unsigned wrong_bytes(void)
{
	static const char good[] = "2024-02-12T12:14:16Z";
	unsigned wrong = 0;

	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		for (int c = 0; c < 256; c++) {
			bool digit = good[at] >= '0' && good[at] <= '9';
			bool same = (c | 0x20) == (good[at] | 0x20) && c > ' ';
			char text[sizeof(good)];
			int64_t ns;

			memcpy(text, good, sizeof(good));
			text[at] = (char)c;
			if (time_parse(text, sizeof(good) - 1, &ns))
				wrong += digit ? c < '0' || c > '9' : good[at] >= 'A' ? !same : c != good[at];
			else
				wrong += c == good[at];
		}
	}
	return wrong;
}

int main(void)
{
	test_table(times, sizeof times / sizeof *times, read_time, time_format);
	test_table(durations, sizeof durations / sizeof *durations, read_duration, duration_format);
	test_refused(no_times, sizeof no_times / sizeof *no_times, read_time);
	test_refused(no_durations, sizeof no_durations / sizeof *no_durations, read_duration);
	test_forms();
	test_days();
	tap_eq_int(wrong_bytes(), 0, "a time with any one byte another");
	return tap_done();
}

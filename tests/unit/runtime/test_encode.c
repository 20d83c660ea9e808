/* test_encode.c - what encoders write, and what they refuse */
#include "runtime/internal.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static struct fg_buffer buffer;
static struct fg_error error;

static const char *written(struct fg_enc *e)
{
	static char text[1024];
	int status = fg_enc_end(e);

	if (status)
		return "(refused)";
	snprintf(text, sizeof text, "%.*s", (int)buffer.len, buffer.data);
	return text;
}

static struct fg_enc begun(void)
{
	struct fg_enc e;

	buffer.len = 0;
	fg_enc_begin(&e, &buffer, &error);
	return e;
}

static void test_integers(void)
{
	static const int64_t values[] = {
	    0,
	    1,
	    -1,
	    9,
	    10,
	    11,
	    99,
	    100,
	    101,
	    999,
	    1000,
	    9999,
	    10000,
	    12345,
	    -99999,
	    100000,
	    1234567,
	    99999999,
	    100000000,
	    4294967295,
	    9999999999,
	    10000000000,
	    999999999999999999,
	    INT64_MAX,
	    INT64_MIN,
	    INT64_MIN + 1,
	};
	char want[32];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct fg_enc e = begun();

		fg_enc_int(&e, values[i]);
		snprintf(want, sizeof want, "%lld", (long long)values[i]);
		tap_eq_str(written(&e), want, "signed %s", want);
		e = begun();
		fg_enc_uint(&e, (uint64_t)values[i]);
		snprintf(want, sizeof want, "%llu", (unsigned long long)values[i]);
		tap_eq_str(written(&e), want, "unsigned %s", want);
	}
}

static void test_doubles(void)
{
	static const struct {
		double value;
		const char *want;
	} cases[] = {
	    {0, "0.0"},
	    {-0.0, "-0.0"},
	    {1, "1.0"},
	    {-1, "-1.0"},
	    {10, "10.0"},
	    {0.1, "0.1"},
	    {-1.5, "-1.5"},
	    {100.25, "100.25"},
	    {123456789, "123456789.0"},
	    {1e15, "1000000000000000.0"},
	    {1e16, "1e16"},
	    {1e22, "1e22"},
	    {1.5e300, "1.5e300"},
	    {0.0001, "0.0001"},
	    {0.00012, "0.00012"},
	    {0.00001, "1e-5"},
	    {1.25e-7, "1.25e-7"},
	    {5e-324, "5e-324"},
	    {1.7976931348623157e308, "1.7976931348623157e308"},
	    {9007199254740993.0, "9007199254740992.0"},
	    {9999999999999998.0, "9999999999999998.0"},
	    {12345678901234567.0, "1.2345678901234568e16"},
	    {-65.613616999999977, "-65.61361699999998"},
	    {NAN, "(refused)"},
	    {INFINITY, "(refused)"},
	    {-INFINITY, "(refused)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fg_enc e = begun();

		fg_enc_double(&e, cases[i].value);
		tap_eq_str(written(&e), cases[i].want, "double %.17g", cases[i].value);
		if (!isfinite(cases[i].value))
			tap_eq_int(error.code, FG_ERR_ENCODE, "its code");
	}
}

static void test_floats(void)
{
	static const struct {
		float value;
		const char *want;
	} cases[] = {
	    {0.1f, "0.1"},
	    {1, "1.0"},
	    {16777216, "16777216.0"},
	    {3.4028235e38f, "3.4028235e38"},
	    {1e-45f, "1e-45"},
	    {-0.0f, "-0.0"},
	    {0.3f, "0.3"},
	    {INFINITY, "(refused)"},
	    {NAN, "(refused)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fg_enc e = begun();

		fg_enc_float(&e, cases[i].value);
		tap_eq_str(written(&e), cases[i].want, "float %.9g", (double)cases[i].value);
	}
}

static void test_strings(void)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
	    {NULL, "null"},
	    {"", "\"\""},
	    {"a", "\"a\""},
	    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
	    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	    {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
	    {"\v", "\"\\u000b\""},
	    {"0123456789abcdef0123456789abcdef", "\"0123456789abcdef0123456789abcdef\""},
	    {"0123456789abcde\n0123456789abcdef\"", "\"0123456789abcde\\n0123456789abcdef\\\"\""},
	    {"\xc3\xa4\xe6\x97\xa5\xe6\x9c\xac\xf0\x9f\x8e\x89",
	     "\"\xc3\xa4\xe6\x97\xa5\xe6\x9c\xac\xf0\x9f\x8e\x89\""},
	    {"plain text and then \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e and plain",
	     "\"plain text and then \xe6\x97\xa5\xe6\x9c\xac"
	     "\xe8\xaa\x9e and plain\""},
	    {"\xff", "(refused)"},
	    {"abc\xc3", "(refused)"},
	    {"\xed\xa0\x80", "(refused)"},
	    {"\xc0\x80", "(refused)"},
	    {"0123456789abcdef\xf4\x90\x80\x80", "(refused)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = cases[i].text ? strlen(cases[i].text) : 0;
		char *exact = malloc(len ? len : 1);
		struct fg_enc e = begun();

		if (!exact)
			exit(1);
		if (len)
			memcpy(exact, cases[i].text, len);
		/* A buffer that has to grow within the string, too. */
		fg_buffer_fini(&buffer);
		fg_enc_str(&e, cases[i].text ? exact : NULL, len);
		tap_eq_str(written(&e), cases[i].want, "string %zu", i);
		free(exact);
	}
}

static void test_zero_byte(void)
{
	struct fg_enc e = begun();

	fg_enc_str(&e, "a\0b", 3);
	tap_eq_str(written(&e), "\"a\\u0000b\"", "a NUL inside");
}

static void test_every_byte(void)
{
	unsigned wrong = 0;
	char text[70];

	/* One byte that needs care at each place, for each place's path. */
	for (size_t at = 0; at < sizeof text; at++) {
		for (unsigned byte = 1; byte < 128; byte++) {
			struct fg_enc e = begun();
			size_t more = strchr("\"\\\b\f\n\r\t", (int)byte) ? 1 : byte < 0x20 ? 5 : 0;

			memset(text, 'x', sizeof text);
			text[at] = (char)byte;
			fg_enc_str(&e, text, sizeof text);
			wrong += fg_enc_end(&e) != 0 || buffer.len != sizeof text + 2 + more;
			wrong += fg_json_validate(buffer.data, buffer.len, NULL, NULL) != 0;
		}
	}
	tap_eq_int(wrong, 0, "each ASCII byte at each place");
}

static void test_raw_and_time(void)
{
	struct fg_enc e = begun();

	fg_enc_raw(&e, (struct fg_str){"{\"a\":[1,2]}", 11});
	fg_enc_text(&e, ",", 1);
	fg_enc_raw(&e, (struct fg_str){NULL, 0});
	fg_enc_text(&e, ",", 1);
	fg_enc_bool(&e, true);
	fg_enc_bool(&e, false);
	tap_eq_str(written(&e), "{\"a\":[1,2]},null,truefalse", "raw text, null, bool");
	e = begun();
	fg_enc_raw(&e, (struct fg_str){"{\"a\":}", 6});
	tap_eq_str(written(&e), "(refused)", "raw text that is not JSON");
	e = begun();
	fg_enc_time(&e, 0);
	fg_enc_duration(&e, 90000000000);
	tap_eq_str(written(&e), "\"1970-01-01T00:00:00Z\"\"1m30s\"", "time and duration");
}

static void test_failure(void)
{
	struct fg_enc e;
	char text[128];

	buffer.len = 0;
	fg_enc_begin(&e, &buffer, &error);
	fg_enc_text(&e, "before", 6);
	tap_eq_int(fg_enc_end(&e), 0, "text before");
	fg_enc_begin(&e, &buffer, &error);
	fg_enc_text(&e, "[", 1);
	tap_ok(fg_enc_ok(&e), "well so far");
	fg_enc_in_field(&e, "early");
	fg_enc_double(&e, NAN);
	tap_ok(!fg_enc_ok(&e), "failed");
	fg_enc_in_item(&e, 3);
	fg_enc_in_field(&e, "list");
	fg_enc_str(&e, "\xff", 1);
	fg_enc_int(&e, 1);
	tap_eq_int(fg_enc_end(&e), -EINVAL, "status");
	tap_eq_int(buffer.len, 6, "the buffer as it was");
	fg_error_format(&error, text, sizeof text);
	tap_eq_str(text, "$.list[3]: NaN or infinity", "the first failure with its path");
}

/* malloc that fails at call number fail_at. */
static int calls, fail_at;

static void *failing_alloc(void *user, size_t size)
{
	(void)user;
	return ++calls == fail_at ? NULL : malloc(size);
}

static void failing_free(void *user, void *ptr)
{
	(void)user;
	free(ptr);
}

static void test_memory(void)
{
	static const struct fg_allocator allocator = {failing_alloc, failing_free, NULL};
	int status = -ENOMEM, k;

	for (k = 1; k < 20 && status == -ENOMEM; k++) {
		struct fg_buffer out = {.allocator = &allocator};
		struct fg_enc e;

		calls = 0;
		fail_at = k;
		fg_enc_begin(&e, &out, &error);
		for (int i = 0; i < 200; i++) {
			fg_enc_str(&e, "\n\"some text that takes room", 26);
			fg_enc_double(&e, 1.0 / (i + 1));
			fg_enc_int(&e, i);
		}
		status = fg_enc_end(&e);
		if (status)
			tap_ok(status == -ENOMEM && error.code == FG_ERR_MEMORY && out.len == 0, "no memory at call %d",
			       k);
		fg_buffer_fini(&out);
	}
	tap_ok(status == 0 && k > 3, "with memory, after %d failures", k - 2);
}

int main(void)
{
	test_integers();
	test_doubles();
	test_floats();
	test_strings();
	test_zero_byte();
	test_every_byte();
	test_raw_and_time();
	test_failure();
	test_memory();
	fg_buffer_fini(&buffer);
	return tap_done();
}

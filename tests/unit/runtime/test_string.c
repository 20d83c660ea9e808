/* test_string.c - strings into each kind of field: escapes, UTF-8, limits, NULs */
#include "dec.h"

struct chars {
	char buf[64];
	size_t size;
	bool truncate;
};

static const char *read_str(struct fg_dec *d, const char *p, void *ret_value)
{
	return fg_dec_str(d, p, ret_value);
}

static const char *read_cstr(struct fg_dec *d, const char *p, void *ret_value)
{
	return fg_dec_cstr(d, p, ret_value);
}

static const char *read_chars(struct fg_dec *d, const char *p, void *ret_value)
{
	struct chars *chars = ret_value;

	return fg_dec_chars(d, p, chars->buf, chars->size, chars->truncate);
}

static const char *read_raw(struct fg_dec *d, const char *p, void *ret_value)
{
	return fg_dec_raw(d, p, ret_value);
}

/* text: what the string holds, text_n bytes; code: for kinds that can hold a NUL. */
static const struct {
	const char *json;
	enum fg_code code;
	size_t text_n;
	const char *text;
} cases[] = {
    {"\"\"", FG_OK, 0, ""},
    {"\"a\"", FG_OK, 1, "a"},
    {"\"123456789012345\"", FG_OK, 15, "123456789012345"},
    {"\"1234567890123456\"", FG_OK, 16, "1234567890123456"},
    {"\"12345678901234567\"", FG_OK, 17, "12345678901234567"},
    {"\"1234567890123456789012345678901234567890\"", FG_OK, 40, "1234567890123456789012345678901234567890"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", FG_OK, 8, "\"\\/\b\f\n\r\t"},
    {"\"\\u0041\\u00e9\\u65e5\\ud83c\\udf89\"", FG_OK, 10, "A\xc3\xa9\xe6\x97\xa5\xf0\x9f\x8e\x89"},
    {"\"\\u00E9\\uD83C\\uDF89 \\uABCD\"", FG_OK, 10, "\xc3\xa9\xf0\x9f\x8e\x89 \xea\xaf\x8d"},
    {"\"\\u0000\"", FG_OK, 1, "\0"},
    {"\"a\\u0000b\"", FG_OK, 3, "a\0b"},
    {"\"\\uffff\\u007f\\u0080\\u07ff\\u0800\"", FG_OK, 11, "\xef\xbf\xbf\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80"},
    {"\"\\ud800\\udc00\\udbff\\udfff\"", FG_OK, 8, "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
    {"\"text and\\nthen much more text\\n\"", FG_OK, 29, "text and\nthen much more text\n"},
    {"\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\"", FG_OK, 18,
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"},
    {"\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", FG_OK,
     25, "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
    /* escapes that are none */
    {"\"\\x\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\'\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\u\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\u12\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\u12g4\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\u+123\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\ud800\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\udc00\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\ud800\\n\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\ud800x\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\ud800\\u0041\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\ud800\\ud800\\udc00\"", FG_ERR_ESCAPE, 0, NULL},
    {"\"\\udc00\\ud800\"", FG_ERR_ESCAPE, 0, NULL},
    /* bytes that may not stand */
    {"\"a\tb\"", FG_ERR_SYNTAX, 0, NULL},
    {"\"a\nb\"", FG_ERR_SYNTAX, 0, NULL},
    {"\"\x01\"", FG_ERR_SYNTAX, 0, NULL},
    {"\"long enough to be looked at by sixteens\x1f\"", FG_ERR_SYNTAX, 0, NULL},
    {"\"\x80\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xbf\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xc0\x80\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xc1\xbf\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xc3\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xc3(\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xe0\x9f\xbf\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xe6\x97\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xed\xa0\x80\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xed\xbf\xbf\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xf0\x8f\xbf\xbf\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xf4\x90\x80\x80\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xf5\x80\x80\x80\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xf0\x9f\x8e\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xff\"", FG_ERR_UTF8, 0, NULL},
    {"\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xed\xa0\x80\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\"", FG_ERR_UTF8, 0, NULL},
    /* no strings */
    {"1", FG_ERR_TYPE, 0, NULL},
    {"null", FG_ERR_TYPE, 0, NULL},
    {"[\"a\"]", FG_ERR_TYPE, 0, NULL},
    {"'a'", FG_ERR_SYNTAX, 0, NULL},
    {"nul", FG_ERR_SYNTAX, 0, NULL},
};

static bool str_is(struct fg_str value, const char *text, size_t n)
{
	return value.ptr && value.len == n && memcmp(value.ptr, text, n) == 0;
}

static void test_case(size_t i, struct fg_arena *arena)
{
	struct dec_case c = {.arena = arena, .read = read_str};
	bool nul = cases[i].code == FG_OK && memchr(cases[i].text, '\0', cases[i].text_n);
	enum fg_code code, wanted = nul ? FG_ERR_NUL : cases[i].code;
	struct chars chars = {.size = sizeof chars.buf};
	struct fg_str value = {NULL, 0};
	char *cstr = NULL, *text;
	size_t len = strlen(cases[i].json);

	code = dec_value(&c, cases[i].json, len, &value, &text);
	tap_eq_str(fg_code_name(code), fg_code_name(cases[i].code), "str %zu", i);
	if (cases[i].code == FG_OK)
		tap_ok(str_is(value, cases[i].text, cases[i].text_n), "text of str %zu", i);
	free(text);
	c.read = read_cstr;
	code = dec_value(&c, cases[i].json, len, &cstr, &text);
	tap_eq_str(fg_code_name(code), fg_code_name(wanted), "cstr %zu", i);
	if (wanted == FG_OK)
		tap_eq_str(cstr, cases[i].text, "text of cstr %zu", i);
	free(text);
	c.read = read_chars;
	memset(chars.buf, 'x', sizeof chars.buf);
	code = dec_value(&c, cases[i].json, len, &chars, &text);
	tap_eq_str(fg_code_name(code), fg_code_name(wanted), "chars %zu", i);
	if (wanted == FG_OK) {
		tap_eq_str(chars.buf, cases[i].text, "text of chars %zu", i);
		tap_ok(chars.buf[63] == 0, "zeros behind it");
	}
	free(text);
	c.read = read_raw;
	code = dec_value(&c, cases[i].json, len, &value, &text);
	if (cases[i].code == FG_OK)
		tap_ok(code == FG_OK && str_is(value, cases[i].json, len), "raw %zu", i);
	free(text);
}

/* Every length of text in every size of field. */
static void test_sizes(void)
{
	static const char digits[] = "\"0123456789012345678901234567890123456789\"";
	struct dec_case c = {.read = read_chars};
	int wrong = 0;

	for (size_t n = 0; n <= 40; n++) {
		for (size_t size = 1; size <= 45; size++) {
			char json[64], *text;

			snprintf(json, sizeof json, "%.*s\"", (int)n + 1, digits);
			for (int truncate = 0; truncate < 2; truncate++) {
				struct chars chars = {.size = size, .truncate = truncate};
				size_t kept = n < size ? n : size - 1;
				enum fg_code code;

				memset(chars.buf, 'x', sizeof chars.buf);
				code = dec_value(&c, json, n + 2, &chars, &text);
				free(text);
				if (n >= size && !truncate) {
					wrong += code != FG_ERR_LENGTH;
					continue;
				}
				wrong +=
				    code != FG_OK || memcmp(chars.buf, digits + 1, kept) != 0 || chars.buf[size] != 'x';
				for (size_t i = kept; i < size; i++)
					wrong += chars.buf[i] != 0;
			}
		}
	}
	tap_eq_int(wrong, 0, "texts of 0 to 40 bytes in fields of 1 to 45");
}

static void test_truncate(void)
{
	static const struct {
		const char *json;
		size_t size;
		const char *want;
	} cuts[] = {
	    {"\"a\xe6\x97\xa5\xe6\x9c\xac\"", 4, "a"},
	    {"\"a\xe6\x97\xa5\xe6\x9c\xac\"", 5, "a\xe6\x97\xa5"},
	    {"\"a\xe6\x97\xa5\xe6\x9c\xac\"", 7, "a\xe6\x97\xa5"},
	    {"\"a\xe6\x97\xa5\xe6\x9c\xac\"", 8, "a\xe6\x97\xa5\xe6\x9c\xac"},
	    {"\"\xf0\x9f\x8e\x89x\"", 4, ""},
	    {"\"\\u65e5\\u672c\"", 4, "\xe6\x97\xa5"},
	    {"\"\\u65e5\\u672cx\"", 5, "\xe6\x97\xa5"},
	    {"\"\\u65e5\\u672c\"", 3, ""},
	    {"\"ab\\u65e5cdefghijklmnopqrstuvwxyz\"", 4, "ab"},
	    {"\"ab\\ncdefghijklmnopqrstuvwxyz\"", 5, "ab\nc"},
	};
	struct dec_case c = {.read = read_chars};
	char *text;

	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		struct chars chars = {.size = cuts[i].size, .truncate = true};

		tap_eq_int(dec_value(&c, cuts[i].json, strlen(cuts[i].json), &chars, &text), FG_OK, "cut %zu", i);
		tap_eq_str(chars.buf, cuts[i].want, "what is left of %zu", i);
		free(text);
	}
	struct chars chars = {.size = 4, .truncate = true};
	tap_eq_int(dec_value(&c, "\"abcdefg\xff\"", 10, &chars, &text), FG_ERR_UTF8, "what is cut off is checked too");
	free(text);
}

static void test_limits(struct fg_arena *arena)
{
	static const struct fg_decode_options ten = {.max_string = 10};
	struct dec_case c = {.options = &ten, .arena = arena, .read = read_str};
	struct fg_str value;
	char *cstr, *text;

	/* The padding is over this limit too: alone only. */
	tap_eq_int(dec_value_once(&c, "\"0123456789\"", 12, "]", &value, &text), FG_OK, "10 of 10 bytes");
	free(text);
	tap_eq_int(dec_value_once(&c, "\"01234567890\"", 13, "]", &value, &text), FG_ERR_LIMIT, "11 of 10 bytes");
	free(text);
	tap_eq_int(dec_value_once(&c, "\"\\u0041\\u0041\\u0041\"", 20, "]", &value, &text), FG_OK,
	           "escapes count decoded");
	free(text);
	tap_eq_int(dec_value_once(&c, "\"01234567\\u65e5\"", 16, "]", &value, &text), FG_ERR_LIMIT,
	           "11 with an escape");
	free(text);
	c.read = read_cstr;
	tap_eq_int(dec_value_once(&c, "\"01234567890\"", 13, "]", &cstr, &text), FG_ERR_LIMIT,
	           "11 of 10 bytes as cstr");
	free(text);
	c.read = read_raw;
	tap_eq_int(dec_value_once(&c, "\"01234567890\"", 13, "]", &value, &text), FG_ERR_LIMIT, "11 of 10 bytes, raw");
	free(text);
	tap_eq_int(dec_value_once(&c, "\"\\u0041\\u0041\\u0041\"", 20, "]", &value, &text), FG_OK,
	           "escapes in raw too");
	free(text);
	c = (struct dec_case){.read = read_str};
	tap_eq_int(dec_value(&c, "\"a\\n\"", 5, &value, &text), FG_ERR_MEMORY, "an escape and no arena");
	free(text);
	c.read = read_cstr;
	tap_eq_int(dec_value(&c, "\"a\"", 3, &cstr, &text), FG_ERR_MEMORY, "cstr and no arena");
	free(text);
}

/* 100 MB: over the limit, and within a larger one. */
static void test_large(struct fg_arena *arena)
{
	struct fg_decode_options options = {.max_string = 0};
	struct dec_case c = {.options = &options, .arena = arena, .read = read_str};
	size_t n = 100000000;
	char *json = malloc(n + 2), *text;
	struct fg_str value;

	if (!json)
		exit(1);
	memset(json, 'y', n + 2);
	json[0] = json[n + 1] = '"';
	tap_eq_int(dec_value_once(&c, json, n + 2, "]", &value, &text), FG_ERR_LIMIT, "100 MB");
	free(text);
	options.max_string = n;
	tap_eq_int(dec_value_once(&c, json, n + 2, "]", &value, &text), FG_OK, "100 MB where they are allowed");
	tap_eq_int(value.len, n, "all of it");
	free(text);
	for (size_t i = 1; i + 6 < n; i += 6)
		memcpy(json + i, "\\u65e5", 6);
	tap_eq_int(dec_value_once(&c, json, n + 2, "]", &value, &text), FG_OK, "100 MB of escapes");
	free(text);
	free(json);
}

/* Escapes that outgrow pieces of the arena, at every length. */
static void test_growth(void)
{
	int wrong = 0;

	for (size_t n = 0; n < 1200; n += 7) {
		struct dec_case c = {.read = read_str};
		struct fg_arena arena;
		struct fg_str value = {NULL, 0};
		char *json = malloc(n + 8), *text;

		if (!json)
			exit(1);
		fg_arena_init(&arena, NULL, 64);
		c.arena = &arena;
		json[0] = '"';
		memset(json + 1, 'z', n);
		memcpy(json + 1 + n / 2, "\\n", n >= 4 ? 2 : 0);
		json[n + 1] = '"';
		wrong += dec_value(&c, json, n + 2, &value, &text) != FG_OK || value.len != (n >= 4 ? n - 1 : n) ||
		         (n >= 4 && value.ptr[n / 2] != '\n');
		free(text);
		free(json);
		fg_arena_fini(&arena);
	}
	tap_eq_int(wrong, 0, "an escape in texts of up to 1,200 bytes");
}

int main(void)
{
	struct fg_arena arena;

	fg_arena_init(&arena, NULL, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		test_case(i, &arena);
	test_sizes();
	test_truncate();
	test_limits(&arena);
	test_growth();
	test_large(&arena);
	fg_arena_fini(&arena);
	return tap_done();
}

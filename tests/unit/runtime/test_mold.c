/* test_mold.c - trim, lower and upper on each kind of string */
#include "dec.h"

static const struct {
	const char *text;
	unsigned molds;
	const char *want;
} cases[] = {
    {"", FG_MOLD_TRIM | FG_MOLD_LOWER, ""},
    {"abc", FG_MOLD_TRIM, "abc"},
    {" \t\n\v\f\rabc def \r\n", FG_MOLD_TRIM, "abc def"},
    {"   ", FG_MOLD_TRIM, ""},
    {"aBc@[`{Z", FG_MOLD_LOWER, "abc@[`{z"},
    {"aBc@[`{z", FG_MOLD_UPPER, "ABC@[`{Z"},
    {" eur ", FG_MOLD_TRIM | FG_MOLD_UPPER, "EUR"},
    {"already", FG_MOLD_LOWER, "already"},
    {"\xc3\x84\xc3\xa4", FG_MOLD_UPPER, "\xc3\x84\xc3\xa4"},
    {" X ", 0, " X "},
};

/* Every byte but NUL at every place, against the plain definition. Returns: how many came out wrong. */
static unsigned wrong_bytes(unsigned molds)
{
	unsigned wrong = 0;

	for (size_t len = 1; len < 40; len++) {
		for (size_t at = 0; at < len; at++) {
			for (int c = 1; c < 256; c++) {
				char buf[48] = "", want[48] = "";
				bool lower = (molds & FG_MOLD_LOWER) && c >= 'A' && c <= 'Z';
				bool upper = (molds & FG_MOLD_UPPER) && c >= 'a' && c <= 'z';

				memset(buf, '.', len);
				memset(want, '.', len);
				buf[at] = (char)c;
				want[at] = (char)(lower ? c + 32 : upper ? c - 32 : c);
				fg_mold_chars(buf, sizeof buf, molds);
				wrong += memcmp(buf, want, sizeof buf) != 0;
			}
		}
	}
	return wrong;
}

int main(void)
{
	struct fg_error error;
	struct fg_arena arena;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, "[]", 2, NULL, &arena, &error);
	struct fg_str none = {NULL, 0};
	char *no_cstr = NULL;

	fg_arena_init(&arena, NULL, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[32] = "", heap[32], *cstr = heap;
		struct fg_str str = {cases[i].text, strlen(cases[i].text)};
		size_t len = strlen(cases[i].want), zeros = 0;

		strcpy(buf, cases[i].text);
		strcpy(heap, cases[i].text);
		fg_mold_chars(buf, sizeof buf, cases[i].molds);
		tap_eq_str(buf, cases[i].want, "chars %zu", i);
		while (len + zeros < sizeof buf && buf[len + zeros] == 0)
			zeros++;
		tap_eq_int(len + zeros, sizeof buf, "zeros behind it");
		tap_ok(fg_mold_str(&d, p, &str, cases[i].molds) && str.len == len &&
		           memcmp(str.ptr, cases[i].want, len) == 0,
		       "str %zu", i);
		tap_ok(fg_mold_cstr(&d, p, &cstr, cases[i].molds), "cstr %zu", i);
		tap_eq_str(cstr, cases[i].want, "its text");
	}
	tap_eq_int(wrong_bytes(FG_MOLD_LOWER), 0, "every byte at every place in lower case");
	tap_eq_int(wrong_bytes(FG_MOLD_UPPER), 0, "and in upper case");
	tap_ok(fg_mold_str(&d, p, &none, FG_MOLD_TRIM) && !none.ptr, "no string");
	tap_ok(fg_mold_cstr(&d, p, &no_cstr, FG_MOLD_TRIM) && !no_cstr, "no cstr");
	d.arena = NULL;
	none = (struct fg_str){"Abc", 3};
	tap_ok(!fg_mold_str(&d, p, &none, FG_MOLD_LOWER), "a copy is needed and there is no arena");
	tap_eq_int(error.code, FG_ERR_MEMORY, "its code");
	tap_ok(fg_mold_str(&d, p, &none, FG_MOLD_TRIM), "no copy is needed");
	fg_arena_fini(&arena);
	return tap_done();
}

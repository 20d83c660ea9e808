/* test_error.c - names of codes, the text of an error, paths and how they are cut */
#include "runtime/internal.h"
#include "tap.h"

static void test_names(void)
{
	tap_eq_str(fg_code_name(FG_OK), "ok", "the first");
	tap_eq_str(fg_code_name(FG_ERR_REFUSED), "refused", "the last");
	tap_eq_str(fg_code_name(FG_ERR_REFUSED + 1), "?", "one beyond");
	for (enum fg_code code = FG_OK; code <= FG_ERR_REFUSED; code++) {
		bool same = code > FG_OK && strcmp(fg_code_name(code), fg_code_name(code - 1)) == 0;

		tap_ok(*fg_code_name(code) && !same, "code %u", code);
	}
}

static void test_format(void)
{
	struct fg_error error = {
		.code = FG_ERR_RANGE,
		.text = "out of range for int64_t",
		.offset = 812,
		.line = 7,
		.column = 31,
		.path = "$.items[3].price",
	};
	const char *want = "$.items[3].price: out of range for int64_t (line 7, column 31, byte 812)";
	char buf[128];

	tap_eq_int(fg_error_format(&error, buf, sizeof buf), strlen(want), "length");
	tap_eq_str(buf, want, "text");
	tap_eq_int(fg_error_format(&error, NULL, 0), strlen(want), "length alone");
	tap_eq_int(fg_error_format(&error, buf, 10), strlen(want), "length where there is no room");
	tap_eq_str(buf, "$.items[3", "what fits, and a NUL");
	strcpy(error.value, "1e40");
	fg_error_format(&error, buf, sizeof buf);
	tap_eq_str(buf, "$.items[3].price: out of range for int64_t: 1e40 (line 7, column 31, byte 812)", "with its value");
	error.line = 0;
	error.path[0] = error.value[0] = '\0';
	fg_error_format(&error, buf, sizeof buf);
	tap_eq_str(buf, "$: out of range for int64_t", "an encoder's, without a place");
}

/* Names of every length, twelve deep: the right end of the whole path, after dots where that is not all of it. */
static void test_paths(void)
{
	int wrong = 0;

	for (size_t n = 1; n <= 200; n++) {
		struct fg_error error = {.code = FG_ERR_TYPE};
		char name[201], whole[8192] = "", level[256];
		size_t len, kept;

		memset(name, 'n', n);
		name[n] = '\0';
		for (size_t i = 0; i < 12; i++) {
			error_path_item(&error, i * 1000);
			error_path_field(&error, name);
			snprintf(level, sizeof level, ".%s[%zu]", name, i * 1000);
			memmove(whole + strlen(level), whole, strlen(whole) + 1);
			memcpy(whole, level, strlen(level));
		}
		error_path_root(&error);
		len = strlen(whole);
		kept = strlen(error.path);
		if (len + 1 < FG_PATH_MAX - 4)
			wrong += error.path[0] != '$' || strcmp(error.path + 1, whole) != 0;
		else if (error.path[0] == '.')
			wrong += kept != FG_PATH_MAX - 1 || memcmp(error.path, "...", 3) != 0 ||
				 strcmp(error.path + 3, whole + len - (kept - 3)) != 0;
		else
			wrong += strcmp(error.path + 1, whole) != 0;
	}
	tap_eq_int(wrong, 0, "names of 1 to 200 bytes");
}

int main(void)
{
	test_names();
	test_format();
	test_paths();
	return tap_done();
}

/* test_error.c - every code has a name of its own */
#include <fieldguard/base.h>
#include "tap.h"

int main(void)
{
	tap_eq_str(fg_code_name(FG_OK), "ok", "the first");
	tap_eq_str(fg_code_name(FG_ERR_ENCODE), "encode", "the last");
	tap_eq_str(fg_code_name(FG_ERR_ENCODE + 1), "?", "one beyond");
	for (enum fg_code code = FG_OK; code <= FG_ERR_ENCODE; code++) {
		bool same = code > FG_OK && strcmp(fg_code_name(code), fg_code_name(code - 1)) == 0;

		tap_ok(*fg_code_name(code) && !same, "code %u", code);
	}
	return tap_done();
}

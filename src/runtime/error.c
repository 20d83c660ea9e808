/* error.c - texts of struct fg_error */
#include <fieldguard/base.h>

const char *fg_code_name(enum fg_code code)
{
	static const char *const names[] = {
		[FG_OK] = "ok",
		[FG_ERR_SYNTAX] = "syntax",
		[FG_ERR_TRUNCATED] = "truncated",
		[FG_ERR_TRAILING] = "trailing",
		[FG_ERR_UTF8] = "utf8",
		[FG_ERR_ESCAPE] = "escape",
		[FG_ERR_NUMBER] = "number",
		[FG_ERR_TYPE] = "type",
		[FG_ERR_RANGE] = "range",
		[FG_ERR_LENGTH] = "length",
		[FG_ERR_NUL] = "nul",
		[FG_ERR_ENUM] = "enum",
		[FG_ERR_TIME] = "time",
		[FG_ERR_REQUIRED] = "required",
		[FG_ERR_UNKNOWN] = "unknown",
		[FG_ERR_DUPLICATE] = "duplicate",
		[FG_ERR_DEPTH] = "depth",
		[FG_ERR_LIMIT] = "limit",
		[FG_ERR_MEMORY] = "memory",
		[FG_ERR_ENCODE] = "encode",
	};

	return (size_t)code < sizeof names / sizeof *names ? names[code] : "?";
}

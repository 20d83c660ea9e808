/* error.c - texts of struct fg_error */
#include "internal.h"

#include <stdio.h>

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
		[FG_ERR_REFUSED] = "refused",
	};

	return (size_t)code < sizeof names / sizeof *names ? names[code] : "?";
}

size_t fg_error_format(const struct fg_error *error, char *buf, size_t size)
{
	const char *path = error->path[0] ? error->path : "$";
	const char *before_value = error->value[0] ? ": " : "";
	int n;

	if (error->line == 0)
		n = snprintf(buf, size, "%s: %s%s%s", path, error->text, before_value, error->value);
	else
		n = snprintf(buf, size, "%s: %s%s%s (line %u, column %u, byte %zu)", path, error->text, before_value,
		             error->value, error->line, error->column, error->offset);
	return n < 0 ? 0 : (size_t)n;
}

/* A path that begins with "..." is cut: what holds it is no longer told. */
static bool error_path_cut(const struct fg_error *error)
{
	return strncmp(error->path, "...", 3) == 0;
}

/* Leaves room for the dots while the path is not cut. */
static void error_path_prepend(struct fg_error *error, const char *text, size_t n)
{
	size_t len = strlen(error->path);
	size_t room = sizeof error->path - 1 - len;

	if (error_path_cut(error))
		return;
	if (n + 3 > room) {
		/* The right end of the text is the nearest to the value. */
		size_t kept = n < room - 3 ? n : room - 3;

		memmove(error->path + 3 + kept, error->path, len + 1);
		memcpy(error->path + 3, text + n - kept, kept);
		memcpy(error->path, "...", 3);
		return;
	}
	memmove(error->path + n, error->path, len + 1);
	memcpy(error->path, text, n);
}

void error_path_field(struct fg_error *error, const char *name)
{
	size_t n = strlen(name);

	error_path_prepend(error, name, n);
	error_path_prepend(error, ".", 1);
}

void error_path_item(struct fg_error *error, size_t index)
{
	char text[32];
	int n = snprintf(text, sizeof text, "[%zu]", index);

	error_path_prepend(error, text, (size_t)n);
}

void error_path_root(struct fg_error *error)
{
	size_t len = strlen(error->path);

	if (error_path_cut(error))
		return;
	memmove(error->path + 1, error->path, len + 1);
	error->path[0] = '$';
}

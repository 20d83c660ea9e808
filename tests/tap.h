/*
 * tap.h - tests that speak TAP, the Test Anything Protocol
 *
 *     int main(void)
 *     {
 *             tap_ok(fg_once_done(&once), "done after the first call");
 *             tap_eq_int(order.status, ORDER_PAID, "status of %s", order.id);
 *             tap_eq_str(order.id, "A-1", "id");          // either may be NULL
 *             if (!have_data)
 *                     tap_skip("no outside data");        // counts as one test point
 *             return tap_done();
 *     }
 *
 * Each check is one test point, prints one line at once, and returns whether it held, so that a test can stop where
 * going on makes no sense. A point that fails adds its file and line, and what it got and wanted, as "# " lines.
 *
 * Threads: none of it is thread-safe; worker threads count into variables of their own, and main judges them.
 */
#ifndef FG_TESTS_TAP_H
#define FG_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* cond: what must hold. The rest: printf format and arguments that name the test point. */
#define tap_ok(cond, ...) tap_point_((cond) ? true : false, __FILE__, __LINE__, #cond, __VA_ARGS__)
/* Any two integers; compared as 64 bits. */
#define tap_eq_int(got, want, ...) tap_eq_int_((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, #got, __VA_ARGS__)
/* Two NUL-terminated strings; NULL equals NULL alone. */
#define tap_eq_str(got, want, ...) tap_eq_str_((got), (want), __FILE__, __LINE__, #got, __VA_ARGS__)

static unsigned tap_points_, tap_failed_;

/* "ok N - name". What would break the line or start a directive is replaced. */
__attribute__((format(printf, 2, 0)))
static inline void tap_line_(bool ok, const char *format, va_list args)
{
	char name[512];

	vsnprintf(name, sizeof(name), format, args);
	for (char *c = name; *c; c++) {
		if (*c == '#' || *c == '\\' || (unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	}
	tap_points_++;
	tap_failed_ += !ok;
	printf("%s %u - %s\n", ok ? "ok" : "not ok", tap_points_, name);
}

static inline void tap_quote_(const char *label, const char *text)
{
	printf("#   %s ", label);
	if (!text) {
		printf("NULL\n");
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			printf("\\x%02x", (unsigned char)*text);
		else
			putchar(*text);
	}
	printf("\"\n");
}

__attribute__((format(printf, 5, 6)))
static inline bool tap_point_(bool ok, const char *file, int line, const char *cond, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line_(ok, format, args);
	va_end(args);
	if (!ok)
		printf("# %s:%d: not true: %s\n", file, line, cond);
	fflush(stdout);
	return ok;
}

__attribute__((format(printf, 6, 7)))
static inline bool tap_eq_int_(intmax_t got, intmax_t want, const char *file, int line, const char *what,
                               const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line_(got == want, format, args);
	va_end(args);
	if (got != want)
		printf("# %s:%d: %s\n#   got  %jd (0x%jx)\n#   want %jd (0x%jx)\n", file, line, what,
		       got, (uintmax_t)got, want, (uintmax_t)want);
	fflush(stdout);
	return got == want;
}

__attribute__((format(printf, 6, 7)))
static inline bool tap_eq_str_(const char *got, const char *want, const char *file, int line, const char *what,
                               const char *format, ...)
{
	bool ok = got && want ? strcmp(got, want) == 0 : got == want;
	va_list args;

	va_start(args, format);
	tap_line_(ok, format, args);
	va_end(args);
	if (!ok) {
		printf("# %s:%d: %s\n", file, line, what);
		tap_quote_("got ", got);
		tap_quote_("want", want);
	}
	fflush(stdout);
	return ok;
}

/* One test point that was not run; why: told to whoever reads the summary. */
static inline void tap_skip(const char *why)
{
	printf("ok %u # SKIP %s\n", ++tap_points_, why);
	fflush(stdout);
}

/* Prints the plan. Returns: main's exit status; a test without a point is a failure. */
static inline int tap_done(void)
{
	if (!tap_points_)
		tap_point_(false, __FILE__, __LINE__, "points > 0", "no test point was reached");
	printf("1..%u\n", tap_points_);
	fflush(stdout);
	return tap_failed_ ? 1 : 0;
}

#endif

/*
 * default.c - texts of default, read as the value that a field takes
 *
 * The generator writes these values as constants, so a default that can't hold is told when code is made and never when
 * it runs.
 */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1000000000LL

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- integers -------------------------------------------------------------------------------------------------- */

/* A JSON integer without fraction or exponent that fits into size bytes. */
static bool read_integer(const char *text, size_t size, bool is_signed, uint64_t *ret_bits)
{
	bool negative = text[0] == '-';
	const char *p = text + negative;
	uint64_t value = 0, most = UINT64_MAX >> (64 - 8 * size + (is_signed ? 1 : 0));

	if (!is_digit(*p) || (*p == '0' && p[1]) || (negative && !is_signed && strcmp(p, "0") != 0))
		return false;
	for (; is_digit(*p); p++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return false;
	if (*p || value > most + (negative && is_signed ? 1 : 0))
		return false;
	*ret_bits = negative ? 0 - value : value;
	return true;
}

/* ---- RFC 3339 -------------------------------------------------------------------------------------------------- */

/* Exactly n digits, from low to high; moves *p behind them. Returns: the number, or -1. */
static int digits(const char **p, unsigned n, int low, int high)
{
	int value = 0;

	for (unsigned i = 0; i < n; i++, (*p)++) {
		if (!is_digit(**p))
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value < low || value > high ? -1 : value;
}

static bool take(const char **p, const char *any_of)
{
	if (!**p || !strchr(any_of, **p))
		return false;
	(*p)++;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01, counted with years that begin in March, so that the leap day is a year's last. */
static int64_t days_since_1970(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t from_march = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

/* Up to nine digits behind a point; none where there is no point. Returns: nanoseconds, or -1. */
static int64_t fraction_ns(const char **p)
{
	int64_t value = 0, unit = NS_PER_S;

	if (**p != '.')
		return 0;
	(*p)++;
	if (!is_digit(**p))
		return -1;
	for (; is_digit(**p); (*p)++) {
		unit /= 10;
		if (!unit)
			return -1;
		value += (**p - '0') * unit;
	}
	return value;
}

static bool read_time(const char *p, int64_t *ret_ns)
{
	int year, month, day, hour, minute, second, offset_hour = 0, offset_minute = 0;
	int64_t seconds, fraction;
	char sign;

	year = digits(&p, 4, 0, 9999);
	if (year < 0 || !take(&p, "-") || (month = digits(&p, 2, 1, 12)) < 0 || !take(&p, "-") ||
	    (day = digits(&p, 2, 1, days_in_month(year, month))) < 0 || !take(&p, "Tt") ||
	    (hour = digits(&p, 2, 0, 23)) < 0 || !take(&p, ":") || (minute = digits(&p, 2, 0, 59)) < 0 ||
	    !take(&p, ":") || (second = digits(&p, 2, 0, 59)) < 0 || (fraction = fraction_ns(&p)) < 0)
		return false;
	sign = *p;
	if (!take(&p, "Zz+-"))
		return false;
	if ((sign == '+' || sign == '-') && ((offset_hour = digits(&p, 2, 0, 23)) < 0 || !take(&p, ":") ||
	                                     (offset_minute = digits(&p, 2, 0, 59)) < 0))
		return false;
	seconds = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
	seconds -= (sign == '-' ? -60 : 60) * (offset_hour * 60 + offset_minute);
	/* Before 1970, count back from the whole second above, so that the very first nanosecond fits as well. */
	if (seconds < 0 && fraction) {
		seconds++;
		fraction -= NS_PER_S;
	}
	return !*p && !__builtin_mul_overflow(seconds, NS_PER_S, ret_ns) &&
	       !__builtin_add_overflow(*ret_ns, fraction, ret_ns);
}

/* ---- durations ------------------------------------------------------------------------------------------------- */

/* "1h30m0.5s": moves *p behind one unit's name. Returns: nanoseconds, or 0. */
static uint64_t unit_ns(const char **p)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{"ns", 1},          {"us", 1000},         {"\u00b5s", 1000},       {"\u03bcs", 1000},
		{"ms", 1000000},    {"s", NS_PER_S},      {"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*p, units[i].name, len) == 0) {
			*p += len;
			return units[i].ns;
		}
	}
	return 0;
}

/* Number and unit; adds them to *total. A part of a nanosecond is refused, as where the program reads durations. */
static bool read_part(const char **p, uint64_t *total)
{
	uint64_t whole = 0, fraction = 0, scale = 1, unit;
	unsigned __int128 part;
	bool any = false;

	for (; is_digit(**p); (*p)++, any = true)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(**p - '0'), &whole))
			return false;
	if (**p == '.') {
		for ((*p)++; is_digit(**p); (*p)++, any = true) {
			/* 13 digits are more than the nanoseconds of an hour need. */
			if (scale == 10000000000000 && **p != '0')
				return false;
			if (scale < 10000000000000) {
				fraction = fraction * 10 + (uint64_t)(**p - '0');
				scale *= 10;
			}
		}
	}
	unit = any ? unit_ns(p) : 0;
	part = (unsigned __int128)fraction * unit;
	return unit && part % scale == 0 && !__builtin_mul_overflow(whole, unit, &whole) &&
	       !__builtin_add_overflow(*total, whole, total) &&
	       !__builtin_add_overflow(*total, (uint64_t)(part / scale), total);
}

static bool read_duration(const char *p, int64_t *ret_ns)
{
	bool negative = *p == '-';
	uint64_t total = 0;

	if (*p == '-' || *p == '+')
		p++;
	if (strcmp(p, "0") == 0) {
		*ret_ns = 0;
		return true;
	}
	if (!*p)
		return false;
	while (*p)
		if (!read_part(&p, &total))
			return false;
	if (total > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*ret_ns = (int64_t)(negative ? 0 - total : total);
	return true;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

/* A name, or the number of an enumerator. */
static bool read_enum(const struct model_enum *e, const char *text, uint64_t *ret_bits)
{
	uint64_t number;
	bool is_number = read_integer(text, e->size, e->is_signed, &number);

	for (size_t i = 0; i < e->items_n; i++)
		if (strcmp(e->items[i].json_name, text) == 0 || strcmp(e->items[i].c_name, text) == 0 ||
		    (is_number && (uint64_t)e->items[i].value == number)) {
			*ret_bits = (uint64_t)e->items[i].value;
			return true;
		}
	return false;
}

bool model_default_bits(const struct model_field *field, uint64_t *ret_bits)
{
	const char *text = field->tag.default_text;
	int64_t ns;

	switch ((int)field->type.kind) {
	case MODEL_KIND_BOOL:
		*ret_bits = strcmp(text, "true") == 0;
		return *ret_bits || strcmp(text, "false") == 0;
	case MODEL_KIND_ENUM:
		return field->type.enumeration && read_enum(field->type.enumeration, text, ret_bits);
	case MODEL_KIND_INT:
		if (!field->tag.time && !field->tag.duration)
			return read_integer(text, field->type.size, field->type.is_signed, ret_bits);
		if (!(field->tag.time ? read_time(text, &ns) : read_duration(text, &ns)))
			return false;
		*ret_bits = (uint64_t)ns;
		return true;
	default:
		return false;
	}
}

/* The grammar of a JSON number. */
static bool is_number(const char *p)
{
	if (*p == '-')
		p++;
	if (!is_digit(*p) || (*p == '0' && is_digit(p[1])))
		return false;
	while (is_digit(*p))
		p++;
	if (*p == '.') {
		if (!is_digit(*++p))
			return false;
		while (is_digit(*p))
			p++;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return false;
		while (is_digit(*p))
			p++;
	}
	return !*p;
}

bool model_default_double(const struct model_field *field, double *ret_value)
{
	const char *text = field->tag.default_text;
	double value;

	if (!is_number(text))
		return false;
	/* The tools never set a locale, so strtod reads what JSON writes. */
	value = field->type.size == sizeof(float) ? (double)strtof(text, NULL) : strtod(text, NULL);
	if (__builtin_isinf(value))
		return false;
	*ret_value = value;
	return true;
}

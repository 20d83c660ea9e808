/*
 * help.h - what every peer needs on top of its library to do the same job: fixed strings, times, enums, molds
 *
 * Inline and quick, so that no peer is slow through us. C and C++.
 */
#ifndef BENCH_HELP_H
#define BENCH_HELP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A whole string into char[size], the rest zeroed. cut: too long is cut (at a whole character), else refused.
 * molds: 1 trim, 2 lower, 4 upper. */
static inline bool help_chars(const char *text, size_t len, char *buf, size_t size, bool cut, unsigned molds)
{
	if (molds & 1) {
		while (len && text[0] == ' ') {
			text++;
			len--;
		}
		while (len && text[len - 1] == ' ')
			len--;
	}
	if (len >= size) {
		if (!cut)
			return false;
		len = size - 1;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(buf, text, len);
	memset(buf + len, 0, size - len);
	for (size_t i = 0; i < len && molds & 6; i++) {
		if (molds & 2 && buf[i] >= 'A' && buf[i] <= 'Z')
			buf[i] = (char)(buf[i] + 32);
		else if (molds & 4 && buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] = (char)(buf[i] - 32);
	}
	return true;
}

static inline int help_two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* "2026-05-01T10:20:30Z", with or without a fraction, to nanoseconds since 1970. Days after Hinnant, "chrono-compatible
 * low-level date algorithms". */
static inline bool help_time(const char *p, size_t len, int64_t *ret_ns)
{
	if (len < 20 || p[len - 1] != 'Z')
		return false;
	int64_t year = help_two(p) * 100 + help_two(p + 2), month = help_two(p + 5), day = help_two(p + 8);
	int64_t ns = 0, unit = 100000000;

	year -= month <= 2;
	int64_t era = year / 400, year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t days = era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;

	for (size_t i = 20; i + 1 < len; i++, unit /= 10)
		ns += (p[i] - '0') * unit;
	*ret_ns = (((days * 24 + help_two(p + 11)) * 60 + help_two(p + 14)) * 60 + help_two(p + 17)) * 1000000000 + ns;
	return true;
}

/* The way back, for whole seconds or with nine digits. */
static inline void help_print_time(int64_t ns, char ret[40])
{
	int64_t seconds = ns / 1000000000, fraction = ns % 1000000000;
	int64_t days = seconds / 86400, second = seconds % 86400;
	int64_t z = days + 719468, era = z / 146097, day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153, day = day_of_year - (153 * shifted + 2) / 5 + 1;
	int64_t month = shifted < 10 ? shifted + 3 : shifted - 9, year = year_of_era + era * 400 + (month <= 2);
	int64_t parts[] = {year / 100, year % 100, month, day, second / 3600, second / 60 % 60, second % 60};
	static const char between[] = {0, '-', '-', 'T', ':', ':', 0};
	char *p = ret;

	for (int i = 0; i < 7; i++) {
		*p++ = (char)('0' + parts[i] / 10);
		*p++ = (char)('0' + parts[i] % 10);
		if (between[i])
			*p++ = between[i];
	}
	if (fraction) {
		*p = '.';
		for (int i = 9; i > 0; i--, fraction /= 10)
			p[i] = (char)('0' + fraction % 10);
		p += 10;
	}
	*p++ = 'Z';
	*p = 0;
}

/* Exactly this name? */
static inline bool help_is(const char *text, size_t len, const char *name, size_t name_len)
{
	return len == name_len && !memcmp(text, name, len);
}
#define HELP_IS(text, len, name) help_is(text, len, name, sizeof(name) - 1)

/* A number as a member's name or in a string. */
static inline bool help_u64(const char *text, size_t len, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!len || len > 19)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	*ret_value = value;
	return true;
}

static inline bool help_enum_order_status(const char *text, size_t len, enum order_status *ret)
{
	if (HELP_IS(text, len, "created"))
		*ret = ORDER_CREATED;
	else if (HELP_IS(text, len, "paid"))
		*ret = ORDER_PAID;
	else if (HELP_IS(text, len, "shipped"))
		*ret = ORDER_SHIPPED;
	else if (HELP_IS(text, len, "cancelled"))
		*ret = ORDER_CANCELLED;
	else
		return false;
	return true;
}

static inline bool help_enum_twitter_resize(const char *text, size_t len, enum twitter_resize *ret)
{
	if (HELP_IS(text, len, "fit"))
		*ret = TWITTER_RESIZE_FIT;
	else if (HELP_IS(text, len, "crop"))
		*ret = TWITTER_RESIZE_CROP;
	else
		return false;
	return true;
}

static inline bool help_enum_github_state(const char *text, size_t len, enum github_state *ret)
{
	if (HELP_IS(text, len, "open"))
		*ret = GITHUB_OPEN;
	else if (HELP_IS(text, len, "closed"))
		*ret = GITHUB_CLOSED;
	else
		return false;
	return true;
}

#endif

/*
 * time.c - RFC 3339 times and Go's durations as int64 nanoseconds
 *
 * Times: YYYY-MM-DDThh:mm:ss[.digits](Z|+hh:mm|-hh:mm), `T` and `Z` in either case, from
 * 1677-09-21T00:12:43.145224192Z to 2262-04-11T23:47:16.854775807Z. Nothing is lost in silence: digits of a second
 * beyond the ninth must be zeros, and a leap second (:60), for which nanoseconds since 1970 have no number of its own,
 * is refused.
 *
 * Durations: [+-] then numbers with unit: h, m, s, ms, us (also with either micro sign), ns, each with an optional
 * fraction; or 0 alone. A part of a nanosecond is refused.
 */
#include "internal.h"

#define NS_PER_S 1000000000
#define S_PER_DAY 86400

/* ---- times ---- */

/* Exactly n digits. Returns: false if there are none so many. */
static bool take_digits(struct fg_str *text, unsigned n, int *ret_value)
{
	int value = 0;
	unsigned i;

	if (text->len < n)
		return false;
	for (i = 0; i < n; i++) {
		if (text->ptr[i] < '0' || text->ptr[i] > '9')
			return false;
		value = value * 10 + (text->ptr[i] - '0');
	}
	text->ptr += n;
	text->len -= n;
	*ret_value = value;
	return true;
}

static bool take_char(struct fg_str *text, char c)
{
	if (text->len == 0 || *text->ptr != c)
		return false;
	text->ptr++;
	text->len--;
	return true;
}

/*
 * Days from 1970-01-01 to a date of the Gregorian calendar: years begin in March, so that the leap day ends one, and
 * 400 of them always have 146,097 days (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
 */
static int64_t days_from_date(int year, int month, int day)
{
	int shifted = year - (month <= 2);
	int era = shifted / 400;         /* from 0000 on: never negative but for -1, which no test of range passes */
	int year_of_era = shifted - era * 400;
	int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (int64_t)era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* ".digits", or nothing. */
static bool take_fraction(struct fg_str *text, int *ret_ns)
{
	int ns = 0, unit = NS_PER_S / 10, digit;

	*ret_ns = 0;
	if (!take_char(text, '.'))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	do {
		if (unit == 0 && digit != 0)
			return false;
		ns += digit * unit;
		unit /= 10;
	} while (take_digits(text, 1, &digit));
	*ret_ns = ns;
	return true;
}

/* "Z" or "+hh:mm", seconds east of UTC. */
static bool take_offset(struct fg_str *text, int *ret_s)
{
	bool west;
	int hour, minute;

	*ret_s = 0;
	if (take_char(text, 'Z') || take_char(text, 'z'))
		return true;
	west = take_char(text, '-');
	if (!west && !take_char(text, '+'))
		return false;
	if (!take_digits(text, 2, &hour) || !take_char(text, ':') || !take_digits(text, 2, &minute) || hour > 23 ||
	    minute > 59)
		return false;
	*ret_s = (hour * 60 + minute) * (west ? -60 : 60);
	return true;
}

/*
 * Eight bytes, the first lowest, of which pattern has '0' where a digit stands and the separator elsewhere; slack is
 * 0x76 and 0x7f in the same places: a digit's sum with it stays below 0x80, and so does that of the right separator.
 * Returns: in each byte that begins two digits their value; sets *io_bad where the text is of another form.
 */
static inline uint64_t digit_pairs(uint64_t bytes, uint64_t pattern, uint64_t slack, bool *io_bad)
{
	uint64_t digits = bytes ^ pattern;

	*io_bad |= ((((digits & 0x7f7f7f7f7f7f7f7fu) + slack) | digits) & 0x8080808080808080u) != 0;
	return digits * 10 + (digits >> 8);
}

static inline int byte_of(uint64_t bytes, unsigned i)
{
	return (int)(bytes >> 8 * i & 0xff);
}

bool time_parse(const char *ptr, size_t len, int64_t *ret_ns)
{
	uint64_t date, clock;
	struct fg_str text;
	int year, month, day, hour, minute, second, ns, offset;
	int64_t seconds;
	s128 total;
	bool bad = false;

	/* All but the fraction and the offset has its place. */
	if (len < 20)
		return false;
	/* "0000-00-", then "00t00:00" with a T in lower case */
	date = digit_pairs(fg_load64(ptr), 0x2d30302d30303030u, 0x7f76767f76767676u, &bad);
	clock = digit_pairs(fg_load64(ptr + 8) | 0x200000, 0x30303a3030743030u, 0x76767f76767f7676u, &bad);
	year = byte_of(date, 0) * 100 + byte_of(date, 2);
	month = byte_of(date, 5);
	day = byte_of(clock, 0);
	hour = byte_of(clock, 3);
	minute = byte_of(clock, 6);
	text = (struct fg_str){ptr + 16, len - 16};
	bad |= !take_char(&text, ':') || !take_digits(&text, 2, &second);
	if (bad || !take_fraction(&text, &ns) || !take_offset(&text, &offset) || text.len != 0)
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 ||
	    second > 59)
		return false;
	seconds = days_from_date(year, month, day) * S_PER_DAY + hour * 3600 + minute * 60 + second - offset;
	total = (s128)seconds * NS_PER_S + ns;
	if (total < INT64_MIN || total > INT64_MAX)
		return false;
	*ret_ns = (int64_t)total;
	return true;
}

/* The inverse of days_from_date, for days that int64 nanoseconds reach. */
static void date_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int shifted = (int)days + 719468;        /* since 0000-03-01: positive */
	int era = shifted / 146097;
	int day_of_era = shifted - era * 146097;
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * day_of_year + 2) / 153;

	*ret_day = day_of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = era * 400 + year_of_era + (*ret_month <= 2);
}

static char *put_digits(char *p, unsigned n, int value)
{
	unsigned i = n;

	while (i-- > 0) {
		p[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return p + n;
}

/* ".digits" of value / 10^n without zeros at the end; nothing for 0. */
static char *put_fraction(char *p, unsigned n, int value)
{
	if (value == 0)
		return p;
	*p++ = '.';
	for (; value % 10 == 0; value /= 10)
		n--;
	return put_digits(p, n, value);
}

unsigned time_format(int64_t ns, char *buf)
{
	int64_t seconds = ns / NS_PER_S;
	int fraction = (int)(ns % NS_PER_S);
	int64_t days;
	int rest, year, month, day;
	char *p = buf;

	if (fraction < 0) {
		fraction += NS_PER_S;
		seconds--;
	}
	days = seconds / S_PER_DAY;
	rest = (int)(seconds % S_PER_DAY);
	if (rest < 0) {
		rest += S_PER_DAY;
		days--;
	}
	date_from_days(days, &year, &month, &day);
	p = put_digits(p, 4, year);
	*p++ = '-';
	p = put_digits(p, 2, month);
	*p++ = '-';
	p = put_digits(p, 2, day);
	*p++ = 'T';
	p = put_digits(p, 2, rest / 3600);
	*p++ = ':';
	p = put_digits(p, 2, rest / 60 % 60);
	*p++ = ':';
	p = put_digits(p, 2, rest % 60);
	p = put_fraction(p, 9, fraction);
	*p++ = 'Z';
	return (unsigned)(p - buf);
}

/* ---- durations ---- */

static const struct {
	char name[4];
	int64_t ns;
} units[] = {
	/* Longer names before those that they begin with. */
	{"ns", 1},
	{"us", 1000},
	{"\xc2\xb5s", 1000},             /* U+00B5, micro sign */
	{"\xce\xbcs", 1000},             /* U+03BC, mu */
	{"ms", 1000000},
	{"s", NS_PER_S},
	{"m", 60 * (int64_t)NS_PER_S},
	{"h", 3600 * (int64_t)NS_PER_S},
};

static int64_t take_unit(struct fg_str *text)
{
	size_t i;

	for (i = 0; i < sizeof units / sizeof *units; i++) {
		size_t n = strnlen(units[i].name, sizeof units[i].name);

		if (text->len >= n && memcmp(text->ptr, units[i].name, n) == 0) {
			text->ptr += n;
			text->len -= n;
			return units[i].ns;
		}
	}
	return 0;
}

/* Digits, at least none. Returns: false when they are more than 64 bits hold. */
static bool take_number(struct fg_str *text, uint64_t *ret_value, size_t *ret_n)
{
	const char *start = text->ptr;
	uint64_t value = 0;

	for (; text->len && *text->ptr >= '0' && *text->ptr <= '9'; text->ptr++, text->len--)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text->ptr - '0'), &value))
			return false;
	*ret_value = value;
	*ret_n = (size_t)(text->ptr - start);
	return true;
}

/* Digits after a point. A fraction that any unit can make whole nanoseconds has at most 13 digits before its last
 * zeros. */
static bool take_decimals(struct fg_str *text, uint64_t *ret_value, uint64_t *ret_scale, size_t *ret_n)
{
	size_t n = 0, i;

	*ret_value = 0;
	*ret_scale = 1;
	while (n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9')
		n++;
	*ret_n = n;
	for (i = n; i > 0 && text->ptr[i - 1] == '0';)
		i--;
	if (i > 18)
		return false;
	for (n = 0; n < i; n++) {
		*ret_value = *ret_value * 10 + (uint64_t)(text->ptr[n] - '0');
		*ret_scale *= 10;
	}
	text->ptr += *ret_n;
	text->len -= *ret_n;
	return true;
}

/* One number with its unit, added to *io_total, which stays under 2^127. */
static bool take_part(struct fg_str *text, u128 *io_total)
{
	uint64_t whole, decimals = 0, scale = 1;
	size_t whole_n, decimals_n = 0;
	int64_t unit;

	if (!take_number(text, &whole, &whole_n))
		return false;
	if (take_char(text, '.') && !take_decimals(text, &decimals, &scale, &decimals_n))
		return false;
	if (whole_n + decimals_n == 0)
		return false;
	unit = take_unit(text);
	if (unit == 0 || (u128)decimals * (u128)unit % scale != 0)
		return false;
	*io_total += (u128)whole * (u128)unit + (u128)decimals * (u128)unit / scale;
	return *io_total <= (u128)INT64_MAX + 1;
}

bool duration_parse(const char *ptr, size_t len, int64_t *ret_ns)
{
	u128 total = 0;
	struct fg_str text = {ptr, len};
	bool negative = take_char(&text, '-');

	if (!negative)
		take_char(&text, '+');
	if (text.len == 0)
		return false;
	if (text.len == 1 && *text.ptr == '0') {
		*ret_ns = 0;
		return true;
	}
	while (text.len > 0)
		if (!take_part(&text, &total))
			return false;
	if (!negative && total > INT64_MAX)
		return false;
	*ret_ns = (int64_t)(negative ? -(uint64_t)total : (uint64_t)total);
	return true;
}

unsigned duration_format(int64_t ns, char *buf)
{
	uint64_t left = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	char *p = buf;

	if (ns == 0) {
		memcpy(p, "0s", 2);
		return 2;
	}
	if (ns < 0)
		*p++ = '-';
	if (left < NS_PER_S) {
		/* The largest unit of which there is a whole one. */
		uint64_t unit = left >= 1000000 ? 1000000 : left >= 1000 ? 1000 : 1;
		const char *name = unit == 1000000 ? "ms" : unit == 1000 ? "\xc2\xb5s" : "ns";

		p += digits_write(p, left / unit);
		p = put_fraction(p, unit == 1000000 ? 6 : 3, (int)(left % unit));
		memcpy(p, name, strlen(name));
		return (unsigned)(p + strlen(name) - buf);
	}
	if (left >= 60 * (uint64_t)NS_PER_S) {
		uint64_t minutes = left / (60 * (uint64_t)NS_PER_S);

		if (minutes >= 60) {
			p += digits_write(p, minutes / 60);
			*p++ = 'h';
		}
		p += digits_write(p, minutes % 60);
		*p++ = 'm';
		left %= 60 * (uint64_t)NS_PER_S;
	}
	p += digits_write(p, left / NS_PER_S);
	p = put_fraction(p, 9, (int)(left % NS_PER_S));
	*p++ = 's';
	return (unsigned)(p - buf);
}

/* ---- decoding ---- */

static const char *dec_text(struct fg_dec *d, const char *p, bool (*parse)(const char *, size_t, int64_t *),
                            const char *error_text, int64_t *ret_ns)
{
	const char *start = p;
	struct fg_str text;

	p = text_peek(d, p, &text);
	if (!p)
		return NULL;
	if (!text.ptr || !parse(text.ptr, text.len, ret_ns))
		return fg_dec_fail(d, start, FG_ERR_TIME, error_text);
	return p;
}

const char *fg_dec_time(struct fg_dec *d, const char *p, int64_t *ret_ns)
{
	return dec_text(d, p, time_parse, "not an RFC 3339 time that nanoseconds since 1970 can hold", ret_ns);
}

const char *fg_dec_duration(struct fg_dec *d, const char *p, int64_t *ret_ns)
{
	return dec_text(d, p, duration_parse, "not a duration that nanoseconds can hold", ret_ns);
}

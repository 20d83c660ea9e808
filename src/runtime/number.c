/* number.c - JSON numbers as text: grammar, and integers, which never pass through a floating-point value */
#include "internal.h"

#define MANTISSA_DIGITS 19       /* so many always fit 64 bits */
/* An exponent larger than any text could make up for by its digits. */
#define EXPONENT_HUGE ((int64_t)1 << 60)

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

/* Are the eight bytes digits? If so adds them to *io_value. */
static inline bool digits8(const char *p, uint64_t *io_value)
{
	uint64_t digits = fg_load64(p) ^ 0x3030303030303030u;

	if ((((digits & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | digits) & 0x8080808080808080u)
		return false;
	digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
	digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
	*io_value = *io_value * 100000000 + ((digits * 10000 + (digits >> 32)) & 0xffffffffu);
	return true;
}

/* The digits at p; *io_value wraps around where there are too many. */
static inline const char *digits_run(const struct fg_dec *d, const char *p, uint64_t *io_value)
{
	uint64_t value = *io_value;

	while (p < d->fast && digits8(p, &value))
		p += 8;
	for (; is_digit(*p); p++)
		value = value * 10 + (uint64_t)(*p - '0');
	*io_value = value;
	return p;
}

/* The mantissa again, from digit to digit: it has too many of them for 64 bits. */
static void mantissa_cut(struct number *number)
{
	const char *p = number->digits;
	int64_t exponent = number->written_exponent;
	bool fraction = false;
	unsigned n = 0;

	number->mantissa = 0;
	for (; p < number->digits_end; p++) {
		if (*p == '.') {
			fraction = true;
		} else if (n < MANTISSA_DIGITS) {
			number->mantissa = number->mantissa * 10 + (uint64_t)(*p - '0');
			n += number->mantissa != 0;
			exponent -= fraction;
		} else {
			number->more |= *p != '0';
			exponent += !fraction;
		}
	}
	number->exponent = exponent;
}

static const char *exponent_read(struct fg_dec *d, const char *p, int64_t *ret_exponent)
{
	bool negative = *p == '-';
	int64_t exponent = 0;

	if (*p == '+' || *p == '-')
		p++;
	if (!is_digit(*p))
		return fg_dec_fail(d, p, FG_ERR_NUMBER, "a digit was expected in the exponent");
	for (; is_digit(*p); p++)
		if (exponent < EXPONENT_HUGE / 16)
			exponent = exponent * 10 + (*p - '0');
	*ret_exponent = negative ? -exponent : exponent;
	return p;
}

const char *number_read(struct fg_dec *d, const char *p, struct number *ret_number)
{
	struct number *number = ret_number;
	int64_t digits_n;

	number->more = false;
	number->mantissa = 0;
	number->fraction_digits = 0;
	number->written_exponent = 0;
	number->negative = *p == '-';
	p += number->negative;
	number->digits = p;
	p = digits_run(d, p, &number->mantissa);
	digits_n = p - number->digits;
	if (FG_UNLIKELY(digits_n == 0))
		return fg_dec_fail(d, p, FG_ERR_NUMBER, "a digit was expected");
	if (FG_UNLIKELY(*number->digits == '0' && digits_n > 1))
		return fg_dec_fail(d, number->digits, FG_ERR_NUMBER, "a number begins with a superfluous zero");
	if (*p == '.') {
		const char *fraction = p + 1;

		p = digits_run(d, fraction, &number->mantissa);
		number->fraction_digits = p - fraction;
		if (FG_UNLIKELY(p == fraction))
			return fg_dec_fail(d, p, FG_ERR_NUMBER, "a digit was expected after the point");
		digits_n += number->fraction_digits;
	}
	number->digits_end = p;
	if ((*p | 0x20) == 'e') {
		p = exponent_read(d, p + 1, &number->written_exponent);
		if (FG_UNLIKELY(!p))
			return NULL;
	}
	number->exponent = number->written_exponent - number->fraction_digits;
	if (FG_UNLIKELY(digits_n > MANTISSA_DIGITS))
		mantissa_cut(number);
	return p;
}

/* ---- integers ---- */

enum integer { INTEGER_OK, INTEGER_NOT, INTEGER_LARGE };

/* The number's absolute value, exactly. */
static enum integer integer_exact(const struct number *number, uint64_t *ret_value)
{
	const char *first = number->digits;
	const char *last = number->digits_end;
	int64_t exponent = number->written_exponent - number->fraction_digits;
	int64_t n = 0;
	uint64_t value = 0;

	while (first < last && (*first == '0' || *first == '.'))
		first++;
	for (; first < last && (last[-1] == '0' || last[-1] == '.'); last--)
		exponent += last[-1] == '0';
	if (first == last) {
		*ret_value = 0;
		return INTEGER_OK;
	}
	if (exponent < 0)
		return INTEGER_NOT;
	for (; first < last; first++) {
		if (*first == '.')
			continue;
		/* 20 digits and more are too many; this also ends the work on a text of many. */
		if (++n > 20 || __builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*first - '0'), &value))
			return INTEGER_LARGE;
	}
	for (; exponent > 0; exponent--)
		if (__builtin_mul_overflow(value, 10u, &value))
			return INTEGER_LARGE;
	*ret_value = value;
	return INTEGER_OK;
}

/*
 * The usual integer that is too long for the inline path: 8 to 19 digits, which always fit 64 bits, and no more.
 * Returns: the place after it, or NULL where the number is of another form.
 */
static inline const char *integer_plain(const struct fg_dec *d, const char *p, uint64_t *ret_value)
{
	const char *first = p;
	uint64_t value = 0;

	if (*p == '0' || !digits8(p, &value))
		return NULL;
	p += 8;
	if (p < d->fast && digits8(p, &value))
		p += 8;
	for (; is_digit(*p) && p - first < MANTISSA_DIGITS; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	if (is_digit(*p) || *p == '.' || (*p | 0x20) == 'e')
		return NULL;
	*ret_value = value;
	return p;
}

/* The integer at p as sign and absolute value. */
static const char *integer_read(struct fg_dec *d, const char *p, const char *type_text, bool *ret_negative,
                                uint64_t *ret_value)
{
	const char *start = p;
	struct number number;
	enum integer kind = INTEGER_OK;

	if (FG_LIKELY(p < d->fast)) {
		const char *after;

		*ret_negative = *p == '-';
		after = integer_plain(d, p + *ret_negative, ret_value);
		if (FG_LIKELY(after != NULL))
			return after;
	}
	if (*p != '-' && !is_digit(*p))
		return fg_dec_fail_type(d, p, "an integer was expected");
	p = number_read(d, p, &number);
	if (!p)
		return NULL;
	*ret_negative = number.negative;
	*ret_value = number.mantissa;
	if (number.exponent != 0 || number.more)
		kind = integer_exact(&number, ret_value);
	if (kind == INTEGER_NOT)
		return fg_dec_fail(d, start, FG_ERR_RANGE, "not an integer");
	if (kind == INTEGER_LARGE)
		return fg_dec_fail(d, start, FG_ERR_RANGE, type_text);
	return p;
}

const char *fg_dec_int_slow(struct fg_dec *d, const char *p, int64_t min, int64_t max, const char *type_text,
                            int64_t *ret_value)
{
	const char *start = p;
	uint64_t magnitude;
	bool negative;
	int64_t value;

	p = integer_read(d, p, type_text, &negative, &magnitude);
	if (!p)
		return NULL;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return fg_dec_fail(d, start, FG_ERR_RANGE, type_text);
	/* Negated as unsigned: INT64_MIN has no positive counterpart. */
	value = (int64_t)(negative ? -magnitude : magnitude);
	if (value < min || value > max)
		return fg_dec_fail(d, start, FG_ERR_RANGE, type_text);
	*ret_value = value;
	return p;
}

const char *fg_dec_uint_slow(struct fg_dec *d, const char *p, uint64_t max, const char *type_text, uint64_t *ret_value)
{
	const char *start = p;
	uint64_t value;
	bool negative;

	p = integer_read(d, p, type_text, &negative, &value);
	if (!p)
		return NULL;
	if (value > max || (negative && value > 0))
		return fg_dec_fail(d, start, FG_ERR_RANGE, type_text);
	*ret_value = value;
	return p;
}

/*
 * float.c - decimal to binary, correctly rounded
 *
 * Small numbers: one exact multiplication or division (W. D. Clinger, "How to Read Floating Point Numbers Accurately",
 * PLDI 1990). Up to 19 digits: D. Lemire, "Number Parsing at a Gigabyte per Second" (2021), whose first approximation
 * with 128 bits of a power of five always decides (N. Mushtak, D. Lemire, "Fast Number Parsing Without Fallback",
 * 2023). More digits, which the first 19 do not decide: comparison of the two as large integers.
 */
#include "internal.h"

#include <float.h>

static const struct float_format format_double = {52, -1023, 0x7ff, -342, 308, -4, 23};
static const struct float_format format_float = {23, -127, 0xff, -64, 38, -17, 10};

/* floor(log2(10^q)) + 63 for |q| <= 342 */
static int power_of_two(int q)
{
	return ((217706 * q) >> 16) + 63;
}

uint64_t float_nearest(const struct float_format *format, uint64_t mantissa, int64_t exponent)
{
	uint64_t infinity = (uint64_t)format->infinite << format->mantissa_bits;
	int shift = 64 - format->mantissa_bits - 3;
	uint64_t cut = ((uint64_t)1 << shift) - 1;
	int q = (int)exponent;
	const uint64_t *power;
	u128 product;
	uint64_t high, low, result;
	int zeros, top, binary;

	if (mantissa == 0 || exponent < format->min_power10)
		return 0;
	if (exponent > format->max_power10)
		return infinity;
	power = pow5_table[q - POW5_MIN];
	zeros = __builtin_clzll(mantissa);
	mantissa <<= zeros;
	product = (u128)mantissa * power[0];
	high = (uint64_t)(product >> 64);
	low = (uint64_t)product;
	if ((high & cut) == cut) {
		/* A carry from the lower half of the power could reach the bits that are kept. */
		uint64_t more = (uint64_t)(((u128)mantissa * power[1]) >> 64);

		low += more;
		high += low < more;
	}
	top = (int)(high >> 63);
	result = high >> (top + shift);
	binary = power_of_two(q) + top - zeros - format->min_exponent;
	if (binary <= 0) {
		/* Subnormal. No value of 64 bits lies half-way between two of these. */
		if (-binary + 1 >= 64)
			return 0;
		result >>= -binary + 1;
		result += result & 1;
		/* Rounded up to the smallest normal number it already has the exponent 1. */
		return result >> 1;
	}
	/* Exactly half-way, and the one below is even: the bit that would round up goes. */
	if (low <= 1 && q >= format->min_tie && q <= format->max_tie && (result & 3) == 1 &&
	    result << (top + shift) == high)
		result &= ~(uint64_t)1;
	result += result & 1;
	result >>= 1;
	if (result >> (format->mantissa_bits + 1)) {
		result >>= 1;
		binary++;
	}
	if (binary >= format->infinite)
		return infinity;
	return ((uint64_t)binary << format->mantissa_bits) | (result & (((uint64_t)1 << format->mantissa_bits) - 1));
}

/* ---- large integers ---- */

/*
 * The middle between two doubles has at most 767 significant digits, so DIGITS_MAX digits and whether anything follows
 * them tell on which side of it a number stands. Such a number, and the middle scaled to be an integer too, have under
 * 2,800 bits.
 */
#define DIGITS_MAX 780
#define LIMBS_MAX 64

struct big {
	unsigned n;
	uint64_t limbs[LIMBS_MAX];       /* lowest first; n of them, the last not 0 */
};

/* big = big * factor + addend */
static void big_multiply(struct big *big, uint64_t factor, uint64_t addend)
{
	uint64_t carry = addend;
	unsigned i;

	for (i = 0; i < big->n; i++) {
		u128 product = (u128)big->limbs[i] * factor + carry;

		big->limbs[i] = (uint64_t)product;
		carry = (uint64_t)(product >> 64);
	}
	if (carry)
		big->limbs[big->n++] = carry;
}

static uint64_t power_of_ten(unsigned n)
{
	uint64_t power = 1;

	while (n--)
		power *= 10;
	return power;
}

static void big_multiply_pow5(struct big *big, unsigned n)
{
	const uint64_t pow5_27 = 7450580596923828125u;
	uint64_t rest = 1;

	for (; n >= 27; n -= 27)
		big_multiply(big, pow5_27, 0);
	while (n--)
		rest *= 5;
	big_multiply(big, rest, 0);
}

static void big_shift(struct big *big, unsigned bits)
{
	unsigned limbs = bits / 64;

	if (bits % 64)
		big_multiply(big, (uint64_t)1 << bits % 64, 0);
	memmove(big->limbs + limbs, big->limbs, big->n * sizeof *big->limbs);
	memset(big->limbs, 0, limbs * sizeof *big->limbs);
	big->n += limbs;
}

static int big_compare(const struct big *a, const struct big *b)
{
	unsigned i = a->n;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	while (i-- > 0)
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	return 0;
}

/* number = big * 10^*ret_exponent, or a little more than that where what follows DIGITS_MAX digits only counts as
 * more. */
static void big_digits(struct big *big, const struct number *number, int *ret_exponent)
{
	int64_t exponent = number->written_exponent;
	const char *p = number->digits;
	bool fraction = false, more = false;
	uint64_t chunk = 0;
	unsigned chunk_n = 0, n = 0;

	big->n = 0;
	for (; p < number->digits_end; p++) {
		if (*p == '.') {
			fraction = true;
		} else if (n == DIGITS_MAX) {
			more |= *p != '0';
			exponent += !fraction;
		} else {
			exponent -= fraction;
			n += n > 0 || *p != '0';
			chunk = chunk * 10 + (uint64_t)(*p - '0');
			if (n > 0 && ++chunk_n == 19) {
				big_multiply(big, power_of_ten(19), chunk);
				chunk = chunk_n = 0;
			}
		}
	}
	big_multiply(big, power_of_ten(chunk_n), chunk);
	if (more) {
		big_multiply(big, 10, 1);
		exponent--;
	}
	*ret_exponent = (int)exponent;
}

int float_compare_middle(const struct float_format *format, uint64_t bits, const struct number *number)
{
	uint64_t hidden = (uint64_t)1 << format->mantissa_bits;
	uint64_t mantissa = bits & (hidden - 1);
	int stored = (int)(bits >> format->mantissa_bits);
	/* of the middle, 2 * mantissa + 1 */
	int binary = (stored ? stored : 1) + format->min_exponent - format->mantissa_bits - 1;
	struct big decimal, middle;
	int exponent, shift;

	if (stored)
		mantissa |= hidden;
	middle.n = 1;
	middle.limbs[0] = 2 * mantissa + 1;
	big_digits(&decimal, number, &exponent);
	if (exponent >= 0)
		big_multiply_pow5(&decimal, (unsigned)exponent);
	else
		big_multiply_pow5(&middle, (unsigned)-exponent);
	shift = exponent - binary;
	if (shift > 0)
		big_shift(&decimal, (unsigned)shift);
	else
		big_shift(&middle, (unsigned)-shift);
	return big_compare(&decimal, &middle);
}

/* ---- values ---- */

static uint64_t float_bits(const struct float_format *format, const struct number *number)
{
	uint64_t bits = float_nearest(format, number->mantissa, number->exponent);

	if (FG_UNLIKELY(number->more) && float_nearest(format, number->mantissa + 1, number->exponent) != bits) {
		int side = float_compare_middle(format, bits, number);

		bits += side > 0 || (side == 0 && (bits & 1));
	}
	return bits;
}

static const char *float_read(struct fg_dec *d, const char *p, struct number *ret_number)
{
	if (FG_UNLIKELY(*p != '-' && (unsigned char)(*p - '0') > 9))
		return fg_dec_fail_type(d, p, "a number was expected");
	return number_read(d, p, ret_number);
}

const char *fg_dec_double(struct fg_dec *d, const char *p, double *ret_value)
{
	static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	const char *start = p;
	struct number number;
	uint64_t bits;

	p = float_read(d, p, &number);
	if (FG_UNLIKELY(!p))
		return NULL;
	if (FLT_EVAL_METHOD == 0 && number.mantissa <= (uint64_t)1 << 53 && !number.more &&
	    number.exponent >= -22 && number.exponent <= 22) {
		double value = (double)number.mantissa;

		value = number.exponent < 0 ? value / powers[-number.exponent] : value * powers[number.exponent];
		*ret_value = number.negative ? -value : value;
		return p;
	}
	bits = float_bits(&format_double, &number);
	if (FG_UNLIKELY(bits >> 52 == 0x7ff))
		return fg_dec_fail(d, start, FG_ERR_RANGE, "out of range for double");
	bits |= (uint64_t)number.negative << 63;
	memcpy(ret_value, &bits, sizeof *ret_value);
	return p;
}

const char *fg_dec_float(struct fg_dec *d, const char *p, float *ret_value)
{
	static const float powers[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f};
	const char *start = p;
	struct number number;
	uint32_t bits;

	p = float_read(d, p, &number);
	if (FG_UNLIKELY(!p))
		return NULL;
	if (FLT_EVAL_METHOD == 0 && number.mantissa <= (uint64_t)1 << 24 && !number.more &&
	    number.exponent >= -10 && number.exponent <= 10) {
		float value = (float)number.mantissa;

		value = number.exponent < 0 ? value / powers[-number.exponent] : value * powers[number.exponent];
		*ret_value = number.negative ? -value : value;
		return p;
	}
	bits = (uint32_t)float_bits(&format_float, &number);
	if (FG_UNLIKELY(bits >> 23 == 0xff))
		return fg_dec_fail(d, start, FG_ERR_RANGE, "out of range for float");
	bits |= (uint32_t)number.negative << 31;
	memcpy(ret_value, &bits, sizeof *ret_value);
	return p;
}

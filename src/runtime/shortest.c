/*
 * shortest.c - binary to decimal: the shortest digits that read back as the same value
 *
 * After R. Giulietti, "The Schubfach way to render doubles" (2020). A value c * 2^q owns all that rounds to it: the
 * interval between the middles to its neighbours (a quarter of a unit nearer below a power of two). Powers of ten step
 * 10^k, with k the largest for which the interval must hold a multiple of 10^k; if it holds one of 10^(k+1) that is
 * taken, else of the at most two neighbouring multiples the nearest. All ends are scaled by 4 * 10^-k and kept as
 * integers whose lowest bit also stands for all the bits behind it ("round to odd"), which is enough to compare them.
 */
#include "internal.h"

struct ends {
	uint64_t low, middle, high;      /* the interval's ends and the value itself, times 4 * 10^-k */
	bool closed;                     /* the ends belong to it */
};

/* floor(q * log10(2)), and for the narrower interval floor(q * log10(2) + log10(3/4)) */
static int power_of_ten_step(int q, bool narrow)
{
	return (q * 1262611 - (narrow ? 524031 : 0)) >> 22;
}

/* floor(k * log2(10)) */
static int log2_power_of_ten(int k)
{
	return (k * 1741647) >> 19;
}

/* floor(power * factor / 2^128), where the lowest bit is set too if there is a remainder to speak of */
static uint64_t scale_odd128(const uint64_t power[2], uint64_t factor)
{
	u128 low = (u128)power[1] * factor;
	u128 high = (u128)power[0] * factor + (uint64_t)(low >> 64);

	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

static uint64_t scale_odd64(uint64_t power, uint32_t factor)
{
	u128 product = (u128)power * factor;

	return (uint64_t)(product >> 64) | ((uint64_t)product >> 32 > 1);
}

static uint64_t shortest_in(const struct ends *ends, int k, int *ret_exponent)
{
	uint64_t low = ends->low + !ends->closed;
	uint64_t high = ends->high - !ends->closed;
	uint64_t digits = ends->middle / 4;
	bool below, above;

	*ret_exponent = k;
	if (digits >= 10) {
		uint64_t tens = digits / 10;

		below = low <= 40 * tens;
		above = 40 * tens + 40 <= high;
		if (below != above) {
			*ret_exponent = k + 1;
			return tens + above;
		}
	}
	below = low <= 4 * digits;
	above = 4 * digits + 4 <= high;
	if (below != above)
		return digits + above;
	/* Both belong to the interval, or none is nearer: to the nearest, half-way to the even one. */
	return digits + (ends->middle > 4 * digits + 2 || (ends->middle == 4 * digits + 2 && (digits & 1)));
}

static uint64_t without_zeros(uint64_t digits, int *io_exponent)
{
	while (digits % 100000000 == 0) {
		digits /= 100000000;
		*io_exponent += 8;
	}
	while (digits % 10 == 0) {
		digits /= 10;
		++*io_exponent;
	}
	return digits;
}

/* The power rounded up: the table is rounded down where it is not exact, but for some small negative powers. */
static void power_rounded_up(int q, uint64_t ret_power[2])
{
	const uint64_t *power = pow5_table[q - POW5_MIN];

	ret_power[0] = power[0];
	ret_power[1] = power[1];
	if (q < -27 || q > 55) {
		ret_power[1]++;
		ret_power[0] += ret_power[1] == 0;
	}
}

uint64_t shortest_double(double value, int *ret_exponent)
{
	const uint64_t hidden = (uint64_t)1 << 52;
	struct ends ends;
	uint64_t bits, c, power[2];
	int stored, q, k, shift;
	bool narrow;

	memcpy(&bits, &value, sizeof bits);
	stored = (int)(bits >> 52 & 0x7ff);
	c = bits & (hidden - 1);
	narrow = c == 0 && stored > 1;
	if (stored)
		c |= hidden;
	q = (stored ? stored : 1) - 1075;
	if (q <= 0 && q > -53 && (c & (((uint64_t)1 << -q) - 1)) == 0) {
		*ret_exponent = 0;
		return without_zeros(c >> -q, ret_exponent);
	}
	k = power_of_ten_step(q, narrow);
	shift = q + log2_power_of_ten(-k) + 1;
	power_rounded_up(-k, power);
	ends.closed = c % 2 == 0;
	ends.low = scale_odd128(power, (4 * c - 2 + narrow) << shift);
	ends.middle = scale_odd128(power, (4 * c) << shift);
	ends.high = scale_odd128(power, (4 * c + 2) << shift);
	c = shortest_in(&ends, k, ret_exponent);
	return without_zeros(c, ret_exponent);
}

uint64_t shortest_float(float value, int *ret_exponent)
{
	const uint32_t hidden = (uint32_t)1 << 23;
	struct ends ends;
	uint64_t power[2], digits;
	uint32_t bits, c;
	int stored, q, k, shift;
	bool narrow;

	memcpy(&bits, &value, sizeof bits);
	stored = (int)(bits >> 23 & 0xff);
	c = bits & (hidden - 1);
	narrow = c == 0 && stored > 1;
	if (stored)
		c |= hidden;
	q = (stored ? stored : 1) - 150;
	if (q <= 0 && q > -24 && (c & (((uint32_t)1 << -q) - 1)) == 0) {
		*ret_exponent = 0;
		return without_zeros(c >> -q, ret_exponent);
	}
	k = power_of_ten_step(q, narrow);
	shift = q + log2_power_of_ten(-k) + 1;
	power_rounded_up(-k, power);
	power[0] += power[1] != 0;
	ends.closed = c % 2 == 0;
	ends.low = scale_odd64(power[0], (4 * c - 2 + narrow) << shift);
	ends.middle = scale_odd64(power[0], (4 * c) << shift);
	ends.high = scale_odd64(power[0], (4 * c + 2) << shift);
	digits = shortest_in(&ends, k, ret_exponent);
	return without_zeros(digits, ret_exponent);
}

/* test_shortest.c - binary to decimal: reads back as the same, no digit too many, the nearest */
#include "runtime/internal.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>

static uint64_t seed = 0x2545f4914f6cdd1du;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double to_double(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

static float to_float(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

/* The digits of the n-digit decimal nearest to value, and whether it reads back as value. */
static uint64_t nearest(double value, bool is_float, int n, bool *ret_same)
{
	char text[40], digits[40];
	int used = 0;

	snprintf(text, sizeof text, "%.*e", n - 1, value);
	*ret_same = is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
	for (const char *p = text; *p != 'e'; p++)
		if (*p != '.')
			digits[used++] = *p;
	digits[used] = '\0';
	return strtoull(digits, NULL, 10);
}

/* Returns: is digits * 10^exponent what value should be written as? */
static bool right(double value, bool is_float, uint64_t digits, int exponent)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%llu", (unsigned long long)digits);
	bool same, shorter_same = false;
	uint64_t printed = nearest(value, is_float, n, &same);

	if (n > 1)
		nearest(value, is_float, n - 1, &shorter_same);
	snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, exponent);
	if (is_float ? strtof(text, NULL) != (float)value : strtod(text, NULL) != value)
		return false;
	if (shorter_same || digits % 10 == 0)
		return false;
	/* Above a power of two the nearest decimal may lie below it, outside the interval, and another one inside. */
	return !same || digits == printed;
}

static bool double_right(double value)
{
	int exponent;
	uint64_t digits = shortest_double(value, &exponent);
	bool good = right(value, false, digits, exponent);

	if (!good)
		tap_ok(false, "%a: %llue%d", value, (unsigned long long)digits, exponent);
	return good;
}

static bool float_right(float value)
{
	int exponent;
	uint64_t digits = shortest_float(value, &exponent);
	bool good = right((double)value, true, digits, exponent);

	if (!good)
		tap_ok(false, "float %a: %llue%d", (double)value, (unsigned long long)digits, exponent);
	return good;
}

static void test_doubles(void)
{
	int wrong = 0;
	uint64_t i;

	for (i = 1; i < 2047 && wrong < 10; i++)
		wrong += !double_right(to_double(i << 52)) + !double_right(to_double((i << 52) - 1)) +
		         !double_right(to_double((i << 52) + 1));
	tap_eq_int(wrong, 0, "powers of two and their neighbours");
	for (i = 1, wrong = 0; i < 3000 && wrong < 10; i++)
		wrong += !double_right(to_double(i));
	tap_eq_int(wrong, 0, "the smallest subnormals");
	for (i = 1, wrong = 0; i < 20000 && wrong < 10; i++)
		wrong += !double_right((double)i) + !double_right((double)i / 100) + !double_right((double)i * 1e15);
	tap_eq_int(wrong, 0, "small decimals");
	for (i = 0, wrong = 0; i < 250000 && wrong < 10; i++) {
		double value = to_double(random64() >> 1);

		wrong += isfinite(value) && value > 0 && !double_right(value);
	}
	tap_eq_int(wrong, 0, "any doubles");
}

static void test_floats(void)
{
	int wrong = 0;
	uint32_t i;

	for (i = 1; i < 255 && wrong < 10; i++)
		wrong += !float_right(to_float(i << 23)) + !float_right(to_float((i << 23) - 1)) +
		         !float_right(to_float((i << 23) + 1));
	tap_eq_int(wrong, 0, "powers of two and their neighbours, float");
	for (i = 1, wrong = 0; i < 2000 && wrong < 10; i++)
		wrong += !float_right(to_float(i)) + !float_right((float)i / 10);
	tap_eq_int(wrong, 0, "the smallest subnormals, and small decimals, float");
	for (i = 0, wrong = 0; i < 250000 && wrong < 10; i++) {
		float value = to_float((uint32_t)random64() >> 1);

		wrong += isfinite(value) && value > 0 && !float_right(value);
	}
	tap_eq_int(wrong, 0, "any floats");
}

int main(void)
{
	test_doubles();
	test_floats();
	return tap_done();
}

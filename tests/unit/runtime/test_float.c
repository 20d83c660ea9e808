/* test_float.c - decimal to binary against strtod and strtof, bit for bit */
#include "dec.h"

#include <math.h>

static struct fg_dec dec;
static struct fg_error error;
static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* What strtod says, and no result where it says infinity. Returns: do we agree, for double and for float? */
static bool agree(const char *number, size_t len)
{
	static char text[16384];
	double want = strtod(number, NULL), got = 1;
	float want_float = strtof(number, NULL), got_float = 1;
	const char *p, *after;
	bool good;

	text[0] = '[';
	memcpy(text + 1, number, len);
	text[len + 1] = ']';
	p = fg_dec_begin(&dec, text, len + 2, NULL, NULL, &error);
	after = fg_dec_double(&dec, p + 1, &got);
	good = isinf(want) ? !after && error.code == FG_ERR_RANGE
	                   : after == text + len + 1 && memcmp(&got, &want, sizeof got) == 0;
	after = fg_dec_float(&dec, p + 1, &got_float);
	good = good &&
	       (isinf(want_float) ? !after && error.code == FG_ERR_RANGE
	                          : after == text + len + 1 && memcmp(&got_float, &want_float, sizeof got_float) == 0);
	if (!good)
		tap_ok(false, "%.200s: %a, want %a; %a, want %a", number, got, want, (double)got_float,
		       (double)want_float);
	return good;
}

static void test_table(void)
{
	static const char *const numbers[] = {
	    "0",
	    "-0",
	    "0.0",
	    "-0.0",
	    "1",
	    "-1",
	    "0.1",
	    "1e22",
	    "1e23",
	    "-1e23",
	    "123456789012345678901234567890",
	    "9007199254740992",
	    "9007199254740993",
	    "9007199254740993.0000000000000000000000000000000000001",
	    "9007199254740994",
	    "9007199254740995",
	    "1.7976931348623157e308",
	    "1.7976931348623158e308",
	    "1.797693134862315807e308",
	    "1.7976931348623159e308",
	    "1e309",
	    "2e308",
	    "1e99999999999999999999",
	    "1e-99999999999999999999",
	    "0e99999999999999999999",
	    "4.9e-324",
	    "5e-324",
	    "2.4703282292062327e-324",
	    "2.4703282292062328e-324",
	    "2.47e-324",
	    "2.2250738585072011e-308",
	    "2.2250738585072012e-308",
	    "2.2250738585072014e-308",
	    "2.225073858507201136057409796709131975934819546351645648023426109724822222021e-308",
	    "1e-400",
	    "0.000000000000000000000000000000000000000000001",
	    "16777216",
	    "16777217",
	    "16777219",
	    "16777217.0000000001",
	    "3.4028234663852886e38",
	    "3.4028235677973366e38",
	    "3.4028235677973367e38",
	    "1e39",
	    "1.401298464324817e-45",
	    "7.006492321624085e-46",
	    "7.006492321624086e-46",
	    "1.17549435e-38",
	    "7.2057594037927933e16",
	    "72057594037927945",
	    "1448997445238699",
	    "8.10109172351e-10",
	    "6929495644600919.5",
	    "3.237883913302901e-319",
	    "0.00000000000000000000000000000000000000000000000000000000001e59",
	    "17976931348623158079372897140530341507993413271003782693617"
	    "3778980444968292764750946649017977587207096330286416"
	    "69288791094655554785194040263065748867150582068190890200070"
	    "8383676273854845817711531764475730270069855571366959"
	    "622842914819860834936475292719074168444365510704342711559699508093042880",
	    "17976931348623158079372897140530341507993413271003782693617"
	    "3778980444968292764750946649017977587207096330286416"
	    "69288791094655554785194040263065748867150582068190890200070"
	    "8383676273854845817711531764475730270069855571366959"
	    "622842914819860834936475292719074168444365510704342711559699508093042879.9",
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		tap_ok(agree(numbers[i], strlen(numbers[i])), "%.60s", numbers[i]);
}

static double random_double(void)
{
	uint64_t bits = random64() & ~((uint64_t)1 << 63);
	double value;

	if (random64() % 8 == 0)
		bits &= ((uint64_t)1 << 52) - 1;
	memcpy(&value, &bits, sizeof value);
	return isfinite(value) ? value : 1.5;
}

/* The next larger one; value: positive. */
static double next_double(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	bits++;
	memcpy(&value, &bits, sizeof value);
	return value;
}

static float next_float(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	bits++;
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* The decimal text of exactly the middle between a value and the next; long double holds it, printf is exact. */
static int middle_text(char *text, size_t size, double value)
{
	double next = next_double(value);
	long double middle = isinf(next) ? (long double)value : ((long double)value + (long double)next) / 2;

	return snprintf(text, size, "%.*Le", 766 + (int)(random64() % 3), middle);
}

/* Exactly half-way is shaken: the last digits up or down, or cut, or more behind them. */
static int middle_shaken(char *text, size_t size, double value)
{
	int n = middle_text(text, size, value);
	char *exponent = strchr(text, 'e');
	char tail[16];

	snprintf(tail, sizeof tail, "%s", exponent);
	switch (random64() % 4) {
	case 0:
		return n;
	case 1:
		exponent[-1]++;
		if (exponent[-1] > '9')
			exponent[-1] = '1';
		return n;
	case 2:
		exponent -= random64() % 750;
		return (int)(exponent - text) + snprintf(exponent, 16, "%s", tail);
	default:
		return (int)(exponent - text) + snprintf(exponent, 64, "000000000000000000000000000000001%s", tail);
	}
}

static void test_random(void)
{
	static char text[2048];
	unsigned wrong = 0;
	int i, n;

	for (i = 0; i < 400000 && wrong < 10; i++) {
		n = snprintf(text, sizeof text, "%.*e", (int)(random64() % 21), random_double());
		wrong += !agree(text, (size_t)n);
	}
	tap_eq_int(wrong, 0, "doubles with 1 to 21 digits");
	for (i = 0, wrong = 0; i < 400000 && wrong < 10; i++) {
		n = snprintf(text, sizeof text, "%llu%03llue%d",
		             (unsigned long long)(random64() >> random64() % 64 | 1),
		             (unsigned long long)random64() % 1000, (int)(random64() % 700) - 360);
		wrong += !agree(text, (size_t)n);
	}
	tap_eq_int(wrong, 0, "any digits with any exponent");
	for (i = 0, wrong = 0; i < 250000 && wrong < 10; i++) {
		n = snprintf(text, sizeof text, "%s%llu.%0*llu", i & 1 ? "-" : "",
		             (unsigned long long)random64() % 100000, (int)(random64() % 19) + 1,
		             (unsigned long long)random64() >> (1 + random64() % 62));
		wrong += !agree(text, (size_t)n);
	}
	tap_eq_int(wrong, 0, "as people write them");
	for (i = 0, wrong = 0; i < 20000 && wrong < 10; i++) {
		float value;
		uint32_t bits = (uint32_t)random64() & 0x7fffffff;

		memcpy(&value, &bits, sizeof value);
		if (!isfinite(value))
			continue;
		n = snprintf(text, sizeof text, "%.150e", ((double)value + (double)next_float(value)) / 2);
		wrong += !agree(text, (size_t)n);
	}
	tap_eq_int(wrong, 0, "half-way between two floats");
	for (i = 0, wrong = 0; i < 10000 && wrong < 10; i++) {
		n = middle_shaken(text, sizeof text, random_double());
		wrong += !agree(text, (size_t)n);
	}
	tap_eq_int(wrong, 0, "half-way between two doubles, and near it");
}

static void test_long(void)
{
	static char text[12000];
	size_t n = 10000;

	memset(text, '7', n);
	memcpy(text, "0.", 2);
	tap_ok(agree(text, n), "a fraction of 9,998 digits");
	memset(text, '0', n);
	memcpy(text, "0.", 2);
	memcpy(text + n, "123e9999", 9);
	tap_ok(agree(text, n + 8), "9,998 zeros and an exponent that makes up for them");
	memset(text, '0', n);
	text[0] = '4';
	memcpy(text + n, "e-9990", 7);
	tap_ok(agree(text, n + 6), "10,000 digits and a negative exponent");
	/* The middle above 1, then zeros, then perhaps a 1 as digit number 9,999. */
	memset(text, '0', n);
	memcpy(text, "1.00000000000000011102230246251565404236316680908203125", 55);
	text[n] = '\0';
	tap_ok(agree(text, n), "half-way and zeros");
	text[n - 1] = '1';
	tap_ok(agree(text, n), "half-way and a 1 far away");
}

int main(void)
{
	test_table();
	test_long();
	test_random();
	return tap_done();
}

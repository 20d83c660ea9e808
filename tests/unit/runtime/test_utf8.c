/* test_utf8.c - every code point and every sequence of up to four bytes that matters, against a decoder by the book */
#include "runtime/internal.h"
#include "tap.h"

#include <stdlib.h>

/* RFC 3629, section 4, row by row. Returns: bytes of the sequence, 0 if it is none. */
static size_t by_the_book(const unsigned char *s, size_t n)
{
	static const struct {
		unsigned char lead_first, lead_last, second_first, second_last;
		size_t size;
	} rows[] = {
	    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
	    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
	    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (s[0] < rows[i].lead_first || s[0] > rows[i].lead_last || n < rows[i].size ||
		    s[1] < rows[i].second_first || s[1] > rows[i].second_last)
			continue;
		for (size_t at = 2; at < rows[i].size; at++)
			if (s[at] < 0x80 || s[at] > 0xbf)
				return 0;
		return rows[i].size;
	}
	return 0;
}

/* The sequence alone, and before more text. */
static bool agree(const unsigned char *s, size_t n)
{
	size_t size = by_the_book(s, n);
	char *exact = malloc(n);
	char padded[16];
	bool good;

	if (!exact)
		exit(1);
	memcpy(exact, s, n);
	memset(padded, 'x', sizeof padded);
	memcpy(padded, s, n);
	/* What follows a valid one may be invalid: at least `size`, and exactly 0 where there is none. */
	if (size == 0)
		good = utf8_run(exact, exact + n) == exact && utf8_run(padded, padded + 16) == padded;
	else
		good = utf8_run(exact, exact + n) >= exact + size && utf8_run(padded, padded + 16) >= padded + size;
	if (size == n)
		good = good && utf8_run(exact, exact + n) == exact + n && utf8_run(padded, padded + 16) == padded + n;
	free(exact);
	return good;
}

int main(void)
{
	static const unsigned char edges[] = {0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
	                                      0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xff};
	unsigned char s[4];
	int wrong = 0;

	for (unsigned lead = 0x80; lead < 0x100; lead++) {
		s[0] = (unsigned char)lead;
		wrong += !agree(s, 1);
		for (unsigned second = 0; second < 0x100; second++) {
			s[1] = (unsigned char)second;
			wrong += !agree(s, 2);
			for (size_t third = 0; third < sizeof edges; third++) {
				s[2] = edges[third];
				wrong += !agree(s, 3);
				for (size_t fourth = 0; fourth < sizeof edges; fourth++) {
					s[3] = edges[fourth];
					wrong += !agree(s, 4);
				}
			}
		}
	}
	tap_eq_int(wrong, 0, "every lead and second byte, the edges of the third and fourth");
	return tap_done();
}

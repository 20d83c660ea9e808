/* utf8.c - strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF */
#include "internal.h"

/*
 * Four bytes as a number, the first lowest. Of a sequence, the bits that its form fixes, and those bits of lead and
 * second byte that must not all be zero (overlong) or must not all be set (surrogates, above U+10FFFF).
 */
#define FORM3_MASK 0x00c0c0f0u
#define FORM3 0x008080e0u
#define OVERLONG3 0x0000200fu
#define SURROGATE 0x0000200du
#define FORM2_MASK 0x0000c0e0u
#define FORM2 0x000080c0u
#define OVERLONG2 0x0000001eu
#define FORM4_MASK 0xc0c0c0f8u
#define FORM4 0x808080f0u
#define OVERLONG4 0x00003007u

/* Bytes of the valid sequence whose first four bytes are word; 0 if it is invalid. */
static inline unsigned sequence_size(uint32_t word)
{
	if ((word & FORM3_MASK) == FORM3)
		return (word & OVERLONG3) != 0 && (word & OVERLONG3) != SURROGATE ? 3 : 0;
	if ((word & FORM2_MASK) == FORM2)
		return (word & OVERLONG2) != 0 ? 2 : 0;
	if ((word & FORM4_MASK) == FORM4) {
		uint32_t lead = word & 0x07, second = word >> 8 & 0x30;

		return (word & OVERLONG4) != 0 && (lead < 4 || (lead == 4 && second == 0)) ? 4 : 0;
	}
	return 0;
}

const char *utf8_run(const char *p, const char *end)
{
	while (end - p >= 4) {
		uint32_t word = fg_load32(p);
		unsigned n;

		/* Long texts of CJK and most other scripts beyond Europe's: three bytes each. */
		while ((word & FORM3_MASK) == FORM3 && (word & OVERLONG3) != 0 && (word & OVERLONG3) != SURROGATE) {
			p += 3;
			if (end - p < 4)
				goto tail;
			word = fg_load32(p);
		}
		if (!(word & 0x80))
			return p;
		n = sequence_size(word);
		if (n == 0)
			return p;
		p += n;
	}
tail:
	while (p < end && (*p & 0x80)) {
		char last[4] = {0};
		unsigned n;

		/* Zeros are no continuation bytes: what is cut off is invalid. */
		memcpy(last, p, end - p < 4 ? (size_t)(end - p) : 4);
		n = sequence_size(fg_load32(last));
		if (n == 0)
			return p;
		p += n;
	}
	return p;
}

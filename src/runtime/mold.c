/* mold.c - trim, lower, upper: ASCII, whatever the locale */
#include "internal.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct fg_str trimmed(struct fg_str text)
{
	while (text.len && is_blank(text.ptr[text.len - 1]))
		text.len--;
	while (text.len && is_blank(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	return text;
}

static char molded(char c, unsigned molds)
{
	if ((molds & FG_MOLD_LOWER) && c >= 'A' && c <= 'Z')
		c = (char)(c | 0x20);
	if ((molds & FG_MOLD_UPPER) && c >= 'a' && c <= 'z')
		c = (char)(c & ~0x20);
	return c;
}

/*
 * Eight bytes with the case of the 26 letters from `first` on changed. Each byte's upper bit tells the outcome of a
 * comparison: no sum carries into the next byte, for all begin below 0x80.
 */
static inline uint64_t case_changed(uint64_t bytes, unsigned char first)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t low = bytes & 0x7f * ones;
	uint64_t from = low + (0x80u - first) * ones, beyond = low + (0x80u - first - 26) * ones;

	return bytes ^ (from & ~beyond & ~bytes & 0x80 * ones) >> 2;
}

static void change_case(char *buf, size_t len, unsigned molds)
{
	size_t i = 0;

	/* The last block may overlap the one before: done twice is done once. */
	for (; len >= 8 && i < len; i += 8) {
		uint64_t bytes;

		if (i > len - 8)
			i = len - 8;
		memcpy(&bytes, buf + i, sizeof(bytes));

		if (molds & FG_MOLD_LOWER)
			bytes = case_changed(bytes, 'A');
		if (molds & FG_MOLD_UPPER)
			bytes = case_changed(bytes, 'a');
		memcpy(buf + i, &bytes, sizeof(bytes));
	}
	for (; i < len; i++)
		buf[i] = molded(buf[i], molds);
}

void fg_mold_chars(char *buf, size_t size, unsigned molds)
{
	struct fg_str text = {buf, strnlen(buf, size)};
	size_t len = text.len;

	if (molds & FG_MOLD_TRIM) {
		text = trimmed(text);
		if (text.len < len) {
			memmove(buf, text.ptr, text.len);
			memset(buf + text.len, 0, len - text.len);
		}
	}
	if (molds & (FG_MOLD_LOWER | FG_MOLD_UPPER))
		change_case(buf, text.len, molds);
}

bool fg_mold_str(struct fg_dec *d, const char *p, struct fg_str *value, unsigned molds)
{
	char *copy;
	size_t i;

	if (!value->ptr)
		return true;
	if (molds & FG_MOLD_TRIM)
		*value = trimmed(*value);
	for (i = 0; i < value->len && molded(value->ptr[i], molds) == value->ptr[i];)
		i++;
	if (i == value->len)
		return true;
	/* The text is the caller's, and constant. */
	copy = fg_dec_alloc(d, p, value->len, 1);
	if (!copy)
		return false;
	for (i = 0; i < value->len; i++)
		copy[i] = molded(value->ptr[i], molds);
	value->ptr = copy;
	return true;
}

bool fg_mold_cstr(struct fg_dec *d, const char *p, char **value, unsigned molds)
{
	(void)d;
	(void)p;
	if (*value)
		fg_mold_chars(*value, strlen(*value) + 1, molds);
	return true;
}

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

void fg_mold_chars(char *buf, size_t size, unsigned molds)
{
	struct fg_str text = {buf, strnlen(buf, size)};
	size_t len = text.len;
	size_t i;

	if (molds & FG_MOLD_TRIM)
		text = trimmed(text);
	for (i = 0; i < text.len; i++)
		buf[i] = molded(text.ptr[i], molds);
	memset(buf + text.len, 0, len - text.len);
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

/*
 * skip.c - any JSON value, checked in full and thrown away
 *
 * Unlike the other decoders it checks each step against the end, so that it serves texts of which nothing is known
 * (fg_json_validate, and the error of a text that fg_dec_begin refuses). It does not call itself: `kinds` remembers the
 * closing bracket of each open level.
 */
#include "internal.h"

static const char *skip_digits(struct fg_dec *d, const char *p, const char *text)
{
	const char *end = d->end;

	if (p == end || (unsigned char)(*p - '0') > 9)
		return fg_dec_fail(d, p, FG_ERR_NUMBER, text);
	while (p < end && (unsigned char)(*p - '0') <= 9)
		p++;
	return p;
}

static const char *skip_number(struct fg_dec *d, const char *p)
{
	const char *start;

	if (*p == '-')
		p++;
	start = p;
	p = skip_digits(d, p, "a digit was expected");
	if (!p)
		return NULL;
	if (*start == '0' && p - start > 1)
		return fg_dec_fail(d, start, FG_ERR_NUMBER, "a number begins with a superfluous zero");
	if (p < d->end && *p == '.') {
		p = skip_digits(d, p + 1, "a digit was expected after the point");
		if (!p)
			return NULL;
	}
	if (p < d->end && (*p | 0x20) == 'e') {
		p++;
		if (p < d->end && (*p == '+' || *p == '-'))
			p++;
		p = skip_digits(d, p, "a digit was expected in the exponent");
	}
	return p;
}

static const char *skip_literal(struct fg_dec *d, const char *p)
{
	const char *literal = *p == 't' ? "true" : *p == 'f' ? "false" : *p == 'n' ? "null" : NULL;

	if (!literal)
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a value was expected");
	for (; *literal; literal++, p++)
		if (p == d->end || *p != *literal)
			return fg_dec_fail(d, p, FG_ERR_SYNTAX, "true, false or null was expected");
	return p;
}

/* From its quote to after its closing quote. */
static inline const char *skip_string(struct fg_dec *d, const char *p)
{
	unsigned short_n = fg_dec_short(d, p);
	const char *stop;
	size_t len;

	if (FG_LIKELY(short_n < 16))
		return p + short_n + 2;
	stop = text_end(d, p + 1, &len);
	if (FG_UNLIKELY(!stop))
		return NULL;
	if (FG_UNLIKELY(len > d->max_string))
		return fg_dec_fail(d, p, FG_ERR_LIMIT, "the string is too long");
	return stop + 1;
}

static inline const char *skip_space(struct fg_dec *d, const char *p)
{
	if (FG_UNLIKELY(p == d->end))
		return p;
	return fg_dec_space(d, p);
}

/* At a name. Returns: the place of its value. */
static inline const char *skip_name(struct fg_dec *d, const char *p)
{
	if (FG_UNLIKELY(p == d->end || *p != '"'))
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a name was expected");
	p = skip_string(d, p);
	if (FG_UNLIKELY(!p))
		return NULL;
	p = skip_space(d, p);
	if (FG_UNLIKELY(p == d->end || *p != ':'))
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "':' was expected");
	return skip_space(d, p + 1);
}

/* A value that is no object and no array. */
static inline const char *skip_scalar(struct fg_dec *d, const char *p)
{
	if (*p == '"')
		return skip_string(d, p);
	if (*p == '-' || (unsigned char)(*p - '0') <= 9)
		return skip_number(d, p);
	return skip_literal(d, p);
}

const char *fg_dec_skip(struct fg_dec *d, const char *p)
{
	char kinds[DEPTH_MAX];           /* of level i, outside this value 0: what closes it */
	uint32_t level = 0;

	for (;;) {
		/* At a value. */
		if (FG_UNLIKELY(p == d->end))
			return fg_dec_fail(d, p, FG_ERR_SYNTAX, "");
		if (*p == '{' || *p == '[') {
			char closing = (char)(*p + 2);

			if (FG_UNLIKELY(level == d->depth))
				return fg_dec_fail(d, p, FG_ERR_DEPTH, "nested too deep");
			p = skip_space(d, p + 1);
			kinds[level++] = closing;
			if (p == d->end || *p != closing) {
				if (closing == '}' && !(p = skip_name(d, p)))
					return NULL;
				continue;
			}
			p++;
			level--;
		} else {
			p = skip_scalar(d, p);
			if (FG_UNLIKELY(!p))
				return NULL;
		}
		/* After a value. */
		for (;;) {
			if (level == 0) {
				if (FG_UNLIKELY(p == d->end && d->depth != d->depth_max))
					return fg_dec_fail(d, p, FG_ERR_SYNTAX, "");
				return p;
			}
			p = skip_space(d, p);
			if (p < d->end && *p == ',') {
				p = skip_space(d, p + 1);
				if (kinds[level - 1] == '}' && !(p = skip_name(d, p)))
					return NULL;
				break;
			}
			if (FG_UNLIKELY(p == d->end || *p != kinds[level - 1]))
				return fg_dec_fail(d, p, FG_ERR_SYNTAX, "',' or a closing bracket was expected");
			p++;
			level--;
		}
	}
}

const char *fg_dec_raw(struct fg_dec *d, const char *p, struct fg_str *ret_value)
{
	const char *after = fg_dec_skip(d, p);

	if (!after)
		return NULL;
	ret_value->ptr = p;
	ret_value->len = (size_t)(after - p);
	return after;
}

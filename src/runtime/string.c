/* string.c - JSON strings: scanning, escapes, and where they go */
#include "internal.h"

/* ---- scanning ---- */

/* At a byte that can't stand in a string, or at the end. */
FG_COLD static const char *text_run_failed(struct fg_dec *d, const char *p)
{
	const char *rest;

	if (p >= d->end)
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "");
	if (!(*p & 0x80))
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a control character in a string");
	for (rest = p; rest < d->end && (*rest & 0x80);)
		rest++;
	if (rest == d->end && rest - p < 4)
		return fg_dec_fail(d, rest, FG_ERR_SYNTAX, "");
	return fg_dec_fail(d, p, FG_ERR_UTF8, "invalid UTF-8");
}

const char *text_run(struct fg_dec *d, const char *p)
{
	const char *end = d->end;

	for (;;) {
		while (FG_LIKELY(end - p >= 16)) {
			unsigned n = fg_plain16(p);

			p += n;
			if (n < 16)
				break;
		}
		while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
			p++;
		if (FG_UNLIKELY(p == end))
			return text_run_failed(d, p);
		if (FG_LIKELY(*p == '"') || *p == '\\')
			return p;
		if (FG_UNLIKELY(!(*p & 0x80)))
			return text_run_failed(d, p);
		p = utf8_run(p, end);
		if (FG_UNLIKELY(p < end && (*p & 0x80)))
			return text_run_failed(d, p);
	}
}

/* ---- escapes ---- */

/* 0x10 and the value of a hex digit; 0 for other bytes. */
static const unsigned char hex_values[256] = {
	['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15, ['6'] = 0x16, ['7'] = 0x17,
	['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1a, ['b'] = 0x1b, ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f,
	['A'] = 0x1a, ['B'] = 0x1b, ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
};

/* The four hex digits at p. Returns: the place after them, or NULL with the error recorded. */
static const char *hex4(struct fg_dec *d, const char *p, uint32_t *ret_unit)
{
	if (FG_LIKELY(d->end - p >= 4)) {
		uint32_t a = hex_values[(unsigned char)p[0]], b = hex_values[(unsigned char)p[1]];
		uint32_t c = hex_values[(unsigned char)p[2]], e = hex_values[(unsigned char)p[3]];

		if (FG_LIKELY(a & b & c & e & 0x10)) {
			*ret_unit = (a & 0xf) << 12 | (b & 0xf) << 8 | (c & 0xf) << 4 | (e & 0xf);
			return p + 4;
		}
	}
	while (p < d->end && hex_values[(unsigned char)*p])
		p++;
	return fg_dec_fail(d, p, FG_ERR_ESCAPE, "four hex digits were expected after \\u");
}

static unsigned utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static const char *unicode_escape(struct fg_dec *d, const char *p, char *ret_utf8, unsigned *ret_n)
{
	const char *start = p;
	uint32_t unit, low;

	p = hex4(d, p + 2, &unit);
	if (!p)
		return NULL;
	if (FG_UNLIKELY((unit & 0xf800) == 0xd800)) {
		if (unit >= 0xdc00)
			return fg_dec_fail(d, start, FG_ERR_ESCAPE, "a lone surrogate");
		/* What is cut off here is too short, not wrong. */
		if (p == d->end || (*p == '\\' && p + 1 == d->end))
			return fg_dec_fail(d, d->end, FG_ERR_ESCAPE, "");
		if (p[0] != '\\' || p[1] != 'u')
			return fg_dec_fail(d, start, FG_ERR_ESCAPE, "a lone surrogate");
		p = hex4(d, p + 2, &low);
		if (!p)
			return NULL;
		if ((low & 0xfc00) != 0xdc00)
			return fg_dec_fail(d, start, FG_ERR_ESCAPE, "a lone surrogate");
		unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
	}
	*ret_n = utf8_put(ret_utf8, unit);
	return p;
}

const char *text_escape(struct fg_dec *d, const char *p, char *ret_utf8, unsigned *ret_n)
{
	static const char meanings[256] = {
		['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};
	char meaning;

	if (FG_UNLIKELY(p + 1 == d->end))
		return fg_dec_fail(d, p + 1, FG_ERR_ESCAPE, "");
	if (p[1] == 'u')
		return unicode_escape(d, p, ret_utf8, ret_n);
	meaning = meanings[(unsigned char)p[1]];
	if (FG_UNLIKELY(!meaning))
		return fg_dec_fail(d, p, FG_ERR_ESCAPE, "no such escape");
	*ret_utf8 = meaning;
	*ret_n = 1;
	return p + 2;
}

const char *text_end(struct fg_dec *d, const char *p, size_t *ret_len)
{
	const char *start = p;
	size_t saved = 0;

	while ((p = text_run(d, p)) && *p == '\\') {
		char utf8[4];
		unsigned n = 0;
		const char *next = text_escape(d, p, utf8, &n);

		if (!next)
			return NULL;
		saved += (size_t)(next - p) - n;
		p = next;
	}
	if (p)
		*ret_len = (size_t)(p - start) - saved;
	return p;
}

/* ---- where strings go ---- */

enum sink_kind {
	SINK_ARENA,                  /* grows */
	SINK_CHARS,                  /* a text too long is an error */
	SINK_TRUNCATE,               /* what is too long is left out */
	SINK_PEEK,                   /* what is too long is left out; ptr becomes NULL */
};

struct sink {
	enum sink_kind kind;
	char *ptr;
	size_t len;
	size_t room;
	size_t total;                /* len, and what was left out */
	const char *start;           /* of the string, for errors */
};

#define SINK_FIRST 256

/* No room for n more bytes. Returns: false with the error recorded, or true; then there may still be none. */
static bool sink_full(struct fg_dec *d, struct sink *sink, const char *text, size_t n)
{
	size_t room = sink->room * 2;
	size_t kept;
	char *ptr;

	switch (sink->kind) {
	case SINK_ARENA:
		if (room < sink->len + n)
			room = sink->len + n + SINK_FIRST;
		if (sink->total > d->max_string) {
			fg_dec_fail(d, sink->start, FG_ERR_LIMIT, "the string is too long");
			return false;
		}
		if (!arena_resize(d->arena, sink->ptr, sink->room, room)) {
			ptr = fg_arena_alloc(d->arena, room, 1);
			if (!ptr) {
				fg_dec_fail(d, sink->start, FG_ERR_MEMORY, "out of memory");
				return false;
			}
			if (sink->len)
				memcpy(ptr, sink->ptr, sink->len);
			sink->ptr = ptr;
		}
		sink->room = room;
		return true;
	case SINK_CHARS:
		fg_dec_fail(d, sink->start, FG_ERR_LENGTH, "the string is too long for its field");
		return false;
	case SINK_TRUNCATE:
	case SINK_PEEK:
		break;
	}
	/* Once something was left out nothing may follow. */
	kept = sink->room - sink->len;
	while (kept > 0 && (text[kept] & 0xc0) == 0x80)
		kept--;
	if (kept)
		memcpy(sink->ptr + sink->len, text, kept);
	sink->len += kept;
	sink->room = sink->len;
	return true;
}

static inline bool sink_put(struct fg_dec *d, struct sink *sink, const char *text, size_t n)
{
	sink->total += n;
	if (FG_UNLIKELY(n > sink->room - sink->len)) {
		if (!sink_full(d, sink, text, n))
			return false;
		if (n > sink->room - sink->len)
			return true;
	}
	memcpy(sink->ptr + sink->len, text, n);
	sink->len += n;
	return true;
}

/* The string whose first `clean` bytes after the quote at p hold no escape. Returns: the place after it. */
static const char *string_decode(struct fg_dec *d, const char *p, size_t clean, struct sink *sink)
{
	const char *run = p + 1;

	sink->start = p;
	p = run + clean;
	for (;;) {
		if (p > run && !sink_put(d, sink, run, (size_t)(p - run)))
			return NULL;
		if (*p == '"')
			break;
		do {
			char utf8[4];
			unsigned n = 0;

			p = text_escape(d, p, utf8, &n);
			if (!p || !sink_put(d, sink, utf8, n))
				return NULL;
		} while (p < d->end && *p == '\\');
		run = p;
		p = text_run(d, p);
		if (!p)
			return NULL;
	}
	if (FG_UNLIKELY(sink->total > d->max_string))
		return fg_dec_fail(d, sink->start, FG_ERR_LIMIT, "the string is too long");
	return p + 1;
}

/* The first '"' or '\\' of the string at p; FG_ERR_TYPE where there is none at p. */
static const char *string_run(struct fg_dec *d, const char *p)
{
	if (FG_UNLIKELY(*p != '"'))
		return fg_dec_fail_type(d, p, "a string was expected");
	return text_run(d, p + 1);
}

/* Decodes the string at p, whose first `clean` bytes hold no escape, into the arena, with extra bytes behind it. */
static const char *string_to_arena(struct fg_dec *d, const char *p, size_t clean, size_t extra,
                                   struct fg_str *ret_value)
{
	struct sink sink = {.kind = SINK_ARENA, .start = p};

	if (!d->arena)
		return fg_dec_fail(d, p, FG_ERR_MEMORY, "an arena is needed and none was given");
	if (clean > d->max_string)
		return fg_dec_fail(d, p, FG_ERR_LIMIT, "the string is too long");
	if (!sink_full(d, &sink, p, clean + extra))
		return NULL;
	p = string_decode(d, p, clean, &sink);
	if (!p || (sink.room - sink.len < extra && !sink_full(d, &sink, p, extra)))
		return NULL;
	arena_resize(d->arena, sink.ptr, sink.room, sink.len + extra);
	ret_value->ptr = sink.ptr;
	ret_value->len = sink.len;
	return p;
}

const char *fg_dec_str_slow(struct fg_dec *d, const char *p, struct fg_str *ret_value)
{
	const char *stop = string_run(d, p);
	size_t len;

	if (!stop)
		return NULL;
	len = (size_t)(stop - p) - 1;
	if (FG_UNLIKELY(*stop != '"'))
		return string_to_arena(d, p, len, 0, ret_value);
	if (FG_UNLIKELY(len > d->max_string))
		return fg_dec_fail(d, p, FG_ERR_LIMIT, "the string is too long");
	ret_value->ptr = p + 1;
	ret_value->len = len;
	return stop + 1;
}

const char *fg_dec_cstr(struct fg_dec *d, const char *p, char **ret_value)
{
	const char *stop = string_run(d, p);
	struct fg_str text;
	size_t len;
	char *copy;

	if (!stop)
		return NULL;
	len = (size_t)(stop - p) - 1;
	if (*stop == '"' && len <= d->max_string && d->arena) {
		copy = fg_arena_alloc(d->arena, len + 1, 1);
		if (!copy)
			return fg_dec_fail(d, p, FG_ERR_MEMORY, "out of memory");
		memcpy(copy, p + 1, len);
		copy[len] = '\0';
		*ret_value = copy;
		return stop + 1;
	}
	stop = string_to_arena(d, p, len, 1, &text);
	if (!stop)
		return NULL;
	if (text.len && memchr(text.ptr, '\0', text.len))
		return fg_dec_fail(d, p, FG_ERR_NUL, "a NUL in a string that ends with one");
	copy = (char *)(uintptr_t)text.ptr;
	copy[text.len] = '\0';
	*ret_value = copy;
	return stop;
}

const char *fg_dec_chars_slow(struct fg_dec *d, const char *p, char *buf, size_t size, bool truncate)
{
	struct sink sink = {
		.kind = truncate ? SINK_TRUNCATE : SINK_CHARS,
		.ptr = buf,
		.room = size - 1,
	};
	const char *start = p;
	const char *stop = string_run(d, p);

	if (!stop)
		return NULL;
	p = string_decode(d, p, (size_t)(stop - p) - 1, &sink);
	if (!p)
		return NULL;
	if (*stop == '\\' && memchr(buf, '\0', sink.len))
		return fg_dec_fail(d, start, FG_ERR_NUL, "a NUL in a string that ends with one");
	memset(buf + sink.len, 0, size - sink.len);
	return p;
}

const char *text_peek(struct fg_dec *d, const char *p, struct fg_str *ret_value)
{
	struct sink sink = {.kind = SINK_PEEK, .ptr = d->scratch, .room = sizeof d->scratch};
	const char *stop = string_run(d, p);

	if (!stop)
		return NULL;
	if (*stop == '"') {
		ret_value->ptr = p + 1;
		ret_value->len = (size_t)(stop - p) - 1;
		if (ret_value->len > d->max_string)
			return fg_dec_fail(d, p, FG_ERR_LIMIT, "the string is too long");
		return stop + 1;
	}
	p = string_decode(d, p, (size_t)(stop - p) - 1, &sink);
	if (!p)
		return NULL;
	ret_value->ptr = sink.total == sink.len ? d->scratch : NULL;
	ret_value->len = sink.len;
	return p;
}

const char *fg_dec_name_slow(struct fg_dec *d, const char *p, struct fg_str *ret_name)
{
	const char *start = p;

	if (*p != '"')
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a name was expected");
	if (d->arena) {
		p = fg_dec_str_slow(d, p, ret_name);
	} else {
		p = text_peek(d, p, ret_name);
		if (p && !ret_name->ptr)
			return fg_dec_fail(d, start, FG_ERR_LIMIT, "a long name with escapes needs an arena");
	}
	return p ? fg_dec_colon(d, p) : NULL;
}

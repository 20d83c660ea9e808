/*
 * codec.h - the pieces that generated decoders and encoders are made of
 *
 * For generated code only: names here may change between versions, and generated code says which version it was made
 * for (FG_CODEC_ABI).
 *
 * Decoding. Every function takes the place in the text and returns the place after what it read, or NULL when it
 * failed; then d->error is set. So the place lives in a register. Invariant of a struct fg_dec: the text from begin to
 * end holds at least one byte and its last one is '}' or ']' (fg_dec_begin sees to it). Scans for a structural byte, a
 * number's end or white space's end therefore stop before end without a bound check. A place is at end only after the
 * outermost closing bracket: fg_dec_close and fg_dec_skip refuse a text that ends after an inner one. What runs inside
 * strings or compares several bytes checks for itself.
 *
 *     begin                                        fast              end
 *     {"id":"o-1","amount":1250,   ...   "note":"x","tags":[1,2,3]}   (white space)
 *     |<-- here 18 bytes may be read at once ----->|<- 17 ->|
 *
 * The inline functions take the common case of a value below `fast` (a short string without escapes, a number of up to
 * 7 digits) and leave all else, errors too, to a function of the library (..._slow) that starts over.
 */
#ifndef FIELDGUARD_CODEC_H
#define FIELDGUARD_CODEC_H

#include <fieldguard/base.h>
#include <fieldguard/decode.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define FG_CODEC_ABI 1

#define FG_LIKELY(x) __builtin_expect(!!(x), 1)
#define FG_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define FG_COLD __attribute__((cold))

/* A name with escapes has room for so many bytes where there is no arena. */
#define FG_SCRATCH_SIZE 256

struct fg_dec {
	const char *begin;
	const char *end;             /* after the last byte that is not white space */
	const char *fast;            /* below it 18 bytes may be read and a string of 16 is within max_string */
	struct fg_arena *arena;      /* NULL: kinds that need memory fail with FG_ERR_MEMORY */
	uint32_t flags;
	uint32_t depth;              /* levels that may still be opened */
	uint32_t depth_max;          /* depth outside the value */
	size_t max_string;
	size_t max_items;
	struct fg_error *error;      /* never NULL inside */
	char scratch[FG_SCRATCH_SIZE];
};

/* ---- the text ------------------------------------------------------------------------------------------------ */

/* Sets d up. error: never NULL. Returns: the value's first byte, or NULL (empty, too long, not an object or array). */
FG_API const char *fg_dec_begin(struct fg_dec *d, const char *json, size_t json_len,
                                const struct fg_decode_options *options, struct fg_arena *arena,
                                struct fg_error *error);
/* After the value: nothing may follow but white space. Returns: end, or NULL. */
FG_API const char *fg_dec_end(struct fg_dec *d, const char *p);
/* Turns a code in d->error into line, column, value. Called once, last. Returns: -EINVAL; -ENOMEM for FG_ERR_MEMORY. */
FG_API FG_COLD int fg_dec_failed(struct fg_dec *d);

FG_API FG_COLD void fg_dec_set_error(struct fg_dec *d, const char *p, enum fg_code code, const char *text);
FG_API FG_COLD void fg_dec_set_type_error(struct fg_dec *d, const char *p, const char *text);
FG_API FG_COLD void fg_dec_path_field(struct fg_dec *d, const char *json_name);
FG_API FG_COLD void fg_dec_path_item(struct fg_dec *d, size_t index);

/* These are inline so that compilers know what they return. */

/* Records an error at p; at the end of the text, FG_ERR_SYNTAX, _NUMBER and _ESCAPE become FG_ERR_TRUNCATED.
 * text is static. Returns: NULL always. */
static inline const char *fg_dec_fail(struct fg_dec *d, const char *p, enum fg_code code, const char *text)
{
	fg_dec_set_error(d, p, code, text);
	return NULL;
}

/* The value at p has the wrong type: FG_ERR_TYPE with text, unless it is no JSON value at all. Returns: NULL always. */
static inline const char *fg_dec_fail_type(struct fg_dec *d, const char *p, const char *text)
{
	fg_dec_set_type_error(d, p, text);
	return NULL;
}

/* Put what holds the failed value before the path: ".name", "[index]". Return: NULL always. */
static inline const char *fg_dec_in_field(struct fg_dec *d, const char *json_name)
{
	fg_dec_path_field(d, json_name);
	return NULL;
}

static inline const char *fg_dec_in_item(struct fg_dec *d, size_t index)
{
	fg_dec_path_item(d, index);
	return NULL;
}

/* ---- bytes --------------------------------------------------------------------------------------------------- */

/* Eight bytes as a number whose lowest byte is the first, on any machine. */
static inline uint64_t fg_load64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static inline uint32_t fg_load32(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap32(word);
#endif
	return word;
}

/* For each byte of word a bit 0x80 where it is '"', '\\', below 0x20 or above 0x7f. Exact up to the first such byte. */
static inline uint64_t fg_special8(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t quote = word ^ ones * '"';
	uint64_t slash = word ^ ones * '\\';

	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | (word - ones * 0x20) | word) & ones * 0x80;
}

/* How many of the 16 bytes at p stand before the first '"', '\\', control or non-ASCII byte. */
static inline unsigned fg_plain16(const char *p)
{
#ifdef __SSE2__
	__m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
	/* As signed bytes, all that is above 0x7f is below 0x20 too. */
	__m128i special = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),
	                               _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
	                                            _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))));

	return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(special) | 0x10000u);
#else
	uint64_t special = fg_special8(fg_load64(p));

	if (special)
		return (unsigned)__builtin_ctzll(special) / 8;
	special = fg_special8(fg_load64(p + 8));
	return special ? 8 + (unsigned)__builtin_ctzll(special) / 8 : 16;
#endif
}

/* Skips the white space that begins at p, where *p <= ' ' is known. Stops at a control byte that is none. */
__attribute__((noinline, unused)) static const char *fg_dec_space_run(const struct fg_dec *d, const char *p)
{
	if (*p == ' ' && (unsigned char)p[1] > ' ')
		return p + 1;
	if (FG_LIKELY(*p == '\n' && p < d->fast)) {
		/* Line end and indent, by far the most frequent: what is no space in the next eight bytes? */
		uint64_t other = fg_load64(p + 1) ^ 0x2020202020202020u;

		if (other) {
			p += 1 + __builtin_ctzll(other) / 8;
			if (FG_LIKELY((unsigned char)*p > ' '))
				return p;
		} else {
			p += 9;
		}
	}
#ifdef __SSE2__
	while (p < d->fast) {
		__m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i space = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8(' ')),
		                                          _mm_cmpeq_epi8(block, _mm_set1_epi8('\n'))),
		                             _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('\r')),
		                                          _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'))));
		unsigned other = ~(unsigned)_mm_movemask_epi8(space) & 0xffffu;

		if (FG_LIKELY(other))
			return p + __builtin_ctz(other);
		p += 16;
	}
#else
	(void)d;
#endif
	while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
		p++;
	return p;
}

static inline const char *fg_dec_space(const struct fg_dec *d, const char *p)
{
	return FG_LIKELY((unsigned char)*p > ' ') ? p : fg_dec_space_run(d, p);
}

/* ---- objects and arrays -------------------------------------------------------------------------------------- */

/* Records that *p is not `open`, or that no level is left. */
FG_API FG_COLD void fg_dec_set_open_error(struct fg_dec *d, const char *p, char open);

/* At '{' (else FG_ERR_TYPE). Returns: the place of the first name's quote, or of '}'; takes one level of depth. */
static inline const char *fg_dec_object(struct fg_dec *d, const char *p)
{
	if (FG_UNLIKELY(*p != '{' || d->depth == 0)) {
		fg_dec_set_open_error(d, p, '{');
		return NULL;
	}
	d->depth--;
	p = fg_dec_space(d, p + 1);
	if (FG_LIKELY(*p == '"') || *p == '}')
		return p;
	return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a name or '}' was expected");
}

/* After a member's value. Returns: the place of the next name's quote, or of '}'. */
static inline const char *fg_dec_member(struct fg_dec *d, const char *p)
{
	p = fg_dec_space(d, p);
	if (FG_LIKELY(*p == ',')) {
		p = fg_dec_space(d, p + 1);
		if (FG_LIKELY(*p == '"'))
			return p;
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a name was expected");
	}
	if (FG_LIKELY(*p == '}'))
		return p;
	return fg_dec_fail(d, p, FG_ERR_SYNTAX, "',' or '}' was expected");
}

/* At '}' or ']'. Gives the level back. Returns: the place after it. */
static inline const char *fg_dec_close(struct fg_dec *d, const char *p)
{
	p++;
	d->depth++;
	if (FG_UNLIKELY(p == d->end && d->depth != d->depth_max))
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "");
	return p;
}

/* Is the text at p exactly `quoted` ("\"name\"", n bytes with its quotes)? */
static inline bool fg_dec_name_is(const struct fg_dec *d, const char *p, const char *quoted, size_t n)
{
	return (size_t)(d->end - p) >= n && memcmp(p, quoted, n) == 0;
}

/* After a name: the colon and white space. Returns: the value's first byte. */
static inline const char *fg_dec_colon(struct fg_dec *d, const char *p)
{
	p = fg_dec_space(d, p);
	if (FG_UNLIKELY(*p != ':'))
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "':' was expected");
	return fg_dec_space(d, p + 1);
}

/* Any name: *ret_name points into the text or, where it held escapes, into the arena; without an arena into d, until
 * the next call (then one of more than FG_SCRATCH_SIZE bytes is FG_ERR_LIMIT). Returns: the value's first byte. */
FG_API const char *fg_dec_name_slow(struct fg_dec *d, const char *p, struct fg_str *ret_name);
static inline const char *fg_dec_name(struct fg_dec *d, const char *p, struct fg_str *ret_name);

/* At '['. Returns: the place of the first item, or of ']'; takes one level. */
static inline const char *fg_dec_array(struct fg_dec *d, const char *p)
{
	if (FG_UNLIKELY(*p != '[' || d->depth == 0)) {
		fg_dec_set_open_error(d, p, '[');
		return NULL;
	}
	d->depth--;
	return fg_dec_space(d, p + 1);
}

/* After an item. Returns: the place of the next item, or of ']'. */
static inline const char *fg_dec_item(struct fg_dec *d, const char *p)
{
	p = fg_dec_space(d, p);
	if (FG_LIKELY(*p == ',')) {
		p = fg_dec_space(d, p + 1);
		if (FG_LIKELY(*p != ']'))
			return p;
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a value was expected");
	}
	if (FG_LIKELY(*p == ']'))
		return p;
	return fg_dec_fail(d, p, FG_ERR_SYNTAX, "',' or ']' was expected");
}

/* Two words to one in which each bit depends on all bits of both. */
static inline uint64_t fg_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The hash of the generated tables: perfect for the names of one struct under a seed that the generator found.
 * Slot = fg_name_hash(name, len, seed) >> (64 - log2(slots)). All bytes count, so that a seed exists for any names;
 * the same on every machine. */
static inline uint64_t fg_name_hash(const char *name, size_t len, uint64_t seed)
{
	uint64_t first = 0, last = 0;
	size_t i;

	if (len >= 8) {
		first = fg_load64(name);
		last = fg_load64(name + len - 8);
		for (i = 8; FG_UNLIKELY(i + 8 < len); i += 8)
			first = fg_fold(first ^ 0x9e3779b97f4a7c15u, fg_load64(name + i) ^ seed);
	} else if (len >= 4) {
		first = fg_load32(name);
		last = fg_load32(name + len - 4);
	} else if (len > 0) {
		first = (unsigned char)name[0];
		last = (uint64_t)(unsigned char)name[len / 2] << 8 | (unsigned char)name[len - 1];
	}
	return fg_fold(first ^ seed, last + (uint64_t)len * 0xd6e8feb86659fd93u) * 0x9e3779b97f4a7c15u;
}

/* ---- values -------------------------------------------------------------------------------------------------- */

/* Then the value ends at p + 4. */
static inline bool fg_dec_is_null(const struct fg_dec *d, const char *p)
{
	return d->end - p >= 4 && memcmp(p, "null", 4) == 0;
}

/* Any value, checked in full: grammar, UTF-8, depth, max_string, max_items. */
FG_API const char *fg_dec_skip(struct fg_dec *d, const char *p);

static inline const char *fg_dec_bool(struct fg_dec *d, const char *p, bool *ret_value)
{
	if (d->end - p >= 4 && memcmp(p, "true", 4) == 0) {
		*ret_value = true;
		return p + 4;
	}
	if (FG_LIKELY(d->end - p >= 5 && memcmp(p, "false", 5) == 0)) {
		*ret_value = false;
		return p + 5;
	}
	return fg_dec_fail_type(d, p, "true or false was expected");
}

/*
 * The number of 1 to 7 digits at p, 8 bytes of which can be read.
 * Returns: the place after it, or NULL where it is longer, begins with a superfluous zero, goes on with a fraction or
 * exponent, or is none.
 */
static inline const char *fg_digits7(const char *p, uint64_t *ret_value)
{
	uint64_t digits = fg_load64(p) ^ 0x3030303030303030u;
	/* 0x80 in each byte that is no digit */
	uint64_t other = (((digits & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | digits) & 0x8080808080808080u;
	unsigned bits;

	if (FG_UNLIKELY(other == 0 || (other & 0x80)))
		return NULL;
	bits = (unsigned)__builtin_ctzll(other) - 7;
	p += bits / 8;
	if (FG_UNLIKELY(*p == '.' || (*p | 0x20) == 'e' || ((digits & 0xff) == 0 && bits > 8)))
		return NULL;
	digits <<= 64 - bits;
	digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
	digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
	*ret_value = (digits * 10000 + (digits >> 32)) & 0xffffffffu;
	return p;
}

FG_API const char *fg_dec_int_slow(struct fg_dec *d, const char *p, int64_t min, int64_t max, const char *type_text,
                                   int64_t *ret_value);
FG_API const char *fg_dec_uint_slow(struct fg_dec *d, const char *p, uint64_t max, const char *type_text,
                                    uint64_t *ret_value);

/* Integers. 1e3, 1.0 and 12300e-2 are integers too; 1.5 is FG_ERR_RANGE, "not an integer". type_text: static, for
 * FG_ERR_RANGE: "out of range for int32_t". */
static inline const char *fg_dec_int(struct fg_dec *d, const char *p, int64_t min, int64_t max, const char *type_text,
                                     int64_t *ret_value)
{
	if (FG_LIKELY(p < d->fast)) {
		bool negative = *p == '-';
		uint64_t magnitude;
		const char *q = fg_digits7(p + negative, &magnitude);

		if (FG_LIKELY(q != NULL)) {
			int64_t value = negative ? -(int64_t)magnitude : (int64_t)magnitude;

			if (FG_LIKELY(value >= min && value <= max)) {
				*ret_value = value;
				return q;
			}
		}
	}
	return fg_dec_int_slow(d, p, min, max, type_text, ret_value);
}

static inline const char *fg_dec_uint(struct fg_dec *d, const char *p, uint64_t max, const char *type_text,
                                      uint64_t *ret_value)
{
	if (FG_LIKELY(p < d->fast)) {
		uint64_t value;
		const char *q = fg_digits7(p, &value);

		if (FG_LIKELY(q != NULL && value <= max)) {
			*ret_value = value;
			return q;
		}
	}
	return fg_dec_uint_slow(d, p, max, type_text, ret_value);
}

/* Correctly rounded, to nearest and even; the thread's rounding mode must be that. Over the largest finite one:
 * FG_ERR_RANGE. Too small: a subnormal or zero. */
FG_API const char *fg_dec_double(struct fg_dec *d, const char *p, double *ret_value);
FG_API const char *fg_dec_float(struct fg_dec *d, const char *p, float *ret_value);

/* For the `string` option: the quotes around a number or bool. No escapes and no white space inside. */
static inline const char *fg_dec_quote(struct fg_dec *d, const char *p)
{
	if (FG_LIKELY(*p == '"'))
		return p + 1;
	return fg_dec_fail(d, p, FG_ERR_TYPE, "a value in quotes was expected");
}

/* The length of the string at p if it has at most 15 bytes, all plain; else 16. */
static inline unsigned fg_dec_short(const struct fg_dec *d, const char *p)
{
	unsigned n;

	if (FG_UNLIKELY(p >= d->fast || *p != '"'))
		return 16;
	n = fg_plain16(p + 1);
	return FG_LIKELY(p[1 + n] == '"') ? n : 16;
}

FG_API const char *fg_dec_str_slow(struct fg_dec *d, const char *p, struct fg_str *ret_value);
FG_API const char *fg_dec_chars_slow(struct fg_dec *d, const char *p, char *buf, size_t size, bool truncate);

/* string kinds; fg_dec_str borrows from the text where there is no escape, else copies into the arena */
static inline const char *fg_dec_str(struct fg_dec *d, const char *p, struct fg_str *ret_value)
{
	unsigned n = fg_dec_short(d, p);

	if (FG_UNLIKELY(n == 16))
		return fg_dec_str_slow(d, p, ret_value);
	ret_value->ptr = p + 1;
	ret_value->len = n;
	return p + n + 2;
}

static inline const char *fg_dec_name(struct fg_dec *d, const char *p, struct fg_str *ret_name)
{
	unsigned n = fg_dec_short(d, p);

	if (FG_UNLIKELY(n == 16))
		return fg_dec_name_slow(d, p, ret_name);
	ret_name->ptr = p + 1;
	ret_name->len = n;
	return fg_dec_colon(d, p + n + 2);
}

FG_API const char *fg_dec_cstr(struct fg_dec *d, const char *p, char **ret_value);

/* The first n (< 16, < size) of the 16 bytes at text to buf, zeros behind them. */
static inline void fg_store15(char *buf, size_t size, const char *text, unsigned n)
{
#ifdef __SSE2__
	const __m128i places = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	__m128i block = _mm_loadu_si128((const __m128i *)(const void *)text);

	block = _mm_and_si128(block, _mm_cmplt_epi8(places, _mm_set1_epi8((char)n)));
	if (size >= 16) {
		_mm_storeu_si128((__m128i *)(void *)buf, block);
		memset(buf + 16, 0, size - 16);
	} else {
		memcpy(buf, &block, size);
	}
#else
	memset(buf, 0, size);
	memcpy(buf, text, n);
#endif
}

/* size: of buf, NUL included. The rest of buf is zeroed: equal strings are equal bytes. */
static inline const char *fg_dec_chars(struct fg_dec *d, const char *p, char *buf, size_t size, bool truncate)
{
	unsigned n = fg_dec_short(d, p);

	if (FG_UNLIKELY(n == 16 || n >= size))
		return fg_dec_chars_slow(d, p, buf, size, truncate);
	fg_store15(buf, size, p + 1, n);
	return p + n + 2;
}

FG_API const char *fg_dec_raw(struct fg_dec *d, const char *p, struct fg_str *ret_value);
/* Grammar and limits stand in src/runtime/time.c. */
FG_API const char *fg_dec_time(struct fg_dec *d, const char *p, int64_t *ret_ns);
FG_API const char *fg_dec_duration(struct fg_dec *d, const char *p, int64_t *ret_ns);

struct fg_enum_name {
	const char *name;
	uint32_t len;
	int64_t value;
};
/* By name (any of names: outside names and C names) or by number (one that some name has). */
FG_API const char *fg_dec_enum(struct fg_dec *d, const char *p, const struct fg_enum_name *names, size_t names_n,
                               int64_t *ret_value);

/* ---- memory -------------------------------------------------------------------------------------------------- */

/* Zeroed arena memory; p: place for the error. Returns: NULL with FG_ERR_MEMORY recorded. */
FG_API void *fg_dec_alloc(struct fg_dec *d, const char *p, size_t size, size_t align);
FG_API void *fg_dec_grow_slow(struct fg_dec *d, const char *p, void **items, size_t *room, size_t n, size_t item_size,
                              size_t align);

/* Makes room for item number n (of item_size bytes) in *items, doubling; the new room is zeroed. Checks max_items.
 * Returns: the item, or NULL with the error recorded. *items and *room start as NULL and 0. */
static inline void *fg_dec_grow(struct fg_dec *d, const char *p, void **items, size_t *room, size_t n, size_t item_size,
                                size_t align)
{
	if (FG_LIKELY(n < *room))
		return (char *)*items + n * item_size;
	return fg_dec_grow_slow(d, p, items, room, n, item_size, align);
}

/* ---- molds: after decoding, on the whole string ---------------------------------------------------------------- */

enum { FG_MOLD_TRIM = 1, FG_MOLD_LOWER = 2, FG_MOLD_UPPER = 4 };

/* ASCII only. What trim takes away: space, \t, \n, \v, \f, \r. Lower comes before upper. */
FG_API void fg_mold_chars(char *buf, size_t size, unsigned molds);
/* Return: false when memory was needed and there was none (the error is recorded at p). */
FG_API bool fg_mold_str(struct fg_dec *d, const char *p, struct fg_str *value, unsigned molds);
FG_API bool fg_mold_cstr(struct fg_dec *d, const char *p, char **value, unsigned molds);

/* ---- encoding -------------------------------------------------------------------------------------------------- */

/* An encoder appends to out. The first failure sticks in code; what follows does nothing. */
struct fg_enc {
	struct fg_buffer *out;
	size_t start;                /* out->len at begin: what a failure goes back to */
	struct fg_error *error;      /* never NULL inside */
	enum fg_code code;
};

FG_API void fg_enc_begin(struct fg_enc *e, struct fg_buffer *out, struct fg_error *error);
/* Returns: 0; or -EINVAL (FG_ERR_ENCODE) or -ENOMEM with out as it was at begin. */
FG_API int fg_enc_end(struct fg_enc *e);
FG_API FG_COLD void fg_enc_fail(struct fg_enc *e, enum fg_code code, const char *text);
/* Path of a failure, as in decoding. To be called only where one happened. */
FG_API FG_COLD void fg_enc_in_field(struct fg_enc *e, const char *json_name);
FG_API FG_COLD void fg_enc_in_item(struct fg_enc *e, size_t index);

static inline bool fg_enc_ok(const struct fg_enc *e)
{
	return FG_LIKELY(e->code == FG_OK);
}

FG_API void fg_enc_text_slow(struct fg_enc *e, const char *text, size_t len);

/* As it is: braces, names, null. */
static inline void fg_enc_text(struct fg_enc *e, const char *text, size_t len)
{
	struct fg_buffer *out = e->out;

	if (FG_LIKELY(len < out->size - out->len && e->code == FG_OK)) {
		memcpy(out->data + out->len, text, len);
		out->len += len;
	} else {
		fg_enc_text_slow(e, text, len);
	}
}

static inline void fg_enc_bool(struct fg_enc *e, bool value)
{
	if (value)
		fg_enc_text(e, "true", 4);
	else
		fg_enc_text(e, "false", 5);
}

/* Ends an object or array that begins at out->len == start and each part of which was written with a comma before it:
 * the first comma becomes the opening bracket. brackets: "{}" or "[]". */
static inline void fg_enc_close(struct fg_enc *e, size_t start, const char *brackets)
{
	if (FG_UNLIKELY(e->out->len <= start)) {
		fg_enc_text(e, brackets, 2);
		return;
	}
	e->out->data[start] = brackets[0];
	fg_enc_text(e, brackets + 1, 1);
}

/* For `omitempty` on a whole struct or array. */
static inline bool fg_enc_all_zero(const void *bytes, size_t n)
{
	const char *byte = bytes;

	return n == 0 || (byte[0] == 0 && memcmp(byte, byte + 1, n - 1) == 0);
}

FG_API void fg_enc_int(struct fg_enc *e, int64_t value);
FG_API void fg_enc_uint(struct fg_enc *e, uint64_t value);
/* The shortest digits that read back as the same value, and of those the nearest. Always with a point or an exponent,
 * so that readers which tell integers from floats see a float: 1.0, 0.1, 1e22, 5e-324. NaN, infinity: FG_ERR_ENCODE. */
FG_API void fg_enc_double(struct fg_enc *e, double value);
FG_API void fg_enc_float(struct fg_enc *e, float value);
/* Quoted and escaped; UTF-8 checked; NULL: null. */
FG_API void fg_enc_str(struct fg_enc *e, const char *ptr, size_t len);
FG_API void fg_enc_time(struct fg_enc *e, int64_t ns);                  /* with quotes; fraction only where not zero */
FG_API void fg_enc_duration(struct fg_enc *e, int64_t ns);
FG_API void fg_enc_raw(struct fg_enc *e, struct fg_str json);           /* validated; NULL: null */

#endif

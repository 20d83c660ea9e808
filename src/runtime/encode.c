/* encode.c - struct fg_enc: text, strings, numbers */
#include "internal.h"

#include <errno.h>
#include <math.h>

void fg_enc_begin(struct fg_enc *e, struct fg_buffer *out, struct fg_error *error)
{
	e->out = out;
	e->start = out->len;
	e->error = error;
	e->code = FG_OK;
	error->code = FG_OK;
}

int fg_enc_end(struct fg_enc *e)
{
	if (e->code == FG_OK)
		return 0;
	e->out->len = e->start;
	error_path_root(e->error);
	return e->code == FG_ERR_MEMORY ? -ENOMEM : -EINVAL;
}

void fg_enc_fail(struct fg_enc *e, enum fg_code code, const char *text)
{
	if (e->code != FG_OK)
		return;
	e->code = code;
	e->error->code = code;
	e->error->text = text;
	e->error->offset = 0;
	e->error->line = e->error->column = 0;
	e->error->path[0] = e->error->value[0] = '\0';
}

void fg_enc_in_field(struct fg_enc *e, const char *json_name)
{
	if (e->code != FG_OK)
		error_path_field(e->error, json_name);
}

void fg_enc_in_item(struct fg_enc *e, size_t index)
{
	if (e->code != FG_OK)
		error_path_item(e->error, index);
}

/* Returns: where n more bytes may be written, or NULL. */
static inline char *enc_room(struct fg_enc *e, size_t n)
{
	struct fg_buffer *out = e->out;

	if (FG_UNLIKELY(e->code != FG_OK))
		return NULL;
	if (FG_UNLIKELY(n > out->size - out->len) && fg_buffer_reserve(out, n) != 0) {
		fg_enc_fail(e, FG_ERR_MEMORY, "out of memory");
		return NULL;
	}
	return out->data + out->len;
}

void fg_enc_text_slow(struct fg_enc *e, const char *text, size_t len)
{
	char *out = len ? enc_room(e, len) : NULL;

	if (!out)
		return;
	memcpy(out, text, len);
	e->out->len += len;
}

/* ---- numbers ---- */

static unsigned digits_count(uint64_t value)
{
	unsigned n = 1;

	while (value >= 10000) {
		value /= 10000;
		n += 4;
	}
	return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

unsigned digits_write(char *buf, uint64_t value)
{
	static const char pairs[201] =
	    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	    "8081828384858687888990919293949596979899";
	unsigned n = digits_count(value);
	char *p = buf + n;

	while (value >= 100) {
		p -= 2;
		memcpy(p, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10)
		memcpy(buf, pairs + value * 2, 2);
	else
		*buf = (char)('0' + value);
	return n;
}

void fg_enc_uint(struct fg_enc *e, uint64_t value)
{
	char *out = enc_room(e, 20);

	if (out)
		e->out->len += digits_write(out, value);
}

void fg_enc_int(struct fg_enc *e, int64_t value)
{
	char *out = enc_room(e, 21);
	bool negative = value < 0;

	if (!out)
		return;
	*out = '-';
	e->out->len += negative + digits_write(out + negative, negative ? -(uint64_t)value : (uint64_t)value);
}

#define FLOAT_SIZE 40

static char *put_zeros(char *p, int n)
{
	while (n-- > 0)
		*p++ = '0';
	return p;
}

/* Writes digits * 10^exponent: from 1e-4 to below 1e16 without an exponent. Returns: the end. */
static char *decimal_write(char *p, uint64_t digits, int exponent)
{
	char text[20];
	int n = (int)digits_write(text, digits);
	int point = n + exponent;        /* digits before the point */

	if (point > 16 || point < -3) {
		*p++ = text[0];
		if (n > 1) {
			*p++ = '.';
			memcpy(p, text + 1, (size_t)n - 1);
			p += n - 1;
		}
		*p++ = 'e';
		if (point <= 0)
			*p++ = '-';
		return p + digits_write(p, (uint64_t)(point > 0 ? point - 1 : 1 - point));
	}
	if (point <= 0) {
		memcpy(p, "0.", 2);
		p = put_zeros(p + 2, -point);
		memcpy(p, text, (size_t)n);
		return p + n;
	}
	if (exponent >= 0) {
		memcpy(p, text, (size_t)n);
		p = put_zeros(p + n, exponent);
		memcpy(p, ".0", 2);
		return p + 2;
	}
	memcpy(p, text, (size_t)point);
	p += point;
	*p++ = '.';
	memcpy(p, text + point, (size_t)(n - point));
	return p + n - point;
}

/* value: for its sign, and whether it can be written; digits 0: it is zero. */
static void enc_decimal(struct fg_enc *e, bool negative, uint64_t digits, int exponent)
{
	char *out = enc_room(e, FLOAT_SIZE);
	char *p = out;

	if (!out)
		return;
	if (negative)
		*p++ = '-';
	if (digits == 0) {
		memcpy(p, "0.0", 3);
		p += 3;
	} else {
		p = decimal_write(p, digits, exponent);
	}
	e->out->len += (size_t)(p - out);
}

void fg_enc_double(struct fg_enc *e, double value)
{
	int exponent = 0;
	uint64_t digits = 0;

	if (!isfinite(value)) {
		fg_enc_fail(e, FG_ERR_ENCODE, "NaN or infinity");
		return;
	}
	if (value != 0)
		digits = shortest_double(value, &exponent);
	enc_decimal(e, signbit(value) != 0, digits, exponent);
}

void fg_enc_float(struct fg_enc *e, float value)
{
	int exponent = 0;
	uint64_t digits = 0;

	if (!isfinite(value)) {
		fg_enc_fail(e, FG_ERR_ENCODE, "NaN or infinity");
		return;
	}
	if (value != 0)
		digits = shortest_float(value, &exponent);
	enc_decimal(e, signbit(value) != 0, digits, exponent);
}

/* ---- strings ---- */

/* What may be written past the end of a clean run. */
#define STRING_SLACK 16
#define ESCAPE_SIZE 6

static char *escape_write(char *p, unsigned char c)
{
	static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
	static const char hex[] = "0123456789abcdef";

	*p++ = '\\';
	if (c == '"' || c == '\\') {
		*p++ = (char)c;
	} else if (c < sizeof letters && letters[c]) {
		*p++ = letters[c];
	} else {
		memcpy(p, "u00", 3);
		p[3] = hex[c >> 4];
		p[4] = hex[c & 15];
		p += 5;
	}
	return p;
}

/* Copies what needs no escape. *io_out has room for all of it and STRING_SLACK. Returns: the place of what needs one,
 * or end, or NULL: invalid UTF-8. */
static const char *string_copy_run(const char *p, const char *end, char **io_out)
{
	char *out = *io_out;
	const char *run;

	for (;;) {
		unsigned n = 16;

		while (end - p >= 16 && n == 16) {
			n = fg_plain16(p);
			memcpy(out, p, 16);
			p += n;
			out += n;
		}
		while (p < end && (unsigned char)*p >= 0x20 && !(*p & 0x80) && *p != '"' && *p != '\\')
			*out++ = *p++;
		if (p == end || !(*p & 0x80))
			break;
		run = utf8_run(p, end);
		if (run < end && (*run & 0x80))
			return NULL;
		memcpy(out, p, (size_t)(run - p));
		out += run - p;
		p = run;
	}
	*io_out = out;
	return p;
}

void fg_enc_str(struct fg_enc *e, const char *ptr, size_t len)
{
	const char *p = ptr;
	const char *end;
	char *out;

	if (!ptr) {
		fg_enc_text(e, "null", 4);
		return;
	}
	if (len > SIZE_MAX / 4) {
		fg_enc_fail(e, FG_ERR_MEMORY, "out of memory");
		return;
	}
	end = ptr + len;
	out = enc_room(e, len + 2 + STRING_SLACK);
	if (!out)
		return;
	*out++ = '"';
	while (p < end) {
		p = string_copy_run(p, end, &out);
		if (!p) {
			fg_enc_fail(e, FG_ERR_ENCODE, "invalid UTF-8");
			return;
		}
		while (p < end && ((unsigned char)*p < 0x20 || *p == '"' || *p == '\\')) {
			e->out->len = (size_t)(out - e->out->data);
			out = enc_room(e, ESCAPE_SIZE + (size_t)(end - p) + 1 + STRING_SLACK);
			if (!out)
				return;
			out = escape_write(out, (unsigned char)*p++);
		}
	}
	*out++ = '"';
	e->out->len = (size_t)(out - e->out->data);
}

void fg_enc_raw(struct fg_enc *e, struct fg_str json)
{
	if (!json.ptr)
		fg_enc_text(e, "null", 4);
	else if (fg_json_validate(json.ptr, json.len, NULL, NULL) != 0)
		fg_enc_fail(e, FG_ERR_ENCODE, "raw text that is not JSON");
	else
		fg_enc_text(e, json.ptr, json.len);
}

/* ---- time ---- */

void fg_enc_time(struct fg_enc *e, int64_t ns)
{
	char text[TIME_SIZE];
	unsigned n = time_format(ns, text);

	fg_enc_text(e, "\"", 1);
	fg_enc_text(e, text, n);
	fg_enc_text(e, "\"", 1);
}

void fg_enc_duration(struct fg_enc *e, int64_t ns)
{
	char text[TIME_SIZE];
	unsigned n = duration_format(ns, text);

	fg_enc_text(e, "\"", 1);
	fg_enc_text(e, text, n);
	fg_enc_text(e, "\"", 1);
}

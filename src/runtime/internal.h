/*
 * internal.h - what the library's own files share
 */
#ifndef FG_RUNTIME_INTERNAL_H
#define FG_RUNTIME_INTERNAL_H

#include <fieldguard/codec.h>

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 s128;

/* fg_decode_options.max_depth is at most this, so that fg_dec_skip needs no memory and generated decoders of types that
 * hold themselves stay within a thread's stack. */
#define DEPTH_MAX 4096

/* ---- arena ---- */

/* Makes the piece at ptr larger or smaller where it stands, if it is the arena's newest one. Returns: false if not. */
bool arena_resize(struct fg_arena *arena, const void *ptr, size_t size, size_t new_size);

/* ---- errors ---- */

void error_path_field(struct fg_error *error, const char *name);
void error_path_item(struct fg_error *error, size_t index);
/* Puts "$" before a path that was not cut. */
void error_path_root(struct fg_error *error);

/* ---- text ---- */

/* From p, inside a string: the place of the next '"' or '\\'. Everything before is valid UTF-8 without controls. */
const char *text_run(struct fg_dec *d, const char *p);
/* The escape at p, a backslash. ret_utf8: 4 bytes of room. Returns: the place after it. */
const char *text_escape(struct fg_dec *d, const char *p, char *ret_utf8, unsigned *ret_n);
/* From p, inside a string: the place of its closing quote. ret_len: bytes of the string when decoded. */
const char *text_end(struct fg_dec *d, const char *p, size_t *ret_len);
/* The first byte of [p, end) that is ASCII or begins an invalid sequence; end if there is none. */
const char *utf8_run(const char *p, const char *end);
/* The string at p for those who only look at it: in the text, or decoded into d->scratch (FG_SCRATCH_SIZE bytes at
 * most; of a longer one ret_value->ptr is NULL). Returns: the place after it. */
const char *text_peek(struct fg_dec *d, const char *p, struct fg_str *ret_value);

/* ---- numbers ---- */

/* A JSON number as written: (-1)^negative * mantissa * 10^exponent, and more digits where `more`. */
struct number {
	bool negative;
	bool more;                   /* digits that are not all zero follow those in mantissa */
	uint64_t mantissa;           /* the first 19 significant digits */
	int64_t exponent;
	const char *digits;          /* the first digit as written; points and zeros may follow */
	const char *digits_end;      /* after the last digit of the integer part or fraction */
	int64_t fraction_digits;
	int64_t written_exponent;
};
/* p: at a digit or '-'. Returns: the place after it, or NULL with the error recorded. */
const char *number_read(struct fg_dec *d, const char *p, struct number *ret_number);

/* Upper 64 and lower 64 bits of an approximation of 5^q, q from POW5_MIN to POW5_MAX, scaled to 2^127 <= x < 2^128;
 * see pow5.py. */
#define POW5_MIN (-342)
#define POW5_MAX 324
extern const uint64_t pow5_table[POW5_MAX - POW5_MIN + 1][2];

/* A binary floating-point format. */
struct float_format {
	int mantissa_bits;           /* stored ones: 52, 23 */
	int min_exponent;            /* of a stored exponent of 0, less one: -1023, -127 */
	int infinite;                /* the stored exponent of infinity */
	int min_power10, max_power10;    /* below: zero for any 19 digits; above: infinity */
	int min_tie, max_tie;        /* powers of ten that can give a value half-way between two */
};
/* The bits of the value nearest to mantissa * 10^exponent. */
uint64_t float_nearest(const struct float_format *format, uint64_t mantissa, int64_t exponent);
/* Is the number, in full, over (1), at (0) or below (-1) the middle between `bits` and the next larger value? */
int float_compare_middle(const struct float_format *format, uint64_t bits, const struct number *number);

/* Shortest digits that read back as the same value, which is finite and not zero; the sign is not looked at.
 * Returns: the digits as an integer that does not end in 0; value = digits * 10^*ret_exponent. */
uint64_t shortest_double(double value, int *ret_exponent);
uint64_t shortest_float(float value, int *ret_exponent);

/* Writes the digits of value. buf: 20 bytes. Returns: how many. */
unsigned digits_write(char *buf, uint64_t value);

/* ---- time ---- */

/* Return: false when [text, text + len) is no time or duration, or is none that int64 nanoseconds can hold. */
bool time_parse(const char *text, size_t len, int64_t *ret_ns);
bool duration_parse(const char *text, size_t len, int64_t *ret_ns);
/* buf: TIME_SIZE bytes. Return: the length; no NUL. */
#define TIME_SIZE 40
unsigned time_format(int64_t ns, char *buf);
unsigned duration_format(int64_t ns, char *buf);

#endif

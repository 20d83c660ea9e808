/*
 * codec.h - the pieces that generated decoders and encoders are made of
 *
 * For generated code only: names here may change between versions, and generated code says which version it was made
 * for (FG_CODEC_ABI).
 *
 * Decoding. Every function takes the place in the text and returns the place after what it read, or NULL when it
 * failed; then d->error is set. So the place lives in a register. Invariant of a struct fg_dec: the text from begin to
 * end holds at least one byte and its last one is '}' or ']' (fg_dec_begin sees to it). Scans for a structural byte, a
 * number's end or white space's end therefore stop before end without a bound check; only what may follow a closing
 * bracket, and what runs inside strings or compares several bytes, checks.
 */
#ifndef FIELDGUARD_CODEC_H
#define FIELDGUARD_CODEC_H

#include <fieldguard/base.h>
#include <fieldguard/decode.h>
#include <string.h>

#define FG_CODEC_ABI 1

struct fg_dec {
	const char *begin;
	const char *end;
	struct fg_arena *arena;      /* NULL: kinds that need memory fail with FG_ERR_MEMORY */
	uint32_t flags;
	uint32_t depth;              /* levels that may still be opened */
	size_t max_string;
	size_t max_items;
	struct fg_error *error;      /* never NULL inside */
};

/* ---- the text ------------------------------------------------------------------------------------------------ */

/* Sets d up. error: never NULL. Returns: the value's first byte, or NULL (empty, too long, not an object or array). */
const char *fg_dec_begin(struct fg_dec *d, const char *json, size_t json_len, const struct fg_decode_options *options,
                         struct fg_arena *arena, struct fg_error *error);
/* After the value: only white space may follow. Returns: end, or NULL. */
const char *fg_dec_end(struct fg_dec *d, const char *p);
/* Turns a code in d->error into line, column, value. Returns: -EINVAL, or -ENOMEM for FG_ERR_MEMORY. Called once, last. */
int fg_dec_failed(struct fg_dec *d);

/* Records an error at p. text is static. Returns: NULL always. */
const char *fg_dec_fail(struct fg_dec *d, const char *p, enum fg_code code, const char *text);
/* Put what holds the failed value before the path: ".name", "[index]". Return: NULL always. */
const char *fg_dec_in_field(struct fg_dec *d, const char *json_name);
const char *fg_dec_in_item(struct fg_dec *d, size_t index);

/* ---- objects and arrays -------------------------------------------------------------------------------------- */

/* At '{' (else FG_ERR_TYPE). Returns: the place of the first name's quote, or of '}'; takes one level of depth. */
static inline const char *fg_dec_object(struct fg_dec *d, const char *p);
/* After a member's value. Returns: the place of the next name's quote, or of '}'. */
static inline const char *fg_dec_member(struct fg_dec *d, const char *p);
/* At '}' or ']'. Gives the level back. Returns: the place after it. */
static inline const char *fg_dec_close(struct fg_dec *d, const char *p);
/* Is the text at p exactly `quoted` ("\"name\"", n bytes with its quotes)? */
static inline bool fg_dec_name_is(const struct fg_dec *d, const char *p, const char *quoted, size_t n);
/* After a name: the colon and white space. Returns: the value's first byte. */
static inline const char *fg_dec_colon(struct fg_dec *d, const char *p);
/* Any name: *ret_name points into the text, or into the arena/d where it held escapes. Returns: the value's first byte. */
const char *fg_dec_name(struct fg_dec *d, const char *p, struct fg_str *ret_name);
/* At '['. Returns: the place of the first item, or of ']'; takes one level. */
static inline const char *fg_dec_array(struct fg_dec *d, const char *p);
/* After an item. Returns: the place of the next item, or of ']'. */
static inline const char *fg_dec_item(struct fg_dec *d, const char *p);

/* The hash of the generated tables: perfect for the names of one struct under a seed that the generator found.
 * Slot = fg_name_hash(name, len, seed) >> (64 - log2(slots)). */
static inline uint64_t fg_name_hash(const char *name, size_t len, uint64_t seed);

/* ---- values -------------------------------------------------------------------------------------------------- */

static inline bool fg_dec_is_null(const struct fg_dec *d, const char *p);        /* then the value ends at p + 4 */
const char *fg_dec_skip(struct fg_dec *d, const char *p);                        /* any value, checked in full */
static inline const char *fg_dec_bool(struct fg_dec *d, const char *p, bool *ret_value);
/* type_text: static, "out of range for int32_t". */
static inline const char *fg_dec_int(struct fg_dec *d, const char *p, int64_t min, int64_t max, const char *type_text,
                                     int64_t *ret_value);
static inline const char *fg_dec_uint(struct fg_dec *d, const char *p, uint64_t max, const char *type_text,
                                      uint64_t *ret_value);
const char *fg_dec_double(struct fg_dec *d, const char *p, double *ret_value);
const char *fg_dec_float(struct fg_dec *d, const char *p, float *ret_value);
/* For the `string` option: the quotes around a number or bool. */
static inline const char *fg_dec_quote(struct fg_dec *d, const char *p);
/* string kinds; fg_dec_str borrows from the text where there is no escape, else copies into the arena */
static inline const char *fg_dec_str(struct fg_dec *d, const char *p, struct fg_str *ret_value);
const char *fg_dec_cstr(struct fg_dec *d, const char *p, char **ret_value);
/* size: of buf, NUL included. The rest of buf is zeroed: equal strings are equal bytes. */
static inline const char *fg_dec_chars(struct fg_dec *d, const char *p, char *buf, size_t size, bool truncate);
const char *fg_dec_raw(struct fg_dec *d, const char *p, struct fg_str *ret_value);
const char *fg_dec_time(struct fg_dec *d, const char *p, int64_t *ret_ns);
const char *fg_dec_duration(struct fg_dec *d, const char *p, int64_t *ret_ns);

struct fg_enum_name {
	const char *name;
	uint32_t len;
	int64_t value;
};
/* By name (any of names: outside names and C names) or by number (one that some name has). */
const char *fg_dec_enum(struct fg_dec *d, const char *p, const struct fg_enum_name *names, size_t names_n, int64_t *ret_value);

/* ---- memory -------------------------------------------------------------------------------------------------- */

/* Zeroed arena memory; p: place for the error. Returns: NULL with FG_ERR_MEMORY recorded. */
void *fg_dec_alloc(struct fg_dec *d, const char *p, size_t size, size_t align);
/* Makes room for item number n (of item_size bytes) in *items, doubling; the new room is zeroed. Checks max_items.
 * Returns: the item, or NULL with the error recorded. *items and *room start as NULL and 0. */
void *fg_dec_grow(struct fg_dec *d, const char *p, void **items, size_t *room, size_t n, size_t item_size, size_t align);

/* ---- molds: after decoding, on the whole string ---------------------------------------------------------------- */

void fg_mold_chars(char *buf, size_t size, unsigned molds);
/* Return: false when memory was needed and there was none (the error is recorded at p). */
bool fg_mold_str(struct fg_dec *d, const char *p, struct fg_str *value, unsigned molds);
bool fg_mold_cstr(struct fg_dec *d, const char *p, char **value, unsigned molds);
enum { FG_MOLD_TRIM = 1, FG_MOLD_LOWER = 2, FG_MOLD_UPPER = 4 };

/* ---- encoding -------------------------------------------------------------------------------------------------- */

/* An encoder appends to out. The first failure sticks in code; what follows does nothing. */
struct fg_enc {
	struct fg_buffer *out;
	size_t start;                /* out->len at begin: what a failure goes back to */
	struct fg_error *error;      /* never NULL inside */
	enum fg_code code;
};

void fg_enc_begin(struct fg_enc *e, struct fg_buffer *out, struct fg_error *error);
/* Returns: 0; or -EINVAL (FG_ERR_ENCODE) or -ENOMEM with out as it was at begin. */
int fg_enc_end(struct fg_enc *e);
void fg_enc_fail(struct fg_enc *e, enum fg_code code, const char *text);
void fg_enc_in_field(struct fg_enc *e, const char *json_name);    /* path of a failure, as in decoding */
void fg_enc_in_item(struct fg_enc *e, size_t index);
static inline bool fg_enc_ok(const struct fg_enc *e);

static inline void fg_enc_text(struct fg_enc *e, const char *text, size_t len);      /* as it is: braces, names, null */
void fg_enc_int(struct fg_enc *e, int64_t value);
void fg_enc_uint(struct fg_enc *e, uint64_t value);
void fg_enc_double(struct fg_enc *e, double value);              /* shortest that reads back the same */
void fg_enc_float(struct fg_enc *e, float value);
static inline void fg_enc_bool(struct fg_enc *e, bool value);
void fg_enc_str(struct fg_enc *e, const char *ptr, size_t len);  /* quoted and escaped; UTF-8 checked; NULL: null */
void fg_enc_time(struct fg_enc *e, int64_t ns);                  /* with quotes; fraction only where not zero */
void fg_enc_duration(struct fg_enc *e, int64_t ns);
void fg_enc_raw(struct fg_enc *e, struct fg_str json);           /* validated; NULL: null */

#endif

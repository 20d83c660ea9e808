/*
 * dec.h - decodes one value for the tests of the codec
 *
 * The value becomes the item of an array, once alone, so that it ends near the end of the text, and once with a long
 * string behind it, so that the quick paths are taken: what comes out must be the same. The text lies in memory of
 * exactly its size, for AddressSanitizer and valgrind to see reads beyond.
 */
#ifndef FG_TESTS_DEC_H
#define FG_TESTS_DEC_H

#include "runtime/internal.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

/* Reads the value at p. */
typedef const char *dec_read(struct fg_dec *d, const char *p, void *ret_value);

struct dec_case {
	const struct fg_decode_options *options;
	struct fg_arena *arena;
	dec_read *read;
	struct fg_error error; /* of the last one; offsets count from the value */
};

/* A copy without a byte more. */
static inline char *dec_exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	if (!copy)
		exit(1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

static inline const char *dec_items(struct fg_dec *d, const char *p, dec_read *read, void *ret_value)
{
	struct fg_str pad;

	p = fg_dec_array(d, p);
	if (p && !(p = read(d, p, ret_value)))
		return fg_dec_in_item(d, 0);
	p = p ? fg_dec_item(d, p) : NULL;
	if (p && *p != ']') {
		p = fg_dec_str(d, p, &pad);
		p = p ? fg_dec_item(d, p) : NULL;
	}
	p = p ? fg_dec_close(d, p) : NULL;
	return p ? fg_dec_end(d, p) : NULL;
}

/* Returns: a code. *ret_free: what the value may point into; the caller frees it. */
static inline enum fg_code dec_value_once(struct dec_case *c, const char *json, size_t len, const char *tail,
                                          void *ret_value, char **ret_free)
{
	char *text = malloc(len + strlen(tail) + 1);
	char *copy;
	struct fg_dec d;
	const char *p;

	if (!text)
		exit(1);
	text[0] = '[';
	if (len)
		memcpy(text + 1, json, len);
	memcpy(text + 1 + len, tail, strlen(tail));
	copy = dec_exact(text, 1 + len + strlen(tail));
	free(text);
	p = fg_dec_begin(&d, copy, 1 + len + strlen(tail), c->options, c->arena, &c->error);
	if (p)
		p = dec_items(&d, p, c->read, ret_value);
	*ret_free = copy;
	if (p)
		return FG_OK;
	fg_dec_failed(&d);
	c->error.offset--;
	return c->error.code;
}

/* Both ways; the value and the text that is kept are those of the way with a tail. */
static inline enum fg_code dec_value(struct dec_case *c, const char *json, size_t len, void *ret_value, char **ret_free)
{
	struct fg_error alone;
	enum fg_code code, code_alone;

	code_alone = dec_value_once(c, json, len, "]", ret_value, ret_free);
	alone = c->error;
	free(*ret_free);
	code = dec_value_once(c, json, len, ",\"padding padding padding padding\"]", ret_value, ret_free);
	if (code != code_alone || (code && alone.offset != c->error.offset)) {
		/* What is cut off may be taken for the closing bracket's fault in one and the comma's in the other. */
		tap_ok(false, "%.*s: %s at %zu, but %s at %zu alone", (int)len, json, fg_code_name(code),
		       c->error.offset, fg_code_name(code_alone), alone.offset);
	}
	return code;
}

#endif

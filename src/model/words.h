/* words.h - text helpers of the model: what bytes a tag may hold, and which known word a wrong one is nearest to */
#ifndef FG_MODEL_WORDS_H
#define FG_MODEL_WORDS_H

#include <stddef.h>

/* Index of the first byte that is a control character or not part of valid UTF-8; len where all are fine. */
size_t model_words_bad_byte(const char *text, size_t len);

/* The name that text was probably meant to be: at most two letters off, and fewer than half of them.
 * Returns: one of names, or NULL. */
const char *model_words_nearest(const char *const *names, size_t names_n, const char *text, size_t len);

#endif

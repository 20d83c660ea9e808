/*
 * test_bad_input.c - nothing bad in the text may crash, read past the end, leak or change the record
 *
 * Every text is decoded from memory of exactly its size, into a record full of a pattern. A decode that fails must
 * leave each byte of the pattern; one that succeeds must be of text that the validator takes too.
 */
#include "data.h"
#include "github.fg.h"
#include "kinds.fg.h"
#include "tap.h"
#include "twitter.fg.h"
#include <errno.h>
#include <fieldguard/decode.h>

enum { PATTERN = 0xa5, BIG = 100 * 1024 * 1024, DEEP = 10000, ALLOWED = 4000, DIGITS = 10000 };

/* ---- one decode, watched
 * --------------------------------------------------------------------------------------------- */

struct outcome {
	int result;
	enum fg_code code;
	bool changed; /* a failed decode changed the record or the mask */
	bool valid;   /* the validator takes the text */
};

static bool is_pattern(const void *memory, size_t size)
{
	const unsigned char *bytes = memory;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != PATTERN)
			return false;
	}
	return true;
}

#define WATCHED(TYPE) \
	static struct outcome decode_##TYPE(const char *json, size_t len, const struct fg_decode_options *options) { \
		struct outcome outcome = {0}; \
		struct TYPE##_present present; \
		struct TYPE record; \
		struct fg_arena arena; \
		struct fg_error error; \
		char *text = malloc(len ? len : 1); \
		if (!text) \
			abort(); \
		memcpy(text, json, len); \
		memset(&record, PATTERN, sizeof(record)); \
		memset(&present, PATTERN, sizeof(present)); \
		fg_arena_init(&arena, NULL, 0); \
		outcome.result = TYPE##_decode(text, len, options, &arena, &record, &present, &error); \
		if (outcome.result) { \
			outcome.code = error.code; \
			outcome.changed = \
			    !is_pattern(&record, sizeof(record)) || !is_pattern(&present, sizeof(present)); \
		} \
		outcome.valid = !fg_json_validate(text, len, options, NULL); \
		fg_arena_fini(&arena); \
		free(text); \
		return outcome; \
	}
WATCHED(github_event)
WATCHED(kinds)
WATCHED(twitter_status)

/* Expects this code, or FG_OK. */
static void expect(const char *json, size_t len, const struct fg_decode_options *options, enum fg_code code,
                   const char *name)
{
	struct outcome outcome = decode_kinds(json, len, options);

	tap_eq_str(fg_code_name(outcome.code), fg_code_name(code), "%s", name);
	tap_ok(!outcome.changed, "%s: record as it was", name);
}

static void expect_text(const char *json, enum fg_code code)
{
	char name[80];

	snprintf(name, sizeof(name), "%s", json);
	expect(json, strlen(json), NULL, code, name);
}

/* ---- real events, damaged
 * ---------------------------------------------------------------------------------------------- */

/* The end of the object that begins at p. */
static const char *object_end(const char *p, const char *end)
{
	int depth = 0;

	for (bool inside = false; p < end; p++) {
		if (inside && *p == '\\')
			p++;
		else if (*p == '"')
			inside = !inside;
		else if (!inside && *p == '{')
			depth++;
		else if (!inside && *p == '}' && !--depth)
			return p + 1;
	}
	return end;
}

struct damage {
	size_t texts, refused, taken, changed, wrongly_taken, not_inval;
};

static void note(struct damage *damage, const struct outcome *outcome)
{
	damage->texts++;
	damage->refused += outcome->result != 0;
	damage->taken += outcome->result == 0;
	damage->changed += outcome->changed;
	damage->wrongly_taken += outcome->result == 0 && !outcome->valid;
	damage->not_inval += outcome->result != 0 && outcome->result != -EINVAL;
}

static void damage_event(const char *json, size_t len, struct damage *cut, struct damage *flipped)
{
	static const unsigned char flips[] = {0x01, 0x20, 0xff};
	struct outcome outcome;
	char *copy = malloc(len);

	if (!copy)
		abort();
	for (size_t n = 0; n < len; n++) {
		outcome = decode_github_event(json, n, NULL);
		note(cut, &outcome);
	}
	for (size_t i = 0; i < len * sizeof(flips); i++) {
		memcpy(copy, json, len);
		copy[i / sizeof(flips)] = (char)((unsigned char)copy[i / sizeof(flips)] ^ flips[i % sizeof(flips)]);
		outcome = decode_github_event(copy, len, NULL);
		note(flipped, &outcome);
	}
	free(copy);
}

static void test_damage(const char *text, size_t len)
{
	struct damage cut = {0}, flipped = {0};
	const char *end = text + len;

	for (const char *p = memchr(text, '{', len); p && p < end; p = memchr(p, '{', (size_t)(end - p))) {
		const char *after = object_end(p, end);

		damage_event(p, (size_t)(after - p), &cut, &flipped);
		p = after;
	}
	tap_ok(cut.texts > 10000, "events truncated at every byte: %zu texts", cut.texts);
	tap_eq_int(cut.taken, 0, "each is refused");
	tap_eq_int(cut.changed, 0, "and leaves its record");
	tap_eq_int(cut.not_inval, 0, "with -EINVAL");
	tap_ok(flipped.refused > 10000, "every byte flipped three ways: %zu texts, %zu refused", flipped.texts,
	       flipped.refused);
	tap_eq_int(flipped.wrongly_taken, 0, "what is taken is valid JSON");
	tap_eq_int(flipped.changed, 0, "what is refused leaves its record");
	tap_eq_int(flipped.not_inval, 0, "with -EINVAL");
}

/* The whole file, truncated at some bytes: the root array's own way out. */
static void test_array(const char *text, size_t len)
{
	size_t taken = 0, changed = 0;

	for (size_t n = 0; n < len; n += 61) {
		struct github_event *items = (void *)&taken;
		size_t items_n = 77;
		struct fg_arena arena;
		char *copy = malloc(n ? n : 1);

		if (!copy)
			abort();
		memcpy(copy, text, n);
		fg_arena_init(&arena, NULL, 0);
		taken += !github_event_decode_array(copy, n, NULL, &arena, &items, NULL, &items_n, NULL);
		changed += (void *)items != (void *)&taken || items_n != 77;
		fg_arena_fini(&arena);
		free(copy);
	}
	tap_eq_int(taken, 0, "the whole array truncated at every 61st byte: refused");
	tap_eq_int(changed, 0, "and its results untouched");
}

/* ---- failing memory
 * -------------------------------------------------------------------------------------------------------- */

struct budget {
	size_t left, live;
};

static void *budget_alloc(void *user, size_t size)
{
	struct budget *budget = user;
	void *p = NULL;

	if (budget->left) {
		budget->left--;
		p = malloc(size);
	}
	budget->live += p != NULL;
	return p;
}

static void budget_free(void *user, void *p)
{
	struct budget *budget = user;

	budget->live -= p != NULL;
	free(p);
}

static void test_memory(const char *text, size_t len)
{
	size_t wrong = 0, leaked = 0, changed = 0, k = 0;
	int result = -1;

	for (; k < 100000 && result; k++) {
		struct budget budget = {.left = k};
		const struct fg_allocator allocator = {budget_alloc, budget_free, &budget};
		struct github_event_present *presents = (void *)&wrong;
		struct github_event *items = (void *)&wrong;
		struct fg_arena arena;
		struct fg_error error;
		size_t items_n = 77;

		fg_arena_init(&arena, &allocator, 64);
		result = github_event_decode_array(text, len, NULL, &arena, &items, &presents, &items_n, &error);
		if (result) {
			wrong += result != -ENOMEM || error.code != FG_ERR_MEMORY;
			changed +=
			    (void *)items != (void *)&wrong || (void *)presents != (void *)&wrong || items_n != 77;
		}
		fg_arena_fini(&arena);
		leaked += budget.live;
	}
	tap_ok(k > 3 && !result, "the array is decoded once %zu allocations succeed", k - 1);
	tap_eq_int(wrong, 0, "until then: -ENOMEM");
	tap_eq_int(changed, 0, "results untouched");
	tap_eq_int(leaked, 0, "nothing leaks");
}

/* ---- made texts
 * --------------------------------------------------------------------------------------------------------------- */

static char *repeat(const char *before, const char *what, size_t n, const char *after, size_t *ret_len)
{
	size_t before_len = strlen(before), what_len = strlen(what), after_len = strlen(after);
	char *text = malloc(before_len + n * what_len + after_len + 1);
	char *p = text;

	if (!text)
		abort();
	memcpy(p, before, before_len);
	p += before_len;
	if (what_len == 1) {
		memset(p, what[0], n);
	} else {
		for (size_t i = 0; i < n; i++)
			memcpy(p + i * what_len, what, what_len);
	}
	p += n * what_len;
	memcpy(p, after, after_len + 1);
	*ret_len = before_len + n * what_len + after_len;
	return text;
}

static void expect_repeat(const char *before, const char *what, size_t n, const char *after,
                          const struct fg_decode_options *options, enum fg_code code, const char *name)
{
	size_t len;
	char *text = repeat(before, what, n, after, &len);

	expect(text, len, options, code, name);
	free(text);
}

/* begin, n times open, value, n times close, end. */
static void expect_nested(size_t n, const char *begin, const char *open, const char *value, const char *close,
                          const char *end, const struct fg_decode_options *options, enum fg_code code, const char *name)
{
	size_t left_len, right_len;
	char *left = repeat(begin, open, n, value, &left_len), *right = repeat("", close, n, end, &right_len);
	char *text = realloc(left, left_len + right_len + 1);

	if (!text)
		abort();
	memcpy(text + left_len, right, right_len + 1);
	expect(text, left_len + right_len, options, code, name);
	free(text);
	free(right);
}

static void test_depth(void)
{
	static const struct fg_decode_options deep = {.max_depth = ALLOWED + 10};

	expect_nested(DEEP, "{\"unknown\":", "[", "1", "]", "}", NULL, FG_ERR_DEPTH,
	              "10,000 arrays where a name is not known");
	expect_nested(DEEP, "{\"json\":", "{\"a\":", "1", "}", "}", NULL, FG_ERR_DEPTH,
	              "10,000 objects in a raw field");
	expect_nested(DEEP, "", "{\"next\":", "{}", "}", "", NULL, FG_ERR_DEPTH,
	              "10,000 records, each in the one before");
	expect_nested(ALLOWED, "{\"unknown\":", "[", "1", "]", "}", &deep, FG_OK,
	              "4,000 arrays where the limit lets them");
	expect_nested(ALLOWED, "", "{\"next\":", "{}", "}", "", &deep, FG_OK,
	              "4,000 records where the limit lets them");
	expect_repeat("", "[", DEEP, "", NULL, FG_ERR_DEPTH, "10,000 brackets, never closed");
	expect_repeat("", "{\"next\":", DEEP, "", NULL, FG_ERR_DEPTH, "10,000 records, never closed");
	expect_repeat("", "{\"next\":", 100, "", NULL, FG_ERR_TRUNCATED, "100 records, never closed");
}

static void test_long_strings(void)
{
	static const struct fg_decode_options large = {.max_string = 2 * (size_t)BIG};

	expect_repeat("{\"text\":\"", "x", BIG, "\"}", NULL, FG_ERR_LIMIT, "100 MB of string over the limit");
	expect_repeat("{\"text\":\"", "x", BIG, "\"}", &large, FG_OK, "100 MB of string below the limit");
	expect_repeat("{\"text\":\"", "\\n", BIG / 2, "\"}", &large, FG_OK, "100 MB of escapes");
	expect_repeat("{\"copy\":\"", "x", BIG, "\"}", &large, FG_OK, "100 MB copied into the arena");
	expect_repeat("{\"name\":\"", "x", BIG, "\"}", &large, FG_ERR_LENGTH, "100 MB for char[8]");
	expect_repeat("{\"unknown\":\"", "x", BIG, "\"}", &large, FG_OK, "100 MB where a name is not known");
	expect_repeat("{\"text\":\"", "x", BIG, "", &large, FG_ERR_TRUNCATED, "100 MB of string without an end");
	expect_repeat("{\"", "x", BIG, "\":1}", &large, FG_OK, "100 MB of name");
}

static void test_long_numbers(void)
{
	expect_repeat("{\"whole\":1", "0", DIGITS, "}", NULL, FG_ERR_RANGE, "10,000 digits for int64_t");
	expect_repeat("{\"byte\":1", "0", DIGITS, "}", NULL, FG_ERR_RANGE, "10,000 digits for uint8_t");
	expect_repeat("{\"real\":1", "0", DIGITS, "}", NULL, FG_ERR_RANGE, "10,000 digits for double: beyond it");
	expect_repeat("{\"real\":0.", "1", DIGITS, "}", NULL, FG_OK, "10,000 digits of fraction for double");
	expect_repeat("{\"small\":0.", "1", DIGITS, "}", NULL, FG_OK, "10,000 digits of fraction for float");
	expect_repeat("{\"real\":1", "0", DIGITS, "e-10000}", NULL, FG_OK, "1 as 10,000 digits and an exponent");
	expect_repeat("{\"real\":1e", "9", DIGITS, "}", NULL, FG_ERR_RANGE, "an exponent of 10,000 digits");
	expect_repeat("{\"real\":1e-", "9", DIGITS, "}", NULL, FG_OK, "a negative exponent of 10,000 digits: zero");
	expect_repeat("{\"whole\":1e", "9", DIGITS, "}", NULL, FG_ERR_RANGE,
	              "an exponent of 10,000 digits for int64_t");
	expect_repeat("{\"whole\":5.", "0", DIGITS, "}", NULL, FG_OK, "5 and 10,000 zeros for int64_t");
	expect_repeat("{\"unknown\":1", "0", DIGITS, "}", NULL, FG_OK, "10,000 digits where a name is not known");
	expect_repeat("{\"whole\":", "0", DIGITS, "1}", NULL, FG_ERR_NUMBER, "10,000 leading zeros");
}

static void test_duplicates(void)
{
	static const struct fg_decode_options strict = {.flags = FG_DECODE_DUPLICATE_ERROR};
	static const char twice[] = "{\"whole\":1,\"name\":\"a\",\"whole\":2}";
	static const char escaped[] = "{\"whole\":1,\"\\u0077hole\":2}";
	struct kinds record;

	tap_ok(!kinds_decode(twice, strlen(twice), NULL, NULL, &record, NULL, NULL) && record.whole == 2,
	       "of two the last wins");
	tap_ok(!kinds_decode(escaped, strlen(escaped), NULL, NULL, &record, NULL, NULL) && record.whole == 2,
	       "escaped, too");
	expect(twice, strlen(twice), &strict, FG_ERR_DUPLICATE, "twice is an error where asked for");
	expect(escaped, strlen(escaped), &strict, FG_ERR_DUPLICATE, "escaped, too");
	expect("{\"x\":1,\"x\":2}", 13, &strict, FG_OK, "names that no field has are not compared");
}

static void test_small_texts(void)
{
	expect("", 0, NULL, FG_ERR_TRUNCATED, "nothing at all");
	expect(" \n", 2, NULL, FG_ERR_TRUNCATED, "white space alone");
	expect("\xef\xbb\xbf{}", 5, NULL, FG_ERR_SYNTAX, "a byte order mark");
	expect("{\"text\":\"\0\"}", 12, NULL, FG_ERR_SYNTAX, "a NUL in a string");
	expect_text("{\"real\":NaN}", FG_ERR_SYNTAX);
	expect_text("{\"real\":Infinity}", FG_ERR_SYNTAX);
	expect_text("{\"real\":-Infinity}", FG_ERR_NUMBER);
	expect_text("{\"unknown\":NaN}", FG_ERR_SYNTAX);
	expect_text("{\"real\":1e999}", FG_ERR_RANGE);
	expect_text("{\"text\":\"\\ud800\"}", FG_ERR_ESCAPE);
	expect_text("{\"text\":\"\\ud800x\"}", FG_ERR_ESCAPE);
	expect_text("{\"text\":\"\\udc00\"}", FG_ERR_ESCAPE);
	expect_text("{\"text\":\"\\ud800\\ud800\"}", FG_ERR_ESCAPE);
	expect_text("{\"name\":\"\\ud800\"}", FG_ERR_ESCAPE);
	expect_text("{\"unknown\":\"\\ud800\"}", FG_ERR_ESCAPE);
	expect_text("{\"\\ud800\":1}", FG_ERR_ESCAPE);
	expect_text("{\"text\":\"\xff\"}", FG_ERR_UTF8);
	expect_text("{\"text\":\"\xc0\x80\"}", FG_ERR_UTF8);
	expect_text("{\"text\":\"\xed\xa0\x80\"}", FG_ERR_UTF8);
	expect_text("{\"text\":\"\xf4\x90\x80\x80\"}", FG_ERR_UTF8);
	expect_text("{\"name\":\"\xe2\x82\"}", FG_ERR_UTF8);
	expect_text("{\"unknown\":\"\xff\"}", FG_ERR_UTF8);
	expect_text("{\"\xff\":1}", FG_ERR_UTF8);
	expect_text("{\"name\":\"a\\u0000b\"}", FG_ERR_NUL);
	expect_text("{\"copy\":\"a\\u0000b\"}", FG_ERR_NUL);
	expect_text("{\"byte\":256}", FG_ERR_RANGE);
	expect_text("{\"byte\":-1}", FG_ERR_RANGE);
	expect_text("{\"whole\":9223372036854775808}", FG_ERR_RANGE);
	expect_text("{\"whole\":1.5}", FG_ERR_RANGE);
	expect_text("{} {}", FG_ERR_TRAILING);
	expect_text("{\"whole\":1,}", FG_ERR_SYNTAX);
	expect_text("[]", FG_ERR_TYPE);
}

/* A status that holds itself in another, and so on. */
static void test_recursion(void)
{
	size_t len;
	char *text = repeat("", "{\"retweeted_status\":", DEEP, "", &len);
	struct outcome outcome = decode_twitter_status(text, len, NULL);

	tap_ok(outcome.result == -EINVAL && !outcome.changed, "10,000 retweets: refused, the record as it was");
	free(text);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("FG_DATA");
	char path[4096];
	size_t len;
	char *text = NULL;
	FILE *file;

	test_small_texts();
	test_duplicates();
	test_depth();
	test_recursion();
	test_long_numbers();
	test_long_strings();
	if (!folder)
		folder = argc > 1 ? argv[1] : ".";
	snprintf(path, sizeof(path), "%s/simdjson-jsonexamples/github_events.json", folder);
	file = fopen(path, "rb");
	if (file) {
		fclose(file);
		text = data_read(path, &len);
	}
	if (!text) {
		tap_skip("no outside data: github_events.json is absent");
		return tap_done();
	}
	test_damage(text, len);
	test_array(text, len);
	test_memory(text, len);
	free(text);
	return tap_done();
}

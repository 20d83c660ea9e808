/* test_decode.c - objects, arrays, names, enums, growing arrays, and what errors say; by a decoder written by hand */
#include "dec.h"

enum color { COLOR_RED = 1, COLOR_BLUE = -5 };

struct item {
	int64_t n;
	struct fg_str text;
};

struct shape {
	bool open;
	int64_t color;
	struct item *items;
	size_t items_n;
	char name[24];
	double ratio;
};

static const char *item_decode(struct fg_dec *d, const char *p, struct item *item)
{
	struct fg_str name;

	p = fg_dec_object(d, p);
	while (p && *p != '}') {
		if (fg_dec_name_is(d, p, "\"n\"", 3)) {
			p = fg_dec_colon(d, p + 3);
			if (p && !(p = fg_dec_int(d, p, -1000, 1000, "out of range for n", &item->n)))
				return fg_dec_in_field(d, "n");
		} else {
			p = fg_dec_name(d, p, &name);
			if (p && name.len == 4 && memcmp(name.ptr, "text", 4) == 0) {
				if (!(p = fg_dec_str(d, p, &item->text)))
					return fg_dec_in_field(d, "text");
			} else if (p) {
				p = fg_dec_skip(d, p);
			}
		}
		p = p ? fg_dec_member(d, p) : NULL;
	}
	return p ? fg_dec_close(d, p) : NULL;
}

static const char *items_decode(struct fg_dec *d, const char *p, struct shape *shape)
{
	void *items = NULL;
	size_t room = 0, n = 0;

	p = fg_dec_array(d, p);
	while (p && *p != ']') {
		struct item *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(struct item));

		if (!item)
			return NULL;
		if (!(p = item_decode(d, p, item)))
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
	}
	shape->items = items;
	shape->items_n = n;
	return p ? fg_dec_close(d, p) : NULL;
}

static const char *member_decode(struct fg_dec *d, const char *p, struct fg_str name, struct shape *shape)
{
	static const struct fg_enum_name colors[] = {
	    {"red", 3, COLOR_RED},
	    {"COLOR_RED", 9, COLOR_RED},
	    {"blue", 4, COLOR_BLUE},
	};

	if (name.len == 4 && memcmp(name.ptr, "open", 4) == 0)
		return (p = fg_dec_bool(d, p, &shape->open)) ? p : fg_dec_in_field(d, "open");
	if (name.len == 5 && memcmp(name.ptr, "color", 5) == 0)
		return (p = fg_dec_enum(d, p, colors, 3, &shape->color)) ? p : fg_dec_in_field(d, "color");
	if (name.len == 5 && memcmp(name.ptr, "items", 5) == 0)
		return (p = items_decode(d, p, shape)) ? p : fg_dec_in_field(d, "items");
	if (name.len == 4 && memcmp(name.ptr, "name", 4) == 0)
		return (p = fg_dec_chars(d, p, shape->name, sizeof shape->name, false)) ? p
		                                                                        : fg_dec_in_field(d, "name");
	if (name.len == 5 && memcmp(name.ptr, "ratio", 5) == 0) {
		if (!(p = fg_dec_quote(d, p)) || !(p = fg_dec_double(d, p, &shape->ratio)) || !(p = fg_dec_quote(d, p)))
			return fg_dec_in_field(d, "ratio");
		return p;
	}
	return fg_dec_skip(d, p);
}

static enum fg_code shape_decode(const char *json, size_t len, const struct fg_decode_options *options,
                                 struct fg_arena *arena, struct shape *shape, struct fg_error *error)
{
	char *copy = dec_exact(json, len);
	struct fg_dec d;
	struct fg_str name;
	const char *p = fg_dec_begin(&d, copy, len, options, arena, error);

	memset(shape, 0, sizeof *shape);
	p = p ? fg_dec_object(&d, p) : NULL;
	while (p && *p != '}') {
		p = fg_dec_name(&d, p, &name);
		p = p ? member_decode(&d, p, name, shape) : NULL;
		p = p ? fg_dec_member(&d, p) : NULL;
	}
	p = p ? fg_dec_close(&d, p) : NULL;
	p = p ? fg_dec_end(&d, p) : NULL;
	if (!p)
		fg_dec_failed(&d);
	/* Texts that the shape borrows are gone with this; only those in the arena are looked at. */
	free(copy);
	return p ? FG_OK : error->code;
}

static const char document[] =
    "{\"open\":true, \"color\": \"blue\", \"unknown\":[{\"x\":[1,2.5]},null],\n"
    " \"items\":[{\"n\":1},{\"text\":\"a\\nb\",\"n\":-1000},{},{\"n\":1e2},{\"\\u006e\":5}],\n"
    " \"name\" : \"a name of 23 characters\", \"ratio\":\"0.25\"}";

static void test_document(void)
{
	struct fg_arena arena;
	struct fg_error error;
	struct shape shape;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(shape_decode(document, strlen(document), NULL, &arena, &shape, &error), FG_OK, "the document");
	tap_ok(shape.open, "bool");
	tap_eq_int(shape.color, COLOR_BLUE, "enum");
	tap_eq_str(shape.name, "a name of 23 characters", "chars");
	tap_ok(shape.ratio == 0.25, "a quoted double");
	tap_eq_int(shape.items_n, 5, "items");
	tap_ok(shape.items[0].n == 1 && shape.items[1].n == -1000 && shape.items[2].n == 0 && shape.items[3].n == 100,
	       "their numbers");
	tap_ok(shape.items[1].text.len == 3 && memcmp(shape.items[1].text.ptr, "a\nb", 3) == 0,
	       "a text with an escape");
	tap_ok(shape.items[0].text.ptr == NULL, "what is absent is zero");
	tap_eq_int(shape.items[4].n, 0, "the decoder by hand does not know n by escapes; the name was read");
	fg_arena_fini(&arena);
}

static void test_cut_and_changed(void)
{
	size_t len = strlen(document), quoted = (size_t)(strstr(document, "0.25") - document);
	struct fg_arena arena;
	struct fg_error error;
	struct shape shape;
	int wrong = 0;
	char changed[sizeof document];

	fg_arena_init(&arena, NULL, 0);
	for (size_t n = 0; n < len; n++) {
		enum fg_code code = shape_decode(document, n, NULL, &arena, &shape, &error);

		if (code != FG_ERR_TRUNCATED) {
			tap_ok(false, "cut at %zu: %s", n, fg_code_name(code));
			wrong++;
		}
	}
	tap_eq_int(wrong, 0, "cut at every byte");
	for (size_t at = 0; at < len; at++) {
		memcpy(changed, document, sizeof document);
		for (int byte = 0; byte < 256; byte++) {
			changed[at] = (char)byte;
			/*
			 * What one refuses as no JSON, the other refuses too; but what stands in quotes is a string to
			 * the validator and a number to this decoder.
			 */
			if (at >= quoted && at < quoted + 4)
				continue;
			if (fg_json_validate(changed, len, NULL, NULL) != 0)
				wrong += shape_decode(changed, len, NULL, &arena, &shape, &error) == FG_OK;
			else
				wrong += shape_decode(changed, len, NULL, &arena, &shape, &error) != FG_OK &&
				         error.code <= FG_ERR_NUMBER;
		}
		fg_arena_reset(&arena);
	}
	tap_eq_int(wrong, 0, "every byte changed to every other: decoder and validator agree");
	fg_arena_fini(&arena);
}

static void test_errors(void)
{
	static const struct {
		const char *json;
		const char *want;
	} cases[] = {
	    {"", "$: the text ends too early (line 1, column 1, byte 0)"},
	    {"\n\n {\"a\":", "$: the text ends too early (line 3, column 7, byte 8)"},
	    {"3", "$: an object or array was expected (line 1, column 1, byte 0)"},
	    {"\"text\"", "$: an object or array was expected (line 1, column 1, byte 0)"},
	    {"tru", "$: the text ends too early (line 1, column 4, byte 3)"},
	    {"[1]", "$: an object was expected (line 1, column 1, byte 0)"},
	    {"{} {}", "$: something follows the value (line 1, column 4, byte 3)"},
	    {"{}]", "$: something follows the value (line 1, column 3, byte 2)"},
	    {"{} x", "$: something follows the value (line 1, column 4, byte 3)"},
	    {"{\"open\":1}", "$.open: true or false was expected (line 1, column 9, byte 8)"},
	    {"{\"open\":truth}", "$.open: true, false or null was expected (line 1, column 12, byte 11)"},
	    {"{\"color\":\"green\"}", "$.color: no enumerator has this name (line 1, column 10, byte 9)"},
	    {"{\"color\":2}", "$.color: no enumerator has this number (line 1, column 10, byte 9)"},
	    {"{\"color\":1e40}", "$.color: no enumerator has this number (line 1, column 10, byte 9)"},
	    {"{\"color\":null}", "$.color: an enumerator's name or number was expected (line 1, column 10, byte 9)"},
	    {"{\"items\":[{},{},\n{\"n\":1e40}]}", "$.items[2].n: out of range for n (line 2, column 6, byte 22)"},
	    {"{\"items\":[{},{\"text\":7}]}", "$.items[1].text: a string was expected (line 1, column 22, byte 21)"},
	    {"{\"items\":[{}}", "$.items: ',' or ']' was expected (line 1, column 13, byte 12)"},
	    {"{\"items\":[{},]}", "$.items: a value was expected (line 1, column 14, byte 13)"},
	    {"{\"items\":[{}]", "$.items: the text ends too early (line 1, column 14, byte 13)"},
	    {"{\"items\":{}}", "$.items: an array was expected (line 1, column 10, byte 9)"},
	    {"{\"x\":[{}]", "$: the text ends too early (line 1, column 10, byte 9)"},
	    {"{\"x\":{}", "$: the text ends too early (line 1, column 8, byte 7)"},
	    {"{\"open\" true}", "$: ':' was expected (line 1, column 9, byte 8)"},
	    {"{open:true}", "$: a name or '}' was expected (line 1, column 2, byte 1)"},
	    {"{\"open\":true,}", "$: a name was expected (line 1, column 14, byte 13)"},
	    {"{\"name\":\"a name of 24 characters!\"}",
	     "$.name: the string is too long for its field (line 1, column 9, byte 8)"},
	    {"{\"ratio\":0.25}", "$.ratio: a value in quotes was expected (line 1, column 10, byte 9)"},
	    {"{\"ratio\":\"0.25x\"}", "$.ratio: a value in quotes was expected (line 1, column 15, byte 14)"},
	    {"{\"ratio\":\"1e400\"}", "$.ratio: out of range for double (line 1, column 11, byte 10)"},
	};
	struct fg_arena arena;
	struct fg_error error;
	struct shape shape;
	char text[256];

	fg_arena_init(&arena, NULL, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		shape_decode(cases[i].json, strlen(cases[i].json), NULL, &arena, &shape, &error);
		fg_error_format(&error, text, sizeof text);
		tap_eq_str(text, cases[i].want, "%s", cases[i].json);
	}
	fg_arena_fini(&arena);
}

static void test_colors(void)
{
	static const struct {
		const char *json;
		int64_t want;
	} cases[] = {
	    {"{\"color\":\"red\"}", COLOR_RED}, {"{\"color\":\"COLOR_RED\"}", COLOR_RED},
	    {"{\"color\":-5}", COLOR_BLUE},     {"{\"color\":\"\\u0072ed\"}", COLOR_RED},
	    {"{\"color\":1.0}", COLOR_RED},
	};
	struct fg_error error;
	struct shape shape;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum fg_code code = shape_decode(cases[i].json, strlen(cases[i].json), NULL, NULL, &shape, &error);

		tap_ok(code == FG_OK && shape.color == cases[i].want, "%s", cases[i].json);
	}
}

/* Values are shown only where asked for, and then printable. */
static void test_values(void)
{
	static const struct {
		const char *json;
		const char *want;
	} cases[] = {
	    {"{\"items\":[{\"n\":1e40 }]}", "1e40"},
	    {"{\"items\":[{\"n\":5000,\"x\":1}]}", "5000"},
	    {"{\"color\":\"gr\\\"een\", \"x\":1}", "\"gr\\\"een\""},
	    {"{\"color\":\"gr\xc3\xbcn\"}", "\"gr??n\""},
	    {"{\"name\":\"a very long name that goes on and on and on and on\"}",
	     "\"a very long name that goes on and on and on..."},
	    {"{\"open\":{\"a\":1}}", "{\"a\""},
	    {"{", ""},
	};
	static const struct fg_decode_options show = {.flags = FG_DECODE_SHOW_VALUES};
	struct fg_arena arena;
	struct fg_error error;
	struct shape shape;
	char text[256];

	fg_arena_init(&arena, NULL, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		shape_decode(cases[i].json, strlen(cases[i].json), &show, &arena, &shape, &error);
		tap_eq_str(error.value, cases[i].want, "shown of %s", cases[i].json);
		shape_decode(cases[i].json, strlen(cases[i].json), NULL, &arena, &shape, &error);
		tap_eq_str(error.value, "", "not shown");
	}
	shape_decode(cases[0].json, strlen(cases[0].json), &show, &arena, &shape, &error);
	fg_error_format(&error, text, sizeof text);
	tap_eq_str(text, "$.items[0].n: out of range for n: 1e40 (line 1, column 16, byte 15)", "in the text");
	fg_arena_fini(&arena);
}

static void test_limits(void)
{
	struct fg_decode_options options = {.max_items = 5};
	struct fg_arena arena;
	struct fg_error error;
	struct shape shape;
	char json[256];

	fg_arena_init(&arena, NULL, 0);
	for (int n = 0; n <= 7; n++) {
		enum fg_code code;

		strcpy(json, "{\"items\":[{}");
		for (int i = 1; i < n; i++)
			strcat(json, ",{}");
		strcpy(json + (n ? strlen(json) : 10), "]}");
		code = shape_decode(json, strlen(json), &options, &arena, &shape, &error);
		tap_eq_int(code, n > 5 ? FG_ERR_LIMIT : FG_OK, "%d items of 5", n);
	}
	options = (struct fg_decode_options){.max_depth = 3};
	tap_eq_int(shape_decode("{\"items\":[{\"x\":1}]}", 19, &options, &arena, &shape, &error), FG_OK,
	           "three levels");
	tap_eq_int(shape_decode("{\"items\":[{\"x\":[]}]}", 20, &options, &arena, &shape, &error), FG_ERR_DEPTH,
	           "four");
	options.max_depth = 2;
	tap_eq_int(shape_decode("{\"items\":[{\"x\":1}]}", 19, &options, &arena, &shape, &error), FG_ERR_DEPTH,
	           "three of two");
	tap_eq_str(error.path, "$.items[0]", "its path");
	fg_arena_fini(&arena);
}

/* Names with escapes: into the arena, or without one into d. */
static void test_names(void)
{
	char json[1024];
	struct fg_error error;
	struct shape shape;
	struct fg_arena arena;

	tap_eq_int(shape_decode("{\"\\u006fpen\":true}", 18, NULL, NULL, &shape, &error), FG_OK, "without an arena");
	tap_ok(shape.open, "it is known");
	memset(json, 'n', sizeof json);
	memcpy(json, "{\"\\u006f", 8);
	memcpy(json + 600, "\":1}", 4);
	tap_eq_int(shape_decode(json, 604, NULL, NULL, &shape, &error), FG_ERR_LIMIT, "a long one without an arena");
	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(shape_decode(json, 604, NULL, &arena, &shape, &error), FG_OK, "a long one with an arena");
	fg_arena_fini(&arena);
}

/* A seed that keeps apart some names exists for names of every length; all bytes and the length count. */
static void test_hash(void)
{
	static const char *const names[] = {
	    "",
	    "a",
	    "b",
	    "ab",
	    "ba",
	    "abc",
	    "abd",
	    "acb",
	    "abcd",
	    "abcde",
	    "abcdef",
	    "abcdefg",
	    "abcdefgh",
	    "abcdefghi",
	    "profile_background_image_url",
	    "profile_background_image_url_https",
	    "aaaaaaaaXbbbbbbbb",
	    "aaaaaaaaYbbbbbbbb",
	    "aaaaaaaaaaaaaaaaXbbbbbbbbbbbbbbbb",
	    "aaaaaaaaaaaaaaaaYbbbbbbbbbbbbbbbb",
	};
	size_t n = sizeof names / sizeof *names;
	uint64_t seed;

	for (seed = 0; seed < 100000; seed++) {
		uint64_t taken = 0;
		size_t i;

		for (i = 0; i < n; i++) {
			uint64_t bit = (uint64_t)1 << (fg_name_hash(names[i], strlen(names[i]), seed) >> 58);

			if (taken & bit)
				break;
			taken |= bit;
		}
		if (i == n)
			break;
	}
	tap_ok(seed < 100000, "20 names in 64 slots, seed %llu", (unsigned long long)seed);
	/* Tables are made on one machine and used on another. */
	tap_ok(fg_name_hash("status", 6, 1) == 0x4a146d6beaf0a30u, "the hash is the same everywhere: 0x%llx",
	       (unsigned long long)fg_name_hash("status", 6, 1));
	tap_ok(fg_name_hash("profile_background_image_url", 28, 7) == 0x551626aeed6f5057u, "of long names too: 0x%llx",
	       (unsigned long long)fg_name_hash("profile_background_image_url", 28, 7));
}

static int calls, fail_at, live;

static void *failing_alloc(void *user, size_t size)
{
	(void)user;
	if (++calls == fail_at)
		return NULL;
	live++;
	return malloc(size);
}

static void failing_free(void *user, void *ptr)
{
	(void)user;
	live--;
	free(ptr);
}

static void test_memory(void)
{
	static const struct fg_allocator allocator = {failing_alloc, failing_free, NULL};
	static char json[8192];
	enum fg_code code = FG_ERR_MEMORY;
	struct fg_error error;
	struct shape shape;
	int k;

	strcpy(json, "{\"items\":[");
	for (int i = 0; i < 100; i++)
		strcat(json, "{\"n\":5,\"text\":\"a text with \\u0065scapes\"},");
	strcpy(json + strlen(json) - 1, "]}");
	for (k = 1; code == FG_ERR_MEMORY && k < 100; k++) {
		struct fg_arena arena;

		calls = 0;
		fail_at = k;
		fg_arena_init(&arena, &allocator, 64);
		code = shape_decode(json, strlen(json), NULL, &arena, &shape, &error);
		fg_arena_fini(&arena);
		tap_eq_int(live, 0, "nothing is left when call %d fails", k);
	}
	tap_ok(code == FG_OK && k > 5, "%d calls", k - 2);
	tap_eq_int(shape_decode(json, strlen(json), NULL, NULL, &shape, &error), FG_ERR_MEMORY, "no arena");
}

int main(void)
{
	test_document();
	test_cut_and_changed();
	test_errors();
	test_colors();
	test_values();
	test_limits();
	test_names();
	test_hash();
	test_memory();
	return tap_done();
}

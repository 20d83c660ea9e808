/* kinds.main.c - the generated code of every kind, held against values known beforehand */
#include "kinds.fg.h"
#include "part.fg.h"
#include "check.h"

#include <errno.h>
#include <math.h>

static const char rich[] =
    "{\"id\":\"a-1\",\"i8\":-128,\"i16\":32767,\"i32\":-2147483648,\"i64\":9223372036854775807,\"u8\":0,\"u16\":65535,"
    "\"u32\":4294967295,\"u64\":18446744073709551614,\"yes\":false,\"f32\":0.25,\"f64\":-1.5e-7,\"color\":\"blue\",\"mode\":1,"
    "\"wide\":\"large\",\"code\":\"USD\",\"note\":\"short\",\"text\":\"caf\xc3\xa9 \\\"x\\\"\",\"name\":\"Ann\\n\",\"title\":"
    "\"T\",\"raw\":{\"a\":[1,null]},\"at\":\"2024-01-02T03:04:05.5Z\",\"for\":\"1h0m0.5s\",\"quoted\":\"-42\",\"quoted_yes\":\"true\","
    "\"quoted_ratio\":\"2.5\",\"maybe\":4,\"small\":5,\"point\":{\"x\":1,\"y\":2},\"spare\":{\"x\":3,\"y\":4},\"tuple\":[7,\"seven\","
    "0.75],\"strict\":{\"a\":8},\"part\":{\"serial\":\"s-9\",\"weight\":10},\"where\":{\"x\":11,\"y\":12},\"count\":\"13\",\"shade\":"
    "\"red\",\"sure\":true,\"weight\":14.5,\"list\":{\"value\":1,\"next\":{\"value\":2,\"next\":null}},\"pair\":[15,16],\"bytes\":"
    "[17,18,19],\"words\":[\"one\",\"two\"],\"spots\":[{\"x\":20,\"y\":21}],\"samples\":[0.5,22.0],\"tags\":[\"x\",null,\"y\"],"
    "\"lines\":[\"l1\",null],\"colors\":[\"red\",\"blue\"],\"rows\":[[1,\"a\",0.5],[2,\"b\",1.5]],\"times\":[\"1970-01-01T00:00:00Z\"],"
    "\"limits\":{\"cpu\":1,\"mem\":2},\"groups\":{\"1\":[\"a\",\"b\"],\"20\":[]},\"places\":{\"home\":{\"height\":1.5,\"open\":true}},"
    "\"inner\":23,\"odd? \xc3\xa9\":24,\"last\":25}";

static void check_numbers(const struct kinds *k)
{
	tap_eq_str(k->id, "a-1", "char[N]");
	tap_ok(k->i8 == -128 && k->i16 == 32767 && k->i32 == INT32_MIN && k->i64 == INT64_MAX, "signed integers");
	tap_ok(k->u8 == 0 && k->u16 == 65535 && k->u32 == UINT32_MAX && k->u64 == UINT64_MAX - 1, "unsigned integers");
	tap_ok(!k->yes && fabsf(k->f32 - 0.25f) <= 0 && fabs(k->f64 - -1.5e-7) <= 0, "bool, float, double");
	tap_ok(k->color == KINDS_BLUE && k->mode == MODE_ON && k->wide == WIDE_LARGE, "enums");
	tap_ok(k->at_ns == 1704164645500000000 && k->for_ns == 3600500000000, "time and duration");
	tap_ok(k->quoted == -42 && k->quoted_yes && fabs(k->quoted_ratio - 2.5) <= 0, "in quotes");
	tap_ok(k->maybe == 4 && k->small == 5 && k->inner == 23 && k->odd == 24 && k->last == 25, "the other integers");
}

static void check_strings(const struct kinds *k)
{
	tap_eq_str(k->code, "USD", "code");
	tap_eq_str(k->note, "short", "note");
	tap_ok(k->text.len == 9 && memcmp(k->text.ptr, "caf\xc3\xa9 \"x\"", 9) == 0, "fg_str with escapes");
	tap_eq_str(k->name, "Ann\n", "char *");
	tap_eq_str(k->title, "T", "const char *");
	tap_ok(k->raw.len == 14 && memcmp(k->raw.ptr, "{\"a\":[1,null]}", 14) == 0, "raw");
	tap_ok(k->words_n == 2 && strcmp(k->words[1], "two") == 0, "array of char[N]");
	tap_ok(k->tags_n == 3 && k->tags[0].len == 1 && !k->tags[1].ptr && k->tags[2].ptr[0] == 'y', "array of fg_str");
	tap_ok(k->lines_n == 2 && strcmp(k->lines[0], "l1") == 0 && !k->lines[1], "array of const char *");
}

static void check_structs(const struct kinds *k)
{
	tap_ok(k->point.x == 1 && k->point.y == 2 && k->spare.x == 3 && k->spare.y == 4, "inline structs");
	tap_ok(k->tuple.x == 7 && strcmp(k->tuple.label, "seven") == 0 && fabs(k->tuple.ratio - 0.75) <= 0, "tuple");
	tap_ok(k->strict.a == 8 && strcmp(k->part.serial, "s-9") == 0 && k->part.weight == 10,
	       "a struct of another header");
	tap_ok(k->where && k->where->x == 11 && k->where->y == 12, "pointer to struct");
	tap_ok(k->count && *k->count == 13 && k->shade && *k->shade == KINDS_RED, "pointers to int64_t and enum");
	tap_ok(k->sure && *k->sure && k->weight && fabs(*k->weight - 14.5) <= 0, "pointers to bool and double");
	tap_ok(k->list && k->list->value == 1 && k->list->next && k->list->next->value == 2 && !k->list->next->next,
	       "list");
}

static void check_arrays(const struct kinds *k)
{
	tap_ok(k->pair[0] == 15 && k->pair[1] == 16, "array of exactly 2");
	tap_ok(k->bytes_n == 3 && k->bytes[2] == 19 && k->bytes[3] == 0, "array of at most 4");
	tap_ok(k->spots_n == 1 && k->spots[0].y == 21, "array of structs");
	tap_ok(k->samples_n == 2 && fabs(k->samples[1] - 22) <= 0, "array in the arena");
	tap_ok(k->colors_n == 2 && k->colors[1] == KINDS_BLUE, "array of enums");
	tap_ok(k->rows_n == 2 && strcmp(k->rows[1].label, "b") == 0, "array of tuples");
	tap_ok(k->times_n == 1 && k->times[0] == 0, "array of times");
	tap_ok(k->limits_n == 2 && k->limits[1].name.len == 3 && k->limits[1].value == 2, "map of integers");
	tap_ok(k->groups_n == 2 && k->groups[0].number == 1 && k->groups[0].names_n == 2 &&
	           strcmp(k->groups[0].names[1], "b") == 0 && k->groups[1].number == 20 && k->groups[1].names_n == 0,
	       "map of arrays");
	tap_ok(k->places_n == 1 && strcmp(k->places[0].code, "home") == 0 && k->places[0].open, "map of structs");
}

static void test_values(void)
{
	char *json = exact_copy(rich, strlen(rich));
	struct kinds_present present;
	struct fg_error error = {0};
	struct fg_arena arena;
	struct kinds k;
	int status;

	fg_arena_init(&arena, NULL, 0);
	status = kinds_decode(json, strlen(rich), NULL, &arena, &k, &present, &error);
	tap_eq_int(status, 0, "decoded (%s at %s, %u)", error.text ? error.text : "", error.path, error.column);
	if (status == 0) {
		check_numbers(&k);
		check_strings(&k);
		check_structs(&k);
		check_arrays(&k);
		tap_ok(kinds_has(&present, KINDS_FIELD_LAST) && part_has(&present.part, PART_FIELD_WEIGHT), "present");
	}
	fg_arena_fini(&arena);
	free(json);
}

static void test_defaults(void)
{
	static const char text[] =
	    "{\"id\":\"x\",\"spare\":null,\"maybe\":null,\"pair\":null,\"part\":{\"serial\":\"1\"},"
	    "\"places\":{\"p\":{\"height\":1}},\"limits\":{\"a\":null}}";
	struct kinds_present present;
	struct fg_arena arena;
	struct kinds k;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(kinds_decode(text, strlen(text), NULL, &arena, &k, &present, NULL), 0, "decoded");
	tap_ok(k.i32 == -12 && k.i64 == INT64_MIN && k.u8 == 255 && k.u64 == UINT64_MAX && k.yes, "integers and bool");
	tap_ok(fabsf(k.f32 - 0.1f) <= 0 && fabs(k.f64 - 1e300) <= 0 && k.color == KINDS_DARK_GREEN, "floats and enum");
	tap_ok(k.text.len == 4 && memcmp(k.text.ptr, "none", 4) == 0, "fg_str");
	tap_eq_str(k.code, "EUR", "char[N]");
	tap_eq_str(k.name, "nobody", "char *");
	k.name[0] = 'N';
	tap_eq_str(k.title, "untitled", "const char *");
	tap_ok(k.at_ns == 1709208000000000000 && k.for_ns == 90000000000, "time and duration");
	tap_ok(k.maybe == 3 && k.spare.y == -7 && k.point.y == -7 && k.point.x == 0,
	       "null and absent take the defaults inside");
	tap_ok(fabs(k.tuple.ratio - 0.5) <= 0 && k.part.weight == 1, "of a tuple, of another header's struct");
	tap_ok(k.limits_n == 1 && k.limits[0].value == -1, "of a map's value");
	tap_ok(!k.where && !k.list && !k.samples && k.samples_n == 0, "pointers are NULL");
	tap_ok(kinds_has(&present, KINDS_FIELD_ID) && !kinds_has(&present, KINDS_FIELD_MAYBE) &&
	           !kinds_has(&present, KINDS_FIELD_SPARE) && !kinds_has(&present, KINDS_FIELD_PAIR) &&
	           !kinds_has(&present, KINDS_FIELD_I32) && !part_has(&present.part, PART_FIELD_WEIGHT),
	       "none of it is present");
	fg_arena_fini(&arena);
}

/* An allocator whose memory is overwritten before it is freed. */
static void *poisoned_alloc(void *user, size_t size)
{
	size_t *p = malloc(size + 2 * sizeof *p);

	(void)user;
	if (!p)
		return NULL;
	*p = size;
	return p + 2;
}

static void poisoned_free(void *user, void *ptr)
{
	size_t *p = (size_t *)ptr - 2;

	(void)user;
	memset(ptr, 0xa5, *p);
	free(p);
}

/* A copy says the same when nothing is left of what it was made from. */
static void check_copy(const char *text)
{
	const struct fg_allocator poisoned = {poisoned_alloc, poisoned_free, NULL};
	char *json = exact_copy(text, strlen(text));
	struct fg_buffer before = {0}, after = {0};
	struct fg_arena source, arena;
	struct kinds_present present;
	struct kinds k, copy;

	fg_arena_init(&source, &poisoned, 64);
	fg_arena_init(&arena, NULL, 64);
	tap_eq_int(kinds_decode(json, strlen(text), NULL, &source, &k, &present, NULL), 0, "decoded: %.50s", text);
	k.opaque = json;
	tap_eq_int(kinds_encode(&k, &present, &before, NULL), 0, "encoded");
	tap_eq_int(kinds_copy(&k, &arena, &copy), 0, "copied");
	memset(&k, 0xa5, sizeof k);
	fg_arena_fini(&source);
	memset(json, 0xa5, strlen(text));
	free(json);
	tap_eq_int(kinds_encode(&copy, &present, &after, NULL), 0, "encoded without its source");
	tap_ok(before.len == after.len && memcmp(before.data, after.data, after.len) == 0, "the same text");
	tap_ok(!copy.opaque, "no pointer that is not its own");
	fg_buffer_fini(&before);
	fg_buffer_fini(&after);
	fg_arena_fini(&arena);
}

static void test_copies(void)
{
	check_copy(rich);
	check_copy("{\"id\":\"x\"}");
	check_copy("{\"id\":\"x\",\"text\":null,\"name\":\"\",\"title\":null,\"raw\":null,\"where\":null,\"tags\":null,\"lines\":[\"\"]}");
	check_copy("{\"id\":\"x\",\"text\":\"\",\"samples\":[],\"tags\":[],\"limits\":{},\"groups\":{\"1\":[]}}");
}

/* What can't be copied: *ret_record is as it was, whatever fails. */
static void test_copy_refusals(void)
{
	struct kinds_node circle = {.value = 1, .next = &circle}, node = {.value = 2}, chain[100];
	struct fg_str tag = {"x", 1};
	struct kinds k = {.tags_n = -1, .tags = &tag}, copy = {.last = 77};
	struct fg_arena arena;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(kinds_copy(&k, &arena, &copy), -EINVAL, "a count below zero");
	k = (struct kinds){.samples_n = 1};
	tap_eq_int(kinds_copy(&k, &arena, &copy), -EINVAL, "a count over no array");
	k = (struct kinds){.bytes_n = 5};
	tap_eq_int(kinds_copy(&k, &arena, &copy), -EINVAL, "a count over an array");
	k = (struct kinds){.list = &circle};
	tap_eq_int(kinds_copy(&k, &arena, &copy), -EINVAL, "a circle");
	k = (struct kinds){.list = &node};
	tap_eq_int(kinds_copy(&k, NULL, &copy), -ENOMEM, "no arena");
	tap_eq_int((int)copy.last, 77, "nothing was touched");
	for (size_t i = 0; i < 100; i++)
		chain[i] = (struct kinds_node){.value = (int64_t)i, .next = i < 99 ? &chain[i + 1] : NULL};
	tap_eq_int(kinds_node_copy(chain, &arena, &node), 0, "a list of 100");
	tap_ok(node.next != &chain[1] && node.next->next->value == 2, "is a list of its own");
	fg_arena_fini(&arena);
}

static void test_copy_memory(void)
{
	struct fg_arena source;
	struct kinds k;
	size_t i, wrong = 0, leaked = 0;
	int status = -ENOMEM;

	fg_arena_init(&source, NULL, 0);
	tap_eq_int(kinds_decode(rich, strlen(rich), NULL, &source, &k, NULL, NULL), 0, "decoded");
	for (i = 0; status && i < 100; i++) {
		struct failing failing = {.left = i};
		const struct fg_allocator allocator = {failing_alloc, failing_free, &failing};
		struct fg_arena arena;
		struct kinds copy = {.last = 77};

		fg_arena_init(&arena, &allocator, 16);
		status = kinds_copy(&k, &arena, &copy);
		wrong += status ? status != -ENOMEM || copy.last != 77 : copy.last != 25;
		fg_arena_fini(&arena);
		leaked += failing.live;
	}
	tap_ok(i > 3 && status == 0, "memory failed at %zu places, then sufficed", i - 1);
	tap_ok(wrong == 0 && leaked == 0, "each failure says so, changes nothing and leaks nothing");
	fg_arena_fini(&source);
}

/* ---- the shared form: every kind of pointer, published ---------------------------------------------- */

/* Merges a text and leaves nothing of it. Returns: what the merge returned. */
static int merge_text(struct kinds_shared *shared, const char *text)
{
	const struct fg_allocator poisoned = {poisoned_alloc, poisoned_free, NULL};
	char *json = exact_copy(text, strlen(text));
	struct kinds_present present;
	struct fg_arena arena;
	struct kinds k;
	int status;

	fg_arena_init(&arena, &poisoned, 64);
	status = kinds_decode(json, strlen(text), NULL, &arena, &k, &present, NULL);
	if (!status)
		status = kinds_merge(shared, &k, &present);
	fg_arena_fini(&arena);
	memset(json, 0xa5, strlen(text));
	free(json);
	return status;
}

static void encoded_is(const struct kinds *record, const struct kinds_present *present, const char *want,
                       const char *what)
{
	struct fg_buffer out = {0};

	tap_eq_int(kinds_encode(record, present, &out, NULL), 0, "%s: encoded", what);
	if (fg_buffer_reserve(&out, 1))
		abort();
	out.data[out.len] = '\0';
	tap_eq_str(out.data, want, "%s: the text", what);
	fg_buffer_fini(&out);
}

/* What is read of a shared record, both ways. */
static void shared_is(struct kinds_shared *shared, const char *want, const char *what)
{
	struct kinds_present present;
	struct fg_arena arena;
	struct fg_read section;
	const struct kinds *view;
	struct kinds k;

	fg_arena_init(&arena, NULL, 64);
	tap_eq_int(kinds_read(shared, &arena, &k, &present), 0, "%s: read", what);
	encoded_is(&k, &present, want, what);
	section = fg_read_begin();
	view = kinds_view(shared, &section, &present);
	tap_ok(view && view->text.ptr != k.text.ptr, "%s: seen", what);
	if (view)
		encoded_is(view, &present, want, what);
	fg_read_end(&section);
	fg_arena_fini(&arena);
}

static void test_shared(void)
{
	static struct kinds_shared shared;
	struct kinds_present present;
	struct fg_read section = fg_read_begin();
	struct kinds k = {.samples_n = 1}, empty = {0};

	tap_ok(!kinds_view(&shared, &section, &present), "all-zero is empty");
	fg_read_end(&section);
	tap_ok(kinds_read(&shared, NULL, &k, &present) == 0 && memcmp(&k, &empty, sizeof k) == 0 && !present.bits[0],
	       "an empty one is read as zeros");
	tap_eq_int(merge_text(&shared, rich), 0, "merged");
	shared_is(&shared, rich, "every kind");
	tap_eq_int(merge_text(&shared, "{\"id\":\"a-1\",\"part\":{\"serial\":\"s-9\"},\"point\":{\"x\":1},\"last\":25}"), 0, "a patch");
	shared_is(&shared, rich, "what a patch does not name stays");
	k = (struct kinds){.samples_n = 1};
	tap_eq_int(kinds_merge(&shared, &k, NULL), -EINVAL, "a count over no array");
	shared_is(&shared, rich, "refused");
	section = fg_read_begin();
	k = *kinds_view(&shared, &section, &present);
	tap_eq_int(kinds_merge(&shared, &k, &present), 0, "merged with what it holds");
	fg_read_end(&section);
	shared_is(&shared, rich, "its own view");
	kinds_shared_fini(&shared);
	tap_eq_int(merge_text(&shared, "{\"id\":\"b\",\"text\":\"x\"}"), 0, "used again");
	shared_is(&shared, "{\"id\":\"b\",\"text\":\"x\"}", "emptied before");
	kinds_shared_fini(&shared);
	kinds_shared_fini(NULL);
	fg_read_wait();
}

/* Memory ends after each number of allocations: then the record holds what it held. */
static void test_shared_memory(void)
{
	struct failing failing = {.left = SIZE_MAX};
	const struct fg_allocator allocator = {failing_alloc, failing_free, &failing};
	struct kinds_shared *shared = aligned_alloc(64, sizeof *shared);
	struct fg_arena arena;
	size_t i, wrong = 0;
	int status = -ENOMEM;
	struct kinds k;

	if (!shared)
		abort();
	kinds_shared_init(shared, &allocator);
	tap_eq_int(merge_text(shared, "{\"id\":\"before\"}"), 0, "merged");
	for (i = 0; status && i < 100; i++) {
		failing.left = i;
		status = merge_text(shared, rich);
		failing.left = SIZE_MAX;
		fg_arena_init(&arena, NULL, 0);
		wrong += kinds_read(shared, &arena, &k, NULL) != 0 || (status && status != -ENOMEM) ||
		         strcmp(k.id, status ? "before" : "a-1") != 0 || (k.text.ptr != NULL) != (status == 0);
		fg_arena_fini(&arena);
	}
	tap_ok(i > 2 && status == 0, "memory failed at %zu places, then sufficed", i - 1);
	tap_eq_int((int)wrong, 0, "each failure says so and changes nothing");
	status = -ENOMEM;
	for (i = 0; status && i < 100; i++) {
		struct failing reading = {.left = i};
		const struct fg_allocator reader = {failing_alloc, failing_free, &reading};

		fg_arena_init(&arena, &reader, 16);
		k = (struct kinds){.last = 77};
		status = kinds_read(shared, &arena, &k, NULL);
		wrong += status ? status != -ENOMEM || k.last != 77 : k.last != 25;
		fg_arena_fini(&arena);
		wrong += reading.live != 0;
	}
	tap_ok(i > 2 && status == 0 && wrong == 0, "and %zu times while it was read", i - 1);
	kinds_shared_fini(shared);
	fg_read_wait();
	tap_eq_int((int)failing.live, 0, "nothing leaked");
	free(shared);
}

static void test_rounds(void)
{
	check_round(&kinds_fg_type, rich, NULL);
	check_round(&kinds_fg_type,
	            " { \"last\" : 1 , \"id\" : \"x\" , \"unknown\" : [ { } ] , \"i8\" : 1.0 , \"i8\":2e0} \n",
	            "{\"id\":\"x\",\"i8\":2,\"last\":1}");
	check_round(
	    &kinds_fg_type,
	    "{\"identifier\":\"x\",\"color\":5,\"wide\":\"WIDE_SMALL\",\"mode\":\"on\",\"note\":\"h\xc3\xa9llo w\xc3\xb6rld\"}",
	    "{\"id\":\"x\",\"color\":\"dark_green\",\"mode\":1,\"wide\":\"small\",\"note\":\"h\xc3\xa9llo \"}");
	check_round(&kinds_fg_type, "{\"\\u0069d\":\"x\",\"code\":\" e \",\"text\":\" A\\tB \",\"title\":\"  \"}",
	            "{\"id\":\"x\",\"code\":\"E\",\"text\":\"a\\tb\",\"title\":\"\"}");
	check_round(
	    &kinds_fg_type,
	    "{\"id\":\"x\",\"text\":null,\"name\":null,\"raw\":null,\"where\":null,\"tags\":null,\"groups\":null}",
	    "{\"id\":\"x\",\"text\":null,\"name\":null,\"raw\":null,\"tags\":null,\"groups\":null}");
	check_round(&kinds_fg_type,
	            "{\"id\":\"x\",\"bytes\":[],\"spots\":[],\"samples\":[],\"tags\":[],\"limits\":{},\"groups\":{}}",
	            NULL);
	check_round(
	    &kinds_fg_type,
	    "{\"id\":\"x\",\"point\":{\"x\":1,\"y\":2},\"point\":{\"x\":3},\"bytes\":[1,2],\"bytes\":[3],\"maybe\":1,"
	    "\"maybe\":null}",
	    "{\"id\":\"x\",\"point\":{\"x\":3},\"bytes\":[3]}");
	check_round(&kinds_fg_type, "{\"id\":\"x\",\"tuple\":[1]}", "{\"id\":\"x\",\"tuple\":[1,\"\",0.5]}");
	check_round(&kinds_tuple_fg_type, "[1]", NULL);
	check_round(&kinds_tuple_fg_type, "[1,\"a\",null]", "[1,\"a\"]");
	check_round(&kinds_tuple_fg_type, "[1,\"a\",2.5,{},null]", "[1,\"a\",2.5]");
	check_round(&kinds_entry_fg_type, "{\"name\":\"a\",\"value\":1}", NULL);
}

static void test_refusals(void)
{
	static const struct refusal refusals[] = {
	    {"", 0, FG_ERR_TRUNCATED, "$", 1, 1},
	    {"[]", 0, FG_ERR_TYPE, "$", 1, 1},
	    {"{}", 0, FG_ERR_REQUIRED, "$.id", 1, 2},
	    {"{\"id\":\"x\"", 0, FG_ERR_TRUNCATED, "$", 0, 0},
	    {"{\"id\":\"x\"} x", 0, FG_ERR_TRAILING, "$", 1, 12},
	    {"{\"id\":\"x\",}", 0, FG_ERR_SYNTAX, "$", 1, 11},
	    {"{\"id\" \"x\"}", 0, FG_ERR_SYNTAX, "$", 1, 7},
	    {"{\"id\":null}", 0, FG_ERR_TYPE, "$.id", 1, 7},
	    {"{\"id\":\"1234567890123456789012345\"}", 0, FG_ERR_LENGTH, "$.id", 1, 7},
	    {"{\"id\":\"a\\u0000b\"}", 0, FG_ERR_NUL, "$.id", 0, 0},
	    {"{\"id\":\"\xff\"}", 0, FG_ERR_UTF8, "$.id", 0, 0},
	    {"{\"id\":\"\\ud800\"}", 0, FG_ERR_ESCAPE, "$.id", 0, 0},
	    {"{\n\"id\":\"x\",\n  \"i8\": 128}", 0, FG_ERR_RANGE, "$.i8", 3, 9},
	    {"{\"id\":\"x\",\"u8\":-1}", 0, FG_ERR_RANGE, "$.u8", 1, 16},
	    {"{\"id\":\"x\",\"i8\":1.5}", 0, FG_ERR_RANGE, "$.i8", 0, 0},
	    {"{\"id\":\"x\",\"i8\":01}", 0, FG_ERR_NUMBER, "$.i8", 0, 0},
	    {"{\"id\":\"x\",\"f64\":1e400}", 0, FG_ERR_RANGE, "$.f64", 0, 0},
	    {"{\"id\":\"x\",\"yes\":1}", 0, FG_ERR_TYPE, "$.yes", 0, 0},
	    {"{\"id\":\"x\",\"color\":\"pink\"}", 0, FG_ERR_ENUM, "$.color", 0, 0},
	    {"{\"id\":\"x\",\"color\":6}", 0, FG_ERR_ENUM, "$.color", 0, 0},
	    {"{\"id\":\"x\",\"at\":\"yesterday\"}", 0, FG_ERR_TIME, "$.at", 0, 0},
	    {"{\"id\":\"x\",\"for\":\"1 hour\"}", 0, FG_ERR_TIME, "$.for", 0, 0},
	    {"{\"id\":\"x\",\"quoted\":1}", 0, FG_ERR_TYPE, "$.quoted", 0, 0},
	    {"{\"id\":\"x\",\"quoted\":\"1 \"}", 0, FG_ERR_TYPE, "$.quoted", 0, 0},
	    {"{\"id\":\"x\",\"point\":{\"y\":1}}", 0, FG_ERR_REQUIRED, "$.point.x", 1, 25},
	    {"{\"id\":\"x\",\"spots\":[{\"x\":1},{}]}", 0, FG_ERR_REQUIRED, "$.spots[1].x", 0, 0},
	    {"{\"id\":\"x\",\"tuple\":[]}", 0, FG_ERR_REQUIRED, "$.tuple[0]", 0, 0},
	    {"{\"id\":\"x\",\"tuple\":[1,2]}", 0, FG_ERR_TYPE, "$.tuple[1]", 0, 0},
	    {"{\"id\":\"x\",\"tuple\":[1,\"a\",1,2]}", FG_DECODE_UNKNOWN_ERROR, FG_ERR_UNKNOWN, "$.tuple", 0, 0},
	    {"{\"id\":\"x\",\"strict\":{\"b\":1}}", 0, FG_ERR_UNKNOWN, "$.strict", 0, 0},
	    {"{\"id\":\"x\",\"b\":1}", FG_DECODE_UNKNOWN_ERROR, FG_ERR_UNKNOWN, "$", 1, 11},
	    {"{\"id\":\"x\",\"b\":[1,}", 0, FG_ERR_SYNTAX, "$", 0, 0},
	    {"{\"id\":\"x\",\"key\":\"y\"}", FG_DECODE_DUPLICATE_ERROR, FG_ERR_DUPLICATE, "$.id", 0, 0},
	    {"{\"id\":\"x\",\"maybe\":null,\"maybe\":1}", FG_DECODE_DUPLICATE_ERROR, FG_ERR_DUPLICATE, "$.maybe", 0, 0},
	    {"{\"id\":\"x\",\"point\":{\"x\":1,\"x\":2}}", FG_DECODE_DUPLICATE_ERROR, FG_ERR_DUPLICATE, "$.point.x", 0,
	     0},
	    {"{\"id\":\"x\",\"bytes\":[1,2,3,4,5]}", 0, FG_ERR_LENGTH, "$.bytes", 0, 0},
	    {"{\"id\":\"x\",\"pair\":[1]}", 0, FG_ERR_LENGTH, "$.pair", 0, 0},
	    {"{\"id\":\"x\",\"pair\":[1,2,3]}", 0, FG_ERR_LENGTH, "$.pair", 0, 0},
	    {"{\"id\":\"x\",\"bytes\":[1,256]}", 0, FG_ERR_RANGE, "$.bytes[1]", 0, 0},
	    {"{\"id\":\"x\",\"bytes\":[1,]}", 0, FG_ERR_SYNTAX, "$.bytes", 0, 0},
	    {"{\"id\":\"x\",\"samples\":null}", 0, FG_ERR_TYPE, "$.samples", 0, 0},
	    {"{\"id\":\"x\",\"rows\":[[1],[\"a\"]]}", 0, FG_ERR_TYPE, "$.rows[1][0]", 0, 0},
	    {"{\"id\":\"x\",\"limits\":{\"a\":1,\"b\":true}}", 0, FG_ERR_TYPE, "$.limits[1]", 0, 0},
	    {"{\"id\":\"x\",\"groups\":{\"65536\":[]}}", 0, FG_ERR_RANGE, "$.groups[0]", 0, 0},
	    {"{\"id\":\"x\",\"groups\":{\"1\":[\"a\",1]}}", 0, FG_ERR_TYPE, "$.groups[0][1]", 0, 0},
	    {"{\"id\":\"x\",\"places\":{\"a\":{}}}", 0, FG_ERR_REQUIRED, "$.places[0].height", 0, 0},
	    {"{\"id\":\"x\",\"list\":{\"value\":1,\"next\":{\"value\":\"2\"}}}", 0, FG_ERR_TYPE, "$.list.next.value", 0,
	     0},
	};

	check_refusals(&kinds_fg_type, refusals, sizeof refusals / sizeof *refusals);
}

static void test_limits(void)
{
	enum { DEEP = 10000, LINES = 300 };
	char *text = malloc(DEEP * 10 + LINES * 8 + 100);
	struct fg_decode_options options = {.max_items = 3};
	struct fg_error error;
	struct fg_arena arena;
	struct kinds k;
	size_t len;

	if (!text)
		abort();
	fg_arena_init(&arena, NULL, 0);
	len = (size_t)sprintf(text, "{\"id\":\"x\",\"list\":");
	for (int i = 0; i < DEEP; i++)
		len += (size_t)sprintf(text + len, "{\"next\":");
	tap_eq_int(kinds_decode(text, len, NULL, &arena, &k, NULL, &error), -EINVAL, "an endless list");
	len += (size_t)sprintf(text + len, "null");
	memset(text + len, '}', DEEP + 1);
	tap_eq_int(kinds_decode(text, len + DEEP + 1, NULL, &arena, &k, NULL, &error), -EINVAL, "a deep list");
	tap_eq_str(fg_code_name(error.code), "depth", "too deep");
	tap_ok(strstr(error.path, "...") && strstr(error.path, ".next"), "its path is cut: %s", error.path);
	len = (size_t)sprintf(text, "{\"id\":\"x\",\"lines\":[\"\"");
	for (int i = 1; i < LINES; i++)
		len += (size_t)sprintf(text + len, ",\"\"");
	len += (size_t)sprintf(text + len, "]}");
	tap_eq_int(kinds_decode(text, len, NULL, &arena, &k, NULL, &error), -EINVAL, "more items than uint8_t counts");
	tap_eq_str(fg_code_name(error.code), "length", "too long");
	tap_eq_str(error.path, "$.lines", "its path");
	tap_eq_int(kinds_decode(text, len, &options, &arena, &k, NULL, &error), -EINVAL,
	           "more items than the options allow");
	tap_eq_str(fg_code_name(error.code), "limit", "over the limit");
	tap_eq_int(kinds_decode("{\"id\":\"x\",\"samples\":[1]}", 24, NULL, NULL, &k, NULL, &error), -ENOMEM,
	           "no arena");
	fg_arena_fini(&arena);
	free(text);
}

/* The encoder's own refusals: out is as it was, and the path says where. */
static void refuse_encode(const struct kinds *k, const char *path, const char *what)
{
	struct fg_buffer out = {0};
	struct fg_error error = {0};

	tap_eq_int(fg_buffer_reserve(&out, 8), 0, "room");
	memcpy(out.data, "before", 6);
	out.len = 6;
	tap_eq_int(kinds_encode(k, NULL, &out, &error), -EINVAL, "%s", what);
	tap_eq_str(error.path, path, "path");
	tap_ok(out.len == 6 && memcmp(out.data, "before", 6) == 0, "out as it was");
	fg_buffer_fini(&out);
}

static void test_encode_refusals(void)
{
	static const struct kinds valid = {.wide = WIDE_SMALL};
	struct kinds_place places[1] = {{.height = 1}};
	struct kinds_tuple rows[2] = {{.x = 1}, {.ratio = NAN}};
	struct kinds_entry entries[1] = {{.value = 1}};
	struct kinds k = valid;

	k.f64 = INFINITY;
	refuse_encode(&k, "$.f64", "infinity");
	k = valid;
	k.color = (enum kinds_color)4;
	refuse_encode(&k, "$.color", "an enum's value without a name");
	k = valid;
	k.bytes_n = 5;
	refuse_encode(&k, "$.bytes", "a count over its array");
	k = valid;
	k.words_n = -1;
	refuse_encode(&k, "$.words", "a negative count");
	k = valid;
	k.samples_n = 1;
	refuse_encode(&k, "$.samples", "a count without an array");
	k = valid;
	k.rows = rows;
	k.rows_n = 2;
	refuse_encode(&k, "$.rows[1][2]", "NaN in a tuple in an array");
	k = valid;
	memcpy(k.note, "\xff", 2);
	refuse_encode(&k, "$.note", "not UTF-8");
	k = valid;
	k.limits = entries;
	k.limits_n = 1;
	refuse_encode(&k, "$.limits[0]", "a map's member without a name");
	k = valid;
	k.raw = (struct fg_str){"{", 1};
	refuse_encode(&k, "$.raw", "raw text that is not JSON");
	k = valid;
	memcpy(k.places, places, sizeof places);
	k.places[0].height = NAN;
	k.places_n = 1;
	refuse_encode(&k, "$.places[0].height", "NaN in a map");
}

static void test_patch(void)
{
	static const char first[] = "{\"id\":\"x\",\"i8\":1,\"point\":{\"x\":1,\"y\":2},\"bytes\":[1,2,3],\"u16\":7}";
	static const char second[] = "{\"id\":\"y\",\"point\":{\"x\":5},\"bytes\":[9]}";
	struct kinds_present present, more, all;
	struct fg_arena arena;
	struct kinds k, from;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(kinds_decode(first, strlen(first), NULL, &arena, &k, &present, NULL), 0, "the record");
	tap_eq_int(kinds_decode(second, strlen(second), NULL, &arena, &from, &more, NULL), 0, "the patch");
	kinds_patch(&k, &present, &from, &more);
	tap_ok(strcmp(k.id, "y") == 0 && k.i8 == 1 && k.u16 == 7, "named fields change, others stay");
	tap_ok(k.point.x == 5 && k.point.y == 2, "inside inline structs too");
	tap_ok(k.bytes_n == 1 && k.bytes[0] == 9, "an array comes with its count");
	tap_ok(kinds_has(&present, KINDS_FIELD_I8) && kinds_has(&present, KINDS_FIELD_BYTES) &&
	           kinds_point_has(&present.point, KINDS_POINT_FIELD_Y) && !kinds_has(&present, KINDS_FIELD_I16),
	       "the mask is the union");
	memset(&k, 0, sizeof k);
	kinds_patch(&k, NULL, &from, NULL);
	tap_ok(k.i64 == INT64_MIN && k.point.y == -7 && k.part.weight == 1, "all fields");
	memset(&all, 0, sizeof all);
	kinds_present_all(&all);
	memset(&present, 0, sizeof present);
	kinds_patch(&k, &present, &from, NULL);
	tap_ok(memcmp(&all, &present, sizeof all) == 0, "NULL is the mask of present_all");
	tap_ok(kinds_has(&all, KINDS_FIELD_LAST) && part_has(&all.part, PART_FIELD_SERIAL), "which has all");
	fg_arena_fini(&arena);
}

static void test_decode_array(void)
{
	static const char text[] = "[{\"x\":1,\"y\":2},{\"x\":3}]";
	struct kinds_point_present *presents = NULL;
	struct kinds_point *points = NULL;
	struct fg_error error;
	struct fg_arena arena;
	size_t n = 77;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(kinds_point_decode_array(text, strlen(text), NULL, &arena, &points, &presents, &n, NULL), 0,
	           "a root array");
	tap_ok(n == 2 && points[0].y == 2 && points[1].x == 3 && points[1].y == -7, "its items");
	tap_ok(kinds_point_has(&presents[0], KINDS_POINT_FIELD_Y) &&
	           !kinds_point_has(&presents[1], KINDS_POINT_FIELD_Y),
	       "their masks");
	tap_eq_int(kinds_point_decode_array("[ ]", 3, NULL, &arena, &points, NULL, &n, NULL), 0, "an empty one");
	tap_ok(n == 0 && !points, "is empty");
	n = 77;
	tap_eq_int(kinds_point_decode_array("[{\"x\":1},{}]", 12, NULL, &arena, &points, &presents, &n, &error),
	           -EINVAL, "a bad item");
	tap_eq_str(error.path, "$[1].x", "its path");
	tap_eq_int((int)n, 77, "results untouched");
	tap_eq_int(kinds_point_decode_array("{}", 2, NULL, &arena, &points, NULL, &n, &error), -EINVAL, "an object");
	fg_arena_fini(&arena);
}

int main(void)
{
	test_values();
	test_defaults();
	test_copies();
	test_copy_refusals();
	test_copy_memory();
	test_shared();
	test_shared_memory();
	test_rounds();
	test_refusals();
	test_limits();
	test_encode_refusals();
	test_patch();
	test_decode_array();
	check_damage(&kinds_fg_type, rich);
	check_memory(&kinds_fg_type, rich);
	return tap_done();
}

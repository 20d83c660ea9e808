/* test_published.c - shared forms of structs with pointers: the snapshot group beside every other policy */
#include "published.fg.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

struct failing {
	size_t left, live;
};

static void *failing_alloc(void *user, size_t size)
{
	struct failing *failing = user;

	if (!failing->left)
		return NULL;
	failing->left--;
	failing->live++;
	return malloc(size);
}

static void failing_free(void *user, void *ptr)
{
	struct failing *failing = user;

	failing->live--;
	free(ptr);
}

static int merge(struct published_shared *shared, const char *json, struct fg_refusal *ret_refusal)
{
	struct published_present present;
	struct published record;
	struct fg_arena arena;
	int rc;

	fg_arena_init(&arena, NULL, 0);
	rc = published_decode(json, strlen(json), NULL, &arena, &record, &present, NULL);
	if (rc)
		abort();
	rc = published_merge(shared, &record, &present, ret_refusal);
	fg_arena_fini(&arena);
	return rc;
}

/* What is read, as JSON; the caller frees out. */
static const char *text_of(struct published_shared *shared, struct fg_buffer *out)
{
	struct published_present present;
	struct published record;
	struct fg_arena arena;

	fg_arena_init(&arena, NULL, 0);
	out->len = 0;
	if (published_read(shared, &arena, &record, &present) || published_encode(&record, &present, out, NULL) ||
	    fg_buffer_reserve(out, 1))
		abort();
	out->data[out->len] = '\0';
	fg_arena_fini(&arena);
	return out->data;
}

static const char all[] = "{\"note\":\"n\",\"state\":\"sent\",\"origin\":\"DE\",\"cents\":5,\"currency\":\"EUR\",\"who\":{\"name\":\"Ann\","
                          "\"mail\":\"a@b\"},\"views\":7,\"seen\":8,\"host\":\"h\",\"g7\":9,\"others\":[{\"name\":\"Bob\",\"mail\":null}],"
                          "\"lines\":[\"1\",null]}";

static void test_policies(void)
{
	static struct published_shared shared;
	struct fg_refusal refusal = {0};
	struct published_present present;
	struct fg_buffer out = {0};
	struct fg_read section;
	const struct published *view;

	tap_eq_str(text_of(&shared, &out), "{}", "empty");
	tap_eq_int(merge(&shared, all, NULL), 0, "merged");
	tap_eq_str(text_of(&shared, &out), all, "all policies");
	section = fg_read_begin();
	view = published_view(&shared, &section, &present);
	tap_ok(view && view->views == 0 && view->cents == 0 && !view->origin[0] && view->g7 == 9 && view->others_n == 1,
	       "a view has the snapshot group alone");
	tap_ok(published_has(&present, PUBLISHED_FIELD_NOTE) && !published_has(&present, PUBLISHED_FIELD_CENTS) &&
	           !published_has(&present, PUBLISHED_FIELD_A0), "and its mask");
	tap_eq_int(merge(&shared, "{\"note\":\"other\",\"who\":{\"mail\":\"c\"},\"views\":1}", NULL), 0, "a patch");
	tap_ok(view && view->note.len == 1 && view->note.ptr[0] == 'n' && strcmp(view->who.mail, "a@b") == 0,
	       "does not touch what is being looked at");
	fg_read_end(&section);
	section = fg_read_begin();
	view = published_view(&shared, &section, NULL);
	tap_ok(view && view->note.len == 5 && view->who.name.len == 3 && strcmp(view->who.mail, "c") == 0 &&
	           view->g7 == 9,
	       "the next one has it, and what was there");
	fg_read_end(&section);
	tap_eq_int(merge(&shared, "{\"note\":\"x\",\"state\":\"new\",\"views\":3}", &refusal), -EPERM, "a refused one");
	tap_eq_str(refusal.path, "$.state", "says why");
	tap_eq_int(merge(&shared, "{\"note\":\"x\",\"origin\":\"FR\",\"state\":\"done\"}", &refusal), -EPERM, "once");
	tap_eq_str(refusal.path, "$.origin", "says why");
	view = NULL;
	tap_ok(strstr(text_of(&shared, &out), "\"note\":\"other\",\"state\":\"sent\"") != NULL, "nothing of it was merged");
	tap_eq_int(merge(&shared, "{\"state\":\"done\"}", NULL), 0, "one without the group");
	tap_ok(strstr(text_of(&shared, &out), "\"note\":\"other\",\"state\":\"done\"") != NULL, "goes to its place");
	published_shared_fini(&shared);
	fg_buffer_fini(&out);
}

/* Without memory nothing of a patch is merged, not even what needs none. */
static void test_memory(void)
{
	static struct published_shared shared;
	struct failing failing = {.left = SIZE_MAX};
	const struct fg_allocator allocator = {failing_alloc, failing_free, &failing};
	struct fg_buffer out = {0};
	size_t k, wrong = 0;
	int rc = -ENOMEM;

	published_shared_init(&shared, &allocator);
	for (k = 0; rc && k < 100; k++) {
		failing.left = k;
		rc = merge(&shared, all, NULL);
		failing.left = SIZE_MAX;
		wrong += rc && (rc != -ENOMEM || strcmp(text_of(&shared, &out), "{}") != 0);
		wrong += rc && failing.live != 0;
	}
	tap_ok(!rc && k > 2, "memory failed at %zu places", k - 1);
	tap_eq_int((int)wrong, 0, "and nothing had changed");
	tap_eq_str(text_of(&shared, &out), all, "then all is there");
	published_shared_fini(&shared);
	fg_read_wait();
	tap_eq_int((int)failing.live, 0, "nothing leaked");
	fg_buffer_fini(&out);
}

static void test_copy(void)
{
	struct published_who others[1] = {{.mail = (char *)"m", .session = others}};
	struct published from = {.others = others, .others_n = 1, .opaque = others, .bits = 5, .lines_n = 1,
	                         .lines = {{"a", 1}, {"not counted", 11}}}, to;
	struct published_value value = {1, &value}, copy = {0};
	struct fg_arena arena;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(published_copy(&from, &arena, &to), 0, "copied");
	tap_ok(!to.opaque && !to.others[0].session && !to.who.session && to.bits == 5, "fields that take no part are zero");
	tap_ok(to.lines[0].ptr != from.lines[0].ptr && !to.lines[1].ptr, "items behind the count are zero");
	tap_eq_int(published_copy(&to, &arena, &to), 0, "onto itself");
	tap_eq_str(to.others[0].mail, "m", "is a copy too");
	from.lines_n = 4;
	tap_eq_int(published_copy(&from, &arena, &to), -EINVAL, "a count over a fixed array");
	tap_eq_int(published_value_copy(&value, NULL, &copy), 0, "without pointers");
	tap_ok(copy.x == 1 && !copy.opaque, "needs no arena");
	fg_arena_fini(&arena);
}

static void test_large(void)
{
	static struct published_large_shared shared;
	static struct published_large large, back;
	struct fg_arena arena;

	fg_arena_init(&arena, NULL, 0);
	large.text = (char *)"text";
	large.words[4095] = 7;
	tap_eq_int(published_large_merge(&shared, &large, NULL), 0, "a large one");
	tap_eq_int(published_large_read(&shared, &arena, &back, NULL), 0, "read");
	tap_ok(back.words[4095] == 7 && back.text != large.text && strcmp(back.text, "text") == 0, "is whole");
	tap_eq_int(published_large_read(&shared, NULL, &back, NULL), -ENOMEM, "not without an arena");
	published_large_shared_fini(&shared);
	fg_arena_fini(&arena);
}

/* ---- in a store ------------------------------------------------------------------------------------------------- */

static int store_merge(struct fg_store *store, const char *json)
{
	struct published_doc_present present;
	struct published_doc doc;
	struct fg_arena arena;
	int rc;

	fg_arena_init(&arena, NULL, 0);
	rc = published_doc_decode(json, strlen(json), NULL, &arena, &doc, &present, NULL);
	if (rc)
		abort();
	rc = published_doc_store_merge(store, &doc, &present, NULL);
	fg_arena_fini(&arena);
	return rc;
}

static int count_texts(const struct published_doc *doc, const struct published_doc_present *present, void *user)
{
	size_t *bytes = user;

	(void)present;
	*bytes += doc->text.len + (doc->name ? strlen(doc->name) : 0) + (size_t)(doc->numbers_n ? doc->numbers[0] : 0);
	return 0;
}

static void test_store(void)
{
	struct failing failing = {.left = SIZE_MAX};
	const struct fg_allocator allocator = {failing_alloc, failing_free, &failing};
	const struct fg_store_options options = {.allocator = &allocator};
	struct published_doc bad = {.id = "bad", .numbers_n = 1}, doc;
	struct fg_store *store = NULL;
	struct fg_arena arena;
	size_t bytes = 0;

	fg_arena_init(&arena, NULL, 0);
	tap_eq_int(published_doc_store_new(&options, &store), 0, "a store");
	tap_eq_int(published_doc_store_merge(store, &bad, NULL, NULL), -EINVAL, "a count over no array");
	tap_eq_int((int)fg_store_count(store), 0, "makes no record");
	tap_eq_int(store_merge(store, "{\"id\":\"a\",\"text\":\"one\",\"name\":\"n\",\"numbers\":[40,2]}"), 0, "merged");
	tap_eq_int(store_merge(store, "{\"id\":\"a\",\"text\":\"other\",\"origin\":\"DE\"}"), 0, "and again");
	tap_eq_int(store_merge(store, "{\"id\":\"a\",\"text\":\"x\",\"origin\":\"FR\"}"), -EPERM, "refused");
	tap_eq_int(store_merge(store, "{\"id\":\"a key that is longer than a cell\",\"text\":\"t\"}"), 0, "a long key");
	tap_eq_int(published_doc_store_read(store, "a", &arena, &doc, NULL), 0, "read");
	tap_ok(doc.text.len == 5 && memcmp(doc.text.ptr, "other", 5) == 0 && strcmp(doc.name, "n") == 0 &&
	           doc.numbers_n == 2 && doc.numbers[1] == 2,
	       "is what was merged");
	tap_eq_int(published_doc_store_read(store, "a", NULL, &doc, NULL), -ENOMEM, "not without an arena");
	tap_eq_int(published_doc_store_read(store, "b", &arena, &doc, NULL), -ENOENT, "not what isn't there");
	tap_eq_int(published_doc_store_each(store, count_texts, &bytes), 0, "walked");
	tap_eq_int((int)bytes, 5 + 1 + 40 + 1, "over all");
	tap_eq_int(published_doc_store_remove(store, "a"), 0, "removed");
	fg_read_wait();
	tap_eq_int(store_merge(store, "{\"id\":\"a\",\"name\":\"new\"}"), 0, "made again");
	tap_eq_int(published_doc_store_read(store, "a", &arena, &doc, NULL), 0, "read");
	tap_ok(!doc.text.ptr && strcmp(doc.name, "new") == 0 && !doc.numbers, "has nothing of the old one");
	fg_store_free(store);
	tap_eq_int((int)failing.live, 0, "all given back");
	fg_arena_fini(&arena);
}

/* Without memory a merge changes nothing, whether the record was there or not. */
static void test_store_memory(void)
{
	struct failing failing = {.left = SIZE_MAX};
	const struct fg_allocator allocator = {failing_alloc, failing_free, &failing};
	const struct fg_store_options options = {.allocator = &allocator};
	struct fg_store *store = NULL;
	size_t wrong = 0, k = 0, bytes;
	int rc = -ENOMEM;

	tap_eq_int(published_doc_store_new(&options, &store), 0, "a store");
	for (; rc && k < 100; k++) {
		failing.left = k;
		rc = store_merge(store, "{\"id\":\"a\",\"text\":\"one\"}");
		failing.left = SIZE_MAX;
		wrong += rc && (rc != -ENOMEM || fg_store_count(store) != 0);
	}
	tap_ok(!rc && k > 3 && !wrong, "memory failed at %zu places, and nothing was there", k - 1);
	for (rc = -ENOMEM, k = 0; rc && k < 100; k++) {
		failing.left = k;
		rc = store_merge(store, "{\"id\":\"a\",\"text\":\"another\"}");
		failing.left = SIZE_MAX;
		bytes = 0;
		wrong += published_doc_store_each(store, count_texts, &bytes) != 0 || bytes != (rc ? 3 : 7);
	}
	tap_ok(!rc && k > 1 && !wrong, "and at %zu with a record", k - 1);
	for (rc = -ENOMEM, k = 0; rc && k < 100; k++) {
		failing.left = k;
		bytes = 0;
		rc = published_doc_store_each(store, count_texts, &bytes);
		failing.left = SIZE_MAX;
		wrong += rc && (rc != -ENOMEM || bytes);
	}
	tap_ok(!rc && k > 1 && !wrong, "and at %zu of a walk", k - 1);
	fg_store_free(store);
	tap_eq_int((int)failing.live, 0, "nothing leaked");
}

static void evicted(const void *record, const void *present, void *user)
{
	const struct published_doc *doc = record;
	size_t *texts = user;

	(void)present;
	*texts += doc->text.len == 3 && memcmp(doc->text.ptr, "one", 3) == 0;
}

static void test_store_limit(void)
{
	size_t texts = 0;
	const struct fg_store_options options = {.max_keys = 2, .evict = evicted, .user = &texts};
	struct fg_store *store = NULL;
	char json[64];

	tap_eq_int(published_doc_store_new(&options, &store), 0, "a store with a limit");
	for (int i = 0; i < 10; i++) {
		snprintf(json, sizeof json, "{\"id\":\"%d\",\"text\":\"one\"}", i);
		if (store_merge(store, json))
			abort();
	}
	fg_store_free(store);
	tap_eq_int((int)texts, 8, "what was evicted was told whole");
}

int main(void)
{
	test_policies();
	test_memory();
	test_copy();
	test_large();
	test_store();
	test_store_memory();
	test_store_limit();
	fg_read_wait();
	return tap_done();
}

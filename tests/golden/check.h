/* check.h - what the checking programs of the generated code share */
#ifndef GOLDEN_CHECK_H
#define GOLDEN_CHECK_H

#include "tap.h"

#include <fieldguard/type.h>
#include <stdlib.h>
#include <string.h>

/* A copy of exactly len bytes on the heap, so that a sanitizer sees a read past the end. The caller frees it. */
static inline char *exact_copy(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, text, len);
	return copy;
}

/* One text that must be refused, and what is told of it. */
struct refusal {
	const char *json;
	uint32_t flags;
	enum fg_code code;
	const char *path;
	uint32_t line, column; /* 0: not looked at */
};

/* Decodes each text by type, expecting the failure and a record and mask that nothing has touched. */
static inline void check_refusals(const struct fg_type *type, const struct refusal *refusals, size_t n)
{
	unsigned char *record = malloc(type->record_size), *present = malloc(type->present_size);

	for (size_t i = 0; record && present && i < n; i++) {
		const struct refusal *refusal = &refusals[i];
		struct fg_decode_options options = {.flags = refusal->flags};
		size_t len = strlen(refusal->json), touched = 0;
		char *json = exact_copy(refusal->json, len);
		struct fg_error error = {0};
		struct fg_arena arena;

		fg_arena_init(&arena, NULL, 0);
		memset(record, 0xa5, type->record_size);
		memset(present, 0xa5, type->present_size);
		tap_ok(type->decode(json, len, &options, &arena, record, present, &error) < 0, "refused: %.70s",
		       refusal->json);
		tap_eq_str(fg_code_name(error.code), fg_code_name(refusal->code), "code (%s)",
		           error.text ? error.text : "");
		tap_eq_str(error.path, refusal->path, "path");
		if (refusal->line)
			tap_ok(error.line == refusal->line && error.column == refusal->column,
			       "place: %u:%u, expected %u:%u", error.line, error.column, refusal->line,
			       refusal->column);
		for (size_t k = 0; k < type->record_size; k++)
			touched += record[k] != 0xa5;
		for (size_t k = 0; k < type->present_size; k++)
			touched += present[k] != 0xa5;
		tap_eq_int((int)touched, 0, "record and mask untouched");
		fg_arena_fini(&arena);
		free(json);
	}
	free(record);
	free(present);
}

/* Decodes, encodes with the mask, and compares the text. want NULL: the text itself. */
static inline void check_round(const struct fg_type *type, const char *text, const char *want)
{
	size_t len = strlen(text);
	char *json = exact_copy(text, len);
	void *record = calloc(1, type->record_size), *present = calloc(1, type->present_size);
	struct fg_buffer out = {0};
	struct fg_error error = {0};
	struct fg_arena arena;
	int status;

	fg_arena_init(&arena, NULL, 0);
	status = type->decode(json, len, NULL, &arena, record, present, &error);
	tap_eq_int(status, 0, "decoded: %.70s (%s at %s)", text, error.text ? error.text : "", error.path);
	status = status ? status : type->encode(record, present, &out, &error);
	tap_eq_int(status, 0, "encoded");
	tap_ok(status == 0 && fg_buffer_reserve(&out, 1) == 0, "room for a NUL");
	if (out.data) {
		out.data[out.len] = '\0';
		tap_eq_str(out.data, want ? want : text, "the same text");
	}
	fg_buffer_fini(&out);
	fg_arena_fini(&arena);
	free(record);
	free(present);
	free(json);
}

/*
 * The text cut after each byte, then with each byte changed in each of some ways: every outcome is fine but a crash, a
 * changed record on failure, or a record that was read and can't be written and read again.
 */
static inline void check_damage(const struct fg_type *type, const char *text)
{
	static const unsigned char masks[] = {0x01, 0x02, 0x10, 0x20, 0x40, 0x80, 0xff};
	size_t len = strlen(text), touched = 0, accepted = 0, lost = 0, cut_accepted = 0;
	unsigned char *record = malloc(type->record_size), *before = malloc(type->record_size);
	void *present = malloc(type->present_size);
	struct fg_arena arena;

	if (!record || !before || !present)
		abort();
	memset(before, 0xa5, type->record_size);
	fg_arena_init(&arena, NULL, 0);
	for (size_t i = 0; i < len * (1 + sizeof masks); i++) {
		size_t cut = i < len ? i : len;
		char *json = exact_copy(text, cut);
		struct fg_buffer out = {0};
		struct fg_error error;

		if (i >= len)
			json[i % len] = (char)((unsigned char)json[i % len] ^ masks[i / len - 1]);
		memcpy(record, before, type->record_size);
		if (type->decode(json, cut, NULL, &arena, record, present, &error) < 0) {
			touched += memcmp(record, before, type->record_size) != 0;
		} else {
			accepted++;
			cut_accepted += i < len;
			lost += type->encode(record, present, &out, &error) < 0 ||
			        type->decode(out.data, out.len, NULL, &arena, record, present, &error) < 0;
		}
		fg_buffer_fini(&out);
		fg_arena_reset(&arena);
		free(json);
	}
	tap_eq_int((int)cut_accepted, 0, "%zu texts cut short are all refused", len);
	tap_eq_int((int)touched, 0, "no refused one changed the record");
	tap_eq_int((int)lost, 0, "each of %zu accepted ones can be written and read again", accepted);
	fg_arena_fini(&arena);
	free(record);
	free(before);
	free(present);
}

/* ---- memory that fails --------------------------------------------------------------------------------------------
 */

struct failing {
	size_t left; /* allocations that still succeed */
	size_t live;
};

static inline void *failing_alloc(void *user, size_t size)
{
	struct failing *failing = user;

	if (failing->left == 0)
		return NULL;
	failing->left--;
	failing->live++;
	return malloc(size);
}

static inline void failing_free(void *user, void *ptr)
{
	struct failing *failing = user;

	failing->live -= ptr != NULL;
	free(ptr);
}

/* Decodes and encodes with memory that ends after k allocations, for each k until all goes well. */
static inline void check_memory(const struct fg_type *type, const char *text)
{
	unsigned char *record = malloc(type->record_size);
	size_t k, wrong = 0, leaked = 0;
	int status = -1;

	if (!record)
		abort();
	for (k = 0; status < 0 && k < 1000; k++) {
		struct failing failing = {.left = k};
		const struct fg_allocator allocator = {failing_alloc, failing_free, &failing};
		struct fg_buffer out = {.allocator = &allocator};
		struct fg_error error = {0};
		struct fg_arena arena;

		fg_arena_init(&arena, &allocator, 64);
		memset(record, 0xa5, type->record_size);
		status = type->decode(text, strlen(text), NULL, &arena, record, NULL, &error);
		if (status < 0)
			wrong +=
			    record[0] != 0xa5 || record[type->record_size - 1] != 0xa5 || error.code != FG_ERR_MEMORY;
		else
			status = type->encode(record, NULL, &out, &error);
		if (status < 0)
			wrong += error.code != FG_ERR_MEMORY || out.len != 0;
		fg_buffer_fini(&out);
		fg_arena_fini(&arena);
		leaked += failing.live;
	}
	tap_ok(k > 3 && k < 1000, "memory failed at %zu places, then sufficed", k - 1);
	tap_eq_int((int)wrong, 0, "each failure says so and changes nothing");
	tap_eq_int((int)leaked, 0, "nothing leaked");
	free(record);
}

#endif

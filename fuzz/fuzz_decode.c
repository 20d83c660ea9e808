/*
 * fuzz_decode.c - any text to a record of every kind (tests/golden/kinds.h), and back
 *
 * The first byte holds the decoder's flags and limits, the rest is the text. A refused text leaves record and mask as
 * they were and says where it is wrong. An accepted one must be written and read again to the same text.
 */
#include "kinds.fg.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* Decodes into memory of a known pattern, and holds a refusal to its word. */
static bool decode(const char *json, size_t len, const struct fg_decode_options *options, struct fg_arena *arena,
                   struct kinds *ret_record, struct kinds_present *ret_present)
{
	struct fg_error error;
	int status;

	memset(ret_record, 0x5a, sizeof *ret_record);
	memset(ret_present, 0x5a, sizeof *ret_present);
	memset(&error, 0, sizeof error);
	status = kinds_decode(json, len, options, arena, ret_record, ret_present, &error);
	if (status == 0)
		return true;
	for (size_t i = 0; i < sizeof *ret_record; i++)
		must(((const unsigned char *)ret_record)[i] == 0x5a);
	for (size_t i = 0; i < sizeof *ret_present; i++)
		must(((const unsigned char *)ret_present)[i] == 0x5a);
	must(error.code != FG_OK && error.text && error.offset <= len && error.line > 0 && error.column > 0);
	must(error.path[0] == '$' || memcmp(error.path, "...", 3) == 0);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fg_decode_options options = {0};
	struct kinds_present present, again_present;
	struct fg_buffer first = {0}, second = {0};
	struct kinds record, again;
	struct fg_arena arena;

	if (size == 0)
		return 0;
	options.flags = data[0] & 7u;
	options.max_depth = data[0] & 8u ? 4 : 0;
	options.max_items = data[0] & 16u ? 2 : 0;
	options.max_string = data[0] & 32u ? 6 : 0;
	fg_arena_init(&arena, NULL, data[0] & 64u ? 64 : 0);
	if (decode((const char *)data + 1, size - 1, &options, &arena, &record, &present)) {
		must(kinds_encode(&record, &present, &first, NULL) == 0);
		/* Limits may refuse what is written: names in full, defaults of array items. */
		must(decode(first.data, first.len, NULL, &arena, &again, &again_present));
		must(kinds_encode(&again, &again_present, &second, NULL) == 0);
		must(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
		kinds_patch(&again, &again_present, &record, &present);
	}
	fg_buffer_fini(&first);
	fg_buffer_fini(&second);
	fg_arena_fini(&arena);
	return 0;
}

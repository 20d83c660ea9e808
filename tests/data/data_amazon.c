/* data_amazon.c - amazon_cellphones.ndjson, a line at a time, each line in memory of its own size: see data.h */
#include "data.h"
#include "amazon.fg.h"
#include <inttypes.h>

static const struct fg_decode_options options = {.flags = FG_DECODE_UNKNOWN_ERROR};

static int header_line(const char *line, size_t len, struct fg_arena *arena, struct fg_buffer *out,
                       struct fg_error *error)
{
	struct amazon_header header;
	int failed = amazon_header_decode(line, len, &options, arena, &header, NULL, error);

	return failed ? failed : amazon_header_encode(&header, NULL, out, error);
}

static int phone_line(const char *line, size_t len, struct fg_arena *arena, struct fg_buffer *out,
                      struct fg_error *error)
{
	struct amazon_phone phone;
	int failed = amazon_phone_decode(line, len, &options, arena, &phone, NULL, error);

	if (failed)
		return failed;
	printf("%s %.17g %" PRIu32 " ", phone.asin, phone.rating, phone.total_reviews);
	data_print_str(phone.prices);
	putchar('\n');
	return amazon_phone_encode(&phone, NULL, out, error);
}

int main(int argc, char **argv)
{
	struct fg_buffer out = {0};
	struct fg_arena arena;
	struct fg_error error;
	size_t len, lines = 0;
	char *text = argc == 3 ? data_read(argv[1], &len) : NULL;
	int status = 0;

	if (!text)
		return 1;
	fg_arena_init(&arena, NULL, 0);
	for (char *at = text; at < text + len && !status; lines++) {
		char *end = memchr(at, '\n', (size_t)(text + len - at)), *line;
		size_t line_len = (size_t)((end ? end : text + len) - at);

		line = malloc(line_len);
		if (!line)
			return 1;
		memcpy(line, at, line_len);
		if ((lines ? phone_line : header_line)(line, line_len, &arena, &out, &error) || data_append(&out, "\n"))
			status = data_failed("line", &error);
		fg_arena_reset(&arena);
		free(line);
		at += line_len + 1;
	}
	if (!status && !data_write(argv[2], &out))
		status = 1;
	fg_buffer_fini(&out);
	fg_arena_fini(&arena);
	free(text);
	return status;
}

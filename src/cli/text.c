/* text.c - text that grows, or goes to a file in large pieces */
#include "cli/text.h"
#include "cli/cli.h"

#include "model/words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536
#define REPLACEMENT "\xef\xbf\xbd"

static void reserve(struct text *text, size_t more)
{
	size_t size = text->size ? text->size : 4096;
	char *data;

	if (text->size - text->len >= more)
		return;
	while (size - text->len < more)
		size *= 2;
	data = realloc(text->data, size);
	if (!data)
		exit(cli_fail("out of memory"));
	text->data = data;
	text->size = size;
}

void text_flush(struct text *text)
{
	if (!text->out || !text->line)
		return;
	fwrite(text->data, 1, text->line, text->out);
	memmove(text->data, text->data + text->line, text->len - text->line);
	text->len -= text->line;
	text->line = 0;
}

void text_put(struct text *text, const char *bytes, size_t len)
{
	const char *newline;

	if (!len)
		return;
	reserve(text, len);
	memcpy(text->data + text->len, bytes, len);
	text->len += len;
	newline = memrchr(bytes, '\n', len);
	if (newline) {
		text->line = text->len - len + (size_t)(newline + 1 - bytes);
		if (text->len > PIECE)
			text_flush(text);
	}
}

void text_str(struct text *text, const char *string)
{
	text_put(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
	char small[512], *large;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		text_put(text, small, (size_t)n);
		return;
	}
	va_start(args, format);
	n = vasprintf(&large, format, args);
	va_end(args);
	if (n < 0)
		exit(cli_fail("out of memory"));
	text_put(text, large, (size_t)n);
	free(large);
}

void text_uint(struct text *text, uint64_t value, unsigned width)
{
	char buf[64];
	size_t at = sizeof(buf);

	do {
		buf[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (sizeof(buf) - at < width && at)
		buf[--at] = ' ';
	text_put(text, buf + at, sizeof(buf) - at);
}

void text_column(struct text *text, size_t column)
{
	size_t at = text->len - text->line, blanks = column > at ? column - at : at > 0;

	reserve(text, blanks);
	memset(text->data + text->len, ' ', blanks);
	text->len += blanks;
}

/* Puts what escape says for each byte that it knows, the rest as it is, in valid UTF-8. */
static void put_escaped(struct text *text, const char *string, const char *(*escape)(unsigned char byte))
{
	size_t len = strlen(string);

	while (len) {
		size_t fine = model_words_bad_byte(string, len), start = 0;

		for (size_t i = 0; i < fine; i++) {
			const char *with = escape((unsigned char)string[i]);

			if (!with)
				continue;
			text_put(text, string + start, i - start);
			text_str(text, with);
			start = i + 1;
		}
		text_put(text, string + start, fine - start);
		if (fine < len)
			text_str(text, REPLACEMENT);
		string += fine + (fine < len);
		len -= fine + (fine < len);
	}
}

static const char *escape_json(unsigned char byte)
{
	return byte == '"' ? "\\\"" : byte == '\\' ? "\\\\" : NULL;
}

static const char *escape_xml(unsigned char byte)
{
	switch (byte) {
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '&': return "&amp;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void text_json(struct text *text, const char *string)
{
	if (!string) {
		text_str(text, "null");
		return;
	}
	text_put(text, "\"", 1);
	put_escaped(text, string, escape_json);
	text_put(text, "\"", 1);
}

void text_xml(struct text *text, const char *string)
{
	put_escaped(text, string, escape_xml);
}

void text_fini(struct text *text)
{
	if (text->out && text->len)
		fwrite(text->data, 1, text->len, text->out);
	free(text->data);
	*text = (struct text){0};
}

/* text.c - the text that the emitters write: grows, indents, and keeps lines within the column limit */
#include "gen/gen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAB_WIDTH 8
#define COLUMN_LIMIT 120

static void text_room(struct gen_text *text, size_t more)
{
	size_t size = text->size ? text->size : 4096;

	while (size - text->len <= more)
		size *= 2;
	if (size == text->size)
		return;
	text->data = realloc(text->data, size);
	if (!text->data) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	text->size = size;
}

static void text_append(struct gen_text *text, const char *bytes, size_t n)
{
	text_room(text, n);
	memcpy(text->data + text->len, bytes, n);
	text->len += n;
	text->data[text->len] = '\0';
}

static void text_repeat(struct gen_text *text, char byte, size_t n)
{
	while (n--)
		text_append(text, &byte, 1);
}

static size_t column_after(size_t column, char byte)
{
	return byte == '\t' ? (column / TAB_WIDTH + 1) * TAB_WIDTH : column + 1;
}

/* Where one line of code may be broken, and how far its next part is to be indented. */
struct line_break {
	size_t at;     /* index of the blank that the break replaces; 0: nowhere */
	size_t indent; /* columns past the line's own tabs */
};

/* Finds the last blank behind a comma or operator and outside of literals within the limit (any blank, where there is
 * no such), and the innermost parenthesis open there. */
static struct line_break code_break(const char *line, size_t n, size_t tabs)
{
	/* What was broken before goes on as far to the right. */
	size_t blanks = strspn(line + tabs, " "), own = blanks ? blanks : TAB_WIDTH;
	struct line_break found = {0, own};
	size_t open[32], opens_n = 0, column = 0;
	bool found_good = false;
	char literal = 0;

	for (size_t i = 0; i < n; i++) {
		if (literal) {
			if (line[i] == '\\')
				column++, i++;
			else if (line[i] == literal)
				literal = 0;
		} else if (line[i] == '"' || line[i] == '\'') {
			literal = line[i];
		} else if (line[i] == '(' && opens_n < 32) {
			open[opens_n++] = column + 1;
		} else if (line[i] == ')' && opens_n) {
			opens_n--;
		} else if (line[i] == ' ' && column <= COLUMN_LIMIT && i >= tabs + blanks &&
		           (!found_good || strchr(",&|;?", line[i - 1]))) {
			found_good = strchr(",&|;?", line[i - 1]) != NULL;
			found.at = i;
			found.indent = opens_n && open[opens_n - 1] < COLUMN_LIMIT / 2
			                   ? open[opens_n - 1] - tabs * TAB_WIDTH
			                   : own;
		}
		column = column_after(column, line[i]);
		if (column > COLUMN_LIMIT && found.at)
			break;
	}
	return found;
}

/* Comments break at any blank and go on behind " * ". */
static struct line_break comment_break(const char *line, size_t n)
{
	struct line_break found = {0, 0};
	size_t column = 0;

	for (size_t i = 0; i < n && !(column > COLUMN_LIMIT && found.at); i++) {
		if (line[i] == ' ' && column > 8 && column <= COLUMN_LIMIT)
			found.at = i;
		column = column_after(column, line[i]);
	}
	return found;
}

/* The line from `start` to the end of the text has just ended, without its newline: breaks it where it is too long. */
static void text_wrap(struct gen_text *text, size_t start)
{
	for (;;) {
		const char *line = text->data + start;
		size_t n = text->len - start, column = 0, tabs = 0;

		for (size_t i = 0; i < n; i++)
			column = column_after(column, line[i]);
		if (column <= COLUMN_LIMIT || line[0] == '#')
			return;
		while (line[tabs] == '\t')
			tabs++;

		bool comment = strncmp(line + tabs, "/*", 2) == 0 || strncmp(line + tabs, " *", 2) == 0;
		struct line_break found = comment ? comment_break(line, n) : code_break(line, n, tabs);

		if (!found.at)
			return;

		char *rest = strndup(line + found.at + 1, n - found.at - 1);

		text->len = start + found.at;
		text_append(text, "\n", 1);
		start = text->len;
		text_repeat(text, '\t', tabs);
		if (comment)
			text_append(text, " * ", 3);
		else
			text_repeat(text, ' ', found.indent);
		text_append(text, rest, strlen(rest));
		free(rest);
	}
}

static void text_put(struct gen_text *text, const char *bytes, size_t n)
{
	for (const char *end = bytes + n; bytes < end;) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t part = (size_t)((newline ? newline : end) - bytes);
		bool at_start = !text->len || text->data[text->len - 1] == '\n';

		if (part && at_start) {
			text->line_start = text->len;
			if (*bytes != '#')
				text_repeat(text, '\t', text->depth);
		}
		text_append(text, bytes, part);
		if (!newline)
			return;
		if (part || !at_start)
			text_wrap(text, text->line_start);
		text_append(text, "\n", 1);
		bytes = newline + 1;
	}
}

void gen_printf(struct gen_text *text, const char *format, ...)
{
	char small[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n < sizeof small) {
		text_put(text, small, (size_t)n);
		return;
	}

	char *large = malloc((size_t)n + 1);

	if (!large) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	va_start(args, format);
	vsnprintf(large, (size_t)n + 1, format, args);
	va_end(args);
	text_put(text, large, (size_t)n);
	free(large);
}

void gen_literal(struct gen_text *text, const char *bytes, size_t n)
{
	gen_printf(text, "\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		/* Three octal digits end by themselves; '?' could start a trigraph. */
		if (byte == '"' || byte == '\\')
			gen_printf(text, "\\%c", byte);
		else if (byte == '\n')
			gen_printf(text, "\\n");
		else if (byte < 0x20 || byte >= 0x7f || (byte == '?' && i && bytes[i - 1] == '?'))
			gen_printf(text, "\\%03o", (unsigned)byte);
		else
			gen_printf(text, "%c", byte);
	}
	gen_printf(text, "\"");
}

void gen_text_fini(struct gen_text *text)
{
	free(text->data);
	*text = (struct gen_text){0};
}

/* text.h - text that grows, or goes to a file in large pieces: much output, written fast */
#ifndef FG_CLI_TEXT_H
#define FG_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Zero-initialised is empty and kept in memory; with out, it is written there whenever it has grown large. Never fails:
 * the command ends with a message when memory is out. An error of writing stays in out, for main to tell. */
struct text {
	char *data;
	size_t len, size;
	FILE *out;
	size_t line;                  /* where the current line begins */
};

void text_put(struct text *text, const char *bytes, size_t len);
void text_str(struct text *text, const char *string);
__attribute__((format(printf, 2, 3)))
void text_printf(struct text *text, const char *format, ...);
/* A number in decimal, blanks before it up to width. */
void text_uint(struct text *text, uint64_t value, unsigned width);
/* Blanks: up to this column of the line, one at least where something stands before it. Counts bytes. */
void text_column(struct text *text, size_t column);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. NULL: null. */
void text_json(struct text *text, const char *string);
/* Text of XML, fit for attributes too; what XML can't hold becomes U+FFFD. */
void text_xml(struct text *text, const char *string);
void text_flush(struct text *text);
/* Flushes, and frees. */
void text_fini(struct text *text);

#endif

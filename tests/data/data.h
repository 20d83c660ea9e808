/*
 * data.h - what the programs of this folder share: a file in memory that ends where its bytes end
 *
 * Each program is called as PROGRAM INPUT OUTPUT: it decodes INPUT, prints some decoded values as lines of text
 * (test_data.py compares them with its own reading of INPUT) and writes to OUTPUT what it encoded. Exit: 0, or 1 with
 * words on stderr.
 */
#ifndef TESTS_DATA_H
#define TESTS_DATA_H

#include <fieldguard/base.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exactly len bytes on the heap, so that a sanitizer sees each read past the end. NULL: told on stderr. free() is the
 * owner's. */
static inline char *data_read(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	long size = -1;

	if (file && !fseek(file, 0, SEEK_END))
		size = ftell(file);
	if (size > 0 && !fseek(file, 0, SEEK_SET))
		text = malloc((size_t)size);
	if (text && fread(text, 1, (size_t)size, file) != (size_t)size) {
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	if (text)
		*ret_len = (size_t)size;
	else
		perror(path);
	return text;
}

static inline bool data_write(const char *path, const struct fg_buffer *buffer)
{
	FILE *file = fopen(path, "wb");
	bool written = file && fwrite(buffer->data, 1, buffer->len, file) == buffer->len;

	if (file && fclose(file))
		written = false;
	if (!written)
		perror(path);
	return written;
}

/* Returns: 0; tells the error otherwise. */
static inline int data_append(struct fg_buffer *buffer, const char *text)
{
	size_t len = strlen(text);
	int error = fg_buffer_reserve(buffer, len);

	if (error)
		return error;
	memcpy(buffer->data + buffer->len, text, len);
	buffer->len += len;
	return 0;
}

/* Tells an error of decoding or encoding. Returns: 1, the program's exit status. */
static inline int data_failed(const char *what, const struct fg_error *error)
{
	char text[512];

	fg_error_format(error, text, sizeof(text));
	fprintf(stderr, "%s: %s\n", what, text);
	return 1;
}

static inline void data_print_str(struct fg_str text)
{
	if (text.ptr)
		printf("%.*s", (int)text.len, text.ptr);
	else
		printf("null");
}

#endif

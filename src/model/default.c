/*
 * default.c - texts of default, read as the value that a field takes
 *
 * The decoder that will read the field's values reads its default too, so the two can't differ. The generator writes
 * these values as constants: a default that can't hold is told when code is made and never when it runs.
 */
#include "model/model.h"

#include <fieldguard/codec.h>
#include <stdlib.h>
#include <string.h>

/* A default as the one item of a JSON array, which is what the decoder can be given. */
struct reader {
	struct fg_dec d;
	struct fg_error error;
	char *json;
	const char *p;               /* the item; NULL when something failed */
};

static void reader_open(struct reader *reader, const char *text, bool quoted)
{
	size_t len = strlen(text);

	*reader = (struct reader){0};
	/* White space would be skipped, and a quote could end the string early. */
	if (!len || (unsigned char)text[0] <= ' ' || (unsigned char)text[len - 1] <= ' ' || strpbrk(text, "\"\\"))
		return;
	if (asprintf(&reader->json, quoted ? "[\"%s\"]" : "[%s]", text) < 0) {
		reader->json = NULL;
		return;
	}
	reader->p = fg_dec_begin(&reader->d, reader->json, strlen(reader->json), NULL, NULL, &reader->error);
	if (reader->p)
		reader->p = fg_dec_array(&reader->d, reader->p);
}

/* p: behind the item, or NULL. Returns: it was read, and was all there is. */
static bool reader_close(struct reader *reader, const char *p)
{
	bool whole = p && p == reader->d.end - 1;

	free(reader->json);
	return whole;
}

static bool read_integer(const char *text, size_t size, bool is_signed, uint64_t *ret_bits)
{
	uint64_t most = UINT64_MAX >> (64 - 8 * size + (is_signed ? 1 : 0));
	struct reader reader;
	uint64_t magnitude = 0;
	int64_t value = 0;
	const char *p;

	reader_open(&reader, text, false);
	p = reader.p;
	if (p && is_signed)
		p = fg_dec_int(&reader.d, p, -(int64_t)most - 1, (int64_t)most, "", &value);
	else if (p)
		p = fg_dec_uint(&reader.d, p, most, "", &magnitude);
	if (!reader_close(&reader, p))
		return false;
	*ret_bits = is_signed ? (uint64_t)value : magnitude;
	return true;
}

static bool read_ns(const char *text, bool time, uint64_t *ret_bits)
{
	struct reader reader;
	const char *p;
	int64_t ns = 0;

	reader_open(&reader, text, true);
	p = reader.p;
	if (p)
		p = time ? fg_dec_time(&reader.d, p, &ns) : fg_dec_duration(&reader.d, p, &ns);
	if (!reader_close(&reader, p))
		return false;
	*ret_bits = (uint64_t)ns;
	return true;
}

/* A name, or the number of an enumerator. */
static bool read_enum(const struct model_enum *e, const char *text, uint64_t *ret_bits)
{
	uint64_t number;
	bool is_number = read_integer(text, e->size, e->is_signed, &number);

	for (size_t i = 0; i < e->items_n; i++)
		if (strcmp(e->items[i].json_name, text) == 0 || strcmp(e->items[i].c_name, text) == 0 ||
		    (is_number && (uint64_t)e->items[i].value == number)) {
			*ret_bits = (uint64_t)e->items[i].value;
			return true;
		}
	return false;
}

bool model_default_bits(const struct model_field *field, uint64_t *ret_bits)
{
	const char *text = field->tag.default_text;

	switch ((int)field->type.kind) {
	case MODEL_KIND_BOOL:
		*ret_bits = strcmp(text, "true") == 0;
		return *ret_bits || strcmp(text, "false") == 0;
	case MODEL_KIND_ENUM:
		return field->type.enumeration && read_enum(field->type.enumeration, text, ret_bits);
	case MODEL_KIND_INT:
		if (field->tag.time || field->tag.duration)
			return read_ns(text, field->tag.time, ret_bits);
		return read_integer(text, field->type.size, field->type.is_signed, ret_bits);
	default:
		return false;
	}
}

bool model_default_double(const struct model_field *field, double *ret_value)
{
	struct reader reader;
	float narrow = 0;
	double value = 0;
	const char *p;

	reader_open(&reader, field->tag.default_text, false);
	p = reader.p;
	if (p && field->type.size == sizeof(float)) {
		p = fg_dec_float(&reader.d, p, &narrow);
		value = (double)narrow;
	} else if (p) {
		p = fg_dec_double(&reader.d, p, &value);
	}
	if (!reader_close(&reader, p))
		return false;
	*ret_value = value;
	return true;
}

/* plan_values.c - values as their types write them; see plan.h */
#include "watch/plan_inside.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GO_KIND_INTERFACE = 20, GO_KIND_SLICE = 23, GO_KIND_STRING = 24, /* of reflect.Kind */
	DEPTH_MAX = 4,
};

struct out {
	char *text;
	size_t n, size;
};

__attribute__((format(printf, 2, 3)))
static void put(struct out *out, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out->text + out->n, out->size - out->n, format, args);
	va_end(args);
	out->n += n > 0 ? (size_t)n : 0;
	if (out->n >= out->size)
		out->n = out->size - 1;
}

/* In memory's order: nothing says where a number begins. */
static void put_hex(struct out *out, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(out, "%s%02x", i ? " " : "", bytes[i]);
}

static uint64_t number_at(const uint8_t *bytes, size_t n)
{
	uint64_t value = 0;

	memcpy(&value, bytes, n < sizeof(value) ? n : sizeof(value));
	return value;
}

static int64_t extend(uint64_t value, unsigned bits)
{
	if (!bits || bits >= 64)
		return (int64_t)value;
	return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

/* ---- by kind --------------------------------------------------------------------------------------------------- */

static const char *enumerator(const struct scan_type *type, uint64_t value, unsigned bits)
{
	uint64_t mask = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;

	for (size_t i = 0; i < type->enumerators_n; i++)
		if (((uint64_t)type->enumerators[i].value & mask) == (value & mask))
			return type->enumerators[i].name;
	return NULL;
}

static void put_number(struct out *out, const struct scan_type *type, uint64_t value, unsigned bits)
{
	const char *name;

	switch (type->kind) {
	case SCAN_KIND_BOOL:
		if (value <= 1)
			put(out, "%s", value ? "true" : "false");
		else
			put(out, "%" PRIu64, value);
		break;
	case SCAN_KIND_ENUM:
		name = enumerator(type, value, bits);
		if (name)
			put(out, "%s", name);
		else if (type->is_signed)
			put(out, "%" PRId64, extend(value, bits));
		else
			put(out, "%" PRIu64, value);
		break;
	case SCAN_KIND_INT:
		put(out, "%" PRId64, extend(value, bits));
		break;
	case SCAN_KIND_CHAR:
		if (value < 0x7f && isprint((int)value))
			put(out, "'%c'", (int)value);
		else
			put(out, "%" PRIu64, value);
		break;
	default:
		put(out, "%" PRIu64, value);
		break;
	}
}

/* The shortest digits that read back as the same number. */
static void put_float(struct out *out, const uint8_t *bytes, size_t n)
{
	char text[40];
	double value;
	float narrow;

	if (n == sizeof(narrow)) {
		memcpy(&narrow, bytes, n);
		for (int digits = 6; digits <= 9; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, (double)narrow);
			if (strtof(text, NULL) == narrow || isnan(narrow))
				break;
		}
	} else {
		memcpy(&value, bytes, sizeof(value));
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, value);
			if (strtod(text, NULL) == value || isnan(value))
				break;
		}
	}
	put(out, "%s", text);
}

/* Up to the NUL; "..." behind where more follows than is there. */
static void put_chars(struct out *out, const uint8_t *bytes, size_t n, bool cut)
{
	size_t i;

	put(out, "\"");
	for (i = 0; i < n && bytes[i]; i++) {
		if (bytes[i] == '"' || bytes[i] == '\\')
			put(out, "\\%c", bytes[i]);
		else if (bytes[i] == '\n')
			put(out, "\\n");
		else if (bytes[i] == '\t')
			put(out, "\\t");
		/* UTF-8 stays as it is. */
		else if (isprint(bytes[i]) || bytes[i] >= 0x80)
			put(out, "%c", bytes[i]);
		else
			put(out, "\\x%02x", bytes[i]);
	}
	put(out, "\"%s", cut && i == n ? "..." : "");
}

static const struct scan_member *member_at(const struct scan_type *type, uint64_t offset, uint64_t size)
{
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].offset_bits == 8 * offset && type->members[i].size_bits == 8 * size)
			return &type->members[i];
	return NULL;
}

static void put_value(struct out *out, const struct scan_type *type, const uint8_t *bytes, size_t n, unsigned depth);

static void put_struct(struct out *out, const struct scan_type *type, const uint8_t *bytes, size_t n, unsigned depth)
{
	const struct scan_member *first = member_at(type, 0, type->size);
	const char *name = type->name ? scan_bare_name(type->name) : "";

	if (type->go_kind == GO_KIND_STRING && n == 16) {
		put(out, "string of %" PRIu64 " bytes at 0x%" PRIx64, number_at(bytes + 8, 8), number_at(bytes, 8));
	} else if (n == 16 && (strcmp(name, "timespec") == 0 || strcmp(name, "timeval") == 0)) {
		put(out, "%" PRId64 ".%0*" PRIu64, (int64_t)number_at(bytes, 8), strcmp(name, "timespec") == 0 ? 9 : 6,
		    number_at(bytes + 8, 8));
	} else if (first && !first->bitfield && depth < DEPTH_MAX) {
		/* A wrapper of one value: std::atomic<int>. */
		put_value(out, scan_type_strip(first->type), bytes, n, depth + 1);
	} else {
		put_hex(out, bytes, n);
	}
}

static bool is_chars(const struct scan_type *type)
{
	const struct scan_type *item = type->kind == SCAN_KIND_ARRAY && type->target ? scan_type_strip(type->target)
	                               : NULL;

	return item && item->kind == SCAN_KIND_CHAR && item->size == 1;
}

static void put_value(struct out *out, const struct scan_type *type, const uint8_t *bytes, size_t n, unsigned depth)
{
	switch (type->kind) {
	case SCAN_KIND_BOOL:
	case SCAN_KIND_INT:
	case SCAN_KIND_UINT:
	case SCAN_KIND_CHAR:
	case SCAN_KIND_ENUM:
		if (n <= 8)
			put_number(out, type, number_at(bytes, n), (unsigned)(8 * n));
		else
			put_hex(out, bytes, n);
		break;
	case SCAN_KIND_FLOAT:
		if (n == 4 || n == 8)
			put_float(out, bytes, n);
		else
			put_hex(out, bytes, n);
		break;
	case SCAN_KIND_POINTER:
	case SCAN_KIND_FUNCTION:
		put(out, "0x%" PRIx64, number_at(bytes, n));
		break;
	case SCAN_KIND_STRUCT:
	case SCAN_KIND_UNION:
		put_struct(out, type, bytes, n, depth);
		break;
	default:
		if (is_chars(type))
			put_chars(out, bytes, n, false);
		else
			put_hex(out, bytes, n);
		break;
	}
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static void put_bits(struct out *out, const struct plan_field *field, const struct scan_type *type,
                     const uint8_t *bytes, size_t n)
{
	uint64_t value = number_at(bytes, n) >> field->bit_offset;

	/* Those of more than 8 bytes begin in the first and end in the ninth. */
	if (field->bit_offset + field->bit_size > 64 && n > 8)
		value |= (uint64_t)bytes[8] << (64 - field->bit_offset);
	if (field->bit_size < 64)
		value &= (UINT64_C(1) << field->bit_size) - 1;
	put_number(out, type, value, field->bit_size);
}

const char *plan_value_text(const struct plan_field *field, const uint8_t *bytes, size_t n, char *ret, size_t size)
{
	struct out out = {.text = ret, .size = size};
	const struct scan_type *type = field->value ? scan_type_strip(field->value) : NULL;

	if (!size)
		return ret;
	ret[0] = '\0';
	if (n > field->width && field->width)
		n = (size_t)field->width;
	if (type && is_chars(type))
		put_chars(&out, bytes, n, n < field->width);
	else if (!type || n < field->width)
		put_hex(&out, bytes, n);
	else if (field->bitfield)
		put_bits(&out, field, type, bytes, n);
	else
		put_value(&out, type, bytes, n, 0);
	return ret;
}

const char *plan_enumerator(const struct scan_type *type, const uint8_t *bytes, size_t n)
{
	const struct scan_type *plain = type ? scan_type_strip(type) : NULL;

	if (!plain || plain->kind != SCAN_KIND_ENUM || !n || n > 8)
		return NULL;
	return enumerator(plain, number_at(bytes, n), (unsigned)(8 * n));
}

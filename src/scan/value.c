/* value.c - arithmetic on what is known of registers; see value.h */
#include "scan/value.h"
#include "scan/place.h"

#include <stdlib.h>

#define NULL_LIKE 4096          /* constants below are no addresses: NULL, error codes, tags */

static uint32_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a > UINT32_MAX ? 1 : (uint32_t)a;
}

static uint64_t distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

bool value_untyped(const struct scan_type *type)
{
	const struct scan_type *plain;

	if (!type)
		return true;
	plain = scan_type_strip(type);
	return plain->kind == SCAN_KIND_VOID || plain->kind == SCAN_KIND_FUNCTION || plain->kind == SCAN_KIND_OTHER ||
	       plain->incomplete;
}

struct value value_object(const struct scan_type *type, int64_t offset, enum scan_confidence confidence)
{
	static const struct scan_type nothing = {.kind = SCAN_KIND_VOID, .id = UINT32_MAX};

	return (struct value){.base = VALUE_OBJECT, .type = type ? type : &nothing, .offset = offset,
	                      .confidence = (uint8_t)confidence};
}

struct value value_of_type(const struct scan_type *type, enum scan_confidence confidence)
{
	const struct scan_type *plain = type ? scan_type_strip(type) : NULL;

	if (!plain)
		return value_any(VALUE_WHY_MEMORY);
	switch (plain->kind) {
	case SCAN_KIND_POINTER:
		return value_object(plain->target, 0, confidence);
	case SCAN_KIND_BOOL:
	case SCAN_KIND_CHAR:
	case SCAN_KIND_ENUM:
		return value_number(0, 1);
	case SCAN_KIND_INT:
	case SCAN_KIND_UINT:
		/* An integer as wide as a pointer may hold one. */
		return plain->size < 8 ? value_number(0, 1) : value_any(VALUE_WHY_ARITHMETIC);
	default:
		return value_any(VALUE_WHY_MEMORY);
	}
}

/* What it counts for as an index: an unknown value is any multiple of one. */
static struct value as_number(struct value a)
{
	return a.base == VALUE_NUMBER ? a : value_number(0, 1);
}

struct value value_add(struct value a, struct value b)
{
	struct value result;

	if (a.base == VALUE_NOTHING || b.base == VALUE_NOTHING)
		return (struct value){0};
	if (a.base < b.base) {
		result = a;
		a = b;
		b = result;
	}
	if (b.base > VALUE_NUMBER || a.base == VALUE_ANY)
		return value_any(VALUE_WHY_ARITHMETIC);
	if (a.base == VALUE_NUMBER && b.base == VALUE_ANY && a.stride == 0 && a.offset > -NULL_LIKE &&
	    a.offset < NULL_LIKE) {
		/* A small constant added to what is not known: that stays as it is, and its origin too. */
		b.origin = 0;
		return b;
	}
	b = as_number(b);
	result = a;
	result.offset = wrap_add(a.offset, b.offset);
	result.stride = gcd(a.stride, b.stride);
	if (result.offset || result.stride)
		result.origin = 0;
	return result;
}

struct value value_subtract(struct value a, struct value b)
{
	if (a.base == VALUE_NOTHING || b.base == VALUE_NOTHING)
		return (struct value){0};
	if (b.base > VALUE_NUMBER)
		/* The distance of two addresses. */
		return a.base == b.base ? value_number(0, 1) : value_any(VALUE_WHY_ARITHMETIC);
	b = as_number(b);
	b.offset = (int64_t)(0 - (uint64_t)b.offset);
	return value_add(a, b);
}

struct value value_multiply(struct value a, int64_t factor)
{
	uint64_t stride;

	if (a.base == VALUE_NOTHING)
		return a;
	if (factor == 1)
		return a;
	a = as_number(a);
	stride = a.stride * (uint64_t)llabs(factor);
	if (stride > UINT32_MAX)
		stride = 1;
	return value_number((int64_t)((uint64_t)a.offset * (uint64_t)factor), (uint32_t)stride);
}

static bool null_like(const struct value *a)
{
	return a->base == VALUE_NUMBER && !a->stride && a->offset > -NULL_LIKE && a->offset < NULL_LIKE;
}

static struct value join_objects(struct value a, struct value b)
{
	struct value inner;

	if (value_untyped(a.type) || value_untyped(b.type)) {
		inner = value_untyped(a.type) ? b : a;
		inner.confidence = SCAN_CONFIDENCE_GUESS;
		return inner;
	}
	/* One is the address of a part of the other: what holds for both is the part. */
	if (!a.stride && place_holds(a.type, a.offset, b.type, b.offset))
		inner = b;
	else if (!b.stride && place_holds(b.type, b.offset, a.type, a.offset))
		inner = a;
	else
		return value_any(VALUE_WHY_JOINED);
	inner.confidence = a.confidence < b.confidence ? a.confidence : b.confidence;
	return inner;
}

struct value value_join(struct value a, struct value b)
{
	if (a.base == VALUE_NOTHING)
		return b;
	if (b.base == VALUE_NOTHING)
		return a;
	if (a.base >= VALUE_FRAME && null_like(&b))
		return a;
	if (b.base >= VALUE_FRAME && null_like(&a))
		return b;
	if (a.base != b.base || a.base == VALUE_ANY) {
		if (a.base == VALUE_ANY && b.base == VALUE_ANY) {
			a.origin = a.origin == b.origin ? a.origin : 0;
			return a;
		}
		return value_any(a.base == VALUE_ANY ? a.why : b.base == VALUE_ANY ? b.why : VALUE_WHY_JOINED);
	}
	if (a.base == VALUE_OBJECT && scan_type_strip(a.type) != scan_type_strip(b.type))
		return join_objects(a, b);
	a.stride = gcd(gcd(a.stride, b.stride), distance(a.offset, b.offset));
	a.confidence = a.confidence < b.confidence ? a.confidence : b.confidence;
	a.origin = a.origin == b.origin ? a.origin : 0;
	return a;
}

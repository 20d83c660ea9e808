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

/* Of up to four strides the two that say most: what divides another makes it needless; of three the smaller two become
 * what divides both. */
static void set_strides(struct value *value, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	uint32_t kept[2] = {0, 0}, all[4] = {a, b, c, d};

	for (int i = 0; i < 4; i++) {
		uint32_t stride = all[i];

		if (!stride || (kept[0] && stride % kept[0] == 0) || (kept[1] && stride % kept[1] == 0))
			continue;
		if (kept[1] && kept[1] % stride == 0)
			kept[1] = 0;
		if (kept[0] && kept[0] % stride == 0) {
			kept[0] = kept[1];
			kept[1] = 0;
		}
		if (!kept[0])
			kept[0] = stride;
		else if (!kept[1])
			kept[1] = stride;
		else
			kept[1] = gcd(kept[1], stride);
		if (kept[1] > kept[0]) {
			uint32_t larger = kept[1];

			kept[1] = kept[0];
			kept[0] = larger;
		}
		if (kept[1] && kept[0] % kept[1] == 0) {
			kept[0] = kept[1];
			kept[1] = 0;
		}
	}
	value->stride = kept[0];
	value->stride2 = kept[1];
}

/* Both of a value's strides as one. */
static uint32_t one_stride(const struct value *a)
{
	return gcd(a->stride, a->stride2);
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
	/* A variable of Go's func type holds a pointer. */
	if (plain->kind == SCAN_KIND_FUNCTION)
		return plain->language != SCAN_LANGUAGE_GO;
	return plain->kind == SCAN_KIND_VOID || plain->kind == SCAN_KIND_OTHER || plain->incomplete;
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
	struct value number = value_number(0, 1);

	number.symbol = a.symbol;
	return a.base == VALUE_NUMBER ? a : number;
}

/* Both are multiples of one unknown number. */
static bool same_symbol(const struct value *a, const struct value *b)
{
	return a->symbol && a->symbol == b->symbol && a->stride && b->stride && !a->stride2 && !b->stride2;
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
	if (a.base == VALUE_ANY && a.symbol && a.symbol == b.symbol)
		return value_multiply(a, 2);
	if (b.base > VALUE_NUMBER || a.base == VALUE_ANY)
		return value_any(VALUE_WHY_ARITHMETIC);
	if (a.base == VALUE_NUMBER && b.base == VALUE_ANY && !a.stride && !a.offset)
		return b;
	b = as_number(b);
	result = a;
	result.offset = wrap_add(a.offset, b.offset);
	if (a.base == VALUE_NUMBER && same_symbol(&a, &b)) {
		result.stride = a.stride + b.stride;
		return result;
	}
	set_strides(&result, a.stride, a.stride2, b.stride, b.stride2);
	if (a.base != VALUE_NUMBER || (a.stride && b.stride))
		result.symbol = 0;
	else
		result.symbol = a.stride ? a.symbol : b.symbol;
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
	if (a.base <= VALUE_NUMBER) {
		struct value number = as_number(a);

		if (same_symbol(&number, &b) && number.stride > b.stride) {
			number.stride -= b.stride;
			number.offset = wrap_add(number.offset, b.offset);
			return number;
		}
	}
	if (b.stride)
		b.symbol = 0;
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
	stride = one_stride(&a) * (uint64_t)llabs(factor);
	if (stride > UINT32_MAX || factor < 0 || a.stride2)
		a.symbol = 0;
	if (stride > UINT32_MAX)
		stride = 1;
	a.stride = (uint32_t)stride;
	a.stride2 = 0;
	a.offset = (int64_t)((uint64_t)a.offset * (uint64_t)factor);
	return a;
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

/* Addresses of two fields of one struct: which it is can't be told, but what lies there, if that is the same. */
static bool join_fields(const struct value *a, const struct value *b, struct value *ret)
{
	struct place first, second;

	if (a->stride || b->stride || a->offset < 0 || b->offset < 0)
		return false;
	if (place_find(a->type, a->offset, (uint32_t)distance(a->offset, b->offset), 0, 1, &first) == VALUE_WHY_NONE &&
	    !first.guessed)
		return false;
	if (place_find(a->type, a->offset, 0, 0, 0, &first) != VALUE_WHY_NONE ||
	    place_find(b->type, b->offset, 0, 0, 0, &second) != VALUE_WHY_NONE ||
	    scan_type_strip(first.leaf) != scan_type_strip(second.leaf) || first.leaf_offset != second.leaf_offset)
		return false;
	*ret = value_object(first.leaf, (int64_t)first.leaf_offset, SCAN_CONFIDENCE_TRACKED);
	return true;
}

struct value value_join(struct value a, struct value b)
{
	struct value joined;

	if (a.base == VALUE_NOTHING)
		return b;
	if (b.base == VALUE_NOTHING)
		return a;
	if (a.base >= VALUE_FRAME && null_like(&b))
		return a;
	if (b.base >= VALUE_FRAME && null_like(&a))
		return b;
	/* A pointer of unknown type on one way: most likely one to the same. */
	if (a.base == VALUE_OBJECT && b.base == VALUE_ANY && b.origin) {
		a.confidence = SCAN_CONFIDENCE_GUESS;
		return a;
	}
	if (b.base == VALUE_OBJECT && a.base == VALUE_ANY && a.origin) {
		b.confidence = SCAN_CONFIDENCE_GUESS;
		return b;
	}
	if (a.base != b.base || a.base == VALUE_ANY) {
		if (a.base == VALUE_ANY && b.base == VALUE_ANY) {
			a.origin = a.origin == b.origin ? a.origin : 0;
			a.symbol = a.symbol == b.symbol ? a.symbol : 0;
			return a;
		}
		return value_any(a.base == VALUE_ANY ? a.why : b.base == VALUE_ANY ? b.why : VALUE_WHY_JOINED);
	}
	if (a.base == VALUE_OBJECT && scan_type_strip(a.type) != scan_type_strip(b.type))
		return join_objects(a, b);
	if (a.base == VALUE_OBJECT && a.offset != b.offset && join_fields(&a, &b, &joined))
		return joined;
	a.symbol = a.symbol == b.symbol && a.stride == b.stride && a.offset == b.offset ? a.symbol : 0;
	if (a.stride != b.stride || a.stride2 != b.stride2 || a.offset != b.offset) {
		a.stride = gcd(gcd(one_stride(&a), one_stride(&b)), distance(a.offset, b.offset));
		a.stride2 = 0;
	}
	a.confidence = a.confidence < b.confidence ? a.confidence : b.confidence;
	a.origin = a.origin == b.origin ? a.origin : 0;
	return a;
}

/*
 * value.h - what is known of the contents of a register or stack slot
 *
 *     value = base + offset + n * stride + m * stride2       with n and m any integers; stride 0: no such part
 *
 *     NUMBER  no base: a constant, an address of a global, an index
 *     FRAME   the canonical frame address: the stack pointer before the call that entered the function
 *     THREAD  the end of the thread's own block of variables, which fs holds
 *     OBJECT  the address of an object of the type
 *
 * Where two paths meet, the difference of their offsets becomes the stride, so a pointer that a loop moves from item to
 * item is the address of the first, plus n times the size of an item. Strides only ever shrink: the walk over the
 * blocks ends. A second, smaller stride is kept where it does not divide the first: table[i].items[k].
 */
#ifndef FG_SCAN_VALUE_H
#define FG_SCAN_VALUE_H

#include "scan/scan.h"

enum value_base {
	VALUE_NOTHING = 0,            /* no path has come here yet */
	VALUE_ANY,                    /* not known; why says why not */
	VALUE_NUMBER,
	VALUE_FRAME,
	VALUE_THREAD,
	VALUE_OBJECT,
};

/* Why a value is not known; scan_why has the words. */
enum value_why {
	VALUE_WHY_NONE = 0,
	VALUE_WHY_ARGUMENT,
	VALUE_WHY_RESULT,
	VALUE_WHY_MEMORY,
	VALUE_WHY_ARITHMETIC,
	VALUE_WHY_JOINED,
	VALUE_WHY_STACK,
	VALUE_WHY_UNTYPED,            /* the address of something without a type: void * */
	VALUE_WHY_OUTSIDE,
	VALUE_WHY_STRIDE,
	VALUE_WHY_PADDING,
	VALUE_WHY_THREAD,
	VALUE_WHY_NO_GLOBAL,
	VALUE_WHY_SPILL,
	VALUE_WHY_GIVEN_UP,
	VALUE_WHY_N,
};

struct value {
	const struct scan_type *type; /* OBJECT; never NULL there, may be void */
	int64_t offset;
	uint32_t stride;
	uint32_t stride2;             /* 0, or smaller than stride and no divisor of it */
	uint32_t symbol;              /* ANY, NUMBER: names the unknown number that stride counts, so that 24 n - n is
	                                 23 n; 0: no name */
	uint32_t origin;              /* 1 + number of the instruction that brought a pointer of unknown type; 0:
	                                 none */
	uint8_t base;
	uint8_t why;                  /* ANY */
	uint8_t confidence;           /* enum scan_confidence; OBJECT */
};

static inline struct value value_any(enum value_why why)
{
	return (struct value){.base = VALUE_ANY, .why = (uint8_t)why};
}

static inline struct value value_number(int64_t number, uint32_t stride)
{
	return (struct value){.base = VALUE_NUMBER, .offset = number, .stride = stride};
}

static inline struct value value_frame(int64_t offset)
{
	return (struct value){.base = VALUE_FRAME, .offset = offset};
}

/* The address of an object; type NULL: of something unknown. */
struct value value_object(const struct scan_type *type, int64_t offset, enum scan_confidence confidence);
/* What a variable of this type holds: an OBJECT for pointers, else some number or ANY. */
struct value value_of_type(const struct scan_type *type, enum scan_confidence confidence);
/* Is it a type that says nothing of what lies there? (void, incomplete) */
bool value_untyped(const struct scan_type *type);

/* Is it an unknown number, or one of that times a factor, that has no name yet? */
static inline bool value_nameless(const struct value *a)
{
	return !a->symbol && (a->base == VALUE_ANY || (a->base == VALUE_NUMBER && a->stride && !a->stride2));
}

struct value value_add(struct value a, struct value b);
struct value value_subtract(struct value a, struct value b);
struct value value_multiply(struct value a, int64_t factor);
/* Both paths: what holds for either. */
struct value value_join(struct value a, struct value b);
static inline bool value_equal(const struct value *a, const struct value *b)
{
	return a->base == b->base && a->type == b->type && a->offset == b->offset && a->stride == b->stride &&
	       a->stride2 == b->stride2 &&
	       a->symbol == b->symbol && a->origin == b->origin && a->confidence == b->confidence;
}

#endif

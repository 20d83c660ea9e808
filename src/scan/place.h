/*
 * place.h - bytes to fields: which member of a type an address lies in, with strides that stand for an unknown index
 */
#ifndef FG_SCAN_PLACE_H
#define FG_SCAN_PLACE_H

#include "scan/value.h"

struct place {
	const struct scan_type *type; /* outermost */
	uint64_t offset;              /* in it, items of arrays folded into the first where the index is not known */
	bool indexed;                 /* an index is not known */
	bool guessed;                 /* a constant was folded into the index, or the object lies behind the first */
	const struct scan_type *leaf; /* innermost type there that is at least as wide as the access */
	uint64_t leaf_offset;         /* of the access in it */
};

/* Resolves width bytes at offset + n * stride + m * stride2 (value.h) from the start of an object of the type, or of
 * the first of an array of such.
 * Returns: VALUE_WHY_NONE with *ret set, or why it can't be said. */
enum value_why place_find(const struct scan_type *type, int64_t offset, uint32_t stride, uint32_t stride2,
                          uint64_t width, struct place *ret);
/* Does an object of type inner, of which offset_inner is meant, lie in outer where offset_outer is meant? */
bool place_holds(const struct scan_type *outer, int64_t offset_outer, const struct scan_type *inner,
                 int64_t offset_inner);
/* The first member that covers these bits of a struct or union; of a union the one whose width fits best.
 * Returns: NULL: padding. */
const struct scan_member *place_member(const struct scan_type *holder, uint64_t offset, uint64_t width);

#endif

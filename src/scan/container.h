/*
 * container.h - which structs hold a struct of a type: for container_of and its like
 *
 * A pointer to a list's link is moved back to the start of what the link lies in, or fields behind the link are reached
 * from it. Where just one struct fits, it is that one: a guess, and marked as one.
 */
#ifndef FG_SCAN_CONTAINER_H
#define FG_SCAN_CONTAINER_H

#include "scan/place.h"

struct container {
	const struct scan_type *inner, *outer;
	uint64_t offset;              /* of inner in outer */
};

struct containers {
	struct container *items;      /* by inner */
	size_t n;
};

/* All of a binary's. Returns: 0 or -ENOMEM. Owner: the caller, who frees items. */
int containers_make(const struct scan *scan, struct containers *ret_containers);
/* The place of width bytes at an offset from an object of the type that lie outside of it.
 * Returns: how many structs fit; *ret is set where it is one. */
size_t container_find(const struct containers *containers, const struct scan_type *type, int64_t offset, uint64_t width,
                    struct place *ret);

#endif

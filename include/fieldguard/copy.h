/*
 * copy.h - what T_copy of generated code is made of: pieces of a record put into an arena
 *
 * For generated code; names here may change between versions. A record is copied as it stands, then each pointer in it
 * is replaced by one to a copy of what it points to:
 *
 *     [ record ] -> "text"  [ items ] -> "text"          from: wherever, borrowed too
 *     [ copy   ] -> "text"  [ items ] -> "text"          all in one arena
 */
#ifndef FIELDGUARD_COPY_H
#define FIELDGUARD_COPY_H

#include <errno.h>
#include <fieldguard/base.h>

#define FG_COPY_ABI 1
/* Structs in structs; no decoder lets more through. What is deeper points back to itself. */
#define FG_COPY_DEPTH_MAX 4096

struct fg_copier {
	struct fg_arena *arena;       /* NULL: there is no memory */
	uint32_t depth;               /* structs that may still be opened */
};

/* n items of size bytes each. Returns: their copy, never NULL for none, or NULL (no memory). */
FG_API void *fg_copy_items(struct fg_copier *copier, const void *items, size_t n, size_t size, size_t align);
/* Replaces a string by its copy. No string stays none, an empty one is not copied but does not point to the old place
 * either. Returns: 0 or -ENOMEM, the string as it was. */
FG_API int fg_copy_str(struct fg_copier *copier, struct fg_str *str);
/* string: NULL stays NULL. Returns: 0 or -ENOMEM. */
FG_API int fg_copy_cstr(struct fg_copier *copier, const char *string, char **ret_string);

#endif

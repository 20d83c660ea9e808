/*
 * memory.h - struct fg_allocator, where NULL means malloc and free
 */
#ifndef FG_RUNTIME_MEMORY_H
#define FG_RUNTIME_MEMORY_H

#include <fieldguard/base.h>
#include <stdlib.h>
#include <string.h>

static inline void *memory_alloc(const struct fg_allocator *allocator, size_t size)
{
	return allocator ? allocator->alloc(allocator->user, size) : malloc(size);
}

/* ptr: NULL is fine. */
static inline void memory_free(const struct fg_allocator *allocator, void *ptr)
{
	if (!ptr)
		return;
	if (allocator)
		allocator->free(allocator->user, ptr);
	else
		free(ptr);
}

static inline void *memory_zalloc(const struct fg_allocator *allocator, size_t size)
{
	void *ptr = memory_alloc(allocator, size);

	if (ptr)
		memset(ptr, 0, size);
	return ptr;
}

/* Makes room for `want` items of item_size bytes in *items (which holds *room of them), doubling.
 * Returns: false when there is no memory; then nothing changed. */
static inline bool memory_grow(const struct fg_allocator *allocator, void **items, size_t *room, size_t want,
                               size_t item_size)
{
	size_t grown = *room ? *room : 8;
	void *moved;

	if (want <= *room)
		return true;
	while (grown < want) {
		if (grown > SIZE_MAX / 2 / item_size)
			return false;
		grown *= 2;
	}
	moved = memory_alloc(allocator, grown * item_size);
	if (!moved)
		return false;
	if (*room)
		memcpy(moved, *items, *room * item_size);
	memory_free(allocator, *items);
	*items = moved;
	*room = grown;
	return true;
}

/* The first place at or after ptr that is a multiple of align (a power of two). The allocator knows no alignment: ask
 * it for align - 1 bytes more. */
static inline void *memory_align(void *ptr, size_t align)
{
	return (char *)ptr + (-(uintptr_t)ptr & (uintptr_t)(align - 1));
}

#endif

/*
 * arena.c - struct fg_arena
 *
 *     chunks -> [ header | piece piece piece ......... ] -> [ header | piece piece ] -> ...
 *                                            ^next    ^limit
 */
#include "internal.h"

#include <stdlib.h>

#define CHUNK_SIZE_DEFAULT 4096
#define CHUNK_SIZE_MAX ((size_t)1 << 20)
#define ALIGN_MAX 64

struct fg_arena_chunk {
	struct fg_arena_chunk *older;
	size_t size;                 /* bytes behind this header */
};

static char *chunk_bytes(struct fg_arena_chunk *chunk)
{
	return (char *)(chunk + 1);
}

static void *arena_get(const struct fg_arena *arena, size_t size)
{
	return arena->allocator ? arena->allocator->alloc(arena->allocator->user, size) : malloc(size);
}

static void arena_put(const struct fg_arena *arena, void *ptr)
{
	if (arena->allocator)
		arena->allocator->free(arena->allocator->user, ptr);
	else
		free(ptr);
}

void fg_arena_init(struct fg_arena *arena, const struct fg_allocator *allocator, size_t chunk_size)
{
	memset(arena, 0, sizeof *arena);
	arena->allocator = allocator;
	arena->chunk_size = chunk_size ? chunk_size : CHUNK_SIZE_DEFAULT;
}

/* Frees the chunks from `chunk` on. */
static void arena_drop(const struct fg_arena *arena, struct fg_arena_chunk *chunk)
{
	while (chunk) {
		struct fg_arena_chunk *older = chunk->older;

		arena_put(arena, chunk);
		chunk = older;
	}
}

void fg_arena_reset(struct fg_arena *arena)
{
	struct fg_arena_chunk *kept = arena->chunks;

	arena->used = 0;
	if (!kept)
		return;
	arena_drop(arena, kept->older);
	kept->older = NULL;
	arena->next = chunk_bytes(kept);
	arena->limit = arena->next + kept->size;
}

void fg_arena_fini(struct fg_arena *arena)
{
	if (!arena)
		return;
	arena_drop(arena, arena->chunks);
	arena->chunks = NULL;
	arena->next = arena->limit = NULL;
	arena->used = 0;
}

void *fg_arena_alloc_slow(struct fg_arena *arena, size_t size, size_t align)
{
	struct fg_arena_chunk *chunk;
	size_t chunk_size = arena->chunk_size;
	size_t pad;
	char *piece;

	/* With room for the worst padding; a size near SIZE_MAX must not wrap around. */
	if (size > SIZE_MAX / 2 - ALIGN_MAX - sizeof *chunk || align > ALIGN_MAX)
		return NULL;
	if (chunk_size < size + align)
		chunk_size = size + align;
	chunk = arena_get(arena, sizeof *chunk + chunk_size);
	if (!chunk)
		return NULL;
	chunk->older = arena->chunks;
	chunk->size = chunk_size;
	arena->chunks = chunk;
	if (arena->chunk_size < CHUNK_SIZE_MAX)
		arena->chunk_size *= 2;
	pad = (size_t)(-(uintptr_t)chunk_bytes(chunk) & (uintptr_t)(align - 1));
	piece = chunk_bytes(chunk) + pad;
	arena->next = piece + size;
	arena->limit = chunk_bytes(chunk) + chunk_size;
	arena->used += size;
	return piece;
}

bool arena_resize(struct fg_arena *arena, const void *ptr, size_t size, size_t new_size)
{
	size_t room = (size_t)(arena->limit - arena->next);

	if (!ptr || (const char *)ptr + size != arena->next || (new_size > size && new_size - size > room))
		return false;
	arena->next = arena->next - size + new_size;
	arena->used = arena->used - size + new_size;
	return true;
}

/* arena.c - memory that is freed whole, and rows that grow */
#include "scan/build.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (256 * 1024)

struct scan_block {
	struct scan_block *next;
	size_t pad;                   /* keeps what follows at 16 bytes */
};

void *scan_arena_alloc(struct scan_arena *arena, size_t size)
{
	size_t rounded = (size + 15) & ~(size_t)15;
	struct scan_block *block;
	uint8_t *at;

	if (rounded < size)
		return NULL;
	if ((size_t)(arena->end - arena->at) >= rounded) {
		at = arena->at;
		arena->at += rounded;
		return at;
	}
	if (rounded > BLOCK_BYTES / 4) {
		/* A large piece gets a block of its own, and the current one goes on. */
		block = calloc(1, sizeof(*block) + rounded);
		if (!block)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
		return block + 1;
	}
	block = calloc(1, BLOCK_BYTES);
	if (!block)
		return NULL;
	block->next = arena->blocks;
	arena->blocks = block;
	at = (uint8_t *)(block + 1);
	arena->at = at + rounded;
	arena->end = (uint8_t *)block + BLOCK_BYTES;
	return at;
}

void scan_arena_free(struct scan_arena *arena)
{
	struct scan_block *next;

	for (struct scan_block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	memset(arena, 0, sizeof(*arena));
}

bool scan_grow(void *items, size_t *room, size_t n, size_t size)
{
	void **row = items;
	size_t wanted = *room ? *room * 2 : 16;
	void *grown;

	if (n < *room)
		return true;
	grown = reallocarray(*row, wanted, size);
	if (!grown)
		return false;
	*row = grown;
	*room = wanted;
	return true;
}

void *scan_alloc(struct scan *scan, size_t size)
{
	void *memory;

	pthread_mutex_lock(&scan->inside->lock);
	memory = scan_arena_alloc(&scan->inside->arena, size);
	pthread_mutex_unlock(&scan->inside->lock);
	return memory;
}

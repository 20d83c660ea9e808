/*
 * publish.c - blocks that are published by pointer; publish.h
 *
 *     what the allocator gave:  [ pad | struct head | block ]          the cell points to the block
 *                                       garbage, arena -> chunks
 */
#include "epoch.h"
#include "memory.h"

#include <fieldguard/publish.h>

/* Bytes of the first block's arena; later ones take after the block before. */
#define ARENA_FIRST 256
/* A record grows by little: room for an eighth more, so that one piece of memory mostly suffices. */
#define ARENA_SPARE(used) ((used) / 8 + 64)

struct head {
	struct epoch_garbage garbage;
	struct fg_arena arena;
	const struct fg_allocator *allocator;
	void *memory;                /* what the allocator gave */
	_Alignas(16) size_t size;    /* of the block */
};

_Static_assert(sizeof(struct head) % 16 == 0, "the block behind it would not be aligned");

static struct head *head_of(void *block)
{
	return (struct head *)block - 1;
}

static void head_free(struct epoch_garbage *garbage)
{
	struct head *head = (struct head *)(void *)((char *)garbage - offsetof(struct head, garbage));
	const struct fg_allocator *allocator = head->allocator;

	fg_arena_fini(&head->arena);
	memory_free(allocator, head->memory);
}

static void *block_new(const struct fg_allocator *allocator, size_t size, size_t align)
{
	struct head *head;
	void *memory;

	if (align < 16)
		align = 16;
	memory = memory_alloc(allocator, sizeof *head + size + align - 1);
	if (!memory)
		return NULL;
	head = head_of(memory_align((char *)memory + sizeof *head, align));
	*head = (struct head){.allocator = allocator, .memory = memory, .size = size};
	return head + 1;
}

void *fg_publish_begin(struct fg_publish *cell, size_t size, size_t align, struct fg_arena **ret_arena)
{
	void *block = block_new(cell->allocator, size, align), *old;
	size_t room = ARENA_FIRST;

	if (!block)
		return NULL;
	fg_mutex_lock(&cell->lock);
	/* Only who holds the lock writes it, and what it points to can't go while the lock is held. */
	old = atomic_load_explicit(&cell->block, memory_order_relaxed);
	if (old) {
		memcpy(block, old, size);
		room = head_of(old)->arena.used;
		room += ARENA_SPARE(room);
	} else {
		memset(block, 0, size);
	}
	fg_arena_init(&head_of(block)->arena, cell->allocator, room);
	*ret_arena = &head_of(block)->arena;
	return block;
}

void fg_publish_commit(struct fg_publish *cell, void *block)
{
	struct head *old = atomic_load_explicit(&cell->block, memory_order_relaxed);

	/* Release: the block and all that it points to are whole for whoever acquires the pointer. */
	atomic_store_explicit(&cell->block, block, memory_order_release);
	fg_mutex_unlock(&cell->lock);
	if (!old)
		return;
	old = head_of(old);
	epoch_retire(&old->garbage, sizeof *old + old->size + old->arena.used, head_free);
}

void fg_publish_drop(struct fg_publish *cell, void *block)
{
	fg_mutex_unlock(&cell->lock);
	head_free(&head_of(block)->garbage);
}

void fg_publish_fini(struct fg_publish *cell)
{
	void *block;

	if (!cell)
		return;
	block = atomic_exchange_explicit(&cell->block, NULL, memory_order_acq_rel);
	if (block)
		head_free(&head_of(block)->garbage);
}

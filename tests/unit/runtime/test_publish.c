/* test_publish.c - blocks that are published by pointer */
#include "runtime/epoch.h"
#include "tap.h"

#include <fieldguard/publish.h>
#include <stdlib.h>
#include <string.h>

struct block {
	_Alignas(128) uint64_t n;
	char *text;
};

static struct {
	size_t live, left;
} memory = {.left = SIZE_MAX};

static void *counted_alloc(void *user, size_t size)
{
	(void)user;
	if (!memory.left)
		return NULL;
	memory.left--;
	memory.live++;
	return malloc(size);
}

static void counted_free(void *user, void *ptr)
{
	(void)user;
	memory.live--;
	free(ptr);
}

static const struct fg_allocator counted = {counted_alloc, counted_free, NULL};

static struct block *begin(struct fg_publish *cell, struct fg_arena **ret_arena)
{
	return fg_publish_begin(cell, sizeof(struct block), _Alignof(struct block), ret_arena);
}

static void test_blocks(void)
{
	struct fg_publish cell = {.allocator = &counted};
	struct fg_arena *arena;
	struct fg_read read = fg_read_begin();
	const struct block *first, *second;
	struct block *block;

	tap_ok(!fg_publish_get(&cell, &read), "empty");
	block = begin(&cell, &arena);
	tap_ok(block && !block->n && !block->text, "the first block is zero");
	tap_ok((uintptr_t)block % 128 == 0, "and aligned");
	block->n = 1;
	block->text = fg_arena_alloc(arena, 5000, 1);
	memset(block->text, 'x', 5000);
	tap_ok(!fg_publish_get(&cell, &read), "nobody sees it yet");
	fg_publish_commit(&cell, block);
	first = fg_publish_get(&cell, &read);
	tap_ok(first && first->n == 1, "published");
	block = begin(&cell, &arena);
	tap_ok(block->n == 1 && block->text == first->text, "the next one holds the bytes of it");
	tap_ok(arena->chunk_size >= 5000, "and its arena takes after it");
	block->n = 2;
	fg_publish_drop(&cell, block);
	tap_ok(fg_publish_get(&cell, &read) == first, "dropped");
	block = begin(&cell, &arena);
	block->n = 3;
	fg_publish_commit(&cell, block);
	second = fg_publish_get(&cell, &read);
	epoch_poll();
	tap_ok(second->n == 3 && first->n == 1 && first->text[4999] == 'x', "the old one stays for the section");
	fg_read_end(&read);
	fg_read_wait();
	tap_eq_int((int)memory.live, 1, "and goes with it");
	fg_publish_fini(&cell);
	tap_eq_int((int)memory.live, 0, "all given back");
	fg_publish_fini(&cell);
	fg_publish_fini(NULL);
}

static void test_memory(void)
{
	struct fg_publish cell = {.allocator = &counted};
	struct fg_arena *arena = NULL;
	struct block *block;

	memory.left = 0;
	tap_ok(!begin(&cell, &arena) && !arena, "no memory");
	memory.left = 1;
	block = begin(&cell, &arena);
	tap_ok(block && !fg_arena_alloc(arena, 1, 1), "memory for the block alone");
	fg_publish_drop(&cell, block);
	memory.left = SIZE_MAX;
	block = begin(&cell, &arena);
	tap_ok(block != NULL, "it was not left locked");
	fg_publish_drop(&cell, block);
	fg_publish_fini(&cell);
	tap_eq_int((int)memory.live, 0, "all given back");
}

int main(void)
{
	test_blocks();
	test_memory();
	return tap_done();
}

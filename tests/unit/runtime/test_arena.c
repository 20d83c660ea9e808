/* test_arena.c - pieces, alignment, what a reset keeps, and memory that runs out */
#include "runtime/internal.h"
#include "tap.h"

#include <stdlib.h>

static int calls, fail_at, live;

static void *counting_alloc(void *user, size_t size)
{
	(void)user;
	if (++calls == fail_at)
		return NULL;
	live++;
	return malloc(size);
}

static void counting_free(void *user, void *ptr)
{
	(void)user;
	live--;
	free(ptr);
}

static const struct fg_allocator allocator = {counting_alloc, counting_free, NULL};

static void test_pieces(void)
{
	struct fg_arena arena;
	int wrong = 0;

	fg_arena_init(&arena, &allocator, 100);
	tap_eq_int(calls, 0, "init takes nothing");
	for (size_t i = 0; i < 2000; i++) {
		size_t align = (size_t)1 << i % 7, size = i % 97;
		char *piece = fg_arena_alloc(&arena, size, align);

		wrong += !piece || (uintptr_t)piece % align != 0;
		memset(piece, (int)i, size);
	}
	tap_eq_int(wrong, 0, "2,000 pieces at every alignment");
	tap_ok(calls < 20, "in %d chunks", calls);
	tap_eq_int(arena.used, 2000 / 97 * (96 * 97 / 2) + (2000 % 97) * (2000 % 97 - 1) / 2, "bytes that are used");
	fg_arena_reset(&arena);
	tap_eq_int(live, 1, "one chunk is kept");
	tap_eq_int(arena.used, 0, "and none of it used");
	calls = 0;
	tap_ok(fg_arena_alloc(&arena, 1000, 8) != NULL && calls == 0, "which serves the next");
	tap_ok(fg_arena_alloc(&arena, 10000000, 8) != NULL, "a piece larger than any chunk");
	fg_arena_fini(&arena);
	tap_eq_int(live, 0, "all is freed");
	fg_arena_fini(&arena);
	fg_arena_fini(NULL);
	tap_eq_int(live, 0, "twice and NULL are fine");
	fg_arena_reset(&arena);
	tap_ok(fg_arena_alloc(&arena, 1, 1) != NULL, "it can be used again");
	fg_arena_fini(&arena);
}

static void test_limits(void)
{
	struct fg_arena arena;

	fg_arena_init(&arena, &allocator, 0);
	calls = 0;
	for (size_t back = 0; back < 200; back += 7)
		if (fg_arena_alloc(&arena, SIZE_MAX - back, 16))
			tap_ok(false, "SIZE_MAX - %zu", back);
	tap_eq_int(calls, 0, "sizes near SIZE_MAX are refused at once");
	tap_ok(fg_arena_alloc(&arena, 1, 128) == NULL, "an alignment above 64 is refused");
	tap_ok(fg_arena_alloc(&arena, 0, 1) != NULL, "a piece of nothing has an address");
	fg_arena_fini(&arena);
}

static void test_resize(void)
{
	struct fg_arena arena;
	char *first, *second;

	fg_arena_init(&arena, &allocator, 256);
	first = fg_arena_alloc(&arena, 10, 1);
	tap_ok(arena_resize(&arena, first, 10, 100), "the newest grows");
	tap_eq_int(arena.used, 100, "and counts");
	tap_ok(!arena_resize(&arena, first, 100, 1000), "not beyond its chunk");
	tap_ok(arena_resize(&arena, first, 100, 20), "it shrinks");
	second = fg_arena_alloc(&arena, 10, 1);
	tap_ok(second == first + 20, "and makes room");
	tap_ok(!arena_resize(&arena, first, 20, 30), "the older one doesn't grow");
	tap_ok(!arena_resize(&arena, NULL, 0, 30), "nor does what is not there");
	fg_arena_fini(&arena);
}

static void test_failures(void)
{
	int k, failed = 1;

	for (k = 1; failed && k < 30; k++) {
		struct fg_arena arena;

		calls = failed = 0;
		fail_at = k;
		fg_arena_init(&arena, &allocator, 64);
		for (int i = 0; i < 500; i++) {
			char *piece = fg_arena_alloc(&arena, 40, 8);

			failed += !piece;
			if (piece)
				memset(piece, 1, 40);
		}
		fg_arena_fini(&arena);
		if (failed)
			tap_ok(failed == 1 && live == 0, "call %d fails: one piece is missing, the rest goes on", k);
	}
	tap_ok(!failed && k > 4, "%d calls", k - 2);
	fail_at = 0;
}

int main(void)
{
	test_pieces();
	test_limits();
	test_resize();
	test_failures();
	return tap_done();
}

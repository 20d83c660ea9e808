/* test_pool.c - pools: reuse, limits, alignment, failing memory, threads that end; what a checked pool tells */
#include "tap.h"

#include <errno.h>
#include <fieldguard/pool.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ---- an allocator that counts, and fails on demand ---- */

struct heap {
	atomic_long live, calls;
	long fail_from;                /* this call and all later ones; 0: none */
};

static void *heap_alloc(void *user, size_t size)
{
	struct heap *heap = user;
	void *ptr;

	if (++heap->calls >= heap->fail_from && heap->fail_from)
		return NULL;
	ptr = malloc(size);
	if (ptr) {
		heap->live++;
		memset(ptr, 0xaa, size);
	}
	return ptr;
}

static void heap_free(void *user, void *ptr)
{
	((struct heap *)user)->live--;
	free(ptr);
}

static bool is_zero(const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static void test_reuse(bool checked)
{
	const size_t sizes[] = {1, 8, 16, 17, 100, 5000}, aligns[] = {0, 8, 16, 64, 4096};
	struct heap heap = {0};
	struct fg_allocator allocator = {heap_alloc, heap_free, &heap};

	for (size_t i = 0; i < 6 * 5; i++) {
		size_t size = sizes[i % 6], align = aligns[i / 6], bad = 0;
		struct fg_pool_options options = {.align = align, .allocator = &allocator, .keep_records = 50};
		struct fg_pool *pool;
		void *records[200];

		fg_pool_new_as(size, &options, checked, &pool);
		for (int round = 0; round < 3; round++) {
			for (int r = 0; r < 200; r++) {
				records[r] = fg_pool_get(pool);
				bad += (uintptr_t)records[r] % (align ? align : 16) != 0 || !is_zero(records[r], size);
				memset(records[r], r, size);
			}
			for (int r = 0; r < 200; r++) {
				int at = (r * 7 + round) % 200;

				bad += *(unsigned char *)records[at] != at;
				fg_pool_put(pool, records[at]);
			}
		}
		bad += fg_pool_records(pool) > 50 + 64;
		records[0] = fg_pool_get(pool);
		fg_pool_put(pool, records[0]);
		records[1] = fg_pool_get(pool);
		fg_pool_put(pool, records[1]);
		fg_pool_put(pool, NULL);
		tap_ok(bad == 0 && records[0] == records[1], "%s, size %zu, align %zu: zero, apart, used again, bounded",
		       checked ? "checked" : "plain", size, align);
		fg_pool_free(pool);
	}
	tap_eq_int(heap.live, 0, "all memory is back");
	fg_pool_free(NULL);
}

static void test_misfits(void)
{
	struct fg_pool_options options = {.align = 24};
	struct fg_pool *pool = (void *)&options;

	tap_eq_int(fg_pool_new(8, &options, &pool), -EINVAL, "an alignment that is none");
	options.align = 8192;
	tap_eq_int(fg_pool_new(8, &options, &pool), -EINVAL, "too large an alignment");
	tap_eq_int(fg_pool_new(0, NULL, &pool), -EINVAL, "no size");
	tap_eq_int(fg_pool_new(SIZE_MAX, NULL, &pool), -EINVAL, "too large a size");
	tap_ok(pool == (void *)&options, "result untouched");
}

static void test_limits(void)
{
	struct fg_pool_options options = {.max_records = 20};
	struct fg_pool *pool;
	void *records[20];
	int got = 0;

	fg_pool_new(32, &options, &pool);
	while (got < 20 && (records[got] = fg_pool_get(pool)))
		got++;
	tap_ok(got == 20 && !fg_pool_get(pool), "as many as the limit allows");
	fg_pool_put(pool, records[7]);
	records[7] = fg_pool_get(pool);
	tap_ok(records[7] != NULL, "one that came back can be had again");
	while (got)
		fg_pool_put(pool, records[--got]);
	fg_pool_free(pool);
}

static void test_uncleared(void)
{
	struct fg_pool_options options = {.uncleared = true};
	struct fg_pool *pool;
	unsigned char *record;

	fg_pool_new_as(64, &options, false, &pool);
	record = fg_pool_get(pool);
	memset(record, 7, 64);
	fg_pool_put(pool, record);
	record = fg_pool_get(pool);
	tap_eq_int(record[63], 7, "an uncleared pool spares the work");
	fg_pool_put(pool, record);
	fg_pool_free(pool);
}

static void test_no_memory(void)
{
	struct heap heap = {0};
	struct fg_allocator allocator = {heap_alloc, heap_free, &heap};
	struct fg_pool_options options = {.allocator = &allocator};
	struct fg_pool *pool = NULL;
	void *a, *b;

	heap.fail_from = 1;
	tap_eq_int(fg_pool_new(32, &options, &pool), -ENOMEM, "no memory for the pool");
	for (long i = 2; i <= 4; i++) {
		heap.calls = 0;
		heap.fail_from = 0;
		fg_pool_new(32, &options, &pool);
		heap.fail_from = i;
		a = fg_pool_get(pool);
		/* The second call is for the cache, which can be done without; the third for the record. */
		tap_ok(i == 4 ? a != NULL : a == NULL, "get, memory fails from call %ld on", i);
		heap.fail_from = 0;
		b = fg_pool_get(pool);
		heap.fail_from = 1;
		fg_pool_put(pool, b);
		fg_pool_put(pool, a);
		heap.fail_from = 0;
		tap_eq_int(fg_pool_records(pool), a ? 2 : 1, "put needs no memory");
		fg_pool_free(pool);
	}
	tap_eq_int(heap.live, 0, "all memory is back");
}

/* A thread without a cache works with the depot: one that never gets memory for it. */
static void test_no_cache(void)
{
	struct heap heap = {0};
	struct fg_allocator allocator = {heap_alloc, heap_free, &heap};
	struct fg_pool_options options = {.allocator = &allocator, .keep_records = 40};
	struct fg_pool *pool;
	void *record[3];

	fg_pool_new(32, &options, &pool);
	heap.fail_from = 1;
	tap_ok(!fg_pool_get(pool), "nothing to be had");
	heap.fail_from = heap.calls + 2;      /* no cache, and then no record */
	tap_ok(!fg_pool_get(pool), "still nothing");
	heap.fail_from = 0;
	for (int i = 0; i < 3; i++)
		record[i] = fg_pool_get(pool);
	for (int i = 0; i < 3; i++)
		fg_pool_put(pool, record[i]);
	tap_eq_int(fg_pool_records(pool), 3, "and later all is well");
	fg_pool_free(pool);
	tap_eq_int(heap.live, 0, "all memory is back");
}

static struct fg_pool *shared;

static void *use_and_end(void *user)
{
	void *records[100];

	(void)user;
	for (int i = 0; i < 100; i++)
		records[i] = fg_pool_get(shared);
	for (int i = 0; i < 100; i++)
		fg_pool_put(shared, records[i]);
	return NULL;
}

static void test_thread_ends(bool checked)
{
	pthread_t thread;

	fg_pool_new_as(48, NULL, checked, &shared);
	for (int i = 0; i < 10; i++) {
		pthread_create(&thread, NULL, use_and_end, NULL);
		pthread_join(thread, NULL);
	}
	tap_eq_int(fg_pool_records(shared), 100, "threads one after the other share 100 records");
	use_and_end(NULL);
	tap_eq_int(fg_pool_records(shared), 100, "and leave them to this one");
	fg_pool_free(shared);
}

static void test_many_pools(void)
{
	enum { POOLS = 40 };
	struct fg_pool *pools[POOLS];
	unsigned bad = 0;

	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < POOLS; i++)
			fg_pool_new(sizeof(int), NULL, &pools[i]);
		for (int n = 0; n < 3; n++) {
			for (int i = 0; i < POOLS; i++) {
				int *record = fg_pool_get(pools[i]);

				bad += *record != 0 || fg_pool_records(pools[i]) != 1;
				*record = i;
				fg_pool_put(pools[i], record);
			}
		}
		for (int i = 0; i < POOLS; i++)
			fg_pool_free(pools[i]);
	}
	tap_eq_int(bad, 0, "1,600 pools, 40 at once: none meets another's records");
}

/* ---- faults ---- */

static struct fg_pool_misuse last;
static unsigned faults;

static void note(const struct fg_pool_misuse *misuse, void *user)
{
	last = *misuse;
	faults++;
	(void)user;
}

static void *put_there(void *record)
{
	fg_pool_put(shared, record);
	return NULL;
}

static void test_faults(void)
{
	struct fg_pool_options options = {.misuse = note};
	struct fg_pool *other;
	unsigned char *a, *b, *c;
	pthread_t thread;

	fg_pool_new_as(40, &options, true, &shared);
	fg_pool_new_as(40, &options, true, &other);
	a = fg_pool_get(shared);
	pthread_create(&thread, NULL, put_there, a);
	pthread_join(thread, NULL);
	tap_eq_int(faults, 0, "another thread may put it");
	fg_pool_put(shared, a);
	tap_ok(faults == 1 && last.fault == FG_POOL_PUT_TWICE && last.record == a, "put twice is told");
	tap_ok(last.here && last.there && last.here != last.there, "with both threads");
	b = fg_pool_get(shared);
	c = fg_pool_get(shared);
	tap_ok(b == a && c != a && faults == 1, "and it is handed out once");
	fg_pool_put(other, c);
	tap_ok(faults == 2 && last.fault == FG_POOL_FOREIGN, "another pool's record is told");
	fg_pool_put(shared, c);
	tap_eq_int(faults, 2, "and can still go home");
	c[39] ^= 1;
	c = fg_pool_get(shared);
	tap_ok(faults == 3 && last.fault == FG_POOL_WRITTEN_AFTER_PUT && last.record == c, "a late write is told");
	tap_ok(is_zero(c, 40), "the record is clean again");
	fg_pool_put(shared, c);
	fg_pool_free(other);
	fg_pool_free(shared);
	tap_ok(faults == 4 && last.fault == FG_POOL_STILL_OUT && last.records_out == 1, "a record that is still out");
	free(b - 48);
}

int main(void)
{
	test_reuse(false);
	test_reuse(true);
	test_misfits();
	test_limits();
	test_uncleared();
	test_no_memory();
	test_no_cache();
	test_thread_ends(false);
	test_thread_ends(true);
	test_many_pools();
	test_faults();
	return tap_done();
}

/* test_buffer.c - a buffer grows, keeps what it holds, and stays as it was when memory runs out */
#include "runtime/internal.h"
#include "tap.h"

#include <errno.h>
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

static bool holds_count(const struct fg_buffer *buffer)
{
	for (size_t i = 0; i < buffer->len; i++)
		if (buffer->data[i] != (char)i)
			return false;
	return true;
}

static void test_growth(const struct fg_allocator *from)
{
	struct fg_buffer buffer = {.allocator = from};
	int wrong = 0;

	tap_eq_int(fg_buffer_reserve(&buffer, 0), 0, "nothing for nothing");
	for (size_t i = 0; i < 100000; i++) {
		if (buffer.len == buffer.size)
			wrong += fg_buffer_reserve(&buffer, 1) != 0;
		buffer.data[buffer.len++] = (char)i;
	}
	tap_ok(wrong == 0 && holds_count(&buffer), "byte by byte");
	tap_eq_int(fg_buffer_reserve(&buffer, 1000000), 0, "far more at once");
	tap_ok(buffer.size - buffer.len >= 1000000 && holds_count(&buffer), "room and content");
	tap_eq_int(fg_buffer_reserve(&buffer, SIZE_MAX), -ENOMEM, "SIZE_MAX");
	tap_eq_int(fg_buffer_reserve(&buffer, SIZE_MAX / 2), -ENOMEM, "half of it");
	tap_ok(holds_count(&buffer), "content after a failure");
	fg_buffer_fini(&buffer);
	fg_buffer_fini(&buffer);
	fg_buffer_fini(NULL);
	tap_eq_int(live, 0, "all is freed");
}

static void test_failures(void)
{
	for (int k = 1; k < 6; k++) {
		struct fg_buffer buffer = {.allocator = &allocator};
		int failed = 0;

		calls = 0;
		fail_at = k;
		for (size_t i = 0; i < 5000; i++) {
			if (buffer.len == buffer.size && fg_buffer_reserve(&buffer, 1) != 0) {
				failed++;
				if (fg_buffer_reserve(&buffer, 1) != 0)
					break;
			}
			buffer.data[buffer.len++] = (char)i;
		}
		tap_ok(failed == 1 && holds_count(&buffer), "call %d fails: content stays, the next call serves", k);
		fg_buffer_fini(&buffer);
	}
	tap_eq_int(live, 0, "nothing is left");
}

int main(void)
{
	test_growth(NULL);
	test_growth(&allocator);
	test_failures();
	return tap_done();
}

/*
 * pool_check.c - what checked pools find out about their users
 *
 * A record's state changes by exchange: of two threads that put one record at once, exactly one finds it out and the
 * other finds it free. A free record is filled with a pattern; who wrote to it after putting it has broken that.
 * Relaxed order throughout: the check must not order what the program itself does not, or it would hide races.
 */
#include "pool.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POISON 0xdb

static uint64_t this_thread(void)
{
	return (uint64_t)syscall(SYS_gettid);
}

static const char *fault_text(enum fg_pool_fault fault)
{
	switch (fault) {
	case FG_POOL_PUT_TWICE:
		return "put twice";
	case FG_POOL_HANDED_TWICE:
		return "handed to two";
	case FG_POOL_WRITTEN_AFTER_PUT:
		return "written after it was put";
	case FG_POOL_FOREIGN:
		return "put to a pool that it is not of";
	case FG_POOL_STILL_OUT:
		return "still out when its pool is freed";
	}
	return "misused";
}

static void tell(const struct pool_check *check, const struct fg_pool_misuse *misuse)
{
	char text[200];
	int n;

	if (check->misuse) {
		check->misuse(misuse, check->user);
		return;
	}
	n = snprintf(text, sizeof text, "fieldguard: pool record %p %s: thread %llu, before that thread %llu\n",
	             misuse->record, fault_text(misuse->fault), (unsigned long long)misuse->here,
	             (unsigned long long)misuse->there);
	if (n < 0 || write(STDERR_FILENO, text, (size_t)n) < 0)
		__builtin_trap();       /* without the words, then */
	__builtin_trap();
}

static struct pool_head *head_of(void *record)
{
	return (struct pool_head *)record - 1;
}

static bool is_poison(const unsigned char *bytes, size_t n)
{
	return n == 0 || (bytes[0] == POISON && memcmp(bytes, bytes + 1, n - 1) == 0);
}

void pool_check_init(const struct pool_check *check, struct fg_pool *pool, void *record)
{
	struct pool_head *head = head_of(record);

	head->pool = pool;
	atomic_store_explicit(&head->thread, 0, memory_order_relaxed);
	atomic_store_explicit(&head->state, POOL_FREE, memory_order_relaxed);
	memset(record, POISON, check->record_size);
}

void pool_check_get(const struct pool_check *check, void *record)
{
	struct pool_head *head = head_of(record);
	uint64_t here = this_thread(), there = atomic_exchange_explicit(&head->thread, here, memory_order_relaxed);
	struct fg_pool_misuse misuse = {.record = record, .here = here, .there = there};

	if (atomic_exchange_explicit(&head->state, POOL_OUT, memory_order_relaxed) != POOL_FREE)
		misuse.fault = FG_POOL_HANDED_TWICE;
	else if (!is_poison(record, check->record_size))
		misuse.fault = FG_POOL_WRITTEN_AFTER_PUT;
	else
		return;
	tell(check, &misuse);
}

bool pool_check_put(const struct pool_check *check, struct fg_pool *pool, void *record)
{
	struct pool_head *head = head_of(record);
	struct fg_pool_misuse misuse = {.record = record, .here = this_thread()};
	uint32_t out = POOL_OUT;

	if (head->pool != pool) {
		misuse.fault = FG_POOL_FOREIGN;
	} else if (!atomic_compare_exchange_strong_explicit(&head->state, &out, POOL_FREE, memory_order_relaxed,
	                                                    memory_order_relaxed)) {
		misuse.fault = out == POOL_FREE ? FG_POOL_PUT_TWICE : FG_POOL_FOREIGN;
		misuse.there = atomic_load_explicit(&head->thread, memory_order_relaxed);
	} else {
		atomic_store_explicit(&head->thread, misuse.here, memory_order_relaxed);
		memset(record, POISON, check->record_size);
		return true;
	}
	tell(check, &misuse);
	return false;
}

void pool_check_end(const struct pool_check *check, size_t records_out)
{
	struct fg_pool_misuse misuse = {
		.fault = FG_POOL_STILL_OUT, .records_out = records_out, .here = this_thread()};

	if (records_out)
		tell(check, &misuse);
}

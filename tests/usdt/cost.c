/*
 * cost.c - the work that the cost of points is measured by: each way to write, over and over
 *
 *     cost N             each N times
 *     cost N WAY         one of them alone, and the nanoseconds that each time took
 */
#include "told.fg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct told_shared shared;
static struct told_post_shared post;
static struct told_shared fresh;
static volatile int64_t sink;

/* All that can be written again and again. */
#define MOST (((1u << TOLD_FIELDS_N) - 1) & ~(1u << TOLD_FIELD_CREATED | 1u << TOLD_FIELD_STATUS))

#define WAY(name, ...)                                                                                                 \
	__attribute__((noinline)) static void run_##name(int n)                                                        \
	{                                                                                                              \
		for (int i = 0; i < n; i++) {                                                                          \
			__VA_ARGS__;                                                                                   \
		}                                                                                                      \
	}

WAY(store, told_store_views(&shared, i))
WAY(exchange, sink = told_exchange_views(&shared, i))
WAY(add, told_add_wide(&shared, 3))
WAY(add_used, sink = (int64_t)told_add_wide(&shared, 3))
WAY(set_bits, told_or_views(&shared, 3))
WAY(compare_exchange, int32_t was = i; told_compare_exchange_views(&shared, &was, i + 1))
WAY(owner_store, told_store_seen(&shared, (uint32_t)i))
WAY(owner_add, told_add_seen(&shared, 2))
WAY(states, told_advance_status(&shared, i % 3 ? TOLD_PAID : TOLD_CREATED, NULL))
WAY(once, memset(&fresh.once, 0, sizeof fresh.once); told_set_created(&fresh, i))
WAY(write_mutex, told_write_money(&shared, &(struct told_money){.amount = i}))
WAY(write_snapshot, told_write_snapshot(&shared, &(struct told_snapshot){.id = i}))
WAY(merge_one, told_merge(&shared, &(struct told){.amount = i},
                          &(struct told_present){.bits = {1 << TOLD_FIELD_AMOUNT}}, NULL))
WAY(merge_most, told_merge(&shared, &(struct told){.amount = i, .id = i},
                           &(struct told_present){.bits = {MOST}}, NULL))
WAY(publish, told_post_merge(&post, &(struct told_post){.id = i}, NULL))

static const struct {
	const char *name;
	void (*run)(int n);
} ways[] = {
	{"store", run_store}, {"exchange", run_exchange}, {"add", run_add}, {"add_used", run_add_used},
	{"set_bits", run_set_bits}, {"compare_exchange", run_compare_exchange}, {"owner_store", run_owner_store},
	{"owner_add", run_owner_add}, {"states", run_states}, {"once", run_once}, {"write_mutex", run_write_mutex},
	{"write_snapshot", run_write_snapshot}, {"merge_one", run_merge_one}, {"merge_most", run_merge_most},
	{"publish", run_publish},
};

static double nanoseconds(const struct timespec *begun, const struct timespec *ended)
{
	return (double)(ended->tv_sec - begun->tv_sec) * 1e9 + (double)(ended->tv_nsec - begun->tv_nsec);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct timespec begun, ended;

		if (argc > 2 && strcmp(argv[2], ways[i].name) != 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &begun);
		ways[i].run(n);
		clock_gettime(CLOCK_MONOTONIC, &ended);
		if (argc > 2)
			printf("%.3f\n", nanoseconds(&begun, &ended) / n);
	}
	told_post_shared_fini(&post);
	return 0;
}

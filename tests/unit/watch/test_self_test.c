/*
 * test_self_test.c - the self-test on this kernel, and that what it calls tested is no more than what it tests
 */
#include "probe_child.h"

#include "watch/self_test_inside.h"

#include <Zydis/Zydis.h>

static void tell(const struct self_test *test)
{
	for (unsigned kind = 0; kind < SELF_TEST_KINDS; kind++) {
		const struct self_test_result *result = &test->of[kind];

		printf("# %-20s %s, %u forms, %u lost, %u harmed, %.0f ns%s%s\n", self_test_name(kind),
		       result->sound ? "sound" : "not sound", result->forms, result->lost, result->harmed, result->cost_ns,
		       result->why ? ": " : "", result->why ? result->why : "");
	}
}

static void test_run(const struct kernel_options *options, const char *name)
{
	struct kernel *kernel = kernel_or_skip(options);
	struct self_test test;
	struct watch_error error = {""};
	uint64_t begin = kernel_now_ns();

	if (!kernel)
		return;
	tap_eq_int(self_test_run(kernel, &test, &error), 0, "%s: the self-test runs %s", name, error.text);
	printf("# %.0f ms\n", (double)(kernel_now_ns() - begin) / 1e6);
	tell(&test);
	for (unsigned kind = 0; kind < SELF_TEST_KINDS; kind++)
		tap_ok(test.of[kind].tried && (test.of[kind].sound || kind == SELF_TEST_POINT), "%s: %s", name,
		       self_test_name(kind));
	tap_eq_int(kernel_totals(kernel)->hold_spent_ns, 0, "%s: no holds are left in the totals", name);
	kernel_close(kernel);
}

int main(void)
{
	test_run(NULL, "many");
	return tap_done();
}

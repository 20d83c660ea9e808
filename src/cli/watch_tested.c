/* watch_tested.c - `fieldguard watch --self-test`: which probes are sound on this kernel; see watch.h */
#include "cli/cli.h"
#include "cli/watch.h"

#include "watch/kernel.h"

#include <string.h>

static const char *way_name(enum kernel_way way)
{
	static const char *const names[] = {
		[KERNEL_WAY_NONE] = "none", [KERNEL_WAY_MULTI] = "uprobe_multi", [KERNEL_WAY_SINGLE] = "one perf event each",
	};

	return names[way];
}

static const char *verdict_of(const struct self_test_result *result)
{
	return !result->tried ? "not tried" : result->sound ? "sound" : "refused";
}

static void tell_text(const struct kernel *kernel, const struct self_test *test)
{
	printf("probes are set by: %s; memory that is not there can%s be read\n\n", way_name(kernel_way(kernel)),
	       kernel_sleepable(kernel) ? "" : "not");
	printf("%-18s  %-9s  %5s  %4s  %6s  %8s\n", "KIND", "VERDICT", "FORMS", "LOST", "HARMED", "COST");
	for (int i = 0; i < SELF_TEST_KINDS; i++) {
		const struct self_test_result *result = &test->of[i];

		printf("%-18s  %-9s  %5u  %4u  %6u", self_test_name((enum self_test_kind)i), verdict_of(result),
		       result->forms, result->lost, result->harmed);
		if (result->cost_ns > 0)
			printf("  %5.2f us", result->cost_ns / 1000);
		if (result->why)
			printf("%s  %s", result->cost_ns > 0 ? "" : "          ", result->why);
		putchar('\n');
	}
}

static void tell_json(const struct kernel *kernel, const struct self_test *test)
{
	struct text out = {.out = stdout};

	text_printf(&out, "{\"way\": \"%s\", \"sleepable\": %s, \"kinds\": [", way_name(kernel_way(kernel)),
	            kernel_sleepable(kernel) ? "true" : "false");
	for (int i = 0; i < SELF_TEST_KINDS; i++) {
		const struct self_test_result *result = &test->of[i];

		text_printf(&out, "%s{\"kind\": ", i ? ", " : "");
		text_json(&out, self_test_name((enum self_test_kind)i));
		text_printf(&out, ", \"tried\": %s, \"sound\": %s, \"forms\": %u, \"lost\": %u, \"harmed\": %u, "
		            "\"cost_ns\": %.0f, \"why\": ", result->tried ? "true" : "false", result->sound ? "true" : "false",
		            result->forms, result->lost, result->harmed, result->cost_ns);
		text_json(&out, result->why);
		text_str(&out, "}");
	}
	text_str(&out, "]}\n");
	text_fini(&out);
}

int watch_tell_tested(const struct watch_choices *choices)
{
	struct kernel_options options = {.probes_max = 4096};
	struct kernel *kernel;
	struct self_test test = {0};
	struct watch_error error = {{0}};
	int rc = kernel_open(&options, &kernel, &error), status = CLI_FINE;

	if (rc)
		return cli_fail("watch: %s", error.text[0] ? error.text : strerror(-rc));
	rc = self_test_run(kernel, &test, &error);
	if (rc)
		status = cli_fail("watch: %s", error.text[0] ? error.text : strerror(-rc));
	else if (choices->json)
		tell_json(kernel, &test);
	else
		tell_text(kernel, &test);
	for (int i = 0; i < SELF_TEST_KINDS && status == CLI_FINE; i++)
		if (test.of[i].tried && !test.of[i].sound)
			status = CLI_FINDINGS;
	kernel_close(kernel);
	return status;
}

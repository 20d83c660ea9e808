/*
 * test_plan_languages.c - plans of C++ and Go programs, and of one whose source is not there
 *
 *     test_plan_languages PROGRAM...
 *
 * Made from tests/programs: stores_cc of stores.cc, stores_go of stores.go; and planned_bare of planned.c. Each is held
 * at its exec and never runs.
 */
#include "tap.h"
#include "watch/plan.h"

#include <string.h>

static struct target *target;

static struct plan *make_plan(const char *path, char *const *queries, size_t queries_n)
{
	char *const command[] = {(char *)path, NULL};
	struct self_test tested = {0};
	struct watch_error error;
	struct plan *plan;

	for (int i = 0; i < SELF_TEST_KINDS; i++)
		tested.of[i].sound = true;
	if (!tap_ok(target_start(command, &target, &error) == 0, "%s is held at its exec", path))
		return NULL;
	if (plan_new(&(struct plan_options){.queries = queries, .queries_n = queries_n}, &tested, &plan) != 0)
		return NULL;
	for (uint32_t i = 0; i < target->modules_n; i++)
		if (plan_add_module(plan, target, i, &error) < 0)
			tap_ok(false, "%s: %s", target->modules[i].path, error.text);
	return plan;
}

static void end_plan(struct plan *plan)
{
	plan_free(plan);
	target_close(target);
}

/* Sites of a field by what they are: calls, all, those that judge. */
struct found {
	unsigned sites, calls, judges, go;
	const struct plan_field *field;
};

static struct found find(const struct plan *plan, const char *text)
{
	struct found found = {0};
	char name[256];

	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];

		if (strcmp(plan_field_text(plan, &plan->fields[site->field], name, sizeof(name)), text) != 0)
			continue;
		found.field = &plan->fields[site->field];
		found.sites++;
		found.calls += site->probe.call;
		found.judges += site->judges;
		found.go += site->go && site->wire.flags & WIRE_GO;
	}
	return found;
}

static void test_cpp(const char *path)
{
	char *queries[] = {"ns::order"};
	struct plan *plan = make_plan(path, queries, 1);
	struct found status, amount;

	if (!plan)
		return;
	status = find(plan, "ns::order.status._M_i");
	amount = find(plan, "ns::order.amount");
	tap_ok(status.sites > 0 && status.field->atomic && !status.judges, "std::atomic: its stores never judge");
	tap_ok(amount.sites > 0 && !amount.field->atomic && amount.judges > 0, "what lies beside it does");
	tap_ok(!plan->go && !plan->goid_offset, "no goroutines");
	end_plan(plan);
}

static void test_go(const char *path)
{
	char *queries[] = {"main.order"};
	struct plan *plan = make_plan(path, queries, 1), *all;
	struct found id, name, next, status;

	if (!plan)
		return;
	id = find(plan, "main.order.id");
	name = find(plan, "main.order.name.str");
	next = find(plan, "main.order.next");
	status = find(plan, "main.order.status");
	tap_ok(id.sites == 1 && id.judges == 1 && id.go == 1, "a word: one site, which knows its goroutine");
	tap_ok(name.sites == 2 && name.calls == 1, "a string's pointer: past the collector, and through its barrier");
	tap_ok(next.sites == 2 && next.calls == 1, "so a pointer");
	tap_ok(!status.judges, "sync/atomic: locked instructions never judge");
	tap_ok(plan->go && plan->goid_offset >= 100 && plan->goid_offset < 400, "goid is found: %u", plan->goid_offset);
	end_plan(plan);
	all = make_plan(path, NULL, 0);
	if (!all)
		return;
	tap_ok(all->ledger.refused[PLAN_REFUSED_RUNTIME] > 100, "Go's runtime is left to itself");
	for (size_t i = 0; i < all->types_n; i++)
		if (strncmp(all->types[i].name, "runtime.", 8) == 0 && all->types[i].fields_n)
			tap_ok(false, "%s is planned", all->types[i].name);
	end_plan(all);
}

/* Which of its plain stores are atomic ones in the source, nothing says: none is judged by what comes behind it. */
static void test_bare(const char *path)
{
	char *queries[] = {"planned_order"};
	struct plan *plan = make_plan(path, queries, 1);
	struct found released, spin, id;
	unsigned behind = 0;

	if (!plan)
		return;
	released = find(plan, "struct planned_order.released");
	spin = find(plan, "struct planned_order.spin");
	id = find(plan, "struct planned_order.id");
	tap_ok(released.sites == 1 && !released.field->atomic && released.field->turns, "a field that may be atomic");
	tap_ok(spin.field && spin.field->atomic, "locked instructions say it without a source");
	tap_ok(id.judges > 0 && id.field->turns, "numbers are judged by probes before their stores");
	tap_ok(plan->ledger.fields_turns >= 3, "such fields are counted");
	for (size_t i = 0; i < plan->sites_n; i++)
		behind += plan->fields[plan->sites[i].field].turns && plan->sites[i].judges &&
		          plan->sites[i].wire.flags & WIRE_AFTER;
	tap_eq_int(behind, 0, "and by none behind them");
	end_plan(plan);
}

static const char *program(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (strlen(argv[i]) >= strlen(name) && strcmp(argv[i] + strlen(argv[i]) - strlen(name), name) == 0)
			return argv[i];
	tap_skip("no compiler for it here");
	return NULL;
}

int main(int argc, char **argv)
{
	const char *cpp = program(argc, argv, "stores_cc"), *go = program(argc, argv, "stores_go");
	const char *bare = program(argc, argv, "planned_bare");

	if (cpp)
		test_cpp(cpp);
	if (go)
		test_go(go);
	if (bare)
		test_bare(bare);
	return tap_done();
}

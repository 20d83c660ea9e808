/*
 * test_plan_usdt_sites.c - a plan of a program whose generated code has points: they are its sites
 *
 * The program that is looked at is this one; see test_plan_usdt.c.
 */
#include "tap.h"
#include "told.fg.h"
#include "watch/plan.h"
#include "watch/plan_usdt.h"

#include <stdlib.h>
#include <unistd.h>

void told_plain_store(struct told_shared *shared, int32_t value);

static struct told_shared shared;
static struct told_post_shared post;

/* So that all accessors are there. Never called with 0. */
__attribute__((noinline)) static void write_all(int n)
{
	struct told_present present = {.bits = {(uint64_t)n}};

	told_store_views(&shared, n);
	told_plain_store(&shared, n);
	told_add_wide(&shared, (uint64_t)n);
	told_advance_status(&shared, TOLD_PAID, NULL);
	told_store_seen(&shared, (uint32_t)n);
	told_set_created(&shared, n);
	told_write_money(&shared, &(struct told_money){.amount = n});
	told_merge(&shared, &(struct told){.id = n}, &present, NULL);
	told_post_merge(&post, &(struct told_post){.id = n}, NULL);
}

static bool has_point(const struct plan_site *site)
{
	return site->semaphore != 0;
}

static struct plan *make(const struct target *target, char *query)
{
	char *queries[] = {query};
	struct plan_options options = {.queries = queries, .queries_n = query != NULL, .stepped = true};
	struct self_test tested = {0};
	struct watch_error error = {""};
	struct plan *plan;
	int rc;

	for (int i = 0; i < SELF_TEST_KINDS; i++)
		tested.of[i] = (struct self_test_result){.tried = true, .sound = true};
	if (plan_new(&options, &tested, &plan))
		return NULL;
	rc = plan_add_module(plan, target, 0, &error);
	if (rc >= 0)
		rc = plan_check(plan, &error);
	tap_ok(rc >= 0, "a plan of %s%s", query ? query : "everything", error.text);
	return plan;
}

static size_t points_in(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->sites_n; i++)
		n += has_point(&plan->sites[i]);
	return n;
}

/* Stores that a point of the same function tells of, and that are probed nevertheless: each would be heard twice. */
static size_t twice(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct scan_site *store = plan->sites[i].site;

		for (size_t k = 0; k < plan->sites_n && !has_point(&plan->sites[i]); k++) {
			const struct scan_site *point = plan->sites[k].site;

			n += has_point(&plan->sites[k]) && store->function == point->function &&
			     store->type == point->type && store->offset < point->offset + point->width &&
			     point->offset < store->offset + store->width;
		}
	}
	return n;
}

/* The store of a function that was compiled without points. */
static size_t kept(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct scan_function *function = plan->sites[i].site->function;

		n += !has_point(&plan->sites[i]) && function && strcmp(function->name, "told_plain_store") == 0;
	}
	return n;
}

static void check_everything(const struct target *target, size_t points_n)
{
	struct plan *plan = make(target, NULL);
	bool fits = true, atomic_judges = false;

	tap_eq_int(points_in(plan), points_n, "all points are sites");
	tap_eq_int(plan->ledger.sites_points, points_n, "and counted");
	tap_ok(plan->sites_n > points_n, "beside %zu probes on stores", plan->sites_n - points_n);
	tap_eq_int(twice(plan), 0, "none of which a point tells of");
	tap_eq_int(kept(plan), 1, "but for code that was compiled without points its store is one");
	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];
		const struct plan_field *field = &plan->fields[site->field];

		if (!has_point(site))
			continue;
		fits = fits && site->id == i && site->kind == SELF_TEST_NOP && site->type_id == field->type_id &&
		       plan->types[site->type_id].form && site->file_offset && site->wire.base >= 0;
		atomic_judges = atomic_judges || (field->atomic && site->judges);
	}
	tap_ok(fits, "each is a probe on a nop, in its form");
	tap_ok(!atomic_judges, "atomic fields convict nobody");
	plan_free(plan);
}

/* The field that all points are of. Returns: NULL: there is no such. */
static const struct plan_field *only_field(const struct plan *plan)
{
	const struct plan_field *only = NULL;

	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_field *field = &plan->fields[plan->sites[i].field];

		if (!has_point(&plan->sites[i]))
			continue;
		if (only && only != field)
			return NULL;
		only = field;
	}
	return only;
}

static void check_query(const struct target *target, char *query, const char *want, enum plan_rule rule, bool judges)
{
	struct plan *plan = make(target, query);
	const struct plan_field *field = only_field(plan);
	char name[128] = "none";
	bool all = points_in(plan) > 0;

	if (field)
		plan_field_text(plan, field, name, sizeof(name));
	tap_eq_str(name, want, "%s is", query);
	tap_ok(field && field->rule == rule, "its policy");
	for (size_t i = 0; i < plan->sites_n; i++)
		all = all && (!has_point(&plan->sites[i]) || plan->sites[i].judges == judges);
	tap_ok(all, "its points %s", judges ? "judge" : "don't judge");
	if (field && strstr(want, "status"))
		tap_ok(field->value && field->value->kind == SCAN_KIND_ENUM, "its value is a state");
	plan_free(plan);
}

int main(int argc, char **argv)
{
	struct scan_usdts *usdts;
	struct target *target;
	struct scan_error error;
	struct watch_error why;

	(void)argv;
	if (argc > 1)
		write_all(argc);
	if (scan_usdt_read("/proc/self/exe", &usdts, &error) || target_open(getpid(), &target, &why)) {
		tap_ok(false, "this process is opened");
		return tap_done();
	}
	check_everything(target, usdts->n);
	check_query(target, (char[]){"told.amount"}, "struct told_shared.group_money.fields.amount", PLAN_RULE_MUTEX, true);
	check_query(target, (char[]){"told.id"}, "struct told_shared.snapshot.id", PLAN_RULE_SNAPSHOT, false);
	check_query(target, (char[]){"told.status"}, "struct told_shared.atomics.status", PLAN_RULE_ATOMIC, false);
	check_query(target, (char[]){"told_shared.owner.seen"}, "struct told_shared.owner.seen", PLAN_RULE_OWNER, false);
	check_query(target, (char[]){"told.marks"}, "struct told_shared.owner.marks", PLAN_RULE_OWNER, true);
	check_query(target, (char[]){"told_post.title"}, "struct told_post_shared.snapshot.title", PLAN_RULE_SNAPSHOT,
	            false);
	target_close(target);
	scan_usdt_free(usdts);
	return tap_done();
}

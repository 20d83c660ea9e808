/* plan.c - modules, one after another, to a plan; see plan.h */
#include "watch/plan_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *plan_refusal_text(enum plan_refusal why)
{
	switch (why) {
	case PLAN_REFUSED_LOCKED: return "the kernel refuses probes on locked instructions";
	case PLAN_REFUSED_VEX: return "a probe on a VEX or EVEX instruction may lose the store";
	case PLAN_REFUSED_STRING: return "a string instruction, or one whose length is not known";
	case PLAN_REFUSED_OWN: return "the variable is the thread's own";
	case PLAN_REFUSED_ENCODING: return "its encoding is not on the list of those that were proved safe";
	case PLAN_REFUSED_SELF_TEST: return "the self-test failed on this kernel for its kind of instruction";
	case PLAN_REFUSED_STEPPED: return "it would have to be single-stepped, and was not asked for by name";
	case PLAN_REFUSED_RUNTIME: return "it belongs to Go's runtime, and was not asked for by name";
	case PLAN_REFUSED_UNKNOWN: return "the type is known, and no field of it is there";
	case PLAN_REFUSED_KINDS: break;
	}
	return "unknown";
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

int plan_new(const struct plan_options *options, const struct self_test *tested, struct plan **ret_plan)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return -ENOMEM;
	plan->inside = calloc(1, sizeof(*plan->inside));
	if (plan->inside) {
		plan->inside->options = *options;
		plan->inside->tested = *tested;
		plan->inside->source = scan_source_new();
		plan->inside->queries = calloc(options->queries_n ? options->queries_n : 1, sizeof(*plan->inside->queries));
	}
	if (!plan->inside || !plan->inside->source || !plan->inside->queries) {
		plan_free(plan);
		return -ENOMEM;
	}
	*ret_plan = plan;
	return 0;
}

static void free_module(struct plan_module *module)
{
	if (!module)
		return;
	scan_picks_fini(&module->picks);
	free(module->picked);
	scan_fields_fini(&module->fields);
	plan_usdt_close(module);
	scan_sites_free(module->sites);
	scan_close(module->scan);
	free(module);
}

static void free_inside(struct plan_inside *inside)
{
	if (!inside)
		return;
	for (size_t i = 0; i < inside->modules_n; i++)
		free_module(inside->modules[i]);
	while (inside->texts) {
		struct plan_text *next = inside->texts->next;

		free(inside->texts);
		inside->texts = next;
	}
	while (inside->copies) {
		struct plan_copy *next = inside->copies->next;

		free(inside->copies);
		inside->copies = next;
	}
	plan_table_fini(&inside->types);
	plan_table_fini(&inside->fields);
	plan_table_fini(&inside->atomics);
	scan_source_free(inside->source);
	free(inside->modules);
	free(inside->queries);
	free(inside);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->types_n; i++)
		free(plan->types[i].fields);
	free(plan->types);
	free(plan->fields);
	free(plan->sites);
	free(plan->frees);
	free_inside(plan->inside);
	free(plan);
}

/* ---- queries --------------------------------------------------------------------------------------------------- */

static void mark(struct plan_module *module, const struct scan_pick *pick)
{
	module->picked[pick->chain[pick->chain_n - 1]] |= pick->chain_n == 1 ? PLAN_PICKED_ALONE : PLAN_PICKED_LAST;
}

/* Which fields of the module are asked for. A query may be about another module's types. */
static int select_fields(struct plan *plan, struct plan_module *module)
{
	const struct plan_options *options = &plan->inside->options;

	module->picked = calloc(module->fields.n + 1, 1);
	if (!module->picked)
		return -ENOMEM;
	for (size_t i = 0; i < options->queries_n; i++) {
		struct plan_query *query = &plan->inside->queries[i];
		struct scan_error error;
		int rc = scan_select(module->scan, &module->fields, options->queries[i], &module->picks, &error);

		if (rc == -ENOMEM)
			return rc;
		query->fits = query->fits || !rc;
		/* The name of a type that is nearly right says more than that there is none. */
		if (rc && (!query->error || (!strstr(query->text, "did you mean") && strstr(error.text, "did you mean")))) {
			query->error = rc;
			snprintf(query->text, sizeof(query->text), "%s", error.text);
		}
	}
	for (size_t i = 0; i < module->picks.n; i++)
		mark(module, &module->picks.items[i]);
	return 0;
}

int plan_check(const struct plan *plan, struct watch_error *ret_error)
{
	for (size_t i = 0; i < plan->inside->options.queries_n; i++) {
		const struct plan_query *query = &plan->inside->queries[i];

		if (query->fits)
			continue;
		snprintf(ret_error->text, sizeof(ret_error->text), "%s",
		         query->error ? query->text : "nothing in the process has debug information; compile with -g");
		return -ENOENT;
	}
	return 0;
}

/* ---- modules --------------------------------------------------------------------------------------------------- */

static int fail(struct watch_error *error, int rc, const char *text)
{
	snprintf(error->text, sizeof(error->text), "%s", text);
	return rc;
}

static void warn(const struct plan *plan, const char *text)
{
	const struct plan_options *options = &plan->inside->options;

	if (options->warn)
		options->warn(options->user, text);
}

/* Returns: 1: it has debug information; 0: it has none; or a negative errno. */
static int open_module(struct plan *plan, const struct target_module *module, struct plan_module *ret,
                       struct watch_error *ret_error)
{
	const struct plan_options *options = &plan->inside->options;
	struct scan_options scan_options = {
		.threads = options->threads, .debug_dir = options->debug_dir, .policy_file = options->policy_file,
		.progress = options->progress, .warn = options->warn, .user = options->user,
	};
	struct scan_site_options site_options = {.threads = options->threads, .reads = options->reads,
	                                         .progress = options->progress, .user = options->user};
	struct scan_error error;
	int rc = scan_open(module->open_path, &scan_options, &ret->scan, &error);

	if (rc) {
		ret->scan = NULL;
		if (rc == -EINVAL || rc == -ENOMEM)
			return fail(ret_error, rc, error.text);
		/* Of libraries most have none. */
		if (rc != -ENODATA && module->main)
			warn(plan, error.text);
		return 0;
	}
	rc = scan_find_sites(ret->scan, &site_options, &ret->sites, &error);
	if (rc) {
		ret->sites = NULL;
		return fail(ret_error, rc, error.text);
	}
	rc = scan_fields_init(&ret->fields, ret->scan);
	if (!rc)
		rc = plan_usdt_open(module, ret);
	return rc ? fail(ret_error, rc, "out of memory") : 1;
}

/* A module that was found later may tell that a field is atomic. */
static void refresh_judges(struct plan *plan, size_t sites_n)
{
	for (size_t i = 0; i < sites_n; i++) {
		struct plan_site *site = &plan->sites[i];

		if (!site->judges || !plan->fields[site->field].atomic)
			continue;
		site->judges = false;
		site->wire.flags &= ~(uint32_t)WIRE_JUDGE;
	}
}

static int plan_module_sites(struct plan *plan, const struct target *target, struct plan_module *module)
{
	size_t before = plan->sites_n;
	int rc = select_fields(plan, module), points;

	if (!rc)
		rc = plan_atomics_find(plan, module);
	if (!rc)
		rc = plan_sites_add(plan, target, module);
	if (rc >= 0) {
		points = plan_usdt_add(plan, module);
		rc = points < 0 ? points : rc + points;
	}
	refresh_judges(plan, before);
	if (module->scan->has_go && !plan->goid_offset) {
		plan->go = true;
		plan->goid_offset = plan_goid_offset(module->scan);
	}
	return rc;
}

int plan_add_module(struct plan *plan, const struct target *target, uint32_t number, struct watch_error *ret_error)
{
	struct plan_inside *inside = plan->inside;
	struct plan_module *module = calloc(1, sizeof(*module)), **grown;
	int rc;

	if (!module)
		return fail(ret_error, -ENOMEM, "out of memory");
	module->number = number;
	rc = open_module(plan, &target->modules[number], module, ret_error);
	if (rc <= 0) {
		plan->ledger.modules_bare += rc == 0;
		free_module(module);
		return rc;
	}
	grown = reallocarray(inside->modules, inside->modules_n + 1, sizeof(*grown));
	if (!grown) {
		free_module(module);
		return fail(ret_error, -ENOMEM, "out of memory");
	}
	inside->modules = grown;
	inside->modules[inside->modules_n++] = module;
	plan->ledger.modules++;
	rc = plan_module_sites(plan, target, module);
	return rc < 0 ? fail(ret_error, rc, "out of memory") : rc;
}

/* plan.c - modules, one after another, to a plan; see plan.h */
#include "watch/plan_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	case PLAN_REFUSED_UNKNOWN: return "it stores to no field of a struct: a number or an array by itself";
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
		plan->inside->queries = calloc(options->queries_n ? options->queries_n : 1,
		                               sizeof(*plan->inside->queries));
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
	plan_table_fini(&inside->unread);
	plan_table_fini(&inside->unseen);
	free(inside->members);
	scan_source_free(inside->source);
	free(inside->modules);
	free(inside->frees_due);
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

/* Files are opened by ways that nobody knows them by. */
static void tell_path(char *ret, size_t size, const char *text, const struct target_module *module)
{
	const char *at = NULL;
	size_t n = strlen(module->open_path), end = 0;

	ret[0] = '\0';
	while (n && end < size && (at = strstr(text, module->open_path)) != NULL) {
		end += (size_t)snprintf(ret + end, size - end, "%.*s%s", (int)(at - text), text, module->path);
		text = at + n;
	}
	if (end < size)
		snprintf(ret + end, size - end, "%s", text);
}

/* Which fields of the module are asked for. A query may be about another module's types. */
static int select_fields(struct plan *plan, const struct target_module *file, struct plan_module *module)
{
	static const char nearest[] = "did you mean";
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
		if (rc && (!query->error || (!strstr(query->text, nearest) && strstr(error.text, nearest)))) {
			query->error = rc;
			tell_path(query->text, sizeof(query->text), error.text, file);
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

/* A policy file serves several files: that a library lacks its types is nothing to be told. */
static void hear_warning(void *user, const char *text)
{
	const struct plan_module *module = user;

	if (module->main || !strstr(text, "the binary has no "))
		warn(module->plan, text);
}

static void hear_progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
	const struct plan_module *module = user;
	const struct plan_options *options = &module->plan->inside->options;

	if (options->progress)
		options->progress(options->user, stage, done, total);
}

static bool is_about(const char *text, const char *file)
{
	return file && strncmp(text, file, strlen(file)) == 0;
}

/* When a file was written. Returns: 0: not known. */
static time_t built_at(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 ? file.st_mtime : 0;
}

/* Returns: 1: it has debug information; 0: it has none; or a negative errno. */
static int open_module(struct plan *plan, const struct target_module *module, struct plan_module *ret,
                       struct watch_error *ret_error)
{
	const struct plan_options *options = &plan->inside->options;
	struct scan_options scan_options = {
		.threads = options->threads, .debug_dir = options->debug_dir, .policy_file = options->policy_file,
		.progress = hear_progress, .warn = hear_warning, .user = ret,
	};
	struct scan_site_options site_options = {.threads = options->threads, .reads = options->reads,
	                                         .progress = hear_progress, .user = ret};
	struct scan_error error;
	int rc = scan_open(module->open_path, &scan_options, &ret->scan, &error);

	if (rc) {
		ret->scan = NULL;
		if (rc == -EINVAL || rc == -ENOMEM || is_about(error.text, options->policy_file))
			return fail(ret_error, rc, error.text);
		/* Of libraries most have none. */
		if (rc != -ENODATA && module->main)
			warn(plan, error.text);
		return 0;
	}
	/* A line that was edited since says nothing of what runs. */
	scan_source_trust_until(plan->inside->source, built_at(module->open_path));
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

		const struct plan_field *field = &plan->fields[site->field];

		if (!site->judges || !(field->atomic || (field->turns && site->wire.flags & WIRE_AFTER)))
			continue;
		site->judges = false;
		site->wire.flags &= ~(uint32_t)WIRE_JUDGE;
		plan->judges_changed = true;
	}
}

static int plan_module_sites(struct plan *plan, const struct target *target, struct plan_module *module)
{
	size_t before = plan->sites_n;
	int rc = select_fields(plan, &target->modules[module->number], module), points;

	if (!rc)
		rc = plan_atomics_find(plan, module);
	if (!rc)
		rc = plan_sites_add(plan, target, module);
	if (rc >= 0) {
		points = plan_usdt_add(plan, module);
		rc = points < 0 ? points : rc + points;
	}
	refresh_judges(plan, before);
	plan->go = plan->go || module->scan->has_go;
	if (!plan->goid_offset)
		plan->goid_offset = plan_goid_offset(module->scan);
	return rc;
}

/* Once a rule is about objects' lives, all modules are asked. */
static int find_frees(struct plan *plan, const struct target *target, uint32_t number)
{
	struct plan_inside *inside = plan->inside;
	int rc = 0;

	if (plan_grow(&inside->frees_due, &inside->frees_due_size, inside->frees_due_n, sizeof(*inside->frees_due)))
		return -ENOMEM;
	inside->frees_due[inside->frees_due_n++] = number;
	if (!plan_frees_wanted(plan))
		return 0;
	for (size_t i = 0; i < inside->frees_due_n && !rc; i++)
		rc = plan_frees_add(plan, target, inside->frees_due[i]);
	inside->frees_due_n = 0;
	return rc;
}

/* The C library, the loader, allocators and languages' libraries guard what is theirs by means of their own, also
 * without atomics where there is one thread alone. Where a query fits nothing else they are looked into. */
static bool is_left(const struct plan *plan, const struct target_module *module)
{
	static const char *const names[] = {
		"ld-linux", "ld-2", "ld-musl", "libc.so", "libc-2", "libc.musl", "libpthread", "libdl.so", "librt.so",
		"libgcc_s", "libstdc++", "libc++", "libgomp", "libtsan", "libasan", "libjemalloc", "libtcmalloc",
		"libmimalloc", "[vdso]",
	};
	const char *slash = strrchr(module->path, '/'), *name = slash ? slash + 1 : module->path;
	const struct plan_options *options = &plan->inside->options;
	bool asked = false;

	for (size_t i = 0; i < options->queries_n; i++)
		asked = asked || !plan->inside->queries[i].fits;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!module->main && strncmp(name, names[i], strlen(names[i])) == 0)
			return !asked;
	return false;
}

static int keep_module(struct plan *plan, struct plan_module *module)
{
	struct plan_inside *inside = plan->inside;
	struct plan_module **grown = reallocarray(inside->modules, inside->modules_n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	inside->modules = grown;
	inside->modules[inside->modules_n++] = module;
	plan->ledger.modules++;
	return 0;
}

static int add_module(struct plan *plan, const struct target *target, uint32_t number, struct watch_error *ret_error)
{
	struct plan_module *module;
	int rc;

	if (is_left(plan, &target->modules[number])) {
		plan->ledger.modules_left++;
		return 0;
	}
	module = calloc(1, sizeof(*module));
	if (!module)
		return fail(ret_error, -ENOMEM, "out of memory");
	module->number = number;
	module->plan = plan;
	module->main = target->modules[number].main;
	rc = open_module(plan, &target->modules[number], module, ret_error);
	if (rc <= 0 || keep_module(plan, module)) {
		plan->ledger.modules_bare += rc == 0;
		free_module(module);
		return rc <= 0 ? rc : fail(ret_error, -ENOMEM, "out of memory");
	}
	rc = plan_module_sites(plan, target, module);
	return rc < 0 ? fail(ret_error, rc, "out of memory") : rc;
}

int plan_add_module(struct plan *plan, const struct target *target, uint32_t number, struct watch_error *ret_error)
{
	int added = add_module(plan, target, number, ret_error);
	int rc = added < 0 ? added : find_frees(plan, target, number);

	return rc < 0 && added >= 0 ? fail(ret_error, rc, "out of memory") : added;
}

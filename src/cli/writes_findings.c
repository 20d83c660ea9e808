/* writes_findings.c - findings of --check as text and as JSON, and what was looked at: see writes_check.h */
#include "cli/writes_check.h"

#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static const char *const rule_names[] = {
	[CHECK_ATOMIC] = "atomic", [CHECK_SHARED] = "shared", [CHECK_OWNER] = "owner", [CHECK_ONCE] = "once",
	[CHECK_LOCK] = "lock",
};

static const struct writes *sorting;

static int by_place(const void *a, const void *b)
{
	const struct check_finding *x = a, *y = b;
	const struct scan_site *p = &sorting->sites->items[x->site], *q = &sorting->sites->items[y->site];
	int order = strcmp(p->file ? p->file : "", q->file ? q->file : "");

	if (order)
		return order;
	if (p->line != q->line)
		return p->line < q->line ? -1 : 1;
	return p->pc < q->pc ? -1 : p->pc > q->pc;
}

static void tell_finding(const struct writes *writes, const struct check_finding *finding)
{
	const struct scan_site *site = &writes->sites->items[finding->site];

	printf("%s%s:%u:%u:%s %swarning:%s %s\n", writes_on(writes, "\033[1m"), writes_file(site->file), site->line,
	       site->column, writes_off(writes), writes_on(writes, "\033[1;35m"), writes_off(writes), finding->text);
	printf("    known: %s\n    guess: %s\n", finding->known, finding->guess);
}

static void tell_finding_json(const struct writes *writes, const struct check_finding *finding)
{
	const struct scan_site *site = &writes->sites->items[finding->site];
	const struct writes_field *field = &writes->fields[finding->field];

	printf("{\"finding\": \"%s\"", rule_names[finding->rule]);
	json_member(stdout, "type", field->owner->name);
	json_member(stdout, "field", field->name);
	json_member(stdout, "file", site->file);
	printf(", \"line\": %u, \"column\": %u", site->line, site->column);
	json_member(stdout, "function", site->function ? site->function->name : NULL);
	json_address(stdout, "pc", site->pc);
	printf(", \"width\": %u", site->width);
	json_member(stdout, "how", writes_how_name(site->how));
	json_member(stdout, "text", finding->text);
	json_member(stdout, "known", finding->known);
	json_member(stdout, "guess", finding->guess);
	fputs("}\n", stdout);
}

static const struct {
	const char *key, *text;
} passes[CHECK_PASSES_N] = {
	[CHECK_PASS_STACK] = {"stack", "to objects on the stack"},
	[CHECK_PASS_GENERATED] = {"generated", "of generated code and the library"},
	[CHECK_PASS_RECORD] = {"record", "to records: what threads share is their shared form"},
	[CHECK_PASS_GROUP] = {"group", "to groups that generated code hands out under their lock"},
	[CHECK_PASS_ZEROED] = {"zeroed", "that zero a whole object"},
	[CHECK_PASS_CONSTRUCTOR] = {"constructor", "of constructors"},
	[CHECK_PASS_SOURCE] = {"source", "that the source calls atomic"},
	[CHECK_PASS_UNREACHED] = {"unreached", "of functions that no thread reaches by direct calls: not known whose they are"},
};

static const char *entry_kind(enum scan_entry_kind kind)
{
	static const char *const kinds[] = {
		[SCAN_ENTRY_MAIN] = "main", [SCAN_ENTRY_PTHREAD] = "pthread_create", [SCAN_ENTRY_C11] = "thrd_create",
		[SCAN_ENTRY_CPP] = "std::thread", [SCAN_ENTRY_GO] = "go statement",
	};

	return kinds[kind];
}

static void tell_threads(const struct check *check)
{
	size_t told = 0, runtimes = 0;

	printf("  threads begin at:");
	for (size_t i = 0; i < check->calls->entries_n; i++) {
		const struct scan_entry *entry = &check->calls->entries[i];
		const char *name = check_entry_name(check, entry);

		if (strncmp(name, "runtime.", 8) == 0) {
			runtimes++;
			continue;
		}
		printf("%s %s (%s%s)", told++ ? "," : "", name, entry_kind(entry->kind), entry->guess ? ", a guess" : "");
	}
	if (runtimes)
		printf("%s %zu functions of Go's runtime", told ? " and" : "", runtimes);
	printf("%s\n", check->calls->entries_n ? "" : " nothing that was found");
}

static void tell_ledger(const struct check *check)
{
	const struct writes *writes = check->writes;
	struct writes_ledger ledger;
	char number[32];

	printf("%s%zu %s: ", check->findings_n ? "\n" : "", check->findings_n, check->findings_n == 1 ? "finding" : "findings");
	printf("%s stores to %zu tagged fields of %zu type%s", writes_number(check->held, number), check->fields_n,
	       check->types_n, check->types_n == 1 ? "" : "s");
	if (check->shared_n)
		printf(", %zu of them shared forms,", check->shared_n);
	printf(" were looked at\n");
	for (size_t i = 1; i < CHECK_PASSES_N; i++)
		if (check->passes[i])
			printf("  %9s  taken as right, %s\n", writes_number(check->passes[i], number), passes[i].text);
	tell_threads(check);
	printf("  %9s  calls through pointers, not followed", writes_number(check->calls->indirect_n, number));
	if (check->calls->starts_unknown)
		printf("; %zu starts of threads whose function is not known", check->calls->starts_unknown);
	writes_ledger(writes, &ledger);
	printf("\n  %9s  stores", writes_number(ledger.stores, number));
	printf(" in all, of which %s are to unknown places", writes_number(ledger.unknown, number));
	printf("; %s functions have no debug information\n", writes_number(writes->bare_n, number));
}

static void tell_ledger_json(const struct check *check)
{
	const struct writes *writes = check->writes;

	printf("{\"ledger\": {\"findings\": %zu, \"fields\": %zu, \"types\": %zu, \"shared_forms\": %zu, \"held\": %zu, "
	       "\"taken_as_right\": {", check->findings_n, check->fields_n, check->types_n, check->shared_n, check->held);
	for (size_t i = 1; i < CHECK_PASSES_N; i++)
		printf("%s\"%s\": %zu", i > 1 ? ", " : "", passes[i].key, check->passes[i]);
	printf("}, \"threads\": [");
	for (size_t i = 0; i < check->calls->entries_n; i++) {
		const struct scan_entry *entry = &check->calls->entries[i];

		fputs(i ? ", {\"function\": " : "{\"function\": ", stdout);
		json_string(stdout, writes->scan->functions[entry->function].name);
		json_member(stdout, "started_by", entry_kind(entry->kind));
		printf(", \"guess\": %s}", entry->guess ? "true" : "false");
	}
	printf("], \"threads_unknown\": %zu, \"calls_through_pointers\": %zu, ", check->calls->starts_unknown,
	       check->calls->indirect_n);
	writes_json_ledger(writes);
	fputs("}}\n", stdout);
}

int check_tell(struct check *check)
{
	const struct writes *writes = check->writes;

	if (!check->fields_n)
		return cli_fail("%s: no field%s has a tag with a policy: build it with clang, link generated code, or name a file "
		                "with --policy", writes->scan->path, check->picks ? " that was named" : "");
	sorting = writes;
	if (check->findings_n)
		qsort(check->findings, check->findings_n, sizeof(*check->findings), by_place);
	for (size_t i = 0; i < check->findings_n; i++) {
		if (writes->options->json)
			tell_finding_json(writes, &check->findings[i]);
		else
			tell_finding(writes, &check->findings[i]);
	}
	if (writes->options->json)
		tell_ledger_json(check);
	else
		tell_ledger(check);
	return check->findings_n ? CLI_FINDINGS : CLI_FINE;
}

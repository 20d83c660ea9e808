/* writes_threads.c - who writes a field, from which threads, under which lock: see writes_check.h */
#include "cli/writes_check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 64          /* where threads begin: one bit each */
#define CALLERS_DEPTH 8         /* callers of callers that are asked for a lock */

/* ---- owner and once -------------------------------------------------------------------------------------------- */

struct writer {
	uint32_t field, site, function;
	uint64_t entries;             /* from which it is reached, one bit each */
};

struct check_writers {
	struct writer *items;         /* those of one field beside each other */
	size_t n;
};

struct check_writers *check_writers_new(void)
{
	return calloc(1, sizeof(struct check_writers));
}

void check_writers_free(struct check_writers *writers)
{
	if (!writers)
		return;
	free(writers->items);
	free(writers);
}

void check_writer(struct check *check, struct check_writers *writers, uint32_t field, uint32_t site)
{
	const struct scan_function *function = check->writes->sites->items[site].function;
	uint32_t number = function ? (uint32_t)(function - check->writes->scan->functions) : WRITES_NONE;
	struct writer *grown;

	if (number >= check->calls->n)
		return;
	for (size_t i = 0; i < writers->n; i++)
		if (writers->items[i].field == field && writers->items[i].function == number)
			return;
	grown = reallocarray(writers->items, writers->n + 1, sizeof(*grown));
	if (!grown) {
		check->failed = true;
		return;
	}
	writers->items = grown;
	grown[writers->n++] = (struct writer){.field = field, .site = site, .function = number};
}

static void find_entries(struct check *check, struct check_writers *writers)
{
	bool *reached = calloc(check->calls->n + 1, sizeof(*reached));

	check->failed |= !reached;
	for (size_t e = 0; reached && e < check->calls->entries_n && e < ENTRIES_MAX; e++) {
		if (scan_calls_reach(check->calls, check->calls->entries[e].function, reached)) {
			check->failed = true;
			break;
		}
		for (size_t i = 0; i < writers->n; i++)
			if (reached[writers->items[i].function])
				writers->items[i].entries |= (uint64_t)1 << e;
	}
	free(reached);
}

const char *check_entry_name(const struct check *check, const struct scan_entry *entry)
{
	const char *name = check->writes->scan->functions[entry->function].name;

	return strncmp(name, "std::thread::_State_impl<", 25) == 0 ? "what std::thread runs" : name;
}

/* "worker and main" */
static char *name_entries(const struct check *check, uint64_t entries)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	const char *between = "";

	if (!out)
		return NULL;
	for (size_t e = 0; e < check->calls->entries_n && e < ENTRIES_MAX; e++) {
		if (!(entries & (uint64_t)1 << e))
			continue;
		fprintf(out, "%s%s", between, check_entry_name(check, &check->calls->entries[e]));
		between = " and ";
	}
	fclose(out);
	return text;
}

static bool any_guess(const struct check *check, uint64_t entries)
{
	for (size_t e = 0; e < check->calls->entries_n && e < ENTRIES_MAX; e++)
		if (entries & (uint64_t)1 << e && check->calls->entries[e].guess)
			return true;
	return false;
}

/* "open_session in threads that begin at main, and renew in threads that begin at worker" */
static char *name_writers(const struct check *check, const struct writer *writers, size_t n)
{
	char *text = NULL, *entries;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	const char *between = "";

	if (!out)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!writers[i].entries)
			continue;
		entries = name_entries(check, writers[i].entries);
		fprintf(out, "%s%s in threads that begin at %s", between, check->writes->scan->functions[writers[i].function].name,
		        entries ? entries : "?");
		free(entries);
		between = ", and ";
	}
	fclose(out);
	return text;
}

static void judge_field(struct check *check, const struct writer *writers, size_t n)
{
	const struct model_tag *tag = &check->writes->fields[writers[0].field].member->tag;
	static const char sure[] = ", and each beginning is given to a call that starts a thread, or is main";
	static const char unsure[] = ", and that threads begin at functions whose address is taken where they are started";
	bool once = tag->policy == MODEL_POLICY_ONCE, guess;
	uint64_t entries = 0;
	size_t last = 0;
	char *name, *list;

	for (size_t i = 0; i < n; i++) {
		check->passes[CHECK_PASS_UNREACHED] += !writers[i].entries;
		if (writers[i].entries & ~entries)
			last = i;
		entries |= writers[i].entries;
	}
	if (!(entries & (entries - 1)))
		return;
	guess = any_guess(check, entries);
	name = check_field_name(check->writes, writers[0].field);
	list = name_writers(check, writers, n);
	check_add(check, (struct check_finding){
		.rule = once ? CHECK_ONCE : CHECK_OWNER, .field = writers[0].field, .site = writers[last].site,
		.text = name && list ? check_text("%s is %s, and is written by %s", name,
		                                  once ? "to be written once" : "for one owner to write", list) : NULL,
		.known = check_text("each function is reached by direct calls%s", guess ? "" : sure),
		.guess = check_text("that they write the same object at run time%s", guess ? unsure : "")});
	free(name);
	free(list);
}

void check_writers_judge(struct check *check, struct check_writers *writers)
{
	find_entries(check, writers);
	for (size_t first = 0, next; first < writers->n; first = next) {
		next = first + 1;
		while (next < writers->n && writers->items[next].field == writers->items[first].field)
			next++;
		judge_field(check, &writers->items[first], next - first);
	}
}

/* ---- locks ----------------------------------------------------------------------------------------------------- */

/* "pthread_mutex_lock", "sync.(*Mutex).lockSlow", "account_lock", "order_lock_money", "std::lock_guard<...>::lock_guard"; not
 * "pthread_mutex_unlock", "pthread_rwlock_init", "clock", "pay_without_lock". */
static bool is_lock_name(const char *name)
{
	static const char *const others[] = {"unlock", "init", "destroy", "without_lock", "no_lock"};

	for (size_t i = 0; name && i < sizeof(others) / sizeof(others[0]); i++)
		if (strcasestr(name, others[i]))
			return false;
	for (const char *at = name; at && (at = strcasestr(at, "lock")) != NULL; at += 4) {
		if (at > name && strchr("bBcC", at[-1]))
			continue;
		if (!at[4] || at[4] == '_' || at[4] == '<' || at[4] == '(' || isupper((unsigned char)at[4]))
			return true;
	}
	return false;
}

static bool calls_lock(const struct check *check, uint32_t function)
{
	const struct scan_calls_of *of = &check->calls->of[function];
	const struct scan_function *functions = check->writes->scan->functions;

	for (size_t i = 0; i < of->outside_n; i++)
		if (is_lock_name(of->outside[i]))
			return true;
	for (size_t i = 0; i < of->callees_n; i++)
		if (is_lock_name(functions[of->callees[i]].name))
			return true;
	return false;
}

static bool holds(const struct check *check, uint32_t function, int depth)
{
	const struct scan_calls_of *of = &check->calls->of[function];
	bool any = false;

	if (calls_lock(check, function))
		return true;
	if (of->address_taken || depth == CALLERS_DEPTH)
		return false;
	/* A function that calls itself holds what its other callers hold. */
	for (size_t i = 0; i < of->callers_n; i++) {
		if (of->callers[i] == function)
			continue;
		if (!holds(check, of->callers[i], depth + 1))
			return false;
		any = true;
	}
	return any;
}

bool check_holds_lock(const struct check *check, const struct scan_function *function)
{
	return function && holds(check, (uint32_t)(function - check->writes->scan->functions), 0);
}

/* writes_text.c - the summary of types and fields, the ledger: see writes.h */
#include "cli/writes.h"

#include "scan/calls.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TYPES_LISTED 40         /* in the summary of all types; --all: all of them */
#define FUNCTIONS_NAMED 6       /* of a field among others; a field that is asked for: all */
#define WIDTHS 16

/* ---- words ----------------------------------------------------------------------------------------------------- */

const char *writes_how_name(enum scan_how how)
{
	static const char *const names[] = {
		[SCAN_HOW_PLAIN] = "plain", [SCAN_HOW_ATOMIC] = "atomic", [SCAN_HOW_LOCKED] = "locked",
		[SCAN_HOW_MERGED] = "merged", [SCAN_HOW_SPLIT] = "split", [SCAN_HOW_BULK] = "bulk",
		[SCAN_HOW_BARRIER] = "barrier",
	};

	return names[how];
}

const char *writes_where_name(enum scan_where where)
{
	static const char *const names[] = {
		[SCAN_WHERE_UNKNOWN] = "unknown", [SCAN_WHERE_HEAP] = "heap", [SCAN_WHERE_GLOBAL] = "global",
		[SCAN_WHERE_STACK] = "stack",
	};

	return names[where];
}

const char *writes_confidence_name(enum scan_confidence confidence)
{
	static const char *const names[] = {
		[SCAN_CONFIDENCE_NONE] = "none", [SCAN_CONFIDENCE_GUESS] = "guess", [SCAN_CONFIDENCE_TRACKED] = "tracked",
		[SCAN_CONFIDENCE_DECLARED] = "declared",
	};

	return names[confidence];
}

const char *writes_number(size_t number, char *ret)
{
	char digits[32];
	int n = snprintf(digits, sizeof(digits), "%zu", number), at = 0;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			ret[at++] = ',';
		ret[at++] = digits[i];
	}
	ret[at] = '\0';
	return ret;
}

const char *writes_file(const char *path)
{
	static char folder[4096];
	static size_t len;

	if (!path)
		return "?";
	if (!folder[0] && !getcwd(folder, sizeof(folder) - 1))
		strcpy(folder, "/");
	len = strlen(folder);
	if (len > 1 && strncmp(path, folder, len) == 0 && path[len] == '/')
		path += len + 1;
	return strncmp(path, "./", 2) == 0 ? path + 2 : path;
}

const char *writes_on(const struct writes *writes, const char *colour)
{
	return writes->colour ? colour : "";
}

const char *writes_off(const struct writes *writes)
{
	return writes->colour ? "\033[0m" : "";
}

const char *writes_tears_name(enum writes_tears tears)
{
	static const char *const names[] = {
		[WRITES_TEARS_NOT] = "no", [WRITES_TEARS_BETWEEN] = "with others", [WRITES_TEARS_FIELD] = "yes",
	};

	return names[tears];
}

static const char *tears_colour(const struct writes *writes, enum writes_tears tears)
{
	static const char *const colours[] = {
		[WRITES_TEARS_NOT] = "", [WRITES_TEARS_BETWEEN] = "\033[33m", [WRITES_TEARS_FIELD] = "\033[1;31m",
	};

	return writes_on(writes, colours[tears]);
}

/* "3 stores", "1 store" */
static const char *counted(size_t n, const char *one, const char *many, char *ret, size_t size)
{
	char number[32];

	snprintf(ret, size, "%s %s", writes_number(n, number), n == 1 ? one : many);
	return ret;
}

/* ---- what several sites have in common -------------------------------------------------------------------------- */

struct function_count {
	const struct scan_function *function;
	const struct scan_site *first;  /* of its sites: Go does not say where a function is declared */
	size_t n;
};

struct tally {
	size_t sites, loads, how[SCAN_HOW_BARRIER + 1], where[SCAN_WHERE_STACK + 1];
	enum writes_tears tears;      /* the worst */
	bool shared_tears;            /* a field tears that is not on the stack */
	uint32_t widths[WIDTHS];
	size_t widths_n;
	struct function_count *functions;
	size_t functions_n;
};

static void tally_width(struct tally *tally, uint32_t width)
{
	size_t at = 0;

	while (at < tally->widths_n && tally->widths[at] < width)
		at++;
	if ((at < tally->widths_n && tally->widths[at] == width) || tally->widths_n == WIDTHS)
		return;
	memmove(&tally->widths[at + 1], &tally->widths[at], (tally->widths_n - at) * sizeof(tally->widths[0]));
	tally->widths[at] = width;
	tally->widths_n++;
}

static void tally_function(struct tally *tally, const struct scan_site *site)
{
	struct function_count *grown;

	/* Sites come by address: mostly it is the function of the one before. */
	for (size_t i = tally->functions_n; i > 0; i--) {
		if (tally->functions[i - 1].function == site->function) {
			tally->functions[i - 1].n++;
			return;
		}
	}
	if (!(tally->functions_n & (tally->functions_n - 1))) {
		grown = reallocarray(tally->functions, tally->functions_n ? 2 * tally->functions_n : 1, sizeof(*grown));
		if (!grown)
			return;
		tally->functions = grown;
	}
	tally->functions[tally->functions_n++] = (struct function_count){site->function, site, 1};
}

static void tally_site(struct tally *tally, const struct writes *writes, const struct scan_site *site)
{
	enum writes_tears tears = writes_tears(writes, site);

	tally->loads += site->read;
	tally->sites += !site->read;
	tally->where[site->where]++;
	tally_width(tally, site->width);
	tally_function(tally, site);
	if (site->read)
		return;
	tally->how[site->how]++;
	tally->tears = tears > tally->tears ? tears : tally->tears;
	tally->shared_tears |= tears == WRITES_TEARS_FIELD && site->where != SCAN_WHERE_STACK;
}

static void put_widths(const struct tally *tally, char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < tally->widths_n && at < size; i++) {
		int n = tally->widths[i] ? snprintf(ret + at, size - at, "%s%u", at ? "," : "", tally->widths[i])
		                         : snprintf(ret + at, size - at, "?");

		at += (size_t)n;
	}
}

static void put_hows(const struct tally *tally, char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (int how = 0; how <= SCAN_HOW_BARRIER && at < size; how++)
		if (tally->how[how])
			at += (size_t)snprintf(ret + at, size - at, "%s%zu %s", at ? ", " : "", tally->how[how],
			                       writes_how_name((enum scan_how)how));
	if (tally->loads && at < size)
		snprintf(ret + at, size - at, "%s%zu read", at ? ", " : "", tally->loads);
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static void name_functions(const struct writes *writes, const struct tally *tally, size_t limit)
{
	for (size_t i = 0; i < tally->functions_n && i < limit; i++) {
		const struct scan_function *function = tally->functions[i].function;
		const struct scan_site *first = tally->functions[i].first;
		bool declared = function && function->file;

		printf("      %s%s%s", writes_on(writes, "\033[36m"), function ? function->name : "?", writes_off(writes));
		if (declared || first->file)
			printf(" (%s:%u)", writes_file(declared ? function->file : first->file),
			       declared ? function->line : first->line);
		if (tally->functions[i].n > 1)
			printf(" x %zu", tally->functions[i].n);
		putchar('\n');
	}
	if (tally->functions_n > limit)
		printf("      and %zu more functions\n", tally->functions_n - limit);
}

static void tell_field(const struct writes *writes, const struct writes_pick *pick, int width, bool alone)
{
	struct tally tally = {0};
	char widths[128], hows[160];

	for (uint32_t i = 0; i < pick->sites_n; i++)
		tally_site(&tally, writes, &writes->sites->items[pick->sites[i]]);
	put_widths(&tally, widths, sizeof(widths));
	put_hows(&tally, hows, sizeof(hows));
	printf("  %s%-*s%s %6zu %10zu  %-8s  %s%-11s%s  %s\n", writes_on(writes, "\033[1m"), width, pick->name,
	       writes_off(writes), tally.sites + tally.loads, tally.functions_n, widths,
	       tears_colour(writes, tally.tears), tally.sites ? writes_tears_name(tally.tears) : "", writes_off(writes),
	       hows);
	name_functions(writes, &tally, alone ? SIZE_MAX : FUNCTIONS_NAMED);
	free(tally.functions);
}

/* Tallies the sites of several fields, each site once. */
static bool tally_picks(const struct writes *writes, struct writes_pick *picks, size_t n, struct tally *tally)
{
	size_t all;
	uint32_t *sites = writes_union(writes, &(struct writes_picks){.items = picks, .n = n}, &all);

	for (size_t i = 0; sites && i < all; i++)
		tally_site(tally, writes, &writes->sites->items[sites[i]]);
	free(sites);
	return sites != NULL;
}

static void tell_heading(const struct writes *writes, const struct scan_type *type, const struct tally *tally)
{
	char size[64], stores[64], functions[64], reads[64];

	printf("%s%s%s", writes_on(writes, "\033[1m"), type->name, writes_off(writes));
	if (type->file)
		printf(" (%s:%u)", writes_file(type->file), type->line);
	printf(", %s: %s", counted(type->size, "byte", "bytes", size, sizeof(size)),
	       counted(tally->sites, "store", "stores", stores, sizeof(stores)));
	if (tally->loads)
		printf(", %s", counted(tally->loads, "load", "loads", reads, sizeof(reads)));
	printf(" in %s", counted(tally->functions_n, "function", "functions", functions, sizeof(functions)));
	if (tally->tears)
		printf(", %scan tear%s%s", tears_colour(writes, tally->tears),
		       tally->tears == WRITES_TEARS_BETWEEN ? " between fields" : "", writes_off(writes));
	putchar('\n');
}

void writes_tell_fields(const struct writes *writes, const struct writes_picks *picks)
{
	for (size_t first = 0, next; first < picks->n; first = next) {
		struct tally tally = {0};
		int width = 5;

		for (next = first; next < picks->n && picks->items[next].type == picks->items[first].type; next++)
			if ((int)strlen(picks->items[next].name) > width)
				width = (int)strlen(picks->items[next].name);
		if (first)
			putchar('\n');
		if (tally_picks(writes, &picks->items[first], next - first, &tally))
			tell_heading(writes, picks->items[first].type, &tally);
		free(tally.functions);
		printf("  %-*s  SITES  FUNCTIONS  WIDTHS    CAN TEAR     HOW\n", width, "FIELD");
		for (size_t i = first; i < next; i++)
			tell_field(writes, &picks->items[i], width, picks->items[i].single);
	}
}

/* ---- types ----------------------------------------------------------------------------------------------------- */

struct type_line {
	const struct scan_type *type;
	size_t sites, functions, shared, fields, written;
	enum writes_tears tears;
	bool shared_tears;
};

static int compare_lines(const void *a, const void *b)
{
	const struct type_line *x = a, *y = b;

	if (x->shared_tears != y->shared_tears)
		return x->shared_tears ? -1 : 1;
	if (x->shared != y->shared)
		return x->shared > y->shared ? -1 : 1;
	return strcmp(x->type->name, y->type->name);
}

static bool sum_type(const struct writes *writes, const struct scan_type *type, struct type_line *ret)
{
	uint32_t first = writes->type_first[type->id], end = writes->type_first[type->id + 1];
	struct writes_pick *picks = calloc(end - first + 1, sizeof(*picks));
	struct tally tally = {0};
	bool done;

	if (!picks)
		return false;
	*ret = (struct type_line){.type = type};
	for (uint32_t i = first; i < end; i++) {
		const struct writes_field *field = &writes->fields[i];

		picks[i - first] = (struct writes_pick){.sites = field->sites, .sites_n = field->sites_n};
		ret->fields += *field->name != '\0';
		ret->written += *field->name && field->sites_n;
	}
	done = tally_picks(writes, picks, end - first, &tally);
	ret->sites = tally.sites + tally.loads;
	ret->shared = ret->sites - tally.where[SCAN_WHERE_STACK];
	ret->functions = tally.functions_n;
	ret->tears = tally.tears;
	ret->shared_tears = tally.shared_tears;
	free(tally.functions);
	free(picks);
	return done;
}

static void tell_line(const struct writes *writes, const struct type_line *line)
{
	char fields[64];

	snprintf(fields, sizeof(fields), "%zu/%zu", line->written, line->fields);
	printf("%7zu %7zu %10zu  %9s  %s%-11s%s  %s", line->sites, line->sites - line->shared, line->functions, fields,
	       tears_colour(writes, line->tears), writes_tears_name(line->tears), writes_off(writes), line->type->name);
	if (line->type->file)
		printf("  (%s:%u)", writes_file(line->type->file), line->type->line);
	putchar('\n');
}

static bool listed(const struct writes *writes, const struct type_line *line)
{
	return line->sites && line->sites >= writes->options->min && (writes->options->all || line->shared);
}

void writes_tell_types(const struct writes *writes)
{
	const struct scan *scan = writes->scan;
	struct type_line *lines = calloc(scan->types_n + 1, sizeof(*lines));
	size_t n = 0, left_out = 0, unwritten = 0, limit = writes->options->all ? SIZE_MAX : TYPES_LISTED;

	for (size_t i = 0; lines && i < scan->types_n; i++) {
		const struct scan_type *type = scan->types[i];

		if ((type->kind != SCAN_KIND_STRUCT && type->kind != SCAN_KIND_UNION) || type->incomplete)
			continue;
		if (!sum_type(writes, type, &lines[n]))
			continue;
		unwritten += !lines[n].sites;
		left_out += lines[n].sites && !listed(writes, &lines[n]);
		n += listed(writes, &lines[n]);
	}
	if (n) {
		qsort(lines, n, sizeof(*lines), compare_lines);
		printf("  SITES   STACK  FUNCTIONS    WRITTEN  CAN TEAR     TYPE\n");
	}
	for (size_t i = 0; i < n && i < limit; i++)
		tell_line(writes, &lines[i]);
	printf("%s%zu types are written", n ? "\n" : "", n + left_out);
	if (n > limit)
		printf("; the first %zu are listed, --all lists all", limit);
	if (left_out)
		printf("; %zu %s", left_out,
		       writes->options->all || writes->options->min > 1 ? "have too few sites" :
		       "only on the stack are left out, --all lists them");
	printf("; %zu are not\n", unwritten);
	free(lines);
}

/* ---- the ledger ------------------------------------------------------------------------------------------------ */

static int compare_whys(const void *a, const void *b)
{
	const struct writes_why *x = a, *y = b;

	return x->n > y->n ? -1 : x->n < y->n ? 1 : strcmp(x->why, y->why);
}

void writes_ledger(const struct writes *writes, struct writes_ledger *ret)
{
	*ret = (struct writes_ledger){0};
	for (size_t i = 0; i < writes->sites->n; i++) {
		const struct scan_site *site = &writes->sites->items[i];
		const char *why = site->why ? site->why : "no reason is known";
		size_t at = 0;

		ret->loads += site->read;
		if (site->read)
			continue;
		ret->stores++;
		ret->heap += site->where == SCAN_WHERE_HEAP;
		ret->global += site->where == SCAN_WHERE_GLOBAL;
		ret->stack += site->where == SCAN_WHERE_STACK;
		ret->nowhere += site->where == SCAN_WHERE_UNKNOWN;
		ret->attributed += site->type != NULL;
		ret->stack_attributed += site->type && site->where == SCAN_WHERE_STACK;
		if (site->type)
			continue;
		ret->unknown++;
		while (at < ret->whys_n && strcmp(ret->whys[at].why, why) != 0)
			at++;
		if (at == sizeof(ret->whys) / sizeof(ret->whys[0]))
			continue;
		ret->whys_n += at == ret->whys_n;
		ret->whys[at].why = why;
		ret->whys[at].n++;
	}
	qsort(ret->whys, ret->whys_n, sizeof(ret->whys[0]), compare_whys);
}

static void tell_share(const char *where, size_t n, size_t attributed, const char *to)
{
	char a[32], b[32];

	printf("  %9s  %s", writes_number(n, a), where);
	if (n)
		printf(", of which %s (%.1f %%) to %s", writes_number(attributed, b), 100.0 * (double)attributed / (double)n, to);
	putchar('\n');
}

void writes_tell_ledger(const struct writes *writes)
{
	const struct scan_sites *sites = writes->sites;
	struct writes_ledger ledger;
	char a[64], b[64], c[64];

	writes_ledger(writes, &ledger);
	printf("\nlooked at %s in %s: %s", counted(sites->instructions, "instruction", "instructions", a, sizeof(a)),
	       counted(writes->scan->functions_n, "function", "functions", b, sizeof(b)),
	       counted(ledger.stores, "store", "stores", c, sizeof(c)));
	printf(ledger.loads ? ", %s\n" : "\n", counted(ledger.loads, "load", "loads", a, sizeof(a)));
	tell_share("not to the stack", ledger.stores - ledger.stack, ledger.attributed - ledger.stack_attributed,
	           "a known field or variable");
	tell_share("to the stack", ledger.stack, ledger.stack_attributed, "a variable; compilers keep much else there");
	printf("  %9s  unknown%s\n", writes_number(ledger.unknown, a),
	       ledger.unknown ? ", for these reasons:" : "");
	for (size_t i = 0; i < ledger.whys_n; i++)
		printf("  %9s    %s\n", writes_number(ledger.whys[i].n, a), ledger.whys[i].why);
	printf("  %9s  functions without debug information, not looked into\n", writes_number(writes->bare_n, a));
	if (sites->functions_given_up)
		printf("  %9s  functions too tangled to follow\n", writes_number(sites->functions_given_up, a));
	if (sites->bytes_skipped)
		printf("  %9s  bytes of code not decoded\n", writes_number(sites->bytes_skipped, a));
	if (writes->scan->units_bad)
		printf("  %9s  compile units with broken debug information, left out\n",
		       writes_number(writes->scan->units_bad, a));
}

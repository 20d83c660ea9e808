/* layout_pick.c - TYPE -> the types that are meant; the nearest names of a wrong one */
#include "cli/cli.h"
#include "cli/layout.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define NEAREST_MAX 3

/* "struct order" -> "order" */
static const char *bare(const char *name)
{
	static const char *const kinds[] = {"struct ", "union ", "class ", "enum "};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return name + strlen(kinds[i]);
	return name;
}

static void add(const struct scan_type *type, const struct scan_type **types, size_t *types_n)
{
	for (size_t i = 0; i < *types_n; i++)
		if (types[i] == type)
			return;
	types[(*types_n)++] = type;
}

/* Exact names first: those of C++ and Go hold characters that patterns use. */
size_t layout_match(const struct scan *scan, const char *query, const struct scan_type **types, size_t *types_n)
{
	size_t named = 0, matched = 0;
	const struct scan_type *const *found = scan_types_named(scan, query, &named);

	for (size_t i = 0; i < (named ? named : scan->types_n); i++) {
		const struct scan_type *type = named ? found[i] : scan->types[i];

		if (!layout_has_members(type) ||
		    (!named && (!type->name ||
		                (fnmatch(query, type->name, 0) != 0 && fnmatch(query, bare(type->name), 0) != 0))))
			continue;
		add(type, types, types_n);
		matched++;
	}
	return matched;
}

/* ---- the nearest ----------------------------------------------------------------------------------------------- */

/* Letters to change, without regard to case; more than 64 letters are not looked at. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[65];
	size_t a_len = strnlen(a, 64), b_len = strnlen(b, 64);

	for (size_t k = 0; k <= b_len; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= b_len; k++) {
			unsigned above = row[k], left = row[k - 1];
			bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[k - 1]);
			unsigned least = diagonal + !same;

			least = above + 1 < least ? above + 1 : least;
			row[k] = left + 1 < least ? left + 1 : least;
			diagonal = above;
		}
	}
	return row[b_len];
}

/* The type's own name without what holds it: "main.Pair" -> "Pair". */
static const char *last_part(const char *name)
{
	const char *angle = strchr(name, '<'), *part = name;

	for (const char *c = name; *c && (!angle || c < angle); c++)
		if ((*c == '.' || *c == ':') && c[1])
			part = c + 1;
	return part;
}

static unsigned score(const char *query, const struct scan_type *type)
{
	const char *name = bare(type->name), *wanted = bare(query);
	unsigned whole = distance(wanted, name), part = distance(wanted, last_part(name));
	unsigned least = part < whole ? part : whole;

	if (strcasestr(name, wanted) && least > 2)
		return 2;
	return least;
}

static void tell_nearest(const struct scan *scan, const char *query)
{
	const char *names[NEAREST_MAX] = {0};
	unsigned scores[NEAREST_MAX], most = (unsigned)strlen(bare(query)) / 3 + 2;
	char text[512] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; i < scan->types_n; i++) {
		const struct scan_type *type = scan->types[i];
		unsigned one;
		size_t at = n;

		if (!type->name || !layout_has_members(type) || (n && strcmp(names[n - 1], type->name) == 0))
			continue;
		one = score(query, type);
		while (at && scores[at - 1] > one)
			at--;
		if (one > most || at == NEAREST_MAX)
			continue;
		n += n < NEAREST_MAX;
		for (size_t k = n - 1; k > at; k--) {
			names[k] = names[k - 1];
			scores[k] = scores[k - 1];
		}
		names[at] = type->name;
		scores[at] = one;
	}
	for (size_t i = 0; i < n && len < sizeof(text) - 1; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s'%s'", !i ? "; did you mean " : i + 1 < n ? ", " : " or ",
		                        names[i]);
	}
	cli_fail("layout: %s has no type '%s'%s%s", scan->path, query, text, n ? "?" : "");
}

int layout_pick(struct layout *layout)
{
	const struct scan *scan = layout->scan;
	const struct layout_options *options = layout->options;
	int status = CLI_FINE;

	layout->types = calloc(scan->types_n + 1, sizeof(*layout->types));
	if (!layout->types)
		return cli_fail("out of memory");
	layout->all = !options->queries_n;
	for (size_t i = 0; layout->all && i < scan->types_n; i++)
		if (layout_has_members(scan->types[i]))
			layout->types[layout->types_n++] = scan->types[i];
	for (size_t i = 0; i < options->queries_n; i++) {
		size_t n = 0;

		if (layout_match(scan, options->queries[i], layout->types, &layout->types_n))
			continue;
		scan_types_named(scan, options->queries[i], &n);
		if (n)
			status = cli_fail("layout: '%s' has no members: nothing to lay out", options->queries[i]);
		else if (!strpbrk(options->queries[i], "*?["))
			tell_nearest(scan, options->queries[i]), status = CLI_FAILED;
		else
			status = cli_fail("layout: %s has no type that fits '%s'", scan->path, options->queries[i]);
	}
	return status;
}

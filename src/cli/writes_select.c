/* writes_select.c - the sites of the fields that are asked for: see writes.h */
#include "cli/cli.h"
#include "cli/writes.h"

#include <stdlib.h>
#include <string.h>

static bool holds_site(const struct writes_field *field, uint32_t site)
{
	uint32_t low = 0, high = field->sites_n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (field->sites[middle] < site)
			low = middle + 1;
		else
			high = middle;
	}
	return low < field->sites_n && field->sites[low] == site;
}

static void find_sites(const struct writes *writes, const struct scan_pick *named, struct writes_pick *pick)
{
	const struct writes_field *last = &writes->fields[named->chain[named->chain_n - 1]];

	*pick = (struct writes_pick){.type = named->type, .name = strdup(named->name), .single = named->single,
	                             .field = named->chain[named->chain_n - 1],
	                             .sites = reallocarray(NULL, last->sites_n + 1, sizeof(*pick->sites))};
	if (!pick->name || !pick->sites)
		exit(cli_fail("out of memory"));
	for (uint32_t s = 0; s < last->sites_n; s++) {
		bool all = true;

		for (size_t i = 0; i + 1 < named->chain_n && all; i++)
			all = holds_site(&writes->fields[named->chain[i]], last->sites[s]);
		if (all)
			pick->sites[pick->sites_n++] = last->sites[s];
	}
}

static int fail(struct scan_error *error)
{
	for (char *line = error->text, *end; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		cli_fail("%s", line);
	}
	return CLI_FAILED;
}

int writes_select(const struct writes *writes, struct writes_picks *ret_picks)
{
	struct scan_picks named = {0};
	struct scan_error error;
	int status = 0;

	for (size_t i = 0; i < writes->options->queries_n && !status; i++)
		if (scan_select(writes->scan, &writes->index, writes->options->queries[i], &named, &error))
			status = fail(&error);
	if (!status) {
		ret_picks->items = calloc(named.n ? named.n : 1, sizeof(*ret_picks->items));
		if (!ret_picks->items)
			exit(cli_fail("out of memory"));
		for (ret_picks->n = 0; ret_picks->n < named.n; ret_picks->n++)
			find_sites(writes, &named.items[ret_picks->n], &ret_picks->items[ret_picks->n]);
	}
	scan_picks_fini(&named);
	return status;
}

void writes_picks_free(struct writes_picks *picks)
{
	for (size_t i = 0; i < picks->n; i++) {
		free((char *)picks->items[i].name);
		free(picks->items[i].sites);
	}
	free(picks->items);
	*picks = (struct writes_picks){0};
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint32_t *writes_union(const struct writes *writes, const struct writes_picks *picks, size_t *ret_n)
{
	size_t all = writes->sites->n, n = 0, kept = 0;
	uint32_t *sites;

	if (picks) {
		all = 0;
		for (size_t i = 0; i < picks->n; i++)
			all += picks->items[i].sites_n;
	}
	sites = reallocarray(NULL, all + 1, sizeof(*sites));
	if (!sites)
		return NULL;
	for (uint32_t i = 0; !picks && i < all; i++)
		if (writes_wanted(writes, i))
			sites[n++] = i;
	for (size_t i = 0; picks && i < picks->n; i++)
		for (uint32_t s = 0; s < picks->items[i].sites_n; s++)
			sites[n++] = picks->items[i].sites[s];
	if (picks)
		qsort(sites, n, sizeof(*sites), ascending);
	for (size_t i = 0; i < n; i++)
		if (!kept || sites[kept - 1] != sites[i])
			sites[kept++] = sites[i];
	*ret_n = kept;
	return sites;
}

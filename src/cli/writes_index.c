/* writes_index.c - the fields of every type, and the sites that belong to each: see writes.h */
#include "cli/writes.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define TOGETHER_FAR 256        /* sites between two stores of one assignment or fill */

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static int make_fields(struct writes *writes)
{
	int error = scan_fields_init(&writes->index, writes->scan);

	if (error)
		return error;
	writes->fields_n = writes->index.n;
	writes->type_first = writes->index.type_first;
	writes->fields = calloc(writes->fields_n ? writes->fields_n : 1, sizeof(*writes->fields));
	if (!writes->fields)
		return -ENOMEM;
	for (uint32_t i = 0; i < writes->fields_n; i++) {
		const struct scan_field *field = &writes->index.items[i];

		writes->fields[i] = (struct writes_field){.owner = field->owner, .member = field->member,
		                                          .parent = field->parent, .name = field->name};
	}
	return 0;
}

size_t writes_touched(const struct writes *writes, const struct scan_site *site, uint32_t *ret)
{
	return scan_fields_touched(&writes->index, site, ret);
}

/* ---- sites of each field --------------------------------------------------------------------------------------- */

bool writes_wanted(const struct writes *writes, uint32_t site)
{
	return !writes->wanted || writes->wanted[site];
}

static bool file_matches(const char *glob, const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	return file && (fnmatch(glob, file, 0) == 0 || (slash && fnmatch(glob, slash + 1, 0) == 0));
}

static bool lets_through(const struct writes_options *options, const struct scan_site *site)
{
	const struct scan_function *function = site->function;
	const char *glob = options->function_glob;

	if (options->file_glob && !file_matches(options->file_glob, site->file))
		return false;
	return !glob || (function && ((function->name && fnmatch(glob, function->name, 0) == 0) ||
	                              (function->linkage_name && fnmatch(glob, function->linkage_name, 0) == 0)));
}

static int filter(struct writes *writes)
{
	const struct scan_sites *sites = writes->sites;

	if (!writes->options->function_glob && !writes->options->file_glob)
		return 0;
	writes->wanted = calloc(sites->n ? sites->n : 1, sizeof(*writes->wanted));
	if (!writes->wanted)
		return -ENOMEM;
	for (size_t i = 0; i < sites->n; i++)
		writes->wanted[i] = lets_through(writes->options, &sites->items[i]);
	return 0;
}

int writes_index(struct writes *writes)
{
	uint32_t touched[WRITES_TOUCHED_MAX], *next;
	const struct scan_sites *sites = writes->sites;
	size_t all = 0;
	int error;

	error = make_fields(writes);
	if (!error)
		error = filter(writes);
	if (error)
		return error;
	for (uint32_t i = 0; i < sites->n; i++) {
		size_t n = writes_wanted(writes, i) ? writes_touched(writes, &sites->items[i], touched) : 0;

		for (size_t k = 0; k < n; k++)
			writes->fields[touched[k]].sites_n++;
		all += n;
	}
	next = writes->site_numbers = reallocarray(NULL, all ? all : 1, sizeof(*next));
	if (!next)
		return -ENOMEM;
	for (uint32_t i = 0; i < writes->fields_n; i++) {
		writes->fields[i].sites = next;
		next += writes->fields[i].sites_n;
		writes->fields[i].sites_n = 0;
	}
	for (uint32_t i = 0; i < sites->n; i++) {
		size_t n = writes_wanted(writes, i) ? writes_touched(writes, &sites->items[i], touched) : 0;

		for (size_t k = 0; k < n; k++) {
			struct writes_field *field = &writes->fields[touched[k]];

			field->sites[field->sites_n++] = i;
		}
	}
	return 0;
}

void writes_fini(struct writes *writes)
{
	free(writes->wanted);
	free(writes->fields);
	scan_fields_fini(&writes->index);
	free(writes->site_numbers);
}

/* ---- questions about one site ---------------------------------------------------------------------------------- */

const char *writes_path(const struct scan_site *site, char *ret, size_t size)
{
	struct scan_step steps[SCAN_PATH_MAX];
	size_t n = 0;

	if (site->type)
		n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX);
	/* memcpy into an array begins at its first item and goes on. */
	if (n && site->how == SCAN_HOW_BULK && steps[n - 1].index_known && !steps[n - 1].index)
		steps[n - 1].indexed = false;
	return scan_path_text(steps, n, ret, size);
}

/* Does b belong to what a is one store of? */
static bool goes_with(const struct scan_site *a, const struct scan_site *b)
{
	return (a->fill_first && a->fill_first == b->fill_first) ||
	       (a->split_first && a->split_first == b->split_first);
}

size_t writes_together(const struct writes *writes, uint32_t site, uint32_t *ret, size_t size)
{
	const struct scan_site *items = writes->sites->items, *self = &items[site];
	uint32_t low = site, high = site, last = (uint32_t)writes->sites->n - 1;
	size_t n = 0;

	while (low > 0 && site - low < TOGETHER_FAR && items[low - 1].function == self->function)
		low--;
	while (high < last && high - site < TOGETHER_FAR && items[high + 1].function == self->function)
		high++;
	for (uint32_t i = low; i <= high && n < size; i++)
		if (i == site || (!items[i].read && goes_with(self, &items[i])))
			ret[n++] = i;
	return n;
}

enum writes_tears writes_tears(const struct writes *writes, const struct scan_site *site)
{
	uint32_t touched[WRITES_TOUCHED_MAX];
	size_t n;

	if (site->read)
		return WRITES_TEARS_NOT;
	if (site->can_tear)
		return WRITES_TEARS_FIELD;
	/* The order in which memcpy and its like write their bytes is theirs; within one field that is a torn field. */
	if (site->how == SCAN_HOW_BULK) {
		n = writes_touched(writes, site, touched);
		return n > 1 && site->width ? WRITES_TEARS_BETWEEN : WRITES_TEARS_FIELD;
	}
	/* No processor promises that more than 8 bytes become visible at once. */
	if (site->fill_first || (site->how == SCAN_HOW_MERGED && site->width > 8))
		return WRITES_TEARS_BETWEEN;
	return WRITES_TEARS_NOT;
}

bool writes_source_line(const struct writes *writes, const struct scan_site *site, char *ret, size_t size)
{
	return scan_source_line(writes->source, scan_function_directory(writes->scan, site->function), site->file,
	                        site->line, ret, size);
}

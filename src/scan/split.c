/* split.c - see split.h */
#include "scan/split.h"

#define RUN_MAX 64              /* stores of one assignment or fill that are looked at */

static bool counts(const struct scan_site *site)
{
	return !site->read && site->type && site->width &&
	       (site->how == SCAN_HOW_PLAIN || site->how == SCAN_HOW_MERGED || site->how == SCAN_HOW_SPLIT) &&
	       !site->bitfield && !site->modifies;
}

static bool same_object(const struct split_site *a, const struct split_site *b)
{
	return a->block == b->block && a->base == b->base && a->site.type == b->site.type &&
	       a->site.where == b->site.where &&
	       a->site.global == b->site.global;
}

static bool same_assignment(const struct split_site *a, const struct split_site *b)
{
	return a->site.line && a->site.line == b->site.line && a->statement == b->statement &&
	       a->site.file == b->site.file && a->site.type == b->site.type &&
	       a->site.where == b->site.where && a->site.global == b->site.global;
}

static bool overlap(const struct scan_site *a, const struct scan_site *b)
{
	return a->offset < b->offset + b->width && b->offset < a->offset + a->width;
}

/* Do both lie in items of one array whose items are counted by a loop, rather than in one value? */
static bool items_of_array(const struct scan_site *a, const struct scan_site *b)
{
	struct scan_step x[SCAN_PATH_MAX], y[SCAN_PATH_MAX];
	size_t xn = scan_path(a->type, a->offset, a->width, a->indexed, x, SCAN_PATH_MAX);
	size_t yn = scan_path(b->type, b->offset, b->width, b->indexed, y, SCAN_PATH_MAX);

	for (size_t i = 0; i < xn && i < yn && x[i].member == y[i].member; i++)
		if (x[i].indexed && y[i].indexed && x[i].index != y[i].index)
			return a->offset + a->width != b->offset && b->offset + b->width != a->offset;
	return false;
}

/* Within one block, or, where Go asks in between whether the collector runs, within one string, slice or interface. */
static bool one_value(const struct split_site *a, const struct split_site *b)
{
	struct scan_step x[SCAN_PATH_MAX], y[SCAN_PATH_MAX];
	size_t xn, yn;

	if (a->block == b->block)
		return true;
	if (a->site.function->language != SCAN_LANGUAGE_GO)
		return false;
	xn = scan_path(a->site.type, a->site.offset, a->site.width, false, x, SCAN_PATH_MAX);
	yn = scan_path(b->site.type, b->site.offset, b->site.width, false, y, SCAN_PATH_MAX);
	return xn > 1 && xn == yn && x[xn - 2].member == y[yn - 2].member;
}

/* Every store of the function that belongs to the assignment of this one, which comes first. */
static void find_assignment(struct split_site *sites, size_t n, size_t first, const struct vars *vars)
{
	struct scan_site *site = &sites[first].site;
	size_t together[RUN_MAX], together_n = 0;

	together[together_n++] = first;
	for (size_t i = first + 1; i < n && i - first < RUN_MAX && together_n < RUN_MAX; i++) {
		bool fits = counts(&sites[i].site) && same_assignment(&sites[first], &sites[i]) &&
		            !sites[i].site.indexed &&
		            !items_of_array(site, &sites[i].site) && one_value(&sites[first], &sites[i]) &&
		            vars_inlined_at(vars, site->pc) == vars_inlined_at(vars, sites[i].site.pc);

		for (size_t k = 0; fits && k < together_n; k++)
			fits = !overlap(&sites[together[k]].site, &sites[i].site);
		if (fits)
			together[together_n++] = i;
	}
	if (together_n < 2)
		return;
	for (size_t k = 0; k < together_n; k++) {
		sites[together[k]].site.how = SCAN_HOW_SPLIT;
		sites[together[k]].site.split_first = site->pc;
		sites[together[k]].site.can_tear = true;
	}
}

/* Stores one behind another to different places of one object. */
static void find_fill(struct split_site *sites, size_t n, size_t first)
{
	size_t last = first;

	for (size_t i = first + 1; i < n && i - first < RUN_MAX; i++) {
		if (sites[i].site.read)
			continue;
		if (!counts(&sites[i].site) || !same_object(&sites[first], &sites[i]) ||
		    overlap(&sites[first].site, &sites[i].site))
			break;
		last = i;
	}
	if (last == first)
		return;
	for (size_t i = first; i <= last; i++)
		if (!sites[i].site.read)
			sites[i].site.fill_first = sites[first].site.pc;
}

void split_find(struct split_site *sites, size_t n, const struct vars *vars)
{
	for (size_t i = 0; i < n; i++) {
		struct scan_site *site = &sites[i].site;

		if (!counts(site))
			continue;
		if (!site->split_first && !site->indexed)
			find_assignment(sites, n, i, vars);
		if (!site->fill_first)
			find_fill(sites, n, i);
	}
}

/* heat.c - looks of the clock, counted by function; see heat.h */
#include "watch/heat.h"

#include "watch/profile.h"

#include <errno.h>
#include <stdlib.h>

enum {
	HOT_LOOKS = 3,                /* fewer may be chance */
};

static const double hot_share = 0.003; /* of one CPU's time, that make a function hot */

/* A part of a function, as it lies in memory. */
struct part {
	uint64_t low, high;
	const struct scan_function *function;
	uint32_t looks;
	bool hot;                     /* and stays so: a detach too many is dearer than windows too many */
};

struct heat {
	const struct target *target;
	const struct plan *plan;
	struct profile *profile;      /* NULL: no clock */
	struct part *parts;           /* by low; each once */
	size_t parts_n;
	uint32_t *part_of;            /* of a site: index of its part; UINT32_MAX: none */
	size_t sites_n;
	unsigned hz;
	uint64_t counted_ns;          /* up to when looks_n counts */
	double looks_n;               /* that the clock made at one CPU */
};

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static struct part *part_at(const struct heat *heat, uint64_t ip)
{
	size_t low = 0, high = heat->parts_n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (heat->parts[middle].low <= ip)
			low = middle + 1;
		else
			high = middle;
	}
	return low && ip < heat->parts[low - 1].high ? &heat->parts[low - 1] : NULL;
}

static uint64_t address_of(const struct heat *heat, uint32_t id)
{
	const struct plan_site *site = &heat->plan->sites[id];

	return site->site->pc + heat->target->modules[site->module].bias;
}

/* The part of its function that a site lies in. */
static struct part part_of_site(const struct heat *heat, uint32_t id)
{
	const struct plan_site *site = &heat->plan->sites[id];
	uint64_t bias = heat->target->modules[site->module].bias;
	const struct scan_function *function = site->site ? site->site->function : NULL;

	for (size_t i = 0; function && i < function->ranges_n; i++)
		if (site->site->pc >= function->ranges[i].low && site->site->pc < function->ranges[i].high)
			return (struct part){function->ranges[i].low + bias, function->ranges[i].high + bias,
			                     function, 0, false};
	return (struct part){0};
}

/* By address, each once. Returns: how many are left. */
static size_t sort_parts(struct part *parts, size_t n)
{
	size_t kept = 0;

	qsort(parts, n, sizeof(*parts), compare_parts);
	for (size_t i = 0; i < n; i++)
		if (!kept || parts[kept - 1].low != parts[i].low)
			parts[kept++] = parts[i];
	return kept;
}

/* What is known of parts that have not moved. */
static void keep_looks(const struct heat *heat, struct part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct part *known = part_at(heat, parts[i].low);

		if (!known || known->low != parts[i].low || known->function != parts[i].function)
			continue;
		parts[i].looks = known->looks;
		parts[i].hot = known->hot;
	}
}

int heat_grow(struct heat *heat)
{
	size_t n = heat->plan->sites_n, parts_n = 0;
	struct part *parts = calloc(n + 1, sizeof(*parts));
	uint32_t *part_of = parts ? realloc(heat->part_of, (n + 1) * sizeof(*part_of)) : NULL;

	if (!part_of) {
		free(parts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		struct part part = part_of_site(heat, (uint32_t)i);

		if (part.function)
			parts[parts_n++] = part;
	}
	parts_n = sort_parts(parts, parts_n);
	keep_looks(heat, parts, parts_n);
	free(heat->parts);
	heat->parts = parts;
	heat->parts_n = parts_n;
	heat->part_of = part_of;
	heat->sites_n = n;
	for (size_t i = 0; i < n; i++) {
		struct part *part = heat->plan->sites[i].site ? part_at(heat, address_of(heat, (uint32_t)i)) : NULL;

		part_of[i] = part ? (uint32_t)(part - heat->parts) : UINT32_MAX;
	}
	return 0;
}

int heat_new(const struct target *target, const struct plan *plan, struct heat **ret_heat)
{
	struct heat *heat = calloc(1, sizeof(*heat));

	if (!heat)
		return -ENOMEM;
	heat->counted_ns = kernel_now_ns();
	heat->hz = PROFILE_HZ_CLOSE;
	heat->target = target;
	heat->plan = plan;
	if (profile_open(target->pid, heat->hz, &heat->profile))
		heat->profile = NULL;
	if (heat_grow(heat)) {
		heat_free(heat);
		return -ENOMEM;
	}
	*ret_heat = heat;
	return 0;
}

void heat_free(struct heat *heat)
{
	if (!heat)
		return;
	profile_close(heat->profile);
	free(heat->parts);
	free(heat->part_of);
	free(heat);
}

static void take(void *user, uint64_t ip)
{
	struct heat *heat = user;
	struct part *part = part_at(heat, ip);

	if (part)
		part->looks++;
}

static void count_looks(struct heat *heat)
{
	uint64_t now_ns = kernel_now_ns();

	heat->looks_n += (double)(now_ns - heat->counted_ns) * 1e-9 * heat->hz;
	heat->counted_ns = now_ns;
}

void heat_look_closely(struct heat *heat, bool closely)
{
	unsigned hz = closely ? PROFILE_HZ_CLOSE : PROFILE_HZ_LOOSE;

	if (!heat->profile || hz == heat->hz)
		return;
	count_looks(heat);
	if (profile_set_hz(heat->profile, hz) == 0)
		heat->hz = hz;
}

bool heat_read(struct heat *heat)
{
	bool became_hot = false;
	double least;

	count_looks(heat);
	least = hot_share * heat->looks_n;
	if (!heat->profile || !profile_read(heat->profile, take, heat))
		return false;
	for (size_t i = 0; i < heat->parts_n; i++) {
		struct part *part = &heat->parts[i];

		if (part->hot || part->looks < HOT_LOOKS || part->looks < least)
			continue;
		part->hot = became_hot = true;
	}
	return became_hot;
}

bool heat_is_hot(const struct heat *heat, uint32_t site)
{
	return site < heat->sites_n && heat->part_of[site] != UINT32_MAX &&
	       heat->parts[heat->part_of[site]].hot;
}

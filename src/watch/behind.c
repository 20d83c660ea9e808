/* behind.c - sites by the address of the instruction that follows; see behind.h */
#include "watch/behind.h"

#include <errno.h>
#include <stdlib.h>

struct end {
	uint64_t address;             /* as linked */
	uint32_t module;
};

struct behind {
	const struct plan *plan;
	const struct target *target;
	struct end *ends;
	size_t ends_n;
};

int behind_new(const struct plan *plan, const struct target *target, struct behind **ret_behind)
{
	struct behind *behind = calloc(1, sizeof(*behind));

	if (!behind)
		return -ENOMEM;
	behind->plan = plan;
	behind->target = target;
	*ret_behind = behind;
	return 0;
}

void behind_free(struct behind *behind)
{
	if (!behind)
		return;
	free(behind->ends);
	free(behind);
}

static int compare(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

/* The plan may have grown. Returns: false: no memory. */
static bool fill(struct behind *behind)
{
	const struct plan *plan = behind->plan;
	struct end *ends;

	if (behind->ends_n == plan->sites_n)
		return true;
	ends = realloc(behind->ends, plan->sites_n * sizeof(*ends));
	if (!ends)
		return false;
	behind->ends = ends;
	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];

		ends[i] = (struct end){.address = site->site->pc + site->site->length, .module = site->module};
	}
	behind->ends_n = plan->sites_n;
	qsort(ends, behind->ends_n, sizeof(*ends), compare);
	return true;
}

bool behind_site(struct behind *behind, uint64_t ip)
{
	const struct target_module *module = target_module_at(behind->target, ip ? ip - 1 : 0);
	struct end wanted;

	if (!module || !fill(behind) || !behind->ends_n)
		return false;
	wanted.module = (uint32_t)(module - behind->target->modules);
	wanted.address = ip - module->bias;
	return bsearch(&wanted, behind->ends, behind->ends_n, sizeof(wanted), compare) != NULL;
}

/* behind.c - sites by the address of the instruction that follows; see behind.h */
#include "watch/behind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct end {
	uint64_t address;             /* as linked */
	uint32_t module, site;
};

struct behind {
	const struct plan *plan;
	const struct target *target;
	struct end *ends;
	size_t ends_n;
	uint64_t page, page_end;      /* of the stepped ones; 0: not there, when last looked for */
	bool searched;
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

void behind_forget(struct behind *behind)
{
	behind->page = behind->page_end = 0;
	behind->searched = false;
}

/* ---- the page of the stepped ones ------------------------------------------------------------------------------ */

static void find_page(struct behind *behind)
{
	char path[32], line[4096];
	unsigned long begin, end;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)behind->target->pid);
	maps = fopen(path, "re");
	if (!maps)
		return;
	while (fgets(line, sizeof(line), maps)) {
		if (!strstr(line, " [uprobes]\n") || sscanf(line, "%lx-%lx", &begin, &end) != 2)
			continue;
		behind->page = begin;
		behind->page_end = end;
	}
	fclose(maps);
}

/* The kernel makes it at the first step, and it stays where it is. Code that a program makes for itself would be looked
 * for again and again: once found, the page is not. */
static bool is_stepped(struct behind *behind, uint64_t ip)
{
	if (!behind->page && !behind->searched) {
		find_page(behind);
		behind->searched = behind->page == 0;
	}
	return ip >= behind->page && ip <= behind->page_end && behind->page;
}

/* ---- sites ----------------------------------------------------------------------------------------------------- */

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

		ends[i] = (struct end){.address = site->site->pc + site->site->length, .module = site->module, .site = site->id};
	}
	behind->ends_n = plan->sites_n;
	qsort(ends, behind->ends_n, sizeof(*ends), compare);
	/* More probes: the page may have come with them. */
	behind->searched = false;
	return true;
}

uint32_t behind_site(struct behind *behind, uint64_t ip)
{
	const struct target_module *module = target_module_at(behind->target, ip ? ip - 1 : 0);
	struct end wanted;
	const struct end *found;

	if (!fill(behind))
		return BEHIND_NOTHING;
	if (!module)
		return is_stepped(behind, ip) ? BEHIND_STEPPED : BEHIND_NOTHING;
	wanted.module = (uint32_t)(module - behind->target->modules);
	wanted.address = ip - module->bias;
	found = behind->ends_n ? bsearch(&wanted, behind->ends, behind->ends_n, sizeof(*found), compare) : NULL;
	return found ? found->site : BEHIND_NOTHING;
}

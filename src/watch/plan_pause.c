/*
 * plan_pause.c - places before the locks of stores; see plan_add_pause
 *
 * A fill whose every write has a lock is mixed with another one between two of its locked writes, and nowhere else: a
 * thread held at a store keeps the lock, and everybody waits. Before the lock it leaves the others the time for a fill
 * of their own.
 */
#include "watch/plan_inside.h"

#include <errno.h>

enum { PAUSES_MAX = 64 };         /* a hot type has a dozen of sites */

static bool is_known(const struct plan *plan, const struct plan_site *pause)
{
	for (size_t i = 0; i < plan->sites_n; i++)
		if (plan->sites[i].pause && plan->sites[i].module == pause->module &&
		    plan->sites[i].file_offset == pause->file_offset)
			return true;
	return false;
}

int plan_add_pause(struct plan *plan, const struct target *target, uint32_t id)
{
	const struct plan_site *store = &plan->sites[id];
	struct plan_site pause = *store;
	int rc;

	/* A point of generated code stands for a function that locks by itself. */
	if (store->pause || store->semaphore || !store->scan || plan->ledger.pauses >= PAUSES_MAX)
		return 0;
	rc = scan_probe_pause(store->scan, store->site, &pause.probe);
	if (rc)
		return rc == -ENOMEM ? rc : 0;
	pause.kind = self_test_kind_of(pause.probe.code, pause.probe.code_n);
	pause.file_offset = target_file_offset(&target->modules[store->module], pause.probe.pc);
	if (pause.kind >= SELF_TEST_KINDS || !plan->inside->tested.of[pause.kind].sound ||
	    pause.file_offset == UINT64_MAX || is_known(plan, &pause))
		return 0;
	if (plan_grow(&plan->sites, &plan->inside->sites_size, plan->sites_n, sizeof(*plan->sites)))
		return -ENOMEM;
	pause.id = (uint32_t)plan->sites_n;
	pause.pause = pause.judges = true;
	pause.wire = (struct wire_probe){.base = WIRE_NONE, .index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE,
	                                 .old = WIRE_NONE, .flags = WIRE_JUDGE | WIRE_PAUSE};
	plan->sites[plan->sites_n++] = pause;
	plan->ledger.pauses++;
	return 1;
}

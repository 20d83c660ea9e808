/*
 * plan_frees.c - where objects on the heap end: the entry of free()
 *
 * Rules are about one object: they have to know when the next begins at the same address.
 */
#include "watch/plan_inside.h"

#include "scan/entry.h"

#include <errno.h>
#include <string.h>

/* As register of DWARF: where the first argument is. */
enum { RDI = 5 };

static int add(struct plan *plan, const struct target *target, uint32_t module, const struct scan_entry_place *place)
{
	uint32_t max = plan->inside->options.sites_max;
	struct plan_site *site;
	enum self_test_kind kind = self_test_kind_of(place->code, place->code_n);
	uint64_t offset = target_file_offset(&target->modules[module], place->pc);

	if (kind >= SELF_TEST_KINDS || !plan->inside->tested.of[kind].sound || offset == UINT64_MAX)
		return 0;
	if (plan_grow(&plan->frees, &plan->inside->frees_size, plan->frees_n, sizeof(*plan->frees)))
		return -ENOMEM;
	site = &plan->frees[plan->frees_n];
	*site = (struct plan_site){
		.id = (max ? max : PLAN_SITES_MAX) + (uint32_t)plan->frees_n,
		.field = UINT32_MAX, .type_id = UINT32_MAX,
		.module = module, .kind = kind, .file_offset = offset,
		.probe = {.kind = place->emulated ? SCAN_PROBE_NEIGHBOUR : SCAN_PROBE_STORE, .pc = place->pc,
		          .base = RDI, .index = WIRE_NONE, .value = WIRE_NONE, .count = WIRE_NONE,
		          .code_n = place->code_n},
		.wire = {.base = RDI, .index = WIRE_NONE, .value = WIRE_NONE, .length = WIRE_NONE, .flags = WIRE_FREE},
	};
	memcpy(site->probe.code, place->code, place->code_n);
	plan->frees_n++;
	plan->ledger.frees = true;
	return 0;
}

bool plan_frees_wanted(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fields_n; i++)
		if (plan->fields[i].states_n ||
		    (plan->fields[i].rule != PLAN_RULE_NONE && plan->fields[i].rule != PLAN_RULE_SNAPSHOT))
			return true;
	return false;
}

int plan_frees_add(struct plan *plan, const struct target *target, uint32_t module)
{
	struct scan_entry_place place;

	/* Where there is none, another module has it. */
	if (scan_entry_place(target->modules[module].open_path, "free", &place) != 0)
		return 0;
	return add(plan, target, module, &place);
}

/* plan_frames.c - source positions of addresses in memory; see plan.h */
#include "watch/plan_inside.h"

size_t plan_frames(const struct plan *plan, const struct target *target, uint64_t address, bool is_return,
                   struct scan_frame *ret_frames, size_t size)
{
	const struct target_module *at = target_module_at(target, address);

	if (!at || !address)
		return 0;
	for (size_t i = 0; i < plan->inside->modules_n; i++) {
		const struct plan_module *module = plan->inside->modules[i];

		if (&target->modules[module->number] == at)
			return scan_frames(module->scan, address - at->bias - is_return, ret_frames, size);
	}
	return 0;
}

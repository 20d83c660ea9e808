/* bulk.h - functions that write what their caller names: memcpy and its like, and Go's write barrier */
#ifndef FG_SCAN_BULK_H
#define FG_SCAN_BULK_H

#include "scan/flow.h"

struct bulk {
	const char *name;
	int8_t to, size;              /* registers; size INSN_NONE: none says how many bytes */
	bool barrier;
};

/* The one that a direct call or a jump out of the function enters. Returns: NULL: none of them. */
const struct bulk *bulk_find(const struct scan *scan, const struct flow *flow, const struct insn *insn);
/* The register that holds what a write barrier stores: gcWriteBarrierCX. Returns: INSN_NONE: it is no barrier. */
int8_t bulk_value(const struct scan *scan, const struct insn *call);

#endif

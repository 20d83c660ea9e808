/* bulk.c - see bulk.h */
#include "scan/bulk.h"

#include <string.h>

static const struct bulk bulks[] = {
	{"memcpy", INSN_RDI, INSN_RDX, false},
	{"memmove", INSN_RDI, INSN_RDX, false},
	{"memset", INSN_RDI, INSN_RDX, false},
	{"__memcpy_chk", INSN_RDI, INSN_RDX, false},
	{"__memmove_chk", INSN_RDI, INSN_RDX, false},
	{"__memset_chk", INSN_RDI, INSN_RDX, false},
	{"mempcpy", INSN_RDI, INSN_RDX, false},
	{"bzero", INSN_RDI, INSN_RSI, false},
	{"explicit_bzero", INSN_RDI, INSN_RSI, false},
	{"strcpy", INSN_RDI, INSN_NONE, false},
	{"strncpy", INSN_RDI, INSN_RDX, false},
	{"stpcpy", INSN_RDI, INSN_NONE, false},
	{"runtime.memmove", INSN_RAX, INSN_RCX, false},
	{"runtime.memclrNoHeapPointers", INSN_RAX, INSN_RBX, false},
	{"runtime.memclrHasPointers", INSN_RAX, INSN_RBX, false},
	{"runtime.typedmemmove", INSN_RBX, INSN_NONE, false},
	{"runtime.typedmemclr", INSN_RBX, INSN_NONE, false},
	{"runtime.wbZero", INSN_RBX, INSN_NONE, false},
	{"runtime.duffcopy", INSN_RDI, INSN_NONE, false},
	{"runtime.duffzero", INSN_RDI, INSN_NONE, false},
	{"runtime.gcWriteBarrier", INSN_RDI, INSN_NONE, true},
};

const struct bulk *bulk_find(const struct scan *scan, const struct flow *flow, const struct insn *insn)
{
	const struct scan_function *function;
	const char *name;

	if (insn->flags & INSN_INDIRECT || (insn->op != INSN_CALL && insn->op != INSN_JUMP))
		return NULL;
	if (insn->op == INSN_JUMP && flow_find(flow, (uint64_t)insn->imm) < flow->insns_n)
		return NULL;
	function = flow_callee(scan, insn, &name);
	/* duffcopy is entered in its middle. */
	if (!function && !name) {
		function = scan_function_at(scan, (uint64_t)insn->imm);
		name = function && strncmp(function->name, "runtime.duff", 12) == 0 ? function->name : NULL;
	}
	for (size_t i = 0; name && i < sizeof(bulks) / sizeof(bulks[0]); i++)
		if (strcmp(bulks[i].name, name) == 0 ||
		    /* gcWriteBarrierBX and its like: the value is in another register, the place in the same. */
		    (bulks[i].barrier && strncmp(bulks[i].name, name, strlen(bulks[i].name)) == 0))
			return &bulks[i];
	return NULL;
}

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

/* gcWriteBarrierBX and its like: the value is in another register, the place in the same. Those that end in a number of
 * Go 1.21 and later only make room in a buffer: the store itself is an ordinary one. */
static bool is_barrier(const struct bulk *bulk, const char *name)
{
	size_t n = strlen(bulk->name);

	return bulk->barrier && strncmp(bulk->name, name, n) == 0 && !(name[n] >= '0' && name[n] <= '9');
}

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
		if (strcmp(bulks[i].name, name) == 0 || is_barrier(&bulks[i], name))
			return &bulks[i];
	return NULL;
}

int8_t bulk_value(const struct scan *scan, const struct insn *call)
{
	static const struct {
		const char *suffix;
		int8_t reg;
	} values[] = {
		{"", INSN_RAX}, {"CX", INSN_RCX}, {"DX", INSN_RDX}, {"BX", INSN_RBX}, {"BP", INSN_RBP}, {"SI", INSN_RSI},
		{"R8", 8}, {"R9", 9},
	};
	static const char barrier[] = "runtime.gcWriteBarrier";
	const char *name;

	flow_callee(scan, call, &name);
	if (!name || strncmp(name, barrier, sizeof(barrier) - 1) != 0)
		return INSN_NONE;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(name + sizeof(barrier) - 1, values[i].suffix) == 0)
			return values[i].reg;
	return INSN_NONE;
}

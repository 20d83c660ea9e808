/*
 * probe.c - where a probe may sit for a write site
 *
 * A kernel's probe costs a tenth where the instruction below it is one that the kernel emulates instead of stepping
 * over a copy. Most stores have such a neighbour in their own block. Some encodings lose the store or harm the program
 * under a probe: what is not on the lists here gets none.
 */
#include "scan/bulk.h"

#include <Zydis/Zydis.h>
#include <errno.h>
#include <string.h>

static bool never_stops(void *user, const struct insn *call)
{
	(void)user;
	(void)call;
	return false;
}

/* ---- encodings ------------------------------------------------------------------------------------------------- */

/* push of a register, jmp, jcc and call by a relative address, the nop of one byte. Longer nops never: the kernel turns
 * those of five bytes into calls, which write below the stack pointer. */
static bool is_emulated(const uint8_t *bytes, const struct insn *insn)
{
	uint8_t first = bytes[0];

	if (first >= 0x50 && first <= 0x57)
		return insn->length == 1;
	if (first == 0x41 && bytes[1] >= 0x50 && bytes[1] <= 0x57)
		return insn->length == 2;
	if (first == 0x90)
		return insn->length == 1;
	if (first == 0xeb || (first >= 0x70 && first <= 0x7f))
		return insn->length == 2;
	if (first == 0xe9 || first == 0xe8)
		return insn->length == 5;
	return first == 0x0f && bytes[1] >= 0x80 && bytes[1] <= 0x8f && insn->length == 6;
}

/* Stores that may be stepped: the plain forms of mov, arithmetic and SSE, without lock, repetition or VEX. */
static bool may_step(const struct insn *insn)
{
	if (insn->flags & (INSN_LOCKED | INSN_VEX | INSN_STRING | INSN_REPEATED | INSN_SEGMENT))
		return false;
	switch (insn->mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_XOR:
	case ZYDIS_MNEMONIC_INC:
	case ZYDIS_MNEMONIC_DEC:
	case ZYDIS_MNEMONIC_MOVUPS:
	case ZYDIS_MNEMONIC_MOVAPS:
	case ZYDIS_MNEMONIC_MOVDQU:
	case ZYDIS_MNEMONIC_MOVDQA:
	case ZYDIS_MNEMONIC_MOVSS:
	case ZYDIS_MNEMONIC_MOVSD:
	case ZYDIS_MNEMONIC_MOVQ:
	case ZYDIS_MNEMONIC_MOVD:
		return true;
	default:
		return false;
	}
}

/* ---- neighbours ------------------------------------------------------------------------------------------------ */

static uint16_t address_registers(const struct insn *store)
{
	uint16_t registers = 0;

	if (store->base != INSN_NONE)
		registers |= (uint16_t)(1u << store->base);
	if (store->index != INSN_NONE)
		registers |= (uint16_t)(1u << store->index);
	return registers;
}

/* Could it take or release a lock? A spin lock is released by a plain store. */
static bool may_lock(const struct insn *insn)
{
	return insn->op == INSN_CALL || insn->flags & (INSN_LOCKED | INSN_WRITES);
}

struct search {
	const struct scan *scan;
	const struct flow *flow;
	size_t store;
	uint16_t registers;
};

static bool is_neighbour(const struct search *search, size_t i)
{
	size_t n;
	const uint8_t *bytes = scan_bytes(search->scan, search->flow->insns[i].pc, &n);

	return bytes && n >= search->flow->insns[i].length && n >= 2 && is_emulated(bytes, &search->flow->insns[i]);
}

/* Behind the store: the value is in memory, nothing has changed the registers of the address. */
static size_t find_after(const struct search *search, size_t end, bool *ret_judge)
{
	*ret_judge = true;
	/* The store itself may load its base anew (pop does): then nobody behind it knows the address. */
	if (search->flow->insns[search->store].clobbers & search->registers)
		return end;
	for (size_t i = search->store + 1; i < end; i++) {
		const struct insn *insn = &search->flow->insns[i];

		if (is_neighbour(search, i))
			return i;
		*ret_judge = *ret_judge && !may_lock(insn);
		if (insn->clobbers & search->registers || insn->op == INSN_CALL)
			break;
	}
	return end;
}

/* Before it: likewise, the neighbour's own change counts. Returns: start - 1 or search->store for none. */
static size_t find_before(const struct search *search, size_t start, bool *ret_judge)
{
	*ret_judge = true;
	for (size_t i = search->store; i-- > start;) {
		const struct insn *insn = &search->flow->insns[i];

		if (insn->op == INSN_CALL || insn->clobbers & search->registers)
			break;
		*ret_judge = *ret_judge && !may_lock(insn);
		if (is_neighbour(search, i))
			return i;
	}
	return search->store;
}

static void describe(const struct insn *store, struct scan_probe *probe)
{
	probe->base = store->base;
	probe->index = store->index;
	probe->scale = store->scale;
	probe->displacement = store->displacement;
	probe->value = store->op == INSN_STORE && store->src != INSN_NONE ? store->src : INSN_NONE;
}

/* Of two neighbours the one that may judge, else the one behind, which sees the new value. */
static void choose(const struct search *search, const struct flow_block *block, struct scan_probe *probe)
{
	const struct insn *store = &search->flow->insns[search->store];
	bool judge_after, judge_before;
	size_t after = find_after(search, block->last, &judge_after);
	size_t before = find_before(search, block->first, &judge_before);
	bool has_after = after < block->last, has_before = before != search->store;

	describe(store, probe);
	if (has_after && (judge_after || !has_before || !judge_before)) {
		probe->kind = SCAN_PROBE_NEIGHBOUR;
		probe->pc = search->flow->insns[after].pc;
		probe->after = true;
		probe->may_judge = judge_after;
		probe->value = INSN_NONE;
	} else if (has_before) {
		probe->kind = SCAN_PROBE_NEIGHBOUR;
		probe->pc = search->flow->insns[before].pc;
		probe->may_judge = judge_before;
		/* The register of the value may be made between the neighbour and the store. */
		for (size_t i = before; i < search->store && probe->value != INSN_NONE; i++)
			if (search->flow->insns[i].clobbers & 1u << probe->value)
				probe->value = INSN_NONE;
	} else if (may_step(store)) {
		probe->kind = SCAN_PROBE_STORE;
		probe->pc = store->pc;
		probe->may_judge = true;
	} else {
		probe->kind = SCAN_PROBE_REFUSED;
		probe->why = store->flags & INSN_LOCKED   ? "the kernel refuses probes on locked instructions"
		             : store->flags & INSN_VEX    ? "a probe on a VEX or EVEX instruction may lose the store"
		             : store->flags & INSN_STRING ? "a string instruction is not stepped over"
		                                          : "its encoding is not on the list of those that were proved safe";
	}
}

/* memcpy and its like, and Go's write barrier: the call itself is emulated, and the destination is in a register. */
static void plan_call(const struct search *search, const struct bulk *bulk, struct scan_probe *probe)
{
	probe->pc = search->flow->insns[search->store].pc;
	probe->base = bulk->to;
	probe->may_judge = true;
	probe->kind = is_neighbour(search, search->store) ? SCAN_PROBE_NEIGHBOUR : SCAN_PROBE_REFUSED;
	if (probe->kind == SCAN_PROBE_REFUSED)
		probe->why = "its encoding is not on the list of those that were proved safe";
}

int scan_probe_plan(const struct scan *scan, const struct scan_sites *sites, const struct scan_site *site,
                    struct scan_probe *ret_probe)
{
	struct flow flow = {0};
	struct search search = {.scan = scan, .flow = &flow};
	const struct bulk *bulk;
	struct scan_probe probe = {.base = INSN_NONE, .index = INSN_NONE, .value = INSN_NONE};
	int error;

	if (scan_site_at(sites, site->pc) != site || !site->function)
		return -ENOENT;
	error = flow_build(&flow, scan, site->function, never_stops, NULL);
	if (!error) {
		search.store = flow_find(&flow, site->pc);
		error = search.store < flow.insns_n ? 0 : -ENOENT;
	}
	if (!error) {
		search.registers = address_registers(&flow.insns[search.store]);
		bulk = bulk_find(scan, &flow, &flow.insns[search.store]);
		if (flow.insns[search.store].flags & INSN_SEGMENT)
			probe.why = "it writes to a variable of the thread's own";
		else if (bulk)
			plan_call(&search, bulk, &probe);
		else
			choose(&search, &flow.blocks[flow.block_of[search.store]], &probe);
		*ret_probe = probe;
	}
	flow_fini(&flow);
	return error;
}

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
#include <stdlib.h>
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

static bool is_repeated(const struct insn *store)
{
	return store->flags & INSN_STRING && store->flags & INSN_REPEATED;
}

/* Those that a probe needs as the store finds them. */
static uint16_t address_registers(const struct insn *store)
{
	uint16_t registers = is_repeated(store) ? 1u << INSN_RCX : 0;

	if (store->base != INSN_NONE)
		registers |= (uint16_t)(1u << store->base);
	if (store->index != INSN_NONE)
		registers |= (uint16_t)(1u << store->index);
	return registers;
}

/* Could it take or release a lock, or hand something over? A spin lock is released by a plain store. */
static bool may_lock(const struct insn *insn)
{
	return insn->op == INSN_CALL || insn->flags & (INSN_LOCKED | INSN_WRITES) ||
	       insn->mnemonic == ZYDIS_MNEMONIC_SYSCALL || insn->mnemonic == ZYDIS_MNEMONIC_INT;
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

/* ah, ch, dh and bh are no low bytes of their registers. Without REX, `mov %ah,(mem)` is 88 with such a number. */
static bool stores_high_byte(const struct search *search, const struct insn *store)
{
	size_t n, i = 0;
	const uint8_t *bytes = scan_bytes(search->scan, store->pc, &n);

	if (store->width != 1 || !bytes)
		return false;
	while (i + 1 < n && (bytes[i] == 0x66 || bytes[i] == 0x67 || (bytes[i] & 0xe7) == 0x26))
		i++;
	return i + 1 < n && bytes[i] == 0x88 && (bytes[i + 1] >> 3 & 7) >= 4;
}

static void describe(const struct search *search, const struct insn *store, struct scan_probe *probe)
{
	probe->base = store->base;
	probe->index = store->index;
	probe->scale = store->scale;
	probe->displacement = store->displacement;
	probe->may_fail = store->mnemonic == ZYDIS_MNEMONIC_CMPXCHG || store->mnemonic == ZYDIS_MNEMONIC_CMPXCHG8B ||
	                  store->mnemonic == ZYDIS_MNEMONIC_CMPXCHG16B;
	if (store->op != INSN_STORE)
		return;
	if (store->src != INSN_NONE && !stores_high_byte(search, store))
		probe->value = store->src;
	probe->has_immediate = store->src == INSN_NONE && store->flags & INSN_HAS_IMM;
	probe->immediate = probe->has_immediate ? (uint64_t)store->imm : 0;
}

static void take_code(const struct search *search, struct scan_probe *probe)
{
	size_t i = flow_find(search->flow, probe->pc), n;
	const uint8_t *bytes = scan_bytes(search->scan, probe->pc, &n);

	if (!bytes || i >= search->flow->insns_n)
		return;
	probe->code_n = search->flow->insns[i].length;
	memcpy(probe->code, bytes, probe->code_n < n ? probe->code_n : n);
}

/* ---- the choice ------------------------------------------------------------------------------------------------ */

struct found {
	size_t after, before;
	bool has_after, has_before, judge_after, judge_before;
	bool value_before;            /* what will be stored is known at the neighbour before */
};

static struct found find_neighbours(const struct search *search, const struct flow_block *block,
                                    const struct scan_probe *probe)
{
	struct found found = {0};

	found.after = find_after(search, block->last, &found.judge_after);
	found.before = find_before(search, block->first, &found.judge_before);
	found.has_after = found.after < block->last;
	found.has_before = found.before != search->store;
	/* The register of the value may be made between the neighbour and the store. */
	found.value_before = found.has_before && (probe->value != INSN_NONE || probe->has_immediate);
	for (size_t i = found.before; found.value_before && probe->value != INSN_NONE && i < search->store; i++)
		found.value_before = !(search->flow->insns[i].clobbers & 1u << probe->value);
	return found;
}

static const char *why_refused(const struct insn *store)
{
	if (store->flags & INSN_LOCKED)
		return "the kernel refuses probes on locked instructions";
	if (store->flags & INSN_VEX)
		return "a probe on a VEX or EVEX instruction may lose the store";
	if (store->flags & INSN_STRING)
		return "a string instruction is not stepped over";
	return "its encoding is not on the list of those that were proved safe";
}

static void choose_store(const struct insn *store, struct scan_probe *probe)
{
	probe->kind = SCAN_PROBE_STORE;
	probe->pc = store->pc;
	probe->may_judge = true;
}

static void choose_before(const struct search *search, const struct found *found, struct scan_probe *probe)
{
	probe->kind = SCAN_PROBE_NEIGHBOUR;
	probe->pc = search->flow->insns[found->before].pc;
	probe->may_judge = found->judge_before;
	if (!found->value_before)
		probe->value = INSN_NONE;
}

/* Of two neighbours the one that may judge, else the one behind, which sees the new value. */
static void choose(const struct search *search, const struct flow_block *block, const struct scan_probe_wish *wish,
                   struct scan_probe *probe)
{
	const struct insn *store = &search->flow->insns[search->store];
	struct found found;

	describe(search, store, probe);
	found = find_neighbours(search, block, probe);
	if ((wish->exact && found.value_before) || (wish->before && found.has_before && found.judge_before)) {
		choose_before(search, &found, probe);
	} else if (((wish->exact && (probe->value != INSN_NONE || probe->has_immediate)) || wish->before) &&
	           may_step(store)) {
		choose_store(store, probe);
	} else if (found.has_after && (found.judge_after || !found.has_before || !found.judge_before)) {
		probe->kind = SCAN_PROBE_NEIGHBOUR;
		probe->pc = search->flow->insns[found.after].pc;
		probe->after = true;
		probe->may_judge = found.judge_after;
		probe->value = INSN_NONE;
	} else if (found.has_before) {
		choose_before(search, &found, probe);
	} else if (may_step(store)) {
		choose_store(store, probe);
	} else {
		probe->kind = SCAN_PROBE_REFUSED;
		probe->why = why_refused(store);
	}
	if (is_repeated(store) && store->width == 1)
		probe->count = INSN_RCX;
}

/* memcpy and its like, and Go's write barrier: the call itself is emulated, and the destination is in a register. */
static void plan_call(const struct search *search, const struct bulk *bulk, struct scan_probe *probe)
{
	probe->pc = search->flow->insns[search->store].pc;
	probe->base = bulk->to;
	probe->count = bulk->size;
	probe->value = bulk_value(search->scan, &search->flow->insns[search->store]);
	probe->call = true;
	probe->may_judge = true;
	probe->kind = is_neighbour(search, search->store) ? SCAN_PROBE_NEIGHBOUR : SCAN_PROBE_REFUSED;
	if (probe->kind == SCAN_PROBE_REFUSED)
		probe->why = "its encoding is not on the list of those that were proved safe";
}

/* In a function that has been read. */
static int plan_in(struct search *search, const struct scan_probe_wish *wish, struct scan_probe *ret_probe)
{
	const struct scan_site *site = wish->site;
	const struct flow *flow = search->flow;
	struct scan_probe probe = {.base = INSN_NONE, .index = INSN_NONE, .value = INSN_NONE, .count = INSN_NONE};
	const struct bulk *bulk;

	search->store = flow_find(flow, site->pc);
	if (search->store >= flow->insns_n)
		return -ENOENT;
	search->registers = address_registers(&flow->insns[search->store]);
	bulk = bulk_find(search->scan, flow, &flow->insns[search->store]);
	if (flow->insns[search->store].flags & INSN_SEGMENT)
		probe.why = "it writes to a variable of the thread's own";
	else if (bulk)
		plan_call(search, bulk, &probe);
	else
		choose(search, &flow->blocks[flow->block_of[search->store]], wish, &probe);
	if (probe.kind != SCAN_PROBE_REFUSED)
		take_code(search, &probe);
	*ret_probe = probe;
	return 0;
}

int scan_probe_plan(const struct scan *scan, const struct scan_sites *sites, const struct scan_site *site,
                    struct scan_probe *ret_probe)
{
	struct flow flow = {0};
	struct search search = {.scan = scan, .flow = &flow};
	int error;

	if (scan_site_at(sites, site->pc) != site || !site->function)
		return -ENOENT;
	error = flow_build(&flow, scan, site->function, never_stops, NULL);
	if (!error)
		error = plan_in(&search, &(struct scan_probe_wish){.site = site}, ret_probe);
	flow_fini(&flow);
	return error;
}

/* ---- before the lock ------------------------------------------------------------------------------------------- */

static size_t find_pause(const struct search *search)
{
	bool locked = false;

	for (size_t i = search->store; i-- > 0;) {
		const struct insn *insn = &search->flow->insns[i];

		if ((locked || insn->op == INSN_CALL) && is_neighbour(search, i))
			return i;
		locked = locked || insn->flags & INSN_LOCKED;
	}
	for (size_t i = 0; i < search->store; i++)
		if (is_neighbour(search, i))
			return i;
	return search->flow->insns_n;
}

int scan_probe_pause(const struct scan *scan, const struct scan_site *site, struct scan_probe *ret_probe)
{
	struct flow flow = {0};
	struct search search = {.scan = scan, .flow = &flow};
	int error = site->function ? flow_build(&flow, scan, site->function, never_stops, NULL) : -ENOENT;
	size_t at = 0;

	if (!error) {
		search.store = flow_find(&flow, site->pc);
		at = search.store < flow.insns_n ? find_pause(&search) : flow.insns_n;
		error = at < flow.insns_n ? 0 : -ENOENT;
	}
	if (!error) {
		*ret_probe = (struct scan_probe){.kind = SCAN_PROBE_NEIGHBOUR, .pc = flow.insns[at].pc,
		                                 .base = INSN_NONE, .index = INSN_NONE, .value = INSN_NONE,
		                                 .count = INSN_NONE};
		take_code(&search, ret_probe);
	}
	flow_fini(&flow);
	return error;
}

/* ---- many ------------------------------------------------------------------------------------------------------ */

struct order {
	const struct scan_function *function;
	size_t wish;
};

struct many {
	const struct scan *scan;
	const struct scan_sites *sites;
	const struct scan_probe_wish *wishes;
	struct scan_probe *probes;
	struct order *order;          /* by function */
	size_t *groups;               /* where each function begins in order; one more than there are */
	struct flow *flows;           /* of each thread */
	bool failed;                  /* atomic */
};

static int by_function(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return x->wish < y->wish ? -1 : x->wish > y->wish;
}

static void plan_group(void *user, unsigned thread, size_t item)
{
	struct many *many = user;
	const struct order *first = &many->order[many->groups[item]];
	size_t n = many->groups[item + 1] - many->groups[item];
	struct search search = {.scan = many->scan, .flow = &many->flows[thread]};
	int error = first->function ? flow_build(&many->flows[thread], many->scan, first->function, never_stops, NULL)
	            : -ENOENT;

	if (error == -ENOMEM)
		__atomic_store_n(&many->failed, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < n; i++) {
		const struct scan_probe_wish *wish = &many->wishes[first[i].wish];
		struct scan_probe *probe = &many->probes[first[i].wish];

		if (error || scan_site_at(many->sites, wish->site->pc) != wish->site ||
		    plan_in(&search, wish, probe) != 0)
			*probe = (struct scan_probe){.why = "its instruction is not found", .base = INSN_NONE,
			                             .index = INSN_NONE, .value = INSN_NONE, .count = INSN_NONE};
	}
}

static size_t find_groups(struct many *many, size_t n)
{
	size_t groups = 0;

	for (size_t i = 0; i < n; i++)
		many->order[i] = (struct order){.function = many->wishes[i].site->function, .wish = i};
	qsort(many->order, n, sizeof(*many->order), by_function);
	for (size_t i = 0; i < n; i++)
		if (!i || many->order[i].function != many->order[i - 1].function)
			many->groups[groups++] = i;
	many->groups[groups] = n;
	return groups;
}

int scan_probe_plan_all(const struct scan *scan, const struct scan_sites *sites, const struct scan_probe_wish *wishes,
                        size_t n, unsigned threads, struct scan_probe *ret_probes)
{
	struct many many = {.scan = scan, .sites = sites, .wishes = wishes, .probes = ret_probes};

	if (!n)
		return 0;
	threads = scan_threads(threads);
	many.order = calloc(n, sizeof(*many.order));
	many.groups = calloc(n + 1, sizeof(*many.groups));
	many.flows = calloc(threads, sizeof(*many.flows));
	many.failed = !many.order || !many.groups || !many.flows;
	if (!many.failed)
		scan_parallel(threads, find_groups(&many, n), plan_group, &many);
	for (unsigned i = 0; many.flows && i < threads; i++)
		flow_fini(&many.flows[i]);
	free(many.order);
	free(many.groups);
	free(many.flows);
	return many.failed ? -ENOMEM : 0;
}

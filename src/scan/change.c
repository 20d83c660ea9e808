/* change.c - stores that put back what was there, changed; see change.h */
#include "scan/change.h"

#include "scan/inside.h"
#include "scan/insn.h"

#include <string.h>

enum {
	BACK = 64,                    /* instructions that are looked at */
	SLOTS = 8,                    /* variables on the stack */
	DEPTH = 8,                    /* copies of a pointer that are followed */
};

struct code {
	struct insn items[BACK];      /* the last is the store */
	unsigned n;
};

/* ---- the instructions in front --------------------------------------------------------------------------------- */

static const struct scan_range *range_of(const struct scan_site *site)
{
	const struct scan_function *function = site->function;

	for (size_t i = 0; function && i < function->ranges_n; i++)
		if (site->pc >= function->ranges[i].low && site->pc < function->ranges[i].high)
			return &function->ranges[i];
	return NULL;
}

/* Returns: false: the store is not met on the way from the function's beginning. */
static bool decode(const struct scan *scan, const struct scan_site *site, struct code *code)
{
	const struct scan_range *range = range_of(site);
	const uint8_t *bytes;
	size_t bytes_n;

	code->n = 0;
	bytes = range ? scan_bytes(scan, range->low, &bytes_n) : NULL;
	if (!bytes)
		return false;
	for (uint64_t pc = range->low; pc <= site->pc && pc - range->low < bytes_n;) {
		struct insn *to;

		if (code->n == BACK) {
			memmove(code->items, code->items + 1, (BACK - 1) * sizeof(code->items[0]));
			code->n--;
		}
		to = &code->items[code->n++];
		insn_decode(bytes + (pc - range->low), bytes_n - (pc - range->low), pc, to);
		if (pc == site->pc)
			return to->op != INSN_BAD;
		pc += to->length;
	}
	return false;
}

static bool writes(const struct insn *insn, int reg)
{
	return reg >= 0 && (insn->clobbers >> reg & 1 || (insn->dst == reg && insn->op != INSN_STORE));
}

/* ---- addresses ------------------------------------------------------------------------------------------------- */

/* Where a register's value comes from. */
struct root {
	int reg;                      /* as it was in front of all; INSN_NONE: not that */
	unsigned made_by;             /* instruction; BACK: none */
	bool loaded;                  /* that is a load of this: */
	int base, index;
	int64_t displacement;
};

/* The root of a register as it is in front of instruction `at`. */
static struct root root_of(const struct code *code, int reg, unsigned at)
{
	struct root root = {.reg = reg, .made_by = BACK, .base = INSN_NONE, .index = INSN_NONE};
	unsigned depth = 0;

	while (at-- > 0) {
		const struct insn *insn = &code->items[at];

		if (!writes(insn, root.reg))
			continue;
		if (insn->op == INSN_MOVE && insn->src >= 0 && !insn->memory && depth++ < DEPTH) {
			root.reg = insn->src;
			continue;
		}
		root.reg = INSN_NONE;
		root.made_by = at;
		root.loaded = insn->op == INSN_LOAD && insn->memory;
		root.base = insn->base;
		root.index = insn->index;
		root.displacement = insn->displacement;
		return root;
	}
	return root;
}

/* Two loads of a pointer from one place count as the same pointer: variables live there where nothing is optimised. */
static bool same_root(const struct root *a, const struct root *b)
{
	if (a->loaded && b->loaded)
		return a->base == b->base && a->index == b->index && a->displacement == b->displacement;
	return a->reg == b->reg && a->made_by == b->made_by;
}

static bool same_register(const struct code *code, int a, unsigned at_a, int b, unsigned at_b)
{
	struct root first, second;

	if (a < 0 || b < 0)
		return a == b;
	first = root_of(code, a, at_a);
	second = root_of(code, b, at_b);
	return same_root(&first, &second);
}

static bool same_bytes(const struct code *code, unsigned load, unsigned store)
{
	const struct insn *a = &code->items[load], *b = &code->items[store];

	return a->memory && a->op != INSN_LEA && a->displacement < b->displacement + b->width &&
	       b->displacement < a->displacement + (a->width ? a->width : 1) &&
	       same_register(code, a->base, load, b->base, store) &&
	       same_register(code, a->index, load, b->index, store);
}

/* ---- the value ------------------------------------------------------------------------------------------------- */

/* What the value is made from: registers, and variables on the stack, where code that is not optimised keeps them. */
struct wanted {
	uint32_t regs;
	struct slot {
		int base;
		int64_t displacement;
	} slots[SLOTS];
	unsigned slots_n;
};

static void want(struct wanted *wanted, int reg)
{
	if (reg >= 0 && reg != INSN_RSP && reg != INSN_RBP)
		wanted->regs |= 1u << reg;
}

static bool is_slot(const struct insn *insn)
{
	return insn->memory && insn->index < 0 && (insn->base == INSN_RBP || insn->base == INSN_RSP);
}

/* What an instruction's result is made from takes the place of the result. */
static void replace(const struct insn *insn, struct wanted *wanted, int reg)
{
	switch ((enum insn_op)insn->op) {
	case INSN_ZERO:
		wanted->regs &= ~(1u << reg);
		return;
	case INSN_CALL:
		wanted->regs &= ~(1u << reg);
		want(wanted, INSN_RDI);
		want(wanted, INSN_RSI);
		return;
	case INSN_MOVE:
	case INSN_EXTEND:
	case INSN_LOAD:
	case INSN_LEA:
	case INSN_POP:
		wanted->regs &= ~(1u << reg);
		break;
	default:
		/* A division, a wide multiplication: made from rax too. */
		if (insn->clobbers >> INSN_RAX & 1)
			want(wanted, INSN_RAX);
		break;
	}
	want(wanted, insn->src);
	want(wanted, insn->base);
	want(wanted, insn->index);
	if (is_slot(insn) && insn->op != INSN_LEA && wanted->slots_n < SLOTS)
		wanted->slots[wanted->slots_n++] = (struct slot){insn->base, insn->displacement};
}

/* A store to a variable that is wanted. */
static void fill_slot(const struct insn *insn, struct wanted *wanted)
{
	if (!is_slot(insn) || !(insn->flags & INSN_WRITES))
		return;
	for (unsigned i = 0; i < wanted->slots_n; i++) {
		if (wanted->slots[i].base != insn->base || wanted->slots[i].displacement != insn->displacement)
			continue;
		want(wanted, insn->src);
		if (!(insn->flags & INSN_READS))
			wanted->slots[i--] = wanted->slots[--wanted->slots_n];
	}
}

static bool follow(const struct code *code, int value)
{
	struct wanted wanted = {0};
	unsigned store = code->n - 1;

	want(&wanted, value);
	for (unsigned at = store; at-- > 0 && (wanted.regs || wanted.slots_n);) {
		const struct insn *insn = &code->items[at];
		int reg = INSN_NONE;

		fill_slot(insn, &wanted);
		for (int i = 0; i < INSN_REGS && reg < 0; i++)
			if (wanted.regs >> i & 1 && writes(insn, i))
				reg = i;
		if (reg < 0)
			continue;
		if (same_bytes(code, at, store))
			return true;
		replace(insn, &wanted, reg);
	}
	return false;
}

/* Vector registers are not followed: any load of the same bytes counts. */
static bool is_loaded(const struct code *code)
{
	unsigned store = code->n - 1;

	for (unsigned at = store; at-- > 0;)
		if (!(code->items[at].flags & INSN_WRITES) && same_bytes(code, at, store))
			return true;
	return false;
}

bool scan_store_changes(const struct scan *scan, const struct scan_site *site)
{
	struct code code;
	const struct insn *store;

	if (site->modifies)
		return true;
	if (site->how == SCAN_HOW_BULK || !decode(scan, site, &code))
		return false;
	store = &code.items[code.n - 1];
	if (store->op == INSN_CALL || !store->memory)
		return false;
	if (store->flags & INSN_READS)
		return true;
	if (store->op == INSN_STORE && store->src >= 0)
		return follow(&code, store->src);
	return !(store->flags & INSN_HAS_IMM) && is_loaded(&code);
}

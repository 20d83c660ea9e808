/* step.c - what one instruction does to what is known */
#include "scan/follow.h"
#include "scan/place.h"

#include <string.h>

/* ---- pointers of unknown type ---------------------------------------------------------------------------------- */

void follow_learn(struct follow *follow, const struct value *value, const struct scan_type *type)
{
	const struct scan_type **known;

	if (!value->origin || value->offset || value->stride || value_untyped(type))
		return;
	known = &follow->learned[value->origin - 1];
	/* char * may only say from where bytes are counted: anything else says more. */
	if (*known && (scan_type_strip(*known)->size > 1 || scan_type_strip(type)->size <= 1))
		return;
	*known = type;
	follow->learned_more = true;
}

struct value follow_unknown(struct follow *follow, const struct insn *insn)
{
	size_t number = (size_t)(insn - follow->flow.insns);
	struct value value;

	if (follow->learned[number])
		return value_object(follow->learned[number], 0, SCAN_CONFIDENCE_GUESS);
	value = value_any(insn->op == INSN_CALL ? VALUE_WHY_RESULT : VALUE_WHY_MEMORY);
	value.origin = (uint32_t)(number + 1);
	return value;
}

/* A value of this type came from memory or from a call. */
static struct value arrived(struct follow *follow, const struct insn *insn, const struct scan_type *type,
                            enum scan_confidence confidence)
{
	struct value value = value_of_type(type, confidence);

	if (value.base == VALUE_OBJECT && value_untyped(value.type))
		return follow_unknown(follow, insn);
	if (value.base == VALUE_ANY && go_hidden_target(&follow->world->go_hidden, type))
		return value_object(go_hidden_target(&follow->world->go_hidden, type), 0, confidence);
	return value;
}

/* An unknown number that an instruction makes is called after it. */
static struct value named(const struct follow *follow, const struct insn *insn, int reg, struct value value)
{
	if (value_nameless(&value))
		value.symbol = (uint32_t)((insn - follow->flow.insns + 1) * INSN_REGS + reg);
	return value;
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

struct value follow_address(const struct follow *follow, const struct insn *insn)
{
	struct value address = value_number(insn->displacement, 0), index;

	if (insn->flags & INSN_SEGMENT)
		address = (struct value){.base = VALUE_THREAD, .offset = (int32_t)insn->displacement};
	if (insn->index != INSN_NONE) {
		index = value_multiply(follow->now.regs[insn->index], insn->scale);
		address = value_add(index, address);
	}
	if (insn->base != INSN_NONE) {
		const struct value *base = &follow->now.regs[insn->base];

		/* The base is the pointer where the index can't be: then its unknown is what matters. */
		if (base->base == VALUE_ANY && insn->op != INSN_LEA && (insn->index == INSN_NONE || insn->scale > 1))
			return *base;
		address = value_add(*base, address);
	}
	return address;
}

static struct value load_place(struct follow *follow, const struct insn *insn, const struct scan_type *type,
                               int64_t offset, const struct value *address,
                               enum scan_confidence confidence)
{
	struct place place;
	enum value_why why = follow_place(follow, type, offset, address, 8, &place);

	if (why != VALUE_WHY_NONE)
		return value_any(VALUE_WHY_MEMORY);
	if (place.leaf_offset || scan_type_strip(place.leaf)->size != 8)
		return value_any(VALUE_WHY_MEMORY);
	if (place.guessed)
		confidence = SCAN_CONFIDENCE_GUESS;
	else if (confidence > SCAN_CONFIDENCE_TRACKED)
		confidence = SCAN_CONFIDENCE_TRACKED;
	return arrived(follow, insn, place.leaf, confidence);
}

static struct value load_frame(struct follow *follow, const struct insn *insn, const struct value *address)
{
	const struct var *var;
	struct value held = {0};
	uint64_t offset;

	if (!address->stride) {
		held = state_slot(&follow->now, address->offset);
		if (held.base > VALUE_ANY && !(held.base == VALUE_OBJECT && value_untyped(held.type)))
			return held;
	}
	var = follow_frame_var(follow, insn->pc, address->offset, &offset);
	if (!var)
		return held.base != VALUE_NOTHING ? held : value_any(VALUE_WHY_STACK);
	return load_place(follow, insn, var->type, (int64_t)offset, address, SCAN_CONFIDENCE_DECLARED);
}

static struct value load(struct follow *follow, const struct insn *insn)
{
	const struct scan_variable *global;
	struct value address;
	int64_t offset;

	if (insn->width != 8)
		return insn->width < 8 ? value_number(0, 1) : value_any(VALUE_WHY_MEMORY);
	/* Go keeps the goroutine there where it is not in r14. */
	if (insn->flags & INSN_SEGMENT && (int32_t)insn->displacement == -8 && follow->world->goroutine)
		return value_object(follow->world->goroutine, 0, SCAN_CONFIDENCE_TRACKED);
	address = follow_address(follow, insn);
	/* The block's own address is its first word. */
	if (address.base == VALUE_THREAD && !address.offset && !address.stride)
		return address;
	switch (address.base) {
	case VALUE_OBJECT:
		if (value_untyped(address.type))
			return follow_unknown(follow, insn);
		return load_place(follow, insn, address.type, address.offset, &address, address.confidence);
	case VALUE_FRAME:
		return load_frame(follow, insn, &address);
	case VALUE_NUMBER:
	case VALUE_THREAD:
		global = follow_global(follow, &address, &offset);
		if (!global || !global->type)
			return follow_unknown(follow, insn);
		return load_place(follow, insn, global->type, offset, &address, SCAN_CONFIDENCE_DECLARED);
	default:
		return follow_unknown(follow, insn);
	}
}

/* A value that lands in a field of known type has that type. */
static void learn_from_store(struct follow *follow, const struct insn *insn, const struct value *address)
{
	const struct scan_variable *global;
	const struct scan_type *type = address->base == VALUE_OBJECT ? address->type : NULL;
	struct value *value = &follow->now.regs[insn->src];
	int64_t offset = address->offset;
	const struct scan_type *leaf;
	uint64_t in_var = 0;
	struct place place;

	if (value->base != VALUE_ANY && !value->origin)
		return;
	if (address->base == VALUE_NUMBER || address->base == VALUE_THREAD) {
		global = follow_global(follow, address, &offset);
		type = global ? global->type : NULL;
	}
	if (address->base == VALUE_FRAME) {
		const struct var *var = follow_frame_var(follow, insn->pc, offset, &in_var);

		type = var ? var->type : NULL;
		offset = (int64_t)in_var;
	}
	if (value_untyped(type) || place_find(type, offset, address->stride, address->stride2, 8,
	                                      &place) != VALUE_WHY_NONE)
		return;
	leaf = scan_type_strip(place.leaf);
	if (place.leaf_offset || leaf->kind != SCAN_KIND_POINTER || value_untyped(leaf->target))
		return;
	follow_learn(follow, value, leaf->target);
	*value = value_object(leaf->target, 0, SCAN_CONFIDENCE_GUESS);
}

static void store(struct follow *follow, const struct insn *insn)
{
	struct value address = follow_address(follow, insn), value = value_any(VALUE_WHY_STACK);

	if (insn->op == INSN_STORE && insn->width == 8 && insn->src != INSN_NONE)
		learn_from_store(follow, insn, &address);
	/* With a stride it is somewhere in an array of the frame: spilled pointers don't lie there. */
	if (address.base != VALUE_FRAME || address.stride)
		return;
	if (insn->op == INSN_STORE && insn->width == 8)
		value = insn->src != INSN_NONE ? follow->now.regs[insn->src] : value_number(insn->imm, 0);
	state_store(&follow->now, address.offset, insn->width, value);
}

/* ---- calls ----------------------------------------------------------------------------------------------------- */

/* The type that Go's allocating functions get in rax: `lea type(%rip), %rax`. */
static const struct scan_type *go_type_argument(const struct follow *follow)
{
	const struct value *rax = &follow->now.regs[INSN_RAX];
	uint64_t offset;

	if (rax->base != VALUE_NUMBER || rax->stride || !follow->world->runtime_types)
		return NULL;
	offset = (uint64_t)rax->offset - follow->world->runtime_types;
	return go_type_at(&follow->world->go_types, offset);
}

/* What the result of an allocating function points to, which an argument says. Returns: NULL: it is none, or not
 * known. */
static const struct scan_type *go_allocated(const struct follow *follow, const char *name)
{
	const struct scan_type *type = go_type_argument(follow);

	if (!type)
		return NULL;
	if (strncmp(name, "runtime.mapassign", 17) == 0 || strncmp(name, "runtime.mapaccess", 17) == 0)
		return go_map_element(type);
	if (strcmp(name, "runtime.newobject") == 0 || strcmp(name, "runtime.makeslice") == 0 ||
	    strcmp(name, "runtime.growslice") == 0 || strcmp(name, "runtime.newarray") == 0)
		return type;
	return NULL;
}

static void learn_arguments(struct follow *follow, const struct abi *abi)
{
	for (size_t i = 0; i < abi->params_n; i++) {
		const struct scan_type *plain = abi->params[i].type ? scan_type_strip(abi->params[i].type) : NULL;

		if (plain && plain->kind == SCAN_KIND_POINTER)
			follow_learn(follow, &follow->now.regs[abi->params[i].reg], plain->target);
	}
}

/* Functions that give back their first argument. */
static bool returns_first(const char *name)
{
	static const char *const names[] = {"memcpy", "memmove", "memset", "__memcpy_chk", "__memmove_chk",
	                                    "__memset_chk",
	                                    "strcpy", "strncpy", "strcat"};

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* A number in the frame may have been changed by who got its address. What the compiler spilled has none. */
static void forget_numbers(struct follow *follow, uint64_t pc)
{
	struct state *state = &follow->now;
	uint64_t offset;

	for (uint32_t i = 0; i < state->slots_n; i++) {
		struct state_slot *slot = &state->slots[i];

		if (slot->value.base == VALUE_NUMBER && (follow_is_exposed(follow, slot->offset) ||
		                                         follow_frame_var(follow, pc, slot->offset, &offset)))
			slot->value = value_number(0, 1);
	}
}

static void take_results(struct follow *follow, const struct insn *insn, const struct abi *abi)
{
	for (size_t i = 0; abi && i < abi->results_n; i++)
		follow->now.regs[abi->results[i].reg] = arrived(follow, insn, abi->results[i].type,
		                                                SCAN_CONFIDENCE_TRACKED);
}

/* In Go nothing outlives a call in a register, but for the frame pointer and the goroutine; results lie in up to nine.
 * A few functions of the runtime, written in assembly, change nothing. */
static void go_call(struct follow *follow, const struct insn *insn, const struct scan_function *callee,
                    const char *name)
{
	const struct abi *abi = callee ? &follow->world->abis[callee - follow->scan->functions] : NULL;
	const struct scan_type *allocated = name ? go_allocated(follow, name) : NULL;

	if (name && (strncmp(name, "runtime.gcWriteBarrier", 22) == 0 || strncmp(name, "runtime.duff", 12) == 0))
		return;
	if (abi)
		learn_arguments(follow, abi);
	forget_numbers(follow, insn->pc);
	for (int i = 0; i < INSN_REGS; i++)
		if (i != INSN_RSP && i != INSN_RBP && i != INSN_R14)
			follow->now.regs[i] = i == INSN_RAX ? follow_unknown(follow, insn)
			                                    : named(follow, insn, i, value_any(VALUE_WHY_RESULT));
	take_results(follow, insn, abi);
	if (allocated)
		follow->now.regs[INSN_RAX] = value_object(allocated, 0, SCAN_CONFIDENCE_TRACKED);
}

/*
 * Registers that a callee may change are left as they are, results apart: a compiler reads one behind the call only
 * where it knows that the callee keeps it (gcc's -fipa-ra does).
 */
static void call(struct follow *follow, const struct insn *insn)
{
	struct value *regs = follow->now.regs, first = regs[INSN_RDI];
	const struct scan_function *callee;
	const struct abi *abi = NULL;
	const char *name;

	callee = flow_callee(follow->scan, insn, &name);
	if (follow->function->language == SCAN_LANGUAGE_GO) {
		go_call(follow, insn, callee, name);
		return;
	}
	if (callee) {
		abi = &follow->world->abis[callee - follow->scan->functions];
		learn_arguments(follow, abi);
	}
	forget_numbers(follow, insn->pc);
	if (returns_first(name) || (abi && abi->returns_in_memory))
		regs[INSN_RAX] = first;
	else if (!callee || callee->returns)
		regs[INSN_RAX] = follow_unknown(follow, insn);
	take_results(follow, insn, abi);
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

/* What is known of a number that is, or is part of, the value. */
static struct value number_of(struct value value)
{
	struct value number = value_number(0, 1);

	number.symbol = value.base == VALUE_ANY ? value.symbol : 0;
	return value.base == VALUE_NUMBER ? value : number;
}

static void set(struct follow *follow, const struct insn *insn, struct value value)
{
	if (insn->dst == INSN_NONE)
		return;
	/* Half a register holds no address, but a number still. */
	if (insn->width < 8 && value.base != VALUE_NUMBER)
		value = number_of(value);
	if (insn->width < 4)
		value = value_any(VALUE_WHY_ARITHMETIC);
	follow->now.regs[insn->dst] = named(follow, insn, insn->dst, value);
}

static struct value operand(struct follow *follow, const struct insn *insn)
{
	if (insn->flags & INSN_READS)
		return load(follow, insn);
	if (insn->src != INSN_NONE)
		return follow->now.regs[insn->src];
	return insn->flags & INSN_HAS_IMM ? value_number(insn->imm, 0) : value_any(VALUE_WHY_ARITHMETIC);
}

static void arithmetic(struct follow *follow, const struct insn *insn)
{
	struct value other, *dst;

	if (insn->flags & INSN_WRITES) {
		store(follow, insn);
		return;
	}
	if (insn->dst == INSN_NONE)
		return;
	other = operand(follow, insn);
	dst = &follow->now.regs[insn->dst];
	set(follow, insn, insn->op == INSN_ADD ? value_add(*dst, other) : value_subtract(*dst, other));
}

static void take_address(struct follow *follow, const struct insn *insn)
{
	struct value address = follow_address(follow, insn);

	if (address.base == VALUE_FRAME && insn->dst != INSN_RSP && insn->dst != INSN_RBP)
		follow_expose(follow, address.offset);
	set(follow, insn, address);
}

/* Masks and tags in the low bits of a pointer leave what it points to. */
static void mask(struct follow *follow, const struct insn *insn)
{
	struct value value = follow->now.regs[insn->dst >= 0 ? insn->dst : 0];
	bool aligns = insn->op == INSN_AND && insn->imm < 0 && insn->imm >= -4096;
	bool tags = insn->op == INSN_OR && insn->imm >= 0 && insn->imm < 8;

	if (insn->dst == INSN_NONE)
		return;
	if (insn->width == 8 && (aligns || tags) && (value.base == VALUE_OBJECT || value.base == VALUE_FRAME)) {
		if (aligns)
			value.offset &= insn->imm;
		set(follow, insn, value);
	} else if (insn->op == INSN_AND && insn->imm) {
		/* A multiple of the mask's lowest bit, and of what it was a multiple of before. */
		uint64_t low = (uint64_t)insn->imm & -(uint64_t)insn->imm, before;

		before = value.base == VALUE_NUMBER && !value.offset && !value.stride2 ? value.stride & -value.stride
		         : 1;
		low = low > before ? low : before;
		set(follow, insn, value_number(0, low > UINT32_MAX ? 1 : (uint32_t)low));
	} else {
		set(follow, insn, value_number(0, insn->op == INSN_AND ? 0 : 1));
	}
}

static void push(struct follow *follow, const struct insn *insn)
{
	struct value *sp = &follow->now.regs[INSN_RSP], value;

	value = insn->flags & INSN_READS ? load(follow, insn)
	        : insn->src != INSN_NONE ? follow->now.regs[insn->src]
	        : insn->dst != INSN_NONE ? follow->now.regs[insn->dst]
	                                 : value_number(insn->imm, 0);
	*sp = value_add(*sp, value_number(-8, 0));
	if (sp->base == VALUE_FRAME)
		state_store(&follow->now, sp->offset, 8, value);
}

static void pop(struct follow *follow, int8_t reg)
{
	struct value *sp = &follow->now.regs[INSN_RSP], value = value_any(VALUE_WHY_STACK);

	if (sp->base == VALUE_FRAME)
		value = state_slot(&follow->now, sp->offset);
	if (value.base == VALUE_NOTHING)
		value = value_any(VALUE_WHY_STACK);
	*sp = value_add(*sp, value_number(8, 0));
	if (reg != INSN_NONE)
		follow->now.regs[reg] = value;
}

static void clobber(struct follow *follow, const struct insn *insn)
{
	for (int i = 0; i < INSN_REGS; i++)
		if (insn->clobbers & 1u << i)
			follow->now.regs[i] = named(follow, insn, i, insn->width < 8 ? value_number(0, 1)
			                                                             : value_any(VALUE_WHY_ARITHMETIC));
}

static void exchange(struct follow *follow, const struct insn *insn)
{
	struct value other;

	if (insn->memory) {
		other = load(follow, insn);
		store(follow, insn);
		clobber(follow, insn);
		if (insn->width == 8)
			for (int i = 0; i < INSN_REGS; i++)
				if (insn->clobbers & 1u << i)
					follow->now.regs[i] = other;
		return;
	}
	if (insn->dst == INSN_NONE || insn->src == INSN_NONE || insn->width < 8) {
		clobber(follow, insn);
		return;
	}
	other = follow->now.regs[insn->src];
	follow->now.regs[insn->src] = follow->now.regs[insn->dst];
	follow->now.regs[insn->dst] = other;
}

void follow_step(struct follow *follow, const struct insn *insn)
{
	struct value *regs = follow->now.regs;

	switch (insn->op) {
	case INSN_MOVE:
		set(follow, insn, operand(follow, insn));
		break;
	case INSN_EXTEND:
		set(follow, insn, insn->flags & INSN_READS || insn->src == INSN_NONE ? value_number(0, 1)
		                                                                    : number_of(regs[insn->src]));
		break;
	case INSN_LOAD:
		set(follow, insn, load(follow, insn));
		break;
	case INSN_STORE:
		store(follow, insn);
		break;
	case INSN_LEA:
		take_address(follow, insn);
		break;
	case INSN_ADD:
	case INSN_SUB:
		arithmetic(follow, insn);
		break;
	case INSN_MULTIPLY:
		set(follow, insn, value_multiply(operand(follow, insn), insn->imm));
		break;
	case INSN_SHIFT:
		if (insn->dst != INSN_NONE)
			set(follow, insn, insn->imm >= 0 && insn->imm < 32
			                  ? value_multiply(regs[insn->dst], (int64_t)1 << insn->imm)
			        : value_number(0, 1));
		break;
	case INSN_AND:
	case INSN_OR:
		mask(follow, insn);
		break;
	case INSN_ZERO:
		regs[insn->dst] = value_number(0, 0);
		break;
	case INSN_SELECT:
		if (insn->dst != INSN_NONE)
			set(follow, insn, value_join(regs[insn->dst], operand(follow, insn)));
		break;
	case INSN_EXCHANGE:
		exchange(follow, insn);
		break;
	case INSN_PUSH:
		push(follow, insn);
		break;
	case INSN_POP:
		pop(follow, insn->memory ? INSN_NONE : insn->dst);
		break;
	case INSN_LEAVE:
		regs[INSN_RSP] = regs[INSN_RBP];
		pop(follow, INSN_RBP);
		break;
	case INSN_CALL:
		call(follow, insn);
		break;
	case INSN_NOP:
	case INSN_JUMP:
	case INSN_BRANCH:
		break;
	default:
		if (insn->flags & INSN_WRITES)
			store(follow, insn);
		clobber(follow, insn);
		break;
	}
}

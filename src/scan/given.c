/*
 * given.c - arguments that only callers know
 *
 * A compiler that sees all callers of a function may pass it a struct's member in place of the struct's address, and
 * the debug information then names no type for that register (gcc's clones called .isra and .constprop). Such functions
 * are followed after all others, which have noted by then what they had in the registers.
 */
#include "scan/follow.h"

static const struct scan_type disagreed = {.kind = SCAN_KIND_VOID, .id = UINT32_MAX};

/* The outcome hangs on what is given, not on the order in which threads come. */
static void give(const struct scan_type **at, const struct scan_type *type)
{
	const struct scan_type *before = NULL;

	type = scan_type_strip(type);
	if (!__atomic_compare_exchange_n(at, &before, type, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
	    before != type)
		__atomic_store_n(at, &disagreed, __ATOMIC_RELAXED);
}

void follow_give(const struct follow *follow, const struct insn *call)
{
	const struct scan_function *callee;
	const char *name;
	size_t number;

	if (follow->world->all_given || follow->function->language == SCAN_LANGUAGE_GO)
		return;
	callee = flow_callee(follow->scan, call, &name);
	if (!callee)
		return;
	number = (size_t)(callee - follow->scan->functions);
	if (!follow->world->abis[number].changed)
		return;
	for (size_t i = 0; i < ABI_C_PARAMS; i++) {
		const struct value *value = &follow->now.regs[abi_c_params[i]];

		if (value->base == VALUE_OBJECT && !value->offset && !value->stride && !value_untyped(value->type))
			give(&follow->world->given[number].types[i], value->type);
	}
}

void follow_take_given(const struct follow *follow, struct state *state)
{
	size_t number = (size_t)(follow->function - follow->scan->functions);

	if (!follow->world->abis[number].changed)
		return;
	for (size_t i = 0; i < ABI_C_PARAMS; i++) {
		const struct scan_type *type =
			__atomic_load_n(&follow->world->given[number].types[i], __ATOMIC_RELAXED);
		struct value *value = &state->regs[abi_c_params[i]];

		if (type && !value_untyped(type) && value->base == VALUE_ANY)
			*value = value_object(type, 0, SCAN_CONFIDENCE_TRACKED);
	}
}

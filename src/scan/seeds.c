/* seeds.c - what the debug information says of variables, put where it begins to hold */
#include "scan/follow.h"
#include "scan/place.h"

#include <errno.h>
#include <stdlib.h>

#define ACTIVE_MAX (1u << 22)   /* of one function: what is beyond is known less well */

static bool is_typed_pointer(const struct scan_type *type)
{
	const struct scan_type *plain = scan_type_strip(type);

	return plain->kind == SCAN_KIND_POINTER;
}

/* A register holds this pointer: what it is said to be, or what is known of it if that says more. */
static void seed_register(struct follow *follow, const struct var *var)
{
	struct value *now = &follow->now.regs[var->reg];
	const struct scan_type *target = scan_type_strip(var->type)->target;

	if (now->base == VALUE_FRAME)
		return;
	if (now->base == VALUE_NUMBER && !now->stride && scan_global_at(follow->scan, (uint64_t)now->offset))
		return;
	if (value_untyped(target)) {
		if (now->base == VALUE_ANY && !now->origin)
			*now = value_object(target, 0, SCAN_CONFIDENCE_DECLARED);
		return;
	}
	follow_learn(follow, now, target);
	/* char * counts bytes; what they belong to is known already. */
	if (now->base == VALUE_OBJECT && scan_type_strip(target)->size <= 1 && scan_type_strip(now->type)->size > 1)
		return;
	if (now->base == VALUE_OBJECT && !value_untyped(now->type) && !now->stride &&
	    place_holds(now->type, now->offset, target, 0)) {
		now->confidence = SCAN_CONFIDENCE_DECLARED;
		return;
	}
	*now = value_object(target, 0, var->guessed ? SCAN_CONFIDENCE_GUESS : SCAN_CONFIDENCE_DECLARED);
}

/* The register plus an offset is this pointer; the register may hold one of its own. */
static void seed_value(struct follow *follow, const struct var *var)
{
	struct value *now = &follow->now.regs[var->reg];
	const struct scan_type *target = scan_type_strip(var->type)->target;

	if (value_untyped(target) || (now->base != VALUE_ANY &&
	                              !(now->base == VALUE_OBJECT && value_untyped(now->type))))
		return;
	*now = value_object(target, -var->offset, SCAN_CONFIDENCE_TRACKED);
}

/* Where in the frame a variable in memory lies. Returns: false: elsewhere, or not known. */
static bool frame_offset(const struct follow *follow, const struct var *var, int64_t *ret_offset)
{
	const struct value *base;

	if (var->kind == VAR_FRAME) {
		*ret_offset = var->offset;
		return true;
	}
	if (var->kind != VAR_MEMORY && var->kind != VAR_BASE)
		return false;
	base = &follow->now.regs[var->reg];
	if (base->base != VALUE_FRAME || base->stride)
		return false;
	*ret_offset = base->offset + var->offset;
	return true;
}

static void seed_memory(struct follow *follow, const struct var *var)
{
	struct value held;
	int64_t offset;

	if (!is_typed_pointer(var->type) || !frame_offset(follow, var, &offset))
		return;
	held = state_slot(&follow->now, offset);
	if (held.base == VALUE_NOTHING || held.base == VALUE_ANY ||
	    (held.base == VALUE_OBJECT && value_untyped(held.type)))
		state_store(&follow->now, offset, 8, value_of_type(var->type, SCAN_CONFIDENCE_DECLARED));
	else
		follow_learn(follow, &held, scan_type_strip(var->type)->target);
}

static void seed(struct follow *follow, const struct var *var)
{
	if (var->kind == VAR_REGISTER)
		seed_register(follow, var);
	else if (var->kind == VAR_VALUE)
		seed_value(follow, var);
	else
		seed_memory(follow, var);
}

const struct var *follow_frame_var(const struct follow *follow, uint64_t pc, int64_t offset, uint64_t *ret_offset)
{
	const struct var *best = NULL;

	for (size_t i = 0; i < follow->vars.n && follow->vars.items[i].low <= pc; i++) {
		const struct var *var = &follow->vars.items[i];
		int64_t start;

		if (var->high <= pc || !frame_offset(follow, var, &start))
			continue;
		if (offset < start || offset >= start + (int64_t)var->size)
			continue;
		/* Of several the smallest: a piece, or an inner scope's. */
		if (best && best->size <= var->size)
			continue;
		best = var;
		*ret_offset = (uint64_t)(offset - start);
	}
	return best;
}

/* ---- when they hold -------------------------------------------------------------------------------------------- */

static int add_active(struct follow *follow, uint32_t var)
{
	if (follow->active_n == follow->active_size) {
		size_t size = follow->active_size ? 2 * follow->active_size : 1024;
		uint32_t *grown = reallocarray(follow->active, size, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		follow->active = grown;
		follow->active_size = size;
	}
	follow->active[follow->active_n++] = var;
	return 0;
}

/* For each block the variables that hold at its start, by one walk over both in the order of addresses. */
int follow_seeds_prepare(struct follow *follow)
{
	const struct flow *flow = &follow->flow;
	const struct var *vars = follow->vars.items;
	size_t living_n = 0, next = 0;
	uint32_t *living;
	int error = 0;

	if (follow->active_at_size < flow->blocks_n + 1) {
		uint32_t *grown = reallocarray(follow->active_at, flow->blocks_n + 1, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		follow->active_at = grown;
		follow->active_at_size = flow->blocks_n + 1;
	}
	living = malloc((follow->vars.n + 1) * sizeof(*living));
	if (!living)
		return -ENOMEM;
	follow->active_n = 0;
	for (size_t b = 0; b < flow->blocks_n && !error; b++) {
		uint64_t pc = flow->insns[flow->blocks[b].first].pc;
		size_t kept = 0;

		follow->active_at[b] = (uint32_t)follow->active_n;
		while (next < follow->vars.n && vars[next].low <= pc)
			living[living_n++] = (uint32_t)next++;
		for (size_t i = 0; i < living_n; i++) {
			if (vars[living[i]].high <= pc)
				continue;
			living[kept++] = living[i];
			if (follow->active_n < ACTIVE_MAX && !error)
				error = add_active(follow, living[i]);
		}
		living_n = kept;
	}
	follow->active_at[flow->blocks_n] = (uint32_t)follow->active_n;
	free(living);
	return error;
}

void follow_seeds_block(struct follow *follow, uint32_t block)
{
	const struct flow *flow = &follow->flow;
	uint64_t pc = flow->insns[flow->blocks[block].first].pc;
	size_t low = 0, high = follow->vars.n;

	for (uint32_t i = follow->active_at[block]; i < follow->active_at[block + 1]; i++)
		seed(follow, &follow->vars.items[follow->active[i]]);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (follow->vars.items[middle].low <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	follow->next_var = (uint32_t)low;
}

void follow_seeds_until(struct follow *follow, uint64_t pc)
{
	while (follow->next_var < follow->vars.n && follow->vars.items[follow->next_var].low <= pc) {
		const struct var *var = &follow->vars.items[follow->next_var++];

		if (var->high > pc)
			seed(follow, var);
	}
}

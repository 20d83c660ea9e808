/* follow.c - the fixpoint; see follow.h */
#include "scan/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 3                /* after which what is learned of untyped pointers is let be */
#define VISITS_PER_BLOCK 40     /* on average; strides and joins settle far earlier */

static bool stops(void *user, const struct insn *call)
{
	const struct follow *follow = user;
	const char *name;
	const struct scan_function *callee = flow_callee(follow->scan, call, &name);

	if (callee && follow->world->abis[callee - follow->scan->functions].noreturn)
		return true;
	return abi_name_stops(name);
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static int prepare_states(struct follow *follow)
{
	size_t n = follow->flow.blocks_n;

	if (follow->states_size < n) {
		struct state *grown = reallocarray(follow->states, n, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		memset(grown + follow->states_size, 0, (n - follow->states_size) * sizeof(*grown));
		follow->states = grown;
		follow->states_size = n;
	}
	if (follow->dirty_size < n) {
		uint8_t *grown = realloc(follow->dirty, n);

		if (!grown)
			return -ENOMEM;
		follow->dirty = grown;
		follow->dirty_size = n;
	}
	return 0;
}

static int prepare_learned(struct follow *follow)
{
	size_t n = follow->flow.insns_n;

	if (follow->learned_size < n) {
		const struct scan_type **grown = reallocarray(follow->learned, n, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		follow->learned = grown;
		follow->learned_size = n;
	}
	memset(follow->learned, 0, n * sizeof(*follow->learned));
	return 0;
}

void follow_fini(struct follow *follow)
{
	for (size_t i = 0; i < follow->states_size; i++)
		state_fini(&follow->states[i]);
	free(follow->states);
	state_fini(&follow->now);
	flow_fini(&follow->flow);
	vars_fini(&follow->vars);
	free(follow->dirty);
	free(follow->active);
	free(follow->active_at);
	free(follow->learned);
	free(follow->exposed);
	*follow = (struct follow){0};
}

bool follow_is_exposed(const struct follow *follow, int64_t offset)
{
	for (size_t i = 0; i < follow->exposed_n; i++)
		if (follow->exposed[i] == offset)
			return true;
	return false;
}

void follow_expose(struct follow *follow, int64_t offset)
{
	if (follow_is_exposed(follow, offset))
		return;
	if (follow->exposed_n == follow->exposed_size) {
		size_t size = follow->exposed_size ? 2 * follow->exposed_size : 32;
		int64_t *grown = reallocarray(follow->exposed, size, sizeof(*grown));

		if (!grown) {
			follow->given_up = true;
			return;
		}
		follow->exposed = grown;
		follow->exposed_size = size;
	}
	follow->exposed[follow->exposed_n++] = offset;
}

/* ---- entry ----------------------------------------------------------------------------------------------------- */

static void enter(struct follow *follow, struct state *state)
{
	const struct abi *abi = &follow->world->abis[follow->function - follow->scan->functions];

	for (int i = 0; i < INSN_REGS; i++)
		state->regs[i] = value_any(VALUE_WHY_ARGUMENT);
	state->regs[INSN_RSP] = value_frame(-8);
	for (size_t i = 0; i < abi->params_n; i++)
		if (abi->params[i].type)
			state->regs[abi->params[i].reg] = value_of_type(abi->params[i].type, SCAN_CONFIDENCE_TRACKED);
	if (abi->returns_in_memory)
		state->regs[INSN_RDI] = value_object(follow->function->returns, 0, SCAN_CONFIDENCE_TRACKED);
	follow_take_given(follow, state);
	if (follow->function->language == SCAN_LANGUAGE_GO && follow->world->goroutine)
		state->regs[INSN_R14] = value_object(follow->world->goroutine, 0, SCAN_CONFIDENCE_TRACKED);
	state->slots_n = 0;
	state->reached = STATE_ENTERED;
}

/* A block that nothing leads to, such as the landing pad of an exception: the frame is as it is almost everywhere in
 * the function, and the rest is not known. */
static void enter_anywhere(const struct follow *follow, struct state *state)
{
	for (int i = 0; i < INSN_REGS; i++)
		state->regs[i] = value_any(VALUE_WHY_ARGUMENT);
	state->slots_n = 0;
	for (size_t b = 0; b < follow->flow.blocks_n; b++) {
		const struct state *other = &follow->states[b];

		/* The deepest stack pointer at the start of a block: behind the prologue, between calls. */
		if (!other->reached || other == state || other->regs[INSN_RSP].base != VALUE_FRAME)
			continue;
		if (state->regs[INSN_RSP].base == VALUE_FRAME &&
		    other->regs[INSN_RSP].offset >= state->regs[INSN_RSP].offset)
			continue;
		state->regs[INSN_RSP] = other->regs[INSN_RSP];
		state->regs[INSN_RBP] = other->regs[INSN_RBP].base == VALUE_FRAME ? other->regs[INSN_RBP]
		                                                                  : value_any(VALUE_WHY_ARGUMENT);
	}
	state->reached = STATE_ELSEWHERE;
}

enum value_why follow_place(const struct follow *follow, const struct scan_type *type, int64_t offset,
                            const struct value *address, uint64_t width, struct place *ret)
{
	enum value_why why = place_find(type, offset, address->stride, address->stride2, width, ret);
	size_t holders;

	if (why != VALUE_WHY_OUTSIDE)
		return why;
	holders = container_find(&follow->world->containers, type, offset, width, ret);
	if (holders)
		return holders == 1 ? VALUE_WHY_NONE : why;
	/* No struct holds one: then it is another item of an array, where a field of it fits. */
	if (place_find(type, offset, (uint32_t)scan_type_strip(type)->size, 0, width, ret) != VALUE_WHY_NONE ||
	    (scan_type_strip(ret->leaf)->size != width && width < 16))
		return why;
	ret->guessed = true;
	return VALUE_WHY_NONE;
}

const struct scan_variable *follow_global(const struct follow *follow, const struct value *address, int64_t *ret_offset)
{
	const struct scan_variable *global;
	uint64_t place = (uint64_t)address->offset;

	/* The block ends where fs points to. */
	if (address->base == VALUE_THREAD) {
		place += follow->world->thread_size;
		global = scan_thread_local_at(follow->scan, place);
	} else {
		global = scan_global_at(follow->scan, place);
	}
	if (global)
		*ret_offset = (int64_t)(place - global->address);
	return global;
}

/* ---- the walk -------------------------------------------------------------------------------------------------- */

static void run_block(struct follow *follow, uint32_t block, follow_visit *visit, void *user)
{
	const struct flow_block *at = &follow->flow.blocks[block];

	state_copy(&follow->now, &follow->states[block]);
	/* Numbers that differ on the ways here get a name of their own in this block. */
	for (uint32_t i = 0; i < INSN_REGS; i++) {
		struct value *value = &follow->now.regs[i];

		if (value_nameless(value))
			value->symbol = UINT32_C(1) << 31 | block * INSN_REGS | i;
	}
	follow_seeds_block(follow, block);
	for (uint32_t i = at->first; i < at->last; i++) {
		const struct insn *insn = &follow->flow.insns[i];

		follow_seeds_until(follow, insn->pc);
		if (visit)
			visit(user, follow, insn);
		follow_step(follow, insn);
	}
}

static void settle_from(struct follow *follow, uint32_t start, size_t *budget)
{
	const struct flow *flow = &follow->flow;
	uint32_t block = start;

	follow->dirty[start] = 1;
	/* The lowest dirty block first: code lies roughly in the order in which it runs. */
	while (block < flow->blocks_n && *budget) {
		const struct flow_block *at = &flow->blocks[block];
		const struct state *at_state = &follow->states[block];
		uint32_t next = block + 1;

		if (!follow->dirty[block]) {
			block = next;
			continue;
		}
		follow->dirty[block] = 0;
		--*budget;
		run_block(follow, block, NULL, NULL);
		for (uint32_t i = 0; i < at->edges_n; i++) {
			uint32_t to = flow->edges[at->edge + i];

			/* What little is known behind an exception must not blur what is known without one. */
			if (at_state->reached == STATE_ELSEWHERE && follow->states[to].reached == STATE_ENTERED)
				continue;
			if (!state_join(&follow->states[to], &follow->now))
				continue;
			follow->dirty[to] = 1;
			next = to < next ? to : next;
		}
		block = next;
	}
}

static void settle(struct follow *follow)
{
	const struct flow *flow = &follow->flow;
	size_t budget = VISITS_PER_BLOCK * flow->blocks_n + 64;

	for (size_t b = 0; b < flow->blocks_n; b++)
		follow->states[b].reached = STATE_UNREACHED;
	memset(follow->dirty, 0, flow->blocks_n);
	enter(follow, &follow->states[flow->entry]);
	settle_from(follow, flow->entry, &budget);
	for (uint32_t b = 0; b < flow->blocks_n; b++) {
		if (follow->states[b].reached || flow_is_padding(flow, &flow->blocks[b]))
			continue;
		enter_anywhere(follow, &follow->states[b]);
		settle_from(follow, b, &budget);
	}
	if (!budget)
		follow->given_up = true;
}

int follow_function(struct follow *follow, const struct scan_function *function, Dwarf_Die *die, follow_visit *visit,
                    void *user)
{
	int error;

	follow->function = function;
	follow->given_up = false;
	follow->exposed_n = 0;
	error = flow_build(&follow->flow, follow->scan, function, stops, follow);
	if (error)
		return error;
	vars_read(&follow->vars, follow->scan, function, die);
	error = follow->vars.out_of_memory ? -ENOMEM : prepare_states(follow);
	if (!error)
		error = prepare_learned(follow);
	if (!error)
		error = follow_seeds_prepare(follow);
	if (error)
		return error;
	for (int round = 0; round < ROUNDS; round++) {
		follow->learned_more = false;
		settle(follow);
		if (!follow->learned_more)
			break;
	}
	for (uint32_t b = 0; b < follow->flow.blocks_n; b++)
		if (follow->states[b].reached)
			run_block(follow, b, visit, user);
	return 0;
}

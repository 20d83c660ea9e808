/* state.c - see state.h */
#include "scan/state.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MAX 4096

void state_fini(struct state *state)
{
	free(state->slots);
	*state = (struct state){0};
}

static bool room(struct state *state, uint32_t n)
{
	uint32_t size = state->slots_size ? state->slots_size : 8;
	struct state_slot *grown;

	if (n <= state->slots_size)
		return true;
	if (n > SLOTS_MAX)
		return false;
	while (size < n)
		size *= 2;
	grown = reallocarray(state->slots, size, sizeof(*grown));
	if (!grown)
		return false;
	state->slots = grown;
	state->slots_size = size;
	return true;
}

void state_copy(struct state *to, const struct state *from)
{
	memcpy(to->regs, from->regs, sizeof(to->regs));
	to->slots_n = 0;
	to->reached = from->reached;
	if (from->slots_n && room(to, from->slots_n)) {
		memcpy(to->slots, from->slots, from->slots_n * sizeof(*to->slots));
		to->slots_n = from->slots_n;
	}
}

bool state_join(struct state *into, const struct state *from)
{
	bool changed = false;
	uint32_t kept = 0, other = 0;

	if (!into->reached) {
		state_copy(into, from);
		return true;
	}
	for (int i = 0; i < INSN_REGS; i++) {
		struct value joined = value_join(into->regs[i], from->regs[i]);

		if (!value_equal(&joined, &into->regs[i])) {
			into->regs[i] = joined;
			changed = true;
		}
	}
	for (uint32_t i = 0; i < into->slots_n; i++) {
		struct state_slot slot = into->slots[i];
		struct value joined;

		while (other < from->slots_n && from->slots[other].offset < slot.offset)
			other++;
		if (other == from->slots_n || from->slots[other].offset != slot.offset) {
			changed = true;
			continue;
		}
		joined = value_join(slot.value, from->slots[other].value);
		if (!value_equal(&joined, &slot.value))
			changed = true;
		if (joined.base == VALUE_ANY && !joined.origin)
			continue;
		slot.value = joined;
		into->slots[kept++] = slot;
	}
	into->slots_n = kept;
	return changed;
}

/* The first slot at or behind offset. */
static uint32_t find(const struct state *state, int64_t offset)
{
	uint32_t low = 0, high = state->slots_n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (state->slots[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct value state_slot(const struct state *state, int64_t offset)
{
	uint32_t i = find(state, offset);

	if (i < state->slots_n && state->slots[i].offset == offset)
		return state->slots[i].value;
	return (struct value){0};
}

void state_store(struct state *state, int64_t offset, uint64_t width, struct value value)
{
	uint32_t first = find(state, offset - 7), end = first;
	bool keep = width == 8 && (value.base >= VALUE_NUMBER || value.origin);

	while (end < state->slots_n && state->slots[end].offset < offset + (int64_t)width)
		end++;
	if (keep && end == first) {
		if (!room(state, state->slots_n + 1))
			return;
		memmove(state->slots + first + 1, state->slots + first,
		        (state->slots_n - first) * sizeof(*state->slots));
		state->slots_n++;
		end = first + 1;
	}
	if (keep)
		state->slots[first++] = (struct state_slot){offset, value};
	if (first < end) {
		memmove(state->slots + first, state->slots + end, (state->slots_n - end) * sizeof(*state->slots));
		state->slots_n -= end - first;
	}
}

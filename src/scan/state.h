/*
 * state.h - what is known at one point of a function: every general register, and the stack slots worth knowing
 *
 * A slot that is not listed is not known. Slots are 8 bytes and are named by their offset from the canonical frame
 * address.
 */
#ifndef FG_SCAN_STATE_H
#define FG_SCAN_STATE_H

#include "scan/insn.h"
#include "scan/value.h"

struct state_slot {
	int64_t offset;
	struct value value;
};

enum state_reached {
	STATE_UNREACHED = 0,
	STATE_ENTERED,                /* from the function's entry */
	STATE_ELSEWHERE,              /* from a block that nothing leads to: little is known there */
};

struct state {
	struct value regs[INSN_REGS];
	struct state_slot *slots;     /* by offset */
	uint32_t slots_n, slots_size;
	uint8_t reached;              /* enum state_reached */
};

void state_fini(struct state *state);
/* Memory that runs out leaves slots out, which is only less known. */
void state_copy(struct state *to, const struct state *from);
/* What holds on both ways. Returns: into has changed. */
bool state_join(struct state *into, const struct state *from);
/* Returns: what the slot holds; base VALUE_NOTHING where it is not listed. */
struct value state_slot(const struct state *state, int64_t offset);
/* width bytes at offset are written; value: what they hold then, kept where it is 8 bytes and worth it. */
void state_store(struct state *state, int64_t offset, uint64_t width, struct value value);

#endif

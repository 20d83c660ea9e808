/*
 * flow.h - the control flow of one function: its instructions, cut into blocks, and which block may follow which
 *
 * All of a function's ranges lie in one array of instructions, in the order of their addresses. Padding behind a jump
 * or a return belongs to no block: entering there would only destroy what is known.
 */
#ifndef FG_SCAN_FLOW_H
#define FG_SCAN_FLOW_H

#include "scan/inside.h"
#include "scan/insn.h"

struct flow_block {
	uint32_t first, last;         /* instructions first .. last - 1 */
	uint32_t edge;                /* first of its successors in flow->edges */
	uint32_t edges_n;
	bool entered;                 /* some edge leads here, or it is the entry */
	bool unresolved;              /* ends in a jump whose targets are not known */
};

struct flow {
	struct insn *insns;
	size_t insns_n, insns_size;
	struct flow_block *blocks;    /* by address; 0 holds the entry where the hot range comes first */
	size_t blocks_n, blocks_size;
	uint32_t *edges;              /* block numbers */
	size_t edges_n, edges_size;
	uint32_t *block_of;           /* of each instruction */
	uint8_t *leader;              /* of each instruction */
	size_t block_of_size, leader_size;
	uint32_t entry;               /* block */
	uint64_t bad_bytes;
};

/* Reads a function into flow, whose memory is reused from one function to the next.
 * stops: does the call at this instruction never return? Returns: 0; -ENOENT: no code; -ENOMEM. */
int flow_build(struct flow *flow, const struct scan *scan, const struct scan_function *function,
               bool (*stops)(void *user, const struct insn *call), void *user);
void flow_fini(struct flow *flow);
/* The function that a direct call enters, or NULL; its name, or NULL. */
const struct scan_function *flow_callee(const struct scan *scan, const struct insn *call, const char **ret_name);
/* Does the block hold nothing that is meant to run? */
bool flow_is_padding(const struct flow *flow, const struct flow_block *block);
/* Number of the instruction that begins at this address; flow->insns_n: none. */
size_t flow_find(const struct flow *flow, uint64_t pc);

#endif

/*
 * follow.h - following types through one function: a fixpoint over its blocks
 *
 *     flow (blocks)  +  vars (where variables live)  +  abi (arguments, results)
 *                 |
 *                 v
 *     state at the start of each block, joined over all ways there, until nothing changes
 *                 |
 *                 v
 *     once more through each block: the address that each store, load or bulk call is about
 */
#ifndef FG_SCAN_FOLLOW_H
#define FG_SCAN_FOLLOW_H

#include "scan/abi.h"
#include "scan/container.h"
#include "scan/flow.h"
#include "scan/go.h"
#include "scan/place.h"
#include "scan/state.h"
#include "scan/vars.h"

/* What callers have in the registers for arguments: of those whose types all who know one agree on. */
struct given {
	const struct scan_type *types[ABI_C_PARAMS]; /* atomic; NULL: nobody knows; VOID: they do not agree */
};

/* What every function needs of the others. */
struct follow_world {
	const struct scan *scan;
	struct abi *abis;             /* one for each of scan->functions */
	struct given *given;          /* likewise; used where the function's abi is changed */
	bool all_given;               /* those functions are followed now: no more is noted */
	struct containers containers;
	uint64_t thread_size;         /* of the thread's own block */
	const struct scan_type *goroutine; /* Go: runtime.g; NULL: none */
	uint64_t runtime_types;       /* Go: address of the symbol runtime.types; 0: none */
	struct go_types go_types;
	struct go_hidden go_hidden;
};

struct follow {
	const struct follow_world *world;
	const struct scan *scan;
	const struct scan_function *function;
	struct flow flow;
	struct vars vars;
	struct state *states;         /* one for each block, at its start */
	size_t states_size;
	struct state now;
	uint8_t *dirty;               /* of each block */
	size_t dirty_size;
	uint32_t *active;             /* variables that hold at the start of some block, block after block */
	size_t active_n, active_size;
	uint32_t *active_at;          /* of each block: its first in active; one more at the end */
	size_t active_at_size;
	uint32_t next_var;            /* the next of vars that begins, in this block */
	/* What pointers of unknown type turned out to be, by the instruction that brought them. */
	const struct scan_type **learned;
	size_t learned_size;
	bool learned_more;
	int64_t *exposed;             /* places in the frame whose address went into a register */
	size_t exposed_n, exposed_size;
	bool given_up;
};

/* Called for every instruction of every block that can be reached, with what is known before it. */
typedef void follow_visit(void *user, struct follow *follow, const struct insn *insn);

/* Follows one function and visits its instructions. Returns: 0 or a negative errno. */
int follow_function(struct follow *follow, const struct scan_function *function, Dwarf_Die *die, follow_visit *visit,
                    void *user);
void follow_fini(struct follow *follow);

/* The address of an instruction's memory operand. */
struct value follow_address(const struct follow *follow, const struct insn *insn);
/* The place of width bytes at an offset from an object, with the strides of an address; in a struct that holds the
 * object where it lies outside. Returns: VALUE_WHY_NONE, or why it can't be said. */
enum value_why follow_place(const struct follow *follow, const struct scan_type *type, int64_t offset,
                            const struct value *address, uint64_t width, struct place *ret);
/* The global, or the thread's own variable, that an address without a base lies in. Returns: NULL: none. ret_offset: in
 * it. */
const struct scan_variable *follow_global(const struct follow *follow, const struct value *address,
                                          int64_t *ret_offset);
/* The variable of the function's frame that holds width bytes at an offset from the canonical frame address, at pc.
 * Returns: NULL: none. ret_offset: in it. */
const struct var *follow_frame_var(const struct follow *follow, uint64_t pc, int64_t offset, uint64_t *ret_offset);

/* Has a place in the frame been given away? */
bool follow_is_exposed(const struct follow *follow, int64_t offset);
void follow_expose(struct follow *follow, int64_t offset);

/* given.c: notes what a call, with the state before it, gives a function whose arguments the compiler changed. */
void follow_give(const struct follow *follow, const struct insn *call);
/* What callers gave the function that is followed, where the debug information says nothing. */
void follow_take_given(const struct follow *follow, struct state *state);

/* step.c: what one instruction does to follow->now. */
void follow_step(struct follow *follow, const struct insn *insn);
/* A pointer of unknown type turned out to point to this. */
void follow_learn(struct follow *follow, const struct value *value, const struct scan_type *type);
/* The address of something of unknown type, brought by this instruction: what was learned of it before. */
struct value follow_unknown(struct follow *follow, const struct insn *insn);
/* seeds.c: the variables that begin to hold at the start of a block, and up to pc in it. */
int follow_seeds_prepare(struct follow *follow);
void follow_seeds_block(struct follow *follow, uint32_t block);
void follow_seeds_until(struct follow *follow, uint64_t pc);

#endif

/*
 * vars.h - where the variables of a function live: what the debug information says of registers and stack slots
 *
 * Only what helps to follow types is kept: pointers, and whatever lies in the frame.
 */
#ifndef FG_SCAN_VARS_H
#define FG_SCAN_VARS_H

#include "scan/inside.h"

enum var_kind {
	VAR_REGISTER,                 /* the register holds it */
	VAR_VALUE,                    /* the variable's value is that of the register plus offset */
	VAR_MEMORY,                   /* it lies at register plus offset */
	VAR_FRAME,                    /* it lies at the canonical frame address plus offset */
	VAR_BASE,                     /* it lies at the function's frame base register plus offset */
};

struct var {
	uint64_t low, high;           /* where that holds */
	const struct scan_type *type;
	int64_t offset;
	uint64_t size;                /* bytes of it there: of a piece, else of the type */
	uint8_t kind;
	int8_t reg;
	bool guessed;                 /* type is that of a variable without a location */
};

/* Code of a call that was inlined. */
struct var_inlined {
	uint64_t low, high;
	unsigned depth;               /* in how many others it lies */
	uint64_t die;
};

struct vars {
	struct var_inlined *inlined;
	size_t inlined_n, inlined_size;
	struct var *items;            /* by low */
	size_t n, size;
	int8_t frame_base;            /* register; -1: the canonical frame address */
	bool out_of_memory;
};

/* Reads them into vars, whose memory is reused. die: of the function, from the thread's own handle. */
void vars_read(struct vars *vars, const struct scan *scan, const struct scan_function *function, Dwarf_Die *die);
/* The innermost inlined call that holds an address, by its DIE. Returns: 0: none. */
uint64_t vars_inlined_at(const struct vars *vars, uint64_t pc);
void vars_fini(struct vars *vars);

#endif

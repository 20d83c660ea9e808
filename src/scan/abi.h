/*
 * abi.h - which register holds which argument and result: by the calling convention, for where the debug information
 * does not say it
 */
#ifndef FG_SCAN_ABI_H
#define FG_SCAN_ABI_H

#include "scan/inside.h"
#include "scan/insn.h"

struct abi_register {
	int8_t reg;
	const struct scan_type *type;
};

#define ABI_MAX 12
#define ABI_C_PARAMS 6          /* registers for arguments of System V's convention */

extern const int8_t abi_c_params[ABI_C_PARAMS];

/* Of one function: the registers that hold something whose type is known. */
struct abi {
	struct abi_register params[ABI_MAX];
	struct abi_register results[ABI_MAX]; /* in registers */
	uint8_t params_n, results_n;
	bool noreturn;
	bool returns_in_memory;       /* rdi holds, and rax brings back, the address of the result */
	bool changed;                 /* the compiler left out arguments, or passes others: only callers know them */
};

/* Reads it from the function's DIE. */
void abi_read(const struct scan *scan, const struct scan_function *function, Dwarf_Die *die, struct abi *ret);
/* Does a function of this name never return? */
bool abi_name_stops(const char *name);

#endif

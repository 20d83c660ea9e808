/* entry.h - a place for a probe at the entry of a function that a file exports, with debug information or without */
#ifndef FG_SCAN_ENTRY_H
#define FG_SCAN_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

/* An instruction of the function's first block at which its first argument is still in rdi. */
struct scan_entry_place {
	uint64_t pc;                  /* as linked */
	uint8_t code[15], code_n;
	bool emulated;                /* the kernel emulates it; else it is test or cmp of registers, and stepped */
};

/* path: of an x86-64 ELF file; name: of a function in its symbol tables.
 * Returns: 0 or a negative errno: -ENOENT it has no such function, or no such instruction; -ENOEXEC. */
int scan_entry_place(const char *path, const char *name, struct scan_entry_place *ret_place);

#endif

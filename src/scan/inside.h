/* inside.h - what the parts of scan share; nobody outside this folder includes it */
#ifndef FG_SCAN_INSIDE_H
#define FG_SCAN_INSIDE_H

#include "scan/scan.h"

#include <elfutils/libdw.h>

/* libdw keeps caches without locks: each thread reads through a handle of its own, over one mapping of the file. */
struct scan_handle {
	Elf *elf;                     /* of the file that holds the debug information, where nothing is compressed */
	Dwarf *dwarf;
	Elf *binary;                  /* of the binary itself: .eh_frame is there */
	Elf *alt_elf;                 /* of dwz's common file; NULL: none */
	Dwarf *alt;
};
int scan_handle_open(const struct scan *scan, struct scan_handle *ret_handle);
void scan_handle_close(struct scan_handle *handle);

/* The type that a DIE of any handle describes. Returns: NULL for a DIE that is no type, or of a unit left out. */
const struct scan_type *scan_type_of_die(const struct scan *scan, Dwarf_Die *die);
/* The type that a DIE's DW_AT_type names. Returns: NULL where it has none (void). */
const struct scan_type *scan_type_attribute(const struct scan *scan, Dwarf_Die *die);

/* Bytes of the file that are loaded at an address. ret_n: how many follow there. Returns: NULL: none, or zeroes
 * (.bss). */
const uint8_t *scan_bytes(const struct scan *scan, uint64_t address, size_t *ret_n);
/* Is the address in a section that holds code? */
bool scan_is_code(const struct scan *scan, uint64_t address);
/* Name of the function symbol that begins at this address, or that the PLT entry there calls ("memcpy"), without a
 * version. Returns: NULL: none is known. */
const char *scan_symbol_at(const struct scan *scan, uint64_t address);
/* Address of a symbol of this name ("runtime.types"). Returns: false: there is none. */
bool scan_symbol_named(const struct scan *scan, const char *name, uint64_t *ret_address);

/* Gives types and members their tags: of the debug information, of the note, of options.policy_file. The last step of
 * scan_open. Returns: 0, or -EINVAL and its like where the policy file is wrong or can't be read: ret_error says. */
int scan_tags_apply(struct scan *scan, struct scan_error *error);

/* Size of each thread's own block of variables, as it is aligned; 0: there is none. */
uint64_t scan_thread_size(const struct scan *scan);
/* The thread's own variable that holds a byte of that block. Returns: NULL: none. */
const struct scan_variable *scan_thread_local_at(const struct scan *scan, uint64_t offset);

/* Memory that lives as long as the scan; zeroed. Any thread. */
void *scan_alloc(struct scan *scan, size_t size);

/* Runs work(user, thread, item) for every item below n on several threads, items handed out one by one. */
void scan_parallel(unsigned threads, size_t n, void (*work)(void *user, unsigned thread, size_t item), void *user);
unsigned scan_threads(unsigned wanted);     /* 0: one a CPU */

#endif

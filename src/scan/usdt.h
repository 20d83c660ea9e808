/*
 * usdt.h - the probe points that a binary names: .note.stapsdt, read
 *
 * Of any x86-64 ELF file, with debug information or without:
 *
 *     struct scan_usdts *points;
 *
 *     if (scan_usdt_read("server", &points, &error))
 *             ...
 *     for (size_t i = 0; i < points->n; i++)
 *             ...                      // points->items[i].provider, name, pc, args
 *     scan_usdt_free(points);
 *
 * What <fieldguard/usdt.h> puts there is one kind of such points.
 */
#ifndef FG_SCAN_USDT_H
#define FG_SCAN_USDT_H

#include "scan/scan.h"

enum scan_usdt_where {
	SCAN_USDT_UNKNOWN = 0,        /* in words that this reader doesn't know: a symbol, a vector register */
	SCAN_USDT_REGISTER,           /* base */
	SCAN_USDT_MEMORY,             /* at base + index * scale + displacement; no base: as linked */
	SCAN_USDT_CONSTANT,           /* displacement */
};

struct scan_usdt_arg {
	enum scan_usdt_where where;
	uint8_t size;                 /* bytes: 1, 2, 4, 8; 0: the note doesn't say */
	bool is_signed;
	int8_t base, index;           /* as DWARF numbers registers; -1: none */
	uint8_t scale;                /* 0: no index */
	uint8_t shift;                /* bits of the register below the value: 8 for %ah and its like */
	int64_t displacement;
};

struct scan_usdt {
	const char *provider, *name, *arguments;
	uint64_t pc;                  /* as linked */
	uint64_t offset;              /* of pc in the file */
	uint64_t semaphore;           /* address of its counter, 16 bits, as linked; 0: it has none */
	uint64_t semaphore_offset;    /* in the file */
	bool nop;                     /* the instruction there is the nop of one byte */
	const struct scan_usdt_arg *args;
	size_t args_n;
};

struct scan_usdts {
	const struct scan_usdt *items; /* in the file's order */
	size_t n;
	size_t lost;                  /* points whose code the linker left out, or whose semaphore isn't in the file */
	size_t broken;                /* notes that say less than a note must, each of which may hide others */
	struct scan_usdts_inside *inside;
};

/* path: of an ELF file. Not an error where it has no points.
 * Returns: 0 or a negative errno; ret_error says: as scan_open, and -ENOMEM. Owner: the caller, scan_usdt_free.
 * Threads: any. */
int scan_usdt_read(const char *path, struct scan_usdts **ret_points, struct scan_error *ret_error);
/* NULL is fine. */
void scan_usdt_free(struct scan_usdts *points);

/* Reads one argument, "-4@-12(%rbp)", as written in AT&T syntax.
 * text: n bytes. Returns: how many of them it takes, up to the blank behind it or the end; what isn't understood is
 * UNKNOWN. */
size_t scan_usdt_parse_arg(const char *text, size_t n, struct scan_usdt_arg *ret_arg);

#endif

/*
 * writes.h - what the parts of `fieldguard writes` share
 *
 *     cmd_writes.c     options, and the order of things
 *     writes_index.c   the fields of every type, and the sites that belong to each
 *     writes_select.c  TYPE[.FIELD] -> the fields that are asked for
 *     writes_text.c    the summary of types and fields, the ledger
 *     writes_sites.c   sites as text, with their assembly and source
 *     writes_json.c    sites as JSON
 *     writes_check.c   sites held against tags; writes_threads.c who writes, writes_findings.c tells
 */
#ifndef FG_CLI_WRITES_H
#define FG_CLI_WRITES_H

#include "scan/select.h"
#include "scan/source.h"

#include <stdio.h>

#define WRITES_NONE SCAN_FIELD_NONE

struct writes_options {
	const char *binary;
	char **queries;
	size_t queries_n;
	bool sites, assembly, source, reads, json, check, all;
	unsigned threads;
	size_t min;                   /* a type with fewer sites is left out of the summary of all types */
	const char *function_glob, *file_glob, *policy_file, *debug_dir;
};

/* A field (scan/fields.h) with its sites. */
struct writes_field {
	const struct scan_type *owner;
	const struct scan_member *member;
	uint32_t parent;              /* the field that holds it, where that is a struct without a name; WRITES_NONE */
	const char *name;             /* as one writes it behind the owner: "status", "position.x"; "": a member without a
	                               * name, which is only a step on the way to others */
	uint32_t *sites;              /* indexes in sites->items, ascending */
	uint32_t sites_n;
};

struct writes {
	const struct writes_options *options;
	const struct scan *scan;
	const struct scan_sites *sites;
	bool *wanted;                 /* of each site: do --function and --file let it through? NULL: all */
	struct writes_field *fields;
	uint32_t fields_n;
	uint32_t *type_first;         /* fields of scan->types[i] are from type_first[i] to before type_first[i + 1] */
	struct scan_fields index;     /* what fields and type_first are made from; numbered alike */
	struct scan_source *source;
	uint32_t *site_numbers;       /* memory of all fields' sites */
	size_t bare_n;                /* functions without debug information */
	bool colour;
};

#define WRITES_FRAMES_MAX 16

/* ---- index ----------------------------------------------------------------------------------------------------- */

/* Fills the fields and their sites. Returns: 0 or -ENOMEM. */
int writes_index(struct writes *writes);
void writes_fini(struct writes *writes);
#define WRITES_TOUCHED_MAX SCAN_TOUCHED_MAX
/* The fields that a site belongs to, the outermost first: those on its path, and all that it covers. ret: room for
 * WRITES_TOUCHED_MAX. Returns: how many. */
size_t writes_touched(const struct writes *writes, const struct scan_site *site, uint32_t *ret);
bool writes_wanted(const struct writes *writes, uint32_t site);
/* "customer.name" of its outermost type. Returns: ret; "" where the site is no field of a struct. */
const char *writes_path(const struct scan_site *site, char *ret, size_t size);
/* Its source line, without white space at its ends. Returns: false: the file is not found, or is shorter. */
bool writes_source_line(const struct writes *writes, const struct scan_site *site, char *ret, size_t size);
/* The site and those that are stores of the same assignment (split_first) or fill (fill_first), by pc.
 * Returns: how many, at most size. */
size_t writes_together(const struct writes *writes, uint32_t site, uint32_t *ret, size_t size);

/* What a reader may see of a store's field, or fields, while it is under way. */
enum writes_tears {
	WRITES_TEARS_NOT = 0,         /* the old value or the new one */
	WRITES_TEARS_BETWEEN,         /* of this field that; but not of all fields that are written together */
	WRITES_TEARS_FIELD,           /* a part of each */
};
enum writes_tears writes_tears(const struct writes *writes, const struct scan_site *site);
const char *writes_tears_name(enum writes_tears tears);

/* ---- selection ------------------------------------------------------------------------------------------------- */

/* One field, or one path of fields ("customer.name"), that is asked for. */
struct writes_pick {
	const struct scan_type *type;
	const char *name;             /* of the field; malloc'd */
	bool single;                  /* the field was named */
	uint32_t field;               /* the last one of the path */
	uint32_t *sites;              /* malloc'd */
	uint32_t sites_n;
};

struct writes_picks {
	struct writes_pick *items;    /* those of one type beside each other */
	size_t n;
};

/* Returns: 0, or an exit status with the error told. */
int writes_select(const struct writes *writes, struct writes_picks *ret_picks);
void writes_picks_free(struct writes_picks *picks);
/* Every site of the picks once, by pc; picks NULL: all that are wanted. Returns: malloc'd; NULL: out of memory. */
uint32_t *writes_union(const struct writes *writes, const struct writes_picks *picks, size_t *ret_n);

/* ---- telling --------------------------------------------------------------------------------------------------- */

struct writes_why {
	const char *why;
	size_t n;
};

/* What the sites were found in: the denominator of "nothing found". */
struct writes_ledger {
	size_t stores, loads, attributed, unknown;
	size_t heap, global, stack, nowhere;
	size_t stack_attributed;
	struct writes_why whys[32];   /* the most frequent first */
	size_t whys_n;
};
void writes_ledger(const struct writes *writes, struct writes_ledger *ret);

const char *writes_how_name(enum scan_how how);
const char *writes_where_name(enum scan_where where);
const char *writes_confidence_name(enum scan_confidence confidence);
/* A number with commas: "12,345". Returns: ret, of 32 bytes. */
const char *writes_number(size_t number, char *ret);
/* The path as it is shown: without the folder that the program was compiled in, where it is the current one. */
const char *writes_file(const char *path);
const char *writes_on(const struct writes *writes, const char *colour);  /* "\033[1m", or "" */
const char *writes_off(const struct writes *writes);

void writes_tell_types(const struct writes *writes);
void writes_tell_fields(const struct writes *writes, const struct writes_picks *picks);
void writes_tell_sites(const struct writes *writes, const struct writes_picks *picks);
void writes_tell_ledger(const struct writes *writes);
/* picks: NULL: all sites. */
void writes_tell_json(const struct writes *writes, const struct writes_picks *picks);
/* Returns: an exit status. */
int writes_check(const struct writes *writes, const struct writes_picks *picks);

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

void json_string(FILE *out, const char *text);  /* NULL: null */
void json_member(FILE *out, const char *name, const char *text);
void json_address(FILE *out, const char *name, uint64_t address);  /* 0: null */
void writes_json_ledger(const struct writes *writes);  /* its members, without braces */

#endif

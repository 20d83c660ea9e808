/*
 * build.h - how types are made from units
 *
 *     units --walk (all cores)--> nodes, one a type DIE --intern--> classes of equal nodes --> struct scan_type
 *
 * A node is what one DIE says; its references are keys until all units are walked, and indices of nodes afterwards.
 * Nodes, scopes and everything else that only serves the making is freed before scan_open returns.
 */
#ifndef FG_SCAN_BUILD_H
#define FG_SCAN_BUILD_H

#include "scan/dies.h"
#include "scan/inside.h"

#include <pthread.h>

/* ---- memory ---------------------------------------------------------------------------------------------------- */

struct scan_block;
struct scan_arena {
	struct scan_block *blocks;
	uint8_t *at, *end;
};
void *scan_arena_alloc(struct scan_arena *arena, size_t size);     /* zeroed; NULL: out of memory */
void scan_arena_free(struct scan_arena *arena);
/* Room for one more of size bytes each. Returns: false: out of memory. */
bool scan_grow(void *items, size_t *room, size_t n, size_t size);

/* ---- nodes ----------------------------------------------------------------------------------------------------- */

#define SCAN_NO_NODE UINT32_MAX

/* What a DIE refers to: a key until scan_link, then the index of a node or SCAN_NO_NODE. */
union scan_ref {
	scan_key key;
	uint32_t node;
};

/* Small, since a large binary has millions of them. */
struct scan_raw_member {
	const char *name;
	union scan_ref type;
	uint64_t offset_bits;
	const char *tag_text;
	uint32_t size_bits;           /* bit-fields */
	uint32_t line;
	uint32_t die;                 /* offset in its unit */
	uint16_t variant;
	bool bitfield : 1, base : 1, virtual_base : 1, artificial : 1, discriminant : 1;
	bool unsized_ : 1;            /* nothing of it is in the struct's size */
	bool big_offset : 1;          /* offset_bits is DW_AT_bit_offset's, to be turned round by the type's size */
};

struct scan_raw_enumerator {
	const char *name;
	int64_t value;
};

struct scan_node {
	uint32_t die;                 /* offset in its unit */
	uint8_t kind, qualifiers, go_kind, flags;
	const char *name;             /* without scope and without "struct " */
	const char *scope;            /* "ns::outer"; NULL: none */
	uint64_t size, count, go_runtime_type;
	union scan_ref target;
	void *items;                  /* struct scan_raw_member or scan_raw_enumerator */
	uint32_t items_n;
	uint16_t variants_n;
	uint16_t tag;                 /* DW_TAG_ */
	uint32_t align;
	uint32_t file, line;
	const char *tag_text;         /* of a struct itself */
	scan_key origin;              /* what a declaration or a signature stands for */
};
enum {
	SCAN_NODE_DECLARATION = 1,
	SCAN_NODE_SIGNED = 2,
	SCAN_NODE_ALIAS = 4,          /* stands for its origin */
	SCAN_NODE_ALIGNED = 8,        /* by declaration */
	SCAN_NODE_BY_TYPEDEF = 16,    /* called by the name of its typedef */
};

/* A subprogram or a variable, concrete or not. */
struct scan_raw_symbol {
	uint32_t die;
	uint32_t line, file;
	const char *name, *linkage_name, *scope;
	scan_key origin;
	union scan_ref type;
	uint64_t address;             /* variable */
	struct scan_range *ranges;
	uint32_t ranges_n;
	bool function, external, declaration, located, thread_local, has_type;
};

struct scan_unit {
	struct scan_unit_head head;
	const struct scan_abbrevs *abbrevs;
	bool bad;                     /* its head, or anything in it */
	bool broken;                  /* found while it was walked */
	enum scan_language language;
	const char *scope;            /* of a type unit: the namespaces around its type */
	bool placed;                  /* its nodes have been put behind scope */
	struct scan_node *nodes;
	size_t nodes_n, nodes_room;
	uint32_t first_node;          /* index of nodes[0] among all */
	struct scan_raw_symbol *symbols;
	size_t symbols_n, symbols_room;
	/* what stays: by offset in the unit */
	uint32_t *offsets;
	const struct scan_type **types;
	size_t types_n;
};

/* ---- a mapped ELF file ----------------------------------------------------------------------------------------- */

struct scan_image {
	const char *path;
	uint8_t *data;                /* NULL: not open */
	size_t size;
	Elf *elf;                     /* of the opening thread */
	uint8_t *plain;               /* where sections are compressed: an ELF file in memory in which none is */
	size_t plain_size;
	struct scan_debug debug;
};
int scan_image_open(const char *path, struct scan_image *ret_image, struct scan_error *error);
void scan_image_close(struct scan_image *image);
/* Finds the debug sections and decompresses them. Returns: 0, -ENODATA there are none, -ENOEXEC broken. */
int scan_image_debug(struct scan_image *image, unsigned threads, struct scan_error *error);
/* Opens the file that holds the debug information of a binary that has none itself. Returns: 0, -ENODATA not found. */
int scan_debug_file_open(struct scan *scan, struct scan_error *error);
/* Opens the file that dwz moved common parts to, if there is one. */
int scan_alt_file_open(struct scan *scan, struct scan_error *error);
/* Header and data of a section by name. Returns: NULL: there is none. */
Elf_Scn *scan_image_section(const struct scan_image *image, const char *name, GElf_Shdr *ret_header);

/* ---- inside ---------------------------------------------------------------------------------------------------- */

struct scan_signature {
	uint64_t signature;
	scan_key key;
};
struct scan_signatures {
	struct scan_signature *items; /* by signature */
	size_t n;
};

struct scan_load {
	uint64_t address, size;
	const uint8_t *data;
};

struct scan_named_address {
	uint64_t address, size;
	const char *name;
};

struct scan_span {
	uint64_t low, high;
	uint32_t function;
};

struct scan_files;

struct scan_inside {
	struct scan_image image, debug, alt;
	struct scan_image *info;      /* the one of these that holds the debug information */
	struct scan_options options;
	unsigned threads;
	pthread_mutex_t lock;         /* guards arena and frames */
	struct scan_handle frames;    /* of scan_frames; opened when it is first asked */
	struct scan_arena arena;      /* lives as long as the scan */
	struct scan_arena *scratch;   /* one a thread, freed when the types stand */
	struct scan_abbrevs *abbrevs;
	size_t abbrevs_n;
	struct scan_unit *units;      /* by part, then by offset */
	size_t units_n;
	size_t parts[SCAN_PARTS + 1]; /* first unit of each part */
	struct scan_signatures signatures;
	size_t nodes_n;
	struct scan_load *code;       /* sections that hold code, by address */
	size_t code_n;
	struct scan_load *loads;      /* sections with bytes, by address */
	size_t loads_n;
	struct scan_named_address *symbols; /* functions and PLT entries by address; then others */
	size_t symbols_n;
	struct scan_named_address *by_name;
	size_t by_name_n;
	struct scan_span *spans;      /* of functions, by low */
	size_t spans_n;
	struct scan_files *files;     /* by table */
	size_t files_n;
	size_t split_n;               /* units whose rest is in .dwo files */
	struct model *tags;           /* memory of tags; NULL: none yet */
};

int scan_fail(struct scan_error *error, int result, const char *format, ...) __attribute__((format(printf, 3, 4)));
void scan_warn(const struct scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The steps of scan_open, in order. */
int scan_units_find(struct scan *scan, struct scan_error *error);
int scan_units_walk(struct scan *scan, struct scan_error *error);
int scan_types_intern(struct scan *scan, struct scan_error *error);
int scan_functions_make(struct scan *scan, struct scan_error *error);
int scan_symbols_make(struct scan *scan, struct scan_error *error);
int scan_loads_make(struct scan *scan, struct scan_error *error);

/* Names of source files; only while the scan is opened. */
int scan_files_prepare(struct scan *scan);
const char *scan_file_name(struct scan *scan, const struct scan_unit *unit, uint32_t number);
void scan_files_free(struct scan *scan);
/* Tells every entry of the PLT whose function is known. Returns: 0 or what add returned. */
int scan_plt_entries(const struct scan_image *image, int (*add)(void *user, const char *name, uint64_t address),
                     void *user);

/* The type that was made of a DIE. Returns: NULL: none was. */
const struct scan_type *scan_type_of_key(const struct scan *scan, scan_key key);
/* Walks one unit: fills nodes and symbols. Returns: 0 or a negative errno. */
int scan_walk(struct scan *scan, struct scan_unit *unit, struct scan_arena *arena);
/* The unit whose DIEs hold key. */
struct scan_unit *scan_unit_of(const struct scan *scan, scan_key key);
/* Index among all nodes of the node that key names; SCAN_NO_NODE: none. */
uint32_t scan_node_of(const struct scan *scan, scan_key key);

#endif

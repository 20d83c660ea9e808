/*
 * scan.h - what a binary says of its types, and of the instructions that write to them
 *
 * An x86-64 ELF file with DWARF 4 or 5 is opened once and never run:
 *
 *     struct scan *scan;
 *     struct scan_error error;
 *
 *     if (scan_open("server", &(struct scan_options){0}, &scan, &error))
 *             return cli_fail("%s", error.text);
 *     for (size_t i = 0; i < scan->types_n; i++)
 *             ...                              // struct scan_type: members, offsets, tags
 *     scan_find_sites(scan, &(struct scan_site_options){0}, &sites, &error);
 *     for (size_t i = 0; i < sites->n; i++)
 *             ...                              // struct scan_site: which field, how, from which line
 *
 * Types, functions and globals are made when the file is opened; sites when they are asked for, since decoding every
 * instruction costs more. All memory belongs to struct scan (sites: to struct scan_sites) and is freed whole.
 *
 * Threads: opening and finding sites start threads of their own and join them. What they made never changes afterwards:
 * any thread may read it.
 */
#ifndef FG_SCAN_H
#define FG_SCAN_H

#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan;

enum scan_language {
	SCAN_LANGUAGE_OTHER = 0,
	SCAN_LANGUAGE_C,
	SCAN_LANGUAGE_CPP,
	SCAN_LANGUAGE_GO,
	SCAN_LANGUAGE_RUST,
};

/* ---- types ----------------------------------------------------------------------------------------------------- */

enum scan_kind {
	SCAN_KIND_VOID = 0,           /* void, and what the binary names without saying what it is */
	SCAN_KIND_BOOL,
	SCAN_KIND_INT,
	SCAN_KIND_UINT,
	SCAN_KIND_CHAR,               /* char of either sign, a UTF unit */
	SCAN_KIND_FLOAT,              /* complex ones too */
	SCAN_KIND_ENUM,               /* target: the integer below, where it is said */
	SCAN_KIND_POINTER,            /* target: what it points to; references too */
	SCAN_KIND_FUNCTION,           /* target: what it returns, NULL: nothing */
	SCAN_KIND_ARRAY,              /* target, count */
	SCAN_KIND_STRUCT,             /* C++ classes, Go structs and strings, Rust structs, tuples and enums too */
	SCAN_KIND_UNION,
	SCAN_KIND_TYPEDEF,            /* target */
	SCAN_KIND_QUALIFIED,          /* target, qualifiers */
	SCAN_KIND_OTHER,
};

enum {
	SCAN_CONST = 1,
	SCAN_VOLATILE = 2,
	SCAN_ATOMIC = 4,
	SCAN_RESTRICT = 8,
};

struct scan_type;

struct scan_member {
	const char *name;             /* NULL: an anonymous struct or union, or a padding bit-field */
	const struct scan_type *type;
	uint64_t offset_bits;         /* from the start of the struct; bit-fields: of the lowest bit, little end
	                                 first */
	uint64_t size_bits;
	bool bitfield;
	bool base;                    /* C++: a base class */
	bool virtual_base;            /* its offset is known at run time only: offset_bits is 0 and means nothing */
	bool artificial;              /* made by the compiler: _vptr */
	uint32_t variant;             /* Rust: 0: of every variant; else 1 + the index of the variant it belongs to */
	bool discriminant;            /* Rust: says which variant holds */
	unsigned line;                /* 0: not said; the file is the type's */
	const char *tag_text;         /* text of FG(), without "fg:"; NULL: none */
	struct model_tag tag;         /* parsed from it; tag.present says whether there is one */
};

struct scan_enumerator {
	const char *name;
	int64_t value;                /* unsigned ones of 64 bits: the same bits */
};

struct scan_type {
	enum scan_kind kind;
	enum scan_language language;
	unsigned qualifiers;          /* QUALIFIED */
	/* As the language writes it: "struct order", "enum order_status", "uint64_t", "std::pair<int, long>",
	 * "main.Pair", "alloc::vec::Vec<u8>". NULL: anonymous, or a kind that is written from its target. */
	const char *name;
	uint64_t size;                /* bytes; 0: none or not known */
	uint64_t align;               /* bytes: as declared, else by its members; 0 where neither says */
	bool align_declared;
	bool incomplete;              /* only declared, nowhere in the binary defined */
	bool is_signed;               /* ENUM */
	uint8_t go_kind;              /* DW_AT_go_kind (reflect.Kind); 0: none */
	uint64_t go_runtime_type;     /* DW_AT_go_runtime_type: offset from the symbol runtime.types; 0: none */
	const struct scan_type *target;
	uint64_t count;               /* ARRAY: items; 0: not known (a flexible array member) */
	struct scan_member *members;  /* STRUCT, UNION: by offset, as declared where equal; no static ones */
	size_t members_n;
	struct scan_enumerator *enumerators;
	size_t enumerators_n;
	uint32_t variants_n;          /* Rust enums */
	const char *file;             /* where it is declared; NULL: not said */
	unsigned line;
	const char *tag_text;         /* as a member's */
	struct model_tag tag;         /* of the struct itself */
	unsigned units_n;             /* compile units that define it */
	uint32_t id;                  /* index in scan->types; UINT32_MAX for kinds that are not listed there */
};

/* Without typedefs and qualifiers; never NULL for a type that is not. */
const struct scan_type *scan_type_strip(const struct scan_type *type);
/* Is any of the qualifiers on the way to the stripped type? */
bool scan_type_qualified(const struct scan_type *type, unsigned qualifiers);
/* A type as a programmer of its language would write it, cut to size; "void" for NULL. Returns: ret. */
const char *scan_type_name(const struct scan_type *type, char *ret, size_t size);

/* ---- functions and globals ------------------------------------------------------------------------------------- */

struct scan_range {
	uint64_t low, high;           /* addresses as linked; high is the first behind it */
};

struct scan_function {
	const char *name;             /* for people: "set_status", "ns::order::set", "main.(*T).Set" */
	const char *linkage_name;     /* as in the symbol table, where it differs; else name */
	const struct scan_range *ranges; /* the first is the one with the entry (hot), then cold parts */
	size_t ranges_n;
	const struct scan_type *returns; /* NULL: nothing */
	enum scan_language language;
	bool external;
	const char *file;
	unsigned line;
	uint64_t die;                 /* offset of its DIE in .debug_info */
	uint32_t unit;                /* index of its unit */
};

struct scan_variable {
	const char *name;
	uint64_t address;
	const struct scan_type *type;
	bool thread_local;            /* address is then an offset in the thread's block */
	const char *file;
	unsigned line;
};

/* ---- generated code -------------------------------------------------------------------------------------------- */

/* A place in a shared form, and the record's fields that lie there. */
struct scan_shared_place {
	const char *place;            /* path in the form: "snapshot", "group_money", "atomics.status" */
	const char *policy;           /* its word in tags: "mutex" */
	const char *const *fields;    /* C names */
	size_t fields_n;
};

/* A struct that `fieldguard gen` made code for, as the note in the binary says (docs/note.md). */
struct scan_generated {
	const struct scan_type *record;
	const struct scan_type *form; /* struct T_shared; NULL: it has none, or nothing in the binary uses it */
	const char *prefix;           /* of its functions: "order" of order_merge(); of its points' names too (usdt.h) */
	const char *const *fields;    /* C names of the converted fields, by number; NULL: the note doesn't say */
	size_t fields_n;
	const struct scan_shared_place *places; /* of the form */
	size_t places_n;
};

/* ---- the binary ------------------------------------------------------------------------------------------------ */

enum scan_machine {
	SCAN_MACHINE_X86_64 = 1,
	SCAN_MACHINE_AARCH64,         /* types alone: sites of it are refused with a message */
};

struct scan {
	const char *path;
	const char *debug_path;       /* where the debug information was found; path itself where it is in it */
	enum scan_machine machine;
	bool has_go, has_rust;
	/* Named structs, unions, classes and enums and their like, each once; anonymous ones that are reached only
	 * through a typedef are listed under the typedef's name. By name, then by size. */
	const struct scan_type *const *types;
	size_t types_n;
	const struct scan_function *functions;  /* by lowest address */
	size_t functions_n;
	const struct scan_variable *globals;    /* with an address; by address */
	size_t globals_n;
	const struct scan_generated *generated; /* in the note's order */
	size_t generated_n;
	size_t units_n;
	size_t units_bad;             /* units whose debug information was broken: named in warnings, left out */
	struct scan_inside *inside;   /* scan/inside.h */
};

struct scan_error {
	char text[512];               /* what, where, and what to do */
};

struct scan_options {
	unsigned threads;             /* 0: one a CPU */
	const char *debug_dir;        /* where split debug files are looked for; NULL: /usr/lib/debug */
	const char *policy_file;      /* tags for types that can't be touched; NULL: none */
	/* Called now and then by the opening thread. total 0: not known yet. NULL: nobody is told. */
	void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);
	void *user;
	/* Told what is odd and survivable: a unit left out, a tag that does not parse. NULL: nobody is told. */
	void (*warn)(void *user, const char *text);
	bool types_only;              /* functions and globals are not needed: faster */
};

/* Opens a binary and reads its types. path: of an ELF file.
 * Returns: 0 or a negative errno; ret_error then says what was wrong and how it is mended: -ENOENT and its like where
 * the file can't be read, -ENOEXEC no ELF or broken, -ENOTSUP a machine or class we don't read, -ENODATA no debug
 * information,
 * -EINVAL a wrong policy file. Owner: the caller, who calls scan_close. */
int scan_open(const char *path, const struct scan_options *options, struct scan **ret_scan,
              struct scan_error *ret_error);
void scan_close(struct scan *scan);

/* The types of this name, with or without "struct ", "union ", "class ", "enum " in front: they lie side by side.
 * Returns: the first, and their number; NULL and 0 where there is none. */
const struct scan_type *const *scan_types_named(const struct scan *scan, const char *name, size_t *ret_n);
/* The folder in which the compiler ran for it. Returns: NULL: not said. */
const char *scan_function_directory(const struct scan *scan, const struct scan_function *function);
/* The function whose ranges hold this address, the global whose bytes do. Returns: NULL: none. */
const struct scan_function *scan_function_at(const struct scan *scan, uint64_t address);
const struct scan_variable *scan_global_at(const struct scan *scan, uint64_t address);

/* The binary's types as a model: every type with a tag, or the one named. Tags are held against the types as those of
 * headers are. Returns: 0 or -EINVAL, with errors told to diag. */
int scan_model(const struct scan *scan, const struct scan_type *type, struct model *model, struct model_diag *diag);
/* The structs of the binary that have the name of one of like's, without holding their tags against them: for
 * model_compare (model/compare.h). Types of one name that differ are each listed. */
void scan_model_like(const struct scan *scan, const struct model *like, struct model *model);

/* ---- write sites ----------------------------------------------------------------------------------------------- */

enum scan_how {
	SCAN_HOW_PLAIN = 0,           /* one ordinary store, to one field, whole */
	SCAN_HOW_ATOMIC,              /* likewise, and the field's type says it is atomic */
	SCAN_HOW_LOCKED,              /* lock prefix, or xchg with memory */
	SCAN_HOW_MERGED,              /* one store that covers several fields */
	SCAN_HOW_SPLIT,               /* one of several stores of one field: it can tear */
	SCAN_HOW_BULK,                /* memcpy, memset, memmove, rep movs, duffcopy, typedmemmove */
	SCAN_HOW_BARRIER,             /* a call of Go's write barrier */
};

enum scan_where {
	SCAN_WHERE_UNKNOWN = 0,
	SCAN_WHERE_HEAP,              /* through a pointer: heap, or anything whose address was taken */
	SCAN_WHERE_GLOBAL,
	SCAN_WHERE_STACK,             /* of the function's own frame */
};

enum scan_confidence {
	SCAN_CONFIDENCE_NONE = 0,     /* unknown; site->why says why */
	SCAN_CONFIDENCE_GUESS,        /* fits one type only by size or by a void pointer's later use */
	SCAN_CONFIDENCE_TRACKED,      /* the type came through registers, memory or a callee's result */
	SCAN_CONFIDENCE_DECLARED,     /* a variable's location, or a symbol's address */
};

struct scan_site {
	uint64_t pc;
	uint8_t length;               /* of the instruction, bytes */
	uint32_t width;               /* bytes stored; 0: not known (bulk) */
	enum scan_how how;
	enum scan_where where;
	enum scan_confidence confidence;
	bool read;                    /* a load (only with options.reads) */
	bool modifies;                /* reads, changes and writes in one instruction */
	bool bitfield;                /* keeps the neighbours' bits of the bytes it writes */
	bool can_tear;                /* a reader may see half of one source assignment */
	bool indexed;                 /* an index that is not constant stands in the path */
	const char *why;              /* static text, why type is NULL, or why no field of it; NULL where both are
	                                 known */
	const struct scan_type *type; /* outermost type that is known to hold the bytes; NULL: unknown */
	uint64_t offset;              /* of the first byte in it; array items: folded into the first */
	const struct scan_variable *global; /* GLOBAL */
	const struct scan_function *function;
	const char *file;             /* source of the store; NULL: not said */
	unsigned line, column;
	uint64_t split_first;         /* SPLIT: pc of the first store of the same assignment */
	uint64_t fill_first;          /* one of several stores to different fields of one object, one behind the other:
	                                 pc of the first; 0: none */
	uint16_t mnemonic;            /* Zydis' */
};

struct scan_sites {
	const struct scan_site *items; /* by pc */
	size_t n;
	uint64_t instructions;        /* decoded */
	uint64_t bytes_skipped;       /* of code that could not be decoded */
	size_t functions_given_up;    /* too large or too tangled to follow to the end: their sites are there,
	                                 unknown */
	void *inside;
};

struct scan_site_options {
	unsigned threads;             /* 0: one a CPU */
	bool reads;                   /* loads too */
	void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);
	void *user;
};

/* Decodes every function that has debug information and attributes its stores.
 * Returns: 0 or a negative errno: -ENOTSUP not x86-64. Owner: the caller, who frees them before the scan. */
int scan_find_sites(const struct scan *scan, const struct scan_site_options *options, struct scan_sites **ret_sites,
                    struct scan_error *ret_error);
void scan_sites_free(struct scan_sites *sites);
/* The site at exactly this address. Returns: NULL: none. */
const struct scan_site *scan_site_at(const struct scan_sites *sites, uint64_t pc);

/* One step of the way from a type to a byte in it. */
struct scan_step {
	const struct scan_type *holder; /* struct or union */
	const struct scan_member *member;
	bool indexed;                 /* the member is an array, and one item of it is meant */
	bool index_known;
	uint64_t index;
};
/* The members on the way from type to the byte at offset, outermost first, anonymous ones too; of a union the member
 * that fits width best. width: 0: stop at the outermost member that starts there and is not a struct.
 * Returns: how many there are (they are cut to size); 0: the offset hits padding or is outside. */
size_t scan_path(const struct scan_type *type, uint64_t offset, uint64_t width, bool indexed,
                 struct scan_step *ret_steps,
                 size_t size);
#define SCAN_PATH_MAX 16
/* That path as text: "customer.name", "items[].price", "items[3].price". Returns: ret; "" for no steps. */
const char *scan_path_text(const struct scan_step *steps, size_t n, char *ret, size_t size);

struct scan_frame {
	const char *function;
	const char *file;
	unsigned line, column;
};
/* The source position of an address and of the calls that were inlined into one another there, innermost first.
 * Returns: the number of frames, at most size. */
size_t scan_frames(const struct scan *scan, uint64_t pc, struct scan_frame *ret_frames, size_t size);
/* The instruction at pc as assembly, Intel's syntax. Returns: its length in bytes; 0: none can be decoded there. */
unsigned scan_assembly(const struct scan *scan, uint64_t pc, char *ret, size_t size);

/* ---- probes ---------------------------------------------------------------------------------------------------- */

enum scan_probe_kind {
	SCAN_PROBE_REFUSED = 0,       /* no safe place; why says so */
	SCAN_PROBE_NEIGHBOUR,         /* an instruction of the same block that the kernel emulates */
	SCAN_PROBE_STORE,             /* the store itself, single-stepped */
};

/* Where a probe may sit for a site, and what it sees there. Registers are numbered as in DWARF; -1: none. */
struct scan_probe {
	enum scan_probe_kind kind;
	const char *why;              /* REFUSED */
	uint64_t pc;                  /* where it sits */
	bool after;                   /* the store has been done when it fires: the new value is in memory */
	bool may_judge;               /* nothing between it and the store can take or release a lock */
	/* address of the bytes stored = base + index * scale + displacement (no base: as linked) */
	int8_t base, index;
	uint8_t scale;
	int64_t displacement;
	int8_t value;                 /* general register that holds the value stored; -1: look in memory after it */
	bool has_immediate;           /* it stores a constant: immediate, of which site->width bytes count */
	uint64_t immediate;
	int8_t count;                 /* memcpy and its like, rep stosb: register that holds the number of bytes */
	bool call;                    /* it sits on the call that stores */
	bool may_fail;                /* a compare-exchange: it may have been reached, and nothing stored */
	uint8_t code[15], code_n;     /* bytes of the instruction at pc */
};

/* Plans the probe of one site. Needs nothing of the running kernel: whether that can bear it is the caller's self-test.
 * Returns: 0, or -ENOENT where no site stands there. */
int scan_probe_plan(const struct scan *scan, const struct scan_sites *sites, const struct scan_site *site,
                    struct scan_probe *ret_probe);

/* Where a thread can be held before it takes the lock, if any, under which a site stores: the nearest call before the
 * store in the order of addresses (of a locked instruction: the neighbour before that), or the way into the function. A
 * guess: what is found may be a place like any other. Fills kind, pc and code.
 * Returns: 0, -ENOENT: no place with an instruction that kernels emulate, or -ENOMEM. */
int scan_probe_pause(const struct scan *scan, const struct scan_site *site, struct scan_probe *ret_probe);

struct scan_probe_wish {
	const struct scan_site *site;
	bool exact;                   /* old and new value are both wanted, though the probe may then cost more:
	                                 before the store, where its value is in a register or is a constant */
	bool before;                  /* likewise, the probe has to fire before the store */
};
/* Plans many, each function read once. threads: 0: one a CPU. ret_probes: of wishes[i]; REFUSED where no site stands
 * there. Returns: 0 or -ENOMEM. */
int scan_probe_plan_all(const struct scan *scan, const struct scan_sites *sites, const struct scan_probe_wish *wishes,
                        size_t n, unsigned threads, struct scan_probe *ret_probes);

#endif

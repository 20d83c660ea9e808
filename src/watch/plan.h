/*
 * plan.h - which fields are watched, through which write sites, by which probe
 *
 * Types and sites come from src/scan, one scan a module with debug information. A field of one type that several
 * modules know is one field. Nothing here is attached: schedule.h says what is, and when.
 */
#ifndef FG_WATCH_PLAN_H
#define FG_WATCH_PLAN_H

#include "scan/scan.h"
#include "watch/self_test.h"
#include "watch/target.h"

/* What a field's tag or type says of how it may be written. */
enum plan_rule {
	PLAN_RULE_NONE = 0,           /* no tag */
	PLAN_RULE_SNAPSHOT,
	PLAN_RULE_ATOMIC,
	PLAN_RULE_MUTEX,              /* mutex and rwmutex */
	PLAN_RULE_ONCE,
	PLAN_RULE_OWNER,
};

/* A field: the bytes that two writers may not write at once. Bit-fields that share bytes are fields of their own. */
struct plan_field {
	uint32_t id;                  /* index in plan->fields */
	uint32_t type_id;             /* index in plan->types */
	const char *name;             /* path: "status", "customer.name", "items[].price"; "": all of the type */
	uint64_t offset;              /* in the type; of items in arrays: in the first */
	uint64_t width;               /* bytes */
	const struct scan_type *value; /* its type; NULL: several fields, or not known */
	bool bitfield;
	uint8_t bit_offset, bit_size; /* bitfield: of the value in the bytes at offset, little end first */
	bool indexed;                 /* an item of an array: the object's address can't be told from the field's */
	bool atomic;                  /* all its writes count as atomic: no conflict is told. atomic_why says why */
	const char *atomic_why;       /* "its type is atomic", "other code writes it with locked instructions", "its
	                                 source line says atomic", "it belongs to a lock"; NULL: not atomic */
	bool turns;                   /* volatile, or a number whose source can't be read: threads may take turns by it,
	                                 and the store lets another in. Only probes before the store judge it */
	bool all_seen;                /* each store to it that was found has a probe: between two events it was not
	                                 written by what we know of */
	bool asked;                   /* named on the command line: every event is wanted */
	enum plan_rule rule;
	const char *group;            /* of mutex; NULL: none */
	const struct model_transition *states; /* allowed changes, by outside names: docs/tags.md */
	size_t states_n;
	bool has_lock;                /* in a generated shared form: the lock's word is `lock` bytes from the field */
	int32_t lock;
};

struct plan_type {
	uint32_t id;                  /* index in plan->types */
	const struct scan_type *type;
	const char *name;             /* "struct order", "main.Pair" as scan_type_name says */
	bool form;                    /* a generated shared form: its generated functions lock by themselves */
	uint32_t *fields;             /* ids */
	size_t fields_n;
};

/* A store with its probe. Its number is the probe's cookie. */
struct plan_site {
	uint32_t id;                  /* index in plan->sites */
	uint32_t field;               /* id of its field; merged stores: of the first that it covers */
	uint32_t type_id;
	uint32_t module;              /* index in target->modules */
	const struct scan *scan;
	const struct scan_site *site;
	struct scan_probe probe;
	enum self_test_kind kind;     /* of the instruction that the probe sits on */
	uint64_t file_offset;         /* of the probe */
	uint64_t semaphore;           /* a point of generated code (plan_usdt.h): its counter's offset in the file; 0 */
	struct wire_probe wire;       /* ready for the kernel, but for sample and hold_every */
	bool covers_several;          /* MERGED, BULK: fields from site->offset on, as many bytes as are written */
	bool judges;                  /* wire.flags has WIRE_JUDGE, and no rule keeps it from it */
	bool modifies;                /* read, change and write in one instruction */
	bool atomic;                  /* it may be an atomic store: its type, instruction or source says so, or its
	                                 source can't be read. No policy is broken by it */
	bool go;
	bool pause;                   /* no store: threads may be held there, before they take the lock under which
	                                 `site` stores (plan_add_pause) */
};

/* Why sites have no probe: counted, for the ledger. */
enum plan_refusal {
	PLAN_REFUSED_LOCKED = 0,      /* the kernel refuses probes on locked instructions */
	PLAN_REFUSED_VEX,
	PLAN_REFUSED_STRING,
	PLAN_REFUSED_OWN,             /* thread-local, or on the stack */
	PLAN_REFUSED_ENCODING,        /* not on the list */
	PLAN_REFUSED_SELF_TEST,       /* its kind failed on this kernel */
	PLAN_REFUSED_STEPPED,         /* only by single steps, and not asked for */
	PLAN_REFUSED_RUNTIME,         /* of Go's runtime, and not asked for */
	PLAN_REFUSED_UNKNOWN,         /* the type is known, and no field of it is there */
	PLAN_REFUSED_KINDS,
};
const char *plan_refusal_text(enum plan_refusal why);

struct plan_options {
	char *const *queries;         /* TYPE[.FIELD]: names or patterns, as `fieldguard writes` takes them */
	size_t queries_n;             /* 0: every type that is written through a pointer or as a global */
	bool reads;
	bool stepped;                 /* take single-stepped stores too: for asked fields they are always taken */
	const char *policy_file;
	const char *debug_dir;
	unsigned threads;
	uint32_t sites_max;           /* 0: 60,000; what is beyond is left out and counted */
	void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);
	void (*warn)(void *user, const char *text);
	void *user;
};

struct plan_ledger {
	uint64_t sites_found;         /* heap and global stores to known types, that fit the queries */
	uint64_t sites_unknown;       /* stores whose type nothing says */
	uint64_t sites_neighbour, sites_stepped, sites_call; /* planned, by way */
	uint64_t sites_points;        /* likewise: points of generated code, in place of the stores that they tell of */
	uint64_t refused[PLAN_REFUSED_KINDS];
	uint64_t sites_left_out;      /* beyond sites_max */
	uint64_t bulk_found, bulk_known; /* memcpy and its like: all, and those whose field is known */
	uint64_t fields_atomic;       /* fields that count as atomic */
	uint64_t fields_turns;        /* fields that only probes before their stores judge */
	uint32_t modules, modules_bare; /* with debug information, and without */
	uint32_t modules_left;        /* with or without: the C library and its like, whose types nobody asked for */
	uint64_t pauses;              /* places before locks, where threads may be held; added while watching */
	bool frees;                   /* the end of heap objects can be seen */
};

struct plan {
	struct plan_type *types;
	size_t types_n;
	struct plan_field *fields;
	size_t fields_n;
	struct plan_site *sites;      /* ids never change; new modules add at the end */
	size_t sites_n;
	struct plan_site *frees;      /* probes at the entry of free() and its like: field UINT32_MAX, wire.flags has
	                                 WIRE_FREE. Ids go on behind options.sites_max */
	size_t frees_n;
	bool judges_changed;          /* a module that was added showed fields of earlier sites to be atomic: their
	                                 wire.flags lost WIRE_JUDGE. Who has told the kernel sets it false */
	struct plan_ledger ledger;
	uint32_t goid_offset;         /* of goid in runtime.g, from debug information; 0: no Go */
	bool go;
	struct plan_inside *inside;
};

/* An empty plan. Owner: plan_free. */
int plan_new(const struct plan_options *options, const struct self_test *tested, struct plan **ret_plan);
void plan_free(struct plan *plan);
/* Adds the sites of a module. Not an error where it has no debug information: the ledger counts it.
 * Returns: number of sites added, or a negative errno with ret_error: -EINVAL (a query fits nothing, told when all
 * modules so far are added: plan_check), -ENOMEM. */
int plan_add_module(struct plan *plan, const struct target *target, uint32_t module, struct watch_error *ret_error);
/* Adds a site where threads may be held before they take the lock, if any, of a store: the call before it, or the way
 * into its function. For fills that are suspected to run into one another.
 * Returns: 1; 0: there is none that may have a probe, or it is there already; -ENOMEM. plan->sites may move. */
int plan_add_pause(struct plan *plan, const struct target *target, uint32_t site);
/* Does every query fit something? Returns: 0 or -ENOENT, and the query with its nearest names in ret_error. */
int plan_check(const struct plan *plan, struct watch_error *ret_error);

/* The field of a type that holds a byte. Returns: NULL: none that is planned. */
const struct plan_field *plan_field_at(const struct plan *plan, uint32_t type_id, uint64_t offset);
/* "struct order.status". Returns: ret. */
const char *plan_field_text(const struct plan *plan, const struct plan_field *field, char *ret, size_t size);

/* Source position of an address in memory, with the calls that were inlined there, innermost first; return addresses
 * are taken one back. Returns: number of frames; 0: no debug information, or no module. */
size_t plan_frames(const struct plan *plan, const struct target *target, uint64_t address, bool is_return,
                   struct scan_frame *ret_frames, size_t size);

/* A value as its type writes it: enum names, numbers, true, "text", 0x..., 12.5; bytes are n, in memory's order. Fewer
 * bytes than the type has, or no type: as hexadecimal. Returns: ret. */
const char *plan_value_text(const struct plan_field *field, const uint8_t *bytes, size_t n, char *ret, size_t size);
/* The number of an enumerator, and back. Returns: false / NULL: the type has none. */
const char *plan_enumerator(const struct scan_type *type, const uint8_t *bytes, size_t n);

#endif

/* plan_inside.h - what the parts of the plan share; nobody outside of plan*.c includes it */
#ifndef FG_WATCH_PLAN_INSIDE_H
#define FG_WATCH_PLAN_INSIDE_H

#include "scan/select.h"
#include "scan/source.h"
#include "watch/plan.h"
#include "watch/plan_usdt.h"

/* ---- memory ---------------------------------------------------------------------------------------------------- */

/* Numbers found by a hash: the caller compares what they stand for. */
struct plan_table {
	struct plan_slot {
		uint64_t hash;
		uint32_t number;
		bool used;
	} *slots;
	size_t size, n;               /* size: a power of 2, or 0 */
};
uint64_t plan_hash(uint64_t hash, const void *bytes, size_t n);
uint64_t plan_hash_text(uint64_t hash, const char *text);
uint64_t plan_hash_number(uint64_t hash, uint64_t number);
#define PLAN_HASH_BEGIN 0xcbf29ce484222325u
/* The first, or behind *at the next entry with that hash. Returns: false: there is none. */
bool plan_table_next(const struct plan_table *table, uint64_t hash, size_t *at, uint32_t *ret_number);
/* Returns: 0 or -ENOMEM. */
int plan_table_add(struct plan_table *table, uint64_t hash, uint32_t number);
void plan_table_fini(struct plan_table *table);

enum { PLAN_SITES_MAX = 60000 };  /* where options say nothing */

/* ---- the parts of a plan --------------------------------------------------------------------------------------- */

struct plan_module {
	const struct plan *plan;
	uint32_t number;              /* in target->modules */
	bool main;                    /* the program itself */
	struct scan *scan;
	struct scan_sites *sites;
	struct scan_fields fields;
	uint8_t *picked;              /* of each field: PICKED_ */
	struct scan_picks picks;
	struct scan_usdts *usdts;     /* NULL: none */
	struct plan_points points;
};
enum {
	PLAN_PICKED_ALONE = 1,        /* a store to it is asked for */
	PLAN_PICKED_LAST = 2,         /* it ends the path of a pick of several fields */
};

/* What became of a query. */
struct plan_query {
	bool fits;
	int error;
	char text[512];               /* of the first module that does not have it */
};

struct plan_inside {
	struct plan_options options;
	struct self_test tested;
	struct plan_module **modules;
	size_t modules_n;
	uint32_t *frees_due;          /* modules that were not asked yet for their free() */
	size_t frees_due_n, frees_due_size;
	struct plan_query *queries;
	struct plan_table types, fields;
	struct plan_table atomics;    /* hashes of members that are written atomically; number: enum plan_atomic */
	struct plan_table unread;     /* of members that are written plainly by lines that can't be read */
	struct plan_table unseen;     /* members that some store without a probe writes */
	uint64_t *members;            /* plan_member of each field */
	struct scan_source *source;
	struct plan_text {
		struct plan_text *next;
		char bytes[];
	} *texts;
	struct plan_copy {
		struct plan_copy *next;
		struct scan_site site;
	} *copies;
	size_t types_size, fields_size, members_size, sites_size, frees_size;
};

/* Memory that lives as long as the plan. Returns: NULL: out of memory. */
const char *plan_keep_text(struct plan *plan, const char *text);
/* Room for one more behind n. Returns: 0 or -ENOMEM. */
int plan_grow(void *items, size_t *room, size_t n, size_t size);

/* ---- places ---------------------------------------------------------------------------------------------------- */

/* Where in which type a site stores. */
struct plan_place {
	const struct scan_type *type; /* outermost; no array: an item of it */
	const struct scan_variable *variable; /* a global that is no struct stands for its type; NULL: type is one */
	const char *named;            /* by what a type without a name is called; NULL: by its own */
	uint64_t offset;              /* of the first byte stored */
	struct scan_step steps[SCAN_PATH_MAX];
	size_t steps_n;               /* 0: all of the type */
	const struct scan_type *leaf; /* of the last step, or of the item there */
	uint64_t leaf_offset, leaf_width;
	bool several;                 /* it stores to several fields, of which steps say the first */
	bool indexed;                 /* the index in the path is not known */
	bool all_atomic;              /* set by plan_field_of: several, and each of them counts as atomic */
};
/* Returns: false: no field of a type is there. */
bool plan_place_of(const struct scan_site *site, struct plan_place *ret);
/* Of bit-fields that share the bytes stored, the one that the source line names. line: its text. Where it names
 * several, or none, the place stays. */
void plan_place_bits(struct plan_place *place, uint64_t width, const char *line);

/* The field of a place, which is made where it is new; with those that it covers. Returns: its id, or a negative
 * errno. */
int64_t plan_field_of(struct plan *plan, const struct scan *scan, const struct scan_site *site,
                      struct plan_place *place);

/* ---- atomics --------------------------------------------------------------------------------------------------- */

enum plan_atomic {
	PLAN_ATOMIC_NOT = 0,
	PLAN_ATOMIC_TYPE,
	PLAN_ATOMIC_LOCKED,
	PLAN_ATOMIC_SOURCE,
	PLAN_ATOMIC_LOCK,
	PLAN_ATOMIC_RUNTIME,
};
/* Do the functions of such a type keep order among themselves: a lock, an atomic? */
bool plan_is_opaque(const struct scan_type *type);
/* The number of what lies at a place, the same in all modules; 0: all of a type. */
uint64_t plan_member(const struct plan_place *place);
/* Adds the members that a site writes to a table. Returns: 0 or -ENOMEM. */
int plan_members_remember(struct plan_table *table, const struct plan_module *module, const struct scan_site *site,
                          const struct plan_place *place, uint32_t why);
/* Remembers every member that a module writes atomically. Returns: 0 or -ENOMEM. */
int plan_atomics_find(struct plan *plan, const struct plan_module *module);
/* Is what lies at a place written atomically by anyone that is known so far? */
enum plan_atomic plan_atomic_at(const struct plan *plan, const struct plan_place *place);
/* May it be a flag by which threads take turns: volatile, or a number of which no source says that it is stored
 * plainly? The store to such a flag is what lets another thread in, so that a thread held behind it proves nothing;
 * before it, it does. */
bool plan_takes_turns(const struct plan *plan, const struct plan_place *place);
const char *plan_atomic_text(enum plan_atomic why);
/* May this store itself be an atomic one? */
bool plan_site_atomic(struct plan *plan, const struct scan *scan, const struct scan_site *site,
                      const struct plan_place *place);
/* Is it of Go's runtime, which we leave to those who made it unless it is asked for? */
bool plan_is_runtime(const struct plan_place *place);

/* ---- the rest -------------------------------------------------------------------------------------------------- */

/* Fills rule, group, states, lock of a field. */
void plan_rules_take(struct plan_field *field, const struct scan *scan, const struct plan_place *place);
/* Is it a file of generated code, or of what that is made of? */
bool plan_is_generated_file(const char *file);
/* Is it a shared form that generated code made? */
bool plan_is_form(const struct scan *scan, const struct scan_type *type);

/* Plans the sites of a module that was scanned. Returns: how many were added, or a negative errno. */
int plan_sites_add(struct plan *plan, const struct target *target, struct plan_module *module);
/* Does one of the queries name the site? */
bool plan_site_asked(const struct plan *plan, const struct plan_module *module, const struct scan_site *site);

/* The points of a module's generated code: read, and let go of. Returns: 0 or -ENOMEM. */
int plan_usdt_open(const struct target_module *module, struct plan_module *ret);
void plan_usdt_close(struct plan_module *module);
/* Is there a point of the bytes that this store writes, in its function? */
bool plan_usdt_tells(const struct plan_module *module, const struct scan_site *site);
/* Their sites. Returns: how many were added, or -ENOMEM. */
int plan_usdt_add(struct plan *plan, struct plan_module *module);
/* Offset of goid in Go's g; 0: not known. */
uint32_t plan_goid_offset(const struct scan *scan);
/* Does compiled code keep g in R14 (Go 1.17 and later)? */
bool plan_go_registers(const struct scan *scan);
/* Has some field a rule about its object's whole life? */
bool plan_frees_wanted(const struct plan *plan);
/* The ends of heap objects that a module's functions bring. Returns: 0 or -ENOMEM. */
int plan_frees_add(struct plan *plan, const struct target *target, uint32_t module);

#endif

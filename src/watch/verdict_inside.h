/*
 * verdict_inside.h - what the parts of the verdict share; nobody outside of verdict*.c includes it
 *
 * All tables are flat and of fixed size: sets of WAYS entries, of which the longest unseen is forgotten when a set is
 * full. What is forgotten is judged anew from nothing: that loses findings and never makes one.
 *
 *     event -> object (address of the object, type)      who writes it, when its life began
 *           -> place (address of a field's bytes)        its last write, its writers in this life
 *           -> mixed (of shared objects, in windows)     the order of writes to several fields
 *           -> line (64 bytes)                           whose bytes lie side by side
 */
#ifndef FG_WATCH_VERDICT_INSIDE_H
#define FG_WATCH_VERDICT_INSIDE_H

#include "watch/verdict.h"

#define VERDICT_MS 1000000ull
#define VERDICT_SECOND 1000000000ull
#define VERDICT_NONE UINT32_MAX

enum {
	WAYS = 8,
	COVERED_MAX = 16,             /* fields of one merged or bulk store that are looked at */
	MIXED_FIELDS = 16,            /* of a type: the first that are seen written on shared objects */
	MIXED_WRITERS = 8,            /* of an object */
	MIXED_OBJECTS = 512,
	LINES = 8192,
	LINE_PARTS = 4,
	CANDIDATES = 256,
	FREED = 1 << 15,
	WRITERS_EXACT = 8,            /* of a field: those beyond share 64 bits */
};

/* Who: a goroutine where there is one, else a thread. 0: nobody. */
static inline uint64_t verdict_writer(uint64_t goroutine, uint32_t tid)
{
	return goroutine ? goroutine | 1ull << 63 : tid;
}

static inline uint64_t verdict_hash(uint64_t number)
{
	number *= 0x9e3779b97f4a7c15u;
	return number ^ number >> 29;
}

/* One write, as it is kept to be told later. */
struct write_note {
	uint64_t time_ns, ip, goroutine, address;
	uint32_t tid, site;           /* site: VERDICT_NONE: by address */
	uint8_t n, bytes[WIRE_VALUE]; /* the new value */
};

struct object {
	uint64_t address;
	uint64_t first_ns, last_ns;
	uint64_t writer;              /* the last */
	uint32_t type_id;
	uint32_t life;                /* a number that is used once; 0: the entry is free */
	uint32_t mixed;               /* 1 + its index in verdict->mixed; 0: none */
	bool shared;                  /* two writers were seen in this life */
	bool global;
};

struct place {
	uint64_t address, object;
	uint32_t life, field;         /* life: of its object; 0: the entry is free */
	uint64_t owner, other;        /* the first writer of this life, and the first who is not that one */
	uint64_t changed_ns;          /* when it last changed hands; 0: never */
	struct write_note last;
	uint32_t window;              /* in which it was last written; 0: none */
	uint32_t set_n;               /* ONCE: writes that count */
	bool returned;                /* owner, other, owner */
	bool candidate;
};

struct objects {
	struct object *all;
	struct place *places;
	size_t objects_size, places_size; /* powers of 2 */
	uint32_t lives;
	uint64_t seen, shared, objects_forgotten, places_forgotten;
	/* Ends of lives, by where: the latest of each hash. pages: those at the start of a page alone. */
	uint64_t *freed, *freed_pages;
	uint64_t freed_ns;            /* the last of all */
	uint64_t lost_ns;             /* when some were last not told */
};

/* A write that was understood. */
struct write {
	const struct wire_event *event;
	const struct plan_site *site;
	const struct plan_field *field; /* one of those that it covers */
	uint64_t address;             /* of that field's bytes */
	uint64_t writer, object_address;
	struct object *object;
	struct place *place;          /* NULL: one of several stores to a field, and not the first of its bytes */
	uint32_t window;              /* number of the window that it lies in; 0: none */
	bool whole;                   /* value, if it is known, is of this field alone and all of it */
};

/* ---- mixed records --------------------------------------------------------------------------------------------- */

struct mixed_writer {
	uint64_t id, last_ns;
	uint32_t tid;
	struct mixed_write {
		uint64_t time_ns, before_ns; /* 0: not seen */
		struct write_note note;
	} of[MIXED_FIELDS];
	/* [f][g]: others wrote f or g between this one's f and its next g: so often, up to 255 */
	uint8_t crossed[MIXED_FIELDS][MIXED_FIELDS];
};

struct mixed {
	uint32_t life, window;
	uint64_t last_ns;
	struct object *object;        /* NULL: the entry is free */
	struct mixed_writer writers[MIXED_WRITERS];
};

/* What is known of a type's fills. */
struct mixed_type {
	uint32_t fields[MIXED_FIELDS];
	unsigned fields_n;
	struct mixed_pair {
		uint32_t regular, irregular; /* turns of a writer's writes to the two */
		uint32_t incidents;
		uint8_t crossed[2];   /* others wrote one of the two between a writer's lower and its higher, and the
		                         other way round */
	} pairs[MIXED_FIELDS][MIXED_FIELDS]; /* the lower index first */
};

/* ---- cache lines ----------------------------------------------------------------------------------------------- */

struct line {
	uint64_t address;             /* / 64; 0: the entry is free */
	uint64_t since_ns, last_ns;
	uint32_t last_cpu, last_tid;
	uint8_t last, parts_n;
	struct line_part {
		uint8_t offset, width;
		bool both;            /* several threads write it */
		uint32_t tid, field;
		uint64_t object;
		struct write_note note;
	} parts[LINE_PARTS];
	uint16_t changes[LINE_PARTS][LINE_PARTS]; /* the lower index first */
};

/* ---- all of it ------------------------------------------------------------------------------------------------- */

struct of_field {
	uint64_t events, conflicts, last_ns;
	uint64_t writers[WRITERS_EXACT], more; /* more: a bit each of those beyond */
	uint32_t writers_n;
	int8_t states;                /* may its changes be held against the list? 1 yes, -1 no, 0 not looked yet */
	uint8_t states_prefix;        /* bytes that all its enumerators begin with: no part of a state's name */
	uint8_t mixed_slot;           /* 1 + index in mixed_type; 0: none */
	uint8_t last_n, last[WIRE_VALUE];
	/* How numbers change where one writer follows another on an object: up, down, by as much as the last time. */
	uint32_t ups, downs, sames;
	int64_t step;
};

struct of_site {
	bool known, changes;          /* changes: it puts back what it read */
	bool suspected;               /* it was told of */
	const char *function;         /* that it stands in, in the source; NULL: not known */
};

struct of_type {
	struct type_window {
		uint64_t begin_ns, end_ns; /* end: UINT64_MAX while it is open */
		uint32_t number;      /* 0: none yet */
		bool lost;
	} now, before;
	struct mixed_type *mixed;     /* NULL: none of its objects is shared yet */
	struct mixed_type *mixed_kept; /* as it was when the window began */
	int8_t record;                /* a record that has a shared form: 1 yes, -1 no, 0 not looked yet */
};

/* What makes a finding the same. The sides in any order: told_key_order puts them into one. */
struct told_key {
	uint32_t kind, type_id, rule, states;
	uint32_t fields[2], sites[2]; /* VERDICT_NONE: says nothing */
};

struct told {                         /* a finding, with what only we need */
	struct finding finding;
	struct told_key key;
	uint64_t filled_ns;           /* when evidence was last filled in */
	bool shown;
	/* MIXED: what waits for the end of its window, or for due_ns; then it is counted or, if events were lost,
	 * not. */
	struct told_wait {
		uint64_t n, due_ns, last_ns;
		uint32_t window;
		struct finding_evidence evidence;
	} *wait;
};

struct verdict {
	const struct plan *plan;
	struct verdict_options options;
	struct objects objects;
	struct of_field *fields;
	struct of_type *types;
	struct of_site *sites;        /* of those that mixed records are told of */
	size_t fields_size, types_size, sites_size;
	uint32_t windows;
	uint64_t now_ns;              /* the latest time of an event */
	struct mixed *mixed;
	size_t mixed_next;
	struct line *lines;
	struct candidates {
		struct candidate {
			struct place *place;
			uint32_t life;
		} of[CANDIDATES];
		size_t next, cursor;
	} *candidates;
	/* Findings, and the table that finds them. */
	struct told **told;
	size_t told_n, told_size;
	uint32_t *told_table;         /* 1 + index */
	size_t told_table_size;
	const struct finding **shown; /* those of told that are told */
	size_t shown_n;
	uint64_t findings_lost;       /* no memory for them */
	size_t waiting_n;             /* of told that wait */
};

/* ---- objects --------------------------------------------------------------------------------------------------- */

int objects_init(struct objects *objects, size_t objects_max);
void objects_fini(struct objects *objects);
/* The object at this address, made where it is new. */
struct object *object_at(struct objects *objects, uint64_t address, uint32_t type_id, uint64_t now_ns);
/* The bytes of a field, as of this life of their object. */
struct place *place_at(struct objects *objects, const struct object *object, uint64_t address, uint32_t field);
/* Nothing that was seen of it counts any more. */
void object_restart(struct objects *objects, struct object *object, uint64_t now_ns);
/* Lives that begin here end now. */
void objects_free_at(struct objects *objects, uint64_t address, uint64_t now_ns);
/* Was an end of a life seen, since then, that may have been this object's too: memory around it was given back? */
bool objects_freed_since(const struct objects *objects, uint64_t address, uint64_t since_ns);

/* ---- findings -------------------------------------------------------------------------------------------------- */

/* The finding of this key, made where it is new. Returns: NULL: no memory; it is counted. */
struct told *told_find(struct verdict *verdict, const struct told_key *key);
/* Counts evidence; of a finding that comes often only some is kept. Returns: whether finding.last is to be filled in,
 * all of it, and told_say to be called. */
bool told_count(struct told *told, uint64_t n, uint64_t now_ns);
void told_say(struct verdict *verdict, struct told *told);
void told_free(struct verdict *verdict);

/* A side of evidence from what is kept of a write. */
void side_of_note(const struct verdict *verdict, const struct write_note *note, uint32_t field,
                  struct finding_side *ret_side);
/* Likewise from an event, which may have stored more than the field. address: of the field's bytes. */
void side_of_event(const struct verdict *verdict, const struct wire_event *event, uint32_t field, uint64_t address,
                   struct finding_side *ret_side);
/* n bytes that were stored at `at`, as far as they are the field's, as text. */
void side_value(const struct verdict *verdict, uint32_t field, uint64_t address, uint64_t at, const uint8_t *bytes,
                size_t n, char *ret);
/* A thread's name. */
void side_thread(const struct verdict *verdict, struct finding_side *side);
struct write_note note_of(const struct write *write);

/* ---- the judges ------------------------------------------------------------------------------------------------ */

/* Is all that was seen of the object of one life for certain? If not, it is forgotten. */
bool life_is_known(struct verdict *verdict, const struct write *write);
/* The window of a type that a time lies in. Returns: NULL: none. */
const struct type_window *window_at(const struct verdict *verdict, uint32_t type_id, uint64_t time_ns);

void conflict_judge(struct verdict *verdict, const struct wire_caught *caught);
/* Called before place->last becomes this write. */
void policy_judge(struct verdict *verdict, const struct write *write);
/* Of shared objects, in windows. */
void mixed_judge(struct verdict *verdict, const struct write *write);
/* Takes note of how a field's value changes. Called before place->last becomes this write. */
void mixed_note_step(struct verdict *verdict, const struct write *write);
/* A window begins. It has ended: what waited for it is told; where events were lost, all that was learned in it is
 * forgotten. */
void mixed_window_begin(struct of_type *type);
void mixed_window_end(struct verdict *verdict, struct of_type *type);
/* Tells what has waited long enough. */
void mixed_settle(struct verdict *verdict);
void sharing_judge(struct verdict *verdict, const struct write *write);

/* Bytes from a field's first to the first that a site stores: not 0 for parts of split stores. */
uint64_t verdict_part(const struct plan_site *site, const struct plan_field *field);

#endif

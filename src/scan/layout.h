/*
 * layout.h - how a type lies in memory: its members and what is empty between them, who shares a cache line with
 * whom, and orders of its members that would be better
 *
 *     struct scan_layout layout = {0};
 *
 *     scan_layout_read(type, &(struct scan_layout_options){.line_size = 64}, &layout);
 *     for (size_t i = 0; i < layout.rows_n; i++)
 *             ...                              // a member, a hole or the padding, by offset
 *     scan_layout_fini(&layout);
 *
 * Cache lines are counted from the object's start, as if it began one. An object that is aligned to less may begin
 * anywhere in a line; then members that are less than a line apart may meet in one, whatever is said here.
 *
 * Threads: all of it reads the scan and writes what the caller gives: any thread.
 */
#ifndef FG_SCAN_LAYOUT_H
#define FG_SCAN_LAYOUT_H

#include "scan/scan.h"

/* ---- rows ------------------------------------------------------------------------------------------------------ */

enum scan_row_kind {
	SCAN_ROW_MEMBER = 0,
	SCAN_ROW_HOLE,                /* between two members; bits where it does not begin and end at a byte */
	SCAN_ROW_PADDING,             /* behind the last */
};

struct scan_row {
	enum scan_row_kind kind;
	unsigned depth;               /* 0: of the type itself; 1: of a member of it that is opened */
	const struct scan_member *member; /* MEMBER */
	uint64_t offset_bits;         /* from the start of the outermost type */
	uint64_t size_bits;
	bool opened;                  /* its own members follow, one deeper; never where there are many rows already */
	bool variant;                 /* it, or what holds it, is there in one variant of a Rust enum only */
};

struct scan_layout {
	const struct scan_type *type;
	struct scan_row *rows;        /* by offset, what is opened behind what holds it */
	size_t rows_n, rows_size;
	uint64_t lines;               /* cache lines that an object covers which begins one */
	/* Of the type itself, not of what is opened: */
	size_t holes_n, bit_holes_n;
	uint64_t hole_bytes, bit_hole_bits, padding_bits;
	size_t bitfields_n;
};

struct scan_layout_options {
	unsigned line_size;           /* bytes; 0: 64 */
	bool nested;                  /* open members that are structs or unions with a name, too */
};

/* Anonymous members and the variants of Rust enums are always opened. layout: zeroed, or of an earlier call, whose
 * memory is used again. Returns: 0, -ENOMEM, or -EINVAL: no struct or union, or one whose members nothing says. */
int scan_layout_read(const struct scan_type *type, const struct scan_layout_options *options,
                     struct scan_layout *layout);
void scan_layout_fini(struct scan_layout *layout);
/* Bytes that hold nothing: holes, spare bits and padding, rounded down. */
uint64_t scan_layout_lost(const struct scan_layout *layout);
/* Has it members that lie over one another: a union, a Rust enum? */
bool scan_layout_overlaid(const struct scan_type *type);
/* Alignment of a type in bytes, from its parts where the binary does not say it. Returns: 1 at least. */
uint64_t scan_layout_align(const struct scan_type *type);

/* ---- sharing --------------------------------------------------------------------------------------------------- */

/* Who may write a part of a type. Two parts with different writers may be written by two threads at once. */
enum scan_writer_kind {
	SCAN_WRITER_UNKNOWN = 0,      /* nothing says */
	SCAN_WRITER_ONCE,             /* written once, then only read: no writer to others, but it suffers from them */
	SCAN_WRITER_SNAPSHOT,         /* whoever publishes the snapshot group */
	SCAN_WRITER_ATOMIC,           /* any thread, at any time */
	SCAN_WRITER_MUTEX,            /* who holds the lock */
	SCAN_WRITER_RWMUTEX,
	SCAN_WRITER_OWNER,            /* the owning thread */
	SCAN_WRITER_BY_TYPE,          /* no tag, but its type is atomic or a lock */
	SCAN_WRITER_OBSERVED,         /* threads of a recording */
};

struct scan_writer {
	enum scan_writer_kind kind;
	char name[64];                /* "money", "threads 7, 9"; "" where the kind says it all */
	bool hot;
};

/* A part of a type that has one writer. */
struct scan_cell {
	char *path;                   /* "customer.name" */
	size_t top;                   /* index of the type's own member that holds it */
	uint64_t offset_bits, size_bits;
	size_t writer;                /* index in writers */
	bool hot;
};

/* A cache line on which parts with different writers lie. */
struct scan_shared_line {
	uint64_t line;
	size_t writers_n;
	bool hot;                     /* one of the parts on it is tagged hot */
};

enum scan_basis {
	SCAN_BASIS_NONE = 0,          /* no tag, no atomic type, no lock: nothing is known of who writes */
	SCAN_BASIS_LOCAL,             /* tagged local: one thread's own */
	SCAN_BASIS_TAGS,
	SCAN_BASIS_RECORD,            /* the generated shared form of a record: the record's tags */
	SCAN_BASIS_TYPES,             /* no tags, but atomic types or locks: possible, not declared */
	SCAN_BASIS_OBSERVED,
};

struct scan_sharing {
	enum scan_basis basis;
	unsigned line_size;
	struct scan_cell *cells;      /* by offset; those with a writer that is known */
	size_t cells_n;
	struct scan_writer *writers;
	size_t writers_n;
	struct scan_shared_line *lines; /* only those that are shared */
	size_t lines_n;
	/* A record, one thread's own: what threads share is its generated form, which is in the binary too. What is
	 * said of the record would hold if it were shared as it is. */
	bool has_shared_form;
	bool cut;                     /* too much is nested in it: only the first members were looked at */
};

/* One line of a recording: so many writes of a field by a thread. */
struct scan_observed {
	const char *field;            /* "status", "customer.name", "items[].price" */
	uint64_t thread;
	uint64_t writes;
};

/* What there is to judge by, recordings apart: NONE where tags say nothing, though types may. */
enum scan_basis scan_layout_basis(const struct scan *scan, const struct scan_type *type);
/* line_size: bytes. observed: of this type; NULL: tags and types alone decide.
 * Returns: 0, -ENOMEM or -EINVAL as above. Owner: the caller, scan_sharing_fini. */
int scan_layout_sharing(const struct scan *scan, const struct scan_type *type, unsigned line_size,
                        const struct scan_observed *observed, size_t observed_n, struct scan_sharing *ret_sharing);
void scan_sharing_fini(struct scan_sharing *sharing);
/* Does the cell touch this line? */
bool scan_cell_on_line(const struct scan_cell *cell, unsigned line_size, uint64_t line);

/* ---- orders ---------------------------------------------------------------------------------------------------- */

enum scan_order_way {
	SCAN_ORDER_PACK = 0,          /* fewest bytes */
	SCAN_ORDER_SEPARATE,          /* what different threads write on lines of its own */
};

/* One member in an order. */
struct scan_place {
	const struct scan_member *member;
	uint64_t offset_bits, size_bits;
	uint64_t align;               /* bytes that it must be aligned to */
	uint64_t unit;                /* bit-fields: bytes of the declared type */
	bool line_start;              /* it is aligned to a line in order to begin one */
};

struct scan_order {
	enum scan_order_way way;
	struct scan_place *places;
	size_t places_n;
	uint64_t size, align;         /* bytes */
	size_t shared_lines;          /* that are left */
	bool changes;                 /* it differs from what is there and is better */
	const char *why;              /* static text: why there is no suggestion; NULL: there is one */
};

/* Finds an order of the type's own members: bases, the pointer to the virtual functions and a flexible array stay where
 * they are, neighbouring bit-fields stay together. sharing: of the same type (SEPARATE needs it).
 * Returns: 0, -ENOMEM; where nothing can be suggested that is 0 with why. Owner: the caller, scan_order_fini. */
int scan_layout_order(const struct scan_type *type, enum scan_order_way way, const struct scan_sharing *sharing,
                      struct scan_order *ret_order);
void scan_order_fini(struct scan_order *order);

#endif

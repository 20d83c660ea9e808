/*
 * layout.h - what the parts of `fieldguard layout` share
 *
 *     cmd_layout.c      options, and the order of things
 *     layout_pick.c     TYPE -> the types that are meant; the nearest names of a wrong one
 *     layout_names.c    members as their language declares them, tags and writers in words
 *     layout_text.c     types as text
 *     layout_notes.c    what is said below a type: sharing, hints, suggestions; the summary of many
 *     layout_json.c     the same as JSON
 *     layout_svg.c      pictures
 *     layout_compile.c  a suggested order, held against the compiler
 *     layout_diff.c     two binaries; a binary and a header
 *     layout_observed.c recordings
 */
#ifndef FG_CLI_LAYOUT_H
#define FG_CLI_LAYOUT_H

#include "cli/text.h"
#include "scan/layout.h"

struct layout_options {
	const char *binary, *other;   /* other: the newer one of --diff */
	char **queries;
	size_t queries_n;
	unsigned line_size;           /* 64 or 128 */
	unsigned threads;
	bool nested, json, check, suggest, summary, diff;
	const char *svg, *observed, *policy_file, *debug_dir, *against;
	const char *const *flags;     /* behind --: of the compiler, for --against */
	size_t flags_n;
};

/* A recording: what which thread wrote of which type. */
struct layout_recording {
	struct layout_observation {
		char *type, *field;
		uint64_t thread, writes;
	} *items;
	size_t n;
};

struct layout {
	const struct layout_options *options;
	struct scan *scan;
	struct layout_recording recording;
	const struct scan_type **types; /* that are meant */
	size_t types_n;
	bool all;                     /* no TYPE was given */
	bool colour;
	size_t findings;              /* types with false sharing under tags or a recording */
};

/* ---- names ----------------------------------------------------------------------------------------------------- */

/* A member in two parts, as its language writes it: C: "unsigned int", "flags : 3"; Go: "Count", "int64". Cut to size.
 * Both hold LAYOUT_PART bytes. */
#define LAYOUT_PART 256
void layout_declare(const struct scan_type *holder, const struct scan_member *member, char *ret_left, char *ret_right);
/* The words of a tag that matter for layout: "atomic hot", "mutex money". Returns: ret; "" for none. */
const char *layout_tag_words(const struct model_tag *tag, char *ret, size_t size);
/* "mutex money", "atomic", "thread 7". Returns: ret. */
const char *layout_writer_words(const struct scan_writer *writer, char *ret, size_t size);
const char *layout_kind_word(const struct scan_type *type);
const char *layout_language_word(enum scan_language language);
/* Its name, or words for one that has none. */
const char *layout_type_name(const struct scan_type *type);
/* Has the type members to lay out? */
bool layout_has_members(const struct scan_type *type);

/* ---- picking --------------------------------------------------------------------------------------------------- */

/* Fills types from the queries: exact names, then patterns; all that have members where there is none.
 * Returns: an exit status; a query that means nothing is told with the nearest names. */
int layout_pick(struct layout *layout);
/* The types of the scan that this query means; those that are not yet in types are appended. Returns: how many. */
size_t layout_match(const struct scan *scan, const char *query, const struct scan_type **types, size_t *types_n);

/* ---- telling --------------------------------------------------------------------------------------------------- */

/* What is known of one type, made once for every face. */
struct layout_view {
	const struct scan_type *type;
	struct scan_layout rows;
	struct scan_sharing sharing;      /* at the line size asked for, by tags or types */
	struct scan_sharing other;        /* at the other line size */
	struct scan_sharing observed;     /* basis NONE: no recording of this type */
	struct scan_order orders[2];      /* by enum scan_order_way; only with --suggest */
	int compiled[2];                  /* what layout_compile said of them */
};
/* view: zeroed, or of an earlier call. Ends the command when memory is out. Returns: false: it has no members. */
bool layout_view(const struct layout *layout, const struct scan_type *type, struct layout_view *view);
void layout_view_fini(struct layout_view *view);
/* Does false sharing under tags or a recording show? */
bool layout_view_finding(const struct layout_view *view);

/* Each face goes through layout->types, counts layout->findings, and returns an exit status. */
int layout_text(struct layout *layout);
int layout_json(struct layout *layout);
int layout_svg(struct layout *layout);

struct layout_ink {                   /* escape sequences, all "" without colours */
	const char *bold, *dim, *red, *green, *yellow, *blue, *off;
};
struct layout_ink layout_ink(bool colour);
void layout_notes(const struct layout *layout, const struct layout_view *view, struct text *text);
/* What stands before many types. each: a line for every type, else only for the worst. */
void layout_summary(const struct layout *layout, bool each, struct text *text);

/* ---- others ---------------------------------------------------------------------------------------------------- */

enum layout_compiled {
	LAYOUT_COMPILED = 1,              /* the compiler agrees with size and offsets */
	LAYOUT_UNCHECKED,                 /* there is no compiler */
	LAYOUT_REFUSED,                   /* it does not agree */
};
/* Has the compiler ($CC, else cc) check a suggested order. */
enum layout_compiled layout_compile(const struct scan_type *type, const struct scan_order *order);
/* The C text that it is given. Owner: the caller, text_fini. */
void layout_stand_in(const struct scan_type *type, const struct scan_order *order, struct text *text);

/* Returns: an exit status, errors told. */
int layout_diff(struct layout *layout, struct scan *newer);
int layout_against(struct layout *layout);
int layout_read_recording(const char *path, struct layout_recording *ret_recording);
void layout_recording_fini(struct layout_recording *recording);

#endif

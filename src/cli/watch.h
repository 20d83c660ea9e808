/*
 * watch.h - what the parts of `fieldguard watch` share; the engine behind it is watch/watch.h
 *
 *     cmd_watch.c        options, the run from its start to its exit status
 *     watch_words.c      findings, places and events in words, for all faces
 *     watch_text.c       plain lines
 *     watch_ledger.c     the ledger in plain lines
 *     watch_json.c       one JSON object a line
 *     watch_record.c     the file of --record
 *     watch_view.c       the terminal view: keys and panes; watch_view_draw.c what they show
 *     watch_tested.c     --self-test
 */
#ifndef FG_CLI_WATCH_H
#define FG_CLI_WATCH_H

#include "cli/progress.h"
#include "cli/text.h"
#include "watch/watch.h"

struct watch_choices {
	struct watch_options engine;  /* but for its callbacks */
	bool trace, json, plain, view, verbose, self_test;
	const char *record, *output;
	double seconds;               /* 0: until the program ends, or a signal */
};

struct watch_record;
struct watch_view;

/* A source position, or as much as is known of one. */
struct watch_place {
	const char *function, *file;  /* NULL: not known */
	unsigned line;
	bool inlined;                 /* into the place that follows */
	uint64_t address;             /* as linked; 0: not known */
	const char *module;           /* path; NULL: not known */
};

/* One run. */
struct watching {
	const struct watch_choices *choices;
	struct watch *watch;          /* NULL: not open yet */
	struct text out;              /* our lines, flushed after each step */
	bool colour;
	struct progress progress;
	struct watch_record *record;  /* NULL: none */
	struct watch_view *view;      /* NULL: none */
	size_t threads, threads_max;  /* of the program: at the last look, and the most */
	struct watch_place *places;   /* of sites, kept for events; line UINT_MAX: not looked up yet */
	size_t places_n;
};

/* ---- words ----------------------------------------------------------------------------------------------------- */

#define WATCH_PLACES_MAX 64

/* Where one who met stood, and from where that was called, innermost first. Returns: how many, at most size. */
size_t watch_places(const struct watching *watching, const struct finding_side *side, struct watch_place *ret,
                    size_t size);
/* Where a write event was: the store, not the probe. site NULL: seen by address, at event->ip. Returns: false: nothing
 * is known of it. */
bool watch_event_place(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                       struct watch_place *ret);
/* "order.status", "main.Pair.A"; without a name: "order". Returns: ret. */
const char *watch_field_name(const struct watching *watching, uint32_t field, char *ret, size_t size);
/* "order". */
const char *watch_type_name(const struct watching *watching, uint32_t type_id);
/* A name with '?' for control characters. */
void watch_put_name(struct text *text, const char *name);
/* "thread 12", "goroutine 34". Returns: ret. */
const char *watch_who(const struct finding_side *side, char *ret, size_t size);
/* "paid -> created"; "" where neither is known. Returns: ret. */
const char *watch_change(const char *old_text, const char *new_text, char *ret, size_t size);
/* A finding as one sentence, without a newline. */
void watch_sentence(const struct watching *watching, const struct finding *finding,
                    const struct finding_evidence *evidence, struct text *text);
/* Who broke the rule, of the two sides; of a conflict who arrived. */
const struct finding_side *watch_culprit(const struct finding_evidence *evidence);
/* "owner", "mutex=money": a rule as tags write it; "states". Returns: ret. */
const char *watch_rule(const struct watching *watching, const struct finding *finding, char *ret, size_t size);
bool watch_side_known(const struct finding_side *side);

/* One field of those that a write event covers. */
struct watch_written {
	const struct plan_field *field;
	char old_text[FINDING_VALUE], new_text[FINDING_VALUE];
	uint64_t object;              /* 0: not known */
};
#define WATCH_WRITTEN_MAX 16
/* values false: old_text and new_text are not wanted, and stay as they are. */
size_t watch_written(const struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                     uint32_t field, bool values, struct watch_written *ret, size_t size);

/* ---- plain lines ----------------------------------------------------------------------------------------------- */

void watch_text_finding(struct watching *watching, const struct finding *finding);
/* Object, values and stacks, indented. */
void watch_text_evidence(const struct watching *watching, const struct finding_evidence *evidence, struct text *text);
void watch_text_event(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                      uint32_t field);
/* Every finding in one line, with its count. */
void watch_text_summary(struct watching *watching);
void watch_text_ledger(struct watching *watching, const struct ledger *ledger);
/* What is watched, before anything is seen; --verbose: every planned site. */
void watch_text_begin(struct watching *watching);

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

void watch_json_finding(const struct watching *watching, const struct finding *finding, bool final, struct text *text);
void watch_json_event(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                      uint32_t field);
void watch_json_ledger(const struct watching *watching, const struct ledger *ledger, struct text *text);

/* ---- the record ------------------------------------------------------------------------------------------------ */

/* Returns: 0, or an exit status with the error told. */
int watch_record_open(const char *path, struct watch_record **ret_record);
void watch_record_event(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                        uint32_t field);
void watch_record_finding(struct watching *watching, const struct finding *finding, bool final);
/* Writes what was counted, and the ledger. Returns: 0, or an exit status with the error told. */
int watch_record_close(struct watching *watching, const struct ledger *ledger);

/* ---- the terminal view ----------------------------------------------------------------------------------------- */

/* Takes the terminal. Returns: 0, or an exit status with the error told. */
int watch_view_open(struct watching *watching);
/* Takes keys, and draws where it is due. Returns: false: the user wants to leave. */
bool watch_view_step(struct watching *watching);
/* Keeps a warning, to be told when the terminal is given back. */
void watch_view_warn(struct watching *watching, const char *text);
/* Gives the terminal back. */
void watch_view_close(struct watching *watching);
/* The same from a signal handler. */
void watch_view_abandon(void);

/* ---- the self-test --------------------------------------------------------------------------------------------- */

/* Returns: an exit status. */
int watch_tell_tested(const struct watch_choices *choices);

#endif

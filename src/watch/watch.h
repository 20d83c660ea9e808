/*
 * watch.h - a watch of one process, from its start to its ledger
 *
 *     watch_open(&options, &watch, &error)
 *     while (!watch_step(watch, 50))
 *             ...                                  // faces redraw
 *     watch_close(watch)
 *
 * Threads: one; scanning starts threads of its own and joins them.
 */
#ifndef FG_WATCH_WATCH_H
#define FG_WATCH_WATCH_H

#include "watch/verdict.h"

struct watch;

struct watch_options {
	pid_t pid;                    /* 0: start command */
	char *const *command;         /* NULL-terminated; NULL: pid */
	char *const *queries;
	size_t queries_n;
	const char *policy_file, *debug_dir;
	double budget;                /* share of the target's CPU time, 0 < budget <= 1; 0: 0.02 */
	bool full;                    /* every event of what is asked; default where queries are given: see trace */
	bool no_full;                 /* queries narrow the choice, and the budget holds for them too */
	bool reads;
	bool points;                  /* hardware watchpoints too */
	bool holds;                   /* conflicts are looked for */
	bool want_events;             /* event() is called for each */
	unsigned threads;             /* of the scan */
	void (*progress)(void *user, const char *stage, uint64_t done, uint64_t total);
	void (*warn)(void *user, const char *text);
	void (*finding)(void *user, const struct finding *finding, bool fresh);
	/* Each write event of an asked field. site: of the plan, NULL for POINT. field: id of the site's, or of the
	 * one that the point was aimed at. */
	void (*event)(void *user, const struct wire_event *event, const struct plan_site *site, uint32_t field);
	void *user;
};

/* Tests the kernel, opens or starts the target, plans, and sets the first probes; a target of ours runs from here on.
 * Returns: 0 or a negative errno, with ret_error. Owner: watch_close. */
int watch_open(const struct watch_options *options, struct watch **ret_watch, struct watch_error *ret_error);
/* Did all that was asked for fit something, and was there anything to watch? Of a command this is only known once its
 * libraries are there. Returns: 0; -ENOENT, -EINVAL: a query fits nothing; -ENODATA: nothing to watch; with
 * ret_error. */
int watch_check(const struct watch *watch, struct watch_error *ret_error);
/* Works for up to timeout_ms. Returns: 0: go on; 1: the target has ended; a negative errno. */
int watch_step(struct watch *watch, unsigned timeout_ms);
/* Takes all probes away and hears what is left; findings and ledger stay readable. */
void watch_stop(struct watch *watch);
void watch_close(struct watch *watch);

const struct plan *watch_plan(const struct watch *watch);
struct target *watch_target(struct watch *watch);
const struct verdict *watch_verdict(const struct watch *watch);
/* As of now. */
struct ledger watch_ledger(const struct watch *watch);
/* Hits of the sites of each field below fields_n so far, and what those hits and holds cost the target, in ns. */
void watch_fields(const struct watch *watch, size_t fields_n, uint64_t *ret_hits, uint64_t *ret_cost_ns);

#endif

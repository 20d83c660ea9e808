/*
 * schedule.h - which probes are attached when, so that the target pays no more than its budget
 *
 * Sites are first tried in small batches for some milliseconds, so that a hot one can't hurt for long. Cold ones then
 * stay. Hot ones are attached in short windows, all sites of a type together (two writers of one field have to be under
 * probes at the same time), as often as the budget allows.
 */
#ifndef FG_WATCH_SCHEDULE_H
#define FG_WATCH_SCHEDULE_H

#include "watch/finding.h"

struct schedule;

struct schedule_options {
	double budget;                /* share of the target's CPU time */
	double hit_ns[SELF_TEST_KINDS]; /* cost of one hit by the kind under the probe */
	bool full;                    /* asked fields stay attached whatever they cost */
	void (*window)(void *user, uint32_t type_id, uint64_t now_ns, bool begins, bool lost);
	void (*warn)(void *user, const char *text);
	void *user;
};

int schedule_new(struct kernel *kernel, const struct target *target, const struct plan *plan,
                 const struct schedule_options *options, struct schedule **ret_schedule);
void schedule_free(struct schedule *schedule);
/* Sites were added to the plan. */
int schedule_grow(struct schedule *schedule);
/* Does what is due. Returns: ns until something is due again. */
uint64_t schedule_step(struct schedule *schedule, uint64_t now_ns);
/* Something else was done to the target: it comes out of the budget too. */
void schedule_spend(struct schedule *schedule, uint64_t ns);
/* Is there budget left? */
bool schedule_solvent(struct schedule *schedule, uint64_t now_ns);
/* Takes all away. */
void schedule_stop(struct schedule *schedule);
void schedule_ledger(const struct schedule *schedule, struct ledger *ledger);

#endif

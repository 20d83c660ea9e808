/*
 * behind.h - has a site's probe told of what a watchpoint saw?
 *
 * A watchpoint gives the address behind the instruction that wrote. Where that instruction is a site of the plan, its
 * probe has told of the write, and better.
 */
#ifndef FG_WATCH_BEHIND_H
#define FG_WATCH_BEHIND_H

#include "watch/plan.h"

struct behind;

/* plan and target outlive it. Returns: 0 or -ENOMEM. Owner: behind_free. */
int behind_new(const struct plan *plan, const struct target *target, struct behind **ret_behind);
void behind_free(struct behind *behind);
/* ip: an address in the target's memory, as a watchpoint gives it. Returns: false also where memory is out. */
bool behind_site(struct behind *behind, uint64_t ip);

#endif

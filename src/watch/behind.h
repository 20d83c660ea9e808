/*
 * behind.h - whose store a watchpoint has seen
 *
 * A watchpoint tells the address behind the instruction that wrote. Where that instruction is a site with a probe, the
 * write is told twice; a stepped one runs in a page of the kernel's own (xol), and its address says nothing.
 */
#ifndef FG_WATCH_BEHIND_H
#define FG_WATCH_BEHIND_H

#include "watch/plan.h"

#define BEHIND_NOTHING UINT32_MAX          /* no site of the plan: an other's code, or one without a probe */
#define BEHIND_STEPPED (UINT32_MAX - 1)    /* a site under a single-stepped probe, it is not known which */

struct behind;

/* plan and target outlive it. Returns: 0 or -ENOMEM. Owner: behind_free. */
int behind_new(const struct plan *plan, const struct target *target, struct behind **ret_behind);
void behind_free(struct behind *behind);
/* The program is another one now: the page of the stepped ones is looked for anew. */
void behind_forget(struct behind *behind);
/* ip: an address in the target's memory, as a watchpoint gives it. Returns: the site's id in plan->sites; BEHIND_NOTHING
 * (also without memory); BEHIND_STEPPED. */
uint32_t behind_site(struct behind *behind, uint64_t ip);

#endif

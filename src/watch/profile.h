/*
 * profile.h - where the target's CPU time goes, by a clock that looks some hundred times a second on each CPU
 *
 * Costs the target next to nothing and needs no probe: so that probes need not be tried on code that never rests.
 */
#ifndef FG_WATCH_PROFILE_H
#define FG_WATCH_PROFILE_H

#include <stdint.h>
#include <sys/types.h>

struct profile;

enum { PROFILE_HZ = 499 };        /* not in step with anything that ticks in round numbers */

/* Returns: 0 or a negative errno: -EPERM, -ENOENT (no such clock here). Owner: the caller, profile_close. */
int profile_open(pid_t pid, struct profile **ret_profile);
/* NULL is fine. */
void profile_close(struct profile *profile);
/* Tells where the target's threads were, outside of the kernel, at each look since the last call. Looks that did not
 * find room are lost without being told. Returns: how many were told. */
unsigned profile_read(struct profile *profile, void (*tell)(void *user, uint64_t ip), void *user);

#endif

/*
 * profile.h - where the target's CPU time goes, by a clock that looks at each CPU again and again
 *
 * Needs no probe: so that probes need not be tried on code that never rests. Not free: where a hypervisor keeps the
 * timers, a look was seen to cost some 50 microseconds.
 */
#ifndef FG_WATCH_PROFILE_H
#define FG_WATCH_PROFILE_H

#include <stdint.h>
#include <sys/types.h>

struct profile;

/* Looks a second; not in step with anything that ticks in round numbers. */
enum { PROFILE_HZ_CLOSE = 499, PROFILE_HZ_LOOSE = 29 };

/* hz: looks a second. Returns: 0 or a negative errno: -EPERM, -ENOENT (no such clock here). Owner: the caller,
 * profile_close. */
int profile_open(pid_t pid, unsigned hz, struct profile **ret_profile);
/* From now on so many looks a second. Returns: 0 or a negative errno: then some CPUs are looked at as before. */
int profile_set_hz(struct profile *profile, unsigned hz);
/* NULL is fine. */
void profile_close(struct profile *profile);
/* Tells where the target's threads were, outside of the kernel, at each look since the last call. Looks that did not
 * find room are lost without being told. Returns: how many were told. */
unsigned profile_read(struct profile *profile, void (*tell)(void *user, uint64_t ip), void *user);

#endif

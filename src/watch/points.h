/*
 * points.h - hardware watchpoints: who writes to these bytes, whatever code it is
 *
 * Each of the few debug registers of a CPU watches up to 8 aligned bytes, for one thread: a point is a perf event in
 * every thread of the target. Points are re-aimed, and only opened anew where they used up their hits; threads that
 * start later are found and get theirs.
 * A point disarms itself after a number of hits, so that a hot field costs what was set aside for it and no more.
 */
#ifndef FG_WATCH_POINTS_H
#define FG_WATCH_POINTS_H

#include "watch/kernel.h"
#include "watch/target.h"

struct points;

/* Finds out how many there are. Returns: 0 or a negative errno with ret_error: -EPERM, -ENOTSUP (no debug registers
 * under this hypervisor). Owner: points_close. */
int points_open(struct kernel *kernel, const struct target *target, struct points **ret_points,
                struct watch_error *ret_error);
void points_close(struct points *points);
/* How many can watch at once. */
unsigned points_n(const struct points *points);
/* Aims point i (below points_n) at width bytes (1, 2, 4, 8; aligned to their number), with this cookie, for at most so
 * many hits a thread. Events come from kernel_poll with kind POINT and probe = cookie; that kernel_probe is set here,
 * beside those of its flags that the caller has set. reads: loads too, and the event does not say which it was.
 * What the kernel writes for a thread, as in read(), is no hit. A point stays armed over an exec of the target: rest it
 * then. Beside its hits a point costs at each switch to and from a thread: some 1.5 us armed, 0.6 us at rest.
 * Returns: 0: it watches in at least one thread; or a negative errno: -EINVAL (not aligned, no hits), -ENOSPC (a
 * debugger holds the registers), -ESRCH (no thread is left). */
int points_aim(struct points *points, unsigned i, uint64_t address, unsigned width, uint32_t cookie, unsigned hits,
               bool reads);
void points_rest(struct points *points, unsigned i);
/* Finds new threads and gives them the points that are armed; lets go of ended threads, and of points that have rested
 * for a quarter of a second. Returns: threads that have points, or a negative errno. */
int points_refresh(struct points *points);
/* Threads that could not be given a point, since opening: their writes go unseen, and the ledger says so. Threads that
 * began and ended between two refreshes are not among them. */
unsigned points_missed(const struct points *points);

#endif

/*
 * heat.h - which planned sites stand in functions where the target spends its time
 *
 * A function that the clock of profile.h meets again and again may store millions of times a second: its sites are not
 * tried among others, and never stay attached.
 */
#ifndef FG_WATCH_HEAT_H
#define FG_WATCH_HEAT_H

#include "watch/plan.h"

struct heat;

/* Without the right to a clock there is no heat: every site counts as cold. Returns: 0 or -ENOMEM. Owner: heat_free. */
int heat_new(const struct target *target, const struct plan *plan, struct heat **ret_heat);
void heat_free(struct heat *heat);
/* Sites were added to the plan, or modules moved. Returns: 0 or -ENOMEM. */
int heat_grow(struct heat *heat);
/* Looks closely while there are sites to be tried; loosely when what is left may be found out in time. */
void heat_look_closely(struct heat *heat, bool closely);
/* Reads the clock. Returns: true: a function has become hot that was not. */
bool heat_read(struct heat *heat);
bool heat_is_hot(const struct heat *heat, uint32_t site);

#endif

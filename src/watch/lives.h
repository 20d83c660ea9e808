/*
 * lives.h - probes at free(), which end the lives of objects on the heap
 *
 * Wanted where a rule is about one life of an object (once, owner): without them an address that is used again looks
 * like a second write. A target that frees too often can't be watched so within its budget; then those rules are not
 * judged.
 */
#ifndef FG_WATCH_LIVES_H
#define FG_WATCH_LIVES_H

#include "watch/plan.h"

struct lives;

/* Sets them. share: of one CPU's time that they may cost; 0: no matter what. Returns: 0, with NULL in ret where the
 * plan wants none; or a negative errno. Owner: lives_end. */
int lives_begin(struct kernel *kernel, const struct target *target, struct plan *plan, double share,
                struct lives **ret_lives);
/* Looks what they cost; ret_ns: since the last look. Takes them away, and says so in the plan's ledger, where it is too
 * much. NULL is fine. Returns: are they there? */
bool lives_look(struct lives *lives, uint64_t now_ns, uint64_t *ret_ns);
/* Have ends been missed since the last call? */
bool lives_lost(struct lives *lives);
/* NULL is fine. */
void lives_end(struct lives *lives);

#endif

/*
 * aim.h - which bytes the hardware watchpoint looks at, and when
 *
 * An object that the sites have shown gets the watchpoint on one of its fields, so that whoever else writes there
 * (memcpy, reflection, a library) is seen by address. Bytes that two threads write come first; each second turn goes
 * to others, for the second writer may be just the one that no site shows. Hot types are aimed at while their window
 * is open: a hold at a site is what convicts the one who arrives by address.
 */
#ifndef FG_WATCH_AIM_H
#define FG_WATCH_AIM_H

#include "watch/points.h"
#include "watch/schedule.h"
#include "watch/verdict.h"

struct aim;

struct aim_options {
	bool holds;
	uint32_t cookie;              /* probe number of the point */
	double hit_ns;                /* what a hit of it costs; 0: not known */
};

/* Returns: 0 or -ENOMEM. Owner: aim_free. */
int aim_new(struct kernel *kernel, struct points *points, const struct plan *plan, const struct verdict *verdict,
            struct schedule *schedule, const struct aim_options *options, struct aim **ret_aim);
/* Rests the point. NULL is fine. */
void aim_free(struct aim *aim);
/* A write by a site. */
void aim_saw(struct aim *aim, const struct wire_event *event, const struct plan_site *site);
/* A window of a type begins or ends. */
void aim_window(struct aim *aim, uint32_t type_id, bool begins, uint64_t now_ns);
/* Does what is due. */
void aim_step(struct aim *aim, uint64_t now_ns);
/* When something is due again: a time of kernel_now_ns. */
uint64_t aim_due_ns(const struct aim *aim);
/* The target's addresses mean nothing any more (exec), or all comes to an end. */
void aim_rest(struct aim *aim, uint64_t now_ns);
/* What the point is or was last aimed at: field and object of its events. */
uint32_t aim_field(const struct aim *aim);
uint64_t aim_object(const struct aim *aim);
uint64_t aim_count(const struct aim *aim);

#endif

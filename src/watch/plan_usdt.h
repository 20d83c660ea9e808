/*
 * plan_usdt.h - points of generated code (<fieldguard/usdt.h>) as sites of a plan
 *
 * A point says which record and which field by itself; the note says where in the shared form that field lies, and the
 * debug information how far from the form's start. Nothing is guessed from the code around the point.
 */
#ifndef FG_WATCH_PLAN_USDT_H
#define FG_WATCH_PLAN_USDT_H

#include "scan/scan.h"
#include "scan/usdt.h"
#include "watch/wire.h"

struct plan_point {
	const struct scan_usdt *point; /* offset, semaphore_offset: as kernel_place takes them */
	const struct scan_generated *generated; /* record and form; form is not NULL */
	const char *field;             /* C name in the record */
	const struct scan_type *value; /* its type */
	uint64_t record_offset;        /* of it in the record */
	const char *policy;            /* "mutex", as in tags */
	uint64_t offset;               /* in the form: of the bytes that are written, or of the pointer that publishes
	                                  them */
	uint64_t width;                /* bytes of the value */
	/* Ready for the kernel, but for sample and hold_every. Judges where a lock is held that every writer of these
	 * bytes must hold, and where one thread alone may write. */
	struct wire_probe wire;
	/* The way to the field where the form's own members don't say it: of words, and of what a pointer publishes:
	 * "snapshot.id". steps_n 0: scan_path(form, offset, width) does. */
	struct scan_step steps[2];
	size_t steps_n;
	/* The same in the words of scan, for who lists sites: a store to the form, from the line that the point is of,
	 * and a probe on the point itself. */
	struct scan_site site;
	struct scan_probe probe;
};

struct plan_points {
	struct plan_point *items;      /* in the file's order */
	size_t n;
	size_t strange;                /* points of ours that don't fit note or debug information: left out */
};

/* The points of provider "fieldguard" that a binary has. scan, usdts: of the same file, and outlive what is made.
 * Returns: 0 or -ENOMEM. Owner: the caller, plan_points_fini. Threads: any. */
int plan_points_make(const struct scan *scan, const struct scan_usdts *usdts, struct plan_points *ret_points);
void plan_points_fini(struct plan_points *points);

#endif

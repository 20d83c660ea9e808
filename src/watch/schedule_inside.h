/* schedule_inside.h - what the parts of schedule.c share: its books, its batches */
#ifndef FG_WATCH_SCHEDULE_INSIDE_H
#define FG_WATCH_SCHEDULE_INSIDE_H

#include "watch/heat.h"
#include "watch/schedule.h"

#define MS 1000000ull
#define SECOND 1000000000ull

enum {
	LEAVE_MS = 40,                /* after which nothing of a batch that was let go fires any more */
};

enum state { NEW = 0, WARM, TRIED, RESIDENT, HOT, FAILED };

struct one {                          /* a site */
	uint8_t state;
	bool attached, was_attached, was_hot;
	bool calm;                    /* its function is hot and it is not: seen in a window */
	bool relapsed;                /* it was called calm, and was not */
	uint32_t set;                 /* of its batch's sets */
	uint64_t hits;                /* when last looked at */
	uint64_t begun_hits;          /* when its batch was attached last, all of it */
	uint32_t next;                /* of its type: 1 + the id; 0: none */
	double rate;                  /* hits a second while attached, the last that was measured */
	uint64_t attached_ns;         /* in all, up to since_ns */
	uint64_t since_ns;
};

struct of_type {
	uint32_t sites, attached, hot, pauses;
	uint32_t first;               /* of its sites, as next */
	uint64_t last_window_ns;
	uint64_t dropped;             /* of its sites when its window began */
	uint64_t met_shared;          /* likewise, at the last window's end */
	double weight;
	bool open, library;
};

struct batch {
	uint32_t *ids;
	size_t n;
	struct batch_set {
		struct kernel_set *set;
		bool leaves;          /* to another batch; left_before: sets before it that do, too */
		uint32_t left_before;
	} *sets;
	size_t sets_n;
	uint64_t looked_ns;
	uint64_t left_ns;             /* when it was let go */
	uint64_t cost_ns;             /* since its first site was attached */
	uint64_t allowed_ns;          /* once it has cost so much no more of it is attached, and the rest goes; 0:
	                                 whatever it costs */
	uint64_t open_ns;             /* when all was attached */
	uint64_t wait_ns, wait_cpu_ns; /* before it was attached: the time, the target's CPU time */
	bool waits;                   /* what the target's threads waited is to be taken down once it is gone */
	uint32_t type_id;             /* of a window */
	bool away;                    /* residents that wait for others of theirs to be gone */
	bool warm;                    /* of a trial: its sites are busy functions' */
	struct batch *next;
};

struct schedule {
	struct kernel *kernel;
	const struct target *target;
	const struct plan *plan;
	struct schedule_options options;
	struct one *ones;
	size_t ones_n;
	struct of_type *types;
	size_t types_n;
	struct batch **residents;
	size_t residents_n;
	struct heat *heat;
	struct batch *trial, *window;
	struct batch *leaving;        /* let go of, and perhaps still firing; linked by next */
	size_t trial_size;            /* of the next */
	size_t next_new[2];           /* of types of one's own, of libraries: sites below are no longer NEW */
	size_t warm_n;                /* sites that are WARM */
	bool tried_last;              /* what was begun last was a trial */
	uint64_t start_ns, look_due_ns;
	double hits_cost_ns;          /* by hits, in all */
	double income_ns;             /* the budget's share of the target's time so far */
	double repaid_ns;             /* of what was lent for the start */
	double target_ns;             /* its CPU time so far, one CPU's at least */
	double used;                  /* CPUs it keeps busy, lately */
	double quiet_ns, quiet_cpu_ns; /* lately, while nothing came or went: the time, and the target's CPU time */
	uint64_t quiet_since_ns, quiet_since_cpu_ns; /* 0: something comes or goes */
	uint64_t earned_ns, measured_ns, own_measured_ns, cpu_ns;
	uint64_t own_ns, idle_ns;     /* CPU time of ours, and that nobody used on this machine, as last read */
	uint64_t taken_ns;            /* CPU time of ours that came from no idle CPU */
	double waited_ns;             /* by the target's threads for each other in windows; less than none is chance */
	uint64_t windows, failed;
	uint64_t other_cost_ns;       /* told by schedule_spend */
};

/* Was every site tried, but for those that are WARM? */
static inline bool schedule_tried(const struct schedule *s)
{
	return s->next_new[0] == s->ones_n && s->next_new[1] == s->ones_n;
}

/* The CPUs that the target keeps busy, one at least: an idle target waits for its own threads, and is not to wait
 * longer. */
static inline double schedule_busy(const struct schedule *s)
{
	return s->used < 1 ? 1 : s->used;
}

/* ---- the books (schedule_books.c) ---- */

/* Price of one hit of a site, as its probe is set now, ns. */
double schedule_cost_of(const struct schedule *s, uint32_t id);
/* What a site costs a second while it is attached, ns. */
double schedule_cost_a_second(const struct schedule *s, uint32_t id);
/* Income since the last call. */
void schedule_earn(struct schedule *s, uint64_t now_ns);
/* What may be spent now, ns. Once all sites were tried, an idle time saves up no more than a little. */
double schedule_credit(struct schedule *s);
/* How long until the credit is more than ns, if nothing is spent meanwhile. */
uint64_t schedule_waits(struct schedule *s, uint64_t ns);
/* Holds have a share of their own, which the kernel keeps to; it saves up as little. */
void schedule_grant_holds(struct schedule *s, uint64_t now_ns);
/* Nothing comes or goes from now on: what the target takes of the CPUs is what it takes by itself. */
void schedule_quiet_begin(struct schedule *s);
/* How long the target's threads wait for each other while probes are attached: begins and ends. */
void schedule_wait_begin(struct schedule *s, struct batch *batch);
void schedule_wait_end(struct schedule *s, const struct batch *batch, uint64_t now_ns);
/* What all residents together may cost a second, ns. */
double schedule_resident_may(const struct schedule *s);

/* ---- batches (schedule_batch.c) ---- */

/* Room for n ids. Returns: NULL: no memory. */
struct batch *batch_new(size_t n);
/* NULL is fine. */
void batch_free(struct batch *batch);
void batch_attach(struct schedule *s, struct batch *batch, uint64_t now_ns);
/* Letting go takes milliseconds, in which nobody reads the rings: what fires then only counts, but for full traces. */
void batch_detach(struct schedule *s, struct batch *batch, uint64_t now_ns);
/* Takes down what its sites cost since the last look, and how often they fire. Returns: cost a second, ns. */
double batch_look(struct schedule *s, struct batch *batch, uint64_t now_ns);
/* Every hit is paid for once, in whatever batch, between two, or while one is let go. Returns: what a site's new hits
 * cost, ns. */
double batch_charge(struct schedule *s, uint32_t id);
/* The sets that a site which is no resident any more is in go over, with all their sites. gone: empty, with room for
 * all. */
void batch_split(struct schedule *s, struct batch *batch, struct batch *gone);
/* Lets go of it; what it still costs comes into the books. */
void batch_leave(struct schedule *s, struct batch *batch, uint64_t now_ns);
void batches_look_at_leaving(struct schedule *s, uint64_t now_ns);
/* Returns: ns until the first of those that leave is gone; UINT64_MAX: none leaves. */
uint64_t batches_leave_in(const struct schedule *s, uint64_t now_ns);
/* Sets how its sites hold and whether they send events. */
void batch_arm(struct schedule *s, const struct batch *batch, bool events);
/* A type's order across sites counts while all its sites are attached. */
void schedule_open_or_shut(struct schedule *s, uint32_t type_id, uint64_t now_ns);
uint64_t schedule_dropped_of(const struct schedule *s, uint32_t type_id);

#endif

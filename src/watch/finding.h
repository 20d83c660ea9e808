/*
 * finding.h - what is told: findings, each once, and the ledger that every run ends with
 *
 * Faces (text, JSON, the terminal, later pages and metrics) read these and nothing else of the watch.
 */
#ifndef FG_WATCH_FINDING_H
#define FG_WATCH_FINDING_H

#include "watch/plan.h"

enum finding_kind {
	FINDING_CONFLICT = 0,         /* two threads in the act of writing the same bytes, no lock between them */
	FINDING_MIXED,                /* two fills of one object, interleaved */
	FINDING_POLICY,               /* a tag's rule is broken */
	FINDING_SHARING,              /* two threads write different fields of one cache line */
	FINDING_KINDS,
};
/* "conflict", "mixed", "policy", "sharing". */
const char *finding_kind_name(enum finding_kind kind);

enum {
	FINDING_STACK = 24,
	FINDING_VALUE = 96,
};

/* One of the two who met. */
struct finding_side {
	uint32_t site;                /* of the plan; UINT32_MAX: seen by address, ip says where */
	uint32_t field;               /* of the plan */
	uint64_t ip;                  /* address in memory */
	uint64_t address;
	uint32_t tid;
	char thread[16];              /* its name */
	uint64_t goroutine;           /* 0: none */
	uint64_t time_ns;
	bool is_read;
	char old_text[FINDING_VALUE], new_text[FINDING_VALUE]; /* formatted; "" where not known */
	uint64_t stack[FINDING_STACK]; /* return addresses, innermost first */
	uint32_t stack_n;
};

struct finding_evidence {
	uint64_t object;              /* address of the object, or of the bytes where that is not known */
	struct finding_side sides[2]; /* [0] came first: was held, wrote first */
	char text[160];               /* what a policy said and saw: "paid -> created is not in the list"; mixed: which fields
	                                 came from whom */
};

/* The key: kind, field, other field (mixed, sharing), the two sites, rule. */
struct finding {
	enum finding_kind kind;
	uint32_t type_id, field, field2; /* field2: UINT32_MAX where there is only one */
	enum plan_rule rule;          /* POLICY */
	bool states;                  /* POLICY: a change that the list does not hold */
	uint64_t count;               /* evidence seen; SHARING: changes of hands seen */
	uint64_t first_ns, last_ns;
	struct finding_evidence first, last;
};

/* What no finding means. All numbers of this run. */
struct ledger {
	struct plan_ledger plan;
	uint64_t sites_attached;      /* at least once */
	uint64_t sites_hit;           /* fired at least once */
	uint64_t sites_hot;           /* too hot to stay: attached in windows */
	uint64_t sites_silenced;      /* too hot for any window within the budget */
	uint64_t hits, events, dropped, faults;
	uint64_t holds, hold_ns, caught;
	uint64_t paused, paused_ns;   /* threads held before a lock, where fills were suspected to be mixed */
	uint64_t overlaps_seen;       /* hits on bytes that another thread wrote last: how much was shared */
	uint64_t points_aimed, point_hits, points_missed;
	uint64_t objects_seen, objects_shared;
	uint64_t windows;             /* of hot sites */
	uint64_t attach_failed;
	double seconds;               /* watched */
	double budget;                /* share of the target's CPU time that may be spent, 0.02; a CPU's where it
	                                 uses less */
	double spent;                 /* that was, by the measured cost of hits and holds */
	double own_seconds;           /* CPU time of our own processes, from the start on, wherever it came from */
	double attached_share;        /* of the time in which a planned site was attached, mean over sites by hits */
	double writers_max;           /* most threads seen writing one object */
	/* The chance that a race whose two sides each write the same bytes 100 times a second would have been caught:
	 * 1 - exp(-rate * held seconds a shared field); nan where nothing could be held. */
	double chance_100;
	bool complete;                /* all events were wanted and none was dropped */
	bool target_ended;
	int target_status;            /* as waitpid tells; -1: not known */
	const char *limits[8];        /* static texts: what could not be looked at on this machine */
	size_t limits_n;
};

/* "1 - e^-x" of finding.h: rate a second, seconds held. */
double ledger_chance(double rate, double held_seconds);

#endif

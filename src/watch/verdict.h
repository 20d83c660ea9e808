/*
 * verdict.h - from events to findings
 *
 * Fed with events in the order of time; keeps what it knows of each object that was seen lately. It reads the plan and
 * nothing else: tests feed it with events of their own making.
 *
 * A conflict is proved by the kernel (an event CAUGHT). A mixed record is proved by order: fill A wrote field f
 * before B did and field g after B did. Policies are judged on objects that two threads are seen to write.
 */
#ifndef FG_WATCH_VERDICT_H
#define FG_WATCH_VERDICT_H

#include "watch/finding.h"

struct verdict;

struct verdict_options {
	/* Told of each finding when it is first seen, and again (fresh false) when its count grows. */
	void (*tell)(void *user, const struct finding *finding, bool fresh);
	/* Name of a thread. */
	const char *(*thread_name)(void *user, uint32_t tid, char *ret, size_t size);
	/* Two fills may run into one another at this store (plan->sites). Returns: false: there is no room for it now,
	 * and it is to be told of again. NULL: nobody minds. */
	bool (*suspect)(void *user, uint32_t site);
	void *user;
	size_t objects_max;           /* kept at once, the longest unseen goes first; 0: 65,536 */
};

/* Owner: verdict_free. Returns: 0 or -ENOMEM. */
int verdict_new(const struct plan *plan, const struct verdict_options *options, struct verdict **ret_verdict);
void verdict_free(struct verdict *verdict);

/* A window in which all sites of a type are attached begins or ends: order across sites means something only inside of
 * one. ids: of plan->types. lost: events were dropped in it, so its mixed records are not judged. */
void verdict_window_begin(struct verdict *verdict, uint32_t type_id, uint64_t now_ns);
void verdict_window_end(struct verdict *verdict, uint32_t type_id, uint64_t now_ns, bool lost);

/* Events of free() were dropped: what was seen of objects on the heap until now says nothing of one life any more. */
void verdict_lives_lost(struct verdict *verdict, uint64_t now_ns);

void verdict_event(struct verdict *verdict, const struct wire_event *event, const struct wire_caught *caught);
/* An event POINT, seen by address: field is what the point was aimed at, object its object's address. */
void verdict_point(struct verdict *verdict, const struct wire_event *event, uint32_t field, uint64_t object);

const struct finding *const *verdict_findings(const struct verdict *verdict, size_t *ret_n);
/* Writers and rates of a field, for the live view. */
struct verdict_field {
	uint64_t events;
	uint32_t writers;             /* threads or goroutines seen, at most 64 are told apart */
	uint64_t conflicts;
	uint64_t last_ns;
	char last_text[FINDING_VALUE];
};
struct verdict_field verdict_field(const struct verdict *verdict, uint32_t field);
uint64_t verdict_objects_seen(const struct verdict *verdict);
uint64_t verdict_objects_shared(const struct verdict *verdict);
/* An address of that field that two threads wrote lately, for a watchpoint. Returns: false: none. */
bool verdict_candidate(const struct verdict *verdict, uint32_t *ret_field, uint64_t *ret_address, uint64_t *ret_object);

#endif

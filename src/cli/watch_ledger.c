/* watch_ledger.c - what no finding means: the ledger as plain lines; see watch.h */
#include "cli/watch.h"

#include "cli/writes.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

/* "  sites      " */
static void begin_line(struct text *out, const char *word)
{
	text_printf(out, "  %-9s  ", word);
}

/* "1,234 found" */
static void put_count(struct text *out, uint64_t count, const char *what)
{
	char number[32];

	text_printf(out, "%s %s", writes_number(count, number), what);
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* ---- who was watched ------------------------------------------------------------------------------------------- */

static void put_end(struct text *out, int status)
{
	if (status == -1)
		text_str(out, ", which has ended");
	else if (WIFSIGNALED(status))
		text_printf(out, ", which ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		text_printf(out, ", which ended with exit status %d", WEXITSTATUS(status));
}

static void put_target(struct watching *watching, const struct ledger *ledger)
{
	const struct target *target = watch_target(watching->watch);
	struct text *out = &watching->out;

	text_printf(out, "\nwatched %s (process %d) for %.1f s", target->modules_n ? target->modules[0].path : "?",
	            (int)target->pid, ledger->seconds);
	if (ledger->target_ended)
		put_end(out, ledger->target_status);
	text_str(out, "\n");
}

/* ---- sites ----------------------------------------------------------------------------------------------------- */

static uint64_t refused_all(const struct plan_ledger *plan)
{
	uint64_t all = 0;

	for (int i = 0; i < PLAN_REFUSED_KINDS; i++)
		all += plan->refused[i];
	return all;
}

static void put_sites(struct text *out, const struct plan_ledger *plan)
{
	uint64_t planned = plan->sites_neighbour + plan->sites_stepped + plan->sites_call + plan->sites_points;
	char number[32];

	begin_line(out, "sites");
	put_count(out, plan->sites_found, "found: ");
	put_count(out, planned, "with a probe (");
	put_count(out, plan->sites_neighbour, "beside the store, ");
	put_count(out, plan->sites_stepped, "on it, ");
	put_count(out, plan->sites_call, "at calls");
	if (plan->sites_points) {
		text_str(out, ", ");
		put_count(out, plan->sites_points, "points of generated code");
	}
	text_str(out, "), ");
	put_count(out, refused_all(plan), "refused");
	if (plan->sites_left_out) {
		text_str(out, ", ");
		put_count(out, plan->sites_left_out, "beyond the number that is watched");
	}
	text_str(out, "\n");
	for (int i = 0; i < PLAN_REFUSED_KINDS; i++)
		if (plan->refused[i])
			text_printf(out, "             %s refused: %s\n", writes_number(plan->refused[i], number),
			            plan_refusal_text((enum plan_refusal)i));
	if (plan->sites_unknown)
		text_printf(out, "             %s more stores, to memory whose type is not known\n",
		            writes_number(plan->sites_unknown, number));
	if (plan->fields_atomic)
		text_printf(out, "             %s %s written atomically, and no conflict is told of %s\n",
		            writes_number(plan->fields_atomic, number),
		            plural(plan->fields_atomic, "field is", "fields are"), plural(plan->fields_atomic, "it", "them"));
	if (plan->modules_bare)
		text_printf(out, "             %u of %u files in the process have no debug information\n", plan->modules_bare,
		            plan->modules + plan->modules_bare);
}

static void put_reach(struct text *out, const struct ledger *ledger)
{
	begin_line(out, "reached");
	put_count(out, ledger->sites_attached, "sites were attached, ");
	put_count(out, ledger->sites_hit, "of them ran");
	if (ledger->sites_hot) {
		text_str(out, "; ");
		put_count(out, ledger->sites_hot, "too hot to stay, watched in ");
		put_count(out, ledger->windows, plural(ledger->windows, "window", "windows"));
	}
	if (ledger->sites_silenced) {
		text_str(out, "; ");
		put_count(out, ledger->sites_silenced, "too hot for any window");
	}
	if (ledger->attach_failed) {
		text_str(out, "; ");
		put_count(out, ledger->attach_failed, plural(ledger->attach_failed, "attach failed", "attaches failed"));
	}
	if (ledger->sites_hit)
		text_printf(out, "; in the mean attached for %.0f %% of the time", 100 * ledger->attached_share);
	text_str(out, "\n");
}

/* ---- what was seen --------------------------------------------------------------------------------------------- */

static void put_events(struct text *out, const struct ledger *ledger)
{
	begin_line(out, "events");
	put_count(out, ledger->hits, plural(ledger->hits, "hit, ", "hits, "));
	put_count(out, ledger->events, ledger->events == ledger->hits ? "looked at, " : "of them looked at, ");
	put_count(out, ledger->dropped, "dropped");
	if (ledger->faults) {
		text_str(out, ", ");
		put_count(out, ledger->faults, "without the value, which could not be read");
	}
	text_str(out, ledger->complete ? "; every write of what was asked for is here\n" : "\n");
	begin_line(out, "sharing");
	put_count(out, ledger->objects_seen, plural(ledger->objects_seen, "object seen, ", "objects seen, "));
	put_count(out, ledger->objects_shared, "written by more than one thread");
	if (ledger->writers_max > 1)
		text_printf(out, " (at most by %.0f)", ledger->writers_max);
	text_str(out, ", ");
	put_count(out, ledger->overlaps_seen, plural(ledger->overlaps_seen, "write", "writes"));
	text_str(out, " to bytes that another thread wrote last\n");
}

static void put_holds(struct text *out, const struct ledger *ledger)
{
	begin_line(out, "holds");
	put_count(out, ledger->holds, plural(ledger->holds, "write held, ", "writes held, "));
	text_printf(out, "for %.1f ms in all; ", (double)ledger->hold_ns / 1e6);
	put_count(out, ledger->caught, plural(ledger->caught, "other write caught meanwhile\n",
	                                      "other writes caught meanwhile\n"));
	if (ledger->paused) {
		begin_line(out, "pauses");
		put_count(out, ledger->paused, plural(ledger->paused, "thread held before a lock", "threads held before locks"));
		text_printf(out, ", for %.1f ms in all: two fills may run into one another there\n",
		            (double)ledger->paused_ns / 1e6);
	}
	if (ledger->points_aimed || ledger->points_missed) {
		begin_line(out, "by address");
		put_count(out, ledger->points_aimed, plural(ledger->points_aimed, "watchpoint set, ", "watchpoints set, "));
		put_count(out, ledger->point_hits, plural(ledger->point_hits, "hit", "hits"));
		if (ledger->points_missed) {
			text_str(out, "; ");
			put_count(out, ledger->points_missed, "could not be set in a thread");
		}
		text_str(out, "\n");
	}
}

static void put_bulk(struct text *out, const struct plan_ledger *plan)
{
	uint64_t bare = plan->bulk_found - plan->bulk_known;

	if (!plan->bulk_found)
		return;
	begin_line(out, "bulk");
	put_count(out, bare, "of ");
	put_count(out, plan->bulk_found, plural(plan->bulk_found, "bulk write", "bulk writes"));
	text_printf(out, " (memcpy and its like) have no known field: %.0f %%\n", share(bare, plan->bulk_found));
}

static void put_cost(struct watching *watching, const struct ledger *ledger)
{
	struct text *out = &watching->out;

	begin_line(out, "cost");
	text_printf(out, "%.2f %% of the program's processor time, of %.2f %% allowed; %.1f s of our own", 100 * ledger->spent,
	            100 * ledger->budget, ledger->own_seconds);
	if (watching->threads_max)
		text_printf(out, "; %zu %s at most", watching->threads_max,
		            plural(watching->threads_max, "thread", "threads"));
	text_str(out, "\n");
	for (size_t i = 0; i < ledger->limits_n; i++) {
		begin_line(out, i ? "" : "limits");
		text_printf(out, "%s\n", ledger->limits[i]);
	}
}

/* ---- what it means --------------------------------------------------------------------------------------------- */

static size_t conflicts(const struct watching *watching)
{
	size_t n, found = 0;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);

	for (size_t i = 0; i < n; i++)
		found += findings[i]->kind == FINDING_CONFLICT;
	return found;
}

/* "No conflict" is worth what could have been seen. */
static void put_meaning(struct watching *watching, const struct ledger *ledger)
{
	struct text *out = &watching->out;

	if (!ledger->sites_hit) {
		text_str(out, "\nNothing was exercised: no write that is watched ran, so that this says nothing of races.\n");
		return;
	}
	if (conflicts(watching))
		return;
	text_str(out, "\nNo conflict was caught. ");
	if (!watching->choices->engine.holds)
		text_str(out, "None was looked for (--no-holds).\n");
	else if (!ledger->overlaps_seen)
		text_str(out, "No two threads were seen to write the same bytes, so that none could be.\n");
	else if (!ledger->holds || isnan(ledger->chance_100))
		text_str(out, "No write could be held, so that none could be.\n");
	else
		text_printf(out, "A race of two threads that each write the same bytes 100 times a second would have been "
		            "caught with a probability of %.1f %%.\n", 100 * ledger->chance_100);
}

void watch_text_ledger(struct watching *watching, const struct ledger *ledger)
{
	struct text *out = &watching->out;

	put_target(watching, ledger);
	put_sites(out, &ledger->plan);
	put_reach(out, ledger);
	put_events(out, ledger);
	put_holds(out, ledger);
	put_bulk(out, &ledger->plan);
	put_cost(watching, ledger);
	put_meaning(watching, ledger);
}

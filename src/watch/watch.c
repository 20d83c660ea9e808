/* watch.c - one watch: its parts put together, its loop, its ledger; see watch.h */
#include "watch/watch.h"

#include "watch/aim.h"
#include "watch/behind.h"
#include "watch/lives.h"
#include "watch/schedule.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MS 1000000ull
#define SECOND 1000000000ull

enum {
	PROBES_MAX = 65536,
	POINT_ID = PROBES_MAX - 1,    /* the watchpoint's number among the probes */
	FREES_MAX = 1024,             /* below them: probes at free() */
	SUSPECTS_MAX = 64,            /* that wait to be looked at */
};

static const uint64_t settle_ns = 2 * MS;        /* longer than an event takes from its time to its ring */
static const uint64_t nap_max_ns = 40 * MS;      /* rings are emptied at least so often */
static const uint64_t refresh_ns = 250 * MS;     /* between looks at the target's maps and threads */
static const uint64_t shared_ns = 2 * SECOND;
static const uint32_t hold_min_ns = 20000, hold_max_ns = 180000;

struct watch {
	struct watch_options options;
	struct kernel *kernel;
	struct self_test tested;
	struct target *target;
	struct plan *plan;
	struct verdict *verdict;
	struct schedule *schedule;
	struct points *points;        /* NULL: none on this machine, or not wanted */
	struct behind *behind;        /* whose stores they see */
	struct lives *lives;          /* NULL: not wanted, or too dear */
	struct aim *aim;              /* likewise */
	uint64_t started_ns, refresh_due_ns;
	size_t modules_planned, probes_set, frees_seen;
	bool goroutines_sought;
	uint32_t suspects[SUSPECTS_MAX]; /* sites before which threads are to be held */
	size_t suspects_n;
	bool stopped, ended;
	int ended_status;
	double tested_seconds;        /* CPU time of the self-test's children */
	struct ledger at_stop;
	const char *limits[8];
	size_t limits_n;
};

static void limit(struct watch *watch, const char *text)
{
	if (watch->limits_n < sizeof(watch->limits) / sizeof(watch->limits[0]))
		watch->limits[watch->limits_n++] = text;
}

/* ---- what the parts ask of us ---------------------------------------------------------------------------------- */

static const char *thread_name(void *user, uint32_t tid, char *ret, size_t size)
{
	struct watch *watch = user;

	return target_thread_name(watch->target, (pid_t)tid, ret, size);
}

static void tell_finding(void *user, const struct finding *finding, bool fresh)
{
	struct watch *watch = user;

	if (watch->options.finding)
		watch->options.finding(watch->options.user, finding, fresh);
}

static void window(void *user, uint32_t type_id, uint64_t now_ns, bool begins, bool lost)
{
	struct watch *watch = user;

	if (begins)
		verdict_window_begin(watch->verdict, type_id, now_ns);
	else
		verdict_window_end(watch->verdict, type_id, now_ns, lost);
	if (watch->aim)
		aim_window(watch->aim, type_id, begins, now_ns);
}

/* The plan may not grow while a verdict reads it. */
static bool suspect(void *user, uint32_t site)
{
	struct watch *watch = user;

	if (watch->suspects_n == SUSPECTS_MAX)
		return false;
	if (watch->options.holds)
		watch->suspects[watch->suspects_n++] = site;
	return true;
}

static void warn(void *user, const char *text)
{
	struct watch *watch = user;

	if (watch->options.warn)
		watch->options.warn(watch->options.user, text);
}

static void tell_event(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	struct watch *watch = user;
	const struct plan_site *site = event->probe < watch->plan->sites_n ? &watch->plan->sites[event->probe] : NULL;
	bool point = watch->aim && event->probe == POINT_ID;

	/* A store that is stepped meets the watchpoint in its copy: its own probe has told of it. */
	if (point && !target_module_at(watch->target, event->ip) && target_is_stepping(watch->target, event->ip))
		return;
	if (point && event->kind == WIRE_EVENT_POINT)
		verdict_point(watch->verdict, event, aim_field(watch->aim), aim_object(watch->aim));
	else
		verdict_event(watch->verdict, event, caught);
	if (site && watch->aim && event->kind == WIRE_EVENT_WRITE)
		aim_saw(watch->aim, event, site);
	if (!watch->options.want_events || !watch->options.event)
		return;
	if (site && event->kind == WIRE_EVENT_WRITE)
		watch->options.event(watch->options.user, event, site, site->field);
	else if (point && event->kind == WIRE_EVENT_POINT && !behind_site(watch->behind, event->ip))
		watch->options.event(watch->options.user, event, NULL, aim_field(watch->aim));
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static int test_kernel(struct watch *watch, struct watch_error *error)
{
	struct kernel_options options = {.probes_max = PROBES_MAX};
	struct rusage children;
	int rc = kernel_open(&options, &watch->kernel, error);

	if (rc)
		return rc;
	rc = self_test_run(watch->kernel, &watch->tested, error);
	if (rc)
		return rc;
	/* Later a command may be among our children. */
	if (getrusage(RUSAGE_CHILDREN, &children) == 0)
		watch->tested_seconds = seconds_of(&children.ru_utime) + seconds_of(&children.ru_stime);
	if (!watch->tested.of[SELF_TEST_HOLD].sound)
		limit(watch, "threads can't be held on this kernel: no conflict can be caught");
	if (kernel_way(watch->kernel) == KERNEL_WAY_SINGLE)
		limit(watch, "this kernel sets probes one at a time: few sites are watched at once");
	if (!kernel_sleepable(watch->kernel))
		limit(watch, "values in memory that is not there at the moment can't be read");
	return 0;
}

static int reach_target(struct watch *watch, struct watch_error *error)
{
	int rc = watch->options.command ? target_start(watch->options.command, &watch->target, error)
	                                : target_open(watch->options.pid, &watch->target, error);

	if (rc || kernel_knows(watch->kernel, watch->target->pid))
		return rc;
	snprintf(error->text, sizeof(error->text),
	         "process %d lives in a PID namespace below ours, where its threads have other numbers: watch it from the "
	         "host, or from within (nsenter -t %d -p -m)", (int)watch->target->pid, (int)watch->target->pid);
	return -ENOTSUP;
}

/* Go before 1.17 keeps g in the thread's memory alone. */
static void find_goroutines(struct watch *watch)
{
	if (watch->goroutines_sought)
		return;
	watch->goroutines_sought = true;
	if (kernel_find_thread_base(watch->kernel))
		limit(watch, "this kernel does not tell its types (/sys/kernel/btf/vmlinux): goroutines are not told apart");
}

/* The probes of sites that are new go into the kernel's table. */
static void set_probes(struct watch *watch)
{
	for (; watch->probes_set < watch->plan->sites_n; watch->probes_set++) {
		struct wire_probe *probe = kernel_probe(watch->kernel, (uint32_t)watch->probes_set);

		*probe = watch->plan->sites[watch->probes_set].wire;
		if (probe->flags & WIRE_GO_TLS)
			find_goroutines(watch);
		probe->sample = probe->hold_every = 0;
		if (!watch->options.holds)
			probe->flags &= ~(uint32_t)WIRE_JUDGE;
	}
	if (watch->plan->goid_offset)
		kernel_settings(watch->kernel)->goid_offset = watch->plan->goid_offset;
}

/* A module that came later has shown that earlier sites may not judge. */
static void clear_judges(struct watch *watch)
{
	for (uint32_t i = 0; i < watch->probes_set; i++)
		if (!watch->plan->sites[i].judges)
			kernel_probe(watch->kernel, i)->flags &= ~(uint32_t)WIRE_JUDGE;
	watch->plan->judges_changed = false;
}

static int plan_modules(struct watch *watch, struct watch_error *error)
{
	for (; watch->modules_planned < watch->target->modules_n; watch->modules_planned++) {
		int rc = plan_add_module(watch->plan, watch->target, (uint32_t)watch->modules_planned, error);

		if (rc < 0)
			return rc;
	}
	set_probes(watch);
	if (watch->plan->judges_changed)
		clear_judges(watch);
	return 0;
}

int watch_check(const struct watch *watch, struct watch_error *ret_error)
{
	int rc = plan_check(watch->plan, ret_error);

	if (rc || watch->plan->sites_n)
		return rc;
	snprintf(ret_error->text, sizeof(ret_error->text),
	         "%s: no store to a field can be watched: %s",
	         watch->target->modules_n ? watch->target->modules[0].path : "the program",
	         watch->plan->ledger.modules ? "none was found, or none may have a probe"
	                                     : "nothing in it has debug information; compile with -g");
	return -ENODATA;
}

static int make_plan(struct watch *watch, struct watch_error *error)
{
	struct plan_options options = {
		.queries = watch->options.queries, .queries_n = watch->options.queries_n,
		.reads = watch->options.reads, .stepped = true,
		.policy_file = watch->options.policy_file, .debug_dir = watch->options.debug_dir,
		.threads = watch->options.threads, .sites_max = POINT_ID - FREES_MAX,
		.progress = watch->options.progress, .warn = watch->options.warn, .user = watch->options.user,
	};
	int rc = plan_new(&options, &watch->tested, &watch->plan);

	if (!rc)
		rc = plan_modules(watch, error);
	/* Of a program that we start the libraries are not there yet: a query may be about one of those. */
	return rc || watch->options.command ? rc : watch_check(watch, error);
}

static void open_points(struct watch *watch)
{
	struct aim_options options = {
		.holds = watch->options.holds, .cookie = POINT_ID,
		.hit_ns = watch->tested.of[SELF_TEST_POINT].cost_ns,
	};
	struct watch_error why;

	if (!watch->options.points || !watch->tested.of[SELF_TEST_POINT].sound)
		limit(watch, watch->options.points ? "no hardware watchpoints: writes that no site covers go unseen"
		                                   : "watchpoints were not wanted: writes that no site covers go unseen");
	else if (points_open(watch->kernel, watch->target, &watch->points, &why) ||
	         aim_new(watch->kernel, watch->points, watch->plan, watch->verdict, watch->schedule, &options,
	                 &watch->aim))
		limit(watch, "hardware watchpoints could not be set: writes that no site covers go unseen");
}

static int make_parts(struct watch *watch, struct watch_error *error)
{
	struct verdict_options verdict_options = {.tell = tell_finding, .thread_name = thread_name,
	                                          .suspect = suspect, .user = watch};
	struct schedule_options options = {
		.budget = watch->options.budget, .full = watch->options.full, .window = window, .warn = warn,
		.user = watch,
	};
	int rc;

	for (unsigned i = 0; i < SELF_TEST_KINDS; i++)
		options.hit_ns[i] = watch->tested.of[i].cost_ns;
	rc = verdict_new(watch->plan, &verdict_options, &watch->verdict);
	if (!rc)
		rc = behind_new(watch->plan, watch->target, &watch->behind);
	if (!rc)
		rc = schedule_new(watch->kernel, watch->target, watch->plan, &options, &watch->schedule);
	if (rc)
		snprintf(error->text, sizeof(error->text), "out of memory");
	return rc;
}

static void begin_lives(struct watch *watch)
{
	double share = watch->options.full ? 0 : watch->options.budget / 4;

	/* A library that was loaded later may bring a free() of its own. */
	if (watch->frees_seen == watch->plan->frees_n)
		return;
	watch->frees_seen = watch->plan->frees_n;
	lives_end(watch->lives);
	watch->lives = NULL;
	if (lives_begin(watch->kernel, watch->target, watch->plan, share, &watch->lives))
		limit(watch, "free() could not be probed: `once` and `owner` are not judged on the heap");
	/* Until here some may have gone unseen. */
	verdict_lives_lost(watch->verdict, kernel_now_ns());
}

static void look_at_lives(struct watch *watch, uint64_t now_ns)
{
	uint64_t cost_ns;
	bool there = watch->lives != NULL;

	if (!there)
		return;
	if (lives_lost(watch->lives))
		verdict_lives_lost(watch->verdict, now_ns);
	there = lives_look(watch->lives, now_ns, &cost_ns);
	schedule_spend(watch->schedule, cost_ns);
	if (there)
		return;
	limit(watch, "free() is called too often to be probed: `once` and `owner` are not judged on the heap");
	lives_end(watch->lives);
	watch->lives = NULL;
}

static void begin(struct watch *watch)
{
	struct wire_settings *settings = kernel_settings(watch->kernel);
	bool holds = watch->options.holds && watch->tested.of[SELF_TEST_HOLD].sound;

	watch->started_ns = kernel_now_ns();
	settings->hold_start_ns = watch->started_ns;
	settings->hold_min_ns = hold_min_ns;
	settings->hold_max_ns = holds ? hold_max_ns : 0;
	settings->shared_ns = shared_ns;
	settings->focus = 0;
	settings->tgid = (uint32_t)watch->target->pid;
	/* Ends of lives before the writes of those that follow them. */
	begin_lives(watch);
	/* What is asked for is attached before a program of ours takes its first step. */
	schedule_step(watch->schedule, watch->started_ns);
}

int watch_open(const struct watch_options *options, struct watch **ret_watch, struct watch_error *ret_error)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int rc;

	ret_error->text[0] = '\0';
	if (!watch) {
		snprintf(ret_error->text, sizeof(ret_error->text), "out of memory");
		return -ENOMEM;
	}
	watch->options = *options;
	watch->ended_status = -1;
	if (!(watch->options.budget > 0))
		watch->options.budget = 0.02;
	if (options->queries_n && !options->no_full)
		watch->options.full = true;
	rc = test_kernel(watch, ret_error);
	if (!rc)
		rc = reach_target(watch, ret_error);
	if (!rc)
		rc = make_plan(watch, ret_error);
	if (!rc)
		rc = make_parts(watch, ret_error);
	if (!rc) {
		open_points(watch);
		begin(watch);
		if (watch->target->ours)
			rc = target_go(watch->target);
	}
	if (rc) {
		if (!ret_error->text[0])
			snprintf(ret_error->text, sizeof(ret_error->text), "%s", strerror(-rc));
		watch_close(watch);
		return rc;
	}
	*ret_watch = watch;
	return 0;
}

/* ---- the loop -------------------------------------------------------------------------------------------------- */

static void refresh(struct watch *watch, uint64_t now_ns)
{
	struct watch_error error = {{0}};
	bool exec = false;
	int found;

	watch->refresh_due_ns = now_ns + refresh_ns;
	found = target_refresh(watch->target, &exec);
	/* The addresses are another program's now. */
	if (exec)
		watch->target->stepping = 0;
	if (exec && watch->aim)
		aim_rest(watch->aim, now_ns);
	if (found <= 0 && watch->modules_planned == watch->target->modules_n) {
		if (watch->points)
			points_refresh(watch->points);
		return;
	}
	if (plan_modules(watch, &error) < 0)
		warn(watch, error.text);
	if (schedule_grow(watch->schedule))
		warn(watch, "out of memory: what was loaded last is not watched");
	begin_lives(watch);
	if (watch->points)
		points_refresh(watch->points);
}

static void add_pauses(struct watch *watch)
{
	int added = 0, rc = 0;

	for (size_t i = 0; i < watch->suspects_n; i++) {
		int one = plan_add_pause(watch->plan, watch->target, watch->suspects[i]);

		if (one < 0)
			rc = one;
		else
			added += one;
	}
	watch->suspects_n = 0;
	if (added) {
		set_probes(watch);
		if (schedule_grow(watch->schedule))
			rc = -ENOMEM;
	}
	if (rc)
		warn(watch, "out of memory: fills that may run into one another are looked at no closer");
}

/* ns until something is due. What the watchpoint is late with waits for the budget, as windows do. */
static uint64_t due_in(const struct watch *watch, uint64_t schedule_ns, uint64_t now_ns)
{
	uint64_t ns = schedule_ns < nap_max_ns ? schedule_ns : nap_max_ns;
	uint64_t aim_ns = watch->aim ? aim_due_ns(watch->aim) : 0;

	return aim_ns > now_ns && aim_ns - now_ns < ns ? aim_ns - now_ns : ns;
}

static void nap(const struct watch *watch, uint64_t ns)
{
	struct pollfd end = {.fd = watch->target->pidfd, .events = POLLIN};
	struct timespec time;

	time = (struct timespec){.tv_sec = 0, .tv_nsec = (long)ns};
	ppoll(&end, end.fd >= 0 ? 1 : 0, &time, NULL);
}

int watch_step(struct watch *watch, unsigned timeout_ms)
{
	uint64_t now_ns = kernel_now_ns(), until_ns = now_ns + timeout_ms * MS;

	while (!watch->ended) {
		uint64_t step_ns = schedule_step(watch->schedule, now_ns), due_ns;
		int rc = kernel_poll(watch->kernel, settle_ns, tell_event, watch);

		if (rc < 0)
			return rc;
		if (watch->suspects_n)
			add_pauses(watch);
		if (now_ns >= watch->refresh_due_ns)
			refresh(watch, now_ns);
		if (watch->aim)
			aim_step(watch->aim, now_ns);
		look_at_lives(watch, now_ns);
		watch->ended = target_ended(watch->target, &watch->ended_status);
		now_ns = kernel_now_ns();
		if (watch->ended || now_ns >= until_ns)
			break;
		due_ns = due_in(watch, step_ns, now_ns);
		nap(watch, due_ns < until_ns - now_ns ? due_ns : until_ns - now_ns);
		now_ns = kernel_now_ns();
	}
	return watch->ended;
}

void watch_stop(struct watch *watch)
{
	if (watch->stopped || !watch->schedule)
		return;
	if (watch->aim)
		aim_rest(watch->aim, 0);
	schedule_stop(watch->schedule);
	lives_end(watch->lives);
	watch->lives = NULL;
	kernel_poll(watch->kernel, 0, tell_event, watch);
	watch->at_stop = watch_ledger(watch);
	watch->stopped = true;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	watch_stop(watch);
	aim_free(watch->aim);
	if (watch->points)
		points_close(watch->points);
	schedule_free(watch->schedule);
	behind_free(watch->behind);
	if (watch->verdict)
		verdict_free(watch->verdict);
	if (watch->plan)
		plan_free(watch->plan);
	if (watch->target)
		target_close(watch->target);
	if (watch->kernel)
		kernel_close(watch->kernel);
	free(watch);
}

/* ---- what is told ---------------------------------------------------------------------------------------------- */

/* The time that bytes of one shared field were held, in the mean: what another writer had to arrive in. */
static double held_seconds(const struct watch *watch, uint64_t hold_ns)
{
	size_t shared = 0;
	uint32_t last = UINT32_MAX;

	for (uint32_t i = 0; i < watch->plan->sites_n; i++) {
		if (!kernel_count(watch->kernel, i).met_shared || watch->plan->sites[i].field == last)
			continue;
		last = watch->plan->sites[i].field;
		shared++;
	}
	return shared ? (double)hold_ns / (double)SECOND / (double)shared : 0;
}

struct ledger watch_ledger(const struct watch *watch)
{
	const struct wire_totals *totals = kernel_totals(watch->kernel);
	struct ledger ledger = {.plan = watch->plan->ledger};

	if (watch->stopped)
		return watch->at_stop;
	schedule_ledger(watch->schedule, &ledger);
	ledger.own_seconds = watch->tested_seconds + (double)kernel_own_cpu_ns(watch->kernel) / (double)SECOND;
	ledger.points_aimed = watch->aim ? aim_count(watch->aim) : 0;
	ledger.point_hits = totals->watchpoint_hits;
	ledger.points_missed = watch->points ? points_missed(watch->points) : 0;
	ledger.dropped += totals->watchpoint_dropped;
	ledger.objects_seen = verdict_objects_seen(watch->verdict);
	ledger.objects_shared = verdict_objects_shared(watch->verdict);
	ledger.chance_100 = ledger.holds ? ledger_chance(100, held_seconds(watch, ledger.hold_ns)) : (double)NAN;
	ledger.complete = watch->options.full && !ledger.dropped && !ledger.attach_failed;
	ledger.target_ended = watch->ended;
	ledger.target_status = watch->ended_status;
	ledger.limits_n = watch->limits_n;
	memcpy(ledger.limits, watch->limits, sizeof(watch->limits));
	return ledger;
}

const struct plan *watch_plan(const struct watch *watch)
{
	return watch->plan;
}

struct target *watch_target(struct watch *watch)
{
	return watch->target;
}

const struct verdict *watch_verdict(const struct watch *watch)
{
	return watch->verdict;
}

void watch_fields(const struct watch *watch, size_t fields_n, uint64_t *ret_hits, uint64_t *ret_cost_ns)
{
	memset(ret_hits, 0, fields_n * sizeof(*ret_hits));
	memset(ret_cost_ns, 0, fields_n * sizeof(*ret_cost_ns));
	for (uint32_t i = 0; i < watch->plan->sites_n; i++) {
		const struct plan_site *site = &watch->plan->sites[i];
		struct wire_count count = kernel_count(watch->kernel, i);

		if (site->field >= fields_n || site->kind >= SELF_TEST_KINDS)
			continue;
		ret_hits[site->field] += count.hits;
		ret_cost_ns[site->field] +=
			(uint64_t)((double)count.hits * watch->tested.of[site->kind].cost_ns) + count.hold_ns;
	}
}

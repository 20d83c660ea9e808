/*
 * lab2_risk.c - incident 2: a risk engine whose workers fill one context with nested pointers
 *
 * A worker clears the context, decodes the request, fills the context with it, and scores what stands there. Alone that
 * is right. With a second worker, the context may be cleared between another's filling and scoring:
 *
 *     worker 1:  clear  decode  fill                    score: context->user is NULL, and the whole service dies
 *     worker 2:                       clear  decode ...
 *
 * One in 16 requests is bad (a part is missing, null or of another type, or the text is cut). All variants refuse those
 * by the decoder, before they fill anything: no death comes from the input. The variants with pointers run in a child
 * process, which is started again whenever it died.
 */
#include "lab.h"
#include "risk.fg.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 4096, TEXT = 224, BAD_EVERY = 16 };
enum { DEATHS, HALF, MIXED, REFUSED };
enum { WHOLE = -1 };

static char requests[REQUESTS][TEXT];

/* The parts of request n tell that they belong together by their numbers. */
static int64_t user_of(int64_t n)
{
	return n * 7 + 1;
}

static int64_t device_of(int64_t n)
{
	return n * 7 + 2;
}

static int64_t amount_of(int64_t n)
{
	return n * 100 + 50;
}

/* How a request is bad, if it is. */
enum fault { FINE, USER_NULL, USER_MISSING, USER_TEXT, CUT, FAULTS_N };

static enum fault fault_of(int n)
{
	return n % BAD_EVERY == 0 ? (enum fault)(n / BAD_EVERY % (FAULTS_N - 1) + 1) : FINE;
}

static void prepare(void)
{
	for (int n = 0; n < REQUESTS; n++) {
		enum fault fault = fault_of(n);
		char user[80] = "";

		if (fault == USER_NULL)
			snprintf(user, sizeof user, "\"user\": null, ");
		else if (fault == USER_TEXT)
			snprintf(user, sizeof user, "\"user\": \"u-%d\", ", n);
		else if (fault != USER_MISSING)
			snprintf(user, sizeof user, "\"user\": {\"id\": %lld, \"chargebacks\": 1, \"age_days\": 300}, ",
			         (long long)user_of(n));
		snprintf(requests[n], TEXT,
		         "{\"request\": %d, \"amount\": %lld, \"ip\": \"192.0.2.%d\", %s"
		         "\"device\": {\"id\": %lld, \"trusted\": true}}",
		         n, (long long)amount_of(n), n % 250 + 1, user, (long long)device_of(n));
		if (fault == CUT)
			requests[n][strlen(requests[n]) - 9] = '\0';
	}
}

/* What a worker has for itself. */
struct desk {
	struct fg_arena arena;
	struct fg_buffer log;
	int64_t score;
};

static int64_t score_of(int64_t amount_cents, const struct risk_user *user, const struct risk_device *device)
{
	return amount_cents / 100 + user->chargebacks * 50 - user->age_days / 100 + (device->trusted ? 0 : 30);
}

/* ---- naive: one context for all ---------------------------------------------------------------------------------- */

static struct risk_message context;

static void clear_context(void)
{
	context.request = 0;
	context.amount_cents = 0;
	context.ip[0] = '\0';
	context.user = NULL;
	context.device = NULL;
}

static void fill_context(const struct risk_message *message)
{
	context.user = message->user;
	context.device = message->device;
	context.request = message->request;
	context.amount_cents = message->amount_cents;
	memcpy(context.ip, message->ip, sizeof context.ip);
}

/*
 * Returns: the column of what is wrong with it, or WHOLE. Dies where a pointer is NULL.
 * Filling and scoring are far apart in a real service; in one function the compiler would not look into the context at
 * all, since it has just seen what was put there.
 */
__attribute__((noinline)) static int score_context(struct desk *desk)
{
	int64_t request = context.request;
	bool together;

	if (!context.ip[0] || !context.amount_cents)
		return HALF;
	desk->score = score_of(context.amount_cents, context.user, context.device);
	/* The decision is logged with what it was made from. */
	risk_message_encode(&context, NULL, &desk->log, NULL);
	together = context.user->id == user_of(request) && context.device->id == device_of(request);
	return together && context.amount_cents == amount_of(request) ? WHOLE : MIXED;
}

/* A pointer that is required may still be null in JSON, and is NULL then. */
static bool decode_message(const char *text, struct desk *desk, struct risk_message *ret_message)
{
	return risk_message_decode(text, strlen(text), NULL, &desk->arena, ret_message, NULL, NULL) == 0 &&
	       ret_message->user && ret_message->device;
}

static int serve_naive(const char *text, struct desk *desk)
{
	struct risk_message message;

	clear_context();
	if (!decode_message(text, desk, &message))
		return REFUSED;
	fill_context(&message);
	return score_context(desk);
}

/* ---- checked: the same, and the pointers are looked at before use: the usual repair ------------------------------ */

__attribute__((noinline)) static int score_if_there(struct desk *desk)
{
	return context.user && context.device ? score_context(desk) : HALF;
}

static int serve_checked(const char *text, struct desk *desk)
{
	struct risk_message message;

	clear_context();
	if (!decode_message(text, desk, &message))
		return REFUSED;
	fill_context(&message);
	return score_if_there(desk);
}

/* ---- mutex: the same, one request at a time ---------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int serve_mutex(const char *text, struct desk *desk)
{
	int outcome;

	pthread_mutex_lock(&lock);
	outcome = serve_naive(text, desk);
	pthread_mutex_unlock(&lock);
	return outcome;
}

/* ---- guarded: a worker scores a record of its own; what is shared is published and read whole -------------------- */

static struct risk_context_shared latest;

static int outcome_of(const struct risk_context *seen)
{
	bool together = seen->user.id == user_of(seen->request) && seen->device.id == device_of(seen->request);

	if (!seen->ip[0] || !seen->amount_cents)
		return HALF;
	return together && seen->amount_cents == amount_of(seen->request) ? WHOLE : MIXED;
}

static int serve_guarded(const char *text, struct desk *desk)
{
	struct risk_context own, seen;
	int outcome;

	/* All or nothing: a record that lacks a required part never comes to be. */
	if (risk_context_decode(text, strlen(text), NULL, NULL, &own, NULL, NULL) != 0)
		return REFUSED;
	desk->score = score_of(own.amount_cents, &own.user, &own.device);
	risk_context_encode(&own, NULL, &desk->log, NULL);
	outcome = outcome_of(&own);
	/* Others look at the latest context while it is replaced, as this worker does now: it is always whole. */
	risk_context_merge(&latest, &own, NULL);
	risk_context_read(&latest, &seen, NULL);
	return outcome == WHOLE ? outcome_of(&seen) : outcome;
}

/* ---- the service ------------------------------------------------------------------------------------------------- */

struct way {
	int (*serve)(const char *text, struct desk *desk);
};

static void work(struct lab_worker *worker, void *user)
{
	const struct way *way = user;
	struct desk desk = {0};
	size_t n = worker->index * (REQUESTS / 4 + 1);

	fg_arena_init(&desk.arena, NULL, 0);
	while (lab_going(worker)) {
		int outcome = way->serve(requests[n++ % REQUESTS], &desk);

		fg_arena_reset(&desk.arena);
		desk.log.len = 0;
		if (outcome != WHOLE)
			worker->counts[outcome]++;
		if (outcome != REFUSED)
			worker->operations++;
	}
	fg_buffer_fini(&desk.log);
	/* Where pointers are shared, others may still look into this arena: it goes with the child. */
	if (way->serve == serve_guarded)
		fg_arena_fini(&desk.arena);
}

static void run_guarded(const struct lab_variant *variant, const struct lab_options *options, struct lab_result *result)
{
	struct lab_crew *crew = lab_crew_new(options->threads, work, (void *)(uintptr_t)variant->user);

	prepare();
	lab_result_add(result, crew, lab_crew_run(crew, options->seconds));
	lab_crew_free(crew);
}

/* One life of the service. Returns: the signal that ended it, or 0. */
static int run_child(struct lab_crew *crew, double seconds)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		fprintf(stderr, "fieldguard lab: fork: %s\n", strerror(errno));
		exit(LAB_COULD_NOT_RUN);
	}
	if (pid == 0) {
		/* 1 and not 0: that also keeps a program from being given the core, where core_pattern names one. */
		setrlimit(RLIMIT_CORE, &(struct rlimit){1, 1});
		signal(SIGSEGV, SIG_DFL);
		lab_crew_run(crew, seconds);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return WTERMSIG(status);
	if (WEXITSTATUS(status) == LAB_COULD_NOT_RUN)
		exit(LAB_COULD_NOT_RUN);
	/* A sanitizer's report ends in a plain exit. */
	return WEXITSTATUS(status) ? SIGABRT : 0;
}

static uint64_t served(const struct lab_crew *crew)
{
	struct lab_result result = {0};

	lab_result_add(&result, crew, 0);
	return result.operations;
}

/* What is told of deaths, of all turns so far. */
static void note_death(struct lab_result *result, int died_of, uint64_t lived)
{
	struct lab_extra *extras = result->extras;
	char first[LAB_GROUPED], longest[LAB_GROUPED];

	if (result->counts[DEATHS]++ == 0) {
		extras[0] = (struct lab_extra){"signal", died_of};
		extras[1] = (struct lab_extra){"first_death_after", (double)lived};
		extras[2] = (struct lab_extra){"longest_life", 0};
	}
	if ((double)lived > extras[2].value)
		extras[2].value = (double)lived;
	snprintf(result->told, sizeof result->told, "died of signal %d (%s), first after %s requests, at best after %s",
	         died_of, strsignal(died_of), lab_grouped((uint64_t)extras[1].value, first),
	         lab_grouped((uint64_t)extras[2].value, longest));
}

static void run_with_restarts(const struct lab_variant *variant, const struct lab_options *options,
                              struct lab_result *result)
{
	double begin = lab_now(), left = options->seconds;

	prepare();
	for (; left > 0; left = options->seconds - (lab_now() - begin)) {
		struct lab_crew *crew = lab_crew_new(options->threads, work, (void *)(uintptr_t)variant->user);
		int died_of = run_child(crew, left);

		lab_result_add(result, crew, 0);
		if (died_of)
			note_death(result, died_of, served(crew));
		lab_crew_free(crew);
	}
	result->seconds += lab_now() - begin;
}

static const struct lab_variant variants[] = {
    {"naive", "naive: one context, pointers", run_with_restarts, &(const struct way){serve_naive}, 0},
    {"checked", "the same, checked for NULL", run_with_restarts, &(const struct way){serve_checked}, 0},
    {"mutex", "the same, under one mutex", run_with_restarts, &(const struct way){serve_mutex},
     1u << DEATHS | 1u << HALF | 1u << MIXED},
    {"guarded", "guarded: own records", run_guarded, &(const struct way){serve_guarded}, 0},
};

static const char *const notes[] = {
    "deaths       of the process, by a pointer that another worker has just cleared",
    "half-filled  contexts met while another worker was between clearing and filling",
    "mixed        contexts scored whose parts are of different requests",
    "refused      requests that the decoder refused: one in 16 is bad; not counted as served",
    NULL,
};

const struct lab lab_risk = {
    .title = "2, a risk engine with nested pointers",
    .operation = "served",
    .notes = notes,
    .columns = {{"deaths", "deaths", true},
                {"half_filled", "half-filled", true},
                {"mixed", "mixed", true},
                {"refused", "refused", false}},
    .columns_n = 4,
    .variants = variants,
    .variants_n = sizeof variants / sizeof variants[0],
};

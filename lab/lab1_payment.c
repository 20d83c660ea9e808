/*
 * lab1_payment.c - incident 1: orders that go back in state
 *
 * 10,000 orders stand at created, version 1. Two messages for each lie in one queue, not far apart:
 *
 *     {"order": 7, "version": 2, "payload": {"status": "paid"}}
 *     {"order": 7, "version": 3, "payload": {"status": "shipped"}}
 *
 * A worker takes the next one, and if it is newer than what stands there, fills status and version from it:
 *
 *     worker 1:  version 1 < 2   decode payload ...             status = paid, version = 2: it went back
 *     worker 2:       version 1 < 3   decode payload   status = shipped, version = 3
 *
 * When the queue is empty all workers stop, and it is known what has to be there: shipped, 3, and both messages
 * applied. Then all orders are created again. Time is taken of the rounds alone. What went back and was overwritten
 * again before the end isn't seen, so the counts are lower bounds.
 */
#include "lab.h"
#include "payment.fg.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDERS = 10000, MESSAGES = 2 * ORDERS, TEXT = 72, OPEN = 8 };
enum { WENT_BACK, MIXED, LOST, PUT_ASIDE };

/* ---- the ways ---------------------------------------------------------------------------------------------------- */

enum outcome { APPLIED, STALE, EARLY };

struct way {
	size_t size;  /* bytes from order to order */
	size_t apart; /* naive: bytes from status to version */
	enum outcome (*apply)(const struct way *way, void *order, const struct payment_message *message);
	void (*create)(const struct way *way, void *order);
	void (*look)(const struct way *way, void *order, enum payment_status *ret_status, uint64_t *ret_version);
};

static enum payment_status status_in(const struct payment_message *message)
{
	struct payment payment = {0};

	payment_decode(message->payload.ptr, message->payload.len, NULL, NULL, &payment, NULL, NULL);
	return payment.status;
}

/* naive: two fields of a struct, so many bytes apart */

static uint32_t *version_in(const struct way *way, void *order)
{
	return (uint32_t *)(void *)((char *)order + way->apart);
}

static enum outcome apply_naive(const struct way *way, void *order, const struct payment_message *message)
{
	enum payment_status *status = order;
	uint32_t *version = version_in(way, order);

	if (message->version <= *version)
		return STALE;
	*status = status_in(message);
	*version = message->version;
	return APPLIED;
}

static void create_naive(const struct way *way, void *order)
{
	*(enum payment_status *)order = PAYMENT_CREATED;
	*version_in(way, order) = 1;
}

static void look_naive(const struct way *way, void *order, enum payment_status *ret_status, uint64_t *ret_version)
{
	*ret_status = *(enum payment_status *)order;
	*ret_version = *version_in(way, order);
}

/* claimed: the article's repair. The version is changed by compare-exchange; the status is written after it, plainly.
 */

struct claimed_order {
	alignas(64) enum payment_status status;
	_Atomic uint32_t version;
};

static enum outcome apply_claimed(const struct way *way, void *user, const struct payment_message *message)
{
	struct claimed_order *order = user;
	uint32_t version = atomic_load(&order->version);

	(void)way;
	do {
		if (message->version <= version)
			return STALE;
	} while (!atomic_compare_exchange_weak(&order->version, &version, message->version));
	order->status = status_in(message);
	return APPLIED;
}

static void create_claimed(const struct way *way, void *user)
{
	struct claimed_order *order = user;

	(void)way;
	order->status = PAYMENT_CREATED;
	atomic_store(&order->version, 1);
}

static void look_claimed(const struct way *way, void *user, enum payment_status *ret_status, uint64_t *ret_version)
{
	struct claimed_order *order = user;

	(void)way;
	*ret_status = order->status;
	*ret_version = atomic_load(&order->version);
}

/* mutex: as naive, under the order's own mutex. Nothing goes back; but what came too early has made its forerunner
 * stale. */

struct locked_order {
	alignas(64) pthread_mutex_t lock;
	enum payment_status status;
	uint32_t version;
};

static enum outcome apply_mutex(const struct way *way, void *user, const struct payment_message *message)
{
	struct locked_order *order = user;
	enum outcome outcome = STALE;

	(void)way;
	pthread_mutex_lock(&order->lock);
	if (message->version > order->version) {
		order->status = status_in(message);
		order->version = message->version;
		outcome = APPLIED;
	}
	pthread_mutex_unlock(&order->lock);
	return outcome;
}

static void create_mutex(const struct way *way, void *user)
{
	struct locked_order *order = user;

	(void)way;
	pthread_mutex_init(&order->lock, NULL);
	order->status = PAYMENT_CREATED;
	order->version = 1;
}

static void look_mutex(const struct way *way, void *user, enum payment_status *ret_status, uint64_t *ret_version)
{
	struct locked_order *order = user;

	(void)way;
	*ret_status = order->status;
	*ret_version = order->version;
}

/* guarded: `states` allows created>paid>shipped, status and version change in one compare-exchange */

static enum outcome apply_guarded(const struct way *way, void *order, const struct payment_message *message)
{
	enum payment_status to = status_in(message), from;

	(void)way;
	if (payment_advance_status(order, to, &from) == 0)
		return APPLIED;
	return from < to ? EARLY : STALE;
}

static void create_guarded(const struct way *way, void *order)
{
	(void)way;
	payment_shared_init(order);
	payment_advance_status(order, PAYMENT_CREATED, NULL);
}

static void look_guarded(const struct way *way, void *order, enum payment_status *ret_status, uint64_t *ret_version)
{
	(void)way;
	*ret_status = payment_load_versioned_status(order, ret_version);
}

/* ---- the queue --------------------------------------------------------------------------------------------------- */

static char messages[MESSAGES][TEXT];

/* At any time some orders are open; the next message is the next one of one of them. The same queue in every run. */
static void prepare(void)
{
	struct {
		int order, version;
	} open[OPEN];
	uint64_t random = 1;
	int next = 0;

	for (; next < OPEN; next++)
		open[next].order = next, open[next].version = 2;
	for (int i = 0, open_n = OPEN; i < MESSAGES; i++) {
		int k = (int)(lab_random(&random) % (unsigned)open_n);

		snprintf(messages[i], TEXT, "{\"order\": %d, \"version\": %d, \"payload\": {\"status\": \"%s\"}}",
		         open[k].order, open[k].version, open[k].version == 2 ? "paid" : "shipped");
		if (++open[k].version <= 3)
			continue;
		if (next < ORDERS)
			open[k].order = next++, open[k].version = 2;
		else
			open[k] = open[--open_n];
	}
}

/* ---- the workers ------------------------------------------------------------------------------------------------- */

/*
 * What came too early to one worker. Each waits for a message that another worker has taken and not applied yet, so
 * there are never more than workers.
 */
struct aside {
	struct payment_message messages[LAB_THREADS_MAX];
	size_t n;
};

struct job {
	const struct way *way;
	char *orders;
	unsigned threads;
	struct lab_meeting begun, done;
	_Atomic uint32_t next; /* message of the queue */
	bool over;             /* written by the first worker between two meetings, as the next two */
	double begin, seconds;
	uint64_t applied_by[LAB_THREADS_MAX * 8]; /* each worker's own, on a line of its own */
	struct aside aside[LAB_THREADS_MAX];
};

static void *order_of(const struct job *job, uint32_t number)
{
	return job->orders + number * job->way->size;
}

static enum outcome apply(const struct job *job, const struct payment_message *message)
{
	return job->way->apply(job->way, order_of(job, message->order), message);
}

/* Tries again what was put aside. Returns: how many could be applied now. */
static uint64_t try_again(const struct job *job, struct aside *aside)
{
	uint64_t applied = 0;
	size_t left = 0;

	for (size_t i = 0; i < aside->n; i++) {
		if (apply(job, &aside->messages[i]) == APPLIED)
			applied++;
		else
			aside->messages[left++] = aside->messages[i];
	}
	aside->n = left;
	return applied;
}

static void work_round(struct job *job, struct lab_worker *worker)
{
	struct aside *aside = &job->aside[worker->index];
	struct payment_message message;
	uint64_t applied = 0;
	uint32_t i;

	while ((i = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed)) < MESSAGES) {
		if (payment_message_decode(messages[i], strlen(messages[i]), NULL, NULL, &message, NULL, NULL) != 0 ||
		    message.order >= ORDERS)
			continue;
		switch (apply(job, &message)) {
		case APPLIED:
			applied++;
			break;
		case STALE:
			break;
		case EARLY:
			worker->counts[PUT_ASIDE]++;
			if (aside->n < LAB_THREADS_MAX)
				aside->messages[aside->n++] = message;
			break;
		}
		worker->operations++;
		if (aside->n)
			applied += try_again(job, aside);
	}
	job->applied_by[worker->index * 8] = applied;
}

/* The first worker, while the others wait. */
static void end_round(struct job *job, struct lab_worker *worker)
{
	uint64_t applied = 0, more;

	for (unsigned i = 0; i < job->threads; i++)
		applied += job->applied_by[i * 8];
	do {
		more = 0;
		for (unsigned i = 0; i < job->threads; i++)
			more += try_again(job, &job->aside[i]);
		applied += more;
	} while (more);
	job->seconds += lab_now() - job->begin;
	worker->counts[LOST] += applied < MESSAGES ? MESSAGES - applied : 0;
	for (uint32_t i = 0; i < ORDERS; i++) {
		enum payment_status status;
		uint64_t version;

		job->way->look(job->way, order_of(job, i), &status, &version);
		worker->counts[WENT_BACK] += status != PAYMENT_SHIPPED;
		worker->counts[MIXED] += status == PAYMENT_SHIPPED && version != 3;
	}
}

static void begin_round(struct job *job, const struct lab_worker *worker)
{
	job->over = !lab_going(worker);
	for (unsigned i = 0; i < job->threads; i++)
		job->aside[i].n = 0;
	for (uint32_t i = 0; i < ORDERS; i++)
		job->way->create(job->way, order_of(job, i));
	atomic_store(&job->next, 0);
	job->begin = lab_now();
}

static void work(struct lab_worker *worker, void *user)
{
	struct job *job = user;

	for (;;) {
		if (worker->index == 0)
			begin_round(job, worker);
		lab_meet(&job->begun, job->threads);
		if (job->over)
			return;
		work_round(job, worker);
		lab_meet(&job->done, job->threads);
		if (worker->index == 0)
			end_round(job, worker);
	}
}

static void run(const struct lab_variant *variant, const struct lab_options *options, struct lab_result *result)
{
	struct job *job = lab_alloc(sizeof *job);
	struct lab_crew *crew = lab_crew_new(options->threads, work, job);

	job->way = variant->user;
	job->threads = options->threads;
	job->orders = lab_alloc(ORDERS * job->way->size);
	prepare();
	lab_crew_run(crew, options->seconds);
	lab_result_add(result, crew, job->seconds);
	lab_crew_free(crew);
	free(job->orders);
	free(job);
}

/* ---- the cache line by itself ------------------------------------------------------------------------------------ */

struct counters {
	alignas(128) char bytes[LAB_THREADS_MAX * 128];
	size_t apart;
};

static void add(struct lab_worker *worker, void *user)
{
	struct counters *counters = user;
	_Atomic uint32_t *own = (_Atomic uint32_t *)(void *)(counters->bytes + worker->index * counters->apart);

	while (lab_going(worker)) {
		for (int i = 0; i < 64; i++)
			atomic_store_explicit(own, atomic_load_explicit(own, memory_order_relaxed) + 1,
			                      memory_order_relaxed);
		worker->operations += 64;
	}
}

static double adds_per_s(size_t apart, double seconds)
{
	struct counters *counters = lab_alloc(sizeof *counters);
	struct lab_crew *crew = lab_crew_new(2, add, counters);
	struct lab_result one = {0};

	counters->apart = apart;
	lab_result_add(&one, crew, lab_crew_run(crew, seconds));
	lab_crew_free(crew);
	free(counters);
	return (double)one.operations / one.seconds;
}

static int compare_rates(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Two threads, each adding to a field of its own: what a line in common costs, without anything else. As count++ in C;
 * blind stores would show nothing, for they hide in the store buffer. Medians of turns that take each other's place. */
static void measure_sharing(const struct lab_options *options, struct lab_result *result)
{
	enum { CASES = 3, TURNS = 7 };
	static const size_t apart[CASES] = {4, 64, 128};
	static const char *const keys[CASES] = {"adds_per_s_4_apart", "adds_per_s_64_apart", "adds_per_s_128_apart"};
	double rates[CASES][TURNS];

	for (size_t turn = 0; turn < TURNS; turn++)
		for (size_t i = 0; i < CASES; i++)
			rates[i][turn] = adds_per_s(apart[i], options->seconds / 2 / (CASES * TURNS));
	for (size_t i = 0; i < CASES; i++) {
		qsort(rates[i], TURNS, sizeof rates[i][0], compare_rates);
		result->extras[i] = (struct lab_extra){keys[i], rates[i][TURNS / 2]};
	}
	snprintf(
	    result->told, sizeof result->told,
	    "Two threads that add to fields of their own: %.0f M/s 4 bytes apart, %.0f M/s at 64, %.0f M/s at 128.",
	    result->extras[0].value / 1e6, result->extras[1].value / 1e6, result->extras[2].value / 1e6);
}

/* ---- the lab ----------------------------------------------------------------------------------------------------- */

#define NAIVE(BYTES)                                                                                                   \
	(&(const struct way){(BYTES) < 64 ? 64 : 2 * (BYTES), (BYTES), apply_naive, create_naive, look_naive})

static const struct way claimed = {sizeof(struct claimed_order), 0, apply_claimed, create_claimed, look_claimed};
static const struct way mutex = {sizeof(struct locked_order), 0, apply_mutex, create_mutex, look_mutex};
static const struct way guarded = {sizeof(struct payment_shared), 0, apply_guarded, create_guarded, look_guarded};

static const struct lab_variant variants[] = {
    {"naive", "naive: one cache line", run, NAIVE(4), 0},
    {"naive_64", "naive: 64 bytes apart", run, NAIVE(64), 0},
    {"naive_128", "naive: 128 bytes apart", run, NAIVE(128), 0},
    {"claimed", "version by compare-exchange", run, &claimed, 0},
    {"mutex", "a mutex an order", run, &mutex, 1u << WENT_BACK | 1u << MIXED},
    {"guarded", "guarded: states", run, &guarded, 0},
};

static const char *const notes[] = {
    "went back  orders that are not shipped at the end, though that message was applied",
    "mixed      orders whose status and version are of different messages",
    "lost       messages dropped as stale because the next one had overtaken them",
    "put aside  refused as too early, with the state that stands there, and applied later",
    "Cache lines invalidated a second are not measured: that takes hardware counters.",
    NULL,
};

const struct lab lab_payment = {
    .title = "1, payment orders from created to paid to shipped",
    .operation = "messages",
    .notes = notes,
    .columns = {{"went_back", "went back", true},
                {"mixed", "mixed", true},
                {"lost", "lost", true},
                {"put_aside", "put aside", false}},
    .columns_n = 4,
    .variants = variants,
    .variants_n = sizeof variants / sizeof variants[0],
    .beside = measure_sharing,
};

/*
 * races_objects.c - cases in C about whose an object is: handed over, used again, one's own, published
 *
 * As those of races.c.
 */
#include "races.h"

#include <stdatomic.h>

/* ---- whose object ------------------------------------------------------------------------------------------------ */

struct table_row {
	int64_t value;
	int64_t version;
	pthread_mutex_t lock;
};

static struct table_row table_rows[16];

static NOINLINE void table_set(struct table_row *row, int64_t value)
{
	row->value = value;
	if (value < 0)
		row->version = 0;
}

CASE(table_racy)
{
	while (going(w))
		table_set(&table_rows[next_random(w) & 15], (int64_t)w->rounds);
}

CASE(table_right)
{
	while (going(w)) {
		struct table_row *row = &table_rows[next_random(w) & 15];

		LOCKED(&row->lock)
			table_set(row, (int64_t)w->rounds);
	}
}

struct handed_message {
	int64_t id;
	int64_t state;
};

/* A ring for one producer and one consumer: handed over by a release store. */
static struct handed_message handed_messages[64];
static unsigned handed_put, handed_taken;

static NOINLINE void handed_set(struct handed_message *message, int64_t state)
{
	message->state = state;
	if (state < 0)
		message->id = 0;
}

static void handed_round(struct worker *w, bool racy)
{
	unsigned put = __atomic_load_n(&handed_put, __ATOMIC_ACQUIRE);
	unsigned taken = __atomic_load_n(&handed_taken, __ATOMIC_ACQUIRE);

	if (!w->who && put - taken < 64) {
		handed_set(&handed_messages[put & 63], (int64_t)put);
		__atomic_store_n(&handed_put, put + 1, __ATOMIC_RELEASE);
		if (racy) /* it is the other's by now */
			handed_set(&handed_messages[put & 63], (int64_t)put + 1);
	} else if (w->who && put != taken) {
		handed_set(&handed_messages[taken & 63], -1);
		__atomic_store_n(&handed_taken, taken + 1, __ATOMIC_RELEASE);
	} else {
		sched_yield();
	}
}

CASE(handed_racy)
{
	while (going(w))
		handed_round(w, true);
}

CASE(handed_right)
{
	while (going(w))
		handed_round(w, false);
}

struct reused_buffer {
	int64_t owner;
	int64_t fill[5];
};

static NOINLINE void reused_set(struct reused_buffer *buffer, int64_t owner)
{
	buffer->owner = owner;
	if (owner < 0)
		buffer->fill[0] = 0;
}

/* A cache of one, without a lock: it is given to both. */
static struct reused_buffer *reused_cache;

CASE(reused_racy)
{
	while (going(w)) {
		struct reused_buffer *buffer = *(struct reused_buffer *volatile *)&reused_cache;

		for (int i = 0; i < 8; i++)
			reused_set(buffer, (int64_t)w->rounds);
	}
}

/* Handed on to be freed by the other: addresses come again in both threads. */
CASE(reused_right)
{
	static struct reused_buffer *mail[2];

	while (going(w)) {
		struct reused_buffer *buffer = malloc(sizeof(*buffer));

		if (!buffer)
			return;
		for (int i = 0; i < 8; i++)
			reused_set(buffer, (int64_t)w->rounds);
		free(__atomic_exchange_n(&mail[w->who], buffer, __ATOMIC_ACQ_REL));
		free(__atomic_exchange_n(&mail[!w->who], NULL, __ATOMIC_ACQ_REL));
	}
}

struct own_counters {
	int64_t done;
	int64_t failed;
};

static struct own_counters own_shared;
static __thread struct own_counters own_mine;

static NOINLINE void own_set(struct own_counters *counters, int64_t done)
{
	counters->done = done;
	if (done < 0)
		counters->failed = 0;
}

CASE(own_racy)
{
	while (going(w))
		own_set(&own_shared, (int64_t)w->rounds);
}

CASE(own_right)
{
	while (going(w))
		own_set(&own_mine, (int64_t)w->rounds);
}

struct phased_grid {
	int64_t sum;
	int64_t steps;
};

static struct phased_grid *phased_grid;

static NOINLINE void phased_set(struct phased_grid *grid, int64_t sum)
{
	grid->sum = sum;
	if (sum < 0)
		grid->steps = 0;
}

CASE(phased_racy)
{
	while (going(w))
		for (int i = 0; i < 4; i++)
			phased_set(phased_grid, (int64_t)w->rounds);
}

/* Phase by phase, between barriers. The number of rounds is the same for both. */
CASE(phased_right)
{
	bool more = true;

	while (more) {
		static bool stop;

		if (!w->who) {
			phased_set(phased_grid, (int64_t)w->rounds);
			stop = !going(w);
		}
		pthread_barrier_wait(&barrier);
		more = !stop;
		if (w->who)
			phased_set(phased_grid, -(int64_t)w->rounds++);
		pthread_barrier_wait(&barrier);
	}
}

struct published_rates {
	int64_t euro, franc;
};

static struct published_rates *published;

static NOINLINE void published_fill(struct published_rates *rates, int64_t euro)
{
	rates->euro = euro;
	rates->franc = euro + 1;
}

CASE(published_racy)
{
	while (going(w))
		published_fill(*(struct published_rates *volatile *)&published, (int64_t)w->rounds);
}

/* A new copy each time, published by a release store; old ones wait in a ring of each writer's. */
CASE(published_right)
{
	static struct published_rates rings[WORKERS_MAX][64];

	while (going(w)) {
		struct published_rates *fresh = &rings[w->who][w->rounds & 63];

		published_fill(fresh, (int64_t)w->rounds);
		__atomic_store_n(&published, fresh, __ATOMIC_RELEASE);
	}
}

/* Neighbours of one cache line, each with a writer of its own: slow, and right. */
struct shared_line {
	int64_t left, right;
};

static struct shared_line shared_line __attribute__((aligned(64)));

static NOINLINE void line_left(struct shared_line *line, int64_t value)
{
	line->left = value;
}

static NOINLINE void line_right(struct shared_line *line, int64_t value)
{
	line->right = value;
}

CASE(line_racy)
{
	while (going(w)) {
		line_left(&shared_line, (int64_t)w->rounds);
		line_right(&shared_line, (int64_t)w->rounds);
	}
}

CASE(line_right_twin)
{
	while (going(w))
		if (w->who)
			line_left(&shared_line, (int64_t)w->rounds);
		else
			line_right(&shared_line, (int64_t)w->rounds);
}

/* A sequence lock, whose writers have a mutex besides. */
struct sequenced_pair {
	atomic_uint sequence;
	_Atomic int64_t a, b;
	int64_t writers;
};

static struct sequenced_pair sequenced_pair;

static NOINLINE void sequenced_set(struct sequenced_pair *pair, int64_t value)
{
	unsigned before = atomic_load_explicit(&pair->sequence, memory_order_relaxed);

	atomic_store_explicit(&pair->sequence, before + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&pair->a, value, memory_order_relaxed);
	atomic_store_explicit(&pair->b, value, memory_order_relaxed);
	atomic_store_explicit(&pair->sequence, before + 2, memory_order_release);
	pair->writers = value;
}

CASE(sequenced_racy)
{
	while (going(w))
		sequenced_set(&sequenced_pair, (int64_t)w->rounds);
}

CASE(sequenced_right)
{
	while (going(w))
		LOCKED(&mutex)
			sequenced_set(&sequenced_pair, (int64_t)w->rounds);
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

const struct one_case object_cases[] = {
	{.name = "table", .racy = table_racy, .right = table_right},
	{.name = "handed", .racy = handed_racy, .right = handed_right},
	{.name = "reused", .racy = reused_racy, .right = reused_right},
	{.name = "own", .racy = own_racy, .right = own_right},
	{.name = "phased", .racy = phased_racy, .right = phased_right},
	{.name = "published", .racy = published_racy, .right = published_right},
	{.name = "line", .racy = line_racy, .right = line_right_twin},
	{.name = "sequenced", .racy = sequenced_racy, .right = sequenced_right},
};
const size_t object_cases_n = sizeof(object_cases) / sizeof(object_cases[0]);

void objects_begin(void)
{
	reused_cache = calloc(1, sizeof(*reused_cache));
	phased_grid = calloc(1, sizeof(*phased_grid));
	published = calloc(1, sizeof(*published));
	for (size_t i = 0; i < 16; i++)
		pthread_mutex_init(&table_rows[i].lock, NULL);
}

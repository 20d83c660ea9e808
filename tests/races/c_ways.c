/*
 * c_ways.c - cases in C: how the field is written
 *
 * See harness.h; what is to be found of each is in races.json. Each case has a struct and functions of its own, so that
 * a finding names the case. The right one writes by the same functions. What is shared is not static where a compiler
 * would see that nobody reads it, and leave the stores out.
 */
#include "harness.h"

#include <sched.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

struct inlined_sensor {
	int64_t id;
	int64_t value;
	int64_t rounds;
};

struct inlined_sensor *inlined_sensor;

static inline void inlined_set(struct inlined_sensor *sensor, int64_t value)
{
	sensor->value = value;
}

/* A lock of one's own, by the compiler's atomics. */
static int own_lock;

static void own_acquire(void)
{
	while (__atomic_exchange_n(&own_lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void own_release(void)
{
	__atomic_store_n(&own_lock, 0, __ATOMIC_RELEASE);
}

CASE(inlined_racy)
{
	while (going(w)) {
		think(w, 5);
		inlined_set(inlined_sensor, (int64_t)next_random(w));
	}
}

CASE(inlined_right)
{
	while (going(w)) {
		think(w, 5);
		own_acquire();
		inlined_set(inlined_sensor, (int64_t)next_random(w));
		own_release();
	}
}

struct copied_record {
	int64_t id;
	int64_t amount;
	char name[48];
};

static struct copied_record *copied_record;

static NOINLINE void copied_whole(struct copied_record *record, const struct copied_record *from, size_t n)
{
	memcpy(record, from, n);
}

static NOINLINE void copied_field(struct copied_record *record, int64_t amount)
{
	record->amount = amount;
	if (amount < 0)
		record->id = 0;
}

static size_t whole = sizeof(struct copied_record); /* not constant: a call of memcpy */

CASE(copied_racy)
{
	struct copied_record mine = {.id = 1, .name = "copied"};

	while (going(w))
		if (w->who)
			copied_whole(copied_record, &mine, *(volatile size_t *)&whole);
		else
			copied_field(copied_record, (int64_t)(next_random(w) >> 1));
}

CASE(copied_right)
{
	struct copied_record mine = {.id = 1, .name = "copied"};

	while (going(w))
		LOCKED(&mutex) {
			if (w->who)
				copied_whole(copied_record, &mine, *(volatile size_t *)&whole);
			else
				copied_field(copied_record, (int64_t)(next_random(w) >> 1));
		}
}

struct cleared_session {
	int64_t user;
	int64_t token;
	char data[240];
};

static struct cleared_session *cleared_session;
static size_t cleared_size = sizeof(struct cleared_session);

static NOINLINE void cleared_all(struct cleared_session *session)
{
	memset(session, 0, *(volatile size_t *)&cleared_size);
}

static NOINLINE void cleared_set(struct cleared_session *session, int64_t token)
{
	session->token = token;
	if (token < 0)
		session->user = 0;
}

CASE(cleared_racy)
{
	while (going(w))
		if (w->who)
			cleared_all(cleared_session);
		else
			cleared_set(cleared_session, (int64_t)(next_random(w) >> 1));
}

CASE(cleared_right)
{
	while (going(w))
		LOCKED(&mutex) {
			if (w->who)
				cleared_all(cleared_session);
			else
				cleared_set(cleared_session, (int64_t)(next_random(w) >> 1));
		}
}

struct assigned_point {
	int64_t x, y, z;
};

static struct assigned_point *assigned_point;

static NOINLINE void assigned_whole(struct assigned_point *point, struct assigned_point to)
{
	*point = to;
}

static NOINLINE void assigned_set(struct assigned_point *point, int64_t y)
{
	point->y = y;
	if (y < 0)
		point->x = 0;
}

CASE(assigned_racy)
{
	while (going(w))
		if (w->who)
			assigned_whole(assigned_point, (struct assigned_point){1, 2, 3});
		else
			assigned_set(assigned_point, (int64_t)(next_random(w) >> 1));
}

CASE(assigned_right)
{
	while (going(w))
		LOCKED(&mutex) {
			if (w->who)
				assigned_whole(assigned_point, (struct assigned_point){1, 2, 3});
			else
				assigned_set(assigned_point, (int64_t)(next_random(w) >> 1));
		}
}

struct counted_stats {
	int64_t hits;
	int64_t bytes;
};

static struct counted_stats *counted_stats;

static NOINLINE void counted_add(struct counted_stats *stats, int64_t bytes)
{
	stats->hits++;
	stats->bytes += bytes;
}

/* The same by the compiler's atomics. A struct of its own: one atomic write, and a field counts as atomic. */
struct added_stats {
	int64_t hits;
	int64_t bytes;
};

static struct added_stats *added_stats;

static NOINLINE void added_add(struct added_stats *stats, int64_t bytes)
{
	__atomic_fetch_add(&stats->hits, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stats->bytes, bytes, __ATOMIC_RELAXED);
}

CASE(counted_racy)
{
	while (going(w))
		counted_add(counted_stats, (int64_t)(next_random(w) & 1023));
}

CASE(counted_right)
{
	while (going(w))
		LOCKED(&mutex)
			counted_add(counted_stats, (int64_t)(next_random(w) & 1023));
}

CASE(added_right)
{
	while (going(w))
		added_add(added_stats, (int64_t)(next_random(w) & 1023));
}

struct linked_list {
	struct linked_node {
		struct linked_node *next;
	} *head;
	int64_t n;
};

static struct linked_list *linked_list;
static struct linked_node linked_nodes[WORKERS_MAX][8];

static NOINLINE void linked_set(struct linked_list *list, struct linked_node *node)
{
	list->head = node;
	if (!node)
		list->n = 0;
}

/* A ticket lock: the word that says whose turn it is is written by plain stores. */
static struct ticket_lock {
	unsigned next, turn;
} ticket_lock;

static void ticket_acquire(void)
{
	unsigned mine = __atomic_fetch_add(&ticket_lock.next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&ticket_lock.turn, __ATOMIC_ACQUIRE) != mine)
		sched_yield();
}

static void ticket_release(void)
{
	__atomic_store_n(&ticket_lock.turn, ticket_lock.turn + 1, __ATOMIC_RELEASE);
}

CASE(linked_racy)
{
	while (going(w))
		linked_set(linked_list, &linked_nodes[w->who][w->rounds & 7]);
}

CASE(linked_right)
{
	while (going(w)) {
		ticket_acquire();
		linked_set(linked_list, &linked_nodes[w->who][w->rounds & 7]);
		ticket_release();
	}
}

struct small_state {
	uint8_t kind, level;
	uint16_t port;
};

static struct small_state *small_state;

static NOINLINE void small_set(struct small_state *state, uint8_t level)
{
	state->level = level;
	if (level == 255)
		state->port = 0;
}

/* The same store in machine code. */
struct tiny_state {
	uint8_t kind, level;
};

static struct tiny_state *tiny_state;

static NOINLINE void tiny_set(struct tiny_state *state, uint8_t level)
{
	__atomic_store_n(&state->level, level, __ATOMIC_RELAXED);
}

CASE(small_racy)
{
	while (going(w))
		small_set(small_state, (uint8_t)(next_random(w) & 127));
}

CASE(small_right)
{
	while (going(w))
		tiny_set(tiny_state, (uint8_t)(next_random(w) & 127));
}

/* Atomic by a macro of its own, as libraries do it: the source line of the store has no name that is known. */
#define PUT_ONCE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)

struct wrapped_state {
	int64_t level, peak;
};

static struct wrapped_state *wrapped_state;

static NOINLINE void wrapped_set(struct wrapped_state *state, int64_t level)
{
	PUT_ONCE(state->level, level);
	if (level < 0)
		PUT_ONCE(state->peak, 0);
}

CASE(wrapped_right)
{
	while (going(w))
		wrapped_set(wrapped_state, some(w));
}

struct ratio_gauge {
	double ratio;
	float weight;
};

static struct ratio_gauge *ratio_gauge;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static unsigned turn_of;

static NOINLINE void ratio_set(struct ratio_gauge *gauge, double ratio)
{
	gauge->ratio = ratio;
	if (ratio < 0)
		gauge->weight = 0;
}

CASE(ratio_racy)
{
	while (going(w))
		ratio_set(ratio_gauge, (double)next_random(w));
}

/* Turn by turn, told by a condition variable: the lock is not held while the field is written. */
CASE(ratio_right)
{
	while (going(w)) {
		struct timespec limit;
		bool mine;

		clock_gettime(CLOCK_REALTIME, &limit);
		limit.tv_nsec += 20000000;
		if (limit.tv_nsec >= 1000000000) {
			limit.tv_sec++;
			limit.tv_nsec -= 1000000000;
		}
		pthread_mutex_lock(&mutex);
		while (turn_of != w->who && pthread_cond_timedwait(&turned, &mutex, &limit) == 0)
			;
		mine = turn_of == w->who;
		pthread_mutex_unlock(&mutex);
		if (!mine)
			continue;
		ratio_set(ratio_gauge, (double)next_random(w));
		pthread_mutex_lock(&mutex);
		turn_of = !w->who;
		pthread_cond_signal(&turned);
		pthread_mutex_unlock(&mutex);
	}
}

static const struct one_case cases[] = {
	{.name = "inlined", .racy = inlined_racy, .right = inlined_right},
	{.name = "copied", .racy = copied_racy, .right = copied_right},
	{.name = "cleared", .racy = cleared_racy, .right = cleared_right, .rates = {0, 2000}},
	{.name = "assigned", .racy = assigned_racy, .right = assigned_right},
	{.name = "counted", .racy = counted_racy, .right = counted_right},
	{.name = "added", .racy = counted_racy, .right = added_right, .left = true},
	{.name = "wrapped", .racy = counted_racy, .right = wrapped_right, .left = true},
	{.name = "linked", .racy = linked_racy, .right = linked_right},
	{.name = "small", .racy = small_racy, .right = small_right},
	{.name = "ratio", .racy = ratio_racy, .right = ratio_right},
};

__attribute__((constructor)) static void add_cases(void)
{
	NEW(inlined_sensor), NEW(copied_record), NEW(cleared_session);
	NEW(assigned_point), NEW(counted_stats), NEW(added_stats);
	NEW(linked_list), NEW(small_state), NEW(tiny_state), NEW(wrapped_state), NEW(ratio_gauge);
	add_all(cases, sizeof(cases) / sizeof(cases[0]));
}

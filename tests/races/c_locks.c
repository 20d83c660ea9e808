/*
 * c_locks.c - cases in C: which lock is held, and how often it is taken
 *
 * See harness.h; what is to be found of each is in races.json. Each case has a struct and functions of its own, so that
 * a finding names the case. The right one writes by the same functions. What is shared is not static where a compiler
 * would see that nobody reads it, and leave the stores out.
 */
#include "harness.h"

#include <sched.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

struct two_locks {
	int64_t balance;
	int64_t version;
};

static struct two_locks *two_locks;

static NOINLINE void two_locks_set(struct two_locks *account, int64_t balance)
{
	account->balance = balance;
	if (balance < 0)
		account->version = 0;
}

CASE(two_locks_racy)
{
	while (going(w))
		LOCKED(w->who ? &second : &mutex)
			two_locks_set(two_locks, (int64_t)(next_random(w) >> 1));
}

CASE(two_locks_right)
{
	while (going(w))
		LOCKED(&second) {
			pthread_mutex_lock(&mutex);
			two_locks_set(two_locks, (int64_t)(next_random(w) >> 1));
			pthread_mutex_unlock(&mutex);
		}
}

struct one_side {
	int64_t state;
	int64_t version;
};

static struct one_side *one_side;

static NOINLINE void one_side_set(struct one_side *job, int64_t state)
{
	job->state = state;
	if (state < 0)
		job->version = 0;
}

CASE(one_side_racy)
{
	while (going(w))
		if (w->who)
			LOCKED(&mutex)
				one_side_set(one_side, (int64_t)(next_random(w) >> 1));
		else
			one_side_set(one_side, (int64_t)(next_random(w) >> 1));
}

CASE(one_side_right)
{
	while (going(w))
		LOCKED(&mutex)
			one_side_set(one_side, (int64_t)(next_random(w) >> 1));
}

struct read_cache {
	int64_t seen;
	int64_t version;
};

static struct read_cache *read_cache;

static NOINLINE void read_lock_set(struct read_cache *cache, int64_t seen)
{
	cache->seen = seen;
	if (seen < 0)
		cache->version = 0;
}

CASE(read_lock_racy)
{
	while (going(w)) {
		pthread_rwlock_rdlock(&rwlock);
		read_lock_set(read_cache, (int64_t)(next_random(w) >> 1));
		pthread_rwlock_unlock(&rwlock);
	}
}

CASE(read_lock_right)
{
	while (going(w)) {
		pthread_rwlock_wrlock(&rwlock);
		read_lock_set(read_cache, (int64_t)(next_random(w) >> 1));
		pthread_rwlock_unlock(&rwlock);
	}
}

/* ---- how often -------------------------------------------------------------------------------------------------- */

struct rare_leader {
	int64_t term;
	int64_t votes;
};

static struct rare_leader *rare_leader;

static NOINLINE void rare_set(struct rare_leader *leader, int64_t term)
{
	leader->term = term;
	if (term < 0)
		leader->votes = 0;
}

/* A writer that never rests, and one that comes every 2 ms by another function. */
static NOINLINE void rare_reset(struct rare_leader *leader)
{
	leader->term = 0;
	if (leader->votes)
		leader->votes = 0;
}

CASE(rare_racy)
{
	while (going(w))
		if (w->who)
			rare_reset(rare_leader);
		else
			rare_set(rare_leader, (int64_t)(next_random(w) >> 1));
}

CASE(rare_right)
{
	while (going(w))
		LOCKED(&mutex) {
			if (w->who)
				rare_reset(rare_leader);
			else
				rare_set(rare_leader, (int64_t)(next_random(w) >> 1));
		}
}

struct slow_task {
	int64_t owner;
	int64_t version;
};

static struct slow_task *slow_task;

static NOINLINE void slow_set(struct slow_task *task, int64_t owner)
{
	task->owner = owner;
	if (owner < 0)
		task->version = 0;
}

CASE(slow_racy)
{
	while (going(w))
		slow_set(slow_task, (int64_t)(next_random(w) >> 1));
}

CASE(slow_right)
{
	while (going(w))
		LOCKED(&mutex)
			slow_set(slow_task, (int64_t)(next_random(w) >> 1));
}

struct brisk_task {
	int64_t owner;
	int64_t version;
};

static struct brisk_task *brisk_task;

static NOINLINE void brisk_set(struct brisk_task *task, int64_t owner)
{
	task->owner = owner;
	if (owner < 0)
		task->version = 0;
}

CASE(brisk_racy)
{
	while (going(w))
		brisk_set(brisk_task, (int64_t)(next_random(w) >> 1));
}

CASE(brisk_right)
{
	while (going(w))
		LOCKED(&mutex)
			brisk_set(brisk_task, (int64_t)(next_random(w) >> 1));
}

struct crowd_board {
	int64_t best;
	int64_t rounds;
};

static struct crowd_board *crowd_board;

static NOINLINE void crowd_set(struct crowd_board *board, int64_t best)
{
	board->best = best;
	if (best < 0)
		board->rounds = 0;
}

CASE(crowd_racy)
{
	while (going(w))
		crowd_set(crowd_board, (int64_t)(next_random(w) >> 1));
}

CASE(crowd_right)
{
	while (going(w))
		LOCKED(&mutex)
			crowd_set(crowd_board, (int64_t)(next_random(w) >> 1));
}

/* A queue of waiters, each with a word of its own to wait on (MCS). The last word is given on by a plain store. */
struct queued_waiter {
	struct queued_waiter *next;
	int waits;
};

static struct queued_waiter *queued_tail;

static void queued_acquire(struct queued_waiter *mine)
{
	struct queued_waiter *before;

	mine->next = NULL;
	mine->waits = 1;
	before = __atomic_exchange_n(&queued_tail, mine, __ATOMIC_ACQ_REL);
	if (!before)
		return;
	__atomic_store_n(&before->next, mine, __ATOMIC_RELEASE);
	while (__atomic_load_n(&mine->waits, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void queued_release(struct queued_waiter *mine)
{
	struct queued_waiter *next = __atomic_load_n(&mine->next, __ATOMIC_ACQUIRE), *last = mine;

	if (!next && __atomic_compare_exchange_n(&queued_tail, &last, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return;
	while (!(next = __atomic_load_n(&mine->next, __ATOMIC_ACQUIRE)))
		sched_yield();
	__atomic_store_n(&next->waits, 0, __ATOMIC_RELEASE);
}

struct queued_job {
	int64_t priority;
	int64_t version;
};

static struct queued_job *queued_job;

static NOINLINE void queued_set(struct queued_job *job, int64_t priority)
{
	job->priority = priority;
	if (priority < 0)
		job->version = 0;
}

CASE(queued_racy)
{
	while (going(w))
		queued_set(queued_job, some(w));
}

CASE(queued_right)
{
	struct queued_waiter mine;

	while (going(w)) {
		queued_acquire(&mine);
		queued_set(queued_job, some(w));
		queued_release(&mine);
	}
}

/* Filled when first wanted. The right one looks again when it has the lock; the racy one never takes it. */
struct lazy_settings {
	int64_t limit;
	int64_t timeout_ms;
	int ready;
};

static struct lazy_settings *lazy_settings;

static NOINLINE void lazy_fill(struct lazy_settings *settings, int64_t limit)
{
	settings->limit = limit;
	settings->timeout_ms = limit / 2;
	__atomic_store_n(&settings->ready, 1, __ATOMIC_RELEASE);
}

static NOINLINE bool lazy_ready(struct lazy_settings *settings)
{
	return __atomic_load_n(&settings->ready, __ATOMIC_ACQUIRE);
}

/* What was filled is soon out of date. */
static NOINLINE void lazy_expire(struct lazy_settings *settings)
{
	__atomic_store_n(&settings->ready, 0, __ATOMIC_RELEASE);
}

CASE(lazy_racy)
{
	while (going(w))
		if (!lazy_ready(lazy_settings))
			lazy_fill(lazy_settings, some(w));
		else if (next_random(w) % 4 == 0)
			lazy_expire(lazy_settings);
}

CASE(lazy_right)
{
	while (going(w))
		if (!lazy_ready(lazy_settings)) {
			LOCKED(&mutex)
				if (!lazy_ready(lazy_settings))
					lazy_fill(lazy_settings, some(w));
		} else if (next_random(w) % 4 == 0) {
			LOCKED(&mutex)
				lazy_expire(lazy_settings);
		}
}

/* One writer and three readers, under a lock for reading. The racy readers note who read last. */
struct touched_page {
	int64_t text;
	int64_t reader;
};

static struct touched_page *touched_page;

static NOINLINE void touched_write(struct touched_page *page, int64_t text)
{
	page->text = text;
	if (text < 0)
		page->reader = 0;
}

static NOINLINE int64_t touched_read(const struct touched_page *page)
{
	return page->text;
}

static NOINLINE int64_t touched_note(struct touched_page *page, int64_t who)
{
	page->reader = who;
	return page->text;
}

static void touched_round(struct worker *w, bool racy)
{
	int64_t text = 0;

	if (!w->who) {
		pthread_rwlock_wrlock(&rwlock);
		touched_write(touched_page, some(w));
	} else {
		pthread_rwlock_rdlock(&rwlock);
		text = racy ? touched_note(touched_page, w->who) : touched_read(touched_page);
	}
	pthread_rwlock_unlock(&rwlock);
	w->random += text > 0;
}

CASE(touched_racy)
{
	while (going(w))
		touched_round(w, true);
}

CASE(touched_right)
{
	while (going(w))
		touched_round(w, false);
}

/* Two counters, each with a lock of its own. The racy side of one takes the other's. */
struct apart_counts {
	int64_t sent;
	int64_t received;
	pthread_mutex_t sent_lock, received_lock;
};

static struct apart_counts *apart_counts;

static NOINLINE void apart_send(struct apart_counts *counts, int64_t n)
{
	counts->sent += n;
}

static NOINLINE void apart_receive(struct apart_counts *counts, int64_t n)
{
	counts->received += n;
}

CASE(apart_racy)
{
	while (going(w)) {
		LOCKED(w->who ? &apart_counts->received_lock : &apart_counts->sent_lock)
			apart_send(apart_counts, 1);
		LOCKED(&apart_counts->received_lock)
			apart_receive(apart_counts, 1);
	}
}

CASE(apart_right)
{
	while (going(w)) {
		LOCKED(&apart_counts->sent_lock)
			apart_send(apart_counts, 1);
		LOCKED(&apart_counts->received_lock)
			apart_receive(apart_counts, 1);
	}
}

/* About a million rounds a second. */
struct steady_meter {
	int64_t level;
	int64_t version;
};

static struct steady_meter *steady_meter;

static NOINLINE void steady_set(struct steady_meter *meter, int64_t level)
{
	meter->level = level;
	if (level < 0)
		meter->version = 0;
}

CASE(steady_racy)
{
	while (going(w)) {
		think(w, 150);
		steady_set(steady_meter, some(w));
	}
}

CASE(steady_right)
{
	while (going(w)) {
		think(w, 150);
		LOCKED(&mutex)
			steady_set(steady_meter, some(w));
	}
}

static const struct one_case cases[] = {
	{.name = "two_locks", .racy = two_locks_racy, .right = two_locks_right},
	{.name = "one_side", .racy = one_side_racy, .right = one_side_right},
	{.name = "read_lock", .racy = read_lock_racy, .right = read_lock_right},
	{.name = "rare", .racy = rare_racy, .right = rare_right, .rates = {0, 500}},
	{.name = "slow", .racy = slow_racy, .right = slow_right, .rates = {100, 100}},
	{.name = "brisk", .racy = brisk_racy, .right = brisk_right, .rates = {1000, 1000}},
	{.name = "crowd", .racy = crowd_racy, .right = crowd_right, .workers = 8, .rates = {1000, 1000}},
	{.name = "queued", .racy = queued_racy, .right = queued_right},
	{.name = "lazy", .racy = lazy_racy, .right = lazy_right},
	{.name = "touched", .racy = touched_racy, .right = touched_right, .workers = 4, .rates = {500, 4000}},
	{.name = "apart", .racy = apart_racy, .right = apart_right},
	{.name = "steady", .racy = steady_racy, .right = steady_right},
};

__attribute__((constructor)) static void add_cases(void)
{
	NEW(two_locks), NEW(one_side), NEW(read_cache), NEW(rare_leader), NEW(slow_task), NEW(brisk_task);
	NEW(crowd_board);
	NEW(queued_job), NEW(lazy_settings), NEW(touched_page), NEW(apart_counts), NEW(steady_meter);
	pthread_mutex_init(&apart_counts->sent_lock, NULL);
	pthread_mutex_init(&apart_counts->received_lock, NULL);
	add_all(cases, sizeof(cases) / sizeof(cases[0]));
}

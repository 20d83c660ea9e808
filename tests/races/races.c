/*
 * races.c - cases in C: see harness.h; what is to be found of each is in races.json
 *
 * Each case has a struct and functions of its own, so that a finding names the case. The right one writes by the same
 * functions.
 */
#include "races.h"

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_barrier_t barrier;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

/* ---- where the field lies ---------------------------------------------------------------------------------------- */

struct heap_order {
	int64_t id;
	int status;
	int64_t cents;
};

static struct heap_order *heap_order;

static NOINLINE void heap_set(struct heap_order *order, int status)
{
	order->status = status;
	if (status < 0)
		order->cents = 0;
}

CASE(heap_racy)
{
	while (going(w))
		heap_set(heap_order, (int)(next_random(w) & 7));
}

CASE(heap_right)
{
	while (going(w))
		LOCKED(&mutex)
			heap_set(heap_order, (int)(next_random(w) & 7));
}

/* Not static: a struct that nobody reads would not be written. */
struct global_config {
	int64_t limit;
	int64_t timeout_ms;
} global_config;

static NOINLINE void global_set(int64_t limit)
{
	global_config.limit = limit;
	if (limit < 0)
		global_config.timeout_ms = 0;
}

CASE(global_racy)
{
	while (going(w))
		global_set((int64_t)(next_random(w) >> 8));
}

CASE(global_right)
{
	while (going(w))
		LOCKED(&mutex)
			global_set((int64_t)(next_random(w) >> 8));
}

struct nested_customer {
	int age;
	int level;
};

struct nested_order {
	int64_t id;
	struct nested_customer customer;
};

static struct nested_order *nested_order;

static NOINLINE void nested_set(struct nested_order *order, int level)
{
	order->customer.level = level;
	if (level < 0)
		order->id = 0;
}

CASE(nested_racy)
{
	while (going(w))
		nested_set(nested_order, (int)(next_random(w) & 7));
}

CASE(nested_right)
{
	while (going(w)) {
		pthread_rwlock_wrlock(&rwlock);
		nested_set(nested_order, (int)(next_random(w) & 7));
		pthread_rwlock_unlock(&rwlock);
	}
}

struct array_item {
	int64_t price;
	int64_t count;
};

struct array_cart {
	int64_t id;
	struct array_item items[4];
};

static struct array_cart *array_cart;

static NOINLINE void array_set(struct array_cart *cart, unsigned i, int64_t price)
{
	cart->items[i & 3].price = price;
	if (price < 0)
		cart->id = 0;
}

CASE(array_racy)
{
	while (going(w))
		array_set(array_cart, (unsigned)next_random(w), (int64_t)(w->rounds));
}

CASE(array_right)
{
	while (going(w)) {
		pthread_spin_lock(&spin);
		array_set(array_cart, (unsigned)next_random(w), (int64_t)(w->rounds));
		pthread_spin_unlock(&spin);
	}
}

struct bits_flags {
	unsigned paid : 3;
	unsigned shipped : 5;
	unsigned rest : 24;
};

static struct bits_flags *bits_flags;

static NOINLINE void bits_pay(struct bits_flags *flags, unsigned paid)
{
	flags->paid = paid & 7;
}

static NOINLINE void bits_ship(struct bits_flags *flags, unsigned shipped)
{
	flags->shipped = shipped & 31;
}

CASE(bits_racy)
{
	while (going(w))
		if (w->who)
			bits_pay(bits_flags, (unsigned)next_random(w));
		else
			bits_ship(bits_flags, (unsigned)next_random(w));
}

CASE(bits_right)
{
	while (going(w))
		LOCKED(&mutex) {
			if (w->who)
				bits_pay(bits_flags, (unsigned)next_random(w));
			else
				bits_ship(bits_flags, (unsigned)next_random(w));
		}
}

/* ---- how it is written ------------------------------------------------------------------------------------------- */

struct inlined_sensor {
	int64_t id;
	int64_t value;
	int64_t rounds;
};

static struct inlined_sensor *inlined_sensor;

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

/* ---- which lock -------------------------------------------------------------------------------------------------- */

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
		LOCKED(&second)
			LOCKED(&mutex)
				two_locks_set(two_locks, (int64_t)(next_random(w) >> 1));
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

/* ---- how often --------------------------------------------------------------------------------------------------- */

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

/* ---- mixed records: every single write under a lock -------------------------------------------------------------- */

struct mixed_user {
	int64_t id;
	int64_t score;
	int64_t rank;
};

static struct mixed_user *mixed_user;

static NOINLINE void mixed_fill(struct mixed_user *user, int64_t id, struct worker *w)
{
	pthread_mutex_lock(&mutex);
	user->id = id;
	pthread_mutex_unlock(&mutex);
	think(w, 20);
	pthread_mutex_lock(&mutex);
	user->score = id * 2;
	pthread_mutex_unlock(&mutex);
	think(w, 20);
	pthread_mutex_lock(&mutex);
	user->rank = id * 3;
	pthread_mutex_unlock(&mutex);
}

static NOINLINE void mixed_fill_whole(struct mixed_user *user, int64_t id)
{
	pthread_mutex_lock(&mutex);
	user->id = id;
	user->score = id * 2;
	user->rank = id * 3;
	pthread_mutex_unlock(&mutex);
}

CASE(mixed_racy)
{
	while (going(w))
		mixed_fill(mixed_user, (int64_t)next_random(w) >> 8, w);
}

CASE(mixed_right)
{
	while (going(w)) {
		mixed_fill_whole(mixed_user, (int64_t)next_random(w) >> 8);
		think(w, 40);
	}
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static const struct one_case cases[] = {
	{.name = "heap", .racy = heap_racy, .right = heap_right},
	{.name = "global", .racy = global_racy, .right = global_right, .rates = {5000, 5000}},
	{.name = "nested", .racy = nested_racy, .right = nested_right, .rates = {0, 3000}},
	{.name = "array", .racy = array_racy, .right = array_right},
	{.name = "bits", .racy = bits_racy, .right = bits_right},
	{.name = "inlined", .racy = inlined_racy, .right = inlined_right},
	{.name = "copied", .racy = copied_racy, .right = copied_right},
	{.name = "cleared", .racy = cleared_racy, .right = cleared_right, .rates = {0, 2000}},
	{.name = "assigned", .racy = assigned_racy, .right = assigned_right},
	{.name = "counted", .racy = counted_racy, .right = counted_right},
	{.name = "added", .racy = counted_racy, .right = added_right, .left = true},
	{.name = "linked", .racy = linked_racy, .right = linked_right},
	{.name = "small", .racy = small_racy, .right = small_right},
	{.name = "ratio", .racy = ratio_racy, .right = ratio_right},
	{.name = "two_locks", .racy = two_locks_racy, .right = two_locks_right},
	{.name = "one_side", .racy = one_side_racy, .right = one_side_right},
	{.name = "read_lock", .racy = read_lock_racy, .right = read_lock_right},
	{.name = "rare", .racy = rare_racy, .right = rare_right, .rates = {0, 500}},
	{.name = "slow", .racy = slow_racy, .right = slow_right, .rates = {100, 100}},
	{.name = "brisk", .racy = brisk_racy, .right = brisk_right, .rates = {1000, 1000}},
	{.name = "crowd", .racy = crowd_racy, .right = crowd_right, .workers = 8, .rates = {1000, 1000}},
	{.name = "mixed", .racy = mixed_racy, .right = mixed_right, .rates = {20000, 20000}},
};

#define CASES_N (sizeof(cases) / sizeof(cases[0]))
#define NEW(name) name = calloc(1, sizeof(*name))

int main(int argc, char **argv)
{
	NEW(heap_order), NEW(nested_order), NEW(array_cart), NEW(bits_flags), NEW(inlined_sensor), NEW(copied_record);
	NEW(cleared_session), NEW(assigned_point), NEW(counted_stats), NEW(added_stats), NEW(tiny_state);
	NEW(linked_list), NEW(small_state);
	NEW(ratio_gauge), NEW(two_locks), NEW(one_side), NEW(read_cache), NEW(rare_leader), NEW(slow_task);
	NEW(brisk_task), NEW(crowd_board), NEW(mixed_user);
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	pthread_barrier_init(&barrier, NULL, 2);
	objects_begin();
	if (argc == 4 && is_of(object_cases, object_cases_n, argv[1]))
		return run_named(object_cases, object_cases_n, argc, argv);
	return run_named(cases, CASES_N, argc, argv);
}

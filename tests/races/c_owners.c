/*
 * c_owners.c - cases in C: whose object it is, and records that are filled by two
 *
 * See harness.h; what is to be found of each is in races.json. Each case has a struct and functions of its own, so that
 * a finding names the case. The right one writes by the same functions. What is shared is not static where a compiler
 * would see that nobody reads it, and leave the stores out.
 */
#include "harness.h"

#include <sched.h>
#include <stdatomic.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;


struct handed_message {
	int64_t id;
	int64_t state;
};

/* A ring for one producer and one consumer: handed over by a release store. */
struct handed_message handed_messages[64];
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

struct own_counters own_shared;
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

struct shared_line shared_line __attribute__((aligned(64)));

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

struct sequenced_pair sequenced_pair;

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

/* ---- mixed records: every single write under a lock ------------------------------------------------------------- */

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

/* Messages in a box under a lock; whoever took one out writes it without. */
struct mailed_letter {
	int64_t text;
	int64_t stamp;
};

#define BOX_SIZE 16

static struct mailed_letter *mailed_box[BOX_SIZE];
static unsigned mailed_n;
static pthread_cond_t mailed = PTHREAD_COND_INITIALIZER;

static NOINLINE void mailed_write(struct mailed_letter *letter, int64_t text)
{
	letter->text = text;
	if (text < 0)
		letter->stamp = 0;
}

static NOINLINE void mailed_answer(struct mailed_letter *letter, int64_t text)
{
	letter->text = text;
	if (letter->stamp)
		letter->stamp = 0;
}

static bool mailed_put(struct mailed_letter *letter)
{
	bool has_room;

	pthread_mutex_lock(&mutex);
	has_room = mailed_n < BOX_SIZE;
	if (has_room)
		mailed_box[mailed_n++] = letter;
	pthread_cond_signal(&mailed);
	pthread_mutex_unlock(&mutex);
	return has_room;
}

/* NULL: none came within 2 ms */
static struct mailed_letter *mailed_take(void)
{
	struct mailed_letter *letter = NULL;
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_nsec += 2000000;
	if (limit.tv_nsec >= 1000000000) {
		limit.tv_sec++;
		limit.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&mutex);
	if (!mailed_n)
		pthread_cond_timedwait(&mailed, &mutex, &limit);
	if (mailed_n)
		letter = mailed_box[--mailed_n];
	pthread_mutex_unlock(&mutex);
	return letter;
}

/* The racy writer goes on with letters that it has sent: a ring of them, so that none is freed. */
CASE(mailed_racy)
{
	static struct mailed_letter letters[BOX_SIZE];

	while (going(w)) {
		struct mailed_letter *letter = w->who ? mailed_take() : &letters[w->rounds % BOX_SIZE];

		if (!letter)
			continue;
		if (w->who) {
			mailed_answer(letter, some(w));
		} else {
			mailed_write(letter, some(w));
			mailed_put(letter);
			mailed_write(letter, some(w));
		}
	}
}

CASE(mailed_right)
{
	while (going(w)) {
		struct mailed_letter *letter = w->who ? mailed_take() : calloc(1, sizeof(*letter));

		if (!letter)
			continue;
		if (w->who)
			mailed_answer(letter, some(w));
		else
			mailed_write(letter, some(w));
		if (w->who || !mailed_put(letter))
			free(letter);
	}
}

/* Lent to a thread for its life. The racy one does not wait for its end. */
struct joined_result {
	int64_t sum;
	int64_t parts;
};

static NOINLINE void joined_set(struct joined_result *result, int64_t sum)
{
	result->sum = sum;
	if (sum < 0)
		result->parts = 0;
}

static void *joined_part(void *user)
{
	for (int64_t i = 0; i < 50; i++)
		joined_set((struct joined_result *)user, i);
	return NULL;
}

static void joined_round(struct worker *w, bool racy)
{
	static struct joined_result results[WORKERS_MAX];
	struct joined_result *result = &results[w->who];
	pthread_t part;

	if (pthread_create(&part, NULL, joined_part, result) != 0)
		return;
	if (!racy)
		pthread_join(part, NULL);
	for (int64_t i = 0; i < 50; i++)
		joined_set(result, i);
	if (racy)
		pthread_join(part, NULL);
}

CASE(joined_racy)
{
	while (going(w))
		joined_round(w, true);
}

CASE(joined_right)
{
	while (going(w))
		joined_round(w, false);
}

/* Two buffers, of which one is filled while the other is worked on; they change places at a barrier. */
struct buffered_frame {
	int64_t pixels;
	int64_t number;
};

struct buffered_frame buffered_frames[2];

static NOINLINE void buffered_fill(struct buffered_frame *frame, int64_t pixels)
{
	frame->pixels = pixels;
	if (pixels < 0)
		frame->number = 0;
}

static NOINLINE void buffered_shade(struct buffered_frame *frame, int64_t pixels)
{
	frame->pixels = pixels;
	if (frame->number)
		frame->number = 0;
}

CASE(buffered_racy)
{
	while (going(w))
		if (w->who)
			buffered_shade(&buffered_frames[w->rounds & 1], some(w));
		else
			buffered_fill(&buffered_frames[w->rounds & 1], some(w));
}

CASE(buffered_right)
{
	static bool stop;
	bool more = true;

	for (unsigned phase = 0; more; phase++) {
		if (w->who)
			buffered_shade(&buffered_frames[phase & 1], (int64_t)w->rounds++);
		else
			buffered_fill(&buffered_frames[!(phase & 1)], some(w));
		if (!w->who)
			stop = !going(w);
		pthread_barrier_wait(&barrier);
		more = !stop;
		pthread_barrier_wait(&barrier);
	}
}

static const struct one_case cases[] = {
	{.name = "handed", .racy = handed_racy, .right = handed_right},
	{.name = "reused", .racy = reused_racy, .right = reused_right},
	{.name = "own", .racy = own_racy, .right = own_right},
	{.name = "phased", .racy = phased_racy, .right = phased_right},
	{.name = "published", .racy = published_racy, .right = published_right},
	{.name = "line", .racy = line_racy, .right = line_right_twin},
	{.name = "sequenced", .racy = sequenced_racy, .right = sequenced_right},
	{.name = "mixed", .racy = mixed_racy, .right = mixed_right, .rates = {20000, 20000}},
	{.name = "mailed", .racy = mailed_racy, .right = mailed_right},
	{.name = "joined", .racy = joined_racy, .right = joined_right, .rates = {500, 500}},
	{.name = "buffered", .racy = buffered_racy, .right = buffered_right},
};

__attribute__((constructor)) static void add_cases(void)
{
	NEW(reused_cache), NEW(phased_grid), NEW(published), NEW(mixed_user);
	pthread_barrier_init(&barrier, NULL, 2);
	add_all(cases, sizeof(cases) / sizeof(cases[0]));
}

/*
 * test_lock.c - the locks, the sequence and the words of shared.h, alone and by many threads
 *
 * Compiled twice: as it is, and with FG_SEQ_FENCES=1, the other way to order a copy.
 */
#include <fieldguard/shared.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tap.h"

enum {
	THREADS_MANY = 64,
	ROUNDS = 20000,
};

static void sleep_ms(long ms)
{
	struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

static void run_threads(size_t n, void *(*body)(void *), void *arg)
{
	pthread_t threads[THREADS_MANY];

	for (size_t i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, body, arg) != 0)
			abort();
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

/* ---- mutex --------------------------------------------------------------------------------------------------- */

struct counted {
	struct fg_mutex mutex;
	struct fg_rwlock rwlock;
	uint64_t a, b;              /* plain: TSan reports them if the lock does not hold */
	size_t rounds;
	atomic_uint turn;           /* which thread is which */
	atomic_uint bad;
};

static void *count_under_mutex(void *arg)
{
	struct counted *c = arg;

	for (size_t i = 0; i < c->rounds; i++) {
		fg_mutex_lock(&c->mutex);
		c->a++;
		if (i % 512 == 0)
			sched_yield();     /* others have to sleep at times */
		c->b++;
		fg_mutex_unlock(&c->mutex);
	}
	return NULL;
}

static void test_mutex(void)
{
	static struct counted c;
	static const size_t threads[] = {2, 8, THREADS_MANY};

	tap_ok(fg_mutex_trylock(&c.mutex), "an all-zero mutex is free");
	tap_ok(!fg_mutex_trylock(&c.mutex), "a held mutex is not");
	fg_mutex_unlock(&c.mutex);
	tap_eq_int(atomic_load(&c.mutex.word), 0, "unlocked it is all-zero again");
	for (size_t i = 0; i < 3; i++) {
		c.a = c.b = 0;
		c.rounds = ROUNDS * 8 / threads[i];
		run_threads(threads[i], count_under_mutex, &c);
		tap_eq_int(c.a, c.rounds * threads[i], "mutex: no increment lost by %zu threads", threads[i]);
		tap_ok(c.a == c.b && atomic_load(&c.mutex.word) == 0, "mutex: free in the end");
	}
}

/* ---- reader-writer lock -------------------------------------------------------------------------------------- */

static void *read_or_write(void *arg)
{
	struct counted *c = arg;
	bool writer = atomic_fetch_add(&c->turn, 1) % 4 == 0;

	for (size_t i = 0; i < c->rounds; i++) {
		if (writer) {
			fg_rwlock_write_lock(&c->rwlock);
			c->a++;
			if (i % 512 == 0)
				sched_yield();
			c->b++;
			fg_rwlock_write_unlock(&c->rwlock);
		} else {
			fg_rwlock_read_lock(&c->rwlock);
			if (c->a != c->b)
				atomic_fetch_add(&c->bad, 1);
			if (i % 512 == 0)
				sched_yield();
			fg_rwlock_read_unlock(&c->rwlock);
		}
	}
	return NULL;
}

static void *write_once(void *arg)
{
	struct counted *c = arg;

	fg_rwlock_write_lock(&c->rwlock);
	c->a++;
	fg_rwlock_write_unlock(&c->rwlock);
	return NULL;
}

static void *read_once(void *arg)
{
	struct counted *c = arg;

	fg_rwlock_read_lock(&c->rwlock);
	atomic_store(&c->turn, (unsigned)c->a + 100);
	fg_rwlock_read_unlock(&c->rwlock);
	return NULL;
}

/* A writer that waits keeps new readers out, and both get in when the old reader leaves. */
static void test_rwlock_waiting_writer(void)
{
	static struct counted c;
	pthread_t writer, reader;

	fg_rwlock_read_lock(&c.rwlock);
	fg_rwlock_read_lock(&c.rwlock);
	tap_eq_int(atomic_load(&c.rwlock.word), 2, "rwlock: two readers at once");
	fg_rwlock_read_unlock(&c.rwlock);
	pthread_create(&writer, NULL, write_once, &c);
	while (!(atomic_load(&c.rwlock.word) & FG_RWLOCK_WANTED))
		sleep_ms(1);
	pthread_create(&reader, NULL, read_once, &c);
	while (!(atomic_load(&c.rwlock.word) & FG_RWLOCK_SLEEPERS))
		sleep_ms(1);
	sleep_ms(20);
	tap_eq_int(atomic_load(&c.turn), 0, "rwlock: a waiting writer keeps new readers out");
	fg_rwlock_read_unlock(&c.rwlock);
	pthread_join(writer, NULL);
	pthread_join(reader, NULL);
	tap_eq_int(c.a, 1, "rwlock: the writer got in");
	tap_ok(atomic_load(&c.turn) >= 100, "rwlock: the reader got in");
	tap_eq_int(atomic_load(&c.rwlock.word), 0, "rwlock: free in the end");
}

static void test_rwlock(void)
{
	static const size_t threads[] = {2, 8, THREADS_MANY};

	for (size_t i = 0; i < 3; i++) {
		static struct counted c;

		memset(&c, 0, sizeof c);
		c.rounds = ROUNDS * 8 / threads[i];
		run_threads(threads[i], read_or_write, &c);
		tap_eq_int(c.a, c.rounds * ((threads[i] + 3) / 4), "rwlock: no increment lost by %zu threads", threads[i]);
		tap_eq_int(atomic_load(&c.bad), 0, "rwlock: no reader saw a writer's half");
		tap_eq_int(atomic_load(&c.rwlock.word), 0, "rwlock: free in the end");
	}
}

/* ---- words --------------------------------------------------------------------------------------------------- */

/* Every offset and size within a few words, against memcpy. */
static void test_words(void)
{
	static _Atomic uint64_t image[24];
	unsigned char model[sizeof image], seen[sizeof image], fresh[sizeof image];
	unsigned bad = 0;

	memset(model, 0, sizeof model);
	for (size_t offset = 0; offset < 20; offset++) {
		for (size_t size = 0; size + offset <= sizeof model; size++) {
			for (size_t i = 0; i < size; i++)
				fresh[i] = (unsigned char)(offset * 31 + size * 7 + i);
			memcpy(model + offset, fresh, size);
			fg_words_put(image, offset, fresh, size);
			fg_words_get(seen, image, 0, sizeof seen);
			bad += memcmp(seen, model, sizeof model) != 0;
			memset(seen, 0xee, sizeof seen);
			fg_words_get(seen, image, offset, size);
			bad += memcmp(seen, model + offset, size) != 0;
			bad += size < sizeof seen && seen[size] != 0xee;
		}
	}
	tap_eq_int(bad, 0, "words: every offset and size as memcpy does it");
}

/* ---- sequence ------------------------------------------------------------------------------------------------ */

enum { CELL_WORDS = 19 };

struct cell {
	struct fg_seq seq;
	_Atomic uint64_t words[CELL_WORDS];
	size_t rounds;
	atomic_uint turn, bad, back;
	atomic_bool done;
};

static void cell_write(struct cell *cell)
{
	uint64_t value[CELL_WORDS];

	fg_seq_lock(&cell->seq);
	fg_words_get(value, cell->words, 0, sizeof value);
	for (size_t i = 0; i < CELL_WORDS; i++)
		value[i] = value[i] + i + 1;
	fg_words_put(cell->words, 0, value, sizeof value);
	fg_seq_unlock(&cell->seq);
}

/* Returns: the number of writes that the copy stands for, or UINT64_MAX if it is a mix. */
static uint64_t cell_read(struct cell *cell)
{
	uint64_t value[CELL_WORDS];
	uint64_t begun = fg_seq_read_begin(&cell->seq);
	struct fg_seq_retry retry = {0};

	fg_words_get(value, cell->words, 0, sizeof value);
	if (fg_seq_read_failed(&cell->seq, begun)) {
		do {
			fg_seq_retry(&cell->seq, &retry);
			fg_words_get(value, cell->words, 0, sizeof value);
		} while (fg_seq_retry_failed(&cell->seq, &retry));
	}
	for (size_t i = 0; i < CELL_WORDS; i++)
		if (value[i] != value[0] * (i + 1))
			return UINT64_MAX;
	return value[0];
}

static void *cell_thread(void *arg)
{
	struct cell *cell = arg;
	bool writer = atomic_fetch_add(&cell->turn, 1) % 2 == 0;
	uint64_t last = 0;

	for (size_t i = 0; i < cell->rounds; i++) {
		if (writer) {
			cell_write(cell);
			continue;
		}
		uint64_t now = cell_read(cell);

		if (now == UINT64_MAX)
			atomic_fetch_add(&cell->bad, 1);
		else if (now < last)
			atomic_fetch_add(&cell->back, 1);
		else
			last = now;
	}
	return NULL;
}

static void test_seq_threads(void)
{
	static const size_t threads[] = {2, 8, THREADS_MANY};

	for (size_t i = 0; i < 3; i++) {
		static struct cell cell;

		memset(&cell, 0, sizeof cell);
		cell.rounds = ROUNDS * 8 / threads[i];
		run_threads(threads[i], cell_thread, &cell);
		tap_eq_int(cell_read(&cell), cell.rounds * threads[i] / 2, "sequence: no write lost by %zu threads", threads[i]);
		tap_eq_int(atomic_load(&cell.bad), 0, "sequence: no mixed copy");
		tap_eq_int(atomic_load(&cell.back), 0, "sequence: no reader went back in time");
		tap_eq_int(atomic_load(&cell.seq.value), cell.rounds * threads[i] / 2 * FG_SEQ_STEP,
			   "sequence: one step a write, no mark left");
	}
}

static void *never_resting_writer(void *arg)
{
	struct cell *cell = arg;

	while (!atomic_load_explicit(&cell->done, memory_order_relaxed))
		cell_write(cell);
	return NULL;
}

static void *read_held(void *arg)
{
	struct cell *cell = arg;

	atomic_store(&cell->turn, (unsigned)cell_read(cell) + 100);
	return NULL;
}

/* A reader that fails too often takes its turn, and puts the same sequence back. */
static void test_seq_fallback(void)
{
	static struct cell cell;
	struct fg_seq_retry retry = {.tries = FG_SEQ_TRIES};
	uint64_t begun;
	pthread_t thread;
	unsigned mixed = 0;

	cell_write(&cell);
	begun = fg_seq_read_begin(&cell.seq);
	fg_seq_retry(&cell.seq, &retry);
	tap_ok(retry.held && atomic_load(&cell.seq.value) == (FG_SEQ_STEP | FG_SEQ_HELD), "fallback: the reader holds the sequence");
	tap_ok(!fg_seq_read_failed(&cell.seq, begun), "fallback: another reader does not notice");
	tap_ok(!fg_seq_read_failed(&cell.seq, fg_seq_read_begin(&cell.seq)), "fallback: nor one that begins meanwhile");
	tap_ok(!fg_seq_retry_failed(&cell.seq, &retry), "fallback: what it copies is good");
	tap_eq_int(atomic_load(&cell.seq.value), FG_SEQ_STEP, "fallback: the same sequence goes back");

	fg_seq_hold(&cell.seq);
	tap_ok(!fg_seq_read_failed(&cell.seq, begun), "a writer that only holds the sequence disturbs no reader");
	atomic_fetch_or(&cell.seq.value, FG_SEQ_WRITING);
	tap_ok(fg_seq_read_failed(&cell.seq, begun), "one that changes words does");
	begun = fg_seq_read_begin(&cell.seq);
	tap_ok(fg_seq_read_failed(&cell.seq, begun), "also a reader that begins meanwhile");
	fg_seq_unlock(&cell.seq);
	tap_ok(fg_seq_read_failed(&cell.seq, begun), "and one that ends after it");
	tap_eq_int(atomic_load(&cell.seq.value), 2 * FG_SEQ_STEP, "a write is one step, and leaves no mark");

	fg_seq_lock(&cell.seq);
	pthread_create(&thread, NULL, read_held, &cell);
	sleep_ms(20);
	tap_eq_int(atomic_load(&cell.turn), 0, "fallback: waits for a writer that holds on");
	fg_seq_unlock(&cell.seq);
	pthread_join(thread, NULL);
	tap_eq_int(atomic_load(&cell.turn), 101, "fallback: and reads when it is done");

	pthread_create(&thread, NULL, never_resting_writer, &cell);
	for (size_t i = 0; i < ROUNDS; i++)
		mixed += cell_read(&cell) == UINT64_MAX;
	atomic_store(&cell.done, true);
	pthread_join(thread, NULL);
	tap_eq_int(mixed, 0, "a reader beside a writer that never rests finishes, unmixed");
}

static void test_present(void)
{
	_Atomic uint64_t word = 0;

	fg_present_publish(&word, 5);
	fg_present_publish(&word, 6);
	tap_eq_int(atomic_load(&word), 7, "presence bits add up");
}

int main(void)
{
	test_mutex();
	test_rwlock();
	test_rwlock_waiting_writer();
	test_words();
	test_seq_threads();
	test_seq_fallback();
	test_present();
	return tap_done();
}

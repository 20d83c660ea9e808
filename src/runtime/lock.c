/*
 * lock.c - what the locks of shared.h do when they don't get through at once
 *
 * All wait in three steps: spin for about as long as a short critical section lasts, give the CPU away (the holder may
 * be waiting for it), sleep. Mutex and rwlock sleep on their word by futex. A sequence has no room for a sleeper's
 * mark (its unlock is a plain store), so its waiters sleep by time; only a holder that lost its CPU makes them.
 */
#include "pause.h"

#include <fieldguard/rules.h>

#include <sched.h>
#include <stdbool.h>
#include <time.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sleeps while *word is value. May return early: callers look again. */
static void wait_while(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word, int n)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}
#else
static void wait_while(_Atomic uint32_t *word, uint32_t value)
{
	if (atomic_load_explicit(word, memory_order_relaxed) == value)
		sched_yield();
}

static void wake(_Atomic uint32_t *word, int n)
{
	(void)word;
	(void)n;
}
#endif

enum {
	SPINS = 128,           /* some microseconds: far longer than a copy, far shorter than a time slice */
	LOOKS = 12,            /* of one that wants to hold a sequence; the longest waits for 2^LOOKS_LONGEST pauses */
	LOOKS_LONGEST = 6,
	COURTESY = 256,        /* pauses: some microseconds, which is some travels of a line between CPUs */
	READER_SPINS = 32,     /* of a reader, while a writer changes words */
	YIELDS = 16,
	WAKE_ONE = 1,
	WAKE_ALL = 0x7fffffff,
	NAP_NS = 50 * 1000,    /* about what the timer adds by itself */
};

void fg_mutex_lock_slow(struct fg_mutex *mutex)
{
	for (unsigned i = 0; i < SPINS; i++) {
		uint32_t word = atomic_load_explicit(&mutex->word, memory_order_relaxed);

		if (word == 0 && fg_mutex_trylock(mutex))
			return;
		if (word == 2)
			break;      /* others sleep already: spinning would only pass them */
		pause_cpu();
	}
	/* Taken as 2, not 1: this thread can't know whether others sleep, and a wake too many is harmless. */
	while (atomic_exchange_explicit(&mutex->word, 2, memory_order_acquire) != 0)
		wait_while(&mutex->word, 2);
}

void fg_mutex_wake(struct fg_mutex *mutex)
{
	wake(&mutex->word, WAKE_ONE);
}

/*
 * Sleeps until the word changes from `word`, with the sleepers' mark and `mark` set in it first. The mark can't be
 * missed: the unlock that clears it wakes all, and if the word is the same again when the futex looks, somebody has
 * set the mark again.
 */
static void rwlock_sleep(struct fg_rwlock *lock, uint32_t word, uint32_t mark)
{
	uint32_t marked = word | mark | FG_RWLOCK_SLEEPERS;

	if (word != marked && !atomic_compare_exchange_strong_explicit(&lock->word, &word, marked, memory_order_relaxed,
								       memory_order_relaxed))
		return;
	wait_while(&lock->word, marked);
}

void fg_rwlock_read_lock_slow(struct fg_rwlock *lock)
{
	for (unsigned i = 0;; i++) {
		uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

		if (!(word & (FG_RWLOCK_WRITER | FG_RWLOCK_WANTED))) {
			if (atomic_compare_exchange_weak_explicit(&lock->word, &word, word + 1, memory_order_acquire,
								  memory_order_relaxed))
				return;
		} else if (i >= SPINS) {
			rwlock_sleep(lock, word, 0);
			continue;
		}
		pause_cpu();
	}
}

void fg_rwlock_write_lock_slow(struct fg_rwlock *lock)
{
	for (unsigned i = 0;; i++) {
		uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

		if (!(word & (FG_RWLOCK_WRITER | FG_RWLOCK_READERS))) {
			/* The sleepers' mark stays: it is this writer's unlock that will wake them. */
			uint32_t held = (word & FG_RWLOCK_SLEEPERS) | FG_RWLOCK_WRITER;

			if (atomic_compare_exchange_weak_explicit(&lock->word, &word, held, memory_order_acquire,
								  memory_order_relaxed))
				return;
		} else if (i >= SPINS) {
			rwlock_sleep(lock, word, FG_RWLOCK_WANTED);
			continue;
		} else if (!(word & FG_RWLOCK_WANTED)) {
			atomic_compare_exchange_weak_explicit(&lock->word, &word, word | FG_RWLOCK_WANTED,
			                                      memory_order_relaxed, memory_order_relaxed);
		}
		pause_cpu();
	}
}

void fg_rwlock_wake(struct fg_rwlock *lock)
{
	/* After the last reader: the mark is taken off here. After a writer it is off already. */
	atomic_fetch_and_explicit(&lock->word, ~FG_RWLOCK_SLEEPERS, memory_order_relaxed);
	wake(&lock->word, WAKE_ALL);
}

/* The i-th time in a row that the sequence was found held. Looking takes the line from the holder, who then needs
 * longer: so each look waits twice as long as the one before. */
static void seq_wait(unsigned i)
{
	if (i < LOOKS) {
		for (unsigned n = 0; n < (i < LOOKS_LONGEST ? 1u << i : 1u << LOOKS_LONGEST); n++)
			pause_cpu();
	} else if (i < LOOKS + YIELDS) {
		sched_yield();
	} else {
		struct timespec nap = {.tv_nsec = NAP_NS};

		nanosleep(&nap, NULL);
	}
}

static bool seq_try_hold(struct fg_seq *seq)
{
	uint64_t value = atomic_load_explicit(&seq->value, memory_order_relaxed);

	return !(value & FG_SEQ_HELD) &&
	       atomic_compare_exchange_weak_explicit(&seq->value, &value, value | FG_SEQ_HELD, memory_order_acquire,
	                                             memory_order_relaxed);
}

/*
 * A writer that never rests has the line when the sequence is free, and others get it held: a reader could look for
 * ever. So where one waits, a writer lets it go first, for a bounded time. It takes the hint back, so that one which
 * nobody needs any more costs one such time.
 */
static void seq_let_reader_go_first(struct fg_seq *seq)
{
	if (!atomic_load_explicit(&seq->wanted, memory_order_relaxed))
		return;
	for (unsigned i = 0; i < COURTESY; i++) {
		if (atomic_load_explicit(&seq->value, memory_order_relaxed) & FG_SEQ_HELD)
			break;
		pause_cpu();
	}
	atomic_store_explicit(&seq->wanted, 0, memory_order_relaxed);
}

void fg_seq_lock_slow(struct fg_seq *seq)
{
	seq_let_reader_go_first(seq);
	for (unsigned i = 0; !seq_try_hold(seq); i++)
		seq_wait(i);
}

/* As fg_seq_hold, by a reader: it asks to be let go first, and looks often. */
static void seq_hold_to_read(struct fg_seq *seq)
{
	for (unsigned i = 0; !seq_try_hold(seq); i++) {
		if (!atomic_load_explicit(&seq->wanted, memory_order_relaxed))
			atomic_store_explicit(&seq->wanted, 1, memory_order_relaxed);
		if (i < SPINS)
			pause_cpu();
		else
			seq_wait(i - SPINS + LOOKS);
	}
}

void fg_seq_retry(struct fg_seq *seq, struct fg_seq_retry *retry)
{
	/* A writer's turn is short: look for its end. */
	for (unsigned i = 0; retry->tries < FG_SEQ_TRIES && i < READER_SPINS; i++) {
		retry->begun = atomic_load_explicit(&seq->value, memory_order_acquire);
		if (!(retry->begun & FG_SEQ_WRITING)) {
			retry->tries++;
			return;
		}
		pause_cpu();
	}
	seq_hold_to_read(seq);
	retry->begun = atomic_load_explicit(&seq->value, memory_order_relaxed) & ~(uint64_t)FG_SEQ_HELD;
	retry->held = true;
}

/* No hold here: an owner doesn't look. So a reader only waits, longer each time, for a pause. */
void fg_owner_retry(struct fg_seq *seq, struct fg_seq_retry *retry)
{
	do {
		seq_wait(retry->tries++);
		retry->begun = atomic_load_explicit(&seq->value, memory_order_acquire);
	} while (retry->begun & FG_SEQ_WRITING);
}

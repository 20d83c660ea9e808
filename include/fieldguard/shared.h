/*
 * shared.h - what generated shared records are made of: sequence, mutex, reader-writer lock, words
 *
 * For generated code; names here may change between versions. C11 atomics only, no inline assembly, so ThreadSanitizer
 * sees every synchronisation. All-zero is a valid, unlocked, empty state of everything in this file.
 *
 * Invariant: whatever a reader may race with is an _Atomic object. The bytes of a snapshot group live in an array of
 * _Atomic uint64_t, its image:
 *
 *     sequence | presence words ... | bytes of the group's struct, as words, zero-padded to 8
 *     16 bytes   8 bytes each         8 bytes each
 *
 * The sequence counts writes. A writer holds it, which keeps other writers out, and marks it for as long as words
 * change. A reader copies between two loads of it, without a mark and with the same count.
 *
 *     fg_seq_lock(&s->sequence);                      uint64_t begun = fg_seq_read_begin(&s->sequence);
 *     fg_words_put(s->words, 0, &v, sizeof v);        fg_words_get(&v, s->words, 0, sizeof v);
 *     fg_seq_unlock(&s->sequence);                    if (!fg_seq_read_failed(&s->sequence, begun))
 *                                                             return;
 *                                                     struct fg_seq_retry retry = {0};
 *                                                     do {
 *                                                             fg_seq_retry(&s->sequence, &retry);
 *                                                             fg_words_get(&v, s->words, 0, sizeof v);
 *                                                     } while (fg_seq_retry_failed(&s->sequence, &retry));
 */
#ifndef FIELDGUARD_SHARED_H
#define FIELDGUARD_SHARED_H

#include <fieldguard/base.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#define FG_SHARED_ABI 1

#define FG_ALWAYS_INLINE static inline __attribute__((always_inline))
#define FG_NEVER_INLINE static __attribute__((noinline, cold))
#define FG_LIKELY(x) __builtin_expect(!!(x), 1)
#define FG_UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * How a copy is kept between the two loads of the sequence. Two correct ways (docs/policies.md has the argument):
 *   1: relaxed words and one fence. Cheapest where acquire and release cost something.
 *   0: acquire loads and release stores of the words. The same instructions as relaxed ones on x86;
 *      and ThreadSanitizer, which does not model fences, understands it.
 */
#ifndef FG_SEQ_FENCES
#if defined(__x86_64__) || defined(__i386__) || defined(__SANITIZE_THREAD__)
#define FG_SEQ_FENCES 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FG_SEQ_FENCES 0
#endif
#endif
#endif
#ifndef FG_SEQ_FENCES
#define FG_SEQ_FENCES 1
#endif

#if FG_SEQ_FENCES
#define FG_WORD_LOAD memory_order_relaxed
#define FG_WORD_STORE memory_order_relaxed
#else
#define FG_WORD_LOAD memory_order_acquire
#define FG_WORD_STORE memory_order_release
#endif

/* ---- mutex --------------------------------------------------------------------------------------------------- */

/* One word. 0: free, 1: held, 2: held and somebody may sleep (U. Drepper, "Futexes Are Tricky", mutex 3). Not
 * recursive. */
struct fg_mutex {
	_Atomic uint32_t word;
};

FG_API void fg_mutex_lock_slow(struct fg_mutex *mutex);
FG_API void fg_mutex_wake(struct fg_mutex *mutex);

/* Returns: it was free and is the caller's now. Threads: any; never blocks. Acquire. */
static inline bool fg_mutex_trylock(struct fg_mutex *mutex)
{
	uint32_t free_word = 0;

	return atomic_compare_exchange_strong_explicit(&mutex->word, &free_word, 1, memory_order_acquire,
						       memory_order_relaxed);
}

/* Threads: any; blocks (spins shortly, then sleeps) until the holder unlocks. Acquire. */
static inline void fg_mutex_lock(struct fg_mutex *mutex)
{
	if (FG_UNLIKELY(!fg_mutex_trylock(mutex)))
		fg_mutex_lock_slow(mutex);
}

/* Threads: the holder. Never blocks. Release. */
static inline void fg_mutex_unlock(struct fg_mutex *mutex)
{
	if (FG_UNLIKELY(atomic_exchange_explicit(&mutex->word, 0, memory_order_release) == 2))
		fg_mutex_wake(mutex);
}

/* ---- reader-writer lock -------------------------------------------------------------------------------------- */

/*
 * One word: number of readers, and three flags. A waiting writer keeps new readers out, so readers can't starve it; a
 * writer that leaves clears all flags, so that waiting readers compete on equal terms. Neither side is recursive.
 */
struct fg_rwlock {
	_Atomic uint32_t word;
};
#define FG_RWLOCK_WRITER 0x80000000u    /* held for writing */
#define FG_RWLOCK_WANTED 0x40000000u    /* a writer waits */
#define FG_RWLOCK_SLEEPERS 0x20000000u  /* somebody may sleep on the word */
#define FG_RWLOCK_READERS 0x1fffffffu

FG_API void fg_rwlock_read_lock_slow(struct fg_rwlock *lock);
FG_API void fg_rwlock_write_lock_slow(struct fg_rwlock *lock);
FG_API void fg_rwlock_wake(struct fg_rwlock *lock);

/* Threads: any; blocks while a writer holds the lock or waits for it. Acquire. */
static inline void fg_rwlock_read_lock(struct fg_rwlock *lock)
{
	uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

	if (FG_UNLIKELY(word & ~FG_RWLOCK_READERS) ||
	    FG_UNLIKELY(!atomic_compare_exchange_weak_explicit(&lock->word, &word, word + 1, memory_order_acquire,
							       memory_order_relaxed)))
		fg_rwlock_read_lock_slow(lock);
}

/* Threads: a holder. Never blocks. Release: the next writer's stores come after this reader's loads. */
static inline void fg_rwlock_read_unlock(struct fg_rwlock *lock)
{
	uint32_t before = atomic_fetch_sub_explicit(&lock->word, 1, memory_order_release);

	if (FG_UNLIKELY((before & FG_RWLOCK_READERS) == 1 && (before & FG_RWLOCK_SLEEPERS)))
		fg_rwlock_wake(lock);
}

/* Threads: any; blocks until no reader and no writer holds the lock. Acquire. */
static inline void fg_rwlock_write_lock(struct fg_rwlock *lock)
{
	uint32_t free_word = 0;

	if (FG_UNLIKELY(!atomic_compare_exchange_strong_explicit(&lock->word, &free_word, FG_RWLOCK_WRITER,
								 memory_order_acquire, memory_order_relaxed)))
		fg_rwlock_write_lock_slow(lock);
}

/* Threads: the writer. Never blocks. Release. */
static inline void fg_rwlock_write_unlock(struct fg_rwlock *lock)
{
	uint32_t before = atomic_exchange_explicit(&lock->word, 0, memory_order_release);

	if (FG_UNLIKELY(before & FG_RWLOCK_SLEEPERS))
		fg_rwlock_wake(lock);
}

/* ---- sequence ------------------------------------------------------------------------------------------------ */

/*
 * Bit 0: somebody holds it, bit 1: the holder changes words, the rest: writes so far. A locked instruction takes long,
 * and what another core asks for meanwhile it gets right after: so the locked instruction takes the hold alone, which
 * readers ignore, and the words change between two plain stores, which follow each other at once.
 */
struct fg_seq {
	_Atomic uint64_t value;
	_Atomic uint64_t wanted;   /* not 0: a reader that has failed too often waits; a hint, which orders nothing */
};
#define FG_SEQ_HELD 1u
#define FG_SEQ_WRITING 2u
#define FG_SEQ_STEP 4u

FG_API void fg_seq_lock_slow(struct fg_seq *seq);

/* Threads: any; keeps other writers out, readers don't notice. Blocks while another holds it. Not recursive. */
static inline void fg_seq_hold(struct fg_seq *seq)
{
	uint64_t value = atomic_load_explicit(&seq->value, memory_order_relaxed);

	if (FG_UNLIKELY(value & FG_SEQ_HELD) || FG_UNLIKELY(atomic_load_explicit(&seq->wanted, memory_order_relaxed)) ||
	    FG_UNLIKELY(!atomic_compare_exchange_weak_explicit(&seq->value, &value, value | FG_SEQ_HELD,
							       memory_order_acquire, memory_order_relaxed)))
		fg_seq_lock_slow(seq);
}

/* Threads: any; keeps other writers out, readers retry. Blocks while another holds it. Not recursive. */
static inline void fg_seq_lock(struct fg_seq *seq)
{
	uint64_t value;

	fg_seq_hold(seq);
	value = atomic_load_explicit(&seq->value, memory_order_relaxed);
	atomic_store_explicit(&seq->value, value | FG_SEQ_WRITING, memory_order_relaxed);
#if FG_SEQ_FENCES
	/* The mark is visible before any word that follows. */
	atomic_thread_fence(memory_order_release);
#endif
}

/* Threads: the holder. Never blocks. Release: a reader that sees the new value sees every word. */
static inline void fg_seq_unlock(struct fg_seq *seq)
{
	uint64_t value = atomic_load_explicit(&seq->value, memory_order_relaxed);

	atomic_store_explicit(&seq->value, value + (FG_SEQ_STEP - FG_SEQ_WRITING - FG_SEQ_HELD), memory_order_release);
}

/* Returns: what the copy that follows is confirmed against. Threads: any; never blocks, writes nothing shared.
 * Acquire. */
static inline uint64_t fg_seq_read_begin(const struct fg_seq *seq)
{
	return atomic_load_explicit(&seq->value, memory_order_acquire);
}

/* begun: from fg_seq_read_begin. Returns: the copy made since may be a mix. */
static inline bool fg_seq_read_failed(const struct fg_seq *seq, uint64_t begun)
{
	uint64_t value;

#if FG_SEQ_FENCES
	/* The words are loaded before the sequence is loaded again. */
	atomic_thread_fence(memory_order_acquire);
#endif
	value = atomic_load_explicit(&seq->value, memory_order_relaxed);
	if (FG_LIKELY(value == begun) && FG_LIKELY(!(begun & FG_SEQ_WRITING)))
		return false;
	/* Whether it is held may differ. If words were being changed when it began, the sequence never again has the
	 * value that is wanted. */
	return (value | FG_SEQ_HELD) != ((begun | FG_SEQ_HELD) & ~(uint64_t)FG_SEQ_WRITING);
}

/* A read whose first try has failed. Zero before fg_seq_retry. */
struct fg_seq_retry {
	uint64_t begun;
	uint32_t tries;
	bool held;
};

/* Before each further try. Threads: any. The first FG_SEQ_TRIES of a read wait a bounded time for the writer and write
 * nothing shared; then it takes a turn as writers do, which bounds every read by their turns. */
#define FG_SEQ_TRIES 6
FG_API void fg_seq_retry(struct fg_seq *seq, struct fg_seq_retry *retry);

/* Returns: this try failed too. After false no further call. */
static inline bool fg_seq_retry_failed(struct fg_seq *seq, const struct fg_seq_retry *retry)
{
	if (!retry->held)
		return fg_seq_read_failed(seq, retry->begun);
	/* Nothing was changed under this reader's hold. */
	atomic_store_explicit(&seq->value, retry->begun, memory_order_release);
	return false;
}

/* ---- words --------------------------------------------------------------------------------------------------- */

/*
 * Copies between plain memory and an image, by 64-bit atomics. offset and size are constants in generated code, so
 * that each call becomes straight moves: gcc leaves a loop over atomics rolled, which halves its speed, so whole words
 * go eight or sixteen at a time, and the rest by halves of that. `offset` counts bytes from words[0].
 */
#define FG_WORD_GET_(i)                                                                                                \
	do {                                                                                                           \
		uint64_t word_ = atomic_load_explicit(words + (i), FG_WORD_LOAD);                                      \
		memcpy(out + 8 * (i), &word_, 8);                                                                      \
	} while (0)
/*
 * Two words that leave as one: an atomic load for each, and one store of 16 bytes for both. A short copy takes as long
 * as its loads and stores do, and this has a quarter less of them. gcc loads the words of a float vector into the
 * registers that it stores from (nothing is computed with them); clang takes the way through others, and loses.
 */
#if defined(__x86_64__) && defined(__SSE2__) && !defined(__clang__) && defined(__GNUC__) && __GNUC__ >= 12
typedef float fg_half __attribute__((vector_size(8)));
typedef float fg_pair __attribute__((vector_size(16)));
#define FG_PAIR_GET_(i)                                                                                                \
	do {                                                                                                           \
		fg_half low_ = (fg_half)atomic_load_explicit(words + (i), FG_WORD_LOAD);                               \
		fg_half high_ = (fg_half)atomic_load_explicit(words + (i) + 1, FG_WORD_LOAD);                          \
		fg_pair pair_ = __builtin_shufflevector(low_, high_, 0, 1, 2, 3);                                      \
		memcpy(out + 8 * (i), &pair_, 16);                                                                     \
	} while (0)
#else
#define FG_PAIR_GET_(i)                                                                                                \
	do {                                                                                                           \
		FG_WORD_GET_(i);                                                                                       \
		FG_WORD_GET_((i) + 1);                                                                                 \
	} while (0)
#endif
#define FG_EIGHT_GET_(i)                                                                                               \
	do {                                                                                                           \
		FG_PAIR_GET_(i);                                                                                       \
		FG_PAIR_GET_((i) + 2);                                                                                 \
		FG_PAIR_GET_((i) + 4);                                                                                 \
		FG_PAIR_GET_((i) + 6);                                                                                 \
	} while (0)
#define FG_WORD_PUT_(i)                                                                                                \
	do {                                                                                                           \
		uint64_t word_;                                                                                        \
		memcpy(&word_, in + 8 * (i), 8);                                                                       \
		atomic_store_explicit(words + (i), word_, FG_WORD_STORE);                                              \
	} while (0)

/* Whole words out of an image. */
FG_ALWAYS_INLINE void fg_words_load(void *to, const _Atomic uint64_t *words, size_t n)
{
	unsigned char *out = to;

	for (; n >= 16; n -= 16, words += 16, out += 128) {
		FG_EIGHT_GET_(0);
		FG_EIGHT_GET_(8);
	}
	if (n & 8) {
		FG_EIGHT_GET_(0);
		words += 8;
		out += 64;
	}
	if (n & 4) {
		FG_PAIR_GET_(0);
		FG_PAIR_GET_(2);
		words += 4;
		out += 32;
	}
	if (n & 2) {
		FG_PAIR_GET_(0);
		words += 2;
		out += 16;
	}
	if (n & 1)
		FG_WORD_GET_(0);
}

/* Whole words into an image. Only under fg_seq_lock. */
FG_ALWAYS_INLINE void fg_words_store(_Atomic uint64_t *words, const void *from, size_t n)
{
	const unsigned char *in = from;

	for (; n >= 8; n -= 8, words += 8, in += 64) {
		FG_WORD_PUT_(0);
		FG_WORD_PUT_(1);
		FG_WORD_PUT_(2);
		FG_WORD_PUT_(3);
		FG_WORD_PUT_(4);
		FG_WORD_PUT_(5);
		FG_WORD_PUT_(6);
		FG_WORD_PUT_(7);
	}
	if (n & 4) {
		FG_WORD_PUT_(0);
		FG_WORD_PUT_(1);
		FG_WORD_PUT_(2);
		FG_WORD_PUT_(3);
		words += 4;
		in += 32;
	}
	if (n & 2) {
		FG_WORD_PUT_(0);
		FG_WORD_PUT_(1);
		words += 2;
		in += 16;
	}
	if (n & 1)
		FG_WORD_PUT_(0);
}

/* Part of one word: size bytes from byte skip of it. */
FG_ALWAYS_INLINE void fg_word_part_get(void *to, const _Atomic uint64_t *word, size_t skip, size_t size)
{
	uint64_t value = atomic_load_explicit(word, FG_WORD_LOAD);

	memcpy(to, (const unsigned char *)&value + skip, size);
}

/* The word's other bytes stay. Only under fg_seq_lock, so nobody else changes them meanwhile. */
FG_ALWAYS_INLINE void fg_word_part_put(_Atomic uint64_t *word, const void *from, size_t skip, size_t size)
{
	uint64_t value = atomic_load_explicit(word, memory_order_relaxed);

	memcpy((unsigned char *)&value + skip, from, size);
	atomic_store_explicit(word, value, FG_WORD_STORE);
}

/* size bytes at offset out of an image. */
FG_ALWAYS_INLINE void fg_words_get(void *to, const _Atomic uint64_t *words, size_t offset, size_t size)
{
	unsigned char *out = to;
	size_t skip = offset % 8;
	size_t n;

	words += offset / 8;
	if (skip) {
		n = size < 8 - skip ? size : 8 - skip;
		fg_word_part_get(out, words, skip, n);
		words++;
		out += n;
		size -= n;
	}
	n = size / 8;
	fg_words_load(out, words, n);
	if (size % 8)
		fg_word_part_get(out + 8 * n, words + n, 0, size % 8);
}

/* size bytes at offset into an image; bytes beside them stay. Only under fg_seq_lock. */
FG_ALWAYS_INLINE void fg_words_put(_Atomic uint64_t *words, size_t offset, const void *from, size_t size)
{
	const unsigned char *in = from;
	size_t skip = offset % 8;
	size_t n;

	words += offset / 8;
	if (skip) {
		n = size < 8 - skip ? size : 8 - skip;
		fg_word_part_put(words, in, skip, n);
		words++;
		in += n;
		size -= n;
	}
	n = size / 8;
	fg_words_store(words, in, n);
	if (size % 8)
		fg_word_part_put(words + n, in + 8 * n, 0, size % 8);
}

/* ---- presence ------------------------------------------------------------------------------------------------ */

/* A presence mask is made of uint64_t words alone, its nested masks too: n of them are or-ed in. Under fg_seq_lock. */
FG_ALWAYS_INLINE void fg_words_or(_Atomic uint64_t *words, const void *from, size_t n)
{
	const unsigned char *in = from;

	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, in + 8 * i, 8);
		bits |= atomic_load_explicit(words + i, memory_order_relaxed);
		atomic_store_explicit(words + i, bits, FG_WORD_STORE);
	}
}

/* The same for a mask that a lock guards. */
FG_ALWAYS_INLINE void fg_present_or(uint64_t *words, const void *from, size_t n)
{
	const unsigned char *in = from;

	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, in + 8 * i, 8);
		words[i] |= bits;
	}
}

/* Marks atomic fields as merged, after their values. Release: who sees a bit sees a value at least as new. Once the
 * bits are set this is one load, and the line stays shared between cores. */
FG_ALWAYS_INLINE void fg_present_publish(_Atomic uint64_t *word, uint64_t bits)
{
	if (bits & ~atomic_load_explicit(word, memory_order_relaxed))
		atomic_fetch_or_explicit(word, bits, memory_order_release);
}

#endif

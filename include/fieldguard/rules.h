/*
 * rules.h - what generated code of the policies `states`, `once` and `owner` is made of, beside shared.h
 *
 * For generated code; names here may change between versions. docs/policies.md argues why each is right.
 *
 *     states   one word:   version, 56 bits | state, 8 bits      state: 0 never set, else the enumerator's index + 1
 *     once     lock | presence words | masks of inline structs | fields        a bit is set after its field, for good
 *     owner    writer | sequence, image | presence words, scalars              one thread stores, nobody locks
 */
#ifndef FIELDGUARD_RULES_H
#define FIELDGUARD_RULES_H

#include <errno.h>
#include <fieldguard/checked.h>
#include <fieldguard/shared.h>
#include <fieldguard/type.h>

/* Fills ret_refusal, where there is one. Returns: -EPERM. */
static inline int fg_refuse(struct fg_refusal *ret_refusal, const char *path, const char *text, const char *from,
                            const char *to)
{
	if (ret_refusal)
		*ret_refusal = (struct fg_refusal){path, text, from, to};
	return -EPERM;
}

/* ---- states -------------------------------------------------------------------------------------------------- */

#define FG_STATES_MAX 64

FG_ALWAYS_INLINE unsigned fg_states_state(uint64_t word)
{
	return (unsigned)(word & 0xff);
}

FG_ALWAYS_INLINE uint64_t fg_states_version(uint64_t word)
{
	return word >> 8;
}

/* changes[from], bit to - 1: from may become to. changes[0] allows all. to 0: a value that is no enumerator. */
FG_ALWAYS_INLINE bool fg_states_may(const uint64_t *changes, unsigned from, unsigned to)
{
	return to && (from == to || (changes[from] >> (to - 1) & 1));
}

/*
 * Moves state and version together, where that is allowed; to the state that it has: nothing changes.
 * ret_from: the state before, or the one that refuses. Returns: 0 or -EPERM.
 * Threads: any; never waits for anyone, tries again only where another has changed the word. Acquire and release.
 */
FG_ALWAYS_INLINE int fg_states_advance(_Atomic uint64_t *word, const uint64_t *changes, unsigned to,
                                       unsigned *ret_from)
{
	uint64_t before = atomic_load_explicit(word, memory_order_acquire);

	do {
		*ret_from = fg_states_state(before);
		if (!fg_states_may(changes, *ret_from, to))
			return -EPERM;
		if (*ret_from == to)
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(word, &before, (fg_states_version(before) + 1) << 8 | to,
							memory_order_acq_rel, memory_order_acquire));
	return 0;
}

/* Would it be allowed now? ret_from as above. */
FG_ALWAYS_INLINE int fg_states_look(const _Atomic uint64_t *word, const uint64_t *changes, unsigned to,
                                    unsigned *ret_from)
{
	*ret_from = fg_states_state(atomic_load_explicit(word, memory_order_acquire));
	return fg_states_may(changes, *ret_from, to) ? 0 : -EPERM;
}

/* ---- once ---------------------------------------------------------------------------------------------------- */

/* The bits of one presence word. Acquire: a field whose bit is set here is plain memory that nobody writes any more. */
FG_ALWAYS_INLINE uint64_t fg_once_bits(const _Atomic uint64_t *present)
{
	return atomic_load_explicit(present, memory_order_acquire);
}

/* ---- owner --------------------------------------------------------------------------------------------------- */

/* Threads: the owner alone, so that a load and a store do what takes others a compare-exchange. Never waits. Whatever
 * two writers at once do to it (which is their bug), it comes to rest without a mark. Readers use fg_seq_read_begin and
 * fg_seq_read_failed. */
FG_ALWAYS_INLINE void fg_owner_begin(struct fg_seq *seq)
{
	uint64_t value = atomic_load_explicit(&seq->value, memory_order_relaxed);

	atomic_store_explicit(&seq->value, value | FG_SEQ_WRITING, memory_order_relaxed);
#if FG_SEQ_FENCES
	/* The mark is visible before any word that follows. */
	atomic_thread_fence(memory_order_release);
#endif
}

FG_ALWAYS_INLINE void fg_owner_end(struct fg_seq *seq)
{
	uint64_t value = atomic_load_explicit(&seq->value, memory_order_relaxed);

	atomic_store_explicit(&seq->value, (value | FG_SEQ_WRITING) + (FG_SEQ_STEP - FG_SEQ_WRITING),
			      memory_order_release);
}

/* As fg_seq_retry, but writes nothing shared, ever: a reader can't hold up an owner that doesn't look. */
FG_API void fg_owner_retry(struct fg_seq *seq, struct fg_seq_retry *retry);

#endif

/*
 * accessors.c - each generated accessor beside the C11 that one would write by hand; test_instructions.py compares what
 * compilers make of them
 */
#include "torture.fg.h"

#define PAIR(result, name, generated, handwritten)                                                                     \
	result generated_##name(struct torture_shared *s, uint64_t value);                                             \
	result handwritten_##name(struct torture_shared *s, uint64_t value);                                           \
	result generated_##name(struct torture_shared *s, uint64_t value)                                              \
	{                                                                                                              \
		(void)value;                                                                                           \
		generated;                                                                                             \
	}                                                                                                              \
	result handwritten_##name(struct torture_shared *s, uint64_t value)                                            \
	{                                                                                                              \
		(void)value;                                                                                           \
		handwritten;                                                                                           \
	}

PAIR(int64_t, load_hot, return torture_load_hits(s),
     return atomic_load_explicit(&s->hot_hits.value, memory_order_acquire))
PAIR(void, store_hot, torture_store_hits(s, (int64_t)value),
     atomic_store_explicit(&s->hot_hits.value, (int64_t)value, memory_order_release))
PAIR(int64_t, exchange_hot, return torture_exchange_hits(s, (int64_t)value),
     return atomic_exchange_explicit(&s->hot_hits.value, (int64_t)value, memory_order_acq_rel))
PAIR(int64_t, add_hot, return torture_add_hits(s, (int64_t)value),
     return atomic_fetch_add_explicit(&s->hot_hits.value, (int64_t)value, memory_order_acq_rel))
PAIR(void, count_hot, torture_add_hits(s, 1), atomic_fetch_add_explicit(&s->hot_hits.value, 1, memory_order_acq_rel))
PAIR(void, or_bits, torture_or_bits(s, value), atomic_fetch_or_explicit(&s->atomics.bits, value, memory_order_acq_rel))
PAIR(void, and_bits, torture_and_bits(s, value),
     atomic_fetch_and_explicit(&s->atomics.bits, value, memory_order_acq_rel))
PAIR(uint16_t, load_tries, return torture_load_tries(s),
     return atomic_load_explicit(&s->atomics.tries, memory_order_acquire))
PAIR(void, store_small, torture_store_small(s, (int8_t)value),
     atomic_store_explicit(&s->atomics.small, (int8_t)value, memory_order_release))
PAIR(bool, load_flag, return torture_load_flag(s), return atomic_load_explicit(&s->atomics.flag, memory_order_acquire))
PAIR(void, store_flag, torture_store_flag(s, value & 1),
     atomic_store_explicit(&s->atomics.flag, value & 1, memory_order_release))
PAIR(enum torture_mode, load_mode, return torture_load_mode(s),
     return atomic_load_explicit(&s->atomics.mode, memory_order_acquire))
PAIR(void, store_mode, torture_store_mode(s, MODE_READ),
     atomic_store_explicit(&s->atomics.mode, MODE_READ, memory_order_release))

bool generated_compare_exchange(struct torture_shared *s, uint64_t *expected, uint64_t value);
bool handwritten_compare_exchange(struct torture_shared *s, uint64_t *expected, uint64_t value);
bool generated_compare_exchange(struct torture_shared *s, uint64_t *expected, uint64_t value)
{
	return torture_compare_exchange_bits(s, expected, value);
}
bool handwritten_compare_exchange(struct torture_shared *s, uint64_t *expected, uint64_t value)
{
	return atomic_compare_exchange_strong_explicit(&s->atomics.bits, expected, value, memory_order_acq_rel,
						       memory_order_acquire);
}

/* pause.h - what a spinning thread does between two looks: tells the CPU, so that the other thread of its core runs */
#ifndef FG_RUNTIME_PAUSE_H
#define FG_RUNTIME_PAUSE_H

#include <stdatomic.h>

static inline void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	atomic_signal_fence(memory_order_seq_cst);
#endif
}

#endif

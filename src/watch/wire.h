/*
 * wire.h - what the programs in the kernel and their loader say to each other: maps' values, events
 *
 * Included by *.bpf.c and by the loader: fixed-width types alone. Registers are numbered as in DWARF; WIRE_NONE: none.
 */
#ifndef FG_WATCH_WIRE_H
#define FG_WATCH_WIRE_H

#ifdef __bpf__
#include "watch/kernel_types.h"
#else
#include <stdint.h>
#endif

enum {
	WIRE_NONE = -1,
	WIRE_SLOTS = 8,               /* counters of a probe: one a CPU, CPUs beyond share */
	WIRE_SHARDS = 4,              /* ring buffers, by CPU */
	WIRE_HOLDS = 16,              /* threads held at once */
	WIRE_STACK = 16,              /* return addresses of an event */
	WIRE_VALUE = 16,              /* bytes of a value: a Go string, an SSE register */
};

enum wire_flag {
	WIRE_AFTER = 1,               /* the store is done when the probe fires */
	WIRE_JUDGE = 2,               /* may hold, and may convict who arrives */
	WIRE_READ = 4,                /* a load: convicts with writes alone */
	WIRE_GO = 8,                  /* goroutine in R14 (WIRE_GO_TLS: at fs:-8, if settings.fsbase_offset is known) */
	WIRE_GO_TLS = 16,
	WIRE_STACK_WANTED = 32,       /* events carry the stack */
	WIRE_HAS_IMMEDIATE = 64,      /* the value stored is in `immediate` */
	WIRE_FREE = 128,              /* free() and its like: the address is the object's, and its life ends */
	WIRE_BULK = 256,              /* number of bytes in register `length` */
	WIRE_LOCK = 512,              /* read 4 bytes at address + lock too */
	WIRE_TOLD = 1024,             /* a point that tells its values: before in register `old`, after in `value` or
	                                 `immediate`, whether the store is done or not; at most 8 bytes */
	WIRE_PAUSE = 2048,            /* no store: with JUDGE, a place to hold a thread at */
};

/* One probe, indexed by its cookie. Set by the loader; sample and hold fields may change while it is attached. */
struct wire_probe {
	uint64_t displacement;        /* address = base + index * scale + displacement, modulo 2^64;
	                                 without base and index it is absolute */
	uint64_t immediate;
	uint32_t width;               /* bytes stored; 0: BULK */
	uint32_t flags;
	int8_t base, index, value, length;
	uint8_t scale;
	int8_t old;                   /* TOLD; NONE: looked up in memory where the store isn't done */
	uint8_t unused[2];
	uint32_t sample;              /* one event in so many hits; 0: none, it only counts */
	uint32_t hold_every;          /* hold one in so many hits on bytes that changed hands lately (of others one in
	                                 64 times as many, where settings.focus is one in 2); 0: never */
	int32_t lock;                 /* WIRE_LOCK: from the address stored to a lock's word, bytes */
	uint32_t unused2;
};

/* Counters of one probe on one slot; only ever grow. */
struct wire_count {
	uint64_t hits;                /* in the watched process */
	uint64_t events;              /* put into a ring */
	uint64_t dropped;             /* wanted, and the ring was full */
	uint64_t holds, hold_ns;
	uint64_t caught;              /* arrivals of others at what this probe held */
	uint64_t met_shared;          /* hits on bytes that another thread wrote last */
	uint64_t faults;              /* memory that could not be read */
};

/* All-zero until the loader sets it. */
struct wire_settings {
	uint32_t tgid;                /* 0: nothing is handled */
	uint32_t goid_offset;         /* of goid in runtime.g */
	uint32_t fsbase_offset;       /* of a thread's FS base in the kernel's task_struct; 0: not known */
	uint32_t unused;
	uint64_t hold_start_ns;       /* budget of holds: (now - start) * hold_permille / 1000 - totals.hold_spent_ns
	                                 (since kernel_open) may be used up */
	uint64_t hold_permille;       /* 0: no holds */
	uint32_t hold_min_ns, hold_max_ns; /* usually, up to 3 times for few; max 0, or below min: no holds */
	uint64_t focus;               /* address that is held for with preference; 0: none */
	uint64_t shared_ns;           /* so long after a change of hands, bytes count as shared */
};

struct wire_totals {
	uint64_t hold_spent_ns;
	uint64_t watchpoint_hits, watchpoint_dropped;
	uint64_t holds_full;          /* no slot free: not held */
};

enum wire_kind {
	WIRE_EVENT_WRITE = 1,         /* a probe fired */
	WIRE_EVENT_CAUGHT,            /* ... while another thread was held at bytes that overlap: a proof */
	WIRE_EVENT_POINT,             /* a hardware watchpoint fired; probe: its cookie */
	WIRE_EVENT_FREE,
};

/* The one who was held, in an event CAUGHT. */
struct wire_party {
	uint64_t address, goroutine, time_ns;
	uint32_t probe, tid, width, flags;
	uint8_t new_value[WIRE_VALUE];
	uint32_t new_n;
	uint32_t stack_n;
	uint64_t stack[WIRE_STACK];
};

struct wire_event {
	uint64_t time_ns;             /* CLOCK_MONOTONIC, of the probe: the store came before it (AFTER), or after it */
	uint64_t address;             /* of the first byte stored */
	uint64_t goroutine;           /* 0: not Go */
	uint64_t ip;                  /* of the probe; POINT: behind the store */
	uint32_t kind;
	uint32_t probe;
	uint32_t tid, tgid;
	uint32_t width;
	uint32_t lock;                /* WIRE_LOCK: the word */
	uint8_t old_n, new_n;         /* bytes known of each value, 0: none */
	uint8_t stack_n;
	uint8_t lock_known;
	uint32_t cpu;
	uint8_t old_value[WIRE_VALUE], new_value[WIRE_VALUE];
	/* Only as many as said follow: an event without stack ends before. */
	uint64_t stack[WIRE_STACK];   /* return addresses, innermost first */
};

struct wire_caught {
	struct wire_event arrival;    /* kind CAUGHT */
	struct wire_party held;
};

#endif

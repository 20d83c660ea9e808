/*
 * epoch.h - when memory that readers may still look at can be freed
 *
 * A reader looks at shared memory between fg_read_begin and fg_read_end (once.h). Who has taken a piece out of the
 * shared structure retires it; it is freed once every read section that was open at that time has ended. Readers never
 * wait and share no line that they write.
 *
 *     struct table { struct epoch_garbage garbage; ... };       // part of what is retired: retiring can't fail
 *
 *     old = atomic_exchange_explicit(&store->table, new, memory_order_acq_rel);
 *     epoch_retire(&old->garbage, sizeof *old, table_free);
 *
 * Fraser's epochs ("Practical lock-freedom", 2004, 5.2.3), with one bump a batch: epoch.c has the argument.
 */
#ifndef FG_RUNTIME_EPOCH_H
#define FG_RUNTIME_EPOCH_H

#include <fieldguard/once.h>
#include <fieldguard/shared.h>
#include <stdatomic.h>

/* Lies inside what is retired. Untouched until it is retired; then the library's until free is called. */
struct epoch_garbage {
	struct epoch_garbage *next;
	void (*free)(struct epoch_garbage *garbage);
	size_t size;
	uint64_t epoch;              /* readers that announced this one or a later one can't see it */
};

/* While more than this many bytes or pieces wait to be freed, a thread that retires one outside of a read section naps:
 * at most some 20,000 pieces a second a thread pile up behind a reader that sleeps. All are freed when it leaves.
 * Inside a section nobody naps: others would wait for that section. */
#define EPOCH_WAITING_BYTES_MAX ((size_t)64 << 20)
#define EPOCH_WAITING_MAX 65536
/* A batch: as many pieces or bytes are retired before anybody looks which can be freed. */
#define EPOCH_BATCH 64
#define EPOCH_BATCH_BYTES ((size_t)1 << 20)

/*
 * The piece was reachable and is not any more: no section that begins from now on finds it. size: what it holds in
 * memory, for the bounds above. free: called once, by whichever thread finds that nobody can see the piece: this one
 * within the call, another that retires or leaves; with no lock held, so it may retire, read, and take locks that
 * nobody holds while calling fg_read_end or epoch_retire.
 * Threads: any number at once, inside read sections too. Can't fail. May nap (see above).
 */
void epoch_retire(struct epoch_garbage *garbage, size_t size, void (*free)(struct epoch_garbage *garbage));
/* Frees what can be freed now, without waiting for a batch. Returns: pieces that still wait; a moment's value.
 * Threads: any number at once, inside read sections too. */
size_t epoch_poll(void);
/* The same by one look, for who leaves. */
void epoch_poll_once(void);
/* Pieces retired and not freed; a moment's value. Threads: any. */
size_t epoch_waiting(void);

/* ---- sections inside the library: fg_read_begin and fg_read_end in line --------------------------------------- */

/* A thread's, on lines of its own. */
struct epoch_slot {
	_Alignas(128) _Atomic uint64_t announced;    /* 0 outside of sections */
	uint64_t entered;        /* its thread's; what it announced last */
	unsigned nesting;        /* its thread's */
	bool taken;              /* lock */
	struct epoch_slot *next; /* lock */
};

/* Only ever goes up; read by all who enter. */
extern struct epoch_clock {
	_Alignas(128) _Atomic uint64_t epoch;
} epoch_clock __attribute__((visibility("hidden")));
/* Initial-exec: in the shared library this is one load, not a call. */
extern __thread struct epoch_slot *epoch_own __attribute__((tls_model("initial-exec")));
/* Stands for a section of a thread that has no slot. */
extern struct epoch_slot epoch_crowd __attribute__((visibility("hidden")));
struct epoch_slot *epoch_enter_slow(void);
void epoch_leave_crowd(void);

static inline struct epoch_slot *epoch_enter(void)
{
	struct epoch_slot *slot = epoch_own;

	if (FG_UNLIKELY(!slot))
		return epoch_enter_slow();
	if (slot->nesting++ == 0) {
		slot->entered = atomic_load_explicit(&epoch_clock.epoch, memory_order_acquire);
		/* An exchange, not a store: see step 4 in epoch.c. */
		atomic_exchange_explicit(&slot->announced, slot->entered, memory_order_acq_rel);
	}
	return slot;
}

static inline void epoch_leave(struct epoch_slot *slot)
{
	if (FG_UNLIKELY(slot == &epoch_crowd)) {
		epoch_leave_crowd();
		return;
	}
	if (--slot->nesting)
		return;
	atomic_store_explicit(&slot->announced, 0, memory_order_release);
	/* Something was retired while this section was open, and may have waited for it alone. */
	if (FG_UNLIKELY(atomic_load_explicit(&epoch_clock.epoch, memory_order_relaxed) != slot->entered))
		epoch_poll_once();
}

#endif

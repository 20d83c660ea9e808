/*
 * epoch.c - read sections, and what is freed after them
 *
 *     epoch            E, only ever goes up; read by all who enter
 *     slots            one a thread:  [ announced: 0 outside, else the E that was read on entry ] -> [ ... ] -> ...
 *     retired          stack of pieces that nobody has looked at yet; pushed to by anyone, taken whole
 *     queue            lock; pieces in the order of their epoch, oldest first
 *
 * To free, somebody takes the lock, moves `retired` to the end of the queue, marks those pieces with E + 1, makes the
 * epoch E + 1, and then looks at all slots. Pieces marked with at most the smallest epoch announced are freed.
 *
 * Why no reader can still see them. Let piece p be marked m, and let the look at the slots after E became m find
 * no slot with less. Let s be a slot, R a section of its thread, A the exchange by which R announced a, and L
 * the look's read-modify-write of s (it changes nothing, but it takes a place among the changes of s).
 *
 *   1. p was unlinked before it was pushed (release), pushed before it was taken (acquire; pushes are
 *      read-modify-writes, so taking the stack synchronises with all of them), and taken before E became m (release).
 *   2. a >= m: R loaded E with acquire and got m or more. E is only changed by read-modify-writes, so that load
 *      synchronises with the one that made it m. By 1, p's unlinking happened before R's first load. R can't find p.
 *   3. a < m, A before L in the order of s's changes: L saw a, then p waits; or L saw that R had ended: the zero was
 *      stored with release and L acquires, so all that R did happened before p is freed.
 *   4. a < m, A after L: A is a read-modify-write, so it read the change just before it: L (or a later look's, which
 *      continues L's release sequence), or the end of a section R' of the same thread that L found open. In the first
 *      case A synchronises with L: p's unlinking happened before R. In the second L saw what R' had announced, and p is
 *      freed only if that was >= m: so this thread had loaded m or more from E before, and can't load less now.
 *
 * No fence and no sequential consistency is needed, because reader and reclaimer meet in read-modify-writes of one
 * word. A plain store instead of A would be wrong even on x86: it could wait in the store buffer while R reads on
 * (models/epoch.pml finds that run). It costs nothing more than the sequentially consistent store that is usual.
 *
 * Slots are made, given away and given back under the lock, so a look either finds a slot or is over before its first
 * section begins. They are reused, never freed. A thread that can't have one (no memory) is counted under the lock.
 */
#include "epoch.h"
#include "pause.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

enum {
	LINE = 128,              /* two lines: the neighbour is prefetched */
	LOOKS = 4,               /* at slots, where readers are in the way: one may be just leaving */
	LOOKS_MAX = 64,          /* by one call, where others go on retiring */
	PAUSES = 64,             /* between two of them: longer than a store waits in a store buffer */
	YIELDS = 16,
	NAP_NS = 50 * 1000,
};

struct epoch_clock epoch_clock = {.epoch = 1};

static struct {
	_Alignas(LINE) _Atomic(struct epoch_garbage *) retired;
	atomic_size_t waiting, waiting_bytes;            /* retired and not freed */
	atomic_size_t fresh, fresh_bytes;                /* retired since the last look, about */
	_Alignas(LINE) struct fg_mutex lock;
	struct epoch_garbage *queue, **queue_end;        /* lock; queue_end NULL: empty and never used */
	struct epoch_slot *slots;                        /* lock */
	uint64_t crowd_epoch;                            /* lock; the oldest that one without a slot may have read */
	size_t crowd_n;                                  /* lock; sections of threads without a slot */
	size_t freers;                                   /* lock; threads that free what they took off the queue */
} domain;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;
struct epoch_slot epoch_crowd;                           /* stands for "no slot" in a struct fg_read; otherwise unused */
__thread struct epoch_slot *epoch_own __attribute__((tls_model("initial-exec")));
static __thread unsigned crowd_nesting;
static __thread bool freeing;

static void looks(unsigned idle);

/* ---- slots ---------------------------------------------------------------------------------------------------- */

static void slot_close(struct epoch_slot *slot, bool taken)
{
	fg_mutex_lock(&domain.lock);
	slot->nesting = 0;
	slot->taken = taken;
	atomic_store_explicit(&slot->announced, 0, memory_order_release);
	fg_mutex_unlock(&domain.lock);
}

/* The thread is dead: it reads no more, whatever it left open. What is freed now may open sections: they get this slot.
 * A fresh one would call for this destructor again, and after some rounds nobody calls it any more. */
static void slot_give_back(void *user)
{
	struct epoch_slot *slot = user;

	slot_close(slot, true);
	looks(1);
	slot_close(slot, false);
	epoch_own = NULL;
}

static void fork_prepare(void)
{
	fg_mutex_lock(&domain.lock);
}

static void fork_parent(void)
{
	fg_mutex_unlock(&domain.lock);
}

/* Of all threads only the caller of fork lives on. */
static void fork_child(void)
{
	for (struct epoch_slot *slot = domain.slots; slot; slot = slot->next) {
		if (slot == epoch_own)
			continue;
		slot->nesting = 0;
		slot->taken = false;
		atomic_store_explicit(&slot->announced, 0, memory_order_relaxed);
	}
	domain.crowd_n = crowd_nesting ? 1 : 0;
	fg_mutex_unlock(&domain.lock);
}

static void key_make(void)
{
	key_made = !pthread_key_create(&key, slot_give_back) && !pthread_atfork(fork_prepare, fork_parent, fork_child);
}

static struct epoch_slot *slot_new(void)
{
	struct epoch_slot *slot = aligned_alloc(LINE, sizeof *slot);

	if (slot)
		memset(slot, 0, sizeof *slot);
	return slot;
}

/* A slot for this thread, or NULL: then it has to do without. */
static struct epoch_slot *slot_get(void)
{
	struct epoch_slot *slot, *fresh = NULL;

	pthread_once(&key_once, key_make);
	if (!key_made)
		return NULL;
	fg_mutex_lock(&domain.lock);
	for (slot = domain.slots; slot && slot->taken;)
		slot = slot->next;
	if (slot)
		slot->taken = true;
	fg_mutex_unlock(&domain.lock);
	if (!slot) {
		slot = fresh = slot_new();
		if (!slot)
			return NULL;
		fresh->taken = true;
		fg_mutex_lock(&domain.lock);
		fresh->next = domain.slots;
		domain.slots = fresh;
		fg_mutex_unlock(&domain.lock);
	}
	if (pthread_setspecific(key, slot)) {
		fg_mutex_lock(&domain.lock);
		slot->taken = false;
		fg_mutex_unlock(&domain.lock);
		return NULL;
	}
	return epoch_own = slot;
}

/* ---- sections ------------------------------------------------------------------------------------------------- */

/* Under the lock, a section without a slot is ordered with every look at the slots. */
static struct epoch_slot *crowd_enter(void)
{
	if (crowd_nesting++ == 0) {
		fg_mutex_lock(&domain.lock);
		if (domain.crowd_n++ == 0)
			domain.crowd_epoch = atomic_load_explicit(&epoch_clock.epoch, memory_order_relaxed);
		fg_mutex_unlock(&domain.lock);
	}
	return &epoch_crowd;
}

void epoch_leave_crowd(void)
{
	if (--crowd_nesting)
		return;
	fg_mutex_lock(&domain.lock);
	domain.crowd_n--;
	fg_mutex_unlock(&domain.lock);
	looks(1);
}

struct epoch_slot *epoch_enter_slow(void)
{
	if (crowd_nesting || !slot_get())
		return crowd_enter();
	return epoch_enter();
}

void epoch_poll_once(void)
{
	looks(1);
}

struct fg_read fg_read_begin(void)
{
	return (struct fg_read){epoch_enter()};
}

void fg_read_end(struct fg_read *read)
{
	struct epoch_slot *slot = read->place;

	/* Closed twice: going on would take the protection from a section that is open. */
	if (FG_UNLIKELY(!slot))
		__builtin_trap();
	read->place = NULL;
	epoch_leave(slot);
}

static bool inside(void)
{
	return crowd_nesting || (epoch_own && epoch_own->nesting);
}

/* ---- freeing -------------------------------------------------------------------------------------------------- */

/* Moves what was retired to the queue and opens the epoch in which nobody finds it. Lock held. */
static void take_retired(void)
{
	struct epoch_garbage *taken = atomic_exchange_explicit(&domain.retired, NULL, memory_order_acquire);
	uint64_t mark;

	if (!taken)
		return;
	atomic_store_explicit(&domain.fresh, 0, memory_order_relaxed);
	atomic_store_explicit(&domain.fresh_bytes, 0, memory_order_relaxed);
	mark = atomic_load_explicit(&epoch_clock.epoch, memory_order_relaxed) + 1;
	if (!domain.queue_end)
		domain.queue_end = &domain.queue;
	*domain.queue_end = taken;
	for (; taken; taken = taken->next) {
		taken->epoch = mark;
		domain.queue_end = &taken->next;
	}
	atomic_fetch_add_explicit(&epoch_clock.epoch, 1, memory_order_acq_rel);
}

/* The smallest epoch that an open section announced; none: UINT64_MAX. Lock held. */
static uint64_t oldest_reader(void)
{
	uint64_t oldest = domain.crowd_n ? domain.crowd_epoch : UINT64_MAX;

	for (struct epoch_slot *slot = domain.slots; slot; slot = slot->next) {
		uint64_t announced;

		if (!slot->taken)
			continue;
		/* Changes nothing, and yet a change: see step 4 above. */
		announced = atomic_fetch_add_explicit(&slot->announced, 0, memory_order_acq_rel);
		if (announced && announced < oldest)
			oldest = announced;
	}
	return oldest;
}

/* Takes the pieces that nobody can see off the queue. Lock held. */
static struct epoch_garbage *take_unseen(void)
{
	struct epoch_garbage *unseen = domain.queue, **end = &unseen;
	uint64_t oldest;

	if (!unseen)
		return NULL;
	oldest = oldest_reader();
	while (*end && (*end)->epoch <= oldest)
		end = &(*end)->next;
	domain.queue = *end;
	if (!domain.queue)
		domain.queue_end = &domain.queue;
	*end = NULL;
	return unseen;
}

static void free_all(struct epoch_garbage *pieces)
{
	while (pieces) {
		struct epoch_garbage *next = pieces->next;
		size_t size = pieces->size;

		pieces->free(pieces);
		atomic_fetch_sub_explicit(&domain.waiting_bytes, size, memory_order_relaxed);
		atomic_fetch_sub_explicit(&domain.waiting, 1, memory_order_relaxed);
		pieces = next;
	}
}

/* One look. Returns: something was freed. */
static bool look(void)
{
	struct epoch_garbage *unseen;

	fg_mutex_lock(&domain.lock);
	take_retired();
	unseen = take_unseen();
	domain.freers += unseen != NULL;
	fg_mutex_unlock(&domain.lock);
	if (!unseen)
		return false;
	free_all(unseen);
	fg_mutex_lock(&domain.lock);
	domain.freers--;
	fg_mutex_unlock(&domain.lock);
	return true;
}

size_t epoch_waiting(void)
{
	return atomic_load_explicit(&domain.waiting, memory_order_relaxed);
}

/* Looks until nothing waits, or until `idle` looks freed nothing. */
static void looks(unsigned idle)
{
	/* A free function that retires or leaves a section: the loop that called it looks again. */
	if (freeing)
		return;
	freeing = true;
	for (unsigned n = 0; n < LOOKS_MAX && epoch_waiting(); n++) {
		if (look())
			continue;
		if (!--idle)
			break;
		for (unsigned i = 0; i < PAUSES; i++)
			pause_cpu();
	}
	freeing = false;
}

size_t epoch_poll(void)
{
	looks(LOOKS);
	return epoch_waiting();
}

static void nap(void)
{
	struct timespec time = {.tv_nsec = NAP_NS};

	nanosleep(&time, NULL);
}

void epoch_retire(struct epoch_garbage *garbage, size_t size, void (*free)(struct epoch_garbage *garbage))
{
	size_t waiting = atomic_fetch_add_explicit(&domain.waiting, 1, memory_order_relaxed) + 1;
	size_t waiting_bytes = atomic_fetch_add_explicit(&domain.waiting_bytes, size, memory_order_relaxed) + size;

	garbage->free = free;
	garbage->size = size;
	garbage->next = atomic_load_explicit(&domain.retired, memory_order_relaxed);
	/* Only pushed to and taken whole: a head that was away and came back is no harm. */
	while (!atomic_compare_exchange_weak_explicit(&domain.retired, &garbage->next, garbage, memory_order_release,
	                                              memory_order_relaxed))
		;
	if (atomic_fetch_add_explicit(&domain.fresh, 1, memory_order_relaxed) + 1 >= EPOCH_BATCH ||
	    atomic_fetch_add_explicit(&domain.fresh_bytes, size, memory_order_relaxed) + size >= EPOCH_BATCH_BYTES)
		epoch_poll();
	if (FG_UNLIKELY(waiting > EPOCH_WAITING_MAX || waiting_bytes > EPOCH_WAITING_BYTES_MAX) && !freeing &&
	    !inside())
		nap();
}

/* Every section open when the epoch became `mark` is over, and nothing older waits or is being freed. */
static bool all_past(uint64_t mark)
{
	bool past;

	fg_mutex_lock(&domain.lock);
	past = oldest_reader() >= mark && !domain.freers && (!domain.queue || domain.queue->epoch > mark);
	fg_mutex_unlock(&domain.lock);
	return past;
}

int fg_read_wait(void)
{
	uint64_t mark;

	if (inside() || freeing)
		return -EDEADLK;
	fg_mutex_lock(&domain.lock);
	take_retired();
	mark = atomic_fetch_add_explicit(&epoch_clock.epoch, 1, memory_order_acq_rel) + 1;
	fg_mutex_unlock(&domain.lock);
	for (unsigned i = 0; epoch_poll(), !all_past(mark); i++) {
		if (i < YIELDS)
			sched_yield();
		else
			nap();
	}
	return 0;
}

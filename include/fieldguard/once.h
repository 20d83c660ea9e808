/*
 * once.h - a value that is made once; a value that is replaced while it is read; and the sections that reads happen in
 *
 * struct fg_once holds one pointer that is set once and then constant for as long as the cell lives. Reading it is one
 * acquire load.
 *
 *     static struct fg_once config_once;                       // all-zero is empty
 *
 *     rc = fg_once_run(&config_once, load_config, path, &config);   // the first caller runs load_config, others wait
 *     config = fg_once_get(&config_once);                      // NULL before that
 *
 * struct fg_once_swap holds a pointer that may be replaced at any time. The value may be used inside a read section
 * only: the old one is freed when the last section that could see it has ended. These are two types, so that a value
 * that may be freed can't be got the way of one that can't.
 *
 *     struct fg_read read = fg_read_begin();
 *     const struct config *config = fg_once_swap_get(&cell, &read);
 *     ... use config, here and nowhere else ...
 *     fg_read_end(&read);
 *
 *     fg_once_swap_replace(&cell, (struct fg_once_value){fresh, config_free, NULL});
 */
#ifndef FIELDGUARD_ONCE_H
#define FIELDGUARD_ONCE_H

#include <fieldguard/base.h>
#include <fieldguard/checked.h>
#include <fieldguard/shared.h>

/* ---- made once ------------------------------------------------------------------------------------------------ */

/* All-zero is empty. Not to be copied. */
struct fg_once {
	struct fg_mutex lock;         /* held by who runs an initialiser */
	_Atomic(const void *) runner; /* names the thread that runs an initialiser; it alone acts on it */
	_Atomic(void *) value;        /* written once, under lock */
};

/*
 * The value, or NULL where there is none yet. Whoever gets it sees all that the initialiser wrote.
 * Threads: any; never blocks. Owner: the cell; the pointer is good for as long as the cell.
 */
static inline void *fg_once_get(const struct fg_once *once)
{
	return atomic_load_explicit((_Atomic(void *) *)&once->value, memory_order_acquire);
}

FG_API int fg_once_run_slow(struct fg_once *once, int (*init)(void *user, void **ret_value), void *user,
                            void **ret_value);

/*
 * The value, made by init where there is none.
 * init: called by one thread at a time, and never again after it succeeded. It returns 0 with *ret_value not NULL (any
 * address will do where only the running matters), or a negative errno: then the cell stays empty, its own caller gets
 * that error, and of those that wait the next runs its own initialiser. Must not leave by longjmp; a thread that ends
 * inside of it (pthread_exit, cancellation) counts as a failure.
 * ret_value: may be NULL.
 * Returns: 0; what init returned; -EINVAL (init returned 0 without a value, or more than 0); -EDEADLK (called by the
 * initialiser of this very cell). Two initialisers in two threads that run each other's cell wait for ever.
 * Threads: any number at once; blocks while another thread runs its initialiser.
 */
static inline int fg_once_run(struct fg_once *once, int (*init)(void *user, void **ret_value), void *user,
                              void **ret_value)
{
	void *value = fg_once_get(once);

	if (FG_UNLIKELY(!value))
		return fg_once_run_slow(once, init, user, ret_value);
	if (ret_value)
		*ret_value = value;
	return 0;
}

/* Empties the cell. Returns: its value, now the caller's, or NULL.
 * Threads: no other may use the cell, nor the value, any more. */
FG_API void *fg_once_take(struct fg_once *once);

/* ---- read sections -------------------------------------------------------------------------------------------- */

/* A read section, as one thread has it open. */
struct fg_read {
	void *place;                  /* where this thread announces its sections; NULL: not open */
};

/*
 * Opens a section: what is replaced from now on stays in memory until it is closed. Sections nest. While one is open,
 * memory that is replaced piles up: keep it short, and don't sleep in it.
 * Threads: any; never blocks, but for the very first section of a thread (a lock, an allocation). Writes to memory of
 * this thread alone. Cost: one locked instruction. After fork, sections of the child's only thread go on, those
 * of all others are over; a child of a process with threads may use sections at once. Not for signal handlers.
 */
FG_API struct fg_read fg_read_begin(void);
/* Closes a section that this thread opened. Frees what nobody but this section could see, by calling the free functions
 * of its values. A section that is closed already: traps. Threads: the one that opened it. Also done for a thread that
 * ends within a section, unless it had found no memory at its first: then nothing is freed any more. */
FG_API void fg_read_end(struct fg_read *read);
/*
 * Waits until every section that is open now has ended and all that was replaced before has been freed.
 * Returns: 0, or -EDEADLK within a section of the caller or in a free function.
 * Threads: any number at once; blocks for as long as others stay in their sections.
 */
FG_API int fg_read_wait(void);

/* ---- made once, replaced later -------------------------------------------------------------------------------- */

/* A value and how it is freed. free: NULL for never; called with no lock held, in the thread that replaces the value or
 * in one that closes a section. */
struct fg_once_value {
	void *value;
	void (*free)(void *value, void *user);
	void *user;
};

struct fg_once_node;

/* All-zero is empty. Not to be copied. */
struct fg_once_swap {
	struct fg_mutex lock;         /* held by who makes or replaces the value */
	_Atomic(const void *) runner; /* as in fg_once */
	_Atomic(void *) value;        /* written under lock */
	struct fg_once_node *node;    /* lock; of the value */
};

/*
 * The newest value, or NULL. Whoever gets it sees all that was written to it before it was put there; who has seen one
 * does not see an older one later.
 * read: an open section of this thread; code compiled with -DFG_CHECKED traps on a closed one. The value is good until
 * that section is closed.
 * Threads: any; never blocks; one acquire load.
 */
static inline void *fg_once_swap_get(const struct fg_once_swap *swap, const struct fg_read *read)
{
	if (FG_CHECKED && !read->place)
		__builtin_trap();
	return atomic_load_explicit((_Atomic(void *) *)&swap->value, memory_order_acquire);
}

/*
 * As fg_once_run: makes the first value where there is none; afterwards there is one, which fg_once_swap_get returns.
 * Returns: as fg_once_run, or -ENOMEM (what init made was freed again).
 * Threads: any number at once; blocks while another makes or replaces the value.
 */
FG_API int fg_once_swap_run(struct fg_once_swap *swap, int (*init)(void *user, struct fg_once_value *ret_value),
                            void *user);

/*
 * Puts another value in the place of the present one (or of none). The old one is freed when the last section that was
 * open by then has ended: within this call where there is none; else by the reader that closes it. Only where that
 * reader leaves in the very moment of this call it may be left to the next replacement anywhere in the process,
 * or to fg_read_wait.
 * value: not NULL inside. On failure it stays the caller's.
 * Returns: 0; -EINVAL (no value); -ENOMEM; -EDEADLK (called by the initialiser of this very cell).
 * Threads: any number at once, inside sections too; the last one's value stays. Waits for other writers of the cell,
 * never for readers, save that it naps 50 us where more than 64 MiB or 65,536 pieces wait to be freed.
 */
FG_API int fg_once_swap_replace(struct fg_once_swap *swap, struct fg_once_value value);

/* Empties the cell; its value is freed as by fg_once_swap_replace. NULL is fine.
 * Threads: none may replace or make a value meanwhile; readers may go on. */
FG_API void fg_once_swap_fini(struct fg_once_swap *swap);

#endif

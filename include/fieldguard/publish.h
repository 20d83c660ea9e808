/*
 * publish.h - what the snapshot group of a struct with pointers is made of, beside shared.h
 *
 * For generated code; names here may change between versions. docs/policies.md argues why it is right.
 *
 *     cell    lock | block -> [ record, presence bits ] -> strings, arrays, values pointed to
 *                             never changed once it is published; retired whole when the next one is
 */
#ifndef FIELDGUARD_PUBLISH_H
#define FIELDGUARD_PUBLISH_H

#include <fieldguard/base.h>
#include <fieldguard/once.h>
#include <stdatomic.h>

#define FG_PUBLISH_ABI 1

/* All-zero is empty, with malloc. Not to be copied. */
struct fg_publish {
	struct fg_mutex lock;                  /* held from fg_publish_begin to _commit or _drop */
	_Atomic(void *) block;                 /* written under lock; NULL: nothing was published yet */
	const struct fg_allocator *allocator;  /* constant; NULL: malloc */
};

/*
 * The newest block, or NULL. Whoever gets it sees all that was written to it before it was published, and never an
 * older one later.
 * read: an open section of this thread; code compiled with -DFG_CHECKED traps on a closed one. The block is good until
 * that section is closed.
 * Threads: any; never blocks; one acquire load.
 */
static inline const void *fg_publish_get(const struct fg_publish *cell, const struct fg_read *read)
{
	if (FG_CHECKED && !read->place)
		__builtin_trap();
	return atomic_load_explicit((_Atomic(void *) *)&cell->block, memory_order_acquire);
}

/*
 * Begins to write: locks the cell and makes a new block, which holds the bytes of the present one, or zeros.
 * size, align: of the block; the same in all calls for a cell.
 * ret_arena: the new block's own, for what it is to point to. What the bytes point to belongs to the present block and
 * has to be copied.
 * Returns: the block, to be given to fg_publish_commit or fg_publish_drop; or NULL (no memory; nothing is locked).
 * Threads: any; waits for another that writes.
 */
FG_API void *fg_publish_begin(struct fg_publish *cell, size_t size, size_t align, struct fg_arena **ret_arena);
/* Publishes the block, unlocks the cell, and retires the block before it: that is freed, with its arena, once the last
 * read section that is open now has ended. Can't fail. */
FG_API void fg_publish_commit(struct fg_publish *cell, void *block);
/* Frees the block and unlocks the cell: nothing changed. */
FG_API void fg_publish_drop(struct fg_publish *cell, void *block);
/* Frees what the cell holds; it is empty again. NULL is fine. Threads: no other may use it, nor a block of it. */
FG_API void fg_publish_fini(struct fg_publish *cell);

#endif

/*
 * once.c - values that are made once, and values that are replaced while they are read
 *
 * A cell's value is stored with release by who holds its lock, and loaded with acquire by everyone: who gets it sees
 * what was written to it. Who waits for the lock looks at the value again when he has it; a failure is nothing but an
 * unlock with the cell still empty, so the next one tries.
 *
 * `runner` is the address of a variable of the thread that runs an initialiser. Only that thread finds its own address
 * there, and what it finds it stored itself: relaxed is enough. Anyone else who reads it reads something else.
 */
#include "epoch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct fg_once_node {
	struct epoch_garbage garbage;
	struct fg_once_value value;
};

/* What the two kinds of cell have in common, while an initialiser or a replacement is at work. */
struct run {
	struct fg_mutex *lock;
	_Atomic(const void *) *runner;
};

static __thread char self;

static int run_enter(const struct run *run)
{
	if (atomic_load_explicit(run->runner, memory_order_relaxed) == &self)
		return -EDEADLK;
	fg_mutex_lock(run->lock);
	atomic_store_explicit(run->runner, &self, memory_order_relaxed);
	return 0;
}

/* Also what happens when the thread ends inside an initialiser. */
static void run_leave(void *user)
{
	const struct run *run = user;

	atomic_store_explicit(run->runner, NULL, memory_order_relaxed);
	fg_mutex_unlock(run->lock);
}

static int result_of(int rc, const void *value)
{
	if (rc)
		return rc < 0 ? rc : -EINVAL;
	return value ? 0 : -EINVAL;
}

/* ---- fg_once -------------------------------------------------------------------------------------------------- */

int fg_once_run_slow(struct fg_once *once, int (*init)(void *user, void **ret_value), void *user, void **ret_value)
{
	struct run run = {&once->lock, &once->runner};
	void *value;
	int rc = run_enter(&run);

	if (rc)
		return rc;
	pthread_cleanup_push(run_leave, &run);
	value = atomic_load_explicit(&once->value, memory_order_relaxed);
	if (!value) {
		rc = init(user, &value);
		rc = result_of(rc, value);
		if (!rc)
			atomic_store_explicit(&once->value, value, memory_order_release);
	}
	if (!rc && ret_value)
		*ret_value = value;
	pthread_cleanup_pop(1);
	return rc;
}

void *fg_once_take(struct fg_once *once)
{
	return atomic_exchange_explicit(&once->value, NULL, memory_order_acquire);
}

/* ---- fg_once_swap --------------------------------------------------------------------------------------------- */

static void value_free(const struct fg_once_value *value)
{
	if (value->free)
		value->free(value->value, value->user);
}

static void node_free(struct epoch_garbage *garbage)
{
	struct fg_once_node *node = (void *)((char *)garbage - offsetof(struct fg_once_node, garbage));
	struct fg_once_value value = node->value;

	free(node);
	value_free(&value);
}

/* Nobody finds the node any more. It doesn't wait for a batch: its size is not known, and may be large. */
static void node_retire(struct fg_once_node *node)
{
	if (!node)
		return;
	epoch_retire(&node->garbage, sizeof *node, node_free);
	epoch_poll();
}

/* Lock held. Returns: the node of the value before. */
static struct fg_once_node *swap_publish(struct fg_once_swap *swap, struct fg_once_node *node)
{
	struct fg_once_node *old = swap->node;

	swap->node = node;
	atomic_store_explicit(&swap->value, node ? node->value.value : NULL, memory_order_release);
	return old;
}

/* Lock held, cell empty. */
static int swap_make(struct fg_once_swap *swap, int (*init)(void *user, struct fg_once_value *ret_value), void *user)
{
	struct fg_once_value value = {0};
	struct fg_once_node *node;
	int rc = init(user, &value);

	rc = result_of(rc, value.value);
	if (rc)
		return rc;
	node = malloc(sizeof *node);
	if (!node) {
		value_free(&value);
		return -ENOMEM;
	}
	node->value = value;
	swap_publish(swap, node);
	return 0;
}

int fg_once_swap_run(struct fg_once_swap *swap, int (*init)(void *user, struct fg_once_value *ret_value), void *user)
{
	struct run run = {&swap->lock, &swap->runner};
	int rc;

	if (atomic_load_explicit(&swap->value, memory_order_acquire))
		return 0;
	rc = run_enter(&run);
	if (rc)
		return rc;
	pthread_cleanup_push(run_leave, &run);
	if (!atomic_load_explicit(&swap->value, memory_order_relaxed))
		rc = swap_make(swap, init, user);
	pthread_cleanup_pop(1);
	return rc;
}

int fg_once_swap_replace(struct fg_once_swap *swap, struct fg_once_value value)
{
	struct run run = {&swap->lock, &swap->runner};
	struct fg_once_node *node;
	int rc;

	if (!value.value)
		return -EINVAL;
	node = malloc(sizeof *node);
	if (!node)
		return -ENOMEM;
	node->value = value;
	rc = run_enter(&run);
	if (rc) {
		free(node);
		return rc;
	}
	node = swap_publish(swap, node);
	run_leave(&run);
	node_retire(node);
	return 0;
}

void fg_once_swap_fini(struct fg_once_swap *swap)
{
	struct fg_once_node *node;

	if (!swap)
		return;
	fg_mutex_lock(&swap->lock);
	node = swap_publish(swap, NULL);
	fg_mutex_unlock(&swap->lock);
	node_retire(node);
}

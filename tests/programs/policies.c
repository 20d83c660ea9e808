/*
 * policies.c - one struct with every policy, written rightly and wrongly; clang keeps the tags in the binary, for gcc:
 *
 * policy: order.status   atomic
 * policy: order.views    atomic
 * policy: order.state    atomic states:"a>b"
 * policy: order.amount   mutex=money
 * policy: order.fee      mutex=money
 * policy: order.street   rwmutex=address
 * policy: order.seq      owner
 * policy: order.seen     owner
 * policy: order.created  once
 * policy: order.opened   once
 *
 * finding: atomic order.status set_status
 * finding: atomic order.status copy_order
 * finding: atomic order.state force_state
 * finding: lock order.amount pay_bare
 * finding: lock order.street move_bare
 * finding: owner order.seq renew
 * finding: once order.created reopen
 *
 * What is right stands beside it, and nothing is said of it: see the functions whose names end in _right.
 */
#include <fieldguard/annotate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct order {
	int64_t id                FG(json:"id");
	int64_t status            FG(json:"status,atomic");
	_Atomic int64_t views     FG(json:"views,atomic");
	int32_t state             FG(json:"state,atomic" states:"a>b");
	int64_t amount            FG(json:"amount,mutex=money");
	int64_t fee               FG(json:"fee,mutex=money");
	int64_t street            FG(json:"street,rwmutex=address");
	int64_t seq               FG(json:"seq,owner");
	int64_t seen              FG(json:"seen,owner");
	int64_t created           FG(json:"created,once");
	int64_t opened            FG(json:"opened,once");
	pthread_mutex_t lock;
	pthread_rwlock_t address;
};

#define ALONE __attribute__((noinline)) static

/* ---- atomic ---- */
ALONE void set_status(struct order *o, int64_t v) { o->status = v; /* not by __atomic_store_n */ }
ALONE void store_status_right(struct order *o, int64_t v) { __atomic_store_n(&o->status, v, __ATOMIC_RELEASE); }
ALONE void swap_status_right(struct order *o, int64_t v) { __atomic_exchange_n(&o->status, v, __ATOMIC_SEQ_CST); }
ALONE void view_right(struct order *o) { o->views++; atomic_store_explicit(&o->views, 4, memory_order_relaxed); }
ALONE void force_state(struct order *o, int32_t v) { o->state = v; }
ALONE void advance_state_right(struct order *o, int32_t from, int32_t to)
{
	__atomic_compare_exchange_n(&o->state, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
ALONE void copy_order(struct order *to, const struct order *from) { memcpy(&to->id, &from->id, 16); }
ALONE struct order *new_order_right(void)
{
	struct order *o = malloc(sizeof(*o));

	if (!o)
		exit(1);
	memset(o, 0, sizeof(*o));
	return o;
}
ALONE int64_t on_the_stack_right(int64_t v)
{
	struct order order;
	struct order *volatile seen = &order;

	order.status = v;
	order.amount = v;
	return seen->status;
}

/* ---- mutex, rwmutex ---- */
ALONE void pay_right(struct order *o, int64_t v)
{
	pthread_mutex_lock(&o->lock);
	o->amount += v;
	pthread_mutex_unlock(&o->lock);
}
ALONE void add_fee(struct order *o, int64_t v) { o->fee += v; }
ALONE void pay_fee_right(struct order *o, int64_t v)
{
	pthread_mutex_lock(&o->lock);
	add_fee(o, v);
	pthread_mutex_unlock(&o->lock);
}
ALONE void pay_bare(struct order *o, int64_t v) { o->amount = v; }
ALONE void move_right(struct order *o, int64_t v)
{
	pthread_rwlock_wrlock(&o->address);
	o->street = v;
	pthread_rwlock_unlock(&o->address);
}
ALONE void move_bare(struct order *o, int64_t v) { o->street = v; }

/* ---- owner, once ---- */
ALONE void number(struct order *o) { o->seq = 1; }
ALONE void renew(struct order *o) { o->seq++; }
ALONE void see_right(struct order *o) { o->seen++; }
ALONE void create(struct order *o) { o->created = 1; }
ALONE void reopen(struct order *o) { o->created = 2; }
ALONE void open_right(struct order *o) { o->opened = 1; }

static void *worker(void *user)
{
	struct order *o = user;

	renew(o);
	reopen(o);
	see_right(o);
	pay_bare(o, 3);
	pay_right(o, 4);
	return NULL;
}

int main(int argc, char **argv)
{
	struct order *o = new_order_right();
	pthread_t thread;

	(void)argv;
	pthread_mutex_init(&o->lock, NULL);
	pthread_rwlock_init(&o->address, NULL);
	number(o);
	create(o);
	open_right(o);
	if (pthread_create(&thread, NULL, worker, o))
		return 1;
	set_status(o, argc);
	store_status_right(o, argc);
	swap_status_right(o, argc);
	view_right(o);
	force_state(o, argc);
	advance_state_right(o, 0, 1);
	pay_right(o, on_the_stack_right(argc));
	pay_fee_right(o, argc);
	move_right(o, argc);
	move_bare(o, argc);
	pthread_join(thread, NULL);
	if (argc > 5)
		copy_order(new_order_right(), o);
	free(o);
	return 0;
}

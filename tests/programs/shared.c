/*
 * shared.c - a shared record of examples/orders/order.h, written through its generated functions and past them
 *
 * finding: shared order_shared.atomics.status force_status
 * finding: shared order_shared.group_money.fields pay_without_lock
 * finding: shared order_shared.hot_views.value count_twice
 *
 * What is right stands beside it, and nothing is said of it: see the functions whose names end in _right.
 */
#include "order.fg.h"
#include <stdlib.h>
#include <string.h>

#define ALONE __attribute__((noinline)) static

ALONE void force_status(struct order_shared *s, int v) { s->atomics.status = (enum order_status)v; }
ALONE void pay_without_lock(struct order_shared *s, int64_t v) { s->group_money.fields.amount_cents = v; }
ALONE void count_twice(struct order_shared *s) { s->hot_views.value += 2; }

ALONE void store_status_right(struct order_shared *s, int v) { order_store_status(s, (enum order_status)v); }
ALONE void count_right(struct order_shared *s) { order_add_views(s, 1); }
ALONE void pay_right(struct order_shared *s, int64_t v)
{
	struct order_money *money = order_lock_money(s);

	money->amount_cents += v;
	order_unlock_money(s);
}
ALONE void record_right(struct order *record, int v)
{
	record->status = (enum order_status)v;
	record->amount_cents = v;
}

int main(int argc, char **argv)
{
	struct order_shared *s = aligned_alloc(_Alignof(struct order_shared), sizeof(*s));
	struct order record;

	if (!s)
		return 1;
	memset(s, 0, sizeof(*s));
	memset(&record, 0, sizeof(record));
	memcpy(record.id, argv[0], 1);
	force_status(s, argc);
	pay_without_lock(s, argc);
	count_twice(s);
	store_status_right(s, argc);
	count_right(s);
	pay_right(s, argc);
	record_right(&record, argc);
	order_merge(s, &record, NULL);
	order_read(s, &record, NULL);
	free(s);
	return record.status == ORDER_CANCELLED;
}

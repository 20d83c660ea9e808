/*
 * planned.c - a program for test_plan: one object whose fields are written in every way
 *
 * It stops itself before the first store, so that a test can plan while all libraries are there; then each function
 * stores, to what `subject` points to or to `global_order`. The test reads both addresses.
 */
#include "planned.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum planned_status { PLANNED_CREATED, PLANNED_PAID, PLANNED_SHIPPED };

struct planned_item {
	int64_t price;
	int32_t count;
};

struct planned_customer {
	int32_t age;
	char city[12];
};

struct planned_order {
	int64_t id;
	enum planned_status status;
	char name[24];
	double weight;
	unsigned flag : 3, level : 5;
	bool paid;
	struct planned_customer customer;
	struct planned_item items[4];
	int64_t pair[2];
	struct planned_order *next;
	_Atomic int32_t views;
	int64_t released;               /* by __atomic_store_n alone */
	int64_t hidden;                 /* by a macro that hides the same */
	int32_t spin;                   /* by locked instructions, released by a plain store */
	volatile int32_t volatile_;
	int64_t opened;
	pthread_mutex_t mutex;
};

#define PUT_HIDDEN(order, value) __atomic_store_n(&(order)->hidden, value, __ATOMIC_RELEASE)

struct planned_order *subject;
struct planned_order global_order;
int64_t global_total;
static struct planned_order table[4];
static __thread int64_t own_total;
static struct planned_box box;
volatile int calls;

#define ALONE __attribute__((noinline)) static

ALONE void touch(void)
{
	calls++;
}

ALONE void set_plain(struct planned_order *order, int64_t n)
{
	order->id = n;
	touch();
	order->status = PLANNED_PAID;
	touch();
	order->weight = (double)n / 2;
	touch();
	order->paid = n & 1;
	order->volatile_ = (int32_t)n;
	touch();
}

ALONE void set_bits(struct planned_order *order, unsigned n)
{
	order->flag = n & 7;
	touch();
	order->level = 5;
	touch();
}

ALONE void set_nested(struct planned_order *order, int32_t n)
{
	order->customer.age = n;
	touch();
	order->items[n & 3].price = n;
	touch();
	order->items[2].count = n;
	touch();
}

ALONE void set_pair(struct planned_order *order, int64_t n)
{
	order->pair[0] = n;
	order->pair[1] = n;
	touch();
}

ALONE void set_text(struct planned_order *order, const char *text, size_t n)
{
	memcpy(order->name, text, n);
	touch();
	order->name[n % 24] = 'x';
	touch();
}

ALONE void copy_all(struct planned_order *to, const struct planned_order *from, size_t n)
{
	memcpy(to, from, n * sizeof(*to));
	touch();
}

ALONE void set_atomic(struct planned_order *order, int32_t n)
{
	atomic_store_explicit(&order->views, n, memory_order_release);
	touch();
	__atomic_store_n(&order->released, n, __ATOMIC_RELEASE);
	touch();
	PUT_HIDDEN(order, n);
	touch();
}

ALONE void lock_spin(struct planned_order *order)
{
	while (__atomic_exchange_n(&order->spin, 1, __ATOMIC_ACQUIRE))
		touch();
	touch();
	order->spin = 0;
	touch();
}

ALONE void set_global(int64_t n)
{
	global_order.id = n;
	touch();
	global_total += n;
	touch();
	table[n & 3].status = PLANNED_SHIPPED;
	touch();
	own_total = n;
	touch();
}

ALONE void set_once(struct planned_order *order, int64_t n)
{
	order->opened = n;
	touch();
}

int main(void)
{
	static struct planned_order from;
	int64_t sum = 0;

	subject = aligned_alloc(64, (sizeof(*subject) + 63) / 64 * 64);
	if (!subject)
		return 1;
	memset(subject, 0, sizeof(*subject));
	raise(SIGSTOP);
	for (int n = 1; n < 8; n++) {
		set_plain(subject, n);
		set_bits(subject, (unsigned)n);
		set_nested(subject, n);
		set_pair(subject, n);
		set_text(subject, "the name of an order", (size_t)(n & 3));
		set_atomic(subject, n);
		lock_spin(subject);
		set_global(n);
		set_once(subject, n);
		planned_fill(&box, n);
		sum += own_total + global_total + box.weight;
	}
	copy_all(subject, &from, (size_t)(sum > 0));
	free(subject);
	return sum > 0 ? 0 : 1;
}

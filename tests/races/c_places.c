/*
 * c_places.c - cases in C: where the field lies
 *
 * See harness.h; what is to be found of each is in races.json. Each case has a struct and functions of its own, so that
 * a finding names the case. The right one writes by the same functions. What is shared is not static where a compiler
 * would see that nobody reads it, and leave the stores out.
 */
#include "harness.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

struct heap_order {
	int64_t id;
	int status;
	int64_t cents;
};

static struct heap_order *heap_order;

static NOINLINE void heap_set(struct heap_order *order, int status)
{
	order->status = status;
	if (status < 0)
		order->cents = 0;
}

CASE(heap_racy)
{
	while (going(w))
		heap_set(heap_order, (int)(next_random(w) & 7));
}

CASE(heap_right)
{
	while (going(w))
		LOCKED(&mutex)
			heap_set(heap_order, (int)(next_random(w) & 7));
}

struct global_config {
	int64_t limit;
	int64_t timeout_ms;
} global_config;

static NOINLINE void global_set(int64_t limit)
{
	global_config.limit = limit;
	if (limit < 0)
		global_config.timeout_ms = 0;
}

CASE(global_racy)
{
	while (going(w))
		global_set((int64_t)(next_random(w) >> 8));
}

CASE(global_right)
{
	while (going(w))
		LOCKED(&mutex)
			global_set((int64_t)(next_random(w) >> 8));
}

struct nested_customer {
	int age;
	int level;
};

struct nested_order {
	int64_t id;
	struct nested_customer customer;
};

static struct nested_order *nested_order;

static NOINLINE void nested_set(struct nested_order *order, int level)
{
	order->customer.level = level;
	if (level < 0)
		order->id = 0;
}

CASE(nested_racy)
{
	while (going(w))
		nested_set(nested_order, (int)(next_random(w) & 7));
}

CASE(nested_right)
{
	while (going(w)) {
		pthread_rwlock_wrlock(&rwlock);
		nested_set(nested_order, (int)(next_random(w) & 7));
		pthread_rwlock_unlock(&rwlock);
	}
}

struct array_item {
	int64_t price;
	int64_t count;
};

struct array_cart {
	int64_t id;
	struct array_item items[4];
};

static struct array_cart *array_cart;

static NOINLINE void array_set(struct array_cart *cart, unsigned i, int64_t price)
{
	cart->items[i & 3].price = price;
	if (price < 0)
		cart->id = 0;
}

CASE(array_racy)
{
	while (going(w))
		array_set(array_cart, (unsigned)next_random(w), (int64_t)(w->rounds));
}

CASE(array_right)
{
	while (going(w)) {
		pthread_spin_lock(&spin);
		array_set(array_cart, (unsigned)next_random(w), (int64_t)(w->rounds));
		pthread_spin_unlock(&spin);
	}
}

struct bits_flags {
	unsigned paid : 3;
	unsigned shipped : 5;
	unsigned rest : 24;
};

static struct bits_flags *bits_flags;

static NOINLINE void bits_pay(struct bits_flags *flags, unsigned paid)
{
	flags->paid = paid & 7;
}

static NOINLINE void bits_ship(struct bits_flags *flags, unsigned shipped)
{
	flags->shipped = shipped & 31;
}

CASE(bits_racy)
{
	while (going(w))
		if (w->who)
			bits_pay(bits_flags, (unsigned)next_random(w));
		else
			bits_ship(bits_flags, (unsigned)next_random(w));
}

CASE(bits_right)
{
	while (going(w))
		LOCKED(&mutex) {
			if (w->who)
				bits_pay(bits_flags, (unsigned)next_random(w));
			else
				bits_ship(bits_flags, (unsigned)next_random(w));
		}
}

struct table_row {
	int64_t value;
	int64_t version;
	pthread_mutex_t lock;
};

struct table_row table_rows[16];

static NOINLINE void table_set(struct table_row *row, int64_t value)
{
	row->value = value;
	if (value < 0)
		row->version = 0;
}

CASE(table_racy)
{
	while (going(w))
		table_set(&table_rows[next_random(w) & 15], (int64_t)w->rounds);
}

CASE(table_right)
{
	while (going(w)) {
		struct table_row *row = &table_rows[next_random(w) & 15];

		LOCKED(&row->lock)
			table_set(row, (int64_t)w->rounds);
	}
}

static const struct one_case cases[] = {
	{.name = "heap", .racy = heap_racy, .right = heap_right},
	{.name = "global", .racy = global_racy, .right = global_right, .rates = {5000, 5000}},
	{.name = "nested", .racy = nested_racy, .right = nested_right, .rates = {0, 3000}},
	{.name = "array", .racy = array_racy, .right = array_right},
	{.name = "bits", .racy = bits_racy, .right = bits_right},
	{.name = "table", .racy = table_racy, .right = table_right},
};

__attribute__((constructor)) static void add_cases(void)
{
	NEW(heap_order), NEW(nested_order), NEW(array_cart), NEW(bits_flags);
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	for (size_t i = 0; i < 16; i++)
		pthread_mutex_init(&table_rows[i].lock, NULL);
	add_all(cases, sizeof(cases) / sizeof(cases[0]));
}

/*
 * records.c - stores to fields in every shape a struct has: nested, arrays, bit-fields, unions, copies, setters
 *
 * Expectation: each store to a field is attributed to that field, by truth and by execution (tests/scan).
 */
#include "objects.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct point {
	int32_t x, y;
};

struct money {
	int64_t units;
	int32_t nanos;
	char currency[4];
};

enum state { STATE_NEW, STATE_PAID, STATE_SENT, STATE_GONE };

struct item {
	uint64_t id;
	struct money price;
	uint32_t count;
	float weight;
	struct point place[2];
};

struct flags {
	unsigned urgent : 1;
	unsigned gift : 1;
	unsigned kind : 6;
	unsigned level : 12;
	unsigned long long serial : 40;
	unsigned char plain;
	signed small : 3;
};

union value {
	int64_t number;
	double real;
	struct point point;
	char text[16];
};

struct tagged {
	int kind;
	union value value;
	union {
		int left;
		short right[2];
	};
	struct {
		long deep;
		struct point deeper;
	} inner;
};

struct order {
	uint64_t id;
	enum state state;
	bool paid;
	struct item items[4];
	size_t items_n;
	struct flags flags;
	struct tagged tagged;
	double total;
	struct order *next;
	const char *note;
	char name[24];
};

typedef struct {
	short low, high;
	long double wide;
	int grid[3][5];
	struct point corners[2][2];
} anonymous;

static inline void order_set_state(struct order *order, enum state state)
{
	order->state = state;
	order->paid = state >= STATE_PAID;
}

static inline struct item *order_item(struct order *order, size_t i)
{
	return &order->items[i & 3];
}

static inline void money_set(struct money *money, int64_t units, int32_t nanos)
{
	money->units = units;
	money->nanos = nanos;
	memcpy(money->currency, "EUR", 4);
}

APART static void fill_order(struct order *order, uint64_t id, int n)
{
	order->id = id;
	order_set_state(order, (enum state)(n & 3));
	for (int i = 0; i < n; i++) {
		struct item *item = order_item(order, (size_t)i);

		item->id = id + (uint64_t)i;
		item->count += (uint32_t)n;
		item->weight = (float)n * 0.5f;
		money_set(&item->price, n, i);
	}
	order->items_n = (size_t)n;
	order->total *= 1.5;
}

APART static void set_flags(struct order *order, unsigned bits)
{
	order->flags.urgent = bits & 1;
	order->flags.kind = bits & 63;
	if (bits > 7)
		order->flags.gift = 1;
	order->flags.level = (bits * 3) & 4095;
	order->flags.serial = bits * 77ull;
	order->flags.plain = (unsigned char)bits;
	order->flags.small = -1;
}

APART static void clear_flag(struct flags *flags)
{
	flags->urgent = 0;
	flags->small = 2;
}

APART static void set_tagged(struct tagged *tagged, int kind, int64_t number)
{
	tagged->kind = kind;
	switch (kind) {
	case 0: tagged->value.number = number; break;
	case 1: tagged->value.real = (double)number; break;
	case 2: tagged->value.point.y = (int)number; break;
	case 3: tagged->value.text[number & 15] = 'x'; break;
	case 4: tagged->left = (int)number; break;
	case 5: tagged->right[1] = (short)number; break;
	case 6: tagged->inner.deep = number; break;
	case 7: tagged->inner.deeper.y = kind; break;
	default: tagged->inner.deeper = (struct point){ kind, (int)number }; break;
	}
}

APART static void set_constant_places(struct order *order, size_t i)
{
	order->items[3].place[1].y = 7;
	order->items[1].price.nanos = 9;
	order->items[i].place[1].x = 5;
	order->items[i].place[i & 1].y = 6;
	order->items[i].price.currency[2] = 'z';
	order->name[i] = 'n';
	order->name[20] = 0;
}

/* The index is moved by a constant, which the compiler folds into the displacement. */
APART static void set_before(struct item *items, size_t i)
{
	items[i - 1].count = 3;
	items[i - 1].price.units = 4;
	items[i + 2].weight = 1;
	items[2 * i + 1].place[0].y = 2;
	(items + i)[-2].id = 8;
}

APART static void copy_parts(struct order *to, const struct order *from, size_t i)
{
	to->items[0] = from->items[1];
	to->items[i].price = from->items[3].price;
	to->items[i].place[1] = from->items[0].place[0];
	to->tagged.inner = from->tagged.inner;
	to->flags = from->flags;
	memcpy(to->name, from->name, sizeof to->name);
	memset(&to->items[2].price, 0, sizeof to->items[2].price);
}

APART static void copy_whole(struct order *to, const struct order *from)
{
	*to = *from;
	to->next = NULL;
}

APART static struct point make_point(int x, int y)
{
	return (struct point){ x, y };
}

APART static struct money make_money(int units)
{
	struct money money = { units, units + 1, "USD" };

	return money;
}

APART static void take_results(struct order *order, int n)
{
	order->items[0].place[0] = make_point(n, n + 1);
	order->items[2].price = make_money(n);
	order->tagged.inner.deeper = make_point(n, 2);
}

APART static void set_through_member(struct item *item, int n)
{
	int32_t *nanos = &item->price.nanos;
	struct point *place = item->place;

	*nanos = n;
	place->x = n;
	place[1].y = n;
}

APART static void set_anonymous(anonymous *a, int i, int j)
{
	a->low = (short)i;
	a->high = (short)j;
	a->wide = (long double)i;
	a->grid[i][j] = 5;
	a->grid[2][j] = 6;
	a->grid[i][3] = 7;
	a->corners[i & 1][1].y = 8;
	a->corners[1][j & 1].x = 9;
}

APART static void exchange_next(struct order *a, struct order *b)
{
	struct order *next = a->next;

	a->next = b->next;
	b->next = next;
	a->note = b->name;
	b->note = "moved";
}

APART static void count_up(struct order *order, int by)
{
	order->items_n++;
	order->id -= (uint64_t)by;
	order->state ^= 1;
	order->paid = !order->paid;
	order->items[by & 3].count <<= 1;
	order->tagged.inner.deep |= by;
	order->total += by;
}

APART static void set_atomically(struct order *order, uint64_t id)
{
	__atomic_store_n(&order->id, id, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&order->items_n, 1, __ATOMIC_RELAXED);
	__atomic_fetch_or(&order->items[1].count, 4, __ATOMIC_RELAXED);
	uint64_t seen = id;

	__atomic_compare_exchange_n(&order->items[2].id, &seen, id + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&order->next, NULL, __ATOMIC_ACQ_REL))
		order->paid = true;
}

static struct order shop_order;
struct item shop_items[8];
static anonymous shop_anonymous;

int main(int argc, char **argv)
{
	struct order *orders = calloc(3, sizeof *orders);
	anonymous *some = calloc(2, sizeof *some);
	size_t i = (size_t)argc;

	(void)argv;
	if (!orders || !some)
		return 1;
	fill_order(&orders[0], 100, argc + 2);
	fill_order(&shop_order, 200, argc);
	set_flags(&orders[1], 13 + (unsigned)argc);
	clear_flag(&shop_order.flags);
	for (int kind = 0; kind < 9; kind++)
		set_tagged(&orders[1].tagged, kind + argc - 1, kind);
	set_constant_places(&orders[0], i);
	set_before(&shop_items[2], i);
	copy_parts(&orders[1], &orders[0], i);
	copy_whole(&orders[2], &orders[1]);
	take_results(&shop_order, argc);
	set_through_member(&shop_items[argc], 4);
	set_anonymous(&some[1], argc, argc + 1);
	set_anonymous(&shop_anonymous, argc, argc);
	exchange_next(&orders[0], &shop_order);
	count_up(&orders[2], argc);
	set_atomically(&orders[0], 5);
	OBJECT(struct order, orders, 3);
	OBJECT(struct order, &shop_order, 1);
	OBJECT(struct item, shop_items, 8);
	OBJECT(anonymous, some, 2);
	OBJECT(anonymous, &shop_anonymous, 1);
	return 0;
}

/*
 * stores.c - one store of each kind, each in a function of its own
 *
 * types: order customer bits choice
 * expect: order.id set_id 8 plain
 * expect: order.id set_global 8 plain
 * expect: order.tier set_tier 1 plain
 * expect: order.customer.age set_age 4 plain
 * expect gcc-*: customer.age set_customer_age 4 plain
 * expect clang-O0: customer.age set_customer_age 4 plain
 * expect clang-O2: order.customer.age set_customer_age 4 plain
 * expect: order.status set_status 4 atomic
 * expect: order.status swap_status 4 locked
 * expect: order.total add_total 8 plain
 * expect: order.total fetch_add_total 8 locked
 * expect: order.prices[] set_price 8 plain
 * expect: order.prices[2] set_second_price 8 plain
 * expect: order.inner_x set_inner 4 plain
 * expect: order.place.y set_place 4 plain
 * expect: order.name set_name 0 bulk
 * expect *-O0: order wipe 120 bulk
 * expect *-O2: order.id wipe 16 split
 * expect *-O2: order.customer wipe 16 split
 * expect *-O2: order.prices wipe 16 split
 * expect *-O2: order.prices wipe 16 split
 * expect *-O2: order wipe 16 split
 * expect *-O2: order.name wipe 16 split
 * expect *-O2: order.name wipe 16 split
 * expect *-O2: order.name wipe 8 split
 * expect: choice.whole set_whole 8 plain
 * expect: choice.half set_half 4 plain
 * expect gcc-*: bits.few set_bits 1 plain
 * expect clang-*: bits set_bits 4 plain
 */
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

struct customer {
	int32_t age;
	int32_t points;
};

struct order {
	int64_t id;
	uint8_t tier;
	struct customer customer;
	_Atomic int32_t status;
	int64_t total;
	int64_t prices[4];
	struct {
		int32_t inner_x, inner_y;
	};
	struct {
		int32_t x, y;
	} place;
	char name[40];
};

struct bits {
	unsigned few : 3;
	unsigned many : 5;
	unsigned rest : 24;
};

union choice {
	int64_t whole;
	int32_t half;
};

struct order the_order;
volatile int sink;

#ifdef __clang__
#define ALONE __attribute__((noinline)) static
#else
#define ALONE __attribute__((noipa)) static
#endif

ALONE void set_id(struct order *o, int64_t v) { o->id = v; }
ALONE void set_tier(struct order *o, uint8_t v) { o->tier = v; }
ALONE void set_age(struct order *o, int32_t v) { o->customer.age = v; }
ALONE void set_customer_age(struct customer *c, int32_t v) { c->age = v; }
ALONE void set_status(struct order *o, int32_t v) { atomic_store_explicit(&o->status, v, memory_order_release); }
ALONE int32_t swap_status(struct order *o, int32_t v) { return atomic_exchange(&o->status, v); }
ALONE void add_total(struct order *o, int64_t v) { o->total += v; }
ALONE void fetch_add_total(struct order *o, int64_t v) { __atomic_fetch_add(&o->total, v, __ATOMIC_SEQ_CST); }
ALONE void set_price(struct order *o, int i, int64_t v) { o->prices[i] = v; }
ALONE void set_second_price(struct order *o, int64_t v) { o->prices[2] = v; }
ALONE void set_inner(struct order *o, int32_t v) { o->inner_x = v; }
ALONE void set_place(struct order *o, int32_t v) { o->place.y = v; }
ALONE void set_global(int64_t v) { the_order.id = v; }
ALONE void set_name(struct order *o, const char *name, size_t n) { memcpy(o->name, name, n); }
ALONE void wipe(struct order *o) { memset(o, sink, sizeof(*o)); }
ALONE void set_whole(union choice *c, int64_t v) { c->whole = v; }
ALONE void set_half(union choice *c, int32_t v) { c->half = v; }
ALONE void set_bits(struct bits *b, unsigned v) { b->few = v & 7; }

int main(int argc, char **argv)
{
	static struct bits bits;
	static union choice choice;
	struct order *o = &the_order;

	wipe(o);
	set_id(o, argc);
	set_tier(o, 3);
	set_age(o, argc);
	set_customer_age(&o->customer, argc + 1);
	set_status(o, argc);
	add_total(o, swap_status(o, 4));
	fetch_add_total(o, argc);
	set_price(o, argc & 3, 5);
	set_second_price(o, argc);
	set_inner(o, argc);
	set_place(o, argc);
	set_global(argc);
	set_name(o, argv[0], strlen(argv[0]) < sizeof(o->name) ? strlen(argv[0]) : 0);
	set_whole(&choice, argc);
	set_half(&choice, argc);
	set_bits(&bits, (unsigned)argc);
	sink = o->name[0] + choice.half + (int)bits.few;
	return 0;
}

/* probed.c - a program for test_probe: stores of many kinds, between calls, branches and pushes */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
	int64_t price;
	int32_t count;
	char name[20];
};

struct order {
	int64_t id;
	struct order *next;
	struct item items[4];
	_Atomic int state;
	unsigned flag : 3, level : 5;
	double weight;
};

static struct order table[16];
static struct order *head;
static int calls;

__attribute__((noinline)) static int touch(int n)
{
	calls += n & 1;
	return n * 3;
}

__attribute__((noinline)) static void fill(struct order *order, int n)
{
	order->id = n;
	for (int i = 0; i < 4; i++) {
		order->items[i].price = n + touch(i);
		order->items[i].count += i;
		order->items[i].name[n % 20] = 'x';
	}
	order->flag = (unsigned)n & 7;
	order->weight = n;
	if (n & 1)
		order->level = 1;
	atomic_store(&order->state, n);
	order->next = head;
	head = order;
}

__attribute__((noinline)) static int64_t walk(void)
{
	int64_t sum = 0;

	for (struct order *order = head; order; order = order->next) {
		order->items[order->id & 3].price += touch((int)order->id);
		sum += order->items[order->id & 3].price;
		order->id++;
	}
	return sum;
}

int main(void)
{
	int64_t sum = 0;

	for (int round = 0; round < 3; round++) {
		head = NULL;
		for (int i = 0; i < 16; i++) {
			struct order *order = i & 1 ? malloc(sizeof(*order)) : &table[i];

			if (!order)
				return 1;
			memset(order, 0, sizeof(*order));
			fill(order, i);
		}
		sum += walk();
	}
	printf("%lld %d\n", (long long)sum, calls);
	return 0;
}

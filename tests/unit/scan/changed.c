/* changed.c - stores of both kinds for test_change.c: functions new_* put in a value from elsewhere, old_* what was
 * there */
#include <stdint.h>
#include <stdio.h>

#define OWN __attribute__((noinline))

struct node {
	struct node *next;
	int64_t value;
};

struct changed {
	int64_t total;
	int32_t count;
	uint32_t place;
	struct node *head;
	double mean;
	int64_t spare;
} changed_global;

OWN static void new_value(struct changed *to, int64_t value)
{
	to->total = value * 3 + 1;
}

OWN static void new_constant(struct changed *to)
{
	to->count = 7;
}

OWN static void new_copy(struct changed *to, const struct changed *from)
{
	to->total = from->total + 1;
	to->place = from->place;
	to->mean = from->mean;
}

OWN static void new_from_other_field(struct changed *to)
{
	to->spare = to->total + 5;
}

OWN static int64_t call(int64_t value)
{
	return value * 7 + changed_global.spare;
}

OWN static void new_from_call(struct changed *to, int64_t value)
{
	to->total = call(value);
}

OWN static void new_push(struct changed *to, struct node *node)
{
	to->head = node;
}

OWN static void old_count(struct changed *to)
{
	int32_t was = to->count;

	to->count = (was ^ 0x55) * 3;
}

OWN static void old_add(struct changed *to, int64_t value)
{
	int64_t was = to->total;

	if (value > 5)
		value = 5;
	to->total = was * 2 + value;
}

OWN static void old_ring(struct changed *to)
{
	to->place = (to->place + 1) % 100;
}

OWN static void old_pop(struct changed *to)
{
	if (to->head)
		to->head = to->head->next;
}

OWN static void old_global(void)
{
	changed_global.spare = changed_global.spare * 31 + 7;
}

OWN static void old_mean(struct changed *to, double value)
{
	to->mean = to->mean * 0.9 + value * 0.1;
}

int main(int argc, char **argv)
{
	static struct changed one, two;
	static struct node node;

	(void)argv;
	new_value(&one, argc);
	new_constant(&one);
	new_copy(&two, &one);
	new_from_other_field(&one);
	new_from_call(&one, argc);
	new_push(&one, &node);
	old_count(&one);
	old_add(&one, argc);
	old_ring(&one);
	old_pop(&one);
	old_global();
	old_mean(&one, argc);
	printf("%ld %d %u %p %f %ld\n", (long)(one.total + two.total), one.count, one.place, (void *)one.head,
	       one.mean + two.mean, (long)(one.spare + changed_global.spare));
	return 0;
}

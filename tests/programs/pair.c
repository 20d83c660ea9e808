/*
 * pair.c - the article's example (chapter 2.4): a struct filled field by field can be seen half filled
 *
 * expect: Pair.A write_non_atomic 8 plain
 * expect: Pair.B write_non_atomic 8 plain
 */
#include <stdint.h>

struct Pair {
	int64_t A, B;
};

void write_non_atomic(struct Pair *p, volatile int *between);

void write_non_atomic(struct Pair *p, volatile int *between)
{
	p->A = 1;
	(void)*between;
	p->B = 2;
}

int main(void)
{
	static struct Pair shared;
	static volatile int between;

	write_non_atomic(&shared, &between);
	return (int)(shared.A + shared.B) - 3;
}

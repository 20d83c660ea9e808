/*
 * pair.c - the article's example (chapter 2.4): a struct filled field by field can be seen half filled
 *
 * types: Pair
 * expect *-O[01]: Pair.A write_non_atomic 8 plain
 * expect *-O[01]: Pair.B write_non_atomic 8 plain
 * expect *-O2: Pair write_non_atomic 16 merged
 *
 * At -O2 both compilers make one store of 16 bytes of the two, which no processor promises to be seen whole.
 */
#include <stdint.h>

struct Pair {
	int64_t A, B;
};

#ifdef __clang__
__attribute__((noinline))
#else
__attribute__((noipa))
#endif
static void write_non_atomic(struct Pair *p)
{
	p->A = 1;
	p->B = 2;
}

int main(void)
{
	static struct Pair shared;
	struct Pair *volatile p = &shared;

	write_non_atomic(p);
	return (int)(p->A + p->B) - 3;
}

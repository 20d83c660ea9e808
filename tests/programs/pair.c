/*
 * pair.c - the article's example (chapter 2.4): a struct filled field by field can be seen half filled
 *
 * types: Pair
 * expect gcc-*: Pair.A write_non_atomic 8 plain
 * expect gcc-*: Pair.B write_non_atomic 8 plain
 * expect clang-O0: Pair.A write_non_atomic 8 plain
 * expect clang-O0: Pair.B write_non_atomic 8 plain
 * expect clang-O2: Pair write_non_atomic 16 merged
 *
 * clang -O2 makes one store of the two, which is none that the processor promises to be whole.
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

	write_non_atomic(&shared);
	return (int)(shared.A + shared.B) - 3;
}

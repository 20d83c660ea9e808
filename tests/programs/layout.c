/* layout.c - structs for `fieldguard layout`
 *
 * struct holes: 32 bytes, a hole of 7 behind a and one of 7 behind c, packs to 24. struct bits: bit-fields. union
 * either: overlaid. struct counters: two counters on one line, further fields on the next. struct flexible: ends in an
 * array without a length. struct shut: packed. struct moved: differs with -DNEWER: count is wider, gone is gone, fresh
 * is new. */
#include <stdint.h>

struct holes {
	char a;
	int64_t b;
	char c;
	int64_t d;
};

struct bits {
	char c;
	unsigned a : 3;
	unsigned b : 7;
	int x;
	unsigned long long y : 40, z : 30;
};

union either {
	int number;
	char text[7];
	double real;
};

struct inner {
	short p;
	int q;
};

struct flexible {
	char a;
	union {
		int i;
		struct inner named;
	};
	int (*hook)(int);
	const char *const names[4];
	int rest[];
};

struct counters {
	long hits, misses;
	char pad[48];
	long far;
	struct inner inner;
};

struct shut {
	char a;
	int b;
} __attribute__((packed));

struct moved {
#ifdef NEWER
	int64_t count;
	int fresh;
#else
	int count;
	int gone;
#endif
	char name[16];
};

#ifdef NEWER
struct born { int a; } born;
#else
struct died { int a; } died;
#endif

struct holes holes;
struct bits bits;
union either either;
struct flexible flexible;
struct counters counters;
struct shut shut;
struct moved moved;

int main(void)
{
	return holes.a + bits.x + either.number + flexible.i + (int)counters.hits + shut.b + (int)moved.count;
}

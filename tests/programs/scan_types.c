/*
 * scan_types.c - what C can say of a type, for the reader of debug information
 *
 * = struct node: size 120 align 8
 * =, struct node: units 1
 * = struct node: at scan_types.c:57
 * = struct node.next: 0+64 struct node *
 * = struct node.p: 64+384 point [3][2]
 * = struct node.name: 448+64 const char *
 * = struct node.c: 512+32 enum color
 * =5 struct node.at: 544+32 _Atomic int atomic
 * = struct node.: 576+32 union {...}
 * = struct node.b: 640+64 struct flags
 * = struct node.cb: 704+64 int (*)()
 * = struct node.u: 768+64 struct unknown *
 * = struct node.pp: 832+64 const volatile int *const *
 * = struct node.w: 896+64 word_t
 * = struct node.flex: 960+0 int []
 * = struct unknown: incomplete
 * = struct flags: size 8 align 8
 * = struct flags.a: 0+3 unsigned int bits
 * = struct flags.b: 3+7 unsigned int bits
 * = struct flags.c: 10+40 long bits
 * = struct flags.d: 56+8 char
 * = struct packed: size 13 align 1
 * = struct packed.b: 8+64 long
 * = struct packed.c: 72+32 int
 * =5 struct aligned: size 64 align 64
 * =clang struct tagged.id: 0+64 long tag json:"id" key
 * =clang struct tagged.inner: 64+32 struct {...} tag json:"inner"
 * = struct tagged.n: 96+32 int
 * = enum color: size 4 align 4
 * = enum color.GREEN = 5
 * = enum color.BLUE = -1
 * = enum large.LARGE = -1
 * = point: size 8 align 4
 * = point.x: 0+32 int
 * = union either.d: 0+64 double
 * = global counter: int
 * = global points: point [4]
 * = global per_thread: long thread
 * = global shared: struct node *
 * = function set: int
 * = function set: linkage set
 * = function set: at scan_types.c:101
 * = function main: int
 */
#include <stdlib.h>
#include <string.h>

typedef struct { int x, y; } point;
typedef unsigned long word_t;
enum color { RED, GREEN = 5, BLUE = -1 };
enum large { LARGE = 0xffffffffffffffff };
struct flags { unsigned a : 3; unsigned b : 7; long c : 40; char d; };

struct node {
	struct node *next;
	point p[3][2];
	const char *name;
	enum color c;
	_Atomic int at;
	union { int i; float f; };
	struct flags b;
	int (*cb)(struct node *, int);
	struct unknown *u;
	const volatile int *const *pp;
	word_t w;
	int flex[];
};

struct packed { char a; long b; int c; } __attribute__((packed));
struct aligned { char a; char b; } __attribute__((aligned(64)));
union either { int i; double d; };

#if __has_attribute(btf_decl_tag)
#define TAG(text) __attribute__((btf_decl_tag("fg:" text)))
#else
#define TAG(text)
#endif
struct tagged {
	long id TAG("json:\"id\" key");
	struct { int x; } inner TAG("json:\"inner\"");
	int n;
};
__attribute__((used)) struct tagged tagged;

/* Used: nothing that an optimiser may take apart. */
__attribute__((used)) point points[4];
_Thread_local long per_thread;
__attribute__((used)) struct node *shared;
struct packed packed;
struct aligned aligned;
union either either;
enum large large;

int set(struct node *node, int value);

/* Not inlined, so that it has a DIE with addresses. */
__attribute__((noinline))
int set(struct node *node, int value)
{
	static int counter;

	counter++;
	node->p[1][1].x = value;
	node->b.c = value;
	per_thread += value;
	points[2].y = value;
	memset(&packed, value, sizeof(packed));
	aligned.b = 1;
	either.d = value;
	large = LARGE;
	return counter;
}

int main(int argc, char **argv)
{
	shared = calloc(1, sizeof(*shared));
	if (!shared)
		return 1;
	shared->name = argv[0];
	return set(shared, argc) > 1;
}

/* A tag that comes out of a macro is told at the place of use. */
// expect: 8:2: error: 'n': unknown option 'atomik'; did you mean 'atomic'?
#include <fieldguard/annotate.h>

#define COUNTER(name) int name FG(json:"n,atomik")

struct macro {
	COUNTER(n);
};

/* Types that have no JSON form, each with its reason. */
// expect: 40:35: error: 'u': the field can't be converted: it is a union
// expect: 41:35: error: 'v': the field can't be converted: it is a void *
// expect: 42:36: error: 'f': the field can't be converted: it is a function pointer
// expect: 43:35: error: 'ld': the field can't be converted: it is a long double
// expect: 44:35: error: 'big': the field can't be converted: it is an integer of 128 bits
// expect: 45:35: error: 'a': the field can't be converted: it is an _Atomic; the policy 'atomic' makes its shared form so
// expect: 46:35: error: 'bits': the field can't be converted: it is a bit-field
// expect: 47:35: error: 'c': the field can't be converted: it is const
// expect: 48:35: error: 'vol': the field can't be converted: it is volatile
// expect: 49:35: error: 'z': the field can't be converted: it is a complex number
// expect: 50:35: error: 'p': the field can't be converted: it is a struct that is not defined here
// expect: 51:35: error: 's': the field can't be converted: it is a struct without a name
// expect: 52:35: error: 'e': the field can't be converted: it is an enum without a name
// expect: 53:36: error: 'm': the field can't be converted: it is an array of arrays
// expect: 54:35: error: 'pp': the field can't be converted: it is a pointer to a pointer, or an array of pointers
// expect: 55:35: error: 'ap': the field can't be converted: it is a pointer to a pointer, or an array of pointers
// expect: 56:35: error: 'pc': the field can't be converted: it is a pointer to const
// expect: 57:35: error: 'pa': the field can't be converted: it is a pointer to an array
// expect: 58:35: error: 'ps': struct fg_str * needs count: a pointer to one string can't be converted
// expect: 59:35: error: 'pn': char ** needs count: a pointer to one string can't be converted
// expect: 60:35: error: 'no': struct untagged has no field with FG()
// expect: 61:35: error: 'tw': TWICE_ON and TWICE_on of enum twice are both 'on' outside
// expect: 62:36: error: 'zero': the field can't be converted: it is an array of no items
// expect: 64:14: error: 'inside': the field can't be converted: it is a member of a union
// expect: 66:35: error: 'rest': the field can't be converted: it is a flexible array
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <complex.h>
#include <stdint.h>

struct unknown;
enum { NAMELESS };
struct untagged {
	int x;
};
enum twice { TWICE_ON, TWICE_on };

struct types {
	union { int x; float y; } u      FG(json:"u");
	void                     *v      FG(json:"v");
	int                     (*f)(int) FG(json:"f");
	long double               ld     FG(json:"ld");
	__int128                  big    FG(json:"big");
	_Atomic int               a      FG(json:"a");
	int                       bits:3 FG(json:"bits");
	const int                 c      FG(json:"c");
	volatile int              vol    FG(json:"vol");
	double _Complex           z      FG(json:"z");
	struct unknown           *p      FG(json:"p");
	struct { int x; }         s      FG(json:"s");
	enum { ONE, TWO }         e      FG(json:"e");
	int                       m[2][3] FG(json:"m");
	int                     **pp     FG(json:"pp");
	int                      *ap[3]  FG(json:"ap");
	const int                *pc     FG(json:"pc");
	char                    (*pa)[8] FG(json:"pa");
	struct fg_str            *ps     FG(json:"ps");
	char                    **pn     FG(json:"pn");
	struct untagged           no     FG(json:"no");
	enum twice                tw     FG(json:"tw");
	int                       zero[0] FG(json:"zero");
	union {
		int inside FG(json:"inside");
	};
	int                       rest[] FG(json:"rest");
};

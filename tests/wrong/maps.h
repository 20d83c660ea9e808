/* Maps without a key, and words of maps where no map is. */
// expect: 21:22: error: 'other': a struct has one mapkey, and 'key' is it
// expect: 23:22: error: 'more': a struct has one mapvalue, and 'value' is it
// expect: 28:16: error: 'key': mapkey needs a struct fg_str, char *, char[N] or integer, not double
// expect: 39:25: error: 'd': map needs an array of a struct, with count, not struct two[3]
// expect: 40:22: error: 'e': map needs an array of a struct, with count, not int32_t * with count
// expect: 22:22: error: 'value': 'more' is the mapvalue, so only the mapkey can stand beside it
// expect: 24:22: error: 'else_': 'more' is the mapvalue, so only the mapkey can stand beside it
// expect: 33:22: error: 'a': map needs a mapkey in struct keyless
// expect: 42:22: error: 'f': mapkey says nothing: no field is a map of struct maps
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

struct keyless {
	int32_t x FG(json:"x");
};

struct two {
	struct fg_str key   FG(mapkey);
	struct fg_str other FG(mapkey);
	int32_t       value FG(mapvalue);
	int32_t       more  FG(mapvalue);
	int32_t       else_ FG(json:"else");
};

struct wrong_key {
	double  key   FG(mapkey);
	int32_t value FG(mapvalue);
};

struct maps {
	struct keyless   *a FG(json:"a,map,count=a_n");
	uint32_t          a_n;
	struct two       *b FG(json:"b,map,count=b_n");
	uint32_t          b_n;
	struct wrong_key *c FG(json:"c,map,count=c_n");
	uint32_t          c_n;
	struct two        d[3] FG(json:"d,map");
	int32_t          *e FG(json:"e,map,count=e_n");
	uint32_t          e_n;
	int32_t           f FG(mapkey);
};

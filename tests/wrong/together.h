/* Words that can't stand together on one field. */
// expect: 25:3: error: 'struct together': local and shared can't stand together
// expect: 16:18: error: 'a': a required field is never absent, so it has no default
// expect: 17:18: error: 'b': time and duration can't stand together
// expect: 18:18: error: 'c': time stands in a string already, so option 'string' says nothing
// expect: 19:18: error: 'd': raw keeps the JSON text itself, so it has no mold
// expect: 20:18: error: 'e': raw keeps the JSON text itself, so it has no default
// expect: 21:18: error: 'f': mapkey and mapvalue can't be one field
// expect: 22:18: error: 'g': mold 'trim' stands twice
// expect: 23:18: error: 'h': unknown mold 'title': they are trim, lower and upper
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

struct together {
	int32_t       a FG(json:"a,required" default:"1");
	int64_t       b FG(json:"b,time,duration");
	int64_t       c FG(json:"c,time,string");
	struct fg_str d FG(json:"d,raw" mold:"trim");
	struct fg_str e FG(json:"e,raw" default:"{}");
	int32_t       f FG(mapkey mapvalue);
	struct fg_str g FG(json:"g" mold:"trim,trim");
	struct fg_str h FG(json:"h" mold:"upper,title");
	struct fg_str i FG(json:"i" mold:"upper,lower");
} FG(local shared);

/* Options and words on types that they don't hold for. */
// expect: 30:25: error: 'time32': time needs an int64_t, not int32_t
// expect: 31:25: error: 'timeu': time needs an int64_t, not uint64_t
// expect: 32:25: error: 'dur': duration needs an int64_t, not double
// expect: 33:25: error: 'raw': raw needs a struct fg_str, not char[8]
// expect: 34:25: error: 'cut': truncate needs a char[N], not struct fg_str
// expect: 35:25: error: 'number': number needs an enum, not int32_t
// expect: 36:25: error: 'flag': number needs an enum, not bool
// expect: 37:25: error: 'text': string needs an integer, float, double or bool, not struct fg_str
// expect: 38:25: error: 'molded': mold needs a string, not int32_t
// expect: 39:25: error: 'map': map needs an array of a struct, with count, not struct item
// expect: 40:25: warning: 'nothing': null says nothing here: the field can be NULL, so null is NULL
// expect: 41:25: warning: 'nil': null says nothing here: the field can be NULL, so null is NULL
// expect: 42:25: error: 'key': key needs an integer, enum or char[N], not double
// expect: 43:25: error: 'keystr': key needs an integer, enum or char[N], not struct fg_str
// expect: 44:25: error: 'keys': key needs an integer, enum or char[N], not int32_t[2]
// expect: 43:25: error: 'keystr': a struct has one key, and 'key' is it
// expect: 44:25: error: 'keys': a struct has one key, and 'key' is it
// expect: 39:25: error: 'map': map needs a mapkey in struct item
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdbool.h>
#include <stdint.h>

struct item {
	int32_t x FG(json:"x");
};

struct options {
	int32_t       time32   FG(json:"time32,time");
	uint64_t      timeu    FG(json:"timeu,time");
	double        dur      FG(json:"dur,duration");
	char          raw[8]   FG(json:"raw,raw");
	struct fg_str cut      FG(json:"cut,truncate");
	int32_t       number   FG(json:"number,number");
	bool          flag     FG(json:"flag,number");
	struct fg_str text     FG(json:"text,string");
	int32_t       molded   FG(json:"molded" mold:"trim");
	struct item   map      FG(json:"map,map");
	struct fg_str nothing  FG(json:"nothing,null");
	struct item  *nil      FG(json:"nil,null");
	double        key      FG(json:"key" key);
	struct fg_str keystr   FG(json:"keystr" key);
	int32_t       keys[2]  FG(json:"keys" key);
};

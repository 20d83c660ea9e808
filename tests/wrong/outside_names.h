/* Outside names and keys that meet. */
// expect: 20:12: error: 'g': a struct has one key, and 'f' is it
// expect: 21:12: error: 'h': a struct has one key, and 'f' is it
// expect: 14:12: error: 'b': the outside name 'x' belongs to 'a' already
// expect: 15:12: error: 'c': the outside name 'b2' belongs to this very 'c' already
// expect: 17:12: error: 'e': the outside name 'e' belongs to this very 'e' already
// expect: 22:12: error: 'i': the outside name 'x' belongs to 'a' already
// expect: 22:12: error: 'i': the outside name 'x' belongs to 'b' already
#include <fieldguard/annotate.h>
#include <stdint.h>

struct names {
	int32_t a FG(json:"x");
	int32_t b FG(json:"x");
	int32_t c FG(json:"c" alias:"b2,a2,b2");
	int32_t d FG(json:"d" alias:"a");
	int32_t e FG(json:"e" alias:"e");
	int32_t a2;
	int32_t f FG(json:"f" key);
	int32_t g FG(json:"g" key);
	int32_t h FG(key);
	int32_t i FG(alias:"x");
};

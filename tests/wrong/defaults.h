/* Defaults that don't hold for their type. */
// expect: 32:20: error: 'a': default "128" is not an integer in range for int8_t
// expect: 33:20: error: 'b': default "-129" is not an integer in range for int8_t
// expect: 34:20: error: 'c': default "-1" is not an integer in range for uint8_t
// expect: 35:20: error: 'd': default "18446744073709551616" is not an integer in range for uint64_t
// expect: 36:20: error: 'e': default "1.5" is not an integer in range for int32_t
// expect: 37:20: error: 'f': default "" is not an integer in range for int32_t
// expect: 38:20: error: 'g': default "007" is not an integer in range for int32_t
// expect: 39:20: error: 'h': default "yes" is not true or false for bool
// expect: 40:20: error: 'i': default "1e39" is not a number in range for float
// expect: 41:20: error: 'j': default ".5" is not a number in range for double
// expect: 42:20: error: 'k': default "green" is not an enumerator's name or number for enum colour
// expect: 43:20: error: 'l': default is 4 bytes long, and char[4] holds at most 3
// expect: 44:20: error: 'm': default "2023-02-29T00:00:00Z" is not an RFC 3339 time such as 2024-02-29T12:00:00Z for int64_t
// expect: 45:20: error: 'n': default "1 hour" is not a duration such as 1h30m for int64_t
// expect: 46:20: error: 'o': default can't stand on struct inner
// expect: 47:20: error: 'p': default can't stand on int32_t[2]
// expect: 48:20: error: 'q': default can't stand on int32_t *
// expect: 49:20: error: 'r': default "NaN" is not a number in range for double
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdbool.h>
#include <stdint.h>

enum colour { COLOUR_RED, COLOUR_BLUE };

struct inner {
	int32_t x FG(json:"x");
};

struct defaults {
	int8_t       a    FG(json:"a" default:"128");
	int8_t       b    FG(json:"b" default:"-129");
	uint8_t      c    FG(json:"c" default:"-1");
	uint64_t     d    FG(json:"d" default:"18446744073709551616");
	int32_t      e    FG(json:"e" default:"1.5");
	int32_t      f    FG(json:"f" default:"");
	int32_t      g    FG(json:"g" default:"007");
	bool         h    FG(json:"h" default:"yes");
	float        i    FG(json:"i" default:"1e39");
	double       j    FG(json:"j" default:".5");
	enum colour  k    FG(json:"k" default:"green");
	char         l[4] FG(json:"l" default:"four");
	int64_t      m    FG(json:"m,time" default:"2023-02-29T00:00:00Z");
	int64_t      n    FG(json:"n,duration" default:"1 hour");
	struct inner o    FG(json:"o" default:"{}");
	int32_t      p[2] FG(json:"p" default:"1");
	int32_t     *q    FG(json:"q" default:"1");
	double       r    FG(json:"r" default:"NaN");
};

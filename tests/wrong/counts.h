/* count= that names what can't count. */
// expect: 16:18: error: 'a': count names 'nobody', which is no field of struct counts
// expect: 17:18: error: 'b': count names 'text', which is char[8] and not an integer
// expect: 19:18: error: 'c': count names 'bits', which is a bit-field and not an integer
// expect: 21:18: error: 'd': count names the field itself
// expect: 23:18: error: 'f': count names 'n', which counts 'e' already
// expect: 25:18: error: 'g': count 'small' is a uint8_t and can't hold 300
// expect: 27:18: error: 'h': count names 'tagged', which has an FG() of its own; a count belongs to its array
// expect: 29:18: error: 'i': count needs an array, not uint32_t
// expect: 30:18: error: 'j': count needs an array, not char[8]
// expect: 31:18: error: 'k': count needs an array, not char *
#include <fieldguard/annotate.h>
#include <stdint.h>

struct counts {
	uint32_t a[4]   FG(json:"a,count=nobody");
	uint32_t b[4]   FG(json:"b,count=text");
	char     text[8];
	uint32_t c[4]   FG(json:"c,count=bits");
	uint32_t bits:5;
	uint32_t d[4]   FG(json:"d,count=d");
	uint32_t e[4]   FG(json:"e,count=n");
	uint32_t f[4]   FG(json:"f,count=n");
	uint32_t n;
	uint32_t g[300] FG(json:"g,count=small");
	uint8_t  small;
	uint32_t h[4]   FG(json:"h,count=tagged");
	uint32_t tagged FG(json:"tagged");
	uint32_t i      FG(json:"i,count=other");
	char     j[8]   FG(json:"j,count=other");
	char    *k      FG(json:"k,count=other");
	uint32_t other;
};

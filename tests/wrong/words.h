/* Words and options that don't exist, stand twice, or stand where they can't. */
// expect: 48:3: error: 'struct words': 'key' is a word for a field, not for a struct
// expect: 48:3: error: 'struct words': unknown word 'locale'; did you mean 'local'?
// expect: 48:3: error: 'struct words': unknown takes "error", not 'warn'
// expect: 48:3: error: 'struct words': 'tuple' stands twice
// expect: 29:12: error: 'a': unknown option 'atomik'; did you mean 'atomic'?
// expect: 30:12: error: 'b': unknown option 'requird'; did you mean 'required'?
// expect: 31:12: error: 'c': unknown option 'whatever'
// expect: 32:12: error: 'd': unknown word 'jsn'; did you mean 'json'?
// expect: 33:12: error: 'e': unknown word 'kye'; did you mean 'key'?
// expect: 34:12: error: 'f': unknown word 'something'
// expect: 35:12: error: 'g': option 'required' stands twice
// expect: 36:12: error: 'h': 'key' stands twice
// expect: 37:12: error: 'i': 'json' stands twice
// expect: 38:12: error: 'j': 'required' is no word of its own but an option of json: json:",required"
// expect: 39:12: error: 'k': 'mutex' is no word of its own but an option of json: json:",mutex"
// expect: 40:12: error: 'l': 'key' is no option of json but a word of its own: json:"..." key
// expect: 41:12: error: 'm': 'tuple' is a word for a struct, not for a field
// expect: 42:12: error: 'n': 'json' needs a text: json:"..."
// expect: 43:12: error: 'o': 'key' takes no text
// expect: 44:12: error: 'p': option 'required' takes no value
// expect: 45:12: error: 'q': option 'count' needs a value: count=...
// expect: 46:15: error: 'r': count needs the name of a field, not ''
// expect: 47:12: error: 's': json holds an empty option
#include <fieldguard/annotate.h>
#include <stdint.h>

struct words {
	int32_t a FG(json:"a,atomik");
	int32_t b FG(json:"b,requird");
	int32_t c FG(json:"c,whatever");
	int32_t d FG(jsn:"d");
	int32_t e FG(json:"e" kye);
	int32_t f FG(json:"f" something);
	int32_t g FG(json:"g,required,required");
	int32_t h FG(json:"h" key key);
	int32_t i FG(json:"i" json:"j");
	int32_t j FG(required);
	int32_t k FG(mutex=money);
	int32_t l FG(json:"l,key");
	int32_t m FG(json:"m" tuple);
	int32_t n FG(json);
	int32_t o FG(key:"yes");
	int32_t p FG(json:"p,required=yes");
	int32_t q FG(json:"q,count");
	int32_t r[2] FG(json:"r,count=");
	int32_t s FG(json:"s,");
} FG(key locale unknown:"warn" tuple tuple);

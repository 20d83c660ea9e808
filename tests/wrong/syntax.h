/* Text that is no list of words. */
// expect: 24:12: error: 'a': words stand apart by white space, not by a comma (column 9 of the tag)
// expect: 25:12: error: 'b': white space is missing behind 'json:...' (column 9 of the tag)
// expect: 26:12: error: 'c': 'json:' needs a text in quotes
// expect: 27:12: error: 'd': 'json:' needs a text in quotes
// expect: 28:12: error: 'e': a word can't begin with '=' (column 1 of the tag)
// expect: 29:12: error: 'f': the tag is empty
// expect: 30:12: error: 'g': the escape at column 8 of the tag is none of \" \\ \n \t
// expect: 31:12: error: 'h': the outside name 'h"' holds a quote or a backslash
// expect: 32:12: error: 'i': the outside name 'i\' holds a quote or a backslash
// expect: 33:12: error: 'j': the outside name 'j' holds a control character
// expect: 34:12: error: 'k': json:"-" leaves the field out, so it has no options
// expect: 35:12: error: 'l': json:"-" leaves the field out, so no other word can stand beside it
// expect: 36:12: error: 'm': alias holds an empty name
// expect: 37:12: error: 'n': the outside name '"' holds a quote or a backslash
// expect: 38:12: error: 'o': the outside name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is longer than 128 bytes
// expect: 39:12: error: 'p': a word can't begin with '1' (column 1 of the tag)
// expect: 40:12: error: 'q': a word can't begin with ''' (column 10 of the tag)
// expect: 41:25: error: a second FG() in one place
#include <fieldguard/annotate.h>
#include <stdint.h>

struct syntax {
	int32_t a FG(json:"a", key);
	int32_t b FG(json:"b"key);
	int32_t c FG(json: "c");
	int32_t d FG(json:d);
	int32_t e FG(= json);
	int32_t f FG();
	int32_t g FG(json:"g\q");
	int32_t h FG(json:"h\"");
	int32_t i FG(json:"i\\");
	int32_t j FG(json:"j\n");
	int32_t k FG(json:"-,required");
	int32_t l FG(json:"-" key);
	int32_t m FG(json:"m" alias:"n,,o");
	int32_t n FG(json:"n" alias:"\"");
	int32_t o FG(json:"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	int32_t p FG(12);
	int32_t q FG(json:"q" 'x');
	int32_t r FG(json:"r") FG(key);
};

/* Policies whose words are wrong by themselves. */
// expect: 16:12: error: 'a': a field has one policy, and 'mutex' is a second one
// expect: 17:12: error: 'b': the group of mutex must be a C identifier, not '2nd'
// expect: 18:12: error: 'c': the group of mutex must be a C identifier, not ''
// expect: 19:12: error: 'd': option 'atomic' takes no value
// expect: 20:12: error: 'e': hot needs the policy atomic
// expect: 21:12: error: 'f': states needs the policy atomic
// expect: 22:12: error: 'g': states needs changes such as "created>paid", not 'a-b'
// expect: 23:12: error: 'h': states needs changes such as "created>paid", not 'a>b>'
// expect: 24:12: error: 'i': states needs changes such as "created>paid", not ''
// expect: 25:12: error: 'j': the group 'a_group_whose_name_is_longer_than_forty_...' is longer than 40 characters
#include <fieldguard/annotate.h>
#include <stdint.h>

struct policy_words {
	int32_t a FG(json:"a,atomic,mutex");
	int32_t b FG(json:"b,mutex=2nd");
	int32_t c FG(json:"c,mutex=");
	int32_t d FG(json:"d,atomic=x");
	int32_t e FG(json:"e" hot);
	int32_t f FG(json:"f,mutex" states:"a>b");
	int32_t g FG(json:"g,atomic" states:"a-b");
	int32_t h FG(json:"h,atomic" states:"a>b>");
	int32_t i FG(json:"i,atomic" states:"");
	int32_t j FG(json:"j,mutex=a_group_whose_name_is_longer_than_forty_characters");
};

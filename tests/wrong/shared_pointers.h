/* What asks for a shared form where pointers make it impossible. */
// expect: 15:21: error: 'n': atomic needs a shared form, which struct by_policy can't have: 'note' (struct fg_str) holds a pointer
// expect: 21:19: error: 'id': key needs a shared form, which struct by_key can't have: 'deep.text' (const char *) holds a pointer
// expect: 27:3: error: struct by_word: shared can't hold: 'p' (int32_t *) holds a pointer
// expect: 30:17: error: 'items': mutex needs a shared form, which struct by_array can't have: 'items' (int32_t * with count) holds a pointer
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

struct deep {
	const char *text FG(json:"text");
};

struct by_policy {
	int32_t       n    FG(json:"n,atomic");
	int32_t       m    FG(json:"m,mutex");
	struct fg_str note FG(json:"note");
};

struct by_key {
	int32_t     id   FG(json:"id" key);
	struct deep deep FG(json:"deep");
};

struct by_word {
	int32_t *p FG(json:"p");
} FG(shared);

struct by_array {
	int32_t *items FG(json:"items,count=items_n,mutex");
	uint32_t items_n;
};

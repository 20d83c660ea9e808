/* Pointers under policies that can't hold them. */
// expect: 18:23: error: 'note': a pointer can only be in the snapshot group, and not under mutex: the field is struct fg_str
// expect: 19:23: error: 'p': a pointer can only be in the snapshot group, and not under atomic: the field is int32_t *
// expect: 20:23: error: 'deep': a pointer can only be in the snapshot group, and not under rwmutex: struct deep holds 'text' (const char *)
// expect: 21:26: error: 'deeps': a pointer can only be in the snapshot group, and not under once: struct deep[2] holds 'text' (const char *)
// expect: 22:23: error: 'name': a pointer can only be in the snapshot group, and not under owner: the field is char *
// expect: 27:17: error: 'items': a pointer can only be in the snapshot group, and not under mutex: the field is int32_t * with count
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

struct deep {
	const char *text FG(json:"text");
};

struct by_policy {
	int32_t        n     FG(json:"n,atomic");
	struct fg_str  note  FG(json:"note,mutex");
	int32_t       *p     FG(json:"p,atomic");
	struct deep    deep  FG(json:"deep,rwmutex");
	struct deep    deeps[2] FG(json:"deeps,once");
	char          *name  FG(json:"name,owner");
	struct fg_str  fine  FG(json:"fine,snapshot");
};

struct by_array {
	int32_t *items FG(json:"items,count=items_n,mutex");
	uint32_t items_n;
};

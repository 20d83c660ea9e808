/* FG() where it is lost. */
// expect: 10:10: error: FG() stands on a field, or behind the closing brace of a struct; here it is lost on the typedef's name
// expect: 12:25: error: FG() stands on a field, or behind the closing brace of a struct; here it is on something else
// expect: 17:4: error: FG() on an anonymous struct or union says nothing
#include <fieldguard/annotate.h>
#include <stdint.h>

typedef struct {
	int32_t n FG(json:"n");
} places FG(tuple);

extern int32_t variable FG(json:"variable");

struct anonymous {
	struct {
		int32_t inner FG(json:"inner");
	} FG(tuple);
};

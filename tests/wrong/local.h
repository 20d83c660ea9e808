/* local says that no shared form is wanted, so nothing can ask for one. */
// expect: 8:12: error: 'n': atomic needs a shared form, and struct local is local
// expect: 12:12: error: 'n': key needs a shared form, and struct local_key is local
#include <fieldguard/annotate.h>
#include <stdint.h>

struct local {
	int32_t n FG(json:"n,atomic");
} FG(local);

struct local_key {
	int32_t n FG(json:"n" key);
} FG(local);

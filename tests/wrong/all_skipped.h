/* A struct whose only tag leaves its field out. */
// expect: 5:8: error: struct all_skipped: no field takes part: none has an FG() other than json:"-"
#include <fieldguard/annotate.h>

struct all_skipped {
	int x FG(json:"-");
};

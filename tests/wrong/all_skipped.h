// expect: 5:8: error: struct all_skipped: no field takes part: none has an FG() other than json:"-"
/* A struct whose only tag leaves its field out. */
#include <fieldguard/annotate.h>

struct all_skipped {
	int x FG(json:"-");
};

/*
 * watch_maps.h - what watch.bpf.c shares with the loader beside maps: holds and the table of who wrote what last
 *
 * Both sides include it, since the loader sees these as variables of the program. The loader reads none of them.
 */
#ifndef FG_WATCH_WATCH_MAPS_H
#define FG_WATCH_WATCH_MAPS_H

#include "watch/wire.h"

enum {
	WATCH_NEAR_BITS = 15,         /* granules of 8 bytes remembered: a table without chains, the latest wins */
	WATCH_POINTS = 16,            /* cookies of watchpoints known at once */
};

/* A thread that is held. Its owner fills party, then makes sequence odd; whoever reads party looks at sequence before
 * and after. Both looks odd and equal: the thread was held all the while. */
struct watch_hold {
	uint32_t claimed;             /* compare-exchange 0 -> 1 owns the slot */
	uint32_t sequence;
	uint32_t caught;              /* arrivals; ends the hold */
	uint32_t tgid;                /* an address means something in one process alone */
	struct wire_party party;
} __attribute__((aligned(64)));

/* Who wrote a granule last. Written without care by all: a hint whom to hold, never evidence. */
struct watch_near {
	uint64_t granule;             /* address / 8 */
	uint64_t changed_ns;          /* when it last changed hands; 0: not yet */
	uint32_t tid, tgid;
};

#endif

/* torture_rules.h - states, once and owner for many threads; torture_rules.c says what the fields mean */
#ifndef TORTURE_RULES_H
#define TORTURE_RULES_H

#include <fieldguard/annotate.h>
#include <stdint.h>

enum ruled_phase { RULED_A, RULED_B, RULED_C };

/* One write: any mix of two of them is found by its sum. */
struct mark {
	uint32_t who  FG(json:"who");
	uint64_t seq  FG(json:"seq");
	char text[20] FG(json:"text");
	uint64_t sum  FG(json:"sum");
} FG(tuple);

struct ruled {
	enum ruled_phase phase FG(json:"phase,atomic" states:"a>b>c>a,b>a");
	enum ruled_phase step  FG(json:"step,atomic" hot states:"a>b>c>a");
	struct mark note       FG(json:"note");            /* goes with step in each merge */
	struct mark mine       FG(json:"mine,owner");
	uint64_t count         FG(json:"count,owner");
};

struct birth {
	struct mark first      FG(json:"first,once");
	uint64_t at            FG(json:"at,once");
	uint64_t note          FG(json:"note,atomic");     /* goes with the others in each merge */
};

#endif

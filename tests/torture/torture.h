/* torture.h - a struct with every policy in it, for many threads; torture_policies.c says what its fields mean */
#ifndef TORTURE_H
#define TORTURE_H

#include <fieldguard/annotate.h>
#include <stdbool.h>
#include <stdint.h>

enum torture_mode { MODE_IDLE, MODE_READ, MODE_WRITE };

/* One write: any mix of two of them is found by its sum. */
struct stamp {
	uint32_t who  FG(json:"who");
	uint64_t seq  FG(json:"seq");
	char text[20] FG(json:"text");
	uint64_t sum  FG(json:"sum");
};

struct torture {
	uint64_t id            FG(json:"id" key);
	struct stamp snap      FG(json:"snap");
	uint8_t lead           FG(json:"lead");
	struct stamp locked    FG(json:"locked,mutex=m");
	int untagged;
	uint16_t items[7]      FG(json:"items,count=items_n");
	uint8_t items_n;
	struct stamp rw        FG(json:"rw,rwmutex=rw");
	/* one owner each: nobody else writes them */
	uint32_t s0            FG(json:"s0");
	uint32_t s1            FG(json:"s1");
	uint32_t s2            FG(json:"s2");
	uint32_t s3            FG(json:"s3");
	uint32_t m0            FG(json:"m0,mutex=m");
	uint32_t m1            FG(json:"m1,mutex=m");
	uint32_t m2            FG(json:"m2,mutex=m");
	uint32_t m3            FG(json:"m3,mutex=m");
	uint32_t r0            FG(json:"r0,rwmutex=rw");
	uint32_t r1            FG(json:"r1,rwmutex=rw");
	uint32_t r2            FG(json:"r2,rwmutex=rw");
	uint32_t r3            FG(json:"r3,rwmutex=rw");
	uint32_t a0            FG(json:"a0,atomic");
	uint32_t a1            FG(json:"a1,atomic");
	uint32_t a2            FG(json:"a2,atomic");
	uint32_t a3            FG(json:"a3,atomic" hot);
	/* everyone's */
	int64_t hits           FG(json:"hits,atomic" hot);
	uint16_t tries         FG(json:"tries,atomic");
	uint64_t bits          FG(json:"bits,atomic");
	int8_t small           FG(json:"small,atomic");
	bool flag              FG(json:"flag,atomic");
	enum torture_mode mode FG(json:"mode,atomic");
};

/* Written whole, larger than a page's worth of cache lines. */
struct large {
	uint64_t words[509] FG(json:"words");
	uint32_t who        FG(json:"who");
	uint32_t seq        FG(json:"seq");
};

#endif

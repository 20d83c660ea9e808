/* checked.h - a record whose decoding asks for memory half-way, and a shared one with an owner and a once field */
#ifndef CHECKED_H
#define CHECKED_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

struct parcel {
	int32_t id        FG(json:"id");
	int32_t weights[4] FG(json:"weights");
	char *note        FG(json:"note");
	int32_t last      FG(json:"last");
};

struct meter {
	uint64_t count    FG(json:"count,owner");
	char host[16]     FG(json:"host,owner");
	int64_t since     FG(json:"since,once");
	int32_t level     FG(json:"level");
};

#endif

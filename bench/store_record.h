/* store_record.h - the record of the benchmark of stores: 64 bytes, of which a merge names two fields and the key */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include <fieldguard/annotate.h>
#include <stdint.h>

struct ticker {
	uint64_t id        FG(json:"id" key);
	int64_t bid        FG(json:"bid");
	int64_t ask        FG(json:"ask");
	int64_t volume     FG(json:"volume");
	int64_t traded     FG(json:"traded");
	int64_t low        FG(json:"low");
	int64_t high       FG(json:"high");
	int64_t updated_ns FG(json:"updated_ns");
};

#endif

/* shared_records.h - the records of the benchmark of snapshots: 64 bytes, 256 bytes and 4 KiB, all of one group */
#ifndef SHARED_RECORDS_H
#define SHARED_RECORDS_H

#include <fieldguard/annotate.h>
#include <stdint.h>

struct quote {
	char symbol[16]    FG(json:"symbol");
	int64_t bid        FG(json:"bid");
	int64_t ask        FG(json:"ask");
	int64_t volume     FG(json:"volume");
	int64_t traded     FG(json:"traded");
	uint32_t bid_n     FG(json:"bid_n");
	uint32_t ask_n     FG(json:"ask_n");
	int64_t updated_ns FG(json:"updated_ns");
};

struct depth {
	char symbol[16]    FG(json:"symbol");
	int64_t bids[14]   FG(json:"bids");
	int64_t asks[14]   FG(json:"asks");
	int64_t updated_ns FG(json:"updated_ns");
	int64_t traded     FG(json:"traded");
};

struct page {
	char symbol[16]    FG(json:"symbol");
	int64_t levels[508] FG(json:"levels");
	int64_t updated_ns FG(json:"updated_ns");
	int64_t traded     FG(json:"traded");
};

#endif

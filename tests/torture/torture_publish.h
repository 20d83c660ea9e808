/* torture_publish.h - a struct with pointers for many threads; torture_publish.c says what its fields mean */
#ifndef TORTURE_PUBLISH_H
#define TORTURE_PUBLISH_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

struct parcel_item {
	uint32_t number FG(json:"number");
	char *label     FG(json:"label");
} FG(local);

struct parcel {
	uint32_t key              FG(json:"key" key);
	/* one write */
	uint32_t who              FG(json:"who");
	uint64_t seq              FG(json:"seq");
	struct fg_str text        FG(json:"text");
	char *name                FG(json:"name");
	uint64_t *sum             FG(json:"sum");
	struct parcel_item *items FG(json:"items,count=items_n");
	uint16_t items_n;
	/* one owner each: nobody else writes them */
	struct fg_str own0        FG(json:"own0");
	struct fg_str own1        FG(json:"own1");
	struct fg_str own2        FG(json:"own2");
	struct fg_str own3        FG(json:"own3");
	/* everyone's */
	int64_t hits              FG(json:"hits,atomic" hot);
};

#endif

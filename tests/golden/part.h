/* part.h - a struct that others hold: one header of its own, tagged in turn */
#ifndef PART_H
#define PART_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>

struct part {
	char serial[12] FG(json:"serial,required");
	uint32_t weight FG(json:"weight" default:"1");
};

#endif

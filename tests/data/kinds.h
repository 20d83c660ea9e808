/* kinds.h - one field of each kind that bad input can hurt */
#ifndef KINDS_H
#define KINDS_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>

struct kinds {
	int64_t whole      FG(json:"whole");
	uint8_t byte       FG(json:"byte");
	double real        FG(json:"real");
	float small        FG(json:"small");
	bool yes           FG(json:"yes");
	struct fg_str text FG(json:"text");
	char *copy         FG(json:"copy");
	char name[8]       FG(json:"name");
	struct fg_str json FG(json:"json,raw");
	struct kinds *next FG(json:"next");
	int32_t *list      FG(json:"list,count=list_n");
	size_t list_n;
};

#endif

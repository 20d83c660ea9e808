/* told.h - records whose writes are told: each policy, and scalars of each kind; told.c writes them */
#ifndef TOLD_H
#define TOLD_H

#include <fieldguard/annotate.h>
#include <stdbool.h>
#include <stdint.h>

enum told_status { TOLD_CREATED, TOLD_PAID, TOLD_SHIPPED };

struct told_inner {
	int32_t x FG(json:"x");
	int32_t y FG(json:"y");
};

struct told {
	int64_t id FG(json:"id" key);                                             /* 0: snapshot */
	int8_t small FG(json:"small");                                            /* 1 */
	double ratio FG(json:"ratio");                                            /* 2 */
	char text[12] FG(json:"text");                                            /* 3: no values */
	struct told_inner inner FG(json:"inner");                                 /* 4: no values */
	enum told_status status FG(json:"status,atomic" states:"created>paid>shipped"); /* 5 */
	int32_t views FG(json:"views,atomic");                                    /* 6 */
	bool on FG(json:"on,atomic");                                             /* 7 */
	uint64_t wide FG(json:"wide,atomic" hot);                                /* 8 */
	int64_t amount FG(json:"amount,mutex=money");                             /* 9 */
	float rate FG(json:"rate,mutex=money");                                   /* 10 */
	uint16_t port FG(json:"port,rwmutex=address");                            /* 11 */
	int64_t created FG(json:"created,once");                                  /* 12 */
	uint32_t seen FG(json:"seen,owner");                                      /* 13 */
	double load FG(json:"load,owner");                                        /* 14 */
	int32_t marks[2] FG(json:"marks,owner");                                  /* 15: no values */
};

struct told_post {
	int64_t id FG(json:"id");
	char *title FG(json:"title");                                             /* 1: no values */
	uint32_t likes FG(json:"likes,atomic");
};

#endif

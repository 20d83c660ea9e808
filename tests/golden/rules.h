/* rules.h - once, owner and states in one struct, beside the other policies */
#ifndef RULES_H
#define RULES_H

#include <fieldguard/annotate.h>
#include <stdbool.h>
#include <stdint.h>

/* Values that are no index, in an order of their own. */
enum rules_status { RULES_CREATED = 10, RULES_PAID = -2, RULES_SHIPPED = 700, RULES_CANCELLED = 0, RULES_VOID = 0 };
enum rules_step { RULES_STEP_A, RULES_STEP_B, RULES_STEP_C };

struct rules_point {
	int8_t x FG(json:"x");
	int64_t y FG(json:"y");
} FG(tuple local);

struct rules_origin {
	char country[3]          FG(json:"country");
	double weight            FG(json:"weight");
	struct rules_point at    FG(json:"at");
} FG(local);

struct rules {
	uint64_t id               FG(json:"id" key);
	char customer[16]         FG(json:"customer,once");
	enum rules_status status  FG(json:"state,atomic" states:"created>paid>shipped,created>cancelled,paid>cancelled");
	int64_t since             FG(json:"since,once");
	struct rules_origin origin FG(json:"origin,once");
	struct rules_point path[4] FG(json:"path,once,count=path_n");
	uint8_t path_n;
	int64_t amount            FG(json:"amount,mutex=money");
	char currency[4]          FG(json:"currency,mutex=money");
	enum rules_step step      FG(json:"step,atomic" hot states:"a>b>c>a");
	uint64_t seen             FG(json:"seen,owner");
	double rate               FG(json:"rate,owner");
	char host[20]             FG(json:"host,owner");
	struct rules_point where  FG(json:"where,owner");
	int32_t hits              FG(json:"hits,atomic");
	char note[32]             FG(json:"note");
	char tags[2][4]           FG(json:"tags,once");
};

/* Scalars alone, and the smallest of each. */
struct rules_counter {
	uint32_t n                FG(json:"n,owner");
	bool done                 FG(json:"done,once");
};

struct rules_light {
	enum rules_step step      FG(json:"step,atomic" states:"a>b");
};

#endif

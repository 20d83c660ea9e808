/* response.h - what lab 3 answers with, and what it looks up for that */
#ifndef RESPONSE_H
#define RESPONSE_H

#include <fieldguard/annotate.h>
#include <stdint.h>

/* The answers of two other services, as JSON. */
struct profile {
	char name[24]    FG(json:"name,required");
	char email[40]   FG(json:"email,required" mold:"trim,lower");
} FG(local);

struct account {
	int64_t cents    FG(json:"balance,required");
	char currency[4] FG(json:"currency,required" mold:"upper");
} FG(local);

/* What goes to whoever asked. Fields without a policy are one snapshot group. */
struct response {
	uint32_t user    FG(json:"user,required");
	char name[24]    FG(json:"name,required");
	char email[40]   FG(json:"email,required");
	int64_t cents    FG(json:"balance,required");
	char currency[4] FG(json:"currency,required");
};

#endif

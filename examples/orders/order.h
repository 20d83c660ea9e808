/* order.h - a payment order, as the README uses it: every policy in one struct */
#ifndef ORDER_H
#define ORDER_H

#include <fieldguard/annotate.h>
#include <stdint.h>

enum order_status { ORDER_CREATED, ORDER_PAID, ORDER_SHIPPED, ORDER_CANCELLED };

struct customer {
	char name[48]  FG(json:"name");
	char email[64] FG(json:"email" mold:"trim,lower");
	uint32_t tier  FG(json:"tier");
};

struct order {
	char id[24]              FG(json:"id,required" key);
	enum order_status status FG(json:"status,atomic");
	int64_t views            FG(json:"views,atomic" hot);
	int64_t amount_cents     FG(json:"amount,mutex=money");
	char currency[4]         FG(json:"currency,mutex=money" mold:"trim,upper");
	char street[48]          FG(json:"street,rwmutex=address");
	char city[32]            FG(json:"city,rwmutex=address");
	int64_t updated_ns       FG(json:"updated,time");
	char note[64]            FG(json:"note,truncate");
	struct customer customer FG(json:"customer");
};

#endif

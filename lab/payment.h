/* payment.h - what lab 1 moves: an order's state, and the messages that move it */
#ifndef PAYMENT_H
#define PAYMENT_H

#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <stdint.h>

enum payment_status { PAYMENT_CREATED, PAYMENT_PAID, PAYMENT_SHIPPED };

/* One line of policy: where a change may lead, and that state and version change together. */
struct payment {
	enum payment_status status FG(json:"status,required,atomic" states:"created>paid>shipped");
};

/* What a worker looks at first. The payload is JSON of a struct payment, decoded where the message is taken. */
struct payment_message {
	uint32_t order        FG(json:"order,required");
	uint32_t version      FG(json:"version,required");
	struct fg_str payload FG(json:"payload,required,raw");
} FG(local);

#endif

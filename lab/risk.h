/* risk.h - what lab 2 scores: a request with its user and device */
#ifndef RISK_H
#define RISK_H

#include <fieldguard/annotate.h>
#include <stdbool.h>
#include <stdint.h>

struct risk_user {
	int64_t id           FG(json:"id,required");
	int32_t chargebacks  FG(json:"chargebacks");
	int32_t age_days     FG(json:"age_days");
} FG(local);

struct risk_device {
	int64_t id           FG(json:"id,required");
	bool trusted         FG(json:"trusted");
} FG(local);

/* As the article's RiskContext: nested pointers, into the decoder's arena. */
struct risk_message {
	int64_t request            FG(json:"request,required");
	int64_t amount_cents       FG(json:"amount,required");
	char ip[40]                FG(json:"ip,required");
	struct risk_user *user     FG(json:"user,required");
	struct risk_device *device FG(json:"device,required");
} FG(local);

/* The same request as a value, which can be shared: one snapshot group. */
struct risk_context {
	int64_t request           FG(json:"request,required");
	int64_t amount_cents      FG(json:"amount,required");
	char ip[40]               FG(json:"ip,required");
	struct risk_user user     FG(json:"user,required");
	struct risk_device device FG(json:"device,required");
};

#endif

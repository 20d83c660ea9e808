/* watch_form.h - an account whose money has a lock, for `fieldguard gen` */
#ifndef WATCH_FORM_H
#define WATCH_FORM_H

#include <fieldguard/annotate.h>
#include <stdint.h>

struct account {
	int64_t id      FG(json:"id,atomic");
	int64_t amount  FG(json:"amount,mutex=money");
	int64_t fee     FG(json:"fee,mutex=money");
};

#endif

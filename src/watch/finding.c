/* finding.c - names of findings, and what a ledger's holds are worth */
#include "watch/finding.h"

#include <math.h>

const char *finding_kind_name(enum finding_kind kind)
{
	static const char *const names[FINDING_KINDS] = {
		[FINDING_CONFLICT] = "conflict", [FINDING_MIXED] = "mixed",
		[FINDING_POLICY] = "policy", [FINDING_SHARING] = "sharing",
	};

	return (unsigned)kind < FINDING_KINDS ? names[kind] : "unknown";
}

double ledger_chance(double rate, double held_seconds)
{
	if (isnan(rate) || isnan(held_seconds))
		return (double)NAN;
	if (rate <= 0 || held_seconds <= 0)
		return 0;
	return -expm1(-rate * held_seconds);
}

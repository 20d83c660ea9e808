/* writes_check.c - sites held against tags: see writes.h */
#include "cli/cli.h"
#include "cli/writes.h"

int writes_check(const struct writes *writes, const struct writes_picks *picks)
{
	(void)writes;
	(void)picks;
	return cli_fail("no");
}

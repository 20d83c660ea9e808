/* layout_against.c - a binary and a header: do they agree? */
#include "cli/cli.h"
#include "cli/layout.h"

int layout_against(struct layout *layout)
{
	return cli_fail("layout: --against %s: not there", layout->options->against);
}

/* planned_lib.c - a shared library that writes fields, for planned.c */
#include "planned.h"

struct planned_box planned_spare;
static long planned_count;

void planned_fill(struct planned_box *box, long weight)
{
	box->weight = weight;
	planned_spare.weight += weight;
	planned_count++;
	if (planned_count > 3)
		box->seal = planned_count;
}

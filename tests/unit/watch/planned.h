/* planned.h - a type that a shared library writes, for planned.c */
#ifndef PLANNED_H
#define PLANNED_H

struct planned_box {
	long weight;
	long seal;
};

extern struct planned_box planned_spare;
void planned_fill(struct planned_box *box, long weight);

#endif

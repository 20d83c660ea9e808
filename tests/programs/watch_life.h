/* watch_life.h - the type that a program and its libraries share */
#ifndef WATCH_LIFE_H
#define WATCH_LIFE_H

struct item {
	long price;
	long count;
};

typedef void item_set(struct item *item, long value);

#endif

/* watch_life_lib.c - a library with a type and its write sites */
#include "watch_life.h"

#ifndef SET
#define SET item_set_price
#endif
item_set SET;

void SET(struct item *item, long value)
{
	item->price = value;
	item->count++;
}

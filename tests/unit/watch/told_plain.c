/* told_plain.c - a part of a program that is compiled without points, beside parts that have them */
#undef FG_USDT
#include "told.fg.h"

void told_plain_store(struct told_shared *shared, int32_t value);
void told_plain_store(struct told_shared *shared, int32_t value)
{
	told_store_views(shared, value);
}

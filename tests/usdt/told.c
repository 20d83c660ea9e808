/* told.c - writes shared records in every way there is; each write's line says what its point must tell */
#include "told.fg.h"

#include <stdio.h>
#include <string.h>

/* "told FIELD BEFORE AFTER" follows "///" in the order in which it is told. */
static struct told_shared shared;
static struct told_post_shared post;

static void scalars(void)
{
	enum told_status from;
	int32_t expected = 12;
	bool on = true;

	told_store_views(&shared, 7);                            /// told 6 0 7
	told_exchange_views(&shared, -9);                        /// told 6 7 -9
	told_add_views(&shared, 21);                             /// told 6 -9 12
	told_compare_exchange_views(&shared, &expected, 255);    /// told 6 12 255
	told_compare_exchange_views(&shared, &expected, 1);
	told_and_views(&shared, 0x0f);                           /// told 6 255 15
	told_or_views(&shared, 0x30);                            /// told 6 15 63
	told_store_on(&shared, true);                            /// told 7 0 1
	told_compare_exchange_on(&shared, &on, false);           /// told 7 1 0
	told_store_wide(&shared, UINT64_MAX);                    /// told 8 0 18446744073709551615
	told_add_wide(&shared, 2);                               /// told 8 18446744073709551615 1
	told_advance_status(&shared, TOLD_CREATED, &from);       /// told 5 0 0
	told_advance_status(&shared, TOLD_PAID, NULL);           /// told 5 0 1
	told_advance_status(&shared, TOLD_PAID, NULL);
	told_advance_status(&shared, TOLD_CREATED, &from);
	told_store_seen(&shared, 4);                             /// told 13 0 4
	told_add_seen(&shared, 3);                               /// told 13 4 7
	told_store_load(&shared, 0.5);                           /// told 14 0x0 0x3fe0000000000000
	told_set_created(&shared, -77);                          /// told 12 0 -77
	told_set_created(&shared, 78);
}

static void groups(void)
{
	told_write_snapshot(&shared, &(struct told_snapshot){.id = 5, .small = -3, .ratio = 1.0});
	/// told 0 0 5
	/// told 1 0 -3
	/// told 2 0x0 0x3ff0000000000000
	/// told 3
	/// told 4
	told_write_money(&shared, &(struct told_money){.amount = -1, .rate = 1.0f});
	/// told 9 0 -1
	/// told 10 0x0 0x3f800000
	told_write_address(&shared, &(struct told_address){.port = 65535});
	/// told 11 0 65535
	told_write_owner(&shared, &(struct told_owner){.marks = {1, 2}});
	/// told 15
}

static void merges(void)
{
	struct told record = {.id = 6, .small = 100, .ratio = 2.0, .status = TOLD_SHIPPED, .views = 64, .on = true,
	                      .amount = 1000000000000, .rate = 2.0f, .port = 8, .created = -77, .seen = 8};
	struct told_present present = {.bits = {1 << TOLD_FIELD_SMALL | 1 << TOLD_FIELD_STATUS | 1 << TOLD_FIELD_VIEWS
	                                        | 1 << TOLD_FIELD_AMOUNT | 1 << TOLD_FIELD_PORT
	                                        | 1 << TOLD_FIELD_CREATED | 1 << TOLD_FIELD_SEEN}};
	struct told_present none = {.bits = {0}};

	told_merge(&shared, &record, &present, NULL);
	/// told 5 1 2
	/// told 1 -3 100
	/// told 9 -1 1000000000000
	/// told 11 65535 8
	/// told 13 7 8
	/// told 6 63 64
	told_merge(&shared, &record, &none, NULL);
}

static void published(void)
{
	char title[] = "a title";
	struct told_post record = {.id = 1, .title = title, .likes = 3};

	told_post_merge(&post, &record, NULL);
	/// told_post 0 0 1
	/// told_post 1
	/// told_post 2 0 3
	record.id = 2;
	told_post_merge(&post, &record, &(struct told_post_present){.bits = {1 << TOLD_POST_FIELD_ID}});
	/// told_post 0 1 2
	told_post_shared_fini(&post);
}

int main(void)
{
	struct told record;

	printf("%p %p\n", (void *)&shared, (void *)&post);
	fflush(stdout);
	scalars();
	groups();
	merges();
	published();
	told_read(&shared, &record, NULL);
	return record.views == 64 && record.amount == 1000000000000 && record.status == TOLD_SHIPPED ? 0 : 1;
}

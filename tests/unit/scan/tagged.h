/* tagged.h - a struct with every policy, made by hand */
#ifndef FG_TESTS_SCAN_TAGGED_H
#define FG_TESTS_SCAN_TAGGED_H

#include "made.h"

#define TAGGED_TAG(policy_, group_, hot_) {.present = true, .policy = (policy_), .policy_given = true, \
	.group = (group_), .hot = (hot_)}

static struct scan_type tagged_char24 = {.kind = SCAN_KIND_ARRAY, .size = 24, .target = &made_char, .count = 24};
static struct scan_type tagged_char64 = {.kind = SCAN_KIND_ARRAY, .size = 64, .target = &made_char, .count = 64};

/* line 0: id (snapshot), status (atomic), views (atomic, hot), amount and currency (mutex money)
 * line 1: street (rwmutex address); line 2: since (once), seen (owner) */
static struct scan_member tagged_members[] = {
	{.name = "id", .type = &tagged_char24, .offset_bits = 0, .size_bits = 192,
	 .tag = TAGGED_TAG(MODEL_POLICY_SNAPSHOT, NULL, false)},
	{.name = "status", .type = &made_i32, .offset_bits = 192, .size_bits = 32,
	 .tag = TAGGED_TAG(MODEL_POLICY_ATOMIC, NULL, false)},
	{.name = "views", .type = &made_i64, .offset_bits = 256, .size_bits = 64,
	 .tag = TAGGED_TAG(MODEL_POLICY_ATOMIC, NULL, true)},
	{.name = "amount", .type = &made_i64, .offset_bits = 320, .size_bits = 64,
	 .tag = TAGGED_TAG(MODEL_POLICY_MUTEX, "money", false)},
	{.name = "currency", .type = &made_char12, .offset_bits = 384, .size_bits = 96,
	 .tag = TAGGED_TAG(MODEL_POLICY_MUTEX, "money", false)},
	{.name = "street", .type = &tagged_char64, .offset_bits = 512, .size_bits = 512,
	 .tag = TAGGED_TAG(MODEL_POLICY_RWMUTEX, "address", false)},
	{.name = "since", .type = &made_i64, .offset_bits = 1024, .size_bits = 64,
	 .tag = TAGGED_TAG(MODEL_POLICY_ONCE, NULL, false)},
	{.name = "seen", .type = &made_i64, .offset_bits = 1088, .size_bits = 64,
	 .tag = TAGGED_TAG(MODEL_POLICY_OWNER, NULL, false)},
};
static struct scan_type tagged_order = {.kind = SCAN_KIND_STRUCT, .language = SCAN_LANGUAGE_C, .name = "struct order",
                                        .size = 144, .align = 8, .members = tagged_members, .members_n = 8};

#endif

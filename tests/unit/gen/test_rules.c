/* test_rules.c - once, owner and states: what is taken, what is refused, and that a refused patch changes nothing */
#include <errno.h>
#include <stdlib.h>

#include "rules.fg.h"
#include "tap.h"

static struct rules_shared shared;

static void name_field(struct rules_present *present, enum rules_field field)
{
	present->bits[0] |= UINT64_C(1) << field;
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

static void test_advance(void)
{
	enum rules_status from = RULES_SHIPPED;
	uint64_t version;

	rules_shared_init(&shared);
	tap_eq_int(rules_version_status(&shared), 0, "never set: version 0");
	tap_eq_int(rules_load_status(&shared), 0, "never set: the zero value");
	tap_eq_int(rules_advance_status(&shared, RULES_CREATED, &from), 0, "any state can be the first");
	tap_eq_int(from, RULES_SHIPPED, "ret_from is untouched by the first");
	tap_eq_int(rules_advance_status(&shared, RULES_SHIPPED, &from), -EPERM, "created>shipped is refused");
	tap_eq_int(from, RULES_CREATED, "and said from what");
	tap_eq_int(rules_advance_status(&shared, (enum rules_status)11, &from), -EINVAL, "no enumerator");
	tap_eq_int(rules_load_status(&shared), RULES_CREATED, "a refused change changes nothing");
	tap_eq_int(rules_version_status(&shared), 1, "nor the version");
	tap_eq_int(rules_advance_status(&shared, RULES_CREATED, NULL), 0, "the same again is taken");
	tap_eq_int(rules_version_status(&shared), 1, "and is no change");
	tap_eq_int(rules_advance_status(&shared, RULES_PAID, &from), 0, "created>paid");
	tap_eq_int(from, RULES_CREATED, "from is told of a change that was made");
	tap_eq_int(rules_load_versioned_status(&shared, &version), RULES_PAID, "state and version in one load");
	tap_eq_int(version, 2, "the version counts changes");
	tap_eq_int(rules_advance_status(&shared, RULES_VOID, NULL), 0, "a second name of a value is the same state");
	tap_eq_int(rules_advance_status(&shared, RULES_PAID, NULL), -EPERM, "nothing follows cancelled");
	tap_eq_int(rules_load_status(&shared), RULES_CANCELLED, "cancelled it stays");
}

static void test_merge_states(void)
{
	struct rules record = {.status = RULES_PAID, .step = RULES_STEP_B, .hits = 7, .amount = 5, .seen = 3};
	struct rules_present present = {0}, seen_present;
	struct fg_refusal refusal = {0};
	struct rules seen;

	rules_shared_init(&shared);
	name_field(&present, RULES_FIELD_STATUS);
	name_field(&present, RULES_FIELD_STEP);
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), 0, "first states by a merge");
	tap_ok(!refusal.path, "ret_refusal is untouched");
	name_field(&present, RULES_FIELD_HITS);
	name_field(&present, RULES_FIELD_AMOUNT);
	name_field(&present, RULES_FIELD_SEEN);
	name_field(&present, RULES_FIELD_CUSTOMER);
	record.status = RULES_SHIPPED;
	record.step = RULES_STEP_A;
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), -EPERM, "paid>shipped, but b>a: refused");
	tap_eq_str(refusal.path, "$.step", "the field");
	tap_eq_str(refusal.from, "b", "from");
	tap_eq_str(refusal.to, "a", "to");
	tap_eq_str(refusal.text, "a change that states does not allow", "why");
	rules_read(&shared, &seen, &seen_present);
	tap_ok(seen.status == RULES_PAID && seen.hits == 0 && seen.amount == 0 && seen.seen == 0,
	       "nothing of it is merged, the other state neither");
	tap_ok(rules_has(&seen_present, RULES_FIELD_STATUS) && !rules_has(&seen_present, RULES_FIELD_CUSTOMER),
	       "presence likewise");
	record.step = RULES_STEP_C;
	tap_eq_int(rules_merge(&shared, &record, &present, NULL), 0, "with b>c it is taken");
	rules_read(&shared, &seen, &seen_present);
	tap_ok(seen.status == RULES_SHIPPED && seen.step == RULES_STEP_C && seen.hits == 7 && seen.amount == 5 &&
		       seen.seen == 3,
	       "and all of it merged");
	record.status = (enum rules_status)99;
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), -EPERM, "a value that is no enumerator is refused");
	tap_eq_str(refusal.to, "?", "and has no name");
}

/* Every pair of states against the list. */
static void test_all_changes(void)
{
	static const enum rules_status states[] = {RULES_CREATED, RULES_PAID, RULES_SHIPPED, RULES_CANCELLED};
	static const bool allowed[4][4] = {{1, 1, 0, 1}, {0, 1, 1, 1}, {0, 0, 1, 0}, {0, 0, 0, 1}};
	unsigned wrong = 0;

	for (size_t i = 0; i < 4; i++) {
		for (size_t k = 0; k < 4; k++) {
			rules_shared_init(&shared);
			rules_advance_status(&shared, states[i], NULL);
			wrong += (rules_advance_status(&shared, states[k], NULL) == 0) != allowed[i][k];
			wrong += rules_load_status(&shared) != (allowed[i][k] ? states[k] : states[i]);
		}
	}
	tap_eq_int(wrong, 0, "each pair of states as the tag lists it");
}

/* ---- once ------------------------------------------------------------------------------------------------------ */

static void test_set(void)
{
	static const struct rules_point path[2] = {{1, 10}, {2, 20}};
	char tags[2][4] = {"ab", "cd"};
	struct rules_origin origin = {.country = "DE", .weight = -0.0, .at = {3, 4}};
	const struct rules_point *got;
	struct rules_present present;
	struct rules record;
	uint8_t n = 77;

	rules_shared_init(&shared);
	tap_ok(!rules_get_customer(&shared) && !rules_get_path(&shared, &n) && n == 77, "never written: NULL");
	tap_eq_int(rules_set_customer(&shared, "0123456789abcdef"), -EINVAL, "a text that doesn't fit");
	tap_ok(!rules_get_customer(&shared), "writes nothing");
	tap_eq_int(rules_set_customer(&shared, "0123456789abcde"), 0, "one that just fits");
	tap_eq_str(rules_get_customer(&shared), "0123456789abcde", "is there");
	tap_eq_int(rules_set_customer(&shared, "0123456789abcde"), -EEXIST, "a second write, even of the same");
	tap_eq_int(rules_set_since(&shared, -1), 0, "an integer");
	tap_eq_int(*rules_get_since(&shared), -1, "is there");
	tap_eq_int(rules_set_path(&shared, path, 5), -EINVAL, "too many items");
	tap_eq_int(rules_set_path(&shared, path, 2), 0, "an array");
	got = rules_get_path(&shared, &n);
	tap_ok(got && n == 2 && got[1].y == 20, "with its count");
	tap_eq_int(rules_set_origin(&shared, &origin), 0, "a struct");
	tap_eq_int(rules_set_tags(&shared, tags), 0, "an array of strings");
	tap_eq_str(rules_get_tags(&shared)[1], "cd", "is there");
	rules_read(&shared, &record, &present);
	tap_ok(strcmp(record.customer, "0123456789abcde") == 0 && record.since == -1 && record.path_n == 2 &&
		       record.path[1].x == 2 && strcmp(record.origin.country, "DE") == 0 && record.origin.at.y == 4,
	       "read gives them all");
	tap_ok(rules_has(&present, RULES_FIELD_PATH) && rules_origin_has(&present.origin, RULES_ORIGIN_FIELD_AT),
	       "and says that they are present");
}

static void test_merge_once(void)
{
	struct rules record = {.customer = "ann", .origin = {.country = "FR", .weight = 1.5}, .path = {{1, 2}}, .path_n = 1};
	struct rules_present present = {0}, seen_present;
	struct fg_refusal refusal = {0};
	struct rules seen;

	rules_shared_init(&shared);
	name_field(&present, RULES_FIELD_CUSTOMER);
	name_field(&present, RULES_FIELD_ORIGIN);
	name_field(&present, RULES_FIELD_PATH);
	present.origin.bits[0] = 1u << RULES_ORIGIN_FIELD_COUNTRY;
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), 0, "the first merge writes");
	record.customer[10] = 'x';
	record.path[3].x = 9;
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), 0, "an equal one is taken; bytes behind the end don't count");
	record.path[0].y = 3;
	record.note[0] = 'n';
	name_field(&present, RULES_FIELD_NOTE);
	name_field(&present, RULES_FIELD_SINCE);
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), -EPERM, "another item is refused");
	tap_eq_str(refusal.path, "$.path", "the field");
	tap_ok(!refusal.from && !refusal.to, "no values are told");
	rules_read(&shared, &seen, &seen_present);
	tap_ok(seen.note[0] == 0 && !rules_has(&seen_present, RULES_FIELD_SINCE), "nothing of it is merged");
	record.path[0].y = 2;
	present.origin.bits[0] |= 1u << RULES_ORIGIN_FIELD_WEIGHT;
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), -EPERM, "a field more inside an inline struct is refused");
	tap_eq_str(refusal.path, "$.origin", "the field");
	present.origin.bits[0] = 0;
	tap_eq_int(rules_merge(&shared, &record, &present, &refusal), 0, "fewer fields of it are taken");
	rules_read(&shared, &seen, &seen_present);
	tap_ok(seen.note[0] == 'n' && rules_has(&seen_present, RULES_FIELD_SINCE), "and all of it merged");
	tap_ok(rules_origin_has(&seen_present.origin, RULES_ORIGIN_FIELD_COUNTRY) &&
		       !rules_origin_has(&seen_present.origin, RULES_ORIGIN_FIELD_WEIGHT),
	       "the inline struct's mask is that of the first");
}

/* A state and a once field in one patch: either refusal leaves both. */
static void test_both(void)
{
	struct rules record = {.customer = "bob", .status = RULES_SHIPPED, .since = 5};
	struct rules_present present = {0};

	rules_shared_init(&shared);
	rules_advance_status(&shared, RULES_CREATED, NULL);
	name_field(&present, RULES_FIELD_CUSTOMER);
	name_field(&present, RULES_FIELD_STATUS);
	tap_eq_int(rules_merge(&shared, &record, &present, NULL), -EPERM, "the state is refused");
	tap_ok(!rules_get_customer(&shared), "so the once field is not written");
	rules_set_customer(&shared, "eve");
	record.status = RULES_PAID;
	tap_eq_int(rules_merge(&shared, &record, &present, NULL), -EPERM, "the once field is refused");
	tap_eq_int(rules_load_status(&shared), RULES_CREATED, "so the state is not changed");
}

/* ---- owner ----------------------------------------------------------------------------------------------------- */

static void test_owner(void)
{
	struct rules_owner group = {.host = "alpha", .where = {1, 2}}, got;
	struct rules_present present = {0};
	struct rules record = {.rate = 2.5, .host = "beta"};

	rules_shared_init(&shared);
	tap_eq_int(rules_add_seen(&shared, 3), 0, "add returns the value before");
	rules_add_seen(&shared, 4);
	tap_eq_int(rules_load_seen(&shared), 7, "and adds");
	rules_store_seen(&shared, UINT64_MAX);
	rules_add_seen(&shared, 2);
	tap_eq_int(rules_load_seen(&shared), 1, "wrapping round");
	rules_write_owner(&shared, &group);
	name_field(&present, RULES_FIELD_RATE);
	name_field(&present, RULES_FIELD_HOST);
	tap_eq_int(rules_merge(&shared, &record, &present, NULL), 0, "merge");
	rules_read_owner(&shared, &got);
	tap_ok(strcmp(got.host, "beta") == 0 && got.where.y == 2, "changes what it names");
	tap_ok(rules_load_rate(&shared) == 2.5, "a double");
	rules_read(&shared, &record, &present);
	tap_ok(rules_has(&present, RULES_FIELD_WHERE) && rules_has(&present, RULES_FIELD_RATE) &&
		       !rules_has(&present, RULES_FIELD_SEEN),
	       "present is what was merged or written as a group");
	tap_ok(record.seen == 1 && record.where.x == 1, "read gives all");
	tap_ok((uintptr_t)&shared.owner % 64 == 0 && (uintptr_t)&shared.once % 64 == 0, "on lines of their own");
}

/* ---- stores ---------------------------------------------------------------------------------------------------- */

static void test_store(void)
{
	struct rules record = {.id = 4, .status = RULES_SHIPPED};
	struct rules_present present = {0};
	struct fg_refusal refusal = {0};
	struct fg_store *store;

	if (rules_store_new(NULL, &store))
		abort();
	name_field(&present, RULES_FIELD_ID);
	name_field(&present, RULES_FIELD_STATUS);
	tap_eq_int(rules_store_merge(store, &record, &present, &refusal), 0, "a store's first merge");
	record.status = RULES_PAID;
	tap_eq_int(rules_store_merge(store, &record, &present, &refusal), -EPERM, "a store passes the refusal on");
	tap_eq_str(refusal.path, "$.state", "by the outside name");
	tap_eq_str(refusal.from, "shipped", "from");
	tap_eq_int(fg_store_merge(store, &record, &present), -EPERM, "without telling too");
	tap_eq_int(rules_store_read(store, 4, &record, NULL), 0, "the record");
	tap_eq_int(record.status, RULES_SHIPPED, "is as it was");
	fg_store_free(store);
}

int main(void)
{
	test_advance();
	test_merge_states();
	test_all_changes();
	test_set();
	test_merge_once();
	test_both();
	test_owner();
	test_store();
	return tap_done();
}

/* test_shared_form.c - a generated shared form against T_patch on a plain record, by random patches; the typed store */
#include <errno.h>
#include <stdlib.h>

#include "shared_form.fg.h"
#include "tap.h"

static uint64_t state = 88172645463325252u;

/* xorshift64, G. Marsaglia, "Xorshift RNGs". */
static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void randomise(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)bytes)[i] = (unsigned char)draw();
}

static void fix_leaf(struct leaf *leaf)
{
	leaf->z[0] = (char)('a' + draw() % 26);
	leaf->z[1] = (char)('a' + draw() % 26);
	leaf->z[2] = 0;
}

static struct deep random_record(void)
{
	struct deep record;

	randomise(&record, sizeof record);
	fix_leaf(&record.mid.leaf);
	fix_leaf(&record.mid.twin);
	fix_leaf(&record.held.leaf);
	fix_leaf(&record.held.twin);
	fix_leaf(&record.many.leaf);
	fix_leaf(&record.many.twin);
	record.list_n = (uint16_t)(draw() % 6);
	memset(&record.flag, (int)(draw() & 1), 1);
	return record;
}

/* Bits of fields that exist, each set one time in `one_in`. */
static struct deep_present random_present(unsigned one_in)
{
	struct deep_present present;
	uint64_t *words = (uint64_t *)(void *)&present;

	deep_present_all(&present);
	for (size_t i = 0; i < sizeof present / 8; i++)
		for (unsigned bit = 0; bit < 64; bit++)
			if (draw() % one_in)
				words[i] &= ~(UINT64_C(1) << bit);
	return present;
}

static bool same(const struct deep *a, const struct deep *b)
{
	struct fg_buffer x = {0}, y = {0};
	bool equal = deep_encode(a, NULL, &x, NULL) == 0 && deep_encode(b, NULL, &y, NULL) == 0 && x.len == y.len &&
		     memcmp(x.data, y.data, x.len) == 0;

	fg_buffer_fini(&x);
	fg_buffer_fini(&y);
	return equal;
}

static void test_merge(void)
{
	static struct deep_shared shared;
	struct deep model = {0}, seen;
	struct deep_present model_present = {0}, seen_present;
	unsigned bad = 0, bad_present = 0, gaps = 0;

	deep_shared_init(&shared);
	for (int i = 0; i < 3000; i++) {
		struct deep patch = random_record();
		struct deep_present present = random_present(i < 2000 ? 200 : 3);

		deep_merge(&shared, &patch, &present);
		deep_patch(&model, &model_present, &patch, &present);
		memset(&seen, 0xee, sizeof seen);
		memset(&seen_present, 0xee, sizeof seen_present);
		deep_read(&shared, &seen, &seen_present);
		bad += !same(&seen, &model);
		bad_present += memcmp(&seen_present, &model_present, sizeof seen_present) != 0;
		gaps += seen.gap != 0 || seen.mid.untagged != 0 || seen.held.untagged != 0;
	}
	tap_eq_int(bad, 0, "3000 random patches: every read is what deep_patch makes");
	tap_eq_int(bad_present, 0, "and so is every presence mask");
	tap_eq_int(gaps, 0, "untagged fields are zero");

	model = random_record();
	deep_merge(&shared, &model, NULL);
	deep_read(&shared, &seen, NULL);
	tap_ok(same(&seen, &model), "present NULL merges all");
}

static void test_groups(void)
{
	static struct deep_shared shared;
	struct deep seen, from = random_record();
	struct deep_present present;
	struct deep_snapshot snapshot, again;
	struct deep_m m = {.held = from.held};
	struct deep_r r;

	randomise(&snapshot, sizeof snapshot);
	deep_write_snapshot(&shared, &snapshot);
	deep_read_snapshot(&shared, &again);
	tap_ok(memcmp(&snapshot, &again, sizeof again) == 0, "a snapshot group comes out as it went in");
	deep_write_m(&shared, &m);
	deep_write_lock_r(&shared)->many = from.many;
	deep_write_unlock_r(&shared);
	deep_read_r(&shared, &r);
	deep_read(&shared, &seen, &present);
	tap_ok(seen.h7 == snapshot.h7 && seen.mid.twin.x == snapshot.mid.twin.x, "deep_read sees the snapshot group");
	tap_ok(seen.held.n == from.held.n && seen.many.n == from.many.n && r.many.n == from.many.n, "and the lock groups");
	tap_ok(leaf_has(&present.mid.twin, LEAF_FIELD_Z) && deep_has(&present, DEEP_FIELD_H7), "written groups are present");
	tap_ok(deep_has(&present, DEEP_FIELD_HELD) && mid_has(&present.held, MID_FIELD_N), "lock groups too");
	tap_ok(!deep_has(&present, DEEP_FIELD_MANY) && !deep_has(&present, DEEP_FIELD_LATE), "what was not written is not");
}

static int count_visit(const struct deep *record, const struct deep_present *present, void *user)
{
	*(int *)user += record->id * deep_has(present, DEEP_FIELD_ID);
	return record->id == 99 ? -ECANCELED : 0;
}

static void test_store(void)
{
	struct fg_store *store;
	struct deep record = {.id = -7, .a0 = 1}, seen;
	struct deep_present present = {0};
	int sum = 0;

	if (!tap_eq_int(deep_store_new(NULL, &store), 0, "a store"))
		return;
	tap_eq_int(deep_store_merge(store, &record, &present), -ENOENT, "a patch without the key");
	tap_eq_int(deep_store_merge(store, &record, NULL), 0, "a patch with it");
	record.id = 12;
	tap_eq_int(deep_store_merge(store, &record, NULL), 0, "another key");
	tap_ok(deep_store_read(store, -7, &seen, &present) == 0 && seen.id == -7 && seen.a0 == 1, "read by key");
	tap_eq_int(deep_store_read(store, 7, &seen, NULL), -ENOENT, "no such key");
	tap_eq_int(deep_store_each(store, count_visit, &sum), 0, "each");
	tap_eq_int(sum, 5, "each sees both");
	tap_eq_int(deep_store_remove(store, -7), 0, "removed");
	tap_eq_int(deep_store_remove(store, -7), -ENOENT, "removed once");
	record.id = 99;
	deep_store_merge(store, &record, NULL);
	tap_eq_int(deep_store_each(store, count_visit, &sum), -ECANCELED, "visit stops the walk");
	fg_store_free(store);
}

int main(void)
{
	test_merge();
	test_groups();
	test_store();
	return tap_done();
}

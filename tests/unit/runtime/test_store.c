/* test_store.c - fg_store by one thread: against a plain array, with failing memory; threads are in tests/torture */
#include "tally.h"
#include "tap.h"
#include "runtime/epoch.h"

#include <fieldguard/once.h>
#include <fieldguard/store.h>
#include <stdio.h>

static struct fg_key key_of(const char *id)
{
	return (struct fg_key){ id, strlen(id) };
}

static int merge(struct fg_store *store, const char *id, int64_t v)
{
	struct tally_present present = { TALLY_ID | TALLY_V };
	struct tally record = { .v = v };

	strcpy(record.id, id);
	return fg_store_merge(store, &record, &present);
}

static void test_basics(void)
{
	struct tally record = { .id = "a", .v = 1, .w = 2 }, got;
	struct tally_present present = { TALLY_V }, got_present;
	struct fg_store *store;

	tap_eq_int(fg_store_new(&tally_fg_type, NULL, &store), 0, "new");
	tap_ok(fg_store_type(store) == &tally_fg_type, "type");
	tap_eq_int(fg_store_read(store, key_of("a"), &got, NULL), -ENOENT, "read of an absent key");
	tap_eq_int(fg_store_remove(store, key_of("a")), -ENOENT, "remove of an absent key");
	tap_eq_int(fg_store_merge(store, &record, &present), -ENOENT, "merge without a key");
	tap_eq_int(fg_store_count(store), 0, "still empty");
	present.bits = TALLY_ID | TALLY_W;
	tap_eq_int(fg_store_merge(store, &record, &present), 0, "merge of one field");
	tap_eq_int(fg_store_read(store, key_of("a"), &got, &got_present), 0, "read");
	tap_ok(got.v == 0 && got.w == 2 && got_present.bits == (TALLY_ID | TALLY_W), "only that field came");
	tap_eq_int(fg_store_merge(store, &record, NULL), 0, "merge of all fields (present NULL)");
	tap_eq_int(fg_store_read(store, key_of("a"), &got, NULL), 0, "read without presence");
	tap_ok(got.v == 1 && got.w == 2 && got.merges == 2, "all fields came");
	tap_eq_int(fg_store_count(store), 1, "one key");
	tap_eq_int(fg_store_remove(store, key_of("a")), 0, "remove");
	tap_eq_int(fg_store_read(store, key_of("a"), &got, NULL), -ENOENT, "gone");
	tap_eq_int(merge(store, "a", 5), 0, "made again");
	tap_eq_int(fg_store_read(store, key_of("a"), &got, NULL), 0, "read again");
	tap_ok(got.v == 5 && got.w == 0 && got.merges == 1, "nothing of the old record shows");
	fg_store_free(store);
	fg_store_free(NULL);
}

static void test_misfits(void)
{
	struct fg_type type = tally_fg_type;
	struct fg_store *store = (void *)&type;

	type.abi++;
	tap_eq_int(fg_store_new(&type, NULL, &store), -EINVAL, "another ABI");
	type = tally_fg_type;
	type.key = NULL;
	tap_eq_int(fg_store_new(&type, NULL, &store), -EINVAL, "no key");
	type = tally_fg_type;
	type.merge = NULL;
	tap_eq_int(fg_store_new(&type, NULL, &store), -EINVAL, "no shared form");
	tap_ok(store == (void *)&type, "result untouched");
	tap_eq_int(fg_store_new(NULL, NULL, &store), -EINVAL, "no type");
}

/* Keys of 0 to 23 bytes, so that both inline and far keys occur; a plain array as the oracle. */
#define KEYS 3000

static void key_text(unsigned i, char ret[24])
{
	static const char pad[] = "................";

	if (i)
		snprintf(ret, 24, "%u%.*s", i % KEYS, (int)(i % 17), pad);
	else
		ret[0] = 0;
}

struct walk {
	unsigned char seen[KEYS];
	unsigned visits, wrong;
	const uint64_t *chains;
	int stop_after;
};

static int visit(const void *record, const void *present, void *user)
{
	const struct tally *tally = record;
	struct walk *walk = user;
	unsigned i = (unsigned)atoi(tally->id);

	walk->visits++;
	walk->wrong += walk->seen[i]++ || tally->chain != walk->chains[i] || !present;
	return walk->stop_after && (int)walk->visits == walk->stop_after ? -ECANCELED : 0;
}

static void test_model(size_t expected_keys)
{
	struct tally_heap heap = { .fail_at = 0 };
	struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
	struct fg_store_options options = { .expected_keys = expected_keys, .allocator = &allocator };
	static uint64_t chains[KEYS];
	static bool there[KEYS];
	static struct walk walk;
	unsigned wrong = 0, count = 0, seed = 1;
	struct fg_store *store;
	struct tally got;
	char id[24];

	memset(chains, 0, sizeof(chains));
	memset(there, 0, sizeof(there));
	tap_eq_int(fg_store_new(&tally_fg_type, &options, &store), 0, "new for %zu keys", expected_keys);
	for (unsigned op = 0; op < 40 * KEYS; op++) {
		unsigned i = (unsigned)rand_r(&seed) % KEYS;

		key_text(i, id);
		switch (rand_r(&seed) % 4) {
		case 0:
			wrong += fg_store_remove(store, key_of(id)) != (there[i] ? 0 : -ENOENT);
			count -= there[i];
			there[i] = false;
			chains[i] = 0;
			break;
		case 1:
			wrong += fg_store_read(store, key_of(id), &got, NULL) != (there[i] ? 0 : -ENOENT);
			wrong += there[i] && (got.chain != chains[i] || strcmp(got.id, id));
			break;
		default:
			wrong += merge(store, id, (int64_t)op) != 0;
			chains[i] = tally_fold(chains[i], (int64_t)op);
			count += !there[i];
			there[i] = true;
		}
	}
	tap_eq_int(wrong, 0, "every answer is the model's");
	tap_eq_int(fg_store_count(store), count, "count");
	memset(&walk, 0, sizeof(walk));
	walk.chains = chains;
	tap_eq_int(fg_store_each(store, visit, &walk), 0, "walk");
	tap_ok(walk.visits == count && !walk.wrong, "each record seen once, as the model has it");
	memset(&walk, 0, sizeof(walk));
	walk.chains = chains;
	walk.stop_after = 7;
	tap_eq_int(fg_store_each(store, visit, &walk), -ECANCELED, "visit's answer ends the walk");
	tap_eq_int(walk.visits, 7, "at once");
	fg_store_free(store);
	tap_eq_int(heap.live, 0, "all memory given back");
}

static int remove_visited(const void *record, const void *present, void *user)
{
	(void)present;
	return fg_store_remove(user, key_of(((const struct tally *)record)->id));
}

static void test_memory_returns(void)
{
	struct tally_heap heap = { .fail_at = 0 };
	struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
	struct fg_store_options options = { .allocator = &allocator };
	struct fg_store *store;
	char id[24];
	long full;

	fg_store_new(&tally_fg_type, &options, &store);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < KEYS; i++) {
			key_text(i, id);
			merge(store, id, 1);
		}
		full = heap.live;
		tap_eq_int(fg_store_each(store, remove_visited, store), 0, "a visit may remove what it sees");
		tap_eq_int(fg_store_count(store), 0, "nothing left");
		epoch_poll();
		tap_ok(heap.live <= 1 + 2 * 256 && heap.live < full,
		       "slabs and keys went back: %ld of %ld allocations left",
		       (long)heap.live, full);
	}
	fg_store_free(store);
	tap_eq_int(heap.live, 0, "all memory given back");
}

/* Fails allocation k alone, for every k that a run of many inserts reaches. */
static void test_no_memory(void)
{
	unsigned wrong = 0, refused = 0;
	long k = 1;

	for (bool reached = true; reached; k += k < 100 ? 1 : 61) {
		struct tally_heap heap = { .fail_at = k, .once = true };
		struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
		struct fg_store_options options = { .expected_keys = k % 2 ? 1000 : 0, .allocator = &allocator };
		struct fg_store *store = NULL;
		int rc = fg_store_new(&tally_fg_type, &options, &store);
		struct tally got;
		size_t count = 0;
		char id[24];

		wrong += rc && (rc != -ENOMEM || store);
		for (unsigned i = 0; i < KEYS && !rc; i++) {
			key_text(i, id);
			rc = merge(store, id, (int64_t)i);
			wrong += fg_store_count(store) != count + !rc;
			if (rc) {
				refused++;
				wrong += rc != -ENOMEM || fg_store_read(store, key_of(id), &got, NULL) != -ENOENT;
				rc = merge(store, id, (int64_t)i);     /* memory is back */
			}
			count++;
		}
		for (unsigned i = 0; i < count && !rc; i++) {
			key_text(i, id);
			wrong += fg_store_read(store, key_of(id), &got, NULL) || got.v != (int64_t)i || got.merges != 1;
		}
		fg_store_free(store);
		wrong += heap.live != 0;
		reached = heap.calls >= k;
	}
	tap_ok(k > 2000 && refused > 50, "reached %ld allocations, %u merges refused", k, refused);
	tap_eq_int(wrong, 0, "-ENOMEM each time, nothing changed, nothing leaked");
}

static int never(const void *record, const void *present, void *user)
{
	(void)record, (void)present, (void)user;
	return 1;
}

static void test_each_no_memory(void)
{
	struct tally_heap heap = { .fail_at = 0 };
	struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
	struct fg_store_options options = { .allocator = &allocator };
	struct fg_store *store;

	fg_store_new(&tally_fg_type, &options, &store);
	tap_eq_int(fg_store_each(store, never, NULL), 0, "walk of an empty store");
	merge(store, "a", 1);
	heap.fail_at = heap.calls + 1;
	tap_eq_int(fg_store_each(store, never, NULL), -ENOMEM, "walk without memory");
	fg_store_free(store);
}

/* ---- limits ---- */

struct told {
	unsigned calls, wrong;
	uint64_t merges;
	struct fg_store *archive;      /* may be NULL */
	uint64_t hot;                  /* calls for keys that begin with h */
};

static void evict(const void *record, const void *present, void *user)
{
	const struct tally *tally = record;
	struct told *told = user;

	told->calls++;
	told->merges += tally->merges;
	told->hot += tally->id[0] == 'h';
	told->wrong += !tally->merges || !(((const struct tally_present *)present)->bits & TALLY_V);
	if (told->archive)
		told->wrong += fg_store_merge(told->archive, record, present) != 0;
}

static int add_merges(const void *record, const void *present, void *user)
{
	(void)present;
	*(uint64_t *)user += ((const struct tally *)record)->merges;
	return 0;
}

static void test_max_keys(void)
{
	struct tally_heap heap = { .fail_at = 0 };
	struct fg_allocator allocator = { tally_heap_alloc, tally_heap_free, &heap };
	struct told told = { .calls = 0 };
	struct fg_store_options options = { .allocator = &allocator, .max_keys = 100, .evict = evict, .user = &told };
	uint64_t made = 0, left = 0, over = 0;
	struct fg_store *store;
	char id[24];

	tap_eq_int(fg_store_new(&tally_fg_type, NULL, &told.archive), 0, "an archive");
	tap_eq_int(fg_store_new(&tally_fg_type, &options, &store), 0, "new with 100 keys at most");
	for (unsigned i = 0; i < 3 * KEYS; i++) {
		key_text(i % KEYS, id);
		made += !merge(store, id, i);
		made += !merge(store, id, i);
		over += fg_store_count(store) > 100;
	}
	tap_eq_int(made, 6 * KEYS, "every merge was done");
	tap_eq_int(over, 0, "never more than 100 keys");
	tap_eq_int(fg_store_count(store), 100, "100 keys at the end");
	tap_eq_int(fg_store_each(store, add_merges, &left), 0, "walk");
	fg_store_free(store);
	tap_eq_int(told.merges + left, made, "each merge was told with its record, or is in one that is left");
	tap_eq_int(told.wrong, 0, "what was told is whole, and evict may use another store");
	tap_ok(fg_store_count(told.archive) > 100, "the archive has %zu", fg_store_count(told.archive));
	fg_store_free(told.archive);
	tap_eq_int(heap.live, 0, "all memory given back");
}

static void test_second_chance(void)
{
	struct told told = { .calls = 0 };
	struct fg_store_options options = { .max_keys = 4000, .evict = evict, .user = &told };
	struct fg_store *store;
	unsigned lost = 0;
	char id[24];

	fg_store_new(&tally_fg_type, &options, &store);
	for (unsigned i = 0; i < 40000; i++) {
		snprintf(id, sizeof(id), "h%u", i % 200);
		merge(store, id, 1);
		snprintf(id, sizeof(id), "c%u", i);
		merge(store, id, 1);
	}
	for (unsigned i = 0; i < 200; i++) {
		struct tally got;

		snprintf(id, sizeof(id), "h%u", i);
		lost += fg_store_read(store, key_of(id), &got, NULL) != 0;
	}
	fg_store_free(store);
	tap_ok(told.calls > 30000, "%u keys were evicted", told.calls);
	tap_ok(!lost && told.hot * 50 < told.calls, "keys that are looked up all the time stay (%u of them went once)",
	       (unsigned)told.hot);
}

static void test_no_room(void)
{
	struct fg_store_options options = { .max_keys = 2 };
	struct told told = { .calls = 0 };
	struct fg_store *store;

	fg_store_new(&tally_fg_type, &options, &store);
	merge(store, "a", 1);
	merge(store, "b", 1);
	tap_eq_int(merge(store, "c", 1), -ENOSPC, "a third key is refused");
	tap_eq_int(merge(store, "b", 2), 0, "one that is there is merged into");
	tap_eq_int(fg_store_remove(store, key_of("a")), 0, "remove");
	tap_eq_int(merge(store, "c", 1), 0, "now there is room");
	fg_store_free(store);

	options = (struct fg_store_options){
		.max_bytes = 2 * (128 + FG_STORE_KEY_BYTES) + 10, .evict = evict, .user = &told
	};
	fg_store_new(&tally_fg_type, &options, &store);
	merge(store, "a", 1);
	merge(store, "b", 1);
	tap_eq_int(fg_store_count(store), 2, "two fit");
	tap_eq_int(merge(store, "far-far-far-far-far", 1), 0, "a long key");
	tap_eq_int(fg_store_count(store), 1, "takes the place of both");
	tap_eq_int(merge(store, "near-near-near-near", 1), 0, "another");
	tap_eq_int(fg_store_count(store), 1, "two long ones don't fit");
	fg_store_free(store);
	tap_eq_int(told.calls, 3, "three were told");

	options = (struct fg_store_options){ .max_bytes = 100, .evict = evict, .user = &told };
	fg_store_new(&tally_fg_type, &options, &store);
	tap_eq_int(merge(store, "a", 1), -ENOSPC, "a key that is larger than the limit");
	fg_store_free(store);
	options = (struct fg_store_options){ .evict = evict };
	tap_eq_int(fg_store_new(&tally_fg_type, &options, &store), -EINVAL, "evict without a limit");
}

/* ---- memory ---- */

/* Knows how many bytes live, and overwrites what is freed. */
static void *sized_alloc(void *user, size_t size)
{
	size_t *block = malloc(size + 16);

	if (!block)
		return NULL;
	*block = size;
	*(size_t *)user += size;
	return block + 2;
}

static void sized_free(void *user, void *ptr)
{
	size_t *block = (size_t *)ptr - 2;

	*(size_t *)user -= *block;
	memset(ptr, 0xdd, *block);
	free(block);
}

static void test_memory_told(void)
{
	size_t live = 0;
	struct fg_allocator allocator = { sized_alloc, sized_free, &live };
	struct fg_store_options options = { .allocator = &allocator };
	struct fg_store_memory memory;
	struct fg_store *store;
	unsigned wrong = 0;
	char id[24];

	fg_store_new(&tally_fg_type, &options, &store);
	fg_store_memory(store, &memory);
	tap_ok(memory.keys == 0 && memory.bytes == live && memory.overhead_per_key == 0, "an empty one takes %zu bytes",
	       memory.bytes);
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(id, sizeof(id), "k%u", i);
		merge(store, id, 1);
		if (i % 1000)
			continue;
		epoch_poll();
		fg_store_memory(store, &memory);
		wrong += memory.bytes != live || memory.keys != i + 1 || memory.record_bytes != (i + 1) * 128;
	}
	tap_eq_int(wrong, 0, "it is what the allocator gave, at every size");
	tap_ok(memory.overhead_per_key > 16 && memory.overhead_per_key < 48, "%.1f bytes a key over the record",
	       memory.overhead_per_key);
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(id, sizeof(id), "k%u", i);
		wrong += fg_store_remove(store, key_of(id)) != 0;
	}
	epoch_poll();
	fg_store_memory(store, &memory);
	tap_ok(!wrong && memory.bytes == live && memory.keys == 0, "after all was removed %zu bytes are left",
	       memory.bytes);
	fg_store_free(store);
	tap_eq_int(live, 0, "all memory given back");
}

/* A store may be freed where waiting is impossible: in a read section of the same thread. */
static void test_free_in_section(void)
{
	size_t live = 0;
	struct fg_allocator allocator = { sized_alloc, sized_free, &live };
	struct told told = { .calls = 0 };
	struct fg_store_options options = { .allocator = &allocator, .max_keys = 10, .evict = evict, .user = &told };
	struct fg_store *store;
	struct fg_read read;
	struct tally got;
	char id[24];

	fg_store_new(&tally_fg_type, &options, &store);
	read = fg_read_begin();
	for (unsigned i = 0; i < 1000; i++) {
		key_text(i, id);
		merge(store, id, i);
	}
	tap_eq_int(told.calls, 0, "nothing is told while a section is open that may see it");
	tap_eq_int(fg_store_read(store, key_of(id), &got, NULL), 0, "the last one is there");
	fg_store_free(store);
	fg_read_end(&read);
	fg_read_wait();
	tap_eq_int(live, 0, "all memory given back after the section");
	tap_eq_int(told.calls, 990, "and all was told");
}

int main(void)
{
	test_basics();
	test_misfits();
	test_model(0);
	test_model(5000);
	test_memory_returns();
	test_no_memory();
	test_each_no_memory();
	test_max_keys();
	test_second_chance();
	test_no_room();
	test_memory_told();
	test_free_in_section();
	return tap_done();
}

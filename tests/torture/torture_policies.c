/*
 * torture_policies.c - many threads merge and read shared records of every policy, against an oracle that knows every
 * write
 *
 *     torture_policies [--threads N] [--for SECONDS] [--naive]
 *
 * Every thread writes and reads. What it writes to the stamps of a group tells who wrote it and which of its writes it
 * was, with a sum over all; so a reader knows whether what it sees is one write (or a mix), and whether it is older
 * than what it has seen before of the same writer and group (going back). Beside the stamps each thread owns one field
 * in each group of one record, four threads to a record: at the end each must hold its owner's last write (or it was
 * lost). The fields of everyone are counted by each thread and compared at the end.
 *
 * --naive does the same work on plain structs, as programs do that copy a record, change it and put it back: the
 * oracle must find it out. Without --threads: 2, 8 and 64 threads, guarded, then naive, FG_TORTURE_SECONDS (default 1)
 * altogether each.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "torture.fg.h"
#include "tap.h"

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif

enum {
	THREADS_MAX = 64,
	OWNERS = 4,                     /* threads that own fields in one record */
	RECORDS = THREADS_MAX / OWNERS,
	GROUPS = 3,
	OWNED = 4,                      /* fields that a thread owns: one in each group, one atomic */
};

/* One record as each way of sharing has it. */
struct place {
	struct torture_shared shared;
	struct torture naive;
	struct large_shared large;
	struct large naive_large;
};

struct torture_run {
	struct place *places;
	size_t threads_n, records_n;
	bool naive;
	uint64_t end_ns;
};

struct thread {
	pthread_t id;
	const struct torture_run *run;
	uint32_t who;
	uint64_t random;
	uint64_t seq;                                   /* writes of stamps so far */
	uint32_t owned;                                 /* last value merged into the owned fields */
	uint64_t hits, toggles;                         /* what this thread did to everyone's fields */
	uint16_t tries;
	uint64_t seen[RECORDS][GROUPS][THREADS_MAX];    /* newest stamp seen of each writer */
	uint32_t seen_owned[RECORDS][OWNED][OWNERS];
	uint32_t seen_large[RECORDS][THREADS_MAX];
	uint64_t reads, writes, mixed, back;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* xorshift64*, S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
static uint64_t draw(struct thread *t)
{
	t->random ^= t->random >> 12;
	t->random ^= t->random << 25;
	t->random ^= t->random >> 27;
	return t->random * 0x2545f4914f6cdd1du;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdu;
	return x ^ x >> 29;
}

static void name_field(struct torture_present *present, enum torture_field field)
{
	present->bits[field / 64] |= UINT64_C(1) << field % 64;
}

/* ---- what is written ------------------------------------------------------------------------------------------- */

static struct stamp stamp_of(uint32_t who, uint64_t seq)
{
	struct stamp stamp = {.who = who, .seq = seq, .sum = mix(seq * THREADS_MAX + who)};

	for (size_t i = 0; i < sizeof stamp.text; i++)
		stamp.text[i] = (char)(stamp.sum >> i % 8 * 8 ^ i);
	return stamp;
}

static bool stamp_is_whole(const struct stamp *stamp)
{
	struct stamp want = stamp_of(stamp->who, stamp->seq);

	if (stamp->seq == 0)
		return stamp->who == 0 && stamp->sum == 0;      /* never written */
	return stamp->who < THREADS_MAX && stamp->sum == want.sum &&
	       memcmp(stamp->text, want.text, sizeof want.text) == 0;
}

static uint32_t *owned_field(struct torture *record, size_t group, size_t owner)
{
	static const size_t at[OWNED][OWNERS] = {
		{offsetof(struct torture, s0), offsetof(struct torture, s1), offsetof(struct torture, s2),
		 offsetof(struct torture, s3)},
		{offsetof(struct torture, m0), offsetof(struct torture, m1), offsetof(struct torture, m2),
		 offsetof(struct torture, m3)},
		{offsetof(struct torture, r0), offsetof(struct torture, r1), offsetof(struct torture, r2),
		 offsetof(struct torture, r3)},
		{offsetof(struct torture, a0), offsetof(struct torture, a1), offsetof(struct torture, a2),
		 offsetof(struct torture, a3)},
	};

	return (uint32_t *)(void *)((char *)record + at[group][owner]);
}

/* The flat fields of the snapshot group that go with its stamp. */
static void fill_flat(struct torture *record, uint64_t seq, struct torture_present *present)
{
	record->lead = (uint8_t)seq;
	record->items_n = (uint8_t)(seq % 8);
	for (size_t i = 0; i < 7; i++)
		record->items[i] = (uint16_t)(seq * 3);
	name_field(present, TORTURE_FIELD_LEAD);
	name_field(present, TORTURE_FIELD_ITEMS);
}

static bool flat_is_whole(const struct torture *record)
{
	uint64_t seq = record->snap.seq;

	for (size_t i = 0; i < 7; i++)
		if (record->items[i] != (uint16_t)(seq * 3))
			return false;
	return record->lead == (uint8_t)seq && record->items_n == seq % 8;
}

static void merge(struct thread *t, size_t r, const struct torture *patch, const struct torture_present *present)
{
	struct place *place = &t->run->places[r];

	t->writes++;
	if (!t->run->naive) {
		torture_merge(&place->shared, patch, present);
	} else {
		struct torture copy = place->naive;

		torture_patch(&copy, NULL, patch, present);
		place->naive = copy;
	}
}

/* A patch of the stamps of some groups of any record. */
static void write_stamps(struct thread *t)
{
	uint64_t dice = draw(t);
	struct torture patch = {.id = dice % t->run->records_n};
	struct torture_present present = {0};

	t->seq++;
	name_field(&present, TORTURE_FIELD_ID);
	stamp_present_all(&present.snap);
	stamp_present_all(&present.locked);
	stamp_present_all(&present.rw);
	patch.snap = patch.locked = patch.rw = stamp_of(t->who, t->seq);
	if (dice >> 32 & 1) {
		name_field(&present, TORTURE_FIELD_SNAP);
		fill_flat(&patch, t->seq, &present);
	}
	if (dice >> 33 & 1)
		name_field(&present, TORTURE_FIELD_LOCKED);
	if (dice >> 34 & 1)
		name_field(&present, TORTURE_FIELD_RW);
	merge(t, patch.id, &patch, &present);
}

/* A patch of the fields that this thread owns: nothing else may change, and none may be lost. */
static void write_owned(struct thread *t)
{
	size_t r = t->who / OWNERS, owner = t->who % OWNERS;
	struct torture patch = {.id = r};
	struct torture_present present = {0};

	t->owned++;
	for (size_t group = 0; group < OWNED; group++)
		*owned_field(&patch, group, owner) = t->owned;
	name_field(&present, (enum torture_field)(TORTURE_FIELD_S0 + owner));
	name_field(&present, (enum torture_field)(TORTURE_FIELD_M0 + owner));
	name_field(&present, (enum torture_field)(TORTURE_FIELD_R0 + owner));
	name_field(&present, (enum torture_field)(TORTURE_FIELD_A0 + owner));
	merge(t, r, &patch, &present);
}

/* Read-modify-write through the accessors and under the locks, on record 0. */
static void write_shared_fields(struct thread *t)
{
	struct torture_shared *shared = &t->run->places[0].shared;
	struct torture *naive = &t->run->places[0].naive;
	uint64_t bit = UINT64_C(1) << t->who % 64;

	t->hits++;
	t->tries++;
	t->toggles ^= bit;
	t->writes++;
	if (t->run->naive) {
		naive->hits++;
		naive->tries++;
		naive->bits ^= bit;
		naive->locked = stamp_of(t->who, ++t->seq);
		return;
	}

	uint16_t tries = torture_load_tries(shared);

	torture_add_hits(shared, 1);
	while (!torture_compare_exchange_tries(shared, &tries, (uint16_t)(tries + 1)))
		;
	if (t->toggles & bit)
		torture_or_bits(shared, bit);
	else
		torture_and_bits(shared, ~bit);
	torture_exchange_mode(shared, MODE_WRITE);
	torture_store_flag(shared, t->hits & 1);
	torture_add_small(shared, 1);
	if (t->hits & 1) {
		torture_lock_m(shared)->locked = stamp_of(t->who, ++t->seq);
		torture_unlock_m(shared);
	} else {
		torture_write_lock_rw(shared)->rw = stamp_of(t->who, ++t->seq);
		torture_write_unlock_rw(shared);
	}
}

static void write_large(struct thread *t)
{
	struct place *place = &t->run->places[draw(t) % t->run->records_n];
	struct large record = {.who = t->who, .seq = (uint32_t)++t->seq};

	for (size_t i = 0; i < 509; i++)
		record.words[i] = (t->seq * THREADS_MAX + t->who) * (i + 1);
	t->writes++;
	if (t->run->naive)
		place->naive_large = record;
	else
		large_merge(&place->large, &record, NULL);
}

/* ---- what is read ---------------------------------------------------------------------------------------------- */

static void judge_stamp(struct thread *t, size_t r, size_t group, const struct stamp *stamp)
{
	uint64_t *seen;

	if (!stamp_is_whole(stamp)) {
		t->mixed++;
		return;
	}
	seen = &t->seen[r][group][stamp->who];
	if (stamp->seq < *seen && stamp->seq)
		t->back++;
	else
		*seen = stamp->seq > *seen ? stamp->seq : *seen;
}

static void judge_owned(struct thread *t, size_t r, struct torture *record)
{
	for (size_t group = 0; group < OWNED; group++) {
		for (size_t owner = 0; owner < OWNERS; owner++) {
			uint32_t value = *owned_field(record, group, owner), *seen = &t->seen_owned[r][group][owner];

			t->back += value < *seen;
			*seen = value;
		}
	}
}

/* What was merged must be marked so. */
static bool present_is_right(const struct torture *record, const struct torture_present *present)
{
	if (record->snap.seq && !torture_has(present, TORTURE_FIELD_SNAP))
		return false;
	if (record->snap.seq && !stamp_has(&present->snap, STAMP_FIELD_SUM))
		return false;
	if (record->s3 && !torture_has(present, TORTURE_FIELD_S3))
		return false;
	return !torture_has(present, TORTURE_FIELD_HITS);       /* accessors leave it alone */
}

static void read_whole(struct thread *t)
{
	size_t r = draw(t) % t->run->records_n;
	struct place *place = &t->run->places[r];
	struct torture record;
	struct torture_present present;

	t->reads++;
	if (t->run->naive) {
		record = place->naive;
	} else {
		torture_read(&place->shared, &record, &present);
		t->mixed += !present_is_right(&record, &present) || record.untagged != 0;
	}
	judge_stamp(t, r, 0, &record.snap);
	judge_stamp(t, r, 1, &record.locked);
	judge_stamp(t, r, 2, &record.rw);
	t->mixed += !flat_is_whole(&record);
	judge_owned(t, r, &record);
}

static void read_groups(struct thread *t)
{
	size_t r = draw(t) % t->run->records_n;
	struct torture_shared *shared = &t->run->places[r].shared;
	struct torture_snapshot snapshot;
	struct torture_m m;
	struct stamp stamp;

	t->reads++;
	torture_read_snapshot(shared, &snapshot);
	judge_stamp(t, r, 0, &snapshot.snap);
	torture_read_m(shared, &m);
	judge_stamp(t, r, 1, &m.locked);
	stamp = torture_read_lock_rw(shared)->rw;
	torture_read_unlock_rw(shared);
	judge_stamp(t, r, 2, &stamp);
}

static void read_large(struct thread *t)
{
	size_t r = draw(t) % t->run->records_n;
	struct place *place = &t->run->places[r];
	struct large record;
	bool mixed = false;

	t->reads++;
	if (t->run->naive)
		record = place->naive_large;
	else
		large_read(&place->large, &record, NULL);
	for (size_t i = 0; i < 509; i++)
		mixed |= record.words[i] != ((uint64_t)record.seq * THREADS_MAX + record.who) * (i + 1);
	t->mixed += mixed;
	if (mixed)
		return;
	t->back += record.seq < t->seen_large[r][record.who];
	t->seen_large[r][record.who] = record.seq;
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

static void *work(void *arg)
{
	struct thread *t = arg;

	for (unsigned i = 0; i % 64 || now_ns() < t->run->end_ns; i++) {
		switch (draw(t) % 16) {
		case 0:
			write_large(t);
			break;
		case 1:
			read_large(t);
			break;
		case 2:
		case 3:
			write_shared_fields(t);
			break;
		case 4:
		case 5:
		case 6:
			write_owned(t);
			break;
		case 7:
		case 8:
		case 9:
			write_stamps(t);
			break;
		case 10:
		case 11:
			if (!t->run->naive) {
				read_groups(t);
				break;
			}
			/* fall through */
		default:
			read_whole(t);
		}
	}
	return NULL;
}

struct totals {
	uint64_t reads, writes, mixed, back, lost;
};

/* Every owner's fields hold its last write, and everyone's fields the sum of all that was done to them. */
static uint64_t count_lost(const struct torture_run *run, const struct thread *threads)
{
	uint64_t hits = 0, bits = 0, lost = 0;
	uint16_t tries = 0;
	struct torture record;

	for (size_t i = 0; i < run->threads_n; i++) {
		struct place *place = &run->places[i / OWNERS];

		record = place->naive;
		if (!run->naive)
			torture_read(&place->shared, &record, NULL);
		for (size_t group = 0; group < OWNED; group++)
			lost += *owned_field(&record, group, i % OWNERS) != threads[i].owned;
		hits += threads[i].hits;
		tries = (uint16_t)(tries + threads[i].tries);
		bits ^= threads[i].toggles;
	}
	record = run->places[0].naive;
	if (!run->naive)
		torture_read(&run->places[0].shared, &record, NULL);
	lost += (uint64_t)record.hits != hits;
	lost += record.tries != tries;
	lost += record.bits != bits;
	return lost;
}

static struct totals torture(size_t threads_n, double seconds, bool naive)
{
	struct torture_run run = {
		.threads_n = threads_n,
		.records_n = (threads_n + OWNERS - 1) / OWNERS,
		.naive = naive,
	};
	struct thread *threads = calloc(threads_n, sizeof *threads);
	struct totals totals = {0};

	run.places = aligned_alloc(alignof(struct place), RECORDS * sizeof *run.places);
	if (!threads || !run.places)
		abort();
	memset(run.places, 0, RECORDS * sizeof *run.places);
	run.end_ns = now_ns() + (uint64_t)(seconds * 1e9);
	for (size_t i = 0; i < threads_n; i++) {
		threads[i].run = &run;
		threads[i].who = (uint32_t)i;
		threads[i].random = 0x9e3779b97f4a7c15u * (i + 1);
		if (pthread_create(&threads[i].id, NULL, work, &threads[i]) != 0)
			abort();
	}
	for (size_t i = 0; i < threads_n; i++) {
		pthread_join(threads[i].id, NULL);
		totals.reads += threads[i].reads;
		totals.writes += threads[i].writes;
		totals.mixed += threads[i].mixed;
		totals.back += threads[i].back;
	}
	totals.lost = count_lost(&run, threads);
	free(run.places);
	free(threads);
	return totals;
}

static void check(size_t threads_n, double seconds, bool naive)
{
	struct totals t = torture(threads_n, seconds, naive);
	const char *way = naive ? "naive" : "guarded";

	/* On a busy machine threads may hardly meet in one try. */
	for (int tries = 1; naive && (t.mixed == 0 || t.lost == 0) && tries < 10; tries++)
		t = torture(threads_n, seconds, naive);
	printf("# %s, %zu threads: %llu reads, %llu writes, %llu mixed, %llu went back, %llu lost\n", way, threads_n,
	       (unsigned long long)t.reads, (unsigned long long)t.writes, (unsigned long long)t.mixed,
	       (unsigned long long)t.back, (unsigned long long)t.lost);
	tap_ok(t.reads > 1000 && t.writes > 1000, "%s, %zu threads: enough was done to tell", way, threads_n);
	if (naive) {
		tap_ok(t.mixed > 0, "naive, %zu threads: the oracle sees mixed records", threads_n);
		tap_ok(t.lost > 0, "naive, %zu threads: the oracle sees lost fields", threads_n);
		return;
	}
	tap_eq_int(t.mixed, 0, "guarded, %zu threads: no mixed group", threads_n);
	tap_eq_int(t.back, 0, "guarded, %zu threads: no group went back", threads_n);
	tap_eq_int(t.lost, 0, "guarded, %zu threads: no field lost", threads_n);
}

int main(int argc, char **argv)
{
	const char *given = getenv("FG_TORTURE_SECONDS");
	double seconds = given ? atof(given) : 1;
	size_t threads_n = 0;
	bool naive = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
			threads_n = strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--for") == 0 && i + 1 < argc)
			seconds = atof(argv[++i]);
		else if (strcmp(argv[i], "--naive") == 0)
			naive = true;
		else
			threads_n = THREADS_MAX + 1;
	}
	if (threads_n > THREADS_MAX || seconds <= 0) {
		fprintf(stderr, "usage: torture_policies [--threads N] [--for SECONDS] [--naive]    N: 1 to %d\n", THREADS_MAX);
		return 2;
	}
	if (threads_n) {
		check(threads_n, seconds, naive);
		return tap_done();
	}
	check(2, seconds, false);
	check(8, seconds, false);
	check(64, seconds, false);
#ifdef UNDER_TSAN
	tap_skip("naive: it races, which ThreadSanitizer would report");
#else
	check(8, seconds, true);
#endif
	return tap_done();
}

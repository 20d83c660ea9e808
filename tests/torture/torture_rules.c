/*
 * torture_rules.c - many threads change states, set once fields and read what others own, against an oracle that knows
 * every change
 *
 *     torture_rules [--threads N] [--for SECONDS] [--naive]
 *
 * states: each change that was allowed is counted by from and to. At the end, of each record, the version must be the
 * number of changes, and what went into a state less what left it whether the record is in it: so no change was lost
 * and none was made up. Readers compare state and version with what they saw before. Merges carry a note beside their
 * state: the note of a refused one must never be seen. once: of all that try one succeeds, and what it wrote is whole
 * and never changes. owner: each thread writes one record, and all read them: whole, never back, nothing lost.
 *
 * --naive does the same on plain structs, with a check before each write: the oracle must find it out. Without
 * --threads: 2, 8 and 64 threads, guarded, then naive, FG_TORTURE_SECONDS (default 1) each.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "torture_rules.fg.h"
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
	CONTENDED = 4,                  /* records whose states all threads change */
	STATES = 3,
	BIRTHS = 100000,
	NOTES = 1 << 18,                /* merges of one thread that can be told apart */
};

/* One record as each way of sharing has it. */
struct place {
	struct ruled_shared shared;
	struct ruled naive;
	uint64_t naive_version;
};

struct birth_place {
	struct birth_shared shared;
	struct birth naive;
	_Atomic uint32_t winners;       /* threads that were told they wrote it */
	_Atomic uint32_t winner;
};

typedef _Atomic uint64_t bitmap[NOTES / 64];

struct run {
	struct place *places;           /* THREADS_MAX */
	struct birth_place *births;
	bitmap *seen, *refused;         /* notes of each thread: read by any, refused to it */
	size_t threads_n;
	bool naive;
	uint64_t end_ns;
};

struct thread {
	pthread_t id;
	const struct run *run;
	uint32_t who;
	uint64_t random;
	uint64_t moves[CONTENDED][STATES][STATES];
	uint64_t version[CONTENDED];
	enum ruled_phase phase[CONTENDED];
	uint64_t owned;                 /* writes of what this thread owns */
	uint64_t owned_seen[THREADS_MAX], count_seen[THREADS_MAX];
	uint64_t notes;
	uint8_t *first_seen;            /* who wrote it, plus 1 */
	uint64_t done, illegal, back, mixed, changed;
};

/* The first record that nobody tried yet, or hardly: there all threads meet. */
static _Atomic size_t front;

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
	return t->random * 0x2545f4914f6cdd1du >> 8;
}

static struct mark mark_of(uint32_t who, uint64_t seq)
{
	struct mark mark = {.who = who, .seq = seq, .sum = (seq * THREADS_MAX + who) * 0x9e3779b97f4a7c15u};

	for (size_t i = 0; i < sizeof mark.text - 1; i++)
		mark.text[i] = (char)('a' + (mark.sum >> (8 + i)) % 26);
	return mark;
}

static bool is_whole(const struct mark *mark)
{
	struct mark want = mark_of(mark->who, mark->seq);

	if (!mark->seq)
		return !mark->who && !mark->sum;       /* never written */
	return mark->sum == want.sum && memcmp(mark->text, want.text, sizeof want.text) == 0;
}

/* ---- states ---------------------------------------------------------------------------------------------------- */

static const bool phase_may[STATES][STATES] = {{1, 1, 0}, {1, 1, 1}, {1, 0, 1}};
static const bool step_may[STATES][STATES] = {{1, 1, 0}, {0, 1, 1}, {1, 0, 1}};

static void change_phase(struct thread *t)
{
	size_t r = draw(t) % CONTENDED;
	struct place *place = &t->run->places[r];
	enum ruled_phase to = (enum ruled_phase)(draw(t) % STATES), from = RULED_A;
	int rc = 0;

	if (t->run->naive) {
		from = place->naive.phase;
		rc = phase_may[from][to] ? 0 : -EPERM;
		if (!rc && from != to) {
			place->naive.phase = to;
			place->naive_version++;
		}
	} else {
		rc = ruled_advance_phase(&place->shared, to, &from);
	}
	t->illegal += (rc == 0) != phase_may[from][to];
	if (rc == 0 && from != to)
		t->moves[r][from][to]++;
}

static void read_phase(struct thread *t)
{
	size_t r = draw(t) % CONTENDED;
	struct place *place = &t->run->places[r];
	uint64_t version = place->naive_version;
	enum ruled_phase phase = place->naive.phase;

	if (!t->run->naive)
		phase = ruled_load_versioned_phase(&place->shared, &version);
	t->back += version < t->version[r];
	t->illegal += version == t->version[r] && phase != t->phase[r];
	t->illegal += version == t->version[r] + 1 && (!phase_may[t->phase[r]][phase] || phase == t->phase[r]);
	t->version[r] = version;
	t->phase[r] = phase;
}

static void set_bit(bitmap *map, uint64_t bit)
{
	atomic_fetch_or_explicit(&(*map)[bit / 64], UINT64_C(1) << bit % 64, memory_order_relaxed);
}

/* A state with a note: both or none. */
static void merge_step(struct thread *t)
{
	struct place *place = &t->run->places[draw(t) % CONTENDED];
	struct ruled patch = {.step = (enum ruled_phase)(draw(t) % STATES)};
	struct ruled_present present = {.bits = {1u << RULED_FIELD_STEP | 1u << RULED_FIELD_NOTE}};
	struct fg_refusal why = {0};
	bool refused;

	if (t->notes + 1 == NOTES)
		return;
	patch.note = mark_of(t->who, ++t->notes);
	if (t->run->naive) {
		struct ruled copy = place->naive;

		refused = !step_may[copy.step][patch.step];
		ruled_patch(&copy, NULL, &patch, &present);
		if (!refused)
			place->naive = copy;
	} else {
		refused = ruled_merge(&place->shared, &patch, &present, &why) == -EPERM;
		t->illegal += refused && (strcmp(why.path, "$.step") != 0 || step_may[why.from[0] - 'a'][patch.step]);
	}
	if (refused)
		set_bit(&t->run->refused[t->who], t->notes);
}

/* ---- owner ----------------------------------------------------------------------------------------------------- */

static void write_mine(struct thread *t)
{
	struct place *place = &t->run->places[t->who];
	struct ruled patch = {.mine = mark_of(t->who, ++t->owned)};
	struct ruled_present present = {.bits = {1u << RULED_FIELD_MINE}};

	if (t->run->naive) {
		place->naive.mine = patch.mine;
		place->naive.count++;
		return;
	}
	ruled_merge(&place->shared, &patch, &present, NULL);
	ruled_add_count(&place->shared, 1);
}

static void read_place(struct thread *t)
{
	size_t r = draw(t) % t->run->threads_n;
	struct place *place = &t->run->places[r];
	struct ruled record;

	if (t->run->naive)
		record = place->naive;
	else
		ruled_read(&place->shared, &record, NULL);
	t->mixed += !is_whole(&record.mine) || !is_whole(&record.note);
	t->back += record.mine.seq < t->owned_seen[r] || record.count < t->count_seen[r];
	t->owned_seen[r] = record.mine.seq;
	t->count_seen[r] = record.count;
	if (is_whole(&record.note) && record.note.seq && record.note.seq < NOTES && record.note.who < THREADS_MAX)
		set_bit(&t->run->seen[record.note.who], record.note.seq);
}

/* ---- once ------------------------------------------------------------------------------------------------------ */

/* Even ones by their setter, odd ones by a merge that carries the rest. */
static bool write_birth(struct thread *t, struct birth_place *place, size_t b)
{
	struct birth patch = {.first = mark_of(t->who, b + 1), .at = t->who, .note = t->who};

	if (t->run->naive) {
		if (place->naive.first.seq)
			return false;
		place->naive = patch;
		return true;
	}
	if (b % 2 == 0)
		return birth_set_first(&place->shared, &patch.first) == 0;
	return birth_merge(&place->shared, &patch, NULL, NULL) == 0;
}

static void be_first(struct thread *t)
{
	size_t b = atomic_load_explicit(&front, memory_order_relaxed);
	struct birth_place *place = &t->run->births[b];

	if (b + 1 == BIRTHS)
		return;
	if (write_birth(t, place, b)) {
		atomic_fetch_add_explicit(&place->winners, 1, memory_order_relaxed);
		atomic_store_explicit(&place->winner, t->who, memory_order_relaxed);
	}
	atomic_compare_exchange_strong_explicit(&front, &b, b + 1, memory_order_relaxed, memory_order_relaxed);
}

static void read_birth(struct thread *t)
{
	size_t end = atomic_load_explicit(&front, memory_order_relaxed) + 1;
	size_t b = end - 1 - draw(t) % (end < 8 ? end : 8);
	struct birth_place *place = &t->run->births[b];
	const struct mark *first = t->run->naive ? &place->naive.first : birth_get_first(&place->shared);

	if (!first || !first->seq) {
		t->changed += t->first_seen[b] != 0;
		return;
	}
	t->mixed += !is_whole(first);
	t->changed += t->first_seen[b] && t->first_seen[b] != first->who + 1;
	t->first_seen[b] = (uint8_t)(first->who + 1);
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

static void *work(void *arg)
{
	static void (*const jobs[])(struct thread *) = {change_phase, read_phase, merge_step, write_mine, read_place,
	                                                be_first,     read_birth, read_birth};
	struct thread *t = arg;

	if (!t->run->naive)
		ruled_own_shared(&t->run->places[t->who].shared);
	for (; t->done % 64 || now_ns() < t->run->end_ns; t->done++)
		jobs[draw(t) % 8](t);
	return NULL;
}

struct totals {
	uint64_t done, illegal, back, mixed, changed, lost, twice, told;
};

/* Of each record: as many changes as versions, and into each state as many as out of it, but for where it ended. */
static uint64_t count_lost_moves(const struct run *run, const struct thread *threads)
{
	uint64_t lost = 0;

	for (size_t r = 0; r < CONTENDED; r++) {
		uint64_t version = run->places[r].naive_version, all = 0;
		enum ruled_phase end = run->places[r].naive.phase;
		int64_t in[STATES] = {1};      /* all begin in the first */

		if (!run->naive)
			end = ruled_load_versioned_phase(&run->places[r].shared, &version);
		for (size_t i = 0; i < run->threads_n * STATES * STATES; i++) {
			size_t from = i / STATES % STATES, to = i % STATES;
			uint64_t n = threads[i / STATES / STATES].moves[r][from][to];

			all += n;
			in[to] += (int64_t)n;
			in[from] -= (int64_t)n;
		}
		lost += version != all + 1;
		for (size_t s = 0; s < STATES; s++)
			lost += in[s] != (s == end);
	}
	return lost;
}

static void judge_end(const struct run *run, const struct thread *threads, struct totals *totals)
{
	totals->lost = count_lost_moves(run, threads);
	for (size_t i = 0; i < run->threads_n; i++) {
		struct ruled record = run->places[i].naive;

		if (!run->naive)
			ruled_read(&run->places[i].shared, &record, NULL);
		totals->lost += record.count != threads[i].owned || record.mine.seq != threads[i].owned;
		for (size_t w = 0; w < NOTES / 64; w++)
			totals->told += (run->seen[i][w] & run->refused[i][w]) != 0;
	}
	for (size_t b = 0; b + 1 < BIRTHS; b++) {
		struct birth_place *place = &run->births[b];
		struct birth birth = place->naive;

		if (!run->naive)
			birth_read(&place->shared, &birth, NULL);
		totals->twice += place->winners > 1 || (place->winners == 1) != (birth.first.seq != 0);
		if (place->winners == 1)
			totals->twice += birth.first.who != place->winner || !is_whole(&birth.first) ||
					 (b % 2 && (birth.at != place->winner || birth.note != place->winner));
	}
}

static void *zeroed(size_t align, size_t size)
{
	void *p = aligned_alloc(align, (size + align - 1) / align * align);

	if (!p)
		abort();
	return memset(p, 0, size);
}

static struct totals torture(size_t threads_n, double seconds, bool naive)
{
	struct run run = {.threads_n = threads_n, .naive = naive};
	struct thread *threads = zeroed(alignof(struct thread), threads_n * sizeof *threads);
	struct totals totals = {0};

	run.places = zeroed(alignof(struct place), THREADS_MAX * sizeof *run.places);
	run.births = zeroed(alignof(struct birth_place), BIRTHS * sizeof *run.births);
	run.seen = zeroed(64, THREADS_MAX * sizeof *run.seen);
	run.refused = zeroed(64, THREADS_MAX * sizeof *run.refused);
	for (size_t r = 0; r < CONTENDED; r++) {
		ruled_advance_phase(&run.places[r].shared, RULED_A, NULL);
		run.places[r].naive_version = 1;
	}
	atomic_store(&front, 0);
	run.end_ns = now_ns() + (uint64_t)(seconds * 1e9);
	for (size_t i = 0; i < threads_n; i++) {
		struct thread *t = &threads[i];

		t->run = &run;
		t->who = (uint32_t)i;
		t->random = 0x9e3779b97f4a7c15u * (i + 1);
		t->first_seen = zeroed(64, BIRTHS * sizeof *t->first_seen);
		for (size_t r = 0; r < CONTENDED; r++)
			t->version[r] = 1;
		if (pthread_create(&t->id, NULL, work, t) != 0)
			abort();
	}
	for (size_t i = 0; i < threads_n; i++) {
		pthread_join(threads[i].id, NULL);
		totals.done += threads[i].done;
		totals.illegal += threads[i].illegal;
		totals.back += threads[i].back;
		totals.mixed += threads[i].mixed;
		totals.changed += threads[i].changed;
		free(threads[i].first_seen);
	}
	judge_end(&run, threads, &totals);
	free(run.places);
	free(run.births);
	free(run.seen);
	free(run.refused);
	free(threads);
	return totals;
}

static _Atomic uint64_t violations;

/* Under ThreadSanitizer this is a checked build. Setters that lose are what this test is for; all else is not. */
static void on_violation(const struct fg_violation *violation, void *user)
{
	(void)user;
	if (violation->kind != FG_VIOLATION_ONCE)
		atomic_fetch_add(&violations, 1);
}

static void print(const char *way, size_t threads_n, const struct totals *t)
{
	printf("# %s, %zu threads: %llu done, %llu illegal, %llu went back, %llu mixed, %llu changed, %llu lost, %llu twice, "
	       "%llu refused and seen\n", way, threads_n, (unsigned long long)t->done, (unsigned long long)t->illegal,
	       (unsigned long long)t->back, (unsigned long long)t->mixed, (unsigned long long)t->changed,
	       (unsigned long long)t->lost, (unsigned long long)t->twice, (unsigned long long)t->told);
}

static void check_guarded(size_t threads_n, double seconds)
{
	struct totals t = torture(threads_n, seconds, false);

	print("guarded", threads_n, &t);
	tap_ok(t.done > 1000, "guarded, %zu threads: enough was done to tell", threads_n);
	tap_eq_int(t.illegal, 0, "guarded, %zu threads: no illegal state", threads_n);
	tap_eq_int(t.back, 0, "guarded, %zu threads: no version and no owner's field went back", threads_n);
	tap_eq_int(t.mixed, 0, "guarded, %zu threads: nothing mixed", threads_n);
	tap_eq_int(t.changed, 0, "guarded, %zu threads: no once field changed", threads_n);
	tap_eq_int(t.lost, 0, "guarded, %zu threads: no change lost", threads_n);
	tap_eq_int(t.twice, 0, "guarded, %zu threads: each once field written by one, with all that came with it", threads_n);
	tap_eq_int(atomic_load(&violations), 0, "guarded, %zu threads: no concurrent fill, no stranger among the owners",
	           threads_n);
	tap_eq_int(t.told, 0, "guarded, %zu threads: nothing of a refused merge was seen", threads_n);
}

/* On a busy machine threads may hardly meet in one try: some more are allowed. */
static void check_naive(size_t threads_n, double seconds)
{
	struct totals all = {0};

	for (unsigned i = 0; i < 10 && !(all.lost && all.mixed && all.illegal + all.back); i++) {
		struct totals t = torture(threads_n, seconds, true);

		print("naive", threads_n, &t);
		all.lost += t.lost;
		all.mixed += t.mixed;
		all.illegal += t.illegal;
		all.back += t.back;
	}
	tap_ok(all.lost > 0, "naive, %zu threads: the oracle sees lost changes", threads_n);
	tap_ok(all.mixed > 0, "naive, %zu threads: the oracle sees mixed records", threads_n);
	tap_ok(all.illegal + all.back > 0, "naive, %zu threads: the oracle sees illegal states", threads_n);
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
		fprintf(stderr, "usage: torture_rules [--threads N] [--for SECONDS] [--naive]    N: 1 to %d\n", THREADS_MAX);
		return 2;
	}
	fg_checked_set_handler(on_violation, NULL);
	if (threads_n) {
		(naive ? check_naive : check_guarded)(threads_n, seconds);
		return tap_done();
	}
	check_guarded(2, seconds);
	check_guarded(8, seconds);
	check_guarded(64, seconds);
#ifdef UNDER_TSAN
	tap_skip("naive: it races, which ThreadSanitizer would report");
#else
	check_naive(8, seconds);
#endif
	return tap_done();
}

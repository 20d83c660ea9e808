/*
 * torture_store.c - threads merge, read, remove and walk one store; no merge may be lost
 *
 * Stable keys are there from the start and never removed: each counts its merges, and at the end it must have counted
 * all that the threads made. Churn keys come and go beside them in the same shards, so that places move, tables grow
 * and records' memory changes owners all the time.
 */
#include "tap.h"
#include "unit/runtime/tally.h"

#include <fieldguard/store.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS_MAX = 64, STABLE = 300, CHURN = 20000, CHURN_HOT = 8, OPS_BETWEEN_LOOKS = 500 };

struct torturer {
	struct fg_store *store;
	atomic_bool *stop;
	unsigned number;
	uint64_t seed;
	uint64_t made[STABLE];         /* merges into each stable key */
	uint64_t seen[STABLE];         /* merges that a read or a walk has shown */
	unsigned walk_visits[STABLE];
	uint64_t ops, walks;
	const char *fault;
	pthread_t thread;
};

/* ---- memory that shows who uses it too late ---- */

static void *poison_alloc(void *user, size_t size)
{
	size_t *block = malloc(size + 16);

	(void)user;
	if (!block)
		return NULL;
	*block = size;
	return block + 2;
}

static void poison_free(void *user, void *ptr)
{
	size_t *block = (size_t *)ptr - 2;

	(void)user;
	memset(ptr, 0xdd, *block);
	free(block);
}

static const struct fg_allocator poison = { poison_alloc, poison_free, NULL };

/* ---- everything at once ---- */

static uint64_t next_random(struct torturer *t)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 7;
	t->seed ^= t->seed << 17;
	return t->seed;
}

static struct fg_key stable_key(unsigned i, char id[24])
{
	return (struct fg_key){ id, (size_t)snprintf(id, 24, "s%u", i) };
}

/* Half of the time one of a few, so that threads meet at it. */
static unsigned churn_pick(uint64_t random)
{
	return (unsigned)(random >> 32) % (random & 16 ? CHURN_HOT : CHURN);
}

/* Some short, some long enough to lie outside their cell. */
static struct fg_key churn_key(unsigned i, char id[24])
{
	return (struct fg_key){ id, (size_t)snprintf(id, 24, i % 3 ? "c%u" : "churn-churn-%u", i) };
}

static void merge(struct torturer *t, const char *id)
{
	struct tally_present present = { TALLY_ID | TALLY_V };
	struct tally record = { .v = t->number };

	snprintf(record.id, sizeof(record.id), "%s", id);
	if (fg_store_merge(t->store, &record, &present))
		t->fault = "merge failed";
}

/* What was seen of a stable key may only grow. */
static void see(struct torturer *t, unsigned i, uint64_t merges)
{
	if (merges < t->seen[i])
		t->fault = "merges were lost";
	t->seen[i] = merges;
}

static int visit(const void *record, const void *present, void *user)
{
	const struct tally *tally = record;
	struct torturer *t = user;
	unsigned i;

	(void)present;
	if (tally->id[0] == 's') {
		i = (unsigned)atoi(tally->id + 1);
		t->walk_visits[i]++;
		see(t, i, tally->merges);
	} else if (tally->id[0] != 'c' || !tally->merges) {
		t->fault = "a walk showed a record that nobody made";
	}
	return 0;
}

static void walk(struct torturer *t)
{
	memset(t->walk_visits, 0, sizeof(t->walk_visits));
	if (fg_store_each(t->store, visit, t))
		t->fault = "walk failed";
	for (unsigned i = 0; i < STABLE; i++) {
		if (t->walk_visits[i] != 1)
			t->fault = "a walk did not show a stable key exactly once";
	}
	t->walks++;
}

static void read_one(struct torturer *t, unsigned i)
{
	struct tally tally;
	char id[24];

	if (fg_store_read(t->store, stable_key(i, id), &tally, NULL) || strcmp(tally.id, id))
		t->fault = "a stable key was not found";
	else
		see(t, i, tally.merges);
	churn_key(i, id);
	if (!fg_store_read(t->store, churn_key(i, id), &tally, NULL) && strcmp(tally.id, id))
		t->fault = "a key showed another one's record";
}

static void *torture(void *arg)
{
	struct torturer *t = arg;
	char id[24];

	while (!atomic_load_explicit(t->stop, memory_order_relaxed) && !t->fault) {
		for (unsigned op = 0; op < OPS_BETWEEN_LOOKS; op++) {
			uint64_t random = next_random(t);
			unsigned i = (unsigned)(random >> 32) % STABLE;

			switch (random % 8) {
			case 0:
				read_one(t, i);
				break;
			case 1:
			case 2:
				churn_key(churn_pick(random), id);
				merge(t, id);
				break;
			case 3:
			case 4:
				fg_store_remove(t->store, churn_key(churn_pick(random), id));
				break;
			default:
				stable_key(random & 8 ? 0 : i, id);
				merge(t, id);
				t->made[random & 8 ? 0 : i]++;
			}
		}
		t->ops += OPS_BETWEEN_LOOKS;
		if (next_random(t) % 16 == 0)
			walk(t);
	}
	return NULL;
}

static void judge(struct torturer *all, unsigned threads)
{
	uint64_t wrong = 0, ops = 0, walks = 0, made;
	const char *fault = NULL;
	struct tally tally;
	char id[24];

	for (unsigned i = 0; i < STABLE; i++) {
		made = 1;
		for (unsigned n = 0; n < threads; n++)
			made += all[n].made[i];
		wrong += fg_store_read(all->store, stable_key(i, id), &tally, NULL) || tally.merges != made;
	}
	for (unsigned n = 0; n < threads; n++) {
		ops += all[n].ops;
		walks += all[n].walks;
		fault = fault ? fault : all[n].fault;
	}
	tap_ok(!fault, "%u threads: %llu operations, %llu walks%s%s", threads, (unsigned long long)ops,
	       (unsigned long long)walks, fault ? ": " : "", fault ? fault : "");
	tap_eq_int(wrong, 0, "every merge into every stable key was counted");
	for (unsigned i = 0; i < CHURN; i++)
		fg_store_remove(all->store, churn_key(i, id));
	tap_eq_int(fg_store_count(all->store), STABLE, "no key was there twice");
}

static void run(unsigned threads, double seconds)
{
	static struct torturer all[THREADS_MAX];
	struct fg_store_options options = { .allocator = &poison };
	struct torturer first = { .number = 0 };
	atomic_bool stop = false;
	struct timespec pause = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
	char id[24];

	fg_store_new(&tally_fg_type, &options, &first.store);
	for (unsigned i = 0; i < STABLE; i++) {
		stable_key(i, id);
		merge(&first, id);
	}
	memset(all, 0, sizeof(all));
	for (unsigned n = 0; n < threads; n++) {
		all[n].store = first.store;
		all[n].stop = &stop;
		all[n].number = n;
		all[n].seed = 0x9e3779b97f4a7c15u * (n + 1);
		pthread_create(&all[n].thread, NULL, torture, &all[n]);
	}
	nanosleep(&pause, NULL);
	atomic_store(&stop, true);
	for (unsigned n = 0; n < threads; n++)
		pthread_join(all[n].thread, NULL);
	judge(all, threads);
	fg_store_free(first.store);
}

/* ---- growth ---- */

enum { GROWN = 50000 };

struct grower {
	struct fg_store *store;
	_Atomic unsigned *grown;       /* keys that are there for certain, of both writers */
	unsigned number, writers;
	const char *fault;
	uint64_t reads;
	pthread_t thread;
};

static struct fg_key grown_key(unsigned writer, unsigned i, char id[24])
{
	return (struct fg_key){ id, (size_t)snprintf(id, 24, i % 5 ? "w%u-%u" : "writer-%u-key-%u", writer, i) };
}

static void *grow(void *arg)
{
	struct grower *g = arg;
	struct tally_present present = { TALLY_ID | TALLY_V };
	struct tally record = { .v = 1 };

	for (unsigned i = 0; i < GROWN; i++) {
		grown_key(g->number, i, record.id);
		if (fg_store_merge(g->store, &record, &present))
			g->fault = "merge failed";
		atomic_store_explicit(&g->grown[g->number], i + 1, memory_order_release);
	}
	return NULL;
}

static void *follow(void *arg)
{
	struct grower *g = arg;
	struct torturer random = { .seed = 0x9e3779b97f4a7c15u * (g->number + 1) };
	unsigned done = 0;

	while (done < g->writers && !g->fault) {
		done = 0;
		for (unsigned w = 0; w < g->writers; w++) {
			unsigned there = atomic_load_explicit(&g->grown[w], memory_order_acquire);
			struct tally tally;
			char id[24];

			done += there == GROWN;
			if (!there)
				continue;
			grown_key(w, (unsigned)next_random(&random) % there, id);
			if (fg_store_read(g->store, (struct fg_key){ id, strlen(id) }, &tally, NULL) ||
			    strcmp(tally.id, id) || tally.merges != 1)
				g->fault = "a key that was there was not found, or is another's";
			if (!fg_store_read(g->store, grown_key(w, GROWN + there, id), &tally, NULL))
				g->fault = "a key was found that nobody made";
			g->reads++;
		}
	}
	return NULL;
}

static void run_growth(unsigned threads)
{
	static struct grower all[THREADS_MAX];
	static _Atomic unsigned grown[THREADS_MAX];
	struct fg_store_options options = { .allocator = &poison };
	unsigned writers = threads / 2 < 2 ? 1 : 2;
	const char *fault = NULL;
	struct fg_store *store;
	uint64_t reads = 0;

	fg_store_new(&tally_fg_type, &options, &store);
	for (unsigned n = 0; n < threads; n++) {
		atomic_store(&grown[n], 0);
		all[n] = (struct grower){ .store = store, .grown = grown, .number = n, .writers = writers };
		pthread_create(&all[n].thread, NULL, n < writers ? grow : follow, &all[n]);
	}
	for (unsigned n = 0; n < threads; n++) {
		pthread_join(all[n].thread, NULL);
		fault = fault ? fault : all[n].fault;
		reads += all[n].reads;
	}
	tap_ok(!fault, "%u threads: %llu reads while %u keys came%s%s", threads, (unsigned long long)reads,
	       writers * GROWN, fault ? ": " : "", fault ? fault : "");
	tap_eq_int(fg_store_count(store), writers * GROWN, "all are there");
	fg_store_free(store);
}

/* ---- limits ---- */

enum { LIMIT = 200, LIMITED_KEYS = 3000, LIFE = 2000 };

struct limited {
	struct fg_store *store;
	atomic_bool *stop;
	_Atomic uint64_t made, over, lives;
	uint64_t told;                 /* evict is called by one at a time, and joins order it with us */
};

static void limited_evict(const void *record, const void *present, void *user)
{
	struct limited *limited = user;

	(void)present;
	limited->told += ((const struct tally *)record)->merges;
}

/* A short life: the thread ends, another one takes its place. */
static void *limited_live(void *arg)
{
	struct limited *limited = arg;
	struct torturer random = { .seed = (uintptr_t)&random | 1, .store = limited->store };
	struct tally tally;
	char id[24];

	for (unsigned op = 0; op < LIFE; op++) {
		uint64_t r = next_random(&random);
		struct fg_key key = churn_key((unsigned)(r >> 32) % (r & 1 ? LIMIT : LIMITED_KEYS), id);

		if (r & 2) {
			merge(&random, id);
			atomic_fetch_add_explicit(&limited->made, 1, memory_order_relaxed);
		} else if (!fg_store_read(limited->store, key, &tally, NULL) && strcmp(tally.id, id)) {
			random.fault = "another's";
		}
	}
	if (random.fault)
		atomic_fetch_add(&limited->over, 1);
	atomic_fetch_add(&limited->lives, 1);
	return NULL;
}

static void *limited_main(void *arg)
{
	struct limited *limited = arg;

	while (!atomic_load_explicit(limited->stop, memory_order_relaxed)) {
		pthread_t life;

		pthread_create(&life, NULL, limited_live, limited);
		pthread_join(life, NULL);
	}
	return NULL;
}

static int limited_left(const void *record, const void *present, void *user)
{
	(void)present;
	((uint64_t *)user)[0] += ((const struct tally *)record)->merges;
	((uint64_t *)user)[1]++;
	return 0;
}

static void run_limited(unsigned threads, double seconds)
{
	atomic_bool stop = false;
	struct limited limited = { .stop = &stop };
	struct fg_store_options options = {
		.allocator = &poison, .max_keys = LIMIT, .evict = limited_evict, .user = &limited
	};
	struct timespec pause = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
	pthread_t all[THREADS_MAX];
	uint64_t left[2] = { 0, 0 };

	fg_store_new(&tally_fg_type, &options, &limited.store);
	for (unsigned n = 0; n < threads; n++)
		pthread_create(&all[n], NULL, limited_main, &limited);
	nanosleep(&pause, NULL);
	atomic_store(&stop, true);
	for (unsigned n = 0; n < threads; n++)
		pthread_join(all[n], NULL);
	fg_store_each(limited.store, limited_left, left);
	fg_store_free(limited.store);
	tap_eq_int(limited.over, 0, "%u threads, %llu lives: nobody saw another's record, no merge was refused", threads,
	           (unsigned long long)limited.lives);
	tap_ok(left[1] <= LIMIT && left[1] > 0, "%llu keys are left, %d were allowed", (unsigned long long)left[1], LIMIT);
	tap_eq_int(limited.told + left[0], limited.made, "every merge was told with an evicted record, or is left");
}

int main(void)
{
	const char *asked = getenv("FG_TORTURE_SECONDS");
	double seconds = asked ? atof(asked) : 1;

	run(2, seconds / 4);
	run(8, seconds / 4);
	run(THREADS_MAX, seconds / 4);
	run_growth(2);
	run_growth(8);
	run_limited(2, seconds / 8);
	run_limited(THREADS_MAX, seconds / 8);
	return tap_done();
}

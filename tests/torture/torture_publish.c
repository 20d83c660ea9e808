/*
 * torture_publish.c - many threads merge into and read one record full of pointers, against an oracle that knows every
 * write
 *
 *     torture_publish [--threads N] [--for SECONDS]
 *
 * A write is text, name, items and a sum, all made from who wrote and how often: of any length, and a mix of two is
 * found by the bytes. Beside that, four threads have a string of their own each, which only grows: what was read of it
 * once must never be missed again, and by its owner never at all. Memory is overwritten before it is freed, so a string
 * that was freed too early is found without a sanitizer too. In the end every piece must have been given back.
 * Then the same with records that are made and removed, in a store of few keys.
 * Without --threads: 2, 8 and 64 threads, FG_TORTURE_SECONDS (default 1) each.
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "torture_publish.fg.h"
#include "tap.h"

enum {
	THREADS_MAX = 64,
	OWNERS = 4,
	TEXT_MAX = 700,
	ITEMS_MAX = 5,
	RECORDS = 2,
	KEYS = 8,
};

struct run {
	struct parcel_shared *records;          /* or: */
	struct fg_store *store;
	size_t threads_n;
	uint64_t end_ns;
};

struct thread {
	pthread_t id;
	const struct run *run;
	struct fg_arena arena;
	uint32_t who;
	uint64_t random;
	uint64_t seq;                                   /* last written by this thread */
	uint64_t owned[RECORDS];                        /* likewise, of its own string */
	uint64_t seen[RECORDS][THREADS_MAX];            /* newest write seen of each thread */
	uint64_t owned_seen[RECORDS][OWNERS];
	uint64_t merges, reads, views, removes, mixed, back, lost, failed;
};

static atomic_size_t live;

/* Memory that is overwritten before it is freed. */
static void *poisoned_alloc(void *user, size_t size)
{
	size_t *p = malloc(size + 2 * sizeof *p);

	(void)user;
	if (!p)
		return NULL;
	*p = size;
	atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
	return p + 2;
}

static void poisoned_free(void *user, void *ptr)
{
	size_t *p = (size_t *)ptr - 2;

	(void)user;
	memset(ptr, 0xa5, *p);
	atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
	free(p);
}

static const struct fg_allocator poisoned = {poisoned_alloc, poisoned_free, NULL};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* splitmix64, G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators". */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t draw(struct thread *t)
{
	return mix(t->random++);
}

/* ---- what is written ------------------------------------------------------------------------------------------- */

/* Letters that a write is known by; mostly short, sometimes long. ret: TEXT_MAX + 1 bytes. */
static size_t letters(uint64_t seed, char *ret)
{
	uint64_t x = mix(seed);
	size_t len = (x & 7) ? x >> 8 & 31 : (x >> 8) % TEXT_MAX;

	for (size_t i = 0; i < len; i++) {
		if (i % 8 == 0)
			x = mix(x);
		ret[i] = (char)('a' + (x >> i % 8 * 8 & 15));
	}
	ret[len] = '\0';
	return len;
}

static uint64_t seed_of(uint32_t who, uint64_t seq, unsigned part)
{
	return (seq * THREADS_MAX + who) * 16 + part;
}

/* One write, in the storage of who makes or checks it. */
struct write {
	struct parcel parcel;
	struct parcel_item items[ITEMS_MAX];
	char text[TEXT_MAX + 1], name[TEXT_MAX + 1], labels[ITEMS_MAX][TEXT_MAX + 1];
	uint64_t sum;
};

static void write_make(struct write *w, uint32_t who, uint64_t seq)
{
	w->sum = mix(seed_of(who, seq, 0));
	w->parcel = (struct parcel){.who = who, .seq = seq, .text = {w->text, letters(seed_of(who, seq, 1), w->text)},
	                            .name = w->name, .sum = &w->sum, .items = w->items,
	                            .items_n = (uint16_t)(w->sum % (ITEMS_MAX + 1))};
	letters(seed_of(who, seq, 2), w->name);
	for (uint16_t i = 0; i < w->parcel.items_n; i++) {
		letters(seed_of(who, seq, 3u + i), w->labels[i]);
		w->items[i] = (struct parcel_item){i, i % 3 == 2 ? NULL : w->labels[i]};
	}
}

static bool is_whole(const struct parcel *p)
{
	struct write want;

	if (!p->seq)
		return !p->who && !p->text.ptr && !p->name && !p->sum && !p->items_n;  /* never written */
	if (p->who >= THREADS_MAX)
		return false;
	write_make(&want, p->who, p->seq);
	if (!p->sum || *p->sum != want.sum || p->items_n != want.parcel.items_n ||
	    p->text.len != want.parcel.text.len || memcmp(p->text.ptr, want.text, p->text.len) != 0 ||
	    strcmp(p->name, want.name) != 0)
		return false;
	for (uint16_t i = 0; i < p->items_n; i++)
		if (p->items[i].number != i || !p->items[i].label != !want.items[i].label ||
		    (p->items[i].label && strcmp(p->items[i].label, want.labels[i]) != 0))
			return false;
	return true;
}

static const struct fg_str *owned(const struct parcel *p, unsigned owner)
{
	static const size_t offsets[OWNERS] = {offsetof(struct parcel, own0), offsetof(struct parcel, own1),
	                                       offsetof(struct parcel, own2), offsetof(struct parcel, own3)};

	return (const struct fg_str *)(const void *)((const char *)p + offsets[owner]);
}

/* An owner's string: "17:abc", the letters as of a write that nobody else makes. Returns: 17, or UINT64_MAX. */
static uint64_t owned_seq(const struct fg_str *str, unsigned owner)
{
	char want[TEXT_MAX + 32];
	uint64_t seq = 0;
	int head;

	if (!str->ptr)
		return 0;
	for (size_t i = 0; i < str->len && str->ptr[i] != ':'; i++)
		seq = seq * 10 + (uint64_t)(str->ptr[i] - '0');
	head = snprintf(want, sizeof want, "%llu:", (unsigned long long)seq);
	if (str->len != (size_t)head + letters(seed_of(owner, seq, 15), want + head) ||
	    memcmp(want, str->ptr, str->len) != 0)
		return UINT64_MAX;
	return seq;
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

static void set_bit(struct parcel_present *present, enum parcel_field field)
{
	present->bits[(unsigned)field / 64] |= UINT64_C(1) << ((unsigned)field % 64);
}

static void merge_write(struct thread *t, size_t r)
{
	static const enum parcel_field fields[] = {
		PARCEL_FIELD_KEY, PARCEL_FIELD_WHO, PARCEL_FIELD_SEQ, PARCEL_FIELD_TEXT,
		PARCEL_FIELD_NAME, PARCEL_FIELD_SUM, PARCEL_FIELD_ITEMS,
	};
	struct parcel_present present = {0};
	struct write w;

	write_make(&w, t->who, ++t->seq);
	w.parcel.key = (uint32_t)r;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		set_bit(&present, fields[i]);
	if (t->run->store)
		t->failed += parcel_store_merge(t->run->store, &w.parcel, &present) != 0;
	else
		t->failed += parcel_merge(&t->run->records[r], &w.parcel, &present) != 0;
	memset(&w, 0xa5, sizeof w);
}

static void merge_owned(struct thread *t, size_t r)
{
	struct parcel_present present = {0};
	struct parcel p = {0};
	char text[TEXT_MAX + 32];
	int head = snprintf(text, sizeof text, "%llu:", (unsigned long long)++t->owned[r]);
	struct fg_str str = {text, (size_t)head + letters(seed_of(t->who, t->owned[r], 15), text + head)};

	*(struct fg_str *)owned(&p, t->who) = str;
	set_bit(&present, PARCEL_FIELD_OWN0 + t->who);
	t->failed += parcel_merge(&t->run->records[r], &p, &present) != 0;
	memset(text, 0xa5, sizeof text);
}

static void check(struct thread *t, size_t r, const struct parcel *p)
{
	t->mixed += !is_whole(p);
	if (p->seq && p->who < THREADS_MAX) {
		t->back += p->seq < t->seen[r][p->who];
		t->seen[r][p->who] = p->seq;
	}
	for (unsigned owner = 0; owner < OWNERS; owner++) {
		uint64_t seq = owned_seq(owned(p, owner), owner);

		t->mixed += seq == UINT64_MAX;
		t->back += seq < t->owned_seen[r][owner];
		t->lost += owner == t->who && seq != t->owned[r];
		t->owned_seen[r][owner] = seq;
	}
}

static void turn(struct thread *t)
{
	uint64_t x = draw(t);
	size_t r = x >> 8 & (RECORDS - 1);
	struct parcel_shared *shared = &t->run->records[r];
	struct fg_read section;
	const struct parcel *view;
	struct parcel p;

	switch (x & 3) {
	case 0:
		merge_write(t, r);
		t->merges++;
		break;
	case 1:
		if (t->who < OWNERS)
			merge_owned(t, r);
		parcel_add_hits(shared, 1);
		t->merges++;
		break;
	case 2:
		t->failed += parcel_read(shared, &t->arena, &p, NULL) != 0;
		check(t, r, &p);
		fg_arena_reset(&t->arena);
		t->reads++;
		break;
	default:
		section = fg_read_begin();
		view = parcel_view(shared, &section, NULL);
		if (view)
			check(t, r, view);
		if (view && (x & 48) == 0)              /* it must last as long as the section, whatever others merge */
			check(t, r, view);
		fg_read_end(&section);
		t->views++;
	}
}

/* A record is never seen before its first merge. */
static void check_stored(struct thread *t, const struct parcel *p, const struct parcel_present *present)
{
	t->mixed += !p->seq || !is_whole(p) || !parcel_has(present, PARCEL_FIELD_TEXT);
}

static int visit(const struct parcel *p, const struct parcel_present *present, void *user)
{
	check_stored(user, p, present);
	return 0;
}

static void turn_store(struct thread *t)
{
	struct parcel_present present;
	uint64_t x = draw(t);
	uint32_t key = x >> 8 & (KEYS - 1);
	struct parcel p;
	int rc;

	switch (x & 7) {
	case 0:
		rc = parcel_store_remove(t->run->store, key);
		t->removes += !rc;
		t->failed += rc && rc != -ENOENT;
		break;
	case 1:
		if (x >> 16 & 15)
			break;
		t->failed += parcel_store_each(t->run->store, visit, t) != 0;
		t->views++;
		break;
	case 2:
	case 3:
	case 4:
		rc = parcel_store_read(t->run->store, key, &t->arena, &p, &present);
		t->failed += rc && rc != -ENOENT;
		if (!rc)
			check_stored(t, &p, &present);
		fg_arena_reset(&t->arena);
		t->reads++;
		break;
	default:
		merge_write(t, key);
		t->merges++;
	}
}

static void *thread_run(void *user)
{
	struct thread *t = user;

	fg_arena_init(&t->arena, &poisoned, 0);
	for (uint64_t n = 0; n % 64 || now_ns() < t->run->end_ns; n++) {
		if (t->run->store)
			turn_store(t);
		else
			turn(t);
	}
	fg_arena_fini(&t->arena);
	return NULL;
}

/* ---- runs ------------------------------------------------------------------------------------------------------ */

static void judge(struct run *run, struct thread *threads)
{
	uint64_t merges = 0, reads = 0, views = 0, mixed = 0, back = 0, lost = 0, failed = 0;
	struct fg_arena arena;
	int64_t hits = 0;
	struct parcel p;

	fg_arena_init(&arena, NULL, 0);
	for (size_t r = 0; r < RECORDS; r++) {
		failed += parcel_read(&run->records[r], &arena, &p, NULL) != 0;
		hits += p.hits;
		for (unsigned owner = 0; owner < OWNERS && owner < run->threads_n; owner++)
			lost += owned_seq(owned(&p, owner), owner) != threads[owner].owned[r];
		parcel_shared_fini(&run->records[r]);
	}
	fg_arena_fini(&arena);
	for (size_t i = 0; i < run->threads_n; i++) {
		merges += threads[i].merges;
		reads += threads[i].reads;
		views += threads[i].views;
		mixed += threads[i].mixed;
		back += threads[i].back;
		lost += threads[i].lost;
		failed += threads[i].failed;
	}
	tap_ok(merges && reads && views && hits, "%zu threads: %llu merges, %llu reads, %llu views", run->threads_n,
	       (unsigned long long)merges, (unsigned long long)reads, (unsigned long long)views);
	tap_ok(!mixed, "no mixed record, no freed string (%llu)", (unsigned long long)mixed);
	tap_ok(!back, "nothing goes back (%llu)", (unsigned long long)back);
	tap_ok(!lost, "no lost field (%llu)", (unsigned long long)lost);
	tap_ok(!failed, "no failure (%llu)", (unsigned long long)failed);
	fg_read_wait();
	tap_eq_int((int)atomic_load(&live), 0, "all memory given back");
}

static void judge_store(struct run *run, struct thread *threads)
{
	uint64_t merges = 0, reads = 0, walks = 0, removes = 0, mixed = 0, failed = 0;

	for (size_t i = 0; i < run->threads_n; i++) {
		merges += threads[i].merges;
		reads += threads[i].reads;
		walks += threads[i].views;
		removes += threads[i].removes;
		mixed += threads[i].mixed;
		failed += threads[i].failed;
	}
	tap_ok(merges && reads && walks && removes, "%zu threads in a store: %llu merges, %llu reads, %llu walks, %llu removes",
	       run->threads_n, (unsigned long long)merges, (unsigned long long)reads, (unsigned long long)walks,
	       (unsigned long long)removes);
	tap_ok(!mixed, "no mixed record, no freed string (%llu)", (unsigned long long)mixed);
	tap_ok(!failed, "no failure (%llu)", (unsigned long long)failed);
	fg_store_free(run->store);
	tap_eq_int((int)atomic_load(&live), 0, "all memory given back");
}

static void run_threads(struct run *run, double seconds)
{
	struct thread *threads = calloc(run->threads_n, sizeof *threads);

	if (!threads)
		abort();
	run->end_ns = now_ns() + (uint64_t)(seconds * 1e9);
	for (size_t i = 0; i < run->threads_n; i++) {
		threads[i].run = run;
		threads[i].who = (uint32_t)i;
		threads[i].random = i << 40;
		if (pthread_create(&threads[i].id, NULL, thread_run, &threads[i]))
			abort();
	}
	for (size_t i = 0; i < run->threads_n; i++)
		pthread_join(threads[i].id, NULL);
	if (run->store)
		judge_store(run, threads);
	else
		judge(run, threads);
	free(threads);
}

static void run_both(size_t threads_n, double seconds)
{
	const struct fg_store_options options = {.allocator = &poisoned};
	struct run run = {.threads_n = threads_n};

	run.records = aligned_alloc(64, RECORDS * sizeof *run.records);
	if (!run.records)
		abort();
	for (size_t r = 0; r < RECORDS; r++)
		parcel_shared_init(&run.records[r], &poisoned);
	run_threads(&run, seconds / 2);
	free(run.records);
	run.records = NULL;
	if (parcel_store_new(&options, &run.store))
		abort();
	run_threads(&run, seconds / 2);
}

int main(int argc, char **argv)
{
	static const size_t threads_n[] = {2, 8, 64};
	const char *given = getenv("FG_TORTURE_SECONDS");
	double seconds = given ? atof(given) : 1;
	size_t only = 0;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--threads") == 0)
			only = (size_t)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--for") == 0)
			seconds = atof(argv[i + 1]);
	}
	if (only > THREADS_MAX)
		only = THREADS_MAX;
	for (size_t i = 0; i < (only ? 1 : 3); i++)
		run_both(only ? only : threads_n[i], seconds);
	return tap_done();
}

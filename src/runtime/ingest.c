/*
 * ingest.c - the pipeline: who does what when
 *
 * Chunk k lies in slot k % slots_n of a ring. Its life:
 *
 *     cut (the worker that holds the source) -> decoded (the same worker) -> published
 *     -> lane 0 merges its bucket, lane 1 its own, ... each lane chunk after chunk, strictly in order of k
 *     -> all lanes have passed: recycled, the slot may take chunk k + slots_n
 *
 * A lane is a partition of keys, by the top bits of their hash; one more lane delivers the rejects, and comes last in
 * each chunk, since merging may refuse lines too. A lane is served by whoever claims it, one worker at a time. All
 * messages of a key are in one lane, and a lane goes through chunks and lines in order: so they are applied in order,
 * whatever the workers do.
 *
 * Nobody waits for a lane: who can't claim it goes on, for the worker that holds it looks again after it let go, even
 * if it merged nothing:
 *
 *     publisher                          holder
 *       store published = k + 1            store claimed = false
 *       load claimed  (busy: go on)        load published of its next chunk  (ready: claim again)
 *
 * All four are sequentially consistent, so the publisher sees the lane free or the holder sees the chunk, or both. Who
 * sees the lane free also sees how far its holders came, for `next` was stored before `claimed`. So a chunk that a free
 * lane could merge has always somebody who will still look at that lane. The same holds for the lane of the rejects,
 * where the publisher is who passes the chunk as the last of the others.
 *
 * Sleep. A worker that found nothing to do sleeps until an event: the source let go, a slot recycled, a chunk
 * published, the end. No wake-up is lost:
 *
 *     worker                             event
 *       key = load epoch                   change what others look at
 *       look for work everywhere           epoch++
 *       lock, waiters++                    if load waiters: lock, signal, unlock
 *       while load epoch == key: wait
 *
 * If the change comes before the look, the worker finds it. Otherwise epoch++ comes after the worker read key. If it
 * also comes before the worker's test of epoch, the worker doesn't sleep. If it comes after, then waiters++ came before
 * the event's load of waiters, so the event locks; the worker tests and goes to sleep under that lock, so the signal
 * finds it asleep. A signal wakes one worker, and that one looks everywhere before it sleeps again. What a look misses
 * because another worker holds the source or a lane is that worker's to find: before it sleeps it, too, looks
 * everywhere, and if an event came while it held them its key is older than the event.
 *
 * The end. `total` is the number of chunks that are to be merged: unknown until the source ends, or the number up to
 * and with a chunk that could not be decoded for lack of memory. `recycled` counts up to it. Whoever changes one of
 * them makes an event of it, so workers that sleep look at both again; when they are equal all leave.
 */
#include "ingest.h"
#include "memory.h"
#include "store.h"

#include <errno.h>
#include <fieldguard/once.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MAX 256
#define MAX_LINE_DEFAULT ((size_t)64 << 20)
#define PROGRESS_MS_DEFAULT 200
/* What the decoded messages of one chunk may take. */
#define MESSAGES_BYTES ((size_t)512 << 10)
#define LINES_MAX 4096
/* A chunk with fewer messages is merged sooner than another worker is awake. */
#define WORTH_A_WAKE_UP 64
#define CACHE_LINE 64

struct slot {
	struct chunk chunk;            /* of who cut it until it is published, then each bucket of its lane's holder */
	atomic_bool busy;              /* from cut to recycled */
	_Atomic uint64_t published;    /* chunk number + 1 */
	atomic_uint lanes_left;        /* that have not passed */
};

struct lane {
	_Alignas(CACHE_LINE) atomic_bool claimed;
	_Atomic uint64_t next;         /* chunk number; written under claimed */
};

struct ingest {
	struct fg_store *store;
	struct fg_ingest_options options;
	struct chunk_shape shape;
	atomic_uint workers_n;         /* that run */
	uint64_t begin_ns, bytes_total;

	atomic_bool reading;           /* the source is held */
	struct source source;          /* reading */
	uint64_t cut_n;                /* reading; chunks so far */

	struct slot *slots;
	size_t slots_n;
	void *lanes_block;
	struct lane *lanes;            /* in lanes_block, aligned */
	size_t lanes_n;                /* the last one is that of the rejects */

	_Atomic uint64_t total, recycled;
	atomic_int error;              /* the first negative errno */
	atomic_bool halted;            /* merging failed: leave everything */

	_Atomic uint64_t epoch;
	atomic_uint waiters;
	pthread_mutex_t lock;          /* for sleep alone */
	pthread_cond_t wake;

	_Atomic uint64_t lines, merged, rejected, refused, rejects_lost, bytes;
	_Atomic uint64_t progress_next_ns;
	atomic_bool progress_busy;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- sleep and end: see above ---- */

static void event(struct ingest *ingest, bool all)
{
	atomic_fetch_add(&ingest->epoch, 1);
	if (!atomic_load(&ingest->waiters))
		return;
	pthread_mutex_lock(&ingest->lock);
	if (all)
		pthread_cond_broadcast(&ingest->wake);
	else
		pthread_cond_signal(&ingest->wake);
	pthread_mutex_unlock(&ingest->lock);
}

static void sleep_until_event(struct ingest *ingest, uint64_t key)
{
	pthread_mutex_lock(&ingest->lock);
	atomic_fetch_add(&ingest->waiters, 1);
	while (atomic_load(&ingest->epoch) == key)
		pthread_cond_wait(&ingest->wake, &ingest->lock);
	atomic_fetch_sub(&ingest->waiters, 1);
	pthread_mutex_unlock(&ingest->lock);
}

static bool finished(struct ingest *ingest)
{
	return atomic_load(&ingest->halted) || atomic_load(&ingest->recycled) >= atomic_load(&ingest->total);
}

/* Nothing from chunk number n on is to be merged. */
static void end_at(struct ingest *ingest, uint64_t n)
{
	uint64_t total = atomic_load(&ingest->total);

	while (n < total && !atomic_compare_exchange_weak(&ingest->total, &total, n))
		;
	event(ingest, true);
}

static void fail(struct ingest *ingest, int error)
{
	int none = 0;

	atomic_compare_exchange_strong(&ingest->error, &none, error);
}

static void halt(struct ingest *ingest, int error)
{
	fail(ingest, error);
	atomic_store(&ingest->halted, true);
	event(ingest, true);
}

/* ---- progress ---- */

static void stats_get(struct ingest *ingest, struct fg_ingest_stats *ret_stats)
{
	memset(ret_stats, 0, sizeof(*ret_stats));
	ret_stats->lines = atomic_load_explicit(&ingest->lines, memory_order_relaxed);
	ret_stats->merged = atomic_load_explicit(&ingest->merged, memory_order_relaxed);
	ret_stats->rejected = atomic_load_explicit(&ingest->rejected, memory_order_relaxed);
	ret_stats->refused = atomic_load_explicit(&ingest->refused, memory_order_relaxed);
	ret_stats->rejects_lost = atomic_load_explicit(&ingest->rejects_lost, memory_order_relaxed);
	ret_stats->bytes = atomic_load_explicit(&ingest->bytes, memory_order_relaxed);
	ret_stats->bytes_total = ingest->bytes_total;
	ret_stats->elapsed_ns = now_ns() - ingest->begin_ns;
	ret_stats->workers = ingest->workers_n;
}

static void progress(struct ingest *ingest)
{
	struct fg_ingest_stats stats;
	uint64_t now;

	if (!ingest->options.progress)
		return;
	now = now_ns();
	if (now < atomic_load(&ingest->progress_next_ns) || atomic_exchange(&ingest->progress_busy, true))
		return;
	/* Another may have been here between the two. */
	if (now >= atomic_load(&ingest->progress_next_ns)) {
		stats_get(ingest, &stats);
		ingest->options.progress(&stats, ingest->options.user);
		atomic_store(&ingest->progress_next_ns, now_ns() + ingest->options.progress_ms * UINT64_C(1000000));
	}
	atomic_store(&ingest->progress_busy, false);
}

static bool waiting(void *user)
{
	struct ingest *ingest = user;

	progress(ingest);
	return atomic_load(&ingest->halted) || atomic_load(&ingest->total) <= ingest->cut_n;
}

/* ---- merging ---- */

static int merge_bucket(struct ingest *ingest, struct chunk *chunk, size_t partition)
{
	const struct chunk_bucket *bucket = &chunk->buckets[partition];
	uint64_t merged = 0, refused = 0;
	struct fg_refusal why;
	struct fg_key key;
	int rc = 0;

	if (!bucket->n)
		return 0;
	for (uint32_t m = bucket->first; m != NO_MESSAGE && !rc; m = chunk->next[m]) {
		const void *record = chunk->records + m * ingest->shape.record_stride;
		const void *present = chunk->presents + m * ingest->shape.present_stride;

		rc = ingest->shape.type->key(record, present, &key);
		if (!rc)
			rc = store_merge_hashed(ingest->store, key, chunk->hashes[m], record, present, &why);
		merged += !rc;
		if (rc == -EPERM) {
			refused++;
			rc = ingest->options.reject ? chunk_refuse(chunk, &ingest->shape, m, &why) : 0;
		}
	}
	atomic_fetch_add_explicit(&ingest->merged, merged, memory_order_relaxed);
	atomic_fetch_add_explicit(&ingest->refused, refused, memory_order_relaxed);
	return rc;
}

static void deliver(struct ingest *ingest, const struct fg_reject *reject)
{
	if (ingest->options.reject && ingest->options.reject(reject, ingest->options.user))
		atomic_fetch_add_explicit(&ingest->rejects_lost, 1, memory_order_relaxed);
}

/* Both what could not be decoded and what was refused, by lines. */
static void deliver_rejects(struct ingest *ingest, struct chunk *chunk)
{
	struct fg_reject refused;
	struct fg_error error;
	size_t r = 0;

	chunk_sort_refusals(chunk);
	for (size_t i = 0; i < chunk->rejects_n; i++) {
		const struct chunk_reject *rejected = &chunk->rejects[i];
		struct fg_reject reject = { rejected->line, rejected->text, rejected->text_len, &rejected->error };

		for (; r < chunk->refusals_n; r++) {
			chunk_refusal_get(chunk, &chunk->refusals[r], &error, &refused);
			if (refused.line > reject.line)
				break;
			deliver(ingest, &refused);
		}
		deliver(ingest, &reject);
	}
	for (; r < chunk->refusals_n; r++) {
		chunk_refusal_get(chunk, &chunk->refusals[r], &error, &refused);
		deliver(ingest, &refused);
	}
	atomic_fetch_add_explicit(&ingest->rejected, chunk->rejects_n, memory_order_relaxed);
	atomic_fetch_add_explicit(&ingest->lines, chunk->lines, memory_order_relaxed);
}

/* A lane has passed the chunk. */
static void pass(struct ingest *ingest, struct slot *slot)
{
	uint64_t recycled;

	if (atomic_fetch_sub(&slot->lanes_left, 1) > 1)
		return;
	atomic_store(&slot->busy, false);
	recycled = atomic_fetch_add(&ingest->recycled, 1) + 1;
	event(ingest, recycled >= atomic_load(&ingest->total));
}

/* The slot of the lane's next chunk, or NULL where that isn't published yet or shall not be merged. */
static struct slot *lane_ready(struct ingest *ingest, struct lane *lane)
{
	uint64_t next = atomic_load(&lane->next);
	struct slot *slot = &ingest->slots[next % ingest->slots_n];

	if (atomic_load(&ingest->halted) || next >= atomic_load(&ingest->total))
		return NULL;
	if (atomic_load(&slot->published) != next + 1)
		return NULL;
	/* Merging may refuse lines: those are told with the chunk's others. Who passes it last looks here again. */
	if (lane == &ingest->lanes[ingest->lanes_n - 1] && atomic_load(&slot->lanes_left) != 1)
		return NULL;
	return slot;
}

/* Returns: true when it held the lane; then the caller must look at it again. */
static bool lane_serve(struct ingest *ingest, size_t l)
{
	struct lane *lane = &ingest->lanes[l];
	struct slot *slot;
	int rc = 0;

	if (atomic_load(&lane->claimed) || !lane_ready(ingest, lane) || atomic_exchange(&lane->claimed, true))
		return false;
	while ((slot = lane_ready(ingest, lane))) {
		if (l + 1 < ingest->lanes_n)
			rc = merge_bucket(ingest, &slot->chunk, l);
		else
			deliver_rejects(ingest, &slot->chunk);
		if (rc) {
			halt(ingest, rc);
			break;
		}
		atomic_store(&lane->next, atomic_load(&lane->next) + 1);
		pass(ingest, slot);
	}
	atomic_store(&lane->claimed, false);
	return true;
}

/* Serves every lane that has something, from lane `from` on: workers begin at different ones. */
static bool serve_lanes(struct ingest *ingest, size_t from)
{
	bool any = false;

	for (size_t i = 0; i < ingest->lanes_n && !finished(ingest); i++) {
		while (lane_serve(ingest, (from + i) % ingest->lanes_n))
			any = true;
	}
	return any;
}

/* ---- reading and decoding ---- */

/* With the source held: the next chunk into its slot. Returns: 1; 0 when there is no slot or no more to read. */
static int cut_next(struct ingest *ingest, struct slot **ret_slot)
{
	struct slot *slot = &ingest->slots[ingest->cut_n % ingest->slots_n];
	int rc = 0;

	if (atomic_load(&ingest->total) <= ingest->cut_n || atomic_load(&slot->busy))
		return 0;
	if (!slot->chunk.ready)
		rc = chunk_init(&slot->chunk, &ingest->shape);
	if (!rc)
		rc = source_next(&ingest->source, &slot->chunk, &ingest->shape);
	atomic_store_explicit(&ingest->bytes, ingest->source.bytes, memory_order_relaxed);
	if (rc <= 0) {
		if (rc || ingest->source.error)
			fail(ingest, rc ? rc : ingest->source.error);
		end_at(ingest, ingest->cut_n);
		return 0;
	}
	atomic_store(&slot->busy, true);
	atomic_store(&slot->lanes_left, (unsigned)ingest->lanes_n);
	ingest->cut_n++;
	*ret_slot = slot;
	return 1;
}

/* Reads and decodes one chunk. Returns: false when there was none for this worker. */
static bool read_chunk(struct ingest *ingest)
{
	struct slot *slot;
	uint64_t number;
	int rc;

	if (atomic_load(&ingest->reading) || atomic_exchange(&ingest->reading, true))
		return false;
	rc = cut_next(ingest, &slot);
	number = ingest->cut_n - 1;
	atomic_store(&ingest->reading, false);
	if (rc <= 0)
		return false;
	event(ingest, false);

	rc = chunk_decode(&slot->chunk, &ingest->shape);
	if (rc) {
		fail(ingest, rc);
		end_at(ingest, number + 1);
	}
	atomic_store(&slot->published, number + 1);
	if (slot->chunk.messages_n >= WORTH_A_WAKE_UP)
		event(ingest, false);
	return true;
}

struct worker {
	struct ingest *ingest;
	size_t lane;                   /* where it begins to look */
	pthread_t thread;
};

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct ingest *ingest = worker->ingest;

	for (;;) {
		uint64_t key = atomic_load(&ingest->epoch);

		progress(ingest);
		if (finished(ingest))
			return NULL;
		if (!serve_lanes(ingest, worker->lane) && !read_chunk(ingest) && !finished(ingest))
			sleep_until_event(ingest, key);
	}
}

/* ---- setting up ---- */

static unsigned cpus(void)
{
	cpu_set_t set;
	long n;

	if (!sched_getaffinity(0, sizeof(set), &set))
		return (unsigned)CPU_COUNT(&set);
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

static size_t align_up(size_t n, size_t align)
{
	return (n + align - 1) & ~(align - 1);
}

static void shape_init(struct ingest *ingest, unsigned workers)
{
	struct chunk_shape *shape = &ingest->shape;
	size_t message;

	shape->store = ingest->store;
	shape->type = fg_store_type(ingest->store);
	shape->allocator = ingest->options.allocator;
	shape->decode = &ingest->options.decode;
	shape->max_line = ingest->options.max_line ? ingest->options.max_line : MAX_LINE_DEFAULT;
	shape->record_stride = align_up(shape->type->record_size, shape->type->record_align);
	shape->present_stride = align_up(shape->type->present_size, 16);
	message = shape->record_stride + shape->present_stride;
	shape->lines_max = MESSAGES_BYTES / message;
	if (shape->lines_max > LINES_MAX)
		shape->lines_max = LINES_MAX;
	if (!shape->lines_max)
		shape->lines_max = 1;
	/* Several lanes a worker, so that a worker that is late holds up little; a lone one needs no more than one. */
	while (workers > 1 && shape->partition_bits < STORE_SHARD_BITS && 1u << shape->partition_bits < 4 * workers)
		shape->partition_bits++;
}

static int ingest_init(struct ingest *ingest, struct fg_store *store, const struct fg_ingest_options *options,
                       unsigned *ret_workers)
{
	const struct fg_allocator *allocator;
	unsigned workers;

	ingest->store = store;
	if (options)
		ingest->options = *options;
	allocator = ingest->options.allocator;
	if (!ingest->options.progress_ms)
		ingest->options.progress_ms = PROGRESS_MS_DEFAULT;
	workers = ingest->options.workers ? ingest->options.workers : cpus();
	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	shape_init(ingest, workers);
	ingest->lanes_n = ((size_t)1 << ingest->shape.partition_bits) + 1;
	ingest->slots_n = workers > 1 ? 2 * workers + 2 : 1;
	ingest->slots = memory_zalloc(allocator, ingest->slots_n * sizeof(*ingest->slots));
	ingest->lanes_block = memory_zalloc(allocator, ingest->lanes_n * sizeof(*ingest->lanes) + CACHE_LINE - 1);
	if (!ingest->slots || !ingest->lanes_block)
		return -ENOMEM;
	ingest->lanes = memory_align(ingest->lanes_block, CACHE_LINE);
	ingest->total = UINT64_MAX;
	ingest->workers_n = 1;
	ingest->begin_ns = now_ns();
	ingest->progress_next_ns = ingest->begin_ns + ingest->options.progress_ms * UINT64_C(1000000);
	ingest->source.allocator = allocator;
	ingest->source.stop = ingest->options.stop;
	ingest->source.waiting = waiting;
	ingest->source.user = ingest;
	ingest->source.line = 1;
	*ret_workers = workers;
	return 0;
}

static void ingest_fini(struct ingest *ingest)
{
	for (size_t i = 0; ingest->slots && i < ingest->slots_n; i++)
		chunk_fini(&ingest->slots[i].chunk, &ingest->shape);
	source_fini(&ingest->source);
	memory_free(ingest->options.allocator, ingest->slots);
	memory_free(ingest->options.allocator, ingest->lanes_block);
	pthread_cond_destroy(&ingest->wake);
	pthread_mutex_destroy(&ingest->lock);
}

/* Runs to the end with up to n workers, the caller being the first. A thread that can't be had is done without. */
static int run(struct ingest *ingest, unsigned n)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
	struct worker *workers = memory_alloc(ingest->options.allocator, n * sizeof(*workers));
	sigset_t all, before;
	unsigned started = 1;

	if (!workers)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		workers[i].ingest = ingest;
		workers[i].lane = ingest->lanes_n * i / n;
	}
	/* Signals are for the caller's threads, but for those that tell a thread of its own fault. */
	sigfillset(&all);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < n && !pthread_create(&workers[started].thread, NULL, work, &workers[started]))
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	atomic_store(&ingest->workers_n, started);
	work(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	memory_free(ingest->options.allocator, workers);
	return ingest->error;
}

/* source: fd, or buf and len. */
static int ingest_all(struct fg_store *store, const struct source *source, uint64_t bytes_total,
                      const struct fg_ingest_options *options, struct fg_ingest_stats *ret_stats)
{
	struct ingest ingest = { .bytes_total = bytes_total, .source = *source };
	struct fg_ingest_stats stats;
	unsigned workers;
	int rc;

	pthread_mutex_init(&ingest.lock, NULL);
	pthread_cond_init(&ingest.wake, NULL);
	rc = ingest_init(&ingest, store, options, &workers);
	if (!rc)
		rc = run(&ingest, workers);
	stats_get(&ingest, &stats);
	stats.stopped = ingest.source.stopped;
	ingest_fini(&ingest);
	if (ret_stats)
		*ret_stats = stats;
	return rc;
}

int fg_ingest_fd(struct fg_store *store, int fd, const struct fg_ingest_options *options,
                 struct fg_ingest_stats *ret_stats)
{
	struct source source = { .fd = fd };
	uint64_t bytes_total = 0;
	struct stat stat;
	off_t at;

	if (ret_stats)
		memset(ret_stats, 0, sizeof(*ret_stats));
	if (!store)
		return -EINVAL;
	if (fstat(fd, &stat))
		return -errno;
	if (S_ISDIR(stat.st_mode))
		return -EISDIR;
	source.regular = S_ISREG(stat.st_mode);
	at = source.regular ? lseek(fd, 0, SEEK_CUR) : -1;
	if (at >= 0 && stat.st_size > at)
		bytes_total = (uint64_t)(stat.st_size - at);
	return ingest_all(store, &source, bytes_total, options, ret_stats);
}

int fg_ingest_memory(struct fg_store *store, const char *text, size_t len, const struct fg_ingest_options *options,
                     struct fg_ingest_stats *ret_stats)
{
	/* Only a descriptor's buffer is ever written to. */
	struct source source = { .fd = -1, .eof = true, .buf = (char *)(uintptr_t)text, .len = len, .size = len };

	if (ret_stats)
		memset(ret_stats, 0, sizeof(*ret_stats));
	if (!store || (!text && len))
		return -EINVAL;
	return ingest_all(store, &source, len, options, ret_stats);
}

/*
 * pool.c - records that are used again
 *
 *     a thread's cache      current: 0..batch free records     spare: a whole batch, or nothing
 *     the depot             batches -> whole ones              loose: records of no batch           under one lock
 *
 * Magazines and depot, as in J. Bonwick and J. Adams, "Magazines and Vmem" (2001). With two batches a thread that gets
 * and puts by turns never goes to the depot, wherever it stands; otherwise it goes there at most once a batch. The
 * depot has a lock and not a lock-free stack, since the limits need list and counts to change together; with no compare
 * and exchange on a list there is no ABA either.
 *
 * Invariant: a record is in one place: out, in one cache or in the depot. A cache is its thread's alone.
 *
 * A thread finds its cache through a small table of its own, by the pool's number, which no other pool ever has; on a
 * miss through a pthread key, whose destructor empties the cache when the thread ends. A checked pool is never in that
 * table, so each of its calls goes the slow way, which looks after the records; other pools pay nothing for it.
 */
#include "pool.h"
#include "memory.h"

#include <errno.h>
#include <pthread.h>

enum {
	LINE = 128,
	NEAR = 8,                        /* pools whose cache a thread finds at once */
	ALIGN_MALLOC = 16,               /* of what an allocator gives */
	ALIGN_MAX = 4096,
	BATCH_MAX = 32,
	BATCH_ASKED_MAX = 1024,
	BATCH_BYTES = 32 * 1024,
	KEEP = 1024,
};

struct cache {
	struct fg_pool *pool;
	struct pool_link *current;       /* current_n of them */
	size_t current_n;
	struct pool_link *spare;         /* a batch, or NULL */
	struct cache *next, **prev;      /* the pool's lock */
};

struct fg_pool {
	uint64_t number;                 /* from 1, never used again */
	size_t size;                     /* of a record, as the user knows it */
	size_t cleared;                  /* bytes of it that get clears */
	size_t stride, head_size, align;
	ptrdiff_t link_to_record;        /* bytes */
	size_t batch, keep, max;
	bool checked;
	struct pool_check check;
	const struct fg_allocator *allocator;
	void *block;
	pthread_key_t key;

	_Alignas(LINE) struct fg_mutex lock;
	struct pool_link *batches;       /* lock */
	struct pool_link *loose;         /* lock */
	size_t batches_n, loose_n;       /* lock */
	size_t records;                  /* lock; that exist */
	struct cache *caches;            /* lock */
};

static _Atomic uint64_t pools_made;

static __thread struct near {
	uint64_t number;
	struct cache *cache;
} near_caches[NEAR];

/* ---- records -------------------------------------------------------------------------------------------------- */

static inline void *record_of(const struct fg_pool *pool, struct pool_link *link)
{
	return (char *)link + pool->link_to_record;
}

static inline struct pool_link *link_of(const struct fg_pool *pool, void *record)
{
	return (void *)((char *)record - pool->link_to_record);
}

static void *record_new(struct fg_pool *pool)
{
	size_t more = pool->align > ALIGN_MALLOC ? pool->align - 1 : 0;
	char *block = memory_alloc(pool->allocator, pool->head_size + pool->stride + more), *record;

	if (!block)
		return NULL;
	record = memory_align(block + pool->head_size, pool->align);
	if (pool->head_size)
		memcpy(record - sizeof block, &block, sizeof block);
	if (pool->checked)
		pool_check_init(&pool->check, pool, record);
	return record;
}

static void record_free(const struct fg_pool *pool, void *record)
{
	void *block = record;

	if (pool->head_size)
		memcpy(&block, (char *)record - sizeof block, sizeof block);
	memory_free(pool->allocator, block);
}

static void records_free(const struct fg_pool *pool, struct pool_link *link)
{
	while (link) {
		struct pool_link *next = link->next;

		record_free(pool, record_of(pool, link));
		link = next;
	}
}

/* ---- the depot ------------------------------------------------------------------------------------------------ */

/* Up to a batch of free records. Returns: their number. */
static size_t depot_take(struct fg_pool *pool, size_t most, struct pool_link **ret_links)
{
	struct pool_link *links, **end = &links;
	size_t n = 0;

	fg_mutex_lock(&pool->lock);
	if (most >= pool->batch && pool->batches) {
		links = pool->batches;
		pool->batches = links->next_batch;
		pool->batches_n--;
		n = pool->batch;
	} else {
		if (!pool->loose && pool->batches) {
			pool->loose = pool->batches;
			pool->batches = pool->loose->next_batch;
			pool->batches_n--;
			pool->loose_n = pool->batch;
		}
		for (links = pool->loose; *end && n < most; n++)
			end = &(*end)->next;
		pool->loose = *end;
		pool->loose_n -= n;
		*end = NULL;
	}
	fg_mutex_unlock(&pool->lock);
	*ret_links = links;
	return n;
}

/* n records, or as many of them as the depot may keep; the rest is freed. */
static void depot_give(struct fg_pool *pool, struct pool_link *links, size_t n)
{
	size_t kept;

	fg_mutex_lock(&pool->lock);
	kept = pool->batches_n * pool->batch + pool->loose_n;
	if (kept + n > pool->keep) {
		pool->records -= n;
	} else if (n == pool->batch) {
		links->next_batch = pool->batches;
		pool->batches = links;
		pool->batches_n++;
		links = NULL;
	} else {
		struct pool_link **end = &links;

		while (*end)
			end = &(*end)->next;
		*end = pool->loose;
		pool->loose = links;
		pool->loose_n += n;
		links = NULL;
	}
	fg_mutex_unlock(&pool->lock);
	records_free(pool, links);
}

static struct pool_link *make(struct fg_pool *pool)
{
	void *record = NULL;
	bool room;

	fg_mutex_lock(&pool->lock);
	room = !pool->max || pool->records < pool->max;
	pool->records += room;
	fg_mutex_unlock(&pool->lock);
	if (!room)
		return NULL;
	record = record_new(pool);
	if (record)
		return link_of(pool, record);
	fg_mutex_lock(&pool->lock);
	pool->records--;
	fg_mutex_unlock(&pool->lock);
	return NULL;
}

/* ---- caches --------------------------------------------------------------------------------------------------- */

/* The thread ends. Another destructor may use the pool after this: then there is a cache again, and this is called
 * again. */
static void cache_end(void *user)
{
	struct cache *cache = user;
	struct fg_pool *pool = cache->pool;
	struct near *near = &near_caches[pool->number % NEAR];

	if (near->number == pool->number)
		near->number = 0;
	fg_mutex_lock(&pool->lock);
	*cache->prev = cache->next;
	if (cache->next)
		cache->next->prev = cache->prev;
	fg_mutex_unlock(&pool->lock);
	if (cache->spare)
		depot_give(pool, cache->spare, pool->batch);
	if (cache->current)
		depot_give(pool, cache->current, cache->current_n);
	memory_free(pool->allocator, cache);
}

/* Returns: this thread's cache, or NULL: no memory, the thread works with the depot. */
static struct cache *cache_find(struct fg_pool *pool)
{
	struct near *near = &near_caches[pool->number % NEAR];
	struct cache *cache = pthread_getspecific(pool->key);

	if (!cache) {
		cache = memory_zalloc(pool->allocator, sizeof *cache);
		if (!cache)
			return NULL;
		if (pthread_setspecific(pool->key, cache)) {
			memory_free(pool->allocator, cache);
			return NULL;
		}
		cache->pool = pool;
		fg_mutex_lock(&pool->lock);
		cache->next = pool->caches;
		cache->prev = &pool->caches;
		if (cache->next)
			cache->next->prev = &cache->next;
		pool->caches = cache;
		fg_mutex_unlock(&pool->lock);
	}
	if (!pool->checked)
		*near = (struct near){pool->number, cache};
	return cache;
}

static inline struct cache *cache_near(const struct fg_pool *pool)
{
	const struct near *near = &near_caches[pool->number % NEAR];

	return __builtin_expect(near->number == pool->number, 1) ? near->cache : NULL;
}

static inline struct pool_link *cache_pop(struct cache *cache)
{
	struct pool_link *link = cache->current;

	cache->current = link->next;
	cache->current_n--;
	return link;
}

static inline void cache_push(struct cache *cache, struct pool_link *link)
{
	link->next = cache->current;
	cache->current = link;
	cache->current_n++;
}

/* ---- get and put ---------------------------------------------------------------------------------------------- */

static struct pool_link *take_slow(struct fg_pool *pool)
{
	struct cache *cache = cache_find(pool);
	struct pool_link *link;

	if (!cache)
		return depot_take(pool, 1, &link) ? link : make(pool);
	if (!cache->current) {
		if (cache->spare) {
			cache->current = cache->spare;
			cache->current_n = pool->batch;
			cache->spare = NULL;
		} else {
			cache->current_n = depot_take(pool, pool->batch, &cache->current);
		}
	}
	return cache->current ? cache_pop(cache) : make(pool);
}

FG_NEVER_INLINE void *get_slow(struct fg_pool *pool)
{
	struct pool_link *link = take_slow(pool);
	void *record;

	if (!link)
		return NULL;
	record = record_of(pool, link);
	if (pool->checked)
		pool_check_get(&pool->check, record);
	return memset(record, 0, pool->cleared);
}

void *fg_pool_get(struct fg_pool *pool)
{
	struct cache *cache = cache_near(pool);

	if (FG_UNLIKELY(!cache) || FG_UNLIKELY(!cache->current))
		return get_slow(pool);
	/* Not a checked pool: record and link are in one place. */
	return memset(cache_pop(cache), 0, pool->cleared);
}

FG_NEVER_INLINE void put_slow(struct fg_pool *pool, void *record)
{
	struct pool_link *link = link_of(pool, record);
	struct cache *cache = cache_find(pool);

	if (pool->checked && !pool_check_put(&pool->check, pool, record))
		return;
	link->next = NULL;
	if (!cache) {
		depot_give(pool, link, 1);
		return;
	}
	if (cache->current_n == pool->batch) {
		if (cache->spare)
			depot_give(pool, cache->spare, pool->batch);
		cache->spare = cache->current;
		cache->current = NULL;
		cache->current_n = 0;
	}
	cache_push(cache, link);
}

void fg_pool_put(struct fg_pool *pool, void *record)
{
	struct cache *cache = cache_near(pool);

	if (FG_UNLIKELY(!record))
		return;
	if (FG_UNLIKELY(!cache) || FG_UNLIKELY(cache->current_n == pool->batch))
		put_slow(pool, record);
	else
		cache_push(cache, record);
}

/* ---- pools ---------------------------------------------------------------------------------------------------- */

static size_t batch_of(size_t stride, const struct fg_pool_options *options)
{
	size_t batch = BATCH_BYTES / stride;

	if (options->thread_records)
		return options->thread_records < BATCH_ASKED_MAX ? options->thread_records : BATCH_ASKED_MAX;
	if (batch > BATCH_MAX)
		batch = BATCH_MAX;
	if (options->max_records && batch > options->max_records / 16)
		batch = options->max_records / 16;
	return batch ? batch : 1;
}

/* Returns: 0 or -EINVAL. */
static int pool_init(struct fg_pool *pool, size_t size, const struct fg_pool_options *options, bool checked)
{
	size_t align = options->align > ALIGN_MALLOC ? options->align : ALIGN_MALLOC;

	if (size == 0 || size > SIZE_MAX / 4 || align > ALIGN_MAX || (options->align & (options->align - 1)))
		return -EINVAL;
	pool->size = size;
	pool->cleared = options->uncleared ? 0 : size;
	pool->align = align;
	pool->stride = size > sizeof(struct pool_link) ? size : sizeof(struct pool_link);
	pool->checked = checked;
	pool->check = (struct pool_check){options->misuse, options->user, size};
	pool->head_size = checked ? sizeof(struct pool_head) : align > ALIGN_MALLOC ? sizeof(void *) : 0;
	pool->link_to_record = checked ? (ptrdiff_t)sizeof(struct pool_head) : 0;
	pool->batch = batch_of(pool->stride, options);
	pool->keep = options->keep_records ? options->keep_records : KEEP;
	pool->max = options->max_records;
	pool->allocator = options->allocator;
	pool->number = atomic_fetch_add_explicit(&pools_made, 1, memory_order_relaxed) + 1;
	return 0;
}

int fg_pool_new_as(size_t record_size, const struct fg_pool_options *options, bool checked, struct fg_pool **ret_pool)
{
	static const struct fg_pool_options defaults;
	struct fg_pool *pool, init = {0};
	void *block;
	int rc;

	if (!options)
		options = &defaults;
	rc = pool_init(&init, record_size, options, checked);
	if (rc)
		return rc;
	block = memory_alloc(options->allocator, sizeof *pool + LINE - 1);
	if (!block)
		return -ENOMEM;
	pool = memory_align(block, LINE);
	memcpy(pool, &init, sizeof init);
	pool->block = block;
	rc = pthread_key_create(&pool->key, cache_end);
	if (rc) {
		memory_free(options->allocator, block);
		return -rc;
	}
	*ret_pool = pool;
	return 0;
}

void fg_pool_free(struct fg_pool *pool)
{
	struct pool_link *batch, *next_batch;
	size_t in;

	if (!pool)
		return;
	pthread_key_delete(pool->key);
	in = pool->batches_n * pool->batch + pool->loose_n;
	for (struct cache *cache = pool->caches, *next; cache; cache = next) {
		next = cache->next;
		in += cache->current_n + (cache->spare ? pool->batch : 0);
		records_free(pool, cache->current);
		records_free(pool, cache->spare);
		memory_free(pool->allocator, cache);
	}
	if (pool->checked)
		pool_check_end(&pool->check, pool->records - in);
	for (batch = pool->batches; batch; batch = next_batch) {
		next_batch = batch->next_batch;
		records_free(pool, batch);
	}
	records_free(pool, pool->loose);
	memory_free(pool->allocator, pool->block);
}

size_t fg_pool_records(struct fg_pool *pool)
{
	size_t records;

	fg_mutex_lock(&pool->lock);
	records = pool->records;
	fg_mutex_unlock(&pool->lock);
	return records;
}

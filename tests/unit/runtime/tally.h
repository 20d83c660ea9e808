/*
 * tally.h - a small hand-written type for tests of the store and of ingest
 *
 * Its merge is order-sensitive on purpose: `chain` folds every v in, so two orders of the same messages differ.
 * A message: {"id":"k1","v":12,"w":-7,"pad":"..."}, members in any order, all optional, no white space inside, no
 * escapes. pad takes arena memory and is dropped.
 */
#ifndef FG_TESTS_TALLY_H
#define FG_TESTS_TALLY_H

#include <errno.h>
#include <fieldguard/type.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { TALLY_ID = 1, TALLY_V = 2, TALLY_W = 4, TALLY_ALL = 7 };

struct tally {
	char id[24];
	int64_t v, w;
	uint64_t chain, merges;        /* of a record read from the store */
};

struct tally_present {
	uint64_t bits;
};

struct tally_shared {
	_Alignas(64) atomic_int locked;
	struct tally value;            /* locked */
	uint64_t bits;                 /* locked */
};

static inline uint64_t tally_fold(uint64_t chain, int64_t v)
{
	return (chain + (uint64_t)v + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static inline void tally_lock(struct tally_shared *shared)
{
	while (atomic_exchange_explicit(&shared->locked, 1, memory_order_acquire))
		sched_yield();
}

static inline int tally_merge(void *to, const void *from, const void *present, struct fg_refusal *ret_refusal)
{
	uint64_t bits = present ? ((const struct tally_present *)present)->bits : TALLY_ALL;
	const struct tally *record = from;
	struct tally_shared *shared = to;

	tally_lock(shared);
	if (bits & TALLY_ID)
		memcpy(shared->value.id, record->id, sizeof(record->id));
	if (bits & TALLY_V) {
		shared->value.v = record->v;
		shared->value.chain = tally_fold(shared->value.chain, record->v);
	}
	if (bits & TALLY_W)
		shared->value.w = record->w;
	shared->value.merges++;
	shared->bits |= bits;
	(void)ret_refusal;
	atomic_store_explicit(&shared->locked, 0, memory_order_release);
	return 0;
}

static inline void tally_read(void *from, void *ret_record, void *ret_present)
{
	struct tally_shared *shared = from;

	tally_lock(shared);
	*(struct tally *)ret_record = shared->value;
	if (ret_present)
		((struct tally_present *)ret_present)->bits = shared->bits;
	atomic_store_explicit(&shared->locked, 0, memory_order_release);
}

static inline int tally_key(const void *record, const void *present, struct fg_key *ret_key)
{
	if (present && !(((const struct tally_present *)present)->bits & TALLY_ID))
		return -ENOENT;
	ret_key->ptr = ((const struct tally *)record)->id;
	ret_key->len = strnlen(ret_key->ptr, sizeof(((const struct tally *)record)->id));
	return 0;
}

static inline int tally_fail(struct fg_error *error, enum fg_code code, const char *text, size_t offset)
{
	memset(error, 0, sizeof(*error));
	error->code = code;
	error->text = text;
	error->offset = offset;
	error->line = 1;
	error->column = (uint32_t)offset + 1;
	strcpy(error->path, "$");
	return code == FG_ERR_MEMORY ? -ENOMEM : -EINVAL;
}

/* At a string's first byte after the quote. Returns: its length, or -1. */
static inline long tally_string(const char *p, const char *end)
{
	const char *quote = memchr(p, '"', (size_t)(end - p));

	for (const char *c = p; quote && c < quote; c++) {
		if ((unsigned char)*c < ' ')
			return -1;
	}
	return quote ? (long)(quote - p) : -1;
}

/* One member. Returns: the place after it, or NULL. */
static inline const char *tally_member(const char *p, const char *end, struct fg_arena *arena, struct tally *record,
                                       uint64_t *bits, enum fg_code *code)
{
	int64_t value = 0, sign = 1;
	bool v;
	long n;

	*code = FG_ERR_SYNTAX;
	if (end - p > 6 && !memcmp(p, "\"id\":\"", 6)) {
		n = tally_string(p + 6, end);
		if (n < 0)
			return NULL;
		*code = FG_ERR_LENGTH;
		if (n >= (long)sizeof(record->id))
			return NULL;
		memset(record->id, 0, sizeof(record->id));
		memcpy(record->id, p + 6, (size_t)n);
		*bits |= TALLY_ID;
		return p + 6 + n + 1;
	}
	if (end - p > 7 && !memcmp(p, "\"pad\":\"", 7)) {
		char *copy;

		n = tally_string(p + 7, end);
		if (n < 0)
			return NULL;
		*code = FG_ERR_MEMORY;
		copy = fg_arena_alloc(arena, (size_t)n + 1, 1);
		if (!copy)
			return NULL;
		memcpy(copy, p + 7, (size_t)n);
		return p + 7 + n + 1;
	}
	v = end - p > 4 && !memcmp(p, "\"v\":", 4);
	if (!v && (end - p <= 4 || memcmp(p, "\"w\":", 4)))
		return NULL;
	p += 4;
	if (p < end && *p == '-') {
		sign = -1;
		p++;
	}
	if (p == end || *p < '0' || *p > '9')
		return NULL;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		*code = FG_ERR_RANGE;
		if (value > INT64_MAX / 16)
			return NULL;
		value = value * 10 + (*p - '0');
	}
	*(v ? &record->v : &record->w) = sign * value;
	*bits |= v ? TALLY_V : TALLY_W;
	return p;
}

static inline int tally_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                               struct fg_arena *arena, void *ret_record, void *ret_present, struct fg_error *ret_error)
{
	const char *p = json, *end = json + json_len;
	struct tally record = { .v = 0 };
	enum fg_code code;
	uint64_t bits = 0;

	(void)options;
	if (!json_len || *p++ != '{')
		return tally_fail(ret_error, FG_ERR_SYNTAX, "no object", 0);
	while (p < end && *p != '}') {
		p = tally_member(p, end, arena, &record, &bits, &code);
		if (!p)
			return tally_fail(ret_error, code, code == FG_ERR_MEMORY ? "no memory" : "no such member", 1);
		if (p < end && *p == ',')
			p++;
	}
	if (p == end)
		return tally_fail(ret_error, FG_ERR_TRUNCATED, "ends too early", json_len);
	if (p + 1 != end)
		return tally_fail(ret_error, FG_ERR_TRAILING, "text after the value", (size_t)(p + 1 - json));
	*(struct tally *)ret_record = record;
	((struct tally_present *)ret_present)->bits = bits;
	return 0;
}

static const struct fg_type tally_fg_type = {
	.name = "tally",
	.abi = FG_TYPE_ABI,
	.fields_n = 3,
	.record_size = sizeof(struct tally),
	.record_align = _Alignof(struct tally),
	.present_size = sizeof(struct tally_present),
	.decode = tally_decode,
	.shared_size = sizeof(struct tally_shared),
	.shared_align = _Alignof(struct tally_shared),
	.shared_used = offsetof(struct tally_shared, bits) + sizeof(uint64_t),
	.merge = tally_merge,
	.read = tally_read,
	.key = tally_key,
};

/* An allocator that counts what lives and can fail from one call on. Usable from any thread. */
struct tally_heap {
	atomic_long calls, live;
	long fail_at;                  /* this call, from 1, and all later ones fail; 0: none */
	bool once;                     /* only this one */
};

static inline void *tally_heap_alloc(void *user, size_t size)
{
	struct tally_heap *heap = user;
	long call = atomic_fetch_add(&heap->calls, 1) + 1;
	void *p;

	if (heap->fail_at && (heap->once ? call == heap->fail_at : call >= heap->fail_at))
		return NULL;
	p = malloc(size);
	if (p)
		atomic_fetch_add(&heap->live, 1);
	return p;
}

static inline void tally_heap_free(void *user, void *ptr)
{
	if (ptr)
		atomic_fetch_sub(&((struct tally_heap *)user)->live, 1);
	free(ptr);
}

#endif

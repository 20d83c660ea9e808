/*
 * rules.fg.h - conversion of the structs below to and from JSON, and their shared forms
 *
 * Written by fieldguard 0.1.0 from rules.h. Do not edit it: change the header and generate again.
 */
#ifndef RULES_FG_H
#define RULES_FG_H

#include "rules.h"
#include <fieldguard/rules.h>
#include <fieldguard/type.h>
#include <fieldguard/store.h>
#include <fieldguard/usdt.h>

/* ---- struct rules_point ---- */

#ifndef FG_PRESENT_RULES_POINT
#define FG_PRESENT_RULES_POINT
/* The fields of struct rules_point that take part in conversion, in their order. */
enum rules_point_field {
	RULES_POINT_FIELD_X,
	RULES_POINT_FIELD_Y,
	RULES_POINT_FIELDS_N
};

/* Which fields of struct rules_point a text held: bit i % 64 of word i / 64 is field i of enum rules_point_field. */
struct rules_point_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool rules_point_has(const struct rules_point_present *present, enum rules_point_field field)
{
	return present->bits[(unsigned)field / 64] >> ((unsigned)field % 64) & 1;
}
#endif

/*
 * Sets the bits of all fields, those of inline structs too.
 * ret_present: not NULL.
 * Threads: one at a time on ret_present.
 * Cost: 1 store a struct.
 */
void rules_point_present_all(struct rules_point_present *ret_present);

/*
 * Copies the fields that present names from one record to another; inline structs field by field, an array together
 * with its count. Pointers are copied, not what they point to.
 * record, from: owned by the caller.
 * record_present: gains the bits of what was copied; may be NULL.
 * present: of from; NULL means all fields.
 * Threads: one at a time on record.
 * Owner: memory behind pointers stays with the arena that from was decoded into.
 * Cost: one test a field, one copy each that is named.
 */
void rules_point_patch(struct rules_point *record, struct rules_point_present *record_present,
                       const struct rules_point *from, const struct rules_point_present *present);

/*
 * Reads one JSON array into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. options: NULL for the defaults.
 * arena: may be NULL, this type needs no memory.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: the caller; nothing is to be freed.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int rules_point_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct rules_point *ret_record, struct rules_point_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int rules_point_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct rules_point **ret_items,
                             struct rules_point_present **ret_presents, size_t *ret_items_n,
                             struct fg_error *ret_error);

/*
 * Appends a record to out as one JSON array without white space, fields in declared order.
 * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.
 * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that
 * is not UTF-8); -ENOMEM. On failure out is as it was.
 * Threads: any number at once on one record while none writes it; out is one thread's.
 * Owner: the caller frees out with fg_buffer_fini.
 * Cost: one pass over the record.
 */
int rules_point_encode(const struct rules_point *record, const struct rules_point_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int rules_point_copy(const struct rules_point *from, struct fg_arena *arena,
                                   struct rules_point *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct rules_point. Constant; threads: any. */
extern const struct fg_type rules_point_fg_type;

/* struct rules_point has no shared form: it is tagged `local`. */

/* ---- struct rules_origin ---- */

#ifndef FG_PRESENT_RULES_ORIGIN
#define FG_PRESENT_RULES_ORIGIN
/* The fields of struct rules_origin that take part in conversion, in their order. */
enum rules_origin_field {
	RULES_ORIGIN_FIELD_COUNTRY,
	RULES_ORIGIN_FIELD_WEIGHT,
	RULES_ORIGIN_FIELD_AT,
	RULES_ORIGIN_FIELDS_N
};

/* Which fields of struct rules_origin a text held: bit i % 64 of word i / 64 is field i of enum rules_origin_field. */
struct rules_origin_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool rules_origin_has(const struct rules_origin_present *present, enum rules_origin_field field)
{
	return present->bits[(unsigned)field / 64] >> ((unsigned)field % 64) & 1;
}
#endif

/*
 * Sets the bits of all fields, those of inline structs too.
 * ret_present: not NULL.
 * Threads: one at a time on ret_present.
 * Cost: 1 store a struct.
 */
void rules_origin_present_all(struct rules_origin_present *ret_present);

/*
 * Copies the fields that present names from one record to another; inline structs field by field, an array together
 * with its count. Pointers are copied, not what they point to.
 * record, from: owned by the caller.
 * record_present: gains the bits of what was copied; may be NULL.
 * present: of from; NULL means all fields.
 * Threads: one at a time on record.
 * Owner: memory behind pointers stays with the arena that from was decoded into.
 * Cost: one test a field, one copy each that is named.
 */
void rules_origin_patch(struct rules_origin *record, struct rules_origin_present *record_present,
                        const struct rules_origin *from, const struct rules_origin_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. options: NULL for the defaults.
 * arena: may be NULL, this type needs no memory.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: the caller; nothing is to be freed.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int rules_origin_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                        struct fg_arena *arena, struct rules_origin *ret_record,
                        struct rules_origin_present *ret_present, struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int rules_origin_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                              struct fg_arena *arena, struct rules_origin **ret_items,
                              struct rules_origin_present **ret_presents, size_t *ret_items_n,
                              struct fg_error *ret_error);

/*
 * Appends a record to out as one JSON object without white space, fields in declared order.
 * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.
 * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that
 * is not UTF-8); -ENOMEM. On failure out is as it was.
 * Threads: any number at once on one record while none writes it; out is one thread's.
 * Owner: the caller frees out with fg_buffer_fini.
 * Cost: one pass over the record.
 */
int rules_origin_encode(const struct rules_origin *record, const struct rules_origin_present *present,
                        struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int rules_origin_copy(const struct rules_origin *from, struct fg_arena *arena,
                                    struct rules_origin *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct rules_origin. Constant; threads: any. */
extern const struct fg_type rules_origin_fg_type;

/* struct rules_origin has no shared form: it is tagged `local`. */

/* ---- struct rules ---- */

#ifndef FG_PRESENT_RULES
#define FG_PRESENT_RULES
/* The fields of struct rules that take part in conversion, in their order. */
enum rules_field {
	RULES_FIELD_ID,
	RULES_FIELD_CUSTOMER,
	RULES_FIELD_STATUS,
	RULES_FIELD_SINCE,
	RULES_FIELD_ORIGIN,
	RULES_FIELD_PATH,
	RULES_FIELD_AMOUNT,
	RULES_FIELD_CURRENCY,
	RULES_FIELD_STEP,
	RULES_FIELD_SEEN,
	RULES_FIELD_RATE,
	RULES_FIELD_HOST,
	RULES_FIELD_WHERE,
	RULES_FIELD_HITS,
	RULES_FIELD_NOTE,
	RULES_FIELD_TAGS,
	RULES_FIELDS_N
};

/* Which fields of struct rules a text held: bit i % 64 of word i / 64 is field i of enum rules_field. */
struct rules_present {
	uint64_t bits[1];
	struct rules_origin_present origin;
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool rules_has(const struct rules_present *present, enum rules_field field)
{
	return present->bits[(unsigned)field / 64] >> ((unsigned)field % 64) & 1;
}
#endif

/*
 * Sets the bits of all fields, those of inline structs too.
 * ret_present: not NULL.
 * Threads: one at a time on ret_present.
 * Cost: 1 store a struct.
 */
void rules_present_all(struct rules_present *ret_present);

/*
 * Copies the fields that present names from one record to another; inline structs field by field, an array together
 * with its count. Pointers are copied, not what they point to.
 * record, from: owned by the caller.
 * record_present: gains the bits of what was copied; may be NULL.
 * present: of from; NULL means all fields.
 * Threads: one at a time on record.
 * Owner: memory behind pointers stays with the arena that from was decoded into.
 * Cost: one test a field, one copy each that is named.
 */
void rules_patch(struct rules *record, struct rules_present *record_present, const struct rules *from,
                 const struct rules_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. options: NULL for the defaults.
 * arena: may be NULL, this type needs no memory.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: the caller; nothing is to be freed.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int rules_decode(const char *json, size_t json_len, const struct fg_decode_options *options, struct fg_arena *arena,
                 struct rules *ret_record, struct rules_present *ret_present, struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int rules_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct rules **ret_items, struct rules_present **ret_presents,
                       size_t *ret_items_n, struct fg_error *ret_error);

/*
 * Appends a record to out as one JSON object without white space, fields in declared order.
 * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.
 * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that
 * is not UTF-8); -ENOMEM. On failure out is as it was.
 * Threads: any number at once on one record while none writes it; out is one thread's.
 * Owner: the caller frees out with fg_buffer_fini.
 * Cost: one pass over the record.
 */
int rules_encode(const struct rules *record, const struct rules_present *present, struct fg_buffer *out,
                 struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int rules_copy(const struct rules *from, struct fg_arena *arena, struct rules *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct rules. Constant; threads: any. */
extern const struct fg_type rules_fg_type;

/* The snapshot fields of struct rules: read and written whole. */
struct rules_snapshot {
	uint64_t id;
	char note[32];
};

/* What is written once, each field by itself, of struct rules. */
struct rules_once {
	char customer[16];
	int64_t since;
	struct rules_origin origin;
	struct rules_point path[4];
	uint8_t path_n;
	char tags[2][4];
};

/* What one mutex guards of struct rules: read and written whole. */
struct rules_money {
	int64_t amount;
	char currency[4];
};

/* What one thread writes of struct rules: read and written whole. */
struct rules_owner {
	char host[20];
	struct rules_point where;
};

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(rules);

/*
 * The shared form of struct rules: what threads share. Its members are for the functions below alone. What is written
 * apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct rules_shared {
	/* presence bits, then a struct rules_snapshot, in words; sequence guards them */
	alignas(64) struct {
		struct fg_seq sequence;
		_Atomic uint64_t words[6];
	} snapshot;
	alignas(64) struct {
		struct fg_mutex lock; /* guards the members below */
		uint64_t present[1];
		struct rules_money fields;
	} group_money;
	/* written once, then constant */
	alignas(64) struct {
		struct fg_mutex lock; /* keeps writers apart */
		_Atomic uint64_t present[1]; /* a field's bit is set behind the field, for good */
		uint64_t nested[1]; /* masks of inline structs, written with them */
		struct rules_once fields;
	} once;
	/* written by one thread */
	alignas(64) struct {
		_Atomic uint64_t writer; /* the owner, where a checked build knows it */
		/* presence bits, then a struct rules_owner, in words; sequence guards them */
		struct fg_seq sequence;
		_Atomic uint64_t words[6];
		_Atomic uint64_t present[1]; /* bits of the scalars below, set after their values */
		_Atomic(uint64_t) seen;
		_Atomic(double) rate;
	} owner;
	alignas(64) struct {
		_Atomic uint64_t present[1]; /* bits of all atomic fields, set after their values */
		_Atomic uint64_t status; /* version, 56 bits; state, 8 bits */
		_Atomic(int32_t) hits;
	} atomics;
	alignas(64) struct {
		_Atomic uint64_t value; /* version, 56 bits; state, 8 bits */
	} hot_step;
};

/* Makes it empty. Threads: no other may use it yet. Cost: one memset. */
void rules_shared_init(struct rules_shared *shared);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * Refused where it gives a field that is written once another value, or asks for a change that states doesn't list;
 * this is looked at first, and then nothing of the patch is merged (but where another thread changes a second state
 * meanwhile, and that one is refused only then: the states before it are advanced).
 * ret_refusal: says which field and why; untouched unless refused; may be NULL.
 * Returns: 0 or -EPERM.
 * present: NULL means all fields.
 * Threads: any, but where the patch names fields of an owner that one alone; waits for the locks of its groups, one at
 * a time, never holding two. Readers see each group before or after, never between.
 * Cost: for each group that the patch touches one lock and unlock and a copy of the named fields; for each atomic field
 * one store.
 */
int rules_merge(struct rules_shared *shared, const struct rules *record, const struct rules_present *present,
                struct fg_refusal *ret_refusal);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (id, note); money (amount, currency); owner (host, where). Different groups may be of
 * different moments.
 * Each a moment of its own: customer, since, origin, path, path_n, tags, seen, rate, status, step, hits.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Threads: any; waits for the locks of its groups, one at a time, never holding two. The snapshot group is read without
 * a write to shared memory.
 * Cost: two loads and a copy for the snapshot group, a lock and a copy for each other, a load for each atomic.
 */
void rules_read(struct rules_shared *shared, struct rules *ret_record, struct rules_present *ret_present);

/* For the next function alone, once its first try has failed. */
void rules_reread_snapshot(struct rules_shared *shared, struct rules_snapshot *ret_group);

/*
 * Reads id, note as of one moment.
 * Threads: any; writes nothing shared, unless writers never rest: then it takes one turn among them. Acquire.
 * Cost: two loads and a copy.
 */
static inline void rules_read_snapshot(struct rules_shared *shared, struct rules_snapshot *ret_group)
{
	uint64_t begun = fg_seq_read_begin(&shared->snapshot.sequence);

	fg_words_get(ret_group, shared->snapshot.words + 1, 0, sizeof *ret_group);
	if (FG_UNLIKELY(fg_seq_read_failed(&shared->snapshot.sequence, begun)))
		rules_reread_snapshot(shared, ret_group);
}

/*
 * Replaces id, note, and marks them present.
 * Threads: any; waits for other writers. Release.
 * Cost: one compare-exchange and a copy.
 */
void rules_write_snapshot(struct rules_shared *shared, const struct rules_snapshot *group);

/*
 * Reads amount, currency as of one moment.
 * Threads: any; waits for the lock. Acquire.
 * Cost: lock, copy, unlock.
 */
void rules_read_money(struct rules_shared *shared, struct rules_money *ret_group);

/*
 * Replaces amount, currency, and marks them present.
 * Threads: any; waits for other writers and readers. Release.
 * Cost: lock, copy, unlock.
 */
void rules_write_money(struct rules_shared *shared, const struct rules_money *group);

/*
 * Locks the group. Returns: its fields, the caller's to read and write until unlock; what is changed here is not marked
 * present.
 * Threads: any; waits for the holder. Not recursive: no merge, read or second lock of this record by the holder.
 * Acquire, and release at unlock.
 * Cost: one compare-exchange; unlock one exchange.
 */
struct rules_money *rules_lock_money(struct rules_shared *shared);
void rules_unlock_money(struct rules_shared *shared);

/* For the next function alone, once its first try has failed. */
void rules_reread_owner(struct rules_shared *shared, struct rules_owner *ret_group);

/*
 * Reads host, where as of one moment.
 * Threads: any; writes nothing shared; tries again for as long as the owner writes without a pause. Acquire.
 * Cost: two loads and a copy.
 */
static inline void rules_read_owner(struct rules_shared *shared, struct rules_owner *ret_group)
{
	uint64_t begun = fg_seq_read_begin(&shared->owner.sequence);

	fg_words_get(ret_group, shared->owner.words + 1, 0, sizeof *ret_group);
	if (FG_UNLIKELY(fg_seq_read_failed(&shared->owner.sequence, begun)))
		rules_reread_owner(shared, ret_group);
}

/*
 * Replaces host, where, and marks them present.
 * Threads: the owner; never waits. Release.
 * Cost: a copy.
 */
void rules_write_owner(struct rules_shared *shared, const struct rules_owner *group);

/* ---- what is written once, then constant ---- */

/*
 * Writes customer for good, and marks it present. Of any number of threads one gets 0.
 * value: NUL-terminated.
 * Returns: 0; -EEXIST: it was written before; -EINVAL: the text is too long.
 * Threads: any; waits for another that writes. Release. A checked build reports a second value that differs from the
 * first.
 */
int rules_set_customer(struct rules_shared *shared, const char *value);

/*
 * Returns: the NUL-terminated text, constant from then on for as long as the shared record lives; NULL: never written.
 * Threads: any; never waits. Acquire.
 * Cost: one load; reading the value is a plain load.
 */
static inline const char *rules_get_customer(const struct rules_shared *shared)
{
	if (!(fg_once_bits(&shared->once.present[0]) & 0x2u))
		return NULL;
	return shared->once.fields.customer;
}

/*
 * Writes since for good, and marks it present. Of any number of threads one gets 0.
 * Returns: 0; -EEXIST: it was written before.
 * Threads: any; waits for another that writes. Release. A checked build reports a second value that differs from the
 * first.
 */
int rules_set_since(struct rules_shared *shared, int64_t value);

/*
 * Returns: the value, constant from then on for as long as the shared record lives; NULL: never written.
 * Threads: any; never waits. Acquire.
 * Cost: one load; reading the value is a plain load.
 */
static inline const int64_t *rules_get_since(const struct rules_shared *shared)
{
	if (!(fg_once_bits(&shared->once.present[0]) & 0x8u))
		return NULL;
	return &shared->once.fields.since;
}

/*
 * Writes origin for good, and marks it present. Of any number of threads one gets 0.
 * Returns: 0; -EEXIST: it was written before.
 * Threads: any; waits for another that writes. Release. A checked build reports a second value that differs from the
 * first.
 */
int rules_set_origin(struct rules_shared *shared, const struct rules_origin *value);

/*
 * Returns: the value, constant from then on for as long as the shared record lives; NULL: never written.
 * Threads: any; never waits. Acquire.
 * Cost: one load; reading the value is a plain load.
 */
static inline const struct rules_origin *rules_get_origin(const struct rules_shared *shared)
{
	if (!(fg_once_bits(&shared->once.present[0]) & 0x10u))
		return NULL;
	return &shared->once.fields.origin;
}

/*
 * Writes path for good, and marks it present. Of any number of threads one gets 0.
 * value: at most 4 items.
 * Returns: 0; -EEXIST: it was written before; -EINVAL: too many items.
 * Threads: any; waits for another that writes. Release. A checked build reports a second value that differs from the
 * first.
 */
int rules_set_path(struct rules_shared *shared, const struct rules_point *value, uint8_t path_n);

/*
 * Returns: the first item, constant from then on for as long as the shared record lives; NULL: never written.
 * ret_path_n: the number of items; not NULL; untouched with NULL.
 * Threads: any; never waits. Acquire.
 * Cost: one load; reading the value is a plain load.
 */
static inline const struct rules_point *rules_get_path(const struct rules_shared *shared, uint8_t *ret_path_n)
{
	if (!(fg_once_bits(&shared->once.present[0]) & 0x20u))
		return NULL;
	*ret_path_n = shared->once.fields.path_n;
	return shared->once.fields.path;
}

/*
 * Writes tags for good, and marks it present. Of any number of threads one gets 0.
 * value: 2 items.
 * Returns: 0; -EEXIST: it was written before.
 * Threads: any; waits for another that writes. Release. A checked build reports a second value that differs from the
 * first.
 */
int rules_set_tags(struct rules_shared *shared, char (*value)[4]);

/*
 * Returns: the first item, constant from then on for as long as the shared record lives; NULL: never written.
 * Threads: any; never waits. Acquire.
 * Cost: one load; reading the value is a plain load.
 */
static inline const char (*rules_get_tags(const struct rules_shared *shared))[4]
{
	if (!(fg_once_bits(&shared->once.present[0]) & 0x8000u))
		return NULL;
	return shared->once.fields.tags;
}

/* ---- what one thread owns and writes ---- */

/*
 * Makes the calling thread the owner, in place of the first thread that wrote. The two have to agree on the moment:
 * what the former owner wrote must happen before.
 * Threads: any. Cost: none but in checked builds, which report writes of any other thread.
 */
static inline void rules_own_shared(struct rules_shared *shared)
{
	(void)shared;
	FG_OWN(&shared->owner.writer);
}

/* Returns: the value. Threads: any; never waits. Acquire. */
static inline uint64_t rules_load_seen(const struct rules_shared *shared)
{
	return atomic_load_explicit(&shared->owner.seen, memory_order_acquire);
}

/* Threads: the owner; never waits. Release. Only a merge marks it present. */
static inline void rules_store_seen(struct rules_shared *shared, uint64_t value)
{
	FG_OWNED(&shared->owner.writer, shared, "rules", "rules.seen");
	if (FG_WATCHED(rules))
		FG_PROBE(rules, shared, RULES_FIELD_SEEN, rules_load_seen(shared), value);
	atomic_store_explicit(&shared->owner.seen, value, memory_order_release);
}

/* Adds, wrapping round. Returns: the value before. Threads: the owner; never waits, and locks no line: a load and a
 * store do, for nobody else writes. Release. */
static inline uint64_t rules_add_seen(struct rules_shared *shared, uint64_t value)
{
	uint64_t before = atomic_load_explicit(&shared->owner.seen, memory_order_relaxed);

	FG_OWNED(&shared->owner.writer, shared, "rules", "rules.seen");
	if (FG_WATCHED(rules))
		FG_PROBE(rules, shared, RULES_FIELD_SEEN, before, (uint64_t)((uint64_t)before + (uint64_t)value));
	atomic_store_explicit(&shared->owner.seen, (uint64_t)((uint64_t)before + (uint64_t)value),
	                      memory_order_release);
	return before;
}

/* Returns: the value. Threads: any; never waits. Acquire. */
static inline double rules_load_rate(const struct rules_shared *shared)
{
	return atomic_load_explicit(&shared->owner.rate, memory_order_acquire);
}

/* Threads: the owner; never waits. Release. Only a merge marks it present. */
static inline void rules_store_rate(struct rules_shared *shared, double value)
{
	FG_OWNED(&shared->owner.writer, shared, "rules", "rules.rate");
	if (FG_WATCHED(rules))
		FG_PROBE(rules, shared, RULES_FIELD_RATE, rules_load_rate(shared), value);
	atomic_store_explicit(&shared->owner.rate, value, memory_order_release);
}

/* ---- status: created>paid, paid>shipped, created>cancelled, paid>cancelled ---- */

/*
 * Changes the state, and counts the version up, in one compare-exchange; only a change that is listed above. A field
 * that was never set takes any state. The state that it has already: nothing changes, the version neither.
 * ret_from: the state before; with -EPERM the one that it can't be left from that way; untouched where the field was
 * never set, and with -EINVAL. May be NULL.
 * Returns: 0, -EPERM (the change isn't listed), -EINVAL (to is no enumerator).
 * Threads: any; never waits. Acquire and release. Only a merge marks the field present.
 * Cost: one load, one compare-exchange.
 */
int rules_advance_status(struct rules_shared *shared, enum rules_status to, enum rules_status *ret_from);

/* Returns: the state; the zero value where it was never set. Threads: any; never waits. Acquire. */
static inline enum rules_status rules_load_status(const struct rules_shared *shared)
{
	static const enum rules_status states[] = {(enum rules_status)0, RULES_CREATED, RULES_PAID, RULES_SHIPPED,
	        RULES_CANCELLED};

	return states[fg_states_state(atomic_load_explicit(&shared->atomics.status, memory_order_acquire))];
}

/* Returns: how often the state was changed, the first time included; 0: never set. Threads: any; never waits. Acquire.
 * */
static inline uint64_t rules_version_status(const struct rules_shared *shared)
{
	return fg_states_version(atomic_load_explicit(&shared->atomics.status, memory_order_acquire));
}

/* Both, of one moment: one load. ret_version: not NULL. */
static inline enum rules_status rules_load_versioned_status(const struct rules_shared *shared, uint64_t *ret_version)
{
	static const enum rules_status states[] = {(enum rules_status)0, RULES_CREATED, RULES_PAID, RULES_SHIPPED,
	        RULES_CANCELLED};
	uint64_t word = atomic_load_explicit(&shared->atomics.status, memory_order_acquire);

	*ret_version = fg_states_version(word);
	return states[fg_states_state(word)];
}

/* ---- step: a>b, b>c, c>a ---- */

/*
 * Changes the state, and counts the version up, in one compare-exchange; only a change that is listed above. A field
 * that was never set takes any state. The state that it has already: nothing changes, the version neither.
 * ret_from: the state before; with -EPERM the one that it can't be left from that way; untouched where the field was
 * never set, and with -EINVAL. May be NULL.
 * Returns: 0, -EPERM (the change isn't listed), -EINVAL (to is no enumerator).
 * Threads: any; never waits. Acquire and release. Only a merge marks the field present.
 * Cost: one load, one compare-exchange.
 */
int rules_advance_step(struct rules_shared *shared, enum rules_step to, enum rules_step *ret_from);

/* Returns: the state; the zero value where it was never set. Threads: any; never waits. Acquire. */
static inline enum rules_step rules_load_step(const struct rules_shared *shared)
{
	static const enum rules_step states[] = {(enum rules_step)0, RULES_STEP_A, RULES_STEP_B, RULES_STEP_C};

	return states[fg_states_state(atomic_load_explicit(&shared->hot_step.value, memory_order_acquire))];
}

/* Returns: how often the state was changed, the first time included; 0: never set. Threads: any; never waits. Acquire.
 * */
static inline uint64_t rules_version_step(const struct rules_shared *shared)
{
	return fg_states_version(atomic_load_explicit(&shared->hot_step.value, memory_order_acquire));
}

/* Both, of one moment: one load. ret_version: not NULL. */
static inline enum rules_step rules_load_versioned_step(const struct rules_shared *shared, uint64_t *ret_version)
{
	static const enum rules_step states[] = {(enum rules_step)0, RULES_STEP_A, RULES_STEP_B, RULES_STEP_C};
	uint64_t word = atomic_load_explicit(&shared->hot_step.value, memory_order_acquire);

	*ret_version = fg_states_version(word);
	return states[fg_states_state(word)];
}

/* ---- hits, by one instruction each; only a merge marks it present ---- */

/* Returns: the value. Threads: any; never waits. Acquire: sees what was written before the store it reads. */
static inline int32_t rules_load_hits(const struct rules_shared *shared)
{
	return atomic_load_explicit(&shared->atomics.hits, memory_order_acquire);
}

/* Replaces the value. Returns: the value before. Threads: any; never waits. Acquire and release. */
static inline int32_t rules_exchange_hits(struct rules_shared *shared, int32_t value)
{
	int32_t before = atomic_exchange_explicit(&shared->atomics.hits, value, memory_order_acq_rel);

	FG_PROBE(rules, shared, RULES_FIELD_HITS, before, value);
	return before;
}

/* Threads: any; never waits. Release: what was written before is seen by who loads this value. */
static inline void rules_store_hits(struct rules_shared *shared, int32_t value)
{
	if (FG_WATCHED(rules))
		(void)rules_exchange_hits(shared, value);
	else
		atomic_store_explicit(&shared->atomics.hits, value, memory_order_release);
}

/*
 * Stores value if the field holds *expected, else puts what it holds there. Returns: it was stored.
 * Threads: any; never waits. Acquire and release.
 */
static inline bool rules_compare_exchange_hits(struct rules_shared *shared, int32_t *expected, int32_t value)
{
	bool stored = atomic_compare_exchange_strong_explicit(&shared->atomics.hits, expected, value,
	        memory_order_acq_rel, memory_order_acquire);

	if (FG_WATCHED(rules) && stored)
		FG_PROBE(rules, shared, RULES_FIELD_HITS, *expected, value);
	return stored;
}

/* Adds, wrapping round. Returns: the value before. Threads: any; never waits. Acquire and release. */
static inline int32_t rules_add_hits(struct rules_shared *shared, int32_t value)
{
	if (FG_WATCHED(rules)) {
		int32_t before = atomic_fetch_add_explicit(&shared->atomics.hits, value, memory_order_acq_rel);

		FG_PROBE(rules, shared, RULES_FIELD_HITS, before, (int32_t)((uint64_t)before + (uint64_t)value));
		return before;
	}
	return atomic_fetch_add_explicit(&shared->atomics.hits, value, memory_order_acq_rel);
}

/* Keeps the bits that value has. Returns: the value before. Threads: any; never waits. Acquire and release. */
static inline int32_t rules_and_hits(struct rules_shared *shared, int32_t value)
{
	if (FG_WATCHED(rules)) {
		int32_t before = atomic_fetch_and_explicit(&shared->atomics.hits, value, memory_order_acq_rel);

		FG_PROBE(rules, shared, RULES_FIELD_HITS, before, (int32_t)(before & value));
		return before;
	}
	return atomic_fetch_and_explicit(&shared->atomics.hits, value, memory_order_acq_rel);
}

/* Sets the bits that value has. Returns: the value before. Threads: any; never waits. Acquire and release. */
static inline int32_t rules_or_hits(struct rules_shared *shared, int32_t value)
{
	if (FG_WATCHED(rules)) {
		int32_t before = atomic_fetch_or_explicit(&shared->atomics.hits, value, memory_order_acq_rel);

		FG_PROBE(rules, shared, RULES_FIELD_HITS, before, (int32_t)(before | value));
		return before;
	}
	return atomic_fetch_or_explicit(&shared->atomics.hits, value, memory_order_acq_rel);
}

/* ---- stores of struct rules by id: fg_store with types ---- */

/* options: NULL for defaults. Returns: 0 or -ENOMEM. Owner: the caller frees with fg_store_free. */
int rules_store_new(const struct fg_store_options *options, struct fg_store **ret_store);

/*
 * Merges a patch into the record of its own key as rules_merge does; the first merge of a key makes it.
 * present: NULL means all fields.
 * Returns: 0, -ENOENT (the patch has no id), -ENOMEM or -ENOSPC (a limit of the store; nothing changed), -EPERM
 * (refused).
 * Threads: any number at once.
 * Cost: one look-up and one rules_merge.
 */
int rules_store_merge(struct fg_store *store, const struct rules *record, const struct rules_present *present,
                      struct fg_refusal *ret_refusal);

/*
 * Reads the record of a key as rules_read does.
 * ret_present: may be NULL.
 * Returns: 0 or -ENOENT.
 * Threads: any number at once.
 * Cost: one look-up and one rules_read.
 */
int rules_store_read(struct fg_store *store, uint64_t key, struct rules *ret_record, struct rules_present *ret_present);

/* Removes the record of a key. Returns: 0 or -ENOENT. Threads: any number at once. */
int rules_store_remove(struct fg_store *store, uint64_t key);

/*
 * Calls visit with each record, read as by rules_read, in no order, until it returns other than 0.
 * record, present: valid during the call.
 * Returns: 0, what visit returned, or -ENOMEM.
 * Threads: any number at once; fg_store_each says what is seen of others' work and what visit may do.
 */
int rules_store_each(struct fg_store *store, int (*visit)(const struct rules *record,
                                                          const struct rules_present *present, void *user), void *user);

/* ---- struct rules_counter ---- */

#ifndef FG_PRESENT_RULES_COUNTER
#define FG_PRESENT_RULES_COUNTER
/* The fields of struct rules_counter that take part in conversion, in their order. */
enum rules_counter_field {
	RULES_COUNTER_FIELD_N,
	RULES_COUNTER_FIELD_DONE,
	RULES_COUNTER_FIELDS_N
};

/* Which fields of struct rules_counter a text held: bit i % 64 of word i / 64 is field i of enum rules_counter_field.
 * */
struct rules_counter_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool rules_counter_has(const struct rules_counter_present *present, enum rules_counter_field field)
{
	return present->bits[(unsigned)field / 64] >> ((unsigned)field % 64) & 1;
}
#endif

/*
 * Sets the bits of all fields, those of inline structs too.
 * ret_present: not NULL.
 * Threads: one at a time on ret_present.
 * Cost: 1 store a struct.
 */
void rules_counter_present_all(struct rules_counter_present *ret_present);

/*
 * Copies the fields that present names from one record to another; inline structs field by field, an array together
 * with its count. Pointers are copied, not what they point to.
 * record, from: owned by the caller.
 * record_present: gains the bits of what was copied; may be NULL.
 * present: of from; NULL means all fields.
 * Threads: one at a time on record.
 * Owner: memory behind pointers stays with the arena that from was decoded into.
 * Cost: one test a field, one copy each that is named.
 */
void rules_counter_patch(struct rules_counter *record, struct rules_counter_present *record_present,
                         const struct rules_counter *from, const struct rules_counter_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. options: NULL for the defaults.
 * arena: may be NULL, this type needs no memory.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: the caller; nothing is to be freed.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int rules_counter_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                         struct fg_arena *arena, struct rules_counter *ret_record,
                         struct rules_counter_present *ret_present, struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int rules_counter_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                               struct fg_arena *arena, struct rules_counter **ret_items,
                               struct rules_counter_present **ret_presents, size_t *ret_items_n,
                               struct fg_error *ret_error);

/*
 * Appends a record to out as one JSON object without white space, fields in declared order.
 * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.
 * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that
 * is not UTF-8); -ENOMEM. On failure out is as it was.
 * Threads: any number at once on one record while none writes it; out is one thread's.
 * Owner: the caller frees out with fg_buffer_fini.
 * Cost: one pass over the record.
 */
int rules_counter_encode(const struct rules_counter *record, const struct rules_counter_present *present,
                         struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int rules_counter_copy(const struct rules_counter *from, struct fg_arena *arena,
                                     struct rules_counter *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct rules_counter. Constant; threads: any. */
extern const struct fg_type rules_counter_fg_type;

/* What is written once, each field by itself, of struct rules_counter. */
struct rules_counter_once {
	bool done;
};

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(rules_counter);

/*
 * The shared form of struct rules_counter: what threads share. Its members are for the functions below alone. What is
 * written apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct rules_counter_shared {
	/* written once, then constant */
	alignas(64) struct {
		struct fg_mutex lock; /* keeps writers apart */
		_Atomic uint64_t present[1]; /* a field's bit is set behind the field, for good */
		struct rules_counter_once fields;
	} once;
	/* written by one thread */
	alignas(64) struct {
		_Atomic uint64_t writer; /* the owner, where a checked build knows it */
		_Atomic uint64_t present[1]; /* bits of the scalars below, set after their values */
		_Atomic(uint32_t) n;
	} owner;
};

/* Makes it empty. Threads: no other may use it yet. Cost: one memset. */
void rules_counter_shared_init(struct rules_counter_shared *shared);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * Refused where it gives a field that is written once another value; this is looked at first, and then nothing of the
 * patch is merged.
 * ret_refusal: says which field and why; untouched unless refused; may be NULL.
 * Returns: 0 or -EPERM.
 * present: NULL means all fields.
 * Threads: any, but where the patch names fields of an owner that one alone; waits for another that writes at the
 * moment. Readers see each group before or after, never between.
 * Cost: for each group that the patch touches one lock and unlock and a copy of the named fields; for each atomic field
 * one store.
 */
int rules_counter_merge(struct rules_counter_shared *shared, const struct rules_counter *record,
                        const struct rules_counter_present *present, struct fg_refusal *ret_refusal);

/*
 * Reads all fields.
 * Each a moment of its own: done, n.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Threads: any; waits for another that writes at the moment.
 * Cost: two loads and a copy for the snapshot group, a lock and a copy for each other, a load for each atomic.
 */
void rules_counter_read(struct rules_counter_shared *shared, struct rules_counter *ret_record,
                        struct rules_counter_present *ret_present);

/* ---- what is written once, then constant ---- */

/*
 * Writes done for good, and marks it present. Of any number of threads one gets 0.
 * Returns: 0; -EEXIST: it was written before.
 * Threads: any; waits for another that writes. Release. A checked build reports a second value that differs from the
 * first.
 */
int rules_counter_set_done(struct rules_counter_shared *shared, bool value);

/*
 * Returns: the value, constant from then on for as long as the shared record lives; NULL: never written.
 * Threads: any; never waits. Acquire.
 * Cost: one load; reading the value is a plain load.
 */
static inline const bool *rules_counter_get_done(const struct rules_counter_shared *shared)
{
	if (!(fg_once_bits(&shared->once.present[0]) & 0x2u))
		return NULL;
	return &shared->once.fields.done;
}

/* ---- what one thread owns and writes ---- */

/*
 * Makes the calling thread the owner, in place of the first thread that wrote. The two have to agree on the moment:
 * what the former owner wrote must happen before.
 * Threads: any. Cost: none but in checked builds, which report writes of any other thread.
 */
static inline void rules_counter_own_shared(struct rules_counter_shared *shared)
{
	(void)shared;
	FG_OWN(&shared->owner.writer);
}

/* Returns: the value. Threads: any; never waits. Acquire. */
static inline uint32_t rules_counter_load_n(const struct rules_counter_shared *shared)
{
	return atomic_load_explicit(&shared->owner.n, memory_order_acquire);
}

/* Threads: the owner; never waits. Release. Only a merge marks it present. */
static inline void rules_counter_store_n(struct rules_counter_shared *shared, uint32_t value)
{
	FG_OWNED(&shared->owner.writer, shared, "rules_counter", "rules_counter.n");
	if (FG_WATCHED(rules_counter))
		FG_PROBE(rules_counter, shared, RULES_COUNTER_FIELD_N, rules_counter_load_n(shared), value);
	atomic_store_explicit(&shared->owner.n, value, memory_order_release);
}

/* Adds, wrapping round. Returns: the value before. Threads: the owner; never waits, and locks no line: a load and a
 * store do, for nobody else writes. Release. */
static inline uint32_t rules_counter_add_n(struct rules_counter_shared *shared, uint32_t value)
{
	uint32_t before = atomic_load_explicit(&shared->owner.n, memory_order_relaxed);

	FG_OWNED(&shared->owner.writer, shared, "rules_counter", "rules_counter.n");
	if (FG_WATCHED(rules_counter))
		FG_PROBE(rules_counter, shared, RULES_COUNTER_FIELD_N, before,
		         (uint32_t)((uint64_t)before + (uint64_t)value));
	atomic_store_explicit(&shared->owner.n, (uint32_t)((uint64_t)before + (uint64_t)value), memory_order_release);
	return before;
}

/* ---- struct rules_light ---- */

#ifndef FG_PRESENT_RULES_LIGHT
#define FG_PRESENT_RULES_LIGHT
/* The fields of struct rules_light that take part in conversion, in their order. */
enum rules_light_field {
	RULES_LIGHT_FIELD_STEP,
	RULES_LIGHT_FIELDS_N
};

/* Which fields of struct rules_light a text held: bit i % 64 of word i / 64 is field i of enum rules_light_field. */
struct rules_light_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool rules_light_has(const struct rules_light_present *present, enum rules_light_field field)
{
	return present->bits[(unsigned)field / 64] >> ((unsigned)field % 64) & 1;
}
#endif

/*
 * Sets the bits of all fields, those of inline structs too.
 * ret_present: not NULL.
 * Threads: one at a time on ret_present.
 * Cost: 1 store a struct.
 */
void rules_light_present_all(struct rules_light_present *ret_present);

/*
 * Copies the fields that present names from one record to another; inline structs field by field, an array together
 * with its count. Pointers are copied, not what they point to.
 * record, from: owned by the caller.
 * record_present: gains the bits of what was copied; may be NULL.
 * present: of from; NULL means all fields.
 * Threads: one at a time on record.
 * Owner: memory behind pointers stays with the arena that from was decoded into.
 * Cost: one test a field, one copy each that is named.
 */
void rules_light_patch(struct rules_light *record, struct rules_light_present *record_present,
                       const struct rules_light *from, const struct rules_light_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. options: NULL for the defaults.
 * arena: may be NULL, this type needs no memory.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: the caller; nothing is to be freed.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int rules_light_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct rules_light *ret_record, struct rules_light_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int rules_light_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct rules_light **ret_items,
                             struct rules_light_present **ret_presents, size_t *ret_items_n,
                             struct fg_error *ret_error);

/*
 * Appends a record to out as one JSON object without white space, fields in declared order.
 * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.
 * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that
 * is not UTF-8); -ENOMEM. On failure out is as it was.
 * Threads: any number at once on one record while none writes it; out is one thread's.
 * Owner: the caller frees out with fg_buffer_fini.
 * Cost: one pass over the record.
 */
int rules_light_encode(const struct rules_light *record, const struct rules_light_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int rules_light_copy(const struct rules_light *from, struct fg_arena *arena,
                                   struct rules_light *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct rules_light. Constant; threads: any. */
extern const struct fg_type rules_light_fg_type;

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(rules_light);

/*
 * The shared form of struct rules_light: what threads share. Its members are for the functions below alone. What is
 * written apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct rules_light_shared {
	alignas(64) struct {
		_Atomic uint64_t present[1]; /* bits of all atomic fields, set after their values */
		_Atomic uint64_t step; /* version, 56 bits; state, 8 bits */
	} atomics;
};

/* Makes it empty. Threads: no other may use it yet. Cost: one memset. */
void rules_light_shared_init(struct rules_light_shared *shared);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * Refused where it asks for a change that states doesn't list; this is looked at first, and then nothing of the patch
 * is merged.
 * ret_refusal: says which field and why; untouched unless refused; may be NULL.
 * Returns: 0 or -EPERM.
 * present: NULL means all fields.
 * Threads: any; never waits. Readers see each group before or after, never between.
 * Cost: for each group that the patch touches one lock and unlock and a copy of the named fields; for each atomic field
 * one store.
 */
int rules_light_merge(struct rules_light_shared *shared, const struct rules_light *record,
                      const struct rules_light_present *present, struct fg_refusal *ret_refusal);

/*
 * Reads all fields.
 * Each a moment of its own: step.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Threads: any; never waits.
 * Cost: two loads and a copy for the snapshot group, a lock and a copy for each other, a load for each atomic.
 */
void rules_light_read(struct rules_light_shared *shared, struct rules_light *ret_record,
                      struct rules_light_present *ret_present);

/* ---- step: a>b ---- */

/*
 * Changes the state, and counts the version up, in one compare-exchange; only a change that is listed above. A field
 * that was never set takes any state. The state that it has already: nothing changes, the version neither.
 * ret_from: the state before; with -EPERM the one that it can't be left from that way; untouched where the field was
 * never set, and with -EINVAL. May be NULL.
 * Returns: 0, -EPERM (the change isn't listed), -EINVAL (to is no enumerator).
 * Threads: any; never waits. Acquire and release. Only a merge marks the field present.
 * Cost: one load, one compare-exchange.
 */
int rules_light_advance_step(struct rules_light_shared *shared, enum rules_step to, enum rules_step *ret_from);

/* Returns: the state; the zero value where it was never set. Threads: any; never waits. Acquire. */
static inline enum rules_step rules_light_load_step(const struct rules_light_shared *shared)
{
	static const enum rules_step states[] = {(enum rules_step)0, RULES_STEP_A, RULES_STEP_B, RULES_STEP_C};

	return states[fg_states_state(atomic_load_explicit(&shared->atomics.step, memory_order_acquire))];
}

/* Returns: how often the state was changed, the first time included; 0: never set. Threads: any; never waits. Acquire.
 * */
static inline uint64_t rules_light_version_step(const struct rules_light_shared *shared)
{
	return fg_states_version(atomic_load_explicit(&shared->atomics.step, memory_order_acquire));
}

/* Both, of one moment: one load. ret_version: not NULL. */
static inline enum rules_step rules_light_load_versioned_step(const struct rules_light_shared *shared,
        uint64_t *ret_version)
{
	static const enum rules_step states[] = {(enum rules_step)0, RULES_STEP_A, RULES_STEP_B, RULES_STEP_C};
	uint64_t word = atomic_load_explicit(&shared->atomics.step, memory_order_acquire);

	*ret_version = fg_states_version(word);
	return states[fg_states_state(word)];
}

#endif

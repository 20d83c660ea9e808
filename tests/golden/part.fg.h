/*
 * part.fg.h - conversion of the structs below to and from JSON, and their shared forms
 *
 * Written by fieldguard 0.1.0 from part.h. Do not edit it: change the header and generate again.
 */
#ifndef PART_FG_H
#define PART_FG_H

#include "part.h"
#include <fieldguard/rules.h>
#include <fieldguard/type.h>
#include <fieldguard/usdt.h>

/* ---- struct part ---- */

#ifndef FG_PRESENT_PART
#define FG_PRESENT_PART
/* The fields of struct part that take part in conversion, in their order. */
enum part_field {
	PART_FIELD_SERIAL,
	PART_FIELD_WEIGHT,
	PART_FIELDS_N
};

/* Which fields of struct part a text held: bit i % 64 of word i / 64 is field i of enum part_field. */
struct part_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool part_has(const struct part_present *present, enum part_field field)
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
void part_present_all(struct part_present *ret_present);

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
void part_patch(struct part *record, struct part_present *record_present, const struct part *from,
                const struct part_present *present);

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
int part_decode(const char *json, size_t json_len, const struct fg_decode_options *options, struct fg_arena *arena,
                struct part *ret_record, struct part_present *ret_present, struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int part_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                      struct fg_arena *arena, struct part **ret_items, struct part_present **ret_presents,
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
int part_encode(const struct part *record, const struct part_present *present, struct fg_buffer *out,
                struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int part_copy(const struct part *from, struct fg_arena *arena, struct part *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct part. Constant; threads: any. */
extern const struct fg_type part_fg_type;

/* The snapshot fields of struct part: read and written whole. */
struct part_snapshot {
	char serial[12];
	uint32_t weight;
};

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(part);

/*
 * The shared form of struct part: what threads share. Its members are for the functions below alone. What is written
 * apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct part_shared {
	/* presence bits, then a struct part_snapshot, in words; sequence guards them */
	alignas(64) struct {
		struct fg_seq sequence;
		_Atomic uint64_t words[3];
	} snapshot;
};

/* Makes it empty. Threads: no other may use it yet. Cost: one memset. */
void part_shared_init(struct part_shared *shared);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * present: NULL means all fields.
 * Threads: any; waits for another writer of the snapshot group. Readers see each group before or after, never between.
 * Cost: for each group that the patch touches one lock and unlock and a copy of the named fields; for each atomic field
 * one store.
 */
void part_merge(struct part_shared *shared, const struct part *record, const struct part_present *present);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (serial, weight). Different groups may be of different moments.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Threads: any; never waits for longer than writers take turns. The snapshot group is read without a write to shared
 * memory.
 * Cost: two loads and a copy for the snapshot group, a lock and a copy for each other, a load for each atomic.
 */
void part_read(struct part_shared *shared, struct part *ret_record, struct part_present *ret_present);

/* For the next function alone, once its first try has failed. */
void part_reread_snapshot(struct part_shared *shared, struct part_snapshot *ret_group);

/*
 * Reads serial, weight as of one moment.
 * Threads: any; writes nothing shared, unless writers never rest: then it takes one turn among them. Acquire.
 * Cost: two loads and a copy.
 */
static inline void part_read_snapshot(struct part_shared *shared, struct part_snapshot *ret_group)
{
	uint64_t begun = fg_seq_read_begin(&shared->snapshot.sequence);

	fg_words_get(ret_group, shared->snapshot.words + 1, 0, sizeof *ret_group);
	if (FG_UNLIKELY(fg_seq_read_failed(&shared->snapshot.sequence, begun)))
		part_reread_snapshot(shared, ret_group);
}

/*
 * Replaces serial, weight, and marks them present.
 * Threads: any; waits for other writers. Release.
 * Cost: one compare-exchange and a copy.
 */
void part_write_snapshot(struct part_shared *shared, const struct part_snapshot *group);

#endif

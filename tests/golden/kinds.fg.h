/*
 * kinds.fg.h - conversion of the structs below to and from JSON, and their shared forms
 *
 * Written by fieldguard 0.1.0 from kinds.h. Do not edit it: change the header and generate again.
 */
#ifndef KINDS_FG_H
#define KINDS_FG_H

#include "kinds.h"
#include <fieldguard/publish.h>
#include <fieldguard/rules.h>
#include <fieldguard/type.h>
#include <fieldguard/usdt.h>

/* ---- struct kinds_point ---- */

#ifndef FG_PRESENT_KINDS_POINT
#define FG_PRESENT_KINDS_POINT
/* The fields of struct kinds_point that take part in conversion, in their order. */
enum kinds_point_field {
	KINDS_POINT_FIELD_X,
	KINDS_POINT_FIELD_Y,
	KINDS_POINT_FIELDS_N
};

/* Which fields of struct kinds_point a text held: bit i % 64 of word i / 64 is field i of enum kinds_point_field. */
struct kinds_point_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_point_has(const struct kinds_point_present *present, enum kinds_point_field field)
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
void kinds_point_present_all(struct kinds_point_present *ret_present);

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
void kinds_point_patch(struct kinds_point *record, struct kinds_point_present *record_present,
                       const struct kinds_point *from, const struct kinds_point_present *present);

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
int kinds_point_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_point *ret_record, struct kinds_point_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_point_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_point **ret_items,
                             struct kinds_point_present **ret_presents, size_t *ret_items_n,
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
int kinds_point_encode(const struct kinds_point *record, const struct kinds_point_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int kinds_point_copy(const struct kinds_point *from, struct fg_arena *arena,
                                   struct kinds_point *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct kinds_point. Constant; threads: any. */
extern const struct fg_type kinds_point_fg_type;

/* struct kinds_point has no shared form: it is tagged `local`. */

/* ---- struct kinds_tuple ---- */

#ifndef FG_PRESENT_KINDS_TUPLE
#define FG_PRESENT_KINDS_TUPLE
/* The fields of struct kinds_tuple that take part in conversion, in their order. */
enum kinds_tuple_field {
	KINDS_TUPLE_FIELD_X,
	KINDS_TUPLE_FIELD_LABEL,
	KINDS_TUPLE_FIELD_RATIO,
	KINDS_TUPLE_FIELDS_N
};

/* Which fields of struct kinds_tuple a text held: bit i % 64 of word i / 64 is field i of enum kinds_tuple_field. */
struct kinds_tuple_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_tuple_has(const struct kinds_tuple_present *present, enum kinds_tuple_field field)
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
void kinds_tuple_present_all(struct kinds_tuple_present *ret_present);

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
void kinds_tuple_patch(struct kinds_tuple *record, struct kinds_tuple_present *record_present,
                       const struct kinds_tuple *from, const struct kinds_tuple_present *present);

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
int kinds_tuple_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_tuple *ret_record, struct kinds_tuple_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_tuple_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_tuple **ret_items,
                             struct kinds_tuple_present **ret_presents, size_t *ret_items_n,
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
int kinds_tuple_encode(const struct kinds_tuple *record, const struct kinds_tuple_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int kinds_tuple_copy(const struct kinds_tuple *from, struct fg_arena *arena,
                                   struct kinds_tuple *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct kinds_tuple. Constant; threads: any. */
extern const struct fg_type kinds_tuple_fg_type;

/* struct kinds_tuple has no shared form: it is tagged `local`. */

/* ---- struct kinds_entry ---- */

#ifndef FG_PRESENT_KINDS_ENTRY
#define FG_PRESENT_KINDS_ENTRY
/* The fields of struct kinds_entry that take part in conversion, in their order. */
enum kinds_entry_field {
	KINDS_ENTRY_FIELD_NAME,
	KINDS_ENTRY_FIELD_VALUE,
	KINDS_ENTRY_FIELDS_N
};

/* Which fields of struct kinds_entry a text held: bit i % 64 of word i / 64 is field i of enum kinds_entry_field. */
struct kinds_entry_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_entry_has(const struct kinds_entry_present *present, enum kinds_entry_field field)
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
void kinds_entry_present_all(struct kinds_entry_present *ret_present);

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
void kinds_entry_patch(struct kinds_entry *record, struct kinds_entry_present *record_present,
                       const struct kinds_entry *from, const struct kinds_entry_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. Strings point into it: it has to outlive the record. options: NULL for the
 * defaults.
 * arena: for what the record points to; NULL: FG_ERR_MEMORY where any is needed.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: what the record points to belongs to the arena and to json.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int kinds_entry_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_entry *ret_record, struct kinds_entry_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_entry_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_entry **ret_items,
                             struct kinds_entry_present **ret_presents, size_t *ret_items_n,
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
int kinds_entry_encode(const struct kinds_entry *record, const struct kinds_entry_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/*
 * Copies a record and all that it points to: the copy does not need the memory that from was decoded from and into.
 * NULL stays NULL; what two pointers point to is copied twice; fields that take no part in conversion become zero
 * (bit-fields are copied).
 * arena: gets what the copy points to, and keeps part of it on failure. ret_record: may be from.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other: a circle). On failure
 * *ret_record is as it was.
 * Threads: any number at once on one from while none writes it; each with an arena and a *ret_record of its own.
 * Owner: what the copy points to belongs to the arena.
 * Cost: one pass; one piece of the arena for each string, array and value pointed to.
 */
int kinds_entry_copy(const struct kinds_entry *from, struct fg_arena *arena, struct kinds_entry *ret_record);

/* What fg_store and fg_ingest know of struct kinds_entry. Constant; threads: any. */
extern const struct fg_type kinds_entry_fg_type;

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(kinds_entry);

/*
 * The shared form of struct kinds_entry: what threads share. Its members are for the functions below alone. What is
 * written apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct kinds_entry_shared {
	/* points to name, value */
	alignas(64) struct fg_publish snapshot;
};

/* Makes it empty. allocator: for what the record points to, called from any thread that merges or ends a read section;
 * NULL for malloc (all-zero says the same). It has to outlive the record and, after that, until fg_read_wait has
 * returned. Threads: no other may use it yet. Cost: one memset. */
void kinds_entry_shared_init(struct kinds_entry_shared *shared, const struct fg_allocator *allocator);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * What the patch points to is copied; patch and arena may go. It may come from a view of this very record.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other). Then nothing has
 * changed.
 * present: NULL means all fields.
 * Threads: any; waits for another writer of the snapshot group. Readers see each group before or after, never between.
 * Cost: for the snapshot group a copy of all its fields and of all that they point to, in new memory; for each group
 * that the patch touches one lock and unlock and a copy of the named fields; for each atomic field one store.
 */
int kinds_entry_merge(struct kinds_entry_shared *shared, const struct kinds_entry *record,
                      const struct kinds_entry_present *present);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (name, value). Different groups may be of different moments.
 * arena: gets what the record points to.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Returns: 0, or -ENOMEM: then *ret_record and *ret_present are as they were, and the arena may keep some.
 * Threads: any; never waits. The snapshot group is read without a write to shared memory.
 * Cost: a read section and a copy into the arena for the snapshot group, a lock and a copy for each other, a load for
 * each atomic.
 */
int kinds_entry_read(struct kinds_entry_shared *shared, struct fg_arena *arena, struct kinds_entry *ret_record,
                     struct kinds_entry_present *ret_present);

/* Frees what it holds; it is empty again. NULL is fine. Threads: no other may use it, nor a view of it. */
void kinds_entry_shared_fini(struct kinds_entry_shared *shared);

/*
 * Looks at the snapshot group where it lies: name, value, as of one moment. Fields of other groups are zero.
 * read: an open section of this thread; the record and all that it points to are good until it is closed, whatever is
 * merged meanwhile.
 * ret_present: gets the fields that were ever merged; may be NULL.
 * Returns: the record, never to be written to; NULL while nothing was merged, *ret_present as it was.
 * Threads: any; never waits, writes nothing shared. Acquire.
 * Cost: one load.
 */
const struct kinds_entry *kinds_entry_view(const struct kinds_entry_shared *shared, const struct fg_read *read,
                                           struct kinds_entry_present *ret_present);

/* ---- struct kinds_group ---- */

#ifndef FG_PRESENT_KINDS_GROUP
#define FG_PRESENT_KINDS_GROUP
/* The fields of struct kinds_group that take part in conversion, in their order. */
enum kinds_group_field {
	KINDS_GROUP_FIELD_NUMBER,
	KINDS_GROUP_FIELD_NAMES,
	KINDS_GROUP_FIELDS_N
};

/* Which fields of struct kinds_group a text held: bit i % 64 of word i / 64 is field i of enum kinds_group_field. */
struct kinds_group_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_group_has(const struct kinds_group_present *present, enum kinds_group_field field)
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
void kinds_group_present_all(struct kinds_group_present *ret_present);

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
void kinds_group_patch(struct kinds_group *record, struct kinds_group_present *record_present,
                       const struct kinds_group *from, const struct kinds_group_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. Strings point into it: it has to outlive the record. options: NULL for the
 * defaults.
 * arena: for what the record points to; NULL: FG_ERR_MEMORY where any is needed.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: what the record points to belongs to the arena and to json.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int kinds_group_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_group *ret_record, struct kinds_group_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_group_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_group **ret_items,
                             struct kinds_group_present **ret_presents, size_t *ret_items_n,
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
int kinds_group_encode(const struct kinds_group *record, const struct kinds_group_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/*
 * Copies a record and all that it points to: the copy does not need the memory that from was decoded from and into.
 * NULL stays NULL; what two pointers point to is copied twice; fields that take no part in conversion become zero
 * (bit-fields are copied).
 * arena: gets what the copy points to, and keeps part of it on failure. ret_record: may be from.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other: a circle). On failure
 * *ret_record is as it was.
 * Threads: any number at once on one from while none writes it; each with an arena and a *ret_record of its own.
 * Owner: what the copy points to belongs to the arena.
 * Cost: one pass; one piece of the arena for each string, array and value pointed to.
 */
int kinds_group_copy(const struct kinds_group *from, struct fg_arena *arena, struct kinds_group *ret_record);

/* What fg_store and fg_ingest know of struct kinds_group. Constant; threads: any. */
extern const struct fg_type kinds_group_fg_type;

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(kinds_group);

/*
 * The shared form of struct kinds_group: what threads share. Its members are for the functions below alone. What is
 * written apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct kinds_group_shared {
	/* points to number, names, names_n */
	alignas(64) struct fg_publish snapshot;
};

/* Makes it empty. allocator: for what the record points to, called from any thread that merges or ends a read section;
 * NULL for malloc (all-zero says the same). It has to outlive the record and, after that, until fg_read_wait has
 * returned. Threads: no other may use it yet. Cost: one memset. */
void kinds_group_shared_init(struct kinds_group_shared *shared, const struct fg_allocator *allocator);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * What the patch points to is copied; patch and arena may go. It may come from a view of this very record.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other). Then nothing has
 * changed.
 * present: NULL means all fields.
 * Threads: any; waits for another writer of the snapshot group. Readers see each group before or after, never between.
 * Cost: for the snapshot group a copy of all its fields and of all that they point to, in new memory; for each group
 * that the patch touches one lock and unlock and a copy of the named fields; for each atomic field one store.
 */
int kinds_group_merge(struct kinds_group_shared *shared, const struct kinds_group *record,
                      const struct kinds_group_present *present);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (number, names, names_n). Different groups may be of different moments.
 * arena: gets what the record points to.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Returns: 0, or -ENOMEM: then *ret_record and *ret_present are as they were, and the arena may keep some.
 * Threads: any; never waits. The snapshot group is read without a write to shared memory.
 * Cost: a read section and a copy into the arena for the snapshot group, a lock and a copy for each other, a load for
 * each atomic.
 */
int kinds_group_read(struct kinds_group_shared *shared, struct fg_arena *arena, struct kinds_group *ret_record,
                     struct kinds_group_present *ret_present);

/* Frees what it holds; it is empty again. NULL is fine. Threads: no other may use it, nor a view of it. */
void kinds_group_shared_fini(struct kinds_group_shared *shared);

/*
 * Looks at the snapshot group where it lies: number, names, names_n, as of one moment. Fields of other groups are zero.
 * read: an open section of this thread; the record and all that it points to are good until it is closed, whatever is
 * merged meanwhile.
 * ret_present: gets the fields that were ever merged; may be NULL.
 * Returns: the record, never to be written to; NULL while nothing was merged, *ret_present as it was.
 * Threads: any; never waits, writes nothing shared. Acquire.
 * Cost: one load.
 */
const struct kinds_group *kinds_group_view(const struct kinds_group_shared *shared, const struct fg_read *read,
                                           struct kinds_group_present *ret_present);

/* ---- struct kinds_place ---- */

#ifndef FG_PRESENT_KINDS_PLACE
#define FG_PRESENT_KINDS_PLACE
/* The fields of struct kinds_place that take part in conversion, in their order. */
enum kinds_place_field {
	KINDS_PLACE_FIELD_CODE,
	KINDS_PLACE_FIELD_HEIGHT,
	KINDS_PLACE_FIELD_OPEN,
	KINDS_PLACE_FIELDS_N
};

/* Which fields of struct kinds_place a text held: bit i % 64 of word i / 64 is field i of enum kinds_place_field. */
struct kinds_place_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_place_has(const struct kinds_place_present *present, enum kinds_place_field field)
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
void kinds_place_present_all(struct kinds_place_present *ret_present);

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
void kinds_place_patch(struct kinds_place *record, struct kinds_place_present *record_present,
                       const struct kinds_place *from, const struct kinds_place_present *present);

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
int kinds_place_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_place *ret_record, struct kinds_place_present *ret_present,
                       struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_place_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_place **ret_items,
                             struct kinds_place_present **ret_presents, size_t *ret_items_n,
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
int kinds_place_encode(const struct kinds_place *record, const struct kinds_place_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int kinds_place_copy(const struct kinds_place *from, struct fg_arena *arena,
                                   struct kinds_place *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct kinds_place. Constant; threads: any. */
extern const struct fg_type kinds_place_fg_type;

/* The snapshot fields of struct kinds_place: read and written whole. */
struct kinds_place_snapshot {
	char code[8];
	double height;
	bool open;
};

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(kinds_place);

/*
 * The shared form of struct kinds_place: what threads share. Its members are for the functions below alone. What is
 * written apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct kinds_place_shared {
	/* presence bits, then a struct kinds_place_snapshot, in words; sequence guards them */
	alignas(64) struct {
		struct fg_seq sequence;
		_Atomic uint64_t words[4];
	} snapshot;
};

/* Makes it empty. Threads: no other may use it yet. Cost: one memset. */
void kinds_place_shared_init(struct kinds_place_shared *shared);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * present: NULL means all fields.
 * Threads: any; waits for another writer of the snapshot group. Readers see each group before or after, never between.
 * Cost: for each group that the patch touches one lock and unlock and a copy of the named fields; for each atomic field
 * one store.
 */
void kinds_place_merge(struct kinds_place_shared *shared, const struct kinds_place *record,
                       const struct kinds_place_present *present);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (code, height, open). Different groups may be of different moments.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Threads: any; never waits for longer than writers take turns. The snapshot group is read without a write to shared
 * memory.
 * Cost: two loads and a copy for the snapshot group, a lock and a copy for each other, a load for each atomic.
 */
void kinds_place_read(struct kinds_place_shared *shared, struct kinds_place *ret_record,
                      struct kinds_place_present *ret_present);

/* For the next function alone, once its first try has failed. */
void kinds_place_reread_snapshot(struct kinds_place_shared *shared, struct kinds_place_snapshot *ret_group);

/*
 * Reads code, height, open as of one moment.
 * Threads: any; writes nothing shared, unless writers never rest: then it takes one turn among them. Acquire.
 * Cost: two loads and a copy.
 */
static inline void kinds_place_read_snapshot(struct kinds_place_shared *shared, struct kinds_place_snapshot *ret_group)
{
	uint64_t begun = fg_seq_read_begin(&shared->snapshot.sequence);

	fg_words_get(ret_group, shared->snapshot.words + 1, 0, sizeof *ret_group);
	if (FG_UNLIKELY(fg_seq_read_failed(&shared->snapshot.sequence, begun)))
		kinds_place_reread_snapshot(shared, ret_group);
}

/*
 * Replaces code, height, open, and marks them present.
 * Threads: any; waits for other writers. Release.
 * Cost: one compare-exchange and a copy.
 */
void kinds_place_write_snapshot(struct kinds_place_shared *shared, const struct kinds_place_snapshot *group);

/* ---- struct kinds_node ---- */

#ifndef FG_PRESENT_KINDS_NODE
#define FG_PRESENT_KINDS_NODE
/* The fields of struct kinds_node that take part in conversion, in their order. */
enum kinds_node_field {
	KINDS_NODE_FIELD_VALUE,
	KINDS_NODE_FIELD_NEXT,
	KINDS_NODE_FIELDS_N
};

/* Which fields of struct kinds_node a text held: bit i % 64 of word i / 64 is field i of enum kinds_node_field. */
struct kinds_node_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_node_has(const struct kinds_node_present *present, enum kinds_node_field field)
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
void kinds_node_present_all(struct kinds_node_present *ret_present);

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
void kinds_node_patch(struct kinds_node *record, struct kinds_node_present *record_present,
                      const struct kinds_node *from, const struct kinds_node_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. Strings point into it: it has to outlive the record. options: NULL for the
 * defaults.
 * arena: for what the record points to; NULL: FG_ERR_MEMORY where any is needed.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: what the record points to belongs to the arena and to json.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int kinds_node_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                      struct fg_arena *arena, struct kinds_node *ret_record, struct kinds_node_present *ret_present,
                      struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_node_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                            struct fg_arena *arena, struct kinds_node **ret_items,
                            struct kinds_node_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error);

/*
 * Appends a record to out as one JSON object without white space, fields in declared order.
 * present: which fields to write; NULL means all. out: grows; zero-initialised is fine. ret_error: may be NULL.
 * Returns: 0; -EINVAL (FG_ERR_ENCODE: NaN, infinity, an enum's value without a name, a count over its array, text that
 * is not UTF-8); -ENOMEM. On failure out is as it was.
 * Threads: any number at once on one record while none writes it; out is one thread's.
 * Owner: the caller frees out with fg_buffer_fini.
 * Cost: one pass over the record.
 */
int kinds_node_encode(const struct kinds_node *record, const struct kinds_node_present *present, struct fg_buffer *out,
                      struct fg_error *ret_error);

/*
 * Copies a record and all that it points to: the copy does not need the memory that from was decoded from and into.
 * NULL stays NULL; what two pointers point to is copied twice; fields that take no part in conversion become zero
 * (bit-fields are copied).
 * arena: gets what the copy points to, and keeps part of it on failure. ret_record: may be from.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other: a circle). On failure
 * *ret_record is as it was.
 * Threads: any number at once on one from while none writes it; each with an arena and a *ret_record of its own.
 * Owner: what the copy points to belongs to the arena.
 * Cost: one pass; one piece of the arena for each string, array and value pointed to.
 */
int kinds_node_copy(const struct kinds_node *from, struct fg_arena *arena, struct kinds_node *ret_record);

/* What fg_store and fg_ingest know of struct kinds_node. Constant; threads: any. */
extern const struct fg_type kinds_node_fg_type;

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(kinds_node);

/*
 * The shared form of struct kinds_node: what threads share. Its members are for the functions below alone. What is
 * written apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct kinds_node_shared {
	/* points to value, next */
	alignas(64) struct fg_publish snapshot;
};

/* Makes it empty. allocator: for what the record points to, called from any thread that merges or ends a read section;
 * NULL for malloc (all-zero says the same). It has to outlive the record and, after that, until fg_read_wait has
 * returned. Threads: no other may use it yet. Cost: one memset. */
void kinds_node_shared_init(struct kinds_node_shared *shared, const struct fg_allocator *allocator);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * What the patch points to is copied; patch and arena may go. It may come from a view of this very record.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other). Then nothing has
 * changed.
 * present: NULL means all fields.
 * Threads: any; waits for another writer of the snapshot group. Readers see each group before or after, never between.
 * Cost: for the snapshot group a copy of all its fields and of all that they point to, in new memory; for each group
 * that the patch touches one lock and unlock and a copy of the named fields; for each atomic field one store.
 */
int kinds_node_merge(struct kinds_node_shared *shared, const struct kinds_node *record,
                     const struct kinds_node_present *present);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (value, next). Different groups may be of different moments.
 * arena: gets what the record points to.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Returns: 0, or -ENOMEM: then *ret_record and *ret_present are as they were, and the arena may keep some.
 * Threads: any; never waits. The snapshot group is read without a write to shared memory.
 * Cost: a read section and a copy into the arena for the snapshot group, a lock and a copy for each other, a load for
 * each atomic.
 */
int kinds_node_read(struct kinds_node_shared *shared, struct fg_arena *arena, struct kinds_node *ret_record,
                    struct kinds_node_present *ret_present);

/* Frees what it holds; it is empty again. NULL is fine. Threads: no other may use it, nor a view of it. */
void kinds_node_shared_fini(struct kinds_node_shared *shared);

/*
 * Looks at the snapshot group where it lies: value, next, as of one moment. Fields of other groups are zero.
 * read: an open section of this thread; the record and all that it points to are good until it is closed, whatever is
 * merged meanwhile.
 * ret_present: gets the fields that were ever merged; may be NULL.
 * Returns: the record, never to be written to; NULL while nothing was merged, *ret_present as it was.
 * Threads: any; never waits, writes nothing shared. Acquire.
 * Cost: one load.
 */
const struct kinds_node *kinds_node_view(const struct kinds_node_shared *shared, const struct fg_read *read,
                                         struct kinds_node_present *ret_present);

/* ---- struct kinds_strict ---- */

#ifndef FG_PRESENT_KINDS_STRICT
#define FG_PRESENT_KINDS_STRICT
/* The fields of struct kinds_strict that take part in conversion, in their order. */
enum kinds_strict_field {
	KINDS_STRICT_FIELD_A,
	KINDS_STRICT_FIELDS_N
};

/* Which fields of struct kinds_strict a text held: bit i % 64 of word i / 64 is field i of enum kinds_strict_field. */
struct kinds_strict_present {
	uint64_t bits[1];
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_strict_has(const struct kinds_strict_present *present, enum kinds_strict_field field)
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
void kinds_strict_present_all(struct kinds_strict_present *ret_present);

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
void kinds_strict_patch(struct kinds_strict *record, struct kinds_strict_present *record_present,
                        const struct kinds_strict *from, const struct kinds_strict_present *present);

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
int kinds_strict_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                        struct fg_arena *arena, struct kinds_strict *ret_record,
                        struct kinds_strict_present *ret_present, struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_strict_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                              struct fg_arena *arena, struct kinds_strict **ret_items,
                              struct kinds_strict_present **ret_presents, size_t *ret_items_n,
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
int kinds_strict_encode(const struct kinds_strict *record, const struct kinds_strict_present *present,
                        struct fg_buffer *out, struct fg_error *ret_error);

/* Copies a record; it holds no pointer. arena: not used. Returns: 0. Threads: any, each with a *ret_record of its own.
 * */
static inline int kinds_strict_copy(const struct kinds_strict *from, struct fg_arena *arena,
                                    struct kinds_strict *ret_record)
{
	(void)arena;
	*ret_record = *from;
	return 0;
}

/* What fg_store and fg_ingest know of struct kinds_strict. Constant; threads: any. */
extern const struct fg_type kinds_strict_fg_type;

/* struct kinds_strict has no shared form: it is tagged `local`. */

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

/* ---- struct kinds ---- */

#ifndef FG_PRESENT_KINDS
#define FG_PRESENT_KINDS
/* The fields of struct kinds that take part in conversion, in their order. */
enum kinds_field {
	KINDS_FIELD_ID,
	KINDS_FIELD_I8,
	KINDS_FIELD_I16,
	KINDS_FIELD_I32,
	KINDS_FIELD_I64,
	KINDS_FIELD_U8,
	KINDS_FIELD_U16,
	KINDS_FIELD_U32,
	KINDS_FIELD_U64,
	KINDS_FIELD_YES,
	KINDS_FIELD_F32,
	KINDS_FIELD_F64,
	KINDS_FIELD_COLOR,
	KINDS_FIELD_MODE,
	KINDS_FIELD_WIDE,
	KINDS_FIELD_CODE,
	KINDS_FIELD_NOTE,
	KINDS_FIELD_TEXT,
	KINDS_FIELD_NAME,
	KINDS_FIELD_TITLE,
	KINDS_FIELD_RAW,
	KINDS_FIELD_AT_NS,
	KINDS_FIELD_FOR_NS,
	KINDS_FIELD_QUOTED,
	KINDS_FIELD_QUOTED_YES,
	KINDS_FIELD_QUOTED_RATIO,
	KINDS_FIELD_MAYBE,
	KINDS_FIELD_SMALL,
	KINDS_FIELD_POINT,
	KINDS_FIELD_SPARE,
	KINDS_FIELD_TUPLE,
	KINDS_FIELD_STRICT,
	KINDS_FIELD_PART,
	KINDS_FIELD_WHERE,
	KINDS_FIELD_COUNT,
	KINDS_FIELD_SHADE,
	KINDS_FIELD_SURE,
	KINDS_FIELD_WEIGHT,
	KINDS_FIELD_LIST,
	KINDS_FIELD_PAIR,
	KINDS_FIELD_BYTES,
	KINDS_FIELD_WORDS,
	KINDS_FIELD_SPOTS,
	KINDS_FIELD_SAMPLES,
	KINDS_FIELD_TAGS,
	KINDS_FIELD_LINES,
	KINDS_FIELD_COLORS,
	KINDS_FIELD_ROWS,
	KINDS_FIELD_TIMES,
	KINDS_FIELD_LIMITS,
	KINDS_FIELD_GROUPS,
	KINDS_FIELD_PLACES,
	KINDS_FIELD_INNER,
	KINDS_FIELD_ODD,
	KINDS_FIELD_LAST,
	KINDS_FIELDS_N
};

/* Which fields of struct kinds a text held: bit i % 64 of word i / 64 is field i of enum kinds_field. */
struct kinds_present {
	uint64_t bits[1];
	struct kinds_point_present point;
	struct kinds_point_present spare;
	struct kinds_strict_present strict;
	struct part_present part;
};

/* Is the bit of this field set? present: not NULL. Threads: any, while none writes present. Cost: one load. */
static inline bool kinds_has(const struct kinds_present *present, enum kinds_field field)
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
void kinds_present_all(struct kinds_present *ret_present);

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
void kinds_patch(struct kinds *record, struct kinds_present *record_present, const struct kinds *from,
                 const struct kinds_present *present);

/*
 * Reads one JSON object into a record; fields that it lacks get their default or zero.
 * json: json_len bytes, not NUL-terminated. Strings point into it: it has to outlive the record. options: NULL for the
 * defaults.
 * arena: for what the record points to; NULL: FG_ERR_MEMORY where any is needed.
 * ret_present: which fields the text held; may be NULL. ret_error: may be NULL.
 * Returns: 0; -EINVAL, or -ENOMEM where memory was out. Then ret_error is filled, *ret_record and *ret_present are as
 * they were.
 * Errors: every code of enum fg_code but FG_ERR_ENCODE.
 * Threads: any number at once, each with a record and an arena of its own.
 * Owner: what the record points to belongs to the arena and to json.
 * Cost: one pass over the text, fastest where members come in the order of the fields.
 */
int kinds_decode(const char *json, size_t json_len, const struct fg_decode_options *options, struct fg_arena *arena,
                 struct kinds *ret_record, struct kinds_present *ret_present, struct fg_error *ret_error);

/*
 * The same for a JSON array of such values.
 * ret_items: *ret_items_n records in the arena; NULL where the array is empty.
 * ret_presents: a mask for each; NULL: not wanted.
 * Returns, errors and threads as above; on failure *ret_items, *ret_presents and *ret_items_n are as they were.
 * Owner: records and masks belong to the arena.
 */
int kinds_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds **ret_items, struct kinds_present **ret_presents,
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
int kinds_encode(const struct kinds *record, const struct kinds_present *present, struct fg_buffer *out,
                 struct fg_error *ret_error);

/*
 * Copies a record and all that it points to: the copy does not need the memory that from was decoded from and into.
 * NULL stays NULL; what two pointers point to is copied twice; fields that take no part in conversion become zero
 * (bit-fields are copied).
 * arena: gets what the copy points to, and keeps part of it on failure. ret_record: may be from.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other: a circle). On failure
 * *ret_record is as it was.
 * Threads: any number at once on one from while none writes it; each with an arena and a *ret_record of its own.
 * Owner: what the copy points to belongs to the arena.
 * Cost: one pass; one piece of the arena for each string, array and value pointed to.
 */
int kinds_copy(const struct kinds *from, struct fg_arena *arena, struct kinds *ret_record);

/* What fg_store and fg_ingest know of struct kinds. Constant; threads: any. */
extern const struct fg_type kinds_fg_type;

/* Counts who watches what the functions below write. */
FG_PROBE_SEMAPHORE(kinds);

/*
 * The shared form of struct kinds: what threads share. Its members are for the functions below alone. What is written
 * apart lies 64 bytes apart. All-zero is valid and empty; on the heap it needs aligned_alloc(64, ...).
 */
struct kinds_shared {
	/* points to id, i8, i16, i32, i64, u8, u16, u32, u64, yes, f32, f64, color, mode, wide, code, note, text, name,
	 * title, raw, at_ns, for_ns, quoted, quoted_yes, quoted_ratio, maybe, small, point, spare, tuple, strict, part,
	 * where, count, shade, sure, weight, list, pair, bytes, bytes_n, words, words_n, spots, spots_n, samples,
	 * samples_n, tags, tags_n, lines, lines_n, colors, colors_n, rows, rows_n, times, times_n, limits, limits_n,
	 * groups, groups_n, places, places_n, inner, odd, last */
	alignas(64) struct fg_publish snapshot;
};

/* Makes it empty. allocator: for what the record points to, called from any thread that merges or ends a read section;
 * NULL for malloc (all-zero says the same). It has to outlive the record and, after that, until fg_read_wait has
 * returned. Threads: no other may use it yet. Cost: one memset. */
void kinds_shared_init(struct kinds_shared *shared, const struct fg_allocator *allocator);

/*
 * Merges a patch: the fields that present names change, all others stay. Groups change one after the other, each whole;
 * inline structs field by field, an array together with its count.
 * What the patch points to is copied; patch and arena may go. It may come from a view of this very record.
 * Returns: 0; -ENOMEM; -EINVAL (a count over its array, or more than 4096 structs in each other). Then nothing has
 * changed.
 * present: NULL means all fields.
 * Threads: any; waits for another writer of the snapshot group. Readers see each group before or after, never between.
 * Cost: for the snapshot group a copy of all its fields and of all that they point to, in new memory; for each group
 * that the patch touches one lock and unlock and a copy of the named fields; for each atomic field one store.
 */
int kinds_merge(struct kinds_shared *shared, const struct kinds *record, const struct kinds_present *present);

/*
 * Reads all fields.
 * Fields of one moment: snapshot (id, i8, i16, i32, i64, u8, u16, u32, u64, yes, f32, f64, color, mode, wide, code,
 * note, text, name, title, raw, at_ns, for_ns, quoted, quoted_yes, quoted_ratio, maybe, small, point, spare, tuple,
 * strict, part, where, count, shade, sure, weight, list, pair, bytes, bytes_n, words, words_n, spots, spots_n, samples,
 * samples_n, tags, tags_n, lines, lines_n, colors, colors_n, rows, rows_n, times, times_n, limits, limits_n, groups,
 * groups_n, places, places_n, inner, odd, last). Different groups may be of different moments.
 * arena: gets what the record points to.
 * ret_record: not NULL; fields that take no part in conversion become zero, fields never merged are zero.
 * ret_present: gets the fields that were ever merged or written as a group; may be NULL.
 * Returns: 0, or -ENOMEM: then *ret_record and *ret_present are as they were, and the arena may keep some.
 * Threads: any; never waits. The snapshot group is read without a write to shared memory.
 * Cost: a read section and a copy into the arena for the snapshot group, a lock and a copy for each other, a load for
 * each atomic.
 */
int kinds_read(struct kinds_shared *shared, struct fg_arena *arena, struct kinds *ret_record,
               struct kinds_present *ret_present);

/* Frees what it holds; it is empty again. NULL is fine. Threads: no other may use it, nor a view of it. */
void kinds_shared_fini(struct kinds_shared *shared);

/*
 * Looks at the snapshot group where it lies: id, i8, i16, i32, i64, u8, u16, u32, u64, yes, f32, f64, color, mode,
 * wide, code, note, text, name, title, raw, at_ns, for_ns, quoted, quoted_yes, quoted_ratio, maybe, small, point,
 * spare, tuple, strict, part, where, count, shade, sure, weight, list, pair, bytes, bytes_n, words, words_n, spots,
 * spots_n, samples, samples_n, tags, tags_n, lines, lines_n, colors, colors_n, rows, rows_n, times, times_n, limits,
 * limits_n, groups, groups_n, places, places_n, inner, odd, last, as of one moment. Fields of other groups are zero.
 * read: an open section of this thread; the record and all that it points to are good until it is closed, whatever is
 * merged meanwhile.
 * ret_present: gets the fields that were ever merged; may be NULL.
 * Returns: the record, never to be written to; NULL while nothing was merged, *ret_present as it was.
 * Threads: any; never waits, writes nothing shared. Acquire.
 * Cost: one load.
 */
const struct kinds *kinds_view(const struct kinds_shared *shared, const struct fg_read *read,
                               struct kinds_present *ret_present);

#endif

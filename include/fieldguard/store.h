/*
 * store.h - shared records by key
 *
 * A store maps a key to a shared record. Merging is atomic per key and group of fields: unlike a concurrent map that
 * replaces values, two workers that merge different fields of one key lose nothing. Generated code wraps this in typed
 * functions (order_store_merge ...); these here work on any struct fg_type.
 */
#ifndef FIELDGUARD_STORE_H
#define FIELDGUARD_STORE_H

#include <fieldguard/type.h>

struct fg_store;

/*
 * Limits hold for the keys that are there at any moment. Where a new key would pass one, evict says what happens:
 * without it the merge is refused with -ENOSPC; with it another key is taken out, one of those that were not looked up
 * for longest, about.
 *
 * evict is called once for each record that was taken out, with all that was ever merged into it: when nobody can merge
 * into it any more. That may be some time later, and in any thread that uses a store or ends a read section; at the
 * latest in fg_store_free. By then the key may have a new record. One call at a time for a store; record and present
 * are valid during it. It may use any store but one that is being freed, and any function of once.h but
 * fg_read_wait; it may not take a lock that is held by anyone who uses a store or ends a read section.
 */
struct fg_store_options {
	size_t expected_keys;                     /* tables are made this large at once; 0: they grow from small */
	const struct fg_allocator *allocator;     /* NULL: malloc; must outlive the store; called from any thread that
	                                             uses a store or ends a read section, from several at once */
	size_t max_keys;                          /* 0: no limit */
	size_t max_bytes;                         /* 0: no limit. A key counts as its shared record, FG_STORE_KEY_BYTES,
	                                             and its own length if that is over 12, without what the record
	                                             points to */
	void (*evict)(const void *record, const void *present, void *user);      /* -EINVAL without a limit */
	void *user;                               /* for evict */
};

/* What a key takes beside its record, about: its bytes and what finds it. */
#define FG_STORE_KEY_BYTES 32

/* type: must have a shared form and a key (-EINVAL otherwise), and outlive the store. options: NULL for defaults.
 * Returns: 0, -EINVAL, -ENOMEM.  Owner: the caller frees with fg_store_free. */
FG_API int fg_store_new(const struct fg_type *type, const struct fg_store_options *options,
                        struct fg_store **ret_store);
/* NULL is fine. Threads: no other may use the store any more. Waits for the read sections that other threads have open
 * where something was removed lately, and of a type with pointers always. Within a read section, or in a free function
 * of once.h, it does not wait: then the allocator is still called, and evict too, until the sections that are open now
 * have ended. */
FG_API void fg_store_free(struct fg_store *store);

/* Merges a patch into the record of its own key, created on first merge.
 * present: NULL for all fields. Returns: 0, -ENOENT (the patch has no key), -ENOMEM or -ENOSPC (a limit; nothing of
 * this key changed), -EPERM (a field's policy, once or states, refuses the patch; a record that this would have been
 * the first merge of is there then).
 * Of a type with pointers: -EINVAL too (a count over its array, or structs too deep in each other; nothing changed).
 * Threads: any number at once. No merge is lost, whatever else is inserted or removed at the same time.
 * Cost: where the record is there, one look-up, one locked instruction on memory of this thread, and T_merge. Within a
 * read section that the caller has open (once.h) the locked instruction is saved. The same is true of reads. */
FG_API int fg_store_merge(struct fg_store *store, const void *record, const void *present);
/* The same, and says why a patch was refused. ret_refusal: filled with -EPERM, else untouched; may be NULL. */
FG_API int fg_store_merge_told(struct fg_store *store, const void *record, const void *present,
                               struct fg_refusal *ret_refusal);
/* Reads a snapshot. ret_present: may be NULL. Returns: 0 or -ENOENT. Threads: any number at once. */
FG_API int fg_store_read(struct fg_store *store, struct fg_key key, void *ret_record, void *ret_present);
/* The same, for types with pointers: arena gets what the record points to (NULL: nothing can be put there). Returns: 0,
 * -ENOENT, or -ENOMEM: then *ret_record and *ret_present are as they were. */
FG_API int fg_store_read_into(struct fg_store *store, struct fg_key key, struct fg_arena *arena, void *ret_record,
                              void *ret_present);
/* Removes the record; its memory is used again when nobody can see it any more. Returns: 0 or -ENOENT.
 * Threads: any number at once; a merge of the same key at the same time comes before, and goes with the record, or
 * after, and makes a new one. */
FG_API int fg_store_remove(struct fg_store *store, struct fg_key key);
/* Calls visit with a snapshot of each record, in no order. A record that was added or removed during the walk may be
 * seen or not, and one that was removed and made again may be seen twice; each other one is seen once. record and
 * present are valid during the call. visit may call any function of the store but fg_store_free: no lock is held
 * meanwhile. It stops the walk by returning other than 0.
 * Returns: 0, or what visit returned, or -ENOMEM. Threads: any number at once. */
FG_API int fg_store_each(struct fg_store *store,
                         int (*visit)(const void *record, const void *present, void *user), void *user);
/* Number of keys; a moment's value while others write. */
FG_API size_t fg_store_count(const struct fg_store *store);

struct fg_store_memory {
	size_t keys;
	size_t bytes;                /* all that the store holds, removed records that readers may still see included */
	size_t record_bytes;         /* of these, in the shared records of its keys */
	double overhead_per_key;     /* the rest, divided by keys; 0 without keys */
};

/* What the store takes of its allocator, without what records point to; moments' values while others write.
 * Threads: any number at once. */
FG_API void fg_store_memory(const struct fg_store *store, struct fg_store_memory *ret_memory);
FG_API const struct fg_type *fg_store_type(const struct fg_store *store);

#endif

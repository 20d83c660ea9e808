/*
 * type.h - what the generic parts of the library (store, ingest) know of a generated type
 *
 * For each struct T the generator writes `extern const struct fg_type T_fg_type`. A record is passed as void *, its
 * presence mask (struct T_present) likewise.
 */
#ifndef FIELDGUARD_TYPE_H
#define FIELDGUARD_TYPE_H

#include <fieldguard/base.h>
#include <fieldguard/decode.h>

#define FG_TYPE_ABI 4

/* Why a merge was refused: one field, by names out of its tags alone. Static texts, nothing to free. */
struct fg_refusal {
	const char *path;            /* "$.status" */
	const char *text;            /* what its policy doesn't allow: "a change that states does not allow" */
	const char *from, *to;       /* states: the enumerators' outside names, to "?" for a value without one;
	                                once: NULL */
};

/* The bytes of a key. For char[N]: up to the NUL; for integers and enums: those of the field itself. */
struct fg_key {
	const void *ptr;
	size_t len;
};

struct fg_read;

/* What a type has beside that where its records hold pointers (docs/policies.md). */
struct fg_type_pointers {
	/* As T_shared_init and T_shared_fini. allocator: NULL for malloc. */
	void (*shared_init)(void *shared, const struct fg_allocator *allocator);
	void (*shared_fini)(void *shared);
	/* As T_read. */
	int (*read)(void *shared, struct fg_arena *arena, void *ret_record, void *ret_present);
	/* Reads, without a copy of what the record points to: that is good until the section of this thread is closed.
	 * Opens no section, so it may be called with a lock held. ret_present may be NULL. Can't fail. */
	void (*look)(void *shared, const struct fg_read *section, void *ret_record, void *ret_present);
	/* As T_copy. ret_record may be from. */
	int (*copy)(const void *from, struct fg_arena *arena, void *ret_record);
};

struct fg_type {
	const char *name;            /* "order" */
	uint32_t abi;                /* FG_TYPE_ABI */
	uint32_t fields_n;
	size_t record_size, record_align;
	size_t present_size;

	int (*decode)(const char *json, size_t json_len, const struct fg_decode_options *options,
	              struct fg_arena *arena, void *ret_record, void *ret_present, struct fg_error *ret_error);
	int (*encode)(const void *record, const void *present, struct fg_buffer *out, struct fg_error *ret_error);
	/* Plain field-wise copy of the fields that present names; for records that one thread owns. */
	void (*patch)(void *record, void *record_present, const void *from, const void *present);

	/* The shared form; all NULL and 0 where the type has none. An all-zero shared record is valid and empty, and
	 * needs no fini: its memory may be freed once nobody uses it. merge and read: any threads at once. present
	 * NULL: all fields; ret_present and ret_refusal may be NULL. merge returns 0, or -EPERM with ret_refusal filled
	 * where a policy (once, states) refuses a field: docs/policies.md says what is merged then. With pointers
	 * (below) it may return -ENOMEM and -EINVAL too, with nothing changed; then read is NULL, and the shared record
	 * needs its fini. */
	size_t shared_size, shared_align;
	/* What follows these bytes up to shared_size is padding that no function above touches in a record once it is
	 * initialised: a store keeps the key there. 0: unknown, the store keeps off. */
	size_t shared_used;
	int (*merge)(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal);
	void (*read)(void *shared, void *ret_record, void *ret_present);
	const struct fg_type_pointers *pointers;         /* NULL: its records hold none */

	/* The key; NULL where no field is tagged `key`. Points into the record (or a static-size copy inside it).
	 * present NULL: all fields. Returns: 0, or -ENOENT when present says that the record has no key. */
	int (*key)(const void *record, const void *present, struct fg_key *ret_key);
};

#endif

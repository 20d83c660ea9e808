/*
 * shared_form.h - how a record's fields are divided among the places of its shared form
 *
 *     struct order_shared:  snapshot | group_money | group_address | once | owner | atomics | hot_views
 *
 * One group holds what lies together: all snapshot fields, all fields of one mutex or rwmutex group, all `once` fields,
 * or all `owner` fields that are no scalars (those stand beside the group, in the same place).
 * Its presence words are the words of struct T_present's bits, masked to the group's fields, followed by the masks of
 * its inline structs one after the other.
 */
#ifndef FG_SHARED_FORM_H
#define FG_SHARED_FORM_H

#include "gen/gen.h"

struct shared_field {
	const struct model_field *field;
	size_t offset;                     /* bytes, in the group's struct */
};

struct shared_group {
	enum model_policy policy;          /* any but ATOMIC */
	const char *name;                  /* "snapshot", "money", "once", "owner" */
	char place[160];                   /* member of struct T_shared: "snapshot", "group_money" */
	struct shared_field *fields;       /* in the record's order, count fields too */
	size_t fields_n;
	size_t size;                       /* bytes of the group's struct */
	size_t present_n;                  /* words */
};

struct shared_form {
	const struct model_struct *record;
	size_t bits_n;                     /* words of struct T_present's bits */
	struct shared_group *groups;       /* snapshot first, then by first field */
	size_t groups_n;
	struct shared_group *published;    /* a struct with pointers' snapshot group: not one of them; or NULL */
	const struct shared_group *once, *owner; /* among them, or NULL */
	const struct model_field **atomics;      /* those with states too */
	size_t atomics_n;
	const struct model_field **states;       /* of the atomics */
	size_t states_n;
	const struct model_field **owned;        /* scalars of the policy owner */
	size_t owned_n;
};

/* Never fails (tools end with a message when memory is out). */
void shared_form_init(struct shared_form *form, const struct model_struct *record);
void shared_form_fini(struct shared_form *form);

/* The bits of word w that belong to the group's fields. */
uint64_t shared_mask(const struct shared_form *form, const struct shared_group *group, size_t w);
/* The bits of word w that belong to these fields. */
uint64_t shared_mask_of(const struct shared_form *form, const struct model_field *const *fields, size_t n, size_t w);
/* Do the group's fields lie in an image of atomic words, behind a sequence? */
bool shared_is_image(const struct shared_group *group);
/* Has the form a place of the owner's? */
bool shared_has_owner(const struct shared_form *form);
/* Words of struct T_present, nested masks included. */
size_t shared_present_words(const struct model_struct *record);
/* The last member of struct T_shared: "atomics", "group_money". */
void shared_last_place(const struct shared_form *form, char ret[160]);
/* The object that holds an atomic field: "atomics.status", "hot_views.value". */
void shared_atomic_place(const struct model_field *field, char ret[160]);
/* Room for n fields; never fails; the caller frees. */
const struct model_field **shared_fields_alloc(size_t n);
/* Is it copied by memcpy and not assigned? */
bool shared_is_array(const struct model_field *field);
/* Are there fields that the shared form does not hold? */
bool shared_leaves_fields(const struct model_struct *record);

/* Takes or lets go of what guards a group. */
void shared_emit_lock(const struct shared_group *group, bool write, bool lock, struct gen_text *text);
/* The group's own bits of `present`, as `bits`; and `fields`, where they lie. */
void shared_emit_group_locals(const struct shared_form *form, const struct shared_group *group, bool reading,
                              struct gen_text *text);
/* Adds those bits to the group's own. */
void shared_emit_own_bits(const struct shared_form *form, const struct shared_group *group, struct gen_text *text);

/* The snapshot group that is published by pointer: its fields' names, place, declarations with their docs, and
 * definitions: T_prepare_snapshot and T_get_snapshot for merge and read. */
void shared_emit_published_names(const struct shared_form *form, struct gen_text *text);
void shared_emit_published_place(const struct shared_form *form, unsigned line_size, struct gen_text *text);
void shared_emit_published_header(const struct shared_form *form, struct gen_text *text);
void shared_emit_published_source(const struct shared_form *form, struct gen_text *text);
/* The functions' definitions. */
void shared_emit_merge(const struct shared_form *form, struct gen_text *text);
void shared_emit_read(const struct shared_form *form, struct gen_text *text);
void shared_emit_groups(const struct shared_form *form, struct gen_text *text);
/* T_read_G of an image, for the header; what follows a first try that failed is in the source. */
void shared_emit_read_group_inline(const struct shared_form *form, const struct shared_group *group,
                                   struct gen_text *text);
/* once: place, declarations with their docs, and definitions; T_put_once, the merge of its fields, is told apart from
 * T_check_once, which holds a patch against what is there. */
void shared_emit_once_place(const struct shared_form *form, unsigned line_size, struct gen_text *text);
void shared_emit_once_header(const struct shared_form *form, struct gen_text *text);
void shared_emit_once_source(const struct shared_form *form, struct gen_text *text);
/* T_same of a struct, where a once field of one of the model's structs needs it. */
void shared_emit_same(const struct model *model, const struct model_struct *record, struct gen_text *text);
/* states */
void shared_emit_states_header(const struct shared_form *form, const struct model_field *field, struct gen_text *text);
void shared_emit_states_source(const struct shared_form *form, struct gen_text *text);
/* atomic, without states */
void shared_emit_accessors(const struct shared_form *form, const struct model_field *field, struct gen_text *text);
/* owner */
void shared_emit_owner_place(const struct shared_form *form, unsigned line_size, struct gen_text *text);
void shared_emit_owner_header(const struct shared_form *form, struct gen_text *text);
/* The point (<fieldguard/usdt.h>) of one field that is written; before and after: C expressions, for scalars. */
void shared_emit_probe(const struct shared_form *form, const struct model_field *field, const char *before,
                       const char *after, struct gen_text *text);
/* The points of a group, behind its lock: of what a patch names, or of all that T_write_G replaces. */
void shared_emit_probe_group(const struct shared_form *form, const struct shared_group *group, bool patch,
                             struct gen_text *text);
/* Of the snapshot group that is published by pointer, before `block` takes the place of the one that is there. */
void shared_emit_probe_published(const struct shared_form *form, struct gen_text *text);
/* The check of a checked build that the caller may write. */
void shared_emit_owned(const struct shared_form *form, const char *field, struct gen_text *text);

#endif

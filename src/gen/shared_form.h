/*
 * shared_form.h - how a record's fields are divided among the places of its shared form
 *
 *     struct order_shared:  snapshot | group_money | group_address | atomics | hot_views
 *
 * One group holds what is written and read together: all snapshot fields, or all fields of one mutex or rwmutex group.
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
	enum model_policy policy;          /* SNAPSHOT, MUTEX or RWMUTEX */
	const char *name;                  /* "snapshot", "money" */
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
	const struct model_field **atomics;
	size_t atomics_n;
};

/* Never fails (tools end with a message when memory is out). */
void shared_form_init(struct shared_form *form, const struct model_struct *record);
void shared_form_fini(struct shared_form *form);

/* The bits of word w that belong to the group's fields; group NULL: to the atomic fields. */
uint64_t shared_mask(const struct shared_form *form, const struct shared_group *group, size_t w);
/* Words of struct T_present, nested masks included. */
size_t shared_present_words(const struct model_struct *record);
/* The object that holds an atomic field: "atomics.status", "hot_views.value". */
void shared_atomic_place(const struct model_field *field, char ret[160]);
/* Is it copied by memcpy and not assigned? */
bool shared_is_array(const struct model_field *field);
/* Are there fields that the shared form does not hold? */
bool shared_leaves_fields(const struct model_struct *record);

/* The functions' definitions. */
void shared_emit_merge(const struct shared_form *form, struct gen_text *text);
void shared_emit_read(const struct shared_form *form, struct gen_text *text);
void shared_emit_groups(const struct shared_form *form, struct gen_text *text);

#endif

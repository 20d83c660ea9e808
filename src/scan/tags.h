/*
 * tags.h - tags from their sources to the types
 *
 *     debug information  (btf_decl_tag, text in scan_member.tag_text)    first
 *     the note           (.note.fieldguard of generated code)             says the same, or a warning is told
 *     the policy file    (options.policy_file)                            likewise, but it is what holds then
 */
#ifndef FG_SCAN_TAGS_H
#define FG_SCAN_TAGS_H

#include "scan/build.h"

struct scan_tags {
	struct scan *scan;
	struct model *model;          /* memory of tags; scan->inside->tags */
	struct model_diag diag;       /* writes to messages */
	char *messages;
	size_t messages_size;
};

/* What one source says of a type (member NULL) or a member. names: how the member is reached, for messages. */
struct scan_tag_given {
	const struct scan_type *type;
	const struct scan_member *member;
	const struct model_tag *tag;
	bool overrules;               /* holds where another source says otherwise; says nothing of JSON */
};
void scan_tags_give(struct scan_tags *tags, const struct scan_tag_given *given);

/* The member of this name, in anonymous structs and unions too. ret_offset_bits: from the start of type; NULL: not
 * wanted.
 * Returns: NULL: none. */
const struct scan_member *scan_tags_member(const struct scan_type *type, const char *name, uint64_t *ret_offset_bits);

void scan_tags_note(struct scan_tags *tags);
int scan_tags_policy(struct scan_tags *tags, const char *path, struct scan_error *error);

/* Begins and ends collecting messages of tags->diag. Told as warnings, each line by itself. */
bool scan_tags_listen(struct scan_tags *tags);
void scan_tags_warn(struct scan_tags *tags);

#endif

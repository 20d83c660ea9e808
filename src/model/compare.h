/*
 * compare.h - two models of one program held against each other: a header's and a binary's, or two binaries'
 *
 *     model_compare(model, header, binary, &(struct model_compare_names){"header", "binary"}, &comparison);
 *     for (size_t i = 0; i < comparison.n; i++)
 *             printf("%s: %s\n", comparison.items[i].struct_name, comparison.items[i].text);
 *
 * Structs are found by name. A struct that only one side has is no difference: it is counted.
 */
#ifndef FG_MODEL_COMPARE_H
#define FG_MODEL_COMPARE_H

#include "model/model.h"

enum model_difference_kind {
	MODEL_DIFFERENCE_SIZE,        /* of the struct, or of a field */
	MODEL_DIFFERENCE_ALIGN,       /* of the struct */
	MODEL_DIFFERENCE_ADDED,       /* a field that only the second has */
	MODEL_DIFFERENCE_REMOVED,     /* a field that only the first has */
	MODEL_DIFFERENCE_MOVED,       /* a field's offset */
	MODEL_DIFFERENCE_TYPE,        /* a field's type, where its size is the same */
	MODEL_DIFFERENCE_TAG,         /* of the struct or of a field */
};

struct model_difference {
	enum model_difference_kind kind;
	const char *struct_name;      /* "struct order" */
	const char *field_name;       /* "status"; NULL: the struct as a whole */
	const char *text;             /* "is at byte 8 in the header and at byte 16 in the binary" */
	const struct model_struct *first, *second;
	const struct model_field *first_field, *second_field; /* NULL: that side has none */
};

struct model_comparison {
	struct model_difference *items; /* by struct, as the first lists them; then fields by offset */
	size_t n;
	size_t structs_n;             /* held against each other */
	const struct model_struct **only_first; /* structs that the second doesn't have */
	size_t only_first_n;
};

/* How texts call the two sides: "header", "binary". */
struct model_compare_names {
	const char *first, *second;
};

/* Compares every struct of first with that of the same name in second. Tags are compared where a struct has any on
 * both sides: a binary often carries none. memory: the model that owns what is made; it may be either. Tags and counts
 * need not have been checked. Never fails (tools end with a message when memory is out). */
void model_compare(struct model *memory, const struct model *first, const struct model *second,
                   const struct model_compare_names *names, struct model_comparison *ret_comparison);

/* "size", "moved": for JSON. */
const char *model_difference_name(enum model_difference_kind kind);

/* What two tags say differently: {"the policy", "atomic", "mutex=money"}. sharing: only what they say of threads counts:
 * policy, group, states, hot. Returns: false: they say the same. */
struct model_tag_difference {
	const char *what;             /* "policy" */
	char first[96], second[96];   /* "" where it is not there */
};
bool model_tag_compare(const struct model_tag *first, const struct model_tag *second, bool sharing,
                       struct model_tag_difference *ret_difference);

#endif

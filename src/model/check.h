/* check.h - what the parts of model_check share; nobody else includes this */
#ifndef FG_MODEL_CHECK_H
#define FG_MODEL_CHECK_H

#include "model/model.h"

#define CHECK_TYPE_NAME_MAX 160

struct check {
	struct model *model;
	struct model_diag *diag;
};

/* Tells an error about a field, at its FG(. */
__attribute__((format(printf, 3, 4)))
void check_fail(struct check *check, const struct model_field *field, const char *format, ...);
/* A field's type in words: "char[24]", "struct item * with count", "a union". Returns: ret. */
const char *check_type_name(const struct model_field *field, char ret[CHECK_TYPE_NAME_MAX]);

/* check_default.c: does the text of default hold for the field's type? */
void check_default(struct check *check, const struct model_field *field);
/* check_names.c: would any two things that are generated have one name? */
void check_names(struct check *check);

#endif

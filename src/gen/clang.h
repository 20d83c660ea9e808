/* clang.h - what the parts of the libclang front door share; nobody else includes this */
#ifndef FG_GEN_CLANG_H
#define FG_GEN_CLANG_H

#include "gen/gen.h"

#include <clang-c/Index.h>

/* A declaration that was met, and what it became. */
struct clang_known {
	CXCursor cursor;
	struct model_struct *record;
	struct model_enum *enumeration;
};

struct clang_load {
	struct model *model;
	struct model_diag *diag;
	CXTranslationUnit unit;
	const char *cwd;
	bool all;                           /* structs without any FG() too */
	const char *const *header_paths;    /* absolute, one for each of model->headers */
	CXFile header_files[64];
	const char **files;                 /* every file name that was shown, once each */
	size_t files_n, files_size;
	struct clang_known *known;
	size_t known_n, known_size;
};

/* Compile flags for libclang, owned by model. Starts with defaults, then the compile database's, then the user's, then
 * what finds fieldguard's and clang's own headers. Returns: 0, or -ENOENT with an error told: no
 * compile database that can be used. */
int clang_flags(struct model *model, const struct gen_input *input, const char *header_path, struct model_diag *diag,
                const char *const **ret_flags, int *ret_flags_n);

/* clang.c */
char *clang_take(struct model *model, CXString string);
struct model_place clang_place(struct clang_load *load, CXSourceLocation location);
/* Index in model->headers of the file that holds the location, or -1. */
int clang_header_index(const struct clang_load *load, CXSourceLocation location);
/* Returns: data, or a copy with room for at least one more item of item_size behind n of them. Never NULL. */
void *clang_grow(void *data, size_t n, size_t *size, size_t item_size);

/* clang_tags.c */
/* Text of the FG() that stands on a declaration, without "fg:"; NULL where there is none. Two are told as an error. */
const char *clang_tag_text(struct clang_load *load, CXCursor cursor, struct model_place *ret_place);
/* Does a struct's definition, or a field in it, have an FG()? */
bool clang_struct_is_tagged(CXCursor cursor);

/* clang_types.c */
/* cursor: the definition of a struct. Returns: its description, the same one every time; its fields may still be empty
 * while it is being read (structs that point at each other). */
struct model_struct *clang_load_struct(struct clang_load *load, CXCursor cursor);
/* Fills shape and type of a field. follow: read the structs and enums it leads to, too. */
void clang_load_field_type(struct clang_load *load, CXType type, bool follow, struct model_field *field);

#endif

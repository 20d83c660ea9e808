/*
 * gen.h - headers in, code out: libclang loads the model (clang.c), the emitters write C from it (emit_*.c)
 */
#ifndef FG_GEN_H
#define FG_GEN_H

#include "model/model.h"

struct gen_input {
	const char *const *headers;
	size_t headers_n;
	const char *const *flags;         /* the user's compile flags */
	size_t flags_n;
	const char *compile_commands;     /* folder of compile_commands.json, or NULL */
	bool all;                         /* list structs without any FG() too: for comparing layouts */
};

/* Reads the headers into model, tags parsed and checked. ret_files: every file read, for a depfile (model memory).
 * Returns: 0; -EINVAL when the headers are wrong, with an error told to diag; another negative errno when libclang
 * could not run (an error is told where diag->errors says so). */
int gen_load(struct model *model, const struct gen_input *input, struct model_diag *diag,
             const char *const **ret_files, size_t *ret_files_n);

struct gen_output {
	const struct model *model;
	const char *header;               /* as it shall stand in #include "..." */
	const char *name;                 /* NAME of NAME.fg.h */
	unsigned line_size;               /* bytes that writers are kept apart: 64 or 128 */
};

/* Text that grows; never fails (tools end with a message when memory is out). Zero-initialised is empty; data is
 * NUL-terminated once something was written. */
struct gen_text {
	char *data;
	size_t len, size;
	unsigned depth;                   /* tabs that gen_printf puts before every line it begins */
	size_t line_start;
};
/* Lines (ended by \n in format or arguments) that begin get text->depth tabs, except empty ones and those that begin
 * with '#'. A line longer than 120 columns is broken when it ends: at the last blank that fits, the rest aligned behind
 * the parenthesis open there, or behind " * " in a comment. Literals are never broken. */
__attribute__((format(printf, 2, 3)))
void gen_printf(struct gen_text *text, const char *format, ...);
/* A C string literal of these bytes, with its quotes. */
void gen_literal(struct gen_text *text, const char *bytes, size_t n);
void gen_text_fini(struct gen_text *text);

/* The whole of NAME.fg.h and NAME.fg.c. */
void gen_emit_header(const struct gen_output *output, struct gen_text *text);
void gen_emit_source(const struct gen_output *output, struct gen_text *text);

/* Has it public functions? (defined in a named header, with at least one converted field) */
bool gen_public(const struct model_struct *record);
/* Has it typed wrappers of fg_store? (public, shareable, with a key) */
bool gen_stored(const struct model_struct *record);
/* Can a merge into its shared form be refused? (it has a field of the policy once, or with states) */
bool gen_refuses(const struct model_struct *record);
/* Is the snapshot group of its shared form published by pointer? (it holds pointers) */
bool gen_published(const struct model_struct *record);
/* Can a merge into its shared form fail? (be refused, or lack memory) */
bool gen_merge_fails(const struct model_struct *record);
/* Is a copy of it more than an assignment? (it holds pointers, or fields that take no part in conversion) */
bool gen_owns(const struct model_struct *record);
/* What the output makes of a struct; 0: nothing, it takes no part. */
enum {
	GEN_USED_OBJECT = 1,              /* decoded and encoded by functions of its own */
	GEN_USED_NESTED = 2,              /* its presence mask stands in one that users see: patch and present_all */
	GEN_USED_ENTRY = 4,               /* element of a map whose value one of its fields holds */
};
unsigned gen_uses(const struct model *model, const struct model_struct *record);
/* The fields of a map's element that hold the member's name and value; NULL: none is tagged so. */
const struct model_field *gen_map_key(const struct model_struct *entry);
const struct model_field *gen_map_value(const struct model_struct *entry);

/* Parts of them. For one struct each: declarations with their docs for the header, definitions for the source. */
void gen_emit_present_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
void gen_emit_codec_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
void gen_emit_decode_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
void gen_emit_encode_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
/* Prototypes of all static functions of the source: types may refer to each other. */
void gen_emit_prototypes(const struct gen_output *output, struct gen_text *text);
/* T_copy; and T_own, which makes what a record points to its own, of each struct that needs it. */
void gen_emit_copy_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
void gen_emit_copy_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
/* patch, present_all */
void gen_emit_present_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
/* the shared form: struct, groups, merge, read, accessors (only for records with shareable set) */
void gen_emit_shared_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
void gen_emit_shared_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
/* typed wrappers of fg_store (only with a key) */
void gen_emit_store_header(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
void gen_emit_store_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);
/* T_fg_type and its thunks */
void gen_emit_type_source(const struct gen_output *output, const struct model_struct *record, struct gen_text *text);

/* the note of the whole source */
void gen_emit_note(const struct gen_output *output, struct gen_text *text);

/* Names. ret has room for 128 bytes. "order", "amount_cents" -> "ORDER_FIELD_AMOUNT_CENTS" */
/* "order-x.y" -> "ORDER_X_Y" */
void gen_name_upper(const char *name, char ret[128]);
/* Has it a number in enum T_field? (converted, and not the count of another one) */
bool gen_field_listed(const struct model_field *field);
void gen_name_field(const struct model_struct *record, const struct model_field *field, char ret[128]);
/* Index of a listed field in enum T_field, and their number. */
size_t gen_field_index(const struct model_struct *record, const struct model_field *field);
size_t gen_fields_n(const struct model_struct *record);
/* How the functions of a struct are called in the source: "order_patch", "order_present_all" where it is public, else
 * the name of a static function that does the same. */
void gen_name_patch(const struct model_struct *record, char ret[128]);
void gen_name_present_all(const struct model_struct *record, char ret[128]);
/* Is it an inline struct whose own fields have presence bits? (shape ONE, kind STRUCT, not tuple) */
bool gen_field_nested(const struct model_field *field);

#endif

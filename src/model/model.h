/*
 * model.h - the one description of a type: fields, offsets, tags, policies
 *
 * Two front doors load it (libclang for headers; DWARF for binaries, later); everything else reads it. All memory
 * belongs to the struct model: model_free frees it whole. Pointers between its parts stay valid until then.
 */
#ifndef FG_MODEL_H
#define FG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct model_place {
	const char *file;
	unsigned line, column;
};

enum model_policy {
	MODEL_POLICY_SNAPSHOT = 0,
	MODEL_POLICY_ATOMIC,
	MODEL_POLICY_MUTEX,
	MODEL_POLICY_RWMUTEX,
	MODEL_POLICY_ONCE,
	MODEL_POLICY_OWNER,
};

enum model_mold {
	MODEL_MOLD_TRIM = 1,
	MODEL_MOLD_LOWER,
	MODEL_MOLD_UPPER,
};

struct model_transition {
	const char *from, *to;
};

/* The words of one FG(), parsed but not yet held against the field's type. */
struct model_tag {
	bool present;                 /* the field has an FG() */
	const char *text;             /* of the FG(), as it stands, without "fg:" */
	bool skip;                    /* json:"-" */
	const char *json_name;        /* NULL: the C name */
	bool required, omitempty, null_absent, quoted /* string */, enum_number;
	bool time, duration, raw, truncate, map;
	const char *count;            /* name of the count field, or NULL */
	enum model_policy policy;
	bool policy_given;
	const char *group;            /* mutex=group; NULL: none given */
	bool key, hot, mapkey, mapvalue;
	const char **aliases;
	size_t aliases_n;
	const char *default_text;     /* NULL: none */
	enum model_mold molds[4];
	size_t molds_n;
	struct model_transition *states;
	size_t states_n;
	/* on a struct */
	bool tuple, unknown_error, local, shared;
	struct model_place place;     /* of the FG( */
};

enum model_kind {
	MODEL_KIND_OTHER = 0,         /* nothing that can be converted: union, void *, function pointer, _Atomic ... */
	MODEL_KIND_BOOL,
	MODEL_KIND_INT,
	MODEL_KIND_FLOAT,             /* float or double, told apart by size */
	MODEL_KIND_ENUM,
	MODEL_KIND_CHARS,             /* char[N] */
	MODEL_KIND_STR,               /* struct fg_str */
	MODEL_KIND_CSTR,              /* char * in the arena */
	MODEL_KIND_STRUCT,
};

enum model_shape {
	MODEL_SHAPE_ONE = 0,          /* T x */
	MODEL_SHAPE_POINTER,          /* T *x, NULL or one T */
	MODEL_SHAPE_FIXED,            /* T x[N] */
	MODEL_SHAPE_ARRAY,            /* T *x with a count */
};

struct model_struct;

struct model_enumerator {
	const char *c_name;
	const char *json_name;        /* prefix stripped, lower case */
	int64_t value;                /* uint64 enums: the same bits */
};

struct model_enum {
	const char *c_name;           /* as it is spelled: "enum order_status", or a typedef's name */
	bool is_signed;
	size_t size;                  /* bytes */
	struct model_enumerator *items;
	size_t items_n;
	struct model_place place;
};

/* What one element of a field is. */
struct model_type {
	enum model_kind kind;
	const char *c_name;           /* as C spells it: "int64_t", "enum order_status", "struct customer",
	                                 "const char *"; CHARS: "char" */
	const char *other;            /* OTHER: what it is, for messages: "a union" */
	size_t size, align;           /* bytes of one element; CHARS: N */
	bool is_signed;               /* INT */
	bool is_const;                /* CSTR: const char * */
	const struct model_enum *enumeration;
	const struct model_struct *record; /* STRUCT; NULL where the field has no tag: then nobody looks inside */
};

struct model_field {
	const char *name;             /* in C; members of anonymous structs appear as members of the outer struct */
	const char *json_name;        /* outside name, never NULL for a converted field */
	uint64_t offset_bits, size_bits;
	bool bitfield;
	enum model_shape shape;
	size_t fixed_n;               /* FIXED: items */
	struct model_type type;
	struct model_tag tag;
	const struct model_field *count;      /* the field that holds the number of items, or NULL */
	const struct model_field *counts;     /* reverse: the array that this field counts, or NULL */
	bool converted;               /* takes part in decode and encode */
	struct model_place place;
};

struct model_struct {
	const char *c_name;           /* "struct order", or the typedef's name where the struct has no tag */
	const char *name;             /* prefix of generated names: "order" */
	const char *header;           /* file that defines it */
	bool wanted;                  /* defined in a header that was named: gets public functions. Else
	                                 it is only used by one that is */
	bool has_pointers;            /* it or a nested struct holds str, cstr, pointer, array or raw fields */
	bool shareable;               /* gets a shared form */
	size_t size, align;
	struct model_field *fields;   /* as declared, untagged ones too */
	size_t fields_n;
	struct model_tag tag;
	struct model_place place;
};

struct model {
	struct model_struct **structs; /* each after those it holds inline */
	size_t structs_n;
	struct model_enum **enums;
	size_t enums_n;
	const char *headers[64];       /* as named on the command line */
	size_t headers_n;
	struct model_pool *pool;       /* owner of all memory */
};

struct model *model_new(void);
void model_free(struct model *model);
/* Zeroed memory that lives as long as the model. Never returns NULL: tools end with a message when memory is out. */
void *model_alloc(struct model *model, size_t size);
/* Room for one more item behind n: items itself, or a copy of them in a larger block. room: items that fit. */
void *model_grow(struct model *model, void *items, size_t n, size_t *room, size_t size);
char *model_strdup(struct model *model, const char *text);
char *model_strndup(struct model *model, const char *text, size_t len);
/* Word of a policy in tags: "rwmutex". */
const char *model_policy_name(enum model_policy policy);
/* The value of a field's default, which must be there: the bits of an INT (nanoseconds for time and duration), BOOL or
 * ENUM, sign-extended to 64. Returns: false for other kinds, and where the text can't hold. */
bool model_default_bits(const struct model_field *field, uint64_t *ret_bits);
/* Likewise for a FLOAT: rounded once, to its own size. */
bool model_default_double(const struct model_field *field, double *ret_value);
/* Gives an enum's items their outside names (docs/tags.md, "Enums"). */
void model_enum_name(struct model *model, struct model_enum *enumeration);
/* Puts each struct behind those it holds inline; else they keep their order. */
void model_sort(struct model *model);
const struct model_field *model_field_named(const struct model_struct *record, const char *c_name);

/*
 * Findings about the user's text, in compiler form: "order.h:5:9: error: 'id': ...". Counted; colours
 * on a terminal only.
 */
struct model_diag {
	FILE *out;
	bool colour;
	unsigned errors, warnings;
};
__attribute__((format(printf, 3, 4)))
void model_error(struct model_diag *diag, const struct model_place *place, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void model_warning(struct model_diag *diag, const struct model_place *place, const char *format, ...);

/* Parses the text of one FG(), without "fg:". name: of the field, for messages. on_struct: it stands on a struct.
 * Returns: true, or false with at least one error told; ret_tag is then unspecified. */
bool model_tag_parse(struct model *model, const char *text, const char *name, bool on_struct,
                     const struct model_place *place, struct model_diag *diag, struct model_tag *ret_tag);
/* Holds every tag against its field's type, resolves count fields, names, shareable. Returns: no error was told. */
bool model_check(struct model *model, struct model_diag *diag);
/* The model as one JSON object; documented in docs/model-json.md. */
void model_dump(const struct model *model, FILE *out);

#endif

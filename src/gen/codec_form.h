/*
 * codec_form.h - what the emitters of decoders and encoders (emit_decode.c, emit_encode.c and their parts) have in
 * common
 *
 * Names in the code that they write: d the decoder, p the place in the text, r the record, m its presence mask or
 * NULL, seenN and goneN words of presence, n and item an array's number of items and the current one, e the encoder.
 */
#ifndef FG_CODEC_FORM_H
#define FG_CODEC_FORM_H

#include "gen/gen.h"

/* A record of more bytes is made in the arena rather than on the stack. */
#define GEN_STACK_RECORD_MAX 16384
/* FG_COPY_DEPTH_MAX, for the docs of what is generated. */
#define GEN_COPY_DEPTH_MAX 4096

/* Statements that read the JSON value at p into `target` (of field's type) and move p behind it; `fail` is the
 * statement to run where p became NULL. mask: the nested presence mask's address, or "NULL". */
void gen_emit_decode_value(const struct model_struct *record, const struct model_field *field, const char *target,
                           const char *mask, const char *fail, struct gen_text *text);
/* Statements that give `target` the field's default. Nothing where it has none. */
void gen_emit_default(const struct model_field *field, const char *target, const char *fail, struct gen_text *text);
/* Is anything set by default in a record of this type, its inline structs too? */
bool gen_has_defaults(const struct model_struct *record);
/* Is anything set where the field is absent? */
bool gen_field_has_default(const struct model_field *field);
/* Is T_defaults called? Then this writes it. */
bool gen_defaults_used(const struct model *model, const struct model_struct *record);
void gen_emit_defaults_source(const struct model_struct *record, struct gen_text *text);
/* Like gen_emit_decode_value, for item number n of field's array (a member, in a map), at `item`. */
void gen_emit_decode_item(const struct model_field *field, struct gen_text *text);
/* T_decode and T_decode_array. */
void gen_emit_decode_public(const struct model_struct *record, struct gen_text *text);
/* Has it functions of its own, T_decode_FIELD and T_encode_FIELD? (arrays and maps) */
bool gen_field_array(const struct model_field *field);
/* Does a type's object have this field as a member? (listed, and not the key of a map's element) */
bool gen_field_member(const struct model_struct *record, const struct model_field *field);
/* Is code wanted for this field's array where the struct is used so? */
bool gen_array_used(const struct model_struct *record, const struct model_field *field, unsigned uses);
/* `switch` from a name's hash to `goto value_FIELD`; struct fg_str name holds the name. */
void gen_emit_name_switch(const struct model_struct *record, struct gen_text *text);
/* The declaration of a pointer to one element: "struct item *item", "char (*item)[24]". */
void gen_pointer_to(const struct model_type *type, const char *name, char ret[256]);
/* The type itself, for sizeof and casts: "struct item", "char[24]". */
void gen_type_name(const struct model_type *type, char ret[256]);
/* The table of an enum's names, `static const struct fg_enum_name NAME_names[]`, and its NAME. */
void gen_emit_enum_tables(const struct gen_output *output, struct gen_text *text);
void gen_name_enum(const struct model_enum *enumeration, char ret[128]);
/* A name or other text as a member's or string's JSON, quotes included, in a C literal: "\"id\"". before, after: put
 * as they are. */
void gen_json_literal(struct gen_text *text, const char *before, const char *name, const char *after, size_t *ret_len);

#endif

/*
 * decode.h - options for T_decode, and a validator for any JSON text
 */
#ifndef FIELDGUARD_DECODE_H
#define FIELDGUARD_DECODE_H

#include <fieldguard/base.h>

enum fg_decode_flags {
	FG_DECODE_UNKNOWN_ERROR = 1u << 0,     /* a name that no field has is FG_ERR_UNKNOWN; default: skipped */
	FG_DECODE_DUPLICATE_ERROR = 1u << 1,   /* a name twice in one object is FG_ERR_DUPLICATE; default: last wins.
	                                          Names of fields only: unknown names are not compared */
	FG_DECODE_SHOW_VALUES = 1u << 2,       /* errors quote the input; off by default, for inputs hold secrets */
};

/* Limits for input from outside. Zero-initialised means the defaults. */
struct fg_decode_options {
	uint32_t flags;
	uint32_t max_depth;       /* nested arrays and objects; 0: 512; over 4096: 4096 */
	size_t max_input;         /* bytes of one text; 0: 1 GiB */
	size_t max_string;        /* bytes of one decoded string; 0: 64 MiB */
	size_t max_items;         /* items of one array or members of one map; 0: 16 Mi */
};

/*
 * Is this exactly one JSON value after RFC 8259 (UTF-8, no BOM)?
 * options: NULL for defaults.  ret_error: may be NULL.
 * Returns: 0, or -EINVAL with ret_error filled (the path is "$").
 * Threads: any.
 */
FG_API int fg_json_validate(const char *json, size_t json_len, const struct fg_decode_options *options,
                            struct fg_error *ret_error);

#endif

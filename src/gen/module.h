/*
 * module.h - gen as a module, fieldguard-gen.so: all that the command calls of it
 *
 * libclang costs 57 MB and some 30 ms to load, and most verbs have no use for it. So whoever needs it opens the module
 * (src/cli/gen_module.c) and calls through this table; nothing else in it can be seen from outside.
 */
#ifndef FG_GEN_MODULE_H
#define FG_GEN_MODULE_H

#include "gen/gen.h"

#define GEN_MODULE_SYMBOL "fg_gen_module"
#define GEN_MODULE_VERSION "FIELDGUARD_GEN_0"

struct gen_module {
	/* GEN_MODULE_TEXT, the same on both sides. Stays the first member, whatever becomes of the rest. */
	const char *form;
	int (*load)(struct model *model, const struct gen_input *input, struct model_diag *diag,
	            const char *const **ret_files, size_t *ret_files_n);
	void (*emit_header)(const struct gen_output *output, struct gen_text *text);
	void (*emit_source)(const struct gen_output *output, struct gen_text *text);
	void (*text_fini)(struct gen_text *text);
};
/* GEN_MODULE_FORM: a hash of the headers whose structs pass through here, from meson.build. */
#define GEN_MODULE_TEXT FG_VERSION " " GEN_MODULE_FORM

extern const struct gen_module fg_gen_module;

#endif

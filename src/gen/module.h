/*
 * module.h - gen as a module, fieldguard-gen.so: all that the command calls of it
 *
 * libclang costs some 50 MB and as many milliseconds to load, and most verbs have no use for it. So whoever needs it opens
 * the module (src/cli/gen_module.c) and calls through this table; nothing else in it can be seen from outside.
 */
#ifndef FG_GEN_MODULE_H
#define FG_GEN_MODULE_H

#include "gen/gen.h"

#define GEN_MODULE_SYMBOL "fg_gen_module"
#define GEN_MODULE_VERSION "FIELDGUARD_GEN_0"

struct gen_module {
	/* First, whatever becomes of the rest: FG_VERSION and a hash of the headers whose structs pass through here
	 * (meson.build). Both sides must have the same text. */
	const char *form;
	int (*load)(struct model *model, const struct gen_input *input, struct model_diag *diag,
	            const char *const **ret_files, size_t *ret_files_n);
	void (*emit_header)(const struct gen_output *output, struct gen_text *text);
	void (*emit_source)(const struct gen_output *output, struct gen_text *text);
	void (*text_fini)(struct gen_text *text);
};
#define GEN_MODULE_TEXT FG_VERSION " " GEN_MODULE_FORM

extern const struct gen_module fg_gen_module;

#endif

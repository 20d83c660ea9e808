/* module.c - the one symbol of fieldguard-gen.so */
#include "gen/module.h"

const struct gen_module fg_gen_module = {
	.form = GEN_MODULE_TEXT,
	.load = gen_load,
	.emit_header = gen_emit_header,
	.emit_source = gen_emit_source,
	.text_fini = gen_text_fini,
};

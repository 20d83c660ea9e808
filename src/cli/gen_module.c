/* gen_module.c - opens fieldguard-gen.so, which brings libclang, for what needs it */
#include "cli/cli.h"
#include "gen/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct gen_module *open_at(const char *path)
{
	const struct gen_module *module = NULL;
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (handle)
		module = dlvsym(handle, GEN_MODULE_SYMBOL, GEN_MODULE_VERSION);
	if (!module) {
		cli_fail("%s can't be loaded: %s", path, dlerror());
	} else if (strcmp(module->form, GEN_MODULE_TEXT) != 0) {
		cli_fail("%s: belongs to another build of fieldguard (%s, and this is %s); install both anew", path,
		         module->form, GEN_MODULE_TEXT);
		module = NULL;
	}
	return module;
}

const struct gen_module *cli_gen_module(void)
{
	static const struct gen_module *module;
	char *paths[CLI_PLACES_N];
	int error;

	if (module)
		return module;
	error = cli_places("", "fieldguard-gen.so", paths);
	if (error) {
		cli_fail("/proc/self/exe: %s", strerror(-error));
		return NULL;
	}
	if (access(paths[0], F_OK) == 0)
		module = open_at(paths[0]);
	else if (access(paths[1], F_OK) == 0)
		module = open_at(paths[1]);
	else
		cli_fail("the module that reads headers is neither %s nor %s; build or install it", paths[0], paths[1]);
	for (size_t i = 0; i < CLI_PLACES_N; i++)
		free(paths[i]);
	return module;
}

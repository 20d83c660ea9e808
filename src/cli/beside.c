/*
 * beside.c - what belongs to the command and lies in files of its own: found from where the command is
 *
 *     build/fieldguard      build/fieldguard-gen.so                       build/lab/fieldguard-lab
 *     PREFIX/bin/fieldguard PREFIX/libexec/fieldguard/fieldguard-gen.so   PREFIX/libexec/fieldguard/fieldguard-lab
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The folder of this program. Returns: malloc'd, or NULL with errno. */
static char *own_folder(void)
{
	char *path = realpath("/proc/self/exe", NULL);
	char *slash = path ? strrchr(path, '/') : NULL;

	if (slash)
		slash[slash == path] = '\0';
	return path;
}

int cli_places(const char *in_build, const char *name, char *ret_paths[CLI_PLACES_N])
{
	char *folder = own_folder(), *paths[CLI_PLACES_N];
	int error = folder ? 0 : -errno;

	if (!error && asprintf(&paths[0], "%s/%s%s%s", folder, in_build, in_build[0] ? "/" : "", name) < 0)
		error = -ENOMEM;
	/* FG_LIBEXEC_DIR is meant from the prefix, unless it is absolute. */
	if (!error && asprintf(&paths[1], "%s%s%s/%s", FG_LIBEXEC_DIR[0] == '/' ? "" : folder,
	                       FG_LIBEXEC_DIR[0] == '/' ? "" : "/../", FG_LIBEXEC_DIR, name) < 0) {
		free(paths[0]);
		error = -ENOMEM;
	}
	free(folder);
	if (!error)
		memcpy(ret_paths, paths, sizeof(paths));
	return error;
}

/*
 * clang_flags.c - the flags that libclang gets: the user's own, and what lets it find the two sets of headers it needs
 *
 * libclang as a library finds neither fieldguard/annotate.h nor the compiler's own headers (stddef.h, stdint.h) by
 * itself on every system; both are looked for beside what is running.
 */
#include "gen/clang.h"

#include <clang-c/CXCompilationDatabase.h>
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct flags {
	struct model *model;
	const char **items;
	size_t n, size;
};

static void add(struct flags *flags, const char *flag)
{
	flags->items = clang_grow(flags->items, flags->n, &flags->size, sizeof(*flags->items));
	flags->items[flags->n++] = model_strdup(flags->model, flag);
}

static void add_joined(struct flags *flags, const char *flag, const char *value)
{
	char *text = model_alloc(flags->model, strlen(flag) + strlen(value) + 1);

	stpcpy(stpcpy(text, flag), value);
	add(flags, text);
}

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- the compile database -------------------------------------------------------------------------------------- */

/* Flags that change what a declaration means; others (warnings, optimisation, output) are not for us, and a gcc may
 * have some that clang refuses. takes_value: also as two arguments. */
static const struct meaning {
	const char *prefix;
	bool takes_value, exact;
} meanings[] = {
	{"-I", true, false},
	{"-D", true, false},
	{"-U", true, false},
	{"-isystem", true, false},
	{"-iquote", true, false},
	{"-idirafter", true, false},
	{"-include", true, false},
	{"-imacros", true, false},
	{"-isysroot", true, false},
	{"--sysroot", true, false},
	{"-std=", false, false},
	{"-ansi", false, true},
	{"-m32", false, true},
	{"-m64", false, true},
	{"-mx32", false, true},
	{"-nostdinc", false, true},
	{"-pthread", false, true},
	{"-fopenmp", false, true},
	{"-fshort-enums", false, true},
	{"-fno-short-enums", false, true},
	{"-fsigned-char", false, true},
	{"-funsigned-char", false, true},
	{"-fshort-wchar", false, true},
	{"-fpack-struct", false, false},
	{"-fms-extensions", false, true},
	{"--target=", false, false},
};

static const struct meaning *meaning_of(const char *flag)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].exact ? strcmp(flag, meanings[i].prefix) == 0 : starts(flag, meanings[i].prefix))
			return &meanings[i];
	return NULL;
}

static void add_command(struct flags *flags, CXCompileCommand command)
{
	unsigned n = clang_CompileCommand_getNumArgs(command);

	add_joined(flags, "-working-directory=", clang_take(flags->model, clang_CompileCommand_getDirectory(command)));
	for (unsigned i = 1; i < n; i++) {
		const char *flag = clang_take(flags->model, clang_CompileCommand_getArg(command, i));
		const struct meaning *meaning = meaning_of(flag);

		/* A header's entry may be borrowed from a C++ source. */
		if (!meaning || (starts(flag, "-std=") && strstr(flag, "++")))
			continue;
		add(flags, flag);
		if (meaning->takes_value && strcmp(flag, meaning->prefix) == 0 && i + 1 < n)
			add(flags, clang_take(flags->model, clang_CompileCommand_getArg(command, ++i)));
	}
}

/* The header's own entry; where it has none, libclang gives that of the source file whose path is most like it. */
static int add_database(struct flags *flags, const char *folder, const char *header_path, struct model_diag *diag)
{
	CXCompilationDatabase_Error error;
	CXCompilationDatabase database = clang_CompilationDatabase_fromDirectory(folder, &error);
	CXCompileCommands commands = NULL;
	int result = -ENOENT;

	if (error != CXCompilationDatabase_NoError) {
		model_error(diag, NULL, "%s: no compile_commands.json that can be read", folder);
		return -ENOENT;
	}
	commands = clang_CompilationDatabase_getCompileCommands(database, header_path);
	if (!commands)
		commands = clang_CompilationDatabase_getAllCompileCommands(database);
	if (commands && clang_CompileCommands_getSize(commands)) {
		add_command(flags, clang_CompileCommands_getCommand(commands, 0));
		result = 0;
	} else {
		model_error(diag, NULL, "%s: compile_commands.json holds no command", folder);
	}
	if (commands)
		clang_CompileCommands_dispose(commands);
	clang_CompilationDatabase_dispose(database);
	return result;
}

/* ---- headers that libclang needs ------------------------------------------------------------------------------- */

static bool holds(struct model *model, const char *folder, const char *file)
{
	char *path = model_alloc(model, strlen(folder) + strlen(file) + 2);

	stpcpy(stpcpy(stpcpy(path, folder), "/"), file);
	return access(path, R_OK) == 0;
}

/*
 * fieldguard's public headers: beside the installed command (../include), else in the source tree it was built from.
 * -I and not -isystem: they stand behind the user's own folders and before the system's, where an older one may lie.
 */
static void add_own_headers(struct flags *flags)
{
	char exe[PATH_MAX], folder[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - sizeof("/../include"));
	char *slash;

	if (len > 0) {
		exe[len] = '\0';
		slash = strrchr(exe, '/');
		stpcpy(slash ? slash : exe, "/../include");
		if (holds(flags->model, exe, "fieldguard/annotate.h") && realpath(exe, folder)) {
			add_joined(flags, "-I", folder);
			return;
		}
	}
	if (holds(flags->model, FG_INCLUDE_DIR, "fieldguard/annotate.h"))
		add_joined(flags, "-I", FG_INCLUDE_DIR);
}

/* The last match of a pattern that has include/stddef.h under it, or NULL. */
static char *glob_folder(struct model *model, const char *pattern)
{
	char *found = NULL;
	glob_t matches;

	if (glob(pattern, 0, NULL, &matches) != 0)
		return NULL;
	for (size_t i = 0; i < matches.gl_pathc; i++)
		if (holds(model, matches.gl_pathv[i], "include/stddef.h"))
			found = model_strdup(model, matches.gl_pathv[i]);
	globfree(&matches);
	return found;
}

static unsigned clang_major(void)
{
	CXString version = clang_getClangVersion();
	const char *at = strstr(clang_getCString(version), "version ");
	unsigned major = at ? (unsigned)strtoul(at + strlen("version "), NULL, 10) : 0;

	clang_disposeString(version);
	return major;
}

/* Folder of libclang itself, where other systems keep its headers. */
static bool libclang_folder(char ret_folder[PATH_MAX])
{
	char *slash;
	Dl_info info;

	if (!dladdr((void *)(uintptr_t)clang_createIndex, &info) || !info.dli_fname ||
	    !realpath(info.dli_fname, ret_folder))
		return false;
	slash = strrchr(ret_folder, '/');
	if (slash)
		*slash = '\0';
	return slash != NULL;
}

/* The compiler's own headers, of the very clang that runs. Where only the library is installed, gcc's serve as well. */
static void add_compiler_headers(struct flags *flags)
{
	char folder[PATH_MAX], pattern[PATH_MAX + 64];
	unsigned major = clang_major();
	char *found = NULL;

	snprintf(pattern, sizeof(pattern), "/usr/lib/llvm-%u/lib/clang/*", major);
	found = glob_folder(flags->model, pattern);
	for (unsigned up = 0; up < 2 && !found && libclang_folder(folder); up++) {
		snprintf(pattern, sizeof(pattern), "%s/%sclang/%u*", folder, up ? "../lib/" : "", major);
		found = glob_folder(flags->model, pattern);
	}
	if (found) {
		add(flags, "-resource-dir");
		add(flags, found);
		return;
	}
	found = glob_folder(flags->model, "/usr/lib/gcc/*/*");
	if (found) {
		add(flags, "-isystem");
		add_joined(flags, found, "/include");
	}
}

int clang_flags(struct model *model, const struct gen_input *input, const char *header_path, struct model_diag *diag,
                const char *const **ret_flags, int *ret_flags_n)
{
	struct flags flags = {.model = model};
	bool resource_given = false;
	const char **copy;
	int error = 0;

	add(&flags, "-xc");
	add(&flags, "-std=gnu11");
	add(&flags, "-w");
	if (input->compile_commands)
		error = add_database(&flags, input->compile_commands, header_path, diag);
	for (size_t i = 0; i < input->flags_n; i++) {
		add(&flags, input->flags[i]);
		resource_given |= starts(input->flags[i], "-resource-dir");
	}
	add_own_headers(&flags);
	if (!resource_given)
		add_compiler_headers(&flags);
	copy = model_alloc(model, flags.n * sizeof(*copy));
	memcpy(copy, flags.items, flags.n * sizeof(*copy));
	*ret_flags = copy;
	*ret_flags_n = (int)flags.n;
	free(flags.items);
	return error;
}

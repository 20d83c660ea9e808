/*
 * clang.c - headers in, model out, by libclang
 *
 * All named headers are parsed together, included one after another by a file that exists in memory only, so that a
 * struct they share is one struct. Any error diagnostic ends the job: after an error libclang still delivers structs,
 * with offsets that are wrong.
 */
#include "gen/clang.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ERRORS_SHOWN 20

char *clang_take(struct model *model, CXString string)
{
	const char *text = clang_getCString(string);
	char *copy = model_strdup(model, text ? text : "");

	clang_disposeString(string);
	return copy;
}

void *clang_grow(void *data, size_t n, size_t *size, size_t item_size)
{
	if (n < *size)
		return data;
	*size = *size ? 2 * *size : 16;
	data = reallocarray(data, *size, item_size);
	if (!data) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	return data;
}

/* The name by which messages call a file: as the user named the header; else relative, where it lies below here. */
static const char *shown_name(struct clang_load *load, const char *path)
{
	size_t cwd_len = strlen(load->cwd);
	const char *name = path;

	for (size_t i = 0; i < load->model->headers_n; i++)
		if (strcmp(load->header_paths[i], path) == 0)
			return load->model->headers[i];
	if (strncmp(path, load->cwd, cwd_len) == 0 && path[cwd_len] == '/')
		name = path + cwd_len + 1;
	for (size_t i = 0; i < load->files_n; i++)
		if (strcmp(load->files[i], name) == 0)
			return load->files[i];
	load->files = clang_grow(load->files, load->files_n, &load->files_size, sizeof(*load->files));
	return load->files[load->files_n++] = model_strdup(load->model, name);
}

struct model_place clang_place(struct clang_load *load, CXSourceLocation location)
{
	struct model_place place = {0};
	CXFile file;

	clang_getExpansionLocation(location, &file, &place.line, &place.column, NULL);
	if (file) {
		CXString name = clang_getFileName(file);

		place.file = shown_name(load, clang_getCString(name));
		clang_disposeString(name);
	}
	return place;
}

int clang_header_index(const struct clang_load *load, CXSourceLocation location)
{
	CXFile file;

	clang_getExpansionLocation(location, &file, NULL, NULL, NULL);
	if (!file)
		return -1;
	for (size_t i = 0; i < load->model->headers_n; i++)
		if (load->header_files[i] && clang_File_isEqual(file, load->header_files[i]))
			return (int)i;
	return -1;
}

/* ---- parsing --------------------------------------------------------------------------------------------------- */

/* Returns: the text of the file that includes every header. */
static char *main_text(struct model *model, const char *const *header_paths)
{
	size_t size = 1;
	char *text, *p;

	for (size_t i = 0; i < model->headers_n; i++)
		size += strlen(header_paths[i]) + sizeof("#include \"\"\n");
	p = text = model_alloc(model, size);
	for (size_t i = 0; i < model->headers_n; i++) {
		p = stpcpy(p, "#include \"");
		p = stpcpy(p, header_paths[i]);
		p = stpcpy(p, "\"\n");
	}
	return text;
}

static int parse(struct clang_load *load, CXIndex index, const char *const *flags, int flags_n)
{
	struct model *model = load->model;
	char *name = model_alloc(model, strlen(load->cwd) + sizeof("/fieldguard-input.c"));
	struct CXUnsavedFile file = {.Filename = name, .Contents = main_text(model, load->header_paths)};
	enum CXErrorCode code;

	stpcpy(stpcpy(name, load->cwd), "/fieldguard-input.c");
	file.Length = strlen(file.Contents);
	code = clang_parseTranslationUnit2(index, name, flags, flags_n, &file, 1,
	                                   CXTranslationUnit_SkipFunctionBodies, &load->unit);
	if (code == CXError_Success)
		return 0;
	/* clang says no more than this when it does not understand a flag. */
	model_error(load->diag, NULL, "clang refuses to read the headers with these flags");
	return -EINVAL;
}

/* Tells the error diagnostics. Returns: there was none. */
static bool tell_diagnostics(struct clang_load *load)
{
	unsigned n = clang_getNumDiagnostics(load->unit), errors = 0;

	for (unsigned i = 0; i < n; i++) {
		CXDiagnostic diagnostic = clang_getDiagnostic(load->unit, i);

		if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error && errors++ < ERRORS_SHOWN) {
			struct model_place place = clang_place(load, clang_getDiagnosticLocation(diagnostic));

			model_error(load->diag, &place, "%s",
			            clang_take(load->model, clang_getDiagnosticSpelling(diagnostic)));
		}
		clang_disposeDiagnostic(diagnostic);
	}
	if (errors > ERRORS_SHOWN)
		model_error(load->diag, NULL, "%u more errors from clang", errors - ERRORS_SHOWN);
	return errors == 0;
}

/* ---- walking --------------------------------------------------------------------------------------------------- */

static enum CXChildVisitResult visit_declaration(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct clang_load *load = data;
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	CXSourceLocation location = clang_getCursorLocation(cursor);
	struct model_place place;

	(void)parent;
	if (kind != CXCursor_StructDecl && kind != CXCursor_UnionDecl && kind != CXCursor_EnumDecl &&
	    kind != CXCursor_TypedefDecl && kind != CXCursor_VarDecl && kind != CXCursor_FunctionDecl)
		return CXChildVisit_Continue;
	if (clang_header_index(load, location) < 0)
		return CXChildVisit_Continue;
	if (kind == CXCursor_StructDecl && clang_isCursorDefinition(cursor) && (load->all ||
	        clang_struct_is_tagged(cursor)) &&
	    !clang_Cursor_isAnonymous(cursor))
		clang_load_struct(load, cursor);
	if (kind != CXCursor_StructDecl && clang_tag_text(load, cursor, &place))
		model_error(load->diag, &place,
		            "FG() stands on a field, or behind the closing brace of a struct; here it is %s",
		            kind == CXCursor_TypedefDecl ? "lost on the typedef's name" : "on something else");
	/* Structs may be defined inside structs. */
	return kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl ? CXChildVisit_Recurse : CXChildVisit_Continue;
}

struct inclusions {
	struct clang_load *load;
	const char **files;
	size_t n, size;
};

static void visit_inclusion(CXFile file, CXSourceLocation *stack, unsigned stack_n, CXClientData data)
{
	struct inclusions *inclusions = data;
	CXString path = clang_getFileName(file);
	const char *name = shown_name(inclusions->load, clang_getCString(path));
	size_t i = 0;

	(void)stack;
	clang_disposeString(path);
	if (!stack_n)       /* the file in memory */
		return;
	/* A file without guards may be included many times. */
	while (i < inclusions->n && inclusions->files[i] != name)
		i++;
	if (i < inclusions->n)
		return;
	inclusions->files = clang_grow(inclusions->files, inclusions->n, &inclusions->size, sizeof(*inclusions->files));
	inclusions->files[inclusions->n++] = name;
}

static void walk(struct clang_load *load)
{
	struct model *model = load->model;
	size_t structs_n = 0, enums_n = 0;

	for (size_t i = 0; i < model->headers_n; i++)
		load->header_files[i] = clang_getFile(load->unit, load->header_paths[i]);
	clang_visitChildren(clang_getTranslationUnitCursor(load->unit), visit_declaration, load);

	model->structs = model_alloc(model, (load->known_n + 1) * sizeof(*model->structs));
	model->enums = model_alloc(model, (load->known_n + 1) * sizeof(*model->enums));
	for (size_t i = 0; i < load->known_n; i++) {
		if (load->known[i].record)
			model->structs[structs_n++] = load->known[i].record;
		else
			model->enums[enums_n++] = load->known[i].enumeration;
	}
	model->structs_n = structs_n;
	model->enums_n = enums_n;
	model_sort(model);
}

static int load_unit(struct clang_load *load, const char *const **ret_files, size_t *ret_files_n)
{
	struct inclusions inclusions = {.load = load};

	if (!tell_diagnostics(load))
		return -EINVAL;
	walk(load);
	if (load->diag->errors)
		return -EINVAL;
	if (!load->model->structs_n) {
		struct model_place place = {.file = load->model->headers[0]};

		model_error(load->diag, &place, "%s",
		            load->all ? "no struct is defined here" : "no struct here has a field with FG()");
		return -EINVAL;
	}
	if (!model_check(load->model, load->diag))
		return -EINVAL;
	clang_getInclusions(load->unit, visit_inclusion, &inclusions);
	*ret_files = memcpy(model_alloc(load->model, (inclusions.n + 1) * sizeof(*inclusions.files)), inclusions.files,
	                    inclusions.n * sizeof(*inclusions.files));
	*ret_files_n = inclusions.n;
	free(inclusions.files);
	return 0;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static int name_headers(struct clang_load *load, const struct gen_input *input)
{
	struct model *model = load->model;
	const char **paths = model_alloc(model, (input->headers_n + 1) * sizeof(*paths));

	if (!input->headers_n || input->headers_n > sizeof(model->headers) / sizeof(model->headers[0])) {
		model_error(load->diag, NULL, "between 1 and 64 headers can be read at once, not %zu",
		            input->headers_n);
		return -EINVAL;
	}
	for (size_t i = 0; i < input->headers_n; i++) {
		const char *name = input->headers[i];
		char *path = model_alloc(model, strlen(load->cwd) + strlen(name) + 2);

		if (strpbrk(name, "\"\n")) {
			model_error(load->diag, NULL, "a header's name can't hold a quote or a newline: %s", name);
			return -EINVAL;
		}
		if (name[0] == '/')
			stpcpy(path, name);
		else
			stpcpy(stpcpy(stpcpy(path, load->cwd), "/"), name);
		model->headers[model->headers_n++] = model_strdup(model, name);
		paths[i] = path;
	}
	load->header_paths = paths;
	return 0;
}

int gen_load(struct model *model, const struct gen_input *input, struct model_diag *diag,
             const char *const **ret_files, size_t *ret_files_n)
{
	char *cwd = getcwd(NULL, 0);
	struct clang_load load = {.model = model, .diag = diag, .cwd = cwd, .all = input->all};
	const char *const *flags;
	int flags_n, error;
	CXIndex index;

	if (!cwd)
		return -errno;
	index = clang_createIndex(1, 0);
	error = index ? 0 : -ENOMEM;
	if (!error)
		error = name_headers(&load, input);
	if (!error)
		error = clang_flags(model, input, load.header_paths[0], diag, &flags, &flags_n);
	if (!error)
		error = parse(&load, index, flags, flags_n);
	if (!error)
		error = load_unit(&load, ret_files, ret_files_n);
	if (load.unit)
		clang_disposeTranslationUnit(load.unit);
	if (index)
		clang_disposeIndex(index);
	free(load.files);
	free(load.known);
	free(cwd);
	return error;
}

/* open.c - a binary opened, its steps in order, and closed again */
#include "scan/build.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void tell(const struct scan *scan, const char *stage)
{
	if (scan->inside->options.progress)
		scan->inside->options.progress(scan->inside->options.user, stage, 0, 0);
}

/* Says why there is nothing to read, and how that is mended. */
static int no_debug_information(const struct scan *scan, struct scan_error *error)
{
	const struct scan_image *image = &scan->inside->image;
	GElf_Shdr header;
	bool stripped = !scan_image_section(image, ".symtab", &header);

	if (scan_image_section(image, ".gopclntab", &header) || scan_image_section(image, ".note.go.buildid", &header))
		return scan_fail(error, -ENODATA, "%s: has no debug information: it is a Go program that was linked with "
				 "-ldflags=-s or -w, or stripped; build it without", scan->path);
	return scan_fail(error, -ENODATA, "%s: has no debug information%s; build it with -g and don't strip it, or install "
			 "its -dbgsym package", scan->path, stripped ? " (it is stripped)" : "");
}

static int open_images(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	Elf64_Ehdr header;
	int result = scan_image_open(scan->path, &inside->image, error);

	if (result < 0)
		return result;
	memcpy(&header, inside->image.data, sizeof(header));
	scan->machine = header.e_machine == EM_AARCH64 ? SCAN_MACHINE_AARCH64 : SCAN_MACHINE_X86_64;
	if (header.e_type == ET_REL)
		return scan_fail(error, -ENOTSUP, "%s: is an object file that was not linked yet (a kernel module is one "
				 "too): its addresses and names are still open; link it first", scan->path);
	if (header.e_type == ET_CORE)
		return scan_fail(error, -ENOTSUP, "%s: is a core dump; name the program that dumped it", scan->path);
	inside->info = &inside->image;
	scan->debug_path = scan->path;
	result = scan_image_debug(&inside->image, inside->threads, error);
	if (result == -ENODATA)
		result = scan_debug_file_open(scan, error);
	if (result == -ENODATA)
		return no_debug_information(scan, error);
	return result < 0 ? result : scan_alt_file_open(scan, error);
}

static int prepare(struct scan *scan, const char *path, const struct scan_options *options)
{
	struct scan_inside *inside = calloc(1, sizeof(*inside));
	char *copy;

	if (!inside)
		return -ENOMEM;
	scan->inside = inside;
	pthread_mutex_init(&inside->lock, NULL);
	inside->options = *options;
	inside->threads = scan_threads(options->threads);
	inside->scratch = calloc(inside->threads, sizeof(*inside->scratch));
	copy = scan_alloc(scan, strlen(path) + 1);
	if (!inside->scratch || !copy)
		return -ENOMEM;
	strcpy(copy, path);
	scan->path = copy;
	return 0;
}

static void free_scratch(struct scan *scan)
{
	struct scan_inside *inside = scan->inside;

	for (unsigned i = 0; inside->scratch && i < inside->threads; i++)
		scan_arena_free(&inside->scratch[i]);
	free(inside->scratch);
	inside->scratch = NULL;
	for (size_t i = 0; i < inside->units_n; i++) {
		free(inside->units[i].nodes);
		free(inside->units[i].symbols);
		inside->units[i].nodes = NULL;
		inside->units[i].symbols = NULL;
		inside->units[i].nodes_n = inside->units[i].symbols_n = 0;
		inside->units[i].abbrevs = NULL;
	}
	scan_files_free(scan);
	for (size_t i = 0; i < inside->abbrevs_n; i++)
		scan_abbrevs_free(&inside->abbrevs[i]);
	free(inside->abbrevs);
	inside->abbrevs = NULL;
	inside->abbrevs_n = 0;
	free(inside->signatures.items);
	inside->signatures.items = NULL;
}

static int run_steps(struct scan *scan, struct scan_error *error)
{
	int result = open_images(scan, error);

	if (!result)
		result = scan_loads_make(scan, error);
	if (!result)
		result = scan_symbols_make(scan, error);
	if (!result)
		result = scan_units_find(scan, error);
	if (!result) {
		tell(scan, "reading types");
		result = scan_units_walk(scan, error);
	}
	if (!result && scan_files_prepare(scan) < 0)
		result = scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
	if (!result) {
		tell(scan, "comparing types");
		result = scan_types_intern(scan, error);
	}
	if (!result && !scan->inside->options.types_only)
		result = scan_functions_make(scan, error);
	return result < 0 ? result : scan_tags_apply(scan, error);
}

int scan_open(const char *path, const struct scan_options *options, struct scan **ret_scan,
              struct scan_error *ret_error)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	int result;

	if (!scan)
		return scan_fail(ret_error, -ENOMEM, "%s: out of memory", path);
	result = prepare(scan, path, options);
	if (result < 0)
		scan_fail(ret_error, result, "%s: out of memory", path);
	else
		result = run_steps(scan, ret_error);
	if (scan->inside)
		free_scratch(scan);
	if (result < 0) {
		scan_close(scan);
		return result;
	}
	*ret_scan = scan;
	return 0;
}

void scan_close(struct scan *scan)
{
	if (!scan)
		return;
	if (scan->inside) {
		struct scan_inside *inside = scan->inside;

		free_scratch(scan);
		model_free(inside->tags);
		free(inside->units);
		scan_handle_close(&inside->frames);
		scan_image_close(&inside->alt);
		scan_image_close(&inside->debug);
		scan_image_close(&inside->image);
		scan_arena_free(&inside->arena);
		pthread_mutex_destroy(&inside->lock);
		free(inside);
	}
	free(scan);
}

/* ---- handles ---------------------------------------------------------------------------------------------------- */

/* The file as libdw shall see it: plain. */
static Elf *plain_elf(const struct scan_image *image)
{
	return image->plain ? elf_memory((char *)image->plain, image->plain_size)
			    : elf_memory((char *)image->data, image->size);
}

static int open_one(const struct scan_image *image, Elf **ret_elf, Dwarf **ret_dwarf)
{
	Elf *elf = plain_elf(image);
	Dwarf *dwarf;

	if (!elf)
		return -ENOMEM;
	dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!dwarf) {
		elf_end(elf);
		return -ENOEXEC;
	}
	*ret_elf = elf;
	*ret_dwarf = dwarf;
	return 0;
}

int scan_handle_open(const struct scan *scan, struct scan_handle *ret_handle)
{
	const struct scan_inside *inside = scan->inside;
	struct scan_handle handle = { 0 };
	int result = open_one(inside->info, &handle.elf, &handle.dwarf);

	if (!result && inside->alt.data) {
		result = open_one(&inside->alt, &handle.alt_elf, &handle.alt);
		if (!result)
			dwarf_setalt(handle.dwarf, handle.alt);
	}
	if (!result) {
		handle.binary = elf_memory((char *)inside->image.data, inside->image.size);
		if (!handle.binary)
			result = -ENOMEM;
	}
	if (result < 0) {
		scan_handle_close(&handle);
		return result;
	}
	*ret_handle = handle;
	return 0;
}

void scan_handle_close(struct scan_handle *handle)
{
	if (handle->dwarf)
		dwarf_end(handle->dwarf);
	if (handle->elf)
		elf_end(handle->elf);
	if (handle->alt)
		dwarf_end(handle->alt);
	if (handle->alt_elf)
		elf_end(handle->alt_elf);
	if (handle->binary)
		elf_end(handle->binary);
	memset(handle, 0, sizeof(*handle));
}

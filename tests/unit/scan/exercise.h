/* exercise.h - opens a binary that lies in memory, and touches everything that was made of it */
#ifndef FG_TESTS_EXERCISE_H
#define FG_TESTS_EXERCISE_H

#include "scan/inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t exercise_sum_;

static inline void exercise_text_(const char *text)
{
	exercise_sum_ += text ? strlen(text) : 0;
}

static inline void exercise_type_(const struct scan_type *type)
{
	char name[128];

	exercise_text_(scan_type_name(type, name, sizeof(name)));
	exercise_text_(type ? type->file : NULL);
	exercise_sum_ += scan_type_strip(type) ? scan_type_strip(type)->size : 0;
	exercise_sum_ += scan_type_qualified(type, SCAN_ATOMIC);
	for (size_t i = 0; type && i < type->members_n; i++) {
		exercise_text_(type->members[i].name);
		exercise_text_(type->members[i].tag_text);
		exercise_text_(scan_type_name(type->members[i].type, name, sizeof(name)));
	}
	for (size_t i = 0; type && i < type->enumerators_n; i++)
		exercise_text_(type->enumerators[i].name);
}

/* Types by value end at some depth: whoever walks them must come to an end. */
static inline size_t exercise_depth_(const struct scan_type *type)
{
	size_t deepest = 0;

	while (type && (type->kind == SCAN_KIND_TYPEDEF || type->kind == SCAN_KIND_QUALIFIED ||
			type->kind == SCAN_KIND_ARRAY))
		type = type->target;
	for (size_t i = 0; type && i < type->members_n && i < 4; i++) {
		size_t depth = exercise_depth_(type->members[i].type);

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

static inline void exercise_scan(struct scan *scan)
{
	size_t n = 0;

	for (size_t i = 0; i < scan->types_n; i++) {
		exercise_type_(scan->types[i]);
		if (i < 16)
			exercise_sum_ += exercise_depth_(scan->types[i]);
		if (!scan_types_named(scan, scan->types[i]->name, &n) || !n)
			abort();
	}
	for (size_t i = 0; i < scan->functions_n; i++) {
		const struct scan_function *function = &scan->functions[i];
		size_t bytes = 0;

		exercise_text_(function->name);
		exercise_text_(function->linkage_name);
		exercise_text_(function->file);
		exercise_text_(scan_symbol_at(scan, function->ranges[0].low));
		exercise_type_(function->returns);
		if (scan_bytes(scan, function->ranges[0].low, &bytes) && bytes)
			exercise_sum_ += *scan_bytes(scan, function->ranges[0].low, &bytes);
		exercise_sum_ += scan_function_at(scan, function->ranges[0].low) != NULL;
	}
	for (size_t i = 0; i < scan->globals_n; i++) {
		exercise_text_(scan->globals[i].name);
		exercise_type_(scan->globals[i].type);
		exercise_sum_ += scan_global_at(scan, scan->globals[i].address) != NULL;
	}
}

static inline void exercise_site_(const struct scan *scan, const struct scan_sites *sites, const struct scan_site *site)
{
	struct scan_step steps[SCAN_PATH_MAX];
	struct scan_frame frames[8];
	struct scan_probe probe;
	char text[128];
	size_t n = 0;

	if (site->type)
		n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX);
	exercise_text_(scan_path_text(steps, n, text, sizeof(text)));
	exercise_text_(site->file);
	exercise_text_(site->why);
	if (site->pc % 7)
		return;
	n = scan_frames(scan, site->pc, frames, 8);
	for (size_t i = 0; i < n; i++)
		exercise_text_(frames[i].function);
	exercise_sum_ += scan_assembly(scan, site->pc, text, sizeof(text));
	exercise_sum_ += (uint64_t)scan_probe_plan(scan, sites, site, &probe);
}

static inline void exercise_sites(const struct scan *scan)
{
	struct scan_site_options options = { .threads = 1, .reads = scan->types_n % 2 };
	struct scan_sites *sites;
	struct scan_error error;

	if (scan_find_sites(scan, &options, &sites, &error))
		return;
	for (size_t i = 0; i < sites->n; i++)
		exercise_site_(scan, sites, &sites->items[i]);
	scan_sites_free(sites);
}

/* Returns: what scan_open returned. */
static inline int exercise_bytes(const void *data, size_t size, struct scan_error *error)
{
	char path[64];
	int fd = memfd_create("scan", MFD_CLOEXEC), result;
	struct scan *scan;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	result = scan_open(path, &(struct scan_options){ .threads = 1, .debug_dir = "/nonexistent" }, &scan, error);
	if (!result) {
		exercise_scan(scan);
		exercise_sites(scan);
		scan_close(scan);
	}
	close(fd);
	return result;
}

#endif

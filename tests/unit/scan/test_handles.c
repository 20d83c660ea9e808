/*
 * test_handles.c - each DIE that libdw shows is the type that scan made of it: name, size and kind
 *
 * Usage: test_handles BINARY...
 */
#include "tap.h"
#include "scan/inside.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

struct counts {
	const struct scan *scan;
	size_t types, unknown, wrong_name, wrong_size, wrong_target;
	char first[256];
};

static bool is_type(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_typedef:
	case DW_TAG_pointer_type:
	case DW_TAG_array_type:
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_subroutine_type:
		return true;
	default:
		return false;
	}
}

/* scan's names have what surrounds the type in front: "struct ", "ns::". */
static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), end_n = strlen(end);

	return n >= end_n && !strcmp(name + n - end_n, end);
}

static void note(struct counts *counts, Dwarf_Die *die, const char *what)
{
	if (!counts->first[0])
		snprintf(counts->first, sizeof(counts->first), "%s at 0x%llx: %s", dwarf_diename(die) ? dwarf_diename(die) : "?",
			 (unsigned long long)dwarf_dieoffset(die), what);
}

static void check_type(struct counts *counts, Dwarf_Die *die)
{
	const struct scan_type *type = scan_type_of_die(counts->scan, die);
	int size = dwarf_bytesize(die);
	const char *name = dwarf_diename(die);

	counts->types++;
	if (!type) {
		counts->unknown++;
		note(counts, die, "unknown");
		return;
	}
	if (name && (!type->name || !ends_with(type->name, name))) {
		counts->wrong_name++;
		note(counts, die, type->name ? type->name : "no name");
	}
	if (size >= 0 && dwarf_tag(die) != DW_TAG_array_type && (uint64_t)size != type->size) {
		counts->wrong_size++;
		note(counts, die, "another size");
	}
	if (dwarf_hasattr(die, DW_AT_type) && dwarf_tag(die) != DW_TAG_array_type) {
		if (scan_type_attribute(counts->scan, die) != type->target) {
			counts->wrong_target++;
			note(counts, die, "another target");
		}
	}
}

static void walk(struct counts *counts, Dwarf_Die *die)
{
	Dwarf_Die child;

	if (is_type(die))
		check_type(counts, die);
	if (dwarf_child(die, &child) != 0)
		return;
	do
		walk(counts, &child);
	while (dwarf_siblingof(&child, &child) == 0);
}

static void check_binary(const char *path)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct counts counts = { 0 };
	struct scan_handle handle;
	struct scan_error error;
	struct scan *scan;
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	if (!tap_ok(scan_open(path, &(struct scan_options){ 0 }, &scan, &error) == 0, "%s is opened", name))
		return;
	if (tap_ok(scan_handle_open(scan, &handle) == 0, "%s: a handle", name)) {
		counts.scan = scan;
		while (dwarf_get_units(handle.dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0)
			walk(&counts, &die);
		tap_ok(counts.types > 20, "%s: libdw shows %zu types", name, counts.types);
		tap_eq_int(counts.unknown, 0, "%s: scan knows each", name);
		tap_eq_int(counts.wrong_name, 0, "%s: by its name", name);
		tap_eq_int(counts.wrong_size, 0, "%s: with its size", name);
		tap_eq_int(counts.wrong_target, 0, "%s: and what it refers to", name);
		if (counts.first[0])
			printf("# the first: %s\n", counts.first);
		for (size_t i = 0; i < scan->functions_n; i++) {
			const struct scan_function *function = &scan->functions[i];

			if (!dwarf_offdie(handle.dwarf, function->die, &die) || dwarf_tag(&die) != DW_TAG_subprogram)
				counts.unknown++;
		}
		tap_eq_int(counts.unknown, 0, "%s: each of %zu functions has its DIE", name, scan->functions_n);
		scan_handle_close(&handle);
	}
	scan_close(scan);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		check_binary(argv[i]);
	return tap_done();
}

/*
 * scan_types.c - every struct of a binary as lines, for tests to hold against other tools
 *
 *     T  NAME  SIZE  complete|incomplete
 *     M  NAME  OFFSET_BITS  SIZE_BITS  plain|bits|base|virtual
 */
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void warn(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "%s\n", text);
}

static void print_type(const struct scan_type *type)
{
	printf("T\t%s\t%llu\t%s\n", type->name, (unsigned long long)type->size, type->incomplete ? "incomplete" : "complete");
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];

		printf("M\t%s\t%llu\t%llu\t%s\n", member->name ? member->name : "", (unsigned long long)member->offset_bits,
		       (unsigned long long)member->size_bits,
		       member->virtual_base ? "virtual" : member->base ? "base" : member->bitfield ? "bits" : "plain");
	}
}

int main(int argc, char **argv)
{
	struct scan_options options = { .warn = warn, .types_only = true };
	struct scan_error error;
	struct scan *scan;

	if (argc < 2) {
		fprintf(stderr, "usage: scan_types BINARY [quiet]\n");
		return 2;
	}
	if (scan_open(argv[1], &options, &scan, &error) < 0) {
		fprintf(stderr, "%s\n", error.text);
		return 2;
	}
	for (size_t i = 0; argc == 2 && i < scan->types_n; i++)
		if (scan->types[i]->kind != SCAN_KIND_ENUM)
			print_type(scan->types[i]);
	scan_close(scan);
	return 0;
}

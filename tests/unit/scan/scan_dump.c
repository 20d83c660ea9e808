/*
 * scan_dump.c - all that scan says of a binary, as lines that tests hold against what they expect
 *
 *     struct node: size 112 align 8              (with types_only: nothing but types)
 *     struct node.p: 64+384 point [3][2]         offset and size in bits
 *     enum color.GREEN = 5
 *     function ns::order::set: void, 1 ranges
 *     global ns::count: int
 *
 * Usage: scan_dump [--types] [--quiet] [--threads N] [--debug-dir DIR] BINARY
 */
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 512

static void warn(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "warning: %s\n", text);
}

static void print_member(const struct scan_type *type, const struct scan_member *member)
{
	char text[TEXT_SIZE];

	printf("%s.%s: %llu+%llu %s", type->name, member->name ? member->name : "", (unsigned long long)member->offset_bits,
	       (unsigned long long)member->size_bits, scan_type_name(member->type, text, sizeof(text)));
	if (member->virtual_base)
		printf(" virtual");
	else if (member->base)
		printf(" base");
	if (member->bitfield)
		printf(" bits");
	if (member->artificial)
		printf(" artificial");
	if (member->discriminant)
		printf(" discriminant");
	if (member->variant)
		printf(" variant %u", member->variant);
	if (scan_type_qualified(member->type, SCAN_ATOMIC))
		printf(" atomic");
	if (member->tag_text)
		printf(" tag %s", member->tag_text);
	putchar('\n');
}

static void print_type(const struct scan_type *type)
{
	if (type->incomplete) {
		printf("%s: incomplete\n", type->name);
		return;
	}
	printf("%s: size %llu align %llu\n", type->name, (unsigned long long)type->size, (unsigned long long)type->align);
	printf("%s: units %u\n", type->name, type->units_n);
	if (type->variants_n)
		printf("%s: variants %u\n", type->name, type->variants_n);
	if (type->go_kind)
		printf("%s: go kind %u\n", type->name, type->go_kind);
	if (type->file && strrchr(type->file, '/'))
		printf("%s: at %s:%u\n", type->name, strrchr(type->file, '/') + 1, type->line);
	for (size_t i = 0; i < type->members_n; i++)
		print_member(type, &type->members[i]);
	for (size_t i = 0; i < type->enumerators_n; i++)
		printf("%s.%s = %lld\n", type->name, type->enumerators[i].name, (long long)type->enumerators[i].value);
}

static void print_code(const struct scan *scan)
{
	char text[TEXT_SIZE];

	for (size_t i = 0; i < scan->functions_n; i++) {
		const struct scan_function *function = &scan->functions[i];

		printf("function %s: %s\n", function->name, scan_type_name(function->returns, text, sizeof(text)));
		printf("function %s: ranges %zu\n", function->name, function->ranges_n);
		printf("function %s: linkage %s\n", function->name, function->linkage_name);
		if (function->file && strrchr(function->file, '/'))
			printf("function %s: at %s:%u\n", function->name, strrchr(function->file, '/') + 1, function->line);
		for (size_t k = 0; k < function->ranges_n; k++) {
			const struct scan_function *found = scan_function_at(scan, function->ranges[k].low);

			if (!found || found->ranges[0].low != function->ranges[0].low)
				printf("function %s: is not found by its address\n", function->name);
		}
	}
	for (size_t i = 0; i < scan->globals_n; i++)
		printf("global %s: %s%s\n", scan->globals[i].name,
		       scan_type_name(scan->globals[i].type, text, sizeof(text)),
		       scan->globals[i].thread_local ? " thread" : "");
}

int main(int argc, char **argv)
{
	struct scan_options options = { .warn = warn };
	struct scan_error error;
	struct scan *scan;
	bool quiet = false;
	const char *path = NULL;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--types"))
			options.types_only = true;
		else if (!strcmp(argv[i], "--quiet"))
			quiet = true;
		else if (!strcmp(argv[i], "--threads") && i + 1 < argc)
			options.threads = (unsigned)atoi(argv[++i]);
		else if (!strcmp(argv[i], "--debug-dir") && i + 1 < argc)
			options.debug_dir = argv[++i];
		else
			path = argv[i];
	}
	if (!path || scan_open(path, &options, &scan, &error) < 0) {
		fprintf(stderr, "%s\n", path ? error.text : "usage: scan_dump BINARY");
		return 2;
	}
	for (size_t i = 0; !quiet && i < scan->types_n; i++)
		print_type(scan->types[i]);
	if (!quiet)
		print_code(scan);
	scan_close(scan);
	return 0;
}

/* tags_dump.c - prints the tags of a binary, for test_tags.py: tags_dump BINARY [POLICY_FILE] */
#include "model/compare.h"
#include "scan/scan.h"

#include <stdio.h>

static void warn(void *user, const char *text)
{
	(void)user;
	printf("warning: %s\n", text);
}

static void print_type(const struct scan_type *type)
{
	if (type->tag.present)
		printf("%s FG(%s)\n", type->name, type->tag.text);
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].tag.present)
			printf("%s.%s FG(%s)\n", type->name, type->members[i].name, type->members[i].tag.text);
}

static void print_generated(const struct scan_generated *generated)
{
	printf("generated %s %s_* %s", generated->record->name, generated->prefix,
	       generated->form ? generated->form->name : "-");
	for (size_t i = 0; i < generated->fields_n; i++)
		printf("%s%s", i ? "," : " n=", generated->fields[i]);
	for (size_t i = 0; i < generated->places_n; i++) {
		printf(" %s=%s:", generated->places[i].place, generated->places[i].policy);
		for (size_t k = 0; k < generated->places[i].fields_n; k++)
			printf("%s%s", k ? "," : "", generated->places[i].fields[k]);
	}
	printf("\n");
}

static void print_model(const struct scan *scan)
{
	struct model *model = model_new(), *like = model_new();
	struct model_diag diag = {.out = stdout};
	struct model_comparison comparison;
	int result = scan_model(scan, NULL, model, &diag);

	printf("model %s: %zu structs\n", result ? "wrong" : "fine", model->structs_n);
	scan_model_like(scan, model, like);
	model_compare(model, model, like, &(struct model_compare_names){"checked", "like"}, &comparison);
	printf("compared %zu, differences %zu\n", comparison.structs_n, comparison.n);
	model_free(like);
	model_free(model);
}

int main(int argc, char **argv)
{
	struct scan_options options = {.policy_file = argc > 2 ? argv[2] : NULL, .warn = warn, .types_only = true,
	                               .threads = 1};
	struct scan_error error;
	struct scan *scan;

	if (argc < 2 || scan_open(argv[1], &options, &scan, &error) < 0) {
		printf("%s\n", argc < 2 ? "usage: tags_dump BINARY [POLICY_FILE]" : error.text);
		return 2;
	}
	for (size_t i = 0; i < scan->types_n; i++)
		print_type(scan->types[i]);
	for (size_t i = 0; i < scan->generated_n; i++)
		print_generated(&scan->generated[i]);
	print_model(scan);
	scan_close(scan);
	return 0;
}

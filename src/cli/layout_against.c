/*
 * layout_against.c - a binary and a header: do they agree?
 *
 * Both become models, and model_compare holds them against each other. What differs is told as compilers do, at the
 * member in the header.
 */
#include "cli/cli.h"
#include "cli/layout.h"
#include "gen/module.h"
#include "model/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is this one of the structs that the header defines, and that are asked for? */
static bool is_meant(const struct layout_options *options, const struct model_struct *record)
{
	for (size_t i = 0; i < options->queries_n; i++)
		if (strcmp(options->queries[i], record->c_name) == 0 || strcmp(options->queries[i], record->name) == 0)
			return record->wanted;
	return record->wanted && !options->queries_n;
}

static void put_difference(const struct model_difference *difference, struct model_diag *diag)
{
	const struct model_field *field = difference->first_field;
	const struct model_place *place = field && field->place.file ? &field->place : &difference->first->place;

	if (difference->field_name)
		model_error(diag, place, "'%s' %s", difference->field_name, difference->text);
	else
		model_error(diag, place, "%s %s", difference->struct_name, difference->text);
}

/* Holds the header against the binary's nth types of its structs' names, for there may be several of one name.
 * ret_held: gets how many there were. Returns: 0 or a negative errno, told. */
static int hold_nth(const struct layout *layout, const struct model *header, size_t nth, struct model_diag *diag,
                    size_t *ret_held)
{
	struct model *binary = model_new();
	struct model_comparison comparison = {0};
	int error = 0;

	*ret_held = 0;
	for (size_t i = 0; !error && i < header->structs_n; i++) {
		size_t n = 0;
		const struct scan_type *const *found = scan_types_named(layout->scan, header->structs[i]->c_name, &n);

		if (!is_meant(layout->options, header->structs[i]) || nth >= n || !layout_has_members(found[nth]))
			continue;
		error = scan_model(layout->scan, found[nth], binary, diag);
		++*ret_held;
	}
	if (!error && *ret_held)
		model_compare(binary, header, binary, &(struct model_compare_names){"header", "binary"}, &comparison);
	for (size_t i = 0; i < comparison.n; i++)
		if (is_meant(layout->options, comparison.items[i].first))
			put_difference(&comparison.items[i], diag);
	model_free(binary);
	return error;
}

/* Returns: an exit status. */
static int hold(const struct layout *layout, const struct model *header, struct model_diag *diag)
{
	const char *name = layout->options->against;
	size_t held = 0, all = 0;
	int error = 0;

	for (size_t i = 0; i < header->structs_n; i++) {
		size_t n = 0;

		scan_types_named(layout->scan, header->structs[i]->c_name, &n);
		if (!n && is_meant(layout->options, header->structs[i]))
			model_warning(diag, &header->structs[i]->place, "%s is not in the binary", header->structs[i]->c_name);
	}
	for (size_t nth = 0; !error && (nth == 0 || held); nth++) {
		error = hold_nth(layout, header, nth, diag, &held);
		all += nth == 0 ? held : 0;
	}
	if (error && error != -EINVAL)
		return cli_fail("layout: %s: %s", layout->scan->path, strerror(-error));
	if (!all)
		return cli_fail("layout: none of the structs of %s is in %s", name, layout->scan->path);
	if (diag->errors)
		return CLI_FINDINGS;
	printf("%zu struct%s of %s: as in %s\n", all, all == 1 ? "" : "s", name, layout->scan->path);
	return CLI_FINE;
}

int layout_against(struct layout *layout)
{
	const struct layout_options *options = layout->options;
	const struct gen_module *gen;
	struct gen_input input = {.headers = &options->against, .headers_n = 1, .flags = options->flags,
	                          .flags_n = options->flags_n};
	struct model_diag diag = {.out = stderr, .colour = cli_colour(STDERR_FILENO)};
	struct model *header;
	const char *const *files;
	size_t files_n;
	int error, status;

	if (access(options->against, R_OK) != 0)
		return cli_fail("layout: %s: %s", options->against, strerror(errno));
	gen = cli_gen_module();
	if (!gen)
		return CLI_FAILED;
	header = model_new();
	error = gen->load(header, &input, &diag, &files, &files_n);
	if (!error)
		status = hold(layout, header, &diag);
	else if (error == -EINVAL)
		status = CLI_FINDINGS;
	else
		status = diag.errors ? CLI_FAILED : cli_fail("libclang: %s", strerror(-error));
	model_free(header);
	return status;
}

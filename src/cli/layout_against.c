/*
 * layout_against.c - a binary and a header: do they agree?
 *
 * Each struct that the header defines is held against the binary's type of that name: size, alignment, members, their
 * places, and the tags where the binary has them. Told as compilers do, at the member in the header.
 */
#include "cli/cli.h"
#include "cli/layout.h"
#include "gen/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 16

/* The binary's member of this name; those of members without a name are the type's own. */
static const struct scan_member *member_named(const struct scan_type *type, const char *name, uint64_t *base,
                                              unsigned depth)
{
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i], *inner;
		const struct scan_type *stripped = scan_type_strip(member->type);
		uint64_t at = *base + member->offset_bits;

		if (member->name && strcmp(member->name, name) == 0) {
			*base = at;
			return member;
		}
		if (member->name || depth == DEPTH_MAX)
			continue;
		inner = member_named(stripped, name, &at, depth + 1);
		if (inner) {
			*base = at;
			return inner;
		}
	}
	return NULL;
}

static const struct model_field *field_named(const struct model_struct *record, const char *name)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].name && strcmp(record->fields[i].name, name) == 0)
			return &record->fields[i];
	return NULL;
}

static const struct model_place *place_of(const struct model_struct *record, const struct model_field *field)
{
	return field->place.file ? &field->place : &record->place;
}

static void hold_tag(const struct model_struct *record, const struct model_field *field,
                     const struct scan_member *member, struct model_diag *diag)
{
	char here[128], there[128];

	layout_tag_words(&field->tag, here, sizeof(here));
	layout_tag_words(&member->tag, there, sizeof(there));
	if (strcmp(here, there) != 0)
		model_error(diag, place_of(record, field), "'%s' is tagged '%s' here and '%s' in the binary", field->name,
		            *here ? here : "nothing", *there ? there : "nothing");
}

static void hold_field(const struct model_struct *record, const struct model_field *field, const struct scan_type *type,
                       bool tags, struct model_diag *diag)
{
	uint64_t at = 0;
	const struct scan_member *member = member_named(type, field->name, &at, 0);

	if (!member) {
		model_error(diag, place_of(record, field), "'%s' is no member of %s in the binary", field->name,
		            layout_type_name(type));
		return;
	}
	if (at != field->offset_bits)
		model_error(diag, place_of(record, field),
		            "'%s' lies at bit %llu (byte %llu) here and at bit %llu (byte %llu) in the binary",
		            field->name, (unsigned long long)field->offset_bits,
		            (unsigned long long)(field->offset_bits / 8),
		            (unsigned long long)at, (unsigned long long)(at / 8));
	if (member->size_bits != field->size_bits)
		model_error(diag, place_of(record, field), "'%s' has %llu bits here and %llu in the binary", field->name,
		            (unsigned long long)field->size_bits, (unsigned long long)member->size_bits);
	if (tags)
		hold_tag(record, field, member, diag);
}

static bool any_tag(const struct scan_type *type)
{
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].tag.present)
			return true;
	return false;
}

static void hold_struct(const struct model_struct *record, const struct scan_type *type, struct model_diag *diag)
{
	bool tags = any_tag(type);

	if (type->size != record->size)
		model_error(diag, &record->place, "%s has %zu bytes here and %llu in the binary", record->c_name, record->size,
		            (unsigned long long)type->size);
	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].name && *record->fields[i].name)
			hold_field(record, &record->fields[i], type, tags, diag);
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].name && !field_named(record, type->members[i].name))
			model_error(diag, &record->place, "%s has no member '%s', the binary has it at byte %llu", record->c_name,
			            type->members[i].name, (unsigned long long)(type->members[i].offset_bits / 8));
}

static bool asked_for(const struct layout_options *options, const struct model_struct *record)
{
	for (size_t i = 0; i < options->queries_n; i++)
		if (strcmp(options->queries[i], record->c_name) == 0 || strcmp(options->queries[i], record->name) == 0)
			return true;
	return !options->queries_n;
}

/* Returns: how many of the header's structs were held against the binary. */
static size_t hold(const struct layout *layout, const struct model *model, struct model_diag *diag)
{
	size_t held = 0;

	for (size_t i = 0; i < model->structs_n; i++) {
		const struct model_struct *record = model->structs[i];
		const struct scan_type *const *found;
		size_t n = 0;

		if (!record->wanted || !asked_for(layout->options, record))
			continue;
		found = scan_types_named(layout->scan, record->c_name, &n);
		for (size_t k = 0; k < n; k++)
			if (layout_has_members(found[k]))
				hold_struct(record, found[k], diag);
		if (!n)
			model_warning(diag, &record->place, "%s is not in the binary", record->c_name);
		held += n > 0;
	}
	return held;
}

int layout_against(struct layout *layout)
{
	const struct layout_options *options = layout->options;
	struct gen_input input = {.headers = &options->against, .headers_n = 1, .flags = options->flags,
	                          .flags_n = options->flags_n};
	struct model_diag diag = {.out = stderr, .colour = cli_colour(STDERR_FILENO)};
	struct model *model = model_new();
	const char *const *files;
	size_t files_n, held = 0;
	int error, status = CLI_FINDINGS;

	if (access(options->against, R_OK) != 0) {
		status = cli_fail("layout: %s: %s", options->against, strerror(errno));
		model_free(model);
		return status;
	}
	error = gen_load(model, &input, &diag, &files, &files_n);
	if (error && error != -EINVAL)
		status = diag.errors ? CLI_FAILED : cli_fail("libclang: %s", strerror(-error));
	if (!error) {
		held = hold(layout, model, &diag);
		if (!held)
			status = cli_fail("layout: none of the structs of %s is in %s", options->against, layout->scan->path);
		else if (!diag.errors)
			status = CLI_FINE;
	}
	if (!error && held && !diag.errors)
		printf("%zu struct%s of %s: as in %s\n", held, held == 1 ? "" : "s", options->against, layout->scan->path);
	model_free(model);
	return status;
}

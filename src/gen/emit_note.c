/* emit_note.c - the note that the binary carries: structs, their tags, and where the shared form holds which field */
#include "gen/shared_form.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LITERAL_COLUMNS 96

/* How many of the bytes fit a literal on one line, escapes counted. */
static size_t literal_fits(const char *bytes, size_t n)
{
	size_t columns = 0, i = 0;

	for (; i < n; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		columns += byte < 0x20 || byte >= 0x7f || byte == '?' ? 4 : byte == '"' || byte == '\\' ? 2 : 1;
		if (columns > LITERAL_COLUMNS)
			break;
	}
	return i;
}

/* One line of the note: literals, each on a line of its own. */
__attribute__((format(printf, 2, 3))) static void put_line(struct gen_text *text, const char *format, ...)
{
	va_list args;
	char *line;
	int n;

	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	for (size_t at = 0, part; at < (size_t)n; at += part) {
		part = literal_fits(line + at, (size_t)n - at);
		gen_printf(text, "\n");
		gen_literal(text, line + at, part);
	}
	free(line);
}

/* What begins a line, then the names of fields. */
static void put_names(const char *head, const struct model_field *const *fields, size_t n, struct gen_text *text)
{
	char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (!out) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	fprintf(out, "%s ", head);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? "," : "", fields[i]->name);
	fclose(out);
	put_line(text, "%s\n", line);
	free(line);
}

static void put_place(const char *place, const char *policy, const struct model_field *const *fields, size_t n,
                      struct gen_text *text)
{
	char head[200];

	snprintf(head, sizeof head, "p %s %s", place, policy);
	put_names(head, fields, n, text);
}

/* The fields by their number in enum T_field: points of writes name them so. */
static void put_numbers(const struct model_struct *record, struct gen_text *text)
{
	const struct model_field **fields = shared_fields_alloc(record->fields_n);
	size_t n = 0;

	for (size_t i = 0; i < record->fields_n; i++)
		if (gen_field_listed(&record->fields[i]))
			fields[n++] = &record->fields[i];
	put_names("n", fields, n, text);
	free(fields);
}

static void put_group(const struct shared_group *group, struct gen_text *text)
{
	const struct model_field **fields = shared_fields_alloc(group->fields_n);

	for (size_t i = 0; i < group->fields_n; i++)
		fields[i] = group->fields[i].field;
	put_place(group->place, model_policy_name(group->policy), fields, group->fields_n, text);
	free(fields);
}

static void put_shared(const struct model_struct *record, struct gen_text *text)
{
	struct shared_form form;
	char place[160];

	shared_form_init(&form, record);
	put_line(text, "f %s_shared\n", record->name);
	put_numbers(record, text);
	if (form.published)
		put_group(form.published, text);
	for (size_t i = 0; i < form.groups_n; i++)
		put_group(&form.groups[i], text);
	for (size_t i = 0; i < form.owned_n; i++)
		put_place("owner", "owner", &form.owned[i], 1, text);
	for (size_t i = 0; i < form.atomics_n; i++) {
		shared_atomic_place(form.atomics[i], place);
		put_place(place, "atomic", &form.atomics[i], 1, text);
	}
	shared_form_fini(&form);
}

static void put_struct(const struct model_struct *record, struct gen_text *text)
{
	put_line(text, "s %zu %s %s\n", record->size, record->name, record->c_name);
	if (record->tag.present)
		put_line(text, "t %s\n", record->tag.text);
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (field->tag.present)
			put_line(text, "m %llu %llu %s %s\n", (unsigned long long)field->offset_bits,
			         (unsigned long long)field->size_bits, field->name, field->tag.text);
	}
	if (gen_public(record) && record->shareable)
		put_shared(record, text);
}

void gen_emit_note(const struct gen_output *output, struct gen_text *text)
{
	char name[128];

	gen_name_upper(output->name, name);
	gen_printf(text, "\n/* What this file was made from, for who reads the binary: docs/note.md. */\nFG_NOTE(%s,",
	           name);
	text->depth = 1;
	put_line(text, "fieldguard 1\n");
	for (size_t i = 0; i < output->model->structs_n; i++)
		if (gen_uses(output->model, output->model->structs[i]))
			put_struct(output->model->structs[i], text);
	text->depth = 0;
	gen_printf(text, ");\n");
}

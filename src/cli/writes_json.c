/* writes_json.c - sites as JSON, one object a line: see docs/writes.md and writes.h */
#include "cli/writes.h"

#include "scan/calls.h"

#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 sequence at text. Returns: 0: it is none. */
static size_t sequence(const unsigned char *text)
{
	size_t n = 0;

	if (text[0] < 0x80)
		n = 1;
	else if (text[0] >= 0xc2 && text[0] < 0xf5)
		n = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	for (size_t i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return n;
}

void json_string(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (!text) {
		fputs("null", out);
		return;
	}
	putc('"', out);
	while (*p) {
		size_t n = sequence(p);

		if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else if (*p < 0x20)
			fprintf(out, "\\u%04x", *p);
		else if (n)
			fwrite(p, 1, n, out);
		else
			fputs("\xef\xbf\xbd", out);
		p += n ? n : 1;
	}
	putc('"', out);
}

void json_member(FILE *out, const char *name, const char *text)
{
	fprintf(out, ", \"%s\": ", name);
	json_string(out, text);
}

void json_address(FILE *out, const char *name, uint64_t address)
{
	if (address)
		fprintf(out, ", \"%s\": \"0x%llx\"", name, (unsigned long long)address);
	else
		fprintf(out, ", \"%s\": null", name);
}

static void put_bool(const char *name, bool value)
{
	printf(", \"%s\": %s", name, value ? "true" : "false");
}

/* All fields that the site writes, as TYPE.FIELD. */
static void put_fields(const struct writes *writes, const struct scan_site *site)
{
	uint32_t touched[WRITES_TOUCHED_MAX];
	size_t n = writes_touched(writes, site, touched);
	bool any = false;
	char name[1024];

	fputs(", \"fields\": [", stdout);
	for (size_t i = 0; i < n; i++) {
		const struct writes_field *field = &writes->fields[touched[i]];

		if (!*field->name)
			continue;
		snprintf(name, sizeof(name), "%s.%s", field->owner->name, field->name);
		if (any)
			fputs(", ", stdout);
		json_string(stdout, name);
		any = true;
	}
	putchar(']');
}

static void put_inline(const struct writes *writes, const struct scan_site *site)
{
	struct scan_frame frames[WRITES_FRAMES_MAX];
	size_t n = scan_frames(writes->scan, site->pc, frames, WRITES_FRAMES_MAX);

	fputs(", \"inline\": [", stdout);
	for (size_t i = 0; n > 1 && i < n; i++) {
		fputs(i ? ", {\"function\": " : "{\"function\": ", stdout);
		json_string(stdout, frames[i].function);
		json_member(stdout, "file", frames[i].file);
		printf(", \"line\": %u, \"column\": %u}", frames[i].line, frames[i].column);
	}
	putchar(']');
}

static void put_site(const struct writes *writes, uint32_t number)
{
	const struct scan_site *site = &writes->sites->items[number];
	const struct scan_function *function = site->function;
	enum writes_tears tears = writes_tears(writes, site);
	char path[512], name[512];

	fputs("{\"type\": ", stdout);
	json_string(stdout, site->type ? scan_type_name(site->type, name, sizeof(name)) : NULL);
	json_member(stdout, "field", *writes_path(site, path, sizeof(path)) ? path : NULL);
	json_member(stdout, "file", site->file);
	printf(", \"line\": %u, \"column\": %u", site->line, site->column);
	json_member(stdout, "function", function ? function->name : NULL);
	printf(", \"pc\": \"0x%llx\", \"width\": %u", (unsigned long long)site->pc, site->width);
	json_member(stdout, "how", writes_how_name(site->how));
	json_member(stdout, "confidence", writes_confidence_name(site->confidence));
	json_member(stdout, "where", writes_where_name(site->where));
	json_member(stdout, "why", site->why);
	put_bool("can_tear", tears == WRITES_TEARS_FIELD);
	put_bool("can_tear_with_others", tears != WRITES_TEARS_NOT);
	put_bool("read", site->read);
	put_bool("modifies", site->modifies);
	put_bool("bitfield", site->bitfield);
	put_bool("indexed", site->indexed);
	if (site->type)
		printf(", \"offset\": %llu", (unsigned long long)site->offset);
	else
		fputs(", \"offset\": null", stdout);
	json_member(stdout, "global", site->global ? site->global->name : NULL);
	json_member(stdout, "by", site->how == SCAN_HOW_BULK ? scan_called_name(writes->scan, site->pc) : NULL);
	json_address(stdout, "split_first", site->split_first);
	json_address(stdout, "fill_first", site->fill_first);
	put_fields(writes, site);
	put_inline(writes, site);
	if (writes->options->assembly)
		json_member(stdout, "assembly", scan_assembly(writes->scan, site->pc, path, sizeof(path)) ? path : NULL);
	if (writes->options->source)
		json_member(stdout, "source", writes_source_line(writes, site, path, sizeof(path)) ? path : NULL);
	fputs("}\n", stdout);
}

void writes_json_ledger(const struct writes *writes)
{
	struct writes_ledger ledger;

	writes_ledger(writes, &ledger);
	printf("\"functions\": %zu, \"functions_without_debug\": %zu, \"functions_given_up\": %zu, \"instructions\": %llu, "
	       "\"bytes_not_decoded\": %llu, \"units_left_out\": %zu", writes->scan->functions_n, writes->bare_n,
	       writes->sites->functions_given_up, (unsigned long long)writes->sites->instructions,
	       (unsigned long long)writes->sites->bytes_skipped, writes->scan->units_bad);
	printf(", \"stores\": %zu, \"loads\": %zu, \"heap\": %zu, \"global\": %zu, \"stack\": %zu, \"where_unknown\": %zu",
	       ledger.stores, ledger.loads, ledger.heap, ledger.global, ledger.stack, ledger.nowhere);
	printf(", \"attributed\": %zu, \"stack_attributed\": %zu, \"unknown\": %zu, \"why\": {", ledger.attributed,
	       ledger.stack_attributed, ledger.unknown);
	for (size_t i = 0; i < ledger.whys_n; i++) {
		fputs(i ? ", " : "", stdout);
		json_string(stdout, ledger.whys[i].why);
		printf(": %zu", ledger.whys[i].n);
	}
	putchar('}');
}

void writes_tell_json(const struct writes *writes, const struct writes_picks *picks)
{
	size_t n = 0;
	uint32_t *sites = writes_union(writes, picks, &n);

	for (size_t i = 0; sites && i < n; i++)
		put_site(writes, sites[i]);
	free(sites);
	printf("{\"ledger\": {\"selected\": %zu, ", n);
	writes_json_ledger(writes);
	fputs("}}\n", stdout);
}

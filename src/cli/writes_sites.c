/* writes_sites.c - sites as text, with their assembly and source: see writes.h */
#include "cli/writes.h"

#include "scan/calls.h"

#include <stdlib.h>
#include <string.h>

#define GROUP_MAX 64

/* Prints sites one after the other; remembers which have been. */
struct printer {
	const struct writes *writes;
	bool *printed;
	const struct scan_function *function;
	bool any;
};

/* "plain 8-byte store", "bulk write of 64 bytes by memcpy" */
static void put_what(const struct writes *writes, const struct scan_site *site)
{
	const char *how = writes_how_name(site->how), *by;

	if (site->how == SCAN_HOW_BULK) {
		by = scan_called_name(writes->scan, site->pc);
		if (site->width)
			printf("bulk write of %u bytes by %s", site->width, by ? by : "one instruction");
		else
			printf("bulk write, length not known, by %s", by ? by : "one instruction");
		return;
	}
	if (site->read)
		printf("%u-byte load", site->width);
	else
		printf("%s %u-byte %s", how, site->width,
		       site->how == SCAN_HOW_BARRIER ? "store by Go's write barrier" :
		       !site->modifies ? "store" :
		       site->how == SCAN_HOW_LOCKED ? "read, change and write in one" :
		       "read, change and write: not atomic");
}

static void put_where(const struct writes *writes, const struct scan_site *site)
{
	enum writes_tears tears = writes_tears(writes, site);

	printf("; %s", writes_where_name(site->where));
	if (site->global)
		printf(" '%s'", site->global->name);
	printf(", %s", site->type ? writes_confidence_name(site->confidence) : "unknown");
	if (site->bitfield)
		fputs(", with its neighbours' bits", stdout);
	if (site->how != SCAN_HOW_SPLIT && tears == WRITES_TEARS_FIELD)
		fputs(", can tear", stdout);
	else if (tears == WRITES_TEARS_BETWEEN && !site->fill_first)
		fputs(", can tear between fields", stdout);
	if (site->why)
		printf(": %s", site->why);
}

static void put_field(const struct writes *writes, const struct scan_site *site)
{
	char path[512], name[256];

	if (!site->type)
		return;
	writes_path(site, path, sizeof(path));
	printf("  %s%s%s%s%s", writes_on(writes, "\033[1m"), scan_bare_name(scan_type_name(site->type, name, sizeof(name))),
	       path[0] ? "." : "", path, writes_off(writes));
}

/* The calls that were inlined into one another, innermost first; one frame alone says nothing new. */
static void put_frames(const struct writes *writes, const struct scan_site *site)
{
	struct scan_frame frames[WRITES_FRAMES_MAX];
	size_t n = scan_frames(writes->scan, site->pc, frames, WRITES_FRAMES_MAX);

	for (size_t i = 0; i + 1 < n; i++) {
		const struct scan_frame *inner = &frames[i], *outer = &frames[i + 1];

		printf("        in %s, inlined into %s at %s:%u\n", inner->function ? inner->function : "?",
		       outer->function ? outer->function : "?", writes_file(outer->file), outer->line);
	}
}

static void put_source(const struct writes *writes, const struct scan_site *site)
{
	char text[256];

	if (writes->options->source && writes_source_line(writes, site, text, sizeof(text)))
		printf("        %s%5u | %s%s\n", writes_on(writes, "\033[2m"), site->line, text, writes_off(writes));
}

static void put_assembly(const struct writes *writes, const struct scan_site *site)
{
	char text[128];

	if (!writes->options->assembly)
		return;
	if (scan_assembly(writes->scan, site->pc, text, sizeof(text)))
		printf("        %s0x%llx%s  %s\n", writes_on(writes, "\033[2m"), (unsigned long long)site->pc, writes_off(writes),
		       text);
}

static void put_site(struct printer *printer, uint32_t number)
{
	const struct writes *writes = printer->writes;
	const struct scan_site *site = &writes->sites->items[number];

	printer->printed[number] = true;
	printf("    %s:%u", writes_file(site->file), site->line);
	if (site->column)
		printf(":%u", site->column);
	put_field(writes, site);
	fputs("  ", stdout);
	put_what(writes, site);
	put_where(writes, site);
	putchar('\n');
	put_frames(writes, site);
	put_source(writes, site);
	put_assembly(writes, site);
}

static void put_function(struct printer *printer, const struct scan_function *function)
{
	const struct writes *writes = printer->writes;

	if (printer->any && printer->function == function)
		return;
	printf("\n  %s%s%s", writes_on(writes, "\033[36m"), function ? function->name : "?", writes_off(writes));
	if (function && function->file)
		printf(" (%s:%u)", writes_file(function->file), function->line);
	putchar('\n');
	printer->function = function;
	printer->any = true;
}

/* What several stores together mean for a reader. */
static void put_group(const struct writes *writes, const uint32_t *group, size_t n)
{
	const struct scan_site *first = &writes->sites->items[group[0]];
	size_t splits = 0;
	char name[256];

	for (size_t i = 0; i < n; i++)
		splits += writes->sites->items[group[i]].how == SCAN_HOW_SPLIT;
	if (splits == n)
		printf("    %s%zu stores of one assignment, can tear:%s a reader may see a part of it\n",
		       writes_on(writes, "\033[1;31m"), n, writes_off(writes));
	else
		printf("    %s%zu stores one behind another fill %s, can tear between fields:%s a reader may see some and not "
		       "the others\n", writes_on(writes, "\033[33m"), n,
		       first->type ? scan_type_name(first->type, name, sizeof(name)) : "?", writes_off(writes));
}

static void put_with_others(struct printer *printer, uint32_t site)
{
	const struct writes *writes = printer->writes;
	uint32_t group[GROUP_MAX];
	size_t n = 1;

	group[0] = site;
	if (!writes->sites->items[site].read)
		n = writes_together(writes, site, group, GROUP_MAX);
	put_function(printer, writes->sites->items[site].function);
	if (n > 1)
		put_group(writes, group, n);
	for (size_t i = 0; i < n; i++)
		put_site(printer, group[i]);
}

void writes_tell_sites(const struct writes *writes, const struct writes_picks *picks)
{
	struct printer printer = {.writes = writes, .printed = calloc(writes->sites->n + 1, sizeof(bool))};
	size_t n = 0;
	uint32_t *sites = writes_union(writes, picks, &n);

	for (size_t i = 0; sites && printer.printed && i < n; i++)
		if (!printer.printed[sites[i]])
			put_with_others(&printer, sites[i]);
	free(sites);
	free(printer.printed);
}

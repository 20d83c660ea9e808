/* sites_dump.c - prints every write site of a binary, one JSON object a line: what tests/scan judges */
#include "scan/scan.h"

#include <stdio.h>
#include <string.h>

static const char *const hows[] = {
	[SCAN_HOW_PLAIN] = "plain", [SCAN_HOW_ATOMIC] = "atomic", [SCAN_HOW_LOCKED] = "locked",
	[SCAN_HOW_MERGED] = "merged", [SCAN_HOW_SPLIT] = "split", [SCAN_HOW_BULK] = "bulk",
	[SCAN_HOW_BARRIER] = "barrier",
};
static const char *const wheres[] = {
	[SCAN_WHERE_UNKNOWN] = "unknown", [SCAN_WHERE_HEAP] = "heap", [SCAN_WHERE_GLOBAL] = "global",
	[SCAN_WHERE_STACK] = "stack",
};
static const char *const confidences[] = {
	[SCAN_CONFIDENCE_NONE] = "none", [SCAN_CONFIDENCE_GUESS] = "guess", [SCAN_CONFIDENCE_TRACKED] = "tracked",
	[SCAN_CONFIDENCE_DECLARED] = "declared",
};

static void print_text(const char *key, const char *text)
{
	printf(",\"%s\":", key);
	if (!text) {
		fputs("null", stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= ' ')
			putchar(*text);
	}
	putchar('"');
}

static void print_site(const struct scan *scan, const struct scan_site *site)
{
	struct scan_step steps[SCAN_PATH_MAX];
	char path[1024], type[4096], assembly[128];
	size_t n = 0;

	if (site->type)
		n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX);
	printf("{\"pc\":%llu,\"width\":%u,\"offset\":%llu,\"line\":%u", (unsigned long long)site->pc, site->width,
	       (unsigned long long)site->offset, site->line);
	printf(",\"can_tear\":%s,\"bitfield\":%s,\"indexed\":%s", site->can_tear ? "true" : "false",
	       site->bitfield ? "true" : "false", site->indexed ? "true" : "false");
	print_text("how", hows[site->how]);
	print_text("where", wheres[site->where]);
	print_text("confidence", confidences[site->confidence]);
	print_text("type", site->type ? scan_type_name(site->type, type, sizeof type) : NULL);
	print_text("field", n ? scan_path_text(steps, n, path, sizeof path) : NULL);
	print_text("global", site->global ? site->global->name : NULL);
	print_text("function", site->function ? site->function->name : NULL);
	print_text("file", site->file);
	print_text("why", site->why);
	print_text("assembly", scan_assembly(scan, site->pc, assembly, sizeof assembly) ? assembly : NULL);
	puts("}");
}

static void print_warning(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "warning: %s\n", text);
}

int main(int argc, char **argv)
{
	struct scan_error error;
	struct scan_sites *sites;
	struct scan *scan;

	if (argc != 2) {
		fprintf(stderr, "usage: sites_dump BINARY\n");
		return 2;
	}
	if (scan_open(argv[1], &(struct scan_options){ .warn = print_warning }, &scan, &error)) {
		fprintf(stderr, "%s: %s\n", argv[1], error.text);
		return 2;
	}
	if (scan_find_sites(scan, &(struct scan_site_options){ 0 }, &sites, &error)) {
		fprintf(stderr, "%s: %s\n", argv[1], error.text);
		scan_close(scan);
		return 2;
	}
	for (size_t i = 0; i < sites->n; i++)
		print_site(scan, &sites->items[i]);
	scan_sites_free(sites);
	scan_close(scan);
	return 0;
}

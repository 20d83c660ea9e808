/* test_change.c - src/scan/change.c: test_change BINARY...; which stores put back what was there; see changed.c */
#include "scan/change.h"

#include "tap.h"

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

static void test_sites(const char *path, const struct scan *scan, const struct scan_sites *sites)
{
	unsigned seen = 0;

	for (size_t i = 0; i < sites->n; i++) {
		const struct scan_site *site = &sites->items[i];
		const char *name = site->function ? site->function->name : "";
		const char *type = site->type && site->type->name ? site->type->name : "";

		if (!strstr(type, "changed") || (!begins(name, "new_") && !begins(name, "old_")))
			continue;
		seen++;
		tap_ok(scan_store_changes(scan, site) == begins(name, "old_"), "%s: %s:%u (offset %llu) %s",
		       strrchr(path, '/') ? strrchr(path,
		                                    '/') + 1 : path, name, site->line, (unsigned long long)site->offset,
		       begins(name, "old_") ? "changes what was there" : "puts in a new value");
	}
	tap_ok(seen >= 11, "%u stores were looked at", seen);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct scan_error error = {{0}};
		struct scan_sites *sites = NULL;
		struct scan *scan = NULL;

		if (scan_open(argv[i], &(struct scan_options){0}, &scan, &error) ||
		    scan_find_sites(scan, &(struct scan_site_options){0}, &sites, &error)) {
			tap_ok(false, "%s: %s", argv[i], error.text);
			continue;
		}
		test_sites(argv[i], scan, sites);
		scan_sites_free(sites);
		scan_close(scan);
	}
	return tap_done();
}

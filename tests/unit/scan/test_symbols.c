/*
 * test_symbols.c - bytes and names by address: functions of the symbol table, entries of the PLT
 *
 * Usage: test_symbols BINARY: of tests/programs/scan_types.c
 */
#include "tap.h"
#include "scan/inside.h"

#include <string.h>

static bool has_symbol(const struct scan *scan, const char *name)
{
	uint64_t first = scan->functions[0].ranges[0].low & ~(uint64_t)0xfff;

	/* The PLT stands in front of the first function, in pages of the same segment. */
	for (uint64_t at = first - 0x1000; at < first + 0x4000; at++) {
		const char *found = scan_is_code(scan, at) ? scan_symbol_at(scan, at) : NULL;

		if (found && !strcmp(found, name))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct scan_error error;
	struct scan *scan;
	const struct scan_function *set = NULL;
	uint64_t address = 0;
	size_t n = 0;

	if (argc < 2 || scan_open(argv[1], &(struct scan_options){ 0 }, &scan, &error) < 0) {
		tap_ok(false, "a binary is opened");
		return tap_done();
	}
	for (size_t i = 0; i < scan->functions_n; i++)
		if (!strcmp(scan->functions[i].name, "set"))
			set = &scan->functions[i];
	if (tap_ok(set != NULL, "it has the function set")) {
		tap_eq_str(scan_symbol_at(scan, set->ranges[0].low), "set", "the symbol at its address");
		tap_ok(!scan_symbol_at(scan, set->ranges[0].low + 1), "none inside it");
		tap_ok(scan_symbol_named(scan, "set", &address) && address == set->ranges[0].low, "the address of its name");
		tap_ok(scan_function_at(scan, set->ranges[0].high - 1) == set, "its last byte belongs to it");
		tap_ok(scan_is_code(scan, set->ranges[0].low), "code is there");
		tap_ok(scan_bytes(scan, set->ranges[0].low, &n) && n >= set->ranges[0].high - set->ranges[0].low,
		       "and its bytes");
	}
	tap_ok(has_symbol(scan, "calloc"), "a PLT entry is called as what it calls");
	tap_ok(!scan_symbol_named(scan, "no such symbol", &address), "a name that is not there");
	tap_ok(scan_symbol_named(scan, "points", &address) && scan_global_at(scan, address) &&
	       !strcmp(scan_global_at(scan, address)->name, "points"), "a global by its address");
	tap_ok(!scan_bytes(scan, address, &n) && !scan_is_code(scan, address), "zeroes have no bytes in the file");
	tap_ok(scan_global_at(scan, address + 31) == scan_global_at(scan, address), "and by that of its last byte");
	tap_ok(!scan_bytes(scan, 1, &n) && !scan_function_at(scan, 1) && !scan_global_at(scan, 1), "nothing lies at 1");
	scan_close(scan);
	return tap_done();
}

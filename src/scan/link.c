/* link.c - from the units' heads to nodes that refer to one another */
#include "scan/build.h"

#include <dwarf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define LENDING_ROUNDS 8

scan_key scan_signature_find(const struct scan_signatures *signatures, uint64_t signature)
{
	size_t low = 0, high = signatures->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (signatures->items[middle].signature < signature)
			low = middle + 1;
		else
			high = middle;
	}
	return low < signatures->n && signatures->items[low].signature == signature ? signatures->items[low].key : 0;
}

static int compare_signatures(const void *left, const void *right)
{
	const struct scan_signature *a = left, *b = right;

	if (a->signature != b->signature)
		return a->signature < b->signature ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static int compare_abbrevs(const void *left, const void *right)
{
	uint64_t a = ((const struct scan_abbrevs *)left)->offset, b = ((const struct scan_abbrevs *)right)->offset;

	return a < b ? -1 : a > b;
}

static int find_in_part(struct scan *scan, const struct scan_debug *debug, unsigned part, size_t *room)
{
	struct scan_inside *inside = scan->inside;
	size_t size = debug->sections[part == SCAN_PART_TYPES ? SCAN_SECTION_TYPES : SCAN_SECTION_INFO].size;
	uint64_t offset = 0;

	while (offset < size) {
		struct scan_unit unit = { 0 };
		int result = scan_unit_read(debug, part, offset, &unit.head);

		if (!unit.head.end) {
			/* Without a length nothing behind it can be found. */
			scan_warn(scan, "%s: the debug information is broken at offset 0x%llx: what follows is left out",
				  scan->debug_path, (unsigned long long)offset);
			scan->units_bad++;
			return 0;
		}
		unit.bad = result < 0;
		if (unit.bad) {
			unit.head.part = part;
			scan_warn(scan, "%s: a unit of the debug information at offset 0x%llx can't be read: it is left out",
				  scan->debug_path, (unsigned long long)offset);
			scan->units_bad++;
		}
		if (!scan_grow(&inside->units, room, inside->units_n, sizeof(unit)))
			return -ENOMEM;
		inside->units[inside->units_n++] = unit;
		offset = unit.head.end;
	}
	return 0;
}

static enum scan_language language_of(uint16_t language)
{
	switch (language) {
	case DW_LANG_C89:
	case DW_LANG_C:
	case DW_LANG_C99:
	case DW_LANG_C11:
	case 0x002c: /* DW_LANG_C17 */
		return SCAN_LANGUAGE_C;
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case 0x002b: /* DW_LANG_C_plus_plus_20 */
	case 0x002a: /* DW_LANG_C_plus_plus_17 */
		return SCAN_LANGUAGE_CPP;
	case DW_LANG_Go:
		return SCAN_LANGUAGE_GO;
	case DW_LANG_Rust:
		return SCAN_LANGUAGE_RUST;
	default:
		return SCAN_LANGUAGE_OTHER;
	}
}

/* Reads every table of abbreviations that some unit names, once. */
static int read_abbrevs(struct scan *scan)
{
	struct scan_inside *inside = scan->inside;
	struct scan_abbrevs *tables = calloc(inside->units_n ? inside->units_n : 1, sizeof(*tables));
	size_t n = 0;

	if (!tables)
		return -ENOMEM;
	/* The top bit tells the common file's table from ours. */
	for (size_t i = 0; i < inside->units_n; i++)
		if (!inside->units[i].bad)
			tables[n++].offset = inside->units[i].head.abbrev_offset |
					     (uint64_t)(inside->units[i].head.part == SCAN_PART_ALT) << 63;
	qsort(tables, n, sizeof(*tables), compare_abbrevs);
	inside->abbrevs = tables;
	for (size_t i = 0; i < n; i++) {
		uint64_t wanted = tables[i].offset;
		const struct scan_image *image = wanted >> 63 ? &inside->alt : inside->info;

		if (inside->abbrevs_n && tables[inside->abbrevs_n - 1].offset == wanted)
			continue;
		if (scan_abbrevs_read(&image->debug, wanted & ~((uint64_t)1 << 63), &tables[inside->abbrevs_n]) < 0)
			tables[inside->abbrevs_n] = (struct scan_abbrevs){ 0 };
		tables[inside->abbrevs_n++].offset = wanted;
	}
	return 0;
}

static void read_root(struct scan *scan, struct scan_unit *unit)
{
	struct scan_abbrevs wanted = { .offset = unit->head.abbrev_offset |
						 (uint64_t)(unit->head.part == SCAN_PART_ALT) << 63 };
	struct scan_die root;

	unit->abbrevs = bsearch(&wanted, scan->inside->abbrevs, scan->inside->abbrevs_n, sizeof(wanted),
				compare_abbrevs);
	if (!unit->abbrevs || scan_unit_root(&unit->head, unit->abbrevs, &root) < 0) {
		unit->bad = true;
		unit->abbrevs = NULL;
		scan->units_bad++;
		scan_warn(scan, "%s: a unit of the debug information at offset 0x%llx can't be read: it is left out",
			  scan->debug_path, (unsigned long long)unit->head.offset);
		return;
	}
	unit->head.directory = root.directory;
	unit->language = language_of(unit->head.language);
	scan->has_go = scan->has_go || unit->language == SCAN_LANGUAGE_GO;
	scan->has_rust = scan->has_rust || unit->language == SCAN_LANGUAGE_RUST;
	scan->inside->split_n += unit->head.split;
}

/* What dwz moved to units of their own lacks a language: it is that of the units that import them, by DIEs right behind
 * their own. Returns: whether anything was set. */
static bool lend_language(struct scan *scan, struct scan_unit *unit)
{
	struct scan_cursor cursor = scan_unit_cursor(&unit->head, unit->head.first_die);
	struct scan_die die;
	bool set = false;

	if (scan_die_read(&unit->head, unit->abbrevs, NULL, &cursor, &die) != 1 || !die.children)
		return false;
	while (scan_die_read(&unit->head, unit->abbrevs, NULL, &cursor, &die) == 1 && die.tag == DW_TAG_imported_unit) {
		struct scan_unit *other = die.origin ? scan_unit_of(scan, die.origin) : NULL;

		if (other && !other->head.language) {
			other->head.language = unit->head.language;
			other->language = unit->language;
			set = true;
		}
	}
	return set;
}

static void lend_languages(struct scan *scan)
{
	struct scan_inside *inside = scan->inside;
	bool missing = false, set = true;

	for (size_t i = 0; i < inside->units_n; i++)
		missing = missing || (!inside->units[i].bad && !inside->units[i].head.language);
	for (unsigned round = 0; missing && set && round < LENDING_ROUNDS; round++) {
		set = false;
		for (size_t i = 0; i < inside->units_n; i++)
			if (!inside->units[i].bad && inside->units[i].head.language)
				set |= lend_language(scan, &inside->units[i]);
	}
}

int scan_units_find(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	size_t room = 0, n = 0;
	int result;

	result = find_in_part(scan, &inside->info->debug, SCAN_PART_INFO, &room);
	inside->parts[1] = inside->units_n;
	if (!result)
		result = find_in_part(scan, &inside->info->debug, SCAN_PART_TYPES, &room);
	inside->parts[2] = inside->units_n;
	if (!result && inside->alt.data)
		result = find_in_part(scan, &inside->alt.debug, SCAN_PART_ALT, &room);
	inside->parts[3] = inside->units_n;
	if (!result)
		result = read_abbrevs(scan);
	if (result < 0)
		return scan_fail(error, result, "%s: out of memory", scan->path);
	inside->signatures.items = calloc(inside->units_n ? inside->units_n : 1, sizeof(*inside->signatures.items));
	if (!inside->signatures.items)
		return scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
	for (size_t i = 0; i < inside->units_n; i++) {
		struct scan_unit *unit = &inside->units[i];

		if (!unit->bad)
			read_root(scan, unit);
		if (!unit->bad && unit->head.signature)
			inside->signatures.items[n++] =
				(struct scan_signature){ unit->head.signature, unit->head.signature_type };
	}
	qsort(inside->signatures.items, n, sizeof(*inside->signatures.items), compare_signatures);
	inside->signatures.n = n;
	lend_languages(scan);
	scan->units_n = inside->units_n;
	return 0;
}

struct walking {
	struct scan *scan;
	_Atomic size_t done;
	_Atomic bool no_memory;
};

static void walk_unit(void *user, unsigned thread, size_t item)
{
	struct walking *walking = user;
	struct scan_unit *unit = &walking->scan->inside->units[item];
	size_t done;
	int result;

	if (!unit->bad) {
		result = scan_walk(walking->scan, unit, &walking->scan->inside->scratch[thread]);
		if (result < 0) {
			/* Others look at bad while they walk. */
			unit->broken = true;
			unit->nodes_n = unit->symbols_n = 0;
			if (result == -ENOMEM)
				atomic_store(&walking->no_memory, true);
		}
	}
	done = atomic_fetch_add(&walking->done, 1) + 1;
	if (thread == 0 && walking->scan->inside->options.progress && done % 64 == 0)
		walking->scan->inside->options.progress(walking->scan->inside->options.user, "reading types", done,
							walking->scan->inside->units_n);
}

/* Tells of what could not be read. */
static int judge_units(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	size_t good = 0;

	for (size_t i = 0; i < inside->units_n; i++) {
		struct scan_unit *unit = &inside->units[i];

		unit->bad = unit->bad || unit->broken;
		good += !unit->bad;
		if (!unit->bad || !unit->abbrevs)
			continue;
		scan->units_bad++;
		scan_warn(scan, "%s: a unit of the debug information at offset 0x%llx is broken: it is left out",
			  unit->head.name ? unit->head.name : scan->path, (unsigned long long)unit->head.offset);
	}
	if (!good)
		return scan_fail(error, -ENOEXEC, "%s: its debug information is broken: none of its %zu units can be read",
				 scan->debug_path, scan->units_bad);
	if (inside->split_n == good)
		return scan_fail(error, -ENODATA, "%s: its debug information lies in .dwo files, which we don't read; build it "
				 "without -gsplit-dwarf", scan->debug_path);
	if (inside->split_n)
		scan_warn(scan, "%s: %zu of %zu units keep their debug information in .dwo files, which we don't read: build "
			  "them without -gsplit-dwarf", scan->debug_path, inside->split_n, inside->units_n);
	return 0;
}

int scan_units_walk(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	struct walking walking = { .scan = scan };
	size_t total = 0;

	scan_parallel(inside->threads, inside->units_n, walk_unit, &walking);
	if (walking.no_memory)
		return scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
	for (size_t i = 0; i < inside->units_n; i++) {
		inside->units[i].first_node = (uint32_t)total;
		total += inside->units[i].nodes_n;
		if (total >= SCAN_NO_NODE)
			return scan_fail(error, -ENOTSUP, "%s: has more types than we can count", scan->path);
	}
	inside->nodes_n = total;
	return judge_units(scan, error);
}

struct scan_unit *scan_unit_of(const struct scan *scan, scan_key key)
{
	const struct scan_inside *inside = scan->inside;
	unsigned part = SCAN_KEY_PART(key);
	uint64_t offset = SCAN_KEY_OFFSET(key);
	size_t low, high;

	if (part >= SCAN_PARTS)
		return NULL;
	low = inside->parts[part];
	high = inside->parts[part + 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (inside->units[middle].head.end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low >= inside->parts[part + 1] || inside->units[low].head.offset > offset || inside->units[low].bad)
		return NULL;
	return &inside->units[low];
}

uint32_t scan_node_of(const struct scan *scan, scan_key key)
{
	const struct scan_unit *unit = key ? scan_unit_of(scan, key) : NULL;
	size_t low = 0, high;
	uint32_t die;

	if (!unit)
		return SCAN_NO_NODE;
	die = (uint32_t)(SCAN_KEY_OFFSET(key) - unit->head.offset);
	high = unit->nodes_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unit->nodes[middle].die < die)
			low = middle + 1;
		else
			high = middle;
	}
	return low < unit->nodes_n && unit->nodes[low].die == die ? unit->first_node + (uint32_t)low : SCAN_NO_NODE;
}

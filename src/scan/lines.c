/* lines.c - names of source files, from the heads of line tables */
#include "scan/build.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORMATS_MAX 16

struct entry {
	const char *name;
	uint64_t directory;
	const char *path;             /* joined once it was asked for */
};

struct scan_files {
	uint64_t key;                 /* of the table: its offset; the top bit says dwz's common file */
	bool read;
	const char **directories;
	size_t directories_n, directories_room;
	struct entry *entries;
	size_t entries_n, entries_room;
	bool from_zero;               /* DWARF 5 numbers from 0 */
};

struct table {
	const struct scan_unit *unit;
	struct scan_cursor cursor;
	unsigned version, offset_size;
	struct scan_files *files;
};

static bool add_directory(struct scan_files *files, const char *name)
{
	if (!scan_grow(&files->directories, &files->directories_room, files->directories_n,
		       sizeof(*files->directories)))
		return false;
	files->directories[files->directories_n++] = name;
	return true;
}

static bool add_entry(struct scan_files *files, const char *name, uint64_t directory)
{
	if (!scan_grow(&files->entries, &files->entries_room, files->entries_n, sizeof(*files->entries)))
		return false;
	files->entries[files->entries_n++] = (struct entry){ .name = name, .directory = directory };
	return true;
}

static void read_old(struct table *table)
{
	struct scan_cursor *cursor = &table->cursor;
	const char *name;

	/* Directory 0 is the unit's own, file 0 none. */
	if (!add_directory(table->files, NULL) || !add_entry(table->files, NULL, 0))
		return;
	while ((name = scan_read_string(cursor)) && *name)
		if (!add_directory(table->files, name))
			return;
	while ((name = scan_read_string(cursor)) && *name) {
		uint64_t directory = scan_read_uleb(cursor);

		scan_read_uleb(cursor);
		scan_read_uleb(cursor);
		if (cursor->bad || !add_entry(table->files, name, directory))
			return;
	}
}

struct format {
	uint64_t content, form;
};

static const char *text_at(const struct scan_section *section, uint64_t offset)
{
	return offset < section->size ? (const char *)section->data + offset : NULL;
}

/* The forms that compilers use for what stands in such tables. */
static bool read_form(struct table *table, uint64_t form, const char **ret_text, uint64_t *ret_number)
{
	const struct scan_section *sections = table->unit->head.debug->sections;
	struct scan_cursor *cursor = &table->cursor;

	*ret_text = NULL;
	*ret_number = 0;
	switch (form) {
	case DW_FORM_string:
		*ret_text = scan_read_string(cursor);
		break;
	case DW_FORM_line_strp:
		*ret_text = text_at(&sections[SCAN_SECTION_LINE_STR], scan_read(cursor, table->offset_size));
		break;
	case DW_FORM_strp:
		*ret_text = text_at(&sections[SCAN_SECTION_STR], scan_read(cursor, table->offset_size));
		break;
	case DW_FORM_data1:
		*ret_number = scan_read(cursor, 1);
		break;
	case DW_FORM_data2:
		*ret_number = scan_read(cursor, 2);
		break;
	case DW_FORM_data4:
		*ret_number = scan_read(cursor, 4);
		break;
	case DW_FORM_data8:
		*ret_number = scan_read(cursor, 8);
		break;
	case DW_FORM_udata:
		*ret_number = scan_read_uleb(cursor);
		break;
	case DW_FORM_data16:
		scan_skip(cursor, 16);
		break;
	case DW_FORM_block:
		scan_skip(cursor, scan_read_uleb(cursor));
		break;
	default:
		return false;
	}
	return !cursor->bad;
}

static bool read_rows(struct table *table, bool directories)
{
	struct scan_cursor *cursor = &table->cursor;
	struct format formats[FORMATS_MAX];
	unsigned formats_n = (unsigned)scan_read(cursor, 1);
	uint64_t n;

	if (formats_n > FORMATS_MAX)
		return false;
	for (unsigned i = 0; i < formats_n; i++) {
		formats[i].content = scan_read_uleb(cursor);
		formats[i].form = scan_read_uleb(cursor);
	}
	n = scan_read_uleb(cursor);
	if (cursor->bad || (n && !formats_n))
		return false;
	while (n--) {
		const char *name = NULL, *text;
		uint64_t directory = 0, number;
		const uint8_t *before = cursor->at;

		for (unsigned i = 0; i < formats_n; i++) {
			if (!read_form(table, formats[i].form, &text, &number))
				return false;
			if (formats[i].content == DW_LNCT_path)
				name = text;
			else if (formats[i].content == DW_LNCT_directory_index)
				directory = number;
		}
		/* Rows of no bytes could be as many as a file likes to say. */
		if (cursor->at == before || !(directories ? add_directory(table->files, name)
							 : add_entry(table->files, name, directory)))
			return false;
	}
	return true;
}

static void read_table(struct scan_files *files, const struct scan_unit *unit)
{
	const struct scan_section *section = &unit->head.debug->sections[SCAN_SECTION_LINE];
	struct table table = { .unit = unit, .offset_size = 4, .files = files };
	struct scan_cursor *cursor = &table.cursor;
	uint64_t length;

	files->read = true;
	if (!section->data || unit->head.line_offset >= section->size)
		return;
	*cursor = (struct scan_cursor){ section->data + unit->head.line_offset, section->data + section->size, false };
	length = scan_read(cursor, 4);
	if (length == 0xffffffff) {
		table.offset_size = 8;
		length = scan_read(cursor, 8);
	}
	if (cursor->bad || length > (uint64_t)(cursor->end - cursor->at))
		return;
	cursor->end = cursor->at + length;
	table.version = (unsigned)scan_read(cursor, 2);
	if (table.version < 2 || table.version > 5)
		return;
	if (table.version >= 5)
		scan_skip(cursor, 2);
	scan_skip(cursor, table.offset_size + 1 + (table.version >= 4) + 3);
	/* one length a standard opcode */
	scan_skip(cursor, (scan_read(cursor, 1) + 255) & 255);
	files->from_zero = table.version >= 5;
	if (cursor->bad)
		return;
	if (!files->from_zero)
		read_old(&table);
	else if (read_rows(&table, true))
		read_rows(&table, false);
}

static int compare_files(const void *left, const void *right)
{
	uint64_t a = ((const struct scan_files *)left)->key, b = ((const struct scan_files *)right)->key;

	return a < b ? -1 : a > b;
}

static uint64_t key_of(const struct scan_unit *unit)
{
	return unit->head.line_offset | (uint64_t)(unit->head.part == SCAN_PART_ALT) << 63;
}

int scan_files_prepare(struct scan *scan)
{
	struct scan_inside *inside = scan->inside;
	size_t n = 0, kept = 0;

	inside->files = calloc(inside->units_n + 1, sizeof(*inside->files));
	if (!inside->files)
		return -ENOMEM;
	for (size_t i = 0; i < inside->units_n; i++)
		if (inside->units[i].head.has_line && !inside->units[i].bad)
			inside->files[n++].key = key_of(&inside->units[i]);
	qsort(inside->files, n, sizeof(*inside->files), compare_files);
	for (size_t i = 0; i < n; i++)
		if (!kept || inside->files[kept - 1].key != inside->files[i].key)
			inside->files[kept++] = inside->files[i];
	inside->files_n = kept;
	return 0;
}

static char *join(struct scan *scan, const char *const *parts, size_t n)
{
	size_t size = 1;
	char *text, *at;

	for (size_t i = 0; i < n; i++)
		size += strlen(parts[i]) + 1;
	text = at = scan_alloc(scan, size);
	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		at = stpcpy(at, parts[i]);
		if (i + 1 < n)
			*at++ = '/';
	}
	return text;
}

/* The same form as libdw's, so that both can be compared: directory of the unit, directory of the file, name. */
static const char *path_of(struct scan *scan, const struct scan_unit *unit, const struct scan_files *files,
                           const struct entry *entry)
{
	const char *parts[3];
	const char *directory = entry->directory < files->directories_n ? files->directories[entry->directory] : NULL;
	const char *base = files->from_zero && files->directories_n ? files->directories[0] : unit->head.directory;
	size_t n = 0;

	if (entry->name[0] != '/') {
		if (base && *base && (!directory || directory[0] != '/') && directory != base)
			parts[n++] = base;
		if (directory && *directory)
			parts[n++] = directory;
	}
	parts[n++] = entry->name;
	return n == 1 ? entry->name : join(scan, parts, n);
}

const char *scan_file_name(struct scan *scan, const struct scan_unit *unit, uint32_t number)
{
	struct scan_inside *inside = scan->inside;
	struct scan_files wanted = { .key = key_of(unit) }, *files;
	struct entry *entry;

	if (!unit->head.has_line)
		return NULL;
	files = bsearch(&wanted, inside->files, inside->files_n, sizeof(wanted), compare_files);
	if (!files)
		return NULL;
	if (!files->read)
		read_table(files, unit);
	if (number >= files->entries_n || (!number && !files->from_zero))
		return NULL;
	entry = &files->entries[number];
	if (!entry->path && entry->name)
		entry->path = path_of(scan, unit, files, entry);
	return entry->path;
}

void scan_files_free(struct scan *scan)
{
	struct scan_inside *inside = scan->inside;

	for (size_t i = 0; inside->files && i < inside->files_n; i++) {
		free(inside->files[i].directories);
		free(inside->files[i].entries);
	}
	free(inside->files);
	inside->files = NULL;
	inside->files_n = 0;
}

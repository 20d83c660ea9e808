/* layout_text.c - types as text */
#include "cli/cli.h"
#include "cli/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDENT 2
#define NAME_COLUMN_MAX 56          /* where a member's right part stands at the latest */
#define MEMBER_COLUMN 24            /* where its left part stands */
#define LINE_COLUMN 3

/* ---- views ----------------------------------------------------------------------------------------------------- */

static void must(int error)
{
	if (error == -ENOMEM)
		exit(cli_fail("out of memory"));
}

/* What the recording holds of this type. */
static void view_observed(const struct layout *layout, const struct scan_type *type, struct layout_view *view)
{
	const struct layout_recording *recording = &layout->recording;
	struct scan_observed *observed;
	size_t n = 0;

	if (!recording->n || !type->name)
		return;
	observed = calloc(recording->n, sizeof(*observed));
	must(observed ? 0 : -ENOMEM);
	for (size_t i = 0; i < recording->n; i++) {
		const struct layout_observation *one = &recording->items[i];
		const char *space = strrchr(type->name, ' ');

		/* "order" is struct order; a space in a C++ name is no such prefix, but then the whole name fits. */
		if (strcmp(one->type, type->name) == 0 || (space && strcmp(one->type, space + 1) == 0))
			observed[n++] = (struct scan_observed){one->field, one->thread, one->writes};
	}
	if (n)
		must(scan_layout_sharing(layout->scan, type, layout->options->line_size, observed, n, &view->observed));
	free(observed);
}

bool layout_view(const struct layout *layout, const struct scan_type *type, struct layout_view *view)
{
	const struct layout_options *options = layout->options;
	struct scan_layout rows = view->rows;
	int error;

	view->rows = (struct scan_layout){0};
	layout_view_fini(view);
	view->rows = rows;
	view->type = type;
	error = scan_layout_read(type, &(struct scan_layout_options){options->line_size, options->nested}, &view->rows);
	must(error);
	if (error)
		return false;
	must(scan_layout_sharing(layout->scan, type, options->line_size, NULL, 0, &view->sharing));
	if (view->sharing.cells_n)
		must(scan_layout_sharing(layout->scan, type, 192 - options->line_size, NULL, 0, &view->other));
	view_observed(layout, type, view);
	for (int way = SCAN_ORDER_PACK; options->suggest && way <= SCAN_ORDER_SEPARATE; way++) {
		const struct scan_sharing *by = view->observed.basis ? &view->observed : &view->sharing;

		must(scan_layout_order(type, (enum scan_order_way)way, by, &view->orders[way]));
		if (view->orders[way].changes)
			view->compiled[way] = (int)layout_compile(type, &view->orders[way]);
	}
	return true;
}

void layout_view_fini(struct layout_view *view)
{
	scan_layout_fini(&view->rows);
	scan_sharing_fini(&view->sharing);
	scan_sharing_fini(&view->other);
	scan_sharing_fini(&view->observed);
	scan_order_fini(&view->orders[0]);
	scan_order_fini(&view->orders[1]);
	*view = (struct layout_view){0};
}

bool layout_view_finding(const struct layout_view *view)
{
	return view->observed.lines_n ||
	       (view->sharing.lines_n && view->sharing.basis != SCAN_BASIS_TYPES && !view->sharing.has_shared_form);
}

/* ---- a type ---------------------------------------------------------------------------------------------------- */

struct layout_ink layout_ink(bool colour)
{
	if (!colour)
		return (struct layout_ink){"", "", "", "", "", "", ""};
	return (struct layout_ink){"\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[33m", "\033[34m", "\033[0m"};
}

/* A member's parts, kept so that the width of the left one is known before any is written. */
struct parts {
	char left[LAYOUT_PART], right[LAYOUT_PART];
};

struct face {
	const struct layout *layout;
	struct layout_ink ink;
	struct text text;
	struct parts *parts;
	size_t parts_size;
};

static size_t measure(struct face *face, const struct scan_layout *rows)
{
	size_t widest = 0;

	if (face->parts_size < rows->rows_n) {
		free(face->parts);
		face->parts_size = 2 * rows->rows_n;
		face->parts = calloc(face->parts_size, sizeof(*face->parts));
		must(face->parts ? 0 : -ENOMEM);
	}
	for (size_t i = 0; i < rows->rows_n; i++) {
		const struct scan_row *row = &rows->rows[i];
		size_t width;

		if (row->kind != SCAN_ROW_MEMBER)
			continue;
		layout_declare(rows->type, row->member, face->parts[i].left, face->parts[i].right);
		width = strlen(face->parts[i].left) + INDENT * row->depth;
		widest = width > widest ? width : widest;
	}
	return widest + MEMBER_COLUMN + 1 < NAME_COLUMN_MAX ? widest + MEMBER_COLUMN + 1 : NAME_COLUMN_MAX;
}

/* Blanks up to a column that counts from where the row began: escape sequences take no room. */
static void blanks(struct text *text, size_t from, size_t *width, size_t column)
{
	static const char spaces[] = "                                                                                ";
	size_t n = *width < column ? column - *width : *width > from;

	text_put(text, spaces, n < sizeof(spaces) - 1 ? n : sizeof(spaces) - 1);
	*width += n;
}

/* Cache lines are told where they change: "2", "3-5". */
static void put_line(struct face *face, const struct scan_row *row, uint64_t *last)
{
	uint64_t bits = 8 * (uint64_t)face->layout->options->line_size, first = row->offset_bits / bits;
	uint64_t end = row->size_bits ? (row->offset_bits + row->size_bits - 1) / bits : first;
	char buf[48] = "";

	if (first != *last || end != first) {
		if (end != first)
			snprintf(buf, sizeof(buf), "%llu-%llu", (unsigned long long)first, (unsigned long long)end);
		else
			snprintf(buf, sizeof(buf), "%llu", (unsigned long long)first);
		*last = end;
	}
	for (size_t n = strlen(buf); n < LINE_COLUMN + 3; n++)
		text_put(&face->text, " ", 1);
	text_str(&face->text, buf);
}

static void put_numbers(struct face *face, const struct scan_row *row)
{
	struct text *text = &face->text;

	text_uint(text, row->offset_bits / 8, 8);
	if (row->offset_bits % 8 || row->size_bits % 8) {
		text_put(text, ":", 1);
		text_uint(text, row->offset_bits % 8, 0);
		text_uint(text, row->size_bits, 4);
		text_put(text, "b  ", 3);
		return;
	}
	text_uint(text, row->size_bits / 8, 8);
	text_put(text, "  ", 2);
}

static void put_gap(struct face *face, const struct scan_row *row)
{
	bool bits = row->offset_bits % 8 || row->size_bits % 8;

	text_str(&face->text, face->ink.yellow);
	for (unsigned i = 0; i < row->depth * INDENT; i++)
		text_put(&face->text, " ", 1);
	text_str(&face->text, row->kind == SCAN_ROW_PADDING ? "(padding)" : bits ? "(hole of bits)" : "(hole)");
	text_str(&face->text, face->ink.off);
	text_put(&face->text, "\n", 1);
}

static void put_member(struct face *face, const struct scan_row *row, const struct parts *parts, size_t column)
{
	const struct scan_member *member = row->member;
	struct text *text = &face->text;
	size_t width = MEMBER_COLUMN;
	char words[128];

	blanks(text, width, &width, MEMBER_COLUMN + (size_t)INDENT * row->depth);
	text_str(text, parts->left);
	width += strlen(parts->left);
	if (*parts->right) {
		blanks(text, MEMBER_COLUMN, &width, column);
		text_str(text, face->ink.bold);
		text_str(text, parts->right);
		text_str(text, face->ink.off);
		width += strlen(parts->right);
	}
	layout_tag_words(&member->tag, words, sizeof(words));
	if (*words || member->variant || member->discriminant || member->virtual_base) {
		blanks(text, MEMBER_COLUMN, &width, column + 20);
		text_str(text, member->tag.hot ? face->ink.red : face->ink.blue);
		text_str(text, *words ? words : member->discriminant ? "says which variant holds" :
		               member->variant ? "variant" : "its place is known at run time");
		text_str(text, face->ink.off);
	}
	text_put(text, "\n", 1);
}

static void put_head(struct face *face, const struct scan_type *type)
{
	struct text *text = &face->text;

	text_str(text, face->ink.bold);
	if (!type->name || strncmp(type->name, layout_kind_word(type), strlen(layout_kind_word(type))) != 0) {
		text_str(text, layout_kind_word(type));
		text_put(text, " ", 1);
	}
	text_str(text, layout_type_name(type));
	text_str(text, face->ink.off);
	if (type->file) {
		text_str(text, face->ink.dim);
		text_str(text, "  ");
		text_str(text, type->file);
		if (type->line) {
			text_put(text, ":", 1);
			text_uint(text, type->line, 0);
		}
		text_str(text, face->ink.off);
	}
	text_put(text, "\n", 1);
}

static void put_count(struct text *text, uint64_t n, const char *one, const char *many)
{
	text_uint(text, n, 0);
	text_put(text, " ", 1);
	text_str(text, n == 1 ? one : many);
}

static void put_totals(struct face *face, const struct scan_layout *rows)
{
	struct text *text = &face->text;

	text_str(text, face->ink.dim);
	text_str(text, "  = ");
	put_count(text, rows->type->size, "byte", "bytes");
	text_str(text, ", align ");
	text_uint(text, scan_layout_align(rows->type), 0);
	text_str(text, ", ");
	put_count(text, rows->lines, "line of ", "lines of ");
	text_uint(text, face->layout->options->line_size, 0);
	if (rows->holes_n) {
		text_str(text, "; ");
		put_count(text, rows->holes_n, "hole: ", "holes: ");
		put_count(text, rows->hole_bytes, "byte", "bytes");
	}
	if (rows->bit_holes_n) {
		text_str(text, "; ");
		put_count(text, rows->bit_holes_n, "hole of bits: ", "holes of bits: ");
		put_count(text, rows->bit_hole_bits, "bit", "bits");
	}
	if (rows->padding_bits) {
		text_str(text, "; padding: ");
		put_count(text, rows->padding_bits / (rows->padding_bits % 8 ? 1 : 8),
		          rows->padding_bits % 8 ? "bit" : "byte", rows->padding_bits % 8 ? "bits" : "bytes");
	}
	text_str(text, face->ink.off);
	text_put(text, "\n", 1);
}

static void put_type(struct face *face, const struct layout_view *view)
{
	const struct scan_layout *rows = &view->rows;
	size_t column = measure(face, rows);
	uint64_t last = UINT64_MAX;

	put_head(face, view->type);
	if (rows->rows_n) {
		text_str(&face->text, face->ink.dim);
		text_str(&face->text, "  line  offset    size\n");
		text_str(&face->text, face->ink.off);
	}
	for (size_t i = 0; i < rows->rows_n; i++) {
		const struct scan_row *row = &rows->rows[i];

		put_line(face, row, &last);
		put_numbers(face, row);
		if (row->kind == SCAN_ROW_MEMBER)
			put_member(face, row, &face->parts[i], column);
		else
			put_gap(face, row);
	}
	put_totals(face, rows);
	layout_notes(face->layout, view, &face->text);
}

int layout_text(struct layout *layout)
{
	struct face face = {.layout = layout, .ink = layout_ink(layout->colour), .text = {.out = stdout}};
	struct layout_view view = {0};

	if (layout->types_n > 1 || layout->options->summary)
		layout_summary(layout, layout->options->summary, &face.text);
	for (size_t i = 0; i < layout->types_n; i++) {
		if (!layout_view(layout, layout->types[i], &view))
			continue;
		layout->findings += layout_view_finding(&view);
		if (layout->options->summary)
			continue;
		if (i || layout->types_n > 1)
			text_put(&face.text, "\n", 1);
		put_type(&face, &view);
	}
	layout_view_fini(&view);
	free(face.parts);
	text_fini(&face.text);
	return CLI_FINE;
}

/*
 * layout_svg.c - `fieldguard layout --svg`: cache lines as rows, members as boxes, policies as colours
 *
 *             0       8       16      24      32      40      48      56
 *     line 0  [ id                    ][ status][////][ views ]...      ! 3 writers
 *     line 1  [ ...
 *
 * Members that lie over one another (unions, variants) get lanes below one another within their lines. The picture has
 * a ground of its own, so that it reads on light and dark pages alike.
 */
#include "cli/cli.h"
#include "cli/layout.h"

#include <stdlib.h>
#include <string.h>

#define LEFT 74                     /* room for the names of lines */
#define RIGHT 96                    /* and for what is said of them */
#define LANE 34
#define LINE_GAP 8
#define LETTER 6.7                  /* width of one, 11 px monospace */
#define TYPES_MAX 64
#define LINES_MAX 2048              /* drawn of one type */
#define RUN_MIN 4                   /* lines of one member that are drawn as one row */

enum paint {
	PAINT_NONE = 0, PAINT_SNAPSHOT, PAINT_ATOMIC, PAINT_HOT, PAINT_MUTEX, PAINT_RWMUTEX, PAINT_ONCE, PAINT_OWNER,
	PAINT_BY_TYPE, PAINT_OBSERVED, PAINT_HOLE, PAINT_N,
};

static const struct {
	const char *fill, *words;
} paints[PAINT_N] = {
	[PAINT_NONE] = {"#ececec", "no policy"},
	[PAINT_SNAPSHOT] = {"#c9e4fb", "snapshot"},
	[PAINT_ATOMIC] = {"#ffdfb8", "atomic"},
	[PAINT_HOT] = {"#ff9f80", "atomic, hot"},
	[PAINT_MUTEX] = {"#cdeebd", "mutex"},
	[PAINT_RWMUTEX] = {"#a9e2d6", "rwmutex"},
	[PAINT_ONCE] = {"#e4d5f8", "once"},
	[PAINT_OWNER] = {"#fff0a6", "owner"},
	[PAINT_BY_TYPE] = {"#f6cfe2", "atomic type or lock"},
	[PAINT_OBSERVED] = {"#ffdfb8", "written in the recording"},
	[PAINT_HOLE] = {"url(#hole)", "hole, padding"},
};

struct box {
	const struct scan_row *row;
	unsigned lane;
	enum paint paint;
	bool label;                     /* of a variant: its name stands behind its lane */
};

struct picture {
	struct text text;
	double y;
	unsigned line_size;
	double byte;                    /* px */
	bool used[PAINT_N];
};

/* ---- boxes ----------------------------------------------------------------------------------------------------- */

static const struct scan_sharing *sharing_of(const struct layout_view *view)
{
	return view->observed.basis == SCAN_BASIS_OBSERVED ? &view->observed : &view->sharing;
}

static enum paint paint_of(const struct layout_view *view, const struct scan_row *row)
{
	static const enum paint by_kind[] = {
		[SCAN_WRITER_UNKNOWN] = PAINT_NONE, [SCAN_WRITER_ONCE] = PAINT_ONCE,
		[SCAN_WRITER_SNAPSHOT] = PAINT_SNAPSHOT,
		[SCAN_WRITER_ATOMIC] = PAINT_ATOMIC, [SCAN_WRITER_MUTEX] = PAINT_MUTEX,
		[SCAN_WRITER_RWMUTEX] = PAINT_RWMUTEX,
		[SCAN_WRITER_OWNER] = PAINT_OWNER, [SCAN_WRITER_BY_TYPE] = PAINT_BY_TYPE,
		[SCAN_WRITER_OBSERVED] = PAINT_OBSERVED,
	};
	const struct scan_sharing *sharing = sharing_of(view);

	if (row->kind != SCAN_ROW_MEMBER)
		return PAINT_HOLE;
	for (size_t i = 0; i < sharing->cells_n; i++) {
		const struct scan_cell *cell = &sharing->cells[i];

		if (cell->offset_bits < row->offset_bits + row->size_bits &&
		    row->offset_bits < cell->offset_bits + cell->size_bits) {
			enum paint paint = by_kind[sharing->writers[cell->writer].kind];

			return paint == PAINT_ATOMIC && cell->hot ? PAINT_HOT : paint;
		}
	}
	return PAINT_NONE;
}

/* Each box the first lane in which nothing lies where it does. Variants keep a lane each, in their order. */
static size_t make_boxes(const struct layout_view *view, struct box *boxes)
{
	const struct scan_layout *rows = &view->rows;
	uint64_t ends[64] = {0};
	unsigned variant = 0, top = 0;
	size_t n = 0;

	for (size_t i = 0; i < rows->rows_n; i++) {
		const struct scan_row *row = &rows->rows[i];
		unsigned lane = 0;

		if (row->depth == 0 && row->kind == SCAN_ROW_MEMBER && row->member->variant) {
			variant = top < 62 ? ++top : top;
			boxes[n++] = (struct box){row, variant, PAINT_NONE, true};
			continue;
		}
		if (row->opened || !row->size_bits)
			continue;
		if (row->variant)
			lane = variant;
		while (!row->variant && lane < 63 && ends[lane] > row->offset_bits)
			lane++;
		if (lane < 64 && row->offset_bits + row->size_bits > ends[lane])
			ends[lane] = row->offset_bits + row->size_bits;
		boxes[n++] = (struct box){row, lane, paint_of(view, row), false};
	}
	return n;
}

/* ---- drawing --------------------------------------------------------------------------------------------------- */

/* Text cut to a width; nothing where not even two letters fit. */
static void put_label(struct picture *picture, double x, double y, double room, const char *class, const char *words)
{
	size_t fits = room > 0 ? (size_t)(room / LETTER) : 0, len = strlen(words);
	char cut[256];

	if (!*words || (fits < len && fits < 3))
		return;
	snprintf(cut, sizeof(cut), "%s", words);
	if (len > fits && fits < sizeof(cut) - 4)
		strcpy(cut + fits - 1, "\xe2\x80\xa6");
	text_printf(&picture->text, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	text_xml(&picture->text, cut);
	text_str(&picture->text, "</text>\n");
}

static void put_tooltip(struct picture *picture, const struct layout_view *view, const struct scan_row *row)
{
	char left[LAYOUT_PART], right[LAYOUT_PART], words[128];

	text_str(&picture->text, "<title>");
	if (row->kind == SCAN_ROW_MEMBER) {
		layout_declare(view->type, row->member, left, right);
		text_xml(&picture->text, left);
		text_str(&picture->text, " ");
		text_xml(&picture->text, right);
		layout_tag_words(&row->member->tag, words, sizeof(words));
		text_str(&picture->text, *words ? ", " : "");
		text_xml(&picture->text, words);
	} else {
		text_str(&picture->text, row->kind == SCAN_ROW_HOLE ? "hole" : "padding");
	}
	text_printf(&picture->text, ": offset %llu", (unsigned long long)(row->offset_bits / 8));
	if (row->offset_bits % 8 || row->size_bits % 8)
		text_printf(&picture->text, ", bit %llu, %llu bits</title>", (unsigned long long)(row->offset_bits % 8),
		            (unsigned long long)row->size_bits);
	else
		text_printf(&picture->text, ", %llu bytes</title>", (unsigned long long)(row->size_bits / 8));
}

/* Behind the end of what the line holds of the type. */
static void put_variant_name(struct picture *picture, const struct layout_view *view, const struct box *box,
                             uint64_t line)
{
	uint64_t bytes = view->type->size < picture->line_size ? view->type->size : picture->line_size;

	if (line == 0 && box->row->member->name)
		put_label(picture, LEFT + (double)bytes * picture->byte + 8, picture->y + box->lane * LANE + 19, 400,
		          "line", box->row->member->name);
}

/* The part of a box that lies on one line. */
static void put_box(struct picture *picture, const struct layout_view *view, const struct box *box, uint64_t line)
{
	const struct scan_row *row = box->row;
	uint64_t bits = 8 * (uint64_t)picture->line_size, from = row->offset_bits, to = from + row->size_bits;
	double x, width, y = picture->y + box->lane * LANE;
	char type[LAYOUT_PART];
	const char *name = row->kind == SCAN_ROW_MEMBER && row->member->name ? row->member->name : "";

	from = from < line * bits ? line * bits : from;
	to = to > (line + 1) * bits ? (line + 1) * bits : to;
	x = LEFT + (double)(from - line * bits) * picture->byte / 8;
	width = (double)(to - from) * picture->byte / 8;
	picture->used[box->paint] = true;
	text_printf(&picture->text, "<g><rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" fill=\"%s\" class=\"%s\">", x,
	            y, width, LANE - 3, paints[box->paint].fill, box->paint == PAINT_HOT ? "hot" : "box");
	put_tooltip(picture, view, row);
	text_str(&picture->text, "</rect>\n");
	if (row->kind == SCAN_ROW_MEMBER) {
		scan_type_name(row->member->type, type, sizeof(type));
		put_label(picture, x + 4, y + 13, width - 6, "name", row->member->base ? type : name);
		put_label(picture, x + 4, y + 26, width - 6, "type", row->member->base ? "base" : type);
	}
	text_str(&picture->text, "</g>\n");
}

static bool on_line(const struct scan_row *row, uint64_t bits, uint64_t line)
{
	return row->offset_bits < (line + 1) * bits && row->offset_bits + row->size_bits > line * bits;
}

/* The one box that covers the whole line, or NULL. */
static const struct box *whole(const struct box *boxes, size_t n, uint64_t bits, uint64_t line)
{
	const struct box *found = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct scan_row *row = boxes[i].row;

		if (boxes[i].label || !on_line(row, bits, line))
			continue;
		if (found || row->offset_bits > line * bits || row->offset_bits + row->size_bits < (line + 1) * bits)
			return NULL;
		found = &boxes[i];
	}
	return found;
}

static void put_line_name(struct picture *picture, const struct layout_view *view, uint64_t line)
{
	const struct scan_sharing *sharing = sharing_of(view);

	text_printf(&picture->text, "<text class=\"line\" x=\"%d\" y=\"%.1f\">line %llu</text>\n", 10, picture->y + 13,
	            (unsigned long long)line);
	text_printf(&picture->text, "<text class=\"type\" x=\"%d\" y=\"%.1f\">%llu</text>\n", 10, picture->y + 26,
	            (unsigned long long)(line * picture->line_size));
	for (size_t i = 0; i < sharing->lines_n; i++)
		if (sharing->lines[i].line == line && sharing->basis != SCAN_BASIS_TYPES)
			text_printf(&picture->text, "<text class=\"bad\" x=\"%.1f\" y=\"%.1f\">! %zu writers</text>\n",
			            LEFT + picture->byte * picture->line_size + 6, picture->y + 19,
			            sharing->lines[i].writers_n);
}

static void put_line(struct picture *picture, const struct layout_view *view, const struct box *boxes, size_t n,
                     uint64_t line)
{
	uint64_t bits = 8 * (uint64_t)picture->line_size;
	unsigned lanes = 1;

	put_line_name(picture, view, line);
	for (size_t i = 0; i < n; i++) {
		if (!on_line(boxes[i].row, bits, line))
			continue;
		if (boxes[i].label)
			put_variant_name(picture, view, &boxes[i], line);
		else
			put_box(picture, view, &boxes[i], line);
		lanes = boxes[i].lane + 1 > lanes ? boxes[i].lane + 1 : lanes;
	}
	picture->y += lanes * LANE + LINE_GAP;
}

static void put_lines(struct picture *picture, const struct layout_view *view, const struct box *boxes, size_t n)
{
	uint64_t bits = 8 * (uint64_t)picture->line_size, drawn = 0;

	for (uint64_t line = 0; line < view->rows.lines; line++) {
		const struct box *one = whole(boxes, n, bits, line);
		uint64_t end = line;

		while (one && end + 1 < view->rows.lines && whole(boxes, n, bits, end + 1) == one)
			end++;
		if (drawn++ == LINES_MAX) {
			text_printf(&picture->text, "<text class=\"type\" x=\"%d\" y=\"%.1f\">and %llu more lines</text>\n", LEFT,
			            picture->y + 13, (unsigned long long)(view->rows.lines - line));
			picture->y += LANE;
			return;
		}
		put_line(picture, view, boxes, n, line);
		if (end - line + 1 < RUN_MIN)
			continue;
		text_printf(&picture->text, "<text class=\"type\" x=\"%d\" y=\"%.1f\">lines %llu to %llu: the same</text>\n", LEFT + 4,
		            picture->y + 8, (unsigned long long)line + 1, (unsigned long long)end);
		picture->y += 20;
		line = end;
	}
}

static void put_ruler(struct picture *picture)
{
	for (unsigned at = 0; at <= picture->line_size; at += 8) {
		double x = LEFT + at * picture->byte;

		text_printf(&picture->text, "<text class=\"rule\" x=\"%.1f\" y=\"%.1f\">%u</text>\n", x, picture->y, at);
		text_printf(&picture->text, "<path class=\"tick\" d=\"M%.1f %.1fv6\"/>\n", x, picture->y + 3);
	}
	picture->y += 14;
}

static void put_type(struct picture *picture, const struct layout_view *view)
{
	const struct scan_type *type = view->type;
	struct box *boxes = calloc(view->rows.rows_n + 1, sizeof(*boxes));
	char words[256];
	size_t n;

	if (!boxes)
		exit(cli_fail("out of memory"));
	n = make_boxes(view, boxes);
	picture->y += 24;
	put_label(picture, 10, picture->y, LEFT + picture->byte * picture->line_size, "head", layout_type_name(type));
	picture->y += 18;
	snprintf(words, sizeof(words), "%llu bytes, align %llu, %llu line%s of %u; %llu bytes lost to holes and padding",
	         (unsigned long long)type->size, (unsigned long long)scan_layout_align(type),
	         (unsigned long long)view->rows.lines, view->rows.lines == 1 ? "" : "s", picture->line_size,
	         (unsigned long long)scan_layout_lost(&view->rows));
	put_label(picture, 10, picture->y, LEFT + picture->byte * picture->line_size, "type", words);
	picture->y += 22;
	put_ruler(picture);
	put_lines(picture, view, boxes, n);
	free(boxes);
}

static void put_legend(struct picture *picture)
{
	double x = LEFT;

	picture->y += 14;
	for (size_t i = 0; i < PAINT_N; i++) {
		if (!picture->used[i])
			continue;
		text_printf(&picture->text, "<rect x=\"%.1f\" y=\"%.1f\" width=\"16\" height=\"12\" fill=\"%s\" class=\"%s\"/>\n", x,
		            picture->y - 10, paints[i].fill, i == PAINT_HOT ? "hot" : "box");
		text_printf(&picture->text, "<text class=\"type\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x + 21, picture->y,
		            paints[i].words);
		x += 40 + LETTER * (double)strlen(paints[i].words);
	}
	picture->y += 18;
}

/* The head can only be written once the height is known. */
static void put_document(const struct picture *picture, struct text *document)
{
	double width = LEFT + picture->byte * picture->line_size + RIGHT;

	text_printf(document,
	            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
	            "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"11\">\n",
	            width, picture->y, width, picture->y);
	text_str(document,
	         "<style>.box{stroke:#555;stroke-width:.8}.hot{stroke:#b71c1c;stroke-width:2}.name{fill:#111}"
	         ".type{fill:#555}.line{fill:#111;font-weight:bold}.head{fill:#111;font-size:16px;font-weight:bold}"
	         ".rule{fill:#777;font-size:9px;text-anchor:middle}.tick{stroke:#999;stroke-width:.8}"
	         ".bad{fill:#b71c1c;font-weight:bold}</style>\n"
	         "<defs><pattern id=\"hole\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
	         "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#fff\"/>"
	         "<rect width=\"2\" height=\"6\" fill=\"#b9b9b9\"/></pattern></defs>\n");
	text_printf(document, "<rect width=\"%.0f\" height=\"%.0f\" rx=\"6\" fill=\"#fbfbfa\"/>\n", width, picture->y);
	text_put(document, picture->text.data, picture->text.len);
	text_str(document, "</svg>\n");
}

int layout_svg(struct layout *layout)
{
	struct picture picture = {.line_size = layout->options->line_size,
	                          .byte = layout->options->line_size == 64 ? 14 : 8};
	struct layout_view view = {0};
	struct text document = {0};
	int error;

	if (layout->types_n > TYPES_MAX)
		return cli_fail("layout: --svg draws at most %d types and these are %zu: name some", TYPES_MAX, layout->types_n);
	for (size_t i = 0; i < layout->types_n; i++) {
		if (!layout_view(layout, layout->types[i], &view))
			continue;
		layout->findings += layout_view_finding(&view);
		put_type(&picture, &view);
	}
	layout_view_fini(&view);
	put_legend(&picture);
	put_document(&picture, &document);
	error = cli_write_file(layout->options->svg, document.data, document.len);
	text_fini(&picture.text);
	text_fini(&document);
	return error ? cli_fail("layout: %s: %s", layout->options->svg, strerror(-error)) : CLI_FINE;
}

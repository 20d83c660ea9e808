/* layout_json.c - `fieldguard layout --json`; docs/layout.md names its members */
#include "cli/cli.h"
#include "cli/layout.h"

static void key(struct text *text, const char *name, bool first)
{
	if (!first)
		text_put(text, ",", 1);
	text_put(text, "\"", 1);
	text_str(text, name);
	text_put(text, "\":", 2);
}

static void string(struct text *text, const char *name, const char *value)
{
	key(text, name, false);
	text_json(text, value);
}

static void number(struct text *text, const char *name, uint64_t value)
{
	key(text, name, false);
	text_uint(text, value, 0);
}

static void truth(struct text *text, const char *name)
{
	key(text, name, false);
	text_str(text, "true");
}

/* ---- parts ----------------------------------------------------------------------------------------------------- */

static void put_row(struct text *text, const struct layout *layout, const struct scan_row *row)
{
	char type_name[512], words[128];

	key(text, "depth", true);
	text_uint(text, row->depth, 0);
	number(text, "offset", row->offset_bits / 8);
	number(text, "offset_bits", row->offset_bits);
	number(text, "size_bits", row->size_bits);
	number(text, "cache_line", row->offset_bits / 8 / layout->options->line_size);
	if (row->kind != SCAN_ROW_MEMBER) {
		string(text, "kind", row->kind == SCAN_ROW_HOLE ? "hole" : "padding");
		return;
	}
	string(text, "kind", "member");
	string(text, "name", row->member->name);
	string(text, "type", scan_type_name(row->member->type, type_name, sizeof(type_name)));
	if (row->member->bitfield)
		truth(text, "bitfield");
	if (row->member->base)
		truth(text, "base");
	if (row->member->virtual_base)
		truth(text, "virtual_base");
	if (row->member->artificial)
		truth(text, "artificial");
	if (row->member->variant)
		number(text, "variant", row->member->variant - 1);
	if (row->member->discriminant)
		truth(text, "discriminant");
	if (row->member->tag.present)
		string(text, "tag", layout_tag_words(&row->member->tag, words, sizeof(words)));
}

static void put_sharing(struct text *text, const struct scan_sharing *sharing)
{
	static const char *const bases[] = {"none", "local", "tags", "record", "types", "observed"};
	char words[96];

	key(text, "basis", true);
	text_json(text, bases[sharing->basis]);
	number(text, "line_size", sharing->line_size);
	if (sharing->has_shared_form)
		truth(text, "record");
	key(text, "shared_lines", false);
	text_put(text, "[", 1);
	for (size_t i = 0; i < sharing->lines_n; i++) {
		const struct scan_shared_line *line = &sharing->lines[i];
		bool first = true;

		text_str(text, i ? ",{" : "{");
		key(text, "line", true);
		text_uint(text, line->line, 0);
		if (line->hot)
			truth(text, "hot");
		key(text, "members", false);
		text_put(text, "[", 1);
		for (size_t k = 0; k < sharing->cells_n; k++) {
			const struct scan_cell *cell = &sharing->cells[k];

			if (!scan_cell_on_line(cell, sharing->line_size, line->line))
				continue;
			text_str(text, first ? "{" : ",{");
			first = false;
			key(text, "path", true);
			text_json(text, cell->path);
			string(text, "writer", layout_writer_words(&sharing->writers[cell->writer], words, sizeof(words)));
			number(text, "writer_id", cell->writer);
			text_put(text, "}", 1);
		}
		text_str(text, "]}");
	}
	text_put(text, "]", 1);
}

static void put_order(struct text *text, const struct layout_view *view, enum scan_order_way way)
{
	const struct scan_order *order = &view->orders[way];

	key(text, "way", true);
	text_json(text, way == SCAN_ORDER_PACK ? "pack" : "separate");
	if (!order->changes || view->compiled[way] == LAYOUT_REFUSED) {
		string(text, "why_not", order->why ? order->why : "the compiler lays out the order found differently");
		return;
	}
	number(text, "size", order->size);
	number(text, "align", order->align);
	number(text, "size_now", view->type->size);
	number(text, "shared_lines", order->shared_lines);
	string(text, "checked", view->compiled[way] == LAYOUT_COMPILED ? "compiled" : "no compiler");
	key(text, "members", false);
	text_put(text, "[", 1);
	for (size_t i = 0; i < order->places_n; i++) {
		text_str(text, i ? ",{" : "{");
		key(text, "name", true);
		text_json(text, order->places[i].member->name);
		number(text, "offset_bits", order->places[i].offset_bits);
		if (order->places[i].line_start)
			truth(text, "begins_line");
		text_put(text, "}", 1);
	}
	text_put(text, "]", 1);
}

static void put_type(struct text *text, const struct layout *layout, const struct layout_view *view)
{
	const struct scan_type *type = view->type;
	const struct scan_layout *rows = &view->rows;

	key(text, "name", true);
	text_json(text, type->name);
	string(text, "kind", layout_kind_word(type));
	string(text, "language", layout_language_word(type->language));
	number(text, "size", type->size);
	number(text, "align", scan_layout_align(type));
	number(text, "lines", rows->lines);
	number(text, "holes", rows->holes_n);
	number(text, "hole_bytes", rows->hole_bytes);
	number(text, "bit_holes", rows->bit_holes_n);
	number(text, "bit_hole_bits", rows->bit_hole_bits);
	number(text, "padding_bits", rows->padding_bits);
	number(text, "bitfields", rows->bitfields_n);
	number(text, "lost", scan_layout_lost(rows));
	string(text, "file", type->file);
	number(text, "line", type->line);
	key(text, "rows", false);
	for (size_t i = 0; i < rows->rows_n; i++) {
		text_str(text, i ? ",{" : "[{");
		put_row(text, layout, &rows->rows[i]);
		text_put(text, "}", 1);
	}
	text_str(text, rows->rows_n ? "]" : "[]");
	key(text, "sharing", false);
	text_put(text, "[{", 2);
	put_sharing(text, &view->sharing);
	text_put(text, "}", 1);
	if (view->other.line_size) {
		text_str(text, ",{");
		put_sharing(text, &view->other);
		text_put(text, "}", 1);
	}
	if (view->observed.basis != SCAN_BASIS_NONE) {
		text_str(text, ",{");
		put_sharing(text, &view->observed);
		text_put(text, "}", 1);
	}
	text_put(text, "]", 1);
	if (!layout->options->suggest)
		return;
	key(text, "suggestions", false);
	text_str(text, "[{");
	put_order(text, view, SCAN_ORDER_PACK);
	text_str(text, "},{");
	put_order(text, view, SCAN_ORDER_SEPARATE);
	text_str(text, "}]");
}

int layout_json(struct layout *layout)
{
	struct text text = {.out = stdout};
	struct layout_view view = {0};
	bool first = true;

	text_put(&text, "{", 1);
	key(&text, "binary", true);
	text_json(&text, layout->scan->path);
	string(&text, "debug", layout->scan->debug_path);
	number(&text, "line_size", layout->options->line_size);
	key(&text, "types", false);
	text_str(&text, "[");
	for (size_t i = 0; i < layout->types_n; i++) {
		if (!layout_view(layout, layout->types[i], &view))
			continue;
		layout->findings += layout_view_finding(&view);
		text_str(&text, first ? "\n{" : ",\n{");
		first = false;
		put_type(&text, layout, &view);
		text_put(&text, "}", 1);
	}
	layout_view_fini(&view);
	text_str(&text, "],\n");
	key(&text, "findings", true);
	text_uint(&text, layout->findings, 0);
	text_str(&text, "}\n");
	text_fini(&text);
	return CLI_FINE;
}

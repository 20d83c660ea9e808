/* layout_notes.c - what is said below a type: sharing, hints, suggestions; and the summary of many types */
#include "cli/cli.h"
#include "cli/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORST_MAX 15

/* ---- sharing --------------------------------------------------------------------------------------------------- */

/* "    line 0: status (atomic), views (atomic, hot) | amount_cents, currency (mutex money)" */
static void put_shared_line(const struct scan_sharing *sharing, const struct scan_shared_line *line,
                            struct layout_ink ink, struct text *text)
{
	char words[96];
	bool first = true;

	text_printf(text, "    line %llu: ", (unsigned long long)line->line);
	for (size_t w = 0; w < sharing->writers_n; w++) {
		const struct scan_writer *writer = &sharing->writers[w];
		bool any = false;

		for (size_t i = 0; i < sharing->cells_n; i++) {
			const struct scan_cell *cell = &sharing->cells[i];

			if (cell->writer != w || !scan_cell_on_line(cell, sharing->line_size, line->line))
				continue;
			text_str(text, any ? ", " : first ? "" : " | ");
			text_str(text, cell->path);
			first = false;
			any = true;
		}
		if (any)
			text_printf(text, " %s(%s)%s", writer->hot ? ink.red : ink.dim,
			            layout_writer_words(writer, words, sizeof(words)), ink.off);
	}
	text_put(text, "\n", 1);
}

static const char *basis_words(enum scan_basis basis)
{
	switch (basis) {
	case SCAN_BASIS_TAGS: return "by its tags";
	case SCAN_BASIS_RECORD: return "by the tags of its record";
	case SCAN_BASIS_TYPES: return "by types alone: no tags say who writes";
	case SCAN_BASIS_OBSERVED: return "by the recording";
	default: return "";
	}
}

static void put_sharing(const struct scan_sharing *sharing, const struct scan_sharing *other, struct layout_ink ink,
                        struct text *text)
{
	const char *colour = sharing->basis == SCAN_BASIS_TYPES || sharing->has_shared_form ? ink.yellow : ink.red;

	if (!sharing->lines_n) {
		text_printf(text, "  %sno false sharing%s in lines of %u, %s", ink.green, ink.off, sharing->line_size,
		            basis_words(sharing->basis));
	} else {
		text_printf(text, "  %s%s%s in lines of %u, %s", colour,
		            sharing->basis == SCAN_BASIS_TYPES ? "possible false sharing" : "false sharing", ink.off,
		            sharing->line_size, basis_words(sharing->basis));
	}
	if (other && other->line_size)
		text_printf(text, " (in lines of %u: %zu)", other->line_size, other->lines_n);
	text_put(text, "\n", 1);
	for (size_t i = 0; i < sharing->lines_n; i++)
		put_shared_line(sharing, &sharing->lines[i], ink, text);
	if (sharing->has_shared_form && sharing->lines_n)
		text_str(text, "    (if it were shared as it is: it is a record, one thread's own; what threads share is its "
		         "generated form)\n");
}

/* ---- hints ----------------------------------------------------------------------------------------------------- */

/* What is written as one must not lie across two lines: then it is not one, or it is slow. */
static void put_crossing(const struct layout_view *view, struct layout_ink ink, struct text *text)
{
	const struct scan_sharing *sharing = &view->sharing;
	uint64_t bits = 8 * (uint64_t)sharing->line_size;

	for (size_t i = 0; i < sharing->cells_n; i++) {
		const struct scan_cell *cell = &sharing->cells[i];
		enum scan_writer_kind kind = sharing->writers[cell->writer].kind;

		if ((kind == SCAN_WRITER_ATOMIC || kind == SCAN_WRITER_BY_TYPE) && cell->size_bits <= 128 &&
		    cell->offset_bits / bits != (cell->offset_bits + cell->size_bits - 1) / bits)
			text_printf(text, "  %s%s lies across two lines%s: an access to it is not one\n", ink.red, cell->path, ink.off);
	}
}

static void put_hot(const struct layout_view *view, struct text *text)
{
	const struct scan_sharing *sharing = &view->sharing;
	uint64_t bits = 8 * (uint64_t)sharing->line_size, last = UINT64_MAX, hot_bits = 0;
	size_t hot_n = 0, lines = 0, cold;

	for (size_t i = 0; i < sharing->cells_n; i++) {
		const struct scan_cell *cell = &sharing->cells[i];

		if (!cell->hot)
			continue;
		hot_n++;
		hot_bits += cell->size_bits;
		lines += cell->offset_bits / bits != last;
		last = cell->offset_bits / bits;
	}
	if (hot_n)
		text_printf(text, "  hot: %zu member%s, %llu bytes, on %zu line%s\n", hot_n, hot_n == 1 ? "" : "s",
		            (unsigned long long)(hot_bits / 8), lines, lines == 1 ? "" : "s");
	for (size_t i = 0; i < sharing->lines_n; i++) {
		cold = 0;
		for (size_t k = 0; sharing->lines[i].hot && k < sharing->cells_n; k++)
			cold += !sharing->cells[k].hot &&
			        scan_cell_on_line(&sharing->cells[k], sharing->line_size, sharing->lines[i].line);
		if (cold)
			text_printf(text, "  cold beside hot: %zu member%s on line %llu wait%s for what is hot there\n", cold,
			            cold == 1 ? "" : "s", (unsigned long long)sharing->lines[i].line,
			            cold == 1 ? "s" : "");
	}
}

/* ---- suggestions ----------------------------------------------------------------------------------------------- */

static void put_order(const struct layout_view *view, enum scan_order_way way, struct layout_ink ink, struct text *text)
{
	const struct scan_order *order = &view->orders[way];
	const char *name = way == SCAN_ORDER_PACK ? "pack" : "separate";
	unsigned line_size = view->sharing.line_size;
	char left[LAYOUT_PART], right[LAYOUT_PART];

	if (!order->changes) {
		text_printf(text, "  %s: no suggestion: %s\n", name, order->why);
		return;
	}
	if (view->compiled[way] == LAYOUT_REFUSED) {
		text_printf(text, "  %s: no suggestion: the compiler lays out the order found differently\n", name);
		return;
	}
	text_printf(text, "  %s%s%s: %llu bytes instead of %llu", ink.green, name, ink.off, (unsigned long long)order->size,
	            (unsigned long long)view->type->size);
	if (way == SCAN_ORDER_SEPARATE)
		text_printf(text, ", %zu shared line%s instead of %zu", order->shared_lines, order->shared_lines == 1 ? "" : "s",
		            view->observed.basis ? view->observed.lines_n : view->sharing.lines_n);
	text_printf(text, " (%s)\n", view->compiled[way] == LAYOUT_COMPILED ? "checked by compiling it" :
	            "unchecked: there is no compiler");
	for (size_t i = 0; i < order->places_n; i++) {
		const struct scan_place *place = &order->places[i];

		layout_declare(view->type, place->member, left, right);
		text_uint(text, place->offset_bits / 8, 14);
		text_put(text, "  ", 2);
		text_str(text, left);
		text_column(text, 40);
		text_str(text, right);
		if (place->line_start)
			text_printf(text, "  /* _Alignas(%u) */", line_size);
		text_put(text, "\n", 1);
	}
}

void layout_notes(const struct layout *layout, const struct layout_view *view, struct text *text)
{
	struct layout_ink ink = layout_ink(layout->colour);
	const struct scan_sharing *sharing = &view->sharing;

	if (sharing->basis == SCAN_BASIS_LOCAL)
		text_str(text, "  tagged local: one thread's own, so nothing is shared\n");
	else if (sharing->basis != SCAN_BASIS_NONE &&
	         (sharing->lines_n || sharing->basis != SCAN_BASIS_TYPES || !layout->all))
		put_sharing(sharing, &view->other, ink, text);
	else if (!layout->all)
		text_printf(text, "  who writes: nothing is known (looked at: tags in the binary and of --policy, atomic types, "
		            "locks%s)\n", layout->options->observed ? ", the recording" : "");
	if (view->observed.basis == SCAN_BASIS_OBSERVED)
		put_sharing(&view->observed, NULL, ink, text);
	else if (layout->options->observed && !layout->all)
		text_str(text, "  the recording holds no write of this type\n");
	if ((sharing->lines_n || view->observed.lines_n) && scan_layout_align(view->type) < sharing->line_size)
		text_printf(text, "  (lines are counted from an object that begins one; this type is aligned to %llu, so others may "
		            "meet, too)\n", (unsigned long long)scan_layout_align(view->type));
	if (sharing->cut || view->observed.cut)
		text_str(text, "  (too much is nested in it: only the first members were looked at)\n");
	put_crossing(view, ink, text);
	put_hot(view, text);
	if (layout->options->suggest) {
		put_order(view, SCAN_ORDER_PACK, ink, text);
		put_order(view, SCAN_ORDER_SEPARATE, ink, text);
	}
}

/* ---- the summary ----------------------------------------------------------------------------------------------- */

struct summary_line {
	const struct scan_type *type;
	uint64_t lines, lost;
	size_t index, holes, members, shared;
	bool known;
};

static int compare_lost(const void *a, const void *b)
{
	const struct summary_line *x = a, *y = b;

	if (x->lost != y->lost)
		return x->lost > y->lost ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void put_line(const struct summary_line *line, struct layout_ink ink, struct text *text)
{
	text_uint(text, line->type->size, 10);
	text_uint(text, line->lines, 7);
	text_uint(text, line->members, 9);
	text_uint(text, line->holes, 7);
	text_uint(text, line->lost, 7);
	if (line->known)
		text_uint(text, line->shared, 8);
	else
		text_str(text, "       -");
	text_put(text, "  ", 2);
	text_str(text, line->shared ? ink.red : "");
	text_str(text, layout_type_name(line->type));
	text_str(text, line->shared ? ink.off : "");
	text_put(text, "\n", 1);
}

void layout_summary(const struct layout *layout, bool each, struct text *text)
{
	struct summary_line *lines = calloc(layout->types_n + 1, sizeof(*lines));
	struct layout_ink ink = layout_ink(layout->colour);
	struct scan_layout rows = {0};
	uint64_t lost = 0, holes = 0;
	size_t tagged = 0, shared = 0, n = 0, shown;

	if (!lines)
		exit(cli_fail("out of memory"));
	for (size_t i = 0; i < layout->types_n; i++) {
		const struct scan_type *type = layout->types[i];
		enum scan_basis basis = scan_layout_basis(layout->scan, type);
		struct scan_sharing sharing = {0};

		if (scan_layout_read(type, &(struct scan_layout_options){.line_size = layout->options->line_size},
		                     &rows) != 0)
			continue;
		if (basis != SCAN_BASIS_NONE &&
		    scan_layout_sharing(layout->scan, type, layout->options->line_size, NULL, 0, &sharing) == -ENOMEM)
			exit(cli_fail("out of memory"));
		lines[n] = (struct summary_line){
			.type = type, .lines = rows.lines, .lost = scan_layout_lost(&rows),
			.holes = rows.holes_n + rows.bit_holes_n,
			.members = type->members_n, .index = i,
			.known = basis != SCAN_BASIS_NONE};
		lines[n].shared = lines[n].known ? sharing.lines_n : 0;
		tagged += lines[n].known;
		shared += lines[n].shared > 0 && !sharing.has_shared_form;
		lost += lines[n].lost;
		holes += lines[n].holes;
		n++;
		scan_sharing_fini(&sharing);
	}
	text_printf(text, "%s: %zu types with members; %llu holes, %llu bytes lost to holes and padding\n", layout->scan->path,
	            n, (unsigned long long)holes, (unsigned long long)lost);
	text_printf(text, "%zu with tags, %zu of them with false sharing in lines of %u; of the others nothing says who "
	            "writes\n", tagged, shared, layout->options->line_size);
	if (!each)
		qsort(lines, n, sizeof(*lines), compare_lost);
	shown = each || n < WORST_MAX ? n : WORST_MAX;
	text_printf(text, "%s      size  lines  members  holes   lost  shared  type%s%s\n", ink.dim,
	            shown < n ? " (those that lose most)" : "", ink.off);
	for (size_t i = 0; i < shown; i++)
		put_line(&lines[i], ink, text);
	scan_layout_fini(&rows);
	free(lines);
}

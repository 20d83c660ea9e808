/* watch_view_draw.c - what the terminal view shows: head, table, findings; see watch_view.h */
#include "cli/watch_view.h"

#include "cli/writes.h"

#include <curses.h>
#include <stdarg.h>
#include <string.h>

enum {
	HEAD_LINES = 3,               /* above the table */
	RATE_WIDTH = 11, WRITERS_WIDTH = 9, CONFLICTS_WIDTH = 11, COST_WIDTH = 9,
	NUMBERS_WIDTH = RATE_WIDTH + WRITERS_WIDTH + CONFLICTS_WIDTH + COST_WIDTH,
	NAME_MIN = 12, VALUE_MIN = 14,
};

enum colour { PLAIN, RED, YELLOW, CYAN };

/* ---- lines ----------------------------------------------------------------------------------------------------- */

static void set_colour(const struct watch_view *view, enum colour colour, bool on)
{
	if (!view->colours || colour == PLAIN)
		return;
	if (on)
		attron(COLOR_PAIR(colour));
	else
		attroff(COLOR_PAIR(colour));
}

/* Text at a place, cut to width columns; names of others' programs may hold anything. */
__attribute__((format(printf, 4, 5)))
static void put(int y, int x, int width, const char *format, ...)
{
	char text[1024];
	va_list args;
	int n;

	if (width <= 0 || y < 0 || y >= LINES || x >= COLS)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	n = n < (int)sizeof(text) ? n : (int)sizeof(text) - 1;
	for (int i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			text[i] = '?';
	width = width < COLS - x ? width : COLS - x;
	if (n > width) {
		n = width;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	mvaddnstr(y, x, text, n);
}

static void reverse_line(int y)
{
	mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
}

/* ---- the head -------------------------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void draw_head(struct watching *watching)
{
	struct watch_view *view = watching->view;
	const struct ledger *ledger = &view->ledger;
	const struct target *target = watch_target(watching->watch);
	char a[32], b[32], c[32], d[32], e[32];

	put(0, 0, COLS, " fieldguard watch  %s (process %d)  %.0f s  %zu threads  cost %.2f %% of %.2f %%%s",
	    target->modules_n ? last_part(target->modules[0].path) : "?", (int)target->pid, ledger->seconds,
	    watching->threads, 100 * ledger->spent, 100 * ledger->budget, view->paused ? "  PAUSED" : "");
	reverse_line(0);
	put(1, 0, COLS, " sites %s, %s ran   events %s, %s dropped   holds %s, caught %llu",
	    writes_number(ledger->sites_attached, a), writes_number(ledger->sites_hit, b),
	    writes_number(ledger->events, c), writes_number(ledger->dropped, d), writes_number(ledger->holds, e),
	    (unsigned long long)ledger->caught);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

/* As wide as the longest name, as long as numbers and a piece of the value fit beside it. */
static int name_width(const struct watch_view *view)
{
	int width = NAME_MIN, most = COLS - NUMBERS_WIDTH - VALUE_MIN - 1;

	for (size_t i = 0; i < view->table.n; i++)
		if ((int)strlen(view->rows[i].name) > width)
			width = (int)strlen(view->rows[i].name);
	most = most > NAME_MIN ? most : NAME_MIN;
	return width < most ? width : most;
}

static void draw_titles(const struct watch_view *view, int width)
{
	put(2, 1, width, "FIELD");
	put(2, 1 + width, COLS, "%*s%*s%*s%*s  LAST VALUE", RATE_WIDTH, "WRITES/S", WRITERS_WIDTH, "WRITERS",
	    CONFLICTS_WIDTH, "CONFLICTS", COST_WIDTH, "COST");
	mvchgat(2, 0, -1, A_BOLD, 0, NULL);
	(void)view;
}

static void draw_row(struct watch_view *view, const struct view_row *row, int y, int width, bool chosen)
{
	char rate[32], conflicts[32];

	if (row->rate >= 10 || row->rate <= 0)
		writes_number((size_t)(row->rate + 0.5), rate);
	else
		snprintf(rate, sizeof(rate), "%.1f", row->rate);
	put(y, 1, width, "%s", row->name);
	put(y, 1 + width, COLS, "%*s%*u", RATE_WIDTH, rate, WRITERS_WIDTH, row->seen.writers);
	set_colour(view, RED, row->seen.conflicts > 0);
	put(y, 1 + width + RATE_WIDTH + WRITERS_WIDTH, COLS, "%*s", CONFLICTS_WIDTH,
	    writes_number(row->seen.conflicts, conflicts));
	set_colour(view, RED, false);
	put(y, 1 + width + RATE_WIDTH + WRITERS_WIDTH + CONFLICTS_WIDTH, COLS, "%*.2f %%  %s", COST_WIDTH - 2,
	    100 * row->cost, row->seen.last_text);
	if (chosen)
		reverse_line(y);
}

static void draw_table(struct watch_view *view, int height)
{
	int width = name_width(view);

	draw_titles(view, width);
	watch_view_scroll(&view->table, height > 0 ? (size_t)height : 0);
	for (size_t i = view->table.top; i < view->table.n && i < view->table.top + view->table.height; i++)
		draw_row(view, &view->rows[i], HEAD_LINES + (int)(i - view->table.top), width,
		         i == view->table.at && !view->in_findings);
	if (!view->table.n)
		put(HEAD_LINES, 1, COLS, view->filter[0] ? "no field that was written fits the filter" :
		    "no write has been seen yet");
}

/* ---- findings -------------------------------------------------------------------------------------------------- */

static void draw_finding(struct watching *watching, const struct finding *finding, int y, bool chosen)
{
	struct watch_view *view = watching->view;
	enum colour colour = finding->kind == FINDING_SHARING ? YELLOW : RED;
	struct text text = {0};
	char count[32];

	watch_sentence(watching, finding, &finding->first, &text);
	text_put(&text, "", 1);
	set_colour(view, colour, true);
	put(y, 1, COLS, "%-8s %7s", finding_kind_name(finding->kind), writes_number(finding->count, count));
	set_colour(view, colour, false);
	put(y, 19, COLS, "%s", text.data);
	if (chosen)
		reverse_line(y);
	text_fini(&text);
}

static void draw_findings(struct watching *watching, int y, int height)
{
	struct watch_view *view = watching->view;
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);

	mvhline(y, 0, ACS_HLINE, COLS);
	put(y, 2, COLS, " %zu finding%s ", view->findings.n, view->findings.n == 1 ? "" : "s");
	watch_view_scroll(&view->findings, height > 0 ? (size_t)height : 0);
	for (size_t i = view->findings.top; i < view->findings.n && i < view->findings.top + view->findings.height; i++)
		draw_finding(watching, findings[i], y + 1 + (int)(i - view->findings.top),
		             i == view->findings.at && view->in_findings);
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

static void draw_detail(struct watch_view *view)
{
	const char *line = view->said.data;
	size_t height = LINES > 2 ? (size_t)LINES - 1 : 1;

	watch_view_scroll(&view->detail_lines, height);
	for (size_t i = 0; i < view->detail_lines.n && i < view->detail_lines.top + height; i++) {
		if (i >= view->detail_lines.top)
			put((int)(i - view->detail_lines.top), 0, COLS, "%s", line);
		line += strlen(line) + 1;
	}
	put(LINES - 1, 0, COLS, " arrows, PgUp, PgDn scroll   enter, q back");
	reverse_line(LINES - 1);
}

static void draw_foot(const struct watch_view *view)
{
	if (view->typing)
		put(LINES - 1, 0, COLS, " filter: %s_   enter keeps it, Esc drops it", view->filter);
	else
		put(LINES - 1, 0, COLS, " q quit  s sort: %s  / filter%s%s  p pause  tab %s  enter detail%s",
		    watch_view_sort_name(view->sort), view->filter[0] ? ": " : "", view->filter,
		    view->in_findings ? "table" : "findings", view->warnings.len ? "  (warnings: told at the end)" : "");
	reverse_line(LINES - 1);
}

void watch_view_draw(struct watching *watching)
{
	struct watch_view *view = watching->view;
	int room = LINES - HEAD_LINES - 2, findings = room / 3;

	erase();
	if (view->detail) {
		draw_detail(view);
		refresh();
		return;
	}
	if (findings > (int)view->findings.n)
		findings = view->findings.n ? (int)view->findings.n : 1;
	draw_head(watching);
	draw_table(view, room - findings);
	draw_findings(watching, HEAD_LINES + room - findings, findings);
	draw_foot(view);
	refresh();
}

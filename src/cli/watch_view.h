/* watch_view.h - what the two halves of the terminal view share: watch_view.c reacts, watch_view_draw.c shows */
#ifndef FG_CLI_WATCH_VIEW_H
#define FG_CLI_WATCH_VIEW_H

#include "cli/watch.h"

enum view_sort { VIEW_BY_RATE, VIEW_BY_CONFLICTS, VIEW_BY_WRITERS, VIEW_BY_NAME, VIEW_SORTS };

/* A field of the table. */
struct view_row {
	uint32_t field;
	char name[128];
	double rate;                  /* hits a second, smoothed over some seconds */
	double cost;                  /* share of a processor's time, likewise */
	struct verdict_field seen;
};

/* What is smoothed, of every field. */
struct view_history {
	uint64_t hits, cost_ns;
	double rate, cost;
};

/* A list of which a part is on the screen. */
struct view_list {
	size_t n, at, top, height;    /* at: the chosen line */
};

struct watch_view {
	void *screen;                 /* ncurses' */
	bool colours, paused, typing, in_findings, detail;
	enum view_sort sort;
	char filter[64];
	struct view_row *rows;        /* that fit the filter, sorted */
	struct view_history *history;
	uint64_t *hits, *cost_ns;     /* of the last look; as history, fields_n long */
	size_t fields_n;
	struct view_list table, findings, detail_lines;
	size_t detail_of;             /* which finding */
	struct text said;             /* the detail: lines, each ends with '\0' */
	struct text warnings;
	struct ledger ledger;         /* as of the last look */
	uint64_t looked_ns, drawn_ns;
};

const char *watch_view_sort_name(enum view_sort sort);
/* Moves the part on the screen so that the chosen line is in it. */
void watch_view_scroll(struct view_list *list, size_t height);
/* Draws all of it. */
void watch_view_draw(struct watching *watching);

#endif

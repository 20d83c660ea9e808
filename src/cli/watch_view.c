/*
 * watch_view.c - the terminal view: what its table holds, and what keys do; see watch_view.h
 *
 * The watch goes on between two looks, and while the view is paused. Keys are taken after each step of the watch, which
 * is short. However the command ends, the terminal is given back: by watch_view_close, at exit, or from a signal.
 */
#include "cli/cli.h"
#include "cli/watch_view.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NS 500000000ull
#define KEY_ESC 27
#define SMOOTH 0.4              /* weight of the newest look */

/* ---- giving the terminal back ---------------------------------------------------------------------------------- */

/* Only what a signal handler may use: the settings before, and the bytes that end the view. */
static struct {
	volatile bool taken;
	struct termios settings;
	char bytes[256];
	size_t bytes_n;
} before;

/* A capability's bytes without its padding, "$<5>". */
static void keep_capability(const char *capability)
{
	if (!capability || capability == (char *)-1)
		return;
	while (*capability && before.bytes_n < sizeof(before.bytes)) {
		if (capability[0] == '$' && capability[1] == '<' && strchr(capability, '>'))
			capability = strchr(capability, '>') + 1;
		else
			before.bytes[before.bytes_n++] = *capability++;
	}
}

void watch_view_abandon(void)
{
	ssize_t written;

	if (!before.taken)
		return;
	before.taken = false;
	written = write(STDOUT_FILENO, before.bytes, before.bytes_n);
	(void)written;
	tcsetattr(STDOUT_FILENO, TCSANOW, &before.settings);
}

static void keep_terminal(void)
{
	static bool registered;

	before.bytes_n = 0;
	keep_capability(tigetstr("sgr0"));
	keep_capability(tigetstr("cnorm"));
	keep_capability(tigetstr("rmkx"));
	keep_capability(tigetstr("rmcup"));
	before.taken = true;
	if (!registered && atexit(watch_view_abandon) == 0)
		registered = true;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

const char *watch_view_sort_name(enum view_sort sort)
{
	static const char *const names[] = {
		[VIEW_BY_RATE] = "writes", [VIEW_BY_CONFLICTS] = "conflicts", [VIEW_BY_WRITERS] = "writers",
		[VIEW_BY_NAME] = "name",
	};

	return names[sort];
}

static int descending(double a, double b)
{
	return a > b ? -1 : a < b;
}

static int compare_rows(const void *a, const void *b, void *user)
{
	const struct view_row *x = a, *y = b;
	const enum view_sort *sort = user;
	int order = 0;

	if (*sort == VIEW_BY_CONFLICTS)
		order = descending((double)x->seen.conflicts, (double)y->seen.conflicts);
	else if (*sort == VIEW_BY_WRITERS)
		order = descending(x->seen.writers, y->seen.writers);
	else if (*sort == VIEW_BY_NAME)
		order = strcmp(x->name, y->name);
	order = order ? order : descending(x->rate, y->rate);
	return order ? order : strcmp(x->name, y->name);
}

static void *grown(void *old, size_t n, size_t size)
{
	void *memory = reallocarray(old, n ? n : 1, size);

	if (!memory)
		exit(cli_fail("out of memory"));
	return memory;
}

/* Modules that are loaded later bring more fields. */
static void grow(struct watch_view *view, size_t fields_n)
{
	if (fields_n <= view->fields_n)
		return;
	view->rows = grown(view->rows, fields_n, sizeof(*view->rows));
	view->hits = grown(view->hits, fields_n, sizeof(*view->hits));
	view->cost_ns = grown(view->cost_ns, fields_n, sizeof(*view->cost_ns));
	view->history = grown(view->history, fields_n, sizeof(*view->history));
	memset(view->history + view->fields_n, 0, (fields_n - view->fields_n) * sizeof(*view->history));
	view->fields_n = fields_n;
}

/* Rates since the look before. seconds 0: the first. */
static void smooth(struct watch_view *view, double seconds)
{
	for (size_t i = 0; i < view->fields_n; i++) {
		struct view_history *history = &view->history[i];

		if (seconds > 0) {
			double rate = (double)(view->hits[i] - history->hits) / seconds;
			double cost = (double)(view->cost_ns[i] - history->cost_ns) / 1e9 / seconds;

			history->rate = history->rate > 0 ? history->rate + SMOOTH * (rate - history->rate) : rate;
			history->cost = history->cost > 0 ? history->cost + SMOOTH * (cost - history->cost) : cost;
		}
		history->hits = view->hits[i];
		history->cost_ns = view->cost_ns[i];
	}
}

/* Fields that were never written are left out, unless they were asked for. */
static void fill_rows(struct watching *watching)
{
	struct watch_view *view = watching->view;
	const struct plan *plan = watch_plan(watching->watch);
	uint32_t chosen = view->table.at < view->table.n ? view->rows[view->table.at].field : UINT32_MAX;
	size_t n = 0;

	for (uint32_t i = 0; i < view->fields_n; i++) {
		struct view_row *row = &view->rows[n];

		if (!view->hits[i] && !plan->fields[i].asked)
			continue;
		watch_field_name(watching, i, row->name, sizeof(row->name));
		if (view->filter[0] && !strcasestr(row->name, view->filter))
			continue;
		row->field = i;
		row->rate = view->history[i].rate;
		row->cost = view->history[i].cost;
		row->seen = verdict_field(watch_verdict(watching->watch), i);
		n++;
	}
	view->table.n = n;
	if (n)
		qsort_r(view->rows, n, sizeof(*view->rows), compare_rows, &view->sort);
	/* The chosen one stays chosen, unless nobody has moved away from the first. */
	for (size_t i = 0; i < n && view->table.at; i++)
		if (view->rows[i].field == chosen)
			view->table.at = i;
}

static void look(struct watching *watching, uint64_t now_ns)
{
	struct watch_view *view = watching->view;

	grow(view, watch_plan(watching->watch)->fields_n);
	watch_fields(watching->watch, view->fields_n, view->hits, view->cost_ns);
	smooth(view, view->looked_ns ? (double)(now_ns - view->looked_ns) / 1e9 : 0);
	view->looked_ns = now_ns;
	view->ledger = watch_ledger(watching->watch);
	verdict_findings(watch_verdict(watching->watch), &view->findings.n);
	fill_rows(watching);
}

/* ---- the detail of a finding ----------------------------------------------------------------------------------- */

/* Cuts long lines in two, as often as needed. */
static void add_lines(struct watch_view *view, const char *text, size_t width)
{
	while (*text) {
		size_t len = strcspn(text, "\n"), part = len;

		if (part > width) {
			part = width;
			while (part > width / 2 && text[part] != ' ')
				part--;
			part = text[part] == ' ' ? part : width;
			while (part > 1 && ((unsigned char)text[part] & 0xc0) == 0x80)
				part--;
		}
		text_put(&view->said, text, part);
		text_put(&view->said, "", 1);
		view->detail_lines.n++;
		text += part;
		text += *text == '\n' || (part < len && *text == ' ');
	}
}

static void put_both(struct watching *watching, const struct finding *finding, struct text *text)
{
	char number[32];

	watch_sentence(watching, finding, &finding->first, text);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)finding->count);
	text_printf(text, "\n\n%s, seen %s time%s\n\nfirst:\n", finding_kind_name(finding->kind), number,
	            finding->count == 1 ? "" : "s");
	watch_text_evidence(watching, &finding->first, text);
	if (finding->count > 1) {
		text_str(text, "last:\n");
		watch_text_evidence(watching, &finding->last, text);
	}
}

static void open_detail(struct watching *watching, size_t number)
{
	struct watch_view *view = watching->view;
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);
	struct text text = {0};

	if (number >= n)
		return;
	put_both(watching, findings[number], &text);
	text_put(&text, "", 1);
	view->said.len = view->said.line = 0;
	view->detail_lines = (struct view_list){0};
	add_lines(view, text.data, COLS > 10 ? (size_t)COLS : 10);
	text_fini(&text);
	view->detail_of = number;
	view->detail = true;
}

/* From the table: the first finding of the field. */
static void open_field(struct watching *watching)
{
	struct watch_view *view = watching->view;
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);
	uint32_t field = view->table.at < view->table.n ? view->rows[view->table.at].field : UINT32_MAX;

	for (size_t i = 0; i < n; i++)
		if (findings[i]->field == field || findings[i]->field2 == field) {
			open_detail(watching, i);
			return;
		}
}

/* ---- keys ------------------------------------------------------------------------------------------------------ */

void watch_view_scroll(struct view_list *list, size_t height)
{
	list->height = height;
	if (list->at >= list->n)
		list->at = list->n ? list->n - 1 : 0;
	if (list->at < list->top)
		list->top = list->at;
	if (height && list->at >= list->top + height)
		list->top = list->at - height + 1;
	if (list->top + height > list->n)
		list->top = list->n > height ? list->n - height : 0;
}

/* Returns: false: the key moves nothing. */
static bool move_in(struct view_list *list, int key)
{
	size_t page = list->height > 1 ? list->height - 1 : 1, last = list->n ? list->n - 1 : 0;

	switch (key) {
	case KEY_UP: list->at -= list->at > 0; break;
	case KEY_DOWN: list->at += list->at < last; break;
	case KEY_PPAGE: list->at -= list->at < page ? list->at : page; break;
	case KEY_NPAGE: list->at = last - list->at < page ? last : list->at + page; break;
	case KEY_HOME: list->at = 0; break;
	case KEY_END: list->at = last; break;
	default: return false;
	}
	return true;
}

/* A text has no chosen line: what moves is the part on the screen. */
static void move_text(struct view_list *list, int key)
{
	list->at = list->top;
	if (key == KEY_DOWN || key == KEY_NPAGE || key == KEY_END)
		list->at = list->top + (list->height ? list->height - 1 : 0);
	if (list->at >= list->n)
		list->at = list->n ? list->n - 1 : 0;
	move_in(list, key);
}

static void type_key(struct watch_view *view, int key)
{
	size_t len = strlen(view->filter);

	if (key == KEY_ESC)
		view->filter[0] = '\0';
	if (key == KEY_ESC || key == '\n' || key == '\r' || key == KEY_ENTER)
		view->typing = false;
	else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && len)
		view->filter[len - 1] = '\0';
	else if (key >= ' ' && key < 127 && len + 1 < sizeof(view->filter))
		view->filter[len] = (char)key, view->filter[len + 1] = '\0';
}

/* Returns: false: the user wants to leave. */
static bool take_key(struct watching *watching, int key)
{
	struct watch_view *view = watching->view;
	bool enter = key == '\n' || key == '\r' || key == KEY_ENTER;

	if (view->typing) {
		type_key(view, key);
		return true;
	}
	if (view->detail) {
		if (enter || key == 'q' || key == KEY_ESC)
			view->detail = false;
		else if (key == KEY_RESIZE)
			open_detail(watching, view->detail_of);
		else
			move_text(&view->detail_lines, key);
		return true;
	}
	if (move_in(view->in_findings ? &view->findings : &view->table, key))
		return true;
	if (enter && view->in_findings)
		open_detail(watching, view->findings.at);
	else if (enter)
		open_field(watching);
	switch (key) {
	case 'q': return false;
	case 's': view->sort = (view->sort + 1) % VIEW_SORTS; view->table.at = 0; break;
	case 'p': view->paused = !view->paused; break;
	case '/': view->typing = true; break;
	case '\t': view->in_findings = !view->in_findings; break;
	case KEY_ESC: view->filter[0] = '\0'; break;
	default: break;
	}
	return true;
}

/* ---- its life -------------------------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void set_terminal(struct watch_view *view)
{
	const char *no = getenv("NO_COLOR");

	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	view->colours = has_colors() && !(no && *no);
	if (view->colours) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
		init_pair(2, COLOR_YELLOW, -1);
		init_pair(3, COLOR_CYAN, -1);
	}
}

int watch_view_open(struct watching *watching)
{
	struct watch_view *view = calloc(1, sizeof(*view));

	if (!view)
		return cli_fail("out of memory");
	setlocale(LC_CTYPE, "");
	tcgetattr(STDOUT_FILENO, &before.settings);
	view->screen = newterm(NULL, stdout, stdin);
	if (!view->screen) {
		free(view);
		return cli_fail("watch: the terminal '%s' is not known; --plain does without it", getenv("TERM"));
	}
	keep_terminal();
	set_terminal(view);
	watching->view = view;
	return CLI_FINE;
}

bool watch_view_step(struct watching *watching)
{
	struct watch_view *view = watching->view;
	uint64_t now = now_ns();
	bool due = false, stay = true;
	int key;

	while (stay && (key = getch()) != ERR) {
		stay = take_key(watching, key);
		due = true;
	}
	if (!view->looked_ns || (!view->paused && now - view->looked_ns >= LOOK_NS)) {
		look(watching, now);
		due = true;
	} else if (due) {
		/* Sorted and filtered anew, from the numbers that stand. */
		fill_rows(watching);
	}
	if (due)
		watch_view_draw(watching);
	return stay;
}

void watch_view_close(struct watching *watching)
{
	struct watch_view *view = watching->view;

	if (!view)
		return;
	watching->view = NULL;
	endwin();
	before.taken = false;
	delscreen(view->screen);
	if (view->warnings.len)
		fwrite(view->warnings.data, 1, view->warnings.len, stderr);
	text_fini(&view->warnings);
	text_fini(&view->said);
	free(view->rows);
	free(view->hits);
	free(view->cost_ns);
	free(view->history);
	free(view);
}

void watch_view_warn(struct watching *watching, const char *text)
{
	text_printf(&watching->view->warnings, "fieldguard: warning: %s\n", text);
}

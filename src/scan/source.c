/* source.c - see source.h */
#include "scan/source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_KEPT 16
#define BYTES_MAX (64 << 20)

struct file {
	char *path;                   /* NULL: unused */
	char *text;                   /* NULL: not found */
	time_t changed;
	size_t *lines, lines_n;       /* where each begins; one more than there are */
};

struct scan_source {
	struct file files[FILES_KEPT];
	size_t next;                  /* to be forgotten */
	size_t last;                  /* asked for */
	time_t trusted;               /* 0: whatever the file's time */
};

static char *read_all(const char *path, time_t *ret_changed)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	struct stat st;

	if (!file)
		return NULL;
	st.st_mtime = 0;
	if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) && st.st_size < BYTES_MAX)
		text = malloc((size_t)st.st_size + 1);
	*ret_changed = st.st_mtime;
	if (text)
		text[fread(text, 1, (size_t)st.st_size, file)] = '\0';
	fclose(file);
	return text;
}

static void find_lines(struct file *file)
{
	size_t n = 2, len = strlen(file->text);

	for (const char *p = file->text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	file->lines = reallocarray(NULL, n, sizeof(*file->lines));
	if (!file->lines)
		return;
	file->lines[file->lines_n++] = 0;
	for (const char *p = file->text; (p = strchr(p, '\n')) != NULL; p++)
		file->lines[file->lines_n++] = (size_t)(p - file->text) + 1;
	file->lines[file->lines_n] = len + 1;
}

static void forget(struct file *file)
{
	free(file->path);
	free(file->text);
	free(file->lines);
	*file = (struct file){0};
}

static const struct file *find_file(struct scan_source *source, const char *directory, const char *path)
{
	struct file *file = &source->files[source->last];
	char joined[4096];

	if (*path != '/' && directory) {
		snprintf(joined, sizeof(joined), "%s/%s", directory, path);
		path = joined;
	}
	if (file->path && strcmp(file->path, path) == 0)
		return file;
	for (size_t i = 0; i < FILES_KEPT; i++) {
		if (!source->files[i].path || strcmp(source->files[i].path, path) != 0)
			continue;
		source->last = i;
		return &source->files[i];
	}
	source->last = source->next++ % FILES_KEPT;
	file = &source->files[source->last];
	forget(file);
	file->path = strdup(path);
	file->text = read_all(path, &file->changed);
	if (file->text)
		find_lines(file);
	return file;
}

struct scan_source *scan_source_new(void)
{
	return calloc(1, sizeof(struct scan_source));
}

void scan_source_free(struct scan_source *source)
{
	if (!source)
		return;
	for (size_t i = 0; i < FILES_KEPT; i++)
		forget(&source->files[i]);
	free(source);
}

void scan_source_trust_until(struct scan_source *source, time_t built)
{
	source->trusted = built;
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

static void trim(char *line)
{
	size_t n = strlen(line), blank = strspn(line, " \t");

	while (n > blank && isspace((unsigned char)line[n - 1]))
		n--;
	memmove(line, line + blank, n - blank);
	line[n - blank] = '\0';
}

static bool line_of(const struct scan_source *source, const struct file *file, unsigned line, char *ret, size_t size)
{
	const char *begin, *end;

	if (source->trusted && file->changed > source->trusted)
		return false;
	if (!file->lines || !line || line > file->lines_n || !size)
		return false;
	begin = file->text + file->lines[line - 1];
	end = file->text + file->lines[line] - 1;
	snprintf(ret, size, "%.*s", (int)(end - begin), begin);
	return true;
}

bool scan_source_line(struct scan_source *source, const char *directory, const char *file, unsigned line, char *ret,
                      size_t size)
{
	if (!file || !line_of(source, find_file(source, directory, file), line, ret, size))
		return false;
	trim(ret);
	return true;
}

/* ---- atomic stores --------------------------------------------------------------------------------------------- */

/* Comments become blanks, so that columns stay. One that goes on in the next line ends the text. */
static void blank_comments(char *line)
{
	char *comment;

	while ((comment = strstr(line, "/*")) != NULL) {
		char *end = strstr(comment + 2, "*/");

		if (end)
			memset(comment, ' ', (size_t)(end + 2 - comment));
		else
			*comment = '\0';
	}
	comment = strstr(line, "//");
	if (comment)
		*comment = '\0';
}

static bool has_any(const char *line, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

static bool has_atomic(const char *line)
{
	static const char *const words[] = {
		"__atomic_", "atomic_", "__sync_", "atomic.", "atomic::", ".store(", "->store(", "atomic<", "storeRel",
		"cmpxchg", "compare_exchange", "exchange(", "store_release", "smp_store", "memory_order", "asm ",
		"asm(", "__asm", "rcu_", "ck_pr_", "Interlocked",
	};

	return has_any(line, words, sizeof(words) / sizeof(words[0]));
}

/* A macro that by its name may be such a store: WRITE_ONCE(x, v). */
static bool has_macro(const char *line)
{
	static const char *const parts[] = {"ATOMIC", "ONCE", "STORE", "RELEASE", "LOCK", "XCHG", "CAS", "VOLATILE"};
	char name[64];

	for (const char *p = line; *p;) {
		size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		if (n && p[n] == '(' && has_any(name, parts, sizeof(parts) / sizeof(parts[0])))
			return true;
		/* The rest of a word in small letters is no macro. */
		p += n ? n : 1;
	}
	return false;
}

static bool assigns(const char *line)
{
	static const char *const words[] = {
		"++", "--", "memcpy", "memmove", "memset", "strcpy", "strncpy", "bzero", "copy(", "return ",
	};

	if (has_any(line, words, sizeof(words) / sizeof(words[0])))
		return true;
	for (const char *p = line; (p = strchr(p, '=')) != NULL; p++) {
		bool shifts = p - line > 1 && (p[-1] == '<' || p[-1] == '>') && p[-2] == p[-1];

		if (p[1] == '=')
			p++;
		else if (shifts || p == line || !strchr("<>!=", p[-1]))
			return true;
	}
	return false;
}

/* Does a statement end there? Of nothing that is known, yes. */
static bool ends_statement(const char *line)
{
	size_t n = strlen(line);

	return !n || strchr(";{}:", line[n - 1]) || *line == '#';
}

bool scan_source_is_atomics(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *dot = slash ? strrchr(slash, '.') : NULL;

	if (!slash)
		return false;
	if (strstr(path, "sync/atomic/") || strstr(path, "internal/atomic/") || strstr(path, "core/src/sync/atomic"))
		return true;
	return strstr(slash, "atomic") && (!dot || dot[1] == 'h');
}

/* Of the language: C and C++. */
static bool has_macros(const char *path)
{
	const char *dot = strrchr(path, '.');

	return !dot || (strcmp(dot, ".go") != 0 && strcmp(dot, ".rs") != 0);
}

/* What the lines of a statement show. */
struct statement {
	bool atomic, assigns, braces;
	bool call;                    /* a line begins with a name and a bracket */
};

static bool is_call(const char *line)
{
	static const char *const keywords[] = {"if", "while", "for", "switch", "return", "sizeof", "do", "else"};
	size_t n = 0;

	while (isalnum((unsigned char)line[n]) || line[n] == '_')
		n++;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strlen(keywords[i]) == n && strncmp(line, keywords[i], n) == 0)
			return false;
	return n && line[n + strspn(line + n, " \t")] == '(';
}

/* What is loaded atomically may be assigned plainly: o->n = atomic_load(&n). */
static bool only_loads(const char *text)
{
	static const char *const loads[] = {"atomic_load", "READ_ONCE", ".load(", "->load(", "atomic.Load", "LOAD"};
	static const char *const others[] = {
		"store", "Store", "STORE", "xchg", "XCHG", "exchange", "fetch_", "swap", "Swap", "CAS", "WRITE", "add", "Add",
		"sub", "clear", "test_and_set", "asm", "__sync_", "LOCK",
	};

	return has_any(text, loads, sizeof(loads) / sizeof(loads[0])) &&
	       !has_any(text, others, sizeof(others) / sizeof(others[0]));
}

/* A line's statement, or a part of it. */
static void add_text(struct statement *statement, const char *text)
{
	if ((has_atomic(text) || has_macro(text)) && !(assigns(text) && only_loads(text)))
		statement->atomic = true;
	statement->assigns = statement->assigns || assigns(text);
	statement->braces = statement->braces || strpbrk(text, "{}");
	statement->call = statement->call || is_call(text);
}

static bool code_of(const struct scan_source *source, const struct file *file, unsigned line, char *ret, size_t size)
{
	if (!line_of(source, file, line, ret, size))
		return false;
	blank_comments(ret);
	return true;
}

/* Of several statements in one line that at the column; 0: not known. Where it begins with the line, and ends with it,
 * *ret_first and *ret_last. */
static void cut_statement(char *line, unsigned column, bool *ret_first, bool *ret_last)
{
	size_t n = strlen(line), begin = column - 1, end;

	*ret_first = *ret_last = true;
	/* What stands between the brackets of `for` is one statement. */
	if (!column || begin >= n || strstr(line, "for (") || strstr(line, "for("))
		return;
	end = begin + strcspn(line + begin, ";");
	while (begin > 0 && !strchr(";{}", line[begin - 1]))
		begin--;
	*ret_first = strspn(line, " \t") >= begin;
	*ret_last = end == n;
	if (end < n)
		line[end + 1] = '\0';
	memmove(line, line + begin, strlen(line + begin) + 1);
}

enum scan_source_atomic scan_source_atomic(struct scan_source *source, const char *directory, const char *path,
                                           unsigned line, unsigned column)
{
	enum { STATEMENT = 6 };       /* lines of one that are looked at each way */
	struct statement statement = {0};
	const struct file *file;
	char text[1024];
	bool first, last;

	if (scan_source_is_atomics(path))
		return SCAN_SOURCE_ATOMIC;
	file = path && line ? find_file(source, directory, path) : NULL;
	if (!file || !code_of(source, file, line, text, sizeof(text)))
		return SCAN_SOURCE_UNREAD;
	cut_statement(text, column, &first, &last);
	trim(text);
	add_text(&statement, text);
	for (unsigned i = 1; last && i < STATEMENT && !ends_statement(text) && !strchr(text, ';') &&
	     code_of(source, file, line + i, text, sizeof(text)); i++) {
		trim(text);
		add_text(&statement, text);
	}
	for (unsigned i = 1; first && i < STATEMENT && i < line &&
	     code_of(source, file, line - i, text, sizeof(text)); i++) {
		trim(text);
		if (ends_statement(text))
			break;
		add_text(&statement, text);
	}
	/* Functions that were inlined have lines of their own: a call that stores is a macro, and hides how it does. */
	if (statement.atomic || (has_macros(path) && statement.call && !statement.assigns && !statement.braces))
		return SCAN_SOURCE_ATOMIC;
	return SCAN_SOURCE_PLAIN;
}

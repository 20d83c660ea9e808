/* writes_source.c - lines of source files; the files read last are kept: see writes.h */
#include "cli/writes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_KEPT 16
#define BYTES_MAX (64 << 20)

static struct source {
	char *path;                   /* NULL: unused */
	char *text;                   /* NULL: not found */
	size_t *lines, lines_n;       /* where each begins; one more than there are */
} sources[FILES_KEPT];
static size_t next_source;

static char *read_all(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	struct stat st;

	if (!file)
		return NULL;
	if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) && st.st_size < BYTES_MAX)
		text = malloc((size_t)st.st_size + 1);
	if (text)
		text[fread(text, 1, (size_t)st.st_size, file)] = '\0';
	fclose(file);
	return text;
}

static void find_lines(struct source *source)
{
	size_t n = 2, len = strlen(source->text);

	for (const char *p = source->text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	source->lines = reallocarray(NULL, n, sizeof(*source->lines));
	if (!source->lines)
		return;
	source->lines[source->lines_n++] = 0;
	for (const char *p = source->text; (p = strchr(p, '\n')) != NULL; p++)
		source->lines[source->lines_n++] = (size_t)(p - source->text) + 1;
	source->lines[source->lines_n] = len + 1;
}

static void forget(struct source *source)
{
	free(source->path);
	free(source->text);
	free(source->lines);
	*source = (struct source){0};
}

static struct source *find_source(const char *path)
{
	struct source *source;

	for (size_t i = 0; i < FILES_KEPT; i++)
		if (sources[i].path && strcmp(sources[i].path, path) == 0)
			return &sources[i];
	source = &sources[next_source++ % FILES_KEPT];
	forget(source);
	source->path = strdup(path);
	source->text = read_all(path);
	if (source->text)
		find_lines(source);
	return source;
}

bool writes_source_line(const char *file, unsigned line, char *ret, size_t size)
{
	const struct source *source = file && line ? find_source(file) : NULL;
	const char *begin, *end;

	if (!source || !source->lines || line > source->lines_n || !size)
		return false;
	begin = source->text + source->lines[line - 1];
	end = source->text + source->lines[line] - 1;
	while (begin < end && isspace((unsigned char)*begin))
		begin++;
	while (end > begin && isspace((unsigned char)end[-1]))
		end--;
	snprintf(ret, size, "%.*s", (int)(end - begin), begin);
	return true;
}

void writes_source_free(void)
{
	for (size_t i = 0; i < FILES_KEPT; i++)
		forget(&sources[i]);
}

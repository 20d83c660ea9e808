/* layout_observed.c - recordings: JSON lines {"type":"order","field":"status","thread":7,"writes":1200} */
#include "cli/cli.h"
#include "cli/layout.h"

#include <fieldguard/codec.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *take_string(struct fg_str string)
{
	char *copy = string.ptr ? strndup(string.ptr, string.len) : strdup("");

	if (!copy)
		exit(cli_fail("out of memory"));
	return copy;
}

static bool is(struct fg_str name, const char *word)
{
	return name.len == strlen(word) && memcmp(name.ptr, word, name.len) == 0;
}

/* One line. writes is 1 where it is not said; other members are left to whoever wrote them.
 * Returns: the place behind the object, or NULL: d->error says why. */
static const char *read_members(struct fg_dec *d, const char *p, struct layout_observation *one, bool *ret_thread)
{
	struct fg_str name, value;

	for (p = fg_dec_object(d, p); p && *p != '}'; p = fg_dec_member(d, p)) {
		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		if (is(name, "type") || is(name, "field")) {
			char **place = name.len == 4 ? &one->type : &one->field;

			p = fg_dec_str(d, p, &value);
			if (!p)
				return NULL;
			free(*place);
			*place = take_string(value);
		} else if (is(name, "thread")) {
			p = fg_dec_uint(d, p, UINT64_MAX, "a thread", &one->thread);
			*ret_thread = true;
		} else if (is(name, "writes")) {
			p = fg_dec_uint(d, p, UINT64_MAX, "a count", &one->writes);
		} else {
			p = fg_dec_skip(d, p);
		}
		if (!p)
			return NULL;
	}
	return p ? fg_dec_close(d, p) : NULL;
}

/* Returns: 1: an observation was read, 0: a line of something else, or a negative errno with error filled. */
static int read_line(const char *line, size_t len, struct fg_arena *arena, struct layout_observation *ret,
                     struct fg_error *error)
{
	struct fg_decode_options options = {0};
	struct layout_observation one = {.writes = 1};
	struct fg_dec d;
	bool thread = false;
	const char *p = fg_dec_begin(&d, line, len, &options, arena, error);

	p = p ? read_members(&d, p, &one, &thread) : NULL;
	p = p ? fg_dec_end(&d, p) : NULL;
	if (p && one.type && one.field && thread) {
		*ret = one;
		return 1;
	}
	free(one.type);
	free(one.field);
	return p ? 0 : fg_dec_failed(&d);
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t\r\n")] == '\0';
}

static int compare_observations(const void *a, const void *b)
{
	const struct layout_observation *x = a, *y = b;
	int order = strcmp(x->type, y->type);

	order = order ? order : strcmp(x->field, y->field);
	return order ? order : x->thread < y->thread ? -1 : x->thread > y->thread;
}

/* A recording of events repeats itself: each field and thread once is enough, for every type looks through all. */
static void merge(struct layout_recording *recording)
{
	size_t kept = 0;

	if (recording->n)
		qsort(recording->items, recording->n, sizeof(*recording->items), compare_observations);
	for (size_t i = 0; i < recording->n; i++) {
		struct layout_observation *one = &recording->items[i];

		if (kept && compare_observations(&recording->items[kept - 1], one) == 0) {
			recording->items[kept - 1].writes += one->writes;
			free(one->type);
			free(one->field);
		} else {
			recording->items[kept++] = *one;
		}
	}
	recording->n = kept;
}

int layout_read_recording(const char *path, struct layout_recording *ret_recording)
{
	FILE *file = fopen(path, "re");
	struct fg_arena arena;
	struct layout_recording recording = {0};
	size_t room = 0, line_size = 0, number = 0;
	char *line = NULL, words[512];
	int status = CLI_FINE, got;
	ssize_t len;

	if (!file)
		return cli_fail("layout: %s: %s", path, strerror(errno));
	fg_arena_init(&arena, NULL, 0);
	while (status == CLI_FINE && (errno = 0, len = getline(&line, &line_size, file)) >= 0) {
		struct layout_observation one;
		struct fg_error error = {0};

		number++;
		if (is_blank(line))
			continue;
		got = read_line(line, (size_t)len, &arena, &one, &error);
		fg_arena_reset(&arena);
		if (got < 0) {
			fg_error_format(&error, words, sizeof(words));
			status = cli_fail("layout: %s:%zu: %s", path, number, words);
		} else if (got == 0) {
			continue;
		}
		if (got > 0 && recording.n == room) {
			room = room ? 2 * room : 64;
			recording.items = reallocarray(recording.items, room, sizeof(*recording.items));
			if (!recording.items)
				exit(cli_fail("out of memory"));
		}
		if (got > 0)
			recording.items[recording.n++] = one;
	}
	if (status == CLI_FINE && ferror(file))
		status = cli_fail("layout: %s: %s", path, strerror(errno));
	else if (status == CLI_FINE && !recording.n)
		status = cli_fail("layout: %s: no line of it has \"type\", \"field\" and \"thread\"", path);
	free(line);
	fg_arena_fini(&arena);
	fclose(file);
	merge(&recording);
	*ret_recording = recording;
	return status;
}

void layout_recording_fini(struct layout_recording *recording)
{
	for (size_t i = 0; i < recording->n; i++) {
		free(recording->items[i].type);
		free(recording->items[i].field);
	}
	free(recording->items);
	*recording = (struct layout_recording){0};
}

/*
 * layout_compile.c - a suggested order, held against the compiler
 *
 * The types of the members are not at hand as source text; their layout depends on size and alignment alone, so that
 * bytes of the same size and alignment stand in for them.
 */
#include "cli/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define WORDS_MAX 16

/* A bit-field's declared type by its size. */
static const char *unit_type(uint64_t bytes)
{
	return bytes == 1 ? "char" : bytes == 2 ? "short" : bytes == 4 ? "int" : "long long";
}

static void put_member(const struct scan_place *place, size_t i, struct text *text)
{
	if (place->unit && place->line_start)
		text_printf(text, "\t_Alignas(%llu) struct {} line%zu;\n", (unsigned long long)place->align, i);
	if (place->unit)
		text_printf(text, "\tunsigned %s m%zu : %llu;\n", unit_type(place->unit), i, (unsigned long long)place->size_bits);
	else
		text_printf(text, "\t_Alignas(%llu) unsigned char m%zu[%llu];\n", (unsigned long long)place->align, i,
		            (unsigned long long)(place->size_bits / 8));
}

void layout_stand_in(const struct scan_type *type, const struct scan_order *order, struct text *text)
{
	text_printf(text, "/* stands in for %s, in another order */\n#include <stddef.h>\nstruct stand_in {\n",
	            type->name && !strstr(type->name, "*/") ? type->name : "a struct");
	for (size_t i = 0; i < order->places_n; i++)
		put_member(&order->places[i], i, text);
	text_str(text, "};\n");
	for (size_t i = 0; i < order->places_n; i++)
		if (!order->places[i].unit)
			text_printf(text, "_Static_assert(offsetof(struct stand_in, m%zu) == %llu, \"offset\");\n", i,
			            (unsigned long long)(order->places[i].offset_bits / 8));
	text_printf(text, "_Static_assert(sizeof(struct stand_in) == %llu, \"size\");\n", (unsigned long long)order->size);
	text_printf(text, "_Static_assert(_Alignof(struct stand_in) == %llu, \"align\");\n", (unsigned long long)order->align);
}

/* The text as something that a compiler can read from its standard input. */
static int text_file(const struct text *text)
{
	int fd = memfd_create("fieldguard-layout", MFD_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR) {
			close(fd);
			return -1;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* $CC may be several words: "ccache gcc -m64". */
static size_t compiler_words(char *copy, char **ret_words)
{
	size_t n = 0;
	char *save = NULL;

	for (char *word = strtok_r(copy, " \t", &save); word && n < WORDS_MAX; word = strtok_r(NULL, " \t", &save))
		ret_words[n++] = word;
	return n;
}

enum layout_compiled layout_compile(const struct scan_type *type, const struct scan_order *order)
{
	const char *named = getenv("CC");
	char *copy = strdup(named && *named ? named : "cc"), *words[WORDS_MAX + 6];
	size_t n = copy ? compiler_words(copy, words) : 0;
	posix_spawn_file_actions_t actions;
	struct text text = {0};
	int fd, status = -1, error = ENOMEM;
	pid_t pid;

	layout_stand_in(type, order, &text);
	fd = text_file(&text);
	text_fini(&text);
	if (n && fd >= 0) {
		static char *const flags[] = {(char *)"-std=gnu11", (char *)"-fsyntax-only", (char *)"-w", (char *)"-xc",
		                              (char *)"-", NULL};

		memcpy(words + n, flags, sizeof(flags));
		posix_spawn_file_actions_init(&actions);
		posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
		error = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
		posix_spawn_file_actions_destroy(&actions);
		while (!error && waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (fd >= 0)
		close(fd);
	free(copy);
	/* 127: some systems find out only in the child that there is no such program. */
	if (error || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return LAYOUT_UNCHECKED;
	return WEXITSTATUS(status) == 0 ? LAYOUT_COMPILED : LAYOUT_REFUSED;
}

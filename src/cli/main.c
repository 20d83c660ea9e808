/* main.c - the command fieldguard: finds the verb, and what all verbs share */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct verb {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"gen", "tags in headers -> decoders, encoders and shared records", cmd_gen},
	{"lab", "three incidents, naive beside guarded, measured here", cmd_lab},
	{"layout", "how the structs of a binary lie in memory; who shares a cache line with whom", cmd_layout},
	{"watch", "who writes a field in a running program, and who with whom", cmd_watch},
	{"writes", "every instruction of a binary that stores to a field, and how", cmd_writes},
};
#define VERBS_N (sizeof(verbs) / sizeof(verbs[0]))

int cli_fail(const char *format, ...)
{
	va_list args;

	fputs("fieldguard: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_FAILED;
}

bool cli_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no && no[0]) && !(term && strcmp(term, "dumb") == 0);
}

static void usage(FILE *out)
{
	fputs("usage: fieldguard VERB [OPTION...] ...\n\n", out);
	for (size_t i = 0; i < VERBS_N; i++)
		fprintf(out, "  %-8s  %s\n", verbs[i].name, verbs[i].summary);
	fputs("\n`fieldguard VERB --help` tells more; so does fieldguard(1).\n"
	      "Exit status: 0 nothing is wrong, 1 findings, 2 could not run, 3 inconclusive.\n", out);
}

/* A full disk or a closed pipe shows when what is buffered is written: too late for the verb to see. */
static int finish(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail("writing to standard output: %s", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return CLI_FAILED;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		return finish(CLI_FINE);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("fieldguard " FG_VERSION);
		return finish(CLI_FINE);
	}
	for (size_t i = 0; i < VERBS_N; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return finish(verbs[i].run(argc - 1, argv + 1));
	return cli_fail("'%s' is no verb; `fieldguard --help` lists them", argv[1]);
}

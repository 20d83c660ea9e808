/* cmd_gen.c - `fieldguard gen`: tags in headers -> NAME.fg.h and NAME.fg.c */
#include "cli/cli.h"
#include "gen/gen.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
	const char *folder;                 /* -o */
	const char *depfile;
	const char *include_as;
	const char *compile_commands;
	unsigned line_size;
	bool dump;
	const char **flags;                 /* room for two for each argument */
	size_t flags_n;
	char **headers;
	size_t headers_n;
};

static const char help[] =
	"usage: fieldguard gen [OPTION...] HEADER... [-- CFLAGS...]\n"
	"\n"
	"Reads the FG() tags of the structs in each HEADER and writes NAME.fg.h and NAME.fg.c.\n"
	"\n"
	"  -o DIR                 folder of what is written (default: the current one)\n"
	"      --depfile FILE     also write a Makefile rule: the output and all files it was made from\n"
	"      --dump-model       print what was read as JSON, write nothing\n"
	"  -p, --compile-commands DIR\n"
	"                         take flags from DIR/compile_commands.json\n"
	"  -I DIR, -isystem DIR, -D NAME[=VALUE], -U NAME, -std=STANDARD\n"
	"                         as the compiler; any other of its flags goes behind --\n"
	"      --include-as TEXT  how NAME.fg.h includes HEADER (default: its path from DIR)\n"
	"      --line-size N      bytes by which what different threads write is kept apart: 64 (default) or 128\n"
	"      --help, --version\n"
	"\n"
	"Exit status: 0 fine, 1 wrong tags or headers that don't compile, 2 could not run.\n";

static int bad_usage(const char *what, const char *argument)
{
	return cli_fail("gen: %s%s%s; `fieldguard gen --help` lists the options", what, argument ? ": " : "",
	                argument ? argument : "");
}

/* ---- options --------------------------------------------------------------------------------------------------- */

static void add_flag(struct options *options, const char *prefix, const char *value)
{
	char *flag;

	if (asprintf(&flag, "%s%s", prefix, value) < 0)
		exit(cli_fail("out of memory"));
	options->flags[options->flags_n++] = flag;
}

/* -isystem and -std= are short options to getopt: i with "system", s with "td=...". */
static int compiler_option(struct options *options, int letter, int argc, char **argv)
{
	char prefix[] = {'-', (char)letter, '\0'};

	if (letter == 'I' || letter == 'D' || letter == 'U') {
		add_flag(options, prefix, optarg);
	} else if (letter == 's' && strncmp(optarg, "td=", 3) == 0) {
		add_flag(options, "-s", optarg);
	} else if (letter == 'i' && strncmp(optarg, "system", 6) == 0) {
		if (!optarg[6] && optind >= argc)
			return bad_usage("-isystem needs a folder", NULL);
		add_flag(options, "-isystem", optarg[6] ? optarg + 6 : argv[optind++]);
	} else {
		return bad_usage("no such option; flags for the compiler stand behind --", argv[optind - 1]);
	}
	return CLI_FINE;
}

static int parse_options(struct options *options, int argc, char **argv)
{
	enum { DEPFILE = 256, DUMP, INCLUDE_AS, LINE_SIZE, HELP, VERSION };
	static const struct option longs[] = {
		{"depfile", required_argument, NULL, DEPFILE},
		{"dump-model", no_argument, NULL, DUMP},
		{"compile-commands", required_argument, NULL, 'p'},
		{"include-as", required_argument, NULL, INCLUDE_AS},
		{"line-size", required_argument, NULL, LINE_SIZE},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{NULL, 0, NULL, 0},
	};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":o:p:I:D:U:i:s:h", longs, NULL)) != -1) {
		if (letter == 'o')
			options->folder = optarg;
		else if (letter == 'p')
			options->compile_commands = optarg;
		else if (letter == DEPFILE)
			options->depfile = optarg;
		else if (letter == DUMP)
			options->dump = true;
		else if (letter == INCLUDE_AS)
			options->include_as = optarg;
		else if (letter == LINE_SIZE && (strcmp(optarg, "64") == 0 || strcmp(optarg, "128") == 0))
			options->line_size = optarg[0] == '6' ? 64 : 128;
		else if (letter == LINE_SIZE)
			return bad_usage("--line-size is 64 or 128", optarg);
		else if (letter == HELP || letter == 'h')
			return fputs(help, stdout), -1;
		else if (letter == VERSION)
			return puts("fieldguard " FG_VERSION), -1;
		else if (letter == ':')
			return bad_usage("an option lacks its value", argv[optind - 1]);
		else if (letter == '?')
			return bad_usage("no such option", argv[optind - 1]);
		else if (compiler_option(options, letter, argc, argv) != CLI_FINE)
			return CLI_FAILED;
	}
	options->headers = argv + optind;
	options->headers_n = (size_t)(argc - optind);
	if (!options->headers_n)
		return bad_usage("no header", NULL);
	if (options->include_as && options->headers_n > 1)
		return bad_usage("--include-as is for one header", NULL);
	return CLI_FINE;
}

/* ---- the job --------------------------------------------------------------------------------------------------- */

static int readable(const char *header)
{
	struct stat st;

	if (stat(header, &st) != 0 || access(header, R_OK) != 0)
		return cli_fail("%s: %s", header, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return cli_fail("%s: %s", header, strerror(S_ISDIR(st.st_mode) ? EISDIR : EINVAL));
	return CLI_FINE;
}

/* Reads headers into a new model. ret_model: the caller's in any case. */
static int load(const struct options *options, const char *const *headers, size_t headers_n, struct model **ret_model,
                const char *const **ret_files, size_t *ret_files_n)
{
	struct gen_input input = {.headers = headers, .headers_n = headers_n, .flags = options->flags,
	                          .flags_n = options->flags_n, .compile_commands = options->compile_commands};
	struct model_diag diag = {.out = stderr, .colour = cli_colour(STDERR_FILENO)};
	int error;

	*ret_model = model_new();
	error = gen_load(*ret_model, &input, &diag, ret_files, ret_files_n);
	if (error == -EINVAL)
		return CLI_FINDINGS;
	if (error)
		return diag.errors ? CLI_FAILED : cli_fail("libclang: %s", strerror(-error));
	return CLI_FINE;
}

static int dump(const struct options *options)
{
	const char *const *files;
	struct model *model;
	size_t files_n;
	int status;

	status = load(options, (const char *const *)options->headers, options->headers_n, &model, &files, &files_n);
	if (status == CLI_FINE)
		model_dump(model, stdout);
	model_free(model);
	return status;
}

int cmd_gen(int argc, char **argv)
{
	struct options options = {.folder = ".", .line_size = 64};
	int own = 1, status;

	while (own < argc && strcmp(argv[own], "--") != 0)
		own++;
	options.flags = calloc((size_t)argc + 1, sizeof(*options.flags));
	if (!options.flags)
		return cli_fail("out of memory");
	status = parse_options(&options, own, argv);
	for (int i = own + 1; i < argc; i++)
		add_flag(&options, "", argv[i]);
	for (size_t i = 0; status == CLI_FINE && i < options.headers_n; i++)
		status = readable(options.headers[i]);
	if (status == CLI_FINE)
		status = dump(&options);
	for (size_t i = 0; i < options.flags_n; i++)
		free((char *)options.flags[i]);
	free(options.flags);
	return status < 0 ? CLI_FINE : status;
}

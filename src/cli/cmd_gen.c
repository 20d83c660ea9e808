/* cmd_gen.c - `fieldguard gen`: tags in headers -> NAME.fg.h and NAME.fg.c */
#include "cli/cli.h"
#include "gen/module.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
	const struct gen_module *gen;
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

static int is_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return cli_fail("%s: %s", path, strerror(errno));
	return S_ISDIR(st.st_mode) ? CLI_FINE : cli_fail("%s: %s", path, strerror(ENOTDIR));
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
	error = options->gen->load(*ret_model, &input, &diag, ret_files, ret_files_n);
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

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* Where the two paths, both absolute and without links, part: the length of the folders they share. */
static size_t shared_folders(const char *a, const char *b)
{
	size_t len = 0;

	for (size_t i = 0;; i++) {
		if ((!a[i] || a[i] == '/') && (!b[i] || b[i] == '/'))
			len = i;
		if (a[i] != b[i] || !a[i])
			return len;
	}
}

/* The header's path as seen from the output folder. Returns: malloc'd, or NULL with errno. */
static char *path_from(const char *folder, const char *header)
{
	char *from = realpath(folder, NULL), *to = realpath(header, NULL), *result = NULL, *p;
	size_t shared, ups = 0;

	if (from && to) {
		shared = shared_folders(from, to);
		for (const char *rest = from + shared; *rest; rest++)
			ups += rest[0] == '/' && rest[1];
		result = malloc(3 * ups + strlen(to) + 1);
	}
	if (result) {
		for (p = result; ups; ups--)
			p = stpcpy(p, "../");
		stpcpy(p, to + shared + (to[shared] == '/'));
	}
	free(from);
	free(to);
	return result;
}

/* "dir/order.h" -> "order" */
static char *name_of(const char *header)
{
	const char *slash = strrchr(header, '/');
	char *name = strdup(slash ? slash + 1 : header);
	char *dot = name ? strrchr(name, '.') : NULL;

	if (dot && dot != name)
		*dot = '\0';
	return name;
}

static int write_text(const struct options *options, const char *name, const char *suffix,
                      const struct gen_text *text)
{
	char *path;
	int error;

	if (asprintf(&path, "%s/%s.fg.%s", options->folder, name, suffix) < 0)
		return cli_fail("out of memory");
	error = cli_write_file(path, text->data, text->len);
	if (error)
		cli_fail("%s: %s", path, strerror(-error));
	free(path);
	return error ? CLI_FAILED : CLI_FINE;
}

/* A file's name in a Makefile rule. */
static void put_escaped(FILE *out, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ' || *name == '#')
			fputc('\\', out);
		else if (*name == '$')
			fputc('$', out);
		fputc(*name, out);
	}
}

static void put_rule(const struct options *options, const char *name, const char *const *files, size_t files_n,
                     FILE *rules)
{
	static const char *const suffixes[] = {"h", "c"};
	char *target;

	for (size_t i = 0; i < 2; i++) {
		if (asprintf(&target, "%s%s%s.fg.%s", options->folder, strcmp(options->folder, "/") == 0 ? "" : "/", name,
		             suffixes[i]) < 0)
			exit(cli_fail("out of memory"));
		if (i)
			fputc(' ', rules);
		put_escaped(rules, strncmp(target, "./", 2) == 0 ? target + 2 : target);
		free(target);
	}
	fputc(':', rules);
	for (size_t i = 0; i < files_n; i++) {
		fputs(" \\\n ", rules);
		put_escaped(rules, files[i]);
	}
	fputc('\n', rules);
}

static int write_code(const struct options *options, const char *header, const struct model *model, const char *name)
{
	char *include = options->include_as ? strdup(options->include_as) : path_from(options->folder, header);
	struct gen_output output = {.model = model, .header = include, .name = name, .line_size = options->line_size};
	struct gen_text head = {0}, source = {0};
	int status;

	if (!include)
		return cli_fail("%s: %s", options->folder, strerror(errno));
	options->gen->emit_header(&output, &head);
	options->gen->emit_source(&output, &source);
	status = write_text(options, name, "h", &head);
	if (status == CLI_FINE)
		status = write_text(options, name, "c", &source);
	options->gen->text_fini(&head);
	options->gen->text_fini(&source);
	free(include);
	return status;
}

/* Each header is read by itself, so that what is written for it does not depend on which others stand beside it. */
static int generate(const struct options *options, const char *header, FILE *rules)
{
	const char *const *files;
	struct model *model;
	size_t files_n;
	char *name;
	int status;

	status = load(options, &header, 1, &model, &files, &files_n);
	if (status == CLI_FINE) {
		name = name_of(header);
		if (!name)
			exit(cli_fail("out of memory"));
		status = write_code(options, header, model, name);
		if (status == CLI_FINE && rules)
			put_rule(options, name, files, files_n, rules);
		free(name);
	}
	model_free(model);
	return status;
}

/* All headers, though one has findings: who mends tags wants to see all that is wrong. */
static int generate_all(const struct options *options)
{
	char *text = NULL;
	size_t len = 0;
	FILE *rules = options->depfile ? open_memstream(&text, &len) : NULL;
	int status = CLI_FINE, error = 0;

	if (options->depfile && !rules)
		return cli_fail("out of memory");
	for (size_t i = 0; i < options->headers_n && status != CLI_FAILED; i++) {
		int one = generate(options, options->headers[i], rules);

		if (one != CLI_FINE)
			status = one;
	}
	if (rules) {
		fclose(rules);
		if (status == CLI_FINE)
			error = cli_write_file(options->depfile, text, len);
		if (error)
			status = cli_fail("%s: %s", options->depfile, strerror(-error));
		free(text);
	}
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
	if (status == CLI_FINE && !options.dump)
		status = is_folder(options.folder);
	if (status == CLI_FINE && !(options.gen = cli_gen_module()))
		status = CLI_FAILED;
	if (status == CLI_FINE)
		status = options.dump ? dump(&options) : generate_all(&options);
	for (size_t i = 0; i < options.flags_n; i++)
		free((char *)options.flags[i]);
	free(options.flags);
	return status < 0 ? CLI_FINE : status;
}

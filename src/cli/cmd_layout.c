/* cmd_layout.c - `fieldguard layout`: how the types of a binary lie in memory */
#include "cli/cli.h"
#include "cli/layout.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"usage: fieldguard layout [OPTION...] BINARY [TYPE...]\n"
	"       fieldguard layout --diff OLD NEW [TYPE...]\n"
	"       fieldguard layout --against HEADER BINARY [-- CFLAGS...]\n"
	"\n"
	"Shows how the structs of a binary lie in memory: offset, size and cache line of each member, holes, padding, and\n"
	"which members share a cache line though different threads may write them. TYPE: a name, or a pattern such as\n"
	"'order*'; without it, all types. The binary needs debug information (-g) and is never run.\n"
	"\n"
	"      --nested           show the members of members\n"
	"      --summary          one line a type\n"
	"      --line-size N      cache lines of 64 bytes (default) or 128\n"
	"      --suggest          orders of the members that pack or separate, checked by $CC (or cc)\n"
	"      --observed FILE    a recording: who wrote what (docs/layout.md)\n"
	"      --check            exit 1 where tags or the recording show false sharing\n"
	"      --svg FILE         draw the types, print nothing\n"
	"      --json             one JSON object (docs/layout.md)\n"
	"      --diff             what changed from OLD to NEW; exit 1 when something did\n"
	"      --against HEADER   hold the binary against the FG() tags and structs of a header; exit 1 when they disagree\n"
	"      --policy FILE      tags for types whose source can't be touched\n"
	"      --debug-dir DIR    where split debug files lie (default: /usr/lib/debug)\n"
	"      --threads N        threads that read (default: one a CPU)\n"
	"      --help, --version\n"
	"\n"
	"Exit status: 0 fine, 1 findings of --check, --diff or --against, 2 could not run.\n";

static int bad_usage(const char *what, const char *argument)
{
	return cli_fail("layout: %s%s%s; `fieldguard layout --help` lists the options", what, argument ? ": " : "",
	                argument ? argument : "");
}

/* ---- options --------------------------------------------------------------------------------------------------- */

enum {
	NESTED = 256, SUMMARY, LINE_SIZE, SUGGEST, OBSERVED, CHECK, SVG, JSON, DIFF, AGAINST, POLICY, DEBUG_DIR,
	THREADS, HELP, VERSION,
};

static int take_option(struct layout_options *options, int letter)
{
	char *end;
	unsigned long threads;

	switch (letter) {
	case NESTED: options->nested = true; break;
	case SUMMARY: options->summary = true; break;
	case SUGGEST: options->suggest = true; break;
	case OBSERVED: options->observed = optarg; break;
	case CHECK: options->check = true; break;
	case SVG: options->svg = optarg; break;
	case JSON: options->json = true; break;
	case DIFF: options->diff = true; break;
	case AGAINST: options->against = optarg; break;
	case POLICY: options->policy_file = optarg; break;
	case DEBUG_DIR: options->debug_dir = optarg; break;
	case LINE_SIZE:
		if (strcmp(optarg, "64") != 0 && strcmp(optarg, "128") != 0)
			return bad_usage("--line-size is 64 or 128", optarg);
		options->line_size = optarg[0] == '6' ? 64 : 128;
		break;
	case THREADS:
		errno = 0;
		threads = strtoul(optarg, &end, 10);
		if (errno || *end || end == optarg || optarg[0] == '-' || !threads || threads > 1024)
			return bad_usage("--threads is 1 to 1024", optarg);
		options->threads = (unsigned)threads;
		break;
	}
	return CLI_FINE;
}

static int check_options(const struct layout_options *options)
{
	if (!options->binary)
		return bad_usage(options->diff ? "--diff needs two binaries" : "no binary", NULL);
	if (options->diff && !options->other)
		return bad_usage("--diff needs two binaries", NULL);
	if (options->diff + !!options->against + !!options->svg + options->json + options->summary > 1 &&
	    !(options->diff && options->json))
		return bad_usage("--diff, --against, --svg, --json and --summary are for different runs", NULL);
	if ((options->diff || options->against) && (options->check || options->suggest || options->observed))
		return bad_usage("--check, --suggest and --observed are not for --diff and --against", NULL);
	if (options->flags_n && !options->against)
		return bad_usage("flags of the compiler are for --against", NULL);
	return CLI_FINE;
}

static int parse_options(struct layout_options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{"nested", no_argument, NULL, NESTED}, {"summary", no_argument, NULL, SUMMARY},
		{"line-size", required_argument, NULL, LINE_SIZE}, {"suggest", no_argument, NULL, SUGGEST},
		{"observed", required_argument, NULL, OBSERVED}, {"check", no_argument, NULL, CHECK},
		{"svg", required_argument, NULL, SVG}, {"json", no_argument, NULL, JSON},
		{"diff", no_argument, NULL, DIFF}, {"against", required_argument, NULL, AGAINST},
		{"policy", required_argument, NULL, POLICY}, {"debug-dir", required_argument, NULL, DEBUG_DIR},
		{"threads", required_argument, NULL, THREADS}, {"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION}, {NULL, 0, NULL, 0},
	};
	int letter, status = CLI_FINE;

	opterr = 0;
	while (status == CLI_FINE && (letter = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
		if (letter == HELP || letter == 'h')
			return fputs(help, stdout), -1;
		if (letter == VERSION)
			return puts("fieldguard " FG_VERSION), -1;
		if (letter == ':')
			return bad_usage("an option lacks its value", argv[optind - 1]);
		if (letter == '?')
			return bad_usage("no such option", argv[optind - 1]);
		status = take_option(options, letter);
	}
	if (status != CLI_FINE)
		return status;
	if (optind < argc)
		options->binary = argv[optind++];
	if (options->diff && optind < argc)
		options->other = argv[optind++];
	options->queries = argv + optind;
	options->queries_n = (size_t)(argc - optind);
	return check_options(options);
}

/* ---- the job --------------------------------------------------------------------------------------------------- */

static void warn(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "fieldguard: warning: %s\n", text);
}

static int open_scan(const struct layout_options *options, const char *path, struct scan **ret_scan)
{
	struct scan_options how = {.threads = options->threads, .debug_dir = options->debug_dir,
	                           .policy_file = options->policy_file, .warn = warn, .types_only = true};
	struct scan_error error;

	return scan_open(path, &how, ret_scan, &error) ? cli_fail("layout: %s", error.text) : CLI_FINE;
}

static int diff(struct layout *layout)
{
	struct scan *newer;
	int status = open_scan(layout->options, layout->options->other, &newer);

	if (status == CLI_FINE) {
		status = layout_diff(layout, newer);
		scan_close(newer);
	}
	return status;
}

static int show(struct layout *layout)
{
	const struct layout_options *options = layout->options;
	int status = layout_pick(layout);

	if (status == CLI_FINE && options->observed)
		status = layout_read_recording(options->observed, &layout->recording);
	if (status == CLI_FINE)
		status = options->svg ? layout_svg(layout) : options->json ? layout_json(layout) : layout_text(layout);
	if (status == CLI_FINE && options->check && layout->findings)
		status = CLI_FINDINGS;
	layout_recording_fini(&layout->recording);
	free(layout->types);
	return status;
}

int cmd_layout(int argc, char **argv)
{
	struct layout_options options = {.line_size = 64};
	struct layout layout = {.options = &options, .colour = cli_colour(STDOUT_FILENO)};
	int own = 1, status;

	while (own < argc && strcmp(argv[own], "--") != 0)
		own++;
	options.flags = (const char *const *)argv + own + (own < argc);
	options.flags_n = (size_t)(argc - own - (own < argc));
	status = parse_options(&options, own, argv);
	if (status != CLI_FINE)
		return status < 0 ? CLI_FINE : status;
	status = open_scan(&options, options.binary, &layout.scan);
	if (status != CLI_FINE)
		return status;
	if (options.diff)
		status = diff(&layout);
	else if (options.against)
		status = layout_against(&layout);
	else
		status = show(&layout);
	scan_close(layout.scan);
	return status;
}

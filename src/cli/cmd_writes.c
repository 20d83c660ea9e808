/* cmd_writes.c - `fieldguard writes`: every instruction that stores to a field, and how; see writes.h */
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/writes.h"
#include "scan/calls.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"usage: fieldguard writes [OPTION...] BINARY [TYPE[.FIELD]...]\n"
	"\n"
	"Where each field can be written: reads the x86-64 ELF file BINARY and its debug information and never runs it.\n"
	"TYPE is a struct, union or class as its language writes it (order, main.Pair, ns::order) or a pattern ('order_*').\n"
	"Without TYPE: one line for each type that is written.\n"
	"\n"
	"      --sites            list every store (without being asked where one FIELD is named)\n"
	"      --asm              list them with their instructions\n"
	"      --source           list them with the source line, where its file is found\n"
	"      --reads            loads too\n"
	"      --check            hold the stores against the tags of the fields: findings, exit status 1\n"
	"      --json             one object a site, one a line; the last holds what was looked at\n"
	"      --function GLOB    only stores in functions of this name\n"
	"      --file GLOB        only stores of source files of this name\n"
	"      --all              also types that are only written on the stack, and no limit to how many are listed\n"
	"      --min N            only types with at least N stores\n"
	"      --policy FILE      tags of types whose source has none\n"
	"      --debug-dir DIR    where split debug files lie (default: /usr/lib/debug)\n"
	"      --threads N        threads that read (default: one a CPU)\n"
	"  -h, --help, --version\n"
	"\n"
	"Exit status: 0 fine, 1 findings of --check, 2 could not run.\n";

static int bad_usage(const char *what, const char *argument)
{
	return cli_fail("writes: %s%s%s; `fieldguard writes --help` lists the options", what, argument ? ": " : "",
	                argument ? argument : "");
}

/* ---- options --------------------------------------------------------------------------------------------------- */

enum {
	SITES = 256, ASM, SOURCE, READS, CHECK, JSON, FUNCTION, FILE_GLOB, ALL, MIN, POLICY, DEBUG_DIR, THREADS, VERSION
};

static const struct option longs[] = {
	{"sites", no_argument, NULL, SITES},
	{"asm", no_argument, NULL, ASM},
	{"source", no_argument, NULL, SOURCE},
	{"reads", no_argument, NULL, READS},
	{"check", no_argument, NULL, CHECK},
	{"json", no_argument, NULL, JSON},
	{"function", required_argument, NULL, FUNCTION},
	{"file", required_argument, NULL, FILE_GLOB},
	{"all", no_argument, NULL, ALL},
	{"min", required_argument, NULL, MIN},
	{"policy", required_argument, NULL, POLICY},
	{"debug-dir", required_argument, NULL, DEBUG_DIR},
	{"threads", required_argument, NULL, THREADS},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0},
};

/* A decimal number. Returns: false: it is none, or out of range. */
static bool parse_number(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || number > max)
		return false;
	*ret = number;
	return true;
}

static int number_option(struct writes_options *options, int letter)
{
	unsigned long number;

	if (letter == THREADS) {
		if (!parse_number(optarg, 1024, &number) || !number)
			return bad_usage("--threads is a number from 1 to 1024", optarg);
		options->threads = (unsigned)number;
	} else {
		if (!parse_number(optarg, UINT32_MAX, &number))
			return bad_usage("--min is a number", optarg);
		options->min = number;
	}
	return CLI_FINE;
}

/* Returns: an exit status; -1: all is said and done. */
static int take_option(struct writes_options *options, int letter, char **argv)
{
	switch (letter) {
	case ASM: options->assembly = options->sites = true; break;
	case SOURCE: options->source = options->sites = true; break;
	case SITES: options->sites = true; break;
	case READS: options->reads = true; break;
	case CHECK: options->check = true; break;
	case JSON: options->json = true; break;
	case ALL: options->all = true; break;
	case FUNCTION: options->function_glob = optarg; break;
	case FILE_GLOB: options->file_glob = optarg; break;
	case POLICY: options->policy_file = optarg; break;
	case DEBUG_DIR: options->debug_dir = optarg; break;
	case MIN:
	case THREADS: return number_option(options, letter);
	case 'h': return fputs(help, stdout), -1;
	case VERSION: return puts("fieldguard " FG_VERSION), -1;
	case ':': return bad_usage("an option lacks its value", argv[optind - 1]);
	default: return bad_usage("no such option", argv[optind - 1]);
	}
	return CLI_FINE;
}

static int parse_options(struct writes_options *options, int argc, char **argv)
{
	int letter, status = CLI_FINE;

	opterr = 0;
	while (!status && (letter = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		status = take_option(options, letter, argv);
	if (status)
		return status;
	if (optind >= argc)
		return bad_usage("no binary", NULL);
	options->binary = argv[optind];
	options->queries = argv + optind + 1;
	options->queries_n = (size_t)(argc - optind - 1);
	if (options->check && options->reads)
		return bad_usage("--check is about stores; leave --reads out", NULL);
	return CLI_FINE;
}

/* ---- the job --------------------------------------------------------------------------------------------------- */

static void warn(void *user, const char *text)
{
	progress_end(user);
	fprintf(stderr, "fieldguard: warning: %s\n", text);
}

static void tell(const struct writes *writes, const struct writes_picks *picks)
{
	const struct writes_options *options = writes->options;
	bool single = options->queries_n > 0;

	for (size_t i = 0; i < picks->n; i++)
		single = single && picks->items[i].single;
	if (options->json) {
		writes_tell_json(writes, options->queries_n ? picks : NULL);
		return;
	}
	if (options->queries_n)
		writes_tell_fields(writes, picks);
	else
		writes_tell_types(writes);
	if (options->sites || single)
		writes_tell_sites(writes, options->queries_n ? picks : NULL);
	writes_tell_ledger(writes);
}

static int with_sites(struct writes *writes)
{
	struct writes_picks picks = {0};
	int status;

	if (writes_index(writes))
		return cli_fail("out of memory");
	writes->bare_n = scan_functions_bare(writes->scan);
	status = writes_select(writes, &picks);
	if (status == CLI_FINE && writes->options->check)
		status = writes_check(writes, writes->options->queries_n ? &picks : NULL);
	else if (status == CLI_FINE)
		tell(writes, &picks);
	writes_picks_free(&picks);
	return status;
}

static int with_scan(const struct writes_options *options, const struct scan *scan, struct progress *progress)
{
	struct scan_site_options site_options = {.threads = options->threads, .reads = options->reads,
	                                         .progress = progress_report, .user = progress};
	struct writes writes = {.options = options, .scan = scan, .colour = cli_colour(STDOUT_FILENO)};
	struct scan_sites *sites;
	struct scan_error error = {0};
	int status;

	if (scan_find_sites(scan, &site_options, &sites, &error)) {
		progress_end(progress);
		return cli_fail("%s", error.text);
	}
	progress_end(progress);
	writes.sites = sites;
	writes.source = scan_source_new();
	status = writes.source ? with_sites(&writes) : cli_fail("out of memory");
	scan_source_free(writes.source);
	writes_fini(&writes);
	scan_sites_free(sites);
	return status;
}

int cmd_writes(int argc, char **argv)
{
	struct writes_options options = {0};
	struct progress progress = {0};
	struct scan_options scan_options = {.progress = progress_report, .warn = warn, .user = &progress};
	struct scan_error error = {0};
	struct scan *scan;
	int status = parse_options(&options, argc, argv);

	if (status)
		return status < 0 ? CLI_FINE : status;
	scan_options.threads = options.threads;
	scan_options.debug_dir = options.debug_dir;
	scan_options.policy_file = options.policy_file;
	if (scan_open(options.binary, &scan_options, &scan, &error)) {
		progress_end(&progress);
		return cli_fail("%s", error.text);
	}
	status = with_scan(&options, scan, &progress);
	scan_close(scan);
	return status;
}

/* cmd_watch.c - `fieldguard watch`: who writes which field of a running program, and who with whom; see watch.h */
#include "cli/cli.h"
#include "cli/watch.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP_MS 50
#define THREADS_LOOK_STEPS 10   /* between counts of the program's threads */

static const char help[] =
	"usage: fieldguard watch [OPTION...] -p PID [TYPE[.FIELD]...]\n"
	"       fieldguard watch [OPTION...] [TYPE[.FIELD]...] -- COMMAND [ARGUMENT...]\n"
	"       fieldguard watch --self-test\n"
	"\n"
	"Watches the writes to fields of structs in a running program, which is neither built nor started anew: C, C++,\n"
	"Rust or Go with debug information, on x86-64. Tells two threads that write one field at the same time, records\n"
	"mixed from two fills, writes that break a tag's policy, and fields that falsely share a cache line.\n"
	"TYPE is a struct, union or class as its language writes it (order, main.Pair, ns::order) or a pattern ('order_*').\n"
	"Without TYPE: every type, within the budget. What is named is watched in full, whatever it costs.\n"
	"\n"
	"  -p PID                 the process\n"
	"      --budget N%        of the program's processor time that it may cost (default: 2%)\n"
	"      --sampled          the budget holds for what is named, too\n"
	"      --trace            print each write to what is named\n"
	"      --reads            reads too: a read while another thread writes is a conflict\n"
	"      --no-points        no hardware watchpoints\n"
	"      --no-holds         hold no thread up: no conflicts are looked for\n"
	"      --for SECONDS      end after so long (decimals are allowed)\n"
	"      --plain            lines, no terminal view\n"
	"      --view             the terminal view, also with COMMAND\n"
	"      --json             one object a line; the last holds what was looked at\n"
	"      --output FILE      where our lines go (default: standard output)\n"
	"      --record FILE      keep what was seen, as JSON lines\n"
	"      --policy FILE      tags of types whose source has none\n"
	"      --debug-dir DIR    where split debug files lie (default: /usr/lib/debug)\n"
	"      --threads N        threads that read the program's files (default: one a processor)\n"
	"      --verbose          list the sites, and what is not judged and why\n"
	"      --self-test        try each kind of probe on this kernel, and tell\n"
	"  -h, --help, --version\n"
	"\n"
	"Needs root, or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE. Ctrl-C ends the watch; the program runs on.\n"
	"Exit status: 0 nothing found but sharing, 1 findings, 2 could not run.\n";

static int bad_usage(const char *what, const char *argument)
{
	return cli_fail("watch: %s%s%s; `fieldguard watch --help` lists the options", what, argument ? ": " : "",
	                argument ? argument : "");
}

/* ---- options --------------------------------------------------------------------------------------------------- */

enum {
	BUDGET = 256, SAMPLED, TRACE, READS, NO_POINTS, NO_HOLDS, FOR, PLAIN, VIEW, JSON, OUTPUT, RECORD, POLICY,
	DEBUG_DIR, THREADS, VERBOSE, SELF_TEST, VERSION
};

static const struct option longs[] = {
	{"budget", required_argument, NULL, BUDGET},
	{"sampled", no_argument, NULL, SAMPLED},
	{"trace", no_argument, NULL, TRACE},
	{"reads", no_argument, NULL, READS},
	{"no-points", no_argument, NULL, NO_POINTS},
	{"no-holds", no_argument, NULL, NO_HOLDS},
	{"for", required_argument, NULL, FOR},
	{"plain", no_argument, NULL, PLAIN},
	{"view", no_argument, NULL, VIEW},
	{"json", no_argument, NULL, JSON},
	{"output", required_argument, NULL, OUTPUT},
	{"record", required_argument, NULL, RECORD},
	{"policy", required_argument, NULL, POLICY},
	{"debug-dir", required_argument, NULL, DEBUG_DIR},
	{"threads", required_argument, NULL, THREADS},
	{"verbose", no_argument, NULL, VERBOSE},
	{"self-test", no_argument, NULL, SELF_TEST},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0},
};

/* A decimal number from 1 to max. Returns: false: it is none. */
static bool parse_whole(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !number || number > max)
		return false;
	*ret = number;
	return true;
}

/* A positive decimal fraction, and what stands behind it. Returns: false: it is none. */
static bool parse_fraction(const char *text, double max, double *ret, const char **ret_rest)
{
	char *end;
	double number = strtod(text, &end);

	/* strtod knows words and hexadecimal numbers too. */
	if (end == text || text + strspn(text, "0123456789.") != end || !(number > 0) || number > max)
		return false;
	*ret = number;
	*ret_rest = end;
	return true;
}

static int number_option(struct watch_choices *choices, int letter)
{
	unsigned long whole;
	double fraction;
	const char *rest;

	switch (letter) {
	case 'p':
		if (!parse_whole(optarg, INT32_MAX, &whole))
			return bad_usage("-p wants the number of a process", optarg);
		choices->engine.pid = (pid_t)whole;
		break;
	case THREADS:
		if (!parse_whole(optarg, 1024, &whole))
			return bad_usage("--threads is a number from 1 to 1024", optarg);
		choices->engine.threads = (unsigned)whole;
		break;
	case FOR:
		if (!parse_fraction(optarg, 1e9, &fraction, &rest) || *rest)
			return bad_usage("--for is a number of seconds", optarg);
		choices->seconds = fraction;
		break;
	default:
		if (!parse_fraction(optarg, 100, &fraction, &rest) || (*rest && strcmp(rest, "%") != 0))
			return bad_usage("--budget is a share of the program's time in percent, above 0 and at most 100", optarg);
		choices->engine.budget = fraction / 100;
	}
	return CLI_FINE;
}

/* Returns: an exit status; -1: all is said and done. */
static int take_option(struct watch_choices *choices, int letter, char **argv)
{
	switch (letter) {
	case 1: choices->engine.queries = argv; argv[choices->engine.queries_n++] = optarg; break;
	case SAMPLED: choices->engine.no_full = true; break;
	case TRACE: choices->trace = true; break;
	case READS: choices->engine.reads = true; break;
	case NO_POINTS: choices->engine.points = false; break;
	case NO_HOLDS: choices->engine.holds = false; break;
	case PLAIN: choices->plain = true; break;
	case VIEW: choices->view = true; break;
	case JSON: choices->json = true; break;
	case VERBOSE: choices->verbose = true; break;
	case SELF_TEST: choices->self_test = true; break;
	case OUTPUT: choices->output = optarg; break;
	case RECORD: choices->record = optarg; break;
	case POLICY: choices->engine.policy_file = optarg; break;
	case DEBUG_DIR: choices->engine.debug_dir = optarg; break;
	case 'p':
	case THREADS:
	case FOR:
	case BUDGET: return number_option(choices, letter);
	case 'h': return fputs(help, stdout), -1;
	case VERSION: return puts("fieldguard " FG_VERSION), -1;
	case ':': return bad_usage("an option lacks its value", argv[optind - 1]);
	default: return bad_usage("no such option", argv[optind - 1]);
	}
	return CLI_FINE;
}

/* What can't go together. */
static int hold_choices(const struct watch_choices *choices)
{
	const struct watch_options *engine = &choices->engine;

	if (choices->self_test)
		return engine->pid || engine->command || engine->queries_n
		       ? bad_usage("--self-test watches no program; leave -p, types and the command out", NULL) : CLI_FINE;
	if (engine->pid && engine->command)
		return bad_usage("either -p PID or a command behind --, not both", NULL);
	if (!engine->pid && !engine->command)
		return bad_usage("no program: -p PID, or a command behind --", NULL);
	if (engine->no_full && !engine->queries_n)
		return bad_usage("--sampled is about named types; without any the budget holds anyway", NULL);
	if (choices->view && (choices->plain || choices->json || choices->trace || choices->output))
		return bad_usage("--view goes without --plain, --json, --trace and --output", NULL);
	if (choices->view && (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO)))
		return bad_usage("--view needs a terminal", NULL);
	return CLI_FINE;
}

/* Types are gathered in argv itself, whose beginning has been read by then. argv[argc] is NULL: the command ends. */
static int parse_options(struct watch_choices *choices, int argc, char **argv)
{
	int letter, status = CLI_FINE;

	opterr = 0;
	while (!status && (letter = getopt_long(argc, argv, "-:hp:", longs, NULL)) != -1)
		status = take_option(choices, letter, argv);
	if (status)
		return status;
	if (optind < argc)
		choices->engine.command = argv + optind;
	else if (strcmp(argv[argc - 1], "--") == 0)
		return bad_usage("no command behind --", NULL);
	return hold_choices(choices);
}

/* ---- signals --------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t wants_end;

/* The first ends the watch in good order; the second at once, and the kernel takes the probes away. */
static void on_signal(int signal_number)
{
	if (wants_end) {
		watch_view_abandon();
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
	wants_end = 1;
}

/* Who reads us has gone: the write fails, and the watch ends in good order. Not SIG_IGN: a command would inherit it. */
static void on_pipe(int signal_number)
{
	(void)signal_number;
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		/* nohup ignores SIGHUP, and so do we then. */
		if (numbers[i] != SIGHUP || sigaction(SIGHUP, NULL, &old) || old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	action.sa_handler = on_pipe;
	sigaction(SIGPIPE, &action, NULL);
}

/* ---- what the engine tells ------------------------------------------------------------------------------------- */

static void progress(void *user, const char *stage, uint64_t done, uint64_t total)
{
	struct watching *watching = user;

	progress_report(&watching->progress, stage, done, total);
}

static void warn(void *user, const char *text)
{
	struct watching *watching = user;

	if (watching->view) {
		watch_view_warn(watching, text);
		return;
	}
	progress_end(&watching->progress);
	fprintf(stderr, "fieldguard: warning: %s\n", text);
}

static void tell_finding(void *user, const struct finding *finding, bool fresh)
{
	struct watching *watching = user;

	if (!fresh)
		return;
	if (watching->record)
		watch_record_finding(watching, finding, false);
	if (watching->choices->json)
		watch_json_finding(watching, finding, false, &watching->out);
	else if (!watching->view)
		watch_text_finding(watching, finding);
}

static void tell_event(void *user, const struct wire_event *event, const struct plan_site *site, uint32_t field)
{
	struct watching *watching = user;

	if (watching->record)
		watch_record_event(watching, event, site, field);
	if (!watching->choices->trace)
		return;
	if (watching->choices->json)
		watch_json_event(watching, event, site, field);
	else
		watch_text_event(watching, event, site, field);
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void count_threads(struct watching *watching)
{
	pid_t *tids = NULL;
	int n = target_threads(watch_target(watching->watch), &tids);

	free(tids);
	watching->threads = n > 0 ? (size_t)n : 0;
	if (watching->threads > watching->threads_max)
		watching->threads_max = watching->threads;
}

/* Returns: false: what we say can't be written any more. */
static bool flush(struct watching *watching)
{
	text_flush(&watching->out);
	return fflush(watching->out.out) == 0 && !ferror(watching->out.out);
}

/* Until the program ends, time is up, or somebody wants it. Returns: an exit status. */
static int run(struct watching *watching)
{
	double until_s = watching->choices->seconds > 0 ? now_s() + watching->choices->seconds : 0;
	int rc = 0;

	for (unsigned step = 0; !rc && !wants_end; step++) {
		double left_ms = until_s > 0 ? 1000 * (until_s - now_s()) : STEP_MS;

		if (left_ms <= 0)
			break;
		if (step % THREADS_LOOK_STEPS == 0)
			count_threads(watching);
		rc = watch_step(watching->watch, left_ms < STEP_MS ? (unsigned)left_ms + 1 : STEP_MS);
		if (watching->view ? !watch_view_step(watching) : !flush(watching))
			break;
	}
	if (rc >= 0)
		return CLI_FINE;
	if (watching->view)
		watch_view_close(watching);
	return cli_fail("watch: the watch broke off: %s", strerror(-rc));
}

static void tell_all(struct watching *watching, const struct ledger *ledger)
{
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);

	if (watching->choices->json) {
		for (size_t i = 0; i < n; i++)
			watch_json_finding(watching, findings[i], true, &watching->out);
		watch_json_ledger(watching, ledger, &watching->out);
		return;
	}
	watch_text_summary(watching);
	watch_text_ledger(watching, ledger);
}

/* What was found while the view stood there has not been printed yet. */
static void leave_view(struct watching *watching)
{
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);

	watch_view_close(watching);
	for (size_t i = 0; i < n; i++)
		watch_text_finding(watching, findings[i]);
}

static bool is_wrong(const struct watching *watching)
{
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);

	for (size_t i = 0; i < n; i++)
		if (findings[i]->kind != FINDING_SHARING)
			return true;
	return false;
}

/* Takes the probes away first: what follows costs the program nothing. */
static int end(struct watching *watching, int status)
{
	struct target *target = watch_target(watching->watch);
	struct watch_error error = {{0}};
	struct ledger ledger;

	watch_stop(watching->watch);
	if (watching->view)
		leave_view(watching);
	ledger = watch_ledger(watching->watch);
	if (watching->record) {
		int failed = watch_record_close(watching, &ledger);

		status = status ? status : failed;
	}
	tell_all(watching, &ledger);
	if (!flush(watching) && watching->choices->output)
		status = cli_fail("watch: %s: %s", watching->choices->output, strerror(errno));
	if (target->ours && !target_ended(target, NULL))
		fprintf(stderr, "fieldguard: the command runs on as process %d\n", (int)target->pid);
	if (!status && watching->choices->engine.command && watch_check(watching->watch, &error))
		status = cli_fail("watch: %s", error.text);
	return is_wrong(watching) && status != CLI_FAILED ? CLI_FINDINGS : status;
}

/* A command shares our terminal, and would write across the view. */
static bool wants_view(const struct watch_choices *choices)
{
	const char *term = getenv("TERM");

	if (choices->view)
		return true;
	return !choices->plain && !choices->json && !choices->trace && !choices->output && !choices->engine.command &&
	       isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static int watch_program(struct watching *watching)
{
	struct watch_options engine = watching->choices->engine;
	struct watch_error error;
	int status = CLI_FINE;

	engine.progress = progress;
	engine.warn = warn;
	engine.finding = tell_finding;
	engine.event = tell_event;
	engine.want_events = watching->choices->trace || watching->choices->record;
	engine.user = watching;
	catch_signals();
	if (watch_open(&engine, &watching->watch, &error)) {
		progress_end(&watching->progress);
		return cli_fail("watch: %s", error.text);
	}
	progress_end(&watching->progress);
	if (wants_view(watching->choices))
		status = watch_view_open(watching);
	else if (!watching->choices->json)
		watch_text_begin(watching);
	if (!status)
		status = run(watching);
	status = end(watching, status);
	watch_close(watching->watch);
	return status;
}

static int with_files(const struct watch_choices *choices)
{
	FILE *out = choices->output ? fopen(choices->output, "we") : stdout;
	struct watching watching = {.choices = choices, .out = {.out = out}};
	int status;

	if (!out)
		return cli_fail("watch: %s: %s", choices->output, strerror(errno));
	watching.colour = cli_colour(fileno(out));
	status = choices->record ? watch_record_open(choices->record, &watching.record) : CLI_FINE;
	if (!status)
		status = watch_program(&watching);
	text_fini(&watching.out);
	free(watching.places);
	if (choices->output && fclose(out) != 0 && status != CLI_FAILED)
		status = cli_fail("watch: %s: %s", choices->output, strerror(errno));
	return status;
}

int cmd_watch(int argc, char **argv)
{
	struct watch_choices choices = {.engine = {.points = true, .holds = true, .budget = 0.02}};
	int status = parse_options(&choices, argc, argv);

	if (status)
		return status < 0 ? CLI_FINE : status;
	return choices.self_test ? watch_tell_tested(&choices) : with_files(&choices);
}

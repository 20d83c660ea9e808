/* cli.h - what the verbs share. A verb is one cmd_x.c and one line in main.c's table */
#ifndef FG_CLI_H
#define FG_CLI_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of every verb. */
enum {
	CLI_FINE = 0,
	CLI_FINDINGS = 1,           /* something is wrong with what was looked at */
	CLI_FAILED = 2,             /* could not run: usage, no such file, no rights, disk full */
};

/* argv[0] is the verb. Returns: an exit status. */
int cmd_gen(int argc, char **argv);
int cmd_lab(int argc, char **argv);
int cmd_layout(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_writes(int argc, char **argv);

/* "fieldguard: ..." on stderr. Returns: CLI_FAILED. */
__attribute__((format(printf, 1, 2)))
int cli_fail(const char *format, ...);
/* Shall what goes to this descriptor be coloured? A terminal, and neither NO_COLOR nor TERM=dumb says no. */
bool cli_colour(int fd);

/* Where a file of ours may lie: in a build, in the folder in_build beside the command ("": beside the command itself),
 * or where it was installed. ret_paths: malloc'd, the caller's. Returns: 0 or a negative errno. */
#define CLI_PLACES_N 2
int cli_places(const char *in_build, const char *name, char *ret_paths[CLI_PLACES_N]);

struct gen_module;
/* What reads headers and writes code, loaded by the first call; it stays loaded. Returns: the module, or NULL, told.
 * Threads: the main one alone. */
const struct gen_module *cli_gen_module(void);

/* Makes path hold these bytes: all or nothing, by a file beside it that is renamed. A file that holds them already
 * stays untouched, so that builds see no change.  Returns: 0 or a negative errno. */
int cli_write_file(const char *path, const char *data, size_t len);

#endif

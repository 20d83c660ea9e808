/* progress.h - a line on the terminal that says how far long work is */
#ifndef FG_CLI_PROGRESS_H
#define FG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* All-zero and shown at the first report: where standard error is no terminal, never. */
struct progress {
	bool off, shown;
	uint64_t last_ns, first_ns;
};

/* Fits the progress of scan_options and scan_site_options; user: a struct progress. total 0: not known yet. */
void progress_report(void *user, const char *stage, uint64_t done, uint64_t total);
/* Takes the line away. */
void progress_end(struct progress *progress);

#endif

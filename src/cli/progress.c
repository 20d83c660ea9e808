/* progress.c - see progress.h */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR 30
#define FIRST_NS 300000000      /* short work shows nothing */
#define BETWEEN_NS 80000000

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void progress_report(void *user, const char *stage, uint64_t done, uint64_t total)
{
	static const char full[] = "##############################";
	struct progress *progress = user;
	uint64_t now;
	int part;

	if (progress->off)
		return;
	now = now_ns();
	if (!progress->first_ns) {
		progress->off = !isatty(STDERR_FILENO);
		progress->first_ns = now;
	}
	if (progress->off || now - progress->first_ns < FIRST_NS || now - progress->last_ns < BETWEEN_NS)
		return;
	progress->last_ns = now;
	progress->shown = true;
	part = total ? (int)((done < total ? done : total) * BAR / total) : 0;
	if (total)
		fprintf(stderr, "\r\033[K%s [%.*s%*s] %3d %%", stage, part, full, BAR - part, "",
		        (int)((done < total ? done : total) * 100 / total));
	else
		fprintf(stderr, "\r\033[K%s ...", stage);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}

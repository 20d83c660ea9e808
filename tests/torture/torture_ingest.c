/*
 * torture_ingest.c - the pipeline's races: many workers, chunks of a few lines, again and again
 *
 * A pipe fed in small pieces makes chunks of a line or two, so that workers claim, let go, sleep and wake all the time.
 * A lost wake-up hangs; anything merged twice, lost or out of order shows beside the model.
 */
#include "tap.h"
#include "unit/runtime/stream.h"

#include <time.h>

enum { LINES = 3000 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Returns: is the outcome the model's? */
static bool round_trip(const struct stream *stream, const struct outcome *want, unsigned workers, unsigned piece_max)
{
	static struct outcome got;
	struct watcher watcher = { .outcome = &got };
	struct fg_ingest_options options = { .workers = workers, .reject = watcher_reject, .user = &watcher };
	struct fg_ingest_stats stats;
	struct fg_store *store;
	struct feeder feeder;
	bool equal;
	int rc;

	if (fg_store_new(&tally_fg_type, NULL, &store))
		return false;
	outcome_begin(&got);
	if (piece_max)
		rc = fg_ingest_fd(store, feeder_start(&feeder, *stream, piece_max), &options, &stats);
	else
		rc = fg_ingest_memory(store, stream->text, stream->len, &options, &stats);
	if (piece_max)
		feeder_end(&feeder);
	outcome_take(&got, store, &stats);
	equal = !rc && !watcher.overlaps && outcome_equal(&got, want);
	outcome_free(&got);
	fg_store_free(store);
	return equal;
}

int main(void)
{
	static const unsigned workers[] = { 2, 3, 16 }, pieces[] = { 40, 300, 9000, 0 };
	const char *asked = getenv("FG_TORTURE_SECONDS");
	double end = now() + (asked ? atof(asked) : 1);
	struct stream stream = stream_make(LINES, 21);
	unsigned rounds = 0, wrong = 0;
	static struct outcome want;

	model_run(&want, stream.text, stream.len, 0);
	do {
		for (size_t p = 0; p < sizeof(pieces) / sizeof(*pieces); p++)
			wrong += !round_trip(&stream, &want, workers[rounds % 3], pieces[p]);
		rounds++;
	} while (now() < end || rounds < 3);
	tap_eq_int(wrong, 0, "%u times %zu streams came out as the model has it", rounds, sizeof(pieces) / sizeof(*pieces));
	outcome_free(&want);
	free(stream.text);
	return tap_done();
}

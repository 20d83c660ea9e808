/*
 * test_rules_ingest.c - ingest of messages whose changes of state are mostly not allowed, against an oracle that goes
 * through the lines one by one: which are refused, that they are told in order beside those that don't decode, and that
 * nothing of a refused line is merged
 */
#include <fieldguard/ingest.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules.fg.h"
#include "tap.h"

enum { LINES = 40000, KEYS = 50, STEPS = 3 };

struct told {
	uint64_t line;
	uint64_t code;                 /* enum fg_code, without padding behind it */
};

struct run {
	struct told told[LINES];
	size_t n;
	unsigned wrong;
};

static struct run want, got;
static int64_t amounts[KEYS];          /* of the last line that was merged */
static int steps[KEYS];

static unsigned draw(uint64_t *seed, unsigned n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % n;
}

/* Writes the lines, and what has to come of them. */
static char *make(size_t *ret_len)
{
	char *text;
	FILE *out = open_memstream(&text, ret_len);
	uint64_t seed = 7;

	for (unsigned i = 1; i <= LINES; i++) {
		unsigned key = draw(&seed, KEYS);
		int step = (int)draw(&seed, STEPS);

		if (draw(&seed, 50) == 0) {
			fprintf(out, "{\"id\":%u,\"step\":\"d\"}\n", key);
			want.told[want.n++] = (struct told){i, FG_ERR_ENUM};
			continue;
		}
		fprintf(out, "{\"id\":%u,\"step\":\"%c\",\"amount\":%u}%s\n", key, 'a' + step, i, i % 3 ? "" : "\r");
		/* a>b>c>a; -1: never set */
		if (steps[key] >= 0 && step != steps[key] && step != (steps[key] + 1) % STEPS) {
			want.told[want.n++] = (struct told){i, FG_ERR_REFUSED};
		} else {
			steps[key] = step;
			amounts[key] = i;
		}
	}
	fclose(out);
	return text;
}

static int on_reject(const struct fg_reject *reject, void *user)
{
	(void)user;
	if (got.n < LINES)
		got.told[got.n++] = (struct told){reject->line, reject->error->code};
	if (reject->error->code == FG_ERR_REFUSED)
		got.wrong += strcmp(reject->error->path, "$.step") != 0 || reject->text[0] != '{' ||
			     reject->text[reject->text_len - 1] != '}';
	return 0;
}

static void check(const char *text, size_t len, unsigned workers)
{
	struct fg_ingest_options options = {.workers = workers, .reject = on_reject};
	struct fg_ingest_stats stats;
	struct fg_store *store;
	unsigned wrong = 0;
	uint64_t refused = 0;

	got = (struct run){0};
	if (rules_store_new(NULL, &store))
		abort();
	tap_eq_int(fg_ingest_memory(store, text, len, &options, &stats), 0, "%u workers: ingest", workers);
	for (size_t i = 0; i < want.n; i++)
		refused += want.told[i].code == FG_ERR_REFUSED;
	tap_ok(got.n == want.n && memcmp(got.told, want.told, want.n * sizeof want.told[0]) == 0,
	       "%u workers: %zu lines are told, in order", workers, want.n);
	tap_eq_int(got.wrong, 0, "%u workers: with their text and path", workers);
	tap_eq_int(stats.refused, refused, "%u workers: refused", workers);
	tap_eq_int(stats.rejected, want.n - refused, "%u workers: rejected", workers);
	tap_eq_int(stats.merged, LINES - want.n, "%u workers: merged", workers);
	tap_eq_int(stats.lines, LINES, "%u workers: lines", workers);
	for (uint64_t key = 0; key < KEYS; key++) {
		struct rules record = {0};

		rules_store_read(store, key, &record, NULL);
		wrong += record.amount != amounts[key] || (int)record.step != steps[key];
	}
	tap_eq_int(wrong, 0, "%u workers: records are those of the lines that were allowed", workers);
	fg_store_free(store);
}

int main(void)
{
	size_t len;
	char *text;

	for (size_t i = 0; i < KEYS; i++)
		steps[i] = -1;
	text = make(&len);
	check(text, len, 1);
	check(text, len, 2);
	check(text, len, 8);
	free(text);
	return tap_done();
}

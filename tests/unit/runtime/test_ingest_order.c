/*
 * test_ingest_order.c - ingest of payment orders through generated code, every policy in one struct
 *
 * The oracle has no store and no shared record: one thread decodes line after line and patches plain records. Both
 * sides are compared as the JSON they encode to.
 */
#include "order.fg.h"
#include "tap.h"

#include <fieldguard/ingest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 60000, KEYS = 1000 };

struct side {
	struct order orders[KEYS];
	struct order_present presents[KEYS];
	bool there[KEYS];
	uint64_t merged, rejected, line_sum;   /* line_sum: of the numbers of rejected lines */
};

static unsigned random_below(uint64_t *seed, unsigned n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % n;
}

static void write_line(FILE *out, uint64_t *seed, unsigned i)
{
	unsigned fields = random_below(seed, 256), key = random_below(seed, 4) ? random_below(seed, KEYS) : 0;

	if (random_below(seed, 100) == 0) {
		fprintf(out, "{\"id\":\"o-%u\",\"amount\":%u.5}\n", key, i);
		return;
	}
	fprintf(out, "{\"id\":\"o-%u\"", key);
	if (fields & 1)
		fprintf(out, ",\"status\":%u", i % 4);
	if (fields & 2)
		fprintf(out, ", \"amount\": %u, \"currency\":\"eur\"", i);
	if (fields & 4)
		fprintf(out, ",\"street\":\"%u \\u00e9 stra\u00dfe\",\"city\":\"%u\"", i, i);
	if (fields & 8)
		fprintf(out, ",\"note\":\"\\\"%u\\\"\\n\",\"unknown\":[{\"x\":null}]", i);
	if (fields & 16)
		fprintf(out, ",\"customer\":{\"name\":\"n%u\",\"tier\":%u}", i, i);
	if (fields & 32)
		fprintf(out, ",\"views\":%u", i);
	if (fields & 64)
		fprintf(out, ",\"updated\":\"2024-02-29T12:00:%02u.5Z\"", i % 60);
	fputs("}\n", out);
}

/* "o-17" */
static size_t index_of(const struct order *order)
{
	return (size_t)atoi(order->id + 2);
}

static void run_model(const char *text, size_t len, struct side *side)
{
	const char *newline;
	uint64_t line = 1;

	for (const char *p = text; p < text + len; p = newline + 1, line++) {
		struct order_present present;
		struct order order;

		newline = memchr(p, '\n', (size_t)(text + len - p));
		if (order_decode(p, (size_t)(newline - p), NULL, NULL, &order, &present, NULL)) {
			side->rejected++;
			side->line_sum += line;
			continue;
		}
		side->merged++;
		side->there[index_of(&order)] = true;
		order_patch(&side->orders[index_of(&order)], &side->presents[index_of(&order)], &order, &present);
	}
}

static int visit(const struct order *order, const struct order_present *present, void *user)
{
	struct side *side = user;

	side->there[index_of(order)] = true;
	side->orders[index_of(order)] = *order;
	side->presents[index_of(order)] = *present;
	return 0;
}

static int reject(const struct fg_reject *reject, void *user)
{
	((struct side *)user)->line_sum += reject->line;
	return 0;
}

/* Returns: how many keys differ. */
static unsigned differences(const struct side *a, const struct side *b)
{
	struct fg_buffer buffers[2] = { { .data = NULL }, { .data = NULL } };
	struct fg_error error;
	unsigned wrong = 0;

	for (size_t i = 0; i < KEYS; i++) {
		if (a->there[i] != b->there[i])
			wrong++;
		if (!a->there[i] || !b->there[i])
			continue;
		buffers[0].len = buffers[1].len = 0;
		if (order_encode(&a->orders[i], &a->presents[i], &buffers[0], &error) ||
		    order_encode(&b->orders[i], &b->presents[i], &buffers[1], &error) ||
		    buffers[0].len != buffers[1].len || memcmp(buffers[0].data, buffers[1].data, buffers[0].len))
			wrong++;
	}
	fg_buffer_fini(&buffers[0]);
	fg_buffer_fini(&buffers[1]);
	return wrong;
}

static void test_workers(const char *text, size_t len, const struct side *want, unsigned workers)
{
	static struct side got;
	struct fg_ingest_options options = { .workers = workers, .reject = reject, .user = &got };
	struct fg_ingest_stats stats;
	struct fg_store *store;

	memset(&got, 0, sizeof(got));
	tap_eq_int(order_store_new(NULL, &store), 0, "a store of orders");
	tap_eq_int(fg_ingest_memory(store, text, len, &options, &stats), 0, "ingest, %u workers", workers);
	tap_eq_int(order_store_each(store, visit, &got), 0, "walk");
	tap_ok(stats.merged == want->merged && stats.rejected == want->rejected && stats.lines == LINES,
	       "%llu merged, %llu rejected", (unsigned long long)stats.merged, (unsigned long long)stats.rejected);
	tap_ok(want->rejected > 100 && got.line_sum == want->line_sum, "the right lines were rejected");
	tap_eq_int(differences(want, &got), 0, "every order is what one thread makes of it, %u workers", workers);
	fg_store_free(store);
}

int main(void)
{
	static struct side want;
	uint64_t seed = 3;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	for (unsigned i = 0; i < LINES; i++)
		write_line(out, &seed, i);
	fclose(out);
	run_model(text, len, &want);
	test_workers(text, len, &want, 1);
	test_workers(text, len, &want, 2);
	test_workers(text, len, &want, 8);
	free(text);
	return tap_done();
}

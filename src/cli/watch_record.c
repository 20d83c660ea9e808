/*
 * watch_record.c - the file of --record: findings, who wrote which field how often, and the ledger, as JSON lines
 *
 * The lines of writers are those that `fieldguard layout --observed` reads: see docs/layout.md.
 */
#include "cli/cli.h"
#include "cli/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pair {
	uint32_t field, tid;
	uint64_t writes;              /* 0: free */
};

struct watch_record {
	const char *path;
	struct text text;
	struct pair *pairs;           /* open addressing; a power of two */
	size_t pairs_n, size;
};

int watch_record_open(const char *path, struct watch_record **ret_record)
{
	struct watch_record *record = calloc(1, sizeof(*record));

	if (!record)
		return cli_fail("out of memory");
	record->path = path;
	record->text.out = fopen(path, "we");
	if (!record->text.out) {
		free(record);
		return cli_fail("watch: %s: %s", path, strerror(errno));
	}
	*ret_record = record;
	return CLI_FINE;
}

/* ---- writers --------------------------------------------------------------------------------------------------- */

static struct pair *find(const struct watch_record *record, uint32_t field, uint32_t tid)
{
	uint64_t hash = ((uint64_t)field << 32 | tid) * 0x9e3779b97f4a7c15ull;
	size_t at = (size_t)(hash >> 20) & (record->size - 1);

	while (record->pairs[at].writes && (record->pairs[at].field != field || record->pairs[at].tid != tid))
		at = (at + 1) & (record->size - 1);
	return &record->pairs[at];
}

static void grow(struct watch_record *record)
{
	struct watch_record old = *record;

	record->size = old.size ? 2 * old.size : 1024;
	record->pairs = calloc(record->size, sizeof(*record->pairs));
	if (!record->pairs)
		exit(cli_fail("out of memory"));
	for (size_t i = 0; i < old.size; i++)
		if (old.pairs[i].writes)
			*find(record, old.pairs[i].field, old.pairs[i].tid) = old.pairs[i];
	free(old.pairs);
}

void watch_record_event(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                        uint32_t field)
{
	struct watch_record *record = watching->record;
	struct watch_written written[WATCH_WRITTEN_MAX];
	size_t n;

	if (site && site->site->read)
		return;
	n = watch_written(watching, event, site, field, false, written, WATCH_WRITTEN_MAX);
	for (size_t i = 0; i < n; i++) {
		struct pair *pair;

		if (2 * (record->pairs_n + 1) > record->size)
			grow(record);
		pair = find(record, written[i].field->id, event->tid);
		record->pairs_n += !pair->writes;
		pair->field = written[i].field->id;
		pair->tid = event->tid;
		pair->writes++;
	}
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void put_pairs(const struct watching *watching, struct watch_record *record)
{
	const struct plan *plan = watch_plan(watching->watch);

	if (record->size)
		qsort(record->pairs, record->size, sizeof(*record->pairs), compare_pairs);
	for (size_t i = 0; i < record->size; i++) {
		const struct pair *pair = &record->pairs[i];

		if (!pair->writes || !*plan->fields[pair->field].name)
			continue;
		text_str(&record->text, "{\"type\": ");
		text_json(&record->text, watch_type_name(watching, plan->fields[pair->field].type_id));
		text_str(&record->text, ", \"field\": ");
		text_json(&record->text, plan->fields[pair->field].name);
		text_printf(&record->text, ", \"thread\": %u, \"writes\": %llu}\n", pair->tid,
		            (unsigned long long)pair->writes);
	}
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

void watch_record_finding(struct watching *watching, const struct finding *finding, bool final)
{
	struct text *text = &watching->record->text;

	watch_json_finding(watching, finding, final, text);
	text_flush(text);
	fflush(text->out);
}

int watch_record_close(struct watching *watching, const struct ledger *ledger)
{
	struct watch_record *record = watching->record;
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);
	FILE *out = record->text.out;
	int status = CLI_FINE;

	put_pairs(watching, record);
	for (size_t i = 0; i < n; i++)
		watch_json_finding(watching, findings[i], true, &record->text);
	watch_json_ledger(watching, ledger, &record->text);
	text_fini(&record->text);
	if (ferror(out) | fclose(out))
		status = cli_fail("watch: %s: %s", record->path, errno ? strerror(errno) : "it could not be written");
	free(record->pairs);
	free(record);
	watching->record = NULL;
	return status;
}

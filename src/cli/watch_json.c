/* watch_json.c - findings, events and the ledger as JSON, one object a line: see docs/watch.md and watch.h */
#include "cli/watch.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

#define STACK_PLACES_MAX 32

/* ---- members --------------------------------------------------------------------------------------------------- */

/* Events come by the million: what they are made of is put without printf. */
static void put_name(struct text *text, const char *name)
{
	text_put(text, ", \"", 3);
	text_str(text, name);
	text_put(text, "\": ", 3);
}

static void put_string(struct text *text, const char *name, const char *value)
{
	put_name(text, name);
	text_json(text, value);
}

/* A value that is not known is null. */
static void put_value(struct text *text, const char *name, const char *value)
{
	put_string(text, name, *value ? value : NULL);
}

static void put_uint(struct text *text, const char *name, uint64_t value)
{
	put_name(text, name);
	text_uint(text, value, 0);
}

static void put_address(struct text *text, const char *name, uint64_t address)
{
	char digits[24];
	size_t at = sizeof(digits);

	put_name(text, name);
	if (!address) {
		text_str(text, "null");
		return;
	}
	digits[--at] = '"';
	for (; address; address >>= 4)
		digits[--at] = "0123456789abcdef"[address & 15];
	text_str(text, "\"0x");
	text_put(text, digits + at, sizeof(digits) - at);
}

static void put_bool(struct text *text, const char *name, bool value)
{
	put_name(text, name);
	text_str(text, value ? "true" : "false");
}

/* JSON has no word for what is not a number. */
static void put_double(struct text *text, const char *name, double value)
{
	if (isfinite(value))
		text_printf(text, ", \"%s\": %.9g", name, value);
	else
		text_printf(text, ", \"%s\": null", name);
}

static void put_status(struct text *text, const char *name, bool known, int value)
{
	if (known)
		text_printf(text, ", \"%s\": %d", name, value);
	else
		text_printf(text, ", \"%s\": null", name);
}

static void put_place(struct text *text, const struct watch_place *place)
{
	text_str(text, "{\"function\": ");
	text_json(text, place->function);
	put_string(text, "file", place->file);
	put_uint(text, "line", place->line);
	put_address(text, "address", place->address);
	put_string(text, "module", place->module);
	put_bool(text, "inlined", place->inlined);
	text_str(text, "}");
}

/* ---- findings -------------------------------------------------------------------------------------------------- */

/* The sides that are known, each put by one function. */
static void put_sides(const struct watching *watching, const struct finding_evidence *evidence, struct text *text,
                      const char *name,
                      void (*put)(const struct watching *watching, const struct finding_side *side, struct text *text))
{
	bool any = false;

	text_printf(text, ", \"%s\": [", name);
	for (int i = 0; i < 2; i++) {
		if (!watch_side_known(&evidence->sides[i]))
			continue;
		text_str(text, any ? ", " : "");
		put(watching, &evidence->sides[i], text);
		any = true;
	}
	text_str(text, "]");
}

static void put_side_site(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	struct watch_place place = {0};

	watch_places(watching, side, &place, 1);
	place.inlined = false;
	put_place(text, &place);
}

static void put_side_thread(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	char name[sizeof(side->thread) + 1];

	(void)watching;
	snprintf(name, sizeof(name), "%.*s", (int)sizeof(side->thread), side->thread);
	text_printf(text, "{\"tid\": %u", side->tid);
	put_value(text, "name", name);
	text_str(text, "}");
}

static void put_side_goroutine(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	(void)watching;
	text_printf(text, "%llu", (unsigned long long)side->goroutine);
}

static void put_side_values(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	char name[512];

	text_printf(text, "{\"access\": \"%s\"", side->is_read ? "read" : "write");
	put_string(text, "field", watch_field_name(watching, side->field, name, sizeof(name)));
	put_value(text, "old", side->old_text);
	put_value(text, "new", side->new_text);
	put_uint(text, "time_ns", side->time_ns);
	put_address(text, "address", side->address);
	text_str(text, "}");
}

static void put_side_stack(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	struct watch_place places[STACK_PLACES_MAX];
	size_t n = watch_places(watching, side, places, STACK_PLACES_MAX);

	text_str(text, "[");
	for (size_t i = 0; i < n; i++) {
		text_str(text, i ? ", " : "");
		put_place(text, &places[i]);
	}
	text_str(text, "]");
}

/* Of who wrote last, where it is known: as the sentence says. */
static void put_change(const struct finding_evidence *evidence, struct text *text)
{
	const struct finding_side *side = &evidence->sides[1];

	if (side->is_read || (!side->old_text[0] && !side->new_text[0]))
		side = &evidence->sides[0];
	put_value(text, "old", side->is_read ? "" : side->old_text);
	put_value(text, "new", side->is_read ? "" : side->new_text);
}

static const char *path_of(const struct watching *watching, uint32_t field)
{
	const struct plan *plan = watch_plan(watching->watch);

	return field < plan->fields_n && *plan->fields[field].name ? plan->fields[field].name : NULL;
}

static void put_evidence(const struct watching *watching, const struct finding *finding,
                         const struct finding_evidence *evidence, struct text *text)
{
	struct text sentence = {0};

	put_sides(watching, evidence, text, "sites", put_side_site);
	put_sides(watching, evidence, text, "threads", put_side_thread);
	if (evidence->sides[0].goroutine || evidence->sides[1].goroutine)
		put_sides(watching, evidence, text, "goroutines", put_side_goroutine);
	put_change(evidence, text);
	put_uint(text, "count", finding->count);
	put_uint(text, "first_ns", finding->first_ns);
	put_uint(text, "last_ns", finding->last_ns);
	put_address(text, "object", evidence->object);
	put_sides(watching, evidence, text, "accesses", put_side_values);
	put_sides(watching, evidence, text, "stacks", put_side_stack);
	if (evidence->text[0])
		put_string(text, "said", evidence->text);
	watch_sentence(watching, finding, evidence, &sentence);
	text_put(&sentence, "", 1);
	put_string(text, "text", sentence.data);
	text_fini(&sentence);
}

void watch_json_finding(const struct watching *watching, const struct finding *finding, bool final, struct text *text)
{
	char rule[128];

	text_printf(text, "{\"kind\": \"%s\"", finding_kind_name(finding->kind));
	put_string(text, "type", watch_type_name(watching, finding->type_id));
	put_string(text, "field", path_of(watching, finding->field));
	if (finding->field2 != UINT32_MAX)
		put_string(text, "field2", path_of(watching, finding->field2));
	if (finding->kind == FINDING_POLICY)
		put_string(text, "rule", watch_rule(watching, finding, rule, sizeof(rule)));
	put_evidence(watching, finding, final ? &finding->last : &finding->first, text);
	put_bool(text, "final", final);
	text_str(text, "}\n");
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

void watch_json_event(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                      uint32_t field)
{
	struct watch_written written[WATCH_WRITTEN_MAX];
	struct watch_place place = {0};
	size_t n = watch_written(watching, event, site, field, true, written, WATCH_WRITTEN_MAX);
	struct text *out = &watching->out;

	if (n)
		watch_event_place(watching, event, site, &place);
	for (size_t i = 0; i < n; i++) {
		text_str(out, site && site->site->read ? "{\"event\": \"read\"" : "{\"event\": \"write\"");
		put_uint(out, "time_ns", event->time_ns);
		put_string(out, "type", watch_type_name(watching, written[i].field->type_id));
		put_string(out, "field", path_of(watching, written[i].field->id));
		put_address(out, "object", written[i].object);
		put_address(out, "address", event->address);
		put_value(out, "old", written[i].old_text);
		put_value(out, "new", written[i].new_text);
		put_uint(out, "thread", event->tid);
		if (event->goroutine)
			put_uint(out, "goroutine", event->goroutine);
		text_str(out, ", \"site\": ");
		put_place(out, &place);
		text_str(out, "}\n");
	}
}

/* ---- the ledger ------------------------------------------------------------------------------------------------ */

static void put_plan(struct text *text, const struct plan_ledger *plan)
{
	bool any = false;

	put_uint(text, "sites_found", plan->sites_found);
	put_uint(text, "sites_unknown", plan->sites_unknown);
	put_uint(text, "sites_neighbour", plan->sites_neighbour);
	put_uint(text, "sites_stepped", plan->sites_stepped);
	put_uint(text, "sites_call", plan->sites_call);
	put_uint(text, "sites_points", plan->sites_points);
	text_str(text, ", \"refused\": {");
	for (int i = 0; i < PLAN_REFUSED_KINDS; i++) {
		if (!plan->refused[i])
			continue;
		text_str(text, any ? ", " : "");
		text_json(text, plan_refusal_text((enum plan_refusal)i));
		text_printf(text, ": %llu", (unsigned long long)plan->refused[i]);
		any = true;
	}
	text_str(text, "}");
	put_uint(text, "sites_left_out", plan->sites_left_out);
	put_uint(text, "bulk_found", plan->bulk_found);
	put_uint(text, "bulk_known", plan->bulk_known);
	put_uint(text, "fields_atomic", plan->fields_atomic);
	put_uint(text, "modules", plan->modules);
	put_uint(text, "modules_bare", plan->modules_bare);
	put_bool(text, "frees", plan->frees);
}

static void put_seen(struct text *text, const struct ledger *ledger)
{
	put_uint(text, "sites_attached", ledger->sites_attached);
	put_uint(text, "sites_hit", ledger->sites_hit);
	put_uint(text, "sites_hot", ledger->sites_hot);
	put_uint(text, "sites_silenced", ledger->sites_silenced);
	put_uint(text, "hits", ledger->hits);
	put_uint(text, "events", ledger->events);
	put_uint(text, "dropped", ledger->dropped);
	put_uint(text, "faults", ledger->faults);
	put_uint(text, "holds", ledger->holds);
	put_uint(text, "hold_ns", ledger->hold_ns);
	put_uint(text, "caught", ledger->caught);
	put_uint(text, "pauses", ledger->plan.pauses);
	put_uint(text, "paused", ledger->paused);
	put_uint(text, "paused_ns", ledger->paused_ns);
	put_uint(text, "overlaps_seen", ledger->overlaps_seen);
	put_uint(text, "points_aimed", ledger->points_aimed);
	put_uint(text, "point_hits", ledger->point_hits);
	put_uint(text, "points_missed", ledger->points_missed);
	put_uint(text, "objects_seen", ledger->objects_seen);
	put_uint(text, "objects_shared", ledger->objects_shared);
	put_uint(text, "windows", ledger->windows);
	put_uint(text, "attach_failed", ledger->attach_failed);
	put_double(text, "seconds", ledger->seconds);
	put_double(text, "budget", ledger->budget);
	put_double(text, "spent", ledger->spent);
	put_double(text, "own_seconds", ledger->own_seconds);
	put_double(text, "attached_share", ledger->attached_share);
	put_double(text, "writers_max", ledger->writers_max);
	put_double(text, "chance_100", ledger->chance_100);
	put_bool(text, "complete", ledger->complete);
	put_bool(text, "target_ended", ledger->target_ended);
}

void watch_json_ledger(const struct watching *watching, const struct ledger *ledger, struct text *text)
{
	const struct target *target = watch_target(watching->watch);
	size_t findings_n;

	verdict_findings(watch_verdict(watching->watch), &findings_n);
	text_str(text, "{\"ledger\": {\"program\": ");
	text_json(text, target->modules_n ? target->modules[0].path : NULL);
	put_uint(text, "pid", (uint64_t)target->pid);
	put_uint(text, "threads_max", watching->threads_max);
	put_uint(text, "findings", findings_n);
	put_plan(text, &ledger->plan);
	put_seen(text, ledger);
	put_status(text, "target_exit", ledger->target_ended && ledger->target_status != -1 && WIFEXITED(ledger->target_status),
	           WEXITSTATUS(ledger->target_status));
	put_status(text, "target_signal",
	           ledger->target_ended && ledger->target_status != -1 && WIFSIGNALED(ledger->target_status),
	           WTERMSIG(ledger->target_status));
	text_str(text, ", \"limits\": [");
	for (size_t i = 0; i < ledger->limits_n; i++) {
		text_str(text, i ? ", " : "");
		text_json(text, ledger->limits[i]);
	}
	text_str(text, "]}}\n");
}

/* watch_text.c - findings, events and sites as plain lines; see watch.h */
#include "cli/watch.h"

#include "cli/writes.h"

#include <string.h>
#include <time.h>

static const char *ink(const struct watching *watching, const char *colour)
{
	return watching->colour ? colour : "";
}

static const char *kind_ink(const struct watching *watching, enum finding_kind kind)
{
	return ink(watching, kind == FINDING_SHARING ? "\033[33m" : "\033[1;31m");
}

/* "once", "14 times" */
static const char *times(uint64_t count, char *ret, size_t size)
{
	char number[32];

	if (count == 1)
		snprintf(ret, size, "once");
	else
		snprintf(ret, size, "%s times", writes_number(count, number));
	return ret;
}

/* ---- one finding ----------------------------------------------------------------------------------------------- */

/* "set_status (orders.c:42)" */
static void put_place(const struct watch_place *place, struct text *text)
{
	watch_put_name(text, place->function ? place->function : "?");
	if (!place->file && !place->module)
		return;
	text_str(text, " (");
	watch_put_name(text, place->file ? writes_file(place->file) : place->module);
	if (place->file)
		text_printf(text, ":%u)", place->line);
	else
		text_printf(text, "+0x%llx)", (unsigned long long)place->address);
}

static void put_place_line(const struct watch_place *place, struct text *text)
{
	text_str(text, "        ");
	put_place(place, text);
	text_str(text, place->inlined ? ", inlined into\n" : "\n");
}

static void put_side_lines(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	struct watch_place places[WATCH_PLACES_MAX];
	size_t n = watch_places(watching, side, places, WATCH_PLACES_MAX);
	char who[64], name[512], change[2 * FINDING_VALUE + 8];

	text_printf(text, "    %s", watch_who(side, who, sizeof(who)));
	if (side->goroutine)
		text_printf(text, " on thread %u", side->tid);
	if (side->thread[0]) {
		text_str(text, " \"");
		watch_put_name(text, side->thread);
		text_str(text, "\"");
	}
	text_printf(text, " %s %s", side->is_read ? "read" : "wrote",
	            watch_field_name(watching, side->field, name, sizeof(name)));
	watch_change(side->old_text, side->new_text, change, sizeof(change));
	text_str(text, change[0] ? ": " : "");
	watch_put_name(text, change);
	text_str(text, "\n");
	for (size_t i = 0; i < n; i++)
		put_place_line(&places[i], text);
}

void watch_text_evidence(const struct watching *watching, const struct finding_evidence *evidence, struct text *text)
{
	if (evidence->object)
		text_printf(text, "    object 0x%llx\n", (unsigned long long)evidence->object);
	for (int i = 0; i < 2; i++)
		if (watch_side_known(&evidence->sides[i]))
			put_side_lines(watching, &evidence->sides[i], text);
}

void watch_text_finding(struct watching *watching, const struct finding *finding)
{
	const struct plan *plan = watch_plan(watching->watch);
	struct text *out = &watching->out;

	text_str(out, kind_ink(watching, finding->kind));
	watch_sentence(watching, finding, &finding->first, out);
	text_printf(out, "%s\n", ink(watching, "\033[0m"));
	watch_text_evidence(watching, &finding->first, out);
	if (finding->kind == FINDING_CONFLICT && finding->field < plan->fields_n && plan->fields[finding->field].turns)
		text_str(out, "    (volatile, or its source is not at hand: were both stores atomic ones, it would be no race)\n");
}

/* ---- all of them ----------------------------------------------------------------------------------------------- */

static void put_summary_line(struct watching *watching, const struct finding *finding)
{
	struct text *out = &watching->out;
	char name[512], count[64], rule[128];

	text_printf(out, "  %s%-8s%s  %-11s  %s", kind_ink(watching, finding->kind), finding_kind_name(finding->kind),
	            ink(watching, "\033[0m"), times(finding->count, count, sizeof(count)),
	            watch_field_name(watching, finding->field, name, sizeof(name)));
	if (finding->field2 != UINT32_MAX && finding->field2 != finding->field)
		text_printf(out, ", %s", watch_field_name(watching, finding->field2, name, sizeof(name)));
	if (finding->kind == FINDING_POLICY)
		text_printf(out, " (%s)", watch_rule(watching, finding, rule, sizeof(rule)));
	for (int i = 0; i < 2; i++) {
		struct watch_place place;

		if (!watch_side_known(&finding->first.sides[i]) ||
		    !watch_places(watching, &finding->first.sides[i], &place, 1))
			continue;
		text_str(out, "  ");
		put_place(&place, out);
	}
	text_str(out, "\n");
}

void watch_text_summary(struct watching *watching)
{
	size_t n;
	const struct finding *const *findings = verdict_findings(watch_verdict(watching->watch), &n);

	if (!n)
		return;
	text_printf(&watching->out, "\n%zu finding%s\n", n, n == 1 ? "" : "s");
	for (int kind = 0; kind < FINDING_KINDS; kind++)
		for (size_t i = 0; i < n; i++)
			if ((int)findings[i]->kind == kind)
				put_summary_line(watching, findings[i]);
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

/* Events tell the time since boot; people want the time of day. */
static void put_time(uint64_t time_ns, struct text *text)
{
	static int64_t between_ns;
	struct timespec day, boot;
	struct tm tm;
	time_t seconds;

	if (!between_ns) {
		clock_gettime(CLOCK_REALTIME, &day);
		clock_gettime(CLOCK_MONOTONIC, &boot);
		between_ns = (day.tv_sec - boot.tv_sec) * 1000000000 + (day.tv_nsec - boot.tv_nsec);
	}
	time_ns += (uint64_t)between_ns;
	seconds = (time_t)(time_ns / 1000000000);
	localtime_r(&seconds, &tm);
	text_printf(text, "%02d:%02d:%02d.%06u", tm.tm_hour, tm.tm_min, tm.tm_sec,
	            (unsigned)(time_ns % 1000000000 / 1000));
}

static void put_event(struct watching *watching, const struct wire_event *event, const struct watch_written *written,
                      const struct watch_place *place, bool is_read)
{
	struct text *out = &watching->out;
	char name[512], change[2 * FINDING_VALUE + 8];

	put_time(event->time_ns, out);
	text_printf(out, "  %s  ", watch_field_name(watching, written->field->id, name, sizeof(name)));
	text_str(out, is_read ? "read " : "");
	watch_put_name(out, watch_change(written->old_text, written->new_text, change, sizeof(change)));
	if (event->goroutine)
		text_printf(out, "  goroutine %llu", (unsigned long long)event->goroutine);
	text_printf(out, "  thread %u", event->tid);
	if (place) {
		text_str(out, "  ");
		put_place(place, out);
	}
	text_printf(out, "  %s 0x%llx\n", written->object ? "object" : "at",
	            (unsigned long long)(written->object ? written->object : event->address));
}

void watch_text_event(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                      uint32_t field)
{
	struct watch_written written[WATCH_WRITTEN_MAX];
	struct watch_place place;
	size_t n = watch_written(watching, event, site, field, true, written, WATCH_WRITTEN_MAX);
	bool placed = n && watch_event_place(watching, event, site, &place);

	for (size_t i = 0; i < n; i++)
		put_event(watching, event, &written[i], placed ? &place : NULL, site && site->site->read);
}

/* ---- sites ----------------------------------------------------------------------------------------------------- */

static const char *way_of(const struct plan_site *site)
{
	if (site->site->how == SCAN_HOW_BARRIER)
		return "call";
	if (site->semaphore)
		return "point";
	return site->probe.kind == SCAN_PROBE_STORE ? "stepped" : "neighbour";
}

static void put_sites(struct watching *watching)
{
	const struct plan *plan = watch_plan(watching->watch);
	struct text *out = &watching->out;
	char name[512];

	text_printf(out, "%zu sites are planned:\n", plan->sites_n);
	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];
		struct watch_place place = {.function = site->site->function ? site->site->function->name : NULL,
		                            .file = site->site->file, .line = site->site->line};

		text_printf(out, "  %-9s  %-6s  %s  ", way_of(site), site->judges ? "judges" : "",
		            watch_field_name(watching, site->field, name, sizeof(name)));
		put_place(&place, out);
		text_printf(out, "  store 0x%llx, probe 0x%llx\n", (unsigned long long)site->site->pc,
		            (unsigned long long)site->probe.pc);
	}
	for (size_t i = 0; i < plan->fields_n; i++)
		if (plan->fields[i].atomic)
			text_printf(out, "  not judged: %s: %s\n", watch_field_name(watching, (uint32_t)i, name, sizeof(name)),
			            plan->fields[i].atomic_why ? plan->fields[i].atomic_why : "its writes are atomic");
}

void watch_text_begin(struct watching *watching)
{
	const struct target *target = watch_target(watching->watch);
	const struct plan_ledger ledger = watch_ledger(watching->watch).plan;
	uint64_t planned = ledger.sites_neighbour + ledger.sites_stepped + ledger.sites_call + ledger.sites_points;
	char number[32], all[32];

	text_str(&watching->out, "watching ");
	watch_put_name(&watching->out, target->modules_n ? target->modules[0].path : "?");
	text_printf(&watching->out, " (process %d): %s of %s sites that write its fields\n", (int)target->pid,
	            writes_number(planned, number), writes_number(ledger.sites_found, all));
	if (watching->choices->verbose)
		put_sites(watching);
	text_str(&watching->out, "\n");
}

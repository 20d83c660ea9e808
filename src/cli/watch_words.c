/* watch_words.c - findings, places and events in words, for all faces; see watch.h */
#include "cli/cli.h"
#include "cli/watch.h"
#include "cli/writes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 16

/* ---- names ----------------------------------------------------------------------------------------------------- */

const char *watch_type_name(const struct watching *watching, uint32_t type_id)
{
	const struct plan *plan = watch_plan(watching->watch);

	return type_id < plan->types_n ? scan_bare_name(plan->types[type_id].name) : "?";
}

const char *watch_field_name(const struct watching *watching, uint32_t field, char *ret, size_t size)
{
	const struct plan *plan = watch_plan(watching->watch);
	const struct plan_field *of;

	if (field >= plan->fields_n) {
		snprintf(ret, size, "?");
		return ret;
	}
	of = &plan->fields[field];
	snprintf(ret, size, "%s%s%s", watch_type_name(watching, of->type_id), *of->name ? "." : "", of->name);
	return ret;
}

/* Names come from others' programs and may hold what moves a terminal's cursor. */
void watch_put_name(struct text *text, const char *name)
{
	for (size_t n; *name; name += n) {
		for (n = 0; (unsigned char)name[n] >= ' ' && name[n] != 127; n++)
			;
		text_put(text, name, n);
		if (name[n]) {
			text_str(text, "?");
			n++;
		}
	}
}

const char *watch_who(const struct finding_side *side, char *ret, size_t size)
{
	if (side->goroutine)
		snprintf(ret, size, "goroutine %llu", (unsigned long long)side->goroutine);
	else
		snprintf(ret, size, "thread %u", side->tid);
	return ret;
}

const char *watch_change(const char *old_text, const char *new_text, char *ret, size_t size)
{
	if (*old_text && *new_text)
		snprintf(ret, size, "%s -> %s", old_text, new_text);
	else if (*old_text || *new_text)
		snprintf(ret, size, "%s %s", *old_text ? "was" : "now", *old_text ? old_text : new_text);
	else
		snprintf(ret, size, "%s", "");
	return ret;
}

bool watch_side_known(const struct finding_side *side)
{
	return side->tid || side->goroutine || side->ip;
}

const struct finding_side *watch_culprit(const struct finding_evidence *evidence)
{
	return &evidence->sides[watch_side_known(&evidence->sides[1])];
}

const char *watch_rule(const struct watching *watching, const struct finding *finding, char *ret, size_t size)
{
	static const char *const names[] = {
		[PLAN_RULE_NONE] = "none", [PLAN_RULE_SNAPSHOT] = "snapshot", [PLAN_RULE_ATOMIC] = "atomic",
		[PLAN_RULE_MUTEX] = "mutex", [PLAN_RULE_ONCE] = "once", [PLAN_RULE_OWNER] = "owner",
	};
	const struct plan *plan = watch_plan(watching->watch);
	const char *group = finding->field < plan->fields_n ? plan->fields[finding->field].group : NULL;

	if (finding->states)
		snprintf(ret, size, "states");
	else if (finding->rule == PLAN_RULE_MUTEX && group)
		snprintf(ret, size, "mutex=%s", group);
	else
		snprintf(ret, size, "%s", names[finding->rule]);
	return ret;
}

/* ---- places ---------------------------------------------------------------------------------------------------- */

/* What is at an address in memory: the calls that were inlined there, or at least the module.
 * Returns: how many places, 0: it is in no module. */
static size_t places_at(const struct watching *watching, uint64_t address, bool is_return, struct watch_place *ret,
                        size_t size)
{
	const struct target *target = watch_target(watching->watch);
	const struct target_module *module = target_module_at(target, address);
	struct scan_frame frames[FRAMES_MAX];
	size_t n = plan_frames(watch_plan(watching->watch), target, address, is_return, frames, FRAMES_MAX);

	if (!size || (!n && !module))
		return 0;
	ret[0] = (struct watch_place){0};
	n = n < size ? n : size;
	for (size_t i = 0; i < n; i++)
		ret[i] = (struct watch_place){.function = frames[i].function, .file = frames[i].file,
		                              .line = frames[i].line, .inlined = i + 1 < n};
	for (size_t i = 0; i < n || !i; i++) {
		ret[i].address = module ? address - module->bias : address;
		ret[i].module = module ? module->path : NULL;
	}
	return n ? n : 1;
}

/* The store itself, wherever its probe sits. */
static size_t site_places(const struct watching *watching, const struct plan_site *site, struct watch_place *ret,
                          size_t size)
{
	const struct target *target = watch_target(watching->watch);
	const struct target_module *module = site->module < target->modules_n ? &target->modules[site->module] : NULL;
	size_t n;

	if (!size)
		return 0;
	n = module ? places_at(watching, module->bias + site->site->pc, false, ret, size) : 0;
	if (n && ret[0].function)
		return n;
	ret[0] = (struct watch_place){.function = site->site->function ? site->site->function->name : NULL,
	                              .file = site->site->file, .line = site->site->line, .address = site->site->pc,
	                              .module = module ? module->path : NULL};
	return 1;
}

/* Return addresses, for as long as they are some: without frame pointers a walk may end in what is none. */
static size_t stack_places(const struct watching *watching, const uint64_t *stack, size_t stack_n, uint64_t ip,
                           struct watch_place *ret, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < stack_n && n < size; i++) {
		size_t more;

		if (!i && stack[i] == ip)
			continue;
		more = places_at(watching, stack[i], true, &ret[n], size - n);
		if (!more)
			break;
		n += more;
	}
	return n;
}

static size_t all_places(const struct watching *watching, const struct plan_site *site, uint64_t ip,
                         const uint64_t *stack, size_t stack_n, struct watch_place *ret, size_t size)
{
	size_t n = site ? site_places(watching, site, ret, size) : ip ? places_at(watching, ip, true, ret, size) : 0;

	return n + stack_places(watching, stack, stack_n, ip, ret + n, size - n);
}

size_t watch_places(const struct watching *watching, const struct finding_side *side, struct watch_place *ret,
                    size_t size)
{
	const struct plan *plan = watch_plan(watching->watch);
	const struct plan_site *site = side->site < plan->sites_n ? &plan->sites[side->site] : NULL;

	return all_places(watching, site, side->ip, side->stack, side->stack_n, ret, size);
}

/* Of the store itself, without those it was inlined into. */
static struct watch_place *known_place(struct watching *watching, const struct plan_site *site)
{
	size_t n = watch_plan(watching->watch)->sites_n;

	if (site->id >= watching->places_n) {
		watching->places = reallocarray(watching->places, n, sizeof(*watching->places));
		if (!watching->places)
			exit(cli_fail("out of memory"));
		for (size_t i = watching->places_n; i < n; i++)
			watching->places[i].line = UINT_MAX;
		watching->places_n = n;
	}
	if (watching->places[site->id].line == UINT_MAX) {
		site_places(watching, site, &watching->places[site->id], 1);
		watching->places[site->id].inlined = false;
	}
	return &watching->places[site->id];
}

bool watch_event_place(struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                       struct watch_place *ret)
{
	if (site) {
		*ret = *known_place(watching, site);
		return true;
	}
	return places_at(watching, event->ip, true, ret, 1) > 0;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "(orders.c:42, set_status)"; of code without debug information who called it: "(orders.c:42, fill, through libc.so.6)" */
static void put_place(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	struct watch_place places[WATCH_PLACES_MAX];
	size_t n = watch_places(watching, side, places, WATCH_PLACES_MAX), at = 0;

	while (at < n && !places[at].file)
		at++;
	if (at < n) {
		text_str(text, " (");
		watch_put_name(text, last_part(places[at].file));
		text_printf(text, ":%u", places[at].line);
		if (places[at].function) {
			text_str(text, ", ");
			watch_put_name(text, places[at].function);
		}
		if (at && places[0].module) {
			text_str(text, ", through ");
			watch_put_name(text, places[0].function ? places[0].function : last_part(places[0].module));
		}
		text_str(text, ")");
	} else if (n && (places[0].function || places[0].module)) {
		text_str(text, " (");
		watch_put_name(text, places[0].function ? places[0].function : last_part(places[0].module));
		text_printf(text, places[0].function ? ")" : "+0x%llx)", (unsigned long long)places[0].address);
	} else if (side->ip) {
		text_printf(text, " (at 0x%llx)", (unsigned long long)side->ip);
	}
}

/* ---- sentences ------------------------------------------------------------------------------------------------- */

static void put_side(const struct watching *watching, const struct finding_side *side, struct text *text)
{
	char who[64];

	text_str(text, watch_who(side, who, sizeof(who)));
	put_place(watching, side, text);
}

static void put_said(struct text *text, const char *said)
{
	text_str(text, "; ");
	watch_put_name(text, said);
}

/* Of who wrote last, where it is known. */
static void put_change(const struct finding_evidence *evidence, struct text *text)
{
	char change[2 * FINDING_VALUE + 8] = "";

	for (int i = 1; i >= 0 && !change[0]; i--)
		if (!evidence->sides[i].is_read)
			watch_change(evidence->sides[i].old_text, evidence->sides[i].new_text, change, sizeof(change));
	if (change[0])
		put_said(text, change);
}

static void put_conflict(const struct watching *watching, const struct finding *finding,
                         const struct finding_evidence *evidence, struct text *text)
{
	const struct finding_side *held = &evidence->sides[0], *came = &evidence->sides[1];
	char name[512];

	text_printf(text, "%s %s by ", watch_field_name(watching, finding->field, name, sizeof(name)),
	            came->is_read ? "read" : "written");
	put_side(watching, came, text);
	text_str(text, " while ");
	put_side(watching, held, text);
	text_printf(text, " was %s it", held->is_read ? "reading" : "writing");
	put_change(evidence, text);
}

static void put_mixed(const struct watching *watching, const struct finding *finding,
                      const struct finding_evidence *evidence, struct text *text)
{
	char name[512], other[512];

	text_str(text, watch_field_name(watching, finding->field, name, sizeof(name)));
	if (finding->field2 != UINT32_MAX && finding->field2 != finding->field)
		text_printf(text, " and %s", watch_field_name(watching, finding->field2, other, sizeof(other)));
	text_str(text, " of one object come from two fills: ");
	put_side(watching, &evidence->sides[0], text);
	text_str(text, " and ");
	put_side(watching, &evidence->sides[1], text);
	text_str(text, " filled it at the same time");
	if (evidence->text[0])
		put_said(text, evidence->text);
}

static const char *broken_by(const struct finding *finding)
{
	if (finding->states)
		return "a change that is not allowed, by ";
	switch (finding->rule) {
	case PLAN_RULE_OWNER: return "written by a second thread: ";
	case PLAN_RULE_ONCE: return "written again by ";
	case PLAN_RULE_ATOMIC: return "written by a store that is not atomic, by ";
	case PLAN_RULE_MUTEX: return "written without its lock by ";
	default: return "written by ";
	}
}

static void put_policy(const struct watching *watching, const struct finding *finding,
                       const struct finding_evidence *evidence, struct text *text)
{
	const struct finding_side *culprit = watch_culprit(evidence), *first = &evidence->sides[0];
	char name[512], rule[128];

	text_printf(text, "%s has the rule %s and was %s%s", watch_field_name(watching, finding->field, name, sizeof(name)),
	            watch_rule(watching, finding, rule, sizeof(rule)), finding->states ? "given " : "", broken_by(finding));
	put_side(watching, culprit, text);
	if (culprit != first && watch_side_known(first)) {
		text_str(text, ", after ");
		put_side(watching, first, text);
	}
	if (evidence->text[0])
		put_said(text, evidence->text);
	else
		put_change(evidence, text);
}

static void put_sharing(const struct watching *watching, const struct finding *finding,
                        const struct finding_evidence *evidence, struct text *text)
{
	char name[512], other[512];

	text_printf(text, "%s and %s lie on one cache line and are written in turns, by ",
	            watch_field_name(watching, finding->field, name, sizeof(name)),
	            watch_field_name(watching, finding->field2, other, sizeof(other)));
	put_side(watching, &evidence->sides[0], text);
	text_str(text, " and ");
	put_side(watching, &evidence->sides[1], text);
	text_printf(text, "; %llu changes of hands", (unsigned long long)finding->count);
}

void watch_sentence(const struct watching *watching, const struct finding *finding,
                    const struct finding_evidence *evidence, struct text *text)
{
	switch (finding->kind) {
	case FINDING_CONFLICT: put_conflict(watching, finding, evidence, text); break;
	case FINDING_MIXED: put_mixed(watching, finding, evidence, text); break;
	case FINDING_POLICY: put_policy(watching, finding, evidence, text); break;
	case FINDING_SHARING: put_sharing(watching, finding, evidence, text); break;
	default: break;
	}
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

/* The part of an event's bytes that belongs to a field. base: offset in the type of the first byte stored. */
static void value_of(const struct plan_field *field, uint64_t base, const uint8_t *bytes, size_t n, char *ret,
                     size_t size)
{
	uint64_t from = field->offset > base ? field->offset - base : 0;

	ret[0] = '\0';
	if (from >= n)
		return;
	n -= from;
	plan_value_text(field, bytes + from, n < field->width ? n : field->width, ret, size);
}

static void fill_written(const struct wire_event *event, const struct plan_site *site, uint64_t base,
                         const struct plan_field *field, bool values, struct watch_written *ret)
{
	ret->field = field;
	ret->object = site && !field->indexed && event->address >= base ? event->address - base : 0;
	if (!values)
		return;
	value_of(field, base, event->old_value, event->old_n, ret->old_text, sizeof(ret->old_text));
	value_of(field, base, event->new_value, event->new_n, ret->new_text, sizeof(ret->new_text));
}

size_t watch_written(const struct watching *watching, const struct wire_event *event, const struct plan_site *site,
                     uint32_t field, bool values, struct watch_written *ret, size_t size)
{
	const struct plan *plan = watch_plan(watching->watch);
	uint64_t base = site ? site->site->offset : 0;
	size_t n = 0;

	if (!size || field >= plan->fields_n)
		return 0;
	if (!site || !site->covers_several || site->type_id >= plan->types_n) {
		fill_written(event, site, site ? base : plan->fields[field].offset, &plan->fields[field], values, ret);
		return 1;
	}
	for (size_t i = 0; i < plan->types[site->type_id].fields_n && n < size; i++) {
		const struct plan_field *of = &plan->fields[plan->types[site->type_id].fields[i]];

		if (*of->name && of->offset < base + event->width && base < of->offset + of->width)
			fill_written(event, site, base, of, values, &ret[n++]);
	}
	if (!n) {
		fill_written(event, site, base, &plan->fields[field], values, ret);
		n = 1;
	}
	return n;
}

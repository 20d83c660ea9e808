/* writes_check.c - sites held against the tags of their fields: see writes_check.h */
#include "cli/writes_check.h"

#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- findings -------------------------------------------------------------------------------------------------- */

char *check_text(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

char *check_field_name(const struct writes *writes, uint32_t field)
{
	return check_text("'%s.%s'", scan_bare_name(writes->fields[field].owner->name), writes->fields[field].name);
}

static void free_finding(struct check_finding *finding)
{
	free(finding->text);
	free(finding->known);
	free(finding->guess);
}

/* One source line is told once, though it became several stores. */
static bool told_before(const struct check *check, const struct check_finding *finding)
{
	const struct scan_site *site = &check->writes->sites->items[finding->site];

	for (size_t i = 0; i < check->findings_n; i++) {
		const struct check_finding *other = &check->findings[i];
		const struct scan_site *place = &check->writes->sites->items[other->site];

		if (other->rule != finding->rule || other->field != finding->field ||
		    place->function != site->function || place->line != site->line)
			continue;
		if (place->file == site->file || (place->file && site->file && strcmp(place->file, site->file) == 0))
			return true;
	}
	return false;
}

void check_add(struct check *check, struct check_finding finding)
{
	struct check_finding *grown;

	if (!finding.text || !finding.known || !finding.guess) {
		free_finding(&finding);
		check->failed = true;
		return;
	}
	grown = told_before(check, &finding) ? NULL :
	        reallocarray(check->findings, check->findings_n + 1, sizeof(*grown));
	if (!grown) {
		free_finding(&finding);
		return;
	}
	check->findings = grown;
	grown[check->findings_n++] = finding;
}

/* ---- tags ------------------------------------------------------------------------------------------------------ */

static bool is_generated_file(const char *file)
{
	size_t n = file ? strlen(file) : 0;

	return n > 5 && (strcmp(file + n - 5, ".fg.h") == 0 || strcmp(file + n - 5, ".fg.c") == 0);
}

/* What the note says of the type's generated code. form: the type is the shared form, else the record. */
static const struct scan_generated *find_generated(const struct scan *scan, const struct scan_type *type, bool form)
{
	for (size_t i = 0; i < scan->generated_n; i++)
		if ((form ? scan->generated[i].form : scan->generated[i].record) == type)
			return &scan->generated[i];
	return NULL;
}

/* A struct of which generated code alone knows the inside. */
static bool is_shared_form(const struct scan *scan, const struct scan_type *type)
{
	size_t n = type->name ? strlen(type->name) : 0;

	if (find_generated(scan, type, true))
		return true;
	return n > 7 && strcmp(type->name + n - 7, "_shared") == 0 && is_generated_file(type->file);
}

static bool has_policy(const struct scan_member *member)
{
	const struct model_tag *tag = &member->tag;

	return tag->present && (tag->states_n || (tag->policy_given && tag->policy != MODEL_POLICY_SNAPSHOT));
}

/* ---- passes ---------------------------------------------------------------------------------------------------- */

/* Is the instruction of generated code, wherever it was inlined, or of the library? */
static bool is_generated(const struct writes *writes, const struct scan_site *site)
{
	struct scan_frame frames[WRITES_FRAMES_MAX];
	size_t n;

	if (is_generated_file(site->file))
		return true;
	n = scan_frames(writes->scan, site->pc, frames, WRITES_FRAMES_MAX);
	for (size_t i = 0; i < n; i++)
		if (is_generated_file(frames[i].file) ||
		    (frames[i].function && strncmp(frames[i].function, "fg_", 3) == 0))
			return true;
	return site->function && is_generated_file(site->function->file);
}

/* Does the source say that the store is atomic? `__atomic_store_n(&x, v, __ATOMIC_RELEASE)` is an ordinary mov, and so
 * are the relaxed stores of std::atomic, whose own functions stand in the system's headers of that name. */
static bool source_says_atomic(const struct writes *writes, const struct scan_site *site)
{
	struct scan_frame frames[WRITES_FRAMES_MAX];
	size_t n = scan_frames(writes->scan, site->pc, frames, WRITES_FRAMES_MAX);

	for (size_t i = 0; i + 1 < n; i++)
		if (scan_source_is_atomics(frames[i].file))
			return true;
	return scan_source_atomic(writes->source, scan_function_directory(writes->scan, site->function), site->file,
	                          site->line, site->column) == SCAN_SOURCE_ATOMIC;
}

/* memset and its like; `rep stos` is what compilers make of it. */
static bool is_zeroing(const struct writes *writes, const struct scan_site *site, const struct scan_type *owner)
{
	const char *by = site->how == SCAN_HOW_BULK ? scan_called_name(writes->scan, site->pc) : NULL;
	char text[128];

	if (site->how != SCAN_HOW_BULK || (site->width && site->width < owner->size))
		return false;
	if (!by && scan_assembly(writes->scan, site->pc, text, sizeof(text)))
		return strncmp(text, "rep stos", 8) == 0;
	return by && (strstr(by, "memset") || strstr(by, "bzero") || strstr(by, "memclr") || strstr(by, "duffzero"));
}

/* C++: "ns::order::order" */
static bool is_constructor(const struct scan_site *site)
{
	const char *name = site->function ? site->function->name : NULL, *last, *before;
	size_t n;

	if (!name || site->function->language != SCAN_LANGUAGE_CPP)
		return false;
	last = strrchr(name, ':');
	if (!last || last == name || last[-1] != ':')
		return false;
	n = strlen(last + 1);
	before = last - 1;
	return n && (size_t)(before - name) >= n && strncmp(before - n, last + 1, n) == 0 &&
	       (before - n == name || before[-(ptrdiff_t)n - 1] == ':');
}

enum check_pass check_passes(const struct check *check, uint32_t field, const struct scan_site *site)
{
	const struct writes *writes = check->writes;

	if (site->where == SCAN_WHERE_STACK)
		return CHECK_PASS_STACK;
	if (is_zeroing(writes, site, writes->fields[field].owner))
		return CHECK_PASS_ZEROED;
	if (is_constructor(site))
		return CHECK_PASS_CONSTRUCTOR;
	return is_generated(writes, site) ? CHECK_PASS_GENERATED : CHECK_PASS_NONE;
}

/* ---- rules ----------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct scan_function *function)
{
	return function && function->name ? function->name : "an unnamed function";
}

/* "a plain 8-byte store", "an assignment split into several stores", "memcpy" */
static char *describe(const struct writes *writes, const struct scan_site *site)
{
	const char *by = site->how == SCAN_HOW_BULK ? scan_called_name(writes->scan, site->pc) : NULL;

	if (site->how == SCAN_HOW_BULK)
		return check_text("%s", by ? by : "a bulk write");
	if (site->how == SCAN_HOW_SPLIT)
		return check_text("an assignment split into several stores");
	if (site->modifies && site->how != SCAN_HOW_LOCKED)
		return check_text("a %u-byte read, change and write that is not atomic", site->width);
	return check_text("%s %s %u-byte store", site->how == SCAN_HOW_ATOMIC ? "an" : "a", writes_how_name(site->how),
	                  site->width);
}

/* "mov [rdi+0x18], esi at 0x1136", malloc'd */
static char *instruction(const struct writes *writes, const struct scan_site *site)
{
	char text[128];

	if (!scan_assembly(writes->scan, site->pc, text, sizeof(text)))
		snprintf(text, sizeof(text), "the instruction");
	return check_text("%s at 0x%llx", text, (unsigned long long)site->pc);
}

static void check_atomic(struct check *check, uint32_t field, uint32_t number)
{
	const struct writes *writes = check->writes;
	const struct scan_site *site = &writes->sites->items[number];
	char *name, *how;

	if (site->how == SCAN_HOW_ATOMIC || site->how == SCAN_HOW_LOCKED || site->how == SCAN_HOW_BARRIER)
		return;
	if (source_says_atomic(writes, site)) {
		check->passes[CHECK_PASS_SOURCE]++;
		return;
	}
	name = check_field_name(writes, field);
	how = describe(writes, site);
	check_add(check, (struct check_finding){
		.rule = CHECK_ATOMIC, .field = field, .site = number,
		.text = name && how ? check_text("%s is %s, and %s writes it by %s", name,
		                                 writes->fields[field].member->tag.states_n ? "atomic with states" : "atomic",
		                                 name_of(site->function), how) : NULL,
		.known = instruction(writes, site),
		.guess = check_text("that other threads can see the object already")});
	free(name);
	free(how);
}

/* " (order's id, note: snapshot)": what lies in a place of a shared form; malloc'd. */
static char *name_place(const struct writes *writes, uint32_t field)
{
	const struct scan_generated *generated = find_generated(writes->scan, writes->fields[field].owner, true);
	const char *path = writes->fields[field].name;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; out && generated && i < generated->places_n; i++) {
		const struct scan_shared_place *place = &generated->places[i];
		size_t n = strlen(place->place);

		if (strncmp(place->place, path, n) != 0 || (path[n] && path[n] != '.'))
			continue;
		fprintf(out, " (%s's", scan_bare_name(generated->record->name));
		for (size_t f = 0; f < place->fields_n; f++)
			fprintf(out, "%s %s", f ? "," : "", place->fields[f]);
		fprintf(out, ": %s)", place->policy);
	}
	if (out)
		fclose(out);
	return text;
}

static void check_shared(struct check *check, uint32_t field, uint32_t number)
{
	const struct writes *writes = check->writes;
	const struct scan_site *site = &writes->sites->items[number];
	char *name = check_field_name(writes, field), *how = describe(writes, site), *place = name_place(writes, field);
	char *text = NULL;

	if (name && how && place)
		text = check_text("%s is inside a shared record%s, and %s writes it by %s, past its generated functions", name,
		                  place, name_of(site->function), how);
	check_add(check, (struct check_finding){
		.rule = CHECK_SHARED, .field = field, .site = number, .text = text,
		.known = instruction(writes, site),
		.guess = check_text("that other threads can see the object already")});
	free(name);
	free(how);
	free(place);
}

static void check_lock(struct check *check, uint32_t field, uint32_t number)
{
	const struct writes *writes = check->writes;
	const struct scan_site *site = &writes->sites->items[number];
	const struct model_tag *tag = &writes->fields[field].member->tag;
	char *name;

	if (check_holds_lock(check, site->function))
		return;
	name = check_field_name(writes, field);
	check_add(check, (struct check_finding){
		.rule = CHECK_LOCK, .field = field, .site = number,
		.text = name ? check_text("%s is %s%s%s, and %s writes it without a lock in sight", name,
		                          model_policy_name(tag->policy), tag->group ? "=" : "",
		                          tag->group ? tag->group : "", name_of(site->function)) : NULL,
		.known = check_text("%s calls no function with lock in its name, and not all that call it directly do",
		                    name_of(site->function)),
		.guess = check_text("that the lock is not taken elsewhere: in inlined code, or by a caller through a pointer")});
	free(name);
}

/* Is the store to a group of a shared form, which generated code hands out under its lock, and a lock in sight? */
static bool is_group(const struct check *check, const struct scan_site *site, const struct scan_type *form)
{
	struct scan_step steps[SCAN_PATH_MAX];
	size_t n = scan_path(site->type, site->offset, site->width, site->indexed, steps, SCAN_PATH_MAX), at = 0;

	while (at < n && steps[at].holder != form)
		at++;
	for (at++; at < n; at++) {
		const struct scan_type *holder = steps[at].holder;

		if (holder->name && is_generated_file(holder->file))
			return check_holds_lock(check, site->function);
	}
	return false;
}

static bool is_picked(const struct check *check, uint32_t field)
{
	if (!check->picks)
		return true;
	for (size_t i = 0; i < check->picks->n; i++)
		if (check->picks->items[i].field == field)
			return true;
	return false;
}

static void judge_site(struct check *check, struct check_writers *writers, uint32_t field, uint32_t number, bool form)
{
	const struct scan_site *site = &check->writes->sites->items[number];
	const struct model_tag *tag = &check->writes->fields[field].member->tag;
	enum check_pass pass;

	if (site->read)
		return;
	check->held++;
	pass = check_passes(check, field, site);
	if (!pass && form && is_group(check, site, check->writes->fields[field].owner))
		pass = CHECK_PASS_GROUP;
	if (pass) {
		check->passes[pass]++;
		return;
	}
	if (form)
		check_shared(check, field, number);
	else if (tag->states_n || tag->policy == MODEL_POLICY_ATOMIC)
		check_atomic(check, field, number);
	else if (tag->policy == MODEL_POLICY_MUTEX || tag->policy == MODEL_POLICY_RWMUTEX)
		check_lock(check, field, number);
	else
		check_writer(check, writers, field, number);
}

/* Of the fields of a shared form that a site touches one is told: the innermost where they lie in each other, else the
 * first. */
static bool is_told(const struct writes *writes, uint32_t field, uint32_t site)
{
	uint32_t touched[WRITES_TOUCHED_MAX], first = WRITES_NONE, last = WRITES_NONE;
	size_t n = writes_touched(writes, &writes->sites->items[site], touched);

	for (size_t i = 0; i < n; i++) {
		if (writes->fields[touched[i]].owner != writes->fields[field].owner)
			continue;
		if (last != WRITES_NONE && writes->fields[touched[i]].parent != last)
			return field == first;
		last = touched[i];
		first = first == WRITES_NONE ? last : first;
	}
	return field == last;
}

static void judge_type(struct check *check, struct check_writers *writers, const struct scan_type *type)
{
	const struct writes *writes = check->writes;
	bool form = is_shared_form(writes->scan, type);
	bool record = !form && find_generated(writes->scan, type, false);
	size_t before = check->fields_n;

	for (uint32_t i = writes->type_first[type->id]; i < writes->type_first[type->id + 1]; i++) {
		const struct writes_field *field = &writes->fields[i];

		if (!*field->name || !is_picked(check, i) || (!form && !has_policy(field->member)))
			continue;
		check->fields_n++;
		for (uint32_t s = 0; s < field->sites_n; s++) {
			if (record)
				check->passes[CHECK_PASS_RECORD] += !writes->sites->items[field->sites[s]].read;
			else if (!form || is_told(writes, i, field->sites[s]))
				judge_site(check, writers, i, field->sites[s], form);
		}
	}
	check->types_n += check->fields_n > before;
	check->shared_n += form;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

int writes_check(const struct writes *writes, const struct writes_picks *picks)
{
	struct check check = {.writes = writes, .picks = picks};
	struct check_writers *writers = check_writers_new();
	struct scan_calls *calls = NULL;
	int status;

	if (!writers || scan_calls_find(writes->scan, writes->options->threads, &calls)) {
		check_writers_free(writers);
		return cli_fail("out of memory");
	}
	check.calls = calls;
	for (size_t i = 0; i < writes->scan->types_n; i++) {
		const struct scan_type *type = writes->scan->types[i];

		if ((type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION) && !type->incomplete)
			judge_type(&check, writers, type);
	}
	check_writers_judge(&check, writers);
	status = check.failed ? cli_fail("out of memory") : check_tell(&check);
	for (size_t i = 0; i < check.findings_n; i++)
		free_finding(&check.findings[i]);
	free(check.findings);
	check_writers_free(writers);
	scan_calls_free(calls);
	return status;
}

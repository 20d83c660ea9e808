/*
 * verdict_mixed.c - mixed records: two fills of one object that ran into one another
 *
 *     A.user   B.user   B.cents   A.cents        the record has B's user and A's cents
 *
 * A writer's fill is its run of writes to different fields of the object. Order proves the mix; what takes care is to
 * know that A.user and A.cents belong to one fill, since two setters that happen to be called by turns look the same
 * for a moment. For a pair of fields f and g, and one writer of one object, all of this has to hold:
 *
 *   1. Only exact order counts: sites that may judge (nothing between probe and store can take or release a lock), in a
 *      window in which all sites of the type are attached and no event was lost, told in the order of time.
 *   2. Only plain stores of values count: not those that put back what they read, changed (counters commute, a queue's
 *      ends move on: scan/change.h), not atomics, bit-fields or array items, and not numbers that, from one writer to
 *      the next, only ever grow, only ever shrink, or go on by steps.
 *   3. Turns: writers write f and g by turns, f g f g, REGULAR times and without one exception in all objects of the
 * type.
 *      Patches that name now this field and now that one break this at once, and are never told again.
 *   4. Crossed on both sides: others wrote f or g between this writer's f and its next g, and also between g and its
 * next
 *      f. Where fills are serial one of the two can't happen, whichever field comes first: nothing is assumed of where
 *      a fill begins, and threads that answer one another by turns by design draw nothing.
 *   5. The mix itself: between this writer's f and g, at most FILL_NS apart, one other writer wrote both, and both
 * values
 *      differ from this writer's: f is then the other's and g is this one's, as no serial order leaves it.
 *   6. It was seen INCIDENTS times.
 *   7. One function writes both, as it stands in the source; or, where each has a setter of its own, neither is a
 * pointer,
 *      a bool or an enum, and it was seen INCIDENTS_APART times: push and pop, begin and end are called by turns too.
 *
 * The first value is told only when its window has ended or WAIT_NS have gone by in it without loss.
 */
#include "watch/verdict_inside.h"

#include "scan/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	REGULAR = 24,
	INCIDENTS = 3,
	INCIDENTS_APART = 8,          /* where the two are written by different functions */
	WORDS = 64,                   /* incidents of which one is put into words */
	CROSSINGS = 2,                /* each way, from which fills are suspected */
	STEPS = 8,                    /* changes of a number that are looked at before it may count as no counter */
};
static const uint64_t fill_ns = 50 * VERDICT_MS, wait_ns = VERDICT_SECOND;

/* ---- what counts ----------------------------------------------------------------------------------------------- */

/* Returns: false: the write says nothing of fills. */
static bool counts(const struct verdict *verdict, const struct write *write)
{
	const struct plan_field *field = write->field;
	const struct plan_site *site = write->site;

	return site->judges && site->wire.flags & WIRE_JUDGE && !site->modifies && !site->probe.may_fail &&
	       !site->site->bitfield && !field->bitfield && !field->atomic && !field->indexed &&
	       site->site->how != SCAN_HOW_LOCKED && site->site->how != SCAN_HOW_ATOMIC &&
	       !verdict->plan->types[field->type_id].form;
}

/* The number of a field among those of its type that are followed. Returns: MIXED_FIELDS: not followed. */
static unsigned slot_of(struct verdict *verdict, const struct plan_field *field, struct mixed_type **ret_type)
{
	struct of_type *type = &verdict->types[field->type_id];
	struct of_field *of = &verdict->fields[field->id];

	if (!type->mixed)
		type->mixed = calloc(1, sizeof(*type->mixed));
	*ret_type = type->mixed;
	if (!type->mixed)
		return MIXED_FIELDS;
	if (!of->mixed_slot && type->mixed->fields_n < MIXED_FIELDS) {
		type->mixed->fields[type->mixed->fields_n++] = field->id;
		of->mixed_slot = (uint8_t)type->mixed->fields_n;
	}
	return of->mixed_slot ? of->mixed_slot - 1u : MIXED_FIELDS;
}

static struct mixed *mixed_of(struct verdict *verdict, const struct write *write)
{
	struct object *object = write->object;
	struct mixed *mixed = object->mixed ? &verdict->mixed[object->mixed - 1] : NULL;

	if (!mixed || mixed->object != object || mixed->life != object->life) {
		size_t number = verdict->mixed_next++ % MIXED_OBJECTS;

		mixed = &verdict->mixed[number];
		object->mixed = (uint32_t)number + 1;
		mixed->window = 0;
	}
	if (mixed->window != write->window || write->event->time_ns < mixed->last_ns) {
		memset(mixed, 0, sizeof(*mixed));
		mixed->object = object;
		mixed->life = object->life;
		mixed->window = write->window;
	}
	mixed->last_ns = write->event->time_ns;
	return mixed;
}

static struct mixed_writer *writer_of(struct mixed *mixed, const struct write *write)
{
	struct mixed_writer *oldest = mixed->writers;

	for (unsigned i = 0; i < MIXED_WRITERS; i++) {
		struct mixed_writer *one = &mixed->writers[i];

		if (one->id == write->writer)
			return one;
		if (one->last_ns < oldest->last_ns)
			oldest = one;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->id = write->writer;
	return oldest;
}

static struct mixed_pair *pair_of(struct mixed_type *type, unsigned f, unsigned g)
{
	return f < g ? &type->pairs[f][g] : &type->pairs[g][f];
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

static bool is_number(const struct plan_field *field)
{
	const struct scan_type *type = field->value ? scan_type_strip(field->value) : NULL;

	return type && field->width <= 8 &&
	       (type->kind == SCAN_KIND_INT || type->kind == SCAN_KIND_UINT || type->kind == SCAN_KIND_FLOAT);
}

/* As a number whose order is that of the field's values, floats too as far as the sign goes. */
static int64_t number_of(const struct plan_field *field, const uint8_t *bytes)
{
	uint64_t number = 0;
	unsigned unused = 64 - 8 * (unsigned)field->width;

	memcpy(&number, bytes, field->width);
	return (int64_t)(number << unused) >> unused;
}

void mixed_note_step(struct verdict *verdict, const struct write *write)
{
	struct of_field *of = &verdict->fields[write->field->id];
	const struct write_note *last = &write->place->last;
	struct write_note now = note_of(write);
	int64_t a, b;

	if (!is_number(write->field) || last->n != write->field->width || now.n != last->n ||
	    verdict_writer(last->goroutine, last->tid) == write->writer)
		return;
	a = number_of(write->field, last->bytes);
	b = number_of(write->field, now.bytes);
	if (a == b)
		return;
	of->ups += b > a;
	of->downs += b < a;
	of->sames += (int64_t)((uint64_t)b - (uint64_t)a) == of->step;
	of->step = (int64_t)((uint64_t)b - (uint64_t)a);
}

/* Not a number, or one that is neither counted up or down nor moved on by steps. */
static bool is_value(const struct verdict *verdict, uint32_t field)
{
	const struct of_field *of = &verdict->fields[field];

	return !is_number(&verdict->plan->fields[field]) ||
	       (of->ups && of->downs && of->ups + of->downs >= STEPS && of->sames * 2ull < of->ups + of->downs);
}

/* Not the same for certain. What is not known, since it was copied from elsewhere, differs. */
static bool differ(const struct write_note *a, const struct write_note *b)
{
	return a->n != b->n || !a->n || memcmp(a->bytes, b->bytes, a->n) != 0;
}

static bool overlap(const struct plan_field *a, const struct plan_field *b)
{
	return a->offset < b->offset + b->width && b->offset < a->offset + a->width;
}

/* ---- what the code says ---------------------------------------------------------------------------------------- */

/* Looked up when it is needed first. Inlined functions are functions too. */
static const struct of_site *site_of(struct verdict *verdict, uint32_t id)
{
	const struct plan_site *site = &verdict->plan->sites[id];
	struct of_site *of = &verdict->sites[id];
	struct scan_frame frame;

	if (of->known)
		return of;
	of->known = true;
	of->changes = site->scan && scan_store_changes(site->scan, site->site);
	if (site->scan && scan_frames(site->scan, site->site->pc, &frame, 1))
		of->function = frame.function;
	else if (site->site->function)
		of->function = site->site->function->name;
	return of;
}

static bool one_function(const struct of_site *a, const struct of_site *b)
{
	return a == b || (a->function && b->function && strcmp(a->function, b->function) == 0);
}

static bool may_be_apart(const struct plan_field *field)
{
	const struct scan_type *type = field->value ? scan_type_strip(field->value) : NULL;

	return !type || (type->kind != SCAN_KIND_POINTER && type->kind != SCAN_KIND_ENUM &&
	                 type->kind != SCAN_KIND_BOOL);
}

/* How often a mix has to be seen; 0: it never counts. In one function what comes first is, mostly, written first: a
 * mix of one fill's end with the next one's beginning is told only if there is no better one. Numbers of sites go by
 * address. */
static uint32_t incidents_wanted(struct verdict *verdict, const struct write *write, const struct mixed_write *own,
                                 const struct mixed_write *theirs, const struct mixed_write *theirs_now, uint32_t field)
{
	const struct of_site *first = site_of(verdict, own->note.site), *second = site_of(verdict, write->site->id);
	const struct of_site *other = site_of(verdict, theirs->note.site);
	const struct of_site *other_now = site_of(verdict, theirs_now->note.site);

	if (first->changes || second->changes || other->changes || other_now->changes)
		return 0;
	if (one_function(first, second) && one_function(other, other_now))
		return own->note.site < write->site->id ? INCIDENTS : INCIDENTS * 4;
	return may_be_apart(&verdict->plan->fields[field]) && may_be_apart(write->field) ? INCIDENTS_APART : 0;
}

/* ---- evidence -------------------------------------------------------------------------------------------------- */

/* Did this writer write the field last, if what is written now is counted with? */
static bool is_latest(const struct mixed *mixed, const struct write *write, unsigned w, unsigned f, uint32_t field)
{
	uint64_t time_ns = mixed->writers[w].of[f].time_ns;

	if (field == write->field->id)
		return mixed->writers[w].id == write->writer;
	for (unsigned other = 0; other < MIXED_WRITERS; other++)
		if (mixed->writers[other].of[f].time_ns > time_ns)
			return false;
	return time_ns != 0;
}

/* "user, name from thread 12; cents from thread 13": who wrote each field last. */
static void say_from(const struct verdict *verdict, const struct write *write, const struct mixed *mixed,
                     const struct mixed_type *type, char *ret, size_t size)
{
	size_t n = 0;

	ret[0] = '\0';
	for (unsigned w = 0; w < MIXED_WRITERS; w++) {
		uint64_t id = mixed->writers[w].id;
		const char *before = n ? "; " : "";
		bool any = false;

		for (unsigned f = 0; f < type->fields_n; f++) {
			if (n + 1 >= size || !is_latest(mixed, write, w, f, type->fields[f]))
				continue;
			n += (size_t)snprintf(ret + n, size - n, "%s%s", any ? ", " : before,
			                      verdict->plan->fields[type->fields[f]].name);
			any = true;
		}
		if (any && n + 1 < size)
			n += (size_t)snprintf(ret + n, size - n, " from %s %llu", id >> 63 ? "goroutine" : "thread",
			                      (unsigned long long)(id & ~(1ull << 63)));
	}
}

static void release(struct verdict *verdict, struct told *told, bool lost)
{
	struct told_wait *wait = told->wait;
	uint64_t n = wait->n;

	wait->n = 0;
	verdict->waiting_n--;
	/* Nor may evidence of a window that is void be told later. */
	if (lost)
		wait->evidence = told->finding.last;
	if (lost || !told_count(told, n, wait->last_ns))
		return;
	told->finding.last = wait->evidence;
	told_say(verdict, told);
}

static bool is_open(const struct verdict *verdict, const struct write *write)
{
	const struct type_window *now = &verdict->types[write->field->type_id].now;

	return now->number == write->window && now->end_ns == UINT64_MAX;
}

/* Puts an incident with those that wait for their window. */
static void put(struct verdict *verdict, struct told *told, const struct write *write,
                const struct finding_evidence *evidence)
{
	struct told_wait *wait = told->wait;

	if (!wait) {
		wait = told->wait = calloc(1, sizeof(*wait));
		if (!wait) {
			verdict->findings_lost++;
			return;
		}
	}
	/* The window before has ended without loss, else its events would not have been looked at. */
	if (wait->n && wait->window != write->window)
		release(verdict, told, false);
	if (!wait->n) {
		verdict->waiting_n++;
		wait->due_ns = write->event->time_ns + wait_ns;
		wait->window = write->window;
	}
	wait->n++;
	wait->last_ns = write->event->time_ns;
	if (evidence->sides[1].time_ns)
		wait->evidence = *evidence;
	if (!is_open(verdict, write))
		release(verdict, told, false);
}

void mixed_window_begin(struct of_type *type)
{
	if (!type->mixed)
		return;
	if (!type->mixed_kept)
		type->mixed_kept = malloc(sizeof(*type->mixed_kept));
	if (type->mixed_kept)
		*type->mixed_kept = *type->mixed;
}

/* A gap in the events looks like an exception to the turns: nothing that was learned in such a window may stay. */
static void unlearn(struct of_type *type)
{
	if (!type->mixed)
		return;
	if (type->mixed_kept)
		memcpy(type->mixed->pairs, type->mixed_kept->pairs, sizeof(type->mixed->pairs));
	else
		memset(type->mixed->pairs, 0, sizeof(type->mixed->pairs));
}

void mixed_window_end(struct verdict *verdict, struct of_type *type)
{
	const struct type_window *window = &type->now;

	if (window->lost)
		unlearn(type);
	for (size_t i = 0; i < verdict->told_n && verdict->waiting_n; i++) {
		struct told *told = verdict->told[i];

		if (told->wait && told->wait->n && told->wait->window == window->number)
			release(verdict, told, window->lost);
	}
}

void mixed_settle(struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->told_n && verdict->waiting_n; i++) {
		struct told *told = verdict->told[i];

		if (told->wait && told->wait->n && told->wait->due_ns <= verdict->now_ns)
			release(verdict, told, false);
	}
}

static void tell(struct verdict *verdict, const struct write *write, const struct mixed *mixed,
                 const struct mixed_type *type, const struct mixed_write *theirs, unsigned f)
{
	uint32_t field = type->fields[f];
	struct told_key key = {
		.kind = FINDING_MIXED, .type_id = write->field->type_id,
		.fields = {VERDICT_NONE, VERDICT_NONE}, .sites = {VERDICT_NONE, VERDICT_NONE},
	};
	struct told *told = told_find(verdict, &key);
	struct finding_evidence evidence = {.object = write->object_address};
	uint64_t waits;

	if (!told)
		return;
	/* One finding for a type: it is told by the pair that was seen first, and one in some incidents is put into
	 * words. */
	waits = told->wait ? told->wait->n : 0;
	if (!told->shown && !waits) {
		told->finding.field = field;
		told->finding.field2 = write->field->id;
	}
	if (waits % WORDS == 0 && told->finding.field == field && told->finding.field2 == write->field->id) {
		side_of_note(verdict, &theirs->note, field, &evidence.sides[0]);
		side_of_event(verdict, write->event, write->field->id, write->address, &evidence.sides[1]);
		say_from(verdict, write, mixed, type, evidence.text, sizeof(evidence.text));
	}
	put(verdict, told, write, &evidence);
}

/* ---- the judge ------------------------------------------------------------------------------------------------- */

/* How do this writer's f and g, of which g is written now, take turns? */
static void note_turn(struct mixed_pair *pair, const struct mixed_write *f, const struct mixed_write *g)
{
	bool one = f->time_ns > g->time_ns && f->before_ns <= g->time_ns;

	/* At its first g the writer may have been seen from the middle of a fill on. */
	if (one)
		pair->regular += pair->regular < UINT32_MAX;
	else if (g->time_ns || f->before_ns)
		pair->irregular += pair->irregular < UINT32_MAX;
}

/* The one who wrote both f and g between this writer's f and now. ret_any: somebody wrote one of them. */
static const struct mixed_writer *find_other(const struct mixed *mixed, const struct mixed_writer *own, unsigned f,
                                             unsigned g, bool *ret_any)
{
	uint64_t since_ns = own->of[f].time_ns;
	const struct mixed_writer *both = NULL;

	*ret_any = false;
	for (unsigned i = 0; i < MIXED_WRITERS; i++) {
		const struct mixed_writer *other = &mixed->writers[i];
		bool wrote_f = other->of[f].time_ns > since_ns, wrote_g = other->of[g].time_ns > since_ns;

		if (other == own)
			continue;
		*ret_any |= wrote_f || wrote_g;
		if (wrote_f && wrote_g)
			both = other;
	}
	return both;
}

static void suspect_site(struct verdict *verdict, uint32_t site)
{
	if (!verdict->sites[site].suspected && verdict->options.suspect)
		verdict->sites[site].suspected = verdict->options.suspect(verdict->options.user, site);
}

/* Both ways, in whatever windows: by serial fills one of the two can't be. Whoever holds threads up may give the next
 * fills the time to run into one another. */
static void note_crossing(struct verdict *verdict, const struct write *write, struct mixed_pair *pair,
                          struct mixed_writer *own, unsigned f, unsigned g)
{
	if (own->crossed[f][g] < UINT8_MAX)
		own->crossed[f][g]++;
	if (pair->crossed[f < g] < UINT8_MAX)
		pair->crossed[f < g]++;
	if (pair->irregular || pair->regular < REGULAR || pair->crossed[0] < CROSSINGS || pair->crossed[1] < CROSSINGS)
		return;
	suspect_site(verdict, own->of[f].note.site);
	suspect_site(verdict, write->site->id);
}

static void judge_pair(struct verdict *verdict, const struct write *write, struct mixed *mixed, struct mixed_type *type,
                       struct mixed_writer *own, unsigned f, unsigned g)
{
	struct mixed_pair *pair = pair_of(type, f, g);
	const struct mixed_writer *other;
	struct write_note now;
	uint32_t wanted;
	bool crossed;

	other = find_other(mixed, own, f, g, &crossed);
	if (crossed)
		note_crossing(verdict, write, pair, own, f, g);
	/* Crossed this way once at least: so the other way too, and that is where fills begin and end. */
	if (!other || own->crossed[f][g] > own->crossed[g][f] || pair->irregular || pair->regular < REGULAR ||
	    write->event->time_ns - own->of[f].time_ns > fill_ns)
		return;
	now = note_of(write);
	if (!differ(&own->of[f].note, &other->of[f].note) || !differ(&now, &other->of[g].note) ||
	    !is_value(verdict, type->fields[f]) || !is_value(verdict, write->field->id) ||
	    overlap(&verdict->plan->fields[type->fields[f]], write->field))
		return;
	wanted = incidents_wanted(verdict, write, &own->of[f], &other->of[f], &other->of[g], type->fields[f]);
	if (wanted && ++pair->incidents >= wanted)
		tell(verdict, write, mixed, type, &other->of[f], f);
}

/* A write that says nothing of order: what was known of this writer's turns at the field is void. */
static void forget(struct mixed_writer *own, unsigned g)
{
	memset(&own->of[g], 0, sizeof(own->of[g]));
	for (unsigned f = 0; f < MIXED_FIELDS; f++)
		own->crossed[f][g] = own->crossed[g][f] = 0;
}

void mixed_judge(struct verdict *verdict, const struct write *write)
{
	struct mixed_type *type;
	struct mixed_writer *own;
	struct mixed *mixed;
	uint64_t now_ns = write->event->time_ns;
	unsigned g;

	if (!write->place)
		return;
	g = slot_of(verdict, write->field, &type);
	if (g == MIXED_FIELDS)
		return;
	mixed = mixed_of(verdict, write);
	own = writer_of(mixed, write);
	own->last_ns = now_ns;
	if (!counts(verdict, write)) {
		forget(own, g);
		return;
	}
	for (unsigned f = 0; f < type->fields_n; f++) {
		if (f == g || !own->of[f].time_ns || own->of[f].time_ns == now_ns)
			continue;
		note_turn(pair_of(type, f, g), &own->of[f], &own->of[g]);
		if (own->of[f].time_ns > own->of[g].time_ns)
			judge_pair(verdict, write, mixed, type, own, f, g);
	}
	own->of[g] = (struct mixed_write){.time_ns = now_ns, .before_ns = own->of[g].time_ns, .note = note_of(write)};
}

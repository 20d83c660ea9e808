/* verdict_told.c - findings, each once, and their evidence; see verdict_inside.h */
#include "watch/verdict_inside.h"

#include <stdlib.h>
#include <string.h>

enum {
	TABLE_BEGIN = 64,
	ALL_UP_TO = 16,               /* so many pieces of evidence of a finding are all kept for a moment */
};
static const uint64_t fill_ns = VERDICT_MS;    /* then one in so long */

/* ---- the table ------------------------------------------------------------------------------------------------- */

static void order(struct told_key *key)
{
	bool swap = key->sites[0] > key->sites[1] ||
	            (key->sites[0] == key->sites[1] && key->fields[0] > key->fields[1]);

	if (swap) {
		uint32_t site = key->sites[0], field = key->fields[0];

		key->sites[0] = key->sites[1];
		key->sites[1] = site;
		key->fields[0] = key->fields[1];
		key->fields[1] = field;
	}
}

static uint64_t hash_key(const struct told_key *key)
{
	uint32_t words[sizeof(*key) / sizeof(uint32_t)];
	uint64_t hash = 0;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = verdict_hash(hash + words[i] + 1);
	return hash;
}

/* Where it is or would be. */
static uint32_t *look(const struct verdict *verdict, uint32_t *table, size_t size, const struct told_key *key)
{
	size_t at = hash_key(key) & (size - 1);

	while (table[at] && memcmp(&verdict->told[table[at] - 1]->key, key, sizeof(*key)) != 0)
		at = (at + 1) & (size - 1);
	return &table[at];
}

/* Room for one more in all of them. Returns: false: no memory, nothing is changed that matters. */
static bool make_room(struct verdict *verdict)
{
	size_t size = verdict->told_table_size ? verdict->told_table_size * 2 : TABLE_BEGIN;
	const struct finding **shown;
	struct told **told;
	uint32_t *table;

	if (verdict->told_n * 2 < verdict->told_table_size)
		return true;
	told = realloc(verdict->told, size * sizeof(*told));
	if (!told)
		return false;
	verdict->told = told;
	shown = realloc(verdict->shown, size * sizeof(*shown));
	if (!shown)
		return false;
	verdict->shown = shown;
	table = calloc(size, sizeof(*table));
	if (!table)
		return false;
	for (size_t i = 0; i < verdict->told_n; i++)
		*look(verdict, table, size, &verdict->told[i]->key) = (uint32_t)i + 1;
	free(verdict->told_table);
	verdict->told_table = table;
	verdict->told_table_size = size;
	return true;
}

struct told *told_find(struct verdict *verdict, const struct told_key *key)
{
	struct told_key ordered = *key;
	struct told *told;
	uint32_t *slot;

	order(&ordered);
	if (verdict->told_table_size) {
		slot = look(verdict, verdict->told_table, verdict->told_table_size, &ordered);
		if (*slot)
			return verdict->told[*slot - 1];
	}
	told = make_room(verdict) ? calloc(1, sizeof(*told)) : NULL;
	if (!told) {
		verdict->findings_lost++;
		return NULL;
	}
	told->key = ordered;
	told->finding = (struct finding){
		.kind = (enum finding_kind)key->kind, .type_id = key->type_id, .field = key->fields[0],
		.field2 = key->fields[1] == key->fields[0] && key->kind != FINDING_SHARING ? VERDICT_NONE
		                                                                           : key->fields[1],
		.rule = (enum plan_rule)key->rule, .states = key->states != 0,
	};
	verdict->told[verdict->told_n++] = told;
	*look(verdict, verdict->told_table, verdict->told_table_size, &ordered) = (uint32_t)verdict->told_n;
	return told;
}

void told_free(struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->told_n; i++) {
		free(verdict->told[i]->wait);
		free(verdict->told[i]);
	}
	free(verdict->told);
	free(verdict->told_table);
	free(verdict->shown);
}

/* ---- telling --------------------------------------------------------------------------------------------------- */

bool told_count(struct told *told, uint64_t n, uint64_t now_ns)
{
	struct finding *finding = &told->finding;

	if (!finding->count)
		finding->first_ns = now_ns;
	finding->count += n;
	if (now_ns > finding->last_ns)
		finding->last_ns = now_ns;
	if (finding->count > ALL_UP_TO && now_ns < told->filled_ns + fill_ns)
		return false;
	told->filled_ns = now_ns;
	memset(&finding->last, 0, sizeof(finding->last));
	return true;
}

void told_say(struct verdict *verdict, struct told *told)
{
	bool fresh = !told->shown;

	if (fresh) {
		told->finding.first = told->finding.last;
		told->shown = true;
		verdict->shown[verdict->shown_n++] = &told->finding;
	}
	if (verdict->options.tell)
		verdict->options.tell(verdict->options.user, &told->finding, fresh);
}

/* ---- sides ----------------------------------------------------------------------------------------------------- */

void side_value(const struct verdict *verdict, uint32_t field, uint64_t address, uint64_t at, const uint8_t *bytes,
                size_t n, char *ret)
{
	const struct plan_field *of = &verdict->plan->fields[field];
	uint64_t skip = at < address ? address - at : 0;

	ret[0] = '\0';
	/* A piece from the middle of a field, as of an array that is stored by eight bytes: it is no value. */
	if (skip >= n || at > address)
		return;
	n -= skip;
	plan_value_text(of, bytes + skip, n < of->width ? n : of->width, ret, FINDING_VALUE);
}

void side_thread(const struct verdict *verdict, struct finding_side *side)
{
	if (verdict->options.thread_name)
		verdict->options.thread_name(verdict->options.user, side->tid, side->thread, sizeof(side->thread));
}

void side_of_note(const struct verdict *verdict, const struct write_note *note, uint32_t field,
                  struct finding_side *ret_side)
{
	*ret_side = (struct finding_side){
		.site = note->site, .field = field, .ip = note->ip, .address = note->address, .tid = note->tid,
		.goroutine = note->goroutine, .time_ns = note->time_ns,
	};
	side_value(verdict, field, note->address, note->address, note->bytes, note->n, ret_side->new_text);
	side_thread(verdict, ret_side);
}

void side_of_event(const struct verdict *verdict, const struct wire_event *event, uint32_t field, uint64_t address,
                   struct finding_side *ret_side)
{
	*ret_side = (struct finding_side){
		.site = event->probe < verdict->plan->sites_n ? event->probe : VERDICT_NONE, .field = field,
		.ip = event->ip, .address = event->address, .tid = event->tid, .goroutine = event->goroutine,
		.time_ns = event->time_ns,
	};
	ret_side->stack_n = event->stack_n < WIRE_STACK ? event->stack_n : WIRE_STACK;
	/* An event without stack ends before it. */
	if (ret_side->stack_n)
		memcpy(ret_side->stack, event->stack, ret_side->stack_n * sizeof(event->stack[0]));
	side_value(verdict, field, address, event->address, event->old_value, event->old_n, ret_side->old_text);
	side_value(verdict, field, address, event->address, event->new_value, event->new_n, ret_side->new_text);
	side_thread(verdict, ret_side);
}

struct write_note note_of(const struct write *write)
{
	const struct wire_event *event = write->event;
	struct write_note note = {
		.time_ns = event->time_ns, .ip = event->ip, .goroutine = event->goroutine, .address = write->address,
		.tid = event->tid, .site = write->site ? write->site->id : VERDICT_NONE,
	};
	uint64_t skip = write->address - event->address;

	/* Of a store that covers several fields the value's bytes from this field's first on. */
	if (skip < event->new_n) {
		uint64_t n = event->new_n - skip;

		if (n > write->field->width)
			n = write->field->width;
		if (n == write->field->width || n == WIRE_VALUE - skip) {
			note.n = (uint8_t)n;
			memcpy(note.bytes, event->new_value + skip, n);
		}
	}
	return note;
}

/*
 * verdict_sharing.c - hot sharing: two threads write different fields of one cache line, which has to travel
 *
 * A change of hands counts when two threads, on two CPUs, write parts of one line that do not overlap, one within
 * HAND_NS of the other. Each of the parts must be of one thread alone, as far as seen in this second: where both
 * threads write both, padding would not help. So memory that is used again, and records that are handed over, draw
 * nothing.
 */
#include "watch/verdict_inside.h"

#include <string.h>

enum {
	LINE = 64,
	CHANGES = 64,                 /* of hands, in one second: then it is told */
};
static const uint64_t hand_ns = VERDICT_MS, period_ns = VERDICT_SECOND;

static struct line *line_at(struct verdict *verdict, uint64_t address, uint64_t now_ns)
{
	uint64_t number = address / LINE;
	struct line *set = verdict->lines + (verdict_hash(number) >> 20 & (LINES / WAYS - 1)) * WAYS, *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].address == number) {
			oldest = &set[i];
			if (now_ns - oldest->since_ns < period_ns || now_ns < oldest->since_ns)
				return oldest;
			break;
		}
		if (set[i].last_ns < oldest->last_ns)
			oldest = &set[i];
	}
	oldest->address = number;
	oldest->since_ns = now_ns;
	oldest->last_ns = 0;
	oldest->parts_n = 0;
	memset(oldest->changes, 0, sizeof(oldest->changes));
	return oldest;
}

/* The part that a write is to. Returns: LINE_PARTS: the line has more parts than we follow. */
static unsigned part_at(struct line *line, const struct write *write)
{
	unsigned offset = (unsigned)(write->event->address % LINE), width = write->event->width, found = LINE_PARTS;

	for (unsigned i = 0; i < line->parts_n; i++) {
		struct line_part *part = &line->parts[i];

		if (part->offset == offset && part->width == width)
			found = i;
		else if (part->offset < offset + width && offset < part->offset + part->width)
			part->both = true;
	}
	if (found < LINE_PARTS || line->parts_n == LINE_PARTS)
		return found;
	found = line->parts_n++;
	line->parts[found] = (struct line_part){
		.offset = (uint8_t)offset, .width = (uint8_t)width, .tid = write->event->tid, .field = write->field->id,
		.object = write->object_address,
	};
	return found;
}

static void tell(struct verdict *verdict, const struct line *line, unsigned a, unsigned b, uint64_t now_ns)
{
	const struct line_part *first = &line->parts[a], *second = &line->parts[b];
	struct told_key key = {
		.kind = FINDING_SHARING, .type_id = verdict->plan->fields[first->field].type_id,
		.fields = {first->field, second->field}, .sites = {VERDICT_NONE, VERDICT_NONE},
	};
	struct told *told = told_find(verdict, &key);

	if (!told || !told_count(told, CHANGES, now_ns))
		return;
	told->finding.last.object = first->object;
	side_of_note(verdict, &first->note, first->field, &told->finding.last.sides[0]);
	side_of_note(verdict, &second->note, second->field, &told->finding.last.sides[1]);
	told_say(verdict, told);
}

static void count_change(struct verdict *verdict, struct line *line, unsigned last, unsigned part, uint64_t now_ns)
{
	uint16_t *changes = last < part ? &line->changes[last][part] : &line->changes[part][last];

	if (line->parts[last].both || line->parts[part].both) {
		*changes = 0;
		return;
	}
	if (++*changes < CHANGES)
		return;
	*changes = 0;
	tell(verdict, line, last, part, now_ns);
}

void sharing_judge(struct verdict *verdict, const struct write *write)
{
	const struct wire_event *event = write->event;
	struct line *line;
	unsigned part;

	if (!event->width || event->address % LINE + event->width > LINE)
		return;
	line = line_at(verdict, event->address, event->time_ns);
	part = part_at(line, write);
	if (part == LINE_PARTS)
		return;
	line->parts[part].both |= line->parts[part].tid != event->tid;
	line->parts[part].note = note_of(write);
	line->parts[part].note.address = event->address;
	if (line->last_ns && line->last != part && line->last_tid != event->tid && line->last_cpu != event->cpu &&
	    event->time_ns >= line->last_ns && event->time_ns - line->last_ns < hand_ns)
		count_change(verdict, line, line->last, part, event->time_ns);
	line->last = (uint8_t)part;
	line->last_tid = event->tid;
	line->last_cpu = event->cpu;
	line->last_ns = event->time_ns > line->last_ns ? event->time_ns : line->last_ns;
}

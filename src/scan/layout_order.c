/*
 * layout_order.c - other orders of a type's members: one that packs, one that separates writers
 *
 * Places are found by the rules that compilers of C follow on x86-64. They are first held against the order that is
 * there: where they give other offsets than the binary has (packed, zero-width bit-fields), nothing is suggested.
 */
#include "scan/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_WRITER SIZE_MAX

/* What moves as one: a member, or a run of bit-fields. */
struct block {
	size_t first, n;              /* in job.places */
	uint64_t bytes, align;
	size_t writer;                /* index in the sharing's writers, or NO_WRITER */
	bool head, tail;              /* stays first, stays last */
	bool taken;
};

struct job {
	const struct scan_type *type;
	const struct scan_sharing *sharing;
	struct scan_place *places;    /* as declared */
	struct block *blocks;
	size_t n, blocks_n;
	uint64_t align;               /* of the whole */
};

static uint64_t up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

/* ---- the compiler's rules -------------------------------------------------------------------------------------- */

/* The bit at which a place lies when all before end is taken. A bit-field doesn't cross a unit of its declared type. */
static uint64_t bit_of(const struct scan_place *place, uint64_t end)
{
	uint64_t unit = 8 * place->unit;

	if (!unit || place->line_start)
		return up(end, 8 * place->align);
	return place->size_bits && end / unit != (end + place->size_bits - 1) / unit ? up(end, unit) : end;
}

/* Places them one after the other. Returns: bytes of the whole. */
static uint64_t lay(struct scan_place *places, size_t n, uint64_t align)
{
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++) {
		places[i].offset_bits = bit_of(&places[i], end);
		end = places[i].offset_bits + places[i].size_bits;
	}
	return up(up(end, 8) / 8, align);
}

/* Is what the rules give what the binary has? A member that lies further than its type asks for is aligned by itself:
 * it then keeps the least alignment that explains its place. */
static bool explained(struct job *job)
{
	uint64_t end = 0;

	for (size_t i = 0; i < job->n; i++) {
		struct scan_place *place = &job->places[i];
		uint64_t want = place->member->offset_bits;

		while (!place->unit && bit_of(place, end) < want && want % (16 * place->align) == 0 &&
		       place->align < job->align)
			place->align *= 2;
		if (bit_of(place, end) != want)
			return false;
		end = want + place->size_bits;
	}
	return up(up(end, 8) / 8, job->align) == job->type->size;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static size_t writer_of(const struct scan_sharing *sharing, size_t member)
{
	size_t writer = NO_WRITER;

	for (size_t i = 0; sharing && i < sharing->cells_n; i++) {
		const struct scan_cell *cell = &sharing->cells[i];

		if (cell->top == member && (writer == NO_WRITER || sharing->writers[cell->writer].hot))
			writer = cell->writer;
	}
	return writer;
}

/* What follows a base class may lie in its padding. Returns: the bits that are the base's own. */
static uint64_t base_bits(const struct scan_type *type, const struct scan_member *base)
{
	uint64_t end = base->offset_bits + base->size_bits;

	for (const struct scan_member *next = base + 1; next < type->members + type->members_n; next++)
		if (next->offset_bits > base->offset_bits && next->offset_bits < end)
			end = next->offset_bits;
	return end - base->offset_bits;
}

static bool is_empty_base(const struct scan_member *member)
{
	const struct scan_type *type = scan_type_strip(member->type);

	return member->base && type->size <= 1 && !type->members_n;
}

static void read_places(struct job *job)
{
	const struct scan_type *type = job->type;

	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];
		const struct scan_type *stripped = scan_type_strip(member->type);
		struct scan_place *place;

		/* It takes no room. */
		if (is_empty_base(member))
			continue;
		place = &job->places[job->n++];
		*place = (struct scan_place){.member = member, .size_bits = member->size_bits, .align = 1};
		if (member->bitfield)
			place->unit = stripped->size ? stripped->size : 1;
		else
			place->align = scan_layout_align(member->type);
		if (member->base)
			place->size_bits = base_bits(type, member);
	}
}

static void read_blocks(struct job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		const struct scan_place *place = &job->places[i];
		const struct scan_type *stripped = scan_type_strip(place->member->type);
		struct block *last = job->blocks_n ? &job->blocks[job->blocks_n - 1] : NULL;
		uint64_t align = place->unit ? place->unit : place->align;

		if (last && place->unit && job->places[i - 1].unit) {
			uint64_t first = job->places[last->first].member->offset_bits / 8;

			last->n++;
			last->align = align > last->align ? align : last->align;
			last->bytes = up(place->member->offset_bits + place->size_bits, 8) / 8 - first;
			continue;
		}
		job->blocks[job->blocks_n++] = (struct block){
			.first = i, .n = 1, .align = align, .bytes = up(place->size_bits, 8) / 8,
			.writer = writer_of(job->sharing, (size_t)(place->member - job->type->members)),
			.head = place->member->base || place->member->artificial,
			.tail = stripped->kind == SCAN_KIND_ARRAY && !stripped->count && i + 1 == job->n,
		};
	}
}

/* ---- choosing -------------------------------------------------------------------------------------------------- */

/* Appends a block to the order's places, and places it. Returns: the bytes taken. */
static uint64_t take(const struct job *job, struct block *block, bool line_start, struct scan_order *order)
{
	uint64_t end = order->places_n ? order->places[order->places_n - 1].offset_bits +
	                                 order->places[order->places_n - 1].size_bits : 0;

	block->taken = true;
	for (size_t i = 0; i < block->n; i++) {
		struct scan_place *place = &order->places[order->places_n++];

		*place = job->places[block->first + i];
		if (!i && line_start) {
			place->line_start = true;
			place->align = job->sharing->line_size;
		}
		place->offset_bits = bit_of(place, end);
		end = place->offset_bits + place->size_bits;
	}
	return up(end, 8) / 8;
}

/* Of those left with this writer (any: all), the one that wastes least at this place; among equals the first declared,
 * or (by_align) the most aligned. */
static struct block *best(const struct job *job, uint64_t at, bool any, size_t writer, bool by_align)
{
	struct block *found = NULL;
	uint64_t waste_found = 0;

	for (size_t i = 0; i < job->blocks_n; i++) {
		struct block *block = &job->blocks[i];
		uint64_t waste = up(at, block->align) - at;

		if (block->taken || block->tail || !(any || block->writer == writer))
			continue;
		if (!found || waste < waste_found ||
		    (by_align && waste == waste_found && block->align > found->align)) {
			found = block;
			waste_found = waste;
		}
	}
	return found;
}

static uint64_t take_heads(const struct job *job, struct scan_order *order)
{
	uint64_t at = 0;

	for (size_t i = 0; i < job->blocks_n; i++) {
		job->blocks[i].taken = false;
		if (job->blocks[i].head)
			at = take(job, &job->blocks[i], false, order);
	}
	return at;
}

static void take_tail(const struct job *job, struct scan_order *order)
{
	for (size_t i = 0; i < job->blocks_n; i++)
		if (job->blocks[i].tail)
			take(job, &job->blocks[i], false, order);
}

static uint64_t pack_by(const struct job *job, bool by_align, struct scan_order *order)
{
	uint64_t at;
	struct block *block;

	order->places_n = 0;
	at = take_heads(job, order);
	while ((block = best(job, at, true, NO_WRITER, by_align)) != NULL)
		at = take(job, block, false, order);
	take_tail(job, order);
	return lay(order->places, order->places_n, job->align);
}

/* Staying near the declared order is tried first: by alignment is never larger, but moves nearly all. */
static void pack(const struct job *job, struct scan_order *order)
{
	uint64_t near = pack_by(job, false, order);

	if (pack_by(job, true, order) >= near)
		pack_by(job, false, order);
	order->align = job->align;
}

/* Where some fields are tagged hot, the atomics that are not share their lines, as in generated code. */
static bool own_line(const struct job *job, size_t writer)
{
	const struct scan_sharing *sharing = job->sharing;
	bool any_hot = false;

	for (size_t i = 0; i < sharing->writers_n; i++)
		any_hot = any_hot || sharing->writers[i].hot;
	return sharing->writers[writer].kind != SCAN_WRITER_ONCE &&
	       !(any_hot && sharing->writers[writer].kind == SCAN_WRITER_ATOMIC && !sharing->writers[writer].hot);
}

/* What nobody writes, or nobody is known to write, comes first; then the seldom written atomics together; then every
 * other writer on lines of its own. */
static void separate(const struct job *job, struct scan_order *order)
{
	const struct scan_sharing *sharing = job->sharing;
	uint64_t at = take_heads(job, order);
	struct block *block;
	bool start;

	for (size_t w = 0; w < sharing->writers_n; w++)
		if (sharing->writers[w].kind == SCAN_WRITER_ONCE)
			while ((block = best(job, at, false, w, true)) != NULL)
				at = take(job, block, false, order);
	while ((block = best(job, at, false, NO_WRITER, true)) != NULL)
		at = take(job, block, false, order);
	start = at > 0;
	for (size_t w = 0; w < sharing->writers_n; w++)
		while (sharing->writers[w].kind != SCAN_WRITER_ONCE && !own_line(job, w) &&
		       (block = best(job, at, false, w, true)) != NULL) {
			at = take(job, block, start, order);
			start = false;
		}
	for (size_t w = 0; w < sharing->writers_n; w++) {
		start = at > 0;
		while (own_line(job, w) && (block = best(job, start ? 0 : at, false, w, true)) != NULL) {
			at = take(job, block, start, order);
			start = false;
		}
	}
	take_tail(job, order);
	order->align = job->align > sharing->line_size ? job->align : sharing->line_size;
}

/* Lines of the order on which several writers lie. */
static size_t still_shared(const struct job *job, const struct scan_order *order)
{
	uint64_t bits = 8 * (uint64_t)job->sharing->line_size, counted = UINT64_MAX;
	size_t shared = 0, last = NO_WRITER;
	uint64_t last_line = UINT64_MAX;

	for (size_t i = 0; i < order->places_n; i++) {
		const struct scan_place *place = &order->places[i];
		size_t writer = writer_of(job->sharing, (size_t)(place->member - job->type->members));

		if (writer == NO_WRITER || job->sharing->writers[writer].kind == SCAN_WRITER_ONCE || !place->size_bits)
			continue;
		if (last != NO_WRITER && writer != last && last_line == place->offset_bits / bits &&
		    counted != last_line) {
			counted = last_line;
			shared++;
		}
		last = writer;
		last_line = (place->offset_bits + place->size_bits - 1) / bits;
	}
	return shared;
}

/* ---- the suggestion -------------------------------------------------------------------------------------------- */

static const char *refusal(const struct scan_type *type, enum scan_order_way way, const struct scan_sharing *sharing)
{
	if (type->language == SCAN_LANGUAGE_RUST)
		return "Rust's compiler orders the fields itself (unless repr(C) is given)";
	if (type->kind != SCAN_KIND_STRUCT || scan_layout_overlaid(type))
		return "its members lie over one another";
	if (type->members_n < 2)
		return "it has nothing to order";
	for (size_t i = 0; i < type->members_n; i++)
		if (type->members[i].virtual_base)
			return "it has a virtual base, whose place is known at run time only";
	if (way == SCAN_ORDER_SEPARATE) {
		if (!sharing || sharing->basis == SCAN_BASIS_NONE || sharing->basis == SCAN_BASIS_TYPES)
			return "no tags and no recording: nothing is known of who writes";
		if (sharing->basis == SCAN_BASIS_LOCAL)
			return "it is tagged local: one thread's own";
		if (!sharing->lines_n)
			return "no line is shared by several writers";
	}
	return NULL;
}

static int find_order(struct job *job, struct scan_order *order)
{
	read_places(job);
	if (!explained(job)) {
		order->why = "its members do not lie as their types ask for (packed, or placed by hand)";
		return 0;
	}
	read_blocks(job);
	order->places = calloc(job->n, sizeof(*order->places));
	if (!order->places)
		return -ENOMEM;
	if (order->way == SCAN_ORDER_PACK)
		pack(job, order);
	else
		separate(job, order);
	order->size = lay(order->places, order->places_n, order->align);
	if (job->sharing)
		order->shared_lines = still_shared(job, order);
	if (order->way == SCAN_ORDER_PACK && order->size >= job->type->size)
		order->why = "no order of its members takes fewer bytes";
	else if (order->way == SCAN_ORDER_SEPARATE && order->shared_lines >= job->sharing->lines_n)
		order->why = "no order of its own members separates them better";
	order->changes = !order->why;
	return 0;
}

int scan_layout_order(const struct scan_type *type, enum scan_order_way way, const struct scan_sharing *sharing,
                      struct scan_order *ret_order)
{
	struct scan_order order = {.way = way, .why = refusal(type, way, sharing)};
	struct job job = {.type = type, .sharing = sharing, .align = scan_layout_align(type)};
	int error = 0;

	if (!order.why) {
		job.places = calloc(type->members_n, sizeof(*job.places));
		job.blocks = calloc(type->members_n, sizeof(*job.blocks));
		error = job.places && job.blocks ? find_order(&job, &order) : -ENOMEM;
		free(job.places);
		free(job.blocks);
	}
	if (error) {
		scan_order_fini(&order);
		return error;
	}
	*ret_order = order;
	return 0;
}

void scan_order_fini(struct scan_order *order)
{
	free(order->places);
	*order = (struct scan_order){0};
}

/* layout.c - the rows of a type: members, holes, padding */
#include "scan/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16
#define OPEN_MAX 100000             /* rows, after which nothing more is opened: broken input may nest without end */
#define LINE_SIZE 64

static bool is_compound(const struct scan_type *type)
{
	return type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION;
}

static uint64_t align_of(const struct scan_type *type, unsigned depth)
{
	uint64_t align = 1;

	if (!type)
		return 1;
	if (type->align)
		return type->align;
	if (depth > 64)
		return 1;
	switch (type->kind) {
	case SCAN_KIND_TYPEDEF:
	case SCAN_KIND_QUALIFIED:
	case SCAN_KIND_ARRAY:
		return align_of(type->target, depth + 1);
	case SCAN_KIND_STRUCT:
	case SCAN_KIND_UNION:
		for (size_t i = 0; i < type->members_n; i++) {
			uint64_t one = type->members[i].virtual_base ? 1 : align_of(type->members[i].type, depth + 1);

			align = one > align ? one : align;
		}
		return align;
	default:
		while (align < 16 && align * 2 <= type->size)
			align *= 2;
		return align;
	}
}

uint64_t scan_layout_align(const struct scan_type *type)
{
	return align_of(type, 0);
}

bool scan_layout_overlaid(const struct scan_type *type)
{
	return type->kind == SCAN_KIND_UNION || type->variants_n > 0;
}

uint64_t scan_layout_lost(const struct scan_layout *layout)
{
	return layout->hole_bytes + (layout->bit_hole_bits + layout->padding_bits) / 8;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

static int add_row(struct scan_layout *layout, const struct scan_row *row)
{
	if (layout->rows_n == layout->rows_size) {
		size_t size = layout->rows_size ? 2 * layout->rows_size : 64;
		struct scan_row *rows = reallocarray(layout->rows, size, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		layout->rows = rows;
		layout->rows_size = size;
	}
	layout->rows[layout->rows_n++] = *row;
	return 0;
}

/* Bits from to: of a struct that begins at base, in which nothing lies. */
static int add_gap(struct scan_layout *layout, enum scan_row_kind kind, unsigned depth, uint64_t base, uint64_t from,
                   uint64_t to)
{
	struct scan_row row = {.kind = kind, .depth = depth, .offset_bits = base + from, .size_bits = to - from};

	if (depth == 0 && kind == SCAN_ROW_PADDING) {
		layout->padding_bits = to - from;
	} else if (depth == 0 && from % 8 == 0 && to % 8 == 0) {
		layout->holes_n++;
		layout->hole_bytes += (to - from) / 8;
	} else if (depth == 0) {
		layout->bit_holes_n++;
		layout->bit_hole_bits += to - from;
	}
	return add_row(layout, &row);
}

struct walk {
	struct scan_layout *layout;
	bool nested;
};

/* Where a struct lies, and how. */
struct spot {
	uint64_t base;                /* its first bit */
	uint64_t end;                 /* behind its padding: of a base class, where the next member begins in it */
	unsigned depth;
	bool variant;
};

static int walk_type(const struct walk *walk, const struct scan_type *type, const struct spot *spot);

static int walk_member(const struct walk *walk, const struct scan_type *holder, const struct scan_member *member,
                       const struct spot *spot)
{
	const struct scan_type *type = scan_type_strip(member->type);
	struct scan_row row = {.member = member, .depth = spot->depth, .offset_bits = spot->base + member->offset_bits,
	                       .size_bits = member->size_bits, .variant = spot->variant || member->variant};
	struct spot inner = {row.offset_bits, row.offset_bits + 8 * type->size, spot->depth + 1, row.variant};
	int error;

	row.opened = is_compound(type) && !type->incomplete && type->members_n && !member->virtual_base &&
	             spot->depth < DEPTH_MAX && walk->layout->rows_n < OPEN_MAX &&
	             (!member->name || member->variant || walk->nested);
	error = add_row(walk->layout, &row);
	for (const struct scan_member *next = member + 1;
	     member->base && next < holder->members + holder->members_n; next++)
		if (next->offset_bits > member->offset_bits && spot->base + next->offset_bits < inner.end)
			inner.end = spot->base + next->offset_bits;
	if (!error && row.opened)
		error = walk_type(walk, type, &inner);
	return error;
}

/* Base classes and empty members may lie inside what was there before, so the end is the furthest of all so far. */
static int walk_type(const struct walk *walk, const struct scan_type *type, const struct spot *spot)
{
	uint64_t end = 0, size_bits = spot->end - spot->base;
	int error = 0;

	for (size_t i = 0; !error && i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];

		/* A variant's struct begins where the enum does: the discriminant of the others is no hole in it. */
		if (!spot->variant && !member->virtual_base && member->offset_bits > end &&
		    type->kind == SCAN_KIND_STRUCT)
			error = add_gap(walk->layout, SCAN_ROW_HOLE, spot->depth, spot->base, end, member->offset_bits);
		if (!error)
			error = walk_member(walk, type, member, spot);
		if (!member->virtual_base && member->offset_bits + member->size_bits > end)
			end = member->offset_bits + member->size_bits;
		walk->layout->bitfields_n += spot->depth == 0 && member->bitfield;
	}
	if (!error && !spot->variant && type->members_n && end < size_bits)
		error = add_gap(walk->layout, SCAN_ROW_PADDING, spot->depth, spot->base, end, size_bits);
	return error;
}

int scan_layout_read(const struct scan_type *type, const struct scan_layout_options *options,
                     struct scan_layout *layout)
{
	unsigned line_size = options->line_size ? options->line_size : LINE_SIZE;
	struct walk walk = {layout, options->nested};
	struct scan_layout empty = {.type = type, .rows = layout->rows, .rows_size = layout->rows_size};

	if (!is_compound(type) || type->incomplete)
		return -EINVAL;
	*layout = empty;
	layout->lines = (type->size + line_size - 1) / line_size;
	return walk_type(&walk, type, &(struct spot){.end = 8 * type->size});
}

void scan_layout_fini(struct scan_layout *layout)
{
	free(layout->rows);
	*layout = (struct scan_layout){0};
}

/* types.c - classes of nodes into struct scan_type */
#include "scan/intern.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 400
#define WEIGHT_MAX (4u << 20)

static const struct scan_type void_type = { .kind = SCAN_KIND_VOID, .id = UINT32_MAX };

struct build {
	struct scan_intern *intern;
	struct scan *scan;
	struct scan_type *types;      /* by class */
	uint8_t *states;
	uint32_t *weights;            /* members in it, those of its members counted too */
};

static char *copy_joined(struct scan *scan, const char *a, const char *b, const char *c)
{
	size_t a_n = strlen(a), b_n = strlen(b), c_n = strlen(c);
	char *text = scan_alloc(scan, a_n + b_n + c_n + 1);

	if (text) {
		memcpy(text, a, a_n);
		memcpy(text + a_n, b, b_n);
		memcpy(text + a_n + b_n, c, c_n);
	}
	return text;
}

static const char *name_of(struct scan *scan, const struct scan_node *node, enum scan_language language)
{
	const char *prefix = "";

	if (!node->name)
		return NULL;
	if (language == SCAN_LANGUAGE_C && scan_is_record(node) && !(node->flags & SCAN_NODE_BY_TYPEDEF))
		prefix = node->kind == SCAN_KIND_ENUM ? "enum " : node->kind == SCAN_KIND_UNION ? "union " : "struct ";
	if (node->scope)
		return copy_joined(scan, node->scope, "::", node->name);
	return *prefix ? copy_joined(scan, prefix, node->name, "") : node->name;
}

static const struct scan_type *type_of(const struct build *build, uint32_t node)
{
	return node == SCAN_NO_NODE ? NULL : &build->types[build->intern->classes[node]];
}

static int compare_members(const void *left, const void *right)
{
	const struct scan_raw_member *a = left, *b = right;
	uint64_t x = a->virtual_base ? 0 : a->offset_bits, y = b->virtual_base ? 0 : b->offset_bits;

	if (x != y)
		return x < y ? -1 : 1;
	return a->die < b->die ? -1 : a->die > b->die;
}

static int make_members(struct build *build, const struct scan_node *node, struct scan_type *type)
{
	struct scan_raw_member *raw = node->items;

	if (!node->items_n)
		return 0;
	type->members = scan_alloc(build->scan, node->items_n * sizeof(*type->members));
	if (!type->members)
		return -ENOMEM;
	type->members_n = node->items_n;
	for (uint32_t i = 0; i < node->items_n; i++) {
		const struct scan_type *its = type_of(build, raw[i].type.node);

		type->members[i] = (struct scan_member){
			.name = raw[i].name, .type = its ? its : &void_type, .offset_bits = raw[i].offset_bits,
			.size_bits = raw[i].unsized_ ? UINT64_MAX : raw[i].size_bits,
			.bitfield = raw[i].bitfield, .base = raw[i].base,
			.virtual_base = raw[i].virtual_base, .artificial = raw[i].artificial, .variant = raw[i].variant,
			.discriminant = raw[i].discriminant, .line = raw[i].line, .tag_text = raw[i].tag_text,
		};
	}
	return 0;
}

static int make_enumerators(struct build *build, const struct scan_node *node, struct scan_type *type)
{
	const struct scan_raw_enumerator *raw = node->items;

	if (!node->items_n)
		return 0;
	type->enumerators = scan_alloc(build->scan, node->items_n * sizeof(*type->enumerators));
	if (!type->enumerators)
		return -ENOMEM;
	type->enumerators_n = node->items_n;
	for (uint32_t i = 0; i < node->items_n; i++)
		type->enumerators[i] = (struct scan_enumerator){ raw[i].name, raw[i].value };
	return 0;
}

static int make_type(struct build *build, uint32_t class)
{
	const struct scan_unit *unit;
	const struct scan_node *node = scan_node_at(build->scan, build->intern->first[class], &unit);
	struct scan_type *type = &build->types[class];

	type->kind = node->kind;
	type->language = unit->language;
	type->qualifiers = node->qualifiers;
	type->name = name_of(build->scan, node, unit->language);
	if (node->name && !type->name)
		return -ENOMEM;
	type->size = node->size;
	type->align = node->align;
	type->align_declared = (node->flags & SCAN_NODE_ALIGNED) != 0;
	type->incomplete = (node->flags & SCAN_NODE_DECLARATION) != 0;
	type->go_kind = node->go_kind;
	type->go_runtime_type = node->go_runtime_type;
	type->target = type_of(build, node->target.node);
	type->count = node->count;
	type->variants_n = node->variants_n;
	type->line = node->line;
	if (node->line)
		type->file = scan_file_name(build->scan, unit, node->file);
	type->id = UINT32_MAX;
	if (node->kind == SCAN_KIND_ENUM)
		return make_enumerators(build, node, type);
	if (node->items_n)
		qsort(node->items, node->items_n, sizeof(struct scan_raw_member), compare_members);
	return make_members(build, node, type);
}

/* ---- sizes and alignments, and cutting what holds itself -------------------------------------------------------- */

enum { STATE_NEW = 0, STATE_OPEN, STATE_DONE };

static void finish(struct build *build, struct scan_type *type, unsigned depth);

/* A type that would hold itself, or that is nested deeper or wider than anyone writes, becomes void there: whoever
 * walks types by value comes to an end. Returns: what to refer to. */
static const struct scan_type *finish_part(struct build *build, const struct scan_type *part, unsigned depth)
{
	size_t index;

	if (!part || part == &void_type)
		return part;
	index = (size_t)(part - build->types);
	if (build->states[index] == STATE_DONE)
		return part;
	if (build->states[index] == STATE_OPEN || depth >= DEPTH_MAX)
		return &void_type;
	finish(build, &build->types[index], depth + 1);
	return part;
}

static uint32_t weight_of(const struct build *build, const struct scan_type *part)
{
	return part && part != &void_type ? build->weights[part - build->types] : 0;
}

static uint64_t natural_align(const struct scan_type *type)
{
	uint64_t align = 1;

	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];

		if (!member->virtual_base && member->type->align > align)
			align = member->type->align;
	}
	/* Packed structs have less than their members ask for. */
	for (size_t i = 0; i < type->members_n; i++) {
		const struct scan_member *member = &type->members[i];

		if (member->bitfield || member->virtual_base || !member->type->align)
			continue;
		while (align > 1 && member->type->align >= align && member->offset_bits / 8 % align)
			align /= 2;
	}
	while (align > 1 && type->size % align)
		align /= 2;
	return align;
}

static void finish_record(struct build *build, struct scan_type *type, unsigned depth)
{
	uint32_t *weight = &build->weights[type - build->types];

	for (size_t i = 0; i < type->members_n; i++) {
		struct scan_member *member = &type->members[i];
		uint64_t bits;

		member->type = finish_part(build, member->type, depth);
		if (weight_of(build, member->type) > WEIGHT_MAX - *weight - 1)
			member->type = &void_type;
		*weight += weight_of(build, member->type) + (*weight < WEIGHT_MAX - 1);
		if (member->virtual_base)
			member->offset_bits = 0;
		bits = __builtin_mul_overflow(member->type->size, (uint64_t)8, &bits) ? 0 : member->type->size * 8;
		/* UINT64_MAX: it has none, whatever its type says. */
		if (!member->bitfield)
			member->size_bits = member->size_bits == UINT64_MAX ? 0 : bits;
	}
	if (!type->align && !type->incomplete)
		type->align = natural_align(type);
}

static void finish(struct build *build, struct scan_type *type, unsigned depth)
{
	uint8_t *state = &build->states[type - build->types];

	*state = STATE_OPEN;
	switch (type->kind) {
	case SCAN_KIND_STRUCT:
	case SCAN_KIND_UNION:
		finish_record(build, type, depth);
		break;
	case SCAN_KIND_TYPEDEF:
	case SCAN_KIND_QUALIFIED:
	case SCAN_KIND_ENUM:
		type->target = finish_part(build, type->target, depth);
		if (!type->target)
			break;
		if (!type->size)
			type->size = type->target->size;
		if (!type->align)
			type->align = type->target->align;
		break;
	case SCAN_KIND_ARRAY:
		type->target = finish_part(build, type->target, depth);
		if (!type->target)
			break;
		if (!type->size && __builtin_mul_overflow(type->count, type->target->size, &type->size))
			type->size = 0;
		if (!type->align)
			type->align = type->target->align;
		break;
	case SCAN_KIND_OTHER:
		if (!type->size && type->target)
			type->size = scan_type_strip(type->target) &&
				     scan_type_strip(type->target)->kind == SCAN_KIND_FUNCTION ? 16 : 8;
		/* fall through */
	default:
		if (!type->align && type->size && type->size <= 64)
			type->align = type->size & -type->size;
		if (type->align > 16)
			type->align = 16;
		break;
	}
	if (type->kind == SCAN_KIND_ENUM && !type->align && type->size <= 8)
		type->align = type->size;
	if (type->kind == SCAN_KIND_TYPEDEF || type->kind == SCAN_KIND_QUALIFIED || type->kind == SCAN_KIND_ARRAY)
		build->weights[type - build->types] = weight_of(build, type->target);
	*state = STATE_DONE;
}

/* gcc's old form of bit-fields counts from the highest bit of a storage unit that is as large as the member's type. */
static void turn_bitfields(struct build *build)
{
	for (size_t class = 0; class < build->intern->classes_n; class++) {
		const struct scan_node *node = scan_node_at(build->scan, build->intern->first[class], NULL);
		const struct scan_raw_member *raw = node->items;
		struct scan_member *members = build->types[class].members;

		if (node->kind == SCAN_KIND_ENUM)
			continue;
		for (uint32_t i = 0; i < node->items_n; i++)
			if (raw[i].big_offset)
				members[i].offset_bits += members[i].type->size * 8;
	}
}

static void count_units(struct build *build)
{
	struct scan_inside *inside = build->scan->inside;
	uint32_t *last = calloc(build->intern->classes_n + 1, sizeof(*last));

	if (!last)
		return;
	for (uint32_t u = 0; u < inside->units_n; u++) {
		const struct scan_unit *unit = &inside->units[u];

		for (size_t i = 0; i < unit->nodes_n; i++) {
			const struct scan_node *node = &unit->nodes[i];
			uint32_t index = unit->first_node + (uint32_t)i, class = build->intern->classes[index];
			struct scan_type *type = &build->types[class];

			if (build->intern->resolve[index] != index)
				continue;
			if (last[class] != u + 1) {
				last[class] = u + 1;
				type->units_n++;
			}
			if (!node->tag_text && node->kind != SCAN_KIND_STRUCT && node->kind != SCAN_KIND_UNION)
				continue;
			/* One unit may have been compiled by a compiler that keeps tags, another not. */
			if (!type->tag_text)
				type->tag_text = node->tag_text;
			for (uint32_t k = 0; k < node->items_n; k++) {
				const struct scan_raw_member *raw = (const struct scan_raw_member *)node->items + k;

				if (raw->tag_text && !type->members[k].tag_text)
					type->members[k].tag_text = raw->tag_text;
			}
		}
	}
	free(last);
}

/* ---- finding types ---------------------------------------------------------------------------------------------- */

static const char *bare_name(const char *name)
{
	static const char *const prefixes[] = { "struct ", "union ", "enum ", "class " };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		/* Go's structs without a name are called "struct { ... }". */
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])) && name[strlen(prefixes[i])] != '{')
			return name + strlen(prefixes[i]);
	return name;
}

static int compare_types(const void *left, const void *right)
{
	const struct scan_type *a = *(const struct scan_type *const *)left;
	const struct scan_type *b = *(const struct scan_type *const *)right;
	int order = strcmp(bare_name(a->name), bare_name(b->name));

	if (order)
		return order;
	if (a->incomplete != b->incomplete)
		return a->incomplete ? 1 : -1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int list_types(struct build *build)
{
	const struct scan_type **list;
	size_t n = 0;

	list = scan_alloc(build->scan, (build->intern->classes_n + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < build->intern->classes_n; i++) {
		struct scan_type *type = &build->types[i];

		if (type->name && (type->kind == SCAN_KIND_STRUCT || type->kind == SCAN_KIND_UNION ||
				   type->kind == SCAN_KIND_ENUM))
			list[n++] = type;
	}
	qsort(list, n, sizeof(*list), compare_types);
	for (size_t i = 0; i < n; i++)
		build->types[list[i] - build->types].id = (uint32_t)i;
	build->scan->types = list;
	build->scan->types_n = n;
	return 0;
}

const struct scan_type *const *scan_types_named(const struct scan *scan, const char *name, size_t *ret_n)
{
	const char *bare = bare_name(name);
	size_t low = 0, high = scan->types_n, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(bare_name(scan->types[middle]->name), bare) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < scan->types_n && !strcmp(bare_name(scan->types[low + n]->name), bare))
		n++;
	*ret_n = n;
	return n ? &scan->types[low] : NULL;
}

/* What stays of a unit's nodes: by offset, the type. */
static int keep_unit(struct build *build, struct scan_unit *unit)
{
	if (!unit->nodes_n)
		return 0;
	unit->offsets = scan_alloc(build->scan, unit->nodes_n * sizeof(*unit->offsets));
	unit->types = scan_alloc(build->scan, unit->nodes_n * sizeof(*unit->types));
	if (!unit->offsets || !unit->types)
		return -ENOMEM;
	for (size_t i = 0; i < unit->nodes_n; i++) {
		unit->offsets[i] = unit->nodes[i].die;
		unit->types[i] = type_of(build, unit->first_node + (uint32_t)i);
	}
	unit->types_n = unit->nodes_n;
	return 0;
}

int scan_types_build(struct scan_intern *intern)
{
	struct build build = { .intern = intern, .scan = intern->scan };
	struct scan_inside *inside = intern->scan->inside;
	int result = -ENOMEM;

	build.types = scan_alloc(build.scan, (intern->classes_n + 1) * sizeof(*build.types));
	build.states = calloc(intern->classes_n + 1, 1);
	build.weights = calloc(intern->classes_n + 1, sizeof(*build.weights));
	if (!build.types || !build.states || !build.weights)
		goto out;
	result = 0;
	for (uint32_t i = 0; !result && i < intern->classes_n; i++)
		result = make_type(&build, i);
	if (result < 0)
		goto out;
	for (size_t i = 0; i < intern->classes_n; i++)
		if (build.states[i] == STATE_NEW)
			finish(&build, &build.types[i], 0);
	turn_bitfields(&build);
	count_units(&build);
	result = list_types(&build);
	for (size_t i = 0; !result && i < inside->units_n; i++)
		result = keep_unit(&build, &inside->units[i]);
out:
	free(build.states);
	free(build.weights);
	return result;
}

/* ---- by DIE ------------------------------------------------------------------------------------------------------ */

const struct scan_type *scan_type_of_key(const struct scan *scan, scan_key key)
{
	const struct scan_unit *unit = scan_unit_of(scan, key);
	size_t low = 0, high;
	uint32_t die;

	if (!unit)
		return NULL;
	die = (uint32_t)(SCAN_KEY_OFFSET(key) - unit->head.offset);
	high = unit->types_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unit->offsets[middle] < die)
			low = middle + 1;
		else
			high = middle;
	}
	return low < unit->types_n && unit->offsets[low] == die ? unit->types[low] : NULL;
}

const struct scan_type *scan_type_of_die(const struct scan *scan, Dwarf_Die *die)
{
	unsigned part = SCAN_PART_INFO;
	Dwarf_Half version;
	uint8_t unit_type;

	if (!die || dwarf_cu_info(die->cu, &version, &unit_type, NULL, NULL, NULL, NULL, NULL) < 0)
		return NULL;
	if (version == 4 && unit_type == DW_UT_type)
		part = SCAN_PART_TYPES;
	/* Every handle's own file has the common file set as its alternative, which itself has none. */
	else if (scan->inside->alt.data && !dwarf_getalt(dwarf_cu_getdwarf(die->cu)))
		part = SCAN_PART_ALT;
	return scan_type_of_key(scan, SCAN_KEY(part, dwarf_dieoffset(die)));
}

const struct scan_type *scan_type_attribute(const struct scan *scan, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, &type))
		return NULL;
	return scan_type_of_die(scan, &type);
}

int scan_types_intern(struct scan *scan, struct scan_error *error)
{
	struct scan_intern intern = { .scan = scan };
	int result = scan_resolve_keys(&intern);

	if (!result)
		result = scan_intern_nodes(&intern);
	if (!result)
		result = scan_types_build(&intern);
	scan_intern_free(&intern);
	return result < 0 ? scan_fail(error, result, "%s: %s", scan->path, strerror(-result)) : 0;
}

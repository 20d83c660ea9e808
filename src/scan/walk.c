/* walk.c - one unit's DIEs, in order, into nodes and raw symbols */
#include "scan/build.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 512
#define RANGES_MAX 4096
#define TAG_LLVM_ANNOTATION 0x6000

/* What encloses the DIE at hand. */
struct level {
	uint16_t tag;
	uint32_t node;                /* the struct, enum or array that is being filled; SCAN_NO_NODE: none */
	const char *scope;            /* qualified name that names in it are put behind */
	bool in_function;
	uint32_t variant;
	scan_key discriminant;
	uint32_t member;              /* index of the member that annotations belong to, + 1 */
};

struct walk {
	struct scan *scan;
	struct scan_unit *unit;
	struct scan_arena *arena;
	struct level levels[DEPTH_MAX];
	unsigned depth;
	/* members and enumerators of the types that are open, innermost last; moved to the arena when a type closes */
	struct scan_raw_member *members;
	size_t members_n, members_room;
	struct scan_raw_enumerator *enumerators;
	size_t enumerators_n, enumerators_room;
	size_t first_member[DEPTH_MAX], first_enumerator[DEPTH_MAX];
	bool no_memory;
};

static struct scan_node *add_node(struct walk *walk, const struct scan_die *die, enum scan_kind kind)
{
	struct scan_unit *unit = walk->unit;
	struct scan_node *node;

	if (!scan_grow(&unit->nodes, &unit->nodes_room, unit->nodes_n, sizeof(*node))) {
		walk->no_memory = true;
		return NULL;
	}
	node = &unit->nodes[unit->nodes_n++];
	memset(node, 0, sizeof(*node));
	node->die = (uint32_t)(die->offset - unit->head.offset);
	node->kind = (uint8_t)kind;
	node->name = die->name && *die->name ? die->name : NULL;
	node->size = die->has & SCAN_HAS_SIZE ? die->size : 0;
	node->target.key = die->type;
	node->file = die->file;
	node->line = die->line;
	node->tag = die->tag;
	node->go_kind = die->go_kind;
	node->go_runtime_type = die->go_runtime_type;
	if (die->has & SCAN_HAS_ALIGN && die->align < UINT32_MAX) {
		node->align = (uint32_t)die->align;
		node->flags |= SCAN_NODE_ALIGNED;
	}
	if (die->has & SCAN_IS_DECLARATION)
		node->flags |= SCAN_NODE_DECLARATION;
	if (die->origin) {
		node->origin = die->origin;
		node->flags |= SCAN_NODE_ALIAS;
	}
	return node;
}

static void add_base(struct walk *walk, const struct scan_die *die)
{
	enum scan_kind kind = SCAN_KIND_OTHER;
	struct scan_node *node;

	switch (die->encoding) {
	case DW_ATE_boolean:
		kind = SCAN_KIND_BOOL;
		break;
	case DW_ATE_signed:
		kind = SCAN_KIND_INT;
		break;
	case DW_ATE_unsigned:
	case DW_ATE_address:
		kind = SCAN_KIND_UINT;
		break;
	case DW_ATE_signed_char:
	case DW_ATE_unsigned_char:
	case DW_ATE_UTF:
	case DW_ATE_ASCII:
		kind = SCAN_KIND_CHAR;
		/* Rust and Go call a byte unsigned_char too: u8, uint8. */
		if (walk->unit->language == SCAN_LANGUAGE_GO || walk->unit->language == SCAN_LANGUAGE_RUST)
			kind = die->encoding == DW_ATE_signed_char ? SCAN_KIND_INT
			     : die->encoding == DW_ATE_UTF ? SCAN_KIND_CHAR : SCAN_KIND_UINT;
		break;
	case DW_ATE_float:
	case DW_ATE_complex_float:
	case DW_ATE_imaginary_float:
	case DW_ATE_decimal_float:
		kind = SCAN_KIND_FLOAT;
		break;
	default:
		break;
	}
	if (die->encoding == 0 && die->tag == DW_TAG_unspecified_type)
		kind = SCAN_KIND_VOID;
	node = add_node(walk, die, kind);
	if (node && !node->size && (die->has & SCAN_HAS_BIT_SIZE))
		node->size = (die->bit_size + 7) / 8;
}

static const char *join(struct walk *walk, const char *scope, const char *name)
{
	size_t scope_n, name_n;
	char *joined;

	if (!scope)
		return name;
	scope_n = strlen(scope);
	name_n = strlen(name);
	/* Names of thousands of levels each longer than the last would grow quadratically. */
	if (scope_n > 16384)
		return scope;
	joined = scan_arena_alloc(walk->arena, scope_n + name_n + 3);
	if (!joined) {
		walk->no_memory = true;
		return name;
	}
	memcpy(joined, scope, scope_n);
	memcpy(joined + scope_n, "::", 2);
	memcpy(joined + scope_n + 2, name, name_n + 1);
	return joined;
}

static bool has_scopes(const struct walk *walk)
{
	return walk->unit->language != SCAN_LANGUAGE_C && walk->unit->language != SCAN_LANGUAGE_GO;
}

/* A record without a name of its own may stand for one elsewhere: clang's stand for those in type units. */
static const char *name_elsewhere(const struct walk *walk, scan_key key)
{
	struct scan_die die = { .origin = key };

	for (unsigned hops = 0; hops < 4 && die.origin && !die.name; hops++) {
		const struct scan_unit *unit = scan_unit_of(walk->scan, die.origin);
		struct scan_cursor cursor;

		if (!unit || !unit->abbrevs)
			return NULL;
		cursor = scan_unit_cursor(&unit->head, SCAN_KEY_OFFSET(die.origin));
		if (scan_die_read(&unit->head, unit->abbrevs, &walk->scan->inside->signatures, &cursor, &die) != 1)
			return NULL;
	}
	return die.name;
}

static void add_record(struct walk *walk, const struct scan_die *die, struct level *level)
{
	const struct level *outer = &walk->levels[walk->depth];
	struct scan_node *node;

	if (die->tag == DW_TAG_enumeration_type)
		node = add_node(walk, die, SCAN_KIND_ENUM);
	else
		node = add_node(walk, die, die->tag == DW_TAG_union_type ? SCAN_KIND_UNION : SCAN_KIND_STRUCT);
	if (!node)
		return;
	if (!node->name && node->origin)
		node->name = name_elsewhere(walk, node->origin);
	node->scope = outer->scope;
	level->node = (uint32_t)(walk->unit->nodes_n - 1);
	if (has_scopes(walk) && node->name)
		level->scope = die->children ? join(walk, outer->scope, node->name) : NULL;
}

static void add_member(struct walk *walk, const struct scan_die *die, struct level *level)
{
	const struct level *outer = &walk->levels[walk->depth];
	struct scan_raw_member *member;

	/* Static members are declarations of variables. */
	if (outer->node == SCAN_NO_NODE || (die->has & (SCAN_IS_DECLARATION | SCAN_IS_EXTERNAL)))
		return;
	if (!scan_grow(&walk->members, &walk->members_room, walk->members_n, sizeof(*member))) {
		walk->no_memory = true;
		return;
	}
	member = &walk->members[walk->members_n++];
	*member = (struct scan_raw_member){
		.name = die->name && *die->name ? die->name : NULL, .type.key = die->type, .line = die->line,
		.variant = (uint16_t)outer->variant, .die = (uint32_t)(die->offset - walk->unit->head.offset),
		.base = die->tag == DW_TAG_inheritance, .artificial = (die->has & SCAN_IS_ARTIFICIAL) != 0,
	};
	level->member = (uint32_t)walk->members_n;
	member->discriminant = outer->discriminant &&
			       outer->discriminant == SCAN_KEY(walk->unit->head.part, die->offset);
	if (die->has & SCAN_HAS_LOCATION) {
		member->offset_bits = die->location * 8;
	} else if (die->has & SCAN_HAS_EXPRESSION) {
		struct scan_cursor cursor = { die->expression, die->expression + die->expression_n, false };
		unsigned op = (unsigned)scan_read(&cursor, 1);
		uint64_t at = scan_read_uleb(&cursor);

		if ((op == DW_OP_plus_uconst || op == DW_OP_constu) && !cursor.bad && cursor.at == cursor.end)
			member->offset_bits = at * 8;
		else
			member->virtual_base = true;
	}
	if (member->base && (die->has & SCAN_IS_VIRTUAL)) {
		member->virtual_base = true;
		member->offset_bits = 0;
	}
	/* Rust says no bits of what has no size of its own: the slice that ends a struct. */
	if ((die->has & SCAN_HAS_BIT_SIZE) && !die->bit_size && member->name) {
		member->unsized_ = true;
	} else if (die->has & SCAN_HAS_BIT_SIZE) {
		member->bitfield = true;
		member->size_bits = (uint32_t)die->bit_size;
		if (die->has & SCAN_HAS_DATA_BIT_OFFSET) {
			member->offset_bits += die->data_bit_offset;
		} else if (die->has & SCAN_HAS_BIT_OFFSET) {
			uint64_t storage = die->has & SCAN_HAS_SIZE ? die->size * 8 : 0;

			/* Counted from the storage unit's highest bit. */
			if (storage)
				member->offset_bits += storage - die->bit_offset - die->bit_size;
			else {
				member->big_offset = true;
				member->offset_bits -= die->bit_offset + die->bit_size;
			}
		}
	}
}

static void add_enumerator(struct walk *walk, const struct scan_die *die)
{
	if (walk->levels[walk->depth].node == SCAN_NO_NODE || !die->name)
		return;
	if (!scan_grow(&walk->enumerators, &walk->enumerators_room, walk->enumerators_n, sizeof(*walk->enumerators))) {
		walk->no_memory = true;
		return;
	}
	walk->enumerators[walk->enumerators_n++] =
		(struct scan_raw_enumerator){ die->name, (int64_t)die->value };
}

/* The first dimension is the array's own node; each further one hangs below the one before and takes over its
 * target. */
static void add_dimension(struct walk *walk, const struct scan_die *die, struct level *array)
{
	struct scan_node *node;
	uint64_t count = 0, lower = die->has & SCAN_HAS_LOWER ? die->lower : 0;
	union scan_ref item;

	if (array->node == SCAN_NO_NODE || array->tag != DW_TAG_array_type)
		return;
	if (die->has & SCAN_HAS_COUNT)
		count = die->count;
	else if ((die->has & SCAN_HAS_UPPER) && die->upper != UINT64_MAX && die->upper != UINT32_MAX)
		count = die->upper - lower + 1;
	if (count > (uint64_t)1 << 56)
		count = 0;
	if (!array->variant++) {
		walk->unit->nodes[array->node].count = count;
		return;
	}
	item = walk->unit->nodes[array->node].target;
	node = add_node(walk, die, SCAN_KIND_ARRAY);
	if (!node)
		return;
	node->name = NULL;
	node->size = 0;
	node->count = count;
	node->target = item;
	walk->unit->nodes[array->node].target.key = SCAN_KEY(walk->unit->head.part, die->offset);
	array->node = (uint32_t)(walk->unit->nodes_n - 1);
}

static void add_simple(struct walk *walk, const struct scan_die *die, struct level *level)
{
	struct scan_node *node;

	switch (die->tag) {
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		node = add_node(walk, die, SCAN_KIND_POINTER);
		if (node && !node->size)
			node->size = walk->unit->head.address_size;
		break;
	case DW_TAG_ptr_to_member_type:
		node = add_node(walk, die, SCAN_KIND_OTHER);
		break;
	case DW_TAG_subroutine_type:
		add_node(walk, die, SCAN_KIND_FUNCTION);
		break;
	case DW_TAG_typedef:
	case DW_TAG_template_alias:
		node = add_node(walk, die, SCAN_KIND_TYPEDEF);
		if (node)
			node->scope = walk->levels[walk->depth].scope;
		break;
	case DW_TAG_const_type:
	case DW_TAG_volatile_type:
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type:
		node = add_node(walk, die, SCAN_KIND_QUALIFIED);
		if (node)
			node->qualifiers = die->tag == DW_TAG_const_type ? SCAN_CONST
					 : die->tag == DW_TAG_volatile_type ? SCAN_VOLATILE
					 : die->tag == DW_TAG_restrict_type ? SCAN_RESTRICT : SCAN_ATOMIC;
		break;
	case DW_TAG_array_type:
		if (add_node(walk, die, SCAN_KIND_ARRAY)) {
			level->node = (uint32_t)(walk->unit->nodes_n - 1);
			level->variant = 0;
		}
		break;
	default:
		break;
	}
}

/* Where a variable is: an address or an offset in the thread's block. */
static bool static_location(const struct scan_unit_head *head, const struct scan_die *die, uint64_t *ret_address,
                            bool *ret_thread_local)
{
	struct scan_cursor cursor;
	uint64_t address = 0;
	unsigned op, last;

	if (!(die->has & SCAN_HAS_EXPRESSION) || !die->expression_n)
		return false;
	cursor = (struct scan_cursor){ die->expression, die->expression + die->expression_n, false };
	op = (unsigned)scan_read(&cursor, 1);
	switch (op) {
	case DW_OP_addr:
		address = scan_read(&cursor, head->address_size);
		break;
	case DW_OP_addrx:
	case DW_OP_GNU_addr_index:
	case DW_OP_constx:
	case DW_OP_GNU_const_index:
		if (!scan_unit_address(head, scan_read_uleb(&cursor), &address))
			return false;
		break;
	case DW_OP_const4u:
		address = scan_read(&cursor, 4);
		break;
	case DW_OP_const8u:
		address = scan_read(&cursor, 8);
		break;
	default:
		return false;
	}
	*ret_thread_local = false;
	while (cursor.at < cursor.end && !cursor.bad) {
		last = (unsigned)scan_read(&cursor, 1);
		if (last == DW_OP_plus_uconst)
			address += scan_read_uleb(&cursor);
		else if (last == DW_OP_form_tls_address || last == DW_OP_GNU_push_tls_address)
			*ret_thread_local = true;
		else
			return false;
	}
	if (cursor.bad || ((op == DW_OP_const4u || op == DW_OP_const8u) && !*ret_thread_local))
		return false;
	*ret_address = address;
	return *ret_thread_local || address;
}

static struct scan_raw_symbol *add_symbol(struct walk *walk, const struct scan_die *die)
{
	struct scan_unit *unit = walk->unit;
	struct scan_raw_symbol *symbol;

	if (!scan_grow(&unit->symbols, &unit->symbols_room, unit->symbols_n, sizeof(*symbol))) {
		walk->no_memory = true;
		return NULL;
	}
	symbol = &unit->symbols[unit->symbols_n++];
	*symbol = (struct scan_raw_symbol){
		.die = (uint32_t)(die->offset - unit->head.offset), .line = die->line, .file = die->file,
		.name = die->name, .linkage_name = die->linkage_name, .scope = walk->levels[walk->depth].scope,
		.origin = die->origin, .type.key = die->type, .has_type = (die->has & SCAN_HAS_TYPE) != 0,
		.external = (die->has & SCAN_IS_EXTERNAL) != 0, .declaration = (die->has & SCAN_IS_DECLARATION) != 0,
	};
	return symbol;
}

/* Linkers leave the ranges of functions they dropped at whatever small address they like: no code is there. */
static int keep_code(const struct scan *scan, struct scan_range *ranges, int n)
{
	int kept = 0;

	for (int i = 0; i < n; i++)
		if (scan_is_code(scan, ranges[i].low) && scan_is_code(scan, ranges[i].high - 1))
			ranges[kept++] = ranges[i];
	return kept;
}

static void add_function(struct walk *walk, const struct scan_die *die)
{
	struct scan_range ranges[RANGES_MAX];
	struct scan_raw_symbol *symbol;
	int n;

	if (walk->scan->inside->options.types_only)
		return;
	symbol = add_symbol(walk, die);
	if (!symbol)
		return;
	symbol->function = true;
	if (symbol->declaration)
		return;
	n = scan_die_ranges(&walk->unit->head, die, ranges, RANGES_MAX);
	n = n > 0 ? keep_code(walk->scan, ranges, n) : n;
	if (n <= 0)
		return;
	symbol->ranges = scan_arena_alloc(walk->arena, (size_t)n * sizeof(*ranges));
	if (!symbol->ranges) {
		walk->no_memory = true;
		return;
	}
	memcpy(symbol->ranges, ranges, (size_t)n * sizeof(*ranges));
	symbol->ranges_n = (uint32_t)n;
	symbol->located = true;
}

static void add_variable(struct walk *walk, const struct scan_die *die)
{
	struct scan_raw_symbol *symbol;
	uint64_t address = 0;
	bool thread_local = false, located;

	if (walk->scan->inside->options.types_only)
		return;
	located = static_location(&walk->unit->head, die, &address, &thread_local);
	/* In registers or on the stack. */
	if (!located && (die->has & (SCAN_HAS_EXPRESSION | SCAN_HAS_LIST | SCAN_HAS_VALUE)))
		return;
	/* A copy of an abstract variable that has no place here tells nothing that the abstract one doesn't. */
	if (!located && die->origin && walk->levels[walk->depth].in_function)
		return;
	symbol = add_symbol(walk, die);
	if (!symbol)
		return;
	symbol->located = located;
	symbol->address = address;
	symbol->thread_local = thread_local;
}

static void add_annotation(struct walk *walk, const struct scan_die *die)
{
	struct level *level = &walk->levels[walk->depth];
	const char **text;

	if (!die->name || strcmp(die->name, "btf_decl_tag") || !die->text || strncmp(die->text, "fg:", 3))
		return;
	if (level->member)
		text = &walk->members[level->member - 1].tag_text;
	else if (level->node != SCAN_NO_NODE)
		text = &walk->unit->nodes[level->node].tag_text;
	else
		return;
	if (!*text)
		*text = die->text + 3;
}

static void enter_scope(struct walk *walk, const struct scan_die *die, struct level *level)
{
	const char *name = die->name ? die->name : "(anonymous namespace)";

	if (has_scopes(walk))
		level->scope = join(walk, walk->levels[walk->depth].scope, name);
}

static void take_die(struct walk *walk, const struct scan_die *die, struct level *level)
{
	switch (die->tag) {
	case DW_TAG_base_type:
	case DW_TAG_unspecified_type:
		add_base(walk, die);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
	case DW_TAG_enumeration_type:
		add_record(walk, die, level);
		break;
	case DW_TAG_member:
	case DW_TAG_inheritance:
		add_member(walk, die, level);
		if (die->has & (SCAN_IS_DECLARATION | SCAN_IS_EXTERNAL))
			add_variable(walk, die);
		break;
	case DW_TAG_enumerator:
		add_enumerator(walk, die);
		break;
	case DW_TAG_subrange_type:
		add_dimension(walk, die, &walk->levels[walk->depth]);
		break;
	case DW_TAG_subprogram:
		add_function(walk, die);
		level->in_function = true;
		level->node = SCAN_NO_NODE;
		break;
	case DW_TAG_lexical_block:
	case DW_TAG_inlined_subroutine:
		level->in_function = true;
		level->node = SCAN_NO_NODE;
		break;
	case DW_TAG_variable:
		add_variable(walk, die);
		break;
	case DW_TAG_namespace:
	case DW_TAG_module:
		enter_scope(walk, die, level);
		break;
	case DW_TAG_variant_part:
		level->node = walk->levels[walk->depth].node;
		level->discriminant = die->discriminant;
		break;
	case DW_TAG_variant: {
		const struct level *outer = &walk->levels[walk->depth];

		level->node = outer->node;
		if (outer->node != SCAN_NO_NODE && walk->unit->nodes[outer->node].variants_n < UINT16_MAX)
			level->variant = ++walk->unit->nodes[outer->node].variants_n;
		break;
	}
	case TAG_LLVM_ANNOTATION:
		add_annotation(walk, die);
		break;
	default:
		add_simple(walk, die, level);
		break;
	}
}

static bool owns_items(const struct level *level)
{
	return level->node != SCAN_NO_NODE && level->tag != DW_TAG_variant && level->tag != DW_TAG_variant_part &&
	       level->tag != DW_TAG_array_type;
}

/* A type closes: what was gathered for it moves to its node. */
static void close_level(struct walk *walk)
{
	const struct level *level = &walk->levels[walk->depth];
	size_t first = walk->first_member[walk->depth], first_value = walk->first_enumerator[walk->depth];
	struct scan_node *node;
	const void *from = NULL;
	size_t n = 0, size = 0;

	if (!owns_items(level))
		return;
	node = &walk->unit->nodes[level->node];
	n = node->kind == SCAN_KIND_ENUM ? walk->enumerators_n - first_value : walk->members_n - first;
	size = node->kind == SCAN_KIND_ENUM ? sizeof(*walk->enumerators) : sizeof(*walk->members);
	walk->members_n = first;
	walk->enumerators_n = first_value;
	if (!n || n > UINT32_MAX)
		return;
	if (node->kind == SCAN_KIND_ENUM)
		from = walk->enumerators + first_value;
	else
		from = walk->members + first;
	node->items = scan_arena_alloc(walk->arena, n * size);
	if (!node->items) {
		walk->no_memory = true;
		return;
	}
	memcpy(node->items, from, n * size);
	node->items_n = (uint32_t)n;
}

/* DIEs that nothing here asks about, and whose children neither matter. */
static bool is_passed_over(uint16_t tag)
{
	switch (tag) {
	case DW_TAG_formal_parameter:
	case DW_TAG_unspecified_parameters:
	case DW_TAG_call_site:
	case DW_TAG_GNU_call_site:
	case DW_TAG_call_site_parameter:
	case DW_TAG_GNU_call_site_parameter:
	case DW_TAG_label:
	case DW_TAG_template_type_parameter:
	case DW_TAG_template_value_parameter:
	case DW_TAG_imported_declaration:
	case DW_TAG_imported_module:
	case DW_TAG_inlined_subroutine:
	case DW_TAG_lexical_block:
		return true;
	default:
		return false;
	}
}

static int walk_dies(struct walk *walk, struct scan_cursor *cursor)
{
	const struct scan_unit *unit = walk->unit;

	while (cursor->at < cursor->end) {
		struct level level = walk->levels[walk->depth];
		struct scan_die die = { 0 };
		const struct scan_abbrev *abbrev;
		unsigned code_n;

		level.member = 0;
		level.discriminant = level.tag == DW_TAG_variant_part ? level.discriminant : 0;
		if (level.tag == DW_TAG_array_type || level.tag == DW_TAG_enumeration_type)
			level.variant = 0;
		abbrev = scan_die_peek(unit->abbrevs, cursor, &code_n);
		if (abbrev && is_passed_over(abbrev->tag)) {
			cursor->at += code_n;
			if (scan_die_skip(&unit->head, unit->abbrevs, abbrev, cursor) < 0)
				return -EINVAL;
			die.tag = abbrev->tag;
			die.children = abbrev->children;
			level.node = SCAN_NO_NODE;
			level.in_function = true;
		} else {
			int result = scan_die_read(&unit->head, unit->abbrevs, &walk->scan->inside->signatures, cursor,
						   &die);

			if (result < 0)
				return result;
			if (!result) {
				close_level(walk);
				if (!walk->depth--)
					return 0;
				continue;
			}
			if (die.tag != DW_TAG_variant_part && die.tag != DW_TAG_variant)
				level.node = SCAN_NO_NODE, level.variant = 0;
			take_die(walk, &die, &level);
		}
		if (walk->no_memory)
			return -ENOMEM;
		if (!die.children)
			continue;
		if (++walk->depth >= DEPTH_MAX)
			return -EINVAL;
		level.tag = die.tag;
		walk->levels[walk->depth] = level;
		walk->first_member[walk->depth] = walk->members_n;
		walk->first_enumerator[walk->depth] = walk->enumerators_n;
	}
	return cursor->bad ? -EINVAL : 0;
}

/* Rows grow by doubling; what is left over at the end would add up over thousands of units. */
static void *give_back(void *items, size_t n, size_t size)
{
	void *smaller = n ? realloc(items, n * size) : NULL;

	return smaller ? smaller : items;
}

int scan_walk(struct scan *scan, struct scan_unit *unit, struct scan_arena *arena)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct scan_cursor cursor = scan_unit_cursor(&unit->head, unit->head.first_die);
	struct scan_die root;
	int result;

	if (!walk)
		return -ENOMEM;
	walk->scan = scan;
	walk->unit = unit;
	walk->arena = arena;
	walk->levels[0] = (struct level){ .node = SCAN_NO_NODE };
	result = scan_die_read(&unit->head, unit->abbrevs, NULL, &cursor, &root);
	if (result == 1 && root.children) {
		walk->levels[0].tag = root.tag;
		result = walk_dies(walk, &cursor);
	}
	free(walk->members);
	free(walk->enumerators);
	free(walk);
	unit->nodes = give_back(unit->nodes, unit->nodes_n, sizeof(*unit->nodes));
	unit->symbols = give_back(unit->symbols, unit->symbols_n, sizeof(*unit->symbols));
	return result < 0 ? result : 0;
}

/* vars.c - location lists to struct var; see vars.h */
#include "scan/vars.h"

#include "scan/insn.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 200
#define VARS_MAX (1u << 20)     /* of one function; more are left out */

struct scope {
	const struct scan_range *ranges;
	size_t ranges_n;
};

struct reader {
	struct vars *vars;
	const struct scan *scan;
};

static void add(struct vars *vars, const struct var *var)
{
	if (var->low >= var->high || vars->n >= VARS_MAX)
		return;
	if (vars->n == vars->size) {
		size_t size = vars->size ? 2 * vars->size : 256;
		struct var *grown = reallocarray(vars->items, size, sizeof(*grown));

		if (!grown) {
			vars->out_of_memory = true;
			return;
		}
		vars->items = grown;
		vars->size = size;
	}
	vars->items[vars->n++] = *var;
}

/* ---- expressions ----------------------------------------------------------------------------------------------- */

static int8_t general(Dwarf_Word number)
{
	return number < INSN_REGS ? (int8_t)number : INSN_NONE;
}

/* One expression, or one piece of it. Returns: false where it says nothing that can be used. */
static bool read_place(const Dwarf_Op *ops, size_t n, struct var *var)
{
	bool value = n && ops[n - 1].atom == DW_OP_stack_value;
	uint8_t atom;

	if (value)
		n--;
	if (!n)
		return false;
	atom = ops[0].atom;
	if (n == 1 && atom >= DW_OP_reg0 && atom <= DW_OP_reg31) {
		var->kind = VAR_REGISTER;
		var->reg = general((Dwarf_Word)(atom - DW_OP_reg0));
	} else if (n == 1 && atom == DW_OP_regx) {
		var->kind = VAR_REGISTER;
		var->reg = general(ops[0].number);
	} else if (n == 1 && atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
		var->kind = value ? VAR_VALUE : VAR_MEMORY;
		var->reg = general((Dwarf_Word)(atom - DW_OP_breg0));
		var->offset = (int64_t)ops[0].number;
	} else if (n == 1 && atom == DW_OP_bregx) {
		var->kind = value ? VAR_VALUE : VAR_MEMORY;
		var->reg = general(ops[0].number);
		var->offset = (int64_t)ops[0].number2;
	} else if (n == 1 && atom == DW_OP_fbreg && !value) {
		var->kind = VAR_BASE;
		var->offset = (int64_t)ops[0].number;
		var->reg = 0;
	} else if (atom == DW_OP_call_frame_cfa && !value) {
		var->kind = VAR_FRAME;
		var->reg = 0;
		if (n == 2 && ops[1].atom == DW_OP_plus_uconst)
			var->offset = (int64_t)ops[1].number;
		else if (n == 3 && ops[1].atom == DW_OP_consts && ops[2].atom == DW_OP_plus)
			var->offset = (int64_t)ops[1].number;
		else
			return n == 1;
	} else {
		return false;
	}
	return var->reg != INSN_NONE;
}

/* Which member of a struct a piece of it is, where it is one whole. */
static const struct scan_type *type_of_piece(const struct scan_type *type, uint64_t offset, uint64_t size)
{
	const struct scan_type *plain = scan_type_strip(type);

	for (int depth = 0; depth < 8; depth++) {
		const struct scan_member *member = NULL;

		if (offset == 0 && plain->size == size && plain->kind != SCAN_KIND_STRUCT)
			return plain;
		if (plain->kind != SCAN_KIND_STRUCT && plain->kind != SCAN_KIND_UNION)
			return NULL;
		for (size_t i = 0; i < plain->members_n && !member; i++)
			if (plain->members[i].type && !plain->members[i].bitfield &&
			    plain->members[i].offset_bits <= 8 * offset &&
			    plain->members[i].offset_bits + plain->members[i].size_bits >= 8 * (offset + size))
				member = &plain->members[i];
		if (!member)
			return NULL;
		offset -= member->offset_bits / 8;
		plain = scan_type_strip(member->type);
	}
	return NULL;
}

static bool is_aggregate(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION || plain->kind == SCAN_KIND_ARRAY;
}

static void settle(struct reader *reader, struct var *var)
{
	const struct scan_type *plain = scan_type_strip(var->type);
	bool in_register = var->kind == VAR_REGISTER || var->kind == VAR_VALUE;

	if (!plain->size && !var->size)
		return;
	if (!var->size)
		var->size = plain->size;
	if (var->kind == VAR_BASE && reader->vars->frame_base == INSN_NONE)
		var->kind = VAR_FRAME;
	else if (var->kind == VAR_BASE)
		var->reg = reader->vars->frame_base;
	/* A struct that fits into one register is known by its first member. */
	if (in_register && plain->kind == SCAN_KIND_STRUCT)
		plain = type_of_piece(plain, 0, 8);
	if (in_register && (!plain || plain->kind != SCAN_KIND_POINTER))
		return;
	if (!in_register && plain->kind != SCAN_KIND_POINTER && !is_aggregate(plain))
		return;
	if (in_register)
		var->type = plain;
	add(reader->vars, var);
}

static void read_pieces(struct reader *reader, const struct var *whole, const Dwarf_Op *ops, size_t n)
{
	size_t first = 0;
	uint64_t at = 0;

	for (size_t i = 0; i <= n; i++) {
		struct var var = *whole;
		bool piece = i < n && ops[i].atom == DW_OP_piece;

		if (i < n && !piece)
			continue;
		if (i == n && first == n)
			break;
		if (piece) {
			var.size = ops[i].number;
			var.type = type_of_piece(whole->type, at, var.size);
			at += var.size;
		}
		if (var.type && read_place(ops + first, i - first, &var))
			settle(reader, &var);
		first = i + 1;
	}
}

/* Go's DWARF 4 units hold expressions as plain blocks, which libdw doesn't read: the few forms that Go uses. */
static size_t read_block(const uint8_t *bytes, size_t n, Dwarf_Op ret[4])
{
	size_t at = 0, ops = 0;

	while (at < n && ops < 4) {
		uint8_t atom = bytes[at++];
		uint64_t number = 0;
		unsigned shift = 0;
		uint8_t byte = 0;

		if (atom == DW_OP_fbreg || atom == DW_OP_consts || (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)) {
			do {
				if (at >= n || shift > 63)
					return 0;
				byte = bytes[at++];
				number |= (uint64_t)(byte & 0x7f) << shift;
				shift += 7;
			} while (byte & 0x80);
			if (shift < 64 && byte & 0x40)
				number |= ~UINT64_C(0) << shift;
		} else if (atom != DW_OP_call_frame_cfa && atom != DW_OP_plus &&
		           !(atom >= DW_OP_reg0 && atom <= DW_OP_reg31)) {
			return 0;
		}
		ret[ops++] = (Dwarf_Op){.atom = atom, .number = number};
	}
	return at == n ? ops : 0;
}

static void read_scoped(struct reader *reader, const struct scope *scope, struct var *var, const Dwarf_Op *ops,
                        size_t n)
{
	for (size_t i = 0; i < scope->ranges_n; i++) {
		var->low = scope->ranges[i].low;
		var->high = scope->ranges[i].high;
		read_pieces(reader, var, ops, n);
	}
}

/* What clang leaves out: `struct order *order = data;` where data, an argument of type void *, is never used again. The
 * variable has no location then, and the register is said to hold data. */
struct untyped {
	size_t first, last;           /* entries of vars that the argument made */
	unsigned arguments;           /* of type void * */
	const struct scan_type *type; /* of the variables without a location that are pointers to something */
	unsigned variables;
};

static bool is_void_pointer(const struct scan_type *type)
{
	const struct scan_type *plain = scan_type_strip(type);

	return plain->kind == SCAN_KIND_POINTER &&
	       (!plain->target || scan_type_strip(plain->target)->kind == SCAN_KIND_VOID);
}

static void note_untyped(struct untyped *untyped, struct vars *vars, Dwarf_Die *die, const struct scan_type *type,
                         size_t first)
{
	const struct scan_type *plain = scan_type_strip(type);

	if (dwarf_tag(die) == DW_TAG_formal_parameter) {
		if (!is_void_pointer(type))
			return;
		untyped->arguments++;
		untyped->first = first;
		untyped->last = vars->n;
	} else if (plain->kind == SCAN_KIND_POINTER && !is_void_pointer(type) && !dwarf_hasattr(die, DW_AT_location) &&
	           !dwarf_hasattr(die, DW_AT_const_value)) {
		untyped->variables++;
		untyped->type = type;
	}
}

static void settle_untyped(const struct untyped *untyped, struct vars *vars)
{
	if (untyped->arguments != 1 || untyped->variables != 1)
		return;
	for (size_t i = untyped->first; i < untyped->last; i++) {
		vars->items[i].type = scan_type_strip(untyped->type);
		vars->items[i].guessed = true;
	}
}

static void read_location(struct reader *reader, const struct scope *scope, Dwarf_Attribute *attribute, struct var *var)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;
	Dwarf_Block block;
	Dwarf_Op own[4], *ops;
	size_t n;

	if (dwarf_whatform(attribute) == DW_FORM_block1) {
		if (dwarf_formblock(attribute, &block) == 0) {
			n = read_block(block.data, block.length, own);
			read_scoped(reader, scope, var, own, n);
		}
		return;
	}
	while ((offset = dwarf_getlocations(attribute, offset, &base, &start, &end, &ops, &n)) > 0) {
		if (start == 0 && end == (Dwarf_Addr)-1) {
			read_scoped(reader, scope, var, ops, n);
			continue;
		}
		var->low = start;
		var->high = end;
		read_pieces(reader, var, ops, n);
	}
}

static void read_variable(struct reader *reader, Dwarf_Die *die, const struct scope *scope, struct untyped *untyped)
{
	struct var var = {.type = scan_type_attribute(reader->scan, die)};
	size_t first = reader->vars->n;
	Dwarf_Attribute attribute;

	if (!var.type)
		return;
	if (dwarf_attr(die, DW_AT_location, &attribute))
		read_location(reader, scope, &attribute, &var);
	note_untyped(untyped, reader->vars, die, var.type, first);
}

/* ---- scopes ---------------------------------------------------------------------------------------------------- */

#define RANGES_MAX 256

/* The ranges of a block that has its own; else those of the scope around it. */
static struct scope scope_of(Dwarf_Die *die, const struct scope *outer, struct scan_range room[RANGES_MAX])
{
	struct scope scope = {.ranges = room};
	Dwarf_Addr base, start, end;
	ptrdiff_t offset = 0;

	if (!dwarf_hasattr(die, DW_AT_low_pc) && !dwarf_hasattr(die, DW_AT_ranges))
		return *outer;
	while (scope.ranges_n < RANGES_MAX && (offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0)
		if (start < end)
			room[scope.ranges_n++] = (struct scan_range){start, end};
	return scope;
}

static void add_inlined(struct vars *vars, const struct scope *scope, uint64_t die, int depth)
{
	for (size_t i = 0; i < scope->ranges_n; i++) {
		if (vars->inlined_n == vars->inlined_size) {
			size_t size = vars->inlined_size ? 2 * vars->inlined_size : 64;
			struct var_inlined *grown = reallocarray(vars->inlined, size, sizeof(*grown));

			if (!grown) {
				vars->out_of_memory = true;
				return;
			}
			vars->inlined = grown;
			vars->inlined_size = size;
		}
		vars->inlined[vars->inlined_n++] = (struct var_inlined){scope->ranges[i].low, scope->ranges[i].high,
		                                                        (unsigned)depth, die};
	}
}

uint64_t vars_inlined_at(const struct vars *vars, uint64_t pc)
{
	const struct var_inlined *best = NULL;

	for (size_t i = 0; i < vars->inlined_n; i++) {
		const struct var_inlined *at = &vars->inlined[i];

		if (at->low <= pc && pc < at->high && (!best || at->depth > best->depth))
			best = at;
	}
	return best ? best->die : 0;
}

static void read_children(struct reader *reader, Dwarf_Die *parent, const struct scope *scope, int depth)
{
	struct untyped untyped = {0};
	Dwarf_Die child;

	if (depth > DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return;
	do {
		int tag = dwarf_tag(&child);

		if (tag == DW_TAG_formal_parameter || tag == DW_TAG_variable) {
			read_variable(reader, &child, scope, &untyped);
		} else if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_try_block ||
		           tag == DW_TAG_catch_block) {
			struct scan_range *room = malloc(RANGES_MAX * sizeof(*room));
			struct scope inner;

			if (!room) {
				reader->vars->out_of_memory = true;
				return;
			}
			inner = scope_of(&child, scope, room);
			if (tag == DW_TAG_inlined_subroutine)
				add_inlined(reader->vars, &inner, dwarf_dieoffset(&child), depth);
			read_children(reader, &child, &inner, depth + 1);
			free(room);
		}
	} while (dwarf_siblingof(&child, &child) == 0);
	settle_untyped(&untyped, reader->vars);
}

static void read_frame_base(struct vars *vars, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Op *ops;
	size_t n;

	vars->frame_base = INSN_NONE;
	if (!dwarf_attr(die, DW_AT_frame_base, &attribute) || dwarf_whatform(&attribute) == DW_FORM_block1)
		return;
	if (dwarf_getlocation(&attribute, &ops, &n) != 0 || n != 1)
		return;
	if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg15)
		vars->frame_base = (int8_t)(ops[0].atom - DW_OP_reg0);
}

static int by_low(const void *a, const void *b)
{
	const struct var *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->high < y->high ? -1 : x->high > y->high;
}

void vars_read(struct vars *vars, const struct scan *scan, const struct scan_function *function, Dwarf_Die *die)
{
	struct reader reader = {.vars = vars, .scan = scan};
	struct scope scope = {.ranges = function->ranges, .ranges_n = function->ranges_n};

	vars->n = vars->inlined_n = 0;
	read_frame_base(vars, die);
	read_children(&reader, die, &scope, 0);
	if (vars->n)
		qsort(vars->items, vars->n, sizeof(*vars->items), by_low);
}

void vars_fini(struct vars *vars)
{
	free(vars->items);
	free(vars->inlined);
	*vars = (struct vars){0};
}

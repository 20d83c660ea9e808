/* abi.c - System V's convention for C, C++ and Rust, and Go's own; see abi.h */
#include "scan/abi.h"

#include <dwarf.h>
#include <string.h>

const int8_t abi_c_params[ABI_C_PARAMS] = {INSN_RDI, INSN_RSI, INSN_RDX, INSN_RCX, 8, 9};
static const int8_t c_results_in[] = {INSN_RAX, INSN_RDX};
/* rax, rbx, rcx, rdi, rsi, r8, r9, r10, r11 */
static const int8_t go_registers[] = {INSN_RAX, INSN_RBX, INSN_RCX, INSN_RDI, INSN_RSI, 8, 9, 10, 11};

static bool is_float(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_FLOAT;
}

static bool is_holder(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION || plain->kind == SCAN_KIND_ARRAY;
}

/* ---- System V -------------------------------------------------------------------------------------------------- */

/* The eightbytes of a value of at most 16 bytes: NULL for one that goes in a vector register.
 * Returns: how many; 0: it goes in memory, or can't be told. */
static size_t eightbytes(const struct scan_type *plain, const struct scan_type *ret[2], bool ret_general[2])
{
	size_t n = (size_t)(plain->size + 7) / 8;

	if (!plain->size || plain->size > 16 || plain->kind == SCAN_KIND_ARRAY)
		return 0;
	ret[0] = ret[1] = NULL;
	ret_general[0] = ret_general[1] = true;
	if (!is_holder(plain)) {
		ret[0] = plain;
		ret_general[0] = !is_float(plain);
		return plain->size > 8 && is_float(plain) ? 0 : n;
	}
	for (size_t half = 0; half < n; half++) {
		bool all_float = plain->members_n > 0, any = false;

		for (size_t i = 0; i < plain->members_n; i++) {
			const struct scan_member *member = &plain->members[i];
			const struct scan_type *inner = member->type ? scan_type_strip(member->type) : NULL;

			if (!inner || member->offset_bits / 64 > half ||
			    member->offset_bits + member->size_bits <= 64 * half)
				continue;
			any = true;
			all_float = all_float && is_float(inner);
			if (member->offset_bits == 64 * half && member->size_bits == 64 && !member->bitfield)
				ret[half] = inner;
		}
		ret_general[half] = !(any && all_float);
	}
	return n;
}

/* Does the debug information say that an argument comes in in a register? */
static bool enters_in(Dwarf_Die *die, uint64_t low, int8_t *ret_reg)
{
	Dwarf_Attribute attribute;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr(die, DW_AT_location, &attribute) || dwarf_getlocation_addr(&attribute, low, &ops, &n, 1) != 1 ||
	    n != 1 || ops[0].atom < DW_OP_reg0 || ops[0].atom > DW_OP_reg15)
		return false;
	*ret_reg = (int8_t)(ops[0].atom - DW_OP_reg0);
	return true;
}

static void c_add(struct abi *abi, size_t *used, const struct scan_type *type)
{
	const struct scan_type *plain = scan_type_strip(type), *parts[2];
	bool general[2];
	size_t n = eightbytes(plain, parts, general), wanted = 0;

	for (size_t i = 0; i < n; i++)
		wanted += general[i];
	if (*used + wanted > ABI_C_PARAMS)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!general[i])
			continue;
		if (parts[i] && abi->params_n < ABI_MAX)
			abi->params[abi->params_n++] = (struct abi_register){abi_c_params[*used], parts[i]};
		++*used;
	}
}

/* ---- Go -------------------------------------------------------------------------------------------------------- */

/* The words of a value in order. Returns: false where it doesn't go in registers. */
static bool go_flatten(const struct scan_type *type, struct abi_register *ret, size_t *used, size_t *floats, int depth)
{
	const struct scan_type *plain = scan_type_strip(type);

	if (depth > 16)
		return false;
	if (plain->kind == SCAN_KIND_STRUCT) {
		for (size_t i = 0; i < plain->members_n; i++)
			if (!plain->members[i].type || !go_flatten(plain->members[i].type, ret, used, floats,
			                                           depth + 1))
				return false;
		return true;
	}
	if (plain->kind == SCAN_KIND_ARRAY)
		return plain->count == 0 ||
		       (plain->count == 1 && plain->target && go_flatten(plain->target, ret, used, floats, depth + 1));
	if (is_float(plain)) {
		++*floats;
		return *floats <= 15;
	}
	if (*used >= sizeof(go_registers))
		return false;
	ret[*used] = (struct abi_register){go_registers[*used], plain};
	++*used;
	return true;
}

static void go_add(struct abi_register *registers, uint8_t *n, size_t *floats, const struct scan_type *type)
{
	struct abi_register parts[ABI_MAX];
	size_t used = *n, some = *floats;

	memcpy(parts, registers, sizeof(parts));
	if (!go_flatten(type, parts, &used, &some, 0))
		return;
	memcpy(registers, parts, sizeof(parts));
	*n = (uint8_t)used;
	*floats = some;
}

/* ---- functions ------------------------------------------------------------------------------------------------- */

/* Go lists results among the parameters and marks them. */
static bool is_result(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	bool flag = false;

	return dwarf_attr(die, DW_AT_variable_parameter, &attribute) && dwarf_formflag(&attribute, &flag) == 0 && flag;
}

static void c_results(struct abi *abi, const struct scan_type *type)
{
	const struct scan_type *parts[2];
	bool general[2];
	size_t n = eightbytes(scan_type_strip(type), parts, general);

	for (size_t i = 0, next = 0; i < n; i++) {
		if (!general[i])
			continue;
		if (parts[i])
			abi->results[abi->results_n++] = (struct abi_register){c_results_in[next], parts[i]};
		next++;
	}
}

static void read_go(const struct scan *scan, Dwarf_Die *die, struct abi *ret)
{
	size_t floats = 0, result_floats = 0;
	Dwarf_Die child;

	if (dwarf_child(die, &child) != 0)
		return;
	do {
		const struct scan_type *type;

		if (dwarf_tag(&child) != DW_TAG_formal_parameter)
			continue;
		type = scan_type_attribute(scan, &child);
		if (type && is_result(&child))
			go_add(ret->results, &ret->results_n, &result_floats, type);
		else if (type)
			go_add(ret->params, &ret->params_n, &floats, type);
	} while (dwarf_siblingof(&child, &child) == 0);
}

/* A function that is not seen from outside may lose arguments, and the rest then move up: where one is said to come in
 * elsewhere than by the convention, that counts for none of the others either. */
static void read_c(const struct scan *scan, const struct scan_function *function, Dwarf_Die *die, struct abi *ret)
{
	const struct scan_type *returns = function->returns ? scan_type_strip(function->returns) : NULL;
	bool said[ABI_MAX] = {false}, moved = false, known;
	size_t used = 0;
	Dwarf_Die child;
	uint8_t before;
	int8_t reg = 0;

	if (returns && is_holder(returns) && returns->size > 16) {
		ret->returns_in_memory = true;
		used++;
	} else if (returns) {
		c_results(ret, returns);
	}
	if (dwarf_child(die, &child) != 0)
		return;
	do {
		const struct scan_type *type;

		if (dwarf_tag(&child) != DW_TAG_formal_parameter)
			continue;
		type = scan_type_attribute(scan, &child);
		if (!type)
			return;
		before = ret->params_n;
		c_add(ret, &used, type);
		known = enters_in(&child, function->ranges[0].low, &reg);
		if (known && before < ABI_MAX) {
			moved = moved || ret->params_n == before || ret->params[before].reg != reg;
			ret->params[before] = (struct abi_register){reg, type};
			ret->params_n = (uint8_t)(before + 1);
		}
		for (uint8_t i = before; i < ret->params_n; i++)
			said[i] = known;
	} while (dwarf_siblingof(&child, &child) == 0);
	ret->changed = moved;
	for (uint8_t i = 0; moved && i < ret->params_n; i++)
		if (!said[i])
			ret->params[i].type = NULL;
}

void abi_read(const struct scan *scan, const struct scan_function *function, Dwarf_Die *die, struct abi *ret)
{
	Dwarf_Attribute attribute;

	*ret = (struct abi){0};
	ret->noreturn = dwarf_attr_integrate(die, DW_AT_noreturn, &attribute) != NULL;
	if (function->language == SCAN_LANGUAGE_GO)
		read_go(scan, die, ret);
	else
		read_c(scan, function, die, ret);
}

bool abi_name_stops(const char *name)
{
	static const char *const names[] = {
		"abort", "exit", "_exit", "_Exit", "quick_exit", "__assert_fail", "__stack_chk_fail", "__fortify_fail",
		"__chk_fail", "longjmp", "siglongjmp", "__longjmp_chk", "pthread_exit", "err", "errx", "verr", "verrx",
		"_Unwind_Resume", "__cxa_throw", "__cxa_rethrow", "__cxa_bad_cast", "__cxa_throw_bad_array_new_length",
		"_ZSt9terminatev", "_ZSt17__throw_bad_allocv", "_ZSt20__throw_length_errorPKc",
		"_ZSt20__throw_out_of_rangePKc", "_ZSt24__throw_out_of_range_fmtPKcz", "_ZSt19__throw_logic_errorPKc",
		"__clang_call_terminate", "runtime.gopanic", "runtime.goPanicIndex", "runtime.throw", "runtime.fatalthrow",
		"runtime.panicdivide", "runtime.panicshift", "runtime.panicwrap", "runtime.panicnil", "runtime.goexit1",
		"__ubsan_handle_builtin_unreachable", "rust_begin_unwind",
	};

	if (!name)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "runtime.panic", 13) == 0 || strncmp(name, "runtime.goPanic", 15) == 0 ||
	       strncmp(name, "_ZN4core9panicking", 18) == 0;
}

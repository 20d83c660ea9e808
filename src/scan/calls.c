/* calls.c - which function calls which, and where threads begin: see calls.h */
#include "scan/calls.h"

#include "scan/build.h"
#include "scan/insn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_FUNCTION UINT32_MAX

/* A call that starts a thread. */
struct start {
	enum scan_entry_kind kind;
	uint32_t by, function;        /* function: NO_FUNCTION: not known */
	uint64_t pc;
};

/* What one function's code holds, in one walk from its first byte to its last. */
struct walk {
	const struct scan *scan;
	struct scan_calls_of *of;
	uint32_t self;
	uint32_t regs[INSN_REGS];     /* the function whose address is in the register */
	uint32_t last_address;        /* taken last, since the last start of a thread */
	struct start *starts;
	size_t starts_n;
	bool failed;
};

struct job {
	const struct scan *scan;
	struct scan_calls *calls;
	struct start **starts;        /* of each function */
	size_t *starts_n;
	int error;                    /* atomic */
};

/* ---- small lists ----------------------------------------------------------------------------------------------- */

/* Room for one more behind n items: grows at powers of two. Returns: NULL, and list stays as it was, without memory. */
static void *grow(void *list, size_t n, size_t size)
{
	if (n & (n - 1) || (n && n < 4))
		return list;
	return reallocarray(list, n ? 2 * n : 4, size);
}

static void add_number(struct walk *walk, uint32_t **list, size_t *n, uint32_t number)
{
	uint32_t *grown;

	for (size_t i = 0; i < *n; i++)
		if ((*list)[i] == number)
			return;
	grown = grow(*list, *n, sizeof(**list));
	if (!grown) {
		walk->failed = true;
		return;
	}
	*list = grown;
	grown[(*n)++] = number;
}

static void add_outside(struct walk *walk, const char *name)
{
	struct scan_calls_of *of = walk->of;
	const char **grown;

	for (size_t i = 0; i < of->outside_n; i++)
		if (strcmp(of->outside[i], name) == 0)
			return;
	grown = grow(of->outside, of->outside_n, sizeof(*grown));
	if (!grown) {
		walk->failed = true;
		return;
	}
	of->outside = grown;
	grown[of->outside_n++] = name;
}

/* ---- addresses of functions ------------------------------------------------------------------------------------ */

static uint32_t index_of(const struct scan *scan, const struct scan_function *function)
{
	return function ? (uint32_t)(function - scan->functions) : NO_FUNCTION;
}

/* The function that begins at an address. */
static uint32_t entered_at(const struct scan *scan, uint64_t address)
{
	const struct scan_function *function = scan_function_at(scan, address);

	return function && function->ranges[0].low == address ? index_of(scan, function) : NO_FUNCTION;
}

/* The function that an address in a register means: its own, or through Go's word that holds it (a func value). */
static uint32_t function_of_address(const struct scan *scan, uint64_t address)
{
	uint64_t inner;
	size_t n;
	const uint8_t *bytes;

	if (scan_is_code(scan, address))
		return entered_at(scan, address);
	bytes = scan->has_go ? scan_bytes(scan, address, &n) : NULL;
	if (!bytes || n < sizeof(inner))
		return NO_FUNCTION;
	memcpy(&inner, bytes, sizeof(inner));
	return scan_is_code(scan, inner) ? entered_at(scan, inner) : NO_FUNCTION;
}

static const char *name_at(const struct scan *scan, uint64_t address)
{
	const struct scan_function *function = scan_function_at(scan, address);
	const char *name = scan_symbol_at(scan, address);

	return function ? function->linkage_name ? function->linkage_name : function->name : name;
}

/* ---- starts of threads ----------------------------------------------------------------------------------------- */

static const struct starter {
	const char *name;
	bool prefix;
	enum scan_entry_kind kind;
	int8_t reg;                   /* that holds the function; INSN_NONE: it is hidden in an object */
} starters[] = {
	{"pthread_create", false, SCAN_ENTRY_PTHREAD, INSN_RDX},
	{"thrd_create", false, SCAN_ENTRY_C11, INSN_RSI},
	{"runtime.newproc", false, SCAN_ENTRY_GO, INSN_RAX},
	{"_ZNSt6threadC", true, SCAN_ENTRY_CPP, INSN_NONE},
	{"_ZNSt7jthreadC", true, SCAN_ENTRY_CPP, INSN_NONE},
	{"_ZNSt6thread15_M_start_thread", true, SCAN_ENTRY_CPP, INSN_NONE},
};

static const struct starter *find_starter(const char *name)
{
	for (size_t i = 0; name && i < sizeof(starters) / sizeof(starters[0]); i++) {
		const struct starter *starter = &starters[i];

		if (strncmp(name, starter->name, strlen(starter->name) + !starter->prefix) == 0)
			return starter;
	}
	return NULL;
}

/* std::thread's constructor calls what starts the thread: that is one start, of who calls the constructor. */
static bool inside_starter(const struct scan_function *function)
{
	const struct starter *starter = find_starter(function->linkage_name);

	return starter && starter->prefix;
}

/* Go puts a func value for `go f(x)` into a closure: the address that was taken last is the one stored there. */
static void add_start(struct walk *walk, const struct starter *starter, uint64_t pc)
{
	uint32_t function = starter->reg != INSN_NONE ? walk->regs[starter->reg] : NO_FUNCTION;
	struct start *grown = grow(walk->starts, walk->starts_n, sizeof(*grown));

	if (!grown) {
		walk->failed = true;
		return;
	}
	if (function == NO_FUNCTION && starter->kind == SCAN_ENTRY_GO)
		function = walk->last_address;
	walk->last_address = NO_FUNCTION;
	walk->starts = grown;
	grown[walk->starts_n++] = (struct start){
		.kind = starter->kind, .by = walk->self, .function = function, .pc = pc};
}

/* ---- one function ---------------------------------------------------------------------------------------------- */

static void set_register(struct walk *walk, const struct insn *insn, uint64_t address)
{
	uint32_t function = function_of_address(walk->scan, address);

	walk->regs[insn->dst] = function;
	if (function == NO_FUNCTION)
		return;
	walk->last_address = function;
	add_number(walk, &walk->of->addresses, &walk->of->addresses_n, function);
}

static void follow_registers(struct walk *walk, const struct insn *insn)
{
	uint32_t moved = insn->op == INSN_MOVE && insn->src >= 0 ? walk->regs[insn->src] : NO_FUNCTION;

	for (unsigned i = 0; i < INSN_REGS; i++)
		if (insn->clobbers & 1u << i)
			walk->regs[i] = NO_FUNCTION;
	if (insn->dst < 0)
		return;
	if (insn->op == INSN_LEA && insn->base == INSN_NONE && insn->index == INSN_NONE)
		set_register(walk, insn, (uint64_t)insn->displacement);
	else if (insn->op == INSN_MOVE && insn->flags & INSN_HAS_IMM)
		set_register(walk, insn, (uint64_t)insn->imm);
	else if (insn->op == INSN_MOVE)
		walk->regs[insn->dst] = moved;
}

static void take_call(struct walk *walk, const struct insn *insn)
{
	const struct scan_function *function;
	const char *name;
	const struct starter *starter;

	if (insn->flags & INSN_INDIRECT) {
		walk->of->indirect_n += insn->op == INSN_CALL;
		return;
	}
	function = scan_function_at(walk->scan, (uint64_t)insn->imm);
	if (insn->op != INSN_CALL && index_of(walk->scan, function) == walk->self)
		return;
	name = name_at(walk->scan, (uint64_t)insn->imm);
	starter = inside_starter(&walk->scan->functions[walk->self]) ? NULL : find_starter(name);
	if (starter)
		add_start(walk, starter, insn->pc);
	if (function)
		add_number(walk, &walk->of->callees, &walk->of->callees_n, index_of(walk->scan, function));
	else if (name)
		add_outside(walk, name);
}

/* What a call leaves in registers is not known; in those that it has to keep, it is. */
static void forget_after_call(struct walk *walk)
{
	static const int8_t kept[] = {INSN_RBX, INSN_RBP, 12, 13, 14, 15};
	uint32_t regs[INSN_REGS];

	memcpy(regs, walk->regs, sizeof(regs));
	for (unsigned i = 0; i < INSN_REGS; i++)
		walk->regs[i] = NO_FUNCTION;
	for (size_t i = 0; i < sizeof(kept) && !walk->scan->has_go; i++)
		walk->regs[kept[i]] = regs[kept[i]];
}

static void walk_range(struct walk *walk, const struct scan_range *range)
{
	size_t n = 0, size;
	const uint8_t *bytes = scan_bytes(walk->scan, range->low, &n);
	struct insn insn;

	if (!bytes || range->high <= range->low)
		return;
	size = range->high - range->low < n ? (size_t)(range->high - range->low) : n;
	for (size_t at = 0; at < size && !walk->failed; at += insn.length) {
		insn_decode(bytes + at, size - at, range->low + at, &insn);
		if (insn.op == INSN_CALL || insn.op == INSN_JUMP || insn.op == INSN_BRANCH)
			take_call(walk, &insn);
		if (insn.op == INSN_CALL)
			forget_after_call(walk);
		else
			follow_registers(walk, &insn);
	}
}

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void walk_function(void *user, unsigned thread, size_t item)
{
	struct job *job = user;
	const struct scan_function *function = &job->scan->functions[item];
	struct walk walk = {.scan = job->scan, .of = &job->calls->of[item], .self = (uint32_t)item,
	                    .last_address = NO_FUNCTION};

	(void)thread;
	for (unsigned i = 0; i < INSN_REGS; i++)
		walk.regs[i] = NO_FUNCTION;
	for (size_t i = 0; i < function->ranges_n; i++)
		walk_range(&walk, &function->ranges[i]);
	if (walk.of->callees_n)
		qsort(walk.of->callees, walk.of->callees_n, sizeof(*walk.of->callees), ascending);
	job->starts[item] = walk.starts;
	job->starts_n[item] = walk.starts_n;
	if (walk.failed)
		__atomic_store_n(&job->error, -ENOMEM, __ATOMIC_RELAXED);
}

/* ---- all functions --------------------------------------------------------------------------------------------- */

static int add_callers(struct scan_calls *calls)
{
	for (size_t i = 0; i < calls->n; i++)
		for (size_t c = 0; c < calls->of[i].callees_n; c++)
			calls->of[calls->of[i].callees[c]].callers_n++;
	for (size_t i = 0; i < calls->n; i++) {
		struct scan_calls_of *of = &calls->of[i];

		of->callers = of->callers_n ? reallocarray(NULL, of->callers_n, sizeof(*of->callers)) : NULL;
		if (of->callers_n && !of->callers)
			return -ENOMEM;
		of->callers_n = 0;
	}
	for (size_t i = 0; i < calls->n; i++) {
		for (size_t c = 0; c < calls->of[i].callees_n; c++) {
			struct scan_calls_of *callee = &calls->of[calls->of[i].callees[c]];

			callee->callers[callee->callers_n++] = (uint32_t)i;
		}
		for (size_t a = 0; a < calls->of[i].addresses_n; a++)
			calls->of[calls->of[i].addresses[a]].address_taken = true;
		calls->indirect_n += calls->of[i].indirect_n;
	}
	return 0;
}

static int add_entry(struct scan_calls *calls, struct scan_entry entry)
{
	struct scan_entry *grown;

	for (size_t i = 0; i < calls->entries_n; i++) {
		if (calls->entries[i].function != entry.function)
			continue;
		if (calls->entries[i].guess && !entry.guess)
			calls->entries[i] = entry;
		return 0;
	}
	grown = grow(calls->entries, calls->entries_n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	calls->entries = grown;
	grown[calls->entries_n++] = entry;
	return 0;
}

static bool is_main(const struct scan_function *function)
{
	return function->external && function->name &&
	       (strcmp(function->name, "main") == 0 || strcmp(function->name, "main.main") == 0);
}

/* The function of std::thread's hidden object that the new thread runs; it calls what was given, mostly directly. */
static bool is_cpp_run(const struct scan_function *function)
{
	return function->name && strncmp(function->name, "std::thread::_State_impl<", 25) == 0 &&
	       strstr(function->name, "::_M_run");
}

static int add_start_entries(struct scan_calls *calls, const struct start *start)
{
	const struct scan_calls_of *by = &calls->of[start->by];
	struct scan_entry entry = {.kind = start->kind, .function = start->function, .pc = start->pc};
	int error = 0;

	calls->starts_n++;
	if (start->function != NO_FUNCTION)
		return add_entry(calls, entry);
	calls->starts_unknown += !by->addresses_n;
	entry.guess = true;
	for (size_t i = 0; i < by->addresses_n && !error; i++) {
		entry.function = by->addresses[i];
		error = add_entry(calls, entry);
	}
	return error;
}

static int add_entries(const struct job *job)
{
	const struct scan *scan = job->scan;
	int error = 0;

	for (size_t i = 0; i < scan->functions_n && !error; i++) {
		const struct scan_function *function = &scan->functions[i];
		struct scan_entry entry = {.kind = SCAN_ENTRY_MAIN, .function = (uint32_t)i};

		if (is_cpp_run(function))
			entry.kind = SCAN_ENTRY_CPP;
		if (entry.kind == SCAN_ENTRY_CPP || is_main(function))
			error = add_entry(job->calls, entry);
	}
	for (size_t i = 0; i < scan->functions_n; i++)
		for (size_t s = 0; s < job->starts_n[i] && !error; s++)
			error = add_start_entries(job->calls, &job->starts[i][s]);
	return error;
}

static int find(struct job *job, unsigned threads)
{
	const struct scan *scan = job->scan;
	size_t n = scan->functions_n ? scan->functions_n : 1;
	int error;

	job->calls->n = scan->functions_n;
	job->calls->of = calloc(n, sizeof(*job->calls->of));
	job->starts = calloc(n, sizeof(*job->starts));
	job->starts_n = calloc(n, sizeof(*job->starts_n));
	if (!job->calls->of || !job->starts || !job->starts_n)
		return -ENOMEM;
	scan_parallel(scan_threads(threads), scan->functions_n, walk_function, job);
	error = job->error;
	if (!error)
		error = add_callers(job->calls);
	return error ? error : add_entries(job);
}

int scan_calls_find(const struct scan *scan, unsigned threads, struct scan_calls **ret_calls)
{
	struct job job = {.scan = scan};
	int error;

	if (scan->machine != SCAN_MACHINE_X86_64)
		return -ENOTSUP;
	job.calls = calloc(1, sizeof(*job.calls));
	if (!job.calls)
		return -ENOMEM;
	error = find(&job, threads);
	for (size_t i = 0; job.starts && i < scan->functions_n; i++)
		free(job.starts[i]);
	free(job.starts);
	free(job.starts_n);
	if (error)
		scan_calls_free(job.calls);
	else
		*ret_calls = job.calls;
	return error;
}

void scan_calls_free(struct scan_calls *calls)
{
	if (!calls)
		return;
	for (size_t i = 0; calls->of && i < calls->n; i++) {
		free(calls->of[i].callees);
		free(calls->of[i].callers);
		free(calls->of[i].outside);
		free(calls->of[i].addresses);
	}
	free(calls->of);
	free(calls->entries);
	free(calls);
}

int scan_calls_reach(const struct scan_calls *calls, uint32_t entry, bool *ret_reached)
{
	uint32_t *todo = reallocarray(NULL, calls->n + 1, sizeof(*todo));
	size_t n = 0;

	if (!todo)
		return -ENOMEM;
	memset(ret_reached, 0, calls->n * sizeof(*ret_reached));
	ret_reached[entry] = true;
	todo[n++] = entry;
	while (n) {
		const struct scan_calls_of *of = &calls->of[todo[--n]];

		for (size_t i = 0; i < of->callees_n; i++) {
			if (ret_reached[of->callees[i]])
				continue;
			ret_reached[of->callees[i]] = true;
			todo[n++] = of->callees[i];
		}
	}
	free(todo);
	return 0;
}

const char *scan_called_name(const struct scan *scan, uint64_t pc)
{
	size_t n;
	const uint8_t *bytes = scan_is_code(scan, pc) ? scan_bytes(scan, pc, &n) : NULL;
	struct insn insn;

	if (!bytes)
		return NULL;
	insn_decode(bytes, n, pc, &insn);
	if ((insn.op != INSN_CALL && insn.op != INSN_JUMP) || insn.flags & INSN_INDIRECT)
		return NULL;
	return name_at(scan, (uint64_t)insn.imm);
}

/* The linker's entries for imported functions write nothing. */
static bool in_plt(const struct scan *scan, uint64_t address)
{
	static const char *const names[] = {".plt", ".plt.sec", ".plt.got", ".plt.bnd"};
	GElf_Shdr header;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (scan_image_section(&scan->inside->image, names[i], &header) && address >= header.sh_addr &&
		    address - header.sh_addr < header.sh_size)
			return true;
	return false;
}

size_t scan_functions_bare(const struct scan *scan)
{
	const struct scan_named_address *symbols = scan->inside->symbols;
	size_t n = 0;

	/* Those without a size are the linker's and the assembler's labels. */
	for (size_t i = 0; i < scan->inside->symbols_n; i++)
		if (symbols[i].size && (!i || symbols[i].address != symbols[i - 1].address) &&
		    scan_is_code(scan, symbols[i].address) && !scan_function_at(scan, symbols[i].address) &&
		    !in_plt(scan, symbols[i].address))
			n++;
	return n;
}

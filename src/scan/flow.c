/* flow.c - instructions to blocks and edges; see flow.h */
#include "scan/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_MAX 2048          /* entries of one jump table */
#define LOOK_BACK 24            /* instructions between a table's address and the jump through it */

/* Room for n items in *data. Returns: 0 or -ENOMEM. */
static int room(void *data, size_t *size, size_t n, size_t item_size)
{
	void **pointer = data;
	size_t wanted = *size ? *size : 256;
	void *grown;

	if (n <= *size)
		return 0;
	while (wanted < n)
		wanted *= 2;
	grown = reallocarray(*pointer, wanted, item_size);
	if (!grown)
		return -ENOMEM;
	*pointer = grown;
	*size = wanted;
	return 0;
}

size_t flow_find(const struct flow *flow, uint64_t pc)
{
	size_t low = 0, high = flow->insns_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (flow->insns[middle].pc < pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low < flow->insns_n && flow->insns[low].pc == pc ? low : flow->insns_n;
}

const struct scan_function *flow_callee(const struct scan *scan, const struct insn *call, const char **ret_name)
{
	const struct scan_function *function;

	*ret_name = NULL;
	if (call->flags & INSN_INDIRECT)
		return NULL;
	function = scan_function_at(scan, (uint64_t)call->imm);
	if (function && function->ranges[0].low == (uint64_t)call->imm) {
		*ret_name = function->linkage_name ? function->linkage_name : function->name;
		return function;
	}
	*ret_name = scan_symbol_at(scan, (uint64_t)call->imm);
	return NULL;
}

/* ---- decoding -------------------------------------------------------------------------------------------------- */

static int decode_range(struct flow *flow, const struct scan *scan, const struct scan_range *range)
{
	uint64_t pc = range->low;
	size_t n;
	const uint8_t *bytes = scan_bytes(scan, pc, &n);
	int error = 0;

	if (!bytes || !scan_is_code(scan, pc))
		return 0;
	if (n > range->high - range->low)
		n = range->high - range->low;
	while (n && !error) {
		struct insn *insn;

		error = room(&flow->insns, &flow->insns_size, flow->insns_n + 1, sizeof(*flow->insns));
		if (error)
			return error;
		insn = &flow->insns[flow->insns_n++];
		insn_decode(bytes, n, pc, insn);
		flow->bad_bytes += insn->op == INSN_BAD;
		bytes += insn->length;
		pc += insn->length;
		n -= insn->length;
	}
	return 0;
}

static int by_low(const void *a, const void *b)
{
	const struct scan_range *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static int decode(struct flow *flow, const struct scan *scan, const struct scan_function *function)
{
	struct scan_range few[8], *ranges = few;
	int error = 0;

	if (function->ranges_n > 8)
		ranges = malloc(function->ranges_n * sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	memcpy(ranges, function->ranges, function->ranges_n * sizeof(*ranges));
	qsort(ranges, function->ranges_n, sizeof(*ranges), by_low);
	for (size_t i = 0; i < function->ranges_n && !error; i++) {
		/* Ranges that overlap would break the order that everything relies on. */
		if (i && ranges[i].low < ranges[i - 1].high)
			ranges[i].low = ranges[i - 1].high;
		if (ranges[i].low < ranges[i].high)
			error = decode_range(flow, scan, &ranges[i]);
	}
	if (ranges != few)
		free(ranges);
	return error ? error : flow->insns_n ? 0 : -ENOENT;
}

/* ---- jump tables ----------------------------------------------------------------------------------------------- */

/* What jump_targets calls for each. */
struct targets {
	struct flow *flow;
	bool (*take)(struct targets *targets, size_t insn);
	uint32_t from;
};

static bool ends_block(const struct insn *insn)
{
	return insn->op == INSN_JUMP || insn->op == INSN_BRANCH || insn->op == INSN_RETURN || insn->op == INSN_STOP;
}

static int64_t entry_at(const uint8_t *bytes, size_t i, unsigned width)
{
	int64_t wide;
	int32_t narrow;

	if (width == 8) {
		memcpy(&wide, bytes + 8 * i, 8);
		return wide;
	}
	memcpy(&narrow, bytes + 4 * i, 4);
	return narrow;
}

/* Entries are taken while they lead to instructions of this function. */
static bool read_table(const struct scan *scan, uint64_t table, unsigned width, uint64_t added, struct targets *targets)
{
	size_t n, i, insn;
	const uint8_t *bytes = scan_bytes(scan, table, &n);

	if (!bytes)
		return false;
	for (i = 0; i < n / width && i < TABLE_MAX; i++) {
		insn = flow_find(targets->flow, added + (uint64_t)entry_at(bytes, i, width));
		if (insn == targets->flow->insns_n || !targets->take(targets, insn))
			break;
	}
	return i > 0;
}

/* `jmp *table(,%r,8)`; or the address of a table of 32-bit differences in a register near before, by lea. */
static bool indirect_targets(const struct scan *scan, size_t jump, struct targets *targets)
{
	const struct insn *insns = targets->flow->insns, *insn = &insns[jump];
	size_t stop = jump > LOOK_BACK ? jump - LOOK_BACK : 0;

	if (insn->memory && insn->base == INSN_NONE && insn->index != INSN_NONE && insn->scale == 8)
		return read_table(scan, (uint64_t)insn->displacement, 8, 0, targets);
	for (size_t i = jump; i-- > stop;) {
		const struct insn *before = &insns[i];

		if (before->op == INSN_LOAD && before->base == INSN_NONE && before->index != INSN_NONE &&
		    before->scale == 8)
			return read_table(scan, (uint64_t)before->displacement, 8, 0, targets);
		if (before->op != INSN_LEA || before->base != INSN_NONE || before->index != INSN_NONE)
			continue;
		if (scan_is_code(scan, (uint64_t)before->displacement))
			continue;
		if (read_table(scan, (uint64_t)before->displacement, 4, (uint64_t)before->displacement, targets))
			return true;
		if (read_table(scan, (uint64_t)before->displacement, 8, 0, targets))
			return true;
	}
	return false;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static bool mark_leader(struct targets *targets, size_t insn)
{
	targets->flow->leader[insn] = 1;
	return true;
}

static void mark_target(struct flow *flow, uint64_t pc)
{
	size_t insn = flow_find(flow, pc);

	if (insn < flow->insns_n)
		flow->leader[insn] = 1;
}

static bool is_indirect_jump(const struct insn *insn)
{
	return insn->op == INSN_JUMP && insn->flags & INSN_INDIRECT;
}

static bool adjacent(const struct flow *flow, size_t i)
{
	return i + 1 < flow->insns_n && flow->insns[i].pc + flow->insns[i].length == flow->insns[i + 1].pc;
}

static void mark_leaders(struct flow *flow, const struct scan *scan, bool (*stops)(void *, const struct insn *),
                         void *user)
{
	struct targets targets = {.flow = flow, .take = mark_leader};

	memset(flow->leader, 0, flow->insns_n);
	flow->leader[0] = 1;
	for (size_t i = 0; i < flow->insns_n; i++) {
		struct insn *insn = &flow->insns[i];

		if (insn->op == INSN_CALL && stops(user, insn))
			insn->flags |= INSN_FINAL;
		if ((ends_block(insn) || (insn->op == INSN_CALL && insn->flags & INSN_FINAL) || !adjacent(flow, i)) &&
		    i + 1 < flow->insns_n)
			flow->leader[i + 1] = 1;
		if ((insn->op == INSN_JUMP || insn->op == INSN_BRANCH) && !(insn->flags & INSN_INDIRECT))
			mark_target(flow, (uint64_t)insn->imm);
		else if (is_indirect_jump(insn))
			indirect_targets(scan, i, &targets);
	}
}

static bool falls_through(const struct flow *flow, size_t last)
{
	const struct insn *insn = &flow->insns[last];

	if (insn->op == INSN_JUMP || insn->op == INSN_RETURN || insn->op == INSN_STOP || insn->op == INSN_BAD)
		return false;
	if (insn->op == INSN_CALL && insn->flags & INSN_FINAL)
		return false;
	return adjacent(flow, last);
}

static int make_blocks(struct flow *flow)
{
	int error = 0;

	for (size_t i = 0; i < flow->insns_n; i++) {
		if (flow->leader[i]) {
			error = room(&flow->blocks, &flow->blocks_size, flow->blocks_n + 1, sizeof(*flow->blocks));
			if (error)
				return error;
			flow->blocks[flow->blocks_n++] = (struct flow_block){.first = (uint32_t)i};
		}
		flow->blocks[flow->blocks_n - 1].last = (uint32_t)(i + 1);
		flow->block_of[i] = (uint32_t)(flow->blocks_n - 1);
	}
	return 0;
}

static int add_edge(struct flow *flow, uint32_t from, size_t insn)
{
	uint32_t to = flow->block_of[insn];
	struct flow_block *block = &flow->blocks[from];
	int error;

	for (uint32_t i = 0; i < block->edges_n; i++)
		if (flow->edges[block->edge + i] == to)
			return 0;
	error = room(&flow->edges, &flow->edges_size, flow->edges_n + 1, sizeof(*flow->edges));
	if (error)
		return error;
	flow->edges[flow->edges_n++] = to;
	block->edges_n++;
	flow->blocks[to].entered = true;
	return 0;
}

static bool take_edge(struct targets *targets, size_t insn)
{
	return add_edge(targets->flow, targets->from, insn) == 0;
}

static int make_edges(struct flow *flow, const struct scan *scan)
{
	int error = 0;

	for (uint32_t b = 0; b < flow->blocks_n && !error; b++) {
		struct flow_block *block = &flow->blocks[b];
		size_t last = block->last - 1, target;
		const struct insn *insn = &flow->insns[last];
		struct targets targets = {.flow = flow, .take = take_edge, .from = b};

		block->edge = (uint32_t)flow->edges_n;
		if (falls_through(flow, last))
			error = add_edge(flow, b, last + 1);
		if (is_indirect_jump(insn)) {
			block->unresolved = !indirect_targets(scan, last, &targets);
		} else if (!error && (insn->op == INSN_JUMP || insn->op == INSN_BRANCH)) {
			target = flow_find(flow, (uint64_t)insn->imm);
			if (target < flow->insns_n)
				error = add_edge(flow, b, target);
		}
	}
	return error;
}

/* A block that nothing leads to: padding, a landing pad, or the target of a jump that could not be followed. */
bool flow_is_padding(const struct flow *flow, const struct flow_block *block)
{
	for (uint32_t i = block->first; i < block->last; i++)
		if (flow->insns[i].op != INSN_NOP && flow->insns[i].op != INSN_STOP && flow->insns[i].op != INSN_BAD)
			return false;
	return true;
}

/* Marks what can be reached from the entry. stack: room for every block. */
static void mark_reached(const struct flow *flow, uint8_t *reached, uint32_t *stack)
{
	size_t n = 0;

	stack[n++] = flow->entry;
	reached[flow->entry] = 1;
	while (n) {
		const struct flow_block *block = &flow->blocks[stack[--n]];

		for (uint32_t i = 0; i < block->edges_n; i++) {
			uint32_t to = flow->edges[block->edge + i];

			if (!reached[to])
				stack[n++] = to;
			reached[to] = 1;
		}
	}
}

/* A label that no jump was seen to lead to: what stands before it doesn't run on into it. */
static bool is_label(const struct flow *flow, uint32_t block)
{
	return !flow_is_padding(flow, &flow->blocks[block]) &&
	       (!block || !falls_through(flow, flow->blocks[block - 1].last - 1));
}

/* Every label that is not reached otherwise may follow a jump whose targets are not known. One such jump is enough to
 * enter them: at the others not more is known. */
static int resolve_rest(struct flow *flow)
{
	uint8_t *reached = calloc(flow->blocks_n, 1);
	uint32_t *stack = malloc(flow->blocks_n * sizeof(*stack)), from = 0;
	int error = reached && stack ? 0 : -ENOMEM;

	if (!error)
		mark_reached(flow, reached, stack);
	while (!error && from < flow->blocks_n && !(flow->blocks[from].unresolved && reached[from]))
		from++;
	if (!error && from < flow->blocks_n) {
		flow->blocks[from].edge = (uint32_t)flow->edges_n;
		flow->blocks[from].edges_n = 0;
		for (uint32_t to = 0; to < flow->blocks_n && !error; to++)
			if (!reached[to] && is_label(flow, to))
				error = add_edge(flow, from, flow->blocks[to].first);
	}
	free(reached);
	free(stack);
	return error;
}

int flow_build(struct flow *flow, const struct scan *scan, const struct scan_function *function,
               bool (*stops)(void *user, const struct insn *call), void *user)
{
	size_t entry;
	int error;

	flow->insns_n = flow->blocks_n = flow->edges_n = 0;
	flow->bad_bytes = 0;
	error = decode(flow, scan, function);
	if (error)
		return error;
	error = room(&flow->leader, &flow->leader_size, flow->insns_n, sizeof(*flow->leader));
	if (!error)
		error = room(&flow->block_of, &flow->block_of_size, flow->insns_n, sizeof(*flow->block_of));
	if (error)
		return error;
	mark_leaders(flow, scan, stops, user);
	error = make_blocks(flow);
	if (error)
		return error;
	entry = flow_find(flow, function->ranges[0].low);
	flow->entry = entry < flow->insns_n ? flow->block_of[entry] : 0;
	error = make_edges(flow, scan);
	return error ? error : resolve_rest(flow);
}

void flow_fini(struct flow *flow)
{
	free(flow->insns);
	free(flow->blocks);
	free(flow->edges);
	free(flow->block_of);
	free(flow->leader);
	*flow = (struct flow){0};
}

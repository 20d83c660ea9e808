/*
 * test_probe.c - where probes would sit, tried on a running program
 *
 *     test_probe PROGRAM
 *
 * Breakpoints stand on every store and on the place of its probe. The address that the probe computes there must be the
 * one that the store writes to: of a probe before the store, at the next time that it is reached; of one behind it, at
 * the last.
 */
#include "scan/inside.h"
#include "scan/insn.h"
#include "tap.h"

#include <elf.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITES_MAX 512
#define HITS_MAX 200000

struct watched {
	const struct scan_site *site;
	struct scan_probe probe;
	struct insn store;
	bool expects;                 /* expected is the address that the other end must see */
	uint64_t expected;
};

static struct watched watched[SITES_MAX];
static size_t watched_n;
static const struct scan *scan;
static pid_t child;
static uint64_t bias;
static unsigned right, wrong;

/* ---- addresses ------------------------------------------------------------------------------------------------- */

static uint64_t reg_of(const struct user_regs_struct *regs, int8_t number)
{
	const uint64_t values[] = {regs->rax, regs->rdx, regs->rcx, regs->rbx, regs->rsi, regs->rdi, regs->rbp,
	                           regs->rsp, regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13,
	                           regs->r14, regs->r15};

	return number < 0 ? 0 : values[number];
}

static uint64_t sum_of(const struct user_regs_struct *regs, int8_t base, int8_t index, uint8_t scale,
                       int64_t displacement)
{
	/* Without a register it is an address as linked. */
	return reg_of(regs, base) + reg_of(regs, index) * scale + (uint64_t)displacement
	       + (base < 0 && index < 0 ? bias : 0);
}

static void meet(struct watched *at, uint64_t address, bool first)
{
	if (first) {
		at->expects = true;
		at->expected = address;
		return;
	}
	if (at->expects && at->expected != address)
		printf("# probe %llx of store %llx: %llx, not %llx\n", (unsigned long long)at->probe.pc,
		       (unsigned long long)at->site->pc, (unsigned long long)address, (unsigned long long)at->expected);
	/* A probe behind its store is never reached without it; one before it may be left by a branch. */
	right += at->expects && at->expected == address;
	wrong += at->expects ? at->expected != address : at->probe.after;
	at->expects = false;
}

static void hit(uint64_t pc, const struct user_regs_struct *regs)
{
	for (size_t i = 0; i < watched_n; i++) {
		struct watched *at = &watched[i];

		if (at->probe.pc == pc)
			meet(at, sum_of(regs, at->probe.base, at->probe.index, at->probe.scale, at->probe.displacement),
			     !at->probe.after);
		if (at->site->pc == pc)
			meet(at, sum_of(regs, at->store.base, at->store.index, at->store.scale, at->store.displacement),
			     at->probe.after);
	}
}

/* ---- the child ------------------------------------------------------------------------------------------------- */

static uint8_t byte_at(uint64_t pc)
{
	size_t n;
	const uint8_t *bytes = scan_bytes(scan, pc, &n);

	return bytes ? bytes[0] : 0;
}

static void put_byte(uint64_t pc, uint8_t byte)
{
	void *at = (void *)(uintptr_t)(pc + bias);
	long word = ptrace(PTRACE_PEEKTEXT, child, at, NULL);

	ptrace(PTRACE_POKETEXT, child, at, (void *)((word & ~0xffL) | byte));
}

static bool is_break(int status)
{
	return WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
}

/* The load address, from the entry point that the kernel tells the program. */
static bool find_bias(uint64_t entry)
{
	char path[64];
	Elf64_auxv_t pair;
	FILE *file;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)child);
	file = fopen(path, "re");
	while (file && !found && fread(&pair, sizeof(pair), 1, file) == 1) {
		found = pair.a_type == AT_ENTRY;
		bias = pair.a_un.a_val - entry;
	}
	if (file)
		fclose(file);
	return found;
}

static int run_to_end(void)
{
	struct user_regs_struct regs;
	int status = 0;

	for (unsigned hits = 0; hits < HITS_MAX; hits++) {
		uint64_t pc;

		ptrace(PTRACE_CONT, child, NULL, NULL);
		if (waitpid(child, &status, 0) < 0 || !is_break(status))
			return status;
		ptrace(PTRACE_GETREGS, child, NULL, &regs);
		pc = regs.rip - 1 - bias;
		hit(pc, &regs);
		regs.rip -= 1;
		ptrace(PTRACE_SETREGS, child, NULL, &regs);
		put_byte(pc, byte_at(pc));
		ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
		if (waitpid(child, &status, 0) < 0 || !is_break(status))
			return status;
		put_byte(pc, 0xcc);
	}
	return -1;
}

static uint64_t entry_of(const char *path)
{
	Elf64_Ehdr header = {0};
	FILE *file = fopen(path, "re");

	if (file && fread(&header, sizeof(header), 1, file) != 1)
		header.e_entry = 0;
	if (file)
		fclose(file);
	return header.e_entry;
}

static bool start(const char *path)
{
	int status;

	child = fork();
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || !freopen("/dev/null", "w", stdout))
			_exit(99);
		execl(path, path, (char *)NULL);
		_exit(99);
	}
	return child > 0 && waitpid(child, &status, 0) == child && is_break(status) && find_bias(entry_of(path));
}

/* ---- plans ----------------------------------------------------------------------------------------------------- */

static void plan(const struct scan_sites *sites)
{
	unsigned kinds[3] = {0}, judging = 0, fields = 0;

	for (size_t i = 0; i < sites->n && watched_n < SITES_MAX; i++) {
		struct watched *at = &watched[watched_n];
		size_t n;
		const uint8_t *bytes;

		if (sites->items[i].where == SCAN_WHERE_STACK || sites->items[i].how == SCAN_HOW_BULK)
			continue;
		*at = (struct watched){.site = &sites->items[i]};
		if (scan_probe_plan(scan, sites, at->site, &at->probe) != 0) {
			tap_ok(false, "a plan for the store at %llx", (unsigned long long)at->site->pc);
			continue;
		}
		fields++;
		kinds[at->probe.kind]++;
		judging += at->probe.may_judge;
		if (at->probe.kind == SCAN_PROBE_REFUSED) {
			tap_ok(at->probe.why != NULL, "a refusal says why");
			continue;
		}
		bytes = scan_bytes(scan, at->site->pc, &n);
		insn_decode(bytes, n, at->site->pc, &at->store);
		watched_n++;
	}
	printf("# %u stores: %u by a neighbour, %u on the store, %u refused; %u may judge\n", fields,
	       kinds[SCAN_PROBE_NEIGHBOUR], kinds[SCAN_PROBE_STORE], kinds[SCAN_PROBE_REFUSED], judging);
	tap_ok(kinds[SCAN_PROBE_NEIGHBOUR] > fields / 3, "a third of the stores at least have a neighbour");
	tap_ok(judging > 0 && judging < fields, "some may judge, and not all");
}

/* Where threads would be held before a lock: in the store's function, before it, on what kernels emulate. */
static void find_pauses(void)
{
	unsigned calls = 0, others = 0, wrong_ones = 0;

	for (size_t i = 0; i < watched_n; i++) {
		const struct scan_site *site = watched[i].site;
		struct scan_probe pause;
		struct insn insn;

		if (scan_probe_pause(scan, site, &pause) != 0)
			continue;
		insn_decode(pause.code, pause.code_n, pause.pc, &insn);
		wrong_ones += pause.pc >= site->pc || pause.kind != SCAN_PROBE_NEIGHBOUR ||
		              insn.length != pause.code_n || scan_function_at(scan, pause.pc) != site->function;
		calls += insn.op == INSN_CALL;
		others += insn.op != INSN_CALL;
	}
	tap_ok(calls > 0 && others > 0, "places to hold threads at: %u calls, %u others", calls, others);
	tap_eq_int(wrong_ones, 0, "each before the store, in its function");
}

int main(int argc, char **argv)
{
	struct scan *opened;
	struct scan_sites *sites;
	struct scan_error error;
	int status;

	if (argc != 2 || scan_open(argv[1], &(struct scan_options){0}, &opened, &error) != 0) {
		tap_ok(false, "%s", argc == 2 ? error.text : "usage: test_probe PROGRAM");
		return tap_done();
	}
	scan = opened;
	if (!tap_ok(scan_find_sites(scan, &(struct scan_site_options){0}, &sites, &error) == 0, "sites are found"))
		return tap_done();
	plan(sites);
	find_pauses();
	if (!start(argv[1])) {
		tap_skip("this machine does not let a program trace its child");
	} else {
		for (size_t i = 0; i < watched_n; i++) {
			put_byte(watched[i].site->pc, 0xcc);
			put_byte(watched[i].probe.pc, 0xcc);
		}
		status = run_to_end();
		tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the program runs to its end under all of them");
		printf("# %u hits\n", right + wrong);
		tap_ok(right > 1000, "probes and stores meet often");
		tap_eq_int(wrong, 0, "and agree on the address");
	}
	scan_sites_free(sites);
	scan_close(opened);
	return tap_done();
}

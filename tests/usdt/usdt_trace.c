/*
 * usdt_trace.c - what a program's points tell, seen by a tracer that knows them from the notes alone
 *
 *     usdt_trace list PROGRAM       PROVIDER NAME PC SEMAPHORE NOP ARGUMENTS, one point a line; 16 hexadecimal digits
 *     usdt_trace run PROGRAM        runs it with each semaphore raised: NAME FIELD [BEFORE AFTER], one hit a line
 *     usdt_trace quiet PROGRAM      the same, the semaphores left alone
 *
 * A point is one byte, so a breakpoint on it is gone on from without restoring anything. Every hit's record must be the
 * one that the program has said first: its output is the addresses of its records, in the order of types.
 * Exit: 0; 1: the program failed, or a point told of another record; 2: usage; 77: tracing isn't allowed here.
 */
#include "scan/usdt.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static struct scan_usdts *points;
static pid_t child;
static uint64_t bias;
static FILE *said;
static uint64_t records[2];

static void list(void)
{
	for (size_t i = 0; i < points->n; i++) {
		const struct scan_usdt *point = &points->items[i];

		printf("%s %s %016" PRIx64 " %016" PRIx64 " %d %s\n", point->provider, point->name, point->pc, point->semaphore,
		       point->nop, point->arguments);
	}
	printf("lost %zu broken %zu\n", points->lost, points->broken);
}

/* ---- values ---------------------------------------------------------------------------------------------------- */

static uint64_t reg_of(const struct user_regs_struct *regs, int8_t number)
{
	const uint64_t values[] = {regs->rax, regs->rdx, regs->rcx, regs->rbx, regs->rsi, regs->rdi, regs->rbp,
	                           regs->rsp, regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13,
	                           regs->r14, regs->r15};

	return number < 0 ? 0 : values[number];
}

/* Returns: false: of a kind that it doesn't know. */
static bool value_of(const struct user_regs_struct *regs, const struct scan_usdt_arg *arg, uint64_t *ret_value)
{
	unsigned cut = 64 - 8u * arg->size;
	uint64_t value;

	switch (arg->where) {
	case SCAN_USDT_REGISTER:
		value = reg_of(regs, arg->base) >> arg->shift;
		break;
	case SCAN_USDT_CONSTANT:
		value = (uint64_t)arg->displacement;
		break;
	case SCAN_USDT_MEMORY:
		value = reg_of(regs, arg->base) + reg_of(regs, arg->index) * arg->scale + (uint64_t)arg->displacement;
		value = (uint64_t)ptrace(PTRACE_PEEKDATA, child, (void *)(uintptr_t)value, NULL);
		break;
	default:
		return false;
	}
	*ret_value = arg->is_signed ? (uint64_t)((int64_t)(value << cut) >> cut) : value << cut >> cut;
	return true;
}

/* Returns: false: the hit is not what a point of ours may be. */
static bool tell(const struct scan_usdt *point, const struct user_regs_struct *regs)
{
	uint64_t values[4];

	if (point->args_n != 2 && point->args_n != 4)
		return false;
	for (size_t i = 0; i < point->args_n; i++)
		if (!value_of(regs, &point->args[i], &values[i]))
			return false;
	if (!records[0] && fscanf(said, "%" SCNx64 " %" SCNx64, &records[0], &records[1]) != 2)
		return false;
	if (values[0] != records[0] && values[0] != records[1])
		return false;
	printf("%s %" PRIu64, point->name, values[1]);
	for (size_t i = 2; i < point->args_n; i++)
		printf(point->args[i].is_signed ? " %" PRId64 : " %" PRIu64, values[i]);
	printf("\n");
	return true;
}

/* ---- the child ------------------------------------------------------------------------------------------------- */

/* Changes so many bytes of its memory. */
static void put(uint64_t address, uint64_t value, unsigned bytes)
{
	void *at = (void *)(uintptr_t)(address + bias);
	uint64_t mask = (UINT64_C(1) << 8 * bytes) - 1;
	uint64_t word = (uint64_t)ptrace(PTRACE_PEEKDATA, child, at, NULL);

	ptrace(PTRACE_POKEDATA, child, at, (void *)(uintptr_t)((word & ~mask) | value));
}

/* The load address, from the entry point that the kernel tells the program. */
static bool find_bias(const char *path)
{
	Elf64_Ehdr header = {0};
	Elf64_auxv_t pair;
	char auxv[64];
	FILE *file = fopen(path, "re");
	bool found = false;

	if (!file || fread(&header, sizeof(header), 1, file) != 1)
		return false;
	fclose(file);
	snprintf(auxv, sizeof(auxv), "/proc/%d/auxv", (int)child);
	file = fopen(auxv, "re");
	while (file && !found && fread(&pair, sizeof(pair), 1, file) == 1) {
		found = pair.a_type == AT_ENTRY;
		bias = pair.a_un.a_val - header.e_entry;
	}
	if (file)
		fclose(file);
	return found;
}

static bool start(const char *path)
{
	int out[2], status;

	if (pipe(out) < 0)
		return false;
	child = fork();
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || dup2(out[1], 1) < 0)
			_exit(99);
		execl(path, path, (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	said = fdopen(out[0], "r");
	return child > 0 && said && waitpid(child, &status, 0) == child && WIFSTOPPED(status) && find_bias(path);
}

static int run(bool raise)
{
	struct user_regs_struct regs;
	int status = 0;

	for (size_t i = 0; i < points->n; i++) {
		put(points->items[i].pc, 0xcc, 1);
		if (raise && points->items[i].semaphore)
			put(points->items[i].semaphore, 1, 2);
	}
	for (;;) {
		const struct scan_usdt *point = NULL;

		ptrace(PTRACE_CONT, child, NULL, NULL);
		if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
		ptrace(PTRACE_GETREGS, child, NULL, &regs);
		for (size_t i = 0; i < points->n; i++)
			if (points->items[i].pc + bias == regs.rip - 1)
				point = &points->items[i];
		if (!point || !tell(point, &regs)) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return 1;
		}
	}
}

int main(int argc, char **argv)
{
	struct scan_error error;
	int result = 0;

	if (argc != 3)
		return 2;
	if (scan_usdt_read(argv[2], &points, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 2;
	}
	if (strcmp(argv[1], "list") == 0)
		list();
	else if (start(argv[2]))
		result = run(strcmp(argv[1], "run") == 0);
	else
		result = 77;
	scan_usdt_free(points);
	return result;
}

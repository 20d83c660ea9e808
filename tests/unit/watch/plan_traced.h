/*
 * plan_traced.h - a program under ptrace, with a breakpoint where each probe of a plan would sit
 *
 * The program stops itself by SIGSTOP once its libraries are there; then a plan is made of it. A hit tells what a probe
 * would see: the registers, and memory.
 */
#ifndef PLAN_TRACED_H
#define PLAN_TRACED_H

#include "watch/plan.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRACED_BREAKS = 512, TRACED_HITS = 20000 };

struct traced {
	pid_t pid;
	struct {
		uint64_t address;
		uint8_t byte;         /* what stood there */
	} breaks[TRACED_BREAKS];
	size_t breaks_n;
};

/* Starts the program, up to where it stops itself. Returns: false: this machine does not let us, or it did not. */
static inline bool traced_start(struct traced *traced, const char *path)
{
	int status = 0;

	traced->pid = fork();
	if (traced->pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		execl(path, path, (char *)NULL);
		_exit(99);
	}
	for (int stops = 0; stops < 8; stops++) {
		if (waitpid(traced->pid, &status, 0) != traced->pid || !WIFSTOPPED(status))
			return false;
		if (WSTOPSIG(status) == SIGSTOP)
			return true;
		ptrace(PTRACE_CONT, traced->pid, NULL, NULL);
	}
	return false;
}

static inline uint64_t traced_word(const struct traced *traced, uint64_t address)
{
	return (uint64_t)ptrace(PTRACE_PEEKDATA, traced->pid, (void *)(uintptr_t)address, NULL);
}

static inline void traced_put(const struct traced *traced, uint64_t address, uint8_t byte)
{
	uint64_t word = traced_word(traced, address);

	ptrace(PTRACE_POKEDATA, traced->pid, (void *)(uintptr_t)address, (void *)(uintptr_t)((word & ~0xffull) | byte));
}

static inline void traced_break(struct traced *traced, uint64_t address)
{
	for (size_t i = 0; i < traced->breaks_n; i++)
		if (traced->breaks[i].address == address)
			return;
	if (traced->breaks_n == TRACED_BREAKS)
		return;
	traced->breaks[traced->breaks_n].address = address;
	traced->breaks[traced->breaks_n++].byte = (uint8_t)traced_word(traced, address);
	traced_put(traced, address, 0xcc);
}

/* Runs the program to its end. hit: before the instruction; done: behind it. Returns: the status of waitpid. */
static inline int traced_run(struct traced *traced, void *user,
                             void (*hit)(void *user, uint64_t address, const struct user_regs_struct *regs),
                             void (*done)(void *user))
{
	struct user_regs_struct regs;
	int status = 0;

	for (unsigned hits = 0; hits < TRACED_HITS; hits++) {
		size_t i = 0;

		ptrace(PTRACE_CONT, traced->pid, NULL, NULL);
		if (waitpid(traced->pid, &status, 0) < 0 || !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			return status;
		ptrace(PTRACE_GETREGS, traced->pid, NULL, &regs);
		regs.rip--;
		while (i < traced->breaks_n && traced->breaks[i].address != regs.rip)
			i++;
		if (i == traced->breaks_n)
			return status;
		hit(user, regs.rip, &regs);
		ptrace(PTRACE_SETREGS, traced->pid, NULL, &regs);
		traced_put(traced, regs.rip, traced->breaks[i].byte);
		ptrace(PTRACE_SINGLESTEP, traced->pid, NULL, NULL);
		if (waitpid(traced->pid, &status, 0) < 0 || !WIFSTOPPED(status))
			return status;
		done(user);
		traced_put(traced, regs.rip, 0xcc);
	}
	return -1;
}

static inline void traced_end(const struct traced *traced)
{
	if (traced->pid > 0 && kill(traced->pid, SIGKILL) == 0)
		waitpid(traced->pid, NULL, 0);
}

static inline uint64_t traced_register(const struct user_regs_struct *regs, int8_t number)
{
	const uint64_t values[] = {regs->rax, regs->rdx, regs->rcx, regs->rbx, regs->rsi, regs->rdi, regs->rbp,
	                           regs->rsp, regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13,
	                           regs->r14, regs->r15};

	return number < 0 ? 0 : values[number];
}

/* The address that a probe works out: as the program in the kernel does. */
static inline uint64_t traced_address(const struct wire_probe *wire, const struct user_regs_struct *regs)
{
	uint64_t address = wire->displacement;

	if (wire->base != WIRE_NONE)
		address += traced_register(regs, wire->base);
	if (wire->index != WIRE_NONE)
		address += traced_register(regs, wire->index) * wire->scale;
	return address;
}

#endif

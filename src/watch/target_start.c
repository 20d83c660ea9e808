/*
 * target_start.c - a program started and held at its exec, before its first instruction
 *
 * The child waits on a pipe until it is traced, so that from its first moment on its life hangs on ours: while it
 * waits, by the pipe's end; from then to target_go, by PTRACE_O_EXITKILL, which ends with the detaching. A death signal
 * (PR_SET_PDEATHSIG) would last too long: it outlives exec.
 */
#include "watch/target_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

struct start {
	int go[2];                    /* to the child: one byte, now that it is traced */
	int fault[2];                 /* from the child: errno of its exec */
	pid_t pid;
};

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		pair[i] = -1;
	}
}

/* In the child: only what is safe between fork and exec. */
__attribute__((noreturn))
static void become(const struct start *start, char *const argv[])
{
	char byte;
	int fault;

	close(start->go[1]);
	if (read(start->go[0], &byte, 1) == 1) {
		execvp(argv[0], argv);
		fault = errno;
		if (write(start->fault[1], &fault, sizeof(fault)) < 0)
			_exit(126);
	}
	_exit(127);
}

/* Returns: 0: held at its exec; or a negative errno, and it has ended: that of its exec, or -ECHILD: not known. */
static int wait_for_exec(const struct start *start)
{
	int status, fault;

	for (;;) {
		if (waitpid(start->pid, &status, __WALL) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!WIFSTOPPED(status)) {
			if (read(start->fault[0], &fault, sizeof(fault)) == sizeof(fault) && fault > 0)
				return -fault;
			return -ECHILD;
		}
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
			return 0;
		/* A signal on its way to it goes on; other stops are not for us. */
		ptrace(PTRACE_CONT, start->pid, NULL, status >> 16 ? NULL : (void *)(intptr_t)WSTOPSIG(status));
	}
}

static int tell_fault(const char *name, int result, struct watch_error *error)
{
	bool path = strchr(name, '/');

	switch (result) {
	case -ENOENT:
		if (!path)
			return target_fail(error, result, "%s: there is no such command in PATH", name);
		if (access(name, F_OK) == 0)
			return target_fail(error, result, "%s: the interpreter that it names is missing", name);
		return target_fail(error, result, "%s: there is no such file", name);
	case -EACCES:
		return target_fail(error, result, "%s: can't be executed: it is a folder, its mode lacks x, or its file system is "
				   "mounted noexec", name);
	case -ENOEXEC:
		return target_fail(error, result, "%s: is not a program for this machine", name);
	case -ECHILD:
		return target_fail(error, result, "%s: was ended by a signal before its start", name);
	default:
		return target_fail(error, result, "%s: can't be started: %s", name, strerror(-result));
	}
}

static void end_child(const struct start *start)
{
	kill(start->pid, SIGKILL);
	while (waitpid(start->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

/* Returns: 0: the child is held; or a negative errno, and there is none any more. */
static int trace_child(const struct start *start, const char *name, struct watch_error *error)
{
	int result;

	if (ptrace(PTRACE_SEIZE, start->pid, NULL, (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC)) < 0) {
		result = -errno;
		end_child(start);
		return target_fail(error, result, "%s: can't be held at its start: %s; ptrace is forbidden here (by Yama, or by a "
				   "container's rules), or this program is traced itself: start it and watch it with -p",
				   name, strerror(-result));
	}
	if (write(start->go[1], "", 1) != 1) {
		end_child(start);
		return target_fail(error, -EPIPE, "%s: was ended by a signal before its start", name);
	}
	result = wait_for_exec(start);
	return result < 0 ? tell_fault(name, result, error) : 0;
}

static int start_child(struct start *start, char *const argv[], struct watch_error *error)
{
	if (pipe2(start->go, O_CLOEXEC) < 0 || pipe2(start->fault, O_CLOEXEC) < 0)
		return target_fail(error, -errno, "%s: can't be started: %s", argv[0], strerror(errno));
	start->pid = fork();
	if (start->pid < 0)
		return target_fail(error, -errno, "%s: can't be started: %s", argv[0], strerror(errno));
	if (!start->pid)
		become(start, argv);
	/* Our copy would keep the reading of it from ending. */
	close(start->fault[1]);
	start->fault[1] = -1;
	return trace_child(start, argv[0], error);
}

int target_start(char *const argv[], struct target **ret_target, struct watch_error *ret_error)
{
	struct start start = { .go = { -1, -1 }, .fault = { -1, -1 } };
	struct target *target;
	int result;

	if (!argv[0] || !argv[0][0])
		return target_fail(ret_error, -EINVAL, "the command to start is empty");
	result = start_child(&start, argv, ret_error);
	close_pair(start.go);
	close_pair(start.fault);
	if (result < 0)
		return result;
	result = target_open_process(start.pid, true, &target, ret_error);
	if (result < 0) {
		end_child(&start);
		return result;
	}
	target->inside->held = true;
	result = target_refresh(target, NULL);
	if (result < 0) {
		target_close(target);
		return target_fail(ret_error, result, "%s: its memory map could not be read", argv[0]);
	}
	*ret_target = target;
	return 0;
}

int target_go(struct target *target)
{
	if (!target->inside->held)
		return 0;
	if (ptrace(PTRACE_DETACH, target->pid, NULL, NULL) < 0)
		return -errno;
	target->inside->held = false;
	return 0;
}

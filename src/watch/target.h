/*
 * target.h - the process under watch: its files in memory, its threads, how it ends
 *
 * Read from /proc alone; nothing in it is stopped. A process that we start ourselves is held at its exec, before its
 * first instruction, until target_go.
 */
#ifndef FG_WATCH_TARGET_H
#define FG_WATCH_TARGET_H

#include "watch/kernel.h"

/* An ELF file that is mapped executable. */
struct target_module {
	char *path;                   /* as the target names it */
	char *open_path;              /* as we open it: /proc/PID/root/..., or /proc/PID/map_files/... once deleted */
	uint64_t bias;                /* address in memory - address as linked */
	uint64_t device, inode;
	bool main;                    /* the program itself */
	bool gone;                    /* unmapped since; false again when the same file returns to the same place */
	/* Address in the file of an address as linked: from the program headers. Returns: -1: none. */
	struct target_segment {
		uint64_t address, offset;
		uint64_t size, memory;  /* in the file; in memory, where .bss follows */
		bool executable;
	} *segments;
	size_t segments_n;
};

struct target {
	pid_t pid;
	int pidfd;                    /* becomes readable when it ends; -1: kernel without */
	bool ours;                    /* we started it */
	uint64_t start_time;          /* field 22 of /proc/PID/stat: the identity beside the number */
	struct target_module *modules; /* moved by target_refresh, their texts are not */
	size_t modules_n;
	unsigned unread;              /* executable mappings of files that could not be opened (deleted, or not readable
	                                 without more rights), as of the last refresh: what is in them is not known */
	struct target_inside *inside;
	uint64_t stepping;            /* that page's address; 0: not known yet */
};

/* Opens a running process. Returns: 0 or a negative errno with ret_error: -ESRCH (no such process), -EPERM (names the
 * right that is missing), -ENOTSUP (32 bits, a kernel thread, another machine). Owner: target_close. */
int target_open(pid_t pid, struct target **ret_target, struct watch_error *ret_error);
/* Starts a program, held at its exec: its own file is mapped, shared libraries are not yet. argv[0] is found in PATH.
 * The child is killed if we end, or close it, before target_go; never after. It has our signal mask and ignores what we
 * ignore. Returns: 0 or a negative errno with ret_error: -ENOENT (no such command), -EACCES (not executable), -EPERM
 * (ptrace is forbidden), -ENOTSUP (32 bits).
 * Threads: target_go has to be called by the thread that called this, which must not end before. */
int target_start(char *const argv[], struct target **ret_target, struct watch_error *ret_error);
/* Lets it run; nothing to do where it runs already. Returns: 0 or a negative errno: -ESRCH (was killed while held). */
int target_go(struct target *target);
void target_close(struct target *target);

/* Reads the maps again. Returns: the number of modules that are new (at the end of modules), or a negative errno:
 * -ESRCH it has ended. Modules keep their index for as long as the target is open; exec makes all earlier ones gone
 * and sets ret_exec. */
int target_refresh(struct target *target, bool *ret_exec);
/* File offset of an address as linked. Returns: UINT64_MAX: in no segment. */
uint64_t target_file_offset(const struct target_module *module, uint64_t address);
/* The module that maps an address in memory. Returns: NULL: none. */
const struct target_module *target_module_at(const struct target *target, uint64_t address);

/* Does an address lie on the page where the kernel runs copies of instructions that have probes? */
bool target_is_stepping(struct target *target, uint64_t address);

/* Has it ended? ret_status (may be NULL): as waitpid tells, where it is ours; else -1. */
bool target_ended(struct target *target, int *ret_status);
/* CPU time of all its threads so far, ns; 0 when it is gone. */
uint64_t target_cpu_ns(const struct target *target);
/* The threads there are. Owner: the caller, free(). Returns: how many, or a negative errno. */
int target_threads(const struct target *target, pid_t **ret_tids);
/* comm of a thread; "" when it is gone. Names are kept for those that have gone since they were first asked. */
const char *target_thread_name(struct target *target, pid_t tid, char *ret, size_t size);
/* Reads its memory. Returns: bytes read, fewer where a page is not there; or a negative errno: -EFAULT (nothing is
 * mapped there), -ESRCH (it has ended, or called exec since the last target_refresh). */
ssize_t target_read(const struct target *target, uint64_t address, void *to, size_t n);

#endif

/*
 * probe_child.h - a child whose own code is probed: it waits, does one piece of work, and ends
 *
 * The places are labels in assembly of the test's own program, so the child has them where the parent has them.
 */
#ifndef FG_TESTS_PROBE_CHILD_H
#define FG_TESTS_PROBE_CHILD_H

#include "watch/kernel.h"
#include "tap.h"

#include <errno.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
	pid_t pid;
	int go;                       /* written to: it begins */
};

/* Starts a child that will run work(user), and end with what that returns. */
static inline struct child child_start(int (*work)(void *user), void *user)
{
	struct child child = {.pid = -1};
	int ends[2];
	char byte;

	if (pipe(ends) != 0)
		return child;
	fflush(stdout);
	child.pid = fork();
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 1 ? work(user) : 99);
	}
	close(ends[0]);
	child.go = ends[1];
	return child;
}

static inline void child_go(struct child *child)
{
	if (write(child->go, "x", 1) != 1)
		tap_ok(false, "the child can be told to begin");
}

/* Returns: as waitpid tells. */
static inline int child_end(struct child *child)
{
	int status = -1;

	close(child->go);
	waitpid(child->pid, &status, 0);
	return status;
}

struct find_offset {
	uintptr_t address;
	uint64_t offset;
};

static inline int find_offset(struct dl_phdr_info *info, size_t size, void *user)
{
	struct find_offset *find = user;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type == PT_LOAD && find->address >= start &&
		    find->address < start + info->dlpi_phdr[i].p_filesz) {
			find->offset = find->address - start + info->dlpi_phdr[i].p_offset;
			return 1;
		}
	}
	return 0;
}

/* Where in its file a place of this program is. */
static inline uint64_t offset_of(const void *place)
{
	struct find_offset find = {.address = (uintptr_t)place};

	dl_iterate_phdr(find_offset, &find);
	return find.offset;
}

/* Sets a probe at a place of this program, in the child. Returns: NULL: the test point has failed. */
static inline struct kernel_set *child_probe(struct kernel *kernel, const struct child *child, const void *place,
                                             uint32_t id, const struct wire_probe *probe)
{
	struct kernel_place at = {.offset = offset_of(place), .id = id};
	struct kernel_set *set = NULL;
	struct watch_error error;

	*kernel_probe(kernel, id) = *probe;
	kernel_settings(kernel)->tgid = (uint32_t)child->pid;
	if (kernel_attach(kernel, "/proc/self/exe", &at, 1, child->pid, &set, &error) != 0)
		tap_ok(false, "a probe: %s", error.text);
	return set;
}

/* Opens the kernel's part; where rights are missing, the test is skipped as a whole. */
static inline struct kernel *kernel_or_skip(const struct kernel_options *options)
{
	struct kernel *kernel = NULL;
	struct watch_error error;
	int code = kernel_open(options, &kernel, &error);

	if (code == -EPERM || code == -ENOSYS)
		tap_skip(error.text);
	else if (code)
		tap_ok(false, "the programs load: %s", error.text);
	return kernel;
}

#endif

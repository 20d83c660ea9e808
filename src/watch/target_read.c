/*
 * target_read.c - the target's memory
 *
 * By the descriptor of /proc/PID/mem, which stays with the memory that it was opened for: never another process's that
 * got the number, never the next program's after exec. Where it was refused, process_vm_readv has to do, and what it
 * read counts only if all is as before.
 */
#include "watch/target_inside.h"

#include <errno.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

bool target_memory_lives(const struct target *target)
{
	const struct target_inside *inside = target->inside;
	char byte;

	/* An address where nothing is mapped is an error; the end is nothing but the end. */
	if (inside->memory_fd >= 0)
		return pread(inside->memory_fd, &byte, 1, (off_t)inside->image.stack) != 0;
	return inside->maps_fd >= 0 && pread(inside->maps_fd, &byte, 1, 0) != 0;
}

static ssize_t read_by_number(const struct target *target, uint64_t address, void *to, size_t n)
{
	struct iovec here = { .iov_base = to, .iov_len = n };
	struct iovec there = { .iov_base = (void *)(uintptr_t)address, .iov_len = n };
	ssize_t result = process_vm_readv(target->inside->view, &here, 1, &there, 1, 0);

	if (result < 0)
		result = -errno;
	return target_alive(target) && target_memory_lives(target) ? result : -ESRCH;
}

ssize_t target_read(const struct target *target, uint64_t address, void *to, size_t n)
{
	ssize_t result;

	if (!n)
		return 0;
	if (address > INT64_MAX)
		return -EFAULT;
	if (target->inside->memory_fd < 0)
		return read_by_number(target, address, to, n);
	result = pread(target->inside->memory_fd, to, n, (off_t)address);
	if (result > 0)
		return result;
	if (result < 0 && errno != EIO)
		return -errno;
	return result ? -EFAULT : -ESRCH;
}

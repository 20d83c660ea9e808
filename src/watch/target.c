/* target.c - a process opened by its number, what it is, whether it lives */
#include "watch/target_inside.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* PF_KTHREAD of the kernel: in no header, and the same since it is shown. */
enum { KERNEL_THREAD = 0x00200000 };

int target_fail(struct watch_error *error, int result, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return result;
}

ssize_t target_slurp(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, ret, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	ret[n < 0 ? 0 : n] = 0;
	return n;
}

int target_stat_read(pid_t pid, struct target_stat *ret_stat)
{
	char path[32], text[1024], *at;
	struct target_stat stat = { 0 };
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	n = target_slurp(path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	/* The name, field 2, may hold anything: the fields are counted from its end. */
	at = strrchr(text, ')');
	if (!at || !at[1] || !at[2])
		return -EPROTO;
	stat.state = at[2];
	at += 3;
	for (int field = 4; field <= 28 && *at; field++) {
		uint64_t value = strtoull(at, &at, 10);

		switch (field) {
		case 9: stat.flags = value; break;
		case 20: stat.threads = value; break;
		case 22: stat.start_time = value; break;
		case 26: stat.code = value; break;
		case 28: stat.stack = value; break;
		default: break;
		}
	}
	*ret_stat = stat;
	return 0;
}

/* Of the thread alone. */
static bool has_ended(const struct target_stat *stat)
{
	return stat->state == 'Z' || stat->state == 'X';
}

bool target_alive(const struct target *target)
{
	struct pollfd poll_fd = { .fd = target->pidfd, .events = POLLIN };
	struct target_stat stat;

	if (target->inside->ended)
		return false;
	if (target->pidfd >= 0)
		return poll(&poll_fd, 1, 0) == 0;
	if (target_stat_read(target->pid, &stat) < 0 || stat.start_time != target->start_time)
		return false;
	return !has_ended(&stat) || stat.threads > 1;
}

/* The process that a thread belongs to. Returns: 0: not known. */
static pid_t process_of(pid_t tid)
{
	char path[32], text[4096];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (target_slurp(path, text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nTgid:");
	return line ? (pid_t)strtol(line + strlen("\nTgid:"), NULL, 10) : 0;
}

static int check_process(pid_t pid, const struct target_stat *stat, struct watch_error *error)
{
	pid_t process = process_of(pid);

	if (stat->flags & KERNEL_THREAD)
		return target_fail(error, -ENOTSUP, "process %d is a thread of the kernel: it has no program to watch",
				   (int)pid);
	if (process && process != pid)
		return target_fail(error, -ESRCH, "%d is a thread of process %d: name the process", (int)pid, (int)process);
	if (has_ended(stat) && stat->threads <= 1)
		return target_fail(error, -ESRCH, "process %d has ended (its parent has not taken note of it)",
				   (int)pid);
	return 0;
}

static int find_process(pid_t pid, struct target_stat *ret_stat, struct watch_error *error)
{
	int result = pid > 0 ? target_stat_read(pid, ret_stat) : -ENOENT;

	if (!result)
		return check_process(pid, ret_stat, error);
	if (result == -ENOENT || result == -ESRCH) {
		if (pid > 0 && kill(pid, 0) < 0 && errno == EPERM)
			return target_fail(error, -EPERM, "process %d is hidden from this user (/proc is mounted with hidepid): "
					   "run as root", (int)pid);
		if (access("/proc/self/stat", R_OK) < 0)
			return target_fail(error, -ENOENT, "/proc is not mounted here: nothing can be said of process %d", (int)pid);
		return target_fail(error, -ESRCH, "there is no process %d", (int)pid);
	}
	return target_fail(error, result, "/proc/%d/stat: %s", (int)pid, strerror(-result));
}

/* What to do about EACCES and EPERM. */
static int no_right(pid_t pid, const char *what, struct watch_error *error)
{
	return target_fail(error, -EPERM, "process %d: no right to read its %s: it belongs to another user, changed its user, or "
			   "ptrace is restricted (Yama); run as root or with CAP_SYS_PTRACE", (int)pid, what);
}

static int check_program(pid_t pid, pid_t view, struct watch_error *error)
{
	Elf64_Ehdr header;
	char path[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)view);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return no_right(pid, "program", error);
	if (fd < 0 && (errno == ENOENT || errno == ESRCH))
		return target_fail(error, -ESRCH, "process %d has no program: it is ending", (int)pid);
	if (fd < 0)
		return target_fail(error, -errno, "%s: %s", path, strerror(errno));
	n = pread(fd, &header, sizeof(header), 0);
	close(fd);
	if (n < (ssize_t)sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG))
		return target_fail(error, -ENOTSUP, "process %d: its program is not an ELF file", (int)pid);
	if (header.e_ident[EI_CLASS] != ELFCLASS64)
		return target_fail(error, -ENOTSUP, "process %d runs a 32-bit program; x86-64 programs are watched", (int)pid);
	if (header.e_machine != EM_X86_64)
		return target_fail(error, -ENOTSUP, "process %d runs a program for another machine (number %u); x86-64 programs are "
				   "watched", (int)pid, (unsigned)header.e_machine);
	return 0;
}

static void close_memory(struct target *target)
{
	if (target->inside->memory_fd >= 0)
		close(target->inside->memory_fd);
	if (target->inside->maps_fd >= 0)
		close(target->inside->maps_fd);
	target->inside->memory_fd = target->inside->maps_fd = -1;
}

/* Opens what is read, and what stays with this memory when the process gets another by exec. /proc/PID/mem is open to
 * its owner and to who may read all files; with CAP_SYS_PTRACE alone the memory is read by process_vm_readv. */
static int open_memory(struct target *target, struct watch_error *error)
{
	struct target_inside *inside = target->inside;
	char path[32];
	int memory, maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)inside->view);
	maps = open(path, O_RDONLY | O_CLOEXEC);
	if (maps < 0)
		return no_right(target->pid, "memory map", error);
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)inside->view);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	close_memory(target);
	inside->maps_fd = maps;
	inside->memory_fd = memory;
	return 0;
}

static int check_memory(const struct target *target, struct watch_error *error)
{
	char byte;
	ssize_t result = target_read(target, target->inside->image.stack, &byte, 1);

	/* Nothing there is no matter of rights. */
	if (result >= 0 || result == -EFAULT)
		return 0;
	if (result == -EPERM || result == -EACCES)
		return no_right(target->pid, "memory", error);
	return target_fail(error, (int)result, "process %d: its memory can't be read: %s", (int)target->pid,
			   strerror((int)-result));
}

/* A first thread that has ended while others go on has no memory, no files and no program in /proc; the others have. */
static void choose_view(struct target *target, const struct target_stat *stat)
{
	struct target_inside *inside = target->inside;
	struct target_stat other;
	pid_t *tids;
	int n;

	if (!has_ended(stat)) {
		inside->view = target->pid;
		return;
	}
	if (inside->view != target->pid && !target_stat_read(inside->view, &other) && !has_ended(&other))
		return;
	n = target_threads(target, &tids);
	for (int i = 0; i < n; i++) {
		if (target_stat_read(tids[i], &other) || has_ended(&other))
			continue;
		inside->view = tids[i];
		break;
	}
	if (n >= 0)
		free(tids);
}

static int read_image(struct target *target, struct target_image *ret_image)
{
	struct target_stat stat;
	struct stat file;
	char path[32];
	int result = target_stat_read(target->pid, &stat);

	if (result < 0)
		return -ESRCH;
	choose_view(target, &stat);
	if (target->inside->view != target->pid && target_stat_read(target->inside->view, &stat) < 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)target->inside->view);
	if (fstatat(AT_FDCWD, path, &file, 0) < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	ret_image->device = file.st_dev;
	ret_image->inode = file.st_ino;
	ret_image->code = stat.code;
	ret_image->stack = stat.stack;
	return 0;
}

int target_open_process(pid_t pid, bool ours, struct target **ret_target, struct watch_error *ret_error)
{
	struct target *target = calloc(1, sizeof(*target));
	struct target_stat stat = { 0 };
	int result;

	if (target)
		target->inside = calloc(1, sizeof(*target->inside));
	if (!target || !target->inside) {
		free(target);
		return target_fail(ret_error, -ENOMEM, "no memory to open process %d", (int)pid);
	}
	target->pid = target->inside->view = pid;
	target->ours = ours;
	target->inside->memory_fd = target->inside->maps_fd = -1;
	target->inside->status = -1;
	/* The descriptor before the checks, so that they speak of the process that it holds. */
	target->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	result = find_process(pid, &stat, ret_error);
	target->start_time = stat.start_time;
	if (!result) {
		choose_view(target, &stat);
		result = check_program(pid, target->inside->view, ret_error);
	}
	if (!result)
		result = open_memory(target, ret_error);
	if (!result && read_image(target, &target->inside->image) < 0)
		result = target_fail(ret_error, -ESRCH, "process %d has ended", (int)pid);
	if (!result)
		result = check_memory(target, ret_error);
	if (result < 0) {
		target->ours = false;
		target_close(target);
		return result;
	}
	*ret_target = target;
	return 0;
}

int target_open(pid_t pid, struct target **ret_target, struct watch_error *ret_error)
{
	struct target *target;
	int result = target_open_process(pid, false, &target, ret_error);

	if (result < 0)
		return result;
	result = target_refresh(target, NULL);
	if (result < 0) {
		target_close(target);
		return target_fail(ret_error, result, result == -ESRCH ? "process %d has ended" :
				   "process %d: its memory map could not be read", (int)pid);
	}
	*ret_target = target;
	return 0;
}

void target_close(struct target *target)
{
	if (!target)
		return;
	if (target->inside->held && !target->inside->ended) {
		kill(target->pid, SIGKILL);
		while (waitpid(target->pid, NULL, __WALL) < 0 && errno == EINTR)
			;
	} else if (target->ours) {
		target_ended(target, NULL);
	}
	if (target->pidfd >= 0)
		close(target->pidfd);
	close_memory(target);
	target_modules_free(target);
	target_names_free(target);
	free(target->inside);
	free(target);
}

/* Did the process call exec since? Its memory of then is gone (a child of vfork may keep it a while), or the program,
 * or where it lies. What all of these miss, the same program at the same addresses, has the same probes. */
static bool has_new_image(const struct target *target, const struct target_image *image)
{
	const struct target_image *before = &target->inside->image;

	if (image->device != before->device || image->inode != before->inode || image->code != before->code ||
	    image->stack != before->stack)
		return true;
	return !target_memory_lives(target);
}

int target_refresh(struct target *target, bool *ret_exec)
{
	struct target_inside *inside = target->inside;
	struct target_mappings mappings = { 0 };
	struct target_image image;
	struct watch_error unused;
	pid_t view = inside->view;
	int result;

	if (ret_exec)
		*ret_exec = false;
	if (!target_alive(target))
		return -ESRCH;
	result = read_image(target, &image);
	if (!result)
		result = target_mappings_read(inside->view, &mappings);
	/* What was read is only worth something if it was not of one who came after. */
	if (!target_alive(target))
		result = -ESRCH;
	if (result < 0) {
		target_mappings_free(&mappings);
		return result;
	}
	if (has_new_image(target, &image)) {
		for (size_t i = inside->image_modules; i < target->modules_n; i++)
			target->modules[i].gone = true;
		inside->image_modules = target->modules_n;
		inside->image = image;
		target_mappings_free(&inside->mappings);
		/* Without the right to it any more (a program with another user's rights), target_read says so. */
		if (open_memory(target, &unused) < 0)
			close_memory(target);
		if (ret_exec)
			*ret_exec = true;
	}
	/* Files were opened through a thread that has ended: all are looked for again. */
	if (view != inside->view)
		target_mappings_free(&inside->mappings);
	return target_modules_update(target, &mappings);
}

bool target_ended(struct target *target, int *ret_status)
{
	struct target_inside *inside = target->inside;
	pid_t pid = -1;
	int status;

	/* Ours has not ended before its status is there: else that would be lost. */
	if (target->ours && !inside->ended)
		pid = waitpid(target->pid, &status, WNOHANG | __WALL);
	if (pid > 0 && (WIFEXITED(status) || WIFSIGNALED(status))) {
		inside->ended = true;
		inside->status = status;
	}
	if (pid < 0 && !target_alive(target))
		inside->ended = true;
	if (ret_status)
		*ret_status = inside->status;
	return inside->ended;
}

uint64_t target_cpu_ns(const struct target *target)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(target->pid, &clock) || clock_gettime(clock, &time) < 0 || !target_alive(target))
		return 0;
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

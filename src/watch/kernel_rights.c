/*
 * kernel_rights.c - why the kernel does not do as it was asked: rights, or parts that it was built without
 */
#include "watch/kernel_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Does this process have the right, itself or by the one that holds all? */
static bool has(int capability)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	return data[capability / 32].effective >> (capability % 32) & 1;
}

static bool reads(const char *path, char *ret_text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, ret_text, size - 1);
	close(fd);
	ret_text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* In a user namespace of its own a process may have all rights, and the kernel minds only those of the first one. */
static bool is_first_user_namespace(void)
{
	char text[64];
	unsigned long inside, outside, count;

	return !reads("/proc/self/uid_map", text, sizeof(text)) ||
	       (sscanf(text, "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 && outside == 0 &&
	        count >= 0xfffffffful);
}

static bool is_locked_down(void)
{
	char text[64];

	return reads("/sys/kernel/security/lockdown", text, sizeof(text)) && strstr(text, "[confidentiality]");
}

/* The rights that are missing, as words. Returns: false: none is. */
static bool missing(char *ret_text, size_t size)
{
	static const struct {
		int capability;
		bool by_admin;            /* CAP_SYS_ADMIN holds it too */
		const char *name;
	} wanted[] = {
		{CAP_BPF, true, "CAP_BPF"},
		{CAP_PERFMON, true, "CAP_PERFMON"},
		{CAP_SYS_PTRACE, false, "CAP_SYS_PTRACE"},
	};
	size_t used = 0;

	*ret_text = '\0';
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (has(wanted[i].capability) || (wanted[i].by_admin && has(CAP_SYS_ADMIN)))
			continue;
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used ? ", " : "", wanted[i].name);
	}
	return used > 0;
}

static int fail_rights(const char *what, struct watch_error *ret_error)
{
	char names[64];

	if (missing(names, sizeof(names)))
		return watch_fail(ret_error, -EPERM, "%s needs rights that are missing: %s; run it as root, or give them "
		                  "to the program: setcap cap_bpf,cap_perfmon,cap_sys_ptrace+ep", what, names);
	if (!is_first_user_namespace())
		return watch_fail(ret_error, -EPERM, "%s is refused: rights inside a user namespace (a container without "
		                  "privileges) do not count; run it on the host", what);
	if (is_locked_down())
		return watch_fail(ret_error, -EPERM, "%s is refused: the kernel is locked down (confidentiality), which "
		                  "keeps programs from reading memory", what);
	return watch_fail(ret_error, -EPERM, "%s is refused, though the rights are there: a security module or a seccomp "
	                  "filter (as containers have) forbids bpf() or perf_event_open()", what);
}

int kernel_check_rights(struct watch_error *ret_error)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	/* Any command will do: only a kernel without bpf() says ENOSYS. */
	if (syscall(SYS_bpf, BPF_MAP_GET_NEXT_ID, &attr, sizeof(attr)) != 0 && errno == ENOSYS)
		return watch_fail(ret_error, -ENOSYS, "this kernel has no bpf() (CONFIG_BPF_SYSCALL), so no probes can be "
		                  "set; Linux 5.15 or later with it is needed");
	if (!((has(CAP_BPF) && has(CAP_PERFMON)) || has(CAP_SYS_ADMIN)))
		return fail_rights("setting probes", ret_error);
	return 0;
}

int kernel_explain(int code, const char *what, struct watch_error *ret_error)
{
	if (code == -EPERM || code == -EACCES)
		return fail_rights(what, ret_error);
	if (code == -ENOMEM)
		return watch_fail(ret_error, code, "%s: no memory, or the limit on locked memory is too low (ulimit -l)", what);
	if (is_locked_down())
		return fail_rights(what, ret_error);
	return watch_fail(ret_error, -ENOSYS, "%s failed (%s): this kernel is too old, or built without uprobes "
	                  "(CONFIG_UPROBE_EVENTS); Linux 5.15 or later is needed, 6.6 for many probes", what,
	                  strerror(-code));
}

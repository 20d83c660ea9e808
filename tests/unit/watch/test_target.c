/*
 * test_target.c - processes opened, started and lost: their files in memory, their threads, their end
 *
 *     test_watch_target VICTIM VICTIM_FIXED VICTIM_LATE
 */
#include "watch/target.h"

#include "tap.h"
#include "victim.h"

#include <elf.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static const char *pie, *fixed, *late;
static char folder[] = "/tmp/fieldguard-target-XXXXXX";

static const char *in_folder(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static const struct target_module *main_of(const struct target *target)
{
	for (size_t i = 0; i < target->modules_n; i++)
		if (target->modules[i].main && !target->modules[i].gone)
			return &target->modules[i];
	return NULL;
}

/* Is the code at an address in memory what the module's file has where we say it is? */
static bool file_has(const struct target *target, const struct target_module *module, uint64_t address)
{
	char memory[64], file[64];
	uint64_t offset;
	bool same;
	int fd;

	if (!module || target_module_at(target, address) != module)
		return false;
	offset = target_file_offset(module, address - module->bias);
	fd = open(module->open_path, O_RDONLY | O_CLOEXEC);
	same = fd >= 0 && pread(fd, file, sizeof(file), (off_t)offset) == sizeof(file) &&
	       target_read(target, address, memory, sizeof(memory)) == sizeof(memory) &&
	       !memcmp(memory, file, sizeof(file));
	close(fd);
	return same;
}

static struct target *open_it(pid_t pid)
{
	struct watch_error error = { "" };
	struct target *target = NULL;
	int result = target_open(pid, &target, &error);

	if (!tap_eq_int(result, 0, "opens"))
		printf("# %s\n", error.text);
	return target;
}

static void test_modules(const char *path, bool position_independent)
{
	const struct target_module *module;
	struct victim victim;
	struct target *target;
	bool libc = false, odd = false;

	if (!tap_ok(victim_start(&victim, path, NULL), "%s runs", strrchr(path, '/')))
		return;
	target = open_it(victim.pid);
	module = main_of(target);
	tap_ok(module && !strcmp(module->path, path), "the program is a module, by its own name");
	tap_ok(module && (module->bias != 0) == position_independent, "its bias");
	tap_ok(file_has(target, module, victim.main), "the file's bytes are those in memory");
	tap_ok(target_module_at(target, victim.watched) == module, "a variable without bytes in the file is the module's");
	tap_ok(module && target_file_offset(module, victim.watched - module->bias) == UINT64_MAX, "and has no offset in it");
	for (size_t i = 0; i < target->modules_n; i++) {
		libc |= strstr(target->modules[i].path, "libc.so") != NULL;
		odd |= target->modules[i].path[0] != '/' || !target->modules[i].segments_n;
	}
	tap_ok(libc && !odd, "libc is a module, what is no file is none");
	tap_ok(!target_module_at(target, 0x1000), "no module where nothing is");
	tap_eq_int(target_refresh(target, NULL), 0, "nothing is new");
	victim_ask(&victim, "execstack");
	tap_eq_int(target_refresh(target, NULL), 0, "data that can be executed is not taken for code");
	tap_eq_int(target->unread, 0, "no file is left unread");
	target_close(target);
	victim_end(&victim);
}

static void test_late(void)
{
	const char *copy = in_folder("late.so");
	struct victim victim;
	struct target *target;
	size_t n;
	bool exec = true;
	uint64_t answer;

	victim_copy(late, copy);
	victim_start(&victim, pie, NULL);
	target = open_it(victim.pid);
	n = target->modules_n;
	answer = strtoull(victim_ask(&victim, "open %s", copy), NULL, 16);
	tap_eq_int(target_refresh(target, &exec), 1, "a library that was opened later is found");
	tap_ok(!exec && target->modules_n == n + 1, "and is the last module, without an exec");
	tap_ok(file_has(target, &target->modules[n], answer) && !target->modules[n].main, "its bytes");
	victim_ask(&victim, "close");
	tap_eq_int(target_refresh(target, NULL), 0, "closed again: nothing is new");
	tap_ok(target->modules[n].gone && !target_module_at(target, answer), "and it is gone");
	tap_eq_int(strtoull(victim_ask(&victim, "open %s", copy), NULL, 16), answer, "opened again, at the same place");
	tap_eq_int(target_refresh(target, NULL), 0, "is not new");
	tap_ok(!target->modules[n].gone && file_has(target, &target->modules[n], answer), "but there again");
	victim_ask(&victim, "close");
	target_refresh(target, NULL);
	victim_copy(pie, copy);
	victim_copy(late, copy);
	victim_ask(&victim, "open %s", copy);
	tap_eq_int(target_refresh(target, NULL), 1, "a file that was written anew meanwhile is a new module");
	tap_ok(target->modules[n].gone && !target->modules[n + 1].gone, "and not the old one");
	unlink(copy);
	tap_eq_int(target_refresh(target, NULL), 0, "a deleted library is the same module");
	tap_ok(file_has(target, &target->modules[n + 1], answer), "which can still be opened");
	target_close(target);
	victim_end(&victim);
}

static void test_deleted(void)
{
	const char *copy = in_folder("deleted");
	struct victim victim;
	struct target *target;

	victim_copy(pie, copy);
	victim_start(&victim, copy, NULL);
	unlink(copy);
	target = open_it(victim.pid);
	tap_ok(file_has(target, main_of(target), victim.main), "a deleted program is found");
	target_close(target);
	victim_copy(fixed, copy);
	target = open_it(victim.pid);
	tap_ok(file_has(target, main_of(target), victim.main), "and not mistaken for its successor");
	target_close(target);
	victim_end(&victim);
	unlink(copy);
}

static bool into_memfd(const char *path)
{
	static char name[32];
	int fd = memfd_create("victim", 0);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	victim_copy(path, name);
	/* One that could write to it would keep it from being executed. */
	snprintf(name, sizeof(name), "/proc/self/fd/%d", open(name, O_RDONLY));
	close(fd);
	execl(name, name, (char *)NULL);
	return false;
}

static void test_memfd(void)
{
	struct victim victim;
	struct target *target;

	tap_ok(victim_start(&victim, pie, into_memfd), "a program without a name runs");
	target = open_it(victim.pid);
	tap_ok(file_has(target, main_of(target), victim.main), "and is found");
	tap_ok(main_of(target) && strstr(main_of(target)->path, "memfd"), "as what it is");
	target_close(target);
	victim_end(&victim);
}

static void exec_and_see(struct victim *victim, struct target *target, const char *path)
{
	size_t before = target->modules_n, gone = 0;
	uint64_t was = victim->main;
	bool exec = false;
	char byte;

	fprintf(victim->to, "exec %s\n", path);
	victim_where(victim);
	tap_eq_int(target_read(target, was, &byte, 1), -ESRCH, "the memory of before exec is not mistaken for that of after");
	tap_ok(target_refresh(target, &exec) > 0 && exec, "exec is seen");
	for (size_t i = 0; i < before; i++)
		gone += target->modules[i].gone;
	tap_eq_int(gone, before, "and all modules of before are gone");
	tap_ok(main_of(target) && !strcmp(main_of(target)->path, path), "the new program is the main one");
	tap_ok(file_has(target, main_of(target), victim->main), "its bytes");
	tap_ok(target_refresh(target, &exec) == 0 && !exec, "and is told once");
}

static void test_exec(void)
{
	struct victim victim;
	struct target *target;

	victim_start(&victim, pie, NULL);
	target = open_it(victim.pid);
	exec_and_see(&victim, target, fixed);
	exec_and_see(&victim, target, fixed);
	exec_and_see(&victim, target, pie);
	target_close(target);
	victim_end(&victim);
}

static void test_fork(void)
{
	struct target *target, *other;
	struct victim victim;
	bool exec = true;
	pid_t child;

	victim_start(&victim, pie, NULL);
	target = open_it(victim.pid);
	child = atoi(victim_ask(&victim, "fork"));
	tap_ok(target_refresh(target, &exec) == 0 && !exec, "a fork changes nothing");
	other = open_it(child);
	tap_ok(file_has(other, main_of(other), victim.main), "its child is a target of its own");
	tap_eq_int(main_of(other)->bias, main_of(target)->bias, "with the same program at the same place");
	kill(child, SIGKILL);
	tap_ok(!target_ended(target, NULL), "the end of the child is not its own");
	target_close(other);
	target_close(target);
	victim_end(&victim);
}

static bool own_mounts(const char *path)
{
	char copy[128];

	snprintf(copy, sizeof(copy), "%s/mounted", folder);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mkdir(copy, 0700) < 0 ||
	    mount("none", copy, "tmpfs", 0, NULL) < 0)
		return false;
	strcat(copy, "/program");
	if (!victim_copy(path, copy))
		return false;
	execl(copy, copy, (char *)NULL);
	return false;
}

static bool own_root(const char *path)
{
	char root[128];

	(void)path;
	snprintf(root, sizeof(root), "%s/mounted", folder);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    (mkdir(root, 0700) < 0 && errno != EEXIST) || mount("/", root, NULL, MS_BIND | MS_REC, NULL) < 0 ||
	    chroot(root) < 0 || chdir("/") < 0)
		return false;
	return true;
}

static void test_namespace(bool (*prepare)(const char *), const char *what)
{
	struct victim victim;
	struct target *target;

	if (!victim_start(&victim, pie, prepare)) {
		tap_skip("mount namespaces are not allowed here");
		victim_end(&victim);
		return;
	}
	target = open_it(victim.pid);
	tap_ok(file_has(target, main_of(target), victim.main), "a program in %s", what);
	target_close(target);
	victim_end(&victim);
	rmdir(in_folder("mounted"));
}

static void test_threads(void)
{
	struct victim victim;
	struct target *target;
	pid_t *tids = NULL, named = 0;
	char name[16];
	int n;

	victim_start(&victim, pie, NULL);
	target = open_it(victim.pid);
	victim_ask(&victim, "start 3");
	n = target_threads(target, &tids);
	tap_eq_int(n, 4, "four threads");
	for (int i = 0; i < n; i++)
		if (!strcmp(target_thread_name(target, tids[i], name, sizeof(name)), "writer-2"))
			named = tids[i];
	tap_ok(named != 0, "one is named writer-2");
	free(tids);
	victim_ask(&victim, "stop");
	tap_eq_str(target_thread_name(target, named, name, sizeof(name)), "writer-2", "its name is kept at once");
	usleep(110000);
	tap_eq_str(target_thread_name(target, named, name, sizeof(name)), "writer-2", "and when it has to be read anew");
	tap_eq_str(target_thread_name(target, named + 1000, name, sizeof(name)), "", "a thread that was never seen has none");
	tap_eq_str(target_thread_name(target, named, name, 4), "wri", "cut to the size");
	victim_ask(&victim, "leave");
	/* Leaving opens a library of the compiler's. */
	tap_ok(target_refresh(target, NULL) >= 0, "the first thread has ended, the others go on");
	tap_ok(file_has(target, main_of(target), victim.main), "with the same program");
	tap_eq_int(target_refresh(target, NULL), 0, "and nothing is new");
	tap_ok(!target_ended(target, NULL), "nor ended");
	target_close(target);
	target = open_it(victim.pid);
	tap_ok(file_has(target, main_of(target), victim.main), "such a process can be opened");
	target_close(target);
	victim_end(&victim);
}

static void test_memory(void)
{
	struct victim victim;
	struct target *target;
	char page[8192];
	uint64_t before;

	victim_start(&victim, pie, NULL);
	target = open_it(victim.pid);
	tap_eq_int(target_read(target, 0x10, page, 8), -EFAULT, "nothing is mapped there");
	tap_eq_int(target_read(target, UINT64_MAX - 7, page, 8), -EFAULT, "nor there");
	tap_eq_int(target_read(target, victim.watched, page, 0), 0, "no bytes");
	for (before = victim.watched & ~(uint64_t)4095; target_read(target, before, page, 1) == 1; before += 4096)
		;
	tap_eq_int(target_read(target, before - 100, page, sizeof(page)), 100, "what is there of it");
	before = target_cpu_ns(target);
	victim_ask(&victim, "burn 40");
	tap_ok(target_cpu_ns(target) - before > 35000000, "its CPU time");
	target_close(target);
	victim_end(&victim);
}

static void test_killed(bool descriptor)
{
	struct victim victim;
	struct target *target;
	char byte;
	pid_t *tids;
	int status = 0;

	victim_start(&victim, pie, NULL);
	target = open_it(victim.pid);
	tap_ok(target->pidfd >= 0 && !target->ours && target->start_time, "what is known of it");
	/* As on a kernel that has none. */
	if (!descriptor) {
		close(target->pidfd);
		target->pidfd = -1;
	}
	tap_ok(!target_ended(target, &status), "it lives");
	kill(victim.pid, SIGKILL);
	for (int i = 0; i < 1000 && !target_ended(target, &status); i++)
		usleep(1000);
	tap_ok(target_ended(target, &status) && status == -1, "its end is seen; how is not ours to know");
	tap_eq_int(target_refresh(target, NULL), -ESRCH, "no maps");
	tap_eq_int(target_threads(target, &tids), -ESRCH, "no threads");
	tap_eq_int(target_read(target, victim.main, &byte, 1), -ESRCH, "no memory");
	tap_eq_int(target_cpu_ns(target), 0, "no time");
	target_close(target);
	target = NULL;
	victim_end(&victim);
}

/* Opening fails with this, and says this. */
static void refused(pid_t pid, int wanted, const char *text)
{
	struct watch_error error = { "" };
	struct target *target = NULL;
	int result = target_open(pid, &target, &error);

	tap_eq_int(result, wanted, "%s", text);
	if (!tap_ok(strstr(error.text, text) != NULL, "is what is said"))
		printf("# %s\n", error.text);
	target_close(target);
}

/* The smallest 32-bit program: pause(), by its number of then. */
static bool write_small(const char *path)
{
	static const unsigned char code[] = { 0xb8, 29, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7 };
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
		unsigned char code[sizeof(code)];
	} file = {
		.header = { .e_ident = ELFMAG "\1\1\1", .e_type = ET_EXEC, .e_machine = EM_386, .e_version = 1,
			    .e_entry = 0x8048000 + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
			    .e_phoff = sizeof(Elf32_Ehdr),
			    .e_ehsize = sizeof(Elf32_Ehdr), .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1 },
		.segment = { .p_type = PT_LOAD, .p_vaddr = 0x8048000, .p_filesz = sizeof(file), .p_memsz = sizeof(file),
			     .p_flags = PF_R | PF_X, .p_align = 4096 },
	};
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	bool written;

	memcpy(file.code, code, sizeof(code));
	written = write(fd, &file, sizeof(file)) == sizeof(file);
	close(fd);
	return written;
}

/* Does the kernel take such a file? To start a program by its name is no answer: what the kernel does not take is given
 * to a shell then. */
static bool kernel_runs(char **argv)
{
	int pipe_fds[2], failed = 0;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		execv(argv[0], argv);
		failed = write(pipe_fds[1], &errno, sizeof(errno)) > 0;
		_exit(failed);
	}
	close(pipe_fds[1]);
	failed = read(pipe_fds[0], &failed, sizeof(failed)) > 0;
	close(pipe_fds[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return !failed;
}

static void test_small(void)
{
	char *argv[] = { (char *)in_folder("small"), NULL };
	struct watch_error error = { "" };
	struct target *target = NULL;
	int result;

	if (!write_small(argv[0]) || !kernel_runs(argv)) {
		unlink(argv[0]);
		tap_skip("this kernel runs no 32-bit programs");
		return;
	}
	result = target_start(argv, &target, &error);
	unlink(argv[0]);
	tap_eq_int(result, -ENOTSUP, "a 32-bit program");
	if (!tap_ok(strstr(error.text, "32-bit") != NULL, "is named as that"))
		printf("# %s\n", error.text);
	tap_ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "and is not left behind");
}

static void without_rights(struct victim *victim)
{
	refused(victim->pid, -EPERM, "CAP_SYS_PTRACE");
}

/* CAP_SYS_PTRACE does not open /proc/PID/mem of another user. */
static void with_one_right(struct victim *victim)
{
	struct target *target = open_it(victim->pid);
	char byte;

	if (!target)
		return;
	tap_eq_int(target_read(target, victim->main, &byte, 1), 1, "reads with CAP_SYS_PTRACE alone");
	tap_eq_int(target_read(target, 0x10, &byte, 1), -EFAULT, "nothing where nothing is");
	tap_ok(file_has(target, main_of(target), victim->main), "finds the program");
	exec_and_see(victim, target, fixed);
	exec_and_see(victim, target, fixed);
	target_close(target);
}

/* Runs it as another user in a process of its own, which tells test points that count here. */
static void as_nobody(struct victim *victim, bool ptrace_right, void (*run)(struct victim *victim))
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint32_t right = 1U << CAP_SYS_PTRACE;
	struct __user_cap_data_struct data[2] = { { .effective = right, .permitted = right } };
	unsigned told[2] = { 0 };
	int pipe_fds[2];
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_KEEPCAPS, ptrace_right);
		if (setgid(65534) || setuid(65534) || (ptrace_right && syscall(SYS_capset, &header, data)))
			tap_skip("no other user to become");
		else
			run(victim);
		told[0] = tap_points_;
		told[1] = tap_failed_;
		_exit(write(pipe_fds[1], told, sizeof(told)) != sizeof(told));
	}
	close(pipe_fds[1]);
	if (read(pipe_fds[0], told, sizeof(told)) == sizeof(told)) {
		tap_points_ = told[0];
		tap_failed_ = told[1];
	} else {
		tap_ok(false, "another user's process tells what it found");
	}
	close(pipe_fds[0]);
	waitpid(pid, NULL, 0);
}

static bool all_may_read(const char *path)
{
	struct stat status;

	return !stat(path, &status) && status.st_mode & S_IROTH;
}

static void test_refused(void)
{
	struct victim victim;
	struct target *target;
	struct stat kernel;
	pid_t *tids = NULL;

	refused(0x7ffffff0, -ESRCH, "there is no process 2147483632");
	refused(-1, -ESRCH, "there is no process -1");
	refused(0, -ESRCH, "there is no process 0");
	if (!stat("/proc/2/exe", &kernel) || errno != ENOENT || stat("/proc/2", &kernel))
		tap_skip("no thread of the kernel is seen here");
	else
		refused(2, -ENOTSUP, "a thread of the kernel");
	victim_start(&victim, pie, NULL);
	victim_ask(&victim, "start 1");
	target = open_it(victim.pid);
	if (target_threads(target, &tids) == 2)
		refused(tids[0] == victim.pid ? tids[1] : tids[0], -ESRCH, "is a thread of process");
	free(tids);
	target_close(target);
	if (geteuid() == 0) {
		as_nobody(&victim, false, without_rights);
		if (all_may_read(pie) && all_may_read(fixed))
			as_nobody(&victim, true, with_one_right);
		else
			tap_skip("the programs are not for all to read");
	} else {
		tap_skip("not root: no process of another user to be refused");
	}
	kill(victim.pid, SIGKILL);
	waitid(P_PID, (id_t)victim.pid, NULL, WEXITED | WNOWAIT);
	refused(victim.pid, -ESRCH, "has ended");
	victim_end(&victim);
	test_small();
}

static void test_start(void)
{
	char *argv[] = { (char *)pie, "touch", (char *)in_folder("touched"), NULL };
	struct watch_error error = { "" };
	struct target *target = NULL;
	int status = 0;

	if (!tap_eq_int(target_start(argv, &target, &error), 0, "a program is started")) {
		printf("# %s\n", error.text);
		return;
	}
	tap_ok(target->ours && main_of(target) && !strcmp(main_of(target)->path, pie), "its file is mapped");
	usleep(50000);
	tap_ok(access(argv[2], F_OK) < 0, "and it does nothing before it may");
	tap_ok(!target_ended(target, &status), "not even end");
	tap_eq_int(target_go(target), 0, "it may");
	tap_eq_int(target_go(target), 0, "to say so twice does no harm");
	for (int i = 0; i < 2000 && !target_ended(target, &status); i++)
		usleep(1000);
	tap_ok(access(argv[2], F_OK) == 0, "and does what it does");
	tap_ok(target_ended(target, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 7, "its exit status");
	tap_eq_int(target_refresh(target, NULL), -ESRCH, "then there is nothing of it");
	target_close(target);
	unlink(argv[2]);
}

static void not_started(const char *command, int wanted, const char *text)
{
	char *argv[] = { (char *)command, NULL };
	struct watch_error error = { "" };
	struct target *target = NULL;

	tap_eq_int(target_start(argv, &target, &error), wanted, "can't be started: %s", command);
	if (!tap_ok(strstr(error.text, text) && strstr(error.text, command), "and says why"))
		printf("# %s\n", error.text);
}

static void test_not_started(void)
{
	const char *script = in_folder("script");
	int fd = open(script, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	not_started("no-such-command-here", -ENOENT, "PATH");
	not_started("/no/such/file", -ENOENT, "no such file");
	not_started(folder, -EACCES, "folder");
	not_started("", -EINVAL, "empty");
	tap_ok(write(fd, "#!/no/such/interpreter\n", 23) == 23, "a script");
	close(fd);
	not_started(script, -ENOENT, "interpreter");
	unlink(script);
	tap_ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left behind");
}

static void test_held_and_killed(void)
{
	char *argv[] = { (char *)pie, "sleep", NULL };
	struct watch_error error;
	struct target *target = NULL;
	int status = 0;
	pid_t pid;

	target_start(argv, &target, &error);
	kill(target->pid, SIGKILL);
	for (int i = 0; i < 1000 && !target_ended(target, &status); i++)
		usleep(1000);
	tap_ok(target_ended(target, &status) && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "killed while held");
	tap_eq_int(target_go(target), -ESRCH, "it can't go");
	target_close(target);
	target_start(argv, &target, &error);
	target_close(target);
	tap_ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "closed while held: it is killed");
	target_start(argv, &target, &error);
	pid = target->pid;
	target_go(target);
	target_close(target);
	usleep(20000);
	tap_eq_int(waitpid(pid, &status, WNOHANG), 0, "closed when it runs: it lives");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Our death, by SIGKILL, of which nothing is told to the child: a process of its own starts one. Returns: the child. */
static pid_t start_and_die(bool go)
{
	char *argv[] = { (char *)pie, "sleep", NULL };
	struct watch_error error;
	struct target *target;
	pid_t starter, child = -1;
	int told[2];

	if (pipe2(told, O_CLOEXEC) < 0)
		return -1;
	starter = fork();
	if (!starter) {
		if (target_start(argv, &target, &error) < 0 || (go && target_go(target) < 0))
			_exit(1);
		child = target->pid;
		if (write(told[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		raise(SIGKILL);
	}
	close(told[1]);
	if (read(told[0], &child, sizeof(child)) != sizeof(child))
		child = -1;
	close(told[0]);
	waitpid(starter, NULL, 0);
	return child;
}

static void test_our_death(void)
{
	int status = 0;
	pid_t child;

	/* Grandchildren become ours when their parent dies, so that we hear how they end. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = start_and_die(false);
	for (int i = 0; i < 1000 && !waitpid(child, &status, WNOHANG); i++)
		usleep(1000);
	tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "our death before go kills it");
	child = start_and_die(true);
	usleep(100000);
	tap_eq_int(waitpid(child, &status, WNOHANG), 0, "our death after go does not");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	/* As the kernel names them. */
	pie = realpath(argv[1], NULL);
	fixed = realpath(argv[2], NULL);
	late = realpath(argv[3], NULL);
	if (!pie || !fixed || !late || !mkdtemp(folder))
		return 2;
	test_modules(pie, true);
	test_modules(fixed, false);
	test_late();
	test_deleted();
	test_memfd();
	test_exec();
	test_fork();
	test_namespace(own_mounts, "a mount namespace of its own");
	test_namespace(own_root, "a root of its own");
	test_threads();
	test_memory();
	test_killed(true);
	test_killed(false);
	test_refused();
	test_start();
	test_not_started();
	test_held_and_killed();
	test_our_death();
	rmdir(folder);
	return tap_done();
}

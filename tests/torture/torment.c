/*
 * torment.c - threads held up where it hurts: in the middle of a write, with a lock held, behind a reader's back
 *
 * Linked into every torture program and asleep unless FG_TORMENT is set. Then, from before main to after it:
 *
 *     every 5 ms     a child picks a thread of this process, at whatever instruction it is, and lets it stand for up to
 *                    2 ms: what a preempted thread looks like to the others. It traces it (no signal handler runs:
 * those
 *                    break ThreadSanitizer when they meet a thread at its end)
 *     every 100 ms   it stops this process whole with SIGSTOP for some milliseconds, and continues it
 *
 * Exit is 1, whatever the program said, when no thread was ever held up: then nothing was tried.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 20 };              /* threads held between two stops of all */

static pid_t child;               /* 0: asleep */
static _Atomic unsigned long *held; /* shared with the child: threads that were held up */

static void nap_us(long us)
{
	struct timespec nap = {.tv_nsec = us * 1000};

	nanosleep(&nap, NULL);
}

/* One thread by chance, but not the first, which only sleeps. Returns: its id, or 0. */
static pid_t any_thread(unsigned *seed, pid_t process)
{
	char path[32];
	DIR *tasks;
	struct dirent *entry;
	pid_t found = 0;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
	tasks = opendir(path);
	if (!tasks)
		return 0;
	while ((entry = readdir(tasks))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid > 0 && tid != process && rand_r(seed) % ++n == 0)
			found = tid;
	}
	closedir(tasks);
	return found;
}

/* It may end meanwhile: no matter. */
static void hold_thread(pid_t tid, long us)
{
	int status;

	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
		return;
	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0 && waitpid(tid, &status, __WALL) == tid &&
	    WIFSTOPPED(status)) {
		/* A signal of its own is not lost: it goes with the tracer. */
		int signal = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);

		nap_us(us);
		atomic_fetch_add_explicit(held, 1, memory_order_relaxed);
		ptrace(PTRACE_DETACH, tid, NULL, (void *)(long)signal);
	}
}

/* The child. SIGTERM ends it, but only with the parent running: it is blocked, and looked for between two turns. */
static _Noreturn void hold(pid_t parent)
{
	unsigned seed = (unsigned)parent;
	sigset_t pending;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent && sigpending(&pending) == 0 && !sigismember(&pending, SIGTERM)) {
		for (int i = 0; i < TURNS; i++) {
			pid_t tid = any_thread(&seed, parent);

			if (tid)
				hold_thread(tid, rand_r(&seed) % 2000);
			nap_us(3000 + rand_r(&seed) % 4000);
		}
		kill(parent, SIGSTOP);
		nap_us(1000 + rand_r(&seed) % 5000);
		kill(parent, SIGCONT);
	}
	_exit(0);
}

__attribute__((constructor)) static void torment_begin(void)
{
	pid_t self = getpid();
	sigset_t term, before;

	if (!getenv("FG_TORMENT"))
		return;
	held = mmap(NULL, sizeof(*held), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	child = held == MAP_FAILED ? -1 : fork();
	if (child == 0)
		hold(self);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (child < 0) {
		perror("torment");
		_exit(1);
	}
	/* Where tracing is kept to descendants, the child is let. */
	prctl(PR_SET_PTRACER, (unsigned long)child, 0, 0, 0);
}

__attribute__((destructor)) static void torment_end(void)
{
	unsigned long times;

	if (child == 0)
		return;
	kill(child, SIGTERM);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	times = atomic_load_explicit(held, memory_order_relaxed);
	fprintf(stderr, "# threads were held up %lu times\n", times);
	if (times == 0)
		_exit(1);
}

/*
 * torment.c - threads held up where it hurts: in the middle of a write, with a lock held, behind a reader's back
 *
 * Linked into every torture program and asleep unless FG_TORMENT is set. Then, from before main to after it:
 *
 *     a thread   picks a thread of this process about every 5 ms and sends it a signal whose handler sleeps up to
 *                2 ms: what a preempted thread looks like to the others, at whatever instruction it was
 *     a child    stops this process whole with SIGSTOP for some milliseconds, every 100 ms, and continues it
 *
 * ThreadSanitizer delivers signals late, at calls that may block, so under it the first disturbance is weaker. Exit is
 * 1, whatever the program said, when no thread was ever held up: then nothing was tried.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_t thread;
static pid_t child;               /* 0: asleep */
static atomic_bool stop;
static volatile unsigned long held; /* handlers that have slept; two at once may count as one */

static void nap_us(long us)
{
	struct timespec nap = {.tv_nsec = us * 1000};

	nanosleep(&nap, NULL);
}

/* A thread may get it at its very end, when ThreadSanitizer has let go of it already: nothing in here is instrumented or
 * intercepted. */
__attribute__((no_sanitize("thread"))) static void on_signal(int number)
{
	int saved = errno;
	struct timespec now;

	(void)number;
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	now = (struct timespec){.tv_nsec = now.tv_nsec / 64 % 2000 * 1000};
	syscall(SYS_nanosleep, &now, NULL);
	held++;
	errno = saved;
}

/* One thread by chance, but not the caller and not the first, which only sleeps: a signal would cut that short.
 * Returns: its id, or 0. */
static pid_t any_thread(unsigned *seed, pid_t self)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t found = 0;
	int n = 0;

	if (!tasks)
		return 0;
	while ((entry = readdir(tasks))) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (tid > 0 && tid != self && tid != getpid() && rand_r(seed) % ++n == 0)
			found = tid;
	}
	closedir(tasks);
	return found;
}

static void *hold_threads(void *unused)
{
	pid_t self = (pid_t)syscall(SYS_gettid);
	unsigned seed = (unsigned)self;
	sigset_t all;

	(void)unused;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		pid_t tid = any_thread(&seed, self);

		if (tid)
			syscall(SYS_tgkill, getpid(), tid, SIGUSR2);      /* it may have ended: no matter */
		nap_us(3000 + rand_r(&seed) % 4000);
	}
	return NULL;
}

/* The child. SIGTERM ends it, but only with the parent running: it is blocked, and looked for between two turns. */
static _Noreturn void hold_process(pid_t parent)
{
	unsigned seed = (unsigned)parent;
	sigset_t pending;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent && sigpending(&pending) == 0 && !sigismember(&pending, SIGTERM)) {
		nap_us(50000 + rand_r(&seed) % 100000);
		kill(parent, SIGSTOP);
		nap_us(1000 + rand_r(&seed) % 5000);
		kill(parent, SIGCONT);
	}
	_exit(0);
}

__attribute__((constructor)) static void torment_begin(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	pid_t self = getpid();
	sigset_t term, before;

	if (!getenv("FG_TORMENT"))
		return;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	child = fork();
	if (child == 0)
		hold_process(self);
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGUSR2, &action, NULL);
	if (child < 0 || pthread_create(&thread, NULL, hold_threads, NULL) != 0) {
		perror("torment");
		_exit(1);
	}
}

__attribute__((destructor)) static void torment_end(void)
{
	if (child == 0)
		return;
	kill(child, SIGTERM);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	atomic_store_explicit(&stop, true, memory_order_relaxed);
	pthread_join(thread, NULL);
	fprintf(stderr, "# threads were held up %lu times\n", held);
	if (held == 0)
		_exit(1);
}

/*
 * victim.c - a process to be watched, which does what it is told on its standard input and answers each line with one
 *
 *     where         addresses of main, of the watched word, of the other word
 *     start N       N more threads, named writer-0, writer-1, ...
 *     write N       each of these threads, and the first, stores N times to the watched word
 *     other N       ... to the other word
 *     copy N        ... copies N times over the struct that holds the watched word
 *     read N        ... reads the watched word N times
 *     stop          the threads end
 *     churn MS      a thread a millisecond, each of which stores to the watched word: how many, and how many it counted
 *     burn MS       uses CPU time
 *     open PATH     dlopen: address of its late_answer; close: dlclose
 *     exec PATH     becomes that program
 *     execstack     makes a page of its data executable, one of the file's pages that code is in too
 *     fork          number of a child that sleeps
 *     leave         the first thread ends, another goes on
 *     quit N        ends
 *
 * `victim touch FILE`: makes the file before main, then ends with 7. `victim sleep`: sleeps.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 1024 };

static struct {
	uint64_t before[3], watched, after[4];
	volatile uint64_t other;
} record __attribute__((aligned(64)));
static uint64_t source[8];

static pthread_t workers[WORKERS];
static int workers_n;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int task_number, done; /* guarded by lock */
static char task[16];         /* guarded by lock */
static int task_count;        /* guarded by lock */
static atomic_int counted;
static void *late;

__attribute__((constructor))
static void before_main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "touch"))
		close(open(argv[2], O_CREAT | O_WRONLY, 0600));
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void work(const char *what, int n)
{
	volatile uint64_t *watched = &record.watched;

	for (int i = 0; i < n; i++) {
		if (!strcmp(what, "write"))
			*watched = (uint64_t)i;
		else if (!strcmp(what, "other"))
			record.other = (uint64_t)i;
		else if (!strcmp(what, "read"))
			(void)*watched;
		else
			memcpy(&record, source, sizeof(source));
		__asm__ volatile("" ::: "memory");
	}
}

static void *worker(void *unused)
{
	int seen, n;
	char what[16];

	(void)unused;
	pthread_mutex_lock(&lock);
	seen = task_number;
	done++;
	pthread_cond_broadcast(&changed);
	for (;;) {
		while (task_number == seen)
			pthread_cond_wait(&changed, &lock);
		seen = task_number;
		strcpy(what, task);
		n = task_count;
		pthread_mutex_unlock(&lock);
		if (!strcmp(what, "stop"))
			return NULL;
		work(what, n);
		pthread_mutex_lock(&lock);
		done++;
		pthread_cond_broadcast(&changed);
	}
}

static void wait_done(int n)
{
	while (done < n)
		pthread_cond_wait(&changed, &lock);
	done = 0;
	pthread_mutex_unlock(&lock);
}

static void start(int n)
{
	char name[16];

	pthread_mutex_lock(&lock);
	for (int i = 0; i < n; i++, workers_n++) {
		pthread_create(&workers[workers_n], NULL, worker, NULL);
		snprintf(name, sizeof(name), "writer-%d", workers_n);
		pthread_setname_np(workers[workers_n], name);
	}
	wait_done(n);
}

static void all(const char *what, int n)
{
	pthread_mutex_lock(&lock);
	snprintf(task, sizeof(task), "%.15s", what);
	task_count = n;
	task_number++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	if (!strcmp(what, "stop")) {
		for (int i = 0; i < workers_n; i++)
			pthread_join(workers[i], NULL);
		workers_n = 0;
		return;
	}
	work(what, n);
	pthread_mutex_lock(&lock);
	wait_done(workers_n);
}

static void *short_thread(void *unused)
{
	(void)unused;
	work("write", 1);
	atomic_fetch_add(&counted, 1);
	return NULL;
}

static int churn(int ms)
{
	uint64_t end = now_ms() + (uint64_t)ms;
	pthread_t thread;
	int n = 0;

	atomic_store(&counted, 0);
	for (; now_ms() < end; n++) {
		pthread_create(&thread, NULL, short_thread, NULL);
		usleep(500);
		pthread_join(thread, NULL);
	}
	return n;
}

static void burn(int ms)
{
	clock_t end = clock() + ms * (CLOCKS_PER_SEC / 1000);

	while (clock() < end)
		;
}

static void *talk(void *unused);
int main(int argc, char **argv);

static void leave(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, talk, "left");
	pthread_exit(NULL);
}

static void become(const char *path)
{
	execl(path, path, (char *)NULL);
}

static int fork_sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		sleep(10);
		_exit(0);
	}
	return pid;
}

static int obey(const char *what, const char *rest)
{
	int n = atoi(rest);

	if (!strcmp(what, "where"))
		return printf("%p %p %p\n", (void *)main, (void *)&record.watched, (void *)&record.other);
	if (!strcmp(what, "fork"))
		return printf("%d\n", fork_sleeper());
	if (!strcmp(what, "churn")) {
		n = churn(n);
		return printf("%d %d\n", n, atomic_load(&counted));
	}
	if (!strcmp(what, "open")) {
		late = dlopen(rest, RTLD_NOW);
		return printf("%p\n", late ? dlsym(late, "late_answer") : NULL);
	}
	if (!strcmp(what, "close"))
		dlclose(late);
	else if (!strcmp(what, "execstack"))
		mprotect((void *)((uintptr_t)_DYNAMIC & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC);
	else if (!strcmp(what, "exec"))
		become(rest);
	else if (!strcmp(what, "start"))
		start(n);
	else if (!strcmp(what, "burn"))
		burn(n);
	else if (!strcmp(what, "leave"))
		leave();
	else if (!strcmp(what, "quit"))
		exit(n);
	else
		all(what, n);
	return printf("ok\n");
}

static void *talk(void *said)
{
	char line[4096], *rest;

	if (said) {
		/* The thread that is leaving has some steps to go. */
		usleep(20000);
		printf("ok\n");
		fflush(stdout);
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		rest = line + strcspn(line, " ");
		if (*rest)
			*rest++ = 0;
		obey(line, rest);
		fflush(stdout);
	}
	exit(0);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "touch"))
		return 7;
	if (argc > 1 && !strcmp(argv[1], "sleep"))
		return (int)sleep(10);
	/* What was read ahead would be lost with exec. */
	setvbuf(stdin, NULL, _IONBF, 0);
	talk(NULL);
	return 0;
}

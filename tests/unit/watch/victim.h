/* victim.h - starts a victim and talks with it; see victim.c */
#ifndef FG_TESTS_VICTIM_H
#define FG_TESTS_VICTIM_H

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct victim {
	pid_t pid;
	FILE *to, *from;
	char answer[256];
	uint64_t main, watched, other;
};

/* Asks one thing and keeps the answer. Returns: the answer, "" when it has ended. */
__attribute__((format(printf, 2, 3)))
static inline const char *victim_ask(struct victim *victim, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(victim->to, format, arguments);
	va_end(arguments);
	fputc('\n', victim->to);
	fflush(victim->to);
	if (!fgets(victim->answer, sizeof(victim->answer), victim->from))
		victim->answer[0] = 0;
	victim->answer[strcspn(victim->answer, "\n")] = 0;
	return victim->answer;
}

static inline void victim_where(struct victim *victim)
{
	unsigned long long at[3] = { 0 };

	sscanf(victim_ask(victim, "where"), "%llx %llx %llx", &at[0], &at[1], &at[2]);
	victim->main = at[0];
	victim->watched = at[1];
	victim->other = at[2];
}

/* prepare: runs in the child before its exec; NULL: nothing. Returns: false: it could not be prepared. */
static inline bool victim_start(struct victim *victim, const char *path, bool (*prepare)(const char *path))
{
	int to[2], from[2];

	memset(victim, 0, sizeof(*victim));
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		return false;
	victim->pid = fork();
	if (!victim->pid) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		if (!prepare || prepare(path))
			execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	victim->to = fdopen(to[1], "w");
	victim->from = fdopen(from[0], "r");
	victim_where(victim);
	return victim->main != 0;
}

static inline void victim_end(struct victim *victim)
{
	kill(victim->pid, SIGKILL);
	waitpid(victim->pid, NULL, 0);
	fclose(victim->to);
	fclose(victim->from);
}

static inline bool victim_copy(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n;

	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, (size_t)n) != n)
			n = -1;
	close(in);
	close(out);
	return n == 0;
}

#endif

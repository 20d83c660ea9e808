/*
 * target_threads.c - the threads there are, and their names
 *
 * What is told of a thread is told after the event, when it may have ended: names are kept in a table of fixed size,
 * four threads to a set, the longest unasked making room. A number that is used again gets its new name when it is
 * asked for.
 */
#include "watch/target_inside.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SETS = 4096,                  /* numbers of threads run on, so that they spread by themselves */
	WAYS = 4,
	FRESH_NS = 100000000,         /* a name that was read so lately is not read again */
};

struct target_name {
	pid_t tid;                    /* 0: free */
	char text[16];
	uint64_t read_ns, asked_ns;
};

static int add(pid_t **tids, size_t *n, size_t *room, pid_t tid)
{
	if (*n == *room) {
		size_t more = *room ? *room * 2 : 64;
		pid_t *grown = realloc(*tids, more * sizeof(**tids));

		if (!grown)
			return -ENOMEM;
		*tids = grown;
		*room = more;
	}
	(*tids)[(*n)++] = tid;
	return 0;
}

int target_threads(const struct target *target, pid_t **ret_tids)
{
	size_t n = 0, room = 0;
	const struct dirent *entry;
	pid_t *tids = NULL;
	char path[32];
	int result = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)target->pid);
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? -ESRCH : -errno;
	while (!result && (entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]))
			result = add(&tids, &n, &room, (pid_t)strtol(entry->d_name, NULL, 10));
	closedir(folder);
	if (!result && (!n || !target_alive(target)))
		result = -ESRCH;
	if (result < 0) {
		free(tids);
		return result;
	}
	*ret_tids = tids;
	return (int)n;
}

/* Returns: false: it is gone. */
static bool read_name(const struct target *target, pid_t tid, char *ret, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", (int)target->pid, (int)tid);
	n = target_slurp(path, ret, size);
	if (n <= 0 || !target_alive(target))
		return false;
	if (ret[n - 1] == '\n')
		ret[n - 1] = 0;
	return true;
}

/* The place of a thread in the table: its own, or the one that was not asked for longest. */
static struct target_name *place_of(struct target_name *names, pid_t tid)
{
	struct target_name *set = names + (size_t)tid % SETS * WAYS, *oldest = set;

	for (struct target_name *name = set; name < set + WAYS; name++) {
		if (name->tid == tid)
			return name;
		if (name->asked_ns < oldest->asked_ns)
			oldest = name;
	}
	return oldest;
}

const char *target_thread_name(struct target *target, pid_t tid, char *ret, size_t size)
{
	struct target_inside *inside = target->inside;
	struct target_name *name;
	char text[sizeof(name->text) + 1] = ""; /* with the newline that the kernel adds */
	uint64_t now;
	bool known;

	if (!size)
		return ret;
	ret[0] = 0;
	if (!inside->names)
		inside->names = calloc((size_t)SETS * WAYS, sizeof(*inside->names));
	if (tid <= 0 || !inside->names)
		return ret;
	now = kernel_now_ns();
	name = place_of(inside->names, tid);
	known = name->tid == tid;
	if (known && now - name->read_ns < FRESH_NS) {
		name->asked_ns = now;
	} else if (read_name(target, tid, text, sizeof(text))) {
		*name = (struct target_name){ .tid = tid, .read_ns = now, .asked_ns = now };
		memcpy(name->text, text, strnlen(text, sizeof(name->text) - 1));
		known = true;
	} else if (known) {
		name->asked_ns = now;
	}
	if (known)
		snprintf(ret, size, "%s", name->text);
	return ret;
}

void target_names_free(struct target *target)
{
	free(target->inside->names);
	target->inside->names = NULL;
}

/* target_maps.c - /proc/PID/maps as a list of the executable mappings of files */
#include "watch/target_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { PAGE = 4096 };

/* Returns: the file's whole text, ended with 0; NULL with *ret_result. */
static char *read_text(pid_t pid, int *ret_result)
{
	size_t n = 0, room = 64 << 10;
	char path[32], *text = malloc(room);
	ssize_t part = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	*ret_result = text ? 0 : -ENOMEM;
	if (fd < 0)
		*ret_result = errno == ENOENT ? -ESRCH : -errno;
	while (!*ret_result) {
		if (n + 1 == room) {
			char *grown = realloc(text, room * 2);

			if (!grown) {
				*ret_result = -ENOMEM;
				break;
			}
			text = grown;
			room *= 2;
		}
		part = read(fd, text + n, room - n - 1);
		if (part <= 0) {
			*ret_result = part < 0 ? -errno : 0;
			break;
		}
		n += (size_t)part;
	}
	if (fd >= 0)
		close(fd);
	if (*ret_result < 0) {
		free(text);
		return NULL;
	}
	text[n] = 0;
	return text;
}

/* The kernel writes a newline in a path as \012, and nothing else so. In place. */
static void unescape(char *path)
{
	char *to = path;

	while (*path) {
		if (!strncmp(path, "\\012", 4)) {
			*to++ = '\n';
			path += 4;
		} else {
			*to++ = *path++;
		}
	}
	*to = 0;
}

/* "55d0-55d2 r-xp 00001000 fe:01 1234      /usr/bin/x". Returns: is it an executable mapping of a file? */
static bool parse_line(char *line, struct target_mapping *ret_mapping)
{
	struct target_mapping mapping = { .module = TARGET_NOT_ELF };
	unsigned long major, minor;
	char *at = line, *permissions;

	mapping.start = strtoull(at, &at, 16);
	if (*at++ != '-')
		return false;
	mapping.end = strtoull(at, &at, 16);
	permissions = at + 1;
	if (strnlen(at, 6) < 6 || permissions[2] != 'x')
		return false;
	mapping.offset = strtoull(at + 6, &at, 16);
	major = strtoul(at, &at, 16);
	if (*at++ != ':')
		return false;
	minor = strtoul(at, &at, 16);
	mapping.inode = strtoull(at, &at, 10);
	mapping.device = makedev((unsigned)major, (unsigned)minor);
	at += strspn(at, " ");
	/* Others are [vdso], what a compiler at run time made, and the like. */
	if (*at != '/' || !mapping.inode)
		return false;
	unescape(at);
	mapping.path = at;
	*ret_mapping = mapping;
	return true;
}

bool target_is_stepping(struct target *target, uint64_t address)
{
	static const char name[] = "[uprobes]";
	int result;
	char *text, *at;

	/* The page comes with the first such step, and stays where it is. */
	if (!target->stepping && (text = read_text(target->pid, &result))) {
		at = strstr(text, name);
		while (at && at > text && at[-1] != '\n')
			at--;
		target->stepping = at ? strtoull(at, NULL, 16) : 0;
		free(text);
	}
	return target->stepping && address >= target->stepping && address - target->stepping < PAGE;
}

int target_mappings_read(pid_t pid, struct target_mappings *ret_mappings)
{
	struct target_mappings mappings = { 0 };
	size_t room = 0;
	int result;

	mappings.text = read_text(pid, &result);
	if (!mappings.text)
		return result;
	for (char *line = mappings.text, *next; *line; line = next) {
		char *end = strchrnul(line, '\n');

		next = *end ? end + 1 : end;
		*end = 0;
		if (mappings.n == room) {
			size_t more = room ? room * 2 : 64;
			struct target_mapping *grown = realloc(mappings.all, more * sizeof(*grown));

			if (!grown) {
				target_mappings_free(&mappings);
				return -ENOMEM;
			}
			mappings.all = grown;
			room = more;
		}
		if (parse_line(line, &mappings.all[mappings.n]))
			mappings.n++;
	}
	*ret_mappings = mappings;
	return 0;
}

void target_mappings_free(struct target_mappings *mappings)
{
	free(mappings->text);
	free(mappings->all);
	*mappings = (struct target_mappings){ 0 };
}

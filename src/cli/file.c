/* file.c - writing files whole or not at all */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool holds_already(const char *path, const char *data, size_t len)
{
	FILE *file = fopen(path, "re");
	char buf[16384];
	size_t at = 0, n;
	bool same = file != NULL;

	while (same && (n = fread(buf, 1, sizeof(buf), file)) > 0) {
		same = n <= len - at && memcmp(buf, data + at, n) == 0;
		at += n;
	}
	same = same && !ferror(file) && at == len;
	if (file)
		fclose(file);
	return same;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_and_rename(int fd, const char *temp, const char *path, const char *data, size_t len)
{
	mode_t mask = umask(0);
	int error;

	umask(mask);
	error = write_all(fd, data, len);
	if (!error && fchmod(fd, 0666 & ~mask) != 0)
		error = -errno;
	/* Network file systems tell of a full disk only here. */
	if (close(fd) != 0 && !error)
		error = -errno;
	if (!error && rename(temp, path) != 0)
		error = -errno;
	if (error)
		unlink(temp);
	return error;
}

int cli_write_file(const char *path, const char *data, size_t len)
{
	struct stat st;
	char *temp;
	int fd, error;

	if (stat(path, &st) == 0) {
		/* A device or a pipe can't be replaced, and /dev/stdout is a fair wish. */
		if (S_ISDIR(st.st_mode))
			return -EISDIR;
		if (!S_ISREG(st.st_mode)) {
			fd = open(path, O_WRONLY | O_CLOEXEC);
			if (fd < 0)
				return -errno;
			error = write_all(fd, data, len);
			return close(fd) != 0 && !error ? -errno : error;
		}
		if (holds_already(path, data, len))
			return 0;
	}
	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(temp, O_CLOEXEC);
	error = fd < 0 ? -errno : write_and_rename(fd, temp, path, data, len);
	free(temp);
	return error;
}

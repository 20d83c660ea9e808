/*
 * replay.c - runs a fuzz target over the files of a folder, each one test point; main where libFuzzer is not linked
 *
 * The input is copied to a block of exactly its size, so that a sanitizer or valgrind sees a read one byte beyond it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../tests/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns: the file's bytes, to be freed, or NULL with errno set. */
static uint8_t *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size;

	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
		rewind(file);
		data = malloc(size ? (size_t)size : 1);
		if (data && fread(data, 1, (size_t)size, file) != (size_t)size) {
			free(data);
			data = NULL;
		}
		*ret_size = (size_t)size;
	}
	fclose(file);
	return data;
}

static void replay(const char *folder, const char *name)
{
	char path[4096];
	size_t size = 0;
	uint8_t *data;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	data = read_file(path, &size);
	if (!data) {
		tap_ok(false, "%s: %s", name, strerror(errno));
		return;
	}
	tap_ok(LLVMFuzzerTestOneInput(data, size) == 0, "%s", name);
	free(data);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int n;

	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	n = scandir(argv[1], &entries, visible, alphasort);
	if (n < 0)
		tap_ok(false, "%s: %s", argv[1], strerror(errno));
	for (int i = 0; i < n; i++) {
		replay(argv[1], entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return tap_done();
}

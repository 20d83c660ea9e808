/*
 * test_mutate.c - binaries with wrong bytes in them: an error or an answer, never a crash, a hang or a flood of memory
 *
 * Usage: test_mutate BINARY...: small ones, with debug information. The bytes changed are the same in every run.
 */
#include "tap.h"
#include "exercise.h"

#include <fcntl.h>
#include <gelf.h>
#include <time.h>

#define ROUNDS 1500

static uint64_t state = 88172645463325252u;

static uint64_t roll(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

struct region {
	size_t offset, size;
};

static size_t debug_regions(uint8_t *data, size_t size, struct region *ret, size_t room)
{
	Elf *elf = (elf_version(EV_CURRENT), elf_memory((char *)data, size));
	Elf_Scn *section = NULL;
	size_t names, n = 0;

	if (!elf || elf_getshdrstrndx(elf, &names) < 0)
		return 0;
	while ((section = elf_nextscn(elf, section)) && n < room) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name && !strncmp(name, ".debug_", 7) && header.sh_size)
			ret[n++] = (struct region){ header.sh_offset, header.sh_size };
	}
	elf_end(elf);
	return n;
}

static uint8_t *read_file(const char *path, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	uint8_t *data = size < 0 ? NULL : malloc((size_t)size + 1);

	if (data && pread(fd, data, (size_t)size, 0) != size) {
		free(data);
		data = NULL;
	}
	close(fd);
	*ret_size = (size_t)size;
	return data;
}

/* One to three bytes, or one word, become something else; most in a debug section, some anywhere. */
static void mutate(uint8_t *data, size_t size, const struct region *regions, size_t n)
{
	unsigned times = 1 + (unsigned)(roll() % 3);

	while (times--) {
		struct region region = { 0, size };
		size_t at;

		if (n && roll() % 8)
			region = regions[roll() % n];
		at = region.offset + roll() % region.size;
		switch (roll() % 4) {
		case 0:
			data[at] = (uint8_t)roll();
			break;
		case 1:
			data[at] ^= (uint8_t)(1u << roll() % 8);
			break;
		case 2:
			data[at] = roll() % 2 ? 0xff : 0;
			break;
		default:
			for (size_t i = at; i < at + 4 && i < size; i++)
				data[i] = (uint8_t)roll();
			break;
		}
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void test_mutations(const char *name, const uint8_t *data, size_t size, unsigned rounds)
{
	struct region regions[32];
	uint8_t *copy = malloc(size);
	size_t n, opened = 0, refused = 0, silent = 0;
	double longest = 0;

	memcpy(copy, data, size);
	n = debug_regions(copy, size, regions, 32);
	tap_ok(n > 3, "%s: has debug sections", name);
	for (unsigned i = 0; i < rounds; i++) {
		struct scan_error error = { "" };
		double start = seconds(), took;
		int result;

		memcpy(copy, data, size);
		mutate(copy, size, regions, n);
		result = exercise_bytes(copy, size, &error);
		took = seconds() - start;
		longest = took > longest ? took : longest;
		opened += result == 0;
		refused += result < 0;
		silent += result < 0 && !error.text[0];
	}
	tap_eq_int(opened + refused, rounds, "%s: an answer or an error for each of %u wrong files", name, rounds);
	tap_eq_int(silent, 0, "%s: every error says what is wrong", name);
	tap_ok(longest < 20, "%s: none takes long", name);
	free(copy);
}

static void test_truncations(const char *name, const uint8_t *data, size_t size)
{
	size_t silent = 0, crashed = 0;

	for (size_t i = 0; i < 64; i++) {
		struct scan_error error = { "" };
		size_t cut = i < 32 ? i * 3 : roll() % size;
		/* A block of just that size, so that a sanitizer sees a read beyond it. */
		uint8_t *copy = malloc(cut + 1);

		memcpy(copy, data, cut);
		if (exercise_bytes(copy, cut, &error) < 0 && !error.text[0])
			silent++;
		free(copy);
	}
	tap_eq_int(silent + crashed, 0, "%s: cut off anywhere, it is refused with a reason", name);
}

int main(int argc, char **argv)
{
	unsigned rounds = getenv("FG_MUTATE_ROUNDS") ? (unsigned)atoi(getenv("FG_MUTATE_ROUNDS")) : ROUNDS;

	for (int i = 1; i < argc; i++) {
		size_t size = 0;
		uint8_t *data = read_file(argv[i], &size);
		const char *slash = strrchr(argv[i], '/');
		struct scan_error error = { "" };

		if (!data) {
			tap_ok(false, "%s can be read", argv[i]);
			continue;
		}
		tap_eq_int(exercise_bytes(data, size, &error), 0, "%s: as it is", slash ? slash + 1 : argv[i]);
		test_truncations(slash ? slash + 1 : argv[i], data, size);
		test_mutations(slash ? slash + 1 : argv[i], data, size, rounds);
		free(data);
	}
	return tap_done();
}

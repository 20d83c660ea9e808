/*
 * test_usdt.c - points of a binary, and their arguments
 *
 *     test_usdt PROGRAM          pointed.c, compiled
 *
 * tests/usdt holds what this reads against readelf, and what it says of arguments against running programs.
 */
#include "scan/build.h"
#include "scan/usdt.h"
#include "tap.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- arguments ------------------------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	struct scan_usdt_arg want;
} args[] = {
	{"8@%rdi", {SCAN_USDT_REGISTER, 8, false, 5, -1, 0, 0, 0}},
	{"-4@%esi", {SCAN_USDT_REGISTER, 4, true, 4, -1, 0, 0, 0}},
	{"2@%cx", {SCAN_USDT_REGISTER, 2, false, 2, -1, 0, 0, 0}},
	{"1@%sil", {SCAN_USDT_REGISTER, 1, false, 4, -1, 0, 0, 0}},
	{"-1@%dl", {SCAN_USDT_REGISTER, 1, true, 1, -1, 0, 0, 0}},
	{"1@%bh", {SCAN_USDT_REGISTER, 1, false, 3, -1, 0, 8, 0}},
	{"8@%r8", {SCAN_USDT_REGISTER, 8, false, 8, -1, 0, 0, 0}},
	{"4@%r15d", {SCAN_USDT_REGISTER, 4, false, 15, -1, 0, 0, 0}},
	{"1@%r10b", {SCAN_USDT_REGISTER, 1, false, 10, -1, 0, 0, 0}},
	{"%rax", {SCAN_USDT_REGISTER, 0, false, 0, -1, 0, 0, 0}},
	{"8@$5", {SCAN_USDT_CONSTANT, 8, false, -1, -1, 0, 0, 5}},
	{"-4@$-3", {SCAN_USDT_CONSTANT, 4, true, -1, -1, 0, 0, -3}},
	{"8@$0xff", {SCAN_USDT_CONSTANT, 8, false, -1, -1, 0, 0, 255}},
	{"8@$18446744073709551615", {SCAN_USDT_CONSTANT, 8, false, -1, -1, 0, 0, -1}},
	{"-4@-12(%rbp)", {SCAN_USDT_MEMORY, 4, true, 6, -1, 0, 0, -12}},
	{"8@(%rsp)", {SCAN_USDT_MEMORY, 8, false, 7, -1, 0, 0, 0}},
	{"8@16(%rax,%rbx,4)", {SCAN_USDT_MEMORY, 8, false, 0, 3, 4, 0, 16}},
	{"8@(%rax,%rbx)", {SCAN_USDT_MEMORY, 8, false, 0, 3, 1, 0, 0}},
	{"8@8(,%r9,8)", {SCAN_USDT_MEMORY, 8, false, -1, 9, 8, 0, 8}},
	{"8@4210752", {SCAN_USDT_MEMORY, 8, false, -1, -1, 0, 0, 4210752}},
	/* what it must not guess at */
	{"8@order_fg_semaphore(%rip)", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@8(%rip)", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@%xmm0", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@%fs:16", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@%r16", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@%r08", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@(%rax,%rbx,3)", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@(%rax", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@()", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@$", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@$5x", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"8@$99999999999999999999", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"3@%rax", {SCAN_USDT_UNKNOWN, 0, false, -1, -1, 0, 0, 0}},
	{"8@", {SCAN_USDT_UNKNOWN, 8, false, -1, -1, 0, 0, 0}},
	{"@%rax", {SCAN_USDT_UNKNOWN, 0, false, -1, -1, 0, 0, 0}},
	{"8f@%xmm1", {SCAN_USDT_UNKNOWN, 0, false, -1, -1, 0, 0, 0}},
	{"rax", {SCAN_USDT_UNKNOWN, 0, false, -1, -1, 0, 0, 0}},
};

static bool same(const struct scan_usdt_arg *a, const struct scan_usdt_arg *b)
{
	return a->where == b->where && a->size == b->size && a->is_signed == b->is_signed && a->base == b->base &&
	       a->index == b->index && a->scale == b->scale && a->shift == b->shift &&
	       a->displacement == b->displacement;
}

static void arguments(void)
{
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		size_t n = strlen(args[i].text), taken;
		struct scan_usdt_arg got;
		char text[64];

		taken = scan_usdt_parse_arg(args[i].text, n, &got);
		tap_ok(taken == n && same(&got, &args[i].want), "argument %s", args[i].text);
		snprintf(text, sizeof(text), "%s 8@%%rax", args[i].text);
		taken = scan_usdt_parse_arg(text, strlen(text), &got);
		tap_ok(taken == n && same(&got, &args[i].want), "argument %s before another", args[i].text);
	}
}

/* ---- points ---------------------------------------------------------------------------------------------------- */

static void points_of(const struct scan_usdts *points)
{
	const struct scan_usdt *at = points->items;
	unsigned semaphores = 0;

	if (!tap_eq_int(points->n, 4, "points"))
		return;
	tap_eq_int(points->lost, 1, "a point that is nowhere is counted");
	tap_eq_int(points->broken, 0, "none is broken");
	tap_eq_str(at[0].provider, "fieldguard", "provider of ours");
	tap_eq_str(at[0].name, "pointed", "its name");
	tap_ok(at[0].args_n == 4 && at[0].args[1].where == SCAN_USDT_CONSTANT && at[0].args[1].displacement == 3,
	       "its field: %s", at[0].arguments);
	tap_ok(at[0].args[3].is_signed && at[0].args[3].size == 4, "the value after is an int");
	tap_eq_str(at[1].provider, "libc", "provider of another's");
	tap_eq_int(at[1].args_n, 4, "its arguments");
	tap_ok(at[1].args[2].where == SCAN_USDT_MEMORY && at[1].args[2].index == 3, "the third of them");
	tap_eq_int(at[1].semaphore, 0, "it has no semaphore");
	tap_eq_int(at[2].args_n, 0, "no arguments");
	tap_eq_int(at[3].args_n, 2, "of a field without values");
	for (size_t i = 0; i < 4; i++) {
		tap_ok(at[i].nop, "%s.%s is a nop of one byte", at[i].provider, at[i].name);
		semaphores += at[i].semaphore != 0;
	}
	tap_eq_int(semaphores, 2, "points with a semaphore");
	tap_ok(at[0].semaphore == at[3].semaphore && at[0].semaphore_offset > 0, "one semaphore for all of a name");
}

/* ---- files that are changed ------------------------------------------------------------------------------------ */

struct copy {
	char path[64];
	uint8_t *data;
	size_t size, note_at, note_n;
};

static bool copy_open(const char *path, struct copy *copy)
{
	struct scan_image image;
	struct scan_error error;
	GElf_Shdr header;

	if (scan_image_open(path, &image, &error))
		return false;
	copy->size = image.size;
	copy->data = malloc(image.size);
	if (copy->data && scan_image_section(&image, ".note.stapsdt", &header)) {
		memcpy(copy->data, image.data, image.size);
		copy->note_at = header.sh_offset;
		copy->note_n = header.sh_size;
	}
	scan_image_close(&image);
	snprintf(copy->path, sizeof(copy->path), "/tmp/test_usdt.%d", (int)getpid());
	return copy->note_n > 0;
}

static struct scan_usdts *copy_read(const struct copy *copy)
{
	struct scan_usdts *points = NULL;
	struct scan_error error;
	FILE *file = fopen(copy->path, "we");

	if (!file)
		return NULL;
	fwrite(copy->data, 1, copy->size, file);
	fclose(file);
	return scan_usdt_read(copy->path, &points, &error) ? NULL : points;
}

/* As if the file had been linked for other addresses, and moved to these afterwards. */
static void moved(const struct copy *copy, const struct scan_usdts *want)
{
	struct scan_usdts *got;
	bool equal;

	for (size_t at = copy->note_at; at < copy->note_at + copy->note_n;) {
		uint32_t head[3];
		uint64_t addresses[3];

		memcpy(head, copy->data + at, sizeof(head));
		at += sizeof(head) + (head[0] + 3) / 4 * 4;
		memcpy(addresses, copy->data + at, sizeof(addresses));
		for (size_t i = 0; i < 3; i++)
			addresses[i] += addresses[i] ? 0x123000 : 0;
		memcpy(copy->data + at, addresses, sizeof(addresses));
		at += (head[1] + 3) / 4 * 4;
	}
	got = copy_read(copy);
	equal = got && got->n == want->n;
	for (size_t i = 0; equal && i < got->n; i++)
		equal = got->items[i].pc == want->items[i].pc && got->items[i].semaphore == want->items[i].semaphore;
	tap_ok(equal, "a file that was moved says the same addresses");
	scan_usdt_free(got);
}

/* Reads everything that the points say. Returns: a sum of it. */
static uint64_t look(const struct scan_usdts *points)
{
	uint64_t sum = points->lost + points->broken;

	for (size_t i = 0; i < points->n; i++) {
		sum += strlen(points->items[i].provider) + strlen(points->items[i].name) + points->items[i].pc;
		for (size_t k = 0; k < points->items[i].args_n; k++)
			sum += (uint64_t)points->items[i].args[k].where;
	}
	return sum;
}

static void broken(const struct copy *copy)
{
	unsigned read = 0, differs = 0;
	uint64_t seed = 42, sum = 0;

	for (int round = 0; round < 1000; round++) {
		uint8_t before[4];
		size_t at[4];
		struct scan_usdts *points;

		for (int i = 0; i < 4; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			at[i] = copy->note_at + (seed >> 33) % copy->note_n;
			before[i] = copy->data[at[i]];
			copy->data[at[i]] = (uint8_t)(seed >> 24);
		}
		points = copy_read(copy);
		for (int i = 3; i >= 0; i--)
			copy->data[at[i]] = before[i];
		if (!points)
			continue;
		read++;
		differs += look(points) != sum;
		sum = look(points);
		scan_usdt_free(points);
	}
	tap_eq_int(read, 1000, "each file whose notes were damaged is read");
	tap_ok(differs > 300, "and its points say what is left: %u of them differ", differs);
}

int main(int argc, char **argv)
{
	struct scan_usdts *points = NULL;
	struct scan_error error;
	struct copy copy = {0};

	arguments();
	if (!tap_ok(argc == 2 && scan_usdt_read(argv[1], &points, &error) == 0, "the program is read"))
		return tap_done();
	points_of(points);
	if (tap_ok(copy_open(argv[1], &copy), "it has notes")) {
		broken(&copy);
		moved(&copy, points);
		unlink(copy.path);
	}
	free(copy.data);
	scan_usdt_free(points);
	scan_usdt_free(NULL);
	tap_ok(scan_usdt_read("/nonexistent", &points, &error) == -ENOENT && strstr(error.text, "/nonexistent"),
	       "a file that isn't there: %s", error.text);
	tap_ok(scan_usdt_read("/proc/self/exe", &points, &error) == 0 && points->n == 0, "this program has no points");
	scan_usdt_free(points);
	return tap_done();
}

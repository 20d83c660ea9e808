/*
 * usdt.c - the section .note.stapsdt, read
 *
 * An ELF note of owner "stapsdt" and type 3: addresses of the point, of .stapsdt.base as it was when the file was
 * linked, and of the semaphore; then provider, name and arguments, each with its NUL. Where .stapsdt.base lies
 * elsewhere now, the file was moved, and both addresses with it. The section is data of the file alone: every size is
 * its word against our own bounds.
 */
#include "scan/usdt.h"

#include "scan/build.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OWNER "stapsdt"
#define TYPE 3
/* A function has 12 at most in the tools that make them. */
#define ARGS_MAX 16

struct scan_usdts_inside {
	struct scan_usdts points;
	char *text;                   /* a copy of the section: strings point into it */
	size_t text_n;
	struct scan_usdt *items;
	size_t room;
	struct scan_usdt_arg *args;   /* of all points; by index until all are read */
	size_t args_n, args_room;
	bool x86_64, has_base;
	uint64_t base;
	int error;
};

struct note {
	uint32_t owner_size, size, type;
};

struct addresses {
	uint64_t pc, base, semaphore;
};

/* ---- places in the file ---------------------------------------------------------------------------------------- */

/* Where the bytes at an address are in the file, in a segment that has these flags. Returns: false: nowhere. */
static bool offset_of(const struct scan_image *image, uint64_t address, size_t size, uint32_t flags,
                      uint64_t *ret_offset)
{
	size_t n;

	if (elf_getphdrnum(image->elf, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr head;

		if (!gelf_getphdr(image->elf, (int)i, &head) || head.p_type != PT_LOAD)
			continue;
		if ((head.p_flags & flags) != flags || address < head.p_vaddr || head.p_filesz < size ||
		    address - head.p_vaddr > head.p_filesz - size)
			continue;
		*ret_offset = head.p_offset + (address - head.p_vaddr);
		return *ret_offset <= image->size && size <= image->size - *ret_offset;
	}
	return false;
}

/* ---- one note -------------------------------------------------------------------------------------------------- */

/* Takes a string off *at. Returns: NULL where none ends before the end. */
static const char *take_string(const char **at, const char *end)
{
	const char *string = *at;
	const char *nul = memchr(string, 0, (size_t)(end - string));

	if (!nul)
		return NULL;
	*at = nul + 1;
	return string;
}

static bool add_args(struct scan_usdts_inside *inside, struct scan_usdt *point)
{
	const char *at = point->arguments;

	while (*at && point->args_n < ARGS_MAX) {
		if (*at == ' ') {
			at++;
			continue;
		}
		if (!scan_grow(&inside->args, &inside->args_room, inside->args_n, sizeof(*inside->args)))
			return false;
		at += scan_usdt_parse_arg(at, strlen(at), &inside->args[inside->args_n++]);
		point->args_n++;
	}
	return true;
}

/* payload: size bytes of the copy. Returns: false: it is broken. */
static bool add_point(struct scan_usdts_inside *inside, const struct scan_image *image, const char *payload,
                      size_t size)
{
	const char *at = payload + sizeof(struct addresses), *end = payload + size;
	struct addresses addresses;
	struct scan_usdt point = {0};

	if (size < sizeof(addresses))
		return false;
	memcpy(&addresses, payload, sizeof(addresses));
	if (!(point.provider = take_string(&at, end)) || !(point.name = take_string(&at, end)) ||
	    !(point.arguments = take_string(&at, end)))
		return false;
	if (inside->has_base) {
		addresses.pc += inside->base - addresses.base;
		addresses.semaphore += addresses.semaphore ? inside->base - addresses.base : 0;
	}
	point.pc = addresses.pc;
	point.semaphore = addresses.semaphore;
	if (!offset_of(image, point.pc, 1, PF_X, &point.offset) ||
	    (point.semaphore && !offset_of(image, point.semaphore, 2, PF_W, &point.semaphore_offset))) {
		inside->points.lost++;
		return true;
	}
	point.nop = inside->x86_64 && image->data[point.offset] == 0x90;
	if (!scan_grow(&inside->items, &inside->room, inside->points.n, sizeof(*inside->items)) ||
	    !add_args(inside, &point))
		inside->error = -ENOMEM;
	else
		inside->items[inside->points.n++] = point;
	return true;
}

static size_t filled(uint32_t size)
{
	return ((size_t)size + 3) / 4 * 4;
}

static void read_notes(struct scan_usdts_inside *inside, const struct scan_image *image)
{
	struct note head;
	size_t at = 0;

	while (!inside->error && inside->text_n - at >= sizeof(head)) {
		const char *owner = inside->text + at + sizeof(head);
		size_t left = inside->text_n - at - sizeof(head), skip;

		memcpy(&head, inside->text + at, sizeof(head));
		skip = filled(head.owner_size);
		/* The last one's filling may be missing. */
		if (skip > left || head.size > left - skip) {
			inside->points.broken++;
			return;
		}
		if (head.type == TYPE && head.owner_size == sizeof(OWNER) && !memcmp(owner, OWNER, sizeof(OWNER)) &&
		    !add_point(inside, image, owner + skip, head.size))
			inside->points.broken++;
		skip += filled(head.size);
		if (skip >= left)
			return;
		at += sizeof(head) + skip;
	}
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static void read_image(struct scan_usdts_inside *inside, const struct scan_image *image)
{
	GElf_Shdr header;
	GElf_Ehdr head;

	inside->x86_64 = gelf_getehdr(image->elf, &head) && head.e_machine == EM_X86_64;
	inside->has_base = scan_image_section(image, ".stapsdt.base", &header) != NULL;
	inside->base = inside->has_base ? header.sh_addr : 0;
	if (!scan_image_section(image, ".note.stapsdt", &header))
		return;
	if (header.sh_type == SHT_NOBITS || header.sh_flags & SHF_COMPRESSED || header.sh_offset > image->size ||
	    header.sh_size > image->size - header.sh_offset) {
		inside->points.broken++;
		return;
	}
	inside->text_n = header.sh_size;
	inside->text = malloc(inside->text_n + 1);
	if (!inside->text) {
		inside->error = -ENOMEM;
		return;
	}
	memcpy(inside->text, image->data + header.sh_offset, inside->text_n);
	read_notes(inside, image);
}

int scan_usdt_read(const char *path, struct scan_usdts **ret_points, struct scan_error *ret_error)
{
	struct scan_usdts_inside *inside = calloc(1, sizeof(*inside));
	struct scan_image image;
	size_t args_at = 0;
	int result;

	if (!inside)
		return scan_fail(ret_error, -ENOMEM, "%s: out of memory", path);
	inside->points.inside = inside;
	result = scan_image_open(path, &image, ret_error);
	if (result) {
		free(inside);
		return result;
	}
	read_image(inside, &image);
	scan_image_close(&image);
	if (inside->error) {
		scan_usdt_free(&inside->points);
		return scan_fail(ret_error, inside->error, "%s: out of memory", path);
	}
	for (size_t i = 0; i < inside->points.n; i++) {
		inside->items[i].args = inside->items[i].args_n ? inside->args + args_at : NULL;
		args_at += inside->items[i].args_n;
	}
	inside->points.items = inside->items;
	*ret_points = &inside->points;
	return 0;
}

void scan_usdt_free(struct scan_usdts *points)
{
	struct scan_usdts_inside *inside = points ? points->inside : NULL;

	if (!inside)
		return;
	free(inside->items);
	free(inside->args);
	free(inside->text);
	free(inside);
}

/*
 * sections.c - the debug sections of an image, decompressed
 *
 * libdw decompresses in place, for each handle again, and writes to section headers while it does. So where anything is
 * compressed we lay out a second ELF file in memory, once, that has the debug sections plain and nothing else:
 *
 *     header | section headers | names | .debug_info | .debug_abbrev | ... | .eh_frame
 *
 * It is never written to again, and every thread's handle reads it.
 */
#include "scan/build.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

/* No stream of deflate expands further. */
#define RATIO_MAX 1032

static const char *const section_names[SCAN_SECTIONS] = {
	[SCAN_SECTION_INFO] = "info",
	[SCAN_SECTION_TYPES] = "types",
	[SCAN_SECTION_ABBREV] = "abbrev",
	[SCAN_SECTION_STR] = "str",
	[SCAN_SECTION_LINE] = "line",
	[SCAN_SECTION_LINE_STR] = "line_str",
	[SCAN_SECTION_STR_OFFSETS] = "str_offsets",
	[SCAN_SECTION_ADDR] = "addr",
	[SCAN_SECTION_RANGES] = "ranges",
	[SCAN_SECTION_RNGLISTS] = "rnglists",
};

/* One section on its way to the plain file. */
struct part {
	GElf_Shdr header;
	const uint8_t *from;
	size_t from_size;
	size_t to_size;               /* 0: its bytes are left out */
	uint64_t to;                  /* offset in the plain file */
	const char *name;
	bool compressed, old_name;
	int result;
};

struct plan {
	struct scan_image *image;
	struct part *parts;
	size_t n;
	size_t names;                 /* index of the section of names */
	bool any_compressed;
};

static uint64_t big_endian(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static int plan_compressed(struct plan *plan, struct part *part, struct scan_error *error)
{
	uint64_t size;
	size_t head;

	if (part->header.sh_flags & SHF_COMPRESSED) {
		Elf64_Chdr header;

		head = sizeof(header);
		if (part->from_size < head)
			goto broken;
		memcpy(&header, part->from, head);
		if (header.ch_type != ELFCOMPRESS_ZLIB)
			return scan_fail(error, -ENOTSUP, "%s: its section %s is compressed in a way we don't read (%s); "
					 "decompress it with objcopy --decompress-debug-sections", plan->image->path, part->name,
					 header.ch_type == 2 ? "zstd" : "not zlib");
		size = header.ch_size;
		part->header.sh_addralign = header.ch_addralign;
	} else {
		head = 12;
		if (part->from_size < head || memcmp(part->from, "ZLIB", 4))
			goto broken;
		size = big_endian(part->from + 4);
	}
	part->from += head;
	part->from_size -= head;
	if (size / RATIO_MAX > part->from_size)
		goto broken;
	part->compressed = plan->any_compressed = true;
	part->to_size = size;
	return 0;
broken:
	return scan_fail(error, -ENOEXEC, "%s: its section %s is broken: it does not decompress", plan->image->path, part->name);
}

static int plan_section(struct plan *plan, Elf_Scn *section, struct part *part, struct scan_error *error)
{
	const struct scan_image *image = plan->image;
	bool wanted;

	if (!gelf_getshdr(section, &part->header))
		return scan_fail(error, -ENOEXEC, "%s: is a broken ELF file: %s", image->path, elf_errmsg(-1));
	part->name = elf_strptr(image->elf, plan->names, part->header.sh_name);
	if (!part->name)
		part->name = "";
	part->old_name = !strncmp(part->name, ".zdebug_", 8);
	wanted = part->old_name || !strncmp(part->name, ".debug_", 7);
	if (part->header.sh_type == SHT_NOBITS || part->header.sh_type == SHT_NULL ||
	    (!wanted && strcmp(part->name, ".eh_frame") && elf_ndxscn(section) != plan->names))
		return 0;
	if (part->header.sh_offset > image->size || part->header.sh_size > image->size - part->header.sh_offset)
		return scan_fail(error, -ENOEXEC, "%s: is cut off: its section %s ends behind the file's end", image->path,
				 part->name);
	part->from = image->data + part->header.sh_offset;
	part->from_size = part->to_size = part->header.sh_size;
	if (part->old_name || (part->header.sh_flags & SHF_COMPRESSED))
		return plan_compressed(plan, part, error);
	return 0;
}

static int plan_all(struct plan *plan, struct scan_error *error)
{
	const struct scan_image *image = plan->image;
	Elf_Scn *section = NULL;
	size_t n;
	int result = 0;

	if (elf_getshdrnum(image->elf, &n) < 0 || elf_getshdrstrndx(image->elf, &plan->names) < 0)
		return scan_fail(error, -ENOEXEC, "%s: is a broken ELF file: %s", image->path, elf_errmsg(-1));
	plan->parts = calloc(n + 1, sizeof(*plan->parts));
	if (!plan->parts)
		return scan_fail(error, -ENOMEM, "%s: out of memory", image->path);
	plan->n = n;
	while (!result && (section = elf_nextscn(image->elf, section)) && elf_ndxscn(section) < n)
		result = plan_section(plan, section, &plan->parts[elf_ndxscn(section)], error);
	return result;
}

static void fill_part(void *user, unsigned thread, size_t item)
{
	struct plan *plan = user;
	struct part *part = &plan->parts[item];
	uint8_t *to = plan->image->plain + part->to;
	uLongf size = part->to_size;

	(void)thread;
	if (!part->to_size)
		return;
	if (!part->compressed)
		memcpy(to, part->from, part->to_size);
	else if (uncompress(to, &size, part->from, part->from_size) != Z_OK || size != part->to_size)
		part->result = -ENOEXEC;
}

/* ".zdebug_info" becomes ".debug_info", in the plain file's own table of names. */
static void rename_part(const struct plan *plan, const struct part *part)
{
	const struct part *names = &plan->parts[plan->names];
	char *name;
	size_t n = strlen(part->name);

	if (part->header.sh_name >= names->to_size || names->to_size - part->header.sh_name <= n)
		return;
	name = (char *)plan->image->plain + names->to + part->header.sh_name;
	if (!strncmp(name, ".zdebug_", 8))
		memmove(name + 1, name + 2, n - 1);
}

static void write_headers(const struct plan *plan)
{
	uint8_t *plain = plan->image->plain;
	Elf64_Ehdr header;

	memcpy(&header, plan->image->data, sizeof(header));
	header.e_phoff = 0;
	header.e_phnum = 0;
	header.e_phentsize = 0;
	header.e_shoff = sizeof(header);
	header.e_shentsize = sizeof(Elf64_Shdr);
	memcpy(plain, &header, sizeof(header));
	for (size_t i = 0; i < plan->n; i++) {
		const struct part *part = &plan->parts[i];
		Elf64_Shdr section = part->header;

		if (part->to_size) {
			section.sh_offset = part->to;
			section.sh_size = part->to_size;
			section.sh_flags &= ~(Elf64_Xword)SHF_COMPRESSED;
		} else if (i && section.sh_type != SHT_NULL) {
			section.sh_type = SHT_NOBITS;
			section.sh_offset = sizeof(header);
		}
		memcpy(plain + sizeof(header) + i * sizeof(section), &section, sizeof(section));
		if (part->old_name)
			rename_part(plan, part);
	}
}

static int make_plain(struct plan *plan, unsigned threads, struct scan_error *error)
{
	struct scan_image *image = plan->image;
	uint64_t size = sizeof(Elf64_Ehdr) + plan->n * sizeof(Elf64_Shdr);
	void *memory;

	if (gelf_getshdr(elf_getscn(image->elf, 0), &plan->parts[0].header) == NULL)
		memset(&plan->parts[0].header, 0, sizeof(plan->parts[0].header));
	for (size_t i = 0; i < plan->n; i++) {
		size = (size + 63) & ~(uint64_t)63;
		plan->parts[i].to = size;
		if (__builtin_add_overflow(size, plan->parts[i].to_size, &size))
			return scan_fail(error, -ENOEXEC, "%s: is a broken ELF file", image->path);
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return scan_fail(error, -ENOMEM, "%s: out of memory", image->path);
	image->plain = memory;
	image->plain_size = size;
	scan_parallel(threads, plan->n, fill_part, plan);
	for (size_t i = 0; i < plan->n; i++)
		if (plan->parts[i].result < 0)
			return scan_fail(error, -ENOEXEC, "%s: its section %s is broken: it does not decompress", image->path,
					 plan->parts[i].name);
	write_headers(plan);
	mprotect(memory, size, PROT_READ);
	return 0;
}

/* A string section that doesn't end in a NUL is cut to its last one, so that whoever reads a string stays inside. */
static void end_strings(struct scan_section *section)
{
	while (section->size && section->data[section->size - 1])
		section->size--;
}

static void take_sections(const struct plan *plan)
{
	struct scan_image *image = plan->image;

	for (size_t k = 0; k < plan->n; k++) {
		const struct part *part = &plan->parts[k];
		const char *name = part->name ? part->name : "";

		if (!part->to_size || (!part->old_name && strncmp(name, ".debug_", 7)))
			continue;
		name += part->old_name ? 8 : 7;
		for (unsigned i = 0; i < SCAN_SECTIONS; i++)
			if (!strcmp(name, section_names[i]) && !image->debug.sections[i].data)
				image->debug.sections[i] = (struct scan_section){
					image->plain ? image->plain + part->to : part->from, part->to_size };
	}
	end_strings(&image->debug.sections[SCAN_SECTION_STR]);
	end_strings(&image->debug.sections[SCAN_SECTION_LINE_STR]);
}

int scan_image_debug(struct scan_image *image, unsigned threads, struct scan_error *error)
{
	struct plan plan = { .image = image };
	int result = plan_all(&plan, error);

	if (!result && plan.any_compressed)
		result = make_plain(&plan, threads, error);
	if (!result)
		take_sections(&plan);
	free(plan.parts);
	if (result < 0)
		return result;
	return image->debug.sections[SCAN_SECTION_INFO].size && image->debug.sections[SCAN_SECTION_ABBREV].size
	       ? 0 : -ENODATA;
}

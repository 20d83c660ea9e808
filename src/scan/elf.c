/* elf.c - an ELF file mapped for reading, and the sections in it */
#include "scan/build.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int scan_fail(struct scan_error *error, int result, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return result;
}

void scan_warn(const struct scan *scan, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (!scan->inside->options.warn)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	scan->inside->options.warn(scan->inside->options.user, text);
}

static int map_file(const char *path, struct scan_image *image, struct scan_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	int result = 0;
	void *data;

	if (fd < 0) {
		result = -errno;
		return scan_fail(error, result, "%s: %s", path, strerror(errno));
	}
	if (fstat(fd, &status) < 0)
		result = scan_fail(error, -errno, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(status.st_mode))
		result = scan_fail(error, -EISDIR, "%s: is a directory", path);
	else if (status.st_size < (off_t)sizeof(Elf64_Ehdr))
		result = scan_fail(error, -ENOEXEC, "%s: is not an ELF file", path);
	if (result < 0)
		goto out;
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		result = scan_fail(error, -errno, "%s: %s", path, strerror(errno));
		goto out;
	}
	image->data = data;
	image->size = (size_t)status.st_size;
out:
	close(fd);
	return result;
}

static const char *machine_name(unsigned machine)
{
	static const struct {
		unsigned machine;
		const char *name;
	} names[] = {
		{ EM_386, "32-bit x86" }, { EM_ARM, "32-bit ARM" }, { EM_RISCV, "RISC-V" }, { EM_PPC64, "POWER" },
		{ EM_PPC, "32-bit PowerPC" }, { EM_S390, "IBM Z" }, { EM_MIPS, "MIPS" }, { EM_BPF, "BPF" },
		{ EM_SPARCV9, "SPARC" }, { EM_SPARC, "32-bit SPARC" }, { EM_IA_64, "Itanium" }, { EM_LOONGARCH, "LoongArch" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return NULL;
}

static int check_header(const struct scan_image *image, struct scan_error *error)
{
	const unsigned char *ident = image->data;
	const char *name;
	Elf64_Ehdr header;
	unsigned machine;
	bool big;

	if (memcmp(ident, ELFMAG, SELFMAG))
		return scan_fail(error, -ENOEXEC, "%s: is not an ELF file", image->path);
	/* e_machine lies at the same place in both classes. */
	memcpy(&header, image->data, sizeof(header));
	big = ident[EI_DATA] == ELFDATA2MSB;
	machine = big ? (unsigned)__builtin_bswap16(header.e_machine) : header.e_machine;
	name = machine_name(machine);
	if (!big && ident[EI_CLASS] == ELFCLASS64 && (machine == EM_X86_64 || machine == EM_AARCH64))
		return 0;
	if (name)
		return scan_fail(error, -ENOTSUP, "%s: is for %s; x86-64 files are read, and types of arm64 files",
				 image->path, name);
	if (ident[EI_CLASS] != ELFCLASS64)
		return scan_fail(error, -ENOTSUP, "%s: is a 32-bit file; x86-64 files are read, and types of arm64 files",
				 image->path);
	return scan_fail(error, -ENOTSUP, "%s: is for a %smachine with the number %u; x86-64 files are read, and types of "
			 "arm64 files", image->path, big ? "big-endian " : "", machine);
}

int scan_image_open(const char *path, struct scan_image *ret_image, struct scan_error *error)
{
	struct scan_image image = { .path = path };
	int result = map_file(path, &image, error);

	if (result < 0)
		return result;
	result = check_header(&image, error);
	if (!result) {
		elf_version(EV_CURRENT);
		image.elf = elf_memory((char *)image.data, image.size);
		if (!image.elf || elf_kind(image.elf) != ELF_K_ELF)
			result = scan_fail(error, -ENOEXEC, "%s: is a broken ELF file: %s", path, elf_errmsg(-1));
	}
	if (result < 0) {
		scan_image_close(&image);
		return result;
	}
	*ret_image = image;
	return 0;
}

void scan_image_close(struct scan_image *image)
{
	if (image->plain)
		munmap(image->plain, image->plain_size);
	if (image->elf)
		elf_end(image->elf);
	if (image->data)
		munmap(image->data, image->size);
	memset(image, 0, sizeof(*image));
}

Elf_Scn *scan_image_section(const struct scan_image *image, const char *name, GElf_Shdr *ret_header)
{
	size_t names;
	Elf_Scn *section = NULL;

	if (elf_getshdrstrndx(image->elf, &names) < 0)
		return NULL;
	while ((section = elf_nextscn(image->elf, section))) {
		const char *its_name;

		if (!gelf_getshdr(section, ret_header))
			continue;
		its_name = elf_strptr(image->elf, names, ret_header->sh_name);
		if (its_name && !strcmp(its_name, name))
			return section;
	}
	return NULL;
}

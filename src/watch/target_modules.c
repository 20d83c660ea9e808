/*
 * target_modules.c - mappings as ELF files: which file it is, how we open it, where it lies
 *
 * The name in the memory map may be of another mount namespace, may have been deleted, or may be another file's by now.
 * So a name is only taken where device and inode are those of what is mapped; the last resort is /proc/PID/map_files.
 */
#include "watch/target_inside.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HEADERS_MAX = 256,            /* program headers that are read; real files have some 15 */
	PAGE = 4096,
	NAME_MAX_ = PATH_MAX + 64,
};

/* A file, found and read, that is not yet a module. */
struct found {
	char open_path[NAME_MAX_];
	struct stat status;
	struct target_segment *segments;
	size_t segments_n;
	uint64_t bias;
};

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* mapped: of what is mapped, as stat says; NULL: not known, so by the memory map's words, which on some file systems
 * (btrfs, overlayfs) name a device that stat does not: then the inode and the path have to do. */
static bool is_mapped_file(const char *path, const struct target_mapping *mapping, const struct stat *mapped,
                           struct stat *ret_status)
{
	if (stat(path, ret_status) < 0 || !S_ISREG(ret_status->st_mode))
		return false;
	return mapped ? same_inode(ret_status, mapped) : ret_status->st_ino == mapping->inode;
}

/* Finds a name under which we can open what is mapped; not looked for where that is no regular file. */
static bool find_file(const struct target *target, const struct target_mapping *mapping, struct found *found)
{
	char map_file[96];
	struct stat mapped = { 0 };
	int view = (int)target->inside->view;
	bool known;

	snprintf(map_file, sizeof(map_file), "/proc/%d/map_files/%jx-%jx", view, (uintmax_t)mapping->start,
		 (uintmax_t)mapping->end);
	known = stat(map_file, &mapped) == 0;
	found->status = mapped;
	if (known && !S_ISREG(mapped.st_mode))
		return true;
	snprintf(found->open_path, sizeof(found->open_path), "/proc/%d/root%s", view, mapping->path);
	if (is_mapped_file(found->open_path, mapping, known ? &mapped : NULL, &found->status))
		return true;
	/* With chroot, the memory map has names from the root of the mount namespace. */
	snprintf(found->open_path, sizeof(found->open_path), "%s", mapping->path);
	if (is_mapped_file(found->open_path, mapping, known ? &mapped : NULL, &found->status))
		return true;
	snprintf(found->open_path, sizeof(found->open_path), "/proc/%d/exe", view);
	if (is_mapped_file(found->open_path, mapping, known ? &mapped : NULL, &found->status))
		return true;
	snprintf(found->open_path, sizeof(found->open_path), "%s", map_file);
	found->status = mapped;
	return known;
}

static size_t load_segments(const Elf64_Phdr *headers, size_t n, struct target_segment *segments)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (headers[i].p_type != PT_LOAD)
			continue;
		segments[count++] = (struct target_segment){
			.address = headers[i].p_vaddr,
			.offset = headers[i].p_offset,
			.size = headers[i].p_filesz,
			.memory = headers[i].p_memsz,
			.executable = headers[i].p_flags & PF_X,
		};
	}
	return count;
}

static bool is_ours(const Elf64_Ehdr *header)
{
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == EM_X86_64 &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN) && header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_phnum && header->e_phnum <= HEADERS_MAX && header->e_phoff < INT64_MAX;
}

/* Reads the program headers. Returns: 0; -ENOEXEC: no ELF file of ours; -EACCES: not readable; -ENOMEM. */
static int read_segments(struct found *found)
{
	Elf64_Phdr headers[HEADERS_MAX];
	Elf64_Ehdr header;
	int result = -ENOEXEC, fd = open(found->open_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t n;

	if (fd < 0)
		return -EACCES;
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) || !is_ours(&header))
		goto out;
	n = header.e_phnum;
	if (pread(fd, headers, n * sizeof(*headers), (off_t)header.e_phoff) != (ssize_t)(n * sizeof(*headers)))
		goto out;
	found->segments = calloc(n, sizeof(*found->segments));
	found->segments_n = found->segments ? load_segments(headers, n, found->segments) : 0;
	result = found->segments ? 0 : -ENOMEM;
out:
	close(fd);
	return result;
}

/* Does a mapping of this offset begin in the pages of that segment? */
static bool is_of(const struct target_segment *segment, uint64_t offset)
{
	uint64_t first = segment->offset & ~(uint64_t)(PAGE - 1);

	return offset >= first && offset - first < segment->size + (segment->offset - first);
}

/* Is the segment's code in memory where the bias says? A few bytes may differ: someone's probes. */
static bool is_there(const struct target *target, const struct found *found, const struct target_segment *segment)
{
	char memory[32], file[32];
	size_t n = segment->size < sizeof(file) ? segment->size : sizeof(file);
	int fd = open(found->open_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t differ = 0;
	bool known;

	if (fd < 0)
		return false;
	known = pread(fd, file, n, (off_t)segment->offset) == (ssize_t)n &&
		target_read(target, found->bias + segment->address, memory, n) == (ssize_t)n;
	close(fd);
	for (size_t i = 0; known && i < n; i++)
		differ += memory[i] != file[i];
	return known && differ <= n / 8;
}

/* The distance of memory from the addresses as linked. Returns: false: the mapping is not of an executable segment: its
 * data may be executable too (execstack), and may lie in the same pages of the file. */
static bool find_bias(const struct target *target, struct found *found, const struct target_mapping *mapping)
{
	const struct target_segment *code = NULL;
	bool others = false;

	for (size_t i = 0; i < found->segments_n; i++) {
		const struct target_segment *segment = &found->segments[i];

		if (!is_of(segment, mapping->offset))
			continue;
		if (segment->executable && !code)
			code = segment;
		else
			others = true;
	}
	if (!code)
		return false;
	found->bias = mapping->start - (code->address + (mapping->offset - code->offset));
	return !others || is_there(target, found, code);
}

/* A module of the image of now that this is, whether it is mapped or was. */
static ssize_t find_module(const struct target *target, const struct target_mapping *mapping, const struct found *found)
{
	for (size_t i = target->inside->image_modules; i < target->modules_n; i++) {
		const struct target_module *module = &target->modules[i];
		const struct target_file *file = &target->inside->files[i];

		if (module->device == mapping->device && module->inode == mapping->inode &&
		    module->bias == found->bias && file->size == found->status.st_size &&
		    file->changed.tv_sec == found->status.st_mtim.tv_sec &&
		    file->changed.tv_nsec == found->status.st_mtim.tv_nsec)
			return (ssize_t)i;
	}
	return -1;
}

static bool is_main(const struct target *target, const struct found *found)
{
	return found->status.st_dev == target->inside->image.device &&
	       found->status.st_ino == target->inside->image.inode;
}

static int grow(struct target *target)
{
	size_t n = target->modules_n;
	struct target_module *modules;
	struct target_file *files;

	if (n & (n - 1))
		return 0;
	modules = realloc(target->modules, (n ? n * 2 : 1) * sizeof(*modules));
	if (!modules)
		return -ENOMEM;
	target->modules = modules;
	files = realloc(target->inside->files, (n ? n * 2 : 1) * sizeof(*files));
	if (!files)
		return -ENOMEM;
	target->inside->files = files;
	return 0;
}

/* Takes the segments over. Returns: the new module's index or -ENOMEM. */
static ssize_t add_module(struct target *target, const struct target_mapping *mapping, struct found *found)
{
	struct target_module module = {
		.bias = found->bias,
		.device = mapping->device,
		.inode = mapping->inode,
		.main = is_main(target, found),
		.segments = found->segments,
		.segments_n = found->segments_n,
	};

	if (grow(target) < 0)
		return -ENOMEM;
	module.path = strdup(mapping->path);
	module.open_path = strdup(found->open_path);
	if (!module.path || !module.open_path) {
		free(module.path);
		free(module.open_path);
		return -ENOMEM;
	}
	found->segments = NULL;
	target->inside->files[target->modules_n] = (struct target_file){
		.size = found->status.st_size,
		.changed = found->status.st_mtim,
	};
	target->modules[target->modules_n] = module;
	return (ssize_t)target->modules_n++;
}

/* A module whose file was renamed or deleted is opened by another name from now on. */
static int rename_module(struct target *target, size_t index, const char *open_path)
{
	struct target_inside *inside = target->inside;
	struct target_module *module = &target->modules[index];
	char *copy, **texts;

	if (!strcmp(module->open_path, open_path))
		return 0;
	copy = strdup(open_path);
	texts = realloc(inside->texts, (inside->texts_n + 1) * sizeof(*texts));
	if (texts)
		inside->texts = texts;
	if (!copy || !texts) {
		free(copy);
		return -ENOMEM;
	}
	inside->texts[inside->texts_n++] = module->open_path;
	module->open_path = copy;
	return 0;
}

/* Returns: index of its module, one of target_no_module, or -ENOMEM. */
static ssize_t identify(struct target *target, const struct target_mapping *mapping)
{
	struct found found = { 0 };
	ssize_t index = TARGET_NOT_ELF;
	int result;

	if (!find_file(target, mapping, &found))
		return TARGET_UNREAD;
	result = S_ISREG(found.status.st_mode) ? read_segments(&found) : -ENOEXEC;
	if (result == -EACCES)
		return TARGET_UNREAD;
	if (result < 0)
		return result == -ENOMEM ? result : TARGET_NOT_ELF;
	if (find_bias(target, &found, mapping)) {
		index = find_module(target, mapping, &found);
		if (index < 0)
			index = add_module(target, mapping, &found);
		else if (rename_module(target, (size_t)index, found.open_path) < 0)
			index = -ENOMEM;
	}
	free(found.segments);
	return index;
}

/* The mapping as it was at the last reading; NULL: it is new or has changed. *at: how far the old list is read. */
static const struct target_mapping *seen_before(const struct target_mappings *old, size_t *at,
                                                const struct target_mapping *mapping)
{
	const struct target_mapping *before;

	while (*at < old->n && old->all[*at].start < mapping->start)
		(*at)++;
	if (*at == old->n)
		return NULL;
	before = &old->all[*at];
	if (before->start != mapping->start || before->offset != mapping->offset || before->inode != mapping->inode ||
	    before->device != mapping->device || strcmp(before->path, mapping->path))
		return NULL;
	return before;
}

int target_modules_update(struct target *target, struct target_mappings *mappings)
{
	struct target_inside *inside = target->inside;
	size_t before_n = target->modules_n, at = 0;

	for (size_t i = 0; i < mappings->n; i++) {
		struct target_mapping *mapping = &mappings->all[i];
		const struct target_mapping *before = seen_before(&inside->mappings, &at, mapping);

		mapping->module = before ? before->module : identify(target, mapping);
		if (mapping->module == -ENOMEM) {
			target_mappings_free(mappings);
			return -ENOMEM;
		}
	}
	for (size_t i = inside->image_modules; i < target->modules_n; i++)
		target->modules[i].gone = true;
	target->unread = 0;
	for (size_t i = 0; i < mappings->n; i++) {
		if (mappings->all[i].module >= 0)
			target->modules[mappings->all[i].module].gone = false;
		target->unread += mappings->all[i].module == TARGET_UNREAD;
	}
	target_mappings_free(&inside->mappings);
	inside->mappings = *mappings;
	*mappings = (struct target_mappings){ 0 };
	return (int)(target->modules_n - before_n);
}

void target_modules_free(struct target *target)
{
	struct target_inside *inside = target->inside;

	for (size_t i = 0; i < target->modules_n; i++) {
		free(target->modules[i].path);
		free(target->modules[i].open_path);
		free(target->modules[i].segments);
	}
	for (size_t i = 0; i < inside->texts_n; i++)
		free(inside->texts[i]);
	free(target->modules);
	free(inside->files);
	free(inside->texts);
	target_mappings_free(&inside->mappings);
}

uint64_t target_file_offset(const struct target_module *module, uint64_t address)
{
	for (size_t i = 0; i < module->segments_n; i++) {
		const struct target_segment *segment = &module->segments[i];

		if (address - segment->address < segment->size)
			return address - segment->address + segment->offset;
	}
	return UINT64_MAX;
}

const struct target_module *target_module_at(const struct target *target, uint64_t address)
{
	for (size_t i = target->inside->image_modules; i < target->modules_n; i++) {
		const struct target_module *module = &target->modules[i];

		for (size_t k = 0; !module->gone && k < module->segments_n; k++)
			if (address - module->bias - module->segments[k].address < module->segments[k].memory)
				return module;
	}
	return NULL;
}

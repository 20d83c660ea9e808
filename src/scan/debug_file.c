/* debug_file.c - debug information that lies in a file of its own */
#include "scan/build.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

struct build_id {
	const uint8_t *bytes;
	size_t n;
};

static const uint8_t *section_bytes(const struct scan_image *image, const char *name, size_t *ret_n)
{
	GElf_Shdr header;

	if (!scan_image_section(image, name, &header) || header.sh_type == SHT_NOBITS ||
	    header.sh_offset > image->size || header.sh_size > image->size - header.sh_offset)
		return NULL;
	*ret_n = header.sh_size;
	return image->data + header.sh_offset;
}

static struct build_id build_id_of(const struct scan_image *image)
{
	size_t n = 0;
	const uint8_t *note = section_bytes(image, ".note.gnu.build-id", &n);
	Elf64_Nhdr header;

	if (!note || n < sizeof(header) + 4)
		return (struct build_id){ NULL, 0 };
	memcpy(&header, note, sizeof(header));
	if (header.n_namesz != 4 || header.n_descsz > n - sizeof(header) - 4 || header.n_descsz < 2)
		return (struct build_id){ NULL, 0 };
	return (struct build_id){ note + sizeof(header) + 4, header.n_descsz };
}

static bool same_build_id(struct build_id a, struct build_id b)
{
	return a.n == b.n && a.n && !memcmp(a.bytes, b.bytes, a.n);
}

static void build_id_path(const char *debug_dir, struct build_id id, char *ret, size_t size)
{
	size_t n = (size_t)snprintf(ret, size, "%s/.build-id/%02x/", debug_dir, id.bytes[0]);

	for (size_t i = 1; i < id.n && n + 3 < size; i++)
		n += (size_t)snprintf(ret + n, size - n, "%02x", id.bytes[i]);
	snprintf(ret + n, size - n, ".debug");
}

static const char *directory_of(const char *path, char *ret, size_t size)
{
	char *slash;

	if (snprintf(ret, size, "%s", path) >= (int)size)
		return NULL;
	slash = strrchr(ret, '/');
	if (!slash)
		return strcpy(ret, ".");
	slash[slash == ret] = 0;
	return ret;
}

/* Opens a candidate. Returns: whether it is there, is for this binary and holds debug information. */
static bool try_file(struct scan *scan, const char *path, struct build_id wanted, const uint32_t *crc,
                     struct scan_image *ret_image)
{
	struct scan_error ignored;
	struct scan_image image;
	char *copy;

	if (access(path, R_OK) < 0)
		return false;
	if (scan_image_open(path, &image, &ignored) < 0) {
		scan_warn(scan, "%s", ignored.text);
		return false;
	}
	if (wanted.n ? !same_build_id(wanted, build_id_of(&image))
		     : crc && crc32_z(0, image.data, image.size) != *crc) {
		scan_warn(scan, "%s: belongs to another build of %s: it is passed over", path, scan->path);
		scan_image_close(&image);
		return false;
	}
	copy = scan_alloc(scan, strlen(path) + 1);
	if (!copy) {
		scan_image_close(&image);
		return false;
	}
	image.path = strcpy(copy, path);
	*ret_image = image;
	return true;
}

static bool find_by_link(struct scan *scan, const char *debug_dir, struct build_id id, struct scan_image *ret_image)
{
	size_t n = 0;
	const uint8_t *link = section_bytes(&scan->inside->image, ".gnu_debuglink", &n);
	const char *name = (const char *)link;
	char directory[PATH_MAX], real[PATH_MAX], path[PATH_MAX * 2 + 64];
	size_t name_n = link ? strnlen(name, n) : 0, at = (name_n + 4) & ~(size_t)3;
	uint32_t crc;

	if (!name_n || strchr(name, '/') || n < 4 || at > n - 4)
		return false;
	memcpy(&crc, link + at, 4);
	if (!directory_of(realpath(scan->path, real) ? real : scan->path, directory, sizeof(directory)))
		return false;
	/* A file that names itself was not stripped: there is nothing more to find. */
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (strcmp(path, real) && try_file(scan, path, id, &crc, ret_image))
		return true;
	snprintf(path, sizeof(path), "%s/.debug/%s", directory, name);
	if (try_file(scan, path, id, &crc, ret_image))
		return true;
	snprintf(path, sizeof(path), "%s%s/%s", debug_dir, directory, name);
	return try_file(scan, path, id, &crc, ret_image);
}

static const char *debug_dir_of(const struct scan *scan)
{
	return scan->inside->options.debug_dir ? scan->inside->options.debug_dir : "/usr/lib/debug";
}

int scan_debug_file_open(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	struct build_id id = build_id_of(&inside->image);
	char path[PATH_MAX + 256];
	bool found = false;
	int result;

	if (id.n) {
		build_id_path(debug_dir_of(scan), id, path, sizeof(path));
		found = try_file(scan, path, id, NULL, &inside->debug);
	}
	if (!found)
		found = find_by_link(scan, debug_dir_of(scan), id, &inside->debug);
	if (!found)
		return -ENODATA;
	inside->info = &inside->debug;
	scan->debug_path = inside->debug.path;
	result = scan_image_debug(&inside->debug, inside->threads, error);
	if (result == -ENODATA)
		scan_warn(scan, "%s: holds no debug information", inside->debug.path);
	return result;
}

int scan_alt_file_open(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	size_t n = 0;
	const uint8_t *link = section_bytes(inside->info, ".gnu_debugaltlink", &n);
	const char *name = (const char *)link;
	size_t name_n = link ? strnlen(name, n) : 0;
	char directory[PATH_MAX], real[PATH_MAX], path[PATH_MAX * 2 + 64];
	struct build_id id;
	bool found;
	int result;

	if (!name_n || name_n + 1 >= n)
		return 0;
	id = (struct build_id){ link + name_n + 1, n - name_n - 1 };
	if (*name == '/')
		snprintf(path, sizeof(path), "%s", name);
	else if (directory_of(realpath(inside->info->path, real) ? real : inside->info->path, directory,
			      sizeof(directory)))
		snprintf(path, sizeof(path), "%s/%s", directory, name);
	else
		path[0] = 0;
	found = try_file(scan, path, id, NULL, &inside->alt);
	if (!found) {
		build_id_path(debug_dir_of(scan), id, path, sizeof(path));
		found = try_file(scan, path, id, NULL, &inside->alt);
	}
	if (!found)
		return scan_fail(error, -ENODATA, "%s: keeps a part of its debug information in %s (made by dwz), which is "
				 "not there; install the package that holds it", inside->info->path, name);
	result = scan_image_debug(&inside->alt, inside->threads, error);
	if (result == -ENODATA)
		return scan_fail(error, result, "%s: holds no debug information", inside->alt.path);
	inside->info->debug.alt = &inside->alt.debug;
	return result;
}

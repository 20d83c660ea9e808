/* symbols.c - bytes by address, and the symbol tables */
#include "scan/build.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_BYTES 16

static int compare_loads(const void *left, const void *right)
{
	const struct scan_load *a = left, *b = right;

	return a->address < b->address ? -1 : a->address > b->address;
}

int scan_loads_make(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	Elf_Scn *section = NULL;
	size_t n = 0;

	while ((section = elf_nextscn(inside->image.elf, section)))
		n++;
	inside->loads = scan_alloc(scan, (n + 1) * sizeof(*inside->loads));
	inside->code = scan_alloc(scan, (n + 1) * sizeof(*inside->code));
	if (!inside->loads || !inside->code)
		return scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
	section = NULL;
	while ((section = elf_nextscn(inside->image.elf, section))) {
		GElf_Shdr header;
		struct scan_load load;

		if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC) || header.sh_type == SHT_NOBITS)
			continue;
		if (header.sh_offset > inside->image.size || header.sh_size > inside->image.size - header.sh_offset ||
		    header.sh_addr + header.sh_size < header.sh_addr)
			continue;
		load = (struct scan_load){ header.sh_addr, header.sh_size, inside->image.data + header.sh_offset };
		inside->loads[inside->loads_n++] = load;
		if (header.sh_flags & SHF_EXECINSTR)
			inside->code[inside->code_n++] = load;
	}
	qsort(inside->loads, inside->loads_n, sizeof(*inside->loads), compare_loads);
	qsort(inside->code, inside->code_n, sizeof(*inside->code), compare_loads);
	return 0;
}

static const struct scan_load *load_at(const struct scan_load *loads, size_t n, uint64_t address)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (loads[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address - loads[low - 1].address < loads[low - 1].size ? &loads[low - 1] : NULL;
}

const uint8_t *scan_bytes(const struct scan *scan, uint64_t address, size_t *ret_n)
{
	const struct scan_load *load = load_at(scan->inside->loads, scan->inside->loads_n, address);

	if (!load)
		return NULL;
	*ret_n = (size_t)(load->size - (address - load->address));
	return load->data + (address - load->address);
}

bool scan_is_code(const struct scan *scan, uint64_t address)
{
	return load_at(scan->inside->code, scan->inside->code_n, address) != NULL;
}

/* ---- symbol tables ---------------------------------------------------------------------------------------------- */

struct gathering {
	struct scan *scan;
	struct scan_named_address *functions, *all;
	size_t functions_n, functions_room, all_n, all_room;
};

static int add(struct gathering *gathering, const char *name, uint64_t address, uint64_t size, bool function)
{
	struct scan_named_address symbol = { address, size, name };

	if (function) {
		if (!scan_grow(&gathering->functions, &gathering->functions_room, gathering->functions_n,
			       sizeof(symbol)))
			return -ENOMEM;
		gathering->functions[gathering->functions_n++] = symbol;
	}
	if (!scan_grow(&gathering->all, &gathering->all_room, gathering->all_n, sizeof(symbol)))
		return -ENOMEM;
	gathering->all[gathering->all_n++] = symbol;
	return 0;
}

/* A symbol's name without "@VERSION", which lives as long as the scan. */
static const char *plain_name(struct scan *scan, const char *name)
{
	const char *at = strchr(name, '@');
	char *copy;

	if (!at || at == name)
		return name;
	copy = scan_alloc(scan, (size_t)(at - name) + 1);
	if (copy)
		memcpy(copy, name, (size_t)(at - name));
	return copy;
}

static int gather_table(struct gathering *gathering, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = data && header->sh_entsize == sizeof(Elf64_Sym) ? data->d_size / sizeof(Elf64_Sym) : 0;
	int result = 0;

	for (size_t i = 0; !result && i < n; i++) {
		GElf_Sym symbol;
		const char *name;
		unsigned type;

		if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS)
			continue;
		type = GELF_ST_TYPE(symbol.st_info);
		if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_OBJECT && type != STT_NOTYPE)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (name && *name && (name = plain_name(gathering->scan, name)))
			result = add(gathering, name, symbol.st_value, symbol.st_size,
				     type == STT_FUNC || type == STT_GNU_IFUNC);
	}
	return result;
}

static int gather_image(struct gathering *gathering, const struct scan_image *image)
{
	Elf_Scn *section = NULL;
	int result = 0;

	while (!result && (section = elf_nextscn(image->elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) && (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM))
			result = gather_table(gathering, image->elf, section, &header);
	}
	return result;
}

static int add_plt(void *user, const char *name, uint64_t address)
{
	struct gathering *gathering = user;
	struct scan_named_address symbol = { address, ENTRY_BYTES, plain_name(gathering->scan, name) };

	if (!symbol.name || !scan_grow(&gathering->functions, &gathering->functions_room, gathering->functions_n,
				       sizeof(symbol)))
		return -ENOMEM;
	gathering->functions[gathering->functions_n++] = symbol;
	return 0;
}

static int compare_addresses(const void *left, const void *right)
{
	const struct scan_named_address *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	/* Of several names of one function the one that people write: fewest underscores in front. */
	if (strspn(a->name, "_") != strspn(b->name, "_"))
		return strspn(a->name, "_") < strspn(b->name, "_") ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int compare_names(const void *left, const void *right)
{
	const struct scan_named_address *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : a->address < b->address ? -1 : a->address > b->address;
}

static struct scan_named_address *keep(struct scan *scan, const struct scan_named_address *items, size_t n)
{
	struct scan_named_address *kept = scan_alloc(scan, (n + 1) * sizeof(*kept));

	if (kept && n)
		memcpy(kept, items, n * sizeof(*kept));
	return kept;
}

int scan_symbols_make(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	struct gathering gathering = { .scan = scan };
	int result = gather_image(&gathering, &inside->image);

	if (!result && inside->debug.data)
		result = gather_image(&gathering, &inside->debug);
	if (!result)
		result = scan_plt_entries(&inside->image, add_plt, &gathering);
	if (!result) {
		inside->symbols = keep(scan, gathering.functions, gathering.functions_n);
		inside->by_name = keep(scan, gathering.all, gathering.all_n);
		if (!inside->symbols || !inside->by_name)
			result = -ENOMEM;
	}
	free(gathering.functions);
	free(gathering.all);
	if (result < 0)
		return scan_fail(error, result, "%s: out of memory", scan->path);
	inside->symbols_n = gathering.functions_n;
	inside->by_name_n = gathering.all_n;
	qsort(inside->symbols, inside->symbols_n, sizeof(*inside->symbols), compare_addresses);
	qsort(inside->by_name, inside->by_name_n, sizeof(*inside->by_name), compare_names);
	return 0;
}

const char *scan_symbol_at(const struct scan *scan, uint64_t address)
{
	const struct scan_inside *inside = scan->inside;
	size_t low = 0, high = inside->symbols_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (inside->symbols[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < inside->symbols_n && inside->symbols[low].address == address ? inside->symbols[low].name : NULL;
}

bool scan_symbol_named(const struct scan *scan, const char *name, uint64_t *ret_address)
{
	const struct scan_inside *inside = scan->inside;
	size_t low = 0, high = inside->by_name_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(inside->by_name[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low >= inside->by_name_n || strcmp(inside->by_name[low].name, name))
		return false;
	*ret_address = inside->by_name[low].address;
	return true;
}

/* ---- a thread's own variables ----------------------------------------------------------------------------------- */

uint64_t scan_thread_size(const struct scan *scan)
{
	Elf *elf = scan->inside->image.elf;
	size_t n;

	if (elf_getphdrnum(elf, &n) != 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr header;
		uint64_t align;

		if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_TLS)
			continue;
		align = header.p_align ? header.p_align : 1;
		return header.p_memsz > UINT32_MAX ? 0 : (header.p_memsz + align - 1) / align * align;
	}
	return 0;
}

const struct scan_variable *scan_thread_local_at(const struct scan *scan, uint64_t offset)
{
	/* They stand behind all others, and are few. */
	for (size_t i = scan->globals_n; i > 0 && scan->globals[i - 1].thread_local; i--) {
		const struct scan_variable *variable = &scan->globals[i - 1];
		const struct scan_type *plain = variable->type ? scan_type_strip(variable->type) : NULL;

		if (plain && offset >= variable->address && offset - variable->address < plain->size)
			return variable;
	}
	return NULL;
}

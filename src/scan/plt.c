/*
 * plt.c - which imported function an entry of the PLT calls
 *
 * Every entry jumps through a slot of the GOT, and a relocation says whose address goes there. So each entry is decoded
 * as far as its `jmp *slot(%rip)`, whatever form the linker gave it: .plt, .plt.sec, .plt.got.
 */
#include "scan/build.h"

#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_BYTES 16

struct slots {
	struct scan_named_address *items;
	size_t n, room;
};

static int compare_slots(const void *left, const void *right)
{
	const struct scan_named_address *a = left, *b = right;

	return a->address < b->address ? -1 : a->address > b->address;
}

static int gather_relocations(const struct scan_image *image, Elf_Scn *section, const GElf_Shdr *header,
                              struct slots *slots)
{
	Elf_Data *data = elf_getdata(section, NULL);
	Elf_Scn *symbols = elf_getscn(image->elf, header->sh_link);
	Elf_Data *symbol_data = symbols ? elf_getdata(symbols, NULL) : NULL;
	GElf_Shdr symbol_header;
	size_t n = data ? data->d_size / sizeof(Elf64_Rela) : 0;

	if (!symbol_data || !gelf_getshdr(symbols, &symbol_header))
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Rela relocation;
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getrela(data, (int)i, &relocation) || !GELF_R_SYM(relocation.r_info) ||
		    !gelf_getsym(symbol_data, (int)GELF_R_SYM(relocation.r_info), &symbol))
			continue;
		name = elf_strptr(image->elf, symbol_header.sh_link, symbol.st_name);
		if (!name || !*name)
			continue;
		if (!scan_grow(&slots->items, &slots->room, slots->n, sizeof(*slots->items)))
			return -ENOMEM;
		slots->items[slots->n++] = (struct scan_named_address){ relocation.r_offset, 8, name };
	}
	return 0;
}

/* The slot that an entry jumps through: ff 25 disp32, with endbr64 or bnd before it. */
static bool slot_of(const uint8_t *code, size_t n, uint64_t address, uint64_t *ret_slot)
{
	for (size_t i = 0; i + 6 <= n; i++) {
		int32_t displacement;

		if (code[i] != 0xff || code[i + 1] != 0x25)
			continue;
		memcpy(&displacement, code + i + 2, 4);
		*ret_slot = address + i + 6 + (uint64_t)(int64_t)displacement;
		return true;
	}
	return false;
}

static int gather_entries(const struct scan_image *image, const GElf_Shdr *header, const struct slots *slots,
                          int (*add)(void *user, const char *name, uint64_t address), void *user)
{
	size_t step = header->sh_entsize == 8 ? 8 : ENTRY_BYTES;
	const uint8_t *code;
	int result = 0;

	if (header->sh_type == SHT_NOBITS || header->sh_offset > image->size ||
	    header->sh_size > image->size - header->sh_offset)
		return 0;
	code = image->data + header->sh_offset;
	for (uint64_t at = 0; !result && at + step <= header->sh_size; at += step) {
		struct scan_named_address wanted = { 0 }, *slot;

		if (!slot_of(code + at, step, header->sh_addr + at, &wanted.address))
			continue;
		slot = bsearch(&wanted, slots->items, slots->n, sizeof(wanted), compare_slots);
		if (slot)
			result = add(user, slot->name, header->sh_addr + at);
	}
	return result;
}

int scan_plt_entries(const struct scan_image *image, int (*add)(void *user, const char *name, uint64_t address),
                     void *user)
{
	static const char *const names[] = { ".plt", ".plt.sec", ".plt.got", ".plt.bnd" };
	struct slots slots = { 0 };
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	int result = 0;

	while (!result && (section = elf_nextscn(image->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_RELA && (header.sh_flags & SHF_ALLOC))
			result = gather_relocations(image, section, &header, &slots);
	if (!result && slots.n) {
		qsort(slots.items, slots.n, sizeof(*slots.items), compare_slots);
		for (size_t i = 0; !result && i < sizeof(names) / sizeof(names[0]); i++)
			if (scan_image_section(image, names[i], &header))
				result = gather_entries(image, &header, &slots, add, user);
	}
	free(slots.items);
	return result;
}

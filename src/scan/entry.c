/* entry.c - see entry.h */
#include "scan/insn.h"
#include "scan/entry.h"

#include <Zydis/Zydis.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

enum { CODE = 64 };             /* bytes of the function that are looked at */

/* Address of a function that the file defines. */
static bool find_symbol(Elf *elf, const char *name, uint64_t *ret_address)
{
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) || (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_SYMTAB) ||
		    !header.sh_entsize)
			continue;
		data = elf_getdata(section, NULL);
		for (size_t i = 0; data && i < header.sh_size / header.sh_entsize; i++) {
			GElf_Sym symbol;
			const char *text;

			if (!gelf_getsym(data, (int)i, &symbol) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC ||
			    symbol.st_shndx == SHN_UNDEF)
				continue;
			text = elf_strptr(elf, header.sh_link, symbol.st_name);
			if (!text || strcmp(text, name) != 0)
				continue;
			*ret_address = symbol.st_value;
			return true;
		}
	}
	return false;
}

static size_t read_code(Elf *elf, int fd, uint64_t address, uint8_t *ret)
{
	size_t n;

	if (elf_getphdrnum(elf, &n) != 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;
		size_t wanted = CODE;
		ssize_t got;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz)
			continue;
		if (wanted > segment.p_filesz - (address - segment.p_vaddr))
			wanted = segment.p_filesz - (address - segment.p_vaddr);
		got = pread(fd, ret, wanted, (off_t)(segment.p_offset + (address - segment.p_vaddr)));
		return got > 0 ? (size_t)got : 0;
	}
	return 0;
}

/* As in probe.c: a push, the nop of one byte, jumps and calls by a relative address. */
static bool is_emulated(const uint8_t *bytes, const struct insn *insn)
{
	if (insn->op == INSN_PUSH)
		return (bytes[0] & 0xf8) == 0x50 || (bytes[0] == 0x41 && (bytes[1] & 0xf8) == 0x50);
	if (insn->op == INSN_NOP)
		return bytes[0] == 0x90 && insn->length == 1;
	if (insn->op == INSN_CALL || insn->op == INSN_JUMP || insn->op == INSN_BRANCH)
		return !(insn->flags & INSN_INDIRECT) && (bytes[0] == 0xe8 || bytes[0] == 0xe9 || bytes[0] == 0xeb ||
		                                          (bytes[0] & 0xf0) == 0x70 ||
		                                          (bytes[0] == 0x0f && (bytes[1] & 0xf0) == 0x80));
	return false;
}

static bool is_test(const struct insn *insn)
{
	return (insn->mnemonic == ZYDIS_MNEMONIC_TEST || insn->mnemonic == ZYDIS_MNEMONIC_CMP) && !insn->memory;
}

static bool ends_block(const struct insn *insn)
{
	return insn->op == INSN_CALL || insn->op == INSN_JUMP || insn->op == INSN_BRANCH || insn->op == INSN_RETURN ||
	       insn->op == INSN_STOP || insn->op == INSN_BAD;
}

static void take(struct scan_entry_place *place, const uint8_t *bytes, const struct insn *insn, bool emulated)
{
	*place = (struct scan_entry_place){.pc = insn->pc, .code_n = insn->length, .emulated = emulated};
	memcpy(place->code, bytes, insn->length);
}

/* The first that is emulated, else the first that is a test. */
static int find_place(const uint8_t *code, size_t n, uint64_t pc, struct scan_entry_place *ret)
{
	bool found = false;

	for (size_t at = 0; at + 1 < n;) {
		struct insn insn;

		insn_decode(code + at, n - at, pc + at, &insn);
		if (is_emulated(code + at, &insn)) {
			take(ret, code + at, &insn, true);
			return 0;
		}
		if (!found && is_test(&insn)) {
			take(ret, code + at, &insn, false);
			found = true;
		}
		if (ends_block(&insn) || insn.clobbers & 1u << INSN_RDI)
			break;
		at += insn.length;
	}
	return found ? 0 : -ENOENT;
}

int scan_entry_place(const char *path, const char *name, struct scan_entry_place *ret_place)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = -ENOEXEC;
	uint8_t code[CODE];
	uint64_t address;
	Elf *elf;

	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		error = find_symbol(elf, name, &address)
		        ? find_place(code, read_code(elf, fd, address, code), address, ret_place) : -ENOENT;
	elf_end(elf);
	close(fd);
	return error;
}

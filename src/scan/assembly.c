/* assembly.c - one instruction as text */
#include "scan/inside.h"
#include <stdio.h>

#include <Zydis/Zydis.h>

unsigned scan_assembly(const struct scan *scan, uint64_t pc, char *ret, size_t size)
{
	ZydisDisassembledInstruction instruction;
	size_t n;
	const uint8_t *bytes = scan_is_code(scan, pc) ? scan_bytes(scan, pc, &n) : NULL;

	if (!bytes || !size)
		return 0;
	if (ZYAN_FAILED(ZydisDisassembleIntel(ZYDIS_MACHINE_MODE_LONG_64, pc, bytes, n, &instruction)))
		return 0;
	snprintf(ret, size, "%s", instruction.text);
	return instruction.info.length;
}

/*
 * insn.h - one decoded instruction, as little of it as following types through registers needs
 *
 * Registers are numbered as in DWARF: rax 0, rdx 1, rcx 2, rbx 3, rsi 4, rdi 5, rbp 6, rsp 7, r8 to r15.
 */
#ifndef FG_SCAN_INSN_H
#define FG_SCAN_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	INSN_RAX, INSN_RDX, INSN_RCX, INSN_RBX, INSN_RSI, INSN_RDI, INSN_RBP, INSN_RSP,
	INSN_R14 = 14,
	INSN_REGS = 16,
	INSN_NONE = -1,
};

enum insn_op {
	INSN_OTHER = 0,               /* what it writes is no longer known */
	INSN_MOVE,                    /* dst = src, or imm */
	INSN_EXTEND,                  /* dst = src or memory, sign or zero extended: a number */
	INSN_LOAD,                    /* dst = memory */
	INSN_STORE,                   /* memory = src, or imm (src INSN_NONE) */
	INSN_LEA,                     /* dst = address */
	INSN_ADD, INSN_SUB,           /* dst op= src, memory or imm; memory op= where dst is INSN_NONE */
	INSN_MULTIPLY,                /* dst = (three: src, memory; else dst) * imm; by a register: not known */
	INSN_SHIFT,                   /* dst <<= imm */
	INSN_AND, INSN_OR,            /* dst op= imm */
	INSN_ZERO,                    /* dst = 0 */
	INSN_SELECT,                  /* cmov: dst = dst or (src, memory) */
	INSN_EXCHANGE,                /* xchg, xadd, cmpxchg */
	INSN_PUSH, INSN_POP, INSN_LEAVE,
	INSN_CALL, INSN_JUMP, INSN_BRANCH, INSN_RETURN,
	INSN_STOP,                    /* ud2, hlt, int3: nothing follows */
	INSN_NOP,
	INSN_BAD,                     /* can't be decoded; length 1 */
};

enum insn_flag {
	INSN_READS = 1,               /* the memory operand */
	INSN_WRITES = 2,
	INSN_LOCKED = 4,              /* lock prefix, or xchg with memory */
	INSN_STRING = 8,              /* movs, stos: the memory operand is (rdi) */
	INSN_REPEATED = 16,           /* rep: the width is not known */
	INSN_SEGMENT = 32,            /* fs: or gs: the address is relative to a thread's block */
	INSN_THREE = 64,              /* imul dst, src, imm */
	INSN_INDIRECT = 128,          /* call, jump: through a register or memory */
	INSN_HAS_IMM = 256,
	INSN_VEX = 512,               /* VEX or EVEX encoding */
	INSN_FINAL = 1024,            /* a call that never returns (flow_build sets it) */
};

struct insn {
	uint64_t pc;
	int64_t displacement;         /* of the memory operand; (rip): made absolute, without base */
	int64_t imm;                  /* direct calls and jumps: the target */
	uint16_t mnemonic;            /* Zydis' */
	uint16_t clobbers;            /* general registers that it writes, one bit each */
	uint16_t flags;
	uint8_t length;
	uint8_t op;
	uint8_t width;                /* bytes of a general register or memory operand moved; up to 64 */
	int8_t dst, src;              /* general registers; INSN_NONE: none, or a vector register */
	int8_t base, index;           /* of the memory operand */
	uint8_t scale;
	bool memory;                  /* it has a memory operand (lea: an address) */
};

/* Decodes one instruction. n: bytes there are. ret: op INSN_BAD where it is none. */
void insn_decode(const uint8_t *bytes, size_t n, uint64_t pc, struct insn *ret);

#endif

/* test_insn.c - every form of store that compilers use is seen as one, with its operand */
#include "scan/insn.h"
#include "tap.h"

static const struct form {
	const char *text;
	uint8_t bytes[12];
	uint8_t n, op, width;
	uint16_t flags;
	int8_t base, index;
	uint8_t scale;
	int64_t displacement;
} forms[] = {
	{"mov %rax,8(%rdi)", {0x48, 0x89, 0x47, 0x08}, 4, INSN_STORE, 8, INSN_WRITES, INSN_RDI, INSN_NONE, 0, 8},
	{"movl $1,(%rdi,%rcx,4)", {0xc7, 0x04, 0x8f, 1, 0, 0, 0}, 7, INSN_STORE, 4, INSN_WRITES | INSN_HAS_IMM, INSN_RDI,
	 INSN_RCX, 4, 0},
	{"movb %al,(%rdi)", {0x88, 0x07}, 2, INSN_STORE, 1, INSN_WRITES, INSN_RDI, INSN_NONE, 0, 0},
	{"mov %eax,16(%rip)", {0x89, 0x05, 16, 0, 0, 0}, 6, INSN_STORE, 4, INSN_WRITES, INSN_NONE, INSN_NONE, 0,
	 0x1000 + 6 + 16},
	{"movups %xmm0,(%rdi)", {0x0f, 0x11, 0x07}, 3, INSN_OTHER, 16, INSN_WRITES, INSN_RDI, INSN_NONE, 0, 0},
	{"movq %xmm0,(%rdi)", {0x66, 0x0f, 0xd6, 0x07}, 4, INSN_STORE, 8, INSN_WRITES, INSN_RDI, INSN_NONE, 0, 0},
	{"vmovdqu %ymm0,(%rdi)", {0xc5, 0xfe, 0x7f, 0x07}, 4, INSN_OTHER, 32, INSN_WRITES | INSN_VEX, INSN_RDI, INSN_NONE,
	 0, 0},
	{"addl $1,4(%rdi)", {0x83, 0x47, 4, 1}, 4, INSN_ADD, 4, INSN_WRITES | INSN_READS | INSN_HAS_IMM, INSN_RDI,
	 INSN_NONE, 0, 4},
	{"incq (%rdi)", {0x48, 0xff, 0x07}, 3, INSN_ADD, 8, INSN_WRITES | INSN_READS | INSN_HAS_IMM, INSN_RDI, INSN_NONE,
	 0, 0},
	{"lock cmpxchg %rdx,(%rdi)", {0xf0, 0x48, 0x0f, 0xb1, 0x17}, 5, INSN_EXCHANGE, 8,
	 INSN_WRITES | INSN_READS | INSN_LOCKED, INSN_RDI, INSN_NONE, 0, 0},
	{"lock xadd %eax,(%rdi)", {0xf0, 0x0f, 0xc1, 0x07}, 4, INSN_EXCHANGE, 4, INSN_WRITES | INSN_READS | INSN_LOCKED,
	 INSN_RDI, INSN_NONE, 0, 0},
	{"xchg %rax,(%rdi)", {0x48, 0x87, 0x07}, 3, INSN_EXCHANGE, 8, INSN_WRITES | INSN_READS | INSN_LOCKED, INSN_RDI,
	 INSN_NONE, 0, 0},
	{"rep stos %rax,(%rdi)", {0xf3, 0x48, 0xab}, 3, INSN_OTHER, 8, INSN_WRITES | INSN_STRING | INSN_REPEATED, INSN_RDI,
	 INSN_NONE, 0, 0},
	{"rep movsq (%rsi),(%rdi)", {0xf3, 0x48, 0xa5}, 3, INSN_OTHER, 8, INSN_WRITES | INSN_STRING | INSN_REPEATED,
	 INSN_RDI, INSN_NONE, 0, 0},
	{"setne (%rdi)", {0x0f, 0x95, 0x07}, 3, INSN_OTHER, 1, INSN_WRITES, INSN_RDI, INSN_NONE, 0, 0},
	{"mov 8(%rdi),%rax", {0x48, 0x8b, 0x47, 0x08}, 4, INSN_LOAD, 8, INSN_READS, INSN_RDI, INSN_NONE, 0, 8},
	{"lea 8(%rdi,%rsi,2),%rax", {0x48, 0x8d, 0x44, 0x77, 8}, 5, INSN_LEA, 8, 0, INSN_RDI, INSN_RSI, 2, 8},
	{"cmp %rax,(%rdi)", {0x48, 0x39, 0x07}, 3, INSN_OTHER, 8, INSN_READS, INSN_RDI, INSN_NONE, 0, 0},
	{"mov %rax,%fs:(%rdi)", {0x64, 0x48, 0x89, 0x07}, 4, INSN_STORE, 8, INSN_WRITES | INSN_SEGMENT, INSN_RDI,
	 INSN_NONE, 0, 0},
	{"push %rbx", {0x53}, 1, INSN_PUSH, 8, 0, INSN_NONE, INSN_NONE, 0, 0},
	{"call *%rax", {0xff, 0xd0}, 2, INSN_CALL, 8, INSN_INDIRECT, INSN_NONE, INSN_NONE, 0, 0},
	{"nopw (%rax,%rax,1)", {0x66, 0x0f, 0x1f, 0x44, 0, 0}, 6, INSN_NOP, 0, 0, INSN_NONE, INSN_NONE, 0, 0},
};

static void test_form(const struct form *form)
{
	struct insn insn;

	insn_decode(form->bytes, form->n, 0x1000, &insn);
	tap_ok(insn.length == form->n && insn.op == form->op, "%s: length %u, operation %u", form->text, insn.length,
	       insn.op);
	tap_eq_int(insn.flags, form->flags, "%s: flags", form->text);
	if (form->flags & (INSN_READS | INSN_WRITES) || form->op == INSN_LEA)
		tap_ok(insn.width == form->width && insn.base == form->base && insn.index == form->index &&
		       insn.scale == form->scale && insn.displacement == form->displacement, "%s: operand", form->text);
}

static void test_operands(void)
{
	struct insn insn;

	insn_decode((const uint8_t[]){0x48, 0x01, 0xd8}, 3, 0, &insn);
	tap_ok(insn.op == INSN_ADD && insn.dst == INSN_RAX && insn.src == INSN_RBX, "add %%rbx,%%rax");
	insn_decode((const uint8_t[]){0x48, 0x05, 0xf0, 0, 0, 0}, 6, 0, &insn);
	tap_ok(insn.op == INSN_ADD && insn.dst == INSN_RAX && insn.imm == 0xf0, "add $0xf0,%%rax, the short form");
	insn_decode((const uint8_t[]){0x48, 0x6b, 0xc3, 0x18}, 4, 0, &insn);
	tap_ok(insn.op == INSN_MULTIPLY && insn.dst == INSN_RAX && insn.src == INSN_RBX && insn.imm == 24,
	       "imul $24,%%rbx,%%rax");
	insn_decode((const uint8_t[]){0x31, 0xc0}, 2, 0, &insn);
	tap_ok(insn.op == INSN_ZERO && insn.dst == INSN_RAX, "xor %%eax,%%eax");
	insn_decode((const uint8_t[]){0xe8, 0x10, 0, 0, 0}, 5, 0x100, &insn);
	tap_ok(insn.op == INSN_CALL && insn.imm == 0x115 && !(insn.flags & INSN_INDIRECT), "call, relative");
	insn_decode((const uint8_t[]){0x06}, 1, 0, &insn);
	tap_ok(insn.op == INSN_BAD && insn.length == 1, "no instruction");
	insn_decode((const uint8_t[]){0x48, 0x89}, 2, 0, &insn);
	tap_ok(insn.op == INSN_BAD && insn.length == 1, "cut off");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		test_form(&forms[i]);
	test_operands();
	return tap_done();
}

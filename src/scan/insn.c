/* insn.c - Zydis' many operands to the few things that following types needs */
#include "scan/insn.h"

#include <Zydis/Zydis.h>

static ZydisDecoder decoder;

__attribute__((constructor)) static void decoder_init(void)
{
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}

/* Zydis numbers registers as the hardware does; DWARF exchanges some of the first eight. */
static int8_t register_number(ZydisRegister reg)
{
	static const int8_t dwarf[] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};
	ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);

	if (whole < ZYDIS_REGISTER_RAX || whole > ZYDIS_REGISTER_R15)
		return INSN_NONE;
	return dwarf[whole - ZYDIS_REGISTER_RAX];
}

static enum insn_op op_of_jump(const ZydisDecodedInstruction *zydis)
{
	switch (zydis->meta.category) {
	case ZYDIS_CATEGORY_CALL:
		return INSN_CALL;
	case ZYDIS_CATEGORY_RET:
		return INSN_RETURN;
	case ZYDIS_CATEGORY_UNCOND_BR:
		return INSN_JUMP;
	case ZYDIS_CATEGORY_COND_BR:
		return INSN_BRANCH;
	case ZYDIS_CATEGORY_CMOV:
		return INSN_SELECT;
	case ZYDIS_CATEGORY_NOP:
	case ZYDIS_CATEGORY_WIDENOP:
		return INSN_NOP;
	default:
		return INSN_OTHER;
	}
}

/* What its mnemonic means for general registers; memory forms are told apart later. */
static enum insn_op op_of(const ZydisDecodedInstruction *zydis)
{
	switch (zydis->mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_MOVQ:
	case ZYDIS_MNEMONIC_VMOVQ:
		return INSN_MOVE;
	case ZYDIS_MNEMONIC_MOVZX:
	case ZYDIS_MNEMONIC_MOVSX:
	case ZYDIS_MNEMONIC_MOVSXD:
		return INSN_EXTEND;
	case ZYDIS_MNEMONIC_LEA:
		return INSN_LEA;
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_INC:
		return INSN_ADD;
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_DEC:
		return INSN_SUB;
	case ZYDIS_MNEMONIC_IMUL:
		return INSN_MULTIPLY;
	case ZYDIS_MNEMONIC_SHL:
		return INSN_SHIFT;
	case ZYDIS_MNEMONIC_AND:
		return INSN_AND;
	case ZYDIS_MNEMONIC_OR:
		return INSN_OR;
	case ZYDIS_MNEMONIC_XOR:
		return INSN_ZERO;
	case ZYDIS_MNEMONIC_XCHG:
	case ZYDIS_MNEMONIC_XADD:
	case ZYDIS_MNEMONIC_CMPXCHG:
		return INSN_EXCHANGE;
	case ZYDIS_MNEMONIC_PUSH:
		return INSN_PUSH;
	case ZYDIS_MNEMONIC_POP:
		return INSN_POP;
	case ZYDIS_MNEMONIC_LEAVE:
		return INSN_LEAVE;
	case ZYDIS_MNEMONIC_ENDBR64:
		return INSN_NOP;
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
	case ZYDIS_MNEMONIC_INT3:
		return INSN_STOP;
	default:
		return op_of_jump(zydis);
	}
}

static void take_memory(struct insn *insn, const ZydisDecodedInstruction *zydis, const ZydisDecodedOperand *operand)
{
	bool writes = operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
	bool string = operand->visibility != ZYDIS_OPERAND_VISIBILITY_EXPLICIT;

	/* movs has two: the one it writes is what matters. Hidden ones (push, call) are the stack's. */
	if (operand->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN && zydis->meta.category != ZYDIS_CATEGORY_STRINGOP)
		return;
	if (insn->memory && !writes)
		return;
	insn->memory = true;
	insn->base = operand->mem.base == ZYDIS_REGISTER_RIP ? INSN_NONE : register_number(operand->mem.base);
	insn->index = register_number(operand->mem.index);
	insn->scale = operand->mem.index == ZYDIS_REGISTER_NONE ? 0 : operand->mem.scale;
	insn->displacement = operand->mem.disp.has_displacement ? operand->mem.disp.value : 0;
	if (operand->mem.base == ZYDIS_REGISTER_RIP)
		insn->displacement += (int64_t)(insn->pc + insn->length);
	insn->flags &= (uint16_t)~(INSN_READS | INSN_WRITES | INSN_STRING);
	if (operand->mem.type != ZYDIS_MEMOP_TYPE_MEM)
		return;
	if (string)
		insn->flags |= INSN_STRING;
	if (operand->actions & ZYDIS_OPERAND_ACTION_MASK_READ)
		insn->flags |= INSN_READS;
	if (writes)
		insn->flags |= INSN_WRITES;
	if (operand->mem.segment == ZYDIS_REGISTER_FS || operand->mem.segment == ZYDIS_REGISTER_GS)
		insn->flags |= INSN_SEGMENT;
	insn->width = (uint8_t)(operand->size / 8 > 255 ? 255 : operand->size / 8);
}

static void take_register(struct insn *insn, const ZydisDecodedOperand *operand)
{
	int8_t reg = register_number(operand->reg.value);
	bool writes = operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
	/* Short forms name rax without spelling it out. */
	bool named = operand->visibility != ZYDIS_OPERAND_VISIBILITY_HIDDEN;

	if (writes && reg >= 0)
		insn->clobbers |= (uint16_t)(1u << reg);
	if (!named)
		return;
	if (!insn->memory && operand->id == 0)
		insn->width = (uint8_t)(operand->size / 8 > 255 ? 255 : operand->size / 8);
	if (operand->id == 0 && writes)
		insn->dst = reg;
	else
		insn->src = reg;
}

static void take_operands(struct insn *insn, const ZydisDecodedInstruction *zydis, const ZydisDecodedOperand *operands)
{
	for (unsigned i = 0; i < zydis->operand_count; i++) {
		const ZydisDecodedOperand *operand = &operands[i];

		if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY) {
			take_memory(insn, zydis, operand);
		} else if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER) {
			take_register(insn, operand);
		} else if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
			insn->flags |= INSN_HAS_IMM;
			insn->imm = operand->imm.value.s;
			if (operand->imm.is_relative)
				insn->imm += (int64_t)(insn->pc + insn->length);
			if (operand->id == 2)
				insn->flags |= INSN_THREE;
		}
	}
}

/* The forms of an operation that differ by where its operands stand. */
static void settle(struct insn *insn, const ZydisDecodedInstruction *zydis, const ZydisDecodedOperand *operands)
{
	switch (insn->op) {
	case INSN_MOVE:
		if (insn->flags & INSN_WRITES)
			insn->op = INSN_STORE;
		else if (insn->flags & INSN_READS)
			insn->op = INSN_LOAD;
		else if (insn->dst == INSN_NONE || (insn->src == INSN_NONE && !(insn->flags & INSN_HAS_IMM)))
			insn->op = INSN_OTHER;
		break;
	case INSN_ZERO:
		if (insn->memory || insn->dst == INSN_NONE || insn->dst != insn->src || insn->width < 4)
			insn->op = INSN_OTHER;
		break;
	case INSN_SUB:
		if (!insn->memory && insn->dst >= 0 && insn->dst == insn->src && insn->width >= 4)
			insn->op = INSN_ZERO;
		break;
	case INSN_MULTIPLY:
		if (!(insn->flags & INSN_THREE) || insn->dst == INSN_NONE)
			insn->op = INSN_OTHER;
		break;
	case INSN_SHIFT:
	case INSN_AND:
	case INSN_OR:
		if (insn->memory || !(insn->flags & INSN_HAS_IMM))
			insn->op = INSN_OTHER;
		break;
	case INSN_CALL:
	case INSN_JUMP:
		if (operands[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE)
			insn->flags |= INSN_INDIRECT;
		break;
	default:
		break;
	}
	if (zydis->mnemonic == ZYDIS_MNEMONIC_INC || zydis->mnemonic == ZYDIS_MNEMONIC_DEC) {
		insn->flags |= INSN_HAS_IMM;
		insn->imm = 1;
		insn->src = INSN_NONE;
	}
}

void insn_decode(const uint8_t *bytes, size_t n, uint64_t pc, struct insn *ret)
{
	ZydisDecodedInstruction zydis;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

	*ret = (struct insn){.pc = pc, .length = 1, .op = INSN_BAD, .dst = INSN_NONE, .src = INSN_NONE,
	                     .base = INSN_NONE, .index = INSN_NONE};
	if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, bytes, n, &zydis, operands)))
		return;
	ret->length = zydis.length;
	ret->mnemonic = (uint16_t)zydis.mnemonic;
	ret->op = (uint8_t)op_of(&zydis);
	if (ret->op == INSN_NOP)
		return;
	take_operands(ret, &zydis, operands);
	if (zydis.attributes & ZYDIS_ATTRIB_HAS_LOCK ||
	    (zydis.mnemonic == ZYDIS_MNEMONIC_XCHG && ret->flags & INSN_WRITES))
		ret->flags |= INSN_LOCKED;
	if (zydis.attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE))
		ret->flags |= INSN_REPEATED;
	if (zydis.encoding == ZYDIS_INSTRUCTION_ENCODING_VEX || zydis.encoding == ZYDIS_INSTRUCTION_ENCODING_EVEX)
		ret->flags |= INSN_VEX;
	settle(ret, &zydis, operands);
}

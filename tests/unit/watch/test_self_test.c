/*
 * test_self_test.c - the self-test on this kernel, and that what it calls tested is no more than what it tests
 */
#include "probe_child.h"

#include "watch/self_test_inside.h"

#include <Zydis/Zydis.h>

static void tell(const struct self_test *test)
{
	for (unsigned kind = 0; kind < SELF_TEST_KINDS; kind++) {
		const struct self_test_result *result = &test->of[kind];

		printf("# %-20s %s, %u forms, %u lost, %u harmed, %.0f ns%s%s\n", self_test_name(kind),
		       result->sound ? "sound" : "not sound", result->forms, result->lost, result->harmed, result->cost_ns,
		       result->why ? ": " : "", result->why ? result->why : "");
	}
}

static void test_run(const struct kernel_options *options, const char *name)
{
	struct kernel *kernel = kernel_or_skip(options);
	struct self_test test;
	struct watch_error error = {""};
	uint64_t begin = kernel_now_ns();

	if (!kernel)
		return;
	tap_eq_int(self_test_run(kernel, &test, &error), 0, "%s: the self-test runs %s", name, error.text);
	printf("# %.0f ms\n", (double)(kernel_now_ns() - begin) / 1e6);
	tell(&test);
	for (unsigned kind = 0; kind < SELF_TEST_KINDS; kind++)
		tap_ok(test.of[kind].tried && (test.of[kind].sound || kind == SELF_TEST_POINT), "%s: %s", name,
		       self_test_name(kind));
	tap_eq_int(kernel_totals(kernel)->hold_spent_ns, 0, "%s: no holds are left in the totals", name);
	kernel_close(kernel);
}

/* The control: that harm would be seen. */
static void test_control(void)
{
	struct kernel *kernel = kernel_or_skip(NULL);
	struct self_test_result result;
	struct watch_error error = {""};
	int code;

	if (!kernel)
		return;
	code = self_test_control(kernel, &result, &error);
	printf("# control: %u forms, %u lost, %u harmed: %s\n", result.forms, result.lost, result.harmed,
	       code ? error.text : result.why);
	if (code || !result.harmed)
		tap_skip("this kernel harms none of the control's forms");
	else
		tap_ok(!result.sound && result.forms >= result.harmed, "%u of %u forms that are never probed come to harm",
		       result.harmed, result.forms);
	kernel_close(kernel);
}

/* Bytes of the address that a form's bytes would be decoded at do not matter to what kind it is. */
static void test_kinds(void)
{
	static const struct {
		const char *bytes, *name;
		size_t n;
	} never[] = {
		{"\xc5\xfe\x7f\x07", "vmovdqu", 4}, {"\x62\xf1\x7e\x48\x7f\x07", "vmovdqu32", 6},
		{"\xf0\x48\x89\x07", "lock prefix", 4}, {"\xf0\x48\x01\x07", "lock add", 4},
		{"\x48\x87\x07", "xchg", 3}, {"\x0f\x1f\x44\x00\x00", "nop of 5", 5},
		{"\x66\x90", "nop of 2", 2}, {"\x0f\x1f\x00", "nop of 3", 3}, {"\xf3\x48\xab", "rep stos", 3},
		{"\x48\xab", "stos", 2}, {"\x64\x48\x89\x07", "mov to fs", 4},
		{"\x65\x89\x07", "mov to gs", 3}, {"\xf3\x90", "pause", 2}, {"\xc3", "ret", 1},
		{"\x5d", "pop", 1}, {"\xff\xd0", "call by register", 2}, {"\xff\x10", "call by memory", 2},
		{"\xff\x30", "push of memory", 2}, {"\x48\x39\x07", "cmp of memory", 3},
		{"\x48\x3b\x07", "cmp with memory", 3}, {"\x48\x11\x07", "adc", 3},
		{"\x48\x83\x17\x01", "adc of 1", 4}, {"\x48\x83\x3f\x01", "cmp of memory and 1", 4},
		{"\x48\x8b\x07", "load", 3}, {"\x0f\x10\x07", "movups load", 3}, {"\x0f\xc3\x07", "movnti", 3},
		{"\x0f\xb0\x0f", "cmpxchg", 3}, {"\x67\x89\x07", "32-bit address", 3},
		{"\xe3\x10", "jrcxz", 2}, {"\xe2\x10", "loop", 2},
		{"\x68\x01\x00\x00\x00", "push of a number", 5}, {"\xcc", "int3", 1}, {"", "nothing", 0},
		{"\x48", "REX alone", 1}, {"\x0f", "escape alone", 1}, {"\x8f\x07", "pop to memory", 2},
		{"\x66\x0f\xe7\x07", "movntdq", 4}, {"\x66\x0f\x11\x07", "movupd", 4},
		{"\xf2\xff\x25\x00\x00\x00\x00", "bnd jmp", 7},
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		tap_eq_int(self_test_kind_of((const uint8_t *)never[i].bytes, never[i].n), SELF_TEST_KINDS, "never: %s",
		           never[i].name);
}

/* Each form is one instruction, and of the kind that it is tried as. */
static void test_forms(void)
{
	struct forms forms;
	ZydisDecoder decoder;
	unsigned wrong = 0, bad = 0;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (!tap_eq_int(self_test_forms(&forms), 0, "the list of forms"))
		return;
	for (size_t i = 0; i + 1 < forms.n; i++) {
		const struct form *form = &forms.forms[i];
		ZydisDecodedInstruction insn;
		ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];

		bad += !ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, form->bytes, form->n, &insn,
		                                            operands)) || insn.length != form->n;
		wrong += self_test_kind_of(form->bytes, form->n) != form->kind;
	}
	tap_eq_int(bad, 0, "each of %zu forms is one instruction", forms.n - 1);
	tap_eq_int(wrong, 0, "of the kind that it is tried as");
	free(forms.forms);
}

static bool is_store(enum self_test_kind kind)
{
	return kind == SELF_TEST_MOV_STORE || kind == SELF_TEST_ARITHMETIC_STORE || kind == SELF_TEST_SSE_STORE;
}

/* Any bytes that are of a kind are one of the instructions that the kind is for, by another decoder. */
static void test_random(void)
{
	ZydisDecoder decoder;
	unsigned seen[SELF_TEST_KINDS] = {0}, wrong = 0;
	uint64_t state = 1;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	for (unsigned i = 0; i < 3000000; i++) {
		uint8_t bytes[16];
		ZydisDecodedInstruction insn;
		ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
		enum self_test_kind kind;
		bool store;

		for (unsigned at = 0; at < 16; at += 8) {
			state = state * 6364136223846793005 + 1442695040888963407;
			uint64_t word = state ^ state >> 33;

			memcpy(bytes + at, &word, 8);
		}
		kind = self_test_kind_of(bytes, sizeof(bytes));
		if (kind == SELF_TEST_KINDS)
			continue;
		if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, sizeof(bytes), &insn, operands)))
			continue;
		seen[kind]++;
		store = operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY &&
		        operands[0].actions & ZYDIS_OPERAND_ACTION_WRITE;
		if (is_store(kind) != store)
			wrong += kind != SELF_TEST_PUSH && kind != SELF_TEST_CALL;
		wrong += insn.encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY;
		wrong += (insn.attributes & (ZYDIS_ATTRIB_HAS_LOCK | ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPZ |
		                             ZYDIS_ATTRIB_HAS_SEGMENT)) != 0;
		wrong += kind == SELF_TEST_NOP && insn.length != 1;
	}
	for (unsigned kind = 0; kind < SELF_TEST_HOLD; kind++)
		tap_ok(seen[kind] > 0, "%u random instructions of kind %s", seen[kind], self_test_name(kind));
	tap_eq_int(wrong, 0, "all of them are what their kind says");
}

int main(void)
{
	test_kinds();
	test_forms();
	test_random();
	test_run(NULL, "many");
	test_run(&(struct kernel_options){.no_multi = true}, "single");
	test_control();
	return tap_done();
}

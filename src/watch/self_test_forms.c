/*
 * self_test_forms.c - the encodings that may bear a probe, and how to tell one
 *
 * Both lists are here, side by side: what is made for the test, and what is taken for tested. The second must not be
 * wider than the first.
 */
#include "watch/self_test_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what kind is it? ------------------------------------------------------------------------------------------ */

/* An instruction cut in its parts, as far as the lists here go. */
struct cut {
	uint8_t prefix;               /* 0x66, 0xf2, 0xf3 or 0 */
	uint8_t rex;
	bool escape;                  /* 0x0f before the opcode */
	uint8_t opcode, modrm;
	bool has_modrm;
};

static bool cut(const uint8_t *bytes, size_t n, struct cut *ret)
{
	size_t i = 0;

	memset(ret, 0, sizeof(*ret));
	if (i < n && (bytes[i] == 0x66 || bytes[i] == 0xf2 || bytes[i] == 0xf3))
		ret->prefix = bytes[i++];
	if (i < n && bytes[i] >> 4 == 4)
		ret->rex = bytes[i++];
	if (i < n && bytes[i] == 0x0f) {
		ret->escape = true;
		i++;
	}
	if (i >= n)
		return false;
	ret->opcode = bytes[i++];
	ret->has_modrm = i < n;
	ret->modrm = ret->has_modrm ? bytes[i] : 0;
	return true;
}

static enum self_test_kind sse_kind(const struct cut *cut)
{
	static const uint8_t stores[][2] = {
		{0, 0x11}, {0, 0x29}, {0x66, 0x29}, {0xf3, 0x7f}, {0x66, 0x7f}, {0xf3, 0x11}, {0xf2, 0x11},
		{0x66, 0xd6}, {0x66, 0x7e},
	};

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (cut->prefix == stores[i][0] && cut->opcode == stores[i][1])
			return SELF_TEST_SSE_STORE;
	return SELF_TEST_KINDS;
}

/* Is `/digit` of the opcode one of add, or, and, sub, xor? */
static bool is_group(uint8_t modrm)
{
	unsigned digit = modrm >> 3 & 7;

	return digit == 0 || digit == 1 || digit == 4 || digit == 5 || digit == 6;
}

static enum self_test_kind memory_kind(const struct cut *cut)
{
	uint8_t opcode = cut->opcode, digit = cut->modrm >> 3 & 7;

	if (opcode == 0x88 || opcode == 0x89 || ((opcode == 0xc6 || opcode == 0xc7) && digit == 0))
		return SELF_TEST_MOV_STORE;
	if ((opcode & 0xc6) == 0 && opcode < 0x38 && opcode >> 3 != 2 && opcode >> 3 != 3)
		return SELF_TEST_ARITHMETIC_STORE;
	if ((opcode == 0x80 || opcode == 0x81 || opcode == 0x83) && is_group(cut->modrm))
		return SELF_TEST_ARITHMETIC_STORE;
	if ((opcode == 0xfe || opcode == 0xff) && digit <= 1)
		return SELF_TEST_ARITHMETIC_STORE;
	return SELF_TEST_KINDS;
}

/* Of registers alone: test, cmp, mov, and what moves rsp. */
static enum self_test_kind register_kind(const struct cut *cut)
{
	uint8_t opcode = cut->opcode;

	if (cut->prefix)
		return SELF_TEST_KINDS;
	if (opcode == 0x85 || opcode == 0x39 || opcode == 0x3b || opcode == 0x89 || opcode == 0x8b)
		return SELF_TEST_TEST;
	/* cmp and sub with an immediate */
	if (opcode == 0x83 && ((cut->modrm >> 3 & 7) == 7 || (cut->modrm >> 3 & 7) == 5))
		return SELF_TEST_TEST;
	return SELF_TEST_KINDS;
}

enum self_test_kind self_test_kind_of(const uint8_t *bytes, size_t n)
{
	static const uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	struct cut parts;

	if (n >= sizeof(endbr64) && memcmp(bytes, endbr64, sizeof(endbr64)) == 0)
		return SELF_TEST_TEST;
	if (n && bytes[0] == 0x90)
		return SELF_TEST_NOP;
	if (!cut(bytes, n, &parts))
		return SELF_TEST_KINDS;
	if (!parts.escape && parts.opcode >= 0x50 && parts.opcode <= 0x57)
		return !parts.prefix && (!parts.rex || parts.rex == 0x41) ? SELF_TEST_PUSH : SELF_TEST_KINDS;
	if (!parts.prefix && !parts.rex) {
		if (!parts.escape && (parts.opcode == 0xeb || parts.opcode == 0xe9 || parts.opcode >> 4 == 7))
			return SELF_TEST_JUMP;
		if (parts.escape && parts.opcode >> 4 == 8)
			return SELF_TEST_JUMP;
		if (!parts.escape && parts.opcode == 0xe8)
			return SELF_TEST_CALL;
	}
	if (!parts.has_modrm)
		return SELF_TEST_KINDS;
	if (parts.modrm >> 6 == 3)
		return parts.escape ? SELF_TEST_KINDS : register_kind(&parts);
	if (parts.escape)
		return sse_kind(&parts);
	return parts.prefix == 0xf2 || parts.prefix == 0xf3 ? SELF_TEST_KINDS : memory_kind(&parts);
}

/* ---- forms to try ---------------------------------------------------------------------------------------------- */

static struct form *new_form(struct forms *forms, enum self_test_kind kind)
{
	if (forms->n == forms->size) {
		size_t size = forms->size ? forms->size * 2 : 256;
		struct form *grown = realloc(forms->forms, size * sizeof(*grown));

		if (!grown) {
			forms->no_memory = true;
			return NULL;
		}
		forms->forms = grown;
		forms->size = size;
	}
	forms->forms[forms->n] = (struct form){
		.kind = (uint8_t)kind, .base = FORM_NO_REGISTER, .index = FORM_NO_REGISTER, .scale = 1,
	};
	return &forms->forms[forms->n++];
}

/* Bytes as they are. */
static void plain(struct forms *forms, enum self_test_kind kind, const char *bytes, size_t n)
{
	struct form *form = new_form(forms, kind);

	if (!form)
		return;
	memcpy(form->bytes, bytes, n);
	form->n = (uint8_t)n;
}

/* How a form says its address. */
struct mode {
	int8_t base, index;           /* FORM_NO_REGISTER: none; both: by absolute address, or rip */
	uint8_t scale;
	bool rip;
	uint8_t width;                /* of the displacement: 0, 1, 4 */
	int32_t displacement;
};

static const struct mode modes[] = {
	{7, -1, 1, false, 0, 0},            /* (%rdi) */
	{7, -1, 1, false, 1, 0x10},
	{3, -1, 1, false, 4, 0x120},        /* (%rbx) */
	{4, -1, 1, false, 1, 0x20},         /* (%rsp): needs a SIB byte */
	{5, -1, 1, false, 1, 0},            /* (%rbp): needs a displacement */
	{12, -1, 1, false, 0, 0},           /* (%r12): needs a SIB byte */
	{13, -1, 1, false, 1, 0x30},
	{8, -1, 1, false, 4, -0x40},
	{0, 1, 8, false, 0, 0},             /* (%rax,%rcx,8) */
	{6, 9, 4, false, 1, 0x40},          /* (%rsi,%r9,4) */
	{13, 12, 1, false, 1, -0x10},       /* (%r13,%r12,1) */
	{-1, 2, 8, false, 4, 0},            /* array(,%rdx,8) */
	{-1, -1, 1, true, 4, 0},            /* word(%rip) */
	{-1, -1, 1, false, 4, 0},           /* word */
	{15, 14, 2, false, 4, 0x200},
	{2, -1, 1, false, 1, -0x20},        /* (%rdx) */
};
enum { MODES = sizeof(modes) / sizeof(modes[0]) };

/* An instruction with a memory operand. */
struct pattern {
	enum self_test_kind kind;
	uint8_t prefix;
	bool wide;                    /* REX.W */
	bool escape;
	uint8_t opcode;
	int8_t digit;                 /* of an opcode with a digit in place of a register; -1: a register */
	uint8_t immediate;            /* bytes */
};

static void put_address(struct form *form, const struct mode *mode, unsigned reg)
{
	unsigned base = mode->base < 0 ? 5 : (unsigned)mode->base & 7;
	unsigned index = mode->index < 0 ? 4 : (unsigned)mode->index & 7;
	unsigned scale = mode->scale == 8 ? 3 : mode->scale == 4 ? 2 : mode->scale == 2 ? 1 : 0;
	unsigned mod = mode->base < 0 ? 0 : mode->width == 1 ? 1 : mode->width == 4 ? 2 : 0;
	bool sib = !mode->rip && (mode->index >= 0 || mode->base < 0 || base == 4);

	form->bytes[form->n++] = (uint8_t)(mod << 6 | (reg & 7) << 3 | (sib ? 4 : base));
	if (sib)
		form->bytes[form->n++] = (uint8_t)(scale << 6 | index << 3 | base);
	if (mode->rip)
		form->rip_at = form->n;
	else if (mode->base < 0)
		form->absolute_at = form->n;
	memcpy(form->bytes + form->n, &mode->displacement, mode->width);
	form->n = (uint8_t)(form->n + mode->width);
}

static void memory_form(struct forms *forms, const struct pattern *pattern, const struct mode *mode, unsigned reg)
{
	struct form *form = new_form(forms, pattern->kind);
	uint8_t rex = 0;

	if (!form)
		return;
	form->base = mode->base;
	form->index = mode->index;
	form->scale = mode->scale;
	if (pattern->prefix)
		form->bytes[form->n++] = pattern->prefix;
	rex = (uint8_t)((pattern->wide ? 8 : 0) | (reg & 8 ? 4 : 0) | (mode->index > 7 ? 2 : 0) |
	                (mode->base > 7 ? 1 : 0));
	/* sil and dil, too, are only there with a REX prefix. */
	if (rex || (pattern->digit < 0 && pattern->opcode == 0x88 && (reg == 6 || reg == 7)))
		form->bytes[form->n++] = (uint8_t)(0x40 | rex);
	if (pattern->escape)
		form->bytes[form->n++] = 0x0f;
	form->bytes[form->n++] = pattern->opcode;
	put_address(form, mode, reg);
	for (unsigned i = 0; i < pattern->immediate; i++)
		form->bytes[form->n++] = (uint8_t)(0x5a + i * 0x11);
}

/* A pattern in so many of the modes, with changing registers. */
static void memory_forms(struct forms *forms, const struct pattern *pattern, size_t first, size_t n)
{
	static const uint8_t registers[] = {0, 1, 6, 9, 3, 15, 7, 8, 2, 14, 5};

	for (size_t i = 0; i < n; i++)
		memory_form(forms, pattern, &modes[(first + i) % MODES],
		            pattern->digit >= 0 ? (unsigned)pattern->digit
		                                : registers[(first + i * 3) % sizeof(registers)]);
}

/* One opcode in 1 (opcode), 2, 4 and 8 bytes (opcode + 1). immediate: bytes of it at most, 0 for none. */
static void each_width(struct forms *forms, enum self_test_kind kind, uint8_t opcode, int8_t digit, unsigned immediate,
                       size_t first, size_t n)
{
	static const struct {
		uint8_t prefix, wide, bytes;
	} widths[] = {{0, 0, 1}, {0x66, 0, 2}, {0, 0, 4}, {0, 1, 4}};

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct pattern pattern = {
			.kind = kind, .prefix = widths[i].prefix, .wide = widths[i].wide, .digit = digit,
			.opcode = (uint8_t)(opcode + (i > 0)),
			.immediate = immediate < widths[i].bytes ? (uint8_t)immediate : widths[i].bytes,
		};

		memory_forms(forms, &pattern, first + i * n, n);
	}
}

static void arithmetic_forms(struct forms *forms)
{
	static const int8_t digits[] = {0, 1, 4, 5, 6};

	for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
		struct pattern byte = {
			.kind = SELF_TEST_ARITHMETIC_STORE, .opcode = 0x83, .digit = digits[i], .immediate = 1,
		};

		each_width(forms, SELF_TEST_ARITHMETIC_STORE, (uint8_t)(digits[i] << 3), -1, 0, i, 5);
		each_width(forms, SELF_TEST_ARITHMETIC_STORE, 0x80, digits[i], 4, i * 3, 3);
		memory_forms(forms, &byte, i, 3);
		byte.wide = true;
		memory_forms(forms, &byte, i + 3, 3);
		byte.wide = false;
		byte.prefix = 0x66;
		memory_forms(forms, &byte, i + 6, 3);
	}
	each_width(forms, SELF_TEST_ARITHMETIC_STORE, 0xfe, 0, 0, 0, 5);
	each_width(forms, SELF_TEST_ARITHMETIC_STORE, 0xfe, 1, 0, 3, 5);
}

static void sse_forms(struct forms *forms)
{
	static const struct pattern patterns[] = {
		{SELF_TEST_SSE_STORE, 0, false, true, 0x11, -1, 0},    /* movups */
		{SELF_TEST_SSE_STORE, 0, false, true, 0x29, -1, 0},    /* movaps */
		{SELF_TEST_SSE_STORE, 0x66, false, true, 0x29, -1, 0}, /* movapd */
		{SELF_TEST_SSE_STORE, 0xf3, false, true, 0x7f, -1, 0}, /* movdqu */
		{SELF_TEST_SSE_STORE, 0x66, false, true, 0x7f, -1, 0}, /* movdqa */
		{SELF_TEST_SSE_STORE, 0xf3, false, true, 0x11, -1, 0}, /* movss */
		{SELF_TEST_SSE_STORE, 0xf2, false, true, 0x11, -1, 0}, /* movsd */
		{SELF_TEST_SSE_STORE, 0x66, false, true, 0xd6, -1, 0}, /* movq */
		{SELF_TEST_SSE_STORE, 0x66, true, true, 0x7e, -1, 0},  /* movq of a general register */
		{SELF_TEST_SSE_STORE, 0x66, false, true, 0x7e, -1, 0}, /* movd */
	};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		memory_forms(forms, &patterns[i], i, MODES);
}

static void emulated_forms(struct forms *forms)
{
	char bytes[8] = {0};

	for (unsigned i = 0; i < 8; i++) {
		bytes[0] = (char)(0x50 + i);
		plain(forms, SELF_TEST_PUSH, bytes, 1);
		bytes[0] = 0x41;
		bytes[1] = (char)(0x50 + i);
		plain(forms, SELF_TEST_PUSH, bytes, 2);
	}
	plain(forms, SELF_TEST_NOP, "\x90", 1);
	/* All to landing B, and one back to A. The distance counts from the end of the instruction. */
	plain(forms, SELF_TEST_JUMP, "\xeb\x3e", 2);
	plain(forms, SELF_TEST_JUMP, "\xeb\xde", 2);
	plain(forms, SELF_TEST_JUMP, "\xe9\x3b\0\0\0", 5);
	plain(forms, SELF_TEST_JUMP, "\xe9\xdb\xff\xff\xff", 5);
	for (unsigned i = 0; i < 16; i++) {
		plain(forms, SELF_TEST_JUMP, (char[]){(char)(0x70 + i), 0x3e}, 2);
		plain(forms, SELF_TEST_JUMP, (char[]){0x0f, (char)(0x80 + i), 0x3a, 0, 0, 0}, 6);
	}
	plain(forms, SELF_TEST_CALL, "\xe8\x3b\0\0\0", 5);
	plain(forms, SELF_TEST_CALL, "\xe8\xdb\xff\xff\xff", 5);
}

static void register_forms(struct forms *forms)
{
	plain(forms, SELF_TEST_TEST, "\x48\x85\xff", 3);     /* test %rdi,%rdi */
	plain(forms, SELF_TEST_TEST, "\x85\xc0", 2);
	plain(forms, SELF_TEST_TEST, "\x4d\x85\xc9", 3);
	plain(forms, SELF_TEST_TEST, "\x48\x39\xf7", 3);     /* cmp %rsi,%rdi */
	plain(forms, SELF_TEST_TEST, "\x48\x3b\xfe", 3);
	plain(forms, SELF_TEST_TEST, "\x39\xd1", 2);
	plain(forms, SELF_TEST_TEST, "\x48\x83\xff\x10", 4); /* cmp $16,%rdi */
	plain(forms, SELF_TEST_TEST, "\x48\x83\xec\x18", 4); /* sub $24,%rsp */
	plain(forms, SELF_TEST_TEST, "\x48\x89\xf8", 3);     /* mov %rdi,%rax */
	plain(forms, SELF_TEST_TEST, "\x48\x8b\xc7", 3);
	plain(forms, SELF_TEST_TEST, "\x41\x89\xd0", 3);
	plain(forms, SELF_TEST_TEST, "\xf3\x0f\x1e\xfa", 4); /* endbr64 */
}

/* Ends the list with the function that threads store by. */
static int end(struct forms *forms)
{
	plain(forms, SELF_TEST_HOLD, "\x48\x89\x37\x90\xc3", 5); /* mov %rsi,(%rdi); nop; ret */
	if (forms->no_memory) {
		free(forms->forms);
		memset(forms, 0, sizeof(*forms));
		return -ENOMEM;
	}
	return 0;
}

int self_test_forms(struct forms *forms)
{
	memset(forms, 0, sizeof(*forms));
	emulated_forms(forms);
	each_width(forms, SELF_TEST_MOV_STORE, 0x88, -1, 0, 0, MODES);
	each_width(forms, SELF_TEST_MOV_STORE, 0xc6, 0, 4, 0, MODES);
	/* ah to bh, which are only there without a REX prefix */
	plain(forms, SELF_TEST_MOV_STORE, "\x88\x67\x10", 3);
	plain(forms, SELF_TEST_MOV_STORE, "\x88\x7f\x10", 3);
	for (size_t i = 1; i <= 2 && !forms->no_memory; i++)
		forms->forms[forms->n - i].base = 7;
	arithmetic_forms(forms);
	sse_forms(forms);
	register_forms(forms);
	return end(forms);
}

/* Stores that a kernel was seen to lose, and the nop that one makes a call of, which writes into the red zone. */
int self_test_control_forms(struct forms *forms)
{
	enum self_test_kind kind = (enum self_test_kind)SELF_TEST_CONTROL_KIND;

	memset(forms, 0, sizeof(*forms));
	if (__builtin_cpu_supports("avx")) {
		plain(forms, kind, "\xc5\xfe\x7f\x07", 4); /* vmovdqu %ymm0,(%rdi) */
		plain(forms, kind, "\xc5\xfd\x7f\x07", 4); /* vmovdqa %ymm0,(%rdi) */
		plain(forms, kind, "\xc5\xf9\x7e\x07", 4); /* vmovd %xmm0,(%rdi) */
	}
	plain(forms, kind, "\x0f\x1f\x44\x00\x00", 5);
	for (size_t i = 0; i < forms->n && !forms->no_memory; i++)
		forms->forms[i].base = 7;
	return end(forms);
}

/* ---- the image ------------------------------------------------------------------------------------------------- */

static uint8_t *put_offset(uint8_t *to, int64_t offset)
{
	int32_t offset32 = (int32_t)offset;

	memcpy(to, &offset32, sizeof(offset32));
	return to + sizeof(offset32);
}

/* marker = value; out. Neither touches a register or a flag. at: offset in the image. */
static void put_landing(uint8_t *image, size_t at, size_t page, uint8_t value)
{
	uint8_t *to = image + at;

	*to++ = 0xc6;                         /* movb $value,marker(%rip) */
	*to++ = 0x05;
	to = put_offset(to, (int64_t)(page + PAGE_MARKER) - (int64_t)(at + 7));
	*to++ = value;
	*to++ = 0xff;                         /* jmp *back(%rip) */
	*to++ = 0x25;
	put_offset(to, (int64_t)(page + PAGE_BACK) - (int64_t)(at + 13));
}

uint8_t *self_test_image(const struct forms *forms, uint64_t data, size_t *ret_size, size_t *ret_page)
{
	size_t page_size = 4096, page = (forms->n * FORM_SLOT + page_size - 1) / page_size * page_size;
	uint8_t *image = malloc(page + page_size);

	if (!image)
		return NULL;
	memset(image, 0xcc, page);
	memset(image + page, 0, page_size);
	for (size_t i = 0; i < forms->n; i++) {
		const struct form *form = &forms->forms[i];
		size_t at = i * FORM_SLOT + FORM_AT;
		int32_t absolute = (int32_t)(data + DATA_AT);

		memcpy(image + at, form->bytes, form->n);
		if (form->rip_at)
			put_offset(image + at + form->rip_at, (int64_t)(page + PAGE_SCRATCH) - (int64_t)(at + form->n));
		if (form->absolute_at)
			memcpy(image + at + form->absolute_at, &absolute, sizeof(absolute));
		put_landing(image, at + form->n, page, 1);
		put_landing(image, i * FORM_SLOT + FORM_A, page, 2);
		put_landing(image, i * FORM_SLOT + FORM_B, page, 3);
	}
	*ret_size = page + page_size;
	*ret_page = page;
	return image;
}

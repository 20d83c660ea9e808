/*
 * usdt_arg.c - an argument of a probe point: SIZE@PLACE
 *
 *     8@%rdi    -4@-12(%rbp)    8@16(%rax,%rbx,4)    8@$5    1@%ah
 *
 * SIZE is missing in old notes; negative: signed. PLACE is an operand as the assembler writes it. Each part is taken
 * off the front, and what is left over makes the argument UNKNOWN: a guess would be a wrong value.
 */
#include "scan/usdt.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *cursor, char byte)
{
	if (cursor->at == cursor->end || *cursor->at != byte)
		return false;
	cursor->at++;
	return true;
}

/* A number in C's writing, with its sign. */
static bool take_number(struct cursor *cursor, int64_t *ret_number)
{
	struct cursor now = *cursor;
	bool negative = take(&now, '-');
	unsigned base = 10, digits = 0;
	uint64_t number = 0;

	if (!negative)
		take(&now, '+');
	if (now.end - now.at > 2 && now.at[0] == '0' && (now.at[1] | 0x20) == 'x') {
		base = 16;
		now.at += 2;
	}
	for (; now.at < now.end; now.at++, digits++) {
		char c = *now.at, low = (char)(c | 0x20);
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
		                 : low >= 'a' && low <= 'f' ? (unsigned)(low - 'a') + 10
		                                            : 16;

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(number, base, &number) || __builtin_add_overflow(number, digit, &number))
			return false;
	}
	if (!digits)
		return false;
	*ret_number = (int64_t)(negative ? -number : number);
	*cursor = now;
	return true;
}

/* Names of the first eight as DWARF counts them; the others are numbers already. */
static const char *const wide[8] = {"ax", "dx", "cx", "bx", "si", "di", "bp", "sp"};
static const char *const narrow[8] = {"al", "dl", "cl", "bl", "sil", "dil", "bpl", "spl"};
static const char *const high[4] = {"ah", "dh", "ch", "bh"};

static bool is_name(const char *text, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(text, name, n) == 0;
}

/* "r8" to "r15", with d, w or b behind. Returns: -1: it isn't one. */
static int numbered(const char *text, size_t n)
{
	int number = 0;
	size_t i = 1;

	if (n < 2 || text[0] != 'r')
		return -1;
	for (; i < n && i < 3 && text[i] >= '0' && text[i] <= '9'; i++)
		number = number * 10 + (text[i] - '0');
	if (i < n && strchr("dwb", text[i]))
		i++;
	return i == n && number >= 8 && number <= 15 && text[1] != '0' ? number : -1;
}

/* "%edi". Returns: its number, or -1: not a general register, and nothing taken. */
static int take_register(struct cursor *cursor, uint8_t *ret_shift)
{
	struct cursor now = *cursor;
	const char *name;
	size_t n = 0;
	int number;

	*ret_shift = 0;
	if (!take(&now, '%'))
		return -1;
	name = now.at;
	while (now.at < now.end && ((*now.at >= 'a' && *now.at <= 'z') || (*now.at >= '0' && *now.at <= '9')))
		now.at++;
	n = (size_t)(now.at - name);
	number = numbered(name, n);
	for (int i = 0; number < 0 && i < 8; i++) {
		bool prefixed = n == 3 && (name[0] == 'r' || name[0] == 'e') && is_name(name + 1, 2, wide[i]);

		if (prefixed || is_name(name, n, wide[i]) || is_name(name, n, narrow[i]))
			number = i;
	}
	for (int i = 0; number < 0 && i < 4; i++) {
		if (is_name(name, n, high[i])) {
			number = i;
			*ret_shift = 8;
		}
	}
	if (number >= 0)
		*cursor = now;
	return number;
}

/* "(%rax,%rbx,4)" and its parts. */
static bool take_base_index(struct cursor *cursor, struct scan_usdt_arg *arg)
{
	int64_t scale = 1;
	uint8_t shift;

	if (!take(cursor, '('))
		return false;
	arg->base = (int8_t)take_register(cursor, &shift);
	if (take(cursor, ',')) {
		arg->index = (int8_t)take_register(cursor, &shift);
		if (arg->index < 0 || (take(cursor, ',') && !take_number(cursor, &scale)))
			return false;
		if (scale != 1 && scale != 2 && scale != 4 && scale != 8)
			return false;
		arg->scale = (uint8_t)scale;
	}
	return take(cursor, ')') && (arg->base >= 0 || arg->index >= 0);
}

static bool take_size(struct cursor *cursor, struct scan_usdt_arg *arg)
{
	struct cursor now = *cursor;
	int64_t size;

	if (!take_number(&now, &size) || !take(&now, '@'))
		return true;
	arg->is_signed = size < 0;
	size = size < 0 ? -size : size;
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return false;
	arg->size = (uint8_t)size;
	*cursor = now;
	return true;
}

static bool take_place(struct cursor *cursor, struct scan_usdt_arg *arg)
{
	int number = take_register(cursor, &arg->shift);
	bool displaced;

	if (number >= 0) {
		arg->where = SCAN_USDT_REGISTER;
		arg->base = (int8_t)number;
		return true;
	}
	if (take(cursor, '$')) {
		arg->where = SCAN_USDT_CONSTANT;
		return take_number(cursor, &arg->displacement);
	}
	arg->where = SCAN_USDT_MEMORY;
	displaced = take_number(cursor, &arg->displacement);
	return cursor->at == cursor->end ? displaced : take_base_index(cursor, arg);
}

size_t scan_usdt_parse_arg(const char *text, size_t n, struct scan_usdt_arg *ret_arg)
{
	const char *blank = memchr(text, ' ', n);
	struct cursor cursor = {text, blank ? blank : text + n};
	struct scan_usdt_arg arg = {.base = -1, .index = -1};

	if (!take_size(&cursor, &arg) || !take_place(&cursor, &arg) || cursor.at != cursor.end)
		arg = (struct scan_usdt_arg){.size = arg.size, .is_signed = arg.is_signed, .base = -1, .index = -1};
	*ret_arg = arg;
	return (size_t)(cursor.end - text);
}

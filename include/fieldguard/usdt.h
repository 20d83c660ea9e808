/*
 * usdt.h - probe points in generated code: what is written to a shared record, told to who watches the process
 *
 * For generated code; names here may change between versions. Compiled with -DFG_USDT on x86-64 Linux, every write of a
 * generated function is a point that `fieldguard watch`, bpftrace, perf or gdb can be attached to: provider
 * "fieldguard", the point's name is the record's ("order"), and its arguments are
 *
 *     1  address of the shared record
 *     2  number of the field, as in enum order_field and in line `n` of the note (docs/note.md)
 *     3  value before, and
 *     4  value after: scalars of at most 8 bytes; floats as their bits. Fields of other types have neither
 *
 * The point lies where the writer has what it needs to write: behind the lock of a group, and before the write; where
 * one instruction reads and writes, behind it. It is a single nop of one byte: of longer ones the kernel makes a call,
 * which writes to the stack below code that calls nothing.
 *
 * Each record has one semaphore, in all notes of its points: attaching counts it up. FG_WATCHED is a load and a branch
 * that isn't taken; what only the watcher wants to know is computed behind it. Without FG_USDT all of this is nothing,
 * and the machine code is as if it weren't there. Code with and without it can be linked together.
 *
 * This is the one header of the library with inline assembly, and therefore one to be asked for: a point is an address
 * and the registers that values are in at that address, which only the compiler knows and only an assembler writes down
 * for others. No synchronisation depends on it, so it hides nothing from ThreadSanitizer.
 */
#ifndef FIELDGUARD_USDT_H
#define FIELDGUARD_USDT_H

#include <stdint.h>
#include <string.h>

#ifndef FG_USDT
#define FG_USDT 0
#endif
#if FG_USDT && defined(__x86_64__) && defined(__LP64__) && defined(__linux__) && defined(__ELF__) && defined(__GNUC__)
#define FG_USDT_ON 1
#else
#define FG_USDT_ON 0
#endif

#if FG_USDT_ON

/* One for a program or shared library, however many sources define it. Tools write it, through the process's memory:
 * hence volatile, used and in a section that is part of the file. */
#define FG_PROBE_SEMAPHORE(name)                                                                                       \
	__attribute__((weak, used, visibility("hidden"), section(".probes"))) volatile uint16_t name##_fg_semaphore

/* Is anything attached to a point of this record? May be late by what it takes a store to reach this core. */
#define FG_WATCHED(name) __builtin_expect(name##_fg_semaphore != 0, 0)

/*
 * A note as systemtap and gdb read it: owner "stapsdt", type 3; addresses of the point, of .stapsdt.base as linked
 * (whoever prelinks moves both), of the semaphore; provider, name, arguments. An argument is SIZE@PLACE, the size
 * negative where it is signed. The section isn't loaded, and goes with the function that it is of ("?").
 */
#define FG_USDT_NOTE_(name, arguments)                                                                                 \
	"990:\tnop\n"                                                                                                  \
	"\t.pushsection .note.stapsdt,\"?\",\"note\"\n"                                                                \
	"\t.balign 4\n"                                                                                                \
	"\t.4byte 992f-991f,994f-993f,3\n"                                                                             \
	"991:\t.asciz \"stapsdt\"\n"                                                                                   \
	"992:\t.balign 4\n"                                                                                            \
	"993:\t.8byte 990b,_.stapsdt.base," #name "_fg_semaphore\n"                                                    \
	"\t.asciz \"fieldguard\"\n"                                                                                    \
	"\t.asciz \"" #name "\"\n"                                                                                     \
	"\t.asciz \"" arguments "\"\n"                                                                                 \
	"994:\t.balign 4\n"                                                                                            \
	"\t.popsection\n"                                                                                              \
	"\t.ifndef _.stapsdt.base\n"                                                                                   \
	"\t.pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"                                      \
	"\t.weak _.stapsdt.base\n"                                                                                     \
	"\t.hidden _.stapsdt.base\n"                                                                                   \
	"_.stapsdt.base:\t.space 1\n"                                                                                  \
	"\t.size _.stapsdt.base,1\n"                                                                                   \
	"\t.popsection\n"                                                                                              \
	"\t.endif\n"

/* A float's bits; any other value as it is. value: a variable. */
#define FG_USDT_BITS_(value)                                                                                           \
	__builtin_choose_expr(__builtin_types_compatible_p(__typeof__(value), double), fg_usdt_bits64(&(value)),       \
			      __builtin_choose_expr(__builtin_types_compatible_p(__typeof__(value), float),            \
						    fg_usdt_bits32(&(value)), (value)))
/* `inline`: one instruction it is, and not as many as it has lines, when the compiler weighs what to inline. */
#if defined(__clang__) || __GNUC__ >= 9
#define FG_USDT_ASM_ __asm__ __inline__ __volatile__
#else
#define FG_USDT_ASM_ __asm__ __volatile__
#endif

/* Bytes of a value, negative where its type is signed. */
#define FG_USDT_SIZE_(value)                                                                                           \
	((__typeof__(value))-1 < (__typeof__(value))1 ? -(int)sizeof(value) : (int)sizeof(value))

static inline __attribute__((always_inline)) uint32_t fg_usdt_bits32(const void *value)
{
	uint32_t bits;

	memcpy(&bits, value, sizeof bits);
	return bits;
}

static inline __attribute__((always_inline)) uint64_t fg_usdt_bits64(const void *value)
{
	uint64_t bits;

	memcpy(&bits, value, sizeof bits);
	return bits;
}

/* A point of a scalar; all arguments are computed, watched or not. A value has a register or is a constant: memory
 * would do too, but is worth less to programs in the kernel. The barrier keeps the point on its side of the write. */
#define FG_PROBE(name, shared, field, before, after)                                                                   \
	do {                                                                                                           \
		__typeof__(after) fg_after_ = (after);                                                                 \
		__typeof__(after) fg_before_ = (__typeof__(after))(before);                                            \
		FG_USDT_ASM_(                                                                                          \
			FG_USDT_NOTE_(name, "8@%[record] 4@%[number] %c[size]@%[old] %c[size]@%[new]")                 \
			:                                                                                              \
			: [record] "r"(shared), [number] "n"((int)(field)),                                            \
			  [size] "n"(FG_USDT_SIZE_(FG_USDT_BITS_(fg_after_))), [old] "nr"(FG_USDT_BITS_(fg_before_)),  \
			  [new] "nr"(FG_USDT_BITS_(fg_after_))                                                         \
			: "memory");                                                                                   \
	} while (0)

/* The same of one in an image, whose value before is read there. type: of the value. */
#define FG_PROBE_WORDS(name, shared, field, type, words, offset, after)                                                \
	do {                                                                                                           \
		type fg_in_words_;                                                                                     \
		fg_words_get(&fg_in_words_, (words), (offset), sizeof fg_in_words_);                                   \
		FG_PROBE(name, shared, field, fg_in_words_, after);                                                    \
	} while (0)

/* A point of a field that is no such scalar. */
#define FG_PROBE_WHOLE(name, shared, field)                                                                            \
	FG_USDT_ASM_(FG_USDT_NOTE_(name, "8@%[record] 4@%[number]")                                                    \
		     :                                                                                                 \
		     : [record] "r"(shared), [number] "n"((int)(field))                                                \
		     : "memory")

#else

#define FG_PROBE_SEMAPHORE(name) struct name##_fg_semaphore
#define FG_WATCHED(name) 0
/* Names what it would tell, so that nothing is unused, and computes none of it. */
#define FG_PROBE(name, shared, field, before, after) ((void)sizeof(before), (void)sizeof(after))
#define FG_PROBE_WORDS(name, shared, field, type, words, offset, after) ((void)sizeof(after))
#define FG_PROBE_WHOLE(name, shared, field) ((void)0)

#endif

#endif

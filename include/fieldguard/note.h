/*
 * note.h - how generated code says in the binary which policies it was made from
 *
 *     FG_NOTE(ORDER, "fieldguard 1\ns 64 order struct order\n...");
 *
 * makes an ELF note in the section .note.fieldguard, for tools that read binaries. docs/note.md has its text. Nothing
 * reads it at run time. It is a section that is mapped with the other read-only data, and not one for debuggers alone:
 * C has no other without assembly, linkers keep notes under --gc-sections, and strip leaves it where it is.
 */
#ifndef FIELDGUARD_NOTE_H
#define FIELDGUARD_NOTE_H

#include <stdint.h>

#define FG_NOTE_TYPE 1

#if defined(__ELF__)
/* clang's AddressSanitizer would put room behind each note: readers of notes would lose their way. */
#if defined(__clang__)
#define FG_NOTE_ALONE __attribute__((no_sanitize("address")))
#else
#define FG_NOTE_ALONE
#endif
#define FG_NOTE(name, text) \
	static const struct { \
		uint32_t owner_size, text_size, type; \
		char owner[12], payload[(sizeof(text) + 3) / 4 * 4]; \
	} fg_note_##name __attribute__((used, section(".note.fieldguard"), aligned(4))) FG_NOTE_ALONE = { \
	    sizeof("fieldguard"), sizeof(text), FG_NOTE_TYPE, "fieldguard", text}
#else
#define FG_NOTE(name, text) _Static_assert(sizeof(text) > 0, "")
#endif

#endif

/*
 * base.h - strings, errors, allocators, arenas and buffers: what every other header stands on
 *
 * Conventions of the whole library: a function returns 0 or a negative errno; results go through trailing ret_
 * pointers, which are untouched on failure; nothing prints, exits or aborts on input.
 */
#ifndef FIELDGUARD_BASE_H
#define FIELDGUARD_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exported from libfieldguard; everything else is hidden. */
#if defined(__GNUC__)
#define FG_API __attribute__((visibility("default")))
#else
#define FG_API
#endif

/* A string with a length. ptr NULL is "no string" (JSON null), which is not the empty string. Not NUL-terminated. */
struct fg_str {
	const char *ptr;
	size_t len;
};

/* ---- errors ------------------------------------------------------------------------------------------------- */

enum fg_code {
	FG_OK = 0,
	FG_ERR_SYNTAX,        /* not JSON */
	FG_ERR_TRUNCATED,     /* the text ends too early */
	FG_ERR_TRAILING,      /* something stands after the value */
	FG_ERR_UTF8,          /* invalid UTF-8 */
	FG_ERR_ESCAPE,        /* an invalid escape, a lone surrogate among them */
	FG_ERR_NUMBER,        /* not a JSON number */
	FG_ERR_TYPE,          /* another JSON type than the field takes */
	FG_ERR_RANGE,         /* a number that the field's type can't hold exactly */
	FG_ERR_LENGTH,        /* a string or array too long for its field */
	FG_ERR_NUL,           /* a NUL inside a string that goes to char[N] or char * */
	FG_ERR_ENUM,          /* no enumerator of that name or number */
	FG_ERR_TIME,          /* not an RFC 3339 time or a duration, or outside int64 nanoseconds */
	FG_ERR_REQUIRED,      /* a required field is absent */
	FG_ERR_UNKNOWN,       /* a name that no field has (only where asked for) */
	FG_ERR_DUPLICATE,     /* a name twice in one object (only where asked for) */
	FG_ERR_DEPTH,         /* nested deeper than the limit */
	FG_ERR_LIMIT,         /* a string, array or text over the limit in the options */
	FG_ERR_MEMORY,        /* the allocator returned NULL */
	FG_ERR_ENCODE,        /* a record that JSON can't say: NaN, infinity, a count over its array */
	FG_ERR_REFUSED,       /* ingest: a field's policy, once or states, doesn't allow the change */
};

#define FG_PATH_MAX 160
#define FG_VALUE_MAX 48

/* What went wrong and where. Filled by whatever reads input; plain data, nothing to free. */
struct fg_error {
	enum fg_code code;
	const char *text;          /* static, in English, holds no input: "out of range for int64_t" */
	size_t offset;             /* bytes from the start of the text */
	uint32_t line;             /* from 1 */
	uint32_t column;           /* from 1, in bytes */
	char path[FG_PATH_MAX];    /* "$.items[3].price"; field names of the struct's tags only, never names out of
	                              the input; cut on the left, with "...", where too long */
	char value[FG_VALUE_MAX];  /* the input at offset, printable ASCII only, where FG_DECODE_SHOW_VALUES asked for
	                              it; else "" */
};

/*
 * Writes "$.items[3].price: out of range for int64_t (line 7, column 31, byte 812)" and, where a value was asked for,
 * ": 1e40" before the parenthesis.
 * buf: size bytes, always NUL-terminated if size > 0.  Returns: the length that the whole text has, as snprintf.
 * Threads: any.
 */
FG_API size_t fg_error_format(const struct fg_error *error, char *buf, size_t size);

/* The name of a code, "FG_ERR_RANGE" as "range". Returns: static text, "?" for an unknown code. Threads: any. */
FG_API const char *fg_code_name(enum fg_code code);

/* ---- memory ------------------------------------------------------------------------------------------------- */

/* Where memory comes from. alloc returns size bytes aligned for any type, or NULL. NULL in place of a struct
 * fg_allocator means malloc and free. */
struct fg_allocator {
	void *(*alloc)(void *user, size_t size);
	void (*free)(void *user, void *ptr);
	void *user;
};

/*
 * An arena: many small pieces, freed together. One thread at a time.
 *
 *     struct fg_arena arena;
 *     fg_arena_init(&arena, NULL, 0);
 *     ... order_decode(text, len, NULL, &arena, &order, NULL, &error) ...
 *     fg_arena_reset(&arena);        // everything decoded into it is gone; the first chunk is kept for the next
 *     fg_arena_fini(&arena);
 */
struct fg_arena_chunk;
struct fg_arena {
	char *next;                          /* free bytes of the current chunk: next..limit */
	char *limit;
	struct fg_arena_chunk *chunks;       /* newest first */
	const struct fg_allocator *allocator;
	size_t chunk_size;                   /* bytes of the next chunk */
	size_t used;                         /* bytes handed out since the last reset, for limits and tests */
};

/* chunk_size: bytes of the first chunk, 0 for the default (4096, doubling to 1 MiB). allocator: NULL for malloc; must
 * outlive the arena. Allocates nothing yet, can't fail. */
FG_API void fg_arena_init(struct fg_arena *arena, const struct fg_allocator *allocator, size_t chunk_size);
/* Gives all pieces back, keeps one chunk. */
FG_API void fg_arena_reset(struct fg_arena *arena);
/* Frees all. NULL is fine. */
FG_API void fg_arena_fini(struct fg_arena *arena);
/* align: a power of two, at most 64. Returns: size bytes, not zeroed, or NULL. */
FG_API void *fg_arena_alloc_slow(struct fg_arena *arena, size_t size, size_t align);

static inline void *fg_arena_alloc(struct fg_arena *arena, size_t size, size_t align)
{
	size_t pad = (size_t)(-(uintptr_t)arena->next & (uintptr_t)(align - 1));

	if (arena->next && size <= (size_t)(arena->limit - arena->next) &&
	    pad <= (size_t)(arena->limit - arena->next) - size) {
		char *p = arena->next + pad;

		arena->next = p + size;
		arena->used += size;
		return p;
	}
	return fg_arena_alloc_slow(arena, size, align);
}

/* A growing byte buffer for output. Zero-initialised is empty and valid (malloc). */
struct fg_buffer {
	char *data;                          /* len bytes, not NUL-terminated */
	size_t len;
	size_t size;
	const struct fg_allocator *allocator;
};

/* Makes room for `more` bytes after len. Returns: 0 or -ENOMEM, the buffer as it was. */
FG_API int fg_buffer_reserve(struct fg_buffer *buffer, size_t more);
FG_API void fg_buffer_fini(struct fg_buffer *buffer);

#endif

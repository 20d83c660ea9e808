/* decode.c - begin and end of a text, errors of decoding, memory, molds, enums */
#include "internal.h"

#include <errno.h>

#define INPUT_MAX_DEFAULT ((size_t)1 << 30)
#define STRING_MAX_DEFAULT ((size_t)64 << 20)
#define ITEMS_MAX_DEFAULT ((size_t)16 << 20)
#define DEPTH_DEFAULT 512
#define ITEMS_FIRST 4

/* ---- errors ---- */

void fg_dec_set_error(struct fg_dec *d, const char *p, enum fg_code code, const char *text)
{
	struct fg_error *error = d->error;

	if (p >= d->end && (code == FG_ERR_SYNTAX || code == FG_ERR_NUMBER || code == FG_ERR_ESCAPE)) {
		p = d->end;
		code = FG_ERR_TRUNCATED;
		text = "the text ends too early";
	}
	error->code = code;
	error->text = text;
	error->offset = (size_t)(p - d->begin);
	error->line = error->column = 0;
	error->path[0] = error->value[0] = '\0';
}

void fg_dec_set_type_error(struct fg_dec *d, const char *p, const char *text)
{
	if (fg_dec_skip(d, p))
		fg_dec_set_error(d, p, FG_ERR_TYPE, text);
}

void fg_dec_set_open_error(struct fg_dec *d, const char *p, char open)
{
	if (*p == open)
		fg_dec_set_error(d, p, FG_ERR_DEPTH, "nested too deep");
	else
		fg_dec_set_type_error(d, p, open == '{' ? "an object was expected" : "an array was expected");
}

void fg_dec_path_field(struct fg_dec *d, const char *json_name)
{
	error_path_field(d->error, json_name);
}

void fg_dec_path_item(struct fg_dec *d, size_t index)
{
	error_path_item(d->error, index);
}

/* The start of the value at p, as far as it is printable; "..." where it is longer. */
static void error_quote(struct fg_error *error, const char *p, const char *end)
{
	bool string = p < end && *p == '"';
	size_t n = 0;

	for (; p < end; p++) {
		bool last = string && n > 0 && *p == '"' && p[-1] != '\\';

		if (!string && n > 0 && strchr(",]} \t\r\n:", *p))
			break;
		if (n + 1 == sizeof error->value) {
			memcpy(error->value + n - 3, "...", 3);
			break;
		}
		error->value[n++] = *p >= ' ' && *p <= '~' ? *p : '?';
		if (last)
			break;
	}
	error->value[n] = '\0';
}

int fg_dec_failed(struct fg_dec *d)
{
	struct fg_error *error = d->error;
	const char *place = d->begin + error->offset;
	const char *line = d->begin;
	const char *newline;

	error->line = 1;
	while (line < place && (newline = memchr(line, '\n', (size_t)(place - line)))) {
		error->line++;
		line = newline + 1;
	}
	error->column = (uint32_t)(place - line) + 1;
	if (d->flags & FG_DECODE_SHOW_VALUES)
		error_quote(error, place, d->end);
	error_path_root(error);
	return error->code == FG_ERR_MEMORY ? -ENOMEM : -EINVAL;
}

/* ---- begin and end ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Sets up d for any JSON value. Returns: the place of its first byte, or NULL. */
static const char *text_begin(struct fg_dec *d, const char *json, size_t json_len,
                              const struct fg_decode_options *options, struct fg_arena *arena,
                              struct fg_error *error)
{
	static const struct fg_decode_options defaults;
	const char *p;

	if (!options)
		options = &defaults;
	if (json_len == 0)
		json = "";
	d->begin = json;
	d->end = json + json_len;
	d->arena = arena;
	d->flags = options->flags;
	d->depth = options->max_depth ? options->max_depth : DEPTH_DEFAULT;
	if (d->depth > DEPTH_MAX)
		d->depth = DEPTH_MAX;
	d->depth_max = d->depth;
	d->max_string = options->max_string ? options->max_string : STRING_MAX_DEFAULT;
	d->max_items = options->max_items ? options->max_items : ITEMS_MAX_DEFAULT;
	d->error = error;
	error->code = FG_OK;
	if (json_len > (options->max_input ? options->max_input : INPUT_MAX_DEFAULT))
		return fg_dec_fail(d, json, FG_ERR_LIMIT, "the text is too long");
	while (d->end > d->begin && is_space(d->end[-1]))
		d->end--;
	/* A place below fast has 18 bytes before end: a string's quote, 16 bytes and the one after. */
	d->fast = d->end - d->begin > 17 && d->max_string >= 16 ? d->end - 17 : d->begin;
	for (p = d->begin; p < d->end && is_space(*p);)
		p++;
	if (p == d->end)
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "");
	if (d->end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return fg_dec_fail(d, p, FG_ERR_SYNTAX, "a byte order mark");
	return p;
}

/* The whole text, with nothing known of its last byte. */
static const char *text_validate(struct fg_dec *d, const char *p)
{
	p = fg_dec_skip(d, p);
	return p ? fg_dec_end(d, p) : NULL;
}

const char *fg_dec_begin(struct fg_dec *d, const char *json, size_t json_len, const struct fg_decode_options *options,
                         struct fg_arena *arena, struct fg_error *error)
{
	const char *p = text_begin(d, json, json_len, options, arena, error);

	if (!p)
		return NULL;
	if (FG_LIKELY((*p == '{' || *p == '[') && (d->end[-1] == '}' || d->end[-1] == ']')))
		return p;
	/* If this is JSON at all, it is a lone string, number or literal. */
	if (!text_validate(d, p))
		return NULL;
	return fg_dec_fail(d, p, FG_ERR_TYPE, "an object or array was expected");
}

const char *fg_dec_end(struct fg_dec *d, const char *p)
{
	if (FG_LIKELY(p == d->end))
		return p;
	return fg_dec_fail(d, fg_dec_space(d, p), FG_ERR_TRAILING, "something follows the value");
}

int fg_json_validate(const char *json, size_t json_len, const struct fg_decode_options *options,
                     struct fg_error *ret_error)
{
	struct fg_error ignored;
	struct fg_dec d;
	const char *p = text_begin(&d, json, json_len, options, NULL, ret_error ? ret_error : &ignored);

	if (p && text_validate(&d, p))
		return 0;
	return fg_dec_failed(&d);
}

/* ---- memory ---- */

static void *dec_alloc(struct fg_dec *d, const char *p, size_t size, size_t align)
{
	void *piece;

	if (!d->arena) {
		fg_dec_fail(d, p, FG_ERR_MEMORY, "an arena is needed and none was given");
		return NULL;
	}
	piece = fg_arena_alloc(d->arena, size, align);
	if (!piece)
		fg_dec_fail(d, p, FG_ERR_MEMORY, "out of memory");
	return piece;
}

void *fg_dec_alloc(struct fg_dec *d, const char *p, size_t size, size_t align)
{
	void *piece = dec_alloc(d, p, size, align);

	return piece ? memset(piece, 0, size) : NULL;
}

void *fg_dec_grow_slow(struct fg_dec *d, const char *p, void **items, size_t *room, size_t n, size_t item_size,
                       size_t align)
{
	size_t new_room = *room ? *room * 2 : ITEMS_FIRST;
	size_t old_size = *room * item_size;
	size_t new_size;
	char *piece;

	if (n >= d->max_items) {
		fg_dec_fail(d, p, FG_ERR_LIMIT, "too many items");
		return NULL;
	}
	if (new_room > d->max_items)
		new_room = d->max_items;
	if (__builtin_mul_overflow(new_room, item_size, &new_size)) {
		fg_dec_fail(d, p, FG_ERR_MEMORY, "out of memory");
		return NULL;
	}
	if (d->arena && arena_resize(d->arena, *items, old_size, new_size)) {
		piece = *items;
	} else {
		piece = dec_alloc(d, p, new_size, align);
		if (!piece)
			return NULL;
		if (old_size)
			memcpy(piece, *items, old_size);
	}
	memset(piece + old_size, 0, new_size - old_size);
	*items = piece;
	*room = new_room;
	return piece + old_size;
}

/* ---- enums ---- */

const char *fg_dec_enum(struct fg_dec *d, const char *p, const struct fg_enum_name *names, size_t names_n,
                        int64_t *ret_value)
{
	const char *start = p;
	struct fg_str name;
	int64_t value;
	size_t i;

	if (*p == '"') {
		p = text_peek(d, p, &name);
		if (!p)
			return NULL;
		for (i = 0; name.ptr && i < names_n; i++)
			if (names[i].len == name.len && memcmp(names[i].name, name.ptr, name.len) == 0) {
				*ret_value = names[i].value;
				return p;
			}
		return fg_dec_fail(d, start, FG_ERR_ENUM, "no enumerator has this name");
	}
	if (*p != '-' && (*p < '0' || *p > '9'))
		return fg_dec_fail_type(d, p, "an enumerator's name or number was expected");
	p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "no enumerator has this number", &value);
	if (!p)
		return NULL;
	for (i = 0; i < names_n; i++)
		if (names[i].value == value) {
			*ret_value = value;
			return p;
		}
	return fg_dec_fail(d, start, FG_ERR_ENUM, "no enumerator has this number");
}

/*
 * dom.h - from a tree of JSON nodes to the structs, for the libraries that build a tree
 *
 * A peer's source defines what follows and then includes this file; the code below is made from the lists of fields.py.
 *
 *     node                               a handle of a node, NULL: none
 *     dom_cursor                         where a search in an object may begin; zeroed
 *     dom_get(object, name, &cursor)     the member of that name
 *     dom_is_null, dom_is_object, dom_is_array, dom_len
 *     dom_string(v, &text, &len), dom_i64(v, &x), dom_f64(v, &x), dom_bool(v, &x)       false: another type
 *     DOM_EACH(v, item) { ... }, DOM_EACH_MEMBER(v, key, item) { ... }
 *
 * Strings are borrowed from the tree, so the tree lives until release. Arrays come from the arena.
 */
#include "help.h"
#include <stdalign.h>

#define DOM_STRING(v, text, size) const char *text; size_t size; if (!dom_string(v, &text, &size)) return false

static bool fill_STR(node v, struct fg_str *ret)
{
	if (dom_is_null(v))
		return true;
	return dom_string(v, &ret->ptr, &ret->len);
}

static bool fill_U32(node v, uint32_t *ret)
{
	int64_t x;

	if (!dom_i64(v, &x) || x < 0 || x > UINT32_MAX)
		return false;
	*ret = (uint32_t)x;
	return true;
}

static bool fill_I32(node v, int32_t *ret)
{
	int64_t x;

	if (!dom_i64(v, &x) || x < INT32_MIN || x > INT32_MAX)
		return false;
	*ret = (int32_t)x;
	return true;
}

static bool fill_U64(node v, uint64_t *ret)
{
	int64_t x;

	if (!dom_i64(v, &x) || x < 0)
		return false;
	*ret = (uint64_t)x;
	return true;
}

static bool fill_QUOTED_U64(node v, uint64_t *ret)
{
	DOM_STRING(v, text, len);
	return help_u64(text, len, ret);
}

static bool fill_I64(node v, int64_t *ret)
{
	return dom_i64(v, ret);
}

static bool fill_F64(node v, double *ret)
{
	return dom_f64(v, ret);
}

static bool fill_BOOL(node v, bool *ret)
{
	return dom_bool(v, ret);
}

static bool fill_TIME(node v, int64_t *ret)
{
	DOM_STRING(v, text, len);
	return help_time(text, len, ret);
}

#define DOM_SCALAR_POINTER(KIND, T) \
	static bool fill_P##KIND(struct fg_arena *arena, node v, T **ret) \
	{ \
		if (dom_is_null(v)) \
			return true; \
		*ret = fg_arena_alloc(arena, sizeof(T), alignof(T)); \
		return *ret && fill_##KIND(v, *ret); \
	}
DOM_SCALAR_POINTER(BOOL, bool)
DOM_SCALAR_POINTER(I32, int32_t)
DOM_SCALAR_POINTER(I64, int64_t)
DOM_SCALAR_POINTER(TIME, int64_t)

static bool fill_FIXED_U32(node v, uint32_t *ret, size_t n)
{
	size_t i = 0;

	if (!dom_is_array(v) || dom_len(v) != n)
		return false;
	DOM_EACH(v, item) {
		if (!fill_U32(item, &ret[i++]))
			return false;
	}
	return true;
}

static bool fill_FIXED_F64(node v, double *ret, size_t n)
{
	size_t i = 0;

	if (!dom_is_array(v) || dom_len(v) != n)
		return false;
	DOM_EACH(v, item) {
		if (!fill_F64(item, &ret[i++]))
			return false;
	}
	return true;
}

static void *dom_items(struct fg_arena *arena, size_t n, size_t size)
{
	void *items = fg_arena_alloc(arena, n ? n * size : 1, alignof(max_align_t));

	return items ? memset(items, 0, n * size) : NULL;
}

static bool fill_ARRAY_U32(struct fg_arena *arena, node v, uint32_t **ret, size_t *ret_n)
{
	size_t n;
	uint32_t *items;

	if (!dom_is_array(v))
		return false;
	n = dom_len(v);
	items = dom_items(arena, n, sizeof(*items));
	if (!items)
		return false;
	*ret = items;
	*ret_n = n;
	DOM_EACH(v, item) {
		if (!fill_U32(item, items++))
			return false;
	}
	return true;
}

#define DOM_FILL_STR(v, m, A) fill_STR(v, &r->m)
#define DOM_FILL_U32(v, m, A) fill_U32(v, &r->m)
#define DOM_FILL_U64(v, m, A) fill_U64(v, &r->m)
#define DOM_FILL_QUOTED_U64(v, m, A) fill_QUOTED_U64(v, &r->m)
#define DOM_FILL_I64(v, m, A) fill_I64(v, &r->m)
#define DOM_FILL_I32(v, m, A) fill_I32(v, &r->m)
#define DOM_FILL_F64(v, m, A) fill_F64(v, &r->m)
#define DOM_FILL_BOOL(v, m, A) fill_BOOL(v, &r->m)
#define DOM_FILL_TIME(v, m, A) fill_TIME(v, &r->m)
#define DOM_FILL_PBOOL(v, m, A) fill_PBOOL(arena, v, &r->m)
#define DOM_FILL_PI32(v, m, A) fill_PI32(arena, v, &r->m)
#define DOM_FILL_PI64(v, m, A) fill_PI64(arena, v, &r->m)
#define DOM_FILL_PTIME(v, m, A) fill_PTIME(arena, v, &r->m)
#define DOM_FILL_FIXED_U32(v, m, A) fill_FIXED_U32(v, r->m, A)
#define DOM_FILL_FIXED_F64(v, m, A) fill_FIXED_F64(v, r->m, A)
#define DOM_FILL_ARRAY_U32(v, m, A) fill_ARRAY_U32(arena, v, &r->m, &r->m##_n)
#define DOM_FILL_OBJECT(v, m, T) fill_##T(arena, v, &r->m)
#define DOM_FILL_POINTER(v, m, T) fill_pointer_##T(arena, v, &r->m)
#define DOM_FILL_ARRAY(v, m, T) fill_array_##T(arena, v, &r->m, &r->m##_n)
#define DOM_FILL_MAP(v, m, T) fill_map_##T(arena, v, &r->m, &r->m##_n)
#define DOM_FILL_ENUM(v, m, E) (dom_string(v, &text, &len) && help_enum_##E(text, len, &r->m))
#define DOM_FILL_CHARS(v, m, M) (dom_string(v, &text, &len) && help_chars(text, len, r->m, sizeof(r->m), false, M))
#define DOM_FILL_CUT(v, m, M) (dom_string(v, &text, &len) && help_chars(text, len, r->m, sizeof(r->m), true, M))

#define DOM_FIELD(T, KIND, member, name, A) \
	v = dom_get(object, name, &cursor); \
	if (v && !DOM_FILL_##KIND(v, member, A)) \
		return false;

/* Not every struct stands in an array or behind a pointer. */
#define DOM_STRUCT(T) \
	static bool fill_##T(struct fg_arena *arena, node object, struct T *r); \
	__attribute__((unused)) \
	static bool fill_pointer_##T(struct fg_arena *arena, node v, struct T **ret) \
	{ \
		if (dom_is_null(v)) \
			return true; \
		*ret = dom_items(arena, 1, sizeof(**ret)); \
		return *ret && fill_##T(arena, v, *ret); \
	} \
	__attribute__((unused)) \
	static bool fill_array_##T(struct fg_arena *arena, node v, struct T **ret, size_t *ret_n) \
	{ \
		struct T *items; \
		size_t n; \
		if (dom_is_null(v)) \
			return true; \
		if (!dom_is_array(v)) \
			return false; \
		n = dom_len(v); \
		items = dom_items(arena, n, sizeof(*items)); \
		if (!items) \
			return false; \
		*ret = items; \
		*ret_n = n; \
		DOM_EACH(v, item) { \
			if (!fill_##T(arena, item, items++)) \
				return false; \
		} \
		return true; \
	}

#define DOM_KEY_U32(key, ret) dom_key_u32(key, &(ret))
#define DOM_KEY_STR(key, ret) ((ret).ptr = (key), (ret).len = strlen(key), true)
#define DOM_KEY(T, KIND, member, name, A) if (!DOM_KEY_##KIND(key, r->member)) return false;
#define DOM_VALUE(T, KIND, member, name, A) if (!DOM_FILL_##KIND(v, member, A)) return false;

static bool dom_key_u32(const char *key, uint32_t *ret)
{
	uint64_t value;

	if (!help_u64(key, strlen(key), &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

#define DOM_MAP(T) \
	static bool fill_map_##T(struct fg_arena *arena, node object, struct T **ret, size_t *ret_n) \
	{ \
		struct T *r; \
		if (!dom_is_object(object)) \
			return false; \
		*ret_n = dom_len(object); \
		*ret = r = dom_items(arena, *ret_n, sizeof(**ret)); \
		if (!r) \
			return false; \
		DOM_EACH_MEMBER(object, key, v) { \
			MAPKEY_##T(DOM_KEY) \
			DOM_MAP_VALUE(T) \
			r++; \
		} \
		return true; \
	}

STRUCTS(DOM_STRUCT)
#define DOM_MAP_VALUE(T) if (!fill_##T(arena, v, r)) return false;
MAPS_OF_OBJECTS(DOM_MAP)
#undef DOM_MAP_VALUE
#define DOM_MAP_VALUE(T) MAPVALUE_##T(DOM_VALUE)
MAPS_OF_VALUES(DOM_MAP)

#define DOM_FILL(T) \
	static bool fill_##T(struct fg_arena *arena, node object, struct T *r) \
	{ \
		dom_cursor cursor = {0}; \
		const char *text; \
		size_t len; \
		node v; \
		(void)arena, (void)text, (void)len; \
		if (!dom_is_object(object)) \
			return false; \
		FIELDS_##T(DOM_FIELD) \
		return true; \
	}
STRUCTS(DOM_FILL)

/* An order again, noting which fields were there. */
#define DOM_PRESENT(T, KIND, member, name, A) \
	v = dom_get(object, name, &cursor); \
	if (v) { \
		present->T |= UINT64_C(1) << AT_##T##_##member; \
		if (!DOM_PRESENT_##KIND(v, member, A)) \
			return false; \
	}
#define DOM_PRESENT_CHARS DOM_FILL_CHARS
#define DOM_PRESENT_CUT DOM_FILL_CUT
#define DOM_PRESENT_ENUM DOM_FILL_ENUM
#define DOM_PRESENT_I64 DOM_FILL_I64
#define DOM_PRESENT_U32 DOM_FILL_U32
#define DOM_PRESENT_TIME DOM_FILL_TIME
#define DOM_PRESENT_OBJECT(v, m, T) patch_##T(v, &r->m, present)
#define DOM_PATCH(T) \
	static bool patch_##T(node object, struct T *r, struct bench_order_present *present) \
	{ \
		dom_cursor cursor = {0}; \
		const char *text; \
		size_t len; \
		node v; \
		if (!dom_is_object(object)) \
			return false; \
		FIELDS_##T(DOM_PRESENT) \
		return true; \
	}
DOM_PATCH(customer)
DOM_PATCH(order)

/* The peer's functions: its state has `tree` and `arena`; dom_parse(text) returns the tree or NULL. */
struct dom_state {
	node tree;
	struct fg_arena arena;
};

static void *dom_open(void)
{
	struct dom_state *state = calloc(1, sizeof(*state));

	if (state)
		fg_arena_init(&state->arena, NULL, 0);
	return state;
}

static void dom_release(void *opaque)
{
	struct dom_state *state = opaque;

	if (state->tree)
		dom_free(state->tree);
	state->tree = NULL;
	fg_arena_reset(&state->arena);
}

static void dom_close(void *opaque)
{
	struct dom_state *state = opaque;

	if (!state)
		return;
	dom_release(state);
	fg_arena_fini(&state->arena);
	free(state);
}

static int dom_load(void *opaque, const struct bench_text *text)
{
	struct dom_state *state = opaque;

	state->tree = dom_parse(text);
	return state->tree ? 0 : -1;
}

static int dom_order(void *opaque, const struct bench_text *text, struct order *ret,
                     struct bench_order_present *ret_present)
{
	struct dom_state *state = opaque;

	memset(ret, 0, sizeof(*ret));
	memset(ret_present, 0, sizeof(*ret_present));
	return dom_load(state, text) || !patch_order(state->tree, ret, ret_present);
}

static int dom_twitter(void *opaque, const struct bench_text *text, struct twitter_search *ret)
{
	struct dom_state *state = opaque;

	memset(ret, 0, sizeof(*ret));
	return dom_load(state, text) || !fill_twitter_search(&state->arena, state->tree, ret);
}

static int dom_github(void *opaque, const struct bench_text *text, struct bench_github *ret)
{
	struct dom_state *state = opaque;

	memset(ret, 0, sizeof(*ret));
	if (dom_load(state, text))
		return -1;
	return !fill_array_github_event(&state->arena, state->tree, &ret->events, &ret->events_n);
}

static int dom_citm(void *opaque, const struct bench_text *text, struct citm_catalog *ret)
{
	struct dom_state *state = opaque;

	memset(ret, 0, sizeof(*ret));
	return dom_load(state, text) || !fill_citm_catalog(&state->arena, state->tree, ret);
}

static int dom_append(struct fg_buffer *out, const char *text, size_t len)
{
	if (!text || fg_buffer_reserve(out, len))
		return -1;
	memcpy(out->data + out->len, text, len);
	out->len += len;
	return 0;
}

/*
 * peer_simdjson.cc - the structs by way of simdjson's On-Demand interface
 *
 * `simdjson` walks each object once, expects the fields in their order and searches on from there where the order is
 * another. `simdjson lookup` is the way of its documentation, object["name"] for each field. Which is quicker
 * depends on the text, so both are measured. Both get text with the padding that simdjson wants. `simdjson copy` is the
 * first for text that has not: it copies the text into a padded buffer, which it keeps. Strings lie in the parser's
 * buffer until the next text.
 */
#include "bench.h"
#include "fields.h"
#include "help.h"
#include <simdjson.h>

using namespace simdjson;

namespace {

struct context {
	ondemand::parser parser;
	ondemand::document document;
	fg_arena arena;
	char *copy = nullptr;
	size_t copy_size = 0;
	bench_order_present *present = nullptr;
};

template <class T> T *allocate(context &c, size_t n)
{
	void *items = fg_arena_alloc(&c.arena, n ? n * sizeof(T) : 1, alignof(T));

	return items ? static_cast<T *>(memset(items, 0, n * sizeof(T))) : nullptr;
}

bool is_null(ondemand::value &v)
{
	bool null;

	return !v.is_null().get(null) && null;
}

bool string(ondemand::value &v, std::string_view &text)
{
	return !v.get_string().get(text);
}

bool fill(context &, ondemand::value &v, fg_str &ret)
{
	std::string_view text;

	if (is_null(v))
		return true;
	if (!string(v, text))
		return false;
	ret.ptr = text.data();
	ret.len = text.size();
	return true;
}

bool fill(context &, ondemand::value &v, bool &ret)
{
	return !v.get_bool().get(ret);
}

bool fill(context &, ondemand::value &v, int64_t &ret)
{
	return !v.get_int64().get(ret);
}

bool fill(context &, ondemand::value &v, uint64_t &ret)
{
	return !v.get_uint64().get(ret);
}

bool fill(context &, ondemand::value &v, double &ret)
{
	return !v.get_double().get(ret);
}

bool fill(context &, ondemand::value &v, uint32_t &ret)
{
	uint64_t x;

	if (v.get_uint64().get(x) || x > UINT32_MAX)
		return false;
	ret = static_cast<uint32_t>(x);
	return true;
}

bool fill(context &, ondemand::value &v, int32_t &ret)
{
	int64_t x;

	if (v.get_int64().get(x) || x < INT32_MIN || x > INT32_MAX)
		return false;
	ret = static_cast<int32_t>(x);
	return true;
}

bool fill_time(context &, ondemand::value &v, int64_t &ret)
{
	std::string_view text;

	return string(v, text) && help_time(text.data(), text.size(), &ret);
}

template <class T> bool fill_pointer(context &c, ondemand::value &v, T *&ret)
{
	if (is_null(v))
		return true;
	ret = allocate<T>(c, 1);
	return ret && fill(c, v, *ret);
}

bool fill_time_pointer(context &c, ondemand::value &v, int64_t *&ret)
{
	if (is_null(v))
		return true;
	ret = allocate<int64_t>(c, 1);
	return ret && fill_time(c, v, *ret);
}

template <class T, size_t N> bool fill_fixed(context &c, ondemand::value &v, T (&ret)[N])
{
	ondemand::array array;
	size_t n = 0;

	if (v.get_array().get(array))
		return false;
	for (auto result : array) {
		ondemand::value item;

		if (std::move(result).get(item) || n == N || !fill(c, item, ret[n++]))
			return false;
	}
	return n == N;
}

/* Doubles, as our own decoder does: counting first would walk the text twice. */
template <class T> bool grow(context &c, T *&items, size_t &room, size_t n)
{
	size_t more = room ? room * 2 : 4;
	T *moved;

	if (n < room)
		return true;
	moved = allocate<T>(c, more);
	if (!moved)
		return false;
	if (n)
		memcpy(static_cast<void *>(moved), items, n * sizeof(T));
	items = moved;
	room = more;
	return true;
}

template <class T> bool fill_array(context &c, ondemand::array array, T *&ret, size_t &ret_n)
{
	size_t n = 0, room = 0;
	T *items = nullptr;

	for (auto result : array) {
		ondemand::value item;

		if (std::move(result).get(item) || !grow(c, items, room, n) || !fill(c, item, items[n++]))
			return false;
	}
	ret = items;
	ret_n = n;
	return true;
}

template <class T> bool fill_array(context &c, ondemand::value &v, T *&ret, size_t &ret_n)
{
	ondemand::array array;

	if (is_null(v))
		return true;
	return !v.get_array().get(array) && fill_array(c, array, ret, ret_n);
}

bool fill_key(std::string_view key, uint32_t &ret)
{
	uint64_t value;

	if (!help_u64(key.data(), key.size(), &value) || value > UINT32_MAX)
		return false;
	ret = static_cast<uint32_t>(value);
	return true;
}

bool fill_key(std::string_view key, fg_str &ret)
{
	ret.ptr = key.data();
	ret.len = key.size();
	return true;
}

template <class T> bool fill_map(context &c, ondemand::value &v, T *&ret, size_t &ret_n)
{
	ondemand::object object;
	size_t n = 0, room = 0;
	T *items = nullptr;

	if (v.get_object().get(object))
		return false;
	for (auto result : object) {
		ondemand::field field;
		std::string_view key;

		if (std::move(result).get(field) || field.unescaped_key().get(key) || !grow(c, items, room, n))
			return false;
		if (!fill_member(c, key, field.value(), items[n++]))
			return false;
	}
	ret = items;
	ret_n = n;
	return true;
}

/* The index of a name, looked for from `next` on; N when it is none of them. */
template <size_t N> size_t find(const std::string_view (&names)[N], size_t next, ondemand::raw_json_string key)
{
	for (size_t i = next; i < N; i++)
		if (key.unsafe_is_equal(names[i]))
			return i;
	for (size_t i = 0; i < next; i++)
		if (key.unsafe_is_equal(names[i]))
			return i;
	return N;
}

#define FILL_STR(v, m, A) fill(c, v, r.m)
#define FILL_U32 FILL_STR
#define FILL_U64 FILL_STR
#define FILL_I64 FILL_STR
#define FILL_I32 FILL_STR
#define FILL_F64 FILL_STR
#define FILL_BOOL FILL_STR
#define FILL_QUOTED_U64(v, m, A) !v.get_uint64_in_string().get(r.m)
#define FILL_TIME(v, m, A) fill_time(c, v, r.m)
#define FILL_PTIME(v, m, A) fill_time_pointer(c, v, r.m)
#define FILL_PBOOL(v, m, A) fill_pointer(c, v, r.m)
#define FILL_PI32 FILL_PBOOL
#define FILL_PI64 FILL_PBOOL
#define FILL_POINTER FILL_PBOOL
#define FILL_FIXED_U32(v, m, A) fill_fixed(c, v, r.m)
#define FILL_FIXED_F64 FILL_FIXED_U32
#define FILL_OBJECT FILL_STR
#define FILL_ARRAY(v, m, A) fill_array(c, v, r.m, r.m##_n)
#define FILL_ARRAY_U32 FILL_ARRAY
#define FILL_MAP(v, m, A) fill_map(c, v, r.m, r.m##_n)
#define FILL_ENUM(v, m, E) (string(v, text) && help_enum_##E(text.data(), text.size(), &r.m))
#define FILL_CHARS(v, m, M) (string(v, text) && help_chars(text.data(), text.size(), r.m, sizeof(r.m), false, M))
#define FILL_CUT(v, m, M) (string(v, text) && help_chars(text.data(), text.size(), r.m, sizeof(r.m), true, M))

#define DECLARE(T) [[maybe_unused]] bool fill(context &c, ondemand::value &v, T &r);
#define NAME(T, KIND, member, name, A) name,
#define NAMES(T) const std::string_view names_##T[] = {FIELDS_##T(NAME)};
#define KEY(T, KIND, member, name, A) fill_key(key, r.member)
#define VALUE(T, KIND, member, name, A) FILL_##KIND(v, member, A)
#define MEMBER_OF_OBJECTS(T) \
	bool fill_member(context &c, std::string_view key, ondemand::value v, T &r) \
	{ \
		return MAPKEY_##T(KEY) && fill(c, v, r); \
	}
#define MEMBER_OF_VALUES(T) \
	bool fill_member(context &c, std::string_view key, ondemand::value v, T &r) \
	{ \
		return MAPKEY_##T(KEY) && MAPVALUE_##T(VALUE); \
	}
STRUCTS(NAMES)
STRUCTS(DECLARE)
MAPS_OF_OBJECTS(MEMBER_OF_OBJECTS)
MAPS_OF_VALUES(MEMBER_OF_VALUES)

/* present: only an order's are noted, and a constant condition leaves nothing behind for the others. */
#define NOTE(T, index) \
	if (std::is_same<T, order>::value && c.present) \
		c.present->order |= uint64_t(1) << (index); \
	else if (std::is_same<T, customer>::value && c.present) \
		c.present->customer |= uint64_t(1) << (index);

#ifndef BENCH_LOOKUP

#define CASE(T, KIND, member, name, A) \
	case AT_##T##_##member: \
		if (!(FILL_##KIND(v, member, A))) \
			return false; \
		break;
#define OBJECT(T) \
	bool fill_object(context &c, ondemand::object &object, T &r) \
	{ \
		size_t next = 0; \
		std::string_view text; \
		(void)text; \
		for (auto result : object) { \
			ondemand::field field; \
			if (std::move(result).get(field)) \
				return false; \
			next = find(names_##T, next, field.key()); \
			ondemand::value &v = field.value(); \
			switch (next) { \
				FIELDS_##T(CASE) \
			default: \
				next = 0; \
				continue; \
			} \
			NOTE(T, next) \
			next++; \
		} \
		return true; \
	}

#else

#define ASK(T, KIND, member, name, A) \
	{ \
		ondemand::value v; \
		auto error = object[name].get(v); \
		if (!error) { \
			NOTE(T, AT_##T##_##member) \
			if (!(FILL_##KIND(v, member, A))) \
				return false; \
		} else if (error != NO_SUCH_FIELD) { \
			return false; \
		} \
	}
#define OBJECT(T) \
	bool fill_object(context &c, ondemand::object &object, T &r) \
	{ \
		std::string_view text; \
		(void)text; \
		FIELDS_##T(ASK) \
		return true; \
	}

#endif

#define FILL(T) \
	[[maybe_unused]] bool fill(context &c, ondemand::value &v, T &r) \
	{ \
		ondemand::object object; \
		return !v.get_object().get(object) && fill_object(c, object, r); \
	}
STRUCTS(OBJECT)
STRUCTS(FILL)

bool begin(context &c, const bench_text *text)
{
	return !c.parser.iterate(text->json, text->len, text->len + BENCH_PADDING).get(c.document);
}

template <class T> int decode(context &c, const bench_text *text, T *ret)
{
	ondemand::object object;

	memset(static_cast<void *>(ret), 0, sizeof(*ret));
	return !(begin(c, text) && !c.document.get_object().get(object) && fill_object(c, object, *ret));
}

void *open()
{
	context *c = new context;

	fg_arena_init(&c->arena, nullptr, 0);
	return c;
}

void close(void *state)
{
	context *c = static_cast<context *>(state);

	if (!c)
		return;
	fg_arena_fini(&c->arena);
	free(c->copy);
	delete c;
}

void release(void *state)
{
	fg_arena_reset(&static_cast<context *>(state)->arena);
}

int decode_order(void *state, const bench_text *text, order *ret, bench_order_present *ret_present)
{
	context &c = *static_cast<context *>(state);

	memset(ret_present, 0, sizeof(*ret_present));
	c.present = ret_present;
	return decode(c, text, ret);
}

int decode_twitter(void *state, const bench_text *text, twitter_search *ret)
{
	return decode(*static_cast<context *>(state), text, ret);
}

int decode_citm(void *state, const bench_text *text, citm_catalog *ret)
{
	return decode(*static_cast<context *>(state), text, ret);
}

int decode_github(void *state, const bench_text *text, bench_github *ret)
{
	context &c = *static_cast<context *>(state);
	ondemand::array array;

	memset(static_cast<void *>(ret), 0, sizeof(*ret));
	if (!begin(c, text) || c.document.get_array().get(array))
		return -1;
	return !fill_array(c, array, ret->events, ret->events_n);
}

#ifndef BENCH_LOOKUP

/* The text with padding behind it, in a buffer that is kept. */
const bench_text padded(void *state, const bench_text *text)
{
	context &c = *static_cast<context *>(state);

	if (c.copy_size < text->len + BENCH_PADDING) {
		c.copy_size = 2 * (text->len + BENCH_PADDING);
		free(c.copy);
		c.copy = static_cast<char *>(calloc(1, c.copy_size));
		if (!c.copy)
			abort();
	}
	memcpy(c.copy, text->json, text->len);
	return {c.copy, text->len};
}

int copy_order(void *state, const bench_text *text, order *ret, bench_order_present *ret_present)
{
	const bench_text copy = padded(state, text);

	return decode_order(state, &copy, ret, ret_present);
}

int copy_twitter(void *state, const bench_text *text, twitter_search *ret)
{
	const bench_text copy = padded(state, text);

	return decode_twitter(state, &copy, ret);
}

int copy_github(void *state, const bench_text *text, bench_github *ret)
{
	const bench_text copy = padded(state, text);

	return decode_github(state, &copy, ret);
}

int copy_citm(void *state, const bench_text *text, citm_catalog *ret)
{
	const bench_text copy = padded(state, text);

	return decode_citm(state, &copy, ret);
}

#endif

} // namespace

#ifdef BENCH_LOOKUP
const bench_peer bench_simdjson_lookup = {"simdjson lookup", false, open, close, release, decode_order, decode_twitter,
	decode_github, decode_citm, nullptr, nullptr, nullptr};
#else
const bench_peer bench_simdjson = {"simdjson", false, open, close, release, decode_order, decode_twitter,
	decode_github, decode_citm, nullptr, nullptr, nullptr};
const bench_peer bench_simdjson_copy = {"simdjson copy", false, open, close, release, copy_order, copy_twitter,
	copy_github, copy_citm, nullptr, nullptr, nullptr};
#endif

/*
 * kinds.fg.c - conversion of the structs in the header of the same name
 *
 * Written by fieldguard 0.1.0 from kinds.h. Do not edit it: change the header and generate again.
 */
#include "kinds.fg.h"
#include <errno.h>
#include <fieldguard/checked.h>
#include <fieldguard/codec.h>
#include <fieldguard/copy.h>
#include <fieldguard/note.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

_Static_assert(FG_CODEC_ABI == 1, "made for another version of fieldguard: generate again");
_Static_assert(FG_COPY_ABI == 1, "made for another version of fieldguard: generate again");
_Static_assert(FG_SHARED_ABI == 1, "made for another version of fieldguard: generate again");
_Static_assert(FG_PUBLISH_ABI == 1, "made for another version of fieldguard: generate again");
_Static_assert(FG_TYPE_ABI == 4, "made for another version of fieldguard: generate again");

_Static_assert(sizeof(struct kinds_point) == 8 && _Alignof(struct kinds_point) == 4,
               "struct kinds_point: generate again");
_Static_assert(offsetof(struct kinds_point, x) == 0 && sizeof(((struct kinds_point *)0)->x) == 4,
               "struct kinds_point.x: generate again");
_Static_assert(offsetof(struct kinds_point, y) == 4 && sizeof(((struct kinds_point *)0)->y) == 4,
               "struct kinds_point.y: generate again");

_Static_assert(sizeof(struct kinds_tuple) == 24 && _Alignof(struct kinds_tuple) == 8,
               "struct kinds_tuple: generate again");
_Static_assert(offsetof(struct kinds_tuple, x) == 0 && sizeof(((struct kinds_tuple *)0)->x) == 2,
               "struct kinds_tuple.x: generate again");
_Static_assert(offsetof(struct kinds_tuple, label) == 2 && sizeof(((struct kinds_tuple *)0)->label) == 8,
               "struct kinds_tuple.label: generate again");
_Static_assert(offsetof(struct kinds_tuple, ratio) == 16 && sizeof(((struct kinds_tuple *)0)->ratio) == 8,
               "struct kinds_tuple.ratio: generate again");

_Static_assert(sizeof(struct kinds_entry) == 24 && _Alignof(struct kinds_entry) == 8,
               "struct kinds_entry: generate again");
_Static_assert(offsetof(struct kinds_entry, name) == 0 && sizeof(((struct kinds_entry *)0)->name) == 16,
               "struct kinds_entry.name: generate again");
_Static_assert(offsetof(struct kinds_entry, value) == 16 && sizeof(((struct kinds_entry *)0)->value) == 8,
               "struct kinds_entry.value: generate again");

_Static_assert(sizeof(struct kinds_group) == 24 && _Alignof(struct kinds_group) == 8,
               "struct kinds_group: generate again");
_Static_assert(offsetof(struct kinds_group, number) == 0 && sizeof(((struct kinds_group *)0)->number) == 2,
               "struct kinds_group.number: generate again");
_Static_assert(offsetof(struct kinds_group, names) == 8 && sizeof(((struct kinds_group *)0)->names) == 8,
               "struct kinds_group.names: generate again");
_Static_assert(offsetof(struct kinds_group, names_n) == 16 && sizeof(((struct kinds_group *)0)->names_n) == 4,
               "struct kinds_group.names_n: generate again");

_Static_assert(sizeof(struct kinds_place) == 24 && _Alignof(struct kinds_place) == 8,
               "struct kinds_place: generate again");
_Static_assert(offsetof(struct kinds_place, code) == 0 && sizeof(((struct kinds_place *)0)->code) == 8,
               "struct kinds_place.code: generate again");
_Static_assert(offsetof(struct kinds_place, height) == 8 && sizeof(((struct kinds_place *)0)->height) == 8,
               "struct kinds_place.height: generate again");
_Static_assert(offsetof(struct kinds_place, open) == 16 && sizeof(((struct kinds_place *)0)->open) == 1,
               "struct kinds_place.open: generate again");

_Static_assert(sizeof(struct kinds_node) == 16 && _Alignof(struct kinds_node) == 8,
               "struct kinds_node: generate again");
_Static_assert(offsetof(struct kinds_node, value) == 0 && sizeof(((struct kinds_node *)0)->value) == 8,
               "struct kinds_node.value: generate again");
_Static_assert(offsetof(struct kinds_node, next) == 8 && sizeof(((struct kinds_node *)0)->next) == 8,
               "struct kinds_node.next: generate again");

_Static_assert(sizeof(struct kinds_strict) == 4 && _Alignof(struct kinds_strict) == 4,
               "struct kinds_strict: generate again");
_Static_assert(offsetof(struct kinds_strict, a) == 0 && sizeof(((struct kinds_strict *)0)->a) == 4,
               "struct kinds_strict.a: generate again");

_Static_assert(sizeof(struct part) == 16 && _Alignof(struct part) == 4, "struct part: generate again");
_Static_assert(offsetof(struct part, serial) == 0 && sizeof(((struct part *)0)->serial) == 12,
               "struct part.serial: generate again");
_Static_assert(offsetof(struct part, weight) == 12 && sizeof(((struct part *)0)->weight) == 4,
               "struct part.weight: generate again");

_Static_assert(sizeof(struct kinds) == 592 && _Alignof(struct kinds) == 8, "struct kinds: generate again");
_Static_assert(offsetof(struct kinds, id) == 0 && sizeof(((struct kinds *)0)->id) == 24,
               "struct kinds.id: generate again");
_Static_assert(offsetof(struct kinds, i8) == 24 && sizeof(((struct kinds *)0)->i8) == 1,
               "struct kinds.i8: generate again");
_Static_assert(offsetof(struct kinds, i16) == 26 && sizeof(((struct kinds *)0)->i16) == 2,
               "struct kinds.i16: generate again");
_Static_assert(offsetof(struct kinds, i32) == 28 && sizeof(((struct kinds *)0)->i32) == 4,
               "struct kinds.i32: generate again");
_Static_assert(offsetof(struct kinds, i64) == 32 && sizeof(((struct kinds *)0)->i64) == 8,
               "struct kinds.i64: generate again");
_Static_assert(offsetof(struct kinds, u8) == 40 && sizeof(((struct kinds *)0)->u8) == 1,
               "struct kinds.u8: generate again");
_Static_assert(offsetof(struct kinds, u16) == 42 && sizeof(((struct kinds *)0)->u16) == 2,
               "struct kinds.u16: generate again");
_Static_assert(offsetof(struct kinds, u32) == 44 && sizeof(((struct kinds *)0)->u32) == 4,
               "struct kinds.u32: generate again");
_Static_assert(offsetof(struct kinds, u64) == 48 && sizeof(((struct kinds *)0)->u64) == 8,
               "struct kinds.u64: generate again");
_Static_assert(offsetof(struct kinds, yes) == 56 && sizeof(((struct kinds *)0)->yes) == 1,
               "struct kinds.yes: generate again");
_Static_assert(offsetof(struct kinds, f32) == 60 && sizeof(((struct kinds *)0)->f32) == 4,
               "struct kinds.f32: generate again");
_Static_assert(offsetof(struct kinds, f64) == 64 && sizeof(((struct kinds *)0)->f64) == 8,
               "struct kinds.f64: generate again");
_Static_assert(offsetof(struct kinds, color) == 72 && sizeof(((struct kinds *)0)->color) == 4,
               "struct kinds.color: generate again");
_Static_assert(offsetof(struct kinds, mode) == 76 && sizeof(((struct kinds *)0)->mode) == 4,
               "struct kinds.mode: generate again");
_Static_assert(offsetof(struct kinds, wide) == 80 && sizeof(((struct kinds *)0)->wide) == 8,
               "struct kinds.wide: generate again");
_Static_assert(offsetof(struct kinds, code) == 88 && sizeof(((struct kinds *)0)->code) == 4,
               "struct kinds.code: generate again");
_Static_assert(offsetof(struct kinds, note) == 92 && sizeof(((struct kinds *)0)->note) == 8,
               "struct kinds.note: generate again");
_Static_assert(offsetof(struct kinds, text) == 104 && sizeof(((struct kinds *)0)->text) == 16,
               "struct kinds.text: generate again");
_Static_assert(offsetof(struct kinds, name) == 120 && sizeof(((struct kinds *)0)->name) == 8,
               "struct kinds.name: generate again");
_Static_assert(offsetof(struct kinds, title) == 128 && sizeof(((struct kinds *)0)->title) == 8,
               "struct kinds.title: generate again");
_Static_assert(offsetof(struct kinds, raw) == 136 && sizeof(((struct kinds *)0)->raw) == 16,
               "struct kinds.raw: generate again");
_Static_assert(offsetof(struct kinds, at_ns) == 152 && sizeof(((struct kinds *)0)->at_ns) == 8,
               "struct kinds.at_ns: generate again");
_Static_assert(offsetof(struct kinds, for_ns) == 160 && sizeof(((struct kinds *)0)->for_ns) == 8,
               "struct kinds.for_ns: generate again");
_Static_assert(offsetof(struct kinds, quoted) == 168 && sizeof(((struct kinds *)0)->quoted) == 8,
               "struct kinds.quoted: generate again");
_Static_assert(offsetof(struct kinds, quoted_yes) == 176 && sizeof(((struct kinds *)0)->quoted_yes) == 1,
               "struct kinds.quoted_yes: generate again");
_Static_assert(offsetof(struct kinds, quoted_ratio) == 184 && sizeof(((struct kinds *)0)->quoted_ratio) == 8,
               "struct kinds.quoted_ratio: generate again");
_Static_assert(offsetof(struct kinds, maybe) == 192 && sizeof(((struct kinds *)0)->maybe) == 4,
               "struct kinds.maybe: generate again");
_Static_assert(offsetof(struct kinds, small) == 196 && sizeof(((struct kinds *)0)->small) == 4,
               "struct kinds.small: generate again");
_Static_assert(offsetof(struct kinds, point) == 200 && sizeof(((struct kinds *)0)->point) == 8,
               "struct kinds.point: generate again");
_Static_assert(offsetof(struct kinds, spare) == 208 && sizeof(((struct kinds *)0)->spare) == 8,
               "struct kinds.spare: generate again");
_Static_assert(offsetof(struct kinds, tuple) == 216 && sizeof(((struct kinds *)0)->tuple) == 24,
               "struct kinds.tuple: generate again");
_Static_assert(offsetof(struct kinds, strict) == 240 && sizeof(((struct kinds *)0)->strict) == 4,
               "struct kinds.strict: generate again");
_Static_assert(offsetof(struct kinds, part) == 244 && sizeof(((struct kinds *)0)->part) == 16,
               "struct kinds.part: generate again");
_Static_assert(offsetof(struct kinds, where) == 264 && sizeof(((struct kinds *)0)->where) == 8,
               "struct kinds.where: generate again");
_Static_assert(offsetof(struct kinds, count) == 272 && sizeof(((struct kinds *)0)->count) == 8,
               "struct kinds.count: generate again");
_Static_assert(offsetof(struct kinds, shade) == 280 && sizeof(((struct kinds *)0)->shade) == 8,
               "struct kinds.shade: generate again");
_Static_assert(offsetof(struct kinds, sure) == 288 && sizeof(((struct kinds *)0)->sure) == 8,
               "struct kinds.sure: generate again");
_Static_assert(offsetof(struct kinds, weight) == 296 && sizeof(((struct kinds *)0)->weight) == 8,
               "struct kinds.weight: generate again");
_Static_assert(offsetof(struct kinds, list) == 304 && sizeof(((struct kinds *)0)->list) == 8,
               "struct kinds.list: generate again");
_Static_assert(offsetof(struct kinds, pair) == 312 && sizeof(((struct kinds *)0)->pair) == 8,
               "struct kinds.pair: generate again");
_Static_assert(offsetof(struct kinds, bytes) == 320 && sizeof(((struct kinds *)0)->bytes) == 4,
               "struct kinds.bytes: generate again");
_Static_assert(offsetof(struct kinds, bytes_n) == 324 && sizeof(((struct kinds *)0)->bytes_n) == 1,
               "struct kinds.bytes_n: generate again");
_Static_assert(offsetof(struct kinds, words) == 325 && sizeof(((struct kinds *)0)->words) == 18,
               "struct kinds.words: generate again");
_Static_assert(offsetof(struct kinds, words_n) == 344 && sizeof(((struct kinds *)0)->words_n) == 4,
               "struct kinds.words_n: generate again");
_Static_assert(offsetof(struct kinds, spots) == 348 && sizeof(((struct kinds *)0)->spots) == 16,
               "struct kinds.spots: generate again");
_Static_assert(offsetof(struct kinds, spots_n) == 368 && sizeof(((struct kinds *)0)->spots_n) == 8,
               "struct kinds.spots_n: generate again");
_Static_assert(offsetof(struct kinds, samples) == 376 && sizeof(((struct kinds *)0)->samples) == 8,
               "struct kinds.samples: generate again");
_Static_assert(offsetof(struct kinds, samples_n) == 384 && sizeof(((struct kinds *)0)->samples_n) == 8,
               "struct kinds.samples_n: generate again");
_Static_assert(offsetof(struct kinds, tags) == 392 && sizeof(((struct kinds *)0)->tags) == 8,
               "struct kinds.tags: generate again");
_Static_assert(offsetof(struct kinds, tags_n) == 400 && sizeof(((struct kinds *)0)->tags_n) == 4,
               "struct kinds.tags_n: generate again");
_Static_assert(offsetof(struct kinds, lines) == 408 && sizeof(((struct kinds *)0)->lines) == 8,
               "struct kinds.lines: generate again");
_Static_assert(offsetof(struct kinds, lines_n) == 416 && sizeof(((struct kinds *)0)->lines_n) == 1,
               "struct kinds.lines_n: generate again");
_Static_assert(offsetof(struct kinds, colors) == 424 && sizeof(((struct kinds *)0)->colors) == 8,
               "struct kinds.colors: generate again");
_Static_assert(offsetof(struct kinds, colors_n) == 432 && sizeof(((struct kinds *)0)->colors_n) == 8,
               "struct kinds.colors_n: generate again");
_Static_assert(offsetof(struct kinds, rows) == 440 && sizeof(((struct kinds *)0)->rows) == 8,
               "struct kinds.rows: generate again");
_Static_assert(offsetof(struct kinds, rows_n) == 448 && sizeof(((struct kinds *)0)->rows_n) == 8,
               "struct kinds.rows_n: generate again");
_Static_assert(offsetof(struct kinds, times) == 456 && sizeof(((struct kinds *)0)->times) == 8,
               "struct kinds.times: generate again");
_Static_assert(offsetof(struct kinds, times_n) == 464 && sizeof(((struct kinds *)0)->times_n) == 8,
               "struct kinds.times_n: generate again");
_Static_assert(offsetof(struct kinds, limits) == 472 && sizeof(((struct kinds *)0)->limits) == 8,
               "struct kinds.limits: generate again");
_Static_assert(offsetof(struct kinds, limits_n) == 480 && sizeof(((struct kinds *)0)->limits_n) == 8,
               "struct kinds.limits_n: generate again");
_Static_assert(offsetof(struct kinds, groups) == 488 && sizeof(((struct kinds *)0)->groups) == 8,
               "struct kinds.groups: generate again");
_Static_assert(offsetof(struct kinds, groups_n) == 496 && sizeof(((struct kinds *)0)->groups_n) == 8,
               "struct kinds.groups_n: generate again");
_Static_assert(offsetof(struct kinds, places) == 504 && sizeof(((struct kinds *)0)->places) == 48,
               "struct kinds.places: generate again");
_Static_assert(offsetof(struct kinds, places_n) == 552 && sizeof(((struct kinds *)0)->places_n) == 4,
               "struct kinds.places_n: generate again");
_Static_assert(offsetof(struct kinds, inner) == 556 && sizeof(((struct kinds *)0)->inner) == 4,
               "struct kinds.inner: generate again");
_Static_assert(offsetof(struct kinds, odd) == 560 && sizeof(((struct kinds *)0)->odd) == 4,
               "struct kinds.odd: generate again");
_Static_assert(offsetof(struct kinds, last) == 568 && sizeof(((struct kinds *)0)->last) == 8,
               "struct kinds.last: generate again");
_Static_assert(offsetof(struct kinds, opaque) == 576 && sizeof(((struct kinds *)0)->opaque) == 8,
               "struct kinds.opaque: generate again");

static const char *kinds_point_decode_object(struct fg_dec *d, const char *p, struct kinds_point *r,
                                             struct kinds_point_present *m);
static void kinds_point_encode_object(struct fg_enc *e, const struct kinds_point *r,
                                      const struct kinds_point_present *m);
static const char *kinds_tuple_decode_object(struct fg_dec *d, const char *p, struct kinds_tuple *r,
                                             struct kinds_tuple_present *m);
static void kinds_tuple_encode_object(struct fg_enc *e, const struct kinds_tuple *r,
                                      const struct kinds_tuple_present *m);
static int kinds_entry_own(struct fg_copier *c, struct kinds_entry *r);
static const char *kinds_entry_decode_object(struct fg_dec *d, const char *p, struct kinds_entry *r,
                                             struct kinds_entry_present *m);
static void kinds_entry_encode_object(struct fg_enc *e, const struct kinds_entry *r,
                                      const struct kinds_entry_present *m);
static const char *kinds_group_decode_names(struct fg_dec *d, const char *p, struct kinds_group *r);
static void kinds_group_encode_names(struct fg_enc *e, const struct kinds_group *r);
static int kinds_group_own(struct fg_copier *c, struct kinds_group *r);
static const char *kinds_group_decode_object(struct fg_dec *d, const char *p, struct kinds_group *r,
                                             struct kinds_group_present *m);
static void kinds_group_encode_object(struct fg_enc *e, const struct kinds_group *r,
                                      const struct kinds_group_present *m);
static const char *kinds_place_decode_object(struct fg_dec *d, const char *p, struct kinds_place *r,
                                             struct kinds_place_present *m);
static void kinds_place_encode_object(struct fg_enc *e, const struct kinds_place *r,
                                      const struct kinds_place_present *m);
static int kinds_node_own(struct fg_copier *c, struct kinds_node *r);
static const char *kinds_node_decode_object(struct fg_dec *d, const char *p, struct kinds_node *r,
                                            struct kinds_node_present *m);
static void kinds_node_encode_object(struct fg_enc *e, const struct kinds_node *r, const struct kinds_node_present *m);
static const char *kinds_strict_decode_object(struct fg_dec *d, const char *p, struct kinds_strict *r,
                                              struct kinds_strict_present *m);
static void kinds_strict_encode_object(struct fg_enc *e, const struct kinds_strict *r,
                                       const struct kinds_strict_present *m);
static const char *part_decode_object(struct fg_dec *d, const char *p, struct part *r, struct part_present *m);
static void part_encode_object(struct fg_enc *e, const struct part *r, const struct part_present *m);
static const char *kinds_decode_pair(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_pair(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_bytes(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_bytes(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_words(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_words(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_spots(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_spots(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_samples(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_samples(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_tags(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_tags(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_lines(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_lines(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_colors(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_colors(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_rows(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_rows(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_times(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_times(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_limits(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_limits(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_groups(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_groups(struct fg_enc *e, const struct kinds *r);
static const char *kinds_decode_places(struct fg_dec *d, const char *p, struct kinds *r);
static void kinds_encode_places(struct fg_enc *e, const struct kinds *r);
static int kinds_own(struct fg_copier *c, struct kinds *r);
static const char *kinds_decode_object(struct fg_dec *d, const char *p, struct kinds *r, struct kinds_present *m);
static void kinds_encode_object(struct fg_enc *e, const struct kinds *r, const struct kinds_present *m);

/* What enum kinds_color is called outside; then its names in C, accepted too. */
static const struct fg_enum_name kinds_color_names[] = {
	{ "red", 3, (int64_t)KINDS_RED },
	{ "dark_green", 10, (int64_t)KINDS_DARK_GREEN },
	{ "blue", 4, (int64_t)KINDS_BLUE },
	{ "KINDS_RED", 9, (int64_t)KINDS_RED },
	{ "KINDS_DARK_GREEN", 16, (int64_t)KINDS_DARK_GREEN },
	{ "KINDS_BLUE", 10, (int64_t)KINDS_BLUE },
};

/* The outside name of a value, in quotes. */
static void kinds_color_encode_name(struct fg_enc *e, enum kinds_color value)
{
	switch ((int64_t)value) {
	case (int64_t)KINDS_RED:
		fg_enc_text(e, "\"red\"", 5);
		break;
	case (int64_t)KINDS_DARK_GREEN:
		fg_enc_text(e, "\"dark_green\"", 12);
		break;
	case (int64_t)KINDS_BLUE:
		fg_enc_text(e, "\"blue\"", 6);
		break;
	default:
		fg_enc_fail(e, FG_ERR_ENCODE, "no enumerator of enum kinds_color has this value");
		break;
	}
}

/* What kinds_mode is called outside; then its names in C, accepted too. */
static const struct fg_enum_name kinds_mode_names[] = {
	{ "off", 3, (int64_t)MODE_OFF },
	{ "on", 2, (int64_t)MODE_ON },
	{ "MODE_OFF", 8, (int64_t)MODE_OFF },
	{ "MODE_ON", 7, (int64_t)MODE_ON },
};

/* What enum kinds_wide is called outside; then its names in C, accepted too. */
static const struct fg_enum_name kinds_wide_names[] = {
	{ "small", 5, (int64_t)WIDE_SMALL },
	{ "large", 5, (int64_t)WIDE_LARGE },
	{ "WIDE_SMALL", 10, (int64_t)WIDE_SMALL },
	{ "WIDE_LARGE", 10, (int64_t)WIDE_LARGE },
};

/* The outside name of a value, in quotes. */
static void kinds_wide_encode_name(struct fg_enc *e, enum kinds_wide value)
{
	switch ((int64_t)value) {
	case (int64_t)WIDE_SMALL:
		fg_enc_text(e, "\"small\"", 7);
		break;
	case (int64_t)WIDE_LARGE:
		fg_enc_text(e, "\"large\"", 7);
		break;
	default:
		fg_enc_fail(e, FG_ERR_ENCODE, "no enumerator of enum kinds_wide has this value");
		break;
	}
}

void kinds_point_present_all(struct kinds_point_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void kinds_point_patch(struct kinds_point *record, struct kinds_point_present *record_present,
                       const struct kinds_point *from, const struct kinds_point_present *present)
{
	FG_FILL(record, "kinds_point");
	FG_FILL_FIELD("kinds_point.x");
	if (!present || kinds_point_has(present, KINDS_POINT_FIELD_X))
		record->x = from->x;
	FG_FILL_FIELD("kinds_point.y");
	if (!present || kinds_point_has(present, KINDS_POINT_FIELD_Y))
		record->y = from->y;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* The defaults of all fields, for a struct kinds_point that stands inline in an absent field. */
static const char *kinds_point_defaults(struct fg_dec *d, const char *p, struct kinds_point *r)
{
	(void)d;
	r->y = -7;
	return p;
}

/* struct kinds_point at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_point_decode_object(struct fg_dec *d, const char *p, struct kinds_point *r,
                                             struct kinds_point_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"x\"", 3))
		goto name_y;
	p = fg_dec_colon(d, p + 3);
	if (!p)
		return NULL;
value_x:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "x");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds_point.x");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "x");
		r->x = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_y:
	if (!fg_dec_name_is(d, p, "\"y\"", 3))
		goto other;
	p = fg_dec_colon(d, p + 3);
	if (!p)
		return NULL;
value_y:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "y");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds_point.y");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "y");
		r->y = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 1u) >> 63) {
		case 0:
			if (name.len == 1 && memcmp(name.ptr, "x", 1) == 0)
				goto value_x;
			break;
		case 1:
			if (name.len == 1 && memcmp(name.ptr, "y", 1) == 0)
				goto value_y;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	if (FG_UNLIKELY(!(seen0 & 0x1u))) {
		fg_dec_fail(d, p, FG_ERR_REQUIRED, "a required field is absent");
		return fg_dec_in_field(d, "x");
	}
	if (!(seen0 & 0x2u)) {
		r->y = -7;
	}
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_point_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_point *ret_record, struct kinds_point_present *ret_present,
                       struct fg_error *ret_error)
{
	struct kinds_point_present present;
	struct kinds_point record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_point");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_point_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_point_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_point **ret_items,
                             struct kinds_point_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_point_present *present = NULL;
		struct kinds_point *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct kinds_point));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_point_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_point_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* The fields of *r that m names; NULL: all. */
static void kinds_point_encode_object(struct fg_enc *e, const struct kinds_point *r,
                                      const struct kinds_point_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_point_has(m, KINDS_POINT_FIELD_X)) {
		fg_enc_text(e, ",\"x\":", 5);
		fg_enc_int(e, r->x);
	}
	if (!m || kinds_point_has(m, KINDS_POINT_FIELD_Y)) {
		fg_enc_text(e, ",\"y\":", 5);
		fg_enc_int(e, r->y);
	}
	fg_enc_close(e, start, "{}");
}

int kinds_point_encode(const struct kinds_point *record, const struct kinds_point_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_point_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

static int kinds_point_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return kinds_point_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_point_fg_type: the typed functions behind void pointers. */
static int kinds_point_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return kinds_point_encode(record, present, out, ret_error);
}

static void kinds_point_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_point_patch(record, record_present, from, present);
}

const struct fg_type kinds_point_fg_type = {
	.name = "kinds_point",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct kinds_point),
	.record_align = _Alignof(struct kinds_point),
	.present_size = sizeof(struct kinds_point_present),
	.decode = kinds_point_type_decode,
	.encode = kinds_point_type_encode,
	.patch = kinds_point_type_patch,
};

void kinds_tuple_present_all(struct kinds_tuple_present *ret_present)
{
	ret_present->bits[0] = 0x7u;
}

void kinds_tuple_patch(struct kinds_tuple *record, struct kinds_tuple_present *record_present,
                       const struct kinds_tuple *from, const struct kinds_tuple_present *present)
{
	FG_FILL(record, "kinds_tuple");
	FG_FILL_FIELD("kinds_tuple.x");
	if (!present || kinds_tuple_has(present, KINDS_TUPLE_FIELD_X))
		record->x = from->x;
	FG_FILL_FIELD("kinds_tuple.label");
	if (!present || kinds_tuple_has(present, KINDS_TUPLE_FIELD_LABEL))
		memcpy(record->label, from->label, sizeof record->label);
	FG_FILL_FIELD("kinds_tuple.ratio");
	if (!present || kinds_tuple_has(present, KINDS_TUPLE_FIELD_RATIO))
		record->ratio = from->ratio;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x7u;
}

/* The defaults of all fields, for a struct kinds_tuple that stands inline in an absent field. */
static const char *kinds_tuple_defaults(struct fg_dec *d, const char *p, struct kinds_tuple *r)
{
	(void)d;
	r->ratio = 0.5;
	return p;
}

/* struct kinds_tuple at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_tuple_decode_object(struct fg_dec *d, const char *p, struct kinds_tuple *r,
                                             struct kinds_tuple_present *m)
{
	uint64_t seen0 = 0, gone0 = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;

	/* x */
	if (*p == ']')
		goto end;
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds_tuple.x");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT16_MIN, INT16_MAX, "out of range for int16_t", &value);
		if (!p)
			return fg_dec_in_item(d, 0);
		r->x = (int16_t)value;
	}
	p = fg_dec_item(d, p);
	if (!p)
		return NULL;

	/* label */
	if (*p == ']')
		goto end;
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds_tuple.label");
	p = fg_dec_chars(d, p, r->label, sizeof r->label, false);
	if (!p)
		return fg_dec_in_item(d, 1);
	p = fg_dec_item(d, p);
	if (!p)
		return NULL;

	/* ratio */
	if (*p == ']')
		goto end;
	seen0 |= 0x4u;
	FG_FILL_FIELD("kinds_tuple.ratio");
	if (fg_dec_is_null(d, p)) {
		memset(&r->ratio, 0, sizeof r->ratio);
		gone0 |= 0x4u;
		p += 4;
	} else {
		gone0 &= ~0x4u;
		p = fg_dec_double(d, p, &r->ratio);
		if (!p)
			return fg_dec_in_item(d, 2);
	}
	p = fg_dec_item(d, p);
	if (!p)
		return NULL;

	while (*p != ']') {
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, p, FG_ERR_UNKNOWN, "more items than the tuple has");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
end:
	seen0 &= ~gone0;
	if (FG_UNLIKELY(!(seen0 & 0x1u))) {
		fg_dec_fail(d, p, FG_ERR_REQUIRED, "a required field is absent");
		return fg_dec_in_item(d, 0);
	}
	if (!(seen0 & 0x4u)) {
		r->ratio = 0.5;
	}
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_tuple_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_tuple *ret_record, struct kinds_tuple_present *ret_present,
                       struct fg_error *ret_error)
{
	struct kinds_tuple_present present;
	struct kinds_tuple record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_tuple");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_tuple_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_tuple_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_tuple **ret_items,
                             struct kinds_tuple_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_tuple_present *present = NULL;
		struct kinds_tuple *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct kinds_tuple));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_tuple_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_tuple_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* The fields of *r that m names; NULL: all. */
static void kinds_tuple_encode_object(struct fg_enc *e, const struct kinds_tuple *r,
                                      const struct kinds_tuple_present *m)
{
	size_t start = e->out->len;
	size_t n = 0;

	if (!m || kinds_tuple_has(m, KINDS_TUPLE_FIELD_X))
		n = 1;
	if (!m || kinds_tuple_has(m, KINDS_TUPLE_FIELD_LABEL))
		n = 2;
	if (!m || kinds_tuple_has(m, KINDS_TUPLE_FIELD_RATIO))
		n = 3;
	if (n > 0) {
		fg_enc_text(e, ",", 1);
		fg_enc_int(e, r->x);
	}
	if (n > 1) {
		fg_enc_text(e, ",", 1);
		fg_enc_str(e, r->label, strnlen(r->label, sizeof r->label));
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, 1);
			return;
		}
	}
	if (n > 2) {
		fg_enc_text(e, ",", 1);
		fg_enc_double(e, r->ratio);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, 2);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

int kinds_tuple_encode(const struct kinds_tuple *record, const struct kinds_tuple_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_tuple_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

static int kinds_tuple_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return kinds_tuple_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_tuple_fg_type: the typed functions behind void pointers. */
static int kinds_tuple_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return kinds_tuple_encode(record, present, out, ret_error);
}

static void kinds_tuple_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_tuple_patch(record, record_present, from, present);
}

const struct fg_type kinds_tuple_fg_type = {
	.name = "kinds_tuple",
	.abi = FG_TYPE_ABI,
	.fields_n = 3,
	.record_size = sizeof(struct kinds_tuple),
	.record_align = _Alignof(struct kinds_tuple),
	.present_size = sizeof(struct kinds_tuple_present),
	.decode = kinds_tuple_type_decode,
	.encode = kinds_tuple_type_encode,
	.patch = kinds_tuple_type_patch,
};

void kinds_entry_present_all(struct kinds_entry_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void kinds_entry_patch(struct kinds_entry *record, struct kinds_entry_present *record_present,
                       const struct kinds_entry *from, const struct kinds_entry_present *present)
{
	FG_FILL(record, "kinds_entry");
	FG_FILL_FIELD("kinds_entry.name");
	if (!present || kinds_entry_has(present, KINDS_ENTRY_FIELD_NAME))
		record->name = from->name;
	FG_FILL_FIELD("kinds_entry.value");
	if (!present || kinds_entry_has(present, KINDS_ENTRY_FIELD_VALUE))
		record->value = from->value;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* struct kinds_entry at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_entry_decode_object(struct fg_dec *d, const char *p, struct kinds_entry *r,
                                             struct kinds_entry_present *m)
{
	uint64_t seen0 = 0, gone0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"name\"", 6))
		goto name_value;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_name:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "name");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds_entry.name");
	if (fg_dec_is_null(d, p)) {
		r->name = (struct fg_str){ NULL, 0 };
		p += 4;
	} else {
		p = fg_dec_str(d, p, &r->name);
		if (!p)
			return fg_dec_in_field(d, "name");
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_value:
	if (!fg_dec_name_is(d, p, "\"value\"", 7))
		goto other;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_value:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "value");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds_entry.value");
	if (fg_dec_is_null(d, p)) {
		memset(&r->value, 0, sizeof r->value);
		gone0 |= 0x2u;
		p += 4;
	} else {
		gone0 &= ~0x2u;
		{
			int64_t value;

			p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
			if (!p)
				return fg_dec_in_field(d, "value");
			r->value = (int64_t)value;
		}
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 4u) >> 63) {
		case 0:
			if (name.len == 4 && memcmp(name.ptr, "name", 4) == 0)
				goto value_name;
			break;
		case 1:
			if (name.len == 5 && memcmp(name.ptr, "value", 5) == 0)
				goto value_value;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	seen0 &= ~gone0;
	if (!(seen0 & 0x2u)) {
		r->value = -1;
	}
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_entry_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_entry *ret_record, struct kinds_entry_present *ret_present,
                       struct fg_error *ret_error)
{
	struct kinds_entry_present present;
	struct kinds_entry record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_entry");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_entry_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_entry_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_entry **ret_items,
                             struct kinds_entry_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_entry_present *present = NULL;
		struct kinds_entry *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct kinds_entry));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_entry_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_entry_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* The fields of *r that m names; NULL: all. */
static void kinds_entry_encode_object(struct fg_enc *e, const struct kinds_entry *r,
                                      const struct kinds_entry_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_entry_has(m, KINDS_ENTRY_FIELD_NAME)) {
		fg_enc_text(e, ",\"name\":", 8);
		fg_enc_str(e, r->name.ptr, r->name.len);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "name");
			return;
		}
	}
	if (!m || kinds_entry_has(m, KINDS_ENTRY_FIELD_VALUE)) {
		fg_enc_text(e, ",\"value\":", 9);
		fg_enc_int(e, r->value);
	}
	fg_enc_close(e, start, "{}");
}

int kinds_entry_encode(const struct kinds_entry *record, const struct kinds_entry_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_entry_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* Makes all that *r points to its own. On failure *r is to be thrown away. */
static int kinds_entry_own(struct fg_copier *c, struct kinds_entry *r)
{
	int rc;

	if (c->depth == 0)
		return -EINVAL;
	c->depth--;
	rc = fg_copy_str(c, &r->name);
	if (rc)
		return rc;
	c->depth++;
	return 0;
}

int kinds_entry_copy(const struct kinds_entry *from, struct fg_arena *arena, struct kinds_entry *ret_record)
{
	struct fg_copier c = {arena, FG_COPY_DEPTH_MAX};
	struct kinds_entry record;
	int rc;

	FG_FILL(ret_record, "kinds_entry");
	memcpy(&record, from, sizeof record);
	rc = kinds_entry_own(&c, &record);
	if (rc)
		return rc;
	memcpy(ret_record, &record, sizeof *ret_record);
	return 0;
}

/* ---- kinds_entry_shared ---- */

void kinds_entry_shared_init(struct kinds_entry_shared *shared, const struct fg_allocator *allocator)
{
	memset(shared, 0, sizeof *shared);
	shared->snapshot.allocator = allocator;
}

/* What the snapshot group points to. Fields of other groups are zero. */
struct kinds_entry_block {
	struct kinds_entry record;
	struct kinds_entry_present present;
};

void kinds_entry_shared_fini(struct kinds_entry_shared *shared)
{
	if (shared)
		fg_publish_fini(&shared->snapshot);
}

/* Locks the group where the patch names any of it, and makes its next block. Returns: 0, with *ret_block NULL where it
 * names none; -ENOMEM or -EINVAL, nothing locked. */
static int kinds_entry_prepare_snapshot(struct kinds_entry_shared *shared, const struct kinds_entry *record,
                                        const struct kinds_entry_present *present, struct kinds_entry_block **ret_block)
{
	struct fg_copier c = {NULL, FG_COPY_DEPTH_MAX};
	struct kinds_entry_present named = *present;
	struct kinds_entry_block *block;
	int rc;

	*ret_block = NULL;
	named.bits[0] &= 0x3u;
	if (!named.bits[0])
		return 0;
	block = fg_publish_begin(&shared->snapshot, sizeof *block, _Alignof(struct kinds_entry_block), &c.arena);
	if (!block)
		return -ENOMEM;
	kinds_entry_patch(&block->record, &block->present, record, &named);
	rc = kinds_entry_own(&c, &block->record);
	if (rc) {
		fg_publish_drop(&shared->snapshot, block);
		return rc;
	}
	*ret_block = block;
	return 0;
}

static int kinds_entry_get_snapshot(struct kinds_entry_shared *shared, struct fg_arena *arena,
                                    struct kinds_entry *ret_record, struct kinds_entry_present *ret_present)
{
	struct fg_read read = fg_read_begin();
	const struct kinds_entry_block *block = fg_publish_get(&shared->snapshot, &read);
	int rc = 0;

	if (block)
		rc = kinds_entry_copy(&block->record, arena, ret_record);
	else
		memset(ret_record, 0, sizeof *ret_record);
	if (!rc && block)
		*ret_present = block->present;
	else if (!rc)
		memset(ret_present, 0, sizeof *ret_present);
	fg_read_end(&read);
	return rc;
}

const struct kinds_entry *kinds_entry_view(const struct kinds_entry_shared *shared, const struct fg_read *read,
                                           struct kinds_entry_present *ret_present)
{
	const struct kinds_entry_block *block = fg_publish_get(&shared->snapshot, read);

	if (!block)
		return NULL;
	if (ret_present)
		*ret_present = block->present;
	return &block->record;
}

int kinds_entry_merge(struct kinds_entry_shared *shared, const struct kinds_entry *record,
                      const struct kinds_entry_present *present)
{
	struct kinds_entry_present all;
	struct kinds_entry_block *block;
	int rc;

	if (!present) {
		kinds_entry_present_all(&all);
		present = &all;
	}
	rc = kinds_entry_prepare_snapshot(shared, record, present, &block);
	if (rc)
		return rc;
	if (block) {
		if (FG_WATCHED(kinds_entry)) {
			const struct kinds_entry_block *was = atomic_load_explicit(&shared->snapshot.block,
			        memory_order_relaxed);

			(void)was;
			if (kinds_entry_has(present, KINDS_ENTRY_FIELD_NAME))
				FG_PROBE_WHOLE(kinds_entry, shared, KINDS_ENTRY_FIELD_NAME);
			if (kinds_entry_has(present, KINDS_ENTRY_FIELD_VALUE))
				FG_PROBE(kinds_entry, shared, KINDS_ENTRY_FIELD_VALUE, was ?
				         was->record.value : (int64_t)0, block->record.value);
		}
		fg_publish_commit(&shared->snapshot, block);
	}
	return 0;
}

int kinds_entry_read(struct kinds_entry_shared *shared, struct fg_arena *arena, struct kinds_entry *ret_record,
                     struct kinds_entry_present *ret_present)
{
	struct kinds_entry_present unused;
	int rc;

	FG_FILL(ret_record, "kinds_entry");
	if (!ret_present)
		ret_present = &unused;
	rc = kinds_entry_get_snapshot(shared, arena, ret_record, ret_present);
	if (rc)
		return rc;
	return 0;
}

/* Reads without a copy: what the record points to is good until the section is closed. */
static void kinds_entry_look(struct kinds_entry_shared *shared, const struct fg_read *section,
                             struct kinds_entry *ret_record, struct kinds_entry_present *ret_present)
{
	const struct kinds_entry *view;
	struct kinds_entry_present unused;

	FG_FILL(ret_record, "kinds_entry");
	if (!ret_present)
		ret_present = &unused;
	view = kinds_entry_view(shared, section, ret_present);
	if (view) {
		memcpy(ret_record, view, sizeof *ret_record);
	} else {
		memset(ret_record, 0, sizeof *ret_record);
		memset(ret_present, 0, sizeof *ret_present);
	}
}

static int kinds_entry_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return kinds_entry_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_entry_fg_type: the typed functions behind void pointers. */
static int kinds_entry_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return kinds_entry_encode(record, present, out, ret_error);
}

static void kinds_entry_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_entry_patch(record, record_present, from, present);
}

static int kinds_entry_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	(void)ret_refusal;
	return kinds_entry_merge(shared, record, present);
}

static void kinds_entry_type_init(void *shared, const struct fg_allocator *allocator)
{
	kinds_entry_shared_init(shared, allocator);
}

static void kinds_entry_type_fini(void *shared)
{
	kinds_entry_shared_fini(shared);
}

static int kinds_entry_type_read(void *shared, struct fg_arena *arena, void *ret_record, void *ret_present)
{
	return kinds_entry_read(shared, arena, ret_record, ret_present);
}

static void kinds_entry_type_look(void *shared, const struct fg_read *section, void *ret_record, void *ret_present)
{
	kinds_entry_look(shared, section, ret_record, ret_present);
}

static int kinds_entry_type_copy(const void *from, struct fg_arena *arena, void *ret_record)
{
	return kinds_entry_copy(from, arena, ret_record);
}

static const struct fg_type_pointers kinds_entry_type_pointers = {kinds_entry_type_init, kinds_entry_type_fini,
        kinds_entry_type_read, kinds_entry_type_look, kinds_entry_type_copy};

const struct fg_type kinds_entry_fg_type = {
	.name = "kinds_entry",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct kinds_entry),
	.record_align = _Alignof(struct kinds_entry),
	.present_size = sizeof(struct kinds_entry_present),
	.decode = kinds_entry_type_decode,
	.encode = kinds_entry_type_encode,
	.patch = kinds_entry_type_patch,
	.shared_size = sizeof(struct kinds_entry_shared),
	.shared_align = _Alignof(struct kinds_entry_shared),
	.shared_used = offsetof(struct kinds_entry_shared,
	                        snapshot) + sizeof(((struct kinds_entry_shared *)0)->snapshot),
	.merge = kinds_entry_type_merge,
	.pointers = &kinds_entry_type_pointers,
};

void kinds_group_present_all(struct kinds_group_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void kinds_group_patch(struct kinds_group *record, struct kinds_group_present *record_present,
                       const struct kinds_group *from, const struct kinds_group_present *present)
{
	FG_FILL(record, "kinds_group");
	FG_FILL_FIELD("kinds_group.number");
	if (!present || kinds_group_has(present, KINDS_GROUP_FIELD_NUMBER))
		record->number = from->number;
	FG_FILL_FIELD("kinds_group.names");
	if (!present || kinds_group_has(present, KINDS_GROUP_FIELD_NAMES)) {
		record->names = from->names;
		record->names_n = from->names_n;
	}
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* struct kinds_group.names: items in the arena */
static const char *kinds_group_decode_names(struct fg_dec *d, const char *p, struct kinds_group *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		char **item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(char *));

		if (!item)
			return NULL;
		if (fg_dec_is_null(d, p)) {
			*item = NULL;
			p += 4;
		} else {
			char *string = NULL;

			p = fg_dec_cstr(d, p, &string);
			if (!p)
				return fg_dec_in_item(d, n);
			*item = string;
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->names = items;
	if (n > 4294967295u)
		return fg_dec_fail(d, p, FG_ERR_LENGTH, "more items than uint32_t can count");
	r->names_n = (uint32_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds_group at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_group_decode_object(struct fg_dec *d, const char *p, struct kinds_group *r,
                                             struct kinds_group_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"number\"", 8))
		goto name_names;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_number:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "number");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds_group.number");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT16_MAX, "out of range for uint16_t", &value);
		if (!p)
			return fg_dec_in_field(d, "number");
		r->number = (uint16_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_names:
	if (!fg_dec_name_is(d, p, "\"names\"", 7))
		goto other;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_names:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "names");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds_group.names");
	p = kinds_group_decode_names(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "names");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 1u) >> 63) {
		case 0:
			if (name.len == 6 && memcmp(name.ptr, "number", 6) == 0)
				goto value_number;
			break;
		case 1:
			if (name.len == 5 && memcmp(name.ptr, "names", 5) == 0)
				goto value_names;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_group_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_group *ret_record, struct kinds_group_present *ret_present,
                       struct fg_error *ret_error)
{
	struct kinds_group_present present;
	struct kinds_group record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_group");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_group_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_group_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_group **ret_items,
                             struct kinds_group_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_group_present *present = NULL;
		struct kinds_group *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct kinds_group));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_group_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_group_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* struct kinds_group.names, brackets included */
static void kinds_group_encode_names(struct fg_enc *e, const struct kinds_group *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->names_n;

	if (n > 0 && !r->names) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char *const *item = &r->names[i];

		fg_enc_text(e, ",", 1);
		fg_enc_str(e, (*item), (*item) ? strlen((*item)) : 0);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* The fields of *r that m names; NULL: all. */
static void kinds_group_encode_object(struct fg_enc *e, const struct kinds_group *r,
                                      const struct kinds_group_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_group_has(m, KINDS_GROUP_FIELD_NUMBER)) {
		fg_enc_text(e, ",\"number\":", 10);
		fg_enc_uint(e, r->number);
	}
	if (!m || kinds_group_has(m, KINDS_GROUP_FIELD_NAMES)) {
		fg_enc_text(e, ",\"names\":", 9);
		kinds_group_encode_names(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "names");
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

int kinds_group_encode(const struct kinds_group *record, const struct kinds_group_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_group_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* Makes all that *r points to its own. On failure *r is to be thrown away. */
static int kinds_group_own(struct fg_copier *c, struct kinds_group *r)
{
	size_t n;
	char *string;
	int rc;

	if (c->depth == 0)
		return -EINVAL;
	c->depth--;
	n = (size_t)r->names_n;
	if (n > 0 && !r->names)
		return -EINVAL;
	if (r->names) {
		char **to = fg_copy_items(c, r->names, n, sizeof *to, _Alignof(char *));

		if (!to)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++) {
			rc = fg_copy_cstr(c, to[i], &string);
			if (rc)
				return rc;
			to[i] = string;
		}
		r->names = to;
	}
	c->depth++;
	return 0;
}

int kinds_group_copy(const struct kinds_group *from, struct fg_arena *arena, struct kinds_group *ret_record)
{
	struct fg_copier c = {arena, FG_COPY_DEPTH_MAX};
	struct kinds_group record;
	int rc;

	FG_FILL(ret_record, "kinds_group");
	memcpy(&record, from, sizeof record);
	rc = kinds_group_own(&c, &record);
	if (rc)
		return rc;
	memcpy(ret_record, &record, sizeof *ret_record);
	return 0;
}

/* ---- kinds_group_shared ---- */

void kinds_group_shared_init(struct kinds_group_shared *shared, const struct fg_allocator *allocator)
{
	memset(shared, 0, sizeof *shared);
	shared->snapshot.allocator = allocator;
}

/* What the snapshot group points to. Fields of other groups are zero. */
struct kinds_group_block {
	struct kinds_group record;
	struct kinds_group_present present;
};

void kinds_group_shared_fini(struct kinds_group_shared *shared)
{
	if (shared)
		fg_publish_fini(&shared->snapshot);
}

/* Locks the group where the patch names any of it, and makes its next block. Returns: 0, with *ret_block NULL where it
 * names none; -ENOMEM or -EINVAL, nothing locked. */
static int kinds_group_prepare_snapshot(struct kinds_group_shared *shared, const struct kinds_group *record,
                                        const struct kinds_group_present *present, struct kinds_group_block **ret_block)
{
	struct fg_copier c = {NULL, FG_COPY_DEPTH_MAX};
	struct kinds_group_present named = *present;
	struct kinds_group_block *block;
	int rc;

	*ret_block = NULL;
	named.bits[0] &= 0x3u;
	if (!named.bits[0])
		return 0;
	block = fg_publish_begin(&shared->snapshot, sizeof *block, _Alignof(struct kinds_group_block), &c.arena);
	if (!block)
		return -ENOMEM;
	kinds_group_patch(&block->record, &block->present, record, &named);
	rc = kinds_group_own(&c, &block->record);
	if (rc) {
		fg_publish_drop(&shared->snapshot, block);
		return rc;
	}
	*ret_block = block;
	return 0;
}

static int kinds_group_get_snapshot(struct kinds_group_shared *shared, struct fg_arena *arena,
                                    struct kinds_group *ret_record, struct kinds_group_present *ret_present)
{
	struct fg_read read = fg_read_begin();
	const struct kinds_group_block *block = fg_publish_get(&shared->snapshot, &read);
	int rc = 0;

	if (block)
		rc = kinds_group_copy(&block->record, arena, ret_record);
	else
		memset(ret_record, 0, sizeof *ret_record);
	if (!rc && block)
		*ret_present = block->present;
	else if (!rc)
		memset(ret_present, 0, sizeof *ret_present);
	fg_read_end(&read);
	return rc;
}

const struct kinds_group *kinds_group_view(const struct kinds_group_shared *shared, const struct fg_read *read,
                                           struct kinds_group_present *ret_present)
{
	const struct kinds_group_block *block = fg_publish_get(&shared->snapshot, read);

	if (!block)
		return NULL;
	if (ret_present)
		*ret_present = block->present;
	return &block->record;
}

int kinds_group_merge(struct kinds_group_shared *shared, const struct kinds_group *record,
                      const struct kinds_group_present *present)
{
	struct kinds_group_present all;
	struct kinds_group_block *block;
	int rc;

	if (!present) {
		kinds_group_present_all(&all);
		present = &all;
	}
	rc = kinds_group_prepare_snapshot(shared, record, present, &block);
	if (rc)
		return rc;
	if (block) {
		if (FG_WATCHED(kinds_group)) {
			const struct kinds_group_block *was = atomic_load_explicit(&shared->snapshot.block,
			        memory_order_relaxed);

			(void)was;
			if (kinds_group_has(present, KINDS_GROUP_FIELD_NUMBER))
				FG_PROBE(kinds_group, shared, KINDS_GROUP_FIELD_NUMBER, was ?
				         was->record.number : (uint16_t)0, block->record.number);
			if (kinds_group_has(present, KINDS_GROUP_FIELD_NAMES))
				FG_PROBE_WHOLE(kinds_group, shared, KINDS_GROUP_FIELD_NAMES);
		}
		fg_publish_commit(&shared->snapshot, block);
	}
	return 0;
}

int kinds_group_read(struct kinds_group_shared *shared, struct fg_arena *arena, struct kinds_group *ret_record,
                     struct kinds_group_present *ret_present)
{
	struct kinds_group_present unused;
	int rc;

	FG_FILL(ret_record, "kinds_group");
	if (!ret_present)
		ret_present = &unused;
	rc = kinds_group_get_snapshot(shared, arena, ret_record, ret_present);
	if (rc)
		return rc;
	return 0;
}

/* Reads without a copy: what the record points to is good until the section is closed. */
static void kinds_group_look(struct kinds_group_shared *shared, const struct fg_read *section,
                             struct kinds_group *ret_record, struct kinds_group_present *ret_present)
{
	const struct kinds_group *view;
	struct kinds_group_present unused;

	FG_FILL(ret_record, "kinds_group");
	if (!ret_present)
		ret_present = &unused;
	view = kinds_group_view(shared, section, ret_present);
	if (view) {
		memcpy(ret_record, view, sizeof *ret_record);
	} else {
		memset(ret_record, 0, sizeof *ret_record);
		memset(ret_present, 0, sizeof *ret_present);
	}
}

static int kinds_group_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return kinds_group_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_group_fg_type: the typed functions behind void pointers. */
static int kinds_group_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return kinds_group_encode(record, present, out, ret_error);
}

static void kinds_group_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_group_patch(record, record_present, from, present);
}

static int kinds_group_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	(void)ret_refusal;
	return kinds_group_merge(shared, record, present);
}

static void kinds_group_type_init(void *shared, const struct fg_allocator *allocator)
{
	kinds_group_shared_init(shared, allocator);
}

static void kinds_group_type_fini(void *shared)
{
	kinds_group_shared_fini(shared);
}

static int kinds_group_type_read(void *shared, struct fg_arena *arena, void *ret_record, void *ret_present)
{
	return kinds_group_read(shared, arena, ret_record, ret_present);
}

static void kinds_group_type_look(void *shared, const struct fg_read *section, void *ret_record, void *ret_present)
{
	kinds_group_look(shared, section, ret_record, ret_present);
}

static int kinds_group_type_copy(const void *from, struct fg_arena *arena, void *ret_record)
{
	return kinds_group_copy(from, arena, ret_record);
}

static const struct fg_type_pointers kinds_group_type_pointers = {kinds_group_type_init, kinds_group_type_fini,
        kinds_group_type_read, kinds_group_type_look, kinds_group_type_copy};

const struct fg_type kinds_group_fg_type = {
	.name = "kinds_group",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct kinds_group),
	.record_align = _Alignof(struct kinds_group),
	.present_size = sizeof(struct kinds_group_present),
	.decode = kinds_group_type_decode,
	.encode = kinds_group_type_encode,
	.patch = kinds_group_type_patch,
	.shared_size = sizeof(struct kinds_group_shared),
	.shared_align = _Alignof(struct kinds_group_shared),
	.shared_used = offsetof(struct kinds_group_shared,
	                        snapshot) + sizeof(((struct kinds_group_shared *)0)->snapshot),
	.merge = kinds_group_type_merge,
	.pointers = &kinds_group_type_pointers,
};

void kinds_place_present_all(struct kinds_place_present *ret_present)
{
	ret_present->bits[0] = 0x7u;
}

void kinds_place_patch(struct kinds_place *record, struct kinds_place_present *record_present,
                       const struct kinds_place *from, const struct kinds_place_present *present)
{
	FG_FILL(record, "kinds_place");
	FG_FILL_FIELD("kinds_place.code");
	if (!present || kinds_place_has(present, KINDS_PLACE_FIELD_CODE))
		memcpy(record->code, from->code, sizeof record->code);
	FG_FILL_FIELD("kinds_place.height");
	if (!present || kinds_place_has(present, KINDS_PLACE_FIELD_HEIGHT))
		record->height = from->height;
	FG_FILL_FIELD("kinds_place.open");
	if (!present || kinds_place_has(present, KINDS_PLACE_FIELD_OPEN))
		record->open = from->open;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x7u;
}

/* struct kinds_place at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_place_decode_object(struct fg_dec *d, const char *p, struct kinds_place *r,
                                             struct kinds_place_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"height\"", 8))
		goto name_open;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_height:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "height");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds_place.height");
	p = fg_dec_double(d, p, &r->height);
	if (!p)
		return fg_dec_in_field(d, "height");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_open:
	if (!fg_dec_name_is(d, p, "\"open\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_open:
	if (FG_UNLIKELY(seen0 & 0x4u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "open");
	}
	seen0 |= 0x4u;
	FG_FILL_FIELD("kinds_place.open");
	p = fg_dec_bool(d, p, &r->open);
	if (!p)
		return fg_dec_in_field(d, "open");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 2u) >> 63) {
		case 0:
			if (name.len == 6 && memcmp(name.ptr, "height", 6) == 0)
				goto value_height;
			break;
		case 1:
			if (name.len == 4 && memcmp(name.ptr, "open", 4) == 0)
				goto value_open;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	if (FG_UNLIKELY(!(seen0 & 0x2u))) {
		fg_dec_fail(d, p, FG_ERR_REQUIRED, "a required field is absent");
		return fg_dec_in_field(d, "height");
	}
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_place_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds_place *ret_record, struct kinds_place_present *ret_present,
                       struct fg_error *ret_error)
{
	struct kinds_place_present present;
	struct kinds_place record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_place");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_place_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_place_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct kinds_place **ret_items,
                             struct kinds_place_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_place_present *present = NULL;
		struct kinds_place *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct kinds_place));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_place_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_place_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* The fields of *r that m names; NULL: all. */
static void kinds_place_encode_object(struct fg_enc *e, const struct kinds_place *r,
                                      const struct kinds_place_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_place_has(m, KINDS_PLACE_FIELD_HEIGHT)) {
		fg_enc_text(e, ",\"height\":", 10);
		fg_enc_double(e, r->height);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "height");
			return;
		}
	}
	if (!m || kinds_place_has(m, KINDS_PLACE_FIELD_OPEN)) {
		fg_enc_text(e, ",\"open\":", 8);
		fg_enc_bool(e, r->open);
	}
	fg_enc_close(e, start, "{}");
}

int kinds_place_encode(const struct kinds_place *record, const struct kinds_place_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_place_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* ---- kinds_place_shared ---- */

_Static_assert(sizeof(struct kinds_place_snapshot) == 24, "struct kinds_place: generate again");
_Static_assert(offsetof(struct kinds_place_snapshot, code) == 0, "struct kinds_place: generate again");
_Static_assert(offsetof(struct kinds_place_snapshot, height) == 8, "struct kinds_place: generate again");
_Static_assert(offsetof(struct kinds_place_snapshot, open) == 16, "struct kinds_place: generate again");

void kinds_place_shared_init(struct kinds_place_shared *shared)
{
	memset(shared, 0, sizeof *shared);
}

static void kinds_place_merge_snapshot(struct kinds_place_shared *shared, const struct kinds_place *record,
                                       const struct kinds_place_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x7u};
	_Atomic uint64_t *fields = shared->snapshot.words + 1;

	if (!bits[0])
		return;
	fg_seq_lock(&shared->snapshot.sequence);
	if (FG_WATCHED(kinds_place)) {
		if (kinds_place_has(present, KINDS_PLACE_FIELD_CODE))
			FG_PROBE_WHOLE(kinds_place, shared, KINDS_PLACE_FIELD_CODE);
		if (kinds_place_has(present, KINDS_PLACE_FIELD_HEIGHT))
			FG_PROBE_WORDS(kinds_place, shared, KINDS_PLACE_FIELD_HEIGHT, double, fields,
			               offsetof(struct kinds_place_snapshot, height), record->height);
		if (kinds_place_has(present, KINDS_PLACE_FIELD_OPEN))
			FG_PROBE_WORDS(kinds_place, shared, KINDS_PLACE_FIELD_OPEN, bool, fields,
			               offsetof(struct kinds_place_snapshot, open), record->open);
	}
	fg_words_or(shared->snapshot.words, bits, 1);
	if (kinds_place_has(present, KINDS_PLACE_FIELD_CODE))
		fg_words_put(fields, offsetof(struct kinds_place_snapshot, code), &record->code, sizeof record->code);
	if (kinds_place_has(present, KINDS_PLACE_FIELD_HEIGHT))
		fg_words_put(fields, offsetof(struct kinds_place_snapshot, height), &record->height,
		             sizeof record->height);
	if (kinds_place_has(present, KINDS_PLACE_FIELD_OPEN))
		fg_words_put(fields, offsetof(struct kinds_place_snapshot, open), &record->open, sizeof record->open);
	fg_seq_unlock(&shared->snapshot.sequence);
}

void kinds_place_merge(struct kinds_place_shared *shared, const struct kinds_place *record,
                       const struct kinds_place_present *present)
{
	struct kinds_place_present all;

	if (!present) {
		kinds_place_present_all(&all);
		present = &all;
	}
	kinds_place_merge_snapshot(shared, record, present);
}

FG_ALWAYS_INLINE void kinds_place_copy_snapshot(const struct kinds_place_shared *shared, struct kinds_place *ret_record,
                                                struct kinds_place_present *ret_present, uint64_t bits[1])
{
	const _Atomic uint64_t *fields = shared->snapshot.words + 1;

	(void)ret_present;
	fg_words_load(bits, shared->snapshot.words, 1);
	/* code to open */
	fg_words_get((char *)ret_record + offsetof(struct kinds_place, code), fields,
	             offsetof(struct kinds_place_snapshot, code), 17);
}

FG_NEVER_INLINE void kinds_place_retry_snapshot(struct kinds_place_shared *shared, struct kinds_place *ret_record,
                                                struct kinds_place_present *ret_present)
{
	struct fg_seq_retry retry = {0};
	uint64_t bits[1];

	do {
		fg_seq_retry(&shared->snapshot.sequence, &retry);
		kinds_place_copy_snapshot(shared, ret_record, ret_present, bits);
	} while (fg_seq_retry_failed(&shared->snapshot.sequence, &retry));
	ret_present->bits[0] |= bits[0];
}

FG_ALWAYS_INLINE void kinds_place_get_snapshot(struct kinds_place_shared *shared, struct kinds_place *ret_record,
                                               struct kinds_place_present *ret_present)
{
	uint64_t begun = fg_seq_read_begin(&shared->snapshot.sequence);
	uint64_t bits[1];

	kinds_place_copy_snapshot(shared, ret_record, ret_present, bits);
	if (fg_seq_read_failed(&shared->snapshot.sequence, begun)) {
		kinds_place_retry_snapshot(shared, ret_record, ret_present);
		return;
	}
	ret_present->bits[0] |= bits[0];
}

void kinds_place_read(struct kinds_place_shared *shared, struct kinds_place *ret_record,
                      struct kinds_place_present *ret_present)
{
	struct kinds_place_present unused;

	FG_FILL(ret_record, "kinds_place");
	if (!ret_present)
		ret_present = &unused;
	ret_present->bits[0] = 0;
	kinds_place_get_snapshot(shared, ret_record, ret_present);
}

void kinds_place_reread_snapshot(struct kinds_place_shared *shared, struct kinds_place_snapshot *ret_group)
{
	struct fg_seq_retry retry = {0};

	do {
		fg_seq_retry(&shared->snapshot.sequence, &retry);
		fg_words_get(ret_group, shared->snapshot.words + 1, 0, sizeof *ret_group);
	} while (fg_seq_retry_failed(&shared->snapshot.sequence, &retry));
}

static void kinds_place_put_snapshot(struct kinds_place_shared *shared, const struct kinds_place_snapshot *group,
                                     const struct kinds_place_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x7u};
	_Atomic uint64_t *fields = shared->snapshot.words + 1;

	fg_seq_lock(&shared->snapshot.sequence);
	if (FG_WATCHED(kinds_place)) {
		FG_PROBE_WHOLE(kinds_place, shared, KINDS_PLACE_FIELD_CODE);
		FG_PROBE_WORDS(kinds_place, shared, KINDS_PLACE_FIELD_HEIGHT, double, fields,
		               offsetof(struct kinds_place_snapshot, height), group->height);
		FG_PROBE_WORDS(kinds_place, shared, KINDS_PLACE_FIELD_OPEN, bool, fields,
		               offsetof(struct kinds_place_snapshot, open), group->open);
	}
	fg_words_or(shared->snapshot.words, bits, 1);
	fg_words_put(fields, 0, group, sizeof *group);
	fg_seq_unlock(&shared->snapshot.sequence);
}

void kinds_place_write_snapshot(struct kinds_place_shared *shared, const struct kinds_place_snapshot *group)
{
	struct kinds_place_present all;

	kinds_place_present_all(&all);
	kinds_place_put_snapshot(shared, group, &all);
}

static int kinds_place_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return kinds_place_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_place_fg_type: the typed functions behind void pointers. */
static int kinds_place_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return kinds_place_encode(record, present, out, ret_error);
}

static void kinds_place_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_place_patch(record, record_present, from, present);
}

static int kinds_place_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	(void)ret_refusal;
	kinds_place_merge(shared, record, present);
	return 0;
}

static void kinds_place_type_read(void *shared, void *ret_record, void *ret_present)
{
	kinds_place_read(shared, ret_record, ret_present);
}

const struct fg_type kinds_place_fg_type = {
	.name = "kinds_place",
	.abi = FG_TYPE_ABI,
	.fields_n = 3,
	.record_size = sizeof(struct kinds_place),
	.record_align = _Alignof(struct kinds_place),
	.present_size = sizeof(struct kinds_place_present),
	.decode = kinds_place_type_decode,
	.encode = kinds_place_type_encode,
	.patch = kinds_place_type_patch,
	.shared_size = sizeof(struct kinds_place_shared),
	.shared_align = _Alignof(struct kinds_place_shared),
	.shared_used = offsetof(struct kinds_place_shared,
	                        snapshot) + sizeof(((struct kinds_place_shared *)0)->snapshot),
	.merge = kinds_place_type_merge,
	.read = kinds_place_type_read,
};

void kinds_node_present_all(struct kinds_node_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void kinds_node_patch(struct kinds_node *record, struct kinds_node_present *record_present,
                      const struct kinds_node *from, const struct kinds_node_present *present)
{
	FG_FILL(record, "kinds_node");
	FG_FILL_FIELD("kinds_node.value");
	if (!present || kinds_node_has(present, KINDS_NODE_FIELD_VALUE))
		record->value = from->value;
	FG_FILL_FIELD("kinds_node.next");
	if (!present || kinds_node_has(present, KINDS_NODE_FIELD_NEXT))
		record->next = from->next;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* struct kinds_node at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_node_decode_object(struct fg_dec *d, const char *p, struct kinds_node *r,
                                            struct kinds_node_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"value\"", 7))
		goto name_next;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_value:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "value");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds_node.value");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "value");
		r->value = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_next:
	if (!fg_dec_name_is(d, p, "\"next\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_next:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "next");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds_node.next");
	if (fg_dec_is_null(d, p)) {
		r->next = NULL;
		p += 4;
	} else {
		struct kinds_node *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(struct kinds_node));

		if (!made)
			return fg_dec_in_field(d, "next");
		p = kinds_node_decode_object(d, p, &*made, NULL);
		if (!p)
			return fg_dec_in_field(d, "next");
		r->next = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 3u) >> 63) {
		case 0:
			if (name.len == 4 && memcmp(name.ptr, "next", 4) == 0)
				goto value_next;
			break;
		case 1:
			if (name.len == 5 && memcmp(name.ptr, "value", 5) == 0)
				goto value_value;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_node_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                      struct fg_arena *arena, struct kinds_node *ret_record, struct kinds_node_present *ret_present,
                      struct fg_error *ret_error)
{
	struct kinds_node_present present;
	struct kinds_node record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_node");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_node_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_node_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                            struct fg_arena *arena, struct kinds_node **ret_items,
                            struct kinds_node_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_node_present *present = NULL;
		struct kinds_node *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                      _Alignof(struct kinds_node));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_node_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_node_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* The fields of *r that m names; NULL: all. */
static void kinds_node_encode_object(struct fg_enc *e, const struct kinds_node *r, const struct kinds_node_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_node_has(m, KINDS_NODE_FIELD_VALUE)) {
		fg_enc_text(e, ",\"value\":", 9);
		fg_enc_int(e, r->value);
	}
	if (!m || kinds_node_has(m, KINDS_NODE_FIELD_NEXT)) {
		fg_enc_text(e, ",\"next\":", 8);
		if (!r->next) {
			fg_enc_text(e, "null", 4);
		} else {
			kinds_node_encode_object(e, &(*r->next), NULL);
		}
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "next");
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

int kinds_node_encode(const struct kinds_node *record, const struct kinds_node_present *present, struct fg_buffer *out,
                      struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_node_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* Makes all that *r points to its own. On failure *r is to be thrown away. */
static int kinds_node_own(struct fg_copier *c, struct kinds_node *r)
{
	int rc;

	if (c->depth == 0)
		return -EINVAL;
	c->depth--;
	if (r->next) {
		struct kinds_node *to = fg_copy_items(c, r->next, 1, sizeof *to, _Alignof(struct kinds_node));

		if (!to)
			return -ENOMEM;
		rc = kinds_node_own(c, &to[0]);
		if (rc)
			return rc;
		r->next = to;
	}
	c->depth++;
	return 0;
}

int kinds_node_copy(const struct kinds_node *from, struct fg_arena *arena, struct kinds_node *ret_record)
{
	struct fg_copier c = {arena, FG_COPY_DEPTH_MAX};
	struct kinds_node record;
	int rc;

	FG_FILL(ret_record, "kinds_node");
	memcpy(&record, from, sizeof record);
	rc = kinds_node_own(&c, &record);
	if (rc)
		return rc;
	memcpy(ret_record, &record, sizeof *ret_record);
	return 0;
}

/* ---- kinds_node_shared ---- */

void kinds_node_shared_init(struct kinds_node_shared *shared, const struct fg_allocator *allocator)
{
	memset(shared, 0, sizeof *shared);
	shared->snapshot.allocator = allocator;
}

/* What the snapshot group points to. Fields of other groups are zero. */
struct kinds_node_block {
	struct kinds_node record;
	struct kinds_node_present present;
};

void kinds_node_shared_fini(struct kinds_node_shared *shared)
{
	if (shared)
		fg_publish_fini(&shared->snapshot);
}

/* Locks the group where the patch names any of it, and makes its next block. Returns: 0, with *ret_block NULL where it
 * names none; -ENOMEM or -EINVAL, nothing locked. */
static int kinds_node_prepare_snapshot(struct kinds_node_shared *shared, const struct kinds_node *record,
                                       const struct kinds_node_present *present, struct kinds_node_block **ret_block)
{
	struct fg_copier c = {NULL, FG_COPY_DEPTH_MAX};
	struct kinds_node_present named = *present;
	struct kinds_node_block *block;
	int rc;

	*ret_block = NULL;
	named.bits[0] &= 0x3u;
	if (!named.bits[0])
		return 0;
	block = fg_publish_begin(&shared->snapshot, sizeof *block, _Alignof(struct kinds_node_block), &c.arena);
	if (!block)
		return -ENOMEM;
	kinds_node_patch(&block->record, &block->present, record, &named);
	rc = kinds_node_own(&c, &block->record);
	if (rc) {
		fg_publish_drop(&shared->snapshot, block);
		return rc;
	}
	*ret_block = block;
	return 0;
}

static int kinds_node_get_snapshot(struct kinds_node_shared *shared, struct fg_arena *arena,
                                   struct kinds_node *ret_record, struct kinds_node_present *ret_present)
{
	struct fg_read read = fg_read_begin();
	const struct kinds_node_block *block = fg_publish_get(&shared->snapshot, &read);
	int rc = 0;

	if (block)
		rc = kinds_node_copy(&block->record, arena, ret_record);
	else
		memset(ret_record, 0, sizeof *ret_record);
	if (!rc && block)
		*ret_present = block->present;
	else if (!rc)
		memset(ret_present, 0, sizeof *ret_present);
	fg_read_end(&read);
	return rc;
}

const struct kinds_node *kinds_node_view(const struct kinds_node_shared *shared, const struct fg_read *read,
                                         struct kinds_node_present *ret_present)
{
	const struct kinds_node_block *block = fg_publish_get(&shared->snapshot, read);

	if (!block)
		return NULL;
	if (ret_present)
		*ret_present = block->present;
	return &block->record;
}

int kinds_node_merge(struct kinds_node_shared *shared, const struct kinds_node *record,
                     const struct kinds_node_present *present)
{
	struct kinds_node_present all;
	struct kinds_node_block *block;
	int rc;

	if (!present) {
		kinds_node_present_all(&all);
		present = &all;
	}
	rc = kinds_node_prepare_snapshot(shared, record, present, &block);
	if (rc)
		return rc;
	if (block) {
		if (FG_WATCHED(kinds_node)) {
			const struct kinds_node_block *was = atomic_load_explicit(&shared->snapshot.block,
			        memory_order_relaxed);

			(void)was;
			if (kinds_node_has(present, KINDS_NODE_FIELD_VALUE))
				FG_PROBE(kinds_node, shared, KINDS_NODE_FIELD_VALUE, was ?
				         was->record.value : (int64_t)0, block->record.value);
			if (kinds_node_has(present, KINDS_NODE_FIELD_NEXT))
				FG_PROBE_WHOLE(kinds_node, shared, KINDS_NODE_FIELD_NEXT);
		}
		fg_publish_commit(&shared->snapshot, block);
	}
	return 0;
}

int kinds_node_read(struct kinds_node_shared *shared, struct fg_arena *arena, struct kinds_node *ret_record,
                    struct kinds_node_present *ret_present)
{
	struct kinds_node_present unused;
	int rc;

	FG_FILL(ret_record, "kinds_node");
	if (!ret_present)
		ret_present = &unused;
	rc = kinds_node_get_snapshot(shared, arena, ret_record, ret_present);
	if (rc)
		return rc;
	return 0;
}

/* Reads without a copy: what the record points to is good until the section is closed. */
static void kinds_node_look(struct kinds_node_shared *shared, const struct fg_read *section,
                            struct kinds_node *ret_record, struct kinds_node_present *ret_present)
{
	const struct kinds_node *view;
	struct kinds_node_present unused;

	FG_FILL(ret_record, "kinds_node");
	if (!ret_present)
		ret_present = &unused;
	view = kinds_node_view(shared, section, ret_present);
	if (view) {
		memcpy(ret_record, view, sizeof *ret_record);
	} else {
		memset(ret_record, 0, sizeof *ret_record);
		memset(ret_present, 0, sizeof *ret_present);
	}
}

static int kinds_node_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                  struct fg_arena *arena, void *ret_record, void *ret_present,
                                  struct fg_error *ret_error)
{
	return kinds_node_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_node_fg_type: the typed functions behind void pointers. */
static int kinds_node_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                  struct fg_error *ret_error)
{
	return kinds_node_encode(record, present, out, ret_error);
}

static void kinds_node_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_node_patch(record, record_present, from, present);
}

static int kinds_node_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	(void)ret_refusal;
	return kinds_node_merge(shared, record, present);
}

static void kinds_node_type_init(void *shared, const struct fg_allocator *allocator)
{
	kinds_node_shared_init(shared, allocator);
}

static void kinds_node_type_fini(void *shared)
{
	kinds_node_shared_fini(shared);
}

static int kinds_node_type_read(void *shared, struct fg_arena *arena, void *ret_record, void *ret_present)
{
	return kinds_node_read(shared, arena, ret_record, ret_present);
}

static void kinds_node_type_look(void *shared, const struct fg_read *section, void *ret_record, void *ret_present)
{
	kinds_node_look(shared, section, ret_record, ret_present);
}

static int kinds_node_type_copy(const void *from, struct fg_arena *arena, void *ret_record)
{
	return kinds_node_copy(from, arena, ret_record);
}

static const struct fg_type_pointers kinds_node_type_pointers = {kinds_node_type_init, kinds_node_type_fini,
        kinds_node_type_read, kinds_node_type_look, kinds_node_type_copy};

const struct fg_type kinds_node_fg_type = {
	.name = "kinds_node",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct kinds_node),
	.record_align = _Alignof(struct kinds_node),
	.present_size = sizeof(struct kinds_node_present),
	.decode = kinds_node_type_decode,
	.encode = kinds_node_type_encode,
	.patch = kinds_node_type_patch,
	.shared_size = sizeof(struct kinds_node_shared),
	.shared_align = _Alignof(struct kinds_node_shared),
	.shared_used = offsetof(struct kinds_node_shared, snapshot) + sizeof(((struct kinds_node_shared *)0)->snapshot),
	.merge = kinds_node_type_merge,
	.pointers = &kinds_node_type_pointers,
};

void kinds_strict_present_all(struct kinds_strict_present *ret_present)
{
	ret_present->bits[0] = 0x1u;
}

void kinds_strict_patch(struct kinds_strict *record, struct kinds_strict_present *record_present,
                        const struct kinds_strict *from, const struct kinds_strict_present *present)
{
	FG_FILL(record, "kinds_strict");
	FG_FILL_FIELD("kinds_strict.a");
	if (!present || kinds_strict_has(present, KINDS_STRICT_FIELD_A))
		record->a = from->a;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x1u;
}

/* struct kinds_strict at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_strict_decode_object(struct fg_dec *d, const char *p, struct kinds_strict *r,
                                              struct kinds_strict_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"a\"", 3))
		goto other;
	p = fg_dec_colon(d, p + 3);
	if (!p)
		return NULL;
value_a:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "a");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds_strict.a");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "a");
		r->a = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 1u) >> 63) {
		case 0:
			if (name.len == 1 && memcmp(name.ptr, "a", 1) == 0)
				goto value_a;
			break;
		}
		return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
	}
end:
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_strict_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                        struct fg_arena *arena, struct kinds_strict *ret_record,
                        struct kinds_strict_present *ret_present, struct fg_error *ret_error)
{
	struct kinds_strict_present present;
	struct kinds_strict record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds_strict");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_strict_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_strict_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                              struct fg_arena *arena, struct kinds_strict **ret_items,
                              struct kinds_strict_present **ret_presents, size_t *ret_items_n,
                              struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_strict_present *present = NULL;
		struct kinds_strict *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                        _Alignof(struct kinds_strict));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_strict_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_strict_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* The fields of *r that m names; NULL: all. */
static void kinds_strict_encode_object(struct fg_enc *e, const struct kinds_strict *r,
                                       const struct kinds_strict_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_strict_has(m, KINDS_STRICT_FIELD_A)) {
		fg_enc_text(e, ",\"a\":", 5);
		fg_enc_int(e, r->a);
	}
	fg_enc_close(e, start, "{}");
}

int kinds_strict_encode(const struct kinds_strict *record, const struct kinds_strict_present *present,
                        struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_strict_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

static int kinds_strict_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                    struct fg_arena *arena, void *ret_record, void *ret_present,
                                    struct fg_error *ret_error)
{
	return kinds_strict_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_strict_fg_type: the typed functions behind void pointers. */
static int kinds_strict_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                    struct fg_error *ret_error)
{
	return kinds_strict_encode(record, present, out, ret_error);
}

static void kinds_strict_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_strict_patch(record, record_present, from, present);
}

const struct fg_type kinds_strict_fg_type = {
	.name = "kinds_strict",
	.abi = FG_TYPE_ABI,
	.fields_n = 1,
	.record_size = sizeof(struct kinds_strict),
	.record_align = _Alignof(struct kinds_strict),
	.present_size = sizeof(struct kinds_strict_present),
	.decode = kinds_strict_type_decode,
	.encode = kinds_strict_type_encode,
	.patch = kinds_strict_type_patch,
};

static void part_present_all_fields(struct part_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

static void part_patch_fields(struct part *record, struct part_present *record_present, const struct part *from,
                              const struct part_present *present)
{
	FG_FILL(record, "part");
	FG_FILL_FIELD("part.serial");
	if (!present || part_has(present, PART_FIELD_SERIAL))
		memcpy(record->serial, from->serial, sizeof record->serial);
	FG_FILL_FIELD("part.weight");
	if (!present || part_has(present, PART_FIELD_WEIGHT))
		record->weight = from->weight;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* The defaults of all fields, for a struct part that stands inline in an absent field. */
static const char *part_defaults(struct fg_dec *d, const char *p, struct part *r)
{
	(void)d;
	r->weight = 1u;
	return p;
}

/* struct part at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *part_decode_object(struct fg_dec *d, const char *p, struct part *r, struct part_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"serial\"", 8))
		goto name_weight;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_serial:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "serial");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("part.serial");
	p = fg_dec_chars(d, p, r->serial, sizeof r->serial, false);
	if (!p)
		return fg_dec_in_field(d, "serial");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_weight:
	if (!fg_dec_name_is(d, p, "\"weight\"", 8))
		goto other;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_weight:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "weight");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("part.weight");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT32_MAX, "out of range for uint32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "weight");
		r->weight = (uint32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 1u) >> 63) {
		case 0:
			if (name.len == 6 && memcmp(name.ptr, "serial", 6) == 0)
				goto value_serial;
			break;
		case 1:
			if (name.len == 6 && memcmp(name.ptr, "weight", 6) == 0)
				goto value_weight;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	if (FG_UNLIKELY(!(seen0 & 0x1u))) {
		fg_dec_fail(d, p, FG_ERR_REQUIRED, "a required field is absent");
		return fg_dec_in_field(d, "serial");
	}
	if (!(seen0 & 0x2u)) {
		r->weight = 1u;
	}
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

/* The fields of *r that m names; NULL: all. */
static void part_encode_object(struct fg_enc *e, const struct part *r, const struct part_present *m)
{
	size_t start = e->out->len;

	if (!m || part_has(m, PART_FIELD_SERIAL)) {
		fg_enc_text(e, ",\"serial\":", 10);
		fg_enc_str(e, r->serial, strnlen(r->serial, sizeof r->serial));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "serial");
			return;
		}
	}
	if (!m || part_has(m, PART_FIELD_WEIGHT)) {
		fg_enc_text(e, ",\"weight\":", 10);
		fg_enc_uint(e, r->weight);
	}
	fg_enc_close(e, start, "{}");
}

void kinds_present_all(struct kinds_present *ret_present)
{
	ret_present->bits[0] = 0x7fffffffffffffu;
	kinds_point_present_all(&ret_present->point);
	kinds_point_present_all(&ret_present->spare);
	kinds_strict_present_all(&ret_present->strict);
	part_present_all_fields(&ret_present->part);
}

void kinds_patch(struct kinds *record, struct kinds_present *record_present, const struct kinds *from,
                 const struct kinds_present *present)
{
	FG_FILL(record, "kinds");
	FG_FILL_FIELD("kinds.id");
	if (!present || kinds_has(present, KINDS_FIELD_ID))
		memcpy(record->id, from->id, sizeof record->id);
	FG_FILL_FIELD("kinds.i8");
	if (!present || kinds_has(present, KINDS_FIELD_I8))
		record->i8 = from->i8;
	FG_FILL_FIELD("kinds.i16");
	if (!present || kinds_has(present, KINDS_FIELD_I16))
		record->i16 = from->i16;
	FG_FILL_FIELD("kinds.i32");
	if (!present || kinds_has(present, KINDS_FIELD_I32))
		record->i32 = from->i32;
	FG_FILL_FIELD("kinds.i64");
	if (!present || kinds_has(present, KINDS_FIELD_I64))
		record->i64 = from->i64;
	FG_FILL_FIELD("kinds.u8");
	if (!present || kinds_has(present, KINDS_FIELD_U8))
		record->u8 = from->u8;
	FG_FILL_FIELD("kinds.u16");
	if (!present || kinds_has(present, KINDS_FIELD_U16))
		record->u16 = from->u16;
	FG_FILL_FIELD("kinds.u32");
	if (!present || kinds_has(present, KINDS_FIELD_U32))
		record->u32 = from->u32;
	FG_FILL_FIELD("kinds.u64");
	if (!present || kinds_has(present, KINDS_FIELD_U64))
		record->u64 = from->u64;
	FG_FILL_FIELD("kinds.yes");
	if (!present || kinds_has(present, KINDS_FIELD_YES))
		record->yes = from->yes;
	FG_FILL_FIELD("kinds.f32");
	if (!present || kinds_has(present, KINDS_FIELD_F32))
		record->f32 = from->f32;
	FG_FILL_FIELD("kinds.f64");
	if (!present || kinds_has(present, KINDS_FIELD_F64))
		record->f64 = from->f64;
	FG_FILL_FIELD("kinds.color");
	if (!present || kinds_has(present, KINDS_FIELD_COLOR))
		record->color = from->color;
	FG_FILL_FIELD("kinds.mode");
	if (!present || kinds_has(present, KINDS_FIELD_MODE))
		record->mode = from->mode;
	FG_FILL_FIELD("kinds.wide");
	if (!present || kinds_has(present, KINDS_FIELD_WIDE))
		record->wide = from->wide;
	FG_FILL_FIELD("kinds.code");
	if (!present || kinds_has(present, KINDS_FIELD_CODE))
		memcpy(record->code, from->code, sizeof record->code);
	FG_FILL_FIELD("kinds.note");
	if (!present || kinds_has(present, KINDS_FIELD_NOTE))
		memcpy(record->note, from->note, sizeof record->note);
	FG_FILL_FIELD("kinds.text");
	if (!present || kinds_has(present, KINDS_FIELD_TEXT))
		record->text = from->text;
	FG_FILL_FIELD("kinds.name");
	if (!present || kinds_has(present, KINDS_FIELD_NAME))
		record->name = from->name;
	FG_FILL_FIELD("kinds.title");
	if (!present || kinds_has(present, KINDS_FIELD_TITLE))
		record->title = from->title;
	FG_FILL_FIELD("kinds.raw");
	if (!present || kinds_has(present, KINDS_FIELD_RAW))
		record->raw = from->raw;
	FG_FILL_FIELD("kinds.at_ns");
	if (!present || kinds_has(present, KINDS_FIELD_AT_NS))
		record->at_ns = from->at_ns;
	FG_FILL_FIELD("kinds.for_ns");
	if (!present || kinds_has(present, KINDS_FIELD_FOR_NS))
		record->for_ns = from->for_ns;
	FG_FILL_FIELD("kinds.quoted");
	if (!present || kinds_has(present, KINDS_FIELD_QUOTED))
		record->quoted = from->quoted;
	FG_FILL_FIELD("kinds.quoted_yes");
	if (!present || kinds_has(present, KINDS_FIELD_QUOTED_YES))
		record->quoted_yes = from->quoted_yes;
	FG_FILL_FIELD("kinds.quoted_ratio");
	if (!present || kinds_has(present, KINDS_FIELD_QUOTED_RATIO))
		record->quoted_ratio = from->quoted_ratio;
	FG_FILL_FIELD("kinds.maybe");
	if (!present || kinds_has(present, KINDS_FIELD_MAYBE))
		record->maybe = from->maybe;
	FG_FILL_FIELD("kinds.small");
	if (!present || kinds_has(present, KINDS_FIELD_SMALL))
		record->small = from->small;
	FG_FILL_FIELD("kinds.point");
	if (!present || kinds_has(present, KINDS_FIELD_POINT))
		kinds_point_patch(&record->point, record_present ? &record_present->point : NULL, &from->point,
		                  present ? &present->point : NULL);
	FG_FILL_FIELD("kinds.spare");
	if (!present || kinds_has(present, KINDS_FIELD_SPARE))
		kinds_point_patch(&record->spare, record_present ? &record_present->spare : NULL, &from->spare,
		                  present ? &present->spare : NULL);
	FG_FILL_FIELD("kinds.tuple");
	if (!present || kinds_has(present, KINDS_FIELD_TUPLE))
		record->tuple = from->tuple;
	FG_FILL_FIELD("kinds.strict");
	if (!present || kinds_has(present, KINDS_FIELD_STRICT))
		kinds_strict_patch(&record->strict, record_present ? &record_present->strict : NULL, &from->strict,
		                   present ? &present->strict : NULL);
	FG_FILL_FIELD("kinds.part");
	if (!present || kinds_has(present, KINDS_FIELD_PART))
		part_patch_fields(&record->part, record_present ? &record_present->part : NULL, &from->part, present ?
		                  &present->part : NULL);
	FG_FILL_FIELD("kinds.where");
	if (!present || kinds_has(present, KINDS_FIELD_WHERE))
		record->where = from->where;
	FG_FILL_FIELD("kinds.count");
	if (!present || kinds_has(present, KINDS_FIELD_COUNT))
		record->count = from->count;
	FG_FILL_FIELD("kinds.shade");
	if (!present || kinds_has(present, KINDS_FIELD_SHADE))
		record->shade = from->shade;
	FG_FILL_FIELD("kinds.sure");
	if (!present || kinds_has(present, KINDS_FIELD_SURE))
		record->sure = from->sure;
	FG_FILL_FIELD("kinds.weight");
	if (!present || kinds_has(present, KINDS_FIELD_WEIGHT))
		record->weight = from->weight;
	FG_FILL_FIELD("kinds.list");
	if (!present || kinds_has(present, KINDS_FIELD_LIST))
		record->list = from->list;
	FG_FILL_FIELD("kinds.pair");
	if (!present || kinds_has(present, KINDS_FIELD_PAIR))
		memcpy(record->pair, from->pair, sizeof record->pair);
	FG_FILL_FIELD("kinds.bytes");
	if (!present || kinds_has(present, KINDS_FIELD_BYTES)) {
		memcpy(record->bytes, from->bytes, sizeof record->bytes);
		record->bytes_n = from->bytes_n;
	}
	FG_FILL_FIELD("kinds.words");
	if (!present || kinds_has(present, KINDS_FIELD_WORDS)) {
		memcpy(record->words, from->words, sizeof record->words);
		record->words_n = from->words_n;
	}
	FG_FILL_FIELD("kinds.spots");
	if (!present || kinds_has(present, KINDS_FIELD_SPOTS)) {
		memcpy(record->spots, from->spots, sizeof record->spots);
		record->spots_n = from->spots_n;
	}
	FG_FILL_FIELD("kinds.samples");
	if (!present || kinds_has(present, KINDS_FIELD_SAMPLES)) {
		record->samples = from->samples;
		record->samples_n = from->samples_n;
	}
	FG_FILL_FIELD("kinds.tags");
	if (!present || kinds_has(present, KINDS_FIELD_TAGS)) {
		record->tags = from->tags;
		record->tags_n = from->tags_n;
	}
	FG_FILL_FIELD("kinds.lines");
	if (!present || kinds_has(present, KINDS_FIELD_LINES)) {
		record->lines = from->lines;
		record->lines_n = from->lines_n;
	}
	FG_FILL_FIELD("kinds.colors");
	if (!present || kinds_has(present, KINDS_FIELD_COLORS)) {
		record->colors = from->colors;
		record->colors_n = from->colors_n;
	}
	FG_FILL_FIELD("kinds.rows");
	if (!present || kinds_has(present, KINDS_FIELD_ROWS)) {
		record->rows = from->rows;
		record->rows_n = from->rows_n;
	}
	FG_FILL_FIELD("kinds.times");
	if (!present || kinds_has(present, KINDS_FIELD_TIMES)) {
		record->times = from->times;
		record->times_n = from->times_n;
	}
	FG_FILL_FIELD("kinds.limits");
	if (!present || kinds_has(present, KINDS_FIELD_LIMITS)) {
		record->limits = from->limits;
		record->limits_n = from->limits_n;
	}
	FG_FILL_FIELD("kinds.groups");
	if (!present || kinds_has(present, KINDS_FIELD_GROUPS)) {
		record->groups = from->groups;
		record->groups_n = from->groups_n;
	}
	FG_FILL_FIELD("kinds.places");
	if (!present || kinds_has(present, KINDS_FIELD_PLACES)) {
		memcpy(record->places, from->places, sizeof record->places);
		record->places_n = from->places_n;
	}
	FG_FILL_FIELD("kinds.inner");
	if (!present || kinds_has(present, KINDS_FIELD_INNER))
		record->inner = from->inner;
	FG_FILL_FIELD("kinds.odd");
	if (!present || kinds_has(present, KINDS_FIELD_ODD))
		record->odd = from->odd;
	FG_FILL_FIELD("kinds.last");
	if (!present || kinds_has(present, KINDS_FIELD_LAST))
		record->last = from->last;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x7fffffffffffffu;
}

/* struct kinds.pair: exactly 2 items */
static const char *kinds_decode_pair(struct fg_dec *d, const char *p, struct kinds *r)
{
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		int32_t *item = &r->pair[n];

		if (n == 2)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 2 items");
		{
			int64_t value;

			p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
			if (!p)
				return fg_dec_in_item(d, n);
			*item = (int32_t)value;
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	if (n != 2)
		return fg_dec_fail(d, p, FG_ERR_LENGTH, "fewer than 2 items");
	return fg_dec_close(d, p);
}

/* struct kinds.bytes: at most 4 items */
static const char *kinds_decode_bytes(struct fg_dec *d, const char *p, struct kinds *r)
{
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		uint8_t *item = &r->bytes[n];

		if (n == 4)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 4 items");
		{
			uint64_t value;

			p = fg_dec_uint(d, p, UINT8_MAX, "out of range for uint8_t", &value);
			if (!p)
				return fg_dec_in_item(d, n);
			*item = (uint8_t)value;
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->bytes_n = (uint8_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.words: at most 3 items */
static const char *kinds_decode_words(struct fg_dec *d, const char *p, struct kinds *r)
{
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		char (*item)[6] = &r->words[n];

		if (n == 3)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 3 items");
		p = fg_dec_chars(d, p, *item, sizeof *item, false);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->words_n = (int)n;
	return fg_dec_close(d, p);
}

/* struct kinds.spots: at most 2 items */
static const char *kinds_decode_spots(struct fg_dec *d, const char *p, struct kinds *r)
{
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		struct kinds_point *item = &r->spots[n];

		if (n == 2)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 2 items");
		p = kinds_point_decode_object(d, p, &*item, NULL);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->spots_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.samples: items in the arena */
static const char *kinds_decode_samples(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		double *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(double));

		if (!item)
			return NULL;
		p = fg_dec_double(d, p, &*item);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->samples = items;
	r->samples_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.tags: items in the arena */
static const char *kinds_decode_tags(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	if (fg_dec_is_null(d, p)) {
		r->tags = NULL;
		r->tags_n = 0;
		return p + 4;
	}
	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		struct fg_str *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(struct fg_str));

		if (!item)
			return NULL;
		if (fg_dec_is_null(d, p)) {
			*item = (struct fg_str){ NULL, 0 };
			p += 4;
		} else {
			p = fg_dec_str(d, p, &*item);
			if (!p)
				return fg_dec_in_item(d, n);
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	if (!items)
		items = fg_dec_alloc(d, p, 1, _Alignof(struct fg_str));
	if (!items)
		return NULL;
	r->tags = items;
	if (n > 2147483647u)
		return fg_dec_fail(d, p, FG_ERR_LENGTH, "more items than int can count");
	r->tags_n = (int)n;
	return fg_dec_close(d, p);
}

/* struct kinds.lines: items in the arena */
static const char *kinds_decode_lines(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		const char **item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(const char *));

		if (!item)
			return NULL;
		if (fg_dec_is_null(d, p)) {
			*item = NULL;
			p += 4;
		} else {
			char *string = NULL;

			p = fg_dec_cstr(d, p, &string);
			if (!p)
				return fg_dec_in_item(d, n);
			*item = string;
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->lines = items;
	if (n > 255u)
		return fg_dec_fail(d, p, FG_ERR_LENGTH, "more items than uint8_t can count");
	r->lines_n = (uint8_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.colors: items in the arena */
static const char *kinds_decode_colors(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		enum kinds_color *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(enum kinds_color));

		if (!item)
			return NULL;
		{
			int64_t value;

			p = fg_dec_enum(d, p, kinds_color_names, sizeof kinds_color_names / sizeof *kinds_color_names,
			                &value);
			if (!p)
				return fg_dec_in_item(d, n);
			*item = (enum kinds_color)value;
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->colors = items;
	r->colors_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.rows: items in the arena */
static const char *kinds_decode_rows(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		struct kinds_tuple *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item,
		                                       _Alignof(struct kinds_tuple));

		if (!item)
			return NULL;
		p = kinds_tuple_decode_object(d, p, &*item, NULL);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->rows = items;
	r->rows_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.times: items in the arena */
static const char *kinds_decode_times(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		int64_t *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item, _Alignof(int64_t));

		if (!item)
			return NULL;
		{
			int64_t value;

			p = fg_dec_time(d, p, &value);
			if (!p)
				return fg_dec_in_item(d, n);
			*item = (int64_t)value;
		}
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->times = items;
	r->times_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.limits: members of an object, in the arena */
static const char *kinds_decode_limits(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	while (*p != '}') {
		struct kinds_entry *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item,
		                                       _Alignof(struct kinds_entry));

		if (!item)
			return NULL;
		if (fg_dec_is_null(d, p)) {
			item->name = (struct fg_str){ NULL, 0 };
			p += 4;
		} else {
			p = fg_dec_str(d, p, &item->name);
			if (!p)
				return fg_dec_in_item(d, n);
		}
		p = fg_dec_colon(d, p);
		if (!p)
			return fg_dec_in_item(d, n);
		if (fg_dec_is_null(d, p)) {
			p += 4;
			item->value = -1;
		} else {
			{
				int64_t value;

				p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
				if (!p)
					return fg_dec_in_item(d, n);
				item->value = (int64_t)value;
			}
		}
		n++;
		p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	r->limits = items;
	r->limits_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.groups: members of an object, in the arena */
static const char *kinds_decode_groups(struct fg_dec *d, const char *p, struct kinds *r)
{
	void *items = NULL;
	size_t room = 0;
	size_t n = 0;

	if (fg_dec_is_null(d, p)) {
		r->groups = NULL;
		r->groups_n = 0;
		return p + 4;
	}
	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	while (*p != '}') {
		struct kinds_group *item = fg_dec_grow(d, p, &items, &room, n, sizeof *item,
		                                       _Alignof(struct kinds_group));

		if (!item)
			return NULL;
		p = fg_dec_quote(d, p);
		if (!p)
			return fg_dec_in_item(d, n);
		{
			uint64_t value;

			p = fg_dec_uint(d, p, UINT16_MAX, "out of range for uint16_t", &value);
			if (!p)
				return fg_dec_in_item(d, n);
			item->number = (uint16_t)value;
		}
		p = fg_dec_quote(d, p);
		if (!p)
			return fg_dec_in_item(d, n);
		p = fg_dec_colon(d, p);
		if (!p)
			return fg_dec_in_item(d, n);
		p = kinds_group_decode_names(d, p, item);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (!items)
		items = fg_dec_alloc(d, p, 1, _Alignof(struct kinds_group));
	if (!items)
		return NULL;
	r->groups = items;
	r->groups_n = (size_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds.places: at most 2 members of an object */
static const char *kinds_decode_places(struct fg_dec *d, const char *p, struct kinds *r)
{
	size_t n = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	while (*p != '}') {
		struct kinds_place *item = &r->places[n];

		if (n == 2)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 2 items");
		p = fg_dec_chars(d, p, item->code, sizeof item->code, false);
		if (!p)
			return fg_dec_in_item(d, n);
		p = fg_dec_colon(d, p);
		if (!p)
			return fg_dec_in_item(d, n);
		p = kinds_place_decode_object(d, p, &*item, NULL);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	r->places_n = (uint32_t)n;
	return fg_dec_close(d, p);
}

/* struct kinds at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *kinds_decode_object(struct fg_dec *d, const char *p, struct kinds *r, struct kinds_present *m)
{
	uint64_t seen0 = 0, gone0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"id\"", 4))
		goto name_i8;
	p = fg_dec_colon(d, p + 4);
	if (!p)
		return NULL;
value_id:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "id");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("kinds.id");
	p = fg_dec_chars(d, p, r->id, sizeof r->id, false);
	if (!p)
		return fg_dec_in_field(d, "id");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_i8:
	if (!fg_dec_name_is(d, p, "\"i8\"", 4))
		goto name_i16;
	p = fg_dec_colon(d, p + 4);
	if (!p)
		return NULL;
value_i8:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "i8");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("kinds.i8");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT8_MIN, INT8_MAX, "out of range for int8_t", &value);
		if (!p)
			return fg_dec_in_field(d, "i8");
		r->i8 = (int8_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_i16:
	if (!fg_dec_name_is(d, p, "\"i16\"", 5))
		goto name_i32;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_i16:
	if (FG_UNLIKELY(seen0 & 0x4u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "i16");
	}
	seen0 |= 0x4u;
	FG_FILL_FIELD("kinds.i16");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT16_MIN, INT16_MAX, "out of range for int16_t", &value);
		if (!p)
			return fg_dec_in_field(d, "i16");
		r->i16 = (int16_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_i32:
	if (!fg_dec_name_is(d, p, "\"i32\"", 5))
		goto name_i64;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_i32:
	if (FG_UNLIKELY(seen0 & 0x8u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "i32");
	}
	seen0 |= 0x8u;
	FG_FILL_FIELD("kinds.i32");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "i32");
		r->i32 = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_i64:
	if (!fg_dec_name_is(d, p, "\"i64\"", 5))
		goto name_u8;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_i64:
	if (FG_UNLIKELY(seen0 & 0x10u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "i64");
	}
	seen0 |= 0x10u;
	FG_FILL_FIELD("kinds.i64");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "i64");
		r->i64 = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_u8:
	if (!fg_dec_name_is(d, p, "\"u8\"", 4))
		goto name_u16;
	p = fg_dec_colon(d, p + 4);
	if (!p)
		return NULL;
value_u8:
	if (FG_UNLIKELY(seen0 & 0x20u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "u8");
	}
	seen0 |= 0x20u;
	FG_FILL_FIELD("kinds.u8");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT8_MAX, "out of range for uint8_t", &value);
		if (!p)
			return fg_dec_in_field(d, "u8");
		r->u8 = (uint8_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_u16:
	if (!fg_dec_name_is(d, p, "\"u16\"", 5))
		goto name_u32;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_u16:
	if (FG_UNLIKELY(seen0 & 0x40u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "u16");
	}
	seen0 |= 0x40u;
	FG_FILL_FIELD("kinds.u16");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT16_MAX, "out of range for uint16_t", &value);
		if (!p)
			return fg_dec_in_field(d, "u16");
		r->u16 = (uint16_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_u32:
	if (!fg_dec_name_is(d, p, "\"u32\"", 5))
		goto name_u64;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_u32:
	if (FG_UNLIKELY(seen0 & 0x80u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "u32");
	}
	seen0 |= 0x80u;
	FG_FILL_FIELD("kinds.u32");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT32_MAX, "out of range for uint32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "u32");
		r->u32 = (uint32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_u64:
	if (!fg_dec_name_is(d, p, "\"u64\"", 5))
		goto name_yes;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_u64:
	if (FG_UNLIKELY(seen0 & 0x100u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "u64");
	}
	seen0 |= 0x100u;
	FG_FILL_FIELD("kinds.u64");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT64_MAX, "out of range for uint64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "u64");
		r->u64 = (uint64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_yes:
	if (!fg_dec_name_is(d, p, "\"yes\"", 5))
		goto name_f32;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_yes:
	if (FG_UNLIKELY(seen0 & 0x200u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "yes");
	}
	seen0 |= 0x200u;
	FG_FILL_FIELD("kinds.yes");
	p = fg_dec_bool(d, p, &r->yes);
	if (!p)
		return fg_dec_in_field(d, "yes");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_f32:
	if (!fg_dec_name_is(d, p, "\"f32\"", 5))
		goto name_f64;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_f32:
	if (FG_UNLIKELY(seen0 & 0x400u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "f32");
	}
	seen0 |= 0x400u;
	FG_FILL_FIELD("kinds.f32");
	p = fg_dec_float(d, p, &r->f32);
	if (!p)
		return fg_dec_in_field(d, "f32");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_f64:
	if (!fg_dec_name_is(d, p, "\"f64\"", 5))
		goto name_color;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_f64:
	if (FG_UNLIKELY(seen0 & 0x800u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "f64");
	}
	seen0 |= 0x800u;
	FG_FILL_FIELD("kinds.f64");
	p = fg_dec_double(d, p, &r->f64);
	if (!p)
		return fg_dec_in_field(d, "f64");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_color:
	if (!fg_dec_name_is(d, p, "\"color\"", 7))
		goto name_mode;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_color:
	if (FG_UNLIKELY(seen0 & 0x1000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "color");
	}
	seen0 |= 0x1000u;
	FG_FILL_FIELD("kinds.color");
	{
		int64_t value;

		p = fg_dec_enum(d, p, kinds_color_names, sizeof kinds_color_names / sizeof *kinds_color_names, &value);
		if (!p)
			return fg_dec_in_field(d, "color");
		r->color = (enum kinds_color)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_mode:
	if (!fg_dec_name_is(d, p, "\"mode\"", 6))
		goto name_wide;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_mode:
	if (FG_UNLIKELY(seen0 & 0x2000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "mode");
	}
	seen0 |= 0x2000u;
	FG_FILL_FIELD("kinds.mode");
	{
		int64_t value;

		p = fg_dec_enum(d, p, kinds_mode_names, sizeof kinds_mode_names / sizeof *kinds_mode_names, &value);
		if (!p)
			return fg_dec_in_field(d, "mode");
		r->mode = (kinds_mode)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_wide:
	if (!fg_dec_name_is(d, p, "\"wide\"", 6))
		goto name_code;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_wide:
	if (FG_UNLIKELY(seen0 & 0x4000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "wide");
	}
	seen0 |= 0x4000u;
	FG_FILL_FIELD("kinds.wide");
	{
		int64_t value;

		p = fg_dec_enum(d, p, kinds_wide_names, sizeof kinds_wide_names / sizeof *kinds_wide_names, &value);
		if (!p)
			return fg_dec_in_field(d, "wide");
		r->wide = (enum kinds_wide)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_code:
	if (!fg_dec_name_is(d, p, "\"code\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_code:
	if (FG_UNLIKELY(seen0 & 0x8000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "code");
	}
	seen0 |= 0x8000u;
	FG_FILL_FIELD("kinds.code");
	p = fg_dec_chars(d, p, r->code, sizeof r->code, false);
	if (!p)
		return fg_dec_in_field(d, "code");
	fg_mold_chars(r->code, sizeof r->code, FG_MOLD_TRIM | FG_MOLD_UPPER);
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"note\"", 6))
		goto name_text;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_note:
	if (FG_UNLIKELY(seen0 & 0x10000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "note");
	}
	seen0 |= 0x10000u;
	FG_FILL_FIELD("kinds.note");
	p = fg_dec_chars(d, p, r->note, sizeof r->note, true);
	if (!p)
		return fg_dec_in_field(d, "note");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_text:
	if (!fg_dec_name_is(d, p, "\"text\"", 6))
		goto name_name;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_text:
	if (FG_UNLIKELY(seen0 & 0x20000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "text");
	}
	seen0 |= 0x20000u;
	FG_FILL_FIELD("kinds.text");
	if (fg_dec_is_null(d, p)) {
		r->text = (struct fg_str){ NULL, 0 };
		p += 4;
	} else {
		const char *start = p;

		p = fg_dec_str(d, p, &r->text);
		if (!p || !fg_mold_str(d, start, &r->text, FG_MOLD_TRIM | FG_MOLD_LOWER))
			return fg_dec_in_field(d, "text");
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_name:
	if (!fg_dec_name_is(d, p, "\"name\"", 6))
		goto name_title;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_name:
	if (FG_UNLIKELY(seen0 & 0x40000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "name");
	}
	seen0 |= 0x40000u;
	FG_FILL_FIELD("kinds.name");
	if (fg_dec_is_null(d, p)) {
		r->name = NULL;
		p += 4;
	} else {
		char *string = NULL;

		p = fg_dec_cstr(d, p, &string);
		if (!p)
			return fg_dec_in_field(d, "name");
		r->name = string;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_title:
	if (!fg_dec_name_is(d, p, "\"title\"", 7))
		goto name_raw;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_title:
	if (FG_UNLIKELY(seen0 & 0x80000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "title");
	}
	seen0 |= 0x80000u;
	FG_FILL_FIELD("kinds.title");
	if (fg_dec_is_null(d, p)) {
		r->title = NULL;
		p += 4;
	} else {
		const char *start = p;
		char *string = NULL;

		p = fg_dec_cstr(d, p, &string);
		if (!p || !fg_mold_cstr(d, start, &string, FG_MOLD_TRIM))
			return fg_dec_in_field(d, "title");
		r->title = string;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_raw:
	if (!fg_dec_name_is(d, p, "\"raw\"", 5))
		goto name_at_ns;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_raw:
	if (FG_UNLIKELY(seen0 & 0x100000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "raw");
	}
	seen0 |= 0x100000u;
	FG_FILL_FIELD("kinds.raw");
	p = fg_dec_raw(d, p, &r->raw);
	if (!p)
		return fg_dec_in_field(d, "raw");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_at_ns:
	if (!fg_dec_name_is(d, p, "\"at\"", 4))
		goto name_for_ns;
	p = fg_dec_colon(d, p + 4);
	if (!p)
		return NULL;
value_at_ns:
	if (FG_UNLIKELY(seen0 & 0x200000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "at");
	}
	seen0 |= 0x200000u;
	FG_FILL_FIELD("kinds.at_ns");
	{
		int64_t value;

		p = fg_dec_time(d, p, &value);
		if (!p)
			return fg_dec_in_field(d, "at");
		r->at_ns = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_for_ns:
	if (!fg_dec_name_is(d, p, "\"for\"", 5))
		goto name_quoted;
	p = fg_dec_colon(d, p + 5);
	if (!p)
		return NULL;
value_for_ns:
	if (FG_UNLIKELY(seen0 & 0x400000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "for");
	}
	seen0 |= 0x400000u;
	FG_FILL_FIELD("kinds.for_ns");
	{
		int64_t value;

		p = fg_dec_duration(d, p, &value);
		if (!p)
			return fg_dec_in_field(d, "for");
		r->for_ns = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_quoted:
	if (!fg_dec_name_is(d, p, "\"quoted\"", 8))
		goto name_quoted_yes;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_quoted:
	if (FG_UNLIKELY(seen0 & 0x800000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "quoted");
	}
	seen0 |= 0x800000u;
	FG_FILL_FIELD("kinds.quoted");
	p = fg_dec_quote(d, p);
	if (!p)
		return fg_dec_in_field(d, "quoted");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "quoted");
		r->quoted = (int64_t)value;
	}
	p = fg_dec_quote(d, p);
	if (!p)
		return fg_dec_in_field(d, "quoted");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_quoted_yes:
	if (!fg_dec_name_is(d, p, "\"quoted_yes\"", 12))
		goto name_quoted_ratio;
	p = fg_dec_colon(d, p + 12);
	if (!p)
		return NULL;
value_quoted_yes:
	if (FG_UNLIKELY(seen0 & 0x1000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "quoted_yes");
	}
	seen0 |= 0x1000000u;
	FG_FILL_FIELD("kinds.quoted_yes");
	p = fg_dec_quote(d, p);
	if (!p)
		return fg_dec_in_field(d, "quoted_yes");
	p = fg_dec_bool(d, p, &r->quoted_yes);
	if (!p)
		return fg_dec_in_field(d, "quoted_yes");
	p = fg_dec_quote(d, p);
	if (!p)
		return fg_dec_in_field(d, "quoted_yes");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_quoted_ratio:
	if (!fg_dec_name_is(d, p, "\"quoted_ratio\"", 14))
		goto name_maybe;
	p = fg_dec_colon(d, p + 14);
	if (!p)
		return NULL;
value_quoted_ratio:
	if (FG_UNLIKELY(seen0 & 0x2000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "quoted_ratio");
	}
	seen0 |= 0x2000000u;
	FG_FILL_FIELD("kinds.quoted_ratio");
	p = fg_dec_quote(d, p);
	if (!p)
		return fg_dec_in_field(d, "quoted_ratio");
	p = fg_dec_double(d, p, &r->quoted_ratio);
	if (!p)
		return fg_dec_in_field(d, "quoted_ratio");
	p = fg_dec_quote(d, p);
	if (!p)
		return fg_dec_in_field(d, "quoted_ratio");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_maybe:
	if (!fg_dec_name_is(d, p, "\"maybe\"", 7))
		goto name_small;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_maybe:
	if (FG_UNLIKELY(seen0 & 0x4000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "maybe");
	}
	seen0 |= 0x4000000u;
	FG_FILL_FIELD("kinds.maybe");
	if (fg_dec_is_null(d, p)) {
		memset(&r->maybe, 0, sizeof r->maybe);
		gone0 |= 0x4000000u;
		p += 4;
	} else {
		gone0 &= ~0x4000000u;
		{
			int64_t value;

			p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
			if (!p)
				return fg_dec_in_field(d, "maybe");
			r->maybe = (int32_t)value;
		}
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_small:
	if (!fg_dec_name_is(d, p, "\"small\"", 7))
		goto name_point;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_small:
	if (FG_UNLIKELY(seen0 & 0x8000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "small");
	}
	seen0 |= 0x8000000u;
	FG_FILL_FIELD("kinds.small");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "small");
		r->small = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_point:
	if (!fg_dec_name_is(d, p, "\"point\"", 7))
		goto name_spare;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_point:
	if (FG_UNLIKELY(seen0 & 0x10000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "point");
		}
		memset(&r->point, 0, sizeof r->point);
		if (m)
			memset(&m->point, 0, sizeof m->point);
	}
	seen0 |= 0x10000000u;
	FG_FILL_FIELD("kinds.point");
	p = kinds_point_decode_object(d, p, &r->point, m ? &m->point : NULL);
	if (!p)
		return fg_dec_in_field(d, "point");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_spare:
	if (!fg_dec_name_is(d, p, "\"spare\"", 7))
		goto name_tuple;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_spare:
	if (FG_UNLIKELY(seen0 & 0x20000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "spare");
		}
		memset(&r->spare, 0, sizeof r->spare);
		if (m)
			memset(&m->spare, 0, sizeof m->spare);
	}
	seen0 |= 0x20000000u;
	FG_FILL_FIELD("kinds.spare");
	if (fg_dec_is_null(d, p)) {
		memset(&r->spare, 0, sizeof r->spare);
		if (m)
			memset(&m->spare, 0, sizeof m->spare);
		gone0 |= 0x20000000u;
		p += 4;
	} else {
		gone0 &= ~0x20000000u;
		p = kinds_point_decode_object(d, p, &r->spare, m ? &m->spare : NULL);
		if (!p)
			return fg_dec_in_field(d, "spare");
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_tuple:
	if (!fg_dec_name_is(d, p, "\"tuple\"", 7))
		goto name_strict;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_tuple:
	if (FG_UNLIKELY(seen0 & 0x40000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "tuple");
		}
		memset(&r->tuple, 0, sizeof r->tuple);
	}
	seen0 |= 0x40000000u;
	FG_FILL_FIELD("kinds.tuple");
	if (fg_dec_is_null(d, p)) {
		memset(&r->tuple, 0, sizeof r->tuple);
		gone0 |= 0x40000000u;
		p += 4;
	} else {
		gone0 &= ~0x40000000u;
		p = kinds_tuple_decode_object(d, p, &r->tuple, NULL);
		if (!p)
			return fg_dec_in_field(d, "tuple");
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_strict:
	if (!fg_dec_name_is(d, p, "\"strict\"", 8))
		goto other;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_strict:
	if (FG_UNLIKELY(seen0 & 0x80000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "strict");
		}
		memset(&r->strict, 0, sizeof r->strict);
		if (m)
			memset(&m->strict, 0, sizeof m->strict);
	}
	seen0 |= 0x80000000u;
	FG_FILL_FIELD("kinds.strict");
	p = kinds_strict_decode_object(d, p, &r->strict, m ? &m->strict : NULL);
	if (!p)
		return fg_dec_in_field(d, "strict");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"part\"", 6))
		goto name_where;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_part:
	if (FG_UNLIKELY(seen0 & 0x100000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "part");
		}
		memset(&r->part, 0, sizeof r->part);
		if (m)
			memset(&m->part, 0, sizeof m->part);
	}
	seen0 |= 0x100000000u;
	FG_FILL_FIELD("kinds.part");
	p = part_decode_object(d, p, &r->part, m ? &m->part : NULL);
	if (!p)
		return fg_dec_in_field(d, "part");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_where:
	if (!fg_dec_name_is(d, p, "\"where\"", 7))
		goto name_count;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_where:
	if (FG_UNLIKELY(seen0 & 0x200000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "where");
	}
	seen0 |= 0x200000000u;
	FG_FILL_FIELD("kinds.where");
	if (fg_dec_is_null(d, p)) {
		r->where = NULL;
		p += 4;
	} else {
		struct kinds_point *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(struct kinds_point));

		if (!made)
			return fg_dec_in_field(d, "where");
		p = kinds_point_decode_object(d, p, &*made, NULL);
		if (!p)
			return fg_dec_in_field(d, "where");
		r->where = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_count:
	if (!fg_dec_name_is(d, p, "\"count\"", 7))
		goto name_shade;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_count:
	if (FG_UNLIKELY(seen0 & 0x400000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "count");
	}
	seen0 |= 0x400000000u;
	FG_FILL_FIELD("kinds.count");
	if (fg_dec_is_null(d, p)) {
		r->count = NULL;
		p += 4;
	} else {
		int64_t *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(int64_t));

		if (!made)
			return fg_dec_in_field(d, "count");
		p = fg_dec_quote(d, p);
		if (!p)
			return fg_dec_in_field(d, "count");
		{
			int64_t value;

			p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
			if (!p)
				return fg_dec_in_field(d, "count");
			*made = (int64_t)value;
		}
		p = fg_dec_quote(d, p);
		if (!p)
			return fg_dec_in_field(d, "count");
		r->count = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_shade:
	if (!fg_dec_name_is(d, p, "\"shade\"", 7))
		goto name_sure;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_shade:
	if (FG_UNLIKELY(seen0 & 0x800000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "shade");
	}
	seen0 |= 0x800000000u;
	FG_FILL_FIELD("kinds.shade");
	if (fg_dec_is_null(d, p)) {
		r->shade = NULL;
		p += 4;
	} else {
		enum kinds_color *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(enum kinds_color));

		if (!made)
			return fg_dec_in_field(d, "shade");
		{
			int64_t value;

			p = fg_dec_enum(d, p, kinds_color_names, sizeof kinds_color_names / sizeof *kinds_color_names,
			                &value);
			if (!p)
				return fg_dec_in_field(d, "shade");
			*made = (enum kinds_color)value;
		}
		r->shade = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_sure:
	if (!fg_dec_name_is(d, p, "\"sure\"", 6))
		goto name_weight;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_sure:
	if (FG_UNLIKELY(seen0 & 0x1000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "sure");
	}
	seen0 |= 0x1000000000u;
	FG_FILL_FIELD("kinds.sure");
	if (fg_dec_is_null(d, p)) {
		r->sure = NULL;
		p += 4;
	} else {
		bool *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(bool));

		if (!made)
			return fg_dec_in_field(d, "sure");
		p = fg_dec_bool(d, p, &*made);
		if (!p)
			return fg_dec_in_field(d, "sure");
		r->sure = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_weight:
	if (!fg_dec_name_is(d, p, "\"weight\"", 8))
		goto name_list;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_weight:
	if (FG_UNLIKELY(seen0 & 0x2000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "weight");
	}
	seen0 |= 0x2000000000u;
	FG_FILL_FIELD("kinds.weight");
	if (fg_dec_is_null(d, p)) {
		r->weight = NULL;
		p += 4;
	} else {
		double *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(double));

		if (!made)
			return fg_dec_in_field(d, "weight");
		p = fg_dec_double(d, p, &*made);
		if (!p)
			return fg_dec_in_field(d, "weight");
		r->weight = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_list:
	if (!fg_dec_name_is(d, p, "\"list\"", 6))
		goto name_pair;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_list:
	if (FG_UNLIKELY(seen0 & 0x4000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "list");
	}
	seen0 |= 0x4000000000u;
	FG_FILL_FIELD("kinds.list");
	if (fg_dec_is_null(d, p)) {
		r->list = NULL;
		p += 4;
	} else {
		struct kinds_node *made = fg_dec_alloc(d, p, sizeof *made, _Alignof(struct kinds_node));

		if (!made)
			return fg_dec_in_field(d, "list");
		p = kinds_node_decode_object(d, p, &*made, NULL);
		if (!p)
			return fg_dec_in_field(d, "list");
		r->list = made;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_pair:
	if (!fg_dec_name_is(d, p, "\"pair\"", 6))
		goto name_bytes;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_pair:
	if (FG_UNLIKELY(seen0 & 0x8000000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "pair");
		}
		memset(&r->pair, 0, sizeof r->pair);
	}
	seen0 |= 0x8000000000u;
	FG_FILL_FIELD("kinds.pair");
	if (fg_dec_is_null(d, p)) {
		memset(&r->pair, 0, sizeof r->pair);
		gone0 |= 0x8000000000u;
		p += 4;
	} else {
		gone0 &= ~0x8000000000u;
		p = kinds_decode_pair(d, p, r);
		if (!p)
			return fg_dec_in_field(d, "pair");
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_bytes:
	if (!fg_dec_name_is(d, p, "\"bytes\"", 7))
		goto name_words;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_bytes:
	if (FG_UNLIKELY(seen0 & 0x10000000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "bytes");
		}
		memset(&r->bytes, 0, sizeof r->bytes);
		r->bytes_n = 0;
	}
	seen0 |= 0x10000000000u;
	FG_FILL_FIELD("kinds.bytes");
	p = kinds_decode_bytes(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "bytes");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_words:
	if (!fg_dec_name_is(d, p, "\"words\"", 7))
		goto name_spots;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_words:
	if (FG_UNLIKELY(seen0 & 0x20000000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "words");
		}
		memset(&r->words, 0, sizeof r->words);
		r->words_n = 0;
	}
	seen0 |= 0x20000000000u;
	FG_FILL_FIELD("kinds.words");
	p = kinds_decode_words(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "words");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_spots:
	if (!fg_dec_name_is(d, p, "\"spots\"", 7))
		goto name_samples;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_spots:
	if (FG_UNLIKELY(seen0 & 0x40000000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "spots");
		}
		memset(&r->spots, 0, sizeof r->spots);
		r->spots_n = 0;
	}
	seen0 |= 0x40000000000u;
	FG_FILL_FIELD("kinds.spots");
	if (fg_dec_is_null(d, p)) {
		memset(&r->spots, 0, sizeof r->spots);
		r->spots_n = 0;
		gone0 |= 0x40000000000u;
		p += 4;
	} else {
		gone0 &= ~0x40000000000u;
		p = kinds_decode_spots(d, p, r);
		if (!p)
			return fg_dec_in_field(d, "spots");
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_samples:
	if (!fg_dec_name_is(d, p, "\"samples\"", 9))
		goto name_tags;
	p = fg_dec_colon(d, p + 9);
	if (!p)
		return NULL;
value_samples:
	if (FG_UNLIKELY(seen0 & 0x80000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "samples");
	}
	seen0 |= 0x80000000000u;
	FG_FILL_FIELD("kinds.samples");
	p = kinds_decode_samples(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "samples");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_tags:
	if (!fg_dec_name_is(d, p, "\"tags\"", 6))
		goto name_lines;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_tags:
	if (FG_UNLIKELY(seen0 & 0x100000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "tags");
	}
	seen0 |= 0x100000000000u;
	FG_FILL_FIELD("kinds.tags");
	p = kinds_decode_tags(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "tags");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_lines:
	if (!fg_dec_name_is(d, p, "\"lines\"", 7))
		goto name_colors;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_lines:
	if (FG_UNLIKELY(seen0 & 0x200000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "lines");
	}
	seen0 |= 0x200000000000u;
	FG_FILL_FIELD("kinds.lines");
	p = kinds_decode_lines(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "lines");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_colors:
	if (!fg_dec_name_is(d, p, "\"colors\"", 8))
		goto name_rows;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_colors:
	if (FG_UNLIKELY(seen0 & 0x400000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "colors");
	}
	seen0 |= 0x400000000000u;
	FG_FILL_FIELD("kinds.colors");
	p = kinds_decode_colors(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "colors");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_rows:
	if (!fg_dec_name_is(d, p, "\"rows\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_rows:
	if (FG_UNLIKELY(seen0 & 0x800000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "rows");
	}
	seen0 |= 0x800000000000u;
	FG_FILL_FIELD("kinds.rows");
	p = kinds_decode_rows(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "rows");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"times\"", 7))
		goto name_limits;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_times:
	if (FG_UNLIKELY(seen0 & 0x1000000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "times");
	}
	seen0 |= 0x1000000000000u;
	FG_FILL_FIELD("kinds.times");
	p = kinds_decode_times(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "times");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_limits:
	if (!fg_dec_name_is(d, p, "\"limits\"", 8))
		goto name_groups;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_limits:
	if (FG_UNLIKELY(seen0 & 0x2000000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "limits");
	}
	seen0 |= 0x2000000000000u;
	FG_FILL_FIELD("kinds.limits");
	p = kinds_decode_limits(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "limits");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_groups:
	if (!fg_dec_name_is(d, p, "\"groups\"", 8))
		goto name_places;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_groups:
	if (FG_UNLIKELY(seen0 & 0x4000000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "groups");
	}
	seen0 |= 0x4000000000000u;
	FG_FILL_FIELD("kinds.groups");
	p = kinds_decode_groups(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "groups");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_places:
	if (!fg_dec_name_is(d, p, "\"places\"", 8))
		goto name_inner;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_places:
	if (FG_UNLIKELY(seen0 & 0x8000000000000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "places");
		}
		memset(&r->places, 0, sizeof r->places);
		r->places_n = 0;
	}
	seen0 |= 0x8000000000000u;
	FG_FILL_FIELD("kinds.places");
	p = kinds_decode_places(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "places");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_inner:
	if (!fg_dec_name_is(d, p, "\"inner\"", 7))
		goto name_odd;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_inner:
	if (FG_UNLIKELY(seen0 & 0x10000000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "inner");
	}
	seen0 |= 0x10000000000000u;
	FG_FILL_FIELD("kinds.inner");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "inner");
		r->inner = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_odd:
	if (!fg_dec_name_is(d, p, "\"odd? \303\251\"", 9))
		goto name_last;
	p = fg_dec_colon(d, p + 9);
	if (!p)
		return NULL;
value_odd:
	if (FG_UNLIKELY(seen0 & 0x20000000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "odd? \303\251");
	}
	seen0 |= 0x20000000000000u;
	FG_FILL_FIELD("kinds.odd");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "odd? \303\251");
		r->odd = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_last:
	if (!fg_dec_name_is(d, p, "\"last\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_last:
	if (FG_UNLIKELY(seen0 & 0x40000000000000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "last");
	}
	seen0 |= 0x40000000000000u;
	FG_FILL_FIELD("kinds.last");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "last");
		r->last = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

other:
	{
		const char *start = p;
		struct fg_str name;

		p = fg_dec_name(d, p, &name);
		if (!p)
			return NULL;
		switch (fg_name_hash(name.ptr, name.len, 318u) >> 56) {
		case 0:
			if (name.len == 4 && memcmp(name.ptr, "last", 4) == 0)
				goto value_last;
			break;
		case 2:
			if (name.len == 5 && memcmp(name.ptr, "small", 5) == 0)
				goto value_small;
			break;
		case 4:
			if (name.len == 5 && memcmp(name.ptr, "spots", 5) == 0)
				goto value_spots;
			break;
		case 8:
			if (name.len == 4 && memcmp(name.ptr, "wide", 4) == 0)
				goto value_wide;
			break;
		case 15:
			if (name.len == 6 && memcmp(name.ptr, "quoted", 6) == 0)
				goto value_quoted;
			break;
		case 17:
			if (name.len == 5 && memcmp(name.ptr, "inner", 5) == 0)
				goto value_inner;
			break;
		case 19:
			if (name.len == 3 && memcmp(name.ptr, "f64", 3) == 0)
				goto value_f64;
			break;
		case 20:
			if (name.len == 5 && memcmp(name.ptr, "lines", 5) == 0)
				goto value_lines;
			break;
		case 21:
			if (name.len == 4 && memcmp(name.ptr, "sure", 4) == 0)
				goto value_sure;
			break;
		case 23:
			if (name.len == 2 && memcmp(name.ptr, "u8", 2) == 0)
				goto value_u8;
			break;
		case 26:
			if (name.len == 4 && memcmp(name.ptr, "rows", 4) == 0)
				goto value_rows;
			break;
		case 38:
			if (name.len == 6 && memcmp(name.ptr, "limits", 6) == 0)
				goto value_limits;
			break;
		case 43:
			if (name.len == 5 && memcmp(name.ptr, "count", 5) == 0)
				goto value_count;
			break;
		case 45:
			if (name.len == 4 && memcmp(name.ptr, "name", 4) == 0)
				goto value_name;
			break;
		case 62:
			if (name.len == 6 && memcmp(name.ptr, "weight", 6) == 0)
				goto value_weight;
			break;
		case 68:
			if (name.len == 3 && memcmp(name.ptr, "yes", 3) == 0)
				goto value_yes;
			break;
		case 69:
			if (name.len == 7 && memcmp(name.ptr, "odd? \303\251", 7) == 0)
				goto value_odd;
			break;
		case 71:
			if (name.len == 3 && memcmp(name.ptr, "u64", 3) == 0)
				goto value_u64;
			break;
		case 74:
			if (name.len == 6 && memcmp(name.ptr, "strict", 6) == 0)
				goto value_strict;
			break;
		case 82:
			if (name.len == 4 && memcmp(name.ptr, "pair", 4) == 0)
				goto value_pair;
			break;
		case 86:
			if (name.len == 4 && memcmp(name.ptr, "tags", 4) == 0)
				goto value_tags;
			break;
		case 89:
			if (name.len == 3 && memcmp(name.ptr, "f32", 3) == 0)
				goto value_f32;
			break;
		case 92:
			if (name.len == 2 && memcmp(name.ptr, "id", 2) == 0)
				goto value_id;
			break;
		case 102:
			if (name.len == 7 && memcmp(name.ptr, "samples", 7) == 0)
				goto value_samples;
			break;
		case 105:
			if (name.len == 5 && memcmp(name.ptr, "point", 5) == 0)
				goto value_point;
			break;
		case 112:
			if (name.len == 5 && memcmp(name.ptr, "times", 5) == 0)
				goto value_times;
			break;
		case 113:
			if (name.len == 4 && memcmp(name.ptr, "note", 4) == 0)
				goto value_note;
			break;
		case 116:
			if (name.len == 2 && memcmp(name.ptr, "at", 2) == 0)
				goto value_at_ns;
			break;
		case 125:
			if (name.len == 4 && memcmp(name.ptr, "list", 4) == 0)
				goto value_list;
			break;
		case 128:
			if (name.len == 4 && memcmp(name.ptr, "text", 4) == 0)
				goto value_text;
			break;
		case 130:
			if (name.len == 4 && memcmp(name.ptr, "code", 4) == 0)
				goto value_code;
			break;
		case 137:
			if (name.len == 2 && memcmp(name.ptr, "i8", 2) == 0)
				goto value_i8;
			break;
		case 141:
			if (name.len == 5 && memcmp(name.ptr, "bytes", 5) == 0)
				goto value_bytes;
			break;
		case 148:
			if (name.len == 5 && memcmp(name.ptr, "where", 5) == 0)
				goto value_where;
			break;
		case 152:
			if (name.len == 3 && memcmp(name.ptr, "i64", 3) == 0)
				goto value_i64;
			break;
		case 154:
			if (name.len == 5 && memcmp(name.ptr, "color", 5) == 0)
				goto value_color;
			break;
		case 156:
			if (name.len == 5 && memcmp(name.ptr, "spare", 5) == 0)
				goto value_spare;
			break;
		case 175:
			if (name.len == 5 && memcmp(name.ptr, "title", 5) == 0)
				goto value_title;
			break;
		case 177:
			if (name.len == 3 && memcmp(name.ptr, "u16", 3) == 0)
				goto value_u16;
			break;
		case 178:
			if (name.len == 3 && memcmp(name.ptr, "for", 3) == 0)
				goto value_for_ns;
			break;
		case 179:
			if (name.len == 5 && memcmp(name.ptr, "shade", 5) == 0)
				goto value_shade;
			break;
		case 189:
			if (name.len == 3 && memcmp(name.ptr, "key", 3) == 0)
				goto value_id;
			break;
		case 196:
			if (name.len == 3 && memcmp(name.ptr, "u32", 3) == 0)
				goto value_u32;
			break;
		case 200:
			if (name.len == 5 && memcmp(name.ptr, "words", 5) == 0)
				goto value_words;
			break;
		case 202:
			if (name.len == 5 && memcmp(name.ptr, "tuple", 5) == 0)
				goto value_tuple;
			break;
		case 205:
			if (name.len == 10 && memcmp(name.ptr, "identifier", 10) == 0)
				goto value_id;
			break;
		case 207:
			if (name.len == 3 && memcmp(name.ptr, "i16", 3) == 0)
				goto value_i16;
			break;
		case 209:
			if (name.len == 6 && memcmp(name.ptr, "colors", 6) == 0)
				goto value_colors;
			break;
		case 220:
			if (name.len == 3 && memcmp(name.ptr, "i32", 3) == 0)
				goto value_i32;
			break;
		case 225:
			if (name.len == 10 && memcmp(name.ptr, "quoted_yes", 10) == 0)
				goto value_quoted_yes;
			break;
		case 235:
			if (name.len == 6 && memcmp(name.ptr, "groups", 6) == 0)
				goto value_groups;
			break;
		case 237:
			if (name.len == 12 && memcmp(name.ptr, "quoted_ratio", 12) == 0)
				goto value_quoted_ratio;
			break;
		case 246:
			if (name.len == 3 && memcmp(name.ptr, "raw", 3) == 0)
				goto value_raw;
			break;
		case 247:
			if (name.len == 5 && memcmp(name.ptr, "maybe", 5) == 0)
				goto value_maybe;
			break;
		case 248:
			if (name.len == 6 && memcmp(name.ptr, "places", 6) == 0)
				goto value_places;
			break;
		case 253:
			if (name.len == 4 && memcmp(name.ptr, "mode", 4) == 0)
				goto value_mode;
			break;
		case 254:
			if (name.len == 4 && memcmp(name.ptr, "part", 4) == 0)
				goto value_part;
			break;
		}
		if (d->flags & FG_DECODE_UNKNOWN_ERROR)
			return fg_dec_fail(d, start, FG_ERR_UNKNOWN, "no field has this name");
		p = fg_dec_skip(d, p);
		if (p)
			p = fg_dec_member(d, p);
		if (!p)
			return NULL;
	}
	if (*p != '}')
		goto other;
end:
	seen0 &= ~gone0;
	if (FG_UNLIKELY(!(seen0 & 0x1u))) {
		fg_dec_fail(d, p, FG_ERR_REQUIRED, "a required field is absent");
		return fg_dec_in_field(d, "id");
	}
	if (!(seen0 & 0x8u)) {
		r->i32 = -12;
	}
	if (!(seen0 & 0x10u)) {
		r->i64 = INT64_MIN;
	}
	if (!(seen0 & 0x20u)) {
		r->u8 = 255u;
	}
	if (!(seen0 & 0x100u)) {
		r->u64 = 18446744073709551615u;
	}
	if (!(seen0 & 0x200u)) {
		r->yes = true;
	}
	if (!(seen0 & 0x400u)) {
		r->f32 = 0.100000001f;
	}
	if (!(seen0 & 0x800u)) {
		r->f64 = 1.0000000000000001e+300;
	}
	if (!(seen0 & 0x1000u)) {
		r->color = KINDS_DARK_GREEN;
	}
	if (!(seen0 & 0x8000u)) {
		memcpy(r->code, "EUR", 4);
	}
	if (!(seen0 & 0x20000u)) {
		r->text = (struct fg_str){ "none", 4 };
	}
	if (!(seen0 & 0x40000u)) {
		r->name = fg_dec_alloc(d, p, 7, 1);
		if (!r->name)
			return fg_dec_in_field(d, "name");
		memcpy(r->name, "nobody", 7);
	}
	if (!(seen0 & 0x80000u)) {
		r->title = "untitled";
	}
	if (!(seen0 & 0x200000u)) {
		r->at_ns = 1709208000000000000;
	}
	if (!(seen0 & 0x400000u)) {
		r->for_ns = 90000000000;
	}
	if (!(seen0 & 0x4000000u)) {
		r->maybe = 3;
	}
	if (!(seen0 & 0x10000000u)) {
		if (!kinds_point_defaults(d, p, &r->point))
			return fg_dec_in_field(d, "point");
	}
	if (!(seen0 & 0x20000000u)) {
		if (!kinds_point_defaults(d, p, &r->spare))
			return fg_dec_in_field(d, "spare");
	}
	if (!(seen0 & 0x40000000u)) {
		if (!kinds_tuple_defaults(d, p, &r->tuple))
			return fg_dec_in_field(d, "tuple");
	}
	if (!(seen0 & 0x100000000u)) {
		if (!part_defaults(d, p, &r->part))
			return fg_dec_in_field(d, "part");
	}
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int kinds_decode(const char *json, size_t json_len, const struct fg_decode_options *options, struct fg_arena *arena,
                 struct kinds *ret_record, struct kinds_present *ret_present, struct fg_error *ret_error)
{
	struct kinds_present present;
	struct kinds record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "kinds");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = kinds_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int kinds_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct kinds **ret_items, struct kinds_present **ret_presents,
                       size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct kinds_present *present = NULL;
		struct kinds *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item, _Alignof(struct kinds));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct kinds_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = kinds_decode_object(&d, p, item, present);
		if (p)
			p = fg_dec_item(&d, p);
		else
			fg_dec_in_item(&d, n);
		n++;
	}
	if (p)
		p = fg_dec_close(&d, p);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	*ret_items = items;
	if (ret_presents)
		*ret_presents = presents;
	*ret_items_n = n;
	return 0;
}

/* struct kinds.pair, brackets included */
static void kinds_encode_pair(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = 2;

	for (size_t i = 0; i < n; i++) {
		const int32_t *item = &r->pair[i];

		fg_enc_text(e, ",", 1);
		fg_enc_int(e, (*item));
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.bytes, brackets included */
static void kinds_encode_bytes(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->bytes_n;

	if (n > 4) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const uint8_t *item = &r->bytes[i];

		fg_enc_text(e, ",", 1);
		fg_enc_uint(e, (*item));
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.words, brackets included */
static void kinds_encode_words(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->words_n;

	if (r->words_n < 0 || n > 3) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char (*item)[6] = &r->words[i];

		fg_enc_text(e, ",", 1);
		fg_enc_str(e, (*item), strnlen((*item), sizeof (*item)));
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.spots, brackets included */
static void kinds_encode_spots(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->spots_n;

	if (n > 2) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct kinds_point *item = &r->spots[i];

		fg_enc_text(e, ",", 1);
		kinds_point_encode_object(e, &(*item), NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.samples, brackets included */
static void kinds_encode_samples(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->samples_n;

	if (n > 0 && !r->samples) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const double *item = &r->samples[i];

		fg_enc_text(e, ",", 1);
		fg_enc_double(e, (*item));
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.tags, brackets included */
static void kinds_encode_tags(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->tags_n;

	if (r->tags_n < 0 || (n > 0 && !r->tags)) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	if (!r->tags) {
		fg_enc_text(e, "null", 4);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct fg_str *item = &r->tags[i];

		fg_enc_text(e, ",", 1);
		fg_enc_str(e, (*item).ptr, (*item).len);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.lines, brackets included */
static void kinds_encode_lines(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->lines_n;

	if (n > 0 && !r->lines) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *const *item = &r->lines[i];

		fg_enc_text(e, ",", 1);
		fg_enc_str(e, (*item), (*item) ? strlen((*item)) : 0);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.colors, brackets included */
static void kinds_encode_colors(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->colors_n;

	if (n > 0 && !r->colors) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const enum kinds_color *item = &r->colors[i];

		fg_enc_text(e, ",", 1);
		kinds_color_encode_name(e, (*item));
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.rows, brackets included */
static void kinds_encode_rows(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->rows_n;

	if (n > 0 && !r->rows) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct kinds_tuple *item = &r->rows[i];

		fg_enc_text(e, ",", 1);
		kinds_tuple_encode_object(e, &(*item), NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.times, brackets included */
static void kinds_encode_times(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->times_n;

	if (n > 0 && !r->times) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const int64_t *item = &r->times[i];

		fg_enc_text(e, ",", 1);
		fg_enc_time(e, (*item));
	}
	fg_enc_close(e, start, "[]");
}

/* struct kinds.limits, brackets included */
static void kinds_encode_limits(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->limits_n;

	if (n > 0 && !r->limits) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct kinds_entry *item = &r->limits[i];

		fg_enc_text(e, ",", 1);
		if (!item->name.ptr)
			fg_enc_fail(e, FG_ERR_ENCODE, "a member without a name");
		fg_enc_str(e, item->name.ptr, item->name.len);
		fg_enc_text(e, ":", 1);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
		fg_enc_int(e, item->value);
	}
	fg_enc_close(e, start, "{}");
}

/* struct kinds.groups, brackets included */
static void kinds_encode_groups(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->groups_n;

	if (n > 0 && !r->groups) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	if (!r->groups) {
		fg_enc_text(e, "null", 4);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct kinds_group *item = &r->groups[i];

		fg_enc_text(e, ",", 1);
		fg_enc_text(e, "\"", 1);
		fg_enc_uint(e, item->number);
		fg_enc_text(e, "\":", 2);
		kinds_group_encode_names(e, item);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

/* struct kinds.places, brackets included */
static void kinds_encode_places(struct fg_enc *e, const struct kinds *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->places_n;

	if (n > 2) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct kinds_place *item = &r->places[i];

		fg_enc_text(e, ",", 1);
		fg_enc_str(e, item->code, strnlen(item->code, sizeof item->code));
		fg_enc_text(e, ":", 1);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
		kinds_place_encode_object(e, &(*item), NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

/* The fields of *r that m names; NULL: all. */
static void kinds_encode_object(struct fg_enc *e, const struct kinds *r, const struct kinds_present *m)
{
	size_t start = e->out->len;

	if (!m || kinds_has(m, KINDS_FIELD_ID)) {
		fg_enc_text(e, ",\"id\":", 6);
		fg_enc_str(e, r->id, strnlen(r->id, sizeof r->id));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "id");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_I8)) {
		fg_enc_text(e, ",\"i8\":", 6);
		fg_enc_int(e, r->i8);
	}
	if (!m || kinds_has(m, KINDS_FIELD_I16)) {
		fg_enc_text(e, ",\"i16\":", 7);
		fg_enc_int(e, r->i16);
	}
	if (!m || kinds_has(m, KINDS_FIELD_I32)) {
		fg_enc_text(e, ",\"i32\":", 7);
		fg_enc_int(e, r->i32);
	}
	if (!m || kinds_has(m, KINDS_FIELD_I64)) {
		fg_enc_text(e, ",\"i64\":", 7);
		fg_enc_int(e, r->i64);
	}
	if (!m || kinds_has(m, KINDS_FIELD_U8)) {
		fg_enc_text(e, ",\"u8\":", 6);
		fg_enc_uint(e, r->u8);
	}
	if (!m || kinds_has(m, KINDS_FIELD_U16)) {
		fg_enc_text(e, ",\"u16\":", 7);
		fg_enc_uint(e, r->u16);
	}
	if (!m || kinds_has(m, KINDS_FIELD_U32)) {
		fg_enc_text(e, ",\"u32\":", 7);
		fg_enc_uint(e, r->u32);
	}
	if (!m || kinds_has(m, KINDS_FIELD_U64)) {
		fg_enc_text(e, ",\"u64\":", 7);
		fg_enc_uint(e, r->u64);
	}
	if (!m || kinds_has(m, KINDS_FIELD_YES)) {
		fg_enc_text(e, ",\"yes\":", 7);
		fg_enc_bool(e, r->yes);
	}
	if (!m || kinds_has(m, KINDS_FIELD_F32)) {
		fg_enc_text(e, ",\"f32\":", 7);
		fg_enc_float(e, r->f32);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "f32");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_F64)) {
		fg_enc_text(e, ",\"f64\":", 7);
		fg_enc_double(e, r->f64);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "f64");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_COLOR)) {
		fg_enc_text(e, ",\"color\":", 9);
		kinds_color_encode_name(e, r->color);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "color");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_MODE)) {
		fg_enc_text(e, ",\"mode\":", 8);
		fg_enc_uint(e, (uint64_t)r->mode);
	}
	if (!m || kinds_has(m, KINDS_FIELD_WIDE)) {
		fg_enc_text(e, ",\"wide\":", 8);
		kinds_wide_encode_name(e, r->wide);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "wide");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_CODE)) {
		fg_enc_text(e, ",\"code\":", 8);
		fg_enc_str(e, r->code, strnlen(r->code, sizeof r->code));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "code");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_NOTE)) {
		fg_enc_text(e, ",\"note\":", 8);
		fg_enc_str(e, r->note, strnlen(r->note, sizeof r->note));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "note");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_TEXT)) {
		fg_enc_text(e, ",\"text\":", 8);
		fg_enc_str(e, r->text.ptr, r->text.len);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "text");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_NAME)) {
		fg_enc_text(e, ",\"name\":", 8);
		fg_enc_str(e, r->name, r->name ? strlen(r->name) : 0);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "name");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_TITLE)) {
		fg_enc_text(e, ",\"title\":", 9);
		fg_enc_str(e, r->title, r->title ? strlen(r->title) : 0);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "title");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_RAW)) {
		fg_enc_text(e, ",\"raw\":", 7);
		fg_enc_raw(e, r->raw);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "raw");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_AT_NS)) {
		fg_enc_text(e, ",\"at\":", 6);
		fg_enc_time(e, r->at_ns);
	}
	if (!m || kinds_has(m, KINDS_FIELD_FOR_NS)) {
		fg_enc_text(e, ",\"for\":", 7);
		fg_enc_duration(e, r->for_ns);
	}
	if (!m || kinds_has(m, KINDS_FIELD_QUOTED)) {
		fg_enc_text(e, ",\"quoted\":", 10);
		fg_enc_text(e, "\"", 1);
		fg_enc_int(e, r->quoted);
		fg_enc_text(e, "\"", 1);
	}
	if (!m || kinds_has(m, KINDS_FIELD_QUOTED_YES)) {
		fg_enc_text(e, ",\"quoted_yes\":", 14);
		fg_enc_text(e, "\"", 1);
		fg_enc_bool(e, r->quoted_yes);
		fg_enc_text(e, "\"", 1);
	}
	if (!m || kinds_has(m, KINDS_FIELD_QUOTED_RATIO)) {
		fg_enc_text(e, ",\"quoted_ratio\":", 16);
		fg_enc_text(e, "\"", 1);
		fg_enc_double(e, r->quoted_ratio);
		fg_enc_text(e, "\"", 1);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "quoted_ratio");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_MAYBE)) {
		fg_enc_text(e, ",\"maybe\":", 9);
		fg_enc_int(e, r->maybe);
	}
	if ((!m || kinds_has(m, KINDS_FIELD_SMALL)) && !(r->small == 0)) {
		fg_enc_text(e, ",\"small\":", 9);
		fg_enc_int(e, r->small);
	}
	if (!m || kinds_has(m, KINDS_FIELD_POINT)) {
		fg_enc_text(e, ",\"point\":", 9);
		kinds_point_encode_object(e, &r->point, m ? &m->point : NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "point");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_SPARE)) && !(fg_enc_all_zero(&r->spare, sizeof r->spare))) {
		fg_enc_text(e, ",\"spare\":", 9);
		kinds_point_encode_object(e, &r->spare, m ? &m->spare : NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "spare");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_TUPLE)) {
		fg_enc_text(e, ",\"tuple\":", 9);
		kinds_tuple_encode_object(e, &r->tuple, NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "tuple");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_STRICT)) && !(fg_enc_all_zero(&r->strict, sizeof r->strict))) {
		fg_enc_text(e, ",\"strict\":", 10);
		kinds_strict_encode_object(e, &r->strict, m ? &m->strict : NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "strict");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_PART)) {
		fg_enc_text(e, ",\"part\":", 8);
		part_encode_object(e, &r->part, m ? &m->part : NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "part");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_WHERE)) && !(!r->where)) {
		fg_enc_text(e, ",\"where\":", 9);
		if (!r->where) {
			fg_enc_text(e, "null", 4);
		} else {
			kinds_point_encode_object(e, &(*r->where), NULL);
		}
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "where");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_COUNT)) && !(!r->count)) {
		fg_enc_text(e, ",\"count\":", 9);
		if (!r->count) {
			fg_enc_text(e, "null", 4);
		} else {
			fg_enc_text(e, "\"", 1);
			fg_enc_int(e, (*r->count));
			fg_enc_text(e, "\"", 1);
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_SHADE)) && !(!r->shade)) {
		fg_enc_text(e, ",\"shade\":", 9);
		if (!r->shade) {
			fg_enc_text(e, "null", 4);
		} else {
			kinds_color_encode_name(e, (*r->shade));
		}
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "shade");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_SURE)) && !(!r->sure)) {
		fg_enc_text(e, ",\"sure\":", 8);
		if (!r->sure) {
			fg_enc_text(e, "null", 4);
		} else {
			fg_enc_bool(e, (*r->sure));
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_WEIGHT)) && !(!r->weight)) {
		fg_enc_text(e, ",\"weight\":", 10);
		if (!r->weight) {
			fg_enc_text(e, "null", 4);
		} else {
			fg_enc_double(e, (*r->weight));
		}
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "weight");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_LIST)) && !(!r->list)) {
		fg_enc_text(e, ",\"list\":", 8);
		if (!r->list) {
			fg_enc_text(e, "null", 4);
		} else {
			kinds_node_encode_object(e, &(*r->list), NULL);
		}
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "list");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_PAIR)) {
		fg_enc_text(e, ",\"pair\":", 8);
		kinds_encode_pair(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "pair");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_BYTES)) {
		fg_enc_text(e, ",\"bytes\":", 9);
		kinds_encode_bytes(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "bytes");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_WORDS)) && !(r->words_n == 0)) {
		fg_enc_text(e, ",\"words\":", 9);
		kinds_encode_words(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "words");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_SPOTS)) {
		fg_enc_text(e, ",\"spots\":", 9);
		kinds_encode_spots(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "spots");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_SAMPLES)) {
		fg_enc_text(e, ",\"samples\":", 11);
		kinds_encode_samples(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "samples");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_TAGS)) {
		fg_enc_text(e, ",\"tags\":", 8);
		kinds_encode_tags(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "tags");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_LINES)) && !(r->lines_n == 0)) {
		fg_enc_text(e, ",\"lines\":", 9);
		kinds_encode_lines(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "lines");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_COLORS)) && !(r->colors_n == 0)) {
		fg_enc_text(e, ",\"colors\":", 10);
		kinds_encode_colors(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "colors");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_ROWS)) && !(r->rows_n == 0)) {
		fg_enc_text(e, ",\"rows\":", 8);
		kinds_encode_rows(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "rows");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_TIMES)) && !(r->times_n == 0)) {
		fg_enc_text(e, ",\"times\":", 9);
		kinds_encode_times(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "times");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_LIMITS)) {
		fg_enc_text(e, ",\"limits\":", 10);
		kinds_encode_limits(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "limits");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_GROUPS)) {
		fg_enc_text(e, ",\"groups\":", 10);
		kinds_encode_groups(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "groups");
			return;
		}
	}
	if ((!m || kinds_has(m, KINDS_FIELD_PLACES)) && !(r->places_n == 0)) {
		fg_enc_text(e, ",\"places\":", 10);
		kinds_encode_places(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "places");
			return;
		}
	}
	if (!m || kinds_has(m, KINDS_FIELD_INNER)) {
		fg_enc_text(e, ",\"inner\":", 9);
		fg_enc_int(e, r->inner);
	}
	if (!m || kinds_has(m, KINDS_FIELD_ODD)) {
		fg_enc_text(e, ",\"odd? \303\251\":", 11);
		fg_enc_int(e, r->odd);
	}
	if (!m || kinds_has(m, KINDS_FIELD_LAST)) {
		fg_enc_text(e, ",\"last\":", 8);
		fg_enc_int(e, r->last);
	}
	fg_enc_close(e, start, "{}");
}

int kinds_encode(const struct kinds *record, const struct kinds_present *present, struct fg_buffer *out,
                 struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	kinds_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* Makes all that *r points to its own. On failure *r is to be thrown away. */
static int kinds_own(struct fg_copier *c, struct kinds *r)
{
	size_t n;
	char *string;
	int rc;

	if (c->depth == 0)
		return -EINVAL;
	c->depth--;
	rc = fg_copy_str(c, &r->text);
	if (rc)
		return rc;
	rc = fg_copy_cstr(c, r->name, &string);
	if (rc)
		return rc;
	r->name = string;
	rc = fg_copy_cstr(c, r->title, &string);
	if (rc)
		return rc;
	r->title = string;
	rc = fg_copy_str(c, &r->raw);
	if (rc)
		return rc;
	if (r->where) {
		struct kinds_point *to = fg_copy_items(c, r->where, 1, sizeof *to, _Alignof(struct kinds_point));

		if (!to)
			return -ENOMEM;
		r->where = to;
	}
	if (r->count) {
		int64_t *to = fg_copy_items(c, r->count, 1, sizeof *to, _Alignof(int64_t));

		if (!to)
			return -ENOMEM;
		r->count = to;
	}
	if (r->shade) {
		enum kinds_color *to = fg_copy_items(c, r->shade, 1, sizeof *to, _Alignof(enum kinds_color));

		if (!to)
			return -ENOMEM;
		r->shade = to;
	}
	if (r->sure) {
		bool *to = fg_copy_items(c, r->sure, 1, sizeof *to, _Alignof(bool));

		if (!to)
			return -ENOMEM;
		r->sure = to;
	}
	if (r->weight) {
		double *to = fg_copy_items(c, r->weight, 1, sizeof *to, _Alignof(double));

		if (!to)
			return -ENOMEM;
		r->weight = to;
	}
	if (r->list) {
		struct kinds_node *to = fg_copy_items(c, r->list, 1, sizeof *to, _Alignof(struct kinds_node));

		if (!to)
			return -ENOMEM;
		rc = kinds_node_own(c, &to[0]);
		if (rc)
			return rc;
		r->list = to;
	}
	n = (size_t)r->bytes_n;
	if (n > 4)
		return -EINVAL;
	n = (size_t)r->words_n;
	if (r->words_n < 0 || n > 3)
		return -EINVAL;
	n = (size_t)r->spots_n;
	if (n > 2)
		return -EINVAL;
	n = (size_t)r->samples_n;
	if (n > 0 && !r->samples)
		return -EINVAL;
	if (r->samples) {
		double *to = fg_copy_items(c, r->samples, n, sizeof *to, _Alignof(double));

		if (!to)
			return -ENOMEM;
		r->samples = to;
	}
	n = (size_t)r->tags_n;
	if (r->tags_n < 0 || (n > 0 && !r->tags))
		return -EINVAL;
	if (r->tags) {
		struct fg_str *to = fg_copy_items(c, r->tags, n, sizeof *to, _Alignof(struct fg_str));

		if (!to)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++) {
			rc = fg_copy_str(c, &to[i]);
			if (rc)
				return rc;
		}
		r->tags = to;
	}
	n = (size_t)r->lines_n;
	if (n > 0 && !r->lines)
		return -EINVAL;
	if (r->lines) {
		const char **to = fg_copy_items(c, r->lines, n, sizeof *to, _Alignof(const char *));

		if (!to)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++) {
			rc = fg_copy_cstr(c, to[i], &string);
			if (rc)
				return rc;
			to[i] = string;
		}
		r->lines = to;
	}
	n = (size_t)r->colors_n;
	if (n > 0 && !r->colors)
		return -EINVAL;
	if (r->colors) {
		enum kinds_color *to = fg_copy_items(c, r->colors, n, sizeof *to, _Alignof(enum kinds_color));

		if (!to)
			return -ENOMEM;
		r->colors = to;
	}
	n = (size_t)r->rows_n;
	if (n > 0 && !r->rows)
		return -EINVAL;
	if (r->rows) {
		struct kinds_tuple *to = fg_copy_items(c, r->rows, n, sizeof *to, _Alignof(struct kinds_tuple));

		if (!to)
			return -ENOMEM;
		r->rows = to;
	}
	n = (size_t)r->times_n;
	if (n > 0 && !r->times)
		return -EINVAL;
	if (r->times) {
		int64_t *to = fg_copy_items(c, r->times, n, sizeof *to, _Alignof(int64_t));

		if (!to)
			return -ENOMEM;
		r->times = to;
	}
	n = (size_t)r->limits_n;
	if (n > 0 && !r->limits)
		return -EINVAL;
	if (r->limits) {
		struct kinds_entry *to = fg_copy_items(c, r->limits, n, sizeof *to, _Alignof(struct kinds_entry));

		if (!to)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++) {
			rc = kinds_entry_own(c, &to[i]);
			if (rc)
				return rc;
		}
		r->limits = to;
	}
	n = (size_t)r->groups_n;
	if (n > 0 && !r->groups)
		return -EINVAL;
	if (r->groups) {
		struct kinds_group *to = fg_copy_items(c, r->groups, n, sizeof *to, _Alignof(struct kinds_group));

		if (!to)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++) {
			rc = kinds_group_own(c, &to[i]);
			if (rc)
				return rc;
		}
		r->groups = to;
	}
	n = (size_t)r->places_n;
	if (n > 2)
		return -EINVAL;
	memset((char *)r + 576, 0, 8); /* opaque */
	c->depth++;
	return 0;
}

int kinds_copy(const struct kinds *from, struct fg_arena *arena, struct kinds *ret_record)
{
	struct fg_copier c = {arena, FG_COPY_DEPTH_MAX};
	struct kinds record;
	int rc;

	FG_FILL(ret_record, "kinds");
	memcpy(&record, from, sizeof record);
	rc = kinds_own(&c, &record);
	if (rc)
		return rc;
	memcpy(ret_record, &record, sizeof *ret_record);
	return 0;
}

/* ---- kinds_shared ---- */

void kinds_shared_init(struct kinds_shared *shared, const struct fg_allocator *allocator)
{
	memset(shared, 0, sizeof *shared);
	shared->snapshot.allocator = allocator;
}

/* What the snapshot group points to. Fields of other groups are zero. */
struct kinds_block {
	struct kinds record;
	struct kinds_present present;
};

void kinds_shared_fini(struct kinds_shared *shared)
{
	if (shared)
		fg_publish_fini(&shared->snapshot);
}

/* Locks the group where the patch names any of it, and makes its next block. Returns: 0, with *ret_block NULL where it
 * names none; -ENOMEM or -EINVAL, nothing locked. */
static int kinds_prepare_snapshot(struct kinds_shared *shared, const struct kinds *record,
                                  const struct kinds_present *present, struct kinds_block **ret_block)
{
	struct fg_copier c = {NULL, FG_COPY_DEPTH_MAX};
	struct kinds_present named = *present;
	struct kinds_block *block;
	int rc;

	*ret_block = NULL;
	named.bits[0] &= 0x7fffffffffffffu;
	if (!named.bits[0])
		return 0;
	block = fg_publish_begin(&shared->snapshot, sizeof *block, _Alignof(struct kinds_block), &c.arena);
	if (!block)
		return -ENOMEM;
	kinds_patch(&block->record, &block->present, record, &named);
	rc = kinds_own(&c, &block->record);
	if (rc) {
		fg_publish_drop(&shared->snapshot, block);
		return rc;
	}
	*ret_block = block;
	return 0;
}

static int kinds_get_snapshot(struct kinds_shared *shared, struct fg_arena *arena, struct kinds *ret_record,
                              struct kinds_present *ret_present)
{
	struct fg_read read = fg_read_begin();
	const struct kinds_block *block = fg_publish_get(&shared->snapshot, &read);
	int rc = 0;

	if (block)
		rc = kinds_copy(&block->record, arena, ret_record);
	else
		memset(ret_record, 0, sizeof *ret_record);
	if (!rc && block)
		*ret_present = block->present;
	else if (!rc)
		memset(ret_present, 0, sizeof *ret_present);
	fg_read_end(&read);
	return rc;
}

const struct kinds *kinds_view(const struct kinds_shared *shared, const struct fg_read *read,
                               struct kinds_present *ret_present)
{
	const struct kinds_block *block = fg_publish_get(&shared->snapshot, read);

	if (!block)
		return NULL;
	if (ret_present)
		*ret_present = block->present;
	return &block->record;
}

int kinds_merge(struct kinds_shared *shared, const struct kinds *record, const struct kinds_present *present)
{
	struct kinds_present all;
	struct kinds_block *block;
	int rc;

	if (!present) {
		kinds_present_all(&all);
		present = &all;
	}
	rc = kinds_prepare_snapshot(shared, record, present, &block);
	if (rc)
		return rc;
	if (block) {
		if (FG_WATCHED(kinds)) {
			const struct kinds_block *was = atomic_load_explicit(&shared->snapshot.block,
			        memory_order_relaxed);

			(void)was;
			if (kinds_has(present, KINDS_FIELD_ID))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_ID);
			if (kinds_has(present, KINDS_FIELD_I8))
				FG_PROBE(kinds, shared, KINDS_FIELD_I8, was ? was->record.i8 : (int8_t)0,
				         block->record.i8);
			if (kinds_has(present, KINDS_FIELD_I16))
				FG_PROBE(kinds, shared, KINDS_FIELD_I16, was ? was->record.i16 : (int16_t)0,
				         block->record.i16);
			if (kinds_has(present, KINDS_FIELD_I32))
				FG_PROBE(kinds, shared, KINDS_FIELD_I32, was ? was->record.i32 : (int32_t)0,
				         block->record.i32);
			if (kinds_has(present, KINDS_FIELD_I64))
				FG_PROBE(kinds, shared, KINDS_FIELD_I64, was ? was->record.i64 : (int64_t)0,
				         block->record.i64);
			if (kinds_has(present, KINDS_FIELD_U8))
				FG_PROBE(kinds, shared, KINDS_FIELD_U8, was ? was->record.u8 : (uint8_t)0,
				         block->record.u8);
			if (kinds_has(present, KINDS_FIELD_U16))
				FG_PROBE(kinds, shared, KINDS_FIELD_U16, was ? was->record.u16 : (uint16_t)0,
				         block->record.u16);
			if (kinds_has(present, KINDS_FIELD_U32))
				FG_PROBE(kinds, shared, KINDS_FIELD_U32, was ? was->record.u32 : (uint32_t)0,
				         block->record.u32);
			if (kinds_has(present, KINDS_FIELD_U64))
				FG_PROBE(kinds, shared, KINDS_FIELD_U64, was ? was->record.u64 : (uint64_t)0,
				         block->record.u64);
			if (kinds_has(present, KINDS_FIELD_YES))
				FG_PROBE(kinds, shared, KINDS_FIELD_YES, was ? was->record.yes : (bool)0,
				         block->record.yes);
			if (kinds_has(present, KINDS_FIELD_F32))
				FG_PROBE(kinds, shared, KINDS_FIELD_F32, was ? was->record.f32 : (float)0,
				         block->record.f32);
			if (kinds_has(present, KINDS_FIELD_F64))
				FG_PROBE(kinds, shared, KINDS_FIELD_F64, was ? was->record.f64 : (double)0,
				         block->record.f64);
			if (kinds_has(present, KINDS_FIELD_COLOR))
				FG_PROBE(kinds, shared, KINDS_FIELD_COLOR, was ?
				         was->record.color : (enum kinds_color)0, block->record.color);
			if (kinds_has(present, KINDS_FIELD_MODE))
				FG_PROBE(kinds, shared, KINDS_FIELD_MODE, was ? was->record.mode : (kinds_mode)0,
				         block->record.mode);
			if (kinds_has(present, KINDS_FIELD_WIDE))
				FG_PROBE(kinds, shared, KINDS_FIELD_WIDE, was ? was->record.wide : (enum kinds_wide)0,
				         block->record.wide);
			if (kinds_has(present, KINDS_FIELD_CODE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_CODE);
			if (kinds_has(present, KINDS_FIELD_NOTE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_NOTE);
			if (kinds_has(present, KINDS_FIELD_TEXT))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_TEXT);
			if (kinds_has(present, KINDS_FIELD_NAME))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_NAME);
			if (kinds_has(present, KINDS_FIELD_TITLE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_TITLE);
			if (kinds_has(present, KINDS_FIELD_RAW))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_RAW);
			if (kinds_has(present, KINDS_FIELD_AT_NS))
				FG_PROBE(kinds, shared, KINDS_FIELD_AT_NS, was ? was->record.at_ns : (int64_t)0,
				         block->record.at_ns);
			if (kinds_has(present, KINDS_FIELD_FOR_NS))
				FG_PROBE(kinds, shared, KINDS_FIELD_FOR_NS, was ? was->record.for_ns : (int64_t)0,
				         block->record.for_ns);
			if (kinds_has(present, KINDS_FIELD_QUOTED))
				FG_PROBE(kinds, shared, KINDS_FIELD_QUOTED, was ? was->record.quoted : (int64_t)0,
				         block->record.quoted);
			if (kinds_has(present, KINDS_FIELD_QUOTED_YES))
				FG_PROBE(kinds, shared, KINDS_FIELD_QUOTED_YES, was ? was->record.quoted_yes : (bool)0,
				         block->record.quoted_yes);
			if (kinds_has(present, KINDS_FIELD_QUOTED_RATIO))
				FG_PROBE(kinds, shared, KINDS_FIELD_QUOTED_RATIO, was ?
				         was->record.quoted_ratio : (double)0, block->record.quoted_ratio);
			if (kinds_has(present, KINDS_FIELD_MAYBE))
				FG_PROBE(kinds, shared, KINDS_FIELD_MAYBE, was ? was->record.maybe : (int32_t)0,
				         block->record.maybe);
			if (kinds_has(present, KINDS_FIELD_SMALL))
				FG_PROBE(kinds, shared, KINDS_FIELD_SMALL, was ? was->record.small : (int32_t)0,
				         block->record.small);
			if (kinds_has(present, KINDS_FIELD_POINT))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_POINT);
			if (kinds_has(present, KINDS_FIELD_SPARE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_SPARE);
			if (kinds_has(present, KINDS_FIELD_TUPLE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_TUPLE);
			if (kinds_has(present, KINDS_FIELD_STRICT))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_STRICT);
			if (kinds_has(present, KINDS_FIELD_PART))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_PART);
			if (kinds_has(present, KINDS_FIELD_WHERE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_WHERE);
			if (kinds_has(present, KINDS_FIELD_COUNT))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_COUNT);
			if (kinds_has(present, KINDS_FIELD_SHADE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_SHADE);
			if (kinds_has(present, KINDS_FIELD_SURE))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_SURE);
			if (kinds_has(present, KINDS_FIELD_WEIGHT))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_WEIGHT);
			if (kinds_has(present, KINDS_FIELD_LIST))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_LIST);
			if (kinds_has(present, KINDS_FIELD_PAIR))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_PAIR);
			if (kinds_has(present, KINDS_FIELD_BYTES))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_BYTES);
			if (kinds_has(present, KINDS_FIELD_WORDS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_WORDS);
			if (kinds_has(present, KINDS_FIELD_SPOTS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_SPOTS);
			if (kinds_has(present, KINDS_FIELD_SAMPLES))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_SAMPLES);
			if (kinds_has(present, KINDS_FIELD_TAGS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_TAGS);
			if (kinds_has(present, KINDS_FIELD_LINES))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_LINES);
			if (kinds_has(present, KINDS_FIELD_COLORS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_COLORS);
			if (kinds_has(present, KINDS_FIELD_ROWS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_ROWS);
			if (kinds_has(present, KINDS_FIELD_TIMES))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_TIMES);
			if (kinds_has(present, KINDS_FIELD_LIMITS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_LIMITS);
			if (kinds_has(present, KINDS_FIELD_GROUPS))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_GROUPS);
			if (kinds_has(present, KINDS_FIELD_PLACES))
				FG_PROBE_WHOLE(kinds, shared, KINDS_FIELD_PLACES);
			if (kinds_has(present, KINDS_FIELD_INNER))
				FG_PROBE(kinds, shared, KINDS_FIELD_INNER, was ? was->record.inner : (int32_t)0,
				         block->record.inner);
			if (kinds_has(present, KINDS_FIELD_ODD))
				FG_PROBE(kinds, shared, KINDS_FIELD_ODD, was ? was->record.odd : (int32_t)0,
				         block->record.odd);
			if (kinds_has(present, KINDS_FIELD_LAST))
				FG_PROBE(kinds, shared, KINDS_FIELD_LAST, was ? was->record.last : (int64_t)0,
				         block->record.last);
		}
		fg_publish_commit(&shared->snapshot, block);
	}
	return 0;
}

int kinds_read(struct kinds_shared *shared, struct fg_arena *arena, struct kinds *ret_record,
               struct kinds_present *ret_present)
{
	struct kinds_present unused;
	int rc;

	FG_FILL(ret_record, "kinds");
	if (!ret_present)
		ret_present = &unused;
	rc = kinds_get_snapshot(shared, arena, ret_record, ret_present);
	if (rc)
		return rc;
	return 0;
}

/* Reads without a copy: what the record points to is good until the section is closed. */
static void kinds_look(struct kinds_shared *shared, const struct fg_read *section, struct kinds *ret_record,
                       struct kinds_present *ret_present)
{
	const struct kinds *view;
	struct kinds_present unused;

	FG_FILL(ret_record, "kinds");
	if (!ret_present)
		ret_present = &unused;
	view = kinds_view(shared, section, ret_present);
	if (view) {
		memcpy(ret_record, view, sizeof *ret_record);
	} else {
		memset(ret_record, 0, sizeof *ret_record);
		memset(ret_present, 0, sizeof *ret_present);
	}
}

static int kinds_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, void *ret_record, void *ret_present, struct fg_error *ret_error)
{
	return kinds_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of kinds_fg_type: the typed functions behind void pointers. */
static int kinds_type_encode(const void *record, const void *present, struct fg_buffer *out, struct fg_error *ret_error)
{
	return kinds_encode(record, present, out, ret_error);
}

static void kinds_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	kinds_patch(record, record_present, from, present);
}

static int kinds_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	(void)ret_refusal;
	return kinds_merge(shared, record, present);
}

static void kinds_type_init(void *shared, const struct fg_allocator *allocator)
{
	kinds_shared_init(shared, allocator);
}

static void kinds_type_fini(void *shared)
{
	kinds_shared_fini(shared);
}

static int kinds_type_read(void *shared, struct fg_arena *arena, void *ret_record, void *ret_present)
{
	return kinds_read(shared, arena, ret_record, ret_present);
}

static void kinds_type_look(void *shared, const struct fg_read *section, void *ret_record, void *ret_present)
{
	kinds_look(shared, section, ret_record, ret_present);
}

static int kinds_type_copy(const void *from, struct fg_arena *arena, void *ret_record)
{
	return kinds_copy(from, arena, ret_record);
}

static const struct fg_type_pointers kinds_type_pointers = {kinds_type_init, kinds_type_fini, kinds_type_read,
        kinds_type_look, kinds_type_copy};

const struct fg_type kinds_fg_type = {
	.name = "kinds",
	.abi = FG_TYPE_ABI,
	.fields_n = 55,
	.record_size = sizeof(struct kinds),
	.record_align = _Alignof(struct kinds),
	.present_size = sizeof(struct kinds_present),
	.decode = kinds_type_decode,
	.encode = kinds_type_encode,
	.patch = kinds_type_patch,
	.shared_size = sizeof(struct kinds_shared),
	.shared_align = _Alignof(struct kinds_shared),
	.shared_used = offsetof(struct kinds_shared, snapshot) + sizeof(((struct kinds_shared *)0)->snapshot),
	.merge = kinds_type_merge,
	.pointers = &kinds_type_pointers,
};


/* What this file was made from, for who reads the binary: docs/note.md. */
FG_NOTE(KINDS,
	"fieldguard 1\n"
	"s 8 kinds_point struct kinds_point\n"
	"t local\n"
	"m 0 32 x json:\"x,required\"\n"
	"m 32 32 y json:\"y\" default:\"-7\"\n"
	"s 24 kinds_tuple struct kinds_tuple\n"
	"t tuple local\n"
	"m 0 16 x json:\"x,required\"\n"
	"m 16 64 label json:\"label\"\n"
	"m 128 64 ratio json:\"ratio,null\" default:\"0.5\"\n"
	"s 24 kinds_entry struct kinds_entry\n"
	"m 0 128 name mapkey\n"
	"m 128 64 value mapvalue json:\",null\" default:\"-1\"\n"
	"f kinds_entry_shared\n"
	"n name,value\n"
	"p snapshot snapshot name,value\n"
	"s 24 kinds_group struct kinds_group\n"
	"m 0 16 number mapkey\n"
	"m 64 64 names mapvalue json:\",count=names_n\"\n"
	"f kinds_group_shared\n"
	"n number,names\n"
	"p snapshot snapshot number,names,names_n\n"
	"s 24 kinds_place struct kinds_place\n"
	"m 0 64 code mapkey\n"
	"m 64 64 height json:\"height,required\"\n"
	"m 128 8 open json:\"open\"\n"
	"f kinds_place_shared\n"
	"n code,height,open\n"
	"p snapshot snapshot code,height,open\n"
	"s 16 kinds_node struct kinds_node\n"
	"m 0 64 value json:\"value\"\n"
	"m 64 64 next json:\"next\"\n"
	"f kinds_node_shared\n"
	"n value,next\n"
	"p snapshot snapshot value,next\n"
	"s 4 kinds_strict struct kinds_strict\n"
	"t unknown:\"error\" local\n"
	"m 0 32 a json:\"a\"\n"
	"s 16 part struct part\n"
	"m 0 96 serial json:\"serial,required\"\n"
	"m 96 32 weight json:\"weight\" default:\"1\"\n"
	"s 592 kinds struct kinds\n"
	"m 0 192 id json:\"id,required\" alias:\"key,identifier\"\n"
	"m 192 8 i8 json:\"i8\"\n"
	"m 208 16 i16 json:\"i16\"\n"
	"m 224 32 i32 json:\"i32\" default:\"-12\"\n"
	"m 256 64 i64 json:\"i64\" default:\"-9223372036854775808\"\n"
	"m 320 8 u8 json:\"u8\" default:\"255\"\n"
	"m 336 16 u16 json:\"u16\"\n"
	"m 352 32 u32 json:\"u32\"\n"
	"m 384 64 u64 json:\"u64\" default:\"18446744073709551615\"\n"
	"m 448 8 yes json:\"yes\" default:\"true\"\n"
	"m 480 32 f32 json:\"f32\" default:\"0.1\"\n"
	"m 512 64 f64 json:\"f64\" default:\"1e300\"\n"
	"m 576 32 color json:\"color\" default:\"dark_green\"\n"
	"m 608 32 mode json:\"mode,number\"\n"
	"m 640 64 wide json:\"wide\"\n"
	"m 704 32 code json:\"code\" mold:\"trim,upper\" default:\"EUR\"\n"
	"m 736 64 note json:\"note,truncate\"\n"
	"m 832 128 text json:\"text\" mold:\"trim,lower\" default:\"none\"\n"
	"m 960 64 name json:\"name\" default:\"nobody\"\n"
	"m 1024 64 title json:\"title\" mold:\"trim\" default:\"untitled\"\n"
	"m 1088 128 raw json:\"raw,raw\"\n"
	"m 1216 64 at_ns json:\"at,time\" default:\"2024-02-29T12:00:00Z\"\n"
	"m 1280 64 for_ns json:\"for,duration\" default:\"1m30s\"\n"
	"m 1344 64 quoted json:\"quoted,string\"\n"
	"m 1408 8 quoted_yes json:\"quoted_yes,string\"\n"
	"m 1472 64 quoted_ratio json:\"quoted_ratio,string\"\n"
	"m 1536 32 maybe json:\"maybe,null\" default:\"3\"\n"
	"m 1568 32 small json:\"small,omitempty\"\n"
	"m 1600 64 point json:\"point\"\n"
	"m 1664 64 spare json:\"spare,null,omitempty\"\n"
	"m 1728 192 tuple json:\"tuple,null\"\n"
	"m 1920 32 strict json:\"strict,omitempty\"\n"
	"m 1952 128 part json:\"part\"\n"
	"m 2112 64 where json:\"where,omitempty\"\n"
	"m 2176 64 count json:\"count,string,omitempty\"\n"
	"m 2240 64 shade json:\"shade,omitempty\"\n"
	"m 2304 64 sure json:\"sure,omitempty\"\n"
	"m 2368 64 weight json:\"weight,omitempty\"\n"
	"m 2432 64 list json:\"list,omitempty\"\n"
	"m 2496 64 pair json:\"pair,null\"\n"
	"m 2560 32 bytes json:\"bytes,count=bytes_n\"\n"
	"m 2600 144 words json:\"words,count=words_n,omitempty\"\n"
	"m 2784 128 spots json:\"spots,count=spots_n,null\"\n"
	"m 3008 64 samples json:\"samples,count=samples_n\"\n"
	"m 3136 64 tags json:\"tags,count=tags_n,null\"\n"
	"m 3264 64 lines json:\"lines,count=lines_n,omitempty\"\n"
	"m 3392 64 colors json:\"colors,count=colors_n,omitempty\"\n"
	"m 3520 64 rows json:\"rows,count=rows_n,omitempty\"\n"
	"m 3648 64 times json:\"times,count=times_n,time,omitempty\"\n"
	"m 3776 64 limits json:\"limits,count=limits_n,map\"\n"
	"m 3904 64 groups json:\"groups,count=groups_n,map,null\"\n"
	"m 4032 384 places json:\"places,count=places_n,map,omitempty\"\n"
	"m 4448 32 inner json:\"inner\"\n"
	"m 4480 32 odd json:\"odd? \303\251\"\n"
	"m 4544 64 last json:\"last\"\n"
	"f kinds_shared\n"
	"n id,i8,i16,i32,i64,u8,u16,u32,u64,yes,f32,f64,color,mode,wide,code,note,text,name,title,raw,at_"
	"ns,for_ns,quoted,quoted_yes,quoted_ratio,maybe,small,point,spare,tuple,strict,part,where,count,s"
	"hade,sure,weight,list,pair,bytes,words,spots,samples,tags,lines,colors,rows,times,limits,groups,"
	"places,inner,odd,last\n"
	"p snapshot snapshot id,i8,i16,i32,i64,u8,u16,u32,u64,yes,f32,f64,color,mode,wide,code,note,text,"
	"name,title,raw,at_ns,for_ns,quoted,quoted_yes,quoted_ratio,maybe,small,point,spare,tuple,strict,"
	"part,where,count,shade,sure,weight,list,pair,bytes,bytes_n,words,words_n,spots,spots_n,samples,s"
	"amples_n,tags,tags_n,lines,lines_n,colors,colors_n,rows,rows_n,times,times_n,limits,limits_n,gro"
	"ups,groups_n,places,places_n,inner,odd,last\n");

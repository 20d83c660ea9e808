/*
 * rules.fg.c - conversion of the structs in the header of the same name
 *
 * Written by fieldguard 0.1.0 from rules.h. Do not edit it: change the header and generate again.
 */
#include "rules.fg.h"
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
_Static_assert(FG_TYPE_ABI == 4, "made for another version of fieldguard: generate again");

_Static_assert(sizeof(struct rules_point) == 16 && _Alignof(struct rules_point) == 8,
               "struct rules_point: generate again");
_Static_assert(offsetof(struct rules_point, x) == 0 && sizeof(((struct rules_point *)0)->x) == 1,
               "struct rules_point.x: generate again");
_Static_assert(offsetof(struct rules_point, y) == 8 && sizeof(((struct rules_point *)0)->y) == 8,
               "struct rules_point.y: generate again");

_Static_assert(sizeof(struct rules_origin) == 32 && _Alignof(struct rules_origin) == 8,
               "struct rules_origin: generate again");
_Static_assert(offsetof(struct rules_origin, country) == 0 && sizeof(((struct rules_origin *)0)->country) == 3,
               "struct rules_origin.country: generate again");
_Static_assert(offsetof(struct rules_origin, weight) == 8 && sizeof(((struct rules_origin *)0)->weight) == 8,
               "struct rules_origin.weight: generate again");
_Static_assert(offsetof(struct rules_origin, at) == 16 && sizeof(((struct rules_origin *)0)->at) == 16,
               "struct rules_origin.at: generate again");

_Static_assert(sizeof(struct rules) == 264 && _Alignof(struct rules) == 8, "struct rules: generate again");
_Static_assert(offsetof(struct rules, id) == 0 && sizeof(((struct rules *)0)->id) == 8,
               "struct rules.id: generate again");
_Static_assert(offsetof(struct rules, customer) == 8 && sizeof(((struct rules *)0)->customer) == 16,
               "struct rules.customer: generate again");
_Static_assert(offsetof(struct rules, status) == 24 && sizeof(((struct rules *)0)->status) == 4,
               "struct rules.status: generate again");
_Static_assert(offsetof(struct rules, since) == 32 && sizeof(((struct rules *)0)->since) == 8,
               "struct rules.since: generate again");
_Static_assert(offsetof(struct rules, origin) == 40 && sizeof(((struct rules *)0)->origin) == 32,
               "struct rules.origin: generate again");
_Static_assert(offsetof(struct rules, path) == 72 && sizeof(((struct rules *)0)->path) == 64,
               "struct rules.path: generate again");
_Static_assert(offsetof(struct rules, path_n) == 136 && sizeof(((struct rules *)0)->path_n) == 1,
               "struct rules.path_n: generate again");
_Static_assert(offsetof(struct rules, amount) == 144 && sizeof(((struct rules *)0)->amount) == 8,
               "struct rules.amount: generate again");
_Static_assert(offsetof(struct rules, currency) == 152 && sizeof(((struct rules *)0)->currency) == 4,
               "struct rules.currency: generate again");
_Static_assert(offsetof(struct rules, step) == 156 && sizeof(((struct rules *)0)->step) == 4,
               "struct rules.step: generate again");
_Static_assert(offsetof(struct rules, seen) == 160 && sizeof(((struct rules *)0)->seen) == 8,
               "struct rules.seen: generate again");
_Static_assert(offsetof(struct rules, rate) == 168 && sizeof(((struct rules *)0)->rate) == 8,
               "struct rules.rate: generate again");
_Static_assert(offsetof(struct rules, host) == 176 && sizeof(((struct rules *)0)->host) == 20,
               "struct rules.host: generate again");
_Static_assert(offsetof(struct rules, where) == 200 && sizeof(((struct rules *)0)->where) == 16,
               "struct rules.where: generate again");
_Static_assert(offsetof(struct rules, hits) == 216 && sizeof(((struct rules *)0)->hits) == 4,
               "struct rules.hits: generate again");
_Static_assert(offsetof(struct rules, note) == 220 && sizeof(((struct rules *)0)->note) == 32,
               "struct rules.note: generate again");
_Static_assert(offsetof(struct rules, tags) == 252 && sizeof(((struct rules *)0)->tags) == 8,
               "struct rules.tags: generate again");

_Static_assert(sizeof(struct rules_counter) == 8 && _Alignof(struct rules_counter) == 4,
               "struct rules_counter: generate again");
_Static_assert(offsetof(struct rules_counter, n) == 0 && sizeof(((struct rules_counter *)0)->n) == 4,
               "struct rules_counter.n: generate again");
_Static_assert(offsetof(struct rules_counter, done) == 4 && sizeof(((struct rules_counter *)0)->done) == 1,
               "struct rules_counter.done: generate again");

_Static_assert(sizeof(struct rules_light) == 4 && _Alignof(struct rules_light) == 4,
               "struct rules_light: generate again");
_Static_assert(offsetof(struct rules_light, step) == 0 && sizeof(((struct rules_light *)0)->step) == 4,
               "struct rules_light.step: generate again");

static const char *rules_point_decode_object(struct fg_dec *d, const char *p, struct rules_point *r,
                                             struct rules_point_present *m);
static void rules_point_encode_object(struct fg_enc *e, const struct rules_point *r,
                                      const struct rules_point_present *m);
static const char *rules_origin_decode_object(struct fg_dec *d, const char *p, struct rules_origin *r,
                                              struct rules_origin_present *m);
static void rules_origin_encode_object(struct fg_enc *e, const struct rules_origin *r,
                                       const struct rules_origin_present *m);
static const char *rules_decode_path(struct fg_dec *d, const char *p, struct rules *r);
static void rules_encode_path(struct fg_enc *e, const struct rules *r);
static const char *rules_decode_tags(struct fg_dec *d, const char *p, struct rules *r);
static void rules_encode_tags(struct fg_enc *e, const struct rules *r);
static const char *rules_decode_object(struct fg_dec *d, const char *p, struct rules *r, struct rules_present *m);
static void rules_encode_object(struct fg_enc *e, const struct rules *r, const struct rules_present *m);
static const char *rules_counter_decode_object(struct fg_dec *d, const char *p, struct rules_counter *r,
                                               struct rules_counter_present *m);
static void rules_counter_encode_object(struct fg_enc *e, const struct rules_counter *r,
                                        const struct rules_counter_present *m);
static const char *rules_light_decode_object(struct fg_dec *d, const char *p, struct rules_light *r,
                                             struct rules_light_present *m);
static void rules_light_encode_object(struct fg_enc *e, const struct rules_light *r,
                                      const struct rules_light_present *m);

/* What enum rules_status is called outside; then its names in C, accepted too. */
static const struct fg_enum_name rules_status_names[] = {
	{ "created", 7, (int64_t)RULES_CREATED },
	{ "paid", 4, (int64_t)RULES_PAID },
	{ "shipped", 7, (int64_t)RULES_SHIPPED },
	{ "cancelled", 9, (int64_t)RULES_CANCELLED },
	{ "void", 4, (int64_t)RULES_VOID },
	{ "RULES_CREATED", 13, (int64_t)RULES_CREATED },
	{ "RULES_PAID", 10, (int64_t)RULES_PAID },
	{ "RULES_SHIPPED", 13, (int64_t)RULES_SHIPPED },
	{ "RULES_CANCELLED", 15, (int64_t)RULES_CANCELLED },
	{ "RULES_VOID", 10, (int64_t)RULES_VOID },
};

/* The outside name of a value, in quotes. */
static void rules_status_encode_name(struct fg_enc *e, enum rules_status value)
{
	switch ((int64_t)value) {
	case (int64_t)RULES_CREATED:
		fg_enc_text(e, "\"created\"", 9);
		break;
	case (int64_t)RULES_PAID:
		fg_enc_text(e, "\"paid\"", 6);
		break;
	case (int64_t)RULES_SHIPPED:
		fg_enc_text(e, "\"shipped\"", 9);
		break;
	case (int64_t)RULES_CANCELLED:
		fg_enc_text(e, "\"cancelled\"", 11);
		break;
	default:
		fg_enc_fail(e, FG_ERR_ENCODE, "no enumerator of enum rules_status has this value");
		break;
	}
}

/* What enum rules_step is called outside; then its names in C, accepted too. */
static const struct fg_enum_name rules_step_names[] = {
	{ "a", 1, (int64_t)RULES_STEP_A },
	{ "b", 1, (int64_t)RULES_STEP_B },
	{ "c", 1, (int64_t)RULES_STEP_C },
	{ "RULES_STEP_A", 12, (int64_t)RULES_STEP_A },
	{ "RULES_STEP_B", 12, (int64_t)RULES_STEP_B },
	{ "RULES_STEP_C", 12, (int64_t)RULES_STEP_C },
};

/* The outside name of a value, in quotes. */
static void rules_step_encode_name(struct fg_enc *e, enum rules_step value)
{
	switch ((int64_t)value) {
	case (int64_t)RULES_STEP_A:
		fg_enc_text(e, "\"a\"", 3);
		break;
	case (int64_t)RULES_STEP_B:
		fg_enc_text(e, "\"b\"", 3);
		break;
	case (int64_t)RULES_STEP_C:
		fg_enc_text(e, "\"c\"", 3);
		break;
	default:
		fg_enc_fail(e, FG_ERR_ENCODE, "no enumerator of enum rules_step has this value");
		break;
	}
}

/* The same in every field that takes part; floats bit by bit. */
static bool rules_point_same(const struct rules_point *a, const struct rules_point *b)
{
	if (a->x != b->x)
		return false;
	if (a->y != b->y)
		return false;
	return true;
}

void rules_point_present_all(struct rules_point_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void rules_point_patch(struct rules_point *record, struct rules_point_present *record_present,
                       const struct rules_point *from, const struct rules_point_present *present)
{
	FG_FILL(record, "rules_point");
	FG_FILL_FIELD("rules_point.x");
	if (!present || rules_point_has(present, RULES_POINT_FIELD_X))
		record->x = from->x;
	FG_FILL_FIELD("rules_point.y");
	if (!present || rules_point_has(present, RULES_POINT_FIELD_Y))
		record->y = from->y;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* struct rules_point at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *rules_point_decode_object(struct fg_dec *d, const char *p, struct rules_point *r,
                                             struct rules_point_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;

	/* x */
	if (*p == ']')
		goto end;
	seen0 |= 0x1u;
	FG_FILL_FIELD("rules_point.x");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT8_MIN, INT8_MAX, "out of range for int8_t", &value);
		if (!p)
			return fg_dec_in_item(d, 0);
		r->x = (int8_t)value;
	}
	p = fg_dec_item(d, p);
	if (!p)
		return NULL;

	/* y */
	if (*p == ']')
		goto end;
	seen0 |= 0x2u;
	FG_FILL_FIELD("rules_point.y");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_item(d, 1);
		r->y = (int64_t)value;
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
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int rules_point_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct rules_point *ret_record, struct rules_point_present *ret_present,
                       struct fg_error *ret_error)
{
	struct rules_point_present present;
	struct rules_point record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "rules_point");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = rules_point_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int rules_point_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct rules_point **ret_items,
                             struct rules_point_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct rules_point_present *present = NULL;
		struct rules_point *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct rules_point));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct rules_point_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = rules_point_decode_object(&d, p, item, present);
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
static void rules_point_encode_object(struct fg_enc *e, const struct rules_point *r,
                                      const struct rules_point_present *m)
{
	size_t start = e->out->len;
	size_t n = 0;

	if (!m || rules_point_has(m, RULES_POINT_FIELD_X))
		n = 1;
	if (!m || rules_point_has(m, RULES_POINT_FIELD_Y))
		n = 2;
	if (n > 0) {
		fg_enc_text(e, ",", 1);
		fg_enc_int(e, r->x);
	}
	if (n > 1) {
		fg_enc_text(e, ",", 1);
		fg_enc_int(e, r->y);
	}
	fg_enc_close(e, start, "[]");
}

int rules_point_encode(const struct rules_point *record, const struct rules_point_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	rules_point_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

static int rules_point_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return rules_point_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of rules_point_fg_type: the typed functions behind void pointers. */
static int rules_point_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return rules_point_encode(record, present, out, ret_error);
}

static void rules_point_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	rules_point_patch(record, record_present, from, present);
}

const struct fg_type rules_point_fg_type = {
	.name = "rules_point",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct rules_point),
	.record_align = _Alignof(struct rules_point),
	.present_size = sizeof(struct rules_point_present),
	.decode = rules_point_type_decode,
	.encode = rules_point_type_encode,
	.patch = rules_point_type_patch,
};

void rules_origin_present_all(struct rules_origin_present *ret_present)
{
	ret_present->bits[0] = 0x7u;
}

void rules_origin_patch(struct rules_origin *record, struct rules_origin_present *record_present,
                        const struct rules_origin *from, const struct rules_origin_present *present)
{
	FG_FILL(record, "rules_origin");
	FG_FILL_FIELD("rules_origin.country");
	if (!present || rules_origin_has(present, RULES_ORIGIN_FIELD_COUNTRY))
		memcpy(record->country, from->country, sizeof record->country);
	FG_FILL_FIELD("rules_origin.weight");
	if (!present || rules_origin_has(present, RULES_ORIGIN_FIELD_WEIGHT))
		record->weight = from->weight;
	FG_FILL_FIELD("rules_origin.at");
	if (!present || rules_origin_has(present, RULES_ORIGIN_FIELD_AT))
		record->at = from->at;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x7u;
}

/* struct rules_origin at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *rules_origin_decode_object(struct fg_dec *d, const char *p, struct rules_origin *r,
                                              struct rules_origin_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"country\"", 9))
		goto name_weight;
	p = fg_dec_colon(d, p + 9);
	if (!p)
		return NULL;
value_country:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "country");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("rules_origin.country");
	p = fg_dec_chars(d, p, r->country, sizeof r->country, false);
	if (!p)
		return fg_dec_in_field(d, "country");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_weight:
	if (!fg_dec_name_is(d, p, "\"weight\"", 8))
		goto name_at;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_weight:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "weight");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("rules_origin.weight");
	p = fg_dec_double(d, p, &r->weight);
	if (!p)
		return fg_dec_in_field(d, "weight");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_at:
	if (!fg_dec_name_is(d, p, "\"at\"", 4))
		goto other;
	p = fg_dec_colon(d, p + 4);
	if (!p)
		return NULL;
value_at:
	if (FG_UNLIKELY(seen0 & 0x4u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "at");
		}
		memset(&r->at, 0, sizeof r->at);
	}
	seen0 |= 0x4u;
	FG_FILL_FIELD("rules_origin.at");
	p = rules_point_decode_object(d, p, &r->at, NULL);
	if (!p)
		return fg_dec_in_field(d, "at");
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
		switch (fg_name_hash(name.ptr, name.len, 2u) >> 62) {
		case 0:
			if (name.len == 7 && memcmp(name.ptr, "country", 7) == 0)
				goto value_country;
			break;
		case 2:
			if (name.len == 2 && memcmp(name.ptr, "at", 2) == 0)
				goto value_at;
			break;
		case 3:
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
	if (m)
		m->bits[0] = seen0;
	return fg_dec_close(d, p);
}

int rules_origin_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                        struct fg_arena *arena, struct rules_origin *ret_record,
                        struct rules_origin_present *ret_present, struct fg_error *ret_error)
{
	struct rules_origin_present present;
	struct rules_origin record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "rules_origin");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = rules_origin_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int rules_origin_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                              struct fg_arena *arena, struct rules_origin **ret_items,
                              struct rules_origin_present **ret_presents, size_t *ret_items_n,
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
		struct rules_origin_present *present = NULL;
		struct rules_origin *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                        _Alignof(struct rules_origin));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct rules_origin_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = rules_origin_decode_object(&d, p, item, present);
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
static void rules_origin_encode_object(struct fg_enc *e, const struct rules_origin *r,
                                       const struct rules_origin_present *m)
{
	size_t start = e->out->len;

	if (!m || rules_origin_has(m, RULES_ORIGIN_FIELD_COUNTRY)) {
		fg_enc_text(e, ",\"country\":", 11);
		fg_enc_str(e, r->country, strnlen(r->country, sizeof r->country));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "country");
			return;
		}
	}
	if (!m || rules_origin_has(m, RULES_ORIGIN_FIELD_WEIGHT)) {
		fg_enc_text(e, ",\"weight\":", 10);
		fg_enc_double(e, r->weight);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "weight");
			return;
		}
	}
	if (!m || rules_origin_has(m, RULES_ORIGIN_FIELD_AT)) {
		fg_enc_text(e, ",\"at\":", 6);
		rules_point_encode_object(e, &r->at, NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "at");
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

int rules_origin_encode(const struct rules_origin *record, const struct rules_origin_present *present,
                        struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	rules_origin_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

static int rules_origin_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                    struct fg_arena *arena, void *ret_record, void *ret_present,
                                    struct fg_error *ret_error)
{
	return rules_origin_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of rules_origin_fg_type: the typed functions behind void pointers. */
static int rules_origin_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                    struct fg_error *ret_error)
{
	return rules_origin_encode(record, present, out, ret_error);
}

static void rules_origin_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	rules_origin_patch(record, record_present, from, present);
}

const struct fg_type rules_origin_fg_type = {
	.name = "rules_origin",
	.abi = FG_TYPE_ABI,
	.fields_n = 3,
	.record_size = sizeof(struct rules_origin),
	.record_align = _Alignof(struct rules_origin),
	.present_size = sizeof(struct rules_origin_present),
	.decode = rules_origin_type_decode,
	.encode = rules_origin_type_encode,
	.patch = rules_origin_type_patch,
};

void rules_present_all(struct rules_present *ret_present)
{
	ret_present->bits[0] = 0xffffu;
	rules_origin_present_all(&ret_present->origin);
}

void rules_patch(struct rules *record, struct rules_present *record_present, const struct rules *from,
                 const struct rules_present *present)
{
	FG_FILL(record, "rules");
	FG_FILL_FIELD("rules.id");
	if (!present || rules_has(present, RULES_FIELD_ID))
		record->id = from->id;
	FG_FILL_FIELD("rules.customer");
	if (!present || rules_has(present, RULES_FIELD_CUSTOMER))
		memcpy(record->customer, from->customer, sizeof record->customer);
	FG_FILL_FIELD("rules.status");
	if (!present || rules_has(present, RULES_FIELD_STATUS))
		record->status = from->status;
	FG_FILL_FIELD("rules.since");
	if (!present || rules_has(present, RULES_FIELD_SINCE))
		record->since = from->since;
	FG_FILL_FIELD("rules.origin");
	if (!present || rules_has(present, RULES_FIELD_ORIGIN))
		rules_origin_patch(&record->origin, record_present ? &record_present->origin : NULL, &from->origin,
		                   present ? &present->origin : NULL);
	FG_FILL_FIELD("rules.path");
	if (!present || rules_has(present, RULES_FIELD_PATH)) {
		memcpy(record->path, from->path, sizeof record->path);
		record->path_n = from->path_n;
	}
	FG_FILL_FIELD("rules.amount");
	if (!present || rules_has(present, RULES_FIELD_AMOUNT))
		record->amount = from->amount;
	FG_FILL_FIELD("rules.currency");
	if (!present || rules_has(present, RULES_FIELD_CURRENCY))
		memcpy(record->currency, from->currency, sizeof record->currency);
	FG_FILL_FIELD("rules.step");
	if (!present || rules_has(present, RULES_FIELD_STEP))
		record->step = from->step;
	FG_FILL_FIELD("rules.seen");
	if (!present || rules_has(present, RULES_FIELD_SEEN))
		record->seen = from->seen;
	FG_FILL_FIELD("rules.rate");
	if (!present || rules_has(present, RULES_FIELD_RATE))
		record->rate = from->rate;
	FG_FILL_FIELD("rules.host");
	if (!present || rules_has(present, RULES_FIELD_HOST))
		memcpy(record->host, from->host, sizeof record->host);
	FG_FILL_FIELD("rules.where");
	if (!present || rules_has(present, RULES_FIELD_WHERE))
		record->where = from->where;
	FG_FILL_FIELD("rules.hits");
	if (!present || rules_has(present, RULES_FIELD_HITS))
		record->hits = from->hits;
	FG_FILL_FIELD("rules.note");
	if (!present || rules_has(present, RULES_FIELD_NOTE))
		memcpy(record->note, from->note, sizeof record->note);
	FG_FILL_FIELD("rules.tags");
	if (!present || rules_has(present, RULES_FIELD_TAGS))
		memcpy(record->tags, from->tags, sizeof record->tags);
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0xffffu;
}

/* struct rules.path: at most 4 items */
static const char *rules_decode_path(struct fg_dec *d, const char *p, struct rules *r)
{
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		struct rules_point *item = &r->path[n];

		if (n == 4)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 4 items");
		p = rules_point_decode_object(d, p, &*item, NULL);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	r->path_n = (uint8_t)n;
	return fg_dec_close(d, p);
}

/* struct rules.tags: exactly 2 items */
static const char *rules_decode_tags(struct fg_dec *d, const char *p, struct rules *r)
{
	size_t n = 0;

	p = fg_dec_array(d, p);
	if (!p)
		return NULL;
	while (*p != ']') {
		char (*item)[4] = &r->tags[n];

		if (n == 2)
			return fg_dec_fail(d, p, FG_ERR_LENGTH, "more than 2 items");
		p = fg_dec_chars(d, p, *item, sizeof *item, false);
		if (!p)
			return fg_dec_in_item(d, n);
		n++;
		p = fg_dec_item(d, p);
		if (!p)
			return NULL;
	}
	if (n != 2)
		return fg_dec_fail(d, p, FG_ERR_LENGTH, "fewer than 2 items");
	return fg_dec_close(d, p);
}

/* struct rules at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *rules_decode_object(struct fg_dec *d, const char *p, struct rules *r, struct rules_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"id\"", 4))
		goto name_customer;
	p = fg_dec_colon(d, p + 4);
	if (!p)
		return NULL;
value_id:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "id");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("rules.id");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT64_MAX, "out of range for uint64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "id");
		r->id = (uint64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_customer:
	if (!fg_dec_name_is(d, p, "\"customer\"", 10))
		goto name_status;
	p = fg_dec_colon(d, p + 10);
	if (!p)
		return NULL;
value_customer:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "customer");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("rules.customer");
	p = fg_dec_chars(d, p, r->customer, sizeof r->customer, false);
	if (!p)
		return fg_dec_in_field(d, "customer");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_status:
	if (!fg_dec_name_is(d, p, "\"state\"", 7))
		goto name_since;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_status:
	if (FG_UNLIKELY(seen0 & 0x4u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "state");
	}
	seen0 |= 0x4u;
	FG_FILL_FIELD("rules.status");
	{
		int64_t value;

		p = fg_dec_enum(d, p, rules_status_names, sizeof rules_status_names / sizeof *rules_status_names,
		                &value);
		if (!p)
			return fg_dec_in_field(d, "state");
		r->status = (enum rules_status)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_since:
	if (!fg_dec_name_is(d, p, "\"since\"", 7))
		goto name_origin;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_since:
	if (FG_UNLIKELY(seen0 & 0x8u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "since");
	}
	seen0 |= 0x8u;
	FG_FILL_FIELD("rules.since");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "since");
		r->since = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_origin:
	if (!fg_dec_name_is(d, p, "\"origin\"", 8))
		goto name_path;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_origin:
	if (FG_UNLIKELY(seen0 & 0x10u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "origin");
		}
		memset(&r->origin, 0, sizeof r->origin);
		if (m)
			memset(&m->origin, 0, sizeof m->origin);
	}
	seen0 |= 0x10u;
	FG_FILL_FIELD("rules.origin");
	p = rules_origin_decode_object(d, p, &r->origin, m ? &m->origin : NULL);
	if (!p)
		return fg_dec_in_field(d, "origin");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_path:
	if (!fg_dec_name_is(d, p, "\"path\"", 6))
		goto name_amount;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_path:
	if (FG_UNLIKELY(seen0 & 0x20u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "path");
		}
		memset(&r->path, 0, sizeof r->path);
		r->path_n = 0;
	}
	seen0 |= 0x20u;
	FG_FILL_FIELD("rules.path");
	p = rules_decode_path(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "path");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_amount:
	if (!fg_dec_name_is(d, p, "\"amount\"", 8))
		goto name_currency;
	p = fg_dec_colon(d, p + 8);
	if (!p)
		return NULL;
value_amount:
	if (FG_UNLIKELY(seen0 & 0x40u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "amount");
	}
	seen0 |= 0x40u;
	FG_FILL_FIELD("rules.amount");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT64_MIN, INT64_MAX, "out of range for int64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "amount");
		r->amount = (int64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_currency:
	if (!fg_dec_name_is(d, p, "\"currency\"", 10))
		goto name_step;
	p = fg_dec_colon(d, p + 10);
	if (!p)
		return NULL;
value_currency:
	if (FG_UNLIKELY(seen0 & 0x80u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "currency");
	}
	seen0 |= 0x80u;
	FG_FILL_FIELD("rules.currency");
	p = fg_dec_chars(d, p, r->currency, sizeof r->currency, false);
	if (!p)
		return fg_dec_in_field(d, "currency");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_step:
	if (!fg_dec_name_is(d, p, "\"step\"", 6))
		goto name_seen;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_step:
	if (FG_UNLIKELY(seen0 & 0x100u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "step");
	}
	seen0 |= 0x100u;
	FG_FILL_FIELD("rules.step");
	{
		int64_t value;

		p = fg_dec_enum(d, p, rules_step_names, sizeof rules_step_names / sizeof *rules_step_names, &value);
		if (!p)
			return fg_dec_in_field(d, "step");
		r->step = (enum rules_step)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_seen:
	if (!fg_dec_name_is(d, p, "\"seen\"", 6))
		goto name_rate;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_seen:
	if (FG_UNLIKELY(seen0 & 0x200u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "seen");
	}
	seen0 |= 0x200u;
	FG_FILL_FIELD("rules.seen");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT64_MAX, "out of range for uint64_t", &value);
		if (!p)
			return fg_dec_in_field(d, "seen");
		r->seen = (uint64_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_rate:
	if (!fg_dec_name_is(d, p, "\"rate\"", 6))
		goto name_host;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_rate:
	if (FG_UNLIKELY(seen0 & 0x400u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "rate");
	}
	seen0 |= 0x400u;
	FG_FILL_FIELD("rules.rate");
	p = fg_dec_double(d, p, &r->rate);
	if (!p)
		return fg_dec_in_field(d, "rate");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_host:
	if (!fg_dec_name_is(d, p, "\"host\"", 6))
		goto name_where;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_host:
	if (FG_UNLIKELY(seen0 & 0x800u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "host");
	}
	seen0 |= 0x800u;
	FG_FILL_FIELD("rules.host");
	p = fg_dec_chars(d, p, r->host, sizeof r->host, false);
	if (!p)
		return fg_dec_in_field(d, "host");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_where:
	if (!fg_dec_name_is(d, p, "\"where\"", 7))
		goto name_hits;
	p = fg_dec_colon(d, p + 7);
	if (!p)
		return NULL;
value_where:
	if (FG_UNLIKELY(seen0 & 0x1000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "where");
		}
		memset(&r->where, 0, sizeof r->where);
	}
	seen0 |= 0x1000u;
	FG_FILL_FIELD("rules.where");
	p = rules_point_decode_object(d, p, &r->where, NULL);
	if (!p)
		return fg_dec_in_field(d, "where");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_hits:
	if (!fg_dec_name_is(d, p, "\"hits\"", 6))
		goto name_note;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_hits:
	if (FG_UNLIKELY(seen0 & 0x2000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "hits");
	}
	seen0 |= 0x2000u;
	FG_FILL_FIELD("rules.hits");
	{
		int64_t value;

		p = fg_dec_int(d, p, INT32_MIN, INT32_MAX, "out of range for int32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "hits");
		r->hits = (int32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_note:
	if (!fg_dec_name_is(d, p, "\"note\"", 6))
		goto name_tags;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_note:
	if (FG_UNLIKELY(seen0 & 0x4000u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "note");
	}
	seen0 |= 0x4000u;
	FG_FILL_FIELD("rules.note");
	p = fg_dec_chars(d, p, r->note, sizeof r->note, false);
	if (!p)
		return fg_dec_in_field(d, "note");
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_tags:
	if (!fg_dec_name_is(d, p, "\"tags\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_tags:
	if (FG_UNLIKELY(seen0 & 0x8000u)) {
		if (d->flags & FG_DECODE_DUPLICATE_ERROR) {
			fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
			return fg_dec_in_field(d, "tags");
		}
		memset(&r->tags, 0, sizeof r->tags);
	}
	seen0 |= 0x8000u;
	FG_FILL_FIELD("rules.tags");
	p = rules_decode_tags(d, p, r);
	if (!p)
		return fg_dec_in_field(d, "tags");
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
		switch (fg_name_hash(name.ptr, name.len, 134u) >> 59) {
		case 0:
			if (name.len == 6 && memcmp(name.ptr, "amount", 6) == 0)
				goto value_amount;
			break;
		case 1:
			if (name.len == 4 && memcmp(name.ptr, "path", 4) == 0)
				goto value_path;
			break;
		case 3:
			if (name.len == 4 && memcmp(name.ptr, "note", 4) == 0)
				goto value_note;
			break;
		case 4:
			if (name.len == 8 && memcmp(name.ptr, "customer", 8) == 0)
				goto value_customer;
			break;
		case 7:
			if (name.len == 4 && memcmp(name.ptr, "seen", 4) == 0)
				goto value_seen;
			break;
		case 10:
			if (name.len == 8 && memcmp(name.ptr, "currency", 8) == 0)
				goto value_currency;
			break;
		case 14:
			if (name.len == 2 && memcmp(name.ptr, "id", 2) == 0)
				goto value_id;
			break;
		case 16:
			if (name.len == 6 && memcmp(name.ptr, "origin", 6) == 0)
				goto value_origin;
			break;
		case 18:
			if (name.len == 4 && memcmp(name.ptr, "tags", 4) == 0)
				goto value_tags;
			break;
		case 20:
			if (name.len == 5 && memcmp(name.ptr, "state", 5) == 0)
				goto value_status;
			break;
		case 21:
			if (name.len == 4 && memcmp(name.ptr, "step", 4) == 0)
				goto value_step;
			break;
		case 22:
			if (name.len == 5 && memcmp(name.ptr, "since", 5) == 0)
				goto value_since;
			break;
		case 24:
			if (name.len == 5 && memcmp(name.ptr, "where", 5) == 0)
				goto value_where;
			break;
		case 27:
			if (name.len == 4 && memcmp(name.ptr, "rate", 4) == 0)
				goto value_rate;
			break;
		case 29:
			if (name.len == 4 && memcmp(name.ptr, "host", 4) == 0)
				goto value_host;
			break;
		case 31:
			if (name.len == 4 && memcmp(name.ptr, "hits", 4) == 0)
				goto value_hits;
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

int rules_decode(const char *json, size_t json_len, const struct fg_decode_options *options, struct fg_arena *arena,
                 struct rules *ret_record, struct rules_present *ret_present, struct fg_error *ret_error)
{
	struct rules_present present;
	struct rules record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "rules");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = rules_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int rules_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct rules **ret_items, struct rules_present **ret_presents,
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
		struct rules_present *present = NULL;
		struct rules *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item, _Alignof(struct rules));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct rules_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = rules_decode_object(&d, p, item, present);
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

/* struct rules.path, brackets included */
static void rules_encode_path(struct fg_enc *e, const struct rules *r)
{
	size_t start = e->out->len;
	size_t n = (size_t)r->path_n;

	if (n > 4) {
		fg_enc_fail(e, FG_ERR_ENCODE, "the count is more than the array holds");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct rules_point *item = &r->path[i];

		fg_enc_text(e, ",", 1);
		rules_point_encode_object(e, &(*item), NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* struct rules.tags, brackets included */
static void rules_encode_tags(struct fg_enc *e, const struct rules *r)
{
	size_t start = e->out->len;
	size_t n = 2;

	for (size_t i = 0; i < n; i++) {
		const char (*item)[4] = &r->tags[i];

		fg_enc_text(e, ",", 1);
		fg_enc_str(e, (*item), strnlen((*item), sizeof (*item)));
		if (!fg_enc_ok(e)) {
			fg_enc_in_item(e, i);
			return;
		}
	}
	fg_enc_close(e, start, "[]");
}

/* The fields of *r that m names; NULL: all. */
static void rules_encode_object(struct fg_enc *e, const struct rules *r, const struct rules_present *m)
{
	size_t start = e->out->len;

	if (!m || rules_has(m, RULES_FIELD_ID)) {
		fg_enc_text(e, ",\"id\":", 6);
		fg_enc_uint(e, r->id);
	}
	if (!m || rules_has(m, RULES_FIELD_CUSTOMER)) {
		fg_enc_text(e, ",\"customer\":", 12);
		fg_enc_str(e, r->customer, strnlen(r->customer, sizeof r->customer));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "customer");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_STATUS)) {
		fg_enc_text(e, ",\"state\":", 9);
		rules_status_encode_name(e, r->status);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "state");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_SINCE)) {
		fg_enc_text(e, ",\"since\":", 9);
		fg_enc_int(e, r->since);
	}
	if (!m || rules_has(m, RULES_FIELD_ORIGIN)) {
		fg_enc_text(e, ",\"origin\":", 10);
		rules_origin_encode_object(e, &r->origin, m ? &m->origin : NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "origin");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_PATH)) {
		fg_enc_text(e, ",\"path\":", 8);
		rules_encode_path(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "path");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_AMOUNT)) {
		fg_enc_text(e, ",\"amount\":", 10);
		fg_enc_int(e, r->amount);
	}
	if (!m || rules_has(m, RULES_FIELD_CURRENCY)) {
		fg_enc_text(e, ",\"currency\":", 12);
		fg_enc_str(e, r->currency, strnlen(r->currency, sizeof r->currency));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "currency");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_STEP)) {
		fg_enc_text(e, ",\"step\":", 8);
		rules_step_encode_name(e, r->step);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "step");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_SEEN)) {
		fg_enc_text(e, ",\"seen\":", 8);
		fg_enc_uint(e, r->seen);
	}
	if (!m || rules_has(m, RULES_FIELD_RATE)) {
		fg_enc_text(e, ",\"rate\":", 8);
		fg_enc_double(e, r->rate);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "rate");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_HOST)) {
		fg_enc_text(e, ",\"host\":", 8);
		fg_enc_str(e, r->host, strnlen(r->host, sizeof r->host));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "host");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_WHERE)) {
		fg_enc_text(e, ",\"where\":", 9);
		rules_point_encode_object(e, &r->where, NULL);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "where");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_HITS)) {
		fg_enc_text(e, ",\"hits\":", 8);
		fg_enc_int(e, r->hits);
	}
	if (!m || rules_has(m, RULES_FIELD_NOTE)) {
		fg_enc_text(e, ",\"note\":", 8);
		fg_enc_str(e, r->note, strnlen(r->note, sizeof r->note));
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "note");
			return;
		}
	}
	if (!m || rules_has(m, RULES_FIELD_TAGS)) {
		fg_enc_text(e, ",\"tags\":", 8);
		rules_encode_tags(e, r);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "tags");
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

int rules_encode(const struct rules *record, const struct rules_present *present, struct fg_buffer *out,
                 struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	rules_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* ---- rules_shared ---- */

_Static_assert(sizeof(struct rules_snapshot) == 40, "struct rules: generate again");
_Static_assert(offsetof(struct rules_snapshot, id) == 0, "struct rules: generate again");
_Static_assert(offsetof(struct rules_snapshot, note) == 8, "struct rules: generate again");
_Static_assert(sizeof(struct rules_once) == 136, "struct rules: generate again");
_Static_assert(offsetof(struct rules_once, customer) == 0, "struct rules: generate again");
_Static_assert(offsetof(struct rules_once, since) == 16, "struct rules: generate again");
_Static_assert(offsetof(struct rules_once, origin) == 24, "struct rules: generate again");
_Static_assert(offsetof(struct rules_once, path) == 56, "struct rules: generate again");
_Static_assert(offsetof(struct rules_once, path_n) == 120, "struct rules: generate again");
_Static_assert(offsetof(struct rules_once, tags) == 121, "struct rules: generate again");
_Static_assert(sizeof(struct rules_money) == 16, "struct rules: generate again");
_Static_assert(offsetof(struct rules_money, amount) == 0, "struct rules: generate again");
_Static_assert(offsetof(struct rules_money, currency) == 8, "struct rules: generate again");
_Static_assert(sizeof(struct rules_owner) == 40, "struct rules: generate again");
_Static_assert(offsetof(struct rules_owner, host) == 0, "struct rules: generate again");
_Static_assert(offsetof(struct rules_owner, where) == 24, "struct rules: generate again");

void rules_shared_init(struct rules_shared *shared)
{
	memset(shared, 0, sizeof *shared);
}

/* status: states by number, 0 where it was never set; what may follow each, as bits number - 1; values. */
static const char *const rules_names_status[] = {"?", "created", "paid", "shipped", "cancelled"};
static const uint64_t rules_changes_status[] = {UINT64_MAX, 0xau, 0xcu, 0x0u, 0x0u};
static const enum rules_status rules_values_status[] = {(enum rules_status)0, RULES_CREATED, RULES_PAID, RULES_SHIPPED,
        RULES_CANCELLED};

static unsigned rules_number_status(enum rules_status value)
{
	switch ((int64_t)value) {
	case (int64_t)RULES_CREATED:
		return 1;
	case (int64_t)RULES_PAID:
		return 2;
	case (int64_t)RULES_SHIPPED:
		return 3;
	case (int64_t)RULES_CANCELLED:
		return 4;
	default:
		return 0;
	}
}

int rules_advance_status(struct rules_shared *shared, enum rules_status to, enum rules_status *ret_from)
{
	unsigned number = rules_number_status(to), from;
	int rc;

	if (!number)
		return -EINVAL;
	rc = fg_states_advance(&shared->atomics.status, rules_changes_status, number, &from);
	if (FG_WATCHED(rules) && !rc && from != number)
		FG_PROBE(rules, shared, RULES_FIELD_STATUS, rules_values_status[from], to);
	if (ret_from && from)
		*ret_from = rules_values_status[from];
	return rc;
}

/* step: states by number, 0 where it was never set; what may follow each, as bits number - 1; values. */
static const char *const rules_names_step[] = {"?", "a", "b", "c"};
static const uint64_t rules_changes_step[] = {UINT64_MAX, 0x2u, 0x4u, 0x1u};
static const enum rules_step rules_values_step[] = {(enum rules_step)0, RULES_STEP_A, RULES_STEP_B, RULES_STEP_C};

static unsigned rules_number_step(enum rules_step value)
{
	switch ((int64_t)value) {
	case (int64_t)RULES_STEP_A:
		return 1;
	case (int64_t)RULES_STEP_B:
		return 2;
	case (int64_t)RULES_STEP_C:
		return 3;
	default:
		return 0;
	}
}

int rules_advance_step(struct rules_shared *shared, enum rules_step to, enum rules_step *ret_from)
{
	unsigned number = rules_number_step(to), from;
	int rc;

	if (!number)
		return -EINVAL;
	rc = fg_states_advance(&shared->hot_step.value, rules_changes_step, number, &from);
	if (FG_WATCHED(rules) && !rc && from != number)
		FG_PROBE(rules, shared, RULES_FIELD_STEP, rules_values_step[from], to);
	if (ret_from && from)
		*ret_from = rules_values_step[from];
	return rc;
}

/* Does the patch say of customer what was written? */
static bool rules_agrees_customer(const struct rules_shared *shared, const struct rules *record,
                                  const struct rules_present *present)
{
	(void)present;
	if (strncmp(shared->once.fields.customer, record->customer, 16) != 0)
		return false;
	return true;
}

/* Does the patch say of since what was written? */
static bool rules_agrees_since(const struct rules_shared *shared, const struct rules *record,
                               const struct rules_present *present)
{
	(void)present;
	if (shared->once.fields.since != record->since)
		return false;
	return true;
}

/* Does the patch say of origin what was written? */
static bool rules_agrees_origin(const struct rules_shared *shared, const struct rules *record,
                                const struct rules_present *present)
{
	(void)present;
	if (present->origin.bits[0] & ~shared->once.nested[0])
		return false;
	if (rules_origin_has(&present->origin, RULES_ORIGIN_FIELD_COUNTRY)) {
		if (strncmp(shared->once.fields.origin.country, record->origin.country, 3) != 0)
			return false;
	}
	if (rules_origin_has(&present->origin, RULES_ORIGIN_FIELD_WEIGHT)) {
		if (memcmp(&shared->once.fields.origin.weight, &record->origin.weight,
		           sizeof shared->once.fields.origin.weight) != 0)
			return false;
	}
	if (rules_origin_has(&present->origin, RULES_ORIGIN_FIELD_AT)) {
		if (!rules_point_same(&shared->once.fields.origin.at, &record->origin.at))
			return false;
	}
	return true;
}

/* Does the patch say of path what was written? */
static bool rules_agrees_path(const struct rules_shared *shared, const struct rules *record,
                              const struct rules_present *present)
{
	(void)present;
	if (shared->once.fields.path_n != record->path_n)
		return false;
	for (size_t i = 0; i < 4 && i < (size_t)shared->once.fields.path_n; i++)
		if (!rules_point_same(&shared->once.fields.path[i], &record->path[i]))
			return false;
	return true;
}

/* Does the patch say of tags what was written? */
static bool rules_agrees_tags(const struct rules_shared *shared, const struct rules *record,
                              const struct rules_present *present)
{
	(void)present;
	for (size_t i = 0; i < 2; i++)
		if (strncmp(shared->once.fields.tags[i], record->tags[i], 4) != 0)
			return false;
	return true;
}

/* Holds the patch against the fields that are written already. Returns: 0 or -EPERM. */
static int rules_check_once(const struct rules_shared *shared, const struct rules *record,
                            const struct rules_present *present, struct fg_refusal *ret_refusal)
{
	if (present->bits[0] & fg_once_bits(&shared->once.present[0]) & 0x2u &&
	    !rules_agrees_customer(shared, record, present))
		return fg_refuse(ret_refusal, "$.customer", "another value than the one that was written once", NULL,
		                 NULL);
	if (present->bits[0] & fg_once_bits(&shared->once.present[0]) & 0x8u &&
	    !rules_agrees_since(shared, record, present))
		return fg_refuse(ret_refusal, "$.since", "another value than the one that was written once", NULL,
		                 NULL);
	if (present->bits[0] & fg_once_bits(&shared->once.present[0]) & 0x10u &&
	    !rules_agrees_origin(shared, record, present))
		return fg_refuse(ret_refusal, "$.origin", "another value than the one that was written once", NULL,
		                 NULL);
	if (present->bits[0] & fg_once_bits(&shared->once.present[0]) & 0x20u &&
	    !rules_agrees_path(shared, record, present))
		return fg_refuse(ret_refusal, "$.path", "another value than the one that was written once", NULL, NULL);
	if (present->bits[0] & fg_once_bits(&shared->once.present[0]) & 0x8000u &&
	    !rules_agrees_tags(shared, record, present))
		return fg_refuse(ret_refusal, "$.tags", "another value than the one that was written once", NULL, NULL);
	return 0;
}

/* Writes what is not there yet: under the lock, behind the check. */
static void rules_put_once(struct rules_shared *shared, const struct rules *record, const struct rules_present *present)
{
	if (present->bits[0] & ~fg_once_bits(&shared->once.present[0]) & 0x2u) {
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_CUSTOMER);
		memcpy(shared->once.fields.customer, record->customer, sizeof shared->once.fields.customer);
		atomic_fetch_or_explicit(&shared->once.present[0], 0x2u, memory_order_release);
	}
	if (present->bits[0] & ~fg_once_bits(&shared->once.present[0]) & 0x8u) {
		FG_PROBE(rules, shared, RULES_FIELD_SINCE, (int64_t)0, record->since);
		shared->once.fields.since = record->since;
		atomic_fetch_or_explicit(&shared->once.present[0], 0x8u, memory_order_release);
	}
	if (present->bits[0] & ~fg_once_bits(&shared->once.present[0]) & 0x10u) {
		memcpy(shared->once.nested + 0, &present->origin, sizeof present->origin);
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_ORIGIN);
		shared->once.fields.origin = record->origin;
		atomic_fetch_or_explicit(&shared->once.present[0], 0x10u, memory_order_release);
	}
	if (present->bits[0] & ~fg_once_bits(&shared->once.present[0]) & 0x20u) {
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_PATH);
		memcpy(shared->once.fields.path, record->path, sizeof shared->once.fields.path);
		shared->once.fields.path_n = record->path_n;
		atomic_fetch_or_explicit(&shared->once.present[0], 0x20u, memory_order_release);
	}
	if (present->bits[0] & ~fg_once_bits(&shared->once.present[0]) & 0x8000u) {
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_TAGS);
		memcpy(shared->once.fields.tags, record->tags, sizeof shared->once.fields.tags);
		atomic_fetch_or_explicit(&shared->once.present[0], 0x8000u, memory_order_release);
	}
}

static void rules_get_once(const struct rules_shared *shared, struct rules *ret_record,
                           struct rules_present *ret_present)
{
	uint64_t bits[1];

	bits[0] = fg_once_bits(&shared->once.present[0]);
	ret_present->bits[0] |= bits[0];
	if (bits[0] & 0x2u) {
		memcpy(ret_record->customer, shared->once.fields.customer, sizeof ret_record->customer);
	} else {
		memset(&ret_record->customer, 0, sizeof ret_record->customer);
	}
	if (bits[0] & 0x8u) {
		ret_record->since = shared->once.fields.since;
	} else {
		memset(&ret_record->since, 0, sizeof ret_record->since);
	}
	if (bits[0] & 0x10u) {
		ret_record->origin = shared->once.fields.origin;
		memcpy(&ret_present->origin, shared->once.nested + 0, sizeof ret_present->origin);
	} else {
		memset(&ret_record->origin, 0, sizeof ret_record->origin);
		memset(&ret_present->origin, 0, sizeof ret_present->origin);
	}
	if (bits[0] & 0x20u) {
		memcpy(ret_record->path, shared->once.fields.path, sizeof ret_record->path);
		ret_record->path_n = shared->once.fields.path_n;
	} else {
		memset(&ret_record->path, 0, sizeof ret_record->path);
		ret_record->path_n = 0;
	}
	if (bits[0] & 0x8000u) {
		memcpy(ret_record->tags, shared->once.fields.tags, sizeof ret_record->tags);
	} else {
		memset(&ret_record->tags, 0, sizeof ret_record->tags);
	}
}

int rules_set_customer(struct rules_shared *shared, const char *value)
{
	struct rules_present present = {.bits = {[0] = 0x2u}};
	struct rules record = {0};
	int rc = 0;

	if (strnlen(value, 16) == 16)
		return -EINVAL;
	strcpy(record.customer, value);
	fg_mutex_lock(&shared->once.lock);
	if (fg_once_bits(&shared->once.present[0]) & 0x2u)
		rc = -EEXIST;
	else
		rules_put_once(shared, &record, &present);
	fg_mutex_unlock(&shared->once.lock);
	FG_ONCE_BROKEN(rc && !rules_agrees_customer(shared, &record, &present), shared, "rules", "rules.customer");
	return rc;
}

int rules_set_since(struct rules_shared *shared, int64_t value)
{
	struct rules_present present = {.bits = {[0] = 0x8u}};
	struct rules record = {0};
	int rc = 0;

	record.since = value;
	fg_mutex_lock(&shared->once.lock);
	if (fg_once_bits(&shared->once.present[0]) & 0x8u)
		rc = -EEXIST;
	else
		rules_put_once(shared, &record, &present);
	fg_mutex_unlock(&shared->once.lock);
	FG_ONCE_BROKEN(rc && !rules_agrees_since(shared, &record, &present), shared, "rules", "rules.since");
	return rc;
}

int rules_set_origin(struct rules_shared *shared, const struct rules_origin *value)
{
	struct rules_present present = {.bits = {[0] = 0x10u}};
	struct rules record = {0};
	int rc = 0;

	record.origin = *value;
	rules_origin_present_all(&present.origin);
	fg_mutex_lock(&shared->once.lock);
	if (fg_once_bits(&shared->once.present[0]) & 0x10u)
		rc = -EEXIST;
	else
		rules_put_once(shared, &record, &present);
	fg_mutex_unlock(&shared->once.lock);
	FG_ONCE_BROKEN(rc && !rules_agrees_origin(shared, &record, &present), shared, "rules", "rules.origin");
	return rc;
}

int rules_set_path(struct rules_shared *shared, const struct rules_point *value, uint8_t path_n)
{
	struct rules_present present = {.bits = {[0] = 0x20u}};
	struct rules record = {0};
	int rc = 0;

	if ((size_t)path_n > 4)
		return -EINVAL;
	memcpy(record.path, value, (size_t)path_n * sizeof record.path[0]);
	record.path_n = path_n;
	fg_mutex_lock(&shared->once.lock);
	if (fg_once_bits(&shared->once.present[0]) & 0x20u)
		rc = -EEXIST;
	else
		rules_put_once(shared, &record, &present);
	fg_mutex_unlock(&shared->once.lock);
	FG_ONCE_BROKEN(rc && !rules_agrees_path(shared, &record, &present), shared, "rules", "rules.path");
	return rc;
}

int rules_set_tags(struct rules_shared *shared, char (*value)[4])
{
	struct rules_present present = {.bits = {[0] = 0x8000u}};
	struct rules record = {0};
	int rc = 0;

	memcpy(record.tags, value, sizeof record.tags);
	fg_mutex_lock(&shared->once.lock);
	if (fg_once_bits(&shared->once.present[0]) & 0x8000u)
		rc = -EEXIST;
	else
		rules_put_once(shared, &record, &present);
	fg_mutex_unlock(&shared->once.lock);
	FG_ONCE_BROKEN(rc && !rules_agrees_tags(shared, &record, &present), shared, "rules", "rules.tags");
	return rc;
}

static void rules_merge_snapshot(struct rules_shared *shared, const struct rules *record,
                                 const struct rules_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x4001u};
	_Atomic uint64_t *fields = shared->snapshot.words + 1;

	if (!bits[0])
		return;
	fg_seq_lock(&shared->snapshot.sequence);
	if (FG_WATCHED(rules)) {
		if (rules_has(present, RULES_FIELD_ID))
			FG_PROBE_WORDS(rules, shared, RULES_FIELD_ID, uint64_t, fields, offsetof(struct rules_snapshot,
			        id), record->id);
		if (rules_has(present, RULES_FIELD_NOTE))
			FG_PROBE_WHOLE(rules, shared, RULES_FIELD_NOTE);
	}
	fg_words_or(shared->snapshot.words, bits, 1);
	if (rules_has(present, RULES_FIELD_ID))
		fg_words_put(fields, offsetof(struct rules_snapshot, id), &record->id, sizeof record->id);
	if (rules_has(present, RULES_FIELD_NOTE))
		fg_words_put(fields, offsetof(struct rules_snapshot, note), &record->note, sizeof record->note);
	fg_seq_unlock(&shared->snapshot.sequence);
}

static void rules_merge_money(struct rules_shared *shared, const struct rules *record,
                              const struct rules_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0xc0u};
	struct rules_money *fields = &shared->group_money.fields;

	if (!bits[0])
		return;
	fg_mutex_lock(&shared->group_money.lock);
	if (FG_WATCHED(rules)) {
		if (rules_has(present, RULES_FIELD_AMOUNT))
			FG_PROBE(rules, shared, RULES_FIELD_AMOUNT, fields->amount, record->amount);
		if (rules_has(present, RULES_FIELD_CURRENCY))
			FG_PROBE_WHOLE(rules, shared, RULES_FIELD_CURRENCY);
	}
	fg_present_or(shared->group_money.present, bits, 1);
	if (rules_has(present, RULES_FIELD_AMOUNT))
		fields->amount = record->amount;
	if (rules_has(present, RULES_FIELD_CURRENCY))
		memcpy(fields->currency, record->currency, sizeof fields->currency);
	fg_mutex_unlock(&shared->group_money.lock);
}

static void rules_merge_owner(struct rules_shared *shared, const struct rules *record,
                              const struct rules_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x1800u};
	_Atomic uint64_t *fields = shared->owner.words + 1;

	if (!bits[0])
		return;
	FG_OWNED(&shared->owner.writer, shared, "rules", "rules.owner");
	fg_owner_begin(&shared->owner.sequence);
	if (FG_WATCHED(rules)) {
		if (rules_has(present, RULES_FIELD_HOST))
			FG_PROBE_WHOLE(rules, shared, RULES_FIELD_HOST);
		if (rules_has(present, RULES_FIELD_WHERE))
			FG_PROBE_WHOLE(rules, shared, RULES_FIELD_WHERE);
	}
	fg_words_or(shared->owner.words, bits, 1);
	if (rules_has(present, RULES_FIELD_HOST))
		fg_words_put(fields, offsetof(struct rules_owner, host), &record->host, sizeof record->host);
	if (rules_has(present, RULES_FIELD_WHERE))
		fg_words_put(fields, offsetof(struct rules_owner, where), &record->where, sizeof record->where);
	fg_owner_end(&shared->owner.sequence);
}

static void rules_merge_owned(struct rules_shared *shared, const struct rules *record,
                              const struct rules_present *present)
{
	if (rules_has(present, RULES_FIELD_SEEN))
		rules_store_seen(shared, record->seen);
	if (rules_has(present, RULES_FIELD_RATE))
		rules_store_rate(shared, record->rate);
	fg_present_publish(&shared->owner.present[0], present->bits[0] & 0x600u);
}

static void rules_merge_atomics(struct rules_shared *shared, const struct rules *record,
                                const struct rules_present *present)
{
	if (rules_has(present, RULES_FIELD_HITS))
		rules_store_hits(shared, record->hits);
	fg_present_publish(&shared->atomics.present[0], present->bits[0] & 0x2000u);
}

static int rules_merge_states(struct rules_shared *shared, const struct rules *record,
                              const struct rules_present *present, struct fg_refusal *ret_refusal)
{
	unsigned from, to;

	if (rules_has(present, RULES_FIELD_STATUS)) {
		to = rules_number_status(record->status);
		if (fg_states_look(&shared->atomics.status, rules_changes_status, to, &from))
			return fg_refuse(ret_refusal, "$.state", "a change that states does not allow",
			                 rules_names_status[from], rules_names_status[to]);
	}
	if (rules_has(present, RULES_FIELD_STEP)) {
		to = rules_number_step(record->step);
		if (fg_states_look(&shared->hot_step.value, rules_changes_step, to, &from))
			return fg_refuse(ret_refusal, "$.step", "a change that states does not allow",
			                 rules_names_step[from], rules_names_step[to]);
	}
	if (rules_has(present, RULES_FIELD_STATUS)) {
		to = rules_number_status(record->status);
		if (fg_states_advance(&shared->atomics.status, rules_changes_status, to, &from))
			return fg_refuse(ret_refusal, "$.state", "a change that states does not allow",
			                 rules_names_status[from], rules_names_status[to]);
		if (FG_WATCHED(rules) && from != to)
			FG_PROBE(rules, shared, RULES_FIELD_STATUS, rules_values_status[from], record->status);
	}
	if (rules_has(present, RULES_FIELD_STEP)) {
		to = rules_number_step(record->step);
		if (fg_states_advance(&shared->hot_step.value, rules_changes_step, to, &from))
			return fg_refuse(ret_refusal, "$.step", "a change that states does not allow",
			                 rules_names_step[from], rules_names_step[to]);
		if (FG_WATCHED(rules) && from != to)
			FG_PROBE(rules, shared, RULES_FIELD_STEP, rules_values_step[from], record->step);
	}
	fg_present_publish(&shared->atomics.present[0], present->bits[0] & 0x104u);
	return 0;
}

static int rules_merge_once(struct rules_shared *shared, const struct rules *record,
                            const struct rules_present *present, struct fg_refusal *ret_refusal)
{
	bool written = true;
	int rc;

	written &= !(present->bits[0] & 0x803au & ~fg_once_bits(&shared->once.present[0]));
	/* Nothing to write: no lock. */
	if (!written)
		fg_mutex_lock(&shared->once.lock);
	rc = rules_check_once(shared, record, present, ret_refusal);
	if (!rc)
		rc = rules_merge_states(shared, record, present, ret_refusal);
	if (!rc && !written)
		rules_put_once(shared, record, present);
	if (!written)
		fg_mutex_unlock(&shared->once.lock);
	return rc;
}

int rules_merge(struct rules_shared *shared, const struct rules *record, const struct rules_present *present,
                struct fg_refusal *ret_refusal)
{
	struct rules_present all;
	int rc;

	if (!present) {
		rules_present_all(&all);
		present = &all;
	}
	rc = rules_merge_once(shared, record, present, ret_refusal);
	if (rc)
		return rc;
	rules_merge_snapshot(shared, record, present);
	rules_merge_money(shared, record, present);
	rules_merge_owner(shared, record, present);
	rules_merge_owned(shared, record, present);
	rules_merge_atomics(shared, record, present);
	return 0;
}

FG_ALWAYS_INLINE void rules_copy_snapshot(const struct rules_shared *shared, struct rules *ret_record,
                                          struct rules_present *ret_present, uint64_t bits[1])
{
	const _Atomic uint64_t *fields = shared->snapshot.words + 1;

	(void)ret_present;
	fg_words_load(bits, shared->snapshot.words, 1);
	fg_words_get(&ret_record->id, fields, offsetof(struct rules_snapshot, id), sizeof ret_record->id);
	fg_words_get(&ret_record->note, fields, offsetof(struct rules_snapshot, note), sizeof ret_record->note);
}

FG_NEVER_INLINE void rules_retry_snapshot(struct rules_shared *shared, struct rules *ret_record,
                                          struct rules_present *ret_present)
{
	struct fg_seq_retry retry = {0};
	uint64_t bits[1];

	do {
		fg_seq_retry(&shared->snapshot.sequence, &retry);
		rules_copy_snapshot(shared, ret_record, ret_present, bits);
	} while (fg_seq_retry_failed(&shared->snapshot.sequence, &retry));
	ret_present->bits[0] |= bits[0];
}

FG_ALWAYS_INLINE void rules_get_snapshot(struct rules_shared *shared, struct rules *ret_record,
                                         struct rules_present *ret_present)
{
	uint64_t begun = fg_seq_read_begin(&shared->snapshot.sequence);
	uint64_t bits[1];

	rules_copy_snapshot(shared, ret_record, ret_present, bits);
	if (fg_seq_read_failed(&shared->snapshot.sequence, begun)) {
		rules_retry_snapshot(shared, ret_record, ret_present);
		return;
	}
	ret_present->bits[0] |= bits[0];
}

FG_ALWAYS_INLINE void rules_get_money(struct rules_shared *shared, struct rules *ret_record,
                                      struct rules_present *ret_present)
{
	const struct rules_money *fields = &shared->group_money.fields;

	fg_mutex_lock(&shared->group_money.lock);
	ret_present->bits[0] |= shared->group_money.present[0];
	ret_record->amount = fields->amount;
	memcpy(ret_record->currency, fields->currency, sizeof fields->currency);
	fg_mutex_unlock(&shared->group_money.lock);
}

FG_ALWAYS_INLINE void rules_copy_owner(const struct rules_shared *shared, struct rules *ret_record,
                                       struct rules_present *ret_present, uint64_t bits[1])
{
	const _Atomic uint64_t *fields = shared->owner.words + 1;

	(void)ret_present;
	fg_words_load(bits, shared->owner.words, 1);
	/* host to where */
	fg_words_get((char *)ret_record + offsetof(struct rules, host), fields, offsetof(struct rules_owner, host), 40);
}

FG_NEVER_INLINE void rules_retry_owner(struct rules_shared *shared, struct rules *ret_record,
                                       struct rules_present *ret_present)
{
	struct fg_seq_retry retry = {0};
	uint64_t bits[1];

	do {
		fg_owner_retry(&shared->owner.sequence, &retry);
		rules_copy_owner(shared, ret_record, ret_present, bits);
	} while (fg_seq_retry_failed(&shared->owner.sequence, &retry));
	ret_present->bits[0] |= bits[0];
}

FG_ALWAYS_INLINE void rules_get_owner(struct rules_shared *shared, struct rules *ret_record,
                                      struct rules_present *ret_present)
{
	uint64_t begun = fg_seq_read_begin(&shared->owner.sequence);
	uint64_t bits[1];

	rules_copy_owner(shared, ret_record, ret_present, bits);
	if (fg_seq_read_failed(&shared->owner.sequence, begun)) {
		rules_retry_owner(shared, ret_record, ret_present);
		return;
	}
	ret_present->bits[0] |= bits[0];
}

static inline void rules_get_owned(const struct rules_shared *shared, struct rules *ret_record,
                                   struct rules_present *ret_present)
{
	/* Before the values: a bit that is seen stands for a value that is seen. */
	ret_present->bits[0] |= atomic_load_explicit(&shared->owner.present[0], memory_order_acquire);
	ret_record->seen = rules_load_seen(shared);
	ret_record->rate = rules_load_rate(shared);
}

static inline void rules_get_atomics(const struct rules_shared *shared, struct rules *ret_record,
                                     struct rules_present *ret_present)
{
	/* Before the values: a bit that is seen stands for a value that is seen. */
	ret_present->bits[0] |= atomic_load_explicit(&shared->atomics.present[0], memory_order_acquire);
	ret_record->status = rules_load_status(shared);
	ret_record->step = rules_load_step(shared);
	ret_record->hits = rules_load_hits(shared);
}

void rules_read(struct rules_shared *shared, struct rules *ret_record, struct rules_present *ret_present)
{
	struct rules_present unused;

	FG_FILL(ret_record, "rules");
	if (!ret_present)
		ret_present = &unused;
	ret_present->bits[0] = 0;
	rules_get_snapshot(shared, ret_record, ret_present);
	rules_get_once(shared, ret_record, ret_present);
	rules_get_money(shared, ret_record, ret_present);
	rules_get_owner(shared, ret_record, ret_present);
	rules_get_owned(shared, ret_record, ret_present);
	rules_get_atomics(shared, ret_record, ret_present);
}

void rules_reread_snapshot(struct rules_shared *shared, struct rules_snapshot *ret_group)
{
	struct fg_seq_retry retry = {0};

	do {
		fg_seq_retry(&shared->snapshot.sequence, &retry);
		fg_words_get(ret_group, shared->snapshot.words + 1, 0, sizeof *ret_group);
	} while (fg_seq_retry_failed(&shared->snapshot.sequence, &retry));
}

static void rules_put_snapshot(struct rules_shared *shared, const struct rules_snapshot *group,
                               const struct rules_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x4001u};
	_Atomic uint64_t *fields = shared->snapshot.words + 1;

	fg_seq_lock(&shared->snapshot.sequence);
	if (FG_WATCHED(rules)) {
		FG_PROBE_WORDS(rules, shared, RULES_FIELD_ID, uint64_t, fields, offsetof(struct rules_snapshot, id),
		               group->id);
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_NOTE);
	}
	fg_words_or(shared->snapshot.words, bits, 1);
	fg_words_put(fields, 0, group, sizeof *group);
	fg_seq_unlock(&shared->snapshot.sequence);
}

void rules_write_snapshot(struct rules_shared *shared, const struct rules_snapshot *group)
{
	struct rules_present all;

	rules_present_all(&all);
	rules_put_snapshot(shared, group, &all);
}

void rules_read_money(struct rules_shared *shared, struct rules_money *ret_group)
{
	fg_mutex_lock(&shared->group_money.lock);
	*ret_group = shared->group_money.fields;
	fg_mutex_unlock(&shared->group_money.lock);
}

static void rules_put_money(struct rules_shared *shared, const struct rules_money *group,
                            const struct rules_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0xc0u};
	struct rules_money *fields = &shared->group_money.fields;

	fg_mutex_lock(&shared->group_money.lock);
	if (FG_WATCHED(rules)) {
		FG_PROBE(rules, shared, RULES_FIELD_AMOUNT, fields->amount, group->amount);
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_CURRENCY);
	}
	fg_present_or(shared->group_money.present, bits, 1);
	*fields = *group;
	fg_mutex_unlock(&shared->group_money.lock);
}

void rules_write_money(struct rules_shared *shared, const struct rules_money *group)
{
	struct rules_present all;

	rules_present_all(&all);
	rules_put_money(shared, group, &all);
}

struct rules_money *rules_lock_money(struct rules_shared *shared)
{
	fg_mutex_lock(&shared->group_money.lock);
	return &shared->group_money.fields;
}

void rules_unlock_money(struct rules_shared *shared)
{
	fg_mutex_unlock(&shared->group_money.lock);
}

void rules_reread_owner(struct rules_shared *shared, struct rules_owner *ret_group)
{
	struct fg_seq_retry retry = {0};

	do {
		fg_owner_retry(&shared->owner.sequence, &retry);
		fg_words_get(ret_group, shared->owner.words + 1, 0, sizeof *ret_group);
	} while (fg_seq_retry_failed(&shared->owner.sequence, &retry));
}

static void rules_put_owner(struct rules_shared *shared, const struct rules_owner *group,
                            const struct rules_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x1800u};
	_Atomic uint64_t *fields = shared->owner.words + 1;

	FG_OWNED(&shared->owner.writer, shared, "rules", "rules.owner");
	fg_owner_begin(&shared->owner.sequence);
	if (FG_WATCHED(rules)) {
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_HOST);
		FG_PROBE_WHOLE(rules, shared, RULES_FIELD_WHERE);
	}
	fg_words_or(shared->owner.words, bits, 1);
	fg_words_put(fields, 0, group, sizeof *group);
	fg_owner_end(&shared->owner.sequence);
}

void rules_write_owner(struct rules_shared *shared, const struct rules_owner *group)
{
	struct rules_present all;

	rules_present_all(&all);
	rules_put_owner(shared, group, &all);
}

int rules_store_new(const struct fg_store_options *options, struct fg_store **ret_store)
{
	return fg_store_new(&rules_fg_type, options, ret_store);
}

int rules_store_merge(struct fg_store *store, const struct rules *record, const struct rules_present *present,
                      struct fg_refusal *ret_refusal)
{
	return fg_store_merge_told(store, record, present, ret_refusal);
}

int rules_store_read(struct fg_store *store, uint64_t key, struct rules *ret_record, struct rules_present *ret_present)
{
	return fg_store_read(store, (struct fg_key){&key, sizeof key}, ret_record, ret_present);
}

int rules_store_remove(struct fg_store *store, uint64_t key)
{
	return fg_store_remove(store, (struct fg_key){&key, sizeof key});
}

struct rules_store_visitor {
	int (*visit)(const struct rules *record, const struct rules_present *present, void *user);
	void *user;
};

static int rules_store_visit(const void *record, const void *present, void *user)
{
	const struct rules_store_visitor *visitor = user;

	return visitor->visit(record, present, visitor->user);
}

int rules_store_each(struct fg_store *store, int (*visit)(const struct rules *record,
                                                          const struct rules_present *present, void *user), void *user)
{
	struct rules_store_visitor visitor = {visit, user};

	return fg_store_each(store, rules_store_visit, &visitor);
}

static int rules_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, void *ret_record, void *ret_present, struct fg_error *ret_error)
{
	return rules_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of rules_fg_type: the typed functions behind void pointers. */
static int rules_type_encode(const void *record, const void *present, struct fg_buffer *out, struct fg_error *ret_error)
{
	return rules_encode(record, present, out, ret_error);
}

static void rules_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	rules_patch(record, record_present, from, present);
}

static int rules_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	return rules_merge(shared, record, present, ret_refusal);
}

static void rules_type_read(void *shared, void *ret_record, void *ret_present)
{
	rules_read(shared, ret_record, ret_present);
}

static int rules_type_key(const void *record, const void *present, struct fg_key *ret_key)
{
	const struct rules *r = record;

	if (present && !rules_has(present, RULES_FIELD_ID))
		return -ENOENT;
	ret_key->ptr = &r->id;
	ret_key->len = sizeof r->id;
	return 0;
}

const struct fg_type rules_fg_type = {
	.name = "rules",
	.abi = FG_TYPE_ABI,
	.fields_n = 16,
	.record_size = sizeof(struct rules),
	.record_align = _Alignof(struct rules),
	.present_size = sizeof(struct rules_present),
	.decode = rules_type_decode,
	.encode = rules_type_encode,
	.patch = rules_type_patch,
	.shared_size = sizeof(struct rules_shared),
	.shared_align = _Alignof(struct rules_shared),
	.shared_used = offsetof(struct rules_shared, hot_step) + sizeof(((struct rules_shared *)0)->hot_step),
	.merge = rules_type_merge,
	.read = rules_type_read,
	.key = rules_type_key,
};

void rules_counter_present_all(struct rules_counter_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void rules_counter_patch(struct rules_counter *record, struct rules_counter_present *record_present,
                         const struct rules_counter *from, const struct rules_counter_present *present)
{
	FG_FILL(record, "rules_counter");
	FG_FILL_FIELD("rules_counter.n");
	if (!present || rules_counter_has(present, RULES_COUNTER_FIELD_N))
		record->n = from->n;
	FG_FILL_FIELD("rules_counter.done");
	if (!present || rules_counter_has(present, RULES_COUNTER_FIELD_DONE))
		record->done = from->done;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x3u;
}

/* struct rules_counter at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *rules_counter_decode_object(struct fg_dec *d, const char *p, struct rules_counter *r,
                                               struct rules_counter_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"n\"", 3))
		goto name_done;
	p = fg_dec_colon(d, p + 3);
	if (!p)
		return NULL;
value_n:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "n");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("rules_counter.n");
	{
		uint64_t value;

		p = fg_dec_uint(d, p, UINT32_MAX, "out of range for uint32_t", &value);
		if (!p)
			return fg_dec_in_field(d, "n");
		r->n = (uint32_t)value;
	}
	p = fg_dec_member(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

name_done:
	if (!fg_dec_name_is(d, p, "\"done\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_done:
	if (FG_UNLIKELY(seen0 & 0x2u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "done");
	}
	seen0 |= 0x2u;
	FG_FILL_FIELD("rules_counter.done");
	p = fg_dec_bool(d, p, &r->done);
	if (!p)
		return fg_dec_in_field(d, "done");
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
			if (name.len == 4 && memcmp(name.ptr, "done", 4) == 0)
				goto value_done;
			break;
		case 1:
			if (name.len == 1 && memcmp(name.ptr, "n", 1) == 0)
				goto value_n;
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

int rules_counter_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                         struct fg_arena *arena, struct rules_counter *ret_record,
                         struct rules_counter_present *ret_present, struct fg_error *ret_error)
{
	struct rules_counter_present present;
	struct rules_counter record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "rules_counter");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = rules_counter_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int rules_counter_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                               struct fg_arena *arena, struct rules_counter **ret_items,
                               struct rules_counter_present **ret_presents, size_t *ret_items_n,
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
		struct rules_counter_present *present = NULL;
		struct rules_counter *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                         _Alignof(struct rules_counter));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct rules_counter_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = rules_counter_decode_object(&d, p, item, present);
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
static void rules_counter_encode_object(struct fg_enc *e, const struct rules_counter *r,
                                        const struct rules_counter_present *m)
{
	size_t start = e->out->len;

	if (!m || rules_counter_has(m, RULES_COUNTER_FIELD_N)) {
		fg_enc_text(e, ",\"n\":", 5);
		fg_enc_uint(e, r->n);
	}
	if (!m || rules_counter_has(m, RULES_COUNTER_FIELD_DONE)) {
		fg_enc_text(e, ",\"done\":", 8);
		fg_enc_bool(e, r->done);
	}
	fg_enc_close(e, start, "{}");
}

int rules_counter_encode(const struct rules_counter *record, const struct rules_counter_present *present,
                         struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	rules_counter_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* ---- rules_counter_shared ---- */

_Static_assert(sizeof(struct rules_counter_once) == 1, "struct rules_counter: generate again");
_Static_assert(offsetof(struct rules_counter_once, done) == 0, "struct rules_counter: generate again");

void rules_counter_shared_init(struct rules_counter_shared *shared)
{
	memset(shared, 0, sizeof *shared);
}

/* Does the patch say of done what was written? */
static bool rules_counter_agrees_done(const struct rules_counter_shared *shared, const struct rules_counter *record,
                                      const struct rules_counter_present *present)
{
	(void)present;
	if (shared->once.fields.done != record->done)
		return false;
	return true;
}

/* Holds the patch against the fields that are written already. Returns: 0 or -EPERM. */
static int rules_counter_check_once(const struct rules_counter_shared *shared, const struct rules_counter *record,
                                    const struct rules_counter_present *present, struct fg_refusal *ret_refusal)
{
	if (present->bits[0] & fg_once_bits(&shared->once.present[0]) & 0x2u &&
	    !rules_counter_agrees_done(shared, record, present))
		return fg_refuse(ret_refusal, "$.done", "another value than the one that was written once", NULL, NULL);
	return 0;
}

/* Writes what is not there yet: under the lock, behind the check. */
static void rules_counter_put_once(struct rules_counter_shared *shared, const struct rules_counter *record,
                                   const struct rules_counter_present *present)
{
	if (present->bits[0] & ~fg_once_bits(&shared->once.present[0]) & 0x2u) {
		FG_PROBE(rules_counter, shared, RULES_COUNTER_FIELD_DONE, (bool)0, record->done);
		shared->once.fields.done = record->done;
		atomic_fetch_or_explicit(&shared->once.present[0], 0x2u, memory_order_release);
	}
}

static void rules_counter_get_once(const struct rules_counter_shared *shared, struct rules_counter *ret_record,
                                   struct rules_counter_present *ret_present)
{
	uint64_t bits[1];

	bits[0] = fg_once_bits(&shared->once.present[0]);
	ret_present->bits[0] |= bits[0];
	if (bits[0] & 0x2u) {
		ret_record->done = shared->once.fields.done;
	} else {
		memset(&ret_record->done, 0, sizeof ret_record->done);
	}
}

int rules_counter_set_done(struct rules_counter_shared *shared, bool value)
{
	struct rules_counter_present present = {.bits = {[0] = 0x2u}};
	struct rules_counter record = {0};
	int rc = 0;

	record.done = value;
	fg_mutex_lock(&shared->once.lock);
	if (fg_once_bits(&shared->once.present[0]) & 0x2u)
		rc = -EEXIST;
	else
		rules_counter_put_once(shared, &record, &present);
	fg_mutex_unlock(&shared->once.lock);
	FG_ONCE_BROKEN(rc && !rules_counter_agrees_done(shared, &record, &present), shared, "rules_counter",
	               "rules_counter.done");
	return rc;
}

static void rules_counter_merge_owned(struct rules_counter_shared *shared, const struct rules_counter *record,
                                      const struct rules_counter_present *present)
{
	if (rules_counter_has(present, RULES_COUNTER_FIELD_N))
		rules_counter_store_n(shared, record->n);
	fg_present_publish(&shared->owner.present[0], present->bits[0] & 0x1u);
}

static int rules_counter_merge_once(struct rules_counter_shared *shared, const struct rules_counter *record,
                                    const struct rules_counter_present *present, struct fg_refusal *ret_refusal)
{
	bool written = true;
	int rc;

	written &= !(present->bits[0] & 0x2u & ~fg_once_bits(&shared->once.present[0]));
	/* Nothing to write: no lock. */
	if (!written)
		fg_mutex_lock(&shared->once.lock);
	rc = rules_counter_check_once(shared, record, present, ret_refusal);
	if (!rc && !written)
		rules_counter_put_once(shared, record, present);
	if (!written)
		fg_mutex_unlock(&shared->once.lock);
	return rc;
}

int rules_counter_merge(struct rules_counter_shared *shared, const struct rules_counter *record,
                        const struct rules_counter_present *present, struct fg_refusal *ret_refusal)
{
	struct rules_counter_present all;
	int rc;

	if (!present) {
		rules_counter_present_all(&all);
		present = &all;
	}
	rc = rules_counter_merge_once(shared, record, present, ret_refusal);
	if (rc)
		return rc;
	rules_counter_merge_owned(shared, record, present);
	return 0;
}

static inline void rules_counter_get_owned(const struct rules_counter_shared *shared, struct rules_counter *ret_record,
                                           struct rules_counter_present *ret_present)
{
	/* Before the values: a bit that is seen stands for a value that is seen. */
	ret_present->bits[0] |= atomic_load_explicit(&shared->owner.present[0], memory_order_acquire);
	ret_record->n = rules_counter_load_n(shared);
}

void rules_counter_read(struct rules_counter_shared *shared, struct rules_counter *ret_record,
                        struct rules_counter_present *ret_present)
{
	struct rules_counter_present unused;

	FG_FILL(ret_record, "rules_counter");
	if (!ret_present)
		ret_present = &unused;
	ret_present->bits[0] = 0;
	rules_counter_get_once(shared, ret_record, ret_present);
	rules_counter_get_owned(shared, ret_record, ret_present);
}

static int rules_counter_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                     struct fg_arena *arena, void *ret_record, void *ret_present,
                                     struct fg_error *ret_error)
{
	return rules_counter_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of rules_counter_fg_type: the typed functions behind void pointers. */
static int rules_counter_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                     struct fg_error *ret_error)
{
	return rules_counter_encode(record, present, out, ret_error);
}

static void rules_counter_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	rules_counter_patch(record, record_present, from, present);
}

static int rules_counter_type_merge(void *shared, const void *record, const void *present,
                                    struct fg_refusal *ret_refusal)
{
	return rules_counter_merge(shared, record, present, ret_refusal);
}

static void rules_counter_type_read(void *shared, void *ret_record, void *ret_present)
{
	rules_counter_read(shared, ret_record, ret_present);
}

const struct fg_type rules_counter_fg_type = {
	.name = "rules_counter",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct rules_counter),
	.record_align = _Alignof(struct rules_counter),
	.present_size = sizeof(struct rules_counter_present),
	.decode = rules_counter_type_decode,
	.encode = rules_counter_type_encode,
	.patch = rules_counter_type_patch,
	.shared_size = sizeof(struct rules_counter_shared),
	.shared_align = _Alignof(struct rules_counter_shared),
	.shared_used = offsetof(struct rules_counter_shared, owner) + sizeof(((struct rules_counter_shared *)0)->owner),
	.merge = rules_counter_type_merge,
	.read = rules_counter_type_read,
};

void rules_light_present_all(struct rules_light_present *ret_present)
{
	ret_present->bits[0] = 0x1u;
}

void rules_light_patch(struct rules_light *record, struct rules_light_present *record_present,
                       const struct rules_light *from, const struct rules_light_present *present)
{
	FG_FILL(record, "rules_light");
	FG_FILL_FIELD("rules_light.step");
	if (!present || rules_light_has(present, RULES_LIGHT_FIELD_STEP))
		record->step = from->step;
	if (!record_present)
		return;
	record_present->bits[0] |= present ? present->bits[0] : 0x1u;
}

/* struct rules_light at p into *r, which is all zero; m: NULL where nobody asks what was present. */
static const char *rules_light_decode_object(struct fg_dec *d, const char *p, struct rules_light *r,
                                             struct rules_light_present *m)
{
	uint64_t seen0 = 0;

	p = fg_dec_object(d, p);
	if (!p)
		return NULL;
	if (*p == '}')
		goto end;

	if (!fg_dec_name_is(d, p, "\"step\"", 6))
		goto other;
	p = fg_dec_colon(d, p + 6);
	if (!p)
		return NULL;
value_step:
	if (FG_UNLIKELY(seen0 & 0x1u) && (d->flags & FG_DECODE_DUPLICATE_ERROR)) {
		fg_dec_fail(d, p, FG_ERR_DUPLICATE, "this name stands twice in one object");
		return fg_dec_in_field(d, "step");
	}
	seen0 |= 0x1u;
	FG_FILL_FIELD("rules_light.step");
	{
		int64_t value;

		p = fg_dec_enum(d, p, rules_step_names, sizeof rules_step_names / sizeof *rules_step_names, &value);
		if (!p)
			return fg_dec_in_field(d, "step");
		r->step = (enum rules_step)value;
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
		case 1:
			if (name.len == 4 && memcmp(name.ptr, "step", 4) == 0)
				goto value_step;
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

int rules_light_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                       struct fg_arena *arena, struct rules_light *ret_record, struct rules_light_present *ret_present,
                       struct fg_error *ret_error)
{
	struct rules_light_present present;
	struct rules_light record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "rules_light");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = rules_light_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int rules_light_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                             struct fg_arena *arena, struct rules_light **ret_items,
                             struct rules_light_present **ret_presents, size_t *ret_items_n, struct fg_error *ret_error)
{
	void *items = NULL, *presents = NULL;
	size_t items_room = 0, presents_room = 0, n = 0;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	if (p)
		p = fg_dec_array(&d, p);
	while (p && *p != ']') {
		struct rules_light_present *present = NULL;
		struct rules_light *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item,
		                                       _Alignof(struct rules_light));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct rules_light_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = rules_light_decode_object(&d, p, item, present);
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
static void rules_light_encode_object(struct fg_enc *e, const struct rules_light *r,
                                      const struct rules_light_present *m)
{
	size_t start = e->out->len;

	if (!m || rules_light_has(m, RULES_LIGHT_FIELD_STEP)) {
		fg_enc_text(e, ",\"step\":", 8);
		rules_step_encode_name(e, r->step);
		if (!fg_enc_ok(e)) {
			fg_enc_in_field(e, "step");
			return;
		}
	}
	fg_enc_close(e, start, "{}");
}

int rules_light_encode(const struct rules_light *record, const struct rules_light_present *present,
                       struct fg_buffer *out, struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	rules_light_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* ---- rules_light_shared ---- */

void rules_light_shared_init(struct rules_light_shared *shared)
{
	memset(shared, 0, sizeof *shared);
}

/* step: states by number, 0 where it was never set; what may follow each, as bits number - 1; values. */
static const char *const rules_light_names_step[] = {"?", "a", "b", "c"};
static const uint64_t rules_light_changes_step[] = {UINT64_MAX, 0x2u, 0x0u, 0x0u};
static const enum rules_step rules_light_values_step[] = {(enum rules_step)0, RULES_STEP_A, RULES_STEP_B, RULES_STEP_C};

static unsigned rules_light_number_step(enum rules_step value)
{
	switch ((int64_t)value) {
	case (int64_t)RULES_STEP_A:
		return 1;
	case (int64_t)RULES_STEP_B:
		return 2;
	case (int64_t)RULES_STEP_C:
		return 3;
	default:
		return 0;
	}
}

int rules_light_advance_step(struct rules_light_shared *shared, enum rules_step to, enum rules_step *ret_from)
{
	unsigned number = rules_light_number_step(to), from;
	int rc;

	if (!number)
		return -EINVAL;
	rc = fg_states_advance(&shared->atomics.step, rules_light_changes_step, number, &from);
	if (FG_WATCHED(rules_light) && !rc && from != number)
		FG_PROBE(rules_light, shared, RULES_LIGHT_FIELD_STEP, rules_light_values_step[from], to);
	if (ret_from && from)
		*ret_from = rules_light_values_step[from];
	return rc;
}

static int rules_light_merge_states(struct rules_light_shared *shared, const struct rules_light *record,
                                    const struct rules_light_present *present, struct fg_refusal *ret_refusal)
{
	unsigned from, to;

	if (rules_light_has(present, RULES_LIGHT_FIELD_STEP)) {
		to = rules_light_number_step(record->step);
		if (fg_states_advance(&shared->atomics.step, rules_light_changes_step, to, &from))
			return fg_refuse(ret_refusal, "$.step", "a change that states does not allow",
			                 rules_light_names_step[from], rules_light_names_step[to]);
		if (FG_WATCHED(rules_light) && from != to)
			FG_PROBE(rules_light, shared, RULES_LIGHT_FIELD_STEP, rules_light_values_step[from],
			         record->step);
	}
	fg_present_publish(&shared->atomics.present[0], present->bits[0] & 0x1u);
	return 0;
}

int rules_light_merge(struct rules_light_shared *shared, const struct rules_light *record,
                      const struct rules_light_present *present, struct fg_refusal *ret_refusal)
{
	struct rules_light_present all;
	int rc;

	if (!present) {
		rules_light_present_all(&all);
		present = &all;
	}
	rc = rules_light_merge_states(shared, record, present, ret_refusal);
	if (rc)
		return rc;
	return 0;
}

static inline void rules_light_get_atomics(const struct rules_light_shared *shared, struct rules_light *ret_record,
                                           struct rules_light_present *ret_present)
{
	/* Before the values: a bit that is seen stands for a value that is seen. */
	ret_present->bits[0] |= atomic_load_explicit(&shared->atomics.present[0], memory_order_acquire);
	ret_record->step = rules_light_load_step(shared);
}

void rules_light_read(struct rules_light_shared *shared, struct rules_light *ret_record,
                      struct rules_light_present *ret_present)
{
	struct rules_light_present unused;

	FG_FILL(ret_record, "rules_light");
	if (!ret_present)
		ret_present = &unused;
	ret_present->bits[0] = 0;
	rules_light_get_atomics(shared, ret_record, ret_present);
}

static int rules_light_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                                   struct fg_arena *arena, void *ret_record, void *ret_present,
                                   struct fg_error *ret_error)
{
	return rules_light_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of rules_light_fg_type: the typed functions behind void pointers. */
static int rules_light_type_encode(const void *record, const void *present, struct fg_buffer *out,
                                   struct fg_error *ret_error)
{
	return rules_light_encode(record, present, out, ret_error);
}

static void rules_light_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	rules_light_patch(record, record_present, from, present);
}

static int rules_light_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	return rules_light_merge(shared, record, present, ret_refusal);
}

static void rules_light_type_read(void *shared, void *ret_record, void *ret_present)
{
	rules_light_read(shared, ret_record, ret_present);
}

const struct fg_type rules_light_fg_type = {
	.name = "rules_light",
	.abi = FG_TYPE_ABI,
	.fields_n = 1,
	.record_size = sizeof(struct rules_light),
	.record_align = _Alignof(struct rules_light),
	.present_size = sizeof(struct rules_light_present),
	.decode = rules_light_type_decode,
	.encode = rules_light_type_encode,
	.patch = rules_light_type_patch,
	.shared_size = sizeof(struct rules_light_shared),
	.shared_align = _Alignof(struct rules_light_shared),
	.shared_used = offsetof(struct rules_light_shared, atomics) + sizeof(((struct rules_light_shared *)0)->atomics),
	.merge = rules_light_type_merge,
	.read = rules_light_type_read,
};


/* What this file was made from, for who reads the binary: docs/note.md. */
FG_NOTE(RULES,
	"fieldguard 1\n"
	"s 16 rules_point struct rules_point\n"
	"t tuple local\n"
	"m 0 8 x json:\"x\"\n"
	"m 64 64 y json:\"y\"\n"
	"s 32 rules_origin struct rules_origin\n"
	"t local\n"
	"m 0 24 country json:\"country\"\n"
	"m 64 64 weight json:\"weight\"\n"
	"m 128 128 at json:\"at\"\n"
	"s 264 rules struct rules\n"
	"m 0 64 id json:\"id\" key\n"
	"m 64 128 customer json:\"customer,once\"\n"
	"m 192 32 status json:\"state,atomic\" states:\"created>paid>shipped,created>cancelled,paid>cance"
	"lled\"\n"
	"m 256 64 since json:\"since,once\"\n"
	"m 320 256 origin json:\"origin,once\"\n"
	"m 576 512 path json:\"path,once,count=path_n\"\n"
	"m 1152 64 amount json:\"amount,mutex=money\"\n"
	"m 1216 32 currency json:\"currency,mutex=money\"\n"
	"m 1248 32 step json:\"step,atomic\" hot states:\"a>b>c>a\"\n"
	"m 1280 64 seen json:\"seen,owner\"\n"
	"m 1344 64 rate json:\"rate,owner\"\n"
	"m 1408 160 host json:\"host,owner\"\n"
	"m 1600 128 where json:\"where,owner\"\n"
	"m 1728 32 hits json:\"hits,atomic\"\n"
	"m 1760 256 note json:\"note\"\n"
	"m 2016 64 tags json:\"tags,once\"\n"
	"f rules_shared\n"
	"n id,customer,status,since,origin,path,amount,currency,step,seen,rate,host,where,hits,note,tags"
	"\n"
	"p snapshot snapshot id,note\n"
	"p once once customer,since,origin,path,path_n,tags\n"
	"p group_money mutex amount,currency\n"
	"p owner owner host,where\n"
	"p owner owner seen\n"
	"p owner owner rate\n"
	"p atomics.status atomic status\n"
	"p hot_step.value atomic step\n"
	"p atomics.hits atomic hits\n"
	"s 8 rules_counter struct rules_counter\n"
	"m 0 32 n json:\"n,owner\"\n"
	"m 32 8 done json:\"done,once\"\n"
	"f rules_counter_shared\n"
	"n n,done\n"
	"p once once done\n"
	"p owner owner n\n"
	"s 4 rules_light struct rules_light\n"
	"m 0 32 step json:\"step,atomic\" states:\"a>b\"\n"
	"f rules_light_shared\n"
	"n step\n"
	"p atomics.step atomic step\n");

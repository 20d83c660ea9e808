/*
 * part.fg.c - conversion of the structs in the header of the same name
 *
 * Written by fieldguard 0.1.0 from part.h. Do not edit it: change the header and generate again.
 */
#include "part.fg.h"
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

_Static_assert(sizeof(struct part) == 16 && _Alignof(struct part) == 4, "struct part: generate again");
_Static_assert(offsetof(struct part, serial) == 0 && sizeof(((struct part *)0)->serial) == 12,
               "struct part.serial: generate again");
_Static_assert(offsetof(struct part, weight) == 12 && sizeof(((struct part *)0)->weight) == 4,
               "struct part.weight: generate again");

static const char *part_decode_object(struct fg_dec *d, const char *p, struct part *r, struct part_present *m);
static void part_encode_object(struct fg_enc *e, const struct part *r, const struct part_present *m);

void part_present_all(struct part_present *ret_present)
{
	ret_present->bits[0] = 0x3u;
}

void part_patch(struct part *record, struct part_present *record_present, const struct part *from,
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

int part_decode(const char *json, size_t json_len, const struct fg_decode_options *options, struct fg_arena *arena,
                struct part *ret_record, struct part_present *ret_present, struct fg_error *ret_error)
{
	struct part_present present;
	struct part record;
	struct fg_error error;
	struct fg_dec d;
	const char *p = fg_dec_begin(&d, json, json_len, options, arena, ret_error ? ret_error : &error);

	FG_FILL(ret_record, "part");
	if (!p)
		return fg_dec_failed(&d);
	memset(&record, 0, sizeof record);
	memset(&present, 0, sizeof present);
	p = part_decode_object(&d, p, &record, &present);
	if (p)
		p = fg_dec_end(&d, p);
	if (!p)
		return fg_dec_failed(&d);
	memcpy(ret_record, &record, sizeof *ret_record);
	if (ret_present)
		*ret_present = present;
	return 0;
}

int part_decode_array(const char *json, size_t json_len, const struct fg_decode_options *options,
                      struct fg_arena *arena, struct part **ret_items, struct part_present **ret_presents,
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
		struct part_present *present = NULL;
		struct part *item = fg_dec_grow(&d, p, &items, &items_room, n, sizeof *item, _Alignof(struct part));

		if (item && ret_presents)
			present = fg_dec_grow(&d, p, &presents, &presents_room, n, sizeof *present,
			                      _Alignof(struct part_present));
		if (!item || (ret_presents && !present))
			return fg_dec_failed(&d);
		p = part_decode_object(&d, p, item, present);
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

int part_encode(const struct part *record, const struct part_present *present, struct fg_buffer *out,
                struct fg_error *ret_error)
{
	struct fg_error error;
	struct fg_enc e;

	fg_enc_begin(&e, out, ret_error ? ret_error : &error);
	part_encode_object(&e, record, present);
	return fg_enc_end(&e);
}

/* ---- part_shared ---- */

_Static_assert(sizeof(struct part_snapshot) == 16, "struct part: generate again");
_Static_assert(offsetof(struct part_snapshot, serial) == 0, "struct part: generate again");
_Static_assert(offsetof(struct part_snapshot, weight) == 12, "struct part: generate again");

void part_shared_init(struct part_shared *shared)
{
	memset(shared, 0, sizeof *shared);
}

static void part_merge_snapshot(struct part_shared *shared, const struct part *record,
                                const struct part_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x3u};
	_Atomic uint64_t *fields = shared->snapshot.words + 1;

	if (!bits[0])
		return;
	fg_seq_lock(&shared->snapshot.sequence);
	if (FG_WATCHED(part)) {
		if (part_has(present, PART_FIELD_SERIAL))
			FG_PROBE_WHOLE(part, shared, PART_FIELD_SERIAL);
		if (part_has(present, PART_FIELD_WEIGHT))
			FG_PROBE_WORDS(part, shared, PART_FIELD_WEIGHT, uint32_t, fields, offsetof(struct part_snapshot,
			        weight), record->weight);
	}
	fg_words_or(shared->snapshot.words, bits, 1);
	if (part_has(present, PART_FIELD_SERIAL))
		fg_words_put(fields, offsetof(struct part_snapshot, serial), &record->serial, sizeof record->serial);
	if (part_has(present, PART_FIELD_WEIGHT))
		fg_words_put(fields, offsetof(struct part_snapshot, weight), &record->weight, sizeof record->weight);
	fg_seq_unlock(&shared->snapshot.sequence);
}

void part_merge(struct part_shared *shared, const struct part *record, const struct part_present *present)
{
	struct part_present all;

	if (!present) {
		part_present_all(&all);
		present = &all;
	}
	part_merge_snapshot(shared, record, present);
}

FG_ALWAYS_INLINE void part_copy_snapshot(const struct part_shared *shared, struct part *ret_record,
                                         struct part_present *ret_present, uint64_t bits[1])
{
	const _Atomic uint64_t *fields = shared->snapshot.words + 1;

	(void)ret_present;
	fg_words_load(bits, shared->snapshot.words, 1);
	/* serial to weight */
	fg_words_get((char *)ret_record + offsetof(struct part, serial), fields, offsetof(struct part_snapshot, serial),
	             16);
}

FG_NEVER_INLINE void part_retry_snapshot(struct part_shared *shared, struct part *ret_record,
                                         struct part_present *ret_present)
{
	struct fg_seq_retry retry = {0};
	uint64_t bits[1];

	do {
		fg_seq_retry(&shared->snapshot.sequence, &retry);
		part_copy_snapshot(shared, ret_record, ret_present, bits);
	} while (fg_seq_retry_failed(&shared->snapshot.sequence, &retry));
	ret_present->bits[0] |= bits[0];
}

FG_ALWAYS_INLINE void part_get_snapshot(struct part_shared *shared, struct part *ret_record,
                                        struct part_present *ret_present)
{
	uint64_t begun = fg_seq_read_begin(&shared->snapshot.sequence);
	uint64_t bits[1];

	part_copy_snapshot(shared, ret_record, ret_present, bits);
	if (fg_seq_read_failed(&shared->snapshot.sequence, begun)) {
		part_retry_snapshot(shared, ret_record, ret_present);
		return;
	}
	ret_present->bits[0] |= bits[0];
}

void part_read(struct part_shared *shared, struct part *ret_record, struct part_present *ret_present)
{
	struct part_present unused;

	FG_FILL(ret_record, "part");
	if (!ret_present)
		ret_present = &unused;
	ret_present->bits[0] = 0;
	part_get_snapshot(shared, ret_record, ret_present);
}

void part_reread_snapshot(struct part_shared *shared, struct part_snapshot *ret_group)
{
	struct fg_seq_retry retry = {0};

	do {
		fg_seq_retry(&shared->snapshot.sequence, &retry);
		fg_words_get(ret_group, shared->snapshot.words + 1, 0, sizeof *ret_group);
	} while (fg_seq_retry_failed(&shared->snapshot.sequence, &retry));
}

static void part_put_snapshot(struct part_shared *shared, const struct part_snapshot *group,
                              const struct part_present *present)
{
	const uint64_t bits[1] = {present->bits[0] & 0x3u};
	_Atomic uint64_t *fields = shared->snapshot.words + 1;

	fg_seq_lock(&shared->snapshot.sequence);
	if (FG_WATCHED(part)) {
		FG_PROBE_WHOLE(part, shared, PART_FIELD_SERIAL);
		FG_PROBE_WORDS(part, shared, PART_FIELD_WEIGHT, uint32_t, fields, offsetof(struct part_snapshot,
		        weight), group->weight);
	}
	fg_words_or(shared->snapshot.words, bits, 1);
	fg_words_put(fields, 0, group, sizeof *group);
	fg_seq_unlock(&shared->snapshot.sequence);
}

void part_write_snapshot(struct part_shared *shared, const struct part_snapshot *group)
{
	struct part_present all;

	part_present_all(&all);
	part_put_snapshot(shared, group, &all);
}

static int part_type_decode(const char *json, size_t json_len, const struct fg_decode_options *options,
                            struct fg_arena *arena, void *ret_record, void *ret_present, struct fg_error *ret_error)
{
	return part_decode(json, json_len, options, arena, ret_record, ret_present, ret_error);
}

/* The members of part_fg_type: the typed functions behind void pointers. */
static int part_type_encode(const void *record, const void *present, struct fg_buffer *out, struct fg_error *ret_error)
{
	return part_encode(record, present, out, ret_error);
}

static void part_type_patch(void *record, void *record_present, const void *from, const void *present)
{
	part_patch(record, record_present, from, present);
}

static int part_type_merge(void *shared, const void *record, const void *present, struct fg_refusal *ret_refusal)
{
	(void)ret_refusal;
	part_merge(shared, record, present);
	return 0;
}

static void part_type_read(void *shared, void *ret_record, void *ret_present)
{
	part_read(shared, ret_record, ret_present);
}

const struct fg_type part_fg_type = {
	.name = "part",
	.abi = FG_TYPE_ABI,
	.fields_n = 2,
	.record_size = sizeof(struct part),
	.record_align = _Alignof(struct part),
	.present_size = sizeof(struct part_present),
	.decode = part_type_decode,
	.encode = part_type_encode,
	.patch = part_type_patch,
	.shared_size = sizeof(struct part_shared),
	.shared_align = _Alignof(struct part_shared),
	.shared_used = offsetof(struct part_shared, snapshot) + sizeof(((struct part_shared *)0)->snapshot),
	.merge = part_type_merge,
	.read = part_type_read,
};


/* What this file was made from, for who reads the binary: docs/note.md. */
FG_NOTE(PART,
	"fieldguard 1\n"
	"s 16 part struct part\n"
	"m 0 96 serial json:\"serial,required\"\n"
	"m 96 32 weight json:\"weight\" default:\"1\"\n"
	"f part_shared\n"
	"n serial,weight\n"
	"p snapshot snapshot serial,weight\n");

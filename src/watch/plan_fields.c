/* plan_fields.c - types and fields of a plan, each once; see plan_inside.h */
#include "watch/plan_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME = 256,
	COVERED_MAX = 64,             /* fields of one merged or bulk store that are named */
	DEPTH_MAX = 8,
};

static bool is_holder(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION;
}

/* ---- types ----------------------------------------------------------------------------------------------------- */

/* One type in several modules has one name and one size. */
static int64_t find_type(struct plan *plan, const struct scan *scan, const struct plan_place *place)
{
	struct plan_inside *inside = plan->inside;
	char name[NAME];
	uint64_t hash;
	uint32_t number;

	if (place->variable || place->named)
		snprintf(name, sizeof(name), "%s", place->variable ? place->variable->name : place->named);
	else
		scan_type_name(place->type, name, sizeof(name));
	hash = plan_hash_number(plan_hash_text(PLAN_HASH_BEGIN, name), place->type->size);
	hash = plan_hash_number(hash, place->variable != NULL);
	for (size_t at = 0; plan_table_next(&inside->types, hash, &at, &number);)
		if (plan->types[number].type->size == place->type->size && strcmp(plan->types[number].name, name) == 0)
			return number;
	if (plan_grow(&plan->types, &inside->types_size, plan->types_n, sizeof(*plan->types)))
		return -ENOMEM;
	number = (uint32_t)plan->types_n;
	plan->types[number] = (struct plan_type){.id = number, .type = place->type, .name = plan_keep_text(plan, name),
	                                         .form = !place->variable && plan_is_form(scan, place->type)};
	if (!plan->types[number].name || plan_table_add(&inside->types, hash, number))
		return -ENOMEM;
	plan->types_n++;
	return number;
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

/* What makes a field the same. */
struct key {
	uint32_t type_id;
	const char *name;
	uint64_t offset, width;
	unsigned bit_offset, bit_size;
};

static uint64_t hash_key(const struct key *key)
{
	uint64_t hash = plan_hash_number(PLAN_HASH_BEGIN, key->type_id);

	hash = plan_hash_text(hash, key->name);
	hash = plan_hash_number(hash, key->offset);
	hash = plan_hash_number(hash, key->width);
	return plan_hash_number(hash, key->bit_offset << 8 | key->bit_size);
}

static bool is_field(const struct plan_field *field, const struct key *key)
{
	return field->type_id == key->type_id && field->offset == key->offset && field->width == key->width &&
	       field->bit_offset == key->bit_offset && field->bit_size == key->bit_size &&
	       strcmp(field->name, key->name) == 0;
}

static int list_in_type(struct plan_type *type, uint32_t field)
{
	/* Doubled at each power of 2. */
	if ((type->fields_n & (type->fields_n - 1)) == 0) {
		uint32_t *grown = reallocarray(type->fields, type->fields_n ? 2 * type->fields_n : 1, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		type->fields = grown;
	}
	type->fields[type->fields_n++] = field;
	return 0;
}

static void take_atomic(struct plan *plan, struct plan_field *field, const struct plan_place *place)
{
	enum plan_atomic why = plan_atomic_at(plan, place);

	if (!field->turns && plan_takes_turns(plan, place)) {
		field->turns = true;
		plan->ledger.fields_turns++;
	}
	if (why == PLAN_ATOMIC_NOT || field->atomic)
		return;
	field->atomic = true;
	field->atomic_why = plan_atomic_text(why);
	plan->ledger.fields_atomic++;
}

/* The field of this name in a type, new or known. */
static int64_t take_field(struct plan *plan, const struct scan *scan, uint32_t type_id, const struct plan_place *place,
                          const char *name)
{
	const struct scan_member *last = place->steps_n ? place->steps[place->steps_n - 1].member : NULL;
	struct key key = {.type_id = type_id, .name = name, .offset = place->leaf_offset, .width = place->leaf_width};
	struct plan_field *field;
	uint64_t hash;
	uint32_t number;

	if (last && last->bitfield) {
		key.bit_offset = (unsigned)(last->offset_bits % 8);
		key.bit_size = (unsigned)last->size_bits;
	}
	hash = hash_key(&key);
	for (size_t at = 0; plan_table_next(&plan->inside->fields, hash, &at, &number);) {
		if (!is_field(&plan->fields[number], &key))
			continue;
		take_atomic(plan, &plan->fields[number], place);
		return number;
	}
	if (plan_grow(&plan->fields, &plan->inside->fields_size, plan->fields_n, sizeof(*plan->fields)) ||
	    plan_grow(&plan->inside->members, &plan->inside->members_size, plan->fields_n,
	              sizeof(*plan->inside->members)))
		return -ENOMEM;
	plan->inside->members[plan->fields_n] = plan_member(place);
	number = (uint32_t)plan->fields_n;
	field = &plan->fields[number];
	*field = (struct plan_field){.id = number, .type_id = type_id, .name = plan_keep_text(plan, name),
	                             .offset = key.offset, .width = key.width, .bitfield = last && last->bitfield,
	                             .bit_offset = (uint8_t)key.bit_offset, .bit_size = (uint8_t)key.bit_size,
	                             .value = place->leaf && !is_holder(place->leaf) ? place->leaf : NULL,
	                             .indexed = place->indexed,
	                             .asked = plan->inside->options.queries_n > 0};
	/* A string of Go, a time, a wrapper of one value can be written whole. */
	if (place->leaf && is_holder(place->leaf) && place->leaf->size <= 16)
		field->value = place->leaf;
	if (!field->name || plan_table_add(&plan->inside->fields, hash, number) ||
	    list_in_type(&plan->types[type_id], number))
		return -ENOMEM;
	plan_rules_take(field, scan, place);
	plan->fields_n++;
	take_atomic(plan, field, place);
	return number;
}

/* ---- those that one store covers ------------------------------------------------------------------------------- */

struct cover {
	struct plan *plan;
	const struct scan *scan;
	uint32_t type_id;
	struct plan_place place;      /* steps to where it is now */
	uint64_t low, high;           /* bits in the type */
	unsigned n, atomic_n;
	int64_t first;                /* id of the first field, or a negative errno */
};

/* base: where type begins, in bits of the outermost. */
static void cover(struct cover *cover_, const struct scan_type *type, uint64_t base)
{
	struct plan_place *place = &cover_->place;

	for (size_t i = 0; i < type->members_n && cover_->first >= 0 && cover_->n < COVERED_MAX; i++) {
		const struct scan_member *member = &type->members[i];
		uint64_t from = base + member->offset_bits;
		const struct scan_type *plain = scan_type_strip(member->type);
		char name[NAME];
		int64_t id;

		if (member->virtual_base || from + member->size_bits <= cover_->low || from >= cover_->high)
			continue;
		place->steps[place->steps_n++] = (struct scan_step){.holder = type, .member = member};
		/* The members of a union lie in one another: it is told whole, where it has a name. So are locks. */
		if (is_holder(plain) && !plan_is_opaque(plain) && place->steps_n < DEPTH_MAX &&
		    (plain->kind == SCAN_KIND_STRUCT || !member->name)) {
			cover(cover_, plain, from);
		} else if (member->name) {
			place->leaf = plain;
			place->leaf_offset = from / 8;
			place->leaf_width = member->bitfield ? (from % 8 + member->size_bits + 7) / 8 : plain->size;
			scan_path_text(place->steps, place->steps_n, name, sizeof(name));
			id = take_field(cover_->plan, cover_->scan, cover_->type_id, place, name);
			if (!cover_->n || id < 0)
				cover_->first = id;
			cover_->atomic_n += id >= 0 && cover_->plan->fields[id].atomic;
			cover_->n++;
		}
		place->steps_n--;
	}
}

/* Returns: the first field that is covered, -ENOENT: none; or a negative errno. */
static int64_t cover_all(struct plan *plan, const struct scan *scan, uint32_t type_id, const struct scan_site *site,
                         struct plan_place *place)
{
	uint64_t width = site->width ? site->width : place->steps_n ? 1 : place->type->size;
	struct cover cover_ = {.plan = plan, .scan = scan, .type_id = type_id, .low = 8 * place->offset,
	                       .high = 8 * (place->offset + width)};

	cover_.place.type = place->type;
	if (!is_holder(place->type) || place->indexed)
		return -ENOENT;
	cover(&cover_, place->type, 0);
	place->all_atomic = cover_.n && cover_.atomic_n == cover_.n;
	return cover_.n ? cover_.first : -ENOENT;
}

static const char *name_of(const struct plan_place *place, char *ret, size_t size)
{
	if (place->variable)
		return place->indexed ? "[]" : "";
	return scan_path_text(place->steps, place->steps_n, ret, size);
}

int64_t plan_field_of(struct plan *plan, const struct scan *scan, const struct scan_site *site,
                      struct plan_place *place)
{
	int64_t type_id = find_type(plan, scan, place), first = -ENOENT;
	char name[NAME];

	if (type_id < 0)
		return type_id;
	if (place->several)
		first = cover_all(plan, scan, (uint32_t)type_id, site, place);
	/* What has a name of its own, and all of a type, is a field by itself. */
	if (first == -ENOENT || !place->steps_n || site->how == SCAN_HOW_BULK)
		return take_field(plan, scan, (uint32_t)type_id, place, name_of(place, name, sizeof(name)));
	return first;
}

/* ---- questions ------------------------------------------------------------------------------------------------- */

/* Of several the narrowest: a member before all of the type. */
const struct plan_field *plan_field_at(const struct plan *plan, uint32_t type_id, uint64_t offset)
{
	const struct plan_field *found = NULL;

	for (size_t i = 0; type_id < plan->types_n && i < plan->types[type_id].fields_n; i++) {
		const struct plan_field *field = &plan->fields[plan->types[type_id].fields[i]];

		if (offset >= field->offset && offset < field->offset + field->width &&
		    (!found || field->width < found->width))
			found = field;
	}
	return found;
}

const char *plan_field_text(const struct plan *plan, const struct plan_field *field, char *ret, size_t size)
{
	const char *type = field->type_id < plan->types_n ? plan->types[field->type_id].name : "?";

	snprintf(ret, size, "%s%s%s", type, *field->name && *field->name != '[' ? "." : "", field->name);
	return ret;
}

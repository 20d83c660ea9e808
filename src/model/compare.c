/* compare.c - two models held against each other, struct by struct */
#include "model/compare.h"
#include "model/check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct compare {
	struct model *memory;
	const struct model_compare_names *names;
	struct model_comparison *result;
	size_t size;                  /* room of result->items */
	const struct model_struct *first, *second;
	bool tags;                    /* both sides have some in this struct */
};

__attribute__((format(printf, 5, 6)))
static void add(struct compare *compare, enum model_difference_kind kind, const struct model_field *first,
                const struct model_field *second, const char *format, ...)
{
	struct model_comparison *result = compare->result;
	char text[768];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (result->n == compare->size) {
		struct model_difference *grown;

		compare->size = compare->size ? 2 * compare->size : 16;
		grown = model_alloc(compare->memory, compare->size * sizeof(*grown));
		if (result->n)
			memcpy(grown, result->items, result->n * sizeof(*grown));
		result->items = grown;
	}
	result->items[result->n++] = (struct model_difference){
		.kind = kind, .struct_name = compare->first->c_name,
		.field_name = first ? first->name : second ? second->name : NULL,
		.text = model_strdup(compare->memory, text),
		.first = compare->first, .second = compare->second, .first_field = first, .second_field = second};
}

/* "byte 8", "bit 3 of byte 8" */
static const char *place_of(const struct model_field *field, char ret[64])
{
	unsigned long long byte = field->offset_bits / 8, bit = field->offset_bits % 8;

	if (field->bitfield)
		snprintf(ret, 64, "bit %llu of byte %llu", bit, byte);
	else
		snprintf(ret, 64, "byte %llu", byte);
	return ret;
}

static const char *amount_of(const struct model_field *field, char ret[64])
{
	unsigned long long n = field->bitfield ? field->size_bits : field->size_bits / 8;

	snprintf(ret, 64, "%llu %s%s", n, field->bitfield ? "bit" : "byte", n == 1 ? "" : "s");
	return ret;
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static bool is_pointer(const struct model_field *field)
{
	return field->shape == MODEL_SHAPE_POINTER || field->shape == MODEL_SHAPE_ARRAY;
}

static bool same_record(const struct model_type *a, const struct model_type *b)
{
	return strcmp(a->c_name, b->c_name) == 0 || !a->record || !b->record ||
	       strcmp(a->record->c_name, b->record->c_name) == 0;
}

/* Of what can't be converted neither side says more than its size. */
static bool same_type(const struct model_field *first, const struct model_field *second)
{
	const struct model_type *a = &first->type, *b = &second->type;

	if (first->bitfield || second->bitfield)
		return first->bitfield == second->bitfield;
	if (is_pointer(first) != is_pointer(second))
		return a->kind == MODEL_KIND_OTHER && b->kind == MODEL_KIND_OTHER;
	if (a->kind == MODEL_KIND_OTHER || b->kind == MODEL_KIND_OTHER)
		return true;
	if (a->kind != b->kind || a->size != b->size || (!is_pointer(first) && first->shape != second->shape) ||
	    (first->shape == MODEL_SHAPE_FIXED && first->fixed_n != second->fixed_n))
		return false;
	switch (a->kind) {
	case MODEL_KIND_INT:
		return a->is_signed == b->is_signed;
	case MODEL_KIND_STRUCT:
		return same_record(a, b);
	default:
		return true;
	}
}

static void compare_tags(struct compare *compare, const struct model_field *first, const struct model_field *second)
{
	const struct model_tag *a = first ? &first->tag : &compare->first->tag;
	const struct model_tag *b = second ? &second->tag : &compare->second->tag;
	struct model_tag_difference difference;

	if (!model_tag_compare(a, b, false, &difference) && a->present == b->present)
		return;
	if (a->present != b->present)
		add(compare, MODEL_DIFFERENCE_TAG, first, second, "has the tag FG(%s) in the %s and none in the %s",
		    a->present ? a->text : b->text, a->present ? compare->names->first : compare->names->second,
		    a->present ? compare->names->second : compare->names->first);
	else
		add(compare, MODEL_DIFFERENCE_TAG, first, second, "%s is %s%s%s in the %s and %s%s%s in the %s",
		    difference.what,
		    *difference.first ? "'" : "not there", difference.first, *difference.first ? "'" : "",
		    compare->names->first,
		    *difference.second ? "'" : "not there", difference.second, *difference.second ? "'" : "",
		    compare->names->second);
}

static void compare_field(struct compare *compare, const struct model_field *first, const struct model_field *second)
{
	char a[CHECK_TYPE_NAME_MAX], b[CHECK_TYPE_NAME_MAX];

	if (first->offset_bits != second->offset_bits)
		add(compare, MODEL_DIFFERENCE_MOVED, first, second, "is at %s in the %s and at %s in the %s",
		    place_of(first, a),
		    compare->names->first, place_of(second, b), compare->names->second);
	if (first->size_bits != second->size_bits)
		add(compare, MODEL_DIFFERENCE_SIZE, first, second, "has %s in the %s and %s in the %s",
		    amount_of(first, a),
		    compare->names->first, amount_of(second, b), compare->names->second);
	else if (!same_type(first, second))
		add(compare, MODEL_DIFFERENCE_TYPE, first, second, "is %s in the %s and %s in the %s",
		    check_type_name(first, a),
		    compare->names->first, check_type_name(second, b), compare->names->second);
	if (compare->tags)
		compare_tags(compare, first, second);
}

/* ---- structs --------------------------------------------------------------------------------------------------- */

static bool has_tags(const struct model_struct *record)
{
	if (record->tag.present)
		return true;
	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].tag.present)
			return true;
	return false;
}

static void compare_fields(struct compare *compare)
{
	const struct model_struct *first = compare->first, *second = compare->second;
	char text[64];

	for (size_t i = 0; i < first->fields_n; i++) {
		const struct model_field *field = &first->fields[i], *other = model_field_named(second, field->name);

		if (other)
			compare_field(compare, field, other);
		else
			add(compare, MODEL_DIFFERENCE_REMOVED, field, NULL,
			    "is at %s in the %s and not there in the %s",
			    place_of(field, text), compare->names->first, compare->names->second);
	}
	for (size_t i = 0; i < second->fields_n; i++) {
		const struct model_field *field = &second->fields[i];

		if (!model_field_named(first, field->name))
			add(compare, MODEL_DIFFERENCE_ADDED, NULL, field, "is not there in the %s and at %s in the %s",
			    compare->names->first, place_of(field, text), compare->names->second);
	}
}

static uint64_t offset_of(const struct model_difference *difference)
{
	return difference->first_field ? difference->first_field->offset_bits
	     : difference->second_field ? difference->second_field->offset_bits : 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct model_difference *x = a, *y = b;
	int names;

	if (!x->field_name != !y->field_name)
		return x->field_name ? 1 : -1;
	if (offset_of(x) != offset_of(y))
		return offset_of(x) < offset_of(y) ? -1 : 1;
	names = x->field_name ? strcmp(x->field_name, y->field_name) : 0;
	return names ? names : (int)x->kind - (int)y->kind;
}

static void compare_struct(struct compare *compare)
{
	const struct model_struct *first = compare->first, *second = compare->second;
	const struct model_compare_names *names = compare->names;
	size_t before = compare->result->n;

	compare->tags = has_tags(first) && has_tags(second);
	if (first->size != second->size)
		add(compare, MODEL_DIFFERENCE_SIZE, NULL, NULL, "has %zu bytes in the %s and %zu in the %s",
		    first->size,
		    names->first, second->size, names->second);
	if (first->align && second->align && first->align != second->align)
		add(compare, MODEL_DIFFERENCE_ALIGN, NULL, NULL,
		    "is aligned to %zu bytes in the %s and to %zu in the %s",
		    first->align, names->first, second->align, names->second);
	if (compare->tags)
		compare_tags(compare, NULL, NULL);
	compare_fields(compare);
	if (compare->result->n > before)
		qsort(compare->result->items + before, compare->result->n - before, sizeof(*compare->result->items),
		      by_offset);
}

/* C++ says "order" of what C calls "struct order". */
static const char *bare_name(const struct model_struct *record)
{
	return strncmp(record->c_name, "struct ", 7) == 0 ? record->c_name + 7 : record->c_name;
}

void model_compare(struct model *memory, const struct model *first, const struct model *second,
                   const struct model_compare_names *names, struct model_comparison *ret_comparison)
{
	struct model_comparison result = {0};
	struct compare compare = {.memory = memory, .names = names, .result = &result};

	result.only_first = model_alloc(memory, (first->structs_n + 1) * sizeof(*result.only_first));
	for (size_t i = 0; i < first->structs_n; i++) {
		size_t before = result.structs_n;

		/* A binary may hold several types of one name: each must agree. */
		for (size_t k = 0; k < second->structs_n; k++) {
			if (strcmp(bare_name(first->structs[i]), bare_name(second->structs[k])) != 0)
				continue;
			compare.first = first->structs[i];
			compare.second = second->structs[k];
			compare_struct(&compare);
			result.structs_n++;
		}
		if (result.structs_n == before)
			result.only_first[result.only_first_n++] = first->structs[i];
	}
	*ret_comparison = result;
}

const char *model_difference_name(enum model_difference_kind kind)
{
	static const char *const names[] = {
		[MODEL_DIFFERENCE_SIZE] = "size",       [MODEL_DIFFERENCE_ALIGN] = "align",
		[MODEL_DIFFERENCE_ADDED] = "added",     [MODEL_DIFFERENCE_REMOVED] = "removed",
		[MODEL_DIFFERENCE_MOVED] = "moved",     [MODEL_DIFFERENCE_TYPE] = "type",
		[MODEL_DIFFERENCE_TAG] = "tag",
	};

	return names[kind];
}

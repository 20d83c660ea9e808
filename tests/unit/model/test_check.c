/*
 * test_check.c - what model_check works out: counts, shapes, pointers, who has a shared form
 *
 * Each rule's error is in tests/wrong, where real headers break it.
 */
#include "model/model.h"
#include "tap.h"

#include <stdlib.h>

#define INT(bytes) {.kind = MODEL_KIND_INT, .c_name = "int", .size = (bytes), .align = (bytes), .is_signed = true}
#define STR {.kind = MODEL_KIND_STR, .c_name = "struct fg_str", .size = 16, .align = 8}
#define TAGGED .tag = {.present = true}

/* Checks structs (each after those it holds) as one model. Returns: nothing was wrong. */
static bool check(struct model_struct **structs, size_t n)
{
	struct model *model = model_new();
	struct model_diag diag = {.out = stderr};
	bool good;

	model->structs = structs;
	model->structs_n = n;
	good = model_check(model, &diag);
	tap_eq_int(good, diag.errors == 0, "true means no errors");
	model_free(model);
	return good;
}

static void test_counts(void)
{
	struct model_field fields[] = {
		{.name = "items", .shape = MODEL_SHAPE_POINTER, .type = INT(4), .tag = {.present = true, .count = "n"}},
		{.name = "n", .type = INT(4)},
		{.name = "left_out", .type = INT(4)},
		{.name = "skipped", .type = INT(4), .tag = {.present = true, .skip = true}},
	};
	struct model_struct record = {.name = "t", .c_name = "struct t", .fields = fields, .fields_n = 4, .wanted = true};
	struct model_struct *structs[] = {&record};

	tap_ok(check(structs, 1), "an array with a count");
	tap_eq_int(fields[0].shape, MODEL_SHAPE_ARRAY, "a pointer with a count is an array");
	tap_ok(fields[0].count == &fields[1] && fields[1].counts == &fields[0], "array and count know each other");
	tap_ok(fields[0].converted && !fields[1].converted && !fields[2].converted && !fields[3].converted, "who takes part");
	tap_eq_str(fields[0].json_name, "items", "the C name, where no other is given");
	tap_ok(record.has_pointers && record.shareable, "an array in the arena is a pointer");
}

static void test_sharing(void)
{
	struct model_field text[] = {{.name = "s", .type = STR, TAGGED}};
	struct model_struct inner = {.name = "i", .c_name = "struct i", .fields = text, .fields_n = 1, .wanted = true};
	struct model_field outer_fields[] = {
		{.name = "n", .type = INT(8), TAGGED},
		{.name = "inner", .type = {.kind = MODEL_KIND_STRUCT, .c_name = "struct i", .record = &inner}},
	};
	struct model_struct outer = {.name = "o", .c_name = "struct o", .fields = outer_fields, .fields_n = 2, .wanted = true};
	struct model_struct *structs[] = {&inner, &outer};

	tap_ok(check(structs, 2), "two structs");
	tap_ok(inner.has_pointers && inner.shareable, "a borrowed string is a pointer");
	tap_ok(!outer.has_pointers && outer.shareable, "a field without FG() does not count");
	outer_fields[1].tag.present = true;
	check(structs, 2);
	tap_ok(outer.has_pointers && outer.shareable, "a pointer in an inline struct counts");
	outer_fields[1].tag.present = false;
	outer.wanted = false;
	check(structs, 2);
	tap_ok(!outer.shareable, "no shared form for a struct that is only used");
	outer.wanted = true;
	outer.tag.local = true;
	check(structs, 2);
	tap_ok(!outer.shareable, "nor for a local one");
}

static void test_recursion(void)
{
	struct model_field fields[] = {
		{.name = "value", .type = INT(4), TAGGED},
		{.name = "next", .shape = MODEL_SHAPE_POINTER,
		 .type = {.kind = MODEL_KIND_STRUCT, .c_name = "struct node"}, TAGGED},
	};
	struct model_struct node = {.name = "node", .c_name = "struct node", .fields = fields, .fields_n = 2, .wanted = true};
	struct model_struct *structs[] = {&node};

	fields[1].type.record = &node;
	tap_ok(check(structs, 1), "a struct that points at its own type");
	tap_ok(node.has_pointers, "has pointers");
}

int main(void)
{
	test_counts();
	test_sharing();
	test_recursion();
	return tap_done();
}

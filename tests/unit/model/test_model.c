/* test_model.c - the model's memory and look-ups */
#include "model/model.h"
#include "tap.h"

static void test_memory(void)
{
	struct model *model = model_new();
	char *first = model_alloc(model, 1), *big = model_alloc(model, 1 << 20);
	bool zero = true, aligned = true;

	for (size_t i = 0; i < 1 << 20; i++)
		zero &= big[i] == 0;
	tap_ok(zero, "a block larger than a chunk is zeroed");
	for (size_t i = 1; i < 2000; i++) {
		char *p = model_alloc(model, i % 37);

		aligned &= (uintptr_t)p % _Alignof(max_align_t) == 0;
		memset(p, 0xff, i % 37);
	}
	tap_ok(aligned, "blocks of any size are aligned");
	tap_eq_int(*first, 0, "no block lies on another");
	tap_eq_str(model_strdup(model, "order"), "order", "strdup");
	tap_eq_str(model_strndup(model, "order", 3), "ord", "strndup cuts");
	model_free(model);
	model_free(NULL);
}

static void test_lookups(void)
{
	struct model_field fields[] = {{.name = "id"}, {.name = "status"}};
	struct model_struct record = {.fields = fields, .fields_n = 2};

	tap_ok(model_field_named(&record, "status") == &fields[1], "a field is found by its name");
	tap_ok(!model_field_named(&record, "stat"), "a part of a name finds nothing");
	tap_eq_str(model_policy_name(MODEL_POLICY_SNAPSHOT), "snapshot", "the default policy's name");
	tap_eq_str(model_policy_name(MODEL_POLICY_OWNER), "owner", "the last policy's name");
}

int main(void)
{
	test_memory();
	test_lookups();
	return tap_done();
}

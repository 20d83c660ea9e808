/*
 * fuzz_tags.c - any text as a tag, held against a field of any kind, and printed
 *
 * The first byte chooses the field's type (or the struct itself), the rest is what stands in FG(). What is told must be
 * told: a refused tag has at least one error, and one that is taken has none.
 */
#include "model/model.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct model_enumerator items[] = {
	{"ORDER_CREATED", "created", 0}, {"ORDER_PAID", "paid", 1}, {"ORDER_SHIPPED", "shipped", -1}};
static struct model_enum enumeration = {.c_name = "enum order_status", .is_signed = true, .size = 4, .items = items,
                                        .items_n = 3};

/* One field of each kind that tags treat alike. */
static const struct model_field kinds[] = {
	{.size_bits = 64, .type = {MODEL_KIND_INT, "int64_t", NULL, 8, 8, true, false, NULL, NULL}},
	{.size_bits = 8, .type = {MODEL_KIND_INT, "uint8_t", NULL, 1, 1, false, false, NULL, NULL}},
	{.size_bits = 8, .type = {MODEL_KIND_BOOL, "bool", NULL, 1, 1, false, false, NULL, NULL}},
	{.size_bits = 32, .type = {MODEL_KIND_FLOAT, "float", NULL, 4, 4, false, false, NULL, NULL}},
	{.size_bits = 32, .type = {MODEL_KIND_ENUM, "enum order_status", NULL, 4, 4, false, false, &enumeration, NULL}},
	{.size_bits = 64, .type = {MODEL_KIND_CHARS, "char", NULL, 8, 1, false, false, NULL, NULL}},
	{.size_bits = 128, .type = {MODEL_KIND_STR, "struct fg_str", NULL, 16, 8, false, false, NULL, NULL}},
	{.size_bits = 64, .type = {MODEL_KIND_CSTR, "char *", NULL, 8, 8, false, false, NULL, NULL}},
	{.size_bits = 128, .type = {MODEL_KIND_OTHER, "union u", "a union", 16, 8, false, false, NULL, NULL}},
	{.size_bits = 64, .shape = MODEL_SHAPE_POINTER,
	 .type = {MODEL_KIND_INT, "int64_t", NULL, 8, 8, true, false, NULL, NULL}},
	{.size_bits = 256, .shape = MODEL_SHAPE_FIXED, .fixed_n = 4,
	 .type = {MODEL_KIND_INT, "int64_t", NULL, 8, 8, true, false, NULL, NULL}},
};
#define KINDS_N (sizeof(kinds) / sizeof(kinds[0]))

static void check_and_dump(struct model *model, struct model_tag *tag, bool on_struct, unsigned kind,
                           struct model_diag *diag)
{
	struct model_struct *record = model_alloc(model, sizeof(*record));
	struct model_place place = {"fuzz.h", 1, 1};

	record->c_name = "struct order";
	record->name = "order";
	record->header = "fuzz.h";
	record->wanted = true;
	record->place = place;
	record->fields_n = 3;
	record->fields = model_alloc(model, 3 * sizeof(*record->fields));
	record->fields[0] = kinds[kind % KINDS_N];
	record->fields[0].name = "field";
	record->fields[1] = kinds[0];
	record->fields[1].name = "n";
	record->fields[2] = kinds[0];
	record->fields[2].name = "other";
	record->fields[2].tag = (struct model_tag){.present = true, .json_name = "other"};
	if (on_struct)
		record->tag = *tag;
	else
		record->fields[0].tag = *tag;
	model->structs = model_alloc(model, sizeof(*model->structs));
	model->structs[0] = record;
	model->structs_n = 1;
	if (model_check(model, diag) != (diag->errors == 0))
		abort();
	model_dump(model, diag->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct model_diag diag = {0};
	struct model_place place = {"fuzz.h", 1, 1};
	struct model_tag tag;
	struct model *model;
	bool on_struct, good;
	char *text;

	if (!size)
		return 0;
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!nowhere)
		abort();
	diag.out = nowhere;
	model = model_new();
	text = model_strndup(model, (const char *)data + 1, size - 1);
	on_struct = data[0] % (KINDS_N + 1) == KINDS_N;
	good = model_tag_parse(model, text, on_struct ? "struct order" : "field", on_struct, &place, &diag, &tag);
	if (good != (diag.errors == 0))
		abort();
	if (good)
		check_and_dump(model, &tag, on_struct, data[0] % (KINDS_N + 1), &diag);
	model_free(model);
	return 0;
}

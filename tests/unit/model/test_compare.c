/* test_compare.c - two models held against each other, made by hand */
#include "model/compare.h"
#include "tap.h"

static struct model *model;
static struct model_diag diag;

static struct model_tag tag(const char *text)
{
	struct model_tag parsed = {0};

	if (*text)
		model_tag_parse(model, text, "field", false, &(struct model_place){0}, &diag, &parsed);
	return parsed;
}

static struct model_field field(const char *name, uint64_t offset, uint64_t size, bool is_signed, const char *text)
{
	return (struct model_field){
		.name = name, .offset_bits = offset * 8, .size_bits = size * 8, .tag = tag(text),
		.type = {.kind = MODEL_KIND_INT, .c_name = is_signed ? "int" : "unsigned", .size = size, .align = size,
		         .is_signed = is_signed}};
}

static struct model one(const char *name, size_t size, struct model_field *fields, size_t n)
{
	struct model made = {.structs_n = 1};
	struct model_struct *record = model_alloc(model, sizeof(*record));

	*record = (struct model_struct){.c_name = name, .size = size, .align = 8, .fields = fields, .fields_n = n};
	made.structs = model_alloc(model, sizeof(*made.structs));
	made.structs[0] = record;
	return made;
}

static struct model_comparison compare(const struct model *first, const struct model *second)
{
	struct model_comparison comparison;

	model_compare(model, first, second, &(struct model_compare_names){"header", "binary"}, &comparison);
	return comparison;
}

static void holds(const struct model_comparison *got, size_t i, const char *kind, const char *name, const char *text)
{
	if (!tap_ok(i < got->n, "difference %zu is there", i))
		return;
	tap_eq_str(model_difference_name(got->items[i].kind), kind, "its kind");
	tap_eq_str(got->items[i].field_name, name, "its field");
	tap_eq_str(got->items[i].text, text, "its text");
}

static void test_same(void)
{
	struct model_field a[] = {field("id", 0, 8, false, "key"), field("n", 8, 4, true, "json:\"n,atomic\"")};
	struct model_field b[] = {field("id", 0, 8, false, ""), field("n", 8, 4, true, "")};
	struct model first = one("struct order", 16, a, 2), second = one("order", 16, b, 2), other = one("struct x",
	        16, b, 2);
	struct model_comparison got = compare(&first, &second);

	tap_eq_int(got.n, 0, "a binary without tags agrees with a header that has them");
	tap_eq_int(got.structs_n, 1, "and C++'s name for the struct is known");
	got = compare(&first, &other);
	tap_eq_int(got.structs_n, 0, "another name is not compared");
	tap_ok(got.only_first_n == 1 && got.only_first[0] == first.structs[0], "but counted");
}

static void test_layout(void)
{
	struct model_field a[] = {field("gone", 0, 4, true, ""), field("moved", 8, 8, true, ""), field("wider", 16, 4,
	        true, ""),
	                          field("sign", 20, 4, true, "")};
	struct model_field b[] = {field("moved", 0, 8, true, ""), field("wider", 16, 8, true, ""), field("sign", 20,
	        4, false, ""),
	                          field("more", 24, 8, true, "")};
	struct model first = one("struct order", 24, a, 4), second = one("struct order", 32, b, 4);
	struct model_comparison got = compare(&first, &second);

	tap_eq_int(got.n, 6, "six differences");
	holds(&got, 0, "size", NULL, "has 24 bytes in the header and 32 in the binary");
	holds(&got, 1, "removed", "gone", "is at byte 0 in the header and not there in the binary");
	holds(&got, 2, "moved", "moved", "is at byte 8 in the header and at byte 0 in the binary");
	holds(&got, 3, "size", "wider", "has 4 bytes in the header and 8 bytes in the binary");
	holds(&got, 4, "type", "sign", "is int in the header and unsigned in the binary");
	holds(&got, 5, "added", "more", "is not there in the header and at byte 24 in the binary");
}

static void test_tags(void)
{
	struct model_field a[] = {field("n", 0, 4, true, "json:\"n,atomic\" hot"), field("m", 4, 4, true,
	        "json:\"m\"")};
	struct model_field b[] = {field("n", 0, 4, true, "json:\"n,mutex=x\""), field("m", 4, 4, true, "")};
	struct model first = one("struct order", 8, a, 2), second = one("struct order", 8, b, 2);
	struct model_comparison got = compare(&first, &second);

	tap_eq_int(got.n, 2, "two tags differ");
	holds(&got, 0, "tag", "n", "the policy is 'atomic' in the header and 'mutex=x' in the binary");
	holds(&got, 1, "tag", "m", "has the tag FG(json:\"m\") in the header and none in the binary");
}

static void test_sharing(void)
{
	struct model_tag full = tag("json:\"status,required,atomic\" states:\"a>b\""),
		same = tag("json:\",atomic\" states:\"a>b\"");
	struct model_tag other = tag("json:\",atomic\" states:\"a>c\"");
	struct model_tag_difference difference;

	tap_ok(!model_tag_compare(&full, &same, true, &difference), "of threads both say the same");
	tap_ok(model_tag_compare(&full, &same, false, &difference), "of JSON they don't");
	tap_eq_str(difference.what, "the outside name", "what differs");
	tap_ok(model_tag_compare(&full, &other, true, &difference), "other states differ");
	tap_eq_str(difference.second, "a>c", "and are told");
}

int main(void)
{
	model = model_new();
	diag.out = stdout;
	test_same();
	test_layout();
	test_tags();
	test_sharing();
	model_free(model);
	return tap_done();
}

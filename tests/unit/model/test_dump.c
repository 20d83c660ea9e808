/* test_dump.c - the model as JSON, byte for byte */
#include "model/model.h"
#include "tap.h"

#include <stdlib.h>

static const char want[] =
	"{\n"
	"  \"version\": 1,\n"
	"  \"headers\": [\n"
	"    \"a \\\"b\\\".h\"\n"
	"  ],\n"
	"  \"enums\": [\n"
	"    {\n"
	"      \"c_name\": \"enum e\",\n"
	"      \"size\": 8,\n"
	"      \"signed\": false,\n"
	"      \"items\": [\n"
	"        {\n"
	"          \"c_name\": \"E_A\",\n"
	"          \"json_name\": \"a\",\n"
	"          \"value\": 18446744073709551615\n"
	"        }\n"
	"      ]\n"
	"    }\n"
	"  ],\n"
	"  \"structs\": []\n"
	"}\n";

int main(void)
{
	struct model *model = model_new();
	struct model_enumerator items[] = {{"E_A", "a", -1}};
	struct model_enum e = {.c_name = "enum e", .size = 8, .items = items, .items_n = 1};
	struct model_enum *enums[] = {&e};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	model->headers[0] = "a \"b\".h";
	model->headers_n = 1;
	model->enums = enums;
	model->enums_n = 1;
	model_dump(model, out);
	fclose(out);
	tap_eq_str(text, want, "a model without structs");
	free(text);
	model_free(model);
	return tap_done();
}

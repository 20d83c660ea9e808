/* check_default.c - does the text of default hold for the field's type? */
#include "model/check.h"

#include <string.h>

static const char *wanted_form(const struct model_field *field)
{
	if (field->tag.time)
		return "an RFC 3339 time such as 2024-02-29T12:00:00Z";
	if (field->tag.duration)
		return "a duration such as 1h30m";
	if (field->type.kind == MODEL_KIND_BOOL)
		return "true or false";
	if (field->type.kind == MODEL_KIND_ENUM)
		return "an enumerator's name or number";
	return field->type.kind == MODEL_KIND_INT ? "an integer in range" : "a number in range";
}

void check_default(struct check *check, const struct model_field *field)
{
	const char *text = field->tag.default_text;
	char name[CHECK_TYPE_NAME_MAX];
	uint64_t bits;
	double value;
	bool fits;

	if (!text)
		return;
	if (field->shape != MODEL_SHAPE_ONE || field->type.kind == MODEL_KIND_STRUCT) {
		check_fail(check, field, "default can't stand on %s", check_type_name(field, name));
		return;
	}
	switch ((int)field->type.kind) {
	case MODEL_KIND_CHARS:
		if (strlen(text) >= field->type.size)
			check_fail(check, field, "default is %zu bytes long, and char[%zu] holds at most %zu",
			           strlen(text), field->type.size, field->type.size - 1);
		return;
	case MODEL_KIND_STR:
	case MODEL_KIND_CSTR:
		return;
	case MODEL_KIND_FLOAT:
		fits = model_default_double(field, &value);
		break;
	default:
		fits = model_default_bits(field, &bits);
	}
	if (!fits)
		check_fail(check, field, "default \"%.60s\" is not %s for %s", text, wanted_form(field),
		           check_type_name(field, name));
}

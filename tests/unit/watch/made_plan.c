/* made_plan.c - what the verdict asks of a plan, for plans made by hand; see made_plan.h */
#include "watch/plan.h"

#include <stdio.h>
#include <string.h>

const struct plan_field *plan_field_at(const struct plan *plan, uint32_t type_id, uint64_t offset)
{
	for (size_t i = 0; i < plan->fields_n; i++) {
		const struct plan_field *field = &plan->fields[i];

		if (field->type_id == type_id && field->name[0] && offset >= field->offset &&
		    offset < field->offset + field->width)
			return field;
	}
	return NULL;
}

const char *plan_enumerator(const struct scan_type *type, const uint8_t *bytes, size_t n)
{
	uint64_t number = 0;

	memcpy(&number, bytes, n < 8 ? n : 8);
	for (size_t i = 0; type && i < type->enumerators_n; i++)
		if ((uint64_t)type->enumerators[i].value == number)
			return type->enumerators[i].name;
	return NULL;
}

const char *plan_value_text(const struct plan_field *field, const uint8_t *bytes, size_t n, char *ret, size_t size)
{
	const char *name = plan_enumerator(field->value, bytes, n);
	uint64_t number = 0;

	memcpy(&number, bytes, n < 8 ? n : 8);
	if (name)
		snprintf(ret, size, "%s", name);
	else
		snprintf(ret, size, "%llu", (unsigned long long)number);
	return ret;
}

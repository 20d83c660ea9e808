/* model.c - memory and look-ups of the model */
#include "model/model.h"

#include <string.h>

const struct model_field *model_field_named(const struct model_struct *record, const char *c_name)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (strcmp(record->fields[i].name, c_name) == 0)
			return &record->fields[i];
	return NULL;
}

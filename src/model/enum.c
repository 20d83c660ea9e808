/*
 * enum.c - outside names of enumerators
 *
 * ORDER_CREATED and ORDER_PAID are `created` and `paid`: what all share, up to an underscore, is C's way to keep names
 * apart and no part of the value. With one enumerator nothing is shared; then the enum's own name tells.
 */
#include "model/model.h"

#include <string.h>
#include <strings.h>

/* Length of the prefix, underscore included, that all names begin with and that leaves something of each. */
static size_t shared_prefix(const struct model_enum *e)
{
	const char *first = e->items[0].c_name;
	size_t len = strlen(first);

	for (size_t i = 1; i < e->items_n; i++) {
		size_t k = 0;

		while (k < len && e->items[i].c_name[k] == first[k])
			k++;
		len = k;
	}
	while (len) {
		size_t i = 0;

		if (first[len - 1] == '_')
			while (i < e->items_n && e->items[i].c_name[len])
				i++;
		if (i == e->items_n)
			break;
		len--;
	}
	return len;
}

/* For "enum order_status" and ORDER_STATUS_PAID or ORDER_PAID: the longest beginning of the enum's name that the
 * enumerator has, too. */
static size_t prefix_of_tag(const struct model_enum *e)
{
	const char *tag = strncmp(e->c_name, "enum ", 5) == 0 ? e->c_name + 5 : e->c_name;
	const char *name = e->items[0].c_name;

	for (size_t len = strlen(tag); len; len--)
		if ((tag[len] == '_' || !tag[len]) && strncasecmp(tag, name, len) == 0 && name[len] == '_' &&
		    name[len + 1])
			return len + 1;
	return 0;
}

void model_enum_name(struct model *model, struct model_enum *enumeration)
{
	size_t prefix;

	if (!enumeration->items_n)
		return;
	prefix = enumeration->items_n == 1 ? prefix_of_tag(enumeration) : shared_prefix(enumeration);
	for (size_t i = 0; i < enumeration->items_n; i++) {
		char *name = model_strdup(model, enumeration->items[i].c_name + prefix);

		for (char *p = name; *p; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p - 'A' + 'a');
		enumeration->items[i].json_name = name;
	}
}

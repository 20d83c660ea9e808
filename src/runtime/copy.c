/* copy.c - pieces of a record put into an arena; copy.h */
#include <fieldguard/copy.h>
#include <string.h>

void *fg_copy_items(struct fg_copier *copier, const void *items, size_t n, size_t size, size_t align)
{
	void *copy;

	if (!copier->arena || (size && n > SIZE_MAX / size))
		return NULL;
	copy = fg_arena_alloc(copier->arena, n * size, align);
	if (copy && n)
		memcpy(copy, items, n * size);
	return copy;
}

int fg_copy_str(struct fg_copier *copier, struct fg_str *str)
{
	const char *copy = "";

	if (!str->ptr)
		return 0;
	if (str->len)
		copy = fg_copy_items(copier, str->ptr, str->len, 1, 1);
	if (!copy)
		return -ENOMEM;
	str->ptr = copy;
	return 0;
}

int fg_copy_cstr(struct fg_copier *copier, const char *string, char **ret_string)
{
	char *copy = NULL;

	if (string) {
		copy = fg_copy_items(copier, string, strlen(string) + 1, 1, 1);
		if (!copy)
			return -ENOMEM;
	}
	*ret_string = copy;
	return 0;
}

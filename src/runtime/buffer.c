/* buffer.c - struct fg_buffer */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

#define BUFFER_SIZE_FIRST 256

int fg_buffer_reserve(struct fg_buffer *buffer, size_t more)
{
	size_t size = buffer->size ? buffer->size : BUFFER_SIZE_FIRST;
	char *data;

	if (more <= buffer->size - buffer->len)
		return 0;
	if (more > SIZE_MAX / 4 - buffer->len)
		return -ENOMEM;
	while (size - buffer->len < more)
		size *= 2;
	if (!buffer->allocator) {
		data = realloc(buffer->data, size);
		if (!data)
			return -ENOMEM;
	} else {
		data = buffer->allocator->alloc(buffer->allocator->user, size);
		if (!data)
			return -ENOMEM;
		if (buffer->data) {
			memcpy(data, buffer->data, buffer->len);
			buffer->allocator->free(buffer->allocator->user, buffer->data);
		}
	}
	buffer->data = data;
	buffer->size = size;
	return 0;
}

void fg_buffer_fini(struct fg_buffer *buffer)
{
	if (!buffer)
		return;
	if (!buffer->allocator)
		free(buffer->data);
	else if (buffer->data)
		buffer->allocator->free(buffer->allocator->user, buffer->data);
	buffer->data = NULL;
	buffer->len = buffer->size = 0;
}

/*
 * model.c - memory and look-ups of the model
 *
 * All memory of a model lies in one pool of chunks that model_free gives back together, so the parts may point at each
 * other freely. The model is only used by tools: where memory is out, they end with a message.
 */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#define POOL_CHUNK_SIZE 16384

struct model_chunk {
	struct model_chunk *next;
	size_t used, size;
	max_align_t data[];
};

struct model_pool {
	struct model_chunk *chunks; /* newest first */
};

static void *zeroed_or_exit(size_t size)
{
	void *p = calloc(1, size);

	if (!p) {
		fputs("fieldguard: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

struct model *model_new(void)
{
	struct model *model = zeroed_or_exit(sizeof(*model));

	model->pool = zeroed_or_exit(sizeof(*model->pool));
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	for (struct model_chunk *chunk = model->pool->chunks; chunk;) {
		struct model_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	free(model->pool);
	free(model);
}

void *model_alloc(struct model *model, size_t size)
{
	struct model_chunk *chunk = model->pool->chunks;
	size_t rounded = (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
	void *p;

	if (!chunk || chunk->size - chunk->used < rounded) {
		size_t chunk_size = rounded > POOL_CHUNK_SIZE ? rounded : POOL_CHUNK_SIZE;

		chunk = zeroed_or_exit(sizeof(*chunk) + chunk_size);
		chunk->size = chunk_size;
		chunk->next = model->pool->chunks;
		model->pool->chunks = chunk;
	}
	p = (char *)chunk->data + chunk->used;
	chunk->used += rounded;
	return p;
}

void *model_grow(struct model *model, void *items, size_t n, size_t *room, size_t size)
{
	void *grown;

	if (n < *room)
		return items;
	*room = *room ? 2 * *room : 8;
	grown = model_alloc(model, *room * size);
	if (n)
		memcpy(grown, items, n * size);
	return grown;
}

char *model_strndup(struct model *model, const char *text, size_t len)
{
	char *copy = model_alloc(model, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *model_strdup(struct model *model, const char *text)
{
	return model_strndup(model, text, strlen(text));
}

const struct model_field *model_field_named(const struct model_struct *record, const char *c_name)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (strcmp(record->fields[i].name, c_name) == 0)
			return &record->fields[i];
	return NULL;
}

static void sort_struct(struct model *model, struct model_struct *record, struct model_struct **sorted,
                        size_t *sorted_n)
{
	for (size_t i = 0; i < *sorted_n; i++)
		if (sorted[i] == record)
			return;
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct model_field *field = &record->fields[i];

		if (!field->type.record || (field->shape != MODEL_SHAPE_ONE && field->shape != MODEL_SHAPE_FIXED))
			continue;
		for (size_t k = 0; k < model->structs_n; k++)
			if (model->structs[k] == field->type.record)
				sort_struct(model, model->structs[k], sorted, sorted_n);
	}
	sorted[(*sorted_n)++] = record;
}

void model_sort(struct model *model)
{
	struct model_struct **sorted = model_alloc(model, (model->structs_n + 1) * sizeof(*sorted));
	size_t sorted_n = 0;

	/* C's own rules end it: no struct holds itself. */
	for (size_t i = 0; i < model->structs_n; i++)
		sort_struct(model, model->structs[i], sorted, &sorted_n);
	model->structs = sorted;
}

const char *model_policy_name(enum model_policy policy)
{
	static const char *const names[] = {
		[MODEL_POLICY_SNAPSHOT] = "snapshot", [MODEL_POLICY_ATOMIC] = "atomic",
		[MODEL_POLICY_MUTEX] = "mutex",       [MODEL_POLICY_RWMUTEX] = "rwmutex",
		[MODEL_POLICY_ONCE] = "once",         [MODEL_POLICY_OWNER] = "owner",
	};

	return names[policy];
}

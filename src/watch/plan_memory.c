/* plan_memory.c - tables and texts of a plan; see plan_inside.h */
#include "watch/plan_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- hashes ---------------------------------------------------------------------------------------------------- */

uint64_t plan_hash(uint64_t hash, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ at[i]) * 0x100000001b3u;
	return hash;
}

uint64_t plan_hash_text(uint64_t hash, const char *text)
{
	return text ? plan_hash(hash, text, strlen(text) + 1) : plan_hash_number(hash, 0);
}

uint64_t plan_hash_number(uint64_t hash, uint64_t number)
{
	return plan_hash(hash, &number, sizeof(number));
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

/* *at: 0 at first; then one behind the slot that was found, counted from where the hash points. */
bool plan_table_next(const struct plan_table *table, uint64_t hash, size_t *at, uint32_t *ret_number)
{
	while (*at < table->size) {
		const struct plan_slot *slot = &table->slots[(hash + (*at)++) & (table->size - 1)];

		if (!slot->used)
			return false;
		if (slot->hash != hash)
			continue;
		*ret_number = slot->number;
		return true;
	}
	return false;
}

static void put(struct plan_table *table, uint64_t hash, uint32_t number)
{
	size_t i = 0;

	while (table->slots[(hash + i) & (table->size - 1)].used)
		i++;
	table->slots[(hash + i) & (table->size - 1)] = (struct plan_slot){hash, number, true};
}

int plan_table_add(struct plan_table *table, uint64_t hash, uint32_t number)
{
	struct plan_table grown = {.size = table->size ? 2 * table->size : 256};

	if (2 * (table->n + 1) > table->size) {
		grown.slots = calloc(grown.size, sizeof(*grown.slots));
		if (!grown.slots)
			return -ENOMEM;
		for (size_t i = 0; i < table->size; i++)
			if (table->slots[i].used)
				put(&grown, table->slots[i].hash, table->slots[i].number);
		grown.n = table->n;
		free(table->slots);
		*table = grown;
	}
	put(table, hash, number);
	table->n++;
	return 0;
}

void plan_table_fini(struct plan_table *table)
{
	free(table->slots);
	*table = (struct plan_table){0};
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

const char *plan_keep_text(struct plan *plan, const char *text)
{
	size_t n = strlen(text) + 1;
	struct plan_text *kept = malloc(sizeof(*kept) + n);

	if (!kept)
		return NULL;
	memcpy(kept->bytes, text, n);
	kept->next = plan->inside->texts;
	plan->inside->texts = kept;
	return kept->bytes;
}

int plan_grow(void *items, size_t *room, size_t n, size_t size)
{
	void **pointer = items, *grown;
	size_t wanted = *room ? 2 * *room : 64;

	if (n < *room)
		return 0;
	grown = reallocarray(*pointer, wanted, size);
	if (!grown)
		return -ENOMEM;
	*pointer = grown;
	*room = wanted;
	return 0;
}

/* store_table.c - the slots of one shard; see store_table.h */
#include "store_table.h"
#include "memory.h"

struct table *table_new(const struct fg_allocator *allocator, size_t slots_n)
{
	struct table *table;

	if (slots_n > (SIZE_MAX - sizeof(*table)) / sizeof(table->slots[0]) || slots_n > UINT32_MAX)
		return NULL;
	table = memory_zalloc(allocator, table_size(slots_n));
	if (table)
		table->slots_n = slots_n;
	return table;
}

static uint64_t get(const struct table *table, size_t slot)
{
	return atomic_load_explicit(&table->slots[slot], memory_order_relaxed);
}

/* The first slot from the home on that takes a number. */
static size_t vacant(const struct table *table, uint64_t hash)
{
	size_t slot = table_home(table, hash);

	while (get(table, slot) >> 32)
		slot = table_next(table, slot);
	return slot;
}

void table_copy(struct table *to, const struct table *from)
{
	for (size_t i = 0; i < from->slots_n; i++) {
		uint64_t value = get(from, i);

		if (value >> 32)
			atomic_store_explicit(&to->slots[vacant(to, value)], value, memory_order_relaxed);
	}
}

bool table_insert(struct table *table, uint64_t hash, uint32_t number)
{
	size_t slot = vacant(table, hash);
	bool was_empty = get(table, slot) == TABLE_EMPTY;

	atomic_store_explicit(&table->slots[slot], ((uint64_t)number + 1) << 32 | (uint32_t)hash, memory_order_release);
	return was_empty;
}

size_t table_slot_of(const struct table *table, uint64_t hash, uint32_t number)
{
	size_t slot = table_home(table, hash);

	while (table_search(table, hash, &slot) != number + 1)
		slot = table_next(table, slot);
	return slot;
}

/* A mark before an empty slot holds up no search: it and those before it become empty too. */
size_t table_remove(struct table *table, size_t slot)
{
	size_t emptied = 0;

	atomic_store_explicit(&table->slots[slot], TABLE_MARK, memory_order_release);
	if (get(table, table_next(table, slot)) != TABLE_EMPTY)
		return 0;
	for (; get(table, slot) == TABLE_MARK; emptied++) {
		atomic_store_explicit(&table->slots[slot], TABLE_EMPTY, memory_order_release);
		slot = slot ? slot - 1 : table->slots_n - 1;
	}
	return emptied;
}

/* verdict_objects.c - objects and places that were seen lately, and the ends of their lives; see verdict_inside.h */
#include "watch/verdict_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OBJECTS_DEFAULT = 65536,
	GRANULE = 6,                  /* bits: ends of lives are kept by 64 bytes */
	PAGE = 4096,
	BLOCK_SMALL = 32768,          /* a block that begins so far below may hold the object */
	BLOCK_LARGE = 1 << 20,        /* likewise one that begins at a page, as large ones do */
	PAGE_HEADER = 16,             /* what malloc keeps in front of such a block */
};

int objects_init(struct objects *objects, size_t objects_max)
{
	size_t size = WAYS;

	if (!objects_max)
		objects_max = OBJECTS_DEFAULT;
	while (size * 2 <= objects_max)
		size *= 2;
	objects->objects_size = size;
	objects->places_size = size * 2;
	objects->all = calloc(objects->objects_size, sizeof(*objects->all));
	objects->places = calloc(objects->places_size, sizeof(*objects->places));
	objects->freed = calloc(FREED, sizeof(*objects->freed));
	objects->freed_pages = calloc(FREED, sizeof(*objects->freed_pages));
	if (!objects->all || !objects->places || !objects->freed || !objects->freed_pages) {
		objects_fini(objects);
		return -ENOMEM;
	}
	return 0;
}

void objects_fini(struct objects *objects)
{
	free(objects->all);
	free(objects->places);
	free(objects->freed);
	free(objects->freed_pages);
	memset(objects, 0, sizeof(*objects));
}

/* By address alone, so that all that begins at an address lies in one set. */
static struct object *object_set(const struct objects *objects, uint64_t address)
{
	return objects->all + (verdict_hash(address) >> 20 & (objects->objects_size / WAYS - 1)) * WAYS;
}

static uint32_t next_life(struct objects *objects)
{
	if (++objects->lives == 0)
		objects->lives = 1;
	return objects->lives;
}

struct object *object_at(struct objects *objects, uint64_t address, uint32_t type_id, uint64_t now_ns)
{
	struct object *set = object_set(objects, address), *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].life && set[i].address == address && set[i].type_id == type_id)
			return &set[i];
		if (oldest->life && (!set[i].life || set[i].last_ns < oldest->last_ns))
			oldest = &set[i];
	}
	objects->objects_forgotten += oldest->life != 0;
	objects->seen++;
	*oldest = (struct object){
		.address = address, .type_id = type_id, .life = next_life(objects),
		.first_ns = now_ns, .last_ns = now_ns,
	};
	return oldest;
}

struct place *place_at(struct objects *objects, const struct object *object, uint64_t address, uint32_t field)
{
	size_t number = verdict_hash(address ^ (uint64_t)field << 48) >> 20 & (objects->places_size / WAYS - 1);
	struct place *set = objects->places + number * WAYS, *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].life && set[i].address == address && set[i].field == field) {
			oldest = &set[i];
			if (oldest->life == object->life)
				return oldest;
			break;
		}
		if (oldest->life && (!set[i].life || set[i].last.time_ns < oldest->last.time_ns))
			oldest = &set[i];
	}
	objects->places_forgotten += oldest->life && (oldest->address != address || oldest->field != field);
	*oldest = (struct place){.address = address, .object = object->address, .life = object->life, .field = field};
	return oldest;
}

void object_restart(struct objects *objects, struct object *object, uint64_t now_ns)
{
	object->life = next_life(objects);
	object->first_ns = now_ns;
	object->writer = 0;
	object->mixed = 0;
	object->shared = false;
}

void objects_free_at(struct objects *objects, uint64_t address, uint64_t now_ns)
{
	struct object *set = object_set(objects, address);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].life && set[i].address == address)
			set[i].life = 0;
	objects->freed[verdict_hash(address >> GRANULE) % FREED] = now_ns;
	if (address % PAGE <= PAGE_HEADER)
		objects->freed_pages[verdict_hash(address / PAGE) % FREED] = now_ns;
	objects->freed_ns = now_ns;
}

bool objects_freed_since(const struct objects *objects, uint64_t address, uint64_t since_ns)
{
	uint64_t small = address > BLOCK_SMALL ? address - BLOCK_SMALL : 0;
	uint64_t large = address > BLOCK_LARGE ? address - BLOCK_LARGE : 0;

	if (objects->lost_ns && objects->lost_ns >= since_ns)
		return true;
	if (objects->freed_ns < since_ns)
		return false;
	for (uint64_t granule = small >> GRANULE; granule <= address >> GRANULE; granule++)
		if (objects->freed[verdict_hash(granule) % FREED] >= since_ns)
			return true;
	for (uint64_t page = large / PAGE; page <= address / PAGE; page++)
		if (objects->freed_pages[verdict_hash(page) % FREED] >= since_ns)
			return true;
	return false;
}

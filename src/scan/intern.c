/*
 * intern.c - which nodes of all units are one type
 *
 * Two nodes are one type where what they say themselves is equal and so are, again, the types they refer to. That is
 * the coarsest partition which splits no class's members by their references, and is found by refinement: a node's hash
 * is that of its own contents; each round mixes in the hashes of what it refers to. After some rounds the classes are
 * held against the definition; where one still holds nodes that differ, more rounds follow. Recursive types need no
 * care.
 */
#include "scan/build.h"
#include "scan/intern.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_FIRST 6
#define ROUNDS_MAX 96

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xd6e8feb86659fd93u);

	return (uint64_t)product ^ (uint64_t)(product >> 64) ^ (a << 1);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	size_t n;

	if (!text)
		return mix(hash, 1);
	n = strlen(text);
	hash = mix(hash, n + 2);
	for (; n >= 8; n -= 8, text += 8) {
		uint64_t word;

		memcpy(&word, text, 8);
		hash = mix(hash, word);
	}
	if (n) {
		uint64_t word = 0;

		memcpy(&word, text, n);
		hash = mix(hash, word);
	}
	return hash;
}

uint64_t scan_node_name_hash(const struct scan_node *node)
{
	unsigned kind = node->kind;

	return hash_text(hash_text(kind, node->scope), node->name);
}

/* What a node says itself. */
static uint64_t hash_node(const struct scan_node *node, enum scan_language language)
{
	uint64_t hash = scan_node_name_hash(node);

	hash = mix(hash, node->size);
	hash = mix(hash, node->count ^ (uint64_t)node->qualifiers << 60);
	hash = mix(hash, (uint64_t)node->align << 32 | node->items_n);
	hash = mix(hash, (uint64_t)node->go_kind << 32 | (uint64_t)(node->flags & ~(unsigned)SCAN_NODE_ALIAS) << 8 |
			 (scan_is_record(node) ? language : 0));
	hash = mix(hash, (uint64_t)node->variants_n << 32 | (node->kind == SCAN_KIND_POINTER ? node->tag : 0));
	/* Two that look alike and have no name are still two where they stand in two places, with tags of their own. */
	if (!node->name && scan_is_record(node))
		hash = mix(hash, node->line);
	if (node->kind == SCAN_KIND_ENUM) {
		const struct scan_raw_enumerator *items = node->items;

		for (uint32_t i = 0; i < node->items_n; i++)
			hash = mix(hash_text(hash, items[i].name), (uint64_t)items[i].value);
		return hash;
	}
	for (uint32_t i = 0; i < node->items_n; i++) {
		const struct scan_raw_member *member = (const struct scan_raw_member *)node->items + i;

		hash = hash_text(hash, member->name);
		hash = mix(hash, member->offset_bits);
		hash = mix(hash, (uint64_t)member->size_bits << 32 | (uint64_t)member->variant << 8 |
				 (uint64_t)(member->bitfield | member->base << 1 | member->virtual_base << 2 |
					    member->artificial << 3 | member->discriminant << 4 |
					    member->unsized_ << 5));
	}
	return hash;
}

static inline uint32_t resolved(const struct scan_intern *intern, uint32_t node)
{
	return node == SCAN_NO_NODE ? SCAN_NO_NODE : intern->resolve[node];
}

static inline uint64_t hash_of(const struct scan_intern *intern, uint32_t node)
{
	node = resolved(intern, node);
	return node == SCAN_NO_NODE ? 7 : intern->hashes[node];
}

static void hash_unit(void *user, unsigned thread, size_t item)
{
	struct scan_intern *intern = user;
	const struct scan_unit *unit = &intern->scan->inside->units[item];

	(void)thread;
	for (size_t i = 0; i < unit->nodes_n; i++)
		intern->local[unit->first_node + i] = hash_node(&unit->nodes[i], unit->language);
}

static void refine_unit(void *user, unsigned thread, size_t item)
{
	struct scan_intern *intern = user;
	const struct scan_unit *unit = &intern->scan->inside->units[item];

	(void)thread;
	for (size_t i = 0; i < unit->nodes_n; i++) {
		const struct scan_node *node = &unit->nodes[i];
		uint64_t hash = mix(intern->local[unit->first_node + i], hash_of(intern, node->target.node));

		if (node->kind != SCAN_KIND_ENUM) {
			const struct scan_raw_member *members = node->items;

			for (uint32_t k = 0; k < node->items_n; k++)
				hash = mix(hash, hash_of(intern, members[k].type.node));
		}
		intern->next[unit->first_node + i] = hash;
	}
}

const struct scan_node *scan_node_at(const struct scan *scan, uint32_t index, const struct scan_unit **ret_unit)
{
	const struct scan_inside *inside = scan->inside;
	size_t low = 0, high = inside->units_n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (inside->units[middle].first_node <= index)
			low = middle;
		else
			high = middle;
	}
	/* Units without nodes begin where their successor does. */
	while (index - inside->units[low].first_node >= inside->units[low].nodes_n)
		low--;
	if (ret_unit)
		*ret_unit = &inside->units[low];
	return &inside->units[low].nodes[index - inside->units[low].first_node];
}

/* Groups nodes by hash. */
static int make_classes(struct scan_intern *intern)
{
	size_t size = 64, n = intern->scan->inside->nodes_n;
	uint32_t *table;

	while (size < n + n / 2)
		size *= 2;
	table = malloc(size * sizeof(*table));
	if (!table)
		return -ENOMEM;
	memset(table, 0xff, size * sizeof(*table));
	intern->classes_n = 0;
	for (uint32_t i = 0; i < n; i++) {
		size_t slot;

		if (intern->resolve[i] != i)
			continue;
		slot = intern->hashes[i] & (size - 1);
		while (table[slot] != SCAN_NO_NODE && intern->hashes[intern->first[table[slot]]] != intern->hashes[i])
			slot = (slot + 1) & (size - 1);
		if (table[slot] == SCAN_NO_NODE) {
			if (!scan_grow(&intern->first, &intern->first_room, intern->classes_n,
				       sizeof(*intern->first))) {
				free(table);
				return -ENOMEM;
			}
			table[slot] = (uint32_t)intern->classes_n;
			intern->first[intern->classes_n++] = i;
		}
		intern->classes[i] = table[slot];
	}
	free(table);
	for (uint32_t i = 0; i < n; i++)
		if (intern->resolve[i] != i)
			intern->classes[i] = intern->classes[intern->resolve[i]];
	return 0;
}

static uint32_t class_of(const struct scan_intern *intern, uint32_t node)
{
	return node == SCAN_NO_NODE ? SCAN_NO_NODE : intern->classes[node];
}

static bool same_members(const struct scan_intern *intern, const struct scan_node *a, const struct scan_node *b)
{
	const struct scan_raw_member *left = a->items, *right = b->items;

	for (uint32_t i = 0; i < a->items_n; i++)
		if (class_of(intern, left[i].type.node) != class_of(intern, right[i].type.node))
			return false;
	return true;
}

static void check_unit(void *user, unsigned thread, size_t item)
{
	struct scan_intern *intern = user;
	const struct scan_unit *unit = &intern->scan->inside->units[item];

	(void)thread;
	for (size_t i = 0; i < unit->nodes_n; i++) {
		const struct scan_node *node = &unit->nodes[i], *first;
		uint32_t index = unit->first_node + (uint32_t)i;

		if (intern->resolve[index] != index || intern->first[intern->classes[index]] == index)
			continue;
		first = scan_node_at(intern->scan, intern->first[intern->classes[index]], NULL);
		if (first->kind != node->kind || first->items_n != node->items_n ||
		    class_of(intern, first->target.node) != class_of(intern, node->target.node) ||
		    (node->kind != SCAN_KIND_ENUM && !same_members(intern, first, node))) {
			atomic_store_explicit(&intern->mixed, true, memory_order_relaxed);
			return;
		}
	}
}

static void refine(struct scan_intern *intern, unsigned rounds)
{
	struct scan_inside *inside = intern->scan->inside;

	for (unsigned i = 0; i < rounds; i++) {
		uint64_t *swap = intern->hashes;

		scan_parallel(inside->threads, inside->units_n, refine_unit, intern);
		intern->hashes = intern->next;
		intern->next = swap;
	}
}

int scan_intern_nodes(struct scan_intern *intern)
{
	struct scan_inside *inside = intern->scan->inside;
	size_t bytes = (inside->nodes_n + 1) * sizeof(uint64_t);
	unsigned rounds = ROUNDS_FIRST;
	int result;

	intern->hashes = malloc(bytes);
	intern->next = malloc(bytes);
	intern->local = malloc(bytes);
	intern->classes = malloc((inside->nodes_n + 1) * sizeof(uint32_t));
	if (!intern->hashes || !intern->next || !intern->local || !intern->classes)
		return -ENOMEM;
	scan_parallel(inside->threads, inside->units_n, hash_unit, intern);
	result = scan_resolve_declarations(intern);
	if (result < 0)
		return result;
	memcpy(intern->hashes, intern->local, inside->nodes_n * sizeof(uint64_t));
	for (unsigned done = 0;; rounds *= 2) {
		refine(intern, rounds);
		done += rounds;
		result = make_classes(intern);
		if (result < 0)
			return result;
		atomic_store(&intern->mixed, false);
		scan_parallel(inside->threads, inside->units_n, check_unit, intern);
		if (!atomic_load(&intern->mixed) || done >= ROUNDS_MAX)
			return 0;
	}
}

void scan_intern_free(struct scan_intern *intern)
{
	free(intern->hashes);
	free(intern->next);
	free(intern->local);
	free(intern->classes);
	free(intern->first);
	free(intern->resolve);
}

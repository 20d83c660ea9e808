/* resolve.c - which node a reference, a declaration or an alias means */
#include "scan/intern.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLACING_ROUNDS 4

/* A definition beside its declaration names it as its specification, and leaves the name to it. */
static bool is_definition_of(const struct scan_node *node)
{
	return (node->flags & SCAN_NODE_ALIAS) && !(node->flags & SCAN_NODE_DECLARATION) &&
	       (node->items_n || node->size);
}

static void resolve_unit(void *user, unsigned thread, size_t item)
{
	struct scan_intern *intern = user;
	struct scan_unit *unit = &intern->scan->inside->units[item];

	(void)thread;
	for (size_t i = 0; i < unit->nodes_n; i++) {
		struct scan_node *node = &unit->nodes[i];
		scan_key target = node->target.key;

		intern->resolve[unit->first_node + i] = unit->first_node + (uint32_t)i;
		node->target.node = scan_node_of(intern->scan, target);
		if (node->kind == SCAN_KIND_ENUM)
			continue;
		for (uint32_t k = 0; k < node->items_n; k++) {
			struct scan_raw_member *member = (struct scan_raw_member *)node->items + k;
			scan_key type = member->type.key;

			member->type.node = scan_node_of(intern->scan, type);
		}
	}
}

static struct scan_node *own_node(struct scan_unit *unit, uint32_t index)
{
	return index - unit->first_node < unit->nodes_n ? &unit->nodes[index - unit->first_node] : NULL;
}

/* A struct without a name that a typedef names is called by that name: it is how people know it. */
static void name_by_typedef(struct scan_intern *intern, const struct scan_node *node)
{
	struct scan_node *target;

	if (node->kind != SCAN_KIND_TYPEDEF || !node->name || node->target.node == SCAN_NO_NODE)
		return;
	target = (struct scan_node *)(uintptr_t)scan_node_at(intern->scan, intern->resolve[node->target.node], NULL);
	if (target->name || !scan_is_record(target))
		return;
	target->name = node->name;
	target->scope = node->scope;
	target->flags |= SCAN_NODE_BY_TYPEDEF;
}

/* A type unit holds its type without the namespaces around it: those stand where it is declared. */
static void place_type_unit(struct scan_intern *intern, const struct scan_node *declaration, uint32_t definition)
{
	const struct scan_unit *unit;
	const struct scan_node *node = scan_node_at(intern->scan, definition, &unit);

	if (unit->head.signature && declaration->scope && !node->scope && !unit->scope &&
	    SCAN_KEY_OFFSET(unit->head.signature_type) == unit->head.offset + node->die)
		((struct scan_unit *)(uintptr_t)unit)->scope = declaration->scope;
}

static const char *join(struct scan_arena *arena, const char *outer, const char *inner)
{
	size_t outer_n = strlen(outer), inner_n = strlen(inner);
	char *text = scan_arena_alloc(arena, outer_n + inner_n + 3);

	if (!text)
		return inner;
	memcpy(text, outer, outer_n);
	memcpy(text + outer_n, "::", 2);
	memcpy(text + outer_n + 2, inner, inner_n + 1);
	return text;
}

static void place_nodes(struct scan_intern *intern, struct scan_unit *unit)
{
	const struct scan_node *type = NULL;
	const char *before = NULL, *after = NULL;
	size_t n;

	for (size_t i = 0; i < unit->nodes_n; i++)
		if (unit->head.offset + unit->nodes[i].die == SCAN_KEY_OFFSET(unit->head.signature_type))
			type = &unit->nodes[i];
	if (!type || !type->name)
		return;
	n = strlen(type->name);
	for (size_t i = 0; i < unit->nodes_n; i++) {
		struct scan_node *node = &unit->nodes[i];

		if (node == type) {
			node->scope = unit->scope;
		} else if (node->scope && !strncmp(node->scope, type->name, n) &&
			   (!node->scope[n] || node->scope[n] == ':')) {
			/* Neighbours share their scope's text. */
			if (node->scope != before)
				after = join(&intern->scan->inside->scratch[0], unit->scope, node->scope);
			before = node->scope;
			node->scope = after;
		}
	}
}

static void resolve_alias(struct scan_intern *intern, struct scan_unit *unit, uint32_t index)
{
	struct scan_node *node = own_node(unit, index);
	uint32_t origin = scan_node_of(intern->scan, node->origin);
	const struct scan_node *other;

	if (origin == SCAN_NO_NODE || origin == index)
		return;
	other = scan_node_at(intern->scan, origin, NULL);
	if (is_definition_of(node)) {
		if (!node->name)
			node->name = other->name;
		if (!node->scope)
			node->scope = other->scope;
		if (other->flags & SCAN_NODE_DECLARATION)
			intern->resolve[origin] = index;
	} else {
		intern->resolve[index] = origin;
	}
}

/* Aliases of aliases end at the last; those that go round in a circle stand for themselves. */
static void flatten(struct scan_intern *intern)
{
	size_t n = intern->scan->inside->nodes_n;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = intern->resolve[i];
		unsigned hops = 0;

		while (at != intern->resolve[at] && ++hops < 16)
			at = intern->resolve[at];
		intern->resolve[i] = hops < 16 ? at : i;
	}
	/* A circle's nodes may have been set to one another before it was noticed. */
	for (uint32_t i = 0; i < n; i++)
		if (intern->resolve[intern->resolve[i]] != intern->resolve[i])
			intern->resolve[i] = i;
}

static void for_aliases(struct scan_intern *intern, void (*work)(struct scan_intern *, struct scan_unit *, uint32_t))
{
	struct scan_inside *inside = intern->scan->inside;

	for (size_t u = 0; u < inside->units_n; u++)
		for (size_t i = 0; i < inside->units[u].nodes_n; i++)
			if (inside->units[u].nodes[i].flags & SCAN_NODE_ALIAS)
				work(intern, &inside->units[u], inside->units[u].first_node + (uint32_t)i);
}

static void place_alias(struct scan_intern *intern, struct scan_unit *unit, uint32_t index)
{
	/* A type unit that was not placed itself can't place those that it refers to. */
	if (intern->resolve[index] != index && (!unit->head.signature || unit->placed))
		place_type_unit(intern, own_node(unit, index), intern->resolve[index]);
}

/* Types in types have units of their own: each round places those inside what the round before placed. */
static void place_type_units(struct scan_intern *intern)
{
	struct scan_inside *inside = intern->scan->inside;
	bool more = inside->signatures.n > 0;

	for (unsigned round = 0; more && round < PLACING_ROUNDS; round++) {
		more = false;
		for_aliases(intern, place_alias);
		for (size_t u = 0; u < inside->units_n; u++) {
			struct scan_unit *unit = &inside->units[u];

			if (unit->scope && !unit->placed) {
				unit->placed = more = true;
				place_nodes(intern, unit);
			}
		}
	}
}

int scan_resolve_keys(struct scan_intern *intern)
{
	struct scan_inside *inside = intern->scan->inside;

	intern->resolve = malloc((inside->nodes_n + 1) * sizeof(uint32_t));
	if (!intern->resolve)
		return -ENOMEM;
	scan_parallel(inside->threads, inside->units_n, resolve_unit, intern);
	for_aliases(intern, resolve_alias);
	flatten(intern);
	place_type_units(intern);
	for (size_t u = 0; u < inside->units_n; u++)
		for (size_t i = 0; i < inside->units[u].nodes_n; i++)
			name_by_typedef(intern, &inside->units[u].nodes[i]);
	return 0;
}

/* ---- declarations by name -------------------------------------------------------------------------------------- */

struct definition {
	uint64_t name;                /* hash; 0: empty */
	uint64_t local;
	uint32_t node;
	uint32_t unit;                /* the unit that was looked at last, + 1, and its definition */
	uint32_t unit_node;
	bool ambiguous;
};

struct definitions {
	struct definition *items;
	size_t mask;
};

static struct definition *find(const struct definitions *definitions, uint64_t name)
{
	size_t slot = name & definitions->mask;

	name = name ? name : 1;
	while (definitions->items[slot].name && definitions->items[slot].name != name)
		slot = (slot + 1) & definitions->mask;
	return &definitions->items[slot];
}

static bool is_named_record(const struct scan_node *node)
{
	return scan_is_record(node) && node->name;
}

static int gather(struct scan_intern *intern, struct definitions *definitions)
{
	struct scan_inside *inside = intern->scan->inside;
	size_t n = 0, size = 64;

	for (size_t u = 0; u < inside->units_n; u++)
		for (size_t i = 0; i < inside->units[u].nodes_n; i++)
			n += is_named_record(&inside->units[u].nodes[i]);
	while (size < n * 2)
		size *= 2;
	definitions->items = calloc(size, sizeof(*definitions->items));
	if (!definitions->items)
		return -ENOMEM;
	definitions->mask = size - 1;
	for (size_t u = 0; u < inside->units_n; u++) {
		struct scan_unit *unit = &inside->units[u];

		for (size_t i = 0; i < unit->nodes_n; i++) {
			const struct scan_node *node = &unit->nodes[i];
			uint32_t index = unit->first_node + (uint32_t)i;
			uint64_t name;
			struct definition *found;

			if (!is_named_record(node) || (node->flags & SCAN_NODE_DECLARATION) ||
			    intern->resolve[index] != index)
				continue;
			name = scan_node_name_hash(node);
			found = find(definitions, name);
			if (!found->name)
				*found = (struct definition){ .name = name ? name : 1, .local = intern->local[index],
							      .node = index };
			else if (found->local != intern->local[index])
				found->ambiguous = true;
		}
	}
	return 0;
}

/* The unit's own definitions, so that its declarations find them first. */
static void enter_unit(struct scan_intern *intern, struct definitions *definitions, uint32_t u)
{
	struct scan_unit *unit = &intern->scan->inside->units[u];

	for (size_t i = 0; i < unit->nodes_n; i++) {
		const struct scan_node *node = &unit->nodes[i];
		uint32_t index = unit->first_node + (uint32_t)i;

		if (is_named_record(node) && !(node->flags & SCAN_NODE_DECLARATION) &&
		    intern->resolve[index] == index) {
			struct definition *found = find(definitions, scan_node_name_hash(node));

			if (found->name && found->unit != u + 1) {
				found->unit = u + 1;
				found->unit_node = index;
			}
		}
	}
}

int scan_resolve_declarations(struct scan_intern *intern)
{
	struct scan_inside *inside = intern->scan->inside;
	struct definitions definitions = { 0 };
	int result = gather(intern, &definitions);

	for (uint32_t u = 0; !result && u < inside->units_n; u++) {
		struct scan_unit *unit = &inside->units[u];
		bool entered = false;

		for (size_t i = 0; i < unit->nodes_n; i++) {
			const struct scan_node *node = &unit->nodes[i];
			uint32_t index = unit->first_node + (uint32_t)i;
			struct definition *found;

			if (!is_named_record(node) || !(node->flags & SCAN_NODE_DECLARATION) ||
			    intern->resolve[index] != index)
				continue;
			if (!entered) {
				entered = true;
				enter_unit(intern, &definitions, u);
			}
			found = find(&definitions, scan_node_name_hash(node));
			if (!found->name)
				continue;
			if (found->unit == u + 1)
				intern->resolve[index] = found->unit_node;
			else if (!found->ambiguous)
				intern->resolve[index] = found->node;
		}
	}
	free(definitions.items);
	/* Aliases of declarations that have now found their definition. */
	for (uint32_t i = 0; !result && i < inside->nodes_n; i++)
		intern->resolve[i] = intern->resolve[intern->resolve[i]];
	return result;
}

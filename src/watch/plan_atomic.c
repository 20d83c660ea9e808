/*
 * plan_atomic.c - which fields count as atomic, so that no conflict is told of them
 *
 * A release store is an ordinary mov: nothing in the machine code says that it is atomic. So whatever hints at it
 * counts: the type, a locked instruction anywhere in the program, what the source says, a lock by its name.
 */
#include "watch/plan_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 256 };

const char *plan_atomic_text(enum plan_atomic why)
{
	switch (why) {
	case PLAN_ATOMIC_TYPE: return "its type is atomic";
	case PLAN_ATOMIC_LOCKED: return "other code writes it with locked instructions";
	case PLAN_ATOMIC_SOURCE: return "its source line says atomic";
	case PLAN_ATOMIC_LOCK: return "it belongs to a lock";
	case PLAN_ATOMIC_RUNTIME: return "it belongs to the language's runtime";
	default: return NULL;
	}
}

/* ---- names ----------------------------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Is one of the words that the name is made of that one? Words are parted by what is no letter, and by capitals. */
static bool has_word(const char *name, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = name; *p; p++) {
		bool starts = p == name || !isalpha((unsigned char)p[-1]) ||
		              (isupper((unsigned char)*p) && islower((unsigned char)p[-1]));

		if (starts && strncasecmp(p, word, len) == 0 && !islower((unsigned char)p[len]))
			return true;
	}
	return false;
}

static bool is_lock_name(const char *name)
{
	static const char *const words[] = {
		"lock", "locked", "spinlock", "rwlock", "seqlock", "mutex", "futex", "semaphore", "ticket",
		"ticketlock", "seqcount",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has_word(name, words[i]))
			return true;
	return false;
}

static bool is_lock_type(const struct scan_type *type)
{
	static const char *const made[] = {
		"pthread_", "__pthread_", "sem_t", "once_flag", "sync.", "std::sync::", "core::sync::", "parking_lot::",
		"std::mutex", "std::__mutex", "std::once_flag", "std::condition_variable", "std::shared_mutex",
	};
	const char *name = type->name ? scan_bare_name(type->name) : "";

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (begins(name, made[i]))
			return true;
	/* Arguments of templates say nothing of the class. */
	return !strpbrk(name, "<(") && is_lock_name(name);
}

static bool is_atomic_type(const struct scan_type *type)
{
	static const char *const made[] = {
		"std::atomic<", "std::atomic_", "std::__atomic_", "std::__1::__cxx_atomic", "std::__1::atomic",
		"core::sync::atomic::", "sync/atomic.", "runtime/internal/atomic.", "internal/runtime/atomic.",
		"boost::atomic",
	};
	const char *name = type->name ? scan_bare_name(type->name) : "";

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (begins(name, made[i]))
			return true;
	return false;
}

bool plan_is_opaque(const struct scan_type *type)
{
	return is_atomic_type(type) || is_lock_type(type);
}

bool plan_is_runtime(const struct plan_place *place)
{
	const char *name = place->variable ? place->variable->name : place->type->name;

	return name && (begins(name, "runtime.") || begins(name, "runtime/") || begins(name, "internal/"));
}

/* ---- by type --------------------------------------------------------------------------------------------------- */

static bool is_atomic_item(const struct scan_type *type)
{
	while (type) {
		if (scan_type_qualified(type, SCAN_ATOMIC))
			return true;
		type = scan_type_strip(type);
		if (type->kind != SCAN_KIND_ARRAY)
			break;
		type = type->target;
	}
	return type && is_atomic_type(type);
}

static bool is_volatile(const struct plan_place *place)
{
	const struct scan_type *type = place->variable ? place->variable->type
	                               : place->steps_n ? place->steps[place->steps_n - 1].member->type : NULL;

	while (type) {
		if (scan_type_qualified(type, SCAN_VOLATILE))
			return true;
		type = scan_type_strip(type);
		type = type->kind == SCAN_KIND_ARRAY ? type->target : NULL;
	}
	return false;
}

static bool is_number(const struct scan_type *leaf)
{
	return leaf && leaf->size <= 8 && leaf->kind != SCAN_KIND_STRUCT && leaf->kind != SCAN_KIND_UNION &&
	       leaf->kind != SCAN_KIND_ARRAY;
}

static enum plan_atomic by_type(const struct plan_place *place)
{
	if (plan_is_runtime(place))
		return PLAN_ATOMIC_RUNTIME;
	if (place->variable) {
		if (is_atomic_item(place->variable->type))
			return PLAN_ATOMIC_TYPE;
		return is_number(place->leaf) && is_lock_name(place->variable->name) ? PLAN_ATOMIC_LOCK
		                                                                     : PLAN_ATOMIC_NOT;
	}
	if (is_atomic_type(place->type))
		return PLAN_ATOMIC_TYPE;
	for (size_t i = 0; i < place->steps_n; i++) {
		const struct scan_step *step = &place->steps[i];

		if (is_atomic_type(step->holder) || is_atomic_item(step->member->type))
			return PLAN_ATOMIC_TYPE;
		if (is_lock_type(step->holder))
			return PLAN_ATOMIC_LOCK;
	}
	if (place->steps_n && is_number(place->leaf) && place->steps[place->steps_n - 1].member->name &&
	    is_lock_name(place->steps[place->steps_n - 1].member->name))
		return PLAN_ATOMIC_LOCK;
	return PLAN_ATOMIC_NOT;
}

/* ---- by what is done ------------------------------------------------------------------------------------------- */

/* A member is known by its holder and its place, so that it is found again in other modules. */
static uint64_t hash_member(const struct scan_type *holder, const struct scan_member *member)
{
	char name[NAME];
	uint64_t hash = plan_hash_text(PLAN_HASH_BEGIN, scan_type_name(holder, name, sizeof(name)));

	hash = plan_hash_number(hash, holder->size);
	if (!holder->name)
		hash = plan_hash_number(plan_hash_text(hash, holder->file), holder->line);
	return plan_hash_number(hash, member->offset_bits);
}

uint64_t plan_member(const struct plan_place *place)
{
	const struct scan_step *last = place->steps_n ? &place->steps[place->steps_n - 1] : NULL;

	if (place->variable)
		return plan_hash_text(PLAN_HASH_BEGIN + 1, place->variable->name);
	return last ? hash_member(last->holder, last->member) : 0;
}

static int remember(struct plan_table *table, uint64_t hash, uint32_t why)
{
	uint32_t known;
	size_t at = 0;

	if (!hash || plan_table_next(table, hash, &at, &known))
		return 0;
	return plan_table_add(table, hash, why);
}

/* The struct that a member stands in: its owner, or one without a name inside of that. */
static const struct scan_type *holder_of(const struct scan_fields *fields, const struct scan_field *field)
{
	const struct scan_type *holder = field->owner;

	if (field->parent != SCAN_FIELD_NONE)
		holder = scan_type_strip(fields->items[field->parent].member->type);
	while (holder->kind == SCAN_KIND_ARRAY && holder->target)
		holder = scan_type_strip(holder->target);
	return holder;
}

int plan_members_remember(struct plan_table *table, const struct plan_module *module, const struct scan_site *site,
                          const struct plan_place *place, uint32_t why)
{
	uint32_t touched[SCAN_TOUCHED_MAX];
	size_t n = place->several ? scan_fields_touched(&module->fields, site, touched) : 0;
	int error = remember(table, plan_member(place), why);

	for (size_t i = 0; i < n && !error; i++) {
		const struct scan_field *field = &module->fields.items[touched[i]];

		error = remember(table, hash_member(holder_of(&module->fields, field), field->member), why);
	}
	return error;
}

static enum scan_source_atomic by_source(struct plan *plan, const struct scan *scan, const struct scan_site *site)
{
	return scan_source_atomic(plan->inside->source, scan_function_directory(scan, site->function), site->file,
	                          site->line, site->column);
}

/* A store whose line can't be read, in a language in which it may be an atomic one of a plain type. */
static bool is_unread(struct plan *plan, const struct scan *scan, const struct scan_site *site)
{
	enum scan_language language = site->function ? site->function->language : SCAN_LANGUAGE_OTHER;

	if (site->how != SCAN_HOW_PLAIN || site->modifies || plan_is_generated_file(site->file))
		return false;
	return language != SCAN_LANGUAGE_GO && language != SCAN_LANGUAGE_RUST &&
	       by_source(plan, scan, site) == SCAN_SOURCE_UNREAD;
}

static enum plan_atomic by_site(struct plan *plan, const struct scan *scan, const struct scan_site *site)
{
	if (site->how == SCAN_HOW_LOCKED)
		return PLAN_ATOMIC_LOCKED;
	if (site->how == SCAN_HOW_ATOMIC)
		return PLAN_ATOMIC_TYPE;
	if (site->how == SCAN_HOW_BULK || site->how == SCAN_HOW_BARRIER || site->where == SCAN_WHERE_STACK)
		return PLAN_ATOMIC_NOT;
	/* Generated code says by types what is atomic; its macros load atomically and store plainly into records. */
	if (plan_is_generated_file(site->file))
		return PLAN_ATOMIC_NOT;
	return by_source(plan, scan, site) == SCAN_SOURCE_ATOMIC ? PLAN_ATOMIC_SOURCE : PLAN_ATOMIC_NOT;
}

int plan_atomics_find(struct plan *plan, const struct plan_module *module)
{
	struct plan_inside *inside = plan->inside;
	struct plan_place place;
	int error = 0;

	for (size_t i = 0; i < module->sites->n && !error; i++) {
		const struct scan_site *site = &module->sites->items[i];
		enum plan_atomic why;

		if (!site->type || site->read || !plan_place_of(site, &place))
			continue;
		why = by_site(plan, module->scan, site);
		if (why != PLAN_ATOMIC_NOT)
			error = plan_members_remember(&inside->atomics, module, site, &place, why);
		else if (site->where != SCAN_WHERE_STACK && is_unread(plan, module->scan, site))
			error = plan_members_remember(&inside->unread, module, site, &place, 0);
	}
	return error;
}

bool plan_takes_turns(const struct plan *plan, const struct plan_place *place)
{
	uint64_t hash = plan_member(place);
	uint32_t known;
	size_t at = 0;

	return is_volatile(place) ||
	       (is_number(place->leaf) && hash && plan_table_next(&plan->inside->unread, hash, &at, &known));
}

enum plan_atomic plan_atomic_at(const struct plan *plan, const struct plan_place *place)
{
	enum plan_atomic why = by_type(place);
	uint64_t hash = why == PLAN_ATOMIC_NOT ? plan_member(place) : 0;
	uint32_t known;
	size_t at = 0;

	if (hash && plan_table_next(&plan->inside->atomics, hash, &at, &known))
		return (enum plan_atomic)known;
	return why;
}

bool plan_site_atomic(struct plan *plan, const struct scan *scan, const struct scan_site *site,
                      const struct plan_place *place)
{
	if (site->how == SCAN_HOW_LOCKED || site->how == SCAN_HOW_ATOMIC || by_type(place) != PLAN_ATOMIC_NOT)
		return true;
	if (site->how != SCAN_HOW_PLAIN || site->modifies)
		return false;
	return by_source(plan, scan, site) != SCAN_SOURCE_PLAIN;
}

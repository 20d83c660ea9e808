/*
 * made_plan.h - a plan made by hand, and events for it, for tests of the verdict
 *
 *     made_init(&made);
 *     verdict_new(&made.plan, &options, &verdict);
 *     made_write(verdict, &made, (struct made_event){.field = USER, .tid = 12, .object = 0x1000, .value = 7});
 *
 * Every field has two sites, made_site(field, 0) and (field, 1), in functions "fill" and "other". Time goes on by
 * itself.
 */
#ifndef FG_TESTS_MADE_PLAN_H
#define FG_TESTS_MADE_PLAN_H

#include "watch/verdict.h"

#include <stdlib.h>
#include <string.h>

enum made_type { ORDER, ACCOUNT, FORM, STATS, MADE_TYPES };

enum made_field {
	USER, NAME, CENTS, STATUS, WHOLE, BIT_A, BIT_B, TOTAL, ITEM,    /* struct order */
	OWNED, SET_ONCE, ATOMIC, STATE,                                 /* struct account */
	MONEY,                                                          /* struct account_shared */
	COUNT_A, COUNT_B,                                               /* struct stats: 0 and 8 */
	MADE_FIELDS,
};
enum { MADE_SITES = MADE_FIELDS * 2, MADE_FREE = 60000 };

struct made {
	struct plan plan;
	struct plan_type types[MADE_TYPES];
	struct plan_field fields[MADE_FIELDS];
	struct plan_site sites[MADE_SITES];
	struct scan_site scan_sites[MADE_SITES];
	uint32_t of_type[MADE_TYPES][MADE_FIELDS];
	struct scan_type u32, i64, f64, text, status, pointer;
	struct scan_enumerator states[4];
	struct model_transition allowed[3];
	struct scan_function functions[3];
	uint64_t now_ns;
};

static inline uint32_t made_site(unsigned field, unsigned which)
{
	return field * 2 + which;
}

static inline void made_field(struct made *made, unsigned id, unsigned type, const char *name, uint64_t offset,
                              uint64_t width, const struct scan_type *value)
{
	struct plan_type *of = &made->types[type];

	made->fields[id] = (struct plan_field){
		.id = id, .type_id = type, .name = name, .offset = offset, .width = width, .value = value,
	};
	made->of_type[type][of->fields_n++] = id;
	for (unsigned which = 0; which < 2; which++) {
		uint32_t site = made_site(id, which);

		made->scan_sites[site] = (struct scan_site){
			.pc = 0x400000 + site * 16, .width = (uint32_t)width, .how = SCAN_HOW_PLAIN,
			.where = SCAN_WHERE_HEAP, .confidence = SCAN_CONFIDENCE_DECLARED, .offset = offset,
			.function = &made->functions[which],
		};
		made->sites[site] = (struct plan_site){
			.id = site, .field = id, .type_id = type, .site = &made->scan_sites[site], .judges = true,
			.wire = {.width = (uint32_t)width, .flags = WIRE_JUDGE | WIRE_AFTER},
		};
	}
}

static inline void made_types(struct made *made)
{
	static const char *const names[] = {"created", "paid", "shipped", "cancelled"};

	made->u32 = (struct scan_type){.kind = SCAN_KIND_UINT, .name = "unsigned int", .size = 4};
	made->i64 = (struct scan_type){.kind = SCAN_KIND_INT, .name = "long", .size = 8};
	made->f64 = (struct scan_type){.kind = SCAN_KIND_CHAR, .name = "char", .size = 1};
	made->text = (struct scan_type){.kind = SCAN_KIND_ARRAY, .target = &made->f64, .count = 8, .size = 8};
	made->pointer = (struct scan_type){.kind = SCAN_KIND_POINTER, .size = 8};
	for (int i = 0; i < 4; i++)
		made->states[i] = (struct scan_enumerator){.name = names[i], .value = i};
	made->status = (struct scan_type){
		.kind = SCAN_KIND_ENUM, .name = "enum status", .size = 4, .target = &made->u32,
		.enumerators = made->states, .enumerators_n = 4,
	};
	made->allowed[0] = (struct model_transition){"created", "paid"};
	made->allowed[1] = (struct model_transition){"paid", "shipped"};
	made->allowed[2] = (struct model_transition){"created", "cancelled"};
	made->functions[0].name = "fill";
	made->functions[1].name = "other";
	made->functions[2].name = "account_shared_init";
}

static inline void made_fields(struct made *made)
{
	made_field(made, USER, ORDER, "user", 0, 4, &made->u32);
	made_field(made, NAME, ORDER, "name", 8, 8, &made->text);
	made_field(made, CENTS, ORDER, "cents", 16, 8, &made->i64);
	made_field(made, STATUS, ORDER, "status", 24, 4, &made->status);
	made_field(made, WHOLE, ORDER, "", 0, 64, NULL);
	made_field(made, BIT_A, ORDER, "a", 28, 4, &made->u32);
	made_field(made, BIT_B, ORDER, "b", 28, 4, &made->u32);
	made_field(made, TOTAL, ORDER, "total", 32, 8, &made->i64);
	made_field(made, ITEM, ORDER, "items[]", 40, 4, &made->u32);
	made->fields[BIT_A].bitfield = made->fields[BIT_B].bitfield = true;
	made->fields[TOTAL].atomic = true;
	made->fields[ITEM].indexed = true;
	for (unsigned i = 0; i < 2; i++)
		made->sites[made_site(WHOLE, i)].covers_several = true;
	made_field(made, OWNED, ACCOUNT, "owned", 0, 8, &made->i64);
	made_field(made, SET_ONCE, ACCOUNT, "name", 8, 8, &made->i64);
	made_field(made, ATOMIC, ACCOUNT, "hits", 16, 4, &made->u32);
	made_field(made, STATE, ACCOUNT, "status", 24, 4, &made->status);
	made->fields[OWNED].rule = PLAN_RULE_OWNER;
	made->fields[SET_ONCE].rule = PLAN_RULE_ONCE;
	made->fields[ATOMIC].rule = PLAN_RULE_ATOMIC;
	made->fields[STATE].states = made->allowed;
	made->fields[STATE].states_n = 3;
	made_field(made, MONEY, FORM, "group_money.cents", 8, 8, &made->i64);
	made->fields[MONEY].rule = PLAN_RULE_MUTEX;
	made->fields[MONEY].has_lock = true;
	made->fields[MONEY].lock = -8;
	made->types[FORM].form = true;
	made_field(made, COUNT_A, STATS, "a", 0, 8, &made->i64);
	made_field(made, COUNT_B, STATS, "b", 8, 8, &made->i64);
}

static inline void made_init(struct made *made)
{
	static const char *const names[MADE_TYPES] = {
		"struct order", "struct account", "struct account_shared", "struct stats",
	};

	memset(made, 0, sizeof(*made));
	made_types(made);
	for (unsigned i = 0; i < MADE_TYPES; i++)
		made->types[i] = (struct plan_type){.id = i, .name = names[i], .fields = made->of_type[i]};
	made_fields(made);
	made->plan = (struct plan){
		.types = made->types, .types_n = MADE_TYPES, .fields = made->fields, .fields_n = MADE_FIELDS,
		.sites = made->sites, .sites_n = MADE_SITES, .ledger = {.frees = true},
	};
	made->now_ns = 1000 * 1000000ull;
}

struct made_event {
	unsigned field, which;        /* which of its two sites */
	uint32_t tid;
	uint64_t goroutine, object;
	uint64_t value;
	bool no_value, has_old, has_lock;
	uint64_t old;
	uint32_t lock, cpu;
	uint64_t offset;              /* from the field's first byte */
	uint32_t width;               /* 0: the field's */
	uint64_t pass_ns;             /* time that goes by before it; 0: 1 us */
};

static inline struct wire_event made_event(struct made *made, struct made_event how)
{
	const struct plan_field *field = &made->fields[how.field];
	struct wire_event event = {
		.address = how.object + field->offset + how.offset, .goroutine = how.goroutine,
		.tid = how.tid, .tgid = 1,
		.kind = WIRE_EVENT_WRITE, .probe = made_site(how.field, how.which), .cpu = how.cpu,
		.width = how.width ? how.width : (uint32_t)field->width, .lock = how.lock, .lock_known = how.has_lock,
	};

	made->now_ns += how.pass_ns ? how.pass_ns : 1000;
	event.time_ns = made->now_ns;
	event.ip = 0x555555400000 + event.probe * 16;
	if (!how.no_value) {
		event.new_n = (uint8_t)(event.width < 8 ? event.width : 8);
		memcpy(event.new_value, &how.value, event.new_n);
	}
	if (how.has_old) {
		event.old_n = (uint8_t)(event.width < 8 ? event.width : 8);
		memcpy(event.old_value, &how.old, event.old_n);
	}
	return event;
}

static inline void made_write(struct verdict *verdict, struct made *made, struct made_event how)
{
	struct wire_event event = made_event(made, how);

	verdict_event(verdict, &event, NULL);
}

static inline void made_free(struct verdict *verdict, struct made *made, uint64_t address)
{
	struct wire_event event = {.kind = WIRE_EVENT_FREE, .probe = MADE_FREE, .tid = 1, .tgid = 1};

	event.address = address;
	event.time_ns = made->now_ns += 1000;
	verdict_event(verdict, &event, NULL);
}

/* held, then arrival: caught. */
static inline void made_caught(struct verdict *verdict, struct made *made, struct made_event held,
                               struct made_event arrival)
{
	struct wire_event first = made_event(made, held);
	struct wire_caught caught = {
		.held = {
			.address = first.address, .goroutine = first.goroutine, .time_ns = first.time_ns,
			.probe = first.probe,
			.tid = first.tid, .width = first.width, .flags = made->sites[first.probe].wire.flags,
			.new_n = first.new_n, .stack_n = 2, .stack = {0x1111, 0x2222},
		},
		.arrival = made_event(made, arrival),
	};

	memcpy(caught.held.new_value, first.new_value, WIRE_VALUE);
	caught.arrival.kind = WIRE_EVENT_CAUGHT;
	caught.arrival.stack_n = 1;
	caught.arrival.stack[0] = 0x3333;
	verdict_event(verdict, &caught.arrival, &caught);
}

/* Findings of a kind; ret_one: the last of them. */
static inline unsigned made_findings(const struct verdict *verdict, enum finding_kind kind,
                                     const struct finding **ret_one)
{
	size_t n;
	const struct finding *const *all = verdict_findings(verdict, &n);
	unsigned found = 0;

	for (size_t i = 0; i < n; i++) {
		if (all[i]->kind != kind)
			continue;
		found++;
		if (ret_one)
			*ret_one = all[i];
	}
	return found;
}

static inline const char *made_thread_name(void *user, uint32_t tid, char *ret, size_t size)
{
	(void)user;
	snprintf(ret, size, "t%u", tid);
	return ret;
}

#endif

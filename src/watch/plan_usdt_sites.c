/*
 * plan_usdt_sites.c - the points of a module become sites of the plan, in place of the stores that they tell of
 *
 * A point knows more than a probe on the store: both values, and the field by its number. Where a function has a point
 * of the bytes that a store of its writes, the store is left to the point. Code that was compiled without points keeps
 * its stores.
 */
#include "watch/plan_inside.h"

#include <errno.h>
#include <stdlib.h>

int plan_usdt_open(const struct target_module *module, struct plan_module *ret)
{
	struct scan_error error;
	int rc;

	/* Without generated code there is nothing to ask for. */
	if (!ret->scan->generated_n)
		return 0;
	rc = scan_usdt_read(module->open_path, &ret->usdts, &error);
	if (rc) {
		ret->usdts = NULL;
		return rc == -ENOMEM ? rc : 0;
	}
	return plan_points_make(ret->scan, ret->usdts, &ret->points);
}

void plan_usdt_close(struct plan_module *module)
{
	plan_points_fini(&module->points);
	scan_usdt_free(module->usdts);
	module->usdts = NULL;
}

bool plan_usdt_tells(const struct plan_module *module, const struct scan_site *site)
{
	for (size_t i = 0; site->function && i < module->points.n; i++) {
		const struct scan_site *told = &module->points.items[i].site;

		if (told->function == site->function && told->type == site->type && !site->read &&
		    told->offset < site->offset + site->width && site->offset < told->offset + told->width)
			return true;
	}
	return false;
}

/* A point is asked for by the name of the form's field, and by that of the record's. */
static bool is_asked(const struct plan *plan, const struct plan_module *module, const struct plan_point *point)
{
	struct scan_site record = {.type = point->generated->record, .width = (uint32_t)point->width,
	                           .where = SCAN_WHERE_HEAP};

	record.offset = point->record_offset;
	return plan_site_asked(plan, module, &point->site) || plan_site_asked(plan, module, &record);
}

static int64_t field_of(struct plan *plan, const struct plan_module *module, const struct plan_point *point)
{
	const struct scan_type *value = scan_type_strip(point->value);
	struct plan_place place = {.type = point->generated->form, .offset = point->offset, .leaf = value,
	                           .leaf_offset = point->offset, .leaf_width = point->width, .steps_n = point->steps_n};
	int64_t id;

	for (size_t i = 0; i < point->steps_n; i++)
		place.steps[i] = point->steps[i];
	if (!point->steps_n && !plan_place_of(&point->site, &place))
		return -ENOENT;
	id = plan_field_of(plan, module->scan, &point->site, &place);
	/* A state lies in a word with its version: what is told of it is the state alone. */
	if (id >= 0 && value->kind == SCAN_KIND_ENUM)
		plan->fields[id].value = value;
	return id;
}

/* Returns: false: it gets no site, which is counted. */
static bool fits(struct plan *plan, int64_t field)
{
	uint32_t max = plan->inside->options.sites_max;

	if (field < 0)
		plan->ledger.refused[PLAN_REFUSED_UNKNOWN]++;
	else if (!plan->inside->tested.of[SELF_TEST_NOP].sound)
		plan->ledger.refused[PLAN_REFUSED_SELF_TEST]++;
	else if (plan->sites_n >= (max ? max : 60000))
		plan->ledger.sites_left_out++;
	else
		return true;
	return false;
}

/* Returns: 1: it was added; 0; or a negative errno. */
static int add(struct plan *plan, struct plan_module *module, const struct plan_point *point)
{
	int64_t field = field_of(plan, module, point);
	struct plan_site *site;

	if (field == -ENOMEM)
		return -ENOMEM;
	if (!fits(plan, field))
		return 0;
	if (plan_grow(&plan->sites, &plan->inside->sites_size, plan->sites_n, sizeof(*plan->sites)))
		return -ENOMEM;
	site = &plan->sites[plan->sites_n];
	*site = (struct plan_site){
		.id = (uint32_t)plan->sites_n, .field = (uint32_t)field, .type_id = plan->fields[field].type_id,
		.module = module->number, .scan = module->scan, .site = &point->site, .probe = point->probe,
		.kind = SELF_TEST_NOP, .file_offset = point->point->offset, .semaphore = point->point->semaphore_offset,
		.wire = point->wire, .atomic = point->site.how == SCAN_HOW_ATOMIC};
	site->judges = site->wire.flags & WIRE_JUDGE && !plan->fields[field].atomic;
	if (!site->judges)
		site->wire.flags &= ~(uint32_t)WIRE_JUDGE;
	plan->sites_n++;
	plan->ledger.sites_points++;
	return 1;
}

int plan_usdt_add(struct plan *plan, struct plan_module *module)
{
	int added = 0;

	for (size_t i = 0; i < module->points.n; i++) {
		int rc;

		if (!is_asked(plan, module, &module->points.items[i]))
			continue;
		plan->ledger.sites_found++;
		rc = add(plan, module, &module->points.items[i]);
		if (rc < 0)
			return rc;
		added += rc;
	}
	return added;
}

/*
 * test_aim.c - whose turn at the watchpoint it is; the point, the purse and what two threads wrote are made here
 */
#include "tap.h"
#include "watch/aim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MINE, ITEMS, FLAG, LIBRARYS, FIELDS };
enum { COOKIE = 7, HIT = 16000 };

static const uint64_t ms = 1000000;

static struct {
	uint64_t now_ns;
	uint64_t address;             /* the point is aimed there; 0: it rests */
	unsigned width, aims;
	int refuses;                  /* what points_aim returns */
	bool solvent;
	uint64_t spent_ns;
	uint64_t shared;              /* an address that two threads write; 0: none */
} sim;

static struct wire_probe probe;
static struct wire_settings settings;
static struct wire_totals totals;
static struct scan_type own = {.kind = SCAN_KIND_STRUCT, .name = "order"};
static struct scan_type library = {.kind = SCAN_KIND_STRUCT, .name = "std::thing"};
static struct plan_type types[] = {{.id = 0, .type = &own, .name = "order"},
                                   {.id = 1, .type = &library, .name = "std::thing"}};
static struct plan_field fields[FIELDS] = {
	[MINE] = {.id = MINE, .type_id = 0, .name = "status", .offset = 8, .width = 4},
	[ITEMS] = {.id = ITEMS, .type_id = 0, .name = "items[]", .offset = 16, .width = 8, .indexed = true},
	[FLAG] = {.id = FLAG, .type_id = 0, .name = "flag", .offset = 80, .width = 4, .atomic = true},
	[LIBRARYS] = {.id = LIBRARYS, .type_id = 1, .name = "size", .offset = 0, .width = 8},
};
static struct plan plan = {.types = types, .types_n = 2, .fields = fields, .fields_n = FIELDS};

/* ---- the world ------------------------------------------------------------------------------------------------- */

struct wire_probe *kernel_probe(struct kernel *kernel, uint32_t id)
{
	(void)kernel;
	if (id != COOKIE)
		abort();
	return &probe;
}

struct wire_settings *kernel_settings(struct kernel *kernel)
{
	(void)kernel;
	return &settings;
}

const struct wire_totals *kernel_totals(const struct kernel *kernel)
{
	(void)kernel;
	return &totals;
}

int points_aim(struct points *points, unsigned i, uint64_t address, unsigned width, uint32_t cookie, unsigned hits,
               bool reads)
{
	(void)points, (void)i, (void)cookie;
	if (!hits || reads || address % width)
		abort();
	if (sim.refuses)
		return sim.refuses;
	sim.address = address;
	sim.width = width;
	sim.aims++;
	return 0;
}

void points_rest(struct points *points, unsigned i)
{
	(void)points, (void)i;
	sim.address = 0;
}

bool schedule_solvent(struct schedule *schedule, uint64_t now_ns)
{
	(void)schedule, (void)now_ns;
	return sim.solvent;
}

void schedule_spend(struct schedule *schedule, uint64_t ns)
{
	(void)schedule;
	sim.spent_ns += ns;
}

bool verdict_candidate(const struct verdict *verdict, uint32_t *ret_field, uint64_t *ret_address, uint64_t *ret_object)
{
	(void)verdict;
	*ret_field = MINE;
	*ret_address = sim.shared;
	*ret_object = sim.shared - fields[MINE].offset;
	return sim.shared != 0;
}

static struct aim *begin(double hit_ns)
{
	struct aim_options options = {.holds = true, .cookie = COOKIE, .hit_ns = hit_ns};
	struct aim *aim = NULL;

	memset(&sim, 0, sizeof(sim));
	memset(&totals, 0, sizeof(totals));
	sim.now_ns = 1000 * 1000 * ms;
	sim.solvent = true;
	if (aim_new(NULL, NULL, &plan, NULL, NULL, &options, &aim))
		abort();
	return aim;
}

static void saw(struct aim *aim, uint32_t field, uint64_t address)
{
	struct wire_event event = {.address = address, .time_ns = sim.now_ns};

	aim_saw(aim, &event, &(struct plan_site){.field = field});
}

/* Returns: where the point is aimed then. */
static uint64_t step_after(struct aim *aim, uint64_t ns)
{
	sim.now_ns += ns;
	aim_step(aim, sim.now_ns);
	return sim.address;
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */

static void test_turns(void)
{
	struct aim *aim = begin(HIT);

	tap_ok(!step_after(aim, ms) && !step_after(aim, 100 * ms), "nothing was seen: the point rests");
	saw(aim, MINE, 0x1008);
	tap_eq_int((long)step_after(aim, 100 * ms), 0x1008, "a field that was seen");
	tap_eq_int((long)sim.width, 4, "its width");
	tap_ok(aim_field(aim) == MINE && aim_object(aim) == 0x1000, "field and object are known");
	tap_ok(settings.focus == 0x1008 && probe.flags & WIRE_JUDGE, "holds look there, and it judges");
	tap_eq_int((long)step_after(aim, 30 * ms), 0x1008, "it stays for a while");
	tap_ok(!step_after(aim, 40 * ms) && !settings.focus, "then it rests");
	tap_ok(!step_after(aim, 30 * ms), "for as long");
	sim.shared = 0x5008;
	saw(aim, MINE, 0x1008);
	tap_eq_int((long)step_after(aim, 40 * ms), 0x5008, "what two threads write has each second turn");
	step_after(aim, 70 * ms);
	saw(aim, ITEMS, 0x2010);
	tap_eq_int((long)step_after(aim, 70 * ms), 0x2010, "the other is of the field that waits longest");
	tap_ok(aim_object(aim) == 0, "whose object can't be told, of an item");
	step_after(aim, 70 * ms);
	tap_eq_int((long)step_after(aim, 70 * ms), 0x5008, "and so on");
	tap_eq_int((long)aim_count(aim), 4, "turns are counted");
	aim_free(aim);
	tap_ok(!sim.address && !settings.focus, "at the end it rests");
}

static void test_not_at(void)
{
	struct aim *aim = begin(HIT);

	saw(aim, FLAG, 0x1050);
	saw(aim, LIBRARYS, 0x3000);
	for (unsigned i = 0; i < 4; i++)
		step_after(aim, 70 * ms);
	tap_eq_int((long)sim.aims, 0, "not at atomic fields, nor at a library's");
	saw(aim, MINE, 0x1008);
	step_after(aim, 2100 * ms);
	step_after(aim, 70 * ms);
	tap_eq_int((long)sim.aims, 0, "nor where an object was long ago");
	saw(aim, MINE, 0x100a);
	step_after(aim, 70 * ms);
	tap_ok(sim.address == 0x100a && sim.width == 2, "at no more than is aligned");
	aim_free(aim);
	aim = begin(HIT);
	saw(aim, MINE, 0x1008);
	sim.refuses = -ENOSPC;
	step_after(aim, 70 * ms);
	tap_ok(!aim_count(aim) && !settings.focus, "not where a debugger has the registers");
	sim.refuses = 0;
	tap_ok(step_after(aim, 70 * ms), "but when it has let go of them");
	aim_free(aim);
}

static void test_windows(void)
{
	struct aim *aim = begin(HIT);

	saw(aim, MINE, 0x1008);
	saw(aim, LIBRARYS, 0x3000);
	step_after(aim, 70 * ms);
	tap_eq_int((long)sim.address, 0x1008, "one's own in its turn");
	aim_window(aim, 1, true, sim.now_ns);
	tap_eq_int((long)sim.address, 0x3000, "a window takes the point to its type, be it a library's");
	aim_window(aim, 0, false, sim.now_ns);
	tap_eq_int((long)sim.address, 0x3000, "the end of another does not matter");
	aim_window(aim, 1, false, sim.now_ns);
	tap_ok(!sim.address, "its own end does");
	sim.solvent = false;
	aim_window(aim, 1, true, sim.now_ns);
	tap_ok(!sim.address, "not without money");
	aim_free(aim);
}

static void test_purse(void)
{
	struct aim *aim = begin(HIT);

	totals.watchpoint_hits = 10;
	step_after(aim, ms);
	step_after(aim, ms);
	tap_eq_int((long)sim.spent_ns, 10 * HIT, "each hit is paid for once, at the measured price");
	saw(aim, MINE, 0x1008);
	sim.solvent = false;
	step_after(aim, 100 * ms);
	tap_ok(!sim.address, "without money it rests");
	aim_free(aim);
	aim = begin(0);
	totals.watchpoint_hits = 10;
	step_after(aim, ms);
	tap_ok(sim.spent_ns > 10 * 1000, "a price that was not measured is not none");
	aim_free(aim);
}

int main(void)
{
	test_turns();
	test_not_at();
	test_windows();
	test_purse();
	return tap_done();
}

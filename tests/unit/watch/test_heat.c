/*
 * test_heat.c - which sites stand in busy functions, by a clock that is made here
 */
#include "tap.h"
#include "watch/heat.h"
#include "watch/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BIAS = 0x10000, LOOKS = 64 };
enum { HOT, HOT_TOO, SPLIT, COLD, NOWHERE, LATE, SITES };

static const uint64_t second = 1000000000;

static struct {
	uint64_t now_ns;
	uint64_t looks[LOOKS];        /* where the threads were, since the last read */
	unsigned looks_n, hz;
	bool none;                    /* this machine has no such clock */
} sim;

/* Two functions of one part, one whose cold part lies elsewhere. */
static const struct scan_range busy_ranges[] = {{0x100, 0x180}}, quiet_ranges[] = {{0x200, 0x280}},
                               split_ranges[] = {{0x300, 0x380}, {0x900, 0x980}};
static const struct scan_function busy = {.name = "busy", .ranges = busy_ranges, .ranges_n = 1},
                                  quiet = {.name = "quiet", .ranges = quiet_ranges, .ranges_n = 1},
                                  split = {.name = "split", .ranges = split_ranges, .ranges_n = 2};
static const struct scan_site stores[SITES] = {
	[HOT] = {.pc = 0x110, .function = &busy}, [HOT_TOO] = {.pc = 0x17f, .function = &busy},
	[SPLIT] = {.pc = 0x910, .function = &split}, [COLD] = {.pc = 0x210, .function = &quiet},
	[NOWHERE] = {.pc = 0x500}, [LATE] = {.pc = 0x310, .function = &split},
};
static struct plan_site sites[SITES];
static struct plan plan = {.sites = sites};
static struct target_module module = {.bias = BIAS};
static struct target target = {.modules = &module, .modules_n = 1, .pid = 1};

/* ---- the world ------------------------------------------------------------------------------------------------- */

uint64_t kernel_now_ns(void)
{
	return sim.now_ns;
}

int profile_open(pid_t pid, unsigned hz, struct profile **ret_profile)
{
	static char profile;

	(void)pid;
	if (sim.none)
		return -ENOENT;
	sim.hz = hz;
	*ret_profile = (struct profile *)&profile;
	return 0;
}

int profile_set_hz(struct profile *profile, unsigned hz)
{
	(void)profile;
	sim.hz = hz;
	return 0;
}

void profile_close(struct profile *profile)
{
	(void)profile;
}

unsigned profile_read(struct profile *profile, void (*tell)(void *user, uint64_t ip), void *user)
{
	unsigned n = sim.looks_n;

	(void)profile;
	for (unsigned i = 0; i < n; i++)
		tell(user, sim.looks[i]);
	sim.looks_n = 0;
	return n;
}

static void look_at(uint64_t pc, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		sim.looks[sim.looks_n++] = pc + BIAS;
}

static struct heat *begin(void)
{
	struct heat *heat = NULL;

	for (uint32_t i = 0; i < SITES; i++)
		sites[i] = (struct plan_site){.id = i, .site = &stores[i]};
	plan.sites_n = LATE;
	sim.now_ns = 1000 * second;
	sim.looks_n = 0;
	if (heat_new(&target, &plan, &heat))
		abort();
	return heat;
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */

static void test_hot(void)
{
	struct heat *heat = begin();

	tap_ok(!heat_read(heat) && !heat_is_hot(heat, HOT), "before the first look nothing is hot");
	look_at(0x120, 2);
	sim.now_ns += second / 10;
	tap_ok(!heat_read(heat) && !heat_is_hot(heat, HOT), "two looks are chance");
	look_at(0x17f, 1);
	look_at(0x180, 5);
	look_at(0x4ff, 5);
	tap_ok(heat_read(heat), "three are not, though they came in two reads");
	tap_ok(heat_is_hot(heat, HOT) && heat_is_hot(heat, HOT_TOO), "all sites of the function");
	tap_ok(!heat_is_hot(heat, COLD) && !heat_is_hot(heat, NOWHERE) && !heat_is_hot(heat, SPLIT), "and no other");
	tap_ok(!heat_is_hot(heat, LATE) && !heat_is_hot(heat, UINT32_MAX), "nor one that is not known");
	look_at(0x120, 3);
	tap_ok(!heat_read(heat), "what is hot does not become hot again");
	heat_free(heat);
}

static void test_rare(void)
{
	struct heat *heat = begin();

	sim.now_ns += 100 * second;
	look_at(0x210, 10);
	tap_ok(!heat_read(heat) && !heat_is_hot(heat, COLD), "ten looks of 50,000 are nothing");
	look_at(0x120, 60);
	tap_ok(!heat_read(heat), "nor are 60");
	for (unsigned i = 0; i < 2; i++) {
		look_at(0x120, 60);
		heat_read(heat);
	}
	tap_ok(heat_is_hot(heat, HOT), "180 are");
	heat_free(heat);
	heat = begin();
	heat_look_closely(heat, false);
	tap_eq_int(sim.hz, PROFILE_HZ_LOOSE, "the clock looks loosely");
	sim.now_ns += 100 * second;
	look_at(0x120, 10);
	tap_ok(heat_read(heat), "then ten of 2,900 are enough");
	heat_free(heat);
}

static void test_grow(void)
{
	struct heat *heat = begin();

	look_at(0x120, 2);
	look_at(0x920, 3);
	heat_read(heat);
	tap_ok(heat_is_hot(heat, SPLIT), "a part that lies apart");
	plan.sites_n = SITES;
	tap_eq_int(heat_grow(heat), 0, "a site more");
	tap_ok(heat_is_hot(heat, SPLIT) && !heat_is_hot(heat, LATE), "what was hot stays so; the function's other part is not");
	look_at(0x120, 1);
	look_at(0x320, 3);
	tap_ok(heat_read(heat) && heat_is_hot(heat, HOT) && heat_is_hot(heat, LATE), "looks are kept, new ones counted");
	module.bias += BIAS;
	tap_ok(heat_grow(heat) == 0 && !heat_is_hot(heat, COLD), "a module that has moved");
	look_at(0x210 + BIAS, 3);
	tap_ok(heat_read(heat) && heat_is_hot(heat, COLD), "is looked at where it is now");
	module.bias = BIAS;
	heat_free(heat);
}

static void test_none(void)
{
	struct heat *heat;

	sim.none = true;
	heat = begin();
	look_at(0x120, 10);
	tap_ok(!heat_read(heat) && !heat_is_hot(heat, HOT), "without a clock every site counts as cold");
	heat_look_closely(heat, false);
	heat_free(heat);
	heat_free(NULL);
	sim.none = false;
}

int main(void)
{
	test_hot();
	test_rare();
	test_grow();
	test_none();
	return tap_done();
}

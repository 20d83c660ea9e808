/*
 * test_plan.c - plans of running programs, and whether their probes see what they say
 *
 *     test_plan PROGRAM
 *
 * PROGRAM is planned.c. It is planned in several ways, then run under ptrace with a breakpoint at each probe: the
 * address that the probe works out has to be that of its field in an object of the program.
 */
#include "plan_traced.h"
#include "tap.h"

#include <errno.h>
#include <string.h>

static struct self_test all_sound(void)
{
	struct self_test tested = {0};

	for (int i = 0; i < SELF_TEST_KINDS; i++)
		tested.of[i] = (struct self_test_result){.tried = true, .sound = true};
	return tested;
}

/* ---- plans ----------------------------------------------------------------------------------------------------- */

static struct plan *make_plan(const struct target *target, const struct plan_options *options,
                              const struct self_test *tested)
{
	struct watch_error error = {{0}};
	struct plan *plan;

	if (plan_new(options, tested, &plan) != 0)
		return NULL;
	for (uint32_t i = 0; i < target->modules_n; i++) {
		if (plan_add_module(plan, target, i, &error) < 0) {
			tap_ok(false, "module %s: %s", target->modules[i].path, error.text);
			plan_free(plan);
			return NULL;
		}
	}
	return plan;
}

static const struct plan_field *find_field(const struct plan *plan, const char *text)
{
	char name[256];

	for (size_t i = 0; i < plan->fields_n; i++)
		if (strcmp(plan_field_text(plan, &plan->fields[i], name, sizeof(name)), text) == 0)
			return &plan->fields[i];
	return NULL;
}

static size_t sites_of(const struct plan *plan, const struct plan_field *field, bool *ret_judges)
{
	size_t n = 0;

	*ret_judges = false;
	for (size_t i = 0; field && i < plan->sites_n; i++) {
		if (plan->sites[i].field != field->id)
			continue;
		n++;
		*ret_judges = *ret_judges || plan->sites[i].judges || plan->sites[i].wire.flags & WIRE_JUDGE;
	}
	return n;
}

static void check_ledger(const struct plan *plan, const char *what)
{
	const struct plan_ledger *ledger = &plan->ledger;
	uint64_t sum = ledger->sites_neighbour + ledger->sites_stepped + ledger->sites_call;
	uint64_t atomic = 0;

	tap_eq_int(sum, plan->sites_n, "%s: the ledger counts each planned site once", what);
	sum += ledger->sites_left_out;
	for (int i = 0; i < PLAN_REFUSED_KINDS; i++)
		sum += ledger->refused[i];
	tap_eq_int(sum, ledger->sites_found, "%s: what was found is planned, refused or left out", what);
	for (size_t i = 0; i < plan->fields_n; i++)
		atomic += plan->fields[i].atomic;
	tap_eq_int(ledger->fields_atomic, atomic, "%s: atomic fields are counted", what);
}

/* ---- fields ---------------------------------------------------------------------------------------------------- */

static const struct known {
	const char *field;
	uint64_t width;
	bool atomic, indexed, bitfield;
} knowns[] = {
	{"struct planned_order.id", 8, false, false, false},
	{"struct planned_order.status", 4, false, false, false},
	{"struct planned_order.name", 24, false, false, false},
	{"struct planned_order.name[]", 1, false, true, false},
	{"struct planned_order.weight", 8, false, false, false},
	{"struct planned_order.flag", 1, false, false, true},
	{"struct planned_order.level", 1, false, false, true},
	{"struct planned_order.paid", 1, false, false, false},
	{"struct planned_order.customer.age", 4, false, false, false},
	{"struct planned_order.items[].price", 8, false, true, false},
	{"struct planned_order.items[2].count", 4, false, false, false},
	{"struct planned_order.views", 4, true, false, false},
	{"struct planned_order.released", 8, true, false, false},
	{"struct planned_order.hidden", 8, true, false, false},
	{"struct planned_order.spin", 4, true, false, false},
	{"struct planned_order.volatile_", 4, false, false, false},
	{"struct planned_order", 0, false, false, false},
	{"struct planned_box.weight", 8, false, false, false},
	{"struct planned_box.seal", 8, false, false, false},
};

static void check_fields(const struct plan *plan)
{
	for (size_t i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++) {
		const struct known *known = &knowns[i];
		const struct plan_field *field = find_field(plan, known->field);
		bool judges;

		if (!tap_ok(field != NULL, "%s is planned", known->field))
			continue;
		tap_ok((!known->width || field->width == known->width) && field->atomic == known->atomic &&
		       field->indexed == known->indexed && field->bitfield == known->bitfield,
		       "%s: width %llu, atomic %d, indexed %d, bit-field %d", known->field,
		       (unsigned long long)field->width, field->atomic, field->indexed, field->bitfield);
		tap_ok((field->atomic_why != NULL) == field->atomic, "%s: why it is atomic", known->field);
		sites_of(plan, field, &judges);
		if (known->atomic)
			tap_ok(!judges, "%s: no probe on it judges", known->field);
	}
}

/* memcpy and its like: the call is the site. */
static void check_calls(const struct plan *plan)
{
	const struct plan_field *name = find_field(plan, "struct planned_order.name");
	const struct plan_field *whole = find_field(plan, "struct planned_order");
	unsigned of_name = 0, of_whole = 0;

	for (size_t i = 0; name && whole && i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];
		bool length = site->wire.flags & WIRE_BULK && site->wire.length >= 0 && !site->wire.width;

		of_name += site->field == name->id && site->probe.call && length && !site->covers_several;
		of_whole += site->field == whole->id && site->probe.call && (length || site->wire.width) &&
		            site->covers_several;
	}
	tap_ok(of_name == 1, "memcpy into one array: its length is in a register");
	tap_ok(of_whole >= 1, "memcpy of the whole covers all fields");
}

static void check_bits(const struct plan *plan)
{
	const struct plan_field *flag = find_field(plan, "struct planned_order.flag");
	const struct plan_field *level = find_field(plan, "struct planned_order.level");
	const uint8_t bytes[] = {0xad}; /* 10101 101 */
	char text[32];
	bool judges;

	if (!flag || !level)
		return;
	tap_ok(flag->bit_offset == 0 && flag->bit_size == 3 && level->bit_offset == 3 && level->bit_size == 5 &&
	       flag->offset == level->offset, "bit-fields of one byte are told apart");
	tap_eq_str(plan_value_text(flag, bytes, 1, text, sizeof(text)), "5", "the lower");
	tap_eq_str(plan_value_text(level, bytes, 1, text, sizeof(text)), "21", "the upper");
	tap_ok(sites_of(plan, flag, &judges) && sites_of(plan, level, &judges), "and each is written");
}

static void check_values(const struct plan *plan)
{
	static const struct {
		const char *field, *text;
		uint8_t bytes[24];
		size_t n;
	} cases[] = {
		{"struct planned_order.status", "PLANNED_PAID", {1}, 4},
		{"struct planned_order.status", "7", {7}, 4},
		{"struct planned_order.id", "-2", {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 8},
		{"struct planned_order.id", "01 02", {1, 2}, 2},
		{"struct planned_order.weight", "12.5", {0, 0, 0, 0, 0, 0, 0x29, 0x40}, 8},
		{"struct planned_order.paid", "true", {1}, 1},
		{"struct planned_order.name", "\"ab\\\"c\"", {'a', 'b', '"', 'c', 0, 'd'}, 24},
		{"struct planned_order.name", "\"ab\"...", {'a', 'b'}, 2},
		{"struct planned_order", "01", {1}, 1},
	};
	char text[96];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct plan_field *field = find_field(plan, cases[i].field);

		if (field)
			tap_eq_str(plan_value_text(field, cases[i].bytes, cases[i].n, text, sizeof(text)),
			           cases[i].text, "a value of %s", cases[i].field);
	}
}

/* A thread that is held behind the store to a flag proves nothing: the store is what lets others in. */
static void check_volatile(const struct plan *plan, bool asked)
{
	const struct plan_field *field = find_field(plan, "struct planned_order.volatile_");
	bool judges;

	for (size_t i = 0; field && i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];

		if (site->field == field->id && site->judges && site->wire.flags & WIRE_AFTER)
			tap_ok(false, "site %zu judges behind a volatile store", i);
	}
	sites_of(plan, field, &judges);
	if (asked)
		tap_ok(judges, "a volatile field is judged by probes before its stores");
}

/* ---- choices --------------------------------------------------------------------------------------------------- */

static void test_whole(const struct target *target)
{
	struct self_test tested = all_sound();
	struct plan *plan = make_plan(target, &(struct plan_options){0}, &tested), *fewer, *none;
	const struct plan_field *field;
	bool judges;

	if (!plan)
		return;
	check_ledger(plan, "all types");
	check_volatile(plan, false);
	tap_eq_int(plan->ledger.sites_stepped, 0, "nothing is single-stepped that was not asked for");
	tap_eq_int(plan->ledger.modules, 2, "the program and its library have debug information");
	tap_ok(plan->ledger.modules_left >= 1, "the C library is left alone");
	tap_eq_int(plan->ledger.refused[PLAN_REFUSED_OWN], 1, "a variable of the thread's own is refused");
	field = find_field(plan, "global_total");
	tap_ok(field && !field->atomic && sites_of(plan, field, &judges) == 1, "a global number is a field by itself");
	tap_ok(plan->frees_n == 0 && !plan->ledger.frees, "without a rule about them objects' ends are not looked for");
	fewer = make_plan(target, &(struct plan_options){.sites_max = 3}, &tested);
	if (fewer) {
		tap_ok(fewer->sites_n == 3 && fewer->ledger.sites_left_out == plan->sites_n - 3,
		       "what is too much is left out");
		check_ledger(fewer, "three sites");
		plan_free(fewer);
	}
	tested.of[SELF_TEST_CALL].sound = false;
	none = make_plan(target, &(struct plan_options){0}, &tested);
	if (none) {
		tap_ok(none->ledger.refused[PLAN_REFUSED_SELF_TEST] > 0,
		       "kinds that the kernel can't bear are refused");
		for (size_t i = 0; i < none->sites_n; i++)
			if (none->sites[i].kind == SELF_TEST_CALL)
				tap_ok(false, "site %zu has a probe of such a kind", i);
		check_ledger(none, "no calls");
		field = find_field(none, "struct planned_order.customer.age");
		tap_ok(field && !field->all_seen, "a field that memcpy writes unseen is not seen whole");
		plan_free(none);
	}
	plan_free(plan);
}

static size_t sites_by(const struct target *target, const char *query)
{
	struct self_test tested = all_sound();
	char *queries[] = {(char *)query};
	struct plan *plan = make_plan(target, &(struct plan_options){.queries = queries, .queries_n = 1}, &tested);
	struct watch_error error;
	size_t n = plan ? plan->sites_n : 0;

	if (!plan)
		return 0;
	tap_eq_int(plan_check(plan, &error), 0, "'%s' fits something", query);
	check_ledger(plan, query);
	for (size_t i = 0; i < plan->sites_n; i++)
		if (!plan->fields[plan->sites[i].field].asked)
			tap_ok(false, "'%s': field %u is not asked for", query, plan->sites[i].field);
	plan_free(plan);
	return n;
}

static void check_error(const struct target *target, const char *query, const char *says)
{
	struct self_test tested = all_sound();
	char *queries[] = {(char *)query};
	struct plan *plan = make_plan(target, &(struct plan_options){.queries = queries, .queries_n = 1}, &tested);
	struct watch_error error = {{0}};

	if (!plan)
		return;
	tap_eq_int(plan_check(plan, &error), -ENOENT, "'%s' fits nothing", query);
	if (!tap_ok(strstr(error.text, says) && !strstr(error.text, "/proc/"), "it is told with '%s'", says))
		printf("#   %s\n", error.text);
	plan_free(plan);
}

static void test_queries(const struct target *target)
{
	size_t all = sites_by(target, "planned_order"), one = sites_by(target, "planned_order.id");

	tap_ok(all > 15 && one >= 2 && one < all, "a field has fewer sites than its type: %zu of %zu", one, all);
	tap_eq_int(sites_by(target, "struct planned_order"), all, "with the keyword it is the same");
	tap_eq_int(sites_by(target, "planned_ord*.customer.age"), sites_by(target, "planned_customer.age"),
	           "a path of fields finds the inner one");
	tap_ok(sites_by(target, "planned_box") >= 2, "types of the library are found");
	check_error(target, "planned_ordre", "did you mean");
	check_error(target, "planned_order.stauts", "did you mean 'status'");
}

/* ---- under way ------------------------------------------------------------------------------------------------- */

struct run {
	struct traced traced;
	struct target *target;
	struct plan *plan;
	uint64_t subject, global_order, global_total, table, box, spare;
	uint64_t order_size;
	unsigned hits[TRACED_BREAKS];
	unsigned right, wrong, frees, values;
	const struct plan_site *stepped; /* single-stepped now; at this address */
	uint64_t address;
	struct user_regs_struct regs;
};

static uint64_t address_of(const struct target *target, uint32_t module, const char *name)
{
	struct scan *scan;
	struct scan_error error;
	uint64_t address = 0;

	if (scan_open(target->modules[module].open_path, &(struct scan_options){0}, &scan, &error) != 0)
		return 0;
	for (size_t i = 0; i < scan->globals_n && !address; i++)
		if (strcmp(scan->globals[i].name, name) == 0)
			address = scan->globals[i].address + target->modules[module].bias;
	scan_close(scan);
	return address;
}

/* Is it the address of the field in one of the program's objects? */
static bool is_right(const struct run *run, const struct plan_site *site, uint64_t address)
{
	const char *type = run->plan->types[site->type_id].name;
	const struct plan_field *field = &run->plan->fields[site->field];
	uint64_t object = address - site->site->offset;

	if (strcmp(type, "struct planned_order") == 0 && field->indexed)
		return address - field->offset - run->subject < run->order_size;
	if (strcmp(type, "struct planned_order") == 0)
		return object == run->subject || object == run->global_order ||
		       (object - run->table < 4 * run->order_size && (object - run->table) % run->order_size == 0);
	return strcmp(type, "struct planned_box") != 0 || object == run->box || object == run->spare;
}

static void hit_site(struct run *run, const struct plan_site *site, const struct user_regs_struct *regs)
{
	uint64_t address = traced_address(&site->wire, regs);
	struct scan_frame frames[8];
	bool right = is_right(run, site, address);
	char name[256];

	run->hits[site->id]++;
	run->right += right;
	run->wrong += !right;
	if (!right)
		printf("# site %u of %s, %s:%u: %llx is in no object\n", site->id,
		       plan_field_text(run->plan, &run->plan->fields[site->field], name, sizeof(name)),
		       site->site->file, site->site->line, (unsigned long long)address);
	if (site->probe.kind != SCAN_PROBE_STORE)
		return;
	run->stepped = site;
	run->address = address;
	run->regs = *regs;
	if (run->hits[site->id] == 1 &&
	    (!plan_frames(run->plan, run->target, regs->rip, false, frames, 8) || frames[0].line != site->site->line))
		tap_ok(false, "frames of site %u", site->id);
}

/* Of its probe, in memory. */
static uint64_t place_of(const struct run *run, const struct plan_site *site)
{
	return run->target->modules[site->module].bias + site->probe.pc;
}

static void hit(void *user, uint64_t address, const struct user_regs_struct *regs)
{
	struct run *run = user;

	for (size_t i = 0; i < run->plan->sites_n; i++) {
		const struct plan_site *site = &run->plan->sites[i];

		if (place_of(run, site) == address)
			hit_site(run, site, regs);
	}
	for (size_t i = 0; i < run->plan->frees_n; i++) {
		const struct plan_site *site = &run->plan->frees[i];

		if (place_of(run, site) == address)
			run->frees += traced_address(&site->wire, regs) == run->subject;
	}
}

/* What the probe said would be stored has to be there now. */
static void done(void *user)
{
	struct run *run = user;
	const struct plan_site *site = run->stepped;
	const struct wire_probe *wire = site ? &site->wire : NULL;
	uint64_t mask, want;

	run->stepped = NULL;
	if (!site || !wire->width || wire->width > 8 || (wire->value < 0 && !(wire->flags & WIRE_HAS_IMMEDIATE)))
		return;
	mask = wire->width == 8 ? UINT64_MAX : (1ull << 8 * wire->width) - 1;
	want = wire->flags & WIRE_HAS_IMMEDIATE ? wire->immediate : traced_register(&run->regs, wire->value);
	run->values++;
	if ((traced_word(&run->traced, run->address) & mask) != (want & mask))
		tap_ok(false, "site %u: the value is not what the probe said", site->id);
}

static void set_breaks(struct run *run)
{
	for (size_t i = 0; i < run->plan->sites_n; i++)
		traced_break(&run->traced, place_of(run, &run->plan->sites[i]));
	for (size_t i = 0; i < run->plan->frees_n; i++)
		traced_break(&run->traced, place_of(run, &run->plan->frees[i]));
}

/* A change of state is judged by both values. */
static void check_states(const struct plan *plan)
{
	const struct plan_field *field = find_field(plan, "struct planned_order.status");

	if (!tap_ok(field && field->rule == PLAN_RULE_ATOMIC && field->states_n == 2 &&
	            strcmp(field->states[0].to, "paid") == 0, "a policy file gives states"))
		return;
	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];

		if (site->field == field->id && !site->covers_several)
			tap_ok(!(site->wire.flags & WIRE_AFTER) &&
			       (site->wire.flags & WIRE_HAS_IMMEDIATE || site->wire.value >= 0),
			       "site %zu sees the old state and the new one", i);
	}
}

static void check_probes(const struct plan *plan)
{
	unsigned stepped = 0, wrong = 0;

	for (size_t i = 0; i < plan->sites_n; i++) {
		const struct plan_site *site = &plan->sites[i];

		stepped += site->probe.kind == SCAN_PROBE_STORE;
		wrong += site->id != i || site->type_id != plan->fields[site->field].type_id ||
		         (site->wire.flags & WIRE_AFTER &&
		          (site->wire.value >= 0 || site->wire.flags & WIRE_HAS_IMMEDIATE)) ||
		         site->judges != ((site->wire.flags & WIRE_JUDGE) != 0) || site->kind >= SELF_TEST_KINDS;
	}
	tap_ok(stepped > 1, "what is asked for may be single-stepped: %u", stepped);
	tap_eq_int(wrong, 0, "each site agrees with its probe");
}

static void run_to_end(struct run *run)
{
	unsigned never = 0;
	char name[256];
	int status;

	set_breaks(run);
	status = traced_run(&run->traced, run, hit, done);
	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the program runs to its end under all of them");
	tap_ok(run->right > 100 && run->wrong == 0, "%u hits, %u of them at another address", run->right, run->wrong);
	tap_ok(run->values > 5, "%u values were stored as the probes said", run->values);
	tap_ok(run->plan->frees_n > 0 && run->frees == 1, "free() of the object is seen once: %u", run->frees);
	for (size_t i = 0; i < run->plan->sites_n; i++) {
		if (run->hits[i] || run->plan->sites[i].module != run->plan->sites[0].module)
			continue;
		never++;
		printf("# never hit: %s line %u\n",
		       plan_field_text(run->plan, &run->plan->fields[run->plan->sites[i].field], name, sizeof(name)),
		       run->plan->sites[i].site->line);
	}
	/* That before the stop, and that of a spin lock which waits. */
	tap_ok(never <= 2, "all probes that can be are hit");
}

static void test_run(struct run *run, const char *policy)
{
	struct self_test tested = all_sound();
	char *queries[] = {"planned_order", "planned_box"};
	struct plan_options options = {.queries = queries, .queries_n = 2, .stepped = true, .policy_file = policy};
	const struct plan_field *field;

	run->plan = make_plan(run->target, &options, &tested);
	if (!run->plan)
		return;
	check_ledger(run->plan, "two types");
	check_fields(run->plan);
	check_bits(run->plan);
	check_calls(run->plan);
	check_values(run->plan);
	check_probes(run->plan);
	field = find_field(run->plan, "struct planned_order.opened");
	tap_ok(field && field->rule == PLAN_RULE_ONCE, "a policy file gives rules");
	tap_ok(field && field->all_seen, "each store to a field that is asked for has a probe");
	check_states(run->plan);
	check_volatile(run->plan, true);
	run->subject = traced_word(&run->traced, address_of(run->target, 0, "subject"));
	run->global_order = address_of(run->target, 0, "global_order");
	run->table = address_of(run->target, 0, "table");
	run->box = address_of(run->target, 0, "box");
	for (uint32_t i = 1; i < run->target->modules_n && !run->spare; i++)
		run->spare = address_of(run->target, i, "planned_spare");
	field = find_field(run->plan, "struct planned_order");
	run->order_size = field ? field->width : 0;
	run_to_end(run);
	plan_free(run->plan);
}

static const char *write_policy(char *path)
{
	static const char text[] = "planned_order.opened once\n"
	                           "planned_order.status atomic states:\"created>paid>shipped\"\n";
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, sizeof(text) - 1) != sizeof(text) - 1)
		return NULL;
	close(fd);
	return path;
}

int main(int argc, char **argv)
{
	static struct run run;
	struct watch_error error;
	char policy[] = "/tmp/test_plan.XXXXXX";

	if (argc != 2 || !write_policy(policy)) {
		tap_ok(false, "usage: test_plan PROGRAM");
		return tap_done();
	}
	if (!traced_start(&run.traced, argv[1]))
		tap_skip("this machine does not let a program trace its child");
	else if (tap_ok(target_open(run.traced.pid, &run.target, &error) == 0, "the program is opened")) {
		test_whole(run.target);
		test_queries(run.target);
		test_run(&run, policy);
		target_close(run.target);
	}
	unlink(policy);
	traced_end(&run.traced);
	return tap_done();
}

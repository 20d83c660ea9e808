/*
 * test_points_heard.c - watchpoints with the program in the kernel: who wrote, what, and from where
 *
 *     test_watch_points_heard VICTIM
 */
#include "watch/points.h"

#include "tap.h"
#include "victim.h"

#include <errno.h>

enum { COOKIE = 9, THREADS = 4, LIMIT = 20 };

static struct target *target;
static struct victim victim;
static pid_t *tids;

static struct {
	unsigned n, of_thread[THREADS], wrong, in_program, in_library, called_by_program;
	uint64_t address;             /* that events have to name */
	uint64_t value;               /* sum of the values written */
} heard;

static void hear(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	const struct target_module *module = target_module_at(target, event->ip);
	uint64_t value = 0;
	bool known = false;

	(void)user;
	heard.n++;
	for (unsigned i = 0; i < THREADS; i++) {
		heard.of_thread[i] += event->tid == (uint32_t)tids[i];
		known |= event->tid == (uint32_t)tids[i];
	}
	memcpy(&value, event->new_value, 8);
	heard.value += value;
	heard.wrong += caught || event->kind != WIRE_EVENT_POINT || event->probe != COOKIE || event->new_n != 8 ||
		       event->width != 8 || event->address != heard.address ||
		       event->tgid != (uint32_t)victim.pid || !known;
	heard.in_program += module && module->main;
	heard.in_library += module && !module->main;
	for (unsigned i = 0; i < event->stack_n; i++) {
		module = target_module_at(target, event->stack[i]);
		if (module && module->main) {
			heard.called_by_program++;
			break;
		}
	}
}

static void listen(struct kernel *kernel, uint64_t address, const char *what)
{
	memset(&heard, 0, sizeof(heard));
	heard.address = address;
	victim_ask(&victim, "%s", what);
	kernel_poll(kernel, 0, hear, NULL);
}

static unsigned least(void)
{
	unsigned n = heard.of_thread[0];

	for (unsigned i = 1; i < THREADS; i++)
		n = heard.of_thread[i] < n ? heard.of_thread[i] : n;
	return n;
}

/* One thread alone: what another stores between a hit and the look at memory would be told as its value. */
static void test_alone(struct kernel *kernel, struct points *points)
{
	tids = calloc(THREADS, sizeof(*tids));
	tids[0] = victim.pid;
	tap_eq_int(points_aim(points, 0, victim.watched, 8, COOKIE, LIMIT, false), 0, "aimed");
	listen(kernel, victim.watched, "write 10");
	tap_eq_int(heard.n, 10, "each write is heard");
	tap_eq_int(heard.value, 45, "the value of each");
	tap_eq_int(heard.wrong, 0, "with cookie, address, width and thread");
	free(tids);
}

static void start_threads(struct points *points)
{
	victim_ask(&victim, "start %d", THREADS - 1);
	tap_eq_int(target_threads(target, &tids), THREADS, "threads are started");
	tap_eq_int(points_refresh(points), THREADS, "and found");
	tap_eq_int(points_aim(points, 0, victim.watched, 8, COOKIE, LIMIT, false), 0, "aimed for all");
}

static void test_heard(struct kernel *kernel, struct points *points)
{
	listen(kernel, victim.watched, "write 10");
	tap_eq_int(heard.n, 10 * THREADS, "each write is heard");
	tap_eq_int(least(), 10, "from each thread");
	tap_eq_int(heard.wrong, 0, "with cookie, address, width and value");
	tap_eq_int(heard.in_program, heard.n, "from the program's code");
	listen(kernel, victim.watched, "write 1000");
	tap_eq_int(heard.n, (LIMIT - 10) * THREADS, "up to the limit of each thread");
	tap_eq_int(kernel_totals(kernel)->watchpoint_hits, 10 + LIMIT * THREADS, "beyond which there are no hits at all");
	tap_eq_int(points_aim(points, 0, victim.other, 8, COOKIE, LIMIT, false), 0, "aimed elsewhere");
	listen(kernel, victim.other, "write 10");
	tap_eq_int(heard.n, 0, "the first place is silent");
	listen(kernel, victim.other, "other 5");
	tap_eq_int(heard.n, 5 * THREADS, "the other is heard");
	tap_eq_int(heard.wrong, 0, "with the same cookie and its address");
	tap_eq_int(points_aim(points, 0, victim.watched, 8, COOKIE, LIMIT, false), 0, "and back");
	listen(kernel, victim.watched, "copy 1");
	tap_ok(least() >= 1 && heard.wrong == 0, "memcpy is heard");
	tap_ok(heard.in_library + heard.in_program == heard.n && heard.called_by_program + heard.in_program >= heard.n,
	       "with the program's call of it");
	points_rest(points, 0);
	listen(kernel, victim.watched, "write 10");
	tap_eq_int(heard.n, 0, "at rest nothing is");
}

int main(int argc, char **argv)
{
	struct watch_error error = { "" };
	struct points *points = NULL;
	struct kernel *kernel;

	if (argc < 2)
		return 2;
	if (kernel_open(&(struct kernel_options){ 0 }, &kernel, &error) < 0) {
		tap_skip(error.text);
		return tap_done();
	}
	victim_start(&victim, argv[1], NULL);
	tap_eq_int(target_open(victim.pid, &target, &error), 0, "a target");
	kernel_settings(kernel)->tgid = (uint32_t)victim.pid;
	if (points_open(kernel, target, &points, &error) < 0) {
		tap_skip(error.text);
	} else {
		test_alone(kernel, points);
		start_threads(points);
		test_heard(kernel, points);
		free(tids);
	}
	points_close(points);
	kernel_close(kernel);
	target_close(target);
	victim_end(&victim);
	return tap_done();
}

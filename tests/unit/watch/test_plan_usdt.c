/*
 * test_plan_usdt.c - points of generated code as sites: where they say that a field lies, and what the kernel hears
 *
 * The program that is looked at is this one: it holds generated code with points (../../usdt/told.h), and knows where
 * its fields are and what it writes.
 */
#include "tap.h"
#include "told.fg.h"
#include "watch/kernel.h"
#include "watch/plan_usdt.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static struct told_shared shared;
static struct told_post_shared post;

/* ---- places ---------------------------------------------------------------------------------------------------- */

/* Where a field is, by the compiler. */
struct place {
	const char *record, *field;
	const void *at;
	size_t width;
	const void *lock;             /* NULL: none */
	bool judges, after;
};

#define IMAGE(place, group, field) \
	((const char *)(place).words + sizeof((place).words) - (sizeof(struct group) + 7) / 8 * 8 + \
	 offsetof(struct group, field))

static size_t places(struct place ret[18])
{
	const struct place all[] = {
		{"told", "id", IMAGE(shared.snapshot, told_snapshot, id), 8, NULL, false, false},
		{"told", "small", IMAGE(shared.snapshot, told_snapshot, small), 1, NULL, false, false},
		{"told", "ratio", IMAGE(shared.snapshot, told_snapshot, ratio), 8, NULL, false, false},
		{"told", "text", IMAGE(shared.snapshot, told_snapshot, text), 12, NULL, false, false},
		{"told", "inner", IMAGE(shared.snapshot, told_snapshot, inner), 8, NULL, false, false},
		{"told", "status", &shared.atomics.status, 4, NULL, false, true},
		{"told", "views", &shared.atomics.views, 4, NULL, false, true},
		{"told", "on", &shared.atomics.on, 1, NULL, false, true},
		{"told", "wide", &shared.hot_wide.value, 8, NULL, false, true},
		{"told", "amount", &shared.group_money.fields.amount, 8, &shared.group_money.lock, true, false},
		{"told", "rate", &shared.group_money.fields.rate, 4, &shared.group_money.lock, true, false},
		{"told", "port", &shared.group_address.fields.port, 2, &shared.group_address.lock, true, false},
		{"told", "created", &shared.once.fields.created, 8, NULL, false, false},
		{"told", "seen", &shared.owner.seen, 4, NULL, true, false},
		{"told", "load", &shared.owner.load, 8, NULL, true, false},
		{"told", "marks", IMAGE(shared.owner, told_owner, marks), 8, NULL, true, false},
		{"told_post", "id", &post.snapshot.block, 8, NULL, false, false},
		{"told_post", "likes", &post.atomics.likes, 4, NULL, false, true},
	};

	memcpy(ret, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

static bool fits(const struct plan_point *point, const struct place *place)
{
	const char *record = strcmp(place->record, "told") == 0 ? (const char *)&shared : (const char *)&post;
	bool has_lock = point->wire.flags & WIRE_LOCK;

	if (has_lock != (place->lock != NULL) ||
	    (has_lock && (const char *)place->at + point->wire.lock != place->lock))
		return false;
	return record + point->offset == place->at && point->wire.displacement == point->offset &&
	       point->width == place->width && point->wire.width == place->width &&
	       !(point->wire.flags & WIRE_JUDGE) == !place->judges &&
	       !(point->wire.flags & WIRE_AFTER) == !place->after;
}

/* A point inside an accessor or behind a merge: a line of generated code, in a function that is known. */
static void check_sites(const struct plan_points *points)
{
	size_t right = 0;

	for (size_t i = 0; i < points->n; i++) {
		const struct scan_site *site = &points->items[i].site;
		const char *file = site->file ? strrchr(site->file, '/') : NULL;
		bool generated = file && (strcmp(file, "/told.fg.c") == 0 || strcmp(file, "/told.fg.h") == 0);

		right += generated && site->line > 100 && site->function &&
		         site->type == points->items[i].generated->form &&
		         points->items[i].probe.pc == points->items[i].point->pc;
	}
	tap_eq_int(right, points->n, "points that stand on a line of generated code");
}

/* What a field is called in the form. */
static void check_names(const struct plan_points *points)
{
	static const char *const names[][2] = {
		{"id", "snapshot.id"}, {"marks", "owner.marks"}, {"title", "snapshot.title"}, {"seen", "owner.seen"},
		{"amount", "group_money.fields.amount"}, {"wide", "hot_wide.value"}, {"status", "atomics.status"},
		{"created", "once.fields.created"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t k = 0; k < points->n; k++) {
			const struct plan_point *point = &points->items[k];
			struct scan_step steps[SCAN_PATH_MAX];
			size_t n = point->steps_n;
			char text[128];

			if (strcmp(point->field, names[i][0]) != 0)
				continue;
			memcpy(steps, point->steps, sizeof(point->steps));
			if (!n)
				n = scan_path(point->generated->form, point->offset, point->width, false, steps,
				              SCAN_PATH_MAX);
			tap_eq_str(scan_path_text(steps, n, text, sizeof(text)), names[i][1], "%s in the form",
			           names[i][0]);
			break;
		}
	}
}

static void check_places(const struct plan_points *points)
{
	struct place all[18];
	size_t n = places(all);

	for (size_t i = 0; i < n; i++) {
		unsigned found = 0, right = 0;

		for (size_t k = 0; k < points->n; k++) {
			const struct plan_point *point = &points->items[k];

			if (strcmp(point->generated->prefix, all[i].record) || strcmp(point->field, all[i].field))
				continue;
			found++;
			right += fits(point, &all[i]);
		}
		tap_ok(found > 0 && right == found, "%s.%s: %u of %u points lie where it is", all[i].record, all[i].field,
		       right, found);
	}
}

/* ---- what the kernel hears ------------------------------------------------------------------------------------- */

struct heard {
	const struct plan_points *points;
	char text[4096];
	size_t n;
	bool elsewhere;               /* an address that isn't in the record */
};

static int64_t number_of(const uint8_t *bytes, size_t n, bool is_signed)
{
	uint64_t value = 0;

	memcpy(&value, bytes, n);
	return is_signed ? (int64_t)(value << (64 - 8 * n)) >> (64 - 8 * n) : (int64_t)value;
}

static void hear(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	struct heard *heard = user;
	const struct plan_point *point = &heard->points->items[event->probe];
	size_t room = sizeof(heard->text) - heard->n;
	bool of_post = strcmp(point->generated->prefix, "told_post") == 0;
	const char *record = of_post ? (const char *)&post : (const char *)&shared;
	bool is_signed = point->point->args_n == 4 && point->point->args[3].is_signed;

	(void)caught;
	heard->elsewhere |= event->address != (uintptr_t)record + point->offset;
	heard->n += (size_t)snprintf(heard->text + heard->n, room, "%s", point->field);
	room = sizeof(heard->text) - heard->n;
	if (point->point->args_n == 4 && event->old_n && event->new_n)
		heard->n += (size_t)snprintf(heard->text + heard->n, room, " %lld %lld",
		                             (long long)number_of(event->old_value, event->old_n, is_signed),
		                             (long long)number_of(event->new_value, event->new_n, is_signed));
	room = sizeof(heard->text) - heard->n;
	heard->n += (size_t)snprintf(heard->text + heard->n, room, "; ");
}

static void write_all(void)
{
	struct told_present present = {.bits = {1 << TOLD_FIELD_ID | 1 << TOLD_FIELD_SMALL | 1 << TOLD_FIELD_TEXT}};
	char title[] = "title";

	told_store_views(&shared, -7);
	told_exchange_views(&shared, 9);
	told_add_wide(&shared, 5);
	told_advance_status(&shared, TOLD_CREATED, NULL);
	told_advance_status(&shared, TOLD_PAID, NULL);
	told_store_seen(&shared, 3);
	told_store_load(&shared, 1.0);
	told_set_created(&shared, 77);
	told_write_money(&shared, &(struct told_money){.amount = -1, .rate = 1.0f});
	told_write_address(&shared, &(struct told_address){.port = 65535});
	told_merge(&shared, &(struct told){.id = 6, .small = -2}, &present, NULL);
	told_post_merge(&post, &(struct told_post){.id = 4, .title = title, .likes = 2}, NULL);
}

static const char want[] =
	"views 0 -7; views -7 9; wide 0 5; status 0 0; status 0 1; seen 0 3; load 0 4607182418800017408; created 0 77; "
	"amount 0 -1; rate 0 1065353216; port 0 65535; id 0 6; small 0 -2; text; id 0 4; title; likes 0 2; ";

static struct kernel_set *attach(struct kernel *kernel, const struct plan_points *points, bool hold)
{
	struct kernel_place *at = calloc(points->n, sizeof(*at));
	struct kernel_set *set = NULL;
	struct watch_error error = {""};
	int result = -ENOMEM;

	for (size_t i = 0; at && i < points->n; i++) {
		const struct scan_usdt *point = points->items[i].point;
		struct wire_probe *probe = kernel_probe(kernel, (uint32_t)i);

		*probe = points->items[i].wire;
		probe->sample = !hold;
		probe->hold_every = hold;
		at[i] = (struct kernel_place){point->offset, (uint32_t)i, point->semaphore_offset};
	}
	if (at)
		result = kernel_attach(kernel, "/proc/self/exe", at, points->n, getpid(), &set, &error);
	tap_ok(result == 0, "all points are attached%s", error.text);
	free(at);
	return set;
}

static void check_events(const struct plan_points *points)
{
	struct kernel_options options = {.probes_max = (uint32_t)points->n};
	struct heard heard = {.points = points};
	struct kernel_set *set;
	struct kernel *kernel;
	struct watch_error error;

	if (kernel_open(&options, &kernel, &error)) {
		tap_skip(error.text);
		return;
	}
	kernel_settings(kernel)->tgid = (uint32_t)getpid();
	tap_ok(!told_fg_semaphore && !told_post_fg_semaphore, "nobody watches yet");
	set = attach(kernel, points, false);
	tap_ok(told_fg_semaphore && told_post_fg_semaphore, "attaching raises the semaphores");
	write_all();
	kernel_poll(kernel, 0, hear, &heard);
	if (set)
		kernel_detach(set);
	tap_eq_str(heard.text, want, "each write is heard, with the value before and after");
	tap_ok(!heard.elsewhere, "at the address of its field");
	tap_ok(!told_fg_semaphore && !told_post_fg_semaphore, "and the semaphores are let down again");
	kernel_close(kernel);
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

static atomic_bool done;

static void *write_locked(void *unused)
{
	(void)unused;
	for (int64_t i = 0; !atomic_load(&done); i++) {
		told_write_money(&shared, &(struct told_money){.amount = i});
		told_write_address(&shared, &(struct told_address){.port = (uint16_t)i});
		told_merge(&shared, &(struct told){.amount = i, .port = 1},
		           &(struct told_present){.bits = {1 << TOLD_FIELD_AMOUNT | 1 << TOLD_FIELD_PORT}}, NULL);
	}
	return NULL;
}

/* What only one thread may do. */
static void *write_owned(void *unused)
{
	(void)unused;
	for (uint32_t i = 0; !atomic_load(&done); i++)
		told_store_seen(&shared, i);
	return NULL;
}

static void count_caught(void *user, const struct wire_event *event, const struct wire_caught *caught)
{
	unsigned *n = user;

	(void)event;
	*n += caught != NULL;
}

/* A CPU for each of the two: on one that they share neither runs while the other is held. */
static void spread(const pthread_t threads[2])
{
	cpu_set_t all;
	int placed = 0;

	sched_getaffinity(0, sizeof(all), &all);
	for (int cpu = 0; cpu < CPU_SETSIZE && placed < 2; cpu++) {
		cpu_set_t one;

		if (!CPU_ISSET((size_t)cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET((size_t)cpu, &one);
		pthread_setaffinity_np(threads[placed++], sizeof(one), &one);
	}
}

/* Two threads for so long, or until `enough` were caught. Returns: how often one was. */
static unsigned two(struct kernel *kernel, void *(*work)(void *), unsigned ms, unsigned enough)
{
	pthread_t threads[2];
	unsigned caught = 0;

	atomic_store(&done, false);
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			abort();
	spread(threads);
	for (unsigned i = 0; i < ms / 20 && caught < enough; i++) {
		usleep(20000);
		kernel_poll(kernel, 0, count_caught, &caught);
	}
	atomic_store(&done, true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	kernel_poll(kernel, 0, count_caught, &caught);
	return caught;
}

static uint64_t holds_of(struct kernel *kernel, const struct plan_points *points, const char *field)
{
	uint64_t holds = 0;

	for (size_t i = 0; i < points->n; i++)
		if (strcmp(points->items[i].field, field) == 0)
			holds += kernel_count(kernel, (uint32_t)i).holds;
	return holds;
}

static void check_verdicts(const struct plan_points *points)
{
	struct kernel_options options = {.probes_max = (uint32_t)points->n};
	struct wire_settings *settings;
	struct watch_error error;
	struct kernel_set *set;
	struct kernel *kernel;
	unsigned caught;
	cpu_set_t cpus;

	if (kernel_open(&options, &kernel, &error)) {
		tap_skip(error.text);
		return;
	}
	settings = kernel_settings(kernel);
	settings->hold_min_ns = 20000;
	settings->hold_max_ns = 60000;
	settings->hold_permille = 400;
	settings->shared_ns = 1000000000;
	settings->hold_start_ns = kernel_now_ns();
	settings->tgid = (uint32_t)getpid();
	set = attach(kernel, points, true);
	caught = two(kernel, write_locked, 600, UINT_MAX);
	tap_eq_int(caught, 0, "nobody is caught where the lock is held");
	tap_ok(holds_of(kernel, points, "amount") > 50 && holds_of(kernel, points, "port") > 50,
	       "in %llu and %llu holds", (unsigned long long)holds_of(kernel, points, "amount"),
	       (unsigned long long)holds_of(kernel, points, "port"));
	sched_getaffinity(0, sizeof(cpus), &cpus);
	if (CPU_COUNT(&cpus) < 2) {
		tap_skip("two threads can't run at once here");
	} else {
		caught = two(kernel, write_owned, 10000, 1);
		tap_ok(caught > 0, "two owners are: %u times in %llu holds", caught,
		       (unsigned long long)holds_of(kernel, points, "seen"));
	}
	if (set)
		kernel_detach(set);
	kernel_close(kernel);
}

int main(void)
{
	struct scan *scan;
	struct scan_usdts *usdts;
	struct plan_points points;
	struct scan_error error;

	if (scan_open("/proc/self/exe", &(struct scan_options){0}, &scan, &error) ||
	    scan_usdt_read("/proc/self/exe", &usdts, &error)) {
		tap_ok(false, "%s", error.text);
		return tap_done();
	}
	if (!tap_ok(plan_points_make(scan, usdts, &points) == 0, "points are made"))
		return tap_done();
	tap_ok(points.n > 30 && points.n == usdts->n, "all %zu of them", usdts->n);
	tap_eq_int(points.strange, 0, "none is strange");
	check_places(&points);
	check_sites(&points);
	check_names(&points);
	check_events(&points);
	check_verdicts(&points);
	told_post_shared_fini(&post);
	plan_points_fini(&points);
	scan_usdt_free(usdts);
	scan_close(scan);
	return tap_done();
}

/*
 * test_points.c - watchpoints in every thread of a process: they fire, rest, move, and stop by themselves
 *
 *     test_watch_points VICTIM
 *
 * The programs in the kernel are not needed for this: the hits are the events' own counts.
 */
#include "watch/points_inside.h"

#include "tap.h"
#include "victim.h"

#include <dirent.h>
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

enum { LIMIT = 100 };

static const char *path;
static unsigned opened;       /* events */
static uint32_t last_cookie;
static struct wire_probe last_probe;

/* Instead of the one that attaches a program. */
int kernel_attach_point(struct kernel *kernel, int perf_fd, uint32_t cookie)
{
	(void)kernel;
	opened += perf_fd >= 0;
	last_cookie = cookie;
	return 0;
}

/* Nor is what describes the events. */
struct wire_probe *kernel_probe(struct kernel *kernel, uint32_t id)
{
	(void)kernel;
	(void)id;
	return &last_probe;
}

uint64_t kernel_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

struct scene {
	struct victim victim;
	struct target *target;
	struct points *points;
	uint64_t closed;      /* hits of events that are no more */
};

/* Hits of the events that there are; and of how many of them, which had any. */
static uint64_t live_hits(const struct scene *scene, unsigned *ret_events)
{
	uint64_t sum = 0, count;
	unsigned events = 0;

	for (size_t k = 0; k < scene->points->threads_n; k++) {
		for (unsigned i = 0; i < POINTS_MAX; i++) {
			int fd = scene->points->threads[k].events[i].fd;

			if (fd < 0 || read(fd, &count, sizeof(count)) != sizeof(count))
				continue;
			sum += count;
			events += count > 0;
		}
	}
	if (ret_events)
		*ret_events = events;
	return sum;
}

static uint64_t hits(const struct scene *scene)
{
	return scene->closed + live_hits(scene, NULL);
}

static unsigned hit_events(const struct scene *scene)
{
	unsigned events;

	(void)live_hits(scene, &events);
	return events;
}

/* The victim rests meanwhile, so that what is missing afterwards went with closed events. */
static int refresh(struct scene *scene)
{
	uint64_t before = live_hits(scene, NULL);
	int result = points_refresh(scene->points);

	scene->closed += before - live_hits(scene, NULL);
	return result;
}

static int aim_as(struct scene *scene, unsigned i, uint64_t address, unsigned width, uint32_t cookie, unsigned limit,
                  bool reads)
{
	uint64_t before = live_hits(scene, NULL);
	int result = points_aim(scene->points, i, address, width, cookie, limit, reads);

	scene->closed += before - live_hits(scene, NULL);
	return result;
}

static bool scene_open(struct scene *scene, int threads)
{
	struct watch_error error = { "" };

	scene->closed = 0;
	victim_start(&scene->victim, path, NULL);
	victim_ask(&scene->victim, "start %d", threads);
	if (target_open(scene->victim.pid, &scene->target, &error) < 0 ||
	    points_open(NULL, scene->target, &scene->points, &error) < 0) {
		printf("# %s\n", error.text);
		return tap_ok(false, "opens");
	}
	return true;
}

static void scene_close(struct scene *scene)
{
	points_close(scene->points);
	target_close(scene->target);
	victim_end(&scene->victim);
}

static int aim(struct scene *scene, unsigned i, uint64_t address, unsigned limit)
{
	return aim_as(scene, i, address, 8, 7 + i, limit, false);
}

static void test_fires(void)
{
	struct scene scene;
	uint64_t before;

	if (!scene_open(&scene, 3))
		return;
	tap_ok(points_n(scene.points) >= 1 && points_n(scene.points) <= 4, "%u points", points_n(scene.points));
	tap_eq_int(aim(&scene, 0, scene.victim.watched, LIMIT), 0, "aimed");
	tap_eq_int(last_cookie, 7, "with its cookie");
	tap_ok(last_probe.displacement == scene.victim.watched && last_probe.width == 8 && last_probe.sample == 1 &&
	       last_probe.base == WIRE_NONE, "whose probe is described");
	tap_eq_int(refresh(&scene), 4, "in four threads");
	victim_ask(&scene.victim, "write 10");
	tap_eq_int(hits(&scene), 40, "each write of each thread is a hit");
	tap_eq_int(hit_events(&scene), 4, "in each thread");
	victim_ask(&scene.victim, "other 10");
	tap_eq_int(hits(&scene), 40, "writes to another place are none");
	victim_ask(&scene.victim, "read 10");
	tap_eq_int(hits(&scene), 40, "nor are reads");
	victim_ask(&scene.victim, "start 2");
	tap_eq_int(refresh(&scene), 6, "later threads are found");
	victim_ask(&scene.victim, "write 10");
	tap_eq_int(hits(&scene), 100, "their writes are hits too");
	tap_eq_int(hit_events(&scene), 6, "in each of them");
	victim_ask(&scene.victim, "copy 1");
	tap_ok(hits(&scene) >= 106, "memcpy is seen");
	points_rest(scene.points, 0);
	victim_ask(&scene.victim, "write 10");
	tap_eq_int(hits(&scene), 106, "at rest nothing is");
	victim_ask(&scene.victim, "stop");
	tap_eq_int(refresh(&scene), 1, "ended threads are let go");
	usleep(260000);
	tap_eq_int(refresh(&scene), 0, "and after a long rest the point is too");
	aim(&scene, 0, scene.victim.watched, LIMIT);
	before = hits(&scene);
	victim_ask(&scene.victim, "write 10");
	tap_eq_int(hits(&scene), before + 10, "aimed again it fires");
	usleep(260000);
	tap_eq_int(refresh(&scene), 1, "an armed point is not let go");
	tap_eq_int(points_missed(scene.points), 0, "none was missed");
	scene_close(&scene);
}

/* The limit holds for each thread and each aim, whatever was left of the one before. */
static void test_limit(void)
{
	struct scene scene;
	uint64_t before;

	if (!scene_open(&scene, 3))
		return;
	aim(&scene, 0, scene.victim.watched, 5);
	victim_ask(&scene.victim, "write 1000");
	tap_eq_int(hits(&scene), 20, "five hits a thread, then none");
	aim(&scene, 0, scene.victim.watched, 5);
	victim_ask(&scene.victim, "write 1000");
	tap_eq_int(hits(&scene), 40, "and five more");
	aim(&scene, 0, scene.victim.other, LIMIT);
	before = opened;
	victim_ask(&scene.victim, "write 1000");
	tap_eq_int(hits(&scene), 40, "aimed elsewhere: not there any more");
	victim_ask(&scene.victim, "other 10");
	tap_eq_int(hits(&scene), 80, "but here");
	aim(&scene, 0, scene.victim.watched, 3);
	victim_ask(&scene.victim, "write 1000");
	tap_eq_int(hits(&scene), 92, "what was left of a higher limit does not count");
	aim(&scene, 0, scene.victim.watched, LIMIT);
	victim_ask(&scene.victim, "write 3");
	aim(&scene, 0, scene.victim.watched, LIMIT);
	tap_eq_int(opened, before + 4, "events with hits left are re-aimed, used up ones opened anew");
	victim_ask(&scene.victim, "write 1000");
	tap_eq_int(hits(&scene), 92 + 4 * 3 + 4 * LIMIT, "nor of the same");
	before = hits(&scene);
	tap_eq_int(aim_as(&scene, 0, scene.victim.watched, 8, 99, LIMIT, true), 0, "aimed at reads, with another cookie");
	tap_eq_int(last_cookie, 99, "which is that of the events from now on");
	victim_ask(&scene.victim, "read 10");
	tap_eq_int(hits(&scene) - before, 40, "reads are hits then");
	scene_close(&scene);
}

static void test_several(void)
{
	struct scene scene;
	uint64_t seen;

	if (!scene_open(&scene, 1))
		return;
	for (unsigned i = 0; i < points_n(scene.points); i++)
		tap_eq_int(aim(&scene, i, i % 2 ? scene.victim.other : scene.victim.watched, 5), 0, "point %u", i);
	victim_ask(&scene.victim, "write 1");
	victim_ask(&scene.victim, "other 1");
	seen = hits(&scene);
	tap_eq_int(seen, 2 * points_n(scene.points), "all fire");
	tap_eq_int(aim_as(&scene, points_n(scene.points), 8, 8, 1, 1, false), -EINVAL, "there is none beyond");
	tap_eq_int(aim_as(&scene, 0, scene.victim.watched + 1, 8, 1, 1, false), -EINVAL, "not aligned");
	tap_eq_int(aim_as(&scene, 0, scene.victim.watched, 3, 1, 1, false), -EINVAL, "no such width");
	tap_eq_int(aim_as(&scene, 0, scene.victim.watched, 16, 1, 1, false), -EINVAL, "nor that");
	tap_eq_int(aim_as(&scene, 0, scene.victim.watched, 8, 1, 0, false), -EINVAL, "no limit");
	victim_ask(&scene.victim, "write 1");
	tap_eq_int(hits(&scene), seen + (points_n(scene.points) + 1) / 2 * 2, "those change nothing");
	for (unsigned width = 1; width <= 8; width *= 2)
		tap_eq_int(aim_as(&scene, 0, scene.victim.watched, width, 7, 1, false), 0, "width %u", width);
	scene_close(&scene);
}

/* Someone else's points in the same threads, as a debugger sets them. */
static void test_taken(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT, .size = sizeof(attr), .disabled = 1, .exclude_kernel = 1,
		.bp_type = HW_BREAKPOINT_W, .bp_len = 8,
	};
	struct scene scene;
	int theirs[4];

	if (!scene_open(&scene, 0))
		return;
	attr.bp_addr = scene.victim.other;
	for (int i = 0; i < 4; i++)
		theirs[i] = (int)syscall(SYS_perf_event_open, &attr, scene.victim.pid, -1, -1, 0);
	tap_eq_int(aim(&scene, 0, scene.victim.watched, LIMIT), -ENOSPC, "all are taken");
	tap_eq_int(points_missed(scene.points), 1, "the thread counts as missed");
	victim_ask(&scene.victim, "write 10");
	for (int i = 0; i < 4; i++)
		close(theirs[i]);
	tap_eq_int(aim(&scene, 0, scene.victim.watched, LIMIT), 0, "given back, one works");
	victim_ask(&scene.victim, "write 10");
	tap_eq_int(hits(&scene), 10, "and fires");
	tap_eq_int(points_missed(scene.points), 1, "missed once");
	scene_close(&scene);
}

/* More threads than may have points, and fewer descriptors than threads. */
static void test_many(void)
{
	struct rlimit limit, low;
	struct scene scene;

	if (!scene_open(&scene, 600))
		return;
	tap_eq_int(aim(&scene, 0, scene.victim.watched, LIMIT), 0, "601 threads");
	tap_eq_int(refresh(&scene), 512, "512 are watched");
	tap_eq_int(points_missed(scene.points), 89, "the others are counted");
	victim_ask(&scene.victim, "stop");
	tap_eq_int(refresh(&scene), 1, "one is left");
	tap_eq_int(points_missed(scene.points), 89, "the count stays");
	scene_close(&scene);
	getrlimit(RLIMIT_NOFILE, &limit);
	if (!scene_open(&scene, 20))
		return;
	low = (struct rlimit){ .rlim_cur = (rlim_t)descriptors() + 20, .rlim_max = limit.rlim_max };
	setrlimit(RLIMIT_NOFILE, &low);
	tap_eq_int(aim(&scene, 0, scene.victim.watched, LIMIT), 0, "a low limit of descriptors");
	tap_ok(points_missed(scene.points) == 0 || low.rlim_cur >= low.rlim_max, "is raised");
	victim_ask(&scene.victim, "write 1");
	tap_eq_int(hits(&scene), 21, "all fire");
	scene_close(&scene);
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void test_churn(void)
{
	struct scene scene;
	int before, threads = 0, counted = 0, asked = 0;
	struct timespec pause = { .tv_nsec = 3000000 };

	if (!scene_open(&scene, 2))
		return;
	aim(&scene, 0, scene.victim.watched, LIMIT);
	before = descriptors();
	fprintf(scene.victim.to, "churn 400\n");
	fflush(scene.victim.to);
	for (int i = 0; i < 120; i++, asked++) {
		if (points_refresh(scene.points) < 3)
			break;
		if (i % 10 == 0)
			points_aim(scene.points, 0, i % 20 ? scene.victim.other : scene.victim.watched, 8, 7, LIMIT,
				   false);
		nanosleep(&pause, NULL);
	}
	tap_eq_int(asked, 120, "short threads come and go while points are given and re-aimed");
	if (!fgets(scene.victim.answer, sizeof(scene.victim.answer), scene.victim.from) ||
	    sscanf(scene.victim.answer, "%d %d", &threads, &counted) != 2)
		threads = -1;
	tap_ok(threads > 20, "%d of them", threads);
	tap_eq_int(counted, threads, "each did its work");
	refresh(&scene);
	tap_eq_int(descriptors(), before, "none of their descriptors is left");
	tap_eq_int(points_missed(scene.points), 0, "those that had ended by then are not missed");
	points_close(scene.points);
	scene.points = NULL;
	scene_close(&scene);
}

static void test_end(void)
{
	struct scene scene;

	if (!scene_open(&scene, 2))
		return;
	aim(&scene, 0, scene.victim.watched, LIMIT);
	kill(scene.victim.pid, SIGKILL);
	waitid(P_PID, (id_t)scene.victim.pid, NULL, WEXITED | WNOWAIT);
	tap_eq_int(aim(&scene, 0, scene.victim.other, LIMIT) < 0 || refresh(&scene) == 0, 1, "killed midway");
	tap_eq_int(refresh(&scene), 0, "no thread is left");
	tap_eq_int(aim(&scene, 0, scene.victim.watched, LIMIT), -ESRCH, "nor anything to aim at");
	scene_close(&scene);
}

/* One who watches is killed: the target goes on, and the registers are free again. */
static void test_our_death(void)
{
	struct scene scene;
	pid_t watcher;

	if (!scene_open(&scene, 2))
		return;
	watcher = fork();
	if (!watcher) {
		for (unsigned i = 0; i < points_n(scene.points); i++)
			aim(&scene, i, scene.victim.watched, LIMIT);
		raise(SIGKILL);
	}
	waitpid(watcher, NULL, 0);
	tap_eq_str(victim_ask(&scene.victim, "write 1000"), "ok", "the target outlives who watched it");
	for (unsigned i = 0; i < points_n(scene.points); i++)
		tap_eq_int(aim(&scene, i, scene.victim.watched, LIMIT), 0, "point %u is free again", i);
	scene_close(&scene);
}

int main(int argc, char **argv)
{
	struct watch_error error = { "" };
	struct points *points;
	int before, result;

	if (argc < 2)
		return 2;
	path = argv[1];
	before = descriptors();
	result = points_open(NULL, NULL, &points, &error);
	if (result < 0) {
		tap_ok(error.text[0] && (result == -EPERM || result == -ENOTSUP || result == -ENOSPC), "says what is missing");
		tap_skip(error.text);
		return tap_done();
	}
	points_close(points);
	test_fires();
	test_limit();
	test_several();
	test_taken();
	test_many();
	test_churn();
	test_end();
	test_our_death();
	tap_eq_int(descriptors(), before, "no descriptor is left");
	return tap_done();
}

/*
 * harness.c - starts the workers of one case, and says how many rounds they made: see harness.h
 *
 * Compiled as C with the cases in C, and as C++ with those in C++.
 */
#include "harness.h"

#define SOURCES_MAX 8
#define HEAD_START_NS 5000000u   /* until the last worker is there: a detector may be slow to start one */

static const struct one_case *sources[SOURCES_MAX];
static size_t counts[SOURCES_MAX], n_sources;

void add_all(const struct one_case *cases, size_t n)
{
	sources[n_sources] = cases;
	counts[n_sources++] = n;
}

static void *worker_main(void *user)
{
	struct worker *w = (struct worker *)user;
	uint64_t now = now_ns();

	if (now < w->next_ns) {
		struct timespec pause = {0, (long)(w->next_ns - now)};

		nanosleep(&pause, NULL);
	}
	w->work(w);
	return NULL;
}

static int run_case(const struct one_case *one, bool racy, double seconds)
{
	static struct worker workers[WORKERS_MAX];
	unsigned n = one->workers ? one->workers : 2;
	uint64_t start = now_ns() + HEAD_START_NS, rounds = 0;

	for (unsigned i = 0; i < n; i++) {
		workers[i].who = i;
		workers[i].rate = one->rates[i ? 1 : 0];
		workers[i].end_ns = start + (uint64_t)(seconds * 1e9);
		workers[i].next_ns = start;
		workers[i].random = 0x9e3779b97f4a7c15u * (i + 1);
		workers[i].work = racy ? one->racy : one->right;
		if (pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) != 0)
			return 1;
	}
	for (unsigned i = 0; i < n; i++) {
		pthread_join(workers[i].thread, NULL);
		rounds += workers[i].rounds;
	}
	printf("%s %s: %llu rounds\n", one->name, racy ? "racy" : "right", (unsigned long long)rounds);
	return 0;
}

static const struct one_case *case_named(const char *name)
{
	for (size_t i = 0; i < n_sources; i++)
		for (size_t k = 0; k < counts[i]; k++)
			if (strcmp(sources[i][k].name, name) == 0)
				return &sources[i][k];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct one_case *one = argc == 4 ? case_named(argv[1]) : NULL;

	if (one)
		return run_case(one, strcmp(argv[2], "racy") == 0, atof(argv[3]));
	fprintf(stderr, "usage: %s NAME racy|right SECONDS\n", argv[0]);
	for (size_t i = 0; i < n_sources; i++)
		for (size_t k = 0; k < counts[i]; k++)
			fprintf(stderr, "  %s\n", sources[i][k].name);
	return 2;
}

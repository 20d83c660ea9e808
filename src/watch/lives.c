/* lives.c - probes at free(); see lives.h */
#include "watch/lives.h"

#include <errno.h>
#include <stdlib.h>

static const double hit_ns = 1500;                 /* with its event */
static const uint64_t look_ns = 20 * 1000000ull;   /* over less, a rate says nothing */

struct lives {
	struct kernel *kernel;
	struct plan *plan;
	double share;
	struct kernel_set **sets;
	size_t sets_n;
	uint64_t hits, dropped, looked_ns;
};

static int attach(struct lives *lives, const struct target *target, const struct plan_site *site)
{
	struct kernel_place place = {.offset = site->file_offset, .id = site->id};
	struct watch_error error;

	*kernel_probe(lives->kernel, site->id) = site->wire;
	kernel_probe(lives->kernel, site->id)->sample = 1;
	return kernel_attach(lives->kernel, target->modules[site->module].open_path, &place, 1, target->pid,
	                     &lives->sets[lives->sets_n], &error);
}

int lives_begin(struct kernel *kernel, const struct target *target, struct plan *plan, double share,
                struct lives **ret_lives)
{
	struct lives *lives;
	int rc = 0;

	*ret_lives = NULL;
	if (!plan->frees_n)
		return 0;
	lives = calloc(1, sizeof(*lives));
	if (lives)
		lives->sets = calloc(plan->frees_n, sizeof(*lives->sets));
	if (!lives || !lives->sets) {
		free(lives);
		return -ENOMEM;
	}
	lives->kernel = kernel;
	lives->plan = plan;
	lives->share = share;
	lives->looked_ns = kernel_now_ns();
	for (size_t i = 0; i < plan->frees_n && !rc; i++) {
		rc = attach(lives, target, &plan->frees[i]);
		lives->sets_n += !rc;
	}
	if (rc) {
		/* One free() unseen is as bad as all. */
		plan->ledger.frees = false;
		lives_end(lives);
		return rc;
	}
	*ret_lives = lives;
	return 0;
}

static void let_go(struct lives *lives)
{
	for (size_t i = 0; i < lives->sets_n; i++)
		kernel_let_go(lives->sets[i]);
	lives->sets_n = 0;
}

bool lives_look(struct lives *lives, uint64_t now_ns, uint64_t *ret_ns)
{
	uint64_t hits = 0, elapsed_ns;
	double cost;

	*ret_ns = 0;
	if (!lives || !lives->sets_n)
		return false;
	elapsed_ns = now_ns - lives->looked_ns;
	if (elapsed_ns < look_ns)
		return true;
	for (size_t i = 0; i < lives->plan->frees_n; i++)
		hits += kernel_count(lives->kernel, lives->plan->frees[i].id).hits;
	cost = (double)(hits - lives->hits) * hit_ns;
	*ret_ns = (uint64_t)cost;
	lives->hits = hits;
	lives->looked_ns = now_ns;
	if (lives->share <= 0 || cost <= lives->share * (double)elapsed_ns)
		return true;
	lives->plan->ledger.frees = false;
	let_go(lives);
	return false;
}

bool lives_lost(struct lives *lives)
{
	uint64_t dropped = 0;
	bool lost;

	for (size_t i = 0; i < lives->sets_n; i++)
		dropped += kernel_count(lives->kernel, lives->plan->frees[i].id).dropped;
	lost = dropped != lives->dropped;
	lives->dropped = dropped;
	return lost;
}

void lives_end(struct lives *lives)
{
	if (!lives)
		return;
	let_go(lives);
	free(lives->sets);
	free(lives);
}

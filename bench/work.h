/* work.h - the workloads: what one pass of a peer over the texts does, and whether it did it right */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include "texts.h"
#include <stdbool.h>

enum work_job { WORK_ORDER, WORK_TWITTER, WORK_GITHUB, WORK_CITM, WORK_ENCODE_ORDER, WORK_PRINT_TWITTER };

struct work {
	const char *name;
	const char *what; /* for the table's head */
	enum work_job job;
	const char *file; /* NULL: made texts */
	bool partial;
	struct bench_texts texts;
	struct order *orders; /* encode: what is encoded */
};

/* The workloads; texts are loaded by work_load. */
extern struct work work_list[];
extern const size_t work_list_n;

/* orders_n: of made texts. Returns: 0 or -errno (-ENOENT: the file is absent). */
int work_load(struct work *work, size_t orders_n, const char *folder);
void work_unload(struct work *work);
/* Can this peer do it at all? */
bool work_possible(const struct work *work, const struct bench_peer *peer);
/* Once, before passes. Returns: 0 or other. */
int work_prepare(const struct work *work, const struct bench_peer *peer, void *state);
/* All texts once. Returns: 0, or other when the peer refused one. */
int work_pass(const struct work *work, const struct bench_peer *peer, void *state, struct fg_buffer *out);

enum work_verdict {
	WORK_WRONG,
	WORK_ROUNDED, /* equal but for integers beyond 2^53, which came out as the nearest double */
	WORK_EXACT,
};
/* Holds what the peer makes of each text against what we make of it. ret_text: the first that differs. */
enum work_verdict work_verify(const struct work *work, const struct bench_peer *peer, void *state, size_t *ret_text);

#endif

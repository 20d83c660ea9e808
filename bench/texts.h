/* texts.h - what is decoded: made messages and real files, all in memory, padded, before any clock runs */
#ifndef BENCH_TEXTS_H
#define BENCH_TEXTS_H

#include "bench.h"

struct bench_texts {
	struct bench_text *items;
	size_t n;
	size_t bytes; /* of all texts together */
	char *memory;
};

/* n orders, the same for the same n. partial: each names its id and one to four other fields in mixed order; else all
 * fields in declared order. Returns: 0 or -ENOMEM. */
int texts_orders(size_t n, bool partial, struct bench_texts *ret);
/* One file as one text. Returns: 0 or -errno. */
int texts_file(const char *folder, const char *name, struct bench_texts *ret);
void texts_fini(struct bench_texts *texts);

#endif

/* sampler.c - the thread that takes snapshots while others fill the records; see driver.h */
#include "driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { READS_A_REST = 32, NEWEST_BYTES = 65536 };

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t random_next(struct sampler *sampler)
{
	uint64_t z = sampler->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The line around a random byte of what was taken in; every second time of its last 64 KiB. */
static struct fg_str draw_line(struct sampler *sampler, size_t done)
{
	const char *text = sampler->input.text;
	size_t from = (random_next(sampler) & 1) && done > NEWEST_BYTES ? done - NEWEST_BYTES : 0;
	const char *at = text + from + random_next(sampler) % (done - from);
	const char *before = at > text ? memrchr(text, '\n', (size_t)(at - text)) : NULL;
	const char *begin = before ? before + 1 : text;
	const char *end = memchr(begin, '\n', sampler->input.len - (size_t)(begin - text));

	return (struct fg_str){begin, (size_t)((end ? end : text + sampler->input.len) - begin)};
}

struct sample {
	void *named; /* what the line says: its key */
	void *record, *present;
	struct fg_arena arena;
	struct fg_buffer text;
};

/* Reads the record of one line's key and writes it. Returns: 0, or a negative errno of writing. */
static int take(struct sampler *sampler, struct sample *sample, size_t done)
{
	struct fg_str line = draw_line(sampler, done);
	struct fg_key key;

	if (sampler->type->decode(line.ptr, line.len, NULL, &sample->arena, sample->named, sample->present, NULL) !=
	        0 ||
	    sampler->type->key(sample->named, sample->present, &key) != 0)
		return 0;
	if (sampler->read(key, sample->record, sample->present, sampler->user) != 0)
		return 0;
	sample->text.len = 0;
	if (sampler->type->encode(sample->record, sample->present, &sample->text, NULL) != 0)
		fputs("!\n", sampler->out);
	else
		fprintf(sampler->out, "%.*s\n", (int)sample->text.len, sample->text.data);
	sampler->reads++;
	fg_arena_reset(&sample->arena);
	return ferror(sampler->out) ? write_error() : 0;
}

static void *sampler_main(void *user)
{
	static const struct timespec rest = {.tv_nsec = 1000000};
	struct sampler *sampler = user;
	size_t record_size = (sampler->type->record_size + 63) / 64 * 64;
	struct sample sample = {0};
	bool last;

	fg_arena_init(&sample.arena, NULL, 0);
	sample.named = aligned_alloc(64, record_size);
	sample.record = aligned_alloc(64, record_size);
	sample.present = calloc(1, sampler->type->present_size);
	if (!sample.named || !sample.record || !sample.present)
		sampler->error = -ENOMEM;
	do {
		size_t done;

		/* The last round comes after the end, so that even the shortest run is looked at. */
		last = atomic_load(&sampler->stop);
		done = atomic_load(sampler->bytes_done);
		for (unsigned i = 0; i < READS_A_REST && done > 0 && !sampler->error; i++)
			sampler->error = take(sampler, &sample, done);
		if (!last)
			nanosleep(&rest, NULL);
	} while (!last && !sampler->error);
	free(sample.named);
	free(sample.record);
	free(sample.present);
	fg_buffer_fini(&sample.text);
	fg_arena_fini(&sample.arena);
	return NULL;
}

int sampler_start(struct sampler *sampler)
{
	int rc;

	sampler->random = 1;
	sampler->reads = 0;
	sampler->error = 0;
	atomic_init(&sampler->stop, false);
	sampler->out = fopen(sampler->path, "w");
	if (!sampler->out)
		return -errno;
	rc = pthread_create(&sampler->thread, NULL, sampler_main, sampler);
	if (rc) {
		fclose(sampler->out);
		return -rc;
	}
	return 0;
}

int sampler_stop(struct sampler *sampler)
{
	atomic_store(&sampler->stop, true);
	pthread_join(sampler->thread, NULL);
	if (fclose(sampler->out) != 0 && !sampler->error)
		sampler->error = write_error();
	return sampler->error;
}

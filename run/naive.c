/*
 * naive.c - the same job done the way that caused the outages: workers fill one shared struct a key directly
 *
 * Each worker takes the next message, decodes it into variables of its own, finds the key's struct and assigns the
 * fields that the message names, one after the other, with nothing around it. That is a data race by intention, so this
 * program is never built with a sanitizer. It is as fair as it can be:
 *
 *   - decoding and assigning are fieldguard's own generated code (T_decode, T_patch), so both programs decode equally
 * fast;
 *   - finding and creating a key's struct is locked and correct: what goes wrong goes wrong in the fields;
 *   - which fields were ever given is kept in atomics, so that no field is counted lost because a flag was;
 *   - no sleep, no yield and no extra work between decode and assignment.
 *
 *     table: 4096 stripes, each a mutex and a list of    { key | fields given, atomic | struct T, raced on }
 */
#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern const struct fg_type RUN_FG_TYPE;
static const struct fg_type *const type = &RUN_FG_TYPE;

enum { STRIPES = 4096 };

struct node {
	struct node *next;
	void *record;            /* struct T: written by any worker, guarded by nothing */
	_Atomic uint64_t *given; /* T_present, word by word */
	size_t key_len;
	char key[];
};

struct stripe {
	pthread_mutex_t lock;
	struct node *nodes; /* lock */
};

struct naive {
	struct input input;
	struct stripe stripes[STRIPES];
	atomic_size_t cursor; /* of the next message in input */
	_Atomic uint64_t messages, rejected, records;
	atomic_bool out_of_memory;
};

static size_t present_words(void)
{
	return (type->present_size + 7) / 8;
}

static size_t record_room(void)
{
	return (type->record_size + 63) / 64 * 64;
}

/* ---- key -> struct ----------------------------------------------------------------------------------------------- */

/* FNV-1a (Fowler, Noll, Vo), folded. */
static struct stripe *stripe_of(struct naive *naive, struct fg_key key)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ ((const unsigned char *)key.ptr)[i]) * 0x100000001b3u;
	return &naive->stripes[(hash ^ hash >> 32) % STRIPES];
}

static struct node *node_new(struct fg_key key)
{
	struct node *node = malloc(sizeof *node + key.len);

	if (!node)
		return NULL;
	node->record = aligned_alloc(64, record_room());
	node->given = calloc(present_words(), sizeof *node->given);
	if (!node->record || !node->given) {
		free(node->record);
		free((void *)node->given);
		free(node);
		return NULL;
	}
	memset(node->record, 0, record_room());
	node->key_len = key.len;
	memcpy(node->key, key.ptr, key.len);
	return node;
}

/* The struct of a key. create: make it where it isn't there. Returns: NULL where it isn't, or memory is out. */
static struct node *node_of(struct naive *naive, struct fg_key key, bool create)
{
	struct stripe *stripe = stripe_of(naive, key);
	struct node *node;

	pthread_mutex_lock(&stripe->lock);
	for (node = stripe->nodes; node; node = node->next)
		if (node->key_len == key.len && memcmp(node->key, key.ptr, key.len) == 0)
			break;
	if (!node && create) {
		node = node_new(key);
		if (node) {
			node->next = stripe->nodes;
			stripe->nodes = node;
			atomic_fetch_add(&naive->records, 1);
		}
	}
	pthread_mutex_unlock(&stripe->lock);
	return node;
}

/* ---- workers ----------------------------------------------------------------------------------------------------- */

/* The next line, as a worker takes the next message of a queue. Returns: false at the end. */
static bool take_line(struct naive *naive, struct fg_str *ret_line)
{
	size_t at = atomic_load_explicit(&naive->cursor, memory_order_relaxed);
	size_t end;

	do {
		const char *newline;

		if (at >= naive->input.len)
			return false;
		newline = memchr(naive->input.text + at, '\n', naive->input.len - at);
		end = newline ? (size_t)(newline - naive->input.text) + 1 : naive->input.len;
	} while (!atomic_compare_exchange_weak(&naive->cursor, &at, end));
	*ret_line = (struct fg_str){naive->input.text + at, end - at};
	return true;
}

static bool blank(struct fg_str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!memchr(" \t\r\n", line.ptr[i], 4))
			return false;
	return true;
}

struct worker {
	struct naive *naive;
	pthread_t thread;
	void *record; /* of the message at hand, the worker's own */
	uint64_t *present;
	void *ignored; /* the mask that T_patch keeps; `given` of the node is the one that counts */
	struct fg_arena arena;
};

/* The article's line of code: profile.Name = m["name"], field by field, on a struct that all workers share. */
static void fill(struct worker *worker, struct node *node)
{
	type->patch(node->record, worker->ignored, worker->record, worker->present);
	/* Backwards: the word of the key comes first in the mask, and says that the record is there. */
	for (size_t i = present_words(); i-- > 0;)
		if (worker->present[i])
			atomic_fetch_or(&node->given[i], worker->present[i]);
}

static void *work(void *user)
{
	struct worker *worker = user;
	struct naive *naive = worker->naive;
	uint64_t messages = 0, rejected = 0;
	struct fg_str line;

	while (take_line(naive, &line) && !atomic_load_explicit(&naive->out_of_memory, memory_order_relaxed)) {
		struct fg_key key;
		struct node *node;

		if (blank(line))
			continue;
		messages++;
		if (type->decode(line.ptr, line.len, NULL, &worker->arena, worker->record, worker->present, NULL) !=
		        0 ||
		    type->key(worker->record, worker->present, &key) != 0) {
			rejected++;
			continue;
		}
		node = node_of(naive, key, true);
		if (node)
			fill(worker, node);
		else
			atomic_store(&naive->out_of_memory, true);
		fg_arena_reset(&worker->arena);
	}
	atomic_fetch_add(&naive->messages, messages);
	atomic_fetch_add(&naive->rejected, rejected);
	return NULL;
}

static int worker_start(struct worker *worker, struct naive *naive)
{
	worker->naive = naive;
	fg_arena_init(&worker->arena, NULL, 0);
	worker->record = aligned_alloc(64, record_room());
	worker->present = calloc(present_words(), 8);
	worker->ignored = calloc(present_words(), 8);
	if (!worker->record || !worker->present || !worker->ignored)
		return -ENOMEM;
	return -pthread_create(&worker->thread, NULL, work, worker);
}

static void worker_join(struct worker *worker)
{
	pthread_join(worker->thread, NULL);
	fg_arena_fini(&worker->arena);
	free(worker->record);
	free(worker->present);
	free(worker->ignored);
}

/* Returns: 0, or a negative errno; then the process ends, and what was begun with it. */
static int fill_all(struct naive *naive, unsigned workers_n)
{
	struct worker *workers = calloc(workers_n, sizeof *workers);
	int rc = workers ? 0 : -ENOMEM;

	for (unsigned i = 0; i < workers_n && !rc; i++)
		rc = worker_start(&workers[i], naive);
	if (rc)
		return rc;
	for (unsigned i = 0; i < workers_n; i++)
		worker_join(&workers[i]);
	free(workers);
	return atomic_load(&naive->out_of_memory) ? -ENOMEM : 0;
}

/* ---- outputs ----------------------------------------------------------------------------------------------------- */

/* A plain copy of the struct while others write to it: what any reader of a shared struct does. */
static void copy_record(const struct node *node, void *ret_record, void *ret_present)
{
	uint64_t *present = ret_present;

	memcpy(ret_record, node->record, type->record_size);
	for (size_t i = 0; i < present_words(); i++)
		present[i] = atomic_load(&node->given[i]);
}

static int on_sample(struct fg_key key, void *ret_record, void *ret_present, void *user)
{
	struct node *node = node_of(user, key, false);

	if (!node || !atomic_load(&node->given[0]))
		return -ENOENT;
	copy_record(node, ret_record, ret_present);
	return 0;
}

static int write_state(struct naive *naive, const char *path)
{
	struct state state;
	int rc = 0;

	state_init(&state, type);
	for (size_t i = 0; i < STRIPES && !rc; i++)
		for (struct node *node = naive->stripes[i].nodes; node && !rc; node = node->next)
			rc = state_add(&state, node->record, (void *)node->given);
	if (!rc)
		rc = state_write(&state, path);
	state_fini(&state);
	return rc;
}

static void free_nodes(struct naive *naive)
{
	for (size_t i = 0; i < STRIPES; i++) {
		struct node *node = naive->stripes[i].nodes;

		while (node) {
			struct node *next = node->next;

			free(node->record);
			free((void *)node->given);
			free(node);
			node = next;
		}
		pthread_mutex_destroy(&naive->stripes[i].lock);
	}
}

/* ---- the run
 * --------------------------------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static unsigned cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static int outputs(struct naive *naive, const struct options *options, struct run_stats *stats)
{
	int rc = options->state ? write_state(naive, options->state) : 0;

	if (rc)
		complain("cannot write to %s: %s", options->state, strerror(-rc));
	if (!rc && options->json) {
		rc = run_stats_write(stats, options->json);
		if (rc)
			complain("cannot write to %s: %s", options->json, strerror(-rc));
	}
	run_stats_print(stats, stdout);
	return rc ? EXIT_FAILED : stats->rejected > 0 ? EXIT_REJECTED : EXIT_MERGED;
}

static int run(struct naive *naive, const struct options *options)
{
	struct sampler sampler = {
	    .type = type,
	    .input = naive->input,
	    .bytes_done = &naive->cursor,
	    .read = on_sample,
	    .user = naive,
	    .path = options->reads,
	};
	struct run_stats stats = {.workers = options->workers ? options->workers : cpus()};
	uint64_t begin;
	int rc = options->reads ? sampler_start(&sampler) : 0, failure;

	if (rc) {
		complain("%s: %s", options->reads, strerror(-rc));
		return EXIT_FAILED;
	}
	begin = now_ns();
	rc = fill_all(naive, stats.workers);
	stats.elapsed_ns = now_ns() - begin;
	failure = options->reads ? sampler_stop(&sampler) : 0;
	if (rc || failure) {
		complain("%s: %s", rc ? options->input : options->reads, strerror(rc ? -rc : -failure));
		return EXIT_FAILED;
	}
	stats.messages = atomic_load(&naive->messages);
	stats.rejected = atomic_load(&naive->rejected);
	stats.merged = stats.messages - stats.rejected;
	stats.bytes = naive->input.len;
	stats.records = atomic_load(&naive->records);
	stats.reads = sampler.reads;
	return outputs(naive, options, &stats);
}

static const char help[] = "usage: naive [options] INPUT\n"
                           "\n"
                           "Does what `ingest` does in the way that loses updates: workers assign the fields of one\n"
                           "shared struct " RUN_TYPE_NAME " a key directly, without any lock. For comparison only.\n"
                           "\n"
                           "  --workers N    threads (one a CPU)\n"
                           "  --state FILE   write the final records, one a line, sorted by the bytes of the key\n"
                           "  --reads FILE   copy records while the workers fill them, and write the copies\n"
                           "  --json FILE    write counts and rates\n"
                           "  --help\n"
                           "\n"
                           "Exit: 0 all lines taken, 1 some rejected, 2 could not run or write.\n";

static const struct option options_taken[] = {
    {"workers", required_argument, NULL, 'w'}, {"state", required_argument, NULL, 's'},
    {"reads", required_argument, NULL, 'R'},   {"json", required_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
	static struct naive naive;
	struct options options = {0};
	int fd, rc;

	program_name = "naive";
	options_parse(argc, argv, options_taken, help, &options);
	fd = open(options.input, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? -errno : input_map(fd, &naive.input);
	if (rc) {
		complain("%s: %s", options.input, rc == -ESPIPE ? "must be a regular file" : strerror(-rc));
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < STRIPES; i++)
		pthread_mutex_init(&naive.stripes[i].lock, NULL);
	rc = run(&naive, &options);
	free_nodes(&naive);
	input_unmap(&naive.input);
	close(fd);
	return rc;
}

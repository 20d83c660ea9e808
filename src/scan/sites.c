/* sites.c - every function followed, every store told: see scan.h */
#include "scan/bulk.h"
#include "scan/follow.h"
#include "scan/positions.h"
#include "scan/place.h"
#include "scan/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#define CHUNK 32                /* functions that one thread takes at a time */

static const char *const whys[VALUE_WHY_N] = {
	[VALUE_WHY_NONE] = NULL,
	[VALUE_WHY_ARGUMENT] = "the address is an argument that the debug information does not describe",
	[VALUE_WHY_RESULT] = "the address is a result of unknown type",
	[VALUE_WHY_MEMORY] = "the address was loaded from memory of unknown type",
	[VALUE_WHY_ARITHMETIC] = "the address was computed from integers",
	[VALUE_WHY_JOINED] = "the address has different types on different ways here",
	[VALUE_WHY_STACK] = "the address was loaded from a stack slot of unknown type",
	[VALUE_WHY_UNTYPED] = "the address is a pointer to void",
	[VALUE_WHY_OUTSIDE] = "the address lies before the object it is counted from",
	[VALUE_WHY_STRIDE] = "the step of the index fits no array there",
	[VALUE_WHY_PADDING] = "the bytes are padding of the type",
	[VALUE_WHY_THREAD] = "no variable is known at that place of the thread's own block",
	[VALUE_WHY_NO_GLOBAL] = "no variable is known at the address",
	[VALUE_WHY_SPILL] = "the stack slot belongs to no variable",
	[VALUE_WHY_GIVEN_UP] = "the function is too tangled to follow",
};

struct chunk {
	struct split_site *sites;
	size_t n, size;
	uint64_t instructions, bad_bytes;
	size_t given_up;
	int error;
};

/* Texts that outlive the handles they came from; each worker has its own. */
struct texts {
	const char *from[64];
	const char *to[64];
	char **all;
	size_t n, size;
};

struct worker {
	struct scan_handle handle;
	struct follow follow;
	struct positions positions;
	struct texts texts;
	struct chunk *chunk;          /* that it works on */
	bool open;
};

struct job {
	const struct scan *scan;
	const struct scan_site_options *options;
	struct follow_world world;
	struct worker *workers;
	unsigned workers_n;
	struct chunk *chunks;
	size_t chunks_n;
	size_t done;                  /* chunks; atomic */
	int error;                    /* atomic */
};

struct sites_inside {
	char ***texts;                /* of each worker */
	size_t *texts_n;
	unsigned n;
};

/* ---- texts ----------------------------------------------------------------------------------------------------- */

static const char *keep_text(struct texts *texts, const char *text)
{
	size_t slot = ((uintptr_t)text >> 3) % 64;
	char *copy;

	if (!text || texts->from[slot] == text)
		return text ? texts->to[slot] : NULL;
	for (size_t i = 0; i < texts->n; i++) {
		if (strcmp(texts->all[i], text) == 0) {
			texts->from[slot] = text;
			return texts->to[slot] = texts->all[i];
		}
	}
	if (texts->n == texts->size) {
		size_t size = texts->size ? 2 * texts->size : 64;
		char **grown = reallocarray(texts->all, size, sizeof(*grown));

		if (!grown)
			return NULL;
		texts->all = grown;
		texts->size = size;
	}
	copy = strdup(text);
	if (!copy)
		return NULL;
	texts->all[texts->n++] = copy;
	texts->from[slot] = text;
	return texts->to[slot] = copy;
}

/* ---- one access ------------------------------------------------------------------------------------------------ */

static void unknown(struct scan_site *site, enum value_why why)
{
	site->confidence = SCAN_CONFIDENCE_NONE;
	site->why = whys[why ? why : VALUE_WHY_MEMORY];
	site->type = NULL;
}

static bool is_holder(const struct scan_type *plain)
{
	return plain->kind == SCAN_KIND_STRUCT || plain->kind == SCAN_KIND_UNION;
}

/* The classes by which languages without _Atomic say it. */
static bool is_atomic_class(const struct scan_type *type)
{
	static const char *const names[] = {
		"std::atomic<", "std::__atomic_base<", "std::__atomic_float<", "std::__1::__cxx_atomic_base_impl<",
		"core::sync::atomic::Atomic", "sync/atomic.",
	};

	for (size_t i = 0; type->name && i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(type->name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Atomic by the type of the field, or of anything it lies in. */
static bool is_atomic(const struct place *place, uint64_t width)
{
	struct scan_step steps[SCAN_PATH_MAX];
	size_t n;

	if (scan_type_qualified(place->leaf, SCAN_ATOMIC) || scan_type_qualified(place->type, SCAN_ATOMIC))
		return true;
	n = scan_path(place->type, place->offset, width, place->indexed, steps, SCAN_PATH_MAX);
	for (size_t i = 0; i < n; i++)
		if (is_atomic_class(steps[i].holder))
			return true;
	return n && scan_type_qualified(steps[n - 1].member->type, SCAN_ATOMIC);
}

/* What kind of store it is, by what lies there. */
static void judge(struct scan_site *site, const struct place *place)
{
	const struct scan_type *leaf = scan_type_strip(place->leaf), *item = leaf;
	const struct scan_member *member;

	while (item->kind == SCAN_KIND_ARRAY && item->target)
		item = scan_type_strip(item->target);
	member = is_holder(leaf) ? place_member(leaf, place->leaf_offset, site->width) : NULL;
	site->bitfield = member && member->bitfield;
	if (site->how != SCAN_HOW_PLAIN)
		return;
	if (is_atomic(place, site->width))
		site->how = SCAN_HOW_ATOMIC;
	else if (is_holder(item) && !site->bitfield)
		site->how = SCAN_HOW_MERGED;
	/* An access that is not aligned to its width may cross two cache lines. */
	if (site->how == SCAN_HOW_PLAIN && site->width && site->width <= 8 && leaf->size >= site->width &&
	    place->offset % site->width && place->offset % 8 + site->width > 8)
		site->can_tear = true;
	if (site->how == SCAN_HOW_PLAIN && site->width > 8 && !is_holder(item) && item->size > 8)
		site->can_tear = true;
}

/* address: whose strides count. */
static void take_place(struct scan_site *site, const struct follow *follow, const struct scan_type *type,
                       int64_t offset,
                       const struct value *address, enum scan_confidence confidence)
{
	struct place place;
	enum value_why why;

	if (!type) {
		unknown(site, VALUE_WHY_UNTYPED);
		return;
	}
	why = follow_place(follow, type, offset, address, site->width ? site->width : 1, &place);
	if (why != VALUE_WHY_NONE && why != VALUE_WHY_PADDING) {
		unknown(site, why);
		return;
	}
	site->why = whys[why];
	site->type = scan_type_strip(place.type);
	site->offset = place.offset;
	site->indexed = place.indexed;
	site->confidence = place.guessed ? SCAN_CONFIDENCE_GUESS : confidence;
	if (why == VALUE_WHY_NONE)
		judge(site, &place);
}

static void take_frame(struct scan_site *site, const struct follow *follow, const struct value *address)
{
	uint64_t offset = 0;
	const struct var *var = follow_frame_var(follow, site->pc, address->offset, &offset);

	site->where = SCAN_WHERE_STACK;
	if (var)
		take_place(site, follow, var->type, (int64_t)offset, address, SCAN_CONFIDENCE_DECLARED);
	else
		unknown(site, VALUE_WHY_SPILL);
}

static void take_address(struct scan_site *site, const struct follow *follow, const struct value *address)
{
	const struct scan_variable *global;
	int64_t offset;

	switch (address->base) {
	case VALUE_OBJECT:
		site->where = SCAN_WHERE_HEAP;
		take_place(site, follow, address->type, address->offset, address, address->confidence);
		break;
	case VALUE_FRAME:
		take_frame(site, follow, address);
		break;
	case VALUE_NUMBER:
	case VALUE_THREAD:
		global = follow_global(follow, address, &offset);
		if (!global) {
			unknown(site, address->base == VALUE_THREAD ? VALUE_WHY_THREAD
			              : address->stride == 1 ? VALUE_WHY_ARITHMETIC : VALUE_WHY_NO_GLOBAL);
			break;
		}
		site->where = SCAN_WHERE_GLOBAL;
		site->global = global;
		take_place(site, follow, global->type, offset, address, SCAN_CONFIDENCE_DECLARED);
		break;
	default:
		unknown(site, address->why);
		break;
	}
}

static struct split_site *new_site(struct worker *worker, const struct insn *insn)
{
	struct chunk *chunk = worker->chunk;
	struct follow *follow = &worker->follow;
	struct position position;
	struct split_site *split;

	if (chunk->n == chunk->size) {
		size_t size = chunk->size ? 2 * chunk->size : 256;
		struct split_site *grown = reallocarray(chunk->sites, size, sizeof(*grown));

		if (!grown) {
			chunk->error = -ENOMEM;
			return NULL;
		}
		chunk->sites = grown;
		chunk->size = size;
	}
	position = positions_at(&worker->positions, insn->pc);
	split = &chunk->sites[chunk->n++];
	*split = (struct split_site){
		.site = {.pc = insn->pc, .length = insn->length, .mnemonic = insn->mnemonic,
		         .function = follow->function, .file = keep_text(&worker->texts, position.file),
		         .line = position.line, .column = position.column},
		.block = follow->flow.block_of[insn - follow->flow.insns],
		.base = insn->base,
		.statement = position.statement,
	};
	return split;
}

static void take_access(struct worker *worker, const struct insn *insn, bool read)
{
	struct follow *follow = &worker->follow;
	struct value address = follow_address(follow, insn);
	struct split_site *split = new_site(worker, insn);
	struct scan_site *site;

	if (!split)
		return;
	site = &split->site;
	site->width = insn->width;
	site->read = read;
	site->modifies = !read && insn->flags & INSN_READS;
	if (insn->flags & INSN_LOCKED)
		site->how = SCAN_HOW_LOCKED;
	if (insn->flags & INSN_STRING && insn->flags & INSN_REPEATED) {
		const struct value *count = &follow->now.regs[INSN_RCX];

		site->how = SCAN_HOW_BULK;
		site->width = count->base == VALUE_NUMBER && !count->stride && count->offset > 0 &&
		              count->offset < INT32_MAX ? (uint32_t)count->offset * insn->width : 0;
	}
	if (follow->given_up)
		unknown(site, VALUE_WHY_GIVEN_UP);
	else
		take_address(site, follow, &address);
}

/* ---- calls that write ------------------------------------------------------------------------------------------ */

static void take_bulk(struct worker *worker, const struct insn *insn, const struct bulk *bulk)
{
	struct follow *follow = &worker->follow;
	const struct value *size = bulk->size != INSN_NONE ? &follow->now.regs[bulk->size] : NULL;
	struct split_site *split = new_site(worker, insn);
	struct scan_site *site;

	if (!split)
		return;
	site = &split->site;
	site->how = bulk->barrier ? SCAN_HOW_BARRIER : SCAN_HOW_BULK;
	if (bulk->barrier)
		site->width = 8;
	else if (size && size->base == VALUE_NUMBER && !size->stride && size->offset > 0 && size->offset < UINT32_MAX)
		site->width = (uint32_t)size->offset;
	if (follow->given_up)
		unknown(site, VALUE_WHY_GIVEN_UP);
	else
		take_address(site, follow, &follow->now.regs[bulk->to]);
}

static void visit(void *user, struct follow *follow, const struct insn *insn)
{
	struct worker *worker = user;
	const struct bulk *bulk;

	if (insn->op == INSN_CALL || insn->op == INSN_JUMP) {
		follow_give(follow, insn);
		bulk = bulk_find(follow->scan, &follow->flow, insn);
		if (bulk)
			take_bulk(worker, insn, bulk);
	} else if (insn->flags & INSN_WRITES) {
		take_access(worker, insn, false);
	} else if (insn->flags & INSN_READS && worker->chunk->error == 0) {
		take_access(worker, insn, true);
	}
}

/* Without loads: most instructions that read memory are none of our business. */
static void visit_writes(void *user, struct follow *follow, const struct insn *insn)
{
	if (insn->op == INSN_CALL || insn->op == INSN_JUMP || insn->flags & INSN_WRITES)
		visit(user, follow, insn);
}

/* ---- all functions --------------------------------------------------------------------------------------------- */

static bool open_worker(struct job *job, struct worker *worker)
{
	int error;

	if (worker->open)
		return true;
	error = scan_handle_open(job->scan, &worker->handle);
	if (error) {
		__atomic_store_n(&job->error, error, __ATOMIC_RELAXED);
		return false;
	}
	worker->open = true;
	worker->follow.world = &job->world;
	worker->follow.scan = job->scan;
	return true;
}

static size_t chunk_end(const struct job *job, size_t chunk)
{
	size_t end = (chunk + 1) * CHUNK;

	return end < job->scan->functions_n ? end : job->scan->functions_n;
}

static void read_abis(void *user, unsigned thread, size_t item)
{
	struct job *job = user;
	struct worker *worker = &job->workers[thread];
	Dwarf_Die die;

	if (!open_worker(job, worker))
		return;
	for (size_t i = item * CHUNK; i < chunk_end(job, item); i++)
		if (dwarf_offdie(worker->handle.dwarf, job->scan->functions[i].die, &die))
			abi_read(job->scan, &job->scan->functions[i], &die, &job->world.abis[i]);
}

static void find_in_chunk(void *user, unsigned thread, size_t item)
{
	struct job *job = user;
	struct worker *worker = &job->workers[thread];
	struct chunk *chunk = &job->chunks[item];
	Dwarf_Die die;

	if (!open_worker(job, worker))
		return;
	worker->chunk = chunk;
	for (size_t i = item * CHUNK; i < chunk_end(job, item) && !chunk->error; i++) {
		size_t first = chunk->n;
		int error;

		if (job->world.abis[i].changed != job->world.all_given ||
		    !dwarf_offdie(worker->handle.dwarf, job->scan->functions[i].die, &die))
			continue;
		positions_load(&worker->positions, &die);
		error = follow_function(&worker->follow, &job->scan->functions[i], &die,
		                        job->options->reads ? visit : visit_writes, worker);
		if (error == -ENOENT)
			continue;
		if (error)
			chunk->error = error;
		if (chunk->n > first)
			split_find(chunk->sites + first, chunk->n - first, &worker->follow.vars);
		chunk->instructions += worker->follow.flow.insns_n;
		chunk->bad_bytes += worker->follow.flow.bad_bytes;
		chunk->given_up += worker->follow.given_up;
	}
	__atomic_add_fetch(&job->done, 1, __ATOMIC_RELAXED);
	if (thread == 0 && job->options->progress && !job->world.all_given)
		job->options->progress(job->options->user, "following types",
		                       __atomic_load_n(&job->done, __ATOMIC_RELAXED) * CHUNK, job->scan->functions_n);
}

static int by_pc(const void *a, const void *b)
{
	const struct scan_site *x = a, *y = b;

	if (x->pc != y->pc)
		return x->pc < y->pc ? -1 : 1;
	/* Of a function that stands twice in the debug information the better answer first. */
	return x->confidence > y->confidence ? -1 : x->confidence < y->confidence;
}

/* All chunks' sites in one array, by address, each once. */
static int gather(struct job *job, struct scan_sites *sites)
{
	size_t n = 0, kept = 0;
	struct scan_site *items;
	bool sorted = true;

	for (size_t i = 0; i < job->chunks_n; i++) {
		if (job->chunks[i].error)
			return job->chunks[i].error;
		n += job->chunks[i].n;
		sites->instructions += job->chunks[i].instructions;
		sites->bytes_skipped += job->chunks[i].bad_bytes;
		sites->functions_given_up += job->chunks[i].given_up;
	}
	items = malloc((n ? n : 1) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < job->chunks_n; i++) {
		for (size_t s = 0; s < job->chunks[i].n; s++) {
			items[n] = job->chunks[i].sites[s].site;
			sorted = sorted && (!n || items[n - 1].pc < items[n].pc);
			n++;
		}
		free(job->chunks[i].sites);
		job->chunks[i].sites = NULL;
	}
	if (!sorted && n)
		qsort(items, n, sizeof(*items), by_pc);
	for (size_t i = 0; i < n; i++)
		if (!kept || items[kept - 1].pc != items[i].pc)
			items[kept++] = items[i];
	sites->items = items;
	sites->n = kept;
	return 0;
}

static int find_world(struct job *job)
{
	job->world.thread_size = scan_thread_size(job->scan);
	job->world.go_hidden = go_hidden_find(job->scan);
	job->world.goroutine = job->world.go_hidden.g;
	if (!scan_symbol_named(job->scan, "runtime.types", &job->world.runtime_types))
		job->world.runtime_types = 0;
	return go_types_make(job->scan, &job->world.go_types) || containers_make(job->scan, &job->world.containers)
	       ? -ENOMEM : 0;
}

static int run_job(struct job *job, struct scan_sites *sites)
{
	const struct scan *scan = job->scan;

	job->workers_n = scan_threads(job->options->threads);
	job->chunks_n = (scan->functions_n + CHUNK - 1) / CHUNK;
	job->workers = calloc(job->workers_n, sizeof(*job->workers));
	job->chunks = calloc(job->chunks_n ? job->chunks_n : 1, sizeof(*job->chunks));
	job->world.abis = calloc(scan->functions_n ? scan->functions_n : 1, sizeof(*job->world.abis));
	job->world.given = calloc(scan->functions_n ? scan->functions_n : 1, sizeof(*job->world.given));
	if (!job->workers || !job->chunks || !job->world.abis || !job->world.given)
		return -ENOMEM;
	job->world.scan = scan;
	job->error = find_world(job);
	if (!job->error)
		scan_parallel(job->workers_n, job->chunks_n, read_abis, job);
	if (!job->error)
		scan_parallel(job->workers_n, job->chunks_n, find_in_chunk, job);
	job->world.all_given = true;
	if (!job->error)
		scan_parallel(job->workers_n, job->chunks_n, find_in_chunk, job);
	return job->error ? job->error : gather(job, sites);
}

static void end_job(struct job *job, struct sites_inside *inside)
{
	for (unsigned i = 0; job->workers && i < job->workers_n; i++) {
		struct worker *worker = &job->workers[i];

		follow_fini(&worker->follow);
		if (worker->open)
			scan_handle_close(&worker->handle);
		inside->texts[i] = worker->texts.all;
		inside->texts_n[i] = worker->texts.n;
	}
	for (size_t i = 0; job->chunks && i < job->chunks_n; i++)
		free(job->chunks[i].sites);
	free(job->workers);
	free(job->chunks);
	free(job->world.abis);
	free(job->world.given);
	free(job->world.go_types.items);
	free(job->world.containers.items);
}

static struct sites_inside *new_inside(unsigned workers_n)
{
	struct sites_inside *inside = calloc(1, sizeof(*inside));

	if (!inside)
		return NULL;
	inside->texts = calloc(workers_n, sizeof(*inside->texts));
	inside->texts_n = calloc(workers_n, sizeof(*inside->texts_n));
	inside->n = workers_n;
	if (inside->texts && inside->texts_n)
		return inside;
	free(inside->texts);
	free(inside->texts_n);
	free(inside);
	return NULL;
}

int scan_find_sites(const struct scan *scan, const struct scan_site_options *options, struct scan_sites **ret_sites,
                    struct scan_error *ret_error)
{
	struct job job = {.scan = scan, .options = options};
	struct scan_sites *sites;
	int error;

	if (scan->machine != SCAN_MACHINE_X86_64) {
		snprintf(ret_error->text, sizeof(ret_error->text),
		         "%s: its types can be read, but write sites are found in x86-64 code only, not yet in arm64's",
		         scan->path);
		return -ENOTSUP;
	}
	sites = calloc(1, sizeof(*sites));
	if (sites)
		sites->inside = new_inside(scan_threads(options->threads));
	if (!sites || !sites->inside) {
		free(sites);
		snprintf(ret_error->text, sizeof(ret_error->text), "%s: out of memory", scan->path);
		return -ENOMEM;
	}
	error = run_job(&job, sites);
	end_job(&job, sites->inside);
	if (error) {
		snprintf(ret_error->text, sizeof(ret_error->text), "%s: finding write sites: %s", scan->path,
		         strerror(-error));
		scan_sites_free(sites);
		return error;
	}
	*ret_sites = sites;
	return 0;
}

void scan_sites_free(struct scan_sites *sites)
{
	struct sites_inside *inside;

	if (!sites)
		return;
	inside = sites->inside;
	for (unsigned i = 0; i < inside->n; i++) {
		for (size_t t = 0; t < inside->texts_n[i]; t++)
			free(inside->texts[i][t]);
		free(inside->texts[i]);
	}
	free(inside->texts);
	free(inside->texts_n);
	free(inside);
	free((void *)sites->items);
	free(sites);
}

const struct scan_site *scan_site_at(const struct scan_sites *sites, uint64_t pc)
{
	size_t low = 0, high = sites->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sites->items[middle].pc < pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sites->n && sites->items[low].pc == pc ? &sites->items[low] : NULL;
}
